/* SPDX-License-Identifier: Apache-2.0
 *
 * Chooses the alphabet of BPE training. Leans on bpe_alphabet.h and subword's byte-level
 * alphabet.
 */
#include "train/bpe_alphabet.h"

#include <stdlib.h>
#include <string.h>

#include "subword/byte_level.h"

enum { CODE_POINTS = 0x110000 };

typedef struct counted {
    uint64_t count;
    uint32_t character;
    bool is_required;
} counted;

void tkz__bpe_alphabet_free(tkz__bpe_alphabet *alphabet)
{
    if (alphabet->capacity == 0)
        return;
    tkz__release_array(&alphabet->allocator, alphabet->ids, alphabet->id_count,
                       sizeof *alphabet->ids);
    tkz__release_array(&alphabet->allocator, alphabet->symbols, alphabet->capacity,
                       sizeof *alphabet->symbols);
    tkz__release_array(&alphabet->allocator, alphabet->counts, alphabet->capacity,
                       sizeof *alphabet->counts);
    memset(alphabet, 0, sizeof *alphabet);
}

static tkz_status allocate(tkz__bpe_alphabet *alphabet, size_t ids, size_t symbols,
                           tkz_error *error)
{
    alphabet->ids = tkz__allocate_array(&alphabet->allocator, ids, sizeof *alphabet->ids);
    alphabet->id_count = ids;
    alphabet->capacity = (uint32_t)symbols;
    alphabet->symbols = tkz__allocate_array(&alphabet->allocator, symbols,
                                            sizeof *alphabet->symbols);
    alphabet->counts = tkz__allocate_array(&alphabet->allocator, symbols,
                                           sizeof *alphabet->counts);
    if (alphabet->ids != NULL && alphabet->symbols != NULL && alphabet->counts != NULL)
        return TKZ_OK;
    return tkz__error_memory(error, symbols * sizeof *alphabet->counts);
}

/* ---- Bytes -------------------------------------------------------------------- */

static tkz_status take_bytes(tkz__bpe_alphabet *alphabet, const tkz_bpe_options *options,
                             tkz_error *error)
{
    uint8_t order[256];
    tkz_status status = allocate(alphabet, 256, 256, error);
    if (status != TKZ_OK)
        return status;
    alphabet->count = 256;
    tkz__byte_level_order(order);
    for (uint32_t id = 0; id < 256; id++) {
        uint32_t byte = options->order == TKZ_BPE_ORDER_HF ? order[id] : id;
        alphabet->symbols[id] = byte;
        alphabet->ids[byte] = id;
        alphabet->counts[id] = 0;
    }
    return TKZ_OK;
}

/* ---- Characters ----------------------------------------------------------------- */

bool tkz__bpe_alphabet_is_reserved(uint32_t character)
{
    return character == 0x2585 || character == 0 || character == 0x1F;
}

static tkz_status count_characters(const tkz__bpe_alphabet *alphabet, const tkz_word_list *words,
                                   uint64_t *counts, uint64_t *total, tkz_error *error)
{
    for (size_t i = 0; i < words->count; i++) {
        size_t end = (size_t)words->offsets[i + 1];
        for (size_t at = (size_t)words->offsets[i]; at < end;) {
            uint32_t character;
            at += tkz__utf8_next(words->data + at, end - at, &character);
            if (character == TKZ__UTF8_INVALID || (alphabet->has_marks && tkz__bpe_alphabet_is_reserved(character)))
                continue;
            if (character == ' ' && alphabet->has_marks)
                character = TKZ__BPE_SPACE_MARK;
            counts[character] += words->counts[i];
            if (__builtin_add_overflow(*total, words->counts[i], total))
                return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                                      "the characters of all words are more than 2^64-1");
        }
    }
    return TKZ_OK;
}

/* Required ones first, then the most frequent, then by code point: sentencepiece's order. */
static int compare_counted(const void *left, const void *right)
{
    const counted *first = left, *second = right;
    if (first->is_required != second->is_required)
        return first->is_required ? -1 : 1;
    if (first->count != second->count)
        return first->count > second->count ? -1 : 1;
    return first->character < second->character ? -1 : 1;
}

/* Lists the required characters, whose counts become 0. */
static void list_required(const tkz_bpe_options *options, counted *list, size_t *count,
                          uint64_t *counts)
{
    for (size_t i = 0; i < options->required.count; i++) {
        const tkz__byte_map_entry *entry = &options->required.entries[i];
        uint32_t character;
        tkz__utf8_next((const char *)tkz__byte_map_key(&options->required, entry),
                       entry->key_size, &character);
        list[(*count)++] = (counted){counts[character], character, true};
        counts[character] = 0;
    }
}

