/* SPDX-License-Identifier: Apache-2.0
 *
 * Where each byte of a changed text came from: sorted runs of source and target
 * lengths that compose, invert and look up. Leans on memory.
 */
#ifndef TKZ_CORE_SPAN_MAP_H
#define TKZ_CORE_SPAN_MAP_H

#include <stdbool.h>

#include "core/memory.h"

/* A run that is no identity (an escape, a normalised or reordered sequence, an insertion, a
 * deletion) only maps as a whole. */
typedef tkz_span tkz__span_run;

typedef struct tkz__span_map {
    tkz__span_run *runs; /* adjacent: each starts where the one before ends, on both sides */
    size_t count;
    size_t capacity;
    tkz_allocator allocator;
} tkz__span_map;

void tkz__span_map_init(tkz__span_map *map, const tkz_allocator *allocator);
void tkz__span_map_free(tkz__span_map *map);
void tkz__span_map_clear(tkz__span_map *map);

/* Appends a run behind the last one; neighbouring identity runs melt together, empty runs vanish.
 * identity needs equal sizes. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__span_map_append(tkz__span_map *map, uint64_t source_size,
                                            uint64_t target_size, bool identity,
                                            tkz_error *error);

uint64_t tkz__span_map_source_size(const tkz__span_map *map);
uint64_t tkz__span_map_target_size(const tkz__span_map *map);

/* The smallest source range that the target range [start, end) came from; an empty target range
 * maps to an empty source range. Positions beyond the end are clamped. O(log runs). */
void tkz__span_map_to_source(const tkz__span_map *map, uint64_t target_start, uint64_t target_end,
                             uint64_t *source_start, uint64_t *source_end);
/* The reverse. */
void tkz__span_map_to_target(const tkz__span_map *map, uint64_t source_start, uint64_t source_end,
                             uint64_t *target_start, uint64_t *target_end);

/* result = second after first: first maps A to B, second B to C, result A to C. The middle sizes
 * must agree (INVALID_ARGUMENT). `result` is a third, initialised map. O(runs). */
TKZ_CHECKED tkz_status tkz__span_map_compose(const tkz__span_map *first,
                                             const tkz__span_map *second, tkz__span_map *result,
                                             tkz_error *error);

/* result maps target to source. */
TKZ_CHECKED tkz_status tkz__span_map_invert(const tkz__span_map *map, tkz__span_map *result,
                                            tkz_error *error);

#endif
