/* SPDX-License-Identifier: Apache-2.0
 *
 * All words that may stand in a window. Leans on the dictionary.
 *
 * The rules are those of Tokenizer::lookup in mecab/src/tokenizer.cpp of taku910/mecab: words of the
 * dictionaries, shortest first, then unknown words by the properties of the first character.
 */
#include "morph/word_graph_parts.h"

#include <string.h>

void tkz__word_graph_init(tkz__word_graph *graph, const tkz_dictionary *dictionary,
                          const tkz_allocator *allocator)
{
    memset(graph, 0, sizeof *graph);
    graph->dictionary = dictionary;
    graph->allocator = *allocator;
    graph->number_count = tkz__dictionary_number_count(dictionary);
    graph->matrix =
        dictionary->image.file.data != NULL ? dictionary->image.costs : dictionary->costs;
}

static void release_places(tkz__word_graph *graph)
{
    tkz__release_array(&graph->allocator, graph->heads, graph->place_capacity,
                       sizeof *graph->heads);
    tkz__release_array(&graph->allocator, graph->begins, graph->place_capacity,
                       sizeof *graph->begins);
    tkz__release_array(&graph->allocator, graph->visits, graph->place_capacity,
                       sizeof *graph->visits);
    graph->heads = NULL;
    graph->begins = NULL;
    graph->visits = NULL;
    graph->place_capacity = 0;
}

static void release_words(const tkz__word_graph *graph)
{
    if (graph->capacity == 0)
        return;
    tkz__release_array(&graph->allocator, graph->words, graph->capacity + TKZ__GRAPH_MARGIN,
                       sizeof *graph->words);
    tkz__release_array(&graph->allocator, graph->matches, graph->capacity + TKZ__GRAPH_FIRST_MATCH,
                       sizeof *graph->matches);
}

void tkz__word_graph_free(tkz__word_graph *graph)
{
    release_words(graph);
    release_places(graph);
    tkz__release_array(&graph->allocator, graph->characters, graph->character_capacity,
                       sizeof *graph->characters);
    tkz__release_array(&graph->allocator, graph->unknown,
                       graph->unknown_count + TKZ__GRAPH_MARGIN, sizeof *graph->unknown);
    memset(graph, 0, sizeof *graph);
}

/* ---- Memory ---- */

tkz_status tkz__graph_grow(tkz__word_graph *graph, tkz_error *error)
{
    size_t needed = graph->count + TKZ__MATCH_WORDS;
    if (needed > UINT32_MAX / 2)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", TKZ__NO_OFFSET,
                              "more than 2^31 words in a stretch of text that cannot be cut");
    size_t capacity = needed + needed / 2;
    tkz__image_word *words = tkz__allocate_array(
        &graph->allocator, capacity + TKZ__GRAPH_MARGIN, sizeof *words);
    tkz__graph_match *matches = tkz__allocate_array(
        &graph->allocator, capacity + TKZ__GRAPH_FIRST_MATCH, sizeof *matches);
    if (words == NULL || matches == NULL) {
        tkz__release_array(&graph->allocator, words, capacity + TKZ__GRAPH_MARGIN, sizeof *words);
        tkz__release_array(&graph->allocator, matches, capacity + TKZ__GRAPH_FIRST_MATCH,
                           sizeof *matches);
        return tkz__error_memory(error, capacity * sizeof *matches);
    }
    matches[0] = matches[TKZ__GRAPH_ENTRY] = (tkz__graph_match){.place = UINT32_MAX};
    if (graph->count > 0) {
        memcpy(words, graph->words, graph->count * sizeof *words);
        memcpy(matches, graph->matches, graph->match_count * sizeof *matches);
    }
    release_words(graph);
    graph->words = words;
    graph->matches = matches;
    graph->capacity = capacity;
    return TKZ_OK;
}

static tkz_status reserve_places(tkz__word_graph *graph, size_t count, tkz_error *error)
{
    if (count <= graph->place_capacity)
        return TKZ_OK;
    release_places(graph);
    graph->heads = tkz__allocate_array(&graph->allocator, count, sizeof *graph->heads);
    graph->begins = tkz__allocate_array(&graph->allocator, count, sizeof *graph->begins);
    graph->visits = tkz__allocate_array(&graph->allocator, count, sizeof *graph->visits);
    graph->place_capacity = count;
    if (graph->heads != NULL && graph->begins != NULL && graph->visits != NULL)
        return TKZ_OK;
    release_places(graph);
    return tkz__error_memory(error, count * sizeof *graph->visits);
}

