/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that BPE merges work on, as one flat row of tokens. Leans on bpe_alphabet.
 */
#ifndef TKZ_TRAIN_BPE_WORDS_H
#define TKZ_TRAIN_BPE_WORDS_H

#include "train/bpe_alphabet.h"

/* Between words stands TKZ__BPE_BORDER, and this inside a token of 3 symbols or more. */
#define TKZ__BPE_INSIDE (UINT32_MAX - 1)

/* Border, word, border, word, border. Each symbol of a word has one place, to begin with. A token of n symbols fills n
 * places: the first and the last hold its id, those between hold INSIDE. So the neighbours of a
 * token are found from the lengths of tokens alone, on both sides, and a merge writes at most four
 * places. A symbol that no merge may cross is a border too.
 *
 * Words of equal count stand together, largest count first: the count of a word follows from its
 * place. */
typedef struct tkz__bpe_words {
    uint32_t *places;
    size_t size;     /* places */
    size_t capacity; /* there is memory for */
    struct tkz__bpe_run {
        uint64_t count; /* of each word in the run */
        uint32_t end;   /* place behind the run's last word */
    } *runs;
    size_t run_count;
    size_t run_capacity;
    uint64_t symbols; /* in all words, each as often as it occurs */
    tkz_allocator allocator;
} tkz__bpe_words;

/* Bytes that training takes, with a margin: for each place while pairs are merged (5.4 to 6 were measured on 4 to 99 MB
 * of lines and of text cut by the pattern of cl100k), and for each word, as long as its text is there; at the end, when
 * tokens fill one place each, for each place and for each id in the tokenizer that is made (900 with 32,000 ids). */
enum { TKZ__BPE_PLACE_NEED = 7, TKZ__BPE_WORD_NEED = 24, TKZ__BPE_LAST_NEED = 2, TKZ__BPE_ID_NEED = 1000 };

/* And for each place once more where pairs that occur once are merged too: whole lines become tokens, and their texts, which
 * the tokenizer and its file hold, are long. Measured on 4 MB of lines: 33 with an id for each 10 places, 171 with one for
 * each 8, which is when no pair is left. With fewer ids it does not come to that. */
enum { TKZ__BPE_ONCE_NEED = 36, TKZ__BPE_ONCE_PLACES = 16, TKZ__BPE_ALL_NEED = 180, TKZ__BPE_ALL_PLACES = 10 };

/* Lays out words; those of one symbol are left out, they have no pairs. Errors: LIMIT (2^32-1 places; or
 * training would need more than `memory` bytes, unless that is 0), OVERFLOW (`symbols` above 2^64-1),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_words_init(tkz__bpe_words *words, const tkz_word_list *source,
                                           const tkz__bpe_alphabet *alphabet, uint64_t memory,
                                           const tkz_allocator *allocator, tkz_error *error);
void tkz__bpe_words_free(tkz__bpe_words *words); /* accepts an all-zero struct */

/* Words that are given as symbols: word i has symbols[offsets[i]] .. symbols[offsets[i+1]-1], BORDER
 * among them, and occurs counts[i] times. */
typedef struct tkz__bpe_rows {
    const uint32_t *symbols;
    const uint64_t *offsets; /* count + 1 */
    const uint64_t *counts;
    size_t count;
} tkz__bpe_rows;

/* Lays them out. Errors: as tkz__bpe_words_init. */
TKZ_CHECKED tkz_status tkz__bpe_words_of_rows(tkz__bpe_words *words, const tkz__bpe_rows *rows,
                                              uint64_t memory, const tkz_allocator *allocator,
                                              tkz_error *error);

/* Brings each token to one place: token `id` has filled widths[id] of them. Words of one token are left out, and memory
 * that is not needed any more is given back. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_words_compact(tkz__bpe_words *words, const uint32_t *widths, tkz_error *error);

/* XXH3 over all counts and places. */
uint64_t tkz__bpe_words_hash(const tkz__bpe_words *words);

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
