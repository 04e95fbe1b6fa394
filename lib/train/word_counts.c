/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of counted words. Leans on core's byte map, subword's
 * pre-tokenizers and word_order.
 */
#include "train/word_counts.h"

#include <string.h>

#include "train/word_order.h"

struct tkz_word_counts {
    tkz_allocator allocator;
    const tkz__pre_tokenizer *pre_tokenizer;
    tkz__byte_map map;
    uint64_t tokens; /* sum of the counts */
    uint64_t bytes;  /* sum of count times size; at least `tokens`, so that it alone can overflow */
    const tkz__byte_map_entry **sorted; /* NULL: not made since the last change */
    size_t sorted_count;
};

tkz_status tkz_word_counts_new(tkz_word_counts **counts, const char *pre_tokenizer,
                               const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    const tkz__pre_tokenizer *found = tkz__pre_tokenizer_find(pre_tokenizer, strlen(pre_tokenizer));
    *counts = NULL;
    if (found == NULL)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                              "there is no pre-tokenizer called \"%s\"", pre_tokenizer);
    tkz_word_counts *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->pre_tokenizer = found;
    tkz__byte_map_init(&made->map, &memory);
    *counts = made;
    return TKZ_OK;
}

/* Every change of the table makes the sorted order invalid. */
static void forget_order(tkz_word_counts *counts)
{
    if (counts->sorted == NULL)
        return;
    tkz__release_array(&counts->allocator, (void *)counts->sorted, counts->sorted_count,
                       sizeof *counts->sorted);
    counts->sorted = NULL;
}

void tkz_word_counts_free(tkz_word_counts *counts)
{
    if (counts == NULL)
        return;
    forget_order(counts);
    tkz__byte_map_free(&counts->map);
    tkz_allocator allocator = counts->allocator;
    tkz__release(&allocator, counts, sizeof *counts);
}

static tkz_status report_overflow(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                          "the bytes of all counted words are more than 2^64-1");
}

/* Adds to one word. Because the sum over all words fits into 64 bits, the word's own count does
 * too, and so does every count of pairs that a trainer derives. */
static tkz_status add_word(tkz_word_counts *counts, const void *word, size_t size, uint64_t count,
                           tkz_error *error)
{
    uint64_t added, bytes, *value;
    if (__builtin_mul_overflow(count, (uint64_t)size, &added) ||
        __builtin_add_overflow(counts->bytes, added, &bytes))
        return report_overflow(error);
    tkz_status status = tkz__byte_map_insert(&counts->map, word, size, &value, NULL, error);
    if (status != TKZ_OK)
        return status;
    *value += count;
    counts->tokens += count;
    counts->bytes = bytes;
    return TKZ_OK;
}

tkz_status tkz_word_counts_add(tkz_word_counts *counts, const char *word, size_t size,
                               uint64_t count, tkz_error *error)
{
    if (size == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "an empty word cannot be counted");
    if (count == 0)
        return TKZ_OK;
    forget_order(counts);
    return add_word(counts, word, size, count, error);
}

tkz_status tkz_word_counts_add_text(tkz_word_counts *counts, const char *text, size_t size,
                                    tkz_error *error)
{
    enum { ROOM = 256 };
    uint32_t chunk_ends[ROOM];
    tkz_status status = TKZ_OK;
    if (size >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text to count has 4 GiB or more; cut it first");
    forget_order(counts);
    for (size_t start = 0; status == TKZ_OK && start < size;) {
        size_t base = start;
        size_t chunks = counts->pre_tokenizer->cut(text + base, size - base, chunk_ends, ROOM);
        for (size_t i = 0; status == TKZ_OK && i < chunks; i++) {
            size_t end = base + chunk_ends[i];
            status = add_word(counts, text + start, end - start, 1, error);
            start = end;
        }
    }
    return status;
}

tkz_status tkz_word_counts_merge(tkz_word_counts *counts, const tkz_word_counts *other,
                                 tkz_error *error)
{
    uint64_t bytes;
    if (counts->pre_tokenizer != other->pre_tokenizer)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "tables of different pre-tokenizers (%s, %s) cannot be added up",
                              counts->pre_tokenizer->name, other->pre_tokenizer->name);
    if (__builtin_add_overflow(counts->bytes, other->bytes, &bytes))
        return report_overflow(error);
    forget_order(counts);
    tkz_status status = TKZ_OK;
    size_t other_count = other->map.count;
    for (size_t i = 0; status == TKZ_OK && i < other_count; i++) {
        const tkz__byte_map_entry *entry = &other->map.entries[i];
        status = add_word(counts, tkz__byte_map_key(&other->map, entry), entry->key_size,
                          entry->value, error);
    }
    return status;
}

void tkz_word_counts_totals(const tkz_word_counts *counts, uint64_t *types, uint64_t *tokens,
                            uint64_t *bytes)
{
    if (types != NULL)
        *types = counts->map.count;
    if (tokens != NULL)
        *tokens = counts->tokens;
    if (bytes != NULL)
        *bytes = counts->bytes;
}

tkz_status tkz__word_counts_sorted(tkz_word_counts *counts,
                                   const tkz__byte_map_entry *const **entries, size_t *count,
                                   tkz_error *error)
{
    if (counts->sorted == NULL) {
        size_t types = counts->map.count;
        const tkz__byte_map_entry **sorted = tkz__allocate_array(&counts->allocator, types,
                                                                 sizeof *sorted);
        if (sorted == NULL)
            return tkz__error_memory(error, types * sizeof *sorted);
        tkz_status status = tkz__word_order_by_bytes(&counts->map, sorted, error);
        if (status != TKZ_OK) {
            tkz__release_array(&counts->allocator, (void *)sorted, types, sizeof *sorted);
            return status;
        }
        counts->sorted = sorted;
        counts->sorted_count = types;
    }
    *entries = counts->sorted;
    *count = counts->sorted_count;
    return TKZ_OK;
}

const tkz__byte_map *tkz__word_counts_map(const tkz_word_counts *counts)
{
    return &counts->map;
}

const tkz__pre_tokenizer *tkz__word_counts_pre_tokenizer(const tkz_word_counts *counts)
{
    return counts->pre_tokenizer;
}

size_t tkz__word_counts_memory(const tkz_word_counts *counts)
{
    size_t order = counts->sorted == NULL ? 0 : counts->sorted_count * sizeof *counts->sorted;
    return sizeof *counts + tkz__byte_map_memory(&counts->map) + order;
}
