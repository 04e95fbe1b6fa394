/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of token counts. Leans on token classes and libm.
 */
#include "train/usage_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What depends on how often each token occurs. */
static void add_entropies(tkz__usage_figures *f, const uint64_t *counts, uint32_t ids,
                          double alpha)
{
    double shannon = 0, powers = 0, total = (double)f->tokens;
    for (uint32_t id = 0; id < ids; id++) {
        if (counts[id] == 0)
            continue;
        double p = (double)counts[id] / total;
        shannon -= p * log2(p);
        powers += pow(p, alpha);
    }
    double most = log2((double)f->used);
    f->shannon = f->tokens > 0 ? shannon : NAN;
    f->renyi = alpha == 1.0 ? f->shannon : f->tokens > 0 ? log2(powers) / (1 - alpha) : NAN;
    f->shannon_efficiency = f->used > 1 ? f->shannon / most : NAN;
    f->renyi_efficiency = f->used > 1 ? f->renyi / most : NAN;
    f->perplexity = f->tokens > 0 ? exp2(shannon) : NAN;
}

void tkz__usage_figures_of(tkz__usage_figures *figures, const uint64_t *counts,
                           const tkz__token_classes *classes, const tkz_tokenizer *tokenizer,
                           double alpha)
{
    tkz__usage_figures *f = figures;
    double scores = 0;
    uint64_t usable = 0;
    memset(f, 0, sizeof *f);
    for (uint32_t id = 0; id < classes->count; id++) {
        uint64_t count = counts[id];
        const tkz__token_class *class = &classes->classes[id];
        if (count == 0)
            continue;
        f->tokens += count;
        f->used++;
        usable += (class->flags & TKZ__TOKEN_PRESENT) != 0 &&
                  (class->flags & (TKZ__TOKEN_SPECIAL | TKZ__TOKEN_UNKNOWN)) == 0;
        f->unknown += (class->flags & TKZ__TOKEN_UNKNOWN) != 0 ? count : 0;
        f->bytes += (class->flags & TKZ__TOKEN_BYTE) != 0 ? count : 0;
        f->broken += (class->flags & TKZ__TOKEN_BROKEN) != 0 ? count : 0;
        f->lengths[class->characters] += count;
        if ((class->flags & TKZ__TOKEN_SCORED) != 0) {
            f->scored += count;
            scores += (double)count * tkz__tokenizer_score(tokenizer, id);
        }
    }
    f->unused = classes->usable - usable;
    f->model_perplexity = f->scored > 0 ? exp(-scores / (double)f->scored) : NAN;
    add_entropies(f, counts, classes->count, alpha);
}

static int compare_down(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a > b ? -1 : a < b;
}

size_t tkz__rank_counts(const uint64_t *counts, size_t ids, uint64_t *sorted)
{
    size_t count = 0;
    for (size_t id = 0; id < ids; id++) {
        if (counts[id] > 0)
            sorted[count++] = counts[id];
    }
    qsort(sorted, count, sizeof *sorted, compare_down);
    return count;
}

double tkz__gini(const double *numbers, size_t count)
{
    double differences = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
        for (size_t k = 0; k < i; k++)
            differences += 2 * fabs(numbers[i] - numbers[k]);
    }
    /* 2 n^2 (sum / n) */
    return sum > 0 ? differences / (2 * (double)count * sum) : NAN;
}
