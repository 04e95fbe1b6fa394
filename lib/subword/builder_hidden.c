/* SPDX-License-Identifier: Apache-2.0
 *
 * What the hidden tokens of a model of characters become: the engine section of
 * hidden_tokens.h. Leans on merge selection.
 */
#include "subword/builder_parts.h"
#include "subword/merge_selection.h"

typedef struct expander {
    tkz__tokenizer_builder *builder;
    uint32_t bytes[TKZ__SYMBOL_BYTES]; /* ids of the BYTE pieces */
    tkz__image_merge *ways; /* of each hidden token; `left` TKZ__NO_TOKEN: it has none */
    uint32_t *starts;       /* where its ids start in `ids`, as they are made, and */
    uint32_t *counts;
    uint32_t *order; /* hidden tokens, the shortest first */
    tkz__buffer ids;
} expander;

static tkz_status find_byte_pieces(expander *own, tkz_error *error)
{
    static const char digits[] = "0123456789ABCDEF";
    for (unsigned byte = 0; byte < TKZ__SYMBOL_BYTES; byte++) {
        char name[6] = {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
        const char character = (char)byte;
        const uint64_t *found = tkz__byte_map_find(&own->builder->ordinary_names, name, 6);
        if (found == NULL && byte < 0x80) /* it is that character and nothing else */
            found = tkz__byte_map_find(&own->builder->ordinary_names, &character, 1);
        if (found == NULL || *found >= own->builder->id_count)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "bytes are to stand for unknown characters, and <0x%02X> is "
                                  "missing in the vocabulary",
                                  byte);
        own->bytes[byte] = (uint32_t)*found;
    }
    return TKZ_OK;
}

/* How the pieces that fall apart were made: by the merge that was selected, or the first one. */
static void find_ways(expander *own, const tkz__merge_selection *selection)
{
    const tkz__tokenizer_builder *builder = own->builder;
    for (uint32_t i = builder->merge_count; i > builder->composing_count; i--) {
        const tkz__image_merge *merge = &builder->merges[i - 1];
        if (merge->result >= builder->id_count)
            own->ways[merge->result - builder->id_count] = *merge;
    }
    if (selection->out_of_order)
        return;
    for (uint32_t symbol = TKZ__SYMBOL_BYTES + builder->composing_count;
         symbol < selection->symbol_count; symbol++) {
        const uint32_t *halves = selection->halves + (size_t)(symbol - TKZ__SYMBOL_BYTES) * 2;
        uint32_t id = selection->symbol_ids[symbol];
        if (id >= builder->id_count)
            own->ways[id - builder->id_count] =
                (tkz__image_merge){selection->symbol_ids[halves[0]],
                                   selection->symbol_ids[halves[1]], id};
    }
}

/* The shortest first: halves before what they make. Lengths have 16 bits: counting sort. */
static tkz_status sort_by_length(expander *own, uint32_t hidden, tkz_error *error)
{
    const tkz__tokenizer_builder *builder = own->builder;
    size_t lengths = TKZ__IMAGE_TOKEN_LIMIT + 2;
    uint32_t *places = tkz__allocate_zeroed(&builder->allocator, lengths * sizeof *places);
    if (places == NULL)
        return tkz__error_memory(error, lengths * sizeof *places);
    const tkz__builder_token *tokens = builder->tokens + builder->id_count;
    for (uint32_t i = 0; i < hidden; i++)
        places[tokens[i].size + 1]++;
    for (size_t length = 1; length < lengths; length++)
        places[length] += places[length - 1];
    for (uint32_t i = 0; i < hidden; i++)
        own->order[places[tokens[i].size]++] = i;
    tkz__release(&builder->allocator, places, lengths * sizeof *places);
    return TKZ_OK;
}

/* Appends the ids of a token that may be hidden. */
static tkz_status append_half(expander *own, uint32_t id, tkz_error *error)
{
    uint32_t first = own->builder->id_count;
    if (id < first)
        return tkz__buffer_append_u32(&own->ids, id, error);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < own->counts[id - first]; i++)
        status = tkz__buffer_append_u32(
            &own->ids, tkz__load_u32(own->ids.data + 4 * (size_t)(own->starts[id - first] + i)),
            error);
    return status;
}

/* What is no piece: its bytes, or one unknown token, which stands for a whole character. */
static tkz_status append_unknown(expander *own, const tkz__builder_token *token, tkz_error *error)
{
    const tkz__piece_settings *pieces = &own->builder->pieces;
    const uint8_t *bytes = own->builder->bytes.data + token->start;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; pieces->byte_fallback && status == TKZ_OK && i < token->size; i++)
        status = tkz__buffer_append_u32(&own->ids, own->bytes[bytes[i]], error);
    if (pieces->byte_fallback || pieces->unknown == TKZ__NO_TOKEN || (bytes[0] & 0xC0) == 0x80)
        return status;
    return tkz__buffer_append_u32(&own->ids, pieces->unknown, error);
}

