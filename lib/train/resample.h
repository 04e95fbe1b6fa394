/* SPDX-License-Identifier: Apache-2.0
 *
 * Bootstrap intervals of ratios of sums over documents, in one pass: in each resample a document counts
 * as often as a Poisson variable of mean 1 says (Chamandy et al., Estimating Uncertainty for Massive
 * Data Streams, 2012). Leans on core's hash and random numbers.
 */
#ifndef TKZ_TRAIN_RESAMPLE_H
#define TKZ_TRAIN_RESAMPLE_H

#include "core/memory.h"

/* Sums of several columns in every resample. */
typedef struct tkz__resample {
    uint32_t count;   /* resamples; 0: nothing is kept */
    uint32_t columns;
    uint64_t *sums;   /* columns rows of `count` */
    uint8_t *weights; /* of one document, `count` of them */
    tkz_allocator allocator;
} tkz__resample;

TKZ_CHECKED tkz_status tkz__resample_init(tkz__resample *resample, uint32_t count,
                                          uint32_t columns, const tkz_allocator *allocator,
                                          tkz_error *error);
void tkz__resample_free(tkz__resample *resample); /* accepts an all-zero struct */
void tkz__resample_clear(tkz__resample *resample);

/* One more document: `values` has a number for each column. The weights depend on the seed and the key
 * (a hash of its text) only: neither on the order of documents nor on threads. */
void tkz__resample_add(tkz__resample *resample, uint64_t seed, uint64_t key,
                       const uint64_t *values);

/* total += part, of the same shape. */
void tkz__resample_merge(tkz__resample *total, const tkz__resample *part);

/* A ratio: factor * (sum of a column) / (sum of the column `under`, plus that of `under_more`, which is
 * UINT32_MAX where there is none). */
typedef struct tkz__ratio {
    uint32_t over;
    uint32_t under;
    uint32_t under_more;
    double factor;
} tkz__ratio;

/* The 95 % interval: the 2.5th and 97.5th percentile over the resamples, between two of them in
 * proportion (as numpy's default has it). Resamples whose divisor is 0 are left out; false if none
 * is left. `scratch` has room for `count`. */
bool tkz__resample_interval(const tkz__resample *resample, const tkz__ratio *ratio,
                            double *scratch, double *low, double *high);

#endif
