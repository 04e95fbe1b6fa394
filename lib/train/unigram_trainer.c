/* SPDX-License-Identifier: Apache-2.0
 *
 * A Unigram trainer: its lines, its memory, and the steps that it takes. Leans on unigram_trainer.h and the rounds.
 */
#include "train/unigram_trainer.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "train/unigram_seeds.h"

/* ---- Memory -------------------------------------------------------------------------------- */

/* Pieces to begin with for each character of the different segments, near enough: 0.27 were found in literature of 2 and 5
 * MB, 0.34 in laws of 5. How many there really are is known behind the search, which takes less for each of them. */
#define SEEDS_PER_CHARACTER 0.4

/* Bytes at the time when most is taken, with so many seeds: while these are looked for, or by the first rounds. */
static uint64_t estimate(const tkz_unigram_trainer *trainer, uint64_t seeds)
{
    const tkz__unigram_text *text = &trainer->text;
    uint64_t size = text->size + text->count, wanted = tkz__unigram_seed_count(trainer->options);
    uint64_t block = size < TKZ__SEED_BLOCK ? size : TKZ__SEED_BLOCK;
    uint64_t searching = block * (5 * 4 + 8) + (seeds < wanted ? seeds : wanted * 4) * 40;
    /* A piece: 16 + 8 + 1, its text of 5 characters twice, its edges in the trie at 1.5 to 3 slots. */
    uint64_t pieces = seeds * (25 + 16 + 5 * 8 + 8 + 5 * 3 * 12);
    uint64_t training = pieces + tkz__unigram_em_need(seeds, text->size, trainer->longest) +
                        text->size * sizeof(uint32_t);
    if (trainer->target_count > 1) /* a copy for each size but the last, at a time when many pieces have gone */
        training += text->size * sizeof(uint32_t) + (uint64_t)trainer->targets[0].size * 200;
    uint64_t held = text->size * sizeof(uint32_t) + text->count * 16;
    return held + (searching > training ? searching : training);
}

tkz_status tkz__unigram_trainer_check_memory(tkz_unigram_trainer *trainer, tkz_error *error)
{
    uint64_t limit = trainer->options->memory, wanted = tkz__unigram_seed_count(trainer->options);
    uint64_t seeds = trainer->pieces.count, likely = (uint64_t)((double)trainer->text.size * SEEDS_PER_CHARACTER);
    if (seeds == 0)
        seeds = likely < wanted ? likely : wanted;
    uint64_t need = estimate(trainer, seeds);
    trainer->report.need = need;
    if (limit == 0 || need <= limit)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                          "training needs up to %llu MiB of memory, more than the %llu allowed: "
                          "lower seed_sentencepiece_size, or give less text",
                          (unsigned long long)(need >> 20), (unsigned long long)(limit >> 20));
}

uint64_t tkz_unigram_trainer_need(const tkz_unigram_trainer *trainer)
{
    return trainer->report.need;
}

uint64_t tkz_unigram_trainer_skipped(const tkz_unigram_trainer *trainer)
{
    return trainer->report.skipped;
}

/* ---- Sizes --------------------------------------------------------------------------------- */

static int compare_sizes(const void *left, const void *right)
{
    const tkz__unigram_target *a = left, *b = right;
    return a->size > b->size ? -1 : a->size < b->size;
}

/* Lists the sizes, the largest first, each once. */
static tkz_status list_targets(tkz_unigram_trainer *trainer, const uint32_t *sizes, size_t count, tkz_error *error)
{
    if (count == 0) {
        sizes = &trainer->options->vocab_size;
        count = 1;
    }
    if (count > 1 && trainer->options->seed_size == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "seed_sentencepiece_size", TKZ__NO_OFFSET,
                              "0 stands for another number with each size: with several sizes say the number");
    trainer->targets = tkz__allocate_zeroed(&trainer->allocator, count * sizeof *trainer->targets);
    if (trainer->targets == NULL)
        return tkz__error_memory(error, count * sizeof *trainer->targets);
    trainer->target_count = count;
    for (size_t i = 0; i < count; i++)
        trainer->targets[i].size = sizes[i];
    qsort(trainer->targets, count, sizeof *trainer->targets, compare_sizes);
    for (size_t i = 1; i < count; i++)
        if (trainer->targets[i].size == trainer->targets[i - 1].size)
            return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "vocab_size", TKZ__NO_OFFSET,
                                  "%u is given twice", trainer->targets[i].size);
    trainer->own.vocab_size = trainer->targets[0].size;
    return TKZ_OK;
}

