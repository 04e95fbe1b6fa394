/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of the vector paths: errors by half-bytes, and the packing of lanes.
 * Leans on text/utf8_kernels.h, which explains them.
 */
#include "text/utf8_kernels.h"

#define LEAD_ALONE TKZ__PAIR_LEAD_ALONE
#define STRAY TKZ__PAIR_STRAY_CONTINUATION
#define OVERLONG_TWO TKZ__PAIR_OVERLONG_TWO
#define OVERLONG_THREE TKZ__PAIR_OVERLONG_THREE
#define SURROGATE TKZ__PAIR_SURROGATE
#define TOO_LARGE TKZ__PAIR_TOO_LARGE
#define FOUR_LOW TKZ__PAIR_FOUR_LOW
#define TWO_CONTINUATIONS TKZ__PAIR_TWO_CONTINUATIONS

/* 0x..7x, 8x..Bx, Cx, Dx, Ex, Fx */
const uint8_t tkz__utf8_pair_first_high[16] = {
    STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, STRAY,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    LEAD_ALONE | OVERLONG_TWO,
    LEAD_ALONE,
    LEAD_ALONE | OVERLONG_THREE | SURROGATE,
    LEAD_ALONE | TOO_LARGE | FOUR_LOW,
};

/* Errors that do not depend on the low half of the first byte. */
#define ANY (LEAD_ALONE | STRAY | TWO_CONTINUATIONS)
#define BEYOND (ANY | TOO_LARGE | FOUR_LOW)

/* x0, x1, x2, x3, x4, x5..xC, xD, xE, xF */
const uint8_t tkz__utf8_pair_first_low[16] = {
    ANY | OVERLONG_TWO | OVERLONG_THREE | FOUR_LOW,
    ANY | OVERLONG_TWO,
    ANY, ANY,
    ANY | TOO_LARGE,
    BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND,
    BEYOND | SURROGATE,
    BEYOND, BEYOND,
};

/* Errors of a lead byte or ASCII and any continuation byte. */
#define CONTINUED (STRAY | OVERLONG_TWO | TWO_CONTINUATIONS)

/* 0x..7x, 8x, 9x, Ax, Bx, Cx..Fx */
const uint8_t tkz__utf8_pair_second_high[16] = {
    LEAD_ALONE, LEAD_ALONE, LEAD_ALONE, LEAD_ALONE,
    LEAD_ALONE, LEAD_ALONE, LEAD_ALONE, LEAD_ALONE,
    CONTINUED | OVERLONG_THREE | FOUR_LOW,
    CONTINUED | OVERLONG_THREE | TOO_LARGE,
    CONTINUED | SURROGATE | TOO_LARGE,
    CONTINUED | SURROGATE | TOO_LARGE,
    LEAD_ALONE, LEAD_ALONE, LEAD_ALONE, LEAD_ALONE,
};

/* ROW_n forks on one more bit, lower ones last, so that the rows come in order of their number.
 * What a row leaves unsaid is 0: lanes that nobody reads. */
#define TAKE_0(lane)
#define TAKE_1(lane) 2 * (lane), 2 * (lane) + 1,
#define ROW(a, b, c, d, e, f, g, h)                                                               \
    {TAKE_##a(0) TAKE_##b(1) TAKE_##c(2) TAKE_##d(3) TAKE_##e(4) TAKE_##f(5) TAKE_##g(6)          \
         TAKE_##h(7)}
#define ROWS_1(b, c, d, e, f, g, h) ROW(0, b, c, d, e, f, g, h), ROW(1, b, c, d, e, f, g, h)
#define ROWS_2(c, d, e, f, g, h) ROWS_1(0, c, d, e, f, g, h), ROWS_1(1, c, d, e, f, g, h)
#define ROWS_3(d, e, f, g, h) ROWS_2(0, d, e, f, g, h), ROWS_2(1, d, e, f, g, h)
#define ROWS_4(e, f, g, h) ROWS_3(0, e, f, g, h), ROWS_3(1, e, f, g, h)
#define ROWS_5(f, g, h) ROWS_4(0, f, g, h), ROWS_4(1, f, g, h)
#define ROWS_6(g, h) ROWS_5(0, g, h), ROWS_5(1, g, h)
#define ROWS_7(h) ROWS_6(0, h), ROWS_6(1, h)

const uint8_t tkz__utf8_packing[256][16] = {ROWS_7(0), ROWS_7(1)};
