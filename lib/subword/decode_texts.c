/* SPDX-License-Identifier: Apache-2.0
 *
 * What single decoding steps make of the text of one token. Leans on pattern, byte_level and utf8.
 */
#define _GNU_SOURCE /* memmem */
#include "subword/decode_texts.h"

#include <string.h>

#include "subword/byte_level.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* ---- Replacing ------------------------------------------------------------ */

static tkz_status replace_nothing(tkz__decode_text text, tkz__decode_text fresh, tkz__buffer *out,
                                  tkz_error *error)
{
    tkz_status status = tkz__buffer_append(out, fresh.bytes, fresh.size, error);
    for (size_t at = 0, size; at < text.size && status == TKZ_OK; at += size) {
        uint32_t character;
        size = tkz__utf8_next((const char *)text.bytes + at, text.size - at, &character);
        status = tkz__buffer_append(out, text.bytes + at, size, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(out, fresh.bytes, fresh.size, error);
    }
    return status;
}

tkz_status tkz__decode_replace(tkz__decode_text text, tkz__decode_text old, tkz__decode_text fresh,
                               tkz__buffer *out, tkz_error *error)
{
    if (old.size == 0)
        return replace_nothing(text, fresh, out, error);
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK;) {
        const uint8_t *found =
            at < text.size ? memmem(text.bytes + at, text.size - at, old.bytes, old.size) : NULL;
        size_t end = found == NULL ? text.size : (size_t)(found - text.bytes);
        status = tkz__buffer_append(out, text.bytes + at, end - at, error);
        if (found == NULL)
            break;
        if (status == TKZ_OK)
            status = tkz__buffer_append(out, fresh.bytes, fresh.size, error);
        at = end + old.size;
    }
    return status;
}

