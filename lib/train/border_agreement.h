/* SPDX-License-Identifier: Apache-2.0
 *
 * How the borders of tokens agree with those of words. Leans on the public spans.
 */
#ifndef TKZ_TRAIN_BORDER_AGREEMENT_H
#define TKZ_TRAIN_BORDER_AGREEMENT_H

#include "tokenize/subword.h"

/* Of one text. A border is the start of a word behind the first one; the white space before a word
 * belongs to the border, so that a token " the" begins where the word "the" does. Starts of tokens
 * inside a character, before the first word and behind the last one are no borders, and several at one
 * place are one. */
typedef struct tkz__border_counts {
    uint64_t word_borders;  /* words - 1, or 0 */
    uint64_t token_borders;
    uint64_t common;        /* of both */
    uint64_t whole_words;   /* words with no border of tokens inside */
} tkz__border_counts;

/* `words`: ascending, not empty. Spans are gone through once; one that begins before an earlier one is
 * passed over. Linear. */
void tkz__border_agreement(const char *text, size_t size, const tkz_word_range *words,
                           size_t word_count, const tkz_token_span *spans, size_t span_count,
                           tkz__border_counts *counts);

#endif
