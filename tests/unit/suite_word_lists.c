/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a list in a document: the trie beside a search by hand, the lists' rules, borders of the words of a text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/listed_words.h"
#include "core/memory.h"
#include "index/word_trie.h"
#include "testing.h"

Suite *suite_word_lists(void);

/* ---- The trie ------------------------------------------------------------ */

enum { WORDS = 60, LONGEST = 5, TEXT = 400 };

typedef struct written {
    uint32_t words[WORDS][LONGEST];
    size_t sizes[WORDS];
    uint32_t numbers[WORDS];
    size_t count;
} written;

/* The number a word has if the first of equal ones gives it. */
static uint32_t number_of(const written *all, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (all->sizes[i] == all->sizes[index] &&
            memcmp(all->words[i], all->words[index], all->sizes[i] * sizeof(uint32_t)) == 0)
            return all->numbers[i];
    uint32_t most = 0;
    for (size_t i = 0; i < index; i++)
        most = all->numbers[i] + 1 > most ? all->numbers[i] + 1 : most;
    return most;
}

typedef struct visits {
    size_t sizes[LONGEST + 1]; /* by size: 1 + number of the word */
    size_t last;
    size_t stop_after; /* 0: never */
    size_t seen;
} visits;

static bool note(void *context, uint32_t word, size_t size)
{
    visits *found = context;
    ck_assert_uint_gt(size, found->last);
    ck_assert_uint_le(size, LONGEST);
    found->sizes[size] = 1 + word;
    found->last = size;
    return ++found->seen != found->stop_after;
}

static void check_place(const written *all, const tkz__word_trie *trie, const uint32_t *text,
                        size_t left)
{
    visits found = {.stop_after = 0};
    size_t expected = 0;
    tkz__word_trie_visit(trie, text, left, note, &found);
    for (size_t i = 0; i < all->count; i++) {
        if (all->sizes[i] > left || memcmp(all->words[i], text, all->sizes[i] * sizeof *text) != 0)
            continue;
        ck_assert_uint_eq(found.sizes[all->sizes[i]], 1 + all->numbers[i]);
        expected += number_of(all, i) == all->numbers[i];
        ck_assert(tkz__word_filter_may_begin(&trie->filter, text, left));
    }
    if (expected == 0)
        ck_assert_uint_eq(found.seen, 0);
    if (found.seen > 1) {
        visits first = {.stop_after = 1};
        tkz__word_trie_visit(trie, text, left, note, &first);
        ck_assert_uint_eq(first.seen, 1);
    }
}

/* Many places are what each of them is, wherever they are cut. */
static void check_places(const tkz__word_trie *trie, const uint32_t *text)
{
    for (size_t start = 0; start < TEXT; start++) {
        uint64_t places = tkz__word_filter_places(&trie->filter, text + start, TEXT - start);
        for (size_t i = 0; i < TKZ__WORD_PLACES; i++) {
            bool may_begin = i < TEXT - start &&
                             tkz__word_filter_may_begin(&trie->filter, text + start + i, TEXT - start - i);
            ck_assert_uint_eq(places >> i & 1, may_begin);
        }
    }
}

START_TEST(test_trie)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    uint64_t state = 77;
    for (size_t round = 0; round < 300 / TEST_SHORTER; round++) {
        static written all;
        tkz__word_trie trie;
        uint32_t text[TEXT], alphabet = 2 + (uint32_t)(test_random(&state) % 6);
        uint32_t base = round % 2 == 0 ? 'a' : 0x10FFF0;
        ck_assert_status(tkz__word_trie_init(&trie, &memory, NULL));
        all.count = 1 + test_random(&state) % WORDS;
        for (size_t i = 0; i < all.count; i++) {
            all.sizes[i] = 1 + test_random(&state) % LONGEST;
            for (size_t j = 0; j < all.sizes[i]; j++)
                all.words[i][j] = base + (uint32_t)(test_random(&state) % alphabet);
            all.numbers[i] = number_of(&all, i);
            ck_assert_status(tkz__word_trie_add(&trie, all.words[i], all.sizes[i], NULL));
        }
        for (size_t i = 0; i < TEXT; i++)
            text[i] = base + (uint32_t)(test_random(&state) % (alphabet + 1));
        for (size_t i = 0; i < TEXT; i++)
            check_place(&all, &trie, text + i, TEXT - i);
        check_places(&trie, text);
        tkz__word_trie_free(&trie);
    }
}
END_TEST

