/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two ways to look words up share: in MeCab's own files byte by byte, and
 * in the image character by character. Leans on the word graph.
 */
#ifndef TKZ_MORPH_WORD_GRAPH_PARTS_H
#define TKZ_MORPH_WORD_GRAPH_PARTS_H

#include "morph/word_graph.h"

enum { TKZ__MATCH_WORDS = 255 }; /* the most words of one surface */

/* The window, as a look-up sees it. */
typedef struct tkz__graph_window {
    const char *text;
    size_t size;   /* of the text up to the end of the sentence */
    size_t places; /* above all places; in the last window of a sentence the one behind its end */
    size_t visited; /* places at which words are looked up are below it */
} tkz__graph_window;

/* Makes room for `extra` words. */
TKZ_CHECKED tkz_status tkz__graph_reserve(tkz__word_graph *graph, size_t extra,
                                          tkz_error *error);

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

/* Adds the words of one surface that ends at `end`. */
TKZ_CHECKED tkz_status tkz__graph_add(tkz__word_graph *graph, const tkz__graph_window *w,
                                      const tkz__compiled_dictionary *lexicon,
                                      const tkz__word_match *match, size_t end,
                                      tkz_error *error);

/* Adds the words of dictionaries from number `first` on. */
TKZ_CHECKED tkz_status tkz__graph_find_words(tkz__word_graph *graph, const tkz__graph_window *w,
                                             size_t first, size_t begin, tkz_error *error);

/* Looks up at a place whose surface begins at `begin`, before the end of the sentence. */
TKZ_CHECKED tkz_status tkz__graph_look_up(tkz__word_graph *graph, const tkz__graph_window *w,
                                          size_t begin, tkz_error *error);

/* Finds the words of a window with the image of the dictionary. */
TKZ_CHECKED tkz_status tkz__graph_make_by_image(tkz__word_graph *graph,
                                                const tkz__graph_window *w, tkz_error *error);

#endif
