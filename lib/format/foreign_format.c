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

/* SentencePiece: protobuf whose first field (0A) is a piece, which starts with a string (0A). */
static bool is_sentencepiece(const uint8_t *data, size_t size)
{
    return size >= 4 && data[0] == 0x0A && data[1] < 0x80 && data[2] == 0x0A &&
           data[3] < data[1];
}

static bool is_base64(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '+' || byte == '/' || byte == '=';
}

/* tiktoken: the first line is a token in base64, a space and its rank. */
static bool is_tiktoken(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && is_base64(data[at]))
        at++;
    if (at == 0 || at % 4 != 0 || at >= size || data[at] != ' ')
        return false;
    size_t rank = ++at;
    while (at < size && data[at] >= '0' && data[at] <= '9')
        at++;
    return at > rank && at < size && (data[at] == '\n' || data[at] == '\r');
}

const char *tkz__foreign_format(const uint8_t *data, size_t size)
{
    if (size >= 4 && memcmp(data, "GGUF", 4) == 0)
        return "this is a GGUF model of llama.cpp, which this build does not read; it opens "
               "native images (.tkz), as `tokenize train` writes them";
    if (is_json(data, size)) {
        if (contains(data, size, "\"added_tokens\"") || contains(data, size, "\"model\""))
            return "this is a tokenizer.json of HF tokenizers, which this build writes but does "
                   "not read; open the native image (.tkz) that was made with it";
        return NULL;
    }
    if (is_sentencepiece(data, size))
        return "this is a SentencePiece model, which this build does not read; it opens native "
               "images (.tkz), as `tokenize train` writes them";
    if (is_tiktoken(data, size))
        return "this is a tiktoken rank file, which this build does not read; it opens native "
               "images (.tkz), as `tokenize train` writes them";
    return NULL;
}
