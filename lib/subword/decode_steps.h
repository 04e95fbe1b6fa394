/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens to text by steps: the decoders of HF tokenizers 0.23 and that of sentencepiece 0.2.3. The text
 * of most tokens does not depend on their neighbours: such can be taken from a table. Leans on
 * decode_spelling, piece_model and normal forms.
 */
#ifndef TKZ_SUBWORD_DECODE_STEPS_H
#define TKZ_SUBWORD_DECODE_STEPS_H

#include "subword/decode_spelling.h"
#include "subword/piece_model.h"

/* Immutable; any thread. */
typedef struct tkz__decode_steps tkz__decode_steps;

/* Reads steps as decode_spelling.h has them. Errors: BAD_FORMAT, UNSUPPORTED (an expression that is not
 * read here), NOT_FOUND and INVALID_OPTION (of the denormalizer), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_steps_new(tkz__decode_steps **steps, const char *spelling,
                                             size_t size, const tkz_allocator *allocator,
                                             tkz_error *error);
void tkz__decode_steps_free(tkz__decode_steps *steps); /* accepts NULL */

/* Are they sentencepiece's? There the bytes of a character are it, whatever stands around them. */
bool tkz__decode_steps_are_sentencepiece(const tkz__decode_steps *steps);

/* The text of a token wherever a decoder is settled (below) before it, and after which it is settled
 * again; it replaces what is in `text`. *is_plain false: it depends on what comes before or after. For
 * making tables. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_steps_plain(const tkz__decode_steps *steps, const uint8_t *bytes,
                                               size_t size, tkz__piece_type type,
                                               tkz__buffer *text, bool *is_plain,
                                               tkz_error *error);

/* Whether text comes only at the end: steps that need all of it. A decoder then holds it. */
bool tkz__decode_steps_need_end(const tkz__decode_steps *steps);

/* A worker. What it gives out are whole characters as far as tokens are such. */
typedef struct tkz__token_decoder tkz__token_decoder;

TKZ_CHECKED tkz_status tkz__token_decoder_new(tkz__token_decoder **decoder,
                                              const tkz__decode_steps *steps,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__token_decoder_free(tkz__token_decoder *decoder); /* accepts NULL */

/* Begins a new text; one that has not ended is dropped. */
void tkz__token_decoder_begin(tkz__token_decoder *decoder);

/* Whether the next token, if it is plain, may be left to a table. */
bool tkz__token_decoder_is_settled(const tkz__token_decoder *decoder);

/* Takes a token by its piece and appends the text that is certain by now. After an error the text must
 * begin anew. Errors: LIMIT, OUT_OF_MEMORY, those of the denormalizer. */
TKZ_CHECKED tkz_status tkz__token_decoder_put(tkz__token_decoder *decoder, const uint8_t *bytes,
                                              size_t size, tkz__piece_type type, tkz__buffer *out,
                                              tkz_error *error);

/* Appends what was held back; a new text begins. Errors: as put. */
TKZ_CHECKED tkz_status tkz__token_decoder_end(tkz__token_decoder *decoder, tkz__buffer *out,
                                              tkz_error *error);

#endif
