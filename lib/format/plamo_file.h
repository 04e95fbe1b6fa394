/* SPDX-License-Identifier: Apache-2.0
 *
 * PLaMo 2's vocabulary given to a builder: what tokenizer.jsonl and GGUF share. Leans on the builder.
 */
#ifndef TKZ_FORMAT_PLAMO_FILE_H
#define TKZ_FORMAT_PLAMO_FILE_H

#include "subword/tokenizer_builder.h"

typedef struct tkz__plamo_token {
    const char *bytes;
    size_t size;
    double score;
    tkz__piece_type type;
} tkz__plamo_token;

/* Makes a builder for the model. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__plamo_begin(tkz__tokenizer_builder **builder,
                                        const tkz_allocator *allocator, tkz_error *error);

/* The next token. Errors: BAD_FORMAT (a BYTE token that spells no byte), those of the builder. */
TKZ_CHECKED tkz_status tkz__plamo_add(tkz__tokenizer_builder *builder, uint32_t id,
                                      const tkz__plamo_token *token, tkz_error *error);

#endif
