/* SPDX-License-Identifier: Apache-2.0
 *
 * Long stretches in which no word is certain. Leans on the word graph.
 *
 * Why the second pass finds the same words: it begins with one word of a cut, so other paths cost as
 * much as before or more, and those through that word what they did. A left word that was the first of
 * the lowest cost is so still. Why cuts lose nothing: words looked up behind a cut follow words that go
 * over it, and of words that end at one place those come first that were looked up later: the graph's,
 * then those of the cut, in the order that they had before.
 */
#include "morph/long_path.h"

#include <string.h>

static const uint32_t NO_WORD = UINT32_MAX;

void tkz__long_path_init(tkz__long_path *path)
{
    memset(path, 0, sizeof *path);
    path->chunk = TKZ__PATH_CHUNK;
}

static void release_nodes(tkz__long_path *path, const tkz_allocator *allocator)
{
    tkz__release_array(allocator, path->backs, path->capacity, sizeof *path->backs);
    tkz__release_array(allocator, path->origins, path->capacity, sizeof *path->origins);
    tkz__release_array(allocator, path->by_end, path->capacity, sizeof *path->by_end);
    tkz__release_array(allocator, path->matches, path->capacity, sizeof *path->matches);
    tkz__release_array(allocator, path->right_ids, path->capacity, sizeof *path->right_ids);
    path->backs = path->origins = path->by_end = path->matches = NULL;
    path->right_ids = NULL;
    path->capacity = 0;
}

void tkz__long_path_free(tkz__long_path *path, const tkz_allocator *allocator)
{
    release_nodes(path, allocator);
    tkz__release_array(allocator, path->cuts, path->cut_capacity, sizeof *path->cuts);
    tkz__release_array(allocator, path->cut_words, path->cut_word_capacity,
                       sizeof *path->cut_words);
    tkz__release_array(allocator, path->entries, path->entry_capacity, sizeof *path->entries);
    tkz__release_array(allocator, path->entry_costs, path->entry_cost_capacity,
                       sizeof *path->entry_costs);
    tkz__release_array(allocator, path->costs, path->cost_capacity, sizeof *path->costs);
    tkz__release_array(allocator, path->ends, path->end_capacity, sizeof *path->ends);
    tkz__release_array(allocator, path->words, path->word_capacity, sizeof *path->words);
    memset(path, 0, sizeof *path);
}

/* ---- The words of cuts ---- */

static tkz_status add_cut_word(tkz__long_path *path, const tkz_allocator *allocator,
                               const tkz__cut_word *word, tkz_error *error)
{
    if (path->cut_word_count >= NO_WORD)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", word->place,
                              "more than 2^32 words may go over the cuts of a stretch of text");
    tkz_status status = tkz__array_reserve(allocator, (void **)&path->cut_words,
                                           &path->cut_word_capacity, path->cut_word_count + 1,
                                           sizeof *path->cut_words, error);
    if (status == TKZ_OK)
        path->cut_words[path->cut_word_count++] = *word;
    return status;
}

static tkz_status add_cut(tkz__long_path *path, const tkz_allocator *allocator, size_t begin,
                          tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(allocator, (void **)&path->cuts, &path->cut_capacity,
                           path->cut_count + 1, sizeof *path->cuts, error);
    if (status == TKZ_OK)
        path->cuts[path->cut_count++] = (tkz__path_cut){.first = path->cut_word_count, .begin = begin};
    return status;
}

/* Takes a word out of account, and those before it that it alone kept in. */
static void drop_word(tkz__long_path *path, size_t cut, size_t number)
{
    for (;; cut--) {
        path->cuts[cut].live--;
        if (cut == 0)
            return;
        number = path->cut_words[number].back;
        if (--path->cut_words[number].heirs > 0)
            return;
    }
}

static void find_decided(tkz__long_path *path)
{
    while (path->decided + 1 < path->cut_count && path->cuts[path->decided + 1].live == 1)
        path->decided++;
}

/* Removes those words of the cut before the last one to which no word of the last one leads: most of
 * them. Those that are left count more or less later, and stay. */
