/* SPDX-License-Identifier: Apache-2.0
 *
 * The best words of a sentence of any length. Leans on the word graph and
 * its connections.
 *
 * The rules are those of viterbi in mecab/src/viterbi.cpp of taku910/mecab: of equal costs the first left
 * word counts, in the order of its list of words that end at a place, whose head is the one that was
 * connected last. Words of one place are connected in the reverse order of their creation, places in
 * ascending order: hence "begins later, then created earlier".
 */
#include "morph/best_path.h"

#include <string.h>

void tkz__best_path_init(tkz__best_path *path, const tkz_dictionary *dictionary,
                         const tkz_allocator *allocator)
{
    memset(path, 0, sizeof *path);
    tkz__word_graph_init(&path->graph, dictionary, allocator);
    tkz__long_path_init(&path->longer);
    path->window = TKZ__PATH_WINDOW;
    path->ranks = TKZ__KEY_RANKS;
}

static void release_keys(tkz__best_path *path)
{
    const tkz_allocator *allocator = &path->graph.allocator;
    tkz__release_array(allocator, path->keys, path->key_capacity, sizeof *path->keys);
    tkz__release_array(allocator, path->lefts, path->left_capacity, sizeof *path->lefts);
    path->keys = path->lefts = NULL;
    path->key_capacity = path->left_capacity = 0;
}

void tkz__best_path_free(tkz__best_path *path)
{
    if (path->graph.dictionary == NULL)
        return;
    const tkz_allocator *allocator = &path->graph.allocator;
    release_keys(path);
    tkz__long_path_free(&path->longer, allocator);
    tkz__release_array(allocator, path->marks, path->mark_capacity, sizeof *path->marks);
    tkz__release_array(allocator, path->decided, path->decided_capacity, sizeof *path->decided);
    tkz__word_graph_free(&path->graph);
    memset(path, 0, sizeof *path);
}

void tkz__best_path_begin(tkz__best_path *path, const char *text, size_t start, size_t end)
{
    path->text = text;
    path->end = end;
    path->start = start;
    path->right_id = 0; /* of the beginning of a sentence */
    path->is_long = false;
}

/* ---- Left words ---- */

/* Two keys, which the compiler has instructions for on every processor of 64 bits. */
typedef int64_t key_pair __attribute__((vector_size(16)));

/* Copies TKZ__GRAPH_MARGIN keys and gives them ranks from `rank` on. */
static inline void copy_keys(tkz__path_key *to, const tkz__path_key *keys, size_t rank)
{
    const int64_t no_rank = ~(INT64_C(0xFFFF) << 16), first = (int64_t)rank << 16;
    const key_pair mask = {no_rank, no_rank}, step = {INT64_C(2) << 16, INT64_C(2) << 16};
    key_pair ranks = {first, first + (INT64_C(1) << 16)};
#pragma GCC unroll 8
    for (size_t i = 0; i < TKZ__GRAPH_MARGIN; i += 2) {
        key_pair pair;
        memcpy(&pair, keys + i, sizeof pair);
        pair = (pair & mask) + ranks;
        memcpy(to + i, &pair, sizeof pair);
        ranks += step;
    }
}

/* Copies the keys of the words that end at a place, with their ranks; their number, 0 if there are more
 * than ranks. What is copied behind the last one is of no use and is not looked at. */
static inline size_t collect_lefts(const tkz__best_path *path, uint32_t place)
{
    const tkz__word_graph *graph = &path->graph;
    const tkz__graph_match *matches = graph->matches;
    const tkz__path_key *keys = path->keys;
    const size_t ranks = path->ranks;
    tkz__path_key *lefts = path->lefts;
    if (place == 0) {
        lefts[0] = tkz__path_key_of(TKZ__KEY_START, 0, path->right_id);
        return 1;
    }
    size_t count = 0;
    for (uint32_t head = graph->heads[place]; head != 0; head = matches[head].next) {
        const size_t first = matches[head].first, more = matches[head].count;
        if (count + more > ranks)
            return 0;
        for (size_t i = 0; i < more; i += TKZ__GRAPH_MARGIN)
            copy_keys(lefts + count + i, keys + first + i, count + i);
        count += more;
    }
    return count;
}

/* The last place where words end; 0 if there is none. */
static uint32_t last_place(const tkz__word_graph *graph)
{
    uint32_t place = (uint32_t)graph->place_count;
    while (place > 0 && graph->heads[place] == 0)
        place--;
    return place;
}

/* Behind the words of a visit. */
static inline size_t end_of(const tkz__word_graph *graph, size_t visit)
{
    return visit + 1 < graph->visit_count ? graph->visits[visit + 1].first : graph->count;
}

