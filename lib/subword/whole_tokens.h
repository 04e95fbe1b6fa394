/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokens that merging never makes: some vocabularies have them, and give them
 * for a chunk that is just one of them (TKZ__IMAGE_WHOLE_CHUNKS). Leans on the image.
 */
#ifndef TKZ_SUBWORD_WHOLE_TOKENS_H
#define TKZ_SUBWORD_WHOLE_TOKENS_H

#include "subword/tokenizer_image.h"

typedef struct tkz__whole_tokens {
    uint32_t *ids; /* ascending */
    uint32_t count;
    uint32_t capacity;
} tkz__whole_tokens;

/* The ids that are neither symbols nor added tokens; none if the image has no such flag. Free with
 * tkz__whole_tokens_free. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__whole_tokens_list(tkz__whole_tokens *whole,
                                              const tkz__image_parts *parts,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__whole_tokens_free(tkz__whole_tokens *whole, const tkz_allocator *allocator);

/* Appends the hash table: u32 slots, a power of two of them that is at least twice their number; a
 * slot is an id or all ones. Nothing if there is none. The first slot of a token is the low bits of
 * XXH3-64 of its bytes. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__whole_tokens_write(const tkz__whole_tokens *whole,
                                               const tkz__image_parts *parts, tkz__buffer *buffer,
                                               tkz_error *error);

/* The token that a whole chunk is and merging would not make of it, or TKZ__NO_TOKEN. */
uint32_t tkz__whole_tokens_find(const tkz__image *image, const uint8_t *chunk, size_t size);

#endif
