/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of an input that may be compressed. Leans on the library's input.
 */
#include "tools/line_reader.h"

#include <stdlib.h>
#include <string.h>

/* 256 KiB is the size of the library's own buffer, which is then passed by. */
enum { READ_SIZE = 256 * 1024 };

tkz_status line_reader_open(struct line_reader *reader, const char *path, tkz_error *error)
{
    *reader = (struct line_reader){0};
    return tkz_input_open(&reader->input, path, NULL, error);
}

void line_reader_close(struct line_reader *reader)
{
    tkz_input_close(reader->input);
    free(reader->data);
    *reader = (struct line_reader){0};
}

/* Moves what is left to the front and reads more behind it. */
static tkz_status fill(struct line_reader *reader, tkz_error *error)
{
    if (reader->start > 0) {
        memmove(reader->data, reader->data + reader->start, reader->size - reader->start);
        reader->size -= reader->start;
        reader->scanned -= reader->start;
        reader->start = 0;
    }
    if (reader->capacity - reader->size < READ_SIZE) {
        size_t capacity = reader->capacity == 0 ? 2 * (size_t)READ_SIZE : reader->capacity * 2;
        char *larger = realloc(reader->data, capacity);
        if (larger == NULL) {
            tkz_error_clear(error);
            return TKZ_STATUS_OUT_OF_MEMORY;
        }
        reader->data = larger;
        reader->capacity = capacity;
    }
    size_t count = 0;
    tkz_status status = tkz_input_read(reader->input, reader->data + reader->size, READ_SIZE,
                                       &count, error);
    reader->size += count;
    reader->at_end = status == TKZ_OK && count == 0;
    return status;
}

tkz_status line_reader_next(struct line_reader *reader, const char **line, size_t *size,
                            tkz_error *error)
{
    *line = NULL;
    *size = 0;
    for (;;) {
        size_t unscanned = reader->size - reader->scanned;
        char *end = unscanned == 0
                        ? NULL
                        : memchr(reader->data + reader->scanned, '\n', unscanned);
        size_t stop = end != NULL ? (size_t)(end - reader->data) : reader->size;
        reader->scanned = stop;
        if (end == NULL && !reader->at_end) {
            tkz_status status = fill(reader, error);
            if (status != TKZ_OK)
                return status;
            continue;
        }
        if (end == NULL && reader->start == reader->size)
            return TKZ_OK;
        *line = reader->data + reader->start;
        *size = stop - reader->start;
        if (end != NULL && *size > 0 && (*line)[*size - 1] == '\r')
            --*size;
        reader->start = reader->scanned = end != NULL ? stop + 1 : stop;
        reader->line++;
        return TKZ_OK;
    }
}
