/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of word tables made from lines of text, and of the escapes of such lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "tokenize/count.h"
#include "tokenize/train.h"

Suite *suite_word_import(void);

static char directory[64], input[96], other[96], output[96];

static void make_names(void)
{
    test_make_directory(directory, sizeof directory);
    snprintf(input, sizeof input, "%s/in", directory);
    snprintf(other, sizeof other, "%s/other", directory);
    snprintf(output, sizeof output, "%s/out.wct", directory);
}

static void remove_names(void)
{
    test_remove_tree(directory);
}

static tkz_status import(const char *text, const tkz_word_import *how, tkz_error *error)
{
    const char *const paths[] = {input};
    test_write_file(input, text, strlen(text));
    return tkz_word_table_import(paths, 1, how, output, NULL, NULL, error);
}

/* The words of the output as "word count|". */
static void expect_words(const char *expected)
{
    char text[512];
    size_t used = 0;
    tkz_word_table *table;
    tkz_word word;
    int32_t done = 0;
    ck_assert_status(tkz_word_table_open(&table, output, NULL, NULL));
    for (;;) {
        ck_assert_status(tkz_word_table_next(table, &word, &done, NULL));
        if (done)
            break;
        used += tkz_word_escape(word.bytes, word.size, text + used, sizeof text - used);
        used += (size_t)snprintf(text + used, sizeof text - used, " %llu|",
                                 (unsigned long long)word.count);
    }
    text[used] = '\0';
    ck_assert_str_eq(text, expected);
    tkz_word_table_close(table);
}

START_TEST(test_lines)
{
    tkz_word_table *table;
    tkz_word_table_info info;
    ck_assert_status(import("", NULL, NULL));
    expect_words("");
    ck_assert_status(import("b\t2\na\t1\nb\t40\nnever\t0", NULL, NULL));
    expect_words("a 1|b 42|");
    ck_assert_status(import("a\\tb\t1\r\n\\xff\t2\r\n\\\\\t3\n", NULL, NULL));
    expect_words("\\\\ 3|a\\tb 1|\\xff 2|");
    ck_assert_status(import("a\t18446744073709551615\n", NULL, NULL));
    expect_words("a 18446744073709551615|");

    const tkz_word_import how = {.pre_tokenizer = "gpt2", .source = "web"};
    ck_assert_status(import("a\t1\n", &how, NULL));
    ck_assert_status(tkz_word_table_open(&table, output, NULL, NULL));
    tkz_word_table_describe(table, &info);
    ck_assert_str_eq(info.pre_tokenizer, "gpt2");
    ck_assert_str_eq(tkz_word_table_source(table, 0, NULL), "web");
    tkz_word_table_close(table);
}
END_TEST

