/* SPDX-License-Identifier: Apache-2.0
 *
 * Decided words as templates write them. What of a template depends on nothing but which word
 * it is, is written once and kept; surfaces and numbers are put between. Leans on templates and kept lines.
 */
#ifndef TKZ_MORPH_TEMPLATE_LINES_H
#define TKZ_MORPH_TEMPLATE_LINES_H

#include "core/buffer.h"
#include "morph/kept_lines.h"
#include "tokenize/morph.h"

struct tkz__template;
struct tkz__node;

/* What is kept for the templates of one style. One thread at a time. */
typedef struct tkz__template_lines {
    tkz__kept_lines kept; /* made when a style has something to keep */
    tkz__buffer word_template, unknown_template; /* those that `kept` is of, as they are written */
    bool has_unknown;
    tkz__buffer line; /* of one word, before it is kept */
} tkz__template_lines;

void tkz__template_lines_init(tkz__template_lines *lines, const tkz_allocator *allocator);
void tkz__template_lines_free(tkz__template_lines *lines, const tkz_allocator *allocator);

/* The template that a style has for words, or for unknown ones. */
const struct tkz__template *tkz__style_template(const tkz_morph_style *style, bool is_unknown);

/* Whether a style that is templates needs no more of its words than which they are and where they stand. */
bool tkz__style_is_light(const tkz_morph_style *style);

/* Begins a text that a style of templates is written for; forgets lines of other templates. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__template_lines_begin(tkz__template_lines *lines, const tkz_dictionary *dictionary,
                                                 const tkz_morph_style *style,
                                                 const tkz_allocator *allocator, tkz_error *error);

/* What is kept of a word for a template that has something to keep; NULL: nothing. */
static inline const uint8_t *tkz__template_lines_find(const tkz__template_lines *lines, uint32_t number)
{
    return tkz__kept_lines_find(&lines->kept, number);
}

/* Makes it, of a node that has all of the word. `*line` is valid until the next call, NULL if it is too long
 * to be kept. Errors: as tkz__template_write. */
TKZ_CHECKED tkz_status tkz__template_lines_add(tkz__template_lines *lines, const struct tkz__template *template,
                                               const tkz_lattice *lattice, const struct tkz__node *node,
                                               uint32_t number, const uint8_t **line, tkz_error *error);

/* Appends a word to `output`, with what was found or made (NULL if the template has nothing to keep). Of the node
 * the place is read, and what else is not kept. Errors: as tkz__template_write. */
TKZ_CHECKED tkz_status tkz__template_lines_write(const struct tkz__template *template, const uint8_t *line,
                                                 const tkz_lattice *lattice, const struct tkz__node *node,
                                                 tkz__buffer *output, tkz_error *error);

#endif
