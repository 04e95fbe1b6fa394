/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1, first part: widths, line ends, wave dashes, invisible characters, and the
 * expansion of compatibility characters. Leans on ja_stay, unicode_normal, utf8.
 */
#include <string.h>

#include "text/ja_stay.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

enum { WAVE_DASH = 0x301C, FULLWIDTH_TILDE = 0xFF5E, VOICED = 0xFF9E, SEMI_VOICED = 0xFF9F };

/* What stands in place of some bytes of the source. */
typedef struct change {
    size_t source_size;
    char text[TKZ__UNICODE_LONGEST];
    size_t size;
} change;

typedef tkz__ja_pass pass;

static void put(change *made, uint32_t character)
{
    made->size = tkz__utf8_encode(character, made->text);
}

/* Bytes of the result before `at`. */
static size_t result_size(const pass *p, size_t at)
{
    size_t written = p->edit != NULL ? p->edit->target->size - p->base : 0;
    return written + (at - p->copy_start);
}

/* The character of the result that ends at `end` (a size of the result, not 0), and its start. */
static uint32_t result_character(const pass *p, size_t *end)
{
    uint32_t c;
    size_t written = result_size(p, p->copy_start);
    if (*end > written) {
        size_t at = p->copy_start + (*end - written);
        *end -= at - tkz__ja_last_character(p->text, p->copy_start, at, &c);
    } else {
        const char *target = (const char *)p->edit->target->data + p->base;
        *end = tkz__ja_last_character(target, 0, *end, &c);
    }
    return c;
}

/* The character that comes before `at` in the result; 0 at the start. */
static uint32_t before(const pass *p, size_t at)
{
    size_t end = result_size(p, at);
    return end == 0 ? 0 : result_character(p, &end);
}

/* ---- Widths --------------------------------------------------------------- */

/* U+FF61..U+FF9D: low bytes of 30xx. */
static const uint8_t wide_kana[] = {
    0x02, 0x0C, 0x0D, 0x01, 0xFB, 0xF2, 0xA1, 0xA3, 0xA5, 0xA7, 0xA9, 0xE3, 0xE5, 0xE7, 0xC3, 0xFC,
    0xA2, 0xA4, 0xA6, 0xA8, 0xAA, 0xAB, 0xAD, 0xAF, 0xB1, 0xB3, 0xB5, 0xB7, 0xB9, 0xBB, 0xBD, 0xBF,
    0xC1, 0xC4, 0xC6, 0xC8, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xD2, 0xD5, 0xD8, 0xDB, 0xDE, 0xDF,
    0xE0, 0xE1, 0xE2, 0xE4, 0xE6, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEF, 0xF3};

/* U+FFE8..U+FFEE, half-width symbols. */
static const uint16_t wide_symbols[] = {0x2502, 0x2190, 0x2191, 0x2192, 0x2193, 0x25A0, 0x25CB};

static uint32_t composed_kana(uint32_t kana, uint32_t half_mark)
{
    if (half_mark != VOICED && half_mark != SEMI_VOICED)
        return 0;
    return tkz__unicode_compose(TKZ__JA_UNICODE, kana, half_mark == VOICED ? 0x3099 : 0x309A);
}

/* Half-width kana, with the half-width mark behind it where the two make one kana. */
static void widen_kana(const pass *p, size_t at, uint32_t c, change *made)
{
    uint32_t kana = 0x3000U + wide_kana[c - 0xFF61];
    uint32_t next = 0;
    size_t behind = at + made->source_size;
    size_t length = behind < p->size
                        ? tkz__utf8_next(p->text + behind, p->size - behind, &next)
                        : 0;
    uint32_t composed = composed_kana(kana, next);
    if (composed != 0)
        made->source_size += length;
    put(made, composed != 0 ? composed : kana);
}

/* A half-width mark that no half-width kana took: combining where the character before takes it
 * (then the second part composes them), else spacing. */
static void widen_mark(const pass *p, size_t at, uint32_t c, change *made)
{
    bool joins = composed_kana(before(p, at), c) != 0;
    put(made, c - VOICED + (joins ? 0x3099U : 0x309BU));
}