/* ---- Words ---- */

/* A word of MeCab's files as the search sees it: with the ids of the image where there is one. */
static tkz__image_word word_of(const tkz_dictionary *dictionary,
                               const tkz__compiled_dictionary *lexicon, uint32_t index)
{
    const tkz__word *word = &lexicon->words[index];
    const tkz__dictionary_image *image = &dictionary->image;
    tkz__image_word made = {word->right_id, word->left_id, word->cost, 0};
    if (image->file.data == NULL)
        return made;
    /* With an image the file has not been checked. */
    made.left_id = made.left_id < dictionary->right_size ? image->left_ids[made.left_id] : 0;
    made.right_id = made.right_id < dictionary->left_size ? image->right_ids[made.right_id] : 0;
    return made;
}

/* Reads the words of unk.dic, once. */
static tkz_status prepare_unknown(tkz__word_graph *graph, tkz_error *error)
{
    if (graph->unknown != NULL)
        return TKZ_OK;
    const tkz__compiled_dictionary *lexicon = &graph->dictionary->unknown;
    size_t room = (size_t)lexicon->word_count + TKZ__GRAPH_MARGIN;
    graph->unknown = tkz__allocate_array(&graph->allocator, room, sizeof *graph->unknown);
    if (graph->unknown == NULL)
        return tkz__error_memory(error, room * sizeof *graph->unknown);
    graph->unknown_count = lexicon->word_count;
    for (uint32_t i = 0; i < lexicon->word_count; i++)
        graph->unknown[i] = word_of(graph->dictionary, lexicon, i);
    memset(graph->unknown + lexicon->word_count, 0, TKZ__GRAPH_MARGIN * sizeof *graph->unknown);
    return TKZ_OK;
}

tkz_status tkz__graph_add_unknown(tkz__word_graph *graph, const tkz__graph_window *w,
                                  uint32_t place, uint32_t category, size_t end, tkz_error *error)
{
    const tkz__word_match *words = &graph->dictionary->unknown_words[category];
    tkz_status status = tkz__graph_reserve(graph, error);
    if (status == TKZ_OK && words->count > 0)
        tkz__graph_copy(graph, place, tkz__graph_place(w, end),
                        graph->dictionary->unknown.number_base + words->first,
                        graph->unknown + words->first, words->count);
    return status;
}

/* Adds the words of one surface that ends at `end`. */
static tkz_status add_words(tkz__word_graph *graph, const tkz__graph_window *w, uint32_t place,
                            const tkz__compiled_dictionary *lexicon, const tkz__word_match *match,
                            size_t end, tkz_error *error)
{
    tkz_status status = tkz__graph_reserve(graph, error);
    if (status != TKZ_OK || match->count == 0)
        return status;
    tkz__image_word *to = graph->words + graph->count;
    for (uint32_t i = 0; i < match->count; i++)
        to[i] = word_of(graph->dictionary, lexicon, match->first + i);
    tkz__graph_add_match(graph, place, tkz__graph_place(w, end),
                         lexicon->number_base + match->first, match->count);
    return TKZ_OK;
}

/* Where the run of characters that begins behind a first one of properties `info` ends: each has a
 * category in common with the one before it. False if more than TKZ__GRAPH_GROUP follow. */
