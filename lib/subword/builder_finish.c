/* SPDX-License-Identifier: Apache-2.0
 *
 * From what a builder has collected to a tokenizer: chooses the merges that can
 * happen, puts tokens in the order of their ids, writes the image. Leans on merge
 * selection and the image.
 */
#include <stdlib.h>

#include "subword/builder_parts.h"
#include "subword/merge_selection.h"
#include "subword/tokenizer.h"

/* The merges that can happen. Where they act out of order, only bytes are symbols. */
static tkz_status select_merges(const tkz__tokenizer_builder *builder,
                                tkz__merge_selection *selection, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < builder->merge_count && !selection->out_of_order;
         i++) {
        const tkz__image_merge *merge = &builder->merges[i];
        status = tkz__merge_selection_offer(selection, merge->left, merge->right, merge->result,
                                            error);
    }
    return status;
}

/* Ways to one token have one rank; their order is that of HF's converters: by left, then right half. */
static int compare_ways(const void *left, const void *right)
{
    const tkz__image_merge *first = left, *second = right;
    if (first->left != second->left)
        return first->left < second->left ? -1 : 1;
    return first->right < second->right ? -1 : first->right > second->right;
}

/* Every way to cut token `id` in two is a merge of its rank. */
static tkz_status join_token(tkz__tokenizer_builder *builder, uint32_t id, tkz_error *error)
{
    const uint8_t *bytes = builder->bytes.data + builder->tokens[id].start;
    size_t size = builder->tokens[id].size;
    uint32_t first = builder->merge_count;
    tkz_status status = TKZ_OK;
    for (size_t at = 1; status == TKZ_OK && at < size; at++) {
        const uint64_t *left = tkz__byte_map_find(&builder->ordinary_names, bytes, at);
        if (left == NULL)
            continue;
        const uint64_t *right =
            tkz__byte_map_find(&builder->ordinary_names, bytes + at, size - at);
        if (right == NULL)
            continue;
        status = tkz__tokenizer_builder_reserve_merge(builder, error);
        if (status == TKZ_OK)
            builder->merges[builder->merge_count++] =
                (tkz__image_merge){(uint32_t)*left, (uint32_t)*right, id};
    }
    if (builder->merge_count > first + 1)
        qsort(builder->merges + first, builder->merge_count - first, sizeof *builder->merges,
              compare_ways);
    return status;
}

static tkz_status join_by_rank(tkz__tokenizer_builder *builder, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    builder->merge_count = 0;
    for (uint32_t id = 0; status == TKZ_OK && id < builder->token_count; id++) {
        if (builder->tokens[id].size > 1 && tkz__tokenizer_builder_has(builder, id))
            status = join_token(builder, id, error);
    }
    return status;
}

/* The token of each byte, or TKZ__NO_TOKEN. */
static void find_bytes(const tkz__tokenizer_builder *builder, uint32_t byte_ids[256])
{
    for (size_t byte = 0; byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        const uint64_t *found = tkz__byte_map_find(&builder->ordinary_names, &value, 1);
        byte_ids[byte] = found != NULL ? (uint32_t)*found : TKZ__NO_TOKEN;
    }
}

/* Offsets and bytes of all tokens by id. `offsets` has room for token_count + 1. */
static tkz_status order_tokens(const tkz__tokenizer_builder *builder, uint32_t *offsets,
                               tkz__buffer *bytes, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(bytes, builder->bytes.size, error);
    for (uint32_t id = 0; status == TKZ_OK && id < builder->token_count; id++) {
        offsets[id] = (uint32_t)bytes->size;
        const tkz__builder_token *token = &builder->tokens[id];
        if (token->size > 0)
            status = tkz__buffer_append(bytes, builder->bytes.data + token->start, token->size,
                                        error);
    }
    offsets[builder->token_count] = (uint32_t)bytes->size;
    return status;
}

static int compare_added(const void *left, const void *right)
{
    uint32_t first = ((const tkz__added_token *)left)->id;
    uint32_t second = ((const tkz__added_token *)right)->id;
    return first < second ? -1 : first > second;
}

/* Where nothing was set: the texts, the second with type 1, as in HF tokenizers without a
 * post-processor. */
static const tkz__template_item bare_template[] = {
    {TKZ__TEMPLATE_FIRST, 0}, {TKZ__TEMPLATE_FIRST, 0}, {TKZ__TEMPLATE_SECOND, 1}};

