/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands on a corpus are recipes: built here from the command line, run, and
 * reported. Leans on the library's pipeline, jansson, progress and summary.
 */
#include "tools/corpus_run.h"

#include <stdlib.h>
#include <string.h>

#include "tokenize/pipeline.h"
#include "tools/files.h"
#include "tools/interrupt.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/statistics_page.h"
#include "tools/summary.h"

/* Of each reason, on a page. */
enum { SAMPLES_SHOWN = 5 };

/* ---- Building ----------------------------------------------------------- */

void corpus_run_set(struct corpus_run *run, const char *section, const char *key, json_t *value)
{
    json_t *object = section != NULL ? json_object_get(run->recipe, section) : run->recipe;
    if (object == NULL) {
        object = json_object();
        if (json_object_set_new(run->recipe, section, object) != 0)
            run->failed = true;
    }
    if (section != NULL)
        object = json_object_get(run->recipe, section);
    if (json_object_set_new(object, key, value) != 0)
        run->failed = true;
}

void corpus_run_set_text(struct corpus_run *run, const char *section, const char *key,
                         const char *text)
{
    if (text == NULL)
        return;
    json_t *value = json_string(text);
    if (value == NULL) {
        message(run->arguments->command->name, "'%s' is not UTF-8", text);
        run->failed = true;
        return;
    }
    corpus_run_set(run, section, key, value);
}

static void set_files(struct corpus_run *run, const char *const *names, size_t count)
{
    json_t *files = json_array();
    corpus_run_set(run, "input", "files", files);
    if (count == 0 && json_array_append_new(files, json_string("-")) != 0)
        run->failed = true;
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(files, json_string(names[i])) == 0)
            continue;
        message(run->arguments->command->name, "file name '%s' is not UTF-8", names[i]);
        run->failed = true;
    }
}

void corpus_run_start_with(struct corpus_run *run, const struct arguments *arguments, const char *const *files,
                           size_t count)
{
    *run = (struct corpus_run){.arguments = arguments};
    run->recipe = json_object();
    set_files(run, files, count);
    corpus_run_set_text(run, "input", "format", option_text(arguments, "input-format"));
    corpus_run_set_text(run, "input", "text_key", option_text(arguments, "text-key"));
    corpus_run_set_text(run, "input", "surrogates", option_text(arguments, "surrogates"));
}

