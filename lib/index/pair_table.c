/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table from pairs of 32-bit ids to a 32-bit value. Leans on memory and
 * hash. Linear probing; a removal moves later entries back (Knuth, The Art of
 * Computer Programming 3, section 6.4, algorithm R), so that no tombstones pile up.
 */
#include "index/pair_table.h"

#include <string.h>

#include "core/hash.h"

#define FREE UINT64_MAX

void tkz__pair_table_init(tkz__pair_table *table, const tkz_allocator *allocator)
{
    memset(table, 0, sizeof *table);
    table->allocator = tkz__allocator_or_default(allocator);
}

void tkz__pair_table_free(tkz__pair_table *table)
{
    tkz__release_array(&table->allocator, table->keys, table->slot_count, sizeof *table->keys);
    tkz__release_array(&table->allocator, table->values, table->slot_count, sizeof *table->values);
    tkz_allocator allocator = table->allocator;
    tkz__pair_table_init(table, &allocator);
}

/* The slot that holds `key`, or the free one where it belongs. */
static size_t find_slot(const uint64_t *keys, size_t slot_count, uint64_t key)
{
    size_t mask = slot_count - 1;
    size_t slot = (size_t)tkz__hash_u64(key) & mask;
    while (keys[slot] != FREE && keys[slot] != key)
        slot = (slot + 1) & mask;
    return slot;
}

static tkz_status grow(tkz__pair_table *table, tkz_error *error)
{
    size_t slot_count = table->slot_count == 0 ? 64 : table->slot_count * 2;
    uint64_t *keys = tkz__allocate_array(&table->allocator, slot_count, sizeof *keys);
    if (keys == NULL)
        return tkz__error_memory(error, slot_count * sizeof *keys);
    uint32_t *values = tkz__allocate_array(&table->allocator, slot_count, sizeof *values);
    if (values == NULL) {
        tkz__release_array(&table->allocator, keys, slot_count, sizeof *keys);
        return tkz__error_memory(error, slot_count * sizeof *values);
    }
    for (size_t i = 0; i < slot_count; i++)
        keys[i] = FREE;
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->keys[i] == FREE)
            continue;
        size_t slot = find_slot(keys, slot_count, table->keys[i]);
        keys[slot] = table->keys[i];
        values[slot] = table->values[i];
    }
    tkz__release_array(&table->allocator, table->keys, table->slot_count, sizeof *keys);
    tkz__release_array(&table->allocator, table->values, table->slot_count, sizeof *values);
    table->keys = keys;
    table->values = values;
    table->slot_count = slot_count;
    return TKZ_OK;
}

uint32_t *tkz__pair_table_find(const tkz__pair_table *table, uint64_t key)
{
    if (table->count == 0 || key == FREE)
        return NULL;
    size_t slot = find_slot(table->keys, table->slot_count, key);
    return table->keys[slot] == FREE ? NULL : &table->values[slot];
}

tkz_status tkz__pair_table_set(tkz__pair_table *table, uint64_t key, uint32_t value,
                               tkz_error *error)
{
    if (key == FREE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "this pair of ids cannot be a key");
    /* At most three quarters full: a search for a missing key then probes 8.5 slots on average
     * (Knuth, section 6.4, theorem K), and a slot takes 12 bytes. */
    if (table->count >= table->slot_count - table->slot_count / 4) {
        tkz_status status = grow(table, error);
        if (status != TKZ_OK)
            return status;
    }
    size_t slot = find_slot(table->keys, table->slot_count, key);
    if (table->keys[slot] == FREE) {
        table->keys[slot] = key;
        table->count++;
    }
    table->values[slot] = value;
    return TKZ_OK;
}

bool tkz__pair_table_remove(tkz__pair_table *table, uint64_t key)
{
    if (table->count == 0 || key == FREE)
        return false;
    size_t mask = table->slot_count - 1;
    size_t hole = find_slot(table->keys, table->slot_count, key);
    if (table->keys[hole] == FREE)
        return false;
    for (size_t slot = (hole + 1) & mask; table->keys[slot] != FREE; slot = (slot + 1) & mask) {
        size_t home = (size_t)tkz__hash_u64(table->keys[slot]) & mask;
        /* An entry whose home lies behind the hole would be lost to searches if it moved. */
        if (((slot - home) & mask) < ((slot - hole) & mask))
            continue;
        table->keys[hole] = table->keys[slot];
        table->values[hole] = table->values[slot];
        hole = slot;
    }
    table->keys[hole] = FREE;
    table->count--;
    return true;
}

size_t tkz__pair_table_memory(const tkz__pair_table *table)
{
    return table->slot_count * (sizeof *table->keys + sizeof *table->values);
}
