/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as bit planes: for every 64 bytes one word for each property of their characters, bit i for
 * byte i, all bytes of a character alike. Pre-tokenizers find chunk borders by arithmetic on them.
 * Leans on core/processor.h; the classes are those of Unicode 16.0.
 */
#ifndef TKZ_SUBWORD_SCAN_PLANES_H
#define TKZ_SUBWORD_SCAN_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/processor.h"

enum { TKZ__SCAN_BLOCK = 64 };

/* The first eight are bits of tkz__scan_flags too. A byte that is no UTF-8 is a character of no
 * property. Behind the end of the text all planes are zero. */
enum tkz__scan_plane {
    TKZ__PLANE_LETTER, /* L* */
    TKZ__PLANE_NUMBER, /* N* */
    TKZ__PLANE_SPACE,  /* White_Space */
    TKZ__PLANE_MARK,   /* M* */
    TKZ__PLANE_SIGN,   /* P*, S* */
    TKZ__PLANE_UPPER,  /* Lu, Lt */
    TKZ__PLANE_LOWER,  /* Ll */
    TKZ__PLANE_CJK,    /* U+3040..30FF, 4E00..9FA5 */
    TKZ__PLANE_TAIL,   /* the second to last byte of a character */
    TKZ__PLANE_TEXT,   /* not behind the end */
    TKZ__PLANE_NEWLINE, /* CR, LF */
    TKZ__PLANE_BLANK,  /* U+0020 */
    TKZ__PLANE_APOSTROPHE,
    TKZ__PLANE_SLASH,
    /* For the rules of the patterns: what they found in this block and want back in the next. */
    TKZ__PLANE_OTHER,
    TKZ__PLANE_ATTACH,
    TKZ__PLANES
};

typedef struct tkz__scan_planes {
    uint64_t of[TKZ__PLANES];
} tkz__scan_planes;

/* What a set of planes has. All have TEXT, TAIL, LETTER, NUMBER, SPACE, NEWLINE, BLANK and
 * APOSTROPHE; the planes that a set does not name may hold anything. */
typedef enum tkz__scan_set {
    TKZ__SCAN_SET_WORDS, /* no more */
    TKZ__SCAN_SET_CASES, /* and MARK, UPPER, LOWER, SLASH */
    TKZ__SCAN_SET_SIGNS, /* and MARK, SIGN, CJK */
    TKZ__SCAN_SET_DIGITS, /* no more; NUMBER has those of Unicode 17.0 too */
    TKZ__SCAN_SETS
} tkz__scan_set;

/* A bit for each plane that readers fill in a set. */
static inline unsigned tkz__scan_planes_of(tkz__scan_set set)
{
    unsigned planes = 1u << TKZ__PLANE_LETTER | 1u << TKZ__PLANE_NUMBER | 1u << TKZ__PLANE_SPACE |
                      1u << TKZ__PLANE_TAIL | 1u << TKZ__PLANE_TEXT | 1u << TKZ__PLANE_NEWLINE |
                      1u << TKZ__PLANE_BLANK | 1u << TKZ__PLANE_APOSTROPHE;
    if (set == TKZ__SCAN_SET_CASES)
        planes |= 1u << TKZ__PLANE_MARK | 1u << TKZ__PLANE_UPPER | 1u << TKZ__PLANE_LOWER |
                  1u << TKZ__PLANE_SLASH;
    if (set == TKZ__SCAN_SET_SIGNS)
        planes |= 1u << TKZ__PLANE_MARK | 1u << TKZ__PLANE_SIGN | 1u << TKZ__PLANE_CJK;
    return planes;
}

/* Where a reader is in a text. */
typedef struct tkz__scan_reader {
    const char *text;
    size_t size;
    size_t at;              /* where the next block begins */
    tkz__scan_planes spill; /* bits of the next block: of a character that began before it */
} tkz__scan_reader;

/* Reads the next `count` blocks; those behind the end are zero. */
typedef void tkz__scan_read(tkz__scan_reader *reader, tkz__scan_planes *blocks, size_t count);

extern tkz__scan_read *const tkz__scan_read_scalar[TKZ__SCAN_SETS];
#if TKZ__PATH_AVX2
extern tkz__scan_read *const tkz__scan_read_avx2[TKZ__SCAN_SETS];
extern tkz__scan_read *const tkz__scan_read_avx512[TKZ__SCAN_SETS];
#endif

/* Ways to do it; all give the same planes and the same ends. */
typedef enum tkz__scan_path {
    TKZ__SCAN_SCALAR,
    TKZ__SCAN_AVX2,
    TKZ__SCAN_AVX512,
    TKZ__SCAN_PATHS
} tkz__scan_path;

#if TKZ__PATH_AVX2

/* Every processor with AVX2 has the bit instructions too, but they are named one by one. */
#define TKZ__TARGET_SCAN __attribute__((target("avx2,popcnt,bmi,bmi2")))
#define TKZ__TARGET_SCAN_512                                                                  \
    __attribute__((target("avx2,popcnt,bmi,bmi2,avx512f,avx512bw")))

#endif

/* The fastest one here. A few loads and tests: the compiler's run-time library asked the processor
 * before the program began. Any thread. */
static inline tkz__scan_path tkz__scan_best_path(void)
{
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2() && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2"))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                   ? TKZ__SCAN_AVX512
                   : TKZ__SCAN_AVX2;
#endif
    return TKZ__SCAN_SCALAR;
}

#endif
