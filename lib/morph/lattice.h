/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a lattice: all words that may stand in a sentence, each with the
 * best way to it. Leans on the dictionary.
 *
 * Paths are not stored. Those that lead to a word come from the words that end where it begins, so the
 * lists of words by their ends tell them all, in MeCab's order, in memory that is linear in the
 * number of words.
 */
#ifndef TKZ_MORPH_LATTICE_H
#define TKZ_MORPH_LATTICE_H

#include "core/buffer.h"
#include "morph/dictionary.h"
#include "morph/template_lines.h"
#include "tokenize/morph.h"

enum {
    TKZ__NO_NODE = UINT32_MAX,
    /* Places behind the sentence: white space at its end makes a word that ends behind it, by one
     * character (add_unknown_words in lattice_lookup.c). */
    TKZ__LATTICE_MARGIN = TKZ__CHARACTER_MAXIMUM + 1,
};

/* MeCab's names for what a word is (mecab/src/mecab.h: MECAB_NOR_NODE and so on). */
enum tkz__node_status {
    TKZ__NODE_KNOWN = 0,
    TKZ__NODE_UNKNOWN = 1,
    TKZ__NODE_BOS = 2,
    TKZ__NODE_EOS = 3,
    TKZ__NODE_EON = 4, /* stands behind the last of several results, in output only */
};

typedef struct tkz__node {
    const char *feature; /* NUL-terminated */
    int64_t cost;        /* of the best path from the beginning up to and with this word */
    float alpha;         /* logarithm of the weight of all paths up to this word */
    float beta;          /* and from this word to the end */
    float probability;
    uint32_t id;    /* MeCab's: counts also words that a constraint ruled out */
    uint32_t begin; /* white space before the surface begins here */
    uint32_t start; /* of the surface */
    uint32_t end;
    uint32_t best;     /* the word before it in the best path to it; a number, or TKZ__NO_NODE */
    uint32_t previous; /* in the path that is current */
    uint32_t next;
    uint32_t older; /* among those that end here: the one added before it, and behind it */
    uint32_t newer;
    uint16_t left_id;
    uint16_t right_id;
    uint16_t part_of_speech_id;
    int16_t word_cost;
    uint8_t category;
    uint8_t status; /* enum tkz__node_status */
    uint8_t is_best;
} tkz__node;

/* A position in the sentence. Words that begin here were created one behind the other. */
typedef struct tkz__place {
    uint32_t first; /* of `count` nodes that begin here */
    uint32_t count;
    uint32_t oldest; /* of those that end here */
    uint32_t newest;
} tkz__place;

/* What is asked to hold at a position: MECAB_ANY_BOUNDARY, MECAB_TOKEN_BOUNDARY and
 * MECAB_INSIDE_TOKEN of MeCab. */
enum { TKZ__BORDER_ANY = 0, TKZ__BORDER_FIXED = 1, TKZ__BORDER_INSIDE = 2 };

/* A constraint that waits for the next sentence. `pattern` is an offset in `waiting_patterns`. */
typedef struct tkz__constraint {
    uint64_t start;
    uint64_t end;
    uint32_t pattern; /* UINT32_MAX: a border at `start` */
    uint8_t border;
} tkz__constraint;

/* A path from some node to the end of the sentence, on its way to become one of the best. */
typedef struct tkz__agenda_item {
    int64_t estimate; /* cost of the best whole path that ends like this */
    int64_t behind;   /* cost of what is behind the node */
    uint32_t node;
    uint32_t next; /* item of the node behind */
} tkz__agenda_item;

struct tkz_lattice {
    tkz_allocator allocator;
    tkz_dictionary *dictionary;

    uint32_t requests; /* enum tkz_lattice_request */
    uint32_t grouping; /* characters that may follow the first of a grouped unknown word */
    double theta;
    char *unknown_feature; /* of all unknown words; NULL: the dictionary's */
    size_t unknown_feature_size;

    tkz__buffer sentence; /* with NUL behind it */
    uint32_t size;        /* bytes of the sentence */
    const char *shown;    /* what words and templates are written from: */
    size_t shown_size;    /* bytes of it, a NUL behind the sentence included where there is one */
    uint32_t shown_start; /* where it begins in the sentence */

    tkz__node *nodes; /* BOS first, EOS last */
    size_t count;
    size_t capacity;
    tkz__place *places; /* of the sentence and TKZ__LATTICE_MARGIN behind it */
    size_t place_capacity;
    uint32_t eos_place; /* where the words before the end of the sentence end */
    uint32_t next_id;
    bool is_ready; /* holds an analysed sentence */

    /* Constraints of this sentence; `borders` is NULL or has a byte for each place. */
    uint8_t *borders;
    uint32_t *patterns; /* for each place: 1 + offset in pattern_text of the feature asked for, or 0 */
    size_t border_capacity;
    size_t pattern_capacity;
    bool is_constrained;
    tkz__buffer pattern_text; /* each NUL-terminated */
    uint32_t next_border;     /* the first fixed border behind the place looked up last */

