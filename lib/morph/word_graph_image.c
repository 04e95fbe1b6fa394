/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a window by the image of the dictionary: character by character, all
 * characters decoded once. Leans on the word graph.
 *
 * The words of one place may be added in another order than MeCab's, as long as those of one
 * surface keep theirs: only words that begin and end alike are compared by the order in which they
 * are created.
 */
#include <string.h>

#include "morph/word_graph_parts.h"

enum {
    /* Characters between a look-up and the one whose node is fetched into the cache for it. */
    FETCH_DISTANCE = 6,
    /* More than any group reaches (TKZ__GRAPH_GROUP) behind the window. */
    GROUP_REACH = 32,
};

/* ---- Characters ---- */

static void decode_character(const tkz_dictionary *dictionary, const tkz__graph_window *w,
                             size_t place, size_t length, uint32_t character,
                             tkz__graph_character *made)
{
    const tkz__dictionary_image *image = &dictionary->image;
    uint32_t entry = image->characters[character];
    bool is_whole = tkz__image_is_whole(w->text + place, length);
    *made = (tkz__graph_character){
        .place = (uint32_t)place,
        .info = image->kinds[(entry & ~TKZ__IMAGE_IS_ODD) >> 16],
        .number = is_whole ? (uint16_t)entry : 0,
        .is_odd = !is_whole || (entry & TKZ__IMAGE_IS_ODD) != 0,
    };
}

/* Decodes the characters of the window, as many behind it as a word may have, and what groups they
 * are in. One more stands at their end, with the properties of none. */
static tkz_status decode(tkz__word_graph *graph, const tkz__graph_window *w, tkz_error *error)
{
    size_t reach = graph->dictionary->image.header.longest;
    reach = reach < GROUP_REACH ? GROUP_REACH : reach;
    size_t room = w->size - w->visited < reach ? w->size - w->visited : reach;
    tkz_status status = tkz__array_reserve(
        &graph->allocator, (void **)&graph->characters, &graph->character_capacity,
        w->visited + room + FETCH_DISTANCE + 3, sizeof *graph->characters, error);
    if (status != TKZ_OK)
        return status;
    tkz__graph_character *characters = graph->characters;
    size_t count = 0, place = 0;
    for (; place < w->visited || (room > 0 && place < w->size); count++) {
        if (place >= w->visited)
            room--;
        uint32_t character;
        size_t length = tkz__char_decode(w->text + place, w->size - place, &character);
        decode_character(graph->dictionary, w, place, length, character, &characters[count]);
        place += length;
    }
    memset(&characters[count], 0, (FETCH_DISTANCE + 2) * sizeof *characters);
    characters[count].place = (uint32_t)place;
    graph->character_count = count;
    for (size_t i = count; i-- > 0;) {
        uint32_t common = tkz__char_categories(characters[i].info & characters[i + 1].info);
        uint8_t following = characters[i + 1].following;
        characters[i].following = common == 0 ? 0 : following + (following < UINT8_MAX);
    }
    return TKZ_OK;
}

