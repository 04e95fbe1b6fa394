/* SPDX-License-Identifier: Apache-2.0
 *
 * Extended grapheme clusters by UAX #29, as a state carried from character to
 * character. Leans on the class tables and the decoder.
 *
 * The rules of Unicode 15.0 and of 15.1 and later differ in GB9c (Indic conjuncts) only. It needs
 * the class CONSONANT, which the table of 15.0 gives to nothing, so that one code serves all.
 */
#include <stdbool.h>

#include "text/grapheme.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* What the rules ask of the cluster so far. */
typedef struct cluster {
    uint8_t last;        /* class of its last character */
    bool odd_regional;   /* it ends with an odd number of regional indicators (GB12, GB13) */
    bool pictograph;     /* ends with a pictograph and Extend* (GB11) */
    bool pictograph_zwj; /* the same and a ZWJ */
    bool consonant;      /* ends with a consonant and (Extend | Linker)* (GB9c) */
    bool linked;         /* and a linker is among them */
} cluster;

/* A byte that is no UTF-8 has the class of a control character: no rule joins it. */
static inline size_t read_class(const tkz__class_table *table, const char *text, size_t size,
                                uint8_t *grapheme)
{
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    *grapheme = character == TKZ__UTF8_INVALID ? TKZ__GRAPHEME_CONTROL
                                               : tkz__char_record(table, character)->grapheme;
    return length;
}

static inline bool is_extend(uint8_t grapheme)
{
    return grapheme == TKZ__GRAPHEME_EXTEND || grapheme == TKZ__GRAPHEME_CONJUNCT_EXTEND ||
           grapheme == TKZ__GRAPHEME_LINKER;
}

static inline bool is_control(uint8_t grapheme)
{
    return grapheme == TKZ__GRAPHEME_CONTROL || grapheme == TKZ__GRAPHEME_CR ||
           grapheme == TKZ__GRAPHEME_LF;
}

static bool joins_hangul(uint8_t last, uint8_t next)
{
    switch (last) {
    case TKZ__GRAPHEME_L: /* GB6 */
        return next == TKZ__GRAPHEME_L || next == TKZ__GRAPHEME_V || next == TKZ__GRAPHEME_LV ||
               next == TKZ__GRAPHEME_LVT;
    case TKZ__GRAPHEME_LV: /* GB7 */
    case TKZ__GRAPHEME_V:
        return next == TKZ__GRAPHEME_V || next == TKZ__GRAPHEME_T;
    case TKZ__GRAPHEME_LVT: /* GB8 */
    case TKZ__GRAPHEME_T:
        return next == TKZ__GRAPHEME_T;
    default:
        return false;
    }
}

/* Whether a character of class `next` belongs to the cluster. */
static bool joins(const cluster *so_far, uint8_t next)
{
    if (so_far->last == TKZ__GRAPHEME_CR && next == TKZ__GRAPHEME_LF) /* GB3 */
        return true;
    if (is_control(so_far->last) || is_control(next)) /* GB4, GB5 */
        return false;
    if (is_extend(next) || next == TKZ__GRAPHEME_ZWJ ||
        next == TKZ__GRAPHEME_SPACING_MARK) /* GB9, GB9a */
        return true;
    if (so_far->last == TKZ__GRAPHEME_PREPEND) /* GB9b */
        return true;
    switch (next) {
    case TKZ__GRAPHEME_CONSONANT: /* GB9c */
        return so_far->linked;
    case TKZ__GRAPHEME_PICTOGRAPH: /* GB11 */
        return so_far->pictograph_zwj;
    case TKZ__GRAPHEME_REGIONAL_INDICATOR: /* GB12, GB13 */
        return so_far->odd_regional;
    default:
        return joins_hangul(so_far->last, next);
    }
}

static void take(cluster *so_far, uint8_t next)
{
    bool conjunct = next == TKZ__GRAPHEME_CONJUNCT_EXTEND || next == TKZ__GRAPHEME_LINKER ||
                    next == TKZ__GRAPHEME_ZWJ;
    so_far->odd_regional = next == TKZ__GRAPHEME_REGIONAL_INDICATOR && !so_far->odd_regional;
    so_far->pictograph_zwj = next == TKZ__GRAPHEME_ZWJ && so_far->pictograph;
    so_far->pictograph =
        next == TKZ__GRAPHEME_PICTOGRAPH || (so_far->pictograph && is_extend(next));
    so_far->linked = so_far->consonant && conjunct &&
                     (so_far->linked || next == TKZ__GRAPHEME_LINKER);
    so_far->consonant =
        next == TKZ__GRAPHEME_CONSONANT || (so_far->consonant && conjunct);
    so_far->last = next;
}

size_t tkz__grapheme_next(const tkz__class_table *table, const char *text, size_t size)
{
    if (size == 0)
        return 0;
    /* Nothing of ASCII joins, but CR and LF. */
    if ((signed char)text[0] >= 0 && text[0] != '\r' && (size == 1 || (signed char)text[1] >= 0))
        return 1;

    uint8_t first;
    uint8_t next;
    size_t at = read_class(table, text, size, &first);
    if (at == size)
        return at;
    size_t length = read_class(table, text + at, size - at, &next);
    /* The usual case, kana and kanji, without a look at the rules. */
    if (first == TKZ__GRAPHEME_OTHER && next == TKZ__GRAPHEME_OTHER)
        return at;

    cluster so_far = {0};
    take(&so_far, first);
    while (joins(&so_far, next)) {
        take(&so_far, next);
        at += length;
        if (at == size)
            break;
        length = read_class(table, text + at, size - at, &next);
    }
    return at;
}

size_t tkz_grapheme_next(const char *text, size_t size)
{
    return tkz__grapheme_next(&tkz__class_table_16_0, text, size);
}
