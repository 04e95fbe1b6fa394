/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of a feature, cut as MeCab cuts them. Leans on nothing.
 */
#ifndef TKZ_MORPH_CSV_FIELDS_H
#define TKZ_MORPH_CSV_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum { TKZ__FIELD_LIMIT = 64 }; /* what is behind the 63rd comma is one field */

typedef struct tkz__csv_fields {
    const char *at;  /* what is left */
    const char *end;
    size_t count;    /* fields read */
} tkz__csv_fields;

typedef struct tkz__csv_field {
    const char *data; /* with its quotes doubled if `is_quoted` */
    size_t size;
    bool is_quoted;
} tkz__csv_field;

void tkz__csv_begin(tkz__csv_fields *fields, const char *text, size_t size);

/* The next field; false at the end. White space before a field is skipped, a comma at the end of the
 * text begins no field. */
bool tkz__csv_next(tkz__csv_fields *fields, tkz__csv_field *field);

/* Takes the next byte of a field, with one quote for two; false at its end. Advances `field`. */
bool tkz__csv_byte(tkz__csv_field *field, char *byte);

bool tkz__csv_equal(tkz__csv_field a, tkz__csv_field b);

/* Whether the field is this one byte. */
bool tkz__csv_is(tkz__csv_field field, char byte);

#endif
