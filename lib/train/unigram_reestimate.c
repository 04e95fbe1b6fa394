/* SPDX-License-Identifier: Apache-2.0
 *
 * Scores for a list of pieces that is given, as when vocabularies are put together. Leans on unigram_em.
 */
#include <string.h>

#include "core/byte_map.h"
#include "text/utf8.h"
#include "tokenize/train.h"
#include "train/unigram_em.h"

struct job {
    tkz_allocator allocator;
    tkz_error *error;
    tkz__unigram_pieces pieces;
    tkz__unigram_text text;
    uint32_t *characters; /* of the word that is read */
    size_t size;
    size_t capacity;
    uint8_t *is_piece; /* characters that are one */
};

enum { CODE_POINTS = 0x110000 };

static tkz_status refuse(struct job *job, size_t index, const char *why)
{
    return tkz__error_set(job->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "piece %zu %s", index, why);
}

/* Decodes a text of the list. A character that is no UTF-8 becomes CODE_POINTS. */
static tkz_status decode(struct job *job, const tkz_word_list *list, size_t index)
{
    if (list->offsets[index + 1] < list->offsets[index])
        return tkz__error_set(job->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the offsets of texts are not ascending");
    const char *text = list->data + list->offsets[index];
    size_t size = (size_t)(list->offsets[index + 1] - list->offsets[index]);
    tkz_status status =
        tkz__array_reserve(&job->allocator, (void **)&job->characters, &job->capacity, size,
                           sizeof *job->characters, job->error);
    job->size = 0;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        uint32_t character;
        at += tkz__utf8_next(text + at, size - at, &character);
        job->characters[job->size++] = character == TKZ__UTF8_INVALID ? CODE_POINTS : character;
    }
    return status;
}

static tkz_status add_pieces(struct job *job, const tkz_word_list *pieces)
{
    tkz__byte_map known;
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&known, &job->allocator);
    for (size_t i = 0; status == TKZ_OK && i < pieces->count; i++) {
        uint64_t *value;
        bool is_new = true;
        status = decode(job, pieces, i);
        if (status == TKZ_OK && job->size == 0)
            status = refuse(job, i, "is empty");
        for (size_t k = 0; status == TKZ_OK && k < job->size; k++)
            if (job->characters[k] == CODE_POINTS)
                status = refuse(job, i, "is not UTF-8");
        if (status == TKZ_OK)
            status = tkz__byte_map_insert(&known, job->characters,
                                          job->size * sizeof *job->characters, &value, &is_new,
                                          job->error);
        if (status == TKZ_OK && !is_new)
            status = refuse(job, i, "is there twice");
        if (status == TKZ_OK && job->size == 1)
            job->is_piece[job->characters[0]] = 1;
        if (status == TKZ_OK)
            status = tkz__unigram_pieces_add(&job->pieces, job->characters, job->size, 1, true,
                                             job->error);
    }
    tkz__byte_map_free(&known);
    return status;
}

static tkz_status add_words(struct job *job, const tkz_word_list *words)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < words->count; i++) {
        size_t start = 0;
        status = decode(job, words, i);
        for (size_t at = 0; status == TKZ_OK && at <= job->size; at++) {
            if (at < job->size && job->is_piece[job->characters[at]])
                continue;
            if (at > start && words->counts[i] > 0)
                status = tkz__unigram_text_add(&job->text, job->characters + start, at - start,
                                               words->counts[i], job->error);
            start = at + 1;
        }
    }
    if (status == TKZ_OK && job->text.count == 0)
        status = tkz__error_set(job->error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                                "no word has a character that is a piece");
    return status;
}

static tkz_status estimate(struct job *job, uint32_t rounds, const tkz_executor *executor,
                           double *scores, double *likelihood)
{
    tkz__unigram_em em;
    tkz_status status = tkz__unigram_em_init(&em, &job->pieces, &job->text, executor,
                                             &job->allocator, job->error);
    if (status != TKZ_OK)
        return status;
    tkz__unigram_em_begin(&em);
    for (uint32_t i = 0; status == TKZ_OK && i < rounds; i++)
        status = tkz__unigram_em_round(&em, true, job->error);
    if (status == TKZ_OK)
        memcpy(scores, job->pieces.scores, job->pieces.count * sizeof *scores);
    if (status == TKZ_OK && likelihood != NULL)
        *likelihood = em.likelihood;
    tkz__unigram_em_free(&em);
    return status;
}

tkz_status tkz_unigram_reestimate(const tkz_word_list *pieces, const tkz_word_list *words,
                                  uint32_t rounds, const tkz_executor *executor, double *scores,
                                  double *likelihood, const tkz_allocator *allocator,
                                  tkz_error *error)
{
    struct job job = {.allocator = tkz__allocator_or_default(allocator), .error = error};
    if (rounds == 0 || rounds > 1000)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "rounds are 1 to 1000, not %u", rounds);
    tkz__unigram_pieces_init(&job.pieces, &job.allocator);
    tkz__unigram_text_init(&job.text, &job.allocator);
    job.is_piece = tkz__allocate_zeroed(&job.allocator, CODE_POINTS + 1);
    tkz_status status =
        job.is_piece == NULL ? tkz__error_memory(error, CODE_POINTS + 1) : TKZ_OK;
    if (status == TKZ_OK)
        status = add_pieces(&job, pieces);
    if (status == TKZ_OK)
        status = add_words(&job, words);
    if (status == TKZ_OK)
        status = tkz__unigram_pieces_match(&job.pieces, &job.text, error);
    if (status == TKZ_OK)
        status = estimate(&job, rounds, executor, scores, likelihood);
    tkz__release(&job.allocator, job.is_piece, CODE_POINTS + 1);
    tkz__release_array(&job.allocator, job.characters, job.capacity, sizeof *job.characters);
    tkz__unigram_text_free(&job.text);
    tkz__unigram_pieces_free(&job.pieces);
    return status;
}
