/* SPDX-License-Identifier: Apache-2.0
 *
 * The filter swallow_detector: what is looked for, the bound, files of weights, memory that ends.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "testing.h"
#include "tokenize/clean.h"

Suite *suite_swallow_detector(void);

enum { PATH_SIZE = 96 };

static void write_file(char *path, const char *content)
{
    test_make_directory(path, 64);
    strcat(path, "/weights.json");
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs(content, file);
    (void)fclose(file);
}

static void remove_file(char *path)
{
    *strrchr(path, '/') = '\0';
    test_remove_tree(path);
}

static tkz_status make_set(tkz_filter_set **set, const char *path, const tkz_allocator *allocator, tkz_error *error)
{
    char json[256];
    int size = snprintf(json, sizeof json, "[{\"name\": \"swallow_detector\", \"file\": \"%s\"}]", path);
    return tkz_filter_set_new(set, json, (size_t)size, allocator, error);
}

static double measure(const tkz_filter_set *set, const char *text)
{
    tkz_cleaner *cleaner;
    double value;
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, text, strlen(text), &value, NULL));
    tkz_cleaner_free(cleaner);
    return value;
}

START_TEST(test_value)
{
    char path[PATH_SIZE];
    tkz_filter_set *set;
    write_file(path, "{\"あ\": 1, \"あい\": 0.5, \"あいう\": -0.25, \"う\": 2, \"\": 9, \"あいうえ\": 9, \"𠮷\": 4, \"あ\": 3}");
    ck_assert_status(make_set(&set, path, NULL, NULL));
    ck_assert_double_eq(measure(set, ""), 0);
    /* The last of equal names counts. Alone it is what is found of one, two and three. */
    ck_assert_double_eq(measure(set, "あ"), (3.0 + 3 + 3) / sqrt(3));
    ck_assert_double_eq(measure(set, "𠮷"), (4.0 + 4 + 4) / sqrt(3));
    /* あ, い, う; あい, いう, う; あいう, いう, う */
    ck_assert_double_eq(measure(set, "あいう"), (3.0 + 2 + 0.5 + 2 - 0.25 + 2) / sqrt(9));
    ck_assert_double_eq(measure(set, "え"), 0);
    tkz_filter_set_free(set);
    remove_file(path);
}
END_TEST

START_TEST(test_bound)
{
    char path[PATH_SIZE];
    tkz_filter_set *set;
    tkz_verdict verdict;
    write_file(path, "{}");
    ck_assert_status(make_set(&set, path, NULL, NULL));
    ck_assert_double_eq(measure(set, "あ"), 0);
    tkz_filter_set_judge(set, (double[]){0}, &verdict);
    ck_assert_int_eq(verdict.keep, 0);
    ck_assert_str_eq(verdict.reason, "not_japanese");
    tkz_filter_set_judge(set, (double[]){0x1p-60}, &verdict);
    ck_assert_int_ne(verdict.keep, 0);
    tkz_filter_set_free(set);
    remove_file(path);
}
END_TEST

START_TEST(test_bad_files)
{
    static const struct {
        const char *content, *message;
    } cases[] = {
        {"", "not a JSON file: line 1: "},
        {"{\"あ\": 1,\n", "not a JSON file: line 2: "},
        {"{\"あ\": 1} x", "not a JSON file: line 1: "},
        {"{\"\\u0000\": 1}", "not a JSON file: line 1: "},
        {"{\"\xff\": 1}", "not a JSON file: line 1: "},
        {"[1]", "this must be a JSON object of characters"},
        {"{\"あ\": \"1\"}", "the weight of \"あ\" is no number"},
        {"{\"あ\": true}", "the weight of \"あ\" is no number"},
        {"{\"あ\": 1e999}", "not a JSON file: line 1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[PATH_SIZE];
        tkz_filter_set *set = NULL;
        tkz_error error;
        write_file(path, cases[i].content);
        ck_assert_int_eq(make_set(&set, path, NULL, &error), TKZ_STATUS_BAD_FORMAT);
        ck_assert_str_eq(error.where, path);
        ck_assert_msg(strncmp(error.message, cases[i].message, strlen(cases[i].message)) == 0, "%s", error.message);
        remove_file(path);
    }
}
END_TEST

/* Weights so great that their sum is none. */
START_TEST(test_overflow)
{
    char path[PATH_SIZE];
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error;
    double value;
    write_file(path, "{\"あ\": 1.7e308}");
    ck_assert_status(make_set(&set, path, NULL, NULL));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_int_eq(tkz_cleaner_measure(cleaner, "ああ", 6, &value, &error), TKZ_STATUS_CORRUPT);
    ck_assert_str_eq(error.message, "the weights give no number for this text");
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    remove_file(path);
}
END_TEST

static tkz_status open_with(void *context, const tkz_allocator *allocator)
{
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    double value;
    tkz_status status = make_set(&set, context, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_cleaner_new(&cleaner, set, allocator, NULL);
    if (status == TKZ_OK) {
        status = tkz_cleaner_measure(cleaner, "日本語", 9, &value, NULL);
        tkz_cleaner_free(cleaner);
    }
    tkz_filter_set_free(set);
    return status;
}

START_TEST(test_failing_allocator)
{
    char path[PATH_SIZE];
    write_file(path, "{\"日本\": 1}");
    test_all_allocation_failures(open_with, path);
    remove_file(path);
}
END_TEST

Suite *suite_swallow_detector(void)
{
    Suite *suite = suite_create("swallow_detector");
    TCase *tests = tcase_create("swallow_detector");
    tcase_add_test(tests, test_value);
    tcase_add_test(tests, test_bound);
    tcase_add_test(tests, test_bad_files);
    tcase_add_test(tests, test_overflow);
    tcase_add_test(tests, test_failing_allocator);
    suite_add_tcase(suite, tests);
    return suite;
}
