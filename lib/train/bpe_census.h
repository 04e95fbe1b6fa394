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
    tkz__pair_count behind; /* the bound of the census before, or UINT64_MAX of TKZ__BPE_ALL_OF_COUNT: pairs up to it have
                             * had their turn, those that spell a forbidden text */
    uint64_t room;    /* bytes for lists and what it takes to find them, about */
    uint64_t wanted;  /* pairs, about: as many as there are merges to come */
} tkz__bpe_census_bounds;

/* Fills `pairs`, which must be empty, with all pairs of neighbours from behind bounds->behind up to another bound, and
 * whose tokens may be joined; pairs->last becomes that bound, which is chosen by `bounds`: a late one
 * wherever there is room, but one pair at least is found. Each token of `words` must fill one place
 * (tkz__bpe_words_compact). False in `*found`: no pair that occurs `minimum` times is left. Pairs behind the bound, of which
 * there are many, take no memory. The time is linear in the places, times the number of parts that `room` makes of pairs
 * that are equally frequent. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__bpe_census(tkz__bpe_pairs *pairs, const tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                                       const tkz__bpe_census_bounds *bounds, bool *found, tkz_error *error);

#endif
