/* SPDX-License-Identifier: Apache-2.0
 *
 * The normalisation data of the newest Unicode version, as lib/text/generate_normal.py
 * lays it out. Read through unicode_normal.h. Leans on nothing.
 */
#ifndef TKZ_TEXT_NORMAL_TABLE_H
#define TKZ_TEXT_NORMAL_TABLE_H

#include <stdint.h>

/* Bits of a record's second word. FORM + f stands for the form f of tkz__unicode_form. */
enum tkz__normal_record_bit {
    TKZ__RECORD_CHANGES = 0, /* + f: the character alone is changed by f */
    TKZ__RECORD_JOINS = 5,   /* + f: what it becomes may join with, or move before, what stands
                              * before it; no place to start afresh */
    TKZ__RECORD_CANONICAL = 10, /* has a canonical decomposition */
    TKZ__RECORD_COMPATIBILITY = 11, /* has a compatibility decomposition different from it */
    TKZ__RECORD_FOLD = 12,          /* has an NFKC_CF mapping different from those */
    TKZ__RECORD_CANONICAL_OPEN = 13,     /* NFC of the canonical decomposition differs from it */
    TKZ__RECORD_COMPATIBILITY_OPEN = 14, /* likewise of the compatibility decomposition */
    TKZ__RECORD_GONE = 15                /* vanishes under NFKC_CF */
};

enum {
    TKZ__NORMAL_FORMS = 5,
    TKZ__NORMAL_PAIR_SLOTS = 1024,
    TKZ__NORMAL_PAIR_BUCKETS = 256
};

/* Code point to record: page of 4096, block of 64, value; 0 means no data. */
extern const uint8_t tkz__normal_pages[0x110];
extern const uint16_t tkz__normal_blocks[];
extern const uint16_t tkz__normal_values[];

/* A record: age << 8 | combining class; bits; then, for each of CANONICAL, COMPATIBILITY, FOLD that
 * is set, the place of a piece of text: a byte with its size, then the bytes. */
extern const uint16_t tkz__normal_records[];
extern const uint8_t tkz__normal_pieces[]; /* 40 bytes may be read behind each size */

/* Primary composites as composite << 42 | first << 21 | second, in a perfect hash: see
 * tkz__normal_pair_slot. */
extern const uint64_t tkz__normal_pairs[TKZ__NORMAL_PAIR_SLOTS];
extern const uint16_t tkz__normal_displacements[TKZ__NORMAL_PAIR_BUCKETS];

/* Characters of three bytes that a form surely leaves alone and that start afresh, 64 a mask:
 * tkz__normal_safe_masks[tkz__normal_safe[form][lead & 15, second & 63]] >> (third & 63) & 1.
 * Overlong forms and surrogates have an empty mask. The same for two bytes in the short tables. */
extern const uint8_t tkz__normal_safe[TKZ__NORMAL_FORMS][1024];
extern const uint8_t tkz__normal_safe_short[TKZ__NORMAL_FORMS][32];
extern const uint64_t tkz__normal_safe_masks[];

/* The same for U+3000..30FF alone, as byte shuffles want it: by the low four bits of the character
 * a bit for each value of the next four, 16 bytes for the values 0..7, then 16 for 8..15. */
extern const uint8_t tkz__normal_safe_kana[TKZ__NORMAL_FORMS][32];

static inline uint32_t tkz__normal_pair_hash(uint32_t first, uint32_t second)
{
    return first * UINT32_C(0x9E3779B1) + second * UINT32_C(0x27D4EB2F);
}

static inline uint32_t tkz__normal_pair_slot(uint32_t hash)
{
    uint32_t displacement = tkz__normal_displacements[hash >> 24];
    return (hash ^ displacement * UINT32_C(0x85EBCA6B)) * UINT32_C(0xC2B2AE35) >> 22;
}

#endif
