/* SPDX-License-Identifier: Apache-2.0
 *
 * One word as JSON, for all views that show words so. Leans on the public lattice.
 */
#ifndef TOOLS_MORPH_JSON_H
#define TOOLS_MORPH_JSON_H

#include <stdbool.h>

#include "tokenize/morph.h"
#include "tools/json_text.h"

/* Characters that begin in text[start, end): all bytes but those that continue a character. */
uint64_t count_characters(const char *text, uint64_t start, uint64_t end);

/* Appends a word as an object. `*character` and `*position` are a place that has been counted up to,
 * both 0 before the first word. */
void morph_json_word(struct text *result, const tkz_lattice_word *word, const char *text,
                     uint64_t *character, uint64_t *position, bool with_probability);

#endif /* TOOLS_MORPH_JSON_H */
