/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters: which documents are worth keeping, and why not.
 */
#ifndef TOKENIZE_CLEAN_H
#define TOKENIZE_CLEAN_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What filters there are ------------------------------------------- */

enum tkz_parameter_type { TKZ_PARAMETER_INTEGER = 0, TKZ_PARAMETER_NUMBER = 1 };

/* One option of a filter. Static strings. */
typedef struct tkz_parameter_info {
    const char *name;
    const char *text;
    int32_t type; /* TKZ_PARAMETER_* */
    double default_value;
    double minimum;
    double maximum;
} tkz_parameter_info;

/* One filter. Static strings. */
typedef struct tkz_filter_info {
    const char *name;
    const char *text;
    const tkz_parameter_info *parameters;
    size_t parameter_count;
} tkz_filter_info;

TKZ_API size_t tkz_filter_count(void);
TKZ_API const tkz_filter_info *tkz_filter_at(size_t index); /* NULL beyond the end */

/* ---- A chosen set ----------------------------------------------------- */

/* Filters with their thresholds, in order. Immutable after tkz_filter_set_new; any thread. */
typedef struct tkz_filter_set tkz_filter_set;

/* Makes a set from JSON: an array of objects {"name": "length", "minimum": 100, ...}; parameters
 * left out have their defaults; an empty array keeps everything. Errors: INVALID_RECIPE, where the
 * error's `where` names the place ("filters[1].minimum") and its message what would be right;
 * INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_filter_set_new(tkz_filter_set **set, const char *json,
                                                  size_t size, const tkz_allocator *allocator,
                                                  tkz_error *error);
TKZ_API void tkz_filter_set_free(tkz_filter_set *set); /* accepts NULL; after its cleaners */
TKZ_API size_t tkz_filter_set_count(const tkz_filter_set *set);
TKZ_API const char *tkz_filter_set_name(const tkz_filter_set *set, size_t index);

/* Per-thread worker on a set. */
typedef struct tkz_cleaner tkz_cleaner;
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_new(tkz_cleaner **cleaner, const tkz_filter_set *set,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_cleaner_free(tkz_cleaner *cleaner); /* accepts NULL */

/* What became of a document. */
typedef struct tkz_verdict {
    int32_t keep;          /* 1 keep, 0 drop */
    uint32_t filter_index; /* in the set, of the filter that dropped it */
    const char *filter;    /* its name; NULL when kept */
    const char *reason;    /* "too_short"; NULL when kept. Static string */
    double value;          /* what was measured */
    double threshold;      /* what it was measured against */
} tkz_verdict;

/* Judges one document: the first filter that drops it decides. Allocates nothing. Errors: BAD_UTF8
 * with the offset of the first invalid byte; INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_judge(tkz_cleaner *cleaner, const char *text,
                                                 size_t size, tkz_verdict *verdict,
                                                 tkz_error *error);

/* The value that each filter of the set measures, one per filter, whatever the thresholds. `values`
 * has tkz_filter_set_count() places. Errors: as tkz_cleaner_judge. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_measure(tkz_cleaner *cleaner, const char *text,
                                                   size_t size, double *values, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_CLEAN_H */
