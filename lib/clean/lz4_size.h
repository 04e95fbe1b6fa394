/* SPDX-License-Identifier: Apache-2.0
 *
 * How many bytes the LZ4 library would make of a text, which are not written. Leans on nothing.
 */
#ifndef TKZ_CLEAN_LZ4_SIZE_H
#define TKZ_CLEAN_LZ4_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* Where a stretch with a hash was seen last; of one call. */
typedef struct tkz__lz4_places {
    uint32_t at[1 << 13];
} tkz__lz4_places;

/* Bytes of a block that LZ4_compress_default (lz4 1.9.4, on 64 bits) makes of the text; `size` is below 2^31. Linear. */
size_t tkz__lz4_size(tkz__lz4_places *places, const char *text, size_t size);

#endif
