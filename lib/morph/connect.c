/* SPDX-License-Identifier: Apache-2.0
 *
 * The best left word for each right one, without vector instructions. Leans on the
 * compiler only.
 */
#include "morph/connect.h"

/* Cost and number in one integer: the smallest is the cheapest left word, and of equal ones the
 * first. No branch depends on the costs, which the processor could only guess. */
static inline int64_t key_of(int32_t cost, size_t number)
{
    return (int64_t)((uint64_t)(int64_t)cost << 32) + (int64_t)number;
}

void tkz__connect_plainly(const tkz__connection *c, int32_t *path_costs, uint32_t *best_lefts)
{
    for (size_t right = 0; right < c->right_count; right++) {
        const int16_t *row = c->matrix + c->rows[right];
        int64_t best = INT64_MAX;
        for (size_t left = 0; left < c->left_count; left++) {
            int64_t key = key_of(c->lefts[left].cost + row[c->lefts[left].right_id], left);
            best = key < best ? key : best;
        }
        path_costs[right] = (int32_t)(best >> 32) + c->costs[right];
        best_lefts[right] = (uint32_t)best;
    }
}

tkz__connector *tkz__connector_choose(void)
{
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2())
        return tkz__connect_avx2;
#endif
    return tkz__connect_plainly;
}
