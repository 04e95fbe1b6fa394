/* SPDX-License-Identifier: Apache-2.0
 *
 * A priority queue of counted pairs: largest count first, ties to the smaller
 * left id and then the smaller right id, or as the caller says. Leans on memory.
 */
#ifndef TKZ_INDEX_PAIR_QUEUE_H
#define TKZ_INDEX_PAIR_QUEUE_H

#include <stdbool.h>

#include "core/memory.h"

typedef struct tkz__pair_count {
    uint64_t count;
    uint32_t left;
    uint32_t right;
} tkz__pair_count;

/* Of two pairs of equal count, does `a` come before `b`? */
typedef bool tkz__pair_order(const void *context, const tkz__pair_count *a,
                             const tkz__pair_count *b);

typedef struct tkz__pair_queue {
    tkz__pair_count *items; /* a heap with four children per node; items[0] is the first */
    size_t count;
    size_t capacity;
    tkz__pair_order *order; /* NULL: by ids. May be set while the queue is empty */
    const void *context;    /* for `order` */
    tkz_allocator allocator;
} tkz__pair_queue;

void tkz__pair_queue_init(tkz__pair_queue *queue, const tkz_allocator *allocator);
void tkz__pair_queue_free(tkz__pair_queue *queue); /* leaves it empty and usable */

/* Does `a` come out before `b`? */
bool tkz__pair_queue_is_before(const tkz__pair_queue *queue, const tkz__pair_count *a, const tkz__pair_count *b);

/* Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pair_queue_push(tkz__pair_queue *queue, tkz__pair_count item,
                                            tkz_error *error);

/* The first item, or NULL when the queue is empty. Valid until the next change. */
static inline const tkz__pair_count *tkz__pair_queue_first(const tkz__pair_queue *queue)
{
    return queue->count == 0 ? NULL : &queue->items[0];
}

/* Gives the first item another count and puts it where it belongs. The queue is not empty. */
void tkz__pair_queue_recount_first(tkz__pair_queue *queue, uint64_t count);

/* Takes the first item out. The queue is not empty. */
void tkz__pair_queue_pop(tkz__pair_queue *queue);

#endif
