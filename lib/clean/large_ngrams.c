/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of the text are put apart by a hash of the first symbols of their n-grams, so that equal n-grams are in one part;
 * then each part, which a cache holds, is sorted by as many symbols at a time as fit in 64 bits. Equal n-grams of every n
 * lie side by side then, and only those that are repeated are sorted by the symbols that follow. A part for which there
 * is no room is cut by one symbol after the other until there is. Leans on count_heap,
 * little_endian and random.
 */
#include "clean/large_ngrams.h"

#include <math.h>
#include <string.h>

#include "core/little_endian.h"
#include "core/random.h"

/* Places for each part on average: room / PART; parts at most, lest writing to all of them in turn be slow. */
enum { PART = 16, MOST_PARTS = 1 << 12, HASHED_SYMBOLS = 3, AHEAD = 64 };

/* Symbols below that have codes; those behind the text; and what stands for them where there are no codes. */
enum { MOST_CODED = 1 << 22, END_CODES = 4 };
#define NO_SYMBOL UINT32_MAX

typedef struct entry {
    uint64_t key;
    uint32_t place;
    uint32_t group; /* neighbours of one number are equal in the symbols before those of the key */
} entry;

enum { ENTRY_STEP = sizeof(entry) / sizeof(uint32_t) };

typedef struct job {
    const uint32_t *symbols;
    size_t count;
    tkz__ngram_orders orders;
    size_t room;
    uint32_t *places; /* of the text, by parts */
    size_t place_capacity, code_capacity;
    entry *entries; /* `room` of them, */
    entry *others;  /* and as many once more */
    uint16_t *codes; /* of the symbols, from 1 on, and END_CODES zeros; NULL: there are too many different ones */
    uint32_t log_bits; /* a symbol has 1 << log_bits of the 64 bits of a key */
    uint64_t occurrences[TKZ__NGRAM_MOST + 1]; /* of n-grams that are repeated */
    tkz__ngram_counts *found;
    tkz__count_heap *frequent; /* NULL: not asked for */
    tkz__random random;
} job;

/* An n-gram that is at `size` places, `step` numbers apart. */
static inline void take_run(job *own, uint32_t n, const uint32_t *places, size_t step, size_t size)
{
    if (size < 2 || n < own->orders.least)
        return;
    tkz__ngram_counts *found = &own->found[n];
    own->occurrences[n] += size;
    found->repeated++;
    if (size >= found->most_common) {
        uint64_t first = size > found->most_common ? UINT64_MAX : found->most_common_start;
        for (size_t i = 0; i < size; i++)
            first = places[i * step] < first ? places[i * step] : first;
        found->most_common = size;
        found->most_common_start = first;
    }
    if (n == TKZ__NGRAM_FREQUENT && own->frequent != NULL)
        tkz__count_heap_add(own->frequent, (uint32_t)size);
}

/* ---- Sorting ------------------------------------------------------------- */

enum { FEW = 16, SEVERAL = 512, BYTE_VALUES = 256 };

static void insert_all(entry *entries, size_t size)
{
    for (size_t i = 1; i < size; i++) {
        entry one = entries[i];
        size_t at = i;
        for (; at > 0 && entries[at - 1].key > one.key; at--)
            entries[at] = entries[at - 1];
        entries[at] = one;
    }
}

static void merge(entry *target, const entry *one, const entry *one_end, const entry *other, const entry *other_end)
{
    while (one < one_end && other < other_end) {
        bool is_other = other->key < one->key;
        *target++ = *(is_other ? other : one);
        one += !is_other;
        other += is_other;
    }
    memcpy(target, one, (size_t)(one_end - one) * sizeof *one);
    target += one_end - one;
    memcpy(target, other, (size_t)(other_end - other) * sizeof *other);
}

static entry *merge_all(entry *entries, entry *others, size_t size)
{
    for (size_t at = 0; at < size; at += FEW)
        insert_all(entries + at, size - at < FEW ? size - at : FEW);
    for (size_t run = FEW; run < size; run *= 2) {
        for (size_t at = 0; at < size; at += 2 * run) {
            size_t middle = size - at < run ? size : at + run, end = size - at < 2 * run ? size : at + 2 * run;
            merge(others + at, entries + at, entries + middle, entries + middle, entries + end);
        }
        entry *swapped = entries;
        entries = others;
        others = swapped;
    }
    return entries;
}

