/* SPDX-License-Identifier: Apache-2.0
 *
 * Decided words as MeCab prints them. Leans on the dictionary and on the lines it keeps.
 *
 * Surfaces are short: as many bytes as most of them have are copied without asking.
 */
#include "morph/word_lines.h"

#include <string.h>

enum {
    WIDE = 32, /* bytes copied at once */
};

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

/* ---- Lines ---- */

/* Appends the line of a word out of the dictionary, and keeps it. */
static tkz_status append_line(const tkz__found_words *found, const tkz__path_word *at,
                              tkz__kept_lines *kept, tkz__buffer *output, tkz_error *error)
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
    tkz__kept_lines_add(kept, at->number, to, feature_size + 1);
    return TKZ_OK;
}

/* Appends the line of a word of which it is kept. */
static inline tkz_status append_kept(const tkz__found_words *found, const tkz__path_word *at,
                                     const uint8_t *line, tkz__buffer *output, tkz_error *error)
{
    const size_t size = tkz__kept_size(line);
    tkz_status status =
        reserve(output, at->end - at->start + 1 + size + TKZ__KEPT_COPY, error);
    if (__builtin_expect(status != TKZ_OK, 0))
        return status;
    put_surface(found, at, '\t', output);
    tkz__kept_copy(output->data + output->size, line, size);
    output->size += size;
    return TKZ_OK;
}

tkz_status tkz__word_lines_append(const tkz__found_words *found, tkz__kept_lines *kept,
                                  tkz__buffer *output, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    tkz__fetch_first(found, kept);
    for (size_t i = 0; i < found->count && status == TKZ_OK; i++) {
        tkz__fetch_ahead(found, kept, i);
        const tkz__path_word *at = &found->words[i];
        const uint8_t *line = tkz__kept_lines_find(kept, at->number);
        status = __builtin_expect(line != NULL, 1) ? append_kept(found, at, line, output, error)
                                                   : append_line(found, at, kept, output, error);
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
