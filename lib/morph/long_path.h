/* SPDX-License-Identifier: Apache-2.0
 *
 * The best words of a stretch of text, however long, in which no word is certain for
 * a long time. Leans on the word graph.
 *
 * The stretch is gone through in chunks. Between two of them, at a cut, only the words are kept that
 * may go over it, with their costs and each with the word of the cut before through which its best
 * path leads. A cut whose words all lead to one word of an earlier cut decides that one; the end of
 * the sentence decides all. The words between two decided ones are then found by going through their
 * chunk a second time. So memory is a chunk's, and some words for each chunk that waits: a part in a
 * thousand of the text, and the words are those of the whole sentence.
 */
#ifndef TKZ_MORPH_LONG_PATH_H
#define TKZ_MORPH_LONG_PATH_H

#include "morph/word_graph.h"

enum {
    /* Bytes of a chunk. Each takes as much memory as its cut has words that still count: mostly
     * fewer than ten, of 32 bytes. */
    TKZ__PATH_CHUNK = 1 << 14,
};

/* A word that is decided, as bytes of the text. */
typedef struct tkz__path_word {
    size_t start;
    size_t end;
    tkz__word_number number;
} tkz__path_word;

/* A word that may go over a cut: it begins before the cut and ends at it or behind. */
typedef struct tkz__cut_word {
    size_t place; /* byte of the text at which it was looked up */
    size_t end;
    tkz__word_number number;
    uint32_t back;  /* number of the word of the cut before through which the best path to it leads */
    uint32_t heirs; /* words of the next cut whose `back` it is, without those that count no more */
    uint16_t right_id;
} tkz__cut_word;

typedef struct tkz__path_cut {
    size_t first; /* its words begin there */
    size_t begin; /* where the next chunk begins */
    size_t live;  /* words that may still be in the best path */
} tkz__path_cut;

typedef struct tkz__long_path {
    const char *text;
    size_t end;   /* of the sentence */
    size_t chunk; /* bytes */

    /* Cuts in ascending order; the first is where what has not been given out begins, and has one
     * word. Words are ordered by MeCab's preference: looked up later, then created earlier. */
    tkz__path_cut *cuts;
    size_t cut_count;
    size_t cut_capacity;
    tkz__cut_word *cut_words;
    size_t cut_word_count;
    size_t cut_word_capacity;
    size_t given;      /* the last cut up to which words were given out */
    size_t decided;    /* the last cut whose word is certain */
    size_t seen;       /* where the chunk that was looked up last ended */
    bool is_ended;     /* the end of the sentence has been reached: it decides the last cut */
    size_t stop;       /* then: no word ends behind it */

    /* Of the chunk: numbers 0 to entry_count - 1 are the words of the cut that it begins with, then
     * come those of the graph. */
    size_t entry_count;
    uint32_t *entries; /* places where they end */
    size_t entry_capacity;
    int64_t *entry_costs; /* of the last cut */
    size_t entry_cost_capacity;
    int64_t *costs;
    size_t cost_capacity;
    uint32_t *backs;   /* the best word before it */
    uint32_t *origins; /* the entry through which the best path leads */
    uint32_t *by_end;  /* numbers ordered by where they end, then by MeCab's preference */
    uint32_t *matches; /* of the words of the graph */
    uint16_t *right_ids;
    size_t capacity; /* of these five */
    uint32_t *ends;  /* of each place: behind the last one in `by_end` that ends there */
    size_t end_capacity;

    tkz__path_word *words; /* that were given out last */
    size_t word_capacity;
} tkz__long_path;

void tkz__long_path_init(tkz__long_path *path);
void tkz__long_path_free(tkz__long_path *path, const tkz_allocator *allocator);

/* Begins a stretch of text[0, end) at `begin`, behind a word with this right context id. `begin` is not
 * white space and before `end`. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__long_path_begin(tkz__long_path *path, tkz__word_graph *graph,
                                            const char *text, size_t end, size_t begin,
                                            uint32_t right_id, tkz_error *error);

/* Whether words are certain again close behind those given out: the stretch ends there. If words were
 * given out, `*start` is the end of the last one and `*right_id` its right context id. */
bool tkz__long_path_leave(const tkz__long_path *path, size_t *start, uint32_t *right_id);

/* The next words: at least one, or none at the end of the sentence or when the stretch can be left. Valid
 * until the next call. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__long_path_next(tkz__long_path *path, tkz__word_graph *graph,
                                           const tkz__path_word **words, size_t *count,
                                           tkz_error *error);

#endif
