/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that BPE merges work on, as one flat row of tokens. Leans on word_counts.
 */
#ifndef TKZ_TRAIN_BPE_WORDS_H
#define TKZ_TRAIN_BPE_WORDS_H

#include "train/word_counts.h"

/* No token: these two take the place of an id. */
#define TKZ__BPE_BORDER UINT32_MAX         /* between words */
#define TKZ__BPE_INSIDE (UINT32_MAX - 1) /* inside a token of 3 bytes or more */

/* Border, word, border, word, border. Each byte of a word has one place. A token of n bytes fills n
 * places: the first and the last hold its id, those between hold INSIDE. So the neighbours of a
 * token are found from the lengths of tokens alone, on both sides, and a merge writes at most four
 * places.
 *
 * Words of equal count stand together, largest count first: the count of a word follows from its
 * place. */
typedef struct tkz__bpe_words {
    uint32_t *places;
    size_t size;
    struct tkz__bpe_run {
        uint64_t count; /* of each word in the run */
        uint32_t end;   /* place behind the run's last word */
    } *runs;
    size_t run_count;
    tkz_allocator allocator;
} tkz__bpe_words;

/* Lays out the words of `counts`; the byte b becomes token first_byte + (place of b in the order of
 * HF's byte-level alphabet). Words of one byte are left out, they have no pairs. Errors: LIMIT
 * (2^32-1 places), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_words_init(tkz__bpe_words *words, tkz_word_counts *counts,
                                           uint32_t first_byte, const tkz_allocator *allocator,
                                           tkz_error *error);
void tkz__bpe_words_free(tkz__bpe_words *words); /* accepts an all-zero struct */

/* The run of the word at `place`, not before run `from`. */
static inline size_t tkz__bpe_words_run(const tkz__bpe_words *words, size_t from, uint32_t place)
{
    /* Places are asked for in ascending order and mostly stay in one run: steps that double find
     * it. */
    if (place < words->runs[from].end)
        return from;
    size_t step = 1, low = from, high = from + 1;
    while (high < words->run_count && words->runs[high].end <= place) {
        low = high;
        high += step;
        step *= 2;
    }
    if (high >= words->run_count)
        high = words->run_count - 1;
    while (high - low > 1) { /* runs[low].end <= place < runs[high].end */
        size_t middle = low + (high - low) / 2;
        if (words->runs[middle].end <= place)
            low = middle;
        else
            high = middle;
    }
    return high;
}

#endif
