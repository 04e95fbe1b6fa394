/* SPDX-License-Identifier: Apache-2.0
 *
 * Models whose merges are of characters, as merges of bytes: hidden_tokens.h says how.
 * builder_hidden.c says what their hidden tokens become. Leans on the UTF-8 decoder.
 */
#include <stdlib.h>

#include "subword/builder_parts.h"
#include "text/utf8.h"

/* The token of these bytes that merging may make or take, or TKZ__NO_TOKEN. */
static uint32_t find(const tkz__tokenizer_builder *builder, const uint8_t *bytes, size_t size)
{
    const uint64_t *found = tkz__byte_map_find(&builder->ordinary_names, bytes, size);
    return found != NULL && tkz__tokenizer_builder_has(builder, (uint32_t)*found)
               ? (uint32_t)*found
               : TKZ__NO_TOKEN;
}

/* The same; a hidden one is made if there is none. */
static tkz_status find_or_hide(tkz__tokenizer_builder *builder, const uint8_t *bytes, size_t size,
                               uint32_t *id, tkz_error *error)
{
    *id = find(builder, bytes, size);
    if (*id != TKZ__NO_TOKEN)
        return TKZ_OK;
    *id = builder->token_count;
    return tkz__tokenizer_builder_add_token(builder, *id, bytes, size, error);
}

/* ---- Pieces that are no tokens ----------------------------------------- */

/* Puts a hidden token of the same bytes in the place of one in merging. */
static tkz_status hide(tkz__tokenizer_builder *builder, uint32_t id, tkz_error *error)
{
    uint32_t twin = builder->token_count;
    tkz_status status = tkz__array_reserve(&builder->allocator, (void **)&builder->tokens,
                                           &builder->token_capacity, (size_t)twin + 1,
                                           sizeof *builder->tokens, error);
    if (status == TKZ_OK && twin >= TKZ__IMAGE_COUNT_LIMIT)
        status = tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET, "%u tokens", twin);
    if (status != TKZ_OK)
        return status;
    tkz__builder_token *token = &builder->tokens[id];
    builder->tokens[twin] = *token;
    token->is_ordinary = false;
    builder->token_count++;
    uint64_t *name = tkz__byte_map_find(&builder->ordinary_names,
                                        builder->bytes.data + token->start, token->size);
    if (name != NULL)
        *name = twin;
    return TKZ_OK;
}

/* sentencepiece merges NORMAL, USER_DEFINED and UNUSED pieces, and UNUSED ones fall apart in the
 * end. Of the
 * others only one character counts, which is unknown where it stands in text. */
static tkz_status hide_pieces(tkz__tokenizer_builder *builder, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < builder->id_count; id++) {
        tkz__piece_type type = tkz__tokenizer_builder_type(builder, id);
        if (!builder->tokens[id].is_ordinary || type == TKZ__PIECE_NORMAL ||
            type == TKZ__PIECE_USER_DEFINED)
            continue;
        const tkz__builder_token *token = &builder->tokens[id];
        uint32_t character;
        size_t length = tkz__utf8_decode((const char *)builder->bytes.data + token->start,
                                         token->size, &character);
        if (type == TKZ__PIECE_UNUSED || length == token->size)
            status = hide(builder, id, error);
        else
            builder->tokens[id].is_ordinary = false;
    }
    return status;
}

/* ---- Characters -------------------------------------------------------- */

typedef struct composer {
    tkz__tokenizer_builder *builder;
    tkz__image_merge *merges;
    size_t count;
    size_t capacity;
    tkz__byte_map starts; /* of characters that have been composed, to their tokens */
} composer;

