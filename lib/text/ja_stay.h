/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1: what stays, told at a glance. Most places in real text are such: the
 * indentation of code, a U+3000 that begins a paragraph, ！ and （. The parts ask here
 * before they look closely. Leans on ja_step, byte_rules, utf8.
 */
#ifndef TKZ_TEXT_JA_STAY_H
#define TKZ_TEXT_JA_STAY_H

#include "text/ja_step.h"
#include "text/utf8.h"

typedef struct tkz__ja_glance {
    const char *text;
    size_t size;
    bool keeps_wide_space; /* U+3000 is not made U+0020 */
    bool knows_inert;      /* the options do not ask for inert characters */
} tkz__ja_glance;

static inline tkz__ja_glance tkz__ja_glance_start(const tkz__normal_step *step, const char *text,
                                                  size_t size)
{
    return (tkz__ja_glance){
        .text = text,
        .size = size,
        .keeps_wide_space = tkz__ja_value(step, TKZ__JA_SPACE) != TKZ__JA_SPACE_HALF,
        .knows_inert = tkz__ja_value(step, TKZ__JA_COMPAT) == TKZ__JA_COMPAT_KEEP &&
                       tkz__ja_value(step, TKZ__JA_WIDTH) != TKZ__JA_WIDTH_HALF &&
                       tkz__ja_value(step, TKZ__JA_LONG) != TKZ__JA_LONG_LOOSE};
}

static inline bool tkz__ja_is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Behind the blanks that begin at `at`. */
static inline size_t tkz__ja_skip_blanks(const tkz__ja_glance *g, size_t at)
{
    do
        at = tkz__skip_spaces(g->text, at + 1, g->size);
    while (at < g->size && tkz__ja_is_blank(g->text[at]));
    return at;
}

static inline bool tkz__ja_is_wide_space(const tkz__ja_glance *g, size_t at)
{
    const uint8_t *bytes = (const uint8_t *)g->text + at;
    return bytes[0] == 0xE3 && g->size - at >= 3 && bytes[1] == 0x80 && bytes[2] == 0x80;
}

/* Whether what begins at `at` is neither white space nor the end of a line or of the text; U+00A0
 * begins with C2. */
static inline bool tkz__ja_begins_word(const tkz__ja_glance *g, size_t at)
{
    if (at >= g->size)
        return false;
    uint8_t byte = (uint8_t)g->text[at];
    return byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r' && byte != 0xC2 &&
           !tkz__ja_is_wide_space(g, at);
}

/* False where what ends before `at` may be white space: U+00A0 and U+3000 end in A0 and 80. */
static inline bool tkz__ja_ends_word(const tkz__ja_glance *g, size_t at)
{
    uint8_t byte = at > 0 ? (uint8_t)g->text[at - 1] : 0;
    return byte != ' ' && byte != '\t' && byte != 0x80 && byte != 0xA0;
}

/* Blanks stay where they begin a line, and one alone between two words; 0 where that is not sure. */
static inline size_t tkz__ja_blanks_stay(const tkz__ja_glance *g, size_t at)
{
    size_t end = tkz__ja_skip_blanks(g, at);
    bool stay = tkz__ja_begins_word(g, end) &&
                (at == 0 || g->text[at - 1] == '\n' ||
                 (end == at + 1 && tkz__ja_ends_word(g, at)));
    return stay ? end - at : 0;
}

/* Characters at places that no part has to do with unless an option asks for it. All of them have
 * NFC_Quick_Check=Yes, are starters, and compose with nothing before them. */
static inline bool tkz__ja_is_inert(uint32_t c)
{
    if (c >= 0x2AE0 && c < 0xFF00)
        return false;
    if (c >= 0xFF00)
        return c == 0xFF01 || c == 0xFF08 || c == 0xFF09 || c == 0xFF1B || c == 0xFF1F ||
               c == 0xFFFD || (c >= 0x1F000 && c <= 0x1FAFF);
    return (c >= 0xAE && c <= 0x2FF) || (c >= 0x400 && c <= 0x482) ||
           (c >= 0x2010 && c <= 0x2027) || (c >= 0x202F && c <= 0x205E) ||
           (c >= 0x2070 && c <= 0x20CF) || (c >= 0x2100 && c <= 0x2125) ||
           (c >= 0x212C && c <= 0x2328) || (c >= 0x232B && c <= 0x2ADB);
}

/* Behind the white space that begins at `at` and that only the third part knows; `at` if there is
 * none. */
static inline size_t tkz__ja_skip_white(const tkz__ja_glance *g, size_t at)
{
    if (tkz__ja_is_blank(g->text[at]))
        return tkz__ja_skip_blanks(g, at);
    return tkz__ja_is_wide_space(g, at) ? at + 3 : at;
}

/* How many bytes from `at` on certainly stay as they are in every part; 0 where it takes a closer
 * look. */
static inline size_t tkz__ja_stays(const tkz__ja_glance *g, size_t at)
{
    if (tkz__ja_is_blank(g->text[at]))
        return tkz__ja_blanks_stay(g, at);
    if (tkz__ja_is_wide_space(g, at))
        return g->keeps_wide_space && tkz__ja_begins_word(g, at + 3) && tkz__ja_ends_word(g, at)
                   ? 3
                   : 0;
    uint32_t c;
    size_t length = tkz__utf8_next(g->text + at, g->size - at, &c);
    bool stays = c == TKZ__UTF8_INVALID || (g->knows_inert && tkz__ja_is_inert(c));
    return stays ? length : 0;
}

#endif
