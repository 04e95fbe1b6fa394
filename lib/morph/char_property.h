/* SPDX-License-Identifier: Apache-2.0
 *
 * MeCab's character classes (char.bin): mapped, checked, and asked what is white
 * space. Leans on mapped files.
 */
#ifndef TKZ_MORPH_CHAR_PROPERTY_H
#define TKZ_MORPH_CHAR_PROPERTY_H

#include "core/mapped_file.h"

typedef struct tkz__char_property {
    tkz__mapped_file file;
    const uint8_t *table; /* inside the file: one 32-bit word for each of U+0000..U+FFFE */
    uint32_t category_count;
} tkz__char_property;

/* Errors: OPEN_FAILED, IO, OUT_OF_MEMORY, BAD_FORMAT, CORRUPT. */
TKZ_CHECKED tkz_status tkz__char_property_open(tkz__char_property *property, const char *path,
                                               tkz_error *error);
void tkz__char_property_close(tkz__char_property *property); /* accepts an all-zero struct */

/* Length of the character at `text` (size at least 1), as MeCab cuts UTF-8, valid or not. Sets
 * *is_space if the character has the category of U+0020. */
size_t tkz__char_property_step(const tkz__char_property *property, const char *text, size_t size,
                               bool *is_space);

/* Where the white space at `position` ends by MeCab's own rule, which asks whether a character has
 * a category in common with the one before it, the first with U+0020. */
size_t tkz__char_property_skip_space(const tkz__char_property *property, const char *text,
                                     size_t size, size_t position);

#endif
