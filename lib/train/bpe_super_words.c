/* SPDX-License-Identifier: Apache-2.0
 *
 * The second stage of BPE training: merges go on in longer words, across the borders that the first stage kept to.
 * Leans on bpe_trainer.h.
 *
 * SuperBPE (Liu et al. 2025, arXiv 2503.13423; PythonNut/superbpe): the first merges up to a transition point are found
 * within pre-tokens, the others without those borders. There, as here, the second stage begins with what the first
 * merges make of the longer words, whichever borders they cross: that is what encoding gives with these merges, and so
 * counts are those of the texts as the finished tokenizer cuts them.
 */
#include <inttypes.h>
#include <string.h>

#include "core/hash.h"
#include "train/bpe_trainer.h"

static tkz_status check(const tkz_bpe_trainer *trainer, uint32_t transition, tkz_error *error)
{
    if (trainer->has_merger || trainer->transition != 0 || tkz__bpe_trainer_merges(trainer) > 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the words of the second stage are given once, before the first merge");
    if (trainer->options->order == TKZ_BPE_ORDER_SENTENCEPIECE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "order", TKZ__NO_OFFSET,
                              "a second stage needs the order of HF or rustbpe: a SentencePiece model has no "
                              "pre-tokenizer whose borders could be left behind");
    if (transition >= trainer->base && transition < trainer->options->size)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "transition", TKZ__NO_OFFSET,
                          "the second stage begins at %" PRIu32 " ids; it must be at %" PRIu32 " to %" PRIu32
                          ", behind special tokens and alphabet and below the size",
                          transition, trainer->base, trainer->options->size - 1);
}

tkz_status tkz_bpe_trainer_set_super_words(tkz_bpe_trainer *trainer, const tkz_word_list *words,
                                           uint32_t transition, tkz_error *error)
{
    tkz_status status = check(trainer, transition, error);
    if (status == TKZ_OK)
        status = tkz__bpe_trainer_check_words(words, error);
    if (status == TKZ_OK)
        status = tkz__bpe_words_init(&trainer->super_words, words, &trainer->alphabet,
                                     trainer->options->memory, &trainer->allocator, error);
    if (status != TKZ_OK)
        return status;
    trainer->transition = transition;
    trainer->words_hash = tkz__hash_u64(trainer->words_hash + transition) ^
                          tkz__bpe_words_hash(&trainer->super_words);
    return tkz__bpe_trainer_check_memory(trainer, error);
}

tkz_status tkz__bpe_trainer_begin_second(tkz_bpe_trainer *trainer, tkz_error *error)
{
    if (trainer->has_merger)
        tkz__bpe_merger_free(&trainer->merger);
    trainer->has_merger = false;
    tkz__bpe_words_free(&trainer->words);
    trainer->words = trainer->super_words;
    memset(&trainer->super_words, 0, sizeof trainer->super_words);
    trainer->is_second = true;
    return tkz__bpe_replay(&trainer->words, &trainer->tokens, trainer->alphabet.count,
                           &trainer->allocator, error);
}
