/* SPDX-License-Identifier: Apache-2.0
 *
 * Rank files of tiktoken, tekken.json, and vocab.json with merges.txt: what is read,
 * what is refused and where, damaged files, and the rank file that is written.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/format.h"
#include "io/json_scanner.h"
#include "subword/byte_level.h"
#include "subword/tokenizer_image.h"
#include "id_check.h"
#include "testing.h"
#include "text/utf8.h"

Suite *suite_rank_files(void);

static tkz_allocator plain;
static char directory[64], path[128], other[128];

static void setup(void)
{
    plain = tkz__allocator_or_default(NULL);
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/vocab.json", directory);
    snprintf(other, sizeof other, "%s/merges.txt", directory);
}

static void teardown(void)
{
    test_remove_tree(directory);
}

static void append(tkz__buffer *buffer, const char *text)
{
    ck_assert_status(tkz__buffer_append_text(buffer, text, NULL));
}

static void append_base64(tkz__buffer *buffer, const char *bytes, size_t size)
{
    ck_assert_status(tkz__append_base64(buffer, bytes, size, NULL));
}

/* ---- Opening ----------------------------------------------------------- */

static tkz_status open_bytes(tkz_tokenizer **tokenizer, const void *data, size_t size,
                             const char *named, const tkz_allocator *allocator, tkz_error *error)
{
    test_write_file(path, data, size);
    return named != NULL ? tkz_tokenizer_open_as(tokenizer, path, named, allocator, error)
                         : tkz_tokenizer_open(tokenizer, path, allocator, error);
}

/* Fails as said, at the place where `place` starts in the file. */
static void check_refusal(const tkz__buffer *file, const char *named, tkz_status expected,
                          const char *says, const char *place)
{
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    tkz_status status = open_bytes(&tokenizer, file->data, file->size, named, NULL, &error);
    ck_assert_msg(status == expected, "%s: %s", says, error.message);
    ck_assert_msg(strstr(error.message, says) != NULL, "%s", error.message);
    if (place != NULL)
        ck_assert_msg(error.offset + strlen(place) <= file->size &&
                          memcmp(file->data + error.offset, place, strlen(place)) == 0,
                      "at %llu: %s", (unsigned long long)error.offset, error.message);
}

/* ---- tiktoken ---------------------------------------------------------- */

/* The bytes, "ab" 256, "abc" 257, "dog" 258, which nothing merges to, and the lines of `more`. */
static void make_ranks(tkz__buffer *file, const char *more)
{
    static const char *const tokens[] = {"ab", "abc", "dog"};
    tkz__buffer_init(file, &plain);
    for (uint32_t rank = 0; rank < 259; rank++) {
        char byte = (char)rank;
        if (rank < 256)
            append_base64(file, &byte, 1);
        else
            append_base64(file, tokens[rank - 256], strlen(tokens[rank - 256]));
        ck_assert_status(tkz__buffer_append_format(file, NULL, " %u\n", rank));
    }
    append(file, more);
}

START_TEST(ranks)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    make_ranks(&file, "\r\nZG9ncw== 300");
    ck_assert_status(open_bytes(&tokenizer, file.data, file.size, "gpt2", NULL, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 301);
    check_ids(tokenizer, "abcab dog", IDS(257, 256, ' ', 'd', 'o', 'g'));
    check_ids(tokenizer, "dog", IDS(258));
    check_ids(tokenizer, "dogs", IDS(300));
    /* Written, it is the same file with plain line ends. */
    tkz_bytes bytes;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tiktoken", &bytes, NULL));
    tkz__buffer expected;
    make_ranks(&expected, "ZG9ncw== 300\n");
    ck_assert_uint_eq(bytes.size, expected.size);
    ck_assert(memcmp(bytes.data, expected.data, bytes.size) == 0);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    tkz__buffer_free(&expected);
}
END_TEST

