/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of UTF-8. Validation and counting are public (tokenize/text.h).
 * Leans on nothing.
 */
#ifndef TKZ_TEXT_UTF8_H
#define TKZ_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* What an invalid byte is read as: U+FFFD, marked so that it differs from a real one. */
#define TKZ__UTF8_INVALID (UINT32_C(0xFFFD) | UINT32_C(0x80000000))

/* Reads the character at `text` and returns its length, 1..4 bytes. Safe on any bytes: never reads
 * behind `size` (at least 1); an invalid byte is taken alone and gives TKZ__UTF8_INVALID. */
size_t tkz__utf8_decode(const char *text, size_t size, uint32_t *character);

/* The same for hot loops: ASCII and the three-byte characters of Japanese are decoded in place. */
static inline size_t tkz__utf8_next(const char *text, size_t size, uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (bytes[0] < 0x80) {
        *character = bytes[0];
        return 1;
    }
    if ((bytes[0] & 0xF0) == 0xE0 && size >= 3 && (bytes[1] & 0xC0) == 0x80 &&
        (bytes[2] & 0xC0) == 0x80) {
        uint32_t value = (uint32_t)(bytes[0] & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 |
                         (bytes[2] & 0x3F);
        if (value >= 0x800 && value - 0xD800 >= 0x800) {
            *character = value;
            return 3;
        }
    }
    return tkz__utf8_decode(text, size, character);
}

/* Decodes the start of a text: the characters that tkz__utf8_next would give one after the other,
 * until `capacity` of them are written or the text ends. Returns how many; *read is the bytes they
 * took. For long texts; a capacity of 1024 or more costs nothing, one below 64 is slow. To go on,
 * call again behind *read. Nothing behind `capacity` is written. Any thread. */
size_t tkz__utf8_decode_run(const char *text, size_t size, uint32_t *characters, size_t capacity,
                            size_t *read);

/* Bytes that a character took, as tkz__utf8_next and tkz__utf8_decode_run give it. */
static inline size_t tkz__utf8_length(uint32_t character)
{
    if (character < 0x10000)
        return (size_t)1 + (character >= 0x80) + (character >= 0x800);
    return character == TKZ__UTF8_INVALID ? 1 : 4;
}

/* Whether a continuation byte stands at `at`, behind a whole character. A step that removed what lies
 * before it could make a character out of broken bytes. */
static inline bool tkz__utf8_is_stray(const char *text, size_t at, size_t size)
{
    return at < size && ((uint8_t)text[at] & 0xC0) == 0x80;
}

/* Writes a scalar value, returns its length 1..4. */
size_t tkz__utf8_encode(uint32_t character, char *text);

#endif
