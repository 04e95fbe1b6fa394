/* SPDX-License-Identifier: Apache-2.0
 *
 * NAME.part while it grows, NAME when it is complete. Leans on POSIX files.
 */
#include "io/part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"

enum { BUFFER_SIZE = 1024 * 1024 };
static const char part_suffix[] = ".part";

struct tkz__part_file {
    int descriptor;
    char *path;      /* the final name */
    char *part_path; /* while it grows */
    uint8_t *buffer;
    size_t held;      /* bytes in the buffer */
    uint64_t written; /* bytes handed to the system */
    bool entry_synced; /* the directory entry of the part file is on the disk */
    tkz_status failed; /* after a failed write nobody knows what the file holds */
    tkz_error failure;
    tkz_allocator allocator;
};

static void free_part(tkz__part_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    tkz_allocator allocator = file->allocator;
    if (file->path != NULL)
        tkz__release(&allocator, file->path, strlen(file->path) + 1);
    if (file->part_path != NULL)
        tkz__release(&allocator, file->part_path, strlen(file->part_path) + 1);
    tkz__release(&allocator, file->buffer, BUFFER_SIZE);
    tkz__release(&allocator, file, sizeof *file);
}

static tkz_status allocate_parts(tkz__part_file *file, const char *path, tkz_error *error)
{
    size_t size = strlen(path);
    file->path = tkz__duplicate(&file->allocator, path, size);
    file->buffer = tkz__allocate(&file->allocator, BUFFER_SIZE);
    file->part_path = tkz__allocate(&file->allocator, size + sizeof part_suffix);
    if (file->part_path != NULL) {
        memcpy(file->part_path, path, size);
        memcpy(file->part_path + size, part_suffix, sizeof part_suffix);
    }
    if (file->path == NULL || file->buffer == NULL || file->part_path == NULL)
        return tkz__error_memory(error, BUFFER_SIZE);
    return TKZ_OK;
}

static tkz_status too_short(const tkz__part_file *file, uint64_t length, uint64_t found,
                            tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, file->part_path, found,
                          "the journal counts %llu bytes in this file, but it holds %llu; it was "
                          "changed since, so start the run anew",
                          (unsigned long long)length, (unsigned long long)found);
}

/* Cuts the file back to what the journal vouches for; whatever follows may be half a frame. */
static tkz_status cut_back(tkz__part_file *file, uint64_t length, tkz_error *error)
{
    struct stat info;
    if (fstat(file->descriptor, &info) != 0)
        return tkz__error_system(error, file->part_path, "examine", errno);
    if (!S_ISREG(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, file->part_path, TKZ__NO_OFFSET,
                              "cannot write: not a regular file");
    if ((uint64_t)info.st_size < length)
        return too_short(file, length, (uint64_t)info.st_size, error);
    while (ftruncate(file->descriptor, (off_t)length) != 0) {
        if (errno != EINTR)
            return tkz__error_system(error, file->part_path, "cut back", errno);
    }
    if (lseek(file->descriptor, (off_t)length, SEEK_SET) < 0)
        return tkz__error_system(error, file->part_path, "move in", errno);
    file->written = length;
    return TKZ_OK;
}

static tkz_status open_part(tkz__part_file *file, uint64_t length, tkz_error *error)
{
    int flags = O_WRONLY | O_CLOEXEC | (length == 0 ? O_CREAT : 0);
    do
        file->descriptor = open(file->part_path, flags, 0666);
    while (file->descriptor < 0 && errno == EINTR);
    if (file->descriptor >= 0)
        return cut_back(file, length, error);
    if (errno == ENOENT && length > 0)
        return too_short(file, length, 0, error);
    return tkz__error_system(error, file->part_path, "open", errno);
}

tkz_status tkz__part_file_open(tkz__part_file **file, const char *path, uint64_t length,
                               const tkz_allocator *allocator, tkz_error *error)
{
    *file = NULL;
    tkz_allocator inherited = tkz__allocator_or_default(allocator);
    tkz__part_file *made = tkz__allocate_zeroed(&inherited, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = inherited;
    made->descriptor = -1;
    tkz_status status = allocate_parts(made, path, error);
    if (status == TKZ_OK)
        status = open_part(made, length, error);
    if (status != TKZ_OK) {
        free_part(made);
        return status;
    }
    *file = made;
    return TKZ_OK;
}

/* The first failure stays: see `failed`. */
static tkz_status remember(tkz__part_file *file, tkz_status status, tkz_error *error)
{
    if (file->failed == TKZ_OK)
        file->failed = status;
    if (file->failed != TKZ_OK && error != NULL)
        *error = file->failure;
    return file->failed;
}

static tkz_status write_through(tkz__part_file *file, const void *data, size_t size)
{
    tkz_status status = tkz__descriptor_write(file->descriptor, file->part_path, data, size,
                                              &file->failure);
    if (status == TKZ_OK)
        file->written += size;
    return status;
}

static tkz_status flush(tkz__part_file *file)
{
    tkz_status status = write_through(file, file->buffer, file->held);
    file->held = 0;
    return status;
}

tkz_status tkz__part_file_append(tkz__part_file *file, const void *data, size_t size,
                                 tkz_error *error)
{
    if (file->failed != TKZ_OK)
        return remember(file, TKZ_OK, error);
    tkz_status status = TKZ_OK;
    if (size > BUFFER_SIZE - file->held)
        status = flush(file);
    if (status == TKZ_OK && size > BUFFER_SIZE) {
        status = write_through(file, data, size);
    } else if (status == TKZ_OK && size > 0) {
        memcpy(file->buffer + file->held, data, size);
        file->held += size;
    }
    return remember(file, status, error);
}

uint64_t tkz__part_file_length(const tkz__part_file *file)
{
    return file->written + file->held;
}

static tkz_status sync_data(tkz__part_file *file)
{
    while (fdatasync(file->descriptor) != 0) {
        if (errno != EINTR)
            return tkz__error_system(&file->failure, file->part_path, "bring to the disk", errno);
    }
    return TKZ_OK;
}

tkz_status tkz__part_file_sync(tkz__part_file *file, tkz_error *error)
{
    if (file->failed != TKZ_OK)
        return remember(file, TKZ_OK, error);
    tkz_status status = flush(file);
    if (status == TKZ_OK)
        status = sync_data(file);
    /* A journal must not outlive the file it speaks of. */
    if (status == TKZ_OK && !file->entry_synced) {
        status = tkz__directory_sync(file->part_path, &file->failure);
        file->entry_synced = status == TKZ_OK;
    }
    return remember(file, status, error);
}

tkz_status tkz__part_file_commit(tkz__part_file *file, tkz_error *error)
{
    tkz_status status = tkz__part_file_sync(file, error);
    if (status == TKZ_OK) {
        int closed = close(file->descriptor);
        file->descriptor = -1;
        if (closed != 0 && errno != EINTR)
            status = tkz__error_system(error, file->part_path, "close", errno);
    }
    if (status == TKZ_OK && rename(file->part_path, file->path) != 0)
        status = tkz__error_system(error, file->path, "give the finished file its name", errno);
    if (status == TKZ_OK)
        status = tkz__directory_sync(file->path, error);
    free_part(file);
    return status;
}

void tkz__part_file_close(tkz__part_file *file, int remove)
{
    if (file == NULL)
        return;
    if (remove)
        unlink(file->part_path);
    free_part(file);
}
