/* SPDX-License-Identifier: Apache-2.0
 *
 * The filter quality_score: pieces, counts, files of weights, spans.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/quality_model.h"
#include "core/memory.h"
#include "testing.h"
#include "tokenize/clean.h"
#include "tokenize/text.h"

Suite *suite_quality(void);

enum { LINES = TKZ__QUALITY_BUCKETS / 128, PATH_SIZE = 96 };

/* The name of a file in a new directory. */
static void make_path(char *path)
{
    test_make_directory(path, 64);
    strcat(path, "/weights");
}

static void remove_path(char *path)
{
    *strrchr(path, '/') = '\0';
    test_remove_tree(path);
}

/* A file whose weights are 0 but for some: `letter` at the bucket of `key`. */
static void write_model(const char *path, const char *head, const uint64_t *keys, const char *letters, size_t count,
                        size_t lines)
{
    static char weights[TKZ__QUALITY_BUCKETS];
    memset(weights, 'g', sizeof weights); /* the letter of 0 */
    for (size_t i = 0; i < count; i++)
        weights[tkz__quality_bucket(keys[i])] = letters[i];
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs(head, file);
    for (size_t i = 0; i < lines && i < LINES; i++)
        (void)fprintf(file, "%.128s\n", weights + 128 * i);
    if (lines > LINES)
        (void)fprintf(file, "%.128s\n", weights);
    (void)fclose(file);
}

static tkz_status make_set(tkz_filter_set **set, const char *path, tkz_error *error)
{
    char json[256];
    int size = snprintf(json, sizeof json, "[{\"name\": \"quality_score\"%s%s%s}]", path != NULL ? ", \"file\": \"" : "",
                        path != NULL ? path : "", path != NULL ? "\"" : "");
    return tkz_filter_set_new(set, json, (size_t)size, NULL, error);
}

static double measure(const tkz_filter_set *set, const char *text, size_t size)
{
    tkz_cleaner *cleaner;
    double values[2];
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, text, size, values, NULL));
    ck_assert_double_eq(values[1], (double)tkz_utf8_count(text, size));
    tkz_cleaner_free(cleaner);
    return values[0];
}

static double score(double odds)
{
    return 0.5 + 0.5 * odds / (1 + fabs(odds));
}

#define HEAD "tokenize-quality 1\nbias 500000\nscale 100000\n"

START_TEST(test_counts)
{
    char path[PATH_SIZE];
    const uint64_t keys[] = {0x3042, tkz__quality_pair(0x3042, 0x3042)};
    tkz_filter_set *set;
    make_path(path);
    write_model(path, HEAD, keys, "+a", 2, LINES); /* 30 and -6 */
    ck_assert_status(make_set(&set, path, NULL));
    ck_assert_double_eq(measure(set, "", 0), score(0.5));
    ck_assert_double_eq(measure(set, "あ", 3), score(0.5 + 0.1 * 30));
    /* 2 times counts 2; the pair once. */
    ck_assert_double_eq(measure(set, "ああ", 6), score(0.5 + 0.1 * (2 * 30 - 6) / sqrt(5)));
    /* い, あい and いあ have no weight, but their part in the norm: 4 characters 3 + 1, pairs ああ 2, あい 1. */
    ck_assert_double_eq(measure(set, "ああああい", 15), score(0.5 + 0.1 * (3 * 30 - 2 * 6) / sqrt(9 + 4 + 1 + 1)));
    tkz_filter_set_free(set);
    remove_path(path);
}
END_TEST

START_TEST(test_pieces)
{
    ck_assert_uint_eq(tkz__quality_piece(0, 3), 3);
    ck_assert_uint_eq(tkz__quality_piece(0, 512 + 255), 512 + 255);
    ck_assert_uint_eq(tkz__quality_piece(0, 512 + 256), 512);
    ck_assert_uint_eq(tkz__quality_piece(512, 512 + 256), 256);

    char path[PATH_SIZE], text[3 * 1024];
    const uint64_t keys[] = {0x3042};
    tkz_filter_set *set;
    make_path(path);
    write_model(path, HEAD, keys, "+", 1, LINES);
    ck_assert_status(make_set(&set, path, NULL));
    for (size_t i = 0; i < 1024; i++)
        memcpy(text + 3 * i, i < 512 ? "あ" : "い", 3);
    /* Each of 512 counts 10 and its pair, 511 times, 9. */
    double first = 0.5 + 0.1 * 10 * 30 / sqrt(100 + 81), second = 0.5;
    ck_assert_double_eq(measure(set, text, sizeof text), score((first * 512 + second * 512) / 1024));
    tkz_filter_set_free(set);
    remove_path(path);
}
END_TEST

