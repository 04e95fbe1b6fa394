/* SPDX-License-Identifier: Apache-2.0
 *
 * The lattice of sentencepiece's Unigram trainer. Leans on unigram_lattice32.h.
 *
 * Sums over neighbours do not depend on the node they are for, so that each place has one; best paths do,
 * as scores are rounded after each addition.
 */
#include "train/unigram_lattice32.h"

#include <math.h>
#include <string.h>

void tkz__lattice32_init(tkz__lattice32 *lattice, const tkz_allocator *allocator)
{
    memset(lattice, 0, sizeof *lattice);
    lattice->allocator = *allocator;
}

void tkz__lattice32_free(tkz__lattice32 *lattice)
{
    tkz_allocator allocator = lattice->allocator;
    tkz__release_array(&allocator, lattice->nodes, lattice->capacity, sizeof *lattice->nodes);
    tkz__release_array(&allocator, lattice->first, lattice->first_capacity, sizeof(uint32_t));
    tkz__release_array(&allocator, lattice->ends, lattice->ends_capacity, sizeof(uint32_t));
    tkz__release_array(&allocator, lattice->ending, lattice->ending_capacity, sizeof(uint32_t));
    tkz__release_array(&allocator, lattice->before, lattice->before_capacity, sizeof(float));
    tkz__release_array(&allocator, lattice->behind, lattice->behind_capacity, sizeof(float));
    tkz__release_array(&allocator, lattice->path, lattice->path_capacity, sizeof(uint32_t));
    tkz__release_array(&allocator, lattice->paths, lattice->paths_capacity,
                       sizeof *lattice->paths);
    tkz__release_array(&allocator, lattice->heap, lattice->heap_capacity, sizeof(uint32_t));
    tkz__lattice32_init(lattice, &allocator);
}

/* ---- Nodes ------------------------------------------------------------------------------- */

