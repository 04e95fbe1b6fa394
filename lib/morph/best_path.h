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
#include "morph/word_graph.h"

enum {
    /* Bytes of a window. Larger ones leave the cache of the second level, smaller ones are analysed
     * again at their ends more often. */
    TKZ__PATH_WINDOW = 4096,
    /* Places of a window whose sums of costs are below 2^30: each word adds less than 2^16. */
    TKZ__PATH_NARROW = 1 << 14,
};

/* A word that is decided, as bytes of the text. */
typedef struct tkz__path_word {
    size_t start;
    size_t end;
    tkz__word_number number;
} tkz__path_word;

typedef struct tkz__best_path {
    tkz__word_graph graph;
    const char *text;
    size_t end;        /* of the sentence */
    size_t start;      /* of the window: all words before it are decided */
    uint32_t right_id; /* of the word before it */
    size_t window;     /* bytes of a window that can be cut at once */
    size_t narrow;     /* places up to which 32 bits hold all sums */

    /* Words that may be the left one of two, ordered by where they end, and among those that end
     * at one place by MeCab's preference: begins later, then created earlier. Number 0 is what
     * the window begins behind. */
    int32_t *costs; /* of the best path that ends with it */
    uint16_t *right_ids;
    uint32_t *backs; /* the best one before it */
    uint32_t *words; /* its number in the graph */
    uint32_t *slots; /* of each word of the graph: its number here */
    size_t slot_capacity;
    int64_t *wide; /* costs of windows over `narrow` */
    size_t wide_capacity;

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
