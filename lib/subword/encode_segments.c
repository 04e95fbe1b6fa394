/* SPDX-License-Identifier: Apache-2.0
 *
 * One document to ids: added tokens are taken out, what lies between them is
 * normalized and encoded, and offsets are carried back to the document. Leans on
 * the finders of added tokens, the normalizer and encode_text.c.
 *
 * The order is that of HF tokenizers (src/tokenizer/added_vocabulary.rs): tokens that are
 * not "normalized" are found in the raw text; each part between them is normalized
 * by itself, and the others are found in it.
 */
#include "subword/added_tokens.h"
#include "subword/dropout.h"
#include "subword/encoder_parts.h"
#include "subword/token_extent.h"
#include "text/spm_normalize.h"

typedef tkz__document_part part;

/* ---- Offsets ----------------------------------------------------------- */

static tkz_status push_span(tkz_encoder *encoder, uint64_t start, uint64_t end, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->spans,
                                           &encoder->span_capacity, encoder->id_count,
                                           sizeof *encoder->spans, error);
    if (status == TKZ_OK)
        encoder->spans[encoder->span_count++] = (tkz_token_span){start, end};
    return status;
}

/* The range of the document that text[start, end) of a part came from. */
static tkz_status source_range(const tkz_encoder *encoder, const part *own, size_t start, size_t end,
                               uint64_t *from, uint64_t *to, tkz_error *error)
{
    *from = start;
    *to = end;
    if (own->cuts != NULL) {
        tkz__span_map_to_source(own->cuts, start, end, from, to);
        *from += own->cut_start;
        *to += own->cut_start;
    }
    if (own->is_mapped && encoder->image->pieces.sentencepiece) {
        *from = tkz__spm_source_of(&own->origins, *from);
        *to = tkz__spm_source_of(&own->origins, *to);
    } else if (own->is_mapped) {
        tkz_status status = tkz_normalizer_source_range(encoder->normalizer, *from, *to, from, to,
                                                        error);
        if (status != TKZ_OK)
            return status;
    }
    *from += own->start;
    *to += own->start;
    return TKZ_OK;
}

/* The engine told where its tokens end; each starts where the one before it ends, or its chunk starts. In HF, which makes no
 * empty tokens, all bytes of an unknown string have its range: those that end where the one before
 * them does. */
tkz_status tkz__encoder_push_engine_spans(tkz_encoder *encoder, const part *own, size_t at,
                                          const tkz__token_list *tokens, tkz_error *error)
{
    bool repeats = !encoder->image->pieces.sentencepiece;
    size_t start = at, before = at;
    const tkz__split_piece *chunk = encoder->steps != NULL ? encoder->first_chunk : NULL;
    for (size_t i = 0; i < tokens->count; i++) {
        uint64_t from, to;
        size_t stop = at + tokens->ends[i];
        while (chunk != NULL && chunk + 1 < encoder->last_chunk && chunk->end < tokens->ends[i])
            chunk++;
        if (repeats && stop == start)
            start = before;
        else if (chunk != NULL && at + chunk->start > start)
            start = at + chunk->start; /* what is left out of other chunks belongs to no token */
        tkz_status status = source_range(encoder, own, start, stop, &from, &to, error);
        if (status == TKZ_OK)
            status = push_span(encoder, from, to, error);
        if (status != TKZ_OK)
            return status;
        before = start;
        start = stop;
    }
    return TKZ_OK;
}

