/* SPDX-License-Identifier: Apache-2.0
 *
 * Probabilities of words and of steps between them, by weighing all paths
 * (forward-backward). Leans on the lattice.
 *
 * Order and rounding are those of forwardbackward in mecab/src/viterbi.cpp of taku910/mecab: sums in
 * double precision, kept in single precision after every path.
 */
#include <math.h>

#include "morph/lattice.h"

/* log(exp(x) + exp(y)). Below a difference of 50 the smaller one does not show. */
static double log_sum(double x, double y)
{
    double least = x < y ? x : y;
    double most = x < y ? y : x;
    return most > least + 50 ? most : most + log(exp(least - most) + 1.0);
}

static double theta_of(const tkz_lattice *lattice)
{
    return tkz__lattice_as_mecab(lattice) ? 0.75 : lattice->theta;
}

static void weigh_before(tkz_lattice *lattice, tkz__node *node, double theta)
{
    bool is_first = true;
    node->alpha = 0;
    for (uint32_t i = tkz__lattice_first_left(lattice, node); i != TKZ__NO_NODE;) {
        const tkz__node *left = &lattice->nodes[i];
        double path = -theta * tkz__lattice_step(lattice, left, node) + (double)left->alpha;
        node->alpha = (float)(is_first ? path : log_sum((double)node->alpha, path));
        is_first = false;
        i = left->newer;
    }
}

static void add_behind(const tkz_lattice *lattice, tkz__node *node, const tkz__node *right,
                       double theta, bool *is_first)
{
    double path = -theta * tkz__lattice_step(lattice, node, right) + (double)right->beta;
    node->beta = (float)(*is_first ? path : log_sum((double)node->beta, path));
    *is_first = false;
}

static void weigh_behind(const tkz_lattice *lattice, tkz__node *node, double theta)
{
    bool is_first = true;
    node->beta = 0;
    if (node->end == lattice->eos_place)
        add_behind(lattice, node, &lattice->nodes[lattice->count - 1], theta, &is_first);
    if (node->end >= lattice->size)
        return;
    const tkz__place *place = &lattice->places[node->end];
    for (uint32_t i = 0; i < place->count; i++)
        add_behind(lattice, node, &lattice->nodes[place->first + i], theta, &is_first);
}

void tkz__lattice_weigh(tkz_lattice *lattice)
{
    double theta = theta_of(lattice);
    tkz__node *nodes = lattice->nodes;
    uint32_t eos = (uint32_t)lattice->count - 1;
    /* Nodes are ascending by where they begin. */
    for (uint32_t i = 1; i <= eos; i++)
        weigh_before(lattice, &nodes[i], theta);
    for (uint32_t place = lattice->size + 1; place-- > 0;) {
        for (uint32_t i = lattice->places[place].newest; i != TKZ__NO_NODE; i = nodes[i].older)
            weigh_behind(lattice, &nodes[i], theta);
    }
    double all = (double)nodes[eos].alpha;
    for (uint32_t i = 1; i <= eos; i++)
        nodes[i].probability = (float)exp((double)(nodes[i].alpha + nodes[i].beta) - all);
}

float tkz__lattice_step_probability(const tkz_lattice *lattice, const tkz__node *left,
                                    const tkz__node *right)
{
    if ((lattice->requests & TKZ_LATTICE_MARGINALS) == 0)
        return 0;
    double all = (double)lattice->nodes[lattice->count - 1].alpha;
    return (float)exp((double)left->alpha -
                      theta_of(lattice) * tkz__lattice_step(lattice, left, right) +
                      (double)right->beta - all);
}
