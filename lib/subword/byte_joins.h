/* SPDX-License-Identifier: Apache-2.0
 *
 * Which two bytes stand side by side in a token, and what they are by themselves: for bytes that are no
 * text, where hardly any do. Leans on the image.
 *
 * Made to be small, since such bytes ask for all of it: what two are by themselves is kept for those
 * that are joined alone (9,600 to 11,700 of 65,536 in Llama 3, o200k and Qwen 3), in their
 * order; counts say where (Jacobson, Space-efficient static trees and graphs, 1989).
 */
#ifndef TKZ_SUBWORD_BYTE_JOINS_H
#define TKZ_SUBWORD_BYTE_JOINS_H

#include "subword/tokenizer_image.h"

enum {
    TKZ__BYTE_JOINS_PAIRS = 1 << 16,
    TKZ__BYTE_JOINS_ROW = 64,
    TKZ__BYTE_JOINED_BIT = 7,
    TKZ__BYTE_JOINED = 1 << TKZ__BYTE_JOINED_BIT,
    /* Where more of all pairs are joined, this is the slower way. */
    TKZ__BYTE_JOINS_MOST = TKZ__BYTE_JOINS_PAIRS / 4
};

/* In `twos`: as a whole chunk they are another token. Ids are lower. */
#define TKZ__TWO_WHOLE (UINT32_C(1) << 31)
/* In `twos`: they stay two. */
#define TKZ__TWO_NONE (TKZ__TWO_WHOLE - 1)

/* All zero at first. Pairs have the number left | right << 8. */
typedef struct tkz__byte_joins {
    bool is_made;
    bool is_no_use; /* nor will it be */
    /* Side by side in a token: TKZ__BYTE_JOINED, and how many such pairs its row has before it. */
    uint8_t of[TKZ__BYTE_JOINS_PAIRS];
    uint16_t before[TKZ__BYTE_JOINS_PAIRS / TKZ__BYTE_JOINS_ROW]; /* those before each row */
    uint32_t twos[TKZ__BYTE_JOINS_MOST]; /* of each of those: the token that both merge into */
    uint32_t ids[TKZ__SYMBOL_BYTES]; /* the token of each byte */
} tkz__byte_joins;

/* Is it there? Makes it when it is first asked for, of a tokenizer that has a token for every byte.
 * False if the image is damaged, or too many are joined. */
bool tkz__byte_joins_ready(tkz__byte_joins *joins, const tkz__image *image);

/* What two joined bytes are: a token or TKZ__TWO_NONE, and perhaps TKZ__TWO_WHOLE. */
static inline uint32_t tkz__byte_joins_two(const tkz__byte_joins *joins, const uint8_t *two)
{
    uint32_t pair = (uint32_t)(two[0] | two[1] << 8);
    uint32_t place = joins->of[pair] & (TKZ__BYTE_JOINED - 1);
    return joins->twos[joins->before[pair / TKZ__BYTE_JOINS_ROW] + place];
}

#endif
