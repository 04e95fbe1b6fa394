/* SPDX-License-Identifier: Apache-2.0
 *
 * The census of pairs by cells: counts added up in them, pairs of the greatest ones counted one by one, and their places
 * listed. Leans on bpe_census_state; how the passes go together is told in bpe_census.c.
 */
#include <string.h>

#include "train/bpe_census_state.h"

/* Cells so many times as there can be pairs of the threshold: the sums of rare pairs stay below it. */
enum { CELLS_PER_PAIR = 4, LEAST_CELLS = 1 << 16 };

/* In place of a number: the first pair of the cell has not come by yet. */
#define UNSEEN_PAIR (UINT32_MAX - 1)

/* ---- Cells ------------------------------------------------------------------------ */

static inline size_t find_cell(const tkz__bpe_census_state *own, uint32_t left, uint32_t right)
{
    /* Multiplicative hashing (Knuth, The Art of Computer Programming 3, section 6.4): what falls together costs only
     * time, so that it may be this cheap. */
    return (size_t)((tkz__pair_key(left, right) * UINT64_C(0x9E3779B97F4A7C15)) >> own->shift);
}

/* Pairs of neighbours, each as often as its word, or a little more; no less than 2^63 if they are. */
static uint64_t count_all(const tkz__bpe_words *words)
{
    uint64_t sum = 0, begin = 1;
    for (size_t run = 0; run < words->run_count && sum < UINT64_MAX / 2; run++) {
        uint64_t more;
        if (__builtin_mul_overflow(words->runs[run].end - begin, words->runs[run].count, &more) ||
            __builtin_add_overflow(sum, more, &sum))
            return UINT64_MAX / 2;
        begin = words->runs[run].end;
    }
    return sum;
}

/* Decides how many cells there are: at most half of the room, and one for each place. */
static void measure_cells(tkz__bpe_census_state *own, uint64_t below, uint64_t room)
{
    uint64_t most = room / 2 / sizeof *own->cells;
    uint64_t likely = count_all(own->words) / (below / (TKZ__BPE_CENSUS_STEP * CELLS_PER_PAIR) + 1);
    unsigned bits = 10;
    if (most > own->words->size)
        most = own->words->size;
    if (likely < LEAST_CELLS)
        likely = LEAST_CELLS;
    while (bits < 31 && (UINT64_C(2) << bits) <= most && (UINT64_C(1) << bits) < likely)
        bits++;
    own->shift = 64 - bits;
    own->cell_count = (size_t)1 << bits;
}

static void add_to_cell(tkz__bpe_census_state *own, uint32_t left, uint32_t right, uint64_t count)
{
    uint32_t *cell = &own->cells[find_cell(own, left, right)], more = tkz__bpe_as_sum(count), sum = *cell + more;
    *cell = sum >= more ? sum : UINT32_MAX;
}

tkz_status tkz__bpe_census_sum_cells(tkz__bpe_census_state *own, uint64_t below, uint64_t room)
{
    measure_cells(own, below, room);
    own->cells = tkz__allocate_zeroed(&own->pairs->allocator, own->cell_count * sizeof *own->cells);
    own->marks = tkz__allocate_zeroed(&own->pairs->allocator, (own->cell_count / 64 + 1) * sizeof *own->marks);
    if (own->cells == NULL || own->marks == NULL)
        return tkz__error_memory(own->error, own->cell_count * sizeof *own->cells);
    tkz__bpe_visit_pairs(own, add_to_cell);
    return TKZ_OK;
}

void tkz__bpe_census_free_cells(tkz__bpe_census_state *own)
{
    tkz__release_array(&own->pairs->allocator, own->cells, own->cell_count, sizeof *own->cells);
    tkz__release_array(&own->pairs->allocator, own->marks, own->cell_count / 64 + 1, sizeof *own->marks);
    own->cells = NULL;
    own->marks = NULL;
}

uint32_t tkz__bpe_census_greatest_sum(const tkz__bpe_census_state *own)
{
    uint32_t greatest = 0;
    for (size_t i = 0; i < own->cell_count; i++)
        greatest = own->cells[i] > greatest ? own->cells[i] : greatest;
    return greatest;
}

static size_t count_cells(const tkz__bpe_census_state *own, uint32_t lowest)
{
    size_t count = 0;
    for (size_t i = 0; i < own->cell_count; i++)
        count += own->cells[i] >= lowest;
    return count;
}

