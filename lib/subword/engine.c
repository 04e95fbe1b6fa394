/* SPDX-License-Identifier: Apache-2.0
 *
 * Which engine a kind of models has. Leans on the engines.
 */
#include "subword/engine.h"

static tkz__unigram_parts unigram_parts(const tkz__image_parts *parts)
{
    return (tkz__unigram_parts){.token_bytes = parts->token_bytes,
                                .token_offsets = parts->token_offsets,
                                .scores = parts->scores,
                                .types = parts->types,
                                .token_count = parts->id_count,
                                .settings = parts->pieces};
}

static tkz__word_pieces_parts word_parts(const tkz__image_parts *parts)
{
    return (tkz__word_pieces_parts){.kind = parts->kind,
                                    .settings = &parts->pieces,
                                    .token_offsets = parts->token_offsets,
                                    .token_bytes = parts->token_bytes,
                                    .token_count = parts->id_count,
                                    .types = parts->types,
                                    .mark = parts->mark,
                                    .mark_size = parts->mark_size};
}

static tkz__plamo_parts plamo_parts(const tkz__image_parts *parts)
{
    return (tkz__plamo_parts){.token_bytes = parts->token_bytes,
                              .token_offsets = parts->token_offsets,
                              .scores = parts->scores,
                              .types = parts->types,
                              .token_count = parts->id_count};
}

tkz_status tkz__engine_make(const tkz__image_parts *parts, tkz__buffer *blob, tkz_error *error)
{
    if (parts->kind == TKZ__MODEL_UNIGRAM) {
        tkz__unigram_parts own = unigram_parts(parts);
        if (own.scores == NULL)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "a Unigram model without scores");
        return tkz__unigram_make(&own, blob, error);
    }
    if (parts->kind == TKZ__MODEL_PLAMO) {
        tkz__plamo_parts own = plamo_parts(parts);
        return tkz__plamo_make(&own, blob, error);
    }
    if (parts->kind == TKZ__MODEL_MARKED_BPE)
        return tkz__marked_bpe_make(parts, blob, error);
    tkz__word_pieces_parts own = word_parts(parts);
    return tkz__image_merges(parts->kind) ? TKZ_OK : tkz__word_pieces_make(&own, blob, error);
}

tkz_status tkz__engine_open(tkz__engine *engine, const tkz__image *image, const char *where,
                            tkz_error *error)
{
    const uint8_t *blob = image->sections[TKZ__SECTION_ENGINE];
    size_t size = image->sizes[TKZ__SECTION_ENGINE];
    engine->kind = image->kind;
    if (tkz__image_merges(image->kind))
        return TKZ_OK;
    if (image->kind == TKZ__MODEL_MARKED_BPE)
        return tkz__marked_bpe_open(&engine->marked_bpe, image, where, error);
    if (image->kind == TKZ__MODEL_PLAMO)
        return tkz__plamo_open(&engine->plamo, blob, size, image->id_count, where, error);
    return image->kind == TKZ__MODEL_UNIGRAM
               ? tkz__unigram_open(&engine->unigram, blob, size, image->id_count, where, error)
               : tkz__word_pieces_open(&engine->word_pieces, blob, size, image->id_count, where,
                                       error);
}

void tkz__engine_worker_init(tkz__engine_worker *worker, const tkz__engine *engine,
                             const tkz_allocator *allocator)
{
    worker->engine = engine;
    tkz__unigram_worker_init(&worker->unigram, allocator);
    tkz__word_pieces_worker_init(&worker->word_pieces, allocator);
    tkz__plamo_worker_init(&worker->plamo, allocator);
    tkz__marked_bpe_worker_init(&worker->marked_bpe, allocator);
}

void tkz__engine_worker_free(tkz__engine_worker *worker)
{
    tkz__unigram_worker_free(&worker->unigram);
    tkz__word_pieces_worker_free(&worker->word_pieces);
    tkz__plamo_worker_free(&worker->plamo);
    tkz__marked_bpe_worker_free(&worker->marked_bpe);
}

void tkz__engine_expect(const tkz__engine_worker *worker, const uint8_t *text, size_t size,
                        size_t readable)
{
    if (worker->engine->kind == TKZ__MODEL_WORD_PIECE)
        tkz__word_pieces_expect(&worker->word_pieces, text, size, readable);
}

tkz_status tkz__engine_encode(tkz__engine_worker *worker, const uint8_t *text, size_t size,
                              tkz__token_list *tokens, tkz_error *error)
{
    const tkz__engine *engine = worker->engine;
    if (engine->kind == TKZ__MODEL_PLAMO)
        return tkz__plamo_encode(&worker->plamo, &engine->plamo, text, size, tokens, error);
    if (engine->kind == TKZ__MODEL_MARKED_BPE)
        return tkz__marked_bpe_encode(&worker->marked_bpe, &engine->marked_bpe, text, size, tokens,
                                      error);
    return engine->kind == TKZ__MODEL_UNIGRAM
               ? tkz__unigram_encode(&worker->unigram, &engine->unigram, text, size, tokens, error)
               : tkz__word_pieces_encode(&worker->word_pieces, &engine->word_pieces, text, size,
                                         tokens, error);
}
