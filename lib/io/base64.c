/* SPDX-License-Identifier: Apache-2.0
 *
 * base64 (RFC 4648, 4) with padding, both ways, for bytes that are no text. Leans on
 * buffer.
 */
#include "io/json_scanner.h"

/* Up to three bytes as four characters. */
static void encode_group(const uint8_t *bytes, size_t count, uint8_t *output)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t group = (uint32_t)bytes[0] << 16;
    if (count > 1)
        group |= (uint32_t)bytes[1] << 8;
    if (count > 2)
        group |= bytes[2];
    for (size_t i = 0; i < 4; i++)
        output[i] = (uint8_t)(i <= count ? alphabet[group >> (18 - 6 * i) & 63] : '=');
}

tkz_status tkz__append_base64(tkz__buffer *buffer, const void *data, size_t size, tkz_error *error)
{
    const uint8_t *bytes = data;
    size_t groups = size / 3 + (size % 3 != 0);
    size_t encoded;
    if (!tkz__size_multiply(groups, 4, &encoded))
        return tkz__error_memory(error, SIZE_MAX);
    tkz_status status = tkz__buffer_reserve(buffer, encoded, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *output = buffer->data + buffer->size;
    for (size_t at = 0; at < size; at += 3, output += 4)
        encode_group(bytes + at, size - at < 3 ? size - at : 3, output);
    buffer->size += encoded;
    return TKZ_OK;
}

/* Value of a character; 64 for one that is none. */
static uint32_t value_of(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    return character == '+' ? 62 : character == '/' ? 63 : 64;
}

tkz_status tkz__append_base64_decoded(tkz__buffer *buffer, const char *text, size_t size,
                                      bool *is_valid, tkz_error *error)
{
    *is_valid = false;
    if (size % 4 != 0)
        return TKZ_OK;
    tkz_status status = tkz__buffer_reserve(buffer, size / 4 * 3, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *output = buffer->data + buffer->size;
    size_t made = 0;
    for (size_t at = 0; at < size; at += 4) {
        const uint8_t *group = (const uint8_t *)text + at;
        bool is_last = at + 4 == size;
        size_t padding = is_last && group[3] == '=' ? 1 + (group[2] == '=') : 0;
        uint32_t bits = 0;
        for (size_t i = 0; i < 4 - padding; i++) {
            uint32_t value = value_of(group[i]);
            if (value == 64)
                return TKZ_OK;
            bits |= value << (18 - 6 * i);
        }
        /* Bits behind the last byte must be zero: one text for one value. */
        if ((padding == 1 && (bits & 0xFF) != 0) || (padding == 2 && (bits & 0xFFFF) != 0))
            return TKZ_OK;
        for (size_t i = 0; i < 3 - padding; i++)
            output[made++] = (uint8_t)(bits >> (16 - 8 * i));
    }
    buffer->size += made;
    *is_valid = true;
    return TKZ_OK;
}