/* Many words, so that the table of edges grows several times. */
START_TEST(test_many_words)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_trie trie;
    ck_assert_status(tkz__word_trie_init(&trie, &memory, NULL));
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t word[3] = {0x3042 + i % 80, 0x4E00 + i / 80, i};
        ck_assert_status(tkz__word_trie_add(&trie, word, 3, NULL));
    }
    ck_assert_uint_eq(trie.word_count, 20000);
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t word[3] = {0x3042 + i % 80, 0x4E00 + i / 80, i};
        visits found = {.stop_after = 0};
        ck_assert(tkz__word_filter_may_begin(&trie.filter, word, 3));
        tkz__word_trie_visit(&trie, word, 3, note, &found);
        ck_assert_uint_eq(found.sizes[3], 1 + i);
        tkz__word_trie_visit(&trie, word, 2, note, &found); /* the text ends before the word */
        ck_assert_uint_eq(found.seen, 1);
    }
    tkz__word_trie_free(&trie);
    tkz__word_trie_free(&trie);
}
END_TEST

START_TEST(test_trie_limits)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_trie trie;
    uint32_t word[TKZ__WORD_LONGEST + 1] = {0};
    ck_assert_status(tkz__word_trie_init(&trie, &memory, NULL));
    ck_assert_int_eq(tkz__word_trie_add(&trie, word, 0, NULL), TKZ_STATUS_LIMIT);
    ck_assert_int_eq(tkz__word_trie_add(&trie, word, TKZ__WORD_LONGEST + 1, NULL), TKZ_STATUS_LIMIT);
    ck_assert_status(tkz__word_trie_add(&trie, word, TKZ__WORD_LONGEST, NULL));
    ck_assert_uint_eq(trie.word_count, 1);
    tkz__word_trie_free(&trie);
}
END_TEST

/* ---- Lists --------------------------------------------------------------- */

static char folder[64], list[128];

static void make_list(const char *content)
{
    test_make_directory(folder, sizeof folder);
    (void)snprintf(list, sizeof list, "%s/list", folder);
    test_write_file(list, content, strlen(content));
}

/* What a list finds in a text. */
static tkz__word_hits find_in(const char *text, uint32_t rules)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_list *words;
    tkz__word_hits hits;
    tkz__measuring measuring;
    ck_assert_status(tkz__word_list_open(&words, list, rules, &memory, NULL));
    tkz__measuring_init(&measuring, NULL, (tkz__ngram_orders){0}, (tkz__ngram_orders){0}, &memory);
    ck_assert_status(tkz__measuring_start(&measuring, text, strlen(text), NULL));
    ck_assert_status(tkz__word_list_find(words, &measuring, &hits, NULL, NULL));
    tkz__measuring_free(&measuring);
    tkz__word_list_free(words);
    return hits;
}

#define CHECK_HITS(text, rules, expected_words, expected_characters)                              \
    do {                                                                                          \
        tkz__word_hits hits_ = find_in(text, rules);                                              \
        ck_assert_uint_eq(hits_.words, expected_words);                                           \
        ck_assert_uint_eq(hits_.characters, expected_characters);                                 \
    } while (0)

START_TEST(test_rules)
{
    make_list("\xEF\xBB\xBFアス\r\nアスパラ\n\n 甘い \nか\nか゛\n");
    CHECK_HITS("", 0, 0, 0);
    CHECK_HITS("か", 0, 1, 1);
    CHECK_HITS("アスパラガス", 0, 1, 4);
    CHECK_HITS("アスパラガス", TKZ__WORDS_FIRST, 1, 2);
    CHECK_HITS("アスパラガス", TKZ__WORDS_KATAKANA_WHOLE, 0, 0);
    CHECK_HITS("このアスは", TKZ__WORDS_KATAKANA_WHOLE, 1, 2);
    CHECK_HITS("とても甘いもの", 0, 0, 0);
    CHECK_HITS("とても甘いもの", TKZ__WORDS_STRIP, 1, 2);
    CHECK_HITS("かかか゛", 0, 3, 4);
    CHECK_HITS("アスアスパ", 0, 2, 4);
    test_remove_tree(folder);
}
END_TEST

/* A source of words that are cut at every 'ガ' and before every 'を', for borders within kana. */
static tkz_status open_source(void *context, void **worker, const tkz_allocator *allocator,
                              tkz_error *error)
{
    static tkz_word_range ranges[64];
    (void)context, (void)allocator, (void)error;
    *worker = ranges;
    return TKZ_OK;
}

static void close_source(void *worker)
{
    (void)worker;
}

static tkz_status cut(void *worker, const char *text, size_t size, const tkz_word_range **words,
                      size_t *count, tkz_error *error)
{
    tkz_word_range *ranges = worker;
    size_t start = 0;
    *count = 0;
    (void)error;
    for (size_t at = 0; at + 3 <= size; at += 3) {
        bool before = memcmp(text + at, "を", 3) == 0 && at > start;
        bool behind = memcmp(text + at, "ガ", 3) == 0 || at + 3 == size;
        if (before) {
            ranges[(*count)++] = (tkz_word_range){.start = start, .end = at};
            start = at;
        }
        if (behind || memcmp(text + at, "を", 3) == 0) {
            ranges[(*count)++] = (tkz_word_range){.start = start, .end = at + 3};
            start = at + 3;
        }
    }
    *words = ranges;
    return TKZ_OK;
}

