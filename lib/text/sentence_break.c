/* SPDX-License-Identifier: Apache-2.0
 *
 * Sentences by UAX #29, as a state carried from character to character. Leans on
 * the class tables and the decoder.
 */
#include <stdbool.h>

#include "text/sentence_break.h"
#include "text/utf8.h"

/* Where the text so far stands in `SATerm Close* Sp*`. */
typedef enum phase {
    PHASE_NONE,
    PHASE_TERM,
    PHASE_CLOSE,
    PHASE_SPACE
} phase;

typedef struct sentence {
    uint8_t last;       /* class of the last character that SB5 does not pass over */
    phase phase;
    bool a_term;        /* the term is an ATerm: a full stop may be no end */
    bool letter_before; /* that ATerm stands behind an Upper or Lower */
} sentence;

static inline size_t read_class(const tkz__class_table *table, const char *text, size_t size,
                                uint8_t *class)
{
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    *class = tkz__char_record(table, character)->sentence;
    return length;
}

static inline bool is_paragraph_separator(uint8_t class)
{
    return class == TKZ__SENTENCE_SEP || class == TKZ__SENTENCE_CR || class == TKZ__SENTENCE_LF;
}

/* Two such classes one after the other change nothing but `last`, outside of a term. */
static inline bool is_quiet(uint8_t class)
{
    const uint32_t quiet = UINT32_C(1) << TKZ__SENTENCE_OTHER | UINT32_C(1) << TKZ__SENTENCE_SP |
                           UINT32_C(1) << TKZ__SENTENCE_LOWER |
                           UINT32_C(1) << TKZ__SENTENCE_UPPER |
                           UINT32_C(1) << TKZ__SENTENCE_O_LETTER |
                           UINT32_C(1) << TKZ__SENTENCE_NUMERIC |
                           UINT32_C(1) << TKZ__SENTENCE_S_CONTINUE |
                           UINT32_C(1) << TKZ__SENTENCE_CLOSE;
    return (quiet >> class & 1) != 0;
}

static inline bool is_term(uint8_t class)
{
    return class == TKZ__SENTENCE_A_TERM || class == TKZ__SENTENCE_S_TERM;
}

/* SB8: whether the first of OLetter, Upper, Lower, ParaSep, SATerm in `text` is a Lower. Two such
 * looks at a text never overlap, for there is no term within; that keeps them linear. */
static bool goes_on_in_lower_case(const tkz__class_table *table, const char *text, size_t size)
{
    uint8_t class;
    for (size_t at = 0; at < size;) {
        at += read_class(table, text + at, size - at, &class);
        if (class == TKZ__SENTENCE_LOWER)
            return true;
        if (class == TKZ__SENTENCE_O_LETTER || class == TKZ__SENTENCE_UPPER || is_term(class) ||
            is_paragraph_separator(class))
            return false;
    }
    return false;
}

/* Whether a character of class `next` behind a term, with or without Close* Sp*, belongs to the
 * sentence by what it is: SB6, SB7, SB8a, SB9, SB10. SB8, which comes third, is asked last, since
 * it joins too and costs more. */
static bool joins_term(const sentence *so_far, uint8_t next)
{
    switch (next) {
    case TKZ__SENTENCE_NUMERIC:
        return so_far->phase == PHASE_TERM && so_far->a_term;
    case TKZ__SENTENCE_UPPER:
        return so_far->phase == PHASE_TERM && so_far->a_term && so_far->letter_before;
    case TKZ__SENTENCE_CLOSE:
        return so_far->phase != PHASE_SPACE;
    case TKZ__SENTENCE_S_CONTINUE:
    case TKZ__SENTENCE_A_TERM:
    case TKZ__SENTENCE_S_TERM:
    case TKZ__SENTENCE_SP:
    case TKZ__SENTENCE_SEP:
    case TKZ__SENTENCE_CR:
    case TKZ__SENTENCE_LF:
        return true;
    default:
        return false;
    }
}

static void take(sentence *so_far, uint8_t next)
{
    if (is_term(next)) {
        so_far->phase = PHASE_TERM;
        so_far->a_term = next == TKZ__SENTENCE_A_TERM;
        so_far->letter_before =
            so_far->last == TKZ__SENTENCE_UPPER || so_far->last == TKZ__SENTENCE_LOWER;
    } else if (so_far->phase != PHASE_NONE) {
        if (next == TKZ__SENTENCE_SP)
            so_far->phase = PHASE_SPACE;
        else if (next == TKZ__SENTENCE_CLOSE && so_far->phase != PHASE_SPACE)
            so_far->phase = PHASE_CLOSE;
        else
            so_far->phase = PHASE_NONE;
    }
    so_far->last = next;
}

size_t tkz__sentence_next(const tkz__class_table *table, const char *text, size_t size)
{
    if (size == 0)
        return 0;
    sentence so_far = {0};
    uint8_t next;
    size_t at = read_class(table, text, size, &next);
    take(&so_far, next);
    while (at < size) {
        size_t length = read_class(table, text + at, size - at, &next);
        /* Nearly all of a text. */
        if (so_far.phase == PHASE_NONE && is_quiet(so_far.last) && is_quiet(next)) {
            so_far.last = next;
            at += length;
            continue;
        }
        if (is_paragraph_separator(so_far.last)) { /* SB3, SB4 */
            if (so_far.last != TKZ__SENTENCE_CR || next != TKZ__SENTENCE_LF)
                break;
        } else if (next == TKZ__SENTENCE_EXTEND || next == TKZ__SENTENCE_FORMAT) { /* SB5 */
            at += length;
            continue;
        } else if (so_far.phase != PHASE_NONE && !joins_term(&so_far, next)) {
            /* SB8, SB11 */
            if (!so_far.a_term || !goes_on_in_lower_case(table, text + at, size - at))
                break;
        }
        take(&so_far, next);
        at += length;
    }
    return at;
}