/* Composes a character of `size` bytes from the left. The bytes move when tokens are added. */
static tkz_status compose(composer *own, const uint8_t *bytes, size_t size, tkz_error *error)
{
    uint8_t copy[4];
    uint32_t left, right;
    memcpy(copy, bytes, size);
    tkz_status status = find_or_hide(own->builder, copy, 1, &left, error);
    for (size_t length = 2; status == TKZ_OK && length <= size; length++) {
        uint64_t *known;
        bool is_new;
        status = tkz__byte_map_insert(&own->starts, copy, length, &known, &is_new, error);
        if (status == TKZ_OK && !is_new) {
            left = (uint32_t)*known;
            continue;
        }
        uint32_t whole = 0;
        if (status == TKZ_OK)
            status = find_or_hide(own->builder, copy + length - 1, 1, &right, error);
        if (status == TKZ_OK)
            status = find_or_hide(own->builder, copy, length, &whole, error);
        if (status == TKZ_OK)
            status = tkz__array_reserve(&own->builder->allocator, (void **)&own->merges,
                                        &own->capacity, own->count + 1, sizeof *own->merges,
                                        error);
        if (status != TKZ_OK)
            return status;
        *known = whole;
        own->merges[own->count++] = (tkz__image_merge){left, right, whole};
        left = whole;
    }
    return status;
}

/* Composes the characters of a token. */
static tkz_status compose_all(composer *own, uint32_t id, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    size_t size = own->builder->tokens[id].size;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        const uint8_t *bytes = own->builder->bytes.data + own->builder->tokens[id].start + at;
        uint32_t character;
        size_t length = tkz__utf8_decode((const char *)bytes, size - at, &character);
        status = compose(own, bytes, length, error);
        at += length;
    }
    return status;
}

/* ---- Merges ------------------------------------------------------------ */

/* A piece that two others may make. */
typedef struct made_piece {
    double score;
    uint32_t id;
} made_piece;

static int compare_pieces(const void *left, const void *right)
{
    const made_piece *first = left, *second = right;
    if (first->score != second->score)
        return first->score > second->score ? -1 : 1;
    return first->id < second->id ? -1 : first->id > second->id;
}

/* All ways to cut a piece between two of its characters. */
static tkz_status join_piece(tkz__tokenizer_builder *builder, uint32_t id, uint32_t rank,
                             tkz_error *error)
{
    const uint8_t *bytes = builder->bytes.data + builder->tokens[id].start;
    size_t size = builder->tokens[id].size, at = 0;
    tkz_status status = TKZ_OK;
    for (;;) {
        uint32_t character;
        at += tkz__utf8_decode((const char *)bytes + at, size - at, &character);
        if (status != TKZ_OK || at >= size)
            return status;
        uint32_t left = find(builder, bytes, at), right = find(builder, bytes + at, size - at);
        if (left == TKZ__NO_TOKEN || right == TKZ__NO_TOKEN)
            continue;
        status = tkz__tokenizer_builder_reserve_merge(builder, error);
        if (status == TKZ_OK)
            status = tkz__array_reserve(&builder->allocator, (void **)&builder->ranks,
                                        &builder->rank_capacity, (size_t)builder->merge_count + 1,
                                        sizeof *builder->ranks, error);
        if (status != TKZ_OK)
            return status;
        builder->ranks[builder->merge_count] = rank;
        builder->merges[builder->merge_count++] = (tkz__image_merge){left, right, id};
    }
}

/* Pieces of two characters and more. User-defined ones are found before anything merges. */
static uint32_t list_made(const tkz__tokenizer_builder *builder, made_piece *pieces)
{
    uint32_t count = 0;
    for (uint32_t id = 0; id < builder->id_count; id++) {
        const tkz__builder_token *token = &builder->tokens[id];
        tkz__piece_type type = tkz__tokenizer_builder_type(builder, id);
        uint32_t character;
        if (token->size == 0 || type == TKZ__PIECE_UNKNOWN || type == TKZ__PIECE_CONTROL ||
            type == TKZ__PIECE_BYTE || type == TKZ__PIECE_USER_DEFINED)
            continue;
        const uint8_t *bytes = builder->bytes.data + token->start;
        uint32_t own = find(builder, bytes, token->size);
        if (own != TKZ__NO_TOKEN &&
            tkz__utf8_decode((const char *)bytes, token->size, &character) < token->size)
            pieces[count++] = (made_piece){tkz__tokenizer_builder_score(builder, id), own};
    }
    return count;
}

