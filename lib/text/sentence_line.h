/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines: whether a document is hard-wrapped, which lines stand for themselves.
 * Leans on sentence_character.
 */
#ifndef TKZ_TEXT_SENTENCE_LINE_H
#define TKZ_TEXT_SENTENCE_LINE_H

#include "text/sentence_character.h"

/* How a document's lines are to be read. */
typedef struct tkz__line_layout {
    bool wrapped;   /* a single line break may stand inside a sentence */
    bool guessed;   /* found out, so that signs of single lines count too */
    uint32_t width; /* columns of a full line; only if wrapped and guessed */
} tkz__line_layout;

/* Looks at all lines, in linear time. */
tkz__line_layout tkz__line_layout_guess(const char *text, size_t size);

/* Terminal columns of `size` bytes, saturated at 65535: 2 for a character of three or four bytes
 * except half-width katakana, 1 for any other. */
uint32_t tkz__line_columns(const char *text, size_t size);

/* Whether the line at `text` begins with a list bullet or number, a heading or a table mark: it
 * then stands for itself. Looks at 16 bytes at most behind the indentation. */
bool tkz__line_is_item(const char *text, size_t size);

/* Whether it is a heading or rule of Markdown: nothing continues it. */
bool tkz__line_is_heading(const char *text, size_t size);

/* Whether the break between the lines [line_start, line_end) and the one whose first byte is at
 * `next_line` ends a sentence for certain, seen from the lines alone. Not for blank lines between
 * them. */
bool tkz__line_break_ends(const tkz__line_layout *layout, const char *text, size_t size,
                          size_t line_start, size_t line_end, size_t next_line);

#endif
