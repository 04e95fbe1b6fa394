/* SPDX-License-Identifier: Apache-2.0
 *
 * The sentence splitter: gold cases from tests/gold, properties on random and hostile
 * bytes, memory. Leans on testing and on the public interface.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/sentence.h"
#include "text/sentence_character.h"
#include "text/sentence_line.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_sentence(void);

enum { MODES = 3, CASE_BYTES = 4096, CASE_PARTS = 64 };

/* One splitter a meaning of line breaks. */
static tkz_sentence_splitter *splitters[MODES];

static void set_up(void)
{
    for (int32_t mode = 0; mode < MODES; mode++)
        ck_assert_status(tkz_sentence_splitter_new(&splitters[mode], mode, NULL, NULL));
}

static void tear_down(void)
{
    for (int mode = 0; mode < MODES; mode++)
        tkz_sentence_splitter_free(splitters[mode]);
}

/* What holds for every text: ascending ends, the last one at the end. Gives their number. */
static size_t check_properties(int mode, const char *text, size_t size)
{
    const uint64_t *ends;
    size_t count;
    ck_assert_status(tkz_sentence_splitter_run(splitters[mode], text, size, &ends, &count, NULL));
    if (size == 0) {
        ck_assert_uint_eq(count, 0);
        return 0;
    }
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_eq(ends[count - 1], size);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_gt(ends[i], i > 0 ? ends[i - 1] : 0);
    return count;
}

/* ---- Gold cases --------------------------------------------------------- */

typedef struct gold_case {
    int mode;
    char text[CASE_BYTES];
    size_t size;
    uint64_t ends[CASE_PARTS];
    size_t count;
} gold_case;

static char unescape(char letter)
{
    switch (letter) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'f': return '\f';
    case 'v': return '\v';
    case '_': return ' ';
    default: return letter;
    }
}

static void read_case(const char *line, gold_case *gold)
{
    gold->mode = TKZ_LINE_BREAK_AUTO;
    gold->size = gold->count = 0;
    if (strncmp(line, "@ends ", 6) == 0) {
        gold->mode = TKZ_LINE_BREAK_ENDS;
        line += 6;
    } else if (strncmp(line, "@wraps ", 7) == 0) {
        gold->mode = TKZ_LINE_BREAK_WRAPS;
        line += 7;
    }
    for (; *line != '\0'; line++) {
        ck_assert_uint_lt(gold->size, CASE_BYTES);
        ck_assert_uint_lt(gold->count, CASE_PARTS - 1);
        if (*line == '|')
            gold->ends[gold->count++] = gold->size;
        else
            gold->text[gold->size++] = *line == '\\' ? unescape(*++line) : *line;
    }
    gold->ends[gold->count++] = gold->size;
}

static void check_case(const gold_case *gold, const char *name, int number)
{
    const uint64_t *ends;
    size_t count;
    ck_assert_status(tkz_sentence_splitter_run(splitters[gold->mode], gold->text, gold->size, &ends,
                                               &count, NULL));
    ck_assert_msg(count == gold->count, "%s:%d: %zu sentences, not %zu", name, number, count,
                  gold->count);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(ends[i] == gold->ends[i], "%s:%d: sentence %zu ends at %llu, not %llu", name,
                      number, i + 1, (unsigned long long)ends[i],
                      (unsigned long long)gold->ends[i]);
    (void)check_properties(gold->mode, gold->text, gold->size);
}

/* Runs all cases of a file and checks that there are at least `minimum`. */
static void check_gold(const char *name, int minimum)
{
    static gold_case gold;
    const char *source = getenv("srcdir");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/tests/gold/%s", source == NULL ? "." : source, name);
    size_t size;
    char *data = test_read_file(path, &size);
    int number = 0, cases = 0;
    for (char *line = data, *next; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        number++;
        if (*line == '#' || *line == '\0')
            continue;
        read_case(line, &gold);
        check_case(&gold, name, number);
        cases++;
    }
    free(data);
    ck_assert_msg(cases >= minimum, "%s: only %d cases", name, cases);
}

START_TEST(gold_japanese)
{
    check_gold("sentences-ja.txt", 250);
}
END_TEST

START_TEST(gold_english)
{
    check_gold("sentences-en.txt", 60);
}
END_TEST

/* ---- Any bytes ---------------------------------------------------------- */

