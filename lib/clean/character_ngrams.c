/* SPDX-License-Identifier: Apache-2.0
 *
 * N-grams by refinement: an n-gram is the pair of the two (n-1)-grams in it, and occurs twice only
 * if both of them do. So each n looks only at places that were repeated for n-1, and names are
 * exact: no hash stands for a text. Leans on hash for the places in the table.
 */
#include "clean/character_ngrams.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"

enum { FIRST_SLOTS = 4096, KEPT_SLOTS = 1 << 18 };

void tkz__ngram_counter_init(tkz__ngram_counter *counter, const tkz_allocator *allocator)
{
    *counter = (tkz__ngram_counter){.allocator = *allocator};
}

static void drop_slots(tkz__ngram_counter *counter)
{
    tkz__release_array(&counter->allocator, counter->slots, counter->slot_count,
                       sizeof *counter->slots);
    counter->slots = NULL;
    counter->slot_count = 0;
}

static void drop_places(tkz__ngram_counter *counter)
{
    tkz__release_array(&counter->allocator, counter->places, counter->place_capacity,
                       sizeof *counter->places);
    counter->places = NULL;
    counter->place_capacity = 0;
}

void tkz__ngram_counter_free(tkz__ngram_counter *counter)
{
    drop_slots(counter);
    drop_places(counter);
    tkz__release_array(&counter->allocator, counter->heap, counter->heap_capacity,
                       sizeof *counter->heap);
    counter->heap = NULL;
    counter->heap_capacity = 0;
}

/* Room for `count` places and for the n-grams that begin there. What only a huge document needed is
 * given back with the next one. */
static tkz_status make_room(tkz__ngram_counter *counter, size_t count, tkz_error *error)
{
    size_t wanted = FIRST_SLOTS;
    while (wanted < count * 2)
        wanted *= 2;
    if (counter->slot_count > KEPT_SLOTS && wanted < counter->slot_count) {
        drop_slots(counter);
        drop_places(counter);
    }
    if (counter->slot_count < wanted) {
        drop_slots(counter);
        counter->slots = tkz__allocate_array(&counter->allocator, wanted, sizeof *counter->slots);
        if (counter->slots == NULL)
            return tkz__error_memory(error, wanted * sizeof *counter->slots);
        memset(counter->slots, 0, wanted * sizeof *counter->slots);
        counter->slot_count = wanted;
        counter->round = 0;
    }
    void *places = counter->places;
    tkz_status status = tkz__array_reserve(&counter->allocator, &places, &counter->place_capacity,
                                           count, sizeof *counter->places, error);
    counter->places = places;
    return status;
}

/* Empties the table. */
static void next_round(tkz__ngram_counter *counter)
{
    if (++counter->round != 0)
        return;
    memset(counter->slots, 0, counter->slot_count * sizeof *counter->slots);
    counter->round = 1;
}

/* Counts the pair and returns the number of its slot. `mask` is at most slot_count - 1. */
static inline uint32_t count_pair(tkz__ngram_counter *counter, uint64_t pair, size_t mask)
{
    size_t i = tkz__hash_u64(pair) & mask;
    for (;; i = (i + 1) & mask) {
        tkz__ngram_slot *slot = &counter->slots[i];
        if (slot->round != counter->round) {
            *slot = (tkz__ngram_slot){pair, 1, counter->round};
            return (uint32_t)i;
        }
        if (slot->pair == pair) {
            slot->count++;
            return (uint32_t)i;
        }
    }
}

/* A table no larger than `count` entries need: a small one stays in the cache. */
static size_t mask_for(const tkz__ngram_counter *counter, size_t count)
{
    size_t size = FIRST_SLOTS;
    while (size < count * 2)
        size *= 2;
    return (size < counter->slot_count ? size : counter->slot_count) - 1;
}

/* Keeps the places whose n-gram occurs more than once; returns how many. */
static size_t keep_repeated(tkz__ngram_counter *counter, size_t places, tkz__ngram_counts *counts)
{
    size_t kept = 0;
    counts->most_common = counts->total > 0;
    for (size_t i = 0; i < places; i++) {
        tkz__ngram_place place = counter->places[i];
        uint32_t count = counter->slots[place.name].count;
        if (count < 2)
            continue;
        counter->places[kept++] = place;
        if (count > counts->most_common) {
            counts->most_common = count;
            counts->most_common_start = place.start;
        }
    }
    return kept;
}

/* ---- The most frequent ones ---------------------------------------------- */

/* Puts `count` into a heap of the `size` largest ones, least on top. */
static void heap_replace(uint32_t *heap, size_t size, uint32_t count)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= size)
            break;
        if (child + 1 < size && heap[child + 1] < heap[child])
            child++;
        if (heap[child] >= count)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = count;
}

