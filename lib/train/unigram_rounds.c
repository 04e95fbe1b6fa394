/* SPDX-License-Identifier: Apache-2.0
 *
 * The rounds of Unigram training: from seeds to the vocabulary of each size. Leans on unigram_trainer.h, the seeds and
 * expectation maximisation.
 *
 * All sizes begin with the same seeds, and a pruning leaves a fixed share of the pieces until that is less than a size is
 * pruned to. So sizes have their rounds in common up to there; from there on each goes its own way, on a copy of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "train/unigram_required.h"
#include "train/unigram_seeds.h"
#include "train/unigram_trainer.h"

/* The vocabulary that pruning leaves is larger than what is asked for; the lowest scores go at last
 * (sentencepiece: src/unigram_model_trainer.cc, desired_vocab_size_). */
#define SPARE 1.1

/* Rounds over the chosen pieces. The second moves the likelihood of held-out text by less than one part
 * in ten thousand. */
enum { LAST_ROUNDS = 2 };

tkz_status tkz__unigram_tell(const tkz_progress_callback *progress, uint64_t done, uint64_t total,
                             tkz_error *error)
{
    const tkz_progress now = {.pass = "train", .pass_count = 1, .steps_done = done,
                              .steps_total = total};
    if (progress == NULL || progress->report(progress->context, &now) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CANCELLED, NULL, TKZ__NO_OFFSET, "cancelled");
}

/* ---- A size of its own ------------------------------------------------------------------------ */

/* The way of one size from where the pieces are those of `em`. */
struct way {
    tkz_unigram_trainer *trainer;
    tkz__unigram_target *target;
    tkz_unigram_options options; /* with its size; shares all texts with those of the trainer */
    tkz__unigram_em *em;
    const tkz_progress_callback *progress;
    tkz_error *error;
    tkz__meta_tokens meta;
    tkz__final_pieces trained;
    size_t room; /* pieces of the vocabulary that are trained */
};

static size_t goal_of(const tkz__unigram_target *target)
{
    return (size_t)((double)target->size * SPARE);
}

/* Rounds of expectation maximisation between two prunings. */
static tkz_status do_rounds(tkz_unigram_trainer *trainer, const tkz_progress_callback *progress, tkz_error *error)
{
    uint64_t seeds = trainer->report.seeds;
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < trainer->options->sub_iterations; i++) {
        status = tkz__unigram_em_round(&trainer->em, false, error);
        if (status == TKZ_OK)
            status = tkz__unigram_tell(progress, seeds - trainer->em.pieces->count, seeds, error);
    }
    return status;
}

static size_t shrunk(const tkz_unigram_trainer *trainer, size_t count)
{
    return (size_t)(trainer->options->shrinking_factor * (double)count);
}

/* Prunes until no more than the goal are left. Rounds have just been done. */
static tkz_status prune_to(struct way *way, size_t goal)
{
    tkz__unigram_pieces *pieces = way->em->pieces;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && pieces->count > goal) {
        size_t next = shrunk(way->trainer, pieces->count), before = pieces->count;
        status = tkz__unigram_em_prune(way->em, next > goal ? next : goal, way->error);
        way->target->report.prunings++;
        if (pieces->count == before)
            break; /* only what must stay is left */
        if (status == TKZ_OK)
            status = do_rounds(way->trainer, way->progress, way->error);
    }
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

/* Keeps the alphabet, what is required, and the highest scores, as many as there is room for. */
static tkz_status select_highest(const struct way *way, uint8_t *keep, ranked_piece *list)
{
    tkz__unigram_pieces *pieces = way->em->pieces;
    size_t count = 0, others = way->room - way->trainer->sentences.alphabet_count - way->trainer->sentences.required.count;
    for (size_t i = 0; i < pieces->count; i++) {
        keep[i] = pieces->is_kept[i];
        if (!keep[i])
            list[count++] = (ranked_piece){pieces->scores[i], (uint32_t)i};
    }
    qsort(list, count, sizeof *list, compare_ranked);
    for (size_t i = 0; i < count && i < others; i++)
        keep[list[i].piece] = 1;
    return tkz__unigram_pieces_select(pieces, keep, way->error);
}