/* By the lowest byte first; one that all have in common is left out. */
static entry *sort_by_bytes(entry *entries, entry *others, size_t size, uint32_t bytes)
{
    uint32_t counts[sizeof(uint64_t)][BYTE_VALUES];
    memset(counts, 0, bytes * sizeof counts[0]);
    for (size_t i = 0; i < size; i++)
        for (uint32_t byte = 0; byte < bytes; byte++)
            counts[byte][entries[i].key >> 8 * byte & 0xFF]++;
    for (uint32_t byte = 0; byte < bytes; byte++) {
        uint32_t *places = counts[byte], sum = 0;
        if (places[entries[0].key >> 8 * byte & 0xFF] == size)
            continue;
        for (size_t value = 0; value < BYTE_VALUES; value++) {
            uint32_t here = places[value];
            places[value] = sum;
            sum += here;
        }
        for (size_t i = 0; i < size; i++)
            others[places[entries[i].key >> 8 * byte & 0xFF]++] = entries[i];
        entry *swapped = entries;
        entries = others;
        others = swapped;
    }
    return entries;
}

/* Sorts by the keys; `others` has as much room. */
static void sort_entries(entry *entries, entry *others, size_t size, uint32_t bytes)
{
    if (size <= FEW) {
        insert_all(entries, size);
        return;
    }
    entry *sorted =
        size <= SEVERAL ? merge_all(entries, others, size) : sort_by_bytes(entries, others, size, bytes);
    if (sorted != entries)
        memcpy(entries, sorted, size * sizeof *entries);
}

/* ---- A part for which there is room -------------------------------------- */

/* `width` symbols from `at` on as one number, the first in the highest bits. What is behind the text equals no symbol, and
 * such a key has no equal: each of them ends at another place. */
static inline uint64_t key_at(const job *own, size_t at, uint32_t width)
{
    if (own->codes != NULL) {
        uint64_t four = __builtin_bswap64(tkz__load_u64(own->codes + at)); /* the bytes of each too, which is of no matter */
        return four >> (64 - 16 * width);
    }
    uint64_t one = at < own->count ? own->symbols[at] : NO_SYMBOL;
    uint64_t other = at + 1 < own->count ? own->symbols[at + 1] : NO_SYMBOL;
    return width == 1 ? one : one << 32 | other;
}

/* Takes the runs in a group that is sorted: of n-grams that are `depth` symbols longer than what is common to their keys,
 * which have `width`. Puts those whose keys are equal to others at `kept`, as groups from `number` on. Returns how many. */
static size_t take_group(job *own, const entry *group, size_t size, uint32_t depth, uint32_t width, entry *kept,
                         uint32_t number)
{
    size_t starts[TKZ__NGRAM_MOST + 1] = {0}, kept_size = 0; /* of the run, by symbols in common */
    for (size_t i = 1; i <= size; i++) {
        uint64_t differ = i < size ? group[i].key ^ group[i - 1].key : UINT64_MAX;
        if (differ == 0)
            continue;
        uint32_t common = i < size ? width - 1 - ((63 - (uint32_t)__builtin_clzll(differ)) >> own->log_bits) : 0;
        size_t run = i - starts[width];
        if (run > 1 && depth + width < own->orders.most) {
            memcpy(kept + kept_size, group + starts[width], run * sizeof *group);
            for (size_t k = 0; k < run; k++)
                kept[kept_size + k].group = number + (uint32_t)kept_size;
            kept_size += run;
        }
        for (uint32_t n = width; n > common; n--) {
            take_run(own, depth + n, &group[starts[n]].place, ENTRY_STEP, i - starts[n]);
            starts[n] = i;
        }
    }
    return kept_size;
}

/* Nearly every look at the text is elsewhere in it. */
static inline void ask_for(const job *own, size_t at)
{
    if (own->codes != NULL)
        __builtin_prefetch(own->codes + at);
    else
        __builtin_prefetch(own->symbols + at);
}

static void set_keys(const job *own, entry *entries, size_t size, uint32_t depth, uint32_t width)
{
    for (size_t i = 0; i < size; i++) {
        if (i + AHEAD < size)
            ask_for(own, (size_t)entries[i + AHEAD].place + depth);
        entries[i].key = key_at(own, (size_t)entries[i].place + depth, width);
    }
}

