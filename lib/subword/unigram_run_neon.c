/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of one character by NEON. Leans on unigram_run.h.
 *
 * As in unigram_run_avx2.c, in registers of four: the sums of the next 16 places and the last pieces, of which
 * only as many are kept as the pieces have characters. A register moves down by an item, the first of the next
 * one behind it. Sums that are no better leave the piece that is there, as `>` does.
 */
#include "subword/unigram_run.h"

#if TKZ__PATH_NEON

#include <arm_neon.h>
#include <math.h>

#include "subword/unigram_window.h" /* TKZ__UNIGRAM_SUM_LIMIT */

enum { LANES = 4, REGISTERS = TKZ__UNIGRAM_RUN_LENGTHS / LANES };

/* `used`: registers that hold something; a constant where it is called. */
static inline __attribute__((always_inline)) void move_on(tkz__unigram_run *run, uint32_t *links,
                                                          size_t count, uint32_t used)
{
    const float32x4_t none = vdupq_n_f32(-INFINITY);
    const uint32x4_t nothing = vdupq_n_u32(0);
    float32x4_t scores[REGISTERS], sums[REGISTERS + 1];
    uint32x4_t units[REGISTERS], last[REGISTERS + 1];
    for (uint32_t k = 0; k < used; k++) {
        scores[k] = vld1q_f32(run->scores + LANES * k);
        units[k] = vld1q_u32(run->units + LANES * k);
        sums[k] = vld1q_f32(run->next_sums + LANES * k);
        last[k] = vld1q_u32(run->next_units + LANES * k);
    }
    sums[used] = none;
    last[used] = nothing;
    float32x4_t sum = vdupq_n_f32(run->sum);
    for (size_t i = 0; i < count; i++) {
        if (__builtin_expect(fabsf(vgetq_lane_f32(sum, 0)) > TKZ__UNIGRAM_SUM_LIMIT, 0)) {
            for (uint32_t k = 0; k < used; k++)
                sums[k] = vsubq_f32(sums[k], sum);
            sum = vdupq_n_f32(0);
        }
        for (uint32_t k = 0; k < used; k++) {
            const float32x4_t own = vaddq_f32(sum, scores[k]);
            const uint32x4_t better = vcgtq_f32(own, sums[k]);
            last[k] = vbslq_u32(better, units[k], last[k]);
            sums[k] = vbslq_f32(better, own, sums[k]);
        }
        sum = vdupq_laneq_f32(sums[0], 0);
        links[i] = vgetq_lane_u32(last[0], 0);
        for (uint32_t k = 0; k < used; k++) {
            sums[k] = vextq_f32(sums[k], sums[k + 1], 1);
            last[k] = vextq_u32(last[k], last[k + 1], 1);
        }
    }
    run->sum = vgetq_lane_f32(sum, 0);
    for (uint32_t k = 0; k < used; k++) {
        vst1q_f32(run->next_sums + LANES * k, sums[k]);
        vst1q_u32(run->next_units + LANES * k, last[k]);
    }
}

void tkz__unigram_run_neon(tkz__unigram_run *run, uint32_t *links, size_t count)
{
    uint32_t longest = 0;
    for (uint32_t k = 0; k < TKZ__UNIGRAM_RUN_LENGTHS; k++) {
        if (run->scores[k] > -INFINITY || run->next_sums[k] > -INFINITY)
            longest = k + 1;
    }
    if (longest <= LANES)
        move_on(run, links, count, 1);
    else if (longest <= 2 * LANES)
        move_on(run, links, count, 2);
    else
        move_on(run, links, count, REGISTERS);
}

#endif
