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

/* Places looked at together, and the bytes that tell of them. */
enum { BLOCK = 64, REACH = BLOCK + 2 };

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

/* The paths, each in two functions. find_block gives the start of the next block with a match, which
 * `hits` then shows, or where less than REACH bytes are left, with `hits` 0. fill_blocks gives the
 * hits of `count` blocks; behind them two more bytes can be read. */
#if !TKZ__PATH_NEON

static uint64_t block_hits_scalar(const tkz__byte_rules *rules, const char *text)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint64_t hits = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        uint8_t left = matching(rules, 0, bytes[i]) & matching(rules, 1, bytes[i + 1]) &
                       matching(rules, 2, bytes[i + 2]);
        hits |= (uint64_t)(left != 0) << i;
    }
    return hits;
}

static size_t find_block_scalar(const tkz__byte_rules *rules, const char *text, size_t from,
                                size_t size, uint64_t *hits)
{
    *hits = 0;
    for (; size - from >= REACH; from += BLOCK)
        if ((*hits = block_hits_scalar(rules, text + from)) != 0)
            break;
    return from;
}

static void fill_blocks_scalar(const tkz__byte_rules *rules, const char *text, size_t count,
                               uint64_t *hits)
{
    for (size_t i = 0; i < count; i++)
        hits[i] = block_hits_scalar(rules, text + i * BLOCK);
}

#endif

#if TKZ__PATH_AVX2

TKZ__TARGET_AVX2 static inline __m256i both_lanes(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* The look-up tables in both lanes; no arrays, so that they stay in registers. */
typedef struct tables {
    __m256i high0, high1, high2;
    __m256i low0, low1, low2;
} tables;

TKZ__TARGET_AVX2 static inline tables load_tables(const tkz__byte_rules *rules)
{
    return (tables){both_lanes(rules->high[0]), both_lanes(rules->high[1]),
                    both_lanes(rules->high[2]), both_lanes(rules->low[0]),
                    both_lanes(rules->low[1]),  both_lanes(rules->low[2])};
}

TKZ__TARGET_AVX2 static inline __m256i match_bytes(const char *text, __m256i high, __m256i low)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
    __m256i lower = _mm256_and_si256(bytes, nibble);
    return _mm256_and_si256(_mm256_shuffle_epi8(high, upper), _mm256_shuffle_epi8(low, lower));
}

TKZ__TARGET_AVX2 static inline __m256i match_half_block(const char *text, const tables *t)
{
    __m256i left = match_bytes(text, t->high0, t->low0);
    left = _mm256_and_si256(left, match_bytes(text + 1, t->high1, t->low1));
    return _mm256_and_si256(left, match_bytes(text + 2, t->high2, t->low2));
}

TKZ__TARGET_AVX2 static inline uint32_t hits_of(__m256i matches)
{
    __m256i none = _mm256_cmpeq_epi8(matches, _mm256_setzero_si256());
    return ~(uint32_t)_mm256_movemask_epi8(none);
}

TKZ__TARGET_AVX2 static size_t find_block_avx2(const tkz__byte_rules *rules, const char *text,
                                               size_t from, size_t size, uint64_t *hits)
{
    const tables t = load_tables(rules);
    *hits = 0;
    for (; size - from >= REACH; from += BLOCK) {
        __m256i first = match_half_block(text + from, &t);
        __m256i second = match_half_block(text + from + BLOCK / 2, &t);
        __m256i both = _mm256_or_si256(first, second);
        if (!_mm256_testz_si256(both, both)) {
            *hits = (uint64_t)hits_of(second) << 32 | hits_of(first);
            break;
        }
    }
    return from;
}

TKZ__TARGET_AVX2 static void fill_blocks_avx2(const tkz__byte_rules *rules, const char *text,
                                              size_t count, uint64_t *hits)
{
    const tables t = load_tables(rules);
    for (size_t i = 0; i < 2 * count; i++) { /* one after the other: both need too many registers */
        uint32_t half = hits_of(match_half_block(text + i * (BLOCK / 2), &t));
        memcpy((char *)hits + i * sizeof half, &half, sizeof half);
    }
}

#endif

#if TKZ__PATH_NEON

typedef struct tables {
    uint8x16_t high[3];
    uint8x16_t low[3];
} tables;

static inline void load_tables(const tkz__byte_rules *rules, tables *t)
{
    for (size_t i = 0; i < 3; i++) {
        t->high[i] = vld1q_u8(rules->high[i]);
        t->low[i] = vld1q_u8(rules->low[i]);
    }
}