/* ---- The best path to each word ---- */

static tkz_status reserve_keys(tkz__best_path *path, tkz_error *error)
{
    const tkz_allocator *allocator = &path->graph.allocator;
    size_t count = path->graph.count + TKZ__GRAPH_MARGIN;
    if (count <= path->key_capacity)
        return TKZ_OK;
    release_keys(path);
    path->key_capacity = count + count / 2;
    path->left_capacity = path->key_capacity < path->ranks + TKZ__GRAPH_MARGIN
                              ? path->key_capacity
                              : path->ranks + TKZ__GRAPH_MARGIN;
    path->keys = tkz__allocate_array(allocator, path->key_capacity, sizeof *path->keys);
    path->lefts = tkz__allocate_array(allocator, path->left_capacity, sizeof *path->lefts);
    if (path->keys != NULL && path->lefts != NULL)
        return TKZ_OK;
    release_keys(path);
    return tkz__error_memory(error, count * sizeof *path->keys);
}

/* Finds the best left word of every word of the window; false where a place has too many of them. */
static bool connect_all(tkz__best_path *path)
{
    const tkz__word_graph *graph = &path->graph;
    tkz__connection connection = {
        .matrix = graph->matrix,
        .row_size = graph->dictionary->left_size,
        .lefts = path->lefts,
    };
    for (size_t i = 0; i < graph->visit_count; i++) {
        size_t first = graph->visits[i].first;
        connection.right_count = end_of(graph, i) - first;
        connection.rights = graph->words + first;
        connection.results = path->keys + first;
        connection.left_count = collect_lefts(path, graph->visits[i].place);
        if (connection.left_count == 0)
            return false;
        tkz__connect(&connection);
    }
    return collect_lefts(path, last_place(graph)) > 0;
}

/* ---- Paths backwards ---- */

/* A word of the graph and the match that it is of. */
typedef struct path_step {
    uint32_t match; /* 0: what the window begins behind */
    uint32_t word;
} path_step;

/* The left word of this rank at a place. */
static path_step left_at(const tkz__word_graph *graph, uint32_t place, uint32_t rank)
{
    if (place == 0)
        return (path_step){0, 0};
    uint32_t head = graph->heads[place];
    const tkz__graph_match *match = &graph->matches[head];
    while (rank >= match->count) {
        rank -= match->count;
        head = match->next;
        match = &graph->matches[head];
    }
    return (path_step){head, match->first + rank};
}

static path_step step_before(const tkz__best_path *path, path_step step)
{
    return left_at(&path->graph, path->graph.matches[step.match].place,
                   tkz__path_key_rank(path->keys[step.word]));
}

/* The last word of the sentence: the best of those that end at the last place where some do, before
 * the end of the sentence, whose context id is 0. */
static path_step last_word(const tkz__best_path *path)
{
    const tkz__word_graph *graph = &path->graph;
    uint32_t place = last_place(graph);
    static const tkz__image_word end[1 + TKZ__GRAPH_MARGIN];
    tkz__path_key keys[1 + TKZ__GRAPH_MARGIN];
    tkz__connection connection = {graph->matrix, graph->dictionary->left_size, path->lefts,
                                  collect_lefts(path, place), end, 1, keys};
    tkz__connect(&connection);
    return left_at(graph, place, tkz__path_key_rank(keys[0]));
}

/* Marks the word before one; `*marked` counts the marked ones. False if there is none. */
static bool mark_before(tkz__best_path *path, path_step step, uint32_t *marked)
{
    path_step before = step_before(path, step);
    if (before.match == 0)
        return false;
    *marked += path->marks[before.word] == 0;
    path->marks[before.word] = 1;
    return true;
}

/* Goes back from all words that end behind the window: where these end is not known. */
static bool mark_leading(tkz__best_path *path, uint32_t *marked)
{
    const tkz__word_graph *graph = &path->graph;
    for (uint32_t match = graph->heads[graph->place_count]; match != 0;
         match = graph->matches[match].next) {
        const tkz__graph_match *at = &graph->matches[match];
        for (uint32_t i = 0; i < at->count; i++) {
            if (!mark_before(path, (path_step){match, at->first + i}, marked))
                return false;
        }
    }
    return true;
}

/* The last word that all paths have in common which lead behind the window; match 0 if there is none.
 * Goes back from the words on these paths, the last ones first, until only one is left. */
