/* SPDX-License-Identifier: Apache-2.0
 *
 * BPE dropout: how often each way to cut a word comes up, that a seed and a text say
 * everything, and that whatever is drawn, the tokens are the text.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_dropout(void);

/* The bytes have their own values as ids. b c comes before a b, so that "abc" and "abcabc" are made by
 * dropout only. */
enum { BC = 256, AB, ABC, ABCABC, WIDE, COUNT };

static tkz_status make(tkz_tokenizer **tokenizer, const tkz_allocator *allocator)
{
    static const char *const words[] = {"bc", "ab", "abc", "abcabc", "あ"};
    static const uint32_t merges[][2] = {{'b', 'c'}, {'a', 'b'}, {AB, 'c'}, {ABC, ABC}};
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(
        &builder, tkz__pre_tokenizer_find("llama3", 6), allocator, NULL);
    if (status != TKZ_OK)
        return status;
    for (uint32_t byte = 0; status == TKZ_OK && byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        status = tkz__tokenizer_builder_add_token(builder, byte, &value, 1, NULL);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < COUNT - 256; i++)
        status = tkz__tokenizer_builder_add_token(builder, 256 + i, words[i], strlen(words[i]),
                                                  NULL);
    for (size_t i = 0; status == TKZ_OK && i < sizeof merges / sizeof *merges; i++)
        status = tkz__tokenizer_builder_join(builder, merges[i][0], merges[i][1], NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_added(builder, 300, "<x>", 3, 0, NULL);
    tkz__tokenizer_builder_set_whole_chunks(builder, true);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_encoder *new_encoder(void)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    ck_assert_status(make(&tokenizer, NULL));
    ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    return encoder;
}

/* Ids as text: "97 256". */
static const char *ids_of(tkz_encoder *encoder, const char *text)
{
    static char got[400];
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, strlen(text)};
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    size_t size = 0;
    got[0] = '\0';
    for (size_t i = 0; i < batch->offsets[1]; i++)
        size += (size_t)snprintf(got + size, sizeof got - size, "%s%u", i > 0 ? " " : "",
                                 batch->ids[i]);
    return got;
}