static const struct {
    const char *lines;
    tkz_status status;
    const char *says;
    const char *place;
} bad_ranks[] = {
    {"YWI= 300\n", TKZ_STATUS_BAD_FORMAT, "same bytes", "YWI= 300"},
    {"YWJj 300\n", TKZ_STATUS_BAD_FORMAT, "same bytes", "YWJj 300"},
    {"YWJjZA== 7\n", TKZ_STATUS_BAD_FORMAT, "used twice", "YWJjZA== 7"},
    {"YWJjZA==\n", TKZ_STATUS_BAD_FORMAT, "no space", "YWJjZA==\n"},
    {"YWJjZA== \n", TKZ_STATUS_BAD_FORMAT, "number", "YWJjZA== \n"},
    {"YWJjZA== -1\n", TKZ_STATUS_BAD_FORMAT, "number", "YWJjZA== -1"},
    {"YWJjZA== 16777216\n", TKZ_STATUS_BAD_FORMAT, "number", "YWJjZA== 16777216"},
    {"YWJjZA== 99999999999999999999\n", TKZ_STATUS_BAD_FORMAT, "number", "YWJjZA== 9"},
    {"YWJjZA== 16777215\n", TKZ_STATUS_LIMIT, "out of range", "YWJjZA== 16777215"},
    {"YWJjZA= 300\n", TKZ_STATUS_BAD_FORMAT, "base64", "YWJjZA= 300"},
    {"YWJjZB== 300\n", TKZ_STATUS_BAD_FORMAT, "base64", "YWJjZB== 300"},
    {"==== 300\n", TKZ_STATUS_BAD_FORMAT, "base64", "==== 300"},
    {" 300\n", TKZ_STATUS_BAD_FORMAT, "base64", " 300"},
};

