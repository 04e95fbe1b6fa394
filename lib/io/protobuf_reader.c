/* SPDX-License-Identifier: Apache-2.0
 *
 * Protocol Buffers on the wire. A library would say less well where a file is wrong, would not keep
 * what it does not know as it was, and would allocate by itself. Leans on buffer.
 */
#include "io/protobuf_reader.h"

/* Groups in groups; the decoder of Google allows 100. */
enum { GROUP_DEPTH = 100 };

tkz__protobuf_reader tkz__protobuf_reader_start(const uint8_t *file, size_t size, const char *where,
                                                tkz_error *error)
{
    return (tkz__protobuf_reader){.file = file, .end = size, .where = where, .error = error};
}

tkz_status tkz__protobuf_bad(const tkz__protobuf_reader *reader, size_t place, const char *what)
{
    return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, place, "%s", what);
}

/* ---- Reading -------------------------------------------------------------- */

static tkz_status read_varint(tkz__protobuf_reader *reader, uint64_t *value)
{
    size_t start = reader->position;
    *value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (reader->position == reader->end)
            return tkz__protobuf_bad(reader, start, "a number ends behind its message");
        uint8_t byte = reader->file[reader->position++];
        if (shift == 63 && byte > 1)
            break;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return TKZ_OK;
    }
    return tkz__protobuf_bad(reader, start, "a number of more than 64 bits");
}

static tkz_status read_fixed(tkz__protobuf_reader *reader, size_t size, uint64_t *value)
{
    if (reader->end - reader->position < size)
        return tkz__protobuf_bad(reader, reader->position, "a number ends behind its message");
    const uint8_t *bytes = reader->file + reader->position;
    *value = size == 4 ? tkz__load_u32(bytes) : tkz__load_u64(bytes);
    reader->position += size;
    return TKZ_OK;
}

/* Reads a tag, and goes over the value unless it is a group. */
static tkz_status read_field(tkz__protobuf_reader *reader, tkz__protobuf_field *field)
{
    uint64_t tag, size;
    *field = (tkz__protobuf_field){.start = reader->position};
    tkz_status status = read_varint(reader, &tag);
    if (status != TKZ_OK)
        return status;
    if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF)
        return tkz__protobuf_bad(reader, field->start, "no field has that number");
    field->number = (uint32_t)(tag >> 3);
    field->type = (tkz__wire_type)(tag & 7);
    field->value_start = reader->position;
    switch (field->type) {
    case TKZ__WIRE_VARINT:
        status = read_varint(reader, &field->value);
        break;
    case TKZ__WIRE_FIXED64:
        status = read_fixed(reader, 8, &field->value);
        break;
    case TKZ__WIRE_FIXED32:
        status = read_fixed(reader, 4, &field->value);
        break;
    case TKZ__WIRE_BYTES:
        status = read_varint(reader, &size);
        if (status == TKZ_OK && size > reader->end - reader->position)
            return tkz__protobuf_bad(reader, field->start,
                                     "a field is longer than the message that it is in");
        field->value_start = reader->position;
        if (status == TKZ_OK)
            reader->position += (size_t)size;
        break;
    case TKZ__WIRE_GROUP:
    case TKZ__WIRE_GROUP_END:
        break;
    default:
        return tkz__protobuf_bad(reader, field->start, "no field has that wire type");
    }
    field->end = reader->position;
    return status;
}

/* Goes over the rest of a group. */
static tkz_status skip_group(tkz__protobuf_reader *reader, const tkz__protobuf_field *group)
{
    uint32_t open[GROUP_DEPTH] = {group->number};
    size_t depth = 1;
    while (depth > 0) {
        tkz__protobuf_field field;
        if (reader->position == reader->end)
            return tkz__protobuf_bad(reader, group->start, "a group has no end");
        tkz_status status = read_field(reader, &field);
        if (status != TKZ_OK)
            return status;
        if (field.type == TKZ__WIRE_GROUP_END && field.number != open[--depth])
            return tkz__protobuf_bad(reader, field.start, "the end of another group");
        if (field.type == TKZ__WIRE_GROUP && depth == GROUP_DEPTH)
            return tkz__protobuf_bad(reader, field.start, "too many groups in groups");
        if (field.type == TKZ__WIRE_GROUP)
            open[depth++] = field.number;
    }
    return TKZ_OK;
}

tkz_status tkz__protobuf_next(tkz__protobuf_reader *reader, tkz__protobuf_field *field, bool *more)
{
    *more = reader->position < reader->end;
    if (!*more)
        return TKZ_OK;
    tkz_status status = read_field(reader, field);
    if (status != TKZ_OK)
        return status;
    if (field->type == TKZ__WIRE_GROUP_END)
        return tkz__protobuf_bad(reader, field->start, "the end of a group that did not begin");
    if (field->type == TKZ__WIRE_GROUP)
        status = skip_group(reader, field);
    field->end = reader->position;
    return status;
}

tkz__protobuf_reader tkz__protobuf_message(const tkz__protobuf_reader *reader,
                                           const tkz__protobuf_field *field)
{
    tkz__protobuf_reader message = *reader;
    message.position = field->value_start;
    message.end = field->end;
    return message;
}

tkz_status tkz__protobuf_expect(const tkz__protobuf_reader *reader,
                                const tkz__protobuf_field *field, tkz__wire_type type,
                                const char *name)
{
    if (field->type == type)
        return TKZ_OK;
    return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, field->start,
                          "%s has another wire type than it should", name);
}

/* ---- Writing -------------------------------------------------------------- */

tkz_status tkz__protobuf_put_varint(tkz__buffer *buffer, uint64_t value, tkz_error *error)
{
    uint8_t bytes[10];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    return tkz__buffer_append(buffer, bytes, size, error);
}

tkz_status tkz__protobuf_put_tag(tkz__buffer *buffer, uint32_t number, tkz__wire_type type,
                                 tkz_error *error)
{
    return tkz__protobuf_put_varint(buffer, (uint64_t)number << 3 | (uint64_t)type, error);
}

tkz_status tkz__protobuf_put_bytes(tkz__buffer *buffer, uint32_t number, const void *bytes,
                                   size_t size, tkz_error *error)
{
    tkz_status status = tkz__protobuf_put_tag(buffer, number, TKZ__WIRE_BYTES, error);
    if (status == TKZ_OK)
        status = tkz__protobuf_put_varint(buffer, size, error);
    return status == TKZ_OK ? tkz__buffer_append(buffer, bytes, size, error) : status;
}

tkz_status tkz__protobuf_put_number(tkz__buffer *buffer, uint32_t number, uint64_t value,
                                    tkz_error *error)
{
    tkz_status status = tkz__protobuf_put_tag(buffer, number, TKZ__WIRE_VARINT, error);
    return status == TKZ_OK ? tkz__protobuf_put_varint(buffer, value, error) : status;
}

tkz_status tkz__protobuf_put_fixed32(tkz__buffer *buffer, uint32_t number, uint32_t value,
                                     tkz_error *error)
{
    tkz_status status = tkz__protobuf_put_tag(buffer, number, TKZ__WIRE_FIXED32, error);
    return status == TKZ_OK ? tkz__buffer_append_u32(buffer, value, error) : status;
}
