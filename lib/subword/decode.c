/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids back to bytes, at once or as a stream of whole characters: the bytes of the tokens, or what steps
 * make of them. Leans on the image and decode_steps.
 */
#include "subword/decode_texts.h"
#include "subword/encoder_parts.h"
#include "text/utf8.h"

enum {
    BLOCK = 1024, /* ids that room is made for at once */
    MANY = 4096,  /* ids that make a table of short tokens worth its making */
    AHEAD = 16    /* ids whose tokens are asked for before they are needed */
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

/* The byte that a token stands for where those of a whole character are the character, whatever stands
 * around them: so in sentencepiece; HF takes a run of bytes for text only if all of it is. Or -1. */
static int byte_of(const tkz_encoder *encoder, const tkz__decode_steps *steps, uint32_t id,
                   const uint8_t *bytes, size_t size)
{
    return tkz__decode_steps_are_sentencepiece(steps) &&
                   tkz__tokenizer_type(encoder->tokenizer, id) == TKZ__PIECE_BYTE
               ? tkz__piece_byte(bytes, size)
               : -1;
}

/* The text of a token where it is the same between any others, if it is short. `text`: for it. */
static tkz_status make_short_token(const tkz_encoder *encoder, uint32_t id, tkz__buffer *text,
                                   tkz__short_token *own, tkz_error *error)
{
    const tkz__decode_steps *steps = tkz__tokenizer_decode_steps(encoder->tokenizer);
    const uint8_t *bytes;
    size_t size;
    bool is_plain = true;
    *own = (tkz__short_token){.size = TKZ__NO_SHORT_TOKEN};
    if (!tkz__tokenizer_decoded(encoder->tokenizer, id, &bytes, &size) ||
        tkz__tokenizer_is_special(encoder->tokenizer, id))
        return TKZ_OK;
    if (steps != NULL) {
        int byte = byte_of(encoder, steps, id, bytes, size);
        if (byte >= 0) {
            *own = (tkz__short_token){.bytes = {(uint8_t)byte}, .size = TKZ__BYTE_TOKEN};
            return TKZ_OK;
        }
        tkz_status status =
            tkz__decode_steps_plain(steps, bytes, size, tkz__tokenizer_type(encoder->tokenizer, id),
                                    text, &is_plain, error);
        if (status != TKZ_OK)
            return status;
        bytes = text->data;
        size = text->size;
    }
    if (!is_plain || size > sizeof own->bytes)
        return TKZ_OK;
    if (size > 0)
        memcpy(own->bytes, bytes, size);
    own->size = (uint8_t)size;
    return TKZ_OK;
}

/* Makes the table of short tokens: a token is then one read of 16 bytes, where the image has its place
 * and its bytes in two sections. Special tokens stay out of it, so that only what is not in it need be
 * asked whether it is one. */
static tkz_status make_short_tokens(tkz_encoder *encoder, tkz_error *error)
{
    const tkz__image *image = encoder->image;
    size_t count = image->id_count;
    tkz__short_token *tokens = tkz__allocate_array(&encoder->allocator, count, sizeof *tokens);
    if (tokens == NULL)
        return tkz__error_memory(error, count * sizeof *tokens);
    tkz__buffer text;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&text, &encoder->allocator);
    for (uint32_t id = 0; id < count && status == TKZ_OK; id++)
        status = make_short_token(encoder, id, &text, &tokens[id], error);
    tkz__buffer_free(&text);
    if (status == TKZ_OK)
        encoder->short_tokens = tokens;
    else
        tkz__release_array(&encoder->allocator, tokens, count, sizeof *tokens);
    return status;
}

/* Appends any token but those to be skipped, by `decoder` where steps make text of tokens. `index`: of
 * the id, for the error. */
