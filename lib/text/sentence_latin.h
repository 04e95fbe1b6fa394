/* SPDX-License-Identifier: Apache-2.0
 *
 * The ASCII period: abbreviations, numbers, initials, file names. Leans on
 * sentence_rules' view of an end mark.
 */
#ifndef TKZ_TEXT_SENTENCE_LATIN_H
#define TKZ_TEXT_SENTENCE_LATIN_H

#include "text/sentence_rules.h"

/* Whether a run of periods without any other end mark ends a sentence. */
bool tkz__period_ends(const tkz__end_mark *mark);

#endif
