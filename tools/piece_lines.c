/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a list of pieces, one on each line. Leans on files.h.
 */
#include "tools/piece_lines.h"

#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"

void piece_lines_free(struct piece_lines *pieces)
{
    free(pieces->data);
    free(pieces->offsets);
    free(pieces->scores);
}

/* One line, PIECE or PIECE TAB SCORE; the text moves to the end of those before. */
static int take_line(struct piece_lines *pieces, const char *path, size_t number, char *line,
                     size_t size, bool *has_scores)
{
    char *tab = memchr(line, '\t', size), *end;
    if (tab != NULL) {
        *tab = '\0';
        line[size] = '\0';
        pieces->scores[pieces->list.count] = strtod(tab + 1, &end);
        if (end == tab + 1 || *end != '\0') {
            message(path, "line %zu: '%s' is no score", number, tab + 1);
            return EXIT_USAGE;
        }
        size = (size_t)(tab - line);
    }
    if (pieces->list.count > 0 && (tab != NULL) != *has_scores) {
        message(path, "line %zu: either every line has a score behind a TAB, or none", number);
        return EXIT_USAGE;
    }
    *has_scores = tab != NULL;
    uint64_t start = pieces->offsets[pieces->list.count++];
    memmove(pieces->data + start, line, size);
    pieces->offsets[pieces->list.count] = start + size;
    return EXIT_DONE;
}

int piece_lines_read(struct piece_lines *pieces, const char *path)
{
    size_t size, lines = 1, number = 0;
    bool has_scores = false;
    int code = read_whole(path, &pieces->data, &size);
    if (code != EXIT_DONE)
        return code;
    for (size_t i = 0; i < size; i++)
        lines += pieces->data[i] == '\n';
    pieces->offsets = calloc(lines + 1, sizeof *pieces->offsets);
    pieces->scores = calloc(lines + 1, sizeof *pieces->scores);
    if (pieces->offsets == NULL || pieces->scores == NULL)
        return message_no_memory();
    for (char *at = pieces->data, *stop = at + size; code == EXIT_DONE && at < stop;) {
        char *end = memchr(at, '\n', (size_t)(stop - at));
        size_t length = (size_t)((end != NULL ? end : stop) - at);
        number++;
        if (length > 0)
            code = take_line(pieces, path, number, at, length, &has_scores);
        at += length + 1;
    }
    pieces->list.data = pieces->data;
    pieces->list.offsets = pieces->offsets;
    pieces->list.scores = has_scores ? pieces->scores : NULL;
    return code;
}
