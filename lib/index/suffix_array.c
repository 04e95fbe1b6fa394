/* SPDX-License-Identifier: Apache-2.0
 *
 * Suffix arrays by induced sorting. Leans on suffix_array.h.
 *
 * A suffix is small (S) if it is less than the one behind it, else large (L); the end of the text is
 * less than all. An S behind an L starts a block. Sorted blocks are enough to sort all suffixes: one
 * pass forwards puts in the L ones, one backwards the S ones.
 */
#include "index/suffix_array.h"

#include <string.h>

#include "index/bitmap.h"

enum { FREE = -1 };

struct sorter {
    const uint32_t *text;
    size_t size;
    uint32_t symbols;
    int32_t *suffixes;
    tkz__bitmap small;
    uint32_t *counts;  /* of each symbol */
    uint32_t *buckets; /* where the next suffix that begins with it goes */
    const tkz_allocator *allocator;
    tkz_error *error;
};

static tkz_status sort_suffixes(struct sorter *sorter);

static bool is_small(const struct sorter *sorter, size_t at)
{
    return tkz__bitmap_get(&sorter->small, at);
}

static bool starts_block(const struct sorter *sorter, size_t at)
{
    return at > 0 && at < sorter->size && is_small(sorter, at) && !is_small(sorter, at - 1);
}

static void find_kinds(struct sorter *sorter)
{
    const uint32_t *text = sorter->text;
    bool is_next_small = false; /* the last suffix is large: nothing is less than it but the end */
    memset(sorter->counts, 0, sorter->symbols * sizeof *sorter->counts);
    for (size_t i = sorter->size; i-- > 0;) {
        bool small = i + 1 < sorter->size &&
                     (text[i] < text[i + 1] || (text[i] == text[i + 1] && is_next_small));
        if (small)
            tkz__bitmap_set(&sorter->small, i);
        is_next_small = small;
        sorter->counts[text[i]]++;
    }
}

static void set_buckets(struct sorter *sorter, bool at_end)
{
    uint32_t sum = 0;
    for (uint32_t symbol = 0; symbol < sorter->symbols; symbol++) {
        sum += sorter->counts[symbol];
        sorter->buckets[symbol] = at_end ? sum : sum - sorter->counts[symbol];
    }
}

static void induce_large(struct sorter *sorter)
{
    int32_t *suffixes = sorter->suffixes;
    set_buckets(sorter, false);
    /* What is before the end of the text, which is the least of all suffixes. */
    size_t last = sorter->size - 1;
    suffixes[sorter->buckets[sorter->text[last]]++] = (int32_t)last;
    for (size_t i = 0; i < sorter->size; i++) {
        int32_t at = suffixes[i];
        if (at > 0 && !is_small(sorter, (size_t)at - 1))
            suffixes[sorter->buckets[sorter->text[at - 1]]++] = at - 1;
    }
}

static void induce_small(struct sorter *sorter)
{
    int32_t *suffixes = sorter->suffixes;
    set_buckets(sorter, true);
    for (size_t i = sorter->size; i-- > 0;) {
        int32_t at = suffixes[i];
        if (at > 0 && is_small(sorter, (size_t)at - 1))
            suffixes[--sorter->buckets[sorter->text[at - 1]]] = at - 1;
    }
}

/* Are the blocks at two places the same up to where the next ones begin? */
static bool is_same_block(const struct sorter *sorter, size_t a, size_t b)
{
    for (size_t i = 0;; i++) {
        if (a + i == sorter->size || b + i == sorter->size ||
            sorter->text[a + i] != sorter->text[b + i])
            return false;
        if (i == 0)
            continue;
        bool one = starts_block(sorter, a + i), other = starts_block(sorter, b + i);
        if (one || other)
            return one && other;
    }
}

/* Numbers the blocks, which stand sorted at the start of `suffixes`; leaves their numbers in text order
 * at its end. Returns how many different ones there are. */
static uint32_t name_blocks(struct sorter *sorter, size_t count)
{
    int32_t *suffixes = sorter->suffixes;
    uint32_t names = 0;
    int32_t before = FREE;
    for (size_t i = count; i < sorter->size; i++)
        suffixes[i] = FREE;
    for (size_t i = 0; i < count; i++) {
        int32_t at = suffixes[i];
        if (before == FREE || !is_same_block(sorter, (size_t)before, (size_t)at))
            names++;
        before = at;
        suffixes[count + (size_t)at / 2] = (int32_t)names - 1;
    }
    size_t target = sorter->size;
    for (size_t i = sorter->size; i-- > count;)
        if (suffixes[i] != FREE)
            suffixes[--target] = suffixes[i];
    return names;
}

/* Sorts the suffixes that start a block, given their numbers; leaves their places, sorted, at the
 * start of `suffixes`. */