/* The merges that follow from the scores. */
static tkz_status join_by_score(tkz__tokenizer_builder *builder, tkz_error *error)
{
    made_piece *pieces =
        tkz__allocate_array(&builder->allocator, builder->id_count, sizeof *pieces);
    if (pieces == NULL)
        return tkz__error_memory(error, builder->id_count * sizeof *pieces);
    uint32_t count = list_made(builder, pieces);
    if (count > 1)
        qsort(pieces, count, sizeof *pieces, compare_pieces);
    tkz_status status = TKZ_OK;
    uint32_t rank = 0;
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        if (i == 0 || pieces[i].score != pieces[i - 1].score)
            rank = builder->merge_count;
        status = join_piece(builder, pieces[i].id, rank, error);
    }
    tkz__release_array(&builder->allocator, pieces, builder->id_count, sizeof *pieces);
    return status;
}

/* Puts the composing merges in front. */
static tkz_status put_first(tkz__tokenizer_builder *builder, composer *own, tkz_error *error)
{
    size_t total = own->count + builder->merge_count;
    if (total >= UINT32_MAX / 4)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET, "%zu merges", total);
    tkz_status status =
        tkz__array_reserve(&builder->allocator, (void **)&own->merges, &own->capacity, total,
                           sizeof *own->merges, error);
    if (status == TKZ_OK && builder->by_score)
        status = tkz__array_reserve(&builder->allocator, (void **)&builder->ranks,
                                    &builder->rank_capacity, total, sizeof *builder->ranks, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = builder->merge_count; i > 0 && builder->by_score; i--)
        builder->ranks[own->count + i - 1] = (uint32_t)own->count + builder->ranks[i - 1];
    for (size_t i = 0; i < own->count && builder->by_score; i++)
        builder->ranks[i] = (uint32_t)i;
    if (builder->merge_count > 0)
        memcpy(own->merges + own->count, builder->merges,
               builder->merge_count * sizeof *own->merges);
    tkz__release_array(&builder->allocator, builder->merges, builder->merge_capacity,
                       sizeof *builder->merges);
    builder->merges = own->merges;
    builder->merge_capacity = own->capacity;
    builder->merge_count = (uint32_t)total;
    builder->composing_count = (uint32_t)own->count;
    own->merges = NULL;
    own->capacity = 0;
    return TKZ_OK;
}

tkz_status tkz__builder_compose_characters(tkz__tokenizer_builder *builder, tkz_error *error)
{
    composer own = {.builder = builder};
    tkz__byte_map_init(&own.starts, &builder->allocator);
    tkz_status status = builder->by_score ? hide_pieces(builder, error) : TKZ_OK;
    for (unsigned value = 0; status == TKZ_OK && value < TKZ__SYMBOL_BYTES; value++) {
        uint8_t byte = (uint8_t)value;
        uint32_t id;
        status = find_or_hide(builder, &byte, 1, &id, error);
    }
    uint32_t count = builder->token_count; /* those that come now are starts of characters */
    for (uint32_t id = 0; status == TKZ_OK && id < count; id++) {
        if (tkz__tokenizer_builder_has(builder, id) && builder->tokens[id].size > 1)
            status = compose_all(&own, id, error);
    }
    if (status == TKZ_OK && builder->by_score)
        status = join_by_score(builder, error);
    if (status == TKZ_OK)
        status = put_first(builder, &own, error);
    tkz__byte_map_free(&own.starts);
    tkz__release_array(&builder->allocator, own.merges, own.capacity, sizeof *own.merges);
    return status;
}
