/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing text and JSON strings written into it. Leans on the library's UTF-8.
 */
#include "tools/json_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"

void text_append(struct text *text, const char *data, size_t size)
{
    if (size > text->capacity - text->size) {
        size_t capacity = text->capacity < 4096 ? 4096 : text->capacity;
        while (capacity - text->size < size && capacity <= SIZE_MAX / 2)
            capacity *= 2;
        char *larger = capacity - text->size < size ? NULL : realloc(text->data, capacity);
        if (larger == NULL) {
            text->failed = true;
            return;
        }
        text->data = larger;
        text->capacity = capacity;
    }
    if (size > 0)
        memcpy(text->data + text->size, data, size);
    text->size += size;
}

void text_append_string(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

static void append_escape(struct text *text, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *letter = NULL;
    switch (byte) {
    case '"': letter = "\\\""; break;
    case '\\': letter = "\\\\"; break;
    case '\n': letter = "\\n"; break;
    case '\r': letter = "\\r"; break;
    case '\t': letter = "\\t"; break;
    default: break;
    }
    if (letter != NULL) {
        text_append(text, letter, 2);
    } else {
        char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        text_append(text, escape, sizeof escape);
    }
}

/* Appends valid UTF-8 with what JSON forbids escaped. */
static void append_valid(struct text *text, const char *data, size_t size)
{
    size_t plain = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        text_append(text, data + plain, i - plain);
        append_escape(text, byte);
        plain = i + 1;
    }
    text_append(text, data + plain, size - plain);
}

/* Bytes of the longest beginning of a character at `data`, where no whole one stands: 1 or more. */
static size_t broken_size(const unsigned char *data, size_t size)
{
    unsigned char lead = data[0], lowest = 0x80, highest = 0xBF;
    size_t wanted = lead >= 0xF0 && lead <= 0xF4   ? 4
                    : lead >= 0xE0 && lead <= 0xEF ? 3
                    : lead >= 0xC2 && lead <= 0xDF ? 2
                                                   : 1;
    if (lead == 0xE0)
        lowest = 0xA0;
    if (lead == 0xED)
        highest = 0x9F;
    if (lead == 0xF0)
        lowest = 0x90;
    if (lead == 0xF4)
        highest = 0x8F;
    size_t length = 1;
    while (length < wanted && length < size && data[length] >= lowest && data[length] <= highest) {
        length++;
        lowest = 0x80;
        highest = 0xBF;
    }
    return length;
}

void text_append_json(struct text *text, const char *data, size_t size)
{
    text_append(text, "\"", 1);
    for (size_t at = 0; at < size;) {
        size_t valid = tkz_utf8_valid_prefix(data + at, size - at);
        append_valid(text, data + at, valid);
        at += valid;
        if (at < size) {
            text_append_string(text, "\xEF\xBF\xBD");
            at += broken_size((const unsigned char *)data + at, size - at);
        }
    }
    text_append(text, "\"", 1);
}
