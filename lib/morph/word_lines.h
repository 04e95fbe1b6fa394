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

/* Appends "surface TAB feature LF" of every word; `kept` is of this dictionary. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_lines_append(const tkz__found_words *found, tkz__kept_lines *kept,
                                              tkz__buffer *output, tkz_error *error);

/* Appends every surface and a space behind it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__surfaces_append(const tkz__found_words *found, tkz__buffer *output,
                                            tkz_error *error);

#endif
