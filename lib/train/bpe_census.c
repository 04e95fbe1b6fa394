/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the pairs that come next in training. Leans on bpe_census.h, bpe_choice and index's pair table.
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

#include <string.h>

#include "train/bpe_choice.h"

/* A threshold is looked for between the greatest count that there may be and an eighth of it: fewer passes over the
 * words against fewer pairs at a time. */
enum { STEP = 8 };

/* What a pair takes while it is counted: its entry, in an array that may be growing, and a slot of the table. */
enum { COUNTING_NEED = 64, LEAST_COUNTED = 1024 };

/* Cells so many times as there can be pairs of the threshold: the sums of rare pairs stay below it. */
enum { CELLS_PER_PAIR = 4, LEAST_CELLS = 1 << 16 };

/* Up to so many tokens have a square, of 16 bytes a pair: it should stay in the processor's caches. */
enum { SQUARE_IDS = 512 };

/* In place of a number. */
#define NO_PAIR UINT32_MAX           /* all pairs of the cell are too rare, or: the pair is not kept */
#define UNSEEN_PAIR (UINT32_MAX - 1) /* the first pair of the cell has not come by yet */

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
    tkz__pair_count behind; /* pairs up to this bound have had their turn */
    square_cell *square; /* by left id * number of ids + right id; NULL: there are cells */
    uint32_t *cells;     /* sums, not above UINT32_MAX; then numbers */
    uint64_t *marks;     /* a bit for each cell that has a number: most places need no more than this, which is small */
    size_t cell_count;
    unsigned shift;         /* of a hash, to the index of its cell */
    tkz__pair_table table;  /* pairs whose cell has another one -> number */
    tkz__bpe_counted *list; /* by number */
    size_t count;
    size_t capacity;
    size_t limit;     /* of pairs that are listed at once */
    bool is_too_many; /* there were more */
    /* While cells are gone through part by part: */
    tkz__bpe_choice *choice; /* of the parts before; NULL: none */
    uint64_t top;            /* no open pair occurs more often */
    uint64_t greatest;       /* count of an open pair of the parts before */
} census;

/* ---- All pairs ---------------------------------------------------------------------- */

/* What is done with each pair of neighbours: its word occurs `count` times. */
typedef void visit_pair(census *own, uint32_t left, uint32_t right, uint64_t count);

/* Visits all pairs. Inline, so that each visit has a loop of its own. */
static inline __attribute__((always_inline)) void visit_pairs(census *own, visit_pair *visit)
{
    const tkz__bpe_words *words = own->words;
    const uint32_t *places = words->places;
    uint32_t place = 1;
    for (size_t run = 0; run < words->run_count; run++) {
        uint64_t count = words->runs[run].count;
        uint32_t end = words->runs[run].end;
        for (uint32_t left = TKZ__BPE_BORDER, right; place < end; place++, left = right) {
            right = places[place];
            if (left != TKZ__BPE_BORDER && right != TKZ__BPE_BORDER)
                visit(own, left, right, count);
        }
    }
}

/* A pair of neighbours that may matter. */
typedef struct open_place {
    uint64_t key;
    uint32_t place; /* of the left one */
    uint32_t found; /* the index of its cell; then what stands there */
} open_place;

/* So many are looked up side by side: one after the other each would wait for memory, and for a jump that nobody can
 * foresee. From 256 on it is no faster. */
enum { BLOCK = 256 };

/* Is the pair, which may be of borders, one of those that are looked for? Then *cell is the index of its cell. */
typedef bool select_pair(const census *own, uint32_t left, uint32_t right, uint32_t *cell);

/* What is done with `size` of them, whose words occur `count` times each. */
typedef tkz_status visit_block(census *own, open_place *block, size_t size, uint64_t count);

