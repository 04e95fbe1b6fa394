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

#define TARGET __attribute__((target("avx2,popcnt,bmi")))

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
    __m256i all = _mm256_or_si256(_mm256_slli_epi32(low, 12), _mm256_or_si256(middle, last));
    _mm256_storeu_si256((__m256i *)characters, all);
    uint32_t mask = (uint32_t)_mm256_movemask_ps(
        _mm256_castsi256_ps(_mm256_andnot_si256(strange, are)));
    return (uint32_t)__builtin_ctz(~mask); /* the upper bits are clear */
}

TARGET static inline void read_on(tkz__unigram_window *window, const tkz__unigram *model,
                                  const uint8_t *text, uint32_t size)
{
    const __m256i threes = _mm256_setr_epi32(3, 6, 9, 12, 15, 18, 21, 24);
    uint32_t known = window->known, at = window->ends[known];
    uint32_t base = tkz__unigram_last_base(window, model);
    while (known < TKZ__UNIGRAM_READ && at < size) {
        uint32_t characters[8], code, room = TKZ__UNIGRAM_READ - known;
        uint32_t count = size - at >= 32 ? read_threes(text + at, characters) : 0;
        count = count < room ? count : room;
        if (count > 0) {
            __m256i ends = _mm256_add_epi32(threes, _mm256_set1_epi32((int)at));
            _mm256_storeu_si256((__m256i *)(window->ends + known + 1), ends);
            at += 3 * count;
            for (uint32_t i = 0; i < count; i++, known++) {
                code = tkz__unigram_u32(model->plane, characters[i]);
                code = code < model->code_count ? code : 0;
                base = tkz__unigram_add_code(window, model, known, base, code);
            }
        } else {
            at += (uint32_t)tkz__unigram_read(model, text + at, size - at, &code);
            base = tkz__unigram_add_code(window, model, known, base, code);
            window->ends[++known] = at;
        }
    }
    window->known = known;
    tkz__unigram_close_window(window);
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
    uint32_t deepest;
    read_on(window, &model, text, size);
    uint32_t count = tkz__unigram_match(window, &model, &deepest);
    return deepest > 8 ? find_sums(window, count, true, sum) : find_sums(window, count, false, sum);
}

#endif