START_TEST(off_and_on)
{
    tkz_encoder *encoder = new_encoder();
    ck_assert_str_eq(ids_of(encoder, "abcabc abc"), "259 32 97 256");
    ck_assert_status(tkz_encoder_set_dropout(encoder, 1, 7, NULL));
    ck_assert_str_eq(ids_of(encoder, "abcabc"), "97 98 99 97 98 99");
    ck_assert_str_eq(ids_of(encoder, "ab<x>あ"), "97 98 300 227 129 130");
    ck_assert_status(tkz_encoder_set_dropout(encoder, 0, 7, NULL));
    ck_assert_str_eq(ids_of(encoder, "abcabc abc"), "259 32 97 256");
    tkz_error error;
    const double wrong[] = {-0.1, 1.1, NAN, INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_int_eq(tkz_encoder_set_dropout(encoder, wrong[i], 7, &error),
                         TKZ_STATUS_INVALID_ARGUMENT);
    tkz_encoder_free(encoder);
}
END_TEST

/* Of "abc" with a probability p that a merge is passed over: b c happens first with 1 - p. Passed over,
 * a b happens with 1 - p, which queues b c again, though it cannot happen any more, and then a b + c
 * with 1 - p. */
START_TEST(frequencies)
{
    static const double probabilities[] = {0.1, 0.5, 0.8};
    double p = probabilities[_i];
    const char *const ways[] = {"97 256", "258", "257 99", "97 98 99"};
    const double shares[] = {1 - p, p * (1 - p) * (1 - p), p * (1 - p) * p, p * p};
    enum { ROUNDS = 20000 };
    uint32_t counts[4] = {0};
    tkz_encoder *encoder = new_encoder();
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        ck_assert_status(tkz_encoder_set_dropout(encoder, p, seed, NULL));
        const char *ids = ids_of(encoder, "abc");
        size_t way = 0;
        while (way < 4 && strcmp(ways[way], ids) != 0)
            way++;
        ck_assert_msg(way < 4, "%s", ids);
        counts[way]++;
    }
    double sum = 0; /* chi-square of three degrees of freedom: 16.3 is passed once in 1000 times */
    for (size_t i = 0; i < 4; i++) {
        double expected = shares[i] * ROUNDS;
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    ck_assert_msg(sum < 16.3, "chi-square %g", sum);
    tkz_encoder_free(encoder);
}
END_TEST

/* Neither the batch nor the order nor the encoder matters, and counting draws the same. */
START_TEST(a_seed_and_a_text)
{
    static const char *const texts[] = {"abcabcabc", "ab abc abcabc<x>abc", "", "abcabcabc", "あabc"};
    char data[200] = "";
    uint64_t offsets[6] = {0};
    for (size_t i = 0; i < 5; i++) {
        strcat(data, texts[i]);
        offsets[i + 1] = strlen(data);
    }
    tkz_encoder *encoder = new_encoder(), *other = new_encoder();
    uint32_t differ = 0;
    for (uint32_t seed = 0; seed < 200; seed++) {
        const tkz_batch *batch;
        const uint64_t *counts;
        char last[400];
        ck_assert_status(tkz_encoder_set_dropout(encoder, 0.4, seed, NULL));
        ck_assert_status(tkz_encoder_set_dropout(other, 0.4, seed, NULL));
        ck_assert_status(tkz_encoder_count(encoder, data, offsets, 5, &counts, NULL));
        uint64_t counted[5];
        memcpy(counted, counts, sizeof counted);
        ck_assert_status(tkz_encoder_encode(encoder, data, offsets, 5, &batch, NULL));
        for (size_t i = 5; i > 0; i--) {
            char ids[400] = "";
            size_t size = 0;
            for (uint64_t k = batch->offsets[i - 1]; k < batch->offsets[i]; k++)
                size += (size_t)snprintf(ids + size, sizeof ids - size, "%s%u",
                                         size > 0 ? " " : "", batch->ids[k]);
            ck_assert_uint_eq(batch->offsets[i] - batch->offsets[i - 1], counted[i - 1]);
            ck_assert_str_eq(ids, ids_of(other, texts[i - 1]));
            strcpy(last, ids);
        }
        ck_assert_status(tkz_encoder_set_dropout(other, 0.4, seed + 1000, NULL));
        differ += strcmp(last, ids_of(other, texts[0])) != 0;
    }
    ck_assert_uint_gt(differ, 100);
    tkz_encoder_free(encoder);
    tkz_encoder_free(other);
}
END_TEST

/* The threads of a batch encoder draw what one encoder draws; a text in parts cannot. */
START_TEST(threads_and_parts)
{
    enum { TEXTS = 3000, SIZE = 40 };
    char *data = malloc(TEXTS * SIZE);
    uint64_t *offsets = malloc((TEXTS + 1) * sizeof *offsets);
    for (size_t i = 0; i < TEXTS * SIZE; i++)
        data[i] = "abc b"[i * 7 % 11 % 5];
    for (size_t i = 0; i <= TEXTS; i++)
        offsets[i] = i * SIZE;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder = new_encoder();
    tkz_pool *pool;
    tkz_batch_encoder *threads;
    const tkz_batch *batch, *other;
    ck_assert_status(make(&tokenizer, NULL));
    ck_assert_status(tkz_pool_new(&pool, 3, NULL, NULL));
    ck_assert_status(
        tkz_batch_encoder_new(&threads, tokenizer, tkz_pool_executor(pool), NULL, NULL));
    ck_assert_status(tkz_encoder_set_dropout(encoder, 0.3, 5, NULL));
    ck_assert_status(tkz_encoder_set_dropout(tkz_batch_encoder_settings(threads), 0.3, 5, NULL));
    ck_assert_status(tkz_encoder_encode(encoder, data, offsets, TEXTS, &batch, NULL));
    ck_assert_status(tkz_batch_encoder_encode(threads, data, offsets, TEXTS, &other, NULL));
    ck_assert_int_eq(memcmp(batch->offsets, other->offsets, (TEXTS + 1) * sizeof *offsets), 0);
    ck_assert_int_eq(memcmp(batch->ids, other->ids, batch->offsets[TEXTS] * sizeof *batch->ids),
                     0);
    tkz_error error;
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, data, 10, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "dropout"));
    tkz_batch_encoder_free(threads);
    tkz_pool_free(pool);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    free(data);
    free(offsets);
}
END_TEST

