/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a chunk may be cut before merging: between two characters that no symbol
 * joins. Leans on the image.
 *
 * Every symbol that merging makes is in the vocabulary. A place between two characters
 * that lies inside no symbol that fits them is therefore never crossed by a merge,
 * and the two sides can be encoded apart with the same result. Japanese gains by this:
 * its chunks are whole clauses of 37 bytes on average, the pieces between such places
 * have 4 to 5, and nearly all of them are known to a small cache.
 *
 * A symbol may also begin or end inside a character. Characters that the symbols tell apart
 * in the same way share a row (as the one before a place) or a column (as the one behind it); a
 * filter of bits holds the rows and columns that a symbol joins. It is coarser than the
 * symbols: two pairs may share a bit, and characters outside the first plane are told apart
 * by groups of 1024 only. So it may say "joined" where nothing joins (a longer piece, the
 * same ids), never the opposite.
 *
 * A matrix of rows and columns would be exact and has 0.6 to 2.3 MB for vocabularies of 128,000 to
 * 200,000, of which 25,000 to 87,000 bits are set. Here a row has a power of two of bits, 32 to 64 for
 * each that is set, and a column its number modulo that: 128 to 512 KB, wrong in 1 of 32 to 64 places.
 * Rows and columns stand in the order of how much their symbols are used, so that what a text asks
 * for lies together: one line of memory holds most of what is asked of a row. When pairs were hashed
 * over all of the filter, waiting for it was a seventh of the time of encoding Japanese, with twice the
 * misses of the first-level cache.
 */
#ifndef TKZ_SUBWORD_CHUNK_BORDERS_H
#define TKZ_SUBWORD_CHUNK_BORDERS_H

#include "core/processor.h"
#include "subword/tokenizer_image.h"
#include "text/utf8.h"

enum {
    TKZ__BORDER_LEAST_BITS = 1 << 12, /* of the filter */
    TKZ__BORDER_GROUP_BITS = 10, /* of characters outside the first plane */
    TKZ__BORDER_CHARACTERS = 0x10000 + (0x100000 >> TKZ__BORDER_GROUP_BITS),
    TKZ__BORDER_COLUMN_BITS = 13,
    TKZ__BORDER_COLUMNS = 1 << TKZ__BORDER_COLUMN_BITS, /* and rows: beyond it they are shared */
    TKZ__BORDER_LEAST_ROW = 64,                         /* bits of a row */
    TKZ__BORDER_ROW_WORDS = UINT16_MAX                  /* of all rows: where none begins */
};

/* Number of a character in the table, from its code point. */
static inline uint32_t tkz__border_number(uint32_t character)
{
    return character < 0x10000
               ? character
               : 0x10000 + ((character - 0x10000) >> TKZ__BORDER_GROUP_BITS);
}

/* What a character is to its neighbours. From the highest bit on: where its row begins, as a number of
 * 64-bit words (16 bits); how many of the 13 bits of a column the row does without (3); its column (13).
 * Or one of the two below, which begin where no row does. */
static inline uint32_t tkz__border_entry(const tkz__image *image, uint32_t number)
{
    return tkz__image_item(image, TKZ__SECTION_BORDER_CHARACTERS, number);
}

#define TKZ__NO_ENTRY UINT32_MAX           /* of a byte that is no character */
#define TKZ__LONE_ENTRY (UINT32_MAX - 1)   /* of one that nothing joins, where merges are of characters */

/* Where the bit of the row of `left` and the column of `right` is in the filter. */
static inline uint32_t tkz__border_bit(uint32_t left, uint32_t right)
{
    uint32_t mask = (TKZ__BORDER_COLUMNS - 1U) >> (left >> TKZ__BORDER_COLUMN_BITS & 7);
    return (left >> 16) * TKZ__BORDER_LEAST_ROW + (right & mask);
}

/* Three bytes that are a character: 1110xxxx 10xxxxxx 10xxxxxx, and not E0 (overlong forms) nor ED
 * (surrogates), whose second bytes need a look. `word` has them in its low bytes. */
static inline bool tkz__border_is_three(uint32_t word)
{
    return (word & 0xC0C0F0) == 0x8080E0 && (UINT32_C(0x2001) >> (word & 0x0F) & 1) == 0;
}

static inline uint32_t tkz__border_number_of_three(uint32_t word)
{
    return (word & 0x0F) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
}

/* Two bytes that are: 110xxxxx 10xxxxxx, and not C0 nor C1 (overlong forms). */
static inline bool tkz__border_is_two(uint32_t word)
{
    return (word & 0xC0E0) == 0x80C0 && (word & 0x1E) != 0;
}

static inline uint32_t tkz__border_number_of_two(uint32_t word)
{
    return (word & 0x1F) << 6 | (word >> 8 & 0x3F);
}

/* Entry of the character at text[*at] (*at < end), and moves `*at` behind it. */
static inline uint32_t tkz__border_read(const tkz__image *image, const uint8_t *text, size_t end,
                                        size_t *at)
{
    const uint8_t *bytes = text + *at;
    uint32_t lead = bytes[0];
    /* Three bytes, most of Japanese. E0 has overlong forms and ED surrogates: those two are left to
     * the decoder. */
    if (lead > 0xE0 && lead < 0xF0 && lead != 0xED && end - *at >= 3 &&
        (bytes[1] & 0xC0) == 0x80 && (bytes[2] & 0xC0) == 0x80) {
        *at += 3;
        return tkz__border_entry(image, (lead & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 |
                                            (uint32_t)(bytes[2] & 0x3F));
    }
    if (lead < 0x80) {
        *at += 1;
        return tkz__border_entry(image, lead);
    }
    /* What is no character, mostly: no lead, or nothing goes on behind it. */
    if (lead < 0xC2 || end - *at < 2 || (bytes[1] & 0xC0) != 0x80) {
        *at += 1;
        return TKZ__NO_ENTRY;
    }
    uint32_t character;
    *at += tkz__utf8_decode((const char *)bytes, end - *at, &character);
    return character > 0x10FFFF ? TKZ__NO_ENTRY
                                : tkz__border_entry(image, tkz__border_number(character));
}

/* Cuts the start of a chunk of `size` bytes (at least 1): writes where its pieces end, from
 * `chunk`, the
 * last one `size` if `room` allows. Returns how many, 1 .. room. `readable` bytes from `chunk` on, at
 * least `size`, may be read. */
size_t tkz__borders_cut(const tkz__image *image, const uint8_t *chunk, size_t size,
                        size_t readable, uint32_t *ends, size_t room);

/* The same, of the start of the chunk up to the first character behind its first one that stands alone. */
size_t tkz__borders_cut_joined(const tkz__image *image, const uint8_t *chunk, size_t size,
                               size_t readable, uint32_t *ends, size_t room);

#if TKZ__PATH_AVX2
/* The same for processors with AVX2 and BMI2. */
size_t tkz__borders_cut_avx2(const tkz__image *image, const uint8_t *chunk, size_t size,
                             size_t readable, uint32_t *ends, size_t room);
size_t tkz__borders_cut_joined_avx2(const tkz__image *image, const uint8_t *chunk, size_t size,
                                    size_t readable, uint32_t *ends, size_t room);
#endif

/* ---- Making the tables (border_tables.c) ------------------------------- */

struct tkz__whole_tokens;

/* Appends the table of characters and the filter, a power of two of bits. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__border_tables_make(const tkz__image_parts *parts,
                                               const struct tkz__whole_tokens *whole,
                                               tkz__buffer *characters, tkz__buffer *bits,
                                               tkz_error *error);

#endif
