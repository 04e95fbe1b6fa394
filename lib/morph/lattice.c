/* SPDX-License-Identifier: Apache-2.0
 *
 * The lattice: its options, the search for the best path, and what is read from
 * it. Leans on look-ups, constraints, marginals and N-best.
 *
 * Order and ties are those of connect and viterbi in mecab/src/viterbi.cpp of taku910/mecab; costs
 * have 64 bits, so that no sentence is too long for them.
 */
#include "morph/lattice.h"

#include <math.h>
#include <string.h>

enum {
    DEFAULT_GROUPING = 24,
    MAXIMUM_GROUPING = 65535,
    /* Positions and twice their number are 32 bits. */
    MAXIMUM_SIZE = INT32_MAX - TKZ__LATTICE_MARGIN,
};

static const double default_theta = 0.75;

/* ---- Making and options ---- */

tkz_status tkz_lattice_new(tkz_lattice **lattice, tkz_dictionary *dictionary,
                           const tkz_allocator *allocator, tkz_error *error)
{
    *lattice = NULL;
    if (dictionary == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_new",
                              TKZ__NO_OFFSET, "a dictionary is needed");
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_lattice *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->dictionary = dictionary;
    tkz__dictionary_retain(dictionary);
    made->grouping = DEFAULT_GROUPING;
    made->theta = default_theta;
    tkz__buffer_init(&made->sentence, &memory);
    tkz__buffer_init(&made->pattern_text, &memory);
    tkz__buffer_init(&made->waiting_patterns, &memory);
    tkz__buffer_init(&made->output, &memory);
    tkz__template_lines_init(&made->template_lines, &memory);
    *lattice = made;
    return TKZ_OK;
}

static void release_unknown_feature(tkz_lattice *lattice)
{
    tkz__release(&lattice->allocator, lattice->unknown_feature,
                 lattice->unknown_feature_size + 1);
    lattice->unknown_feature = NULL;
    lattice->unknown_feature_size = 0;
}

void tkz_lattice_free(tkz_lattice *lattice)
{
    if (lattice == NULL)
        return;
    tkz_allocator allocator = lattice->allocator;
    tkz_tagger_free(lattice->tagger);
    tkz_dictionary_free(lattice->dictionary);
    release_unknown_feature(lattice);
    tkz__buffer_free(&lattice->sentence);
    tkz__buffer_free(&lattice->pattern_text);
    tkz__buffer_free(&lattice->waiting_patterns);
    tkz__buffer_free(&lattice->output);
    tkz__template_lines_free(&lattice->template_lines, &allocator);
#define RELEASE(array, capacity)                                                                  \
    tkz__release_array(&allocator, lattice->array, lattice->capacity, sizeof *lattice->array)
    RELEASE(nodes, capacity);
    RELEASE(places, place_capacity);
    RELEASE(borders, border_capacity);
    RELEASE(patterns, pattern_capacity);
    RELEASE(waiting, waiting_capacity);
    RELEASE(items, item_capacity);
    RELEASE(heap, heap_capacity);
    RELEASE(words, word_capacity);
    RELEASE(character_places, character_place_capacity);
    RELEASE(rival_words, rival_word_capacity);
    RELEASE(rivals, rival_capacity);
    RELEASE(remaining, remaining_capacity);
#undef RELEASE
    tkz__release(&allocator, lattice, sizeof *lattice);
}

tkz_status tkz_lattice_set_requests(tkz_lattice *lattice, uint32_t requests, tkz_error *error)
{
    uint32_t known = TKZ_LATTICE_NBEST | TKZ_LATTICE_MARGINALS | TKZ_LATTICE_ALL |
                     TKZ_LATTICE_AS_MECAB | TKZ_LATTICE_CHARACTERS;
    if ((requests & ~known) != 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "requests", TKZ__NO_OFFSET,
                              "no requests are called %#x", (unsigned)(requests & ~known));
    lattice->requests = requests;
    lattice->is_ready = false;
    return TKZ_OK;
}

tkz_status tkz_lattice_set_theta(tkz_lattice *lattice, double theta, tkz_error *error)
{
    if (!(theta > 0 && theta <= 1e6))
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "theta", TKZ__NO_OFFSET,
                              "theta is above 0 and at most 1000000");
    lattice->is_ready = false;
    lattice->theta = (double)(float)theta;
    return TKZ_OK;
}

