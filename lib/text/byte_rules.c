/* SPDX-License-Identifier: Apache-2.0
 *
 * The byte-rule scanner: plain C, AVX2 and NEON, with the same answers.
 * Leans on byte_rules.h.
 */
#include "text/byte_rules.h"

#include <stdbool.h>
#include <string.h>

#if TKZ__PATH_AVX2
#include <immintrin.h>
#endif
#if TKZ__PATH_NEON
#include <arm_neon.h>
#endif

/* What a vector path must be able to read: a block and the two bytes behind it. */
enum { BLOCK = 32, REACH = BLOCK + 2 };

void tkz__byte_rules_set(tkz__byte_rules *rules, const tkz__byte_rule *list, uint32_t count)
{
    memset(rules, 0, sizeof *rules);
    rules->count = count;
    for (uint32_t k = 0; k < count; k++)
        for (size_t byte = 0; byte < 3; byte++)
            for (uint32_t half = 0; half < 16; half++) {
                if (list[k].halves[2 * byte] >> half & 1)
                    rules->high[byte][half] |= (uint8_t)(1U << k);
                if (list[k].halves[2 * byte + 1] >> half & 1)
                    rules->low[byte][half] |= (uint8_t)(1U << k);
            }
}

static uint8_t matching(const tkz__byte_rules *rules, size_t place, uint8_t byte)
{
    return rules->high[place][byte >> 4] & rules->low[place][byte & 15];
}

size_t tkz__byte_rules_find_scalar(const tkz__byte_rules *rules, const char *text, size_t from,
                                   size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    for (; from < size; from++) {
        uint8_t left = matching(rules, 0, bytes[from]);
        if (left == 0)
            continue;
        left &= matching(rules, 1, from + 1 < size ? bytes[from + 1] : 0);
        left &= matching(rules, 2, from + 2 < size ? bytes[from + 2] : 0);
        if (left != 0)
            return from;
    }
    return size;
}

#if TKZ__PATH_AVX2

TKZ__TARGET_AVX2 static inline __m256i both_lanes(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

TKZ__TARGET_AVX2 static inline __m256i match_block(__m256i bytes, __m256i high, __m256i low)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
    __m256i lower = _mm256_and_si256(bytes, nibble);
    return _mm256_and_si256(_mm256_shuffle_epi8(high, upper), _mm256_shuffle_epi8(low, lower));
}

TKZ__TARGET_AVX2 static inline __m256i load_block(const char *text)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)text);
}

/* Start of the next block with a match, which `hits` then shows; or where less than a block is left,
 * with `hits` 0. */
TKZ__TARGET_AVX2 static inline size_t find_block_avx2(const tkz__byte_rules *rules,
                                                      const char *text, size_t from, size_t size,
                                                      uint32_t *hits)
{
    __m256i high[3], low[3];
    for (size_t i = 0; i < 3; i++) {
        high[i] = both_lanes(rules->high[i]);
        low[i] = both_lanes(rules->low[i]);
    }
    for (; size - from >= REACH; from += BLOCK) {
        __m256i left = match_block(load_block(text + from), high[0], low[0]);
        left = _mm256_and_si256(left, match_block(load_block(text + from + 1), high[1], low[1]));
        left = _mm256_and_si256(left, match_block(load_block(text + from + 2), high[2], low[2]));
        uint32_t none =
            (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(left, _mm256_setzero_si256()));
        if (none != UINT32_MAX) {
            *hits = ~none;
            return from;
        }
    }
    *hits = 0;
    return from;
}

TKZ__TARGET_AVX2 size_t tkz__byte_rules_find_avx2(const tkz__byte_rules *rules, const char *text,
                                                  size_t from, size_t size)
{
    uint32_t hits;
    size_t block = find_block_avx2(rules, text, from, size, &hits);
    return hits != 0 ? block + (size_t)__builtin_ctz(hits) : block;
}

/* False where less than a block is left; then `*from` is what is left to look at. */
TKZ__TARGET_AVX2 static bool search_blocks_avx2(tkz__byte_search *search, size_t *from)
{
    search->block = *from =
        find_block_avx2(search->rules, search->text, *from, search->size, &search->hits);
    search->covered = search->hits != 0 ? BLOCK : 0;
    return search->hits != 0;
}

#endif

#if TKZ__PATH_NEON

static inline uint8x16_t match_half_block(const char *text, uint8x16_t high, uint8x16_t low)
{
    uint8x16_t bytes = vld1q_u8((const uint8_t *)text);
    return vandq_u8(vqtbl1q_u8(high, vshrq_n_u8(bytes, 4)),
                    vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(15))));
}

size_t tkz__byte_rules_find_neon(const tkz__byte_rules *rules, const char *text, size_t from,
                                 size_t size)
{
    uint8x16_t high[3], low[3];
    for (size_t i = 0; i < 3; i++) {
        high[i] = vld1q_u8(rules->high[i]);
        low[i] = vld1q_u8(rules->low[i]);
    }
    for (; size - from >= REACH; from += 16) {
        uint8x16_t left = match_half_block(text + from, high[0], low[0]);
        left = vandq_u8(left, match_half_block(text + from + 1, high[1], low[1]));
        left = vandq_u8(left, match_half_block(text + from + 2, high[2], low[2]));
        uint8x16_t hits = vtstq_u8(left, left);
        /* Four bits a byte: the usual replacement for a mask of sign bits. */
        uint64_t mask = vget_lane_u64(
            vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hits), 4)), 0);
        if (mask != 0)
            return from + (size_t)__builtin_ctzll(mask) / 4;
    }
    return from;
}

#endif

/* Where a vector path stops: at a match, or with less than a block to go. */
static size_t find_in_blocks(const tkz__byte_rules *rules, const char *text, size_t from,
                             size_t size)
{
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2())
        return tkz__byte_rules_find_avx2(rules, text, from, size);
#endif
#if TKZ__PATH_NEON
    return tkz__byte_rules_find_neon(rules, text, from, size);
#endif
    return tkz__byte_rules_find_scalar(rules, text, from, size);
}

size_t tkz__byte_rules_find(const tkz__byte_rules *rules, const char *text, size_t from,
                            size_t size)
{
    from = find_in_blocks(rules, text, from, size);
    if (size - from >= REACH || from == size)
        return from;
    char tail[BLOCK + REACH];
    memset(tail, 0, sizeof tail);
    memcpy(tail, text + from, size - from);
    size_t place = find_in_blocks(rules, tail, 0, sizeof tail);
    return place < size - from ? from + place : size;
}

size_t tkz__byte_search_on(tkz__byte_search *search, size_t from)
{
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2() && search_blocks_avx2(search, &from))
        return from + (size_t)__builtin_ctz(search->hits);
#endif
    size_t place = tkz__byte_rules_find(search->rules, search->text, from, search->size);
    search->block = place;
    search->covered = 0;
    return place;
}