/* Removes what is not chosen, and scores the rest again: sentencepiece leaves the scores that they had
 * among more pieces. */
static tkz_status score_again(struct way *way)
{
    const tkz_allocator *allocator = &way->trainer->allocator;
    tkz_status status = tkz__unigram_em_drop_beaten(way->em, way->error);
    size_t count = way->em->pieces->count;
    uint8_t *keep = tkz__allocate(allocator, count);
    ranked_piece *list = tkz__allocate_array(allocator, count, sizeof *list);
    if (status == TKZ_OK && (keep == NULL || list == NULL))
        status = tkz__error_memory(way->error, count * sizeof *list);
    if (status == TKZ_OK)
        status = select_highest(way, keep, list);
    tkz__release(allocator, keep, count);
    tkz__release_array(allocator, list, count, sizeof *list);
    for (unsigned i = 0; status == TKZ_OK && i < LAST_ROUNDS; i++)
        status = tkz__unigram_em_round(way->em, true, way->error);
    if (status == TKZ_OK)
        status = tkz__unigram_required_raise(way->em, way->trainer->sentences.alphabet_count,
                                             way->trainer->sentences.required.count, way->error);
    return status;
}

/* ---- Models ------------------------------------------------------------------------------------ */

/* The pieces with the highest scores, and all that are kept. */
static tkz_status take_pieces(struct way *way)
{
    const tkz__unigram_pieces *pieces = way->em->pieces;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < pieces->count; i++)
        status = tkz__final_pieces_add(&way->trained, tkz__unigram_pieces_text(pieces, i), pieces->pieces[i].length,
                                       (float)pieces->scores[i], way->error);
    way->target->report.likelihood = way->em->likelihood;
    return status;
}

static tkz_status check_result(const struct way *way)
{
    size_t size = way->meta.count + way->trained.count;
    if (size == way->target->size || !way->options.hard_vocab_limit)
        return TKZ_OK;
    return tkz__error_set(way->error, TKZ_STATUS_INVALID_OPTION, "vocab_size", TKZ__NO_OFFSET,
                          "the text has pieces for %zu ids, not for %u: take %zu or fewer, or "
                          "hard_vocab_limit false",
                          size, way->target->size, size);
}

static tkz_status write_model(struct way *way)
{
    tkz__unigram_target *target = way->target;
    tkz_status status = tkz__unigram_finish(&way->trained, way->room, &way->trainer->sentences, way->error);
    if (status == TKZ_OK)
        status = check_result(way);
    if (status == TKZ_OK)
        status = tkz__unigram_model(&way->options, &way->meta, &way->trained, &way->trainer->allocator, &target->model,
                                    way->error);
    target->report.size = (uint32_t)(way->meta.count + way->trained.count);
    target->is_done = status == TKZ_OK;
    way->trainer->done_count += target->is_done;
    return status;
}

static tkz_status begin_way(struct way *way, tkz_unigram_trainer *trainer, const tkz_progress_callback *progress,
                            tkz_error *error)
{
    memset(way, 0, sizeof *way);
    way->trainer = trainer;
    way->target = &trainer->targets[trainer->done_count];
    way->target->report = trainer->report;
    way->options = *trainer->options;
    way->options.vocab_size = way->target->size;
    way->em = &trainer->em;
    way->progress = progress;
    way->error = error;
    tkz__final_pieces_init(&way->trained, &trainer->allocator);
    tkz_status status = tkz__meta_tokens_init(&way->meta, &way->options, error);
    way->room = way->target->size - way->meta.count;
    return status;
}

static void end_way(struct way *way)
{
    tkz__meta_tokens_free(&way->meta);
    tkz__final_pieces_free(&way->trained);
}

