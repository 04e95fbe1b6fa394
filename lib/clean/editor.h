/* SPDX-License-Identifier: Apache-2.0
 *
 * What an editor is: a step as those of normal forms, with where its definition comes from. A family of editors is a
 * file lib/clean/edits_NAME.c that defines tkz__edits_NAME, and its line in Makefile.inc, from which the registry is
 * made. Leans on normal_step.
 */
#ifndef TKZ_CLEAN_EDITOR_H
#define TKZ_CLEAN_EDITOR_H

#include "text/normal_step.h"
#include "tokenize/edit.h"

/* Static and immutable. */
typedef struct tkz__editor {
    tkz__normal_kind kind;
    const char *source;
    const char *difference; /* NULL: none */
} tkz__editor;

typedef struct tkz__editor_family {
    const tkz__editor *editors;
    size_t count;
} tkz__editor_family;

#define TKZ__EDITOR_OPTIONS(list) .options = list, .option_count = sizeof(list) / sizeof *(list)
#define TKZ__EDITOR_COUNTS(list) .count_names = list, .count_total = sizeof(list) / sizeof *(list)

/* The option "compat" of an editor whose reference has mistakes. */
#define TKZ__EDITOR_COMPAT(what)                                                                  \
    {"compat", "false|true", "false", "as the reference does it, bug for bug: " what, 0, 0}
enum { TKZ__EDITOR_TRUE = 1 }; /* number of the choice "true" of "false|true" */

#endif
