/* SPDX-License-Identifier: Apache-2.0
 *
 * The per-thread worker: batches of texts to ids (encode_text.c does one), and ids
 * back to bytes. Leans on the image.
 */
#include <inttypes.h>

#include "subword/encoder_parts.h"

#define BUCKET_COUNT ((size_t)1 << TKZ__PIECE_BUCKET_BITS)
#define LONG_COUNT ((size_t)TKZ__LONG_PIECE_ENTRIES)

#define CACHES_SIZE                                                                           \
    (BUCKET_COUNT * sizeof(tkz__piece_bucket) + LONG_COUNT * sizeof(tkz__long_piece) +        \
     sizeof(tkz__match_memory))
_Static_assert(CACHES_SIZE <= (size_t)8 << 20, "the caches of an encoder, which each thread has, take 8 MiB at most");

/* All in one table, so that each begins with a line of the processor's caches: a bucket or entry has
 * the size of one, and what is asked for it costs twice as much if it lies in two. With small pages nearly
 * every look-up costs a page walk besides: Japanese takes 3 to 9 % longer (Llama 3, Qwen 3). */
static tkz_status make_caches(tkz_encoder *made, tkz_error *error)
{
    made->cache = tkz__allocate_table(&made->allocator, CACHES_SIZE, &made->caches);
    if (made->cache == NULL)
        return tkz__error_memory(error, CACHES_SIZE);
    made->long_cache = (tkz__long_piece *)(made->cache + BUCKET_COUNT);
    made->memory = (tkz__match_memory *)(made->long_cache + LONG_COUNT);
    return TKZ_OK;
}

tkz_status tkz_encoder_new(tkz_encoder **encoder, tkz_tokenizer *tokenizer,
                           const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz_encoder *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    tkz__buffer_init(&made->decoded, &chosen);
    tkz__batch_rows_init(&made->rows, &chosen);
    tkz__character_index_init(&made->characters, &chosen);
    tkz__splitter_init(&made->splitter, &chosen);
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    bool merges = tkz__image_merges(image->kind);
    tkz__token_list_init(&made->tokens, &chosen);
    tkz__engine_worker_init(&made->engine, tkz__tokenizer_engine(tokenizer), &chosen);
    if (merges) {
        tkz_status status = make_caches(made, error);
        if (status != TKZ_OK) {
            tkz_encoder_free(made);
            return status;
        }
    }
    const tkz_normal_form *form = tkz__tokenizer_normal_form(tokenizer);
    if (form != NULL) {
        tkz_status status = tkz_normalizer_new(&made->normalizer, form, &chosen, error);
        if (status != TKZ_OK) {
            tkz_encoder_free(made);
            return status;
        }
    }
    made->tied = tkz__tokenizer_tied(tokenizer);
    if ((image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0 || made->tied->count > 0) {
        tkz_status status = tkz__ranked_merger_new(&made->merger, image, &chosen, error);
        if (status == TKZ_OK)
            status = tkz__ranked_merger_reserve(made->merger, TKZ__PIECE_MOST_BYTES, error);
        if (status != TKZ_OK) {
            tkz_encoder_free(made);
            return status;
        }
    }
    made->tokenizer = tkz__tokenizer_reference(tokenizer);
    made->image = image;
    made->steps = tkz__tokenizer_steps(tokenizer);
    made->cuts_chunks = !image->drops_bytes;
    made->fuses_unknown = image->pieces.fuse_unknown && !image->pieces.byte_fallback &&
                          image->pieces.unknown != TKZ__NO_TOKEN;
    *encoder = made;
    return TKZ_OK;
}

void tkz_encoder_free(tkz_encoder *encoder)
{
    if (encoder == NULL)
        return;
    tkz_allocator allocator = encoder->allocator;
    tkz__release(&allocator, encoder->caches, tkz__table_block_size(CACHES_SIZE));
    if (encoder->image != NULL)
        tkz__release_array(&allocator, encoder->short_tokens, encoder->image->id_count,
                           sizeof *encoder->short_tokens);
    tkz__release_array(&allocator, encoder->scratch, encoder->scratch_capacity,
                       sizeof *encoder->scratch);
    tkz__release(&allocator, encoder->kept, encoder->kept_capacity);
    tkz__release_array(&allocator, encoder->ids, encoder->id_capacity, sizeof *encoder->ids);
    tkz__release_array(&allocator, encoder->offsets, encoder->offset_capacity,
                       sizeof *encoder->offsets);
    tkz__release_array(&allocator, encoder->spans, encoder->span_capacity, sizeof *encoder->spans);
    tkz_normalizer_free(encoder->normalizer);
    tkz__splitter_free(&encoder->splitter);
    tkz__ranked_merger_free(encoder->merger);
    tkz__engine_worker_free(&encoder->engine);
    tkz__token_list_free(&encoder->tokens);
    tkz__release_array(&allocator, encoder->path_scores, encoder->path_score_capacity,
                       sizeof *encoder->path_scores);
    tkz__character_index_free(&encoder->characters);
    tkz__encode_stream_free(encoder->stream, &allocator);
    tkz__token_decoder_free(encoder->text_decoder);
    tkz__token_decoder_free(encoder->stream_decoder);
    tkz__buffer_free(&encoder->decoded);
    tkz__batch_rows_free(&encoder->rows);
    tkz__release_array(&allocator, encoder->places, encoder->place_capacity,
                       sizeof *encoder->places);
    tkz_tokenizer_free(encoder->tokenizer);
    tkz__release(&allocator, encoder, sizeof *encoder);
}

void tkz_encoder_allow_special(tkz_encoder *encoder, int32_t allow)
{
    encoder->settings.allow_special = allow != 0;
}

void tkz_encoder_add_template(tkz_encoder *encoder, int32_t add)
{
    encoder->settings.add_template = add != 0;
}

tkz_status tkz_encoder_set_boundaries(tkz_encoder *encoder, const tkz_boundaries *boundaries,
                                      tkz_error *error)
{
    uint64_t hash;
    if (encoder->steps == NULL || !tkz__split_steps_morph(encoder->steps, &hash))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model does not cut text into the words of a dictionary");
    if (boundaries != NULL && boundaries->hash != hash)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the model cuts text into the words of the dictionary with the hash "
                              "%016" PRIx64 "; this one has the hash %016" PRIx64,
                              hash, boundaries->hash);
    encoder->settings.boundaries = boundaries != NULL ? *boundaries : (tkz_boundaries){.open = NULL};
    return TKZ_OK;
}

