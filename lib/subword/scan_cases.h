/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the patterns o200k and tekken: words that a small letter ends before a capital, with
 * one sign or space before them, signs with line ends and slashes behind them, white space.
 * Leans on scan_rules.h.
 *
 * With U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], l = [\p{Ll}\p{Lm}\p{Lo}\p{M}] and B = [\p{Lm}\p{Lo}\p{M}],
 * which is in both, `U*l+` takes a run of U and the run of l behind it. Where no \p{Ll} follows the
 * run of U, it goes back to the last B in it and takes up to there; where there is no B, `U+l*` takes
 * the run. So inside a word a chunk begins at a capital
 *   behind a \p{Ll};
 *   behind a B that a \p{Ll} stands before, with no capital between them;
 *   behind any other B, if nothing but capitals is left of the word.
 * A mark is in [^\r\n\p{L}\p{N}] too and could be taken as what stands before a word: the chunk is the
 * same. It is in [^\s\p{L}\p{N}] as well: behind a sign that cannot stand before a word it is a
 * sign. */
#ifndef TKZ_SUBWORD_SCAN_CASES_H
#define TKZ_SUBWORD_SCAN_CASES_H

#include "subword/scan_rules.h"

/* Line ends and slashes that belong to the signs `other`: `[\r\n/]*` behind them. */
TKZ__SCAN_INLINE uint64_t tkz__swallowed_slashes(tkz__scan_state *state, uint64_t other,
                                                 uint64_t *behind)
{
    uint64_t newline = tkz__plane(state, TKZ__PLANE_NEWLINE);
    uint64_t slash = tkz__plane(state, TKZ__PLANE_SLASH);
    uint64_t run = newline | slash;
    uint64_t first = newline & tkz__plane_behind(state, TKZ__PLANE_OTHER, other);
    /* A line end behind a slash may be inside of a run that began before. */
    if ((first & slash << 1) == 0)
        return tkz__swallowed(state, run, first, behind);
    uint64_t all = tkz__swallowed(state, run, 0, behind);
    for (first &= ~all; first != 0; first &= first - 1) {
        uint64_t sum, here;
        state->swallow |= __builtin_add_overflow(run, first & -first, &sum);
        here = run & ~sum;
        *behind |= sum & ~run;
        all |= here;
        first &= ~here | (first & -first);
    }
    return all;
}

/* Signs of `other` that begin a chunk, all their bytes. */
TKZ__SCAN_INLINE uint64_t tkz__attaching(const tkz__scan_state *state, uint64_t other)
{
    uint64_t u20 = tkz__plane(state, TKZ__PLANE_BLANK);
    return tkz__whole_characters(state,
                                 other & ~tkz__plane_behind(state, TKZ__PLANE_OTHER, other) &
                                     ~tkz__plane_behind(state, TKZ__PLANE_BLANK, u20),
                                 other);
}

/* The marks that are signs, given the other signs: those right behind signs that cannot stand
 * before a word, as there are several or a space comes before. What a mark is may decide it for a
 * later one: one run after the other. */
static __attribute__((noinline)) uint64_t tkz__sign_marks(tkz__scan_state *state, uint64_t mark,
                                                          uint64_t plain)
{
    const uint64_t *before = state->block[-1].of;
    uint64_t swallow = state->swallow, signs = 0, behind;
    for (uint64_t left = mark; left != 0;) {
        unsigned place = (unsigned)__builtin_ctzll(left);
        uint64_t run = left & ~(left + (left & -left));
        uint64_t other = plain | signs;
        state->swallow = swallow;
        other &= ~tkz__swallowed_slashes(state, other, &behind);
        bool is_sign;
        if (place > 0) {
            uint64_t last = UINT64_C(1) << (place - 1);
            is_sign = (other & last) != 0 && (tkz__attaching(state, other) & last) == 0;
        } else {
            is_sign = before[TKZ__PLANE_OTHER] >> 63 != 0 &&
                      (before[TKZ__PLANE_MARK] >> 63 != 0 || before[TKZ__PLANE_ATTACH] >> 63 == 0);
        }
        if (is_sign)
            signs |= run;
        left &= ~run;
    }
    state->swallow = swallow;
    return signs;
}

/* Whether a run of capitals that reaches to the end of the block ends its word. Each run is read
 * once: this is asked where it begins. */
static bool tkz__capitals_end_word(const tkz__scan_state *state)
{
    size_t at = state->at + TKZ__SCAN_BLOCK;
    at += (size_t)__builtin_ctzll(~state->block[1].of[TKZ__PLANE_TAIL]);
    while (at < state->size) {
        uint32_t character;
        at += tkz__utf8_next(state->text + at, state->size - at, &character);
        uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
        if ((flags & TKZ__CHAR_UPPER) == 0)
            return (flags & (TKZ__CHAR_LETTER | TKZ__CHAR_MARK)) == 0;
    }
    return true;
}

/* Borders at capitals behind letters without case: `starts`. */
TKZ__SCAN_INLINE uint64_t tkz__behind_uncased(const tkz__scan_state *state, uint64_t starts,
                                              uint64_t letter, uint64_t upper, uint64_t lower)
{
    uint64_t cased = ~(letter & ~upper & ~lower);
    uint64_t borders = 0;
    for (; starts != 0; starts &= starts - 1) {
        uint64_t start = starts & -starts;
        uint64_t before = cased & (start - 1);
        bool small = before != 0 ? lower >> (63 - __builtin_clzll(before)) & 1 : state->lower;
        uint64_t end;
        bool beyond = __builtin_add_overflow(upper, start, &end);
        end &= ~upper;
        bool ends_word = beyond ? tkz__capitals_end_word(state) : (end & letter) == 0;
        if (small || ends_word)
            borders |= start;
    }
    return borders;
}

