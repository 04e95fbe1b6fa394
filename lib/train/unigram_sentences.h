/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as a Unigram trainer sees it: lines with spaces marked, symbols and rare characters taken out,
 * and the segments of them that no piece crosses. Leans on unigram_options and unigram_pieces.
 */
#ifndef TKZ_TRAIN_UNIGRAM_SENTENCES_H
#define TKZ_TRAIN_UNIGRAM_SENTENCES_H

#include "core/byte_map.h"
#include "train/unigram_options.h"
#include "train/unigram_pieces.h"

typedef struct tkz__unigram_character {
    uint32_t character;
    uint64_t count;
} tkz__unigram_character;

typedef struct tkz__unigram_sentences {
    tkz_allocator allocator;
    tkz__unigram_text lines; /* characters outside the alphabet are TKZ__PIECE_UNKNOWN */
    tkz__unigram_character *alphabet; /* the most frequent first, then by code point */
    size_t alphabet_count;
    size_t alphabet_capacity;
    uint64_t skipped; /* lines that are too long, or hold TKZ__PIECE_UNKNOWN */
    tkz__byte_map meta; /* what becomes a wall in text */
    tkz__unigram_text required; /* pieces of two characters or more that there must be */
    size_t longest_meta;
} tkz__unigram_sentences;

/* Reads the lines and chooses the alphabet. Errors: EMPTY_INPUT, INVALID_ARGUMENT, INVALID_OPTION
 * (required tokens), OVERFLOW, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_sentences_init(tkz__unigram_sentences *sentences,
                                                   const tkz_unigram_options *options,
                                                   const tkz_word_list *words,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
void tkz__unigram_sentences_free(tkz__unigram_sentences *sentences);

/* Fills `text` with the different segments that no piece crosses. Errors: OVERFLOW, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_sentences_cut(const tkz__unigram_sentences *sentences,
                                                  const tkz_unigram_options *options,
                                                  tkz__unigram_text *text, tkz_error *error);

/* The same with the words between spaces, as sentencepiece cuts them (src/model_interface.cc,
 * SplitIntoWords), most frequent first, then by text. Errors: as above. */
TKZ_CHECKED tkz_status tkz__unigram_sentences_words(const tkz__unigram_sentences *sentences,
                                                    const tkz_unigram_options *options,
                                                    tkz__unigram_text *text, tkz_error *error);

#endif
