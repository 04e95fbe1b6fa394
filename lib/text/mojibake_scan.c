/* SPDX-License-Identifier: Apache-2.0
 *
 * Passing quickly over text that cannot be broken: plain C and AVX2. Leans on
 * cp932_table, mojibake and utf8.
 */
#include <string.h>

#include "text/cp932_table.h"
#include "text/mojibake.h"
#include "text/utf8.h"

static void mark(tkz__mojibake_marks *marks, uint32_t character)
{
    marks->bits[character / 32] |= UINT32_C(1) << character % 32;
}

void tkz__mojibake_marks_init(tkz__mojibake_marks *marks)
{
    memset(marks, 0, sizeof *marks);
    /* UTF-8 read as cp932: E2..E9 or EF, and 80..BF. */
    for (uint32_t lead = 0xE2; lead <= 0xEF; lead++) {
        if (lead > 0xE9 && lead < 0xEF)
            continue;
        for (uint32_t trail = 0x80; trail <= 0xBF; trail++) {
            uint32_t character = tkz__jis_characters[tkz__jis_index(lead, trail)];

            if (character != 0)
                mark(marks, character);
        }
    }
    /* UTF-8 read as windows-1252: the same leads; C3 begins them when it was so twice. */
    for (uint32_t lead = 0xE2; lead <= 0xE9; lead++)
        mark(marks, lead);
    mark(marks, 0xEF);
    mark(marks, 0xC3);
    /* EUC-JP read as cp932: half-width kana. */
    for (uint32_t character = 0xFF61; character <= 0xFF9F; character++)
        mark(marks, character);
    /* Four bytes of UTF-8, or the last rows of EUC-JP, read as cp932. */
    for (uint32_t character = TKZ__USER_DEFINED_FIRST; character <= TKZ__USER_DEFINED_LAST;
         character++)
        mark(marks, character);
    mark(marks, 0xFFFD);
}

static inline bool is_marked(const tkz__mojibake_marks *marks, uint32_t character)
{
    return character <= 0xFFFF && (marks->bits[character / 32] >> character % 32 & 1) != 0;
}

size_t tkz__mojibake_next_scalar(const tkz__mojibake_marks *marks, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint32_t character;
        uint64_t word;
        size_t length;

        /* ASCII goes eight at a time; kana (E3) are never marked. */
        while (size - at >= 8) {
            memcpy(&word, text + at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0)
                at += 8;
            else if ((uint8_t)text[at] == 0xE3)
                at += 3;
            else
                break;
        }
        if (at == size)
            break;
        length = tkz__utf8_next(text + at, size - at, &character);
        if (is_marked(marks, character))
            return at;
        at += length;
    }
    return size;
}

#if TKZ__PATH_AVX2
#include <immintrin.h>

/* Eight characters of three bytes a step, looked up with one gather; runs of ASCII, 32 bytes. */
TKZ__TARGET_AVX2
size_t tkz__mojibake_next_avx2(const tkz__mojibake_marks *marks, const char *text, size_t size)
{
    const __m256i order = _mm256_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1, 2, 1,
                                           0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
    const __m256i form_mask = _mm256_set1_epi32(0x00F0C0C0);
    const __m256i form = _mm256_set1_epi32(0x00E08080);
    size_t at = 0;

    while (size - at >= 32) {
        const char *block = text + at;
        uint32_t character;
        size_t length;

        if (_mm256_movemask_epi8(_mm256_loadu_si256((const __m256i *)block)) == 0) {
            at += 32;
            continue;
        }
        __m256i bytes = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)block)),
            _mm_loadu_si128((const __m128i *)(block + 12)), 1);
        __m256i triples = _mm256_shuffle_epi8(bytes, order);
        uint32_t formed = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(
            _mm256_cmpeq_epi32(_mm256_and_si256(triples, form_mask), form)));
        /* The characters of three bytes that the block begins with. */
        uint32_t run = (uint32_t)__builtin_ctz(~formed);

        if (run > 0) {
            __m256i characters = _mm256_or_si256(
                _mm256_or_si256(
                    _mm256_and_si256(_mm256_srli_epi32(triples, 4), _mm256_set1_epi32(0xF000)),
                    _mm256_and_si256(_mm256_srli_epi32(triples, 2), _mm256_set1_epi32(0x0FC0))),
                _mm256_and_si256(triples, _mm256_set1_epi32(0x3F)));
            __m256i words = _mm256_i32gather_epi32((const int *)marks->bits,
                                                   _mm256_srli_epi32(characters, 5), 4);
            __m256i shifts = _mm256_andnot_si256(characters, _mm256_set1_epi32(31));
            uint32_t marked = (uint32_t)_mm256_movemask_ps(
                _mm256_castsi256_ps(_mm256_sllv_epi32(words, shifts)));

            marked &= (1u << run) - 1;
            if (marked != 0)
                return at + 3 * (size_t)__builtin_ctz(marked);
            at += 3 * (size_t)run;
            continue;
        }
        length = tkz__utf8_next(block, size - at, &character);
        if (is_marked(marks, character))
            return at;
        at += length;
    }
    return at + tkz__mojibake_next_scalar(marks, text + at, size - at);
}
#endif

size_t tkz__mojibake_next(const tkz__mojibake_marks *marks, const char *text, size_t size)
{
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2())
        return tkz__mojibake_next_avx2(marks, text, size);
#endif
    return tkz__mojibake_next_scalar(marks, text, size);
}
