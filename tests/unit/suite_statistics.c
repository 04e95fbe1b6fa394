/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics: parts add up to the whole, byte for byte; the values with the least hashes have exact counts; what is
 * written is read again; out of memory. Leans on Check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/statistics.h"
#include "testing.h"
#include "tokenize/tokenize.h"

Suite *suite_statistics(void);

/* ---- Histograms ----------------------------------------------------------- */

static json_t *bins_of(tkz__scale scale, double value)
{
    tkz__value_histogram histogram = {.scale = scale};
    json_t *object = json_object();
    tkz__value_histogram_clear(&histogram);
    tkz__value_histogram_add(&histogram, value);
    tkz__value_histogram_to_json(&histogram, object);
    json_t *bin = json_incref(json_array_get(json_object_get(object, "bins"), 0));
    json_decref(object);
    return bin;
}

static void check_bin(tkz__scale scale, double value, double from, double to)
{
    json_t *bin = bins_of(scale, value);
    ck_assert_double_eq(json_number_value(json_array_get(bin, 0)), from);
    ck_assert_double_eq(json_number_value(json_array_get(bin, 1)), to);
    json_decref(bin);
}

START_TEST(bins_hold_their_values)
{
    check_bin(TKZ__SCALE_SHARE, 0, 0, 0.005);
    check_bin(TKZ__SCALE_SHARE, 0.3, 0.3, 0.305);
    check_bin(TKZ__SCALE_SHARE, 1, 1, 1.005);
    check_bin(TKZ__SCALE_SHARE, 7, 1, 1.005);
    check_bin(TKZ__SCALE_NUMBER, -3, 0, 0.0009765625);
    check_bin(TKZ__SCALE_NUMBER, 0, 0, 0.0009765625);
    check_bin(TKZ__SCALE_NUMBER, 1, 1, 1.125);
    check_bin(TKZ__SCALE_NUMBER, 400, 384, 416);
    check_bin(TKZ__SCALE_NUMBER, 1e300, 1055531162664960.0, 1125899906842624.0);
}
END_TEST

/* ---- Members ------------------------------------------------------------- */

static void add_member(tkz__member_counts *counts, unsigned value, uint64_t bytes)
{
    char text[32];
    int size = snprintf(text, sizeof text, "value %u", value);
    tkz__amount in = {1, bytes / 3, bytes}, none = {0};
    ck_assert_status(
        tkz__member_counts_add(counts, text, (size_t)size, &in, bytes % 2 ? &in : &none, NULL));
}

/* 5000 values, value v as often as v % 7 says: dealt to three parts in any way, the sum is that of one. */
START_TEST(members_of_parts_add_up)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__member_counts whole, parts[3], sum;
    uint64_t state = 5;
    tkz__member_counts_init(&whole, &memory);
    tkz__member_counts_init(&sum, &memory);
    for (int i = 0; i < 3; i++)
        tkz__member_counts_init(&parts[i], &memory);
    for (unsigned value = 0; value < 5000; value++)
        for (unsigned times = 0; times <= value % 7; times++) {
            add_member(&whole, value, value + times);
            add_member(&parts[test_random(&state) % 3], value, value + times);
        }
    for (int i = 2; i >= 0; i--)
        ck_assert_status(tkz__member_counts_merge(&sum, &parts[i], NULL));
    ck_assert_uint_eq(whole.count, TKZ__MEMBER_VALUES);
    json_t *left = tkz__member_counts_to_json(&whole), *right = tkz__member_counts_to_json(&sum);
    ck_assert(json_equal(left, right));
    for (size_t i = 0; i < whole.count; i++) {
        unsigned value;
        ck_assert_int_eq(sscanf(whole.entries[i].value, "value %u", &value), 1);
        ck_assert_uint_eq(whole.entries[i].in.documents, value % 7 + 1);
    }
    ck_assert_uint_gt(json_integer_value(json_object_get(
                          json_object_get(json_object_get(left, "others"), "in"), "documents")),
                      0);
    ck_assert_status(tkz__member_counts_from_json(&sum, right, NULL));
    json_t *again = tkz__member_counts_to_json(&sum);
    json_decref(right);
    right = again;
    ck_assert(json_equal(json_object_get(left, "values"), json_object_get(right, "values")));
    json_decref(left);
    json_decref(right);
    tkz__member_counts_free(&whole);
    tkz__member_counts_free(&sum);
    for (int i = 0; i < 3; i++)
        tkz__member_counts_free(&parts[i]);
}
END_TEST

