/* SPDX-License-Identifier: Apache-2.0
 *
 * A priority queue of counted pairs. Leans on memory. Four children per node:
 * the children of 16 bytes share a cache line, and the heap is half as deep as a binary one.
 */
#include "index/pair_queue.h"

#include <string.h>

enum { CHILDREN = 4 };

void tkz__pair_queue_init(tkz__pair_queue *queue, const tkz_allocator *allocator)
{
    memset(queue, 0, sizeof *queue);
    queue->allocator = tkz__allocator_or_default(allocator);
}

void tkz__pair_queue_free(tkz__pair_queue *queue)
{
    tkz__release_array(&queue->allocator, queue->items, queue->capacity, sizeof *queue->items);
    queue->items = NULL;
    queue->count = queue->capacity = 0;
}

static bool comes_before(const tkz__pair_queue *queue, const tkz__pair_count *a,
                         const tkz__pair_count *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    if (queue->order != NULL)
        return queue->order(queue->context, a, b);
    if (a->left != b->left)
        return a->left < b->left;
    return a->right < b->right;
}

bool tkz__pair_queue_is_before(const tkz__pair_queue *queue, const tkz__pair_count *a, const tkz__pair_count *b)
{
    return comes_before(queue, a, b);
}

static void sift_up(tkz__pair_queue *queue, size_t place)
{
    tkz__pair_count item = queue->items[place];
    while (place > 0) {
        size_t parent = (place - 1) / CHILDREN;
        if (!comes_before(queue, &item, &queue->items[parent]))
            break;
        queue->items[place] = queue->items[parent];
        place = parent;
    }
    queue->items[place] = item;
}

static void sift_down(tkz__pair_queue *queue, size_t place)
{
    tkz__pair_count item = queue->items[place];
    for (;;) {
        size_t first = place * CHILDREN + 1;
        if (first >= queue->count)
            break;
        size_t last = queue->count - first < CHILDREN ? queue->count : first + CHILDREN;
        size_t best = first;
        for (size_t child = first + 1; child < last; child++)
            if (comes_before(queue, &queue->items[child], &queue->items[best]))
                best = child;
        if (!comes_before(queue, &queue->items[best], &item))
            break;
        queue->items[place] = queue->items[best];
        place = best;
    }
    queue->items[place] = item;
}

tkz_status tkz__pair_queue_push(tkz__pair_queue *queue, tkz__pair_count item, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&queue->allocator, (void **)&queue->items,
                                           &queue->capacity, queue->count + 1,
                                           sizeof *queue->items, error);
    if (status != TKZ_OK)
        return status;
    queue->items[queue->count] = item;
    sift_up(queue, queue->count++);
    return TKZ_OK;
}

void tkz__pair_queue_recount_first(tkz__pair_queue *queue, uint64_t count)
{
    bool sinks = count < queue->items[0].count;
    queue->items[0].count = count;
    if (sinks)
        sift_down(queue, 0);
}

void tkz__pair_queue_pop(tkz__pair_queue *queue)
{
    queue->count--;
    if (queue->count == 0)
        return;
    queue->items[0] = queue->items[queue->count];
    sift_down(queue, 0);
}
