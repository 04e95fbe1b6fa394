/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON pull reader (RFC 8259). The caller's code is the stack; only `skip`
 * needs one of its own, a bit per open bracket. Leans on the UTF-8 validator and on
 * json_string.
 */
#include "io/json_reader.h"

#include <string.h>

#include "io/json_string.h"
#include "text/utf8.h"
#include "tokenize/text.h"

tkz_status tkz__json_reader_init(tkz__json_reader *reader, const char *text, size_t size,
                                 const char *where, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    *reader = (tkz__json_reader){.text = text, .size = size, .where = where, .error = error};
    tkz__buffer_init(&reader->scratch, allocator);
    size_t valid = tkz_utf8_valid_prefix(text, size);
    if (valid < size)
        return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, where, valid,
                              "not UTF-8: byte 0x%02X does not belong here",
                              (unsigned)(uint8_t)text[valid]);
    return TKZ_OK;
}

void tkz__json_reader_free(tkz__json_reader *reader)
{
    tkz__buffer_free(&reader->scratch);
}

/* ---- Errors ------------------------------------------------------------ */

static tkz_status expected_at(tkz__json_reader *reader, size_t position, const char *what)
{
    if (position >= reader->size)
        return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, position,
                              "expected %s, found the end of the file", what);
    uint8_t byte = (uint8_t)reader->text[position];
    if (byte > 0x20 && byte < 0x7F)
        return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, position,
                              "expected %s, found '%c'", what, byte);
    return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, position,
                          "expected %s, found byte 0x%02X", what, byte);
}

/* ---- Small parts -------------------------------------------------------- */

static void skip_white_space(tkz__json_reader *reader)
{
    while (reader->position < reader->size) {
        char c = reader->text[reader->position];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        reader->position++;
    }
}

static bool at_byte(const tkz__json_reader *reader, char byte)
{
    return reader->position < reader->size && reader->text[reader->position] == byte;
}

tkz_status tkz__json_reader_expected(tkz__json_reader *reader, const char *what)
{
    skip_white_space(reader);
    return expected_at(reader, reader->position, what);
}

static tkz_status take(tkz__json_reader *reader, char byte, const char *what)
{
    skip_white_space(reader);
    if (!at_byte(reader, byte))
        return expected_at(reader, reader->position, what);
    reader->position++;
    return TKZ_OK;
}

tkz_status tkz__json_reader_kind(tkz__json_reader *reader, tkz__json_kind *kind)
{
    skip_white_space(reader);
    char byte = reader->position < reader->size ? reader->text[reader->position] : 0;
    if (byte == '{')
        *kind = TKZ__JSON_OBJECT;
    else if (byte == '[')
        *kind = TKZ__JSON_ARRAY;
    else if (byte == '"')
        *kind = TKZ__JSON_STRING;
    else if (byte == 't' || byte == 'f')
        *kind = TKZ__JSON_BOOLEAN;
    else if (byte == 'n')
        *kind = TKZ__JSON_NULL;
    else if (byte == '-' || (byte >= '0' && byte <= '9'))
        *kind = TKZ__JSON_NUMBER;
    else
        return expected_at(reader, reader->position, "a value");
    return TKZ_OK;
}

/* ---- Strings ------------------------------------------------------------ */

/* From behind the opening quotation mark to behind the closing one; `*end` is in front of that. */
static tkz_status scan_string(tkz__json_reader *reader, size_t *end, bool *has_escapes)
{
    size_t at = reader->position;
    *has_escapes = false;
    for (;;) {
        at += tkz__json_plain_run(reader->text + at, reader->size - at);
        if (at >= reader->size)
            return expected_at(reader, at, "a quotation mark that ends the string");
        if (reader->text[at] == '"') {
            *end = at;
            reader->position = at + 1;
            return TKZ_OK;
        }
        if (reader->text[at] != '\\')
            return expected_at(reader, at, "an escape in place of a control character");
        uint32_t character;
        size_t length =
            tkz__json_escape_decode(reader->text + at, reader->size - at, &character);
        if (length == 0)
            return expected_at(reader, at + 1,
                               "an escape (one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX)");
        if ((character & 0xFFFFF800u) == 0xD800)
            return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, at,
                                  "a surrogate without its partner");
        *has_escapes = true;
        at += length;
    }
}

