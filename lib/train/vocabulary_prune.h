/* SPDX-License-Identifier: Apache-2.0
 *
 * Pruning from inside: what its two ways share, leaves of a BPE and the likelihood of a Unigram model.
 * Leans on vocabulary_rows.
 */
#ifndef TKZ_TRAIN_VOCABULARY_PRUNE_H
#define TKZ_TRAIN_VOCABULARY_PRUNE_H

#include "tokenize/vocabulary.h"
#include "train/vocabulary_rows.h"

enum { TKZ__PRUNE_GONE = 1, TKZ__PRUNE_KEPT = 2 /* it never goes */ };

typedef struct tkz__pruner {
    const tkz_tokenizer *tokenizer;
    tkz_allocator allocator;
    const tkz_word_list *words;
    uint32_t count;  /* ids of the model */
    uint32_t tokens; /* that are there and have not gone */
    uint8_t *states; /* by id */
    uint8_t *notes;  /* by id, of tokenizer_edit.h */
    uint64_t *frequencies; /* by id, in the words as the model cuts them by now */
    uint32_t *new_ids;     /* by id, for edits */
    bool has_marks;
    tkz_error *error;
} tkz__pruner;

/* Counts the tokens of the words as the model without those that have gone cuts them. */
TKZ_CHECKED tkz_status tkz__pruner_count(tkz__pruner *pruner);

/* Marks a token as gone. */
void tkz__pruner_drop(tkz__pruner *pruner, uint32_t id);

static inline bool tkz__pruner_may_go(const tkz__pruner *pruner, uint32_t id)
{
    return (pruner->notes[id] & TKZ__ID_THERE) != 0 && pruner->states[id] == 0;
}

/* Drops tokens until `size` are left. *is_short: no more can go. Errors: OUT_OF_MEMORY, those of encoding. */
TKZ_CHECKED tkz_status tkz__prune_leaves(tkz__pruner *pruner, uint32_t size, bool *is_short);
TKZ_CHECKED tkz_status tkz__prune_likelihood(tkz__pruner *pruner, uint32_t size, bool *is_short);

#endif
