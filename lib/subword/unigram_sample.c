/* SPDX-License-Identifier: Apache-2.0
 *
 * Samples of the paths through a lattice, and how uncertain they are. Leans on the lattice.
 *
 * Forward filtering, backward sampling: what all paths to a place weigh together is summed from the
 * text's
 * start on; then a path is drawn from its end backwards, each piece in proportion to what the paths
 * through it weigh. All paths to a place share that weight, so it is kept by place. Sums are
 * logarithms in 64 bits (sentencepiece: 32), the same distribution but for rounding.
 */
#include <math.h>

#include "core/random.h"
#include "subword/unigram_lattice.h"

static tkz_status check_alpha(double alpha, tkz_error *error)
{
    if (isfinite(alpha) && alpha >= 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "alpha must be a number that is not below 0");
}

/* The logarithm of what the paths through the k-th node of those that end at a place weigh. */
static double weight_of(const tkz__unigram_lattice *lattice, const double *weights, double alpha,
                        uint32_t k)
{
    const tkz__unigram_node *node = &lattice->nodes[lattice->by_end[k]];
    return weights[node->start] + alpha * (double)node->score;
}

/* The logarithm of the weight of all paths to each place. */
static void fill_weights(const tkz__unigram_lattice *lattice, double alpha, double *weights)
{
    weights[0] = 0;
    for (size_t place = 1; place <= lattice->count; place++) {
        double greatest = -HUGE_VAL, sum = 0;
        for (uint32_t k = lattice->ends[place]; k < lattice->ends[place + 1]; k++)
            greatest = fmax(greatest, weight_of(lattice, weights, alpha, k));
        for (uint32_t k = lattice->ends[place]; k < lattice->ends[place + 1]; k++)
            sum += exp(weight_of(lattice, weights, alpha, k) - greatest);
        weights[place] = greatest + log(sum);
    }
}

/* A number of [0, 1). */
static double draw(tkz__random *random)
{
    return (double)(tkz__random_next(random) >> 11) * 0x1p-53;
}

/* A path, from the end of the text on; returns how many nodes it has. */
static size_t draw_path(const tkz__unigram_lattice *lattice, const double *weights, double alpha,
                        tkz__random *random, uint32_t *path)
{
    size_t free_place = lattice->count;
    for (size_t place = lattice->count; place > 0;) {
        uint32_t k = lattice->ends[place], last = lattice->ends[place + 1] - 1;
        double left = draw(random);
        for (; k < last; k++) {
            left -= exp(weight_of(lattice, weights, alpha, k) - weights[place]);
            if (left < 0)
                break;
        }
        path[--free_place] = lattice->by_end[k];
        place = lattice->nodes[lattice->by_end[k]].start;
    }
    memmove(path, path + free_place, (lattice->count - free_place) * sizeof *path);
    return lattice->count - free_place;
}

static tkz_status sample_all(tkz__unigram_worker *worker, const tkz__unigram *model,
                             const uint8_t *text, size_t size, double alpha, tkz__random *random,
                             tkz__token_list *tokens, tkz_error *error)
{
    tkz__unigram_lattice lattice;
    tkz_status status =
        tkz__unigram_lattice_make(&lattice, model, text, size, &worker->allocator, error);
    if (status != TKZ_OK)
        return status;
    size_t count = lattice.count + 1;
    double *weights = tkz__allocate_array(&worker->allocator, count, sizeof *weights);
    uint32_t *path = tkz__allocate_array(&worker->allocator, count, sizeof *path);
    if (weights == NULL || path == NULL) {
        status = tkz__error_memory(error, count * sizeof *weights);
    } else {
        fill_weights(&lattice, alpha, weights);
        size_t nodes = draw_path(&lattice, weights, alpha, random, path);
        status = tkz__unigram_write_nodes(worker, model, text, &lattice, path, nodes, tokens, error);
    }
    tkz__release_array(&worker->allocator, weights, count, sizeof *weights);
    tkz__release_array(&worker->allocator, path, count, sizeof *path);
    tkz__unigram_lattice_free(&lattice);
    return status;
}

/* One of `count` numbers, drawn in proportion to exp(alpha * score). */
static uint32_t draw_score(const float *scores, uint32_t count, double alpha, tkz__random *random)
{
    double greatest = alpha * (double)scores[0], sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += exp(alpha * (double)scores[i] - greatest);
    double left = draw(random) * sum;
    for (uint32_t i = 0; i + 1 < count; i++) {
        left -= exp(alpha * (double)scores[i] - greatest);
        if (left < 0)
            return i;
    }
    return count - 1;
}