/* Appends the meaning of a checked string to the scratch; there is room. */
static void unescape(tkz__json_reader *reader, size_t start, size_t end)
{
    char *target = (char *)reader->scratch.data;
    size_t made = 0;
    for (size_t at = start; at < end;) {
        size_t plain = tkz__json_plain_run(reader->text + at, end - at);
        memcpy(target + made, reader->text + at, plain);
        made += plain;
        at += plain;
        if (at < end) {
            uint32_t character = 0;
            at += tkz__json_escape_decode(reader->text + at, end - at, &character);
            made += tkz__utf8_encode(character, target + made);
        }
    }
    reader->scratch.size = made;
}

tkz_status tkz__json_reader_string(tkz__json_reader *reader, const char **text, size_t *size)
{
    tkz_status status = take(reader, '"', "a string");
    if (status != TKZ_OK)
        return status;
    size_t start = reader->position;
    size_t end;
    bool has_escapes;
    status = scan_string(reader, &end, &has_escapes);
    if (status != TKZ_OK)
        return status;
    *text = reader->text + start;
    *size = end - start;
    if (!has_escapes)
        return TKZ_OK;
    /* An escape is never shorter than what it stands for. */
    tkz__buffer_clear(&reader->scratch);
    status = tkz__buffer_reserve(&reader->scratch, end - start, reader->error);
    if (status != TKZ_OK)
        return status;
    unescape(reader, start, end);
    *text = (const char *)reader->scratch.data;
    *size = reader->scratch.size;
    return TKZ_OK;
}

/* ---- Other plain values -------------------------------------------------- */

static bool at_digit(const tkz__json_reader *reader)
{
    return reader->position < reader->size && reader->text[reader->position] >= '0' &&
           reader->text[reader->position] <= '9';
}

static tkz_status scan_digits(tkz__json_reader *reader)
{
    if (!at_digit(reader))
        return expected_at(reader, reader->position, "a digit");
    while (at_digit(reader))
        reader->position++;
    return TKZ_OK;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static tkz_status scan_number(tkz__json_reader *reader)
{
    tkz_status status = TKZ_OK;
    if (at_byte(reader, '-'))
        reader->position++;
    if (at_byte(reader, '0'))
        reader->position++;
    else
        status = scan_digits(reader);
    if (status == TKZ_OK && at_digit(reader))
        return expected_at(reader, reader->position, "a number without leading zeros");
    if (status == TKZ_OK && at_byte(reader, '.')) {
        reader->position++;
        status = scan_digits(reader);
    }
    if (status == TKZ_OK && (at_byte(reader, 'e') || at_byte(reader, 'E'))) {
        reader->position++;
        if (at_byte(reader, '+') || at_byte(reader, '-'))
            reader->position++;
        status = scan_digits(reader);
    }
    return status;
}

static tkz_status scan_literal(tkz__json_reader *reader, const char *literal)
{
    size_t size = strlen(literal);
    if (reader->size - reader->position < size ||
        memcmp(reader->text + reader->position, literal, size) != 0)
        return expected_at(reader, reader->position, literal);
    reader->position += size;
    return TKZ_OK;
}

tkz_status tkz__json_reader_u32(tkz__json_reader *reader, uint32_t *value)
{
    skip_white_space(reader);
    if (!at_digit(reader))
        return expected_at(reader, reader->position, "a whole number");
    size_t start = reader->position;
    tkz_status status = scan_number(reader);
    if (status != TKZ_OK)
        return status;
    uint64_t sum = 0;
    for (size_t at = start; at < reader->position; at++) {
        char digit = reader->text[at];
        if (digit < '0' || digit > '9')
            return expected_at(reader, at, "a whole number, in digits only");
        sum = sum * 10 + (uint64_t)(digit - '0');
        if (sum > UINT32_MAX)
            return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where, start,
                                  "the number is greater than %u", UINT32_MAX);
    }
    *value = (uint32_t)sum;
    return TKZ_OK;
}

tkz_status tkz__json_reader_boolean(tkz__json_reader *reader, bool *value)
{
    skip_white_space(reader);
    *value = at_byte(reader, 't');
    if (!*value && !at_byte(reader, 'f'))
        return expected_at(reader, reader->position, "true or false");
    return scan_literal(reader, *value ? "true" : "false");
}

/* ---- Objects and arrays -------------------------------------------------- */

tkz_status tkz__json_reader_object(tkz__json_reader *reader)
{
    reader->is_first = true;
    return take(reader, '{', "an object");
}

tkz_status tkz__json_reader_array(tkz__json_reader *reader)
{
    reader->is_first = true;
    return take(reader, '[', "an array");
}

/* Whether another item comes; reads the comma before it or the closing bracket. */
static tkz_status next(tkz__json_reader *reader, char bracket, bool *more)
{
    bool is_first = reader->is_first;
    reader->is_first = false;
    skip_white_space(reader);
    *more = !at_byte(reader, bracket);
    if (!*more) {
        reader->position++;
        return TKZ_OK;
    }
    if (is_first)
        return TKZ_OK;
    return take(reader, ',', bracket == '}' ? "',' or '}'" : "',' or ']'");
}

