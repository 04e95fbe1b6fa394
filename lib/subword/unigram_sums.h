/* SPDX-License-Identifier: Apache-2.0
 *
 * The sums of a window, written once for both arithmetics: unigram_window.c includes it with SUM as
 * the type of sums, SUMS as the function's name and, where sums are taken back, LIMIT. Leans on
 * unigram_window.h.
 *
 * Does what SEARCH of unigram_search.h does. A place that is not reached yet has the sum -infinity.
 */

static uint32_t SUMS(tkz__unigram_window *window, const tkz__unigram *model, uint32_t count,
                     uint32_t deepest, double *total)
{
    SUM sums[TKZ__UNIGRAM_STARTS + TKZ__UNIGRAM_LEVELS + 1];
    uint32_t last = 0, reached = 1;
    sums[0] = (SUM)*total;
    for (uint32_t i = 1; i <= count + TKZ__UNIGRAM_LEVELS; i++)
        sums[i] = -(SUM)INFINITY;
    for (uint32_t at = 0; at < count; at++) {
        SUM sum = sums[at], *next = sums + at + 1;
#ifdef LIMIT
        if (__builtin_expect(sum < -LIMIT || sum > LIMIT, 0)) {
            for (uint32_t k = 0; k < TKZ__UNIGRAM_LEVELS; k++)
                next[k] -= sum;
            sum = 0;
        }
#endif
        uint32_t flags = tkz__unigram_base(model, window->units[0][at]);
        for (uint32_t k = 0; k < deepest; k++) {
            SUM candidate = (SUM)window->scores[at][k] + sum;
            if (k == 0 && (flags & TKZ__UNIGRAM_IS_PIECE) == 0) /* may need 64 bits */
                candidate = (SUM)model->unknown_score + sum;
            if (candidate > next[k]) {
                next[k] = candidate;
                window->from[at + 1 + k] = at;
                reached = at + 1 + k > reached ? at + 1 + k : reached;
            }
        }
        if (reached == at + 1) {
            last = reached;
            *total = (double)next[0];
        }
    }
    return last;
}
