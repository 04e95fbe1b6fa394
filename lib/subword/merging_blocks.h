/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in short blocks: byte pair encoding as its definition says, several blocks at a time. Leans
 * on the memory of pairs.
 *
 * A merge waits for the one before it: the lowest of the block is found, its neighbours are looked
 * up, and only then the next lowest is known. A processor is idle for most of that time, so
 * other blocks are merged in between.
 *
 * More than half of the merges of text without words are of two bytes and need not wait. Bytes x y merge when
 * their turn comes unless something crosses the border before x or behind y until then. As x is a symbol
 * by itself so long, what crosses the one before it is a merge of x and a symbol that ends with the byte
 * there; the lowest that there is of such is a limit that a table tells, and so behind y. If x y is lower than
 * both limits it merges whatever stands around, and can do so at once: what it makes is only part of
 * merges that are higher. A block does all of these first, in one go.
 *
 * Then a merge asks for two pairs, of which one in fifteen is a merge itself; what bytes stand beside a
 * symbol in any merge says so of most without a look at the table of pairs.
 */
#ifndef TKZ_SUBWORD_MERGING_BLOCKS_H
#define TKZ_SUBWORD_MERGING_BLOCKS_H

#include "core/processor.h"
#include "subword/pair_memory.h"

enum {
    TKZ__MERGE_BLOCK = 64, /* bytes, at most 64; longer than what blocks have in common, 8, by far */
    TKZ__MERGE_BLOCKS = 8, /* that are merged at a time */
    TKZ__MERGE_PLACE_BITS = TKZ__PAIR_MERGE_SHIFT, /* places of a block; a symbol has the 24 bits above */
    TKZ__MERGE_LANES = 8, /* merges that are compared at once */
    TKZ__MERGE_TEXT = 8, /* bytes before the text of a block */
    TKZ__MERGE_BEHIND = 16
};

#define TKZ__NO_MERGE INT32_MAX

/* A block while it is merged. A symbol is kept at the place of its first byte. */
typedef struct tkz__merge_block {
    /* What the symbol here and the next make << 7 | place; NO_MERGE behind the bytes, up to a full vector without
     * vectors, to the last place with AVX2. */
    int32_t merges[TKZ__MERGE_BLOCK];
    uint32_t symbols[TKZ__MERGE_BLOCK];
    uint64_t starts; /* bit n: a symbol starts at byte n */
    size_t size;     /* 1 .. TKZ__MERGE_BLOCK */
    uint8_t text[TKZ__MERGE_TEXT + TKZ__MERGE_BLOCK + TKZ__MERGE_BEHIND]; /* its bytes, zeros around them */
} tkz__merge_block;

static inline const uint8_t *tkz__merge_text(const tkz__merge_block *block)
{
    return block->text + TKZ__MERGE_TEXT;
}

/* Sets up a block of `size` bytes. */
static inline void tkz__merge_block_start(tkz__merge_block *block, const uint8_t *bytes, size_t size)
{
    block->size = size;
    memset(block->text, 0, TKZ__MERGE_TEXT);
    memcpy(block->text + TKZ__MERGE_TEXT, bytes, size);
    memset(block->text + TKZ__MERGE_TEXT + size, 0, TKZ__MERGE_BEHIND);
}

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

/* Asks for the memory that carrying out a merge reads first. */
static inline void tkz__merge_fetch_sides(tkz__pair_memory *memory, int32_t merge)
{
    __builtin_prefetch(tkz__pair_memory_sides(memory, (uint32_t)merge >> TKZ__MERGE_PLACE_BITS));
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
    const tkz__pair_sides *sides = tkz__pair_memory_sides(memory, joined);
    const uint8_t *text = tkz__merge_text(block);
    block->symbols[at] = joined;
    block->merges[used] = block->merges[at] = TKZ__NO_MERGE;
    if (behind != 0) {
        size_t next = (size_t)__builtin_ctzll(behind);
        if (!tkz__pair_side(sides->behind, text[next]))
            block->merges[at] = tkz__merge_at(
                tkz__pair_memory_find_long(image, memory, joined, block->symbols[next]), at);
    }
    if (before != 0) {
        size_t left = 63 - (size_t)__builtin_clzll(before);
        block->merges[left] = TKZ__NO_MERGE;
        if (!tkz__pair_side(sides->before, text[at - 1]))
            block->merges[left] = tkz__merge_at(
                tkz__pair_memory_find_long(image, memory, block->symbols[left], joined), left);
    }
}

/* What is known of the pairs of two bytes of a block, a bit for the place of each. */
typedef struct tkz__merge_early {
    uint64_t taken;  /* they merge at once; no two of these share a byte */
    uint64_t behind; /* what they make may merge with what stands behind */
    uint64_t before; /* or before */
} tkz__merge_early;

