/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files in one go: written atomically, read whole; and the sync of a directory.
 * Leans on atomic_file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic_file.h"
#include "io/descriptor.h"
#include "io/part_file.h"

tkz_status tkz__file_write_atomic(const char *path, const void *data, size_t size,
                                  tkz_error *error)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__atomic_file file;
    tkz_status status = tkz__atomic_file_open(&file, path, &allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__descriptor_write(file.descriptor, path, data, size, error);
    if (status != TKZ_OK) {
        tkz__atomic_file_abandon(&file);
        return status;
    }
    return tkz__atomic_file_publish(&file, error);
}

/* Without a slash: the working directory. With one: all up to it. */
static char *directory_of(const char *path, const tkz_allocator *allocator)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return tkz__duplicate(allocator, ".", 1);
    return tkz__duplicate(allocator, path, (size_t)(slash - path) + 1);
}

tkz_status tkz__directory_sync(const char *path, tkz_error *error)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    char *directory = directory_of(path, &allocator);
    if (directory == NULL)
        return tkz__error_memory(error, strlen(path) + 1);
    tkz_status status = TKZ_OK;
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        status = tkz__descriptor_sync(descriptor, directory, error);
        close(descriptor);
    } else if (errno != EACCES) { /* a drop box may be written but not read, thus not synced */
        status = tkz__error_system(error, directory, "open the directory", errno);
    }
    tkz__release(&allocator, directory, strlen(directory) + 1);
    return status;
}

/* Room for what a file seems to hold and one byte more, so that its end shows in the first pass. */
static tkz_status first_capacity(int descriptor, const char *path, uint64_t limit,
                                 size_t *capacity, tkz_error *error)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return tkz__error_system(error, path, "examine", errno);
    if (S_ISDIR(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_IO, path, TKZ__NO_OFFSET,
                              "cannot read a directory; name a file in it");
    uint64_t expected = S_ISREG(info.st_mode) && info.st_size > 0 ? (uint64_t)info.st_size : 4095;
    if (expected > limit)
        expected = limit;
    if (expected >= SIZE_MAX)
        return tkz__error_memory(error, SIZE_MAX);
    *capacity = (size_t)expected + 1;
    return TKZ_OK;
}

static tkz_status grow(tkz_bytes *bytes, size_t capacity, tkz_error *error)
{
    uint8_t *block =
        tkz__reallocate_array(&bytes->allocator, bytes->data, bytes->capacity, capacity, 1);
    if (block == NULL)
        return tkz__error_memory(error, capacity);
    bytes->data = block;
    bytes->capacity = capacity;
    return TKZ_OK;
}

static tkz_status read_to_end(int descriptor, const char *path, uint64_t limit, size_t capacity,
                              tkz_bytes *bytes, tkz_error *error)
{
    for (;;) {
        tkz_status status = TKZ_OK;
        if (bytes->size == bytes->capacity)
            status = grow(bytes, bytes->size == 0 ? capacity : bytes->capacity * 2, error);
        size_t size = 0;
        if (status == TKZ_OK)
            status = tkz__descriptor_read(descriptor, path, bytes->data + bytes->size,
                                          bytes->capacity - bytes->size, &size, error);
        if (status != TKZ_OK || size == 0)
            return status;
        bytes->size += size;
        if (bytes->size > limit)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, path, TKZ__NO_OFFSET,
                                  "the file is larger than the %llu bytes allowed",
                                  (unsigned long long)limit);
    }
}

tkz_status tkz__file_read_all(const char *path, uint64_t limit, const tkz_allocator *allocator,
                              tkz_bytes *bytes, tkz_error *error)
{
    *bytes = (tkz_bytes){.allocator = tkz__allocator_or_default(allocator)};
    int descriptor;
    do
        descriptor = open(path, O_RDONLY | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0)
        return tkz__error_system(error, path, "open", errno);
    size_t capacity = 0;
    tkz_status status = first_capacity(descriptor, path, limit, &capacity, error);
    if (status == TKZ_OK)
        status = read_to_end(descriptor, path, limit, capacity, bytes, error);
    close(descriptor);
    if (status != TKZ_OK)
        tkz_bytes_free(bytes);
    return status;
}
