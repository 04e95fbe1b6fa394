/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding with BPE dropout (Provilkov, Emelianenko and Voita, BPE-Dropout, 2020), as HF
 * tokenizers 0.23 does it. Leans on ranked merging.
 *
 * HF (src/models/bpe/model.rs, tokenize) then neither looks a chunk up as a whole nor in its
 * cache, and neither does this. A merge that is passed over is tried again after the
 * next one anywhere in the chunk, so that a chunk cannot be cut into pieces first.
 */
#ifndef TKZ_SUBWORD_DROPOUT_H
#define TKZ_SUBWORD_DROPOUT_H

#include "subword/encoder_parts.h"

static inline bool tkz__dropout_is_on(const tkz_encoder *encoder)
{
    return encoder->settings.dropout_bound > 0;
}

/* Makes ready for a text: its random numbers depend on the encoder's seed and these bytes only.
 * Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__dropout_start(tkz_encoder *encoder, const char *text, size_t size,
                                          tkz_error *error);

/* tkz__encode_text of an encoder with dropout. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__dropout_encode_text(tkz_encoder *encoder, const char *text,
                                                size_t size, tkz_error *error);

#endif