void tkz_encoder_want_offsets(tkz_encoder *encoder, int32_t want)
{
    encoder->settings.offsets = want;
}

void tkz_encoder_want_masks(tkz_encoder *encoder, int32_t want)
{
    encoder->rows.want_masks = want != 0;
}

tkz_status tkz_encoder_set_truncation(tkz_encoder *encoder, const tkz_truncation *truncation,
                                      tkz_error *error)
{
    if (truncation != NULL &&
        (truncation->strategy < TKZ_TRUNCATE_LONGEST ||
         truncation->strategy > TKZ_TRUNCATE_SECOND || truncation->side < TKZ_SIDE_RIGHT ||
         truncation->side > TKZ_SIDE_LEFT))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "no such strategy or side of truncation: %d, %d",
                              (int)truncation->strategy, (int)truncation->side);
    encoder->rows.has_truncation = truncation != NULL;
    if (truncation != NULL)
        encoder->rows.truncation = *truncation;
    return TKZ_OK;
}

tkz_status tkz_encoder_set_padding(tkz_encoder *encoder, const tkz_padding *padding,
                                   tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    if (padding != NULL && (padding->side < TKZ_SIDE_RIGHT || padding->side > TKZ_SIDE_LEFT))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "no such side of padding: %d", (int)padding->side);
    if (padding != NULL && (padding->length > UINT32_MAX || padding->multiple > UINT32_MAX))
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "rows are filled to fewer than 2^32 ids");
    tkz_status status = TKZ_OK;
    if (padding != NULL)
        status = tkz_tokenizer_token(encoder->tokenizer, padding->id, &bytes, &size, NULL, error);
    if (status != TKZ_OK)
        return status;
    encoder->rows.has_padding = padding != NULL;
    if (padding != NULL)
        encoder->rows.padding = *padding;
    return TKZ_OK;
}

/* ---- Encoding ---------------------------------------------------------- */

tkz_status tkz__encoder_check_offsets(const uint64_t *offsets, size_t count, tkz_error *error)
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

tkz_status tkz__encoder_begin_rows(tkz_encoder *encoder, size_t count, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->offsets,
                                           &encoder->offset_capacity, count + 1,
                                           sizeof *encoder->offsets, error);
    encoder->id_count = encoder->span_count = 0;
    if (status == TKZ_OK)
        encoder->offsets[0] = 0;
    return status;
}

