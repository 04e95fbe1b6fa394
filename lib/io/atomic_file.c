/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporary file, sync, rename, sync of the directory. Leans on POSIX files.
 */
#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
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

/* The lock of a temporary file is held (flock) from its making until it has its final name, whatever ends the process. So
 * a file that a killed process left is known, and the next one of that name removes it. Locks may end at the machine,
 * where the directory is one of a network: a part of the name stands for the machine. */

static uint32_t hash_host(void)
{
    char host[256] = "";
    if (gethostname(host, sizeof host) != 0)
        host[0] = '\0';
    host[sizeof host - 1] = '\0';
    return (uint32_t)tkz__hash64(host, strlen(host));
}

/* Is the file that is open and locked still the one of this name? */
static bool has_name(int descriptor, const char *name)
{
    struct stat opened, named;
    return fstat(descriptor, &opened) == 0 && lstat(name, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

/* Removes a temporary file that nobody writes any more; false: one does, or nobody can tell. */
static bool remove_left(const char *name)
{
    int descriptor = open(name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT;
    /* Only who holds the lock removes it, so that it is the one that was looked at. */
    bool is_left = flock(descriptor, LOCK_EX | LOCK_NB) == 0 && has_name(descriptor, name) && unlink(name) == 0;
    close(descriptor);
    return is_left;
}

/* Makes the file unless one of this name is there; -1 with errno. */
static int make_locked(const char *name)
{
    int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return -1;
    bool is_locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    /* A file system without locks (another error) has none for others either: the file is never taken for a left one. */
    if ((is_locked && has_name(descriptor, name)) || (!is_locked && errno != EWOULDBLOCK && errno != EINTR))
        return descriptor;
    close(descriptor); /* in between another process has looked whether it is a left one, and removes it */
    errno = EEXIST;
    return -1;
}

/* Makes DIRECTORY/.NAME.tmp-HOST-N for the first N that is free: another N is needed while a second
 * file of that name is written. */
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

    uint32_t host = hash_host();
    for (int attempt = 0; attempt < ATTEMPTS && file->descriptor < 0; attempt++) {
        snprintf(candidate, capacity, "%.*s.%.*s.tmp-%08" PRIx32 "-%d", (int)directory, file->path,
                 (int)name_size, name, host, attempt);
        file->descriptor = make_locked(candidate);
        int fault = errno;
        if (file->descriptor < 0 && fault == EEXIST && remove_left(candidate)) {
            file->descriptor = make_locked(candidate);
            fault = errno;
        }
        errno = fault;
        if (file->descriptor < 0 && fault != EEXIST && fault != EINTR)
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
    /* The lock lives as long as one descriptor of the file: nobody takes it for a left one before it has its name. */
    int lock = file->temporary != NULL ? fcntl(file->descriptor, F_DUPFD_CLOEXEC, 0) : -1;
    int fault = errno;
    tkz_status status = finish_writing(file, error);
    if (file->temporary != NULL) {
        if (status == TKZ_OK && lock < 0)
            status = tkz__error_system(error, file->path, "keep the lock of", fault);
        if (status == TKZ_OK && rename(file->temporary, file->path) != 0)
            status = tkz__error_system(error, file->path, "give the finished file its name", errno);
        if (status != TKZ_OK)
            unlink(file->temporary);
        else
            status = tkz__directory_sync(file->path, error);
    }
    if (lock >= 0)
        close(lock);
    release_names(file);
    return status;
}

void tkz__atomic_file_abandon(tkz__atomic_file *file)
{
    if (file->temporary != NULL)
        unlink(file->temporary);
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
    release_names(file);
}
