/* SPDX-License-Identifier: Apache-2.0
 *
 * What a caller reads from a lattice: the words of the current path, and the
 * paths that were nearly as good. Leans on the lattice.
 */
#include <stdlib.h>
#include <string.h>

#include "morph/character_offsets.h"
#include "morph/lattice.h"

enum {
    /* Words of another path behind or before the one that it is found by; longer ones are left out, so
     * that a text of one long doubt takes linear time. */
    LONGEST_RIVAL = 256,
};

static const int64_t unreachable = INT64_MAX / 4;

static tkz_status not_analysed(const char *where, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, where, TKZ__NO_OFFSET,
                          "no sentence has been analysed");
}

static int32_t connection(const tkz_lattice *lattice, const tkz__node *left,
                          const tkz__node *right)
{
    return tkz__dictionary_connection(lattice->dictionary, left->right_id, right->left_id);
}

static bool has_characters(const tkz_lattice *lattice)
{
    return (lattice->requests & TKZ_LATTICE_CHARACTERS) != 0;
}

/* Numbers the characters of the sentence, if that is asked for. */
static tkz_status place_characters(tkz_lattice *lattice, tkz_error *error)
{
    if (!has_characters(lattice))
        return TKZ_OK;
    tkz_status status = tkz__array_reserve(
        &lattice->allocator, (void **)&lattice->character_places,
        &lattice->character_place_capacity, (size_t)lattice->size + 1,
        sizeof *lattice->character_places, error);
    if (status != TKZ_OK)
        return status;
    tkz__character_place place = {0, 0};
    for (uint32_t i = 0; i <= lattice->size; i++)
        lattice->character_places[i] = (uint32_t)tkz__character_place_of(
            &place, lattice->dictionary->property.charset, tkz__lattice_text(lattice),
            lattice->size, i);
    return TKZ_OK;
}

static uint64_t character_place(const tkz_lattice *lattice, uint32_t byte)
{
    return lattice->character_places[byte < lattice->size ? byte : lattice->size];
}

static void fill_word(const tkz_lattice *lattice, tkz_lattice_word *word, const tkz__node *node,
                      const tkz__node *before)
{
    memset(word, 0, sizeof *word);
    tkz_morpheme *m = &word->morpheme;
    m->start = node->start;
    m->end = node->end;
    m->space_start = node->begin;
    m->feature = node->feature;
    m->feature_size = (uint32_t)strlen(node->feature);
    m->word_cost = node->word_cost;
    m->left_id = node->left_id;
    m->right_id = node->right_id;
    m->part_of_speech_id = node->part_of_speech_id;
    m->is_unknown = node->status == TKZ__NODE_UNKNOWN;
    if (has_characters(lattice)) {
        m->start_character = character_place(lattice, node->start);
        m->end_character = character_place(lattice, node->end);
    }
    word->cost = node->cost;
    word->connection_cost = connection(lattice, before, node);
    word->id = node->id;
    word->probability = node->probability;
    word->category = node->category;
    word->is_best = node->is_best;
}

tkz_status tkz_lattice_words(tkz_lattice *lattice, const tkz_lattice_word **words, size_t *count,
                             int64_t *cost, tkz_error *error)
{
    *words = NULL;
    *count = 0;
    if (!lattice->is_ready)
        return not_analysed("tkz_lattice_words", error);
    tkz_status status = place_characters(lattice, error);
    if (status != TKZ_OK)
        return status;
    const tkz__node *nodes = lattice->nodes;
    const tkz__node *eos = &nodes[lattice->count - 1];
    int64_t sum = 0;
    size_t used = 0;
    const tkz__node *before = &nodes[0];
    for (; before != eos; used++) {
        const tkz__node *node = &nodes[before->next];
        sum += tkz__lattice_step(lattice, before, node);
        if (node == eos)
            break;
        status = tkz__array_reserve(&lattice->allocator, (void **)&lattice->words,
                                    &lattice->word_capacity, used + 1, sizeof *lattice->words,
                                    error);
        if (status != TKZ_OK)
            return status;
        fill_word(lattice, &lattice->words[used], node, before);
        before = node;
    }
    *words = lattice->words;
    *count = used;
    if (cost != NULL)
        *cost = (lattice->requests & TKZ_LATTICE_ALL) != 0 ? eos->cost : sum;
    return TKZ_OK;
}

/* ---- Rivals ---- */

