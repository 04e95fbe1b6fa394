/* SPDX-License-Identifier: Apache-2.0
 *
 * The tagger's cheaper face for those who need words and no features. Leans on
 * the best path.
 */
#ifndef TKZ_MORPH_TAGGER_H
#define TKZ_MORPH_TAGGER_H

#include "core/buffer.h"
#include "morph/best_path.h"

/* Begins a text, which stays where it is until it has been read; NUL bytes end sentences. */
void tkz__tagger_begin(tkz_tagger *tagger, const char *text, size_t size);

/* The next words of the text: at least one, or none at its end. Valid until the tagger's next call.
 * Errors: as tkz_tagger_parse. */
TKZ_CHECKED tkz_status tkz__tagger_next(tkz_tagger *tagger, const tkz__path_word **words,
                                        size_t *count, tkz_error *error);

/* For streams: the path and the output of a tagger; INVALID_OPTION for what is no format; and words of
 * `text` appended to the output. */
tkz__best_path *tkz__tagger_path(tkz_tagger *tagger);
tkz__buffer *tkz__tagger_output(tkz_tagger *tagger);
TKZ_CHECKED tkz_status tkz__tagger_check_format(int32_t format, tkz_error *error);
TKZ_CHECKED tkz_status tkz__tagger_write(tkz_tagger *tagger, const char *text,
                                         const tkz__path_word *words, size_t count,
                                         int32_t format, tkz_error *error);

#endif
