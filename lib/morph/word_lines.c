/* SPDX-License-Identifier: Apache-2.0
 *
 * Decided words as MeCab prints them. Leans on the dictionary.
 *
 * Words and features lie all over a file of 50 MB and more: they are fetched some words ahead, so that
 * their way from memory is not waited for one by one. Surfaces are short: as many bytes as most of
 * them have are copied without asking.
 */
#include "morph/word_lines.h"

#include <string.h>

enum {
    WIDE = 32,          /* bytes copied at once */
    WORDS_AHEAD = 16,   /* words are fetched so many before they are written, */
    FEATURES_AHEAD = 8, /* their features so many */
    CACHE_LINE = 64,    /* a feature is seldom longer than two of them */
    KEPT_LINE_BITS = 11,
};
_Static_assert(1 << KEPT_LINE_BITS == TKZ__KEPT_LINES, "as many lines as hashes");

const char *tkz__feature_of(const tkz_dictionary *dictionary, const tkz__compiled_dictionary *lexicon,
                            const tkz__word *word)
{
    if (lexicon == &dictionary->unknown && dictionary->unknown_feature != NULL)
        return dictionary->unknown_feature;
    return tkz__word_feature(lexicon, word);
}

/* Makes room for `size` bytes and for what is copied behind them. */
static inline tkz_status reserve(tkz__buffer *output, size_t size, tkz_error *error)
{
    return __builtin_expect(output->capacity - output->size >= size + WIDE, 1)
               ? TKZ_OK
               : tkz__buffer_reserve(output, size + WIDE, error);
}

/* Appends a surface and the byte behind it, for which there is room. */
static inline void put_surface(const tkz__found_words *found, const tkz__path_word *word, char behind,
                               tkz__buffer *output)
{
    const char *from = found->text + word->start;
    const size_t size = word->end - word->start;
    uint8_t *to = output->data + output->size;
    if (__builtin_expect(size <= WIDE && found->size - word->start >= WIDE, 1))
        memcpy(to, from, WIDE);
    else
        memcpy(to, from, size);
    to[size] = (uint8_t)behind;
    output->size += size + 1;
}

/* Where the line of a word is kept: numbers of frequent words lie anywhere (Fibonacci hashing). */
static inline tkz__kept_line *kept_line(tkz__kept_line *kept, uint32_t number)
{
    return &kept[number * UINT32_C(2654435769) >> (32 - KEPT_LINE_BITS)];
}

/* Only words of the system dictionary whose lines are not kept are fetched: the others are few. */
static inline const tkz__word *system_word(const tkz__found_words *found, tkz__kept_line *kept,
                                           size_t i)
{
    const tkz__compiled_dictionary *system = &found->dictionary->lexicons[0];
    if (i >= found->count || found->words[i].number >= system->word_count ||
        kept_line(kept, found->words[i].number)->key == found->words[i].number + 1)
        return NULL;
    return &system->words[found->words[i].number];
}

static inline void fetch_word(const tkz__found_words *found, tkz__kept_line *kept, size_t i)
{
    const tkz__word *word = system_word(found, kept, i);
    if (word != NULL)
        __builtin_prefetch(word);
}

static inline void fetch_feature(const tkz__found_words *found, tkz__kept_line *kept, size_t i)
{
    const tkz__word *word = system_word(found, kept, i);
    if (word == NULL)
        return;
    const char *feature = tkz__word_feature(&found->dictionary->lexicons[0], word);
    __builtin_prefetch(feature);
    __builtin_prefetch(feature + CACHE_LINE);
}

/* Appends the line of a word out of the dictionary, and keeps what is not too long. */
static tkz_status append_line(const tkz__found_words *found, const tkz__path_word *at,
                              tkz__kept_line *line, tkz__buffer *output, tkz_error *error)
{
    const tkz__compiled_dictionary *lexicon;
    const tkz__word *word = tkz__dictionary_word(found->dictionary, at->number, &lexicon);
    const char *feature = tkz__feature_of(found->dictionary, lexicon, word);
    const size_t feature_size = strlen(feature);
    tkz_status status = reserve(output, at->end - at->start + feature_size + 2, error);
    if (status != TKZ_OK)
        return status;
    put_surface(found, at, '\t', output);
    uint8_t *to = output->data + output->size;
    memcpy(to, feature, feature_size);
    to[feature_size] = '\n';
    output->size += feature_size + 1;
    if (feature_size + 1 <= TKZ__KEPT_LINE_SIZE) {
        line->key = at->number + 1;
        line->size = (uint16_t)(feature_size + 1);
        memcpy(line->text, to, feature_size + 1);
    }
    return TKZ_OK;
}

/* Appends the line of a word of which it is kept. */
static inline tkz_status append_kept(const tkz__found_words *found, const tkz__path_word *at,
                                     const tkz__kept_line *line, tkz__buffer *output,
                                     tkz_error *error)
{
    tkz_status status = reserve(output, at->end - at->start + 1 + TKZ__KEPT_LINE_SIZE, error);
    if (__builtin_expect(status != TKZ_OK, 0))
        return status;
    put_surface(found, at, '\t', output);
    memcpy(output->data + output->size, line->text, TKZ__KEPT_LINE_SIZE);
    output->size += line->size;
    return TKZ_OK;
}

tkz_status tkz__word_lines_append(const tkz__found_words *found, tkz__kept_line *kept,
                                  tkz__buffer *output, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < WORDS_AHEAD; i++)
        fetch_word(found, kept, i);
    for (size_t i = 0; i < FEATURES_AHEAD; i++)
        fetch_feature(found, kept, i);
    for (size_t i = 0; i < found->count && status == TKZ_OK; i++) {
        fetch_word(found, kept, i + WORDS_AHEAD);
        fetch_feature(found, kept, i + FEATURES_AHEAD);
        const tkz__path_word *at = &found->words[i];
        tkz__kept_line *line = kept_line(kept, at->number);
        status = __builtin_expect(line->key == at->number + 1, 1)
                     ? append_kept(found, at, line, output, error)
                     : append_line(found, at, line, output, error);
    }
    return status;
}

tkz_status tkz__surfaces_append(const tkz__found_words *found, tkz__buffer *output, tkz_error *error)
{
    const tkz__path_word *words = found->words;
    size_t room = words[found->count - 1].end - words[0].start + found->count;
    tkz_status status = reserve(output, room, error);
    for (size_t i = 0; i < found->count && status == TKZ_OK; i++)
        put_surface(found, &words[i], ' ', output);
    return status;
}
