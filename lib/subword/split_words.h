/* SPDX-License-Identifier: Apache-2.0
 *
 * The pre-tokenizers that take out white space, in one pass: WhitespaceSplit; BertPreTokenizer, for
 * which a punctuation character is a word too; Whitespace, for which runs of what is no letter are.
 * Leans on
 * split_steps.h.
 */
#ifndef TKZ_SUBWORD_SPLIT_WORDS_H
#define TKZ_SUBWORD_SPLIT_WORDS_H

#include "subword/split_steps.h"

/* char::is_whitespace of Rust's standard library. */
bool tkz__split_is_space(uint32_t character);

/* The signs of ASCII, and is_punctuation() of the crate unicode_categories. */
bool tkz__split_is_punctuation(uint32_t character);

/* What a character is to Whitespace: \w+|[^\w\s]+ of the crate regex. */
typedef enum tkz__word_class { TKZ__WORD_LETTER, TKZ__WORD_SIGN, TKZ__WORD_SPACE } tkz__word_class;
tkz__word_class tkz__split_word_class(uint32_t character);

/* Is it one of the three? */
bool tkz__split_is_words(tkz__split_kind kind);

/* Appends the words of a text of less than 4 GiB to `text`, and the pieces that they are there to
 * `pieces`, which are both empty. `map`: where each came from, a run for each character that is
 * left out,
 * or NULL. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__split_words(const char *source, size_t size, tkz__split_kind kind,
                                        const tkz_allocator *allocator, tkz__buffer *text,
                                        tkz__piece_list *pieces, tkz__span_map *map,
                                        tkz_error *error);

#endif
