/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the double array of symbols: first a plain tree, then its places. Leans
 * on core.
 */
#include "subword/symbol_trie.h"

#include <string.h>

#define NONE UINT32_MAX

/* A node of the plain tree. Children stand in a list in the order in which they came. */
typedef struct tree_node {
    uint32_t parent;
    uint32_t first_child;
    uint32_t next_sibling;
    uint32_t symbol;
    uint8_t byte;
} tree_node;

struct tkz__trie_builder {
    tkz_allocator allocator;
    tree_node *nodes; /* parents before their children */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* hash table of (parent, byte) to the child; 0: free, the root is no child */
    size_t slot_count; /* a power of two, at least twice the nodes */
};

/* The slot of a child, or the free one where it would be. */
static uint32_t *slot_of(const tkz__trie_builder *builder, uint32_t parent, uint8_t byte)
{
    uint64_t hash = ((uint64_t)parent << 8 | byte) * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(hash >> 32) & (builder->slot_count - 1);
    for (;;) {
        uint32_t child = builder->slots[slot];
        if (child == 0 ||
            (builder->nodes[child].parent == parent && builder->nodes[child].byte == byte))
            return &builder->slots[slot];
        slot = (slot + 1) & (builder->slot_count - 1);
    }
}

/* Makes room in the table for one more node. */
static tkz_status reserve_slot(tkz__trie_builder *builder, tkz_error *error)
{
    if ((builder->count + 1) * 2 <= builder->slot_count)
        return TKZ_OK;
    size_t wanted = builder->slot_count == 0 ? 1024 : builder->slot_count * 2;
    while (wanted < (builder->count + 1) * 2)
        wanted *= 2;
    uint32_t *slots = tkz__allocate_zeroed(&builder->allocator, wanted * sizeof *slots);
    if (slots == NULL)
        return tkz__error_memory(error, wanted * sizeof *slots);
    tkz__release_array(&builder->allocator, builder->slots, builder->slot_count, sizeof *slots);
    builder->slots = slots;
    builder->slot_count = wanted;
    for (size_t i = 1; i < builder->count; i++)
        *slot_of(builder, builder->nodes[i].parent, builder->nodes[i].byte) = (uint32_t)i;
    return TKZ_OK;
}

static tkz_status add_node(tkz__trie_builder *builder, uint32_t parent, uint8_t byte,
                           uint32_t *index, tkz_error *error)
{
    /* Places have 31 bits, and there are more places than nodes. */
    if (builder->count >= UINT32_C(1) << 29)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the symbols have too many different prefixes");
    tkz_status status =
        tkz__array_reserve(&builder->allocator, (void **)&builder->nodes, &builder->capacity,
                           builder->count + 1, sizeof *builder->nodes, error);
    if (status != TKZ_OK)
        return status;
    *index = (uint32_t)builder->count++;
    builder->nodes[*index] = (tree_node){parent, NONE, NONE, TKZ__NO_TOKEN, byte};
    return TKZ_OK;
}

tkz_status tkz__trie_builder_new(tkz__trie_builder **builder, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    tkz__trie_builder *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    uint32_t root;
    tkz_status status = add_node(made, NONE, 0, &root, error);
    if (status != TKZ_OK) {
        tkz__trie_builder_free(made);
        return status;
    }
    *builder = made;
    return TKZ_OK;
}

void tkz__trie_builder_free(tkz__trie_builder *builder)
{
    if (builder == NULL)
        return;
    tkz_allocator allocator = builder->allocator;
    tkz__release_array(&allocator, builder->nodes, builder->capacity, sizeof *builder->nodes);
    tkz__release_array(&allocator, builder->slots, builder->slot_count, sizeof *builder->slots);
    tkz__release(&allocator, builder, sizeof *builder);
}

tkz_status tkz__trie_builder_add(tkz__trie_builder *builder, const uint8_t *bytes, size_t size,
                                 uint32_t symbol, tkz_error *error)
{
    uint32_t end;
    return tkz__trie_builder_extend(builder, 0, bytes, size, symbol, &end, error);
}

tkz_status tkz__trie_builder_extend(tkz__trie_builder *builder, uint32_t node,
                                    const uint8_t *bytes, size_t size, uint32_t symbol,
                                    uint32_t *end, tkz_error *error)
{
    for (size_t i = 0; i < size; i++) {
        tkz_status status = reserve_slot(builder, error);
        if (status != TKZ_OK)
            return status;
        uint32_t *slot = slot_of(builder, node, bytes[i]);
        uint32_t child = *slot;
        if (child == 0) {
            status = add_node(builder, node, bytes[i], &child, error);
            if (status != TKZ_OK)
                return status;
            *slot = child;
            builder->nodes[child].next_sibling = builder->nodes[node].first_child;
            builder->nodes[node].first_child = child;
        }
        node = child;
    }
    builder->nodes[node].symbol = symbol;
    *end = node;
    return TKZ_OK;
}

void tkz__trie_builder_prefixes(const tkz__trie_builder *builder, uint32_t *prefixes)
{
    for (size_t i = 1; i < builder->count; i++) {
        uint32_t symbol = builder->nodes[i].symbol;
        if (symbol == TKZ__NO_TOKEN)
            continue;
        uint32_t above = builder->nodes[i].parent;
        while (above != NONE && builder->nodes[above].symbol == TKZ__NO_TOKEN)
            above = builder->nodes[above].parent;
        prefixes[symbol] = above == NONE ? TKZ__NO_TOKEN : builder->nodes[above].symbol;
    }
}

