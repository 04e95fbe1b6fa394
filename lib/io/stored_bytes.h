/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of an input as they are stored, seen through a sliding window: what
 * the decoders read from. Leans on memory and descriptor.
 */
#ifndef TKZ_IO_STORED_BYTES_H
#define TKZ_IO_STORED_BYTES_H

#include "core/memory.h"

typedef struct tkz__stored_bytes {
    const uint8_t *window; /* what is in memory and not yet consumed */
    size_t size;           /* of the window */
    uint64_t offset;       /* of the window's first byte in the stored stream */
    uint64_t total;        /* bytes in all, 0 when not known */
    bool at_end;           /* nothing comes behind the window */
    char *name;            /* for messages */
    int descriptor;        /* -1 when all is in memory */
    bool owns_descriptor;
    uint8_t *buffer; /* what the window moves in; NULL when all is in memory */
    tkz_allocator allocator;
} tkz__stored_bytes;

/* Opens a file, or standard input for "-". */
TKZ_CHECKED tkz_status tkz__stored_bytes_open(tkz__stored_bytes *stored, const char *path,
                                              const tkz_allocator *allocator, tkz_error *error);

/* Uses a block of memory, which must outlive `stored`. */
TKZ_CHECKED tkz_status tkz__stored_bytes_open_memory(tkz__stored_bytes *stored, const char *name,
                                                     const void *data, size_t size,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);
void tkz__stored_bytes_close(tkz__stored_bytes *stored);

/* Sees to it that the window holds at least `count` (at most 4096) bytes, or all there are. */
TKZ_CHECKED tkz_status tkz__stored_bytes_want(tkz__stored_bytes *stored, size_t count,
                                              tkz_error *error);

/* Moves the window on by `count` bytes, not more than it holds. */
static inline void tkz__stored_bytes_consume(tkz__stored_bytes *stored, size_t count)
{
    stored->window += count;
    stored->size -= count;
    stored->offset += count;
}

/* Copies stored bytes out, past the window's buffer where that is empty. `*size` is 0 only at
 * the end. */
TKZ_CHECKED tkz_status tkz__stored_bytes_copy(tkz__stored_bytes *stored, void *data,
                                              size_t capacity, size_t *size, tkz_error *error);

#endif
