/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the normalisation table, for the files of unicode_normal only: records,
 * their pieces, and one character of a text under a form. Leans on normal_table and utf8.
 */
#ifndef TKZ_TEXT_UNICODE_NORMAL_RECORD_H
#define TKZ_TEXT_UNICODE_NORMAL_RECORD_H

#include <stdbool.h>

#include "core/processor.h"
#include "text/doubtful.h"
#include "text/normal_table.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

/* Hangul syllables are decomposed by arithmetic (Unicode Standard, section 3.12). */
enum {
    TKZ__HANGUL_FIRST = 0xAC00,
    TKZ__HANGUL_COUNT = 11172,
    TKZ__HANGUL_LEADING = 0x1100,
    TKZ__HANGUL_LEADING_COUNT = 19,
    TKZ__HANGUL_VOWEL = 0x1161,
    TKZ__HANGUL_VOWEL_COUNT = 21,
    TKZ__HANGUL_TRAILING = 0x11A7, /* one before the first: no trailing consonant */
    TKZ__HANGUL_TRAILING_COUNT = 28
};

static inline bool tkz__is_hangul_syllable(uint32_t character)
{
    return character - TKZ__HANGUL_FIRST < TKZ__HANGUL_COUNT;
}

/* Writes the two or three letters of a syllable, returns how many. */
static inline uint32_t tkz__hangul_letters(uint32_t syllable, uint32_t letters[3])
{
    uint32_t index = syllable - TKZ__HANGUL_FIRST;
    uint32_t trailing = index % TKZ__HANGUL_TRAILING_COUNT;
    index /= TKZ__HANGUL_TRAILING_COUNT;
    letters[0] = TKZ__HANGUL_LEADING + index / TKZ__HANGUL_VOWEL_COUNT;
    letters[1] = TKZ__HANGUL_VOWEL + index % TKZ__HANGUL_VOWEL_COUNT;
    letters[2] = TKZ__HANGUL_TRAILING + trailing;
    return trailing == 0 ? 2 : 3;
}

/* Place of the record of a character in tkz__normal_records; 0 where it is inert in `version`. */
static inline uint32_t tkz__normal_record(uint32_t version, uint32_t character)
{
    uint32_t block, place;
    if (character > 0x10FFFF)
        return 0;
    block = tkz__normal_blocks[(uint32_t)tkz__normal_pages[character >> 12] << 6 |
                               (character >> 6 & 63)];
    place = tkz__normal_values[block << 6 | (character & 63)];
    return (uint32_t)(tkz__normal_records[place] >> 8) > version ? 0 : place;
}

/* Records of inert characters are at place 0: class 0, no bits. */
static inline uint32_t tkz__normal_class(uint32_t record)
{
    return tkz__normal_records[record] & 0xFF;
}

static inline uint32_t tkz__normal_bits(uint32_t record)
{
    return tkz__normal_records[record + 1];
}

static inline bool tkz__normal_has(uint32_t bits, uint32_t bit)
{
    return (bits >> bit & 1) != 0;
}

/* The piece with number `index` among those that the record has. */
static inline tkz__unicode_piece tkz__normal_piece(uint32_t record, uint32_t index)
{
    const uint8_t *piece = tkz__normal_pieces + tkz__normal_records[record + 2 + index];
    return (tkz__unicode_piece){(const char *)piece + 1, piece[0]};
}

/* What the form makes of a character with CHANGES + form set; not for Hangul syllables. In the
 * composing forms an OPEN piece is still to be composed. */
static inline tkz__unicode_piece tkz__normal_result(uint32_t record, uint32_t bits,
                                                    tkz__unicode_form form)
{
    uint32_t canonical = bits >> TKZ__RECORD_CANONICAL & 1;
    uint32_t compatibility = bits >> TKZ__RECORD_COMPATIBILITY & 1;
    if (form == TKZ__UNICODE_NFKC_CF && tkz__normal_has(bits, TKZ__RECORD_FOLD))
        return tkz__normal_piece(record, canonical + compatibility);
    return tkz__normal_piece(record, form >= TKZ__UNICODE_NFKD ? canonical & compatibility : 0);
}

static inline bool tkz__unicode_composes(tkz__unicode_form form)
{
    return form != TKZ__UNICODE_NFD && form != TKZ__UNICODE_NFKD;
}

/* Whether what tkz__normal_result gives is in the form already. */
static inline bool tkz__normal_is_open(uint32_t bits, tkz__unicode_form form)
{
    if (form == TKZ__UNICODE_NFC)
        return tkz__normal_has(bits, TKZ__RECORD_CANONICAL_OPEN);
    return form == TKZ__UNICODE_NFKC && tkz__normal_has(bits, TKZ__RECORD_COMPATIBILITY_OPEN);
}

/* One character of a text, or one byte that is none. Small enough to be kept in registers: the scan
 * looks at every character of changed text once or twice. */
