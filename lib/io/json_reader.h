/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one JSON text value by value, without building a tree: large files of known
 * shape, such as tokenizers. The caller asks for what it expects next. Leans on
 * json_string.
 */
#ifndef TKZ_IO_JSON_READER_H
#define TKZ_IO_JSON_READER_H

#include "core/buffer.h"

enum {
    TKZ__JSON_DEPTH = 128 /* nesting that `skip` goes through; serde_json's limit */
};

#define TKZ__JSON_ABSENT SIZE_MAX

typedef enum tkz__json_kind {
    TKZ__JSON_NULL,
    TKZ__JSON_BOOLEAN,
    TKZ__JSON_NUMBER,
    TKZ__JSON_STRING,
    TKZ__JSON_ARRAY,
    TKZ__JSON_OBJECT
} tkz__json_kind;

/* A place in a JSON text. All errors are BAD_FORMAT (BAD_UTF8 for bytes that are none) with the
 * file's name and the byte; what was read before stays read. */
typedef struct tkz__json_reader {
    const char *text;
    size_t size;
    size_t position; /* of what comes next; may be set to the start of any value */
    bool is_first;   /* a bracket was just opened */
    const char *where;
    tkz__buffer scratch; /* the last string that had escapes */
    tkz_error *error;
} tkz__json_reader;

/* Starts at the beginning of `text`, which must live as long. Errors: BAD_UTF8. */
TKZ_CHECKED tkz_status tkz__json_reader_init(tkz__json_reader *reader, const char *text,
                                             size_t size, const char *where,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__json_reader_free(tkz__json_reader *reader); /* also after init failed */

/* "expected WHAT, found ..." at the next value. */
tkz_status tkz__json_reader_expected(tkz__json_reader *reader, const char *what);

/* What kind of value comes next. */
TKZ_CHECKED tkz_status tkz__json_reader_kind(tkz__json_reader *reader, tkz__json_kind *kind);

/* Reads a value of that kind. A string is valid until the next one is read. Numbers are those that
 * are written with digits only. */
TKZ_CHECKED tkz_status tkz__json_reader_string(tkz__json_reader *reader, const char **text,
                                               size_t *size);
TKZ_CHECKED tkz_status tkz__json_reader_u32(tkz__json_reader *reader, uint32_t *value);
TKZ_CHECKED tkz_status tkz__json_reader_boolean(tkz__json_reader *reader, bool *value);
/* Goes over a value of any kind and checks it. */
TKZ_CHECKED tkz_status tkz__json_reader_skip(tkz__json_reader *reader);

/* Opens an object or an array. Then `next_...` says whether there is one more member (its value
 * comes next) or item, or reads the closing bracket. */
TKZ_CHECKED tkz_status tkz__json_reader_object(tkz__json_reader *reader);
TKZ_CHECKED tkz_status tkz__json_reader_array(tkz__json_reader *reader);
TKZ_CHECKED tkz_status tkz__json_reader_next_member(tkz__json_reader *reader, bool *more,
                                                    const char **key, size_t *size);
TKZ_CHECKED tkz_status tkz__json_reader_next_item(tkz__json_reader *reader, bool *more);

/* Goes over an object, checks it and finds where the values of the members named by `keys` start
 * (TKZ__JSON_ABSENT: there is none). A named member that is there twice is an error. */
TKZ_CHECKED tkz_status tkz__json_reader_members(tkz__json_reader *reader, const char *const *keys,
                                                size_t count, size_t *places);

/* The whole text has been read but for white space, or an error. */
TKZ_CHECKED tkz_status tkz__json_reader_end(tkz__json_reader *reader);

#endif
