/* SPDX-License-Identifier: Apache-2.0
 *
 * Constraints on a sentence: where words must begin and end, and which features
 * they must have. Leans on the lattice.
 *
 * MeCab: LatticeImpl::set_boundary_constraint and set_feature_constraint (mecab/src/tagger.cpp),
 * Viterbi::initPartial (mecab/src/viterbi.cpp), is_valid_node (mecab/src/tokenizer.cpp).
 */
#include <string.h>

#include "morph/csv_fields.h"
#include "morph/lattice.h"

/* ---- What waits for the next sentence ---- */

static tkz_status wait_for(tkz_lattice *lattice, tkz__constraint constraint, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(
        &lattice->allocator, (void **)&lattice->waiting, &lattice->waiting_capacity,
        lattice->waiting_count + 1, sizeof *lattice->waiting, error);
    if (status == TKZ_OK)
        lattice->waiting[lattice->waiting_count++] = constraint;
    return status;
}

tkz_status tkz_lattice_constrain_border(tkz_lattice *lattice, uint64_t position, int32_t border,
                                        tkz_error *error)
{
    if (border != TKZ_LATTICE_BORDER_ANY && border != TKZ_LATTICE_BORDER_FIXED &&
        border != TKZ_LATTICE_BORDER_INSIDE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "border", TKZ__NO_OFFSET,
                              "no kind of border has the number %d", (int)border);
    return wait_for(lattice,
                    (tkz__constraint){position, position, UINT32_MAX, (uint8_t)border}, error);
}

tkz_status tkz_lattice_constrain_word(tkz_lattice *lattice, uint64_t start, uint64_t end,
                                      const char *pattern, size_t pattern_size, tkz_error *error)
{
    if (start >= end)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_constrain_word",
                              start, "a word has at least one byte");
    if (pattern == NULL && pattern_size > 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_constrain_word",
                              start, "pattern is NULL");
    size_t offset = lattice->waiting_patterns.size;
    if (pattern_size >= UINT32_MAX / 2 || offset >= UINT32_MAX / 2)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_lattice_constrain_word", start,
                              "2 GiB of patterns");
    tkz_status status =
        tkz__buffer_append(&lattice->waiting_patterns, pattern, pattern_size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&lattice->waiting_patterns, '\0', error);
    if (status == TKZ_OK)
        status = wait_for(lattice, (tkz__constraint){start, end, (uint32_t)offset, 0}, error);
    if (status != TKZ_OK)
        lattice->waiting_patterns.size = offset;
    return status;
}

void tkz_lattice_clear_constraints(tkz_lattice *lattice)
{
    lattice->waiting_count = 0;
    tkz__buffer_clear(&lattice->waiting_patterns);
}

/* ---- Constraints of a sentence ---- */

static tkz_status make_room(tkz_lattice *lattice, uint32_t size, tkz_error *error)
{
    size_t places = (size_t)size + TKZ__LATTICE_MARGIN;
    tkz_status status = tkz__array_reserve(&lattice->allocator, (void **)&lattice->borders,
                                           &lattice->border_capacity, places, 1, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&lattice->allocator, (void **)&lattice->patterns,
                                    &lattice->pattern_capacity, places,
                                    sizeof *lattice->patterns, error);
    if (status != TKZ_OK)
        return status;
    memset(lattice->borders, TKZ__BORDER_ANY, places);
    memset(lattice->patterns, 0, places * sizeof *lattice->patterns);
    lattice->is_constrained = true;
    return TKZ_OK;
}

/* `pattern` is the offset of a feature in pattern_text. */
static void force_word(tkz_lattice *lattice, uint32_t start, uint32_t end, uint32_t pattern)
{
    lattice->borders[start] = TKZ__BORDER_FIXED;
    memset(lattice->borders + start + 1, TKZ__BORDER_INSIDE, end - start - 1);
    lattice->borders[end] = TKZ__BORDER_FIXED;
    lattice->patterns[start] = pattern + 1;
}

static void forget(tkz_lattice *lattice)
{
    lattice->is_constrained = false;
    lattice->next_border = 0;
    tkz__buffer_clear(&lattice->pattern_text);
}

