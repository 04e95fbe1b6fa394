/* SPDX-License-Identifier: Apache-2.0
 *
 * zlib's memory out of our allocator. Leans on zlib and memory.
 */
#ifndef TKZ_IO_ZLIB_MEMORY_H
#define TKZ_IO_ZLIB_MEMORY_H

#include <zlib.h>

#include "core/memory.h"

/* Sets the stream's functions for memory, before it is initialised; `allocator` outlives the stream. */
void tkz__zlib_memory(z_stream *stream, tkz_allocator *allocator);

#endif
