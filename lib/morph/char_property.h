/* SPDX-License-Identifier: Apache-2.0
 *
 * MeCab's characters and their categories (char.bin): mapped, checked, asked.
 * Leans on mapped files.
 */
#ifndef TKZ_MORPH_CHAR_PROPERTY_H
#define TKZ_MORPH_CHAR_PROPERTY_H

#include "core/mapped_file.h"
#include "morph/local_charset.h"

enum {
    TKZ__CATEGORY_LIMIT = 18,        /* categories of a dictionary, one bit each */
    TKZ__CHARACTER_COUNT = 0xFFFF,   /* characters in the table: U+0000 to U+FFFE */
    TKZ__CATEGORY_NAME_SIZE = 32,    /* with its NUL */
    TKZ__CHARACTER_MAXIMUM = 6,      /* bytes of what MeCab takes for one character */
};

typedef struct tkz__char_property {
    tkz__mapped_file file;
    const uint32_t *table; /* inside the file: TKZ__CHARACTER_COUNT of them */
    const char *names;     /* inside the file: TKZ__CATEGORY_NAME_SIZE bytes each */
    uint32_t category_count;
    tkz__local_charset charset; /* of the text; set by the dictionary */
} tkz__char_property;

/* Errors: OPEN_FAILED, IO, OUT_OF_MEMORY, BAD_FORMAT, CORRUPT. */
TKZ_CHECKED tkz_status tkz__char_property_open(tkz__char_property *property, const char *path,
                                               tkz_error *error);
void tkz__char_property_close(tkz__char_property *property); /* accepts an all-zero struct */

/* NUL-terminated; `category` is below category_count. */
static inline const char *tkz__char_property_name(const tkz__char_property *property,
                                                  uint32_t category)
{
    return property->names + (size_t)category * TKZ__CATEGORY_NAME_SIZE;
}

/* What char.bin says of a character. U+FFFF has no place in the table: MeCab reads the zeros behind
 * the file. Characters beyond it are never asked for: tkz__char_decode makes them U+0000. */
static inline uint32_t tkz__char_info(const tkz__char_property *property, uint32_t character)
{
    return character < TKZ__CHARACTER_COUNT ? property->table[character] : 0;
}

/* The parts of it: the categories as bits; the one that unknown words take, below category_count;
 * how many lengths of unknown words are tried; whether a run of its kind is one unknown word;
 * whether unknown words are made also where a dictionary has words. */
static inline uint32_t tkz__char_categories(uint32_t info)
{
    return info & ((UINT32_C(1) << TKZ__CATEGORY_LIMIT) - 1);
}
static inline uint32_t tkz__char_category(uint32_t info)
{
    return info >> 18 & 0xFF;
}
static inline uint32_t tkz__char_length(uint32_t info)
{
    return info >> 26 & 15;
}
static inline bool tkz__char_groups(uint32_t info)
{
    return (info >> 30 & 1) != 0;
}
static inline bool tkz__char_invokes(uint32_t info)
{
    return info >> 31 != 0;
}

/* Length of the character at `text` (size at least 1), as MeCab cuts UTF-8, valid or not: a
 * continuation byte is never looked at, what does not fit is one byte (mecab/src/ucs.h,
 * utf8_to_ucs2). All that is malformed or beyond U+FFFF is U+0000. */
static inline size_t tkz__char_decode(const char *text, size_t size, uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint8_t lead = bytes[0];
    *character = 0;
    if (lead < 0x80) {
        *character = lead;
        return 1;
    }
    if ((lead & 0xE0) == 0xC0 && size >= 2) {
        *character = (uint32_t)(lead & 0x1F) << 6 | (bytes[1] & 0x3F);
        return 2;
    }
    if ((lead & 0xF0) == 0xE0 && size >= 3) {
        *character =
            (uint32_t)(lead & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 | (bytes[2] & 0x3F);
        return 3;
    }
    if ((lead & 0xF8) == 0xF0 && size >= 4)
        return 4;
    if ((lead & 0xFC) == 0xF8 && size >= 5)
        return 5;
    if ((lead & 0xFE) == 0xFC && size >= 6)
        return 6;
    return 1;
}

/* The same in the charset of the dictionary. */
static inline size_t tkz__char_property_decode(const tkz__char_property *property,
                                               const char *text, size_t size, uint32_t *character)
{
    if (property->charset == TKZ__LOCAL_UTF_8)
        return tkz__char_decode(text, size, character);
    return tkz__local_charset_decode(property->charset, text, size, character);
}

/* Where the white space at `position` ends by MeCab's own rule, which asks whether a character has
 * a category in common with the one before it, the first with U+0020. */
size_t tkz__char_property_skip_space(const tkz__char_property *property, const char *text,
                                     size_t size, size_t position);

#endif
