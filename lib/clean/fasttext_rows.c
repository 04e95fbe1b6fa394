/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows of the input matrix a text stands for: words, n-grams of their characters, n-grams of words, in
 * the order of fastText's Dictionary::getLine (src/dictionary.cc), since the order decides the
 * last bits of the sum. N-grams that end at one character are hashed side by side. Leans on fasttext_model.
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

/* Asks for a row beforehand. Rows of a file that is mapped do not begin where cache lines do. */
static inline void ask_for(const tkz__fasttext_matrix *input, uint32_t row)
{
    if (input->is_quantized) {
        __builtin_prefetch(input->codes + (uint64_t)row * input->parts);
        return;
    }
    size_t size = (size_t)input->columns * 4;
    const uint8_t *place = input->values + row * size;
    __builtin_prefetch(place);
    __builtin_prefetch(place + (size < 128 ? size - 1 : 64));
    if (size > 128)
        __builtin_prefetch(place + 128);
}

static inline void add_row(tkz__fasttext_rows *rows, uint32_t row)
{
    ask_for(&rows->model->input, row);
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

/* N-grams that are longer are rare; they are hashed one after the other. */
enum { SIDES = 6 };

/* The n-grams of a word by where they end. */
typedef struct ended {
    uint32_t hashes[SIDES];         /* at this character, by length - 1 */
    uint32_t buckets[SIDES][SIDES]; /* the same, and by how many characters ago */
} ended;

/* Hands over the n-grams that begin together, `behind` characters before the last one of those of `longest` characters, of
 * `shortest` to `most` characters. */
static inline void add_begun(tkz__fasttext_rows *rows, const ended *all, uint32_t behind, uint32_t shortest,
                             uint32_t most)
{
    const tkz_classifier *model = rows->model;
    if (model->is_pruned || rows->used > TKZ__FASTTEXT_BLOCK - SIDES - 1) {
        for (uint32_t i = shortest; i <= most; i++)
            add_bucket(rows, all->buckets[i - 1][behind - i]);
        return;
    }
    uint32_t *block = rows->block + rows->used;
    for (uint32_t i = shortest; i <= most; i++) {
        uint32_t row = model->word_count + all->buckets[i - 1][behind - i];
        ask_for(&model->input, row);
        *block++ = row;
    }
    rows->used = (size_t)(block - rows->block);
}

/* The bytes of a character that are not its first one belong to it, whatever comes before. */
#define HASH_BYTE(byte)                                                                           \
    _Pragma("GCC unroll 6") for (uint32_t i = 0; i < longest; i++)                                \
        all.hashes[i] = tkz__fasttext_hash(all.hashes[i], byte)

/* All n-grams of "<word>", by where they end; handed over by where they begin, as fastText has them. `longest` is a constant
 * where it is called, and all loops up to it are written out, so that hashes stay in registers and go on side by side. */
static inline __attribute__((always_inline)) void
add_side_by_side(tkz__fasttext_rows *rows, const uint8_t *word, const uint8_t *end, const uint32_t longest)
{
    const tkz_classifier *model = rows->model;
    const uint32_t shortest = model->shortest > 1 ? model->shortest : 1;
    ended all = {0};
    size_t number = 0; /* of the character */
    bool is_last = false;
    for (uint8_t byte = '<';; byte = is_last ? '>' : *word++, number++) {
        _Pragma("GCC unroll 6") for (uint32_t i = longest - 1; i > 0; i--)
            all.hashes[i] = all.hashes[i - 1];
        all.hashes[0] = TKZ__FASTTEXT_HASH;
        HASH_BYTE(byte);
        for (; word < end && continues(*word); word++)
            HASH_BYTE(*word);
        _Pragma("GCC unroll 6") for (uint32_t i = 0; i < longest; i++) {
            _Pragma("GCC unroll 6") for (uint32_t ago = longest - 1 - i; ago > 0; ago--)
                all.buckets[i][ago] = all.buckets[i][ago - 1];
            if (i + 1 >= shortest)
                all.buckets[i][0] = bucket_of(model, all.hashes[i]);
        }
        if (is_last)
            break;
        if (number + 1 >= longest) /* by itself, "<", which is character 0, is none */
            add_begun(rows, &all, longest, number + 1 == longest && shortest == 1 ? 2 : shortest, longest);
        is_last = word == end;
    }
    /* Those that the end of the word cuts off; ">", which is the last one, is no beginning. */
    size_t start = number + 1 > longest ? number + 1 - longest : 0;
    for (; start < number; start++) {
        uint32_t most = (uint32_t)(number + 1 - start);
        add_begun(rows, &all, most, start == 0 && shortest == 1 ? 2 : shortest, most);
    }
}

/* The n-grams that begin `length` characters before `next`, which `hash` is of; the word ends with ">"
 * behind `end`. */
static void add_from(tkz__fasttext_rows *rows, const uint8_t *next, const uint8_t *end,
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

static void add_one_by_one(tkz__fasttext_rows *rows, const uint8_t *word, const uint8_t *end)
{
    uint32_t hash = tkz__fasttext_hash(TKZ__FASTTEXT_HASH, '<');
    const uint8_t *start = word;
    while (start < end && continues(*start))
        hash = tkz__fasttext_hash(hash, *start++);
    add_from(rows, start, end, hash, 1);
    for (; start < end; start++)
        if (!continues(*start))
            add_from(rows, start, end, TKZ__FASTTEXT_HASH, 0);
}

/* The first and the last character of "<word>" are no n-grams by themselves. */
static void add_subwords(tkz__fasttext_rows *rows, const uint8_t *word, const uint8_t *end)
{
    switch (rows->model->longest) {
    case 2:
        add_side_by_side(rows, word, end, 2);
        break;
    case 3:
        add_side_by_side(rows, word, end, 3);
        break;
    case 4:
        add_side_by_side(rows, word, end, 4);
        break;
    case 5:
        add_side_by_side(rows, word, end, 5);
        break;
    case 6:
        add_side_by_side(rows, word, end, 6);
        break;
    default:
        add_one_by_one(rows, word, end);
    }
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
