/* SPDX-License-Identifier: Apache-2.0
 *
 * The n best paths through a lattice. Leans on the lattice.
 *
 * Follows sentencepiece (src/unigram_model.cc, Lattice::NBest): A* from the end of the text, with
 * the best
 * sum from its start to a node as the estimate, which is exact. Which of two paths with the same
 * score comes first is
 * decided by the order of the heap there; so the heap here moves its items as the one of libstdc++ does
 * (bits/stl_heap.h: the hole goes down to a leaf, then up), and the agenda shrinks at the same sizes.
 */
#include "subword/unigram_lattice.h"

#define NO_NODE UINT32_MAX /* both ends of the text; of a hypothesis: none behind */

enum {
    MOST_AGENDA = 10000,
    LEAST_AGENDA = 512,
    MOST_HYPOTHESES = 100000, /* since the agenda shrank last */
    MOST_ALL = 500000,
    MOST_SHRINKS = 10
};

/* A path from a node to the end of the text. */
typedef struct hypothesis {
    uint32_t node;
    uint32_t next; /* hypothesis behind it */
    float fx;      /* as much as a path through it can have */
    float gx;      /* of the path so far */
} hypothesis;

typedef struct searcher {
    const tkz__unigram_lattice *lattice;
    tkz_allocator allocator;
    float *sums;     /* of the best path to and with each node; the last item is that to the text's end */
    uint32_t *befores; /* the node before it on that path; the last item likewise */
    hypothesis *items;
    size_t item_count;
    size_t item_capacity;
    uint32_t *agenda; /* heap of hypotheses */
    size_t agenda_count;
    size_t agenda_capacity;
    size_t limit; /* of hypotheses, before the agenda shrinks */
    size_t total;
    uint32_t shrinks;
    uint32_t *path; /* nodes; room for all characters */
} searcher;

/* ---- The best path ----------------------------------------------------- */

/* The best way to what starts at a place and has this score. The first of equal ones wins. */
static float best_before(const searcher *search, uint32_t place, float score, uint32_t *before)
{
    const tkz__unigram_lattice *lattice = search->lattice;
    float best = score;
    *before = NO_NODE;
    for (uint32_t k = lattice->ends[place]; k < lattice->ends[place + 1]; k++) {
        uint32_t node = lattice->by_end[k];
        float sum = search->sums[node] + score;
        if (*before == NO_NODE || sum > best) {
            best = sum;
            *before = node;
        }
    }
    return best;
}

static void fill_sums(searcher *search)
{
    const tkz__unigram_lattice *lattice = search->lattice;
    size_t count = lattice->node_count;
    for (size_t i = 0; i < count; i++)
        search->sums[i] = best_before(search, lattice->nodes[i].start, lattice->nodes[i].score,
                                      &search->befores[i]);
    search->sums[count] =
        best_before(search, (uint32_t)lattice->count, 0, &search->befores[count]);
}

static size_t best_path(const searcher *search, uint32_t *path)
{
    size_t count = 0;
    for (uint32_t node = search->befores[search->lattice->node_count]; node != NO_NODE;
         node = search->befores[node])
        path[count++] = node;
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t other = path[i];
        path[i] = path[count - 1 - i];
        path[count - 1 - i] = other;
    }
    return count;
}

/* ---- Heap -------------------------------------------------------------- */

static bool is_less(const searcher *search, uint32_t a, uint32_t b)
{
    return search->items[a].fx < search->items[b].fx;
}

static void move_up(searcher *search, uint32_t *heap, size_t hole, uint32_t item)
{
    while (hole > 0 && is_less(search, heap[(hole - 1) / 2], item)) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = item;
}

static uint32_t pop(searcher *search)
{
    uint32_t *heap = search->agenda, top = heap[0];
    size_t count = --search->agenda_count, hole = 0, child = 0;
    uint32_t item = heap[count];
    if (count == 0)
        return top;
    while (child < (count - 1) / 2) {
        child = 2 * (child + 1);
        if (is_less(search, heap[child], heap[child - 1]))
            child--;
        heap[hole] = heap[child];
        hole = child;
    }
    if (count % 2 == 0 && child == (count - 2) / 2) {
        child = 2 * (child + 1);
        heap[hole] = heap[child - 1];
        hole = child - 1;
    }
    move_up(search, heap, hole, item);
    return top;
}

