/* SPDX-License-Identifier: Apache-2.0
 *
 * neologdn.normalize of the PyPI package neologdn 0.5.6 (neologdn.pyx), in one pass
 * with one character of delay. The shortening of repeats is neologdn_repeat.
 * Leans on step_rules, neologdn_repeat, phases, utf8.
 */
#include <string.h>

#include "text/neologdn_repeat.h"
#include "text/phases.h"
#include "text/step_rules.h"
#include "text/utf8.h"

enum option { REPEAT, REMOVE_SPACE, MAX_REPEAT_SUBSTR_LENGTH, TILDE, OPTION_COUNT };

enum tilde { TILDE_REMOVE, TILDE_IGNORE, TILDE_NORMALIZE, TILDE_NORMALIZE_ZENKAKU };

static const tkz_normal_option options[OPTION_COUNT] = {
    [REPEAT] = {"repeat", NULL, "0",
                "longest run of one substring that is kept, in copies; 0: runs are left alone", 0,
                INT32_MAX},
    [REMOVE_SPACE] = {"remove_space", "true|false", "true",
                      "whether spaces beside Japanese characters vanish", 0, 0},
    [MAX_REPEAT_SUBSTR_LENGTH] = {"max_repeat_substr_length", NULL, "8",
                                  "longest substring whose repeats are shortened, in characters",
                                  1, TKZ__NEOLOGDN_SUBSTRING_LIMIT},
    [TILDE] = {"tilde", "remove|ignore|normalize|normalize_zenkaku", "remove",
               "what becomes of tildes and wave dashes", 0, 0},
};

/* ---- Characters --------------------------------------------------------- */

enum { LONG_VOWEL_MARK = 0x30FC, WAVE_DASH = 0x301C, VOICED = 0xFF9E, SEMI_VOICED = 0xFF9F,
       BYTE_ORDER_MARK = 0xFEFF };

enum kind { OTHER, SPACE, HYPHEN, LONG_VOWEL, TILDE_LIKE };

static enum kind kind_of(uint32_t c)
{
    switch (c) {
    case 0x20: case 0x3000:
        return SPACE;
    case 0x2D7: case 0x58A: case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2043:
    case 0x207B: case 0x208B: case 0x2212:
        return HYPHEN;
    case 0x2014: case 0x2015: case 0x2500: case 0x2501: case 0xFE63: case 0xFF0D: case 0xFF70:
    case LONG_VOWEL_MARK:
        return LONG_VOWEL;
    case '~': case 0x223C: case 0x223E: case WAVE_DASH: case 0x3030: case 0xFF5E:
        return TILDE_LIKE;
    default:
        return OTHER;
    }
}

/* U+FF61..U+FF9D: low bytes of 30xx. */
static const uint8_t wide_kana[] = {
    0x02, 0x0C, 0x0D, 0x01, 0xFB, 0xF2, 0xA1, 0xA3, 0xA5, 0xA7, 0xA9, 0xE3, 0xE5, 0xE7, 0xC3, 0xFC,
    0xA2, 0xA4, 0xA6, 0xA8, 0xAA, 0xAB, 0xAD, 0xAF, 0xB1, 0xB3, 0xB5, 0xB7, 0xB9, 0xBB, 0xBD, 0xBF,
    0xC1, 0xC4, 0xC6, 0xC8, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xD2, 0xD5, 0xD8, 0xDB, 0xDE, 0xDF,
    0xE0, 0xE1, 0xE2, 0xE4, 0xE6, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEF, 0xF3};

/* conversion_map: itself where it has no entry. The spacing voicing marks become the half-width
 * ones, which are what is composed, and stay so where nothing is. */
static uint32_t convert(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5D)
        return c == 0xFF02 || c == 0xFF07 || c == 0xFF3C || c == 0xFF40 ? c : c - 0xFEE0;
    if (c >= 0xFF61 && c <= 0xFF9D)
        return 0x3000U + wide_kana[c - 0xFF61];
    switch (c) {
    case 0xA5:
        return '\\';
    case 0x2018:
        return '`';
    case 0x2019:
        return '\'';
    case 0x201C: case 0x201D:
        return '"';
    case 0x309B:
        return VOICED;
    case 0x309C:
        return SEMI_VOICED;
    default:
        return c;
    }
}

