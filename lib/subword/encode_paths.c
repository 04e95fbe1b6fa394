/* SPDX-License-Identifier: Apache-2.0
 *
 * What a Unigram model says of a text beside its best path: the n best ones, a path drawn at
 * random, the
 * entropy. Leans on the lattice of the Unigram engine and the encoder.
 */
#include "core/hash.h"
#include "subword/encoder_parts.h"
#include "subword/unigram_lattice.h"

/* Only where a text is one chunk is a path through it one through the chunk. */
static tkz_status check_unigram(const tkz_encoder *encoder, const char *what, tkz_error *error)
{
    if (encoder->image->kind == TKZ__MODEL_UNIGRAM && encoder->steps == NULL)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          encoder->image->kind == TKZ__MODEL_UNIGRAM
                              ? "%s: the model's pre-tokenizer cuts texts into chunks"
                              : "%s: of Unigram models only",
                          what);
}

/* The text as the model's engine gets it. */
static tkz_status normalize(tkz_encoder *encoder, const char *text, size_t size, bool want_map,
                            tkz__document_part *part, tkz_error *error)
{
    *part = (tkz__document_part){.text = text, .size = size};
    if (size >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text has 4 GiB or more; cut it first");
    if (encoder->normalizer == NULL)
        return TKZ_OK;
    tkz_normalized result;
    tkz_status status =
        tkz_normalizer_run(encoder->normalizer, text, size, want_map, &result, error);
    if (status != TKZ_OK)
        return status;
    part->text = result.text;
    part->size = result.size;
    part->is_mapped = result.spans != NULL;
    return TKZ_OK;
}

/* ---- The best paths ------------------------------------------------------ */

static void free_lists(const tkz_allocator *allocator, tkz__token_list *lists, float *scores,
                       uint32_t count)
{
    for (uint32_t i = 0; lists != NULL && i < count; i++)
        tkz__token_list_free(&lists[i]);
    tkz__release_array(allocator, lists, count, sizeof *lists);
    tkz__release_array(allocator, scores, count, sizeof *scores);
}

/* A row of the batch for each path. */
static tkz_status take_paths(tkz_encoder *encoder, const tkz__document_part *part,
                             const tkz__token_list *lists, const float *scores, uint32_t count,
                             tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->path_scores,
                                           &encoder->path_score_capacity, count,
                                           sizeof *encoder->path_scores, error);
    if (status == TKZ_OK)
        status = tkz__encoder_begin_rows(encoder, count, error);
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        encoder->path_scores[i] = scores[i];
        status = tkz__encoder_reserve_ids(encoder, lists[i].count, error);
        if (status != TKZ_OK)
            break;
        if (lists[i].count > 0)
            memcpy(encoder->ids + encoder->id_count, lists[i].ids,
                   lists[i].count * sizeof *lists[i].ids);
        encoder->id_count += lists[i].count;
        encoder->offsets[i + 1] = encoder->id_count;
        if (tkz__encoder_wants_spans(encoder))
            status = tkz__encoder_push_engine_spans(encoder, part, 0, &lists[i], error);
    }
    return status;
}

