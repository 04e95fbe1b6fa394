/* SPDX-License-Identifier: Apache-2.0
 *
 * The BPE trainer: words in, merges found. Leans on bpe_trainer.h and word_counts.
 */
#include "train/bpe_trainer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "train/bpe_required.h"
#include "train/word_counts.h"

const char *const tkz__bpe_meta[TKZ__BPE_META] = {"<unk>", "<s>", "</s>"};

/* ---- Making one ------------------------------------------------------------------ */

tkz_status tkz__bpe_trainer_check_words(const tkz_word_list *words, tkz_error *error)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (words->offsets[i + 1] < words->offsets[i])
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, i,
                                  "the offsets of words do not ascend");
        if (__builtin_add_overflow(sum, words->counts[i], &sum))
            return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, i,
                                  "all words together occur more than 2^64-1 times");
    }
    if (sum == 0)
        return tkz__error_set(error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                              "there are no words to train on: no document has text, or the table of counts is "
                              "empty");
    return TKZ_OK;
}

/* No merge may spell a piece that the model has by itself. */
static tkz_status forbid_fixed(tkz_bpe_options *options, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    bool is_piece = options->order == TKZ_BPE_ORDER_SENTENCEPIECE;
    for (size_t i = 0; status == TKZ_OK && is_piece && i < TKZ__BPE_META; i++)
        status = tkz__bpe_options_reserve(options, tkz__bpe_meta[i], strlen(tkz__bpe_meta[i]), error);
    for (unsigned byte = 0; status == TKZ_OK && options->byte_fallback && byte < 256; byte++) {
        char text[8];
        (void)snprintf(text, sizeof text, "<0x%02X>", byte);
        status = tkz__bpe_options_reserve(options, text, 6, error);
    }
    return status;
}

/* Specials that the kind of model has not by itself. */
static uint32_t count_specials(const tkz_bpe_options *options)
{
    size_t count = options->specials.count;
    if (options->order == TKZ_BPE_ORDER_SENTENCEPIECE)
        for (size_t i = 0; i < TKZ__BPE_META; i++)
            count += tkz__byte_map_find(&options->specials, tkz__bpe_meta[i],
                                        strlen(tkz__bpe_meta[i])) == NULL;
    return (uint32_t)count;
}

static tkz_status check_size(const tkz_bpe_trainer *trainer, tkz_error *error)
{
    uint64_t base = (uint64_t)count_specials(trainer->options) + trainer->alphabet.count +
                    (trainer->options->byte_fallback ? 256 : 0);
    if (base <= trainer->options->size)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                          "a vocabulary of %" PRIu32 " ids has no room for %" PRIu64
                          " of special tokens, bytes and the alphabet of %" PRIu32
                          "; make it larger, or the coverage of characters smaller",
                          trainer->options->size, base, trainer->alphabet.count);
}

/* How many ids do alphabet and required tokens need? */
static tkz_status measure_required(tkz_bpe_trainer *trainer, tkz_error *error)
{
    uint32_t more, size = trainer->options->size;
    tkz_status status = tkz__bpe_required_count(trainer, 0, &more, error);
    trainer->least = trainer->base + more;
    if (status != TKZ_OK || trainer->least <= size)
        return status;
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                          "a vocabulary of %" PRIu32 " ids has no room for %zu required tokens, which need %" PRIu32
                          " with alphabet and special tokens; make it larger, or require fewer",
                          size, trainer->options->required_tokens.count, trainer->least);
}

static tkz_status prepare(tkz_bpe_trainer *trainer, const tkz_word_list *words, tkz_error *error)
{
    tkz_bpe_options *options = trainer->options;
    tkz_status status = forbid_fixed(options, error);
    if (status == TKZ_OK)
        status = tkz__bpe_required_check(options, error);
    if (status == TKZ_OK)
        status = tkz__bpe_required_check_cuts(options, error);
    if (status == TKZ_OK)
        status = tkz__bpe_alphabet_init(&trainer->alphabet, options, words, error);
    if (status == TKZ_OK)
        status = check_size(trainer, error);
    if (status == TKZ_OK)
        status = tkz__bpe_tokens_init(&trainer->tokens, options, &trainer->alphabet, error);
    if (status == TKZ_OK)
        status = tkz__bpe_words_init(&trainer->words, words, &trainer->alphabet, options->memory,
                                     &trainer->allocator, error);
    if (status != TKZ_OK)
        return status;
    trainer->base = count_specials(options) + trainer->alphabet.count +
                    (options->byte_fallback ? 256 : 0);
    trainer->words_hash = tkz__bpe_words_hash(&trainer->words);
    trainer->types = words->count;
    for (size_t i = 0; i < words->count; i++)
        trainer->occurrences += words->counts[i];
    status = measure_required(trainer, error);
    return status == TKZ_OK ? tkz__bpe_trainer_check_memory(trainer, error) : status;
}

