/* SPDX-License-Identifier: Apache-2.0
 *
 * What HojiChar's filters (0.18.1, hojichar/filters/document_filters.py) count in a document: lines, runs, line
 * ends, dates and words of bulletin boards. One walk asks of 64 characters at a time which of them matter at all; few do.
 * Leans on measuring, hojichar_marks.
 */
#include <string.h>

#include "clean/hojichar_marks.h"
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

static void find_kana(tkz__hojichar_measures *found, const uint32_t *characters, size_t count)
{
    found->first_kana = UINT64_MAX;
    for (size_t i = 0; i < count && found->first_kana == UINT64_MAX; i++)
        if (is_kana(characters[i]))
            found->first_kana = i;
}

/* ---- Bulletin boards ----------------------------------------------------- */

/* \d of Python's re: general category Nd. */
static bool is_digit(const tkz__character_kinds *kinds, uint32_t character)
{
    if (character < 0x80)
        return character - '0' < 10;
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

/* All of a run of digits: \d+話 begins with its first one, a date with its last four, and nothing else in it does.
 * Returns how far to step. */
static size_t match_digits(cursor c, bool *found)
{
    const uint32_t *start = c.at;
    size_t size = take_digits(&c, SIZE_MAX);
    *found = c.at < c.end && *c.at == 0x8A71;
    if (*found)
        return size + 1;
    if (size < 4)
        return size;
    c.at -= 4;
    size_t date = match_date(c);
    *found = date > 0;
    return *found ? (size_t)(c.at - start) + date : size;
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
        if (*c.at == board_words[i].letters[0] && (size_t)(c.end - c.at) >= size &&
            memcmp(c.at, board_words[i].letters, size * sizeof(uint32_t)) == 0)
            return size;
    }
    return 0;
}

/* A place where a mark may begin, by the table; whether one does. Returns how far to step. */
static size_t match_mark(cursor c, bool *found)
{
    size_t size = 0;
    if (is_digit(c.kinds, *c.at))
        return match_digits(c, found);
    size = *c.at == '(' ? match_day(c) : match_word(c);
    *found = size > 0;
    return *found ? size : 1;
}

/* ---- The walk ------------------------------------------------------------ */

/* Where the walk is. */
typedef struct walk {
    tkz__hojichar_measures *found;
    cursor text;          /* its beginning */
    size_t line;          /* where the line began */
    size_t run;           /* where the run of the last character began */
    size_t behind_mark;   /* marks do not overlap */
} walk;

/* Runs among `count` characters from `at` on. */
static inline void take_runs(walk *w, size_t at, size_t count, uint64_t equal)
{
    bool ends_equal = (equal >> (count - 1) & 1) != 0;
    if ((equal & (equal >> 1 | 1)) == 0 && w->found->longest_run >= 2) { /* pairs, which were met before */
        w->run = at + count - 1 - ends_equal;
        return;
    }
    size_t run = at + count - 1;
    while (equal != 0) {
        size_t first = (size_t)__builtin_ctzll(equal);
        uint64_t behind = ~(equal >> first); /* 0: all 64 are equal */
        size_t end = first + (behind != 0 ? (size_t)__builtin_ctzll(behind) : TKZ__HOJICHAR_STEP);
        size_t start = first > 0 ? at + first - 1 : w->run;
        if (at + end - start > w->found->longest_run) {
            w->found->longest_run = at + end - start;
            w->found->longest_run_start = start;
        }
        if (end >= count) {
            run = start;
            break;
        }
        equal &= ~UINT64_C(0) << end;
    }
    w->run = run;
}

static inline void take_line_feeds(walk *w, size_t at, uint64_t line_feeds)
{
    for (; line_feeds != 0; line_feeds &= line_feeds - 1) {
        size_t end = at + (size_t)__builtin_ctzll(line_feeds);
        w->found->ellipses += ends_in_ellipsis(w->text.at, end);
        end_line(w->found, end - w->line);
        w->line = end + 1;
    }
}

static inline void take_marks(walk *w, size_t at, uint64_t marks)
{
    for (; marks != 0; marks &= marks - 1) {
        size_t place = at + (size_t)__builtin_ctzll(marks);
        cursor c = w->text;
        bool found;
        if (place < w->behind_mark)
            continue;
        c.at += place;
        w->behind_mark = place + match_mark(c, &found);
        w->found->board_marks += found;
    }
}

static void walk_text(walk *w, size_t count)
{
    for (size_t at = 0, size; at < count; at += size) {
        size = at == 0 ? 1 : TKZ__HOJICHAR_STEP; /* the first one has none before it */
        size = count - at < size ? count - at : size;
        tkz__hojichar_marked here = tkz__hojichar_mark(w->text.kinds, w->text.at, at, size);
        take_runs(w, at, size, here.equal);
        take_line_feeds(w, at, here.line_feeds);
        take_marks(w, at, here.marks);
    }
    end_line(w->found, count - w->line);
}

tkz_status tkz__measure_hojichar(tkz__measuring *measuring, tkz_error *error)
{
    tkz__hojichar_measures *found = &measuring->measures.hojichar;
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    memset(found, 0, sizeof *found);
    const uint32_t *characters = measuring->characters;
    size_t count = measuring->count;
    walk w = {.found = found, .text = {measuring->kinds, characters, characters + count}};
    found->longest_run = count > 0;
    find_kana(found, characters, count);
    walk_text(&w, count);
    return TKZ_OK;
}