static void settle(tkz__long_path *path)
{
    size_t last = path->cut_count - 1;
    tkz__cut_word *words = path->cut_words;
    size_t before = path->cuts[last - 1].first, first = path->cuts[last].first, to = before;
    path->cuts[last].live = path->cut_word_count - first;
    for (size_t i = first; i < path->cut_word_count; i++)
        words[words[i].back].heirs++;
    for (size_t i = before; i < first; i++) {
        path->entries[i - before] = (uint32_t)to; /* where it goes; they are made anew for each chunk */
        if (words[i].heirs > 0)
            words[to++] = words[i];
        else
            drop_word(path, last - 1, i);
    }
    path->cuts[last].first = to;
    for (size_t i = first; i < path->cut_word_count; i++) {
        words[to] = words[i];
        words[to++].back = path->entries[words[i].back - before];
    }
    path->cut_word_count = to;
    find_decided(path);
}

/* The word of a decided cut: the only one that has heirs, or of the last cut the only one. */
static const tkz__cut_word *decided_word(const tkz__long_path *path, size_t cut)
{
    size_t i = path->cuts[cut].first;
    while (i + 1 < path->cut_word_count && path->cut_words[i].heirs == 0)
        i++;
    return &path->cut_words[i];
}

/* ---- The best paths through a chunk ---- */

static tkz_status reserve_places(tkz__long_path *path, const tkz__word_graph *graph,
                                 tkz_error *error)
{
    return tkz__array_reserve(&graph->allocator, (void **)&path->ends, &path->end_capacity,
                              graph->place_count + 1, sizeof *path->ends, error);
}

static tkz_status reserve_nodes(tkz__long_path *path, const tkz_allocator *allocator, size_t count,
                                tkz_error *error)
{
    tkz_status status = tkz__array_reserve(allocator, (void **)&path->costs, &path->cost_capacity,
                                           count, sizeof *path->costs, error);
    if (status != TKZ_OK || count <= path->capacity)
        return status;
    release_nodes(path, allocator);
    path->capacity = path->cost_capacity;
    path->backs = tkz__allocate_array(allocator, path->capacity, sizeof *path->backs);
    path->origins = tkz__allocate_array(allocator, path->capacity, sizeof *path->origins);
    path->by_end = tkz__allocate_array(allocator, path->capacity, sizeof *path->by_end);
    path->matches = tkz__allocate_array(allocator, path->capacity, sizeof *path->matches);
    path->right_ids = tkz__allocate_array(allocator, path->capacity, sizeof *path->right_ids);
    if (path->backs != NULL && path->origins != NULL && path->by_end != NULL &&
        path->matches != NULL && path->right_ids != NULL)
        return TKZ_OK;
    release_nodes(path, allocator);
    return tkz__error_memory(error, count * sizeof *path->backs);
}

/* The words of visits up to number `visits`. */
static size_t words_of_visits(const tkz__word_graph *graph, size_t visits)
{
    return visits < graph->visit_count ? graph->visits[visits].first : graph->count;
}

static const tkz__graph_match *match_of(const tkz__long_path *path, const tkz__word_graph *graph,
                                        size_t word)
{
    return &graph->matches[path->matches[path->entry_count + word]];
}

/* Finds out of which match each word is. */
static void spread_matches(tkz__long_path *path, const tkz__word_graph *graph)
{
    for (size_t m = TKZ__GRAPH_FIRST_MATCH; m < graph->match_count; m++) {
        const tkz__graph_match *match = &graph->matches[m];
        for (uint32_t i = 0; i < match->count; i++)
            path->matches[path->entry_count + match->first + i] = (uint32_t)m;
    }
}

