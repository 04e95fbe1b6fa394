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
    path->window = TKZ__PATH_WINDOW;
    path->narrow = TKZ__PATH_NARROW;
}

enum { SLOT_ARRAYS = 4 }; /* beside the right context ids */

static void release_slots(tkz__best_path *path)
{
    const tkz_allocator *allocator = &path->graph.allocator;
    tkz__release_array(allocator, path->right_ids, path->slot_capacity,
                       sizeof *path->right_ids);
    tkz__release_array(allocator, path->backs, path->slot_capacity * SLOT_ARRAYS,
                       sizeof *path->backs);
    path->right_ids = NULL;
    path->backs = NULL;
    path->slot_capacity = 0;
}

void tkz__best_path_free(tkz__best_path *path)
{
    if (path->graph.dictionary == NULL)
        return;
    const tkz_allocator *allocator = &path->graph.allocator;
    release_slots(path);
    tkz__release_array(allocator, path->wide, path->wide_capacity, sizeof *path->wide);
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
}

static tkz_status reserve_slots(tkz__best_path *path, size_t count, tkz_error *error)
{
    if (count <= path->slot_capacity)
        return TKZ_OK;
    const tkz_allocator *allocator = &path->graph.allocator;
    release_slots(path);
    size_t capacity = count + count / 2;
    path->slot_capacity = capacity;
    path->right_ids = tkz__allocate_array(allocator, capacity, sizeof *path->right_ids);
    path->backs = tkz__allocate_array(allocator, capacity * SLOT_ARRAYS, sizeof *path->backs);
    if (path->right_ids == NULL || path->backs == NULL) {
        release_slots(path);
        return tkz__error_memory(error, capacity * SLOT_ARRAYS * sizeof *path->backs);
    }
    path->words = path->backs + capacity;
    path->slots = path->backs + 2 * capacity;
    path->costs = (int32_t *)(path->backs + 3 * capacity);
    return TKZ_OK;
}

/* Words are numbered by where they end. Places are gone through backwards, so that of the words
 * that end at one place those come first that begin later. Afterwards end_counts[p] is the number
 * behind the last word that ends at place p. */
static void number_words(tkz__best_path *path)
{
    tkz__word_graph *graph = &path->graph;
    uint32_t next = 1;
    graph->end_counts[0] = 1; /* what the window begins behind */
    for (size_t place = 1; place <= graph->place_count; place++) {
        uint32_t count = graph->end_counts[place];
        graph->end_counts[place] = next;
        next += count;
    }
    size_t end = graph->count;
    for (size_t i = graph->visit_count; i-- > 0;) {
        for (size_t word = graph->visits[i].first; word < end; word++) {
            uint32_t slot = graph->end_counts[graph->words[word].end]++;
            path->slots[word] = slot;
            path->words[slot] = (uint32_t)word;
            path->right_ids[slot] = graph->words[word].right_id;
        }
        end = graph->visits[i].first;
    }
}

/* The words that end at a place: numbers from `first` to below `end`. */
typedef struct left_range {
    uint32_t first;
    uint32_t end;
} left_range;

static left_range lefts_of(const tkz__word_graph *graph, size_t place)
{
    uint32_t first = place == 0 ? 0 : graph->end_counts[place - 1];
    return (left_range){first, graph->end_counts[place]};
}

/* What it costs that words stand before one with this left context id. */
static const int16_t *row_of(const tkz__word_graph *graph, uint32_t left_id)
{
    return graph->matrix + (size_t)left_id * graph->dictionary->left_size;
}

/* ---- Costs of 64 bits, for the windows that 32 bits may not hold ---- */

static uint32_t best_left_wide(const tkz__best_path *path, left_range lefts, const int16_t *row,
                               int64_t *cost)
{
    uint32_t best = lefts.first;
    *cost = INT64_MAX;
    for (uint32_t left = lefts.first; left < lefts.end; left++) {
        int64_t sum = path->wide[left] + row[path->right_ids[left]];
        if (sum < *cost) {
            *cost = sum;
            best = left;
        }
    }
    return best;
}

static void connect_wide(tkz__best_path *path, left_range lefts, size_t first, size_t end)
{
    const tkz__word_graph *graph = &path->graph;
    for (size_t word = first; word < end; word++) {
        uint32_t slot = path->slots[word];
        int64_t cost;
        path->backs[slot] =
            best_left_wide(path, lefts, row_of(graph, graph->words[word].left_id), &cost);
        path->wide[slot] = cost + graph->words[word].cost;
    }
}

/* ---- Costs of 32 bits ---- */

static void connect(const tkz__best_path *path, left_range lefts, size_t first, size_t end)
{
    const tkz__word_graph *graph = &path->graph;
    tkz__connection connection = {
        .matrix = graph->matrix,
        .row_size = graph->dictionary->left_size,
        .left_costs = path->costs + lefts.first,
        .left_ids = path->right_ids + lefts.first,
        .left_count = lefts.end - lefts.first,
        .rights = graph->words + first,
        .right_count = end - first,
        .slots = path->slots + first,
        .first_left = lefts.first,
        .costs = path->costs,
        .backs = path->backs,
    };
    tkz__connect(&connection);
}

