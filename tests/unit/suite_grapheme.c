/* SPDX-License-Identifier: Apache-2.0
 *
 * Grapheme clusters: cases for each rule, random texts against the rules written
 * down a second time, hostile bytes, and texts that are one long cluster.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/grapheme.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_grapheme(void);

/* Hot loops compare by themselves: Check writes a mark to a file at each of its assertions. */

static const tkz__class_table *const tables[] = {&tkz__class_table_15_0, &tkz__class_table_16_0,
                                                 &tkz__class_table_17_0};

enum { TABLES = sizeof tables / sizeof tables[0] };

/* ---- Cases -------------------------------------------------------------- */

/* Where a table cuts a text: the pieces joined by "|". */
static void cut(const tkz__class_table *table, const char *text, size_t size, char *pieces)
{
    size_t length = 0;
    for (size_t at = 0; at < size;) {
        size_t next = tkz__grapheme_next(table, text + at, size - at);
        ck_assert_uint_gt(next, 0);
        ck_assert_uint_le(next, size - at);
        memcpy(pieces + length, text + at, next);
        length += next;
        at += next;
        if (at < size)
            pieces[length++] = '|';
    }
    pieces[length] = '\0';
}

#define ZWJ "\u200D"

START_TEST(test_rules)
{
    /* Pieces with "|" between them. */
    static const char *const cases[] = {
        "a|b|c",
        "日|本|語",
        "\r\n|\n|\r|\r\n",                 /* GB3, GB4, GB5 */
        "a|\t|\u0301|b",                   /* nothing joins a control character */
        "が|か\u3099|ﾊ\uFF9E|e\u0301\u0302", /* GB9; the half-width voiced mark is Extend */
        "葛\U000E0100|飾",                 /* ideographic variation sequence */
        "각|가\u11A8|\u1100\u1161\u11A8|가", /* GB6 to GB8 */
        "\u1100\u1100\u1161|\u1100",
        "각\u11A8|\u1161",
        "नि|ன\u0BBF",                       /* GB9a */
        "\u0600\u0661|\u0600|\n",          /* GB9b, but not before a control character */
        "\U0001F468" ZWJ "\U0001F469" ZWJ "\U0001F467|\U0001F468", /* GB11 */
        "\U0001F44D\U0001F3FD|\u2764\uFE0F" ZWJ "\U0001F525",
        "a" ZWJ "|\U0001F525|\U0001F525" ZWJ ZWJ "|\U0001F525",
        "\U0001F1EF\U0001F1F5|\U0001F1FA\U0001F1F8|\U0001F1E9", /* GB12, GB13 */
        "\U0001F1EF\u0301|\U0001F1F5\U0001F1FA",
        "1\uFE0F\u20E3|#",
        "\u0301|",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        char pieces[512];
        size_t size = 0;
        for (const char *from = cases[i]; *from != '\0'; from++) {
            if (*from != '|')
                text[size++] = *from;
        }
        size_t expected = strlen(cases[i]);
        while (cases[i][expected - 1] == '|')
            expected--;
        for (size_t table = 0; table < TABLES; table++) {
            cut(tables[table], text, size, pieces);
            ck_assert_msg(strlen(pieces) == expected && memcmp(pieces, cases[i], expected) == 0,
                          "%s: cut as %s", cases[i], pieces);
        }
    }
}
END_TEST