/* Orders entries and the words of the first visits by where they end. */
static void order_by_end(tkz__long_path *path, const tkz__word_graph *graph, size_t visits)
{
    uint32_t *ends = path->ends;
    uint32_t next = 0;
    memset(ends, 0, (graph->place_count + 1) * sizeof *ends);
    for (size_t i = 0; i < path->entry_count; i++)
        ends[path->entries[i]]++;
    for (size_t word = words_of_visits(graph, visits); word-- > 0;)
        ends[match_of(path, graph, word)->end]++;
    for (size_t place = 0; place <= graph->place_count; place++) {
        uint32_t count = ends[place];
        ends[place] = next;
        next += count;
    }
    for (size_t i = visits; i-- > 0;) {
        size_t end = words_of_visits(graph, i + 1);
        for (size_t word = graph->visits[i].first; word < end; word++)
            path->by_end[ends[match_of(path, graph, word)->end]++] =
                (uint32_t)(path->entry_count + word);
    }
    for (size_t i = 0; i < path->entry_count; i++)
        path->by_end[ends[path->entries[i]]++] = (uint32_t)i;
}

/* The best of the words that end at `place`, at least one, before a word with this left context id. */
static uint32_t best_left(const tkz__long_path *path, const tkz__word_graph *graph, size_t place,
                          uint32_t left_id, int64_t *cost)
{
    const int16_t *row = graph->matrix + (size_t)left_id * graph->dictionary->left_size;
    uint32_t first = place == 0 ? 0 : path->ends[place - 1];
    uint32_t best = path->by_end[first];
    *cost = INT64_MAX;
    for (uint32_t i = first; i < path->ends[place]; i++) {
        uint32_t left = path->by_end[i];
        int64_t sum = path->costs[left] + row[path->right_ids[left]];
        if (sum < *cost) {
            *cost = sum;
            best = left;
        }
    }
    return best;
}

/* Finds the best path to each word of the first visits. There is room for all nodes. */
static void connect(tkz__long_path *path, const tkz__word_graph *graph, size_t visits)
{
    size_t word_count = words_of_visits(graph, visits);
    for (size_t word = 0; word < word_count; word++)
        path->right_ids[path->entry_count + word] = graph->words[word].right_id;
    spread_matches(path, graph);
    order_by_end(path, graph, visits);
    for (size_t i = 0; i < visits; i++) {
        size_t end = words_of_visits(graph, i + 1);
        for (size_t word = graph->visits[i].first; word < end; word++) {
            size_t node = path->entry_count + word;
            uint32_t back = best_left(path, graph, graph->visits[i].place,
                                      graph->words[word].left_id, &path->costs[node]);
            path->costs[node] += graph->words[word].cost;
            path->backs[node] = back;
            path->origins[node] = path->origins[back];
        }
    }
}

static uint32_t last_word(const tkz__long_path *path, const tkz__word_graph *graph)
{
    size_t place = graph->place_count;
    while (place > 0 && path->ends[place] == path->ends[place - 1])
        place--;
    int64_t cost;
    return best_left(path, graph, place, 0, &cost);
}

/* ---- From one cut to the next ---- */

/* The visit to cut before: the last one such that all words over the cut are known up to their ends,
 * and that no white space follows where they end, but if all end at the cut. 0 if there is none. */
static size_t find_cut(const tkz__long_path *path, const tkz__word_graph *graph)
{
    size_t found = 0, match = TKZ__GRAPH_FIRST_MATCH;
    uint32_t last_end = 0;
    for (size_t i = 0; i < path->entry_count; i++)
        last_end = path->entries[i] > last_end ? path->entries[i] : last_end;
    for (size_t i = 0; i < graph->visit_count && last_end < graph->place_count; i++) {
        uint32_t place = graph->visits[i].place;
        if (graph->begins[place] == place || last_end == place)
            found = i;
        for (; match < graph->match_count && graph->matches[match].place == place; match++) {
            uint32_t end = graph->matches[match].end;
            last_end = end > last_end ? end : last_end;
        }
    }
    return found;
}

