/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker's memory of which pairs of symbols merge into what. Of fixed size; what
 * it does not know is looked up in the image, so it changes the time of an answer
 * and never the answer. Leans on the image.
 *
 * A look-up in the image reads two tables of 1 MB each (for 128,000 merges), which
 * a second-level cache does not hold. Text without words asks for two pairs a byte: most are of two
 * bytes, and most of the others are no merge, which a filter of bits says at once. Its word lies beside
 * what is remembered, so that both are one line of the cache.
 */
#ifndef TKZ_SUBWORD_PAIR_MEMORY_H
#define TKZ_SUBWORD_PAIR_MEMORY_H

#include "subword/tokenizer_image.h"

enum {
    TKZ__PAIR_MEMORY_BITS = 15,
    TKZ__PAIR_FILTER_BIT = 6, /* that many bits of the hash name a bit of a filter's word */
    TKZ__PAIR_SIDES_BITS = 15,
    TKZ__PAIR_ROW = TKZ__SYMBOL_BYTES + 8, /* not a power of two: a line's place in a cache is by its address */
    TKZ__PAIR_MERGE_SHIFT = 7, /* of a symbol that is the merge of two bytes */
    TKZ__PAIR_NO_LIMIT = UINT16_MAX,
    TKZ__PAIR_NONE = 0x1FFFFFFF, /* in a slot: no merge */
    TKZ__PAIR_FILTER_WORTH = 4096, /* look-ups that make it worth its making */
    TKZ__PAIR_BLOCKS_WORTH = 1024 /* blocks (merging_blocks.h) that make pairs of bytes worth theirs */
};

/* A pair that was asked for, and the filter of all pairs with the same first bits of their hash (Putze, Sanders
 * and Singler, Cache-, Hash- and Space-Efficient Bloom Filters, 2007: blocks of one word). The word
 * has three cleared bits for each merge: 16 bits a merge for 128,000 of them, and one other pair in 100 passes;
 * 10 bits for 200,000, and one in 50. */
typedef struct tkz__pair_slot {
    uint64_t known;  /* rest of the hash, what they merge into */
    uint64_t cannot; /* all zero, as at first: every pair may merge */
} tkz__pair_slot;

/* Which bytes no merge of a symbol has beside it, by their lowest five bits: bit n of `behind` is set if there
 * is none with a symbol that begins with a byte of those, of `before` if with none that ends with one. */
typedef struct tkz__pair_sides {
    uint32_t behind;
    uint32_t before;
} tkz__pair_sides;

/* Two bytes: what they merge into, << TKZ__PAIR_MERGE_SHIFT (INT32_MAX: nothing), and what merges across the
 * border between them: limits, which are symbols >> limit_shift. */
typedef struct tkz__byte_pair {
    int32_t merge;
    uint16_t left_limit; /* lowest that is made of a symbol that ends with the left one, and the right one */
    uint16_t right_limit; /* of the left one, and a symbol that begins with the right one */
    tkz__pair_sides sides; /* of what they merge into */
} tkz__byte_pair;

/* All zero at first: no pair merges into a byte. */
typedef struct tkz__pair_memory {
    uint32_t asked; /* look-ups before there is a filter */
    bool has_filter;
    uint32_t of_bytes[TKZ__SYMBOL_BYTES][TKZ__SYMBOL_BYTES]; /* [left][right] */
    uint8_t byte_filter[TKZ__SYMBOL_BYTES * TKZ__SYMBOL_BYTES / 8]; /* a bit for those that merge */
    bool has_byte_pairs;
    uint32_t blocks; /* that were merged before there are */
    uint32_t limit_shift;
    tkz__byte_pair byte_pairs[TKZ__SYMBOL_BYTES * TKZ__PAIR_ROW];
    tkz__pair_sides sides[1 << TKZ__PAIR_SIDES_BITS]; /* of all symbols with these lowest bits together */
    tkz__pair_slot slots[1 << TKZ__PAIR_MEMORY_BITS];
} tkz__pair_memory;

/* Symbols have 24 bits. Multiplying the 48 bits of two by an odd number loses nothing: the hash is
 * in the
 * upper 48 bits and tells the pair. */
static inline uint64_t tkz__pair_memory_hash(uint32_t left, uint32_t right)
{
    return ((uint64_t)left << 24 | right) * UINT64_C(0x9E3779B97F4A7C15) << 16;
}

/* Makes `byte_pairs` and `sides`. */
void tkz__pair_memory_make_byte_pairs(const tkz__image *image, tkz__pair_memory *memory);

/* Number of two bytes in `byte_pairs`: left | right << 8 is how they stand in a text. */
static inline size_t tkz__pair_memory_place(uint32_t two)
{
    return two + (size_t)(two >> 8) * (TKZ__PAIR_ROW - TKZ__SYMBOL_BYTES);
}

