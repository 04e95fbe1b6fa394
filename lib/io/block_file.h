/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that are read at any place: of a file, of memory, or of a nameless file that one thread
 * appends to and that is gone with the process. Read with pread, not mapped, so that a file that
 * shrinks is an error and pages do not count as the process' memory. Leans on POSIX.
 */
#ifndef TKZ_IO_BLOCK_FILE_H
#define TKZ_IO_BLOCK_FILE_H

#include "core/memory.h"

typedef struct tkz__block_file {
    int descriptor;        /* -1: memory */
    const uint8_t *memory; /* borrowed */
    uint64_t size;         /* bytes there are */
    char *name;            /* for messages */
    tkz_allocator allocator;
} tkz__block_file;

/* Opens a regular file for reading. Errors: OPEN_FAILED, BAD_FORMAT (a pipe, a directory), IO,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__block_file_open(tkz__block_file *file, const char *path,
                                            const tkz_allocator *allocator, tkz_error *error);

/* Reads memory as if it were a file called `name`; `data` must outlive it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__block_file_of_memory(tkz__block_file *file, const char *name,
                                                 const void *data, size_t size,
                                                 const tkz_allocator *allocator,
                                                 tkz_error *error);

/* Makes a file in `folder` and removes its name at once: whatever ends the process, nothing stays
 * behind. Errors: OPEN_FAILED, IO, NO_SPACE, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__block_file_scratch(tkz__block_file *file, const char *folder,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_CHECKED tkz_status tkz__block_file_append(tkz__block_file *file, const void *data, size_t size,
                                              tkz_error *error);

/* Reads `size` bytes at `offset`; TRUNCATED if they are not all there. Any thread, while nobody
 * appends. */
TKZ_CHECKED tkz_status tkz__block_file_read(const tkz__block_file *file, uint64_t offset,
                                            void *data, size_t size, tkz_error *error);

void tkz__block_file_close(tkz__block_file *file); /* accepts an all-zero struct */

#endif
