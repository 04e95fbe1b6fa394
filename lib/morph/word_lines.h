/* SPDX-License-Identifier: Apache-2.0
 *
 * Decided words as MeCab prints them in its default format and as wakati. Leans on
 * the dictionary.
 */
#ifndef TKZ_MORPH_WORD_LINES_H
#define TKZ_MORPH_WORD_LINES_H

#include "core/buffer.h"
#include "morph/dictionary.h"
#include "morph/kept_lines.h"
#include "morph/long_path.h"

/* The feature of a word, NUL-terminated: of an unknown word what dicrc says, else that of its category. */
const char *tkz__feature_of(const tkz_dictionary *dictionary, const tkz__compiled_dictionary *lexicon,
                            const tkz__word *word);

/* A text and the words found in it, as bytes of it. */
typedef struct tkz__found_words {
    const tkz_dictionary *dictionary;
    const char *text;
    size_t size; /* bytes of the text that may be read */
    const tkz__path_word *words;
    size_t count; /* at least 1 */
} tkz__found_words;

/* Lines and words are fetched some words ahead, so that their way from memory is not waited for one by one. */
enum {
    TKZ__PLACES_AHEAD = 24, /* so many words before one is written it is looked up where its line is kept, */
    TKZ__LINES_AHEAD = 16,  /* so many before, its line is fetched */
    TKZ__CACHE_LINE = 64,   /* lines are seldom longer than two of them */
};

/* Fetches where the line of word i is kept. */
static inline void tkz__fetch_place(const tkz__found_words *found, const tkz__kept_lines *kept, size_t i)
{
    if (i < found->count)
        __builtin_prefetch(&kept->places[found->words[i].number]);
}

/* Fetches the line, or what the dictionary has of the word. */
static inline void tkz__fetch_line(const tkz__found_words *found, const tkz__kept_lines *kept, size_t i)
{
    if (i >= found->count)
        return;
    const uint8_t *line = tkz__kept_lines_find(kept, found->words[i].number);
    const tkz__compiled_dictionary *system = &found->dictionary->lexicons[0];
    if (__builtin_expect(line != NULL, 1)) {
        __builtin_prefetch(line);
        __builtin_prefetch(line + TKZ__CACHE_LINE);
    } else if (found->words[i].number < system->word_count) {
        __builtin_prefetch(&system->words[found->words[i].number]);
    }
}

/* Before the first of the words is written, and before word i is. */
static inline void tkz__fetch_first(const tkz__found_words *found, const tkz__kept_lines *kept)
{
    for (size_t i = 0; i < TKZ__PLACES_AHEAD; i++)
        tkz__fetch_place(found, kept, i);
    for (size_t i = 0; i < TKZ__LINES_AHEAD; i++)
        tkz__fetch_line(found, kept, i);
}

static inline void tkz__fetch_ahead(const tkz__found_words *found, const tkz__kept_lines *kept, size_t i)
{
    tkz__fetch_place(found, kept, i + TKZ__PLACES_AHEAD);
    tkz__fetch_line(found, kept, i + TKZ__LINES_AHEAD);
}

/* Appends "surface TAB feature LF" of every word; `kept` is of this dictionary. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_lines_append(const tkz__found_words *found, tkz__kept_lines *kept,
                                              tkz__buffer *output, tkz_error *error);

/* Appends every surface and a space behind it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__surfaces_append(const tkz__found_words *found, tkz__buffer *output,
                                            tkz_error *error);

#endif
