/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that grows under a temporary name, can be cut back to a journalled
 * length after a crash, and takes its final name only when it is complete.
 * Leans on POSIX files.
 */
#ifndef TKZ_IO_PART_FILE_H
#define TKZ_IO_PART_FILE_H

#include "core/memory.h"

typedef struct tkz__part_file tkz__part_file;

/* Opens `path`.part for appending, created if need be, cut to `length` bytes (0 starts anew). A
 * file shorter than `length` is CORRUPT. Missing directories are not made. Buffered: up to 1 MiB
 * in memory. */
TKZ_CHECKED tkz_status tkz__part_file_open(tkz__part_file **file, const char *path,
                                           uint64_t length, const tkz_allocator *allocator,
                                           tkz_error *error);
TKZ_CHECKED tkz_status tkz__part_file_append(tkz__part_file *file, const void *data, size_t size,
                                             tkz_error *error);
/* Bytes appended, with those buffered. */
uint64_t tkz__part_file_length(const tkz__part_file *file);

/* Brings everything appended so far to the disk (write + fdatasync). */
TKZ_CHECKED tkz_status tkz__part_file_sync(tkz__part_file *file, tkz_error *error);

/* Sync, rename to the final name, sync the directory; frees the handle whatever the result. */
TKZ_CHECKED tkz_status tkz__part_file_commit(tkz__part_file *file, tkz_error *error);

/* Frees the handle; flushes nothing. `remove` says whether the .part file goes too. Accepts
 * NULL. */
void tkz__part_file_close(tkz__part_file *file, int remove);

/* Writes a whole small file atomically: temporary, fsync, rename, fsync of the directory. */
TKZ_CHECKED tkz_status tkz__file_write_atomic(const char *path, const void *data, size_t size,
                                              tkz_error *error);

/* Reads a whole file of at most `limit` bytes (LIMIT beyond). */
TKZ_CHECKED tkz_status tkz__file_read_all(const char *path, uint64_t limit,
                                          const tkz_allocator *allocator, tkz_bytes *bytes,
                                          tkz_error *error);

/* fsync of the directory that holds `path`. */
TKZ_CHECKED tkz_status tkz__directory_sync(const char *path, tkz_error *error);

#endif
