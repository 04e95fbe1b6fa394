/* SPDX-License-Identifier: Apache-2.0
 *
 * read(2) and write(2) as one wishes they were: interrupted calls are taken up again, partial
 * writes completed, failures reported with the name of the file. Leans on POSIX.
 */
#ifndef TKZ_IO_DESCRIPTOR_H
#define TKZ_IO_DESCRIPTOR_H

#include "core/error.h"

/* Reads up to `capacity` (at least 1) bytes; `*size` is 0 only at the end. */
TKZ_CHECKED tkz_status tkz__descriptor_read(int descriptor, const char *name, void *data,
                                            size_t capacity, size_t *size, tkz_error *error);

/* Writes all of `data`. Errors: NO_SPACE, IO (a broken pipe among them). */
TKZ_CHECKED tkz_status tkz__descriptor_write(int descriptor, const char *name, const void *data,
                                             size_t size, tkz_error *error);

/* fsync, not minding files that cannot be synced (pipes, terminals). */
TKZ_CHECKED tkz_status tkz__descriptor_sync(int descriptor, const char *name, tkz_error *error);

#endif
