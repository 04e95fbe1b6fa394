/* SPDX-License-Identifier: Apache-2.0
 *
 * Scores for new pieces beside those of a model. Leans on subword.
 */
#ifndef TKZ_TRAIN_VOCABULARY_SCORES_H
#define TKZ_TRAIN_VOCABULARY_SCORES_H

#include "subword/tokenizer.h"

/* The lowest and the greatest score of NORMAL pieces; 0 where there are none. */
void tkz__vocabulary_scores(const tkz_tokenizer *tokenizer, double *lowest, double *greatest);

/* The next score below: 1 lower, to a whole number, or where 32 bits, which a SentencePiece model has,
 * cannot tell such numbers apart (Mistral has pieces of -1e9) the next number of 32 bits. */
double tkz__vocabulary_score_below(double score);
/* The same above. */
double tkz__vocabulary_score_above(double score);

#endif
