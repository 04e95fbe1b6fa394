/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of merges that go in circles, come twice, come before what they need or name what there is not, in
 * tokenizer.json and in vocab.json with merges.txt. The ids expected are those of HF tokenizers 0.23.3 on
 * the same files. Leans on the loaders of both.
 */
#define _GNU_SOURCE /* memmem */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "core/buffer.h"
#include "id_check.h"
#include "subword/byte_level.h"
#include "testing.h"
#include "text/utf8.h"

Suite *suite_merges(void);

enum { MOST_MERGES = 6 };

typedef struct merge_list {
    const char *entries; /* behind the 256 bytes, which have the ids 0 to 255 */
    const char *merges[MOST_MERGES][2];
    size_t count;
} merge_list;

typedef struct merge_case {
    merge_list list;
    const uint32_t *ababac;
    const uint32_t *cabcbcab;
    const uint32_t *aabbaabb;
} merge_case;

static const merge_case cases_read[] = {
    /* Two that are parts of each other's results. */
    {{",\"ab\":256,\"aba\":257,\"abab\":258,\"ba\":259",
      {{"a", "b"}, {"ab", "a"}, {"aba", "b"}, {"b", "a"}, {"a", "ba"}, {"ab", "ab"}},
      6},
     IDS(256, 257, 'c'),
     IDS('c', 256, 'c', 'b', 'c', 256),
     IDS('a', 256, 259, 256, 'b')},
    /* Two ways to one token. */
    {{",\"ab\":256,\"bc\":257,\"abc\":258",
      {{"ab", "c"}, {"a", "bc"}, {"b", "c"}, {"a", "b"}},
      4},
     IDS(256, 256, 'a', 'c'),
     IDS('c', 258, 257, 256),
     IDS('a', 256, 'b', 'a', 256, 'b')},
    /* One that comes twice: the last place counts. */
    {{",\"ab\":256,\"bc\":257,\"abc\":258",
      {{"a", "b"}, {"b", "c"}, {"a", "b"}, {"ab", "c"}},
      4},
     IDS(256, 256, 'a', 'c'),
     IDS('c', 'a', 257, 257, 256),
     IDS('a', 256, 'b', 'a', 256, 'b')},
    {{",\"ab\":256,\"bc\":257,\"abc\":258",
      {{"b", "c"}, {"a", "b"}, {"ab", "c"}, {"a", "bc"}, {"b", "c"}},
      5},
     IDS(256, 256, 'a', 'c'),
     IDS('c', 258, 257, 256),
     IDS('a', 256, 'b', 'a', 256, 'b')},
    /* One before the merge that makes a part of it, and one of which nothing makes a part. */
    {{",\"ab\":256,\"abc\":257", {{"ab", "c"}, {"a", "b"}}, 2},
     IDS(256, 256, 'a', 'c'),
     IDS('c', 257, 'b', 'c', 256),
     IDS('a', 256, 'b', 'a', 256, 'b')},
    {{",\"bc\":256,\"abc\":257", {{"a", "bc"}}, 1},
     IDS('a', 'b', 'a', 'b', 'a', 'c'),
     IDS('c', 'a', 'b', 'c', 'b', 'c', 'a', 'b'),
     IDS('a', 'a', 'b', 'b', 'a', 'a', 'b', 'b')},
};

/* What is refused, and the text at whose place in either file that is. */
static const struct {
    merge_list list;
    const char *message;
    const char *in_json; /* NULL: the entry of the vocabulary */
    const char *in_lines;
} refused[] = {
    {{"", {{"a", "b"}}, 1}, "\"ab\"", "[\"a\",\"b\"]", "a b\n"},
    {{",\"ab\":256", {{"a", "b"}, {"x", "zz"}}, 2}, "\"zz\"", "[\"x\",\"zz\"]", "x zz\n"},
    {{",\"ab\":256", {{"a", "b"}, {"yy", "b"}}, 2}, "\"yy\"", "[\"yy\",\"b\"]", "yy b\n"},
    /* HF reads a token without bytes, of which a merge may be its own result. No text has it. */
    {{",\"\":256,\"ab\":257", {{"", "a"}, {"a", "b"}}, 2}, "is empty", NULL, NULL},
    {{",\"\":256", {{"", ""}}, 1}, "is empty", NULL, NULL},
};

/* ---- Files ---------------------------------------------------------------- */