tkz_status tkz__decode_replace_matches(tkz__pattern_search *search, const tkz__pattern *pattern,
                                       tkz__decode_text text, tkz__decode_text fresh,
                                       tkz__buffer *out, tkz_error *error)
{
    size_t done = 0, start, end;
    bool found = true;
    tkz__pattern_search_allow(search, text.size);
    tkz__pattern_search_text(search, pattern, (const char *)text.bytes, text.size);
    for (;;) {
        tkz_status status = tkz__pattern_search_next(search, &start, &end, &found, error);
        if (status != TKZ_OK)
            return status;
        if (!found)
            return tkz__buffer_append(out, text.bytes + done, text.size - done, error);
        status = tkz__buffer_append(out, text.bytes + done, start - done, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(out, fresh.bytes, fresh.size, error);
        if (status != TKZ_OK)
            return status;
        done = end;
    }
}

/* ---- cleanup ---------------------------------------------------------------- */

static tkz__decode_text text_of(const char *text)
{
    return (tkz__decode_text){(const uint8_t *)text, strlen(text)};
}

tkz_status tkz__decode_cleanup(tkz__decode_text text, tkz__buffer *out, tkz__buffer *spare,
                               tkz_error *error)
{
    static const char *const pairs[][2] = {
        {" .", "."},     {" ?", "?"},     {" !", "!"},            {" ,", ","},
        {" ' ", "'"},    {" n't", "n't"}, {" 'm", "'m"},          {" do not", " don't"},
        {" 's", "'s"},   {" 've", "'ve"}, {" 're", "'re"},
    };
    size_t start = out->size;
    tkz_status status = tkz__buffer_append(out, text.bytes, text.size, error);
    /* Each of them begins with a space. */
    for (size_t i = 0; status == TKZ_OK && i < sizeof pairs / sizeof pairs[0]; i++) {
        if (out->size == start || memchr(out->data + start, ' ', out->size - start) == NULL)
            break;
        tkz__decode_text now = {out->data + start, out->size - start};
        tkz__buffer_clear(spare);
        status = tkz__decode_replace(now, text_of(pairs[i][0]), text_of(pairs[i][1]), spare, error);
        out->size = start;
        if (status == TKZ_OK)
            status = tkz__buffer_append(out, spare->data, spare->size, error);
    }
    return status;
}

/* ---- Strip ------------------------------------------------------------------ */

tkz__decode_text tkz__decode_strip(tkz__decode_text text, tkz__decode_text character, size_t start,
                                   size_t stop)
{
    for (; start > 0 && text.size >= character.size &&
           memcmp(text.bytes, character.bytes, character.size) == 0;
         start--) {
        text.bytes += character.size;
        text.size -= character.size;
    }
    for (; stop > 0 && text.size >= character.size &&
           memcmp(text.bytes + text.size - character.size, character.bytes, character.size) == 0;
         stop--)
        text.size -= character.size;
    return text;
}

/* ---- Bytes ------------------------------------------------------------------ */

/* The byte that a character stands for; -1: none. */
static int byte_of(uint32_t character)
{
    if (character >= 0x100 + 68)
        return -1;
    if (character >= 0x100) {
        uint32_t number = character - 0x100;
        return (int)(number <= 32 ? number : number < 67 ? number - 33 + 127 : 173);
    }
    return tkz__byte_level_character((uint8_t)character) == character ? (int)character : -1;
}

tkz_status tkz__decode_bytes(tkz__decode_text text, tkz__buffer *out, tkz_error *error)
{
    size_t start = out->size;
    tkz_status status = tkz__buffer_reserve(out, text.size, error);
    for (size_t at = 0; at < text.size && status == TKZ_OK;) {
        uint32_t character;
        at += tkz__utf8_next((const char *)text.bytes + at, text.size - at, &character);
        int byte = byte_of(character);
        if (byte < 0) {
            out->size = start;
            return tkz__buffer_append(out, text.bytes, text.size, error);
        }
        out->data[out->size++] = (uint8_t)byte;
    }
    return status;
}

static int digit_of(uint8_t letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

int tkz__decode_fallback_byte(tkz__decode_text text)
{
    if (text.size != 6 || memcmp(text.bytes, "<0x", 3) != 0 || text.bytes[5] != '>')
        return -1;
    /* u8::from_str_radix takes a sign too. */
    int high = text.bytes[3] == '+' ? 0 : digit_of(text.bytes[3]), low = digit_of(text.bytes[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

size_t tkz__decode_unfinished(const uint8_t *bytes, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        uint8_t byte = bytes[size - back];
        if ((byte & 0xC0) == 0x80)
            continue;
        size_t length = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1;
        if (back >= length)
            return 0;
        /* E0, ED, F0 and F4 allow fewer second bytes. */
        uint8_t second = back > 1 ? bytes[size - back + 1] : 0x90;
        bool is_impossible = back > 1 && ((byte == 0xE0 && second < 0xA0) ||
                                          (byte == 0xED && second >= 0xA0) ||
                                          (byte == 0xF0 && second < 0x90) ||
                                          (byte == 0xF4 && second >= 0x90));
        return is_impossible ? 0 : back;
    }
    return 0;
}

/* Bytes of the longest beginning of a character at the start of what is none: 1 to 3. */
static size_t broken_length(const uint8_t *bytes, size_t size)
{
    size_t length = 1;
    while (length < 3 && length < size && tkz__decode_unfinished(bytes, length + 1) == length + 1)
        length++;
    return length;
}

tkz_status tkz__decode_lossy(tkz__decode_text bytes, bool is_last, tkz__buffer *out, size_t *left,
                             tkz_error *error)
{
    tkz_status status = TKZ_OK;
    size_t end = bytes.size;
    if (!is_last)
        end -= tkz__decode_unfinished(bytes.bytes, bytes.size);
    for (size_t at = 0; at < end && status == TKZ_OK;) {
        size_t valid = tkz_utf8_valid_prefix((const char *)bytes.bytes + at, end - at);
        status = tkz__buffer_append(out, bytes.bytes + at, valid, error);
        at += valid;
        if (at == end || status != TKZ_OK)
            break;
        status = tkz__buffer_append(out, "\xEF\xBF\xBD", 3, error);
        at += broken_length(bytes.bytes + at, end - at);
    }
    *left = bytes.size - end;
    return status;
}
