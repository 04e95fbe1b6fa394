/* SPDX-License-Identifier: Apache-2.0
 *
 * The tagger's cheaper face for those who need borders and no features. Leans on
 * the public interface.
 */
#ifndef TKZ_MORPH_TAGGER_H
#define TKZ_MORPH_TAGGER_H

#include "tokenize/morph.h"

/* As tkz_tagger_parse, but `feature` is NULL and `feature_size` 0: measuring features reads a cold
 * line of the dictionary for each word. */
TKZ_CHECKED tkz_status tkz__tagger_find_words(tkz_tagger *tagger, const char *text, size_t size,
                                              const tkz_morpheme **morphemes, size_t *count,
                                              tkz_error *error);

#endif
