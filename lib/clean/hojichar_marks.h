/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of many characters matter to HojiChar's filters at all: few do. Leans on character_kinds.
 */
#ifndef TKZ_CLEAN_HOJICHAR_MARKS_H
#define TKZ_CLEAN_HOJICHAR_MARKS_H

#include "clean/character_kinds.h"

enum { TKZ__HOJICHAR_STEP = 64 };

/* What to look at among up to TKZ__HOJICHAR_STEP characters, a bit for each. */
typedef struct tkz__hojichar_marked {
    uint64_t line_feeds;
    uint64_t equal; /* to the character before */
    uint64_t marks; /* places where one of a bulletin board may begin; some others too */
} tkz__hojichar_marked;

/* Of those from `at` on, at most TKZ__HOJICHAR_STEP of `count`. */
tkz__hojichar_marked tkz__hojichar_mark(const tkz__character_kinds *kinds, const uint32_t *characters, size_t at,
                                        size_t count);

#endif