/* The best word behind `node`, and the cost of all behind it. */
static uint32_t best_right(const tkz_lattice *lattice, const tkz__node *node, int64_t *cost)
{
    uint32_t best = TKZ__NO_NODE, eos = (uint32_t)lattice->count - 1;
    *cost = unreachable;
    if (node->end == lattice->eos_place) {
        best = eos;
        *cost = tkz__lattice_step(lattice, node, &lattice->nodes[eos]);
    }
    if (node->end >= lattice->size)
        return best;
    const tkz__place *place = &lattice->places[node->end];
    for (uint32_t i = place->first; i < place->first + place->count; i++) {
        int64_t way = tkz__lattice_step(lattice, node, &lattice->nodes[i]) + lattice->remaining[i];
        if (way < *cost) {
            *cost = way;
            best = i;
        }
    }
    return best;
}

static tkz_status measure_remaining(tkz_lattice *lattice, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(
        &lattice->allocator, (void **)&lattice->remaining, &lattice->remaining_capacity,
        lattice->count, sizeof *lattice->remaining, error);
    if (status != TKZ_OK)
        return status;
    lattice->remaining[lattice->count - 1] = 0;
    for (size_t i = lattice->count - 1; i-- > 0;)
        (void)best_right(lattice, &lattice->nodes[i], &lattice->remaining[i]);
    return TKZ_OK;
}

/* A word that is not in the best path, and what the best path through it costs more. */
typedef struct candidate {
    int64_t difference;
    uint32_t node;
    bool is_told;
} candidate;

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->difference != b->difference)
        return a->difference < b->difference ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

static int compare_rivals(const void *left, const void *right)
{
    const tkz_lattice_rival *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    int64_t x = a->other_cost - a->best_cost, y = b->other_cost - b->best_cost;
    if (x != y)
        return x < y ? -1 : 1;
    return a->other < b->other ? -1 : a->other > b->other; /* in the order in which they were made */
}

static tkz_status add_rival_word(tkz_lattice *lattice, const tkz__node *node,
                                 const tkz__node *before, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(
        &lattice->allocator, (void **)&lattice->rival_words, &lattice->rival_word_capacity,
        lattice->rival_word_count + 1, sizeof *lattice->rival_words, error);
    if (status == TKZ_OK)
        fill_word(lattice, &lattice->rival_words[lattice->rival_word_count++], node, before);
    return status;
}

/* Adds the words of the best path between two of its words, both excluded, with their cost. */
static tkz_status add_best_side(tkz_lattice *lattice, uint32_t left, uint32_t right,
                                tkz_lattice_rival *rival, tkz_error *error)
{
    uint32_t before = left;
    tkz_status status = TKZ_OK;
    for (uint32_t i = lattice->nodes[left].next; i != right && status == TKZ_OK;
         i = lattice->nodes[i].next) {
        const tkz__node *node = &lattice->nodes[i];
        rival->best_cost += tkz__lattice_step(lattice, &lattice->nodes[before], node);
        status = add_rival_word(lattice, node, &lattice->nodes[before], error);
        rival->best_count++;
        before = i;
    }
    rival->best_following_cost =
        connection(lattice, &lattice->nodes[before], &lattice->nodes[right]);
    rival->best_cost += rival->best_following_cost;
    return status;
}

static tkz_status add_other_side(tkz_lattice *lattice, const uint32_t *path, size_t count,
                                 tkz_lattice_rival *rival, tkz_error *error)
{
    const tkz__node *nodes = lattice->nodes;
    tkz_status status = TKZ_OK;
    for (size_t i = 1; i + 1 < count && status == TKZ_OK; i++) {
        rival->other_cost += tkz__lattice_step(lattice, &nodes[path[i - 1]], &nodes[path[i]]);
        status = add_rival_word(lattice, &nodes[path[i]], &nodes[path[i - 1]], error);
        rival->other_count++;
    }
    rival->other_following_cost =
        connection(lattice, &nodes[path[count - 2]], &nodes[path[count - 1]]);
    rival->other_cost += rival->other_following_cost;
    return status;
}

/* The best path through `node`, from its last word before it that is in the best path of all to the
 * first one behind. 0 if it is too long. */
static size_t find_path(const tkz_lattice *lattice, uint32_t node,
                        uint32_t path[2 * LONGEST_RIVAL + 1])
{
    size_t count = 0;
    for (uint32_t i = node;; i = lattice->nodes[i].best) {
        if (count == LONGEST_RIVAL)
            return 0;
        path[count++] = i;
        if (lattice->nodes[i].is_best)
            break;
    }
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t kept = path[i];
        path[i] = path[count - 1 - i];
        path[count - 1 - i] = kept;
    }
    do {
        if (count == (size_t)2 * LONGEST_RIVAL + 1)
            return 0;
        int64_t cost;
        path[count] = best_right(lattice, &lattice->nodes[path[count - 1]], &cost);
    } while (!lattice->nodes[path[count++]].is_best);
    return count;
}