static tkz_status reserve_places(tkz__lattice32 *lattice, size_t size, tkz_error *error)
{
    const tkz_allocator *allocator = &lattice->allocator;
    size_t needed = size + 2;
    tkz_status status = tkz__array_reserve(allocator, (void **)&lattice->first,
                                           &lattice->first_capacity, needed, 4, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(allocator, (void **)&lattice->ends, &lattice->ends_capacity,
                                    needed, 4, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(allocator, (void **)&lattice->before,
                                    &lattice->before_capacity, needed, 4, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(allocator, (void **)&lattice->behind,
                                    &lattice->behind_capacity, needed, 4, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(allocator, (void **)&lattice->path, &lattice->path_capacity,
                                    needed, 4, error);
    return status;
}

static tkz_status add_node(tkz__lattice32 *lattice, uint32_t piece, size_t start, uint32_t length,
                           float score, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->nodes, &lattice->capacity,
                           lattice->count + 1, sizeof *lattice->nodes, error);
    if (status == TKZ_OK)
        lattice->nodes[lattice->count++] = (tkz__node32){.piece = piece, .start = (uint32_t)start,
                                                         .length = length, .score = score};
    return status;
}

/* The nodes of one place: pieces from short to long, and the unknown if none has one character. */
static tkz_status add_nodes(tkz__lattice32 *lattice, const tkz__unigram_pieces *pieces,
                            const float *scores, uint32_t longest, size_t place, float unknown,
                            tkz_error *error)
{
    size_t first = lattice->count;
    bool has_single = false;
    tkz_status status = TKZ_OK;
    for (uint32_t id = longest; status == TKZ_OK && id != TKZ__NO_PIECE;
         id = pieces->pieces[id].shorter) {
        uint32_t length = pieces->pieces[id].length;
        has_single |= length == 1;
        status = add_node(lattice, id, place, length, scores[id], error);
    }
    for (size_t i = first, k = lattice->count; i + 1 < k; i++) {
        tkz__node32 swap = lattice->nodes[i];
        lattice->nodes[i] = lattice->nodes[--k];
        lattice->nodes[k] = swap;
    }
    if (status == TKZ_OK && !has_single)
        status = add_node(lattice, 0, place, 1, unknown, error);
    return status;
}

/* Sorts the nodes by where they end, keeping their order. The start of the text ends at place 0. */
static tkz_status sort_ends(tkz__lattice32 *lattice, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->ending,
                           &lattice->ending_capacity, lattice->count, sizeof(uint32_t), error);
    if (status != TKZ_OK)
        return status;
    uint32_t *ends = lattice->ends, sum = 0;
    memset(ends, 0, (lattice->size + 2) * sizeof *ends);
    for (size_t i = 0; i < lattice->count; i++)
        ends[lattice->nodes[i].start + lattice->nodes[i].length]++;
    for (size_t place = 0; place <= lattice->size; place++) {
        uint32_t count = ends[place];
        ends[place] = sum;
        sum += count;
    }
    for (size_t i = 0; i < lattice->count; i++)
        lattice->ending[ends[lattice->nodes[i].start + lattice->nodes[i].length]++] = (uint32_t)i;
    for (size_t place = lattice->size + 1; place > 0; place--)
        ends[place] = ends[place - 1];
    ends[0] = 0;
    return TKZ_OK;
}

tkz_status tkz__lattice32_fill(tkz__lattice32 *lattice, const tkz__unigram_pieces *pieces,
                               const float *scores, const uint32_t *longest, size_t size,
                               float unknown, tkz_error *error)
{
    tkz_status status = reserve_places(lattice, size, error);
    lattice->size = size;
    lattice->count = 0;
    if (status == TKZ_OK)
        status = add_node(lattice, 0, 0, 0, 0, error);
    for (size_t place = 0; status == TKZ_OK && place < size; place++) {
        lattice->first[place] = (uint32_t)lattice->count;
        status = add_nodes(lattice, pieces, scores, longest[place], place, unknown, error);
    }
    if (status != TKZ_OK)
        return status;
    lattice->first[size] = (uint32_t)lattice->count;
    return sort_ends(lattice, error);
}

/* ---- Sums of paths ------------------------------------------------------------------------- */

static float add_logarithms(float x, float y, bool is_log1p)
{
    float low = x < y ? x : y, high = x < y ? y : x;
    if (high > low + 50)
        return high;
    double ratio = exp((double)(low - high));
    return (float)(high + (is_log1p ? log1p(ratio) : log(ratio + 1.0)));
}

void tkz__lattice32_expect(tkz__lattice32 *lattice, float weight, bool is_log1p, float *expected)
{
    const tkz__node32 *nodes = lattice->nodes;
    float *before = lattice->before, *behind = lattice->behind;
    for (size_t place = 0; place <= lattice->size; place++) {
        uint32_t first = lattice->ends[place];
        for (uint32_t i = first; i < lattice->ends[place + 1]; i++) {
            const tkz__node32 *node = &nodes[lattice->ending[i]];
            float path = node->score + (lattice->ending[i] == 0 ? 0 : before[node->start]);
            before[place] = i == first ? path : add_logarithms(before[place], path, is_log1p);
        }
    }
    behind[lattice->size] = 0;
    for (size_t place = lattice->size; place-- > 0;) {
        uint32_t first = lattice->first[place];
        for (uint32_t i = first; i < lattice->first[place + 1]; i++) {
            float path = nodes[i].score + behind[place + nodes[i].length];
            behind[place] = i == first ? path : add_logarithms(behind[place], path, is_log1p);
        }
    }
    float all = before[lattice->size];
    for (size_t i = 1; i < lattice->count; i++) {
        float path = before[nodes[i].start] + nodes[i].score;
        path = path + behind[nodes[i].start + nodes[i].length];
        path = path - all;
        expected[nodes[i].piece] =
            (float)(expected[nodes[i].piece] + weight * exp((double)path));
    }
}

/* ---- Best paths ------------------------------------------------------------------------------ */

/* The best of the nodes before a node of this score at `place`; its number, 0 for the start. */
static uint32_t find_before(const tkz__lattice32 *lattice, size_t place, float score, float *best)
{
    uint32_t found = 0, first = lattice->ends[place];
    for (uint32_t i = first; i < lattice->ends[place + 1]; i++) {
        float path = lattice->nodes[lattice->ending[i]].best + score;
        if (i == first || path > *best) {
            *best = path;
            found = lattice->ending[i];
        }
    }
    return found;
}

/* Fills `before` and `best` of all nodes; returns the last one of the best path. */
static uint32_t search(tkz__lattice32 *lattice)
{
    lattice->nodes[0].best = 0;
    for (size_t i = 1; i < lattice->count; i++) {
        tkz__node32 *node = &lattice->nodes[i];
        node->before = find_before(lattice, node->start, node->score, &node->best);
    }
    return find_before(lattice, lattice->size, 0, &lattice->final);
}

size_t tkz__lattice32_best(tkz__lattice32 *lattice)
{
    size_t count = 0;
    for (uint32_t node = search(lattice); node != 0; node = lattice->nodes[node].before)
        lattice->path[count++] = lattice->nodes[node].piece;
    for (size_t i = 0, k = count; i + 1 < k; i++) {
        uint32_t swap = lattice->path[i];
        lattice->path[i] = lattice->path[--k];
        lattice->path[k] = swap;
    }
    return count;
}

float tkz__lattice32_best_without(tkz__lattice32 *lattice, uint32_t piece)
{
    for (uint32_t i = lattice->first[0]; lattice->size > 0 && i < lattice->first[1]; i++)
        if (lattice->nodes[i].piece == piece && lattice->nodes[i].length == lattice->size)
            lattice->nodes[i].score = -INFINITY;
    (void)search(lattice);
    return lattice->final;
}

/* ---- The two best ------------------------------------------------------------------------------ */

/* The heap moves as that of libstdc++ does (bits/stl_heap.h), which decides between equal paths. */
static bool is_less(const tkz__lattice32 *lattice, uint32_t a, uint32_t b)
{
    return lattice->paths[a].total < lattice->paths[b].total;
}

static void sift_up(tkz__lattice32 *lattice, size_t hole, uint32_t path)
{
    uint32_t *heap = lattice->heap;
    while (hole > 0 && is_less(lattice, heap[(hole - 1) / 2], path)) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = path;
}

static uint32_t pop_path(tkz__lattice32 *lattice)
{
    uint32_t *heap = lattice->heap, top = heap[0];
    size_t count = --lattice->heap_count, hole = 0;
    uint32_t last = heap[count];
    while (2 * hole + 2 < count) {
        size_t child = 2 * hole + 2;
        child -= is_less(lattice, heap[child], heap[child - 1]);
        heap[hole] = heap[child];
        hole = child;
    }
    if (2 * hole + 2 == count) {
        heap[hole] = heap[count - 1];
        hole = count - 1;
    }
    if (count > 0)
        sift_up(lattice, hole, last);
    return top;
}

static tkz_status push_path(tkz__lattice32 *lattice, tkz__path32 path, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->paths, &lattice->paths_capacity,
                           lattice->path_count + 1, sizeof *lattice->paths, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&lattice->allocator, (void **)&lattice->heap,
                                    &lattice->heap_capacity, lattice->heap_count + 1,
                                    sizeof *lattice->heap, error);
    if (status != TKZ_OK)
        return status;
    lattice->paths[lattice->path_count] = path;
    lattice->heap_count++;
    sift_up(lattice, lattice->heap_count - 1, (uint32_t)lattice->path_count++);
    return TKZ_OK;
}

/* All ways to go on from a path towards the start. */
static tkz_status extend_path(tkz__lattice32 *lattice, uint32_t number, size_t place,
                              tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = lattice->ends[place]; status == TKZ_OK && i < lattice->ends[place + 1];
         i++) {
        const tkz__node32 *node = &lattice->nodes[lattice->ending[i]];
        float behind = lattice->paths[number].behind;
        status = push_path(lattice,
                           (tkz__path32){lattice->ending[i], number, node->score + behind,
                                         node->best + behind},
                           error);
    }
    return status;
}

tkz_status tkz__lattice32_two_best(tkz__lattice32 *lattice, size_t *first, size_t *second,
                                   tkz_error *error)
{
    (void)search(lattice);
    lattice->path_count = lattice->heap_count = 0;
    *first = *second = 0;
    /* Path 0 is the end of the text, which is no node. */
    tkz_status status =
        push_path(lattice, (tkz__path32){UINT32_MAX, 0, 0, lattice->final}, error);
    while (status == TKZ_OK && lattice->heap_count > 0) {
        uint32_t top = pop_path(lattice);
        uint32_t node = lattice->paths[top].node;
        if (node != 0) {
            size_t place = top == 0 ? lattice->size : lattice->nodes[node].start;
            status = extend_path(lattice, top, place, error);
            continue;
        }
        size_t count = 0;
        for (uint32_t i = lattice->paths[top].next; i != 0; i = lattice->paths[i].next)
            lattice->path[count++] = lattice->nodes[lattice->paths[i].node].piece;
        if (*first > 0) {
            *second = count;
            break;
        }
        *first = count;
    }
    return status;
}