/* kana_ten_map; 0 where there is none. Of hiragana only う is in it. */
static uint32_t with_voiced(uint32_t c)
{
    if (c == 0x3046 || c == 0x30A6)
        return c + 0x4E;
    if ((c >= 0x30AB && c <= 0x30C1 && (c & 1)) || c == 0x30C4 || c == 0x30C6 || c == 0x30C8 ||
        (c >= 0x30CF && c <= 0x30DB && (c - 0x30CF) % 3 == 0))
        return c + 1;
    return 0;
}

/* kana_maru_map. */
static uint32_t with_semi_voiced(uint32_t c)
{
    if ((c >= 0x30CF && c <= 0x30DB && (c - 0x30CF) % 3 == 0) ||
        (c >= 0x306F && c <= 0x307B && (c - 0x306F) % 3 == 0))
        return c + 2;
    return 0;
}

/* `blocks`: next to these a space vanishes. */
static bool is_block(uint32_t c)
{
    return (c >= 0x3001 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xFF00 && c <= 0xFFEF);
}

#define BIT TKZ__HALF
#define ANY TKZ__ANY_HALF
#define FROM(n) (uint16_t)(0xFFFFU << (n))

/* Places where anything but copying may happen. A space between two other ASCII characters is none
 * (behind '*' it is, and '~' is a place itself): most spaces of program code and English are such.
 * The rules take in other characters where this saves one. */
static const tkz__byte_rule places[] = {
    /* the byte before a space: not ASCII; '*' or a space */
    {{FROM(8), ANY, BIT(2), BIT(0), ANY, ANY}},
    {{BIT(2), BIT(0) | BIT(0xA), BIT(2), BIT(0), ANY, ANY}},
    /* a space before what is not ASCII, or the end; D6 8A, and '&' in the place of that space */
    {{BIT(2) | BIT(0xD), BIT(0) | BIT(6), BIT(0) | FROM(8), ANY, ANY, ANY}},
    {{BIT(7), BIT(0xE), ANY, ANY, ANY, ANY}},
    /* C2 A5, CB 97; E2 80, 81, 82, 88, 94: dashes, quotes, operators; EF B9, BB, BC, BD, BE: full and
     * half width */
    {{BIT(0xC) | BIT(0xE), BIT(2) | BIT(0xB) | BIT(0xF), FROM(8) & (uint16_t)~FROM(0xC),
      (uint16_t)~(BIT(3) | BIT(6) | BIT(0xA) | BIT(0xF)), ANY, ANY}},
    /* U+3000 and U+3030 */
    {{BIT(0xE), BIT(3), BIT(8), BIT(0), BIT(8) | BIT(0xB), BIT(0)}},
    /* U+301C, U+309B, U+309C */
    {{BIT(0xE), BIT(3), BIT(8), BIT(0) | BIT(2), BIT(9), BIT(0xB) | BIT(0xC)}},
    /* the last byte of U+30FC, before U+30C0..U+30FF: perhaps a second U+30FC */
    {{BIT(0xB), BIT(0xC), BIT(0xE), BIT(3), BIT(8), BIT(3)}},
};
_Static_assert(sizeof places / sizeof places[0] <= TKZ__BYTE_RULE_LIMIT, "too many rules");

static bool is_long_vowel_mark(const char *text, size_t at, size_t size)
{
    return size - at >= 3 && memcmp(text + at, "\xE3\x83\xBC", 3) == 0;
}

/* Whether a character is not copied, or not always. */
static bool is_changed(const char *text, size_t at, size_t size)
{
    uint32_t c;
    tkz__utf8_next(text + at, size - at, &c);
    return kind_of(c) != OTHER || convert(c) != c || c == VOICED || c == SEMI_VOICED ||
           c == BYTE_ORDER_MARK;
}

/* The next character from `at` on that is not plain, or the size. So is a space or a long-vowel mark
 * at `at`, because what is before it may have become something else. */