/* ---- Scripts ------------------------------------------------------------- */

START_TEST(scripts_are_told_apart)
{
    static const char text[] = "あアー漢𠮷aé한яω१5。、+ \n☀\xEE\x80\x80";
    static tkz__script_table table;
    uint64_t counts[TKZ__SCRIPT_PARTS] = {0};
    tkz__script_table_init(&table);
    ck_assert_uint_eq(tkz__script_mix_add(&table, text, strlen(text), counts), 19);
    static const uint64_t expected[TKZ__SCRIPT_PARTS] = {1, 2, 2, 2, 1, 1, 1, 0, 2, 1, 2, 1, 2, 1};
    for (size_t i = 0; i < TKZ__SCRIPT_PARTS; i++)
        ck_assert_msg(counts[i] == expected[i], "%s: %llu", tkz__script_part_names[i],
                      (unsigned long long)counts[i]);
}
END_TEST

/* ---- Runs ---------------------------------------------------------------- */

static char directory[64];

static void set_up(void)
{
    test_make_directory(directory, sizeof directory);
}

static void tear_down(void)
{
    test_remove_tree(directory);
}

/* Records from..to of a corpus in which sources and licences are many and some records are bad. */
static void write_part(const char *path, unsigned from, unsigned to)
{
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, NULL);
    for (unsigned i = from; i < to; i++) {
        if (i % 31 == 0)
            ck_assert_status(tkz__buffer_append_text(&buffer, "{\"text\":\n", NULL));
        ck_assert_status(tkz__buffer_append_format(
            &buffer, NULL,
            "{\"id\":%u,\"source\":\"site %u\",\"license\":[\"CC\",%u],\"text\":\"%s%u%s\"}\n", i,
            i % 1500, i % 3, i % 5 == 0 ? "It is English text of some length, number " : "これは日本語の文章で、",
            i * 7919, i % 4 == 0 ? "。" : "番目の文書です。そして続きがあります。\\nおわり。"));
    }
    test_write_file(path, buffer.data, buffer.size);
    tkz__buffer_free(&buffer);
}

/* The statistics of a run over files, as text without what depends on the names of files. */
static char *run_statistics(const char *files, uint32_t threads)
{
    char text[2000];
    tkz_recipe *recipe;
    tkz_error error;
    tkz_pool *pool;
    tkz_bytes report = {0};
    int size = snprintf(text, sizeof text,
                        "{\"input\":{\"files\":[%s],\"frame_size\":4096},\"clean\":[{\"name\":\"length\","
                        "\"minimum\":20},{\"name\":\"japanese_ratio\"},{\"name\":\"swallow_top_2gram\"}],"
                        "\"statistics\":{\"samples\":3},\"output\":{}}",
                        files);
    tkz_status status = tkz_recipe_parse(&recipe, text, (size_t)size, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    ck_assert_status(tkz_pool_new(&pool, threads, NULL, &error));
    status = tkz_run(recipe, tkz_pool_executor(pool), 0, 0, NULL, NULL, &report, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    json_t *json = json_loadb((char *)report.data, report.size, 0, NULL);
    char *dump = json_dumps(json_object_get(json, "statistics"), JSON_INDENT(1));
    json_decref(json);
    tkz_bytes_free(&report);
    tkz_pool_free(pool);
    tkz_recipe_free(recipe);
    return dump;
}

START_TEST(parts_add_up_to_the_whole)
{
    char paths[3][128], list[500];
    for (unsigned i = 0; i < 3; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/part-%u", directory, i);
        write_part(paths[i], i * 1300, i * 1300 + 1300);
    }
    (void)snprintf(list, sizeof list, "\"%s\",\"%s\",\"%s\"", paths[0], paths[1], paths[2]);
    char *whole = run_statistics(list, 1), *threads = run_statistics(list, 3);
    ck_assert_str_eq(whole, threads);
    char *parts[3];
    uint64_t sizes[3];
    for (unsigned i = 0; i < 3; i++) {
        (void)snprintf(list, sizeof list, "\"%s\"", paths[2 - i]);
        parts[i] = run_statistics(list, 2);
        sizes[i] = strlen(parts[i]);
    }
    tkz_bytes merged;
    tkz_error error;
    tkz_status status = tkz_statistics_merge((const char *const *)parts, sizes, 3, NULL, &merged,
                                             NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    json_t *left = json_loads(whole, 0, NULL);
    json_t *right = json_loadb((char *)merged.data, merged.size, 0, NULL);
    ck_assert(json_equal(left, right));
    ck_assert_int_eq(json_integer_value(json_object_get(left, "bad")), 126);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(left, "in"), "documents")),
                     3900);
    const json_t *filter = json_array_get(json_object_get(left, "filters"), 1);
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(filter, "dropped"), "documents")), 195);
    json_decref(left);
    json_decref(right);
    tkz_bytes_free(&merged);
    free(whole);
    free(threads);
    for (unsigned i = 0; i < 3; i++)
        free(parts[i]);
}
END_TEST