tkz_status tkz_encoder_encode_best(tkz_encoder *encoder, const char *text, size_t size,
                                   uint32_t count, const tkz_batch **batch, const double **scores,
                                   tkz_error *error)
{
    tkz__document_part part;
    if (count < 1 || count > TKZ__UNIGRAM_MOST_PATHS)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "1 to %d best encodings, not %u", TKZ__UNIGRAM_MOST_PATHS, count);
    tkz_status status = check_unigram(encoder, "best encodings", error);
    if (status == TKZ_OK)
        status = normalize(encoder, text, size, tkz__encoder_wants_spans(encoder), &part, error);
    if (status != TKZ_OK)
        return status;
    const tkz_allocator *allocator = &encoder->allocator;
    uint32_t found = 0;
    tkz__token_list *lists = tkz__allocate_array(allocator, count, sizeof *lists);
    float *path_scores = tkz__allocate_array(allocator, count, sizeof *path_scores);
    for (uint32_t i = 0; lists != NULL && i < count; i++) {
        tkz__token_list_init(&lists[i], allocator);
        lists[i].wants_ends = tkz__encoder_wants_spans(encoder);
    }
    if (lists == NULL || path_scores == NULL)
        status = tkz__error_memory(error, count * sizeof *lists);
    if (status == TKZ_OK)
        status = tkz__unigram_nbest(&encoder->engine.unigram, &encoder->engine.engine->unigram,
                                    (const uint8_t *)part.text, part.size, count, lists,
                                    path_scores, &found, error);
    if (status == TKZ_OK)
        status = take_paths(encoder, &part, lists, path_scores, found, error);
    free_lists(allocator, lists, path_scores, count);
    if (status == TKZ_OK && encoder->settings.offsets == TKZ_OFFSETS_CHARACTERS)
        status = tkz__encoder_spans_to_characters(encoder, text, size, 0, error);
    if (status != TKZ_OK)
        return status;
    encoder->batch = (tkz_batch){
        .ids = encoder->ids,
        .offsets = encoder->offsets,
        .count = found,
        .spans = tkz__encoder_wants_spans(encoder) ? encoder->spans : NULL};
    *batch = &encoder->batch;
    *scores = encoder->path_scores;
    return TKZ_OK;
}

/* ---- Sampling -------------------------------------------------------------- */

tkz_status tkz_encoder_set_sampling(tkz_encoder *encoder, int32_t candidates, double alpha,
                                    uint64_t seed, tkz_error *error)
{
    if (candidates == 0) {
        encoder->settings.samples = false;
        return TKZ_OK;
    }
    if (encoder->image->kind != TKZ__MODEL_UNIGRAM)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "sampling: of Unigram models only; models with merges have dropout");
    if (!(alpha >= 0 && alpha - alpha == 0) || candidates < -1 ||
        candidates > TKZ__UNIGRAM_MOST_PATHS)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "sampling with alpha %g of %d candidates: alpha is 0 or more, candidates "
                              "are -1 (all) or 1 to %d",
                              alpha, (int)candidates, TKZ__UNIGRAM_MOST_PATHS);
    encoder->settings.samples = true;
    encoder->settings.sample_candidates = candidates;
    encoder->settings.sample_alpha = alpha;
    encoder->settings.sample_seed = seed;
    return TKZ_OK;
}

/* As with dropout, a text and the seed say everything; each chunk draws a number of its own. */
void tkz__encoder_start_sampling(tkz_encoder *encoder, const char *text, size_t size)
{
    uint64_t seed = encoder->settings.sample_seed + UINT64_C(0x9E3779B97F4A7C15);
    encoder->sample_state = tkz__hash_u64(seed) ^ tkz__hash64(text, size);
}

tkz_status tkz__encoder_sample_chunk(tkz_encoder *encoder, const uint8_t *text, size_t size,
                                     tkz_error *error)
{
    const tkz__encoder_settings *settings = &encoder->settings;
    encoder->sample_state = tkz__hash_u64(encoder->sample_state + 1);
    return tkz__unigram_sample(&encoder->engine.unigram, &encoder->engine.engine->unigram, text,
                               size, settings->sample_candidates, settings->sample_alpha,
                               encoder->sample_state, &encoder->tokens, error);
}

tkz_status tkz_encoder_entropy(tkz_encoder *encoder, const char *text, size_t size, double alpha,
                               double *entropy, tkz_error *error)
{
    tkz__document_part part;
    tkz_status status = check_unigram(encoder, "entropy", error);
    if (status == TKZ_OK)
        status = normalize(encoder, text, size, false, &part, error);
    return status == TKZ_OK
               ? tkz__unigram_entropy(&encoder->engine.engine->unigram,
                                      (const uint8_t *)part.text, part.size, alpha,
                                      &encoder->allocator, entropy, error)
               : status;
}
