/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the pairs that come next in training. Leans on bpe_census_state, bpe_census_square and bpe_census_cells.
 *
 * As long as tokens are few, the pairs are counted in a square. Later there are three passes over the words. The first adds
 * all counts of pairs up in cells, a row of counters that are found by hash (a count-min sketch of one row: Cormode and
 * Muthukrishnan, Journal of Algorithms 55, 2005): no sum is too low. From then on only pairs of cells that reach the
 * threshold matter. The second pass counts these one by one, a cell now holding the number of the first pair that comes
 * by; further pairs of a cell, which are few, stand in a table. The last pass, here as there, lists the places of pairs.
 *
 * Where so many pairs reach the threshold that there is no room to count them, as where all occur once, the second pass is
 * several: each counts the pairs of some cells, and of all only the best are kept.
 */
#include "train/bpe_census.h"

#include "train/bpe_census_state.h"

/* What a pair takes while it is counted: its entry, in an array that may be growing, and a slot of the table. */
enum { COUNTING_NEED = 64, LEAST_COUNTED = 1024 };

/* Up to so many tokens have a square, of 16 bytes a pair: it should stay in the processor's caches. */
enum { SQUARE_IDS = 512 };

/* ---- Lists -------------------------------------------------------------------------- */

/* Room for one more. */
tkz_status tkz__bpe_census_reserve(tkz__bpe_census_state *own)
{
    return tkz__array_reserve(&own->pairs->allocator, (void **)&own->list, &own->capacity, own->count + 1,
                              sizeof *own->list, own->error);
}

/* Writes the places of pairs whose records are known. */
tkz_status tkz__bpe_census_list_block(tkz__bpe_census_state *own, tkz__bpe_open_place *block, size_t size, uint64_t count)
{
    tkz__bpe_pairs *pairs = own->pairs;
    uint32_t *targets[TKZ__BPE_BLOCK];
    (void)count;
    for (size_t i = 0; i < size; i++) {
        targets[i] = tkz__bpe_pairs_next(pairs, block[i].found);
        __builtin_prefetch(targets[i], 1);
    }
    for (size_t i = 0; i < size; i++)
        *targets[i] = block[i].place;
    return TKZ_OK;
}

/* Is it one that has not had its turn, and may be joined? */
bool tkz__bpe_census_is_open(const tkz__bpe_census_state *own, const tkz__bpe_counted *pair)
{
    uint32_t left = (uint32_t)(pair->key >> 32), right = (uint32_t)pair->key;
    return tkz__bpe_pairs_is_behind(own->pairs, (tkz__pair_count){pair->count, left, right}, &own->behind) &&
           tkz__bpe_tokens_may_join(own->tokens, left, right);
}

/* Offers the pairs of this part that reach `lowest`. */
tkz_status tkz__bpe_census_offer(tkz__bpe_census_state *own, tkz__bpe_choice *choice, uint64_t lowest)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        const tkz__bpe_counted *pair = &own->list[i];
        if (!tkz__bpe_census_is_open(own, pair))
            continue;
        if (pair->count > own->greatest)
            own->greatest = pair->count;
        if (pair->count >= lowest)
            status = tkz__bpe_choice_offer(choice, pair, own->error);
    }
    return status;
}

/* ---- Choice ------------------------------------------------------------------------- */

/* Of the open pairs, how many reach a threshold, and their need of memory. */
typedef struct open_pairs {
    size_t count;
    uint64_t need;
} open_pairs;

static open_pairs sum_open(tkz__bpe_census_state *own, uint64_t lowest)
{
    open_pairs open = {0};
    for (size_t i = 0; i < own->count; i++) {
        const tkz__bpe_counted *pair = &own->list[i];
        if (!tkz__bpe_census_is_open(own, pair))
            continue;
        if (pair->count > own->greatest)
            own->greatest = pair->count;
        if (pair->count >= lowest) {
            open.count++;
            open.need += tkz__bpe_counted_need(pair);
        }
    }
    return open;
}

/* Bounds the pairs that reach `lowest` by room, and by number. */
static tkz_status choose_some(tkz__bpe_census_state *own, uint64_t lowest, uint64_t room, size_t wanted, tkz__pair_count *last)
{
    tkz__bpe_choice choice;
    tkz__bpe_choice_init(&choice, own->pairs, wanted);
    tkz_status status = tkz__bpe_census_offer(own, &choice, lowest);
    if (status == TKZ_OK)
        tkz__bpe_choice_fit(&choice, room, last);
    tkz__bpe_choice_free(&choice);
    return status;
}

static bool is_kept(const tkz__bpe_census_state *own, const tkz__bpe_counted *pair, const tkz__pair_count *last)
{
    tkz__pair_count ids = {pair->count, (uint32_t)(pair->key >> 32), (uint32_t)pair->key};
    return !tkz__bpe_pairs_is_behind(own->pairs, ids, last) && tkz__bpe_census_is_open(own, pair);
}

/* Makes records of the pairs up to the bound. */
static tkz_status keep_pairs(tkz__bpe_census_state *own, const tkz__pair_count *last)
{
    uint64_t places = 0, count = 0;
    for (size_t i = 0; i < own->count; i++) {
        if (!is_kept(own, &own->list[i], last))
            continue;
        count++;
        places += own->list[i].places;
        own->list[i].record = 0;
    }
    tkz_status status = tkz__bpe_pairs_reserve(own->pairs, count, places, own->error);
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        tkz__bpe_counted *pair = &own->list[i];
        if (pair->record != TKZ__BPE_NO_PAIR)
            status = tkz__bpe_pairs_add(own->pairs, (uint32_t)(pair->key >> 32), (uint32_t)pair->key, pair->count,
                                        pair->places, &pair->record, own->error);
    }
    return status;
}