/* Is there room for alphabet and symbols in the smallest of them? */
static tkz_status check_sizes(const tkz_unigram_trainer *trainer, tkz_error *error)
{
    uint32_t size = trainer->targets[trainer->target_count - 1].size;
    tkz_unigram_options options = *trainer->options;
    tkz__meta_tokens meta;
    options.vocab_size = size;
    tkz_status status = tkz__meta_tokens_init(&meta, &options, error);
    if (status != TKZ_OK)
        return status;
    size_t count = meta.count + trainer->sentences.required.count, fixed = count + trainer->sentences.alphabet_count;
    tkz__meta_tokens_free(&meta);
    if (fixed <= size)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "vocab_size", TKZ__NO_OFFSET,
                          "%u ids have no room for the %zu characters of the alphabet and %zu "
                          "other tokens that there must be: take %zu or more, or lower character_coverage",
                          size, trainer->sentences.alphabet_count, count, fixed);
}

/* ---- Making one ---------------------------------------------------------------------------- */

/* Of segments, or with `compat` of lines, and of the alphabet. */
static uint64_t hash_words(const tkz_unigram_trainer *trainer)
{
    const tkz__unigram_text *text = trainer->text.count > 0 ? &trainer->text : &trainer->sentences.lines;
    uint64_t hash = tkz__hash64(text->characters, text->size * sizeof *text->characters);
    hash = tkz__hash_u64(hash ^ tkz__hash64(text->starts, (text->count + 1) * sizeof *text->starts));
    hash = tkz__hash_u64(hash ^ tkz__hash64(text->counts, text->count * sizeof *text->counts));
    for (size_t i = 0; i < trainer->sentences.alphabet_count; i++) {
        hash = tkz__hash_u64(hash ^ trainer->sentences.alphabet[i].character);
        hash = tkz__hash_u64(hash ^ trainer->sentences.alphabet[i].count);
    }
    return hash;
}

/* Cuts the lines, which are not needed afterwards. */
static tkz_status cut_lines(tkz_unigram_trainer *trainer, tkz_error *error)
{
    const tkz__unigram_text *text = &trainer->text;
    tkz_status status = tkz__unigram_sentences_cut(&trainer->sentences, trainer->options, &trainer->text, error);
    if (status == TKZ_OK && text->count == 0)
        status = tkz__error_set(error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                                "the lines hold nothing but symbols and unknown characters");
    if (status != TKZ_OK)
        return status;
    tkz__unigram_text_free(&trainer->sentences.lines);
    trainer->report.segments = text->count;
    for (size_t i = 0; i < text->count; i++)
        if (text->starts[i + 1] - text->starts[i] > trainer->longest)
            trainer->longest = text->starts[i + 1] - text->starts[i];
    return tkz__unigram_trainer_check_memory(trainer, error);
}

static tkz_status prepare(tkz_unigram_trainer *trainer, const uint32_t *sizes, size_t size_count,
                          const tkz_word_list *lines, tkz_error *error)
{
    tkz__unigram_sentences *sentences = &trainer->sentences;
    tkz_status status = list_targets(trainer, sizes, size_count, error);
    if (status == TKZ_OK)
        status = tkz__unigram_sentences_init(sentences, trainer->options, lines, &trainer->allocator, error);
    if (status != TKZ_OK)
        return status;
    trainer->report.lines = sentences->lines.count;
    trainer->report.skipped = sentences->skipped;
    trainer->report.characters = sentences->alphabet_count;
    status = check_sizes(trainer, error);
    if (status == TKZ_OK && trainer->options->compat == TKZ__COMPAT_NONE)
        status = cut_lines(trainer, error);
    if (status == TKZ_OK)
        trainer->words_hash = hash_words(trainer);
    return status;
}

