/* SPDX-License-Identifier: Apache-2.0
 *
 * Pruning of a BPE: the rarest tokens that no other is made of, round by round, with all words counted anew
 * between two. Leans on vocabulary_prune.h and the image.
 */
#include <stdlib.h>

#include "train/vocabulary_prune.h"

/* A merge that can happen. */
typedef struct way {
    uint32_t left;
    uint32_t right;
    uint32_t result;
} way;

typedef struct leaf_pruner {
    tkz__pruner *pruner;
    way *ways; /* by result */
    size_t way_count;
    uint32_t *starts;   /* id + 1: where its ways begin */
    uint32_t *children; /* ways of tokens that are there which have this one as a half */
    uint32_t *leaves;
    size_t leaf_count;
} leaf_pruner;

static int compare_ways(const void *left, const void *right)
{
    const way *first = left, *second = right;
    return first->result < second->result ? -1 : first->result > second->result;
}

/* The merges that can happen; where that is not known, all. */
static void list_ways(leaf_pruner *own, size_t room)
{
    const tkz__image *image = tkz__tokenizer_image(own->pruner->tokenizer);
    uint32_t count = own->pruner->count;
    bool is_known = (image->flags & TKZ__IMAGE_OUT_OF_ORDER) == 0;
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; is_known && symbol < image->symbol_count; symbol++) {
        uint32_t left, right, id = tkz__image_symbol_id(image, symbol);
        if (own->way_count < room && id < count && tkz__image_halves(image, symbol, &left, &right))
            own->ways[own->way_count++] = (way){tkz__image_symbol_id(image, left),
                                                tkz__image_symbol_id(image, right), id};
    }
    for (uint32_t i = 0; !is_known && i < tkz__tokenizer_merge_count(own->pruner->tokenizer); i++) {
        way one;
        tkz__tokenizer_merge(own->pruner->tokenizer, i, &one.left, &one.right, &one.result);
        if (own->way_count < room && one.result < count)
            own->ways[own->way_count++] = one;
    }
    if (own->way_count > 1)
        qsort(own->ways, own->way_count, sizeof *own->ways, compare_ways);
    size_t at = 0;
    for (uint32_t id = 0; id <= count; id++) {
        while (at < own->way_count && own->ways[at].result < id)
            at++;
        own->starts[id] = (uint32_t)at;
    }
}

static void count_half(leaf_pruner *own, uint32_t id, int change)
{
    if (id < own->pruner->count)
        own->children[id] = (uint32_t)((int64_t)own->children[id] + change);
}

static void count_ways(leaf_pruner *own, uint32_t result, int change)
{
    for (uint32_t i = own->starts[result]; i < own->starts[result + 1]; i++) {
        count_half(own, own->ways[i].left, change);
        if (own->ways[i].right != own->ways[i].left)
            count_half(own, own->ways[i].right, change);
    }
}

static bool is_leaf(const leaf_pruner *own, uint32_t id)
{
    return tkz__pruner_may_go(own->pruner, id) && own->children[id] == 0;
}

/* ---- The heap of leaves: the rarest first, of equal ones the greatest id ----------------- */

static bool goes_before(const leaf_pruner *own, uint32_t one, uint32_t other)
{
    const uint64_t *frequencies = own->pruner->frequencies;
    if (frequencies[one] != frequencies[other])
        return frequencies[one] < frequencies[other];
    return one > other;
}

static void push(leaf_pruner *own, uint32_t id)
{
    size_t at = own->leaf_count++;
    for (; at > 0 && goes_before(own, id, own->leaves[(at - 1) / 2]); at = (at - 1) / 2)
        own->leaves[at] = own->leaves[(at - 1) / 2];
    own->leaves[at] = id;
}

static uint32_t pop(leaf_pruner *own)
{
    uint32_t first = own->leaves[0], last = own->leaves[--own->leaf_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= own->leaf_count)
            break;
        if (child + 1 < own->leaf_count &&
            goes_before(own, own->leaves[child + 1], own->leaves[child]))
            child++;
        if (!goes_before(own, own->leaves[child], last))
            break;
        own->leaves[at] = own->leaves[child];
        at = child;
    }
    own->leaves[at] = last;
    return first;
}

/* ---- Rounds ------------------------------------------------------------------------------ */

/* Takes leaves until `quota` have gone. One that occurs nowhere changes no word, so that its halves may
 * follow at once; of the others the words are counted anew first. */
static void take_leaves(leaf_pruner *own, uint32_t quota)
{
    tkz__pruner *pruner = own->pruner;
    own->leaf_count = 0;
    for (uint32_t id = 0; id < pruner->count; id++)
        if (is_leaf(own, id))
            push(own, id);
    while (quota > 0 && own->leaf_count > 0) {
        uint32_t id = pop(own);
        tkz__pruner_drop(pruner, id);
        count_ways(own, id, -1);
        quota--;
        for (uint32_t i = own->starts[id];
             pruner->frequencies[id] == 0 && i < own->starts[id + 1]; i++) {
            uint32_t left = own->ways[i].left, right = own->ways[i].right;
            if (left < pruner->count && is_leaf(own, left))
                push(own, left);
            if (right != left && right < pruner->count && is_leaf(own, right))
                push(own, right);
        }
    }
}

tkz_status tkz__prune_leaves(tkz__pruner *pruner, uint32_t size, bool *is_short)
{
    const tkz__image *image = tkz__tokenizer_image(pruner->tokenizer);
    leaf_pruner own = {.pruner = pruner};
    size_t room = (size_t)image->symbol_count + image->merge_count, count = pruner->count;
    const tkz_allocator *allocator = &pruner->allocator;
    own.ways = tkz__allocate_array(allocator, room, sizeof *own.ways);
    own.starts = tkz__allocate_array(allocator, count + 2, sizeof *own.starts);
    own.children = tkz__allocate_zeroed(allocator, (count + 1) * sizeof *own.children);
    own.leaves = tkz__allocate_array(allocator, count + 1, sizeof *own.leaves);
    tkz_status status = TKZ_OK;
    if (own.ways == NULL || own.starts == NULL || own.children == NULL || own.leaves == NULL)
        status = tkz__error_memory(pruner->error, room * sizeof *own.ways);
    if (status == TKZ_OK) {
        list_ways(&own, room);
        for (uint32_t id = 0; id < pruner->count; id++)
            if ((pruner->states[id] & TKZ__PRUNE_GONE) == 0)
                count_ways(&own, id, 1);
    }
    while (status == TKZ_OK && pruner->tokens > size && !*is_short) {
        uint32_t before = pruner->tokens, more = before - size;
        status = tkz__pruner_count(pruner);
        if (status == TKZ_OK)
            take_leaves(&own, (more + 1) / 2);
        *is_short = pruner->tokens == before;
    }
    tkz__release_array(allocator, own.ways, room, sizeof *own.ways);
    tkz__release_array(allocator, own.starts, count + 2, sizeof *own.starts);
    tkz__release(allocator, own.children, (count + 1) * sizeof *own.children);
    tkz__release_array(allocator, own.leaves, count + 1, sizeof *own.leaves);
    return status;
}
