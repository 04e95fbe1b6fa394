/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of token ids, as `tokenize encode` writes them: with blanks between, or
 * as JSON. Leans on jansson for the latter.
 */
#include "tools/id_line.h"

#include <stdlib.h>

static const char no_memory[] = "out of memory";

bool id_line_reserve(struct id_line *line, size_t count)
{
    if (count <= line->capacity)
        return true;
    size_t capacity = line->capacity == 0 ? 1024 : line->capacity;
    while (capacity < count && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    if (capacity < count || capacity > SIZE_MAX / sizeof *line->ids)
        return false;
    uint32_t *larger = realloc(line->ids, capacity * sizeof *larger);
    if (larger == NULL)
        return false;
    line->ids = larger;
    line->capacity = capacity;
    return true;
}

static const char *parse_numbers(struct id_line *line, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        if (text[at] == ' ' || text[at] == '\t') {
            at++;
            continue;
        }
        uint64_t number = 0;
        size_t start = at;
        for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
            number = number * 10 + (uint64_t)(text[at] - '0');
            if (number > UINT32_MAX)
                return "a token id is too large";
        }
        bool ends = at == size || text[at] == ' ' || text[at] == '\t';
        if (at == start || !ends)
            return "this is not a line of token ids";
        if (!id_line_reserve(line, line->count + 1))
            return no_memory;
        line->ids[line->count++] = (uint32_t)number;
    }
    return NULL;
}

static const char *parse_json(struct id_line *line, const char *text, size_t size)
{
    json_t *record = json_loadb(text, size, JSON_ALLOW_NUL, NULL);
    if (record == NULL)
        return "this is not valid JSON";
    const json_t *ids = json_object_get(record, "ids");
    const char *fault = json_is_array(ids) ? NULL : "the record has no array \"ids\"";
    size_t count = json_array_size(ids);
    if (fault == NULL && !id_line_reserve(line, count))
        fault = no_memory;
    for (size_t i = 0; i < count && fault == NULL; i++) {
        const json_t *number = json_array_get(ids, i);
        json_int_t value = json_integer_value(number);
        if (!json_is_integer(number) || value < 0 || value > (json_int_t)UINT32_MAX) {
            fault = "\"ids\" holds something that is not a token id";
        } else {
            line->ids[line->count++] = (uint32_t)value;
        }
    }
    line->id = json_incref(json_object_get(record, "id"));
    json_decref(record);
    return fault;
}

const char *id_line_parse(struct id_line *line, const char *text, size_t size)
{
    line->count = 0;
    json_decref(line->id);
    line->id = NULL;
    if (size > 0 && text[0] == '{')
        return parse_json(line, text, size);
    return parse_numbers(line, text, size);
}

void id_line_free(struct id_line *line)
{
    json_decref(line->id);
    free(line->ids);
    *line = (struct id_line){0};
}
