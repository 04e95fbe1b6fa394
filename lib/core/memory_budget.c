/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts what another allocator gives, by the sizes that are asked for. Leans on memory.
 */
#include "core/memory_budget.h"

void tkz__memory_budget_init(tkz__memory_budget *budget, uint64_t most, const tkz_allocator *under)
{
    budget->under = *under;
    budget->most = most;
    atomic_init(&budget->used, 0);
    atomic_init(&budget->missing, 0);
}

/* False: that is more than there is. */
static bool take(tkz__memory_budget *budget, size_t size)
{
    uint64_t used = atomic_fetch_add_explicit(&budget->used, size, memory_order_relaxed);
    if (size <= budget->most && used <= budget->most - size)
        return true;
    uint64_t none = 0;
    atomic_fetch_sub_explicit(&budget->used, size, memory_order_relaxed);
    atomic_compare_exchange_strong(&budget->missing, &none, size);
    return false;
}

static void give_back(tkz__memory_budget *budget, size_t size)
{
    atomic_fetch_sub_explicit(&budget->used, size, memory_order_relaxed);
}

static void *budget_allocate(void *context, size_t size)
{
    tkz__memory_budget *budget = context;
    if (!take(budget, size))
        return NULL;
    void *block = budget->under.allocate(budget->under.context, size);
    if (block == NULL)
        give_back(budget, size);
    return block;
}

static void *budget_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
    tkz__memory_budget *budget = context;
    if (new_size > old_size && !take(budget, new_size - old_size))
        return NULL;
    void *moved = budget->under.reallocate(budget->under.context, block, old_size, new_size);
    if (moved == NULL && new_size > old_size)
        give_back(budget, new_size - old_size);
    if (moved != NULL && new_size < old_size)
        give_back(budget, old_size - new_size);
    return moved;
}

static void budget_release(void *context, void *block, size_t size)
{
    tkz__memory_budget *budget = context;
    budget->under.release(budget->under.context, block, size);
    give_back(budget, size);
}

tkz_allocator tkz__memory_budget_allocator(tkz__memory_budget *budget)
{
    return (tkz_allocator){budget, budget_allocate, budget_reallocate, budget_release};
}
