/* SPDX-License-Identifier: Apache-2.0
 *
 * Analysing and writing a sentence at once. Where only the best path is written, a
 * tagger finds it several times faster than a lattice. Leans on both.
 */
#include <string.h>

#include "morph/morph_style.h"
#include "morph/template_parts.h"

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

/* Keeps the features of the words, each with NUL behind it, which a word does not promise. */
static tkz_status copy_features(tkz_lattice *lattice, const tkz_morpheme *words, size_t count,
                                tkz_error *error)
{
    tkz__buffer_clear(&lattice->pattern_text);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        status = tkz__buffer_append(&lattice->pattern_text, words[i].feature,
                                    words[i].feature_size, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(&lattice->pattern_text, '\0', error);
    }
    return status;
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

static tkz_status add_end(tkz_lattice *lattice, uint8_t status_of_node, uint32_t position,
                          tkz_error *error)
{
    tkz__node *node;
    tkz_status status = tkz__lattice_add_node(lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    node->status = status_of_node;
    node->feature = lattice->dictionary->bos_feature;
    node->begin = node->start = node->end = position;
    link_last(lattice);
    return TKZ_OK;
}

/* Makes a lattice that has nothing but the best path. */
static tkz_status fill(tkz_lattice *lattice, const tkz_morpheme *words, size_t count,
                       tkz_error *error)
{
    lattice->count = 0;
    tkz_status status = copy_features(lattice, words, count, error);
    if (status == TKZ_OK)
        status = add_end(lattice, TKZ__NODE_BOS, 0, error);
    const char *feature = (const char *)lattice->pattern_text.data;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        tkz__node *node;
        status = tkz__lattice_add_node(lattice, &node, error);
        if (status != TKZ_OK)
            break;
        node->feature = feature;
        feature += words[i].feature_size + 1;
        node->begin = (uint32_t)words[i].space_start;
        node->start = (uint32_t)words[i].start;
        node->end = (uint32_t)words[i].end;
        node->left_id = words[i].left_id;
        node->right_id = words[i].right_id;
        node->part_of_speech_id = words[i].part_of_speech_id;
        node->word_cost = (int16_t)words[i].word_cost;
        node->status = words[i].is_unknown ? TKZ__NODE_UNKNOWN : TKZ__NODE_KNOWN;
        link_last(lattice);
    }
    return status == TKZ_OK ? add_end(lattice, TKZ__NODE_EOS, lattice->size, error) : status;
}

static tkz_status tag(tkz_lattice *lattice, const char *text, size_t size, tkz_error *error)
{
    const tkz_morpheme *words;
    size_t count;
    tkz_status status = TKZ_OK;
    lattice->is_ready = false;
    lattice->is_constrained = false;
    if (lattice->tagger == NULL)
        status = tkz_tagger_new(&lattice->tagger, lattice->dictionary, &lattice->allocator, error);
    tkz__buffer_clear(&lattice->sentence);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&lattice->sentence, text, size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&lattice->sentence, '\0', error);
    if (status != TKZ_OK)
        return status;
    lattice->size = (uint32_t)size;
    status = tkz_tagger_parse(lattice->tagger, text, size, &words, &count, error);
    if (status == TKZ_OK)
        status = fill(lattice, words, count, error);
    return status;
}

tkz_status tkz_lattice_format_text(tkz_lattice *lattice, const tkz_morph_style *style,
                                   const char *text, size_t size, const char **output,
                                   size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    bool is_tagged = can_be_tagged(lattice, style, text, size);
    tkz_status status = is_tagged ? tag(lattice, text, size, error)
                                  : tkz_lattice_parse(lattice, text, size, error);
    if (status != TKZ_OK)
        return status;
    lattice->is_ready = true;
    status = tkz_lattice_format(lattice, style, output, output_size, error);
    lattice->is_ready = false; /* it may have no other words than these */
    return status;
}
