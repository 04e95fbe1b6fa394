/* SPDX-License-Identifier: Apache-2.0
 *
 * How many characters stand before a place of a text: a bit for each byte that a
 * character starts at, and counts. Leans on memory and the UTF-8 of text.
 *
 * An invalid byte is one character, as everywhere (text/utf8.h). Text comes in parts, and
 * what is not asked for any more can be dropped at the front.
 */
#ifndef TKZ_SUBWORD_CHARACTER_INDEX_H
#define TKZ_SUBWORD_CHARACTER_INDEX_H

#include "core/memory.h"
#include "tokenize/subword.h"

typedef struct tkz__character_word {
    uint64_t starts; /* bit i: a character starts at byte i of these 64 */
    uint64_t before; /* characters that start before them */
} tkz__character_word;

typedef struct tkz__character_index {
    tkz_allocator allocator;
    tkz__character_word *words;
    size_t count;
    size_t capacity;
    uint64_t first; /* the place of the first word, in the text */
    uint64_t size;  /* bytes of the text so far */
    uint64_t characters;
} tkz__character_index;

void tkz__character_index_init(tkz__character_index *index, const tkz_allocator *allocator);
void tkz__character_index_free(tkz__character_index *index); /* leaves it empty and usable */
void tkz__character_index_clear(tkz__character_index *index);

/* The next bytes of the text, which begin with the start of a character; one that they end in is
 * invalid bytes. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__character_index_append(tkz__character_index *index, const char *text,
                                                   size_t size, tkz_error *error);

/* Places before `place` will not be asked for any more. */
void tkz__character_index_drop(tkz__character_index *index, uint64_t place);

/* Spans of bytes become spans of characters: those that have a byte in them. An empty one is the
 * place before the character that it lies in. */
void tkz__character_index_convert(const tkz__character_index *index, tkz_token_span *spans,
                                  size_t count);

#endif