/* The lowest threshold from `lowest` to `top` that no more than `wanted` cells reach, or `top`. */
uint64_t tkz__bpe_census_threshold(const tkz__bpe_census_state *own, uint64_t lowest, uint64_t top, uint64_t wanted)
{
    if (count_cells(own, tkz__bpe_as_sum(lowest)) <= wanted)
        return lowest;
    uint64_t low = lowest, high = top < UINT32_MAX ? top : UINT32_MAX; /* too many reach `low` */
    while (low + 1 < high) {
        uint64_t middle = low + (high - low) / 2;
        if (count_cells(own, (uint32_t)middle) <= wanted)
            high = middle;
        else
            low = middle;
    }
    return high > lowest ? high : lowest;
}

/* ---- Pairs -------------------------------------------------------------------------- */

/* The pair has the next number, as that of its cell or in the table. */
static tkz_status number_pair(tkz__bpe_census_state *own, uint64_t key, uint32_t *cell, uint32_t number)
{
    if (*cell != UNSEEN_PAIR)
        return tkz__pair_table_set(&own->table, key, number, own->error);
    *cell = number;
    return TKZ_OK;
}

/* The number of a pair whose cell has one; TKZ__BPE_NO_PAIR if it is not listed. */
static inline uint32_t find_number(const tkz__bpe_census_state *own, uint64_t key, uint32_t in_cell)
{
    if (own->list[in_cell].key == key)
        return in_cell;
    const uint32_t *number = tkz__pair_table_find(&own->table, key);
    return number != NULL ? *number : TKZ__BPE_NO_PAIR;
}

static inline bool has_mark(const tkz__bpe_census_state *own, size_t cell)
{
    return (own->marks[cell / 64] >> cell % 64 & 1) != 0;
}

static inline bool is_marked(const tkz__bpe_census_state *own, uint32_t left, uint32_t right, uint32_t *cell)
{
    size_t index = find_cell(own, left, right);
    *cell = (uint32_t)index;
    return (left != TKZ__BPE_BORDER) & (right != TKZ__BPE_BORDER) & has_mark(own, index);
}

/* A pair that has no number, whose cell is `cell`: TKZ__BPE_NO_PAIR in *number if it is not to have one. */
static tkz_status list_pair(tkz__bpe_census_state *own, uint64_t key, uint32_t *cell, uint32_t *number)
{
    *number = TKZ__BPE_NO_PAIR;
    if (own->choice != NULL && tkz__bpe_choice_is_hopeless(own->choice, key, own->top))
        return TKZ_OK;
    own->is_too_many = own->count == own->limit;
    tkz_status status = own->is_too_many ? TKZ_STATUS_LIMIT : tkz__bpe_census_reserve(own);
    if (status == TKZ_OK)
        status = number_pair(own, key, cell, (uint32_t)own->count);
    if (status != TKZ_OK)
        return status;
    *number = (uint32_t)own->count;
    own->list[own->count++] = (tkz__bpe_counted){.key = key, .record = TKZ__BPE_NO_PAIR};
    return TKZ_OK;
}

static tkz_status count_block(tkz__bpe_census_state *own, tkz__bpe_open_place *block, size_t size, uint64_t count)
{
    for (size_t i = 0; i < size; i++)
        __builtin_prefetch(&own->cells[block[i].found], 1);
    for (size_t i = 0; i < size; i++) {
        uint32_t number = own->cells[block[i].found];
        if (number != UNSEEN_PAIR)
            __builtin_prefetch(&own->list[number], 1);
    }
    for (size_t i = 0; i < size; i++) {
        uint32_t *cell = &own->cells[block[i].found];
        uint32_t number = *cell == UNSEEN_PAIR ? TKZ__BPE_NO_PAIR : find_number(own, block[i].key, *cell);
        if (number == TKZ__BPE_NO_PAIR) {
            tkz_status status = list_pair(own, block[i].key, cell, &number);
            if (status != TKZ_OK)
                return status;
            if (number == TKZ__BPE_NO_PAIR)
                continue;
        }
        own->list[number].count += count;
        own->list[number].places++;
    }
    return TKZ_OK;
}

/* ---- Parts of cells ------------------------------------------------------------------- */

/* Makes numbers of the sums from cell `begin` to `end`. */
static void mark_cells(tkz__bpe_census_state *own, size_t begin, size_t end, uint32_t threshold)
{
    for (size_t i = begin; i < end; i++) {
        bool is_enough = own->cells[i] >= threshold;
        own->marks[i / 64] |= (uint64_t)is_enough << i % 64;
        own->cells[i] = is_enough ? UNSEEN_PAIR : TKZ__BPE_NO_PAIR;
    }
}

/* Makes sums again, of which it matters only whether they reach the threshold. */
static void unmark_cells(tkz__bpe_census_state *own, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        own->cells[i] = has_mark(own, i) ? UINT32_MAX : 0;
    memset(own->marks, 0, (own->cell_count / 64 + 1) * sizeof *own->marks);
    tkz__pair_table_free(&own->table);
    own->count = 0;
}

