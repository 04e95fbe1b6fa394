/* SPDX-License-Identifier: Apache-2.0
 *
 * Word counts: counting, adding up, and the table as a file. Leans on Check.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "tokenize/text.h"
#include "train/word_counts.h"

Suite *suite_word_counts(void);

#define HEAD(types, tokens)                                                                       \
    "#libtokenize-word-counts\t1\tpre_tokenizer=llama3\ttypes=" types "\ttokens=" tokens "\n"

static tkz_word_counts *new_counts(void)
{
    tkz_word_counts *counts;
    ck_assert_status(tkz_word_counts_new(&counts, "llama3", NULL, NULL));
    return counts;
}

static void add(tkz_word_counts *counts, const char *word, uint64_t count)
{
    ck_assert_status(tkz_word_counts_add(counts, word, strlen(word), count, NULL));
}

static uint64_t count_of(const tkz_word_counts *counts, const char *word)
{
    uint64_t *value = tkz__byte_map_find(tkz__word_counts_map(counts), word, strlen(word));
    return value == NULL ? 0 : *value;
}

/* The table as text; free it. */
static char *text_of(tkz_word_counts *counts)
{
    tkz_bytes bytes;
    ck_assert_status(tkz_word_counts_serialize(counts, &bytes, NULL));
    char *text = malloc(bytes.size + 1);
    ck_assert_ptr_nonnull(text);
    memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
    tkz_bytes_free(&bytes);
    return text;
}

static void expect_text(tkz_word_counts *counts, const char *expected)
{
    char *text = text_of(counts);
    ck_assert_str_eq(text, expected);
    free(text);
}

static void expect_totals(const tkz_word_counts *counts, uint64_t types, uint64_t tokens,
                          uint64_t bytes)
{
    uint64_t real_types, real_tokens, real_bytes;
    tkz_word_counts_totals(counts, &real_types, &real_tokens, &real_bytes);
    ck_assert_uint_eq(real_types, types);
    ck_assert_uint_eq(real_tokens, tokens);
    ck_assert_uint_eq(real_bytes, bytes);
}

START_TEST(test_new)
{
    tkz_word_counts *counts = (tkz_word_counts *)1;
    tkz_error error;
    ck_assert_int_eq(tkz_word_counts_new(&counts, "no-such", NULL, &error), TKZ_STATUS_NOT_FOUND);
    ck_assert_ptr_null(counts);
    tkz_word_counts_free(NULL);
    counts = new_counts();
    ck_assert_str_eq(tkz__word_counts_pre_tokenizer(counts)->name, "llama3");
    expect_totals(counts, 0, 0, 0);
    expect_text(counts, HEAD("0", "0"));
    tkz_word_counts_free(counts);
}
END_TEST

