/* SPDX-License-Identifier: Apache-2.0
 *
 * A tagger seen as a boundary source: where its words end, for documents of any
 * length. Leans on the tagger and core's boundary interface.
 */
#ifndef TKZ_MORPH_WORD_BORDERS_H
#define TKZ_MORPH_WORD_BORDERS_H

#include "core/boundary.h"
#include "tokenize/morph.h"

/* Makes a boundary source with a tagger of its own. Text is analysed stretch by stretch: a stretch
 * ends behind LF or 。, or before 2 KiB. The last word of a stretch that does not end in LF is
 * analysed again in front of the next one, so that the words there see what they follow: the
 * borders are those of whole lines but for a few in a million (figures in
 * doc/mecab-compatibility.md). A stretch cut at 2 KiB gives its words up to 256 bytes before the
 * cut, and the next one begins there. White space belongs to the word that follows it; at the end
 * of a line, and where it fills a stretch, it is a word of its own. Memory: the ends, 8
 * bytes each, and one stretch. */
TKZ_CHECKED tkz_status tkz__word_borders_new(tkz__boundary_source *source,
                                             tkz_dictionary *dictionary,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__word_borders_free(tkz__boundary_source *source); /* accepts an all-zero struct */

#endif
