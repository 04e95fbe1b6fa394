/* SPDX-License-Identifier: Apache-2.0
 *
 * The search of a short part, written once for the kinds of scores and sums: unigram_best.c
 * includes it with
 * SUM as the type of sums, SCORE as the function that gives a unit's score and SEARCH_SHORT as the
 * function's name. Leans on the encoder.
 *
 * Does what SEARCH of unigram_search.h does, faster: a place that is not reached yet has the sum
 * -infinity, as has a unit that is no piece, so that nothing has to be asked before a sum is
 * compared. That is
 * the same as long as no sum can reach infinity itself.
 */

/* Finds the best path through `count` characters. */
static void SEARCH_SHORT(tkz__unigram_worker *worker, const tkz__unigram *pointer,
                         const uint32_t *codes, uint32_t count, step *steps)
{
    const tkz__unigram table = *pointer, *model = &table; /* nothing written here changes it */
    const SUM unknown_score = (SUM)model->unknown_score;
    SUM sums[MOST_SHORT + 1];
    sums[0] = (SUM)worker->sum;
    for (uint32_t i = 1; i <= count; i++) {
        sums[i] = -(SUM)INFINITY;
        steps[i] = (step){TKZ__UNIGRAM_UNKNOWN, i - 1};
    }
    for (uint32_t at = 0; at < count; at++) {
        SUM sum = sums[at];
#ifdef SUM_LIMIT
        if (__builtin_expect(sum < -SUM_LIMIT || sum > SUM_LIMIT, 0)) {
            for (uint32_t i = at; i <= count; i++)
                sums[i] -= sum;
            sum = 0;
        }
#endif
        uint32_t unit = codes[at], end = at + 1;
        uint32_t base = tkz__unigram_base(model, unit);
        if ((base & TKZ__UNIGRAM_IS_PIECE) == 0 && unknown_score + sum > sums[end]) {
            sums[end] = unknown_score + sum;
            steps[end] = (step){TKZ__UNIGRAM_UNKNOWN, at};
        }
        for (;;) {
            SUM candidate = (SUM)SCORE(model, unit) + sum;
            if (candidate > sums[end]) {
                sums[end] = candidate;
                steps[end] = (step){unit, at};
            }
            if (end == count || unit == 0) /* the root's children say that they are unit 0's */
                break;
            uint32_t child = (base & TKZ__UNIGRAM_BASE) + codes[end];
            if (child >= model->unit_count || tkz__unigram_parent(model, child) != unit)
                break;
            base = tkz__unigram_base(model, child);
            unit = child;
            end++;
        }
    }
    worker->sum = (double)sums[count];
}
