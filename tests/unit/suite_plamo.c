/* SPDX-License-Identifier: Apache-2.0
 *
 * PLaMo 2: its engine against a slow search, tokenizer.jsonl and the same in GGUF's words, what is
 * refused,
 * and damaged tables.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "id_check.h"
#include "stream_fixture.h"
#include "subword/plamo_best.h"
#include "testing.h"
#include "tokenize/text.h"

Suite *suite_plamo(void);

#define A "\xE3\x81\x82" /* U+3042 */
#define I "\xE3\x81\x84"

static tkz_allocator plain;
static char directory[64], path[128];

static void setup(void)
{
    plain = tkz__allocator_or_default(NULL);
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/tokenizer.jsonl", directory);
}

static void teardown(void)
{
    test_remove_tree(directory);
}

/* ---- The file ------------------------------------------------------------ */

static void append(tkz__buffer *file, const char *text)
{
    ck_assert_status(tkz__buffer_append_text(file, text, NULL));
}

/* Four control tokens, the 256 bytes (ids 4 to 259), then `lines`. */
static void make_file(tkz__buffer *file, const char *lines)
{
    static const char *const names[] = {"unk", "bos", "eos", "pad"};
    tkz__buffer_init(file, &plain);
    for (int i = 0; i < 4; i++)
        ck_assert_status(tkz__buffer_append_format(file, NULL, "[\"<|plamo:%s|>\", 0.0, \"%s\"]\n",
                                                   names[i], i == 0 ? "UNKNOWN" : "CONTROL"));
    for (unsigned byte = 0; byte < 256; byte++)
        ck_assert_status(
            tkz__buffer_append_format(file, NULL, "[\"<0x%02X>\", 0, \"BYTE\", 1]\n", byte));
    append(file, lines);
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const tkz__buffer *file,
                            const tkz_allocator *allocator, tkz_error *error)
{
    test_write_file(path, file->data, file->size);
    return tkz_tokenizer_open(tokenizer, path, allocator, error);
}

static const char usual[] = "[\"a\", -3.0, \"NORMAL\"]\n[\"b\", -3, \"NORMAL\"]\n"   /* 260 261 */
                            "[\"ab\", -6, \"NORMAL\"]\n[\"abb\", -9, \"NORMAL\"]\n" /* 262 263 */
                            "[\"" A I "\", -1.5e0, \"USER_DEFINED\"]\n"             /* 264 */
                            "[\"b" A "\", -2.00004]\r\n[\"<|plamo:op|>\", -1, \"NORMAL\"]\n";

