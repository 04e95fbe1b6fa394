/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a word by a template. Leans on the lattice and on fields of features.
 *
 * What each code writes: Writer::writeNode in mecab/src/writer.cpp of taku910/mecab.
 */
#include <stdio.h>
#include <string.h>

#include "morph/template_parts.h"

/* What is being written. */
typedef struct writing {
    const tkz__template *template;
    const tkz_lattice *lattice;
    const tkz__node *node;
    tkz__buffer *output;
    tkz_error *error;
    tkz__csv_field *fields; /* of the word's feature, once they are asked for */
    size_t field_count;     /* 0 before */
} writing;

tkz_status tkz__append_integer(tkz__buffer *output, int64_t value, tkz_error *error)
{
    char digits[24];
    char *const end = digits + sizeof digits, *at = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    return tkz__buffer_append(output, at, (size_t)(end - at), error);
}

tkz_status tkz__append_real(tkz__buffer *output, double value, tkz_error *error)
{
    char digits[340]; /* the largest double has 309 digits before the point */
    int size = snprintf(digits, sizeof digits, "%.6f", value);
    if (size < 0 || (size_t)size >= sizeof digits)
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, "tkz_lattice_format", TKZ__NO_OFFSET,
                              "a number cannot be written");
    /* The locale may have another point, of several bytes. */
    size_t digit = (size_t)size;
    while (digit > 0 && digits[digit - 1] >= '0' && digits[digit - 1] <= '9')
        digit--;
    size_t whole = strspn(digits, "-0123456789");
    if (whole == 0 || whole >= digit)
        return tkz__buffer_append(output, digits, (size_t)size, error); /* inf, nan */
    tkz_status status = tkz__buffer_append(output, digits, whole, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(output, '.', error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(output, digits + digit, (size_t)size - digit, error);
    return status;
}

static tkz_status lacks(const writing *w, const char *what)
{
    return tkz__error_set(w->error, TKZ_STATUS_INVALID_OPTION, "template", w->node->start, "%s",
                          what);
}

/* ---- Parts ---- */

/* One field; a field that begins with '*' is left out, with the separator behind it. */
static tkz_status write_field(const writing *w, tkz__csv_field field, bool *was_written,
                              char separator)
{
    tkz__csv_field rest = field;
    char byte = '\0';
    bool is_left_out = tkz__csv_byte(&rest, &byte) && byte == '*';
    tkz_status status = TKZ_OK;
    if (!is_left_out && *was_written)
        status = tkz__buffer_append_byte(w->output, (uint8_t)separator, w->error);
    *was_written = !is_left_out;
    if (is_left_out)
        return status;
    if (!field.is_quoted)
        return status == TKZ_OK
                   ? tkz__buffer_append(w->output, field.data, field.size, w->error)
                   : status;
    while (status == TKZ_OK && tkz__csv_byte(&field, &byte))
        status = tkz__buffer_append_byte(w->output, (uint8_t)byte, w->error);
    return status;
}

/* Finds the fields of the word; a feature that is not empty has one. */
static void split_feature(writing *w)
{
    tkz__csv_fields all;
    tkz__csv_begin(&all, w->node->feature, strlen(w->node->feature));
    while (w->field_count < TKZ__FIELD_LIMIT && tkz__csv_next(&all, &w->fields[w->field_count]))
        w->field_count++;
}

static tkz_status write_fields(writing *w, const tkz__template_part *part)
{
    if (w->node->feature == NULL || w->node->feature[0] == '\0')
        return lacks(w, "%f and %F ask for a field of a word that has no feature");
    if (w->field_count == 0)
        split_feature(w);
    const size_t count = w->field_count;
    bool was_written = false;
    for (uint32_t i = 0; i < part->count; i++) {
        uint32_t number = w->template->fields[part->start + i];
        if (number >= count)
            return tkz__error_set(w->error, TKZ_STATUS_INVALID_OPTION, "template",
                                  w->node->start,
                                  "the template asks for field %u of a word that has fields 0 to "
                                  "%zu (%s%.64s); unknown words often have fewer: give them a "
                                  "template of their own",
                                  number, count - 1,
                                  w->node->status == TKZ__NODE_UNKNOWN ? "unknown word, " : "",
                                  w->node->feature);
        tkz_status status = write_field(w, w->fields[number], &was_written, part->separator);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

static tkz_status write_path(const writing *w, const tkz__node *left, uint8_t code)
{
    if (code == TKZ__PART_PATH_IDS)
        return tkz__append_integer(w->output, left->id, w->error);
    if (code == TKZ__PART_PATH_COSTS)
        return tkz__append_integer(w->output, tkz__lattice_step(w->lattice, left, w->node),
                                   w->error);
    return tkz__append_real(
        w->output, (double)tkz__lattice_step_probability(w->lattice, left, w->node), w->error);
}

static tkz_status write_paths(const writing *w, const tkz__template_part *part)
{
    uint32_t first = tkz__lattice_has_paths(w->lattice)
                         ? tkz__lattice_first_left(w->lattice, w->node)
                         : TKZ__NO_NODE;
    if (first == TKZ__NO_NODE)
        return lacks(w, "%pp asks for the paths before a word; they are there with N-best or "
                        "marginal probabilities only, and not before BOS");
    tkz_status status = TKZ_OK;
    for (uint32_t i = first; i != TKZ__NO_NODE && status == TKZ_OK;) {
        const tkz__node *left = &w->lattice->nodes[i];
        if (i != first)
            status = tkz__buffer_append_byte(w->output, (uint8_t)part->separator, w->error);
        if (status == TKZ_OK)
            status = write_path(w, left, part->code);
        i = left->newer;
    }
    return status;
}

/* A word made of the white space at the end has one byte behind it, the NUL there, which counts as shown. */
tkz_status tkz__lattice_append_text(const tkz_lattice *lattice, uint32_t start, uint32_t end,
                                    tkz__buffer *output, tkz_error *error)
{
    size_t from = start - lattice->shown_start, to = end - lattice->shown_start;
    if (to > lattice->shown_size)
        to = lattice->shown_size;
    return from < to ? tkz__buffer_append(output, lattice->shown + from, to - from, error) : TKZ_OK;
}

static tkz_status write_bytes(const writing *w, uint32_t start, uint32_t end)
{
    return tkz__lattice_append_text(w->lattice, start, end, w->output, w->error);
}

/* Costs of the step from the word before it; BOS and EON have none before them. */
static int64_t step_cost(const writing *w)
{
    const tkz__node *node = w->node;
    return node->previous != TKZ__NO_NODE
               ? node->cost - w->lattice->nodes[node->previous].cost
               : node->cost;
}

static int64_t number_of(const writing *w, uint8_t code)
{
    const tkz__node *node = w->node;
    switch (code) {
    case TKZ__PART_SENTENCE_SIZE:
        return w->lattice->size;
    case TKZ__PART_PART_OF_SPEECH:
        return node->part_of_speech_id;
    case TKZ__PART_WORD_COST:
        return node->word_cost;
    case TKZ__PART_CATEGORY:
        return node->category;
    case TKZ__PART_STATUS:
        return node->status;
    case TKZ__PART_ID:
        return node->id;
    case TKZ__PART_START:
        return node->start;
    case TKZ__PART_END:
        return node->end;
    case TKZ__PART_CONNECTION:
        return step_cost(w) - node->word_cost;
    case TKZ__PART_COST:
        return node->cost;
    case TKZ__PART_STEP_COST:
        return step_cost(w);
    case TKZ__PART_LENGTH:
        return node->end - node->start;
    case TKZ__PART_SPACED_LENGTH:
        return node->end - node->begin;
    case TKZ__PART_LEFT_ID:
        return node->left_id;
    default:
        return node->right_id;
    }
}

static tkz_status write_part(writing *w, const tkz__template_part *part)
{
    const tkz__node *node = w->node;
    switch (part->code) {
    case TKZ__PART_TEXT:
        return tkz__buffer_append(w->output, w->template->text.data + part->start, part->count,
                                  w->error);
    case TKZ__PART_SENTENCE:
        return write_bytes(w, 0, w->lattice->size);
    case TKZ__PART_SURFACE:
        return write_bytes(w, node->start, node->end);
    case TKZ__PART_SPACED_SURFACE:
        return write_bytes(w, node->begin, node->end);
    case TKZ__PART_SPACE:
        return write_bytes(w, node->begin, node->start);
    case TKZ__PART_FEATURE:
        return node->feature != NULL ? tkz__buffer_append_text(w->output, node->feature, w->error)
                                     : TKZ_OK;
    case TKZ__PART_IS_BEST:
        return tkz__buffer_append_byte(w->output, node->is_best ? '*' : ' ', w->error);
    case TKZ__PART_PROBABILITY:
        return tkz__append_real(w->output, (double)node->probability, w->error);
    case TKZ__PART_ALPHA:
        return tkz__append_real(w->output, (double)node->alpha, w->error);
    case TKZ__PART_BETA:
        return tkz__append_real(w->output, (double)node->beta, w->error);
    case TKZ__PART_PATH_IDS:
    case TKZ__PART_PATH_COSTS:
    case TKZ__PART_PATH_PROBABILITIES:
        return write_paths(w, part);
    case TKZ__PART_FIELDS:
        return write_fields(w, part);
    default:
        return tkz__append_integer(w->output, number_of(w, part->code), w->error);
    }
}

tkz_status tkz__template_write_parts(const tkz__template *template, size_t first, size_t count,
                                     const tkz_lattice *lattice, const tkz__node *node,
                                     tkz__buffer *output, tkz_error *error)
{
    tkz__csv_field fields[TKZ__FIELD_LIMIT];
    writing w = {template, lattice, node, output, error, fields, 0};
    tkz_status status = TKZ_OK;
    for (size_t i = first; i < first + count && status == TKZ_OK; i++)
        status = write_part(&w, &template->parts[i]);
    return status;
}

tkz_status tkz__template_write(const tkz__template *template, const tkz_lattice *lattice,
                               const tkz__node *node, tkz__buffer *output, tkz_error *error)
{
    return tkz__template_write_parts(template, 0, template->count, lattice, node, output, error);
}
