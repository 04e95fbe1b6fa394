/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk over a value, whose depth is that of what our own code builds. Leans on the library's number texts.
 */
#include "tools/json_value.h"

#include <stdio.h>
#include <string.h>

#include "tokenize/base.h"

struct layout {
    int indent; /* spaces to a level; 0: all on one line */
    int level;
};

static void append_value(struct text *text, const json_t *value, struct layout layout);

/* What stands before an item, or before the closing bracket. */
static void begin_line(struct text *text, struct layout layout)
{
    if (layout.indent == 0)
        return;
    text_append_string(text, "\n");
    for (int i = 0; i < layout.indent * layout.level; i++)
        text_append_string(text, " ");
}

static void append_array(struct text *text, const json_t *array, struct layout layout)
{
    struct layout inside = {layout.indent, layout.level + 1};
    size_t index;
    json_t *item;
    text_append_string(text, "[");
    json_array_foreach(array, index, item) {
        text_append_string(text, index > 0 ? "," : "");
        begin_line(text, inside);
        append_value(text, item, inside);
    }
    if (json_array_size(array) > 0)
        begin_line(text, layout);
    text_append_string(text, "]");
}

static void append_object(struct text *text, const json_t *object, struct layout layout)
{
    struct layout inside = {layout.indent, layout.level + 1};
    const char *key, *separator = "";
    json_t *item;
    text_append_string(text, "{");
    json_object_foreach((json_t *)object, key, item) {
        text_append_string(text, separator);
        begin_line(text, inside);
        text_append_json(text, key, strlen(key));
        text_append_string(text, layout.indent > 0 ? ": " : ":");
        append_value(text, item, inside);
        separator = ",";
    }
    if (json_object_size(object) > 0)
        begin_line(text, layout);
    text_append_string(text, "}");
}

static void append_real(struct text *text, double number)
{
    char digits[TKZ_NUMBER_TEXT_SIZE];
    tkz_number_text(number, digits);
    text_append_string(text, digits);
    if (strpbrk(digits, ".e") == NULL)
        text_append_string(text, ".0"); /* a real number stays one */
}

static void append_value(struct text *text, const json_t *value, struct layout layout)
{
    char digits[32];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        append_object(text, value, layout);
        break;
    case JSON_ARRAY:
        append_array(text, value, layout);
        break;
    case JSON_STRING:
        text_append_json(text, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        (void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text_append_string(text, digits);
        break;
    case JSON_REAL:
        append_real(text, json_real_value(value));
        break;
    default:
        text_append_string(text, json_is_null(value) ? "null" : json_is_true(value) ? "true" : "false");
    }
}

void text_append_value(struct text *text, const json_t *value, int indent)
{
    append_value(text, value, (struct layout){indent, 0});
}
