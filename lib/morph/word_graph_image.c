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

/* A character of three bytes that is written as UTF-8 demands; 0 if another one stands there. */
static inline uint32_t decode_three(const uint8_t *b)
{
    uint32_t bytes = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;
    if ((bytes & 0xC0C0F0) != 0x8080E0)
        return 0;
    uint32_t character = (bytes & 0x0F) << 12 | (bytes >> 2 & 0xFC0) | (bytes >> 16 & 0x3F);
    return character >= 0x800 ? character : 0;
}

/* Decodes the character at `place`; its length. */
static inline size_t decode_character(const tkz__dictionary_image *image,
                                      const tkz__graph_window *w, size_t place,
                                      tkz__graph_character *made)
{
    const char *text = w->text + place;
    size_t rest = w->size - place, length = 3;
    uint32_t character = rest >= 3 ? decode_three((const uint8_t *)text) : 0;
    bool is_whole = character != 0;
    if (!is_whole) {
        length = tkz__char_decode(text, rest, &character);
        is_whole = tkz__image_is_whole(text, length);
    }
    uint32_t entry = image->characters[character];
    made->place = (uint32_t)place;
    made->info = image->kinds[(entry & ~TKZ__IMAGE_IS_ODD) >> 16];
    made->number = is_whole ? (uint16_t)entry : 0;
    made->is_odd = !is_whole || (entry & TKZ__IMAGE_IS_ODD) != 0;
    return length;
}

/* Decodes the characters of the window, and as many behind it as a word may have. One more stands at
 * their end, with the properties of none. */
