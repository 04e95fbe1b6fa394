/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram training: from lines to a model. Leans on unigram_trainer.h, the seeds and expectation
 * maximisation.
 */
#include "train/unigram_trainer.h"

#include <stdlib.h>
#include <string.h>

#include "train/unigram_em.h"
#include "train/unigram_seeds.h"

/* The vocabulary that pruning leaves is larger than what is asked for; the lowest scores go at last
 * (sentencepiece: src/unigram_model_trainer.cc, desired_vocab_size_). */
#define SPARE 1.1

/* Rounds over the chosen pieces. The second moves the likelihood of held-out text by less than one part
 * in ten thousand. */
enum { LAST_ROUNDS = 2 };

struct job {
    const tkz_unigram_options *options;
    const tkz_executor *executor;
    const tkz_progress_callback *progress;
    const tkz_allocator *allocator;
    tkz_unigram_report *report;
    tkz_error *error;
    tkz__unigram_sentences sentences;
    tkz__meta_tokens meta;
    tkz__final_pieces trained;
    size_t room; /* pieces of the vocabulary that are trained */
};

tkz_status tkz__unigram_tell(const tkz_progress_callback *progress, uint64_t done, uint64_t total,
                             tkz_error *error)
{
    const tkz_progress now = {.pass = "train", .pass_count = 1, .steps_done = done,
                              .steps_total = total};
    if (progress == NULL || progress->report(progress->context, &now) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CANCELLED, NULL, TKZ__NO_OFFSET, "cancelled");
}

/* ---- Memory -------------------------------------------------------------------------------- */

/* Bytes at the time when most is taken: while seeds are looked for, or by the first rounds. */
static uint64_t estimate(const tkz_unigram_options *options, const tkz__unigram_text *text,
                         uint64_t longest)
{
    /* A seed is no rarer than twice, so that a text of n characters has at most n of them. */
    uint64_t seeds = tkz__unigram_seed_count(options), size = text->size + text->count;
    if (seeds > size)
        seeds = size;
    uint64_t block = size < TKZ__SEED_BLOCK ? size : TKZ__SEED_BLOCK;
    uint64_t searching = block * (5 * 4 + 8) + seeds * 4 * 40;
    /* A piece: 16 + 8 + 1, its text of 5 characters twice, its edges in the trie at 1.5 to 3 slots. */
    uint64_t pieces = seeds * (25 + 16 + 5 * 8 + 8 + 5 * 3 * 12);
    uint64_t training = pieces + tkz__unigram_em_need(seeds, text->size, longest) +
                        text->size * sizeof(uint32_t);
    uint64_t held = text->size * sizeof(uint32_t) + text->count * 16;
    return held + (searching > training ? searching : training);
}

static tkz_status check_memory(struct job *job, const tkz__unigram_text *text)
{
    uint64_t longest = 0, limit = job->options->memory;
    for (size_t i = 0; i < text->count; i++)
        if (text->starts[i + 1] - text->starts[i] > longest)
            longest = text->starts[i + 1] - text->starts[i];
    uint64_t need = estimate(job->options, text, longest);
    job->report->need = need;
    if (limit == 0 || need <= limit)
        return TKZ_OK;
    return tkz__error_set(job->error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                          "training needs up to %llu MiB of memory, more than the %llu allowed: "
                          "lower seed_sentencepiece_size, or give less text",
                          (unsigned long long)(need >> 20), (unsigned long long)(limit >> 20));
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

static tkz_status prune_to(struct job *job, tkz__unigram_em *em, size_t wanted)
{
    tkz__unigram_pieces *pieces = em->pieces;
    uint64_t begun_with = pieces->count;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK) {
        for (uint32_t i = 0; status == TKZ_OK && i < job->options->sub_iterations; i++) {
            status = tkz__unigram_em_round(em, false, job->error);
            if (status == TKZ_OK)
                status = tkz__unigram_tell(job->progress, begun_with - pieces->count,
                                           begun_with, job->error);
        }
        if (status != TKZ_OK || pieces->count <= wanted)
            break;
        size_t next = (size_t)(job->options->shrinking_factor * (double)pieces->count);
        size_t before = pieces->count;
        status = tkz__unigram_em_prune(em, next > wanted ? next : wanted, job->error);
        job->report->prunings++;
        if (pieces->count == before)
            break; /* only what must stay is left */
    }
    return status;
}

