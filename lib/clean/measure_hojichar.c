/* SPDX-License-Identifier: Apache-2.0
 *
 * What HojiChar's filters (0.18.1, hojichar/filters/document_filters.py) count in a document: lines, runs, line
 * ends, dates and words of bulletin boards. One walk asks of sixteen characters at a time which of them matter at
 * all; few do. Leans on measuring.
 */
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

enum { STEP = 16 };

/* What to look at among STEP characters, a bit for each. */
typedef struct marked {
    uint32_t line_feeds;
    uint32_t equal; /* to the character before */
    uint32_t marks; /* places where one of a bulletin board may begin */
} marked;

/* Where the walk is. */
typedef struct walk {
    tkz__hojichar_measures *found;
    cursor text;          /* its beginning */
    size_t line;          /* where the line began */
    size_t run;           /* where the run of the last character began */
    size_t behind_mark;   /* marks do not overlap */
} walk;

static marked mark_slowly(const walk *w, size_t at, size_t count)
{
    const uint32_t *characters = w->text.at;
    const uint32_t begins = 1u << TKZ__KIND_DECIMAL_DIGIT | 1u << TKZ__KIND_BOARD;
    marked found = {0};
    for (size_t i = 0; i < count; i++) {
        uint32_t character = characters[at + i];
        bool begin = (tkz__character_flags(w->text.kinds, character) & begins) != 0;
        found.line_feeds |= (uint32_t)(character == '\n') << i;
        found.equal |= (uint32_t)(at + i > 0 && character == characters[at + i - 1]) << i;
        found.marks |= (uint32_t)begin << i;
    }
    return found;
}

#if defined(__SSE2__)
/* Eight characters as 16 bits each; those beyond the first plane are 0xFFFF. */
static inline __m128i load_eight(const uint32_t *characters)
{
    const __m128i half = _mm_set1_epi32(0x8000);
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)characters);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(characters + 4));
    return _mm_xor_si128(_mm_packs_epi32(_mm_sub_epi32(low, half), _mm_sub_epi32(high, half)),
                         _mm_set1_epi16((short)0x8000));
}

static inline __m128i are(__m128i characters, int character)
{
    return _mm_cmpeq_epi16(characters, _mm_set1_epi16((short)character));
}

static inline __m128i are_between(__m128i characters, int first, int last)
{
    __m128i above = _mm_sub_epi16(characters, _mm_set1_epi16((short)first));
    return _mm_cmpeq_epi16(_mm_subs_epu16(above, _mm_set1_epi16((short)(last - first))), _mm_setzero_si128());
}

/* TKZ__KIND_BOARD, and stretches with all of TKZ__KIND_DECIMAL_DIGIT: which of them are digits the table says. What is in the
 * stretches and is none is in no Japanese text. */
static inline __m128i may_begin_mark(__m128i c)
{
    __m128i ascii = _mm_or_si128(_mm_or_si128(are_between(c, '0', '9'), are(c, '-')),
                                 _mm_or_si128(are(c, '('), are(c, 'S')));
    __m128i words = _mm_or_si128(_mm_or_si128(_mm_or_si128(are(c, 0x30B3), are(c, 0x30EC)), are(c, 0x30DA)),
                                 _mm_or_si128(_mm_or_si128(are(c, 0x6295), are(c, 0x8CEA)), are(c, 0x697D)));
    __m128i digits = _mm_or_si128(_mm_or_si128(are_between(c, 0x0660, 0x1C59), are_between(c, 0xA620, 0xABF9)),
                                  _mm_or_si128(are_between(c, 0xFF10, 0xFF19), are(c, 0xFFFF)));
    return _mm_or_si128(_mm_or_si128(ascii, words), digits);
}

static inline uint32_t bits_of(__m128i low, __m128i high)
{
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}

/* STEP characters, at least one before them. */
static inline marked mark_step(const walk *w, size_t at)
{
    const uint32_t *characters = w->text.at + at;
    __m128i low = load_eight(characters), high = load_eight(characters + 8);
    __m128i low_before = load_eight(characters - 1), high_before = load_eight(characters + 7);
    if (bits_of(are(low, 0xFFFF), are(high, 0xFFFF)) != 0)
        return mark_slowly(w, at, STEP);
    return (marked){.line_feeds = bits_of(are(low, '\n'), are(high, '\n')),
                    .equal = bits_of(_mm_cmpeq_epi16(low, low_before), _mm_cmpeq_epi16(high, high_before)),
                    .marks = bits_of(may_begin_mark(low), may_begin_mark(high))};
}
#else
static inline marked mark_step(const walk *w, size_t at)
{
    return mark_slowly(w, at, STEP);
}
#endif

/* Runs among `count` characters from `at` on. */
static inline void take_runs(walk *w, size_t at, size_t count, uint32_t equal)
{
    size_t run = at + count - 1;
    while (equal != 0) {
        size_t first = (size_t)__builtin_ctz(equal);
        size_t end = first + (size_t)__builtin_ctz(~(equal >> first)); /* there are bits above those of characters */
        size_t start = first > 0 ? at + first - 1 : w->run;
        if (at + end - start > w->found->longest_run) {
            w->found->longest_run = at + end - start;
            w->found->longest_run_start = start;
        }
        if (end == count)
            run = start;
        equal &= ~UINT32_C(0) << end;
    }
    w->run = run;
}

static inline void take_line_feeds(walk *w, size_t at, uint32_t line_feeds)
{
    for (; line_feeds != 0; line_feeds &= line_feeds - 1) {
        size_t end = at + (size_t)__builtin_ctz(line_feeds);
        w->found->ellipses += ends_in_ellipsis(w->text.at, end);
        end_line(w->found, end - w->line);
        w->line = end + 1;
    }
}

static inline void take_marks(walk *w, size_t at, uint32_t marks)
{
    for (; marks != 0; marks &= marks - 1) {
        size_t place = at + (size_t)__builtin_ctz(marks);
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
    for (size_t at = 0; at < count; at += STEP) {
        size_t size = count - at < STEP ? count - at : STEP;
        marked here = at > 0 && size == STEP ? mark_step(w, at) : mark_slowly(w, at, size);
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
