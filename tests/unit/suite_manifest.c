/* SPDX-License-Identifier: Apache-2.0
 *
 * The manifest, and the check of an output directory against it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hash.h"
#include "corpus/manifest.h"
#include "corpus/token_shards.h"
#include "io/zstd_frames.h"
#include "testing.h"
#include "tokenize/corpus.h"

Suite *suite_manifest(void);

static char directory[64];
static char manifest_path[128];
static tkz__manifest_file files[8];
static size_t file_count;

static void in_directory(char path[400], const char *name)
{
    snprintf(path, 400, "%s/%s", directory, name);
}

static void write_text_shards(void)
{
    tkz__frame_compressor *compressor;
    tkz__text_shards *shards;
    ck_assert_status(tkz__frame_compressor_new(&compressor, 3, NULL, NULL));
    ck_assert_status(tkz__text_shards_new(&shards, directory, "text", 150, NULL, NULL, NULL));
    for (int i = 0; i < 6; i++) {
        tkz__buffer content, stored;
        tkz__buffer_init(&content, NULL);
        tkz__buffer_init(&stored, NULL);
        ck_assert_status(tkz__buffer_append_format(&content, NULL,
                                                   "{\"text\":\"%d\"}\n{\"text\":\"x\"}\n", i));
        ck_assert_status(
            tkz__frame_compress(compressor, content.data, content.size, &stored, NULL));
        ck_assert_status(tkz__text_shards_append(shards, stored.data, stored.size, content.data,
                                                 content.size, 2, NULL));
        tkz__buffer_free(&content);
        tkz__buffer_free(&stored);
    }
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    ck_assert_uint_eq(tkz__text_shards_count(shards), 3);
    for (size_t i = 0; i < 3; i++)
        files[file_count++] =
            (tkz__manifest_file){TKZ__MANIFEST_TEXT, *tkz__text_shards_at(shards, i)};
    tkz__text_shards_free(shards);
    tkz__frame_compressor_free(compressor);
}

static void write_token_shard(void)
{
    static const uint32_t ids[] = {5, 6, 7, 8, 9};
    static const uint64_t offsets[] = {0, 2, 2, 5};
    tkz__token_shards *shards;
    ck_assert_status(
        tkz__token_shards_new(&shards, directory, "tokens", 100, 0, NULL, NULL, NULL));
    ck_assert_status(tkz__token_shards_append(shards, ids, offsets, 3, NULL));
    ck_assert_status(tkz__token_shards_finish(shards, NULL));
    files[file_count++] =
        (tkz__manifest_file){TKZ__MANIFEST_TOKENS, *tkz__token_shards_at(shards, 0)};
    tkz__token_shards_free(shards);
}

static void write_plain(tkz__manifest_kind kind, const char *name, const char *text,
                        uint64_t records)
{
    char path[400];
    in_directory(path, name);
    test_write_file(path, text, strlen(text));
    tkz__manifest_file *file = &files[file_count++];
    file->kind = kind;
    ck_assert_status(tkz__manifest_describe(directory, name, &file->info, NULL));
    file->info.records = records;
    file->info.items = records > 0 ? strlen(text) : 0;
}

static const char header[] = "{\"recipe\": {\"b\": 1, \"a\": [\"日\"]}, \"counts\": {\"in\": 12}}";

static void write_manifest(void)
{
    ck_assert_status(
        tkz__manifest_write(directory, header, sizeof header - 1, files, file_count, NULL));
}

/* An output directory with three text shards, one of tokens, bad records, a tokenizer, a report. */
static void setup(void)
{
    test_make_directory(directory, sizeof directory);
    snprintf(manifest_path, sizeof manifest_path, "%s/manifest.json", directory);
    memset(files, 0, sizeof files);
    file_count = 0;
    write_text_shards();
    write_token_shard();
    write_plain(TKZ__MANIFEST_BAD, "bad.jsonl", "{\"reason\":\"bad_utf8\"}\n", 1);
    write_plain(TKZ__MANIFEST_TOKENIZER, "tokenizer.json", "{\"model\":{}}", 0);
    write_plain(TKZ__MANIFEST_REPORT, "report.json", "{}\n", 0);
    write_manifest();
}

static void teardown(void)
{
    test_remove_tree(directory);
}

/* ---- The file --------------------------------------------------------- */