tkz_status tkz__lattice_constrain(tkz_lattice *lattice, uint32_t size, tkz_error *error)
{
    forget(lattice);
    if (lattice->waiting_count == 0)
        return TKZ_OK;
    tkz_status status = make_room(lattice, size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&lattice->pattern_text, lattice->waiting_patterns.data,
                                    lattice->waiting_patterns.size, error);
    for (size_t i = 0; i < lattice->waiting_count && status == TKZ_OK; i++) {
        const tkz__constraint *constraint = &lattice->waiting[i];
        if (constraint->end > size)
            status = tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_lattice_parse",
                                    constraint->start,
                                    "a constraint is behind the sentence of %u bytes", size);
        else if (constraint->pattern == UINT32_MAX)
            lattice->borders[constraint->start] = constraint->border;
        else
            force_word(lattice, (uint32_t)constraint->start, (uint32_t)constraint->end,
                       constraint->pattern);
    }
    tkz_lattice_clear_constraints(lattice);
    if (status == TKZ_OK) {
        lattice->borders[0] = TKZ__BORDER_FIXED;
        lattice->borders[size] = TKZ__BORDER_FIXED;
    }
    return status;
}

/* ---- MeCab's lines ---- */

/* One line: a surface, and what is between the first and the second TAB. */
typedef struct partial_line {
    const char *surface;
    size_t surface_size;
    const char *feature; /* NULL: no word but a part of the text */
    size_t feature_size;
} partial_line;

/* The next line; false at the end and behind a line "EOS". */
static bool next_line(const char **at, const char *end, partial_line *line)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    if (stop == NULL)
        stop = end;
    const char *tab = memchr(*at, '\t', (size_t)(stop - *at));
    *line = (partial_line){*at, (size_t)((tab != NULL ? tab : stop) - *at), NULL, 0};
    if (tab == NULL && line->surface_size == 3 && memcmp(line->surface, "EOS", 3) == 0)
        return false;
    if (tab != NULL) {
        line->feature = tab + 1;
        const char *second = memchr(line->feature, '\t', (size_t)(stop - line->feature));
        line->feature_size = (size_t)((second != NULL ? second : stop) - line->feature);
    }
    *at = stop + 1;
    return true;
}

static tkz_status take_line(tkz_lattice *lattice, uint32_t position, const partial_line *line,
                            tkz_error *error)
{
    uint32_t end = position + (uint32_t)line->surface_size;
    lattice->borders[position] = TKZ__BORDER_FIXED;
    lattice->borders[end] = TKZ__BORDER_FIXED;
    if (line->feature == NULL || line->surface_size == 0)
        return TKZ_OK;
    force_word(lattice, position, end, (uint32_t)lattice->pattern_text.size);
    tkz_status status = tkz__buffer_append(&lattice->pattern_text, line->feature,
                                           line->feature_size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&lattice->pattern_text, '\0', error);
    return status;
}

tkz_status tkz__lattice_read_partial(tkz_lattice *lattice, const char *text, size_t size,
                                     tkz_error *error)
{
    forget(lattice);
    tkz_lattice_clear_constraints(lattice);
    tkz__buffer_clear(&lattice->sentence);
    const char *at = text, *end = text + size;
    bool is_empty = true;
    partial_line line;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && next_line(&at, end, &line)) {
        status = tkz__buffer_append(&lattice->sentence, line.surface, line.surface_size, error);
        is_empty = false;
    }
    if (status != TKZ_OK)
        return status;
    uint32_t position = 0;
    if (!is_empty)
        status = make_room(lattice, (uint32_t)lattice->sentence.size, error);
    for (at = text; status == TKZ_OK && next_line(&at, end, &line);) {
        status = take_line(lattice, position, &line, error);
        position += (uint32_t)line.surface_size;
    }
    return status;
}

/* ---- What constraints allow ---- */

/* MeCab: partial_match. Fields must be equal or "*"; those that one side lacks do not matter. */
static bool matches(const char *pattern, const char *feature)
{
    if (strcmp(pattern, "*") == 0)
        return true;
    tkz__csv_fields left, right;
    tkz__csv_field a, b;
    tkz__csv_begin(&left, pattern, strlen(pattern));
    tkz__csv_begin(&right, feature, strlen(feature));
    while (tkz__csv_next(&left, &a) && tkz__csv_next(&right, &b)) {
        if (!tkz__csv_is(a, '*') && !tkz__csv_equal(a, b))
            return false;
    }
    return true;
}

bool tkz__lattice_allows(const tkz_lattice *lattice, const tkz__node *node)
{
    if (lattice->borders[node->end] == TKZ__BORDER_INSIDE)
        return false;
    uint32_t pattern = lattice->patterns[node->begin];
    if (pattern == 0)
        return true;
    return lattice->borders[node->begin] == TKZ__BORDER_FIXED &&
           lattice->borders[node->end] == TKZ__BORDER_FIXED &&
           matches((const char *)lattice->pattern_text.data + pattern - 1, node->feature);
}
