/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the lines, sentences or word sequences of a document was seen before: a set of byte
 * strings that stand elsewhere and stay there. Emptied in constant time. Leans on memory and hash.
 */
#ifndef TKZ_CLEAN_ITEM_SET_H
#define TKZ_CLEAN_ITEM_SET_H

#include "core/memory.h"

typedef struct tkz__item_slot {
    uint64_t hash;
    const void *data;
    size_t size;
    uint64_t round; /* the slot is in use if this is the set's round */
} tkz__item_slot;

typedef struct tkz__item_set {
    tkz__item_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
    uint64_t round;
    tkz_allocator allocator;
} tkz__item_set;

void tkz__item_set_init(tkz__item_set *set, const tkz_allocator *allocator); /* allocates nothing */
void tkz__item_set_free(tkz__item_set *set);
void tkz__item_set_clear(tkz__item_set *set); /* gives back what only a huge document needed */

/* Adds the bytes, which must stay until the set is cleared; `*seen` says whether they were there.
 * Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__item_set_add(tkz__item_set *set, const void *data, size_t size,
                                         bool *seen, tkz_error *error);

#endif
