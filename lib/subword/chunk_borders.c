/* SPDX-License-Identifier: Apache-2.0
 *
 * Cutting a chunk into pieces. Why that changes nothing is in the header. Leans on
 * the image.
 */
#include "subword/chunk_borders.h"

#define CUT static inline __attribute__((always_inline)) size_t cut
#include "subword/chunk_borders_loop.h"

#if TKZ__PATH_AVX2
static inline bool has_avx2(void)
{
    return tkz__processor_has_avx2() && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}
#endif

size_t tkz__borders_cut(const tkz__image *image, const uint8_t *chunk, size_t size,
                        size_t readable, uint32_t *ends, size_t room)
{
#if TKZ__PATH_AVX2
    if (has_avx2())
        return tkz__borders_cut_avx2(image, chunk, size, readable, ends, room);
#endif
    return cut(image, chunk, size, readable, ends, room, false);
}

size_t tkz__borders_cut_joined(const tkz__image *image, const uint8_t *chunk, size_t size,
                               size_t readable, uint32_t *ends, size_t room)
{
#if TKZ__PATH_AVX2
    if (has_avx2())
        return tkz__borders_cut_joined_avx2(image, chunk, size, readable, ends, room);
#endif
    return cut(image, chunk, size, readable, ends, room, true);
}
