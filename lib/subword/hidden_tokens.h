/* SPDX-License-Identifier: Apache-2.0
 *
 * How models whose merges are of characters run on merges of bytes. Leans on the image.
 *
 * The first merges, which compose characters, make each character of the vocabulary of its bytes,
 * from the left; all merges of the model come behind them. A character that is there is composed
 * before anything else happens, so that merges of the model meet characters only, and what they do
 * is the same. Tokens that only this needs stand behind the last id: starts of characters, bytes, and
 * characters that are in pieces without being one. Such a hidden token becomes what the model makes
 * of characters it does not know: the tokens of their bytes, or one unknown token for each character,
 * which its first symbol stands for.
 *
 * The engine section: u32 number of composing merges; u32 offsets, one more than there are hidden
 * tokens; u32 ids that each becomes.
 */
#ifndef TKZ_SUBWORD_HIDDEN_TOKENS_H
#define TKZ_SUBWORD_HIDDEN_TOKENS_H

#include "subword/tokenizer_image.h"

/* Reads the number of composing merges and checks the size of the section; false if it is wrong. */
bool tkz__hidden_tokens_open(tkz__image *image);

/* The ids that token `id`, id_count or more, becomes: number of them, which may be 0, and the place of
 * the first for tkz__image_item of the engine section. Safe on any bytes. */
static inline uint32_t tkz__hidden_token_ids(const tkz__image *image, uint32_t id, size_t *place)
{
    size_t hidden = image->token_count - image->id_count;
    size_t index = id - image->id_count;
    size_t limit = image->sizes[TKZ__SECTION_ENGINE] / 4 - 2 - hidden;
    *place = 0;
    if (index >= hidden)
        return 0;
    uint32_t start = tkz__image_item(image, TKZ__SECTION_ENGINE, 1 + index);
    uint32_t end = tkz__image_item(image, TKZ__SECTION_ENGINE, 2 + index);
    if (start > end || end > limit)
        return 0;
    *place = 2 + hidden + start;
    return end - start;
}

/* Puts ids that callers see in the place of hidden ones, of `count` tokens that came from `size` bytes;
 * `ids` has room for as many as bytes. Returns the new count. */
size_t tkz__hidden_tokens_expand(const tkz__image *image, uint32_t *ids, size_t count, size_t size);

#endif
