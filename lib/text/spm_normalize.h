/* SPDX-License-Identifier: Apache-2.0
 *
 * The normaliser of sentencepiece around a set of rules: named ones, or those of a
 * model. Leans on edit, spm_rules and spm_model_rules.
 */
#ifndef TKZ_TEXT_SPM_NORMALIZE_H
#define TKZ_TEXT_SPM_NORMALIZE_H

#include "text/edit.h"
#include "text/spm_model_rules.h"
#include "text/spm_rules.h"

/* Where the rules come from: `named`, unless those of a model are given. */
typedef struct tkz__spm_source {
    const tkz__spm_rules *named;
    const tkz__spm_model_rules *model;
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
 * for each space that is added or removed; what a rule deletes at the end of the text belongs to the
 * character before it, so that deletions at the end are trailing spaces. Linear. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_normalize(const tkz__spm_source *source,
                                          const tkz__spm_options *options, const char *text,
                                          size_t size, tkz__edit *edit, tkz_error *error);

/* sentencepiece's norm_to_orig: where the character of the result at `target`, or its end, came from.
 * O(log runs). */
uint64_t tkz__spm_source_of(const tkz__span_map *map, uint64_t target);

#endif
