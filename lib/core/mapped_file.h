/* SPDX-License-Identifier: Apache-2.0
 *
 * A file mapped read-only, shared with other processes. Leans on POSIX mmap.
 */
#ifndef TKZ_CORE_MAPPED_FILE_H
#define TKZ_CORE_MAPPED_FILE_H

#include "core/error.h"

typedef struct tkz__mapped_file {
    const uint8_t *data; /* NULL for an empty file */
    size_t size;
} tkz__mapped_file;

/* Maps a regular file. Errors: OPEN_FAILED, IO, BAD_FORMAT (not a regular file), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__mapped_file_open(tkz__mapped_file *file, const char *path,
                                             tkz_error *error);
void tkz__mapped_file_close(tkz__mapped_file *file); /* accepts an all-zero struct */

#endif
