/* SPDX-License-Identifier: Apache-2.0
 *
 * Long stretches of text in which no word is certain: the words are those of one
 * window over all of it, and memory stays small. Leans on the best path.
 */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "morph/best_path.h"
#include "testing.h"

Suite *suite_long_path(void);

static tkz_dictionary *ipadic(void)
{
    tkz_dictionary *dictionary;
    tkz_error error;
    tkz_status status = tkz_dictionary_open(&dictionary, "ipadic", NULL, 0, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    return dictionary;
}

static char *repeat(const char *before, const char *piece, size_t times, const char *behind,
                    size_t *size)
{
    size_t length = strlen(piece), head = strlen(before);
    char *text = malloc(head + times * length + strlen(behind) + 1);
    ck_assert_ptr_nonnull(text);
    strcpy(text, before);
    for (size_t i = 0; i < times; i++)
        memcpy(text + head + i * length, piece, length);
    strcpy(text + head + times * length, behind);
    *size = head + times * length + strlen(behind);
    return text;
}

/* ---- Words ---- */

static size_t collect(tkz__best_path *path, const char *text, size_t size, tkz__path_word *all,
                      size_t room)
{
    const tkz__path_word *words;
    size_t count, total = 0;
    tkz__best_path_begin(path, text, 0, size);
    do {
        ck_assert_status(tkz__best_path_next(path, &words, &count, NULL));
        ck_assert_uint_le(total + count, room);
        for (size_t i = 0; i < count; i++)
            all[total++] = words[i];
    } while (count > 0);
    return total;
}

/* Compares the words of one window over all of the text with those of small windows and chunks. */
static void check_words(tkz_dictionary *dictionary, const char *before, const char *piece,
                        size_t times, const char *behind, size_t chunk)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    size_t size;
    char *text = repeat(before, piece, times, behind, &size);
    tkz__path_word *expected = calloc(size + 1, sizeof *expected);
    tkz__path_word *found = calloc(size + 1, sizeof *found);
    tkz__best_path whole, cut;
    tkz__best_path_init(&whole, dictionary, &memory);
    tkz__best_path_init(&cut, dictionary, &memory);
    whole.window = size + 1;
    cut.window = 64;
    cut.longer.chunk = chunk;
    for (int round = 0; round < 2; round++) { /* the second time with what the first one left */
        size_t count = collect(&whole, text, size, expected, size + 1);
        ck_assert_uint_gt(count, 0);
        ck_assert_uint_eq(collect(&cut, text, size, found, size + 1), count);
        for (size_t i = 0; i < count; i++) {
            ck_assert_uint_eq(found[i].start, expected[i].start);
            ck_assert_uint_eq(found[i].end, expected[i].end);
            ck_assert_uint_eq(found[i].number, expected[i].number);
        }
    }
    tkz__best_path_free(&whole);
    tkz__best_path_free(&cut);
    free(expected);
    free(found);
    free(text);
}

START_TEST(finds_the_words_of_one_window)
{
    static const struct {
        const char *before, *piece, *behind;
        size_t times;
    } texts[] = {
        {"", "あ", "", 5000},
        {"猫が", "あ", "。猫", 5000},
        {"", "ああい", "う", 3000},
        {"", "もも", " の", 3000},
        {"", "すもももも", "", 2000},
        {"", "a", "", 9000},
        {"", "1 ", "", 5000},
        {"は", " ", "に", 9000},
        {"は", " ", "", 9000},
        {"", "\xE3", "あ", 9000},
        {"", "の\xE3\x81", "", 3000},
        {"", "今日は東京都に行きます", "", 500},
        {"", "かきくけこ", "", 2000},
    };
    static const size_t chunks[] = {1, 50, 1000, TKZ__PATH_CHUNK};
    tkz_dictionary *dictionary = ipadic();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t k = 0; k < sizeof chunks / sizeof *chunks; k++)
            check_words(dictionary, texts[i].before, texts[i].piece, texts[i].times / TEST_SHORTER,
                        texts[i].behind, chunks[k]);
    }
    tkz_dictionary_free(dictionary);
}
END_TEST

/* ---- Memory ---- */

typedef struct counter {
    size_t now;
    size_t most;
} counter;

static void count_size(counter *counts, size_t old_size, size_t new_size)
{
    counts->now += new_size - old_size;
    counts->most = counts->now > counts->most ? counts->now : counts->most;
}

static void *count_allocate(void *context, size_t size)
{
    count_size(context, 0, size);
    return malloc(size);
}

static void *count_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
    count_size(context, old_size, new_size);
    return realloc(block, new_size);
}

static void count_release(void *context, void *block, size_t size)
{
    count_size(context, size, 0);
    free(block);
}

/* The most memory that the words of a text take. */
static size_t memory_for(tkz_dictionary *dictionary, const char *before, const char *piece,
                         size_t times, const char *behind, size_t *word_count)
{
    counter counts = {0, 0};
    tkz_allocator memory = {&counts, count_allocate, count_reallocate, count_release};
    size_t size, count;
    char *text = repeat(before, piece, times, behind, &size);
    tkz__best_path path;
    tkz__best_path_init(&path, dictionary, &memory);
    tkz__best_path_begin(&path, text, 0, size);
    const tkz__path_word *words;
    *word_count = 0;
    do {
        ck_assert_status(tkz__best_path_next(&path, &words, &count, NULL));
        *word_count += count;
    } while (count > 0);
    tkz__best_path_free(&path);
    ck_assert_uint_eq(counts.now, 0);
    free(text);
    return counts.most;
}

/* Until the last byte no word is certain; one window over all of it took 100 bytes for each of the text. */
START_TEST(needs_little_memory)
{
    enum { TIMES = 300000 / TEST_SHORTER, LIMIT = 8 << 20 };
    tkz_dictionary *dictionary = ipadic();
    size_t count;
    ck_assert_uint_lt(memory_for(dictionary, "", "あ", TIMES, "。", &count), LIMIT);
    ck_assert_uint_gt(count, TIMES / 10);
    ck_assert_uint_lt(memory_for(dictionary, "は", " ", 10 * TIMES, "に", &count), LIMIT);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_lt(memory_for(dictionary, "は", " ", 10 * TIMES, "", &count), LIMIT);
    ck_assert_uint_eq(count, 1);
    tkz_dictionary_free(dictionary);
}
END_TEST

static tkz_status find_all(void *context, const tkz_allocator *allocator)
{
    tkz_dictionary *dictionary = context;
    size_t size, count = 1;
    char *text = repeat("", "あ", 3000, "。", &size);
    tkz__best_path path;
    tkz__best_path_init(&path, dictionary, allocator);
    path.window = 64;
    path.longer.chunk = 500;
    tkz__best_path_begin(&path, text, 0, size);
    const tkz__path_word *words;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && count > 0)
        status = tkz__best_path_next(&path, &words, &count, NULL);
    ck_assert(path.longer.cut_capacity > 0 || status != TKZ_OK);
    tkz__best_path_free(&path);
    free(text);
    return status;
}

START_TEST(reports_failed_allocations)
{
    tkz_dictionary *dictionary = ipadic();
    test_all_allocation_failures(find_all, dictionary);
    tkz_dictionary_free(dictionary);
}
END_TEST

Suite *suite_long_path(void)
{
    Suite *suite = suite_create("long_path");
    TCase *cases = tcase_create("long_path");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, finds_the_words_of_one_window);
    tcase_add_test(cases, needs_little_memory);
    tcase_add_test(cases, reports_failed_allocations);
    suite_add_tcase(suite, cases);
    return suite;
}