/* Finds the best left word of every word of the window. */
static tkz_status connect_all(tkz__best_path *path, bool is_wide, tkz_error *error)
{
    const tkz__word_graph *graph = &path->graph;
    tkz_status status = reserve_slots(path, graph->count + 1, error);
    if (status == TKZ_OK && is_wide)
        status = tkz__array_reserve(&graph->allocator, (void **)&path->wide, &path->wide_capacity,
                                    graph->count + 1, sizeof *path->wide, error);
    if (status != TKZ_OK)
        return status;
    number_words(path);
    path->costs[0] = 0;
    path->right_ids[0] = (uint16_t)path->right_id;
    path->backs[0] = 0;
    if (is_wide)
        path->wide[0] = 0;
    for (size_t i = 0; i < graph->visit_count; i++) {
        size_t first = graph->visits[i].first;
        size_t end = i + 1 < graph->visit_count ? graph->visits[i + 1].first : graph->count;
        left_range lefts = lefts_of(graph, graph->visits[i].place);
        if (is_wide)
            connect_wide(path, lefts, first, end);
        else
            connect(path, lefts, first, end);
    }
    return TKZ_OK;
}

/* ---- Which words are decided ---- */

/* The last word of the sentence: the best of those that end at the last place where some do, before
 * the end of the sentence, whose context id is 0. */
static uint32_t last_word(const tkz__best_path *path, bool is_wide)
{
    const tkz__word_graph *graph = &path->graph;
    size_t place = graph->place_count;
    left_range lefts = lefts_of(graph, place);
    while (place > 0 && lefts.first == lefts.end)
        lefts = lefts_of(graph, --place);
    const int16_t *row = row_of(graph, 0);
    int64_t cost;
    if (is_wide)
        return best_left_wide(path, lefts, row, &cost);
    uint32_t best = lefts.first;
    int32_t best_cost = INT32_MAX;
    for (uint32_t left = lefts.first; left < lefts.end; left++) {
        int32_t sum = path->costs[left] + row[path->right_ids[left]];
        if (sum < best_cost) {
            best_cost = sum;
            best = left;
        }
    }
    return best;
}

static const uint32_t MARK = UINT32_C(1) << 31;

/* The last word that all paths have in common which lead behind the window; 0 if there is none. Marks the
 * words on these paths, the last ones first, until only one is left. */
static uint32_t common_word(const tkz__best_path *path)
{
    const tkz__word_graph *graph = &path->graph;
    left_range leading = lefts_of(graph, graph->place_count);
    uint32_t *backs = path->backs;
    uint32_t marked = 0;
    uint32_t slot = leading.end - 1;
    for (; slot >= leading.first; slot--) { /* where these end is not known, so they are left */
        uint32_t back = backs[slot];
        marked += (backs[back] & MARK) == 0;
        backs[back] |= MARK;
    }
    for (; slot > 0; slot--) {
        if ((backs[slot] & MARK) == 0)
            continue;
        backs[slot] &= ~MARK;
        if (marked == 1)
            return slot;
        uint32_t back = backs[slot];
        if ((backs[back] & MARK) != 0)
            marked--;
        backs[back] |= MARK;
    }
    backs[0] = 0;
    return 0;
}

/* Writes the words up to `slot` to `decided`, as bytes of the text, in which the window begins at
 * `base`. */
static tkz_status decide(tkz__best_path *path, uint32_t slot, size_t base, size_t *count,
                         tkz_error *error)
{
    const tkz__word_graph *graph = &path->graph;
    size_t number = 0;
    for (uint32_t s = slot; s != 0; s = path->backs[s])
        number++;
    tkz_status status =
        tkz__array_reserve(&graph->allocator, (void **)&path->decided, &path->decided_capacity,
                           number, sizeof *path->decided, error);
    if (status != TKZ_OK)
        return status;
    *count = number;
    for (uint32_t s = slot; s != 0; s = path->backs[s]) {
        uint32_t word = path->words[s];
        uint32_t back = path->backs[s];
        size_t place = back == 0 ? 0 : graph->words[path->words[back]].end;
        path->decided[--number] = (tkz__path_word){base + graph->begins[place],
                                                   base + graph->words[word].end, graph->words[word].number};
    }
    return TKZ_OK;
}

/* Analyses one window from `begin` on; `*slot` is the last decided word, 0 if the window has to be
 * larger. */
static tkz_status search(tkz__best_path *path, size_t begin, size_t window, uint32_t *slot,
                         bool *is_last, tkz_error *error)
{
    tkz__word_graph *graph = &path->graph;
    size_t rest = path->end - begin;
    size_t places = rest < window ? rest : window;
    tkz_status status = tkz__word_graph_make(graph, path->text + begin, rest, places, error);
    if (status != TKZ_OK)
        return status;
    bool is_wide = places > path->narrow;
    *is_last = places == rest || graph->end_counts[graph->place_count] == 0;
    status = connect_all(path, is_wide, error);
    if (status == TKZ_OK)
        *slot = *is_last ? last_word(path, is_wide) : common_word(path);
    return status;
}

tkz_status tkz__best_path_next(tkz__best_path *path, const tkz__path_word **words, size_t *count,
                               tkz_error *error)
{
    *words = NULL;
    *count = 0;
    size_t begin = tkz__char_property_skip_space(&path->graph.dictionary->property, path->text,
                                                 path->end, path->start);
    if (begin == path->end)
        return TKZ_OK;
    uint32_t slot = 0;
    bool is_last = false;
    for (size_t window = path->window; slot == 0 && !is_last; window *= 2) {
        if (window > TKZ__GRAPH_PLACES)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", begin,
                                  "no word ends for certain in %d bytes", TKZ__GRAPH_PLACES);
        tkz_status status = search(path, begin, window, &slot, &is_last, error);
        if (status != TKZ_OK)
            return status;
    }
    tkz_status status = decide(path, slot, begin, count, error);
    if (status != TKZ_OK)
        return status;
    if (is_last) {
        path->start = path->end;
    } else {
        path->start = path->decided[*count - 1].end;
        path->right_id = path->right_ids[slot];
    }
    *words = path->decided;
    return TKZ_OK;
}
