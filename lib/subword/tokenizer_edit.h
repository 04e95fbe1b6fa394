/* SPDX-License-Identifier: Apache-2.0
 *
 * A tokenizer made of another one: tokens go, come, or get other ids and scores; all else stays as it
 * was. Leans on the tokenizer builder.
 */
#ifndef TKZ_SUBWORD_TOKENIZER_EDIT_H
#define TKZ_SUBWORD_TOKENIZER_EDIT_H

#include "subword/tokenizer.h"
#include "subword/tokenizer_image.h" /* TKZ__NO_TOKEN */

/* A token that comes. */
typedef struct tkz__new_token {
    const uint8_t *bytes;
    uint32_t size;
    uint32_t left; /* ids, in the new vocabulary, of the merge that makes it; TKZ__NO_TOKEN: none */
    uint32_t right;
    double score; /* of pieces */
    tkz__piece_type type;
} tkz__new_token;

typedef struct tkz__tokenizer_edit {
    /* By old id: the id that it gets, or TKZ__NO_TOKEN: it goes, with all merges that have it. NULL: all
     * stay. Of ids that say the order of merges those that stay must keep theirs. */
    const uint32_t *new_ids;
    const double *scores; /* by old id; NULL: as they are */
    const tkz__new_token *tokens; /* get the ids from `first` on; their merges come last, in this order */
    uint32_t token_count;
    uint32_t first;
    const char *provenance; /* JSON; NULL: that of the old one */
    size_t provenance_size;
    /* Only its tokens and merges: text is one chunk as it is, nothing is looked for in it, nothing
     * comes around it. For finding out what merging or scores make of a word. */
    bool is_bare;
} tkz__tokenizer_edit;

/* How an origin begins whose tokens are no longer those of the file: behind the name of the format.
 * Who writes that format then takes all tokens from the tokenizer, and only the rest from the origin. */
#define TKZ__ORIGIN_EDITED " edited\n"

/* Makes it; `*edited` is a tokenizer of its own. Errors: UNSUPPORTED (a kind of model that cannot be
 * changed), INVALID_ARGUMENT (ids or bytes are there already; a template has a token that goes), LIMIT,
 * CORRUPT (a damaged image), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_edit_make(const tkz_tokenizer *tokenizer,
                                                const tkz__tokenizer_edit *edit,
                                                const tkz_allocator *allocator,
                                                tkz_tokenizer **edited, tkz_error *error);

/* What the tokens of a model are in the vocabulary; bits by id. */
enum {
    TKZ__ID_THERE = 1,    /* it has a token */
    TKZ__ID_ORDINARY = 2, /* of the model's own vocabulary, not only added */
    TKZ__ID_MADE = 4      /* a merge that can happen makes it, or it is a byte */
};

/* Fills `notes`, one for each id below tkz_tokenizer_size. */
void tkz__tokenizer_note_ids(const tkz_tokenizer *tokenizer, uint8_t *notes);

#endif