/* What the text format holds comes back. */
START_TEST(test_text_tables)
{
    tkz_word_counts *counts;
    tkz_bytes bytes;
    tkz_word_table *table;
    tkz_word_table_info info;
    tkz_error error;
    ck_assert_status(tkz_word_counts_new(&counts, "gpt2", NULL, NULL));
    ck_assert_status(tkz_word_counts_add(counts, "a\tb", 3, 5, NULL));
    ck_assert_status(tkz_word_counts_add(counts, "7", 1, 8, NULL));
    ck_assert_status(tkz_word_counts_serialize(counts, &bytes, NULL));
    test_write_file(other, bytes.data, bytes.size);
    const char *const twice[] = {other, other}, *const mixed[] = {other, input};
    ck_assert_status(tkz_word_table_import(twice, 2, NULL, output, NULL, NULL, NULL));
    expect_words("7 16|a\\tb 10|");
    ck_assert_status(tkz_word_table_open(&table, output, NULL, NULL));
    tkz_word_table_describe(table, &info);
    ck_assert_str_eq(info.pre_tokenizer, "gpt2");
    tkz_word_table_close(table);
    const char *foreign = "#libtokenize-word-counts\t1\tpre_tokenizer=llama3\ttypes=0\ttokens=0\n";
    test_write_file(input, foreign, strlen(foreign));
    ck_assert_int_eq(tkz_word_table_import(mixed, 2, NULL, output, NULL, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_bytes_free(&bytes);
    tkz_word_counts_free(counts);
}
END_TEST

static const struct bad_lines {
    const char *text;
    tkz_status status;
    uint32_t line;
} bad_lines[] = {
    {"a\n", TKZ_STATUS_CORRUPT, 1},
    {"a\t1\n\n", TKZ_STATUS_CORRUPT, 2},
    {"a\t1\tb\n", TKZ_STATUS_CORRUPT, 1},
    {"a\t\n", TKZ_STATUS_CORRUPT, 1},
    {"a\t-1\n", TKZ_STATUS_CORRUPT, 1},
    {"a\t1\nb\t1.5\n", TKZ_STATUS_CORRUPT, 2},
    {"\t1\n", TKZ_STATUS_CORRUPT, 1},
    {"a\\qb\t1\n", TKZ_STATUS_CORRUPT, 1},
    {"a\\\t1\n", TKZ_STATUS_CORRUPT, 1},
    {"a\t18446744073709551616\n", TKZ_STATUS_OVERFLOW, 1},
    {"#libtokenize-word-counts\t2\tpre_tokenizer=gpt2\ttypes=0\ttokens=0\n", TKZ_STATUS_BAD_VERSION,
     1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=gpt2\n", TKZ_STATUS_CORRUPT, 1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=gpt9\ttypes=0\ttokens=0\n", TKZ_STATUS_NOT_FOUND,
     0},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=gpt2\ttypes=1\ttokens=1\nword\t1\n",
     TKZ_STATUS_CORRUPT, 2},
};

START_TEST(test_bad_lines)
{
    const struct bad_lines *bad = &bad_lines[_i];
    tkz_error error;
    tkz_status status = import(bad->text, NULL, &error);
    ck_assert_msg(status == bad->status, "%s: %s", bad->text, tkz_status_name(status));
    ck_assert_msg(error.line == bad->line, "%s: line %u", bad->text, error.line);
    FILE *file = fopen(output, "r");
    ck_assert_ptr_null(file);
}
END_TEST

/* The sum of all bytes does not fit though each line does. */
START_TEST(test_overflow)
{
    tkz_error error;
    ck_assert_int_eq(import("a\t18446744073709551615\na\t1\n", NULL, &error), TKZ_STATUS_OVERFLOW);
    ck_assert_int_eq(import("a\t18446744073709551615\nb\t1\n", NULL, &error), TKZ_STATUS_OVERFLOW);
}
END_TEST

START_TEST(test_long_lines)
{
    enum { LIMIT = 1 << 20 };
    char *text = malloc(LIMIT * 5);
    tkz_error error;
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LIMIT * 5);
    memcpy(text + LIMIT, "\t3\n", 4);
    ck_assert_status(import(text, NULL, NULL));
    memset(text, 'x', LIMIT * 5);
    memcpy(text + LIMIT + 1, "\t3\n", 4);
    ck_assert_int_eq(import(text, NULL, &error), TKZ_STATUS_LIMIT);
    memset(text, 'x', LIMIT * 5);
    text[LIMIT * 5 - 1] = '\0';
    ck_assert_int_eq(import(text, NULL, &error), TKZ_STATUS_LIMIT);
    free(text);
}
END_TEST

START_TEST(test_escape)
{
    char target[8] = "-------";
    ck_assert_uint_eq(tkz_word_escape("a\n\xE3", 3, NULL, 0), 7);
    ck_assert_uint_eq(tkz_word_escape("a\n\xE3", 3, target, 5), 7);
    ck_assert_str_eq(target, "a\\n\\x--");
    ck_assert_uint_eq(tkz_word_escape("今", 3, target, 8), 3);
    ck_assert_mem_eq(target, "今", 3);
}
END_TEST

static tkz_status import_some(void *context, const tkz_allocator *allocator)
{
    const char *const paths[] = {input};
    return tkz_word_table_import(paths, 1, context, output, NULL, allocator, NULL);
}

START_TEST(test_failing_allocator)
{
    static const char text[] = "a word that is long\t1\nb\t2\n";
    tkz_word_import how = {.pre_tokenizer = "gpt2", .memory = 2 << 20, .folder = directory};
    test_write_file(input, text, sizeof text - 1);
    test_all_allocation_failures(import_some, &how);
}
END_TEST

Suite *suite_word_import(void)
{
    Suite *suite = suite_create("word_import");
    TCase *tcase = tcase_create("core");
    tcase_add_checked_fixture(tcase, make_names, remove_names);
    tcase_add_test(tcase, test_lines);
    tcase_add_test(tcase, test_text_tables);
    tcase_add_loop_test(tcase, test_bad_lines, 0, sizeof bad_lines / sizeof bad_lines[0]);
    tcase_add_test(tcase, test_overflow);
    tcase_add_test(tcase, test_long_lines);
    tcase_add_test(tcase, test_escape);
    tcase_add_test(tcase, test_failing_allocator);
    suite_add_tcase(suite, tcase);
    return suite;
}
