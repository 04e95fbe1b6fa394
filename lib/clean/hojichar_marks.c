/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters are compared as 16 bits, eight (SSE2) or sixteen (AVX2) at a time; those beyond the first plane, and what is
 * not to be had by vectors, one by one. Leans on character_kinds, processor.
 */
#include "clean/hojichar_marks.h"

#include "core/processor.h"
#if TKZ__PATH_AVX2
#include <immintrin.h>
#endif

enum { STEP = TKZ__HOJICHAR_STEP };

static tkz__hojichar_marked mark_slowly(const tkz__character_kinds *kinds, const uint32_t *characters, size_t at,
                                        size_t count)
{
    const uint32_t begins = 1u << TKZ__KIND_DECIMAL_DIGIT | 1u << TKZ__KIND_BOARD;
    tkz__hojichar_marked found = {0};
    for (size_t i = 0; i < count; i++) {
        uint32_t character = characters[at + i];
        bool begin = (tkz__character_flags(kinds, character) & begins) != 0;
        found.line_feeds |= (uint64_t)(character == '\n') << i;
        found.equal |= (uint64_t)(at + i > 0 && character == characters[at + i - 1]) << i;
        found.marks |= (uint64_t)begin << i;
    }
    return found;
}

#if TKZ__PATH_AVX2

/* ---- SSE2, which every x86-64 has ---------------------------------------- */

/* Eight characters as 16 bits each; those beyond the first plane are 0xFFFF. */
static inline __m128i load_eight(const uint32_t *characters)
{
    const __m128i half = _mm_set1_epi32(0x8000);
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)characters);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(characters + 4));
    return _mm_xor_si128(_mm_packs_epi32(_mm_sub_epi32(low, half), _mm_sub_epi32(high, half)),
                         _mm_set1_epi16((short)0x8000));
}

static inline __m128i are(__m128i characters, int character)
{
    return _mm_cmpeq_epi16(characters, _mm_set1_epi16((short)character));
}

static inline __m128i are_between(__m128i characters, int first, int last)
{
    __m128i above = _mm_sub_epi16(characters, _mm_set1_epi16((short)first));
    return _mm_cmpeq_epi16(_mm_subs_epu16(above, _mm_set1_epi16((short)(last - first))), _mm_setzero_si128());
}

/* TKZ__KIND_BOARD, and stretches with all of TKZ__KIND_DECIMAL_DIGIT: which of them are digits the table says. What is in the
 * stretches and is none is in no Japanese text. */
static inline __m128i may_begin_mark(__m128i c)
{
    __m128i ascii = _mm_or_si128(_mm_or_si128(are_between(c, '0', '9'), are(c, '-')),
                                 _mm_or_si128(are(c, '('), are(c, 'S')));
    __m128i words = _mm_or_si128(_mm_or_si128(_mm_or_si128(are(c, 0x30B3), are(c, 0x30EC)), are(c, 0x30DA)),
                                 _mm_or_si128(_mm_or_si128(are(c, 0x6295), are(c, 0x8CEA)), are(c, 0x697D)));
    __m128i digits = _mm_or_si128(_mm_or_si128(are_between(c, 0x0660, 0x1C59), are_between(c, 0xA620, 0xABF9)),
                                  _mm_or_si128(are_between(c, 0xFF10, 0xFF19), are(c, 0xFFFF)));
    return _mm_or_si128(_mm_or_si128(ascii, words), digits);
}

static inline uint64_t bits_of(__m128i low, __m128i high)
{
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}

/* STEP characters, at least one before them. False: one of them is beyond the first plane. */
static bool mark_step(const uint32_t *characters, tkz__hojichar_marked *found)
{
    uint64_t beyond = 0;
    *found = (tkz__hojichar_marked){0};
    for (size_t i = 0; i < STEP; i += 16) {
        __m128i low = load_eight(characters + i), high = load_eight(characters + i + 8);
        __m128i low_before = load_eight(characters + i - 1), high_before = load_eight(characters + i + 7);
        beyond |= bits_of(are(low, 0xFFFF), are(high, 0xFFFF));
        found->line_feeds |= bits_of(are(low, '\n'), are(high, '\n')) << i;
        found->equal |= bits_of(_mm_cmpeq_epi16(low, low_before), _mm_cmpeq_epi16(high, high_before)) << i;
        found->marks |= bits_of(may_begin_mark(low), may_begin_mark(high)) << i;
    }
    return beyond == 0;
}

