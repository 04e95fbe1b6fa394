/* SPDX-License-Identifier: Apache-2.0
 *
 * Proof that no look-up in a double array of Darts leaves it. Leans on memory.
 */
#ifndef TKZ_MORPH_DOUBLE_ARRAY_CHECK_H
#define TKZ_MORPH_DOUBLE_ARRAY_CHECK_H

#include "core/memory.h"

/* A unit in the file: 32-bit base, 32-bit check. */
enum { TKZ__UNIT_SIZE = 8 };

/* Checks `count` units (at any alignment, in the machine's byte order) whose values name words
 * below `word_count`. What is wrong is `*what` at unit `*where`; NULL: nothing is. Linear in
 * `count`, 4 bytes of memory for each unit. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__double_array_check(const uint8_t *units, uint32_t count,
                                               uint32_t word_count,
                                               const tkz_allocator *allocator, const char **what,
                                               uint32_t *where, tkz_error *error);

#endif
