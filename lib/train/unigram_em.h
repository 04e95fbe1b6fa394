/* SPDX-License-Identifier: Apache-2.0
 *
 * Expectation maximisation and pruning for Unigram vocabularies, in double precision and in an order
 * that does not depend on threads. Leans on unigram_pieces.
 *
 * Kudo: "Subword regularization" (2018), 3.2; the sparse prior is Liang and Klein's, whose counts pass
 * through exp(digamma()) (tutorial on structured Bayesian models, ACL 2007).
 */
#ifndef TKZ_TRAIN_UNIGRAM_EM_H
#define TKZ_TRAIN_UNIGRAM_EM_H

#include "train/unigram_pieces.h"

/* A piece of a smaller expected count is dropped (sentencepiece: src/unigram_model_trainer.cc,
 * kExpectedFrequencyThreshold). */
#define TKZ__UNIGRAM_LEAST 0.5

/* How the text is spread: shares of whole segments, fixed by the text alone. */
enum { TKZ__UNIGRAM_SHARES = 16 };

/* Memory for the steps, of text and pieces given. */
typedef struct tkz__unigram_em {
    tkz_allocator allocator;
    const tkz_executor *executor; /* NULL: this thread alone */
    const tkz__unigram_text *text;
    tkz__unigram_pieces *pieces;
    size_t shares;
    size_t first[TKZ__UNIGRAM_SHARES + 1]; /* segment of each share */
    double *sums;      /* of each share, one for each piece */
    size_t sum_count;
    double likelihoods[TKZ__UNIGRAM_SHARES];
    uint64_t tokens[TKZ__UNIGRAM_SHARES];
    double *scratch;   /* of each share: for the places of its longest segment */
    size_t scratch_size; /* of one share, in doubles */
    uint32_t longest_piece;
    double *losses;    /* of each piece, while pruning */
    double likelihood; /* of the text, natural logarithm, by the last expectation */
    uint64_t token_count; /* pieces of the best segmentation, by the last pruning */
} tkz__unigram_em;

/* Pieces must have been matched with the text; both must outlive it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_em_init(tkz__unigram_em *em, tkz__unigram_pieces *pieces,
                                            const tkz__unigram_text *text,
                                            const tkz_executor *executor,
                                            const tkz_allocator *allocator, tkz_error *error);
/* Makes room for pieces of `longest` characters, as if there had been one at the beginning: where numbers are scaled depends
 * on it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_em_widen(tkz__unigram_em *em, uint32_t longest, tkz_error *error);
void tkz__unigram_em_free(tkz__unigram_em *em); /* accepts an all-zero struct */

/* Bytes that it takes for so many pieces and a text of so many characters. */
uint64_t tkz__unigram_em_need(uint64_t pieces, uint64_t characters, uint64_t longest_segment);

/* Scores that are proportional to the counts times lengths of the pieces, to begin with. */
void tkz__unigram_em_begin(tkz__unigram_em *em);

/* One round: expected counts, then scores. Pieces below TKZ__UNIGRAM_LEAST go, unless `keep_all` or
 * kept. Errors: THREAD and others of the executor, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_em_round(tkz__unigram_em *em, bool keep_all, tkz_error *error);

/* Removes the pieces whose loss lowers the likelihood least until `target` are left, and all that no
 * best segmentation has. Errors: as above. */
TKZ_CHECKED tkz_status tkz__unigram_em_prune(tkz__unigram_em *em, size_t target,
                                             tkz_error *error);

/* Removes pieces that a path of others beats. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_em_drop_beaten(tkz__unigram_em *em, tkz_error *error);

/* The score of the best cut of a piece into others, or minus infinity. */
double tkz__unigram_em_alternative(tkz__unigram_em *em, size_t piece);

double tkz__unigram_digamma(double x);

#endif
