/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash map from byte strings to 64-bit values that owns its keys. Leans on
 * memory and hash. Linear probing at a load of at most one half: word counting
 * is one probe and one comparison for nearly every word.
 */
#include "core/byte_map.h"

#include <string.h>

#include "core/hash.h"

void tkz__byte_map_init(tkz__byte_map *map, const tkz_allocator *allocator)
{
    memset(map, 0, sizeof *map);
    map->allocator = tkz__allocator_or_default(allocator);
}

void tkz__byte_map_free(tkz__byte_map *map)
{
    tkz__release_array(&map->allocator, map->entries, map->entry_capacity, sizeof *map->entries);
    tkz__release_array(&map->allocator, map->slots, map->slot_count, sizeof *map->slots);
    tkz__release(&map->allocator, map->keys, map->key_capacity);
    tkz_allocator allocator = map->allocator;
    tkz__byte_map_init(map, &allocator);
}

void tkz__byte_map_clear(tkz__byte_map *map)
{
    map->count = 0;
    map->key_size = 0;
    if (map->slots != NULL)
        memset(map->slots, 0, map->slot_count * sizeof *map->slots);
}

/* The slot that holds `key`, or the free one where it belongs. */
static size_t find_slot(const tkz__byte_map *map, uint64_t hash, const void *key, size_t size)
{
    size_t mask = map->slot_count - 1;
    size_t slot = (size_t)hash & mask;
    while (map->slots[slot] != 0) {
        const tkz__byte_map_entry *entry = &map->entries[map->slots[slot] - 1];
        if (entry->hash == hash && entry->key_size == size &&
            (size == 0 || memcmp(map->keys + entry->key_offset, key, size) == 0))
            return slot;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static tkz_status grow_slots(tkz__byte_map *map, tkz_error *error)
{
    size_t slot_count = map->slot_count == 0 ? 64 : map->slot_count * 2;
    uint32_t *slots = tkz__allocate_array(&map->allocator, slot_count, sizeof *slots);
    if (slots == NULL)
        return tkz__error_memory(error, slot_count * sizeof *slots);
    memset(slots, 0, slot_count * sizeof *slots);
    for (size_t i = 0; i < map->count; i++) {
        size_t slot = (size_t)map->entries[i].hash & (slot_count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = (uint32_t)(i + 1);
    }
    tkz__release_array(&map->allocator, map->slots, map->slot_count, sizeof *map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    return TKZ_OK;
}

uint64_t *tkz__byte_map_find(const tkz__byte_map *map, const void *key, size_t size)
{
    return tkz__byte_map_find_hashed(map, tkz__hash64(key, size), key, size);
}

uint64_t tkz__byte_map_hash(const void *key, size_t size)
{
    return tkz__hash64(key, size);
}

void tkz__byte_map_fetch_slot(const tkz__byte_map *map, uint64_t hash)
{
    if (map->count > 0)
        __builtin_prefetch(&map->slots[(size_t)hash & (map->slot_count - 1)]);
}

/* The entry of the first slot, which is nearly always the right one. */
static const tkz__byte_map_entry *first_entry(const tkz__byte_map *map, uint64_t hash)
{
    if (map->count == 0)
        return NULL;
    uint32_t number = map->slots[(size_t)hash & (map->slot_count - 1)];
    return number != 0 ? &map->entries[number - 1] : NULL;
}

void tkz__byte_map_fetch_entry(const tkz__byte_map *map, uint64_t hash)
{
    const tkz__byte_map_entry *entry = first_entry(map, hash);
    if (entry != NULL)
        __builtin_prefetch(entry);
}

void tkz__byte_map_fetch_key(const tkz__byte_map *map, uint64_t hash)
{
    const tkz__byte_map_entry *entry = first_entry(map, hash);
    if (entry != NULL)
        __builtin_prefetch(map->keys + entry->key_offset);
}

uint64_t *tkz__byte_map_find_hashed(const tkz__byte_map *map, uint64_t hash, const void *key,
                                    size_t size)
{
    if (map->count == 0)
        return NULL;
    size_t slot = find_slot(map, hash, key, size);
    return map->slots[slot] == 0 ? NULL : &map->entries[map->slots[slot] - 1].value;
}

tkz_status tkz__byte_map_insert(tkz__byte_map *map, const void *key, size_t size, uint64_t **value,
                                bool *added, tkz_error *error)
{
    tkz_status status;
    if (map->count * 2 >= map->slot_count) {
        status = grow_slots(map, error);
        if (status != TKZ_OK)
            return status;
    }
    uint64_t hash = tkz__hash64(key, size);
    size_t slot = find_slot(map, hash, key, size);
    if (added != NULL)
        *added = map->slots[slot] == 0;
    if (map->slots[slot] != 0) {
        *value = &map->entries[map->slots[slot] - 1].value;
        return TKZ_OK;
    }
    if (size > UINT32_MAX || map->count >= UINT32_MAX - 1)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a table holds at most %u keys of less than 4 GiB", UINT32_MAX - 1);
    status = tkz__array_reserve(&map->allocator, (void **)&map->entries, &map->entry_capacity,
                                map->count + 1, sizeof *map->entries, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__array_reserve(&map->allocator, (void **)&map->keys, &map->key_capacity,
                                map->key_size + size, 1, error);
    if (status != TKZ_OK)
        return status;
    tkz__byte_map_entry *entry = &map->entries[map->count];
    *entry = (tkz__byte_map_entry){
        .hash = hash, .key_offset = map->key_size, .key_size = (uint32_t)size, .value = 0};
    if (size > 0)
        memcpy(map->keys + map->key_size, key, size);
    map->key_size += size;
    map->slots[slot] = (uint32_t)++map->count;
    *value = &entry->value;
    return TKZ_OK;
}

size_t tkz__byte_map_memory(const tkz__byte_map *map)
{
    return map->entry_capacity * sizeof *map->entries + map->slot_count * sizeof *map->slots +
           map->key_capacity;
}
