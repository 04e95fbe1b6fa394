/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of batches: templates of one text and of two, truncation, windows, padding,
 * and what is refused. tests/conformance/compare_rows compares them with HF tokenizers.
 */
#include <stdio.h>
#include <string.h>

#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_batch_rows(void);

enum { START = 300, END = 301, FILL = 302 };

/* Single bytes are tokens; a row is START, the text, END, or START, A, END, B with type 1, END. */
static tkz_status make_encoder(tkz_encoder **encoder, bool pairs, const tkz_allocator *allocator)
{
    static const tkz__template_item items[] = {
        {START, 0}, {TKZ__TEMPLATE_FIRST, 0}, {END, 0},
        {START, 0}, {TKZ__TEMPLATE_FIRST, 0}, {END, 0}, {TKZ__TEMPLATE_SECOND, 1}, {END, 1}};
    static const char *const added[] = {"<s>", "</s>", "<pad>"};
    tkz__tokenizer_builder *builder;
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status = tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("gpt2", 4),
                                                   allocator, NULL);
    if (status != TKZ_OK)
        return status;
    for (uint32_t byte = 0; status == TKZ_OK && byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        status = tkz__tokenizer_builder_add_token(builder, byte, &value, 1, NULL);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < 3; i++)
        status = tkz__tokenizer_builder_add_added(builder, START + i, added[i], strlen(added[i]),
                                                  TKZ__ADDED_SPECIAL, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_template(builder, items, 3, pairs ? 5 : 0, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, &tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    if (status == TKZ_OK)
        status = tkz_encoder_new(encoder, tokenizer, allocator, NULL);
    tkz_tokenizer_free(tokenizer);
    return status;
}

/* Texts stand between bars. */
typedef struct cut_texts {
    uint64_t offsets[16];
    char data[200];
    size_t count;
} cut_texts;

static cut_texts cut(const char *text)
{
    cut_texts own = {.count = 0};
    size_t size = 0;
    for (; *text != '\0'; text++) {
        if (*text == '|')
            own.offsets[++own.count] = size;
        else
            own.data[size++] = *text;
    }
    own.offsets[++own.count] = size;
    return own;
}

static char shown(uint32_t id)
{
    return id == START ? '<' : id == END ? '>' : id == FILL ? '_' : (char)id;
}

/* Rows as "0:<abc> 1:<d>", or with masks as "0:<abc>/types/attention/special". */
static void check_rows(const tkz_batch *batch, const char *expected)
{
    char got[600] = "";
    size_t size = 0;
    for (size_t row = 0; row < batch->count; row++) {
        uint64_t start = batch->offsets[row], end = batch->offsets[row + 1];
        uint64_t source = batch->sources != NULL ? batch->sources[row] : row;
        size += (size_t)snprintf(got + size, sizeof got - size, "%s%d:", row > 0 ? " " : "",
                                 (int)source);
        for (uint64_t i = start; i < end; i++)
            got[size++] = shown(batch->ids[i]);
        for (int mask = 0; batch->types != NULL && mask < 3; mask++) {
            got[size++] = '/';
            for (uint64_t i = start; i < end; i++)
                got[size++] = (char)('0' + (mask == 0   ? batch->types[i]
                                            : mask == 1 ? batch->attention[i]
                                                        : batch->special[i]));
        }
        got[size] = '\0';
    }
    ck_assert_str_eq(got, expected);
}

static tkz_status rows_of(tkz_encoder *encoder, const char *texts, bool pairs,
                          const tkz_batch **batch, tkz_error *error)
{
    cut_texts own = cut(texts);
    return pairs ? tkz_encoder_encode_pairs(encoder, own.data, own.offsets, own.count / 2, batch,
                                            error)
                 : tkz_encoder_encode(encoder, own.data, own.offsets, own.count, batch, error);
}

static void check(tkz_encoder *encoder, const char *texts, bool pairs, const char *expected)
{
    const tkz_batch *batch;
    tkz_error error = {0};
    tkz_status status = rows_of(encoder, texts, pairs, &batch, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    check_rows(batch, expected);
}

#define LONGEST(length, stride, windows)                                                          \
    (&(tkz_truncation){length, stride, TKZ_TRUNCATE_LONGEST, TKZ_SIDE_RIGHT, windows})

START_TEST(pairs_and_masks)
{
    tkz_encoder *encoder;
    ck_assert_status(make_encoder(&encoder, true, NULL));
    check(encoder, "ab|cd", true, "0:abcd");
    tkz_encoder_add_template(encoder, 1);
    check(encoder, "ab|cd||", true, "0:<ab>cd> 1:<>>");
    check(encoder, "ab|", false, "0:<ab> 1:<>");
    tkz_encoder_want_masks(encoder, 1);
    check(encoder, "ab|cd", true, "0:<ab>cd>/0000111/1111111/1001001");
    check(encoder, "ab", false, "0:<ab>/0000/1111/1001");
    tkz_encoder_add_template(encoder, 0);
    check(encoder, "ab|c", true, "0:abc/001/111/000");
    tkz_encoder_want_masks(encoder, 0);
    check(encoder, "", false, "0:");
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(truncation_and_windows)
{
    tkz_encoder *encoder;
    ck_assert_status(make_encoder(&encoder, true, NULL));
    ck_assert_status(tkz_encoder_set_truncation(encoder, LONGEST(4, 1, 0), NULL));
    check(encoder, "abcdefgh|abcd|x", false, "0:abcd 1:abcd 2:x");
    check(encoder, "abcdef|x", true, "0:abcx");
    check(encoder, "abcdef|uvwxyz", true, "0:abuv");
    ck_assert_status(tkz_encoder_set_truncation(encoder, LONGEST(4, 1, 1), NULL));
    check(encoder, "abcdefgh|x", false, "0:abcd 0:defg 0:gh 1:x");
    check(encoder, "abcd|uvwx", true, "0:abuv 0:bcuv 0:bcvw 0:bcwx 0:cduv 0:cdvw 0:cdwx 0:abvw 0:abwx");
    tkz_encoder_add_template(encoder, 1);
    check(encoder, "abc", false, "0:<ab> 0:<bc>");
    tkz_truncation left = {5, 0, TKZ_TRUNCATE_FIRST, TKZ_SIDE_LEFT, 1};
    ck_assert_status(tkz_encoder_set_truncation(encoder, &left, NULL));
    check(encoder, "abcdefg", false, "0:<efg> 0:<bcd> 0:<a>");
    ck_assert_status(tkz_encoder_set_truncation(encoder, NULL, NULL));
    check(encoder, "abcdefg", false, "0:<abcdefg>");
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(padding)
{
    tkz_encoder *encoder;
    ck_assert_status(make_encoder(&encoder, true, NULL));
    tkz_padding own = {0, 0, FILL, 2, TKZ_SIDE_RIGHT};
    ck_assert_status(tkz_encoder_set_padding(encoder, &own, NULL));
    tkz_encoder_want_masks(encoder, 1);
    check(encoder, "abc|d", false, "0:abc/000/111/000 1:d__/022/100/011");
    tkz_encoder_want_masks(encoder, 0);
    own.multiple = 4;
    own.side = TKZ_SIDE_LEFT;
    ck_assert_status(tkz_encoder_set_padding(encoder, &own, NULL));
    check(encoder, "abc||abcde", false, "0:_____abc 1:________ 2:___abcde");
    own.length = 3;
    own.multiple = 0;
    ck_assert_status(tkz_encoder_set_padding(encoder, &own, NULL));
    check(encoder, "abcd|a|x|y", true, "0:abcda 1:_xy");
    ck_assert_status(tkz_encoder_set_padding(encoder, NULL, NULL));
    check(encoder, "abc|d", false, "0:abc 1:d");
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(spans)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    ck_assert_status(make_encoder(&encoder, true, NULL));
    tkz_encoder_want_offsets(encoder, 1);
    tkz_encoder_add_template(encoder, 1);
    ck_assert_status(rows_of(encoder, "ab|c", true, &batch, NULL));
    static const tkz_token_span expected[] = {{0, 0}, {0, 1}, {1, 2}, {2, 2}, {0, 1}, {1, 1}};
    ck_assert_uint_eq(batch->offsets[1], 6);
    ck_assert(memcmp(batch->spans, expected, sizeof expected) == 0);
    tkz_encoder_free(encoder);
}
END_TEST

static void check_refused(tkz_encoder *encoder, const char *texts, bool pairs, tkz_status expected,
                          const char *says)
{
    const tkz_batch *batch;
    tkz_error error = {0};
    ck_assert_int_eq(rows_of(encoder, texts, pairs, &batch, &error), expected);
    ck_assert_msg(strstr(error.message, says) != NULL, "%s", error.message);
}

START_TEST(refused)
{
    tkz_encoder *encoder;
    tkz_error error = {0};
    ck_assert_status(make_encoder(&encoder, false, NULL));
    check_refused(encoder, "a|b", true, TKZ_STATUS_UNSUPPORTED, "no template for two");
    tkz_encoder_free(encoder);
    ck_assert_status(make_encoder(&encoder, true, NULL));
    tkz_truncation own = {2, 2, 3, 0, 0};
    ck_assert_int_eq(tkz_encoder_set_truncation(encoder, &own, &error), TKZ_STATUS_INVALID_ARGUMENT);
    own.strategy = TKZ_TRUNCATE_SECOND;
    own.side = -1;
    ck_assert_int_eq(tkz_encoder_set_truncation(encoder, &own, &error), TKZ_STATUS_INVALID_ARGUMENT);
    own.side = TKZ_SIDE_RIGHT;
    ck_assert_status(tkz_encoder_set_truncation(encoder, &own, &error));
    check_refused(encoder, "abc", false, TKZ_STATUS_INVALID_ARGUMENT, "there are none");
    check_refused(encoder, "ab|abc|abc|c", true, TKZ_STATUS_LIMIT, "text 0: ");
    check_refused(encoder, "a|b|abc|c", true, TKZ_STATUS_LIMIT, "text 2: ");
    tkz_encoder_add_template(encoder, 1);
    check_refused(encoder, "a|b", true, TKZ_STATUS_INVALID_ARGUMENT, "template alone has 3");
    tkz_encoder_add_template(encoder, 0);
    ck_assert_status(tkz_encoder_set_truncation(encoder, LONGEST(2, 2, 1), NULL));
    check_refused(encoder, "ab|abc", false, TKZ_STATUS_INVALID_ARGUMENT, "text 1: windows");
    ck_assert_status(tkz_encoder_set_truncation(encoder, LONGEST(1, 0, 1), NULL));
    check_refused(encoder, "a|b", true, TKZ_STATUS_INVALID_ARGUMENT, "windows");
    ck_assert_status(tkz_encoder_set_truncation(encoder, LONGEST(0, 0, 0), NULL));
    check(encoder, "ab|c", false, "0: 1:");
    tkz_padding filling = {0, 0, 999, 0, TKZ_SIDE_RIGHT};
    ck_assert_int_eq(tkz_encoder_set_padding(encoder, &filling, &error), TKZ_STATUS_BAD_ID);
    filling = (tkz_padding){0, 0, FILL, 0, 7};
    ck_assert_int_eq(tkz_encoder_set_padding(encoder, &filling, &error), TKZ_STATUS_INVALID_ARGUMENT);
    filling = (tkz_padding){UINT64_C(1) << 32, 0, FILL, 0, 0};
    ck_assert_int_eq(tkz_encoder_set_padding(encoder, &filling, &error), TKZ_STATUS_LIMIT);
    tkz_encoder_free(encoder);
}
END_TEST

static tkz_status make_rows(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    tkz_padding fill = {0, 0, FILL, 0, TKZ_SIDE_LEFT};
    tkz_status status = make_encoder(&encoder, true, allocator);
    if (status != TKZ_OK)
        return status;
    tkz_encoder_want_offsets(encoder, 1);
    tkz_encoder_want_masks(encoder, 1);
    tkz_encoder_add_template(encoder, 1);
    status = tkz_encoder_set_truncation(encoder, LONGEST(6, 0, 1), NULL);
    if (status == TKZ_OK)
        status = tkz_encoder_set_padding(encoder, &fill, NULL);
    if (status == TKZ_OK)
        status = rows_of(encoder, "abcd|xyz|a|b", true, &batch, NULL);
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(make_rows, NULL);
}
END_TEST

Suite *suite_batch_rows(void)
{
    Suite *suite = suite_create("batch_rows");
    TCase *tests = tcase_create("batch_rows");
    tcase_add_test(tests, pairs_and_masks);
    tcase_add_test(tests, truncation_and_windows);
    tcase_add_test(tests, padding);
    tcase_add_test(tests, spans);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
