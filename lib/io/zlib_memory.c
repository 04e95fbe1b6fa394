/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions that zlib asks for memory with. Leans on memory.
 */
#include "io/zlib_memory.h"

#include <stddef.h>

/* zlib's release does not say the size, so it is kept in front of the block. */
typedef union block_header {
    size_t size;
    max_align_t alignment;
} block_header;

static void *zlib_allocate(void *context, unsigned count, unsigned item_size)
{
    size_t size;
    if (!tkz__size_multiply(count, item_size, &size) ||
        !tkz__size_add(size, sizeof(block_header), &size))
        return NULL;
    block_header *header = tkz__allocate(context, size);
    if (header == NULL)
        return NULL;
    header->size = size;
    return header + 1;
}

static void zlib_release(void *context, void *block)
{
    if (block == NULL)
        return;
    block_header *header = (block_header *)block - 1;
    tkz__release(context, header, header->size);
}

void tkz__zlib_memory(z_stream *stream, tkz_allocator *allocator)
{
    stream->zalloc = zlib_allocate;
    stream->zfree = zlib_release;
    stream->opaque = allocator;
}
