/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of word_pieces.h: made, opened and checked. Leans on the trie of symbols.
 *
 * As bytes, integers little-endian: u32 kind, id of the unknown token, flags, word limit, nodes
 * of the pieces, nodes of the frozen ones, size of the mark, and 0; the mark, padded with zeros to a
 * multiple of 8; u32 ids of the 256 bytes, if a flag says so; nodes and u32 ends of both
 * tries.
 */
#include <string.h>

#include "subword/symbol_trie.h"
#include "subword/word_pieces.h"

enum {
    FLAG_BYTES = 1,
    FLAG_FUSE = 2,
    FLAG_SENTENCEPIECE = 4,
    FLAGS = 7,
    HEADER_SIZE = 32,
    LONGEST_MARK = 1024,
    BYTE_IDS_SIZE = 256 * 4
};

/* ---- Making -------------------------------------------------------------- */

static tkz__piece_type type_of(const tkz__word_pieces_parts *parts, uint32_t id)
{
    return parts->types != NULL ? (tkz__piece_type)parts->types[id] : TKZ__PIECE_NORMAL;
}

/* HF finds every entry of its vocabulary in text; sentencepiece none that means something else. */
static bool is_found(const tkz__word_pieces_parts *parts, uint32_t id)
{
    tkz__piece_type type = type_of(parts, id);
    if (parts->settings->sentencepiece)
        return type == TKZ__PIECE_NORMAL || type == TKZ__PIECE_USER_DEFINED;
    return type != TKZ__PIECE_CONTROL && type != TKZ__PIECE_UNUSED;
}

static bool is_frozen(const tkz__word_pieces_parts *parts, uint32_t id)
{
    return parts->kind == TKZ__MODEL_CHARACTER && type_of(parts, id) == TKZ__PIECE_USER_DEFINED;
}

