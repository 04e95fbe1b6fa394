/* SPDX-License-Identifier: Apache-2.0
 *
 * A chunk of text to the tokens of a Unigram model: chunk to parts, parts to paths, paths to tokens. Leans
 * on the encoder.
 */
#include <math.h>

#include "subword/unigram_encoder.h"

void tkz__unigram_worker_init(tkz__unigram_worker *worker, const tkz_allocator *allocator)
{
    *worker = (tkz__unigram_worker){.allocator = *allocator};
}

static const size_t memory_size = sizeof(tkz__unigram_entry) << TKZ__UNIGRAM_ENTRY_BITS;

void tkz__unigram_worker_free(tkz__unigram_worker *worker)
{
    tkz_allocator allocator = worker->allocator;
    tkz__release(&allocator, worker->entries, memory_size);
    tkz__release_array(&allocator, worker->codes, worker->ring, sizeof *worker->codes);
    tkz__release_array(&allocator, worker->sums, worker->ring, sizeof *worker->sums);
    tkz__release_array(&allocator, worker->links, worker->link_capacity, sizeof *worker->links);
    tkz__unigram_worker_init(worker, &allocator);
}

/* ---- Tokens ------------------------------------------------------------ */

static tkz_status put_id(const tkz__unigram_target *target, uint32_t id, uint32_t end,
                         tkz_error *error)
{
    if (id >= target->model->token_count)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it cannot encode");
    tkz_status status = tkz__token_list_reserve(target->tokens, 1, error);
    if (status == TKZ_OK)
        tkz__token_list_put(target->tokens, id, end);
    return status;
}

/* The token that has exactly these bytes, or TKZ__UNIGRAM_NO_ID. */
static uint32_t find_token(const tkz__unigram *model, const uint8_t *text, uint32_t size)
{
    uint32_t unit = 0, flags = 0, at = 0;
    while (at < size) {
        uint32_t code, first = at == 0;
        at += (uint32_t)tkz__unigram_read(model, text + at, size - at, &code);
        unit = first ? code : tkz__unigram_child(model, unit, flags, code);
        if (unit == 0)
            return TKZ__UNIGRAM_NO_ID;
        flags = tkz__unigram_base(model, unit);
    }
    return (flags & TKZ__UNIGRAM_IS_PIECE) != 0 ? tkz__unigram_u32(model->ids, unit)
                                                : TKZ__UNIGRAM_NO_ID;
}

/* Have all of these bytes a piece? sentencepiece has all 256 or does not load. */
static bool bytes_have_pieces(const tkz__unigram *model, const uint8_t *text, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (tkz__unigram_u32(model->bytes, text[i]) == UINT32_MAX)
            return false;
    }
    return true;
}

static tkz_status put_bytes(const tkz__unigram_target *target, uint32_t start, uint32_t end,
                            tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = start; status == TKZ_OK && i < end; i++) {
        uint32_t own_end = target->model->single && i + 1 < end ? start : end;
        status = put_id(target, tkz__unigram_u32(target->model->bytes, target->text[i]), own_end,
                        error);
    }
    return status;
}

/* Characters that are no pieces: HF looks once more for a token that all of them are together
 * (model.rs, tokenize), then both take bytes if they may, and the token for the unknown otherwise. */
static tkz_status put_unknown(const tkz__unigram_target *target, uint32_t start, uint32_t end,
                              tkz_error *error)
{
    const tkz__unigram *model = target->model;
    if (!model->single) {
        uint32_t id = find_token(model, target->text + start, end - start);
        if (id != TKZ__UNIGRAM_NO_ID)
            return put_id(target, id, end, error);
    }
    if (model->byte_fallback && bytes_have_pieces(model, target->text + start, end - start))
        return put_bytes(target, start, end, error);
    return model->unknown == UINT32_MAX ? TKZ_OK : put_id(target, model->unknown, end, error);
}

tkz_status tkz__unigram_close_run(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                                  tkz_error *error)
{
    if (!worker->run_is_open)
        return TKZ_OK;
    worker->run_is_open = false;
    return put_unknown(target, worker->run_start, worker->run_end, error);
}

/* sentencepiece makes bytes of each unknown character for itself, HF of a run as a whole. */
tkz_status tkz__unigram_put(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                            uint32_t id, uint32_t start, uint32_t end, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    if (id == TKZ__UNIGRAM_NO_ID) {
        if (!model->fuse_unknown || (model->single && model->byte_fallback))
            return put_unknown(target, start, end, error);
        if (!worker->run_is_open)
            worker->run_start = start;
        worker->run_is_open = true;
        worker->run_end = end;
        return TKZ_OK;
    }
    tkz_status status = tkz__unigram_close_run(worker, target, error);
    return status == TKZ_OK ? put_id(target, id, end, error) : status;
}

/* ---- Parts ------------------------------------------------------------- */

