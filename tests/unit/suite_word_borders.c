/* SPDX-License-Identifier: Apache-2.0
 *
 * Word borders of documents of any length. Leans on the dictionary in dict/test
 * and on Debian's mecab-ipadic-utf8.
 */
#include <string.h>

#include "morph/word_borders.h"
#include "morph_fixture.h"

Suite *suite_word_borders(void);

static void open_source(tkz__boundary_source *source, const char *path,
                        const tkz_allocator *allocator)
{
    tkz_dictionary *dictionary;
    tkz_error error;
    tkz_status status = tkz_dictionary_open(&dictionary, path, NULL, 0, allocator, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    ck_assert_status(tkz__word_borders_new(source, dictionary, allocator, NULL));
    tkz_dictionary_free(dictionary);
}

/* Finds borders in a block of exactly the text's size, and checks what holds for any text. */
static size_t find(tkz__boundary_source *source, const char *text, size_t size,
                   const uint64_t **ends)
{
    char *exact = malloc(size + (size == 0));
    memcpy(exact, text, size);
    size_t count;
    ck_assert_status(source->find(source->context, exact, size, ends, &count, NULL));
    free(exact);
    uint64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_gt((*ends)[i], last);
        last = (*ends)[i];
    }
    ck_assert_uint_eq(last, size);
    return count;
}

/* `expected` is the text with '|' behind every word. */
static void check_borders(tkz__boundary_source *source, const char *text, size_t size,
                          const char *expected)
{
    const uint64_t *ends;
    size_t count = find(source, text, size, &ends);
    char found[1024];
    size_t used = 0, next = 0;
    for (size_t i = 0; i < size; i++) {
        found[used++] = text[i];
        if (next < count && ends[next] == i + 1) {
            found[used++] = '|';
            next++;
        }
    }
    ck_assert_uint_eq(used, strlen(expected));
    ck_assert_mem_eq(found, expected, used);
}

START_TEST(cuts_behind_words)
{
    tkz__boundary_source source;
    open_source(&source, home, NULL);
    static const char *const cases[] = {
        "",
        "猫|が|見|た|。|",
        "猫| 犬| |",
        " 猫|\n|\n| 犬|。| 鳥| \n|",
        "。|。|。|",
        "\n|",
        "  |",
        "。| |",
        "東京|都|\r|\n|",
        "今日|は|東京|都|に|行き|ます|。|明日|も|行き|ます|。|\n|",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        size_t size = 0;
        for (const char *c = cases[i]; *c != '\0'; c++) {
            if (*c != '|')
                text[size++] = *c;
        }
        check_borders(&source, text, size, cases[i]);
    }
    tkz__word_borders_free(&source);
    tkz__word_borders_free(&source);
}
END_TEST

START_TEST(takes_nul_for_white_space)
{
    tkz__boundary_source source;
    open_source(&source, home, NULL);
    const uint64_t *ends;
    ck_assert_uint_eq(find(&source, "東\0京\0", 8, &ends), 3);
    ck_assert_uint_eq(ends[0], 3);
    ck_assert_uint_eq(ends[1], 7);
    ck_assert_uint_eq(find(&source, "\0\0", 2, &ends), 1);
    tkz__word_borders_free(&source);
}
END_TEST

/* What follows 。 is analysed behind it: with IPADIC, すると is two words there and one word at the
 * beginning of a line. */
