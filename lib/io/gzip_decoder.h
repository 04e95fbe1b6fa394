/* SPDX-License-Identifier: Apache-2.0
 *
 * gzip (RFC 1952) with any number of members. Leans on zlib.
 */
#ifndef TKZ_IO_GZIP_DECODER_H
#define TKZ_IO_GZIP_DECODER_H

#include "io/stored_bytes.h"

typedef struct tkz__gzip_decoder tkz__gzip_decoder;

TKZ_CHECKED tkz_status tkz__gzip_decoder_new(tkz__gzip_decoder **decoder,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__gzip_decoder_free(tkz__gzip_decoder *decoder); /* accepts NULL */

/* Decompresses up to `capacity` bytes; `*size` is 0 with OK only at the end. With an error,
 * `*size` bytes in front of the damage may have been written all the same. Errors: TRUNCATED,
 * CORRUPT, IO, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__gzip_decoder_read(tkz__gzip_decoder *decoder,
                                              tkz__stored_bytes *stored, void *data,
                                              size_t capacity, size_t *size, tkz_error *error);

#endif