static size_t next_place(tkz__byte_search *search, size_t at)
{
    const char *text = search->text;
    size_t from = at, size = search->size;
    if (at < size && (text[at] == ' ' || is_long_vowel_mark(text, at, size)))
        return at;
    for (;; at++) {
        at = tkz__byte_search_next(search, at);
        if (at + 1 >= size)
            return at;
        uint8_t byte = (uint8_t)text[at];
        if (text[at + 1] == ' ' && byte != ' ' && byte != '~')
            return at + 1;
        if (byte >= 0xC0 ? is_changed(text, at, size) : byte != 0xBC && byte != '&')
            return at;
        if (byte == 0xBC && at >= from + 2 && is_long_vowel_mark(text, at - 2, size) &&
            is_long_vowel_mark(text, at + 1, size))
            return at - 2;
    }
}

/* ---- The pass ------------------------------------------------------------- */

/* The reference keeps an index into its output and steps it back to take a character back. Here
 * the last character is held instead: source = copied so far | [copy_start, held_start) to be copied
 * as it is | [held_start, held_end) the held character | [held_end, at) deleted. */
typedef struct pass {
    const tkz__byte_rules *rules;
    const char *text;
    size_t size;
    tkz__edit *edit;
    tkz_error *error;
    size_t at;
    size_t copy_start;
    size_t held_start;
    size_t held_end;
    bool holds;         /* there is a held character */
    bool held_as_is;    /* it is copied from the source */
    char held[4];       /* else this is written */
    size_t held_size;
    uint32_t prev;      /* the reference's `prev`: not always the held one */
    bool latin_space;   /* the held character is a space behind Basic Latin */
    bool started;       /* anything has been output */
    bool removes_space;
    enum tilde tilde;
} pass;

static tkz_status write_copied(pass *p, size_t end)
{
    if (end == p->copy_start)
        return TKZ_OK;
    size_t start = p->copy_start;
    p->copy_start = end;
    return tkz__edit_copy(p->edit, p->text + start, end - start, p->error);
}

/* Writes, or leaves to be copied, all before `at`. */
static tkz_status let_go(pass *p)
{
    tkz_status status = TKZ_OK;
    if (p->holds && !p->held_as_is) {
        status = write_copied(p, p->held_start);
        if (status == TKZ_OK)
            status = tkz__edit_replace(p->edit, p->held_end - p->held_start, p->held,
                                       p->held_size, p->error);
        p->copy_start = p->held_end;
    }
    if (status == TKZ_OK && p->at > p->held_end) {
        status = write_copied(p, p->held_end);
        if (status == TKZ_OK)
            status = tkz__edit_replace(p->edit, p->at - p->held_end, "", 0, p->error);
        p->copy_start = p->at;
    }
    p->holds = false;
    p->held_start = p->held_end = p->at;
    return status;
}

/* Makes the held character one that is written as nothing. */
static void drop_held(pass *p)
{
    p->held_as_is = false;
    p->held_size = 0;
}

static void hold_character(pass *p, size_t end, uint32_t character)
{
    p->holds = true;
    p->held_as_is = false;
    p->held_size = tkz__utf8_encode(character, p->held);
    p->held_end = p->at = end;
}

/* Takes `size` bytes at `at` as the output character `c`, which is also the new `prev`. */
static tkz_status take(pass *p, size_t size, uint32_t c, bool as_is)
{
    tkz_status status = let_go(p);
    size_t end = p->at + size;
    if (as_is) {
        p->holds = true;
        p->held_as_is = true;
        p->held_end = p->at = end;
    } else {
        hold_character(p, end, c);
    }
    /* PyUnicode_DecodeUTF32 makes the result, and takes a leading U+FEFF for a byte order mark. */
    if (!p->started && c == BYTE_ORDER_MARK)
        drop_held(p);
    p->started = true;
    p->prev = c;
    return status;
}