static tkz_status push(searcher *search, hypothesis own, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&search->allocator, (void **)&search->items, &search->item_capacity,
                           search->item_count + 1, sizeof *search->items, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&search->allocator, (void **)&search->agenda,
                                    &search->agenda_capacity, search->agenda_count + 1,
                                    sizeof *search->agenda, error);
    if (status != TKZ_OK)
        return status;
    search->items[search->item_count] = own;
    move_up(search, search->agenda, search->agenda_count++, (uint32_t)search->item_count++);
    return TKZ_OK;
}

/* ---- Shrinking --------------------------------------------------------- */

/* Copies a hypothesis and those behind it, unless they are copied: `copies` holds number + 1 of
 * each. */
static uint32_t copy_chain(const searcher *search, uint32_t own, uint32_t *copies,
                           hypothesis *target, uint32_t *count)
{
    uint32_t first = copies[own] != 0 ? copies[own] - 1 : *count;
    uint32_t *link = NULL;
    for (; own != NO_NODE; own = search->items[own].next) {
        if (copies[own] != 0) {
            if (link != NULL)
                *link = copies[own] - 1;
            break;
        }
        if (link != NULL)
            *link = *count;
        target[*count] = search->items[own];
        link = &target[*count].next;
        copies[own] = ++*count;
    }
    return first;
}

/* Keeps the best hypotheses of the agenda, and what they lead to. `kept` is the new agenda, filled
 * in the order
 * in which the old one gives them up. */
static void keep_best(searcher *search, uint32_t *copies, hypothesis *target, size_t count)
{
    uint32_t kept[LEAST_AGENDA], used = 0;
    for (size_t i = 0; i < count; i++)
        kept[i] = copy_chain(search, pop(search), copies, target, &used);
    memcpy(search->items, target, used * sizeof *target);
    search->item_count = used;
    for (search->agenda_count = 0; search->agenda_count < count; search->agenda_count++)
        move_up(search, search->agenda, search->agenda_count, kept[search->agenda_count]);
}

static tkz_status shrink(searcher *search, size_t least, tkz_error *error)
{
    size_t items = search->item_count, count = search->agenda_count;
    count = count < least ? count : least;
    uint32_t *copies = tkz__allocate_zeroed(&search->allocator, items * sizeof *copies);
    hypothesis *target = tkz__allocate_array(&search->allocator, items, sizeof *target);
    tkz_status status = TKZ_OK;
    if (copies == NULL || target == NULL)
        status = tkz__error_memory(error, items * sizeof *target);
    else
        keep_best(search, copies, target, count);
    tkz__release(&search->allocator, copies, items * sizeof *copies);
    tkz__release_array(&search->allocator, target, items, sizeof *target);
    search->shrinks++;
    search->limit = search->item_count + MOST_HYPOTHESES;
    return status;
}

/* ---- Search ------------------------------------------------------------ */

/* Puts all that can stand before a hypothesis on the agenda; the text's start is a node that ends
 * at place 0. */
static tkz_status expand(searcher *search, uint32_t own, tkz_error *error)
{
    const tkz__unigram_lattice *lattice = search->lattice;
    const hypothesis top = search->items[own];
    uint32_t place = top.node == lattice->node_count ? (uint32_t)lattice->count
                                                     : lattice->nodes[top.node].start;
    if (place == 0) {
        search->total++;
        return push(search, (hypothesis){NO_NODE, own, top.gx, top.gx}, error);
    }
    tkz_status status = TKZ_OK;
    search->total += lattice->ends[place + 1] - lattice->ends[place];
    for (uint32_t k = lattice->ends[place]; status == TKZ_OK && k < lattice->ends[place + 1]; k++) {
        uint32_t node = lattice->by_end[k];
        status = push(search,
                      (hypothesis){node, own, search->sums[node] + top.gx,
                                   lattice->nodes[node].score + top.gx},
                      error);
    }
    return status;
}

static size_t found_path(const searcher *search, uint32_t own, uint32_t *path)
{
    size_t count = 0;
    for (own = search->items[own].next; search->items[own].next != NO_NODE;
         own = search->items[own].next)
        path[count++] = search->items[own].node;
    return count;
}

/* Where paths go. */
typedef struct results {
    tkz__unigram_worker *worker;
    const tkz__unigram *model;
    const uint8_t *text;
    tkz__token_list *lists;
    float *scores;
    uint32_t wanted;
    uint32_t found;
} results;

static tkz_status add_result(results *own, const searcher *search, size_t count, float score,
                             tkz_error *error)
{
    tkz__token_list *list = &own->lists[own->found];
    own->scores[own->found++] = score;
    return tkz__unigram_write_nodes(own->worker, own->model, own->text, search->lattice,
                                    search->path, count, list, error);
}

