/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of every pre-tokenizer: reads bit planes block by block, asks the pattern's rules where
 * chunks begin in a block, writes the ends. Leans on scan_planes.h.
 */
#ifndef TKZ_SUBWORD_SCAN_CUT_H
#define TKZ_SUBWORD_SCAN_CUT_H

#include <stdbool.h>

#include "subword/scan_planes.h"

#if TKZ__PATH_AVX2
#include <immintrin.h>
#endif

/* What the rules have at hand: the block, the one before it (with what the rules left in it; zero
 * at the start) and the one behind (which rules may change too), and what they remember. */
typedef struct tkz__scan_state {
    const char *text;
    size_t size;
    size_t at; /* where the block begins */
    tkz__scan_planes *block;
    tkz__scan_read *read; /* for looking ahead */
    /* Facts about the run of white space that was last looked at to its end. */
    size_t blank_end;
    size_t newline_end; /* behind its last CR or LF */
    uint64_t swallow;   /* 1 if a run of line ends that belongs to signs goes on */
    uint64_t prefixed;  /* 1 if letters behind an ASCII sign go on (deepseek_v3) */
    unsigned digits;    /* numbers since the last border, up to the start of the block */
    bool lower;         /* the last letter that has a case was a small one */
} tkz__scan_state;

/* The starts of chunks in a block. */
typedef uint64_t tkz__scan_rules(tkz__scan_state *state);

/* Blocks read at once: the rules run longer between two calls of the reader, and the planes of all
 * stay in the first cache. */
enum { TKZ__SCAN_BATCH = 16 };

/* Writes the place of the lowest bit of *borders and takes it out. With no bit left it writes
 * something. */
static inline __attribute__((always_inline)) void tkz__scan_write_one(uint64_t *borders,
                                                                      uint32_t at, uint32_t *end)
{
    *end = at + (uint32_t)__builtin_ctzll(*borders | UINT64_C(1) << 63);
    *borders &= *borders - 1;
}

/* Writes the places of the bits, at most `room`; returns how many. */
static inline __attribute__((always_inline)) size_t tkz__scan_write(uint64_t borders, uint32_t at,
                                                                    uint32_t *ends, size_t room)
{
    size_t count = (size_t)__builtin_popcountll(borders);
    if (room < TKZ__SCAN_BLOCK) {
        count = count < room ? count : room;
        for (size_t i = 0; i < count; i++)
            tkz__scan_write_one(&borders, at, &ends[i]);
        return count;
    }
    /* Japanese seldom has more than 4 in a block, English seldom less than 5 or more than 16: all
     * are written at once, as branches that depend on the number would be mispredicted. */
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        tkz__scan_write_one(&borders, at, ends + i);
    if (count > 4) {
#pragma GCC unroll 12
        for (int i = 4; i < 16; i++)
            tkz__scan_write_one(&borders, at, ends + i);
        for (size_t i = 16; i < count; i++)
            tkz__scan_write_one(&borders, at, ends + i);
    }
    return count;
}

#if TKZ__PATH_AVX2

/* The same by packing 16 at a time, without branches. */
static inline __attribute__((always_inline)) TKZ__TARGET_SCAN_512 size_t tkz__scan_write_packed(
    uint64_t borders, uint32_t at, uint32_t *ends, size_t room)
{
    const __m512i first = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    if (room < TKZ__SCAN_BLOCK)
        return tkz__scan_write(borders, at, ends, room);
    __m512i places = _mm512_add_epi32(first, _mm512_set1_epi32((int)at));
    uint32_t *to = ends;
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++, borders >>= 16) {
        _mm512_storeu_si512(to, _mm512_maskz_compress_epi32((__mmask16)borders, places));
        to += __builtin_popcountll(borders & 0xFFFF);
        places = _mm512_add_epi32(places, _mm512_set1_epi32(16));
    }
    return (size_t)(to - ends);
}

#endif

typedef size_t tkz__scan_writer(uint64_t borders, uint32_t at, uint32_t *ends, size_t room);

