/* SPDX-License-Identifier: Apache-2.0
 *
 * Sentences of UAX #29: cases for each rule, random texts against the rules
 * written down a second time, hostile bytes, and long texts.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/sentence_break.h"
#include "text/utf8.h"

Suite *suite_sentence_break(void);

/* Hot loops compare by themselves: Check writes a mark to a file at each of its assertions. */

static const tkz__class_table *const tables[] = {&tkz__class_table_15_0, &tkz__class_table_16_0,
                                                 &tkz__class_table_17_0};

enum { TABLES = sizeof tables / sizeof tables[0] };

/* ---- Cases -------------------------------------------------------------- */

START_TEST(test_rules)
{
    /* Pieces with "|" between them. */
    static const char *const cases[] = {
        "これは文です。|これも。|",
        "「行くよ。」|と言った。|",
        "本当？！|はい。|",
        "一行目\n|二行目\r\n|三行目", /* SB3, SB4 */
        "He paid 3.14 yen. |She did not.|",     /* SB6 */
        "U.S. |He left.|", /* SB7 keeps U.S together; behind the blank SB11 holds */
        "The U.S.A",
        "etc. and so on. |Then (3) more.|",     /* SB8 */
        "Is it 5.? |5, no. ,yes|",               /* SB8a */
        "He said \"Go.\" |(She went.) |Then?|", /* SB9, SB10 */
        "etc.) 'quoted' it",                    /* SB8 over Close behind Sp */
        "What?\u00AD \u0301|No.|",              /* SB5 */
        "1. |あ",
        "a.\u2029|b",
        "\u0301a. |A",
        "...|",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        size_t ends[32];
        size_t count = 0;
        size_t size = 0;
        for (const char *from = cases[i]; *from != '\0'; from++) {
            if (*from == '|')
                ends[count++] = size;
            else
                text[size++] = *from;
        }
        if (count == 0 || ends[count - 1] != size)
            ends[count++] = size;
        for (size_t table = 0; table < TABLES; table++) {
            size_t at = 0;
            for (size_t k = 0; k < count; k++) {
                at += tkz__sentence_next(tables[table], text + at, size - at);
                ck_assert_msg(at == ends[k], "%s: piece %zu ends at %zu, not %zu", cases[i], k, at,
                              ends[k]);
            }
        }
    }
}
END_TEST

/* ---- The rules a second time -------------------------------------------- */

static bool is_separator(uint8_t class)
{
    return class == TKZ__SENTENCE_SEP || class == TKZ__SENTENCE_CR || class == TKZ__SENTENCE_LF;
}

static bool is_term(uint8_t class)
{
    return class == TKZ__SENTENCE_A_TERM || class == TKZ__SENTENCE_S_TERM;
}

static bool is_passed_over(uint8_t class)
{
    return class == TKZ__SENTENCE_EXTEND || class == TKZ__SENTENCE_FORMAT;
}

/* Before `at`: the end of `SATerm Close* Sp*`, in classes without Extend and Format. Tells where
 * the term is, whether Close or Sp is behind it, and whether Sp is. */
static bool term_before(const uint8_t *classes, size_t at, size_t *term, bool *bare, bool *spaced)
{
    size_t from = at;
    while (from > 0 && classes[from - 1] == TKZ__SENTENCE_SP)
        from--;
    *spaced = from < at;
    while (from > 0 && classes[from - 1] == TKZ__SENTENCE_CLOSE)
        from--;
    *bare = from == at;
    *term = from - 1;
    return from > 0 && is_term(classes[from - 1]);
}

/* Whether there is a break before class `at` (> 0) of `count`, without Extend and Format. */
static bool breaks_before(const uint8_t *classes, size_t count, size_t at)
{
    uint8_t a = classes[at - 1];
    uint8_t b = classes[at];
    size_t term;
    bool bare;
    bool spaced;
    if (a == TKZ__SENTENCE_CR && b == TKZ__SENTENCE_LF) /* SB3 */
        return false;
    if (is_separator(a)) /* SB4 */
        return true;
    if (!term_before(classes, at, &term, &bare, &spaced))
        return false;
    if (classes[term] == TKZ__SENTENCE_A_TERM) {
        bool letter = term > 0 && (classes[term - 1] == TKZ__SENTENCE_UPPER ||
                                   classes[term - 1] == TKZ__SENTENCE_LOWER);
        size_t to = at;
        if (bare && b == TKZ__SENTENCE_NUMERIC) /* SB6 */
            return false;
        if (bare && letter && b == TKZ__SENTENCE_UPPER) /* SB7 */
            return false;
        while (to < count && classes[to] != TKZ__SENTENCE_O_LETTER && /* SB8 */
               classes[to] != TKZ__SENTENCE_UPPER && classes[to] != TKZ__SENTENCE_LOWER &&
               !is_separator(classes[to]) && !is_term(classes[to]))
            to++;
        if (to < count && classes[to] == TKZ__SENTENCE_LOWER)
            return false;
    }
    if (b == TKZ__SENTENCE_S_CONTINUE || is_term(b)) /* SB8a */
        return false;
    if (!spaced && b == TKZ__SENTENCE_CLOSE) /* SB9 */
        return false;
    return b != TKZ__SENTENCE_SP && !is_separator(b); /* SB9, SB10, SB11 */
}

static const uint32_t alphabet[] = {'a', 'b', 'A', 'B', 0x3042, '1', '.', '.', 0x2024, '?', 0x3002,
                                    ' ', ' ', 0x3000, '\r', '\n', 0x2029, 0x301, 0xAD, ')', '"',
                                    0x300D, ',', 0x3001, '+'};

enum { ALPHABET = sizeof alphabet / sizeof alphabet[0], LONGEST = 14 };

