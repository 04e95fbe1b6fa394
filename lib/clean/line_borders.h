/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether words of a list stand on borders of the words of the text: a line is analysed only where something of the list
 * was seen in it. Leans on measuring.
 */
#ifndef TKZ_CLEAN_LINE_BORDERS_H
#define TKZ_CLEAN_LINE_BORDERS_H

#include "clean/measuring.h"

/* The line that was analysed last; zeroed but for `measuring` at the start of a document. */
typedef struct tkz__line_borders {
    tkz__measuring *measuring; /* decoded */
    const tkz_word_range *words; /* bytes of the line; the source's, until the next line */
    size_t word_count;
    size_t line_byte;   /* where the line starts in the text */
    size_t character;   /* a place that was come to, */
    size_t byte;        /* and its byte */
    bool analysed;      /* the line */
} tkz__line_borders;

/* Analyses the line of the character at `place`, which is not before those of earlier calls. Errors:
 * INVALID_ARGUMENT (no source of words), those of the source. */
TKZ_CHECKED tkz_status tkz__line_borders_find(tkz__line_borders *borders, size_t place,
                                              tkz_error *error);

/* Whether a word starts at `place`, which was looked for last, and this or a later one ends `count` characters
 * behind it. O(count + log words). */
bool tkz__line_borders_fit(const tkz__line_borders *borders, size_t place, size_t count);

#endif
