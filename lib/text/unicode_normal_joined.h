/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters that join one another, for unicode_normal only. Leans on edit and
 * sequences.
 */
#ifndef TKZ_TEXT_UNICODE_NORMAL_JOINED_H
#define TKZ_TEXT_UNICODE_NORMAL_JOINED_H

#include "text/unicode_normal_sequence.h"

/* A text on its way. */
typedef struct tkz__unicode_passage {
    const tkz__unicode_target *target;
    const char *text;
    size_t size;
    tkz__edit *edit;
    tkz_error *error;
    tkz__sequence sequence; /* scratch */
} tkz__unicode_passage;

/* Normalises the character at `*at`, a place to start afresh before the end of the text, with all
 * that joins it; `*at` is left behind them, at such a place again. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unicode_put_joined(tkz__unicode_passage *passage, size_t *at);

#endif
