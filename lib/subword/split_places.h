/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the start of a text may be cut for steps of a pre-tokenizer, so that the chunks of both sides are
 * those of the whole text, whatever follows. Leans on split_steps_parts.
 *
 * A step says one of three things of a place between two characters. It cuts there: the steps behind
 * it get both sides apart, whatever they are. It does not, and leaves alone what stands there: the steps behind
 * it are asked. Or it is not known. Steps that look for single characters, or for classes of them, know from
 * the two characters alone. A regular expression leaves alone what stands between two characters that
 * none of its matches has; and if it looks ahead only, what it found before it saw the end of what is
 * there is found whatever follows, so that a text may be cut where such a match begins or ends. Scanners
 * know all but their last two chunks (encode_stream.c says why).
 */
#ifndef TKZ_SUBWORD_SPLIT_PLACES_H
#define TKZ_SUBWORD_SPLIT_PLACES_H

#include "subword/split_steps.h"

/* Of the characters beside a place, as a model gets them; TKZ__UTF8_INVALID: a byte that is none. */
typedef bool tkz__split_may_cut(const void *context, uint32_t before, uint32_t behind);

/* The start of a text of which more comes. */
typedef struct tkz__split_start {
    tkz__split_may_cut *may_cut; /* may a chunk be cut there? NULL: none may */
    const void *context;
    size_t end;     /* what is known ends there; 0: nothing is */
    size_t goes_on; /* steps for which the rest of the text goes on with what they saw: tkz__splitter.goes_on */
    bool is_within; /* no step cuts there */
} tkz__split_start;

/* Have the steps such places? `cuts_chunks`: chunks may be cut. Errors: UNSUPPORTED (the message says which
 * step has none, and why). */
TKZ_CHECKED tkz_status tkz__split_steps_check_places(const tkz__split_steps *steps, bool cuts_chunks,
                                                     tkz_error *error);

/* tkz__splitter_run for such a start, of whole characters: the chunks of what is known. Errors: the
 * same. */
TKZ_CHECKED tkz_status tkz__splitter_run_start(tkz__splitter *splitter, const tkz__split_steps *steps,
                                               const char *text, size_t size, bool at_start,
                                               bool want_map, tkz__split_start *start,
                                               tkz__split_text *result, tkz_error *error);

#endif