/* The character that begins at `place`; character_count if none does. */
static size_t character_at(const tkz__word_graph *graph, size_t place)
{
    size_t low = 0, high = graph->character_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (graph->characters[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < graph->character_count && graph->characters[low].place == place
               ? low
               : graph->character_count;
}

/* ---- Words ---- */

/* Adds the words of a node. Bounds are tested here, because opening an image does not read it. */
static inline void add_node(tkz__word_graph *graph, const tkz__graph_window *w, uint32_t value,
                            size_t end)
{
    const tkz__dictionary_image *image = &graph->dictionary->image;
    uint32_t first = value >> 8, count = value & 0xFF;
    if (first > image->header.word_count || count > image->header.word_count - first)
        return;
    uint32_t place = tkz__graph_place(w, end);
    const tkz__image_word *words = image->words + first;
    tkz__graph_word *to = graph->words + graph->count;
    for (uint32_t i = 0; i < count; i++)
        to[i] = (tkz__graph_word){words[i].left_id, words[i].right_id, words[i].cost, place,
                                  first + i + words[i].skipped};
    graph->count += count;
    graph->end_counts[place] += count;
}

/* Walks down the trie from character `at`. */
static tkz_status find_words(tkz__word_graph *graph, const tkz__graph_window *w, size_t at,
                             tkz_error *error)
{
    const tkz__dictionary_image *image = &graph->dictionary->image;
    const tkz__graph_character *character = &graph->characters[at];
    uint32_t place = 0, base = 0;
    for (; character->number != 0; character++) {
        uint64_t next = (uint64_t)base + character->number;
        if (next >= image->header.node_count || image->nodes[next].parent != place)
            break;
        place = (uint32_t)next;
        base = image->nodes[place].base;
        if (image->nodes[place].words != 0) {
            tkz_status status = tkz__graph_reserve(graph, TKZ__MATCH_WORDS, error);
            if (status != TKZ_OK)
                return status;
            add_node(graph, w, image->nodes[place].words, character[1].place);
        }
    }
    return TKZ_OK;
}

/* The unknown words at character `at`, by the same rules as in word_graph.c. */
static tkz_status add_unknown(tkz__word_graph *graph, const tkz__graph_window *w, size_t at,
                              bool has_words, tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    const tkz__graph_character *first = &graph->characters[at];
    uint32_t info = first->info;
    const tkz__word_match *words = &dictionary->unknown_words[tkz__char_category(info)];
    const tkz__graph_character *end = first + 1;
    const tkz__graph_character *group_end = NULL;
    tkz_status status = TKZ_OK;
    if (tkz__char_groups(info) && first->following <= TKZ__GRAPH_GROUP) {
        group_end = end + first->following;
        status = tkz__graph_add(graph, w, &dictionary->unknown, words, group_end->place, error);
        has_words = true;
    }
    for (uint32_t i = tkz__char_length(info); i > 0 && end != group_end && status == TKZ_OK; i--) {
        status = tkz__graph_add(graph, w, &dictionary->unknown, words, end->place, error);
        has_words = true;
        if (end->place == w->size || tkz__char_categories(info & end->info) == 0)
            break;
        end++;
    }
    if (!has_words && status == TKZ_OK)
        status = tkz__graph_add(graph, w, &dictionary->unknown, words, end->place, error);
    return status;
}

/* Notes if words from number `first` on end inside of a character. */
static void find_odd_ends(tkz__word_graph *graph, size_t first)
{
    for (size_t i = first; i < graph->count && !graph->has_odd_ends; i++) {
        uint32_t end = graph->words[i].end;
        graph->has_odd_ends =
            end < graph->characters[graph->character_count].place &&
            end < graph->place_count && character_at(graph, end) == graph->character_count;
    }
}

static tkz_status look_up(tkz__word_graph *graph, const tkz__graph_window *w, size_t at,
                          tkz_error *error)
{
    const tkz__graph_character *character = &graph->characters[at];
    size_t before = graph->count;
    tkz_status status;
    if (character->is_odd) {
        status = tkz__graph_find_words(graph, w, 0, character->place, error);
        find_odd_ends(graph, before);
    } else {
        status = find_words(graph, w, at, error);
        if (status == TKZ_OK && graph->dictionary->lexicon_count > 1) {
            size_t first = graph->count;
            status = tkz__graph_find_words(graph, w, 1, character->place, error);
            find_odd_ends(graph, first);
        }
    }
    bool has_words = graph->count > before;
    if (status == TKZ_OK && (!has_words || tkz__char_invokes(character->info)))
        status = add_unknown(graph, w, at, has_words, error);
    return status;
}

/* ---- Places ---- */

/* Looks up at a place that no character of the window begins at, or that white space follows. */
static tkz_status visit_any(tkz__word_graph *graph, const tkz__graph_window *w, size_t place,
                            tkz_error *error)
{
    size_t begin = tkz__char_property_skip_space(&graph->dictionary->property, w->text, w->size,
                                                 place);
    if (begin == w->size)
        return TKZ_OK;
    tkz__graph_visit_place(graph, w, place, begin);
    size_t at = character_at(graph, begin);
    /* Groups and words are known in full only of characters up to the end of the window. */
    if (at < graph->character_count && begin < w->visited)
        return look_up(graph, w, at, error);
    size_t before = graph->count;
    tkz_status status = tkz__graph_look_up(graph, w, begin, error);
    find_odd_ends(graph, before);
    return status;
}

static tkz_status visit_character(tkz__word_graph *graph, const tkz__graph_window *w, size_t at,
                                  uint32_t space, tkz_error *error)
{
    const tkz__graph_character *character = &graph->characters[at];
    if (at > 0 && tkz__char_categories(character->info & space) != 0)
        return visit_any(graph, w, character->place, error);
    tkz__graph_visit_place(graph, w, character->place, character->place);
    return look_up(graph, w, at, error);
}

/* Looks up inside of a character, where a word ends. */
static tkz_status visit_inside(tkz__word_graph *graph, const tkz__graph_window *w, size_t at,
                               tkz_error *error)
{
    size_t end = graph->characters[at + 1].place;
    end = end < w->visited ? end : w->visited;
    tkz_status status = TKZ_OK;
    for (size_t place = graph->characters[at].place + 1; place < end && status == TKZ_OK; place++) {
        if (graph->end_counts[place] > 0)
            status = visit_any(graph, w, place, error);
    }
    return status;
}

/* Reads the node of the second character of a later look-up into the cache. */
static inline void fetch(const tkz__dictionary_image *image,
                         const tkz__graph_character *character)
{
    uint32_t number = character->number;
    if (number >= image->header.node_count)
        return;
    uint64_t next = (uint64_t)image->nodes[number].base + character[1].number;
    if (next < image->header.node_count)
        __builtin_prefetch(&image->nodes[next]);
}

tkz_status tkz__graph_make_by_image(tkz__word_graph *graph, const tkz__graph_window *w,
                                    tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    uint32_t space = tkz__char_info(&dictionary->property, 0x20);
    graph->has_odd_ends = false;
    tkz_status status = decode(graph, w, error);
    for (size_t i = 0; i < graph->character_count && status == TKZ_OK; i++) {
        size_t place = graph->characters[i].place;
        if (place >= w->visited)
            break;
        fetch(&dictionary->image, &graph->characters[i + FETCH_DISTANCE]);
        if (i == 0 || graph->end_counts[place] > 0)
            status = visit_character(graph, w, i, space, error);
        if (status == TKZ_OK && graph->has_odd_ends)
            status = visit_inside(graph, w, i, error);
    }
    return status;
}
