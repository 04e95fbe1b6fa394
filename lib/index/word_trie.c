/* SPDX-License-Identifier: Apache-2.0
 *
 * Building and walking the trie. Leans on hash.
 */
#include "index/word_trie.h"

#include <string.h>

#include "core/hash.h"

enum { FIRST_EDGES = 1024, SYMBOL_BITS = 21 };

static uint64_t edge_key(uint32_t node, uint32_t symbol)
{
    return (uint64_t)node << SYMBOL_BITS | symbol;
}

/* The edge with this key, or the free place where it belongs. */
static tkz__word_edge *find_edge(const tkz__word_trie *trie, uint64_t key)
{
    size_t mask = trie->edge_slots - 1;
    size_t i = tkz__hash_u64(key) & mask;
    while (trie->edges[i].key != key && trie->edges[i].key != TKZ__WORD_NO_EDGE)
        i = (i + 1) & mask;
    return &trie->edges[i];
}

static tkz_status make_edges(tkz__word_trie *trie, size_t slots, tkz_error *error)
{
    trie->edges = tkz__allocate_array(&trie->allocator, slots, sizeof *trie->edges);
    if (trie->edges == NULL)
        return tkz__error_memory(error, slots * sizeof *trie->edges);
    memset(trie->edges, 0xFF, slots * sizeof *trie->edges);
    trie->edge_slots = slots;
    return TKZ_OK;
}

static tkz_status add_node(tkz__word_trie *trie, uint32_t *node, tkz_error *error)
{
    if (trie->node_count >= UINT32_MAX / 2)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the words have more than 2^31 letters");
    void *words = trie->words;
    tkz_status status = tkz__array_reserve(&trie->allocator, &words, &trie->node_capacity,
                                           trie->node_count + 1, sizeof *trie->words, error);
    trie->words = words;
    if (status != TKZ_OK)
        return status;
    *node = (uint32_t)trie->node_count++;
    trie->words[*node] = TKZ__WORD_NONE;
    return TKZ_OK;
}

tkz_status tkz__word_trie_init(tkz__word_trie *trie, const tkz_allocator *allocator,
                               tkz_error *error)
{
    uint32_t root;
    memset(trie, 0, sizeof *trie);
    trie->allocator = *allocator;
    tkz_status status = make_edges(trie, FIRST_EDGES, error);
    if (status == TKZ_OK)
        status = add_node(trie, &root, error);
    if (status != TKZ_OK)
        tkz__word_trie_free(trie);
    return status;
}

void tkz__word_trie_free(tkz__word_trie *trie)
{
    if (trie->allocator.release == NULL)
        return;
    tkz__release_array(&trie->allocator, trie->edges, trie->edge_slots, sizeof *trie->edges);
    tkz__release_array(&trie->allocator, trie->words, trie->node_capacity, sizeof *trie->words);
    memset(trie, 0, sizeof *trie);
}

static tkz_status double_edges(tkz__word_trie *trie, tkz_error *error)
{
    tkz__word_edge *old = trie->edges;
    size_t slots = trie->edge_slots;
    tkz_status status = make_edges(trie, slots * 2, error);
    if (status != TKZ_OK) {
        trie->edges = old;
        return status;
    }
    for (size_t i = 0; i < slots; i++)
        if (old[i].key != TKZ__WORD_NO_EDGE)
            *find_edge(trie, old[i].key) = old[i];
    tkz__release_array(&trie->allocator, old, slots, sizeof *old);
    return TKZ_OK;
}

static tkz_status follow_or_add(tkz__word_trie *trie, uint32_t *node, uint32_t symbol,
                                tkz_error *error)
{
    uint32_t target;
    uint64_t key = edge_key(*node, symbol);
    tkz__word_edge *edge = find_edge(trie, key);
    if (edge->key == key) {
        *node = edge->target;
        return TKZ_OK;
    }
    tkz_status status = TKZ_OK;
    if (trie->edge_count * 2 >= trie->edge_slots)
        status = double_edges(trie, error);
    if (status == TKZ_OK)
        status = add_node(trie, &target, error);
    if (status != TKZ_OK)
        return status;
    *find_edge(trie, key) = (tkz__word_edge){.key = key, .target = target};
    trie->edge_count++;
    *node = target;
    return TKZ_OK;
}

