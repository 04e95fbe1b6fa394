/* SPDX-License-Identifier: Apache-2.0
 *
 * Words over 32-bit symbols, found at a place of a text: a trie whose edges are one hash table, and
 * filters on the first two and three symbols that answer most places without it. Leans on memory and hash.
 */
#ifndef TKZ_INDEX_WORD_TRIE_H
#define TKZ_INDEX_WORD_TRIE_H

#include <string.h>

#include "core/memory.h"

typedef struct tkz__word_edge {
    uint64_t key;    /* node << 21 | symbol; TKZ__WORD_NO_EDGE: free */
    uint32_t target; /* node */
} tkz__word_edge;

#define TKZ__WORD_NO_EDGE UINT64_MAX

enum {
    TKZ__WORD_FILTER_BITS = 16,
    TKZ__WORD_PLACES = 64, /* that tkz__word_trie_places answers together */
    TKZ__WORD_LONGEST = 255, /* symbols: bounds the cost of a place */
    TKZ__WORD_NONE = UINT32_MAX
};

/* Where words may begin, by their first two and three symbols; those of several tries can be put together. */
typedef struct tkz__word_filter {
    uint64_t pairs[1 << (TKZ__WORD_FILTER_BITS - 6)]; /* first two symbols of words */
    uint64_t short_words[1 << (TKZ__WORD_FILTER_BITS - 6)]; /* words of two symbols */
    uint64_t triples[1 << (TKZ__WORD_FILTER_BITS - 6)];     /* first three symbols of longer words */
    uint64_t singles[1 << (16 - 6)]; /* words of one symbol, by its lowest 16 bits */
    bool has_singles;
} tkz__word_filter;

/* Built by tkz__word_trie_add; immutable afterwards, any thread. */
typedef struct tkz__word_trie {
    tkz__word_edge *edges;
    size_t edge_slots; /* a power of two */
    size_t edge_count;
    uint32_t *words; /* of each node: the number of the word that ends there, or TKZ__WORD_NONE */
    size_t node_capacity;
    size_t node_count;
    tkz__word_filter filter;
    uint32_t word_count;
    tkz_allocator allocator;
} tkz__word_trie;

TKZ_CHECKED tkz_status tkz__word_trie_init(tkz__word_trie *trie, const tkz_allocator *allocator,
                                           tkz_error *error);
void tkz__word_trie_free(tkz__word_trie *trie); /* accepts a zeroed struct */

/* Adds a word of 1 to TKZ__WORD_LONGEST symbols below 2^21; numbers rise from 0, and a word that is there
 * keeps its number. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__word_trie_add(tkz__word_trie *trie, const uint32_t *symbols,
                                          size_t count, tkz_error *error);

/* Called with each word that begins at a place, the shorter ones first: `size` symbols; false ends the
 * search. */
typedef bool tkz__word_visit(void *context, uint32_t word, size_t size);

/* Words that begin at `symbols` (`count` left). */
void tkz__word_trie_visit(const tkz__word_trie *trie, const uint32_t *symbols, size_t count,
                          tkz__word_visit *visit, void *context);

/* Of two symbols that stand beside each other in memory. The filter is never stored, so the order of bytes does not
 * matter. */
static inline uint32_t tkz__word_filter_hash(const uint32_t *pair)
{
    uint64_t both;
    memcpy(&both, pair, sizeof both);
    return (uint32_t)(both * UINT64_C(0x9E3779B185EBCA77) >> (64 - TKZ__WORD_FILTER_BITS));
}

/* Of three. */
static inline uint32_t tkz__word_filter_hash3(const uint32_t *three)
{
    uint64_t both;
    memcpy(&both, three, sizeof both);
    both += (uint64_t)three[2] * UINT64_C(0xC2B2AE3D27D4EB4F);
    return (uint32_t)(both * UINT64_C(0x9E3779B185EBCA77) >> (64 - TKZ__WORD_FILTER_BITS));
}

static inline bool tkz__word_filter_has(const uint64_t *filter, uint32_t place)
{
    return (filter[place / 64] >> place % 64 & 1) != 0;
}

/* False: no word begins at `symbols` (`count` left, at least 1). Nearly all places: of the pairs of Japanese text 3 to 4 %
 * begin a word of a list of 1,500, of three characters 0.2 %. */
static inline bool tkz__word_filter_may_begin(const tkz__word_filter *filter, const uint32_t *symbols,
                                              size_t count)
{
    if (filter->has_singles && tkz__word_filter_has(filter->singles, symbols[0] & 0xFFFF))
        return true;
    if (count < 2)
        return false;
    uint32_t pair = tkz__word_filter_hash(symbols);
    if (!tkz__word_filter_has(filter->pairs, pair))
        return false;
    return tkz__word_filter_has(filter->short_words, pair) ||
           (count > 2 && tkz__word_filter_has(filter->triples, tkz__word_filter_hash3(symbols)));
}

/* Puts the words of the trie into the filter, which may begin zeroed. */
void tkz__word_filter_add(tkz__word_filter *filter, const tkz__word_trie *trie);

/* Bit i is 0: no word begins at `symbols` + i; for the first TKZ__WORD_PLACES of `count` left. Without a branch for each
 * place. */
uint64_t tkz__word_filter_places(const tkz__word_filter *filter, const uint32_t *symbols, size_t count);

#endif