START_TEST(test_random_texts_against_the_rules)
{
    uint64_t state = 4649;
    for (size_t round = 0; round < 300000; round++) {
        const tkz__class_table *table = tables[round % TABLES];
        uint8_t classes[LONGEST]; /* of what SB5 leaves */
        size_t starts[LONGEST];   /* the byte at which each begins */
        char text[LONGEST * 4];
        size_t size = 0;
        size_t count = 0;
        size_t characters = 1 + test_random(&state) % LONGEST;
        for (size_t i = 0; i < characters; i++) {
            uint32_t character = alphabet[test_random(&state) % ALPHABET];
            uint8_t class = tkz__char_record(table, character)->sentence;
            if (count == 0 || !is_passed_over(class) || is_separator(classes[count - 1])) {
                classes[count] = class;
                starts[count++] = size;
            }
            size += tkz__utf8_encode(character, text + size);
        }
        size_t end = 0;
        for (size_t i = 1; i <= count; i++) {
            if (i < count && !breaks_before(classes, count, i))
                continue;
            end += tkz__sentence_next(table, text + end, size - end);
            if (end != (i < count ? starts[i] : size))
                ck_abort_msg("round %zu of %s: class %zu", round, table->unicode_version, i);
        }
        if (end != size)
            ck_abort_msg("round %zu: %zu of %zu bytes", round, end, size);
    }
}
END_TEST

/* ---- Hostile bytes ------------------------------------------------------ */

static bool makes_progress(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t length = tkz__sentence_next(&tkz__class_table_15_0, text + at, size - at);
        if (length == 0 || length > size - at)
            return false;
        at += length;
    }
    return true;
}

START_TEST(test_short_strings)
{
    for (size_t size = 1; size <= 3; size++) {
        char *text = malloc(size);
        ck_assert_ptr_nonnull(text);
        uint32_t step = size == 3 ? 37 : 1;
        for (uint32_t number = 0; number < (uint32_t)1 << (8 * size); number += step) {
            for (size_t i = 0; i < size; i++)
                text[i] = (char)(number >> (8 * i));
            if (!makes_progress(text, size))
                ck_abort_msg("%06x of %zu bytes", number, size);
        }
        free(text);
    }
    ck_assert_uint_eq(tkz__sentence_next(&tkz__class_table_15_0, NULL, 0), 0);
    /* A broken character is neither an end nor a part of one. */
    ck_assert_uint_eq(tkz__sentence_next(&tkz__class_table_15_0, "a\xE3\x80.", 4), 4);
    ck_assert_uint_eq(tkz__sentence_next(&tkz__class_table_15_0, "A? \x80 a", 6), 3);
}
END_TEST

START_TEST(test_random_bytes)
{
    uint64_t state = 99;
    for (size_t round = 0; round < 20000; round++) {
        char text[64];
        size_t size = 1 + test_random(&state) % sizeof text;
        for (size_t i = 0; i < size; i++) {
            uint64_t random = test_random(&state);
            text[i] = random & 1 ? ".? \n)aA\xE3"[random / 2 % 8] : (char)(random >> 8);
        }
        if (!makes_progress(text, size))
            ck_abort_msg("round %zu", round);
    }
}
END_TEST

/* ---- Long texts --------------------------------------------------------- */

#define LONG_SIZE (((size_t)10 << 20) / TEST_SHORTER)

/* Sentences in `unit` over and over, behind `head`. */
static size_t sentences_of_repeated(const char *head, const char *unit, size_t *units)
{
    size_t unit_size = strlen(unit);
    size_t head_size = strlen(head);
    size_t sentences = 0;
    char *text = malloc(LONG_SIZE + head_size);
    ck_assert_ptr_nonnull(text);
    memcpy(text, head, head_size);
    *units = LONG_SIZE / unit_size;
    for (size_t i = 0; i < *units; i++)
        memcpy(text + head_size + i * unit_size, unit, unit_size);
    size_t size = head_size + *units * unit_size;
    for (size_t at = 0; at < size; sentences++) {
        size_t length = tkz__sentence_next(&tkz__class_table_15_0, text + at, size - at);
        if (length == 0)
            ck_abort_msg("no progress");
        at += length;
    }
    free(text);
    return sentences;
}

/* What makes SB8 look ahead as far and as often as can be. */
START_TEST(test_long_texts)
{
    size_t units;
    ck_assert_uint_eq(sentences_of_repeated("", ".", &units), 1);
    ck_assert_uint_eq(sentences_of_repeated("", ". ", &units), 1);
    ck_assert_uint_eq(sentences_of_repeated("a. ", "1", &units), 2);
    ck_assert_uint_eq(sentences_of_repeated("a. ", ")", &units), 2);
    ck_assert_uint_eq(sentences_of_repeated("", "a. (", &units), 2);
    ck_assert_uint_eq(sentences_of_repeated("", ". (", &units), units + 1);
    ck_assert_uint_eq(sentences_of_repeated("", ".)", &units), 1);
    ck_assert_uint_eq(sentences_of_repeated("", "\u0301", &units), 1);
    ck_assert_uint_eq(sentences_of_repeated("", "あ。", &units), units);
    ck_assert_uint_eq(sentences_of_repeated("", "あ", &units), 1);
    ck_assert_uint_eq(sentences_of_repeated("", "\x80", &units), 1);
}
END_TEST

Suite *suite_sentence_break(void)
{
    Suite *suite = suite_create("sentence_break");
    TCase *tests = tcase_create("sentence_break");
    tcase_add_test(tests, test_rules);
    tcase_add_test(tests, test_random_texts_against_the_rules);
    tcase_add_test(tests, test_short_strings);
    tcase_add_test(tests, test_random_bytes);
    tcase_add_test(tests, test_long_texts);
    suite_add_tcase(suite, tests);
    return suite;
}
