/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the tokenizer builder, for its two files. Leans on core.
 */
#ifndef TKZ_SUBWORD_BUILDER_PARTS_H
#define TKZ_SUBWORD_BUILDER_PARTS_H

#include "core/byte_map.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"

typedef struct tkz__builder_token {
    uint32_t start; /* in the builder's bytes */
    uint16_t size;  /* 0: no such token */
    bool is_ordinary;
} tkz__builder_token;

struct tkz__tokenizer_builder {
    tkz_allocator allocator;
    const tkz__pre_tokenizer *pre_tokenizer;
    tkz__buffer bytes;
    tkz__builder_token *tokens; /* by id */
    size_t token_capacity;
    uint32_t token_count; /* greatest id + 1 */
    tkz__added_token *added;
    size_t added_capacity;
    uint32_t added_count;
    tkz__image_merge *merges; /* in rank order */
    size_t merge_capacity;
    uint32_t merge_count;
    uint32_t flags;
    bool by_rank;
    double dropout;
    tkz__template_item *template_items;
    size_t template_capacity;
    uint32_t single_count; /* 0: none was set */
    uint32_t pair_count;
    tkz__byte_map ordinary_names; /* bytes of tokens to ids */
    tkz__byte_map added_names;
    tkz__buffer normalizer;
    tkz__buffer provenance;
};

/* Is `id` a token of the vocabulary? One that is only added is none. */
bool tkz__tokenizer_builder_has(const tkz__tokenizer_builder *builder, uint32_t id);

/* Room for one more merge. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_reserve_merge(tkz__tokenizer_builder *builder,
                                                            tkz_error *error);

/* Gives back all it holds; the builder is then as new. */
void tkz__tokenizer_builder_empty(tkz__tokenizer_builder *builder);

#endif
