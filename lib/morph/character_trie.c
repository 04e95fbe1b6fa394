/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the trie of an image. Leans on the image.
 *
 * The children of the node that texts reach most often are placed first: so what a text reads lies in few
 * pages and cache lines. The children of the root stand at the places of their numbers.
 */
#include "morph/character_trie.h"

#include <string.h>

enum {
    /* So many places that a node with several children does not fit at are left to those with one. */
    MAXIMUM_TRIES = 64,
    NODE_LIMIT = INT32_MAX,
};

/* Surfaces [first, end) have the same characters up to `depth`, which lead to `place`. */
typedef struct pending {
    uint64_t uses; /* of all these surfaces */
    size_t first;
    size_t end;
    uint32_t place;
    uint32_t depth;
} pending;

typedef struct builder {
    tkz__character_trie *trie;
    const tkz__trie_surface *surfaces;
    const uint16_t *numbers;
    uint32_t number_count;
    pending *queue; /* a heap, the most used node first */
    size_t queue_count;
    size_t queue_capacity;
    uint32_t sparse; /* a free place, or 0: before it few are free */
    uint16_t *children; /* of the node at work */
    size_t child_count;
} builder;

void tkz__character_trie_free(tkz__character_trie *trie)
{
    tkz__release_array(&trie->allocator, trie->nodes, trie->capacity, sizeof *trie->nodes);
    tkz__release_array(&trie->allocator, trie->next_free, trie->capacity,
                       sizeof *trie->next_free);
    tkz__release_array(&trie->allocator, trie->previous_free, trie->capacity,
                       sizeof *trie->previous_free);
    tkz__release_array(&trie->allocator, trie->is_base, trie->capacity, sizeof *trie->is_base);
    memset(trie, 0, sizeof *trie);
}

/* Makes the arrays larger; new nodes are empty and no bases. */
static tkz_status grow(tkz__character_trie *trie, size_t capacity, tkz_error *error)
{
    tkz__character_trie larger = *trie;
    larger.capacity = capacity;
    larger.nodes = tkz__allocate_array(&trie->allocator, capacity, sizeof *larger.nodes);
    larger.next_free = tkz__allocate_array(&trie->allocator, capacity, sizeof *larger.next_free);
    larger.previous_free =
        tkz__allocate_array(&trie->allocator, capacity, sizeof *larger.previous_free);
    larger.is_base = tkz__allocate_array(&trie->allocator, capacity, sizeof *larger.is_base);
    if (larger.nodes == NULL || larger.next_free == NULL || larger.previous_free == NULL ||
        larger.is_base == NULL) {
        tkz__character_trie_free(&larger);
        return tkz__error_memory(error, capacity * sizeof *larger.nodes);
    }
    const size_t old = trie->capacity;
    if (old > 0) {
        memcpy(larger.nodes, trie->nodes, old * sizeof *larger.nodes);
        memcpy(larger.next_free, trie->next_free, old * sizeof *larger.next_free);
        memcpy(larger.previous_free, trie->previous_free, old * sizeof *larger.previous_free);
        memcpy(larger.is_base, trie->is_base, old * sizeof *larger.is_base);
    }
    memset(larger.nodes + old, 0, (capacity - old) * sizeof *larger.nodes);
    memset(larger.is_base + old, 0, (capacity - old) * sizeof *larger.is_base);
    tkz__character_trie_free(trie);
    *trie = larger;
    return TKZ_OK;
}

/* Makes room for `needed` nodes; new ones are free and the last of the ring. */
static tkz_status reserve_nodes(tkz__character_trie *trie, size_t needed, tkz_error *error)
{
    if (needed <= trie->capacity)
        return TKZ_OK;
    size_t old = trie->capacity, capacity = needed + needed / 4 + 1024;
    if (capacity > NODE_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "dictionary", TKZ__NO_OFFSET,
                              "too many words for an image");
    tkz_status status = grow(trie, capacity, error);
    if (status != TKZ_OK)
        return status;
    uint32_t *next = trie->next_free, *previous = trie->previous_free;
    if (old == 0)
        next[0] = previous[0] = 0;
    for (size_t i = old > 0 ? old : 1; i < capacity; i++) {
        uint32_t last = previous[0];
        next[last] = (uint32_t)i;
        previous[i] = last;
        next[i] = 0;
        previous[0] = (uint32_t)i;
    }
    return TKZ_OK;
}

/* Makes a free place that of a node's child. */
static void take(tkz__character_trie *trie, uint32_t place, tkz__image_node *parent,
                 uint16_t character)
{
    trie->next_free[trie->previous_free[place]] = trie->next_free[place];
    trie->previous_free[trie->next_free[place]] = trie->previous_free[place];
    trie->nodes[place].character = character;
    parent->children |= tkz__image_child_bit(character);
    if (place >= trie->count)
        trie->count = (size_t)place + 1;
}

static bool is_free(const tkz__character_trie *trie, size_t place)
{
    return place >= trie->capacity || trie->nodes[place].character == 0;
}

/* Whether no node has this base and its children would fall on free places. */
static bool fits(const builder *b, size_t base)
{
    if (base < b->trie->capacity && b->trie->is_base[base])
        return false;
    for (size_t i = 0; i < b->child_count; i++) {
        if (!is_free(b->trie, base + b->children[i]))
            return false;
    }
    return true;
}

/* A base of no other node from which all children fall on free places. A child without brothers takes the first free
 * place; others begin to look where fewer are taken. */
