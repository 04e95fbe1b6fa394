/* SPDX-License-Identifier: Apache-2.0
 *
 * The search of a window by AVX2, with sums in 32 bits. Leans on unigram_matching.h.
 *
 * A register holds the best sums of the next 8 places, another where their last pieces start. From a
 * place to the next all move down by one. Two more are needed where pieces have more characters.
 */
#include "subword/unigram_matching.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt,bmi,bmi2")))

typedef __m256i lanes; /* eight of u32 */

enum { LANES = 8 };

TARGET static inline lanes load(const uint32_t *items)
{
    return _mm256_loadu_si256((const __m256i *)items);
}

TARGET static inline void store(uint32_t *items, lanes values)
{
    _mm256_storeu_si256((__m256i *)items, values);
}

/* Those below `limit` (at least 1), 0 in place of others. */
TARGET static inline lanes below(lanes values, uint32_t limit)
{
    __m256i last = _mm256_set1_epi32((int)(limit - 1));
    return _mm256_and_si256(values, _mm256_cmpeq_epi32(_mm256_min_epu32(values, last), values));
}

/* Fields of eight units. */
typedef struct fields {
    lanes base;
    lanes parent;
    lanes score;
} fields;

/* Whole units are loaded and turned around: on many processors that is twice as fast as gathering. */
TARGET static inline __attribute__((always_inline)) fields load_fields(const tkz__unigram *model,
                                                                       const uint32_t *units)
{
    lanes pairs[4];
#pragma GCC unroll 4
    for (uint32_t i = 0; i < 4; i++) {
        const void *low = tkz__unigram_unit(model, units[i]);
        const void *high = tkz__unigram_unit(model, units[i + 4]);
        pairs[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)),
                                           _mm_loadu_si128(high), 1);
    }
    lanes front = _mm256_unpacklo_epi32(pairs[0], pairs[1]);
    lanes next_front = _mm256_unpacklo_epi32(pairs[2], pairs[3]);
    lanes back = _mm256_unpackhi_epi32(pairs[0], pairs[1]);
    lanes next_back = _mm256_unpackhi_epi32(pairs[2], pairs[3]);
    return (fields){_mm256_unpacklo_epi64(front, next_front),
                    _mm256_unpackhi_epi64(front, next_front),
                    _mm256_unpacklo_epi64(back, next_back)};
}

/* ---- Characters -------------------------------------------------------- */

/* Reads 32 bytes: how many characters of three bytes they begin with (up to 8), and which. */
TARGET static inline uint32_t read_threes(const uint8_t *text, uint32_t *characters)
{
    const __m256i spread = _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,
                                            0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    __m128i first = _mm_loadu_si128((const __m128i *)text);
    __m128i second = _mm_loadu_si128((const __m128i *)(text + 12));
    __m256i words = _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
    words = _mm256_shuffle_epi8(words, spread);
    __m256i low = _mm256_and_si256(words, _mm256_set1_epi32(0x0F));
    __m256i are = _mm256_cmpeq_epi32(_mm256_and_si256(words, _mm256_set1_epi32(0xC0C0F0)),
                                     _mm256_set1_epi32(0x8080E0));
    /* As tkz__unigram_is_three: E0 and ED need a look at their second byte. */
    __m256i strange = _mm256_or_si256(_mm256_cmpeq_epi32(low, _mm256_setzero_si256()),
                                      _mm256_cmpeq_epi32(low, _mm256_set1_epi32(0x0D)));
    __m256i middle = _mm256_and_si256(_mm256_srli_epi32(words, 2), _mm256_set1_epi32(0xFC0));
    __m256i last = _mm256_and_si256(_mm256_srli_epi32(words, 16), _mm256_set1_epi32(0x3F));
    store(characters, _mm256_or_si256(_mm256_slli_epi32(low, 12), _mm256_or_si256(middle, last)));
    uint32_t mask = (uint32_t)_mm256_movemask_ps(
        _mm256_castsi256_ps(_mm256_andnot_si256(strange, are)));
    return (uint32_t)__builtin_ctz(~mask); /* the upper bits are clear */
}

