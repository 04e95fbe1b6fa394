/* SPDX-License-Identifier: Apache-2.0
 *
 * base64 (RFC 4648, 4) with padding, for bytes that are no text. Leans on buffer.
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
