/* SPDX-License-Identifier: Apache-2.0
 *
 * What the normal form and the editors of `tokenize clean` do to one text, for --explain. Leans on jansson.
 */
#ifndef TOOLS_CLEAN_CHANGES_H
#define TOOLS_CLEAN_CHANGES_H

#include <jansson.h>

#include "tokenize/edit.h"
#include "tokenize/morph.h"
#include "tools/options.h"

/* A text on its way through both chains; either may be missing. */
struct clean_changes {
    tkz_normal_form *forms[2]; /* --normalize, --edit */
    tkz_normalizer *workers[2];
    tkz_dictionary *dictionary; /* that editors find words with; NULL: none does */
    const char *text; /* as it is now */
    size_t size;
    json_t *edits;  /* [{"by","start","size","text","with"}]: bytes of the text as it was given */
    json_t *counts; /* what the steps count; NULL without steps that do */
    size_t more;    /* edits beyond those listed */
};

/* Opens the chains that the options name; complains and returns an exit code that is not EXIT_DONE. Either way
 * clean_changes_close ends it. */
int clean_changes_open(struct clean_changes *changes, const struct arguments *arguments);
void clean_changes_close(struct clean_changes *changes);

/* Takes a text through the chains; returns an exit code. */
int clean_changes_run(struct clean_changes *changes, const char *text, size_t size);

/* Prints the edits, a line each. */
void clean_changes_print(const struct clean_changes *changes);

#endif /* TOOLS_CLEAN_CHANGES_H */
