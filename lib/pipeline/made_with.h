/* SPDX-License-Identifier: Apache-2.0
 *
 * What values depend on besides the texts and the parameters of their filters: normal form, editors, words, contents
 * of files. Leans on filter_set, normal_form and jansson.
 */
#ifndef TKZ_PIPELINE_MADE_WITH_H
#define TKZ_PIPELINE_MADE_WITH_H

#include "clean/filter_set.h"
#include "pipeline/recipe.h"

/* {"normalize": NAME, "edit": NAME, "edit_files": [HASH...], "words": NAME, "words_hash": HASH}, of those what there
 * is. `words` NULL: filters count none. NULL: out of memory. */
json_t *tkz__made_with(const tkz_recipe *recipe, const tkz_boundaries *words);

/* That and {"files": {NAME OF VALUE: HASH}} as JSON text, which scores carry; "" where there is none of it. The caller
 * frees (of `allocator`, size with its NUL). Errors: OUT_OF_MEMORY; INVALID_RECIPE: two files of other contents would
 * give two values of one name. */
TKZ_CHECKED tkz_status tkz__made_with_text(const tkz_recipe *recipe, const tkz_boundaries *words,
                                           const tkz_filter_set *filters,
                                           const tkz_allocator *allocator, char **text,
                                           tkz_error *error);

/* What differs between two plans of statistics, "filters" of the first with the parameters and contents of files, and
 * what they were made with; "" if nothing does. */
void tkz__made_with_compare(const json_t *filters, const json_t *made_with,
                            const json_t *other_filters, const json_t *other_made_with,
                            char *difference, size_t size);

#endif