static void append_vocabulary(tkz__buffer *file, const merge_list *list)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        char name[8] = {0};
        tkz__utf8_encode(tkz__byte_level_character((uint8_t)byte), name);
        ck_assert_status(tkz__buffer_append_format(file, NULL, "%s\"%s%s\":%u", byte > 0 ? "," : "{",
                                                   byte == '"' || byte == '\\' ? "\\" : "", name,
                                                   byte));
    }
    ck_assert_status(tkz__buffer_append_format(file, NULL, "%s}", list->entries));
}

static void append_json(tkz__buffer *file, const merge_list *list)
{
    static const char step[] = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,"
                               "\"trim_offsets\":true,\"use_regex\":true}";
    ck_assert_status(tkz__buffer_append_format(
        file, NULL,
        "{\"version\":\"1.0\",\"added_tokens\":[],\"normalizer\":null,\"pre_tokenizer\":%s,"
        "\"post_processor\":null,\"decoder\":%s,\"model\":{\"type\":\"BPE\",\"vocab\":",
        step, step));
    append_vocabulary(file, list);
    ck_assert_status(tkz__buffer_append_text(file, ",\"merges\":[", NULL));
    for (size_t i = 0; i < list->count; i++)
        ck_assert_status(tkz__buffer_append_format(file, NULL, "%s[\"%s\",\"%s\"]", i > 0 ? "," : "",
                                                   list->merges[i][0], list->merges[i][1]));
    ck_assert_status(tkz__buffer_append_text(file, "]}}\n", NULL));
}

static void append_lines(tkz__buffer *file, const merge_list *list)
{
    ck_assert_status(tkz__buffer_append_text(file, "#version: 0.2\n", NULL));
    for (size_t i = 0; i < list->count; i++)
        ck_assert_status(tkz__buffer_append_format(file, NULL, "%s %s\n", list->merges[i][0],
                                                   list->merges[i][1]));
}

static char directory[200], path[300], other_path[300];
static tkz__buffer file, other;

static void set_up(void)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    test_make_directory(directory, sizeof directory);
    tkz__buffer_init(&file, &allocator);
    tkz__buffer_init(&other, &allocator);
}

static void tear_down(void)
{
    tkz__buffer_free(&file);
    tkz__buffer_free(&other);
    test_remove_tree(directory);
}

/* Writes the list in one of the two forms; `path` is what is opened. */
static void write_list(const merge_list *list, bool as_lines)
{
    tkz__buffer_clear(&file);
    tkz__buffer_clear(&other);
    if (as_lines)
        append_vocabulary(&file, list);
    else
        append_json(&file, list);
    append_lines(&other, list);
    snprintf(path, sizeof path, "%s/%s", directory, as_lines ? "vocab.json" : "tokenizer.json");
    snprintf(other_path, sizeof other_path, "%s/merges.txt", directory);
    test_write_file(path, file.data, file.size);
    test_write_file(other_path, other.data, other.size);
}

/* ---- Tests ------------------------------------------------------------------ */

START_TEST(read)
{
    const merge_case *given = &cases_read[_i / 2];
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error = {0};
    write_list(&given->list, _i % 2 == 1);
    ck_assert_msg(tkz_tokenizer_open(&tokenizer, path, NULL, &error) == TKZ_OK, "%s", error.message);
    check_ids(tokenizer, "ababac", given->ababac);
    check_ids(tokenizer, "cabcbcab", given->cabcbcab);
    check_ids(tokenizer, "aabbaabb", given->aabbaabb);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(refused_with_its_place)
{
    size_t number = (size_t)_i / 2;
    bool as_lines = _i % 2 == 1;
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error = {0};
    write_list(&refused[number].list, as_lines);
    ck_assert_int_eq(tkz_tokenizer_open(&tokenizer, path, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_msg(strstr(error.message, refused[number].message) != NULL, "%s", error.message);
    const char *part = as_lines ? refused[number].in_lines : refused[number].in_json;
    bool in_other = part != NULL && as_lines;
    part = part != NULL ? part : ",\"\":256";
    const tkz__buffer *searched = in_other ? &other : &file;
    ck_assert_str_eq(error.where, in_other ? other_path : path);
    const char *found = memmem(searched->data, searched->size, part, strlen(part));
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(error.offset, (size_t)(found - (const char *)searched->data));
}
END_TEST

Suite *suite_merges(void)
{
    Suite *suite = suite_create("merges");
    TCase *cases = tcase_create("merges");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, read, 0, 2 * (int)(sizeof cases_read / sizeof cases_read[0]));
    tcase_add_loop_test(cases, refused_with_its_place, 0,
                        2 * (int)(sizeof refused / sizeof refused[0]));
    suite_add_tcase(suite, cases);
    return suite;
}
