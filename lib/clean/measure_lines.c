/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines and paragraphs as datatrove's filters cut them (0.10.1, pipeline/filters/gopher_repetition_filter.py,
 * gopher_quality_filter.py, fineweb_quality_filter.py, c4_filters.py), by one walk for each way. Leans on
 * measuring and char_class.
 */
#include <string.h>

#include "clean/measuring.h"
#include "text/char_class.h"

enum { SHORT_LINE = 30 };

typedef struct walk {
    tkz__measuring *measuring;
    tkz__line_measures *found;
    tkz_error *error;
} walk;

/* Counts one more item, and where it was there before also that and its characters. */
static tkz_status count_item(const walk *w, size_t start, size_t end, uint64_t *items,
                             uint64_t *repeated, uint64_t *repeated_characters)
{
    bool seen;
    tkz_status status =
        tkz__item_set_add(&w->measuring->lines, w->measuring->characters + start,
                          (end - start) * sizeof *w->measuring->characters, &seen, w->error);
    if (status != TKZ_OK)
        return status;
    ++*items;
    *repeated += seen;
    *repeated_characters += seen ? end - start : 0;
    return TKZ_OK;
}

/* What stands between runs of at least `least` line feeds from `start` to `end`, also if it is empty:
 * re.split("\n{least,}"). */
static tkz_status split_runs(const walk *w, size_t start, size_t end, size_t least,
                             uint64_t *items, uint64_t *repeated, uint64_t *repeated_characters)
{
    const uint32_t *characters = w->measuring->characters;
    tkz_status status = TKZ_OK;
    tkz__item_set_clear(&w->measuring->lines);
    for (size_t i = start; i < end && status == TKZ_OK;) {
        size_t run = i;
        while (run < end && characters[run] == '\n')
            run++;
        if (run - i >= least) {
            status = count_item(w, start, i, items, repeated, repeated_characters);
            start = run;
        }
        i = run > i ? run : i + 1;
    }
    if (status == TKZ_OK)
        status = count_item(w, start, end, items, repeated, repeated_characters);
    return status;
}

static tkz_status walk_gopher(const walk *w)
{
    tkz__line_measures *found = w->found;
    const uint32_t *characters = w->measuring->characters;
    size_t start = 0, end = w->measuring->count;
    tkz_status status = split_runs(w, 0, end, 1, &found->lines, &found->repeated_lines,
                                   &found->repeated_line_characters);
    while (start < end && tkz__is_python_space(characters[start]))
        start++;
    while (start < end && tkz__is_python_space(characters[end - 1]))
        end--;
    if (status == TKZ_OK)
        status = split_runs(w, start, end, 2, &found->paragraphs, &found->repeated_paragraphs,
                            &found->repeated_paragraph_characters);
    return status;
}

/* ---- Lines of FineWeb and mC4 -------------------------------------------- */

/* The three longest so far, in ascending order. */
static void keep_longest(uint64_t longest[3], uint64_t length)
{
    if (length <= longest[0])
        return;
    longest[0] = length;
    for (int i = 0; i < 2 && longest[i] > longest[i + 1]; i++) {
        uint64_t larger = longest[i];
        longest[i] = longest[i + 1];
        longest[i + 1] = larger;
    }
}

static bool is_blank(const uint32_t *line, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!tkz__is_python_space(line[i]))
            return false;
    return true;
}

static tkz_status end_line(const walk *w, size_t start, size_t end)
{
    tkz__line_measures *found = w->found;
    const uint32_t *characters = w->measuring->characters;
    uint64_t repeated = 0;
    if (is_blank(characters + start, end - start))
        return TKZ_OK;
    uint32_t last = tkz__character_flags(w->measuring->kinds, characters[end - 1]);
    found->ended_lines += last >> TKZ__KIND_DATATROVE_TERMINAL & 1;
    found->short_lines += end - start <= SHORT_LINE;
    return count_item(w, start, end, &found->filled_lines, &repeated,
                      &found->repeated_filled_line_characters);
}

static tkz_status walk_fineweb(const walk *w)
{
    const uint32_t *characters = w->measuring->characters;
    size_t count = w->measuring->count, start = 0;
    uint64_t longest[3] = {0, 0, 0};
    tkz_status status = TKZ_OK;
    tkz__item_set_clear(&w->measuring->lines);
    for (size_t i = 0; i <= count && status == TKZ_OK; i++) {
        if (i < count && characters[i] != '\n')
            continue;
        keep_longest(longest, i - start);
        status = end_line(w, start, i);
        w->found->line_feeds += i < count;
        start = i + 1;
    }
    w->found->third_longest = longest[0];
    return status;
}

/* ---- Lines of str.splitlines --------------------------------------------- */

static void end_split_line(tkz__line_measures *found, const uint32_t *line, size_t size)
{
    size_t start = 0;
    found->split_lines++;
    while (start < size && tkz__is_python_space(line[start]))
        start++;
    found->bullet_lines += start < size && (line[start] == 0x2022 || line[start] == '-');
    while (size > start && tkz__is_python_space(line[size - 1]))
        size--;
    bool dots = size - start >= 3 && line[size - 1] == '.' && line[size - 2] == '.' &&
                line[size - 3] == '.';
    found->ellipsis_lines += dots || (size > start && line[size - 1] == 0x2026);
}

static void walk_split_lines(const walk *w)
{
    const uint32_t *characters = w->measuring->characters;
    size_t count = w->measuring->count, start = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tkz__is_python_line_end(characters[i]))
            continue;
        end_split_line(w->found, characters + start, i - start);
        if (characters[i] == '\r' && i + 1 < count && characters[i + 1] == '\n')
            i++;
        start = i + 1;
    }
    if (start < count)
        end_split_line(w->found, characters + start, count - start);
}

/* str.count: from left to right without overlap. */
static void count_marks(const walk *w)
{
    const uint32_t *characters = w->measuring->characters;
    size_t dots = 0;
    for (size_t i = 0; i < w->measuring->count; i++) {
        w->found->hashes += characters[i] == '#';
        w->found->ellipses += characters[i] == 0x2026;
        dots = characters[i] == '.' ? dots + 1 : 0;
        if (dots == 3) {
            w->found->ellipses++;
            dots = 0;
        }
    }
}

tkz_status tkz__measure_lines(tkz__measuring *measuring, tkz_error *error)
{
    walk w = {measuring, &measuring->measures.paragraphs, error};
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    memset(w.found, 0, sizeof *w.found);
    status = walk_gopher(&w);
    if (status == TKZ_OK)
        status = walk_fineweb(&w);
    walk_split_lines(&w);
    count_marks(&w);
    return status;
}
