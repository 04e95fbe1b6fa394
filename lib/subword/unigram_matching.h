/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the characters of a window and finding the pieces that start at them, for the ways to do
 * it. Leans on unigram_window.h.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_MATCHING_H
#define TKZ_SUBWORD_UNIGRAM_MATCHING_H

#include <math.h>

#include "subword/unigram_window.h"

/* ---- Characters -------------------------------------------------------- */

/* The unit where the child of a unit is if it has one, asked for ahead. */
static inline uint32_t tkz__unigram_ask_for_child(const tkz__unigram *model, uint32_t base,
                                                  uint32_t code)
{
    uint32_t child = (base & TKZ__UNIGRAM_BASE) + code;
    child = child < model->unit_count ? child : 0;
    __builtin_prefetch(tkz__unigram_unit(model, child));
    return child;
}

/* Adds a character behind one whose base is `base`; returns its own. */
static inline uint32_t tkz__unigram_add_code(tkz__unigram_window *window,
                                             const tkz__unigram *model, uint32_t place,
                                             uint32_t base, uint32_t code)
{
    window->units[0][place] = code;
    /* Before the first is the item behind the last, which nobody reads. */
    window->units[1][place > 0 ? place - 1 : TKZ__UNIGRAM_READ] =
        tkz__unigram_ask_for_child(model, base, code);
    return tkz__unigram_base(model, code);
}

/* The base of the last character that is read. */
static inline uint32_t tkz__unigram_last_base(const tkz__unigram_window *window,
                                              const tkz__unigram *model)
{
    return window->known == 0 ? 0 : tkz__unigram_base(model, window->units[0][window->known - 1]);
}

/* Behind the last character of a text that ends here stands what is in no piece. */
static inline void tkz__unigram_close_window(tkz__unigram_window *window)
{
    if (window->known == TKZ__UNIGRAM_READ)
        return;
    if (window->known > 0)
        window->units[1][window->known - 1] = 0;
    for (uint32_t i = window->known; i < TKZ__UNIGRAM_READ; i++)
        window->units[0][i] = 0;
}

/* ---- Pieces ------------------------------------------------------------ */

/* Walks that go on. */
typedef struct tkz__unigram_walks {
    uint32_t starts[TKZ__UNIGRAM_STARTS + TKZ__UNIGRAM_SPARE];   /* characters */
    uint32_t parents[TKZ__UNIGRAM_STARTS + TKZ__UNIGRAM_SPARE];  /* the units that they are at */
    uint32_t children[TKZ__UNIGRAM_STARTS + TKZ__UNIGRAM_SPARE]; /* of their next steps, if there are */
} tkz__unigram_walks;

static inline void tkz__unigram_put_score(tkz__unigram_window *window, uint32_t start,
                                          uint32_t level, uint32_t bits)
{
    memcpy(&window->scores[start][level], &bits, sizeof bits);
}

/* Takes the step of a walk from unit `parent` to what may be its child, and makes it walk number `made`.
 * Returns if the walk goes on. A unit that is no piece has the score -infinity itself. */
static inline bool tkz__unigram_step(tkz__unigram_window *window, const tkz__unigram *model,
                                     tkz__unigram_walks *walks, uint32_t made, uint32_t start,
                                     uint32_t parent, uint32_t child, uint32_t level)
{
    const uint32_t no_score = UINT32_C(0x1FF) << 23; /* -infinity */
    const uint8_t *unit = tkz__unigram_unit(model, child);
    /* Masks: written as a choice it becomes a branch, wrong for more than one character in two. */
    uint32_t others = tkz__load_u32(unit + 4) ^ parent;
    uint32_t kept = (uint32_t)(((uint64_t)others - 1) >> 32); /* all ones for the child, else 0 */
    uint32_t bits = (tkz__load_u32(unit + 8) & kept) | (no_score & ~kept);
    /* Asks for a child of the root if there is none, which is near. */
    uint32_t base = tkz__load_u32(unit) & TKZ__UNIGRAM_BASE & kept;
    tkz__unigram_put_score(window, start, level, bits);
    walks->starts[made] = start;
    walks->parents[made] = child;
    walks->children[made] = tkz__unigram_ask_for_child(model, base, window->units[0][start + level + 1]);
    return base != 0;
}

/* The pieces of one and two characters; a character that is no piece has the score of the unknown.
 * The children of the root say of themselves that they are unit 0's, so a character that is in
 * no piece gets a parent that no unit has. Returns how many walks go on. */
static inline uint32_t tkz__unigram_match_pairs(tkz__unigram_window *window,
                                                const tkz__unigram *model, uint32_t count,
                                                tkz__unigram_walks *walks)
{
    const float unknown_score = (float)model->unknown_score;
    uint32_t unknown, made = 0;
    memcpy(&unknown, &unknown_score, sizeof unknown);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = window->units[0][i], child = window->units[1][i];
        uint32_t is_piece = tkz__unigram_base(model, code) >> 31; /* TKZ__UNIGRAM_IS_PIECE */
        uint32_t bits = tkz__load_u32(tkz__unigram_unit(model, code) + 8);
        for (uint32_t level = 0; level < TKZ__UNIGRAM_SHALLOW; level++)
            window->scores[i][level] = -INFINITY;
        tkz__unigram_put_score(window, i, 0, is_piece != 0 ? bits : unknown);
        made += tkz__unigram_step(window, model, walks, made, i,
                                  code == 0 ? UINT32_MAX - 1 : code, child, 1);
    }
    return made;
}

/* Goes on with `open` walks, of `count` characters, and fills scores and units of pieces of three
 * characters and more. Returns the number of characters before the first that a piece may start at which
 * is longer than a window knows; *deepest: no piece has more characters. */
static inline uint32_t tkz__unigram_match_on(tkz__unigram_window *window,
                                             const tkz__unigram *model, tkz__unigram_walks *walks,
                                             uint32_t open, uint32_t count, uint32_t *deepest)
{
    uint32_t level = 2;
    for (; level < TKZ__UNIGRAM_LEVELS && open > 0; level++) {
        uint32_t made = 0;
        if (level == TKZ__UNIGRAM_SHALLOW) {
            for (uint32_t i = 0; i < count; i++) {
                for (uint32_t k = TKZ__UNIGRAM_SHALLOW; k < TKZ__UNIGRAM_LEVELS; k++)
                    window->scores[i][k] = -INFINITY;
            }
        }
        for (uint32_t i = 0; i < open; i++) {
            uint32_t start = walks->starts[i], child = walks->children[i];
            window->units[level][start] = child;
            made += tkz__unigram_step(window, model, walks, made, start, walks->parents[i], child,
                                      level);
        }
        open = made;
    }
    *deepest = level;
    return open > 0 ? walks->starts[0] : count;
}

#endif