int corpus_run_start(struct corpus_run *run, const struct arguments *arguments)
{
    int code = refuse_terminal_input(arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_start_with(run, arguments, arguments->operands, arguments->operand_count);
    corpus_run_set_text(run, "input", "id_key", option_text(arguments, "id-key"));
    if (option_given(arguments, "record-limit"))
        corpus_run_set(run, "input", "record_limit", json_integer((json_int_t)option_integer(arguments, "record-limit")));
    return EXIT_DONE;
}

/* ---- The temporary directory -------------------------------------------- */

int corpus_run_make_work(struct corpus_run *run)
{
    int code = work_folder_make(&run->work);
    if (code != EXIT_DONE)
        return code;
    json_t *value = json_string(run->work.path);
    if (value == NULL || json_object_set_new(run->recipe, "work", value) != 0)
        run->failed = true;
    return EXIT_DONE;
}

void corpus_run_drop(struct corpus_run *run)
{
    work_folder_remove(&run->work);
    json_decref(run->recipe);
    run->recipe = NULL;
}

/* ---- Checks before a run ------------------------------------------------ */

/* Which member of the output goes to standard output; NULL if none does. `*twice` if several do. */
static const char *find_standard_output(const json_t *output, bool *twice)
{
    const char *key, *found = NULL;
    json_t *value;
    *twice = false;
    json_object_foreach((json_t *)output, key, value)
    {
        const char *path = json_string_value(value);
        if (path == NULL || strcmp(path, "-") != 0)
            continue;
        *twice = found != NULL;
        found = key;
    }
    return found;
}

static int check_streams(const json_t *recipe, bool json)
{
    const json_t *output = json_object_get(recipe, "output");
    bool twice;
    const char *found = find_standard_output(output, &twice);
    if (twice || (found != NULL && json)) {
        message(NULL, "%s would go to standard output together",
                twice ? "two results" : "the result and the report");
        hint("name a file with -o");
        return EXIT_USAGE;
    }
    if (found != NULL && strcmp(found, "tokenizer") == 0) {
        int code = refuse_terminal_output("-", "tokenizer");
        if (code != EXIT_DONE)
            return code;
    }
    size_t index, count = 0;
    json_t *file;
    json_array_foreach(json_object_get(json_object_get(recipe, "input"), "files"), index, file)
    {
        const char *path = json_string_value(file);
        count += path != NULL && strcmp(path, "-") == 0;
    }
    if (count < 2)
        return EXIT_DONE;
    message(NULL, "standard input can be read only once, but is named %zu times", count);
    return EXIT_USAGE;
}

/* ---- Running ------------------------------------------------------------ */

/* What a run left behind. */
struct outcome {
    tkz_status status;
    tkz_error error;
    json_t *report; /* NULL if there is none */
};

static void carry_out(const struct arguments *arguments, const tkz_recipe *recipe, bool overwrite,
                      struct outcome *outcome)
{
    uint64_t threads = option_integer(arguments, "threads");
    tkz_pool *pool = NULL;
    tkz_error_clear(&outcome->error);
    outcome->status = tkz_pool_new(&pool, threads > 0 ? (uint32_t)threads : tkz_processor_count(),
                                   NULL, &outcome->error);
    if (outcome->status != TKZ_OK)
        return;
    struct progress_bar bar;
    tkz_bytes report = {0};
    progress_start(&bar, arguments);
    outcome->status =
        tkz_run(recipe, tkz_pool_executor(pool), option_integer(arguments, "memory"), overwrite,
                &bar.callback, NULL, &report, &outcome->error);
    progress_end(&bar);
    if (report.size > 0)
        outcome->report = json_loadb((char *)report.data, report.size, 0, NULL);
    tkz_bytes_free(&report);
    tkz_pool_free(pool);
}

static int print_failure(const struct outcome *outcome, bool has_directory)
{
    if (!interrupted() && outcome->status != TKZ_STATUS_CANCELLED) {
        return message_failure(outcome->status, &outcome->error);
    }
    if (has_directory) {
        message(NULL, "interrupted; run the same command again to go on");
    } else {
        message(NULL, "interrupted");
    }
    return EXIT_INTERRUPTED;
}

static void print_json(const json_t *report)
{
    if (report == NULL)
        return;
    json_dumpf(report, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    putchar('\n');
}

static int print_outcome(const struct arguments *arguments, const struct outcome *outcome,
                         bool has_directory, bool json, const char *html)
{
    json_int_t bad = outcome->report != NULL ? summary_print_bad(outcome->report) : 0;
    if (json)
        print_json(outcome->report);
    if (outcome->status != TKZ_OK)
        return print_failure(outcome, has_directory);
    if (html != NULL && outcome->report != NULL) {
        int code = statistics_write_page(outcome->report, html);
        if (code != EXIT_DONE)
            return code;
    }
    bool quiet = option_given(arguments, "quiet");
    if (!quiet && outcome->report != NULL)
        summary_warn_of_clauses(outcome->report);
    if (!json && !quiet && outcome->report != NULL) {
        FILE *stream = has_directory ? stdout : stderr;
        summary_print(outcome->report, stream);
        if (has_directory)
            summary_print_next(outcome->report, stream);
    }
    return bad > 0 ? EXIT_QUARANTINED : EXIT_DONE;
}

int parse_recipe(tkz_recipe **recipe, const char *path, const char *text, size_t size)
{
    tkz_error error;
    tkz_status status = tkz_recipe_parse(recipe, text, size, NULL, &error);
    if (status == TKZ_OK)
        return EXIT_DONE;
    if (strcmp(error.where, "recipe") == 0)
        (void)snprintf(error.where, sizeof error.where, "%s", path);
    return message_failure(status, &error);
}

int run_recipe(const struct arguments *arguments, const tkz_recipe *recipe, bool overwrite, bool json,
               const char *html)
{
    size_t size;
    const char *text = tkz_recipe_text(recipe, &size);
    json_t *full = json_loadb(text, size, 0, NULL);
    bool has_directory = json_object_get(json_object_get(full, "output"), "directory") != NULL;
    int code = full != NULL ? check_streams(full, json) : message_no_memory();
    json_decref(full);
    if (code != EXIT_DONE)
        return code;
    struct outcome outcome = {0};
    carry_out(arguments, recipe, overwrite, &outcome);
    code = print_outcome(arguments, &outcome, has_directory, json, html);
    json_decref(outcome.report);
    return code;
}

/* The recipe as the library reads it; complains. */
static int put_together(struct corpus_run *run, tkz_recipe **recipe)
{
    const char *name = run->arguments->command->name;
    if (run->html != NULL)
        corpus_run_set(run, "statistics", "samples", json_integer(SAMPLES_SHOWN));
    char *text = run->failed ? NULL : json_dumps(run->recipe, JSON_COMPACT);
    int code = EXIT_USAGE;
    if (text != NULL)
        code = parse_recipe(recipe, name, text, strlen(text));
    else
        message(name, "cannot put the recipe together");
    free(text);
    return code;
}

int corpus_run_finish(struct corpus_run *run, bool overwrite, bool json)
{
    tkz_recipe *recipe = NULL;
    int code = put_together(run, &recipe);
    if (code == EXIT_DONE)
        code = run_recipe(run->arguments, recipe, overwrite, json, run->html);
    tkz_recipe_free(recipe);
    corpus_run_drop(run);
    return code;
}

int corpus_run_report(struct corpus_run *run, json_t **report)
{
    tkz_recipe *recipe = NULL;
    struct outcome outcome = {0};
    *report = NULL;
    int code = put_together(run, &recipe);
    if (code == EXIT_DONE)
        code = check_streams(run->recipe, false);
    if (code == EXIT_DONE) {
        carry_out(run->arguments, recipe, false, &outcome);
        json_int_t bad = outcome.report != NULL ? summary_print_bad(outcome.report) : 0;
        code = outcome.status != TKZ_OK ? print_failure(&outcome, false)
               : bad > 0                ? EXIT_QUARANTINED
                                        : EXIT_DONE;
        *report = outcome.report;
    }
    tkz_recipe_free(recipe);
    corpus_run_drop(run);
    return code;
}
