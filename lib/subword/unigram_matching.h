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
    window->codes[place] = code;
    /* Before the first is the item behind the last, which nobody reads. */
    window->children[place > 0 ? place - 1 : TKZ__UNIGRAM_READ] =
        tkz__unigram_ask_for_child(model, base, code);
    return tkz__unigram_base(model, code);
}

/* The base of the last character that is read. */
static inline uint32_t tkz__unigram_last_base(const tkz__unigram_window *window,
                                              const tkz__unigram *model)
{
    return window->known == 0 ? 0 : tkz__unigram_base(model, window->codes[window->known - 1]);
}

/* Behind the last character of a text that ends here stands what is in no piece. */
static inline void tkz__unigram_close_window(tkz__unigram_window *window)
{
    if (window->known == TKZ__UNIGRAM_READ)
        return;
    if (window->known > 0)
        window->children[window->known - 1] = 0;
    for (uint32_t i = window->known; i < TKZ__UNIGRAM_READ; i++)
        window->codes[i] = 0;
}

/* ---- Pieces ------------------------------------------------------------ */

/* A walk that goes on. */
typedef struct tkz__unigram_walk {
    uint32_t start;  /* character */
    uint32_t parent; /* the unit that it is at */
    uint32_t child;  /* the unit of its next step, if there is one */
} tkz__unigram_walk;

static inline void tkz__unigram_put_score(tkz__unigram_window *window, uint32_t start,
                                          uint32_t level, uint32_t bits)
{
    memcpy(&window->scores[start][level], &bits, sizeof bits);
}

/* Takes the step of a walk to what may be the child of `parent`. Returns if the walk goes on. A unit
 * that is no piece has the score -infinity itself. */
static inline bool tkz__unigram_step(tkz__unigram_window *window, const tkz__unigram *model,
                                     const tkz__unigram_walk *own, uint32_t parent,
                                     uint32_t level, tkz__unigram_walk *next)
{
    const uint32_t no_score = UINT32_C(0x1FF) << 23; /* -infinity */
    const uint8_t *unit = tkz__unigram_unit(model, own->child);
    bool is_child = tkz__load_u32(unit + 4) == parent;
    uint32_t bits = tkz__load_u32(unit + 8), base = tkz__load_u32(unit) & TKZ__UNIGRAM_BASE;
    base = is_child ? base : 0; /* asks for a child of the root then, which is near */
    tkz__unigram_put_score(window, own->start, level, is_child ? bits : no_score);
    window->units[own->start][level] = own->child;
    next->start = own->start;
    next->parent = own->child;
    next->child =
        tkz__unigram_ask_for_child(model, base, window->codes[own->start + level + 1]);
    return base != 0;
}

/* The pieces of one and two characters; a character that is no piece has the score of the unknown.
 * The children of the root say of themselves that they are unit 0's, so a character that is in
 * no piece gets a parent that no unit has. */
static inline uint32_t tkz__unigram_match_pairs(tkz__unigram_window *window,
                                                const tkz__unigram *model, uint32_t count,
                                                tkz__unigram_walk *walks)
{
    const float unknown_score = (float)model->unknown_score;
    uint32_t unknown, made = 0;
    memcpy(&unknown, &unknown_score, sizeof unknown);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = window->codes[i];
        bool is_piece = (tkz__unigram_base(model, code) & TKZ__UNIGRAM_IS_PIECE) != 0;
        uint32_t bits = tkz__load_u32(tkz__unigram_unit(model, code) + 8);
        for (uint32_t level = 0; level < TKZ__UNIGRAM_LEVELS; level++)
            window->scores[i][level] = -INFINITY;
        tkz__unigram_put_score(window, i, 0, is_piece ? bits : unknown);
        window->units[i][0] = code;
        tkz__unigram_walk own = {.start = i, .child = window->children[i]};
        made += tkz__unigram_step(window, model, &own, code == 0 ? UINT32_MAX - 1 : code, 1,
                                  &walks[made]);
    }
    return made;
}

/* Fills scores and units. Returns the number of characters before the first that a piece may start at
 * which is longer than a window knows; *deepest: no piece has more characters. */
static inline uint32_t tkz__unigram_match(tkz__unigram_window *window, const tkz__unigram *model,
                                          uint32_t *deepest)
{
    uint32_t count = window->known < TKZ__UNIGRAM_STARTS ? window->known : TKZ__UNIGRAM_STARTS;
    tkz__unigram_walk walks[TKZ__UNIGRAM_STARTS + 1];
    uint32_t open = tkz__unigram_match_pairs(window, model, count, walks), level = 2;
    for (; level < TKZ__UNIGRAM_LEVELS && open > 0; level++) {
        uint32_t made = 0;
        for (uint32_t i = 0; i < open; i++) {
            tkz__unigram_walk own = walks[i];
            made += tkz__unigram_step(window, model, &own, own.parent, level, &walks[made]);
        }
        open = made;
    }
    *deepest = level;
    return open > 0 ? walks[0].start : count;
}

#endif
