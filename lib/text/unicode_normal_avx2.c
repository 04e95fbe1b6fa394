/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick check for Japanese, 32 bytes at a time: ASCII, U+3000..30FF by a table,
 * ideographs U+4000..9FFF, full-width forms. Leans on the table and on processor.
 */
#include "text/unicode_normal_record.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

/* The shuffle tables of one form. */
typedef struct kana_table {
    __m256i low;
    __m256i high;
} kana_table;

TKZ__TARGET_AVX2 static inline __m256i load(const char *text)
{
    return _mm256_loadu_si256((const __m256i *)text);
}

TKZ__TARGET_AVX2 static inline __m256i between(__m256i bytes, char first, char last)
{
    /* Saturating differences: 0 exactly inside. */
    __m256i below = _mm256_subs_epu8(_mm256_set1_epi8(first), bytes);
    __m256i above = _mm256_subs_epu8(bytes, _mm256_set1_epi8(last));
    return _mm256_cmpeq_epi8(_mm256_or_si256(below, above), _mm256_setzero_si256());
}

/* For each place with E3 in front: is E3 `second` `third` a safe character of U+3000..30FF? The
 * number of the character is 00 to FF: two bits of the second byte, six of the third. */
TKZ__TARGET_AVX2 static inline __m256i safe_kana(const kana_table *table, __m256i second,
                                                 __m256i third)
{
    const __m256i bits =
        _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8,
                         16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
    __m256i low = _mm256_and_si256(third, _mm256_set1_epi8(0x0F));
    __m256i high = _mm256_or_si256(
        _mm256_and_si256(_mm256_slli_epi16(second, 2), _mm256_set1_epi8(0x0C)),
        _mm256_and_si256(_mm256_srli_epi16(third, 4), _mm256_set1_epi8(0x03)));
    __m256i row = _mm256_blendv_epi8(_mm256_shuffle_epi8(table->low, low),
                                     _mm256_shuffle_epi8(table->high, low),
                                     _mm256_cmpgt_epi8(high, _mm256_set1_epi8(7)));
    __m256i bit = _mm256_shuffle_epi8(bits, high);
    __m256i found = _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit);
    return _mm256_and_si256(found, between(second, (char)0x80, (char)0x83));
}

/* `end`, less the beginning of a character that is not whole before it. */
static inline size_t whole_characters(const char *text, size_t start, size_t end)
{
    for (size_t back = 1; back <= 2 && end - start >= back; back++) {
        if ((uint8_t)text[end - back] >= 0xE0)
            return end - back;
    }
    return end;
}

TKZ__TARGET_AVX2 size_t tkz__unicode_skip_avx2(tkz__unicode_form form, const char *text, size_t at,
                                               size_t size)
{
    const __m128i *rows = (const __m128i *)tkz__normal_safe_kana[form];
    kana_table table = {_mm256_broadcastsi128_si256(_mm_loadu_si128(rows)),
                        _mm256_broadcastsi128_si256(_mm_loadu_si128(rows + 1))};
    bool folds = form == TKZ__UNICODE_NFKC_CF;
    /* The canonical forms change nothing in U+FF00..FF7F, the others nearly all. */
    __m256i full_width = _mm256_set1_epi8(form <= TKZ__UNICODE_NFC ? -1 : 0);
    size_t start = at;
    uint64_t wanted = 0; /* bit i: a continuation byte has to stand at i */
    /* Steps of 32 whether or not a character ends there: loads must not wait for results. */
    for (; size - at >= 32 + 2; at += 32, wanted >>= 32) {
        __m256i first = load(text + at), second = load(text + at + 1);
        __m256i kana = _mm256_and_si256(_mm256_cmpeq_epi8(first, _mm256_set1_epi8((char)0xE3)),
                                        safe_kana(&table, second, load(text + at + 2)));
        __m256i wide = _mm256_and_si256(
            _mm256_and_si256(_mm256_cmpeq_epi8(first, _mm256_set1_epi8((char)0xEF)), full_width),
            between(second, (char)0xBC, (char)0xBD));
        __m256i lead = _mm256_or_si256(_mm256_or_si256(kana, wide),
                                       between(first, (char)0xE4, (char)0xE9));
        __m256i ascii = between(first, 0, 0x7F);
        if (folds)
            ascii = _mm256_andnot_si256(between(first, 'A', 'Z'), ascii);
        uint32_t leads = (uint32_t)_mm256_movemask_epi8(lead);
        uint32_t good = leads | (uint32_t)_mm256_movemask_epi8(ascii);
        uint32_t more = (uint32_t)_mm256_movemask_epi8(between(first, (char)0x80, (char)0xBF));
        wanted |= (uint64_t)leads << 1 | (uint64_t)leads << 2;
        uint32_t bad = ~(good | more) | (more ^ (uint32_t)wanted);
        if (bad != 0)
            return whole_characters(text, start, at + (uint32_t)__builtin_ctz(bad));
    }
    return whole_characters(text, start, at);
}

#endif
