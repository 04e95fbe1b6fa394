/* SPDX-License-Identifier: Apache-2.0
 *
 * Words as text: the escapes of doc/formats/word-counts.md, and a table in that format written
 * from a stream. Leans on word_table and io's outputs.
 */
#ifndef TKZ_TRAIN_WORD_TEXT_H
#define TKZ_TRAIN_WORD_TEXT_H

#include "tokenize/io.h"
#include "train/word_table.h"

#define TKZ__WORD_TEXT_MAGIC "#libtokenize-word-counts"
#define TKZ__WORD_TEXT_VERSION "1"

/* Appends a word with escapes. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_text_append(tkz__buffer *buffer, const uint8_t *word, size_t size,
                                             tkz_error *error);

/* The byte that the escape at `text`, whose first character is a backslash, stands for, and its
 * length; -1 and 0 if it is no escape. */
int tkz__word_text_unescape(const char *text, size_t size, size_t *length);

/* Writes a table: its counts are the sums over the sources. `totals` are known from an earlier pass.
 * Errors: those of output and stream, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_text_write(tkz_output *output, const tkz__word_head *head,
                                            const tkz_word_totals *totals, tkz__word_stream words,
                                            const tkz_allocator *allocator, tkz_error *error);

#endif
