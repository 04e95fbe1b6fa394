/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that may begin at a place of a lattice. Leans on the dictionary and
 * on constraints.
 *
 * The rules and their order are those of Tokenizer::lookup in mecab/src/tokenizer.cpp of
 * taku910/mecab, without its window of 65 535 bytes, behind which it loses text.
 */
#include <string.h>

#include "morph/lattice.h"

enum { NO_GROUP = UINT32_MAX };

/* One look-up. Positions are bytes of the sentence. */
typedef struct look_up {
    tkz_lattice *lattice;
    uint32_t begin; /* with white space */
    uint32_t start; /* without */
    uint32_t end;   /* words are looked for up to here */
    uint32_t info;  /* of the first character */
    uint32_t length; /* its bytes */
    bool has_words;  /* words that are allowed */
} look_up;

tkz_status tkz__lattice_add_node(tkz_lattice *lattice, tkz__node **node, tkz_error *error)
{
    if (lattice->count >= TKZ__NO_NODE - 1)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_lattice_parse", TKZ__NO_OFFSET,
                              "more than 2^32 words in one sentence; cut the text into lines");
    tkz_status status =
        tkz__array_reserve(&lattice->allocator, (void **)&lattice->nodes, &lattice->capacity,
                           lattice->count + 1, sizeof *lattice->nodes, error);
    if (status != TKZ_OK)
        return status;
    *node = &lattice->nodes[lattice->count++];
    memset(*node, 0, sizeof **node);
    (*node)->id = lattice->next_id++;
    (*node)->best = TKZ__NO_NODE;
    (*node)->previous = TKZ__NO_NODE;
    (*node)->next = TKZ__NO_NODE;
    (*node)->older = TKZ__NO_NODE;
    (*node)->newer = TKZ__NO_NODE;
    return TKZ_OK;
}

/* What char.bin says of the character at `position`, which may be `end`: the text has NUL behind it.
 * A NUL inside the text is white space. */
static uint32_t info_at(const tkz_lattice *lattice, uint32_t position, uint32_t end,
                        uint32_t *length)
{
    const char *text = tkz__lattice_text(lattice);
    uint32_t character;
    size_t room = position < end ? end - position : 0;
    *length = (uint32_t)tkz__char_property_decode(&lattice->dictionary->property,
                                                   text + position, room, &character);
    if (text[position] == '\0' && position < lattice->size)
        character = ' ';
    return tkz__char_info(&lattice->dictionary->property, character);
}

static bool is_kind_of(uint32_t info, uint32_t other)
{
    return tkz__char_categories(info & other) != 0;
}

/* Keeps the node added last if the constraints allow it. A word that ends behind the sentence is made
 * of nothing but the white space at its end; it leads nowhere, and MeCab keeps it. */
static void judge_node(look_up *at)
{
    tkz_lattice *lattice = at->lattice;
    const tkz__node *node = &lattice->nodes[lattice->count - 1];
    bool allowed = !lattice->is_constrained || tkz__lattice_allows(lattice, node);
    at->has_words |= allowed;
    if (!allowed || (node->end > lattice->size && !tkz__lattice_as_mecab(lattice)))
        lattice->count--;
}

static tkz_status add_word(look_up *at, const tkz__compiled_dictionary *dictionary,
                           const tkz__word *word, uint32_t end, uint8_t status_of_node,
                           const char *feature, tkz_error *error)
{
    tkz__node *node;
    tkz_status status = tkz__lattice_add_node(at->lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    node->left_id = word->left_id;
    node->right_id = word->right_id;
    node->part_of_speech_id = word->part_of_speech_id;
    node->word_cost = word->cost;
    node->feature = feature != NULL ? feature : tkz__word_feature(dictionary, word);
    node->begin = at->begin;
    node->start = at->start;
    node->end = end;
    node->category = (uint8_t)tkz__char_category(at->info);
    node->status = status_of_node;
    judge_node(at);
    return TKZ_OK;
}

static tkz_status add_words_of(look_up *at, const tkz__compiled_dictionary *dictionary,
                               tkz_error *error)
{
    tkz__word_match matches[TKZ__MATCH_LIMIT];
    const tkz_lattice *lattice = at->lattice;
    /* Where only white space stands before a border, MeCab's search gets the length 0, which means
     * "up to the NUL" (mecab/src/darts.h): such white space belongs to the word behind the
     * border. */
    uint32_t end = at->start == at->end ? lattice->size : at->end;
    size_t count = tkz__compiled_dictionary_find_prefixes(
        dictionary, tkz__lattice_text(lattice) + at->start, end - at->start, matches);
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < matches[i].count; k++) {
            tkz_status status =
                add_word(at, dictionary, &dictionary->words[matches[i].first + k],
                         at->start + (uint32_t)matches[i].length, TKZ__NODE_KNOWN, NULL, error);
            if (status != TKZ_OK)
                return status;
        }
    }
    return TKZ_OK;
}