/* All texts of one and two bytes, and every third byte behind a sample of them. */
START_TEST(short_texts)
{
    char text[3];
    for (int mode = 0; mode < MODES; mode++) {
        (void)check_properties(mode, text, 0);
        for (uint32_t code = 0; code < 0x10000; code += TEST_SHORTER) {
            text[0] = (char)(code >> 8);
            text[1] = (char)code;
            (void)check_properties(mode, text, code < 0x100 ? 1 : 2);
            if (code % 251 != (uint32_t)mode)
                continue;
            for (uint32_t last = 0; last < 0x100; last++) {
                text[2] = (char)last;
                (void)check_properties(mode, text, 3);
            }
        }
    }
}
END_TEST

/* Texts of random pieces that mean something to the splitter, cut anywhere. */
START_TEST(random_pieces)
{
    static const char *const pieces[] = {
        "。", "．", "！", "？", ".", "!", "?", "「", "」", "（", "）", "(", ")", "\"", "\n", "\r\n",
        "\n\n", "　", " ", "♪", "★", "(笑)", "(^_^)", "ｗ", "w", "…", "・", "あ", "漢字", "です",
        "A", "Mr", "3", "１", "と", "の", "、", "\u2028", "\f", "🎉", "\u200D", "”", "“", "’", "'",
        "\xE3\x80", "\xFF", "\xE3", "\xF0\x9F", "[", "]", "- ", "# ", "1. ",
    };
    uint64_t state = 20;
    char text[512];
    for (int round = 0; round < 8000 / TEST_SHORTER; round++) {
        size_t size = 0;
        size_t wanted = test_random(&state) % 60;
        for (size_t i = 0; i < wanted; i++) {
            const char *piece = pieces[test_random(&state) % (sizeof pieces / sizeof pieces[0])];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        /* In a block of its own, so that a checker sees every byte read outside. */
        char *copy = malloc(size > 0 ? size : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, text, size);
        (void)check_properties(round % MODES, copy, size);
        free(copy);
    }
}
END_TEST

START_TEST(random_bytes)
{
    uint64_t state = 7;
    char text[256];
    for (int round = 0; round < 8000 / TEST_SHORTER; round++) {
        size_t size = test_random(&state) % sizeof text;
        for (size_t i = 0; i < size; i++)
            text[i] = (char)test_random(&state);
        (void)check_properties(round % MODES, text, size);
    }
}
END_TEST

/* Megabytes of one thing: would not end if any of it were quadratic. */
START_TEST(long_runs)
{
    static const char *const pieces[] = {
        "「", "。", "」", "あ", "\n", "\r", " ", "　", ".", "(", "\"", "「。", "。」", "…", "★",
        "♪", "ｗ", "です♪", "「\n", "。\n", "\xFF", "（（笑）", ". ", "A.", "・", "。・", "1",
    };
    enum { SIZE = 1000000 / TEST_SHORTER };
    char *text = malloc(SIZE);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t length = strlen(pieces[i]);
        for (size_t at = 0; at < SIZE; at++)
            text[at] = pieces[i][at % length];
        (void)check_properties(TKZ_LINE_BREAK_AUTO, text, SIZE);
        (void)check_properties(1 + (int)(i % 2), text, SIZE);
    }
    free(text);
}
END_TEST

/* ---- Bounds ------------------------------------------------------------- */

/* A bracket suppresses ends up to TKZ__SENTENCE_BRACKET_BYTES, and none behind that. */
START_TEST(bracket_bound)
{
    const size_t sentence = strlen("あいう。");
    for (int longer = 0; longer < 2; longer++) {
        size_t count = TKZ__SENTENCE_BRACKET_BYTES / sentence - 2 + (longer ? 4 : 0);
        size_t size = 3 + count * sentence + 3 + strlen("と言う。次。");
        char *text = malloc(size + 1);
        ck_assert_ptr_nonnull(text);
        char *at = text + sprintf(text, "「");
        for (size_t i = 0; i < count; i++)
            at += sprintf(at, "あいう。");
        (void)sprintf(at, "」と言う。次。");
        ck_assert_uint_eq(check_properties(0, text, size), longer ? count + 2 : 2);
        free(text);
    }
}
END_TEST

START_TEST(bracket_depth)
{
    char text[16 * TKZ__SENTENCE_BRACKETS];
    char *at = text;
    for (int i = 0; i < 2 * TKZ__SENTENCE_BRACKETS; i++)
        at += sprintf(at, "（");
    at += sprintf(at, "中。外。");
    ck_assert_uint_eq(check_properties(0, text, (size_t)(at - text)), 2);
}
END_TEST

START_TEST(columns)
{
    ck_assert_uint_eq(tkz__line_columns("", 0), 0);
    ck_assert_uint_eq(tkz__line_columns("abc", 3), 3);
    ck_assert_uint_eq(tkz__line_columns("日本", 6), 4);
    ck_assert_uint_eq(tkz__line_columns("ｱｲｶﾞ", 12), 4);
    ck_assert_uint_eq(tkz__line_columns("é🎉", 6), 3);
    ck_assert_uint_eq(tkz__line_columns("\xEF", 1), 2);
    ck_assert_uint_eq(tkz__line_columns("ab日本語ｱｲé🎉 と、 wide", 35), 23);
}
END_TEST

