/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in short blocks by AVX2. Leans on the memory of pairs.
 */
#include "subword/merging_blocks.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt,bmi,bmi2,lzcnt")))

TARGET static inline int32_t lowest(const int32_t *merges, size_t count)
{
    __m256i all = _mm256_loadu_si256((const __m256i *)merges);
    for (size_t i = TKZ__MERGE_LANES; i < count; i += TKZ__MERGE_LANES)
        all = _mm256_min_epi32(all, _mm256_loadu_si256((const __m256i *)(merges + i)));
    __m128i half = _mm_min_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    half = _mm_min_epi32(half, _mm_shuffle_epi32(half, _MM_SHUFFLE(1, 0, 3, 2)));
    half = _mm_min_epi32(half, _mm_shuffle_epi32(half, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(half);
}

TARGET void tkz__merge_run_avx2(const tkz__image *image, tkz__pair_memory *memory,
                                tkz__merge_block *blocks, size_t count)
{
    TKZ__MERGE_RUN(lowest);
}

#endif
