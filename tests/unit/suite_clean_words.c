/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters that count words: where the words come from, sequences of them against a naive count, lines.
 */
#include <stdio.h>
#include <string.h>

#include "clean/filter_set.h"
#include "clean/measuring.h"
#include "testing.h"
#include "tokenize/text.h"

Suite *suite_clean_words(void);

static tkz_filter_set *make_set(const char *json)
{
    tkz_filter_set *set;
    tkz_error error;
    tkz_status status = tkz_filter_set_new(&set, json, strlen(json), NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s: %s", json, error.where, error.message);
    return set;
}

/* The first value of one filter, of words between white space. */
static double measure(const char *json, const char *text)
{
    tkz_filter_set *set = make_set(json);
    tkz_boundaries words = tkz_white_space_boundaries();
    tkz_cleaner *cleaner;
    double values[2];
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_set_words(cleaner, &words, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, text, strlen(text), values, NULL));
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    return values[0];
}

#define VALUE(name, text) measure("[{\"name\": \"" name "\"}]", text)
#define COMPAT(name, text) measure("[{\"name\": \"" name "\", \"compat\": true}]", text)

START_TEST(test_words_are_asked_for)
{
    tkz_filter_set *set = make_set("[{\"name\": \"length\"}, {\"name\": \"gopher_words\"}]");
    tkz_filter_set *plain = make_set("[{\"name\": \"gopher_repeated_lines\"}]");
    tkz_cleaner *cleaner;
    tkz_verdict verdict;
    tkz_error error;
    double values[2];
    ck_assert_str_eq(tkz_filter_set_needs_words(set), "gopher_words");
    ck_assert_ptr_null(tkz_filter_set_needs_words(plain));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_int_eq(tkz_cleaner_measure(cleaner, "a b", 3, values, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_str_eq(error.where, "tkz_cleaner_set_words");
    /* What the first filter drops is not cut into words. */
    ck_assert_status(tkz_cleaner_judge(cleaner, "a b", 3, &verdict, &error));
    ck_assert_str_eq(verdict.filter, "length");
    tkz_boundaries nothing = {.open = NULL};
    ck_assert_int_eq(tkz_cleaner_set_words(cleaner, &nothing, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_set_words(NULL, &nothing, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_boundaries words = tkz_white_space_boundaries();
    ck_assert_status(tkz_cleaner_set_words(cleaner, &words, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, "a b", 3, values, NULL));
    ck_assert_double_eq(values[1], 2);
    ck_assert_status(tkz_cleaner_set_words(cleaner, NULL, NULL));
    ck_assert_int_eq(tkz_cleaner_measure(cleaner, "a b", 3, values, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    tkz_filter_set_free(plain);
}
END_TEST

START_TEST(test_words_between_white_space)
{
    ck_assert_double_eq(VALUE("gopher_words", ""), 0);
    ck_assert_double_eq(VALUE("gopher_words", " \n\xE3\x80\x80\x1C\n"), 0);
    ck_assert_double_eq(VALUE("gopher_words", "あ"), 1);
    ck_assert_double_eq(VALUE("gopher_words", "\xE3\x80\x80一 二\xC2\x85三\n四 。 ..."), 4);
    ck_assert_double_eq(VALUE("gopher_word_length", "一二 三 。"), 1.5);
    ck_assert_double_eq(VALUE("gopher_hashes", "# a b c"), 0.25);
    ck_assert_double_eq(VALUE("gopher_ellipses", "...... … b c"), 0.75);
    ck_assert_double_eq(VALUE("gopher_alphabetic_words", "1 2 a あ"), 0.5);
    ck_assert_double_eq(VALUE("gopher_stop_words", "the of of The"), 2);
    ck_assert_double_eq(measure("[{\"name\": \"gopher_stop_words\", \"japanese\": true}]", "の は の"),
                        2);
    ck_assert_double_eq(VALUE("fineweb_line_feeds", "a\nb\n"), 1);
}
END_TEST

START_TEST(test_lines)
{
    ck_assert_double_eq(VALUE("gopher_repeated_lines", "あ\n\nあ\nい\n"), 0.25); /* the last is empty */
    ck_assert_double_eq(VALUE("gopher_repeated_line_characters", "あ\nあ\nい"), 0.2);
    ck_assert_double_eq(VALUE("gopher_repeated_paragraphs", "\n\nあ\nい\n\n\nあ\nい\n"), 0.5);
    ck_assert_double_eq(VALUE("gopher_bullet_lines", " - あ\r\n•い\rう\xE2\x80\xA8-"), 0.75);
    ck_assert_double_eq(VALUE("gopher_ellipsis_lines", "あ… \nい...\nう..\n"), 2.0 / 3);
    ck_assert_double_eq(VALUE("fineweb_ended_lines", "あ。\nい\n \nう。 \nえ?"), 0.5);
    ck_assert_double_eq(VALUE("fineweb_repeated_characters", "ああ\nああ\n"), 0.5);
    ck_assert_double_eq(VALUE("mc4_long_lines", "ああ\nあああ\n\nあ"), 1);
    ck_assert_double_eq(VALUE("mc4_long_lines", "ああ\nあああ"), 0);
    ck_assert_double_eq(VALUE("mc4_long_lines", ""), 0);
}
END_TEST

START_TEST(test_sequences)
{
    ck_assert_double_eq(VALUE("gopher_top_2gram", ""), 0);
    ck_assert_double_eq(VALUE("gopher_top_2gram", "a"), 0);
    ck_assert_double_eq(VALUE("gopher_top_2gram", "a bb"), 1);
    ck_assert_double_eq(VALUE("gopher_top_2gram", "a a a a"), 9.0 / 7);
    /* Of two that are as frequent, the first. */
    ck_assert_double_eq(VALUE("gopher_top_2gram", "a b xx cc d xx a b y cc d"), 6.0 / 25);
    ck_assert_double_eq(VALUE("gopher_repeated_5gram", "1 2 3 4 5 1 2 3 4 5"), 5.0 / 19);
    /* Behind a repeated sequence the search goes on: the second is not looked for within it. */
    ck_assert_double_eq(VALUE("gopher_repeated_5gram", "a a a a a a a a a a"), 5.0 / 19);
    ck_assert_double_eq(VALUE("gopher_repeated_5gram", "日本 人 の 本 と 日 本人 の 本 と"), 0);
    ck_assert_double_eq(COMPAT("gopher_repeated_5gram", "日本 人 の 本 と 日 本人 の 本 と"), 6.0 / 21);
}
END_TEST

/* Against every pair of places. */
START_TEST(test_repetition_of_random_words)
{
    uint64_t random = 7;
    for (int round = 0; round < 200; round++) {
        char text[400] = "";
        char word[100], used[100] = {0};
        size_t count = test_random(&random) % 100, n = 5 + (size_t)round % 3;
        uint64_t letters = 1 + test_random(&random) % 3;
        for (size_t i = 0; i < count; i++) {
            word[i] = (char)('a' + test_random(&random) % letters);
            text[2 * i] = word[i];
            text[2 * i + 1] = ' ';
        }
        uint64_t expected = 0;
        for (size_t i = 0; i + n <= count;) {
            bool seen = false;
            for (size_t k = 0; k < i && !seen; k++)
                seen = used[k] && memcmp(word + k, word + i, n) == 0;
            used[i] = !seen;
            expected += seen ? n : 0;
            i += seen ? n : 1;
        }
        char json[64];
        snprintf(json, sizeof json, "[{\"name\": \"gopher_repeated_%zugram\"}]", n);
        ck_assert_double_eq(measure(json, text),
                            count == 0 ? 0 : (double)expected / (double)(2 * count));
    }
}
END_TEST

static tkz_status make_all(void *context, const tkz_allocator *allocator)
{
    const char *json = context;
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error;
    double values[64];
    tkz_status status = tkz_filter_set_new(&set, json, strlen(json), allocator, &error);
    if (status != TKZ_OK)
        return status;
    tkz_boundaries words = tkz_white_space_boundaries();
    status = tkz_cleaner_new(&cleaner, set, allocator, &error);
    if (status == TKZ_OK) {
        status = tkz_cleaner_set_words(cleaner, &words, &error);
        if (status == TKZ_OK)
            status = tkz_cleaner_measure(cleaner, "a b c\na b。\n\na b", 16, values, &error);
        tkz_cleaner_free(cleaner);
    }
    tkz_filter_set_free(set);
    return status;
}

START_TEST(test_memory_use)
{
    char json[] = "[{\"preset\": \"gopher-ja\"}, {\"preset\": \"fineweb2-jpn\"}]";
    char counters[] = "[{\"name\": \"llm_jp_compression\"}, {\"name\": \"c4_sentences\"},"
                      "{\"name\": \"oscar_header\"}, {\"name\": \"mojibake\"}]";
    test_all_allocation_failures(make_all, json);
    test_all_allocation_failures(make_all, counters);

    char text[30000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 3 == 2 ? ' ' : (char)('a' + i * i % 23);
    test_memory memory;
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    double values[64];
    tkz_boundaries words = tkz_white_space_boundaries();
    test_memory_init(&memory);
    ck_assert_status(tkz_filter_set_new(&set, json, strlen(json), &memory.allocator, NULL));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, &memory.allocator, NULL));
    ck_assert_status(tkz_cleaner_set_words(cleaner, &words, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, text, sizeof text, values, NULL));
    uint64_t requests = memory.requests;
    for (int i = 0; i < 10; i++)
        ck_assert_status(tkz_cleaner_measure(cleaner, text, sizeof text - (size_t)i, values, NULL));
    ck_assert_uint_eq(memory.requests, requests); /* measuring allocates nothing */
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    ck_assert_int_eq(memory.blocks, 0);
}
END_TEST

/* A source whose words are those between white space, and of which it says the first letter. */
static const char *letter_feature(void *worker, size_t index, size_t *size)
{
    static const char *const features[] = {"名詞,一般", "補助記号", "名詞", "名詞句,*", "助詞"};
    (void)worker;
    *size = strlen(features[index % 5]);
    return features[index % 5];
}

START_TEST(test_nouns)
{
    tkz_filter_set *set = make_set("[{\"name\": \"hojichar_nouns\"}]");
    tkz_boundaries words = tkz_white_space_boundaries();
    tkz_cleaner *cleaner;
    tkz_error error;
    double value;
    ck_assert_str_eq(tkz_filter_set_needs_words(set), "hojichar_nouns");
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_int_eq(tkz_cleaner_set_words(cleaner, &words, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "parts of speech"));
    words.feature = letter_feature;
    ck_assert_status(tkz_cleaner_set_words(cleaner, &words, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, "a b c d e\na", 11, &value, NULL));
    ck_assert_double_eq(value, 3.0 / 5.0); /* the mark is no word */
    ck_assert_status(tkz_cleaner_measure(cleaner, "", 0, &value, NULL));
    ck_assert_double_eq(value, 0);
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
}
END_TEST

/* Of the web: lines and paragraphs of NeMo Curator, paragraphs of Uzushio; sizes are those of liblz4 1.9.4. */
START_TEST(test_web)
{
    static char many[80000 + 1];
    static const struct {
        const char *name;
        const char *text;
        double value;
    } cases[] = {
        {"nemo_words", "a \xE3\x80\x80" "b\n# c", 4},
        {"nemo_word_length", "aaa b\ncc", 2},
        {"nemo_word_length", " \n", 0},
        {"nemo_longest_word", "aaa \xE6\xBC\xA2\xE5\xAD\x97 b", 3},
        {"nemo_symbol_words", "# ## #a #a# [...] a", 3.0 / 6},
        {"nemo_symbol_words", "", 1},
        {"nemo_alphabetic_words", "12 a1 \xE6\xBC\xA2 \xE2\x85\xA3 - \xE3\x83\xBC", 4.0 / 6}, /* U+30FC is a letter */
        {"nemo_common_words", "the The the of", 2},
        {"nemo_common_words", "x\nof", 1},
        {"nemo_distinct_lines", "a\na\n \nb", 2.0 / 3},
        {"nemo_distinct_line_characters", "aaa\naaa\n \nb", 4.0 / 7},
        {"nemo_distinct_lines", " \n", 0},
        {"nemo_distinct_paragraphs", "a\n\na\n\n\na", 2.0 / 3}, /* the third one begins with a line feed */
        {"nemo_distinct_paragraph_characters", "a\n\na\n\n\na", 3.0 / 4},
        {"nemo_bullet_lines", "\xE3\x80\x80\xE2\x80\xA2 a\n- b", 1.0 / 2},
        {"nemo_bullet_lines", "", 1},
        {"nemo_unended_lines", "a. \nb\xE3\x80\x82", 1.0 / 2},
        {"nemo_ellipsis_lines", "Read MORE..\n-\xC2\xBB\nread more.\n[...", 2.0 / 4 + 1.0 / 4},
        {"uzushio_links", "p>a\x1C\x02" "ab\x03" "c\n\x02", 2.0 / 3},
        {"uzushio_links", "\x02\x03", 0},
        {"uzushio_compression", "", 0},
        {"uzushio_compression", "aaaaaa\naaaaaa", 13.0 / 12},
        {"uzushio_compression", "p>a\x1C" "aaaaaaaaaaaaa", 10.0 / 13},
        {"uzushio_compression", many, 331.0 / 80000},
    };
    for (size_t i = 0; i < sizeof many - 1; i++)
        many[i] = (char)('a' + i % 8);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[80];
        (void)snprintf(json, sizeof json, "[{\"name\": \"%s\"}]", cases[i].name);
        double value = measure(json, cases[i].text);
        ck_assert_msg(value == cases[i].value, "%s of case %zu: %.17g", cases[i].name, i, value);
    }
}
END_TEST

/* A sequence of 7 words that comes twice, the first time across the border of two stretches of 100,000 characters. */
START_TEST(test_chunks)
{
    enum { WORD = 8, FIRST = 100000 / WORD, SECOND = 11, WORDS = FIRST + SECOND };
    tkz_filter_set *set = make_set("[{\"name\": \"hojichar_word_repetition\", \"compat\": true}, {\"name\": "
                                   "\"gopher_words\"}, {\"name\": \"hojichar_word_repetition\"}]");
    tkz_boundaries words = tkz_white_space_boundaries();
    tkz_cleaner *cleaner;
    double values[3];
    static char text[WORDS * WORD + 1];
    for (int i = 0; i < WORDS; i++)
        (void)snprintf(text + i * WORD, WORD + 1, i % 2 != 0 ? "w%06d " : "w%06d\n", i < WORDS - 7 ? i : i - 10);
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_set_words(cleaner, &words, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, text, sizeof text - 1, values, NULL));
    ck_assert_double_eq(values[0], 0);
    ck_assert_double_eq(values[1], WORDS);
    ck_assert_double_eq(values[2], 2.0 / (WORDS - 6));
    /* Both within one stretch. */
    ck_assert_status(tkz_cleaner_measure(cleaner, text + SECOND * WORD, sizeof text - 1 - SECOND * WORD, values, NULL));
    ck_assert_double_eq(values[0], 2.0 / (FIRST - 6));
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
}
END_TEST

Suite *suite_clean_words(void)
{
    Suite *suite = suite_create("clean_words");
    TCase *tests = tcase_create("clean_words");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_words_are_asked_for);
    tcase_add_test(tests, test_words_between_white_space);
    tcase_add_test(tests, test_lines);
    tcase_add_test(tests, test_sequences);
    tcase_add_test(tests, test_repetition_of_random_words);
    tcase_add_test(tests, test_nouns);
    tcase_add_test(tests, test_chunks);
    tcase_add_test(tests, test_web);
    tcase_add_test(tests, test_memory_use);
    suite_add_tcase(suite, tests);
    return suite;
}
