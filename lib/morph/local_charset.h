/* SPDX-License-Identifier: Apache-2.0
 *
 * How MeCab cuts text into characters in the charsets of dictionaries other than
 * UTF-8. Leans on the tables of Windows-31J.
 */
#ifndef TKZ_MORPH_LOCAL_CHARSET_H
#define TKZ_MORPH_LOCAL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tkz__local_charset {
    TKZ__LOCAL_UTF_8 = 0,
    TKZ__LOCAL_EUC_JP,
    TKZ__LOCAL_CP932,
    TKZ__LOCAL_ASCII,
    TKZ__LOCAL_COUNT,
} tkz__local_charset;

/* The charset that MeCab takes a name for (mecab/src/utils.cpp, decode_charset); false for UTF-16 and for
 * names that it does not know, which it takes for UTF-8. */
bool tkz__local_charset_find(const char *name, tkz__local_charset *charset);

/* "UTF-8", "EUC-JP", "CP932", "ASCII". */
const char *tkz__local_charset_name(tkz__local_charset charset);

/* Length of the character at `text`, whose first byte is there also if size is 0, in a charset other than
 * UTF-8; what does not fit is one byte (mecab/src/ucs.h). `*character` is U+0000 for codes that stand for
 * none up to U+FFFF, and the byte itself for bytes that stand alone. */
size_t tkz__local_charset_decode(tkz__local_charset charset, const char *text, size_t size,
                                 uint32_t *character);

/* ---- Generated ---- */

enum { TKZ__JIS_CELLS = 94, TKZ__EUC_MORE_ROWS = 26 };

extern const uint16_t tkz__euc_characters[8836];      /* row x 94 + cell, from 0 */
extern const uint16_t tkz__euc_more_characters[2444]; /* behind 8F, of the rows that have any */
extern const uint16_t tkz__cp932_extensions[564];     /* leads FA, FB and FC, 188 trails each */

#endif
