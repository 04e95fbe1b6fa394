/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting the entries of a table of words. Leans on core's byte map.
 */
#ifndef TKZ_TRAIN_WORD_ORDER_H
#define TKZ_TRAIN_WORD_ORDER_H

#include "core/byte_map.h"

/* Fills `entries` (map->count of them) with the entries of `map` in the order of their bytes, as
 * memcmp sees them, a shorter word before its continuations. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_order_by_bytes(const tkz__byte_map *map,
                                                const tkz__byte_map_entry **entries,
                                                tkz_error *error);

/* Sorts `count` entries by value, largest first; entries of equal value keep their order.
 * Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_order_by_count(const tkz_allocator *allocator,
                                                const tkz__byte_map_entry **entries, size_t count,
                                                tkz_error *error);

#endif
