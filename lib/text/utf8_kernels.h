/* SPDX-License-Identifier: Apache-2.0
 *
 * The implementations behind tkz_utf8_valid_prefix, tkz_utf8_count and tkz__utf8_decode_run: plain
 * C, AVX2, NEON. All give the same results for all bytes; they have names of their own so that the
 * tests can compare them. Leans on core/processor.h.
 */
#ifndef TKZ_TEXT_UTF8_KERNELS_H
#define TKZ_TEXT_UTF8_KERNELS_H

#include "core/processor.h"
#include "text/utf8.h"

size_t tkz__utf8_valid_prefix_scalar(const char *text, size_t size);
uint64_t tkz__utf8_count_scalar(const char *text, size_t size);
size_t tkz__utf8_decode_run_scalar(const char *text, size_t size, uint32_t *characters,
                                   size_t capacity, size_t *read);
#if TKZ__PATH_AVX2
size_t tkz__utf8_valid_prefix_avx2(const char *text, size_t size);
uint64_t tkz__utf8_count_avx2(const char *text, size_t size);
size_t tkz__utf8_decode_run_avx2(const char *text, size_t size, uint32_t *characters,
                                 size_t capacity, size_t *read);
#endif
#if TKZ__PATH_NEON
size_t tkz__utf8_valid_prefix_neon(const char *text, size_t size);
uint64_t tkz__utf8_count_neon(const char *text, size_t size);
size_t tkz__utf8_decode_run_neon(const char *text, size_t size, uint32_t *characters,
                                 size_t capacity, size_t *read);
#endif

/* ---- What the vector paths share ---------------------------------------- */

/* Validation by tables after J. Keiser, D. Lemire, "Validating UTF-8 In Less Than One Instruction
 * Per Byte" (Software: Practice and Experience 51, 2021). What is wrong with a pair of neighbouring
 * bytes shows in three of its half-bytes: a bit that is set in the entries of all three is an
 * error. TKZ__PAIR_TWO_CONTINUATIONS is one only where the second is not the third or fourth byte
 * of a character, so it is bit 7, which the vector paths make of the bytes before. */
enum tkz__pair_error {
    TKZ__PAIR_LEAD_ALONE = 1 << 0,         /* a lead byte, then no continuation byte */
    TKZ__PAIR_STRAY_CONTINUATION = 1 << 1, /* ASCII, then a continuation byte */
    TKZ__PAIR_OVERLONG_TWO = 1 << 2,       /* C0 or C1, then a continuation byte */
    TKZ__PAIR_OVERLONG_THREE = 1 << 3,     /* E0, then 80..9F */
    TKZ__PAIR_SURROGATE = 1 << 4,          /* ED, then A0..BF */
    TKZ__PAIR_TOO_LARGE = 1 << 5,          /* F4 or above, then 90..BF */
    TKZ__PAIR_FOUR_LOW = 1 << 6,           /* F0 (overlong) or F5 and above, then 80..8F */
    TKZ__PAIR_TWO_CONTINUATIONS = 1 << 7
};
extern const uint8_t tkz__utf8_pair_first_high[16];
extern const uint8_t tkz__utf8_pair_first_low[16];
extern const uint8_t tkz__utf8_pair_second_high[16];

/* Row m: the bytes of those 16-bit lanes out of 8 whose bit is set in m, in order. */
extern const uint8_t tkz__utf8_packing[256][16];

/* The start of the character that the byte before `at` may be part of, given that all before is
 * valid but that a character may go on behind `at`. `at` is at least 3. */
static inline size_t tkz__utf8_start_before(const uint8_t *bytes, size_t at)
{
    for (size_t back = 1; back <= 3; back++) {
        if (bytes[at - back] >= 0xC0)
            return at - back;
        if (bytes[at - back] < 0x80)
            break;
    }
    return at;
}

/* True where the last character of the text goes on behind its end. `size` is at least 3. */
static inline bool tkz__utf8_ends_broken(const uint8_t *bytes, size_t size)
{
    return bytes[size - 1] >= 0xC0 || bytes[size - 2] >= 0xE0 || bytes[size - 3] >= 0xF0;
}

/* The exact answer, found from the last character before a block with an error. */
static inline size_t tkz__utf8_valid_prefix_from(const char *text, size_t size, size_t block)
{
    size_t start = tkz__utf8_start_before((const uint8_t *)text, block);
    return start + tkz__utf8_valid_prefix_scalar(text + start, size - start);
}

/* A decoding under way. Between its steps it stands at the start of a character or at a byte that
 * begins none. A vector path that looks at pairs of bytes needs three bytes before it that belong
 * to valid characters. */
typedef struct tkz__utf8_decoding {
    const char *text;
    size_t size;
    size_t at;         /* next byte */
    size_t sound_from; /* all from here to `at` is valid characters */
    uint32_t *characters;
    size_t capacity;
    size_t written;
} tkz__utf8_decoding;

/* Decodes one by one to `until`, and on until three bytes before are valid. */
static inline void tkz__utf8_decode_slowly(tkz__utf8_decoding *state, size_t until)
{
    while (state->at < state->size && state->written < state->capacity &&
           (state->at < until || state->at - state->sound_from < 3)) {
        uint32_t character;
        state->at += tkz__utf8_next(state->text + state->at, state->size - state->at, &character);
        if (character == TKZ__UTF8_INVALID)
            state->sound_from = state->at;
        state->characters[state->written++] = character;
    }
}

/* How many bytes before `end` belong to a character of two or three bytes that goes on behind it,
 * all pairs of bytes before being right: the two conditions exclude each other. A sum, because a
 * branch would often be guessed wrong. */
static inline size_t tkz__utf8_open_bytes(const uint8_t *end)
{
    return (size_t)(end[-1] >= 0xC0) + 2 * (size_t)(end[-2] >= 0xE0);
}

#endif