/* Codes and ends of the characters that there is room for. */
TARGET static inline void read_codes(tkz__unigram_window *window, const tkz__unigram *model,
                                     const uint8_t *text, uint32_t size)
{
    const lanes threes = _mm256_setr_epi32(3, 6, 9, 12, 15, 18, 21, 24);
    uint32_t known = window->known, at = window->ends[known];
    while (known < TKZ__UNIGRAM_READ && at < size) {
        uint32_t count = 0, room = TKZ__UNIGRAM_READ - known;
        if (__builtin_expect(size - at >= 32, 1)) {
            uint32_t characters[LANES]; /* of 16 bits, those behind `count` too */
            count = read_threes(text + at, characters);
#pragma GCC unroll 8
            for (uint32_t k = 0; k < LANES; k++)
                window->units[0][known + k] = tkz__unigram_u32(model->plane, characters[k]);
            store(window->ends + known + 1, _mm256_add_epi32(threes, _mm256_set1_epi32((int)at)));
            count = count < room ? count : room;
            at += 3 * count;
            known += count;
        }
        if (__builtin_expect((count < LANES) & (count < room) & (at < size), 0)) {
            at += (uint32_t)tkz__unigram_read(model, text + at, size - at, window->units[0] + known);
            window->ends[++known] = at;
        }
    }
    window->known = known;
    for (; known < TKZ__UNIGRAM_READ; known += LANES)
        store(window->units[0] + known, _mm256_setzero_si256());
}

/* What is known of the characters from number `from` on: their scores, and the units of each with the
 * one behind it, which are asked for. */
TARGET static inline void find_children(tkz__unigram_window *window, const tkz__unigram *model,
                                        uint32_t from)
{
    const lanes zero = _mm256_setzero_si256(), base_bits = _mm256_set1_epi32(TKZ__UNIGRAM_BASE);
    for (uint32_t i = from; i < window->known; i += LANES) {
        uint32_t *codes = window->units[0] + i;
        lanes code = below(load(codes), model->code_count), next = load(codes + 1);
        store(codes, code);
        fields own = load_fields(model, codes);
        lanes base = _mm256_and_si256(own.base, base_bits);
        lanes child = below(_mm256_add_epi32(base, next), model->unit_count);
        lanes none = _mm256_or_si256(_mm256_cmpeq_epi32(code, zero), _mm256_cmpeq_epi32(next, zero));
        store(window->units[1] + i, _mm256_andnot_si256(none, child));
        _mm256_storeu_ps(window->first + i, _mm256_castsi256_ps(own.score));
#pragma GCC unroll 8
        for (uint32_t k = 0; k < LANES; k++)
            __builtin_prefetch(tkz__unigram_unit(model, window->units[1][i + k]));
    }
}

/* ---- Pieces ------------------------------------------------------------ */

/* The lanes of `mask` first. */
TARGET static inline lanes order_of(uint32_t mask)
{
    uint64_t bytes = _pdep_u64(mask, UINT64_C(0x0101010101010101)) * 0xFF;
    uint64_t order = _pext_u64(UINT64_C(0x0706050403020100), bytes);
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)order));
}

/* The scores of the pieces of one and of two characters that start at characters from `at` on; of
 * others there are none. */
TARGET static inline void put_scores(tkz__unigram_window *window, uint32_t at, __m256 one,
                                     __m256 two)
{
    const __m128 no_four = _mm_set1_ps(-INFINITY);
    __m256 low = _mm256_unpacklo_ps(one, two), high = _mm256_unpackhi_ps(one, two);
    __m128 pairs[4] = {_mm256_castps256_ps128(low), _mm256_castps256_ps128(high),
                       _mm256_extractf128_ps(low, 1), _mm256_extractf128_ps(high, 1)};
    for (uint32_t i = 0; i < LANES; i += 2) {
        float *row = window->scores[at + i], *next = window->scores[at + i + 1];
        _mm_storeu_ps(row, _mm_movelh_ps(pairs[i / 2], no_four));
        _mm_storeu_ps(row + 4, no_four);
        _mm_storeu_ps(next, _mm_movehl_ps(no_four, pairs[i / 2]));
        _mm_storeu_ps(next + 4, no_four);
    }
}

/* As tkz__unigram_match_pairs, of 8 characters at once and 8 scores of each. */
TARGET static inline uint32_t match_pairs(tkz__unigram_window *window, const tkz__unigram *model,
                                          uint32_t count, tkz__unigram_walks *walks)
{
    const lanes base_bits = _mm256_set1_epi32(TKZ__UNIGRAM_BASE), zero = _mm256_setzero_si256();
    const __m256 unknown = _mm256_set1_ps((float)model->unknown_score);
    const __m256 none = _mm256_set1_ps(-INFINITY);
    lanes start = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    uint32_t made = 0;
    for (uint32_t i = 0; i < count; i += LANES) {
        lanes code = load(window->units[0] + i), child = load(window->units[1] + i);
        fields own = load_fields(model, window->units[1] + i);
        lanes is_child = _mm256_cmpeq_epi32(own.parent, code);
        __m256 one = _mm256_loadu_ps(window->first + i), two = _mm256_castsi256_ps(own.score);
        one = _mm256_blendv_ps(one, unknown, _mm256_cmp_ps(one, none, _CMP_EQ_OQ));
        two = _mm256_blendv_ps(none, two, _mm256_castsi256_ps(is_child));
        put_scores(window, i, one, two);
        lanes base = _mm256_and_si256(_mm256_and_si256(own.base, base_bits), is_child);
        lanes next = below(_mm256_add_epi32(base, load(window->units[0] + i + 2)), model->unit_count);
        uint32_t ends = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(base, zero)));
        lanes order = order_of(~ends & 0xFF);
        store(walks->starts + made, _mm256_permutevar8x32_epi32(start, order));
        store(walks->parents + made, _mm256_permutevar8x32_epi32(child, order));
        store(walks->children + made, _mm256_permutevar8x32_epi32(next, order));
        made += (uint32_t)__builtin_popcount(~ends & 0xFF);
        start = _mm256_add_epi32(start, _mm256_set1_epi32(LANES));
    }
    for (uint32_t i = 0; i < made; i++)
        __builtin_prefetch(tkz__unigram_unit(model, walks->children[i]));
    return made;
}