/* The pieces with the highest scores, and all that are kept. */
static tkz_status keep_highest(struct job *job, tkz__unigram_pieces *pieces)
{
    tkz__final_pieces *trained = &job->trained;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < pieces->count; i++)
        status = tkz__final_pieces_add(trained, tkz__unigram_pieces_text(pieces, i),
                                       pieces->pieces[i].length, (float)pieces->scores[i],
                                       job->error);
    if (status == TKZ_OK)
        status = tkz__unigram_finish(trained, job->room, &job->sentences, job->error);
    return status;
}

typedef struct ranked_piece {
    double score;
    uint32_t piece;
} ranked_piece;

static int compare_ranked(const void *left, const void *right)
{
    const ranked_piece *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->piece < b->piece ? -1 : 1;
}

/* Keeps the alphabet and the highest scores, as many as there is room for. */
static tkz_status select_highest(const struct job *job, tkz__unigram_pieces *pieces, uint8_t *keep,
                                 ranked_piece *list)
{
    size_t count = 0, others = job->room - job->sentences.alphabet_count;
    for (size_t i = 0; i < pieces->count; i++) {
        keep[i] = pieces->is_kept[i];
        if (!keep[i])
            list[count++] = (ranked_piece){pieces->scores[i], (uint32_t)i};
    }
    qsort(list, count, sizeof *list, compare_ranked);
    for (size_t i = 0; i < count && i < others; i++)
        keep[list[i].piece] = 1;
    return tkz__unigram_pieces_select(pieces, keep, job->error);
}

/* Removes what is not chosen, and scores the rest again: sentencepiece leaves the scores that they had
 * among more pieces. */
static tkz_status score_again(struct job *job, tkz__unigram_em *em)
{
    tkz__unigram_pieces *pieces = em->pieces;
    tkz_status status = tkz__unigram_em_drop_beaten(em, job->error);
    size_t count = pieces->count;
    uint8_t *keep = tkz__allocate(job->allocator, count);
    ranked_piece *list = tkz__allocate_array(job->allocator, count, sizeof *list);
    if (status == TKZ_OK && (keep == NULL || list == NULL))
        status = tkz__error_memory(job->error, count * sizeof *list);
    if (status == TKZ_OK)
        status = select_highest(job, pieces, keep, list);
    tkz__release(job->allocator, keep, count);
    tkz__release_array(job->allocator, list, count, sizeof *list);
    for (unsigned i = 0; status == TKZ_OK && i < LAST_ROUNDS; i++)
        status = tkz__unigram_em_round(em, true, job->error);
    return status;
}

static tkz_status train_text(struct job *job, const tkz__unigram_text *text)
{
    tkz__unigram_pieces pieces;
    tkz__unigram_em em = {0};
    tkz__unigram_pieces_init(&pieces, job->allocator);
    tkz_status status = check_memory(job, text);
    if (status == TKZ_OK)
        status = tkz__unigram_seeds(&pieces, job->options, &job->sentences, text, TKZ__SEED_BLOCK,
                                    job->error);
    job->report->seeds = pieces.count;
    if (status == TKZ_OK)
        status = tkz__unigram_pieces_match(&pieces, text, job->error);
    if (status == TKZ_OK)
        status = tkz__unigram_em_init(&em, &pieces, text, job->executor, job->allocator,
                                      job->error);
    if (status == TKZ_OK) {
        tkz__unigram_em_begin(&em);
        status = prune_to(job, &em, (size_t)((double)job->options->vocab_size * SPARE));
    }
    if (status == TKZ_OK)
        status = score_again(job, &em);
    if (status == TKZ_OK)
        status = keep_highest(job, &pieces);
    job->report->likelihood = em.likelihood;
    tkz__unigram_em_free(&em);
    tkz__unigram_pieces_free(&pieces);
    return status;
}

