/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows-31J (cp932) in both directions without a converter: for what must not
 * allocate, the look for broken decodings and charset detection. Leans on nothing.
 */
#ifndef TKZ_TEXT_CP932_TABLE_H
#define TKZ_TEXT_CP932_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* The character in row x 94 + cell, from 0, of JIS X 0208 with the extensions of NEC and IBM in
 * rows 13 and 89..92; 0 where there is none. */
extern const uint16_t tkz__jis_characters[8836];

/* A bit for each character from U+0000 to U+FFFF that Windows-31J has, how many come before each
 * word of bits, and their codes: one byte for half-width kana, else two, lead first. ASCII and
 * private use are left out. */
extern const uint32_t tkz__cp932_known[2048];
extern const uint16_t tkz__cp932_ranks[2048];
extern const uint16_t tkz__cp932_codes[7389];

/* The code of a character from U+0080, or 0. */
static inline uint32_t tkz__cp932_code(uint32_t character)
{
    uint32_t word;
    uint32_t below;

    if (character > 0xFFFF)
        return 0;
    word = tkz__cp932_known[character / 32];
    below = word & ((UINT32_C(1) << character % 32) - 1);
    if ((word >> character % 32 & 1) == 0)
        return 0;
    return tkz__cp932_codes[tkz__cp932_ranks[character / 32] +
                            (uint32_t)__builtin_popcount(below)];
}

/* Row x 94 + cell, from 0, of a two-byte Shift_JIS code whose bytes are a lead 81..9F, E0..EF and
 * a trail 40..7E, 80..FC. */
static inline size_t tkz__jis_index(uint32_t lead, uint32_t trail)
{
    /* A lead holds two rows, one behind the other but for 7F: no branch on the trail. */
    return (lead - (lead < 0xA0 ? 0x81u : 0xC1u)) * 188 + (trail - 0x40 - (trail > 0x7F));
}

#endif
