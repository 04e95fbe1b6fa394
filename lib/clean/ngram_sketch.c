/* SPDX-License-Identifier: Apache-2.0
 *
 * 5-grams are counted in a small table by a hash, and those that meet there are counted as one: so the k largest counts of
 * the table come to at least what the k largest of 5-grams come to. With natural text that is far below the bounds of
 * filters, and nothing needs to be compared. Leans on measures.
 */
#include "clean/ngram_sketch.h"

#include <math.h>
#include <string.h>

#include "clean/measures.h"

/* Four places for each 5-gram as long as the table is small. */
static uint32_t bits_for(size_t rows)
{
    uint32_t bits = 12;
    while ((size_t)1 << bits < TKZ__SKETCH_MOST && (size_t)1 << bits < rows * 4)
        bits++;
    return bits;
}

/* Two symbols as one number. */
static inline uint64_t two_of(const uint32_t *symbols)
{
    uint64_t both;
    memcpy(&both, symbols, sizeof both);
    return both;
}

/* The three products do not wait for each other. */
static inline uint64_t hash_five(const uint32_t *symbols)
{
    return two_of(symbols) * UINT64_C(0x9E3779B185EBCA87) + two_of(symbols + 2) * UINT64_C(0xC2B2AE3D27D4EB4F) +
           symbols[4] * UINT64_C(0x165667B19E3779F9);
}

/* The sum of the k largest counts is that of min(k, counts of at least c) over all c: `at_least` is kept while counting,
 * and a count of 1 is none that repeats. */
uint64_t tkz__ngram_sketch_bound(tkz__ngram_sketch *sketch, const uint32_t *symbols, size_t count)
{
    uint64_t at_least[UINT8_MAX + 1] = {0};
    if (count < TKZ__NGRAM_FREQUENT)
        return 0;
    size_t rows = count - TKZ__NGRAM_FREQUENT + 1;
    uint32_t bits = bits_for(rows), shift = 64 - bits;
    memset(sketch->counts, 0, (size_t)1 << bits);
    for (size_t i = 0; i < rows; i++) {
        uint8_t *place = &sketch->counts[hash_five(symbols + i) >> shift];
        uint8_t now = ++*place;
        if (__builtin_expect(now == 1, 1))
            continue;
        if (now == 0)
            return UINT64_MAX; /* there is no room for more */
        at_least[now]++;
    }
    uint64_t most = (uint64_t)sqrt((double)rows), sum = at_least[2] < most ? at_least[2] : most;
    for (size_t c = 2; c <= UINT8_MAX; c++)
        sum += at_least[c] < most ? at_least[c] : most;
    return sum;
}
