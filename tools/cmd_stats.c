/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize stats: what a corpus is made of, and what filters would do to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/clean_actions.h"
#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/statistics_page.h"

static const struct option_info options[] = {
    FILTER_OPTIONS("those of the preset ja-web-v1"),
    {.name = "no-filters",
     .type = OPTION_FLAG,
     .text = "No filters: amounts, lengths, scripts, members and samples alone."},
    {.name = "member",
     .letter = 'm',
     .type = OPTION_TEXT,
     .argument = "KEY",
     .repeatable = true,
     .text = "Count the values of this member of the JSON lines, besides source, license and "
             "licence."},
    {.name = "samples",
     .type = OPTION_INTEGER,
     .argument = "N",
     .default_value = "5",
     .maximum = 100,
     .text = "Documents shown of each reason and of those kept."},
    {.name = "merge",
     .type = OPTION_FLAG,
     .text = "The inputs are what --json printed for parts of a corpus: add them up. The result is "
             "that of the whole, byte for byte."},
    OPTION_HTML,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_JSON_REPORT,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"What is in this corpus, and what would the default filters drop?",
     "tokenize stats raw.jsonl.zst"},
    {"With thresholds and samples in a browser:",
     "tokenize stats -p swallow-v1-quality --html report.html raw.jsonl.zst"},
    {"How much text is there of each licence and host?",
     "tokenize stats --no-filters -m license -m host raw.jsonl.zst"},
    {"A job for each part of a large corpus, then the whole:",
     "tokenize stats --merge --html report.html part-*.json"},
};

static json_t *members(const struct arguments *arguments)
{
    json_t *names = json_pack("[s,s,s]", "source", "license", "licence");
    for (size_t i = 0; i < option_repeats(arguments, "member"); i++) {
        json_t *name = json_string(option_repeat(arguments, "member", i));
        bool known = false;
        for (size_t k = 0; k < json_array_size(names); k++)
            known = known || json_equal(name, json_array_get(names, k));
        if (name == NULL || known)
            json_decref(name);
        else
            json_array_append_new(names, name);
    }
    return names;
}

/* The statistics alone: a report of a run also has times. */
static int show(const struct arguments *arguments, const json_t *statistics)
{
    const char *page = option_text(arguments, "html");
    if (page != NULL) {
        int code = statistics_write_page(statistics, page);
        if (code != EXIT_DONE)
            return code;
    }
    if (option_given(arguments, "json")) {
        json_dumpf(statistics, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
        putchar('\n');
    } else if (page == NULL) {
        statistics_print(statistics, stdout);
    }
    return EXIT_DONE;
}

static int measure(const struct arguments *arguments)
{
    struct corpus_run job;
    json_t *report, *filters;
    if (option_given(arguments, "no-filters"))
        filters = json_array();
    else
        filters = chosen_filters(arguments, json_pack("[{s:s}]", "preset", "ja-web-v1"));
    if (filters == NULL)
        return EXIT_USAGE;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE) {
        json_decref(filters);
        return code;
    }
    corpus_run_set(&job, NULL, "clean", filters);
    corpus_run_set_text(&job, "input", "url_key", option_text(arguments, "url-key"));
    corpus_run_set_text(&job, NULL, "normalize", option_text(arguments, "normalize"));
    corpus_run_set_text(&job, NULL, "edit", option_text(arguments, "edit"));
    corpus_run_set_text(&job, NULL, "words", option_text(arguments, "dictionary"));
    corpus_run_set(&job, "statistics", "members", members(arguments));
    corpus_run_set(&job, "statistics", "samples",
                   json_integer((json_int_t)option_integer(arguments, "samples")));
    corpus_run_set(&job, NULL, "output", json_object());
    code = corpus_run_report(&job, &report);
    if (code == EXIT_DONE || code == EXIT_QUARANTINED) {
        int shown = show(arguments, json_object_get(report, "statistics"));
        code = shown != EXIT_DONE ? shown : code;
    }
    json_decref(report);
    return code;
}

/* ---- Parts --------------------------------------------------------------- */

struct parts {
    char **texts;
    uint64_t *sizes;
    size_t count;
};

static int add_up(const struct arguments *arguments, const struct parts *parts)
{
    tkz_bytes merged = {0};
    tkz_error error;
    size_t failed = 0;
    tkz_status status = tkz_statistics_merge((const char *const *)parts->texts, parts->sizes,
                                             parts->count, NULL, &merged, &failed, &error);
    if (status != TKZ_OK) {
        if (error.where[0] == '\0')
            (void)snprintf(error.where, sizeof error.where, "%s", arguments->operands[failed]);
        return message_failure(status, &error);
    }
    json_t *json = json_loadb((char *)merged.data, merged.size, 0, NULL);
    tkz_bytes_free(&merged);
    int code = json != NULL ? show(arguments, json) : message_no_memory();
    json_decref(json);
    return code;
}

static int merge(const struct arguments *arguments)
{
    struct parts parts = {0};
    int code = EXIT_DONE;
    if (arguments->operand_count == 0) {
        message("--merge", "name the parts, which 'tokenize stats --json' printed");
        return EXIT_USAGE;
    }
    parts.texts = calloc(arguments->operand_count, sizeof *parts.texts);
    parts.sizes = calloc(arguments->operand_count, sizeof *parts.sizes);
    if (parts.texts == NULL || parts.sizes == NULL)
        code = message_no_memory();
    for (size_t i = 0; i < arguments->operand_count && code == EXIT_DONE; i++) {
        size_t size = 0;
        code = read_whole(arguments->operands[i], &parts.texts[i], &size);
        parts.sizes[i] = size;
        parts.count = i + 1;
    }
    if (code == EXIT_DONE)
        code = add_up(arguments, &parts);
    for (size_t i = 0; i < parts.count; i++)
        free(parts.texts[i]);
    free(parts.texts);
    free(parts.sizes);
    return code;
}

static int run(const struct arguments *arguments)
{
    return option_given(arguments, "merge") ? merge(arguments) : measure(arguments);
}

const struct command command_stats = {
    .name = "stats",
    .group = "Corpus",
    .summary = "what a corpus is made of, and what filters would do to it",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Reads a corpus and writes nothing but figures: documents, characters and bytes before and "
        "behind every filter, how every value is spread and where its thresholds lie, scripts, "
        "sources and licences, and samples of what is dropped for each reason.\n\n"
        "Memory does not grow with the corpus. Of a member's values those 1,024 with the least "
        "hashes are listed, all others counted together; samples are the documents whose texts have "
        "the least hashes. So the output is the same for any number of threads, and parts of a "
        "corpus add up (--merge) to what the whole gives.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
