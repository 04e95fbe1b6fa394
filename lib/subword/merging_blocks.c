/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in short blocks, on any processor. Leans on the memory of pairs.
 */
#include "subword/merging_blocks.h"

#include "subword/least_item.h"

_Static_assert((int)TKZ__MERGE_LANES == (int)TKZ__LEAST_LANES, "merges fill whole vectors");

void tkz__merge_block_ask(const tkz__image *image, tkz__pair_memory *memory,
                          tkz__merge_block *block)
{
    const uint8_t *text = tkz__merge_text(block);
    size_t size = block->size;
    block->starts = UINT64_MAX >> (64 - size);
    for (size_t i = 0; i < size; i++)
        block->symbols[i] = text[i];
    for (size_t i = 0; i + 1 < size; i++)
        block->merges[i] =
            tkz__merge_at(tkz__pair_memory_find(image, memory, text[i], text[i + 1]), i);
    for (size_t i = size - 1; i < TKZ__MERGE_BLOCK; i++)
        block->merges[i] = TKZ__NO_MERGE;
}

/* ---- Without vectors --------------------------------------------------- */

static const tkz__byte_pair *pair_at(const tkz__pair_memory *memory, const uint8_t *two)
{
    return &memory->byte_pairs[tkz__pair_memory_place(two[0] | (uint32_t)two[1] << 8)];
}

/* Is it lower than what crosses the borders beside it? `place`: of the pair. */
static bool merges_at_once(const tkz__pair_memory *memory, const tkz__merge_block *block,
                           size_t place, const tkz__byte_pair *pair)
{
    const uint8_t *two = tkz__merge_text(block) + place;
    uint32_t own = (uint32_t)pair->merge >> (TKZ__PAIR_MERGE_SHIFT + memory->limit_shift);
    uint32_t before = TKZ__PAIR_NO_LIMIT, behind = TKZ__PAIR_NO_LIMIT;
    if (place > 0)
        before = pair_at(memory, two - 1)->left_limit;
    if (place + 2 < block->size)
        behind = pair_at(memory, two + 1)->right_limit;
    return own < before && own < behind;
}

static tkz__merge_early merge_early(const tkz__pair_memory *memory, tkz__merge_block *block)
{
    const uint8_t *text = tkz__merge_text(block);
    tkz__merge_early early = {0, 0, 0};
    for (size_t i = 0; i < block->size; i++) {
        block->symbols[i] = text[i];
        block->merges[i] = TKZ__NO_MERGE;
    }
    for (size_t i = block->size; i % TKZ__MERGE_LANES != 0; i++)
        block->merges[i] = TKZ__NO_MERGE;
    for (size_t i = 0; i + 1 < block->size; i++) {
        const tkz__byte_pair *pair = pair_at(memory, text + i);
        if (merges_at_once(memory, block, i, pair)) {
            early.taken |= UINT64_C(1) << i;
            early.behind |= (uint64_t)!tkz__pair_side(pair->sides.behind, text[i + 2]) << i;
            early.before |= (uint64_t)!tkz__pair_side(pair->sides.before, text[i - 1]) << i;
            block->symbols[i] = (uint32_t)pair->merge >> TKZ__PAIR_MERGE_SHIFT;
            if (i > 0)
                block->merges[i - 1] = TKZ__NO_MERGE;
            i++;
        } else if (pair->merge != TKZ__NO_MERGE) {
            block->merges[i] = pair->merge | (int32_t)i;
        }
    }
    return early;
}

void tkz__merge_run_plain(const tkz__image *image, tkz__pair_memory *memory,
                          tkz__merge_block *blocks, size_t count)
{
    TKZ__MERGE_RUN(merge_early, tkz__least_item);
}
