/* SPDX-License-Identifier: Apache-2.0
 *
 * The best path through a run of one character, which has pieces of many lengths in most models: of
 * spaces, signs, letters. Leans on the table.
 *
 * All places of a run have the same pieces, so their scores stay in registers, and from a place to the
 * next only the sums move. Spaces took three times as long when each place looked at its pieces one by
 * one (LLM-jp v3.1, 16 lengths).
 */
#ifndef TKZ_SUBWORD_UNIGRAM_RUN_H
#define TKZ_SUBWORD_UNIGRAM_RUN_H

#include "core/processor.h"
#include "subword/unigram.h"

enum {
    TKZ__UNIGRAM_RUN_LENGTHS = 16, /* characters of the longest piece of a run */
    TKZ__UNIGRAM_LEAST_RUN = 32    /* places that make it worth while */
};

/* Pieces of k + 1 characters are at [k], what is known of the place that is k characters on. -infinity: no
 * piece, or no path. */
typedef struct tkz__unigram_run {
    float scores[TKZ__UNIGRAM_RUN_LENGTHS];
    uint32_t units[TKZ__UNIGRAM_RUN_LENGTHS];
    float sum; /* of the best path to the place */
    float next_sums[TKZ__UNIGRAM_RUN_LENGTHS]; /* to those behind it, as far as they are known */
    uint32_t next_units[TKZ__UNIGRAM_RUN_LENGTHS]; /* the last pieces of these paths */
} tkz__unigram_run;

/* Moves on by `count` places, in sums of 32 bits, and writes the last piece of the best path to each of them
 * to `links`. No sum may become infinite, and from each of the places on the run goes on for as many
 * characters as the longest piece has. */
void tkz__unigram_run_avx2(tkz__unigram_run *run, uint32_t *links, size_t count);
void tkz__unigram_run_neon(tkz__unigram_run *run, uint32_t *links, size_t count);

/* The one that this processor has; NULL: none. */
typedef void tkz__unigram_run_move(tkz__unigram_run *run, uint32_t *links, size_t count);
static inline tkz__unigram_run_move *tkz__unigram_run_mover(void)
{
#if TKZ__PATH_AVX2
    return tkz__processor_has_avx2() ? tkz__unigram_run_avx2 : NULL;
#elif TKZ__PATH_NEON
    return tkz__unigram_run_neon;
#else
    return NULL;
#endif
}

#endif
