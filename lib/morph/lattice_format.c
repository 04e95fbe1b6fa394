/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the current path of a lattice in an output style. Leans on templates.
 *
 * The formats are those of mecab/src/writer.cpp of taku910/mecab.
 */
#include <string.h>

#include "morph/morph_style.h"

/* MeCab writes what is at least this probable in the format em. */
static const float minimum_probability = 0.0001F;

/* What is being written. */
typedef struct writing {
    const tkz_lattice *lattice;
    const tkz_morph_style *style;
    tkz__buffer *output;
    tkz_error *error;
} writing;

static const tkz__node *node_behind(const tkz_lattice *lattice, const tkz__node *node)
{
    return node->next != TKZ__NO_NODE ? &lattice->nodes[node->next] : NULL;
}

static tkz_status put(const writing *w, const char *text)
{
    return tkz__buffer_append_text(w->output, text, w->error);
}

static tkz_status put_surface(const writing *w, const tkz__node *node)
{
    return tkz__lattice_append_text(w->lattice, node->start, node->end, w->output, w->error);
}

/* A separator and a number behind it. */
static tkz_status put_number(const writing *w, char separator, int64_t value)
{
    tkz_status status = tkz__buffer_append_byte(w->output, (uint8_t)separator, w->error);
    return status == TKZ_OK ? tkz__append_integer(w->output, value, w->error) : status;
}

static tkz_status put_real(const writing *w, char separator, float value)
{
    tkz_status status = tkz__buffer_append_byte(w->output, (uint8_t)separator, w->error);
    return status == TKZ_OK ? tkz__append_real(w->output, (double)value, w->error) : status;
}

/* ---- mecab's own formats ---- */

static tkz_status write_default(const writing *w, const tkz__node *node)
{
    if (node->status == TKZ__NODE_BOS)
        return TKZ_OK;
    if (node->status == TKZ__NODE_EOS)
        return put(w, "EOS\n");
    tkz_status status = put_surface(w, node);
    if (status == TKZ_OK)
        status = put(w, "\t");
    if (status == TKZ_OK)
        status = put(w, node->feature);
    return status == TKZ_OK ? put(w, "\n") : status;
}

static tkz_status write_wakati(const writing *w, const tkz__node *node)
{
    if (node->status == TKZ__NODE_BOS)
        return TKZ_OK;
    if (node->status == TKZ__NODE_EOS)
        return put(w, "\n");
    tkz_status status = put_surface(w, node);
    return status == TKZ_OK ? put(w, " ") : status;
}

static tkz_status write_none(const writing *w, const tkz__node *node)
{
    (void)w;
    (void)node;
    return TKZ_OK;
}

/* The surface, or what stands for it. */
static tkz_status put_name(const writing *w, const tkz__node *node)
{
    if (node->status == TKZ__NODE_BOS)
        return put(w, "BOS");
    return node->status == TKZ__NODE_EOS ? put(w, "EOS") : put_surface(w, node);
}

static uint32_t first_path(const writing *w, const tkz__node *node)
{
    return tkz__lattice_has_paths(w->lattice) ? tkz__lattice_first_left(w->lattice, node)
                                              : TKZ__NO_NODE;
}

static tkz_status write_dump(const writing *w, const tkz__node *node)
{
    const int64_t numbers[] = {node->start,    node->end,     node->right_id,
                               node->left_id,  node->part_of_speech_id,
                               node->category, node->status,  node->is_best};
    const float reals[] = {node->alpha, node->beta, node->probability};
    tkz_status status = tkz__append_integer(w->output, node->id, w->error);
    if (status == TKZ_OK)
        status = put(w, " ");
    if (status == TKZ_OK)
        status = put_name(w, node);
    if (status == TKZ_OK)
        status = put(w, " ");
    if (status == TKZ_OK)
        status = put(w, node->feature);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status == TKZ_OK; i++)
        status = put_number(w, ' ', numbers[i]);
    for (size_t i = 0; i < sizeof reals / sizeof *reals && status == TKZ_OK; i++)
        status = put_real(w, ' ', reals[i]);
    if (status == TKZ_OK)
        status = put_number(w, ' ', node->cost);
    for (uint32_t i = first_path(w, node); i != TKZ__NO_NODE && status == TKZ_OK;) {
        const tkz__node *left = &w->lattice->nodes[i];
        status = put_number(w, ' ', left->id);
        if (status == TKZ_OK)
            status = put_number(w, ':', tkz__lattice_step(w->lattice, left, node));
        if (status == TKZ_OK)
            status = put_real(w, ':', tkz__lattice_step_probability(w->lattice, left, node));
        i = left->newer;
    }
    return status == TKZ_OK ? put(w, "\n") : status;
}

/* A step between two words, of the format em. */
static tkz_status write_step(const writing *w, const tkz__node *left, const tkz__node *node)
{
    float probability = tkz__lattice_step_probability(w->lattice, left, node);
    if (!(probability >= minimum_probability))
        return TKZ_OK;
    tkz_status status = put(w, "B\t");
    if (status == TKZ_OK)
        status = put(w, left->feature);
    if (status == TKZ_OK)
        status = put(w, "\t");
    if (status == TKZ_OK)
        status = put(w, node->feature);
    if (status == TKZ_OK)
        status = put_real(w, '\t', probability);
    return status == TKZ_OK ? put(w, "\n") : status;
}