START_TEST(gives_the_borders_of_whole_lines)
{
    static const char line[] =
        "雨がやんだ。すると、虹が出た。吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗い"
        "じめじめした所でニャーニャー泣いていた事だけは記憶している。」と言った。（了）。。";
    tkz_tagger *tagger = open_ipadic();
    tkz__boundary_source source;
    open_source(&source, "ipadic", NULL);
    const tkz_morpheme *m;
    const uint64_t *ends;
    size_t count;
    ck_assert_status(tkz_tagger_parse(tagger, line, strlen(line), &m, &count, NULL));
    ck_assert_uint_eq(find(&source, line, strlen(line), &ends), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(ends[i], m[i].end);
    tkz__word_borders_free(&source);
    tkz_tagger_free(tagger);
}
END_TEST

/* One line without any 。: no border of a stretch may be seen in the words. */
START_TEST(cuts_no_word_of_long_lines)
{
    static const char sentence[] = "今日は東京都に行きます、";
    enum { SIZE = sizeof sentence - 1, TIMES = 20000 / TEST_SHORTER, WORDS = 8 };
    tkz__boundary_source source;
    open_source(&source, home, NULL);
    char *text = malloc((size_t)SIZE * TIMES);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(text + i * SIZE, sentence, SIZE);
    const uint64_t *ends;
    ck_assert_uint_eq(find(&source, text, (size_t)SIZE * TIMES, &ends), (size_t)WORDS * TIMES);
    for (size_t i = WORDS; i < (size_t)WORDS * TIMES; i++)
        ck_assert_uint_eq(ends[i], ends[i - WORDS] + SIZE);
    free(text);
    tkz__word_borders_free(&source);
}
END_TEST

START_TEST(takes_any_long_bytes)
{
    static const char *const fills[] = {" ", "\x80", "\xE3", "\0", "a", "\n", "　", "😀", "。",
                                        "\xE3\x80", "ー", "\xFF\xFF\x82"};
    enum { SIZE = 20000 };
    tkz__boundary_source source;
    open_source(&source, home, NULL);
    char *text = malloc(SIZE);
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        size_t length = fills[i][0] == '\0' ? 1 : strlen(fills[i]);
        for (size_t k = 0; k < SIZE; k++)
            text[k] = fills[i][k % length];
        const uint64_t *ends;
        ck_assert_uint_ge(find(&source, text, SIZE, &ends), 1);
        text[100] = text[15000] = 'b';
        ck_assert_uint_ge(find(&source, text, SIZE, &ends), 3);
    }
    uint64_t state = 9;
    for (size_t k = 0; k < SIZE; k++)
        text[k] = (char)test_random(&state);
    const uint64_t *ends;
    ck_assert_uint_gt(find(&source, text, SIZE, &ends), SIZE / 100);
    free(text);
    tkz__word_borders_free(&source);
}
END_TEST

/* MeCab gives up on such a line because its costs overflow. */
START_TEST(goes_on_where_mecab_gives_up)
{
    enum { TIMES = 100000 };
    char user[LONG_PATH], command[2048], table[LONG_PATH];
    join(table, home, "costly.csv");
    join(user, home, "costly.dic");
    test_write_file(table, "@,1,1,32767,x,y,z\n", 18);
    snprintf(command, sizeof command,
             "$(mecab-config --libexecdir)/mecab-dict-index -f utf-8 -t utf-8 -d %s -u %s %s "
             ">/dev/null 2>&1",
             home, user, table);
    run(command);
    const char *users[] = {user};
    tkz_dictionary *dictionary;
    tkz_tagger *tagger;
    tkz__boundary_source source;
    ck_assert_status(tkz_dictionary_open(&dictionary, home, users, 1, NULL, NULL));
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    ck_assert_status(tkz__word_borders_new(&source, dictionary, NULL, NULL));
    tkz_dictionary_free(dictionary);

    char *text = malloc(TIMES);
    memset(text, '@', TIMES); /* each 34 267 to the sum: 65 536 of them are more than 2^31 */
    const tkz_morpheme *m;
    const uint64_t *ends;
    size_t count;
    ck_assert_status(tkz_tagger_parse(tagger, text, TIMES, &m, &count, NULL));
    ck_assert_uint_eq(count, TIMES);
    ck_assert_uint_eq(find(&source, text, TIMES, &ends), TIMES);
    free(text);
    tkz__word_borders_free(&source);
    tkz_tagger_free(tagger);
}
END_TEST

/* Beyond the ends themselves memory does not grow with the text. */
START_TEST(bounds_its_memory)
{
    enum { SIZE = (4 << 20) / TEST_SHORTER };
    test_memory memory;
    test_memory_init(&memory);
    tkz__boundary_source source;
    open_source(&source, home, &memory.allocator);
    char *text = malloc(SIZE);
    for (size_t k = 0; k < SIZE; k++)
        text[k] = "東京都は"[k % 12];
    const uint64_t *ends;
    size_t count = find(&source, text, SIZE, &ends);
    ck_assert_int_lt(memory.bytes, (int64_t)(count * sizeof *ends * 3 / 2) + (4 << 20));
    int64_t bytes = memory.bytes;
    uint64_t requests = memory.requests;
    find(&source, text, SIZE, &ends); /* again: nothing is allocated any more */
    ck_assert_int_eq(memory.bytes, bytes);
    ck_assert_uint_eq(memory.requests, requests);
    free(text);
    tkz__word_borders_free(&source);
    ck_assert_int_eq(memory.blocks, 0);
}
END_TEST

