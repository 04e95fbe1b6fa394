/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeded random numbers: the same on every machine. Leans on nothing.
 *
 * SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators,
 * 2014): every seed gives another stream, also seeds that differ in one bit.
 */
#ifndef TKZ_CORE_RANDOM_H
#define TKZ_CORE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct tkz__random {
    uint64_t state; /* the seed, at first */
} tkz__random;

static inline uint64_t tkz__random_next(tkz__random *random)
{
    uint64_t value = random->state += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

/* A probability of 0 to 1 as a bound for tkz__random_happens: exact to 2^-53. */
static inline uint64_t tkz__random_bound(double probability)
{
    return (uint64_t)(probability * 9007199254740992.0);
}

/* True with the probability of `bound`: never for 0, always for 1. */
static inline bool tkz__random_happens(tkz__random *random, uint64_t bound)
{
    return tkz__random_next(random) >> 11 < bound;
}

#endif