/* ---- Sums -------------------------------------------------------------- */

TARGET static inline __m256 none(void)
{
    return _mm256_set1_ps(-INFINITY);
}

TARGET static inline bool is_reached(__m256 sums, int but)
{
    return (_mm256_movemask_ps(_mm256_cmp_ps(sums, none(), _CMP_NEQ_OQ)) & ~but) != 0;
}

/* The items of `low` move down by one, and the first of `high` behind them. */
TARGET static inline __m256 move_down(__m256 low, __m256 high)
{
    const __m256i next = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0);
    return _mm256_permutevar8x32_ps(_mm256_blend_ps(low, high, 1), next);
}

/* Where pieces start are whole numbers; moved and chosen they are as good as any bits. `is_long`: a
 * piece may have more than 8 characters. */
TARGET static inline uint32_t find_sums(tkz__unigram_window *window, uint32_t count, bool is_long,
                                        double *total)
{
    __m256 low = _mm256_blend_ps(none(), _mm256_set1_ps((float)*total), 1), high = none();
    __m256 from_low = _mm256_setzero_ps(), from_high = from_low;
    uint32_t last = 0;
    for (uint32_t at = 0; at < count; at++) {
        __m256 sum = _mm256_broadcastss_ps(_mm256_castps256_ps128(low));
        float first = _mm256_cvtss_f32(low);
        if (__builtin_expect(fabsf(first) > TKZ__UNIGRAM_SUM_LIMIT, 0)) {
            low = _mm256_sub_ps(low, sum);
            high = _mm256_sub_ps(high, sum);
            sum = _mm256_setzero_ps();
        }
        __m256 place = _mm256_castsi256_ps(_mm256_set1_epi32((int)at));
        low = move_down(low, high);
        from_low = move_down(from_low, from_high);
        __m256 own = _mm256_add_ps(sum, _mm256_loadu_ps(window->scores[at]));
        from_low = _mm256_blendv_ps(from_low, place, _mm256_cmp_ps(own, low, _CMP_GT_OQ));
        low = _mm256_max_ps(own, low);
        bool is_border = !is_reached(low, 1);
        if (is_long) {
            high = move_down(high, none());
            from_high = move_down(from_high, from_high);
            own = _mm256_add_ps(sum, _mm256_loadu_ps(window->scores[at] + 8));
            from_high = _mm256_blendv_ps(from_high, place, _mm256_cmp_ps(own, high, _CMP_GT_OQ));
            high = _mm256_max_ps(own, high);
            is_border &= !is_reached(high, 0);
        }
        window->from[at + 1] = (uint32_t)_mm256_cvtsi256_si32(_mm256_castps_si256(from_low));
        window->sums[at + 1] = _mm256_cvtss_f32(low);
        last = is_border ? at + 1 : last;
    }
    if (last > 0)
        *total = (double)window->sums[last];
    return last;
}

TARGET uint32_t tkz__unigram_window_run_avx2(tkz__unigram_window *window,
                                             const tkz__unigram *pointer, const uint8_t *text,
                                             uint32_t size, double *sum)
{
    const tkz__unigram model = *pointer; /* nothing written here changes it */
    uint32_t deepest, from = window->known > 0 ? window->known - 1 : 0;
    read_codes(window, &model, text, size);
    find_children(window, &model, from);
    uint32_t count = window->known < TKZ__UNIGRAM_STARTS ? window->known : TKZ__UNIGRAM_STARTS;
    tkz__unigram_walks walks;
    uint32_t open = match_pairs(window, &model, count, &walks);
    count = tkz__unigram_match_on(window, &model, &walks, open, count, &deepest);
    return deepest > 8 ? find_sums(window, count, true, sum) : find_sums(window, count, false, sum);
}

#endif