static tkz_status put_token(tkz_encoder *encoder, tkz__token_decoder *decoder, uint32_t id,
                            size_t index, bool skip_special, tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    if (id >= encoder->image->id_count)
        return no_token(encoder, id, index, error);
    if (skip_special && tkz__tokenizer_is_special(encoder->tokenizer, id))
        return TKZ_OK;
    if (!tkz__tokenizer_decoded(encoder->tokenizer, id, &bytes, &size))
        return no_token(encoder, id, index, error);
    if (decoder != NULL)
        return tkz__token_decoder_put(decoder, bytes, size,
                                      tkz__tokenizer_type(encoder->tokenizer, id),
                                      &encoder->decoded, error);
    return tkz__buffer_append(&encoder->decoded, bytes, size, error);
}

/* Writes the character of which the ids begin with the bytes. Returns how many those are; 0: there is no
 * such character. */
static size_t put_character(const tkz__short_token *tokens, uint32_t token_count,
                            const uint32_t *ids, size_t count, uint8_t *to)
{
    uint8_t bytes[4];
    size_t size = 0;
    uint32_t character;
    for (; size < 4 && size < count && ids[size] < token_count; size++) {
        const tkz__short_token *token = &tokens[ids[size]];
        if (token->size != TKZ__BYTE_TOKEN || (size > 0 && (token->bytes[0] & 0xC0) != 0x80))
            break;
        bytes[size] = token->bytes[0];
    }
    size_t length = tkz__utf8_next((const char *)bytes, size, &character);
    if (character == TKZ__UTF8_INVALID)
        return 0;
    for (size_t i = 0; i < length; i++)
        to[i] = bytes[i];
    return length;
}

/* Writes the short tokens that up to `count` ids begin with to `*out`, which has room for 16 bytes
 * each, and moves it behind them. Returns how many. */
static size_t put_short_tokens(const tkz__short_token *tokens, uint32_t token_count,
                               const uint32_t *ids, size_t count, uint8_t **out)
{
    uint8_t *to = *out;
    size_t i = 0;
    for (; i < count && ids[i] < token_count; i++) {
        /* The table does not fit into the second-level cache: what comes soon is asked for. */
        uint32_t soon = ids[i + AHEAD < count ? i + AHEAD : i];
        __builtin_prefetch(&tokens[soon < token_count ? soon : 0]);
        tkz__short_token token = tokens[ids[i]];
        if (__builtin_expect(token.size > sizeof token.bytes, 0)) {
            size_t taken = token.size == TKZ__BYTE_TOKEN
                               ? put_character(tokens, token_count, ids + i, count - i, to)
                               : 0;
            if (taken == 0)
                break;
            to += taken;
            i += taken - 1;
            continue;
        }
        /* All sixteen bytes, those behind the token into room that is free. */
        memcpy(to, &token, sizeof token);
        to += token.size;
    }
    *out = to;
    return i;
}

