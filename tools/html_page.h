/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages that need nothing but themselves: style, script and plots are inside, light and dark, in Japanese
 * and English. Well-formed XML as well as HTML. Leans on the growing text.
 */
#ifndef TOOLS_HTML_PAGE_H
#define TOOLS_HTML_PAGE_H

#include <stdint.h>

#include "tools/json_text.h"

/* Words of a page in both languages: a button changes between them. Plain text, not HTML. */
struct label {
    const char *ja;
    const char *en;
};

/* Appends `format` and what follows, as printf does; nothing is escaped. */
__attribute__((format(printf, 2, 3))) void html_format(struct text *page, const char *format, ...);

/* Appends text of any bytes so that it stands in an element or in an attribute in double quotes: markup is
 * escaped, what XML has no character for becomes U+FFFD. */
void html_text(struct text *page, const char *data, size_t size);
void html_string(struct text *page, const char *string);

/* Appends both languages of a label, of which the style shows one; inside SVG as two tspans. */
void html_label(struct text *page, struct label label);
void html_svg_label(struct text *page, struct label label);

/* Begins a page; `title` may be what the heading says too. End it with html_end. */
void html_begin(struct text *page, struct label title);
void html_end(struct text *page);

/* A heading of a part, and a paragraph under it. */
void html_heading(struct text *page, struct label heading);
void html_paragraph(struct text *page, struct label text);

/* Tables, which a click on the head of a column sorts. Between begin and end: html_column or
 * html_name_column for each column, then for each row html_row and a cell for each column. */
void html_table_begin(struct text *page);
void html_column(struct text *page, struct label name);
void html_name_column(struct text *page, struct label name); /* of html_cell */
void html_row(struct text *page); /* also ends the row of the columns, or the one before */
void html_cell(struct text *page, const char *text);
void html_cell_label(struct text *page, struct label label);
/* `value` sorts the column and stands there with so many digits; a dash if it is no number. */
void html_cell_number(struct text *page, double value, int digits);
void html_cell_count(struct text *page, uint64_t count); /* with commas between the thousands */
/* The interval stands behind the value, smaller; NAN as `low`: none. */
void html_cell_interval(struct text *page, double value, double low, double high, int digits);
void html_table_end(struct text *page);

#endif /* TOOLS_HTML_PAGE_H */
