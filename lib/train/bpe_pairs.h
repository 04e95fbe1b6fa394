/* SPDX-License-Identifier: Apache-2.0
 *
 * The pairs of neighbouring tokens that may still be merged: how often each
 * occurs and where. Leans on index's pair table and pair queue.
 */
#ifndef TKZ_TRAIN_BPE_PAIRS_H
#define TKZ_TRAIN_BPE_PAIRS_H

#include "index/pair_queue.h"
#include "index/pair_table.h"

typedef struct tkz__bpe_pair {
    uint64_t count;
    uint64_t postings; /* where its places start in the pool */
    uint32_t posting_count;
    uint32_t left;
    uint32_t right;
} tkz__bpe_pair;

/* In place of the left id of a bound: it has all pairs of its count before it. */
#define TKZ__BPE_ALL_OF_COUNT UINT32_MAX

/* All occurrences of a pair come into being at once: at the start, or in the step that makes its
 * newer token. From then on they only become fewer. Therefore
 * - a pair that is behind `last` when it is made is not kept: it stays there while the bound does;
 * - the list of its places is written once, at its exact size, in ascending order. Places that
 *   other merges have changed since stay in it; whoever walks the list has to look.
 *
 * The pool is a row of blocks [record, number of places, places ...]. When a pair is dropped its
 * block is garbage; the pool is swept before it would grow while a quarter of it is garbage. */
typedef struct tkz__bpe_pairs {
    tkz__pair_count last; /* a bound: pairs that come behind it are not kept; its count is at least 1 */
    tkz__pair_table table; /* pair -> index of its record */
    tkz__pair_queue queue; /* with counts that may be too high by now */
    tkz__bpe_pair *records;
    size_t record_count;
    size_t record_capacity;
    uint32_t free_record; /* chained by `left`; UINT32_MAX: none */
    uint32_t *pool;
    size_t pool_size;
    size_t pool_capacity;
    size_t pool_garbage;
    tkz_allocator allocator;
} tkz__bpe_pairs;

/* Pairs that occur less often than `minimum` times are not kept. */
void tkz__bpe_pairs_init(tkz__bpe_pairs *pairs, uint64_t minimum, const tkz_allocator *allocator);
void tkz__bpe_pairs_free(tkz__bpe_pairs *pairs);

/* Would the pair be taken after the bound `last`: is it rarer, or as frequent but later in the order of equal counts? */
static inline bool tkz__bpe_pairs_is_behind(const tkz__bpe_pairs *pairs, tkz__pair_count pair, const tkz__pair_count *last)
{
    if (pair.count != last->count)
        return pair.count < last->count;
    return last->left != TKZ__BPE_ALL_OF_COUNT && tkz__pair_queue_is_before(&pairs->queue, last, &pair);
}

/* Makes room for `pair_count` new pairs with `posting_count` places in all. Places found before are
 * invalid afterwards. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__bpe_pairs_reserve(tkz__bpe_pairs *pairs, uint64_t pair_count,
                                              uint64_t posting_count, tkz_error *error);

/* Adds a pair that is not there, with a list for `capacity` places; room has been reserved. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_pairs_add(tkz__bpe_pairs *pairs, uint32_t left, uint32_t right,
                                          uint64_t count, uint32_t capacity, uint32_t *record,
                                          tkz_error *error);

/* Where the next place of a record that was just added is to be written. */
static inline uint32_t *tkz__bpe_pairs_next(tkz__bpe_pairs *pairs, uint32_t record)
{
    tkz__bpe_pair *pair = &pairs->records[record];
    return &pairs->pool[pair->postings + pair->posting_count++];
}

/* Appends a place to the list of a record that was just added. */
static inline void tkz__bpe_pairs_append(tkz__bpe_pairs *pairs, uint32_t record, uint32_t place)
{
    *tkz__bpe_pairs_next(pairs, record) = place;
}

/* Takes `amount` from the count of a pair, if the pair is kept. */
void tkz__bpe_pairs_lower(tkz__bpe_pairs *pairs, uint32_t left, uint32_t right, uint64_t amount);

/* Takes the best pair out: largest count, then what the queue's order says. False if there is
 * none. Its list of places may be read and written until tkz__bpe_pairs_release. */
bool tkz__bpe_pairs_take(tkz__bpe_pairs *pairs, uint32_t *best);

/* Gives back the record and the places of a pair that was taken out. */
void tkz__bpe_pairs_release(tkz__bpe_pairs *pairs, uint32_t record);

/* Forgets all pairs, and what memory of them is not small. */
void tkz__bpe_pairs_clear(tkz__bpe_pairs *pairs);

#endif
