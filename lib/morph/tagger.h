/* SPDX-License-Identifier: Apache-2.0
 *
 * The tagger's cheaper face for those who need words and no features. Leans on
 * the best path.
 */
#ifndef TKZ_MORPH_TAGGER_H
#define TKZ_MORPH_TAGGER_H

#include "morph/best_path.h"

/* Begins a text, which stays where it is until it has been read; NUL bytes end sentences. */
void tkz__tagger_begin(tkz_tagger *tagger, const char *text, size_t size);

/* The next words of the text: at least one, or none at its end. Valid until the tagger's next call.
 * Errors: as tkz_tagger_parse. */
TKZ_CHECKED tkz_status tkz__tagger_next(tkz_tagger *tagger, const tkz__path_word **words,
                                        size_t *count, tkz_error *error);

#endif
