/* SPDX-License-Identifier: Apache-2.0
 *
 * The inner loop of the search: for each word that begins at a place the best of
 * those that end there. Leans on the words of the image.
 */
#ifndef TKZ_MORPH_CONNECT_H
#define TKZ_MORPH_CONNECT_H

#include "morph/dictionary_image.h"

/* What the best path up to a word costs, which left word is in it, and the word's right context id, in
 * one integer: the cost in the upper 32 bits, then 16 bits each. A left word stands in it as its rank
 * among those that end where it does, the preferred one of equal cost first. So the smallest of
 * the keys of left words is that of the best one, and a key is all that is read of a left word.
 * As doubles of the same bits keys are positive normal numbers: a sentence begins with a cost of
 * TKZ__KEY_START, and a word adds or takes less than 2^16. */
typedef int64_t tkz__path_key;

#define TKZ__KEY_LIMIT INT64_C(0x7FE0000000000000) /* above all keys */

enum {
    TKZ__KEY_START = 1 << 30,
    TKZ__KEY_RANKS = UINT16_MAX, /* left words that have a rank in a key */
    /* Items that may be read behind an array of words, and written behind one of keys. */
    TKZ__GRAPH_MARGIN = 8,
};

static inline tkz__path_key tkz__path_key_of(int32_t cost, uint32_t rank, uint32_t right_id)
{
    return (int64_t)((uint64_t)(int64_t)cost << 32 | (uint64_t)rank << 16 | right_id);
}

static inline uint32_t tkz__path_key_rank(tkz__path_key key)
{
    return (uint32_t)key >> 16;
}

static inline uint32_t tkz__path_key_right_id(tkz__path_key key)
{
    return (uint16_t)key;
}

typedef struct tkz__connection {
    const int16_t *matrix;
    uint32_t row_size; /* costs of a left context id */
    const tkz__path_key *lefts; /* at least one, with their own ranks */
    size_t left_count;
    const tkz__image_word *rights; /* TKZ__GRAPH_MARGIN more are read, whose ids are of the matrix */
    size_t right_count;
    tkz__path_key *results; /* of each right word, with the rank of the left one; the margin is written */
} tkz__connection;

/* Finds the best left word for each right one. */
void tkz__connect(const tkz__connection *connection);

/* The same without vector instructions; writes no margin. */
void tkz__connect_plain(const tkz__connection *connection);

#endif
