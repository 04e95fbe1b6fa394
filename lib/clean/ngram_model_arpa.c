/* SPDX-License-Identifier: Apache-2.0
 *
 * ARPA files become hash tables of KenLM's probing kind, with what KenLM adds (kpu/kenlm lm/read_arpa.cc,
 * search_hashed.cc): n-grams that pruning took away below longer ones, and signs that say where n-grams can go
 * on, which decide how much context a state keeps. Leans on ngram_model.
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clean/ngram_model.h"

#define SIGN_BIT UINT32_C(0x80000000)
#define LONGEST_NUMBER 63
/* KenLM's log10 of unknown words where a model has none (Config::unknown_missing_logprob). */
#define MISSING_UNKNOWN -100.0f

typedef struct arpa {
    tkz_ngram_model *model;
    const char *path;
    const uint8_t *data;
    size_t size;
    size_t place;
    uint32_t line;
    uint64_t used[TKZ__NGRAM_ORDERS]; /* slots of the tables, at order - 2 */
    bool has_unknown;
    tkz_error *error;
} arpa;

/* One n-gram line. */
typedef struct entry {
    float probability;
    float backoff;
    uint32_t words[TKZ__NGRAM_ORDERS]; /* the last word first */
    uint64_t keys[TKZ__NGRAM_ORDERS];  /* of the last n words, at n - 2 */
} entry;

typedef struct text {
    const char *start;
    size_t size;
} text;

static tkz_status bad(const arpa *in, const char *what)
{
    tkz_status status = tkz__error_set(in->error, TKZ_STATUS_CORRUPT, in->path, in->place,
                                       "%s; is this an ARPA file as lmplz or SRILM writes it?", what);
    if (in->error != NULL)
        in->error->line = in->line;
    return status;
}

/* ---- Lines -------------------------------------------------------------- */

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The next line without its end; false at the end of the file. */
static bool next_line(arpa *in, text *line)
{
    if (in->place >= in->size)
        return false;
    const uint8_t *start = in->data + in->place;
    const uint8_t *end = memchr(start, '\n', in->size - in->place);
    size_t size = end == NULL ? in->size - in->place : (size_t)(end - start);
    in->place += size + (end != NULL);
    in->line++;
    if (size > 0 && start[size - 1] == '\r')
        size--;
    *line = (text){(const char *)start, size};
    return true;
}

static bool is_blank(const text *line)
{
    for (size_t i = 0; i < line->size; i++)
        if (!is_space(line->start[i]))
            return false;
    return true;
}

static bool next_filled_line(arpa *in, text *line)
{
    while (next_line(in, line))
        if (!is_blank(line))
            return true;
    return false;
}

static bool equals(const text *line, const char *wanted)
{
    return line->size == strlen(wanted) && memcmp(line->start, wanted, line->size) == 0;
}

/* The next field of a line; false when there is none. */
static bool next_field(text *line, text *field)
{
    while (line->size > 0 && is_space(*line->start)) {
        line->start++;
        line->size--;
    }
    field->start = line->start;
    field->size = 0;
    while (line->size > 0 && !is_space(*line->start)) {
        line->start++;
        line->size--;
        field->size++;
    }
    return field->size > 0;
}

static bool read_float(const text *field, float *value)
{
    char copy[LONGEST_NUMBER + 1], *end;
    if (field->size > LONGEST_NUMBER)
        return false;
    memcpy(copy, field->start, field->size);
    copy[field->size] = '\0';
    *value = strtof(copy, &end);
    return end == copy + field->size && !isnan(*value);
}

/* ---- Head --------------------------------------------------------------- */