static bool find_group(const tkz__char_property *property, const tkz__graph_window *w, size_t begin,
                       uint32_t info, size_t *end)
{
    size_t position = begin;
    for (int count = 0; position < w->size; count++) {
        uint32_t character;
        size_t length = tkz__char_property_decode(property, w->text + position,
                                                  w->size - position, &character);
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
static tkz_status add_unknown(tkz__word_graph *graph, const tkz__graph_window *w, uint32_t place,
                              size_t begin, uint32_t info, size_t length, bool has_words,
                              tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    uint32_t category = tkz__char_category(info);
    size_t end = begin + length;
    size_t group_end = 0;
    tkz_status status = TKZ_OK;
    if (tkz__char_groups(info) &&
        find_group(&dictionary->property, w, end, info, &group_end)) {
        status = tkz__graph_add_unknown(graph, w, place, category, group_end, error);
        has_words = true;
    }
    for (uint32_t i = tkz__char_length(info); i > 0 && end != group_end && status == TKZ_OK; i--) {
        status = tkz__graph_add_unknown(graph, w, place, category, end, error);
        has_words = true;
        if (end == w->size)
            break;
        uint32_t character;
        size_t next = tkz__char_property_decode(&dictionary->property, w->text + end,
                                                w->size - end, &character);
        if (tkz__char_categories(info & tkz__char_info(&dictionary->property, character)) == 0)
            break;
        end += next;
    }
    if (!has_words && status == TKZ_OK)
        status = tkz__graph_add_unknown(graph, w, place, category, end, error);
    return status;
}

tkz_status tkz__graph_find_words(tkz__word_graph *graph, const tkz__graph_window *w,
                                 size_t first, uint32_t place, size_t begin, tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    for (size_t i = first; i < dictionary->lexicon_count; i++) {
        const tkz__compiled_dictionary *lexicon = &dictionary->lexicons[i];
        tkz__word_match matches[TKZ__MATCH_LIMIT];
        size_t count = tkz__compiled_dictionary_find_prefixes(lexicon, w->text + begin,
                                                              w->size - begin, matches);
        for (size_t k = 0; k < count; k++) {
            tkz_status status = add_words(graph, w, place, lexicon, &matches[k],
                                          begin + matches[k].length, error);
            if (status != TKZ_OK)
                return status;
        }
    }
    return TKZ_OK;
}

tkz_status tkz__graph_look_up(tkz__word_graph *graph, const tkz__graph_window *w, uint32_t place,
                              size_t begin, tkz_error *error)
{
    size_t before = graph->count;
    tkz_status status = tkz__graph_find_words(graph, w, 0, place, begin, error);
    if (status != TKZ_OK)
        return status;
    uint32_t character;
    size_t length = tkz__char_property_decode(&graph->dictionary->property, w->text + begin,
                                              w->size - begin, &character);
    uint32_t info = tkz__char_info(&graph->dictionary->property, character);
    bool has_words = graph->count > before;
    if (has_words && !tkz__char_invokes(info))
        return TKZ_OK;
    return add_unknown(graph, w, place, begin, info, length, has_words, error);
}

static tkz_status make_by_files(tkz__word_graph *graph, const tkz__graph_window *w,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t place = 0; place < w->visited && status == TKZ_OK; place++) {
        if (place > 0 && graph->heads[place] == 0)
            continue;
        size_t begin = place == 0 ? 0
                                  : tkz__char_property_skip_space(&graph->dictionary->property,
                                                                  w->text, w->size, place);
        if (begin == w->size)
            continue; /* white space up to the end is in no word */
        tkz__graph_visit_place(graph, w, place, begin);
        status = tkz__graph_look_up(graph, w, (uint32_t)place, begin, error);
    }
    return status;
}

tkz_status tkz__word_graph_make_from(tkz__word_graph *graph, const char *text, size_t size,
                                     size_t places, const uint32_t *ends, size_t end_count,
                                     tkz_error *error)
{
    tkz__graph_window w = {text, size, places < size ? places : size + 1, places};
    graph->count = 0;
    graph->match_count = TKZ__GRAPH_FIRST_MATCH;
    graph->visit_count = 0;
    tkz_status status = reserve_places(graph, w.places + 1, error);
    if (status == TKZ_OK)
        status = tkz__graph_reserve(graph, error);
    if (status == TKZ_OK)
        status = prepare_unknown(graph, error);
    if (status != TKZ_OK)
        return status;
    memset(graph->heads, 0, (w.places + 1) * sizeof *graph->heads);
    for (size_t i = 0; i < end_count; i++)
        graph->heads[ends[i]] = TKZ__GRAPH_ENTRY;
    graph->place_count = w.places;
    graph->has_odd_ends = end_count > 1; /* they may be inside of a character */
    status = graph->dictionary->image.file.data != NULL ? tkz__graph_make_by_image(graph, &w, error)
                                                        : make_by_files(graph, &w, error);
    memset(graph->words + graph->count, 0, TKZ__GRAPH_MARGIN * sizeof *graph->words);
    return status;
}

tkz_status tkz__word_graph_make(tkz__word_graph *graph, const char *text, size_t size,
                                size_t places, tkz_error *error)
{
    return tkz__word_graph_make_from(graph, text, size, places, NULL, 0, error);
}
