/* SPDX-License-Identifier: Apache-2.0
 *
 * Lower case of single characters without regard to their surroundings, in Unicode
 * 17.0: char::to_lowercase of Rust 1.9x. Leans on nothing.
 */
#ifndef TKZ_TEXT_LOWERCASE_H
#define TKZ_TEXT_LOWERCASE_H

#include <stddef.h>
#include <stdint.h>

/* first, first + step ... first + size change by difference. */
typedef struct tkz__case_range {
    uint32_t first;
    uint16_t size;
    uint16_t step;
    int32_t difference;
} tkz__case_range;

/* Ascending; all but U+0130. */
#pragma GCC visibility push(hidden)
extern const uint32_t tkz__lowercase_count;
extern const tkz__case_range tkz__lowercase_ranges[];
#pragma GCC visibility pop

/* The lower case of `character`, which is itself where it has none. U+0130 gives U+0069, and
 * U+0307 must follow. */
uint32_t tkz__lowercase(uint32_t character);

#endif
