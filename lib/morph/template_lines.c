/* SPDX-License-Identifier: Apache-2.0
 *
 * Decided words as templates write them. Leans on templates and kept lines.
 *
 * A kept line is what tkz__kept_lines keeps as its text: the texts of the runs of parts that depend on the
 * word alone, one behind the other, each behind its size in two bytes.
 */
#include "morph/template_lines.h"

#include <string.h>

#include "morph/morph_style.h"
#include "morph/template_parts.h"

enum {
    WIDE = 32, /* bytes copied at once */
    SIZE_BYTES = sizeof(uint16_t),
};

void tkz__template_lines_init(tkz__template_lines *lines, const tkz_allocator *allocator)
{
    memset(lines, 0, sizeof *lines);
    tkz__buffer_init(&lines->word_template, allocator);
    tkz__buffer_init(&lines->unknown_template, allocator);
    tkz__buffer_init(&lines->line, allocator);
}

void tkz__template_lines_free(tkz__template_lines *lines, const tkz_allocator *allocator)
{
    tkz__kept_lines_free(&lines->kept, allocator);
    tkz__buffer_free(&lines->word_template);
    tkz__buffer_free(&lines->unknown_template);
    tkz__buffer_free(&lines->line);
}

/* ---- Templates of a style ---- */

const tkz__template *tkz__style_template(const tkz_morph_style *style, bool is_unknown)
{
    return &style->templates[is_unknown && style->has_unknown ? TKZ_MORPH_TEMPLATE_UNKNOWN
                                                              : TKZ_MORPH_TEMPLATE_WORD];
}

bool tkz__style_is_light(const tkz_morph_style *style)
{
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++) {
        if (style->templates[i].needs_costs)
            return false;
    }
    return tkz__style_template(style, false)->is_light && tkz__style_template(style, true)->is_light;
}

static bool is_same(const tkz__buffer *a, const tkz__buffer *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static tkz_status copy(tkz__buffer *to, const tkz__buffer *from, tkz_error *error)
{
    tkz__buffer_clear(to);
    return from->size > 0 ? tkz__buffer_append(to, from->data, from->size, error) : TKZ_OK;
}

tkz_status tkz__template_lines_begin(tkz__template_lines *lines, const tkz_dictionary *dictionary,
                                     const tkz_morph_style *style, const tkz_allocator *allocator,
                                     tkz_error *error)
{
    const tkz__template *word = tkz__style_template(style, false);
    const tkz__template *unknown = tkz__style_template(style, true);
    if (!word->has_kept && !unknown->has_kept)
        return TKZ_OK;
    if (lines->kept.places != NULL && lines->has_unknown == style->has_unknown &&
        is_same(&lines->word_template, &word->source) &&
        is_same(&lines->unknown_template, &unknown->source))
        return TKZ_OK;
    tkz__kept_lines_free(&lines->kept, allocator);
    lines->has_unknown = style->has_unknown;
    tkz_status status = copy(&lines->word_template, &word->source, error);
    if (status == TKZ_OK)
        status = copy(&lines->unknown_template, &unknown->source, error);
    if (status == TKZ_OK)
        status = tkz__kept_lines_make(&lines->kept, tkz__dictionary_number_count(dictionary),
                                      allocator, error);
    return status;
}

/* ---- Lines ---- */

tkz_status tkz__template_lines_add(tkz__template_lines *lines, const tkz__template *template,
                                   const tkz_lattice *lattice, const tkz__node *node, uint32_t number,
                                   const uint8_t **line, tkz_error *error)
{
    tkz__buffer *made = &lines->line;
    *line = NULL;
    tkz__buffer_clear(made);
    uint16_t size = 0; /* of the whole, when it is known */
    tkz_status status = tkz__buffer_append(made, &size, SIZE_BYTES, error);
    for (size_t i = 0; i < template->count && status == TKZ_OK; i++) {
        if (template->parts[i].kept == 0)
            continue;
        const size_t start = made->size;
        status = tkz__buffer_append(made, &size, SIZE_BYTES, error);
        if (status == TKZ_OK)
            status = tkz__template_write_parts(template, i, template->parts[i].kept, lattice, node,
                                               made, error);
        if (status != TKZ_OK || made->size > TKZ__KEPT_LINE)
            return status;
        const uint16_t run_size = (uint16_t)(made->size - start - SIZE_BYTES);
        memcpy(made->data + start, &run_size, SIZE_BYTES);
    }
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(made, TKZ__KEPT_COPY, error);
    if (status != TKZ_OK)
        return status;
    size = (uint16_t)(made->size - SIZE_BYTES);
    memcpy(made->data, &size, SIZE_BYTES);
    tkz__kept_lines_add(&lines->kept, number, made->data + SIZE_BYTES, size);
    *line = made->data;
    return TKZ_OK;
}

static inline tkz_status reserve(tkz__buffer *output, size_t size, tkz_error *error)
{
    return __builtin_expect(output->capacity - output->size >= size, 1)
               ? TKZ_OK
               : tkz__buffer_reserve(output, size, error);
}

/* Appends the bytes [start, end) of the sentence, which are shown. Most are few. */
static inline tkz_status put_bytes(const tkz_lattice *lattice, uint32_t start, uint32_t end,
                                   tkz__buffer *output, tkz_error *error)
{
    const size_t size = end - start, from = start - lattice->shown_start;
    tkz_status status = reserve(output, size + WIDE, error);
    if (__builtin_expect(status != TKZ_OK, 0))
        return status;
    if (__builtin_expect(size <= WIDE && lattice->shown_size - from >= WIDE, 1))
        memcpy(output->data + output->size, lattice->shown + from, WIDE);
    else if (size > 0)
        memcpy(output->data + output->size, lattice->shown + from, size);
    output->size += size;
    return TKZ_OK;
}

/* Appends a run of which `line` has size and text; the run behind it. */
static inline tkz_status put_run(const uint8_t **line, tkz__buffer *output, tkz_error *error)
{
    const size_t size = tkz__kept_size(*line);
    tkz_status status = reserve(output, size + TKZ__KEPT_COPY, error);
    if (__builtin_expect(status != TKZ_OK, 0))
        return status;
    tkz__kept_copy(output->data + output->size, *line, size);
    output->size += size;
    *line += SIZE_BYTES + size;
    return TKZ_OK;
}

tkz_status tkz__template_lines_write(const tkz__template *template, const uint8_t *line,
                                     const tkz_lattice *lattice, const tkz__node *node,
                                     tkz__buffer *output, tkz_error *error)
{
    if (line == NULL && template->has_kept)
        return tkz__template_write(template, lattice, node, output, error);
    if (line != NULL)
        line += SIZE_BYTES;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < template->count && status == TKZ_OK; i++) {
        const tkz__template_part *part = &template->parts[i];
        if (part->kept > 0) {
            status = put_run(&line, output, error);
            i += part->kept - 1;
        } else if (part->code == TKZ__PART_SURFACE) {
            status = put_bytes(lattice, node->start, node->end, output, error);
        } else if (part->code == TKZ__PART_SPACED_SURFACE) {
            status = put_bytes(lattice, node->begin, node->end, output, error);
        } else if (part->code == TKZ__PART_SPACE) {
            status = put_bytes(lattice, node->begin, node->start, output, error);
        } else {
            status = tkz__template_write_parts(template, i, 1, lattice, node, output, error);
        }
    }
    return status;
}
