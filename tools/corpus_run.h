/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands on a corpus are recipes: built here from the command line, run, and
 * reported. Leans on the library's pipeline, jansson, progress and summary.
 */
#ifndef TOOLS_CORPUS_RUN_H
#define TOOLS_CORPUS_RUN_H

#include <jansson.h>
#include <stdbool.h>

#include "tokenize/pipeline.h"
#include "tools/options.h"
#include "tools/work_folder.h"

/* A recipe under construction. */
struct corpus_run {
    const struct arguments *arguments;
    json_t *recipe;
    struct work_folder work; /* for what is kept between passes; zeroed: there is none */
    const char *html; /* where a page of the statistics goes; NULL: nowhere */
    bool failed;    /* a value could not be set */
};

/* Starts a recipe that reads the operands (standard input if there are none) as the input options
 * say. Returns an exit code; end with corpus_run_finish or corpus_run_drop if it is EXIT_DONE. */
int corpus_run_start(struct corpus_run *run, const struct arguments *arguments);

/* The same on files that are no operands, for commands that have no --id-key. End it in the same way. */
void corpus_run_start_with(struct corpus_run *run, const struct arguments *arguments, const char *const *files,
                           size_t count);

/* Sets recipe[section][key], or recipe[key] where the section is NULL. A NULL text sets nothing; `value` is taken over. */
void corpus_run_set_text(struct corpus_run *run, const char *section, const char *key,
                         const char *text);
void corpus_run_set(struct corpus_run *run, const char *section, const char *key, json_t *value);

/* Gives the run a temporary directory for what is kept between passes; it is removed at the end. */
int corpus_run_make_work(struct corpus_run *run);

/* Runs the recipe, prints summary, bad records and failures, and returns the exit code. `overwrite`
 * starts an output directory anew. `json` prints the report on standard output, not tables. */
int corpus_run_finish(struct corpus_run *run, bool overwrite, bool json);
void corpus_run_drop(struct corpus_run *run);

/* Parses recipe text that came from the file `path`; what is wrong with it is printed. */
int parse_recipe(tkz_recipe **recipe, const char *path, const char *text, size_t size);

/* Runs a recipe, as corpus_run_finish does, and writes a page of its statistics to `html` unless that is NULL;
 * needs the run options in the command's table. */
int run_recipe(const struct arguments *arguments, const tkz_recipe *recipe, bool overwrite, bool json,
               const char *html);

/* Runs the recipe and gives its report (NULL: there is none), which the caller prints; bad records and failures
 * are printed. Returns the exit code. */
int corpus_run_report(struct corpus_run *run, json_t **report);

#endif /* TOOLS_CORPUS_RUN_H */
