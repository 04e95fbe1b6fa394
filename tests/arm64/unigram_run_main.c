/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of one character of a Unigram model by NEON, in a program of its own for an emulator: the same sums, bit
 * by bit, and pieces as a loop over places and lengths.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "subword/unigram_run.h"
#include "subword/unigram_window.h"

enum { LENGTHS = TKZ__UNIGRAM_RUN_LENGTHS, MOST = 3000, ROUNDS = 20000 };

static uint64_t state = 7;

/* xorshift64* */
static uint32_t next(uint32_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static void run_slowly(tkz__unigram_run *run, uint32_t *links, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fabsf(run->sum) > TKZ__UNIGRAM_SUM_LIMIT) {
            for (int k = 0; k < LENGTHS; k++)
                run->next_sums[k] -= run->sum;
            run->sum = 0;
        }
        for (int k = 0; k < LENGTHS; k++) {
            float own = run->sum + run->scores[k];
            if (own > run->next_sums[k]) {
                run->next_sums[k] = own;
                run->next_units[k] = run->units[k];
            }
        }
        run->sum = run->next_sums[0];
        links[i] = run->next_units[0];
        memmove(run->next_sums, run->next_sums + 1, (LENGTHS - 1) * sizeof *run->next_sums);
        memmove(run->next_units, run->next_units + 1, (LENGTHS - 1) * sizeof *run->next_units);
        run->next_sums[LENGTHS - 1] = -INFINITY;
        run->next_units[LENGTHS - 1] = 0;
    }
}

/* Scores of few values, so that sums are often equal; some so great that sums are taken back. */
static void make_run(tkz__unigram_run *run)
{
    int longest = 1 + (int)next(LENGTHS);
    float scale = next(4) == 0 ? 900.0F : 0.37F;
    run->sum = -scale * (float)next(50);
    for (int k = 0; k < LENGTHS; k++) {
        bool is_piece = k == 0 || (k < longest && next(3) > 0);
        bool is_reached = k < longest && next(2) == 0;
        run->scores[k] = is_piece ? -scale * (float)(1 + next(12)) : -INFINITY;
        run->units[k] = is_piece ? 100 + (uint32_t)k : 0;
        run->next_sums[k] = is_reached ? run->sum - scale * (float)next(20) : -INFINITY;
        run->next_units[k] = is_reached ? 200 + next(50) : 0;
    }
}

int main(void)
{
#if TKZ__PATH_NEON
    static uint32_t links[MOST], expected[MOST];
    uint64_t places = 0;
    for (int round = 0; round < ROUNDS; round++) {
        tkz__unigram_run own, slow;
        size_t count = 1 + next(round % 100 == 0 ? MOST : 60);
        make_run(&own);
        slow = own;
        tkz__unigram_run_neon(&own, links, count);
        run_slowly(&slow, expected, count);
        /* A place that no path leads to may have any unit. */
        for (int k = 0; k < LENGTHS; k++) {
            if (!(slow.next_sums[k] > -INFINITY))
                own.next_units[k] = slow.next_units[k] = 0;
        }
        if (memcmp(links, expected, count * sizeof *links) != 0 ||
            memcmp(&own.sum, &slow.sum, sizeof own.sum) != 0 ||
            memcmp(own.next_sums, slow.next_sums, sizeof own.next_sums) != 0 ||
            memcmp(own.next_units, slow.next_units, sizeof own.next_units) != 0) {
            printf("round %d: %zu places differ\n", round, count);
            return 1;
        }
        places += count;
    }
    printf("compared runs of a Unigram model: neon, %" PRIu64 " places\n", places);
    return 0;
#else
    printf("there is no NEON here\n");
    return 1;
#endif
}
