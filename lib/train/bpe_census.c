/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the pairs that come next in training. Leans on bpe_census.h and index's pair table.
 *
 * As long as tokens are few, the pairs are counted in a square. Later there are three passes over the words. The first adds
 * all counts of pairs up in cells, a row of counters that are found by hash (a count-min sketch of one row: Cormode and
 * Muthukrishnan, Journal of Algorithms 55, 2005): no sum is too low. From then on only pairs of cells that reach the
 * threshold matter. The second pass counts these one by one, a cell now holding the number of the first pair that comes
 * by; further pairs of a cell, which are few, stand in a table. The last pass, here as there, lists the places of pairs.
 */
#include "train/bpe_census.h"

#include <stdlib.h>

/* A threshold is looked for between the greatest count that there may be and an eighth of it: fewer passes over the
 * words against fewer pairs at a time. */
enum { STEP = 8 };

/* What a listed pair takes beside its places: a record, an item of the queue, a slot of the table at 1/4 to 1/2. */
enum { PAIR_NEED = 100 };

/* Cells so many times as there can be pairs of the threshold: the sums of rare pairs stay below it. */
enum { CELLS_PER_PAIR = 4, LEAST_CELLS = 1 << 16 };

/* Up to so many tokens have a square, of 16 bytes a pair: it should stay in the processor's caches. */
enum { SQUARE_IDS = 512 };

/* In place of a number. */
#define NO_PAIR UINT32_MAX           /* all pairs of the cell are too rare, or: the pair is not kept */
#define UNSEEN_PAIR (UINT32_MAX - 1) /* the first pair of the cell has not come by yet */

typedef struct listed_pair {
    uint64_t key;
    uint64_t count;
    uint32_t places;
    uint32_t record; /* of bpe_pairs, or NO_PAIR */
} listed_pair;

/* A pair of the square. */
typedef struct square_cell {
    uint64_t count;
    uint32_t places;
    uint32_t record; /* + 1; 0: the pair is not kept */
} square_cell;

typedef struct census {
    const tkz__bpe_words *words;
    const tkz__bpe_tokens *tokens;
    tkz__bpe_pairs *pairs;
    tkz_error *error;
    uint64_t below; /* pairs that are as frequent have had their turn */
    square_cell *square; /* by left id * number of ids + right id; NULL: there are cells */
    uint32_t *cells;     /* sums, not above UINT32_MAX; then numbers */
    uint64_t *marks;     /* a bit for each cell that has a number: most places need no more than this, which is small */
    size_t cell_count;
    unsigned shift;        /* of a hash, to the index of its cell */
    tkz__pair_table table; /* pairs whose cell has another one -> number */
    listed_pair *list;     /* by number */
    size_t count;
    size_t capacity;
} census;

/* ---- Cells ------------------------------------------------------------------------ */

