/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of JSON strings: the search for the next byte that is not plain text,
 * and the reading of one escape. Shared by the scanner, the unescaper and the
 * writer. Leans on nothing. Inline is what runs once per escape: where everything
 * beyond ASCII is escaped, that is once per character.
 */
#ifndef TKZ_IO_JSON_STRING_H
#define TKZ_IO_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Whether a byte ends a stretch of plain text: quotation mark, backslash, control character. */
static inline bool tkz__json_special(uint8_t byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/* How many bytes at `text` are plain. Eight at a time in a 64-bit word, on any machine. */
static inline size_t tkz__json_plain_run_portable(const char *text, size_t size)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    size_t at = 0;
    for (; size - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text + at, 8);
        uint64_t quote = word ^ (ones * '"');
        uint64_t backslash = word ^ (ones * '\\');
        /* (x - 1) & ~x has a top bit when some byte is 0, (x - 0x20) & ~x when one is below 0x20.
         * A borrow may mark more bytes than it should, but never the word without a true one. */
        uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                         ((backslash - ones) & ~backslash);
        if ((found & tops) != 0)
            break;
    }
    while (at < size && !tkz__json_special((uint8_t)text[at]))
        at++;
    return at;
}

/* The same with the widest registers that the compiler may use. */
static inline size_t tkz__json_plain_run(const char *text, size_t size)
{
    size_t at = 0;
#ifdef __AVX2__
    for (; size - at >= 32; at += 32) {
        __m256i block = _mm256_loadu_si256((const __m256i *)(const void *)(text + at));
        __m256i found = _mm256_or_si256(
            _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')),
                            _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'))),
            _mm256_cmpeq_epi8(_mm256_min_epu8(block, _mm256_set1_epi8(0x1F)), block));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(found);
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
    }
#elif defined(__SSE2__)
    for (; size - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        __m128i found =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))),
                         _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
    }
#endif
    return at + tkz__json_plain_run_portable(text + at, size - at);
}

/* Value of each hexadecimal digit; -1 for all other bytes. */
extern const int8_t tkz__json_digit[256];

/* Four hexadecimal digits, or a negative number. */
static inline int32_t tkz__json_hexadecimal(const char *digits)
{
    int32_t a = tkz__json_digit[(uint8_t)digits[0]];
    int32_t b = tkz__json_digit[(uint8_t)digits[1]];
    int32_t c = tkz__json_digit[(uint8_t)digits[2]];
    int32_t d = tkz__json_digit[(uint8_t)digits[3]];
    return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
}

/* The two-character escapes: what a backslash with `letter` stands for, or 0. */
uint8_t tkz__json_short_escape(uint8_t letter);

/* Length of the escape (backslash included) at `text`, 2 or 6, or 0 when it is not one. A
 * surrogate counts alone. */
static inline size_t tkz__json_escape_length(const char *text, size_t size)
{
    if (size >= 6 && text[1] == 'u')
        return tkz__json_hexadecimal(text + 2) >= 0 ? 6 : 0;
    return size >= 2 && tkz__json_short_escape((uint8_t)text[1]) != 0 ? 2 : 0;
}

/* What the escape at `text` means: its length, 12 for a pair of surrogates, and the character; a
 * lone surrogate gives its own number (0xD800..0xDFFF). 0 when it is not an escape. */
size_t tkz__json_escape_decode(const char *text, size_t size, uint32_t *character);

#endif
