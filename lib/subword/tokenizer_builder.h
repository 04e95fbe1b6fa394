/* SPDX-License-Identifier: Apache-2.0
 *
 * How model files and trainers make a tokenizer: they only call this builder.
 * Leans on the pre-tokenizer and the native image.
 */
#ifndef TKZ_SUBWORD_TOKENIZER_BUILDER_H
#define TKZ_SUBWORD_TOKENIZER_BUILDER_H

#include "core/memory.h"
#include "subword/pre_tokenizer.h"
#include "tokenize/subword.h"

/* Byte-level BPE. Ids are given in the order of the calls: specials, then the alphabet, then one
 * per merge. */
typedef struct tkz__tokenizer_builder tkz__tokenizer_builder;

TKZ_CHECKED tkz_status tkz__tokenizer_builder_new(tkz__tokenizer_builder **builder,
                                                  const tkz__pre_tokenizer *pre_tokenizer,
                                                  const tkz_allocator *allocator,
                                                  tkz_error *error);
void tkz__tokenizer_builder_free(tkz__tokenizer_builder *builder); /* accepts NULL */

TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_special(tkz__tokenizer_builder *builder,
                                                          const char *content, size_t size,
                                                          uint32_t *id, tkz_error *error);
/* The 256 single bytes, in the order that HF's BpeTrainer gives its byte-level alphabet: ascending
 * by the code point that stands for the byte (subword/byte_level.h). */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_bytes(tkz__tokenizer_builder *builder,
                                                        tkz_error *error);
/* The next merge in rank order: left and right are ids that exist and are not special.
 * INVALID_ARGUMENT too if a token of the same bytes exists: two ways to one token have one rank. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_merge(tkz__tokenizer_builder *builder,
                                                        uint32_t left, uint32_t right,
                                                        uint32_t *id, tkz_error *error);
/* Free-form provenance kept in the native image: one JSON text (how the vocabulary was made). */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_provenance(tkz__tokenizer_builder *builder,
                                                             const char *json, size_t size,
                                                             tkz_error *error);

/* Makes the tokenizer; the builder is empty afterwards and must still be freed. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_finish(tkz__tokenizer_builder *builder,
                                                     tkz_tokenizer **tokenizer, tkz_error *error);

#endif