/* "ngram N=COUNT" */
static tkz_status read_count(arpa *in, const text *line)
{
    static const char start[] = "ngram ";
    tkz_ngram_model *model = in->model;
    uint64_t numbers[2] = {0, 0};
    size_t which = 0;
    if (line->size <= sizeof start - 1 || memcmp(line->start, start, sizeof start - 1) != 0)
        return bad(in, "a line of \\data\\ that is no \"ngram N=COUNT\"");
    for (size_t i = sizeof start - 1; i < line->size; i++) {
        char c = line->start[i];
        if (c == '=' && which == 0)
            which = 1;
        else if (c >= '0' && c <= '9' && numbers[which] < UINT64_MAX / 100)
            numbers[which] = numbers[which] * 10 + (uint64_t)(c - '0');
        else if (!is_space(c))
            return bad(in, "a count that is no number");
    }
    if (which != 1 || numbers[0] != model->order + 1)
        return bad(in, "counts that are not of orders 1, 2, 3 ...");
    if (model->order == TKZ__NGRAM_ORDERS)
        return tkz__error_set(in->error, TKZ_STATUS_LIMIT, in->path, in->place,
                              "an n-gram model of an order above %d", TKZ__NGRAM_ORDERS);
    /* A number, a word and a line end for each. */
    if (numbers[1] > in->size / 4)
        return bad(in, "more n-grams are announced than the file has room for");
    model->counts[model->order++] = numbers[1];
    return TKZ_OK;
}

static tkz_status read_head(arpa *in)
{
    text line;
    do {
        if (!next_filled_line(in, &line))
            return tkz__error_set(in->error, TKZ_STATUS_BAD_FORMAT, in->path, in->size,
                                  "no n-gram model: neither a binary file of KenLM nor an ARPA file, which "
                                  "begins with \\data\\");
    } while (line.size > 0 && line.start[0] == '#');
    if (!equals(&line, "\\data\\")) {
        bool is_gzip = in->size > 1 && in->data[0] == 0x1F && in->data[1] == 0x8B;
        return tkz__error_set(in->error, TKZ_STATUS_BAD_FORMAT, in->path, 0,
                              is_gzip ? "a gzip file; unpack it with gunzip first"
                                      : "no n-gram model: neither a binary file of KenLM nor an ARPA "
                                        "file, which begins with \\data\\");
    }
    while (next_line(in, &line) && !is_blank(&line)) {
        tkz_status status = read_count(in, &line);
        if (status != TKZ_OK)
            return status;
    }
    if (in->model->order < 2)
        return bad(in, "an n-gram model of no order 2 or above");
    return TKZ_OK;
}

static tkz_status read_title(arpa *in, uint32_t order)
{
    text line;
    char wanted[24];
    snprintf(wanted, sizeof wanted, "\\%u-grams:", order);
    if (!next_filled_line(in, &line) || !equals(&line, wanted))
        return bad(in, "the title of the n-grams of the next order (\"\\2-grams:\") is not there");
    return TKZ_OK;
}

/* ---- Tables ------------------------------------------------------------- */

static uint8_t *own(arpa *in, size_t which, uint64_t count, uint32_t stride)
{
    tkz_ngram_model *model = in->model;
    if (count > SIZE_MAX / stride)
        return NULL;
    size_t size = (size_t)count * stride;
    uint8_t *memory = tkz__allocate_zeroed(&model->allocator, size);
    if (memory == NULL)
        return NULL;
    tkz__release(&model->allocator, model->owned[which], model->owned_sizes[which]);
    model->owned[which] = memory;
    model->owned_sizes[which] = size;
    return memory;
}

/* The slot of a key: its own, or the free one where it would be. There always is a free one. */
static uint8_t *slot_of(const tkz__ngram_hashes *hashes, uint64_t key)
{
    uint64_t slot = key % hashes->count;
    for (;; slot = slot + 1 == hashes->count ? 0 : slot + 1) {
        /* The memory is ours: make_tables and grow gave it. */
        uint8_t *data = (uint8_t *)(uintptr_t)(hashes->slots + slot * hashes->stride);
        uint64_t there = tkz__load_u64(data);
        if (there == key || there == 0)
            return data;
    }
}