START_TEST(test_add)
{
    tkz_word_counts *counts = new_counts();
    tkz_error error;
    add(counts, "ab", 3);
    add(counts, "日本", 2);
    add(counts, "ab", 4);
    add(counts, "never", 0);
    expect_totals(counts, 2, 9, 7 * 2 + 2 * 6);
    ck_assert_uint_eq(count_of(counts, "ab"), 7);
    ck_assert_int_eq(tkz_word_counts_add(counts, "", 0, 1, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_uint_ge(tkz__word_counts_memory(counts), 12);
    tkz_word_counts_free(counts);
}
END_TEST

START_TEST(test_overflow)
{
    tkz_word_counts *counts = new_counts(), *other = new_counts();
    tkz_error error;
    add(counts, "a", UINT64_MAX - 10);
    ck_assert_int_eq(tkz_word_counts_add(counts, "a", 1, 11, &error), TKZ_STATUS_OVERFLOW);
    ck_assert_int_eq(tkz_word_counts_add(counts, "bc", 2, 6, &error), TKZ_STATUS_OVERFLOW);
    ck_assert_int_eq(tkz_word_counts_add(counts, "bc", 2, UINT64_MAX, &error),
                     TKZ_STATUS_OVERFLOW);
    expect_totals(counts, 1, UINT64_MAX - 10, UINT64_MAX - 10);
    add(other, "x", 1);
    add(other, "bc", 5);
    ck_assert_int_eq(tkz_word_counts_merge(counts, other, &error), TKZ_STATUS_OVERFLOW);
    expect_totals(counts, 1, UINT64_MAX - 10, UINT64_MAX - 10);
    add(counts, "bc", 5);
    expect_totals(counts, 2, UINT64_MAX - 5, UINT64_MAX);
    expect_text(counts, HEAD("2", "18446744073709551610") "18446744073709551605\ta\n5\tbc\n");
    tkz_word_counts_free(counts);
    tkz_word_counts_free(other);
}
END_TEST

START_TEST(test_merge)
{
    tkz_word_counts *counts = new_counts(), *other = new_counts(), *foreign;
    tkz_error error;
    add(counts, "a", 1);
    add(counts, "b", 2);
    add(other, "b", 30);
    add(other, "c", 40);
    ck_assert_status(tkz_word_counts_merge(counts, other, NULL));
    expect_text(counts, HEAD("3", "73") "1\ta\n32\tb\n40\tc\n");
    expect_totals(other, 2, 70, 70);
    ck_assert_status(tkz_word_counts_merge(counts, counts, NULL));
    expect_text(counts, HEAD("3", "146") "2\ta\n64\tb\n80\tc\n");
    ck_assert_status(tkz_word_counts_new(&foreign, "gpt2", NULL, NULL));
    ck_assert_int_eq(tkz_word_counts_merge(counts, foreign, &error), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_word_counts_free(counts);
    tkz_word_counts_free(other);
    tkz_word_counts_free(foreign);
}
END_TEST

START_TEST(test_add_text)
{
    tkz_word_counts *counts = new_counts();
    const char *text = "the cat the 12345\n";
    ck_assert_status(tkz_word_counts_add_text(counts, text, strlen(text), NULL));
    ck_assert_status(tkz_word_counts_add_text(counts, "", 0, NULL));
    expect_text(counts,
                HEAD("7", "7") "1\t\\n\n1\t \n1\t cat\n1\t the\n1\t123\n1\t45\n1\tthe\n");
    tkz_word_counts_free(counts);
}
END_TEST

/* Sorted by bytes with shorter first, whatever the order of additions, and made anew after a
 * change. */
START_TEST(test_order)
{
    char words[400][12];
    size_t sizes[400];
    uint64_t random = 5;
    tkz_word_counts *forward = new_counts(), *backward = new_counts();
    for (size_t i = 0; i < 400; i++) {
        sizes[i] = 1 + (test_random(&random) >> 40) % 11;
        for (size_t k = 0; k < sizes[i]; k++) /* zeros too: "a" and "a\0" are two words */
            words[i][k] = "\0ab\xff"[(test_random(&random) >> 40) & 3];
    }
    for (size_t i = 0; i < 400; i++) {
        ck_assert_status(tkz_word_counts_add(forward, words[i], sizes[i], i + 1, NULL));
        ck_assert_status(tkz_word_counts_add(backward, words[399 - i], sizes[399 - i], 400 - i,
                                             NULL));
    }
    const tkz__byte_map_entry *const *sorted;
    size_t count;
    ck_assert_status(tkz__word_counts_sorted(forward, &sorted, &count, NULL));
    const tkz__byte_map *map = tkz__word_counts_map(forward);
    ck_assert_uint_eq(count, map->count);
    for (size_t i = 1; i < count; i++) {
        size_t one = sorted[i - 1]->key_size, two = sorted[i]->key_size;
        int order = memcmp(tkz__byte_map_key(map, sorted[i - 1]), tkz__byte_map_key(map, sorted[i]),
                           one < two ? one : two);
        ck_assert(order < 0 || (order == 0 && one < two));
    }
    char *text = text_of(forward);
    expect_text(backward, text);
    free(text);
    add(forward, "\x01", 1);
    ck_assert_status(tkz__word_counts_sorted(forward, &sorted, &count, NULL));
    ck_assert_uint_eq(count, tkz__word_counts_map(forward)->count);
    tkz_word_counts_free(forward);
    tkz_word_counts_free(backward);
}
END_TEST

START_TEST(test_escapes)
{
    tkz_word_counts *counts = new_counts(), *read;
    add(counts, "a\tb\nc\rd\\e", 1);
    add(counts, "\xE3\x81", 2);         /* half a character */
    add(counts, "\xED\xA0\x80z", 3);    /* a surrogate is not UTF-8 */
    add(counts, "あ\xFFあ", 4);
    ck_assert_status(tkz_word_counts_add(counts, "\0", 1, 5, NULL));
    char *text = text_of(counts);
    static const char expected[] = "1\ta\\tb\\nc\\rd\\\\e\n2\t\\xe3\\x81\n4\tあ\\xffあ\n"
                                   "3\t\\xed\\xa0\\x80z\n";
    /* The zero byte ends the C string: the rest stands behind it. */
    ck_assert_str_eq(text, HEAD("5", "15") "5\t");
    ck_assert_str_eq(text + strlen(text) + 1 + 1, expected);
    ck_assert_status(tkz_word_counts_parse(&read, text, strlen(text) + 2 + strlen(expected), NULL,
                                           NULL));
    ck_assert_uint_eq(count_of(read, "\xED\xA0\x80z"), 3);
    expect_totals(read, 5, 15, 9 + 4 + 12 + 28 + 5);
    free(text);
    tkz_word_counts_free(counts);
    tkz_word_counts_free(read);
}
END_TEST

/* Random words of all bytes come back from the file as they were. */
START_TEST(test_round_trip)
{
    uint64_t random = 11;
    tkz_word_counts *counts = new_counts(), *read;
    for (size_t i = 0; i < 2000; i++) {
        char word[24];
        size_t size = 1 + (test_random(&random) >> 40) % sizeof word;
        for (size_t k = 0; k < size; k++)
            word[k] = (char)(test_random(&random) >> (i % 2 == 0 ? 56 : 57));
        ck_assert_status(tkz_word_counts_add(counts, word, size, 1 + (i & 7), NULL));
    }
    tkz_bytes first, second;
    ck_assert_status(tkz_word_counts_serialize(counts, &first, NULL));
    ck_assert_uint_eq(tkz_utf8_valid_prefix((const char *)first.data, first.size), first.size);
    ck_assert_status(tkz_word_counts_parse(&read, first.data, first.size, NULL, NULL));
    ck_assert_status(tkz_word_counts_serialize(read, &second, NULL));
    ck_assert_uint_eq(first.size, second.size);
    ck_assert_int_eq(memcmp(first.data, second.data, first.size), 0);
    tkz_bytes_free(&first);
    tkz_bytes_free(&second);
    tkz_word_counts_free(counts);
    tkz_word_counts_free(read);
}
END_TEST

static const struct bad_table {
    const char *text;
    tkz_status status;
    uint32_t line;
} bad_tables[] = {
    {"", TKZ_STATUS_BAD_FORMAT, 1},
    {"1\tword\n", TKZ_STATUS_BAD_FORMAT, 1},
    {"#libtokenize-word-counts", TKZ_STATUS_TRUNCATED, 1},
    {"#libtokenize-word-counts\n", TKZ_STATUS_BAD_VERSION, 1},
    {"#libtokenize-word-counts\t2\tpre_tokenizer=llama3\ttypes=0\ttokens=0\n",
     TKZ_STATUS_BAD_VERSION, 1},
    {"#libtokenize-word-counts\t1\n", TKZ_STATUS_BAD_VERSION, 1},
    {"#libtokenize-word-counts\t1\ttypes=0\ttokens=0\n", TKZ_STATUS_CORRUPT, 1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=?\ttypes=0\ttokens=0\n", TKZ_STATUS_NOT_FOUND, 1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=\ttypes=0\ttokens=0\n", TKZ_STATUS_NOT_FOUND, 1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=0123456789012345678901234567890123456789"
     "012345678901234567890123456789\ttypes=0\ttokens=0\n",
     TKZ_STATUS_NOT_FOUND, 1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=llama3\n", TKZ_STATUS_CORRUPT, 1},
    {"#libtokenize-word-counts\t1\tpre_tokenizer=llama3\ttypes=1\n", TKZ_STATUS_CORRUPT, 1},
    {HEAD("1", "x") "1\ta\n", TKZ_STATUS_CORRUPT, 1},
    {HEAD("1", "1\tmore") "1\ta\n", TKZ_STATUS_CORRUPT, 1},
    {HEAD("1", "1\r") "1\ta\n", TKZ_STATUS_CORRUPT, 1},
    {HEAD("1", "18446744073709551616") "1\ta\n", TKZ_STATUS_OVERFLOW, 1},
    {HEAD("1", "1"), TKZ_STATUS_COUNTS_DISAGREE, 1},
    {HEAD("1", "2") "1\ta\n", TKZ_STATUS_COUNTS_DISAGREE, 1},
    {HEAD("1", "2") "1\ta\n1\tb\n", TKZ_STATUS_COUNTS_DISAGREE, 1},
    {HEAD("1", "1") "1\ta", TKZ_STATUS_TRUNCATED, 2},
    {HEAD("2", "2") "1\ta\n1\tb", TKZ_STATUS_TRUNCATED, 3},
    {HEAD("1", "1") "1\ta\n\n", TKZ_STATUS_CORRUPT, 3},
    {HEAD("1", "1") "1 a\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\t\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "\ta\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "-1\ta\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "01\ta\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "0") "0\ta\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "18446744073709551616\ta\n", TKZ_STATUS_OVERFLOW, 2},
    {HEAD("2", "1") "18446744073709551615\ta\n1\tb\n", TKZ_STATUS_OVERFLOW, 3},
    {HEAD("1", "1") "1\ta\tb\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\ta\r\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\ta\\\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\ta\\q\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\ta\\x4\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\ta\\xFF\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\ta\\x\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\t\xFF\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("1", "1") "1\t\xE3\x81\n", TKZ_STATUS_CORRUPT, 2},
    {HEAD("2", "2") "1\tb\n1\ta\n", TKZ_STATUS_CORRUPT, 3},
    {HEAD("2", "2") "1\ta\n1\ta\n", TKZ_STATUS_CORRUPT, 3},
    {HEAD("2", "2") "1\tab\n1\ta\n", TKZ_STATUS_CORRUPT, 3},
};

START_TEST(test_bad_tables)
{
    const struct bad_table *bad = &bad_tables[_i];
    tkz_word_counts *counts = (tkz_word_counts *)1;
    tkz_error error;
    /* A copy of the exact size, so that a sanitizer sees every read behind it. */
    size_t size = strlen(bad->text);
    char *copy = malloc(size == 0 ? 1 : size);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bad->text, size);
    tkz_status status = tkz_word_counts_parse(&counts, copy, size, NULL, &error);
    free(copy);
    ck_assert_msg(status == bad->status, "%s: %s", bad->text, tkz_status_name(status));
    ck_assert_int_eq(error.code, bad->status);
    ck_assert_msg(error.line == bad->line, "%s: line %u", bad->text, error.line);
    ck_assert_ptr_null(counts);
    ck_assert_int_eq(tkz_word_counts_parse(&counts, bad->text, size, NULL, NULL), bad->status);
}
END_TEST

/* Any damaged table is refused or read, and what is read can be written and read again. */
START_TEST(test_damaged_tables)
{
    static const char good[] = HEAD("4", "10") "1\ta\\\\b\n2\tb\\xff\n3\tc\n4\t日本\n";
    uint64_t random = 17;
    size_t read_count = 0;
    for (int round = 0; round < 20000; round++) {
        char table[sizeof good];
        memcpy(table, good, sizeof good);
        size_t size = sizeof good - 1;
        for (uint64_t damage = 1 + (test_random(&random) >> 62); damage > 0; damage--) {
            size_t place = (test_random(&random) >> 20) % size;
            table[place] = (char)(test_random(&random) >> 56);
        }
        if (round % 7 == 0)
            size = (test_random(&random) >> 20) % size;
        tkz_word_counts *counts;
        if (tkz_word_counts_parse(&counts, table, size, NULL, NULL) != TKZ_OK) {
            ck_assert_ptr_null(counts);
            continue;
        }
        tkz_bytes bytes;
        tkz_word_counts *again;
        ck_assert_status(tkz_word_counts_serialize(counts, &bytes, NULL));
        ck_assert_status(tkz_word_counts_parse(&again, bytes.data, bytes.size, NULL, NULL));
        tkz_bytes_free(&bytes);
        tkz_word_counts_free(again);
        tkz_word_counts_free(counts);
        read_count++;
    }
    ck_assert_uint_gt(read_count, 0); /* such as another letter in a word */
}
END_TEST

static tkz_status count_and_write(void *context, const tkz_allocator *allocator)
{
    const char *text = "今日は、晴れです。 the cat and the other cats\n\n";
    tkz_word_counts *counts = NULL, *other = NULL, *read = NULL;
    tkz_bytes bytes = {0};
    (void)context;
    tkz_status status = tkz_word_counts_new(&counts, "llama3", allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_word_counts_new(&other, "llama3", allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_word_counts_add_text(counts, text, strlen(text), NULL);
    if (status == TKZ_OK)
        status = tkz_word_counts_add(other, "more", 4, 3, NULL);
    if (status == TKZ_OK)
        status = tkz_word_counts_merge(other, counts, NULL);
    if (status == TKZ_OK)
        status = tkz_word_counts_serialize(other, &bytes, NULL);
    if (status == TKZ_OK)
        status = tkz_word_counts_parse(&read, bytes.data, bytes.size, allocator, NULL);
    tkz_bytes_free(&bytes);
    tkz_word_counts_free(counts);
    tkz_word_counts_free(other);
    tkz_word_counts_free(read);
    return status;
}

START_TEST(test_out_of_memory)
{
    test_all_allocation_failures(count_and_write, NULL);
}
END_TEST

Suite *suite_word_counts(void)
{
    Suite *suite = suite_create("word_counts");
    TCase *tests = tcase_create("word_counts");
    tcase_add_test(tests, test_new);
    tcase_add_test(tests, test_add);
    tcase_add_test(tests, test_overflow);
    tcase_add_test(tests, test_merge);
    tcase_add_test(tests, test_add_text);
    tcase_add_test(tests, test_order);
    tcase_add_test(tests, test_escapes);
    tcase_add_test(tests, test_round_trip);
    tcase_add_loop_test(tests, test_bad_tables, 0,
                        (int)(sizeof bad_tables / sizeof *bad_tables));
    tcase_add_test(tests, test_damaged_tables);
    tcase_add_test(tests, test_out_of_memory);
    suite_add_tcase(suite, tests);
    return suite;
}
