/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of a filter set: the chosen filters and their values. Leans on filter.
 */
#ifndef TKZ_CLEAN_FILTER_SET_H
#define TKZ_CLEAN_FILTER_SET_H

#include "clean/filter.h"
#include "core/memory.h"

typedef struct tkz__chosen_filter {
    const tkz__filter *filter;
    const double *parameters; /* into `values` of the set */
} tkz__chosen_filter;

struct tkz_filter_set {
    tkz__chosen_filter *chosen;
    size_t count;
    double *values; /* parameters of all chosen filters, one after the other */
    size_t value_count;
    uint32_t measures; /* TKZ__MEASURE_* that any of them reads */
    tkz_allocator allocator;
};

#endif
