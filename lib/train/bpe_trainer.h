/* SPDX-License-Identifier: Apache-2.0
 *
 * A BPE trainer from inside, for those parts that save it and make models of it. Leans on
 * bpe_merges.
 */
#ifndef TKZ_TRAIN_BPE_TRAINER_H
#define TKZ_TRAIN_BPE_TRAINER_H

#include "core/buffer.h"
#include "train/bpe_merges.h"

struct tkz_bpe_trainer {
    tkz_allocator allocator;
    tkz_bpe_options *options; /* with all defaults filled in */
    tkz__bpe_alphabet alphabet;
    tkz__bpe_tokens tokens; /* the alphabet, then what each merge made */
    tkz__bpe_words words;
    tkz__bpe_merger merger;
    bool has_merger;
    uint32_t base;       /* ids that are no merges */
    uint32_t least;      /* and those that required tokens need at least */
    uint32_t more;       /* that they need behind all merges, once no pair is left */
    uint64_t types;      /* different words, */
    uint64_t occurrences; /* and all of them */
    uint64_t words_hash; /* of the words before the first merge; of both lists of them */
    /* The second stage: words of its own, laid out but without merges until the vocabulary has `transition` ids
     * (0: there is no such stage); from then on they are `words`. */
    tkz__bpe_words super_words;
    uint32_t transition;
    bool is_second; /* `words` are those of the second stage */
};

/* How sentencepiece's ids begin. */
enum { TKZ__BPE_META = 3 };
extern const char *const tkz__bpe_meta[TKZ__BPE_META]; /* <unk> <s> </s> */

/* Number of merges so far. */
static inline size_t tkz__bpe_trainer_merges(const tkz_bpe_trainer *trainer)
{
    return trainer->tokens.count - trainer->alphabet.count;
}

/* Merges in `words` what the tokens behind the alphabet were made of, in their order: each word becomes
 * what it was when the last of them was made. n log n in the longest word. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_replay(tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                                       uint32_t alphabet, const tkz_allocator *allocator,
                                       tkz_error *error);

/* Do offsets ascend, is there a word, are the occurrences a number? Errors: INVALID_ARGUMENT, OVERFLOW, EMPTY_INPUT. */
TKZ_CHECKED tkz_status tkz__bpe_trainer_check_words(const tkz_word_list *words, tkz_error *error);

/* Is the need within the memory of the options? Errors: LIMIT. */
TKZ_CHECKED tkz_status tkz__bpe_trainer_check_memory(const tkz_bpe_trainer *trainer, tkz_error *error);

/* Puts the words of the second stage in the place of those of the first, merged as far as the tokens go. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_trainer_begin_second(tkz_bpe_trainer *trainer, tkz_error *error);

/* How the vocabulary was made: JSON, for a tokenizer of `size` ids. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_trainer_provenance(const tkz_bpe_trainer *trainer, uint32_t size,
                                                   tkz__buffer *json, tkz_error *error);

#endif
