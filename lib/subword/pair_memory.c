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
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < image->symbol_count; symbol++) {
        uint32_t left, right;
        if (!tkz__image_halves(image, symbol, &left, &right))
            continue;
        set_bit(memory->filter, (uint32_t)(tkz__pair_memory_hash(left, right) >>
                                           (64 - TKZ__PAIR_FILTER_BITS)));
        if ((left | right) < TKZ__SYMBOL_BYTES)
            set_bit(memory->byte_filter, left << 8 | right);
    }
    memory->has_filter = true;
}

uint32_t tkz__pair_memory_ask(const tkz__image *image, tkz__pair_memory *memory, uint32_t left,
                              uint32_t right)
{
    uint32_t joined = tkz__image_find_pair(image, left, right);
    if ((left | right) < TKZ__SYMBOL_BYTES) {
        memory->of_bytes[left][right] = joined;
    } else {
        uint64_t hash = tkz__pair_memory_hash(left, right);
        memory->slots[hash >> (64 - TKZ__PAIR_MEMORY_BITS)] =
            hash << TKZ__PAIR_MEMORY_BITS | (joined & TKZ__PAIR_NONE);
    }
    if (!memory->has_filter && ++memory->asked == TKZ__PAIR_FILTER_WORTH)
        make_filters(image, memory);
    return joined;
}

static void add_joins(tkz__pair_memory *memory, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        memory->joins[bytes[i] | bytes[i + 1] << 8] = 1;
}

/* Of all tokens: of every symbol, and of those that only a whole chunk can be. */
static bool make_joins(const tkz__image *image, tkz__pair_memory *memory)
{
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++) {
        memory->byte_ids[byte] = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte);
        if (memory->byte_ids[byte] >= image->token_count)
            return false;
    }
    for (uint32_t id = 0; id < image->token_count; id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz__image_token(image, id, &bytes, &size))
            add_joins(memory, bytes, size);
    }
    return true;
}

bool tkz__pair_memory_has_joins(const tkz__image *image, tkz__pair_memory *memory)
{
    if (!memory->has_joins && !memory->cannot_join) {
        memory->has_joins = make_joins(image, memory);
        memory->cannot_join = !memory->has_joins;
    }
    return memory->has_joins;
}
