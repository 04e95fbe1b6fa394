/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON values as text whose numbers are read back as the same: jansson would write each with as many digits as the longest
 * needs, or lose some. Leans on jansson and json_text.
 */
#ifndef TOOLS_JSON_VALUE_H
#define TOOLS_JSON_VALUE_H

#include <jansson.h>

#include "tools/json_text.h"

/* Appends the value as jansson's json_dumps does: on one line, or with `indent` > 0 a line for each item, so many spaces to a
 * level. Real numbers have the fewest digits that tkz_number_text finds. */
void text_append_value(struct text *text, const json_t *value, int indent);

#endif /* TOOLS_JSON_VALUE_H */
