/* SPDX-License-Identifier: Apache-2.0
 *
 * What HojiChar's filters (0.18.1, hojichar/filters/document_filters.py) count in a document: one walk for
 * lines, runs, line ends and special characters, one for dates and words of bulletin boards. Leans on
 * measuring.
 */
#include <string.h>

#include "clean/measuring.h"

/* ---- Lines and runs ------------------------------------------------------ */

enum { SHORT_LINE = 10 };

static void end_line(tkz__hojichar_measures *found, size_t size)
{
    found->lines++;
    found->short_lines += size <= SHORT_LINE;
}

/* The first character of [ぁ-んァ-ン]. */
static bool is_kana(uint32_t character)
{
    return character - 0x3041 <= 0x3093 - 0x3041 || character - 0x30A1 <= 0x30F3 - 0x30A1;
}

/* Matches of (\.{3}|…)\n, which never overlap: each has a line feed of its own. */
static bool ends_in_ellipsis(const uint32_t *characters, size_t end)
{
    if (end > 0 && characters[end - 1] == 0x2026)
        return true;
    return end >= 3 && characters[end - 1] == '.' && characters[end - 2] == '.' &&
           characters[end - 3] == '.';
}

static void walk_lines(tkz__hojichar_measures *found, const uint32_t *characters, size_t count)
{
    size_t line = 0, run = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && characters[i] != characters[run])
            run = i;
        if (i + 1 - run > found->longest_run) {
            found->longest_run = i + 1 - run;
            found->longest_run_start = run;
        }
        if (characters[i] != '\n')
            continue;
        found->ellipses += ends_in_ellipsis(characters, i);
        end_line(found, i - line);
        line = i + 1;
    }
    end_line(found, count - line);
    found->first_kana = UINT64_MAX;
    for (size_t i = 0; i < count && found->first_kana == UINT64_MAX; i++)
        if (is_kana(characters[i]))
            found->first_kana = i;
}

/* ---- Bulletin boards ----------------------------------------------------- */

/* \d of Python's re: general category Nd. */
static bool is_digit(const tkz__character_kinds *kinds, uint32_t character)
{
    return (tkz__character_flags(kinds, character) >> TKZ__KIND_DECIMAL_DIGIT & 1) != 0;
}

/* A place in the characters. */
typedef struct cursor {
    const tkz__character_kinds *kinds;
    const uint32_t *at;
    const uint32_t *end;
} cursor;

/* Steps over up to `most` digits and returns how many. */
static size_t take_digits(cursor *c, size_t most)
{
    size_t count = 0;
    while (count < most && c->at < c->end && is_digit(c->kinds, *c->at))
        c->at++, count++;
    return count;
}

static bool take_mark(cursor *c, uint32_t word)
{
    if (c->at == c->end || (*c->at != word && *c->at != '.' && *c->at != '-' && *c->at != '/'))
        return false;
    c->at++;
    return true;
}

static void take_spaces(cursor *c)
{
    while (c->at < c->end && *c->at == ' ')
        c->at++;
}

/* \d{4}[年.\-/] *\d{1,2}[月.\-/] *\d{1,2}日*: no digit can be given back, since none of what follows one is
 * a digit. */
static size_t match_date(cursor c)
{
    const uint32_t *start = c.at;
    if (take_digits(&c, 4) != 4 || !take_mark(&c, 0x5E74))
        return 0;
    take_spaces(&c);
    if (take_digits(&c, 2) == 0 || !take_mark(&c, 0x6708))
        return 0;
    take_spaces(&c);
    if (take_digits(&c, 2) == 0)
        return 0;
    while (c.at < c.end && *c.at == 0x65E5)
        c.at++;
    return (size_t)(c.at - start);
}

/* \d+話 */
static size_t match_episode(cursor c)
{
    const uint32_t *start = c.at;
    if (take_digits(&c, SIZE_MAX) == 0 || c.at == c.end || *c.at != 0x8A71)
        return 0;
    return (size_t)(c.at + 1 - start);
}

/* \([月火水木金土日]\) */
static size_t match_day(cursor c)
{
    static const uint32_t days[] = {0x6708, 0x706B, 0x6C34, 0x6728, 0x91D1, 0x571F, 0x65E5};
    if (c.end - c.at < 3 || c.at[2] != ')')
        return 0;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
        if (c.at[1] == days[i])
            return 3;
    return 0;
}

/* The pattern's words, by their first characters. */
static const struct {
    uint32_t size;
    uint32_t letters[8];
} board_words[] = {
    {4, {0x30B3, 0x30E1, 0x30F3, 0x30C8}},                /* コメント */
    {8, {'S', 'O', 'L', 'D', ' ', 'O', 'U', 'T'}},        /* SOLD OUT */
    {4, {0x30EC, 0x30D3, 0x30E5, 0x30FC}},                /* レビュー */
    {2, {0x6295, 0x7A3F}},                                /* 投稿 */
    {3, {0x30DA, 0x30FC, 0x30B8}},                        /* ページ */
    {2, {0x8CEA, 0x554F}},                                /* 質問 */
    {4, {0x697D, 0x5929, 0x5E02, 0x5834}},                /* 楽天市場 */
    {1, {'-'}},
};

static size_t match_word(cursor c)
{
    for (size_t i = 0; i < sizeof board_words / sizeof board_words[0]; i++) {
        size_t size = board_words[i].size;
        if ((size_t)(c.end - c.at) >= size &&
            memcmp(c.at, board_words[i].letters, size * sizeof(uint32_t)) == 0)
            return size;
    }
    return 0;
}

/* A run of digits without 話 behind it is looked at once: from no place in it an episode begins. */
static void walk_board(tkz__measuring *measuring, tkz__hojichar_measures *found)
{
    const uint32_t begins = 1u << TKZ__KIND_DECIMAL_DIGIT | 1u << TKZ__KIND_BOARD;
    const uint32_t *end = measuring->characters + measuring->count;
    cursor c = {measuring->kinds, measuring->characters, end};
    const uint32_t *no_episode_before = c.at;
    while (c.at < end) {
        uint32_t flags = tkz__character_flags(c.kinds, *c.at);
        size_t size = 0;
        if ((flags & begins) == 0) {
            c.at++;
            continue;
        }
        if (flags >> TKZ__KIND_DECIMAL_DIGIT & 1) {
            size = match_date(c);
            if (size == 0 && c.at >= no_episode_before) {
                cursor digits = c;
                size = match_episode(c);
                take_digits(&digits, SIZE_MAX);
                no_episode_before = digits.at;
            }
        } else if (*c.at == '(') {
            size = match_day(c);
        } else {
            size = match_word(c);
        }
        found->board_marks += size > 0;
        c.at += size > 0 ? size : 1;
    }
}

tkz_status tkz__measure_hojichar(tkz__measuring *measuring, tkz_error *error)
{
    tkz__hojichar_measures *found = &measuring->measures.hojichar;
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    memset(found, 0, sizeof *found);
    walk_lines(found, measuring->characters, measuring->count);
    walk_board(measuring, found);
    return TKZ_OK;
}
