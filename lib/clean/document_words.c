/* SPDX-License-Identifier: Apache-2.0
 *
 * Words are gathered into one array, so that a sequence of them is one stretch of bytes, and of numbers.
 * Source of what is counted: datatrove, gopher_quality_filter.py and gopher_repetition_filter.py. Leans on
 * utf8 and char_class.
 */
#include "clean/document_words.h"

#include <string.h>

#include "text/char_class.h"
#include "text/utf8.h"

/* What is kept room for from one document to the next. */
enum { KEPT_WORDS = 1 << 18, KEPT_BYTES = 1 << 21 };

/* Room for different words at first, which a cache holds; and how many places are asked for at once. */
enum { FIRST_NAMES = 1 << 15, AHEAD = 32 };

void tkz__document_words_init(tkz__document_words *words, const tkz__character_kinds *kinds,
                              const tkz_allocator *allocator)
{
    *words = (tkz__document_words){.kinds = kinds, .allocator = *allocator};
    tkz__buffer_init(&words->bytes, allocator);
    tkz__sequence_set_init(&words->set, allocator);
}

static void drop_words(tkz__document_words *words)
{
    tkz__release_array(&words->allocator, words->starts, words->capacity, sizeof *words->starts);
    tkz__release_array(&words->allocator, words->characters, words->capacity,
                       sizeof *words->characters);
    tkz__release_array(&words->allocator, words->names, words->capacity, sizeof *words->names);
    words->starts = words->characters = words->names = NULL;
    words->capacity = 0;
}

static void close_source(tkz__document_words *words)
{
    if (words->source.open != NULL && words->source.close != NULL)
        words->source.close(words->worker);
    words->source = (tkz_boundaries){.open = NULL};
    words->worker = NULL;
}

void tkz__document_words_free(tkz__document_words *words)
{
    close_source(words);
    drop_words(words);
    tkz__buffer_free(&words->bytes);
    tkz__sequence_set_free(&words->set);
}

tkz_status tkz__document_words_use(tkz__document_words *words, const tkz_boundaries *source,
                                   tkz_error *error)
{
    void *worker = NULL;
    close_source(words);
    if (source == NULL)
        return TKZ_OK;
    if (words->counts_nouns && source->feature == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "words", TKZ__NO_OFFSET,
                              "a filter counts nouns, and what stands between white space has no parts of "
                              "speech; name a dictionary (ipadic, unidic, or a directory)");
    tkz_status status = source->open(source->context, &worker, &words->allocator, error);
    if (status != TKZ_OK)
        return status;
    words->source = *source;
    words->worker = worker;
    return TKZ_OK;
}

/* ---- Finding ------------------------------------------------------------- */

/* Room for `count` words and the end of the last. The three arrays grow together. */
static tkz_status reserve(tkz__document_words *words, size_t count, tkz_error *error)
{
    if (count < words->capacity)
        return TKZ_OK;
    uint32_t **arrays[] = {&words->starts, &words->characters, &words->names};
    size_t grown = words->capacity + words->capacity / 2 + 256;
    if (grown <= count)
        grown = count + 1;
    for (size_t i = 0; i < 3; i++) {
        uint32_t *array = tkz__allocate_array(&words->allocator, grown, sizeof *array);
        if (array == NULL) {
            for (size_t k = 0; k < i; k++) /* those that have grown would no longer have one capacity */
                tkz__release_array(&words->allocator, *arrays[k], grown, sizeof *array);
            for (size_t k = i; k < 3; k++)
                tkz__release_array(&words->allocator, *arrays[k], words->capacity, sizeof *array);
            words->starts = words->characters = words->names = NULL;
            words->capacity = 0;
            return tkz__error_memory(error, grown * sizeof *array);
        }
        if (words->capacity > 0)
            memcpy(array, *arrays[i], words->capacity * sizeof *array);
        tkz__release_array(&words->allocator, *arrays[i], words->capacity, sizeof *array);
        *arrays[i] = array;
    }
    words->capacity = grown;
    return TKZ_OK;
}

