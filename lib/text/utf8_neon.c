/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 by NEON, which every 64-bit ARM processor has.
 * Leans on text/utf8_kernels.h, where the method and the tables are described.
 */
#include "text/utf8_kernels.h"

#if TKZ__PATH_NEON

#include <arm_neon.h>

/* Bytes a step of the validator. */
#define STEP ((size_t)64)
/* Bytes a step of the decoder, and what it reads from the start of one: two bytes more, which may
 * belong to its last character, or eight characters of three bytes. */
#define BLOCK ((size_t)16)
#define BLOCK_READS ((size_t)24)

/* Not zero where a byte is wrong given the three before it. */
static inline uint8x16_t errors_of(uint8x16_t here, const uint8_t *bytes)
{
    uint8x16_t first = vld1q_u8(bytes - 1);
    uint8x16_t first_high = vqtbl1q_u8(vld1q_u8(tkz__utf8_pair_first_high), vshrq_n_u8(first, 4));
    uint8x16_t first_low =
        vqtbl1q_u8(vld1q_u8(tkz__utf8_pair_first_low), vandq_u8(first, vdupq_n_u8(0x0F)));
    uint8x16_t second = vqtbl1q_u8(vld1q_u8(tkz__utf8_pair_second_high), vshrq_n_u8(here, 4));
    uint8x16_t pair = vandq_u8(vandq_u8(first_high, first_low), second);
    /* Bit 7 where the byte two before leads three bytes, or the one three before leads four. */
    uint8x16_t third = vqsubq_u8(vld1q_u8(bytes - 2), vdupq_n_u8(0xE0 - 0x80));
    uint8x16_t fourth = vqsubq_u8(vld1q_u8(bytes - 3), vdupq_n_u8(0xF0 - 0x80));
    uint8x16_t later = vandq_u8(vorrq_u8(third, fourth), vdupq_n_u8(0x80));
    return veorq_u8(pair, later);
}

static inline bool step_is_ascii(const uint8_t *bytes)
{
    uint8x16_t any = vorrq_u8(vorrq_u8(vld1q_u8(bytes), vld1q_u8(bytes + 16)),
                              vorrq_u8(vld1q_u8(bytes + 32), vld1q_u8(bytes + 48)));
    return vmaxvq_u8(any) < 0x80;
}

static inline bool step_has_errors(const uint8_t *bytes)
{
    uint8x16_t errors = vdupq_n_u8(0);
    for (size_t i = 0; i < STEP; i += 16)
        errors = vorrq_u8(errors, errors_of(vld1q_u8(bytes + i), bytes + i));
    return vmaxvq_u8(errors) != 0;
}

size_t tkz__utf8_valid_prefix_neon(const char *text, size_t size)
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
        if (bytes[at - 1] < 0x80 && step_is_ascii(bytes + at))
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
static inline uint8x16_t starts_of(uint8x16_t bytes)
{
    return vcgtq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8((int8_t)0xBF));
}

uint64_t tkz__utf8_count_neon(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint64_t sum = 0;
    size_t at = 0;
    while (size - at >= 16) {
        /* A lane counts to 255. */
        size_t steps = (size - at) / 16 < 255 ? (size - at) / 16 : 255;
        uint8x16_t counts = vdupq_n_u8(0);
        for (size_t step = 0; step < steps; step++, at += 16)
            counts = vsubq_u8(counts, starts_of(vld1q_u8(bytes + at)));
        sum += vaddlvq_u8(counts);
    }
    return sum + tkz__utf8_count_scalar(text + at, size - at);
}

static inline void store_eight(uint16x8_t values, uint32_t *characters)
{
    vst1q_u32(characters, vmovl_u16(vget_low_u16(values)));
    vst1q_u32(characters + 4, vmovl_u16(vget_high_u16(values)));
}

static inline void widen_ascii(uint8x16_t block, uint32_t *characters)
{
    store_eight(vmovl_u8(vget_low_u8(block)), characters);
    store_eight(vmovl_u8(vget_high_u8(block)), characters + 8);
}

static inline uint16x8_t join(uint16x8_t first, uint16x8_t second, uint16x8_t third)
{
    /* The upper bits of the lead byte fall out of the lane. */
    return vorrq_u16(vorrq_u16(vshlq_n_u16(first, 12), vshlq_n_u16(second, 6)), third);
}

