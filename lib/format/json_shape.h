/* SPDX-License-Identifier: Apache-2.0
 *
 * Tells the tokenizer files that are JSON apart, by their first keys. Leans on io.
 */
#ifndef TKZ_FORMAT_JSON_SHAPE_H
#define TKZ_FORMAT_JSON_SHAPE_H

#include <stddef.h>
#include <stdint.h>

typedef enum tkz__json_shape {
    TKZ__SHAPE_OTHER,
    TKZ__SHAPE_TOKENIZER, /* tokenizer.json of HF */
    TKZ__SHAPE_TEKKEN,    /* tekken.json of Mistral */
    TKZ__SHAPE_VOCAB      /* vocab.json: names and numbers */
} tkz__json_shape;

/* Reads no further than to the first key that decides; the rest may be damaged. */
tkz__json_shape tkz__json_shape_of(const uint8_t *data, size_t size);

#endif
