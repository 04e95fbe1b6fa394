/* SPDX-License-Identifier: Apache-2.0
 *
 * A bitmap of fixed length. Leans on memory.
 */
#ifndef TKZ_INDEX_BITMAP_H
#define TKZ_INDEX_BITMAP_H

#include <stdbool.h>

#include "core/memory.h"

typedef struct tkz__bitmap {
    uint64_t *words;
    size_t word_count;
    uint64_t size; /* bits */
    tkz_allocator allocator;
} tkz__bitmap;

/* All bits 0. */
TKZ_CHECKED tkz_status tkz__bitmap_init(tkz__bitmap *bitmap, uint64_t size,
                                        const tkz_allocator *allocator, tkz_error *error);
void tkz__bitmap_free(tkz__bitmap *bitmap); /* accepts an all-zero struct */

static inline bool tkz__bitmap_get(const tkz__bitmap *bitmap, uint64_t index)
{
    return index < bitmap->size && (bitmap->words[index >> 6] >> (index & 63) & 1) != 0;
}

static inline void tkz__bitmap_set(tkz__bitmap *bitmap, uint64_t index)
{
    if (index < bitmap->size)
        bitmap->words[index >> 6] |= UINT64_C(1) << (index & 63);
}

uint64_t tkz__bitmap_count(const tkz__bitmap *bitmap); /* bits that are 1 */

#endif
