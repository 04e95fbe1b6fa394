/* SPDX-License-Identifier: Apache-2.0
 *
 * read(2) and write(2) that finish what they began. Leans on POSIX.
 */
#include "io/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Linux moves at most 0x7ffff000 bytes a call; other systems fail above SSIZE_MAX or INT_MAX. */
#define LARGEST_CALL ((size_t)1 << 30)

/* Whether a failed call may simply be made again. A standard stream that another process made
 * non-blocking answers EAGAIN: waiting for it is what a blocking call would have done. */
static bool may_repeat(int descriptor, short event)
{
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return false;
    struct pollfd wanted = {.fd = descriptor, .events = event};
    return poll(&wanted, 1, -1) >= 0 || errno == EINTR;
}

tkz_status tkz__descriptor_read(int descriptor, const char *name, void *data, size_t capacity,
                                size_t *size, tkz_error *error)
{
    *size = 0;
    if (capacity > LARGEST_CALL)
        capacity = LARGEST_CALL;
    for (;;) {
        ssize_t count = read(descriptor, data, capacity);
        if (count >= 0) {
            *size = (size_t)count;
            return TKZ_OK;
        }
        if (!may_repeat(descriptor, POLLIN))
            return tkz__error_system(error, name, "read", errno);
    }
}

tkz_status tkz__descriptor_write(int descriptor, const char *name, const void *data, size_t size,
                                 tkz_error *error)
{
    const char *rest = data;
    while (size > 0) {
        ssize_t count = write(descriptor, rest, size < LARGEST_CALL ? size : LARGEST_CALL);
        if (count >= 0) {
            rest += count;
            size -= (size_t)count;
        } else if (!may_repeat(descriptor, POLLOUT)) {
            return tkz__error_system(error, name, "write", errno);
        }
    }
    return TKZ_OK;
}

tkz_status tkz__descriptor_sync(int descriptor, const char *name, tkz_error *error)
{
    while (fsync(descriptor) != 0) {
        if (errno == EINTR)
            continue;
        if (errno == EINVAL || errno == ENOTSUP || errno == EROFS)
            return TKZ_OK;
        return tkz__error_system(error, name, "bring to the disk", errno);
    }
    return TKZ_OK;
}
