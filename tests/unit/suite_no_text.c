/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of random bytes against the encoding of each of their chunks by itself, which takes another
 * way.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/encoder_parts.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"

Suite *suite_no_text(void);

enum { MERGES = 6000, TEXT = 20000 };

/* Random merges of random symbols: one pair of bytes in twelve is in some symbol. The merge of some
 * tokens
 * comes too late, as that of `abc`: only whole chunks can be those. */
static tkz_tokenizer *random_tokenizer(uint64_t *random, bool whole_chunks)
{
    tkz__tokenizer_builder *builder;
    ck_assert_status(tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("llama3", 6),
                                                NULL, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    tkz__tokenizer_builder_set_whole_chunks(builder, whole_chunks);
    uint32_t a = 'a' - 33, id, count = 256 + 3;
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, a + 1, a + 2, &id, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, a, a + 1, &id, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, id, a + 2, &id, NULL));
    for (size_t i = 0; i < MERGES; i++) {
        uint32_t left = (uint32_t)(test_random(random) % (i % 8 == 0 ? count : 256));
        uint32_t right = (uint32_t)(test_random(random) % (i % 4 == 0 ? count : 256));
        if (tkz__tokenizer_builder_add_merge(builder, left, right, &id, NULL) == TKZ_OK)
            count++;
    }
    tkz_tokenizer *tokenizer;
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    return tokenizer;
}

/* Random bytes, and now and then some text: a token, kana, a word by itself, a run. */
static size_t random_bytes(uint64_t *random, const tkz__image *image, char *text)
{
    size_t size = 0;
    while (size + 64 < TEXT) {
        uint64_t kind = test_random(random) % 64;
        size_t count = test_random(random) % 32;
        if (kind < 8) {
            const uint8_t *bytes;
            size_t length;
            uint32_t id = (uint32_t)(test_random(random) % image->token_count);
            ck_assert(tkz__image_token(image, id, &bytes, &length));
            if (length > 32)
                continue;
            memcpy(text + size, bytes, length);
            size += length;
        } else if (kind == 8) {
            memset(text + size, (int)(test_random(random) % 256), count);
            size += count;
        } else if (kind == 9) {
            for (size_t i = 0; i < count / 4; i++, size += 3)
                memcpy(text + size, "\xE3\x81\xAE", 3);
        } else if (kind == 10) {
            memcpy(text + size, "\nabc1", 5);
            size += 5;
        } else {
            for (size_t i = 0; i < count; i++)
                text[size++] = (char)test_random(random);
        }
    }
    return size;
}

/* The ids of each chunk by itself. */
static size_t encode_chunks(tkz_encoder *encoder, const char *text, size_t size, uint32_t *ids)
{
    static uint64_t offsets[TEXT + 1];
    static uint32_t ends[TEXT];
    size_t count = encoder->image->pre_tokenizer->cut(text, size, ends, TEXT);
    for (size_t i = 0; i < count; i++)
        offsets[i + 1] = ends[i];
    ck_assert_uint_eq(offsets[count], size);
    const tkz_batch *batch;
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, count, &batch, NULL));
    memcpy(ids, batch->ids, batch->offsets[count] * sizeof *ids);
    return batch->offsets[count];
}

static size_t count_whole_tokens(const tkz__image *image, const uint32_t *ids, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t symbol = 0;
        while (symbol < image->symbol_count && tkz__image_symbol_id(image, symbol) != ids[i])
            symbol++;
        found += symbol == image->symbol_count;
    }
    return found;
}

static void against_chunks(bool whole_chunks)
{
    static char text[TEXT];
    static uint32_t expected[TEXT];
    uint64_t random = 31;
    for (int number = 0; number < 4; number++) {
        tkz_tokenizer *tokenizer = random_tokenizer(&random, whole_chunks);
        const tkz__image *image = tkz__tokenizer_image(tokenizer);
        tkz_encoder *encoder, *other;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        ck_assert_status(tkz_encoder_new(&other, tokenizer, NULL, NULL));
        size_t whole_tokens = 0;
        for (int round = 0; round < 20; round++) {
            size_t size = random_bytes(&random, image, text);
            size_t count = encode_chunks(other, text, size, expected);
            const tkz_batch *batch;
            const uint64_t *counts;
            uint64_t offsets[2] = {0, size};
            ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
            ck_assert_uint_eq(batch->offsets[1], count);
            ck_assert_int_eq(memcmp(batch->ids, expected, count * sizeof *expected), 0);
            ck_assert_status(tkz_encoder_count(encoder, text, offsets, 1, &counts, NULL));
            ck_assert_uint_eq(counts[0], count);
            if (round == 0)
                whole_tokens = count_whole_tokens(image, expected, count);
        }
        ck_assert(encoder->memory->joins.is_made); /* it did take that way */
        ck_assert(!other->memory->joins.is_made);
        ck_assert_int_eq(whole_tokens > 0, whole_chunks);
        tkz_encoder_free(other);
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
}

START_TEST(merges)
{
    against_chunks(false);
}
END_TEST

START_TEST(whole_chunks)
{
    against_chunks(true);
}
END_TEST

Suite *suite_no_text(void)
{
    Suite *suite = suite_create("no_text");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, merges);
    tcase_add_test(tests, whole_chunks);
    suite_add_tcase(suite, tests);
    return suite;
}
