/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the double array of a Unigram model: first a plain tree, then its places. Leans on the
 * parts of the table.
 *
 * Nodes with many children are placed first, where their codes fall on free units; those with one
 * child, the most, then fill what is left. A search goes on where the last one for as many children
 * ended,
 * since what lies before is full for them; it tries a limited number of places and otherwise
 * puts the node behind all others. So no vocabulary can make this slow; one that makes it large is
 * refused.
 */
#include <stdlib.h>

#include "subword/unigram_parts.h"

/* A node of the plain tree; a parent stands before its children, and children in the order of codes. */
typedef struct tree_node {
    uint32_t parent;
    uint32_t code;
    uint32_t piece; /* index, or UINT32_MAX */
    uint32_t child_count;
} tree_node;

typedef struct layout {
    const tkz_allocator *allocator;
    tree_node *nodes;
    size_t node_count;
    size_t node_capacity;
    uint32_t *children; /* nodes, grouped by parent */
    uint32_t *starts;   /* where the children of a node are; node_count + 1 */
    uint32_t *order;    /* in which nodes with children are placed */
    uint32_t *places;   /* unit of each node */
    uint32_t *bases;    /* of each node */
    uint32_t *next_free; /* of each unit: the next free one; 0: not free */
    size_t unit_capacity;
    uint32_t unit_count; /* units up to the last one that is taken; those from here on are free */
    uint32_t first_free;
    uint32_t last_free; /* before unit_count, or 0 */
    uint32_t cursor;    /* free unit that searches start behind; 0: at the first */
    uint32_t cursor_class;
} layout;

enum {
    TRIES = 1024,         /* places that a node is tried in */
    STEP = 64,            /* that are given up when none of them did */
    MANY = 16,            /* children: nodes with more share a cursor */
    UNITS_PER_NODE = 16,  /* beyond it the vocabulary is refused; published ones need 1.05 */
    LEAST_UNIT_LIMIT = 1 << 22
};

/* ---- Tree -------------------------------------------------------------- */

static uint32_t common_codes(const tkz__unigram_piece *a, const tkz__unigram_piece *b)
{
    uint32_t count = a->count < b->count ? a->count : b->count, i = 0;
    while (i < count && a->codes[i] == b->codes[i])
        i++;
    return i;
}

static tkz_status add_node(layout *made, uint32_t parent, uint32_t code, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(made->allocator, (void **)&made->nodes, &made->node_capacity,
                           made->node_count + 1, sizeof *made->nodes, error);
    if (status == TKZ_OK)
        made->nodes[made->node_count++] = (tree_node){parent, code, UINT32_MAX, 0};
    return status;
}

/* Of equal pieces the last one stays. `path` has room for the longest piece and the root. */
static tkz_status plant(layout *made, const tkz__unigram_maker *maker, uint32_t *path,
                        tkz_error *error)
{
    tkz_status status = add_node(made, UINT32_MAX, 0, error);
    path[0] = 0;
    for (uint32_t i = 0; status == TKZ_OK && i < maker->piece_count; i++) {
        const tkz__unigram_piece *piece = &maker->pieces[i];
        uint32_t depth = i == 0 ? 0 : common_codes(piece - 1, piece);
        for (; status == TKZ_OK && depth < piece->count; depth++) {
            path[depth + 1] = (uint32_t)made->node_count;
            made->nodes[path[depth]].child_count++;
            status = add_node(made, path[depth], piece->codes[depth], error);
        }
        if (status == TKZ_OK)
            made->nodes[path[piece->count]].piece = i;
    }
    return status;
}

/* ---- Order ------------------------------------------------------------- */

static void group_children(layout *made)
{
    uint32_t total = 0;
    for (size_t i = 0; i < made->node_count; i++) {
        made->starts[i] = total;
        total += made->nodes[i].child_count;
    }
    made->starts[made->node_count] = total;
    for (size_t i = 1; i < made->node_count; i++)
        made->children[made->starts[made->nodes[i].parent]++] = (uint32_t)i;
    for (size_t i = made->node_count; i > 0; i--)
        made->starts[i] = made->starts[i - 1];
    made->starts[0] = 0;
}

/* Nodes with children, those with more of them first, otherwise in the order of the tree: counted by
 * the number of children. `counts` has room for code_count + 2. Returns how many. */
static uint32_t order_nodes(layout *made, uint32_t *counts, uint32_t code_count)
{
    memset(counts, 0, ((size_t)code_count + 2) * sizeof *counts);
    for (size_t i = 1; i < made->node_count; i++)
        counts[made->nodes[i].child_count]++;
    uint32_t total = 0;
    for (uint32_t k = code_count; k > 0; k--) {
        uint32_t own = counts[k];
        counts[k] = total;
        total += own;
    }
    for (size_t i = 1; i < made->node_count; i++) {
        uint32_t k = made->nodes[i].child_count;
        if (k > 0)
            made->order[counts[k]++] = (uint32_t)i;
    }
    return total;
}

