/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds out which bytes stand side by side in the tokens of a vocabulary. Leans on the image and its
 * tokens that only whole chunks are.
 */
#include "subword/byte_joins.h"

#include "subword/whole_tokens.h"

static void add_token(tkz__byte_joins *joins, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        joins->of[bytes[i] | bytes[i + 1] << 8] = 1;
}

/* What two bytes are, as in `twos`; false if the image is damaged. */
static bool find_two(const tkz__image *image, const uint8_t two[2], uint32_t *found)
{
    uint32_t joined = tkz__image_find_pair(image, two[0], two[1]);
    *found = TKZ__TWO_NONE;
    if (joined != TKZ__NO_TOKEN) {
        *found = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, joined);
        if (*found >= image->token_count)
            return false;
    }
    if (image->whole_mask != 0 && tkz__whole_tokens_find(image, two, 2) != TKZ__NO_TOKEN)
        *found |= TKZ__TWO_WHOLE;
    return true;
}

/* From `of` on. */
static bool fill(tkz__byte_joins *joins, const tkz__image *image)
{
    uint32_t count = 0, row = 0;
    for (uint32_t pair = 0; pair < TKZ__BYTE_JOINS_PAIRS; pair++) {
        if (pair % TKZ__BYTE_JOINS_ROW == 0) {
            row = count;
            joins->before[pair / TKZ__BYTE_JOINS_ROW] = (uint16_t)row;
        }
        if (joins->of[pair] == 0)
            continue;
        const uint8_t two[2] = {(uint8_t)pair, (uint8_t)(pair >> 8)};
        joins->of[pair] = (uint8_t)(TKZ__BYTE_JOINED | (count - row));
        if (count == TKZ__BYTE_JOINS_MOST || !find_two(image, two, &joins->twos[count++]))
            return false;
    }
    return true;
}

/* Of all tokens: of every symbol, and of those that only a whole chunk can be. */
static bool make(tkz__byte_joins *joins, const tkz__image *image)
{
    if (image->token_count >= TKZ__TWO_NONE)
        return false;
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++) {
        joins->ids[byte] = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte);
        if (joins->ids[byte] >= image->token_count)
            return false;
    }
    for (uint32_t id = 0; id < image->token_count; id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz__image_token(image, id, &bytes, &size))
            add_token(joins, bytes, size);
    }
    return fill(joins, image);
}

bool tkz__byte_joins_ready(tkz__byte_joins *joins, const tkz__image *image)
{
    if (!joins->is_made && !joins->is_no_use) {
        joins->is_made = make(joins, image);
        joins->is_no_use = !joins->is_made;
    }
    return joins->is_made;
}
