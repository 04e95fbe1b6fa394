/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 by AVX2. Only these functions use its instructions; the file is compiled like any other.
 * Leans on text/utf8_kernels.h, where the method and the tables are described.
 */
#include "text/utf8_kernels.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

/* Bytes a step of the validator. */
#define STEP ((size_t)64)
/* Bytes a step of the decoder, and what it reads from the start of one: those two behind it that
 * its last character may have, and one more with the odd places. */
#define BLOCK ((size_t)32)
#define BLOCK_READS (BLOCK + 3)

static inline TKZ__TARGET_AVX2 __m256i load(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)bytes);
}

static inline TKZ__TARGET_AVX2 __m256i both_halves(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

static inline TKZ__TARGET_AVX2 __m256i high_halves(__m256i bytes)
{
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

/* Not zero where a byte is wrong given the three before it. They are loaded again, at addresses one
 * to three lower: loads are cheaper than moves across the halves of a register. */
static inline TKZ__TARGET_AVX2 __m256i errors_of(__m256i here, const uint8_t *bytes)
{
    __m256i first = load(bytes - 1);
    __m256i pair = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(both_halves(tkz__utf8_pair_first_high), high_halves(first)),
            _mm256_shuffle_epi8(both_halves(tkz__utf8_pair_first_low),
                                _mm256_and_si256(first, _mm256_set1_epi8(0x0F)))),
        _mm256_shuffle_epi8(both_halves(tkz__utf8_pair_second_high), high_halves(here)));
    /* Bit 7 where the byte two before leads three bytes, or the one three before leads four. */
    __m256i third = _mm256_subs_epu8(load(bytes - 2), _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(load(bytes - 3), _mm256_set1_epi8(0xF0 - 0x80));
    __m256i later = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(pair, later);
}

static inline TKZ__TARGET_AVX2 bool step_has_errors(const uint8_t *bytes)
{
    __m256i errors = _mm256_or_si256(errors_of(load(bytes), bytes),
                                     errors_of(load(bytes + 32), bytes + 32));
    return !_mm256_testz_si256(errors, errors);
}

TKZ__TARGET_AVX2 size_t tkz__utf8_valid_prefix_avx2(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;
    if (size < STEP + 3)
        return tkz__utf8_valid_prefix_scalar(text, size);
    while (at < 3) {
        uint32_t character;
        size_t length = tkz__utf8_next(text + at, size - at, &character);
        if (character == TKZ__UTF8_INVALID)
            return at;
        at += length;
    }
    for (; size - at >= STEP; at += STEP) {
        __m256i either = _mm256_or_si256(load(bytes + at), load(bytes + at + 32));
        if (_mm256_movemask_epi8(either) == 0 && bytes[at - 1] < 0x80)
            continue;
        if (step_has_errors(bytes + at))
            return tkz__utf8_valid_prefix_from(text, size, at);
    }
    /* The rest, with some bytes a second time. */
    if (at < size && step_has_errors(bytes + size - STEP))
        return tkz__utf8_valid_prefix_from(text, size, at);
    if (tkz__utf8_ends_broken(bytes, size))
        return tkz__utf8_start_before(bytes, size);
    return size;
}

/* All ones in bytes that begin a character, valid or not: those that are not 80..BF. */
static inline TKZ__TARGET_AVX2 __m256i starts_of(__m256i bytes)
{
    return _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((char)0xBF));
}

TKZ__TARGET_AVX2 uint64_t tkz__utf8_count_avx2(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    __m256i sums = _mm256_setzero_si256();
    uint64_t lanes[4];
    size_t at = 0;
    while (size - at >= 64) {
        /* A lane counts to 255, two are added in each step. */
        size_t steps = (size - at) / 64 < 127 ? (size - at) / 64 : 127;
        __m256i counts = _mm256_setzero_si256();
        for (size_t step = 0; step < steps; step++, at += 64) {
            counts = _mm256_sub_epi8(counts, starts_of(load(bytes + at)));
            counts = _mm256_sub_epi8(counts, starts_of(load(bytes + at + 32)));
        }
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(counts, _mm256_setzero_si256()));
    }
    _mm256_storeu_si256((__m256i *)lanes, sums);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] +
           tkz__utf8_count_scalar(text + at, size - at);
}

