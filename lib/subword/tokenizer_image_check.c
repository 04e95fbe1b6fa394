/* SPDX-License-Identifier: Apache-2.0
 *
 * The deep check of a native image: reads every byte. Slow and meant for
 * `tokenize check --deep`. Leans on the image layout and its writer.
 */
#include "core/byte_map.h"
#include "core/hash.h"
#include "subword/chunk_borders.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

/* What the check carries along. */
typedef struct checker {
    const tkz__image *image;
    const tkz_allocator *allocator;
    const char *where;
    tkz_error *error;
} checker;

static tkz_status corrupt(const checker *check, uint64_t offset, const char *what, uint64_t number)
{
    return tkz__error_set(check->error, TKZ_STATUS_CORRUPT, check->where, offset,
                          "the tokenizer image is damaged: %s (number %llu)", what,
                          (unsigned long long)number);
}

/* Checksums of the sections, and zeros between them. */
static tkz_status check_bytes(const checker *check)
{
    const tkz__image *image = check->image;
    size_t end =
        TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * (size_t)TKZ__IMAGE_SECTION_SIZE + 8;
    for (uint32_t kind = 1; kind < TKZ__SECTION_END; kind++) {
        const uint8_t *entry = image->data + TKZ__IMAGE_HEADER_SIZE +
                               (size_t)(kind - 1) * TKZ__IMAGE_SECTION_SIZE;
        size_t start = (size_t)(image->sections[kind] - image->data);
        for (; end < start; end++) {
            if (image->data[end] != 0)
                return corrupt(check, end, "bytes between its sections", kind);
        }
        if (tkz__hash64(image->sections[kind], image->sizes[kind]) != tkz__load_u64(entry + 24))
            return corrupt(check, start, "the checksum of a section does not match", kind);
        end = start + image->sizes[kind];
    }
    return end == image->size ? TKZ_OK
                              : corrupt(check, end, "bytes behind its last section", end);
}

/* Offsets ascend and end where the bytes end; no token is empty or too long. */
static tkz_status check_tokens(const checker *check)
{
    const tkz__image *image = check->image;
    uint32_t end = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, 0);
    if (end != 0)
        return corrupt(check, TKZ__NO_OFFSET, "the first token does not start at 0", 0);
    for (uint32_t id = 0; id < image->token_count; id++) {
        const uint8_t *bytes;
        size_t size;
        if (!tkz__image_token(image, id, &bytes, &size) || size == 0 ||
            size > TKZ__IMAGE_TOKEN_LIMIT)
            return corrupt(check, TKZ__NO_OFFSET, "a token has an impossible length", id);
        end += (uint32_t)size;
    }
    if (end != image->sizes[TKZ__SECTION_TOKEN_BYTES])
        return corrupt(check, TKZ__NO_OFFSET, "token bytes that belong to no token", end);
    return TKZ_OK;
}

/* Specials ascend and are UTF-8; among specials, and among the others, no two are equal. */
static tkz_status check_names(const checker *check)
{
    const tkz__image *image = check->image;
    tkz__byte_map ordinary, specials;
    tkz__byte_map_init(&ordinary, check->allocator);
    tkz__byte_map_init(&specials, check->allocator);
    tkz_status status = TKZ_OK;
    uint32_t special = 0;
    for (uint32_t id = 0; status == TKZ_OK && id < image->token_count; id++) {
        bool is_special = special < image->special_count &&
                          tkz__image_item(image, TKZ__SECTION_SPECIALS, special) == id;
        const uint8_t *bytes;
        size_t size;
        if (!tkz__image_token(image, id, &bytes, &size)) {
            status = corrupt(check, TKZ__NO_OFFSET, "a token has an impossible length", id);
            break;
        }
        uint64_t *value;
        bool added;
        status = tkz__byte_map_insert(is_special ? &specials : &ordinary, bytes, size, &value,
                                      &added, check->error);
        if (status == TKZ_OK && !added)
            status = corrupt(check, TKZ__NO_OFFSET, "two tokens are equal", id);
        if (status == TKZ_OK && is_special &&
            tkz_utf8_valid_prefix((const char *)bytes, size) != size)
            status = corrupt(check, TKZ__NO_OFFSET, "a special token is not UTF-8", id);
        special += is_special;
    }
    if (status == TKZ_OK && special != image->special_count)
        status = corrupt(check, TKZ__NO_OFFSET, "the list of specials is out of order", special);
    tkz__byte_map_free(&ordinary);
    tkz__byte_map_free(&specials);
    return status;
}

static tkz_status check_byte_tokens(const checker *check)
{
    const tkz__image *image = check->image;
    for (uint32_t byte = 0; byte < 256; byte++) {
        const uint8_t *bytes;
        size_t size;
        if (!tkz__image_token(image, image->byte_ids[byte], &bytes, &size) || size != 1 ||
            bytes[0] != byte || tkz__image_is_special(image, image->byte_ids[byte]))
            return corrupt(check, TKZ__NO_OFFSET, "a byte has the wrong token", byte);
    }
    return TKZ_OK;
}

