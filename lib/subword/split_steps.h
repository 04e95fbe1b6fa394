/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-tokenizers that are lists of steps, each of which cuts every part that the one before left:
 * those of HF tokenizers 0.23 (src/pre_tokenizers) and tiktoken's regular expression. Leans on
 * split_spelling and the patterns of text.
 */
#ifndef TKZ_SUBWORD_SPLIT_STEPS_H
#define TKZ_SUBWORD_SPLIT_STEPS_H

#include "core/span_map.h"
#include "subword/split_spelling.h"
#include "text/pattern.h"

/* Immutable; any thread. */
typedef struct tkz__split_steps tkz__split_steps;

/* Makes the steps that a text spells. Errors: BAD_FORMAT, UNSUPPORTED, BAD_UTF8, LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__split_steps_new(tkz__split_steps **steps, const char *text, size_t size,
                                            const tkz_allocator *allocator, tkz_error *error);
void tkz__split_steps_free(tkz__split_steps *steps); /* accepts NULL */

/* Whether they may change text or leave out some; if not, chunks are all of the text as it is. */
bool tkz__split_steps_change(const tkz__split_steps *steps);

/* Chunks behind a ByteLevel step are spelled in its characters, as the tokens of a model are that is no
 * BPE of bytes. Called before they run. */
void tkz__split_steps_spell_bytes(tkz__split_steps *steps);

/* Whether they need a boundary source, and the hash that it must have. */
bool tkz__split_steps_morph(const tkz__split_steps *steps, uint64_t *hash);

/* The last place in a text, not its start or end, where the chunks of what is before and behind it are
 * those of the text whatever follows; 0: there is none, or the steps have no such places. */
size_t tkz__split_steps_last_cut(const tkz__split_steps *steps, const char *text, size_t size);

/* Have they such places? */
bool tkz__split_steps_cut_words(const tkz__split_steps *steps);

/* A part of a text. */
typedef struct tkz__split_piece {
    uint32_t start;
    uint32_t end;
} tkz__split_piece;

typedef struct tkz__piece_list {
    tkz__split_piece *items;
    size_t count;
    size_t capacity;
} tkz__piece_list;

/* Memory of one worker. */
typedef struct tkz__splitter {
    tkz_allocator allocator;
    tkz__pattern_search search;
    tkz__piece_list pieces; /* so far */
    tkz__piece_list next;   /* that the step at work makes */
    tkz__buffer text;       /* where it was changed */
    tkz__buffer next_text;
    tkz__span_map map;
    tkz__span_map next_map;
    tkz__span_map composed;
    size_t goes_on;     /* the next text goes on with one before for the first of the steps, as many: Metaspace
                         * puts nothing before it */
    size_t goes_behind; /* and is not the end for the first of them */
    size_t known;       /* where the last match of an expression began that saw no end of its piece */
    tkz_boundaries boundaries; /* `open` NULL: there are none */
    void *words;               /* a worker of them */
} tkz__splitter;

void tkz__splitter_init(tkz__splitter *splitter, const tkz_allocator *allocator);
void tkz__splitter_free(tkz__splitter *splitter);

/* Makes a worker of a boundary source, if it is not the one there is. Errors: those of its `open`. */
TKZ_CHECKED tkz_status tkz__splitter_use(tkz__splitter *splitter, const tkz_boundaries *boundaries,
                                         tkz_error *error);

/* What became of a text: chunks without gaps, and, where it changed and that was wanted, a map from
 * the text given to `text`. Valid until the next run. */
typedef struct tkz__split_text {
    const char *text;
    size_t size;
    const tkz__split_piece *chunks;
    size_t chunk_count;
    const tkz__span_map *map; /* NULL: not changed, or not wanted */
} tkz__split_text;

/* Runs the steps over a text of less than 4 GiB. `at_start`: it begins where the document does, which
 * Metaspace asks. Linear, but for what a regular expression does. Errors: LIMIT, OUT_OF_MEMORY, those
 * of a boundary source, UNSUPPORTED (the steps need one). */
TKZ_CHECKED tkz_status tkz__splitter_run(tkz__splitter *splitter, const tkz__split_steps *steps,
                                         const char *text, size_t size, bool at_start,
                                         bool want_map, tkz__split_text *result,
                                         tkz_error *error);

#endif
