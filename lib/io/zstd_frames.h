/* SPDX-License-Identifier: Apache-2.0
 *
 * Seekable zstd: independent frames with content size and checksum, and the seek
 * table that ends the file (facebook/zstd contrib/seekable_format 0.1.0).
 * Leans on libzstd.
 */
#ifndef TKZ_IO_ZSTD_FRAMES_H
#define TKZ_IO_ZSTD_FRAMES_H

#include "core/buffer.h"

/* Most bytes that one frame of a seekable file may hold. */
#define TKZ__FRAME_LIMIT 0x40000000u

/* The level of outputs unless another is asked for: that of zstd itself. */
#define TKZ__ZSTD_LEVEL 3

/* How a frame with content begins (RFC 8878, 3.1.1). */
#define TKZ__FRAME_MAGIC 0xFD2FB528u

/* Compresses frames; one thread at a time, reusable. */
typedef struct tkz__frame_compressor tkz__frame_compressor;
TKZ_CHECKED tkz_status tkz__frame_compressor_new(tkz__frame_compressor **compressor, int32_t level,
                                                 const tkz_allocator *allocator,
                                                 tkz_error *error);
void tkz__frame_compressor_free(tkz__frame_compressor *compressor); /* accepts NULL */

/* Appends `size` bytes to `output` as one frame (content size + checksum on). The bytes of the
 * frame depend on content, level and zstd version only. LIMIT for more than TKZ__FRAME_LIMIT
 * bytes. */
TKZ_CHECKED tkz_status tkz__frame_compress(tkz__frame_compressor *compressor, const void *data,
                                           size_t size, tkz__buffer *output, tkz_error *error);

/* Cutting a stream into frames: how many of the next `size` bytes belong to the frame that holds
 * `held` (less than `limit`) bytes so far. A frame ends behind the first line end that makes it
 * at least `frame_size` bytes long, or, inside a line, at `limit` bytes. `*full` says whether it
 * ends here. */
size_t tkz__frame_cut(uint64_t held, const char *data, size_t size, uint64_t frame_size,
                      uint64_t limit, bool *full);

/* The seek table being collected, in order of the frames. */
typedef struct tkz__seek_entry {
    uint32_t stored_size;  /* bytes of the frame */
    uint32_t content_size; /* bytes it holds */
    uint32_t checksum;     /* low 32 bits of XXH64 of the content */
} tkz__seek_entry;

typedef struct tkz__seek_table {
    tkz__seek_entry *entries;
    size_t count;
    size_t capacity;
    tkz_allocator allocator;
} tkz__seek_table;

void tkz__seek_table_init(tkz__seek_table *table, const tkz_allocator *allocator);
void tkz__seek_table_free(tkz__seek_table *table);

/* Reads size, content size and checksum off the finished frames in `data` (one or several,
 * whole) and appends their entries: the checksum that ends a zstd frame is the one the seek
 * table wants. CORRUPT if they are not such frames. */
TKZ_CHECKED tkz_status tkz__seek_table_add(tkz__seek_table *table, const void *data, size_t size,
                                           tkz_error *error);

/* Appends the skippable frame that ends a seekable file. */
TKZ_CHECKED tkz_status tkz__seek_table_write(const tkz__seek_table *table, tkz__buffer *output,
                                             tkz_error *error);

/* Reads the seek table at the end of a mapped seekable file; BAD_FORMAT when there is none,
 * CORRUPT when its sizes do not add up to the file. Checksums are 0 where the table has none.
 * Replaces what `table` holds. */
TKZ_CHECKED tkz_status tkz__seek_table_read(tkz__seek_table *table, const void *file, size_t size,
                                            tkz_error *error);

/* Decompresses one whole frame, appending to `output` at most `limit` bytes. CORRUPT, LIMIT. */
TKZ_CHECKED tkz_status tkz__frame_decompress(const void *frame, size_t size, size_t limit,
                                             tkz__buffer *output, tkz_error *error);

#endif
