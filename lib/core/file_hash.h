/* SPDX-License-Identifier: Apache-2.0
 *
 * Which contents a file had: two of one hash are taken for equal. Leans on mapped_file and hash.
 */
#ifndef TKZ_CORE_FILE_HASH_H
#define TKZ_CORE_FILE_HASH_H

#include "core/error.h"

enum { TKZ__FILE_HASH_SIZE = 33 }; /* 32 hexadecimal digits and a NUL */

/* XXH3-128 of the contents of a regular file, the higher 64 bits first, as `xxh128sum` prints it. Errors:
 * OPEN_FAILED, IO, BAD_FORMAT (not a regular file), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__file_hash(const char *path, char text[TKZ__FILE_HASH_SIZE],
                                      tkz_error *error);

#endif
