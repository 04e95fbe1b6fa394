/* SPDX-License-Identifier: Apache-2.0
 *
 * The best words of a sentence of any length, found window by window. Leans on the
 * word graph.
 *
 * A window ends anywhere. All paths that lead out of it are followed back to the word that they
 * have in common: it and all before it are in the best path of the sentence whatever follows, ties
 * included, and the next window begins behind it. So memory is bounded by the longest stretch of
 * text that no word ends for certain, and the words are those of the whole sentence.
 */
#ifndef TKZ_MORPH_BEST_PATH_H
#define TKZ_MORPH_BEST_PATH_H

#include "morph/connect.h"
#include "morph/long_path.h"

enum {
    /* Bytes of a window. Larger ones leave the cache of the second level, smaller ones are analysed
     * again at their ends more often. */
    TKZ__PATH_WINDOW = 4096,
};

typedef struct tkz__best_path {
    tkz__word_graph graph;
    const char *text;
    size_t end;        /* of the sentence */
    size_t start;      /* of the window: all words before it are decided */
    uint32_t right_id; /* of the word before it */
    size_t seen;       /* where the window that was looked up last ended */
    size_t window;     /* bytes; up to 2^13 all sums of costs are those of keys: connect.h */
    bool is_long;      /* `longer` goes on */
    bool is_of_window; /* the words given out last are a window's, not those of `longer` */
    tkz__long_path longer;

    tkz__path_key *keys; /* of the words of the graph */
    size_t key_capacity;
    tkz__path_key *lefts; /* of the words that end at a place */
    size_t left_capacity;
    size_t ranks; /* up to which keys hold the ranks of left words */

    uint8_t *marks; /* words on the paths that lead behind the window */
    size_t mark_capacity;

    tkz__path_word *decided;
    size_t decided_capacity;
} tkz__best_path;

void tkz__best_path_init(tkz__best_path *path, const tkz_dictionary *dictionary,
                         const tkz_allocator *allocator);
void tkz__best_path_free(tkz__best_path *path);

/* Begins the sentence text[start, end), any bytes, which stay where they are until it has been
 * read. */
void tkz__best_path_begin(tkz__best_path *path, const char *text, size_t start, size_t end);

/* The next words of the sentence: at least one, or none at its end. Valid until the next call.
 * Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__best_path_next(tkz__best_path *path, const tkz__path_word **words,
                                           size_t *count, tkz_error *error);

#endif
