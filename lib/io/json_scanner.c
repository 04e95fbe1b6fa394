/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over a line of JSON (RFC 8259): is it an object, and where are the
 * wanted members? A bit per open bracket stands for the stack. Leans on the UTF-8
 * validator and on json_string.
 */
#include "io/json_scanner.h"

#include <string.h>

#include "io/json_string.h"
#include "text/utf8.h"
#include "tokenize/text.h"

enum { DEPTH_MAXIMUM = 512 };

/* What may come next. */
typedef enum expectation {
    FIRST_KEY, /* behind '{' */
    NEXT_KEY,  /* behind ',' in an object */
    FIRST_ITEM,
    NEXT_VALUE, /* behind ':' and behind ',' in an array */
    AFTER_VALUE
} expectation;

/* A top-level member. Key and string values without their quotes. */
typedef struct member {
    size_t key_start, key_end;
    bool key_has_escapes;
    tkz__json_field value;
} member;

typedef struct scanner {
    const char *line;
    size_t size;
    size_t position;
    uint32_t depth;                      /* open brackets */
    uint64_t objects[DEPTH_MAXIMUM / 64]; /* bit i: the bracket at depth i + 1 is a brace */
    member current;
    const char *const *keys;
    const size_t *key_sizes;
    size_t key_count;
    tkz__json_field *fields;
    tkz_error *error;
} scanner;

/* ---- Errors ------------------------------------------------------------ */

/* "expected X, found Y" at `position`. */
static tkz_status expected(const scanner *s, size_t position, const char *what)
{
    if (position >= s->size)
        return tkz__error_set(s->error, TKZ_STATUS_BAD_JSON, NULL, position,
                              "expected %s, found the end of the line", what);
    uint8_t byte = (uint8_t)s->line[position];
    if (byte > 0x20 && byte < 0x7F)
        return tkz__error_set(s->error, TKZ_STATUS_BAD_JSON, NULL, position,
                              "expected %s, found '%c'", what, byte);
    return tkz__error_set(s->error, TKZ_STATUS_BAD_JSON, NULL, position,
                          "expected %s, found byte 0x%02X", what, byte);
}

/* ---- Small parts -------------------------------------------------------- */

static void skip_white_space(scanner *s)
{
    while (s->position < s->size) {
        char c = s->line[s->position];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        s->position++;
    }
}

static bool at_byte(const scanner *s, char byte)
{
    return s->position < s->size && s->line[s->position] == byte;
}

/* From behind the opening quotation mark to behind the closing one; `*end` is in front of that. */
static tkz_status scan_string(scanner *s, size_t *end, bool *has_escapes)
{
    size_t at = s->position;
    *has_escapes = false;
    for (;;) {
        at += tkz__json_plain_run(s->line + at, s->size - at);
        /* Escapes come in rows where everything beyond ASCII is escaped. */
        while (at < s->size && s->line[at] == '\\') {
            size_t length = tkz__json_escape_length(s->line + at, s->size - at);
            if (length == 0)
                return expected(s, at + 1 < s->size ? at + 1 : at,
                                "an escape (one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX)");
            *has_escapes = true;
            at += length;
        }
        if (at >= s->size)
            return expected(s, at, "a quotation mark that ends the string");
        if (s->line[at] == '"') {
            *end = at;
            s->position = at + 1;
            return TKZ_OK;
        }
        if ((uint8_t)s->line[at] < 0x20)
            return expected(s, at, "an escape in place of a control character");
    }
}

static bool at_digit(const scanner *s)
{
    return s->position < s->size && s->line[s->position] >= '0' && s->line[s->position] <= '9';
}

static tkz_status scan_digits(scanner *s)
{
    if (!at_digit(s))
        return expected(s, s->position, "a digit");
    while (at_digit(s))
        s->position++;
    return TKZ_OK;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static tkz_status scan_number(scanner *s)
{
    tkz_status status = TKZ_OK;
    if (at_byte(s, '-'))
        s->position++;
    if (at_byte(s, '0'))
        s->position++;
    else
        status = scan_digits(s);
    if (status == TKZ_OK && at_digit(s))
        return expected(s, s->position, "a number without leading zeros");
    if (status == TKZ_OK && at_byte(s, '.')) {
        s->position++;
        status = scan_digits(s);
    }
    if (status == TKZ_OK && (at_byte(s, 'e') || at_byte(s, 'E'))) {
        s->position++;
        if (at_byte(s, '+') || at_byte(s, '-'))
            s->position++;
        status = scan_digits(s);
    }
    return status;
}

static tkz_status scan_literal(scanner *s, const char *literal, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!at_byte(s, literal[i]))
            return expected(s, s->position, literal);
        s->position++;
    }
    return TKZ_OK;
}