/* Visits the selected pairs in the order of places, block by block. Inline, as above. */
static inline __attribute__((always_inline)) tkz_status visit_selected(census *own, select_pair *select,
                                                                        visit_block *visit)
{
    const tkz__bpe_words *words = own->words;
    const uint32_t *places = words->places;
    open_place block[BLOCK + 1]; /* the last one is never more than written */
    tkz_status status = TKZ_OK;
    uint32_t place = 1;
    for (size_t run = 0; status == TKZ_OK && run < words->run_count; run++) {
        uint32_t end = words->runs[run].end, left = TKZ__BPE_BORDER;
        while (status == TKZ_OK && place < end) {
            size_t size = 0;
            for (; place < end && size < BLOCK; place++) {
                uint32_t right = places[place];
                /* Each is written, and the next one over it unless it is selected: no jump */
                block[size].key = tkz__pair_key(left, right);
                block[size].place = place - 1;
                size += select(own, left, right, &block[size].found);
                left = right;
            }
            status = visit(own, block, size, words->runs[run].count);
        }
    }
    return status;
}

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

static void add_to_cell(census *own, uint32_t left, uint32_t right, uint64_t count)
{
    uint32_t *cell = &own->cells[find_cell(own, left, right)], more = as_sum(count), sum = *cell + more;
    *cell = sum >= more ? sum : UINT32_MAX;
}

static tkz_status sum_counts(census *own, uint64_t below, uint64_t room)
{
    measure_cells(own, below, room);
    own->cells = tkz__allocate_zeroed(&own->pairs->allocator, own->cell_count * sizeof *own->cells);
    own->marks = tkz__allocate_zeroed(&own->pairs->allocator, (own->cell_count / 64 + 1) * sizeof *own->marks);
    if (own->cells == NULL || own->marks == NULL)
        return tkz__error_memory(own->error, own->cell_count * sizeof *own->cells);
    visit_pairs(own, add_to_cell);
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

static void add_to_square(census *own, uint32_t left, uint32_t right, uint64_t count)
{
    square_cell *cell = &own->square[left * own->tokens->count + right];
    cell->count += count;
    cell->places++;
}

/* Room for one more. */
static tkz_status reserve_list(census *own)
{
    return tkz__array_reserve(&own->pairs->allocator, (void **)&own->list, &own->capacity, own->count + 1,
                              sizeof *own->list, own->error);
}

/* Counts all pairs, each in a cell of its own, and lists them. */
static tkz_status count_square(census *own)
{
    size_t ids = own->tokens->count, size = ids * ids;
    own->square = tkz__allocate_zeroed(&own->pairs->allocator, size * sizeof *own->square);
    if (own->square == NULL)
        return tkz__error_memory(own->error, size * sizeof *own->square);
    tkz_status status = TKZ_OK;
    visit_pairs(own, add_to_square);
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        const square_cell *cell = &own->square[i];
        if (cell->count == 0)
            continue;
        status = reserve_list(own);
        if (status == TKZ_OK)
            own->list[own->count++] = (tkz__bpe_counted){.key = tkz__pair_key((uint32_t)(i / ids), (uint32_t)(i % ids)),
                                                         .count = cell->count, .places = cell->places, .record = NO_PAIR};
    }
    return status;
}

/* Has it a record? That becomes *cell at once. */
static inline bool has_record(const census *own, uint32_t left, uint32_t right, uint32_t *cell)
{
    size_t ids = own->tokens->count;
    bool is_pair = (left != TKZ__BPE_BORDER) & (right != TKZ__BPE_BORDER);
    uint32_t record = own->square[is_pair ? left * ids + right : 0].record;
    *cell = record - 1;
    return is_pair & (record != 0);
}

/* Writes the places of pairs whose records are known. */
static tkz_status list_block(census *own, open_place *block, size_t size, uint64_t count)
{
    tkz__bpe_pairs *pairs = own->pairs;
    uint32_t *targets[BLOCK];
    (void)count;
    for (size_t i = 0; i < size; i++) {
        targets[i] = tkz__bpe_pairs_next(pairs, block[i].found);
        __builtin_prefetch(targets[i], 1);
    }
    for (size_t i = 0; i < size; i++)
        *targets[i] = block[i].place;
    return TKZ_OK;
}

