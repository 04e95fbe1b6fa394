/* SPDX-License-Identifier: Apache-2.0
 *
 * MeCab's character classes (char.bin). Leans on mapped files.
 *
 * Layout, as taku910/mecab writes it (mecab/src/char_property.cpp): the number of categories, their
 * names in 32 bytes each, and 65 535 (not 65 536) words with bits 0-17 the categories, 18-25 the
 * category that unknown words take, then length, group and invoke.
 */
#include "morph/char_property.h"

#include <inttypes.h>
#include <string.h>

enum {
    NAME_SIZE = 32,
    CHARACTER_COUNT = 65535,
    CATEGORY_BITS = 18,
    CATEGORY_MASK = (1 << CATEGORY_BITS) - 1,
    DEFAULT_SHIFT = CATEGORY_BITS,
    DEFAULT_MASK = 0xFF,
};

/* The character's word. U+FFFF has none: MeCab reads the zeros behind the file. */
static uint32_t info_of(const tkz__char_property *property, uint32_t character)
{
    uint32_t info = 0;
    if (character < CHARACTER_COUNT)
        memcpy(&info, property->table + (size_t)character * sizeof info, sizeof info);
    return info;
}

static tkz_status check_file(tkz__char_property *property, const char *path, tkz_error *error)
{
    const uint8_t *data = property->file.data;
    size_t size = property->file.size;
    uint32_t count = 0;
    if (size >= sizeof count)
        memcpy(&count, data, sizeof count);
    if (count == 0 || count > CATEGORY_BITS)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 0,
                              "not a char.bin of MeCab: it has 1 to %d categories", CATEGORY_BITS);
    size_t expected = sizeof count + (size_t)count * NAME_SIZE +
                      (size_t)CHARACTER_COUNT * sizeof(uint32_t);
    if (size != expected)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                              "char.bin is damaged: %zu bytes instead of %zu", size, expected);
    for (uint32_t i = 0; i < count; i++) {
        size_t offset = sizeof count + (size_t)i * NAME_SIZE;
        if (memchr(data + offset, 0, NAME_SIZE) == NULL)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, offset,
                                  "char.bin is damaged: the name of category %" PRIu32
                                  " does not end",
                                  i);
    }
    property->category_count = count;
    property->table = data + sizeof count + (size_t)count * NAME_SIZE;
    for (uint32_t c = 0; c < CHARACTER_COUNT; c++) {
        if (((info_of(property, c) >> DEFAULT_SHIFT) & DEFAULT_MASK) >= count)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                  "char.bin is damaged: U+%04" PRIX32 " has a category that is "
                                  "not there",
                                  c);
    }
    return TKZ_OK;
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

/* mecab/src/ucs.h, utf8_to_ucs2: continuation bytes are not looked at, what does not fit is one
 * byte, and everything beyond U+FFFF or malformed has the class of U+0000. */
static size_t decode(const uint8_t *text, size_t size, uint32_t *character)
{
    uint8_t lead = text[0];
    *character = 0;
    if (lead < 0x80) {
        *character = lead;
        return 1;
    }
    if ((lead & 0xE0) == 0xC0 && size >= 2) {
        *character = (uint32_t)(lead & 0x1F) << 6 | (text[1] & 0x3F);
        return 2;
    }
    if ((lead & 0xF0) == 0xE0 && size >= 3) {
        *character =
            (uint32_t)(lead & 0x0F) << 12 | (uint32_t)(text[1] & 0x3F) << 6 | (text[2] & 0x3F);
        return 3;
    }
    if ((lead & 0xF8) == 0xF0 && size >= 4)
        return 4;
    if ((lead & 0xFC) == 0xF8 && size >= 5)
        return 5;
    if ((lead & 0xFE) == 0xFC && size >= 6)
        return 6;
    return 1;
}

size_t tkz__char_property_step(const tkz__char_property *property, const char *text, size_t size,
                               bool *is_space)
{
    uint32_t character;
    size_t length = decode((const uint8_t *)text, size, &character);
    uint32_t space = UINT32_C(1) << ((info_of(property, 0x20) >> DEFAULT_SHIFT) & DEFAULT_MASK);
    *is_space = (info_of(property, character) & CATEGORY_MASK & space) != 0;
    return length;
}

size_t tkz__char_property_skip_space(const tkz__char_property *property, const char *text,
                                     size_t size, size_t position)
{
    uint32_t before = info_of(property, 0x20);
    while (position < size) {
        uint32_t character;
        size_t length = decode((const uint8_t *)text + position, size - position, &character);
        uint32_t info = info_of(property, character);
        if ((before & info & CATEGORY_MASK) == 0)
            break;
        before = info;
        position += length;
    }
    return position;
}
