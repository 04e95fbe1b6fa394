/* SPDX-License-Identifier: Apache-2.0
 *
 * A sliding window on a file, a pipe or a block of memory. Leans on descriptor.
 */
#include "io/stored_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"

/* 64 KiB, 256 KiB and 1 MiB were measured to read zstd and gzip equally fast. */
enum { BUFFER_SIZE = 256 * 1024 };

static tkz_status set_name(tkz__stored_bytes *stored, const char *name, tkz_error *error)
{
    stored->name = tkz__duplicate(&stored->allocator, name, strlen(name));
    return stored->name != NULL ? TKZ_OK : tkz__error_memory(error, strlen(name) + 1);
}

/* Looks at what was opened: refuses directories, notes the size of regular files. */
static tkz_status examine(tkz__stored_bytes *stored, tkz_error *error)
{
    struct stat info;
    if (fstat(stored->descriptor, &info) != 0)
        return tkz__error_system(error, stored->name, "examine", errno);
    if (S_ISDIR(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_IO, stored->name, TKZ__NO_OFFSET,
                              "cannot read a directory; name the files in it");
    if (!S_ISREG(info.st_mode))
        return TKZ_OK;
    /* Standard input may have been read from before. */
    off_t position = lseek(stored->descriptor, 0, SEEK_CUR);
    if (position >= 0 && info.st_size > position)
        stored->total = (uint64_t)(info.st_size - position);
#ifdef POSIX_FADV_SEQUENTIAL
    (void)posix_fadvise(stored->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice only */
#endif
    return TKZ_OK;
}

static tkz_status open_descriptor(tkz__stored_bytes *stored, const char *path, tkz_error *error)
{
    if (strcmp(path, "-") == 0) {
        stored->descriptor = STDIN_FILENO;
        return set_name(stored, "standard input", error);
    }
    tkz_status status = set_name(stored, path, error);
    if (status != TKZ_OK)
        return status;
    do
        stored->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    while (stored->descriptor < 0 && errno == EINTR);
    if (stored->descriptor < 0)
        return tkz__error_system(error, path, "open", errno);
    stored->owns_descriptor = true;
    return TKZ_OK;
}

tkz_status tkz__stored_bytes_open(tkz__stored_bytes *stored, const char *path,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    *stored = (tkz__stored_bytes){.descriptor = -1, .allocator = *allocator};
    tkz_status status = open_descriptor(stored, path, error);
    if (status == TKZ_OK)
        status = examine(stored, error);
    if (status == TKZ_OK) {
        stored->buffer = tkz__allocate(&stored->allocator, BUFFER_SIZE);
        if (stored->buffer == NULL)
            status = tkz__error_memory(error, BUFFER_SIZE);
        stored->window = stored->buffer;
    }
    if (status != TKZ_OK)
        tkz__stored_bytes_close(stored);
    return status;
}

tkz_status tkz__stored_bytes_open_memory(tkz__stored_bytes *stored, const char *name,
                                         const void *data, size_t size,
                                         const tkz_allocator *allocator, tkz_error *error)
{
    *stored = (tkz__stored_bytes){.window = data,
                                  .size = size,
                                  .total = size,
                                  .at_end = true,
                                  .descriptor = -1,
                                  .allocator = *allocator};
    return set_name(stored, name, error);
}

void tkz__stored_bytes_close(tkz__stored_bytes *stored)
{
    if (stored->owns_descriptor)
        (void)close(stored->descriptor); /* read only: nothing can be lost */
    stored->owns_descriptor = false;
    tkz__release(&stored->allocator, stored->buffer, BUFFER_SIZE);
    stored->buffer = NULL;
    if (stored->name != NULL)
        tkz__release(&stored->allocator, stored->name, strlen(stored->name) + 1);
    stored->name = NULL;
}

tkz_status tkz__stored_bytes_want(tkz__stored_bytes *stored, size_t count, tkz_error *error)
{
    if (stored->size >= count || stored->at_end)
        return TKZ_OK;
    if (stored->size > 0)
        memmove(stored->buffer, stored->window, stored->size);
    stored->window = stored->buffer;
    while (stored->size < count && !stored->at_end) {
        size_t size;
        tkz_status status =
            tkz__descriptor_read(stored->descriptor, stored->name, stored->buffer + stored->size,
                                 BUFFER_SIZE - stored->size, &size, error);
        if (status != TKZ_OK)
            return status;
        stored->size += size;
        stored->at_end = size == 0;
    }
    return TKZ_OK;
}

tkz_status tkz__stored_bytes_copy(tkz__stored_bytes *stored, void *data, size_t capacity,
                                  size_t *size, tkz_error *error)
{
    *size = 0;
    if (stored->size == 0 && !stored->at_end && capacity >= BUFFER_SIZE) {
        tkz_status status = tkz__descriptor_read(stored->descriptor, stored->name, data, capacity,
                                                 size, error);
        stored->offset += *size;
        stored->at_end = status == TKZ_OK && *size == 0;
        return status;
    }
    tkz_status status = tkz__stored_bytes_want(stored, 1, error);
    if (status != TKZ_OK || stored->size == 0)
        return status;
    *size = capacity < stored->size ? capacity : stored->size;
    memcpy(data, stored->window, *size);
    tkz__stored_bytes_consume(stored, *size);
    return TKZ_OK;
}
