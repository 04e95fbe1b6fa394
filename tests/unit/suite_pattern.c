/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of other libraries: what they match, what is refused, and that no expression
 * hangs. tests/oracle/compare_split_steps compares them with the libraries. Leans on pattern.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "testing.h"
#include "text/pattern.h"

Suite *suite_pattern(void);

#define ONIGURUMA TKZ__DIALECT_ONIGURUMA
#define RUST TKZ__DIALECT_RUST
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static tkz_allocator plain_allocator(void)
{
    return tkz__allocator_or_default(NULL);
}

/* All matches as "start-end start-end". */
static tkz_status search_all(const tkz__pattern *pattern, const char *text, size_t size,
                             tkz__buffer *found, tkz_error *error)
{
    tkz__pattern_search search;
    size_t start, end;
    bool more = true;
    tkz__pattern_search_init(&search, &found->allocator);
    tkz__pattern_search_allow(&search, size);
    tkz__pattern_search_text(&search, pattern, text, size);
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && more) {
        status = tkz__pattern_search_next(&search, &start, &end, &more, error);
        if (status == TKZ_OK && more)
            status = tkz__buffer_append_format(found, error, "%s%zu-%zu",
                                               found->size > 0 ? " " : "", start, end);
    }
    tkz__pattern_search_free(&search);
    return status;
}

/* ---- Matches ------------------------------------------------------------- */