/* GB9c came with 15.1: a conjunct is one cluster. 17.0 knows linkers of more scripts. */
START_TEST(test_conjuncts_by_version)
{
    static const struct {
        const char *text;
        const char *pieces[TABLES];
    } cases[] = {
        {"क्त", {"क्|त", "क्त", "क्त"}},
        {"क्" ZWJ "त", {"क्" ZWJ "|त", "क्" ZWJ "त", "क्" ZWJ "त"}},
        {"क\u200Cत", {"क\u200C|त", "क\u200C|त", "क\u200C|त"}},
        {"क्\u200Cत", {"क्\u200C|त", "क्\u200C|त", "क्\u200C|त"}},
        {"क\u093C्तa", {"क\u093C्|त|a", "क\u093C्त|a", "क\u093C्त|a"}},
        {"\u1780\u17D2\u1780",
         {"\u1780\u17D2|\u1780", "\u1780\u17D2|\u1780", "\u1780\u17D2\u1780"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t table = 0; table < TABLES; table++) {
            char pieces[256];
            cut(tables[table], cases[i].text, strlen(cases[i].text), pieces);
            ck_assert_str_eq(pieces, cases[i].pieces[table]);
        }
    }
    ck_assert_uint_eq(tkz_grapheme_next(cases[0].text, strlen(cases[0].text)),
                      strlen(cases[0].text));
}
END_TEST

/* ---- The rules a second time -------------------------------------------- */

static bool extends(uint8_t class)
{
    return class == TKZ__GRAPHEME_EXTEND || class == TKZ__GRAPHEME_CONJUNCT_EXTEND ||
           class == TKZ__GRAPHEME_LINKER;
}

/* GB9c before character `at`: Consonant (Extend | Linker)*, a Linker among them. */
static bool linked_before(const uint8_t *classes, size_t at)
{
    bool linker = false;
    while (at-- > 0) {
        if (classes[at] == TKZ__GRAPHEME_CONSONANT)
            return linker;
        if (classes[at] == TKZ__GRAPHEME_LINKER)
            linker = true;
        else if (classes[at] != TKZ__GRAPHEME_CONJUNCT_EXTEND && classes[at] != TKZ__GRAPHEME_ZWJ)
            return false;
    }
    return false;
}

/* GB11 before character `at`: Extended_Pictographic Extend* ZWJ. */
static bool pictograph_before(const uint8_t *classes, size_t at)
{
    if (at == 0 || classes[--at] != TKZ__GRAPHEME_ZWJ)
        return false;
    while (at-- > 0) {
        if (!extends(classes[at]))
            return classes[at] == TKZ__GRAPHEME_PICTOGRAPH;
    }
    return false;
}

static bool odd_regionals_before(const uint8_t *classes, size_t at)
{
    size_t count = 0;
    while (at-- > 0 && classes[at] == TKZ__GRAPHEME_REGIONAL_INDICATOR)
        count++;
    return count % 2 == 1;
}

/* Whether there is a break before character `at` (> 0), by looking back as the rules do. */
static bool breaks_before(const uint8_t *classes, size_t at)
{
    uint8_t a = classes[at - 1];
    uint8_t b = classes[at];
    bool a_control = a == TKZ__GRAPHEME_CONTROL || a == TKZ__GRAPHEME_CR || a == TKZ__GRAPHEME_LF;
    bool b_control = b == TKZ__GRAPHEME_CONTROL || b == TKZ__GRAPHEME_CR || b == TKZ__GRAPHEME_LF;
    if (a == TKZ__GRAPHEME_CR && b == TKZ__GRAPHEME_LF)
        return false;
    if (a_control || b_control)
        return true;
    if (a == TKZ__GRAPHEME_L && (b == TKZ__GRAPHEME_L || b == TKZ__GRAPHEME_V ||
                                 b == TKZ__GRAPHEME_LV || b == TKZ__GRAPHEME_LVT))
        return false;
    if ((a == TKZ__GRAPHEME_LV || a == TKZ__GRAPHEME_V) &&
        (b == TKZ__GRAPHEME_V || b == TKZ__GRAPHEME_T))
        return false;
    if ((a == TKZ__GRAPHEME_LVT || a == TKZ__GRAPHEME_T) && b == TKZ__GRAPHEME_T)
        return false;
    if (extends(b) || b == TKZ__GRAPHEME_ZWJ || b == TKZ__GRAPHEME_SPACING_MARK ||
        a == TKZ__GRAPHEME_PREPEND)
        return false;
    if (b == TKZ__GRAPHEME_CONSONANT && linked_before(classes, at))
        return false;
    if (b == TKZ__GRAPHEME_PICTOGRAPH && pictograph_before(classes, at))
        return false;
    return !(b == TKZ__GRAPHEME_REGIONAL_INDICATOR && odd_regionals_before(classes, at));
}

/* Characters of every class, some of them seldom. */
static const uint32_t alphabet[] = {
    'a', 0x3042, '\r', '\n', 0x01, 0x200B, 0x0600, 0x0903, 0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01,
    0x1F1E6, 0x1F1FA, 0x200D, 0x200C, 0x0301, 0x3099, 0x094D, 0x0915, 0x0924, 0x093C, 0x1F468,
    0x2764, 0xFE0F, 0x1F3FD, 0x17D2, 0x1780};

enum { ALPHABET = sizeof alphabet / sizeof alphabet[0], LONGEST = 12 };

START_TEST(test_random_texts_against_the_rules)
{
    uint64_t state = 20250101;
    for (size_t round = 0; round < 300000; round++) {
        const tkz__class_table *table = tables[round % TABLES];
        uint8_t classes[LONGEST];
        size_t starts[LONGEST];
        char text[LONGEST * 4];
        size_t size = 0;
        size_t count = 1 + test_random(&state) % LONGEST;
        for (size_t i = 0; i < count; i++) {
            uint32_t character = alphabet[test_random(&state) % ALPHABET];
            classes[i] = tkz__char_record(table, character)->grapheme;
            starts[i] = size;
            size += tkz__utf8_encode(character, text + size);
        }
        size_t end = 0;
        for (size_t i = 1; i <= count; i++) {
            if (i < count && !breaks_before(classes, i))
                continue;
            end += tkz__grapheme_next(table, text + end, size - end);
            if (end != (i < count ? starts[i] : size))
                ck_abort_msg("round %zu of %s: character %zu", round, table->unicode_version, i);
        }
        if (end != size)
            ck_abort_msg("round %zu: %zu of %zu bytes", round, end, size);
    }
}
END_TEST

/* ---- Hostile bytes ------------------------------------------------------ */

/* Every cluster makes progress, stays inside, and holds an invalid byte only alone. */
static bool is_cut_well(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t length = tkz__grapheme_next(&tkz__class_table_16_0, text + at, size - at);
        if (length == 0 || length > size - at)
            return false;
        for (size_t in = 0; in < length;) {
            uint32_t character;
            in += tkz__utf8_next(text + at + in, size - at - in, &character);
            if (character == TKZ__UTF8_INVALID && length != 1)
                return false;
            if (in > length)
                return false;
        }
        at += length;
    }
    return true;
}

