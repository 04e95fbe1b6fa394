/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of a user's, one item a line. Leans on mapped_file.
 */
#ifndef TKZ_CLEAN_LINE_FILE_H
#define TKZ_CLEAN_LINE_FILE_H

#include "core/error.h"

/* Calls `add` with each line that is not empty, without its line end (LF or CR LF); a byte order mark is none of the
 * first line. Errors: OPEN_FAILED, IO, OUT_OF_MEMORY; BAD_UTF8 and those of `add`, with file and line. */
TKZ_CHECKED tkz_status tkz__line_file_read(const char *path,
                                           tkz_status (*add)(void *context, const char *line,
                                                             size_t size, tkz_error *error),
                                           void *context, tkz_error *error);

#endif
