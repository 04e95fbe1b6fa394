/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1, third part: what depends on neighbours. Works on what the first two parts
 * made, so that letters and digits have their width already. Every rule leaves a text
 * in which it, and the other parts, find nothing more to do.
 * Leans on ja_stay, unicode_normal, utf8.
 */
#include <string.h>

#include "text/ja_stay.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

typedef tkz__ja_pass pass;

static tkz_status replace(pass *p, size_t start, size_t end, const char *text, size_t size)
{
    p->acts = true;
    if (p->edit == NULL)
        return TKZ_OK;
    tkz_status status = TKZ_OK;
    if (start > p->copy_start)
        status = tkz__edit_copy(p->edit, p->text + p->copy_start, start - p->copy_start, p->error);
    if (status == TKZ_OK)
        status = tkz__edit_replace(p->edit, end - start, text, size, p->error);
    p->copy_start = end;
    return status;
}

static tkz_status replace_by(pass *p, size_t start, size_t end, uint32_t character)
{
    char text[4];
    return replace(p, start, end, text, tkz__utf8_encode(character, text));
}

/* What there is before the start and behind the end. */
#define NO_CHARACTER UINT32_MAX

/* The character that begins at `at`. */
static uint32_t behind(const pass *p, size_t at, size_t *length)
{
    uint32_t c = NO_CHARACTER;
    *length = at < p->size ? tkz__utf8_next(p->text + at, p->size - at, &c) : 0;
    return c;
}

/* The character that ends at `at`, as it is written now. */
static uint32_t before(const pass *p, size_t at)
{
    uint32_t c = NO_CHARACTER;
    if (at > p->copy_start)
        tkz__ja_last_character(p->text, p->copy_start, at, &c);
    else if (p->edit != NULL && p->edit->target->size > p->base)
        tkz__ja_last_character((const char *)p->edit->target->data, p->base,
                               p->edit->target->size, &c);
    return c;
}

/* ---- Spaces ----------------------------------------------------------------- */

enum { IDEOGRAPHIC_SPACE = 0x3000, NO_BREAK_SPACE = 0xA0 };

static bool is_space(uint32_t c)
{
    return c == ' ' || c == NO_BREAK_SPACE || c == IDEOGRAPHIC_SPACE;
}

static bool is_white(uint32_t c)
{
    return is_space(c) || c == '\t';
}

static bool ends_line(uint32_t c)
{
    return c == NO_CHARACTER || c == '\n' || c == '\r';
}

/* Each space of a range that stays: what it becomes on its own. */
static tkz_status settle_single(pass *p, size_t start, size_t end, uint32_t c)
{
    bool to_half = c == NO_BREAK_SPACE ||
                   (c == IDEOGRAPHIC_SPACE &&
                    tkz__ja_value(p->step, TKZ__JA_SPACE) == TKZ__JA_SPACE_HALF);
    return to_half ? replace(p, start, end, " ", 1) : TKZ_OK;
}

/* A run of spaces within a line becomes one: ideographic if all are, else U+0020. */
static tkz_status collapse_run(pass *p, size_t start, size_t end)
{
    size_t length, second;
    bool ideographic = true;
    uint32_t first = behind(p, start, &length);
    second = start + length;
    for (size_t at = start; at < end; at += length)
        ideographic &= behind(p, at, &length) == IDEOGRAPHIC_SPACE;
    if (first == IDEOGRAPHIC_SPACE && !ideographic)
        first = NO_BREAK_SPACE; /* to be made U+0020 */
    tkz_status status = settle_single(p, start, second, first);
    return status == TKZ_OK && end > second ? replace(p, second, end, "", 0) : status;
}

/* White space [start, end) within a line: tabs stay and part the runs. */
static tkz_status collapse(pass *p, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (start < end && status == TKZ_OK) {
        size_t stop = start, length;
        while (stop < end && is_space(behind(p, stop, &length)))
            stop += length;
        if (stop > start)
            status = collapse_run(p, start, stop);
        start = stop + 1;
    }
    return status;
}

