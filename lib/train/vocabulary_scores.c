/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the scores of a model end, and how they go on. Leans on vocabulary_scores.h.
 */
#include "train/vocabulary_scores.h"

#include <math.h>

void tkz__vocabulary_scores(const tkz_tokenizer *tokenizer, double *lowest, double *greatest)
{
    bool has_any = false;
    *lowest = *greatest = 0;
    for (uint32_t id = 0; id < tkz_tokenizer_size(tokenizer); id++) {
        if (tkz__tokenizer_type(tokenizer, id) != TKZ__PIECE_NORMAL)
            continue;
        double score = tkz__tokenizer_score(tokenizer, id);
        if (!has_any || score < *lowest)
            *lowest = score;
        if (!has_any || score > *greatest)
            *greatest = score;
        has_any = true;
    }
}

double tkz__vocabulary_score_below(double score)
{
    float whole = (float)(floor(score) - 1);
    return (double)whole < score ? (double)whole : (double)nextafterf((float)score, -INFINITY);
}

double tkz__vocabulary_score_above(double score)
{
    return -tkz__vocabulary_score_below(-score);
}