static tkz_status add_rival(tkz_lattice *lattice, const uint32_t *path, size_t count,
                            tkz_error *error)
{
    tkz_status status = tkz__array_reserve(
        &lattice->allocator, (void **)&lattice->rivals, &lattice->rival_capacity,
        lattice->rival_count + 1, sizeof *lattice->rivals, error);
    if (status != TKZ_OK)
        return status;
    tkz_lattice_rival *rival = &lattice->rivals[lattice->rival_count];
    memset(rival, 0, sizeof *rival);
    rival->start = lattice->nodes[path[0]].end;
    rival->end = lattice->nodes[path[count - 2]].end;
    status = add_best_side(lattice, path[0], path[count - 1], rival, error);
    if (status == TKZ_OK)
        status = add_other_side(lattice, path, count, rival, error);
    if (status == TKZ_OK)
        lattice->rival_count++;
    return status;
}

/* `candidates` are ascending by difference; `place_of[node]` is where a node is among them, or
 * UINT32_MAX. A path is told once, by the first of its words. */
static tkz_status tell_rivals(tkz_lattice *lattice, candidate *candidates, size_t count,
                              const uint32_t *place_of, tkz_error *error)
{
    uint32_t path[2 * LONGEST_RIVAL + 1];
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        size_t length = candidates[i].is_told ? 0 : find_path(lattice, candidates[i].node, path);
        if (length == 0)
            continue;
        for (size_t k = 1; k + 1 < length; k++) {
            if (place_of[path[k]] != UINT32_MAX)
                candidates[place_of[path[k]]].is_told = true;
        }
        status = add_rival(lattice, path, length, error);
    }
    return status;
}

/* Words move while they are added, so that rivals are pointed to them at the end. */
static void point_to_words(tkz_lattice *lattice)
{
    const tkz_lattice_word *word = lattice->rival_words;
    for (size_t i = 0; i < lattice->rival_count; i++) {
        tkz_lattice_rival *rival = &lattice->rivals[i];
        rival->best = word;
        rival->other = word + rival->best_count;
        word = rival->other + rival->other_count;
    }
}

static tkz_status find_rivals(tkz_lattice *lattice, int64_t margin, candidate *candidates,
                              uint32_t *place_of, tkz_error *error)
{
    int64_t best = lattice->nodes[lattice->count - 1].cost;
    size_t count = 0;
    for (uint32_t i = 0; i < lattice->count; i++) {
        const tkz__node *node = &lattice->nodes[i];
        int64_t difference = node->cost + lattice->remaining[i] - best;
        if (!node->is_best && difference < margin)
            candidates[count++] = (candidate){difference, i, false};
    }
    if (count > 0)
        qsort(candidates, count, sizeof *candidates, compare_candidates);
    memset(place_of, 0xFF, lattice->count * sizeof *place_of);
    for (size_t i = 0; i < count; i++)
        place_of[candidates[i].node] = (uint32_t)i;
    tkz_status status = tell_rivals(lattice, candidates, count, place_of, error);
    if (status != TKZ_OK)
        return status;
    point_to_words(lattice);
    if (lattice->rival_count > 0)
        qsort(lattice->rivals, lattice->rival_count, sizeof *lattice->rivals, compare_rivals);
    return TKZ_OK;
}

tkz_status tkz_lattice_rivals(tkz_lattice *lattice, int64_t margin,
                              const tkz_lattice_rival **rivals, size_t *count, tkz_error *error)
{
    *rivals = NULL;
    *count = 0;
    if (!lattice->is_ready)
        return not_analysed("tkz_lattice_rivals", error);
    if (margin > unreachable / 2)
        margin = unreachable / 2;
    tkz__lattice_take_best(lattice);
    lattice->rival_count = 0;
    lattice->rival_word_count = 0;
    tkz_status status = place_characters(lattice, error);
    if (status == TKZ_OK)
        status = measure_remaining(lattice, error);
    if (status != TKZ_OK)
        return status;
    candidate *candidates =
        tkz__allocate_array(&lattice->allocator, lattice->count, sizeof *candidates);
    uint32_t *place_of =
        tkz__allocate_array(&lattice->allocator, lattice->count, sizeof *place_of);
    if (candidates == NULL || place_of == NULL)
        status = tkz__error_memory(error, lattice->count * sizeof *candidates);
    else
        status = find_rivals(lattice, margin, candidates, place_of, error);
    tkz__release_array(&lattice->allocator, candidates, lattice->count, sizeof *candidates);
    tkz__release_array(&lattice->allocator, place_of, lattice->count, sizeof *place_of);
    if (status != TKZ_OK)
        return status;
    *rivals = lattice->rivals;
    *count = lattice->rival_count;
    return TKZ_OK;
}
