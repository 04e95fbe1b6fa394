/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON-lines hot path: checks one line and finds chosen string fields in it,
 * without building a tree. Leans on the UTF-8 validator of text.
 */
#ifndef TKZ_IO_JSON_SCANNER_H
#define TKZ_IO_JSON_SCANNER_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/span_map.h"

/* What to do with \uD800..\uDFFF that have no partner. */
typedef enum tkz__surrogates { TKZ__SURROGATES_REJECT, TKZ__SURROGATES_REPLACE } tkz__surrogates;

/* A string field that was found. */
typedef struct tkz__json_field {
    bool present;
    bool is_string;    /* otherwise start..end is another kind of value */
    bool has_escapes;
    size_t start, end; /* bytes of the raw value in the line; of a string without its quotes */
} tkz__json_field;

/* Checks that `line` (without its line end) is one JSON object (RFC 8259, valid UTF-8, NUL bytes
 * and control characters only as escapes, nesting at most 512 deep, white space around it
 * allowed) and finds the top-level members named by `keys` (compared after unescaping; the last
 * one of equal name wins). No recursion. Errors: BAD_UTF8, BAD_JSON; the offset is the byte in
 * the line. */
TKZ_CHECKED tkz_status tkz__json_scan_object(const char *line, size_t size,
                                             const char *const *keys, const size_t *key_sizes,
                                             size_t key_count, tkz__json_field *fields,
                                             tkz_error *error);

/* Unescapes a string field. Without escapes `*text` points into the line; otherwise into the
 * arena. Escaped NUL is a legal byte 0. `map` (NULL = none) receives the span map from the raw
 * value to the text. Errors: LONE_SURROGATE, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__json_unescape(const char *line, const tkz__json_field *field,
                                          tkz__surrogates surrogates, tkz__arena *arena,
                                          const char **text, size_t *text_size,
                                          tkz__span_map *map, tkz_error *error);

/* Appends `text` (valid UTF-8) as a JSON string with its quotes: the two-character escapes where
 * JSON has them, \u00XX for other control characters, everything else as it is. */
TKZ_CHECKED tkz_status tkz__json_append_string(tkz__buffer *buffer, const char *text, size_t size,
                                               tkz_error *error);

/* Appends `data`, any bytes, in base64 with padding and without quotes. */
TKZ_CHECKED tkz_status tkz__append_base64(tkz__buffer *buffer, const void *data, size_t size,
                                          tkz_error *error);
/* Appends what base64 with padding says. What is none leaves the buffer as it is and `*is_valid`
 * false. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__append_base64_decoded(tkz__buffer *buffer, const char *text,
                                                  size_t size, bool *is_valid, tkz_error *error);

#endif