static void set_bit(uint64_t *filter, uint32_t place)
{
    filter[place / 64] |= UINT64_C(1) << place % 64;
}

tkz_status tkz__word_trie_add(tkz__word_trie *trie, const uint32_t *symbols, size_t count,
                              tkz_error *error)
{
    uint32_t node = 0;
    if (count == 0 || count > TKZ__WORD_LONGEST)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a word has 1 to %d letters, not %zu", TKZ__WORD_LONGEST, count);
    for (size_t i = 0; i < count; i++) {
        tkz_status status = follow_or_add(trie, &node, symbols[i], error);
        if (status != TKZ_OK)
            return status;
    }
    if (trie->words[node] == TKZ__WORD_NONE)
        trie->words[node] = trie->word_count++;
    if (count == 1)
        set_bit(trie->filter.singles, symbols[0] & 0xFFFF);
    else
        set_bit(trie->filter.pairs, tkz__word_filter_hash(symbols));
    if (count == 2)
        set_bit(trie->filter.short_words, tkz__word_filter_hash(symbols));
    else if (count > 2)
        set_bit(trie->filter.triples, tkz__word_filter_hash3(symbols));
    trie->filter.has_singles = trie->filter.has_singles || count == 1;
    return TKZ_OK;
}

void tkz__word_trie_visit(const tkz__word_trie *trie, const uint32_t *symbols, size_t count,
                          tkz__word_visit *visit, void *context)
{
    uint32_t node = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = edge_key(node, symbols[i]);
        const tkz__word_edge *edge = find_edge(trie, key);
        if (edge->key != key)
            return;
        node = edge->target;
        if (trie->words[node] != TKZ__WORD_NONE && !visit(context, trie->words[node], i + 1))
            return;
    }
}

/* ---- The filter ----------------------------------------------------------- */

void tkz__word_filter_add(tkz__word_filter *filter, const tkz__word_trie *trie)
{
    for (size_t i = 0; i < sizeof filter->pairs / sizeof filter->pairs[0]; i++) {
        filter->pairs[i] |= trie->filter.pairs[i];
        filter->short_words[i] |= trie->filter.short_words[i];
        filter->triples[i] |= trie->filter.triples[i];
    }
    for (size_t i = 0; i < sizeof filter->singles / sizeof filter->singles[0]; i++)
        filter->singles[i] |= trie->filter.singles[i];
    filter->has_singles = filter->has_singles || trie->filter.has_singles;
}

/* Of places that each have a symbol behind them. */
static inline uint64_t places_of_pairs(const tkz__word_filter *filter, const uint32_t *symbols, size_t count)
{
    uint64_t places = 0;
    for (size_t i = 0; i < count; i++)
        places |= (uint64_t)tkz__word_filter_has(filter->pairs, tkz__word_filter_hash(symbols + i)) << i;
    return places;
}

/* Those of `places` whose pair is a word, or begins a word with the symbol behind it. */
static inline uint64_t places_of_words(const tkz__word_filter *filter, const uint32_t *symbols, size_t count,
                                       uint64_t places)
{
    uint64_t found = 0;
    for (; places != 0; places &= places - 1) {
        size_t i = (size_t)__builtin_ctzll(places);
        bool is_word = tkz__word_filter_has(filter->short_words, tkz__word_filter_hash(symbols + i));
        if (i + 2 < count)
            is_word |= tkz__word_filter_has(filter->triples, tkz__word_filter_hash3(symbols + i));
        found |= (uint64_t)is_word << i;
    }
    return found;
}

uint64_t tkz__word_filter_places(const tkz__word_filter *filter, const uint32_t *symbols, size_t count)
{
    uint64_t places;
    size_t left = count;
    if (count > TKZ__WORD_PLACES) {
        count = TKZ__WORD_PLACES;
        places = places_of_pairs(filter, symbols, TKZ__WORD_PLACES);
    } else {
        places = count > 1 ? places_of_pairs(filter, symbols, count - 1) : 0;
    }
    places = places_of_words(filter, symbols, left, places);
    for (size_t i = 0; filter->has_singles && i < count; i++)
        places |= (uint64_t)tkz__word_filter_has(filter->singles, symbols[i] & 0xFFFF) << i;
    return places;
}
