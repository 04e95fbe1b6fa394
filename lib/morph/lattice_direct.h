/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing decided words in an output style, without the lattice they may come from:
 * only the word written last is kept. Leans on the lattice.
 */
#ifndef TKZ_MORPH_LATTICE_DIRECT_H
#define TKZ_MORPH_LATTICE_DIRECT_H

#include "morph/lattice.h"
#include "morph/long_path.h"

/* What is written next is a part of text[0, size), byte `start` of the sentence and what follows it; it
 * has all from the end of the word written last. Stays the caller's. */
void tkz__direct_show(tkz_lattice *lattice, const char *text, size_t size, uint32_t start);

/* Append the beginning of a sentence, words (places in the text shown) and the end, at byte `position` of the
 * sentence, to the output of the lattice. Errors: as tkz_lattice_format. */
TKZ_CHECKED tkz_status tkz__direct_begin(tkz_lattice *lattice, const tkz_morph_style *style,
                                         tkz_error *error);
TKZ_CHECKED tkz_status tkz__direct_words(tkz_lattice *lattice, const tkz_morph_style *style,
                                         const tkz__path_word *words, size_t count,
                                         tkz_error *error);
TKZ_CHECKED tkz_status tkz__direct_end(tkz_lattice *lattice, const tkz_morph_style *style,
                                       uint32_t position, tkz_error *error);

#endif
