/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics of a corpus for people: tables on a terminal, a page for a browser. Leans on jansson; the members
 * are described in doc/report.md.
 */
#ifndef TOOLS_STATISTICS_PAGE_H
#define TOOLS_STATISTICS_PAGE_H

#include <jansson.h>
#include <stdio.h>

/* Prints the statistics as tables. */
void statistics_print(const json_t *statistics, FILE *stream);

/* Writes a page to `path`: of a report of a run with "statistics", or of statistics alone. Returns an exit code. */
int statistics_write_page(const json_t *report, const char *path);

#endif /* TOOLS_STATISTICS_PAGE_H */