/* Tokens are what the text consists of, but for bytes that have no token. */
tkz_status tkz__encoder_push_spans(tkz_encoder *encoder, const part *own, size_t at, size_t end,
                                   size_t first, tkz_error *error)
{
    if (!tkz__image_merges(encoder->image->kind))
        return tkz__encoder_push_engine_spans(encoder, own, at, &encoder->tokens, error);
    tkz__token_walk walk = {.image = encoder->image,
                            .text = (const uint8_t *)own->text,
                            .end = end,
                            .ids = encoder->ids + first,
                            .count = encoder->id_count - first};
    if (encoder->steps != NULL) {
        walk.chunk = encoder->first_chunk;
        walk.chunk_end = encoder->last_chunk;
        walk.chunk_base = own->cuts != NULL ? 0 : at;
    }
    for (size_t i = 0; i < walk.count; i++) {
        uint64_t from, to;
        size_t stop = tkz__token_walk_next(&walk, i, &at);
        tkz_status status = source_range(encoder, own, at, stop, &from, &to, error);
        if (status == TKZ_OK)
            status = push_span(encoder, from, to, error);
        if (status != TKZ_OK)
            return status;
        at = stop;
    }
    return TKZ_OK;
}

tkz_status tkz__encoder_spans_to_characters(tkz_encoder *encoder, const char *text, size_t size,
                                            size_t first, tkz_error *error)
{
    tkz__character_index *index = &encoder->characters;
    tkz__character_index_clear(index);
    tkz_status status = tkz__character_index_append(index, text, size, error);
    if (status == TKZ_OK)
        tkz__character_index_convert(index, encoder->spans + first, encoder->span_count - first);
    return status;
}

/* ---- Parts ------------------------------------------------------------- */

tkz_status tkz__encoder_push_token(tkz_encoder *encoder, uint32_t id, uint64_t start, uint64_t end,
                                   tkz_error *error)
{
    tkz_status status = tkz__encoder_push(encoder, id, error);
    return status == TKZ_OK && tkz__encoder_wants_spans(encoder) ? push_span(encoder, start, end, error)
                                                     : status;
}

/* The same by steps: chunks come from the text that they made. */
static tkz_status encode_by_steps(tkz_encoder *encoder, const part *own, size_t at, size_t end,
                                  bool at_start, tkz_error *error)
{
    size_t first = encoder->id_count;
    bool wants_spans = tkz__encoder_wants_spans(encoder);
    tkz__split_text text;
    tkz_status status =
        tkz__splitter_use(&encoder->splitter, &encoder->settings.boundaries, error);
    if (status == TKZ_OK)
        status = tkz__splitter_run(&encoder->splitter, encoder->steps, own->text + at, end - at,
                                   at_start, wants_spans, &text, error);
    if (status != TKZ_OK)
        return status;
    encoder->first_chunk = encoder->next_chunk = text.chunks;
    encoder->last_chunk = text.chunks + text.chunk_count;
    if (text.chunk_count == 0) /* there may be tokens of another text still */
        return TKZ_OK;
    status = tkz__encode_text(encoder, text.text, text.size, error);
    if (status != TKZ_OK || !wants_spans)
        return status;
    if (text.map == NULL)
        return tkz__encoder_push_spans(encoder, own, at, end, first, error);
    part cut = *own;
    cut.text = text.text;
    cut.size = text.size;
    cut.cuts = text.map;
    cut.cut_start = at;
    return tkz__encoder_push_spans(encoder, &cut, 0, text.size, first, error);
}

/* text[at, end) of a part has no added token. */
static tkz_status encode_plain(tkz_encoder *encoder, const part *own, size_t at, size_t end,
                               tkz_error *error)
{
    size_t first = encoder->id_count;
    if (at == end)
        return TKZ_OK;
    if (encoder->steps != NULL)
        return encode_by_steps(encoder, own, at, end, own->start + at == 0, error);
    tkz_status status = tkz__encode_text(encoder, own->text + at, end - at, error);
    return status == TKZ_OK && tkz__encoder_wants_spans(encoder)
               ? tkz__encoder_push_spans(encoder, own, at, end, first, error)
               : status;
}

