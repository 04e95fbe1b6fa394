/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters that stand alone: the table of lone_characters.h, made and used. Leans on the image, the
 * borders and UTF-8.
 */
#include "subword/lone_characters.h"

#include "subword/chunk_borders.h"
#include "tokenize/text.h"

/* ---- Making ------------------------------------------------------------ */

static const uint8_t *token_of(const tkz__image_parts *parts, uint32_t id, size_t *size)
{
    *size = parts->token_offsets[id + 1] - parts->token_offsets[id];
    return parts->token_bytes + parts->token_offsets[id];
}

static uint32_t composing_count(const tkz__image_parts *parts)
{
    uint32_t count = parts->engine_size >= 4 ? tkz__load_u32(parts->engine) : 0;
    return count < parts->merge_count ? count : parts->merge_count;
}

/* The one id that a byte becomes, or TKZ__LONE_NOT: hidden_tokens.h says how it is found. */
static uint32_t id_of_byte(const tkz__image_parts *parts, uint32_t byte)
{
    uint32_t id = parts->symbol_ids[byte];
    if (id < parts->id_count || id >= parts->token_count)
        return id < parts->id_count ? id : TKZ__LONE_NOT;
    size_t hidden = parts->token_count - parts->id_count, index = id - parts->id_count;
    size_t items = parts->engine_size / 4;
    if (items < 2 + hidden)
        return TKZ__LONE_NOT;
    uint32_t start = tkz__load_u32(parts->engine + 4 * (1 + index));
    uint32_t end = tkz__load_u32(parts->engine + 4 * (2 + index));
    if (end - start != 1 || end > items - 2 - hidden)
        return TKZ__LONE_NOT;
    id = tkz__load_u32(parts->engine + 4 * (2 + hidden + start));
    return id < parts->id_count ? id : TKZ__LONE_NOT;
}

/* A character that is the whole of these bytes, or TKZ__LONE_CHARACTERS. */
static uint32_t whole_character(const uint8_t *bytes, size_t size)
{
    uint32_t character;
    size_t length = tkz__utf8_decode((const char *)bytes, size, &character);
    return length == size && character < TKZ__LONE_CHARACTERS ? character : TKZ__LONE_CHARACTERS;
}

/* The table, if what the model merges is whole characters, and every byte has one id. */
static bool fill(const tkz__image_parts *parts, const tkz__buffer *borders, uint8_t *table)
{
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++) {
        uint32_t id = id_of_byte(parts, byte);
        if (id == TKZ__LONE_NOT)
            return false;
        tkz__store_u32(table + 4 * ((size_t)TKZ__LONE_CHARACTERS + byte), id);
    }
    for (size_t number = 0; number < TKZ__LONE_CHARACTERS; number++) {
        bool is_lone = tkz__load_u32(borders->data + 4 * number) == TKZ__LONE_ENTRY;
        uint32_t id = number < 0x80 ? id_of_byte(parts, (uint32_t)number) : TKZ__LONE_AS_BYTES;
        tkz__store_u32(table + 4 * number, is_lone ? id : TKZ__LONE_NOT);
    }
    uint32_t composing = composing_count(parts);
    for (uint32_t i = 0; i < parts->merge_count; i++) {
        size_t size;
        uint32_t id = parts->merges[i].result;
        const uint8_t *bytes = token_of(parts, id, &size);
        bool is_text = tkz_utf8_valid_prefix((const char *)bytes, size) == size;
        if (!is_text && (i >= composing || id < parts->id_count))
            return false;
        uint32_t character = whole_character(bytes, size);
        if (i < composing && id < parts->id_count && character < TKZ__LONE_CHARACTERS &&
            tkz__load_u32(table + 4 * (size_t)character) != TKZ__LONE_NOT)
            tkz__store_u32(table + 4 * (size_t)character, id);
    }
    return true;
}

tkz_status tkz__lone_characters_make(const tkz__image_parts *parts, const tkz__buffer *borders,
                                     tkz__buffer *section, tkz_error *error)
{
    if (parts->kind != TKZ__MODEL_CHARACTER_BPE || !parts->pieces.byte_fallback ||
        (parts->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0)
        return TKZ_OK;
    tkz_status status =
        tkz__buffer_append_fill(section, 0, (size_t)TKZ__LONE_ITEMS * 4, error);
    if (status == TKZ_OK && !fill(parts, borders, section->data))
        tkz__buffer_clear(section);
    return status;
}

/* ---- Using ------------------------------------------------------------- */

/* The four bytes from `text` on; zeros behind its end. */
static inline uint32_t word_at(const uint8_t *text, size_t size)
{
    uint8_t bytes[4] = {0};
    if (__builtin_expect(size >= 4, 1))
        return tkz__image_u32(text);
    for (size_t i = 0; i < size; i++)
        bytes[i] = text[i];
    return tkz__image_u32(bytes);
}

/* The ids of a character's bytes; false if the image is damaged. */
static bool write_bytes(const tkz__image *image, const uint8_t *bytes, size_t size, uint32_t *ids)
{
    for (size_t i = 0; i < size; i++) {
        ids[i] = tkz__image_item(image, TKZ__SECTION_LONE, (size_t)TKZ__LONE_CHARACTERS + bytes[i]);
        if (ids[i] >= image->id_count)
            return false;
    }
    return true;
}

size_t tkz__lone_characters_encode(const tkz__image *image, const uint8_t *text, size_t size,
                                   uint32_t *ids, size_t *count)
{
    const uint8_t *table = image->sections[TKZ__SECTION_LONE];
    const uint32_t limit = image->id_count;
    uint32_t *made = ids;
    size_t at = 0;
    while (at < size) {
        uint32_t word = word_at(text + at, size - at), number, length;
        if (__builtin_expect(tkz__border_is_three(word), 1)) {
            number = tkz__border_number_of_three(word);
            length = 3;
        } else if ((word & 0x80) == 0) {
            number = word & 0x7F;
            length = 1;
        } else if (tkz__border_is_two(word)) {
            number = tkz__border_number_of_two(word);
            length = 2;
        } else {
            break;
        }
        uint32_t id = tkz__image_u32(table + 4 * (size_t)number);
        if (__builtin_expect(id < limit, 1)) {
            *made++ = id;
        } else {
            if (id != TKZ__LONE_AS_BYTES || !write_bytes(image, text + at, length, made))
                break;
            made += length;
        }
        at += length;
    }
    *count = (size_t)(made - ids);
    return at;
}
