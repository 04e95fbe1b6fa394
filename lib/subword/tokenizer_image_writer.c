/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the native image: sections, the tables derived from them, checksums.
 * The same parts give the same bytes. Leans on the image layout and the hash.
 */
#include "core/hash.h"
#include "subword/engine.h"
#include "subword/image_tables.h"
#include "subword/tokenizer_image.h"

static tkz_status append_integers(tkz__buffer *buffer, const uint32_t *values, size_t count,
                                  tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(buffer, count * 4, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        tkz__store_u32(buffer->data + buffer->size + 4 * i, values[i]);
    buffer->size += count * 4;
    return TKZ_OK;
}

static tkz_status append_added(const tkz__image_parts *parts, tkz__buffer *buffer,
                               tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < parts->added_count; i++) {
        status = tkz__buffer_append_u32(buffer, parts->added[i].id, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_u32(buffer, parts->added[i].flags, error);
    }
    return status;
}

/* Nothing where the symbols' merges are all, in the same order. */
static tkz_status append_merges(const tkz__image_parts *parts, tkz__buffer *buffer,
                                tkz_error *error)
{
    bool same = parts->kind != TKZ__MODEL_MARKED_BPE &&
                parts->merge_count == parts->symbol_count - TKZ__SYMBOL_BYTES;
    for (uint32_t i = 0; same && i < parts->merge_count; i++) {
        const tkz__image_merge *merge = &parts->merges[i];
        same = parts->symbol_ids[TKZ__SYMBOL_BYTES + i] == merge->result &&
               parts->symbol_ids[parts->halves[(size_t)i * 2]] == merge->left &&
               parts->symbol_ids[parts->halves[(size_t)i * 2 + 1]] == merge->right;
    }
    return same ? TKZ_OK
                : append_integers(buffer, (const uint32_t *)(const void *)parts->merges,
                                  (size_t)parts->merge_count * 3, error);
}

static tkz_status append_pieces(const tkz__image_parts *parts, tkz__buffer *buffer,
                                tkz_error *error)
{
    if (parts->kind == TKZ__MODEL_BYTE_BPE)
        return TKZ_OK;
    const tkz__piece_settings *own = &parts->pieces;
    uint32_t values[3] = {own->unknown,
                          (own->byte_fallback ? (uint32_t)TKZ__PIECES_BYTE_FALLBACK : 0) |
                              (own->fuse_unknown ? (uint32_t)TKZ__PIECES_FUSE_UNKNOWN : 0) |
                              (own->sentencepiece ? (uint32_t)TKZ__PIECES_SENTENCEPIECE : 0),
                          own->word_limit};
    tkz_status status = append_integers(buffer, values, 3, error);
    return status == TKZ_OK ? tkz__buffer_append(buffer, parts->mark, parts->mark_size, error)
                            : status;
}

static tkz_status append_scores(const tkz__image_parts *parts, tkz__buffer *buffer,
                                tkz_error *error)
{
    if (parts->scores == NULL)
        return TKZ_OK;
    tkz_status status = tkz__buffer_reserve(buffer, (size_t)parts->id_count * 8, error);
    for (uint32_t id = 0; status == TKZ_OK && id < parts->id_count; id++) {
        uint64_t bits;
        memcpy(&bits, &parts->scores[id], sizeof bits);
        tkz__store_u64(buffer->data + buffer->size, bits);
        buffer->size += 8;
    }
    return status;
}

/* The tables of an engine begin anew, whatever stands before them in the image. */
static tkz_status append_engine(const tkz__image_parts *parts, tkz__buffer *buffer,
                                tkz_error *error)
{
    tkz__buffer blob;
    tkz__buffer_init(&blob, &buffer->allocator);
    tkz_status status = tkz__engine_make(parts, &blob, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(buffer, blob.data, blob.size, error);
    tkz__buffer_free(&blob);
    return status;
}

static tkz_status append_section(const tkz__image_parts *parts, const tkz__image_tables *tables,
                                 uint32_t kind, tkz__buffer *buffer, tkz_error *error)
{
    switch (kind) {
    case TKZ__SECTION_PRE_TOKENIZER:
        return tkz__buffer_append_text(buffer, tkz__pre_tokenizer_spelling(parts->pre_tokenizer),
                                       error);
    case TKZ__SECTION_NORMALIZER:
        return tkz__buffer_append(buffer, parts->normalizer, parts->normalizer_size, error);
    case TKZ__SECTION_TOKEN_OFFSETS:
        return append_integers(buffer, parts->token_offsets, (size_t)parts->token_count + 1,
                               error);
    case TKZ__SECTION_TOKEN_BYTES:
        return tkz__buffer_append(buffer, parts->token_bytes,
                                  parts->token_offsets[parts->token_count], error);
    case TKZ__SECTION_ADDED:
        return append_added(parts, buffer, error);
    case TKZ__SECTION_SYMBOL_IDS:
        return tkz__image_merges(parts->kind)
                   ? append_integers(buffer, parts->symbol_ids, parts->symbol_count, error)
                   : TKZ_OK;
    case TKZ__SECTION_TEMPLATE:
        return append_integers(buffer, (const uint32_t *)(const void *)parts->template_items,
                               2 * ((size_t)parts->single_count + parts->pair_count), error);
    case TKZ__SECTION_MERGES:
        return tkz__image_merges(parts->kind) || parts->kind == TKZ__MODEL_MARKED_BPE
                   ? append_merges(parts, buffer, error)
                   : TKZ_OK;
    case TKZ__SECTION_RANKS:
        return parts->ranks == NULL
                   ? TKZ_OK
                   : append_integers(buffer, parts->ranks, parts->merge_count, error);
    case TKZ__SECTION_PIECES:
        return append_pieces(parts, buffer, error);
    case TKZ__SECTION_SCORES:
        return append_scores(parts, buffer, error);
    case TKZ__SECTION_TYPES:
        return parts->types == NULL
                   ? TKZ_OK
                   : tkz__buffer_append(buffer, parts->types, parts->id_count, error);
    case TKZ__SECTION_ENGINE:
        return tkz__image_merges(parts->kind)
                   ? tkz__buffer_append(buffer, parts->engine, parts->engine_size, error)
                   : append_engine(parts, buffer, error);
    case TKZ__SECTION_DECODER:
        return tkz__buffer_append(buffer, parts->decoder, parts->decoder_size, error);
    case TKZ__SECTION_ORIGIN:
        return tkz__buffer_append(buffer, parts->origin, parts->origin_size, error);
    case TKZ__SECTION_PROVENANCE:
        return tkz__buffer_append(buffer, parts->provenance, parts->provenance_size, error);
    default: /* those that are made of these */
        return tkz__buffer_append(buffer, tables->sections[kind].data,
                                  tables->sections[kind].size, error);
    }
}

static tkz_status append_padding(tkz__buffer *buffer, tkz_error *error)
{
    static const uint8_t zeros[TKZ__IMAGE_ALIGNMENT];
    size_t over = buffer->size % TKZ__IMAGE_ALIGNMENT;
    return over == 0 ? TKZ_OK
                     : tkz__buffer_append(buffer, zeros, TKZ__IMAGE_ALIGNMENT - over, error);
}

/* Header and section table before the sections are known: zeros, and the room for the checksum. */
static tkz_status append_head_room(tkz__buffer *buffer, size_t size, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(buffer, size, error);
    if (status != TKZ_OK)
        return status;
    memset(buffer->data, 0, size);
    buffer->size = size;
    return TKZ_OK;
}

static void write_header(const tkz__image_parts *parts, const tkz__image_tables *tables,
                         tkz__buffer *buffer, size_t table_end)
{
    uint8_t *header = buffer->data;
    memcpy(header, TKZ__IMAGE_MAGIC, 8);
    tkz__store_u32(header + 8, TKZ__IMAGE_VERSION);
    tkz__store_u32(header + 12, TKZ__SECTION_END - 1);
    tkz__store_u64(header + 16, buffer->size);
    tkz__store_u32(header + 24, parts->token_count);
    tkz__store_u32(header + 28, parts->added_count);
    tkz__store_u32(header + 32, tkz__image_merges(parts->kind) ? parts->symbol_count : 0);
    tkz__store_u32(header + 36, tables->slot_bits);
    tkz__store_u32(header + 40, tables->reach);
    tkz__store_u32(header + 44,
                   parts->flags | (uint32_t)parts->kind << TKZ__IMAGE_KIND_SHIFT);
    tkz__store_u32(header + 48, parts->single_count);
    tkz__store_u32(header + 52, parts->token_count - parts->id_count);
    uint64_t dropout;
    memcpy(&dropout, &parts->dropout, sizeof dropout);
    tkz__store_u64(header + 56, dropout);
    tkz__store_u64(header + table_end, tkz__hash64(header, table_end));
}

tkz_status tkz__image_write(const tkz__image_parts *parts, tkz__buffer *buffer, tkz_error *error)
{
    size_t table_end =
        TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * (size_t)TKZ__IMAGE_SECTION_SIZE;
    tkz__image_tables tables;
    tkz_status status = tkz__image_tables_make(&tables, parts, &buffer->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = append_head_room(buffer, table_end + 8, error);
    for (uint32_t kind = 1; status == TKZ_OK && kind < TKZ__SECTION_END; kind++) {
        status = append_padding(buffer, error);
        if (status != TKZ_OK)
            break;
        size_t start = buffer->size;
        status = append_section(parts, &tables, kind, buffer, error);
        if (status != TKZ_OK)
            break;
        size_t size = buffer->size - start;
        uint8_t *entry = buffer->data + TKZ__IMAGE_HEADER_SIZE +
                         (size_t)(kind - 1) * TKZ__IMAGE_SECTION_SIZE;
        tkz__store_u32(entry, kind);
        tkz__store_u64(entry + 8, start);
        tkz__store_u64(entry + 16, size);
        tkz__store_u64(entry + 24, tkz__hash64(buffer->data + start, size));
    }
    if (status == TKZ_OK)
        write_header(parts, &tables, buffer, table_end);
    tkz__image_tables_free(&tables);
    return status;
}
