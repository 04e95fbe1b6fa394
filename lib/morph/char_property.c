/* SPDX-License-Identifier: Apache-2.0
 *
 * MeCab's character classes (char.bin). Leans on mapped files.
 *
 * Layout, as taku910/mecab writes it (mecab/src/char_property.cpp): the number of categories, their
 * names in 32 bytes each, and 65 535 (not 65 536) words with bits 0-17 the categories, 18-25 the
 * category that unknown words take, then length (4 bits), group and invoke.
 */
#include "morph/char_property.h"

#include <inttypes.h>
#include <string.h>

static tkz_status check_names(const tkz__char_property *property, const char *path,
                              tkz_error *error)
{
    for (uint32_t i = 0; i < property->category_count; i++) {
        const char *name = tkz__char_property_name(property, i);
        if (memchr(name, 0, TKZ__CATEGORY_NAME_SIZE) == NULL)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, path,
                                  (uint64_t)((const uint8_t *)name - property->file.data),
                                  "char.bin is damaged: the name of category %" PRIu32
                                  " does not end",
                                  i);
    }
    return TKZ_OK;
}

static tkz_status check_file(tkz__char_property *property, const char *path, tkz_error *error)
{
    const uint8_t *data = property->file.data;
    size_t size = property->file.size;
    uint32_t count = 0;
    if (size >= sizeof count)
        memcpy(&count, data, sizeof count);
    if (count == 0 || count > TKZ__CATEGORY_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 0,
                              "not a char.bin of MeCab: it has 1 to %d categories",
                              TKZ__CATEGORY_LIMIT);
    size_t names_size = (size_t)count * TKZ__CATEGORY_NAME_SIZE;
    size_t expected = sizeof count + names_size + (size_t)TKZ__CHARACTER_COUNT * sizeof(uint32_t);
    if (size != expected)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                              "char.bin is damaged: %zu bytes instead of %zu", size, expected);
    property->category_count = count;
    property->names = (const char *)data + sizeof count;
    property->table = (const uint32_t *)(data + sizeof count + names_size);
    tkz_status status = check_names(property, path, error);
    for (uint32_t c = 0; status == TKZ_OK && c < TKZ__CHARACTER_COUNT; c++) {
        if (tkz__char_category(tkz__char_info(property, c)) >= count)
            status = tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                    "char.bin is damaged: U+%04" PRIX32 " has a category that is "
                                    "not there",
                                    c);
    }
    return status;
}

tkz_status tkz__char_property_open(tkz__char_property *property, const char *path,
                                   tkz_error *error)
{
    memset(property, 0, sizeof *property);
    tkz_status status = tkz__mapped_file_open(&property->file, path, error);
    if (status == TKZ_OK)
        status = check_file(property, path, error);
    if (status != TKZ_OK)
        tkz__char_property_close(property);
    return status;
}

void tkz__char_property_close(tkz__char_property *property)
{
    tkz__mapped_file_close(&property->file);
}

size_t tkz__char_property_skip_space(const tkz__char_property *property, const char *text,
                                     size_t size, size_t position)
{
    uint32_t before = tkz__char_info(property, 0x20);
    while (position < size) {
        uint32_t character;
        size_t length = tkz__char_property_decode(property, text + position, size - position, &character);
        uint32_t info = tkz__char_info(property, character);
        if (tkz__char_categories(before & info) == 0)
            break;
        before = info;
        position += length;
    }
    return position;
}
