/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact deduplication: a 128-bit signature for each document, and the decision
 * which documents repeat an earlier one. Leans on core's hash and index's bitmap.
 */
#ifndef TKZ_DEDUP_EXACT_H
#define TKZ_DEDUP_EXACT_H

#include "core/hash.h"
#include "core/memory.h"
#include "index/bitmap.h"

/* Size of a signature in a signature file: XXH3-128 of the text, low half first, little-endian.
 * The file is nothing but signatures in document order (doc/formats/signatures.md). */
#define TKZ__SIGNATURE_SIZE 16

/* The signature of `text`, ready to be appended to a signature file. */
void tkz__exact_signature(const char *text, size_t size, uint8_t signature[TKZ__SIGNATURE_SIZE]);

/* Reads the signature file `path` with `count` signatures and sets bit i of `repeated` for each
 * document i whose signature an earlier document has: the first copy survives. Works in at most
 * `memory` bytes (0: no bound) beside the bitmap, by treating the signatures in partitions of
 * their high bits, reading the file once for each; the result is the same for any bound. Memory
 * comes from the bitmap's allocator. Errors: OPEN_FAILED, CORRUPT (size of the file), IO, LIMIT
 * (bound below 1 MiB), OUT_OF_MEMORY, INVALID_ARGUMENT (bitmap too small). */
TKZ_CHECKED tkz_status tkz__exact_decide(const char *path, uint64_t count, uint64_t memory,
                                         tkz__bitmap *repeated, tkz_error *error);

#endif
