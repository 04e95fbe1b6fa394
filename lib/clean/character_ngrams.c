/* SPDX-License-Identifier: Apache-2.0
 *
 * N-grams by refinement: an n-gram is the pair of the two (n-1)-grams in it, and occurs twice only
 * if both of them do. So each n looks only at places that were repeated for n-1, and names are
 * exact: no hash stands for a text. The lowest n is named by its symbols. Leans on hash for the places in the table.
 */
#include "clean/character_ngrams.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"

enum { LEAST_SLOTS = 256, KEPT_ROWS = 1 << 17, ARRAYS = 5 };

void tkz__ngram_counter_init(tkz__ngram_counter *counter, const tkz_allocator *allocator)
{
    *counter = (tkz__ngram_counter){.allocator = *allocator};
    tkz__count_heap_init(&counter->heap, allocator);
}

static void drop_rows(tkz__ngram_counter *counter)
{
    for (size_t i = 0; i < 2; i++) {
        tkz__release(&counter->allocator, counter->blocks[i], counter->block_sizes[i]);
        counter->blocks[i] = NULL;
    }
    counter->rows = counter->slots = NULL;
    counter->capacity = counter->slot_count = 0;
}

void tkz__ngram_counter_free(tkz__ngram_counter *counter)
{
    drop_rows(counter);
    tkz__count_heap_free(&counter->heap);
}

/* Half of the slots stay free. */
static size_t slots_for(size_t rows)
{
    size_t slots = LEAST_SLOTS;
    while (slots < rows * 2)
        slots *= 2;
    return slots;
}

/* Bytes from which tables are in large pages: nearly every look at one is in another page. */
enum { LARGE_TABLE = 8 << 20 };

/* Block `which`, of `count` times `item_size` bytes. NULL: out of memory. */
static uint32_t *allocate_block(tkz__ngram_counter *counter, size_t which, size_t count, size_t item_size)
{
    const tkz_allocator *memory = &counter->allocator;
    size_t size = count * item_size;
    if (size >= LARGE_TABLE) {
        counter->block_sizes[which] = tkz__table_block_size(size);
        return tkz__allocate_table(memory, size, &counter->blocks[which]);
    }
    counter->block_sizes[which] = size;
    return counter->blocks[which] = tkz__allocate_array(memory, count, item_size);
}

/* Room for `count` rows. What only a huge document needed is given back with the next one. */
static tkz_status make_room(tkz__ngram_counter *counter, size_t count, tkz_error *error)
{
    if (counter->capacity > KEPT_ROWS && count < counter->capacity / 2)
        drop_rows(counter);
    if (counter->capacity >= count && counter->rows != NULL)
        return TKZ_OK;
    drop_rows(counter);
    /* Somewhat more, lest it grow step by step. */
    size_t capacity = count < KEPT_ROWS ? count + count / 2 + LEAST_SLOTS : count;
    size_t slots = slots_for(capacity);
    counter->rows = allocate_block(counter, 0, capacity, ARRAYS * sizeof *counter->rows);
    if (counter->rows == NULL)
        return tkz__error_memory(error, capacity * ARRAYS * sizeof *counter->rows);
    counter->capacity = capacity;
    counter->slots = allocate_block(counter, 1, slots, sizeof *counter->slots);
    if (counter->slots == NULL)
        return tkz__error_memory(error, slots * sizeof *counter->slots);
    counter->slot_count = slots;
    counter->start = counter->rows;
    counter->left = counter->start + capacity;
    counter->right = counter->left + capacity;
    counter->name = counter->right + capacity;
    counter->count = counter->name + capacity;
    return TKZ_OK;
}

/* Where names are looked up. */
typedef struct pair_names {
    uint32_t *table;
    size_t mask;
    const uint32_t *left, *right;
    uint32_t *name, *count;
} pair_names;

static inline size_t slot_of(const pair_names *own, size_t row)
{
    return tkz__hash_u64((uint64_t)own->left[row] << 32 | own->right[row]) & own->mask;
}

