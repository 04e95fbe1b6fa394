/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing over slots that hold a round number, so that clearing is one step. Leans on hash.
 */
#include "clean/item_set.h"

#include <string.h>

#include "core/hash.h"

enum { FIRST_SLOTS = 256, KEPT_SLOTS = 1 << 16 };

void tkz__item_set_init(tkz__item_set *set, const tkz_allocator *allocator)
{
    *set = (tkz__item_set){.round = 1, .allocator = *allocator};
}

void tkz__item_set_free(tkz__item_set *set)
{
    tkz__release_array(&set->allocator, set->slots, set->slot_count, sizeof *set->slots);
    set->slots = NULL;
    set->slot_count = 0;
}

void tkz__item_set_clear(tkz__item_set *set)
{
    if (set->slot_count > KEPT_SLOTS)
        tkz__item_set_free(set);
    set->used = 0;
    set->round++;
}

/* The slot of the bytes, or the free one where they belong. */
static tkz__item_slot *find(const tkz__item_set *set, uint64_t hash, const void *data, size_t size)
{
    size_t mask = set->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        tkz__item_slot *slot = &set->slots[i];
        if (slot->round != set->round ||
            (slot->hash == hash && slot->size == size && memcmp(slot->data, data, size) == 0))
            return slot;
    }
}

static tkz_status grow(tkz__item_set *set, tkz_error *error)
{
    size_t count = set->slot_count == 0 ? FIRST_SLOTS : set->slot_count * 2;
    tkz__item_set larger = {.round = 1, .allocator = set->allocator};
    void *slots = NULL; /* many at once: in large pages */
    tkz_status status =
        tkz__array_reserve(&set->allocator, &slots, &larger.slot_count, count, sizeof *larger.slots, error);
    if (status != TKZ_OK)
        return status;
    larger.slots = slots;
    memset(larger.slots, 0, count * sizeof *larger.slots);
    for (size_t i = 0; i < set->slot_count; i++) {
        const tkz__item_slot *slot = &set->slots[i];
        if (slot->round != set->round)
            continue;
        tkz__item_slot *place = find(&larger, slot->hash, slot->data, slot->size);
        *place = *slot;
        place->round = larger.round;
    }
    larger.used = set->used;
    tkz__item_set_free(set);
    *set = larger;
    return TKZ_OK;
}

tkz_status tkz__item_set_add(tkz__item_set *set, const void *data, size_t size, bool *seen,
                             tkz_error *error)
{
    if (set->used >= set->slot_count / 2) {
        tkz_status status = grow(set, error);
        if (status != TKZ_OK)
            return status;
    }
    uint64_t hash = tkz__hash64(data, size);
    tkz__item_slot *slot = find(set, hash, data, size);
    *seen = slot->round == set->round;
    if (!*seen) {
        *slot = (tkz__item_slot){hash, data, size, set->round};
        set->used++;
    }
    return TKZ_OK;
}