/* Writes the places of all pairs that have a record. */
static tkz_status list_square(census *own)
{
    size_t ids = own->tokens->count;
    for (size_t i = 0; i < own->count; i++)
        own->square[(own->list[i].key >> 32) * ids + (uint32_t)own->list[i].key].record = own->list[i].record + 1;
    return visit_selected(own, has_record, list_block);
}

/* ---- Pairs -------------------------------------------------------------------------- */

/* The pair has the next number, as that of its cell or in the table. */
static tkz_status number_pair(census *own, uint64_t key, uint32_t *cell, uint32_t number)
{
    if (*cell != UNSEEN_PAIR)
        return tkz__pair_table_set(&own->table, key, number, own->error);
    *cell = number;
    return TKZ_OK;
}

/* The number of a pair whose cell has one; NO_PAIR if it is not listed. */
static inline uint32_t find_number(const census *own, uint64_t key, uint32_t in_cell)
{
    if (own->list[in_cell].key == key)
        return in_cell;
    const uint32_t *number = tkz__pair_table_find(&own->table, key);
    return number != NULL ? *number : NO_PAIR;
}

static inline bool has_mark(const census *own, size_t cell)
{
    return (own->marks[cell / 64] >> cell % 64 & 1) != 0;
}

static inline bool is_marked(const census *own, uint32_t left, uint32_t right, uint32_t *cell)
{
    size_t index = find_cell(own, left, right);
    *cell = (uint32_t)index;
    return (left != TKZ__BPE_BORDER) & (right != TKZ__BPE_BORDER) & has_mark(own, index);
}

/* A pair that has no number, whose cell is `cell`: NO_PAIR in *number if it is not to have one. */
static tkz_status list_pair(census *own, uint64_t key, uint32_t *cell, uint32_t *number)
{
    *number = NO_PAIR;
    if (own->choice != NULL && tkz__bpe_choice_is_hopeless(own->choice, key, own->top))
        return TKZ_OK;
    own->is_too_many = own->count == own->limit;
    tkz_status status = own->is_too_many ? TKZ_STATUS_LIMIT : reserve_list(own);
    if (status == TKZ_OK)
        status = number_pair(own, key, cell, (uint32_t)own->count);
    if (status != TKZ_OK)
        return status;
    *number = (uint32_t)own->count;
    own->list[own->count++] = (tkz__bpe_counted){.key = key, .record = NO_PAIR};
    return TKZ_OK;
}

static tkz_status count_block(census *own, open_place *block, size_t size, uint64_t count)
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
        uint32_t number = *cell == UNSEEN_PAIR ? NO_PAIR : find_number(own, block[i].key, *cell);
        if (number == NO_PAIR) {
            tkz_status status = list_pair(own, block[i].key, cell, &number);
            if (status != TKZ_OK)
                return status;
            if (number == NO_PAIR)
                continue;
        }
        own->list[number].count += count;
        own->list[number].places++;
    }
    return TKZ_OK;
}

/* ---- Parts of cells ------------------------------------------------------------------- */

/* Makes numbers of the sums from cell `begin` to `end`. */
static void mark_cells(census *own, size_t begin, size_t end, uint32_t threshold)
{
    for (size_t i = begin; i < end; i++) {
        bool is_enough = own->cells[i] >= threshold;
        own->marks[i / 64] |= (uint64_t)is_enough << i % 64;
        own->cells[i] = is_enough ? UNSEEN_PAIR : NO_PAIR;
    }
}

/* Makes sums again, of which it matters only whether they reach the threshold. */
static void unmark_cells(census *own, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        own->cells[i] = has_mark(own, i) ? UINT32_MAX : 0;
    memset(own->marks, 0, (own->cell_count / 64 + 1) * sizeof *own->marks);
    tkz__pair_table_free(&own->table);
    own->count = 0;
}

