/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact counts of n-grams of a text that no cache holds, in 4 bytes of memory for each symbol and a room of a fixed
 * size. Leans on measures and memory.
 */
#ifndef TKZ_CLEAN_LARGE_NGRAMS_H
#define TKZ_CLEAN_LARGE_NGRAMS_H

#include "clean/count_heap.h"
#include "clean/measures.h"
#include "core/memory.h"

/* Which n are asked for, TKZ__NGRAM_LEAST..TKZ__NGRAM_MOST; most 0: none. */
typedef struct tkz__ngram_orders {
    uint32_t least;
    uint32_t most;
} tkz__ngram_orders;

/* How many places are sorted at once: two arrays of 16 bytes each for them; those of one part of the text, a sixteenth of
 * them on average, stay in a cache of 1 MiB. */
enum { TKZ__LARGE_NGRAMS_ROOM = 1 << 18 };

/* Fills in `found[orders.least]` to `found[orders.most]`, and puts into `frequent`, unless it is NULL, how often each
 * 5-gram occurs that is repeated, if 5 is among them. `symbols` are any numbers but UINT32_MAX, `count` is below UINT32_MAX. `room`: from
 * PART on; the result is the same with any. Nothing stays allocated. Errors: OUT_OF_MEMORY. Time: in proportion to `count`;
 * where few symbols are repeated for long, times `orders.most`. */
TKZ_CHECKED tkz_status tkz__large_ngrams_count(const uint32_t *symbols, size_t count, tkz__ngram_orders orders, size_t room,
                                               tkz__ngram_counts *found, tkz__count_heap *frequent,
                                               const tkz_allocator *allocator, tkz_error *error);

#endif
