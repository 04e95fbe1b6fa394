/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pre-tokenizers ask of text: the class of the next character, runs of
 * one class, the rules for white space that most of their patterns share.
 * Leans on the class tables and the decoder of text.
 */
#ifndef TKZ_SUBWORD_CHAR_SCAN_H
#define TKZ_SUBWORD_CHAR_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/char_class.h"
#include "text/utf8.h"

/* The classes of these patterns exclude each other: L and N are general categories, and no
 * white space is either. OTHER is [^\s\p{L}\p{N}], invalid bytes among it. */
typedef enum tkz__scan_class {
    TKZ__SCAN_OTHER,
    TKZ__SCAN_LETTER,
    TKZ__SCAN_NUMBER,
    TKZ__SCAN_SPACE
} tkz__scan_class;

static inline tkz__scan_class tkz__scan_class_of(const tkz__class_table *table, uint32_t character)
{
    uint16_t flags = tkz__char_flags(table, character);
    if (flags & TKZ__CHAR_LETTER)
        return TKZ__SCAN_LETTER;
    if (flags & TKZ__CHAR_NUMBER)
        return TKZ__SCAN_NUMBER;
    return flags & TKZ__CHAR_WHITE_SPACE ? TKZ__SCAN_SPACE : TKZ__SCAN_OTHER;
}

/* Class and length of the character at `text` (size > 0). Three-byte characters, which are most
 * of Japanese, are decoded here; the rarer and the invalid ones by the checked decoder. */
static inline tkz__scan_class tkz__scan_character(const tkz__class_table *table, const char *text,
                                        size_t size, size_t *length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t lead = bytes[0];
    if (lead < 0x80) {
        *length = 1;
        return tkz__scan_class_of(table, lead);
    }
    /* E0 has overlong forms and ED surrogates: those two are left to the decoder. */
    if (lead > 0xE0 && lead < 0xF0 && lead != 0xED && size >= 3 && (bytes[1] & 0xC0) == 0x80 &&
        (bytes[2] & 0xC0) == 0x80) {
        *length = 3;
        return tkz__scan_class_of(table, (lead & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 |
                                        (uint32_t)(bytes[2] & 0x3F));
    }
    uint32_t character;
    *length = tkz__utf8_decode(text, size, &character);
    return tkz__scan_class_of(table, character);
}

/* Length of the run of `wanted` characters at `text`. */
static inline size_t tkz__scan_run(const tkz__class_table *table, const char *text, size_t size,
                              tkz__scan_class wanted)
{
    size_t at = 0;
    while (at < size) {
        size_t length;
        if (tkz__scan_character(table, text + at, size - at, &length) != wanted)
            break;
        at += length;
    }
    return at;
}

static inline bool tkz__scan_is_newline(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* A run of white space, read once: its length, where its last character starts, and where its
 * last CR or LF ends (0: there is none). */
typedef struct tkz__scan_blank {
    size_t size;
    size_t last;
    size_t newline_end;
} tkz__scan_blank;

static inline tkz__scan_blank tkz__scan_white_space(const tkz__class_table *table, const char *text,
                                          size_t size)
{
    tkz__scan_blank blank = {0, 0, 0};
    while (blank.size < size) {
        size_t length;
        if (tkz__scan_character(table, text + blank.size, size - blank.size, &length) !=
            TKZ__SCAN_SPACE)
            break;
        blank.last = blank.size;
        if (tkz__scan_is_newline(text[blank.size]))
            blank.newline_end = blank.size + 1;
        blank.size += length;
    }
    return blank;
}

/* `\s+(?!\S)|\s+` on that run: all of it at the end of the text, otherwise all but the last
 * character, which is left to stand before the next word, unless it is the only one. */
static inline size_t tkz__scan_blank_chunk(const tkz__scan_blank *blank, size_t size)
{
    if (blank->size == size || blank->last == 0)
        return blank->size;
    return blank->last;
}

#endif
