/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a chunk may be cut before merging: between two characters that no token
 * joins. Leans on the image.
 *
 * Every symbol that merging makes is a token. A place that lies inside no token
 * that fits the bytes around it is therefore never crossed by a merge, and the
 * two sides can be encoded apart with the same result. Japanese gains by this: its
 * chunks are whole clauses of 35 bytes on average, the pieces between such places
 * have 10, and half of the text is in pieces that a small cache knows.
 *
 * A token with k bytes before an inner place and m behind it is described by up
 * to three bytes on each side: all three if there are, otherwise only the one
 * next to the place. That is coarser than the token, so the filter may
 * say "crossed" where nothing crosses (a longer piece, the same ids), never the
 * opposite. Only places before a byte that is not a UTF-8 continuation count.
 */
#ifndef TKZ_SUBWORD_CHUNK_BORDERS_H
#define TKZ_SUBWORD_CHUNK_BORDERS_H

#include "subword/tokenizer_image.h"

/* Flags in the table of kinds, indexed by the byte before and the byte behind the place. */
enum {
    TKZ__BORDER_NEAR = 1,       /* a token that has fewer than 3 bytes on both sides */
    TKZ__BORDER_LONG_RIGHT = 2, /* 3 or more on the right only: look up (byte, 3 bytes) */
    TKZ__BORDER_LONG_LEFT = 4,  /* ... on the left only: (3 bytes, byte) */
    TKZ__BORDER_LONG = 8,       /* on both: (3 bytes, 3 bytes) */
    TKZ__BORDER_KINDS_SIZE = 65536
};

/* Key of a filter bit. `kind` is one of the three flags above that have bits. */
static inline uint32_t tkz__border_bit(uint32_t left, uint32_t right, uint32_t kind)
{
    uint64_t key = (uint64_t)left << 32 | (uint64_t)right << 4 | kind;
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 40);
}

static inline uint32_t tkz__border_three(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

/* Length of the piece at `start` of a chunk of `size` bytes: up to the next border, or the rest. */
size_t tkz__border_next(const tkz__image *image, const uint8_t *chunk, size_t start, size_t size);

/* Appends the two tables made from all tokens that are not special. */
TKZ_CHECKED tkz_status tkz__border_write_kinds(const tkz__image_parts *parts, tkz__buffer *buffer,
                                               tkz_error *error);
TKZ_CHECKED tkz_status tkz__border_write_bits(const tkz__image_parts *parts, tkz__buffer *buffer,
                                              tkz_error *error);

#endif
