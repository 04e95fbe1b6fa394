/* SPDX-License-Identifier: Apache-2.0
 *
 * How surprising bytes are if read in a charset. Leans on charset_models, charset_names
 * and cp932_table.
 */
#ifndef TKZ_TEXT_CHARSET_SCORE_H
#define TKZ_TEXT_CHARSET_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "text/charset_names.h"

/* Bytes that are no character of the charset cost as much as its three or four rarest ones would
 * save: one stray byte in a line of text does not outweigh the line. */
#define TKZ__SCORE_BAD 24
/* Every ASCII character, in all readings. The entropy of English letters taken one by one is 4.1
 * bits (C. E. Shannon, 1951), of program text and mark-up more. */
#define TKZ__SCORE_ASCII 5

/* One reading of a text under way. */
typedef struct tkz__charset_reading {
    tkz__charset charset;
    size_t start; /* where it began: 1 to read a text that was cut inside a character */
    size_t at;    /* where it is; may stand behind the end it was given, inside no character */
    uint64_t bits;
    uint64_t characters; /* that are not ASCII */
    uint64_t bad;        /* sequences that are no character */
    bool only_counts;    /* `bits` does not matter any more and need not be kept up */
} tkz__charset_reading;

/* Reads on up to the byte `end` of `data` (`size` bytes). A character that `size` cuts off costs
 * nothing. Any charset but ISO-2022-JP. */
void tkz__charset_read(tkz__charset_reading *reading, const uint8_t *data, size_t end,
                       size_t size);

#endif
