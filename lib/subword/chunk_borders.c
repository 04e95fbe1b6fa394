/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a chunk may be cut before merging: the filter's making and its use. See
 * the header for why it is right. Leans on the image.
 */
#include "subword/chunk_borders.h"

/* Filter bits for one inner place of a token: with 8, about one place in ten that could be cut
 * is not (a bit is shared), and the table of a vocabulary of 32,000 is 64 KiB. */
enum { BITS_PER_PLACE = 8, LEAST_BITS = 1 << 9, MOST_BITS = 1 << 24 };

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

static bool filter_has(const tkz__image *image, uint32_t bit)
{
    bit &= image->border_mask;
    return image->sections[TKZ__SECTION_BORDER_BITS][bit >> 3] >> (bit & 7) & 1;
}

/* May a token cross the place before chunk[at]? */
static bool is_crossed(const tkz__image *image, const uint8_t *chunk, size_t at, size_t size)
{
    const uint8_t *place = chunk + at;
    uint8_t kinds =
        image->sections[TKZ__SECTION_BORDER_KINDS][(size_t)place[-1] << 8 | place[0]];
    if (kinds & TKZ__BORDER_NEAR)
        return true;
    if (size - at >= 3) {
        uint32_t right = tkz__border_three(place);
        if ((kinds & TKZ__BORDER_LONG) != 0 && at >= 3 &&
            filter_has(image,
                       tkz__border_bit(tkz__border_three(place - 3), right, TKZ__BORDER_LONG)))
            return true;
        if ((kinds & TKZ__BORDER_LONG_RIGHT) != 0 &&
            filter_has(image, tkz__border_bit(place[-1], right, TKZ__BORDER_LONG_RIGHT)))
            return true;
    }
    return (kinds & TKZ__BORDER_LONG_LEFT) != 0 && at >= 3 &&
           filter_has(image, tkz__border_bit(tkz__border_three(place - 3), place[0],
                                             TKZ__BORDER_LONG_LEFT));
}

size_t tkz__border_next(const tkz__image *image, const uint8_t *chunk, size_t start, size_t size)
{
    for (size_t at = start + 1; at < size; at++) {
        if (!is_continuation(chunk[at]) && !is_crossed(image, chunk, at, size))
            return at - start;
    }
    return size - start;
}

/* ---- Making the tables ------------------------------------------------- */

/* Calls `visit` for every inner place of every token that is not special. */
static uint64_t visit_places(const tkz__image_parts *parts, uint8_t *table, uint32_t mask,
                             void (*visit)(uint8_t *table, uint32_t mask, const uint8_t *place,
                                           size_t before, size_t behind))
{
    uint64_t places = 0;
    uint32_t special = 0;
    for (uint32_t id = 0; id < parts->token_count; id++) {
        if (special < parts->special_count && parts->specials[special] == id) {
            special++;
            continue;
        }
        const uint8_t *bytes = parts->token_bytes + parts->token_offsets[id];
        size_t size = parts->token_offsets[id + 1] - parts->token_offsets[id];
        for (size_t at = 1; at < size; at++) {
            if (is_continuation(bytes[at]))
                continue;
            places++;
            if (visit != NULL)
                visit(table, mask, bytes + at, at, size - at);
        }
    }
    return places;
}

static uint8_t kind_of(size_t before, size_t behind)
{
    if (before < 3)
        return behind < 3 ? TKZ__BORDER_NEAR : TKZ__BORDER_LONG_RIGHT;
    return behind < 3 ? TKZ__BORDER_LONG_LEFT : TKZ__BORDER_LONG;
}

static void visit_kind(uint8_t *table, uint32_t mask, const uint8_t *place, size_t before,
                       size_t behind)
{
    (void)mask;
    table[(size_t)place[-1] << 8 | place[0]] |= kind_of(before, behind);
}

static void visit_bit(uint8_t *table, uint32_t mask, const uint8_t *place, size_t before,
                      size_t behind)
{
    uint8_t kind = kind_of(before, behind);
    if (kind == TKZ__BORDER_NEAR)
        return;
    uint32_t left = before < 3 ? place[-1] : tkz__border_three(place - 3);
    uint32_t right = behind < 3 ? place[0] : tkz__border_three(place);
    uint32_t bit = tkz__border_bit(left, right, kind) & mask;
    table[bit >> 3] |= (uint8_t)(1 << (bit & 7));
}

/* Room for `size` zero bytes at the end of `buffer`. */
static tkz_status append_zeros(tkz__buffer *buffer, size_t size, uint8_t **zeros, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(buffer, size, error);
    if (status != TKZ_OK)
        return status;
    *zeros = buffer->data + buffer->size;
    memset(*zeros, 0, size);
    buffer->size += size;
    return TKZ_OK;
}

tkz_status tkz__border_write_kinds(const tkz__image_parts *parts, tkz__buffer *buffer,
                                   tkz_error *error)
{
    uint8_t *table;
    tkz_status status = append_zeros(buffer, TKZ__BORDER_KINDS_SIZE, &table, error);
    if (status == TKZ_OK)
        visit_places(parts, table, 0, visit_kind);
    return status;
}

tkz_status tkz__border_write_bits(const tkz__image_parts *parts, tkz__buffer *buffer,
                                  tkz_error *error)
{
    uint64_t wanted = visit_places(parts, NULL, 0, NULL) * BITS_PER_PLACE;
    uint32_t bits = LEAST_BITS;
    while (bits < wanted && bits < MOST_BITS)
        bits *= 2;
    uint8_t *table;
    tkz_status status = append_zeros(buffer, bits / 8, &table, error);
    if (status == TKZ_OK)
        visit_places(parts, table, bits - 1, visit_bit);
    return status;
}
