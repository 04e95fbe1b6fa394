/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine section of models whose merges are of characters. Leans on the image.
 */
#include "subword/hidden_tokens.h"

bool tkz__hidden_tokens_open(tkz__image *image)
{
    size_t size = image->sizes[TKZ__SECTION_ENGINE];
    size_t least = 2 + (size_t)(image->token_count - image->id_count);
    if (size % 4 != 0 || size / 4 < least)
        return false;
    image->composing_count = tkz__image_item(image, TKZ__SECTION_ENGINE, 0);
    return image->composing_count <= image->merge_count;
}

/* None of a sound image becomes more ids than it has bytes, so what is written never reaches what has
 * not been read, which stands at the end of the room. */
size_t tkz__hidden_tokens_expand(const tkz__image *image, uint32_t *ids, size_t count, size_t size)
{
    size_t first = 0;
    while (first < count && ids[first] < image->id_count)
        first++;
    if (first == count)
        return count;
    size_t read = size - (count - first), made = first;
    memmove(ids + read, ids + first, (count - first) * sizeof *ids);
    for (; read < size; read++) {
        uint32_t id = ids[read];
        if (id < image->id_count) {
            ids[made++] = id;
            continue;
        }
        size_t place;
        uint32_t more = tkz__hidden_token_ids(image, id, &place);
        for (uint32_t i = 0; i < more && made <= read; i++) {
            uint32_t own = tkz__image_item(image, TKZ__SECTION_ENGINE, place + i);
            ids[made++] = own < image->id_count ? own : 0;
        }
    }
    return made;
}