tkz_status tkz_bpe_trainer_new(tkz_bpe_trainer **trainer, const tkz_bpe_options *options,
                               const tkz_word_list *words, const tkz_allocator *allocator,
                               tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *trainer = NULL;
    tkz_status status = tkz__bpe_options_check(options, error);
    if (status == TKZ_OK)
        status = tkz__bpe_trainer_check_words(words, error);
    if (status != TKZ_OK)
        return status;
    tkz_bpe_trainer *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    status = tkz__bpe_options_copy(&made->options, options, &memory, error);
    if (status == TKZ_OK)
        status = prepare(made, words, error);
    if (status == TKZ_OK)
        *trainer = made;
    else
        tkz_bpe_trainer_free(made);
    return status;
}

static tkz_status take_pre_tokenizer(tkz_bpe_trainer *trainer, const tkz_word_counts *counts, tkz_error *error)
{
    trainer->options->pre_tokenizer = tkz__word_counts_pre_tokenizer(counts);
    return tkz__bpe_required_check_cuts(trainer->options, error);
}

tkz_status tkz_bpe_trainer_of_counts(tkz_bpe_trainer **trainer, const tkz_bpe_options *options,
                                     const tkz_word_counts *counts, const tkz_allocator *allocator,
                                     tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    const tkz__byte_map *map = tkz__word_counts_map(counts);
    size_t count = map->count;
    *trainer = NULL;
    uint64_t *offsets = tkz__allocate_array(&memory, count + 1, sizeof *offsets);
    uint64_t *numbers = tkz__allocate_array(&memory, count + 1, sizeof *numbers);
    tkz_status status = TKZ_OK;
    if (offsets == NULL || numbers == NULL)
        status = tkz__error_memory(error, (count + 1) * sizeof *offsets);
    if (status == TKZ_OK) {
        /* The keys of a map stand one behind the other in the order of its entries. */
        for (size_t i = 0; i < count; i++) {
            offsets[i] = map->entries[i].key_offset;
            numbers[i] = map->entries[i].value;
        }
        offsets[count] = map->key_size;
        const tkz_word_list words = {(const char *)map->keys, offsets, numbers, count};
        status = tkz_bpe_trainer_new(trainer, options, &words, &memory, error);
    }
    if (status == TKZ_OK && (*trainer)->options->pre_tokenizer == NULL &&
        options->order != TKZ_BPE_ORDER_SENTENCEPIECE)
        status = take_pre_tokenizer(*trainer, counts, error);
    if (status != TKZ_OK) {
        tkz_bpe_trainer_free(*trainer);
        *trainer = NULL;
    }
    tkz__release_array(&memory, offsets, count + 1, sizeof *offsets);
    tkz__release_array(&memory, numbers, count + 1, sizeof *numbers);
    return status;
}

void tkz_bpe_trainer_free(tkz_bpe_trainer *trainer)
{
    if (trainer == NULL)
        return;
    if (trainer->has_merger)
        tkz__bpe_merger_free(&trainer->merger);
    tkz__bpe_words_free(&trainer->words);
    tkz__bpe_words_free(&trainer->super_words);
    tkz__bpe_tokens_free(&trainer->tokens);
    tkz__bpe_alphabet_free(&trainer->alphabet);
    tkz_bpe_options_free(trainer->options);
    tkz_allocator allocator = trainer->allocator;
    tkz__release(&allocator, trainer, sizeof *trainer);
}

/* ---- Running it ------------------------------------------------------------------- */

/* Of one stage, with the words of a later one waiting as places alone. */
static uint64_t stage_need(const tkz_bpe_trainer *trainer, uint64_t places, uint64_t words, uint64_t waiting)
{
    uint64_t ids = trainer->options->size, most = trainer->base + places;
    if (ids > most)
        ids = most;
    uint64_t first = places * TKZ__BPE_PLACE_NEED + words * TKZ__BPE_WORD_NEED;
    uint64_t last = places * TKZ__BPE_LAST_NEED + ids * TKZ__BPE_ID_NEED;
    if (trainer->options->minimum_count <= 1 && ids > places / TKZ__BPE_ONCE_PLACES)
        last += places * (ids > places / TKZ__BPE_ALL_PLACES ? TKZ__BPE_ALL_NEED : TKZ__BPE_ONCE_NEED);
    return (first > last ? first : last) + waiting * sizeof(uint32_t);
}

