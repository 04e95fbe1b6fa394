/* SPDX-License-Identifier: Apache-2.0
 *
 * The pairs of neighbouring tokens that may still be merged. Leans on index's
 * pair table and pair queue.
 */
#include "train/bpe_pairs.h"

#include <string.h>

enum { BLOCK_HEAD = 2 }; /* record, number of places */

#define NO_RECORD UINT32_MAX
#define NO_POSTINGS UINT64_MAX

void tkz__bpe_pairs_init(tkz__bpe_pairs *pairs, uint64_t minimum, const tkz_allocator *allocator)
{
    memset(pairs, 0, sizeof *pairs);
    pairs->allocator = tkz__allocator_or_default(allocator);
    pairs->last = (tkz__pair_count){minimum > 0 ? minimum : 1, TKZ__BPE_ALL_OF_COUNT, 0};
    pairs->free_record = NO_RECORD;
    tkz__pair_table_init(&pairs->table, allocator);
    tkz__pair_queue_init(&pairs->queue, allocator);
}

void tkz__bpe_pairs_free(tkz__bpe_pairs *pairs)
{
    tkz__pair_table_free(&pairs->table);
    tkz__pair_queue_free(&pairs->queue);
    tkz__release_array(&pairs->allocator, pairs->records, pairs->record_capacity,
                       sizeof *pairs->records);
    tkz__release_array(&pairs->allocator, pairs->pool, pairs->pool_capacity, sizeof *pairs->pool);
    pairs->records = NULL;
    pairs->pool = NULL;
    pairs->record_count = pairs->record_capacity = pairs->pool_size = pairs->pool_capacity = 0;
}

/* Moves the blocks of kept pairs together. */
static void sweep(tkz__bpe_pairs *pairs)
{
    size_t target = 0;
    for (size_t block = 0; block < pairs->pool_size;) {
        tkz__bpe_pair *pair = &pairs->records[pairs->pool[block]];
        size_t size = BLOCK_HEAD + (size_t)pairs->pool[block + 1];
        if (pair->postings == block + BLOCK_HEAD) {
            memmove(pairs->pool + target, pairs->pool + block, size * sizeof *pairs->pool);
            pair->postings = target + BLOCK_HEAD;
            target += size;
        }
        block += size;
    }
    pairs->pool_size = target;
    pairs->pool_garbage = 0;
}

tkz_status tkz__bpe_pairs_reserve(tkz__bpe_pairs *pairs, uint64_t pair_count,
                                  uint64_t posting_count, tkz_error *error)
{
    /* Both numbers are of different places in memory, so that the sum cannot overflow. */
    size_t extra = (size_t)(pair_count * BLOCK_HEAD + posting_count);
    /* A sweep costs one pass over the pool and is paid for by the garbage it removes, at least a
     * quarter. */
    if (extra > pairs->pool_capacity - pairs->pool_size &&
        pairs->pool_garbage >= pairs->pool_size / 4)
        sweep(pairs);
    return tkz__array_reserve(&pairs->allocator, (void **)&pairs->pool, &pairs->pool_capacity,
                              pairs->pool_size + extra, sizeof *pairs->pool, error);
}

/* A record that is not in use. */
static tkz_status new_record(tkz__bpe_pairs *pairs, uint32_t *record, tkz_error *error)
{
    if (pairs->free_record != NO_RECORD) {
        *record = pairs->free_record;
        pairs->free_record = pairs->records[*record].left;
        return TKZ_OK;
    }
    /* Every kept pair has a place of its own, and there are fewer than 2^32 places. */
    tkz_status status = tkz__array_reserve(&pairs->allocator, (void **)&pairs->records,
                                           &pairs->record_capacity, pairs->record_count + 1,
                                           sizeof *pairs->records, error);
    if (status == TKZ_OK)
        *record = (uint32_t)pairs->record_count++;
    return status;
}

tkz_status tkz__bpe_pairs_add(tkz__bpe_pairs *pairs, uint32_t left, uint32_t right, uint64_t count,
                              uint32_t capacity, uint32_t *record, tkz_error *error)
{
    tkz_status status = new_record(pairs, record, error);
    if (status != TKZ_OK)
        return status;
    pairs->records[*record] = (tkz__bpe_pair){.count = count,
                                              .postings = pairs->pool_size + BLOCK_HEAD,
                                              .left = left,
                                              .right = right};
    pairs->pool[pairs->pool_size] = *record;
    pairs->pool[pairs->pool_size + 1] = capacity;
    pairs->pool_size += BLOCK_HEAD + (size_t)capacity;
    status = tkz__pair_table_set(&pairs->table, tkz__pair_key(left, right), *record, error);
    if (status == TKZ_OK)
        status = tkz__pair_queue_push(&pairs->queue, (tkz__pair_count){count, left, right}, error);
    return status;
}

void tkz__bpe_pairs_release(tkz__bpe_pairs *pairs, uint32_t record)
{
    tkz__bpe_pair *pair = &pairs->records[record];
    pairs->pool_garbage += BLOCK_HEAD + (size_t)pairs->pool[pair->postings - 1];
    pair->postings = NO_POSTINGS;
    pair->left = pairs->free_record;
    pairs->free_record = record;
}

void tkz__bpe_pairs_lower(tkz__bpe_pairs *pairs, uint32_t left, uint32_t right, uint64_t amount)
{
    uint32_t *found = tkz__pair_table_find(&pairs->table, tkz__pair_key(left, right));
    if (found == NULL)
        return;
    uint32_t record = *found;
    pairs->records[record].count -= amount;
    if (tkz__bpe_pairs_is_behind(pairs, (tkz__pair_count){pairs->records[record].count, left, right}, &pairs->last)) {
        /* Its place in the queue goes when it comes up. */
        (void)tkz__pair_table_remove(&pairs->table, tkz__pair_key(left, right));
        tkz__bpe_pairs_release(pairs, record);
    }
}

bool tkz__bpe_pairs_take(tkz__bpe_pairs *pairs, uint32_t *best)
{
    const tkz__pair_count *first;
    while ((first = tkz__pair_queue_first(&pairs->queue)) != NULL) {
        uint64_t key = tkz__pair_key(first->left, first->right);
        uint32_t *record = tkz__pair_table_find(&pairs->table, key);
        if (record != NULL && pairs->records[*record].count != first->count) {
            /* Counts only fall: put back where it belongs now, and look again. */
            tkz__pair_queue_recount_first(&pairs->queue, pairs->records[*record].count);
            continue;
        }
        tkz__pair_queue_pop(&pairs->queue);
        if (record == NULL)
            continue;
        *best = *record;
        (void)tkz__pair_table_remove(&pairs->table, key);
        return true;
    }
    return false;
}

void tkz__bpe_pairs_clear(tkz__bpe_pairs *pairs)
{
    tkz__bpe_pairs_free(pairs);
    pairs->pool_garbage = 0;
    pairs->free_record = NO_RECORD;
}
