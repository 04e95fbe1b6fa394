/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that is written under a temporary name beside its final one and renamed
 * when it is whole. Leans on memory, hash and descriptor.
 */
#ifndef TKZ_IO_ATOMIC_FILE_H
#define TKZ_IO_ATOMIC_FILE_H

#include "core/memory.h"

typedef struct tkz__atomic_file {
    int descriptor;
    char *path;      /* the final name; what a symbolic link points to */
    char *temporary; /* NULL when written in place: devices, pipes */
    tkz_allocator allocator;
} tkz__atomic_file;

/* Makes the temporary file; one that a killed process of this machine has left for that name is removed. A device or pipe that exists under the name is opened itself, because
 * renaming onto /dev/null would destroy it. Errors: OPEN_FAILED, NO_SPACE, IO, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__atomic_file_open(tkz__atomic_file *file, const char *path,
                                             const tkz_allocator *allocator, tkz_error *error);

/* Sync, close, rename, sync of the directory. Frees what `file` holds whatever the result; after
 * a failure in front of the rename the temporary file is gone. */
TKZ_CHECKED tkz_status tkz__atomic_file_publish(tkz__atomic_file *file, tkz_error *error);

/* Removes the temporary file and frees what `file` holds. */
void tkz__atomic_file_abandon(tkz__atomic_file *file);

#endif
