/* SPDX-License-Identifier: Apache-2.0
 *
 * The greedy loop of BPE training: from words to the list of merges. Leans on
 * bpe_words and bpe_pairs.
 */
#ifndef TKZ_TRAIN_BPE_MERGES_H
#define TKZ_TRAIN_BPE_MERGES_H

#include "train/bpe_words.h"

typedef struct tkz__bpe_merge {
    uint32_t left;
    uint32_t right;
} tkz__bpe_merge;

/* The merges in the order they were made; the merge at index i makes token first_byte + 256 + i. */
typedef struct tkz__bpe_merges {
    tkz__bpe_merge *items;
    size_t count;
    size_t capacity;
    tkz_allocator allocator;
} tkz__bpe_merges;

typedef struct tkz__bpe_plan {
    uint32_t first_byte;           /* id of the first of the 256 byte tokens */
    uint32_t merge_limit;          /* merges to make at most */
    uint64_t minimum_count;        /* rarer pairs are not merged */
    uint32_t token_size_limit;     /* pairs that make longer tokens are not merged */
    const tkz__byte_map *reserved; /* texts that no token may spell; NULL: none */
} tkz__bpe_plan;

void tkz__bpe_merges_init(tkz__bpe_merges *merges, const tkz_allocator *allocator);
void tkz__bpe_merges_free(tkz__bpe_merges *merges);

/* Merges the best pair again and again, in `words`, which are used up. The time is linear in the
 * places of `words`, but for the sorting of pairs. `progress` may be NULL. Errors: CANCELLED,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_merges_find(tkz__bpe_merges *merges, tkz__bpe_words *words,
                                            const tkz__bpe_plan *plan,
                                            const tkz_progress_callback *progress,
                                            tkz_error *error);

#endif
