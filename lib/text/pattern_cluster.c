/* SPDX-License-Identifier: Apache-2.0
 *
 * Grapheme clusters as Oniguruma's \X takes them. Leans on the class tables and utf8.
 *
 * Unlike grapheme.h's, a border depends on what stands before the cluster too (a regional indicator
 * joins one before it only where an even number stands before both), and there is no GB9c
 * (oniguruma src/unicode.c, unicode_egcb_is_break_2code, 6.9.10).
 */
#include "text/char_class.h"
#include "text/pattern_parts.h"

/* A byte that is no UTF-8 is as a control character: no rule joins it. */
static uint8_t class_at(const char *text, size_t size, size_t at, size_t *length)
{
    uint32_t character;
    *length = tkz__utf8_next(text + at, size - at, &character);
    return character == TKZ__UTF8_INVALID
               ? (uint8_t)TKZ__GRAPHEME_CONTROL
               : tkz__char_record(&tkz__class_table_16_0, character)->grapheme;
}

static bool is_control(uint8_t grapheme)
{
    return grapheme == TKZ__GRAPHEME_CONTROL || grapheme == TKZ__GRAPHEME_CR ||
           grapheme == TKZ__GRAPHEME_LF;
}

static bool is_extend(uint8_t grapheme)
{
    return grapheme == TKZ__GRAPHEME_EXTEND || grapheme == TKZ__GRAPHEME_CONJUNCT_EXTEND ||
           grapheme == TKZ__GRAPHEME_LINKER;
}

static bool is_hangul(uint8_t grapheme)
{
    return grapheme >= TKZ__GRAPHEME_L && grapheme <= TKZ__GRAPHEME_LVT;
}

static bool joins_hangul(uint8_t last, uint8_t next)
{
    if (last == TKZ__GRAPHEME_L)
        return next != TKZ__GRAPHEME_T;
    if (last == TKZ__GRAPHEME_LV || last == TKZ__GRAPHEME_V)
        return next == TKZ__GRAPHEME_V || next == TKZ__GRAPHEME_T;
    return next == TKZ__GRAPHEME_T;
}

/* Does an emoji stand before the ZWJ that begins at `at`, with nothing but extending characters between? */
static bool has_pictograph(const char *text, size_t at, uint64_t *steps)
{
    for (; at > 0; ++*steps) {
        size_t length, start = tkz__pattern_step_back(text, 0, at);
        uint8_t grapheme = class_at(text, at, start, &length);
        if (grapheme == TKZ__GRAPHEME_PICTOGRAPH)
            return true;
        if (!is_extend(grapheme))
            return false;
        at = start;
    }
    return false;
}

/* Does an even number of regional indicators stand before `at`? */
static bool is_even(const char *text, size_t at, uint64_t *steps)
{
    bool even = true;
    for (; at > 0; ++*steps, even = !even) {
        size_t length, start = tkz__pattern_step_back(text, 0, at);
        if (class_at(text, at, start, &length) != TKZ__GRAPHEME_REGIONAL_INDICATOR)
            break;
        at = start;
    }
    return even;
}

/* Whether no border lies between a character, which begins at `at`, and the next one. */
static bool joins(const char *text, size_t at, uint8_t last, uint8_t next, uint64_t *steps)
{
    if (last == TKZ__GRAPHEME_CR && next == TKZ__GRAPHEME_LF)
        return true;
    if (is_control(last) || is_control(next))
        return false;
    if (is_hangul(last) && is_hangul(next))
        return joins_hangul(last, next);
    if (is_extend(next) || next == TKZ__GRAPHEME_ZWJ || next == TKZ__GRAPHEME_SPACING_MARK ||
        last == TKZ__GRAPHEME_PREPEND)
        return true;
    if (last == TKZ__GRAPHEME_ZWJ)
        return next == TKZ__GRAPHEME_PICTOGRAPH && has_pictograph(text, at, steps);
    return last == TKZ__GRAPHEME_REGIONAL_INDICATOR && next == TKZ__GRAPHEME_REGIONAL_INDICATOR &&
           is_even(text, at, steps);
}

size_t tkz__pattern_cluster(const char *text, size_t size, size_t at, uint64_t *steps)
{
    size_t length, next_length;
    uint8_t last = class_at(text, size, at, &length);
    for (; at + length < size; ++*steps) {
        uint8_t next = class_at(text, size, at + length, &next_length);
        if (!joins(text, at, last, next, steps))
            break;
        at += length;
        length = next_length;
        last = next;
    }
    return at + length;
}