tkz_status tkz_lattice_set_grouping(tkz_lattice *lattice, uint32_t characters, tkz_error *error)
{
    if (characters == 0 || characters > MAXIMUM_GROUPING)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "grouping", TKZ__NO_OFFSET,
                              "the length of unknown words is 1 to %d", MAXIMUM_GROUPING);
    lattice->grouping = characters;
    return TKZ_OK;
}

tkz_status tkz_lattice_set_unknown_feature(tkz_lattice *lattice, const char *feature, size_t size,
                                           tkz_error *error)
{
    if (size > 0 && (feature == NULL || memchr(feature, 0, size) != NULL))
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "unknown feature", TKZ__NO_OFFSET,
                              "a feature holds no NUL");
    char *copy = NULL;
    if (size > 0) {
        copy = tkz__duplicate(&lattice->allocator, feature, size);
        if (copy == NULL)
            return tkz__error_memory(error, size + 1);
    }
    lattice->is_ready = false; /* nodes may point to the old one */
    release_unknown_feature(lattice);
    lattice->unknown_feature = copy;
    lattice->unknown_feature_size = size;
    return TKZ_OK;
}

/* ---- The search ---- */

static tkz_status begin_search(tkz_lattice *lattice, tkz_error *error)
{
    size_t places = (size_t)lattice->size + TKZ__LATTICE_MARGIN;
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->places,
                           &lattice->place_capacity, places, sizeof *lattice->places, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < places; i++)
        lattice->places[i] = (tkz__place){0, 0, TKZ__NO_NODE, TKZ__NO_NODE};
    lattice->count = 0;
    lattice->next_id = 0;
    lattice->eos_place = 0;
    tkz__node *bos;
    status = tkz__lattice_add_node(lattice, &bos, error);
    if (status != TKZ_OK)
        return status;
    bos->feature = lattice->dictionary->bos_feature;
    bos->status = TKZ__NODE_BOS;
    bos->is_best = 1;
    lattice->places[0].oldest = lattice->places[0].newest = 0;
    return TKZ_OK;
}

/* Finds the best way to a word among those that end at `place`. Of equal ones MeCab takes the one that it
 * comes to first, which is the one added last. */
static void connect(tkz_lattice *lattice, tkz__node *node, uint32_t place)
{
    int64_t best = INT64_MAX;
    for (uint32_t i = lattice->places[place].newest; i != TKZ__NO_NODE;) {
        const tkz__node *left = &lattice->nodes[i];
        int64_t cost = left->cost + tkz__lattice_step(lattice, left, node);
        if (cost < best) {
            best = cost;
            node->best = i;
        }
        i = left->older;
    }
    node->cost = best;
}

/* Adds a word to those that end where it ends. */
static void end_node(tkz_lattice *lattice, uint32_t number)
{
    tkz__node *node = &lattice->nodes[number];
    tkz__place *place = &lattice->places[node->end];
    node->older = place->newest;
    if (place->newest != TKZ__NO_NODE)
        lattice->nodes[place->newest].newer = number;
    else
        place->oldest = number;
    place->newest = number;
}

/* The words that begin at a place are connected in the order opposite to that in which they were made. */
static tkz_status visit(tkz_lattice *lattice, uint32_t position, tkz_error *error)
{
    uint32_t first = (uint32_t)lattice->count;
    tkz_status status = tkz__lattice_look_up(lattice, position, error);
    if (status != TKZ_OK)
        return status;
    tkz__place *place = &lattice->places[position];
    place->first = first;
    place->count = (uint32_t)lattice->count - first;
    for (uint32_t i = (uint32_t)lattice->count; i-- > first;) {
        connect(lattice, &lattice->nodes[i], position);
        end_node(lattice, i);
    }
    return TKZ_OK;
}

