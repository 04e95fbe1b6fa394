/* SPDX-License-Identifier: Apache-2.0
 *
 * Old forms of kanji (kyujitai) and the new ones (shinjitai), one to one. Generated
 * by lib/text/generate_shinjitai.py. Leans on nothing.
 */
#ifndef TKZ_TEXT_SHINJITAI_TABLE_H
#define TKZ_TEXT_SHINJITAI_TABLE_H

#include <stdint.h>

enum { TKZ__SHINJITAI_COUNT = 401 };

typedef struct tkz__shinjitai_pair {
    uint16_t old_form;
    uint16_t new_form;
    uint16_t risky; /* 1: left alone with pairs=safe */
} tkz__shinjitai_pair;

/* Sorted by old form. */
extern const tkz__shinjitai_pair tkz__shinjitai_pairs[TKZ__SHINJITAI_COUNT];

/* Bit c % 64 of word c / 64: the character c is an old form. The words are those of the first two
 * bytes of three, the bits those of the last one. */
extern const uint64_t tkz__shinjitai_bits[1024];

#endif