/* The result of every merge is its two halves, none of them special, and has a later id than they
 * and than the result before it. */
static tkz_status check_merges(const checker *check)
{
    const tkz__image *image = check->image;
    uint32_t last = 0; /* bytes come before all merged tokens */
    for (size_t byte = 0; byte < 256; byte++)
        last = image->byte_ids[byte] > last ? image->byte_ids[byte] : last;
    for (uint32_t rank = 0; rank < image->merge_count; rank++) {
        const uint8_t *bytes[3];
        size_t sizes[3];
        uint32_t ids[3];
        for (size_t i = 0; i < 3; i++) {
            ids[i] = tkz__image_item(image, TKZ__SECTION_MERGES, (size_t)rank * 3 + i);
            if (ids[i] >= image->token_count || tkz__image_is_special(image, ids[i]) ||
                !tkz__image_token(image, ids[i], &bytes[i], &sizes[i]))
                return corrupt(check, TKZ__NO_OFFSET, "a merge names an impossible token", rank);
        }
        if (ids[2] <= last || ids[0] >= ids[2] || ids[1] >= ids[2])
            return corrupt(check, TKZ__NO_OFFSET, "the merges are out of order", rank);
        last = ids[2];
        if (sizes[2] != sizes[0] + sizes[1] || memcmp(bytes[2], bytes[0], sizes[0]) != 0 ||
            memcmp(bytes[2] + sizes[0], bytes[1], sizes[1]) != 0)
            return corrupt(check, TKZ__NO_OFFSET, "a merge does not give its result", rank);
    }
    return TKZ_OK;
}

static void free_integers(const tkz_allocator *allocator, uint32_t *values, size_t count)
{
    tkz__release_array(allocator, values, count, sizeof *values);
}

static uint32_t *load_integers(const checker *check, tkz__image_section section, size_t count)
{
    uint32_t *values = tkz__allocate_array(check->allocator, count, sizeof *values);
    for (size_t i = 0; values != NULL && i < count; i++)
        values[i] = tkz__image_item(check->image, section, i);
    return values;
}

/* The tables made from tokens and merges are what the writer makes of them: the whole image is
 * written again and compared. */
static tkz_status check_derived(const checker *check)
{
    const tkz__image *image = check->image;
    size_t offset_count = (size_t)image->token_count + 1;
    size_t merge_items = (size_t)image->merge_count * 3;
    uint32_t *offsets = load_integers(check, TKZ__SECTION_TOKEN_OFFSETS, offset_count);
    uint32_t *specials = load_integers(check, TKZ__SECTION_SPECIALS, image->special_count);
    uint32_t *merges = load_integers(check, TKZ__SECTION_MERGES, merge_items);
    tkz__buffer copy;
    tkz__buffer_init(&copy, check->allocator);
    tkz_status status;
    if (offsets == NULL || specials == NULL || merges == NULL) {
        status = tkz__error_memory(check->error, (offset_count + merge_items) * 4);
    } else {
        tkz__image_parts parts = {
            .pre_tokenizer = image->pre_tokenizer,
            .token_offsets = offsets,
            .token_bytes = image->sections[TKZ__SECTION_TOKEN_BYTES],
            .token_count = image->token_count,
            .specials = specials,
            .special_count = image->special_count,
            .byte_ids = image->byte_ids,
            .merges = merges,
            .merge_count = image->merge_count,
            .provenance = (const char *)image->sections[TKZ__SECTION_PROVENANCE],
            .provenance_size = image->sizes[TKZ__SECTION_PROVENANCE],
        };
        status = tkz__image_write(&parts, &copy, check->error);
    }
    if (status == TKZ_OK &&
        (copy.size != image->size || memcmp(copy.data, image->data, copy.size) != 0))
        status = corrupt(check, TKZ__NO_OFFSET,
                         "its tables are not those of its tokens and merges", copy.size);
    tkz__buffer_free(&copy);
    free_integers(check->allocator, offsets, offset_count);
    free_integers(check->allocator, specials, image->special_count);
    free_integers(check->allocator, merges, merge_items);
    return status;
}

tkz_status tkz__image_verify(const tkz__image *image, const tkz_allocator *allocator,
                             const char *where, tkz_error *error)
{
    checker check = {image, allocator, where, error};
    tkz_status status = check_bytes(&check);
    if (status == TKZ_OK)
        status = check_tokens(&check);
    if (status == TKZ_OK)
        status = check_names(&check);
    if (status == TKZ_OK)
        status = check_byte_tokens(&check);
    if (status == TKZ_OK)
        status = check_merges(&check);
    if (status == TKZ_OK)
        status = check_derived(&check);
    return status;
}
