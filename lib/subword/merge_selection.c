/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking the merges that can happen. Why one for each token is enough is in the
 * header. Leans on matching and the table of pairs.
 */
#include "subword/merge_selection.h"

#include "subword/image_tables.h"
#include "subword/matching.h"

typedef struct tkz__waiting_merge {
    uint32_t left;
    uint32_t right;
    uint32_t result;
    uint32_t before; /* number + 1 of the one that waits for the same token and came before; 0: none */
    uint32_t rank;   /* number of the offer */
} waiting_merge;

/* Notes of a token. */
enum {
    HAS_GROWN = 1,        /* T or an early merge makes it */
    TAKEN_RIGHT = 2,      /* an early merge has it as its right half, */
    TAKEN_LEFT = 4        /* or as its left one, beside one that has grown */
};

void tkz__merge_selection_free(tkz__merge_selection *selection)
{
    const tkz_allocator *allocator = &selection->allocator;
    tkz__release_array(allocator, selection->symbol_ids, selection->symbol_limit,
                       sizeof *selection->symbol_ids);
    tkz__release_array(allocator, selection->halves, (size_t)selection->symbol_limit * 2,
                       sizeof *selection->halves);
    tkz__release_array(allocator, selection->symbols, selection->token_count,
                       sizeof *selection->symbols);
    tkz__release_array(allocator, selection->waiting, selection->waiting_capacity,
                       sizeof *selection->waiting);
    tkz__release_array(allocator, selection->lists, selection->token_count, 4);
    tkz__release_array(allocator, selection->fresh, selection->token_count, 4);
    tkz__release(allocator, selection->notes, selection->token_count);
    selection->notes = NULL;
    selection->symbol_ids = selection->halves = selection->symbols = NULL;
    selection->waiting = NULL;
    selection->lists = selection->fresh = NULL;
    tkz__buffer_free(&selection->view_halves);
    tkz__buffer_free(&selection->view_pairs);
}

tkz_status tkz__merge_selection_start(tkz__merge_selection *selection,
                                      const uint32_t byte_ids[256], uint32_t token_count,
                                      uint32_t most_merges, const tkz_allocator *allocator,
                                      tkz_error *error)
{
    memset(selection, 0, sizeof *selection);
    selection->allocator = *allocator;
    tkz__buffer_init(&selection->view_halves, allocator);
    tkz__buffer_init(&selection->view_pairs, allocator);
    selection->symbol_limit = TKZ__SYMBOL_BYTES + most_merges;
    selection->token_count = token_count;
    selection->slot_bits = tkz__image_pair_bits(most_merges);
    size_t limit = selection->symbol_limit;
    selection->symbol_ids = tkz__allocate_array(allocator, limit, 4);
    selection->halves = tkz__allocate_array(allocator, limit * 2, 4);
    selection->symbols = tkz__allocate_array(allocator, token_count, 4);
    selection->lists = tkz__allocate_array(allocator, token_count, 4);
    selection->fresh = tkz__allocate_array(allocator, token_count, 4);
    selection->notes = tkz__allocate_zeroed(allocator, token_count);
    if (selection->symbol_ids == NULL || selection->halves == NULL ||
        selection->symbols == NULL || selection->lists == NULL || selection->fresh == NULL ||
        selection->notes == NULL)
        return tkz__error_memory(error, (limit * 3 + (size_t)token_count * 3) * 4);
    tkz_status status =
        tkz__buffer_append_fill(&selection->view_halves, 0,
                                (size_t)most_merges * TKZ__IMAGE_HALVES_SIZE, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(&selection->view_pairs, 0xFF,
                                         (size_t)4 << selection->slot_bits, error);
    if (status != TKZ_OK)
        return status;
    memset(selection->symbols, 0xFF, (size_t)token_count * 4);
    memset(selection->lists, 0, (size_t)token_count * 4);
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++) {
        selection->symbol_ids[byte] = byte_ids[byte];
        if (byte_ids[byte] != TKZ__NO_TOKEN)
            selection->symbols[byte_ids[byte]] = byte;
    }
    selection->symbol_count = TKZ__SYMBOL_BYTES;
    selection->view = (tkz__image){
        .symbol_count = TKZ__SYMBOL_BYTES,
        .pair_shift = 64 - selection->slot_bits,
        .pair_mask = (UINT32_C(1) << selection->slot_bits) - 1,
    };
    selection->view.sections[TKZ__SECTION_HALVES] = selection->view_halves.data;
    selection->view.sections[TKZ__SECTION_PAIRS] = selection->view_pairs.data;
    return TKZ_OK;
}

/* Lets a merge wait for token `half`, which has not been made. */
static tkz_status wait_for(tkz__merge_selection *selection, uint32_t half, uint32_t left,
                           uint32_t right, uint32_t result, uint32_t rank, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&selection->allocator, (void **)&selection->waiting,
                           &selection->waiting_capacity, selection->waiting_count + 1,
                           sizeof *selection->waiting, error);
    if (status != TKZ_OK)
        return status;
    selection->waiting[selection->waiting_count++] =
        (waiting_merge){left, right, result, selection->lists[half], rank};
    selection->lists[half] = (uint32_t)selection->waiting_count;
    return TKZ_OK;
}