uint64_t tkz_bpe_trainer_need(const tkz_bpe_trainer *trainer)
{
    uint64_t later = trainer->super_words.size;
    uint64_t first = stage_need(trainer, trainer->words.size, trainer->types, later);
    uint64_t second = later > 0 ? stage_need(trainer, later, 0, 0) : 0;
    return first > second ? first : second;
}

tkz_status tkz__bpe_trainer_check_memory(const tkz_bpe_trainer *trainer, tkz_error *error)
{
    uint64_t need = tkz_bpe_trainer_need(trainer), memory = trainer->options->memory;
    if (memory == 0 || need <= memory)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                          "training needs about %" PRIu64 " bytes of memory, more than the %" PRIu64
                          " that it may take",
                          need, memory);
}

uint32_t tkz_bpe_trainer_base(const tkz_bpe_trainer *trainer)
{
    return trainer->base;
}

uint32_t tkz_bpe_trainer_size(const tkz_bpe_trainer *trainer)
{
    uint64_t size = trainer->base + tkz__bpe_trainer_merges(trainer) + trainer->more;
    return size < trainer->options->size ? (uint32_t)size : trainer->options->size;
}

uint32_t tkz_bpe_trainer_least(const tkz_bpe_trainer *trainer)
{
    return trainer->least;
}

int32_t tkz_bpe_trainer_is_done(const tkz_bpe_trainer *trainer)
{
    return trainer->has_merger && trainer->merger.is_done &&
           (trainer->transition == 0 || trainer->is_second);
}

/* Makes merges in the words that are there until the vocabulary has `size` ids. */
static tkz_status run_stage(tkz_bpe_trainer *trainer, uint32_t size,
                            const tkz_progress_callback *progress, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (!trainer->has_merger) {
        status = tkz__bpe_merger_init(&trainer->merger, &trainer->words, &trainer->tokens,
                                      &trainer->allocator, error);
        trainer->has_merger = status == TKZ_OK;
    }
    if (status != TKZ_OK)
        return status;
    size_t alphabet = trainer->alphabet.count;
    size_t wanted = size > trainer->base ? size - trainer->base : 0;
    status = tkz__bpe_merger_run(&trainer->merger, alphabet + wanted, alphabet,
                                 alphabet + trainer->options->size - trainer->base, progress, error);
    if (status == TKZ_OK && tkz_bpe_trainer_is_done(trainer)) /* what required tokens need comes behind all */
        status = tkz__bpe_required_count(trainer, tkz__bpe_trainer_merges(trainer), &trainer->more, error);
    return status;
}

tkz_status tkz_bpe_trainer_run(tkz_bpe_trainer *trainer, uint32_t size,
                               const tkz_progress_callback *progress, tkz_error *error)
{
    uint32_t largest = trainer->options->size;
    if (size == 0)
        size = largest;
    if (size > largest)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a vocabulary of %" PRIu32 " ids: the options say %" PRIu32, size,
                              largest);
    if (trainer->transition == 0 || trainer->is_second)
        return run_stage(trainer, size, progress, error);
    tkz_status status = TKZ_OK;
    if (tkz_bpe_trainer_size(trainer) < trainer->transition)
        status = run_stage(trainer, size < trainer->transition ? size : trainer->transition, progress, error);
    bool is_over = tkz_bpe_trainer_size(trainer) >= trainer->transition ||
                   (trainer->has_merger && trainer->merger.is_done);
    if (status != TKZ_OK || !is_over || size <= trainer->transition)
        return status;
    status = tkz__bpe_trainer_begin_second(trainer, error);
    return status == TKZ_OK ? run_stage(trainer, size, progress, error) : status;
}

tkz_status tkz_train_bpe(const tkz_word_counts *counts, const tkz_bpe_options *options,
                         const tkz_progress_callback *progress, const tkz_allocator *allocator,
                         tkz_tokenizer **tokenizer, tkz_error *error)
{
    tkz_bpe_trainer *trainer;
    *tokenizer = NULL;
    tkz_status status = tkz_bpe_trainer_of_counts(&trainer, options, counts, allocator, error);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_run(trainer, 0, progress, error);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_tokenizer(trainer, 0, tokenizer, error);
    tkz_bpe_trainer_free(trainer);
    return status;
}
