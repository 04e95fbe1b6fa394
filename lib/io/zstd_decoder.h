/* SPDX-License-Identifier: Apache-2.0
 *
 * zstd (RFC 8878) with any number of frames, skippable ones passed over.
 * Leans on libzstd.
 */
#ifndef TKZ_IO_ZSTD_DECODER_H
#define TKZ_IO_ZSTD_DECODER_H

#include "io/stored_bytes.h"

typedef struct tkz__zstd_decoder tkz__zstd_decoder;

TKZ_CHECKED tkz_status tkz__zstd_decoder_new(tkz__zstd_decoder **decoder,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__zstd_decoder_free(tkz__zstd_decoder *decoder); /* accepts NULL */

/* Whether `bytes` (4 of them) begin a frame, of content or skippable. */
bool tkz__zstd_magic(const uint8_t *bytes);

/* As tkz__gzip_decoder_read; LIMIT for a window that the machine cannot hold. */
TKZ_CHECKED tkz_status tkz__zstd_decoder_read(tkz__zstd_decoder *decoder,
                                              tkz__stored_bytes *stored, void *data,
                                              size_t capacity, size_t *size, tkz_error *error);

#endif
