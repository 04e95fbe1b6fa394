/* SPDX-License-Identifier: Apache-2.0
 *
 * All words that may stand in a window. Leans on the dictionary.
 *
 * The rules are those of Tokenizer::lookup in mecab/src/tokenizer.cpp of taku910/mecab: words of the
 * dictionaries, shortest first, then unknown words by the properties of the first character.
 */
#include "morph/word_graph.h"

#include <string.h>

void tkz__word_graph_init(tkz__word_graph *graph, const tkz_dictionary *dictionary,
                          const tkz_allocator *allocator)
{
    memset(graph, 0, sizeof *graph);
    graph->dictionary = dictionary;
    graph->allocator = *allocator;
    graph->costs_matrix = dictionary->costs;
    graph->end_row = 0;
}

enum { WORD_ARRAYS = 5 };

static void release_words(tkz__word_graph *graph)
{
    if (graph->rows != NULL)
        tkz__release_array(&graph->allocator, graph->rows, graph->capacity * WORD_ARRAYS,
                           sizeof(uint32_t));
}

static void release_places(tkz__word_graph *graph)
{
    tkz__release_array(&graph->allocator, graph->end_counts, graph->place_capacity,
                       sizeof *graph->end_counts);
    tkz__release_array(&graph->allocator, graph->begins, graph->place_capacity,
                       sizeof *graph->begins);
    tkz__release_array(&graph->allocator, graph->visits, graph->place_capacity,
                       sizeof *graph->visits);
    graph->end_counts = NULL;
    graph->begins = NULL;
    graph->visits = NULL;
    graph->place_capacity = 0;
}

void tkz__word_graph_free(tkz__word_graph *graph)
{
    release_words(graph);
    release_places(graph);
    memset(graph, 0, sizeof *graph);
}

/* ---- Memory ---- */

/* The arrays of words are parts of one block. */
static tkz_status grow_words(tkz__word_graph *graph, size_t needed, tkz_error *error)
{
    size_t capacity = graph->capacity + graph->capacity / 2 + 1024;
    if (capacity < needed)
        capacity = needed;
    if (capacity > UINT32_MAX / 2)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", TKZ__NO_OFFSET,
                              "more than 2^31 words in a stretch of text that cannot be cut");
    uint32_t *block =
        tkz__allocate_array(&graph->allocator, capacity * WORD_ARRAYS, sizeof *block);
    if (block == NULL)
        return tkz__error_memory(error, capacity * WORD_ARRAYS * sizeof *block);
    uint32_t *arrays[WORD_ARRAYS];
    const void *old[WORD_ARRAYS] = {graph->rows, graph->costs, graph->right_ids, graph->ends,
                                    graph->numbers};
    for (size_t i = 0; i < WORD_ARRAYS; i++) {
        arrays[i] = block + i * capacity;
        if (graph->count > 0)
            memcpy(arrays[i], old[i], graph->count * sizeof *block);
    }
    release_words(graph);
    graph->rows = arrays[0];
    graph->costs = (int32_t *)arrays[1];
    graph->right_ids = arrays[2];
    graph->ends = arrays[3];
    graph->numbers = arrays[4];
    graph->capacity = capacity;
    return TKZ_OK;
}

static tkz_status reserve_words(tkz__word_graph *graph, size_t extra, tkz_error *error)
{
    size_t needed = graph->count + extra + TKZ__GRAPH_LANES;
    return needed <= graph->capacity ? TKZ_OK : grow_words(graph, needed, error);
}

static tkz_status reserve_places(tkz__word_graph *graph, size_t count, tkz_error *error)
{
    if (count <= graph->place_capacity)
        return TKZ_OK;
    release_places(graph);
    graph->end_counts =
        tkz__allocate_array(&graph->allocator, count, sizeof *graph->end_counts);
    graph->begins = tkz__allocate_array(&graph->allocator, count, sizeof *graph->begins);
    graph->visits = tkz__allocate_array(&graph->allocator, count, sizeof *graph->visits);
    graph->place_capacity = count;
    if (graph->end_counts != NULL && graph->begins != NULL && graph->visits != NULL)
        return TKZ_OK;
    release_places(graph);
    return tkz__error_memory(error, count * sizeof *graph->visits);
}

/* ---- Words ---- */

/* The window, as a look-up sees it. */
typedef struct window {
    const char *text;
    size_t size;   /* of the text up to the end of the sentence */
    size_t places; /* above all places; in the last window of a sentence the one at its end */
} window;

static tkz_status add_words(tkz__word_graph *graph, const window *w,
                            const tkz__compiled_dictionary *lexicon,
                            const tkz__word_match *match, tkz__word_number base, size_t end,
                            tkz_error *error)
{
    tkz_status status = reserve_words(graph, match->count, error);
    if (status != TKZ_OK)
        return status;
    uint32_t place = end < w->places ? (uint32_t)end : (uint32_t)w->places;
    const tkz__word *words = lexicon->words + match->first;
    size_t at = graph->count;
    for (uint32_t i = 0; i < match->count; i++, at++) {
        graph->rows[at] = words[i].left_id * graph->dictionary->left_size;
        graph->costs[at] = words[i].cost;
        graph->right_ids[at] = words[i].right_id;
        graph->ends[at] = place;
        graph->numbers[at] = base + match->first + i;
    }
    graph->count = at;
    graph->end_counts[place] += match->count;
    return TKZ_OK;
}