static tkz_status append_list(tkz__token_list *tokens, const tkz__token_list *list,
                              tkz_error *error)
{
    tkz_status status = tkz__token_list_reserve(tokens, list->count, error);
    for (size_t i = 0; status == TKZ_OK && i < list->count; i++)
        tkz__token_list_put(tokens, list->ids[i], tokens->wants_ends ? list->ends[i] : 0);
    return status;
}

static tkz_status sample_best(tkz__unigram_worker *worker, const tkz__unigram *model,
                              const uint8_t *text, size_t size, uint32_t count, double alpha,
                              tkz__random *random, tkz__token_list *tokens, tkz_error *error)
{
    float scores[TKZ__UNIGRAM_MOST_PATHS];
    uint32_t found;
    if (count > TKZ__UNIGRAM_MOST_PATHS)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a sample of the %u best paths: at most %d can be had", count,
                              TKZ__UNIGRAM_MOST_PATHS);
    tkz__token_list *lists = tkz__allocate_array(&worker->allocator, count, sizeof *lists);
    if (lists == NULL)
        return tkz__error_memory(error, count * sizeof *lists);
    for (uint32_t i = 0; i < count; i++) {
        tkz__token_list_init(&lists[i], &worker->allocator);
        lists[i].wants_ends = tokens->wants_ends;
    }
    tkz_status status =
        tkz__unigram_nbest(worker, model, text, size, count, lists, scores, &found, error);
    if (status == TKZ_OK)
        status = append_list(tokens, &lists[draw_score(scores, found, alpha, random)], error);
    for (uint32_t i = 0; i < count; i++)
        tkz__token_list_free(&lists[i]);
    tkz__release_array(&worker->allocator, lists, count, sizeof *lists);
    return status;
}

tkz_status tkz__unigram_sample(tkz__unigram_worker *worker, const tkz__unigram *model,
                               const uint8_t *text, size_t size, int32_t nbest, double alpha,
                               uint64_t seed, tkz__token_list *tokens, tkz_error *error)
{
    tkz__random random = {seed};
    tkz_status status = check_alpha(alpha, error);
    if (status != TKZ_OK)
        return status;
    if (nbest == 0 || nbest == 1 || size == 0)
        return tkz__unigram_encode(worker, model, text, size, tokens, error);
    if (nbest < 0)
        return sample_all(worker, model, text, size, alpha, &random, tokens, error);
    return sample_best(worker, model, text, size, (uint32_t)nbest, alpha, &random, tokens, error);
}

/* The entropy of the paths to a place: that of its last piece, and on average that of what is
 * before it. */
static double entropy_of(const tkz__unigram_lattice *lattice, const double *weights, double alpha,
                         double *entropies)
{
    entropies[0] = 0;
    for (size_t place = 1; place <= lattice->count; place++) {
        entropies[place] = 0;
        for (uint32_t k = lattice->ends[place]; k < lattice->ends[place + 1]; k++) {
            double chance = weight_of(lattice, weights, alpha, k) - weights[place];
            uint32_t start = lattice->nodes[lattice->by_end[k]].start;
            entropies[place] += exp(chance) * (entropies[start] - chance);
        }
    }
    return entropies[lattice->count];
}

tkz_status tkz__unigram_entropy(const tkz__unigram *model, const uint8_t *text, size_t size,
                                double alpha, const tkz_allocator *allocator, double *entropy,
                                tkz_error *error)
{
    tkz_status status = check_alpha(alpha, error);
    tkz__unigram_lattice lattice;
    if (status == TKZ_OK)
        status = tkz__unigram_lattice_make(&lattice, model, text, size, allocator, error);
    if (status != TKZ_OK)
        return status;
    size_t count = 2 * (lattice.count + 1);
    double *weights = tkz__allocate_array(allocator, count, sizeof *weights);
    if (weights == NULL) {
        status = tkz__error_memory(error, count * sizeof *weights);
    } else {
        fill_weights(&lattice, alpha, weights);
        *entropy = entropy_of(&lattice, weights, alpha, weights + lattice.count + 1);
    }
    tkz__release_array(allocator, weights, count, sizeof *weights);
    tkz__unigram_lattice_free(&lattice);
    return status;
}
