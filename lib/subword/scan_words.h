/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the patterns cl100k, llama3, qwen2 and qwen3_5: words with one sign or space before
 * them, contractions, numbers, signs with the line ends behind them, white space.
 * Leans on scan_rules.h.
 */
#ifndef TKZ_SUBWORD_SCAN_WORDS_H
#define TKZ_SUBWORD_SCAN_WORDS_H

#include "subword/scan_rules.h"

typedef struct tkz__word_pattern {
    bool single_numbers; /* \p{N}, else \p{N}{1,3} */
    bool marks;          /* \p{M} as \p{L}, but for what may stand before a word; there it makes no
                          * difference, as a mark before letters joins them anyway */
    bool whole_at_end;   /* \s++$ before the other kinds of white space */
} tkz__word_pattern;

/* Contractions are whole chunks: (?i:'s|'t|'re|'ve|'m|'ll|'d) stands first. An apostrophe that has
 * a space or another sign before it begins no chunk. */
TKZ__SCAN_INLINE uint64_t tkz__contraction_chunks(tkz__scan_state *state, uint64_t starts,
                                                  uint64_t letter)
{
    uint64_t after = tkz__moved_back(letter, state->block[1].of[TKZ__PLANE_LETTER], 1);
    uint64_t left = starts & tkz__plane(state, TKZ__PLANE_APOSTROPHE) & after;
    uint64_t taken = 0;
    for (; left != 0; left &= left - 1)
        taken |= tkz__take_contraction(state, (unsigned)__builtin_ctzll(left), true);
    return taken;
}

TKZ__SCAN_INLINE uint64_t tkz__word_rules(tkz__scan_state *state, tkz__word_pattern pattern)
{
    uint64_t letter = tkz__plane(state, TKZ__PLANE_LETTER);
    if (pattern.marks)
        letter |= tkz__plane(state, TKZ__PLANE_MARK);
    if ((letter & tkz__plane_behind(state, TKZ__PLANE_LETTER, letter)) == ~UINT64_C(0)) {
        /* The inside of a long word: frequent in Japanese. */
        state->swallow = 0;
        state->digits = 0;
        state->block->of[TKZ__PLANE_LETTER] = letter;
        return 0;
    }
    uint64_t number = tkz__plane(state, TKZ__PLANE_NUMBER);
    uint64_t space = tkz__plane(state, TKZ__PLANE_SPACE);
    uint64_t newline = tkz__plane(state, TKZ__PLANE_NEWLINE);
    uint64_t text = tkz__plane(state, TKZ__PLANE_TEXT);
    uint64_t other = text & ~(letter | number | space);
    uint64_t blank = space & ~newline;
    uint64_t other1 = tkz__plane_behind(state, TKZ__PLANE_OTHER, other);
    uint64_t space1 = tkz__plane_behind(state, TKZ__PLANE_SPACE, space);
    uint64_t newline1 = tkz__plane_behind(state, TKZ__PLANE_NEWLINE, newline);
    uint64_t u20_1 = tkz__plane_behind(state, TKZ__PLANE_BLANK,
                                       tkz__plane(state, TKZ__PLANE_BLANK));

    /* ` ?[^\s\p{L}\p{N}]+[\r\n]*` */
    uint64_t signs = other & ~other1 & ~u20_1;
    uint64_t borders = signs, behind;
    uint64_t swallowed = tkz__swallowed(state, newline, newline & other1, &behind);
    uint64_t taken = tkz__contraction_chunks(state, signs, letter);
    letter &= ~taken;
    other &= ~taken;

    /* `[^\r\n\p{L}\p{N}]?\p{L}+`: one sign that begins a chunk, or white space. */
    uint64_t attach = tkz__whole_characters(state, signs & ~taken, other);
    uint64_t letter1 = tkz__plane_behind(state, TKZ__PLANE_LETTER, letter);
    uint64_t attach1 = tkz__plane_behind(state, TKZ__PLANE_ATTACH, attach);
    borders |= letter & ~letter1 & ~attach1 & ~(space1 & ~newline1);

    if (pattern.single_numbers)
        borders |= number & ~tkz__plane(state, TKZ__PLANE_TAIL);
    else
        borders |= tkz__numbers_by_three(state);

    /* `\s*[\r\n]+|\s+(?!\S)|\s+` */
    if ((space | behind) != 0) {
        const tkz__scan_planes *next = &state->block[1];
        borders |= (space & ~space1 & ~swallowed) | (space & behind);
        borders |= tkz__behind_last_newline(state, blank & newline1, blank, pattern.whole_at_end);
        borders |= tkz__before_next(state, blank, text & ~space,
                                    next->of[TKZ__PLANE_TEXT] & ~next->of[TKZ__PLANE_SPACE]);
    }
    state->block->of[TKZ__PLANE_LETTER] = letter;
    state->block->of[TKZ__PLANE_OTHER] = other;
    state->block->of[TKZ__PLANE_ATTACH] = attach;
    return borders;
}

#endif
