/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters of EUC-JP, Shift_JIS and ASCII as MeCab sees them. Leans on the
 * tables of Windows-31J.
 *
 * MeCab takes any byte above 7F for the first of two and asks a table of all pairs, so that a broken
 * code takes a sound byte with it: here too, because words depend on it.
 */
#include "morph/local_charset.h"

#include <strings.h>

#include "text/cp932_table.h"

typedef struct charset_name {
    const char *name;
    tkz__local_charset charset;
} charset_name;

bool tkz__local_charset_find(const char *name, tkz__local_charset *charset)
{
    static const charset_name names[] = {
        {"utf8", TKZ__LOCAL_UTF_8},     {"utf_8", TKZ__LOCAL_UTF_8},
        {"utf-8", TKZ__LOCAL_UTF_8},    {"euc", TKZ__LOCAL_EUC_JP},
        {"euc_jp", TKZ__LOCAL_EUC_JP},  {"euc-jp", TKZ__LOCAL_EUC_JP},
        {"sjis", TKZ__LOCAL_CP932},     {"shift-jis", TKZ__LOCAL_CP932},
        {"shift_jis", TKZ__LOCAL_CP932}, {"cp932", TKZ__LOCAL_CP932},
        {"ascii", TKZ__LOCAL_ASCII},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(name, names[i].name) == 0) {
            *charset = names[i].charset;
            return true;
        }
    }
    return false;
}

const char *tkz__local_charset_name(tkz__local_charset charset)
{
    static const char *const names[TKZ__LOCAL_COUNT] = {"UTF-8", "EUC-JP", "CP932", "ASCII"};
    return names[charset];
}

/* ---- EUC-JP ---- */

enum { SINGLE_SHIFT_TWO = 0x8E, SINGLE_SHIFT_THREE = 0x8F, FIRST = 0xA1, LAST = 0xFE };

static bool is_cell(uint8_t byte)
{
    return byte >= FIRST && byte <= LAST;
}

/* A half-width katakana, or U+0000. */
static uint32_t half_width(uint8_t byte)
{
    return byte >= 0xA1 && byte <= 0xDF ? 0xFF61u + byte - 0xA1u : 0;
}

static uint32_t euc_of_two(uint8_t row, uint8_t cell)
{
    if (row == SINGLE_SHIFT_TWO)
        return half_width(cell);
    return is_cell(row) && is_cell(cell)
               ? tkz__euc_characters[(row - FIRST) * TKZ__JIS_CELLS + (cell - FIRST)]
               : 0;
}

/* Behind 8F: plane 2 of JIS X 0213. */
static uint32_t euc_of_three(uint8_t row, uint8_t cell)
{
    static const uint8_t rows[TKZ__EUC_MORE_ROWS] = {1,  3,  4,  5,  8,  12, 13, 14, 15,
                                                     78, 79, 80, 81, 82, 83, 84, 85, 86,
                                                     87, 88, 89, 90, 91, 92, 93, 94};
    if (!is_cell(row) || !is_cell(cell))
        return 0;
    for (size_t i = 0; i < TKZ__EUC_MORE_ROWS; i++) {
        if (rows[i] + 0xA0 == row)
            return tkz__euc_more_characters[i * TKZ__JIS_CELLS + (cell - FIRST)];
    }
    return 0;
}

static size_t decode_euc(const uint8_t *bytes, size_t size, uint32_t *character)
{
    *character = bytes[0];
    if (bytes[0] < 0x80)
        return 1;
    if (bytes[0] == SINGLE_SHIFT_THREE && size >= 3) {
        if (bytes[1] < 0xA0 || (bytes[1] == 0xA0 && bytes[2] < 0xA0))
            return 1;
        *character = euc_of_three(bytes[1], bytes[2]);
        return 3;
    }
    if (size < 2)
        return 1;
    *character = euc_of_two(bytes[0], bytes[1]);
    return 2;
}

/* ---- Shift_JIS ---- */

static uint32_t cp932_of_two(uint8_t lead, uint8_t trail)
{
    if (trail < 0x40 || trail == 0x7F || trail > 0xFC)
        return 0;
    if ((lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xEF))
        return tkz__jis_characters[tkz__jis_index(lead, trail)];
    if (lead >= 0xFA && lead <= 0xFC)
        return tkz__cp932_extensions[(lead - 0xFAu) * 188u + (trail - 0x40u - (trail > 0x7F))];
    return 0;
}

static size_t decode_cp932(const uint8_t *bytes, size_t size, uint32_t *character)
{
    *character = bytes[0];
    if (half_width(bytes[0]) != 0) {
        *character = half_width(bytes[0]);
        return 1;
    }
    if (bytes[0] < 0x80 || size < 2)
        return 1;
    *character = cp932_of_two(bytes[0], bytes[1]);
    return 2;
}

size_t tkz__local_charset_decode(tkz__local_charset charset, const char *text, size_t size,
                                 uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    switch (charset) {
    case TKZ__LOCAL_EUC_JP:
        return decode_euc(bytes, size, character);
    case TKZ__LOCAL_CP932:
        return decode_cp932(bytes, size, character);
    default:
        *character = bytes[0];
        return 1;
    }
}