START_TEST(test_short_strings)
{
    /* All of one and two bytes, every 37th of three; each in a block of its own size. */
    for (size_t size = 1; size <= 3; size++) {
        char *text = malloc(size);
        ck_assert_ptr_nonnull(text);
        uint32_t step = size == 3 ? 37 : 1;
        for (uint32_t number = 0; number < (uint32_t)1 << (8 * size); number += step) {
            for (size_t i = 0; i < size; i++)
                text[i] = (char)(number >> (8 * i));
            if (!is_cut_well(text, size))
                ck_abort_msg("%06x of %zu bytes", number, size);
        }
        free(text);
    }
    ck_assert_uint_eq(tkz__grapheme_next(&tkz__class_table_16_0, "", 0), 0);
    ck_assert_uint_eq(tkz_grapheme_next(NULL, 0), 0);
    /* A mark does not join a broken character, nor a broken character a mark. */
    ck_assert_uint_eq(tkz_grapheme_next("\xE3\x81\xCC\x81", 4), 1);
    ck_assert_uint_eq(tkz_grapheme_next("\x81\xCC\x81", 3), 1);
    ck_assert_uint_eq(tkz_grapheme_next("\xE3\x81\x8B\xE3\x82", 5), 3);
    ck_assert_uint_eq(tkz_grapheme_next("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91", 10), 7);
}
END_TEST

START_TEST(test_random_bytes)
{
    uint64_t state = 77;
    for (size_t round = 0; round < 20000; round++) {
        char text[64];
        size_t size = 1 + test_random(&state) % sizeof text;
        for (size_t i = 0; i < size; i++) {
            uint64_t random = test_random(&state);
            /* Half of the bytes are of marks, joiners and emoji, so that much joins. */
            text[i] = random & 1 ? "\xCC\x81\xE2\x80\x8D\xF0\x9F\x87"[random / 2 % 8]
                                 : (char)(random >> 8);
        }
        if (!is_cut_well(text, size))
            ck_abort_msg("round %zu", round);
    }
}
END_TEST

/* ---- Long texts --------------------------------------------------------- */

#define LONG_SIZE (((size_t)10 << 20) / TEST_SHORTER)

/* Clusters in `unit` over and over; looking back over them would take days. */
static size_t clusters_of_repeated(const char *unit, size_t *units)
{
    size_t unit_size = strlen(unit);
    size_t clusters = 0;
    char *text = malloc(LONG_SIZE);
    ck_assert_ptr_nonnull(text);
    *units = LONG_SIZE / unit_size;
    for (size_t i = 0; i < *units; i++)
        memcpy(text + i * unit_size, unit, unit_size);
    for (size_t at = 0; at < *units * unit_size; clusters++) {
        size_t length =
            tkz__grapheme_next(&tkz__class_table_16_0, text + at, *units * unit_size - at);
        if (length == 0)
            ck_abort_msg("no progress");
        at += length;
    }
    free(text);
    return clusters;
}

START_TEST(test_long_texts)
{
    size_t units;
    ck_assert_uint_eq(clusters_of_repeated("\u0301", &units), 1);
    ck_assert_uint_eq(clusters_of_repeated(ZWJ, &units), 1);
    ck_assert_uint_eq(clusters_of_repeated("\U0001F468" ZWJ, &units), 1);
    ck_assert_uint_eq(clusters_of_repeated("क्", &units), 1);
    ck_assert_uint_eq(clusters_of_repeated("\u1100", &units), 1);
    ck_assert_uint_eq(clusters_of_repeated("\u0600", &units), 1);
    ck_assert_uint_eq(clusters_of_repeated("\U0001F1EF", &units), (units + 1) / 2);
    ck_assert_uint_eq(clusters_of_repeated("あ", &units), units);
    ck_assert_uint_eq(clusters_of_repeated("\xE3\x81", &units), units * 2);
    ck_assert_uint_eq(clusters_of_repeated("\r\n", &units), units);
}
END_TEST

Suite *suite_grapheme(void)
{
    Suite *suite = suite_create("grapheme");
    TCase *tests = tcase_create("grapheme");
    tcase_add_test(tests, test_rules);
    tcase_add_test(tests, test_conjuncts_by_version);
    tcase_add_test(tests, test_random_texts_against_the_rules);
    tcase_add_test(tests, test_short_strings);
    tcase_add_test(tests, test_random_bytes);
    tcase_add_test(tests, test_long_texts);
    suite_add_tcase(suite, tests);
    return suite;
}
