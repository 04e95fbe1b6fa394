/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing text and JSON strings written into it. jansson would copy each text
 * three times and cannot hold bytes that are not UTF-8.
 */
#ifndef TOOLS_JSON_TEXT_H
#define TOOLS_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as all zero. After a failed append (out of memory) `failed` stays set. */
struct text {
    char *data;
    size_t size;
    size_t capacity;
    bool failed;
};

void text_append(struct text *text, const char *data, size_t size);
void text_append_string(struct text *text, const char *string);
void text_free(struct text *text);

/* Appends `data` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, one for
 * each longest beginning of a character (Unicode 15, section 3.9). */
void text_append_json(struct text *text, const char *data, size_t size);

#endif /* TOOLS_JSON_TEXT_H */
