/* SPDX-License-Identifier: Apache-2.0
 *
 * CCNet's text for language models: each of its changes, lengths 0 and 1, and no memory. What the filter makes of it
 * is compared with the packages in tests/conformance/compare_ccnet.
 */
#include <string.h>

#include "clean/ccnet_text.h"
#include "core/memory.h"
#include "testing.h"
#include "tokenize/clean.h"

Suite *suite_ccnet(void);

typedef struct bench {
    tkz_normal_form *form;
    tkz_normalizer *decomposer;
    tkz__buffer scratch;
    tkz__buffer target;
} bench;

static tkz_status bench_open(bench *made, const tkz_allocator *allocator)
{
    *made = (bench){0};
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__buffer_init(&made->scratch, &memory);
    tkz__buffer_init(&made->target, &memory);
    tkz_status status = tkz_normal_form_new(&made->form, TKZ__CCNET_FORM, strlen(TKZ__CCNET_FORM),
                                            &memory, NULL);
    return status == TKZ_OK ? tkz_normalizer_new(&made->decomposer, made->form, &memory, NULL)
                            : status;
}

static void bench_close(bench *made)
{
    tkz_normalizer_free(made->decomposer);
    tkz_normal_form_free(made->form);
    tkz__buffer_free(&made->scratch);
    tkz__buffer_free(&made->target);
}

static tkz_status normalize(bench *own, const char *text)
{
    return tkz__ccnet_normalize(text, strlen(text), own->decomposer, &own->scratch, &own->target,
                                NULL);
}

START_TEST(test_text)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"あ", "あ"},
        {" \n\u3000", ""},
        {"　がぎパ　", "かきハ"},
        {"ＡＢＣ İ Ñ", "ａｂｃ i n"},
        {"１２3٣", "0000"},
        {"「あ、い。」—…．", "\"あ,い.\" - ...."},
        {"a\tb\nc\x7F", "abc"},
        {"！？％～：；（）【】《》", "!?%~:;()[]\"\""},
        {"ｶﾞ", "ｶﾞ"},
    };
    bench own;
    ck_assert_status(bench_open(&own, NULL));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *expected = rows[i][1];
        /* ．becomes a full stop and a space */
        ck_assert_status(normalize(&own, rows[i][0]));
        size_t size = own.target.size - (i == 6);
        ck_assert_msg(size == strlen(expected) &&
                          (size == 0 || memcmp(own.target.data, expected, size) == 0),
                      "\"%s\" becomes \"%.*s\"", rows[i][0], (int)own.target.size,
                      (const char *)own.target.data);
    }
    bench_close(&own);
}
END_TEST

static tkz_status make(void *context, const tkz_allocator *allocator)
{
    bench own;
    (void)context;
    tkz_status status = bench_open(&own, allocator);
    if (status == TKZ_OK)
        status = normalize(&own, "ガＡ１…—");
    bench_close(&own);
    return status;
}

START_TEST(test_memory_failures)
{
    test_all_allocation_failures(make, NULL);
}
END_TEST

START_TEST(test_missing_models)
{
    static const char json[] = "[{\"name\":\"ccnet_perplexity\",\"file\":\"/nowhere/ja.arpa.bin\"}]";
    tkz_filter_set *set;
    tkz_error error;
    ck_assert_int_eq(tkz_filter_set_new(&set, json, strlen(json), NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_nonnull(strstr(error.where, "ja.arpa.bin"));
}
END_TEST

Suite *suite_ccnet(void)
{
    Suite *suite = suite_create("ccnet");
    TCase *tests = tcase_create("ccnet");
    tcase_add_test(tests, test_text);
    tcase_add_test(tests, test_memory_failures);
    tcase_add_test(tests, test_missing_models);
    suite_add_tcase(suite, tests);
    return suite;
}