/* Makes a table of twice the slots. */
static tkz_status grow(arpa *in, uint32_t order)
{
    tkz__ngram_hashes *hashes = &in->model->hashes[order - 2], old = *hashes;
    size_t which = order, old_size = in->model->owned_sizes[which];
    uint8_t *old_memory = in->model->owned[which];
    in->model->owned[which] = NULL;
    in->model->owned_sizes[which] = 0;
    hashes->count = old.count * 2;
    hashes->slots = own(in, which, hashes->count, hashes->stride);
    if (hashes->slots != NULL) {
        for (uint64_t i = 0; i < old.count; i++) {
            const uint8_t *slot = old.slots + i * old.stride;
            uint64_t key = tkz__load_u64(slot);
            if (key != 0)
                memcpy(slot_of(hashes, key), slot, old.stride);
        }
    } else {
        hashes->count = 0;
    }
    tkz__release(&in->model->allocator, old_memory, old_size);
    return hashes->slots == NULL ? tkz__error_memory(in->error, old_size * 2) : TKZ_OK;
}

/* Value of a key, which is entered where it is missing. Errors: OUT_OF_MEMORY. */
static tkz_status enter(arpa *in, uint32_t order, uint64_t key, uint8_t **value, bool *is_new)
{
    tkz__ngram_hashes *hashes = &in->model->hashes[order - 2];
    uint64_t *used = &in->used[order - 2];
    if (*used >= hashes->count - hashes->count / 8) {
        tkz_status status = grow(in, order);
        if (status != TKZ_OK)
            return status;
    }
    uint8_t *slot = slot_of(hashes, key);
    *is_new = tkz__load_u64(slot) == 0;
    if (*is_new) {
        tkz__store_u64(slot, key);
        ++*used;
    }
    *value = slot + 8;
    return TKZ_OK;
}

static uint8_t *find(const arpa *in, uint32_t order, uint64_t key)
{
    uint8_t *slot = slot_of(&in->model->hashes[order - 2], key);
    return tkz__load_u64(slot) == 0 ? NULL : slot + 8;
}

static tkz_status make_tables(arpa *in)
{
    tkz_ngram_model *model = in->model;
    model->kind = TKZ__NGRAM_PROBING;
    model->is_arpa = true;
    model->unigram_stride = 8;
    model->unigram_count = model->counts[0] + 1;
    model->unigrams = own(in, 0, model->unigram_count, 8);
    model->vocabulary.stride = 12;
    model->vocabulary.count = model->counts[0] + model->counts[0] / 2 + 2;
    model->vocabulary.slots = own(in, 1, model->vocabulary.count, 12);
    if (model->unigrams == NULL || model->vocabulary.slots == NULL)
        return tkz__error_memory(in->error, (size_t)model->counts[0] * 12);
    for (uint32_t n = 2; n <= model->order; n++) {
        tkz__ngram_hashes *hashes = &model->hashes[n - 2];
        hashes->stride = n == model->order ? 12 : 16;
        hashes->count = model->counts[n - 1] + model->counts[n - 1] / 2 + 16;
        hashes->slots = own(in, n, hashes->count, hashes->stride);
        if (hashes->slots == NULL)
            return tkz__error_memory(in->error, (size_t)hashes->count * hashes->stride);
    }
    return TKZ_OK;
}

/* ---- N-grams ------------------------------------------------------------ */

static void store_float(uint8_t *place, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    tkz__store_u32(place, bits);
}

/* A backoff of nothing, -0.0, becomes 0.0: an n-gram begins so. */
static void mark_extended(uint8_t *value)
{
    if (tkz__ngram_float(value + 4) == 0.0f)
        store_float(value + 4, 0.0f);
}

/* An n-gram ends so: the sign of the probability goes. */
static void mark_ends_longer(uint8_t *value)
{
    tkz__store_u32(value, tkz__load_u32(value) & ~SIGN_BIT);
}

static uint8_t *unigram(const arpa *in, uint32_t word)
{
    return in->model->owned[0] + 8 * (size_t)word;
}

