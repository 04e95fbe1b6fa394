/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of token ids, as `tokenize encode` writes them: with blanks between, or
 * as JSON.
 */
#ifndef TOOLS_ID_LINE_H
#define TOOLS_ID_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Ids of one line. Starts as all zero; free with id_line_free. */
struct id_line {
    uint32_t *ids;
    size_t count;
    size_t capacity;
    json_t *id; /* of the record, where a JSON line has one; else NULL */
};

/* Room for `count` ids; false if there is no memory. */
bool id_line_reserve(struct id_line *line, size_t count);

/* Reads "1 2 3" or {"id":...,"ids":[1,2,3]}. Returns NULL, or what is wrong (static string). */
const char *id_line_parse(struct id_line *line, const char *text, size_t size);
void id_line_free(struct id_line *line);

#endif /* TOOLS_ID_LINE_H */