static tkz_status write_em(const writing *w, const tkz__node *node)
{
    tkz_status status = TKZ_OK;
    if (node->probability >= minimum_probability) {
        status = put(w, "U\t");
        if (status == TKZ_OK)
            status = put_name(w, node);
        if (status == TKZ_OK)
            status = put(w, "\t");
        if (status == TKZ_OK)
            status = put(w, node->feature);
        if (status == TKZ_OK)
            status = put_real(w, '\t', node->probability);
        if (status == TKZ_OK)
            status = put(w, "\n");
    }
    for (uint32_t i = first_path(w, node); i != TKZ__NO_NODE && status == TKZ_OK;) {
        const tkz__node *left = &w->lattice->nodes[i];
        status = write_step(w, left, node);
        i = left->newer;
    }
    if (status == TKZ_OK && node->status == TKZ__NODE_EOS)
        status = put(w, "EOS\n");
    return status;
}

static tkz_status write_templates(const writing *w, const tkz__node *node)
{
    const tkz_morph_style *style = w->style;
    int which = TKZ_MORPH_TEMPLATE_WORD;
    if (node->status == TKZ__NODE_BOS)
        which = TKZ_MORPH_TEMPLATE_BEGIN;
    else if (node->status == TKZ__NODE_EOS)
        which = TKZ_MORPH_TEMPLATE_END;
    else if (node->status == TKZ__NODE_UNKNOWN && style->has_unknown)
        which = TKZ_MORPH_TEMPLATE_UNKNOWN;
    return tkz__template_write(&style->templates[which], w->lattice, node, w->output, w->error);
}

static tkz_status write_node(const writing *w, const tkz__node *node)
{
    switch (w->style->kind) {
    case TKZ__STYLE_WAKATI:
        return write_wakati(w, node);
    case TKZ__STYLE_NONE:
        return write_none(w, node);
    case TKZ__STYLE_DUMP:
        return write_dump(w, node);
    case TKZ__STYLE_EM:
        return write_em(w, node);
    case TKZ__STYLE_TEMPLATES:
        return write_templates(w, node);
    default:
        return write_default(w, node);
    }
}

tkz_status tkz__lattice_write_node(tkz_lattice *lattice, const tkz_morph_style *style,
                                   const tkz__node *node, tkz_error *error)
{
    const writing w = {lattice, style, &lattice->output, error};
    return write_node(&w, node);
}

static tkz_status write_path(const writing *w)
{
    tkz_status status = TKZ_OK;
    for (const tkz__node *node = &w->lattice->nodes[0]; node != NULL && status == TKZ_OK;
         node = node_behind(w->lattice, node))
        status = write_node(w, node);
    return status;
}

/* ---- Calls ---- */

static tkz_status begin(tkz_lattice *lattice, const tkz_morph_style *style, writing *w,
                        tkz_error *error)
{
    *w = (writing){lattice, style, &lattice->output, error};
    if (!lattice->is_ready || style == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_format",
                              TKZ__NO_OFFSET, "no sentence has been analysed");
    tkz__buffer_clear(&lattice->output);
    return TKZ_OK;
}

/* mecab prints a C string, which ends at the first NUL. */
void tkz__lattice_give_output(const tkz_lattice *lattice, const char **output, size_t *output_size)
{
    *output = (const char *)lattice->output.data;
    *output_size = lattice->output.size;
    if (tkz__lattice_as_mecab(lattice) && lattice->output.size > 0)
        *output_size = strnlen(*output, lattice->output.size);
}

tkz_status tkz_lattice_format(tkz_lattice *lattice, const tkz_morph_style *style,
                              const char **output, size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    writing w;
    tkz_status status = begin(lattice, style, &w, error);
    if (status == TKZ_OK)
        status = write_path(&w);
    if (status == TKZ_OK)
        tkz__lattice_give_output(lattice, output, output_size);
    return status;
}

/* What stands behind the last result. Where nothing else is set mecab forgets the template for it. */
static tkz_status write_last(const writing *w)
{
    if (w->style->kind != TKZ__STYLE_TEMPLATES ||
        (w->style->is_plain && tkz__lattice_as_mecab(w->lattice)))
        return TKZ_OK;
    tkz__node last;
    memset(&last, 0, sizeof last);
    last.status = TKZ__NODE_EON;
    last.begin = last.start = last.end = w->lattice->size;
    last.previous = last.next = TKZ__NO_NODE;
    return tkz__template_write(&w->style->templates[TKZ_MORPH_TEMPLATE_LAST], w->lattice, &last,
                               w->output, w->error);
}

tkz_status tkz_lattice_format_best(tkz_lattice *lattice, const tkz_morph_style *style,
                                   uint32_t count, const char **output, size_t *output_size,
                                   tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    writing w;
    tkz_status status = begin(lattice, style, &w, error);
    for (uint32_t i = 0; i < count && status == TKZ_OK; i++) {
        int32_t found;
        status = tkz_lattice_next(lattice, &found, error);
        if (status != TKZ_OK || !found)
            break;
        status = write_path(&w);
    }
    if (status == TKZ_OK)
        status = write_last(&w);
    if (status == TKZ_OK)
        tkz__lattice_give_output(lattice, output, output_size);
    return status;
}
