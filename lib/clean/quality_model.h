/* SPDX-License-Identifier: Apache-2.0
 *
 * A linear model of the characters of good and bad texts. Leans on memory.
 *
 * A text is cut into pieces of 512 characters, a rest below 256 belonging to the piece before it. In a piece every
 * character and every pair of characters falls into one of 2^15 buckets; a bucket that occurs n times counts
 * 1 + floor(log2 n). The piece's log-odds are the bias and the sum of the buckets' weights times these counts, divided by
 * the root of the sum of the squares of the counts; a text's are the mean of its pieces', each by its characters.
 * Counts and weights are whole numbers, so that the value is the same on every machine. contrib/train_quality.py learns
 * weights; a penalised logistic regression over hashed n-grams of characters, after Weinberger et al. 2009
 * (arXiv 0902.2206).
 */
#ifndef TKZ_CLEAN_QUALITY_MODEL_H
#define TKZ_CLEAN_QUALITY_MODEL_H

#include "core/error.h"
#include "core/memory.h"

enum {
    TKZ__QUALITY_BITS = 15,
    TKZ__QUALITY_BUCKETS = 1 << TKZ__QUALITY_BITS,
    TKZ__QUALITY_PIECE = 512,
    TKZ__QUALITY_LEAST = 256, /* a shorter rest is no piece of its own */
    TKZ__QUALITY_MOST = TKZ__QUALITY_PIECE + TKZ__QUALITY_LEAST /* characters of a piece */
};

typedef struct tkz__quality_model {
    double bias;
    double scale; /* what a step of a weight is worth */
    int8_t weights[TKZ__QUALITY_BUCKETS];
} tkz__quality_model;

/* What a worker needs for a piece; zeroed at first. */
typedef struct tkz__quality_counts {
    uint16_t counts[TKZ__QUALITY_BUCKETS]; /* 0 between pieces */
    uint32_t touched[2 * TKZ__QUALITY_MOST];
    size_t touched_count;
} tkz__quality_counts;

/* Reads a file of contrib/train_quality.py; `path` NULL: the weights of the project. The caller frees with
 * tkz__quality_model_free. Errors: OPEN_FAILED, IO, OUT_OF_MEMORY; BAD_FORMAT and BAD_UTF8, with the line. */
TKZ_CHECKED tkz_status tkz__quality_model_open(tkz__quality_model **model, const char *path,
                                               const tkz_allocator *allocator, tkz_error *error);
void tkz__quality_model_free(tkz__quality_model *model, const tkz_allocator *allocator); /* accepts NULL */

/* Characters of the piece that begins at `start`, of a text of `count`. */
size_t tkz__quality_piece(size_t start, size_t count);

/* Log-odds of a piece of at most TKZ__QUALITY_MOST characters. */
double tkz__quality_odds(const tkz__quality_model *model, tkz__quality_counts *counts,
                         const uint32_t *characters, size_t count);

/* The bucket of a character, and of it and the next. */
static inline uint32_t tkz__quality_bucket(uint64_t key)
{
    return (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - TKZ__QUALITY_BITS));
}
static inline uint64_t tkz__quality_pair(uint32_t first, uint32_t second)
{
    return (uint64_t)1 << 42 | (uint64_t)first << 21 | second;
}

#endif
