/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of patterns as arithmetic on bit planes: what the pre-tokenizers have in common. A plane
 * named x1 is x moved one byte on, so that its bit says what the byte before is.
 * Leans on scan_cut.h and the class tables of text.
 */
#ifndef TKZ_SUBWORD_SCAN_RULES_H
#define TKZ_SUBWORD_SCAN_RULES_H

#include "subword/scan_cut.h"
#include "text/char_class.h"
#include "text/utf8.h"

#define TKZ__SCAN_INLINE static inline __attribute__((always_inline))

TKZ__SCAN_INLINE uint64_t tkz__plane(const tkz__scan_state *state, enum tkz__scan_plane plane)
{
    return state->block->of[plane];
}

/* `here`, a version of the plane in this block, moved one byte on. */
TKZ__SCAN_INLINE uint64_t tkz__plane_behind(const tkz__scan_state *state,
                                            enum tkz__scan_plane plane, uint64_t here)
{
    return here << 1 | state->block[-1].of[plane] >> 63;
}

/* `here`, with `there` in the block behind, moved back by 1..3 bytes: what the bytes to come are. */
TKZ__SCAN_INLINE uint64_t tkz__moved_back(uint64_t here, uint64_t there, unsigned bytes)
{
    return here >> bytes | there << (TKZ__SCAN_BLOCK - bytes);
}

/* ---- Contractions -------------------------------------------------------- */

/* Bytes of 's 't 're 've 'm 'll 'd at `text`, which starts with an apostrophe; 0: none. With `fold`
 * in any case, by Unicode: U+017F (C5 BF), the long s, folds to s. It is the only character
 * outside ASCII that folds to one of these letters. */
