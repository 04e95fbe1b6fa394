/* SPDX-License-Identifier: Apache-2.0
 *
 * A tokenizer file format: how it is told apart, read and written. One file per
 * format, listed in Makefile.inc. Leans on subword.
 */
#ifndef TKZ_FORMAT_FORMAT_H
#define TKZ_FORMAT_FORMAT_H

#include <stdbool.h>

#include "subword/tokenizer.h"

typedef struct tkz__format {
    tkz_format_info info;
    /* True if these bytes are a file of this format. NULL as `open` is. */
    bool (*probe)(const uint8_t *data, size_t size);
    /* Makes a tokenizer of the file; may take `file` over (it is then all zero). NULL: this build
     * does not read the format; foreign_format.c recognises it. */
    tkz_status (*open)(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                       const tkz_allocator *allocator, tkz_error *error);
    /* Appends the tokenizer to `buffer`. NULL: this build does not write the format. */
    tkz_status (*write)(const tkz_tokenizer *tokenizer, tkz__buffer *buffer, tkz_error *error);
} tkz__format;

/* For a file of no format that is read: a sentence that names a foreign tokenizer format and says
 * what to do, or NULL if the bytes are of none that is known. Static string. */
const char *tkz__foreign_format(const uint8_t *data, size_t size);

#endif
