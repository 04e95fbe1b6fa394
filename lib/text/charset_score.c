/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of bytes, charset by charset. Leans on charset_models, cp932_table, utf8.
 * The cost of a reading is the length of an ideal code for its characters, -log2 p, so
 * that readings of the same bytes compare whatever number of characters they see.
 */
#include <stdbool.h>
#include <string.h>

#include "text/charset_decode.h"
#include "text/charset_models.h"
#include "text/charset_score.h"
#include "text/cp932_table.h"
#include "text/utf8.h"

/* Costs of what the models do not list, in bits. All were set so, once, by hand and then checked on
 * pieces of real text (doc/charsets.md has the figures); none is near a border where one bit
 * decides. */
enum cost {
    COST_KANA_RUN = 8,       /* half-width kana begin, where there were none */
    COST_USER_DEFINED = 22,  /* private use, HKSCS */
    COST_IBM = 18,           /* FA40..FC4B */
    COST_SUPPLEMENT = 20,    /* JIS X 0212, four bytes of GB18030 */
    COST_EXTENSION = 18,     /* hanzi of GBK beyond GB 2312, hangul of UHC beyond KS X 1001 */
    COST_UTF_8_THREE = 9,
    COST_UTF_8_FOUR = 14,
    COST_RARE_SCRIPT = 17,
    COST_SCRIPT_CHANGE = 3,
    COST_OTHER_IDEOGRAPH = 14,
    COST_OTHER = 15,
    COST_CONTROL = 14,
    COST_ADJACENT = 7 /* two letters with accents, or signs, side by side */
};

static inline void count(tkz__charset_reading *reading, uint32_t bits)
{
    reading->bits += bits;
    reading->characters++;
}

static inline void count_bad(tkz__charset_reading *reading)
{
    reading->bits += TKZ__SCORE_BAD;
    reading->bad++;
}

static inline bool is_between(uint32_t value, uint32_t low, uint32_t high)
{
    return value - low <= high - low;
}

static inline bool is_letter(uint8_t byte)
{
    return is_between(byte | 0x20u, 'a', 'z');
}

/* A run of ASCII at `at` in a charset of two bytes; its length. Scripts change between words more
 * often than inside them: a character of two bytes amid Latin letters is likelier one of theirs. */
static inline size_t read_ascii(tkz__charset_reading *reading, const uint8_t *data, size_t at,
                                size_t end, size_t size)
{
    size_t run = tkz__ascii_run(data + at, end - at);

    reading->bits += run * TKZ__SCORE_ASCII;
    if (at > reading->start && is_letter(data[at]))
        reading->bits += COST_SCRIPT_CHANGE;
    if (at + run < size && data[at + run] >= 0x80 && is_letter(data[at + run - 1]))
        reading->bits += COST_SCRIPT_CHANGE;
    return run;
}

/* ---- Japanese ---------------------------------------------------------- */

static void read_cp932(tkz__charset_reading *reading, const uint8_t *data, size_t end, size_t size)
{
    size_t at = reading->at;
    bool in_kana = false;

    while (at < end) {
        uint32_t lead = data[at];
        uint32_t trail;
        size_t index;

        if (lead < 0x80) {
            at += read_ascii(reading, data, at, end, size);
            continue;
        }
        if (is_between(lead, 0xA1, 0xDF)) {
            count(reading, tkz__model_half_width[lead - 0xA1] +
                               (uint32_t)(in_kana ? 0 : COST_KANA_RUN));
            in_kana = true;
            at++;
            continue;
        }
        in_kana = false;
        if (lead == 0x80 || lead == 0xA0 || lead > 0xFC) {
            count_bad(reading);
            at++;
            continue;
        }
        if (size - at < 2) {
            at = size;
            break;
        }
        trail = data[at + 1];
        if (!is_between(trail, 0x40, 0xFC) || trail == 0x7F) {
            count_bad(reading);
            at++;
            continue;
        }
        at += 2;
        if (lead >= 0xF0) {
            count(reading, lead < 0xFA ? COST_USER_DEFINED : COST_IBM);
            continue;
        }
        index = tkz__jis_index(lead, trail);
        if (tkz__jis_characters[index] == 0)
            count_bad(reading);
        else
            count(reading, tkz__model_bits(tkz__model_japanese, index));
    }
    reading->at = at;
}

