/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a sentence was cut as it was: each stretch where another way costs little
 * more, with the costs of both. Leans on the public lattice.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/morph_json.h"
#include "tools/morph_printer.h"
#include "tools/table.h"

enum { SURFACE_WIDTH = 16 };

__attribute__((format(printf, 2, 3))) static void append(struct text *result, const char *format,
                                                          ...)
{
    char piece[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    text_append_string(result, piece);
}

/* A surface, filled up with blanks. */
static void append_surface(struct text *result, const char *surface, size_t size)
{
    char copy[256];
    size_t kept = size < sizeof copy ? size : 0;
    text_append(result, surface, size);
    memcpy(copy, surface, kept);
    copy[kept] = '\0';
    size_t width = kept > 0 ? display_width(copy) : SURFACE_WIDTH;
    append(result, "%*s", width < SURFACE_WIDTH ? (int)(SURFACE_WIDTH - width) : 0, "");
}

/* The rows of one side, and of what stands behind it. */
static void append_side(struct text *result, const char *name, const char *text,
                        const tkz_lattice_word *words, size_t count, int32_t following_cost,
                        int64_t cost)
{
    for (size_t i = 0; i < count; i++) {
        const tkz_morpheme *m = &words[i].morpheme;
        append(result, "  %-7s ", i == 0 ? name : "");
        append_surface(result, text + m->start, (size_t)(m->end - m->start));
        append(result, " %7" PRId32 " %7" PRId32 " %8" PRId32 "  ", m->word_cost,
               words[i].connection_cost, m->word_cost + words[i].connection_cost);
        text_append(result, m->feature, m->feature_size);
        text_append_string(result, "\n");
    }
    append(result, "  %-7s %-*s %7s %7" PRId32 " %8" PRId64 "  to the next word, and total\n",
           count == 0 ? name : "", SURFACE_WIDTH, "", "", following_cost, cost);
}

static void append_rival(struct text *result, const char *text, const tkz_lattice_rival *rival)
{
    append(result, "%" PRIu64 "-%" PRIu64 " ", rival->start, rival->end);
    text_append(result, text + rival->start, (size_t)(rival->end - rival->start));
    append(result, ": another way costs %" PRId64 " more\n",
           rival->other_cost - rival->best_cost);
    append(result, "  %-7s %-*s %7s %7s %8s\n", "", SURFACE_WIDTH, "", "word", "before", "sum");
    append_side(result, "chosen", text, rival->best, rival->best_count,
                rival->best_following_cost, rival->best_cost);
    append_side(result, "other", text, rival->other, rival->other_count,
                rival->other_following_cost, rival->other_cost);
}

static void append_json_side(struct text *result, const char *name, const char *text,
                             const tkz_lattice_word *words, size_t count, int32_t following_cost,
                             int64_t cost)
{
    append(result, "\"%s\":{\"cost\":%" PRId64 ",\"following_connection_cost\":%" PRId32
                   ",\"words\":[",
           name, cost, following_cost);
    uint64_t character = 0, position = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_append_string(result, ",");
        morph_json_word(result, &words[i], text, &character, &position, false);
    }
    text_append_string(result, "]}");
}

static void append_json_rival(struct text *result, const char *text,
                              const tkz_lattice_rival *rival)
{
    append(result, "{\"start\":%" PRIu64 ",\"end\":%" PRIu64 ",\"text\":", rival->start,
           rival->end);
    text_append_json(result, text + rival->start, (size_t)(rival->end - rival->start));
    append(result, ",\"difference\":%" PRId64 ",", rival->other_cost - rival->best_cost);
    append_json_side(result, "chosen", text, rival->best, rival->best_count,
                     rival->best_following_cost, rival->best_cost);
    text_append_string(result, ",");
    append_json_side(result, "other", text, rival->other, rival->other_count,
                     rival->other_following_cost, rival->other_cost);
    text_append_string(result, "}");
}

/* The first line: the words of the best path with their sum. */
static tkz_status append_best(tkz_lattice *lattice, const char *text, bool as_json,
                              struct text *result, tkz_error *error)
{
    const tkz_lattice_word *words;
    size_t count;
    int64_t cost;
    tkz_status status = tkz_lattice_words(lattice, &words, &count, &cost, error);
    if (status != TKZ_OK)
        return status;
    if (as_json)
        append(result, "{\"cost\":%" PRId64 ",\"surfaces\":[", cost);
    for (size_t i = 0; i < count; i++) {
        const tkz_morpheme *m = &words[i].morpheme;
        if (i > 0)
            text_append_string(result, as_json ? "," : " ");
        if (as_json)
            text_append_json(result, text + m->start, (size_t)(m->end - m->start));
        else
            text_append(result, text + m->start, (size_t)(m->end - m->start));
    }
    if (as_json)
        text_append_string(result, "],\"decisions\":[");
    else
        append(result, "%scost %" PRId64 "\n", count > 0 ? ": " : "", cost);
    return TKZ_OK;
}

tkz_status morph_explain(const struct morph_request *request, tkz_lattice *lattice,
                         const char *text, size_t size, struct text *result, tkz_error *error)
{
    (void)size;
    bool as_json = request->view == MORPH_VIEW_EXPLAIN_JSON;
    const tkz_lattice_rival *rivals;
    size_t count = 0;
    tkz_status status = append_best(lattice, text, as_json, result, error);
    if (status == TKZ_OK)
        status = tkz_lattice_rivals(lattice, request->margin, &rivals, &count, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (as_json && i > 0)
            text_append_string(result, ",");
        if (as_json)
            append_json_rival(result, text, &rivals[i]);
        else
            append_rival(result, text, &rivals[i]);
    }
    text_append_string(result, as_json ? "]}\n" : "\n");
    return TKZ_OK;
}