/* Is it one that has not had its turn, and may be joined? */
static bool is_open(const census *own, const tkz__bpe_counted *pair)
{
    uint32_t left = (uint32_t)(pair->key >> 32), right = (uint32_t)pair->key;
    return tkz__bpe_pairs_is_behind(own->pairs, (tkz__pair_count){pair->count, left, right}, &own->behind) &&
           tkz__bpe_tokens_may_join(own->tokens, left, right);
}

/* Offers the pairs of this part that reach `lowest`. */
static tkz_status offer_pairs(census *own, tkz__bpe_choice *choice, uint64_t lowest)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        const tkz__bpe_counted *pair = &own->list[i];
        if (!is_open(own, pair))
            continue;
        if (pair->count > own->greatest)
            own->greatest = pair->count;
        if (pair->count >= lowest)
            status = tkz__bpe_choice_offer(choice, pair, own->error);
    }
    return status;
}

/* The chosen pairs, and no others, become the list. */
static tkz_status list_chosen(census *own, tkz__bpe_choice *choice)
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
static tkz_status count_pairs(census *own, uint64_t lowest, size_t most, tkz__pair_count *last)
{
    tkz_status status = TKZ_OK;
    tkz__bpe_choice choice;
    size_t begin = 0, width = own->cell_count;
    tkz__bpe_choice_init(&choice, own->pairs, most);
    while (status == TKZ_OK && begin < own->cell_count) {
        size_t end = own->cell_count - begin < width ? own->cell_count : begin + width, limit = own->limit;
        if (width == 1)
            own->limit = SIZE_MAX;
        mark_cells(own, begin, end, as_sum(lowest));
        status = visit_selected(own, is_marked, count_block);
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
        status = offer_pairs(own, &choice, lowest);
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

/* ---- Choice ------------------------------------------------------------------------- */

/* Of the open pairs, how many reach a threshold, and their need of memory. */
typedef struct open_pairs {
    size_t count;
    uint64_t need;
} open_pairs;

static open_pairs sum_open(census *own, uint64_t lowest)
{
    open_pairs open = {0};
    for (size_t i = 0; i < own->count; i++) {
        const tkz__bpe_counted *pair = &own->list[i];
        if (!is_open(own, pair))
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
static tkz_status choose_some(census *own, uint64_t lowest, uint64_t room, size_t wanted, tkz__pair_count *last)
{
    tkz__bpe_choice choice;
    tkz__bpe_choice_init(&choice, own->pairs, wanted);
    tkz_status status = offer_pairs(own, &choice, lowest);
    if (status == TKZ_OK)
        tkz__bpe_choice_fit(&choice, room, last);
    tkz__bpe_choice_free(&choice);
    return status;
}

/* ---- Lists -------------------------------------------------------------------------- */

static bool is_kept(const census *own, const tkz__bpe_counted *pair, const tkz__pair_count *last)
{
    tkz__pair_count ids = {pair->count, (uint32_t)(pair->key >> 32), (uint32_t)pair->key};
    return !tkz__bpe_pairs_is_behind(own->pairs, ids, last) && is_open(own, pair);
}

/* Makes records of the pairs up to the bound. */
static tkz_status keep_pairs(census *own, const tkz__pair_count *last)
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
        if (pair->record != NO_PAIR)
            status = tkz__bpe_pairs_add(own->pairs, (uint32_t)(pair->key >> 32), (uint32_t)pair->key, pair->count,
                                        pair->places, &pair->record, own->error);
    }
    return status;
}

/* Cells hold the records of pairs from now on, and only those that have one have marks. */
static tkz_status mark_records(census *own)
{
    tkz_status status = TKZ_OK;
    memset(own->marks, 0, (own->cell_count / 64 + 1) * sizeof *own->marks);
    tkz__pair_table_free(&own->table);
    for (size_t i = 0; status == TKZ_OK && i < own->count; i++) {
        const tkz__bpe_counted *pair = &own->list[i];
        if (pair->record == NO_PAIR)
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
static tkz_status list_marked(census *own, open_place *block, size_t size, uint64_t count)
{
    const tkz__bpe_pair *records = own->pairs->records;
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        block[i].found = own->cells[block[i].found];
        __builtin_prefetch(&records[block[i].found], 1);
    }
    for (size_t i = 0; i < size; i++) {
        open_place place = block[i];
        const tkz__bpe_pair *pair = &records[place.found];
        if (tkz__pair_key(pair->left, pair->right) != place.key) {
            const uint32_t *record = tkz__pair_table_find(&own->table, place.key);
            if (record == NULL)
                continue;
            place.found = *record;
        }
        block[kept++] = place;
    }
    return list_block(own, block, kept, count);
}

/* Keeps what there is room for of the listed pairs that reach `lowest`, up to *last. */
static tkz_status keep_best(census *own, const tkz__bpe_census_bounds *bounds, uint64_t lowest, tkz__pair_count *last,
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

/* Looks between the minimum and *top; if nothing is there, *top becomes what may be. */
static tkz_status search(census *own, const tkz__bpe_census_bounds *bounds, bool is_again, uint64_t *top, bool *found)
{
    tkz_status status = sum_counts(own, *top, bounds->room);
    if (status != TKZ_OK)
        return status;
    uint32_t greatest_cell = greatest_sum(own);
    if (greatest_cell < *top && greatest_cell < UINT32_MAX) /* a full cell may stand for any count */
        *top = greatest_cell;
    uint64_t lowest = *top / STEP > bounds->minimum ? *top / STEP : bounds->minimum;
    if (*top < bounds->minimum)
        return TKZ_OK;
    own->top = *top;
    own->greatest = 0;
    /* Half of the room is for cells. Of the other half the pairs that are counted take one half, the best the other. */
    own->limit = (size_t)(bounds->room / 4 / COUNTING_NEED) + LEAST_COUNTED;
    size_t most = (size_t)(bounds->room / 4 / TKZ__BPE_PAIR_NEED) + 1;
    /* Sums of pairs that share a cell may raise it above all real counts: not twice, so that every further search comes
     * down by STEP. */
    if (!is_again)
        lowest = raise_threshold(own, lowest, *top, bounds->wanted < own->limit ? bounds->wanted : own->limit);
    tkz__pair_count last = {lowest, TKZ__BPE_ALL_OF_COUNT, 0};
    status = count_pairs(own, lowest, bounds->wanted < most ? (size_t)bounds->wanted : most, &last);
    if (status == TKZ_OK)
        status = keep_best(own, bounds, lowest, &last, found);
    if (status == TKZ_OK && *found) {
        status = mark_records(own);
        return status == TKZ_OK ? visit_selected(own, is_marked, list_marked) : status;
    }
    uint64_t others = (uint64_t)as_sum(lowest) - 1; /* cells that several pairs share, or pairs that may not be joined */
    *top = own->greatest > others ? own->greatest : others;
    return status;
}

static tkz_status search_square(census *own, const tkz__bpe_census_bounds *bounds, bool *found)
{
    tkz_status status = count_square(own);
    if (status != TKZ_OK)
        return status;
    (void)sum_open(own, UINT64_MAX);
    uint64_t lowest = own->greatest / STEP > bounds->minimum ? own->greatest / STEP : bounds->minimum;
    tkz__pair_count last = {lowest, TKZ__BPE_ALL_OF_COUNT, 0};
    status = keep_best(own, bounds, lowest, &last, found);
    return status == TKZ_OK && *found ? list_square(own) : status;
}

tkz_status tkz__bpe_census(tkz__bpe_pairs *pairs, const tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                           const tkz__bpe_census_bounds *bounds, bool *found, tkz_error *error)
{
    census own = {.words = words, .tokens = tokens, .pairs = pairs, .error = error, .behind = bounds->behind};
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
        free_cells(&own);
        tkz__pair_table_free(&own.table);
    }
    tkz__release_array(&pairs->allocator, own.list, own.capacity, sizeof *own.list);
    return status;
}
