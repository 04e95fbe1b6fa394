/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters that stand alone in a model whose merges are of characters: no symbol joins them with
 * what stands before or behind, so that each becomes the same ids wherever it stands, and a
 * table of characters encodes it without a piece, its key and its cache. Leans on the image.
 *
 * With the vocabularies of Llama 2 and Mistral that is 99.8 % of the characters of Japanese prose. One
 * in twelve of them has no token and becomes the tokens of its bytes.
 *
 * The section: u32 of each character of the first plane, the id of one that stands alone,
 * TKZ__LONE_AS_BYTES or TKZ__LONE_NOT; then u32 of each byte, the id of its piece. Empty where a
 * model is encoded in another way: it has chunks that are tokens as they are, unknown characters
 * that are no bytes, or pieces that are not UTF-8.
 */
#ifndef TKZ_SUBWORD_LONE_CHARACTERS_H
#define TKZ_SUBWORD_LONE_CHARACTERS_H

#include "subword/tokenizer_image.h"

enum { TKZ__LONE_CHARACTERS = 0x10000, TKZ__LONE_ITEMS = TKZ__LONE_CHARACTERS + 256 };

/* Above all ids. */
#define TKZ__LONE_NOT UINT32_MAX /* others may join it: its id depends on them */
#define TKZ__LONE_AS_BYTES (UINT32_MAX - 1)

static inline bool tkz__lone_characters_known(const tkz__image *image)
{
    return image->sizes[TKZ__SECTION_LONE] > 0;
}

/* Appends the section. `borders`: the table of characters of chunk_borders.h, which says which of them
 * are alone. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__lone_characters_make(const tkz__image_parts *parts,
                                                 const tkz__buffer *borders, tkz__buffer *section,
                                                 tkz_error *error);

/* Encodes characters of text[0, size) that stand alone up to the first one that does not, or that is
 * not of the first plane or broken. Writes their ids to `ids`, which has room for `size`, and their
 * number to `*count`. Returns the number of bytes. */
size_t tkz__lone_characters_encode(const tkz__image *image, const uint8_t *text, size_t size,
                                   uint32_t *ids, size_t *count);

#endif
