/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in short blocks: byte pair encoding as its definition says, several blocks at a time. Leans
 * on the memory of pairs.
 *
 * A merge waits for the one before it: the lowest of the block is found, its neighbours are looked
 * up, and only then the next lowest is known. A processor is idle for most of that time, so
 * other blocks are merged in between.
 */
#ifndef TKZ_SUBWORD_MERGING_BLOCKS_H
#define TKZ_SUBWORD_MERGING_BLOCKS_H

#include "core/processor.h"
#include "subword/pair_memory.h"

enum {
    TKZ__MERGE_BLOCK = 64, /* bytes, at most 64; longer than what blocks have in common, 8, by far */
    TKZ__MERGE_BLOCKS = 4, /* that are merged at a time */
    TKZ__MERGE_PLACE_BITS = 7, /* places of a block; a symbol has the 24 bits above */
    TKZ__MERGE_LANES = 8 /* merges that are compared at once */
};

#define TKZ__NO_MERGE INT32_MAX

/* A block while it is merged. A symbol is kept at the place of its first byte. */
typedef struct tkz__merge_block {
    int32_t merges[TKZ__MERGE_BLOCK]; /* what the symbol here and the next make << 7 | place */
    uint32_t symbols[TKZ__MERGE_BLOCK];
    uint64_t starts; /* bit n: a symbol starts at byte n */
    size_t size;     /* 1 .. TKZ__MERGE_BLOCK */
} tkz__merge_block;

/* Sets up single bytes. */
void tkz__merge_block_start(const tkz__image *image, tkz__pair_memory *memory,
                            tkz__merge_block *block, const uint8_t *bytes, size_t size);

/* Merges 1 .. TKZ__MERGE_BLOCKS blocks that have been started. Safe on a damaged image: it gives some
 * symbols below symbol_count then. */
typedef void tkz__merge_run(const tkz__image *image, tkz__pair_memory *memory,
                            tkz__merge_block *blocks, size_t count);
extern tkz__merge_run tkz__merge_run_plain;
#if TKZ__PATH_AVX2
extern tkz__merge_run tkz__merge_run_avx2;
#endif

/* ---- For the ways to do it --------------------------------------------- */

static inline int32_t tkz__merge_at(uint32_t joined, size_t place)
{
    return joined == TKZ__NO_TOKEN ? TKZ__NO_MERGE
                                   : (int32_t)(joined << TKZ__MERGE_PLACE_BITS | place);
}

/* Carries out a merge that is the lowest of a block. Merges that are over stand as NO_MERGE, so that
 * there is nothing to move. */
static inline __attribute__((always_inline)) void tkz__merge_carry_out(
    const tkz__image *image, tkz__pair_memory *memory, tkz__merge_block *block, int32_t merge)
{
    size_t at = (size_t)merge & ((1 << TKZ__MERGE_PLACE_BITS) - 1);
    uint32_t joined = (uint32_t)merge >> TKZ__MERGE_PLACE_BITS;
    uint64_t before = block->starts & ((UINT64_C(1) << at) - 1);
    uint64_t behind = block->starts & (UINT64_MAX - 1) << at;
    size_t used = (size_t)__builtin_ctzll(behind);
    block->starts = block->starts & ~(UINT64_C(1) << used);
    behind &= behind - 1;
    block->symbols[at] = joined;
    block->merges[used] = block->merges[at] = TKZ__NO_MERGE;
    if (behind != 0)
        block->merges[at] = tkz__merge_at(
            tkz__pair_memory_find_long(image, memory, joined,
                                       block->symbols[__builtin_ctzll(behind)]),
            at);
    if (before != 0) {
        size_t left = 63 - (size_t)__builtin_clzll(before);
        block->merges[left] = tkz__merge_at(
            tkz__pair_memory_find_long(image, memory, block->symbols[left], joined), left);
    }
}

/* The body of a run; `lowest` gives the lowest of `count` merges, rounded up to lanes: of the lowest
 * symbol, the first place, since symbols are in the order of their ranks. */
#define TKZ__MERGE_RUN(lowest)                                                                \
    do {                                                                                      \
        for (size_t left = count; left > 0;) {                                                \
            left = 0;                                                                         \
            for (size_t i = 0; i < count; i++) {                                              \
                int32_t merge = lowest(blocks[i].merges, blocks[i].size);                     \
                if (merge == TKZ__NO_MERGE)                                                   \
                    continue;                                                                 \
                tkz__merge_carry_out(image, memory, &blocks[i], merge);                       \
                left++;                                                                       \
            }                                                                                 \
        }                                                                                     \
    } while (0)

#endif