static void read_euc_jp(tkz__charset_reading *reading, const uint8_t *data, size_t end, size_t size)
{
    size_t at = reading->at;
    bool in_kana = false;

    while (at < end) {
        uint32_t lead = data[at];
        uint32_t trail;
        size_t index;

        if (lead < 0x80) {
            at += read_ascii(reading, data, at, end, size);
            continue;
        }
        if (size - at < 2) {
            at = size;
            break;
        }
        trail = data[at + 1];
        if (!(is_between(lead, 0xA1, 0xFE) || lead == 0x8E || lead == 0x8F) ||
            !is_between(trail, 0xA1, 0xFE)) {
            count_bad(reading);
            at++;
            continue;
        }
        if (lead == 0x8E) {
            if (trail > 0xDF)
                count_bad(reading);
            else
                count(reading, tkz__model_half_width[trail - 0xA1] +
                                   (uint32_t)(in_kana ? 0 : COST_KANA_RUN));
            in_kana = true;
            at += 2;
            continue;
        }
        in_kana = false;
        if (lead == 0x8F) {
            if (size - at < 3) {
                at = size;
                break;
            }
            if (is_between(data[at + 2], 0xA1, 0xFE))
                count(reading, COST_SUPPLEMENT);
            else
                count_bad(reading);
            at += 3;
            continue;
        }
        index = (lead - 0xA1) * 94 + (trail - 0xA1);
        if (tkz__jis_characters[index] == 0)
            count_bad(reading);
        else
            count(reading, tkz__model_bits(tkz__model_japanese, index));
        at += 2;
    }
    reading->at = at;
}

/* ---- Chinese, Korean --------------------------------------------------- */

/* The cost of a pair of bytes from 80 and from 40; 0 when it is none of the charset. */
typedef uint32_t pair_cost(uint32_t lead, uint32_t trail);

static uint32_t gb18030_cost(uint32_t lead, uint32_t trail)
{
    if (lead == 0x80 || lead == 0xFF || trail == 0x7F || trail == 0xFF)
        return 0;
    if (is_between(lead, 0xA1, 0xF7) && trail >= 0xA1)
        return tkz__model_bits(tkz__model_chinese, (lead - 0xA1) * 94 + (trail - 0xA1));
    if (is_between(lead, 0xA1, 0xA7) || (is_between(lead, 0xF8, 0xFE) && trail >= 0xA1) ||
        (is_between(lead, 0xAA, 0xAF) && trail >= 0xA1))
        return COST_USER_DEFINED;
    return COST_EXTENSION;
}

static uint32_t euc_kr_cost(uint32_t lead, uint32_t trail)
{
    if (is_between(lead, 0xA1, 0xFD) && is_between(trail, 0xA1, 0xFE))
        return lead == 0xC9 ? 0
                            : tkz__model_bits(tkz__model_korean,
                                              (lead - 0xA1) * 94 + (trail - 0xA1));
    if (is_between(lead, 0x81, 0xC6) &&
        (is_between(trail, 0x41, 0x5A) || is_between(trail, 0x61, 0x7A) ||
         is_between(trail, 0x81, 0xFE)))
        return COST_EXTENSION;
    return 0;
}

static uint32_t big5_cost(uint32_t lead, uint32_t trail)
{
    if (lead == 0x80 || lead == 0xFF ||
        !(is_between(trail, 0x40, 0x7E) || is_between(trail, 0xA1, 0xFE)))
        return 0;
    if (is_between(lead, 0xA1, 0xF9))
        return tkz__model_bits(tkz__model_big5,
                               (lead - 0xA1) * 157 + (trail < 0x7F ? trail - 0x40 : trail - 0x62));
    return COST_USER_DEFINED;
}

static inline void read_pairs(tkz__charset_reading *reading, const uint8_t *data, size_t end,
                              size_t size, pair_cost *cost, bool has_four)
{
    size_t at = reading->at;

    while (at < end) {
        uint32_t bits;

        if (data[at] < 0x80) {
            at += read_ascii(reading, data, at, end, size);
            continue;
        }
        if (size - at < 2) {
            at = size;
            break;
        }
        if (has_four && is_between(data[at + 1], 0x30, 0x39) && size - at >= 4 &&
            data[at + 2] >= 0x81 && is_between(data[at + 3], 0x30, 0x39)) {
            count(reading, COST_SUPPLEMENT);
            at += 4;
            continue;
        }
        bits = data[at + 1] < 0x40 ? 0 : cost(data[at], data[at + 1]);
        if (bits == 0) {
            count_bad(reading);
            at++;
            continue;
        }
        count(reading, bits);
        at += 2;
    }
    reading->at = at;
}

/* ---- One byte, UTF-8 --------------------------------------------------- */

/* 80..FF of windows-1252: the accented letters of French, German, Italian, Portuguese, Spanish and
 * the North, then other letters, punctuation, signs, and the five bytes that are none. */