/* One piece that no border cuts: the tokens are the text, each beside the one before. */
START_TEST(long_pieces)
{
    enum { SIZE = 30000 / TEST_SHORTER * 3 };
    char *text = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = "abc"[i % 3];
    tkz_encoder *encoder = new_encoder();
    tkz_encoder_want_offsets(encoder, 1);
    static const double probabilities[] = {0.01, 0.5, 0.9, 1};
    for (size_t i = 0; i < 4; i++) {
        const tkz_batch *batch;
        const uint8_t *bytes;
        size_t size;
        uint64_t offsets[2] = {0, SIZE}, at = 0;
        ck_assert_status(tkz_encoder_set_dropout(encoder, probabilities[i], i, NULL));
        ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
        for (uint64_t k = 0; k < batch->offsets[1]; k++) {
            ck_assert_uint_eq(batch->spans[k].start, at);
            at = batch->spans[k].end;
        }
        ck_assert_uint_eq(at, SIZE);
        ck_assert_status(tkz_encoder_decode(encoder, batch->ids, batch->offsets[1], 0, &bytes,
                                            &size, NULL));
        ck_assert(size == SIZE && memcmp(bytes, text, SIZE) == 0);
    }
    tkz_encoder_free(encoder);
    free(text);
}
END_TEST

/* Bytes without tokens are left out first, and their neighbours merge. */
START_TEST(missing_bytes)
{
    tkz__tokenizer_builder *builder;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    ck_assert_status(tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("llama3", 6), NULL,
                                                NULL));
    ck_assert_status(tkz__tokenizer_builder_add_token(builder, 3, "a", 1, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_token(builder, 5, "b", 1, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_token(builder, 1, "ab", 2, NULL));
    ck_assert_status(tkz__tokenizer_builder_join(builder, 3, 5, NULL));
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    uint32_t merged = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        ck_assert_status(tkz_encoder_set_dropout(encoder, 0.5, seed, NULL));
        const char *ids = ids_of(encoder, "xaxxb");
        merged += strcmp(ids, "1") == 0;
        ck_assert(strcmp(ids, "1") == 0 || strcmp(ids, "3 5") == 0);
        ck_assert_str_eq(ids_of(encoder, "xyz"), "");
    }
    ck_assert(merged > 20 && merged < 80);
    tkz_encoder_free(encoder);
}
END_TEST

static tkz_status make_and_use(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    tkz_status status = make(&tokenizer, allocator);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    tkz_tokenizer_free(tokenizer);
    if (status != TKZ_OK)
        return status;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 30};
    status = tkz_encoder_set_dropout(encoder, 0.5, 1, NULL);
    if (status == TKZ_OK)
        status = tkz_encoder_encode(encoder, "abcabcabcabcabcabcabcabc abcabc", offsets, 1, &batch,
                                    NULL);
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(make_and_use, NULL);
}
END_TEST

Suite *suite_dropout(void)
{
    Suite *suite = suite_create("dropout");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, off_and_on);
    tcase_add_loop_test(tests, frequencies, 0, 3);
    tcase_add_test(tests, a_seed_and_a_text);
    tcase_add_test(tests, threads_and_parts);
    tcase_add_test(tests, long_pieces);
    tcase_add_test(tests, missing_bytes);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