static tkz_status read_weights(arpa *in, text *line, bool is_longest, entry *own_entry)
{
    text field;
    own_entry->backoff = -0.0f;
    if (next_field(line, &field)) {
        if (!read_float(&field, &own_entry->backoff) || isinf(own_entry->backoff))
            return bad(in, "a backoff that is no number");
        if (is_longest && own_entry->backoff != 0.0f)
            return bad(in, "a backoff of an n-gram of the highest order");
        if (own_entry->backoff == 0.0f)
            own_entry->backoff = -0.0f;
    }
    if (next_field(line, &field))
        return bad(in, "more fields than a probability, words and a backoff");
    return TKZ_OK;
}

static tkz_status read_probability(arpa *in, text *line, entry *own_entry)
{
    text field;
    if (!next_field(line, &field) || !read_float(&field, &own_entry->probability))
        return bad(in, "a probability that is no number");
    if (own_entry->probability > 0)
        return bad(in, "a logarithm of a probability above 0, as IRSTLM may write");
    return TKZ_OK;
}

static bool is_unknown(const text *word)
{
    return equals(word, "<unk>") || equals(word, "<UNK>");
}

static tkz_status read_unigrams(arpa *in)
{
    tkz_ngram_model *model = in->model;
    uint32_t numbers = 1;
    tkz_status status = read_title(in, 1);
    for (uint64_t i = 0; status == TKZ_OK && i < model->counts[0]; i++) {
        text line, word;
        entry own_entry;
        uint32_t number = 0;
        if (!next_line(in, &line))
            return bad(in, "fewer unigrams than announced");
        status = read_probability(in, &line, &own_entry);
        if (status != TKZ_OK)
            return status;
        if (!next_field(&line, &word))
            return bad(in, "a unigram of no word");
        status = read_weights(in, &line, false, &own_entry);
        if (is_unknown(&word)) {
            in->has_unknown = true;
        } else {
            uint64_t key = tkz__ngram_word_hash(word.start, word.size);
            uint8_t *slot = slot_of(&model->vocabulary, key);
            number = numbers++;
            if (number >= model->unigram_count)
                return bad(in, "more words than unigrams");
            if (tkz__load_u64(slot) == 0) { /* the first of two of one spelling is found */
                tkz__store_u64(slot, key);
                tkz__store_u32(slot + 8, number);
            }
        }
        store_float(unigram(in, number), own_entry.probability);
        store_float(unigram(in, number) + 4, own_entry.backoff);
    }
    if (status == TKZ_OK && (tkz__ngram_word(model, "<s>", 3) == 0 ||
                             tkz__ngram_word(model, "</s>", 4) == 0))
        return bad(in, "no <s> or no </s> among the unigrams");
    return status;
}

/* Enters what is missing below an n-gram that is there: with the probability of backing off to what is
 * known (search_hashed.cc, FindLower and AdjustLower). */
static tkz_status complete_below(arpa *in, uint32_t order, const entry *of)
{
    uint8_t *below[TKZ__NGRAM_ORDERS];
    uint32_t count = 0, known = order - 1;
    for (; known >= 2; known--) {
        bool is_new;
        tkz_status status = enter(in, known, of->keys[known - 2], &below[count], &is_new);
        if (status != TKZ_OK)
            return status;
        count++;
        if (!is_new)
            break;
        store_float(below[count - 1] + 4, -0.0f);
    }
    if (known < 2)
        below[count++] = unigram(in, of->words[0]);
    /* `known` words are the longest that was there; below[i] has order - 1 - i words. */
    float probability = -fabsf(tkz__ngram_float(below[count - 1]));
    uint64_t context = of->words[1];
    for (uint32_t i = 2; i <= known; i++)
        context = tkz__ngram_extend(context, of->words[i]);
    for (uint32_t n = known < 2 ? 1 : known; n < order - 1; n++) {
        uint8_t *value = n == 1 ? unigram(in, of->words[1]) : find(in, n, context);
        if (value != NULL) {
            mark_extended(value);
            probability += tkz__ngram_float(value + 4);
        }
        store_float(below[order - 2 - n], probability);
        context = tkz__ngram_extend(context, of->words[n + 1]);
    }
    for (uint32_t i = 0; i < count; i++)
        mark_ends_longer(below[i]);
    return TKZ_OK;
}

