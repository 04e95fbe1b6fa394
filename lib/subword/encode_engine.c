/* SPDX-License-Identifier: Apache-2.0
 *
 * A text to ids by the engine of a model without merges: chunk by chunk, with the ends of the tokens
 * as the engine tells them. Leans on the engine.
 */
#include "subword/encoder_parts.h"

enum { AHEAD = 8 }; /* chunks: a look at the main memory takes as long as some of them */

/* Appends the tokens of a chunk that starts at byte `start`; their ends become those in the text. */
static tkz_status encode_chunk(tkz_encoder *encoder, const uint8_t *text, size_t start, size_t end,
                               tkz_error *error)
{
    tkz__token_list *tokens = &encoder->tokens;
    size_t first = tokens->count;
    tkz_status status =
        encoder->settings.samples
            ? tkz__encoder_sample_chunk(encoder, text + start, end - start, error)
            : tkz__engine_encode(&encoder->engine, text + start, end - start, tokens, error);
    for (size_t i = first; status == TKZ_OK && tokens->wants_ends && i < tokens->count; i++)
        tokens->ends[i] += (uint32_t)start;
    return status;
}

/* Moves the tokens to the ids of the encoder, unless their ends are wanted too. */
static tkz_status take_tokens(tkz_encoder *encoder, tkz_error *error)
{
    tkz__token_list *tokens = &encoder->tokens;
    size_t count = tokens->count;
    if (encoder->counts_only) {
        encoder->counted += count;
        tokens->count = 0;
        return TKZ_OK;
    }
    tkz_status status = tkz__encoder_reserve_ids(encoder, count, error);
    if (status != TKZ_OK)
        return status;
    if (count > 0)
        memcpy(encoder->ids + encoder->id_count, tokens->ids, count * sizeof *tokens->ids);
    encoder->id_count += count;
    if (!tokens->wants_ends)
        tokens->count = 0;
    return TKZ_OK;
}

tkz_status tkz__encode_by_engine(tkz_encoder *encoder, const char *text, size_t size,
                                 tkz_error *error)
{
    const uint8_t *bytes = (const uint8_t *)text;
    tkz__token_list *tokens = &encoder->tokens;
    tokens->count = 0;
    tokens->wants_ends = tkz__encoder_wants_spans(encoder);
    for (size_t at = 0; at < size;) {
        uint32_t ends[TKZ__ENCODER_CHUNKS];
        size_t count = tkz__encoder_cut(encoder, text, at, size, ends, TKZ__ENCODER_CHUNKS);
        size_t from = 0;
        if (count == 0)
            break;
        for (size_t i = 0; i < count; i++) {
            if (i + AHEAD < count) {
                size_t start = ends[i + AHEAD - 1];
                tkz__engine_expect(&encoder->engine, bytes + at + start, ends[i + AHEAD] - start,
                                   size - at - start);
            }
            tkz_status status = encode_chunk(encoder, bytes, at + from, at + ends[i], error);
            if (status != TKZ_OK)
                return status;
            from = ends[i];
        }
        if (!tokens->wants_ends) {
            tkz_status status = take_tokens(encoder, error);
            if (status != TKZ_OK)
                return status;
        }
        at += from;
    }
    return tokens->wants_ends ? take_tokens(encoder, error) : TKZ_OK;
}