/* `at` is a white character. Takes all of the white space around it. */
static tkz_status settle_white(pass *p, size_t at, size_t *next)
{
    size_t start = at, end = at, length;
    while (start > p->settled && (p->text[start - 1] == ' ' || p->text[start - 1] == '\t'))
        start--; /* other white characters are places themselves */
    while (is_white(behind(p, end, &length)))
        end += length;
    *next = end;
    if (tkz__ja_value(p->step, TKZ__JA_SPACE) == TKZ__JA_SPACE_KEEP)
        return TKZ_OK;
    bool trailing = end == p->size || ends_line(behind(p, end, &length));
    bool leading = start == 0 || ends_line(before(p, start));
    tkz_status status = TKZ_OK;
    if (trailing)
        return replace(p, start, end, "", 0);
    if (!leading)
        return collapse(p, start, end);
    for (at = start; at < end && status == TKZ_OK; at += length) {
        uint32_t c = behind(p, at, &length);
        status = settle_single(p, at, at + length, c);
    }
    return status;
}

/* ---- Signs between letters --------------------------------------------------- */

static bool is_letter_or_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The half-width form of a sign that can stand inside a half-width word, one of
 * # $ % & ' * + , - . / : = @ \ _; 0 for others. */
static char joining_sign(uint32_t c)
{
    static const uint64_t signs[2] = {UINT64_C(0x2400FCF800000000), UINT64_C(0x0000000090000001)};
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    return c < 0x80 && (signs[c / 64] >> c % 64 & 1) != 0 ? (char)c : 0;
}

static tkz_status narrow(pass *p, size_t at, size_t length, char sign)
{
    return length == 3 ? replace(p, at, at + length, &sign, 1) : TKZ_OK;
}

static bool is_katakana(uint32_t c)
{
    return c >= 0x30A1 && c <= 0x30FA;
}

/* A lone mark between two katakana that is written for a long-vowel mark. */
static bool is_long_vowel(const pass *p, size_t start, size_t end, uint32_t c)
{
    int64_t how = tkz__ja_value(p->step, TKZ__JA_LONG);
    bool loose = c == 0x2212 || c == 0x2014 || c == 0x2015 || c == 0x2500 || c == 0x2501;
    size_t unused;
    return (c == 0xFF0D ? how != TKZ__JA_LONG_KEEP : loose && how == TKZ__JA_LONG_LOOSE) &&
           is_katakana(before(p, start)) && is_katakana(behind(p, end, &unused));
}

/* All signs of a run are narrowed if all signs are anyway (the first part left U+FF0D), or between
 * letters and digits; else a per cent sign behind a letter or digit, and a sign + - $ # before
 * one. */
static tkz_status settle_signs(pass *p, size_t at, size_t *next)
{
    size_t start = at, end = at, length, last = at;
    while (start > p->settled && joining_sign((uint8_t)p->text[start - 1]) != 0)
        start--;
    for (char sign; (sign = joining_sign(behind(p, end, &length))) != 0; end += length)
        last = end;
    *next = end;
    uint32_t only = behind(p, at, &length);
    if (start == at && end == at + length && is_long_vowel(p, at, end, only))
        return replace_by(p, at, end, TKZ__JA_LONG_VOWEL_MARK);
    int64_t width = tkz__ja_value(p->step, TKZ__JA_WIDTH);
    if (width == TKZ__JA_WIDTH_KEEP)
        return TKZ_OK;
    bool all = width == TKZ__JA_WIDTH_HALF;
    bool left = is_letter_or_digit(before(p, start));
    bool right = is_letter_or_digit(behind(p, end, &length));
    tkz_status status = TKZ_OK;
    for (at = start; at < end && status == TKZ_OK; at += length) {
        char sign = joining_sign(behind(p, at, &length));
        bool clings = (left && at == start && sign == '%') ||
                      (right && at == last && strchr("+-$#", sign) != NULL);
        if (all || (left && right) || clings)
            status = narrow(p, at, length, sign);
    }
    return status;
}

