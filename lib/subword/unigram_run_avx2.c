/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of one character by AVX2. Leans on unigram_run.h.
 *
 * As in unigram_window_avx2.c: a register holds the sums of the next 8 places, another the last pieces;
 * two more are needed where pieces have more characters.
 */
#include "subword/unigram_run.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>
#include <math.h>

#include "subword/unigram_window.h" /* TKZ__UNIGRAM_SUM_LIMIT */

#define TARGET __attribute__((target("avx2")))

enum { LANES = 8 };

/* The items of `low` move down by one, and the first of `high` behind them. */
TARGET static inline __m256 move_down(__m256 low, __m256 high)
{
    const __m256i next = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0);
    return _mm256_permutevar8x32_ps(_mm256_blend_ps(low, high, 1), next);
}

/* Units are moved and chosen as bits. `is_long`: a piece has more than 8 characters. */
TARGET static inline __attribute__((always_inline)) void
move_on(tkz__unigram_run *run, uint32_t *links, size_t count, bool is_long)
{
    const __m256 none = _mm256_set1_ps(-INFINITY), zero = _mm256_setzero_ps();
    const __m256 scores = _mm256_loadu_ps(run->scores), more = _mm256_loadu_ps(run->scores + LANES);
    const __m256 units = _mm256_loadu_ps((const float *)run->units);
    const __m256 more_units = _mm256_loadu_ps((const float *)run->units + LANES);
    __m256 low = _mm256_loadu_ps(run->next_sums), high = _mm256_loadu_ps(run->next_sums + LANES);
    __m256 last = _mm256_loadu_ps((const float *)run->next_units);
    __m256 high_last = _mm256_loadu_ps((const float *)run->next_units + LANES);
    __m256 sum = _mm256_set1_ps(run->sum);
    for (size_t i = 0; i < count; i++) {
        if (__builtin_expect(fabsf(_mm256_cvtss_f32(sum)) > TKZ__UNIGRAM_SUM_LIMIT, 0)) {
            low = _mm256_sub_ps(low, sum);
            high = _mm256_sub_ps(high, sum);
            sum = zero;
        }
        __m256 own = _mm256_add_ps(sum, scores);
        last = _mm256_blendv_ps(last, units, _mm256_cmp_ps(own, low, _CMP_GT_OQ));
        low = _mm256_max_ps(own, low);
        if (is_long) {
            own = _mm256_add_ps(sum, more);
            high_last = _mm256_blendv_ps(high_last, more_units, _mm256_cmp_ps(own, high, _CMP_GT_OQ));
            high = _mm256_max_ps(own, high);
        }
        sum = _mm256_broadcastss_ps(_mm256_castps256_ps128(low));
        links[i] = (uint32_t)_mm256_cvtsi256_si32(_mm256_castps_si256(last));
        low = move_down(low, is_long ? high : none);
        last = move_down(last, is_long ? high_last : zero);
        if (is_long) {
            high = move_down(high, none);
            high_last = move_down(high_last, zero);
        }
    }
    run->sum = _mm256_cvtss_f32(sum);
    _mm256_storeu_ps(run->next_sums, low);
    _mm256_storeu_ps(run->next_sums + LANES, high);
    _mm256_storeu_ps((float *)run->next_units, last);
    _mm256_storeu_ps((float *)run->next_units + LANES, high_last);
}

TARGET void tkz__unigram_run_avx2(tkz__unigram_run *run, uint32_t *links, size_t count)
{
    bool is_long = false;
    for (uint32_t k = LANES; k < TKZ__UNIGRAM_RUN_LENGTHS; k++)
        is_long |= run->scores[k] > -INFINITY || run->next_sums[k] > -INFINITY;
    if (is_long)
        move_on(run, links, count, true);
    else
        move_on(run, links, count, false);
}

#endif