static tkz_status append_trie(tkz__trie_builder *builder, tkz__buffer *blob, uint32_t *count,
                              tkz_error *error)
{
    tkz__buffer nodes, ends;
    tkz__buffer_init(&nodes, &blob->allocator);
    tkz__buffer_init(&ends, &blob->allocator);
    tkz_status status = tkz__trie_builder_write(builder, &nodes, &ends, error);
    *count = (uint32_t)(nodes.size / TKZ__TRIE_NODE_SIZE);
    if (status == TKZ_OK)
        status = tkz__buffer_append(blob, nodes.data, nodes.size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(blob, ends.data, ends.size, error);
    tkz__buffer_free(&nodes);
    tkz__buffer_free(&ends);
    return status;
}

/* Appends the trie of the tokens that `takes`: nodes, then ends. `*count`: its nodes, 0 if it has no
 * token and may be left out. */
static tkz_status put_trie(const tkz__word_pieces_parts *parts,
                           bool (*takes)(const tkz__word_pieces_parts *parts, uint32_t id),
                           bool may_lack, tkz__buffer *blob, uint32_t *count, tkz_error *error)
{
    tkz__trie_builder *builder;
    size_t taken = 0;
    tkz_status status = tkz__trie_builder_new(&builder, &blob->allocator, error);
    if (status != TKZ_OK)
        return status;
    for (uint32_t id = 0; status == TKZ_OK && id < parts->token_count; id++) {
        size_t size = parts->token_offsets[id + 1] - parts->token_offsets[id];
        if (size == 0 || !takes(parts, id))
            continue;
        taken++;
        status = tkz__trie_builder_add(builder, parts->token_bytes + parts->token_offsets[id], size,
                                       id, error);
    }
    *count = 0;
    if (status == TKZ_OK && (taken > 0 || !may_lack))
        status = append_trie(builder, blob, count, error);
    tkz__trie_builder_free(builder);
    return status;
}

static tkz_status put_byte_ids(const tkz__word_pieces_parts *parts, tkz__buffer *blob,
                               tkz_error *error)
{
    uint32_t ids[256];
    memset(ids, 0xFF, sizeof ids);
    for (uint32_t id = 0; id < parts->token_count; id++) {
        const uint8_t *bytes = parts->token_bytes + parts->token_offsets[id];
        size_t size = parts->token_offsets[id + 1] - parts->token_offsets[id];
        int byte = tkz__piece_byte(bytes, size);
        if (byte >= 0 && (parts->types == NULL || parts->types[id] == TKZ__PIECE_BYTE))
            ids[byte] = id;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        if (ids[byte] == TKZ__NO_TOKEN)
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "byte fallback without a piece for byte 0x%02X", (unsigned)byte);
        tkz_status status = tkz__buffer_append_u32(blob, ids[byte], error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

static tkz_status put_header(const tkz__word_pieces_parts *parts, tkz__buffer *blob,
                             tkz_error *error)
{
    const tkz__piece_settings *settings = parts->settings;
    uint32_t flags = (settings->byte_fallback ? FLAG_BYTES : 0) |
                     (settings->fuse_unknown ? FLAG_FUSE : 0) |
                     (settings->sentencepiece ? FLAG_SENTENCEPIECE : 0);
    const uint32_t fields[HEADER_SIZE / 4] = {
        (uint32_t)parts->kind, settings->unknown, flags, settings->word_limit, 0, 0,
        (uint32_t)parts->mark_size, 0};
    if (parts->mark_size > LONGEST_MARK)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the mark of pieces has more than %d bytes", LONGEST_MARK);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < HEADER_SIZE / 4; i++)
        status = tkz__buffer_append_u32(blob, fields[i], error);
    if (status == TKZ_OK && parts->mark_size > 0)
        status = tkz__buffer_append(blob, parts->mark, parts->mark_size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(blob, 0, -parts->mark_size % 8, error);
    return status == TKZ_OK && settings->byte_fallback ? put_byte_ids(parts, blob, error) : status;
}

tkz_status tkz__word_pieces_make(const tkz__word_pieces_parts *parts, tkz__buffer *blob,
                                 tkz_error *error)
{
    size_t start = blob->size;
    uint32_t count = 0, frozen = 0;
    tkz_status status = put_header(parts, blob, error);
    if (status == TKZ_OK)
        status = put_trie(parts, is_found, false, blob, &count, error);
    if (status == TKZ_OK)
        status = put_trie(parts, is_frozen, true, blob, &frozen, error);
    if (status == TKZ_OK) {
        tkz__store_u32(blob->data + start + 16, count);
        tkz__store_u32(blob->data + start + 20, frozen);
    }
    return status;
}

/* ---- Opening ------------------------------------------------------------- */

static tkz_status corrupt(const char *where, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, where, TKZ__NO_OFFSET,
                          "the tables of the pieces are damaged");
}

/* The nodes and ends at `*place`, which there is room for. */
static tkz__word_trie trie_at(const uint8_t *blob, uint32_t count, size_t *place)
{
    tkz__word_trie trie = {.nodes = blob + *place, .count = count};
    *place += (size_t)count * TKZ__TRIE_NODE_SIZE;
    trie.ends = blob + *place;
    *place += (size_t)count * 4;
    return trie;
}

/* The node that the mark leads to. */
static uint32_t find_middle(const tkz__word_trie *trie, const uint8_t *mark, size_t size)
{
    uint32_t node = 0;
    for (size_t i = 0; i < size; i++) {
        const uint8_t *entry = trie->nodes + (size_t)node * TKZ__TRIE_NODE_SIZE;
        uint32_t child = (tkz__image_u32(entry) & ~TKZ__TRIE_END_BIT) ^ mark[i];
        if (child >= trie->count ||
            tkz__image_u32(trie->nodes + (size_t)child * TKZ__TRIE_NODE_SIZE + 4) != node)
            return TKZ__NO_TOKEN;
        node = child;
    }
    return node;
}

static bool fields_fit(const uint32_t *fields, uint32_t token_count)
{
    uint32_t kind = fields[0], unknown = fields[1], flags = fields[2];
    bool is_ours = kind == TKZ__MODEL_WORD_PIECE || kind == TKZ__MODEL_WORD_LEVEL ||
                   kind == TKZ__MODEL_CHARACTER;
    return is_ours && (unknown == UINT32_MAX || unknown < token_count) && (flags & ~FLAGS) == 0 &&
           fields[4] > 0 && fields[6] <= LONGEST_MARK && fields[7] == 0;
}

tkz_status tkz__word_pieces_open(tkz__word_pieces *view, const uint8_t *blob, size_t size,
                                 uint32_t token_count, const char *where, tkz_error *error)
{
    uint32_t fields[HEADER_SIZE / 4];
    if (size < HEADER_SIZE)
        return corrupt(where, error);
    for (size_t i = 0; i < HEADER_SIZE / 4; i++)
        fields[i] = tkz__image_u32(blob + 4 * i);
    if (!fields_fit(fields, token_count))
        return corrupt(where, error);
    bool has_bytes = (fields[2] & FLAG_BYTES) != 0;
    size_t place = HEADER_SIZE + (((size_t)fields[6] + 7) & ~(size_t)7);
    uint64_t needed = place + (has_bytes ? BYTE_IDS_SIZE : 0) +
                      ((uint64_t)fields[4] + fields[5]) * (TKZ__TRIE_NODE_SIZE + 4);
    if (needed != size)
        return corrupt(where, error);
    *view = (tkz__word_pieces){
        .blob = blob,
        .size = size,
        .kind = (tkz__model_kind)fields[0],
        .token_count = token_count,
        .settings = {.unknown = fields[1],
                     .byte_fallback = has_bytes,
                     .fuse_unknown = (fields[2] & FLAG_FUSE) != 0,
                     .sentencepiece = (fields[2] & FLAG_SENTENCEPIECE) != 0,
                     .word_limit = fields[3]}};
    if (has_bytes) {
        view->byte_ids = blob + place;
        place += BYTE_IDS_SIZE;
    }
    view->pieces = trie_at(blob, fields[4], &place);
    view->frozen = trie_at(blob, fields[5], &place);
    view->middle = find_middle(&view->pieces, blob + HEADER_SIZE, fields[6]);
    return TKZ_OK;
}

tkz_status tkz__word_pieces_verify(const tkz__word_pieces *view,
                                   const tkz__word_pieces_parts *parts,
                                   const tkz_allocator *allocator, const char *where,
                                   tkz_error *error)
{
    tkz__buffer again;
    tkz__buffer_init(&again, allocator);
    tkz_status status = tkz__word_pieces_make(parts, &again, error);
    if (status == TKZ_STATUS_UNSUPPORTED || status == TKZ_STATUS_LIMIT ||
        (status == TKZ_OK &&
         (again.size != view->size || memcmp(again.data, view->blob, view->size) != 0)))
        status = corrupt(where, error);
    tkz__buffer_free(&again);
    return status;
}