/* Takes white space off both ends. */
static void strip(const char *text, size_t *start, size_t *end)
{
    uint32_t character;
    while (*start < *end) {
        size_t length = tkz__utf8_next(text + *start, *end - *start, &character);
        if (!tkz__is_python_space(character))
            break;
        *start += length;
    }
    while (*start < *end) {
        size_t last = *end - 1;
        while (last > *start && ((uint8_t)text[last] & 0xC0) == 0x80)
            last--;
        (void)tkz__utf8_next(text + last, *end - last, &character);
        if (!tkz__is_python_space(character))
            break;
        *end = last;
    }
}

/* Of what the source found: without white space around it, of which nothing may be left. */
static tkz_status add_word(tkz__document_words *words, const char *text, size_t start, size_t end,
                           tkz__word_measures *found, tkz_error *error)
{
    bool plain = false;
    uint32_t any = 0, count = 0;
    if (!words->keeps_white_space)
        strip(text, &start, &end);
    if (start == end)
        return TKZ_OK;
    for (size_t at = start; at < end; count++) {
        uint32_t character;
        at += tkz__utf8_next(text + at, end - at, &character);
        uint32_t flags = tkz__character_flags(words->kinds, character);
        any |= flags;
        plain |= (flags >> TKZ__KIND_DATATROVE_SYMBOL & 1) == 0;
    }
    tkz_status status = reserve(words, words->count + 1, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&words->bytes, text + start, end - start, error);
    if (status != TKZ_OK)
        return status;
    words->count++;
    words->starts[words->count] = (uint32_t)words->bytes.size;
    words->characters[words->count] = words->characters[words->count - 1] + count;
    found->words++;
    found->plain += plain;
    found->plain_characters += plain ? count : 0;
    found->alphabetic += any >> TKZ__KIND_LETTER & 1;
    return TKZ_OK;
}

/* Whether the first field is `name`. */
static bool begins_with(const char *feature, size_t size, const char *name)
{
    size_t length = strlen(name);
    return size >= length && memcmp(feature, name, length) == 0 &&
           (size == length || feature[length] == ',');
}

static void count_nouns(tkz__document_words *words, size_t count, tkz__word_measures *found)
{
    for (size_t i = 0; i < count; i++) {
        size_t size;
        const char *feature = words->source.feature(words->worker, i, &size);
        found->nouns += begins_with(feature, size, "名詞");
        found->marks += begins_with(feature, size, "補助記号");
    }
    found->tagged += count;
}

static tkz_status add_line(tkz__document_words *words, const char *line, size_t size,
                           tkz__word_measures *found, tkz_error *error)
{
    const tkz_word_range *ranges;
    size_t count;
    tkz_status status = words->source.find(words->worker, line, size, &ranges, &count, error);
    for (size_t i = 0; i < count && status == TKZ_OK; i++)
        status = add_word(words, line, (size_t)ranges[i].start, (size_t)ranges[i].end, found, error);
    if (status == TKZ_OK && words->counts_nouns)
        count_nouns(words, count, found);
    return status;
}

