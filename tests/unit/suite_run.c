/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole runs: the same bytes for any number of threads and any interruption,
 * accounts that add up, every document in its place. Leans on Check; needs no dictionary.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buffer.h"
#include "core/hash.h"
#include "io/zstd_frames.h"
#include "testing.h"
#include "tokenize/tokenize.h"

Suite *suite_run(void);

static char directory[64];

static void set_up(void)
{
    test_make_directory(directory, sizeof directory);
}

static void tear_down(void)
{
    test_remove_tree(directory);
}

/* What the generated corpus must give. */
typedef struct expectation {
    uint64_t records, good, repeated, too_short, foreign, bad;
} expectation;

/* Sentences of a small made-up language, so that merges have something to find. */
static void append_text(tkz__buffer *buffer, uint64_t seed)
{
    static const char *const words[] = {"東京の", "天気は",   "とても", "よいので", "公園まで",
                                        "歩いて", "行きます", "。",     "データを", "学習する",
                                        "\\n",    "カメラ",   "ｶﾀｶﾅ",   "𠮷野家",   "😀"};
    uint64_t state = seed * 2 + 1;
    size_t count = 15 + test_random(&state) % 40;
    for (size_t i = 0; i < count; i++)
        ck_assert_status(tkz__buffer_append_text(buffer, words[test_random(&state) % 15], NULL));
    ck_assert_status(tkz__buffer_append_format(buffer, NULL, "第%llu回",
                                               (unsigned long long)(seed % 97)));
}

/* A corpus of `count` records of every kind, in order of a fixed random source. */
static expectation write_corpus(const char *path, uint64_t count)
{
    expectation e = {0};
    tkz__buffer buffer;
    uint64_t state = 42;
    tkz__buffer_init(&buffer, NULL);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t kind = test_random(&state) % 20;
        e.records++;
        if (kind == 0) {
            e.bad++;
            ck_assert_status(tkz__buffer_append_text(&buffer, "{\"text\": \"broken\n", NULL));
            continue;
        }
        if (kind == 1) {
            e.bad++;
            ck_assert_status(
                tkz__buffer_append_text(&buffer, "{\"text\":\"\xE6\x9D invalid\"}\n", NULL));
            continue;
        }
        if (kind == 2) {
            e.too_short++;
            ck_assert_status(tkz__buffer_append_text(&buffer, "{\"text\":\"短い。\"}\r\n", NULL));
            continue;
        }
        if (kind == 3) {
            e.foreign++;
            ck_assert_status(tkz__buffer_append_format(
                &buffer, NULL,
                "{\"text\":\"This document number %llu is English from its beginning to its "
                "end.\"}\n\n",
                (unsigned long long)i));
            continue;
        }
        bool again = kind == 4 && e.good > 0;
        ck_assert_status(tkz__buffer_append_format(&buffer, NULL, "{\"id\":%llu,\"text\":\"",
                                                   (unsigned long long)i));
        append_text(&buffer, again ? 1000 : 1000 + e.good);
        ck_assert_status(tkz__buffer_append_text(&buffer, "\",\"x\":[1,2]}\n", NULL));
        if (again)
            e.repeated++;
        else
            e.good++;
    }
    test_write_file(path, buffer.data, buffer.size);
    tkz__buffer_free(&buffer);
    return e;
}

