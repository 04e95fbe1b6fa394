/* SPDX-License-Identifier: Apache-2.0
 *
 * What the counts of a vocabulary's tokens over a text say: entropies, how much of it is used, how
 * many tokens are unknown, bytes or broken. Leans on token classes.
 */
#ifndef TKZ_TRAIN_USAGE_FIGURES_H
#define TKZ_TRAIN_USAGE_FIGURES_H

#include "train/token_classes.h"

typedef struct tkz__usage_figures {
    uint64_t tokens;
    uint64_t used;    /* different ids */
    uint64_t unused;  /* usable ids that are not among them */
    uint64_t unknown; /* tokens */
    uint64_t bytes;
    uint64_t broken;
    uint64_t scored;
    uint64_t lengths[TKZ__TOKEN_LONGEST + 1]; /* tokens of so many characters; 0: broken */
    /* In bits; the efficiency is the entropy by the logarithm of `used`. NAN where there are no tokens,
     * for efficiencies fewer than two different ones. */
    double shannon;
    double shannon_efficiency;
    double renyi;
    double renyi_efficiency;
    double perplexity; /* 2^shannon: how many tokens of one frequency would be as hard to foresee */
    /* exp of minus the mean score of the SCORED tokens; NAN without any. */
    double model_perplexity;
} tkz__usage_figures;

/* `counts`: of every id of the tokenizer. Rényi entropy of order alpha, log2(sum p^alpha) / (1 - alpha); at
 * 1 Shannon's. As tokenization-scorer 1.1.8, metrics.py, has them (Zouhar et al., Tokenization and the
 * Noiseless Channel, 2023). Sums are of ids in order, so that they are the same each time. */
void tkz__usage_figures_of(tkz__usage_figures *figures, const uint64_t *counts,
                           const tkz__token_classes *classes, const tkz_tokenizer *tokenizer,
                           double alpha);

/* The counts above 0, the largest first, in `sorted` (room for all ids); returns how many. */
size_t tkz__rank_counts(const uint64_t *counts, size_t ids, uint64_t *sorted);

/* Gini coefficient of n numbers: sum of |a - b| over all pairs / (2 n^2 mean). Foroutan et al.,
 * Parity-Aware Byte-Pair Encoding, 2025, take tokens per byte of languages. NAN if their mean is 0. */
double tkz__gini(const double *numbers, size_t count);

#endif