/* Appends up to BLOCK tokens from number `first` on. */
static tkz_status decode_block(tkz_encoder *encoder, tkz__token_decoder *decoder,
                               const uint32_t *ids, size_t first, size_t count, bool skip_special,
                               tkz_error *error)
{
    const tkz__short_token *tokens = encoder->short_tokens;
    tkz__buffer *buffer = &encoder->decoded;
    for (size_t i = first; i < first + count; i++) {
        if (tokens != NULL && (decoder == NULL || tkz__token_decoder_is_settled(decoder))) {
            size_t left = first + count - i;
            tkz_status status = tkz__buffer_reserve(buffer, left * sizeof *tokens, error);
            if (status != TKZ_OK)
                return status;
            uint8_t *out = buffer->data + buffer->size;
            i += put_short_tokens(tokens, encoder->image->id_count, ids + i, left, &out);
            buffer->size = (size_t)(out - buffer->data);
            if (i == first + count)
                break;
        }
        tkz_status status = put_token(encoder, decoder, ids[i], i, skip_special, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* Appends the bytes of ids to the decoded ones. */
static tkz_status decode(tkz_encoder *encoder, tkz__token_decoder *decoder, const uint32_t *ids,
                         size_t count, bool skip_special, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (encoder->short_tokens == NULL) {
        encoder->decoded_ids += count < MANY ? count : MANY;
        if (encoder->decoded_ids >= MANY)
            status = make_short_tokens(encoder, error);
    }
    for (size_t first = 0; status == TKZ_OK && first < count; first += BLOCK)
        status = decode_block(encoder, decoder, ids, first,
                              count - first < BLOCK ? count - first : BLOCK, skip_special, error);
    return status;
}

/* The decoder of steps at `*decoder`, made when it is first asked for; NULL where there are none. */
static tkz_status need_decoder(tkz_encoder *encoder, tkz__token_decoder **decoder,
                               tkz_error *error)
{
    const tkz__decode_steps *steps = tkz__tokenizer_decode_steps(encoder->tokenizer);
    if (steps == NULL || *decoder != NULL)
        return TKZ_OK;
    return tkz__token_decoder_new(decoder, steps, &encoder->allocator, error);
}

tkz_status tkz_encoder_decode(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                              int32_t skip_special, const uint8_t **bytes, size_t *size,
                              tkz_error *error)
{
    tkz__buffer_clear(&encoder->decoded);
    tkz_status status = need_decoder(encoder, &encoder->text_decoder, error);
    tkz__token_decoder *decoder = encoder->text_decoder;
    if (status == TKZ_OK && decoder != NULL)
        tkz__token_decoder_begin(decoder);
    if (status == TKZ_OK)
        status = decode(encoder, decoder, ids, count, skip_special != 0, error);
    if (status == TKZ_OK && decoder != NULL)
        status = tkz__token_decoder_end(decoder, &encoder->decoded, error);
    if (status != TKZ_OK)
        return status;
    *bytes = encoder->decoded.data;
    *size = encoder->decoded.size;
    return TKZ_OK;
}

/* ---- Streams ----------------------------------------------------------- */

/* Every id has a token: so that what is held back stays where one has not. */
static tkz_status check_ids(const tkz_encoder *encoder, const uint32_t *ids, size_t count,
                            tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    for (size_t i = 0; i < count; i++) {
        if (ids[i] >= encoder->image->id_count ||
            !tkz__image_token(encoder->image, ids[i], &bytes, &size))
            return no_token(encoder, ids[i], i, error);
    }
    return TKZ_OK;
}

/* The next ids of a stream by steps, which hold back what is not certain. */
static tkz_status decode_next_by_steps(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                                       bool skip_special, bool is_last, tkz_error *error)
{
    tkz__token_decoder *decoder = encoder->stream_decoder;
    tkz_status status = check_ids(encoder, ids, count, error);
    if (status != TKZ_OK)
        return status;
    status = decode(encoder, decoder, ids, count, skip_special, error);
    if (status == TKZ_OK && is_last)
        status = tkz__token_decoder_end(decoder, &encoder->decoded, error);
    if (status != TKZ_OK)
        tkz__token_decoder_begin(decoder);
    return status;
}

tkz_status tkz_encoder_decode_next(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                                   int32_t skip_special, int32_t is_last, const uint8_t **bytes,
                                   size_t *size, tkz_error *error)
{
    tkz__buffer *buffer = &encoder->decoded;
    tkz__buffer_clear(buffer);
    tkz_status status = need_decoder(encoder, &encoder->stream_decoder, error);
    if (status == TKZ_OK && encoder->stream_decoder != NULL) {
        status = decode_next_by_steps(encoder, ids, count, skip_special != 0, is_last != 0, error);
        *bytes = buffer->data;
        *size = buffer->size;
        return status;
    }
    if (status == TKZ_OK)
        status = tkz__buffer_append(buffer, encoder->held, encoder->held_size, error);
    if (status == TKZ_OK)
        status = decode(encoder, NULL, ids, count, skip_special != 0, error);
    if (status != TKZ_OK)
        return status;
    size_t held = is_last ? 0 : tkz__decode_unfinished(buffer->data, buffer->size);
    buffer->size -= held;
    if (held > 0)
        memcpy(encoder->held, buffer->data + buffer->size, held);
    encoder->held_size = held;
    *bytes = buffer->data;
    *size = buffer->size;
    return TKZ_OK;
}
