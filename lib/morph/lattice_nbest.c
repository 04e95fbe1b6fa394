/* SPDX-License-Identifier: Apache-2.0
 *
 * The paths of a lattice one by one, the best first (A* from the end, with the
 * costs of the search as exact estimates). Leans on the lattice.
 *
 * The order of paths of equal cost is that of NBestGenerator (mecab/src/nbest_generator.cpp) over
 * std::priority_queue of libstdc++, whose moves in the heap decide it: push_heap and __adjust_heap of
 * bits/stl_heap.h, stated here as what they do.
 */
#include "morph/lattice.h"

static int64_t estimate_of(const tkz_lattice *lattice, uint32_t item)
{
    return lattice->items[item].estimate;
}

/* Lifts `item` from `hole` to where its parent is no worse. */
static void lift(tkz_lattice *lattice, size_t hole, uint32_t item)
{
    uint32_t *heap = lattice->heap;
    while (hole > 0) {
        size_t parent = (hole - 1) / 2;
        if (estimate_of(lattice, heap[parent]) <= estimate_of(lattice, item))
            break;
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = item;
}

/* Adds a path that begins at `node` and goes on with item `next`. */
static tkz_status push(tkz_lattice *lattice, tkz__agenda_item item, tkz_error *error)
{
    if (lattice->item_count >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_lattice_next", TKZ__NO_OFFSET,
                              "2^32 paths have been begun; ask for fewer results");
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->items, &lattice->item_capacity,
                           lattice->item_count + 1, sizeof *lattice->items, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&lattice->allocator, (void **)&lattice->heap,
                                    &lattice->heap_capacity, lattice->heap_count + 1,
                                    sizeof *lattice->heap, error);
    if (status != TKZ_OK)
        return status;
    lattice->items[lattice->item_count] = item;
    lift(lattice, lattice->heap_count++, (uint32_t)lattice->item_count++);
    return TKZ_OK;
}

/* Takes the best item out: the better child moves up into the hole at each step, down to the bottom, and
 * then the last item is lifted from there. The right child wins a tie. */
static uint32_t pop(tkz_lattice *lattice)
{
    uint32_t *heap = lattice->heap;
    uint32_t top = heap[0];
    size_t count = --lattice->heap_count;
    uint32_t last = heap[count];
    size_t hole = 0, child = 0;
    while (count > 0 && child < (count - 1) / 2) {
        child = 2 * (child + 1);
        if (estimate_of(lattice, heap[child]) > estimate_of(lattice, heap[child - 1]))
            child--;
        heap[hole] = heap[child];
        hole = child;
    }
    if (count >= 2 && count % 2 == 0 && child == (count - 2) / 2) {
        child = 2 * child + 1;
        heap[hole] = heap[child];
        hole = child;
    }
    if (count > 0)
        lift(lattice, hole, last);
    return top;
}

tkz_status tkz__lattice_begin_nbest(tkz_lattice *lattice, tkz_error *error)
{
    lattice->item_count = 0;
    lattice->heap_count = 0;
    return push(lattice, (tkz__agenda_item){0, 0, (uint32_t)lattice->count - 1, UINT32_MAX},
                error);
}

/* Makes the path of an item that has come to BOS the current one. */
static void take_path(tkz_lattice *lattice, uint32_t item)
{
    const tkz__agenda_item *items = lattice->items;
    while (items[item].next != UINT32_MAX) {
        uint32_t next = items[item].next;
        lattice->nodes[items[item].node].next = items[next].node;
        lattice->nodes[items[next].node].previous = items[item].node;
        item = next;
    }
}

/* Adds the ways to the first node of an item. */
static tkz_status extend(tkz_lattice *lattice, uint32_t item, tkz_error *error)
{
    tkz__agenda_item top = lattice->items[item];
    const tkz__node *node = &lattice->nodes[top.node];
    for (uint32_t i = tkz__lattice_first_left(lattice, node); i != TKZ__NO_NODE;) {
        const tkz__node *left = &lattice->nodes[i];
        int64_t behind = top.behind + tkz__lattice_step(lattice, left, node);
        tkz_status status =
            push(lattice, (tkz__agenda_item){left->cost + behind, behind, i, item}, error);
        if (status != TKZ_OK)
            return status;
        i = left->newer;
    }
    return TKZ_OK;
}

tkz_status tkz__lattice_next_path(tkz_lattice *lattice, bool *found, tkz_error *error)
{
    *found = false;
    while (lattice->heap_count > 0) {
        uint32_t item = pop(lattice);
        if (lattice->nodes[lattice->items[item].node].status == TKZ__NODE_BOS) {
            take_path(lattice, item);
            if ((lattice->requests & TKZ_LATTICE_ALL) != 0)
                tkz__lattice_link_all(lattice);
            *found = true;
            return TKZ_OK;
        }
        tkz_status status = extend(lattice, item, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

tkz_status tkz_lattice_next(tkz_lattice *lattice, int32_t *found, tkz_error *error)
{
    *found = 0;
    if (!lattice->is_ready || (lattice->requests & TKZ_LATTICE_NBEST) == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_next",
                              TKZ__NO_OFFSET,
                              "no sentence has been analysed with TKZ_LATTICE_NBEST");
    bool has_path;
    tkz_status status = tkz__lattice_next_path(lattice, &has_path, error);
    if (status == TKZ_OK)
        *found = has_path;
    else
        lattice->is_ready = false;
    return status;
}