/* `size` places, at most as many as there is room for, of n-grams that are equal in `depth` symbols. */
static void count_part(job *own, const uint32_t *places, size_t size, uint32_t depth)
{
    entry *entries = own->entries, *others = own->others;
    for (size_t i = 0; i < size; i++)
        entries[i] = (entry){.place = places[i]};
    for (uint32_t width = 64 >> own->log_bits; depth < own->orders.most && size > 1; depth += width) {
        size_t kept = 0;
        uint32_t bytes;
        if (width > own->orders.most - depth)
            width = own->orders.most - depth;
        bytes = width << own->log_bits >> 3;
        set_keys(own, entries, size, depth, width);
        for (size_t start = 0, end; start < size; start = end) {
            for (end = start + 1; end < size && entries[end].group == entries[start].group;)
                end++;
            sort_entries(entries + start, others + start, end - start, bytes);
            kept += take_group(own, entries + start, end - start, depth, width, others + kept, (uint32_t)kept);
        }
        entry *swapped = entries;
        entries = others;
        others = swapped;
        size = kept;
    }
}

/* ---- A part for which there is none -------------------------------------- */

static inline uint64_t symbol_at(const job *own, uint32_t place, uint32_t depth)
{
    return key_at(own, (size_t)place + depth, 1);
}

/* Puts places whose symbol at `depth` is less than that of `pivot` first and greater ones last: the others are from `*low`
 * to before `*high`. */
static void part_by_symbol(const job *own, uint32_t *places, size_t size, uint32_t depth, uint64_t pivot, size_t *low,
                           size_t *high)
{
    size_t less = 0, greater = size;
    for (size_t i = 0; i < greater;) {
        uint32_t place = places[i];
        uint64_t symbol = symbol_at(own, place, depth);
        if (symbol == pivot) {
            i++;
        } else if (symbol < pivot) {
            places[i++] = places[less];
            places[less++] = place;
        } else {
            places[i] = places[--greater];
            places[greater] = place;
        }
    }
    *low = less;
    *high = greater;
}

/* The middle one of three. */
static uint64_t choose_pivot(job *own, const uint32_t *places, size_t size, uint32_t depth)
{
    uint64_t symbols[3];
    for (size_t i = 0; i < 3; i++)
        symbols[i] = symbol_at(own, places[tkz__random_next(&own->random) % size], depth);
    uint64_t least = symbols[0] < symbols[1] ? symbols[0] : symbols[1];
    uint64_t most = symbols[0] < symbols[1] ? symbols[1] : symbols[0];
    return symbols[2] < least ? least : symbols[2] > most ? most : symbols[2];
}

/* Places of n-grams that are equal in `depth` symbols. */
typedef struct stretch {
    uint32_t *places;
    size_t size;
    uint32_t depth;
} stretch;

/* Any number of them (Bentley and Sedgewick, Fast Algorithms for Sorting and Searching Strings, 1997). The largest of three
 * parts is gone on with, and each of the others is at most half: the calls are as deep as the size has bits. */
static void count_places(job *own, stretch all)
{
    while (all.size > own->room && all.depth < own->orders.most) {
        size_t low, high, largest = 0;
        part_by_symbol(own, all.places, all.size, all.depth, choose_pivot(own, all.places, all.size, all.depth), &low,
                       &high);
        const stretch parts[] = {{all.places, low, all.depth},
                                 {all.places + low, high - low, all.depth + 1},
                                 {all.places + high, all.size - high, all.depth}};
        take_run(own, all.depth + 1, parts[1].places, 1, parts[1].size);
        for (size_t i = 1; i < 3; i++)
            largest = parts[i].size > parts[largest].size ? i : largest;
        for (size_t i = 0; i < 3; i++)
            if (i != largest)
                count_places(own, parts[i]);
        all = parts[largest];
    }
    if (all.size > 1 && all.size <= own->room)
        count_part(own, all.places, all.size, all.depth);
}

/* ---- The parts ----------------------------------------------------------- */

static inline size_t part_of(const uint32_t *symbols, uint32_t hashed, uint32_t shift)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < hashed; i++)
        hash = (hash + symbols[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)((hash ^ hash >> 32) * UINT64_C(0xC4CEB9FE1A85EC53) >> 1 >> shift);
}

