/* SPDX-License-Identifier: Apache-2.0
 *
 * Aligned tables for people. Machines get --json instead.
 */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 16 };

/* Rows of `columns` cells each (1..TABLE_COLUMNS). Start with {.columns = n}. */
struct table {
    size_t columns;
    uint32_t right_aligned; /* bit i: column i is set flush right */
    char **cells;
    size_t count;
    size_t capacity;
    bool failed; /* out of memory; table_print then says so */
};

/* Adds the next cell, left to right and top to bottom. */
__attribute__((format(printf, 2, 3))) void table_add(struct table *table, const char *format, ...);

/* Adds a number with commas between the thousands. */
void table_add_count(struct table *table, uint64_t number);

/* Prints the rows with two blanks between columns, and frees the cells. */
void table_print(struct table *table, FILE *stream);

/* Columns that UTF-8 text takes on a terminal: East Asian wide characters take two. */
size_t display_width(const char *text);

#endif /* TOOLS_TABLE_H */