static tkz_status keep_word(tkz__long_path *path, const tkz__word_graph *graph,
                            const tkz__cut_word *word, int64_t cost, tkz_error *error)
{
    size_t count = path->cut_word_count - path->cuts[path->cut_count - 1].first;
    tkz_status status = tkz__array_reserve(&graph->allocator, (void **)&path->entry_costs,
                                           &path->entry_cost_capacity, count + 1,
                                           sizeof *path->entry_costs, error);
    if (status == TKZ_OK)
        status = add_cut_word(path, &graph->allocator, word, error);
    if (status == TKZ_OK)
        path->entry_costs[count] = cost;
    return status;
}

/* Keeps the words that go over the cut before `visit`; the chunk begins at `base`. */
static tkz_status keep_words(tkz__long_path *path, const tkz__word_graph *graph, size_t visit,
                             size_t base, tkz_error *error)
{
    size_t before = path->cuts[path->cut_count - 2].first;
    uint32_t place = graph->visits[visit].place;
    tkz_status status = TKZ_OK;
    for (size_t i = visit; i-- > 0;) {
        size_t end = words_of_visits(graph, i + 1);
        for (size_t word = graph->visits[i].first; word < end && status == TKZ_OK; word++) {
            const tkz__graph_match *match = match_of(path, graph, word);
            size_t node = path->entry_count + word;
            if (match->end < place)
                continue;
            tkz__cut_word kept = {.place = base + match->place,
                                  .end = base + match->end,
                                  .number = tkz__graph_number(graph, match, (uint32_t)word),
                                  .back = (uint32_t)(before + path->origins[node]),
                                  .right_id = graph->words[word].right_id};
            status = keep_word(path, graph, &kept, path->costs[node], error);
        }
    }
    for (size_t i = 0; i < path->entry_count && status == TKZ_OK; i++) {
        if (path->entries[i] < place)
            continue;
        tkz__cut_word kept = path->cut_words[before + i];
        kept.back = (uint32_t)(before + i);
        kept.heirs = 0;
        status = keep_word(path, graph, &kept, path->costs[i], error);
    }
    return status;
}

/* Where the chunk behind the last cut begins: behind white space if all words of the cut end before
 * it. */
static size_t find_begin(const tkz__long_path *path, const tkz__word_graph *graph, size_t cut_place)
{
    const tkz__path_cut *cut = &path->cuts[path->cut_count - 1];
    for (size_t i = cut->first; i < path->cut_word_count; i++) {
        if (path->cut_words[i].end != cut_place)
            return cut_place;
    }
    return tkz__char_property_skip_space(&graph->dictionary->property, path->text, path->end,
                                         cut_place);
}

/* Makes the words of the last cut the entries of a chunk. `*places` is made larger than where they end. */
static tkz_status begin_chunk(tkz__long_path *path, const tkz__word_graph *graph, size_t *places,
                              tkz_error *error)
{
    const tkz__path_cut *cut = &path->cuts[path->cut_count - 1];
    size_t count = path->cut_word_count - cut->first;
    tkz_status status =
        tkz__array_reserve(&graph->allocator, (void **)&path->entries, &path->entry_capacity, count,
                           sizeof *path->entries, error);
    if (status == TKZ_OK)
        status = reserve_nodes(path, &graph->allocator, count, error);
    if (status != TKZ_OK)
        return status;
    path->entry_count = count;
    for (size_t i = 0; i < count; i++) {
        const tkz__cut_word *word = &path->cut_words[cut->first + i];
        size_t end = word->end > cut->begin ? word->end - cut->begin : 0;
        path->entries[i] = (uint32_t)end;
        *places = *places > end ? *places : end + 1;
    }
    return TKZ_OK;
}

/* Sets the entries in the arrays of nodes, which have been made large enough. */
static void place_entries(tkz__long_path *path)
{
    size_t first = path->cuts[path->cut_count - 1].first;
    for (size_t i = 0; i < path->entry_count; i++) {
        path->costs[i] = path->entry_costs[i];
        path->right_ids[i] = path->cut_words[first + i].right_id;
        path->origins[i] = (uint32_t)i;
    }
}

/* The end of the sentence decides: of the words of the last cut only `number` counts. No word ends
 * behind `stop`. */
