/* SPDX-License-Identifier: Apache-2.0
 *
 * Analysing and writing a sentence at once. Where only the best path is written, a
 * tagger finds it several times faster than a lattice, and its words are forgotten as soon as they are
 * written. Leans on both.
 */
#include <string.h>

#include "morph/lattice_direct.h"
#include "morph/morph_style.h"
#include "morph/tagger.h"
#include "morph/template_lines.h"
#include "morph/template_parts.h"
#include "morph/word_lines.h"

enum { DEFAULT_GROUPING = 24 };

static bool has_part(const tkz_morph_style *style, uint8_t first, uint8_t second)
{
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++) {
        const tkz__template *template = &style->templates[i];
        for (size_t k = 0; k < template->count; k++) {
            if (template->parts[k].code == first || template->parts[k].code == second)
                return true;
        }
    }
    return false;
}

/* Whether the style asks for what only a lattice knows, such as numbers of nodes and categories. */
static bool needs_lattice(const tkz_morph_style *style)
{
    return style->kind == TKZ__STYLE_DUMP || style->kind == TKZ__STYLE_EM ||
           has_part(style, TKZ__PART_ID, TKZ__PART_CATEGORY);
}

int32_t tkz_morph_style_can_stream(const tkz_morph_style *style)
{
    return !needs_lattice(style) &&
           !has_part(style, TKZ__PART_SENTENCE, TKZ__PART_SENTENCE_SIZE);
}