/* Makes the model of the next size; `is_stuck`: the last pruning found nothing to take away. */
static tkz_status finish_size(tkz_unigram_trainer *trainer, bool is_stuck, const tkz_progress_callback *progress,
                              tkz_error *error)
{
    struct way way;
    tkz__unigram_pieces copy;
    bool is_last = trainer->done_count + 1 == trainer->target_count;
    tkz__unigram_pieces_init(&copy, &trainer->allocator);
    tkz_status status = begin_way(&way, trainer, progress, error);
    if (status == TKZ_OK && !is_last) { /* the others need the pieces as they are */
        status = tkz__unigram_pieces_copy(&copy, &trainer->pieces, error);
        trainer->em.pieces = &copy;
    }
    if (status == TKZ_OK && !is_stuck)
        status = prune_to(&way, goal_of(way.target));
    if (status == TKZ_OK)
        status = score_again(&way);
    if (status == TKZ_OK)
        status = take_pieces(&way);
    trainer->em.pieces = &trainer->pieces;
    tkz__unigram_pieces_free(&copy);
    if (status == TKZ_OK)
        status = write_model(&way);
    end_way(&way);
    return status;
}

/* ---- Steps ------------------------------------------------------------------------------------- */

tkz_status tkz__unigram_trainer_place(tkz_unigram_trainer *trainer, tkz_error *error)
{
    tkz_status status = tkz__unigram_pieces_match(&trainer->pieces, &trainer->text, error);
    if (status == TKZ_OK)
        status = tkz__unigram_em_init(&trainer->em, &trainer->pieces, &trainer->text, trainer->executor,
                                      &trainer->allocator, error);
    trainer->has_pieces = status == TKZ_OK;
    return status;
}

static tkz_status find_seeds(tkz_unigram_trainer *trainer, tkz_error *error)
{
    tkz_status status = tkz__unigram_seeds(&trainer->pieces, trainer->options, &trainer->sentences, &trainer->text,
                                           TKZ__SEED_BLOCK, error);
    trainer->report.seeds = trainer->pieces.count;
    if (status == TKZ_OK)
        status = tkz__unigram_trainer_check_memory(trainer, error);
    if (status == TKZ_OK)
        status = tkz__unigram_trainer_place(trainer, error);
    if (status == TKZ_OK && trainer->sentences.required.count > 0) /* how often they stand is not known yet */
        status = tkz__unigram_pieces_recount(&trainer->pieces, &trainer->text, error);
    if (status == TKZ_OK)
        tkz__unigram_em_begin(&trainer->em);
    return status;
}

static bool has_size_left(const tkz_unigram_trainer *trainer)
{
    return trainer->done_count < trainer->target_count;
}

static tkz_status prune_once(tkz_unigram_trainer *trainer, const tkz_progress_callback *progress, tkz_error *error)
{
    tkz_status status = do_rounds(trainer, progress, error);
    size_t before = trainer->pieces.count, next = shrunk(trainer, before);
    while (status == TKZ_OK && has_size_left(trainer)) {
        size_t goal = goal_of(&trainer->targets[trainer->done_count]);
        if (before > goal && next > goal)
            break;
        status = finish_size(trainer, false, progress, error);
    }
    if (status != TKZ_OK || !has_size_left(trainer))
        return status;
    status = tkz__unigram_em_prune(&trainer->em, next, error);
    trainer->report.prunings++;
    bool is_stuck = trainer->pieces.count == before;
    while (status == TKZ_OK && is_stuck && has_size_left(trainer))
        status = finish_size(trainer, true, progress, error);
    return status;
}

/* With the arithmetic of sentencepiece each size is a training of its own. */
static tkz_status train_compat(tkz_unigram_trainer *trainer, const tkz_progress_callback *progress, tkz_error *error)
{
    struct way way;
    tkz_status status = begin_way(&way, trainer, progress, error);
    if (status == TKZ_OK)
        status = tkz__unigram_train_compat(&way.options, &trainer->sentences, progress, &way.trained,
                                           &way.target->report, error);
    if (status == TKZ_OK)
        status = write_model(&way);
    end_way(&way);
    return status;
}

tkz_status tkz__unigram_trainer_step(tkz_unigram_trainer *trainer, const tkz_progress_callback *progress,
                                     tkz_error *error)
{
    if (trainer->options->compat != TKZ__COMPAT_NONE)
        return train_compat(trainer, progress, error);
    return trainer->has_pieces ? prune_once(trainer, progress, error) : find_seeds(trainer, error);
}
