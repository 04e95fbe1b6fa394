/* SPDX-License-Identifier: Apache-2.0
 *
 * The one place that calls xxHash: XXH3 in 64 and 128 bits. Leans on libxxhash.
 */
#ifndef TKZ_CORE_HASH_H
#define TKZ_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct tkz__hash128 {
    uint64_t low;
    uint64_t high;
} tkz__hash128;

/* XXH3_64bits with seed 0. */
uint64_t tkz__hash64(const void *data, size_t size);

/* XXH3_128bits with seed 0. */
tkz__hash128 tkz__hash128_of(const void *data, size_t size);

/* XXH3_64bits over a stream. NULL from `new` means out of memory (libxxhash's own). */
typedef struct tkz__hash_stream tkz__hash_stream;
tkz__hash_stream *tkz__hash_stream_new(void);
void tkz__hash_stream_add(tkz__hash_stream *stream, const void *data, size_t size);
uint64_t tkz__hash_stream_digest(const tkz__hash_stream *stream); /* may go on afterwards */
void tkz__hash_stream_free(tkz__hash_stream *stream);             /* accepts NULL */

/* Mixes an integer key (the finalizer of MurmurHash3, a bijection). */
static inline uint64_t tkz__hash_u64(uint64_t key)
{
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    key *= UINT64_C(0xc4ceb9fe1a85ec53);
    key ^= key >> 33;
    return key;
}

#endif
