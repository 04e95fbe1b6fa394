/* SPDX-License-Identifier: Apache-2.0
 *
 * The greedy loop of BPE training: from words to merges. Leans on bpe_words, bpe_tokens and
 * bpe_pairs.
 */
#ifndef TKZ_TRAIN_BPE_MERGES_H
#define TKZ_TRAIN_BPE_MERGES_H

#include "train/bpe_pairs.h"
#include "train/bpe_tokens.h"
#include "train/bpe_words.h"

/* What one token gains as left or right neighbour of the token being made. */
typedef struct tkz__bpe_neighbour {
    uint64_t count;
    uint32_t places;
    uint32_t record; /* of the new pair, or none: it is too rare or may not be joined */
} tkz__bpe_neighbour;

/* One side of the token being made. */
typedef struct tkz__bpe_side {
    tkz__bpe_neighbour *neighbours; /* by id */
    size_t capacity;
    uint32_t *touched; /* ids with something in `neighbours` */
    size_t touched_count;
    size_t touched_capacity;
} tkz__bpe_side;

/* Words, tokens and the pairs of neighbours, kept in step. */
typedef struct tkz__bpe_merger {
    tkz__bpe_words *words;
    tkz__bpe_tokens *tokens; /* grows by one with each merge */
    uint32_t *widths;        /* places that a token fills */
    size_t width_capacity;
    tkz__bpe_pairs pairs; /* all up to the bound pairs.last */
    uint64_t minimum;     /* rarer pairs are not merged at all */
    uint64_t memory;      /* about how many bytes words and pairs may take together */
    tkz__bpe_side before;
    tkz__bpe_side behind;
    bool is_done; /* no pair is left */
    tkz_allocator allocator;
} tkz__bpe_merger;

/* Begins with `words` as they are by now, which must live as long as the tokens. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_merger_init(tkz__bpe_merger *merger, tkz__bpe_words *words,
                                            tkz__bpe_tokens *tokens,
                                            const tkz_allocator *allocator, tkz_error *error);
void tkz__bpe_merger_free(tkz__bpe_merger *merger); /* accepts an all-zero struct */

/* Merges the best pair again and again, until there are `token_limit` tokens or no pair is left. The
 * time is linear in the places of the words, but for the sorting of pairs. `progress` may be NULL; its
 * steps are tokens from `base` on, of `total`. Errors: CANCELLED (it can go on), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_merger_run(tkz__bpe_merger *merger, size_t token_limit,
                                           size_t base, size_t total,
                                           const tkz_progress_callback *progress,
                                           tkz_error *error);

#endif
