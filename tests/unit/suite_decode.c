/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding many ids, which is done from a table, against the tokens one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/encoder_parts.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"
#include "tokenize/subword.h"

Suite *suite_decode(void);

enum { IDS = 3000, CALLS = 8 };

/* Bytes, special tokens before and behind them, tokens of 2, 4, 8 .. 32 letters. */
static tkz_tokenizer *new_tokenizer(void)
{
    tkz__tokenizer_builder *builder;
    uint32_t id, letters = 1 + 'a' - 33;
    ck_assert_status(tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("llama3", 6),
                                                NULL, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_special(builder, "<|first|>", 9, &id, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    for (int i = 0; i < 5; i++)
        ck_assert_status(
            tkz__tokenizer_builder_add_merge(builder, letters, letters, &letters, NULL));
    ck_assert_status(
        tkz__tokenizer_builder_add_special(builder, "<|a long special token|>", 24, &id, NULL));
    tkz_tokenizer *tokenizer;
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    return tokenizer;
}

/* The slow way; returns the size. */
static size_t join(const tkz_tokenizer *tokenizer, const uint32_t *ids, size_t count,
                   bool skip_special, uint8_t *joined)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes;
        size_t length;
        int32_t is_special;
        ck_assert_status(
            tkz_tokenizer_token(tokenizer, ids[i], &bytes, &length, &is_special, NULL));
        if (is_special && skip_special)
            continue;
        memcpy(joined + size, bytes, length);
        size += length;
    }
    return size;
}

START_TEST(many_ids)
{
    static uint32_t ids[IDS];
    static uint8_t joined[IDS * 32];
    uint64_t random = 31;
    tkz_tokenizer *tokenizer = new_tokenizer();
    uint32_t token_count = tkz_tokenizer_size(tokenizer);
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    for (int call = 0; call < CALLS; call++) {
        /* Of the last calls, one id in so many is any: long tokens and special ones are rare. */
        for (size_t i = 0; i < IDS; i++)
            ids[i] = test_random(&random) % (uint64_t)(1 + call) == 0
                         ? (uint32_t)(test_random(&random) % token_count)
                         : (uint32_t)(1 + test_random(&random) % 256);
        for (int32_t skip = 0; skip < 2; skip++) {
            const uint8_t *bytes;
            size_t size, expected = join(tokenizer, ids, IDS, skip, joined);
            ck_assert_status(
                tkz_encoder_decode(encoder, ids, IDS, skip, &bytes, &size, NULL));
            ck_assert_uint_eq(size, expected);
            ck_assert_int_eq(memcmp(bytes, joined, size), 0);
        }
        /* The table is there: no call has enough ids for it, two have. */
        ck_assert_int_eq(encoder->short_tokens != NULL, true);
        const uint8_t *bytes;
        size_t size, bad = test_random(&random) % IDS;
        tkz_error error;
        ids[bad] = token_count + (uint32_t)(test_random(&random) % 3);
        ck_assert_int_eq(tkz_encoder_decode(encoder, ids, IDS, 1, &bytes, &size, &error),
                         TKZ_STATUS_BAD_ID);
        ck_assert_uint_eq(error.offset, bad);
    }
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

static tkz_status decode_all(void *context, const tkz_allocator *allocator)
{
    static uint32_t ids[2 * IDS];
    tkz_encoder *encoder;
    const uint8_t *bytes;
    size_t size;
    tkz_status status = tkz_encoder_new(&encoder, context, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_decode(encoder, ids, 2 * IDS, 0, &bytes, &size, NULL);
    if (status == TKZ_OK)
        ck_assert_uint_eq(size, 2 * IDS * 9);
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(allocation_failures)
{
    tkz_tokenizer *tokenizer = new_tokenizer();
    test_all_allocation_failures(decode_all, tokenizer);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_decode(void)
{
    Suite *suite = suite_create("decode");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, many_ids);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
