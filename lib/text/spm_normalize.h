/* SPDX-License-Identifier: Apache-2.0
 *
 * The normaliser of sentencepiece around a set of rules: named ones, or those of a
 * model. Leans on edit, spm_rules and charsmap.
 */
#ifndef TKZ_TEXT_SPM_NORMALIZE_H
#define TKZ_TEXT_SPM_NORMALIZE_H

#include "text/charsmap.h"
#include "text/edit.h"
#include "text/spm_rules.h"

/* Where the rules come from: `named`, unless `charsmap` is given. */
typedef struct tkz__spm_source {
    const tkz__spm_rules *named;
    const tkz__charsmap *charsmap;
} tkz__spm_source;

/* NormalizerSpec and TrainerSpec of sentencepiece have them by these names. */
typedef struct tkz__spm_options {
    bool add_dummy_prefix;           /* a space symbol before the text */
    bool remove_extra_whitespaces;   /* no leading, trailing and repeated ones */
    bool escape_whitespaces;         /* the symbol is U+2581 instead of U+0020 */
    bool treat_whitespace_as_suffix; /* add_dummy_prefix appends it instead */
} tkz__spm_options;

/* Length of a prefix that tkz__spm_normalize certainly copies; `size` only if it changes nothing. */
size_t tkz__spm_unchanged(const tkz__spm_source *source, const tkz__spm_options *options,
                          const char *text, size_t size);

/* Appends the normalised text to the edit, whose map must be empty or NULL. A run for each match, and
 * for each space that is added or removed. Linear. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_normalize(const tkz__spm_source *source,
                                          const tkz__spm_options *options, const char *text,
                                          size_t size, tkz__edit *edit, tkz_error *error);

#endif