typedef struct tkz__glance {
    uint32_t character; /* TKZ__UTF8_INVALID: a byte */
    uint32_t size;      /* 0: the end of the text */
    uint32_t record;
    uint32_t bits;
} tkz__glance;

static inline tkz__glance tkz__glance_at(const tkz__unicode_target *target, const char *text,
                                         size_t at, size_t size)
{
    uint32_t character, length, record;
    if (at >= size)
        return (tkz__glance){0, 0, 0, 0};
    length = (uint32_t)tkz__utf8_next(text + at, size - at, &character);
    record = tkz__normal_record(target->version, character);
    return (tkz__glance){character, length, record, tkz__normal_bits(record)};
}

/* Whether the form changes the character, alone. */
static inline bool tkz__glance_changes(const tkz__unicode_target *target, tkz__glance glance)
{
    return tkz__normal_has(glance.bits, TKZ__RECORD_CHANGES + (uint32_t)target->form);
}

/* Whether the character may join with, or move before, what stands before it. */
static inline bool tkz__glance_joins(const tkz__unicode_target *target, tkz__glance glance)
{
    return tkz__normal_has(glance.bits, TKZ__RECORD_JOINS + (uint32_t)target->form);
}

static inline bool tkz__glance_is_inert(const tkz__unicode_target *target, tkz__glance glance)
{
    return !tkz__glance_changes(target, glance) && !tkz__glance_joins(target, glance);
}

/* Whether the form removes it. */
static inline bool tkz__glance_is_gone(const tkz__unicode_target *target, tkz__glance glance)
{
    return target->form == TKZ__UNICODE_NFKC_CF && tkz__normal_has(glance.bits, TKZ__RECORD_GONE);
}

/* Bytes of the character at `text`, not ASCII, if the form surely leaves it alone, in every version,
 * and nothing before it concerns it; else 0. Always inline: a call would empty the wide registers of
 * the loops that look at blocks. */
static inline __attribute__((always_inline)) uint32_t
tkz__normal_safe_length(tkz__unicode_form form, const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t length = (uint32_t)2 + (bytes[0] >= 0xE0) + (bytes[0] >= 0xF0);
    if (bytes[0] < 0xC0 || size < length || (bytes[1] & 0xC0) != 0x80)
        return 0;
    uint64_t mask = 0;
    if (length == 2) {
        mask = tkz__normal_safe_masks[tkz__normal_safe_short[form][bytes[0] & 0x1F]];
    } else if ((bytes[2] & 0xC0) != 0x80) {
        return 0;
    } else if (length == 3) {
        mask = tkz__normal_safe_masks[tkz__normal_safe[form][(bytes[0] & 0x0F) << 6 |
                                                             (bytes[1] & 0x3F)]];
    } else {
        uint32_t character = (uint32_t)(bytes[0] & 0x0F) << 18 |
                             (uint32_t)(bytes[1] & 0x3F) << 12 |
                             (uint32_t)(bytes[2] & 0x3F) << 6 | (bytes[3] & 0x3F);
        if ((bytes[3] & 0xC0) == 0x80 && character - 0x10000 < 0x100000 &&
            tkz__normal_record(TKZ__UNICODE_NEWEST, character) == 0)
            return 4;
    }
    return (mask >> (bytes[length - 1] & 0x3F) & 1) != 0 ? length : 0;
}

/* Is the first of `size` bytes, 1 or more, surely no character? A look at two of them: in what is no
 * text, most bytes are told by that. */
static inline bool tkz__is_stray(const char *text, size_t size)
{
    uint8_t lead = (uint8_t)text[0];
    return lead >= 0x80 &&
           (lead < 0xC2 || lead > 0xF4 || size < 2 || ((uint8_t)text[1] & 0xC0) != 0x80);
}

/* Goes over characters that the form surely leaves alone and that nothing before them concerns;
 * returns where it stops, at `size` or at a character that it does not know. */
size_t tkz__unicode_skip(tkz__unicode_form form, const char *text, size_t at, size_t size);

/* Scans `size` bytes from `text`, the start of a character, of `left` that can be read: sets bits[k]
 * for text[64 * k ...] as tkz__doubtful has them. `capitals`: A..Z are doubtful. */
void tkz__unicode_doubtful(tkz__unicode_form form, bool capitals, const char *text, size_t size,
                           size_t left, uint64_t *bits);

#if TKZ__PATH_AVX2
/* The same two for whole blocks where the processor has AVX2. The first needs TKZ__SCAN_LEAST bytes.
 * Both stop earlier where a block is full of characters that they have to look up; they return where
 * the next character begins. */
size_t tkz__unicode_skip_avx2(tkz__unicode_form form, const char *text, size_t at, size_t size);
size_t tkz__unicode_doubtful_avx2(tkz__unicode_form form, bool capitals, const char *text,
                                  size_t size, uint64_t *bits);
#endif

/* Start of the valid character that ends at `at`. */
static inline size_t tkz__character_before(const char *text, size_t at)
{
    do
        at--;
    while (((uint8_t)text[at] & 0xC0) == 0x80);
    return at;
}

#endif