static tkz_status decode(tkz__word_graph *graph, const tkz__graph_window *w, tkz_error *error)
{
    const tkz__dictionary_image *image = &graph->dictionary->image;
    size_t reach = image->header.longest;
    reach = reach < GROUP_REACH ? GROUP_REACH : reach;
    size_t room = w->size - w->visited < reach ? w->size - w->visited : reach;
    tkz_status status = tkz__array_reserve(
        &graph->allocator, (void **)&graph->characters, &graph->character_capacity,
        w->visited + room + FETCH_DISTANCE + 2, sizeof *graph->characters, error);
    if (status != TKZ_OK)
        return status;
    tkz__graph_character *character = graph->characters;
    size_t place = 0, visited = w->visited;
    while (place < visited)
        place += decode_character(image, w, place, character++);
    for (; room > 0 && place < w->size; room--)
        place += decode_character(image, w, place, character++);
    memset(character, 0, (FETCH_DISTANCE + 2) * sizeof *character);
    character->place = (uint32_t)place;
    graph->character_count = (size_t)(character - graph->characters);
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

/* Walks down the trie from character `at`, whose words are looked up at `visit`. Bounds are tested here,
 * because opening an image does not read the trie. */
static inline tkz_status find_words(tkz__word_graph *graph, const tkz__graph_window *w,
                                    uint32_t visit, size_t at, tkz_error *error)
{
    const tkz__dictionary_image *image = &graph->dictionary->image;
    const tkz__image_node *nodes = image->nodes;
    const tkz__image_word *image_words = image->words;
    const uint32_t node_count = image->header.node_count, word_count = image->header.word_count;
    const tkz__graph_character *character = &graph->characters[at];
    uint32_t base = 0;
    uint16_t children = UINT16_MAX;
    for (; (children & tkz__image_child_bit(character->number)) != 0; character++) {
        uint64_t next = (uint64_t)base + character->number;
        if (next >= node_count || character->number == 0 ||
            nodes[next].character != character->number)
            break;
        base = nodes[next].base;
        children = nodes[next].children;
        uint32_t first = nodes[next].words >> 8, count = nodes[next].words & 0xFF;
        if (count == 0 || (uint64_t)first + count > word_count)
            continue;
        tkz_status status = tkz__graph_reserve(graph, error);
        if (status != TKZ_OK)
            return status;
        tkz__graph_copy(graph, visit, tkz__graph_place(w, character[1].place),
                        nodes[next].number, image_words + first, count);
    }
    return TKZ_OK;
}

/* The character behind the run that begins with `first`: each has a category in common with the one
 * before it. NULL if more than TKZ__GRAPH_GROUP follow. */
static const tkz__graph_character *group_end(const tkz__graph_character *first)
{
    const tkz__graph_character *end = first + 1;
    for (int count = 0; tkz__char_categories(end[-1].info & end->info) != 0; count++, end++) {
        if (count == TKZ__GRAPH_GROUP)
            return NULL;
    }
    return end;
}

/* The unknown words at character `at`, by the same rules as in word_graph.c. */
static tkz_status add_unknown(tkz__word_graph *graph, const tkz__graph_window *w, uint32_t place,
                              size_t at, bool has_words, tkz_error *error)
{
    const tkz__graph_character *first = &graph->characters[at];
    uint32_t info = first->info, category = tkz__char_category(info);
    const tkz__graph_character *end = first + 1;
    const tkz__graph_character *group = tkz__char_groups(info) ? group_end(first) : NULL;
    tkz_status status = TKZ_OK;
    if (group != NULL) {
        status = tkz__graph_add_unknown(graph, w, place, category, group->place, error);
        has_words = true;
    }
    for (uint32_t i = tkz__char_length(info); i > 0 && end != group && status == TKZ_OK; i--) {
        status = tkz__graph_add_unknown(graph, w, place, category, end->place, error);
        has_words = true;
        if (end->place == w->size || tkz__char_categories(info & end->info) == 0)
            break;
        end++;
    }
    if (!has_words && status == TKZ_OK)
        status = tkz__graph_add_unknown(graph, w, place, category, end->place, error);
    return status;
}

/* Notes if words of matches from number `first` on end inside of a character. */
static void find_odd_ends(tkz__word_graph *graph, size_t first)
{
    for (size_t i = first; i < graph->match_count && !graph->has_odd_ends; i++) {
        uint32_t end = graph->matches[i].end;
        graph->has_odd_ends =
            end < graph->characters[graph->character_count].place &&
            end < graph->place_count && character_at(graph, end) == graph->character_count;
    }
}

/* Looks words up whose surfaces are not, or not all, in the trie. */
static tkz_status look_up_in_files(tkz__word_graph *graph, const tkz__graph_window *w,
                                   size_t first, uint32_t place, size_t begin, tkz_error *error)
{
    size_t before = graph->match_count;
    tkz_status status = tkz__graph_find_words(graph, w, first, place, begin, error);
    find_odd_ends(graph, before);
    return status;
}

/* Looks up at `place` the words whose surfaces begin with character `at`. */
static inline tkz_status look_up(tkz__word_graph *graph, const tkz__graph_window *w,
                                 uint32_t place, size_t at, tkz_error *error)
{
    const tkz__graph_character *character = &graph->characters[at];
    size_t before = graph->match_count;
    tkz_status status;
    if (character->is_odd) {
        status = look_up_in_files(graph, w, 0, place, character->place, error);
    } else {
        status = find_words(graph, w, place, at, error);
        if (status == TKZ_OK && graph->dictionary->lexicon_count > 1)
            status = look_up_in_files(graph, w, 1, place, character->place, error);
    }
    bool has_words = graph->match_count > before;
    if (status == TKZ_OK && (!has_words || tkz__char_invokes(character->info)))
        status = add_unknown(graph, w, place, at, has_words, error);
    return status;
}

/* ---- Places ---- */

/* Looks up at a place that no character of the window begins at, or that white space follows. */
static tkz_status visit_any(tkz__word_graph *graph, const tkz__graph_window *w, size_t place, tkz_error *error)
{
    size_t begin = tkz__char_property_skip_space(&graph->dictionary->property, w->text, w->size,
                                                 place);
    if (begin == w->size)
        return TKZ_OK;
    tkz__graph_visit_place(graph, w, place, begin);
    size_t at = character_at(graph, begin);
    /* Groups and words are known in full only of characters up to the end of the window. */
    if (at < graph->character_count && begin < w->visited)
        return look_up(graph, w, (uint32_t)place, at, error);
    size_t before = graph->match_count;
    tkz_status status = tkz__graph_look_up(graph, w, (uint32_t)place, begin, error);
    find_odd_ends(graph, before);
    return status;
}

static tkz_status visit_character(tkz__word_graph *graph, const tkz__graph_window *w,
                                  size_t at, uint32_t space, tkz_error *error)
{
    const tkz__graph_character *character = &graph->characters[at];
    if (at > 0 && tkz__char_categories(character->info & space) != 0)
        return visit_any(graph, w, character->place, error);
    tkz__graph_visit_place(graph, w, character->place, character->place);
    return look_up(graph, w, character->place, at, error);
}

/* Looks up inside of a character, where a word ends. */
static tkz_status visit_inside(tkz__word_graph *graph, const tkz__graph_window *w,
                               size_t at, tkz_error *error)
{
    size_t end = graph->characters[at + 1].place;
    end = end < w->visited ? end : w->visited;
    tkz_status status = TKZ_OK;
    for (size_t place = graph->characters[at].place + 1; place < end && status == TKZ_OK; place++) {
        if (graph->heads[place] != 0)
            status = visit_any(graph, w, place, error);
    }
    return status;
}

/* Reads the node of the second character of a later look-up into the cache. */
static inline void fetch(const tkz__dictionary_image *image,
                         const tkz__graph_character *character)
{
    if (character->number >= image->header.node_count)
        return;
    const tkz__image_node *node = &image->nodes[character->number];
    uint64_t next = (uint64_t)node->base + character[1].number;
    if (next < image->header.node_count)
        __builtin_prefetch(&image->nodes[next]);
}

tkz_status tkz__graph_make_by_image(tkz__word_graph *graph, const tkz__graph_window *w,
                                    tkz_error *error)
{
    const tkz_dictionary *dictionary = graph->dictionary;
    uint32_t space = tkz__char_info(&dictionary->property, 0x20);
    tkz_status status = decode(graph, w, error);
    for (size_t i = 0; i < graph->character_count && status == TKZ_OK; i++) {
        size_t place = graph->characters[i].place;
        if (place >= w->visited)
            break;
        fetch(&dictionary->image, &graph->characters[i + FETCH_DISTANCE]);
        if (i == 0 || graph->heads[place] != 0)
            status = visit_character(graph, w, i, space, error);
        if (status == TKZ_OK && graph->has_odd_ends)
            status = visit_inside(graph, w, i, error);
    }
    return status;
}
