/* SPDX-License-Identifier: Apache-2.0
 *
 * The largest of many numbers. Leans on memory.
 */
#ifndef TKZ_CLEAN_COUNT_HEAP_H
#define TKZ_CLEAN_COUNT_HEAP_H

#include "core/memory.h"

typedef struct tkz__count_heap {
    uint32_t *counts; /* the least one at the top; 0 where there were not as many */
    size_t size;
    size_t capacity;
    tkz_allocator allocator;
} tkz__count_heap;

void tkz__count_heap_init(tkz__count_heap *heap, const tkz_allocator *allocator); /* allocates nothing */
void tkz__count_heap_free(tkz__count_heap *heap);

/* Empties it; from now on it holds the `size` largest. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__count_heap_start(tkz__count_heap *heap, size_t size, tkz_error *error);

void tkz__count_heap_replace(tkz__count_heap *heap, uint32_t count); /* the least one */

static inline void tkz__count_heap_add(tkz__count_heap *heap, uint32_t count)
{
    if (heap->size > 0 && count > heap->counts[0])
        tkz__count_heap_replace(heap, count);
}

/* The sum of the `size` largest, at most as many as it holds; the others are lost. */
uint64_t tkz__count_heap_sum(tkz__count_heap *heap, size_t size);

#endif
