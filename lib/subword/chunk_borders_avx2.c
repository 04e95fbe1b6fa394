/* SPDX-License-Identifier: Apache-2.0
 *
 * Cutting a chunk into pieces by AVX2, eight characters of three bytes at a time. Leans on
 * chunk_borders_loop.h.
 */
#include "core/processor.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

#include "subword/chunk_borders.h"

#define TARGET __attribute__((target("avx2,popcnt,bmi,bmi2")))

enum { LANES = 8, HALF = 12 /* bytes of four characters */ };

#define STEP_BYTES (HALF + 16) /* that are read */

typedef __m256i lanes; /* eight of u32 */

/* ---- Characters -------------------------------------------------------- */

/* The first eight characters at `bytes`, the three bytes of each in a lane. */
TARGET static inline lanes words_at(const uint8_t *bytes)
{
    const __m256i spread = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    __m128i low = _mm_loadu_si128((const __m128i *)bytes);
    __m128i high = _mm_loadu_si128((const __m128i *)(bytes + HALF));
    return _mm256_shuffle_epi8(
        _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1), spread);
}

/* How many of them, from the first on, are characters of three bytes: see tkz__border_is_three. */
TARGET static inline uint32_t count_threes(lanes words)
{
    lanes shape = _mm256_cmpeq_epi32(_mm256_and_si256(words, _mm256_set1_epi32(0xC0C0F0)),
                                     _mm256_set1_epi32(0x8080E0));
    lanes lead = _mm256_and_si256(words, _mm256_set1_epi32(0x0F));
    lanes strange = _mm256_or_si256(_mm256_cmpeq_epi32(lead, _mm256_setzero_si256()),
                                    _mm256_cmpeq_epi32(lead, _mm256_set1_epi32(0x0D)));
    int good = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_andnot_si256(strange, shape)));
    return (uint32_t)__builtin_ctz(~(uint32_t)good); /* the upper bits are clear */
}

/* As tkz__border_number_of_three; below 2^16 whatever the bytes are. */
TARGET static inline lanes numbers_of(lanes words)
{
    lanes first = _mm256_slli_epi32(_mm256_and_si256(words, _mm256_set1_epi32(0x0F)), 12);
    lanes second = _mm256_and_si256(_mm256_srli_epi32(words, 2), _mm256_set1_epi32(0xFC0));
    lanes third = _mm256_and_si256(_mm256_srli_epi32(words, 16), _mm256_set1_epi32(0x3F));
    return _mm256_or_si256(_mm256_or_si256(first, second), third);
}

/* ---- Tables ------------------------------------------------------------ */

TARGET static inline __attribute__((always_inline)) __m128i four_items(const uint8_t *items,
                                                                       const uint32_t *places)
{
    __m128i found = _mm_cvtsi32_si128((int)tkz__image_u32(items + 4 * (size_t)places[0]));
    found = _mm_insert_epi32(found, (int)tkz__image_u32(items + 4 * (size_t)places[1]), 1);
    found = _mm_insert_epi32(found, (int)tkz__image_u32(items + 4 * (size_t)places[2]), 2);
    return _mm_insert_epi32(found, (int)tkz__image_u32(items + 4 * (size_t)places[3]), 3);
}

