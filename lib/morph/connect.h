/* SPDX-License-Identifier: Apache-2.0
 *
 * The inner loop of the search: for each word that begins at a place the best of
 * those that end there. Leans on the compiler only.
 */
#ifndef TKZ_MORPH_CONNECT_H
#define TKZ_MORPH_CONNECT_H

#include <stddef.h>
#include <stdint.h>

/* A word that may stand at a place. */
typedef struct tkz__graph_word {
    uint16_t left_id;
    uint16_t right_id;
    int32_t cost;
    uint32_t end; /* place, or place_count for all that end behind the window */
    uint32_t number; /* tkz__dictionary_word */
} tkz__graph_word;

typedef struct tkz__connection {
    const int16_t *matrix;
    uint32_t row_size; /* costs of a left context id */
    /* The left words, the preferred one of equal cost first: what the best path up to each costs, and its
     * right context id. Two arrays, because ids are known before costs: so the processor can load
     * from the matrix ahead of the costs that it is about to compute. */
    const int32_t *left_costs;
    const uint16_t *left_ids;
    size_t left_count; /* at least one */
    const tkz__graph_word *rights;
    size_t right_count;
    /* Where the results go: of each right word its slot, and in a slot the cost of the best path that
     * ends with the word and, counted from `first_left`, the left word in it. */
    const uint32_t *slots;
    uint32_t first_left;
    int32_t *costs;
    uint32_t *backs;
} tkz__connection;

/* Finds the best left word for each right one. */
void tkz__connect(const tkz__connection *connection);

#endif
