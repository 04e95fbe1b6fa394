/* SPDX-License-Identifier: Apache-2.0
 *
 * The charsets there are and the labels they go by. Leans on nothing.
 */
#ifndef TKZ_TEXT_CHARSET_NAMES_H
#define TKZ_TEXT_CHARSET_NAMES_H

#include <stddef.h>

typedef enum tkz__charset {
    TKZ__CHARSET_UTF_8,
    TKZ__CHARSET_ISO_2022_JP,
    TKZ__CHARSET_CP932,
    TKZ__CHARSET_EUC_JP,
    TKZ__CHARSET_UTF_16LE,
    TKZ__CHARSET_UTF_16BE,
    TKZ__CHARSET_UTF_32LE,
    TKZ__CHARSET_UTF_32BE,
    TKZ__CHARSET_GB18030,
    TKZ__CHARSET_BIG5,
    TKZ__CHARSET_EUC_KR,
    TKZ__CHARSET_WINDOWS_1252,
    TKZ__CHARSET_COUNT,
    TKZ__CHARSET_NONE = TKZ__CHARSET_COUNT
} tkz__charset;

/* The charset behind a label, TKZ__CHARSET_NONE when it is none of ours. */
tkz__charset tkz__charset_by_label(const char *label, size_t size);

/* Canonical name; NULL for TKZ__CHARSET_NONE. Static. */
const char *tkz__charset_name(tkz__charset charset);

#endif
