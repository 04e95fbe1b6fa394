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
#include "subword/encoder_parts.h"

/* A part of the document that went through the normalizer: where it starts, and if its bytes changed. */
typedef struct part {
    const char *text;
    size_t size;
    size_t start; /* in the document */
    bool changed;
} part;

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
    if (own->changed) {
        tkz_status status = tkz_normalizer_source_range(encoder->normalizer, start, end, from, to,
                                                        error);
        if (status != TKZ_OK)
            return status;
    }
    *from += own->start;
    *to += own->start;
    return TKZ_OK;
}

/* Where a token ends that text[*at ..] begins with. Bytes that have no token may stand before and inside
 * it. */
static size_t token_end(const tkz_encoder *encoder, const part *own, uint32_t id, size_t *at,
                        size_t end)
{
    const uint8_t *bytes;
    size_t size;
    (void)tkz__image_token(encoder->image, id, &bytes, &size);
    if (!encoder->image->drops_bytes)
        return size < end - *at ? *at + size : end;
    size_t stop = *at;
    for (size_t i = 0; i < size; i++) {
        while (stop < end && (uint8_t)own->text[stop] != bytes[i])
            stop++;
        if (i == 0)
            *at = stop;
        stop += stop < end;
    }
    return stop;
}

/* Offsets of the ids from number `first` on, which text[at ..] of a part gave: tokens are what the
 * text consists of, but for bytes that have no token. */
static tkz_status push_spans(tkz_encoder *encoder, const part *own, size_t at, size_t end,
                             size_t first, tkz_error *error)
{
    for (size_t i = first; i < encoder->id_count; i++) {
        uint64_t from, to;
        size_t stop = token_end(encoder, own, encoder->ids[i], &at, end);
        tkz_status status = source_range(encoder, own, at, stop, &from, &to, error);
        if (status == TKZ_OK)
            status = push_span(encoder, from, to, error);
        if (status != TKZ_OK)
            return status;
        at = stop;
    }
    return TKZ_OK;
}

/* ---- Parts ------------------------------------------------------------- */

static tkz_status push_token(tkz_encoder *encoder, uint32_t id, uint64_t start, uint64_t end,
                             tkz_error *error)
{
    tkz_status status = tkz__encoder_push(encoder, id, error);
    return status == TKZ_OK && encoder->want_offsets ? push_span(encoder, start, end, error)
                                                     : status;
}

/* text[at, end) of a part has no added token. */
static tkz_status encode_plain(tkz_encoder *encoder, const part *own, size_t at, size_t end,
                               tkz_error *error)
{
    size_t first = encoder->id_count;
    if (at == end)
        return TKZ_OK;
    tkz_status status = tkz__encode_text(encoder, own->text + at, end - at, error);
    return status == TKZ_OK && encoder->want_offsets
               ? push_spans(encoder, own, at, end, first, error)
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
    while (tkz__added_finder_next(finder, own->text, own->size, encoder->allow_special, taken, &at,
                                  &match)) {
        uint64_t from, to;
        tkz_status status = TKZ_OK;
        if (match.start > taken)
            status = plain(encoder, own, taken, match.start, error);
        if (status == TKZ_OK)
            status = source_range(encoder, own, match.start, match.end, &from, &to, error);
        if (status == TKZ_OK)
            status = push_token(encoder, match.id, from, to, error);
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
    part normal = {own->text + at, end - at, own->start + at, false};
    if (encoder->normalizer != NULL) {
        tkz_normalized result;
        tkz_status status = tkz_normalizer_run(encoder->normalizer, own->text + at, end - at,
                                               encoder->want_offsets, &result, error);
        if (status != TKZ_OK)
            return status;
        if (result.size >= UINT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                                  "a text has 4 GiB or more when it is normalized; cut it first");
        normal.text = result.text;
        normal.size = result.size;
        normal.changed = result.changed != 0;
    }
    const tkz__added_finder *finder = tkz__tokenizer_finder(encoder->tokenizer, true);
    return encode_between(encoder, finder, &normal, encode_plain, error);
}

/* Items [from, to) of the template, which are ids and come from no bytes of the text. */
static tkz_status push_template(tkz_encoder *encoder, uint32_t from, uint32_t to, uint64_t place,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = from; status == TKZ_OK && i < to; i++)
        status = push_token(encoder, tkz__image_template_item(encoder->image, i).value, place, place,
                            error);
    return status;
}

tkz_status tkz__encode_document(tkz_encoder *encoder, const char *text, size_t size,
                                tkz_error *error)
{
    part whole = {text, size, 0, false};
    const tkz__added_finder *finder = tkz__tokenizer_finder(encoder->tokenizer, false);
    uint32_t prefix = encoder->add_template ? encoder->image->prefix_count : 0;
    uint32_t suffix = encoder->add_template ? encoder->image->suffix_count : 0;
    uint32_t behind = encoder->image->prefix_count + 1; /* the text itself is an item */
    tkz_status status = push_template(encoder, 0, prefix, 0, error);
    if (status == TKZ_OK)
        status = encode_between(encoder, finder, &whole, encode_raw, error);
    return status == TKZ_OK ? push_template(encoder, behind, behind + suffix, size, error)
                            : status;
}
