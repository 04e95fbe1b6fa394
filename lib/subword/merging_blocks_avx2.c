/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in short blocks by AVX2. Leans on the memory of pairs.
 */
#include "subword/merging_blocks.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt,bmi,bmi2,lzcnt")))

enum { LANES = TKZ__MERGE_LANES, ROUNDED = TKZ__MERGE_BLOCK + LANES };

TARGET static inline __m256i lower(__m256i one, const int32_t *merges)
{
    return _mm256_min_epi32(one, _mm256_loadu_si256((const __m256i *)merges));
}

/* Of all the places of a block: those behind its bytes have none. */
TARGET static inline int32_t lowest(const int32_t *merges, size_t count)
{
    (void)count;
    __m256i one = _mm256_loadu_si256((const __m256i *)merges);
    __m256i two = _mm256_loadu_si256((const __m256i *)(merges + LANES));
    one = lower(lower(lower(one, merges + 2 * LANES), merges + 4 * LANES), merges + 6 * LANES);
    two = lower(lower(lower(two, merges + 3 * LANES), merges + 5 * LANES), merges + 7 * LANES);
    _Static_assert(TKZ__MERGE_BLOCK == 8 * LANES, "all of them");
    one = _mm256_min_epi32(one, two);
    __m128i four = _mm_min_epi32(_mm256_castsi256_si128(one), _mm256_extracti128_si256(one, 1));
    four = _mm_min_epi32(four, _mm_shuffle_epi32(four, _MM_SHUFFLE(1, 0, 3, 2)));
    four = _mm_min_epi32(four, _mm_shuffle_epi32(four, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(four);
}

/* ---- Bytes ------------------------------------------------------------- */

/* Where the pairs that begin at eight bytes stand in `byte_pairs`, in bytes: see tkz__pair_memory_place. */
TARGET static inline __m256i offsets_at(const uint8_t *text)
{
    __m128i left = _mm_loadl_epi64((const __m128i *)text);
    __m128i right = _mm_loadl_epi64((const __m128i *)(text + 1));
    __m256i two = _mm256_cvtepu16_epi32(_mm_unpacklo_epi8(left, right));
    _Static_assert(sizeof(tkz__byte_pair) == 16 && TKZ__PAIR_ROW - TKZ__SYMBOL_BYTES == 8, "the shifts");
    return _mm256_add_epi32(_mm256_slli_epi32(two, 4),
                            _mm256_srli_epi32(_mm256_and_si256(two, _mm256_set1_epi32(0xFF00)), 1));
}

/* The pairs with two of these places, side by side. */
TARGET static inline __m256i two_pairs(const uint8_t *pairs, uint32_t one, uint32_t two)
{
    __m256i low = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(pairs + one)));
    return _mm256_inserti128_si256(low, _mm_loadu_si128((const __m128i *)(pairs + two)), 1);
}

/* The fields of eight pairs. */
typedef struct fields {
    __m256i merges;
    __m256i limits;
    __m256i behind;
    __m256i before;
} fields;

TARGET static inline fields fields_at(const tkz__pair_memory *memory, const uint8_t *text)
{
    const uint8_t *pairs = (const uint8_t *)memory->byte_pairs;
    uint32_t at[LANES];
    __m256i rows[4];
    _mm256_storeu_si256((__m256i *)at, offsets_at(text));
    for (int i = 0; i < 4; i++)
        rows[i] = two_pairs(pairs, at[i], at[i + 4]);
    __m256i low = _mm256_unpacklo_epi32(rows[0], rows[1]);
    __m256i high = _mm256_unpackhi_epi32(rows[0], rows[1]);
    __m256i more_low = _mm256_unpacklo_epi32(rows[2], rows[3]);
    __m256i more_high = _mm256_unpackhi_epi32(rows[2], rows[3]);
    return (fields){_mm256_unpacklo_epi64(low, more_low), _mm256_unpackhi_epi64(low, more_low),
                    _mm256_unpacklo_epi64(high, more_high),
                    _mm256_unpackhi_epi64(high, more_high)};
}

