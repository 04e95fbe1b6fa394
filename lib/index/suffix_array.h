/* SPDX-License-Identifier: Apache-2.0
 *
 * Suffix arrays of texts of integers, and how much neighbours have in common. Leans on memory.
 */
#ifndef TKZ_INDEX_SUFFIX_ARRAY_H
#define TKZ_INDEX_SUFFIX_ARRAY_H

#include <stdbool.h>

#include "core/memory.h"

/* Longest text. */
#define TKZ__SUFFIX_LIMIT UINT32_C(0x7FFFFFF0)

/* Fills `suffixes` (`size` of them) with the places of all suffixes of `text`, in ascending order; a
 * suffix comes before those that go on from it. Symbols are below `symbols`. Linear time; takes up to
 * 2 * size + symbols further integers of 4 bytes for a while. Induced sorting (Nong, Zhang, Chan:
 * "Linear suffix array construction by almost pure induced-sorting", 2009), called by itself for at
 * most half of the text, so 31 times at most. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__suffix_array(const uint32_t *text, size_t size, uint32_t symbols,
                                         int32_t *suffixes, const tkz_allocator *allocator,
                                         tkz_error *error);

/* Fills `common` (`size` of them): common[i] is how many symbols suffixes i-1 and i begin with alike, 0
 * for i = 0. No symbol that is `wall` is counted, nor what is behind it. `scratch`: `size` integers.
 * (Kärkkäinen, Manzini, Puglisi: "Permuted longest-common-prefix array", 2009.) */
void tkz__suffix_common(const uint32_t *text, size_t size, uint32_t wall, const int32_t *suffixes,
                        int32_t *common, int32_t *scratch);

#endif