/* ---- Places ------------------------------------------------------------ */

static bool is_free(const layout *made, uint32_t unit)
{
    return unit >= made->unit_count || made->next_free[unit] != 0;
}

/* Makes units up to `end` real; they are free. */
static tkz_status grow_units(layout *made, uint32_t end, tkz_error *error)
{
    if (end <= made->unit_count)
        return TKZ_OK;
    size_t limit = made->node_count * UNITS_PER_NODE + LEAST_UNIT_LIMIT;
    if (end > limit || end > TKZ__UNIGRAM_BASE)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the pieces of this vocabulary need a table of more than %zu units",
                              limit);
    tkz_status status =
        tkz__array_reserve(made->allocator, (void **)&made->next_free, &made->unit_capacity, end,
                           sizeof *made->next_free, error);
    if (status != TKZ_OK)
        return status;
    /* The list of free units ends in UINT32_MAX. */
    for (; made->unit_count < end; made->unit_count++) {
        made->next_free[made->unit_count] = UINT32_MAX;
        if (made->last_free != 0)
            made->next_free[made->last_free] = made->unit_count;
        else
            made->first_free = made->unit_count;
        made->last_free = made->unit_count;
    }
    return TKZ_OK;
}

/* Do the codes of a node's children fall on free units, from this base on? */
static bool fits(const layout *made, uint32_t node, uint32_t base)
{
    for (uint32_t k = made->starts[node]; k < made->starts[node + 1]; k++) {
        if (!is_free(made, base + made->nodes[made->children[k]].code))
            return false;
    }
    return true;
}

/* The base of a node, and the free unit before its first child. */
static uint32_t find_base(layout *made, uint32_t node, uint32_t *before)
{
    uint32_t first = made->nodes[made->children[made->starts[node]]].code;
    uint32_t size = made->nodes[node].child_count;
    uint32_t class = size < MANY ? size : MANY;
    if (class != made->cursor_class)
        made->cursor = 0;
    made->cursor_class = class;
    *before = made->cursor;
    uint32_t unit = *before == 0 ? made->first_free : made->next_free[*before];
    for (uint32_t tries = 0; tries < TRIES && unit != UINT32_MAX; tries++) {
        if (fits(made, node, unit - first)) {
            made->cursor = *before;
            return unit - first;
        }
        *before = unit;
        unit = made->next_free[unit];
        if (tries == STEP)
            made->cursor = *before;
    }
    *before = made->last_free;
    return made->unit_count - first;
}

/* Takes the units of a node's children out of the list, which is walked from the free unit `before`
 * (0: from its start) on: children and list are both in order. */
static void take_units(layout *made, uint32_t node, uint32_t base, uint32_t before)
{
    for (uint32_t k = made->starts[node]; k < made->starts[node + 1]; k++) {
        uint32_t child = made->children[k];
        uint32_t unit = base + made->nodes[child].code;
        uint32_t at = before == 0 ? made->first_free : made->next_free[before];
        for (; at != unit; at = made->next_free[at])
            before = at;
        if (before == 0)
            made->first_free = made->next_free[unit];
        else
            made->next_free[before] = made->next_free[unit];
        if (made->last_free == unit)
            made->last_free = before;
        made->next_free[unit] = 0;
        made->places[child] = unit;
    }
}

static tkz_status place_children(layout *made, uint32_t node, tkz_error *error)
{
    uint32_t before, last = made->children[made->starts[node + 1] - 1];
    uint32_t base = find_base(made, node, &before);
    tkz_status status = grow_units(made, base + made->nodes[last].code + 1, error);
    if (status != TKZ_OK)
        return status;
    made->bases[node] = base;
    take_units(made, node, base, before);
    return TKZ_OK;
}

/* The root's children have the units of their codes, which are nobody else's. */
static tkz_status place_all(layout *made, uint32_t code_count, uint32_t ordered, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(made->allocator, (void **)&made->next_free, &made->unit_capacity,
                           code_count, sizeof *made->next_free, error);
    if (status != TKZ_OK)
        return status;
    memset(made->next_free, 0, code_count * sizeof *made->next_free);
    made->unit_count = code_count;
    made->first_free = UINT32_MAX;
    for (uint32_t k = made->starts[0]; k < made->starts[1]; k++)
        made->places[made->children[k]] = made->nodes[made->children[k]].code;
    for (uint32_t i = 0; status == TKZ_OK && i < ordered; i++)
        status = place_children(made, made->order[i], error);
    return status;
}

/* ---- Writing ----------------------------------------------------------- */

