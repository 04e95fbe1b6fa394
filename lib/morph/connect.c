/* SPDX-License-Identifier: Apache-2.0
 *
 * The best left word for each right one. Leans on the words of the image.
 *
 * Keys are compared as integers, or as doubles of the same bits: of positive normal numbers both orders are
 * one (IEEE 754), and SSE2, which every x86-64 has, knows the lower of two doubles but not of two integers
 * of 64 bits. Costs are put into the vectors one by one. AVX2's gather of eight costs made all of the analysis
 * 20 to 40 % slower on the processor that it was measured on (Cascade Lake); why was not found out. Nor are left
 * words ruled out before by the lowest and the highest cost of their columns: a third of the pairs would go
 * (IPADIC: 27 a place to 18; UniDic-lite: 48 to 33), but finding them takes as long.
 */
#include "morph/connect.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline const int16_t *row_of(const tkz__connection *c, size_t right)
{
    const int16_t *row = c->matrix + (size_t)c->rights[right].left_id * c->row_size;
    __asm__("" : "+r"(row)); /* else it is added to the matrix in every step of the loop */
    return row;
}

/* ---- Plain C ---- */

/* A left word and what it costs that it stands before the word of this row. */
static inline tkz__path_key key_in(tkz__path_key key, const int16_t *row)
{
    return key + (int64_t)((uint64_t)(int64_t)row[(uint16_t)key] << 32);
}

/* No branch depends on the costs, which the processor could only guess. */
static inline tkz__path_key lower(tkz__path_key a, tkz__path_key b)
{
    return a < b ? a : b;
}

static inline void write_best(const tkz__connection *c, size_t right, tkz__path_key best)
{
    const tkz__image_word *word = &c->rights[right];
    uint64_t cost = (uint64_t)(int64_t)word->cost << 32;
    c->results[right] = (int64_t)(((uint64_t)best & ~UINT64_C(0xFFFF)) + cost + word->right_id);
}

/* Connects `count` right words, 1 to 4, at a time: a left one is loaded once for them and their chains
 * of comparisons run side by side. The compiler makes one loop for each count. */
static inline __attribute__((always_inline)) void
connect_some(const tkz__connection *c, size_t right, size_t count)
{
    const int16_t *row0 = row_of(c, right), *row1 = row0, *row2 = row0, *row3 = row0;
    if (count > 1)
        row1 = row_of(c, right + 1);
    if (count > 2)
        row2 = row_of(c, right + 2);
    if (count > 3)
        row3 = row_of(c, right + 3);
    tkz__path_key best0 = INT64_MAX, best1 = INT64_MAX, best2 = INT64_MAX, best3 = INT64_MAX;
    const tkz__path_key *left = c->lefts, *end = left + c->left_count;
    do {
        tkz__path_key key = *left;
        best0 = lower(key_in(key, row0), best0);
        if (count > 1)
            best1 = lower(key_in(key, row1), best1);
        if (count > 2)
            best2 = lower(key_in(key, row2), best2);
        if (count > 3)
            best3 = lower(key_in(key, row3), best3);
    } while (++left < end);
    write_best(c, right, best0);
    if (count > 1)
        write_best(c, right + 1, best1);
    if (count > 2)
        write_best(c, right + 2, best2);
    if (count > 3)
        write_best(c, right + 3, best3);
}

void tkz__connect_plain(const tkz__connection *c)
{
    size_t right = 0;
    for (; right + 4 <= c->right_count; right += 4)
        connect_some(c, right, 4);
    switch (c->right_count - right) {
    case 3:
        connect_some(c, right, 3);
        break;
    case 2:
        connect_some(c, right, 2);
        break;
    case 1:
        connect_some(c, right, 1);
        break;
    default:
        break;
    }
}

/* ---- Two keys in a vector ---- */

#ifdef __SSE2__

/* The keys of a left word before the words of two rows, where these are lower than the ones before. */
static inline __m128i lower_two(__m128i best, __m128i key, const int16_t *row0, const int16_t *row1,
                                size_t right_id)
{
    __m128i costs = _mm_setzero_si128();
    costs = _mm_insert_epi16(costs, row0[right_id], 3);
    costs = _mm_insert_epi16(costs, row1[right_id], 7);
    costs = _mm_srai_epi32(costs, 16); /* the upper 32 bits of each key, with their signs */
    __m128d sums = _mm_castsi128_pd(_mm_add_epi64(costs, key));
    return _mm_castpd_si128(_mm_min_pd(sums, _mm_castsi128_pd(best)));
}

static inline void write_two(const tkz__connection *c, size_t right, __m128i best)
{
    __m128i words, own = _mm_set1_epi64x((int64_t)UINT64_C(0xFFFFFFFF0000FFFF));
    words = _mm_loadu_si128((const __m128i *)(c->rights + right));
    /* The cost to the upper 32 bits with its sign, the right id below it. */
    words = _mm_and_si128(_mm_srai_epi32(_mm_slli_epi64(words, 16), 16), own);
    best = _mm_and_si128(best, _mm_set1_epi64x(~INT64_C(0xFFFF)));
    _mm_storeu_si128((__m128i *)(c->results + right), _mm_add_epi64(best, words));
}

/* Connects `pairs` times two right words, 2 or 4. */
static inline __attribute__((always_inline)) void
connect_pairs(const tkz__connection *c, size_t right, size_t pairs)
{
    const int16_t *rows[8];
    __m128i best[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < pairs; i++) {
        rows[2 * i] = row_of(c, right + 2 * i);
        rows[2 * i + 1] = row_of(c, right + 2 * i + 1);
        best[i] = _mm_set1_epi64x(TKZ__KEY_LIMIT);
    }
    const tkz__path_key *left = c->lefts, *end = left + c->left_count;
    do {
        __m128i key = _mm_set1_epi64x(*left);
        size_t right_id = tkz__path_key_right_id(*left);
#pragma GCC unroll 4
        for (size_t i = 0; i < pairs; i++)
            best[i] = lower_two(best[i], key, rows[2 * i], rows[2 * i + 1], right_id);
    } while (++left < end);
#pragma GCC unroll 4
    for (size_t i = 0; i < pairs; i++)
        write_two(c, right + 2 * i, best[i]);
}

void tkz__connect(const tkz__connection *c)
{
    size_t right = 0;
    for (; right + 4 < c->right_count; right += 8)
        connect_pairs(c, right, 4);
    if (right < c->right_count)
        connect_pairs(c, right, 2);
}

#else

void tkz__connect(const tkz__connection *c)
{
    tkz__connect_plain(c);
}

#endif