tkz_status tkz__json_reader_next_item(tkz__json_reader *reader, bool *more)
{
    return next(reader, ']', more);
}

tkz_status tkz__json_reader_next_member(tkz__json_reader *reader, bool *more, const char **key,
                                        size_t *size)
{
    tkz_status status = next(reader, '}', more);
    if (status != TKZ_OK || !*more)
        return status;
    skip_white_space(reader);
    if (!at_byte(reader, '"'))
        return expected_at(reader, reader->position, "a key in quotation marks");
    status = tkz__json_reader_string(reader, key, size);
    return status == TKZ_OK ? take(reader, ':', "':' behind the key") : status;
}

/* Open brackets of a value that is skipped. */
typedef struct nesting {
    uint32_t depth;
    uint64_t objects[TKZ__JSON_DEPTH / 64]; /* bit i: the bracket at depth i + 1 is a brace */
} nesting;

static tkz_status open_bracket(tkz__json_reader *reader, nesting *open, bool is_object)
{
    if (open->depth == TKZ__JSON_DEPTH)
        return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where,
                              reader->position, "nested more than %d deep", TKZ__JSON_DEPTH);
    uint64_t bit = UINT64_C(1) << (open->depth % 64);
    if (is_object)
        open->objects[open->depth / 64] |= bit;
    else
        open->objects[open->depth / 64] &= ~bit;
    open->depth++;
    return is_object ? tkz__json_reader_object(reader) : tkz__json_reader_array(reader);
}

/* Reads a plain value, or the opening bracket of another. */
static tkz_status skip_start(tkz__json_reader *reader, nesting *open)
{
    tkz__json_kind kind;
    size_t end;
    bool has_escapes;
    tkz_status status = tkz__json_reader_kind(reader, &kind);
    if (status != TKZ_OK)
        return status;
    switch (kind) {
    case TKZ__JSON_OBJECT:
    case TKZ__JSON_ARRAY:
        return open_bracket(reader, open, kind == TKZ__JSON_OBJECT);
    case TKZ__JSON_STRING:
        reader->position++;
        return scan_string(reader, &end, &has_escapes);
    case TKZ__JSON_NUMBER:
        return scan_number(reader);
    case TKZ__JSON_NULL:
        return scan_literal(reader, "null");
    case TKZ__JSON_BOOLEAN:
        return tkz__json_reader_boolean(reader, &has_escapes);
    }
    return TKZ_OK;
}

tkz_status tkz__json_reader_skip(tkz__json_reader *reader)
{
    nesting open = {.depth = 0};
    tkz_status status = skip_start(reader, &open);
    while (status == TKZ_OK && open.depth > 0) {
        uint32_t top = open.depth - 1;
        bool more;
        const char *key;
        size_t size;
        if (open.objects[top / 64] >> (top % 64) & 1)
            status = tkz__json_reader_next_member(reader, &more, &key, &size);
        else
            status = tkz__json_reader_next_item(reader, &more);
        if (status != TKZ_OK)
            return status;
        if (more)
            status = skip_start(reader, &open);
        else
            open.depth--;
    }
    return status;
}

tkz_status tkz__json_reader_members(tkz__json_reader *reader, const char *const *keys,
                                    size_t count, size_t *places)
{
    for (size_t i = 0; i < count; i++)
        places[i] = TKZ__JSON_ABSENT;
    tkz_status status = tkz__json_reader_object(reader);
    while (status == TKZ_OK) {
        bool more;
        const char *key;
        size_t size;
        status = tkz__json_reader_next_member(reader, &more, &key, &size);
        if (status != TKZ_OK || !more)
            break;
        skip_white_space(reader);
        for (size_t i = 0; i < count; i++) {
            if (strlen(keys[i]) != size || memcmp(keys[i], key, size) != 0)
                continue;
            if (places[i] != TKZ__JSON_ABSENT)
                return tkz__error_set(reader->error, TKZ_STATUS_BAD_FORMAT, reader->where,
                                      reader->position, "\"%s\" is there twice", keys[i]);
            places[i] = reader->position;
        }
        status = tkz__json_reader_skip(reader);
    }
    return status;
}

tkz_status tkz__json_reader_end(tkz__json_reader *reader)
{
    skip_white_space(reader);
    if (reader->position < reader->size)
        return expected_at(reader, reader->position, "nothing behind the value");
    return TKZ_OK;
}
