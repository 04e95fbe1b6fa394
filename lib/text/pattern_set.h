/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of characters for regular expressions: bit sets while an expression is read, and what names
 * such as \p{Lu}, \w and [:alpha:] mean in each library. Leans on the class tables.
 */
#ifndef TKZ_TEXT_PATTERN_SET_H
#define TKZ_TEXT_PATTERN_SET_H

#include <string.h>

#include "text/pattern.h"

enum {
    TKZ__SET_INVALID = 0x110000, /* stands for a byte that is no UTF-8 */
    TKZ__SET_WORDS = 0x110000 / 64 + 1
};

/* A bit for each character, and for TKZ__SET_INVALID. */
typedef struct tkz__char_set {
    uint64_t words[TKZ__SET_WORDS];
} tkz__char_set;

static inline bool tkz__set_has(const tkz__char_set *set, uint32_t character)
{
    return set->words[character / 64] >> (character % 64) & 1;
}

static inline void tkz__set_add(tkz__char_set *set, uint32_t character)
{
    set->words[character / 64] |= UINT64_C(1) << (character % 64);
}

void tkz__set_add_range(tkz__char_set *set, uint32_t first, uint32_t last);
void tkz__set_unite(tkz__char_set *set, const tkz__char_set *other);
void tkz__set_intersect(tkz__char_set *set, const tkz__char_set *other);
void tkz__set_invert(tkz__char_set *set); /* among all characters and TKZ__SET_INVALID */

/* Adds what a class letter stands for: d, w, s, h. False: no such letter. */
bool tkz__set_add_letter(tkz__char_set *set, char letter);

/* \w of `dialect` outside of brackets, inside of them and as \b takes it. */
void tkz__set_add_word(tkz__char_set *set, tkz__regex_dialect dialect);

/* Adds the characters with a property: a general category, a script, or a name that `dialect` has beside
 * them. False: it is not known here. */
bool tkz__set_add_property(tkz__char_set *set, tkz__regex_dialect dialect, const char *name,
                           size_t size);

/* The same for [:name:]. */
bool tkz__set_add_posix(tkz__char_set *set, tkz__regex_dialect dialect, const char *name,
                        size_t size);

/* The number of a script in the class records from its long name or its code, without case, spaces,
 * - and _; -1: unknown. */
int tkz__script_find(const char *name, size_t size);

#endif
