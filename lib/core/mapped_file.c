/* SPDX-License-Identifier: Apache-2.0
 *
 * A file mapped read-only, shared with other processes. Leans on POSIX mmap.
 */
#include "core/mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

tkz_status tkz__mapped_file_open(tkz__mapped_file *file, const char *path, tkz_error *error)
{
    file->data = NULL;
    file->size = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return tkz__error_system(error, path, "open", errno);

    struct stat info;
    tkz_status status = TKZ_OK;
    if (fstat(descriptor, &info) != 0) {
        status = tkz__error_system(error, path, "inspect", errno);
    } else if (!S_ISREG(info.st_mode)) {
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                                "not a regular file, so it cannot be mapped");
    } else if (info.st_size > 0) {
        void *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
        if (data == MAP_FAILED) {
            status = tkz__error_system(error, path, "map", errno);
        } else {
            file->data = data;
            file->size = (size_t)info.st_size;
        }
    }
    close(descriptor);
    return status;
}

void tkz__mapped_file_close(tkz__mapped_file *file)
{
    if (file->data != NULL)
        munmap((void *)(uintptr_t)file->data, file->size);
    file->data = NULL;
    file->size = 0;
}
