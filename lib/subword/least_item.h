/* SPDX-License-Identifier: Apache-2.0
 *
 * The least of some numbers, eight at a time in vectors that every processor has. Leans on nothing.
 */
#ifndef TKZ_SUBWORD_LEAST_ITEM_H
#define TKZ_SUBWORD_LEAST_ITEM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TKZ__LEAST_LANES = 8 };

typedef int32_t tkz__four_items __attribute__((vector_size(16)));

static inline tkz__four_items tkz__lower_items(tkz__four_items one, tkz__four_items two)
{
    tkz__four_items is_less = two < one;
    return (two & is_less) | (one & ~is_less);
}

/* Of `count` items, a multiple of TKZ__LEAST_LANES and not 0. */
static inline int32_t tkz__least_item(const int32_t *items, size_t count)
{
    tkz__four_items vectors[2], more[2];
    memcpy(vectors, items, sizeof vectors);
    for (size_t i = TKZ__LEAST_LANES; i < count; i += TKZ__LEAST_LANES) {
        memcpy(more, items + i, sizeof more);
        vectors[0] = tkz__lower_items(vectors[0], more[0]);
        vectors[1] = tkz__lower_items(vectors[1], more[1]);
    }
    tkz__four_items all = tkz__lower_items(vectors[0], vectors[1]);
    int32_t low = all[0] < all[1] ? all[0] : all[1], high = all[2] < all[3] ? all[2] : all[3];
    return low < high ? low : high;
}

#endif
