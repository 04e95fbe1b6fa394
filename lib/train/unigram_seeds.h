/* SPDX-License-Identifier: Apache-2.0
 *
 * The pieces that Unigram training begins with: what is repeated in a text. Leans on unigram_pieces,
 * unigram_options and the suffix array.
 */
#ifndef TKZ_TRAIN_UNIGRAM_SEEDS_H
#define TKZ_TRAIN_UNIGRAM_SEEDS_H

#include "train/unigram_options.h"
#include "train/unigram_pieces.h"
#include "train/unigram_sentences.h"

/* A repeated string: what suffixes begin with. */
typedef struct tkz__repeat {
    size_t place;   /* of one of them */
    size_t length;  /* symbols; of a leaf the most that its neighbours share with it */
    bool is_leaf;   /* one suffix alone */
    uint64_t count; /* weights of all of them */
} tkz__repeat;

/* Calls `found` for each leaf of the suffix tree, and for each string that two suffixes at least begin
 * with and that is followed by different symbols: its inner nodes; children first, from left to right.
 * `weight` is asked for each place of the text once. Errors: those of `found`, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__repeats_walk(
    const int32_t *suffixes, const int32_t *common, size_t size,
    uint64_t (*weight)(const void *context, size_t place),
    tkz_status (*found)(void *context, const tkz__repeat *repeat, tkz_error *error), void *context,
    const tkz_allocator *allocator, tkz_error *error);

/* How many characters of text are sorted at once: about 20 bytes of memory each. Whatever the memory
 * is: what a piece of a longer text is chosen from depends on it. */
enum { TKZ__SEED_BLOCK = 1 << 25 };

/* Fills `pieces`: the alphabet, which is kept always, then the repeated strings of `text` that may be a
 * piece and have the greatest count times length, exactly counted, as many as the options say. `block`
 * is TKZ__SEED_BLOCK. Errors: LIMIT, OVERFLOW, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_seeds(tkz__unigram_pieces *pieces,
                                          const tkz_unigram_options *options,
                                          const tkz__unigram_sentences *sentences,
                                          const tkz__unigram_text *text, size_t block,
                                          tkz_error *error);

/* seed_sentencepiece_size, or what it is if that is 0. */
size_t tkz__unigram_seed_count(const tkz_unigram_options *options);

#endif