/* Items of a table, one by one: where processors do not let gathers leak (Downfall), these take longer. */
TARGET static inline __attribute__((always_inline)) lanes items_at(const uint8_t *items, lanes at)
{
    uint32_t places[LANES];
    _mm256_storeu_si256((__m256i *)places, at);
    __m128i low = four_items(items, places), high = four_items(items, places + 4);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

/* tkz__border_bit of eight pairs. */
TARGET static inline lanes bits_of(lanes left, lanes right, uint32_t mask)
{
    lanes width = _mm256_and_si256(_mm256_srli_epi32(left, TKZ__BORDER_COLUMN_BITS),
                                   _mm256_set1_epi32(7));
    lanes columns = _mm256_srlv_epi32(_mm256_set1_epi32(TKZ__BORDER_COLUMNS - 1), width);
    lanes row = _mm256_slli_epi32(_mm256_srli_epi32(left, 16), 6);
    _Static_assert(TKZ__BORDER_LEAST_ROW == 1 << 6, "the shift");
    lanes bit = _mm256_add_epi32(row, _mm256_and_si256(right, columns));
    return _mm256_and_si256(bit, _mm256_set1_epi32((int)mask));
}

/* A bit for each pair that is joined. */
TARGET static inline __attribute__((always_inline)) uint32_t joined(const uint8_t *filter,
                                                                    lanes bits)
{
    lanes words = items_at(filter, _mm256_srli_epi32(bits, 5));
    lanes within = _mm256_and_si256(bits, _mm256_set1_epi32(31));
    lanes own = _mm256_slli_epi32(_mm256_srlv_epi32(words, within), 31);
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(own));
}

/* ---- Eight characters -------------------------------------------------- */

/* Writes where the characters of `mask` start, of which the first one is at byte `at`. */
TARGET static inline void write_places(uint32_t *ends, uint32_t mask, uint32_t at)
{
    uint64_t bytes = _pdep_u64(mask, UINT64_C(0x0101010101010101)) * 0xFF;
    uint64_t places = _pext_u64(UINT64_C(0x15120F0C09060300), bytes);
    lanes wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places));
    _mm256_storeu_si256((__m256i *)ends, _mm256_add_epi32(wide, _mm256_set1_epi32((int)at)));
}

/* Looks at up to `most` characters from byte `*at` on, behind one whose entry is `*left`, and moves both
 * on. Writes the borders before them; there is room for eight. Returns how many. `*stop`: the next
 * character stands alone. */
TARGET static inline __attribute__((always_inline)) size_t
step(const tkz__image *image, const uint8_t *chunk, size_t *at, size_t most, uint32_t *left,
     uint32_t *ends, bool *stop)
{
    const uint32_t lone_entry = TKZ__LONE_ENTRY;
    lanes words = words_at(chunk + *at);
    uint32_t count = count_threes(words);
    count = count < most ? count : (uint32_t)most;
    lanes own = items_at(image->sections[TKZ__SECTION_BORDER_CHARACTERS], numbers_of(words));
    if (stop != NULL) {
        lanes lone = _mm256_cmpeq_epi32(own, _mm256_set1_epi32((int)lone_entry));
        uint32_t alone = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(lone));
        uint32_t first = (uint32_t)__builtin_ctz(alone | 1 << LANES);
        *stop = first < count;
        count = first < count ? first : count;
    }
    uint32_t entries[1 + LANES];
    entries[0] = *left;
    _mm256_storeu_si256((__m256i *)(entries + 1), own);
    lanes before = _mm256_permutevar8x32_epi32(own, _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6));
    before = _mm256_blend_epi32(before, _mm256_castsi128_si256(_mm_cvtsi32_si128((int)*left)), 1);
    lanes bits = bits_of(before, own, image->border_mask);
    uint32_t borders =
        ~joined(image->sections[TKZ__SECTION_BORDER_BITS], bits) & ((UINT32_C(1) << count) - 1);
    write_places(ends, borders, (uint32_t)*at);
    *left = entries[count];
    *at += 3 * (size_t)count;
    return (size_t)__builtin_popcount(borders);
}

#define CUT TARGET static inline __attribute__((always_inline)) size_t cut
#define STEP step
#include "subword/chunk_borders_loop.h"

TARGET size_t tkz__borders_cut_avx2(const tkz__image *image, const uint8_t *chunk, size_t size,
                                    size_t readable, uint32_t *ends, size_t room)
{
    return cut(image, chunk, size, readable, ends, room, false);
}

TARGET size_t tkz__borders_cut_joined_avx2(const tkz__image *image, const uint8_t *chunk,
                                           size_t size, size_t readable, uint32_t *ends,
                                           size_t room)
{
    return cut(image, chunk, size, readable, ends, room, true);
}

#endif