/* ---- All of it --------------------------------------------------------------------------------- */

static tkz_status check_size(struct job *job)
{
    const tkz_unigram_options *options = job->options;
    size_t fixed = job->meta.count + job->sentences.alphabet_count;
    job->room = options->vocab_size - job->meta.count;
    if (fixed <= options->vocab_size)
        return TKZ_OK;
    return tkz__error_set(job->error, TKZ_STATUS_INVALID_OPTION, "vocab_size", TKZ__NO_OFFSET,
                          "%u ids have no room for the %zu characters of the alphabet and %zu "
                          "other tokens: take %zu or more, or lower character_coverage",
                          options->vocab_size, job->sentences.alphabet_count, job->meta.count,
                          fixed);
}

static tkz_status train_own(struct job *job)
{
    tkz__unigram_text text;
    tkz__unigram_text_init(&text, job->allocator);
    tkz_status status =
        tkz__unigram_sentences_cut(&job->sentences, job->options, &text, job->error);
    if (status == TKZ_OK && text.count == 0)
        status = tkz__error_set(job->error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                                "the lines hold nothing but symbols and unknown characters");
    if (status == TKZ_OK) {
        job->report->segments = text.count;
        status = train_text(job, &text);
    }
    tkz__unigram_text_free(&text);
    return status;
}

static tkz_status check_result(const struct job *job)
{
    size_t size = job->meta.count + job->trained.count;
    if (size == job->options->vocab_size || !job->options->hard_vocab_limit)
        return TKZ_OK;
    return tkz__error_set(job->error, TKZ_STATUS_INVALID_OPTION, "vocab_size", TKZ__NO_OFFSET,
                          "the text has pieces for %zu ids, not for %u: take %zu or fewer, or "
                          "hard_vocab_limit false",
                          size, job->options->vocab_size, size);
}

static tkz_status train(struct job *job, const tkz_word_list *lines, tkz_bytes *model)
{
    tkz_status status = tkz__unigram_sentences_init(&job->sentences, job->options, lines,
                                                    job->allocator, job->error);
    if (status != TKZ_OK)
        return status;
    job->report->lines = job->sentences.lines.count;
    job->report->skipped = job->sentences.skipped;
    job->report->characters = job->sentences.alphabet_count;
    status = tkz__meta_tokens_init(&job->meta, job->options, job->error);
    if (status == TKZ_OK)
        status = check_size(job);
    if (status == TKZ_OK && job->options->compat != TKZ__COMPAT_NONE) {
        status = tkz__unigram_train_compat(job->options, &job->sentences, job->progress,
                                           &job->trained, job->report, job->error);
        if (status == TKZ_OK)
            status = tkz__unigram_finish(&job->trained, job->room, &job->sentences, job->error);
    } else if (status == TKZ_OK) {
        status = train_own(job);
    }
    if (status == TKZ_OK)
        status = check_result(job);
    if (status == TKZ_OK)
        status = tkz__unigram_model(job->options, &job->meta, &job->trained, job->allocator, model,
                                    job->error);
    job->report->size = (uint32_t)(job->meta.count + job->trained.count);
    tkz__meta_tokens_free(&job->meta);
    tkz__unigram_sentences_free(&job->sentences);
    return status;
}

tkz_status tkz_train_unigram(const tkz_unigram_options *options, const tkz_word_list *lines,
                             const tkz_executor *executor, const tkz_progress_callback *progress,
                             const tkz_allocator *allocator, tkz_bytes *model,
                             tkz_unigram_report *report, tkz_error *error)
{
    tkz_allocator own = tkz__allocator_or_default(allocator);
    tkz_unigram_report ignored;
    struct job job = {.options = options, .executor = executor, .progress = progress,
               .allocator = &own, .report = report != NULL ? report : &ignored, .error = error};
    memset(model, 0, sizeof *model);
    memset(job.report, 0, sizeof *job.report);
    tkz__final_pieces_init(&job.trained, &own);
    tkz_status status = train(&job, lines, model);
    tkz__final_pieces_free(&job.trained);
    return status;
}
