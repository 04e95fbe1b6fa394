/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte order marks, and charset declarations of HTML and XML. Leans on charset_names.
 * Looks where browsers look (WHATWG HTML, "prescan a byte stream to determine its
 * encoding"), in 4 KiB instead of 1 KiB: old Japanese pages have long heads.
 */
#include <stdbool.h>
#include <string.h>

#include "text/charset_declaration.h"

#define DECLARATION_REACH 4096

tkz__charset tkz__charset_by_mark(const uint8_t *data, size_t size, size_t *mark_size)
{
    /* UTF-32 first: its little-endian mark begins like that of UTF-16. */
    static const struct mark {
        uint8_t charset;
        uint8_t size;
        char bytes[5];
    } marks[] = {{TKZ__CHARSET_UTF_32LE, 4, "\xFF\xFE\0\0"},
                 {TKZ__CHARSET_UTF_32BE, 4, "\0\0\xFE\xFF"},
                 {TKZ__CHARSET_GB18030, 4, "\x84\x31\x95\x33"},
                 {TKZ__CHARSET_UTF_8, 3, "\xEF\xBB\xBF"},
                 {TKZ__CHARSET_UTF_16LE, 2, "\xFF\xFE"},
                 {TKZ__CHARSET_UTF_16BE, 2, "\xFE\xFF"}};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (size >= marks[i].size && memcmp(data, marks[i].bytes, marks[i].size) == 0) {
            *mark_size = marks[i].size;
            return (tkz__charset)marks[i].charset;
        }
    *mark_size = 0;
    return TKZ__CHARSET_NONE;
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* True when `data` begins with `word`, which is in lower case. */
static bool begins(const uint8_t *data, size_t size, const char *word)
{
    size_t i;

    for (i = 0; word[i] != '\0'; i++)
        if (i >= size || lower(data[i]) != (uint8_t)word[i])
            return false;
    return true;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static bool ends_label(uint8_t byte)
{
    return is_blank(byte) || byte == '"' || byte == '\'' || byte == ';' || byte == '>' ||
           byte == '/' || byte == '?';
}

/* The charset of the first `word` = LABEL in a tag whose label is known. */
static tkz__charset find_value(const uint8_t *tag, size_t size, const char *word)
{
    size_t length = strlen(word);

    for (size_t at = 0; at + length < size; at++) {
        size_t start = at + length;
        size_t end;
        tkz__charset charset;

        if (!begins(tag + at, size - at, word))
            continue;
        while (start < size && is_blank(tag[start]))
            start++;
        if (start >= size || tag[start] != '=')
            continue;
        start++;
        while (start < size && (is_blank(tag[start]) || tag[start] == '"' || tag[start] == '\''))
            start++;
        end = start;
        while (end < size && !ends_label(tag[end]))
            end++;
        charset = tkz__charset_by_label((const char *)tag + start, end - start);
        if (charset != TKZ__CHARSET_NONE)
            return charset;
        at = start - 1;
    }
    return TKZ__CHARSET_NONE;
}

/* Length of the comment at `data`, `size` if it does not end. */
static size_t comment_size(const uint8_t *data, size_t size)
{
    for (size_t at = 4; at + 3 <= size; at++)
        if (memcmp(data + at, "-->", 3) == 0)
            return at + 3;
    return size;
}

tkz__charset tkz__charset_by_declaration(const uint8_t *data, size_t size)
{
    size_t reach = size < DECLARATION_REACH ? size : DECLARATION_REACH;
    size_t at = 0;

    while (at < reach) {
        const uint8_t *open = memchr(data + at, '<', reach - at);
        const uint8_t *close;
        const char *word = NULL;
        size_t left;
        size_t length;

        if (open == NULL)
            break;
        at = (size_t)(open - data);
        left = reach - at;
        if (begins(open, left, "<!--")) {
            at += comment_size(open, left);
            continue;
        }
        if (begins(open, left, "<?xml"))
            word = "encoding";
        else if (begins(open, left, "<meta") && left > 5 && (is_blank(open[5]) || open[5] == '/'))
            word = "charset";
        if (word == NULL) {
            at++;
            continue;
        }
        close = memchr(open, '>', left);
        length = close == NULL ? left : (size_t)(close - open);
        if (close != NULL) {
            tkz__charset charset = find_value(open, length, word);

            if (charset != TKZ__CHARSET_NONE)
                return charset;
        }
        at += length;
    }
    return TKZ__CHARSET_NONE;
}