static const uint8_t latin_bits[128] = {
    11, 22, 13, 15, 13, 10, 15, 15, 15, 15, 13, 13, 12, 22, 13, 22, /* 80 */
    22, 10, 9,  10, 10, 12, 10, 10, 15, 12, 13, 13, 12, 22, 13, 15, /* 90 */
    10, 13, 14, 13, 15, 14, 14, 11, 14, 11, 13, 10, 14, 13, 11, 15, /* A0 */
    10, 13, 13, 13, 14, 13, 14, 11, 15, 13, 12, 10, 13, 13, 14, 12, /* B0 */
    11, 11, 11, 13, 10, 11, 13, 11, 11, 10, 12, 13, 13, 12, 12, 13, /* C0 */
    15, 12, 13, 11, 12, 13, 10, 13, 12, 13, 12, 13, 10, 14, 15, 9,  /* D0 */
    8,  8,  9,  9,  8,  9,  10, 9,  8,  7,  9,  11, 11, 9,  10, 10, /* E0 */
    14, 9,  11, 8,  9,  10, 8,  13, 9,  10, 9,  10, 8,  12, 14, 13, /* F0 */
};

static void read_windows_1252(tkz__charset_reading *reading, const uint8_t *data, size_t end)
{
    size_t at = reading->at;

    while (at < end) {
        if (data[at] < 0x80) {
            size_t run = tkz__ascii_run(data + at, end - at);

            reading->bits += run * TKZ__SCORE_ASCII;
            at += run;
            continue;
        }
        if (latin_bits[data[at] - 0x80] == 22)
            count_bad(reading);
        else
            count(reading, latin_bits[data[at] - 0x80] +
                               (uint32_t)(at > 0 && data[at - 1] >= 0x80 ? COST_ADJACENT : 0));
        at++;
    }
    reading->at = at;
}

/* U+0080..07FF: Latin letters, signs, Greek and Cyrillic, and the rest, which Japanese texts do not
 * have but other charsets' bytes often amount to. */
static uint32_t two_byte_cost(uint32_t character)
{
    if (character < 0xA0)
        return COST_RARE_SCRIPT;
    if (character < 0x100)
        return character < 0xC0 ? 11 : 9;
    return character < 0x180 || is_between(character, 0x370, 0x45F) ? 13 : COST_RARE_SCRIPT;
}

static void read_utf_8(tkz__charset_reading *reading, const uint8_t *data, size_t end, size_t size)
{
    size_t at = reading->at;

    while (at < end) {
        uint32_t character;
        size_t length;
        size_t wanted; /* by the lead byte */

        if (data[at] < 0x80) {
            size_t run = tkz__ascii_run(data + at, end - at);

            reading->bits += run * TKZ__SCORE_ASCII;
            at += run;
            continue;
        }
        length = tkz__utf8_next((const char *)data + at, size - at, &character);
        if (character != TKZ__UTF8_INVALID) {
            count(reading, length == 2 ? two_byte_cost(character)
                           : length == 4 ? COST_UTF_8_FOUR
                           : data[at] < 0xE2 ? COST_RARE_SCRIPT : COST_UTF_8_THREE);
            at += length;
            continue;
        }
        /* The rest of a character at the start, or the beginning of one at the end, cost little:
         * texts are cut. What else is no character costs once for all its bytes. */
        if (data[at] < 0xC0 && at < 3 && reading->characters == 0) {
            reading->bits += 4;
            at++;
            continue;
        }
        length = 1;
        wanted = data[at] < 0xC2 ? 1 : data[at] < 0xE0 ? 2 : data[at] < 0xF0 ? 3 : 4;
        while (length < wanted && at + length < size && (data[at + length] & 0xC0) == 0x80)
            length++;
        if (at + length == size && length < wanted)
            reading->bits += 4;
        else
            count_bad(reading);
        at += length;
    }
    reading->at = at;
}

/* ---- UTF-16, UTF-32 ---------------------------------------------------- */

/* A syllable of Hangul: half of all in text end in no consonant, most others in one of ㄱ ㄴ ㄹ ㅁ ㅆ
 * ㅇ (their numbers in the order of Unicode), which are 7 of 28. */
static uint32_t hangul_cost(uint32_t character)
{
    uint32_t last = (character - 0xAC00) % 28;

    if (last == 0)
        return 9;
    return (UINT32_C(0x310112) >> last & 1) != 0 ? 10 : 15;
}

/* False for what no text has: NUL, C1 controls, surrogates, private use, U+FFF0..FFFF; and U+0A00,
 * which is unassigned and a line feed in the other byte order. */
static bool is_possible(uint32_t character)
{
    return character != 0 && !is_between(character, 0x80, 0x9F) && character != 0x0A00 &&
           !is_between(character, 0xD800, 0xF8FF) && character < 0xFFF0;
}

