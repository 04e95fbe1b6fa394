/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash map from byte strings to 64-bit values that owns its keys: word counts,
 * vocabularies, names. Open addressing, no deletion. Leans on memory and hash.
 */
#ifndef TKZ_CORE_BYTE_MAP_H
#define TKZ_CORE_BYTE_MAP_H

#include <stdbool.h>

#include "core/memory.h"

typedef struct tkz__byte_map_entry {
    uint64_t hash;
    uint64_t key_offset; /* of the key in the map's key bytes */
    uint32_t key_size;
    uint64_t value;
} tkz__byte_map_entry;

typedef struct tkz__byte_map {
    tkz__byte_map_entry *entries; /* in order of insertion */
    size_t count;
    size_t entry_capacity;
    uint32_t *slots; /* index into entries + 1, 0 = free */
    size_t slot_count;
    uint8_t *keys;
    size_t key_size;
    size_t key_capacity;
    tkz_allocator allocator;
} tkz__byte_map;

void tkz__byte_map_init(tkz__byte_map *map, const tkz_allocator *allocator);
void tkz__byte_map_free(tkz__byte_map *map);
void tkz__byte_map_clear(tkz__byte_map *map); /* keeps the memory */

/* The value of `key`, or NULL. Valid until the next insertion. */
uint64_t *tkz__byte_map_find(const tkz__byte_map *map, const void *key, size_t size);

/* Looking up many keys, one waits for memory three times a key: for a slot, an entry and its bytes. Who
 * hashes a batch of keys first can have all slots fetched while hashing, then all entries, then all
 * bytes. Each step needs the one before to be worth anything, and changes nothing. */
uint64_t tkz__byte_map_hash(const void *key, size_t size);
void tkz__byte_map_fetch_slot(const tkz__byte_map *map, uint64_t hash);
void tkz__byte_map_fetch_entry(const tkz__byte_map *map, uint64_t hash);
void tkz__byte_map_fetch_key(const tkz__byte_map *map, uint64_t hash);
/* tkz__byte_map_find of a key with this hash. */
uint64_t *tkz__byte_map_find_hashed(const tkz__byte_map *map, uint64_t hash, const void *key,
                                    size_t size);

/* Finds `key` or adds it with value 0. `*value` is valid until the next insertion; `*added` may be
 * NULL. At most 2^32-2 keys of less than 4 GiB each: LIMIT beyond. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__byte_map_insert(tkz__byte_map *map, const void *key, size_t size,
                                            uint64_t **value, bool *added, tkz_error *error);

static inline const uint8_t *tkz__byte_map_key(const tkz__byte_map *map,
                                               const tkz__byte_map_entry *entry)
{
    return map->keys + entry->key_offset;
}

/* Bytes of memory the map holds. */
size_t tkz__byte_map_memory(const tkz__byte_map *map);

#endif