START_TEST(test_bytes)
{
    static const char expected[] = "{\n"
                                   "  \"format\": \"libtokenize-manifest\",\n"
                                   "  \"version\": 1,\n"
                                   "  \"tool\": \"libtokenize ";
    static const char rest[] = "\",\n"
                               "  \"recipe\": {\n"
                               "    \"b\": 1,\n"
                               "    \"a\": [\n"
                               "      \"日\"\n"
                               "    ]\n"
                               "  },\n"
                               "  \"counts\": {\n"
                               "    \"in\": 12\n"
                               "  },\n"
                               "  \"files\": [\n"
                               "    {\n"
                               "      \"kind\": \"tokens\",\n"
                               "      \"name\": \"a/b.bin\",\n"
                               "      \"records\": 1,\n"
                               "      \"items\": 2,\n"
                               "      \"stored_size\": 3,\n"
                               "      \"content_xxh3\": \"00000000000000ff\",\n"
                               "      \"index_size\": 4,\n"
                               "      \"index_xxh3\": \"fedcba9876543210\"\n"
                               "    }\n"
                               "  ]\n"
                               "}\n";
    tkz__manifest_file file = {TKZ__MANIFEST_TOKENS,
                               {"a/b.bin", 1, 2, 3, 0xff, 4, UINT64_C(0xfedcba9876543210)}};
    for (int round = 0; round < 2; round++) {
        ck_assert_status(
            tkz__manifest_write(directory, header, sizeof header - 1, &file, 1, NULL));
        size_t size, start = sizeof expected - 1 + strlen(tkz_version());
        char *text = test_read_file(manifest_path, &size);
        ck_assert_uint_eq(size, start + sizeof rest - 1);
        ck_assert(memcmp(text, expected, sizeof expected - 1) == 0);
        ck_assert_str_eq(text + start, rest);
        free(text);
    }
}
END_TEST

START_TEST(test_round_trip)
{
    tkz__manifest manifest;
    ck_assert_status(tkz__manifest_read(&manifest, manifest_path, NULL, NULL));
    ck_assert_uint_eq(manifest.count, file_count);
    for (size_t i = 0; i < file_count; i++) {
        ck_assert_int_eq(manifest.files[i].kind, files[i].kind);
        ck_assert_str_eq(manifest.files[i].info.name, files[i].info.name);
        ck_assert(memcmp(&manifest.files[i].info.records, &files[i].info.records, 6 * 8) == 0);
    }
    tkz__manifest_free(&manifest);
    ck_assert_status(tkz__manifest_write(directory, "{}", 2, NULL, 0, NULL));
    ck_assert_status(tkz__manifest_read(&manifest, manifest_path, NULL, NULL));
    ck_assert_uint_eq(manifest.count, 0);
    tkz__manifest_free(&manifest);
}
END_TEST

static tkz_status write_with(const char *text, const char *name, uint64_t records)
{
    tkz__manifest_file file = {TKZ__MANIFEST_TEXT, {"", records, 0, 0, 0, 0, 0}};
    snprintf(file.info.name, sizeof file.info.name, "%s", name);
    tkz_error error;
    tkz_status status =
        tkz__manifest_write(directory, text, strlen(text), &file, 1, &error);
    if (status != TKZ_OK)
        ck_assert_int_eq(error.code, status);
    return status;
}