static tkz_status take(tkz__merge_selection *selection, const uint32_t halves[2], uint32_t result,
                       tkz_error *error)
{
    uint32_t symbol = selection->symbol_count;
    size_t merge = symbol - TKZ__SYMBOL_BYTES;
    if (symbol == selection->symbol_limit ||
        !tkz__image_pairs_add(selection->view_pairs.data, selection->slot_bits, halves, symbol,
                              &selection->view.pair_reach))
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the merges collide too often for a table of pairs");
    tkz__store_u32(selection->view_halves.data + merge * TKZ__IMAGE_HALVES_SIZE, halves[0]);
    tkz__store_u32(selection->view_halves.data + merge * TKZ__IMAGE_HALVES_SIZE + 4, halves[1]);
    memcpy(selection->halves + merge * 2, halves, 2 * sizeof *halves);
    selection->symbol_ids[symbol] = result;
    selection->symbols[result] = symbol;
    selection->symbol_count++;
    selection->view.symbol_count++;
    selection->fresh[selection->fresh_count++] = result;
    return TKZ_OK;
}

/* Takes the merge if it can happen, or lets it wait. */
static tkz_status consider(tkz__merge_selection *selection, uint32_t left, uint32_t right,
                           uint32_t result, uint32_t rank, tkz_error *error)
{
    uint32_t halves[2] = {selection->symbols[left], selection->symbols[right]};
    if (halves[0] == TKZ__NO_TOKEN)
        return wait_for(selection, left, left, right, result, rank, error);
    if (halves[1] == TKZ__NO_TOKEN)
        return wait_for(selection, right, left, right, result, rank, error);
    if (selection->symbols[result] != TKZ__NO_TOKEN ||
        !tkz__match_stays(&selection->view, halves[0], halves[1], TKZ__NO_TOKEN))
        return TKZ_OK;
    return take(selection, halves, result, error);
}

/* Notes what an early merge does that was taken; false if the places of T may meet by it. */
static bool note_early(tkz__merge_selection *selection, const waiting_merge *own)
{
    uint8_t *notes = selection->notes;
    uint32_t first = 0, second;
    (void)tkz__image_halves(&selection->view, selection->trigger, &first, &second);
    notes[own->result] |= HAS_GROWN;
    if ((notes[own->left] & HAS_GROWN) == 0) {
        notes[own->left] |= TAKEN_LEFT;
        return (notes[own->left] & TAKEN_RIGHT) == 0;
    }
    notes[own->right] |= TAKEN_RIGHT;
    return notes[own->right] == TAKEN_RIGHT && selection->symbols[own->right] != first;
}

/* Takes back the notes of T and its early merges, which are the last symbols. */
static void forget_notes(tkz__merge_selection *selection)
{
    for (uint32_t symbol = selection->trigger; symbol < selection->symbol_count; symbol++) {
        uint32_t left = 0, right = 0;
        (void)tkz__image_halves(&selection->view, symbol, &left, &right);
        selection->notes[selection->symbol_ids[symbol]] = 0;
        selection->notes[selection->symbol_ids[left]] = 0;
        selection->notes[selection->symbol_ids[right]] = 0;
    }
}

/* Considers the merges that waited for a token that has been made, in rank order. */
static tkz_status release(tkz__merge_selection *selection, uint32_t half, tkz_error *error)
{
    uint32_t number = selection->lists[half], first = 0;
    selection->lists[half] = 0;
    while (number != 0) { /* turns the list round */
        uint32_t before = selection->waiting[number - 1].before;
        selection->waiting[number - 1].before = first;
        first = number;
        number = before;
    }
    tkz_status status = TKZ_OK;
    uint32_t rank = 0; /* of the last one that was taken */
    while (status == TKZ_OK && first != 0) {
        waiting_merge own = selection->waiting[first - 1];
        uint32_t count = selection->symbol_count;
        status = consider(selection, own.left, own.right, own.result, own.rank, error);
        if (status == TKZ_OK && selection->symbol_count > count) {
            if (!note_early(selection, &own) || own.rank < rank)
                selection->out_of_order = true;
            rank = own.rank;
        }
        first = own.before;
    }
    return status;
}

tkz_status tkz__merge_selection_offer(tkz__merge_selection *selection, uint32_t left,
                                      uint32_t right, uint32_t result, tkz_error *error)
{
    selection->trigger = selection->symbol_count;
    tkz_status status = consider(selection, left, right, result, selection->offered++, error);
    if (status != TKZ_OK || selection->fresh_count == 0)
        return status;
    selection->notes[result] = HAS_GROWN;
    while (status == TKZ_OK && selection->fresh_count > 0)
        status = release(selection, selection->fresh[--selection->fresh_count], error);
    forget_notes(selection);
    return status;
}
