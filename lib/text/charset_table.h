/* SPDX-License-Identifier: Apache-2.0
 *
 * The characters of a charset of one, two or three bytes, asked of ICU once each, a
 * row at a time and only the rows that a text uses. Leans on memory, charset_names
 * and ICU converters.
 */
#ifndef TKZ_TEXT_CHARSET_TABLE_H
#define TKZ_TEXT_CHARSET_TABLE_H

#include <stdint.h>

#include "core/memory.h"
#include "text/charset_names.h"

/* The UTF-8 of a character, first byte lowest, 0 above its end; 0 where there is no character. A
 * pair of characters of two bytes each fits too (Big5-HKSCS has four such). */
typedef uint32_t tkz__charset_cell;

/* The parts of a charset: which bytes a row belongs to. */
enum tkz__charset_plane {
    TKZ__CHARSET_PLANE_ONE,   /* the only row: single bytes */
    TKZ__CHARSET_PLANE_TWO,   /* a row for each lead byte */
    TKZ__CHARSET_PLANE_THREE, /* EUC-JP: a row for each byte behind 8F */
    TKZ__CHARSET_PLANE_COUNT
};

typedef struct tkz__charset_table tkz__charset_table;

/* For CP932, EUC_JP (ISO_2022_JP is the same rows), GB18030, BIG5, EUC_KR and WINDOWS_1252. Belongs
 * to one thread: rows come as they are asked for. ICU allocates its converters itself, a few KiB.
 * Errors: UNSUPPORTED when ICU lacks the data, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__charset_table_new(tkz__charset_table **table, tkz__charset charset,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__charset_table_free(tkz__charset_table *table); /* accepts NULL */

/* The 256 cells behind `lead` (0 in PLANE_ONE), filled at the first call; NULL when memory is
 * out. */
const tkz__charset_cell *tkz__charset_table_row(tkz__charset_table *table,
                                                enum tkz__charset_plane plane, uint8_t lead);

/* The cell of a GB18030 character of four bytes. */
tkz__charset_cell tkz__charset_table_four(tkz__charset_table *table, const uint8_t *bytes);

/* Length in bytes of a cell that is not 0. */
static inline uint32_t tkz__charset_cell_size(tkz__charset_cell cell)
{
    return 4 - (uint32_t)__builtin_clz(cell) / 8;
}

#endif
