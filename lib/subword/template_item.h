/* SPDX-License-Identifier: Apache-2.0
 *
 * What templates consist of: the ids that a model puts around a text, or around two,
 * and the places of the texts. For the builder and the image.
 */
#ifndef TKZ_SUBWORD_TEMPLATE_ITEM_H
#define TKZ_SUBWORD_TEMPLATE_ITEM_H

#include <stdint.h>

/* Most items of the templates of a tokenizer: those of one text and of two. */
enum { TKZ__TEMPLATE_LIMIT = 1024 };

/* Values that are no ids: the places of the texts. */
#define TKZ__TEMPLATE_FIRST UINT32_C(0x80000000)
#define TKZ__TEMPLATE_SECOND UINT32_C(0x80000001)

typedef struct tkz__template_item {
    uint32_t value; /* an id, or one of the two above */
    uint32_t type;  /* the type id of its ids */
} tkz__template_item;

#endif
