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

/* Where what is asked for beforehand is. Copied into variables where many rows are found: a row that is written might
 * change the model, for all that the compiler knows. */
static void find_target(tkz__fasttext_rows *rows)
{
    const tkz_classifier *model = rows->model;
    const tkz__fasttext_matrix *input = &model->input;
    rows->target = input->is_quantized ? input->codes : input->values;
    rows->target_size = input->is_quantized ? input->parts : (size_t)input->columns * 4;
    /* Rows of a file that is mapped do not begin where cache lines do. */
    bool on_lines = 64 % rows->target_size == 0 && (uintptr_t)rows->target % 64 == 0;
    rows->target_lines = on_lines || input->is_quantized ? 1 : rows->target_size <= 128 ? 2 : 3;
}

static inline void ask_for_row(const uint8_t *target, size_t size, uint32_t lines, uint32_t row)
{
    const uint8_t *place = target + row * size;
    __builtin_prefetch(place);
    if (lines > 1)
        __builtin_prefetch(place + (size < 128 ? size - 1 : 64));
    if (lines > 2)
        __builtin_prefetch(place + 128);
}

/* What the row of a pruned model will be looked up by, or the row. */
static inline void ask_for(const tkz__fasttext_rows *rows, uint32_t row)
{
    const tkz_classifier *model = rows->model;
    if (!model->is_pruned)
        ask_for_row(rows->target, rows->target_size, rows->target_lines, row);
    else if (row >= model->word_count && model->kept != NULL)
        __builtin_prefetch(&model->kept[tkz__fasttext_kept_slot(row - model->word_count, model->kept_slots)]);
}

/* Leaves those buckets that pruning may have left, without a branch for each: whether one did is a toss-up. */
static size_t sift_kept(const tkz_classifier *model, uint32_t *block, size_t used)
{
    const uint64_t *bits = model->kept_bits;
    const uint32_t word_count = model->word_count;
    size_t slots = model->kept_slots, count = 0;
    for (size_t i = 0; i < used; i++) {
        uint32_t row = block[i];
        size_t bit = tkz__fasttext_kept_bit(row - word_count, slots);
        block[count] = row;
        count += (size_t)((bits[bit / 64] >> bit % 64 & 1) | (row < word_count));
    }
    return count;
}

/* The rows that pruning left in the place of buckets; returns how many there are. */
static size_t look_up_kept(tkz__fasttext_rows *rows)
{
    const tkz_classifier *model = rows->model;
    uint32_t *block = rows->block;
    size_t used = model->kept != NULL ? sift_kept(model, block, rows->used) : rows->used;
    size_t mask = model->kept_slots - 1, count = 0;
    for (size_t i = 0; i < used; i++) {
        uint32_t row = block[i];
        bool found = row < model->word_count;
        if (!found && model->kept != NULL) {
            uint32_t bucket = row - model->word_count;
            size_t slot = tkz__fasttext_kept_slot(bucket, model->kept_slots);
            while (model->kept[slot].bucket != -1 && model->kept[slot].bucket != (int32_t)bucket)
                slot = (slot + 1) & mask;
            found = model->kept[slot].bucket != -1;
            row = model->word_count + (uint32_t)model->kept[slot].row;
        }
        if (!found)
            continue;
        ask_for_row(rows->target, rows->target_size, rows->target_lines, row);
        block[count++] = row;
    }
    return count;
}

static void flush(tkz__fasttext_rows *rows)
{
    size_t count = rows->model->is_pruned ? look_up_kept(rows) : rows->used;
    rows->add(rows->context, rows->block, count);
    rows->count += count;
    rows->used = 0;
}

static inline void add_row(tkz__fasttext_rows *rows, uint32_t row)
{
    ask_for(rows, row);
    rows->block[rows->used++] = row;
    if (rows->used == TKZ__FASTTEXT_BLOCK)
        flush(rows);
}

static inline void add_bucket(tkz__fasttext_rows *rows, uint32_t bucket)
{
    add_row(rows, rows->model->word_count + bucket);
}

/* hash % bucket_count by multiplication: exact for 32 bits (Lemire, Kaser, Kurz, "Faster remainder by
 * direct computation", 2019). */
static inline uint32_t remainder_of(uint32_t hash, uint64_t inverse, uint32_t count)
{
    return (uint32_t)(((unsigned __int128)(inverse * hash) * count) >> 64);
}