static void write_unit(const layout *made, const tkz__unigram_maker *maker, uint32_t node,
                       uint8_t *units)
{
    const tree_node *own = &made->nodes[node];
    uint8_t *unit = units + (size_t)made->places[node] * TKZ__UNIGRAM_UNIT_SIZE;
    uint32_t base = made->bases[node];
    if (own->piece != UINT32_MAX) {
        uint32_t id = maker->pieces[own->piece].id, bits;
        float score = (float)maker->piece_scores[own->piece];
        memcpy(&bits, &score, sizeof bits);
        base |= TKZ__UNIGRAM_IS_PIECE | (id & TKZ__UNIGRAM_IS_USER_DEFINED);
        tkz__store_u32(unit + 8, bits);
        tkz__store_u32(unit + 12, id & TKZ__UNIGRAM_BASE);
    }
    tkz__store_u32(unit, base);
    tkz__store_u32(unit + 4, made->places[own->parent]);
}

/* A unit that is nobody's child, and no piece. */
static void write_free_unit(uint8_t *unit)
{
    const uint32_t minus_infinity = UINT32_C(0x1FF) << 23;
    tkz__store_u32(unit + 4, UINT32_MAX);
    tkz__store_u32(unit + 8, minus_infinity);
    tkz__store_u32(unit + 12, UINT32_MAX);
}

/* Scores that 32 bits do not hold. */
static tkz_status write_scores(const layout *made, const tkz__unigram_maker *maker,
                               tkz_error *error)
{
    const uint64_t minus_infinity = UINT64_C(0xFFF) << 52;
    tkz__buffer *block = maker->block;
    size_t start = block->size;
    tkz_status status = tkz__buffer_append_fill(block, 0, (size_t)made->unit_count * 8, error);
    if (status != TKZ_OK)
        return status;
    for (size_t unit = 0; unit < made->unit_count; unit++)
        tkz__store_u64(block->data + start + 8 * unit, minus_infinity);
    for (size_t node = 1; node < made->node_count; node++) {
        uint32_t piece = made->nodes[node].piece;
        uint64_t bits;
        if (piece == UINT32_MAX)
            continue;
        memcpy(&bits, &maker->piece_scores[piece], sizeof bits);
        tkz__store_u64(block->data + start + 8 * (size_t)made->places[node], bits);
    }
    return TKZ_OK;
}

/* Free units belong to no node: their parent is none. */
static tkz_status write_units(const layout *made, tkz__unigram_maker *maker, tkz_error *error)
{
    tkz__buffer *block = maker->block;
    size_t start = block->size;
    tkz_status status = tkz__buffer_append_fill(
        block, 0, (size_t)made->unit_count * TKZ__UNIGRAM_UNIT_SIZE, error);
    if (status != TKZ_OK)
        return status;
    for (size_t unit = 0; unit < made->unit_count; unit++)
        write_free_unit(block->data + start + unit * TKZ__UNIGRAM_UNIT_SIZE);
    for (size_t node = 1; node < made->node_count; node++)
        write_unit(made, maker, (uint32_t)node, block->data + start);
    maker->unit_count = made->unit_count;
    return maker->is_wide ? write_scores(made, maker, error) : TKZ_OK;
}

static tkz_status lay_out(layout *made, tkz__unigram_maker *maker, uint32_t *items,
                          tkz_error *error)
{
    size_t count = made->node_count;
    made->children = items;
    made->starts = made->children + count;
    made->order = made->starts + count + 1;
    made->places = made->order + count;
    made->bases = made->places + count;
    group_children(made);
    uint32_t ordered = order_nodes(made, made->bases + count, maker->code_count);
    tkz_status status = place_all(made, maker->code_count, ordered, error);
    return status == TKZ_OK ? write_units(made, maker, error) : status;
}

tkz_status tkz__unigram_write_units(tkz__unigram_maker *maker, tkz_error *error)
{
    layout made = {.allocator = &maker->block->allocator};
    size_t depth = (size_t)maker->longest + 1;
    uint32_t *path = tkz__allocate_array(made.allocator, depth, sizeof *path);
    tkz_status status = path == NULL ? tkz__error_memory(error, depth * sizeof *path)
                                     : plant(&made, maker, path, error);
    if (status == TKZ_OK && made.node_count >= TKZ__UNIGRAM_BASE)
        status = tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                                "the pieces have %zu characters", made.node_count);
    if (status == TKZ_OK) {
        size_t size = (made.node_count * 5 + maker->code_count + 3) * sizeof(uint32_t);
        uint32_t *items = tkz__allocate_zeroed(made.allocator, size);
        status = items == NULL ? tkz__error_memory(error, size)
                               : lay_out(&made, maker, items, error);
        tkz__release(made.allocator, items, size);
    }
    tkz__release_array(made.allocator, path, depth, sizeof *path);
    tkz__release_array(made.allocator, made.nodes, made.node_capacity, sizeof *made.nodes);
    tkz__release_array(made.allocator, made.next_free, made.unit_capacity, sizeof *made.next_free);
    return status;
}
