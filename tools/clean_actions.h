/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tokenize clean` does besides running a recipe. Each returns an exit code.
 */
#ifndef TOOLS_CLEAN_ACTIONS_H
#define TOOLS_CLEAN_ACTIONS_H

#include <jansson.h>

#include "tokenize/clean.h"
#include "tools/options.h"

/* Makes a filter set out of the recipe's "clean"; complains and returns NULL. */
tkz_filter_set *open_filters(const json_t *filters);

/* Judges documents by the values in files that --scores wrote: a line with the verdict for each. */
int clean_from_scores(const struct arguments *arguments, const json_t *filters);

/* Takes each operand as one document and shows its values, bounds and the places behind them. */
int clean_explain(const struct arguments *arguments, const json_t *filters);

#endif /* TOOLS_CLEAN_ACTIONS_H */
