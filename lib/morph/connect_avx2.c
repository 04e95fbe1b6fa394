/* SPDX-License-Identifier: Apache-2.0
 *
 * The best left word for each right one, eight right ones at a time, by AVX2.
 * Leans on the compiler only.
 */
#include "morph/connect.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

/* The lanes are right words and the loop runs over the left ones in the order of preference, so
 * that a strict comparison keeps the first of equal ones. */
TKZ__TARGET_AVX2 static inline void connect_eight(const tkz__connection *c, size_t right,
                                                  int32_t *path_costs, uint32_t *best_lefts)
{
    /* A cost is the upper half of the 32 bits that end with it. */
    const int *below = (const int *)(const void *)(c->matrix - 1);
    __m256i rows = _mm256_loadu_si256((const __m256i *)(c->rows + right));
    __m256i best = _mm256_set1_epi32(INT32_MAX);
    __m256i best_left = _mm256_setzero_si256();
    for (size_t left = 0; left < c->left_count; left++) {
        __m256i cells = _mm256_add_epi32(rows, _mm256_set1_epi32((int)c->lefts[left].right_id));
        __m256i cost = _mm256_srai_epi32(_mm256_i32gather_epi32(below, cells, 2), 16);
        cost = _mm256_add_epi32(cost, _mm256_set1_epi32(c->lefts[left].cost));
        __m256i is_less = _mm256_cmpgt_epi32(best, cost);
        best = _mm256_min_epi32(best, cost);
        best_left = _mm256_blendv_epi8(best_left, _mm256_set1_epi32((int)left), is_less);
    }
    __m256i costs = _mm256_loadu_si256((const __m256i *)(c->costs + right));
    _mm256_storeu_si256((__m256i *)(path_costs + right), _mm256_add_epi32(best, costs));
    _mm256_storeu_si256((__m256i *)(best_lefts + right), best_left);
}

TKZ__TARGET_AVX2 void tkz__connect_avx2(const tkz__connection *c, int32_t *path_costs,
                                        uint32_t *best_lefts)
{
    for (size_t right = 0; right < c->right_count; right += 8)
        connect_eight(c, right, path_costs, best_lefts);
}

#endif
