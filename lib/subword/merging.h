/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding by carrying out merges, block by block, in linear time. Leans on
 * the image and matching.
 *
 * A text is cut into short blocks, each of which is merged by itself. What stands side by
 * side at a seam either stays (tkz__match_stays), and then the joined sequence is the
 * encoding of the joined text (matching.h says why), or the symbols before the seam
 * are encoded again together with the block, as many of them as it takes. Where that
 * does not end soon, which takes a text made for it, tkz__match_piece does the whole.
 *
 * Most cuts would go through a symbol. So a block overlaps the one before it, and the seam
 * is a place where both have a border.
 */
#ifndef TKZ_SUBWORD_MERGING_H
#define TKZ_SUBWORD_MERGING_H

#include "subword/matching.h"

enum { TKZ__MERGE_REGION = 512 }; /* most bytes that are encoded again at a seam */

/* Encodes a piece of any size (1 or more) into `symbols`, which has room for one a byte. `scratch` as
 * for tkz__match_piece. Returns their number; 0 if the image is damaged. */
size_t tkz__merge_piece(const tkz__image *image, tkz__match_memory *memory, const uint8_t *bytes,
                        size_t size, uint64_t *scratch, uint32_t *symbols);

#endif