static tkz_status end_search(tkz_lattice *lattice, tkz_error *error)
{
    tkz__node *eos;
    tkz_status status = tkz__lattice_add_node(lattice, &eos, error);
    if (status != TKZ_OK)
        return status;
    eos->feature = lattice->dictionary->bos_feature;
    eos->status = TKZ__NODE_EOS;
    eos->is_best = 1;
    eos->begin = eos->start = eos->end = lattice->size;
    lattice->eos_place = lattice->size;
    while (lattice->places[lattice->eos_place].newest == TKZ__NO_NODE)
        lattice->eos_place--;
    connect(lattice, eos, lattice->eos_place);
    return TKZ_OK;
}

void tkz__lattice_take_best(tkz_lattice *lattice)
{
    uint32_t number = (uint32_t)lattice->count - 1;
    lattice->nodes[number].next = TKZ__NO_NODE;
    while (lattice->nodes[number].best != TKZ__NO_NODE) {
        tkz__node *node = &lattice->nodes[number];
        node->is_best = 1;
        node->previous = node->best;
        lattice->nodes[node->best].next = number;
        number = node->best;
    }
}

void tkz__lattice_link_all(tkz_lattice *lattice)
{
    uint32_t before = 0;
    for (uint32_t position = 0; position <= lattice->size; position++) {
        const tkz__place *place = &lattice->places[position];
        uint32_t first = place->first, last = place->first + place->count;
        if (position == lattice->size) {
            first = (uint32_t)lattice->count - 1;
            last = (uint32_t)lattice->count;
        }
        while (last > first) {
            lattice->nodes[before].next = --last;
            lattice->nodes[last].previous = before;
            before = last;
        }
    }
}

/* Analyses the sentence in the buffer, whose constraints are set. */
static tkz_status search(tkz_lattice *lattice, tkz_error *error)
{
    lattice->size = (uint32_t)lattice->sentence.size;
    tkz_status status = tkz__buffer_append_byte(&lattice->sentence, '\0', error);
    lattice->shown = tkz__lattice_text(lattice);
    lattice->shown_size = lattice->sentence.size;
    lattice->shown_start = 0;
    if (status == TKZ_OK)
        status = begin_search(lattice, error);
    for (uint32_t i = 0; i < lattice->size && status == TKZ_OK; i++) {
        if (lattice->places[i].newest != TKZ__NO_NODE)
            status = visit(lattice, i, error);
    }
    if (status == TKZ_OK)
        status = end_search(lattice, error);
    if (status != TKZ_OK)
        return status;
    if ((lattice->requests & TKZ_LATTICE_MARGINALS) != 0)
        tkz__lattice_weigh(lattice);
    tkz__lattice_take_best(lattice);
    if ((lattice->requests & TKZ_LATTICE_ALL) != 0)
        tkz__lattice_link_all(lattice);
    if ((lattice->requests & TKZ_LATTICE_NBEST) != 0)
        status = tkz__lattice_begin_nbest(lattice, error);
    lattice->is_ready = status == TKZ_OK;
    return status;
}

static tkz_status check_text(const char *text, size_t size, tkz_error *error)
{
    if (text == NULL && size > 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_parse",
                              TKZ__NO_OFFSET, "text is NULL");
    if (size > MAXIMUM_SIZE)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_lattice_parse", TKZ__NO_OFFSET,
                              "%zu bytes in one sentence, at most %d can be analysed whole; cut "
                              "the text into lines, or use a tagger",
                              size, (int)MAXIMUM_SIZE);
    return TKZ_OK;
}

tkz_status tkz_lattice_parse(tkz_lattice *lattice, const char *text, size_t size,
                             tkz_error *error)
{
    lattice->is_ready = false;
    tkz_status status = check_text(text, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer_clear(&lattice->sentence);
    status = tkz__buffer_append(&lattice->sentence, text, size, error);
    if (status == TKZ_OK)
        status = tkz__lattice_constrain(lattice, (uint32_t)size, error);
    return status == TKZ_OK ? search(lattice, error) : status;
}

tkz_status tkz_lattice_parse_partial(tkz_lattice *lattice, const char *lines, size_t size,
                                     tkz_error *error)
{
    lattice->is_ready = false;
    tkz_status status = check_text(lines, size, error);
    if (status == TKZ_OK)
        status = tkz__lattice_read_partial(lattice, lines, size, error);
    return status == TKZ_OK ? search(lattice, error) : status;
}
