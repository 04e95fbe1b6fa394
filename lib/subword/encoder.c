/* SPDX-License-Identifier: Apache-2.0
 *
 * The per-thread worker: text to chunks, chunks to pieces, pieces to ids, and ids
 * back to bytes. Leans on the image, the borders, the piece cache and merging.
 */
#include "subword/chunk_borders.h"
#include "subword/matching.h"
#include "subword/piece_cache.h"
#include "subword/tokenizer.h"

struct tkz_encoder {
    tkz_allocator allocator;
    tkz_tokenizer *tokenizer;
    const tkz__image *image;
    tkz__piece_bucket *cache;
    uint64_t *scratch; /* of matching */
    size_t scratch_capacity;
    uint32_t *ids;
    size_t id_count;
    size_t id_capacity;
    uint64_t *offsets;
    size_t offset_capacity;
    tkz__buffer decoded;
    tkz_batch batch;
};

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
    if (made->cache == NULL) {
        tkz_encoder_free(made);
        return tkz__error_memory(error, BUCKET_COUNT * sizeof *made->cache);
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
    tkz__release_array(&allocator, encoder->scratch, encoder->scratch_capacity,
                       sizeof *encoder->scratch);
    tkz__release_array(&allocator, encoder->ids, encoder->id_capacity, sizeof *encoder->ids);
    tkz__release_array(&allocator, encoder->offsets, encoder->offset_capacity,
                       sizeof *encoder->offsets);
    tkz__buffer_free(&encoder->decoded);
    tkz_tokenizer_free(encoder->tokenizer);
    tkz__release(&allocator, encoder, sizeof *encoder);
}

/* ---- Encoding ---------------------------------------------------------- */

static tkz_status reserve_ids(tkz_encoder *encoder, size_t extra, tkz_error *error)
{
    size_t needed;
    if (!tkz__size_add(encoder->id_count, extra, &needed))
        return tkz__error_memory(error, extra);
    return tkz__array_reserve(&encoder->allocator, (void **)&encoder->ids, &encoder->id_capacity,
                              needed, sizeof *encoder->ids, error);
}

static tkz_status damaged(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "the tokenizer image is damaged: it cannot encode; make or copy it "
                          "again");
}

/* A piece too long for the cache. */
static tkz_status encode_long_piece(tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                                    tkz_error *error)
{
    tkz_status status = reserve_ids(encoder, size, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->scratch,
                                    &encoder->scratch_capacity, tkz__match_scratch(size),
                                    sizeof *encoder->scratch, error);
    if (status != TKZ_OK)
        return status;
    size_t count = tkz__match_piece(encoder->image, bytes, size, encoder->scratch,
                                    encoder->ids + encoder->id_count);
    encoder->id_count += count;
    return count > 0 ? TKZ_OK : damaged(error);
}

/* A piece of at most TKZ__PIECE_MOST_BYTES. */
static tkz_status encode_piece(tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                               size_t readable, tkz_error *error)
{
    if (encoder->id_capacity - encoder->id_count < TKZ__PIECE_MOST_BYTES) {
        tkz_status status = reserve_ids(encoder, TKZ__PIECE_MOST_BYTES, error);
        if (status != TKZ_OK)
            return status;
    }
    uint32_t *ids = encoder->ids + encoder->id_count;
    tkz__piece_key key = tkz__piece_key_of(bytes, size, readable);
    tkz__piece_bucket *bucket = encoder->cache + tkz__piece_bucket_of(key);
    const tkz__piece_entry *found = tkz__piece_find(bucket, key);
    if (found != NULL) {
        /* All four are copied, those beyond the count into room that is free. */
        memcpy(ids, found->ids, sizeof found->ids);
        encoder->id_count += ids[0] >> 24;
        ids[0] &= 0xFFFFFF;
        return TKZ_OK;
    }
    uint64_t scratch[TKZ__PIECE_MOST_BYTES / 64 + 1];
    size_t count = tkz__match_piece(encoder->image, bytes, size, scratch, ids);
    if (count == 0)
        return damaged(error);
    if (count <= TKZ__PIECE_MOST_IDS)
        tkz__piece_keep(bucket, key, ids, count);
    encoder->id_count += count;
    return TKZ_OK;
}

/* A chunk of the pre-tokenizer; `readable` bytes from its start belong to the text. */
static tkz_status encode_chunk(tkz_encoder *encoder, const uint8_t *chunk, size_t size,
                               size_t readable, tkz_error *error)
{
    if (size <= TKZ__PIECE_MOST_BYTES)
        return encode_piece(encoder, chunk, size, readable, error);
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        size_t piece = tkz__border_next(encoder->image, chunk, at, size);
        status = piece <= TKZ__PIECE_MOST_BYTES
                     ? encode_piece(encoder, chunk + at, piece, readable - at, error)
                     : encode_long_piece(encoder, chunk + at, piece, error);
        at += piece;
    }
    return status;
}

static tkz_status encode_text(tkz_encoder *encoder, const char *text, size_t size,
                              tkz_error *error)
{
    size_t (*next)(const char *, size_t) = encoder->image->pre_tokenizer->next;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        size_t chunk = next(text + at, size - at);
        status = encode_chunk(encoder, (const uint8_t *)text + at, chunk, size - at, error);
        at += chunk;
    }
    return status;
}

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
    encoder->id_count = 0;
    if (status == TKZ_OK)
        encoder->offsets[0] = 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = encode_text(encoder, data + offsets[i], (size_t)(offsets[i + 1] - offsets[i]),
                             error);
        encoder->offsets[i + 1] = encoder->id_count;
    }
    if (status != TKZ_OK)
        return status;
    encoder->batch = (tkz_batch){encoder->ids, encoder->offsets, count};
    *batch = &encoder->batch;
    return TKZ_OK;
}

/* ---- Decoding ---------------------------------------------------------- */

tkz_status tkz_encoder_decode(tkz_encoder *encoder, const uint32_t *ids, size_t count,
                              int32_t skip_special, const uint8_t **bytes, size_t *size,
                              tkz_error *error)
{
    tkz__buffer_clear(&encoder->decoded);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *token;
        size_t length;
        tkz_status status =
            tkz_tokenizer_token(encoder->tokenizer, ids[i], &token, &length, NULL, error);
        if (status != TKZ_OK) {
            if (error != NULL)
                error->offset = i;
            return status;
        }
        if (skip_special && tkz__image_is_special(encoder->image, ids[i]))
            continue;
        status = tkz__buffer_append(&encoder->decoded, token, length, error);
        if (status != TKZ_OK)
            return status;
    }
    *bytes = encoder->decoded.data;
    *size = encoder->decoded.size;
    return TKZ_OK;
}