/* How many of the sorted list come in. The share is compared in 32 bits, as sentencepiece does, before a
 * character is added. */
static size_t choose(const tkz_bpe_options *options, const counted *list, size_t count,
                     uint64_t total)
{
    uint64_t sum = 0;
    size_t chosen = 0, required = options->required.count;
    float wanted = (float)options->coverage;
    for (; chosen < count; chosen++) {
        bool is_full = options->alphabet_limit > 0 && chosen >= options->alphabet_limit;
        if (chosen >= required &&
            (is_full || (options->coverage < 1 && (float)((double)sum / (double)total) >= wanted)))
            break;
        sum += list[chosen].count;
    }
    return chosen;
}

static int compare_numbers(const void *left, const void *right)
{
    const counted *first = left, *second = right;
    return first->character < second->character ? -1 : first->character > second->character;
}

static tkz_status number_characters(tkz__bpe_alphabet *alphabet, counted *list, size_t chosen,
                                    uint64_t total, tkz_error *error)
{
    tkz_status status = allocate(alphabet, CODE_POINTS, chosen + 1, error);
    if (status != TKZ_OK)
        return status;
    uint32_t other = alphabet->invalid;
    for (size_t i = 0; i < CODE_POINTS; i++)
        alphabet->ids[i] = other;
    qsort(list, chosen, sizeof *list, compare_numbers);
    alphabet->left_out = total;
    for (size_t i = 0; i < chosen; i++) {
        alphabet->ids[list[i].character] = (uint32_t)i;
        alphabet->symbols[i] = list[i].character;
        alphabet->counts[i] = list[i].count;
        alphabet->left_out -= list[i].count;
    }
    alphabet->count = (uint32_t)chosen;
    return TKZ_OK;
}

static bool is_forbidden(const tkz_bpe_options *options, uint32_t character)
{
    char text[4];
    size_t size = tkz__utf8_encode(character, text);
    return tkz__bpe_options_is_forbidden(options, text, size);
}

static tkz_status take_characters(tkz__bpe_alphabet *alphabet, const tkz_bpe_options *options,
                                  uint64_t *counts, uint64_t total, tkz_error *error)
{
    size_t kinds = options->required.count, count = 0;
    for (size_t i = 0; i < CODE_POINTS; i++)
        kinds += counts[i] > 0;
    counted *list = tkz__allocate_array(&alphabet->allocator, kinds, sizeof *list);
    if (list == NULL)
        return tkz__error_memory(error, kinds * sizeof *list);
    list_required(options, list, &count, counts);
    for (uint32_t i = 0; i < CODE_POINTS; i++)
        if (counts[i] > 0 && !is_forbidden(options, i))
            list[count++] = (counted){counts[i], i, false};
    qsort(list, count, sizeof *list, compare_counted);
    tkz_status status = number_characters(alphabet, list, choose(options, list, count, total),
                                          total, error);
    tkz__release_array(&alphabet->allocator, list, kinds, sizeof *list);
    return status;
}

tkz_status tkz__bpe_alphabet_init(tkz__bpe_alphabet *alphabet, const tkz_bpe_options *options,
                                  const tkz_word_list *words, tkz_error *error)
{
    memset(alphabet, 0, sizeof *alphabet);
    alphabet->allocator = options->allocator;
    alphabet->is_bytes = options->unit == TKZ_BPE_BYTES;
    alphabet->has_marks = options->order == TKZ_BPE_ORDER_SENTENCEPIECE;
    alphabet->invalid = alphabet->has_marks ? TKZ__BPE_BORDER : TKZ__BPE_GONE;
    tkz_status status;
    if (alphabet->is_bytes) {
        status = take_bytes(alphabet, options, error);
    } else {
        uint64_t total = 0;
        uint64_t *counts = tkz__allocate_zeroed(&alphabet->allocator,
                                                CODE_POINTS * sizeof *counts);
        if (counts == NULL)
            return tkz__error_memory(error, CODE_POINTS * sizeof *counts);
        status = count_characters(alphabet, words, counts, &total, error);
        if (status == TKZ_OK)
            status = take_characters(alphabet, options, counts, total, error);
        tkz__release(&alphabet->allocator, counts, CODE_POINTS * sizeof *counts);
    }
    if (status != TKZ_OK)
        tkz__bpe_alphabet_free(alphabet);
    return status;
}

size_t tkz__bpe_alphabet_spell(const tkz__bpe_alphabet *alphabet, uint32_t id, char text[4])
{
    if (!alphabet->is_bytes)
        return tkz__utf8_encode(alphabet->symbols[id], text);
    text[0] = (char)alphabet->symbols[id];
    return 1;
}