static const struct {
    int dialect;
    const char *pattern;
    const char *text;
    const char *matches;
} matching[] = {
    {ONIGURUMA, "a|ab", "ab", "0-1"},
    {ONIGURUMA, "(?:a|ab)c", "abc", "0-3"},
    {ONIGURUMA, "(?>a|ab)c", "abc", ""},
    {ONIGURUMA, "a*", "baa", "0-0 1-3"},
    {ONIGURUMA, "a*?", "aa", "0-0 1-1 2-2"},
    {ONIGURUMA, "a++a|b", "aaab", "3-4"},
    /* That z cannot follow x is no way back into the group. */
    {ONIGURUMA, "(?:[ax]{1,2})*+[a-c]", "axz", ""},
    {ONIGURUMA, "(?>(?:a|xy)*)a", "aaxz", ""},
    {ONIGURUMA, "\\s+(?!\\S)|\\s+", "a   b", "1-3 3-4"},
    {ONIGURUMA, "(?<=a)b|(?<!a)c", "abcac", "1-2 2-3"},
    {ONIGURUMA, "(?<!\\n)^", "a\nb", "0-0"},
    /* Starts of lines are looked for, ends of the text are none. */
    {ONIGURUMA, "^b?", "b\n\nab\nb\n", "0-1 2-2 3-3 6-7"},
    {ONIGURUMA, "(?=b)(?!bb)^.", "bb\nba\na", "3-4"},
    {ONIGURUMA, "\\Ab|^c", "a\nb\nc", "4-5"},
    {ONIGURUMA, "\\Ab", "b\nb", "0-1"},
    {ONIGURUMA, "^.", "ab\ncd\n", "0-1 3-4"},
    {ONIGURUMA, "$", "a\nb", "1-1 3-3"},
    {RUST, "$", "a\nb", "3-3"},
    {RUST, "^.", "ab\ncd", "0-1"},
    {ONIGURUMA, "(?m:.)+", "a\nb", "0-3"},
    {RUST, "(?s).+", "a\nb", "0-3"},
    {RUST, ".+", "a\nb", "0-1 2-3"},
    /* A + behind a brace is a repeat of its own in the one and possessive in the other. */
    {ONIGURUMA, "\\d{1,2}+\\d", "12345", "0-5"},
    {RUST, "\\d{1,2}+\\d", "12345", "0-3"},
    {RUST, "\\d{2}+\\d{2}", "1234", "0-4"},
    {ONIGURUMA, "(?:a{2})?b|a{2}?b", "aab", "0-3"},
    {ONIGURUMA, "a{,2}b", "aaab", "1-4"},
    {ONIGURUMA, "a{b", "a{b", "0-3"},
    {ONIGURUMA, "(?i:'s)", "'S's'\xC5\xBF", "0-2 2-4 4-7"},
    {ONIGURUMA, "(?i:[k-l])+", "KkL\xE2\x84\xAA", "0-6"},
    {ONIGURUMA, "a(?i)b|c", "aBaC", "0-2 2-4"}, /* Oniguruma: a(?i:b|c) */
    {RUST, "a(?i)b|c", "aBaC", "0-2 3-4"},
    {ONIGURUMA, "[\\p{L}&&[^a-m]]+", "amnz\xE3\x81\x82", "2-7"},
    {ONIGURUMA, "[[:alpha:]_]+", "\xC3\xA9_1", "0-3"},
    {RUST, "[[:alpha:]_]+", "\xC3\xA9_1", "2-3"},
    {ONIGURUMA, "\\p{Han}+|\\p{^Latin}", "\xE6\xBC\xA2" "a1", "0-3 4-5"},
    {RUST, "\\pL|\\p{Script=Hiragana}", "a\xE3\x81\x82", "0-1 1-4"},
    {ONIGURUMA, "\\w|[\\w]", "\xC2\xB2", "0-2"},
    {ONIGURUMA, "[\\w]", "\xC2\xB2", ""},
    {ONIGURUMA, "\\bb\\B", "ab b bb", "5-6"},
    {ONIGURUMA, "a\\Z", "aa\n", "1-2"},
    {ONIGURUMA, "\\Aa\\z|b\\z", "ab", "1-2"},
    {ONIGURUMA, "\\x41\\u3042\\x{3044}", "A\xE3\x81\x82\xE3\x81\x84", "0-7"},
    {ONIGURUMA, "[\\-\\]a-c^]+", "-]b^", "0-4"},
    {ONIGURUMA, "(?<name>a)(b)", "ab", "0-2"},
    {ONIGURUMA, "", "\xE3\x81\x82", "0-0 3-3"},
    {ONIGURUMA, "(?:(?:ab){2,3}|x){2}", "ababxababab", "0-5"},
    {ONIGURUMA, "(?:ab){1,3}?b?", "ababb", "0-2 2-5"},
    {ONIGURUMA, "(?=ab)a|(?!ab).", "ab", "0-1 1-2"},
    {ONIGURUMA, "(?!(?=a)a)(?>b|(?=c)c)", "abc", "1-2 2-3"},
    /* White space and comments, calls, references to what comes later, conditions. */
    {ONIGURUMA, "(?x) a + # b\n [ c]", "aa ac", "0-3 3-5"},
    {RUST, "(?x)a{ 1, 2 }(?-x: )", "aaa ", "1-4"},
    {ONIGURUMA, "a(?#b)+(?x: b )", "aab", "0-3"},
    {ONIGURUMA, "\\g<n>(?i:(?<n>a))b", "aab aAb AAB", "0-3 4-7"},
    {RUST, "(?<d>[0-9])\\g<d>,", "12, 3,", "0-3"},
    {ONIGURUMA, "(a|b)\\g<1>\\1", "abb", "0-3"},
    {ONIGURUMA, "(?<a>x)(?<b>\\g<a>\\g<a>)\\g<b>", "xxxxx", "0-5"},
    {ONIGURUMA, "(?:\\2b|(a)(c))+", "accbac", "0-6"},
    {ONIGURUMA, "(?:(a)|b)(?(1)c|d)", "acbdad", "0-2 2-4"},
    {RUST, "(?<n>a)?(?(<n>)b)c", "abcac", "0-3 4-5"},
    {ONIGURUMA, "(*FAIL)|a", "a", "0-1"},
    {ONIGURUMA, "[]a]+|\\101\\x42|\\pL", "]aABpL", "0-2 2-4 4-6"},
    {ONIGURUMA, "a{3,1}a|b{0}c", "aaaac", "0-4 4-5"},
    {ONIGURUMA, "a{2,2}?b|c{2}?d", "aab cd", "0-3 5-6"},
    {RUST, "a{,2}b{0}", "aab", "0-2 3-3"},
    {RUST, "x{2}{3}|{", "xx{3}{", "0-5 5-6"},
    {RUST, "((?i)a)b|^{2}c", "AB c", "0-2"},
    {RUST, "\\Ga?|b", "aab", "0-1 1-2"},
    /* A byte that is no UTF-8 is a character of no class. */
    {ONIGURUMA, "[^\\s]+", "a\xFF\xE3\x81 b", "0-4 5-6"},
    {ONIGURUMA, "\\p{L}|\\s", "\xFF\x80", ""},
    {ONIGURUMA, ".", "\xE3\x81\x82\x80", "0-3 3-4"},
    {ONIGURUMA, "(?<=\\W)a", "\x80" "a", "1-2"},
    {ONIGURUMA, "\\S+b", "\x80\x80\xE3\x81\x82" "ba", "0-6"},
    /* Back references: groups keep what they had last, also out of loops and atomic groups. */
    {ONIGURUMA, "(.)\\1+", "abbbcc", "1-4 4-6"},
    {ONIGURUMA, "(?:(a)|b)+\\1", "abba", "0-4"},
    {ONIGURUMA, "(?>(.)|a)\\1", "baa", "1-3"},
    {ONIGURUMA, "(?!(.)\\1).", "aab", "1-2 2-3"},
    {ONIGURUMA, "(?=(..))\\1", "abc", "0-2"},
    {ONIGURUMA, "(?:(a)x|ab)\\1", "abaaxa", "3-6"},
    {ONIGURUMA, "(?<n>[ab])(x)?\\k<n>", "axaabb", "0-3 4-6"},
    {ONIGURUMA, "(a)(b)\\k<-1>\\k<1>|\\k'1'", "abba", "0-4"},
    {RUST, "(?P<n>a)(b)(?P=n)\\2", "abab", "0-4"},
    {ONIGURUMA, "(\xE3\x81\x82+?)\\1", "\xE3\x81\x82\xE3\x81\x82\xE3\x81\x82", "0-6"},
    {ONIGURUMA, "a\\Kb|c", "abcab", "1-2 2-3 4-5"},
    {ONIGURUMA, "(?:a\\K|b)+.", "bacab", "2-3 4-5"},
    {ONIGURUMA, "\\G[ab]", "abcab", "0-1 1-2"},
    {ONIGURUMA, "\\R", "\r\n\n\xE2\x80\xA8\r", "0-2 2-3 3-6 6-7"},
    {ONIGURUMA, "\\R\n", "\r\n", ""},
    {RUST, "\\N+\\O", "ab\nc", "0-3"},
    /* A family, two flags and a half, Hangul letters, a mark, CR LF. */
    {ONIGURUMA, "\\X", "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9" "e\xCC\x81\r\n\xFF", "0-11 11-14 14-16 16-17"},
    {ONIGURUMA, "\\X", "\xF0\x9F\x87\xAF\xF0\x9F\x87\xB5\xF0\x9F\x87\xAF", "0-8 8-12"},
    {ONIGURUMA, "\\X", "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8\xE1\x84\x80", "0-9 9-12"},
    /* Looks behind of any width. */
    {ONIGURUMA, "(?<=a+)b", "baab", "3-4"},
    {ONIGURUMA, "(?<=a|bc)(?<=(?:a|bc))d", "adbcdcd", "1-2 4-5"},
    {ONIGURUMA, "(?<!a{2,3})b", "abaab", "1-2"},
    {RUST, "(?<=\\d{1,2},\\s*)a", "1,a, a12,  a", "2-3 11-12"},
    {RUST, "(?<=x*)y", "yxy", "0-1 2-3"},
    {ONIGURUMA, "(?:(?<=ab*)c){2}|c", "abcc", "2-3 3-4"},
    /* Cases beyond ASCII: simple folding of 16.0. */
    {ONIGURUMA, "(?i:\xC3\xA9)", "\xC3\x89\xC3\xA9" "e", "0-2 2-4"},
    {ONIGURUMA, "(?i:\xCF\x83)+", "\xCE\xA3\xCF\x83\xCF\x82s", "0-6"},
    {ONIGURUMA, "(?i:[^\xD0\x96])+", "\xD0\xB6\xD0\x96x", "4-5"},
    {ONIGURUMA, "(?i:\xEF\xBC\xA1)", "\xEF\xBD\x81", "0-3"},
    {ONIGURUMA, "(?i:\xF0\x90\xB5\x90)", "\xF0\x90\xB5\xB0", "0-4"}, /* U+10D50, new in 16.0 */
    {ONIGURUMA, "(?i:\xF0\x96\xBA\xA0)", "\xF0\x96\xBA\xBB", ""},    /* U+16EA0, new in 17.0 */
    {RUST, "(?i)\xC3\x9F", "\xE1\xBA\x9Ess", "0-3"},
    {RUST, "(?i)\\P{Lu}", "aA1", "2-3"},
    {RUST, "(?i)[\\p{Lu}&&[^\xC3\xA9]]", "a\xC3\xA9\xC3\x89", "0-1"},
    {RUST, "(?i)\\W", "aA1.", "3-4"},
};