/* ---- Kana marks ---------------------------------------------------------------- */

static tkz_status settle_long_vowel_run(pass *p, size_t at, size_t *next)
{
    size_t length;
    *next = at + 3;
    if (tkz__ja_value(p->step, TKZ__JA_LONG_RUNS) != TKZ__JA_LONG_RUNS_COLLAPSE)
        return TKZ_OK;
    size_t second = *next;
    while (behind(p, *next, &length) == TKZ__JA_LONG_VOWEL_MARK)
        *next += length;
    return *next > second ? replace(p, second, *next, "", 0) : TKZ_OK;
}

/* Spacing voicing marks, where asked for. */
static tkz_status settle_mark(pass *p, size_t at, uint32_t c, size_t *next)
{
    *next = at + 3;
    if (tkz__ja_value(p->step, TKZ__JA_MARKS) != TKZ__JA_MARKS_COMPOSE || at == p->copy_start)
        return TKZ_OK;
    uint32_t kana;
    size_t start = tkz__ja_last_character(p->text, p->copy_start, at, &kana);
    if (kana < 0x3040 || kana > 0x30FF)
        return TKZ_OK;
    uint32_t composed = tkz__unicode_compose(TKZ__JA_UNICODE, kana, c - 2);
    return composed != 0 ? replace_by(p, start, at + 3, composed) : TKZ_OK;
}

/* ---- The pass ------------------------------------------------------------------- */

static tkz_status settle(pass *p, size_t at, size_t *next)
{
    size_t length;
    uint32_t c = behind(p, at, &length);
    *next = at + length;
    if (is_white(c))
        return settle_white(p, at, next);
    if (c == TKZ__JA_LONG_VOWEL_MARK)
        return settle_long_vowel_run(p, at, next);
    if (c == 0x309B || c == 0x309C)
        return settle_mark(p, at, c, next);
    if (c > 0x7F && joining_sign(c) != 0)
        return settle_signs(p, at, next);
    if (is_long_vowel(p, at, *next, c))
        return replace_by(p, at, *next, TKZ__JA_LONG_VOWEL_MARK);
    return TKZ_OK;
}

bool tkz__ja_context_acts(tkz__ja_pass *p, size_t at)
{
    size_t next;
    if (at >= p->settled && settle(p, at, &next) == TKZ_OK)
        p->settled = next;
    return p->acts;
}

/* To the end, or where nothing is written, to the first change. */
static tkz_status settle_all(pass *p)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(p->step, TKZ__JA_PLACES);
    tkz_status status = TKZ_OK;
    tkz__byte_search search = tkz__byte_search_start(rules, p->text, p->size);
    tkz__ja_glance glance = tkz__ja_glance_start(p->step, p->text, p->size);
    size_t at = 0;
    while ((at = tkz__byte_search_next(&search, at)) < p->size &&
           status == TKZ_OK && !(p->acts && p->edit == NULL)) {
        size_t stays = tkz__ja_stays(&glance, at);
        if (stays > 0)
            at += stays;
        else
            status = settle(p, at, &at);
        p->settled = at;
    }
    return status;
}

size_t tkz__ja_context_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    pass p = {.step = step, .text = text, .size = size};
    return settle_all(&p) == TKZ_OK && !p.acts ? size : 0;
}

tkz_status tkz__ja_context_run(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    pass p = {.step = step, .text = text, .size = size, .edit = edit, .error = error,
              .base = edit->target->size};
    tkz_status status = settle_all(&p);
    if (status == TKZ_OK && size > p.copy_start)
        status = tkz__edit_copy(edit, text + p.copy_start, size - p.copy_start, error);
    return status;
}