/* Names the pair of row `i`, which is looked for from slot `at` on. A pair that is new compares with itself, so that the
 * one branch is whether another pair has the slot: it is seldom taken, while whether a pair is new is a toss-up. */
static inline void name_pair(const pair_names *own, size_t i, size_t at)
{
    const uint32_t *left = own->left, *right = own->right;
    uint32_t first;
    for (;; at = (at + 1) & own->mask) {
        first = own->table[at];
        first |= (uint32_t)(i + 1) & -(uint32_t)(first == 0); /* compilers branch on ?: */
        own->table[at] = first--;
        if (__builtin_expect(((left[first] ^ left[i]) | (right[first] ^ right[i])) == 0, 1))
            break;
    }
    own->name[i] = first;
    own->count[first]++;
}

/* From so many rows on the table and what it points to are in no cache: both are asked for beforehand, first the slot, and
 * halfway what stands behind it. All n-grams of one document of 3 MB took 58 hundredths of the time. */
enum { MANY_ROWS = 1 << 17, AHEAD = 16 };

static void name_many(const pair_names *own, size_t rows)
{
    size_t slots[2 * AHEAD];
    for (size_t i = 0; i < 2 * AHEAD; i++)
        slots[i] = slot_of(own, i);
    for (size_t i = 0; i < rows; i++) {
        size_t at = slots[i % (2 * AHEAD)];
        if (i + 2 * AHEAD < rows) {
            size_t next = slot_of(own, i + 2 * AHEAD);
            slots[i % (2 * AHEAD)] = next;
            __builtin_prefetch(&own->table[next], 1);
        }
        uint32_t first = own->table[slots[(i + AHEAD) % (2 * AHEAD)]];
        if (first != 0) {
            __builtin_prefetch(&own->left[first - 1], 0);
            __builtin_prefetch(&own->right[first - 1], 0);
            __builtin_prefetch(&own->count[first - 1], 1);
        }
        name_pair(own, i, at);
    }
}

/* Gives each row the name of its pair, and counts the names. */
static void count_pairs(tkz__ngram_counter *counter, const uint32_t *left, const uint32_t *right,
                        size_t rows)
{
    size_t slots = slots_for(rows);
    const pair_names own = {counter->slots, slots - 1, left, right, counter->name, counter->count};
    memset(own.table, 0, slots * sizeof *own.table);
    memset(own.count, 0, rows * sizeof *own.count);
    if (rows >= MANY_ROWS) {
        name_many(&own, rows);
        return;
    }
    for (size_t i = 0; i < rows; i++)
        name_pair(&own, i, slot_of(&own, i));
}

/* ---- The lowest n -------------------------------------------------------- */

/* Two symbols as one number. */
static inline uint64_t two_of(const uint32_t *symbols)
{
    uint64_t both;
    memcpy(&both, symbols, sizeof both);
    return both;
}

/* Sums of products of pairs, mixed once more: any two symbols that differ, differ in all of it. */
static inline uint64_t hash_symbols(const uint32_t *symbols, size_t n)
{
    uint64_t factor = UINT64_C(0x9E3779B185EBCA87), sum = 0;
    size_t i = 0;
    for (; i + 2 <= n; i += 2, factor += UINT64_C(0x3C79AC492BA7B654))
        sum += two_of(symbols + i) * factor;
    if (i < n)
        sum += symbols[i] * factor;
    return (sum ^ sum >> 29) * UINT64_C(0xC4CEB9FE1A85EC53);
}

static inline bool same_symbols(const uint32_t *one, const uint32_t *other, size_t n)
{
    uint64_t differ = 0;
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        differ |= two_of(one + i) ^ two_of(other + i);
    if (i < n)
        differ |= one[i] ^ other[i];
    return differ == 0;
}