static inline TKZ__TARGET_AVX2 void widen_ascii(const uint8_t *bytes, uint32_t *characters)
{
    for (size_t i = 0; i < BLOCK; i += 8) {
        __m128i eight = _mm_loadl_epi64((const __m128i *)(bytes + i));
        _mm256_storeu_si256((__m256i *)(characters + i), _mm256_cvtepu8_epi32(eight));
    }
}

/* Decodes 24 bytes where they are 8 characters of three bytes, as nearly all of Japanese is. Reads
 * 28 bytes; writes 8 characters, of use where it returns true. */
static inline TKZ__TARGET_AVX2 bool decode_threes(const uint8_t *bytes, uint32_t *characters)
{
    /* Each character into 32 bits, its last byte lowest. */
    const __m256i order = _mm256_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1, 2,
                                           1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
    __m256i raw = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)bytes)),
        _mm_loadu_si128((const __m128i *)(bytes + 12)), 1);
    __m256i triples = _mm256_shuffle_epi8(raw, order);
    __m256i form = _mm256_and_si256(triples, _mm256_set1_epi32(0x00F0C0C0));
    __m256i bits = _mm256_and_si256(triples, _mm256_set1_epi32(0x000F3F3F));
    /* Last + 64 * second, and lead, 16 bits each; then last + 64 * second + 4096 * lead. */
    __m256i halves = _mm256_maddubs_epi16(bits, _mm256_set1_epi32(0x00014001));
    __m256i values = _mm256_madd_epi16(halves, _mm256_set1_epi32(0x10000001));
    /* Overlong forms are those below U+0800, surrogates those from U+D800 to U+DFFF. */
    __m256i top = _mm256_srli_epi32(values, 11);
    __m256i refused = _mm256_or_si256(_mm256_cmpeq_epi32(top, _mm256_setzero_si256()),
                                      _mm256_cmpeq_epi32(top, _mm256_set1_epi32(0xD800 >> 11)));
    __m256i good = _mm256_andnot_si256(
        refused, _mm256_cmpeq_epi32(form, _mm256_set1_epi32(0x00E08080)));
    _mm256_storeu_si256((__m256i *)characters, values);
    return _mm256_movemask_epi8(good) == -1;
}

/* What a character of one to three bytes would be at the places 0, 2, .. 30 from `bytes`, whether
 * or not one begins there. A lane of 16 bits holds its first byte and, above, its second. */
static inline TKZ__TARGET_AVX2 __m256i values_at_every_second(const uint8_t *bytes)
{
    const __m256i six_bits = _mm256_set1_epi16(0x3F);
    __m256i pairs = load(bytes);
    __m256i first = _mm256_and_si256(pairs, _mm256_set1_epi16(0xFF));
    __m256i second = _mm256_and_si256(_mm256_srli_epi16(pairs, 8), six_bits);
    __m256i third = _mm256_and_si256(load(bytes + 2), six_bits);
    __m256i two = _mm256_or_si256(
        _mm256_slli_epi16(_mm256_and_si256(first, _mm256_set1_epi16(0x1F)), 6), second);
    /* The upper bits of the lead byte fall out of the lane. */
    __m256i three = _mm256_or_si256(
        _mm256_or_si256(_mm256_slli_epi16(first, 12), _mm256_slli_epi16(second, 6)), third);
    __m256i longer = _mm256_blendv_epi8(
        two, three, _mm256_cmpgt_epi16(first, _mm256_set1_epi16(0xDF)));
    return _mm256_blendv_epi8(first, longer,
                              _mm256_cmpgt_epi16(first, _mm256_set1_epi16(0x7F)));
}