static tkz_status make_and_find(void *context, const tkz_allocator *allocator)
{
    tkz__boundary_source source;
    const uint64_t *ends;
    size_t count;
    const char *text = "猫が見た。犬も見た。\n";
    tkz_status status = tkz__word_borders_new(&source, context, allocator, NULL);
    if (status == TKZ_OK)
        status = source.find(source.context, text, strlen(text), &ends, &count, NULL);
    tkz__word_borders_free(&source);
    return status;
}

START_TEST(reports_failed_allocations)
{
    tkz_dictionary *dictionary = open_dictionary(false);
    test_all_allocation_failures(make_and_find, dictionary);
    tkz_dictionary_free(dictionary);
}
END_TEST

/* ---- Words as ranges ------------------------------------------------------- */

/* `expected`: each word between brackets. */
static void check_ranges(const tkz_boundaries *boundaries, void *worker, const char *text, size_t size,
                         const char *expected)
{
    const tkz_word_range *words;
    size_t count, used = 0, done = 0;
    char found[256];
    ck_assert_status(boundaries->find(worker, text, size, &words, &count, NULL));
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_ge(words[i].start, done);
        ck_assert_uint_gt(words[i].end, words[i].start);
        done = words[i].end;
        ck_assert_uint_le(done, size);
        used += (size_t)snprintf(found + used, sizeof found - used, "[%.*s]",
                                 (int)(done - words[i].start), text + words[i].start);
    }
    found[used] = '\0';
    ck_assert_str_eq(found, expected);
}

/* A text is one sentence, line ends and all; white space is in no word. */
START_TEST(ranges_of_words)
{
    tkz_dictionary *dictionary = open_dictionary(false);
    tkz_dictionary_info info;
    tkz_boundaries boundaries;
    void *worker;
    ck_assert_status(tkz_dictionary_boundaries(dictionary, &boundaries, NULL));
    ck_assert_status(tkz_dictionary_describe(dictionary, &info, NULL));
    ck_assert_uint_eq(boundaries.hash, info.hash);
    ck_assert_status(boundaries.open(boundaries.context, &worker, NULL, NULL));
    check_ranges(&boundaries, worker, "", 0, "");
    check_ranges(&boundaries, worker, " \n", 2, "");
    check_ranges(&boundaries, worker, " \xE7\x8C\xAB\n \xE7\x8A\xAC ", 10,
                 "[\xE7\x8C\xAB][\xE7\x8A\xAC]");
    check_ranges(&boundaries, worker, "\xE7\x8C\xAB\0\xE7\x8A\xAC", 7,
                 "[\xE7\x8C\xAB][\xE7\x8A\xAC]");
    boundaries.close(worker);
    tkz_dictionary_free(dictionary);
}
END_TEST

static tkz_status find_with(void *context, const tkz_allocator *allocator)
{
    const tkz_boundaries *boundaries = context;
    const tkz_word_range *words;
    size_t count;
    void *worker;
    tkz_status status = boundaries->open(boundaries->context, &worker, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = boundaries->find(worker, "\xE7\x8C\xAB \xE7\x8A\xAC", 7, &words, &count, NULL);
    boundaries->close(worker);
    return status;
}

START_TEST(memory_of_ranges)
{
    tkz_dictionary *dictionary = open_dictionary(false);
    tkz_boundaries boundaries;
    ck_assert_status(tkz_dictionary_boundaries(dictionary, &boundaries, NULL));
    test_all_allocation_failures(find_with, &boundaries);
    tkz_dictionary_free(dictionary);
}
END_TEST

Suite *suite_word_borders(void)
{
    Suite *suite = suite_create("word_borders");
    TCase *cases = tcase_create("borders");
    tcase_add_unchecked_fixture(cases, compile_dictionary, remove_dictionary);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, cuts_behind_words);
    tcase_add_test(cases, takes_nul_for_white_space);
    tcase_add_test(cases, gives_the_borders_of_whole_lines);
    tcase_add_test(cases, cuts_no_word_of_long_lines);
    tcase_add_test(cases, takes_any_long_bytes);
    tcase_add_test(cases, goes_on_where_mecab_gives_up);
    tcase_add_test(cases, bounds_its_memory);
    tcase_add_test(cases, reports_failed_allocations);
    tcase_add_test(cases, ranges_of_words);
    tcase_add_test(cases, memory_of_ranges);
    suite_add_tcase(suite, cases);
    return suite;
}
