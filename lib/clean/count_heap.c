/* SPDX-License-Identifier: Apache-2.0
 *
 * A binary heap in an array. Leans on memory.
 */
#include "clean/count_heap.h"

#include <string.h>

void tkz__count_heap_init(tkz__count_heap *heap, const tkz_allocator *allocator)
{
    *heap = (tkz__count_heap){.allocator = *allocator};
}

void tkz__count_heap_free(tkz__count_heap *heap)
{
    tkz__release_array(&heap->allocator, heap->counts, heap->capacity, sizeof *heap->counts);
    heap->counts = NULL;
    heap->size = heap->capacity = 0;
}

tkz_status tkz__count_heap_start(tkz__count_heap *heap, size_t size, tkz_error *error)
{
    void *counts = heap->counts;
    tkz_status status =
        tkz__array_reserve(&heap->allocator, &counts, &heap->capacity, size, sizeof *heap->counts, error);
    heap->counts = counts;
    heap->size = status == TKZ_OK ? size : 0;
    if (heap->size > 0)
        memset(heap->counts, 0, size * sizeof *heap->counts);
    return status;
}

void tkz__count_heap_replace(tkz__count_heap *heap, uint32_t count)
{
    uint32_t *counts = heap->counts;
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->size)
            break;
        if (child + 1 < heap->size && counts[child + 1] < counts[child])
            child++;
        if (counts[child] >= count)
            break;
        counts[at] = counts[child];
        at = child;
    }
    counts[at] = count;
}

uint64_t tkz__count_heap_sum(tkz__count_heap *heap, size_t size)
{
    uint64_t sum = 0;
    while (heap->size > size) {
        uint32_t last = heap->counts[--heap->size];
        if (heap->size > 0)
            tkz__count_heap_replace(heap, last);
    }
    for (size_t i = 0; i < heap->size; i++)
        sum += heap->counts[i];
    return sum;
}