/* Encodes what lies between the tokens that `finder` finds in a part; `plain` does those places. */
static tkz_status encode_between(tkz_encoder *encoder, const tkz__added_finder *finder,
                                 const part *own,
                                 tkz_status (*plain)(tkz_encoder *encoder, const part *own,
                                                     size_t at, size_t end, tkz_error *error),
                                 tkz_error *error)
{
    size_t taken = 0, at = 0;
    tkz__added_match match;
    while (tkz__added_finder_next(finder, own->text, own->size, own->size,
                                  encoder->settings.allow_special, taken, &at, &match)) {
        uint64_t from = 0, to = 0;
        tkz_status status = TKZ_OK;
        if (match.start > taken)
            status = plain(encoder, own, taken, match.start, error);
        if (status == TKZ_OK && tkz__encoder_wants_spans(encoder))
            status = source_range(encoder, own, match.start, match.end, &from, &to, error);
        if (status == TKZ_OK)
            status = tkz__encoder_push_token(encoder, match.id, from, to, error);
        if (status != TKZ_OK)
            return status;
        if (match.end > taken)
            taken = match.end;
    }
    return plain(encoder, own, taken, own->size, error);
}

/* text[at, end) of the document, in which no token stands that is found in raw text. */
static tkz_status encode_raw(tkz_encoder *encoder, const part *own, size_t at, size_t end,
                             tkz_error *error)
{
    if (at == end)
        return TKZ_OK;
    part normal = {.text = own->text + at, .size = end - at, .start = own->start + at};
    if (encoder->normalizer != NULL) {
        tkz_normalized result;
        tkz_status status = tkz_normalizer_run(encoder->normalizer, own->text + at, end - at,
                                               tkz__encoder_wants_spans(encoder), &result, error);
        if (status != TKZ_OK)
            return status;
        if (result.size >= UINT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                                  "a text has 4 GiB or more when it is normalized; cut it first");
        normal.text = result.text;
        normal.size = result.size;
        normal.is_mapped = result.spans != NULL;
        normal.origins.runs = (tkz__span_run *)result.spans;
        normal.origins.count = result.span_count;
    }
    const tkz__added_finder *finder = tkz__tokenizer_finder(encoder->tokenizer, true);
    return encode_between(encoder, finder, &normal, encode_plain, error);
}

uint64_t tkz__encoder_extent(const tkz_encoder *encoder, size_t size)
{
    return encoder->settings.offsets == TKZ_OFFSETS_CHARACTERS ? encoder->characters.characters
                                                               : size;
}

tkz_status tkz__encoder_push_template(tkz_encoder *encoder, bool behind, uint64_t place,
                                      tkz_error *error)
{
    const tkz__image *image = encoder->image;
    /* The text itself is an item. */
    uint32_t first = behind ? image->prefix_count + 1 : 0;
    uint32_t count = behind ? image->suffix_count : image->prefix_count;
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; encoder->settings.add_template && status == TKZ_OK && i < count; i++)
        status = tkz__encoder_push_token(
            encoder, tkz__image_template_item(image, first + i).value, place, place, error);
    return status;
}

tkz_status tkz__encode_inside(tkz_encoder *encoder, const char *text, size_t size,
                              tkz_error *error)
{
    part whole = {.text = text, .size = size};
    const tkz__added_finder *finder = tkz__tokenizer_finder(encoder->tokenizer, false);
    size_t first = encoder->span_count;
    tkz_status status = TKZ_OK;
    if (tkz__dropout_is_on(encoder))
        status = tkz__dropout_start(encoder, text, size, error);
    if (encoder->settings.samples)
        tkz__encoder_start_sampling(encoder, text, size);
    if (status == TKZ_OK)
        status = encode_between(encoder, finder, &whole, encode_raw, error);
    if (status == TKZ_OK && encoder->settings.offsets == TKZ_OFFSETS_CHARACTERS)
        status = tkz__encoder_spans_to_characters(encoder, text, size, first, error);
    return status;
}

tkz_status tkz__encode_document(tkz_encoder *encoder, const char *text, size_t size,
                                tkz_error *error)
{
    tkz_status status = tkz__encoder_push_template(encoder, false, 0, error);
    if (status == TKZ_OK)
        status = tkz__encode_inside(encoder, text, size, error);
    return status == TKZ_OK ? tkz__encoder_push_template(
                                  encoder, true, tkz__encoder_extent(encoder, size), error)
                            : status;
}