static tkz_status enter_ngram(arpa *in, uint32_t order, const entry *own_entry)
{
    uint8_t *value;
    bool is_new, is_longest = order == in->model->order;
    tkz_status status = enter(in, order, own_entry->keys[order - 2], &value, &is_new);
    if (status != TKZ_OK)
        return status;
    if (is_new) { /* the first of two of the same words is found */
        uint32_t bits;
        memcpy(&bits, &own_entry->probability, sizeof bits);
        tkz__store_u32(value, bits | SIGN_BIT);
        if (!is_longest)
            store_float(value + 4, own_entry->backoff);
    }
    status = complete_below(in, order, own_entry);
    if (status != TKZ_OK)
        return status;
    uint64_t context = own_entry->words[1];
    for (uint32_t i = 2; i < order; i++)
        context = tkz__ngram_extend(context, own_entry->words[i]);
    value = order == 2 ? unigram(in, own_entry->words[1]) : find(in, order - 1, context);
    if (value == NULL)
        return bad(in, "an n-gram whose first words are no n-gram");
    mark_extended(value);
    return TKZ_OK;
}

static tkz_status read_ngram(arpa *in, uint32_t order, entry *own_entry)
{
    text line, word;
    if (!next_line(in, &line))
        return bad(in, "fewer n-grams than announced");
    tkz_status status = read_probability(in, &line, own_entry);
    if (status != TKZ_OK)
        return status;
    for (uint32_t i = order; i > 0; i--) {
        if (!next_field(&line, &word))
            return bad(in, "an n-gram of too few words");
        own_entry->words[i - 1] = tkz__ngram_word(in->model, word.start, word.size);
        if (own_entry->words[i - 1] == 0 && !is_unknown(&word))
            return bad(in, "an n-gram of a word that is no unigram");
    }
    own_entry->keys[0] = tkz__ngram_extend(own_entry->words[0], own_entry->words[1]);
    for (uint32_t i = 2; i < order; i++)
        own_entry->keys[i - 1] = tkz__ngram_extend(own_entry->keys[i - 2], own_entry->words[i]);
    return read_weights(in, &line, order == in->model->order, own_entry);
}

static tkz_status read_all(arpa *in)
{
    text line;
    tkz_status status = read_head(in);
    if (status == TKZ_OK)
        status = make_tables(in);
    if (status == TKZ_OK)
        status = read_unigrams(in);
    for (uint32_t n = 2; status == TKZ_OK && n <= in->model->order; n++) {
        status = read_title(in, n);
        for (uint64_t i = 0; status == TKZ_OK && i < in->model->counts[n - 1]; i++) {
            entry own_entry;
            status = read_ngram(in, n, &own_entry);
            if (status == TKZ_OK)
                status = enter_ngram(in, n, &own_entry);
        }
    }
    if (status != TKZ_OK)
        return status;
    if (!next_filled_line(in, &line) || !equals(&line, "\\end\\"))
        return bad(in, "\\end\\ is not there behind the announced n-grams");
    if (next_filled_line(in, &line))
        return bad(in, "a line behind \\end\\");
    if (!in->has_unknown) {
        store_float(unigram(in, 0), MISSING_UNKNOWN);
        store_float(unigram(in, 0) + 4, 0.0f);
    }
    return TKZ_OK;
}

tkz_status tkz__ngram_read_arpa(tkz_ngram_model *model, const char *path, const uint8_t *data,
                                size_t size, tkz_error *error)
{
    arpa in = {.model = model, .path = path, .data = data, .size = size, .error = error};
    /* The thread's decimal point is a dot for as long as numbers are read. */
    locale_t numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (numbers == (locale_t)0)
        return tkz__error_memory(error, 0);
    locale_t before = uselocale(numbers);
    tkz_status status = read_all(&in);
    uselocale(before);
    freelocale(numbers);
    return status;
}