/* ---- Brackets ----------------------------------------------------------- */

static bool in_object(const scanner *s)
{
    uint32_t at = s->depth - 1;
    return (s->objects[at / 64] >> (at % 64) & 1) != 0;
}

static tkz_status open_bracket(scanner *s, bool object)
{
    if (s->depth == DEPTH_MAXIMUM)
        return tkz__error_set(s->error, TKZ_STATUS_BAD_JSON, NULL, s->position,
                              "nested more than %d deep", DEPTH_MAXIMUM);
    uint64_t bit = UINT64_C(1) << (s->depth % 64);
    if (object)
        s->objects[s->depth / 64] |= bit;
    else
        s->objects[s->depth / 64] &= ~bit;
    s->depth++;
    s->position++;
    return TKZ_OK;
}

/* ---- Members ------------------------------------------------------------ */

/* Whether an escaped key is `key` once unescaped. A lone surrogate equals nothing. */
static bool escaped_key_equals(const char *raw, size_t raw_size, const char *key, size_t size)
{
    size_t at = 0;
    size_t matched = 0;
    while (at < raw_size) {
        char bytes[4] = {raw[at]};
        size_t count = 1;
        size_t length = 1;
        if (raw[at] == '\\') {
            uint32_t character;
            length = tkz__json_escape_decode(raw + at, raw_size - at, &character);
            if (length == 0 || (character & 0xFFFFF800u) == 0xD800)
                return false;
            count = tkz__utf8_encode(character, bytes);
        }
        if (count > size - matched || memcmp(bytes, key + matched, count) != 0)
            return false;
        matched += count;
        at += length;
    }
    return matched == size;
}

/* A top-level member is complete: is it a wanted one? A later one of equal name replaces it. */
static void finish_member(scanner *s)
{
    const member *m = &s->current;
    const char *raw = s->line + m->key_start;
    size_t raw_size = m->key_end - m->key_start;
    for (size_t i = 0; i < s->key_count; i++) {
        bool equal = m->key_has_escapes
                         ? escaped_key_equals(raw, raw_size, s->keys[i], s->key_sizes[i])
                         : raw_size == s->key_sizes[i] && memcmp(raw, s->keys[i], raw_size) == 0;
        if (equal)
            s->fields[i] = m->value;
    }
}

static tkz_status scan_key(scanner *s)
{
    size_t start = ++s->position;
    size_t end;
    bool has_escapes;
    tkz_status status = scan_string(s, &end, &has_escapes);
    if (status != TKZ_OK)
        return status;
    if (s->depth == 1) {
        s->current.key_start = start;
        s->current.key_end = end;
        s->current.key_has_escapes = has_escapes;
    }
    skip_white_space(s);
    if (!at_byte(s, ':'))
        return expected(s, s->position, "':' behind the key");
    s->position++;
    return TKZ_OK;
}

/* ---- Values ------------------------------------------------------------- */

static tkz_status scan_string_value(scanner *s, tkz__json_field *value)
{
    value->is_string = true;
    value->start = ++s->position;
    return scan_string(s, &value->end, &value->has_escapes);
}

static tkz_status scan_plain_value(scanner *s, tkz__json_field *value)
{
    tkz_status status;
    value->start = s->position;
    switch (s->line[s->position]) {
    case 't':
        status = scan_literal(s, "true", 4);
        break;
    case 'f':
        status = scan_literal(s, "false", 5);
        break;
    case 'n':
        status = scan_literal(s, "null", 4);
        break;
    default:
        if (!at_byte(s, '-') && !at_digit(s))
            return expected(s, s->position, "a value");
        status = scan_number(s);
    }
    value->end = s->position;
    return status;
}