static inline tkz__pair_sides *tkz__pair_memory_sides(tkz__pair_memory *memory, uint32_t symbol)
{
    return &memory->sides[symbol & ((1 << TKZ__PAIR_SIDES_BITS) - 1)];
}

/* A bit of `before` or `behind`. */
static inline bool tkz__pair_side(uint32_t side, uint8_t byte)
{
    return side >> (byte & 31) & 1;
}

/* A look-up that needs the image. */
uint32_t tkz__pair_memory_ask(const tkz__image *image, tkz__pair_memory *memory, uint32_t left,
                              uint32_t right);

/* The bits of a pair in its filter's word: from those behind what finds the slot. */
static inline uint64_t tkz__pair_memory_bits(uint64_t hash)
{
    enum { FIRST = 64 - TKZ__PAIR_MEMORY_BITS - TKZ__PAIR_FILTER_BIT };
    return UINT64_C(1) << (hash >> FIRST & 63) |
           UINT64_C(1) << (hash >> (FIRST - TKZ__PAIR_FILTER_BIT) & 63) |
           UINT64_C(1) << (hash >> (FIRST - 2 * TKZ__PAIR_FILTER_BIT) & 63);
}

/* Is it remembered whether two symbols that are not both bytes merge, or can the filter tell? Then *merges, and *joined is
 * what they merge into. What the filter says is half a guess: it chooses, and nothing jumps on it. */
static inline bool tkz__pair_memory_recall(const tkz__pair_memory *memory, uint32_t left,
                                           uint32_t right, bool *merges, uint32_t *joined)
{
    uint64_t hash = tkz__pair_memory_hash(left, right);
    const tkz__pair_slot *slot = &memory->slots[hash >> (64 - TKZ__PAIR_MEMORY_BITS)];
    bool may_merge = (slot->cannot & tkz__pair_memory_bits(hash)) == 0;
    uint64_t value = slot->known ^ hash << TKZ__PAIR_MEMORY_BITS;
    *merges = may_merge & (value != TKZ__PAIR_NONE);
    *joined = (uint32_t)value;
    return !(may_merge & (value - 1 >= TKZ__PAIR_NONE));
}

/* tkz__image_find_pair of two symbols of the image that are not both bytes. */
static inline uint32_t tkz__pair_memory_find_long(const tkz__image *image,
                                                  tkz__pair_memory *memory, uint32_t left,
                                                  uint32_t right)
{
    bool merges;
    uint32_t joined;
    if (__builtin_expect(!tkz__pair_memory_recall(memory, left, right, &merges, &joined), 0))
        return tkz__pair_memory_ask(image, memory, left, right);
    return merges ? joined : TKZ__NO_TOKEN;
}

/* The same for look-ups that do not wait for each other: none of them jumps on its answer. */
static inline uint32_t tkz__pair_memory_find_next(const tkz__image *image,
                                                  tkz__pair_memory *memory, uint32_t left,
                                                  uint32_t right)
{
    bool merges;
    uint32_t joined;
    if (__builtin_expect(!tkz__pair_memory_recall(memory, left, right, &merges, &joined), 0))
        return tkz__pair_memory_ask(image, memory, left, right);
    return joined | -(uint32_t)!merges;
}

/* Asks for the memory that a look-up of two symbols will read. */
static inline void tkz__pair_memory_fetch(const tkz__pair_memory *memory, uint32_t left,
                                          uint32_t right)
{
    __builtin_prefetch(
        &memory->slots[tkz__pair_memory_hash(left, right) >> (64 - TKZ__PAIR_MEMORY_BITS)]);
}

/* tkz__image_find_pair of any two symbols of the image. */
static inline uint32_t tkz__pair_memory_find(const tkz__image *image, tkz__pair_memory *memory,
                                             uint32_t left, uint32_t right)
{
    if ((left | right) >= TKZ__SYMBOL_BYTES)
        return tkz__pair_memory_find_long(image, memory, left, right);
    uint32_t known = memory->of_bytes[left][right];
    return __builtin_expect(known != 0, 1) ? known
                                           : tkz__pair_memory_ask(image, memory, left, right);
}

/* Do two bytes merge? */
static inline bool tkz__pair_memory_merges(const tkz__image *image, tkz__pair_memory *memory,
                                           uint32_t left, uint32_t right)
{
    uint32_t bit = left << 8 | right;
    if (__builtin_expect(memory->has_filter, 1))
        return memory->byte_filter[bit >> 3] >> (bit & 7) & 1;
    return tkz__pair_memory_find(image, memory, left, right) != TKZ__NO_TOKEN;
}

/* Do no two bytes side by side merge? Then the bytes are their own encoding, since the first merge of
 * every symbol is one of two bytes. */
static inline bool tkz__pair_memory_no_merge(const tkz__image *image, tkz__pair_memory *memory,
                                             const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (tkz__pair_memory_merges(image, memory, bytes[i], bytes[i + 1]))
            return false;
    }
    return true;
}

#endif
