/* SPDX-License-Identifier: Apache-2.0
 *
 * How much text: documents, characters, UTF-8 bytes. Leans on jansson.
 */
#ifndef TKZ_PIPELINE_AMOUNT_H
#define TKZ_PIPELINE_AMOUNT_H

#include <jansson.h>
#include <stdint.h>

typedef struct tkz__amount {
    uint64_t documents;
    uint64_t characters;
    uint64_t bytes;
} tkz__amount;

static inline void tkz__amount_add(tkz__amount *total, const tkz__amount *part)
{
    total->documents += part->documents;
    total->characters += part->characters;
    total->bytes += part->bytes;
}

/* left - right, which is no more than it. */
static inline tkz__amount tkz__amount_less(tkz__amount left, tkz__amount right)
{
    return (tkz__amount){left.documents - right.documents, left.characters - right.characters,
                         left.bytes - right.bytes};
}

static inline json_t *tkz__amount_to_json(const tkz__amount *amount)
{
    return json_pack("{s:I,s:I,s:I}", "documents", (json_int_t)amount->documents, "characters",
                     (json_int_t)amount->characters, "bytes", (json_int_t)amount->bytes);
}

static inline tkz__amount tkz__amount_from_json(const json_t *json)
{
    return (tkz__amount){
        (uint64_t)json_integer_value(json_object_get(json, "documents")),
        (uint64_t)json_integer_value(json_object_get(json, "characters")),
        (uint64_t)json_integer_value(json_object_get(json, "bytes")),
    };
}

#endif
