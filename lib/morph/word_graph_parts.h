/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two ways to look words up share: in MeCab's own files byte by byte, and
 * in the image character by character. Leans on the word graph.
 */
#ifndef TKZ_MORPH_WORD_GRAPH_PARTS_H
#define TKZ_MORPH_WORD_GRAPH_PARTS_H

#include <string.h>

#include "morph/word_graph.h"

enum { TKZ__MATCH_WORDS = 255 }; /* the most words of one surface */

/* The window, as a look-up sees it. */
typedef struct tkz__graph_window {
    const char *text;
    size_t size;   /* of the text up to the end of the sentence */
    size_t places; /* above all places; in the last window of a sentence the one behind its end */
    size_t visited; /* places at which words are looked up are below it */
} tkz__graph_window;

/* Makes room for the words of one more match. */
TKZ_CHECKED tkz_status tkz__graph_grow(tkz__word_graph *graph, tkz_error *error);

static inline tkz_status tkz__graph_reserve(tkz__word_graph *graph, tkz_error *error)
{
    return __builtin_expect(graph->count + TKZ__MATCH_WORDS <= graph->capacity, 1)
               ? TKZ_OK
               : tkz__graph_grow(graph, error);
}

/* The place for a word that ends at `end`. */
static inline uint32_t tkz__graph_place(const tkz__graph_window *w, size_t end)
{
    return end < w->places ? (uint32_t)end : (uint32_t)w->places;
}

/* Begins the words that are looked up at `place`, whose surfaces begin at `begin`. */
static inline void tkz__graph_visit_place(tkz__word_graph *graph, const tkz__graph_window *w,
                                          size_t place, size_t begin)
{
    graph->visits[graph->visit_count++] =
        (tkz__graph_visit){(uint32_t)place, (uint32_t)graph->count};
    graph->begins[place] = tkz__graph_place(w, begin);
}

/* Adds a match of words which stand already behind the last one, for which there is room. */
static inline void tkz__graph_add_match(tkz__word_graph *graph, uint32_t place, uint32_t end,
                                        uint32_t number, uint32_t count)
{
    uint32_t *link = &graph->heads[end];
    /* Words that begin and end alike are preferred in the order of their creation. */
    while (__builtin_expect(graph->matches[*link].place == place, 0))
        link = &graph->matches[*link].next;
    uint32_t number_here = (uint32_t)graph->match_count++;
    graph->matches[number_here] =
        (tkz__graph_match){place, end, (uint32_t)graph->count, count, number, *link};
    *link = number_here;
    graph->count += count;
}

/* Adds `count` words, at least one, that stand at `words` with TKZ__GRAPH_MARGIN readable ones behind them, for
 * which there is room. Most surfaces have few: so many are copied without asking. */
static inline void tkz__graph_copy(tkz__word_graph *graph, uint32_t place, uint32_t end,
                                   uint32_t number, const tkz__image_word *words, uint32_t count)
{
    tkz__image_word *to = graph->words + graph->count;
    memcpy(to, words, TKZ__GRAPH_MARGIN * sizeof *to);
    for (uint32_t i = TKZ__GRAPH_MARGIN; i < count; i += TKZ__GRAPH_MARGIN)
        memcpy(to + i, words + i, TKZ__GRAPH_MARGIN * sizeof *to);
    tkz__graph_add_match(graph, place, end, number, count);
}

/* Adds the unknown words of a category. */
TKZ_CHECKED tkz_status tkz__graph_add_unknown(tkz__word_graph *graph, const tkz__graph_window *w,
                                              uint32_t place, uint32_t category, size_t end,
                                              tkz_error *error);

/* Adds the words of dictionaries from number `first` on, looked up at `place`. */
TKZ_CHECKED tkz_status tkz__graph_find_words(tkz__word_graph *graph, const tkz__graph_window *w,
                                             size_t first, uint32_t place, size_t begin,
                                             tkz_error *error);

/* Looks up at a place whose surface begins at `begin`, before the end of the sentence. */
TKZ_CHECKED tkz_status tkz__graph_look_up(tkz__word_graph *graph, const tkz__graph_window *w,
                                          uint32_t place, size_t begin, tkz_error *error);

/* Finds the words of a window with the image of the dictionary. */
TKZ_CHECKED tkz_status tkz__graph_make_by_image(tkz__word_graph *graph,
                                                const tkz__graph_window *w, tkz_error *error);

#endif