static tkz_status common_word(tkz__best_path *path, path_step *common, tkz_error *error)
{
    const tkz__word_graph *graph = &path->graph;
    tkz_status status =
        tkz__array_reserve(&graph->allocator, (void **)&path->marks, &path->mark_capacity,
                           graph->count, sizeof *path->marks, error);
    if (status != TKZ_OK)
        return status;
    memset(path->marks, 0, graph->count);
    *common = (path_step){0, 0};
    uint32_t marked = 0; /* words that have not been gone back from */
    if (!mark_leading(path, &marked))
        return TKZ_OK;
    for (uint32_t match = (uint32_t)graph->match_count; match-- > TKZ__GRAPH_FIRST_MATCH;) {
        const tkz__graph_match *at = &graph->matches[match];
        for (uint32_t i = 0; i < at->count; i++) {
            path_step step = {match, at->first + i};
            if (path->marks[step.word] == 0)
                continue;
            if (marked == 1) {
                *common = step;
                return TKZ_OK;
            }
            marked--;
            if (!mark_before(path, step, &marked))
                return TKZ_OK;
        }
    }
    return TKZ_OK;
}

/* Writes the words up to `last` to the end of `decided`, as bytes of the text, in which the window begins at
 * `base`. */
static tkz_status decide(tkz__best_path *path, path_step last, size_t base,
                         const tkz__path_word **words, size_t *count, tkz_error *error)
{
    const tkz__word_graph *graph = &path->graph;
    size_t room = graph->visit_count; /* one word for each, at most */
    tkz_status status =
        tkz__array_reserve(&graph->allocator, (void **)&path->decided, &path->decided_capacity,
                           room, sizeof *path->decided, error);
    if (status != TKZ_OK)
        return status;
    size_t at = room;
    for (path_step step = last; step.match != 0; step = step_before(path, step)) {
        const tkz__graph_match *match = &graph->matches[step.match];
        path->decided[--at] =
            (tkz__path_word){base + graph->begins[match->place], base + match->end,
                             tkz__graph_number(graph, match, step.word)};
    }
    *words = path->decided + at;
    *count = room - at;
    return TKZ_OK;
}

/* ---- Windows ---- */

/* Analyses the window from `begin` on; `*last` is the last decided word, match 0 if there is none. */
static tkz_status search(tkz__best_path *path, size_t begin, path_step *last, bool *is_last,
                         tkz_error *error)
{
    tkz__word_graph *graph = &path->graph;
    size_t rest = path->end - begin;
    size_t places = rest < path->window ? rest : path->window;
    path->seen = begin + places;
    tkz_status status = tkz__word_graph_make(graph, path->text + begin, rest, places, error);
    if (status == TKZ_OK)
        status = reserve_keys(path, error);
    if (status != TKZ_OK || !connect_all(path))
        return status;
    *is_last = places == rest || graph->heads[graph->place_count] == 0;
    if (!*is_last)
        return common_word(path, last, error);
    *last = last_word(path);
    return TKZ_OK;
}

/* The words of the window at `begin`; none if none is decided. */
static tkz_status next_of_window(tkz__best_path *path, size_t begin, const tkz__path_word **words,
                                 size_t *count, tkz_error *error)
{
    path_step last = {0, 0};
    bool is_last = false;
    tkz_status status = search(path, begin, &last, &is_last, error);
    if (status != TKZ_OK || last.match == 0)
        return status;
    path->is_of_window = true;
    status = decide(path, last, begin, words, count, error);
    if (status != TKZ_OK)
        return status;
    if (is_last) {
        path->start = path->end;
    } else {
        path->start = (*words)[*count - 1].end;
        path->right_id = path->graph.words[last.word].right_id;
    }
    return TKZ_OK;
}

static tkz_status next_of_stretch(tkz__best_path *path, const tkz__path_word **words,
                                  size_t *count, tkz_error *error)
{
    path->is_of_window = false;
    tkz_status status = tkz__long_path_next(&path->longer, &path->graph, words, count, error);
    path->is_long = status == TKZ_OK &&
                    !tkz__long_path_leave(&path->longer, &path->start, &path->right_id);
    return status;
}

tkz_status tkz__best_path_next(tkz__best_path *path, const tkz__path_word **words, size_t *count,
                               tkz_error *error)
{
    *words = NULL;
    *count = 0;
    tkz_status status = TKZ_OK;
    while (*count == 0 && status == TKZ_OK) {
        if (path->is_long) {
            status = next_of_stretch(path, words, count, error);
            continue;
        }
        size_t begin = tkz__char_property_skip_space(&path->graph.dictionary->property, path->text,
                                                     path->end, path->start);
        if (begin == path->end)
            return TKZ_OK;
        status = next_of_window(path, begin, words, count, error);
        if (status == TKZ_OK && *count == 0) {
            status = tkz__long_path_begin(&path->longer, &path->graph, path->text, path->end, begin,
                                          path->right_id, error);
            path->is_long = status == TKZ_OK;
        }
    }
    return status;
}
