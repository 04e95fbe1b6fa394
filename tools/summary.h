/* SPDX-License-Identifier: Apache-2.0
 *
 * The report of a run, as tables for people.
 */
#ifndef TOOLS_SUMMARY_H
#define TOOLS_SUMMARY_H

#include <jansson.h>
#include <stdio.h>

/* Members of a report that do not apply are absent; so are their lines. */
void summary_print(const json_t *report, FILE *stream);

/* Names the first bad records, with place and reason, on standard error. Returns how many bad
 * records there are in all. */
json_int_t summary_print_bad(const json_t *report);

/* Warns on standard error where the words that were counted are too long to be words. */
void summary_warn_of_clauses(const json_t *report);

/* What to type next after a run into a directory. */
void summary_print_next(const json_t *report, FILE *stream);

#endif /* TOOLS_SUMMARY_H */
