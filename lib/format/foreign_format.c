/* SPDX-License-Identifier: Apache-2.0
 *
 * Recognises the tokenizer files of other tools that this build does not read,
 * so that the refusal can say what they are. Leans on nothing.
 */
#include <string.h>

#include "format/format.h"

/* How far into a file a name is looked for. */
enum { SEARCH_LIMIT = 1 << 16 };

static bool contains(const uint8_t *data, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (size > SEARCH_LIMIT)
        size = SEARCH_LIMIT;
    for (size_t at = 0; at + length <= size; at++) {
        if (memcmp(data + at, text, length) == 0)
            return true;
    }
    return false;
}

static bool is_json(const uint8_t *data, size_t size)
{
    size_t at = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < size && (data[at] == ' ' || data[at] == '\t' || data[at] == '\n' ||
                         data[at] == '\r'))
        at++;
    return at < size && data[at] == '{';
}

static bool starts_with(const uint8_t *data, size_t size, const char *text)
{
    return size >= strlen(text) && memcmp(data, text, strlen(text)) == 0;
}

const char *tkz__foreign_format(const uint8_t *data, size_t size)
{
    if (starts_with(data, size, "#version"))
        return "this is the merges of a tokenizer; open vocab.json, which belongs beside it";
    if (is_json(data, size)) {
        if (contains(data, size, "\"added_tokens_decoder\"") ||
            contains(data, size, "\"tokenizer_class\"") || contains(data, size, "\"model_type\""))
            return "this is a configuration of transformers; open the tokenizer.json that belongs "
                   "beside it";
        return NULL;
    }
    return NULL;
}
