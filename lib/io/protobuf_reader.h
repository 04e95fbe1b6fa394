/* SPDX-License-Identifier: Apache-2.0
 *
 * The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): field by field, each
 * with its place in the file and its raw bytes, without copies; and the parts that a writer appends.
 * Leans on buffer.
 */
#ifndef TKZ_IO_PROTOBUF_READER_H
#define TKZ_IO_PROTOBUF_READER_H

#include <stdbool.h>

#include "core/buffer.h"

typedef enum tkz__wire_type {
    TKZ__WIRE_VARINT = 0,
    TKZ__WIRE_FIXED64 = 1,
    TKZ__WIRE_BYTES = 2, /* texts, bytes, messages, packed lists */
    TKZ__WIRE_GROUP = 3,
    TKZ__WIRE_GROUP_END = 4,
    TKZ__WIRE_FIXED32 = 5
} tkz__wire_type;

/* A message: a stretch of a file. Errors are BAD_FORMAT with the file's name and the byte. */
typedef struct tkz__protobuf_reader {
    const uint8_t *file; /* all of it, for places in errors */
    size_t position;     /* of the next field */
    size_t end;          /* of the message */
    const char *where;
    tkz_error *error;
} tkz__protobuf_reader;

typedef struct tkz__protobuf_field {
    uint32_t number;
    tkz__wire_type type;
    size_t start; /* of its tag */
    size_t end;   /* behind its value */
    uint64_t value; /* of VARINT, FIXED32 and FIXED64 */
    size_t value_start; /* of the contents of BYTES */
} tkz__protobuf_field;

tkz__protobuf_reader tkz__protobuf_reader_start(const uint8_t *file, size_t size, const char *where,
                                                tkz_error *error);

/* The next field; groups are gone over as a whole, and checked. `*more` is false at the end of the
 * message. Errors: BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__protobuf_next(tkz__protobuf_reader *reader, tkz__protobuf_field *field,
                                          bool *more);

/* A message in a field of type BYTES. */
tkz__protobuf_reader tkz__protobuf_message(const tkz__protobuf_reader *reader,
                                           const tkz__protobuf_field *field);

/* "WHAT" at a place of the file: BAD_FORMAT. */
tkz_status tkz__protobuf_bad(const tkz__protobuf_reader *reader, size_t place, const char *what);

/* BAD_FORMAT unless the field is of that type; `name` says which field it is. */
TKZ_CHECKED tkz_status tkz__protobuf_expect(const tkz__protobuf_reader *reader,
                                            const tkz__protobuf_field *field, tkz__wire_type type,
                                            const char *name);

static inline const uint8_t *tkz__protobuf_bytes(const tkz__protobuf_reader *reader,
                                                 const tkz__protobuf_field *field, size_t *size)
{
    *size = field->end - field->value_start;
    return reader->file + field->value_start;
}

/* ---- Writing -------------------------------------------------------------- */

TKZ_CHECKED tkz_status tkz__protobuf_put_varint(tkz__buffer *buffer, uint64_t value,
                                                tkz_error *error);
TKZ_CHECKED tkz_status tkz__protobuf_put_tag(tkz__buffer *buffer, uint32_t number,
                                             tkz__wire_type type, tkz_error *error);
/* A field of type BYTES. */
TKZ_CHECKED tkz_status tkz__protobuf_put_bytes(tkz__buffer *buffer, uint32_t number,
                                               const void *bytes, size_t size, tkz_error *error);
/* One of type VARINT, and one of type FIXED32. */
TKZ_CHECKED tkz_status tkz__protobuf_put_number(tkz__buffer *buffer, uint32_t number,
                                                uint64_t value, tkz_error *error);
TKZ_CHECKED tkz_status tkz__protobuf_put_fixed32(tkz__buffer *buffer, uint32_t number,
                                                 uint32_t value, tkz_error *error);

#endif
