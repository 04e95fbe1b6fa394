/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that BPE merges work on. Leans on word_counts, word_order and
 * subword's byte-level alphabet.
 */
#include "train/bpe_words.h"

#include <string.h>

#include "subword/byte_level.h"
#include "train/word_order.h"

/* Keeps the entries of two bytes and more, largest count first, then by their bytes: similar words
 * stand together, which saves cache misses when a merge visits them. */
static tkz_status order_words(const tkz__byte_map_entry *const *sorted, size_t sorted_count,
                              const tkz__byte_map_entry **order, size_t *count,
                              const tkz_allocator *allocator, tkz_error *error)
{
    *count = 0;
    for (size_t i = 0; i < sorted_count; i++)
        if (sorted[i]->key_size > 1)
            order[(*count)++] = sorted[i];
    return tkz__word_order_by_count(allocator, order, *count, error);
}

static tkz_status allocate_places(tkz__bpe_words *words, const tkz__byte_map_entry *const *order,
                                  size_t count, tkz_error *error)
{
    uint64_t size = 1;
    for (size_t i = 0; i < count; i++) {
        size += (uint64_t)order[i]->key_size + 1;
        if (i == 0 || order[i]->value != order[i - 1]->value)
            words->run_count++;
    }
    if (size > UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the different words have %llu bytes, BPE training takes at most "
                              "4294967294; count less text, or cut shorter words",
                              (unsigned long long)(size - 1));
    words->places = tkz__allocate_array(&words->allocator, (size_t)size, sizeof *words->places);
    words->size = words->places == NULL ? 0 : (size_t)size;
    words->runs = tkz__allocate_array(&words->allocator, words->run_count, sizeof *words->runs);
    if (words->places == NULL || words->runs == NULL)
        return tkz__error_memory(error, (size_t)size * sizeof *words->places);
    return TKZ_OK;
}

static void fill_places(tkz__bpe_words *words, const tkz__byte_map *map,
                        const tkz__byte_map_entry *const *order, size_t count,
                        uint32_t first_byte)
{
    uint8_t bytes[256];
    uint32_t ids[256];
    tkz__byte_level_order(bytes);
    for (uint32_t i = 0; i < 256; i++)
        ids[bytes[i]] = first_byte + i;

    uint32_t *target = words->places;
    struct tkz__bpe_run *run = words->runs;
    *target++ = TKZ__BPE_BORDER;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *word = tkz__byte_map_key(map, order[i]);
        for (size_t k = 0; k < order[i]->key_size; k++)
            *target++ = ids[word[k]];
        *target++ = TKZ__BPE_BORDER;
        if (i > 0 && order[i]->value != order[i - 1]->value)
            run++;
        run->count = order[i]->value;
        run->end = (uint32_t)(target - words->places);
    }
}

tkz_status tkz__bpe_words_init(tkz__bpe_words *words, tkz_word_counts *counts, uint32_t first_byte,
                               const tkz_allocator *allocator, tkz_error *error)
{
    memset(words, 0, sizeof *words);
    words->allocator = tkz__allocator_or_default(allocator);

    const tkz__byte_map_entry *const *sorted;
    size_t sorted_count, count;
    tkz_status status = tkz__word_counts_sorted(counts, &sorted, &sorted_count, error);
    if (status != TKZ_OK)
        return status;
    const tkz__byte_map_entry **order = tkz__allocate_array(&words->allocator, sorted_count,
                                                            sizeof *order);
    if (order == NULL)
        return tkz__error_memory(error, sorted_count * sizeof *order);
    status = order_words(sorted, sorted_count, order, &count, &words->allocator, error);
    if (status == TKZ_OK)
        status = allocate_places(words, order, count, error);
    if (status == TKZ_OK)
        fill_places(words, tkz__word_counts_map(counts), order, count, first_byte);
    else
        tkz__bpe_words_free(words);
    tkz__release_array(&words->allocator, (void *)order, sorted_count, sizeof *order);
    return status;
}

void tkz__bpe_words_free(tkz__bpe_words *words)
{
    if (words->places != NULL)
        tkz__release_array(&words->allocator, words->places, words->size, sizeof *words->places);
    if (words->runs != NULL)
        tkz__release_array(&words->allocator, words->runs, words->run_count, sizeof *words->runs);
    words->places = NULL;
    words->runs = NULL;
    words->size = words->run_count = 0;
}
