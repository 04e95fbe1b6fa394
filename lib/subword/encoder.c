/* SPDX-License-Identifier: Apache-2.0
 *
 * The per-thread worker: batches of texts to ids (encode_text.c does one), and ids
 * back to bytes. Leans on the image.
 */
#include "subword/encoder_parts.h"

#define BUCKET_COUNT ((size_t)1 << TKZ__PIECE_BUCKET_BITS)

tkz_status tkz_encoder_new(tkz_encoder **encoder, tkz_tokenizer *tokenizer,
                           const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz_encoder *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    tkz__buffer_init(&made->decoded, &chosen);
    made->cache = tkz__allocate_zeroed(&chosen, BUCKET_COUNT * sizeof *made->cache);
    made->memory = tkz__allocate_zeroed(&chosen, sizeof *made->memory);
    if (made->cache == NULL || made->memory == NULL) {
        tkz_encoder_free(made);
        return tkz__error_memory(error, BUCKET_COUNT * sizeof *made->cache);
    }
    const tkz_normal_form *form = tkz__tokenizer_normal_form(tokenizer);
    if (form != NULL) {
        tkz_status status = tkz_normalizer_new(&made->normalizer, form, &chosen, error);
        if (status != TKZ_OK) {
            tkz_encoder_free(made);
            return status;
        }
    }
    made->tokenizer = tkz__tokenizer_reference(tokenizer);
    made->image = tkz__tokenizer_image(tokenizer);
    *encoder = made;
    return TKZ_OK;
}

void tkz_encoder_free(tkz_encoder *encoder)
{
    if (encoder == NULL)
        return;
    tkz_allocator allocator = encoder->allocator;
    tkz__release(&allocator, encoder->cache, BUCKET_COUNT * sizeof *encoder->cache);
    tkz__release(&allocator, encoder->memory, sizeof *encoder->memory);
    if (encoder->image != NULL)
        tkz__release_array(&allocator, encoder->short_tokens, encoder->image->token_count,
                           sizeof *encoder->short_tokens);
    tkz__release_array(&allocator, encoder->scratch, encoder->scratch_capacity,
                       sizeof *encoder->scratch);
    tkz__release(&allocator, encoder->kept, encoder->kept_capacity);
    tkz__release_array(&allocator, encoder->ids, encoder->id_capacity, sizeof *encoder->ids);
    tkz__release_array(&allocator, encoder->offsets, encoder->offset_capacity,
                       sizeof *encoder->offsets);
    tkz__release_array(&allocator, encoder->spans, encoder->span_capacity, sizeof *encoder->spans);
    tkz_normalizer_free(encoder->normalizer);
    tkz__buffer_free(&encoder->decoded);
    tkz_tokenizer_free(encoder->tokenizer);
    tkz__release(&allocator, encoder, sizeof *encoder);
}

void tkz_encoder_allow_special(tkz_encoder *encoder, int32_t allow)
{
    encoder->allow_special = allow != 0;
}

void tkz_encoder_add_template(tkz_encoder *encoder, int32_t add)
{
    encoder->add_template = add != 0;
}

void tkz_encoder_want_offsets(tkz_encoder *encoder, int32_t want)
{
    encoder->want_offsets = want != 0;
}

/* ---- Encoding ---------------------------------------------------------- */

/* Ascending offsets, and every text below 4 GiB: positions in it have 32 bits. */
static tkz_status check_offsets(const uint64_t *offsets, size_t count, tkz_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (offsets[i + 1] < offsets[i])
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "the offsets of text %zu do not ascend", i);
        if (offsets[i + 1] - offsets[i] >= UINT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                                  "text %zu has 4 GiB or more; cut it first", i);
    }
    return TKZ_OK;
}

tkz_status tkz_encoder_encode(tkz_encoder *encoder, const char *data, const uint64_t *offsets,
                              size_t count, const tkz_batch **batch, tkz_error *error)
{
    tkz_status status = check_offsets(offsets, count, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->offsets,
                                &encoder->offset_capacity, count + 1, sizeof *encoder->offsets,
                                error);
    encoder->id_count = encoder->span_count = 0;
    if (status == TKZ_OK)
        encoder->offsets[0] = 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = tkz__encode_document(encoder, data + offsets[i],
                                      (size_t)(offsets[i + 1] - offsets[i]), error);
        encoder->offsets[i + 1] = encoder->id_count;
    }
    if (status != TKZ_OK)
        return status;
    encoder->batch = (tkz_batch){encoder->ids, encoder->offsets, count,
                                 encoder->want_offsets ? encoder->spans : NULL};
    *batch = &encoder->batch;
    return TKZ_OK;
}

/* Counting throws ids away as they come, so that a text of any size needs no more memory than its
 * pieces. */
tkz_status tkz_encoder_count(tkz_encoder *encoder, const char *data, const uint64_t *offsets,
                             size_t count, const uint64_t **counts, tkz_error *error)
{
    tkz_status status = check_offsets(offsets, count, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->offsets,
                                    &encoder->offset_capacity, count + 1,
                                    sizeof *encoder->offsets, error);
    bool want_offsets = encoder->want_offsets;
    encoder->want_offsets = false;
    encoder->counts_only = true;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        encoder->id_count = 0;
        encoder->counted = 0;
        status = tkz__encode_document(encoder, data + offsets[i],
                                      (size_t)(offsets[i + 1] - offsets[i]), error);
        encoder->offsets[i] = encoder->counted + encoder->id_count;
    }
    encoder->want_offsets = want_offsets;
    encoder->counts_only = false;
    *counts = encoder->offsets;
    return status;
}
