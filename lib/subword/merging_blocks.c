/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in short blocks, on any processor. Leans on the memory of pairs.
 */
#include "subword/merging_blocks.h"

void tkz__merge_block_start(const tkz__image *image, tkz__pair_memory *memory,
                            tkz__merge_block *block, const uint8_t *bytes, size_t size)
{
    block->size = size;
    block->starts = UINT64_MAX >> (64 - size);
    for (size_t i = 0; i < size; i++)
        block->symbols[i] = bytes[i];
    for (size_t i = 0; i + 1 < size; i++)
        block->merges[i] =
            tkz__merge_at(tkz__pair_memory_find(image, memory, bytes[i], bytes[i + 1]), i);
    block->merges[size - 1] = TKZ__NO_MERGE;
    for (size_t i = size; i % TKZ__MERGE_LANES != 0; i++)
        block->merges[i] = TKZ__NO_MERGE;
}

typedef int32_t four __attribute__((vector_size(16)));

static inline four lower_of(four one, four two)
{
    four is_less = two < one;
    return (two & is_less) | (one & ~is_less);
}

static inline int32_t lowest(const int32_t *merges, size_t count)
{
    four vectors[2], more[2];
    memcpy(vectors, merges, sizeof vectors);
    for (size_t i = TKZ__MERGE_LANES; i < count; i += TKZ__MERGE_LANES) {
        memcpy(more, merges + i, sizeof more);
        vectors[0] = lower_of(vectors[0], more[0]);
        vectors[1] = lower_of(vectors[1], more[1]);
    }
    four all = lower_of(vectors[0], vectors[1]);
    int32_t low = all[0] < all[1] ? all[0] : all[1], high = all[2] < all[3] ? all[2] : all[3];
    return low < high ? low : high;
}

void tkz__merge_run_plain(const tkz__image *image, tkz__pair_memory *memory,
                          tkz__merge_block *blocks, size_t count)
{
    TKZ__MERGE_RUN(lowest);
}