static bool is_letter_or_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool change_width(const pass *p, size_t at, uint32_t c, change *made)
{
    int64_t width = tkz__ja_value(p->step, TKZ__JA_WIDTH);
    if (width == TKZ__JA_WIDTH_KEEP || c < 0xFF01 || c > 0xFFEE)
        return false;
    if (c <= 0xFF5D) {
        /* U+FF0D may be meant as a long-vowel mark: the third part decides. */
        if (c == 0xFF0D || (width == TKZ__JA_WIDTH_JAPANESE && !is_letter_or_digit(c - 0xFEE0)))
            return false;
        put(made, c - 0xFEE0);
    } else if (c >= 0xFF61 && c <= 0xFF9D) {
        widen_kana(p, at, c, made);
    } else if (c == VOICED || c == SEMI_VOICED) {
        widen_mark(p, at, c, made);
    } else if (c >= 0xFFE8) {
        put(made, wide_symbols[c - 0xFFE8]);
    } else if (c >= 0xFFE0 && c <= 0xFFE6 && c != 0xFFE3 && width == TKZ__JA_WIDTH_HALF) {
        static const uint16_t half[] = {0xA2, 0xA3, 0xAC, 0, 0xA6, 0xA5, 0x20A9};
        put(made, half[c - 0xFFE0]);
    } else {
        return false;
    }
    return true;
}

/* ---- Invisible characters --------------------------------------------------- */

/* Scripts in which joiners do nothing. The answer must be the same for what the second part makes of
 * the character, hence the decomposition. */
static bool ignores_joiners(uint32_t c)
{
    char hangul[TKZ__UNICODE_LONGEST];
    tkz__unicode_piece piece = tkz__unicode_decompose(TKZ__JA_UNICODE, c, false, hangul);
    if (piece.size > 0)
        tkz__utf8_next(piece.text, piece.size, &c);
    return c < 0x370 || (c >= 0x3000 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFF00 && c <= 0xFFEF);
}

/* Whether a joiner at `at` does nothing: the last character before it that is no combining mark
 * decides, because the second part may reorder and compose the marks. Marks that the joiner before
 * has passed over are not looked at again, so that many of both take linear time. */
static bool is_idle_joiner(pass *p, size_t at)
{
    size_t size = result_size(p, at), end = size;
    bool ignored = true;
    while (end > 0) {
        if (end == p->joiner_end) {
            ignored = p->joiner_ignored;
            break;
        }
        uint32_t c = result_character(p, &end);
        if (tkz__unicode_combining_class(TKZ__JA_UNICODE, c) == 0) {
            ignored = ignores_joiners(c);
            break;
        }
    }
    p->joiner_end = size;
    p->joiner_ignored = ignored;
    return ignored;
}

static bool removes(pass *p, size_t at, uint32_t c)
{
    if ((c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF))
        return tkz__ja_value(p->step, TKZ__JA_VARIATION) == TKZ__JA_VARIATION_REMOVE;
    if (tkz__ja_value(p->step, TKZ__JA_ZERO_WIDTH) != TKZ__JA_REMOVE)
        return false;
    if (c == 0x200C || c == 0x200D)
        return is_idle_joiner(p, at);
    return c == 0xFEFF || c == 0x200B || c == 0x2060 || c == 0xAD;
}

/* ---- The rest ----------------------------------------------------------------- */

static bool change_line_end(const pass *p, size_t at, uint32_t c, change *made)
{
    bool is_end = c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
    if (!is_end || tkz__ja_value(p->step, TKZ__JA_LINES) != TKZ__JA_LINES_LF)
        return false;
    if (c == '\r' && at + 1 < p->size && p->text[at + 1] == '\n')
        made->source_size = 2;
    put(made, '\n');
    return true;
}

static bool change_wave(const pass *p, uint32_t c, change *made)
{
    int64_t wave = tkz__ja_value(p->step, TKZ__JA_WAVE);
    if (c == FULLWIDTH_TILDE && wave == TKZ__JA_WAVE_DASH)
        put(made, WAVE_DASH);
    else if (c == WAVE_DASH && wave == TKZ__JA_WAVE_TILDE)
        put(made, FULLWIDTH_TILDE);
    else
        return false;
    return true;
}

