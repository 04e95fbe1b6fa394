/* SPDX-License-Identifier: Apache-2.0
 *
 * A word table as lines of text. Leans on the library's word tables.
 */
#ifndef TOOLS_WORD_LIST_H
#define TOOLS_WORD_LIST_H

#include "tokenize/count.h"
#include "tokenize/io.h"

/* Writes WORD TAB COUNT for the words of a table that nothing was read of: all in order, or the
 * `top` (not 0) most frequent, words of equal count in order. Returns an exit code. */
int write_words(tkz_output *output, tkz_word_table *table, uint64_t top);

#endif /* TOOLS_WORD_LIST_H */