    tkz__constraint *waiting;
    size_t waiting_count;
    size_t waiting_capacity;
    tkz__buffer waiting_patterns;

    tkz__agenda_item *items;
    size_t item_count;
    size_t item_capacity;
    uint32_t *heap; /* numbers of items */
    size_t heap_count;
    size_t heap_capacity;

    tkz_lattice_word *words; /* what tkz_lattice_words gave out */
    size_t word_capacity;
    uint32_t *character_places; /* of each byte and the end; with TKZ_LATTICE_CHARACTERS */
    size_t character_place_capacity;
    tkz_lattice_word *rival_words;
    size_t rival_word_count;
    size_t rival_word_capacity;
    tkz_lattice_rival *rivals;
    size_t rival_count;
    size_t rival_capacity;
    int64_t *remaining; /* of each node: cost of the best path from it to the end */
    size_t remaining_capacity;
    tkz__buffer output;
    tkz_tagger *tagger; /* lattice_direct.c; made when needed */
    tkz__template_lines template_lines; /* and of what it writes */
    bool is_light; /* the style that is being written needs no nodes */
};

static inline bool tkz__lattice_as_mecab(const tkz_lattice *lattice)
{
    return (lattice->requests & TKZ_LATTICE_AS_MECAB) != 0;
}

/* Whether the paths before a word are to be shown: MeCab has them for these two only. */
static inline bool tkz__lattice_has_paths(const tkz_lattice *lattice)
{
    return (lattice->requests & (TKZ_LATTICE_NBEST | TKZ_LATTICE_MARGINALS)) != 0;
}

static inline const char *tkz__lattice_text(const tkz_lattice *lattice)
{
    return (const char *)lattice->sentence.data;
}

/* What it costs to go from `left` to `right`, with the cost of the word there. */
static inline int32_t tkz__lattice_step(const tkz_lattice *lattice, const tkz__node *left,
                                        const tkz__node *right)
{
    return tkz__dictionary_connection(lattice->dictionary, left->right_id, right->left_id) +
           right->word_cost;
}

/* The words that may stand before `node`, from the first in MeCab's order of paths (oldest) through
 * `newer`; TKZ__NO_NODE if there are none, as before BOS. */
static inline uint32_t tkz__lattice_first_left(const tkz_lattice *lattice, const tkz__node *node)
{
    if (node->status == TKZ__NODE_BOS || node->status == TKZ__NODE_EON)
        return TKZ__NO_NODE;
    uint32_t place = node->status == TKZ__NODE_EOS ? lattice->eos_place : node->begin;
    return lattice->places[place].oldest;
}

/* ---- lattice_lookup.c ---- */

/* Adds an empty node, number `count - 1`. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__lattice_add_node(tkz_lattice *lattice, tkz__node **node,
                                             tkz_error *error);

/* Adds the words that may begin at `begin`. Errors: OUT_OF_MEMORY, LIMIT, INVALID_ARGUMENT (no word
 * meets the constraints there). */
TKZ_CHECKED tkz_status tkz__lattice_look_up(tkz_lattice *lattice, uint32_t begin,
                                            tkz_error *error);

/* ---- lattice_constraint.c ---- */

/* Forgets the constraints of the last sentence and takes over those that wait, for one of `size`
 * bytes. Errors: OUT_OF_MEMORY, INVALID_ARGUMENT (behind the sentence). */
TKZ_CHECKED tkz_status tkz__lattice_constrain(tkz_lattice *lattice, uint32_t size,
                                              tkz_error *error);

/* Takes MeCab's lines of partly known words: the sentence and its constraints.
 * Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__lattice_read_partial(tkz_lattice *lattice, const char *text,
                                                 size_t size, tkz_error *error);

/* Whether the constraints let `node` stand. */
bool tkz__lattice_allows(const tkz_lattice *lattice, const tkz__node *node);

/* ---- lattice_marginal.c, lattice_nbest.c ---- */

void tkz__lattice_weigh(tkz_lattice *lattice);

/* Probability of the step between two nodes. */
float tkz__lattice_step_probability(const tkz_lattice *lattice, const tkz__node *left,
                                    const tkz__node *right);

TKZ_CHECKED tkz_status tkz__lattice_begin_nbest(tkz_lattice *lattice, tkz_error *error);

/* Makes the next best path the current one. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__lattice_next_path(tkz_lattice *lattice, bool *found,
                                              tkz_error *error);

/* Makes the best path the current one. */
void tkz__lattice_take_best(tkz_lattice *lattice);

/* Links all nodes by the place where they begin, as MeCab's -a shows them. */
void tkz__lattice_link_all(tkz_lattice *lattice);

#endif