static tkz_status take_one_space(pass *p, size_t size, uint32_t c)
{
    if ((!p->started || p->prev == ' ' || is_block(p->prev)) && p->removes_space) {
        p->at += size;
        return TKZ_OK;
    }
    if (p->prev != '*' && p->started && p->prev < 0x80) {
        p->latin_space = true;
    } else if (p->removes_space) {
        p->at += size;
        p->prev = ' ';
        return TKZ_OK;
    }
    return take(p, size, ' ', c == ' ');
}

static tkz_status take_space(pass *p, size_t size, uint32_t c)
{
    tkz_status status = take_one_space(p, size, c);
    if (p->removes_space)
        p->at = tkz__skip_spaces(p->text, p->at, p->size);
    return status;
}

static tkz_status take_tilde(pass *p, size_t size, uint32_t c)
{
    uint32_t becomes = p->tilde == TILDE_IGNORE      ? c
                       : p->tilde == TILDE_NORMALIZE ? (uint32_t)'~'
                                                     : (uint32_t)WAVE_DASH;
    if (p->tilde == TILDE_REMOVE) {
        p->at += size;
        return TKZ_OK;
    }
    p->latin_space = false;
    return take(p, size, becomes, becomes == c);
}

/* Marks of which a run becomes one. */
static tkz_status take_mark(pass *p, size_t size, uint32_t c, uint32_t mark)
{
    if (p->prev == mark) {
        p->at += size;
        return TKZ_OK;
    }
    p->latin_space = false;
    return take(p, size, mark, mark == c);
}

/* Before a character of a block the space behind Basic Latin is taken back. */
static void settle_space(pass *p, uint32_t next)
{
    if (p->latin_space && p->removes_space && is_block(next))
        drop_held(p);
    p->latin_space = false;
}

static tkz_status take_other(pass *p, size_t size, uint32_t c)
{
    uint32_t becomes = convert(c);
    uint32_t composed = 0;
    if (p->started && (becomes == VOICED || becomes == SEMI_VOICED))
        composed = becomes == VOICED ? with_voiced(p->prev) : with_semi_voiced(p->prev);
    if (composed != 0) {
        /* `prev` is a kana, so it is the held one; what was deleted since joins the run. */
        tkz_status status = write_copied(p, p->held_start);
        hold_character(p, p->at + size, composed);
        p->prev = composed;
        return status;
    }
    settle_space(p, becomes);
    return take(p, size, becomes, becomes == c);
}

static tkz_status take_character(pass *p)
{
    uint32_t c;
    size_t size = tkz__utf8_next(p->text + p->at, p->size - p->at, &c);
    switch (kind_of(c)) {
    case SPACE:
        return take_space(p, size, c);
    case HYPHEN:
        return take_mark(p, size, c, '-');
    case LONG_VOWEL:
        return take_mark(p, size, c, LONG_VOWEL_MARK);
    case TILDE_LIKE:
        return take_tilde(p, size, c);
    default:
        return take_other(p, size, c);
    }
}

/* Start of the element that ends at `end`: a character, or a byte that is none. */
static size_t last_start(const char *text, size_t from, size_t end, uint32_t *c)
{
    if ((uint8_t)text[end - 1] < 0x80) {
        *c = (uint8_t)text[end - 1];
        return end - 1;
    }
    if (end - from >= 3 && tkz__utf8_next(text + end - 3, 3, c) == 3)
        return end - 3;
    for (size_t back = 4; back >= 2; back--)
        if (end - from >= back && tkz__utf8_next(text + end - back, back, c) == back)
            return end - back;
    tkz__utf8_next(text + end - 1, 1, c);
    return end - 1;
}

/* Takes the bytes up to `end`, which no rule of `places` is about: they are copied, and their last
 * character held. */
static tkz_status take_plain(pass *p, size_t end)
{
    uint32_t first, last;
    tkz__utf8_next(p->text + p->at, p->size - p->at, &first);
    settle_space(p, first);
    tkz_status status = let_go(p);
    p->held_start = last_start(p->text, p->at, end, &last);
    p->held_end = p->at = end;
    p->holds = p->held_as_is = true;
    p->prev = last;
    p->started = true;
    return status;
}

