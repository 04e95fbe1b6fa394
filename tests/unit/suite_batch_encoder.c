/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches on executors of any width give what one encoder gives; texts in segments give
 * what their segments give.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_batch_encoder(void);

static tkz_status make_tokenizer(const tkz_allocator *allocator, tkz_tokenizer **tokenizer)
{
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("llama3", 6),
                                                   allocator, NULL);
    if (status != TKZ_OK)
        return status;
    for (uint32_t byte = 0; status == TKZ_OK && byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        status = tkz__tokenizer_builder_add_token(builder, byte, &value, 1, NULL);
    }
    static const char *const words[] = {"th", "the", "\xE3\x81", "の"};
    for (uint32_t i = 0; status == TKZ_OK && i < 4; i++)
        status = tkz__tokenizer_builder_add_token(builder, 256 + i, words[i], strlen(words[i]),
                                                  NULL);
    tkz__tokenizer_builder_join_by_rank(builder);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_added(builder, 300, "<s>", 3, TKZ__ADDED_SPECIAL, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_added(builder, 302, "<u>", 3, TKZ__ADDED_LSTRIP, NULL);
    const tkz__template_item template[] = {{97, 0}, {TKZ__TEMPLATE_FIRST, 0}, {98, 0}};
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_template(builder, template, 3, 0, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_tokenizer *new_tokenizer(void)
{
    tkz_tokenizer *tokenizer;
    ck_assert_status(make_tokenizer(NULL, &tokenizer));
    return tokenizer;
}

/* ---- Batches ------------------------------------------------------------- */

enum { TEXTS = 1000 / TEST_SHORTER };

typedef struct texts {
    char *data;
    uint64_t offsets[TEXTS + 1];
} texts;

/* Most are short, some empty, a few long. */
static void make_texts(texts *own, uint64_t *random)
{
    static const char *const samples[] = {"the ", "の", "日本", "<s>", " <u>", "1", "\xFF", "\n"};
    size_t capacity = 64, size = 0;
    own->data = malloc(capacity);
    own->offsets[0] = 3; /* batches need not begin at the start */
    memcpy(own->data, "xyz", 3);
    size = 3;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t count = test_random(random) % 40;
        if (test_random(random) % 200 == 0)
            count *= 1000;
        for (; count > 0; count--) {
            const char *next = samples[test_random(random) % (sizeof samples / sizeof *samples)];
            if (size + 16 > capacity)
                own->data = realloc(own->data, capacity *= 2);
            memcpy(own->data + size, next, strlen(next));
            size += strlen(next);
        }
        own->offsets[i + 1] = size;
    }
}

static void compare(const tkz_batch *found, const tkz_batch *expected)
{
    size_t count = (size_t)expected->offsets[expected->count];
    ck_assert_uint_eq(found->count, expected->count);
    ck_assert_mem_eq(found->offsets, expected->offsets, (expected->count + 1) * sizeof(uint64_t));
    if (count == 0)
        return;
    ck_assert_mem_eq(found->ids, expected->ids, count * sizeof *expected->ids);
    ck_assert(!found->spans == !expected->spans);
    if (expected->spans != NULL)
        ck_assert_mem_eq(found->spans, expected->spans, count * sizeof *expected->spans);
    ck_assert(!found->sources == !expected->sources);
    if (expected->sources != NULL)
        ck_assert_mem_eq(found->sources, expected->sources, expected->count * sizeof(uint64_t));
    ck_assert(!found->types == !expected->types);
    if (expected->types != NULL) {
        ck_assert_mem_eq(found->types, expected->types, count * sizeof *expected->types);
        ck_assert_mem_eq(found->attention, expected->attention, count);
        ck_assert_mem_eq(found->special, expected->special, count);
    }
}

/* Settings of every kind. */
static void set_all(tkz_encoder *encoder, int round)
{
    static const tkz_truncation truncation = {.max_length = 50, .stride = 5, .windows = 1};
    static const tkz_padding padding = {.length = 90, .multiple = 8, .id = 'p'};
    tkz_encoder_allow_special(encoder, round % 2);
    tkz_encoder_add_template(encoder, round % 4 < 2);
    tkz_encoder_want_offsets(encoder, round % 3);
    tkz_encoder_want_masks(encoder, round % 5 == 4);
    ck_assert_status(
        tkz_encoder_set_truncation(encoder, round % 4 == 3 ? &truncation : NULL, NULL));
    ck_assert_status(tkz_encoder_set_padding(encoder, round % 5 == 2 ? &padding : NULL, NULL));
    ck_assert_status(tkz_encoder_set_dropout(encoder, round % 6 == 5 ? 0.3 : 0, 7, NULL));
}

START_TEST(any_number_of_threads)
{
    texts own;
    uint64_t random = 7;
    tkz_tokenizer *tokenizer = new_tokenizer();
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    for (uint32_t threads = 0; threads < 5; threads++) {
        tkz_pool *pool = NULL;
        if (threads > 0)
            ck_assert_status(tkz_pool_new(&pool, threads, NULL, NULL));
        tkz_batch_encoder *batches;
        ck_assert_status(tkz_batch_encoder_new(&batches, tokenizer,
                                               threads > 0 ? tkz_pool_executor(pool) : NULL, NULL,
                                               NULL));
        for (int round = 0; round < 12; round++) {
            const tkz_batch *expected, *found;
            make_texts(&own, &random);
            size_t count = round == 0 ? 0 : round == 1 ? 1 : TEXTS;
            set_all(tkz_batch_encoder_settings(batches), round);
            set_all(encoder, round);
            ck_assert_status(
                tkz_encoder_encode(encoder, own.data, own.offsets, count, &expected, NULL));
            ck_assert_status(tkz_batch_encoder_encode(batches, own.data, own.offsets, count, &found,
                                                      NULL));
            compare(found, expected);
            free(own.data);
        }
        tkz_batch_encoder_free(batches);
        tkz_pool_free(pool);
    }
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(refused_texts)
{
    tkz_tokenizer *tokenizer = new_tokenizer();
    tkz_batch_encoder *batches;
    ck_assert_status(tkz_batch_encoder_new(&batches, tokenizer, NULL, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    const tkz_batch *batch;
    tkz_error error;
    uint64_t back[3] = {0, 3, 2};
    ck_assert_int_eq(tkz_batch_encoder_encode(batches, "abc", back, 2, &batch, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    uint64_t huge[2] = {0, UINT64_C(1) << 32};
    ck_assert_int_eq(tkz_batch_encoder_encode(batches, "abc", huge, 1, &batch, &error),
                     TKZ_STATUS_LIMIT);
    tkz_batch_encoder_free(batches);
}
END_TEST

/* Runs its tasks one after the other, so that an allocator need not be safe from threads; or none. */
static tkz_status run_in_turn(void *context, uint32_t count,
                              void (*task)(void *argument, uint32_t index), void *argument)
{
    if (context != NULL)
        return TKZ_STATUS_BUSY;
    for (uint32_t i = count; i > 0; i--)
        task(argument, i - 1);
    return TKZ_OK;
}

START_TEST(executor_that_fails)
{
    int context = 0;
    tkz_executor executor = {&context, 2, run_in_turn};
    tkz_tokenizer *tokenizer = new_tokenizer();
    tkz_batch_encoder *batches;
    ck_assert_status(tkz_batch_encoder_new(&batches, tokenizer, &executor, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    enum { SIZE = 1 << 16 };
    char *text = calloc(1, SIZE);
    uint64_t offsets[3] = {0, SIZE / 2, SIZE};
    const tkz_batch *batch;
    tkz_error error;
    ck_assert_int_eq(tkz_batch_encoder_encode(batches, text, offsets, 2, &batch, &error),
                     TKZ_STATUS_BUSY);
    ck_assert_int_eq(error.code, TKZ_STATUS_BUSY);
    free(text);
    tkz_batch_encoder_free(batches);
}
END_TEST

static tkz_status use_batches(void *context, const tkz_allocator *allocator)
{
    enum { SIZE = 1 << 17 };
    tkz_executor executor = {NULL, 3, run_in_turn};
    tkz_batch_encoder *batches;
    tkz_status status = tkz_batch_encoder_new(&batches, context, &executor, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    tkz_encoder_want_offsets(tkz_batch_encoder_settings(batches), TKZ_OFFSETS_CHARACTERS);
    char *text = malloc(SIZE);
    memset(text, 't', SIZE);
    uint64_t offsets[4] = {0, 10, SIZE / 2, SIZE};
    const tkz_batch *batch;
    tkz_error error;
    status = tkz_batch_encoder_encode(batches, text, offsets, 3, &batch, &error);
    ck_assert_int_eq(error.code, status == TKZ_OK ? error.code : status);
    if (status == TKZ_OK)
        ck_assert_uint_eq(batch->offsets[3], SIZE);
    /* After a failure the next call works, if it can. */
    if (status != TKZ_OK && tkz_batch_encoder_encode(batches, text, offsets, 2, &batch, NULL) == TKZ_OK)
        ck_assert_uint_eq(batch->offsets[2], SIZE / 2);
    free(text);
    tkz_batch_encoder_free(batches);
    return status;
}

START_TEST(allocation_failures)
{
    tkz_tokenizer *tokenizer = new_tokenizer();
    test_all_allocation_failures(use_batches, tokenizer);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* ---- Segments ------------------------------------------------------------ */

#define TEXT(text) {text, sizeof text - 1, TKZ_SEGMENT_TEXT, 0}
#define CONTROL(text) {text, sizeof text - 1, TKZ_SEGMENT_CONTROL, 0}
#define TOKEN(id) {NULL, 0, TKZ_SEGMENT_TOKEN, id}

static tkz_encoder *new_encoder(void)
{
    tkz_encoder *encoder;
    tkz_tokenizer *tokenizer = new_tokenizer();
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    return encoder;
}

static void check(tkz_encoder *encoder, const tkz_segment *segments, size_t count,
                  const uint32_t (*expected)[3], size_t ids)
{
    const tkz_batch *batch;
    ck_assert_status(tkz_encoder_encode_segments(encoder, segments, count, &batch, NULL));
    ck_assert_uint_eq(batch->count, 1);
    ck_assert_uint_eq(batch->offsets[1], ids);
    for (size_t i = 0; i < ids; i++) {
        ck_assert_uint_eq(batch->ids[i], expected[i][0]);
        ck_assert_uint_eq(batch->spans[i].start, expected[i][1]);
        ck_assert_uint_eq(batch->spans[i].end, expected[i][2]);
    }
}

/* What people wrote stays text; nothing joins across a border, neither chunks nor tokens. */
START_TEST(segments)
{
    static const tkz_segment chat[] = {CONTROL("<s>の"), TEXT("<s>"), TOKEN(300), TEXT("th"),
                                       TEXT("e "), CONTROL("<u>"), TEXT(""), CONTROL("<s"), TEXT(">")};
    static const uint32_t bytes[][3] = {
        {97, 0, 0}, {300, 0, 3}, {259, 3, 6}, {'<', 6, 7}, {'s', 7, 8}, {'>', 8, 9}, {300, 9, 9},
        {256, 9, 11}, {'e', 11, 12}, {' ', 12, 13}, {302, 13, 16}, {'<', 16, 17}, {'s', 17, 18},
        {'>', 18, 19}, {98, 19, 19}};
    enum { IDS = sizeof bytes / sizeof *bytes };
    tkz_encoder *encoder = new_encoder();
    tkz_encoder_add_template(encoder, 1);
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    check(encoder, chat, sizeof chat / sizeof *chat, bytes, IDS);
    /* The setting for whole texts neither counts nor changes. */
    tkz_encoder_allow_special(encoder, 1);
    check(encoder, chat, sizeof chat / sizeof *chat, bytes, IDS);
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 3};
    ck_assert_status(tkz_encoder_encode(encoder, "<s>", offsets, 1, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], 3);
    /* In characters: all behind the first kana moves by two. */
    uint32_t characters[IDS][3];
    memcpy(characters, bytes, sizeof bytes);
    for (size_t i = 2; i < IDS; i++) {
        characters[i][1] -= i > 2 ? 2 : 0;
        characters[i][2] -= 2;
    }
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
    check(encoder, chat, sizeof chat / sizeof *chat, characters, IDS);
    static const uint32_t template[][3] = {{97, 0, 0}, {98, 0, 0}};
    check(encoder, NULL, 0, template, 2);
    /* Rows of one length of it. */
    tkz_padding padding = {.length = IDS + 2, .id = 'p'};
    ck_assert_status(tkz_encoder_set_padding(encoder, &padding, NULL));
    uint32_t padded[IDS + 2][3] = {{0}};
    memcpy(padded, characters, sizeof characters);
    padded[IDS][0] = padded[IDS + 1][0] = 'p';
    check(encoder, chat, sizeof chat / sizeof *chat, padded, IDS + 2);
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(refused_segments)
{
    tkz_encoder *encoder = new_encoder();
    const tkz_batch *batch;
    tkz_error error;
    const tkz_segment hole[] = {TEXT("a"), TOKEN(301)};
    ck_assert_int_eq(tkz_encoder_encode_segments(encoder, hole, 2, &batch, &error),
                     TKZ_STATUS_BAD_ID);
    ck_assert_uint_eq(error.offset, 1);
    const tkz_segment beyond[] = {TOKEN(400)};
    ck_assert_int_eq(tkz_encoder_encode_segments(encoder, beyond, 1, &batch, NULL),
                     TKZ_STATUS_BAD_ID);
    const tkz_segment unknown[] = {{"a", 1, 3, 0}};
    ck_assert_int_eq(tkz_encoder_encode_segments(encoder, unknown, 1, &batch, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    const tkz_segment huge[] = {{"a", (size_t)UINT32_MAX, TKZ_SEGMENT_TEXT, 0}};
    ck_assert_int_eq(tkz_encoder_encode_segments(encoder, huge, 1, &batch, &error),
                     TKZ_STATUS_LIMIT);
    tkz_encoder_free(encoder);
}
END_TEST

static tkz_status use_segments(void *context, const tkz_allocator *allocator)
{
    static const tkz_segment chat[] = {CONTROL("<s>の"), TOKEN(300), TEXT("the the")};
    tkz_encoder *encoder;
    const tkz_batch *batch;
    tkz_status status = tkz_encoder_new(&encoder, context, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
    status = tkz_encoder_encode_segments(encoder, chat, 3, &batch, NULL);
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(allocation_failures_of_segments)
{
    tkz_tokenizer *tokenizer = new_tokenizer();
    test_all_allocation_failures(use_segments, tokenizer);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_batch_encoder(void)
{
    Suite *suite = suite_create("batch_encoder");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, any_number_of_threads);
    tcase_add_test(tests, refused_texts);
    tcase_add_test(tests, executor_that_fails);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, segments);
    tcase_add_test(tests, refused_segments);
    tcase_add_test(tests, allocation_failures_of_segments);
    suite_add_tcase(suite, tests);
    return suite;
}