/* Puts the places apart, in order, and counts each part. */
static void count_parts(job *own, size_t rows)
{
    size_t ends[MOST_PARTS] = {0}, parts = 1, sum = 0;
    uint32_t shift = 63, hashed = own->orders.least < HASHED_SYMBOLS ? own->orders.least : HASHED_SYMBOLS;
    for (; parts < MOST_PARTS && parts * (own->room / PART) < rows; parts *= 2)
        shift--;
    for (size_t i = 0; i < rows; i++)
        ends[part_of(own->symbols + i, hashed, shift)]++;
    for (size_t part = 0; part < parts; part++) {
        size_t here = ends[part];
        ends[part] = sum;
        sum += here;
    }
    for (size_t i = 0; i < rows; i++)
        own->places[ends[part_of(own->symbols + i, hashed, shift)]++] = (uint32_t)i;
    for (size_t part = 0, start = 0; part < parts; start = ends[part++])
        count_places(own, (stretch){own->places + start, ends[part] - start, 0});
}

/* ---- The symbols --------------------------------------------------------- */

/* Gives symbols codes in the order in which they come. False: there are more than there are codes. */
static bool set_codes(const job *own, uint16_t *code_of)
{
    uint32_t known = 0;
    for (size_t i = 0; i < own->count; i++) {
        uint16_t *code = &code_of[own->symbols[i]];
        if (*code == 0) {
            if (known == UINT16_MAX)
                return false;
            *code = (uint16_t)++known;
        }
        own->codes[i] = *code;
    }
    memset(own->codes + own->count, 0, END_CODES * sizeof *own->codes);
    return true;
}

/* Without codes keys have half as many symbols. */
static tkz_status make_codes(job *own, const tkz_allocator *allocator, tkz_error *error)
{
    uint32_t most = 0;
    for (size_t i = 0; i < own->count; i++)
        most = own->symbols[i] > most ? own->symbols[i] : most;
    own->log_bits = 5;
    if (most >= MOST_CODED)
        return TKZ_OK;
    uint16_t *code_of = tkz__allocate_zeroed(allocator, ((size_t)most + 1) * sizeof *code_of);
    if (code_of == NULL)
        return tkz__error_memory(error, ((size_t)most + 1) * sizeof *code_of);
    void *codes = NULL;
    tkz_status status = tkz__array_reserve(allocator, &codes, &own->code_capacity, own->count + END_CODES,
                                           sizeof *own->codes, error);
    own->codes = codes;
    if (status == TKZ_OK && set_codes(own, code_of)) {
        own->log_bits = 4;
    } else {
        tkz__release_array(allocator, own->codes, own->code_capacity, sizeof *own->codes);
        own->codes = NULL;
    }
    tkz__release_array(allocator, code_of, (size_t)most + 1, sizeof *code_of);
    return status;
}

static tkz_status allocate(job *own, size_t rows, const tkz_allocator *allocator, tkz_error *error)
{
    void *places = NULL; /* at once: in large pages */
    tkz_status status =
        tkz__array_reserve(allocator, &places, &own->place_capacity, rows, sizeof *own->places, error);
    own->places = places;
    own->entries = tkz__allocate_array(allocator, 2 * own->room, sizeof *own->entries);
    if (status == TKZ_OK && own->entries == NULL)
        status = tkz__error_memory(error, 2 * own->room * sizeof *own->entries);
    else
        own->others = own->entries + own->room;
    return status == TKZ_OK ? make_codes(own, allocator, error) : status;
}

tkz_status tkz__large_ngrams_count(const uint32_t *symbols, size_t count, tkz__ngram_orders orders, size_t room,
                                   tkz__ngram_counts *found, tkz__count_heap *frequent,
                                   const tkz_allocator *allocator, tkz_error *error)
{
    job own = {.symbols = symbols, .count = count, .orders = orders, .room = room < count ? room : count, .found = found,
               .frequent = frequent};
    for (uint32_t n = orders.least; n <= orders.most; n++)
        found[n] = (tkz__ngram_counts){.total = count >= n ? count - n + 1 : 0};
    if (count < orders.least)
        return TKZ_OK;
    size_t rows = count - orders.least + 1;
    tkz_status status = allocate(&own, rows, allocator, error);
    if (status == TKZ_OK)
        count_parts(&own, rows);
    for (uint32_t n = orders.least; n <= orders.most; n++) {
        found[n].distinct = found[n].total - own.occurrences[n] + found[n].repeated;
        if (found[n].most_common == 0)
            found[n].most_common = found[n].total > 0;
    }
    tkz__release_array(allocator, own.codes, own.code_capacity, sizeof *own.codes);
    tkz__release_array(allocator, own.places, own.place_capacity, sizeof *own.places);
    tkz__release_array(allocator, own.entries, 2 * own.room, sizeof *own.entries);
    return status;
}
