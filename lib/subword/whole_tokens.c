/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of tokens that merging never makes. Leans on the image and the hash.
 */
#include "subword/whole_tokens.h"

#include "core/hash.h"

enum { LEAST_SLOTS = 16 };

void tkz__whole_tokens_free(tkz__whole_tokens *whole, const tkz_allocator *allocator)
{
    tkz__release_array(allocator, whole->ids, whole->capacity, sizeof *whole->ids);
    memset(whole, 0, sizeof *whole);
}

tkz_status tkz__whole_tokens_list(tkz__whole_tokens *whole, const tkz__image_parts *parts,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    memset(whole, 0, sizeof *whole);
    if ((parts->flags & TKZ__IMAGE_WHOLE_CHUNKS) == 0)
        return TKZ_OK;
    uint32_t *ids = tkz__allocate_array(allocator, parts->token_count, sizeof *ids);
    uint8_t *known = tkz__allocate_zeroed(allocator, parts->token_count);
    if (ids == NULL || known == NULL) {
        tkz__release_array(allocator, ids, parts->token_count, sizeof *ids);
        tkz__release(allocator, known, parts->token_count);
        return tkz__error_memory(error, (size_t)parts->token_count * sizeof *ids);
    }
    for (uint32_t symbol = 0; symbol < parts->symbol_count; symbol++) {
        if (parts->symbol_ids[symbol] != TKZ__NO_TOKEN)
            known[parts->symbol_ids[symbol]] = 1;
    }
    for (uint32_t i = 0; i < parts->added_count; i++)
        known[parts->added[i].id] = 1;
    uint32_t count = 0;
    for (uint32_t id = 0; id < parts->id_count; id++) {
        if (!known[id] && parts->token_offsets[id] < parts->token_offsets[id + 1])
            ids[count++] = id;
    }
    tkz__release(allocator, known, parts->token_count);
    *whole = (tkz__whole_tokens){ids, count, parts->token_count};
    return TKZ_OK;
}

tkz_status tkz__whole_tokens_write(const tkz__whole_tokens *whole, const tkz__image_parts *parts,
                                   tkz__buffer *buffer, tkz_error *error)
{
    if (whole->count == 0)
        return TKZ_OK;
    uint32_t slots = LEAST_SLOTS;
    while (slots < whole->count * 2)
        slots *= 2;
    size_t start = buffer->size;
    tkz_status status = tkz__buffer_append_fill(buffer, 0xFF, (size_t)slots * 4, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *table = buffer->data + start;
    for (uint32_t i = 0; i < whole->count; i++) {
        uint32_t offset = parts->token_offsets[whole->ids[i]];
        size_t size = parts->token_offsets[whole->ids[i] + 1] - offset;
        uint32_t slot = (uint32_t)tkz__hash64(parts->token_bytes + offset, size) & (slots - 1);
        while (tkz__load_u32(table + (size_t)slot * 4) != TKZ__NO_TOKEN)
            slot = (slot + 1) & (slots - 1);
        tkz__store_u32(table + (size_t)slot * 4, whole->ids[i]);
    }
    return TKZ_OK;
}

uint32_t tkz__whole_tokens_find(const tkz__image *image, const uint8_t *chunk, size_t size)
{
    if (image->whole_mask == 0)
        return TKZ__NO_TOKEN;
    uint32_t slot = (uint32_t)tkz__hash64(chunk, size) & image->whole_mask;
    /* At most half of the slots are taken; in a damaged image the search must end all the same. */
    for (uint32_t step = 0; step <= image->whole_mask; step++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_WHOLE, slot);
        const uint8_t *bytes;
        size_t length;
        if (id >= image->token_count)
            return TKZ__NO_TOKEN;
        if (tkz__image_token(image, id, &bytes, &length) && length == size &&
            memcmp(bytes, chunk, size) == 0)
            return id;
        slot = (slot + 1) & image->whole_mask;
    }
    return TKZ__NO_TOKEN;
}