tkz_status tkz_unigram_trainer_new(tkz_unigram_trainer **trainer, const tkz_unigram_options *options,
                                   const uint32_t *sizes, size_t size_count, const tkz_word_list *lines,
                                   const tkz_executor *executor, const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *trainer = NULL;
    tkz_unigram_trainer *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->own = *options;
    made->options = &made->own;
    made->executor = executor;
    made->sentences.allocator = memory;
    tkz__unigram_text_init(&made->sentences.lines, &memory);
    tkz__unigram_text_init(&made->sentences.required, &memory);
    tkz__byte_map_init(&made->sentences.meta, &memory);
    tkz__unigram_text_init(&made->text, &memory);
    tkz__unigram_pieces_init(&made->pieces, &memory);
    tkz_status status = prepare(made, sizes, size_count, lines, error);
    if (status == TKZ_OK)
        *trainer = made;
    else
        tkz_unigram_trainer_free(made);
    return status;
}

void tkz_unigram_trainer_free(tkz_unigram_trainer *trainer)
{
    if (trainer == NULL)
        return;
    tkz__unigram_em_free(&trainer->em);
    tkz__unigram_pieces_free(&trainer->pieces);
    tkz__unigram_text_free(&trainer->text);
    tkz__unigram_sentences_free(&trainer->sentences);
    for (size_t i = 0; i < trainer->target_count; i++)
        tkz_bytes_free(&trainer->targets[i].model);
    tkz__release_array(&trainer->allocator, trainer->targets, trainer->target_count, sizeof *trainer->targets);
    tkz_allocator allocator = trainer->allocator;
    tkz__release(&allocator, trainer, sizeof *trainer);
}

/* ---- Running it ------------------------------------------------------------------------------ */

int32_t tkz_unigram_trainer_is_done(const tkz_unigram_trainer *trainer)
{
    return trainer->done_count == trainer->target_count;
}

tkz_status tkz_unigram_trainer_run(tkz_unigram_trainer *trainer, uint32_t steps,
                                   const tkz_progress_callback *progress, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && (steps == 0 || i < steps) && !tkz_unigram_trainer_is_done(trainer); i++)
        status = tkz__unigram_trainer_step(trainer, progress, error);
    return status;
}

static const tkz__unigram_target *find_target(const tkz_unigram_trainer *trainer, uint32_t size)
{
    for (size_t i = 0; i < trainer->done_count; i++)
        if (trainer->targets[i].size == size)
            return &trainer->targets[i];
    return NULL;
}

tkz_status tkz_unigram_trainer_model(const tkz_unigram_trainer *trainer, uint32_t size, tkz_bytes *model,
                                     tkz_unigram_report *report, tkz_error *error)
{
    const tkz__unigram_target *target = find_target(trainer, size);
    tkz__buffer buffer;
    memset(model, 0, sizeof *model);
    if (target == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a vocabulary of %u ids is not among those trained so far", size);
    tkz__buffer_init(&buffer, &trainer->allocator);
    tkz_status status = tkz__buffer_append(&buffer, target->model.data, target->model.size, error);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, model);
    tkz__buffer_free(&buffer);
    if (status == TKZ_OK && report != NULL)
        *report = target->report;
    return status;
}

tkz_status tkz_train_unigram(const tkz_unigram_options *options, const tkz_word_list *lines,
                             const tkz_executor *executor, const tkz_progress_callback *progress,
                             const tkz_allocator *allocator, tkz_bytes *model,
                             tkz_unigram_report *report, tkz_error *error)
{
    tkz_unigram_trainer *trainer;
    memset(model, 0, sizeof *model);
    if (report != NULL)
        memset(report, 0, sizeof *report);
    tkz_status status = tkz_unigram_trainer_new(&trainer, options, NULL, 0, lines, executor, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz_unigram_trainer_run(trainer, 0, progress, error);
    if (status == TKZ_OK)
        status = tkz_unigram_trainer_model(trainer, options->vocab_size, model, report, error);
    else if (report != NULL)
        *report = trainer->report;
    tkz_unigram_trainer_free(trainer);
    return status;
}
