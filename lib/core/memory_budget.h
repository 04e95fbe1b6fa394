/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that has no more than so many bytes to give. Leans on memory.
 */
#ifndef TKZ_CORE_MEMORY_BUDGET_H
#define TKZ_CORE_MEMORY_BUDGET_H

#include <stdatomic.h>

#include "core/memory.h"

typedef struct tkz__memory_budget {
    tkz_allocator under; /* where the memory comes from */
    uint64_t most;       /* bytes */
    _Atomic uint64_t used;
    _Atomic uint64_t missing; /* what the first request asked for that was refused for want of it; 0: none was */
} tkz__memory_budget;

/* The budget must stay where it is for the life of the allocator, which any thread may use. */
void tkz__memory_budget_init(tkz__memory_budget *budget, uint64_t most, const tkz_allocator *under);
tkz_allocator tkz__memory_budget_allocator(tkz__memory_budget *budget);

#endif
