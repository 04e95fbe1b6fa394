/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows of the input matrix a text stands for: words, n-grams of their characters, n-grams of words, in
 * the order of fastText's Dictionary::getLine (src/dictionary.cc), since the order decides the
 * last bits of the sum. Each n-gram's hash goes on from that of the one before. Leans on fasttext_model.
 */
#include <string.h>

#include "clean/fasttext_model.h"

static const char line_end_word[] = "</s>";
static const char label_prefix[] = "__label__";

static void flush(tkz__fasttext_rows *rows)
{
    rows->add(rows->context, rows->block, rows->used);
    rows->count += rows->used;
    rows->used = 0;
}

static inline void add_row(tkz__fasttext_rows *rows, uint32_t row)
{
    const tkz__fasttext_matrix *input = &rows->model->input;
    if (!input->is_quantized) {
        const uint8_t *place = input->values + (uint64_t)row * input->columns * 4;
        __builtin_prefetch(place);
        if (input->columns > 16)
            __builtin_prefetch(place + 64);
    } else {
        __builtin_prefetch(input->codes + (uint64_t)row * input->parts);
    }
    rows->block[rows->used++] = row;
    if (rows->used == TKZ__FASTTEXT_BLOCK)
        flush(rows);
}

static inline void add_bucket(tkz__fasttext_rows *rows, uint32_t bucket)
{
    const tkz_classifier *model = rows->model;
    if (!model->is_pruned) {
        add_row(rows, model->word_count + bucket);
        return;
    }
    if (model->kept == NULL)
        return;
    size_t mask = model->kept_slots - 1;
    size_t slot = tkz__fasttext_kept_slot(bucket, model->kept_slots);
    for (; model->kept[slot].bucket != -1; slot = (slot + 1) & mask) {
        if (model->kept[slot].bucket == (int32_t)bucket) {
            add_row(rows, model->word_count + (uint32_t)model->kept[slot].row);
            return;
        }
    }
}

/* hash % bucket_count by multiplication: exact for 32 bits (Lemire, Kaser, Kurz, "Faster remainder by
 * direct computation", 2019). */
static inline uint32_t bucket_of(const tkz_classifier *model, uint32_t hash)
{
    uint64_t fraction = model->bucket_inverse * hash;
    return (uint32_t)(((unsigned __int128)fraction * model->bucket_count) >> 64);
}

static inline bool continues(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The n-grams that begin `length` characters before `next`, which `hash` is of; the word ends with ">"
 * behind `end`. The first and the last character of "<word>" are none by themselves. */
static inline void add_from(tkz__fasttext_rows *rows, const uint8_t *next, const uint8_t *end,
                            uint32_t hash, uint32_t length)
{
    const tkz_classifier *model = rows->model;
    while (length < model->longest) {
        bool is_last = next == end;
        if (is_last) {
            hash = tkz__fasttext_hash(hash, '>');
        } else {
            hash = tkz__fasttext_hash(hash, *next++);
            while (next < end && continues(*next))
                hash = tkz__fasttext_hash(hash, *next++);
        }
        if (++length >= model->shortest)
            add_bucket(rows, bucket_of(model, hash));
        if (is_last)
            return;
    }
}

static void add_subwords(tkz__fasttext_rows *rows, const uint8_t *word, const uint8_t *end)
{
    uint32_t hash = tkz__fasttext_hash(TKZ__FASTTEXT_HASH, '<');
    const uint8_t *start = word;
    /* Bytes that continue no character belong to the one before them. */
    while (start < end && continues(*start))
        hash = tkz__fasttext_hash(hash, *start++);
    add_from(rows, start, end, hash, 1);
    for (; start < end; start++)
        if (!continues(*start))
            add_from(rows, start, end, TKZ__FASTTEXT_HASH, 0);
}

static tkz_status remember_hash(tkz__fasttext_rows *rows, uint32_t hash, tkz_error *error)
{
    if (rows->model->word_ngrams <= 1)
        return TKZ_OK;
    if (rows->hash_count == rows->hash_capacity) {
        void *hashes = rows->hashes;
        tkz_status status =
            tkz__array_reserve(&rows->allocator, &hashes, &rows->hash_capacity,
                               rows->hash_count + 1, sizeof *rows->hashes, error);
        if (status != TKZ_OK)
            return status;
        rows->hashes = hashes;
    }
    rows->hashes[rows->hash_count++] = (int32_t)hash;
    return TKZ_OK;
}

static tkz_status add_word(tkz__fasttext_rows *rows, const uint8_t *word, size_t size,
                           uint32_t hash, bool is_line_end, tkz_error *error)
{
    const tkz_classifier *model = rows->model;
    uint32_t number = tkz__fasttext_find(model, word, size, hash);
    bool is_known = number != TKZ__FASTTEXT_NO_WORD;
    size_t prefix = sizeof label_prefix - 1;
    if (is_known ? number >= model->word_count
                 : size >= prefix && memcmp(word, label_prefix, prefix) == 0)
        return TKZ_OK;
    if (is_known)
        add_row(rows, number);
    if (model->longest > 0 && !is_line_end)
        add_subwords(rows, word, word + size);
    return remember_hash(rows, hash, error);
}

/* Hashes are 32 bits with a sign, and are added up in 64 bits (Dictionary::addWordNgrams). */
static void add_word_ngrams(tkz__fasttext_rows *rows)
{
    const tkz_classifier *model = rows->model;
    for (size_t i = 0; i < rows->hash_count; i++) {
        uint64_t hash = (uint64_t)(int64_t)rows->hashes[i];
        for (size_t j = i + 1; j < rows->hash_count && j - i < model->word_ngrams; j++) {
            hash = hash * 116049371 + (uint64_t)(int64_t)rows->hashes[j];
            add_bucket(rows, (uint32_t)(hash % model->bucket_count));
        }
    }
}

static inline bool is_space(uint8_t byte)
{
    return byte <= ' ' && (byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0);
}

tkz_status tkz__fasttext_find_rows(tkz__fasttext_rows *rows, const char *text, size_t size,
                                   tkz_error *error)
{
    const uint8_t *next = (const uint8_t *)text, *end = next + size;
    const size_t line_end_size = sizeof line_end_word - 1;
    bool is_line_end = false;
    tkz_status status = TKZ_OK;
    rows->used = 0;
    rows->count = 0;
    rows->hash_count = 0;
    while (status == TKZ_OK && !is_line_end) {
        while (next < end && is_space(*next))
            next++;
        const uint8_t *word = next;
        uint32_t hash = TKZ__FASTTEXT_HASH;
        for (; next < end && !is_space(*next); next++)
            hash = tkz__fasttext_hash(hash, *next);
        size_t word_size = (size_t)(next - word);
        if (word_size == 0) {
            word = (const uint8_t *)line_end_word;
            word_size = line_end_size;
            for (size_t i = 0; i < line_end_size; i++)
                hash = tkz__fasttext_hash(hash, word[i]);
        }
        /* The word itself ends a line too, wherever it stands. */
        is_line_end =
            word_size == line_end_size && memcmp(word, line_end_word, line_end_size) == 0;
        status = add_word(rows, word, word_size, hash, is_line_end, error);
    }
    if (status != TKZ_OK)
        return status;
    add_word_ngrams(rows);
    flush(rows);
    return TKZ_OK;
}
