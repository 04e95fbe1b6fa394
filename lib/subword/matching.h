/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding of one piece without carrying out merges, in linear time.
 * Leans on the image and its trie.
 *
 * Merging takes the pair of lowest rank first, of equal ranks the leftmost. What it
 * gives for a text t1 t2 .. tn of symbols is exactly these symbols if no merge ever
 * crosses the border of two neighbours. Until the first merge that crosses a border,
 * each symbol grows alone, along its own halves; so whether one crosses can be said of
 * every two neighbours by themselves (tkz__match_stays), and any sequence of
 * neighbours that stay is the encoding. There is only one, for the whole text and for
 * each of its beginnings. Therefore a search may go from left to right, longest symbol
 * first; where it finds no symbol that goes on, that place is no border in the
 * encoding, and it is never tried again.
 *
 * Needs: the order of symbols is the order of their ranks, bytes first.
 */
#ifndef TKZ_SUBWORD_MATCHING_H
#define TKZ_SUBWORD_MATCHING_H

#include "subword/byte_joins.h"
#include "subword/pair_memory.h"
#include "subword/tokenizer_image.h"

/* True if merging the bytes of symbols `left` and `right`, one behind the other, gives just these
 * two. `whole` may be a symbol whose halves they are: its own merge is then not counted. */
bool tkz__match_stays(const tkz__image *image, uint32_t left, uint32_t right, uint32_t whole);

/* What tkz__match_stays said of pairs of late, and what they merge into: long runs ask for the same few
 * again and again. A worker has its own; it changes the time of an answer and never the answer. All
 * zero at first. */
enum { TKZ__MATCH_MEMORY_BITS = 12 };

typedef struct tkz__match_memory {
    uint64_t slots[1 << TKZ__MATCH_MEMORY_BITS]; /* 1 << 63 | answer << 48 | left << 24 | right */
    tkz__pair_memory pairs;
    tkz__byte_joins joins;
} tkz__match_memory;

/* tkz__match_stays of two symbols and no `whole`, from memory if it is there. */
bool tkz__match_stays_remembered(const tkz__image *image, tkz__match_memory *memory, uint32_t left,
                                 uint32_t right);

/* The longest symbol that `bytes` start with, and its length; TKZ__NO_TOKEN if the image is damaged. */
uint32_t tkz__match_longest(const tkz__image *image, const uint8_t *bytes, size_t size,
                            size_t *length);

/* Words of scratch that tkz__match_piece needs for a piece of `size` bytes. */
static inline size_t tkz__match_scratch(size_t size)
{
    return size / 64 + 1;
}

/* Encodes a piece of 1 or more bytes into `symbols`, which has room for one a byte. Returns their
 * number; 0 if the image is damaged. */
size_t tkz__match_piece(const tkz__image *image, tkz__match_memory *memory, const uint8_t *bytes,
                        size_t size, uint64_t *scratch, uint32_t *symbols);

#endif