/* ---- AVX2 ---------------------------------------------------------------- */

/* Sixteen of them, four from each half in turn: 0-3, 8-11, 4-7, 12-15. */
static inline TKZ__TARGET_AVX2 __m256i load_sixteen(const uint32_t *characters)
{
    return _mm256_packus_epi32(_mm256_loadu_si256((const __m256i *)(const void *)characters),
                               _mm256_loadu_si256((const __m256i *)(const void *)(characters + 8)));
}

static inline TKZ__TARGET_AVX2 __m256i all_are(__m256i characters, int character)
{
    return _mm256_cmpeq_epi16(characters, _mm256_set1_epi16((short)character));
}

static inline TKZ__TARGET_AVX2 __m256i all_are_between(__m256i characters, int first, int last)
{
    __m256i above = _mm256_sub_epi16(characters, _mm256_set1_epi16((short)first));
    return _mm256_cmpeq_epi16(_mm256_subs_epu16(above, _mm256_set1_epi16((short)(last - first))),
                              _mm256_setzero_si256());
}

static inline TKZ__TARGET_AVX2 __m256i all_may_begin_mark(__m256i c)
{
    __m256i ascii = _mm256_or_si256(_mm256_or_si256(all_are_between(c, '0', '9'), all_are(c, '-')),
                                    _mm256_or_si256(all_are(c, '('), all_are(c, 'S')));
    __m256i words =
        _mm256_or_si256(_mm256_or_si256(_mm256_or_si256(all_are(c, 0x30B3), all_are(c, 0x30EC)), all_are(c, 0x30DA)),
                        _mm256_or_si256(_mm256_or_si256(all_are(c, 0x6295), all_are(c, 0x8CEA)), all_are(c, 0x697D)));
    __m256i digits =
        _mm256_or_si256(_mm256_or_si256(all_are_between(c, 0x0660, 0x1C59), all_are_between(c, 0xA620, 0xABF9)),
                        _mm256_or_si256(all_are_between(c, 0xFF10, 0xFF19), all_are(c, 0xFFFF)));
    return _mm256_or_si256(_mm256_or_si256(ascii, words), digits);
}

/* A bit for each of 32 characters, in their order again. */
static inline TKZ__TARGET_AVX2 uint64_t all_bits_of(__m256i low, __m256i high)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

static TKZ__TARGET_AVX2 bool mark_step_avx2(const uint32_t *characters, tkz__hojichar_marked *found)
{
    __m256i beyond = _mm256_setzero_si256();
    *found = (tkz__hojichar_marked){0};
    for (size_t i = 0; i < STEP; i += 32) {
        __m256i low = load_sixteen(characters + i), high = load_sixteen(characters + i + 16);
        __m256i low_before = load_sixteen(characters + i - 1), high_before = load_sixteen(characters + i + 15);
        beyond = _mm256_or_si256(beyond, _mm256_or_si256(all_are(low, 0xFFFF), all_are(high, 0xFFFF)));
        found->line_feeds |= all_bits_of(all_are(low, '\n'), all_are(high, '\n')) << i;
        found->equal |= all_bits_of(_mm256_cmpeq_epi16(low, low_before), _mm256_cmpeq_epi16(high, high_before)) << i;
        found->marks |= all_bits_of(all_may_begin_mark(low), all_may_begin_mark(high)) << i;
    }
    return _mm256_testz_si256(beyond, beyond) != 0;
}

tkz__hojichar_marked tkz__hojichar_mark(const tkz__character_kinds *kinds, const uint32_t *characters, size_t at,
                                        size_t count)
{
    tkz__hojichar_marked found;
    size_t end = at + (count < STEP ? count : STEP), start = end - STEP;
    /* A step that is not full begins earlier and is moved. */
    if (end <= STEP)
        return mark_slowly(kinds, characters, at, end - at);
    bool by_vectors = tkz__processor_has_avx2() ? mark_step_avx2(characters + start, &found)
                                                : mark_step(characters + start, &found);
    if (!by_vectors)
        return mark_slowly(kinds, characters, at, end - at);
    size_t earlier = at - start;
    return (tkz__hojichar_marked){found.line_feeds >> earlier, found.equal >> earlier, found.marks >> earlier};
}

#else

tkz__hojichar_marked tkz__hojichar_mark(const tkz__character_kinds *kinds, const uint32_t *characters, size_t at,
                                        size_t count)
{
    return mark_slowly(kinds, characters, at, count < STEP ? count : STEP);
}

#endif
