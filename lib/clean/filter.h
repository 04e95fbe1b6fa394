/* SPDX-License-Identifier: Apache-2.0
 *
 * What a filter is. Adding one is a file lib/clean/filter_NAME.c that defines
 * tkz__filter_NAME, and its line in Makefile.inc, from which the registry is made.
 */
#ifndef TKZ_CLEAN_FILTER_H
#define TKZ_CLEAN_FILTER_H

#include <stdbool.h>

#include "clean/measures.h"
#include "tokenize/clean.h"

/* All static and immutable. `parameters` are the chosen values in the order of info.parameters. */
typedef struct tkz__filter {
    tkz_filter_info info;
    uint32_t measures; /* TKZ__MEASURE_* that the functions below read */
    /* What is wrong with values that are in range one by one ("minimum is above maximum"), or
     * NULL. May itself be NULL. */
    const char *(*conflict)(const double *parameters);
    /* The number that the filter is about. */
    double (*value)(const tkz__measures *measures);
    /* True to keep. To drop, fills in reason, value and threshold of `verdict`. */
    bool (*decide)(const tkz__measures *measures, const double *parameters, tkz_verdict *verdict);
} tkz__filter;

/* A registered filter; NULL beyond the end. */
const tkz__filter *tkz__filter_at(size_t index);

/* By name (`size` bytes); NULL when there is none. */
const tkz__filter *tkz__filter_find(const char *name, size_t size);

/* For `decide`: fills in the reasons for dropping and returns false. */
static inline bool tkz__filter_drop(tkz_verdict *verdict, const char *reason, double value,
                                    double threshold)
{
    verdict->reason = reason;
    verdict->value = value;
    verdict->threshold = threshold;
    return false;
}

#endif