static inline uint8x16_t match_bytes(const char *text, uint8x16_t high, uint8x16_t low)
{
    uint8x16_t bytes = vld1q_u8((const uint8_t *)text);
    return vandq_u8(vqtbl1q_u8(high, vshrq_n_u8(bytes, 4)),
                    vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(15))));
}

/* Bit i % 8 of byte i where byte i matches: eight bytes then add up to eight bits. */
static inline uint8x16_t match_quarter_block(const char *text, const tables *t)
{
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t left = match_bytes(text, t->high[0], t->low[0]);
    left = vandq_u8(left, match_bytes(text + 1, t->high[1], t->low[1]));
    left = vandq_u8(left, match_bytes(text + 2, t->high[2], t->low[2]));
    return vandq_u8(vtstq_u8(left, left), vld1q_u8(bits));
}

static inline uint64_t block_hits_neon(const char *text, const tables *t)
{
    uint8x16_t first = vpaddq_u8(match_quarter_block(text, t), match_quarter_block(text + 16, t));
    uint8x16_t second =
        vpaddq_u8(match_quarter_block(text + 32, t), match_quarter_block(text + 48, t));
    uint8x16_t sums = vpaddq_u8(first, second);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

static size_t find_block_neon(const tkz__byte_rules *rules, const char *text, size_t from,
                              size_t size, uint64_t *hits)
{
    tables t;
    load_tables(rules, &t);
    *hits = 0;
    for (; size - from >= REACH; from += BLOCK)
        if ((*hits = block_hits_neon(text + from, &t)) != 0)
            break;
    return from;
}

static void fill_blocks_neon(const tkz__byte_rules *rules, const char *text, size_t count,
                             uint64_t *hits)
{
    tables t;
    load_tables(rules, &t);
    for (size_t i = 0; i < count; i++)
        hits[i] = block_hits_neon(text + i * BLOCK, &t);
}

#endif

static size_t find_block(const tkz__byte_rules *rules, const char *text, size_t from, size_t size,
                         uint64_t *hits)
{
#if TKZ__PATH_NEON
    return find_block_neon(rules, text, from, size, hits);
#else
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2())
        return find_block_avx2(rules, text, from, size, hits);
#endif
    return find_block_scalar(rules, text, from, size, hits);
#endif
}

static void fill_blocks(const tkz__byte_rules *rules, const char *text, size_t count,
                        uint64_t *hits)
{
#if TKZ__PATH_NEON
    fill_blocks_neon(rules, text, count, hits);
#else
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2()) {
        fill_blocks_avx2(rules, text, count, hits);
        return;
    }
#endif
    fill_blocks_scalar(rules, text, count, hits);
#endif
}

/* Hits of the last block of a text, which has less than REACH bytes. */
static uint64_t tail_hits(const tkz__byte_rules *rules, const char *text, size_t size)
{
    char tail[REACH] = {0};
    memcpy(tail, text, size);
    uint64_t hits;
    fill_blocks(rules, tail, 1, &hits);
    return size < BLOCK ? hits & ((UINT64_C(1) << size) - 1) : hits;
}

size_t tkz__byte_rules_find(const tkz__byte_rules *rules, const char *text, size_t from,
                            size_t size)
{
    uint64_t hits;
    from = find_block(rules, text, from, size, &hits);
    while (hits == 0 && from < size) {
        hits = tail_hits(rules, text + from, size - from);
        if (hits == 0)
            from += size - from < BLOCK ? size - from : BLOCK;
    }
    return hits != 0 ? from + (size_t)__builtin_ctzll(hits) : size;
}

/* The hits of the next stretch, from `from` on, which is below the size. */
static void look_at_stretch(tkz__byte_search *search, size_t from)
{
    size_t left = search->size - from;
    size_t count = left < REACH ? 0 : (left - REACH) / BLOCK + 1;
    if (count > TKZ__BYTE_SEARCH_BLOCKS)
        count = TKZ__BYTE_SEARCH_BLOCKS;
    fill_blocks(search->rules, search->text + from, count, search->hits);
    search->start = from;
    search->covered = count * BLOCK;
    left -= search->covered;
    if (left > 0 && count < TKZ__BYTE_SEARCH_BLOCKS) {
        search->hits[count] = tail_hits(search->rules, search->text + from + count * BLOCK, left);
        search->covered += left < BLOCK ? left : BLOCK;
    }
}

size_t tkz__byte_search_on(tkz__byte_search *search, size_t from)
{
    while (from < search->size) {
        look_at_stretch(search, from);
        size_t place = tkz__byte_search_in_stretch(search, 0);
        from += place;
        if (place < search->covered)
            break;
    }
    return from;
}
