/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading files that may be compressed, and writing files that are either whole
 * or not there.
 */
#ifndef TOKENIZE_IO_H
#define TOKENIZE_IO_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Input ------------------------------------------------------------ */

/* A stream of decompressed bytes. Plain, gzip (multi-member) and zstd
 * (multi-frame) are told apart by their first bytes, never by name. One thread
 * at a time. */
typedef struct tkz_input tkz_input;

/* Opens a file, or standard input for "-". Errors: OPEN_FAILED, IO (a directory
 * among them), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_input_open(tkz_input **input, const char *path,
                                              const tkz_allocator *allocator, tkz_error *error);

/* Reads up to `capacity` bytes; `*size` is 0 only at the end. A stream that ends inside a gzip
 * member or zstd frame is TRUNCATED, wrong content CORRUPT; both name the file and the offset in
 * the stored bytes. What was decompressed before the damage has been delivered by earlier calls. */
TKZ_API TKZ_CHECKED tkz_status tkz_input_read(tkz_input *input, void *data, size_t capacity,
                                              size_t *size, tkz_error *error);

/* Stored (compressed) bytes read so far, and in all; the latter 0 for a pipe. */
TKZ_API uint64_t tkz_input_stored_done(const tkz_input *input);
TKZ_API uint64_t tkz_input_stored_total(const tkz_input *input);

TKZ_API void tkz_input_close(tkz_input *input); /* accepts NULL */

/* ---- Output ----------------------------------------------------------- */

/* A file that appears under its name only when it is complete: written to a
 * temporary file in the same directory, synced, renamed, directory synced.
 * "-" writes to standard output instead. One thread at a time. */
typedef struct tkz_output tkz_output;

enum tkz_compression { TKZ_COMPRESSION_NONE = 0, TKZ_COMPRESSION_ZSTD = 1 };

/* Starts an output. `compression` is one of TKZ_COMPRESSION_*; zstd output is the seekable
 * format, with a frame every `frame_size` bytes at the first following line end (0 = 1 MiB),
 * `level` 1..19 (0 = 3). An existing file is replaced only at commit. Errors: OPEN_FAILED,
 * NO_SPACE, IO, INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_output_open(tkz_output **output, const char *path,
                                               int32_t compression, int32_t level,
                                               uint64_t frame_size,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_API TKZ_CHECKED tkz_status tkz_output_write(tkz_output *output, const void *data, size_t size,
                                                tkz_error *error);

/* Finishes and publishes the file, and frees the handle whatever the result. */
TKZ_API TKZ_CHECKED tkz_status tkz_output_commit(tkz_output *output, tkz_error *error);

/* Removes the temporary file and frees the handle. Accepts NULL. */
TKZ_API void tkz_output_discard(tkz_output *output);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_IO_H */
