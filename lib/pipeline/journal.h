/* SPDX-License-Identifier: Apache-2.0
 *
 * The output directory of a run as a place: its lock, its journal, what lies in
 * it already, and what must go. Leans on io's part files and jansson.
 */
#ifndef TKZ_PIPELINE_JOURNAL_H
#define TKZ_PIPELINE_JOURNAL_H

#include <jansson.h>

#include "pipeline/recipe.h"

typedef struct tkz__journal {
    char *directory; /* NULL for streams */
    char *work;      /* NULL if nothing is kept between passes */
    bool made_work;  /* the work directory is ours to remove */
    int lock;        /* descriptor, or -1 */
    uint64_t fingerprint;
    bool resumable;
    json_t *saved;   /* the journal that was found and fits, or NULL */
} tkz__journal;

/* Makes the directories that the recipe needs, locks the work directory (BUSY), and looks at what
 * is there. A finished run, an unfinished run of another recipe or other inputs, or foreign files
 * under our names: EXISTS, or, with `overwrite`, removed. */
TKZ_CHECKED tkz_status tkz__journal_open(tkz__journal *journal, const tkz_recipe *recipe,
                                         bool overwrite, tkz_error *error);

/* Atomically replaces the journal by `state` (an object; the fingerprint is added). Does nothing
 * for streams. */
TKZ_CHECKED tkz_status tkz__journal_save(tkz__journal *journal, json_t *state, tkz_error *error);

/* Removes the work files, after success or where nothing can be resumed. */
void tkz__journal_remove_work(tkz__journal *journal);

void tkz__journal_close(tkz__journal *journal); /* accepts an all-zero struct with lock -1 */

/* directory/name into `path` (4096 bytes); LIMIT if it does not fit. */
TKZ_CHECKED tkz_status tkz__join_path(char *path, const char *directory, const char *name,
                                      tkz_error *error);

#endif
