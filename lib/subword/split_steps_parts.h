/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps of a pre-tokenizer that are ready to run, and one run of them over a text: how they are made
 * (split_steps), how pieces are cut (split_pieces) and written again (split_rewrite), the run (split_run). Leans
 * on split_steps.h and the scanners.
 */
#ifndef TKZ_SUBWORD_SPLIT_STEPS_PARTS_H
#define TKZ_SUBWORD_SPLIT_STEPS_PARTS_H

#include "core/memory.h"
#include "subword/pre_tokenizer.h"
#include "subword/split_steps.h"

/* A step that is ready to run. */
typedef struct tkz__ready_step {
    tkz__split_spec spec;
    tkz__pattern *pattern; /* of those that look for matches */
    /* A scanner that cuts as the pattern does, all of the text, each match a chunk. */
    const tkz__pre_tokenizer *scanner;
    tkz__split_behavior behavior;
    bool is_inverted;
    bool leaves_alone; /* of a pattern: matches are not empty, and of characters that it says it takes */
} tkz__ready_step;

struct tkz__split_steps {
    tkz_allocator allocator;
    tkz__split_spec *specs;
    size_t count;
    /* More than specs: BertPreTokenizer is two. */
    tkz__ready_step steps[2 * TKZ__SPLIT_MOST_STEPS];
    size_t step_count;
    bool is_words; /* one pass does it all: split_words.h */
    bool spells_bytes; /* what is behind ByteLevel stays in its characters */
};

/* Does a step write the text again? */
static inline bool tkz__split_step_changes(const tkz__ready_step *what)
{
    return what->spec.kind == TKZ__SPLIT_METASPACE || what->spec.kind == TKZ__SPLIT_LOWERCASE ||
           (what->spec.kind == TKZ__SPLIT_BYTES && what->spec.space_first);
}

/* One run of the steps. */
typedef struct tkz__split_run {
    tkz__splitter *own;
    const char *text; /* that the pieces are of */
    size_t size;
    bool is_changed;
    bool at_start; /* the first piece begins where the document does */
    bool want_map;
    bool goes_on;     /* for the step at work the text is a part: something comes before it, */
    bool goes_behind; /* behind it */
    tkz_error *error;
} tkz__split_run;

/* A run is begun, goes through steps [first, end), and ends: its parts, for what knows more than a whole text
 * and its steps (split_places.c). A step first writes the text again, if it does so at all, and then cuts.
 * Errors: as tkz__splitter_run. */
TKZ_CHECKED tkz_status tkz__split_run_begin(tkz__split_run *now);
TKZ_CHECKED tkz_status tkz__split_run_steps(tkz__split_run *now, const tkz__split_steps *steps,
                                            size_t first, size_t end);
TKZ_CHECKED tkz_status tkz__split_run_rewrite(tkz__split_run *now, const tkz__split_steps *steps,
                                              size_t index);
TKZ_CHECKED tkz_status tkz__split_run_cut(tkz__split_run *now, const tkz__split_steps *steps,
                                          size_t index);
TKZ_CHECKED tkz_status tkz__split_run_end(tkz__split_run *now, const tkz__split_steps *steps,
                                          tkz__split_text *result);

/* char::is_numeric of Rust's standard library. */
bool tkz__split_is_numeric(uint32_t character);

/* The script that UnicodeScripts gives a character; one for which it looks at the character before has none. */
enum { TKZ__SPLIT_ANY_SCRIPT = -1 };
int tkz__split_script(uint32_t character);

/* Adds a piece to those that the step at work makes; none where it is empty. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED static inline tkz_status tkz__split_push(tkz__split_run *now, size_t start, size_t end)
{
    tkz__piece_list *list = &now->own->next;
    if (start == end)
        return TKZ_OK;
    if (list->count == list->capacity) {
        tkz_status status =
            tkz__array_reserve(&now->own->allocator, (void **)&list->items, &list->capacity,
                               list->count + 1, sizeof *list->items, now->error);
        if (status != TKZ_OK)
            return status;
    }
    list->items[list->count++] = (tkz__split_piece){(uint32_t)start, (uint32_t)end};
    return TKZ_OK;
}

/* The pieces that the step has made are those of the next one. */
void tkz__split_take_next(tkz__split_run *now);

/* Cuts all pieces as a step says. Errors: LIMIT, OUT_OF_MEMORY, those of a boundary source. */
TKZ_CHECKED tkz_status tkz__split_cut_pieces(tkz__split_run *now, const tkz__ready_step *what);

/* How pieces are written again. */
typedef enum tkz__split_rewriting {
    TKZ__REWRITE_AS_THEY_ARE,
    TKZ__REWRITE_AS_THE_STEP_SAYS,
    TKZ__REWRITE_AS_ALPHABET,
    TKZ__REWRITE_AS_BYTES
} tkz__split_rewriting;

/* Writes all pieces again, without gaps; a text and a map with them. `what`: the step that says how. Errors:
 * LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__split_rewrite(tkz__split_run *now, tkz__split_rewriting how,
                                          const tkz__ready_step *what);

#endif