/* A path that is remembered, tokens that need more than a copy. */
static tkz_status write_slowly(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                               const tkz__unigram_entry *entry, uint32_t start, tkz_error *error)
{
    uint32_t from = start;
    for (uint32_t i = 0; i < entry->count; i++) {
        uint32_t end = start + entry->ends[i];
        tkz_status status = tkz__unigram_put(worker, target, entry->ids[i], from, end, error);
        if (status != TKZ_OK)
            return status;
        from = end;
    }
    return TKZ_OK;
}

/* All scores are added, those behind the last are 0. */
static void add_scores(tkz__unigram_worker *worker, bool single, const tkz__unigram_entry *entry)
{
    if (single) {
        float sum = (float)worker->sum;
        for (int i = 0; i < TKZ__UNIGRAM_MOST_TOKENS; i++)
            sum += (float)entry->scores[i];
        worker->sum = (double)sum;
    } else {
        for (int i = 0; i < TKZ__UNIGRAM_MOST_TOKENS; i++)
            worker->sum += entry->scores[i];
    }
}

/* There is room for the most tokens. */
static tkz_status write_entry(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                              const tkz__unigram_entry *entry, uint32_t start, tkz_error *error)
{
    add_scores(worker, target->model->single, entry);
    if (entry->has_unknown || worker->run_is_open)
        return write_slowly(worker, target, entry, start, error);
    tkz__token_list *tokens = target->tokens;
    memcpy(tokens->ids + tokens->count, entry->ids, sizeof entry->ids);
    if (tokens->wants_ends) {
        for (uint32_t i = 0; i < entry->count; i++)
            tokens->ends[tokens->count + i] = start + entry->ends[i];
    }
    tokens->count += entry->count;
    return TKZ_OK;
}

static tkz_status encode_part(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                              const tkz__unigram_waiting *part, tkz_error *error)
{
    if (part->size <= TKZ__PIECE_MOST_BYTES) {
        tkz__unigram_entry *entry = worker->entries + part->entry;
        if (((entry->key.low ^ part->key.low) | (entry->key.high ^ part->key.high)) != 0) {
            entry->key = part->key;
            tkz__unigram_part(target->model, target->text + part->start, part->size, entry);
        }
        if (fabs(worker->sum) < (double)entry->limit) {
            tkz_status status =
                tkz__token_list_reserve(target->tokens, TKZ__UNIGRAM_MOST_TOKENS, error);
            return status == TKZ_OK ? write_entry(worker, target, entry, part->start, error)
                                    : status;
        }
    }
    return tkz__unigram_best(worker, target, part->start, part->start + part->size, error);
}

/* The parts that are collected, in the order of the text. */
static tkz_status encode_parts(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                               tkz_error *error)
{
    uint32_t count = worker->waiting_count;
    tkz_status status = TKZ_OK;
    worker->waiting_count = 0;
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++)
        status = encode_part(worker, target, &worker->waiting[i], error);
    return status;
}

/* ---- Chunks ------------------------------------------------------------ */

/* Collects a part and asks for its entry, so that the memory answers while others are collected. */
static inline tkz_status add_part(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                                  uint32_t start, uint32_t end, size_t readable,
                                  tkz_error *error)
{
    tkz__unigram_waiting *part = &worker->waiting[worker->waiting_count++];
    part->start = start;
    part->size = end - start;
    if (part->size <= TKZ__PIECE_MOST_BYTES) {
        part->key = tkz__piece_key_at_end(target->text + start, part->size, readable - start);
        part->entry = (uint32_t)tkz__piece_bucket_of(part->key);
        __builtin_prefetch(worker->entries + part->entry);
    }
    return worker->waiting_count < TKZ__UNIGRAM_PARTS ? TKZ_OK
                                                      : encode_parts(worker, target, error);
}

/* Cuts the chunk where no piece spans the place between two characters. */
static tkz_status cut_chunk(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                            uint32_t size, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    const uint8_t *text = target->text;
    uint32_t start = 0, at = 0, left = 0;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && at < size) {
        uint32_t place = at, code;
        at += (uint32_t)tkz__unigram_read(model, text + at, size - at, &code);
        if (place > start && !tkz__unigram_joined(model, left, code)) {
            status = add_part(worker, target, start, place, size, error);
            start = place;
        }
        left = code;
    }
    if (status == TKZ_OK && start < size)
        status = add_part(worker, target, start, size, size, error);
    return status == TKZ_OK ? encode_parts(worker, target, error) : status;
}

tkz_status tkz__unigram_encode(tkz__unigram_worker *worker, const tkz__unigram *model,
                               const uint8_t *text, size_t size, tkz__token_list *tokens,
                               tkz_error *error)
{
    if (size > UINT32_MAX - TKZ__PIECE_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a chunk of %zu bytes", size);
    if (worker->entries == NULL) {
        worker->entries = tkz__allocate_zeroed(&worker->allocator, memory_size);
        if (worker->entries == NULL)
            return tkz__error_memory(error, memory_size);
    }
    tkz__unigram_target target = {model, text, tokens};
    worker->sum = 0;
    worker->run_is_open = false;
    worker->waiting_count = 0;
    tkz_status status = cut_chunk(worker, &target, (uint32_t)size, error);
    return status == TKZ_OK ? tkz__unigram_close_run(worker, &target, error) : status;
}
