/* SPDX-License-Identifier: Apache-2.0
 *
 * Places in characters: the index against slow counting, and the offsets of an encoder.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/character_index.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"
#include "text/utf8.h"

Suite *suite_character_index(void);

static const char *const samples[] = {"a", "é", "あ", "漢", "\xF0\x9F\x98\x80", "\xFF", "\x81",
                                      "\xE3", "\xE3\x81", "\xF0\x9F\x98", "\xED\xA0\x80", "\xC0\x80"};

static size_t random_text(uint64_t *random, char *text, size_t capacity)
{
    size_t size = 0, wanted = test_random(random) % capacity;
    while (size + 4 <= wanted) {
        const char *next = samples[test_random(random) % (sizeof samples / sizeof *samples)];
        memcpy(text + size, next, strlen(next));
        size += strlen(next);
    }
    return size;
}

/* The character that each byte is in, and their number behind the last. */
static void count_slowly(const char *text, size_t size, uint64_t *characters)
{
    uint64_t number = 0;
    for (size_t at = 0; at < size; number++) {
        uint32_t character;
        size_t length = tkz__utf8_decode(text + at, size - at, &character);
        for (; length > 0; length--)
            characters[at++] = number;
    }
    characters[size] = number;
}

enum { MOST = 700 };

START_TEST(against_slow_counting)
{
    uint64_t random = 3;
    tkz__character_index index;
    tkz__character_index_init(&index, NULL);
    for (int round = 0; round < 1000 / TEST_SHORTER; round++) {
        char text[MOST];
        uint64_t characters[MOST + 1];
        size_t size = random_text(&random, text, MOST), read = 0, dropped = 0;
        count_slowly(text, size, characters);
        tkz__character_index_clear(&index);
        while (read < size) {
            /* Parts end between characters; what is before some place is not asked for again. */
            size_t part = 1 + test_random(&random) % (size - read);
            while (read + part < size && characters[read + part] == characters[read + part - 1])
                part++;
            ck_assert_status(tkz__character_index_append(&index, text + read, part, NULL));
            read += part;
            dropped += test_random(&random) % (read - dropped + 1);
            tkz__character_index_drop(&index, dropped);
            for (int i = 0; i < 20; i++) {
                uint64_t start = dropped + test_random(&random) % (read - dropped + 1);
                uint64_t end = start + test_random(&random) % (read - start + 1);
                tkz_token_span span = {start, end};
                tkz__character_index_convert(&index, &span, 1);
                ck_assert_uint_eq(span.start, start == read && read > 0 ? characters[read - 1] + 1
                                                                        : characters[start]);
                ck_assert_uint_eq(span.end, end > start ? characters[end - 1] + 1 : span.start);
            }
        }
        ck_assert_uint_eq(index.characters, characters[size]);
    }
    tkz__character_index_free(&index);
}
END_TEST

/* What is held does not grow with a text whose start is dropped. */
START_TEST(dropped)
{
    test_memory memory;
    test_memory_init(&memory);
    tkz__character_index index;
    tkz__character_index_init(&index, &memory.allocator);
    for (uint64_t i = 1; i <= 100000; i++) {
        ck_assert_status(tkz__character_index_append(&index, "aあé", 6, NULL));
        tkz__character_index_drop(&index, i * 6 > 1000 ? i * 6 - 1000 : 0);
    }
    ck_assert_uint_eq(index.characters, 300000);
    ck_assert_int_lt(memory.bytes, 4096);
    tkz__character_index_free(&index);
    ck_assert_int_eq(memory.blocks, 0);
}
END_TEST

static tkz_status use(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__character_index index;
    tkz__character_index_init(&index, allocator);
    tkz_status status = TKZ_OK;
    for (int i = 0; status == TKZ_OK && i < 200; i++)
        status = tkz__character_index_append(&index, "漢字", 6, NULL);
    tkz__character_index_free(&index);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(use, NULL);
}
END_TEST

/* Tokens of single bytes: each has the whole character that its byte is in, as HF's offsets do. */
START_TEST(offsets_of_an_encoder)
{
    tkz__tokenizer_builder *builder;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    ck_assert_status(tkz__tokenizer_builder_new(
        &builder, tkz__pre_tokenizer_find("llama3", 6), NULL, NULL));
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        ck_assert_status(tkz__tokenizer_builder_add_token(builder, byte, &value, 1, NULL));
    }
    const tkz__template_item template[] = {{97, 0}, {TKZ__TEMPLATE_FIRST, 0}, {98, 0}};
    ck_assert_status(tkz__tokenizer_builder_set_template(builder, template, 3, 0, NULL));
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
    tkz_encoder_add_template(encoder, 1);
    uint64_t random = 9;
    for (int round = 0; round < 200; round++) {
        char text[MOST];
        uint64_t characters[MOST + 1];
        size_t first = random_text(&random, text, MOST / 2);
        size_t second = random_text(&random, text + first, MOST / 2);
        uint64_t offsets[3] = {0, first, first + second};
        const tkz_batch *batch;
        ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 2, &batch, NULL));
        for (size_t i = 0; i < 2; i++) {
            size_t size = (size_t)(offsets[i + 1] - offsets[i]);
            count_slowly(text + offsets[i], size, characters);
            const tkz_token_span *spans = batch->spans + batch->offsets[i];
            ck_assert_uint_eq(batch->offsets[i + 1] - batch->offsets[i], size + 2);
            ck_assert_uint_eq(spans[0].start, 0);
            ck_assert_uint_eq(spans[0].end, 0);
            for (size_t at = 0; at < size; at++) {
                ck_assert_uint_eq(spans[at + 1].start, characters[at]);
                ck_assert_uint_eq(spans[at + 1].end, characters[at] + 1);
            }
            ck_assert_uint_eq(spans[size + 1].start, characters[size]);
            ck_assert_uint_eq(spans[size + 1].end, characters[size]);
        }
    }
    tkz_encoder_free(encoder);
}
END_TEST

Suite *suite_character_index(void)
{
    Suite *suite = suite_create("character_index");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, against_slow_counting);
    tcase_add_test(tests, dropped);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, offsets_of_an_encoder);
    suite_add_tcase(suite, tests);
    return suite;
}