static bool can_be_tagged(const tkz_lattice *lattice, const tkz_morph_style *style,
                          const char *text, size_t size)
{
    uint32_t more = TKZ_LATTICE_NBEST | TKZ_LATTICE_MARGINALS | TKZ_LATTICE_ALL;
    return (lattice->requests & more) == 0 && lattice->unknown_feature == NULL &&
           lattice->grouping == DEFAULT_GROUPING && lattice->waiting_count == 0 &&
           style != NULL && !needs_lattice(style) &&
           size <= INT32_MAX - TKZ__LATTICE_MARGIN && (text != NULL || size == 0);
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

/* A NUL parts sentences, to a tagger: what stands behind it, up to `end`, follows the beginning of one. */
static void part_at_nul(tkz_lattice *lattice, uint32_t end)
{
    tkz__node *before = &lattice->nodes[lattice->count - 1];
    if (end > before->end && memchr(lattice->shown + (before->end - lattice->shown_start), 0,
                                    end - before->end) != NULL)
        before->right_id = 0;
}

/* Writes the beginning or the end of the sentence. */
static tkz_status write_end(tkz_lattice *lattice, const tkz_morph_style *style,
                            uint8_t status_of_node, uint32_t position, tkz_error *error)
{
    tkz__node *node;
    if (lattice->count > 0)
        part_at_nul(lattice, position);
    tkz_status status = tkz__lattice_add_node(lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    node->status = status_of_node;
    node->feature = lattice->dictionary->bos_feature;
    node->begin = node->start = node->end = position;
    link_last(lattice);
    return tkz__lattice_write_node(lattice, style, &lattice->nodes[lattice->count - 1], error);
}

/* Fills in where a word stands: a part of the text that is shown, behind byte `begin` of the sentence. */
static inline void place_node(const tkz_lattice *lattice, tkz__node *node, const tkz__path_word *found,
                              uint32_t begin)
{
    node->begin = begin;
    node->start = lattice->shown_start + (uint32_t)found->start;
    node->end = lattice->shown_start + (uint32_t)found->end;
}

/* Fills in which word it is. */
static void describe_node(const tkz_lattice *lattice, tkz__node *node, const tkz__path_word *found)
{
    const tkz_dictionary *dictionary = lattice->dictionary;
    const tkz__compiled_dictionary *lexicon;
    const tkz__word *word = tkz__dictionary_word(dictionary, found->number, &lexicon);
    node->feature = tkz__feature_of(dictionary, lexicon, word);
    node->left_id = word->left_id;
    node->right_id = word->right_id;
    node->part_of_speech_id = word->part_of_speech_id;
    node->word_cost = word->cost;
    node->status = lexicon == &dictionary->unknown ? TKZ__NODE_UNKNOWN : TKZ__NODE_KNOWN;
}

/* Adds a word behind the node added last. */
static tkz_status add_word(tkz_lattice *lattice, const tkz__path_word *found, tkz_error *error)
{
    const uint32_t begin = lattice->nodes[lattice->count - 1].end;
    part_at_nul(lattice, lattice->shown_start + (uint32_t)found->start);
    tkz__node *node;
    tkz_status status = tkz__lattice_add_node(lattice, &node, error);
    if (status != TKZ_OK)
        return status;
    place_node(lattice, node, found, begin);
    describe_node(lattice, node, found);
    link_last(lattice);
    return TKZ_OK;
}

/* ---- Words of templates ---- */

static inline bool is_unknown(const tkz_dictionary *dictionary, tkz__word_number number)
{
    return number - dictionary->unknown.number_base < dictionary->unknown.word_count;
}

/* Writes a word by its template. Of `node` the place is filled in, and all else where it `is_described`. */
static inline tkz_status write_word(tkz_lattice *lattice, const tkz__template *template,
                                    const tkz__path_word *found, tkz__node *node, bool is_described,
                                    tkz_error *error)
{
    const uint8_t *line = NULL;
    if (template->has_kept) {
        line = tkz__template_lines_find(&lattice->template_lines, found->number);
        if (__builtin_expect(line == NULL, 0)) {
            if (!is_described)
                describe_node(lattice, node, found);
            tkz_status status = tkz__template_lines_add(&lattice->template_lines, template, lattice, node,
                                                        found->number, &line, error);
            if (status != TKZ_OK)
                return status;
        }
    }
    return tkz__template_lines_write(template, line, lattice, node, &lattice->output, error);
}

/* Keeps the node added last alone. */
static void keep_last(tkz_lattice *lattice)
{
    lattice->nodes[0] = lattice->nodes[lattice->count - 1];
    lattice->nodes[0].previous = TKZ__NO_NODE;
    lattice->count = 1;
}

/* Writes words by templates. Where they ask for no more than its place, of the last word only that is kept. */
static tkz_status write_templates(tkz_lattice *lattice, const tkz_morph_style *style,
                                  const tkz__path_word *words, size_t count, tkz_error *error)
{
    const tkz_dictionary *dictionary = lattice->dictionary;
    const tkz__template *const templates[] = {tkz__style_template(style, false),
                                              tkz__style_template(style, true)};
    const bool has_kept = templates[0]->has_kept || templates[1]->has_kept;
    const tkz__found_words found = {dictionary, lattice->shown, lattice->shown_size, words, count};
    const tkz__kept_lines *kept = &lattice->template_lines.kept;
    tkz_status status = TKZ_OK;
    if (has_kept)
        tkz__fetch_first(&found, kept);
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        if (has_kept)
            tkz__fetch_ahead(&found, kept, i);
        const tkz__template *template = templates[is_unknown(dictionary, words[i].number)];
        if (lattice->is_light) {
            tkz__node *node = &lattice->nodes[0];
            place_node(lattice, node, &words[i], node->end);
            status = write_word(lattice, template, &words[i], node, false, error);
            continue;
        }
        status = add_word(lattice, &words[i], error);
        if (status == TKZ_OK)
            status = write_word(lattice, template, &words[i], &lattice->nodes[lattice->count - 1], true,
                                error);
        if (status == TKZ_OK)
            keep_last(lattice);
    }
    return status;
}

/* ---- Calls ---- */

void tkz__direct_show(tkz_lattice *lattice, const char *text, size_t size, uint32_t start)
{
    lattice->shown = text;
    lattice->shown_size = size;
    lattice->shown_start = start;
}

tkz_status tkz__direct_begin(tkz_lattice *lattice, const tkz_morph_style *style, tkz_error *error)
{
    lattice->is_ready = false;
    lattice->is_constrained = false;
    lattice->count = 0;
    tkz_status status = TKZ_OK;
    if (style->kind == TKZ__STYLE_TEMPLATES) {
        lattice->is_light = tkz__style_is_light(style);
        status = tkz__template_lines_begin(&lattice->template_lines, lattice->dictionary, style,
                                           &lattice->allocator, error);
    }
    return status == TKZ_OK ? write_end(lattice, style, TKZ__NODE_BOS, 0, error) : status;
}

tkz_status tkz__direct_words(tkz_lattice *lattice, const tkz_morph_style *style,
                             const tkz__path_word *words, size_t count, tkz_error *error)
{
    if (style->kind == TKZ__STYLE_TEMPLATES && count > 0)
        return write_templates(lattice, style, words, count, error);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        status = add_word(lattice, &words[i], error);
        if (status != TKZ_OK)
            break;
        status = tkz__lattice_write_node(lattice, style, &lattice->nodes[lattice->count - 1], error);
        keep_last(lattice);
    }
    return status;
}

tkz_status tkz__direct_end(tkz_lattice *lattice, const tkz_morph_style *style, uint32_t position,
                           tkz_error *error)
{
    return write_end(lattice, style, TKZ__NODE_EOS, position, error);
}

static tkz_status tag(tkz_lattice *lattice, const tkz_morph_style *style, const char *text, size_t size,
                      const char **output, size_t *output_size, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (lattice->tagger == NULL)
        status = tkz_tagger_new(&lattice->tagger, lattice->dictionary, &lattice->allocator, error);
    if (status != TKZ_OK)
        return status;
    lattice->size = (uint32_t)size;
    tkz__buffer_clear(&lattice->output);
    tkz__direct_show(lattice, text, size, 0);
    tkz__tagger_begin(lattice->tagger, text, size);
    status = tkz__direct_begin(lattice, style, error);
    for (size_t count = 1; status == TKZ_OK && count > 0;) {
        const tkz__path_word *words;
        status = tkz__tagger_next(lattice->tagger, &words, &count, error);
        if (status == TKZ_OK)
            status = tkz__direct_words(lattice, style, words, count, error);
    }
    if (status == TKZ_OK)
        status = tkz__direct_end(lattice, style, lattice->size, error);
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
