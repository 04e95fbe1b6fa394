/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokenizer files: what is opened, what is refused and how, what tokenizer.json
 * says. Leans on jansson to read it back.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/byte_level.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"

Suite *suite_format(void);

static uint32_t id_of_byte(uint8_t byte, uint32_t first)
{
    uint8_t order[256];
    tkz__byte_level_order(order);
    uint32_t at = 0;
    while (order[at] != byte)
        at++;
    return first + at;
}

/* Two specials, the bytes, " " + "a", and the three bytes of U+3042. */
static tkz_status make(tkz_tokenizer **tokenizer, const char *special,
                       const tkz_allocator *allocator)
{
    tkz__tokenizer_builder *builder;
    uint32_t id;
    tkz_status status = tkz__tokenizer_builder_new(
        &builder, tkz__pre_tokenizer_find("llama3", 6), allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz__tokenizer_builder_add_special(builder, "<|end \"1\"|>", 11, &id, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_special(builder, special, strlen(special), &id, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_bytes(builder, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_merge(builder, id_of_byte(' ', 2), id_of_byte('a', 2),
                                                  &id, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_merge(builder, id_of_byte(0xE3, 2),
                                                  id_of_byte(0x81, 2), &id, NULL);
    if (status == TKZ_OK)
        status =
            tkz__tokenizer_builder_add_merge(builder, id, id_of_byte(0x82, 2), &id, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_tokenizer *made(const char *special)
{
    tkz_tokenizer *tokenizer;
    ck_assert_status(make(&tokenizer, special, NULL));
    return tokenizer;
}

static void check_string(const json_t *object, const char *key, const char *expected)
{
    ck_assert_str_eq(json_string_value(json_object_get(object, key)), expected);
}

static void check_pair(const json_t *merges, size_t rank, const char *left, const char *right)
{
    const json_t *pair = json_array_get(merges, rank);
    ck_assert_uint_eq(json_array_size(pair), 2);
    ck_assert_str_eq(json_string_value(json_array_get(pair, 0)), left);
    ck_assert_str_eq(json_string_value(json_array_get(pair, 1)), right);
}

static void check_model(const json_t *model)
{
    static const char *const absent[] = {"dropout", "unk_token", "continuing_subword_prefix",
                                         "end_of_word_suffix"};
    check_string(model, "type", "BPE");
    for (size_t i = 0; i < 4; i++)
        ck_assert(json_is_null(json_object_get(model, absent[i])));
    ck_assert(json_is_false(json_object_get(model, "ignore_merges")));
    ck_assert(json_is_false(json_object_get(model, "byte_fallback")));
    const json_t *vocabulary = json_object_get(model, "vocab");
    ck_assert_uint_eq(json_object_size(vocabulary), 261);
    static const struct {
        const char *name;
        int id;
    } expected[] = {{"<|end \"1\"|>", 0}, {"<|pad|>", 1}, {"!", 2}, {"\"", 3}, {"\\", 61},
                    {"\xC4\x80", 190}, {"\xC4\xA0", 222}, {"\xC5\x83", 257},
                    {"\xC4\xA0" "a", 258}, {"\xC3\xA3\xC4\xA3", 259},
                    {"\xC3\xA3\xC4\xA3\xC4\xA4", 260}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_int_eq(json_integer_value(json_object_get(vocabulary, expected[i].name)),
                         expected[i].id);
    /* Keys stand in the order of the ids. */
    int next = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)vocabulary, key, value)
        ck_assert_int_eq(json_integer_value(value), next++);
    const json_t *merges = json_object_get(model, "merges");
    ck_assert_uint_eq(json_array_size(merges), 3);
    check_pair(merges, 0, "\xC4\xA0", "a");
    check_pair(merges, 1, "\xC3\xA3", "\xC4\xA3");
    check_pair(merges, 2, "\xC3\xA3\xC4\xA3", "\xC4\xA4");
}

START_TEST(hf_content)
{
    tkz_tokenizer *tokenizer = made("<|pad|>");
    tkz_bytes bytes;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &bytes, NULL));
    json_error_t error;
    json_t *root =
        json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "%s at %d", error.text, error.position);
    check_string(root, "version", "1.0");
    const json_t *added = json_object_get(root, "added_tokens");
    ck_assert_uint_eq(json_array_size(added), 2);
    check_string(json_array_get(added, 0), "content", "<|end \"1\"|>");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(added, 1), "id")), 1);
    ck_assert(json_is_true(json_object_get(json_array_get(added, 1), "special")));
    ck_assert(json_is_false(json_object_get(json_array_get(added, 1), "normalized")));
    ck_assert(json_is_null(json_object_get(root, "normalizer")));
    ck_assert(json_is_null(json_object_get(root, "post_processor")));
    const json_t *stages =
        json_object_get(json_object_get(root, "pre_tokenizer"), "pretokenizers");
    ck_assert_uint_eq(json_array_size(stages), 2);
    const json_t *split = json_array_get(stages, 0);
    check_string(split, "type", "Split");
    check_string(split, "behavior", "Isolated");
    check_string(json_object_get(split, "pattern"), "Regex",
                 tkz__tokenizer_pre_tokenizer(tokenizer)->pattern);
    check_string(json_array_get(stages, 1), "type", "ByteLevel");
    ck_assert(json_is_false(json_object_get(json_array_get(stages, 1), "use_regex")));
    check_string(json_object_get(root, "decoder"), "type", "ByteLevel");
    check_model(json_object_get(root, "model"));
    json_decref(root);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(hf_refusals)
{
    /* Written like an ordinary token: the byte a; " a"; read as the bytes E9 and E3 81. */
    static const char *const contents[] = {"a", "\xC4\xA0" "a", "é", "\xC3\xA3\xC4\xA3"};
    for (size_t i = 0; i < 4; i++) {
        tkz_tokenizer *tokenizer = made(contents[i]);
        tkz_bytes bytes;
        tkz_error error;
        ck_assert_int_eq(tkz_tokenizer_serialize(tokenizer, "hf", &bytes, &error),
                         TKZ_STATUS_UNSUPPORTED);
        ck_assert_ptr_nonnull(strstr(error.message, "tokenizer.json"));
        ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
        tkz_bytes_free(&bytes);
        tkz_tokenizer_free(tokenizer);
    }
    tkz_tokenizer *tokenizer = made("終é");
    tkz_bytes bytes;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &bytes, NULL));
    tkz_bytes_free(&bytes);
    ck_assert_int_eq(tkz_tokenizer_serialize(tokenizer, "spm", &bytes, NULL),
                     TKZ_STATUS_NOT_FOUND);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(native_file)
{
    char directory[64], path[96];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/a.tkz", directory);
    tkz_tokenizer *tokenizer = made("<|pad|>");
    tkz_bytes bytes, again;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
    test_write_file(path, bytes.data, bytes.size);
    tkz_tokenizer *opened;
    ck_assert_status(tkz_tokenizer_open(&opened, path, NULL, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(opened), 261);
    ck_assert_status(tkz__tokenizer_verify_image(opened, NULL));
    ck_assert_status(tkz_tokenizer_serialize(opened, "tkz", &again, NULL));
    ck_assert_uint_eq(again.size, bytes.size);
    ck_assert_int_eq(memcmp(again.data, bytes.data, bytes.size), 0);
    tkz_bytes_free(&again);
    tkz_tokenizer_free(opened);

    tkz_error error;
    test_write_file(path, bytes.data, bytes.size - 1);
    ck_assert_int_eq(tkz_tokenizer_open(&opened, path, NULL, &error), TKZ_STATUS_CORRUPT);
    ck_assert_str_eq(error.where, path);
    snprintf(path, sizeof path, "%s/none", directory);
    ck_assert_int_eq(tkz_tokenizer_open(&opened, path, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(tkz_tokenizer_open(&opened, directory, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    test_remove_tree(directory);
}
END_TEST

START_TEST(foreign_files)
{
    static const struct {
        const char *content;
        size_t size;
        tkz_status status;
        const char *says;
    } files[] = {
        {"", 0, TKZ_STATUS_BAD_FORMAT, "empty"},
        {"{", 1, TKZ_STATUS_BAD_FORMAT, "known format"},
        {"{\"version\": \"1.0\", \"added_tokens\": []}", 38, TKZ_STATUS_BAD_FORMAT,
         "\"model\""},
        {"\xEF\xBB\xBF \n{\"model\": {}}", 18, TKZ_STATUS_BAD_FORMAT, "known format"},
        {"{\"model_type\": \"llama\"}", 23, TKZ_STATUS_UNSUPPORTED, "tokenizer.json"},
        {"#version: 0.2\na b\n", 18, TKZ_STATUS_UNSUPPORTED, "vocab.json"},
        {"{\"a\": 0}", 8, TKZ_STATUS_UNSUPPORTED, "vocab.json"},
        {"\x0A\x0E\x0A\x05<unk>\x15\0\0\0\0\x18\x03", 16, TKZ_STATUS_BAD_FORMAT, "UNKNOWN"},
        {"IQ== 0\nIg== 1\n", 14, TKZ_STATUS_UNSUPPORTED, "name the pre-tokenizer"},
        {"GGUF\3\0\0\0", 8, TKZ_STATUS_BAD_FORMAT, "metadata"},
        {"IQ== x\n", 7, TKZ_STATUS_BAD_FORMAT, "known format"},
        {"\x0A\x02\x0A", 3, TKZ_STATUS_BAD_FORMAT, "known format"},
        {"hello", 5, TKZ_STATUS_BAD_FORMAT, "known format"},
        {"\x89tkz\r\n\x1a\n", 8, TKZ_STATUS_CORRUPT, "damaged"},
        {"\x89tkz\n\x1a\n", 7, TKZ_STATUS_BAD_FORMAT, "known format"},
    };
    char directory[64], path[96];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/file", directory);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        test_write_file(path, files[i].content, files[i].size);
        tkz_tokenizer *tokenizer;
        tkz_error error;
        ck_assert_int_eq(tkz_tokenizer_open(&tokenizer, path, NULL, &error), files[i].status);
        ck_assert_msg(strstr(error.message, files[i].says) != NULL, "%s", error.message);
    }
    test_remove_tree(directory);
}
END_TEST

/* ---- Memory ------------------------------------------------------------ */

static tkz_status write_both(void *context, const tkz_allocator *allocator)
{
    const char *path = context;
    tkz_tokenizer *tokenizer;
    tkz_status status = tkz_tokenizer_open(&tokenizer, path, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    static const char *const formats[] = {"hf", "tkz"};
    for (size_t i = 0; i < 2 && status == TKZ_OK; i++) {
        tkz_bytes bytes;
        status = tkz_tokenizer_serialize(tokenizer, formats[i], &bytes, NULL);
        if (status == TKZ_OK)
            tkz_bytes_free(&bytes);
    }
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(allocation_failures)
{
    char directory[64], path[96];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/a.tkz", directory);
    tkz_tokenizer *tokenizer = made("<|pad|>");
    tkz_bytes bytes;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
    test_write_file(path, bytes.data, bytes.size);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    test_all_allocation_failures(write_both, path);
    test_remove_tree(directory);
}
END_TEST

START_TEST(public_list)
{
    static const struct {
        const char *name;
        int writes;
    } expected[] = {{"gguf", 0},     {"hf", 1},  {"plamo", 0}, {"sentencepiece", 1}, {"tekken", 0},
                    {"tiktoken", 1}, {"tkz", 1}, {"vocab", 0},         {"wordpiece", 0}};
    size_t count = sizeof expected / sizeof expected[0];
    ck_assert_uint_eq(tkz_format_count(), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(tkz_format_at(i)->name, expected[i].name);
        ck_assert_int_eq(tkz_format_at(i)->reads, 1);
        ck_assert_int_eq(tkz_format_at(i)->writes, expected[i].writes);
    }
    ck_assert_ptr_null(tkz_format_at(count));
}
END_TEST

Suite *suite_format(void)
{
    Suite *suite = suite_create("format");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, hf_content);
    tcase_add_test(tests, hf_refusals);
    tcase_add_test(tests, native_file);
    tcase_add_test(tests, foreign_files);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, public_list);
    suite_add_tcase(suite, tests);
    return suite;
}