static void end_path(tkz__long_path *path, size_t number, size_t stop)
{
    size_t last = path->cut_count - 1;
    for (size_t i = path->cuts[last].first; i < path->cut_word_count; i++) {
        if (i != number)
            drop_word(path, last, i);
    }
    path->cut_words[number].heirs = 1;
    path->is_ended = true;
    path->stop = stop;
    find_decided(path);
}

/* Goes through the chunk behind the last cut: to the next cut, or to the end of the sentence. `*is_done` is
 * false if `places` bytes have no place for a cut. */
static tkz_status try_chunk(tkz__long_path *path, tkz__word_graph *graph, size_t places,
                            bool *is_done, tkz_error *error)
{
    size_t last = path->cut_count - 1, base = path->cuts[last].begin;
    size_t rest = path->end - base;
    tkz_status status = begin_chunk(path, graph, &places, error);
    places = places < rest ? places : rest;
    path->seen = base + places;
    if (status == TKZ_OK)
        status = tkz__word_graph_make_from(graph, path->text + base, rest, places, path->entries,
                                           path->entry_count, error);
    if (status != TKZ_OK)
        return status;
    bool is_last = places == rest || graph->heads[graph->place_count] == 0;
    size_t visit = is_last ? graph->visit_count : find_cut(path, graph);
    *is_done = visit > 0;
    if (!*is_done)
        return TKZ_OK;
    status = reserve_nodes(path, &graph->allocator, path->entry_count + graph->count, error);
    if (status == TKZ_OK)
        status = reserve_places(path, graph, error);
    if (status != TKZ_OK)
        return status;
    place_entries(path);
    connect(path, graph, visit);
    if (is_last) {
        end_path(path, path->cuts[last].first + path->origins[last_word(path, graph)],
                 base + places);
        return TKZ_OK;
    }
    status = add_cut(path, &graph->allocator, base, error);
    if (status == TKZ_OK)
        status = keep_words(path, graph, visit, base, error);
    if (status == TKZ_OK) {
        path->cuts[last + 1].begin = find_begin(path, graph, base + graph->visits[visit].place);
        settle(path);
    }
    return status;
}

static tkz_status add_chunk(tkz__long_path *path, tkz__word_graph *graph, tkz_error *error)
{
    bool is_done = false;
    tkz_status status = TKZ_OK;
    for (size_t places = path->chunk; !is_done && status == TKZ_OK; places *= 2) {
        if (places > TKZ__GRAPH_PLACES)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse",
                                  path->cuts[path->cut_count - 1].begin,
                                  "no place to cut at in %d bytes", TKZ__GRAPH_PLACES);
        status = try_chunk(path, graph, places, &is_done, error);
    }
    return status;
}

/* ---- The words between two decided ones ---- */

/* The number of a word over a cut in a graph that begins at `base`, behind the word before it. */
static uint32_t find_node(const tkz__long_path *path, const tkz__word_graph *graph,
                          const tkz__cut_word *word, size_t base)
{
    size_t place = word->place > base ? word->place - base : 0;
    size_t low = 0, high = graph->visit_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (graph->visits[middle].place <= place)
            low = middle;
        else
            high = middle;
    }
    size_t i = graph->visits[low].first, end = words_of_visits(graph, low + 1);
    for (; i + 1 < end; i++) {
        const tkz__graph_match *match = match_of(path, graph, i);
        if (tkz__graph_number(graph, match, (uint32_t)i) == word->number &&
            base + match->end == word->end)
            break;
    }
    return (uint32_t)(path->entry_count + i);
}

/* Writes the words of the path to a node. */
static tkz_status write_words(tkz__long_path *path, const tkz__word_graph *graph, uint32_t node,
                              size_t base, size_t *count, tkz_error *error)
{
    size_t number = 0;
    for (uint32_t n = node; n != 0; n = path->backs[n])
        number++;
    tkz_status status = tkz__array_reserve(&graph->allocator, (void **)&path->words,
                                           &path->word_capacity, number, sizeof *path->words,
                                           error);
    if (status != TKZ_OK)
        return status;
    *count = number;
    for (uint32_t n = node; n != 0; n = path->backs[n]) {
        const tkz__graph_match *match = match_of(path, graph, n - 1);
        path->words[--number] =
            (tkz__path_word){base + graph->begins[match->place], base + match->end,
                             tkz__graph_number(graph, match, n - 1)};
    }
    return TKZ_OK;
}