static tkz_status sort_blocks(struct sorter *sorter, size_t count, uint32_t names)
{
    int32_t *suffixes = sorter->suffixes;
    int32_t *numbers = suffixes + sorter->size - count;
    if (names == count) {
        for (size_t i = 0; i < count; i++)
            suffixes[numbers[i]] = (int32_t)i;
    } else {
        struct sorter inner = {.text = (const uint32_t *)numbers,
                               .size = count,
                               .symbols = names,
                               .suffixes = suffixes,
                               .allocator = sorter->allocator,
                               .error = sorter->error};
        tkz_status status = sort_suffixes(&inner);
        if (status != TKZ_OK)
            return status;
    }
    size_t next = 0;
    for (size_t i = 1; i < sorter->size; i++)
        if (starts_block(sorter, i))
            numbers[next++] = (int32_t)i;
    for (size_t i = 0; i < count; i++)
        suffixes[i] = numbers[suffixes[i]];
    return TKZ_OK;
}

static tkz_status sort_all(struct sorter *sorter)
{
    int32_t *suffixes = sorter->suffixes;
    find_kinds(sorter);
    for (size_t i = 0; i < sorter->size; i++)
        suffixes[i] = FREE;
    set_buckets(sorter, true);
    for (size_t i = sorter->size; i-- > 1;)
        if (starts_block(sorter, i))
            suffixes[--sorter->buckets[sorter->text[i]]] = (int32_t)i;
    induce_large(sorter);
    induce_small(sorter);
    size_t count = 0;
    for (size_t i = 0; i < sorter->size; i++)
        if (starts_block(sorter, (size_t)suffixes[i]))
            suffixes[count++] = suffixes[i];
    uint32_t names = name_blocks(sorter, count);
    tkz_status status = count == 0 ? TKZ_OK : sort_blocks(sorter, count, names);
    if (status != TKZ_OK)
        return status;
    for (size_t i = count; i < sorter->size; i++)
        suffixes[i] = FREE;
    set_buckets(sorter, true);
    for (size_t i = count; i-- > 0;) {
        int32_t at = suffixes[i];
        suffixes[i] = FREE;
        suffixes[--sorter->buckets[sorter->text[at]]] = at;
    }
    induce_large(sorter);
    induce_small(sorter);
    return TKZ_OK;
}

static tkz_status sort_suffixes(struct sorter *sorter)
{
    tkz_status status = tkz__bitmap_init(&sorter->small, sorter->size, sorter->allocator,
                                         sorter->error);
    if (status != TKZ_OK)
        return status;
    sorter->counts =
        tkz__allocate_array(sorter->allocator, sorter->symbols, sizeof *sorter->counts);
    sorter->buckets =
        tkz__allocate_array(sorter->allocator, sorter->symbols, sizeof *sorter->buckets);
    if (sorter->counts == NULL || sorter->buckets == NULL)
        status = tkz__error_memory(sorter->error, sorter->symbols * sizeof *sorter->counts);
    else
        status = sort_all(sorter);
    tkz__release_array(sorter->allocator, sorter->counts, sorter->symbols, sizeof *sorter->counts);
    tkz__release_array(sorter->allocator, sorter->buckets, sorter->symbols,
                       sizeof *sorter->buckets);
    tkz__bitmap_free(&sorter->small);
    return status;
}

tkz_status tkz__suffix_array(const uint32_t *text, size_t size, uint32_t symbols,
                             int32_t *suffixes, const tkz_allocator *allocator, tkz_error *error)
{
    if (size == 0)
        return TKZ_OK;
    if (size > TKZ__SUFFIX_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a suffix array has at most 2^31 places");
    struct sorter sorter = {.text = text, .size = size, .symbols = symbols, .suffixes = suffixes,
                     .allocator = allocator, .error = error};
    return sort_suffixes(&sorter);
}

void tkz__suffix_common(const uint32_t *text, size_t size, uint32_t wall, const int32_t *suffixes,
                        int32_t *common, int32_t *scratch)
{
    if (size == 0)
        return;
    int32_t *before = scratch; /* by place: the suffix before this one, then what they share */
    before[suffixes[0]] = FREE;
    for (size_t i = 1; i < size; i++)
        before[suffixes[i]] = suffixes[i - 1];
    size_t shared = 0;
    for (size_t i = 0; i < size; i++) {
        size_t other = (size_t)before[i];
        if (before[i] == FREE)
            shared = 0;
        else
            while (i + shared < size && other + shared < size && text[i + shared] != wall &&
                   text[i + shared] == text[other + shared])
                shared++;
        before[i] = (int32_t)shared;
        shared -= shared > 0;
    }
    for (size_t i = 0; i < size; i++)
        common[i] = before[suffixes[i]];
}