static tkz__word_hits find_on_borders(const char *text)
{
    static const tkz_boundaries source = {.open = open_source, .close = close_source, .find = cut};
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_list *words;
    tkz__word_hits hits;
    tkz__measuring measuring;
    ck_assert_status(tkz__word_list_open(&words, list, TKZ__WORDS_ON_BORDERS, &memory, NULL));
    tkz__measuring_init(&measuring, NULL, (tkz__ngram_orders){0}, (tkz__ngram_orders){0}, &memory);
    ck_assert_status(tkz__document_words_use(&measuring.words, &source, NULL));
    ck_assert_status(tkz__measuring_start(&measuring, text, strlen(text), NULL));
    ck_assert_status(tkz__word_list_find(words, &measuring, &hits, NULL, NULL));
    tkz__measuring_free(&measuring);
    tkz__word_list_free(words);
    return hits;
}

START_TEST(test_borders)
{
    static const struct {
        const char *text;
        uint64_t words, characters;
    } rows[] = {
        {"アスパラガ", 0, 0}, {"アスを", 1, 2},          {"アスをアス", 2, 4}, {"アスア\nアス\n\nアス", 2, 4},
        {"パアス", 0, 0},     {"アスをパ", 2, 4}, /* two words of the text, and アスを is longer */
        {"", 0, 0},           {"ス", 0, 0},
        {"アガス", 0, 0},     {"ガアス", 1, 2},
    };
    make_list("アス\nスガ\nをパ\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tkz__word_hits hits = find_on_borders(rows[i].text);
        ck_assert_msg(hits.words == rows[i].words && hits.characters == rows[i].characters,
                      "%s: %llu words, %llu characters", rows[i].text,
                      (unsigned long long)hits.words, (unsigned long long)hits.characters);
    }
    test_remove_tree(folder);
}
END_TEST

START_TEST(test_no_source)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_list *words;
    tkz__word_hits hits;
    tkz__measuring measuring;
    make_list("アス\n");
    ck_assert_status(tkz__word_list_open(&words, list, TKZ__WORDS_ON_BORDERS, &memory, NULL));
    tkz__measuring_init(&measuring, NULL, (tkz__ngram_orders){0}, (tkz__ngram_orders){0}, &memory);
    ck_assert_status(tkz__measuring_start(&measuring, "アス", 6, NULL));
    ck_assert_int_eq(tkz__word_list_find(words, &measuring, &hits, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz__measuring_free(&measuring);
    tkz__word_list_free(words);
    test_remove_tree(folder);
}
END_TEST

START_TEST(test_bad_lists)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_list *words;
    tkz_error error;
    make_list("");
    ck_assert_int_eq(tkz__word_list_open(&words, list, 0, &memory, &error), TKZ_STATUS_BAD_FORMAT);
    test_write_file(list, "よい\nわ\xFFい\n", 13);
    ck_assert_int_eq(tkz__word_list_open(&words, list, 0, &memory, &error), TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.line, 2);
    char long_word[TKZ__WORD_LONGEST + 2];
    memset(long_word, 'a', sizeof long_word);
    test_write_file(list, long_word, sizeof long_word);
    ck_assert_int_eq(tkz__word_list_open(&words, list, 0, &memory, &error), TKZ_STATUS_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "line 1"));
    test_remove_tree(folder);
    ck_assert_int_eq(tkz__word_list_open(&words, list, 0, &memory, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_null(words);
}
END_TEST

static tkz_status make(void *context, const tkz_allocator *allocator)
{
    tkz__word_list *words;
    (void)context;
    tkz_status status = tkz__word_list_open(&words, list, 0, allocator, NULL);
    tkz__word_list_free(words);
    return status;
}

START_TEST(test_memory_failures)
{
    char content[12000] = "";
    for (uint32_t i = 0; i < 900; i++)
        (void)snprintf(content + strlen(content), 12, "%u語%u\n", i, i * 7 % 900);
    make_list(content);
    test_all_allocation_failures(make, NULL);
    test_remove_tree(folder);
}
END_TEST

Suite *suite_word_lists(void)
{
    Suite *suite = suite_create("word_lists");
    TCase *tests = tcase_create("word_lists");
    tcase_add_test(tests, test_trie);
    tcase_add_test(tests, test_many_words);
    tcase_add_test(tests, test_trie_limits);
    tcase_add_test(tests, test_rules);
    tcase_add_test(tests, test_borders);
    tcase_add_test(tests, test_no_source);
    tcase_add_test(tests, test_bad_lists);
    tcase_add_test(tests, test_memory_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