START_TEST(pieces)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error;
    make_file(&file, usual);
    tkz_status status = open_file(&tokenizer, &file, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_status(tkz_tokenizer_verify(tokenizer, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 267);
    /* Of equal sums the path whose first piece is the longest. */
    check_ids(tokenizer, "ab", IDS(262));
    check_ids(tokenizer, "abb", IDS(263));
    check_ids(tokenizer, "aabb", IDS(260, 263));
    check_ids(tokenizer, "ab" A, IDS(260, 265));
    check_ids(tokenizer, A I "c", IDS(264, 4 + 'c'));
    check_ids(tokenizer, I "\xEF\xBB\xBF", IDS(4 + 0xE3, 4 + 0x81, 4 + 0x84, 4 + 0xEF, 4 + 0xBB,
                                               4 + 0xBF));
    /* Control tokens are text. */
    check_ids(tokenizer, "<|", IDS(4 + '<', 4 + '|'));
    uint32_t id;
    ck_assert_status(tkz_tokenizer_special(tokenizer, "<|plamo:op|>", 12, &id, NULL));
    ck_assert_uint_eq(id, 266);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(refused)
{
    static const struct {
        const char *lines;
        tkz_status status;
        const char *says;
        const char *place;
    } bad[] = {
        {"[\"x\"]", TKZ_STATUS_BAD_FORMAT, "its score", "[\"x\"]"},
        {"[1, 2]", TKZ_STATUS_BAD_FORMAT, "a string", "1, 2"},
        {"[\"x\", \"y\"]", TKZ_STATUS_BAD_FORMAT, "a number", "\"y\""},
        {"[\"x\", -1, \"NO\"]", TKZ_STATUS_BAD_FORMAT, "\"NO\"", "\"NO\""},
        {"[\"x\", -1", TKZ_STATUS_BAD_FORMAT, "", NULL},
        {"{}", TKZ_STATUS_BAD_FORMAT, "", "{}"},
        {"[\"\", -1, \"NORMAL\"]", TKZ_STATUS_BAD_FORMAT, "empty", "[\"\""},
        {"[\"<0x1>\", -1, \"BYTE\"]", TKZ_STATUS_BAD_FORMAT, "no byte", "[\"<0x1>"},
        {"[\"<0x00>\", -1, \"BYTE\"]", TKZ_STATUS_BAD_FORMAT, "", "[\"<0x00>\", -1"},
        {"[\"x\", -1000, \"NORMAL\"]", TKZ_STATUS_BAD_FORMAT, "-1000", NULL},
        {"[\"x\", 1e9, \"NORMAL\"]", TKZ_STATUS_BAD_FORMAT, "32 bits", NULL},
        {"[\"x\xFF\", 1, \"NORMAL\"]", TKZ_STATUS_BAD_UTF8, "", "\xFF"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        tkz__buffer file;
        tkz_tokenizer *tokenizer;
        tkz_error error = {0};
        make_file(&file, bad[i].lines);
        tkz_status status = open_file(&tokenizer, &file, NULL, &error);
        ck_assert_msg(status == bad[i].status && strstr(error.message, bad[i].says) != NULL,
                      "%s: %s", bad[i].lines, error.message);
        size_t size = bad[i].place != NULL ? strlen(bad[i].place) : 0;
        if (size > 0)
            ck_assert_msg(error.offset + size <= file.size &&
                              memcmp(file.data + error.offset, bad[i].place, size) == 0,
                          "%s: %s at %llu", bad[i].lines, error.message,
                          (unsigned long long)error.offset);
        tkz__buffer_free(&file);
    }
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    test_write_file(path, "[\"a\", -1, \"NORMAL\"]\n", 20);
    ck_assert_int_eq(tkz_tokenizer_open(&tokenizer, path, NULL, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "<0x00>"));
}
END_TEST

/* What stands beside the file says which PLaMo it is. */
START_TEST(third_version)
{
    char other[128];
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    make_file(&file, usual);
    snprintf(other, sizeof other, "%s/tokenizer_config.json", directory);
    const char *second = "{\"tokenizer_class\": \"Plamo2Tokenizer\"}";
    test_write_file(other, second, strlen(second));
    ck_assert_status(open_file(&tokenizer, &file, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    const char *third = "{\"tokenizer_class\": \"Plamo3Tokenizer\"}";
    test_write_file(other, third, strlen(third));
    ck_assert_int_eq(open_file(&tokenizer, &file, NULL, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "PLaMo 3"));
    tkz__buffer_free(&file);
}
END_TEST

/* Cut anywhere, a text has the ids of the whole. */
START_TEST(parts)
{
    static const char *const samples[] = {"a", "b", "ab", A, I, A I, "c", " ", "\xFF", "\xE3\x81", "abb"};
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_encoder *whole, *encoder;
    uint64_t random = 19;
    make_file(&file, usual);
    ck_assert_status(open_file(&tokenizer, &file, NULL, NULL));
    ck_assert_status(tkz_encoder_new(&whole, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_encoder_want_offsets(whole, TKZ_OFFSETS_BYTES);
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    for (int i = 0; i < 4000 / TEST_SHORTER; i++) {
        char text[128];
        size_t size = 0, wanted = test_random(&random) % 120;
        while (size < wanted) {
            const char *sample = samples[test_random(&random) % 11];
            memcpy(text + size, sample, strlen(sample));
            size += strlen(sample);
        }
        compare_parts(whole, encoder, &random, text, size);
    }
    tkz_encoder_free(whole);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 4};
    tkz_status status = open_file(&tokenizer, context, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, NULL, NULL);
    if (status == TKZ_OK) {
        status = tkz_encoder_encode(encoder, "abbx", offsets, 1, &batch, NULL);
        tkz_encoder_free(encoder);
    }
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(memory)
{
    tkz__buffer file;
    make_file(&file, usual);
    test_all_allocation_failures(attempt, &file);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- The engine ---------------------------------------------------------- */

enum { TOKENS = 256 + 60, MOST_BYTES = 4096 };

typedef struct model {
    uint32_t offsets[TOKENS + 1];
    uint8_t bytes[MOST_BYTES];
    uint8_t types[TOKENS];
    double scores[TOKENS];
    tkz__plamo_parts parts;
    tkz__buffer blob;
    tkz__plamo view;
} model;

static void add(model *made, const char *text, tkz__piece_type type, double score)
{
    uint32_t id = made->parts.token_count++;
    memcpy(made->bytes + made->offsets[id], text, strlen(text));
    made->offsets[id + 1] = made->offsets[id] + (uint32_t)strlen(text);
    made->types[id] = (uint8_t)type;
    made->scores[id] = score;
}

static bool has(const model *made, const char *text)
{
    for (uint32_t id = 0; id < made->parts.token_count; id++) {
        size_t size = made->offsets[id + 1] - made->offsets[id];
        if (size == strlen(text) && memcmp(made->bytes + made->offsets[id], text, size) == 0)
            return true;
    }
    return false;
}

static void random_text(uint64_t *random, char *text, size_t most)
{
    static const char *const letters[] = {"a", "b", A, I, "c"};
    size_t count = 1 + test_random(random) % most;
    *text = '\0';
    for (size_t i = 0; i < count; i++)
        strcat(text, letters[test_random(random) % 5]);
}

/* Bytes, and pieces of a few letters with few different scores, so that many sums are equal. */
static void make_model(model *made, uint64_t *random)
{
    char text[64];
    memset(made, 0, sizeof *made);
    made->parts = (tkz__plamo_parts){.token_bytes = made->bytes,
                                     .token_offsets = made->offsets,
                                     .scores = made->scores,
                                     .types = made->types};
    for (unsigned byte = 0; byte < 256; byte++) {
        snprintf(text, sizeof text, "<0x%02X>", byte);
        add(made, text, TKZ__PIECE_BYTE, 0);
    }
    for (int i = 0; i < 60; i++) {
        random_text(random, text, 5);
        if (!has(made, text))
            add(made, text, i % 9 == 8 ? TKZ__PIECE_CONTROL : TKZ__PIECE_NORMAL,
                -(double)(test_random(random) % 4));
    }
    tkz__buffer_init(&made->blob, &plain);
    ck_assert_status(tkz__plamo_make(&made->parts, &made->blob, NULL));
    ck_assert_status(tkz__plamo_open(&made->view, made->blob.data, made->blob.size,
                                     made->parts.token_count, "test", NULL));
}

/* The rules word by word: from the right, every piece, the longest first. */
static size_t slow_ids(const model *made, const char *text, uint32_t *ids)
{
    enum { MOST = 512 };
    int64_t costs[MOST + 1];
    uint32_t steps[MOST], lengths[MOST];
    size_t size = strlen(text), count = 0;
    ck_assert_uint_le(size, MOST);
    costs[size] = 0;
    for (size_t at = size; at-- > 0;) {
        if (((uint8_t)text[at] & 0xC0) == 0x80)
            continue;
        costs[at] = INT64_MAX;
        for (size_t length = size - at; length > 0; length--) {
            for (uint32_t id = 256; id < made->parts.token_count; id++) {
                if (made->types[id] != TKZ__PIECE_NORMAL ||
                    made->offsets[id + 1] - made->offsets[id] != length ||
                    memcmp(made->bytes + made->offsets[id], text + at, length) != 0)
                    continue;
                int64_t cost = costs[at + length] - (int64_t)(made->scores[id] * 1e4);
                if (cost < costs[at]) {
                    costs[at] = cost;
                    steps[at] = id;
                    lengths[at] = (uint32_t)length;
                }
            }
        }
        uint32_t length = (uint8_t)text[at] >= 0xE0 ? 3 : 1;
        if (costs[at + length] + 10000000 < costs[at]) {
            costs[at] = costs[at + length] + 10000000;
            steps[at] = UINT32_MAX;
            lengths[at] = length;
        }
    }
    for (size_t at = 0; at < size; at += lengths[at]) {
        if (steps[at] != UINT32_MAX)
            ids[count++] = steps[at];
        for (size_t i = 0; steps[at] == UINT32_MAX && i < lengths[at]; i++)
            ids[count++] = (uint8_t)text[at + i];
    }
    return count;
}

START_TEST(against_slow_search)
{
    static model made;
    uint64_t random = 3;
    uint32_t expected[512];
    char text[512];
    for (int round = 0; round < 40; round++) {
        make_model(&made, &random);
        tkz__plamo_worker worker;
        tkz__token_list tokens;
        tkz__plamo_worker_init(&worker, &plain);
        tkz__token_list_init(&tokens, &plain);
        tokens.wants_ends = true;
        for (int i = 0; i < 100 / TEST_SHORTER; i++) {
            random_text(&random, text, i % 10 == 0 ? 150 : 20);
            size_t count = slow_ids(&made, text, expected);
            tokens.count = 0;
            ck_assert_status(tkz__plamo_encode(&worker, &made.view, (uint8_t *)text, strlen(text),
                                               &tokens, NULL));
            ck_assert_uint_eq(tokens.count, count);
            ck_assert_msg(memcmp(tokens.ids, expected, count * sizeof *expected) == 0, "%s", text);
            ck_assert_uint_eq(tokens.ends[count - 1], strlen(text));
        }
        tkz__token_list_free(&tokens);
        tkz__plamo_worker_free(&worker);
        tkz__buffer_free(&made.blob);
    }
}
END_TEST

/* Damaged tables open or not; encoding ends and stays inside them. */
START_TEST(damaged)
{
    static model made;
    uint64_t random = 5;
    make_model(&made, &random);
    tkz__plamo_worker worker;
    tkz__token_list tokens;
    tkz__plamo_worker_init(&worker, &plain);
    tkz__token_list_init(&tokens, &plain);
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char text[256];
        tkz__plamo view;
        size_t at = test_random(&random) % made.blob.size;
        uint8_t before = made.blob.data[at];
        made.blob.data[at] = (uint8_t)test_random(&random);
        random_text(&random, text, 40);
        tokens.count = 0;
        if (tkz__plamo_open(&view, made.blob.data, made.blob.size, made.parts.token_count, "test",
                            NULL) == TKZ_OK &&
            tkz__plamo_encode(&worker, &view, (uint8_t *)text, strlen(text), &tokens, NULL) ==
                TKZ_OK) {
            for (size_t i = 0; i < tokens.count; i++)
                ck_assert_uint_lt(tokens.ids[i], made.parts.token_count);
        }
        made.blob.data[at] = before;
    }
    for (size_t size = 0; size < made.blob.size; size += 97) {
        tkz__plamo view;
        ck_assert_int_eq(tkz__plamo_open(&view, made.blob.data, size, made.parts.token_count,
                                         "test", NULL),
                         TKZ_STATUS_CORRUPT);
    }
    tkz__token_list_free(&tokens);
    tkz__plamo_worker_free(&worker);
    tkz__buffer_free(&made.blob);
}
END_TEST

Suite *suite_plamo(void)
{
    Suite *suite = suite_create("plamo");
    TCase *tests = tcase_create("plamo");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, pieces);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, third_version);
    tcase_add_test(tests, parts);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, against_slow_search);
    tcase_add_test(tests, damaged);
    suite_add_tcase(suite, tests);
    return suite;
}