static tkz_recipe *make_recipe(const char *corpus, const char *output)
{
    char text[1500];
    tkz_recipe *recipe;
    tkz_error error;
    int size = snprintf(
        text, sizeof text,
        "{\"input\":{\"files\":[\"%s\"],\"frame_size\":2048},"
        "\"clean\":[{\"name\":\"length\",\"minimum\":20},{\"name\":\"japanese_ratio\"}],"
        "\"statistics\":{},\"dedup\":{},\"vocabulary\":{\"size\":400,\"holdout\":0.1},"
        "\"output\":{\"directory\":\"%s\",\"text\":{\"shard_size\":20000},"
        "\"tokens\":{\"shard_size\":9000}}}",
        corpus, output);
    tkz_status status = tkz_recipe_parse(&recipe, text, (size_t)size, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    return recipe;
}

/* Stops a run after a number of reports. */
typedef struct stopper {
    uint64_t left;
} stopper;

static int32_t stop_after(void *context, const tkz_progress *progress)
{
    stopper *s = context;
    ck_assert_ptr_nonnull(progress->pass);
    ck_assert_uint_lt(progress->pass_index, progress->pass_count);
    if (s->left == 0)
        return 1;
    s->left--;
    return 0;
}

static tkz_status run_with(const tkz_recipe *recipe, uint32_t threads, uint64_t stop, char **report,
                           tkz_error *error)
{
    tkz_pool *pool;
    stopper s = {stop};
    tkz_progress_callback callback = {&s, stop_after};
    tkz_bytes bytes = {0};
    ck_assert_status(tkz_pool_new(&pool, threads, NULL, NULL));
    tkz_status status =
        tkz_run(recipe, tkz_pool_executor(pool), 0, 0, &callback, NULL, &bytes, error);
    tkz_pool_free(pool);
    if (report != NULL) {
        *report = calloc(1, bytes.size + 1);
        memcpy(*report, bytes.data, bytes.size);
    }
    tkz_bytes_free(&bytes);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A hash over names and contents of all files of a directory. */
static uint64_t hash_directory(const char *path, size_t *files)
{
    char *names[256];
    size_t count = 0;
    DIR *stream = opendir(path);
    ck_assert_ptr_nonnull(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (entry->d_name[0] == '.')
            continue;
        ck_assert_uint_lt(count, 256);
        names[count++] = strdup(entry->d_name);
    }
    closedir(stream);
    qsort(names, count, sizeof *names, compare_names);
    tkz__hash_stream *hash = tkz__hash_stream_new();
    for (size_t i = 0; i < count; i++) {
        char file[512];
        size_t size;
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        char *data = test_read_file(file, &size);
        tkz__hash_stream_add(hash, names[i], strlen(names[i]));
        /* The manifest holds the recipe and with it the directory's name. */
        if (strcmp(names[i], "manifest.json") != 0)
            tkz__hash_stream_add(hash, data, size);
        free(data);
        free(names[i]);
    }
    uint64_t digest = tkz__hash_stream_digest(hash);
    tkz__hash_stream_free(hash);
    *files = count;
    return digest;
}

/* A hash over the statistics in a report, which has no times in that part. */
static uint64_t hash_statistics(const char *report)
{
    json_t *json = json_loads(report, 0, NULL);
    const json_t *statistics = json_object_get(json, "statistics");
    ck_assert_ptr_nonnull(statistics);
    char *text = json_dumps(statistics, 0);
    uint64_t hash = tkz__hash64(text, strlen(text));
    free(text);
    json_decref(json);
    return hash;
}

static void check_report(const char *report, const expectation *e)
{
    char wanted[400];
    snprintf(wanted, sizeof wanted,
             "\"in\": %llu,\n    \"kept\": %llu,\n    \"dropped\": %llu,\n    \"bad\": %llu",
             (unsigned long long)e->records, (unsigned long long)e->good,
             (unsigned long long)(e->repeated + e->too_short + e->foreign),
             (unsigned long long)e->bad);
    ck_assert_msg(strstr(report, wanted) != NULL, "wanted %s in %s", wanted, report);
    snprintf(wanted, sizeof wanted, "\"duplicate\": %llu", (unsigned long long)e->repeated);
    ck_assert_msg(strstr(report, wanted) != NULL, "wanted %s in %s", wanted, report);
}

START_TEST(threads_do_not_change_a_byte)
{
    char corpus[128], output[128];
    uint64_t reference = 0;
    size_t reference_files = 0;
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    expectation e = write_corpus(corpus, 900);
    static const uint32_t threads[] = {1, 2, 3, 7};
    for (size_t i = 0; i < 4; i++) {
        char *report;
        tkz_error error;
        size_t files;
        snprintf(output, sizeof output, "%s/out%zu", directory, i);
        tkz_recipe *recipe = make_recipe(corpus, output);
        tkz_status status = run_with(recipe, threads[i], UINT64_MAX, &report, &error);
        ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
        check_report(report, &e);
        uint64_t hash = hash_directory(output, &files);
        if (i == 0) {
            reference = hash;
            reference_files = files;
            ck_assert_uint_gt(files, 12); /* several shards of each kind */
        }
        ck_assert_uint_eq(hash, reference);
        ck_assert_uint_eq(files, reference_files);
        tkz_check_report checked;
        status = tkz_check(output, 1, NULL, &checked, &error);
        ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
        /* A finished run is not run again. */
        ck_assert_int_eq(run_with(recipe, 1, UINT64_MAX, NULL, &error), TKZ_STATUS_EXISTS);
        ck_assert(strstr(error.message, "--overwrite") != NULL);
        ck_assert_uint_eq(hash_directory(output, &files), reference);
        free(report);
        tkz_recipe_free(recipe);
    }
}
END_TEST

START_TEST(interruptions_do_not_change_a_byte)
{
    char corpus[128], output[128];
    size_t files;
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    expectation e = write_corpus(corpus, 500);
    snprintf(output, sizeof output, "%s/whole", directory);
    tkz_recipe *recipe = make_recipe(corpus, output);
    char *whole;
    ck_assert_status(run_with(recipe, 2, UINT64_MAX, &whole, NULL));
    uint64_t reference = hash_directory(output, &files), statistics = hash_statistics(whole);
    free(whole);
    tkz_recipe_free(recipe);

    uint64_t state = 7;
    for (int round = 0; round < 12; round++) {
        char *report = NULL;
        tkz_error error;
        int stops = 0;
        snprintf(output, sizeof output, "%s/round%d", directory, round);
        recipe = make_recipe(corpus, output);
        for (;;) {
            uint64_t stop = test_random(&state) % 60 + (uint64_t)stops * 20;
            free(report);
            tkz_status status =
                run_with(recipe, 1 + (uint32_t)(round % 3), stop, &report, &error);
            if (status == TKZ_OK)
                break;
            ck_assert_msg(status == TKZ_STATUS_CANCELLED, "%s: %s", error.where, error.message);
            stops++;
        }
        ck_assert_int_gt(stops, 0);
        check_report(report, &e);
        ck_assert_uint_eq(hash_statistics(report), statistics);
        ck_assert_uint_eq(hash_directory(output, &files), reference);
        free(report);
        tkz_recipe_free(recipe);
    }
}
END_TEST

START_TEST(memory_bounds_are_kept_or_refused)
{
    char corpus[128], output[128];
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    write_corpus(corpus, 200);
    snprintf(output, sizeof output, "%s/out", directory);
    tkz_recipe *recipe = make_recipe(corpus, output);
    tkz_error error;
    ck_assert_int_eq(tkz_run(recipe, NULL, 1000, 0, NULL, NULL, NULL, &error), TKZ_STATUS_LIMIT);
    ck_assert_status(tkz_run(recipe, NULL, 64 << 20, 0, NULL, NULL, NULL, &error));
    tkz_recipe_free(recipe);
}
END_TEST

START_TEST(a_changed_input_is_not_resumed)
{
    char corpus[128], output[128];
    tkz_error error;
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    write_corpus(corpus, 300);
    snprintf(output, sizeof output, "%s/out", directory);
    tkz_recipe *recipe = make_recipe(corpus, output);
    ck_assert_int_eq(run_with(recipe, 1, 5, NULL, &error), TKZ_STATUS_CANCELLED);
    write_corpus(corpus, 301);
    ck_assert_int_eq(run_with(recipe, 1, UINT64_MAX, NULL, &error), TKZ_STATUS_EXISTS);
    ck_assert_status(tkz_run(recipe, NULL, 0, 1, NULL, NULL, NULL, &error));
    tkz_recipe_free(recipe);
}
END_TEST

START_TEST(nothing_to_train_on_is_said)
{
    char corpus[128], output[128];
    tkz_error error;
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    test_write_file(corpus, "\n \n", 3);
    snprintf(output, sizeof output, "%s/out", directory);
    tkz_recipe *recipe = make_recipe(corpus, output);
    ck_assert_int_eq(run_with(recipe, 1, UINT64_MAX, NULL, &error), TKZ_STATUS_EMPTY_INPUT);
    tkz_recipe_free(recipe);
}
END_TEST

/* A run through every pass with streams for outputs; nothing of it may stay behind. */
static tkz_status run_streams(void *context, const tkz_allocator *allocator)
{
    const char *corpus = context;
    char text[1200];
    tkz_recipe *recipe = NULL;
    int size = snprintf(text, sizeof text,
                        "{\"input\":{\"files\":[\"%s\"],\"frame_size\":1024},"
                        "\"clean\":[{\"name\":\"length\",\"minimum\":20}],\"dedup\":{},"
                        "\"vocabulary\":{\"size\":300},\"work\":\"%s/work\","
                        "\"output\":{\"records\":\"%s/r.zst\",\"ids\":\"%s/ids\","
                        "\"rejects\":\"%s/rejects\",\"bad\":\"%s/bad\"}}",
                        corpus, directory, directory, directory, directory, directory);
    tkz_status status = tkz_recipe_parse(&recipe, text, (size_t)size, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_run(recipe, NULL, 0, 0, NULL, allocator, NULL, NULL);
    tkz_recipe_free(recipe);
    return status;
}

START_TEST(failing_allocations_leave_nothing_behind)
{
    char corpus[128], ids[128];
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    write_corpus(corpus, 12);
    test_all_allocation_failures(run_streams, corpus);
    size_t size;
    snprintf(ids, sizeof ids, "%s/ids", directory);
    char *text = test_read_file(ids, &size);
    ck_assert_uint_gt(size, 100);
    free(text);
}
END_TEST

/* Streams that are compressed by those who work, where a frame has much to say, and by the one who writes where it has little:
 * short documents are few. */
START_TEST(threads_do_not_change_a_stream)
{
    char corpus[128], text[1000], paths[2][128];
    uint64_t hashes[2] = {0, 0};
    snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", directory);
    write_corpus(corpus, 12000);
    for (size_t i = 0; i < 2; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s.zst", directory, i == 0 ? "records" : "rejects");
    int length = snprintf(text, sizeof text,
                          "{\"input\":{\"files\":[\"%s\"]},\"clean\":[{\"name\":\"length\",\"minimum\":20}],"
                          "\"output\":{\"records\":\"%s\",\"rejects\":\"%s\"}}",
                          corpus, paths[0], paths[1]);
    for (uint32_t threads = 1; threads <= 4; threads++) {
        tkz_recipe *recipe;
        tkz_error error;
        ck_assert_status(tkz_recipe_parse(&recipe, text, (size_t)length, NULL, &error));
        ck_assert_status(run_with(recipe, threads, UINT64_MAX, NULL, &error));
        tkz_recipe_free(recipe);
        for (size_t i = 0; i < 2; i++) {
            size_t size;
            char *data = test_read_file(paths[i], &size);
            uint64_t hash = tkz__hash64(data, size);
            if (threads == 1 && i == 0) {
                tkz__seek_table table;
                tkz__seek_table_init(&table, NULL);
                ck_assert_status(tkz__seek_table_read(&table, data, size, NULL));
                ck_assert_uint_gt(table.count, 1);
                tkz__seek_table_free(&table);
            }
            if (threads == 1)
                hashes[i] = hash;
            ck_assert_uint_eq(hash, hashes[i]);
            free(data);
        }
    }
}
END_TEST

Suite *suite_run(void)
{
    Suite *suite = suite_create("run");
    TCase *tests = tcase_create("run");
    tcase_set_timeout(tests, 300);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, threads_do_not_change_a_byte);
    tcase_add_test(tests, threads_do_not_change_a_stream);
    tcase_add_test(tests, interruptions_do_not_change_a_byte);
    tcase_add_test(tests, memory_bounds_are_kept_or_refused);
    tcase_add_test(tests, a_changed_input_is_not_resumed);
    tcase_add_test(tests, nothing_to_train_on_is_said);
    tcase_add_test(tests, failing_allocations_leave_nothing_behind);
    suite_add_tcase(suite, tests);
    return suite;
}
