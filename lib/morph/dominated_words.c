/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the words that no best path has. Leans on the dictionary.
 *
 * Word a takes the place of word b of the same surface in every path if
 *     cost(a) - cost(b) + max over rows (left id a - left id b) + max over columns (right id a - right id b)
 * is below 0, or is 0 and a comes first in the file, which then counts of equal costs. Both maxima are over
 * all context ids, so that words of user dictionaries change nothing. UniDic-lite has 45,000 such words
 * of 756,000, and only 20,000 where both ids are the same; they are among the frequent ones, and without them
 * texts are analysed 6 to 8 % faster.
 *
 * Pairs of ids are collected and their maxima found in one pass over the matrix: it is too large to be walked
 * through once for each.
 */
#include "morph/dominated_words.h"

#include <stdlib.h>
#include <string.h>

/* Two ids, the first in the upper 16 bits, and the most that the first costs more. */
typedef struct id_pair {
    uint32_t ids;
    int32_t most;
} id_pair;

typedef struct pair_list {
    tkz_allocator allocator;
    id_pair *pairs;
    size_t count;
    size_t capacity;
} pair_list;

static int compare_pairs(const void *a, const void *b)
{
    uint32_t x = ((const id_pair *)a)->ids, y = ((const id_pair *)b)->ids;
    return x < y ? -1 : x > y;
}

/* Orders the pairs and leaves each once. */
static void order_pairs(pair_list *list)
{
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->pairs, list->count, sizeof *list->pairs, compare_pairs);
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || list->pairs[kept - 1].ids != list->pairs[i].ids)
            list->pairs[kept++] = list->pairs[i];
    }
    list->count = kept;
}

static tkz_status add_pair(pair_list *list, uint32_t first, uint32_t second, tkz_error *error)
{
    if (first == second)
        return TKZ_OK;
    tkz_status status =
        tkz__array_reserve(&list->allocator, (void **)&list->pairs, &list->capacity,
                           list->count + 1, sizeof *list->pairs, error);
    if (status == TKZ_OK)
        list->pairs[list->count++] = (id_pair){first << 16 | second, INT32_MIN};
    return status;
}

/* The most that `first` costs more than `second`, which may be below 0. */
static int32_t most_of(const pair_list *list, uint32_t first, uint32_t second)
{
    if (first == second)
        return 0;
    id_pair wanted = {first << 16 | second, 0};
    const id_pair *found =
        bsearch(&wanted, list->pairs, list->count, sizeof wanted, compare_pairs);
    return found != NULL ? found->most : INT32_MAX / 2;
}

/* The words of a surface; `dictionary` has been checked. */
static const tkz__word *words_of(const tkz_dictionary *dictionary, const tkz__trie_surface *surface)
{
    return &dictionary->lexicons[0].words[surface->words >> 8];
}

/* ---- Left ids: rows ---- */

static int32_t most_of_rows(const int16_t *first, const int16_t *second, size_t size)
{
    int32_t most = INT32_MIN;
    for (size_t i = 0; i < size; i++) {
        int32_t more = first[i] - second[i];
        most = more > most ? more : most;
    }
    return most;
}

static tkz_status compare_lefts(pair_list *list, const tkz_dictionary *dictionary,
                                const tkz__trie_surface *surfaces, size_t count, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t s = 0; s < count; s++) {
        const tkz__word *word = words_of(dictionary, &surfaces[s]);
        uint32_t words = surfaces[s].words & 0xFF;
        for (uint32_t pair = 0; pair < words * words && status == TKZ_OK; pair++)
            status = add_pair(list, word[pair / words].left_id, word[pair % words].left_id, error);
    }
    if (status != TKZ_OK)
        return status;
    order_pairs(list);
    const size_t size = dictionary->left_size;
    for (size_t i = 0; i < list->count; i++) {
        const int16_t *first = dictionary->costs + (list->pairs[i].ids >> 16) * size;
        const int16_t *second = dictionary->costs + (list->pairs[i].ids & 0xFFFF) * size;
        list->pairs[i].most = most_of_rows(first, second, size);
    }
    return TKZ_OK;
}

/* ---- Right ids: columns ---- */

/* What word a may cost more before its right context, at most, so as to take the place of word b. */
static int32_t room_of(const pair_list *lefts, const tkz__word *a, const tkz__word *b)
{
    return b->cost - a->cost - most_of(lefts, a->left_id, b->left_id);
}

static tkz_status compare_rights(pair_list *list, const pair_list *lefts,
                                 const tkz_dictionary *dictionary,
                                 const tkz__trie_surface *surfaces, size_t count, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t s = 0; s < count; s++) {
        const tkz__word *word = words_of(dictionary, &surfaces[s]);
        uint32_t words = surfaces[s].words & 0xFF;
        for (uint32_t pair = 0; pair < words * words && status == TKZ_OK; pair++) {
            const tkz__word *a = &word[pair / words], *b = &word[pair % words];
            /* The maximum is not below what the first row says: most pairs need no other one. */
            if (a != b && room_of(lefts, a, b) >=
                              dictionary->costs[a->right_id] - dictionary->costs[b->right_id])
                status = add_pair(list, a->right_id, b->right_id, error);
        }
    }
    if (status != TKZ_OK)
        return status;
    order_pairs(list);
    for (size_t row = 0; row < dictionary->right_size; row++) {
        const int16_t *costs = dictionary->costs + row * dictionary->left_size;
        for (size_t i = 0; i < list->count; i++) {
            id_pair *pair = &list->pairs[i];
            int32_t more = costs[pair->ids >> 16] - costs[pair->ids & 0xFFFF];
            pair->most = more > pair->most ? more : pair->most;
        }
    }
    return TKZ_OK;
}

/* ---- Words ---- */

static void mark(const tkz_dictionary *dictionary, const tkz__trie_surface *surface,
                 const pair_list *lefts, const pair_list *rights, bool *is_dominated)
{
    const tkz__word *word = words_of(dictionary, surface);
    uint32_t words = surface->words & 0xFF;
    for (uint32_t pair = 0; pair < words * words; pair++) {
        uint32_t a = pair / words, b = pair % words;
        if (a == b)
            continue;
        int32_t room = room_of(lefts, &word[a], &word[b]);
        int32_t most = most_of(rights, word[a].right_id, word[b].right_id);
        if (most < room || (most == room && a < b))
            is_dominated[(surface->words >> 8) + b] = true;
    }
}

tkz_status tkz__dominated_words_find(const tkz_dictionary *dictionary,
                                     const tkz__trie_surface *surfaces, size_t count,
                                     bool *is_dominated, tkz_error *error)
{
    pair_list lefts = {.allocator = dictionary->allocator}, rights = lefts;
    tkz_status status = compare_lefts(&lefts, dictionary, surfaces, count, error);
    if (status == TKZ_OK)
        status = compare_rights(&rights, &lefts, dictionary, surfaces, count, error);
    for (size_t s = 0; s < count && status == TKZ_OK; s++)
        mark(dictionary, &surfaces[s], &lefts, &rights, is_dominated);
    tkz__release_array(&lefts.allocator, lefts.pairs, lefts.capacity, sizeof *lefts.pairs);
    tkz__release_array(&rights.allocator, rights.pairs, rights.capacity, sizeof *rights.pairs);
    return status;
}