TARGET static inline uint64_t bits_of(__m256i lanes)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(lanes));
}

TARGET static inline __m256i bytes_at(const uint8_t *text)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)text));
}

/* The bits of `sides` for eight bytes; 0: they may stand there. */
TARGET static inline uint64_t sides_at(__m256i sides, const uint8_t *text)
{
    __m256i number = _mm256_and_si256(bytes_at(text), _mm256_set1_epi32(31));
    return bits_of(_mm256_slli_epi32(_mm256_srlv_epi32(sides, number), 31));
}

/* Lanes of all ones for the lowest eight bits. */
TARGET static inline __m256i lanes_of(uint64_t bits)
{
    const __m256i single = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), single), single);
}

TARGET static inline tkz__merge_early merge_early(const tkz__pair_memory *memory,
                                                  tkz__merge_block *block)
{
    const uint8_t *text = tkz__merge_text(block);
    const __m256i first = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i low = _mm256_set1_epi32(0xFFFF), none = _mm256_set1_epi32(TKZ__NO_MERGE);
    const __m128i shift = _mm_cvtsi32_si128(TKZ__PAIR_MERGE_SHIFT + (int)memory->limit_shift);
    const __m256i last = _mm256_set1_epi32((int)block->size - 1), all = _mm256_set1_epi32(-1);
    uint32_t limits[2 + ROUNDED];
    tkz__merge_early early = {0, 0, 0};
    size_t end = 0;
    limits[0] = UINT32_MAX;
    for (; end < block->size; end += LANES) {
        fields own = fields_at(memory, text + end);
        __m256i places = _mm256_add_epi32(first, _mm256_set1_epi32((int)end));
        /* The last byte and what lies behind it are of no pair, and limit none. */
        __m256i within = _mm256_cmpgt_epi32(last, places);
        _mm256_storeu_si256((__m256i *)(block->merges + end),
                            _mm256_blendv_epi8(none, _mm256_or_si256(own.merges, places), within));
        _mm256_storeu_si256((__m256i *)(limits + 1 + end), _mm256_blendv_epi8(all, own.limits, within));
        early.behind |= sides_at(own.behind, text + end + 2) << end;
        early.before |= sides_at(own.before, text + end - 1) << end;
    }
    limits[1 + end] = UINT32_MAX;
    for (; end < TKZ__MERGE_BLOCK; end += LANES)
        _mm256_storeu_si256((__m256i *)(block->merges + end), none);
    for (size_t i = 0; i < block->size; i += LANES) {
        __m256i own = _mm256_loadu_si256((const __m256i *)(block->merges + i));
        __m256i before = _mm256_loadu_si256((const __m256i *)(limits + i));
        __m256i behind = _mm256_loadu_si256((const __m256i *)(limits + i + 2));
        own = _mm256_srl_epi32(own, shift);
        __m256i taken = _mm256_and_si256(
            _mm256_cmpgt_epi32(_mm256_and_si256(before, low), own),
            _mm256_cmpgt_epi32(_mm256_srli_epi32(behind, 16), own));
        early.taken |= bits_of(taken) << i;
    }
    uint64_t over = early.taken | early.taken << 1 | early.taken >> 1;
    for (size_t i = 0; i < block->size; i += LANES) {
        __m256i merges = _mm256_loadu_si256((const __m256i *)(block->merges + i));
        __m256i made = _mm256_srli_epi32(merges, TKZ__PAIR_MERGE_SHIFT);
        _mm256_storeu_si256(
            (__m256i *)(block->symbols + i),
            _mm256_blendv_epi8(bytes_at(text + i), made, lanes_of(early.taken >> i)));
        _mm256_storeu_si256((__m256i *)(block->merges + i),
                            _mm256_blendv_epi8(merges, none, lanes_of(over >> i)));
    }
    early.behind = ~early.behind;
    early.before = ~early.before;
    return early;
}

TARGET void tkz__merge_run_avx2(const tkz__image *image, tkz__pair_memory *memory,
                                tkz__merge_block *blocks, size_t count)
{
    TKZ__MERGE_RUN(merge_early, lowest);
}

#endif
