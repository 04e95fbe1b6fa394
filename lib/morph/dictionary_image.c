/* SPDX-License-Identifier: Apache-2.0
 *
 * The derived image of a dictionary: opened and checked. Leans on mapped files.
 */
#include "morph/dictionary_image.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "core/hash.h"

void tkz__dictionary_image_layout(const tkz__dictionary_image_header *header,
                                  uint64_t offsets[TKZ__IMAGE_PARTS + 1])
{
    const uint64_t sizes[TKZ__IMAGE_PARTS] = {
        (uint64_t)header->right_size * sizeof(uint16_t),
        (uint64_t)header->left_size * sizeof(uint16_t),
        (uint64_t)header->kind_count * sizeof(uint32_t),
        (uint64_t)TKZ__IMAGE_CHARACTERS * sizeof(uint32_t),
        (uint64_t)header->node_count * sizeof(tkz__image_node),
        (uint64_t)header->word_count * sizeof(tkz__image_word),
        (uint64_t)header->left_size * header->right_size * sizeof(int16_t),
    };
    offsets[0] = tkz__image_next_section(0, sizeof *header);
    for (size_t i = 0; i < TKZ__IMAGE_PARTS; i++)
        offsets[i + 1] = tkz__image_next_section(offsets[i], sizes[i]);
}

uint64_t tkz__dictionary_image_header_hash(const tkz__dictionary_image_header *header)
{
    return tkz__hash64(header, offsetof(tkz__dictionary_image_header, hash));
}

static tkz_status damaged(const char *path, const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                          "the image of the dictionary is damaged (%s); make it again or delete it",
                          what);
}

static tkz_status check_header(tkz__dictionary_image *image, const char *path, uint64_t sources,
                               tkz_error *error)
{
    tkz__dictionary_image_header *header = &image->header;
    if (image->file.size < sizeof *header || memcmp(image->file.data, TKZ__DICTIONARY_IMAGE_MAGIC, 8) != 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 0,
                              "not the image of a dictionary");
    memcpy(header, image->file.data, sizeof *header);
    if (header->version != TKZ__DICTIONARY_IMAGE_VERSION || header->byte_order != 1)
        return tkz__error_set(error, TKZ_STATUS_BAD_VERSION, path, 8,
                              "image version %" PRIu32 " is not supported, only %d of this "
                              "machine's byte order; make it again",
                              header->version, TKZ__DICTIONARY_IMAGE_VERSION);
    if (header->hash != tkz__dictionary_image_header_hash(header))
        return damaged(path, "its header", error);
    if (header->sources != sources)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, path, TKZ__NO_OFFSET,
                              "the image was made of other dictionary files; make it again");
    return TKZ_OK;
}

static tkz_status find_sections(tkz__dictionary_image *image, const char *path, tkz_error *error)
{
    const tkz__dictionary_image_header *header = &image->header;
    uint64_t offsets[TKZ__IMAGE_PARTS + 1];
    tkz__dictionary_image_layout(header, offsets);
    if (offsets[TKZ__IMAGE_PARTS] != image->file.size || header->file_size != image->file.size)
        return damaged(path, "its size", error);
    if (header->left_size == 0 || header->left_size > UINT16_MAX || header->right_size == 0 ||
        header->right_size > UINT16_MAX || header->kind_count == 0 ||
        header->kind_count > TKZ__IMAGE_KIND_LIMIT || header->node_count == 0)
        return damaged(path, "its numbers", error);
    const uint8_t *data = image->file.data;
    image->left_ids = (const uint16_t *)(data + offsets[0]);
    image->right_ids = (const uint16_t *)(data + offsets[1]);
    image->kinds = (const uint32_t *)(data + offsets[2]);
    image->characters = (const uint32_t *)(data + offsets[3]);
    image->nodes = (const tkz__image_node *)(data + offsets[4]);
    image->words = (const tkz__image_word *)(data + offsets[5]);
    image->costs = (const int16_t *)(data + offsets[6]);
    return TKZ_OK;
}

static bool all_below(const uint16_t *ids, size_t count, uint32_t limit)
{
    uint32_t highest = 0;
    for (size_t i = 0; i < count; i++)
        highest = ids[i] > highest ? ids[i] : highest;
    return highest < limit;
}

/* Everything that a look-up uses as a place in the matrix or in a table. */
static tkz_status check_ids(const tkz__dictionary_image *image, const char *path,
                            tkz_error *error)
{
    const tkz__dictionary_image_header *header = &image->header;
    uint32_t left = 0, right = 0, kind = 0;
    for (uint32_t i = 0; i < header->word_count; i++) {
        left = image->words[i].left_id > left ? image->words[i].left_id : left;
        right = image->words[i].right_id > right ? image->words[i].right_id : right;
        if (image->words[i].skipped >= TKZ__IMAGE_SURFACE_WORDS)
            return damaged(path, "its words", error);
    }
    for (uint32_t i = 0; i < TKZ__IMAGE_CHARACTERS; i++) {
        uint32_t k = (image->characters[i] & ~TKZ__IMAGE_IS_ODD) >> 16;
        kind = k > kind ? k : kind;
    }
    if ((header->word_count > 0 && (left >= header->right_size || right >= header->left_size)) ||
        kind >= header->kind_count ||
        !all_below(image->left_ids, header->right_size, header->right_size) ||
        !all_below(image->right_ids, header->left_size, header->left_size))
        return damaged(path, "its ids", error);
    for (uint32_t i = 0; i < header->kind_count; i++) {
        if ((image->kinds[i] >> 18 & 0xFF) >= 18)
            return damaged(path, "its characters", error);
    }
    return TKZ_OK;
}

tkz_status tkz__dictionary_image_open(tkz__dictionary_image *image, const char *path,
                                      uint64_t sources, tkz_error *error)
{
    memset(image, 0, sizeof *image);
    tkz_status status = tkz__mapped_file_open(&image->file, path, error);
    if (status == TKZ_OK)
        status = check_header(image, path, sources, error);
    if (status == TKZ_OK)
        status = find_sections(image, path, error);
    if (status == TKZ_OK)
        status = check_ids(image, path, error);
    if (status != TKZ_OK)
        tkz__dictionary_image_close(image);
    return status;
}

void tkz__dictionary_image_close(tkz__dictionary_image *image)
{
    tkz__mapped_file_close(&image->file);
    memset(image, 0, sizeof *image);
}
