/* SPDX-License-Identifier: Apache-2.0
 *
 * The search for the best path through a window of text: first all pieces that start at its
 * characters, a level of the double array at a time, then the sums. Leans on the table.
 *
 * A search that walks from one character after the other is mispredicted where each walk ends, and
 * waits for the memory at each step. Here the walks of all characters take their next step together:
 * those that go on are listed without a branch, and their units are asked for before they are looked
 * at. A sum is compared with all that it competes with at once. In Japanese literature 1.4 steps a
 * character follow the first (LLM-jp v3.1), in English 3.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_WINDOW_H
#define TKZ_SUBWORD_UNIGRAM_WINDOW_H

#include "core/processor.h"
#include "subword/unigram.h"

enum {
    TKZ__UNIGRAM_STARTS = 128, /* characters of a window that pieces start at */
    TKZ__UNIGRAM_LEVELS = 16, /* characters of the longest piece that a window knows */
    TKZ__UNIGRAM_SHALLOW = 8, /* of those that most windows need */
    TKZ__UNIGRAM_READ = TKZ__UNIGRAM_STARTS + TKZ__UNIGRAM_LEVELS,
    TKZ__UNIGRAM_SPARE = 8    /* that may be written behind the last */
};

/* A window. The unit of a character is its code, 0 behind the last one. Unit [1][i] is where that of
 * characters i and i + 1 is if there is one; deeper ones are there where there is a score. */
typedef struct tkz__unigram_window {
    uint32_t known; /* characters that are read */
    uint32_t units[TKZ__UNIGRAM_LEVELS][TKZ__UNIGRAM_READ + TKZ__UNIGRAM_SPARE]; /* [k][i]: of the
                                              * piece of k + 1 characters that starts at i */
    float first[TKZ__UNIGRAM_READ + TKZ__UNIGRAM_SPARE]; /* scores of characters */
    uint32_t ends[TKZ__UNIGRAM_READ + 1 + TKZ__UNIGRAM_SPARE]; /* the byte that place i is at */
    float scores[TKZ__UNIGRAM_STARTS][TKZ__UNIGRAM_LEVELS]; /* [i][k]; -infinity: no piece */
    uint32_t from[TKZ__UNIGRAM_STARTS + TKZ__UNIGRAM_LEVELS + 1]; /* where the last piece starts */
    float sums[TKZ__UNIGRAM_STARTS + 1]; /* in 32 bits, of the best path to a place */
} tkz__unigram_window;

/* Does a window know the scores of this model, and can no sum become infinite? */
bool tkz__unigram_window_serves(const tkz__unigram *model);

/* A window on the text from byte `start` on. */
void tkz__unigram_window_start(tkz__unigram_window *window, uint32_t start);

/* Moves the window on to place `count`. */
void tkz__unigram_window_move(tkz__unigram_window *window, uint32_t count);

/* Reads what there is room for of a text of `size` bytes and finds the best path from place 0, where
 * the sum is `*sum`, to the last place that no piece spans; `from` and `*sum` are then those of that
 * path. Returns the place; 0: there is none, or the piece at place 0 may be too long. */
typedef uint32_t tkz__unigram_window_run(tkz__unigram_window *window, const tkz__unigram *model,
                                         const uint8_t *text, uint32_t size, double *sum);
tkz__unigram_window_run *tkz__unigram_window_best_run(const tkz__unigram *model);
extern tkz__unigram_window_run tkz__unigram_window_run_plain;
#if TKZ__PATH_AVX2
extern tkz__unigram_window_run tkz__unigram_window_run_avx2; /* sums in 32 bits */
#endif

/* unigram_model.cc, kScoreResetThreshold: sums in 32 bits are taken back beyond it. */
#define TKZ__UNIGRAM_SUM_LIMIT 100000.0F

#endif
