/* SPDX-License-Identifier: Apache-2.0
 *
 * An ordered, bounded parallel map: items are produced one by one, worked on by
 * all threads of an executor, and consumed in the order of production. Leans on
 * the executor and POSIX threads' mutex.
 */
#ifndef TKZ_CORE_ORDERED_H
#define TKZ_CORE_ORDERED_H

#include <stdbool.h>

#include "core/memory.h"

/* The three steps. `produce` and `consume` are never called by two threads at once (each by
 * itself: one thread may produce while another consumes). Whichever step fails first in the order
 * of items decides the result. */
typedef struct tkz__ordered_steps {
    void *context;
    /* Fills `item`; sets `*done` (and leaves the item unused) when there are no more. */
    tkz_status (*produce)(void *context, void *item, bool *done, tkz_error *error);
    /* Works on `item` with the private state of `worker` (0 .. worker_count-1). */
    tkz_status (*work)(void *context, void *item, uint32_t worker, tkz_error *error);
    tkz_status (*consume)(void *context, void *item, tkz_error *error);
} tkz__ordered_steps;

/* Runs until produce says done or a step fails. `items` is an array of `item_count` pointers, the
 * slots that circulate; it must hold at least worker_count. executor NULL means the calling thread
 * alone. After a failure in item i, items before i have all been consumed and none after i. */
TKZ_CHECKED tkz_status tkz__ordered_run(const tkz_executor *executor,
                                        const tkz__ordered_steps *steps, void **items,
                                        size_t item_count, tkz_error *error);

#endif