/* The function `cut` of a pre-tokenizer. Inlined with the rules and the writer. */
static inline __attribute__((always_inline)) size_t tkz__scan_cut(
    tkz__scan_read *read, tkz__scan_rules *rules, tkz__scan_writer *write, const char *text,
    size_t size, uint32_t *ends, size_t room)
{
    /* The block before, the batch, the block behind. */
    tkz__scan_planes planes[TKZ__SCAN_BATCH + 2];
    tkz__scan_reader reader = {.text = text, .size = size};
    tkz__scan_state state = {.text = text, .size = size, .read = read};
    /* Few ends are wanted: few blocks are read. A chunk has seldom less than 4 bytes. */
    size_t batch = room / 16 + 1 < TKZ__SCAN_BATCH ? room / 16 + 1 : TKZ__SCAN_BATCH;
    planes[0] = (tkz__scan_planes){{0}};
    read(&reader, &planes[1], 1);
    uint64_t skipped = 1; /* the start of the text is no end */
    size_t count = 0;
    for (;;) {
        read(&reader, &planes[2], batch);
        for (size_t i = 0; i < batch; i++) {
            state.block = &planes[1 + i];
            uint64_t borders = rules(&state) & ~skipped;
            skipped = 0;
            count += write(borders, (uint32_t)state.at, ends + count, room - count);
            if (count == room)
                return count;
            state.at += TKZ__SCAN_BLOCK;
            if (state.at >= size) {
                ends[count] = (uint32_t)size;
                return count + 1;
            }
        }
        planes[0] = planes[batch];
        planes[1] = planes[1 + batch];
    }
}

/* The functions of a pre-tokenizer for a set of planes and rules; TKZ__SCAN_FUNCTIONS puts them into
 * it. The rules are compiled for each path: the bit instructions save a quarter of them. */
#define TKZ__SCAN_DEFINE_PATH(name, target, set, rules, write)                                \
    static target size_t cut_##name(const char *text, size_t size, uint32_t *ends,            \
                                    size_t room)                                              \
    {                                                                                         \
        return tkz__scan_cut(tkz__scan_read_##name[set], rules, write, text, size, ends,      \
                             room);                                                           \
    }
#define TKZ__SCAN_DEFINE_NEXT                                                                 \
    static size_t next(const char *text, size_t size)                                         \
    {                                                                                         \
        uint32_t end;                                                                         \
        cut(text, size, &end, 1);                                                             \
        return end;                                                                           \
    }
#if TKZ__PATH_AVX2
#define TKZ__SCAN_DEFINE(set, rules)                                                          \
    TKZ__SCAN_DEFINE_PATH(scalar, , set, rules, tkz__scan_write)                              \
    TKZ__SCAN_DEFINE_PATH(avx2, TKZ__TARGET_SCAN, set, rules, tkz__scan_write)                \
    TKZ__SCAN_DEFINE_PATH(avx512, TKZ__TARGET_SCAN_512, set, rules, tkz__scan_write_packed)   \
    static size_t cut(const char *text, size_t size, uint32_t *ends, size_t room)             \
    {                                                                                         \
        switch (tkz__scan_best_path()) {                                                      \
        case TKZ__SCAN_AVX512:                                                                \
            return cut_avx512(text, size, ends, room);                                        \
        case TKZ__SCAN_AVX2:                                                                  \
            return cut_avx2(text, size, ends, room);                                          \
        default:                                                                              \
            return cut_scalar(text, size, ends, room);                                        \
        }                                                                                     \
    }                                                                                         \
    TKZ__SCAN_DEFINE_NEXT
#define TKZ__SCAN_FUNCTIONS .next = next, .cut = cut, .paths = {cut_scalar, cut_avx2, cut_avx512}
#else
#define TKZ__SCAN_DEFINE(set, rules)                                                          \
    TKZ__SCAN_DEFINE_PATH(scalar, , set, rules, tkz__scan_write)                              \
    static size_t cut(const char *text, size_t size, uint32_t *ends, size_t room)             \
    {                                                                                         \
        return cut_scalar(text, size, ends, room);                                            \
    }                                                                                         \
    TKZ__SCAN_DEFINE_NEXT
#define TKZ__SCAN_FUNCTIONS .next = next, .cut = cut, .paths = {cut_scalar}
#endif

#endif
