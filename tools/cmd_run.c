/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize run: carries out a recipe file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/clean_actions.h"
#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"

static const struct option_info options[] = {
    {.name = "check-only",
     .type = OPTION_FLAG,
     .text = "Check the recipe, print it with every default filled in, and do nothing."},
    {.name = "overwrite",
     .type = OPTION_FLAG,
     .text = "Start anew in an output directory that holds a finished or interrupted run."},
    OPTION_HTML,
    RUN_OPTIONS,
    OPTION_JSON_REPORT,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"From raw text to token shards, as the recipe says:", "tokenize run recipe.json"},
    {"See what a recipe means, with all defaults:", "tokenize run --check-only recipe.json"},
    {"With a page of what each filter dropped, for a browser:",
     "tokenize run --html report.html recipe.json"},
    {"With 8 threads, and the report as JSON for a script:",
     "tokenize run -j 8 --json recipe.json > report.json"},
};

static void print_recipe(const tkz_recipe *recipe)
{
    size_t size;
    const char *text = tkz_recipe_text(recipe, &size);
    fwrite(text, 1, size, stdout);
    if (size == 0 || text[size - 1] != '\n')
        putchar('\n');
}

/* The page is of statistics, which the recipe may not ask for. What is no recipe stays as it is, to be complained
 * about. */
static int ask_for_statistics(char **text, size_t *size)
{
    json_t *recipe = json_loadb(*text, *size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(recipe) && json_object_get(recipe, "statistics") == NULL) {
        json_object_set_new(recipe, "statistics", json_object());
        char *changed = json_dumps(recipe, 0);
        if (changed == NULL) {
            json_decref(recipe);
            return message_no_memory();
        }
        free(*text);
        *text = changed;
        *size = strlen(changed);
    }
    json_decref(recipe);
    return EXIT_DONE;
}

static int run(const struct arguments *arguments)
{
    const char *path = arguments->operands[0];
    char *text = NULL;
    size_t size;
    tkz_recipe *recipe = NULL;
    int code = read_whole(path, &text, &size);
    if (code == EXIT_DONE && option_given(arguments, "html"))
        code = ask_for_statistics(&text, &size);
    if (code == EXIT_DONE) {
        const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
        code = parse_recipe(&recipe, name, text, size);
    }
    if (code == EXIT_DONE && option_given(arguments, "check-only")) {
        print_recipe(recipe);
    } else if (code == EXIT_DONE) {
        code = run_recipe(arguments, recipe, option_given(arguments, "overwrite"),
                          option_given(arguments, "json"), option_text(arguments, "html"));
    }
    tkz_recipe_free(recipe);
    free(text);
    return code;
}

const struct command command_run = {
    .name = "run",
    .group = "From raw text to training data",
    .summary = "carry out a recipe: clean, deduplicate, train, encode, write shards",
    .operands = "RECIPE",
    .minimum_operands = 1,
    .maximum_operands = 1,
    .description =
        "Reads a recipe (JSON; '-' is standard input) that says what goes in, what is done and "
        "what comes out, and carries it out. 'tokenize list recipe' shows every member.\n\n"
        "A run into a directory can be interrupted; the same command goes on where it was. At "
        "the end a table says how many documents were read, kept and dropped and why, how well "
        "the vocabulary does on held-out documents, how fast each pass was, and what to do next. "
        "Bad records are set aside and named on standard error; the exit code is then 3.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