/* Bits for a character of the basic plane, 0 where none is possible. */
static uint32_t basic_cost(uint32_t character)
{
    uint32_t code;

    if (!is_possible(character))
        return 0;
    if (character < 0x80)
        return character >= 0x20 || character == '\n' || character == '\r' || character == '\t'
                   ? TKZ__SCORE_ASCII + 1
                   : COST_CONTROL;
    /* Headings begin with many of these, which are digits zero in the other byte order. */
    if (character == 0x3000)
        return TKZ__SCORE_ASCII;
    if (is_between(character, 0xAC00, 0xD7A3))
        return hangul_cost(character);
    code = tkz__cp932_code(character);
    if (code >= 0x8140 && code < 0xF000)
        return tkz__model_bits(tkz__model_japanese, tkz__jis_index(code >> 8, code & 0xFF)) + 1;
    if (code != 0)
        return 10;
    if (is_between(character, 0x4E00, 0x9FFF))
        return COST_OTHER_IDEOGRAPH;
    return character < 0x180 ? 12 : COST_OTHER;
}

static void read_utf_16(tkz__charset_reading *reading, const uint8_t *data, size_t end, size_t size,
                        bool big_endian)
{
    size_t at = reading->at;

    while (at < end) {
        uint32_t unit;
        uint32_t next;
        uint32_t bits;

        if (size - at < 2) {
            count_bad(reading);
            at = size;
            break;
        }
        unit = big_endian ? (uint32_t)data[at] << 8 | data[at + 1]
                          : (uint32_t)data[at + 1] << 8 | data[at];
        at += 2;
        if (is_between(unit, 0xD800, 0xDBFF) && size - at >= 2) {
            next = big_endian ? (uint32_t)data[at] << 8 | data[at + 1]
                              : (uint32_t)data[at + 1] << 8 | data[at];
            if (is_between(next, 0xDC00, 0xDFFF)) {
                count(reading, COST_OTHER + 1);
                at += 2;
                continue;
            }
        }
        bits = reading->only_counts ? is_possible(unit) : basic_cost(unit);
        if (bits == 0)
            count_bad(reading);
        else
            count(reading, bits);
    }
    reading->at = at;
}

static void read_utf_32(tkz__charset_reading *reading, const uint8_t *data, size_t end, size_t size,
                        bool big_endian)
{
    size_t at = reading->at;

    for (; at < end; at += 4) {
        const uint8_t *unit = data + at;
        uint32_t character;
        uint32_t bits;

        if (size - at < 4) {
            count_bad(reading);
            at = size;
            break;
        }
        character = big_endian ? (uint32_t)unit[0] << 24 | (uint32_t)unit[1] << 16 |
                                     (uint32_t)unit[2] << 8 | unit[3]
                               : (uint32_t)unit[3] << 24 | (uint32_t)unit[2] << 16 |
                                     (uint32_t)unit[1] << 8 | unit[0];
        bits = character > 0x10FFFF ? 0 : character > 0xFFFF ? COST_OTHER : basic_cost(character);
        if (bits == 0)
            count_bad(reading);
        else
            count(reading, bits);
    }
    reading->at = at;
}

void tkz__charset_read(tkz__charset_reading *reading, const uint8_t *data, size_t end, size_t size)
{
    switch (reading->charset) {
    case TKZ__CHARSET_UTF_8:
        read_utf_8(reading, data, end, size);
        break;
    case TKZ__CHARSET_CP932:
        read_cp932(reading, data, end, size);
        break;
    case TKZ__CHARSET_EUC_JP:
        read_euc_jp(reading, data, end, size);
        break;
    case TKZ__CHARSET_GB18030:
        read_pairs(reading, data, end, size, gb18030_cost, true);
        break;
    case TKZ__CHARSET_BIG5:
        read_pairs(reading, data, end, size, big5_cost, false);
        break;
    case TKZ__CHARSET_EUC_KR:
        read_pairs(reading, data, end, size, euc_kr_cost, false);
        break;
    case TKZ__CHARSET_WINDOWS_1252:
        read_windows_1252(reading, data, end);
        break;
    case TKZ__CHARSET_UTF_16LE:
    case TKZ__CHARSET_UTF_16BE:
        read_utf_16(reading, data, end, size, reading->charset == TKZ__CHARSET_UTF_16BE);
        break;
    case TKZ__CHARSET_UTF_32LE:
    case TKZ__CHARSET_UTF_32BE:
        read_utf_32(reading, data, end, size, reading->charset == TKZ__CHARSET_UTF_32BE);
        break;
    default:
        reading->at = end;
        break;
    }
}