/* The chosen pairs, and no others, become the list. */
static tkz_status list_chosen(tkz__bpe_census_state *own, tkz__bpe_choice *choice)
{
    tkz_status status = TKZ_OK;
    tkz__release_array(&own->pairs->allocator, own->list, own->capacity, sizeof *own->list);
    own->list = choice->best;
    own->capacity = choice->capacity;
    own->count = choice->count;
    choice->best = NULL;
    choice->capacity = choice->count = 0;
    for (size_t i = 0; i < own->cell_count; i++)
        own->cells[i] = UNSEEN_PAIR;
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        uint64_t key = own->list[i].key;
        size_t cell = find_cell(own, (uint32_t)(key >> 32), (uint32_t)key);
        own->marks[cell / 64] |= UINT64_C(1) << cell % 64;
        status = number_pair(own, key, &own->cells[cell], (uint32_t)i);
    }
    return status;
}

/* Counts the pairs whose cells reach the threshold, in as many parts as it takes to list no more than own->limit at a
 * time. One part: all of these are listed. Several: the best `most` that reach `lowest` too; *last is behind them. */
tkz_status tkz__bpe_census_count_pairs(tkz__bpe_census_state *own, uint64_t lowest, size_t most, tkz__pair_count *last)
{
    tkz_status status = TKZ_OK;
    tkz__bpe_choice choice;
    size_t begin = 0, width = own->cell_count;
    tkz__bpe_choice_init(&choice, own->pairs, most);
    while (status == TKZ_OK && begin < own->cell_count) {
        size_t end = own->cell_count - begin < width ? own->cell_count : begin + width, limit = own->limit;
        if (width == 1)
            own->limit = SIZE_MAX;
        mark_cells(own, begin, end, tkz__bpe_as_sum(lowest));
        status = tkz__bpe_visit_selected(own, is_marked, count_block);
        own->limit = limit;
        if (own->is_too_many) { /* again, with fewer cells */
            own->is_too_many = false;
            own->choice = &choice;
            unmark_cells(own, begin, end);
            width = (end - begin) / 2;
            status = TKZ_OK;
            continue;
        }
        begin = end;
        if (status != TKZ_OK || own->choice == NULL)
            break;
        status = tkz__bpe_census_offer(own, &choice, lowest);
        if (own->count < limit / 2)
            width *= 2; /* as more pairs are hopeless */
        unmark_cells(own, begin, end);
    }
    if (status == TKZ_OK && own->choice != NULL) {
        if (choice.is_full)
            tkz__bpe_choice_fit(&choice, UINT64_MAX, last);
        status = list_chosen(own, &choice);
    }
    own->choice = NULL;
    tkz__bpe_choice_free(&choice);
    return status;
}

/* ---- Places of pairs ------------------------------------------------------------------ */

/* Cells hold the records of pairs from now on, and only those that have one have marks. */
static tkz_status mark_records(tkz__bpe_census_state *own)
{
    tkz_status status = TKZ_OK;
    memset(own->marks, 0, (own->cell_count / 64 + 1) * sizeof *own->marks);
    tkz__pair_table_free(&own->table);
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        const tkz__bpe_counted *pair = &own->list[i];
        if (pair->record == TKZ__BPE_NO_PAIR)
            continue;
        size_t cell = find_cell(own, (uint32_t)(pair->key >> 32), (uint32_t)pair->key);
        if (has_mark(own, cell))
            status = tkz__pair_table_set(&own->table, pair->key, pair->record, own->error);
        else
            own->cells[cell] = pair->record;
        own->marks[cell / 64] |= UINT64_C(1) << cell % 64;
    }
    return status;
}

/* Writes the places of pairs that have a record, of those whose cells have one. */
static tkz_status list_marked(tkz__bpe_census_state *own, tkz__bpe_open_place *block, size_t size, uint64_t count)
{
    const tkz__bpe_pair *records = own->pairs->records;
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        block[i].found = own->cells[block[i].found];
        __builtin_prefetch(&records[block[i].found], 1);
    }
    for (size_t i = 0; i < size; i++) {
        tkz__bpe_open_place place = block[i];
        const tkz__bpe_pair *pair = &records[place.found];
        if (tkz__pair_key(pair->left, pair->right) != place.key) {
            const uint32_t *record = tkz__pair_table_find(&own->table, place.key);
            if (record == NULL)
                continue;
            place.found = *record;
        }
        block[kept++] = place;
    }
    return tkz__bpe_census_list_block(own, block, kept, count);
}

tkz_status tkz__bpe_census_list_cells(tkz__bpe_census_state *own)
{
    tkz_status status = mark_records(own);
    return status == TKZ_OK ? tkz__bpe_visit_selected(own, is_marked, list_marked) : status;
}
