/* SPDX-License-Identifier: Apache-2.0
 *
 * A tagger seen as a boundary source: where its words end, for documents of any
 * length. Leans on the tagger and core's boundary interface.
 */
#ifndef TKZ_MORPH_WORD_BORDERS_H
#define TKZ_MORPH_WORD_BORDERS_H

#include "core/boundary.h"
#include "tokenize/morph.h"

/* Makes a boundary source with a tagger of its own. Each line, its LF with it, is a sentence: the
 * borders are those of whole lines, however long. White space belongs to the word that follows
 * it; at the end of a line it is a word of its own. Memory: the ends, 8 bytes each, and one window
 * of the tagger. */
TKZ_CHECKED tkz_status tkz__word_borders_new(tkz__boundary_source *source,
                                             tkz_dictionary *dictionary,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__word_borders_free(tkz__boundary_source *source); /* accepts an all-zero struct */

#endif