/* The compatibility decomposition, but not of what other options are about: forms of other widths,
 * and all that decomposes to a space (spaces, spacing accents and voicing marks); nor of the two
 * leaders, which are the ellipsis of Japanese. */
static bool expand(const pass *p, uint32_t c, change *made)
{
    if (tkz__ja_value(p->step, TKZ__JA_COMPAT) != TKZ__JA_COMPAT_EXPAND || c < 0xA0 ||
        (c >= 0xFF00 && c <= 0xFFEF) || c == 0x2025 || c == 0x2026 || c > 0x10FFFF)
        return false;
    char hangul[2][TKZ__UNICODE_LONGEST];
    tkz__unicode_piece wide = tkz__unicode_decompose(TKZ__JA_UNICODE, c, true, hangul[0]);
    tkz__unicode_piece canonical = tkz__unicode_decompose(TKZ__JA_UNICODE, c, false, hangul[1]);
    if (wide.size == 0 || wide.size > sizeof made->text || wide.text[0] == ' ' ||
        (wide.size == canonical.size && memcmp(wide.text, canonical.text, wide.size) == 0))
        return false;
    memcpy(made->text, wide.text, wide.size);
    made->size = wide.size;
    return true;
}

/* What becomes of the character at `at`; false: nothing, and its length is in source_size. */
static bool change_at(pass *p, size_t at, change *made)
{
    uint32_t c;
    made->size = 0;
    made->source_size = tkz__utf8_next(p->text + at, p->size - at, &c);
    if (c == TKZ__UTF8_INVALID)
        return false;
    if (change_line_end(p, at, c, made) || change_wave(p, c, made) ||
        change_width(p, at, c, made) || expand(p, c, made))
        return true;
    return removes(p, at, c) && !tkz__utf8_is_stray(p->text, at + made->source_size, p->size);
}

bool tkz__ja_character_acts(tkz__ja_pass *p, size_t at)
{
    change made;
    return change_at(p, at, &made);
}

/* The next place for a closer look. */
static size_t next_place(const tkz__ja_glance *glance, tkz__byte_search *search, size_t at)
{
    while ((at = tkz__byte_search_next(search, at)) < glance->size) {
        size_t behind = tkz__ja_skip_white(glance, at);
        if (behind == at)
            behind += tkz__ja_stays(glance, at);
        if (behind == at)
            break;
        at = behind;
    }
    return at;
}

size_t tkz__ja_character_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    pass p = {.step = step, .text = text, .size = size};
    tkz__ja_glance glance = tkz__ja_glance_start(step, text, size);
    tkz__byte_search search =
        tkz__byte_search_start(tkz__step_rule_set(step, TKZ__JA_PLACES), text, size);
    size_t at = 0;
    while ((at = next_place(&glance, &search, at)) < size) {
        change made;
        if (change_at(&p, at, &made))
            return 0;
        at += made.source_size;
    }
    return size;
}

static tkz_status write_change(pass *p, size_t at, const change *made, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (at > p->copy_start)
        status = tkz__edit_copy(p->edit, p->text + p->copy_start, at - p->copy_start, error);
    if (status == TKZ_OK)
        status = tkz__edit_replace(p->edit, made->source_size, made->text, made->size, error);
    p->copy_start = at + made->source_size;
    return status;
}

tkz_status tkz__ja_character_run(const tkz__normal_step *step, const char *text, size_t size,
                                 tkz__edit *edit, tkz_error *error)
{
    pass p = {.step = step, .text = text, .size = size, .edit = edit,
              .base = edit->target->size};
    tkz__ja_glance glance = tkz__ja_glance_start(step, text, size);
    tkz__byte_search search =
        tkz__byte_search_start(tkz__step_rule_set(step, TKZ__JA_PLACES), text, size);
    tkz_status status = TKZ_OK;
    size_t at = 0;
    while ((at = next_place(&glance, &search, at)) < size && status == TKZ_OK) {
        change made;
        if (change_at(&p, at, &made))
            status = write_change(&p, at, &made, error);
        at += made.source_size;
    }
    if (status == TKZ_OK && size > p.copy_start)
        status = tkz__edit_copy(edit, text + p.copy_start, size - p.copy_start, error);
    return status;
}
