/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids back to bytes, at once or as a stream of whole characters. Leans on the image.
 */
#include "subword/encoder_parts.h"

enum {
    BLOCK = 1024, /* ids that room is made for at once */
    MANY = 4096   /* ids that make a table of short tokens worth its making */
};

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

/* Makes the table of short tokens: a token is then one read of 16 bytes, where the image has its place
 * and its bytes in two sections. */
static tkz_status make_short_tokens(tkz_encoder *encoder, tkz_error *error)
{
    const tkz__image *image = encoder->image;
    size_t count = image->token_count;
    tkz__short_token *tokens = tkz__allocate_array(&encoder->allocator, count, sizeof *tokens);
    if (tokens == NULL)
        return tkz__error_memory(error, count * sizeof *tokens);
    for (uint32_t id = 0; id < count; id++) {
        const uint8_t *bytes;
        size_t size;
        tkz__short_token own = {.size = TKZ__NO_SHORT_TOKEN};
        if (tkz__image_token(image, id, &bytes, &size) && size <= sizeof own.bytes) {
            memcpy(own.bytes, bytes, size);
            own.size = (uint8_t)size;
        }
        tokens[id] = own;
    }
    encoder->short_tokens = tokens;
    return TKZ_OK;
}

/* Appends any token. `index`: of the id, for the error. */
static tkz_status put_token(tkz_encoder *encoder, uint32_t id, size_t index, tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    if (id >= encoder->image->token_count ||
        !tkz__image_token(encoder->image, id, &bytes, &size))
        return no_token(encoder, id, index, error);
    return tkz__buffer_append(&encoder->decoded, bytes, size, error);
}

/* Appends up to BLOCK tokens from number `first` on. */
static tkz_status decode_block(tkz_encoder *encoder, const uint32_t *ids, size_t first,
                               size_t count, bool skip_special, tkz_error *error)
{
    const tkz__short_token *tokens = encoder->short_tokens;
    uint32_t token_count = encoder->image->token_count;
    tkz__buffer *buffer = &encoder->decoded;
    tkz_status status = tkz__buffer_reserve(buffer, BLOCK * sizeof *tokens, error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        uint32_t id = ids[first + i];
        if (skip_special && id < token_count &&
            tkz__tokenizer_is_special(encoder->tokenizer, id))
            continue;
        if (tokens == NULL || id >= token_count || tokens[id].size == TKZ__NO_SHORT_TOKEN) {
            status = put_token(encoder, id, first + i, error);
            /* Room for those that are left. */
            if (status == TKZ_OK)
                status = tkz__buffer_reserve(buffer, (count - i) * sizeof *tokens, error);
            continue;
        }
        /* All sixteen bytes, those behind the token into room that is free. */
        memcpy(buffer->data + buffer->size, &tokens[id], sizeof *tokens);
        buffer->size += tokens[id].size;
    }
    return status;
}

/* Appends the bytes of ids to the decoded ones. */
static tkz_status decode(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                         bool skip_special, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (encoder->short_tokens == NULL && count >= MANY)
        status = make_short_tokens(encoder, error);
    for (size_t first = 0; status == TKZ_OK && first < count; first += BLOCK)
        status = decode_block(encoder, ids, first,
                              count - first < BLOCK ? count - first : BLOCK, skip_special, error);
    return status;
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
