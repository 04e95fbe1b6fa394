/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of an output style. Leans on templates.
 */
#ifndef TKZ_MORPH_MORPH_STYLE_H
#define TKZ_MORPH_MORPH_STYLE_H

#include "morph/node_template.h"

enum tkz__style_kind {
    TKZ__STYLE_DEFAULT = 0, /* surface TAB feature */
    TKZ__STYLE_TEMPLATES,
    TKZ__STYLE_WAKATI,
    TKZ__STYLE_NONE,
    TKZ__STYLE_DUMP,
    TKZ__STYLE_EM,
};

enum { TKZ__STYLE_TEMPLATE_COUNT = TKZ_MORPH_TEMPLATE_LAST + 1 };

struct tkz_morph_style {
    tkz_allocator allocator;
    tkz_dictionary *dictionary;
    enum tkz__style_kind kind;
    bool is_named; /* the templates are dicrc's */
    bool has_unknown; /* unknown words have a template of their own */
    bool is_plain;    /* words and both ends are written as by default */
    tkz__template templates[TKZ__STYLE_TEMPLATE_COUNT];
};

/* Appends a node to the output of its lattice, which is cleared before the first one; and gives that out, owned by
 * the lattice until its next call. Errors: as tkz_lattice_format. */
TKZ_CHECKED tkz_status tkz__lattice_write_node(tkz_lattice *lattice, const tkz_morph_style *style,
                                               const tkz__node *node, tkz_error *error);
void tkz__lattice_give_output(const tkz_lattice *lattice, const char **output, size_t *output_size);

#endif
