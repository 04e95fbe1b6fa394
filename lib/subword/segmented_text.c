/* SPDX-License-Identifier: Apache-2.0
 *
 * A text that is given in segments, each with its own say about special tokens, to one
 * row of ids. Leans on encode_segments.c, which does a segment.
 */
#include "subword/encoder_parts.h"

static tkz_status check_segment(const tkz_encoder *encoder, const tkz_segment *segment,
                                size_t number, tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    if (segment->kind < TKZ_SEGMENT_TEXT || segment->kind > TKZ_SEGMENT_TOKEN)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, number,
                              "segment %zu has no kind that there is", number);
    if (segment->kind == TKZ_SEGMENT_TOKEN)
        return tkz_tokenizer_token(encoder->tokenizer, segment->id, &bytes, &size, NULL, error);
    uint64_t offsets[2] = {0, segment->size};
    return tkz__encoder_check_offsets(offsets, 1, error);
}

/* The spans of a segment are of its own text: moves those from number `first` on to `place`. */
static void move_spans(tkz_encoder *encoder, size_t first, uint64_t place)
{
    for (size_t i = first; i < encoder->span_count; i++) {
        encoder->spans[i].start += place;
        encoder->spans[i].end += place;
    }
}

/* A segment that begins at `*place` of the text; moves it on, by what spans count. */
static tkz_status encode_segment(tkz_encoder *encoder, const tkz_segment *segment, uint64_t *place,
                                 tkz_error *error)
{
    if (segment->kind == TKZ_SEGMENT_TOKEN)
        return tkz__encoder_push_token(encoder, segment->id, *place, *place, error);
    size_t first = encoder->span_count;
    encoder->settings.allow_special = segment->kind == TKZ_SEGMENT_CONTROL;
    tkz_status status = tkz__encode_inside(encoder, segment->data, segment->size, error);
    if (status != TKZ_OK)
        return status;
    move_spans(encoder, first, *place);
    *place += tkz__encoder_extent(encoder, segment->size);
    return TKZ_OK;
}

/* All segments, without the template. `*place`: what spans count of them together. */
static tkz_status encode_all(tkz_encoder *encoder, const tkz_segment *segments, size_t count,
                             uint64_t *place, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = check_segment(encoder, &segments[i], i, error);
        if (status == TKZ_STATUS_BAD_ID && error != NULL)
            error->offset = i;
        if (status == TKZ_OK)
            status = encode_segment(encoder, &segments[i], place, error);
    }
    return status;
}

tkz_status tkz_encoder_encode_segments(tkz_encoder *encoder, const tkz_segment *segments,
                                       size_t count, const tkz_batch **batch, tkz_error *error)
{
    bool allow_special = encoder->settings.allow_special;
    bool arranged = tkz__batch_rows_needed(&encoder->rows);
    uint64_t places[2] = {0, 0};
    tkz_status status = tkz__encoder_begin_rows(encoder, 1, error);
    if (status == TKZ_OK && !arranged)
        status = tkz__encoder_push_template(encoder, false, 0, error);
    if (status == TKZ_OK)
        status = encode_all(encoder, segments, count, &places[1], error);
    encoder->settings.allow_special = allow_special;
    if (status == TKZ_OK && !arranged)
        status = tkz__encoder_push_template(encoder, true, places[1], error);
    if (status != TKZ_OK)
        return status;
    *batch = tkz__encoder_end_row(encoder);
    return arranged ? tkz__encoder_make_rows(encoder, places, 1, false, error) : TKZ_OK;
}