/* Every character with a role is found, alone and behind others. */
START_TEST(mark_coverage)
{
    for (uint32_t character = 0; character < 0x110000; character++) {
        char text[64];
        if (character >= 0xD800 && character < 0xE000)
            continue;
        tkz__mark mark = tkz__mark_of(character);
        if (mark == TKZ__MARK_NONE || mark == TKZ__MARK_ELLIPSIS)
            continue;
        memset(text, 'a', sizeof text);
        (void)tkz__utf8_encode(character, text + 40);
        ck_assert_msg(tkz__mark_find(text, sizeof text, 0) == 40, "U+%04X", character);
        ck_assert_msg(tkz__mark_find(text, 44, 40) == 40, "U+%04X", character);
    }
}
END_TEST

/* The block search and a character by character one find the same marks. */
START_TEST(mark_search)
{
    uint64_t state = 99;
    char text[200];
    for (int round = 0; round < 5000 / TEST_SHORTER; round++) {
        size_t size = test_random(&state) % sizeof text;
        for (size_t i = 0; i < size; i++) {
            uint64_t random = test_random(&state);
            static const uint8_t likely[] = {0xE3, 0x80, 0x82, 0xEF, 0xBC, 0x81, 'a', '.', 0x81};
            text[i] = (char)(random % 4 == 0 ? random >> 8 : likely[random % sizeof likely]);
        }
        size_t from = 0;
        while (from < size) {
            size_t found = tkz__mark_find(text, size, from);
            ck_assert_uint_ge(found, from);
            for (size_t at = from; at < found; at++) {
                uint32_t character = tkz__character_at(text, size, at);
                ck_assert_msg(((uint8_t)text[at] & 0xC0) == 0x80 ||
                                  tkz__mark_of(character) == TKZ__MARK_NONE ||
                                  tkz__mark_of(character) == TKZ__MARK_ELLIPSIS,
                              "U+%04X is missed", character);
            }
            from = found + 1;
        }
    }
}
END_TEST

/* ---- Objects ------------------------------------------------------------ */

START_TEST(bad_meaning)
{
    tkz_sentence_splitter *splitter = splitters[0];
    tkz_error error;
    ck_assert_int_eq(tkz_sentence_splitter_new(&splitter, 3, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(splitter);
    ck_assert_int_eq(tkz_sentence_splitter_new(&splitter, -1, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_sentence_splitter_free(NULL);
}
END_TEST

static tkz_status attempt_split(void *context, const tkz_allocator *allocator)
{
    const char *text = context;
    tkz_sentence_splitter *splitter;
    const uint64_t *ends;
    size_t count;
    tkz_status status = tkz_sentence_splitter_new(&splitter, 0, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_sentence_splitter_run(splitter, text, strlen(text), &ends, &count, NULL);
    tkz_sentence_splitter_free(splitter);
    return status;
}

START_TEST(memory_failures)
{
    char text[3001];
    for (size_t at = 0; at < 3000; at += 6)
        memcpy(text + at, "文。", 6);
    text[3000] = '\0';
    test_all_allocation_failures(attempt_split, text);
}
END_TEST

/* A splitter is usable after each call, and its array grows only as needed. */
START_TEST(reuse)
{
    ck_assert_uint_eq(check_properties(0, "一。二。三。", 18), 3);
    ck_assert_uint_eq(check_properties(0, "一。", 6), 1);
    ck_assert_uint_eq(check_properties(0, "", 0), 0);
    ck_assert_uint_eq(check_properties(0, "一。\0二。", 13), 2);
}
END_TEST

Suite *suite_sentence(void)
{
    Suite *suite = suite_create("sentence");
    TCase *tests = tcase_create("sentence");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, gold_japanese);
    tcase_add_test(tests, gold_english);
    tcase_add_test(tests, short_texts);
    tcase_add_test(tests, random_pieces);
    tcase_add_test(tests, random_bytes);
    tcase_add_test(tests, long_runs);
    tcase_add_test(tests, bracket_bound);
    tcase_add_test(tests, bracket_depth);
    tcase_add_test(tests, columns);
    tcase_add_test(tests, mark_coverage);
    tcase_add_test(tests, mark_search);
    tcase_add_test(tests, bad_meaning);
    tcase_add_test(tests, memory_failures);
    tcase_add_test(tests, reuse);
    suite_add_tcase(suite, tests);
    return suite;
}
