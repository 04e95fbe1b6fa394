/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of a feature. Leans on nothing.
 *
 * The rules are those of tokenizeCSV in mecab/src/utils.h of taku910/mecab, which writes the fields
 * over the text; here nothing is written.
 */
#include "morph/csv_fields.h"

#include <string.h>

void tkz__csv_begin(tkz__csv_fields *fields, const char *text, size_t size)
{
    *fields = (tkz__csv_fields){text, text + size, 0};
}

/* Where the comma at or behind `at` is, or the end. */
static const char *find_comma(const char *at, const char *end)
{
    const char *comma = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;
    return comma != NULL ? comma : end;
}

/* The end of a field in quotes: the quote that is not doubled, or the end of the text. */
static const char *closing_quote(const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '"' && (++at == end || *at != '"'))
            return at - 1;
    }
    return end;
}

bool tkz__csv_next(tkz__csv_fields *fields, tkz__csv_field *field)
{
    const char *at = fields->at, *end = fields->end;
    if (at >= end || fields->count == TKZ__FIELD_LIMIT)
        return false;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    const char *stop, *comma;
    bool is_quoted = at < end && *at == '"';
    if (is_quoted) {
        stop = closing_quote(++at, end);
        comma = find_comma(stop, end);
    } else {
        comma = find_comma(at, end);
        stop = comma;
    }
    if (++fields->count == TKZ__FIELD_LIMIT && !is_quoted)
        stop = end; /* MeCab ends all fields but this one */
    *field = (tkz__csv_field){at, (size_t)(stop - at), is_quoted};
    fields->at = comma < end ? comma + 1 : end;
    return true;
}

bool tkz__csv_byte(tkz__csv_field *field, char *byte)
{
    if (field->size == 0)
        return false;
    size_t taken = field->is_quoted && field->size > 1 && field->data[0] == '"' ? 2 : 1;
    *byte = field->data[0];
    field->data += taken;
    field->size -= taken;
    return true;
}

bool tkz__csv_equal(tkz__csv_field a, tkz__csv_field b)
{
    char x, y;
    while (tkz__csv_byte(&a, &x)) {
        if (!tkz__csv_byte(&b, &y) || x != y)
            return false;
    }
    return b.size == 0;
}

bool tkz__csv_is(tkz__csv_field field, char byte)
{
    char first;
    return tkz__csv_byte(&field, &first) && first == byte && field.size == 0;
}