START_TEST(test_bad_files)
{
    static const struct {
        const char *head;
        size_t lines;
        const char *message;
    } cases[] = {
        {"tokenize-quality 2\n", 0, "line 1: this must be \"tokenize-quality 1\""},
        {"tokenize-quality 1\nbias x\n", 0, "line 2: this must be \"bias N\""},
        {"tokenize-quality 1\nbias 1\nscale 0\n", 0, "line 3: this must be \"scale N\""},
        {"tokenize-quality 1\nbias 1\nscale 10000000001\n", 0, "line 3: this must be \"scale N\""},
        {HEAD, LINES - 1, "the file ends behind 32640 of 32768 weights"},
        {HEAD, LINES + 1, "line 260: there must be 256 lines of 128 weights"},
        {HEAD "AAA\n", 0, "line 4: there must be 256 lines"},
        {HEAD "!\n", 0, "line 4: there must be 256 lines"},
        {"", 0, "the file ends behind 0 of 32768 weights"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[PATH_SIZE];
        tkz_filter_set *set = NULL;
        tkz_error error;
        make_path(path);
        write_model(path, cases[i].head, NULL, NULL, 0, cases[i].lines);
        ck_assert_int_eq(make_set(&set, path, &error), TKZ_STATUS_BAD_FORMAT);
        ck_assert_str_eq(error.where, path);
        ck_assert_msg(strncmp(error.message, cases[i].message, strlen(cases[i].message)) == 0, "%s", error.message);
        remove_path(path);
    }
}
END_TEST

static tkz_status collect(void *context, size_t start, size_t size, tkz_error *error)
{
    size_t *spans = context;
    (void)error;
    ck_assert_uint_lt(spans[0], 8);
    ck_assert_uint_eq(size, 6);
    spans[++spans[0]] = start;
    return TKZ_OK;
}

START_TEST(test_spans)
{
    char path[PATH_SIZE];
    const uint64_t keys[] = {tkz__quality_pair(0x3042, 0x3044), tkz__quality_pair(0x3046, 0x3048)};
    static const char text[] = "おあいおうえおあいお";
    size_t spans[16] = {0};
    double values[2];
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    make_path(path);
    write_model(path, HEAD, keys, "A+", 2, LINES); /* あい -32, うえ 30 */
    ck_assert_status(make_set(&set, path, NULL));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, text, sizeof text - 1, values, NULL));
    ck_assert_status(tkz_cleaner_spans(cleaner, 0, collect, spans, NULL));
    ck_assert_uint_eq(spans[0], 2);
    ck_assert_uint_eq(spans[1], 3);
    ck_assert_uint_eq(spans[2], 21);
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    remove_path(path);
}
END_TEST

START_TEST(test_short_documents)
{
    static const struct {
        double score, characters, threshold; /* 0: kept */
    } cases[] = {{0.31, 100, 0}, {0.309, 100, 0.31}, {0.309, 99, 0}, {0.18, 0, 0}, {0.179, 99, 0.18}};
    tkz_filter_set *set;
    ck_assert_status(make_set(&set, NULL, NULL));
    ck_assert_uint_eq(tkz_filter_set_values_of(set, 0), 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_verdict verdict;
        tkz_filter_set_judge(set, (double[]){cases[i].score, cases[i].characters}, &verdict);
        ck_assert_int_eq(verdict.keep, cases[i].threshold == 0);
        if (verdict.keep == 0) {
            ck_assert_str_eq(verdict.reason, "low_quality");
            ck_assert_double_eq(verdict.threshold, cases[i].threshold);
        }
    }
    tkz_filter_set_free(set);
}
END_TEST

/* The weights of the project, on texts of our own. */
START_TEST(test_own_weights)
{
    static const char story[] =
        "雨は昼すぎにやんだ。祖母は縁側に座って、庭の柿の木を見ていた。私が麦茶を持っていくと、昔この木に登って落ちたことがある、"
        "と笑った。そのときの傷はもう見えないが、夏になると思い出すのだという。";
    static const char shop[] =
        "送料無料！ポイント10倍！【楽天ランキング1位】レディース バッグ 通販 激安 最安値 口コミ ランキング おすすめ 人気 ブランド "
        "お買い得セール開催中！ご購入はこちら＞＞ 商品一覧 カートに入れる お問い合わせ 会社概要 サイトマップ";
    tkz_filter_set *set;
    ck_assert_status(make_set(&set, NULL, NULL));
    ck_assert_str_eq(tkz_filter_set_value_name(set, 0), "quality_score");
    double good = measure(set, story, sizeof story - 1), bad = measure(set, shop, sizeof shop - 1);
    ck_assert_msg(good > 0.6 && bad < 0.3, "%f %f", good, bad);
    tkz_filter_set_free(set);
}
END_TEST

static tkz_status open_with(void *context, const tkz_allocator *allocator)
{
    static const char json[] = "[{\"name\": \"quality_score\"}]";
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    double values[2];
    (void)context;
    tkz_status status = tkz_filter_set_new(&set, json, sizeof json - 1, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_cleaner_new(&cleaner, set, allocator, NULL);
    if (status == TKZ_OK) {
        status = tkz_cleaner_measure(cleaner, "日本語", 9, values, NULL);
        tkz_cleaner_free(cleaner);
    }
    tkz_filter_set_free(set);
    return status;
}

START_TEST(test_failing_allocator)
{
    test_all_allocation_failures(open_with, NULL);
}
END_TEST

Suite *suite_quality(void)
{
    Suite *suite = suite_create("quality");
    TCase *tests = tcase_create("quality");
    tcase_add_test(tests, test_counts);
    tcase_add_test(tests, test_pieces);
    tcase_add_test(tests, test_bad_files);
    tcase_add_test(tests, test_spans);
    tcase_add_test(tests, test_short_documents);
    tcase_add_test(tests, test_own_weights);
    tcase_add_test(tests, test_failing_allocator);
    suite_add_tcase(suite, tests);
    return suite;
}
