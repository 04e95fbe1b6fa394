/* SPDX-License-Identifier: Apache-2.0
 *
 * Stretches of text that were decoded with the wrong charset, and what they were.
 * Leans on charset_models, cp932_table and utf8.
 */
#ifndef TKZ_TEXT_MOJIBAKE_H
#define TKZ_TEXT_MOJIBAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/processor.h"

typedef enum tkz__mojibake_kind {
    TKZ__MOJIBAKE_UTF_8_AS_CP932,
    TKZ__MOJIBAKE_UTF_8_AS_LATIN, /* windows-1252 or ISO 8859-1 */
    TKZ__MOJIBAKE_UTF_8_TWICE,    /* that, two times over */
    TKZ__MOJIBAKE_EUC_JP_AS_CP932,
    TKZ__MOJIBAKE_KIND_COUNT
} tkz__mojibake_kind;

/* What the 1880 codes F040..F9FC of cp932, user-defined, are in Unicode: private use. */
#define TKZ__USER_DEFINED_FIRST 0xE000
#define TKZ__USER_DEFINED_LAST 0xE757

/* Which characters could begin a stretch, or tell of a lost one (U+FFFD): a bit for each up to
 * U+FFFF. Made once for many texts. */
typedef struct tkz__mojibake_marks {
    uint32_t bits[0x10000 / 32];
} tkz__mojibake_marks;

void tkz__mojibake_marks_init(tkz__mojibake_marks *marks);

/* Offset of the first character that is marked; `size` if there is none. Bytes that are no UTF-8
 * may stop it too. */
size_t tkz__mojibake_next(const tkz__mojibake_marks *marks, const char *text, size_t size);

/* The same in plain C, and with AVX2 where the processor has it: for the tests. */
size_t tkz__mojibake_next_scalar(const tkz__mojibake_marks *marks, const char *text, size_t size);
#if TKZ__PATH_AVX2
size_t tkz__mojibake_next_avx2(const tkz__mojibake_marks *marks, const char *text, size_t size);
#endif

/* A stretch that begins at a character. */
typedef struct tkz__mojibake_stretch {
    tkz__mojibake_kind kind;
    size_t source_size; /* bytes; 0 when nothing broken begins here */
    size_t characters;  /* in them */
    size_t looked_at;   /* bytes that need no second look when source_size is 0, at least 1 */
} tkz__mojibake_stretch;

/* Looks at the text that tkz__mojibake_next found. Only what gives valid and likelier Japanese is a
 * stretch. Linear in looked_at or source_size. */
void tkz__mojibake_look(const char *text, size_t size, tkz__mojibake_stretch *stretch);

/* The shortest piece at the start of a stretch that stands for whole characters. */
#define TKZ__MOJIBAKE_UNIT 64
typedef struct tkz__mojibake_unit {
    size_t source_size;
    size_t size; /* of `text` */
    char text[TKZ__MOJIBAKE_UNIT * 3 / 2];
    size_t characters;  /* of the source */
    uint32_t bits_before; /* surprise of the source */
    uint32_t bits_after;  /* of what it was */
    uint32_t japanese;  /* characters of JIS X 0208 in `text` */
    uint32_t kana;      /* kana and punctuation among them */
    uint32_t wide;      /* characters of the source that are two bytes of cp932 */
} tkz__mojibake_unit;

/* False when none begins here. ASCII is a unit by itself. */
bool tkz__mojibake_unit_at(tkz__mojibake_kind kind, const char *text, size_t size,
                           tkz__mojibake_unit *unit);

#endif
