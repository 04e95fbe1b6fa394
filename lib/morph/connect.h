/* SPDX-License-Identifier: Apache-2.0
 *
 * The inner loop of the search: for each word that begins at a place the best of
 * those that end there. Leans on the compiler only.
 */
#ifndef TKZ_MORPH_CONNECT_H
#define TKZ_MORPH_CONNECT_H

#include <stddef.h>
#include <stdint.h>

#include "core/processor.h"

/* A word that ends at the place: what the best path up to it costs, and its right context id. */
typedef struct tkz__left {
    int32_t cost;
    uint32_t right_id;
} tkz__left;

typedef struct tkz__connection {
    const int16_t *matrix; /* the two bytes before its first cost can be read */
    const tkz__left *lefts; /* the preferred one of equal cost first; at least one */
    size_t left_count;
    const uint32_t *rows; /* of the words that begin: where their costs begin in the matrix */
    const int32_t *costs; /* and what they cost themselves */
    size_t right_count;
} tkz__connection;

/* Writes for each right word the cost of the path that ends with it and the number of the left one
 * in it. May read 7 rows and costs more than there are, which must be rows of the matrix, and write
 * as many results. */
typedef void tkz__connector(const tkz__connection *connection, int32_t *path_costs,
                            uint32_t *best_lefts);

tkz__connector tkz__connect_plainly;
#if TKZ__PATH_AVX2
tkz__connector tkz__connect_avx2;
#endif

/* The fastest one on this processor. */
tkz__connector *tkz__connector_choose(void);

#endif