START_TEST(reports_that_do_not_fit)
{
    static const char *const texts[] = {
        "{", "{}", "[]", "{\"statistics\":{\"filters\":[],\"samples_each\":-1}}",
        "{\"filters\":[],\"samples_each\":1,\"version\":1,\"characters\":{\"values\":5,\"bins\":[]}}",
        "{\"filters\":[{\"values\":3}],\"samples_each\":5,\"version\":2}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t size = strlen(texts[i]);
        tkz_bytes merged;
        tkz_error error;
        tkz_status status =
            tkz_statistics_merge(&texts[i], &size, 1, NULL, &merged, NULL, &error);
        ck_assert_msg(status == TKZ_STATUS_BAD_JSON || status == TKZ_STATUS_CORRUPT, "%zu: %d", i,
                      (int)status);
    }
}
END_TEST

static tkz_status merge_two(void *context, const tkz_allocator *allocator)
{
    static const char report[] =
        "{\"version\":1,\"filters\":[{\"name\":\"length\",\"unit\":\"characters\",\"values\":[{\"name\":"
        "\"length\",\"values\":1,\"least\":3,\"greatest\":3,\"bins\":[[3,3.25,1]]}]}],\"characters\":{},"
        "\"bytes\":{},\"files\":{\"values\":[{\"value\":\"a\",\"in\":{},\"kept\":{}}]},\"members\":"
        "{\"source\":{\"values\":[{\"value\":\"b\"}]}},\"samples_each\":2,\"samples\":[{\"filter\":"
        "\"length\",\"reason\":\"too_short\",\"samples\":[{\"hash\":\"ab\",\"text\":\"x\"}]}]}";
    const char *reports[] = {report, report};
    uint64_t sizes[] = {sizeof report - 1, sizeof report - 1};
    tkz_bytes merged = {0};
    (void)context;
    tkz_status status = tkz_statistics_merge(reports, sizes, 2, allocator, &merged, NULL, NULL);
    tkz_bytes_free(&merged);
    return status;
}

START_TEST(memory_may_run_out)
{
    test_all_allocation_failures(merge_two, NULL);
}
END_TEST

Suite *suite_statistics(void)
{
    Suite *suite = suite_create("statistics");
    TCase *values = tcase_create("values");
    tcase_add_test(values, bins_hold_their_values);
    tcase_add_test(values, members_of_parts_add_up);
    tcase_add_test(values, scripts_are_told_apart);
    tcase_add_test(values, reports_that_do_not_fit);
    tcase_add_test(values, memory_may_run_out);
    suite_add_tcase(suite, values);
    TCase *runs = tcase_create("runs");
    tcase_add_checked_fixture(runs, set_up, tear_down);
    tcase_add_test(runs, parts_add_up_to_the_whole);
    suite_add_tcase(suite, runs);
    return suite;
}
