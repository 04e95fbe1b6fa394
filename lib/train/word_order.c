/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting the entries of a table of words: a stable merge sort, bottom up, on
 * 16-byte items that carry the first bytes of the word. Leans on core's byte
 * map. (qsort may take its scratch memory from malloc and has no context argument.)
 */
#include "train/word_order.h"

#include <string.h>

/* An entry with the number it is sorted by first. */
typedef struct item {
    uint64_t rank;
    const tkz__byte_map_entry *entry;
} item;

/* Runs of this many items are made by insertion before merging starts. */
enum { RUN = 8 };

/* The first eight bytes as a big-endian number, so that it compares as the bytes do. */
static uint64_t first_bytes(const uint8_t *word, size_t size)
{
    uint64_t rank = 0;
    for (size_t i = 0; i < 8; i++)
        rank = rank << 8 | (i < size ? word[i] : 0);
    return rank;
}

/* True if `b` must come before `a`, which stands before it now. Words are compared where `words` is
 * given. */
static bool is_behind(const item *a, const item *b, const tkz__byte_map *words)
{
    if (a->rank != b->rank || words == NULL)
        return a->rank > b->rank;
    size_t shorter = a->entry->key_size < b->entry->key_size ? a->entry->key_size
                                                             : b->entry->key_size;
    int order = memcmp(tkz__byte_map_key(words, a->entry), tkz__byte_map_key(words, b->entry),
                       shorter);
    return order != 0 ? order > 0 : a->entry->key_size > b->entry->key_size;
}

static void sort_run(item *items, size_t count, const tkz__byte_map *words)
{
    for (size_t i = 1; i < count; i++) {
        item moved = items[i];
        size_t place = i;
        for (; place > 0 && is_behind(&items[place - 1], &moved, words); place--)
            items[place] = items[place - 1];
        items[place] = moved;
    }
}

static void merge_runs(const item *left, size_t left_count, const item *right, size_t right_count,
                       item *target, const tkz__byte_map *words)
{
    size_t l = 0, r = 0;
    while (l < left_count && r < right_count)
        *target++ = is_behind(&left[l], &right[r], words) ? right[r++] : left[l++];
    memcpy(target, left + l, (left_count - l) * sizeof *target);
    memcpy(target + (left_count - l), right + r, (right_count - r) * sizeof *target);
}

/* Sorts items[0 .. count-1] with as much scratch memory; returns the one of the two that holds the
 * result. */
static item *sort_items(item *items, item *scratch, size_t count, const tkz__byte_map *words)
{
    for (size_t start = 0; start < count; start += RUN)
        sort_run(items + start, count - start < RUN ? count - start : RUN, words);
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t left = count - start < width ? count - start : width;
            size_t right = count - start - left < width ? count - start - left : width;
            merge_runs(items + start, left, items + start + left, right, scratch + start, words);
        }
        item *swapped = items;
        items = scratch;
        scratch = swapped;
    }
    return items;
}

/* Two arrays of `count` items in one block. */
static item *allocate_items(const tkz_allocator *allocator, size_t count, tkz_error *error)
{
    item *items = tkz__allocate_array(allocator, count, 2 * sizeof *items);
    if (items == NULL)
        (void)tkz__error_memory(error, count * 2 * sizeof *items);
    return items;
}

tkz_status tkz__word_order_by_bytes(const tkz__byte_map *map, const tkz__byte_map_entry **entries,
                                    tkz_error *error)
{
    item *items = allocate_items(&map->allocator, map->count, error);
    if (items == NULL)
        return TKZ_STATUS_OUT_OF_MEMORY;
    for (size_t i = 0; i < map->count; i++) {
        const tkz__byte_map_entry *entry = &map->entries[i];
        items[i] = (item){first_bytes(tkz__byte_map_key(map, entry), entry->key_size), entry};
    }
    const item *sorted = sort_items(items, items + map->count, map->count, map);
    for (size_t i = 0; i < map->count; i++)
        entries[i] = sorted[i].entry;
    tkz__release_array(&map->allocator, items, map->count, 2 * sizeof *items);
    return TKZ_OK;
}

tkz_status tkz__word_order_by_count(const tkz_allocator *allocator,
                                    const tkz__byte_map_entry **entries, size_t count,
                                    tkz_error *error)
{
    item *items = allocate_items(allocator, count, error);
    if (items == NULL)
        return TKZ_STATUS_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++)
        items[i] = (item){UINT64_MAX - entries[i]->value, entries[i]};
    const item *sorted = sort_items(items, items + count, count, NULL);
    for (size_t i = 0; i < count; i++)
        entries[i] = sorted[i].entry;
    tkz__release_array(allocator, items, count, 2 * sizeof *items);
    return TKZ_OK;
}