TKZ__SCAN_INLINE uint64_t tkz__case_rules(tkz__scan_state *state, bool contractions,
                                          bool single_numbers)
{
    const tkz__scan_planes *next = &state->block[1];
    uint64_t letter = tkz__plane(state, TKZ__PLANE_LETTER);
    uint64_t upper = tkz__plane(state, TKZ__PLANE_UPPER);
    uint64_t lower = tkz__plane(state, TKZ__PLANE_LOWER);
    uint64_t mark = tkz__plane(state, TKZ__PLANE_MARK);
    if (((letter | mark) & ~(upper | lower)) == ~UINT64_C(0) &&
        state->block[-1].of[TKZ__PLANE_LETTER] >> 63 != 0) {
        /* The inside of a long word without case: frequent in Japanese. */
        state->swallow = 0;
        state->digits = 0;
        state->block->of[TKZ__PLANE_LETTER] = ~UINT64_C(0);
        return 0;
    }
    uint64_t number = tkz__plane(state, TKZ__PLANE_NUMBER);
    uint64_t space = tkz__plane(state, TKZ__PLANE_SPACE);
    uint64_t newline = tkz__plane(state, TKZ__PLANE_NEWLINE);
    uint64_t text = tkz__plane(state, TKZ__PLANE_TEXT);
    uint64_t other = text & ~(letter | number | space | mark);
    if (mark != 0) {
        uint64_t near = mark & tkz__plane_behind(state, TKZ__PLANE_OTHER, other);
        uint64_t signs = near != 0 ? tkz__sign_marks(state, mark, other) : 0;
        other |= signs;
        letter |= mark & ~signs;
    }

    /* ` ?[^\s\p{L}\p{N}]+[\r\n/]*` */
    uint64_t behind;
    uint64_t swallowed = tkz__swallowed_slashes(state, other, &behind);
    other &= ~swallowed;

    /* A contraction belongs to the word before it, and nothing joins with it. */
    if (contractions) {
        uint64_t left = tkz__plane(state, TKZ__PLANE_APOSTROPHE) &
                        tkz__moved_back(letter, next->of[TKZ__PLANE_LETTER], 1) &
                        tkz__plane_behind(state, TKZ__PLANE_LETTER, letter);
        for (; left != 0; left &= left - 1) {
            uint64_t bit = left & -left;
            if ((tkz__plane_behind(state, TKZ__PLANE_LETTER, letter) & bit) == 0)
                continue; /* behind a contraction */
            uint64_t taken = tkz__take_contraction(state, (unsigned)__builtin_ctzll(left), true);
            letter &= ~taken;
            upper &= ~taken;
            lower &= ~taken;
            other &= ~taken;
        }
    }
    uint64_t other1 = tkz__plane_behind(state, TKZ__PLANE_OTHER, other);
    uint64_t u20_1 = tkz__plane_behind(state, TKZ__PLANE_BLANK,
                                       tkz__plane(state, TKZ__PLANE_BLANK));
    uint64_t signs = other & ~other1 & ~u20_1;
    uint64_t borders = signs;

    /* Words and their parts. */
    uint64_t attach = tkz__whole_characters(state, signs, other);
    uint64_t attach1 = tkz__plane_behind(state, TKZ__PLANE_ATTACH, attach);
    uint64_t letter1 = tkz__plane_behind(state, TKZ__PLANE_LETTER, letter);
    uint64_t upper1 = tkz__plane_behind(state, TKZ__PLANE_UPPER, upper);
    uint64_t lower1 = tkz__plane_behind(state, TKZ__PLANE_LOWER, lower);
    uint64_t space1 = tkz__plane_behind(state, TKZ__PLANE_SPACE, space);
    uint64_t newline1 = tkz__plane_behind(state, TKZ__PLANE_NEWLINE, newline);
    borders |= letter & ~letter1 & ~attach1 & ~(space1 & ~newline1);
    borders |= upper & lower1;
    uint64_t uncased = upper & letter1 & ~upper1 & ~lower1;
    if (uncased != 0)
        borders |= tkz__behind_uncased(state, uncased, letter, upper, lower);
    uint64_t cased = ~(letter & ~upper & ~lower);
    if (cased != 0)
        state->lower = lower >> (63 - __builtin_clzll(cased)) & 1;

    if (single_numbers)
        borders |= number & ~tkz__plane(state, TKZ__PLANE_TAIL);
    else
        borders |= tkz__numbers_by_three(state);

    /* `\s*[\r\n]+|\s+(?!\S)|\s+` */
    if ((space | behind) != 0) {
        uint64_t blank = space & ~newline;
        borders |= (space & ~space1 & ~swallowed) | (space & behind);
        borders |= tkz__behind_last_newline(state, blank & newline1, blank, false);
        borders |= tkz__before_next(state, blank, text & ~space,
                                    next->of[TKZ__PLANE_TEXT] & ~next->of[TKZ__PLANE_SPACE]);
    }
    state->block->of[TKZ__PLANE_LETTER] = letter;
    state->block->of[TKZ__PLANE_UPPER] = upper;
    state->block->of[TKZ__PLANE_LOWER] = lower;
    state->block->of[TKZ__PLANE_OTHER] = other;
    state->block->of[TKZ__PLANE_ATTACH] = attach;
    return borders;
}

#endif
