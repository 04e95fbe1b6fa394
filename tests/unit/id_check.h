/* SPDX-License-Identifier: Apache-2.0
 *
 * For suites of tokenizer files: the ids of a text. Leans on testing.h and the
 * public header.
 */
#ifndef TKZ_TESTS_ID_CHECK_H
#define TKZ_TESTS_ID_CHECK_H

#include <string.h>

#include "testing.h"
#include "tokenize/subword.h"

/* A list of ids for check_ids. */
#define IDS(...) ((const uint32_t[]){__VA_ARGS__, UINT32_MAX})

/* Checks the ids of a text: `expected` ends with UINT32_MAX. */
static inline void check_ids(tkz_tokenizer *tokenizer, const char *text, const uint32_t *expected)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, strlen(text)};
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    size_t count = 0;
    while (expected[count] != UINT32_MAX)
        count++;
    ck_assert_uint_eq(batch->offsets[1], count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(batch->ids[i], expected[i]);
    tkz_encoder_free(encoder);
}

#endif