/* The unknown words of the first character's category that end at `end`. */
static tkz_status add_unknown(look_up *at, uint32_t end, tkz_error *error)
{
    const tkz_lattice *lattice = at->lattice;
    const tkz_dictionary *dictionary = lattice->dictionary;
    const tkz__word_match *words = &dictionary->unknown_words[tkz__char_category(at->info)];
    const char *feature = lattice->unknown_feature != NULL ? lattice->unknown_feature
                                                           : dictionary->unknown_feature;
    for (uint32_t i = 0; i < words->count; i++) {
        tkz_status status =
            add_word(at, &dictionary->unknown, &dictionary->unknown.words[words->first + i], end,
                     TKZ__NODE_UNKNOWN, feature, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* Skips white space: each character must have a category in common with the one before it, the
 * first with U+0020. */
static void skip_space(look_up *at)
{
    uint32_t before = tkz__char_info(&at->lattice->dictionary->property, ' ');
    at->start = at->begin;
    at->info = before;
    at->length = 1;
    while (at->start != at->end) {
        at->info = info_at(at->lattice, at->start, at->end, &at->length);
        if (!is_kind_of(before, at->info))
            break;
        before = at->info;
        at->start += at->length;
    }
}

/* Where the run of characters from `position` on ends, each with a category in common with the one
 * before it; `*count` characters. It is not followed farther than anybody asks. */
static uint32_t group_end(const look_up *at, uint32_t position, uint32_t *count)
{
    enum { LENGTHS = 15 }; /* most that char.bin can ask for */
    const tkz_lattice *lattice = at->lattice;
    uint32_t end = position <= at->end ? at->end : lattice->size;
    uint32_t farthest = lattice->grouping > LENGTHS ? lattice->grouping : LENGTHS;
    uint32_t before = at->info, length;
    for (*count = 0; position < end && *count <= farthest; ++*count) {
        uint32_t info = info_at(lattice, position, end, &length);
        if (!is_kind_of(before, info))
            break;
        before = info;
        position += length;
    }
    return position;
}

/* Unknown words of one character, of two, and so on, as many as char.bin asks for. `*end` is where the
 * last one that was tried ends. */
static tkz_status add_lengths(look_up *at, uint32_t group, uint32_t *end, tkz_error *error)
{
    for (uint32_t i = tkz__char_length(at->info); i > 0 && *end <= at->end && *end != group; i--) {
        tkz_status status = add_unknown(at, *end, error);
        if (status != TKZ_OK)
            return status;
        uint32_t length;
        if (!is_kind_of(at->info, info_at(at->lattice, *end, at->end, &length)))
            break;
        *end += length;
    }
    return TKZ_OK;
}

/* Where constraints rule out every word: an unknown word up to the next place where one may end, and
 * if that is ruled out too a word with the feature asked for. */
static tkz_status add_forced(look_up *at, tkz_error *error)
{
    tkz_lattice *lattice = at->lattice;
    uint32_t end = at->start, length;
    do {
        at->info = info_at(lattice, end, at->end, &length);
        end += length;
    } while (end <= at->end && lattice->borders[end] == TKZ__BORDER_INSIDE);
    tkz_status status = add_unknown(at, end, error);
    if (status != TKZ_OK || at->has_words)
        return status;
    uint32_t pattern = lattice->patterns[at->begin];
    if (pattern == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_parse", at->begin,
                              "only white space stands before a word that is given here, and no "
                              "word can end there; give the white space together with a word");
    tkz__node *node;
    status = tkz__lattice_add_node(lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    node->feature = (const char *)lattice->pattern_text.data + pattern - 1;
    node->begin = at->begin;
    node->start = at->start;
    node->end = end;
    node->category = (uint8_t)tkz__char_category(at->info);
    node->status = TKZ__NODE_UNKNOWN;
    if (end > lattice->size && !tkz__lattice_as_mecab(lattice))
        lattice->count--;
    return TKZ_OK;
}

/* Words may not go beyond the next fixed border. */
static uint32_t search_end(tkz_lattice *lattice, uint32_t begin)
{
    if (!lattice->is_constrained)
        return lattice->size;
    if (lattice->next_border <= begin && begin + 1 < lattice->size) {
        const uint8_t *found = memchr(lattice->borders + begin + 1, TKZ__BORDER_FIXED,
                                      lattice->size - begin - 1);
        lattice->next_border =
            found != NULL ? (uint32_t)(found - lattice->borders) : lattice->size;
    }
    return lattice->next_border > begin ? lattice->next_border : lattice->size;
}

static tkz_status add_unknown_words(look_up *at, tkz_error *error)
{
    uint32_t end = at->start + at->length, group = NO_GROUP;
    tkz_status status = TKZ_OK;
    if (end > at->end) {
        status = add_unknown(at, end, error);
        if (status != TKZ_OK || at->has_words)
            return status;
    }
    if (tkz__char_groups(at->info)) {
        uint32_t count;
        group = group_end(at, end, &count);
        if (count <= at->lattice->grouping)
            status = add_unknown(at, group, error);
    }
    if (status == TKZ_OK)
        status = add_lengths(at, group, &end, error);
    if (status == TKZ_OK && !at->has_words)
        status = add_unknown(at, end, error);
    return status;
}

tkz_status tkz__lattice_look_up(tkz_lattice *lattice, uint32_t begin, tkz_error *error)
{
    look_up at = {.lattice = lattice, .begin = begin, .end = search_end(lattice, begin)};
    skip_space(&at);
    const tkz_dictionary *dictionary = lattice->dictionary;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < dictionary->lexicon_count && status == TKZ_OK; i++)
        status = add_words_of(&at, &dictionary->lexicons[i], error);
    if (status == TKZ_OK && (!at.has_words || tkz__char_invokes(at.info)))
        status = add_unknown_words(&at, error);
    if (status == TKZ_OK && !at.has_words && lattice->is_constrained)
        status = add_forced(&at, error);
    return status;
}
