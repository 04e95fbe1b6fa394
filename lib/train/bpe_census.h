/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the pairs that come next in training: those above a threshold, as many as memory has room for. Leans on
 * bpe_words, bpe_tokens and bpe_pairs.
 */
#ifndef TKZ_TRAIN_BPE_CENSUS_H
#define TKZ_TRAIN_BPE_CENSUS_H

#include "train/bpe_pairs.h"
#include "train/bpe_tokens.h"
#include "train/bpe_words.h"

typedef struct tkz__bpe_census_bounds {
    uint64_t minimum; /* rarer pairs are never merged; at least 1 */
    uint64_t below;   /* pairs that occur so often have had their turn: those that spell a forbidden text */
    uint64_t room;    /* bytes for lists and what it takes to find them, about */
    uint64_t wanted;  /* pairs, about: as many as there are merges to come */
} tkz__bpe_census_bounds;

/* Fills `pairs`, which must be empty, with all pairs of neighbours whose count reaches a threshold but not bounds->below,
 * and whose tokens may be joined; pairs->minimum becomes that threshold, which is chosen by the bounds: a low one
 * wherever there is room, but one pair at least is found. Each token of `words` must fill one place
 * (tkz__bpe_words_compact). False in `*found`: no pair that occurs `minimum` times is left. Rare pairs, of which there are
 * many, take no memory. The time is linear in the places. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__bpe_census(tkz__bpe_pairs *pairs, const tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                                       const tkz__bpe_census_bounds *bounds, bool *found, tkz_error *error);

#endif
