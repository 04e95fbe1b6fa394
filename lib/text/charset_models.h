/* SPDX-License-Identifier: Apache-2.0
 *
 * How surprising the characters of each charset are, and what the tables look like.
 * Counted by lib/text/generate_charset_models.py. Leans on nothing.
 */
#ifndef TKZ_TEXT_CHARSET_MODELS_H
#define TKZ_TEXT_CHARSET_MODELS_H

#include <stddef.h>
#include <stdint.h>

/* Nibble n stands for n + 4 bits: p = 2^-(n + 4), 15 for everything rarer. */
#define TKZ__MODEL_LOWEST 4

/* JIS X 0208, GB 2312, KS X 1001: row x 94 + cell, from 0. */
extern const uint8_t tkz__model_japanese[4418];
extern const uint8_t tkz__model_chinese[4418];
extern const uint8_t tkz__model_korean[4418];
/* Big5: (lead - A1) x 157 + trail, where 40..7E come before A1..FE. */
extern const uint8_t tkz__model_big5[6987];
/* U+FF61..FF9F among themselves: bits, one a byte. */
extern const uint8_t tkz__model_half_width[63];

/* Bits of surprise of entry `index` of one of the packed models. */
static inline uint32_t tkz__model_bits(const uint8_t *model, size_t index)
{
    return (uint32_t)(model[index / 2] >> index % 2 * 4 & 15) + TKZ__MODEL_LOWEST;
}

#endif