static tkz_status write_tokenizer(tkz__tokenizer_builder *builder,
                                  const tkz__merge_selection *selection, const uint32_t *offsets,
                                  const tkz__buffer *bytes, tkz_tokenizer **tokenizer,
                                  tkz_error *error)
{
    if (builder->added_count > 1)
        qsort(builder->added, builder->added_count, sizeof *builder->added, compare_added);
    bool has_template = builder->single_count > 0;
    tkz__image_parts parts = {
        .kind = builder->kind,
        .pre_tokenizer = builder->pre_tokenizer,
        .normalizer = (const char *)builder->normalizer.data,
        .normalizer_size = builder->normalizer.size,
        .flags = builder->flags | (builder->by_rank ? (uint32_t)TKZ__IMAGE_BY_RANK : 0) |
                 (builder->by_score ? (uint32_t)TKZ__IMAGE_BY_SCORE : 0) |
                 (selection->out_of_order ? (uint32_t)TKZ__IMAGE_OUT_OF_ORDER : 0),
        .token_offsets = offsets,
        .token_bytes = bytes->data,
        .token_count = builder->token_count,
        .id_count = builder->id_count,
        .added = builder->added,
        .added_count = builder->added_count,
        .symbol_ids = selection->symbol_ids,
        .symbol_count = selection->out_of_order ? (uint32_t)TKZ__SYMBOL_BYTES
                                                : selection->symbol_count,
        .halves = selection->halves,
        .merges = builder->merges,
        .merge_count = builder->merge_count,
        .ranks = builder->ranks,
        .dropout = builder->dropout,
        .template_items = has_template ? builder->template_items : bare_template,
        .single_count = has_template ? builder->single_count : 1,
        .pair_count = has_template ? builder->pair_count : 2,
        .provenance = (const char *)builder->provenance.data,
        .provenance_size = builder->provenance.size,
        .pieces = builder->pieces,
        .mark = (const char *)builder->mark.data,
        .mark_size = builder->mark.size,
        .scores = builder->scores,
        .types = builder->types,
        .engine = builder->engine.data,
        .engine_size = builder->engine.size,
        .decoder = (const char *)builder->decoder.data,
        .decoder_size = builder->decoder.size,
        .origin = builder->origin.data,
        .origin_size = builder->origin.size,
    };
    tkz__buffer image;
    tkz__buffer_init(&image, &builder->allocator);
    tkz_status status = tkz__image_write(&parts, &image, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_from_image(tokenizer, &image, error);
    tkz__buffer_free(&image);
    return status;
}

/* The merges that are not given, and room for score and type of every token. */
static tkz_status prepare(tkz__tokenizer_builder *builder, tkz_error *error)
{
    builder->id_count = builder->token_count;
    if (builder->scores != NULL) {
        tkz_status status = tkz__builder_reserve_pieces(builder, builder->id_count, error);
        if (status != TKZ_OK)
            return status;
    }
    if (builder->kind == TKZ__MODEL_CHARACTER_BPE)
        return tkz__builder_compose_characters(builder, error);
    return builder->by_rank ? join_by_rank(builder, error) : TKZ_OK;
}

tkz_status tkz__tokenizer_builder_finish(tkz__tokenizer_builder *builder,
                                         tkz_tokenizer **tokenizer, tkz_error *error)
{
    if (builder->ordinary_names.count == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the vocabulary has no tokens");
    tkz_status ready = prepare(builder, error);
    if (ready != TKZ_OK)
        return ready;
    uint32_t byte_ids[256];
    find_bytes(builder, byte_ids);
    size_t offset_count = (size_t)builder->token_count + 1;
    uint32_t *offsets = tkz__allocate_array(&builder->allocator, offset_count, sizeof *offsets);
    if (offsets == NULL)
        return tkz__error_memory(error, offset_count * sizeof *offsets);
    tkz__buffer bytes;
    tkz__buffer_init(&bytes, &builder->allocator);
    tkz__merge_selection selection;
    tkz_status status = tkz__merge_selection_start(
        &selection, byte_ids, builder->token_count,
        builder->merge_count < builder->token_count ? builder->merge_count : builder->token_count,
        &builder->allocator, error);
    if (status == TKZ_OK && builder->kind != TKZ__MODEL_MARKED_BPE)
        status = select_merges(builder, &selection, error);
    if (status == TKZ_OK && builder->kind == TKZ__MODEL_CHARACTER_BPE)
        status = tkz__builder_expand_hidden(builder, &selection, error);
    if (status == TKZ_OK)
        status = order_tokens(builder, offsets, &bytes, error);
    if (status == TKZ_OK)
        status = write_tokenizer(builder, &selection, offsets, &bytes, tokenizer, error);
    tkz__merge_selection_free(&selection);
    tkz__buffer_free(&bytes);
    tkz__release_array(&builder->allocator, offsets, offset_count, sizeof *offsets);
    if (status == TKZ_OK)
        tkz__tokenizer_builder_empty(builder);
    return status;
}
