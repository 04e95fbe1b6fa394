/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a sentence as JSON. Leans on the public lattice.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/morph_json.h"
#include "tools/morph_printer.h"

uint64_t count_characters(const char *text, uint64_t start, uint64_t end)
{
    uint64_t count = 0;
    for (uint64_t i = start; i < end; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static void append_number(struct text *result, const char *name, int64_t value)
{
    char piece[80];
    snprintf(piece, sizeof piece, "\"%s\":%" PRId64 ",", name, value);
    text_append_string(result, piece);
}

/* One field of a feature that stands in quotes, in which two quotes are one; returns what is behind. */
static const char *append_quoted(struct text *result, const char *at, const char *end)
{
    struct text field = {0};
    for (; at < end; at++) {
        if (*at == '"' && (++at == end || *at != '"'))
            break;
        text_append(&field, at, 1);
    }
    text_append_json(result, field.data, field.size);
    result->failed |= field.failed;
    text_free(&field);
    const char *comma = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;
    return comma != NULL ? comma : end;
}

/* The fields of a feature as an array of strings. */
static void append_fields(struct text *result, const char *feature, size_t size)
{
    const char *at = feature, *end = feature + size;
    text_append_string(result, "[");
    while (at < end) {
        if (at != feature)
            text_append_string(result, ",");
        if (*at == '"') {
            at = append_quoted(result, at + 1, end);
        } else {
            const char *comma = memchr(at, ',', (size_t)(end - at));
            const char *stop = comma != NULL ? comma : end;
            text_append_json(result, at, (size_t)(stop - at));
            at = stop;
        }
        at += at < end;
    }
    text_append_string(result, "]");
}

void morph_json_word(struct text *result, const tkz_lattice_word *word, const char *text,
                     uint64_t *character, uint64_t *position, bool with_probability)
{
    const tkz_morpheme *m = &word->morpheme;
    char piece[64];
    if (m->start < *position) /* words that overlap */
        *character = *position = 0;
    *character += count_characters(text, *position, m->start);
    *position = m->start;
    text_append_string(result, "{\"surface\":");
    text_append_json(result, text + m->start, (size_t)(m->end - m->start));
    text_append_string(result, ",\"space\":");
    text_append_json(result, text + m->space_start, (size_t)(m->start - m->space_start));
    text_append_string(result, ",");
    append_number(result, "start", (int64_t)m->start);
    append_number(result, "end", (int64_t)m->end);
    append_number(result, "start_character", (int64_t)*character);
    append_number(result, "end_character",
                  (int64_t)(*character + count_characters(text, m->start, m->end)));
    append_number(result, "word_cost", m->word_cost);
    append_number(result, "connection_cost", word->connection_cost);
    append_number(result, "path_cost", word->cost);
    append_number(result, "left_id", m->left_id);
    append_number(result, "right_id", m->right_id);
    append_number(result, "part_of_speech_id", m->part_of_speech_id);
    if (with_probability) {
        snprintf(piece, sizeof piece, "\"probability\":%.6f,", (double)word->probability);
        text_append_string(result, piece);
    }
    text_append_string(result, m->is_unknown ? "\"unknown\":true," : "\"unknown\":false,");
    text_append_string(result, word->is_best ? "\"best\":true," : "\"best\":false,");
    text_append_string(result, "\"feature\":");
    append_fields(result, m->feature, m->feature_size);
    text_append_string(result, "}");
}

tkz_status morph_json_path(const struct morph_request *request, tkz_lattice *lattice,
                           const char *text, size_t size, struct text *result, tkz_error *error)
{
    const tkz_lattice_word *words;
    size_t count;
    int64_t cost;
    tkz_status status = tkz_lattice_words(lattice, &words, &count, &cost, error);
    if (status != TKZ_OK)
        return status;
    text_append_string(result, "{");
    append_number(result, "cost", cost);
    text_append_string(result, "\"words\":[");
    uint64_t character = 0, position = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_append_string(result, ",");
        morph_json_word(result, &words[i], text, &character, &position,
                        (request->lattice_requests & TKZ_LATTICE_MARGINALS) != 0);
        if (words[i].morpheme.end > end)
            end = words[i].morpheme.end;
    }
    text_append_string(result, "],\"space_behind\":");
    text_append_json(result, text + end, size - (size_t)end);
    text_append_string(result, "}");
    return TKZ_OK;
}
