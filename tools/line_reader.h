/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of an input that may be compressed. Leans on the library's input.
 */
#ifndef TOOLS_LINE_READER_H
#define TOOLS_LINE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "tokenize/io.h"

struct line_reader {
    tkz_input *input;
    char *data;
    size_t size;  /* bytes in `data` */
    size_t start; /* of the next line */
    size_t scanned; /* no line end before it */
    size_t capacity;
    uint64_t line; /* number of the line that was read last, from 1 */
    bool at_end;
};

TKZ_CHECKED tkz_status line_reader_open(struct line_reader *reader, const char *path,
                                        tkz_error *error);

/* The next line without its LF or CR LF; valid until the next call. `*line` is NULL at the end. */
TKZ_CHECKED tkz_status line_reader_next(struct line_reader *reader, const char **line,
                                        size_t *size, tkz_error *error);
void line_reader_close(struct line_reader *reader);

#endif /* TOOLS_LINE_READER_H */
