/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding of one piece without carrying out merges. Why this gives
 * the same is in the header. Leans on the image and its trie.
 */
#include "subword/matching.h"

#include "subword/symbol_trie.h"

/* The symbols at the border are walked back in time, from the whole tokens to single bytes. `left`
 * and `right` stand side by side from when the younger of them is made until one is used up, by
 * `left_end` or `right_end`. A merge of the two happens if it comes before both. If it ranks like
 * `right_end` it is the same merge, x + x, further to the left, and comes first; if it ranks like
 * `left_end` it is further to the right and comes too late. */
static inline bool stays(const tkz__image *image, tkz__pair_memory *pairs, uint32_t left,
                         uint32_t right, uint32_t whole)
{
    uint32_t left_end = UINT32_MAX, right_end = UINT32_MAX;
    for (;;) {
        uint32_t joined = pairs == NULL ? tkz__image_find_pair(image, left, right)
                                        : tkz__pair_memory_find(image, pairs, left, right);
        if (joined != TKZ__NO_TOKEN && joined != whole && joined < left_end &&
            joined <= right_end)
            return false;
        uint32_t first, second;
        if (left > right) {
            if (!tkz__image_halves(image, left, &first, &second))
                return true;
            left_end = left;
            left = second;
        } else {
            if (!tkz__image_halves(image, right, &first, &second))
                return true;
            right_end = right;
            right = first;
        }
    }
}

bool tkz__match_stays(const tkz__image *image, uint32_t left, uint32_t right, uint32_t whole)
{
    return stays(image, NULL, left, right, whole);
}

/* Symbols have 24 bits. */
bool tkz__match_stays_remembered(const tkz__image *image, tkz__match_memory *memory, uint32_t left,
                                 uint32_t right)
{
    const uint64_t known = UINT64_C(1) << 63, answer = UINT64_C(1) << 48;
    uint64_t key = (uint64_t)left << 24 | right | known;
    uint64_t *slot = &memory->slots[key * UINT64_C(0x9E3779B97F4A7C15) >>
                                    (64 - TKZ__MATCH_MEMORY_BITS)];
    if ((*slot & ~answer) == key)
        return (*slot & answer) != 0;
    bool result = stays(image, &memory->pairs, left, right, TKZ__NO_TOKEN);
    *slot = result ? key | answer : key;
    return result;
}

uint32_t tkz__match_longest(const tkz__image *image, const uint8_t *bytes, size_t size,
                            size_t *length)
{
    uint32_t symbol = tkz__trie_longest(image->sections[TKZ__SECTION_TRIE_NODES],
                                        image->sections[TKZ__SECTION_TRIE_SYMBOLS],
                                        image->trie_count, bytes, size, length);
    return symbol < image->symbol_count ? symbol : TKZ__NO_TOKEN;
}

/* The next shorter symbol that `symbol` starts with, and its length. */
static uint32_t shorter_symbol(const tkz__image *image, uint32_t symbol, size_t *length)
{
    uint32_t shorter = tkz__image_item(image, TKZ__SECTION_PREFIXES, (size_t)symbol * 2);
    if (shorter >= image->symbol_count)
        return TKZ__NO_TOKEN;
    size_t size = tkz__image_symbol_size(image, shorter);
    /* A sound image has no others; with a damaged one the search must still end. */
    if (size == 0 || size >= *length)
        return TKZ__NO_TOKEN;
    *length = size;
    return shorter;
}

size_t tkz__match_piece(const tkz__image *image, tkz__match_memory *memory, const uint8_t *bytes,
                        size_t size, uint64_t *scratch, uint32_t *symbols)
{
    /* Bit n: place n is known to be no border. */
    memset(scratch, 0, tkz__match_scratch(size) * sizeof *scratch);
    size_t count = 0, at = 0, length;
    uint32_t symbol = tkz__match_longest(image, bytes, size, &length);
    for (;;) {
        while (symbol != TKZ__NO_TOKEN) {
            size_t end = at + length;
            if ((scratch[end / 64] >> (end % 64) & 1) == 0 &&
                (count == 0 ||
                 tkz__match_stays_remembered(image, memory, symbols[count - 1], symbol)))
                break;
            symbol = shorter_symbol(image, symbol, &length);
        }
        if (symbol != TKZ__NO_TOKEN) {
            symbols[count++] = symbol;
            at += length;
            if (at == size)
                return count;
            symbol = tkz__match_longest(image, bytes + at, size - at, &length);
        } else {
            if (count == 0)
                return 0;
            scratch[at / 64] |= UINT64_C(1) << (at % 64);
            symbol = symbols[--count];
            length = tkz__image_symbol_size(image, symbol);
            if (length == 0 || length > at)
                return 0;
            at -= length;
            symbol = shorter_symbol(image, symbol, &length);
        }
    }
}
