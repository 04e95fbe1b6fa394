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

/* Some characters of a chunk, the next ones from its byte `at` on. */
typedef struct group {
    lanes own;    /* their entries */
    lanes places; /* the byte of each, counted from `at` */
    uint32_t count;
    bool alone; /* the one behind these stands alone */
} group;

/* Ends a group before the first character that stands alone. */
TARGET static inline void stop_at_lone(group *own)
{
    const uint32_t lone_entry = TKZ__LONE_ENTRY;
    lanes lone = _mm256_cmpeq_epi32(own->own, _mm256_set1_epi32((int)lone_entry));
    uint32_t alone = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(lone));
    uint32_t first = (uint32_t)__builtin_ctz(alone | 1 << LANES);
    own->alone = first < own->count;
    own->count = own->alone ? first : own->count;
}

/* The lanes of `mask`, from the first on. */
TARGET static inline lanes pack(lanes from, uint32_t mask)
{
    uint64_t bytes = _pdep_u64(mask, UINT64_C(0x0101010101010101)) * 0xFF;
    uint64_t numbers = _pext_u64(UINT64_C(0x0706050403020100), bytes);
    return _mm256_permutevar8x32_epi32(from,
                                       _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)numbers)));
}

/* Writes the borders before the characters of a group that begins at byte `at`, behind one whose entry
 * is `*left`, and moves that on. Returns how many; there is room for eight. */
TARGET static inline __attribute__((always_inline)) size_t
put_borders(const tkz__image *image, const group *all, size_t at, uint32_t *left, uint32_t *ends)
{
    uint32_t entries[1 + LANES];
    entries[0] = *left;
    _mm256_storeu_si256((__m256i *)(entries + 1), all->own);
    lanes before =
        _mm256_permutevar8x32_epi32(all->own, _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6));
    before = _mm256_blend_epi32(before, _mm256_castsi128_si256(_mm_cvtsi32_si128((int)*left)), 1);
    lanes bits = bits_of(before, all->own, image->border_mask);
    uint32_t borders = ~joined(image->sections[TKZ__SECTION_BORDER_BITS], bits) &
                       ((UINT32_C(1) << all->count) - 1);
    lanes places = _mm256_add_epi32(all->places, _mm256_set1_epi32((int)at));
    _mm256_storeu_si256((__m256i *)ends, pack(places, borders));
    *left = entries[all->count];
    return (size_t)__builtin_popcount(borders);
}

/* Looks at up to `most` characters of three bytes from byte `*at` on, behind one whose entry is `*left`,
 * and moves both on. Writes the borders before them; there is room for eight. Returns how many. `*stop`:
 * the next character stands alone. */
TARGET static inline __attribute__((always_inline)) size_t
step(const tkz__image *image, const uint8_t *chunk, size_t *at, size_t most, uint32_t *left,
     uint32_t *ends, bool *stop)
{
    lanes words = words_at(chunk + *at);
    group all = {.places = _mm256_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21)};
    all.count = count_threes(words);
    all.count = all.count < most ? all.count : (uint32_t)most;
    all.own = items_at(image->sections[TKZ__SECTION_BORDER_CHARACTERS], numbers_of(words));
    if (stop != NULL) {
        stop_at_lone(&all);
        *stop = all.alone;
    }
    size_t found = put_borders(image, &all, *at, left, ends);
    *at += 3 * (size_t)all.count;
    return found;
}

/* ---- Eight characters of any length ------------------------------------ */

enum { MIXED = 32 /* bytes of which the characters begin */ };

#define MIXED_BYTES (MIXED + 4) /* that are read */

/* A bit for each lane. */
TARGET static inline uint32_t bits_in(lanes all)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(all));
}

TARGET static inline lanes is_of(lanes words, int mask, int form)
{
    return _mm256_cmpeq_epi32(_mm256_and_si256(words, _mm256_set1_epi32(mask)),
                              _mm256_set1_epi32(form));
}

/* The numbers of characters of one, two and three bytes, and the length of each; 0: it is none of these. */
TARGET static inline lanes mixed_numbers(lanes words, lanes *lengths)
{
    const lanes one = _mm256_set1_epi32(1), two = _mm256_set1_epi32(2), three = _mm256_set1_epi32(3);
    lanes is_one = is_of(words, 0x80, 0);
    lanes is_two = _mm256_andnot_si256(is_of(words, 0x1E, 0), is_of(words, 0xC0E0, 0x80C0));
    lanes strange = _mm256_or_si256(is_of(words, 0x0F, 0x00), is_of(words, 0x0F, 0x0D));
    lanes is_three = _mm256_andnot_si256(strange, is_of(words, 0xC0C0F0, 0x8080E0));
    *lengths = _mm256_or_si256(_mm256_and_si256(is_one, one),
                               _mm256_or_si256(_mm256_and_si256(is_two, two),
                                               _mm256_and_si256(is_three, three)));
    lanes low = _mm256_and_si256(words, _mm256_set1_epi32(0x7F));
    lanes pair = _mm256_or_si256(
        _mm256_slli_epi32(_mm256_and_si256(words, _mm256_set1_epi32(0x1F)), 6),
        _mm256_and_si256(_mm256_srli_epi32(words, 8), _mm256_set1_epi32(0x3F)));
    return _mm256_blendv_epi8(_mm256_blendv_epi8(numbers_of(words), pair, is_two), low, is_one);
}

/* As `step`, of characters of one to three bytes of the `size` bytes that are left from byte `*at` on; stops
 * before what is none of these. *taken: how many. */
TARGET static inline __attribute__((always_inline)) size_t
mixed_step(const tkz__image *image, const uint8_t *chunk, size_t *at, size_t size, uint32_t *left,
           uint32_t *ends, uint32_t *taken, bool *stop)
{
    const uint8_t *bytes = chunk + *at;
    __m256i text = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i more = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), text);
    uint64_t end = UINT64_C(1) << (size < MIXED ? size : MIXED);
    /* Where bytes are that begin characters, and where the last of them has to end. */
    uint64_t starts = (~(uint64_t)(uint32_t)_mm256_movemask_epi8(more) & (end - 1)) | end;
    uint32_t places[LANES + 1], words[LANES];
    *taken = 0;
    if ((starts & 1) == 0)
        return 0;
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i++, starts &= starts - 1) {
        places[i] = (uint32_t)_tzcnt_u64(starts); /* 64 behind the last one: no length leads there */
        words[i] = tkz__image_u32(bytes + places[i] % MIXED);
    }
    places[LANES] = (uint32_t)_tzcnt_u64(starts);
    group all = {.places = _mm256_loadu_si256((const __m256i *)places)};
    lanes lengths;
    lanes numbers = mixed_numbers(_mm256_loadu_si256((const __m256i *)words), &lengths);
    lanes next = _mm256_loadu_si256((const __m256i *)(places + 1));
    lanes right = _mm256_cmpeq_epi32(_mm256_add_epi32(all.places, lengths), next);
    all.count = (uint32_t)__builtin_ctz(~bits_in(right));
    all.own = items_at(image->sections[TKZ__SECTION_BORDER_CHARACTERS], numbers);
    if (stop != NULL) {
        stop_at_lone(&all);
        *stop = all.alone;
    }
    size_t found = put_borders(image, &all, *at, left, ends);
    *taken = all.count;
    *at += places[all.count];
    return found;
}

#define CUT TARGET static inline __attribute__((always_inline)) size_t cut
#define STEP step
#define MIXED_STEP mixed_step
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
