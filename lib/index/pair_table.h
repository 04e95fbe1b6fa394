/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table from pairs of 32-bit ids to a 32-bit value, with removal: which
 * record belongs to a pair of tokens. Open addressing. Leans on memory and hash.
 */
#ifndef TKZ_INDEX_PAIR_TABLE_H
#define TKZ_INDEX_PAIR_TABLE_H

#include <stdbool.h>

#include "core/memory.h"

typedef struct tkz__pair_table {
    uint64_t *keys; /* UINT64_MAX: free slot */
    uint32_t *values;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
    tkz_allocator allocator;
} tkz__pair_table;

/* The key of a pair. The pair of two UINT32_MAX is not a key. */
static inline uint64_t tkz__pair_key(uint32_t left, uint32_t right)
{
    return (uint64_t)left << 32 | right;
}

void tkz__pair_table_init(tkz__pair_table *table, const tkz_allocator *allocator);
void tkz__pair_table_free(tkz__pair_table *table); /* leaves it empty and usable */

/* The value of `key`, or NULL. Valid until the next change of the table. */
uint32_t *tkz__pair_table_find(const tkz__pair_table *table, uint64_t key);

/* Sets the value of `key`, which is added if it is new. Errors: INVALID_ARGUMENT (the key that is
 * none), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pair_table_set(tkz__pair_table *table, uint64_t key, uint32_t value,
                                           tkz_error *error);

/* Takes `key` out; false if it was not there. */
bool tkz__pair_table_remove(tkz__pair_table *table, uint64_t key);

/* Bytes of memory that the table holds. */
size_t tkz__pair_table_memory(const tkz__pair_table *table);

#endif
