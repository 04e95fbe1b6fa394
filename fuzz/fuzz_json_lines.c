/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: every line of the input through the JSON scanner, and what is
 * accepted through unescaping and back.
 */
#include <stdlib.h>
#include <string.h>

#include "io/json_scanner.h"
#include "tokenize/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static const char *const keys[] = {"text", "id", ""};
static const size_t key_sizes[] = {4, 2, 0};
enum { KEY_COUNT = 3 };

/* {"text": TEXT} written and read again gives TEXT. */
static void round_trip(const char *text, size_t size)
{
    tkz__buffer line;
    tkz__buffer_init(&line, NULL);
    demand(tkz__buffer_append_text(&line, "{\"text\":", NULL) == TKZ_OK);
    demand(tkz__json_append_string(&line, text, size, NULL) == TKZ_OK);
    demand(tkz__buffer_append_text(&line, "}", NULL) == TKZ_OK);
    tkz__json_field fields[KEY_COUNT];
    const char *start = (const char *)line.data;
    demand(tkz__json_scan_object(start, line.size, keys, key_sizes, KEY_COUNT, fields, NULL) ==
           TKZ_OK);
    tkz__arena arena;
    tkz__arena_init(&arena, NULL);
    const char *again;
    size_t again_size;
    demand(tkz__json_unescape(start, &fields[0], TKZ__SURROGATES_REJECT, &arena, &again,
                              &again_size, NULL, NULL) == TKZ_OK);
    demand(again_size == size && memcmp(again, text, size) == 0);
    tkz__arena_free(&arena);
    tkz__buffer_free(&line);
}

static void check_string(const char *line, const tkz__json_field *field)
{
    tkz__arena arena;
    tkz__arena_init(&arena, NULL);
    tkz__span_map map;
    tkz__span_map_init(&map, NULL);
    const char *text;
    size_t size;
    demand(tkz__json_unescape(line, field, TKZ__SURROGATES_REPLACE, &arena, &text, &size, &map,
                              NULL) == TKZ_OK);
    demand(tkz_utf8_valid_prefix(text, size) == size);
    demand(tkz__span_map_source_size(&map) == field->end - field->start);
    demand(tkz__span_map_target_size(&map) == size);
    for (size_t i = 0; i < map.count; i++) {
        const tkz__span_run *run = &map.runs[i];
        if (run->identity)
            demand(memcmp(line + field->start + run->source_start, text + run->target_start,
                          run->source_size) == 0);
    }
    round_trip(text, size);

    const char *strict;
    size_t strict_size;
    tkz_status status = tkz__json_unescape(line, field, TKZ__SURROGATES_REJECT, &arena, &strict,
                                           &strict_size, NULL, NULL);
    demand(status == TKZ_OK || status == TKZ_STATUS_LONE_SURROGATE);
    if (status == TKZ_OK)
        demand(strict_size == size && memcmp(strict, text, size) == 0);
    tkz__span_map_free(&map);
    tkz__arena_free(&arena);
}

static void check_line(const char *line, size_t size)
{
    tkz__json_field fields[KEY_COUNT];
    tkz_error error;
    tkz_error_clear(&error);
    tkz_status status =
        tkz__json_scan_object(line, size, keys, key_sizes, KEY_COUNT, fields, &error);
    if (status != TKZ_OK) {
        demand(status == TKZ_STATUS_BAD_JSON || status == TKZ_STATUS_BAD_UTF8);
        demand(error.code == status && error.offset <= size && error.message[0] != '\0');
        return;
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (!fields[i].present)
            continue;
        demand(fields[i].start <= fields[i].end && fields[i].end <= size);
        if (fields[i].is_string)
            check_string(line, &fields[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *rest = (const char *)data;
    while (size > 0) {
        const char *end = memchr(rest, '\n', size);
        size_t length = end != NULL ? (size_t)(end - rest) : size;
        check_line(rest, length);
        length += end != NULL;
        rest += length;
        size -= length;
    }
    return 0;
}
