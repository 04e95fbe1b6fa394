/* SPDX-License-Identifier: Apache-2.0
 *
 * The lattice of sentencepiece's Unigram trainer in its single precision and with its orders
 * (src/unigram_model.cc, class Lattice). Leans on unigram_pieces.
 */
#ifndef TKZ_TRAIN_UNIGRAM_LATTICE32_H
#define TKZ_TRAIN_UNIGRAM_LATTICE32_H

#include "train/unigram_pieces.h"

typedef struct tkz__node32 {
    uint32_t piece;
    uint32_t start;
    uint32_t length;
    uint32_t before; /* on the best path: number of the node, 0 for the start of the text */
    float score;
    float best;      /* of the paths that end with it */
} tkz__node32;

/* A partial path from the end of the text, while the two best ones are looked for. */
typedef struct tkz__path32 {
    uint32_t node;
    uint32_t next; /* number of the path it goes on to */
    float behind;  /* score of what follows the node's start */
    float total;   /* and with the best of what is before it */
} tkz__path32;

typedef struct tkz__lattice32 {
    tkz_allocator allocator;
    size_t size;        /* characters */
    tkz__node32 *nodes; /* 0: the start of the text; then by start, then by length */
    size_t count;
    size_t capacity;
    uint32_t *first;    /* of each place: the first node that starts there */
    uint32_t *ends;     /* of each place: where in `ending` its nodes are */
    uint32_t *ending;   /* nodes by their end, then as above */
    float *before;      /* logarithms of all paths up to each place, */
    float *behind;      /* and from it */
    uint32_t *path;     /* the result of the last search */
    size_t first_capacity, ends_capacity, ending_capacity, before_capacity, behind_capacity,
        path_capacity;
    tkz__path32 *paths;
    size_t path_count;
    size_t paths_capacity;
    uint32_t *heap;
    size_t heap_count;
    size_t heap_capacity;
    float final; /* score of the best path */
} tkz__lattice32;

void tkz__lattice32_init(tkz__lattice32 *lattice, const tkz_allocator *allocator);
void tkz__lattice32_free(tkz__lattice32 *lattice);

/* Takes a text, given as the longest piece at each place. Where no piece has one character the unknown
 * stands, which sentencepiece numbers 0 as it does the first piece. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__lattice32_fill(tkz__lattice32 *lattice,
                                           const tkz__unigram_pieces *pieces, const float *scores,
                                           const uint32_t *longest, size_t size, float unknown,
                                           tkz_error *error);

/* Adds `weight` times the probability of each node to the expected count of its piece. `is_log1p`: as
 * 0.2.3 adds logarithms. */
void tkz__lattice32_expect(tkz__lattice32 *lattice, float weight, bool is_log1p, float *expected);

/* The best path, in `path`; returns its pieces. */
size_t tkz__lattice32_best(tkz__lattice32 *lattice);

/* Number of pieces on the best and the second best path (0: there is none), which is in `path`. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__lattice32_two_best(tkz__lattice32 *lattice, size_t *first,
                                               size_t *second, tkz_error *error);

/* Score of the best path that is not this piece over all of the text. */
float tkz__lattice32_best_without(tkz__lattice32 *lattice, uint32_t piece);

#endif
