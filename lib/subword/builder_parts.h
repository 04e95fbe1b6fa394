/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the tokenizer builder, for its files. Leans on core.
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
    tkz__model_kind kind;
    tkz__piece_settings pieces;
    bool by_score;
    double *scores; /* as many as there is capacity for; NULL: all are 0 */
    size_t score_capacity;
    uint8_t *types; /* NULL: all are NORMAL */
    size_t type_capacity;
    tkz__buffer mark;
    tkz__buffer decoder;
    tkz__buffer origin;
    /* Made at the end: */
    uint32_t id_count;        /* the tokens behind it are hidden */
    uint32_t composing_count; /* merges before those of the model */
    uint32_t *ranks;          /* of the merges, where some have the same */
    size_t rank_capacity;
    tkz__buffer engine;
};

/* Is `id` a token of the vocabulary? One that is only added is none. */
bool tkz__tokenizer_builder_has(const tkz__tokenizer_builder *builder, uint32_t id);

/* Score and type of a token. */
double tkz__tokenizer_builder_score(const tkz__tokenizer_builder *builder, uint32_t id);
tkz__piece_type tkz__tokenizer_builder_type(const tkz__tokenizer_builder *builder, uint32_t id);

/* Room for scores and types of at least `count` tokens, those that are new as they are where nothing is
 * said. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__builder_reserve_pieces(tkz__tokenizer_builder *builder, size_t count,
                                                   tkz_error *error);

/* CHARACTER_BPE, before merges are selected: hidden tokens, the merges that compose characters,
 * those of
 * the model behind them, made of scores if that is wanted. Errors: INVALID_ARGUMENT, LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__builder_compose_characters(tkz__tokenizer_builder *builder,
                                                       tkz_error *error);

struct tkz__merge_selection;

/* CHARACTER_BPE, when they are: the engine section, which says what hidden tokens become. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__builder_expand_hidden(tkz__tokenizer_builder *builder,
                                                  const struct tkz__merge_selection *selection,
                                                  tkz_error *error);

/* Room for one more merge. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_reserve_merge(tkz__tokenizer_builder *builder,
                                                            tkz_error *error);

/* Gives back all it holds; the builder is then as new. */
void tkz__tokenizer_builder_empty(tkz__tokenizer_builder *builder);

#endif