/* Writes those of 8 lanes that `mask` names and returns how many; writes on, up to 8. */
static inline TKZ__TARGET_AVX2 size_t pack(__m128i values, unsigned mask, uint32_t *characters)
{
    __m128i order = _mm_loadu_si128((const __m128i *)tkz__utf8_packing[mask]);
    __m256i packed = _mm256_cvtepu16_epi32(_mm_shuffle_epi8(values, order));
    _mm256_storeu_si256((__m256i *)characters, packed);
    return (size_t)__builtin_popcount(mask);
}

/* Decodes the characters that begin in a block, of one to three bytes each, in any order. */
static inline TKZ__TARGET_AVX2 size_t decode_block(const uint8_t *bytes, __m256i block,
                                                   uint32_t *characters)
{
    unsigned starts = (unsigned)_mm256_movemask_epi8(starts_of(block));
    __m256i even = values_at_every_second(bytes);
    __m256i odd = values_at_every_second(bytes + 1);
    /* Instructions keep to the halves of a register: places 0..7 and 16..23, and the others. */
    __m256i low = _mm256_unpacklo_epi16(even, odd);
    __m256i high = _mm256_unpackhi_epi16(even, odd);
    size_t written = 0;
    written += pack(_mm256_castsi256_si128(low), starts & 0xFF, characters);
    written += pack(_mm256_castsi256_si128(high), starts >> 8 & 0xFF, characters + written);
    written += pack(_mm256_extracti128_si256(low, 1), starts >> 16 & 0xFF, characters + written);
    written += pack(_mm256_extracti128_si256(high, 1), starts >> 24, characters + written);
    return written;
}

/* True when a block has neither wrong bytes nor characters of four, which 16 bits do not hold. */
static inline TKZ__TARGET_AVX2 bool block_is_plain(const uint8_t *bytes, __m256i block)
{
    __m256i four = _mm256_subs_epu8(block, _mm256_set1_epi8((char)0xEF));
    __m256i refused = _mm256_or_si256(errors_of(block, bytes), four);
    return _mm256_testz_si256(refused, refused);
}

/* Decodes blocks up to one that it cannot do, or that has not enough room. Calls nothing, so that
 * the constants stay in registers: with the slow way in the same loop, Japanese took half as long
 * again. */
static TKZ__TARGET_AVX2 void decode_blocks(tkz__utf8_decoding *state)
{
    const uint8_t *bytes = (const uint8_t *)state->text;
    size_t at = state->at;
    size_t written = state->written;
    while (state->size - at >= BLOCK_READS && state->capacity - written >= 8) {
        const uint8_t *here = bytes + at;
        uint32_t *target = state->characters + written;
        if (decode_threes(here, target)) {
            at += 24;
            written += 8;
            continue;
        }
        if (state->capacity - written < BLOCK)
            break;
        __m256i block = load(here);
        if (_mm256_movemask_epi8(block) == 0) {
            widen_ascii(here, target);
            at += BLOCK;
            written += BLOCK;
        } else if (at - state->sound_from >= 3 && block_is_plain(here, block)) {
            /* The last character may go on behind the block: left to the next step. */
            size_t open = tkz__utf8_open_bytes(here + BLOCK);
            written += decode_block(here, block, target) - (open > 0);
            at += BLOCK - open;
        } else {
            break;
        }
    }
    state->at = at;
    state->written = written;
}

TKZ__TARGET_AVX2 size_t tkz__utf8_decode_run_avx2(const char *text, size_t size,
                                                  uint32_t *characters, size_t capacity,
                                                  size_t *read)
{
    tkz__utf8_decoding state = {
        .text = text, .size = size, .characters = characters, .capacity = capacity};
    for (;;) {
        decode_blocks(&state);
        if (size - state.at < BLOCK_READS || capacity - state.written < BLOCK)
            break;
        tkz__utf8_decode_slowly(&state, state.at < 3 ? 3 : state.at + BLOCK);
    }
    tkz__utf8_decode_slowly(&state, size);
    *read = state.at;
    return state.written;
}

#endif