/* Decodes 24 bytes where they are 8 characters of three bytes, as nearly all of Japanese is. Writes
 * 8 characters, of use where it returns true. */
static inline bool decode_threes(const uint8_t *bytes, uint32_t *characters)
{
    uint8x8x3_t triples = vld3_u8(bytes);
    uint8x8_t six_bits = vdup_n_u8(0x3F);
    uint16x8_t values = join(vmovl_u8(triples.val[0]), vmovl_u8(vand_u8(triples.val[1], six_bits)),
                             vmovl_u8(vand_u8(triples.val[2], six_bits)));
    /* Each byte with the bits that say what it is turned to zero where they are right. */
    uint8x8_t lead = veor_u8(vand_u8(triples.val[0], vdup_n_u8(0xF0)), vdup_n_u8(0xE0));
    uint8x8_t second = veor_u8(vand_u8(triples.val[1], vdup_n_u8(0xC0)), vdup_n_u8(0x80));
    uint8x8_t third = veor_u8(vand_u8(triples.val[2], vdup_n_u8(0xC0)), vdup_n_u8(0x80));
    uint8x8_t form = vorr_u8(vorr_u8(lead, second), third);
    /* Overlong forms are those below U+0800, surrogates those from U+D800 to U+DFFF. */
    uint8x8_t top = vshrn_n_u16(values, 8);
    top = vshr_n_u8(top, 3);
    uint8x8_t range = vorr_u8(vceq_u8(top, vdup_n_u8(0)), vceq_u8(top, vdup_n_u8(0xD800 >> 11)));
    store_eight(values, characters);
    return vget_lane_u64(vreinterpret_u64_u8(vorr_u8(form, range)), 0) == 0;
}

/* What a character of one to three bytes would be at each of 8 places, whether or not one begins
 * there. */
static inline uint16x8_t values_at(const uint8_t *bytes)
{
    const uint16x8_t six_bits = vdupq_n_u16(0x3F);
    uint16x8_t first = vmovl_u8(vld1_u8(bytes));
    uint16x8_t second = vandq_u16(vmovl_u8(vld1_u8(bytes + 1)), six_bits);
    uint16x8_t third = vandq_u16(vmovl_u8(vld1_u8(bytes + 2)), six_bits);
    uint16x8_t two = vorrq_u16(vshlq_n_u16(vandq_u16(first, vdupq_n_u16(0x1F)), 6), second);
    uint16x8_t longer =
        vbslq_u16(vcgtq_u16(first, vdupq_n_u16(0xDF)), join(first, second, third), two);
    return vbslq_u16(vcgtq_u16(first, vdupq_n_u16(0x7F)), longer, first);
}

/* Writes those of 8 lanes that `mask` names and returns how many; writes on, up to 8. */
static inline size_t pack(uint16x8_t values, unsigned mask, uint32_t *characters)
{
    uint16x8_t packed = vreinterpretq_u16_u8(
        vqtbl1q_u8(vreinterpretq_u8_u16(values), vld1q_u8(tkz__utf8_packing[mask])));
    store_eight(packed, characters);
    return (size_t)__builtin_popcount(mask);
}

/* Decodes the characters that begin in a block, of one to three bytes each, in any order. */
static inline size_t decode_block(const uint8_t *bytes, uint8x16_t block, uint32_t *characters)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bits = vandq_u8(starts_of(block), vld1q_u8(weights));
    size_t written = pack(values_at(bytes), vaddv_u8(vget_low_u8(bits)), characters);
    return written +
           pack(values_at(bytes + 8), vaddv_u8(vget_high_u8(bits)), characters + written);
}

/* True when a block has neither wrong bytes nor characters of four, which 16 bits do not hold. */
static inline bool block_is_plain(const uint8_t *bytes, uint8x16_t block)
{
    uint8x16_t four = vqsubq_u8(block, vdupq_n_u8(0xEF));
    return vmaxvq_u8(vorrq_u8(errors_of(block, bytes), four)) == 0;
}

/* Decodes blocks up to one that it cannot do, or that has not enough room. Calls nothing, so that
 * the constants stay in registers. */
static void decode_blocks(tkz__utf8_decoding *state)
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
        uint8x16_t block = vld1q_u8(here);
        if (vmaxvq_u8(block) < 0x80) {
            widen_ascii(block, target);
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

size_t tkz__utf8_decode_run_neon(const char *text, size_t size, uint32_t *characters,
                                 size_t capacity, size_t *read)
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