TKZ__SCAN_INLINE unsigned tkz__contraction(const char *text, size_t size, bool fold)
{
    if (size < 2)
        return 0;
    int bit = fold ? 0x20 : 0;
    int first = text[1] | bit;
    if (first == 's' || first == 't' || first == 'm' || first == 'd')
        return 2;
    if (size < 3)
        return 0;
    if (fold && (uint8_t)text[1] == 0xC5 && (uint8_t)text[2] == 0xBF)
        return 3;
    int second = text[2] | bit;
    if (((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l'))
        return 3;
    return 0;
}

/* Takes a contraction at `place` out of planes of letters and signs, as nothing joins with it; the
 * chunk that follows then begins as behind a border. Returns the bits in this block, 0 if there is
 * no contraction. */
TKZ__SCAN_INLINE uint64_t tkz__take_contraction(tkz__scan_state *state, unsigned place, bool fold)
{
    size_t at = state->at + place;
    unsigned length = tkz__contraction(state->text + at, state->size - at, fold);
    if (length == 0)
        return 0;
    uint64_t bits = (UINT64_C(1) << length) - 1;
    if (place + length > TKZ__SCAN_BLOCK) {
        uint64_t rest = ~(bits >> (TKZ__SCAN_BLOCK - place));
        state->block[1].of[TKZ__PLANE_TEXT] &= rest; /* or they would be signs */
        state->block[1].of[TKZ__PLANE_LETTER] &= rest;
        state->block[1].of[TKZ__PLANE_UPPER] &= rest;
        state->block[1].of[TKZ__PLANE_LOWER] &= rest;
    }
    return bits << place;
}

/* ---- Numbers ------------------------------------------------------------- */

/* \p{N}{1,3}: the first of every three in a run. */
TKZ__SCAN_INLINE uint64_t tkz__numbers_by_three(tkz__scan_state *state)
{
    uint64_t number = tkz__plane(state, TKZ__PLANE_NUMBER);
    uint64_t before = state->block[-1].of[TKZ__PLANE_NUMBER];
    uint64_t number1 = number << 1 | before >> 63;
    unsigned digits = state->digits;
    state->digits = 0;
    if (number == 0)
        return 0;
    uint64_t fourth = number & number1 & (number << 2 | before >> 62) & (number << 3 | before >> 61);
    uint64_t tail = tkz__plane(state, TKZ__PLANE_TAIL);
    if (fourth == 0 && (number & tail) == 0) {
        /* Short runs of ASCII digits. */
        state->digits = number == ~UINT64_C(0) ? 0 : (unsigned)__builtin_clzll(~number);
        return number & ~number1;
    }
    uint64_t borders = 0;
    if ((number1 & 1) == 0)
        digits = 0;
    uint64_t left = number & ~tail;
    uint64_t runs = number & ~number1;
    for (; left != 0; left &= left - 1) {
        uint64_t bit = left & -left;
        if (runs & bit)
            digits = 0;
        if (digits % 3 == 0)
            borders |= bit;
        digits++;
    }
    state->digits = number >> 63 ? digits % 3 : 0;
    return borders;
}

/* ---- White space --------------------------------------------------------- */

/* Bits of `plane` that are the first byte of a character behind which another begins that is in
 * `next` (given for this block and the one behind). */
TKZ__SCAN_INLINE uint64_t tkz__before_next(const tkz__scan_state *state, uint64_t plane,
                                           uint64_t next, uint64_t next_behind)
{
    uint64_t tail = tkz__plane(state, TKZ__PLANE_TAIL);
    uint64_t tail_behind = state->block[1].of[TKZ__PLANE_TAIL];
    uint64_t one = tkz__moved_back(tail, tail_behind, 1);
    uint64_t first = plane & ~tail;
    uint64_t found = first & ~one & tkz__moved_back(next, next_behind, 1);
    if ((first & one) == 0)
        return found;
    uint64_t two = tkz__moved_back(tail, tail_behind, 2);
    uint64_t three = tkz__moved_back(tail, tail_behind, 3);
    next &= ~tail;
    next_behind &= ~tail_behind;
    return found | (first & one & ((~two & tkz__moved_back(next, next_behind, 2)) |
                                   (two & ~three & tkz__moved_back(next, next_behind, 3)) |
                                   (two & three & tkz__moved_back(next, next_behind, 4))));
}

/* Looks at a run of white space from `at` to its end. Each run is read once, so that the cost stays
 * linear however many of its lines ask. Most runs end in the first block. */
static void tkz__look_at_blank(tkz__scan_state *state, size_t at)
{
    tkz__scan_planes blocks[TKZ__SCAN_BATCH];
    tkz__scan_reader reader = {.text = state->text, .size = state->size, .at = at};
    state->newline_end = 0;
    for (size_t count = 1;; count = TKZ__SCAN_BATCH) {
        state->read(&reader, blocks, count);
        for (size_t i = 0; i < count; i++, at += TKZ__SCAN_BLOCK) {
            uint64_t space = blocks[i].of[TKZ__PLANE_SPACE], newline = blocks[i].of[TKZ__PLANE_NEWLINE];
            uint64_t end = ~space & (space + 1); /* behind the run; 0: it goes on */
            newline &= end - 1;
            if (newline != 0)
                state->newline_end = at + TKZ__SCAN_BLOCK - (size_t)__builtin_clzll(newline);
            if (end != 0) {
                state->blank_end = at + (size_t)__builtin_ctzll(end);
                return;
            }
        }
    }
}

/* `\s*[\r\n]+`: of the bits `lines`, white space other than line ends behind a line end, those with
 * no further line end in the run; with `whole_at_end` (`\s+$` stands before it) also not those of
 * the run at the end of the text. */
TKZ__SCAN_INLINE uint64_t tkz__behind_last_newline(tkz__scan_state *state, uint64_t lines,
                                                   uint64_t other_blank, bool whole_at_end)
{
    if (lines == 0)
        return 0;
    uint64_t ends;
    bool beyond = __builtin_add_overflow(other_blank, lines, &ends);
    ends &= ~other_blank;
    uint64_t newline = tkz__plane(state, TKZ__PLANE_NEWLINE);
    uint64_t text = tkz__plane(state, TKZ__PLANE_TEXT);
    if ((ends & (newline | ~text)) == 0) {
        /* One run may go on: the block behind mostly knows how it ends. */
        const tkz__scan_planes *next = &state->block[1];
        uint64_t goes_on = next->of[TKZ__PLANE_SPACE] & ~next->of[TKZ__PLANE_NEWLINE];
        uint64_t end = ~goes_on & (goes_on + 1);
        if (!beyond || (end & next->of[TKZ__PLANE_TEXT] & ~next->of[TKZ__PLANE_NEWLINE]) != 0)
            return lines;
    }
    uint64_t borders = 0;
    for (; lines != 0; lines &= lines - 1) {
        size_t at = state->at + (size_t)__builtin_ctzll(lines);
        if (at >= state->blank_end)
            tkz__look_at_blank(state, at);
        bool last = at >= state->newline_end;
        if (last && !(whole_at_end && state->blank_end == state->size))
            borders |= lines & -lines;
    }
    return borders;
}

/* ---- Signs --------------------------------------------------------------- */

/* Line ends that belong to the signs before them: those of `run` from a bit of `first` on. *behind
 * gets the bits behind each such run. Carries over to the next block. */
TKZ__SCAN_INLINE uint64_t tkz__swallowed(tkz__scan_state *state, uint64_t run, uint64_t first,
                                         uint64_t *behind)
{
    uint64_t sum;
    bool one = __builtin_add_overflow(run, first, &sum);
    bool two = __builtin_add_overflow(sum, state->swallow, &sum);
    state->swallow = one || two;
    *behind = sum & ~run;
    return run & ~sum;
}

/* `starts`, first bytes of characters of the plane `signs`, with the other bytes of these. The
 * result is wanted as ATTACH in the next block. */
TKZ__SCAN_INLINE uint64_t tkz__whole_characters(const tkz__scan_state *state, uint64_t starts,
                                                uint64_t signs)
{
    uint64_t tail = signs & tkz__plane(state, TKZ__PLANE_TAIL);
    if (tail != 0) {
        for (int i = 0; i < 3; i++)
            starts |= tkz__plane_behind(state, TKZ__PLANE_ATTACH, starts) & tail;
    }
    return starts;
}

#endif
