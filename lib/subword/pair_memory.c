/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling a worker's memory of pairs. Leans on the image.
 */
#include "subword/pair_memory.h"

static void set_bit(uint8_t *bits, uint32_t bit)
{
    bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
}

static void make_filters(const tkz__image *image, tkz__pair_memory *memory)
{
    for (size_t i = 0; i < 1 << TKZ__PAIR_MEMORY_BITS; i++)
        memory->slots[i].cannot = UINT64_MAX;
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < image->symbol_count; symbol++) {
        uint32_t left, right;
        if (!tkz__image_halves(image, symbol, &left, &right))
            continue;
        uint64_t hash = tkz__pair_memory_hash(left, right);
        memory->slots[hash >> (64 - TKZ__PAIR_MEMORY_BITS)].cannot &= ~tkz__pair_memory_bits(hash);
        if ((left | right) < TKZ__SYMBOL_BYTES)
            set_bit(memory->byte_filter, left << 8 | right);
    }
    memory->has_filter = true;
}

/* The bytes beside the border in the middle of what two symbols make; false if the image is damaged. */
static bool find_border(const tkz__image *image, uint32_t symbol, uint32_t left, uint8_t border[2])
{
    const uint8_t *bytes;
    size_t size, place = tkz__image_symbol_size(image, left);
    uint32_t id = tkz__image_symbol_id(image, symbol);
    if (id >= image->token_count || !tkz__image_token(image, id, &bytes, &size) || place == 0 ||
        place >= size)
        return false;
    memcpy(border, bytes + place - 1, 2);
    return true;
}

static void lower(uint16_t *limit, uint32_t value)
{
    *limit = value < *limit ? (uint16_t)value : *limit;
}

static tkz__byte_pair *byte_pair(tkz__pair_memory *memory, uint32_t left, uint32_t right)
{
    return &memory->byte_pairs[tkz__pair_memory_place(left | right << 8)];
}

/* Notes what a merge is beside its border. */
static void note_border(tkz__pair_memory *memory, uint32_t symbol, uint32_t left, uint32_t right,
                        const uint8_t border[2])
{
    tkz__byte_pair *pair = byte_pair(memory, border[0], border[1]);
    tkz__pair_memory_sides(memory, left)->behind &= ~(UINT32_C(1) << (border[1] & 31));
    tkz__pair_memory_sides(memory, right)->before &= ~(UINT32_C(1) << (border[0] & 31));
    if (right < TKZ__SYMBOL_BYTES)
        lower(&pair->left_limit, symbol >> memory->limit_shift);
    if (left < TKZ__SYMBOL_BYTES)
        lower(&pair->right_limit, symbol >> memory->limit_shift);
}

static void clear_byte_pairs(const tkz__image *image, tkz__pair_memory *memory)
{
    memory->limit_shift = 0;
    while (image->symbol_count >> memory->limit_shift >= TKZ__PAIR_NO_LIMIT)
        memory->limit_shift++;
    memset(memory->sides, 0xFF, sizeof memory->sides);
    for (size_t i = 0; i < TKZ__SYMBOL_BYTES * TKZ__PAIR_ROW; i++)
        memory->byte_pairs[i] = (tkz__byte_pair){.merge = INT32_MAX,
                                                 .left_limit = TKZ__PAIR_NO_LIMIT,
                                                 .right_limit = TKZ__PAIR_NO_LIMIT};
}

/* Of two bytes: what they merge into, and what may stand beside that. */
static void fill_byte_pairs(const tkz__image *image, tkz__pair_memory *memory)
{
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < image->symbol_count; symbol++) {
        uint32_t left, right;
        if (!tkz__image_halves(image, symbol, &left, &right) ||
            (left | right) >= TKZ__SYMBOL_BYTES)
            continue;
        tkz__byte_pair *pair = byte_pair(memory, left, right);
        uint32_t limit = symbol >> memory->limit_shift;
        if (pair->merge != INT32_MAX || pair->left_limit > limit || pair->right_limit > limit)
            continue; /* a damaged image */
        pair->merge = (int32_t)(symbol << TKZ__PAIR_MERGE_SHIFT);
        pair->sides = *tkz__pair_memory_sides(memory, symbol);
    }
}

void tkz__pair_memory_make_byte_pairs(const tkz__image *image, tkz__pair_memory *memory)
{
    clear_byte_pairs(image, memory);
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < image->symbol_count; symbol++) {
        uint32_t left, right;
        uint8_t border[2];
        if (tkz__image_halves(image, symbol, &left, &right) &&
            find_border(image, symbol, left, border))
            note_border(memory, symbol, left, right, border);
    }
    fill_byte_pairs(image, memory);
    memory->has_byte_pairs = true;
}

/* In the slot beside its own, where recall does not find it. */
#define DISPLACED (UINT64_C(1) << 30)

/* Keeps what a pair merges into. What was in its slot goes to the one beside it, in the same line of the cache:
 * letters at random ask for two pairs of one slot by turns (Agarwal and Pudar, Column-Associative Caches, 1993). */
static void keep(tkz__pair_memory *memory, uint64_t hash, uint32_t joined)
{
    size_t place = (size_t)(hash >> (64 - TKZ__PAIR_MEMORY_BITS));
    tkz__pair_slot *own = &memory->slots[place], *beside = &memory->slots[place ^ 1];
    if ((own->known & DISPLACED) == 0)
        beside->known = own->known | DISPLACED;
    own->known = hash << TKZ__PAIR_MEMORY_BITS | (joined & TKZ__PAIR_NONE);
}

uint32_t tkz__pair_memory_ask(const tkz__image *image, tkz__pair_memory *memory, uint32_t left,
                              uint32_t right)
{
    uint64_t hash = tkz__pair_memory_hash(left, right);
    size_t place = (size_t)(hash >> (64 - TKZ__PAIR_MEMORY_BITS));
    uint64_t beside = memory->slots[place ^ 1].known ^ hash << TKZ__PAIR_MEMORY_BITS ^ DISPLACED;
    uint32_t joined;
    if ((left | right) >= TKZ__SYMBOL_BYTES && beside - 1 < TKZ__PAIR_NONE) {
        joined = beside == TKZ__PAIR_NONE ? TKZ__NO_TOKEN : (uint32_t)beside;
        keep(memory, hash, joined);
        return joined;
    }
    joined = tkz__image_find_pair(image, left, right);
    if ((left | right) < TKZ__SYMBOL_BYTES)
        memory->of_bytes[left][right] = joined;
    else
        keep(memory, hash, joined);
    if (!memory->has_filter && ++memory->asked == TKZ__PAIR_FILTER_WORTH)
        make_filters(image, memory);
    return joined;
}