static inline uint32_t bucket_of(const tkz_classifier *model, uint32_t hash)
{
    return remainder_of(hash, model->bucket_inverse, model->bucket_count);
}

static inline bool continues(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The bytes of a character that are not its first one belong to it, whatever comes before. */
#define HASH_BYTE(byte)                                                                           \
    _Pragma("GCC unroll 6") for (uint32_t i = 0; i < longest; i++)                                \
        hashes[i] = tkz__fasttext_hash(hashes[i], byte)

/* Makes room for n-grams that begin at one more character. What is behind `done` is not complete, and stays. Returns by how
 * much the places have moved. */
static size_t move_begun(tkz__fasttext_rows *rows, size_t done, size_t end)
{
    uint32_t kept[TKZ__FASTTEXT_SIDES * TKZ__FASTTEXT_SIDES];
    size_t size = (end - done) * sizeof kept[0];
    memcpy(kept, rows->block + done, size);
    rows->used = done;
    flush(rows);
    memcpy(rows->block, kept, size);
    return done;
}

/* The n-grams that the end of a word cuts off go together: of `count` beginnings in a row, `room` places each, those up to
 * the end. */
static void close_up(tkz__fasttext_rows *rows, size_t place, size_t count, size_t room, uint32_t shortest)
{
    size_t end = place;
    for (size_t left = count; left > 0; left--, place += room)
        for (size_t i = 0; i + shortest <= left + 1 && i < room; i++)
            rows->block[end++] = rows->block[place + i];
    rows->used = end;
}

/* All n-grams of "<word>", by where they end, each put where it comes in the order of where they begin, as fastText has them:
 * at every character as many begin as there are lengths. `longest` is a constant where it is called, and all loops up to it are
 * written out, so that hashes stay in registers and go on side by side. */
static inline __attribute__((always_inline)) void
add_side_by_side(tkz__fasttext_rows *rows, const uint8_t *word, const uint8_t *end, const uint32_t longest)
{
    const tkz_classifier *model = rows->model;
    const uint32_t shortest = model->shortest, room = longest - shortest + 1, first_row = model->word_count;
    const uint32_t bucket_count = model->bucket_count, lines = rows->target_lines;
    const uint64_t inverse = model->bucket_inverse;
    const uint8_t *target = rows->target;
    const size_t target_size = rows->target_size;
    const bool is_pruned = model->is_pruned;
    uint32_t hashes[TKZ__FASTTEXT_SIDES] = {0};
    size_t number = 0, place = rows->used; /* of the character, and of the n-grams that begin with it */
    bool is_last = false;
    for (uint8_t byte = '<';; byte = is_last ? '>' : *word++, number++, place += room) {
        if (place + room > TKZ__FASTTEXT_BLOCK) {
            size_t begun = number < longest - 1 ? number : longest - 1;
            place -= move_begun(rows, place - begun * room, place);
        }
        _Pragma("GCC unroll 6") for (uint32_t i = longest - 1; i > 0; i--)
            hashes[i] = hashes[i - 1];
        hashes[0] = TKZ__FASTTEXT_HASH;
        HASH_BYTE(byte);
        for (; word < end && continues(*word); word++)
            HASH_BYTE(*word);
        uint32_t *to = rows->block + place;
        _Pragma("GCC unroll 6") for (uint32_t i = 0; i < longest; i++) {
            if (i + 1 < shortest || i > number)
                continue;
            uint32_t row = first_row + remainder_of(hashes[i], inverse, bucket_count);
            *(to - (size_t)i * room + (i + 1 - shortest)) = row;
            if (is_pruned)
                ask_for(rows, row);
            else
                ask_for_row(target, target_size, lines, row);
        }
        if (is_last)
            break;
        is_last = word == end;
    }
    /* ">", the last character, is one more beginning, of nothing. */
    size_t cut = number < longest - 1 ? number : longest - 1;
    close_up(rows, place - cut * room, cut, room, shortest);
    if (rows->used == TKZ__FASTTEXT_BLOCK)
        flush(rows);
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
    uint32_t shortest = rows->model->shortest, longest = rows->model->longest;
    switch (shortest < 2 || shortest > longest ? 0 : longest) {
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
    find_target(rows);
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
