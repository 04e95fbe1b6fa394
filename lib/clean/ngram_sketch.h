/* SPDX-License-Identifier: Apache-2.0
 *
 * A bound of what the most frequent 5-grams come to, for a fraction of what counting them takes. Leans on measures.
 */
#ifndef TKZ_CLEAN_NGRAM_SKETCH_H
#define TKZ_CLEAN_NGRAM_SKETCH_H

#include <stddef.h>
#include <stdint.h>

enum { TKZ__SKETCH_LEAST = 1 << 12, TKZ__SKETCH_MOST = 1 << 16 };

/* Counts of 5-grams that share a place. */
typedef struct tkz__ngram_sketch {
    uint8_t counts[TKZ__SKETCH_MOST];
} tkz__ngram_sketch;

/* A number that `frequent_5grams` of `count` symbols (tkz__ngram_counter_run) is not above; UINT64_MAX where nothing is
 * known. Time grows with `count`. */
uint64_t tkz__ngram_sketch_bound(tkz__ngram_sketch *sketch, const uint32_t *symbols, size_t count);

#endif
