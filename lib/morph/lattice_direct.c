/* SPDX-License-Identifier: Apache-2.0
 *
 * Analysing and writing a sentence at once. Where only the best path is written, a
 * tagger finds it several times faster than a lattice, and its words are forgotten as soon as they are
 * written. Leans on both.
 */
#include <string.h>

#include "morph/morph_style.h"
#include "morph/tagger.h"
#include "morph/template_parts.h"
#include "morph/word_lines.h"

enum { DEFAULT_GROUPING = 24 };

/* Whether templates ask for what only a lattice knows: numbers of nodes and categories. */
static bool needs_lattice(const tkz__template *template)
{
    for (size_t i = 0; i < template->count; i++) {
        uint8_t code = template->parts[i].code;
        if (code == TKZ__PART_ID || code == TKZ__PART_CATEGORY)
            return true;
    }
    return false;
}

static bool can_be_tagged(const tkz_lattice *lattice, const tkz_morph_style *style,
                          const char *text, size_t size)
{
    uint32_t more = TKZ_LATTICE_NBEST | TKZ_LATTICE_MARGINALS | TKZ_LATTICE_ALL;
    if ((lattice->requests & more) != 0 || lattice->unknown_feature != NULL ||
        lattice->grouping != DEFAULT_GROUPING || lattice->waiting_count > 0 || style == NULL ||
        style->kind == TKZ__STYLE_DUMP || style->kind == TKZ__STYLE_EM)
        return false;
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++) {
        if (needs_lattice(&style->templates[i]))
            return false;
    }
    /* A NUL is white space to a lattice and the end of a sentence to a tagger. */
    return size <= INT32_MAX - TKZ__LATTICE_MARGIN && (text != NULL || size == 0) &&
           (size == 0 || memchr(text, 0, size) == NULL);
}

/* Links the node added last behind the one before it. */
static void link_last(tkz_lattice *lattice)
{
    uint32_t last = (uint32_t)lattice->count - 1;
    tkz__node *node = &lattice->nodes[last];
    node->is_best = 1;
    if (last == 0)
        return;
    tkz__node *before = &lattice->nodes[last - 1];
    node->previous = last - 1;
    before->next = last;
    node->cost = before->cost + tkz__lattice_step(lattice, before, node);
}

/* Writes the beginning or the end of the sentence. */
static tkz_status write_end(tkz_lattice *lattice, const tkz_morph_style *style,
                            uint8_t status_of_node, uint32_t position, tkz_error *error)
{
    tkz__node *node;
    tkz_status status = tkz__lattice_add_node(lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    node->status = status_of_node;
    node->feature = lattice->dictionary->bos_feature;
    node->begin = node->start = node->end = position;
    link_last(lattice);
    return tkz__lattice_write_node(lattice, style, &lattice->nodes[lattice->count - 1], error);
}

/* Adds a word behind the node added last. */
static tkz_status add_word(tkz_lattice *lattice, const tkz__path_word *found, tkz_error *error)
{
    const uint32_t begin = lattice->nodes[lattice->count - 1].end;
    tkz__node *node;
    tkz_status status = tkz__lattice_add_node(lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    const tkz_dictionary *dictionary = lattice->dictionary;
    const tkz__compiled_dictionary *lexicon;
    const tkz__word *word = tkz__dictionary_word(dictionary, found->number, &lexicon);
    node->feature = tkz__feature_of(dictionary, lexicon, word);
    node->begin = begin;
    node->start = (uint32_t)found->start;
    node->end = (uint32_t)found->end;
    node->left_id = word->left_id;
    node->right_id = word->right_id;
    node->part_of_speech_id = word->part_of_speech_id;
    node->word_cost = word->cost;
    node->status = lexicon == &dictionary->unknown ? TKZ__NODE_UNKNOWN : TKZ__NODE_KNOWN;
    link_last(lattice);
    return TKZ_OK;
}

/* Writes words behind the node added last, and keeps no other than the last of them. */
static tkz_status write_words(tkz_lattice *lattice, const tkz_morph_style *style,
                              const tkz__path_word *words, size_t count, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        status = add_word(lattice, &words[i], error);
        if (status != TKZ_OK)
            break;
        status = tkz__lattice_write_node(lattice, style, &lattice->nodes[lattice->count - 1], error);
        lattice->nodes[0] = lattice->nodes[lattice->count - 1];
        lattice->nodes[0].previous = TKZ__NO_NODE;
        lattice->count = 1;
    }
    return status;
}

/* What templates say of the sentence as a whole needs a copy of it. */
static tkz_status begin_sentence(tkz_lattice *lattice, const char *text, size_t size,
                                 tkz_error *error)
{
    tkz_status status = TKZ_OK;
    lattice->is_ready = false;
    lattice->is_constrained = false;
    lattice->count = 0;
    lattice->size = (uint32_t)size;
    if (lattice->tagger == NULL)
        status = tkz_tagger_new(&lattice->tagger, lattice->dictionary, &lattice->allocator, error);
    tkz__buffer_clear(&lattice->sentence);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&lattice->sentence, text, size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&lattice->sentence, '\0', error);
    return status;
}

static tkz_status tag(tkz_lattice *lattice, const tkz_morph_style *style, const char *text, size_t size,
                      const char **output, size_t *output_size, tkz_error *error)
{
    tkz_status status = begin_sentence(lattice, text, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer_clear(&lattice->output);
    tkz__tagger_begin(lattice->tagger, text, size);
    status = write_end(lattice, style, TKZ__NODE_BOS, 0, error);
    for (size_t count = 1; status == TKZ_OK && count > 0;) {
        const tkz__path_word *words;
        status = tkz__tagger_next(lattice->tagger, &words, &count, error);
        if (status == TKZ_OK)
            status = write_words(lattice, style, words, count, error);
    }
    if (status == TKZ_OK)
        status = write_end(lattice, style, TKZ__NODE_EOS, lattice->size, error);
    if (status == TKZ_OK)
        tkz__lattice_give_output(lattice, output, output_size);
    return status;
}

tkz_status tkz_lattice_format_text(tkz_lattice *lattice, const tkz_morph_style *style,
                                   const char *text, size_t size, const char **output,
                                   size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    if (can_be_tagged(lattice, style, text, size))
        return tag(lattice, style, text, size, output, output_size, error);
    tkz_status status = tkz_lattice_parse(lattice, text, size, error);
    if (status == TKZ_OK)
        status = tkz_lattice_format(lattice, style, output, output_size, error);
    lattice->is_ready = false;
    return status;
}