/* As name_pair does it: one that is new compares with itself. */
static inline void name_symbols(tkz__ngram_counter *counter, const uint32_t *symbols, size_t n, size_t rows,
                                size_t slots)
{
    uint32_t *table = counter->slots;
    size_t mask = slots - 1;
    uint32_t shift = (uint32_t)__builtin_clzll(mask);
    for (size_t i = 0; i < rows; i++) {
        uint32_t first;
        for (size_t at = (size_t)(hash_symbols(symbols + i, n) >> shift);; at = (at + 1) & mask) {
            first = table[at];
            first |= (uint32_t)(i + 1) & -(uint32_t)(first == 0);
            table[at] = first--;
            if (__builtin_expect(same_symbols(symbols + first, symbols + i, n), 1))
                break;
        }
        counter->name[i] = first;
        counter->count[first]++;
    }
}

/* Gives each place the name of its n-gram, and counts the names. On pages 5-grams alone take half of the time that going up
 * to them takes. */
static void count_symbols(tkz__ngram_counter *counter, const uint32_t *symbols, size_t n, size_t rows)
{
    size_t slots = slots_for(rows);
    memset(counter->slots, 0, slots * sizeof *counter->slots);
    memset(counter->count, 0, rows * sizeof *counter->count);
    if (n == TKZ__NGRAM_FREQUENT)
        name_symbols(counter, symbols, TKZ__NGRAM_FREQUENT, rows, slots);
    else
        name_symbols(counter, symbols, n, rows, slots);
}

/* Four numbers side by side: GCC and Clang make of them what the processor has. */
enum { LANES = 4 };
typedef uint32_t lanes __attribute__((vector_size(LANES * sizeof(uint32_t))));

/* What the counts of the rows come to. Returns how many rows repeat. `start` NULL: row i is place i. */
static size_t sum_up(const tkz__ngram_counter *counter, const uint32_t *start, size_t rows,
                     tkz__ngram_counts *found)
{
    const uint32_t *count = counter->count;
    lanes lone_lanes = {0}, name_lanes = {0}, most_lanes = {0};
    size_t lone = 0, names = 0, i = 0;
    uint32_t most = 0;
    for (; i + LANES <= rows; i += LANES) { /* a true comparison is -1 */
        lanes here;
        memcpy(&here, count + i, sizeof here);
        lone_lanes -= (lanes)(here == 1);
        name_lanes -= (lanes)(here != 0);
        lanes more = (lanes)(here > most_lanes);
        most_lanes = (here & more) | (most_lanes & ~more);
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        lone += lone_lanes[lane];
        names += name_lanes[lane];
        most = most_lanes[lane] > most ? most_lanes[lane] : most;
    }
    for (; i < rows; i++) {
        lone += count[i] == 1;
        names += count[i] != 0;
        most = count[i] > most ? count[i] : most;
    }
    found->repeated = names - lone;
    found->distinct = found->total - (rows - lone) + found->repeated;
    found->most_common = most > 1 ? most : found->total > 0;
    for (i = 0; most > 1 && count[i] != most;)
        i++;
    if (most > 1)
        found->most_common_start = start != NULL ? start[i] : i;
    return rows - lone;
}

/* From the rows of n-grams to those of (n+1)-grams: where one repeats and so does the one a symbol further. Returns
 * how many there are. */
static size_t extend(tkz__ngram_counter *counter, bool is_first, size_t rows)
{
    const uint32_t *name = counter->name, *count = counter->count;
    uint32_t *start = counter->start, *left = counter->left, *right = counter->right;
    size_t kept = 0;
    if (rows == 0)
        return 0;
    bool repeats = count[name[0]] > 1;
    for (size_t i = 0; i + 1 < rows; i++) {
        uint32_t place = is_first ? (uint32_t)i : start[i];
        uint32_t next_place = is_first ? (uint32_t)i + 1 : start[i + 1];
        bool next_repeats = count[name[i + 1]] > 1;
        start[kept] = place;
        left[kept] = name[i];
        right[kept] = name[i + 1];
        kept += (size_t)(repeats & next_repeats & (next_place == place + 1));
        repeats = next_repeats;
    }
    return kept;
}

