/* SPDX-License-Identifier: Apache-2.0
 *
 * Aligned tables for people. Machines get --json instead.
 */
#include "tools/table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The blocks of Unicode's East Asian Width W and F that occur in Japanese text. */
static bool is_wide(uint32_t character)
{
    return (character >= 0x1100 && character <= 0x115F) ||
           (character >= 0x2E80 && character <= 0x303E) ||
           (character >= 0x3041 && character <= 0xA4CF) ||
           (character >= 0xAC00 && character <= 0xD7A3) ||
           (character >= 0xF900 && character <= 0xFAFF) ||
           (character >= 0xFE30 && character <= 0xFE6F) ||
           (character >= 0xFF01 && character <= 0xFF60) ||
           (character >= 0xFFE0 && character <= 0xFFE6) ||
           (character >= 0x1F300 && character <= 0x1FAFF) ||
           (character >= 0x20000 && character <= 0x3FFFD);
}

size_t display_width(const char *text)
{
    size_t width = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        uint32_t character = *at;
        size_t more = *at >= 0xF0 ? 3 : *at >= 0xE0 ? 2 : *at >= 0xC0 ? 1 : 0;
        if (more > 0)
            character &= 0x3FU >> more;
        at++;
        for (; more > 0 && (*at & 0xC0) == 0x80; more--)
            character = character << 6 | (*at++ & 0x3F);
        width += is_wide(character) ? 2 : 1;
    }
    return width;
}

static bool make_room(struct table *table)
{
    if (table->count < table->capacity)
        return true;
    size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
    char **cells = realloc(table->cells, capacity * sizeof *cells);
    if (cells == NULL)
        return false;
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

void table_add(struct table *table, const char *format, ...)
{
    char *cell = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (!make_room(table) || vasprintf(&cell, format, arguments) < 0) {
        table->failed = true;
    } else {
        table->cells[table->count++] = cell;
    }
    va_end(arguments);
}

void table_add_count(struct table *table, uint64_t number)
{
    char digits[24], text[32];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, number), length = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            text[length++] = ',';
        text[length++] = digits[i];
    }
    text[length] = '\0';
    table_add(table, "%s", text);
}

/* Pads with blanks, but never behind the last cell of a row that is not empty. */
static void print_row(const struct table *table, size_t row, const size_t *widths, FILE *stream)
{
    char *const *cells = table->cells + row * table->columns;
    size_t columns = table->columns;
    while (columns > 0 && cells[columns - 1][0] == '\0')
        columns--;
    for (size_t i = 0; i < columns; i++) {
        int padding = (int)(widths[i] - display_width(cells[i]));
        bool right = (table->right_aligned >> i & 1U) != 0;
        if (i > 0)
            fputs("  ", stream);
        if (right)
            fprintf(stream, "%*s", padding, "");
        fputs(cells[i], stream);
        if (!right && i + 1 < columns)
            fprintf(stream, "%*s", padding, "");
    }
    fputc('\n', stream);
}

void table_print(struct table *table, FILE *stream)
{
    size_t widths[TABLE_COLUMNS] = {0};
    for (size_t i = 0; i < table->count; i++) {
        size_t width = display_width(table->cells[i]);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    if (table->failed) {
        fputs("tokenize: out of memory for a table\n", stderr);
    } else {
        for (size_t row = 0; row < table->count / table->columns; row++) {
            print_row(table, row, widths, stream);
        }
    }
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){.columns = table->columns};
}
