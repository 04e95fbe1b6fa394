/* SPDX-License-Identifier: Apache-2.0
 *
 * A temporary directory for the time of a run. Leans on files and messages.
 */
#ifndef TOOLS_WORK_FOLDER_H
#define TOOLS_WORK_FOLDER_H

#include <stddef.h>

enum { WORK_FOLDER_CAPACITY = 512 };

/* A temporary directory; zeroed before its first use. */
struct work_folder {
    char path[WORK_FOLDER_CAPACITY]; /* "": there is none */
    int lock;                        /* of the file that says that a process works in it; -1: not locked */
};

/* Makes a directory in that for temporary files (TMPDIR), and removes those that killed processes of this user have left
 * there: nobody holds the lock of theirs any more. Returns an exit code, after a complaint if it is not EXIT_DONE. */
int work_folder_make(struct work_folder *folder);

/* The path of a file in it. Returns an exit code, as above. */
int work_folder_file(const struct work_folder *folder, const char *name, char *path, size_t capacity);

/* Removes it with all that is in it; nothing if there is none. */
void work_folder_remove(struct work_folder *folder);

#endif /* TOOLS_WORK_FOLDER_H */