/* ---- The most frequent ones ---------------------------------------------- */

/* The sum of the k largest counts of 5-grams, where k is the lesser of the root of their number,
 * rounded down, and of the number of those that repeat (BigScience's data preparation, as HojiChar
 * has it in document_filters.py: CharRepetitionRatioFilter). */
static size_t frequent_size(const tkz__ngram_counts *found)
{
    size_t size = (size_t)sqrt((double)found->distinct);
    return size < found->repeated ? size : (size_t)found->repeated;
}

static tkz_status sum_frequent(tkz__ngram_counter *counter, size_t rows,
                               const tkz__ngram_counts *found, uint64_t *sum, tkz_error *error)
{
    size_t size = frequent_size(found);
    tkz_status status = tkz__count_heap_start(&counter->heap, size, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < rows; i++)
        if (counter->count[i] > 1)
            tkz__count_heap_add(&counter->heap, counter->count[i]);
    *sum = tkz__count_heap_sum(&counter->heap, size);
    return TKZ_OK;
}

static tkz_status count_large(tkz__ngram_counter *counter, const uint32_t *symbols, size_t count,
                              tkz__ngram_orders orders, tkz__ngram_counts *found, uint64_t *frequent_5grams,
                              tkz_error *error)
{
    bool sums = frequent_5grams != NULL && orders.least <= TKZ__NGRAM_FREQUENT && orders.most >= TKZ__NGRAM_FREQUENT;
    tkz_status status = TKZ_OK;
    if (counter->capacity > KEPT_ROWS)
        drop_rows(counter);
    if (sums)
        status = tkz__count_heap_start(&counter->heap, (size_t)sqrt((double)count), error);
    if (status == TKZ_OK)
        status = tkz__large_ngrams_count(symbols, count, orders, TKZ__LARGE_NGRAMS_ROOM, found,
                                         sums ? &counter->heap : NULL, &counter->allocator, error);
    if (sums && status == TKZ_OK)
        *frequent_5grams = tkz__count_heap_sum(&counter->heap, frequent_size(&found[TKZ__NGRAM_FREQUENT]));
    return status;
}

/* ---- The sweeps ---------------------------------------------------------- */

tkz_status tkz__ngram_counter_run(tkz__ngram_counter *counter, const uint32_t *symbols,
                                  size_t count, tkz__ngram_orders orders,
                                  tkz__ngram_counts *found, uint64_t *frequent_5grams,
                                  tkz_error *error)
{
    /* Where tables are in no cache, going up from the pairs, of which there are few, is faster. */
    uint32_t first = count < MANY_ROWS ? orders.least : TKZ__NGRAM_LEAST;
    size_t rows = count >= first ? count - first + 1 : 0;
    if (count >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a document of more than 4294967294 characters");
    if (count >= TKZ__LARGE_TEXT)
        return count_large(counter, symbols, count, orders, found, frequent_5grams, error);
    tkz_status status = make_room(counter, count, error);
    for (uint32_t n = first; n <= orders.most && status == TKZ_OK; n++) {
        found[n] = (tkz__ngram_counts){.total = count >= n ? count - n + 1 : 0};
        if (n > first)
            rows = extend(counter, n == first + 1, rows);
        if (n == first && n > TKZ__NGRAM_LEAST)
            count_symbols(counter, symbols, n, rows);
        else
            count_pairs(counter, n == first ? symbols : counter->left,
                        n == first ? symbols + 1 : counter->right, rows);
        sum_up(counter, n == first ? NULL : counter->start, rows, &found[n]);
        if (n == TKZ__NGRAM_FREQUENT && frequent_5grams != NULL)
            status = sum_frequent(counter, rows, &found[n], frequent_5grams, error);
    }
    return status;
}
