/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids back to bytes, at once or as a stream of whole characters. Leans on the image.
 */
#include "subword/encoder_parts.h"

/* Short tokens are copied by as many bytes as fit one register, into room that is free. */
enum { STRIDE = 16 };

static tkz_status no_token(const tkz_encoder *encoder, uint32_t id, size_t index, tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    tkz_status status =
        tkz_tokenizer_token(encoder->tokenizer, id, &bytes, &size, NULL, error);
    if (error != NULL)
        error->offset = index;
    return status != TKZ_OK ? status : TKZ_STATUS_CORRUPT;
}

/* Appends a token; there is room for STRIDE bytes behind it. */
static void put_token(tkz__buffer *buffer, const tkz__image *image, const uint8_t *bytes,
                      size_t size)
{
    uint8_t *target = buffer->data + buffer->size;
    const uint8_t *end = image->data + image->size;
    if (size <= STRIDE && (size_t)(end - bytes) >= STRIDE)
        memcpy(target, bytes, STRIDE);
    else
        memcpy(target, bytes, size);
    buffer->size += size;
}

/* Appends the bytes of ids to the decoded ones. */
static tkz_status decode(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                         bool skip_special, tkz_error *error)
{
    const tkz__image *image = encoder->image;
    tkz__buffer *buffer = &encoder->decoded;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes;
        size_t size;
        if (ids[i] >= image->token_count || !tkz__image_token(image, ids[i], &bytes, &size))
            return no_token(encoder, ids[i], i, error);
        if (skip_special && tkz__tokenizer_is_special(encoder->tokenizer, ids[i]))
            continue;
        if (buffer->capacity - buffer->size < size + STRIDE) {
            tkz_status status = tkz__buffer_reserve(buffer, size + STRIDE, error);
            if (status != TKZ_OK)
                return status;
        }
        put_token(buffer, image, bytes, size);
    }
    return TKZ_OK;
}

tkz_status tkz_encoder_decode(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                              int32_t skip_special, const uint8_t **bytes, size_t *size,
                              tkz_error *error)
{
    tkz__buffer_clear(&encoder->decoded);
    tkz_status status = decode(encoder, ids, count, skip_special != 0, error);
    if (status != TKZ_OK)
        return status;
    *bytes = encoder->decoded.data;
    *size = encoder->decoded.size;
    return TKZ_OK;
}

/* ---- Streams ----------------------------------------------------------- */

/* Bytes at the end that begin a character and do not complete it: 0 to 3. */
static size_t unfinished(const uint8_t *bytes, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        uint8_t byte = bytes[size - back];
        if ((byte & 0xC0) == 0x80)
            continue;
        size_t length = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1;
        if (back >= length)
            return 0;
        /* E0, ED, F0 and F4 allow fewer second bytes: what cannot become a character is not held. */
        uint8_t second = back > 1 ? bytes[size - back + 1] : 0x90;
        bool is_impossible = back > 1 && ((byte == 0xE0 && second < 0xA0) ||
                                          (byte == 0xED && second >= 0xA0) ||
                                          (byte == 0xF0 && second < 0x90) ||
                                          (byte == 0xF4 && second >= 0x90));
        return is_impossible ? 0 : back;
    }
    return 0;
}

tkz_status tkz_encoder_decode_next(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                                   int32_t skip_special, int32_t is_last, const uint8_t **bytes,
                                   size_t *size, tkz_error *error)
{
    tkz__buffer *buffer = &encoder->decoded;
    tkz__buffer_clear(buffer);
    tkz_status status = tkz__buffer_append(buffer, encoder->held, encoder->held_size, error);
    if (status == TKZ_OK)
        status = decode(encoder, ids, count, skip_special != 0, error);
    if (status != TKZ_OK)
        return status;
    size_t held = is_last ? 0 : unfinished(buffer->data, buffer->size);
    buffer->size -= held;
    if (held > 0)
        memcpy(encoder->held, buffer->data + buffer->size, held);
    encoder->held_size = held;
    *bytes = buffer->data;
    *size = buffer->size;
    return TKZ_OK;
}