static tkz_status expand(expander *own, uint32_t hidden, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < hidden; i++) {
        uint32_t index = own->order[i];
        const tkz__image_merge *way = &own->ways[index];
        own->starts[index] = (uint32_t)(own->ids.size / 4);
        if (way->left == TKZ__NO_TOKEN) {
            status = append_unknown(own, &own->builder->tokens[own->builder->id_count + index],
                                    error);
        } else {
            status = append_half(own, way->left, error);
            if (status == TKZ_OK)
                status = append_half(own, way->right, error);
        }
        own->counts[index] = (uint32_t)(own->ids.size / 4) - own->starts[index];
    }
    return status;
}

/* Whether what `half` becomes, `*count` ids, is what `ids` begins with, of which `left` are there. */
static bool has_ids(const expander *own, uint32_t half, const uint8_t *ids, uint32_t left,
                    uint32_t *count)
{
    uint32_t first = own->builder->id_count;
    uint32_t size = half < first ? 1 : own->counts[half - first];
    *count = size;
    if (size > left || size == 0)
        return size == 0;
    return half < first ? tkz__load_u32(ids) == half
                        : memcmp(ids, own->ids.data + 4 * (size_t)own->starts[half - first],
                                 4 * (size_t)size) == 0;
}

static bool becomes_the_same(const expander *own, const tkz__image_merge *way)
{
    uint32_t index = way->result - own->builder->id_count, count = own->counts[index], taken, rest;
    const uint8_t *ids = own->ids.data + 4 * (size_t)own->starts[index];
    return has_ids(own, way->left, ids, count, &taken) &&
           has_ids(own, way->right, ids + 4 * (size_t)taken, count - taken, &rest) &&
           taken + rest == count;
}

/* Where merges act out of order, the text around an unused piece decides how it was made:
 * sentencepiece cuts it as the last of all pairs in the text that could have become it
 * (src/bpe_model.cc, rev_merge). */
static tkz_status check_ways(const expander *own, tkz_error *error)
{
    const tkz__tokenizer_builder *builder = own->builder;
    for (uint32_t i = builder->composing_count; i < builder->merge_count; i++) {
        const tkz__image_merge *way = &builder->merges[i];
        if (way->result < builder->id_count || becomes_the_same(own, way))
            continue;
        const tkz__builder_token *token = &builder->tokens[way->result];
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the unused piece \"%.*s\" can be made in more than one way, of which the "
                              "text around it chooses one, as pieces here have greater scores than those "
                              "that they are made of, or the same; take it out of the model, or make it "
                              "a normal piece",
                              token->size < 40 ? (int)token->size : 40,
                              (const char *)builder->bytes.data + token->start);
    }
    return TKZ_OK;
}

/* The section: ids in the order of the hidden tokens. */
static tkz_status write_engine(expander *own, uint32_t hidden, tkz_error *error)
{
    tkz__buffer *buffer = &own->builder->engine;
    uint32_t sum = 0;
    tkz_status status = tkz__buffer_append_u32(buffer, own->builder->composing_count, error);
    for (uint32_t i = 0; status == TKZ_OK && i < hidden; i++) {
        status = tkz__buffer_append_u32(buffer, sum, error);
        sum += own->counts[i];
    }
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, sum, error);
    for (uint32_t i = 0; status == TKZ_OK && i < hidden; i++)
        status = tkz__buffer_append(buffer, own->ids.data + 4 * (size_t)own->starts[i],
                                    4 * (size_t)own->counts[i], error);
    return status;
}

tkz_status tkz__builder_expand_hidden(tkz__tokenizer_builder *builder,
                                      const tkz__merge_selection *selection, tkz_error *error)
{
    const tkz_allocator *allocator = &builder->allocator;
    expander own = {.builder = builder};
    uint32_t hidden = builder->token_count - builder->id_count;
    if (builder->pieces.byte_fallback) {
        tkz_status status = find_byte_pieces(&own, error);
        if (status != TKZ_OK)
            return status;
    }
    tkz__buffer_init(&own.ids, allocator);
    size_t size = hidden * (sizeof *own.ways + 3 * sizeof(uint32_t));
    own.ways = tkz__allocate(allocator, size);
    if (own.ways == NULL)
        return tkz__error_memory(error, size);
    memset(own.ways, 0xFF, size);
    own.starts = (uint32_t *)(own.ways + hidden);
    own.counts = own.starts + hidden;
    own.order = own.counts + hidden;
    find_ways(&own, selection);
    tkz_status status = sort_by_length(&own, hidden, error);
    if (status == TKZ_OK)
        status = expand(&own, hidden, error);
    if (status == TKZ_OK && selection->out_of_order)
        status = check_ways(&own, error);
    if (status == TKZ_OK)
        status = write_engine(&own, hidden, error);
    tkz__release(allocator, own.ways, size);
    tkz__buffer_free(&own.ids);
    return status;
}