static tkz_status start(tkz__document_words *words, size_t size, tkz_error *error)
{
    if (words->source.open == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_set_words",
                              TKZ__NO_OFFSET, "a filter counts words and the cleaner has none");
    if (size >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a document of more than 4294967294 bytes");
    if (words->capacity > KEPT_WORDS && size < words->capacity)
        drop_words(words);
    if (words->bytes.capacity > KEPT_BYTES && size < words->bytes.capacity)
        tkz__buffer_free(&words->bytes);
    tkz__buffer_clear(&words->bytes);
    words->count = 0;
    tkz_status status = reserve(words, 0, error);
    if (status == TKZ_OK)
        words->starts[0] = words->characters[0] = 0;
    return status;
}

tkz_status tkz__document_words_find(tkz__document_words *words, const char *text, size_t size,
                                    tkz__word_measures *found, tkz_error *error)
{
    *found = (tkz__word_measures){0};
    tkz_status status = start(words, size, error);
    for (size_t at = 0, length; at < size && status == TKZ_OK; at += length + 1) {
        const char *end = memchr(text + at, '\n', size - at);
        length = end != NULL ? (size_t)(end - (text + at)) : size - at;
        status = add_line(words, text + at, length, found, error);
    }
    words->indexed = false;
    return status == TKZ_OK ? tkz__document_words_index(words, error) : status;
}

/* Bytes of the first `characters` characters, or all. */
static size_t chunk_size(const char *text, size_t size, size_t characters)
{
    size_t at = 0;
    for (; at < size && characters > 0; characters--)
        for (at++; at < size && ((uint8_t)text[at] & 0xC0) == 0x80;)
            at++;
    return at;
}

/* A word that is equal to no other. */
static tkz_status add_border(tkz__document_words *words, tkz_error *error)
{
    tkz_status status = reserve(words, words->count + 1, error);
    if (status != TKZ_OK)
        return status;
    words->count++;
    words->starts[words->count] = words->starts[words->count - 1];
    words->characters[words->count] = words->characters[words->count - 1];
    return TKZ_OK;
}

/* Only borders are empty. The number of each is its own. */
static void name_borders(tkz__document_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        if (words->starts[i] == words->starts[i + 1])
            words->names[i] = (uint32_t)i;
}

tkz_status tkz__document_words_find_chunks(tkz__document_words *words, const char *text, size_t size,
                                           size_t characters, uint32_t n, uint64_t *sequences,
                                           tkz__word_measures *found, tkz_error *error)
{
    *found = (tkz__word_measures){0};
    *sequences = 0;
    words->keeps_white_space = true;
    tkz_status status = start(words, size, error);
    for (size_t at = 0, length; at < size && status == TKZ_OK; at += length) {
        size_t before = words->count;
        length = chunk_size(text + at, size - at, characters);
        status = add_line(words, text + at, length, found, error);
        if (words->count - before >= n)
            *sequences += words->count - before - n + 1;
        if (status == TKZ_OK && at + length < size)
            status = add_border(words, error);
    }
    words->keeps_white_space = words->indexed = false;
    if (status == TKZ_OK)
        status = tkz__document_words_index(words, error);
    if (status == TKZ_OK)
        name_borders(words);
    return status;
}

tkz_status tkz__document_words_index(tkz__document_words *words, tkz_error *error)
{
    if (words->indexed)
        return TKZ_OK;
    tkz__sequences single = {.data = words->bytes.data, .starts = words->starts, .words = 1};
    size_t room = words->count < FIRST_NAMES ? words->count : FIRST_NAMES;
    tkz_status status = tkz__sequence_set_start(&words->set, room, error);
    for (size_t i = 0; i < words->count && status == TKZ_OK; i++) {
        words->names[i] = tkz__sequence_set_add(&words->set, &single, (uint32_t)i);
        status = tkz__sequence_set_widen(&words->set, &single, error);
    }
    words->indexed = status == TKZ_OK;
    return status;
}

bool tkz__document_words_have(const tkz__document_words *words, const char *word, size_t size)
{
    const tkz__sequences single = {
        .data = words->bytes.data, .starts = words->starts, .words = 1};
    return tkz__sequence_set_find(&words->set, &single, word, size) != UINT32_MAX;
}

/* ---- Repetition ---------------------------------------------------------- */

tkz_status tkz__document_words_repeated(tkz__document_words *words, uint32_t n, bool joined,
                                        uint64_t *characters, tkz_error *error)
{
    tkz__sequences sequences = {.data = (const uint8_t *)words->names,
                                .words = n,
                                .step = sizeof *words->names,
                                .size = n * sizeof *words->names};
    if (joined)
        sequences =
            (tkz__sequences){.data = words->bytes.data, .starts = words->starts, .words = n};
    *characters = 0;
    if (words->count < n)
        return TKZ_OK;
    tkz_status status = tkz__sequence_set_start(&words->set, words->count, error);
    words->indexed = false;
    if (status != TKZ_OK)
        return status;
    uint64_t hashes[AHEAD];
    size_t last = words->count - n, hashed = 0; /* hashes are those of the AHEAD places before `hashed` */
    for (size_t i = 0; i <= last;) {
        for (hashed = hashed > i ? hashed : i; hashed <= last && hashed < i + AHEAD / 2; hashed++)
            hashes[hashed % AHEAD] = tkz__sequence_set_hash(&words->set, &sequences, (uint32_t)hashed);
        uint32_t first = tkz__sequence_set_add_hashed(&words->set, &sequences, (uint32_t)i, hashes[i % AHEAD]);
        bool seen = first != i;
        *characters += seen ? tkz__document_words_characters(words, i, i + n) : 0;
        i += seen ? n : 1;
    }
    return TKZ_OK;
}
