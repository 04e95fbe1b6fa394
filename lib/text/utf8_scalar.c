/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 in plain C over 64-bit words: validation, counting, decoding. What the vector paths give
 * their first and last bytes and their errors to. Leans on text/utf8_kernels.h. The rules are table
 * 3-7 of the Unicode Standard ("Well-Formed UTF-8 Byte Sequences"): no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 */
#include <stdbool.h>
#include <string.h>

#include "core/little_endian.h"
#include "text/utf8_kernels.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define LOW_BITS UINT64_C(0x0101010101010101)
#define EVEN_LANES UINT64_C(0x00FF00FF00FF00FF)

/* Two characters of three bytes in the low six bytes of a word: which bits to look at, and
 * what they are when the bytes have the form 1110xxxx 10xxxxxx 10xxxxxx, twice. */
#define TWO_TRIPLES_MASK UINT64_C(0x0000C0C0F0C0C0F0)
#define TWO_TRIPLES_FORM UINT64_C(0x00008080E08080E0)

/* Bit n: the lead byte 0xE0 + n takes any two continuation bytes. E0 (overlong) and ED
 * (surrogates) restrict the second byte and go the slow way; Japanese uses E2..E9 and EF. */
#define FREE_LEADS UINT32_C(0xDFFE)

static inline bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Length of the character at `bytes` and its value, or 0 where none is valid. */
static inline size_t decode_character(const uint8_t *bytes, size_t size, uint32_t *character)
{
    uint8_t lead = bytes[0];

    if (lead < 0x80) {
        *character = lead;
        return 1;
    }
    if (lead < 0xC2) /* a continuation byte, or the lead of an overlong form */
        return 0;
    if (lead < 0xE0) {
        if (size < 2 || !is_continuation(bytes[1]))
            return 0;
        *character = (uint32_t)(lead & 0x1F) << 6 | (bytes[1] & 0x3F);
        return 2;
    }
    if (lead < 0xF0) {
        uint32_t value;

        if (size < 3 || !is_continuation(bytes[1]) || !is_continuation(bytes[2]))
            return 0;
        value = (uint32_t)(lead & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 |
                (bytes[2] & 0x3F);
        if (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))
            return 0;
        *character = value;
        return 3;
    }
    if (lead < 0xF5) {
        uint32_t value;

        if (size < 4 || !is_continuation(bytes[1]) || !is_continuation(bytes[2]) ||
            !is_continuation(bytes[3]))
            return 0;
        value = (uint32_t)(lead & 0x07) << 18 | (uint32_t)(bytes[1] & 0x3F) << 12 |
                (uint32_t)(bytes[2] & 0x3F) << 6 | (bytes[3] & 0x3F);
        if (value < 0x10000 || value > 0x10FFFF)
            return 0;
        *character = value;
        return 4;
    }
    return 0;
}

/* True when the six low bytes of `word` are two characters of three bytes that need no further
 * look. */
static inline bool is_two_triples(uint64_t word)
{
    return (word & TWO_TRIPLES_MASK) == TWO_TRIPLES_FORM &&
           (FREE_LEADS >> (word & 0x0F) & FREE_LEADS >> (word >> 24 & 0x0F) & 1) != 0;
}

size_t tkz__utf8_valid_prefix_scalar(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;

    while (at < size) {
        uint32_t character;
        size_t length;

        /* Runs of ASCII, 16 bytes a step, and of three-byte characters, two a step: Japanese
         * text is nearly all of the second kind, its mark-up and English of the first. */
        while (size - at >= 16 &&
               ((tkz__load_u64(bytes + at) | tkz__load_u64(bytes + at + 8)) & HIGH_BITS) == 0)
            at += 16;
        while (size - at >= 8 && is_two_triples(tkz__load_u64(bytes + at)))
            at += 6;
        if (at == size)
            break;
        length = decode_character(bytes + at, size - at, &character);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

uint64_t tkz__utf8_count_scalar(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint64_t continuations = 0;
    size_t at = 0;

    /* A byte is a continuation when its bit 7 is set and bit 6 is not. Eight lanes of byte
     * counters hold at most 255 before they are summed. */
    while (size - at >= 8) {
        size_t words = (size - at) / 8 < 255 ? (size - at) / 8 : 255;
        uint64_t lanes = 0;
        uint64_t pairs;
        size_t word;

        for (word = 0; word < words; word++, at += 8) {
            uint64_t value = tkz__load_u64(bytes + at);

            lanes += (value >> 7 & ~(value >> 6)) & LOW_BITS;
        }
        pairs = (lanes & EVEN_LANES) + (lanes >> 8 & EVEN_LANES);
        continuations += (pairs * UINT64_C(0x0001000100010001)) >> 48;
    }
    for (; at < size; at++)
        continuations += is_continuation(bytes[at]);
    return size - continuations;
}

size_t tkz__utf8_decode(const char *text, size_t size, uint32_t *character)
{
    size_t length = decode_character((const uint8_t *)text, size, character);

    if (length == 0) {
        *character = TKZ__UTF8_INVALID;
        return 1;
    }
    return length;
}

size_t tkz__utf8_decode_run_scalar(const char *text, size_t size, uint32_t *characters,
                                   size_t capacity, size_t *read)
{
    size_t written = 0;
    size_t at = 0;

    while (at < size && written < capacity) {
        const uint8_t *here = (const uint8_t *)text + at;

        if (here[0] < 0x80 && size - at >= 8 && capacity - written >= 8 &&
            (tkz__load_u64(here) & HIGH_BITS) == 0) {
            for (size_t i = 0; i < 8; i++)
                characters[written + i] = here[i];
            written += 8;
            at += 8;
        } else {
            at += tkz__utf8_next(text + at, size - at, &characters[written++]);
        }
    }
    *read = at;
    return written;
}