/* A count as a cell has it. */
static uint32_t as_sum(uint64_t count)
{
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static inline size_t find_cell(const census *own, uint32_t left, uint32_t right)
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
static void measure_cells(census *own, uint64_t below, uint64_t room)
{
    uint64_t most = room / 2 / sizeof *own->cells;
    uint64_t likely = count_all(own->words) / (below / (STEP * CELLS_PER_PAIR) + 1);
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

static tkz_status sum_counts(census *own, uint64_t below, uint64_t room)
{
    const uint32_t *places = own->words->places;
    uint32_t place = 1;
    measure_cells(own, below, room);
    own->cells = tkz__allocate_zeroed(&own->pairs->allocator, own->cell_count * sizeof *own->cells);
    own->marks = tkz__allocate_zeroed(&own->pairs->allocator, (own->cell_count / 64 + 1) * sizeof *own->marks);
    if (own->cells == NULL || own->marks == NULL)
        return tkz__error_memory(own->error, own->cell_count * sizeof *own->cells);
    for (size_t run = 0; run < own->words->run_count; run++) {
        uint32_t count = as_sum(own->words->runs[run].count), end = own->words->runs[run].end;
        for (uint32_t left = TKZ__BPE_BORDER, right; place < end; place++, left = right) {
            right = places[place];
            if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
                continue;
            uint32_t *cell = &own->cells[find_cell(own, left, right)], sum = *cell + count;
            *cell = sum >= count ? sum : UINT32_MAX;
        }
    }
    return TKZ_OK;
}

static void free_cells(census *own)
{
    tkz__release_array(&own->pairs->allocator, own->cells, own->cell_count, sizeof *own->cells);
    tkz__release_array(&own->pairs->allocator, own->marks, own->cell_count / 64 + 1, sizeof *own->marks);
    own->cells = NULL;
    own->marks = NULL;
}

static uint32_t greatest_sum(const census *own)
{
    uint32_t greatest = 0;
    for (size_t i = 0; i < own->cell_count; i++)
        greatest = own->cells[i] > greatest ? own->cells[i] : greatest;
    return greatest;
}

static size_t count_cells(const census *own, uint32_t lowest)
{
    size_t count = 0;
    for (size_t i = 0; i < own->cell_count; i++)
        count += own->cells[i] >= lowest;
    return count;
}

/* The lowest threshold from `lowest` to `top` that no more than `wanted` cells reach, or `top`. */
static uint64_t raise_threshold(const census *own, uint64_t lowest, uint64_t top, uint64_t wanted)
{
    if (count_cells(own, as_sum(lowest)) <= wanted)
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

/* ---- The square ----------------------------------------------------------------------- */

/* Counts all pairs, each in a cell of its own, and lists them. */
static tkz_status count_square(census *own)
{
    const uint32_t *places = own->words->places;
    size_t ids = own->tokens->count, size = ids * ids;
    uint32_t place = 1;
    own->square = tkz__allocate_zeroed(&own->pairs->allocator, size * sizeof *own->square);
    if (own->square == NULL)
        return tkz__error_memory(own->error, size * sizeof *own->square);
    for (size_t run = 0; run < own->words->run_count; run++) {
        uint64_t count = own->words->runs[run].count;
        uint32_t end = own->words->runs[run].end;
        for (uint32_t left = TKZ__BPE_BORDER, right; place < end; place++, left = right) {
            right = places[place];
            if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
                continue;
            square_cell *cell = &own->square[left * ids + right];
            cell->count += count;
            cell->places++;
        }
    }
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        const square_cell *cell = &own->square[i];
        if (cell->count == 0)
            continue;
        status = tkz__array_reserve(&own->pairs->allocator, (void **)&own->list, &own->capacity, own->count + 1,
                                    sizeof *own->list, own->error);
        if (status == TKZ_OK)
            own->list[own->count++] = (listed_pair){.key = tkz__pair_key((uint32_t)(i / ids), (uint32_t)(i % ids)),
                                                    .count = cell->count, .places = cell->places, .record = NO_PAIR};
    }
    return status;
}

/* Writes the places of all pairs that have a record. */
static void list_square(census *own)
{
    const uint32_t *places = own->words->places;
    size_t ids = own->tokens->count;
    uint32_t left = TKZ__BPE_BORDER, right;
    for (size_t i = 0; i < own->count; i++)
        own->square[(own->list[i].key >> 32) * ids + (uint32_t)own->list[i].key].record = own->list[i].record + 1;
    for (uint32_t place = 1; place < own->words->size; place++, left = right) {
        right = places[place];
        if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
            continue;
        uint32_t record = own->square[left * ids + right].record;
        if (record != 0)
            tkz__bpe_pairs_append(own->pairs, record - 1, place - 1);
    }
}

/* ---- Pairs -------------------------------------------------------------------------- */

/* Lists the pair, as that of its cell or in the table. */
static tkz_status list_pair(census *own, uint64_t key, uint32_t *cell)
{
    tkz_status status = tkz__array_reserve(&own->pairs->allocator, (void **)&own->list, &own->capacity, own->count + 1,
                                           sizeof *own->list, own->error);
    if (status != TKZ_OK)
        return status;
    if (*cell == UNSEEN_PAIR)
        *cell = (uint32_t)own->count;
    else
        status = tkz__pair_table_set(&own->table, key, (uint32_t)own->count, own->error);
    own->list[own->count++] = (listed_pair){.key = key, .record = NO_PAIR};
    return status;
}

/* The number of a pair whose cell has one; NO_PAIR if it is not listed. */
static inline uint32_t find_number(const census *own, uint64_t key, uint32_t in_cell)
{
    if (own->list[in_cell].key == key)
        return in_cell;
    const uint32_t *number = tkz__pair_table_find(&own->table, key);
    return number != NULL ? *number : NO_PAIR;
}

/* Makes numbers of the sums. */
static void mark_cells(census *own, uint32_t threshold)
{
    for (size_t i = 0; i < own->cell_count; i++) {
        bool is_enough = own->cells[i] >= threshold;
        own->marks[i / 64] |= (uint64_t)is_enough << i % 64;
        own->cells[i] = is_enough ? UNSEEN_PAIR : NO_PAIR;
    }
}

static inline bool has_mark(const census *own, size_t cell)
{
    return (own->marks[cell / 64] >> cell % 64 & 1) != 0;
}

/* Counts the pairs whose cells reach the threshold. */
static tkz_status count_pairs(census *own, uint32_t threshold)
{
    const uint32_t *places = own->words->places;
    uint32_t place = 1;
    mark_cells(own, threshold);
    for (size_t run = 0; run < own->words->run_count; run++) {
        uint64_t count = own->words->runs[run].count;
        uint32_t end = own->words->runs[run].end;
        for (uint32_t left = TKZ__BPE_BORDER, right; place < end; place++, left = right) {
            right = places[place];
            if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
                continue;
            size_t index = find_cell(own, left, right);
            if (!has_mark(own, index))
                continue;
            uint32_t *cell = &own->cells[index];
            uint64_t key = tkz__pair_key(left, right);
            uint32_t number = *cell == UNSEEN_PAIR ? NO_PAIR : find_number(own, key, *cell);
            if (number == NO_PAIR) {
                number = (uint32_t)own->count;
                tkz_status status = list_pair(own, key, cell);
                if (status != TKZ_OK)
                    return status;
            }
            own->list[number].count += count;
            own->list[number].places++;
        }
    }
    return TKZ_OK;
}

/* ---- Choice ------------------------------------------------------------------------- */

/* Is it one that has not had its turn, and may be joined? */
static bool is_open(const census *own, const listed_pair *pair)
{
    return pair->count < own->below &&
           tkz__bpe_tokens_may_join(own->tokens, (uint32_t)(pair->key >> 32), (uint32_t)pair->key);
}

static int compare_counts(const void *one, const void *other)
{
    const listed_pair *a = one, *b = other;
    return a->count > b->count ? -1 : a->count < b->count;
}

/* Of the open pairs, how many reach `lowest`, their need of memory, and the greatest count. */
typedef struct choice {
    uint64_t lowest;
    size_t count;
    uint64_t need;
    uint64_t greatest;
} choice;

static uint64_t need_of(const listed_pair *pair)
{
    return PAIR_NEED + pair->places * (uint64_t)sizeof(uint32_t);
}

static choice choose_all(const census *own, uint64_t lowest)
{
    choice all = {.lowest = lowest};
    for (size_t i = 0; i < own->count; i++) {
        const listed_pair *pair = &own->list[i];
        if (!is_open(own, pair))
            continue;
        if (pair->count > all.greatest)
            all.greatest = pair->count;
        if (pair->count >= lowest) {
            all.count++;
            all.need += need_of(pair);
        }
    }
    return all;
}

/* Raises the threshold until there is room and no more than `wanted` pairs are above it, or only those of the greatest
 * count are left. */
static tkz_status choose_some(const census *own, choice *chosen, uint64_t room, uint64_t wanted)
{
    const tkz_allocator *allocator = &own->pairs->allocator;
    size_t capacity = chosen->count, count = 0, fitting = 0;
    listed_pair *list = tkz__allocate_array(allocator, capacity, sizeof *list);
    if (list == NULL)
        return tkz__error_memory(own->error, capacity * sizeof *list);
    for (size_t i = 0; i < own->count; i++)
        if (own->list[i].count >= chosen->lowest && is_open(own, &own->list[i]))
            list[count++] = own->list[i];
    qsort(list, count, sizeof *list, compare_counts);
    uint64_t need = 0;
    while (fitting < count && fitting < wanted && need + need_of(&list[fitting]) <= room)
        need += need_of(&list[fitting++]);
    if (fitting < count)
        chosen->lowest = list[fitting].count < chosen->greatest ? list[fitting].count + 1 : chosen->greatest;
    tkz__release_array(allocator, list, capacity, sizeof *list);
    return TKZ_OK;
}

/* ---- Lists -------------------------------------------------------------------------- */

/* Makes records of the pairs that reach the threshold. */
static tkz_status keep_pairs(census *own, uint64_t lowest)
{
    uint64_t places = 0, count = 0;
    for (size_t i = 0; i < own->count; i++) {
        if (own->list[i].count < lowest || !is_open(own, &own->list[i]))
            continue;
        count++;
        places += own->list[i].places;
        own->list[i].record = 0;
    }
    tkz_status status = tkz__bpe_pairs_reserve(own->pairs, count, places, own->error);
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        listed_pair *pair = &own->list[i];
        if (pair->record != NO_PAIR)
            status = tkz__bpe_pairs_add(own->pairs, (uint32_t)(pair->key >> 32), (uint32_t)pair->key, pair->count,
                                        pair->places, &pair->record, own->error);
    }
    return status;
}

/* Writes the places of all pairs that have a record. */
static void list_places(census *own)
{
    const uint32_t *places = own->words->places;
    uint32_t left = TKZ__BPE_BORDER, right;
    for (uint32_t place = 1; place < own->words->size; place++, left = right) {
        right = places[place];
        if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
            continue;
        size_t cell = find_cell(own, left, right);
        if (!has_mark(own, cell))
            continue;
        uint32_t number = find_number(own, tkz__pair_key(left, right), own->cells[cell]);
        if (own->list[number].record != NO_PAIR)
            tkz__bpe_pairs_append(own->pairs, own->list[number].record, place - 1);
    }
}

/* Keeps what there is room for of the pairs that reach `lowest`; *greatest is the greatest count that was seen. */
static tkz_status keep_best(census *own, const tkz__bpe_census_bounds *bounds, uint64_t lowest, bool *found,
                            uint64_t *greatest)
{
    choice chosen = choose_all(own, lowest);
    uint64_t taken = own->cell_count * sizeof *own->cells, room = bounds->room > taken ? bounds->room - taken : 0;
    tkz_status status = TKZ_OK;
    *greatest = chosen.greatest;
    if (chosen.count == 0)
        return TKZ_OK;
    if (chosen.need > room || chosen.count > bounds->wanted)
        status = choose_some(own, &chosen, room, bounds->wanted);
    if (status == TKZ_OK)
        status = keep_pairs(own, chosen.lowest);
    own->pairs->minimum = chosen.lowest;
    *found = true;
    return status;
}

/* Looks between the minimum and *top; if nothing is there, *top becomes what may be. */
static tkz_status search(census *own, const tkz__bpe_census_bounds *bounds, bool is_again, uint64_t *top, bool *found)
{
    tkz_status status = sum_counts(own, *top, bounds->room);
    if (status != TKZ_OK)
        return status;
    uint32_t greatest_cell = greatest_sum(own);
    if (greatest_cell < *top && greatest_cell < UINT32_MAX) /* a full cell may stand for any count */
        *top = greatest_cell;
    uint64_t lowest = *top / STEP > bounds->minimum ? *top / STEP : bounds->minimum, greatest;
    if (*top < bounds->minimum)
        return TKZ_OK;
    /* Sums of pairs that share a cell may raise it above all real counts: not twice, so that every further search comes
     * down by STEP. */
    if (!is_again)
        lowest = raise_threshold(own, lowest, *top, bounds->wanted);
    status = count_pairs(own, as_sum(lowest));
    if (status == TKZ_OK)
        status = keep_best(own, bounds, lowest, found, &greatest);
    if (status == TKZ_OK && *found) {
        list_places(own);
    } else if (status == TKZ_OK) { /* cells that several pairs share, or pairs that may not be joined */
        uint64_t others = (uint64_t)as_sum(lowest) - 1;
        *top = greatest > others ? greatest : others;
    }
    return status;
}

static tkz_status search_square(census *own, const tkz__bpe_census_bounds *bounds, bool *found)
{
    uint64_t greatest;
    tkz_status status = count_square(own);
    if (status != TKZ_OK)
        return status;
    greatest = choose_all(own, UINT64_MAX).greatest;
    uint64_t lowest = greatest / STEP > bounds->minimum ? greatest / STEP : bounds->minimum;
    status = keep_best(own, bounds, lowest, found, &greatest);
    if (status == TKZ_OK && *found)
        list_square(own);
    return status;
}

tkz_status tkz__bpe_census(tkz__bpe_pairs *pairs, const tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                           const tkz__bpe_census_bounds *bounds, bool *found, tkz_error *error)
{
    census own = {.words = words, .tokens = tokens, .pairs = pairs, .error = error, .below = bounds->below};
    uint64_t top = bounds->below - 1;
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
        free_cells(&own);
        tkz__pair_table_free(&own.table);
    }
    tkz__release_array(&pairs->allocator, own.list, own.capacity, sizeof *own.list);
    return status;
}
