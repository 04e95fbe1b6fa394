/* SPDX-License-Identifier: Apache-2.0
 *
 * A short list of words that an editor looks for in single lines, in an order of the editor's. Leans on line_file
 * and normal_step.
 */
#ifndef TKZ_CLEAN_EDITOR_WORDS_H
#define TKZ_CLEAN_EDITOR_WORDS_H

#include "core/memory.h"
#include "text/normal_step.h"

typedef struct tkz__editor_word {
    const char *text; /* UTF-8 */
    size_t size;
    size_t characters;
    size_t place; /* in the file */
} tkz__editor_word;

/* Immutable once made; any thread. */
typedef struct tkz__editor_words {
    tkz__editor_word *words; /* in the order of their bytes, each once */
    size_t count;
    size_t capacity;
    tkz_allocator allocator;
} tkz__editor_words;

enum { TKZ__EDITOR_WORDS_MOST = 65536 };

/* Reads the file that option `option` of the step names, one word a line; step->state becomes the words, and
 * step->file_hash tells what the file had in it. Errors: OPEN_FAILED, IO, BAD_UTF8 (with the line), BAD_FORMAT (no words), LIMIT
 * (TKZ__EDITOR_WORDS_MOST), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__editor_words_open(tkz__normal_step *step, size_t option,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__editor_words_free(tkz__editor_words *words); /* accepts NULL */

/* Whether a word is these bytes. O(log words); not after tkz__editor_words_longest_first. */
bool tkz__editor_words_have(const tkz__editor_words *words, const char *text, size_t size);

/* Puts words of more characters first, and of as many those that come first in the file. */
void tkz__editor_words_longest_first(tkz__editor_words *words);

#endif
