/* SPDX-License-Identifier: Apache-2.0
 *
 * Which vector instructions may be used. AVX2 is asked for at run time, NEON is part of every
 * 64-bit ARM processor. Leans on the compiler only.
 */
#ifndef TKZ_CORE_PROCESSOR_H
#define TKZ_CORE_PROCESSOR_H

#include <stdbool.h>

/* Code paths that are compiled in. Big-endian ARM orders the lanes of a vector otherwise and takes
 * the scalar path. */
#if defined __x86_64__ && defined __GNUC__
#define TKZ__PATH_AVX2 1
#else
#define TKZ__PATH_AVX2 0
#endif
#if defined __aarch64__ && defined __ARM_NEON && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TKZ__PATH_NEON 1
#else
#define TKZ__PATH_NEON 0
#endif

#if TKZ__PATH_AVX2

/* For functions that are entered only where tkz__processor_has_avx2() is true. */
#define TKZ__TARGET_AVX2 __attribute__((target("avx2,popcnt")))

/* A load and a test: the compiler's run-time library has asked the processor, and whether the
 * system saves the wide registers, before the program began. Any thread. */
static inline bool tkz__processor_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
}

#endif
#endif
