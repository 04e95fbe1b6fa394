/* SPDX-License-Identifier: Apache-2.0
 *
 * How model files and trainers make a tokenizer: collects tokens and merges,
 * refuses what would not be a vocabulary, writes the image. Leans on the image.
 */
#include "subword/tokenizer_builder.h"

#include "core/byte_map.h"
#include "io/json_scanner.h"
#include "subword/byte_level.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

struct tkz__tokenizer_builder {
    tkz_allocator allocator;
    const tkz__pre_tokenizer *pre_tokenizer;
    tkz__buffer token_bytes;
    uint32_t *token_offsets; /* token_count + 1 of them once there is a token */
    size_t offset_capacity;
    uint32_t token_count;
    uint32_t *specials;
    size_t special_capacity;
    uint32_t special_count;
    uint32_t *merges; /* left, right, result */
    size_t merge_capacity;
    uint32_t merge_count;
    uint32_t byte_ids[256];
    bool has_bytes;
    tkz__byte_map ordinary_names; /* bytes of tokens to ids */
    tkz__byte_map special_names;
    tkz__buffer provenance;
};

tkz_status tkz__tokenizer_builder_new(tkz__tokenizer_builder **builder,
                                      const tkz__pre_tokenizer *pre_tokenizer,
                                      const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__tokenizer_builder *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    made->pre_tokenizer = pre_tokenizer;
    tkz__buffer_init(&made->token_bytes, &chosen);
    tkz__buffer_init(&made->provenance, &chosen);
    tkz__byte_map_init(&made->ordinary_names, &chosen);
    tkz__byte_map_init(&made->special_names, &chosen);
    *builder = made;
    return TKZ_OK;
}

/* Gives back all it holds; the builder is then as new. */
static void empty(tkz__tokenizer_builder *builder)
{
    const tkz_allocator *allocator = &builder->allocator;
    tkz__buffer_free(&builder->token_bytes);
    tkz__buffer_free(&builder->provenance);
    tkz__byte_map_free(&builder->ordinary_names);
    tkz__byte_map_free(&builder->special_names);
    tkz__release_array(allocator, builder->token_offsets, builder->offset_capacity, 4);
    tkz__release_array(allocator, builder->specials, builder->special_capacity, 4);
    tkz__release_array(allocator, builder->merges, builder->merge_capacity, 4);
    builder->token_offsets = builder->specials = builder->merges = NULL;
    builder->offset_capacity = builder->special_capacity = builder->merge_capacity = 0;
    builder->token_count = builder->special_count = builder->merge_count = 0;
    builder->has_bytes = false;
}

void tkz__tokenizer_builder_free(tkz__tokenizer_builder *builder)
{
    if (builder == NULL)
        return;
    empty(builder);
    tkz_allocator allocator = builder->allocator;
    tkz__release(&allocator, builder, sizeof *builder);
}

static tkz_status invalid(tkz_error *error, const char *what, uint32_t id)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "the new token would be id %u, but %s", id, what);
}

static tkz_status grow(tkz__tokenizer_builder *builder, uint32_t **array, size_t *capacity,
                       size_t needed, tkz_error *error)
{
    return tkz__array_reserve(&builder->allocator, (void **)array, capacity, needed,
                              sizeof **array, error);
}