START_TEST(ranks_refused)
{
    tkz__buffer file;
    make_ranks(&file, bad_ranks[_i].lines);
    check_refusal(&file, "gpt2", bad_ranks[_i].status, bad_ranks[_i].says, bad_ranks[_i].place);
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(pre_tokenizer_names)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error;
    make_ranks(&file, "");
    check_refusal(&file, NULL, TKZ_STATUS_UNSUPPORTED, "name the pre-tokenizer", NULL);
    check_refusal(&file, "no-such", TKZ_STATUS_NOT_FOUND, "no-such", NULL);
    ck_assert_status(open_bytes(&tokenizer, file.data, file.size, "llama3", NULL, NULL));
    tkz_bytes bytes;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
    tkz_tokenizer_free(tokenizer);
    ck_assert_int_eq(open_bytes(&tokenizer, bytes.data, bytes.size, "llama3", NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "\"tkz\""));
    tkz_bytes_free(&bytes);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- tekken ------------------------------------------------------------ */

typedef struct tekken_parts {
    const char *pattern;  /* JSON */
    const char *counts;   /* vocabulary and special tokens, as members */
    const char *version;  /* JSON */
    const char *specials; /* a member with its comma */
    const char *vocab;    /* items behind the 256 bytes */
} tekken_parts;

static const tekken_parts plain_tekken = {
    "\"'s|'t|'re|'ve|'m|'ll|'d| ?[\\\\p{L}]+| ?[\\\\p{N}]+| ?[^\\\\s\\\\p{L}\\\\p{N}]+|"
    "\\\\s+(?!\\\\S)|\\\\s+\"",
    "\"default_vocab_size\":288,\"default_num_special_tokens\":30,",
    "\"v3\"",
    "",
    ",{\"rank\":256,\"token_bytes\":\"YWI=\",\"token_str\":\"ab\"}"
    ",{\"rank\":257,\"token_bytes\":\"ZG9n\",\"token_str\":null}"
    ",{\"rank\":258,\"token_bytes\":\"YWJj\",\"token_str\":\"left out\"}"};

#define PART(name) (given->name != NULL ? given->name : plain_tekken.name)

static void make_tekken(tkz__buffer *file, const tekken_parts *given)
{
    tkz__buffer_init(file, &plain);
    append(file, "{\"config\":{\"pattern\":");
    append(file, PART(pattern));
    append(file, ",\"num_vocab_tokens\":9,");
    append(file, PART(counts));
    append(file, "\"version\":");
    append(file, PART(version));
    append(file, "}");
    append(file, PART(specials));
    append(file, ",\"vocab\":[");
    for (uint32_t rank = 0; rank < 256; rank++) {
        char byte = (char)rank;
        ck_assert_status(tkz__buffer_append_format(
            file, NULL, "%s{\"rank\":%u,\"token_bytes\":\"", rank > 0 ? "," : "", rank));
        append_base64(file, &byte, 1);
        append(file, "\",\"token_str\":null}");
    }
    append(file, PART(vocab));
    append(file, "]}");
}

static void check_special(const tkz_tokenizer *tokenizer, const char *content, uint32_t expected)
{
    uint32_t id;
    ck_assert_status(tkz_tokenizer_special(tokenizer, content, strlen(content), &id, NULL));
    ck_assert_uint_eq(id, expected);
}

START_TEST(tekken)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    make_tekken(&file, &(tekken_parts){0});
    ck_assert_status(open_bytes(&tokenizer, file.data, file.size, NULL, NULL, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 288);
    check_ids(tokenizer, "abc dog", IDS(286, 30 + 'c', 30 + ' ', 30 + 'd', 30 + 'o', 30 + 'g'));
    check_ids(tokenizer, "dog", IDS(287));
    check_special(tokenizer, "<unk>", 0);
    check_special(tokenizer, "[TOOL_CONTENT]", 19);
    check_special(tokenizer, "<SPECIAL_29>", 29);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    make_tekken(&file,
                &(tekken_parts){.version = "\"v13\"",
                                .specials = ",\"special_tokens\":[{\"rank\":0,\"token_str\":"
                                            "\"<a>\",\"is_control\":true}]"});
    ck_assert_status(open_bytes(&tokenizer, file.data, file.size, NULL, NULL, NULL));
    check_special(tokenizer, "<a>", 0);
    check_special(tokenizer, "<SPECIAL_1>", 1);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

#define COUNTS(size, specials)                                                                    \
    "\"default_vocab_size\":" #size ",\"default_num_special_tokens\":" #specials ","
#define SPECIALS(...) ",\"special_tokens\":[" __VA_ARGS__ "]"

static const struct {
    tekken_parts given;
    tkz_status status;
    const char *says;
    const char *place;
} bad_tekken[] = {
    {{.pattern = "\"a\\\\Xb\""}, TKZ_STATUS_UNSUPPORTED, "at byte 1", "\"a\\\\Xb\""},
    {{.version = "\"v99\""}, TKZ_STATUS_UNSUPPORTED, "v99", "\"v99\""},
    {{.version = "3"}, TKZ_STATUS_BAD_FORMAT, "a string", "3}"},
    {{.version = "\"v11\""}, TKZ_STATUS_BAD_FORMAT, "special_tokens", NULL},
    {{.counts = COUNTS(30, 30)}, TKZ_STATUS_BAD_FORMAT, "no token", "30,"},
    {{.counts = COUNTS(400, 30)}, TKZ_STATUS_BAD_FORMAT, "fewer tokens", "400,"},
    {{.counts = COUNTS(4000000000, 4000000)}, TKZ_STATUS_LIMIT, "special tokens", "4000000,"},
    {{.counts = COUNTS(288, 10)}, TKZ_STATUS_BAD_FORMAT, "more special tokens", "10,"},
    {{.counts = ""}, TKZ_STATUS_BAD_FORMAT, "default_vocab_size", "{\"pattern"},
    {{.specials = SPECIALS("{\"rank\":1,\"token_str\":\"a\"}")}, TKZ_STATUS_BAD_FORMAT,
     "by their rank", "1,\"token_str\":\"a\""},
    {{.specials = SPECIALS("{\"rank\":0,\"token_str\":\"a\"},{\"rank\":1,\"token_str\":\"a\"}")},
     TKZ_STATUS_BAD_FORMAT, "same bytes", "{\"rank\":1"},
    {{.vocab = ",{\"rank\":257,\"token_bytes\":\"YWI=\"},0"}, TKZ_STATUS_BAD_FORMAT,
     "by their rank", "257,"},
    {{.vocab = ",{\"rank\":256,\"token_bytes\":\"YWI\"},0"}, TKZ_STATUS_BAD_FORMAT, "base64",
     "\"YWI\""},
    {{.vocab = ",{\"rank\":256,\"token_bytes\":\"YQ==\"},0"}, TKZ_STATUS_BAD_FORMAT, "same bytes",
     "{\"rank\":256"},
    {{.vocab = ",{\"rank\":256},0"}, TKZ_STATUS_BAD_FORMAT, "token_bytes", "{\"rank\":256}"},
};

START_TEST(tekken_refused)
{
    tkz__buffer file;
    make_tekken(&file, &bad_tekken[_i].given);
    check_refusal(&file, NULL, bad_tekken[_i].status, bad_tekken[_i].says, bad_tekken[_i].place);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- vocab.json and merges.txt ------------------------------------------ */

static void make_vocab(tkz__buffer *file, const char *more)
{
    tkz__buffer_init(file, &plain);
    for (uint32_t byte = 0; byte < 256; byte++) {
        char name[8] = {0};
        tkz__utf8_encode(tkz__byte_level_character((uint8_t)byte), name);
        const char *escape = byte == '"' || byte == '\\' ? "\\" : "";
        ck_assert_status(tkz__buffer_append_format(file, NULL, "%s\"%s%s\":%u",
                                                   byte > 0 ? "," : "{", escape, name, byte));
    }
    append(file, ",\"ab\":256,\"abc\":257");
    append(file, more);
    append(file, "}");
}

START_TEST(vocab_and_merges)
{
    static const char merges[] = "#version: 0.2\na b\r\nab c\n";
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    make_vocab(&file, "");
    test_write_file(other, merges, strlen(merges));
    ck_assert_status(open_bytes(&tokenizer, file.data, file.size, NULL, NULL, NULL));
    ck_assert_str_eq(tkz__tokenizer_pre_tokenizer(tokenizer)->name, "gpt2");
    check_ids(tokenizer, "abcab", IDS(257, 256));
    tkz_tokenizer_free(tokenizer);
    /* The directory stands for the file in it. */
    ck_assert_status(tkz_tokenizer_open_as(&tokenizer, directory, "qwen2", NULL, NULL));
    ck_assert_str_eq(tkz__tokenizer_pre_tokenizer(tokenizer)->name, "qwen2");
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

static const struct {
    const char *merges;
    tkz_status status;
    const char *says;
    uint64_t offset;
} bad_merges[] = {
    {"a b\nab  c\n", TKZ_STATUS_BAD_FORMAT, "one space", 4},
    {"a b\n\nab c\n", TKZ_STATUS_BAD_FORMAT, "one space", 4},
    {"a b\nab d\n", TKZ_STATUS_BAD_FORMAT, "\"abd\"", 4},
    {"a b\nabd c\n", TKZ_STATUS_BAD_FORMAT, "\"abd\"", 4},
    {"a b\n\xFF c\n", TKZ_STATUS_BAD_UTF8, "0xFF", 4},
};

START_TEST(merges_refused)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error;
    make_vocab(&file, "");
    test_write_file(other, bad_merges[_i].merges, strlen(bad_merges[_i].merges));
    ck_assert_int_eq(open_bytes(&tokenizer, file.data, file.size, NULL, NULL, &error),
                     bad_merges[_i].status);
    ck_assert_msg(strstr(error.message, bad_merges[_i].says) != NULL, "%s", error.message);
    ck_assert_str_eq(error.where, other);
    ck_assert_uint_eq(error.offset, bad_merges[_i].offset);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- Damage ------------------------------------------------------------ */

/* Cut at every length near both ends and many between, which are alike: an error with a place inside, or whole lines and as many tokens as those. */
static void check_cuts(const tkz__buffer *file, const char *named, bool may_open)
{
    size_t step = 1;
    for (size_t size = 0; size + 1 < file->size; size += step) {
        tkz_tokenizer *tokenizer;
        tkz_error error = {0};
        step = size > 64 && size + 200 < file->size ? 37 : TEST_SHORTER;
        tkz_status status = open_bytes(&tokenizer, file->data, size, named, NULL, &error);
        if (status == TKZ_OK) {
            ck_assert_msg(may_open, "opens at %zu bytes", size);
            ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
            tkz_tokenizer_free(tokenizer);
            continue;
        }
        ck_assert_msg(status == TKZ_STATUS_BAD_FORMAT || status == TKZ_STATUS_BAD_UTF8 ||
                          status == TKZ_STATUS_UNSUPPORTED,
                      "%zu bytes: %d %s", size, (int)status, error.message);
        ck_assert_uint_ne(strlen(error.message), 0);
        ck_assert(error.offset == UINT64_MAX || error.offset <= size);
    }
}

START_TEST(cut_off)
{
    static const char merges[] = "#version: 0.2\na b\nab c\n";
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    make_ranks(&file, "");
    check_cuts(&file, "gpt2", true); /* a file of fewer lines is one */
    tkz__buffer_free(&file);
    make_tekken(&file, &plain_tekken);
    check_cuts(&file, NULL, false);
    tkz__buffer_free(&file);
    make_vocab(&file, "");
    test_write_file(other, merges, strlen(merges));
    check_cuts(&file, NULL, false);
    for (size_t size = 0; size < strlen(merges); size++) {
        tkz_error error = {0};
        test_write_file(other, merges, size);
        tkz_status status = open_bytes(&tokenizer, file.data, file.size, NULL, NULL, &error);
        if (status == TKZ_OK) {
            ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
            tkz_tokenizer_free(tokenizer);
            continue;
        }
        ck_assert_int_eq(status, TKZ_STATUS_BAD_FORMAT);
        ck_assert_str_eq(error.where, other);
        ck_assert_uint_le(error.offset, size);
    }
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(no_merges)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error;
    make_vocab(&file, "");
    ck_assert_int_eq(open_bytes(&tokenizer, file.data, file.size, NULL, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_str_eq(error.where, other);
    tkz__buffer_free(&file);
    make_vocab(&file, ",\"x\":\"1\"");
    test_write_file(other, "", 0);
    check_refusal(&file, NULL, TKZ_STATUS_BAD_FORMAT, "whole number", "\"1\"");
    tkz__buffer_free(&file);
}
END_TEST

/* ---- Written rank files ------------------------------------------------ */

START_TEST(ranks_not_written)
{
    static const struct {
        const char *merges;
        const char *more;
        const char *says;
    } cases[] = {
        /* By ranks "ab" comes first. */
        {"b c\na b\na bc\n", ",\"bc\":258", "order of its ids"},
        {"a b\n", "", "merging never makes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz__buffer file;
        tkz_tokenizer *tokenizer;
        tkz_bytes bytes;
        tkz_error error;
        make_vocab(&file, cases[i].more);
        test_write_file(other, cases[i].merges, strlen(cases[i].merges));
        ck_assert_status(open_bytes(&tokenizer, file.data, file.size, NULL, NULL, NULL));
        ck_assert_int_eq(tkz_tokenizer_serialize(tokenizer, "tiktoken", &bytes, &error),
                         TKZ_STATUS_UNSUPPORTED);
        ck_assert_msg(strstr(error.message, cases[i].says) != NULL, "%s", error.message);
        tkz_tokenizer_free(tokenizer);
        tkz__buffer_free(&file);
    }
}
END_TEST

/* ---- Damage ------------------------------------------------------------ */

START_TEST(changed_bytes)
{
    tkz__buffer files[3], copy;
    make_ranks(&files[0], "");
    make_tekken(&files[1], &(tekken_parts){0});
    make_vocab(&files[2], "");
    test_write_file(other, "a b\nab c\n", 9);
    tkz__buffer_init(&copy, &plain);
    uint64_t state = 5;
    size_t good = 0;
    for (int round = 0; round < 1500 / TEST_SHORTER; round++) {
        const tkz__buffer *file = &files[round % 3];
        tkz__buffer_clear(&copy);
        ck_assert_status(tkz__buffer_append(&copy, file->data, file->size, NULL));
        uint64_t random = test_random(&state);
        if (round % 4 == 0)
            copy.size = (random >> 8) % copy.size;
        else
            copy.data[(random >> 8) % copy.size] = copy.data[(random >> 32) % copy.size];
        tkz_tokenizer *tokenizer;
        if (open_bytes(&tokenizer, copy.data, copy.size, round % 3 == 0 ? "gpt2" : NULL, NULL,
                       NULL) != TKZ_OK)
            continue;
        ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
        tkz_tokenizer_free(tokenizer);
        good++;
    }
    ck_assert_uint_gt(good, 0);
    for (size_t i = 0; i < 3; i++)
        tkz__buffer_free(&files[i]);
    tkz__buffer_free(&copy);
}
END_TEST

static tkz_status open_and_write(void *context, const tkz_allocator *allocator)
{
    const char *named = context;
    tkz_tokenizer *tokenizer = NULL;
    tkz_bytes bytes;
    tkz_status status = named != NULL
                            ? tkz_tokenizer_open_as(&tokenizer, path, named, allocator, NULL)
                            : tkz_tokenizer_open(&tokenizer, path, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_tokenizer_serialize(tokenizer, "tiktoken", &bytes, NULL);
    if (status == TKZ_OK)
        tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(memory)
{
    tkz__buffer file;
    make_ranks(&file, "");
    test_write_file(path, file.data, file.size);
    char name[] = "gpt2";
    test_all_allocation_failures(open_and_write, name);
    tkz__buffer_free(&file);
    make_tekken(&file, &(tekken_parts){0});
    test_write_file(path, file.data, file.size);
    test_all_allocation_failures(open_and_write, NULL);
    tkz__buffer_free(&file);
    make_vocab(&file, "");
    test_write_file(path, file.data, file.size);
    test_write_file(other, "a b\nab c\n", 9);
    test_all_allocation_failures(open_and_write, NULL);
    tkz__buffer_free(&file);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

Suite *suite_rank_files(void)
{
    Suite *suite = suite_create("rank_files");
    TCase *cases = tcase_create("rank_files");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, ranks);
    tcase_add_loop_test(cases, ranks_refused, 0, COUNT(bad_ranks));
    tcase_add_test(cases, pre_tokenizer_names);
    tcase_add_test(cases, tekken);
    tcase_add_loop_test(cases, tekken_refused, 0, COUNT(bad_tekken));
    tcase_add_test(cases, vocab_and_merges);
    tcase_add_loop_test(cases, merges_refused, 0, COUNT(bad_merges));
    tcase_add_test(cases, cut_off);
    tcase_add_test(cases, no_merges);
    tcase_add_test(cases, ranks_not_written);
    tcase_add_test(cases, changed_bytes);
    tcase_add_test(cases, memory);
    suite_add_tcase(suite, cases);
    return suite;
}
