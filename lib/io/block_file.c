/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that are read at any place. Leans on pread and descriptor.
 */
#include "io/block_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"

static tkz_status init(tkz__block_file *file, const char *name, const tkz_allocator *allocator,
                       tkz_error *error)
{
    *file = (tkz__block_file){.descriptor = -1,
                              .allocator = tkz__allocator_or_default(allocator)};
    file->name = tkz__duplicate(&file->allocator, name, strlen(name));
    return file->name != NULL ? TKZ_OK : tkz__error_memory(error, strlen(name) + 1);
}

void tkz__block_file_close(tkz__block_file *file)
{
    if (file->name == NULL)
        return; /* never opened */
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    tkz__release(&file->allocator, file->name, strlen(file->name) + 1);
    *file = (tkz__block_file){.descriptor = -1};
}

/* Takes the size of the open file; only a regular file has one. */
static tkz_status take_size(tkz__block_file *file, tkz_error *error)
{
    struct stat info;
    if (fstat(file->descriptor, &info) != 0)
        return tkz__error_system(error, file->name, "examine", errno);
    if (!S_ISREG(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, file->name, TKZ__NO_OFFSET,
                              "this is no regular file, and it is not read from front to back");
    file->size = (uint64_t)info.st_size;
    return TKZ_OK;
}

tkz_status tkz__block_file_open(tkz__block_file *file, const char *path,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz_status status = init(file, path, allocator, error);
    if (status != TKZ_OK)
        return status;
    /* Without O_NONBLOCK, opening a pipe would wait for a writer. */
    do
        file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (file->descriptor < 0 && errno == EINTR);
    status = file->descriptor >= 0 ? take_size(file, error)
                                   : tkz__error_system(error, path, "open", errno);
    if (status != TKZ_OK)
        tkz__block_file_close(file);
    return status;
}

tkz_status tkz__block_file_of_memory(tkz__block_file *file, const char *name, const void *data,
                                     size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    tkz_status status = init(file, name, allocator, error);
    file->memory = data;
    file->size = size;
    return status;
}

tkz_status tkz__block_file_scratch(tkz__block_file *file, const char *folder,
                                   const tkz_allocator *allocator, tkz_error *error)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/tokenize-XXXXXX", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, folder, TKZ__NO_OFFSET,
                              "the name of this directory is too long");
    tkz_status status = init(file, folder, allocator, error);
    if (status != TKZ_OK)
        return status;
    file->descriptor = mkstemp(path);
    if (file->descriptor < 0) {
        status = tkz__error_system(error, folder, "make a temporary file in", errno);
        tkz__block_file_close(file);
        return status;
    }
    (void)fcntl(file->descriptor, F_SETFD, FD_CLOEXEC);
    (void)unlink(path);
    return TKZ_OK;
}

tkz_status tkz__block_file_append(tkz__block_file *file, const void *data, size_t size,
                                  tkz_error *error)
{
    tkz_status status =
        tkz__descriptor_write(file->descriptor, file->name, data, size, error);
    if (status == TKZ_OK)
        file->size += size;
    return status;
}

static tkz_status report_end(const tkz__block_file *file, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_TRUNCATED, file->name, file->size,
                          "the file ends too early");
}

tkz_status tkz__block_file_read(const tkz__block_file *file, uint64_t offset, void *data,
                                size_t size, tkz_error *error)
{
    if (offset > file->size || size > file->size - offset)
        return report_end(file, error);
    if (file->memory != NULL) {
        memcpy(data, file->memory + offset, size);
        return TKZ_OK;
    }
    char *rest = data;
    while (size > 0) {
        ssize_t count = pread(file->descriptor, rest, size, (off_t)offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return tkz__error_system(error, file->name, "read", errno);
        if (count == 0)
            return report_end(file, error);
        rest += count;
        offset += (uint64_t)count;
        size -= (size_t)count;
    }
    return TKZ_OK;
}
