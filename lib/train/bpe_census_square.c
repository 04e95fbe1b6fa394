/* SPDX-License-Identifier: Apache-2.0
 *
 * The census of pairs while tokens are few: a square with a cell for each pair. Leans on bpe_census_state.
 */
#include "train/bpe_census_state.h"

static void add_to_square(tkz__bpe_census_state *own, uint32_t left, uint32_t right, uint64_t count)
{
    tkz__bpe_square_cell *cell = &own->square[left * own->tokens->count + right];
    cell->count += count;
    cell->places++;
}

/* Counts all pairs, each in a cell of its own, and lists them. */
tkz_status tkz__bpe_census_count_square(tkz__bpe_census_state *own)
{
    size_t ids = own->tokens->count, size = ids * ids;
    own->square = tkz__allocate_zeroed(&own->pairs->allocator, size * sizeof *own->square);
    if (own->square == NULL)
        return tkz__error_memory(own->error, size * sizeof *own->square);
    tkz_status status = TKZ_OK;
    tkz__bpe_visit_pairs(own, add_to_square);
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        const tkz__bpe_square_cell *cell = &own->square[i];
        if (cell->count == 0)
            continue;
        status = tkz__bpe_census_reserve(own);
        if (status == TKZ_OK)
            own->list[own->count++] = (tkz__bpe_counted){.key = tkz__pair_key((uint32_t)(i / ids), (uint32_t)(i % ids)),
                                                         .count = cell->count, .places = cell->places, .record = TKZ__BPE_NO_PAIR};
    }
    return status;
}

/* Has it a record? That becomes *cell at once. */
static inline bool has_record(const tkz__bpe_census_state *own, uint32_t left, uint32_t right, uint32_t *cell)
{
    size_t ids = own->tokens->count;
    bool is_pair = (left != TKZ__BPE_BORDER) & (right != TKZ__BPE_BORDER);
    uint32_t record = own->square[is_pair ? left * ids + right : 0].record;
    *cell = record - 1;
    return is_pair & (record != 0);
}

/* Writes the places of all pairs that have a record. */
tkz_status tkz__bpe_census_list_square(tkz__bpe_census_state *own)
{
    size_t ids = own->tokens->count;
    for (size_t i = 0; i < own->count; i++)
        own->square[(own->list[i].key >> 32) * ids + (uint32_t)own->list[i].key].record = own->list[i].record + 1;
    return tkz__bpe_visit_selected(own, has_record, tkz__bpe_census_list_block);
}