/* Appends a token with the next id. On failure the builder is as before. */
static tkz_status add_token(tkz__tokenizer_builder *builder, tkz__byte_map *names,
                            const uint8_t *bytes, size_t size, uint32_t *id, tkz_error *error)
{
    uint32_t next = builder->token_count;
    if (next >= TKZ__IMAGE_COUNT_LIMIT || size > TKZ__IMAGE_TOKEN_LIMIT ||
        size > UINT32_MAX - builder->token_bytes.size)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "token %u of %zu bytes: a tokenizer holds at most %d tokens of at "
                              "most %d bytes, 4 GiB in all",
                              next, size, TKZ__IMAGE_COUNT_LIMIT, TKZ__IMAGE_TOKEN_LIMIT);
    tkz_status status = grow(builder, &builder->token_offsets, &builder->offset_capacity,
                             (size_t)next + 2, error);
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(&builder->token_bytes, size, error);
    if (status != TKZ_OK)
        return status;
    uint64_t *value;
    bool added;
    status = tkz__byte_map_insert(names, bytes, size, &value, &added, error);
    if (status != TKZ_OK)
        return status;
    if (!added)
        return invalid(error, "a token of the same bytes exists", next);
    *value = next;
    builder->token_offsets[next] = (uint32_t)builder->token_bytes.size;
    memcpy(builder->token_bytes.data + builder->token_bytes.size, bytes, size);
    builder->token_bytes.size += size;
    builder->token_offsets[next + 1] = (uint32_t)builder->token_bytes.size;
    builder->token_count++;
    *id = next;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_add_special(tkz__tokenizer_builder *builder, const char *content,
                                              size_t size, uint32_t *id, tkz_error *error)
{
    if (size == 0 || tkz_utf8_valid_prefix(content, size) != size)
        return invalid(error, "a special token is one or more characters of UTF-8",
                       builder->token_count);
    tkz_status status = grow(builder, &builder->specials, &builder->special_capacity,
                             (size_t)builder->special_count + 1, error);
    uint32_t added;
    if (status == TKZ_OK)
        status = add_token(builder, &builder->special_names, (const uint8_t *)content, size,
                           &added, error);
    if (status != TKZ_OK)
        return status;
    builder->specials[builder->special_count++] = added;
    if (id != NULL)
        *id = added;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_add_bytes(tkz__tokenizer_builder *builder, tkz_error *error)
{
    if (builder->has_bytes)
        return invalid(error, "the 256 bytes have been added before", builder->token_count);
    uint8_t order[256];
    tkz__byte_level_order(order);
    for (size_t i = 0; i < 256; i++) {
        /* Those that a call before this one added before its memory ran out are there already. */
        if (tkz__byte_map_find(&builder->ordinary_names, &order[i], 1) != NULL)
            continue;
        tkz_status status = add_token(builder, &builder->ordinary_names, &order[i], 1,
                                      &builder->byte_ids[order[i]], error);
        if (status != TKZ_OK)
            return status;
    }
    builder->has_bytes = true;
    return TKZ_OK;
}

static bool is_special(const tkz__tokenizer_builder *builder, uint32_t id)
{
    size_t low = 0, high = builder->special_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (builder->specials[middle] == id)
            return true;
        if (builder->specials[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Puts the bytes of `left` and `right`, joined, into the free room of the token bytes. */
static tkz_status join(tkz__tokenizer_builder *builder, uint32_t left, uint32_t right,
                       const uint8_t **bytes, size_t *size, tkz_error *error)
{
    const uint32_t *offsets = builder->token_offsets;
    size_t left_size = offsets[left + 1] - offsets[left];
    size_t right_size = offsets[right + 1] - offsets[right];
    *size = left_size + right_size;
    /* Room for it twice: here, and before it the place where add_token copies it to. */
    tkz_status status = tkz__buffer_reserve(&builder->token_bytes, 2 * *size, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *target = builder->token_bytes.data + builder->token_bytes.size + *size;
    memcpy(target, builder->token_bytes.data + offsets[left], left_size);
    memcpy(target + left_size, builder->token_bytes.data + offsets[right], right_size);
    *bytes = target;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_add_merge(tkz__tokenizer_builder *builder, uint32_t left,
                                            uint32_t right, uint32_t *id, tkz_error *error)
{
    uint32_t count = builder->token_count;
    if (left >= count || right >= count)
        return invalid(error, "a half of its merge does not exist", count);
    if (is_special(builder, left) || is_special(builder, right))
        return invalid(error, "a half of its merge is a special token", count);
    tkz_status status = grow(builder, &builder->merges, &builder->merge_capacity,
                             ((size_t)builder->merge_count + 1) * 3, error);
    const uint8_t *bytes;
    size_t size;
    if (status == TKZ_OK)
        status = join(builder, left, right, &bytes, &size, error);
    uint32_t added;
    if (status == TKZ_OK)
        status = add_token(builder, &builder->ordinary_names, bytes, size, &added, error);
    if (status != TKZ_OK)
        return status;
    uint32_t *merge = builder->merges + (size_t)builder->merge_count * 3;
    merge[0] = left;
    merge[1] = right;
    merge[2] = added;
    builder->merge_count++;
    if (id != NULL)
        *id = added;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_set_provenance(tkz__tokenizer_builder *builder, const char *json,
                                                 size_t size, tkz_error *error)
{
    tkz_status status = tkz__json_scan_object(json, size, NULL, NULL, 0, NULL, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer copy;
    tkz__buffer_init(&copy, &builder->allocator);
    status = tkz__buffer_append(&copy, json, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer_free(&builder->provenance);
    builder->provenance = copy;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_finish(tkz__tokenizer_builder *builder,
                                         tkz_tokenizer **tokenizer, tkz_error *error)
{
    if (!builder->has_bytes)
        return invalid(error, "the 256 bytes have not been added", builder->token_count);
    tkz__image_parts parts = {
        .pre_tokenizer = builder->pre_tokenizer,
        .token_offsets = builder->token_offsets,
        .token_bytes = builder->token_bytes.data,
        .token_count = builder->token_count,
        .specials = builder->specials,
        .special_count = builder->special_count,
        .byte_ids = builder->byte_ids,
        .merges = builder->merges,
        .merge_count = builder->merge_count,
        .provenance = (const char *)builder->provenance.data,
        .provenance_size = builder->provenance.size,
    };
    tkz__buffer image;
    tkz__buffer_init(&image, &builder->allocator);
    tkz_status status = tkz__image_write(&parts, &image, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_from_image(tokenizer, &image, error);
    tkz__buffer_free(&image);
    if (status == TKZ_OK)
        empty(builder);
    return status;
}
