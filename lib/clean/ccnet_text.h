/* SPDX-License-Identifier: Apache-2.0
 *
 * CCNet's text for language models: small letters without marks (か for が), 0 for digits, ASCII for punctuation,
 * no control characters. Leans on normal forms, lowercase and char_class.
 */
#ifndef TKZ_CLEAN_CCNET_TEXT_H
#define TKZ_CLEAN_CCNET_TEXT_H

#include "core/buffer.h"
#include "tokenize/text.h"

/* The normal form that tkz__ccnet_normalize needs a worker of. */
#define TKZ__CCNET_FORM "nfd-15.0"

/* `target` becomes the normalised text, as facebookresearch/cc_net cc_net/text_normalizer.py, normalize, has it with its
 * defaults, but for Σ, which is σ also at the end of a word. `decomposer` is a worker of TKZ__CCNET_FORM, `scratch` any
 * buffer. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__ccnet_normalize(const char *text, size_t size,
                                            tkz_normalizer *decomposer, tkz__buffer *scratch,
                                            tkz__buffer *target, tkz_error *error);

#endif
