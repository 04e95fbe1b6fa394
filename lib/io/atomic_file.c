/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporary file, sync, rename, sync of the directory. Leans on POSIX files.
 */
#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"
#include "io/part_file.h"

/* NAME_MAX is 255 on the usual file systems; the temporary name takes that much of the final
 * one, and at most SUFFIX_SIZE bytes more. */
enum { NAME_KEPT = 200, SUFFIX_SIZE = 48, ATTEMPTS = 100 };

static char *duplicate_text(const tkz_allocator *allocator, const char *text, tkz_error *error)
{
    char *copy = tkz__duplicate(allocator, text, strlen(text));
    if (copy == NULL)
        (void)tkz__error_memory(error, strlen(text) + 1);
    return copy;
}

static void release_text(const tkz_allocator *allocator, char *text)
{
    if (text != NULL)
        tkz__release(allocator, text, strlen(text) + 1);
}

static void release_names(tkz__atomic_file *file)
{
    release_text(&file->allocator, file->temporary);
    release_text(&file->allocator, file->path);
    file->temporary = NULL;
    file->path = NULL;
}

/* Length of the directory part of `path`, with its last slash. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* Writes through a symbolic link, as a shell's redirection does: the file it points to is the one
 * replaced. A link to nothing is itself replaced. */
static tkz_status resolve(tkz__atomic_file *file, const char *path, tkz_error *error)
{
    char target[PATH_MAX];
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode) && realpath(path, target) != NULL)
        path = target;
    file->path = duplicate_text(&file->allocator, path, error);
    return file->path != NULL ? TKZ_OK : TKZ_STATUS_OUT_OF_MEMORY;
}

static tkz_status open_in_place(tkz__atomic_file *file, tkz_error *error)
{
    do
        file->descriptor = open(file->path, O_WRONLY | O_CLOEXEC);
    while (file->descriptor < 0 && errno == EINTR);
    return file->descriptor >= 0 ? TKZ_OK
                                 : tkz__error_system(error, file->path, "open", errno);
}

/* Makes DIRECTORY/.NAME.tmp-PID-N for the first N that is free: another N is needed for a second
 * file of that name in this process, or when a dead process of the same id left one behind. */
static tkz_status open_temporary(tkz__atomic_file *file, tkz_error *error)
{
    size_t directory = directory_length(file->path);
    const char *name = file->path + directory;
    size_t name_size = strlen(name);
    if (name_size > NAME_KEPT)
        name_size = NAME_KEPT;
    size_t capacity = directory + name_size + SUFFIX_SIZE;
    char *candidate = tkz__allocate(&file->allocator, capacity);
    if (candidate == NULL)
        return tkz__error_memory(error, capacity);

    for (int attempt = 0; attempt < ATTEMPTS && file->descriptor < 0; attempt++) {
        snprintf(candidate, capacity, "%.*s.%.*s.tmp-%ld-%d", (int)directory, file->path,
                 (int)name_size, name, (long)getpid(), attempt);
        file->descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor < 0 && errno != EEXIST && errno != EINTR)
            break;
    }
    tkz_status status = TKZ_OK;
    if (file->descriptor < 0) {
        status = tkz__error_system(error, file->path, "create a file beside it", errno);
    } else {
        file->temporary = duplicate_text(&file->allocator, candidate, error);
        if (file->temporary == NULL) {
            unlink(candidate);
            close(file->descriptor);
            status = TKZ_STATUS_OUT_OF_MEMORY;
        }
    }
    tkz__release(&file->allocator, candidate, capacity);
    return status;
}

tkz_status tkz__atomic_file_open(tkz__atomic_file *file, const char *path,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    *file = (tkz__atomic_file){.descriptor = -1, .allocator = *allocator};
    tkz_status status = resolve(file, path, error);
    if (status != TKZ_OK)
        return status;
    struct stat info;
    bool exists = stat(file->path, &info) == 0;
    if (path[directory_length(path)] == '\0')
        status = tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, path, TKZ__NO_OFFSET,
                                "cannot write: this is not the name of a file");
    else if (exists && S_ISDIR(info.st_mode))
        status = tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, path, TKZ__NO_OFFSET,
                                "cannot write to a directory; name a file in it");
    else if (exists && !S_ISREG(info.st_mode))
        status = open_in_place(file, error);
    else
        status = open_temporary(file, error);
    if (status != TKZ_OK)
        release_names(file);
    return status;
}

/* Some file systems (NFS, quotas) report a failed write only when the file is synced or closed. */
static tkz_status finish_writing(tkz__atomic_file *file, tkz_error *error)
{
    tkz_status status = tkz__descriptor_sync(file->descriptor, file->path, error);
    /* EINTR leaves the descriptor closed on Linux; everything is on the disk by then. */
    if (close(file->descriptor) != 0 && errno != EINTR && status == TKZ_OK)
        status = tkz__error_system(error, file->path, "close", errno);
    file->descriptor = -1;
    return status;
}

tkz_status tkz__atomic_file_publish(tkz__atomic_file *file, tkz_error *error)
{
    tkz_status status = finish_writing(file, error);
    if (file->temporary != NULL) {
        if (status == TKZ_OK && rename(file->temporary, file->path) != 0)
            status = tkz__error_system(error, file->path, "give the finished file its name", errno);
        if (status != TKZ_OK)
            unlink(file->temporary);
        else
            status = tkz__directory_sync(file->path, error);
    }
    release_names(file);
    return status;
}

void tkz__atomic_file_abandon(tkz__atomic_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
    if (file->temporary != NULL)
        unlink(file->temporary);
    release_names(file);
}