/* Where the run of characters that begins behind a first one of properties `info` ends: each has a
 * category in common with the one before it. False if more than TKZ__GRAPH_GROUP follow. */
static bool find_group(const tkz__char_property *property, const window *w, size_t begin,
                       uint32_t info, size_t *end)
{
    size_t position = begin;
    for (int count = 0; position < w->size; count++) {
        uint32_t character;
        size_t length = tkz__char_decode(w->text + position, w->size - position, &character);
        uint32_t next = tkz__char_info(property, character);
        if (tkz__char_categories(info & next) == 0)
            break;
        if (count == TKZ__GRAPH_GROUP)
            return false;
        info = next;
        position += length;
    }
    *end = position;
    return true;
}

/* The unknown words at `begin`, whose first character has `info` and `length` bytes. */
static tkz_status add_unknown(tkz__word_graph *graph, const window *w, size_t begin,
                              uint32_t info, size_t length, bool has_words, tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    const tkz__word_match *words = &dictionary->unknown_words[tkz__char_category(info)];
    tkz__word_number base = dictionary->unknown.number_base;
    size_t end = begin + length;
    size_t group_end = 0;
    tkz_status status = TKZ_OK;
    if (tkz__char_groups(info) &&
        find_group(&dictionary->property, w, end, info, &group_end)) {
        status = add_words(graph, w, &dictionary->unknown, words, base, group_end, error);
        has_words = true;
    }
    for (uint32_t i = tkz__char_length(info); i > 0 && end != group_end && status == TKZ_OK; i--) {
        status = add_words(graph, w, &dictionary->unknown, words, base, end, error);
        has_words = true;
        if (end == w->size)
            break;
        uint32_t character;
        size_t next = tkz__char_decode(w->text + end, w->size - end, &character);
        if (tkz__char_categories(info & tkz__char_info(&dictionary->property, character)) == 0)
            break;
        end += next;
    }
    if (!has_words && status == TKZ_OK)
        status = add_words(graph, w, &dictionary->unknown, words, base, end, error);
    return status;
}

/* Looks up at a place whose surface begins at `begin`, before the end of the sentence. */
static tkz_status look_up(tkz__word_graph *graph, const window *w, size_t begin, tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    size_t before = graph->count;
    for (size_t i = 0; i < dictionary->lexicon_count; i++) {
        const tkz__compiled_dictionary *lexicon = &dictionary->lexicons[i];
        tkz__word_match matches[TKZ__MATCH_LIMIT];
        size_t count = tkz__compiled_dictionary_find_prefixes(lexicon, w->text + begin,
                                                              w->size - begin, matches);
        for (size_t k = 0; k < count; k++) {
            tkz_status status = add_words(graph, w, lexicon, &matches[k], lexicon->number_base,
                                          begin + matches[k].length, error);
            if (status != TKZ_OK)
                return status;
        }
    }
    uint32_t character;
    size_t length = tkz__char_decode(w->text + begin, w->size - begin, &character);
    uint32_t info = tkz__char_info(&dictionary->property, character);
    bool has_words = graph->count > before;
    if (has_words && !tkz__char_invokes(info))
        return TKZ_OK;
    return add_unknown(graph, w, begin, info, length, has_words, error);
}

tkz_status tkz__word_graph_make(tkz__word_graph *graph, const char *text, size_t size,
                                size_t places, tkz_error *error)
{
    window w = {text, size, places < size ? places : size + 1};
    tkz_status status = reserve_places(graph, w.places + 1, error);
    if (status != TKZ_OK)
        return status;
    memset(graph->end_counts, 0, (w.places + 1) * sizeof *graph->end_counts);
    graph->place_count = w.places;
    graph->count = 0;
    graph->visit_count = 0;
    for (size_t place = 0; place < places && status == TKZ_OK; place++) {
        if (place > 0 && graph->end_counts[place] == 0)
            continue;
        size_t begin = place == 0 ? 0
                                  : tkz__char_property_skip_space(&graph->dictionary->property,
                                                                  text, size, place);
        if (begin == size)
            continue; /* white space up to the end is in no word */
        graph->visits[graph->visit_count++] =
            (tkz__graph_visit){(uint32_t)place, (uint32_t)graph->count};
        graph->begins[place] = begin < w.places ? (uint32_t)begin : (uint32_t)w.places;
        status = look_up(graph, &w, begin, error);
    }
    if (status == TKZ_OK)
        status = reserve_words(graph, 0, error);
    if (status == TKZ_OK) /* what may be read behind the words */
        memset(graph->rows + graph->count, 0, TKZ__GRAPH_LANES * sizeof *graph->rows);
    return status;
}
