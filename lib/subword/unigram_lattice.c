/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the lattice of a text, and writing a path of it. Leans on the table.
 */
#include "subword/unigram_lattice.h"

void tkz__unigram_lattice_free(tkz__unigram_lattice *lattice)
{
    const tkz_allocator *allocator = &lattice->allocator;
    tkz__release_array(allocator, lattice->nodes, lattice->node_capacity, sizeof *lattice->nodes);
    tkz__release_array(allocator, lattice->codes, lattice->item_count, sizeof *lattice->codes);
    tkz__release_array(allocator, lattice->by_end, lattice->by_end_count, sizeof *lattice->by_end);
    *lattice = (tkz__unigram_lattice){.allocator = *allocator};
}

static tkz_status read_text(tkz__unigram_lattice *lattice, const tkz__unigram *model,
                            const uint8_t *text, size_t size, tkz_error *error)
{
    if (size > UINT32_MAX / 4)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text of %zu bytes is too long for a lattice", size);
    lattice->item_count = 4 * size + 6;
    lattice->codes =
        tkz__allocate_array(&lattice->allocator, lattice->item_count, sizeof *lattice->codes);
    if (lattice->codes == NULL)
        return tkz__error_memory(error, lattice->item_count * sizeof *lattice->codes);
    lattice->bytes = lattice->codes + size;
    lattice->begins = lattice->bytes + size + 1;
    lattice->ends = lattice->begins + size + 2;
    size_t at = 0;
    while (at < size) {
        lattice->bytes[lattice->count] = (uint32_t)at;
        at += tkz__unigram_read(model, text + at, size - at, &lattice->codes[lattice->count++]);
    }
    lattice->bytes[lattice->count] = (uint32_t)size;
    return TKZ_OK;
}

static tkz_status add_node(tkz__unigram_lattice *lattice, tkz__unigram_node node, tkz_error *error)
{
    if (lattice->node_count >= UINT32_MAX - 1)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a lattice of %zu nodes", lattice->node_count);
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->nodes, &lattice->node_capacity,
                           lattice->node_count + 1, sizeof *lattice->nodes, error);
    if (status == TKZ_OK)
        lattice->nodes[lattice->node_count++] = node;
    return status;
}

/* unigram_model.cc, PopulateNodes: GetUserDefinedScore of the characters. */
static float node_score(const tkz__unigram *model, uint32_t unit, uint32_t base, uint32_t length)
{
    if (model->single && (base & TKZ__UNIGRAM_IS_USER_DEFINED) != 0)
        return (float)(0.1 * ((int)length - 1));
    return (float)tkz__unigram_score(model, unit);
}

/* The pieces that start at a place, the short ones first; an unknown character if none is as short. */
static tkz_status add_nodes(tkz__unigram_lattice *lattice, const tkz__unigram *model, uint32_t at,
                            tkz_error *error)
{
    uint32_t unit = lattice->codes[at], end = at + 1;
    uint32_t base = unit == 0 ? 0 : tkz__unigram_base(model, unit);
    bool is_known = (base & TKZ__UNIGRAM_IS_PIECE) != 0;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && unit != 0) {
        if ((base & TKZ__UNIGRAM_IS_PIECE) != 0)
            status = add_node(lattice,
                              (tkz__unigram_node){at, end, tkz__unigram_id(model, unit),
                                                  node_score(model, unit, base, end - at)},
                              error);
        if (end == lattice->count)
            break;
        unit = tkz__unigram_child(model, unit, base, lattice->codes[end++]);
        base = unit == 0 ? 0 : tkz__unigram_base(model, unit);
    }
    if (status == TKZ_OK && !is_known)
        status = add_node(lattice,
                          (tkz__unigram_node){at, at + 1, TKZ__UNIGRAM_NO_ID,
                                              (float)model->unknown_score},
                          error);
    return status;
}

/* Counted by their ends, in the order of the nodes. */
static tkz_status group_by_end(tkz__unigram_lattice *lattice, tkz_error *error)
{
    lattice->by_end_count = lattice->node_count;
    lattice->by_end = tkz__allocate_array(&lattice->allocator, lattice->by_end_count,
                                          sizeof *lattice->by_end);
    if (lattice->by_end == NULL)
        return tkz__error_memory(error, lattice->by_end_count * sizeof *lattice->by_end);
    memset(lattice->ends, 0, (lattice->count + 2) * sizeof *lattice->ends);
    for (size_t i = 0; i < lattice->node_count; i++)
        lattice->ends[lattice->nodes[i].end + 1]++;
    for (size_t i = 1; i <= lattice->count + 1; i++)
        lattice->ends[i] += lattice->ends[i - 1];
    for (size_t i = 0; i < lattice->node_count; i++)
        lattice->by_end[lattice->ends[lattice->nodes[i].end]++] = (uint32_t)i;
    for (size_t i = lattice->count + 1; i > 0; i--)
        lattice->ends[i] = lattice->ends[i - 1];
    lattice->ends[0] = 0;
    return TKZ_OK;
}

tkz_status tkz__unigram_lattice_make(tkz__unigram_lattice *lattice, const tkz__unigram *model,
                                     const uint8_t *text, size_t size,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    *lattice = (tkz__unigram_lattice){.allocator = *allocator};
    tkz_status status = read_text(lattice, model, text, size, error);
    for (size_t at = 0; status == TKZ_OK && at < lattice->count; at++) {
        lattice->begins[at] = (uint32_t)lattice->node_count;
        status = add_nodes(lattice, model, (uint32_t)at, error);
    }
    if (status == TKZ_OK) {
        lattice->begins[lattice->count] = (uint32_t)lattice->node_count;
        status = group_by_end(lattice, error);
    }
    if (status != TKZ_OK)
        tkz__unigram_lattice_free(lattice);
    return status;
}

tkz_status tkz__unigram_write_nodes(tkz__unigram_worker *worker, const tkz__unigram *model,
                                    const uint8_t *text, const tkz__unigram_lattice *lattice,
                                    const uint32_t *nodes, size_t count, tkz__token_list *tokens,
                                    tkz_error *error)
{
    tkz__unigram_target target = {model, text, tokens};
    tkz_status status = TKZ_OK;
    worker->run_is_open = false;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        const tkz__unigram_node *node = &lattice->nodes[nodes[i]];
        status = tkz__unigram_put(worker, &target, node->id, lattice->bytes[node->start],
                                  lattice->bytes[node->end], error);
    }
    return status == TKZ_OK ? tkz__unigram_close_run(worker, &target, error) : status;
}