/* Reads a whole simple value, or the opening bracket of another. */
static tkz_status scan_value(scanner *s, expectation *next)
{
    char c = s->line[s->position];
    if (c == '{' || c == '[') {
        if (s->depth == 1)
            s->current.value = (tkz__json_field){.present = true, .start = s->position};
        *next = c == '{' ? FIRST_KEY : FIRST_ITEM;
        return open_bracket(s, c == '{');
    }
    tkz__json_field value = {.present = true};
    tkz_status status = c == '"' ? scan_string_value(s, &value) : scan_plain_value(s, &value);
    if (status == TKZ_OK && s->depth == 1) {
        s->current.value = value;
        finish_member(s);
    }
    *next = AFTER_VALUE;
    return status;
}

static void close_bracket(scanner *s)
{
    s->position++;
    s->depth--;
    if (s->depth == 1) {
        s->current.value.end = s->position;
        finish_member(s);
    }
}

/* ---- The object --------------------------------------------------------- */

static tkz_status after_value(scanner *s, expectation *next)
{
    bool object = in_object(s);
    if (at_byte(s, ',')) {
        s->position++;
        *next = object ? NEXT_KEY : NEXT_VALUE;
        return TKZ_OK;
    }
    if (!at_byte(s, object ? '}' : ']'))
        return expected(s, s->position, object ? "',' or '}'" : "',' or ']'");
    close_bracket(s);
    return TKZ_OK;
}

/* One step: white space is skipped already, the line has not ended. */
static tkz_status step(scanner *s, expectation *next)
{
    switch (*next) {
    case FIRST_KEY:
    case NEXT_KEY:
        if (*next == FIRST_KEY && at_byte(s, '}')) {
            close_bracket(s);
            *next = AFTER_VALUE;
            return TKZ_OK;
        }
        if (!at_byte(s, '"'))
            return expected(s, s->position,
                            *next == FIRST_KEY ? "a key in quotation marks or '}'"
                                               : "a key in quotation marks");
        *next = NEXT_VALUE;
        return scan_key(s);
    case FIRST_ITEM:
        if (at_byte(s, ']')) {
            close_bracket(s);
            *next = AFTER_VALUE;
            return TKZ_OK;
        }
        return scan_value(s, next);
    case NEXT_VALUE:
        return scan_value(s, next);
    default:
        return after_value(s, next);
    }
}

static tkz_status scan_line(scanner *s)
{
    static const char *const wanted[] = {
        [FIRST_KEY] = "a key in quotation marks or '}'", [NEXT_KEY] = "a key in quotation marks",
        [FIRST_ITEM] = "a value or ']'", [NEXT_VALUE] = "a value",
        [AFTER_VALUE] = "the end of the object"};
    skip_white_space(s);
    if (!at_byte(s, '{')) {
        if (s->size >= 3 && memcmp(s->line, "\xEF\xBB\xBF", 3) == 0)
            return tkz__error_set(s->error, TKZ_STATUS_BAD_JSON, NULL, 0,
                                  "expected '{', found a byte order mark");
        return expected(s, s->position, "'{'");
    }
    tkz_status status = open_bracket(s, true);
    expectation next = FIRST_KEY;
    while (status == TKZ_OK && s->depth > 0) {
        skip_white_space(s);
        if (s->position == s->size)
            return expected(s, s->position, wanted[next]);
        status = step(s, &next);
    }
    if (status != TKZ_OK)
        return status;
    skip_white_space(s);
    if (s->position < s->size)
        return expected(s, s->position, "nothing behind the object");
    return TKZ_OK;
}

tkz_status tkz__json_scan_object(const char *line, size_t size, const char *const *keys,
                                 const size_t *key_sizes, size_t key_count,
                                 tkz__json_field *fields, tkz_error *error)
{
    for (size_t i = 0; i < key_count; i++)
        fields[i] = (tkz__json_field){.present = false};
    size_t valid = tkz_utf8_valid_prefix(line, size);
    if (valid != size)
        return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, NULL, valid,
                              "not UTF-8: byte 0x%02X does not belong here",
                              (unsigned)(uint8_t)line[valid]);
    scanner s = {.line = line,
                 .size = size,
                 .keys = keys,
                 .key_sizes = key_sizes,
                 .key_count = key_count,
                 .fields = fields,
                 .error = error};
    return scan_line(&s);
}
