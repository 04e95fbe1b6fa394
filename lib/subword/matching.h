/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding of one piece without carrying out merges, in linear time.
 * Leans on the image and its trie.
 *
 * Merging takes the pair of lowest rank first, of equal ranks the leftmost. What it
 * gives for a text t1 t2 .. tn of tokens is exactly these tokens if no merge ever
 * crosses the border of two neighbours. Until the first merge that crosses a border,
 * each token grows alone, along its own halves; so whether one crosses can be said of
 * every two neighbours by themselves (tkz__match_stays), and any sequence of
 * neighbours that stay is the encoding. There is only one, for the whole text and for
 * each of its beginnings. Therefore a search may go from left to right, longest token
 * first; where it finds no token that goes on, that place is no border in the
 * encoding, and it is never tried again.
 *
 * Needs: bytes have lower ids than merged tokens, and the order of the ids of merged
 * tokens is the order of their ranks.
 */
#ifndef TKZ_SUBWORD_MATCHING_H
#define TKZ_SUBWORD_MATCHING_H

#include "subword/tokenizer_image.h"

/* True if merging the bytes of tokens `left` and `right`, one behind the other, gives just these
 * two. `whole` may be a token whose halves they are: its own merge is then not counted. */
bool tkz__match_stays(const tkz__image *image, uint32_t left, uint32_t right, uint32_t whole);

/* Words of scratch that tkz__match_piece needs for a piece of `size` bytes. */
static inline size_t tkz__match_scratch(size_t size)
{
    return size / 64 + 1;
}

/* Encodes a piece of 1 or more bytes into `ids`, which has room for one id a byte. Returns the
 * number of ids; 0 if the image is damaged. */
size_t tkz__match_piece(const tkz__image *image, const uint8_t *bytes, size_t size,
                        uint64_t *scratch, uint32_t *ids);

#endif
