/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding of bytes that are mostly no text, without pieces and their cache. Leans on the encoder.
 *
 * Every symbol that merging makes is in the vocabulary. Where x and y stand side by side and no symbol
 * has x and y side by side, no merge ever crosses that place: it is a border, as those between
 * characters are (chunk_borders.h). Of two random bytes one pair in seven is in some symbol of Llama 3:
 * most bytes stand alone and are their own token, most of the others stand in twos, for which one
 * look-up is all.
 */
#ifndef TKZ_SUBWORD_ENCODE_NO_TEXT_H
#define TKZ_SUBWORD_ENCODE_NO_TEXT_H

#include "subword/encoder_parts.h"

/* Appends the ids of `count` chunks from `bytes` on, which end at `ends`, if that is the faster way for
 * them: if most places in them are borders. `*done`: it was, otherwise nothing has happened.
 * `may_be_whole`: chunks may have tokens of their own. The tokenizer has a token for every byte and no
 * hidden ones, and merges act in the order of their ranks. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_no_text(tkz_encoder *encoder, const uint8_t *bytes,
                                           const uint32_t *ends, size_t count, bool may_be_whole,
                                           bool *done, tkz_error *error);

#endif