/* The search is too large: the best path alone. What was found before is taken back. */
static tkz_status give_up(results *own, const searcher *search, const size_t *counts,
                          tkz_error *error)
{
    for (uint32_t i = 0; i < own->found; i++)
        own->lists[i].count = counts[i];
    own->found = 0;
    size_t count = best_path(search, search->path);
    return add_result(own, search, count, search->sums[search->lattice->node_count], error);
}

static tkz_status search_paths(searcher *search, results *own, const size_t *counts,
                               tkz_error *error)
{
    size_t least = (size_t)own->wanted * 10 < LEAST_AGENDA ? (size_t)own->wanted * 10 : LEAST_AGENDA;
    uint32_t end = (uint32_t)search->lattice->node_count;
    search->total = 1;
    search->limit = MOST_HYPOTHESES;
    tkz_status status = push(search, (hypothesis){end, NO_NODE, search->sums[end], 0}, error);
    while (status == TKZ_OK && search->agenda_count > 0) {
        uint32_t top = pop(search);
        if (search->items[top].node == NO_NODE) {
            size_t count = found_path(search, top, search->path);
            status = add_result(own, search, count, search->items[top].fx, error);
            if (own->found == own->wanted)
                break;
            continue;
        }
        status = expand(search, top, error);
        if (status != TKZ_OK)
            break;
        if (search->total >= MOST_ALL || search->item_count >= MOST_ALL)
            return give_up(own, search, counts, error);
        if (search->agenda_count >= MOST_AGENDA ||
            (search->agenda_count > least && search->item_count >= search->limit)) {
            if (search->shrinks >= MOST_SHRINKS)
                return give_up(own, search, counts, error);
            status = shrink(search, least, error);
        }
    }
    return status;
}

static tkz_status search_lattice(const tkz__unigram_lattice *lattice, results *own,
                                 tkz_error *error)
{
    size_t counts[TKZ__UNIGRAM_MOST_PATHS], nodes = lattice->node_count + 1;
    searcher search = {.lattice = lattice, .allocator = lattice->allocator};
    for (uint32_t i = 0; i < own->wanted; i++)
        counts[i] = own->lists[i].count;
    search.sums = tkz__allocate_array(&search.allocator, nodes, sizeof *search.sums);
    search.befores = tkz__allocate_array(&search.allocator, nodes, sizeof *search.befores);
    search.path = tkz__allocate_array(&search.allocator, lattice->count, sizeof *search.path);
    tkz_status status = TKZ_OK;
    if (search.sums == NULL || search.befores == NULL || search.path == NULL) {
        status = tkz__error_memory(error, nodes * sizeof *search.sums);
    } else {
        fill_sums(&search);
        status = search_paths(&search, own, counts, error);
    }
    tkz__release_array(&search.allocator, search.sums, nodes, sizeof *search.sums);
    tkz__release_array(&search.allocator, search.befores, nodes, sizeof *search.befores);
    tkz__release_array(&search.allocator, search.path, lattice->count, sizeof *search.path);
    tkz__release_array(&search.allocator, search.items, search.item_capacity, sizeof *search.items);
    tkz__release_array(&search.allocator, search.agenda, search.agenda_capacity,
                       sizeof *search.agenda);
    return status;
}

tkz_status tkz__unigram_nbest(tkz__unigram_worker *worker, const tkz__unigram *model,
                              const uint8_t *text, size_t size, uint32_t count,
                              tkz__token_list *lists, float *scores, uint32_t *found,
                              tkz_error *error)
{
    *found = 0;
    if (count == 0 || count > TKZ__UNIGRAM_MOST_PATHS)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "%u best paths: 1 to %d can be had", count, TKZ__UNIGRAM_MOST_PATHS);
    if (count == 1 || size == 0) {
        scores[0] = 0;
        *found = 1;
        return tkz__unigram_encode(worker, model, text, size, &lists[0], error);
    }
    tkz__unigram_lattice lattice;
    tkz_status status =
        tkz__unigram_lattice_make(&lattice, model, text, size, &worker->allocator, error);
    if (status != TKZ_OK)
        return status;
    results own = {worker, model, text, lists, scores, count, 0};
    status = search_lattice(&lattice, &own, error);
    *found = own.found;
    tkz__unigram_lattice_free(&lattice);
    return status;
}
