/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight bytes of text at a time, for the files of unicode_normal only: two characters
 * of three bytes without a branch between them, or ASCII. Leans on the table.
 */
#ifndef TKZ_TEXT_UNICODE_NORMAL_WORD_H
#define TKZ_TEXT_UNICODE_NORMAL_WORD_H

#include <stdbool.h>

#include "core/little_endian.h"
#include "text/normal_table.h"

#define TKZ__HIGH_BITS UINT64_C(0x8080808080808080)

/* Two characters of three bytes in the low six bytes of a word: which bits to look at, and what
 * they are when the bytes have the form 1110xxxx 10xxxxxx 10xxxxxx, twice. */
#define TKZ__TRIPLE_MASK UINT64_C(0xC0C0F0)
#define TKZ__TRIPLE_FORM UINT64_C(0x8080E0)

static inline bool tkz__is_triple(uint64_t word)
{
    return (word & TKZ__TRIPLE_MASK) == TKZ__TRIPLE_FORM;
}

static inline bool tkz__are_two_triples(uint64_t word)
{
    return (word & (TKZ__TRIPLE_MASK << 24 | TKZ__TRIPLE_MASK)) ==
           (TKZ__TRIPLE_FORM << 24 | TKZ__TRIPLE_FORM);
}

/* Bit 0 tells whether the character of the low three bytes is safe; `safe` is a row of
 * tkz__normal_safe. The masks refuse overlong forms and surrogates. */
static inline uint64_t tkz__safe_triple(const uint8_t *safe, uint64_t word)
{
    return tkz__normal_safe_masks[safe[(word & 0x0F) << 6 | (word >> 8 & 0x3F)]] >>
           (word >> 16 & 0x3F);
}

/* High bits of the bytes that are A..Z. */
static inline uint64_t tkz__capitals(uint64_t word)
{
    /* Of a byte below 0x80: + 0x3F reaches 0x80 from 'A' on, + 0x25 from behind 'Z' on. */
    uint64_t low = word & ~TKZ__HIGH_BITS;
    return (low + UINT64_C(0x3F3F3F3F3F3F3F3F)) & ~(low + UINT64_C(0x2525252525252525)) & ~word &
           TKZ__HIGH_BITS;
}

#endif