START_TEST(test_wrong_arguments)
{
    ck_assert_int_eq(write_with("[]", "x", 0), TKZ_STATUS_BAD_JSON);
    ck_assert_int_eq(write_with("{", "x", 0), TKZ_STATUS_BAD_JSON);
    ck_assert_int_eq(write_with("{\"files\":1}", "x", 0), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(write_with("{\"tool\":1}", "x", 0), TKZ_STATUS_INVALID_ARGUMENT);
    static const char *const names[] = {"",    "/x", "../x", "a/../x", "a//x",
                                        "./x", "a/", "\xFF", ".."};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(write_with("{}", names[i], 0), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(write_with("{}", "x", UINT64_MAX), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(write_with("{}", "..x/.y", 0));
    ck_assert_int_eq(tkz__manifest_write("/nonexistent", "{}", 2, NULL, 0, NULL),
                     TKZ_STATUS_OPEN_FAILED);
}
END_TEST

static tkz_status read_text(const char *text)
{
    tkz__manifest manifest;
    tkz_error error;
    test_write_file(manifest_path, text, strlen(text));
    tkz_status status = tkz__manifest_read(&manifest, manifest_path, NULL, &error);
    tkz__manifest_free(&manifest);
    if (status != TKZ_OK)
        ck_assert_str_eq(error.where, manifest_path);
    return status;
}

#define START "{\"format\":\"libtokenize-manifest\",\"version\":1,\"files\":["
#define FILE_START START "{\"kind\":\"text\",\"name\":\"n\",\"records\":1,\"items\":2,"

START_TEST(test_hostile_manifests)
{
    ck_assert_int_eq(read_text(""), TKZ_STATUS_BAD_JSON);
    ck_assert_int_eq(read_text("{\"a\":1,\"a\":2}"), TKZ_STATUS_BAD_JSON);
    ck_assert_int_eq(read_text("[]"), TKZ_STATUS_BAD_FORMAT);
    ck_assert_int_eq(read_text("{\"format\":1}"), TKZ_STATUS_BAD_FORMAT);
    ck_assert_int_eq(read_text("{\"format\":\"libtokenize-manifest\",\"version\":2}"),
                     TKZ_STATUS_BAD_VERSION);
    ck_assert_int_eq(read_text("{\"format\":\"libtokenize-manifest\",\"version\":1}"),
                     TKZ_STATUS_CORRUPT);
    ck_assert_status(read_text(START "],\"more\":[]}"));
    ck_assert_status(
        read_text(FILE_START "\"stored_size\":3,\"content_xxh3\":\"0123456789abcdef\"}]}"));
    static const char *const wrong[] = {
        START "1]}",
        START "{\"kind\":\"other\"}]}",
        START "{\"kind\":\"text\",\"name\":\"../n\"}]}",
        START "{\"kind\":\"text\",\"name\":\"n\",\"records\":-1}]}",
        START "{\"kind\":\"text\",\"name\":\"n\",\"records\":1.0}]}",
        FILE_START "\"stored_size\":\"3\"}]}",
        FILE_START "\"stored_size\":3,\"content_xxh3\":\"0123456789ABCDEF\"}]}",
        FILE_START "\"stored_size\":3,\"content_xxh3\":\"0123\"}]}",
        START "{\"kind\":\"tokens\",\"name\":\"n\",\"records\":1,\"items\":2,\"stored_size\":3,"
              "\"content_xxh3\":\"0123456789abcdef\"}]}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_int_eq(read_text(wrong[i]), TKZ_STATUS_CORRUPT);
    /* Nested deeper than any stack should follow. */
    size_t depth = 200000;
    char *deep = malloc(depth + 1);
    memset(deep, '[', depth);
    deep[depth] = '\0';
    ck_assert_int_eq(read_text(deep), TKZ_STATUS_BAD_JSON);
    free(deep);
}
END_TEST

/* ---- The check -------------------------------------------------------- */

START_TEST(test_good_directory)
{
    for (int32_t deep = 0; deep < 2; deep++) {
        tkz_check_report report, other;
        ck_assert_status(tkz_check(directory, deep, NULL, &report, NULL));
        ck_assert_uint_eq(report.files, 9);
        ck_assert_uint_eq(report.documents, 12);
        ck_assert_uint_eq(report.tokens, 5);
        ck_assert_uint_gt(report.bytes, 1000);
        ck_assert_status(tkz_check(manifest_path, deep, NULL, &other, NULL));
        ck_assert(memcmp(&report, &other, sizeof report) == 0);
    }
    tkz_check_report report;
    char path[400];
    in_directory(path, files[0].info.name);
    ck_assert_status(tkz_check(path, 1, NULL, &report, NULL));
    ck_assert_uint_eq(report.documents, files[0].info.records);
    in_directory(path, files[3].info.name);
    ck_assert_status(tkz_check(path, 1, NULL, &report, NULL));
    ck_assert_uint_eq(report.tokens, 5);
    ck_assert_uint_eq(report.files, 2);
}
END_TEST

/* Whatever byte of whatever file is damaged, the deep check names that file. */
START_TEST(test_every_byte_counts)
{
    for (size_t i = 0; i < file_count; i++) {
        for (int index = 0; index <= (files[i].kind == TKZ__MANIFEST_TOKENS); index++) {
            char path[400];
            size_t size;
            in_directory(path, files[i].info.name);
            if (index == 1)
                memcpy(path + strlen(path) - 4, ".idx", 4);
            char *data = test_read_file(path, &size);
            for (size_t at = 0; at < size; at++) {
                tkz_error error;
                data[at] ^= 0x41;
                test_write_file(path, data, size);
                data[at] ^= 0x41;
                tkz_status status = tkz_check(directory, 1, NULL, NULL, &error);
                ck_assert_msg(status != TKZ_OK, "byte %zu of %s", at, path);
                ck_assert_str_eq(error.where, path);
            }
            test_write_file(path, data, size - 1);
            ck_assert_int_eq(tkz_check(directory, 0, NULL, NULL, NULL), TKZ_STATUS_TRUNCATED);
            unlink(path);
            ck_assert_int_eq(tkz_check(directory, 0, NULL, NULL, NULL), TKZ_STATUS_OPEN_FAILED);
            test_write_file(path, data, size);
            free(data);
        }
    }
    ck_assert_status(tkz_check(directory, 1, NULL, NULL, NULL));
}
END_TEST

/* The manifest itself tells lies. */
START_TEST(test_lies)
{
    files[1].info.records++;
    write_manifest();
    ck_assert_status(tkz_check(directory, 0, NULL, NULL, NULL));
    ck_assert_int_eq(tkz_check(directory, 1, NULL, NULL, NULL), TKZ_STATUS_COUNTS_DISAGREE);
    files[1].info.records--;
    files[1].info.items++;
    write_manifest();
    ck_assert_int_eq(tkz_check(directory, 0, NULL, NULL, NULL), TKZ_STATUS_COUNTS_DISAGREE);
    files[1].info.items--;
    files[2].info.content_hash ^= 1;
    write_manifest();
    ck_assert_status(tkz_check(directory, 0, NULL, NULL, NULL));
    ck_assert_int_eq(tkz_check(directory, 1, NULL, NULL, NULL), TKZ_STATUS_CORRUPT);
    files[2].info.content_hash ^= 1;
    files[3].info.items++;
    write_manifest();
    ck_assert_int_eq(tkz_check(directory, 0, NULL, NULL, NULL), TKZ_STATUS_COUNTS_DISAGREE);
    files[3].info.items--;
    files[3].info.index_hash++;
    write_manifest();
    ck_assert_int_eq(tkz_check(directory, 1, NULL, NULL, NULL), TKZ_STATUS_CORRUPT);
    files[3].info.index_hash--;
    files[5].info.content_hash++;
    write_manifest();
    ck_assert_int_eq(tkz_check(directory, 0, NULL, NULL, NULL), TKZ_STATUS_CORRUPT);
}
END_TEST

START_TEST(test_unknown_files)
{
    tkz_error error;
    char path[400];
    ck_assert_int_eq(tkz_check("/nonexistent", 0, NULL, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(tkz_check(NULL, 0, NULL, NULL, &error), TKZ_STATUS_INVALID_ARGUMENT);
    in_directory(path, "unknown");
    test_write_file(path, "", 0);
    ck_assert_int_eq(tkz_check(path, 0, NULL, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    test_write_file(path, "ids without index", 17);
    ck_assert_int_eq(tkz_check(path, 0, NULL, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    test_write_file(path, "\x28\xB5\x2F\xFD and then nothing of the kind", 34);
    ck_assert_int_eq(tkz_check(path, 0, NULL, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_str_eq(error.where, path);
    unlink(manifest_path);
    ck_assert_int_eq(tkz_check(directory, 0, NULL, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_str_eq(error.where, manifest_path);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz_check_report report;
    return tkz_check(directory, 1, allocator, &report, NULL);
}

START_TEST(test_allocation_failures)
{
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

Suite *suite_manifest(void)
{
    Suite *suite = suite_create("manifest");
    TCase *tests = tcase_create("manifest");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_bytes);
    tcase_add_test(tests, test_round_trip);
    tcase_add_test(tests, test_wrong_arguments);
    tcase_add_test(tests, test_hostile_manifests);
    tcase_add_test(tests, test_good_directory);
    tcase_add_test(tests, test_every_byte_counts);
    tcase_add_test(tests, test_lies);
    tcase_add_test(tests, test_unknown_files);
    tcase_add_test(tests, test_allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
