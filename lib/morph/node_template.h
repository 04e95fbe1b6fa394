/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of MeCab's output formats (node-format, -F and so on): compiled once,
 * written for each word. Leans on the lattice.
 */
#ifndef TKZ_MORPH_NODE_TEMPLATE_H
#define TKZ_MORPH_NODE_TEMPLATE_H

#include "morph/lattice.h"

/* One part of a template. */
typedef struct tkz__template_part {
    uint8_t code;       /* enum in node_template.c */
    char separator;     /* of fields or paths */
    uint32_t start;     /* of its text or its field numbers */
    uint32_t count;     /* bytes or numbers */
    uint32_t kept;      /* so many parts from this one on depend on the word alone; 0: this one on more */
} tkz__template_part;

typedef struct tkz__template {
    tkz_allocator allocator;
    tkz__template_part *parts;
    size_t count;
    size_t capacity;
    tkz__buffer text;  /* what is written as it is */
    uint32_t *fields;  /* field numbers */
    size_t field_count;
    size_t field_capacity;
    tkz__buffer source; /* what was compiled */
    bool has_kept;      /* some part has `kept` */
    bool is_light;      /* the other parts need no more than the word's place */
    bool needs_costs;   /* some part needs the costs of the path */
} tkz__template;

/* An empty template; allocates nothing. */
void tkz__template_init(tkz__template *template, const tkz_allocator *allocator);
void tkz__template_free(tkz__template *template); /* leaves it empty and usable */

/* Replaces what it holds; on failure it is empty. Errors: OUT_OF_MEMORY, INVALID_OPTION. */
TKZ_CHECKED tkz_status tkz__template_compile(tkz__template *template, const char *text,
                                             size_t size, tkz_error *error);

/* Appends a word. `node` is one of the lattice or an EON. Errors: OUT_OF_MEMORY, INVALID_OPTION (it
 * asks for what the word has not). */
TKZ_CHECKED tkz_status tkz__template_write(const tkz__template *template,
                                           const tkz_lattice *lattice, const tkz__node *node,
                                           tkz__buffer *output, tkz_error *error);

/* Appends parts [first, first + count) only. */
TKZ_CHECKED tkz_status tkz__template_write_parts(const tkz__template *template, size_t first, size_t count,
                                                 const tkz_lattice *lattice, const tkz__node *node,
                                                 tkz__buffer *output, tkz_error *error);

/* Appends bytes [start, end) of the sentence, as far as it is shown. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__lattice_append_text(const tkz_lattice *lattice, uint32_t start,
                                                uint32_t end, tkz__buffer *output,
                                                tkz_error *error);

/* Numbers as MeCab writes them: six digits behind the point, in any locale. */
TKZ_CHECKED tkz_status tkz__append_real(tkz__buffer *output, double value, tkz_error *error);
TKZ_CHECKED tkz_status tkz__append_integer(tkz__buffer *output, int64_t value, tkz_error *error);

#endif