static size_t find_base(builder *b)
{
    const tkz__character_trie *trie = b->trie;
    uint32_t lowest = UINT32_MAX;
    for (size_t i = 0; i < b->child_count; i++)
        lowest = b->children[i] < lowest ? b->children[i] : lowest;
    uint32_t place = trie->next_free[0];
    if (b->child_count > 1 && b->sparse != 0)
        place = b->sparse;
    int tries = 0;
    for (; place != 0; place = trie->next_free[place]) {
        if (place <= lowest) /* the place of number 0 is the root's */
            continue;
        if (fits(b, place - lowest))
            break;
        if (++tries % MAXIMUM_TRIES == 0)
            b->sparse = place;
    }
    if (place != 0)
        return place - lowest;
    size_t base = trie->count > lowest ? trie->count - lowest : 1;
    while (!fits(b, base))
        base++;
    return base;
}

/* Whether node `a` is placed before node `b`: the same order whatever the heap does. */
static bool is_before(const pending *a, const pending *b)
{
    if (a->uses != b->uses)
        return a->uses > b->uses;
    return a->depth != b->depth ? a->depth < b->depth : a->first < b->first;
}

static tkz_status add_pending(builder *b, const pending *node, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&b->trie->allocator, (void **)&b->queue, &b->queue_capacity,
                           b->queue_count + 1, sizeof *b->queue, error);
    if (status != TKZ_OK)
        return status;
    size_t at = b->queue_count++;
    for (; at > 0 && is_before(node, &b->queue[(at - 1) / 2]); at = (at - 1) / 2)
        b->queue[at] = b->queue[(at - 1) / 2];
    b->queue[at] = *node;
    return TKZ_OK;
}

/* Takes the first node from the queue, which is not empty. */
static pending next_pending(builder *b)
{
    pending first = b->queue[0], last = b->queue[--b->queue_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < b->queue_count; at = child) {
        if (child + 1 < b->queue_count && is_before(&b->queue[child + 1], &b->queue[child]))
            child++;
        if (!is_before(&b->queue[child], &last))
            break;
        b->queue[at] = b->queue[child];
    }
    b->queue[at] = last;
    return first;
}

static uint16_t number_at(const builder *b, size_t surface, uint32_t depth)
{
    return b->numbers[b->surfaces[surface].first + depth];
}

/* Collects the children of a node: the different characters behind it. */
static void find_children(builder *b, const pending *node, size_t first)
{
    b->child_count = 0;
    for (size_t i = first; i < node->end; i++) {
        uint16_t number = number_at(b, i, node->depth);
        if (b->child_count == 0 || b->children[b->child_count - 1] != number)
            b->children[b->child_count++] = number;
    }
}

/* Gives a node the words of its surface. */
static void place_words(tkz__character_trie *trie, uint32_t place, uint32_t words)
{
    uint32_t count = words & 0xFF;
    trie->nodes[place].words = trie->word_count << 8 | count;
    trie->nodes[place].number = words >> 8;
    trie->word_count += count;
}

static tkz_status place_children(builder *b, const pending *node, tkz_error *error)
{
    tkz__character_trie *trie = b->trie;
    size_t first = node->first;
    if (b->surfaces[first].size == node->depth)
        place_words(trie, node->place, b->surfaces[first++].words);
    if (first == node->end)
        return TKZ_OK;
    find_children(b, node, first);
    size_t base = node->place == 0 ? 0 : find_base(b);
    tkz_status status = reserve_nodes(trie, base + b->number_count + 1, error);
    if (status != TKZ_OK)
        return status;
    trie->nodes[node->place].base = (uint32_t)base;
    trie->is_base[base] = true;
    for (size_t i = 0; i < b->child_count; i++) {
        uint32_t place = (uint32_t)base + b->children[i];
        if (place == b->sparse)
            b->sparse = trie->next_free[place];
        take(trie, place, &trie->nodes[node->place], b->children[i]);
    }
    while (first < node->end && status == TKZ_OK) {
        uint16_t number = number_at(b, first, node->depth);
        pending child = {0, first, first, (uint32_t)base + number, node->depth + 1};
        for (; child.end < node->end && number_at(b, child.end, node->depth) == number; child.end++)
            child.uses += b->surfaces[child.end].uses;
        status = add_pending(b, &child, error);
        first = child.end;
    }
    return status;
}

tkz_status tkz__character_trie_make(tkz__character_trie *trie, const tkz__trie_surface *surfaces,
                                    size_t count, const uint16_t *numbers, uint32_t number_count,
                                    const tkz_allocator *allocator, tkz_error *error)
{
    memset(trie, 0, sizeof *trie);
    trie->allocator = *allocator;
    trie->count = 1;
    builder b = {.trie = trie, .surfaces = surfaces, .numbers = numbers,
                 .number_count = number_count};
    b.children = tkz__allocate_array(allocator, (size_t)number_count + 1, sizeof *b.children);
    tkz_status status = b.children != NULL
                            ? reserve_nodes(trie, (size_t)number_count + 1, error)
                            : tkz__error_memory(error, number_count * sizeof *b.children);
    if (status == TKZ_OK && count > 0)
        status = add_pending(&b, &(pending){.end = count}, error);
    while (b.queue_count > 0 && status == TKZ_OK) {
        pending node = next_pending(&b);
        status = place_children(&b, &node, error);
    }
    tkz__release_array(allocator, b.queue, b.queue_capacity, sizeof *b.queue);
    tkz__release_array(allocator, b.children, (size_t)number_count + 1, sizeof *b.children);
    if (status != TKZ_OK)
        tkz__character_trie_free(trie);
    return status;
}