/* Two symbols side by side, and the block and the place of the left one. */
typedef struct tkz__merge_question {
    uint32_t left;
    uint32_t right;
    uint32_t block;
    uint32_t place;
} tkz__merge_question;

enum { TKZ__MERGE_QUESTIONS = TKZ__MERGE_BLOCKS * TKZ__MERGE_BLOCK };

/* Writes down what there is to ask about the symbols that were made at once, of the block with this number: where
 * they may merge with a neighbour stands NO_MERGE so far. Returns the count of questions. */
static inline __attribute__((always_inline)) size_t tkz__merge_ask_about(
    const tkz__pair_memory *memory, tkz__merge_block *blocks, size_t number, tkz__merge_early early,
    tkz__merge_question *questions, size_t count)
{
    tkz__merge_block *block = &blocks[number];
    uint64_t taken = early.taken, all = UINT64_MAX >> (64 - block->size);
    block->starts = all & ~(taken << 1);
    /* With two side by side both must agree. */
    uint64_t behind = taken & early.behind & (early.before >> 2 | ~(taken >> 2)) & all >> 2;
    uint64_t before = taken & early.before & ~(taken << 2) & ~UINT64_C(1);
    for (uint64_t lefts = behind | before >> 1; lefts != 0; lefts &= lefts - 1) {
        size_t place = (size_t)__builtin_ctzll(lefts);
        uint32_t left = block->symbols[place];
        uint32_t right = block->symbols[place + 1 + (taken >> place & 1)];
        questions[count++] = (tkz__merge_question){left, right, (uint32_t)number, (uint32_t)place};
        tkz__pair_memory_fetch(memory, left, right);
    }
    return count;
}

/* Answers them: those of all blocks after the last was asked, so that the waits for memory overlap. */
static inline __attribute__((always_inline)) void tkz__merge_answer(
    const tkz__image *image, tkz__pair_memory *memory, tkz__merge_block *blocks,
    const tkz__merge_question *questions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t joined =
            tkz__pair_memory_find_next(image, memory, questions[i].left, questions[i].right);
        __builtin_prefetch(tkz__pair_memory_sides(memory, joined));
        /* As tkz__merge_at, without a jump: one in two is a merge. */
        uint32_t merge = joined << TKZ__MERGE_PLACE_BITS | questions[i].place;
        merge |= -(uint32_t)(joined == TKZ__NO_TOKEN);
        blocks[questions[i].block].merges[questions[i].place] = (int32_t)(merge & TKZ__NO_MERGE);
    }
}

/* Sets up symbols and merges of single bytes; nothing is merged. */
void tkz__merge_block_ask(const tkz__image *image, tkz__pair_memory *memory,
                          tkz__merge_block *block);

/* The body of a run. `merge_early` sets up symbols and merges of a block, with all that merges at once;
 * `lowest` gives the lowest of `count` merges, rounded up to lanes: of the lowest
 * symbol, the first place, since symbols are in the order of their ranks. Each round finds the lowest of all open
 * blocks before it carries out any: memory answers meanwhile, which a jump that goes the other way does not undo. With letters
 * at random a seventh faster than one block after the other, and with 8 blocks 3 % faster than with 4. */
#define TKZ__MERGE_RUN(merge_early, lowest)                                                   \
    do {                                                                                      \
        tkz__merge_question questions[TKZ__MERGE_QUESTIONS];                                  \
        size_t asked = 0;                                                                     \
        for (size_t i = 0; i < count; i++) {                                                  \
            if (memory->has_byte_pairs)                                                       \
                asked = tkz__merge_ask_about(memory, blocks, i,                               \
                                             merge_early(memory, &blocks[i]), questions,      \
                                             asked);                                          \
            else                                                                              \
                tkz__merge_block_ask(image, memory, &blocks[i]);                              \
        }                                                                                     \
        tkz__merge_answer(image, memory, blocks, questions, asked);                           \
        tkz__merge_block *open[TKZ__MERGE_BLOCKS];                                            \
        for (size_t i = 0; i < count; i++)                                                    \
            open[i] = &blocks[i];                                                             \
        int32_t merges[TKZ__MERGE_BLOCKS];                                                    \
        for (size_t left = count; left > 0;) {                                                \
            for (size_t i = 0; i < left;) {                                                   \
                merges[i] = lowest(open[i]->merges, open[i]->size);                           \
                if (__builtin_expect(merges[i] == TKZ__NO_MERGE, 0))                          \
                    open[i] = open[--left];                                                   \
                else                                                                          \
                    tkz__merge_fetch_sides(memory, merges[i++]);                              \
            }                                                                                 \
            for (size_t i = 0; i < left; i++)                                                 \
                tkz__merge_carry_out(image, memory, open[i], merges[i]);                      \
        }                                                                                     \
    } while (0)

#endif
