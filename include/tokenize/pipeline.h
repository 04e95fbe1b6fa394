/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole jobs: a recipe says what goes in, what is done, what comes out; a run
 * carries it out.
 */
#ifndef TOKENIZE_PIPELINE_H
#define TOKENIZE_PIPELINE_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A checked recipe: immutable; any thread. doc/recipe.md describes the JSON. */
typedef struct tkz_recipe tkz_recipe;

/* Reads a recipe from JSON text (`size` bytes). Relative file names in it are relative to the
 * working directory. Unknown members, wrong types and values out of range are INVALID_RECIPE; the
 * message gives the path in the recipe ("vocabulary.size") and what would be right. */
TKZ_API TKZ_CHECKED tkz_status tkz_recipe_parse(tkz_recipe **recipe, const char *json, size_t size,
                                                const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_recipe_free(tkz_recipe *recipe); /* accepts NULL */

/* The recipe with every default filled in, as JSON text; owned by the recipe, NUL-terminated. */
TKZ_API const char *tkz_recipe_text(const tkz_recipe *recipe, size_t *size);

/* One option of a recipe, for help and bindings. Static strings. */
typedef struct tkz_recipe_option {
    const char *path;          /* "vocabulary.size" */
    const char *type;          /* "string", "integer", "number", "boolean", "array", "object" */
    const char *default_value; /* as JSON, or "" when there is none */
    const char *range;         /* "257..16777216", "exact", ... or "" */
    const char *text;
} tkz_recipe_option;
TKZ_API size_t tkz_recipe_option_count(void);
TKZ_API const tkz_recipe_option *tkz_recipe_option_at(size_t index); /* NULL beyond the end */

/* Carries out a recipe on `executor` (NULL: the calling thread alone). The output bytes depend on
 * recipe and input only, never on threads, `memory` or interruptions. A run into a directory that
 * was stopped goes on where it was when called again with the same recipe and inputs; a finished
 * one is EXISTS unless `overwrite` is nonzero, which starts anew. `memory` bounds, in bytes, what
 * grows with the corpus and with its longest documents (0: no bound): LIMIT if it cannot be kept. `report` (may be NULL) receives
 * the counts and figures of the run as a JSON object, described in doc/report.md, also after a
 * failure as far as it got; free with tkz_bytes_free. Errors: INVALID_RECIPE, OPEN_FAILED, IO,
 * NO_SPACE, TRUNCATED, CORRUPT, EMPTY_INPUT, COUNTS_DISAGREE, EXISTS, BUSY (another run holds the
 * directory), CANCELLED, LIMIT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_run(const tkz_recipe *recipe, const tkz_executor *executor,
                                       uint64_t memory, int32_t overwrite,
                                       const tkz_progress_callback *progress,
                                       const tkz_allocator *allocator, tkz_bytes *report,
                                       tkz_error *error);

/* Adds up statistics of parts of a corpus: `reports` are `count` texts, of `sizes` bytes, of what 'tokenize
 * stats --json' prints or of reports of runs with "statistics". `merged` receives the statistics of the whole,
 * byte for byte what the whole would give; free with tkz_bytes_free. `failed` (may be NULL): which report an error
 * is about. Any thread. Errors: BAD_JSON, CORRUPT, INVALID_ARGUMENT (parts of other filters, thresholds or members;
 * no report), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_statistics_merge(const char *const *reports,
                                                    const uint64_t *sizes, size_t count,
                                                    const tkz_allocator *allocator,
                                                    tkz_bytes *merged, size_t *failed,
                                                    tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_PIPELINE_H */
