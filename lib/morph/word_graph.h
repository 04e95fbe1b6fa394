/* SPDX-License-Identifier: Apache-2.0
 *
 * All words that may stand in a window of a text, and the place where each ends:
 * what the search for the best path works on. Leans on the dictionary.
 *
 * A place is a byte of the window; place 0 is where it begins. Words are in the order in which MeCab
 * creates them, ascending by the place where they are looked up. White space before a word
 * belongs to it: a word looked up at `place` has its surface at `begins[place]`.
 */
#ifndef TKZ_MORPH_WORD_GRAPH_H
#define TKZ_MORPH_WORD_GRAPH_H

#include "morph/connect.h"
#include "morph/dictionary.h"

enum {
    TKZ__GRAPH_GROUP = 24,        /* max-grouping-size: characters that may follow in a grouped word */
    TKZ__GRAPH_PLACES = 1 << 30,  /* most places of a window */
};

/* The words that were looked up at one place begin with `first`. */
typedef struct tkz__graph_visit {
    uint32_t place;
    uint32_t first;
} tkz__graph_visit;

/* A character of the window, as MeCab cuts bytes into characters. */
typedef struct tkz__graph_character {
    uint32_t place;
    uint32_t info;     /* tkz__char_info */
    uint16_t number;   /* in the image; 0: no word in the trie has it */
    uint8_t following; /* characters behind it that a group takes in, at most 255 */
    bool is_odd;       /* a word may begin with it that is not in the trie */
} tkz__graph_character;

typedef struct tkz__word_graph {
    tkz_allocator allocator;
    const tkz_dictionary *dictionary;
    const int16_t *matrix; /* of the dictionary or of its image; left_size costs in a row */

    tkz__graph_word *words;
    size_t count;
    size_t capacity;

    /* Of each place, and one for what ends behind the window: how many words end there. */
    uint32_t *end_counts;
    uint32_t *begins; /* of places that have a visit */
    size_t place_count;
    size_t place_capacity;

    tkz__graph_visit *visits; /* ascending */
    size_t visit_count;

    tkz__graph_character *characters; /* of the window; with an image only */
    size_t character_count;
    size_t character_capacity;
    bool has_odd_ends; /* a word ends inside of one of them */
} tkz__word_graph;

void tkz__word_graph_init(tkz__word_graph *graph, const tkz_dictionary *dictionary,
                          const tkz_allocator *allocator);
void tkz__word_graph_free(tkz__word_graph *graph);

/* Finds the words of the window text[0, places), whose sentence goes on to text[size). At place 0
 * white space has been skipped. `places` is at most `size` and TKZ__GRAPH_PLACES; with `places` = `size`
 * the last place is the end of the sentence, where words end and none begins.
 * Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__word_graph_make(tkz__word_graph *graph, const char *text, size_t size,
                                            size_t places, tkz_error *error);

#endif