/* Gives out the words behind decided word `from`, up to `to` or, if that is NULL, to the end. */
static tkz_status give_words(tkz__long_path *path, tkz__word_graph *graph,
                             const tkz__cut_word *from, const tkz__cut_word *to, size_t *count,
                             tkz_error *error)
{
    size_t base = tkz__char_property_skip_space(&graph->dictionary->property, path->text,
                                                path->end, from->end);
    if (to != NULL && to->end == from->end)
        return TKZ_OK; /* one word goes over both cuts */
    size_t rest = path->end - base, stop = to != NULL ? to->end + 1 : path->stop;
    if (stop <= base || base == path->end)
        return TKZ_OK; /* no word follows but white space */
    size_t places = stop - base < rest ? stop - base : rest;
    uint32_t entry = 0;
    tkz_status status = tkz__word_graph_make_from(graph, path->text + base, rest, places, &entry,
                                                  1, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&graph->allocator, (void **)&path->entries,
                                    &path->entry_capacity, 1, sizeof *path->entries, error);
    path->entry_count = 1;
    if (status == TKZ_OK)
        status = reserve_nodes(path, &graph->allocator, 1 + graph->count, error);
    if (status == TKZ_OK)
        status = reserve_places(path, graph, error);
    if (status != TKZ_OK)
        return status;
    path->entries[0] = 0;
    path->costs[0] = 0;
    path->backs[0] = path->origins[0] = 0;
    path->right_ids[0] = from->right_id;
    connect(path, graph, graph->visit_count);
    uint32_t node = to != NULL ? find_node(path, graph, to, base) : last_word(path, graph);
    return write_words(path, graph, node, base, count, error);
}

/* ---- The stretch ---- */

tkz_status tkz__long_path_begin(tkz__long_path *path, tkz__word_graph *graph, const char *text,
                                size_t end, size_t begin, uint32_t right_id, tkz_error *error)
{
    path->text = text;
    path->end = end;
    path->cut_count = path->cut_word_count = 0;
    path->given = path->decided = 0;
    path->is_ended = false;
    path->seen = 0;
    tkz_status status = add_cut(path, &graph->allocator, begin, error);
    tkz__cut_word word = {.place = begin, .end = begin, .back = NO_WORD,
                          .right_id = (uint16_t)right_id};
    if (status == TKZ_OK)
        status = keep_word(path, graph, &word, 0, error);
    if (status == TKZ_OK)
        path->cuts[0].live = 1;
    return status;
}

bool tkz__long_path_leave(const tkz__long_path *path, size_t *start, uint32_t *right_id)
{
    if (path->is_ended && path->given == path->cut_count) {
        *start = path->end;
        return true;
    }
    if (path->given == 0)
        return false;
    const tkz__cut_word *word = decided_word(path, path->given);
    *start = word->end;
    *right_id = word->right_id;
    return !path->is_ended && path->given == path->decided && path->given + 2 >= path->cut_count;
}

tkz_status tkz__long_path_next(tkz__long_path *path, tkz__word_graph *graph,
                               const tkz__path_word **words, size_t *count, tkz_error *error)
{
    *count = 0;
    size_t start;
    uint32_t right_id;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && *count == 0 && !tkz__long_path_leave(path, &start, &right_id)) {
        if (path->given == path->decided && !path->is_ended) {
            status = add_chunk(path, graph, error);
            continue;
        }
        const tkz__cut_word *from = decided_word(path, path->given);
        const tkz__cut_word *to =
            path->given < path->decided ? decided_word(path, path->given + 1) : NULL;
        status = give_words(path, graph, from, to, count, error);
        path->given++;
    }
    *words = path->words;
    return status;
}
