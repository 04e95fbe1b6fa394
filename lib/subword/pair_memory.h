/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker's memory of which pairs of symbols merge into what. Of fixed size; what
 * it does not know is looked up in the image, so it changes the time of an answer
 * and never the answer. Leans on the image.
 *
 * A look-up in the image reads two tables of 1 MB each (for 128,000 merges), which
 * a second-level cache does not hold. Text without words asks for two pairs a byte: most are of two
 * bytes, and most of the others are no merge, which a filter of bits says at once.
 */
#ifndef TKZ_SUBWORD_PAIR_MEMORY_H
#define TKZ_SUBWORD_PAIR_MEMORY_H

#include "subword/tokenizer_image.h"

enum {
    TKZ__PAIR_MEMORY_BITS = 15,
    TKZ__PAIR_FILTER_BITS = 21, /* 16 bits for each of 128,000 merges: wrong in 1 of 16 */
    TKZ__PAIR_NONE = 0x1FFFFFFF, /* in a slot: no merge */
    TKZ__PAIR_FILTER_WORTH = 4096 /* look-ups that make it worth its making */
};

/* All zero at first: no pair merges into a byte. */
typedef struct tkz__pair_memory {
    uint32_t asked; /* look-ups before there is a filter */
    bool has_filter;
    uint32_t of_bytes[TKZ__SYMBOL_BYTES][TKZ__SYMBOL_BYTES]; /* [left][right] */
    uint8_t byte_filter[TKZ__SYMBOL_BYTES * TKZ__SYMBOL_BYTES / 8]; /* a bit for those that merge */
    bool has_joins;
    bool cannot_join; /* the image is damaged */
    uint8_t joins[1 << 16]; /* [left | right << 8]: 1 for those side by side in a token */
    uint32_t byte_ids[TKZ__SYMBOL_BYTES]; /* the token of each byte */
    uint64_t slots[1 << TKZ__PAIR_MEMORY_BITS]; /* rest of the hash, what they merge into */
    uint8_t filter[1 << (TKZ__PAIR_FILTER_BITS - 3)]; /* a bit for every merge */
} tkz__pair_memory;

/* Symbols have 24 bits. Multiplying the 48 bits of two by an odd number loses nothing: the hash is
 * in the
 * upper 48 bits and tells the pair. */
static inline uint64_t tkz__pair_memory_hash(uint32_t left, uint32_t right)
{
    return ((uint64_t)left << 24 | right) * UINT64_C(0x9E3779B97F4A7C15) << 16;
}

/* A look-up that needs the image. */
uint32_t tkz__pair_memory_ask(const tkz__image *image, tkz__pair_memory *memory, uint32_t left,
                              uint32_t right);

/* tkz__image_find_pair of two symbols of the image that are not both bytes. What the filter says is
 * half a guess: it chooses, and nothing jumps on it. */
static inline uint32_t tkz__pair_memory_find_long(const tkz__image *image,
                                                  tkz__pair_memory *memory, uint32_t left,
                                                  uint32_t right)
{
    uint64_t hash = tkz__pair_memory_hash(left, right);
    uint32_t bit = (uint32_t)(hash >> (64 - TKZ__PAIR_FILTER_BITS));
    uint64_t slot = memory->slots[hash >> (64 - TKZ__PAIR_MEMORY_BITS)];
    uint32_t is_merge = (memory->filter[bit >> 3] >> (bit & 7) & 1) | !memory->has_filter;
    uint64_t value = slot ^ hash << TKZ__PAIR_MEMORY_BITS;
    if (__builtin_expect(is_merge & (value - 1 >= TKZ__PAIR_NONE), 0))
        return tkz__pair_memory_ask(image, memory, left, right);
    return is_merge & (value != TKZ__PAIR_NONE) ? (uint32_t)value : TKZ__NO_TOKEN;
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

/* Are `joins` and `byte_ids` there? Makes them when they are first asked for, of a tokenizer that
 * has a token
 * for every byte. False if the image is damaged. */
bool tkz__pair_memory_has_joins(const tkz__image *image, tkz__pair_memory *memory);

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