/* ---- Places ------------------------------------------------------------ */

/* Free places that are tried for a node with several children before a fresh block is taken.
 * Nodes with one child, the most by far, fill the holes. */
enum { TRIES = 64, BLOCK = 256 };

/* The double array while it is made. */
typedef struct double_array {
    const tkz__trie_builder *builder;
    tkz__buffer *nodes;  /* u64 each; all ones: free */
    tkz__buffer *symbols; /* u32 each */
    size_t hole;         /* no place below is free */
    tkz_error *error;
} double_array;

static size_t place_count(const double_array *array)
{
    return array->nodes->size / TKZ__TRIE_NODE_SIZE;
}

static bool is_free(const double_array *array, size_t place)
{
    return tkz__load_u64(array->nodes->data + place * TKZ__TRIE_NODE_SIZE) == UINT64_MAX;
}

static tkz_status add_block(double_array *array)
{
    tkz_status status =
        tkz__buffer_reserve(array->nodes, BLOCK * TKZ__TRIE_NODE_SIZE, array->error);
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(array->symbols, BLOCK * 4, array->error);
    if (status != TKZ_OK)
        return status;
    memset(array->nodes->data + array->nodes->size, 0xFF, BLOCK * TKZ__TRIE_NODE_SIZE);
    memset(array->symbols->data + array->symbols->size, 0xFF, BLOCK * 4);
    array->nodes->size += BLOCK * TKZ__TRIE_NODE_SIZE;
    array->symbols->size += BLOCK * 4;
    return TKZ_OK;
}

static bool fits(const double_array *array, uint32_t first_child, size_t base)
{
    const tree_node *nodes = array->builder->nodes;
    for (uint32_t child = first_child; child != NONE; child = nodes[child].next_sibling) {
        if (!is_free(array, base ^ nodes[child].byte))
            return false;
    }
    return true;
}

/* A base at which all children of a node find free places. */
static tkz_status find_base(double_array *array, uint32_t first_child, size_t *base)
{
    uint8_t byte = array->builder->nodes[first_child].byte;
    size_t count = place_count(array);
    while (array->hole < count && !is_free(array, array->hole))
        array->hole++;
    int tries = 0;
    for (size_t place = array->hole; place < count && tries < TRIES; place++) {
        if (!is_free(array, place))
            continue;
        tries++;
        *base = place ^ byte;
        if (fits(array, first_child, *base))
            return TKZ_OK;
    }
    *base = count;
    return add_block(array);
}

static void set_node(double_array *array, size_t place, uint32_t base, uint32_t check)
{
    uint8_t *node = array->nodes->data + place * TKZ__TRIE_NODE_SIZE;
    tkz__store_u32(node, base);
    tkz__store_u32(node + 4, check);
}

/* Gives places to the children of tree node `index`, which stands at places[index]. */
static tkz_status place_children(double_array *array, uint32_t *places, size_t index)
{
    const tree_node *nodes = array->builder->nodes;
    uint32_t first_child = nodes[index].first_child;
    uint32_t end_bit = nodes[index].symbol != TKZ__NO_TOKEN ? TKZ__TRIE_END_BIT : 0;
    size_t base = 0;
    if (first_child != NONE) {
        tkz_status status = find_base(array, first_child, &base);
        if (status != TKZ_OK)
            return status;
    }
    uint8_t *own = array->nodes->data + (size_t)places[index] * TKZ__TRIE_NODE_SIZE;
    tkz__store_u32(own, (uint32_t)base | end_bit);
    for (uint32_t child = first_child; child != NONE; child = nodes[child].next_sibling) {
        places[child] = (uint32_t)(base ^ nodes[child].byte);
        set_node(array, places[child], 0, places[index]);
        tkz__store_u32(array->symbols->data + (size_t)places[child] * 4, nodes[child].symbol);
    }
    return TKZ_OK;
}

/* Gives back what only adding needs: of long symbols half as much as the tree itself. */
static tkz_status give_back(tkz__trie_builder *builder, tkz_error *error)
{
    tkz__release_array(&builder->allocator, builder->slots, builder->slot_count, sizeof *builder->slots);
    builder->slots = NULL;
    builder->slot_count = 0;
    tree_node *fewer = tkz__reallocate_array(&builder->allocator, builder->nodes, builder->capacity, builder->count,
                                             sizeof *fewer);
    if (fewer == NULL)
        return tkz__error_memory(error, builder->count * sizeof *fewer);
    builder->nodes = fewer;
    builder->capacity = builder->count;
    return TKZ_OK;
}

tkz_status tkz__trie_builder_write(tkz__trie_builder *builder, tkz__buffer *nodes,
                                   tkz__buffer *symbols, tkz_error *error)
{
    tkz_status status = give_back(builder, error);
    if (status != TKZ_OK)
        return status;
    double_array array = {.builder = builder, .nodes = nodes, .symbols = symbols, .error = error};
    uint32_t *places = tkz__allocate_array(&builder->allocator, builder->count, sizeof *places);
    if (places == NULL)
        return tkz__error_memory(error, builder->count * sizeof *places);
    status = add_block(&array);
    if (status == TKZ_OK) {
        /* The root is nobody's child: no node has this number. */
        set_node(&array, 0, 0, UINT32_MAX - 1);
        places[0] = 0;
    }
    for (size_t i = 0; status == TKZ_OK && i < builder->count; i++)
        status = place_children(&array, places, i);
    tkz__release_array(&builder->allocator, places, builder->count, sizeof *places);
    return status;
}
