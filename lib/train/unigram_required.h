/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces that a Unigram vocabulary must have, and such as it must not. Leans on unigram_sentences.
 */
#ifndef TKZ_TRAIN_UNIGRAM_REQUIRED_H
#define TKZ_TRAIN_UNIGRAM_REQUIRED_H

#include "train/unigram_em.h"
#include "train/unigram_sentences.h"

/* Lists the required pieces of two characters or more in sentences->required, by the order of the options, once the
 * alphabet is chosen: shorter ones are in that. Errors: INVALID_OPTION (one that is forbidden, a symbol or has one, that
 * the rules of pieces do not allow, or with `compat`), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_required_list(tkz__unigram_sentences *sentences, const tkz_unigram_options *options,
                                                  tkz_error *error);

/* Is a text of so many characters one of the options' forbidden ones? */
bool tkz__unigram_is_forbidden(const tkz_unigram_options *options, const uint32_t *characters, size_t size);

/* Gives each of the `count` pieces from `first` on the score that it has, or if its best cut into others is as probable,
 * a little more than that: by itself it is one piece. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_required_raise(tkz__unigram_em *em, size_t first, size_t count, tkz_error *error);

#endif
