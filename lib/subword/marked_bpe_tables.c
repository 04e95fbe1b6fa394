/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of marked_bpe.h: made, and opened. Leans on the hash of core.
 *
 * u32 bits of the table of pieces, bits of that of pairs, reach, 0; u32 of each of 256 bytes; u32 slots of
 * the pieces, then of the pairs, all ones where empty. An entry stands at its hash or behind it.
 */
#include "core/hash.h"
#include "subword/marked_bpe_parts.h"

enum { HEADER_SIZE = 16, LEAST_BITS = 4, MOST_BITS = 28, MOST_REACH = 4096 };

/* Slots of a table that is at most half full. */
static uint32_t bits_for(size_t count)
{
    uint32_t bits = LEAST_BITS;
    while (bits < MOST_BITS && (size_t)1 << bits < 2 * count)
        bits++;
    return bits;
}

/* Puts a number into the first free slot from that of its hash on. */
static void enter(uint8_t *slots, uint32_t bits, uint64_t hash, uint32_t number, uint32_t *reach)
{
    uint32_t mask = (UINT32_C(1) << bits) - 1, slot = (uint32_t)(hash >> (64 - bits)), steps = 0;
    while (tkz__load_u32(slots + (size_t)slot * 4) != TKZ__NO_TOKEN) {
        slot = (slot + 1) & mask;
        steps++;
    }
    tkz__store_u32(slots + (size_t)slot * 4, number);
    *reach = steps > *reach ? steps : *reach;
}

/* Tokens that the model itself has. */
static bool is_entry(const tkz__image_parts *parts, uint32_t id)
{
    return parts->token_offsets[id] < parts->token_offsets[id + 1] &&
           (parts->types == NULL || parts->types[id] != TKZ__PIECE_CONTROL);
}

static void enter_pieces(const tkz__image_parts *parts, uint8_t *slots, uint32_t bits,
                         uint32_t *reach)
{
    for (uint32_t id = 0; id < parts->id_count; id++) {
        uint32_t start = parts->token_offsets[id], end = parts->token_offsets[id + 1];
        if (is_entry(parts, id))
            enter(slots, bits, tkz__hash64(parts->token_bytes + start, end - start), id, reach);
    }
}

static void find_bytes(const tkz__image_parts *parts, uint8_t *byte_ids)
{
    for (uint32_t id = 0; parts->pieces.byte_fallback && id < parts->id_count; id++) {
        uint32_t start = parts->token_offsets[id], end = parts->token_offsets[id + 1];
        int byte = is_entry(parts, id)
                       ? tkz__piece_byte(parts->token_bytes + start, end - start)
                       : -1;
        if (byte >= 0)
            tkz__store_u32(byte_ids + 4 * (size_t)byte, id);
    }
}

tkz_status tkz__marked_bpe_make(const tkz__image_parts *parts, tkz__buffer *blob,
                                tkz_error *error)
{
    size_t start = blob->size;
    uint32_t piece_bits = bits_for(parts->id_count), pair_bits = bits_for(parts->merge_count);
    uint32_t reach = 0;
    size_t slots = ((size_t)1 << piece_bits) + ((size_t)1 << pair_bits);
    if (parts->merge_count >= UINT32_C(1) << (MOST_BITS - 1))
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET, "%u merges",
                              parts->merge_count);
    tkz_status status = tkz__buffer_append_fill(blob, 0, HEADER_SIZE, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(blob, 0xFF, (TKZ__MARKED_BYTES + slots) * 4, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *byte_ids = blob->data + start + HEADER_SIZE;
    uint8_t *pieces = byte_ids + (size_t)TKZ__MARKED_BYTES * 4;
    uint8_t *pairs = pieces + ((size_t)4 << piece_bits);
    find_bytes(parts, byte_ids);
    enter_pieces(parts, pieces, piece_bits, &reach);
    for (uint32_t i = 0; i < parts->merge_count; i++)
        enter(pairs, pair_bits, tkz__marked_pair_hash(parts->merges[i].left, parts->merges[i].right),
              i, &reach);
    if (reach > MOST_REACH)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "too many tokens or merges have one hash");
    tkz__store_u32(blob->data + start, piece_bits);
    tkz__store_u32(blob->data + start + 4, pair_bits);
    tkz__store_u32(blob->data + start + 8, reach);
    return TKZ_OK;
}

static tkz_status damaged(const char *where, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, where, TKZ__NO_OFFSET,
                          "the tables of the pieces are damaged");
}

tkz_status tkz__marked_bpe_open(tkz__marked_bpe *view, const tkz__image *image, const char *where,
                                tkz_error *error)
{
    const uint8_t *blob = image->sections[TKZ__SECTION_ENGINE];
    const uint8_t *mark = image->sections[TKZ__SECTION_PIECES] + TKZ__IMAGE_PIECES_SIZE;
    size_t size = image->sizes[TKZ__SECTION_ENGINE];
    size_t mark_size = image->sizes[TKZ__SECTION_PIECES] - TKZ__IMAGE_PIECES_SIZE;
    const uint8_t *nul = mark_size > 0 ? memchr(mark, 0, mark_size) : NULL;
    if (size < HEADER_SIZE || nul == NULL)
        return damaged(where, error);
    uint32_t piece_bits = tkz__load_u32(blob), pair_bits = tkz__load_u32(blob + 4);
    uint32_t reach = tkz__load_u32(blob + 8);
    if (piece_bits < LEAST_BITS || piece_bits > MOST_BITS || pair_bits < LEAST_BITS ||
        pair_bits > MOST_BITS || reach > MOST_REACH ||
        size != HEADER_SIZE + TKZ__MARKED_BYTES * 4 + ((size_t)4 << piece_bits) +
                    ((size_t)4 << pair_bits))
        return damaged(where, error);
    const uint8_t *byte_ids = blob + HEADER_SIZE;
    const uint8_t *pieces = byte_ids + (size_t)TKZ__MARKED_BYTES * 4;
    *view = (tkz__marked_bpe){.image = image,
                              .byte_ids = byte_ids,
                              .pieces = pieces,
                              .pairs = pieces + ((size_t)4 << piece_bits),
                              .piece_bits = piece_bits,
                              .pair_bits = pair_bits,
                              .reach = reach,
                              .prefix = mark,
                              .prefix_size = (size_t)(nul - mark),
                              .suffix = nul + 1,
                              .suffix_size = mark_size - (size_t)(nul - mark) - 1};
    return TKZ_OK;
}