/* Visits each repeated n-gram once: the first visit takes its count out of the slot. Counts them, and
 * if there is a heap keeps the largest counts in it. */
static uint64_t visit_repeated(tkz__ngram_counter *counter, size_t kept, uint32_t *heap,
                               size_t heap_size)
{
    uint64_t repeated = 0;
    for (size_t i = 0; i < kept; i++) {
        tkz__ngram_slot *slot = &counter->slots[counter->places[i].name];
        if (slot->count == 0)
            continue;
        repeated++;
        if (heap_size > 0 && slot->count > heap[0])
            heap_replace(heap, heap_size, slot->count);
        slot->count = 0;
    }
    return repeated;
}

/* The sum of the k largest counts of 5-grams, where k is the lesser of the root of their number,
 * rounded down, and of the number of those that repeat (BigScience's data preparation, as HojiChar
 * has it in document_filters.py: CharRepetitionRatioFilter). */
static tkz_status sum_frequent(tkz__ngram_counter *counter, size_t kept,
                               tkz__ngram_counts *counts, uint64_t *sum, tkz_error *error)
{
    /* How many repeat is not known before the visit, so the heap may end with empty places, which are
     * 0 and add nothing. The number of distinct ones is: all places but the kept ones, and `repeated`. */
    size_t bound = (size_t)sqrt((double)counts->total) + 1;
    void *heap = counter->heap;
    tkz_status status = tkz__array_reserve(&counter->allocator, &heap, &counter->heap_capacity,
                                           bound, sizeof *counter->heap, error);
    counter->heap = heap;
    if (status != TKZ_OK)
        return status;
    memset(counter->heap, 0, bound * sizeof *counter->heap);
    counts->repeated = visit_repeated(counter, kept, counter->heap, bound);
    counts->distinct = counts->total - kept + counts->repeated;
    size_t k = (size_t)sqrt((double)counts->distinct);
    if (k > counts->repeated)
        k = (size_t)counts->repeated;
    /* The least ones go until k are left. */
    size_t size = bound;
    while (size > k) {
        uint32_t last = counter->heap[--size];
        if (size > 0)
            heap_replace(counter->heap, size, last);
    }
    *sum = 0;
    for (size_t i = 0; i < size; i++)
        *sum += counter->heap[i];
    return TKZ_OK;
}

/* ---- The sweeps ---------------------------------------------------------- */

/* Counts all pairs of neighbouring symbols. */
static void sweep_symbols(tkz__ngram_counter *counter, const uint32_t *symbols, size_t places)
{
    size_t mask = mask_for(counter, places);
    next_round(counter);
    for (size_t i = 0; i < places; i++)
        counter->places[i] = (tkz__ngram_place){
            (uint32_t)i, count_pair(counter, (uint64_t)symbols[i] << 32 | symbols[i + 1], mask)};
}

/* From the places of repeated (n-1)-grams to those of n-grams: where the next symbol is such a place
 * too. Returns how many are left. */
static size_t sweep_places(tkz__ngram_counter *counter, size_t places)
{
    tkz__ngram_place *at = counter->places;
    size_t mask = mask_for(counter, places);
    size_t kept = 0;
    next_round(counter);
    for (size_t i = 0; i + 1 < places; i++) {
        if (at[i + 1].start != at[i].start + 1)
            continue;
        uint64_t pair = (uint64_t)at[i].name << 32 | at[i + 1].name;
        at[kept].start = at[i].start;
        at[kept++].name = count_pair(counter, pair, mask);
    }
    return kept;
}

tkz_status tkz__ngram_counter_run(tkz__ngram_counter *counter, const uint32_t *symbols,
                                  size_t count, uint32_t highest, tkz__ngram_counts *found,
                                  uint64_t *frequent_5grams, tkz_error *error)
{
    size_t kept = 0;
    if (count >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a document of more than 4294967294 characters");
    tkz_status status = make_room(counter, count, error);
    for (uint32_t n = TKZ__NGRAM_LEAST; n <= highest && status == TKZ_OK; n++) {
        tkz__ngram_counts *counts = &found[n];
        *counts = (tkz__ngram_counts){.total = count >= n ? count - n + 1 : 0};
        if (n == TKZ__NGRAM_LEAST) {
            kept = (size_t)counts->total;
            sweep_symbols(counter, symbols, kept);
        } else {
            kept = sweep_places(counter, kept);
        }
        kept = keep_repeated(counter, kept, counts);
        if (n == TKZ__NGRAM_FREQUENT && frequent_5grams != NULL) {
            status = sum_frequent(counter, kept, counts, frequent_5grams, error);
        } else {
            counts->repeated = visit_repeated(counter, kept, NULL, 0);
            counts->distinct = counts->total - kept + counts->repeated;
        }
    }
    return status;
}
