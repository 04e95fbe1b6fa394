/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding with BPE dropout: chunk by chunk, every merge of the model by its rank.
 * Leans on ranked merging and the pre-tokenizer.
 */
#include "subword/dropout.h"

#include "core/hash.h"
#include "subword/hidden_tokens.h"

/* Of a batch encoder's workers only the first is asked for dropout by the caller. */
static tkz_status reserve_merger(tkz_encoder *encoder, tkz_error *error)
{
    return encoder->merger != NULL ? TKZ_OK
                                   : tkz__ranked_merger_new(&encoder->merger, encoder->image,
                                                            &encoder->allocator, error);
}

tkz_status tkz_encoder_set_dropout(tkz_encoder *encoder, double probability, uint64_t seed,
                                   tkz_error *error)
{
    if (!(probability >= 0 && probability <= 1))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a probability of dropout is in 0..1; this is %g", probability);
    if (probability > 0 && !tkz__image_merges(encoder->image->kind))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "dropout passes over merges, and the model has none");
    tkz_status status = probability > 0 ? reserve_merger(encoder, error) : TKZ_OK;
    if (status != TKZ_OK)
        return status;
    encoder->settings.dropout_bound = tkz__random_bound(probability);
    encoder->settings.dropout_seed = seed;
    return TKZ_OK;
}

/* Both are mixed, so that neighbouring seeds give streams that have nothing to do with each other. */
tkz_status tkz__dropout_start(tkz_encoder *encoder, const char *text, size_t size,
                              tkz_error *error)
{
    uint64_t seed = encoder->settings.dropout_seed + UINT64_C(0x9E3779B97F4A7C15);
    encoder->dropout.bound = encoder->settings.dropout_bound;
    encoder->dropout.forgets = encoder->image->pieces.sentencepiece;
    encoder->dropout.random.state = tkz__hash_u64(seed) ^ tkz__hash64(text, size);
    return reserve_merger(encoder, error);
}

static tkz_status encode_chunk(tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                               tkz_error *error)
{
    tkz_status status = tkz__encoder_reserve_ids(encoder, size, error);
    if (status == TKZ_OK)
        status = tkz__encoder_keep_bytes(encoder, &bytes, &size, error);
    if (status == TKZ_OK)
        status = tkz__ranked_merger_reserve(encoder->merger, size, error);
    if (status != TKZ_OK || size == 0)
        return status;
    size_t count = tkz__ranked_merge(encoder->merger, &encoder->dropout, bytes, size,
                                     encoder->ids + encoder->id_count);
    if (count == 0)
        return tkz__encoder_damaged(error);
    size_t first = encoder->id_count;
    encoder->id_count +=
        tkz__hidden_tokens_expand(encoder->image, encoder->ids + first, count, size);
    encoder->after_unknown = false;
    if (encoder->fuses_unknown)
        tkz__encoder_fuse_unknown(encoder, first);
    return TKZ_OK;
}

tkz_status tkz__dropout_encode_text(tkz_encoder *encoder, const char *text, size_t size,
                                    tkz_error *error)
{
    const uint8_t *bytes = (const uint8_t *)text;
    for (size_t at = 0; at < size;) {
        uint32_t ends[TKZ__ENCODER_CHUNKS];
        size_t count = tkz__encoder_cut(encoder, text, at, size, ends, TKZ__ENCODER_CHUNKS);
        size_t from = 0;
        if (encoder->counts_only) {
            encoder->counted += encoder->id_count;
            encoder->id_count = 0;
        }
        for (size_t i = 0; i < count; i++) {
            tkz_status status =
                encode_chunk(encoder, bytes + at + from, ends[i] - from, error);
            if (status != TKZ_OK)
                return status;
            from = ends[i];
        }
        at += from;
    }
    return TKZ_OK;
}
