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
    /* Matches without words: number 0 stands for none, the next one for words before the window. */
    TKZ__GRAPH_ENTRY = 1,
    TKZ__GRAPH_FIRST_MATCH = 2,
};

/* The words that were looked up at one place begin with `first`. */
typedef struct tkz__graph_visit {
    uint32_t place;
    uint32_t first;
} tkz__graph_visit;

/* The words of one surface, as one dictionary has them. */
typedef struct tkz__graph_match {
    uint32_t place; /* where they were looked up */
    uint32_t end;   /* place, or place_count for all that end behind the window */
    uint32_t first; /* in the words of the graph */
    uint32_t count; /* 1 to TKZ__MATCH_WORDS */
    uint32_t number; /* tkz__word_number of the first one, but for what it skips */
    uint32_t next; /* the match that ends at the same place and is preferred less; 0: none */
} tkz__graph_match;

/* A character of the window, as MeCab cuts bytes into characters. */
typedef struct tkz__graph_character {
    uint32_t place;
    uint32_t info;     /* tkz__char_info */
    uint16_t number;   /* in the image; 0: no word in the trie has it */
    bool is_odd;       /* a word may begin with it that is not in the trie */
} tkz__graph_character;

typedef struct tkz__word_graph {
    tkz_allocator allocator;
    const tkz_dictionary *dictionary;
    tkz__word_number number_count; /* of all words of the dictionary */
    const int16_t *matrix; /* of the dictionary or of its image; left_size costs in a row */

    tkz__image_word *words; /* TKZ__GRAPH_MARGIN all-zero ones stand behind the last one */
    size_t count;
    tkz__graph_match *matches; /* from TKZ__GRAPH_FIRST_MATCH on, in the order of their words */
    size_t match_count;        /* behind the last one */
    size_t capacity;           /* of words; there are not more matches than they */

    /* Of each place, and one for what ends behind the window: the match that ends there and
     * is preferred most, which is that of the words that begin last, then of those created first. */
    uint32_t *heads;
    uint32_t *begins; /* of places that have a visit */
    size_t place_count;
    size_t place_capacity;

    tkz__graph_visit *visits; /* ascending */
    size_t visit_count;

    tkz__graph_character *characters; /* of the window; with an image only */
    size_t character_count;
    size_t character_capacity;
    bool has_odd_ends; /* a word ends inside of one of them */

    tkz__image_word *unknown; /* the words of unk.dic, with the ids of the image */
    size_t unknown_count;
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

/* The same behind words that end at places `ends`, one of them place 0, `end_count` of them: there too words
 * are looked up. In the chains of matches TKZ__GRAPH_ENTRY stands for all of them that end at a place. */
TKZ_CHECKED tkz_status tkz__word_graph_make_from(tkz__word_graph *graph, const char *text,
                                                 size_t size, size_t places,
                                                 const uint32_t *ends, size_t end_count,
                                                 tkz_error *error);

/* Which word of the dictionaries it is. Opening an image does not read the trie that says so. */
static inline tkz__word_number tkz__graph_number(const tkz__word_graph *graph,
                                                 const tkz__graph_match *match, uint32_t word)
{
    tkz__word_number number = match->number + (word - match->first) + graph->words[word].skipped;
    return number < graph->number_count ? number : 0;
}

#endif
