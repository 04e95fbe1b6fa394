/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing with linear probing, at most half full, large ones two thirds; 32 bits of the hash in the slot spare most
 * comparisons. Leans on hash.
 */
#include "clean/sequence_set.h"

#include <string.h>

#include "core/hash.h"

enum { FIRST_SLOTS = 256, KEPT_SLOTS = 1 << 19, LARGE_SET = 1 << 21 };

void tkz__sequence_set_init(tkz__sequence_set *set, const tkz_allocator *allocator)
{
    *set = (tkz__sequence_set){.allocator = *allocator};
}

void tkz__sequence_set_free(tkz__sequence_set *set)
{
    tkz__release_array(&set->allocator, set->slots, set->slot_count, sizeof *set->slots);
    set->slots = NULL;
    set->slot_count = 0;
}

tkz_status tkz__sequence_set_start(tkz__sequence_set *set, size_t count, tkz_error *error)
{
    size_t wanted = FIRST_SLOTS;
    while (wanted < count * 2)
        wanted *= 2;
    if (count > LARGE_SET) /* that takes a tenth longer, and half of the memory at most */
        wanted = count + count / 2;
    set->used = 0;
    if (set->slot_count < wanted || (set->slot_count > KEPT_SLOTS && wanted < set->slot_count)) {
        void *slots = NULL; /* many at once: in large pages */
        tkz__sequence_set_free(set);
        tkz_status status =
            tkz__array_reserve(&set->allocator, &slots, &set->slot_count, wanted, sizeof *set->slots, error);
        if (status != TKZ_OK)
            return status;
        set->slots = slots;
    }
    set->slots_used = wanted;
    memset(set->slots, 0, wanted * sizeof *set->slots);
    return TKZ_OK;
}

static const uint8_t *bytes_of(const tkz__sequences *sequences, uint32_t number, size_t *size)
{
    if (sequences->starts == NULL) {
        *size = sequences->size;
        return sequences->data + number * sequences->step;
    }
    *size = sequences->starts[number + sequences->words] - sequences->starts[number];
    return sequences->data + sequences->starts[number];
}

/* Where a sequence belongs: by the lower half of its hash, the upper one being what slots are told apart by. */
static inline size_t place_of(const tkz__sequence_set *set, uint64_t hash)
{
    return (size_t)((hash & UINT32_MAX) * set->slots_used >> 32);
}

/* The slot of these bytes, or the free one where they belong. */
static uint64_t *find(const tkz__sequence_set *set, const tkz__sequences *sequences,
                      const void *data, size_t size, uint64_t hash)
{
    for (size_t i = place_of(set, hash);; i = i + 1 < set->slots_used ? i + 1 : 0) {
        uint64_t *slot = &set->slots[i];
        size_t own_size;
        if (*slot == 0)
            return slot;
        if (*slot >> 32 != hash >> 32)
            continue;
        const uint8_t *own = bytes_of(sequences, (uint32_t)*slot - 1, &own_size);
        if (own_size == size && memcmp(own, data, size) == 0)
            return slot;
    }
}

uint64_t tkz__sequence_set_hash(const tkz__sequence_set *set, const tkz__sequences *sequences,
                                uint32_t number)
{
    size_t size;
    const uint8_t *data = bytes_of(sequences, number, &size);
    uint64_t hash = tkz__hash64(data, size);
    __builtin_prefetch(&set->slots[place_of(set, hash)], 1);
    return hash;
}

uint32_t tkz__sequence_set_add_hashed(tkz__sequence_set *set, const tkz__sequences *sequences,
                                      uint32_t number, uint64_t hash)
{
    size_t size;
    const uint8_t *data = bytes_of(sequences, number, &size);
    uint64_t *slot = find(set, sequences, data, size, hash);
    if (*slot == 0) {
        *slot = (hash >> 32) << 32 | (number + 1);
        set->used++;
    }
    return (uint32_t)*slot - 1;
}

uint32_t tkz__sequence_set_add(tkz__sequence_set *set, const tkz__sequences *sequences,
                               uint32_t number)
{
    size_t size;
    const uint8_t *data = bytes_of(sequences, number, &size);
    return tkz__sequence_set_add_hashed(set, sequences, number, tkz__hash64(data, size));
}

tkz_status tkz__sequence_set_widen(tkz__sequence_set *set, const tkz__sequences *sequences,
                                   tkz_error *error)
{
    if (set->used < set->slots_used / 2)
        return TKZ_OK;
    tkz__sequence_set larger = {.allocator = set->allocator};
    tkz_status status = tkz__sequence_set_start(&larger, set->slots_used, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < set->slots_used; i++)
        if (set->slots[i] != 0)
            (void)tkz__sequence_set_add(&larger, sequences, (uint32_t)set->slots[i] - 1);
    tkz__sequence_set_free(set);
    *set = larger;
    return TKZ_OK;
}

uint32_t tkz__sequence_set_find(const tkz__sequence_set *set, const tkz__sequences *sequences,
                                const void *data, size_t size)
{
    if (set->slots == NULL)
        return UINT32_MAX;
    const uint64_t *slot = find(set, sequences, data, size, tkz__hash64(data, size));
    return *slot == 0 ? UINT32_MAX : (uint32_t)*slot - 1;
}