static tkz_status run_pass(pass *p)
{
    tkz_status status = TKZ_OK;
    tkz__byte_search search = tkz__byte_search_start(p->rules, p->text, p->size);
    while (p->at < p->size && status == TKZ_OK) {
        size_t place = next_place(&search, p->at);
        /* What becomes of a space before a place depends on what comes of the place. */
        if (place > p->at + 1 && place < p->size && p->text[place - 1] == ' ')
            place--;
        if (place > p->at)
            status = take_plain(p, place);
        if (place < p->size && status == TKZ_OK)
            status = take_character(p);
    }
    if (status != TKZ_OK)
        return status;
    /* One trailing space is cut: the last character that is left, if it is one. */
    if (p->holds && (p->held_as_is ? p->held_end - p->held_start == 1 &&
                                         p->text[p->held_start] == ' '
                                   : p->held_size == 1 && p->held[0] == ' '))
        drop_held(p);
    status = let_go(p);
    return status == TKZ_OK ? write_copied(p, p->size) : status;
}

/* ---- The step ------------------------------------------------------------- */

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__step_rules_prepare(step, places, sizeof places / sizeof places[0], allocator,
                                   error);
}

static tkz_status run_into(const tkz__normal_step *step, const char *text, size_t size,
                           tkz__edit *edit, tkz_error *error)
{
    pass p = {.rules = tkz__step_rule_set(step, 0),
              .text = text,
              .size = size,
              .edit = edit,
              .error = error,
              .removes_space = step->values[REMOVE_SPACE].number == 0,
              .tilde = (enum tilde)step->values[TILDE].number};
    return run_pass(&p);
}

static tkz_status run_repeat(const tkz__normal_step *step, const char *text, size_t size,
                             tkz__edit *edit, tkz_error *error)
{
    return tkz__neologdn_shorten_repeat(text, size, (uint64_t)step->values[REPEAT].number,
                                        (size_t)step->values[MAX_REPEAT_SUBSTR_LENGTH].number,
                                        edit, error);
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    static const tkz__phase phases[] = {{NULL, run_into}, {NULL, run_repeat}};
    if (step->values[REPEAT].number == 0)
        return run_into(step, text, size, edit, error);
    return tkz__run_phases(phases, 2, step, text, size, edit, error);
}

/* True where the space at `at` stays whatever the options are. */
static bool space_stays(const char *text, size_t at, size_t size)
{
    if (at == 0 || at + 1 >= size)
        return false;
    uint8_t before = (uint8_t)text[at - 1], after = (uint8_t)text[at + 1];
    return text[at] == ' ' && before < 0x80 && before != ' ' && before != '*' && after < 0x80 &&
           after != ' ' && after != '~';
}

static bool stays(const char *text, size_t at, size_t size, size_t *length)
{
    uint32_t c;
    *length = tkz__utf8_next(text + at, size - at, &c);
    if (c == VOICED || c == SEMI_VOICED || c == BYTE_ORDER_MARK)
        return false;
    if (c == LONG_VOWEL_MARK)
        return size - at < 6 || memcmp(text + at, text + at + 3, 3) != 0;
    if (kind_of(c) == SPACE)
        return space_stays(text, at, size);
    return kind_of(c) == OTHER && convert(c) == c;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    if (step->values[REPEAT].number != 0)
        return 0;
    tkz__byte_search search = tkz__byte_search_start(tkz__step_rule_set(step, 0), text, size);
    size_t at = 0, length;
    while ((at = next_place(&search, at)) < size) {
        if (!stays(text, at, size, &length)) {
            /* The character before may be composed with, or be a space that is taken back. */
            uint32_t before;
            return at == 0 ? 0 : last_start(text, 0, at, &before);
        }
        at += length;
    }
    return size;
}

static const tkz__normal_kind kinds[] = {
    {.info = {"neologdn-0.5.6", "neologdn.normalize of the PyPI package, with all its options.",
              options, OPTION_COUNT},
     .prepare = prepare,
     .dispose = tkz__step_rules_dispose,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_neologdn = {kinds, sizeof kinds / sizeof kinds[0]};