START_TEST(matches)
{
    tkz_allocator allocator = plain_allocator();
    tkz__pattern *pattern;
    tkz__buffer found;
    tkz_error error = {0};
    const char *text = matching[_i].text;
    tkz__buffer_init(&found, &allocator);
    tkz_status status =
        tkz__pattern_new(&pattern, (tkz__regex_dialect)matching[_i].dialect, matching[_i].pattern,
                         strlen(matching[_i].pattern), &allocator, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_status(search_all(pattern, text, strlen(text), &found, NULL));
    ck_assert_status(tkz__buffer_append_byte(&found, 0, NULL));
    ck_assert_msg(strcmp((const char *)found.data, matching[_i].matches) == 0, "%s in %s: %s",
                  matching[_i].pattern, text, (const char *)found.data);
    tkz__buffer_free(&found);
    tkz__pattern_free(pattern);
}
END_TEST

/* ---- What is refused ------------------------------------------------------ */

static const struct {
    int dialect;
    const char *pattern;
    tkz_status status;
    uint64_t place;
} refusals[] = {
    {ONIGURUMA, "a(b", TKZ_STATUS_BAD_FORMAT, 3},
    {ONIGURUMA, "a)b", TKZ_STATUS_BAD_FORMAT, 1},
    {ONIGURUMA, "(?i)a)b", TKZ_STATUS_BAD_FORMAT, 5},
    {ONIGURUMA, "a|*", TKZ_STATUS_BAD_FORMAT, 2},
    {ONIGURUMA, "[a", TKZ_STATUS_BAD_FORMAT, 0},
    {ONIGURUMA, "[z-a]", TKZ_STATUS_BAD_FORMAT, 2},
    {ONIGURUMA, "a\\", TKZ_STATUS_BAD_FORMAT, 1},
    {ONIGURUMA, "\\x{110000}", TKZ_STATUS_UNSUPPORTED, 0},
    {ONIGURUMA, "\\x{3042 3044}", TKZ_STATUS_UNSUPPORTED, 0},
    {RUST, "\\x4", TKZ_STATUS_BAD_FORMAT, 0},
    {ONIGURUMA, "\\x{D800}", TKZ_STATUS_BAD_FORMAT, 0},
    {ONIGURUMA, "\\p{L", TKZ_STATUS_BAD_FORMAT, 0},
    {ONIGURUMA, "(?<a", TKZ_STATUS_BAD_FORMAT, 3},
    {ONIGURUMA, "a\xFF", TKZ_STATUS_BAD_UTF8, 1},
    {ONIGURUMA, "(a\\1|b)+", TKZ_STATUS_UNSUPPORTED, 2},
    {RUST, "(a\\1)", TKZ_STATUS_UNSUPPORTED, 2},
    {ONIGURUMA, "(a)\\2", TKZ_STATUS_BAD_FORMAT, 3},
    {ONIGURUMA, "(?<n>a\\g<n>|b)", TKZ_STATUS_UNSUPPORTED, 9},
    {ONIGURUMA, "(?<n>a\\g<m>)(?<m>b\\g<n>|c)", TKZ_STATUS_UNSUPPORTED, 21},
    {ONIGURUMA, "\\g<0>|a", TKZ_STATUS_UNSUPPORTED, 3},
    {ONIGURUMA, "(?<n>a)\\g<m>", TKZ_STATUS_BAD_FORMAT, 10},
    {ONIGURUMA, "(?<=\\g<1>)(a)", TKZ_STATUS_UNSUPPORTED, 10},
    {ONIGURUMA, "(?(2)a)(b)", TKZ_STATUS_BAD_FORMAT, 3},
    {ONIGURUMA, "(a)(?(1))", TKZ_STATUS_UNSUPPORTED, 6},
    {ONIGURUMA, "(?)", TKZ_STATUS_BAD_FORMAT, 2},
    {ONIGURUMA, "(?<=a*b?)c", TKZ_STATUS_UNSUPPORTED, 9},
    {ONIGURUMA, "a{100001}", TKZ_STATUS_BAD_FORMAT, 2},
    {ONIGURUMA, "\\400", TKZ_STATUS_BAD_FORMAT, 0},
    {ONIGURUMA, "\\0", TKZ_STATUS_UNSUPPORTED, 0},
    {RUST, "a{2}*", TKZ_STATUS_BAD_FORMAT, 4},
    {RUST, "(?=a)?", TKZ_STATUS_BAD_FORMAT, 5},
    {RUST, "(?--i)a", TKZ_STATUS_UNSUPPORTED, 2},
    {RUST, "\\b{start}", TKZ_STATUS_UNSUPPORTED, 0},
    {ONIGURUMA, "(?i)(a)\\1", TKZ_STATUS_UNSUPPORTED, 7},
    {ONIGURUMA, "(?<n>a)(b)\\1", TKZ_STATUS_BAD_FORMAT, 10},
    {ONIGURUMA, "(b)\\1(?<n>a)", TKZ_STATUS_BAD_FORMAT, 8},
    {ONIGURUMA, "(?<n>a)\\k<m>", TKZ_STATUS_BAD_FORMAT, 10},
    {ONIGURUMA, "(?<n>a)\\k<n", TKZ_STATUS_BAD_FORMAT, 10},
    {ONIGURUMA, "(a)\\k<1", TKZ_STATUS_UNSUPPORTED, 6},
    {ONIGURUMA, "(a)\\k<-2>", TKZ_STATUS_BAD_FORMAT, 6},
    {ONIGURUMA, "(?<n>a)(?<n>b)\\k<n>", TKZ_STATUS_UNSUPPORTED, 12},
    {ONIGURUMA, "(?=a\\K)b", TKZ_STATUS_UNSUPPORTED, 4},
    {ONIGURUMA, "(?<!(a))\\1", TKZ_STATUS_BAD_FORMAT, 5},
    {ONIGURUMA, "(?<=(?=a)a)b", TKZ_STATUS_BAD_FORMAT, 7},
    {ONIGURUMA, "(?<=(?<!a)a)b", TKZ_STATUS_BAD_FORMAT, 8},
    {ONIGURUMA, "(?<=a\\z)b", TKZ_STATUS_BAD_FORMAT, 5},
    {ONIGURUMA, "(?<=a++)b", TKZ_STATUS_UNSUPPORTED, 8},
    {RUST, "(?<=\\ba*)b", TKZ_STATUS_UNSUPPORTED, 9},
    {RUST, "\\X", TKZ_STATUS_UNSUPPORTED, 0},
    {ONIGURUMA, "(?i:\xCE\xB9\xCC\x88)", TKZ_STATUS_UNSUPPORTED, 6},
    {ONIGURUMA, "(?i:[\\p{Ll}])", TKZ_STATUS_UNSUPPORTED, 11},
    {ONIGURUMA, "\\p{Nope}", TKZ_STATUS_UNSUPPORTED, 0},
    {ONIGURUMA, "\\xE3", TKZ_STATUS_UNSUPPORTED, 0},
    {ONIGURUMA, "(?:a*)*", TKZ_STATUS_UNSUPPORTED, 6},
    {ONIGURUMA, "(?:^|a)+", TKZ_STATUS_UNSUPPORTED, 7},
    {ONIGURUMA, "(?i:\xC3\x9F)", TKZ_STATUS_UNSUPPORTED, 4},
    {ONIGURUMA, "(?i:[\xC3\x9F])", TKZ_STATUS_UNSUPPORTED, 7},
    {ONIGURUMA, "(?i:ss)", TKZ_STATUS_UNSUPPORTED, 5},
    {ONIGURUMA, "(?i:s(?:T))", TKZ_STATUS_UNSUPPORTED, 8},
    {ONIGURUMA, "(?#a", TKZ_STATUS_BAD_FORMAT, 0},
    {ONIGURUMA, "(?(a)b|c)", TKZ_STATUS_UNSUPPORTED, 3},
    {ONIGURUMA, "(*MAX{2})", TKZ_STATUS_UNSUPPORTED, 1},
    {ONIGURUMA, "[]a", TKZ_STATUS_BAD_FORMAT, 1},
    {ONIGURUMA, "[\\w-a]", TKZ_STATUS_UNSUPPORTED, 3},
    {ONIGURUMA, "[[:nope:]]", TKZ_STATUS_UNSUPPORTED, 1},
    {RUST, "[a--b]", TKZ_STATUS_UNSUPPORTED, 2},
    {RUST, "a{2,1}", TKZ_STATUS_UNSUPPORTED, 1},
    {RUST, "(?m)^a", TKZ_STATUS_UNSUPPORTED, 4},
    {RUST, "\\Z", TKZ_STATUS_UNSUPPORTED, 0},
    {ONIGURUMA, "(?:(?:a{999}b){999}c){999}", TKZ_STATUS_LIMIT, 26},
    {ONIGURUMA, "(?:ab){70000}", TKZ_STATUS_LIMIT, 13},
    {ONIGURUMA, "[[[[[[[[[a]]]]]]]]]", TKZ_STATUS_LIMIT, 8},
};

START_TEST(refused)
{
    tkz_allocator allocator = plain_allocator();
    tkz__pattern *pattern;
    tkz_error error = {0};
    tkz_status status =
        tkz__pattern_new(&pattern, (tkz__regex_dialect)refusals[_i].dialect, refusals[_i].pattern,
                         strlen(refusals[_i].pattern), &allocator, &error);
    ck_assert_msg(status == refusals[_i].status, "%s: %d %s", refusals[_i].pattern, (int)status,
                  error.message);
    ck_assert_msg(error.offset == refusals[_i].place, "%s: %llu %s", refusals[_i].pattern,
                  (unsigned long long)error.offset, error.message);
}
END_TEST

/* ---- Hostile expressions --------------------------------------------------- */

/* Repeats `unit` until the text is full. */
static void fill(char *text, size_t size, const char *unit)
{
    for (size_t i = 0; i < size; i++)
        text[i] = unit[i % strlen(unit)];
}

START_TEST(deep_and_large)
{
    static const char *const units[] = {"(", "(?:a|", "[", "(?i)", "\\p{L}", "a|", "(?=", "a{9}",
                                        "[^", "\xE3\x81\x82\xE3\x81\x84|", "(?>", "[a&&"};
    static char text[TKZ__PATTERN_MOST_BYTES + 1];
    tkz_allocator allocator = plain_allocator();
    for (size_t unit = 0; unit < COUNT(units); unit++) {
        tkz__pattern *pattern;
        size_t size = TKZ__PATTERN_MOST_BYTES / strlen(units[unit]) * strlen(units[unit]);
        fill(text, size, units[unit]);
        tkz_status status =
            tkz__pattern_new(&pattern, ONIGURUMA, text, size, &allocator, NULL);
        ck_assert_msg(status == TKZ_OK || status == TKZ_STATUS_LIMIT ||
                          status == TKZ_STATUS_BAD_FORMAT,
                      "%s: %d", units[unit], (int)status);
        if (status == TKZ_OK)
            tkz__pattern_free(pattern);
    }
    tkz__pattern *pattern;
    fill(text, sizeof text, "a");
    ck_assert_int_eq(tkz__pattern_new(&pattern, ONIGURUMA, text, sizeof text, &allocator, NULL),
                     TKZ_STATUS_LIMIT);
}
END_TEST

/* Ways to match that double with each character: given up, not waited for. */
START_TEST(catastrophes)
{
    static const char *const patterns[] = {"(?:a+)+b", "(?:a|a)+b", "(?:a|aa)+b",
                                           "(?:a+a+)+b", "(?:\\w+\\s?)+$b",
                                           "(?:(a+)\\1)+b", "(?<=b.*)a"};
    static char text[4000];
    tkz_allocator allocator = plain_allocator();
    fill(text, sizeof text, "a");
    for (size_t i = 0; i < COUNT(patterns); i++) {
        tkz__pattern *pattern;
        tkz__buffer found;
        tkz_error error = {0};
        tkz__buffer_init(&found, &allocator);
        ck_assert_status(tkz__pattern_new(&pattern, ONIGURUMA, patterns[i], strlen(patterns[i]),
                                          &allocator, NULL));
        ck_assert_int_eq(search_all(pattern, text, sizeof text, &found, &error),
                         TKZ_STATUS_LIMIT);
        ck_assert_msg(strstr(error.message, "steps") != NULL, "%s", error.message);
        tkz__pattern_free(pattern);
        tkz__buffer_free(&found);
    }
}
END_TEST

/* A group keeps a way back for each time: the memory for them has an end. */
START_TEST(too_many_ways)
{
    size_t size = (size_t)TKZ__PATTERN_MOST_STACK * 4;
    char *text = malloc(size);
    tkz_allocator allocator = plain_allocator();
    tkz__pattern *pattern;
    tkz__buffer found;
    tkz_error error = {0};
    ck_assert_ptr_nonnull(text);
    fill(text, size, "ab");
    tkz__buffer_init(&found, &allocator);
    ck_assert_status(tkz__pattern_new(&pattern, ONIGURUMA, "(?:ab)*", 7, &allocator, NULL));
    ck_assert_int_eq(search_all(pattern, text, size, &found, &error), TKZ_STATUS_LIMIT);
    ck_assert_msg(strstr(error.message, "ways back") != NULL, "%s", error.message);
    tkz__pattern_free(pattern);
    tkz__buffer_free(&found);
    free(text);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------- */

static tkz_status compile_and_search(void *context, const tkz_allocator *allocator)
{
    const char *expression = context;
    static const char text[] = "ab ab\xE3\x81\x82 aB";
    tkz__pattern *pattern;
    tkz__buffer found;
    tkz__buffer_init(&found, allocator);
    tkz_status status = tkz__pattern_new(&pattern, ONIGURUMA, expression, strlen(expression),
                                         allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = search_all(pattern, text, sizeof text - 1, &found, NULL);
    tkz__pattern_free(pattern);
    tkz__buffer_free(&found);
    return status;
}

static tkz_status compile_others(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__pattern *pattern;
    tkz_status status = tkz__pattern_of_text(&pattern, "ab", 2, allocator, NULL);
    if (status == TKZ_OK)
        tkz__pattern_free(pattern);
    return status;
}

START_TEST(memory)
{
    char expression[] = "(?:ab){2,3}?|(?>[\\w&&[^b]]+)\\b|(?i:b|\\s)(?=.)|(?<!a)\\S";
    char rare[] = "(.)\\1|(?<=b\\s*)a|\\R|\\X\\K(?i:\xC3\x89)|(a)\\k<-1>";
    test_all_allocation_failures(compile_and_search, expression);
    test_all_allocation_failures(compile_and_search, rare);
    test_all_allocation_failures(compile_others, NULL);
}
END_TEST

START_TEST(bad_text)
{
    tkz_allocator allocator = plain_allocator();
    tkz__pattern *pattern;
    tkz_error error = {0};
    ck_assert_int_eq(tkz__pattern_of_text(&pattern, "a\xE3\x81", 3, &allocator, &error),
                     TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.offset, 1);
}
END_TEST

Suite *suite_pattern(void)
{
    Suite *suite = suite_create("pattern");
    TCase *cases = tcase_create("pattern");
    tcase_add_loop_test(cases, matches, 0, COUNT(matching));
    tcase_add_loop_test(cases, refused, 0, COUNT(refusals));
    tcase_add_test(cases, deep_and_large);
    tcase_add_test(cases, catastrophes);
    tcase_add_test(cases, too_many_ways);
    tcase_add_test(cases, memory);
    tcase_add_test(cases, bad_text);
    suite_add_tcase(suite, cases);
    return suite;
}
