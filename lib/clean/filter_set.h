/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of a filter set: the chosen filters and their values. Leans on filter.
 */
#ifndef TKZ_CLEAN_FILTER_SET_H
#define TKZ_CLEAN_FILTER_SET_H

#include "clean/filter.h"
#include "core/memory.h"

struct tkz_filter_set {
    tkz__chosen_filter *chosen;
    size_t count;
    double *parameters; /* of all chosen filters, one after the other */
    size_t parameter_count;
    size_t value_count;
    const char **value_names; /* texts of the set's own */
    uint32_t measures;        /* TKZ__MEASURE_* that any of them reads */
    tkz__ngram_orders ngram_orders; /* that any of them reads, of characters */
    tkz__ngram_orders word_ngram_orders; /* of words */
    tkz__character_kinds *kinds; /* NULL if no measure needs it */
    tkz__word_filter *word_filter; /* of all word lists; NULL: there is at most one */
    tkz_allocator allocator;
};

#endif