static const tkz_batch *end_rows(tkz_encoder *encoder, size_t count)
{
    encoder->batch = (tkz_batch){.ids = encoder->ids, .offsets = encoder->offsets, .count = count,
                                 .spans = tkz__encoder_wants_spans(encoder) ? encoder->spans
                                                                            : NULL};
    return &encoder->batch;
}

const tkz_batch *tkz__encoder_end_row(tkz_encoder *encoder)
{
    encoder->offsets[1] = encoder->id_count;
    return end_rows(encoder, 1);
}

tkz_status tkz__encoder_make_rows(tkz_encoder *encoder, const uint64_t *places, size_t count,
                                  bool pairs, tkz_error *error)
{
    tkz__encoded_texts texts = {encoder->ids, encoder->spans, tkz__encoder_wants_spans(encoder),
                                encoder->offsets, places, count};
    return tkz__batch_rows_make(&encoder->rows, encoder->image, &texts, pairs,
                                encoder->settings.add_template, &encoder->batch, error);
}

/* Encodes texts without the template and makes rows of them, or of pairs of them. */
static tkz_status encode_rows(tkz_encoder *encoder, const char *data, const uint64_t *offsets,
                              size_t count, bool pairs, const tkz_batch **batch, tkz_error *error)
{
    tkz_status status = tkz__encoder_check_offsets(offsets, count, error);
    if (status == TKZ_OK)
        status = tkz__encoder_begin_rows(encoder, count, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->places,
                                    &encoder->place_capacity, count + 1, sizeof *encoder->places,
                                    error);
    if (status == TKZ_OK)
        encoder->places[0] = 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        status = tkz__encode_inside(encoder, data + offsets[i], size, error);
        encoder->offsets[i + 1] = encoder->id_count;
        encoder->places[i + 1] = encoder->places[i] + tkz__encoder_extent(encoder, size);
    }
    if (status == TKZ_OK)
        status = tkz__encoder_make_rows(encoder, encoder->places, count, pairs, error);
    if (status == TKZ_OK)
        *batch = &encoder->batch;
    return status;
}

tkz_status tkz_encoder_encode(tkz_encoder *encoder, const char *data, const uint64_t *offsets,
                              size_t count, const tkz_batch **batch, tkz_error *error)
{
    if (tkz__batch_rows_needed(&encoder->rows))
        return encode_rows(encoder, data, offsets, count, false, batch, error);
    tkz_status status = tkz__encoder_check_offsets(offsets, count, error);
    if (status == TKZ_OK)
        status = tkz__encoder_begin_rows(encoder, count, error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = tkz__encode_document(encoder, data + offsets[i],
                                      (size_t)(offsets[i + 1] - offsets[i]), error);
        encoder->offsets[i + 1] = encoder->id_count;
    }
    if (status == TKZ_OK)
        *batch = end_rows(encoder, count);
    return status;
}

tkz_status tkz_encoder_encode_pairs(tkz_encoder *encoder, const char *data,
                                    const uint64_t *offsets, size_t count,
                                    const tkz_batch **batch, tkz_error *error)
{
    if (count > SIZE_MAX / 2)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET, "%zu pairs", count);
    return encode_rows(encoder, data, offsets, 2 * count, true, batch, error);
}

/* Counting throws ids away as they come, so that a text of any size needs no more memory than its
 * pieces. */
tkz_status tkz_encoder_count(tkz_encoder *encoder, const char *data, const uint64_t *offsets,
                             size_t count, const uint64_t **counts, tkz_error *error)
{
    tkz_status status = tkz__encoder_check_offsets(offsets, count, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->offsets,
                                    &encoder->offset_capacity, count + 1,
                                    sizeof *encoder->offsets, error);
    int32_t wanted = encoder->settings.offsets;
    encoder->settings.offsets = TKZ_OFFSETS_NONE;
    encoder->counts_only = true;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        encoder->id_count = 0;
        encoder->counted = 0;
        status = tkz__encode_document(encoder, data + offsets[i],
                                      (size_t)(offsets[i + 1] - offsets[i]), error);
        encoder->offsets[i] = encoder->counted + encoder->id_count;
    }
    encoder->settings.offsets = wanted;
    encoder->counts_only = false;
    *counts = encoder->offsets;
    return status;
}
