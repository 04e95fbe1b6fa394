/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokenizers of byte-level BPE that suites make by the builder. Leans on Check.
 */
#ifndef TKZ_TESTS_TOKENIZER_FIXTURE_H
#define TKZ_TESTS_TOKENIZER_FIXTURE_H

#include <string.h>

#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"

static inline tkz__tokenizer_builder *new_builder(const tkz_allocator *allocator)
{
    tkz__tokenizer_builder *builder;
    ck_assert_status(tkz__tokenizer_builder_new(
        &builder, tkz__pre_tokenizer_find("llama3", 6), allocator, NULL));
    return builder;
}

static inline tkz_tokenizer *finish(tkz__tokenizer_builder *builder)
{
    tkz_tokenizer *tokenizer;
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
    return tokenizer;
}

static inline void check_round_trip(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                             const char *text, size_t size)
{
    const uint8_t *bytes;
    size_t length;
    ck_assert_status(tkz_encoder_decode(encoder, ids, count, 0, &bytes, &length, NULL));
    ck_assert_uint_eq(length, size);
    ck_assert(size == 0 || memcmp(bytes, text, size) == 0);
}

#endif