/* Keeps what there is room for of the listed pairs that reach `lowest`, up to *last. */
static tkz_status keep_best(tkz__bpe_census_state *own, const tkz__bpe_census_bounds *bounds, uint64_t lowest, tkz__pair_count *last,
                            bool *found)
{
    open_pairs open = sum_open(own, lowest);
    uint64_t taken = own->cell_count * sizeof *own->cells, room = bounds->room > taken ? bounds->room - taken : 0;
    tkz_status status = TKZ_OK;
    if (open.count == 0)
        return TKZ_OK;
    if (open.need > room || open.count > bounds->wanted)
        status = choose_some(own, lowest, room, bounds->wanted < open.count ? (size_t)bounds->wanted : open.count, last);
    if (status == TKZ_OK)
        status = keep_pairs(own, last);
    own->pairs->last = *last;
    *found = true;
    return status;
}

/* ---- Search ------------------------------------------------------------------------- */

/* Looks between the minimum and *top; if nothing is there, *top becomes what may be. */
static tkz_status search(tkz__bpe_census_state *own, const tkz__bpe_census_bounds *bounds, bool is_again, uint64_t *top, bool *found)
{
    tkz_status status = tkz__bpe_census_sum_cells(own, *top, bounds->room);
    if (status != TKZ_OK)
        return status;
    uint32_t greatest_cell = tkz__bpe_census_greatest_sum(own);
    if (greatest_cell < *top && greatest_cell < UINT32_MAX) /* a full cell may stand for any count */
        *top = greatest_cell;
    uint64_t lowest = *top / TKZ__BPE_CENSUS_STEP > bounds->minimum ? *top / TKZ__BPE_CENSUS_STEP : bounds->minimum;
    if (*top < bounds->minimum)
        return TKZ_OK;
    own->top = *top;
    own->greatest = 0;
    /* Half of the room is for cells. Of the other half the pairs that are counted take one half, the best the other. */
    own->limit = (size_t)(bounds->room / 4 / COUNTING_NEED) + LEAST_COUNTED;
    size_t most = (size_t)(bounds->room / 4 / TKZ__BPE_PAIR_NEED) + 1;
    /* Sums of pairs that share a cell may raise it above all real counts: not twice, so that every further search comes
     * down by TKZ__BPE_CENSUS_STEP. */
    if (!is_again)
        lowest = tkz__bpe_census_threshold(own, lowest, *top, bounds->wanted < own->limit ? bounds->wanted : own->limit);
    tkz__pair_count last = {lowest, TKZ__BPE_ALL_OF_COUNT, 0};
    status = tkz__bpe_census_count_pairs(own, lowest, bounds->wanted < most ? (size_t)bounds->wanted : most, &last);
    if (status == TKZ_OK)
        status = keep_best(own, bounds, lowest, &last, found);
    if (status == TKZ_OK && *found)
        return tkz__bpe_census_list_cells(own);
    uint64_t others = (uint64_t)tkz__bpe_as_sum(lowest) - 1; /* cells that several pairs share, or pairs that may not be joined */
    *top = own->greatest > others ? own->greatest : others;
    return status;
}

static tkz_status search_square(tkz__bpe_census_state *own, const tkz__bpe_census_bounds *bounds, bool *found)
{
    tkz_status status = tkz__bpe_census_count_square(own);
    if (status != TKZ_OK)
        return status;
    (void)sum_open(own, UINT64_MAX);
    uint64_t lowest = own->greatest / TKZ__BPE_CENSUS_STEP > bounds->minimum ? own->greatest / TKZ__BPE_CENSUS_STEP : bounds->minimum;
    tkz__pair_count last = {lowest, TKZ__BPE_ALL_OF_COUNT, 0};
    status = keep_best(own, bounds, lowest, &last, found);
    return status == TKZ_OK && *found ? tkz__bpe_census_list_square(own) : status;
}

tkz_status tkz__bpe_census(tkz__bpe_pairs *pairs, const tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                           const tkz__bpe_census_bounds *bounds, bool *found, tkz_error *error)
{
    tkz__bpe_census_state own = {.words = words, .tokens = tokens, .pairs = pairs, .error = error, .behind = bounds->behind};
    uint64_t top = bounds->behind.count - (bounds->behind.left == TKZ__BPE_ALL_OF_COUNT);
    size_t ids = tokens->count;
    bool is_again = false;
    tkz_status status = TKZ_OK;
    *found = false;
    tkz__pair_table_init(&own.table, &pairs->allocator);
    if (ids <= SQUARE_IDS && ids * ids <= words->size * 4) {
        status = search_square(&own, bounds, found);
        tkz__release_array(&pairs->allocator, own.square, ids * ids, sizeof *own.square);
        top = 0;
    }
    while (status == TKZ_OK && !*found && top >= bounds->minimum) {
        status = search(&own, bounds, is_again, &top, found);
        is_again = true;
        own.count = 0;
        tkz__bpe_census_free_cells(&own);
        tkz__pair_table_free(&own.table);
    }
    tkz__release_array(&pairs->allocator, own.list, own.capacity, sizeof *own.list);
    return status;
}
