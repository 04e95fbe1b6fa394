/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact counts of n-grams of any symbols, for every n from a lowest up to a highest one, in one sweep per
 * n over the places that can still repeat. Leans on large_ngrams.
 */
#ifndef TKZ_CLEAN_CHARACTER_NGRAMS_H
#define TKZ_CLEAN_CHARACTER_NGRAMS_H

#include "clean/large_ngrams.h"

/* Arrays of one row for each place where an n-gram of the length at hand begins and which may repeat. */
typedef struct tkz__ngram_counter {
    uint32_t *rows;   /* all of the arrays below, one behind the other; in `blocks`, as `slots` is */
    void *blocks[2];
    size_t block_sizes[2];
    size_t capacity;  /* rows */
    uint32_t *start;  /* where in the text */
    uint32_t *left;   /* the two (n-1)-grams, overlapping, that it consists of */
    uint32_t *right;
    uint32_t *name;   /* the first row of the same n-gram */
    uint32_t *count;  /* of occurrences, in that row; 0 in the others */
    uint32_t *slots;  /* hash table: row + 1, or 0 */
    size_t slot_count; /* a power of two, or 0 */
    tkz__count_heap heap; /* of counts of 5-grams */
    tkz_allocator allocator;
} tkz__ngram_counter;

/* Allocates nothing. */
void tkz__ngram_counter_init(tkz__ngram_counter *counter, const tkz_allocator *allocator);
void tkz__ngram_counter_free(tkz__ngram_counter *counter);

/* Symbols from which on large_ngrams counts: with 1.4 million both take as long, with 9 million (25 MB) it takes six tenths of
 * the time and a third of the memory, with 75 million four tenths. */
enum { TKZ__LARGE_TEXT = 3 << 19 };

/* Fills in `found[orders.least]` to `found[orders.most]`, and the sum `frequent_5grams` if 5 is among them and it is not
 * NULL. `symbols` are any numbers but UINT32_MAX. Errors: OUT_OF_MEMORY, LIMIT (2^32-2 symbols). Time grows with `count`
 * times `most` at worst; on prose, less than three times with `count`, because few places repeat beyond the fourth symbol. */
TKZ_CHECKED tkz_status tkz__ngram_counter_run(tkz__ngram_counter *counter, const uint32_t *symbols,
                                              size_t count, tkz__ngram_orders orders,
                                              tkz__ngram_counts *found,
                                              uint64_t *frequent_5grams, tkz_error *error);

#endif
