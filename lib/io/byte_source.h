/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream of plain bytes out of a file, a pipe or memory, decompressed by its
 * magic number: plain, gzip (any number of members), zstd (any number of frames,
 * skippable ones passed over). Leans on zlib and libzstd. The public face is
 * tkz_input in tokenize/io.h.
 */
#ifndef TKZ_IO_BYTE_SOURCE_H
#define TKZ_IO_BYTE_SOURCE_H

#include "core/memory.h"
#include "tokenize/io.h"

/* Decompresses a block of memory as if it were a file called `name`; `data` must outlive the
 * source. For tests and fuzzing. */
TKZ_CHECKED tkz_status tkz__byte_source_open_memory(tkz_input **input, const char *name,
                                                    const void *data, size_t size,
                                                    const tkz_allocator *allocator,
                                                    tkz_error *error);

#endif
