/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the patterns gpt2 and command_r: words, numbers and signs, each with one U+0020
 * before it, small contractions, white space. Leans on scan_rules.h.
 */
#ifndef TKZ_SUBWORD_SCAN_SPACED_H
#define TKZ_SUBWORD_SCAN_SPACED_H

#include "subword/scan_rules.h"

/* With `split_numbers` each number is a chunk that was cut out before the pattern was applied: what
 * lies between numbers ends there as at the end of the text. */
TKZ__SCAN_INLINE uint64_t tkz__spaced_rules(tkz__scan_state *state, bool split_numbers)
{
    const tkz__scan_planes *next = &state->block[1];
    uint64_t letter = tkz__plane(state, TKZ__PLANE_LETTER);
    uint64_t number = tkz__plane(state, TKZ__PLANE_NUMBER);
    uint64_t space = tkz__plane(state, TKZ__PLANE_SPACE);
    uint64_t text = tkz__plane(state, TKZ__PLANE_TEXT);
    uint64_t other = text & ~(letter | number | space);
    uint64_t blank1 = tkz__plane_behind(state, TKZ__PLANE_BLANK,
                                        tkz__plane(state, TKZ__PLANE_BLANK));
    uint64_t signs = other & ~tkz__plane_behind(state, TKZ__PLANE_OTHER, other) & ~blank1;
    uint64_t borders = signs;

    uint64_t left = signs & tkz__plane(state, TKZ__PLANE_APOSTROPHE) &
                    tkz__moved_back(letter, next->of[TKZ__PLANE_LETTER], 1);
    uint64_t taken = 0;
    for (; left != 0; left &= left - 1)
        taken |= tkz__take_contraction(state, (unsigned)__builtin_ctzll(left), false);
    letter &= ~taken;
    other &= ~taken;
    borders |= letter & ~tkz__plane_behind(state, TKZ__PLANE_LETTER, letter) & ~blank1;

    /* `\s+(?!\S)|\s+`: the last of several is left for what follows. */
    uint64_t follows = text & ~space, next_follows = next->of[TKZ__PLANE_TEXT] &
                                                     ~next->of[TKZ__PLANE_SPACE];
    if (split_numbers) {
        borders |= number & ~tkz__plane(state, TKZ__PLANE_TAIL);
        follows &= ~number;
        next_follows &= ~next->of[TKZ__PLANE_NUMBER];
    } else {
        borders |= number & ~tkz__plane_behind(state, TKZ__PLANE_NUMBER, number) & ~blank1;
    }
    borders |= space & ~tkz__plane_behind(state, TKZ__PLANE_SPACE, space);
    borders |= tkz__before_next(state, space, follows, next_follows);

    state->block->of[TKZ__PLANE_LETTER] = letter;
    state->block->of[TKZ__PLANE_OTHER] = other;
    return borders;
}

#endif
