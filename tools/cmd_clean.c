/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize clean: keeps the documents that pass the chosen filters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/clean.h"
#include "tools/clean_actions.h"
#include "tools/corpus_run.h"
#include "tools/listing.h"
#include "tools/messages.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    FILTER_OPTIONS("length and japanese_ratio with their defaults"),
    {.name = "scores",
     .type = OPTION_TEXT,
     .argument = "PATH",
     .text = "Write every value of every document here, a JSON line each, whatever the thresholds."},
    {.name = "from-scores",
     .type = OPTION_FLAG,
     .text = "The inputs are such scores: judge by them with the filters given now, and write a line "
             "with the verdict for each document instead of records."},
    {.name = "explain",
     .type = OPTION_FLAG,
     .text = "Take each input as the plain text of one document, and show every value, its bounds and "
             "the places in the text that it comes from."},
    {.name = "url",
     .type = OPTION_TEXT,
     .argument = "URL",
     .text = "With --explain: the URL of each document, for filters that look at it."},
    OPTION_HTML,
    {.name = "list", .type = OPTION_FLAG, .text = "Print the filters and their parameters."},
    OPTION_OUTPUT("File for the kept records, as JSON lines in the order of the input; "
                  "compressed if it ends in .zst."),
    OPTION_REJECTS,
    OPTION_BAD,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_JSON_REPORT,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Keep documents of some length that are mostly Japanese:",
     "tokenize clean raw.jsonl.gz -o clean.jsonl.zst"},
    {"Choose the filters, and look at what they drop:",
     "tokenize clean -f length:minimum=100 --rejects dropped.jsonl raw.jsonl > clean.jsonl"},
    {"Use the rules of the Swallow corpus:",
     "tokenize clean --preset swallow-v1-quality raw.jsonl.zst -o clean.jsonl.zst"},
    {"Measure once, then look what other thresholds would keep:",
     "tokenize clean -p swallow-v1-quality --scores scores.jsonl raw.jsonl > clean.jsonl"},
    {"See in a browser what each filter drops, and where its threshold lies:",
     "tokenize clean -p swallow-v1-quality --html report.html raw.jsonl -o clean.jsonl"},
    {"Mend punctuation, mask personal information, keep everything:",
     "tokenize clean --edit swallow_punctuation,pii -f length:minimum=0 raw.jsonl > clean.jsonl"},
    {"Why is this document dropped?", "tokenize clean --explain -p swallow-v1-quality book.txt"},
    {"What filters are there?", "tokenize clean --list"},
};

static const tkz_filter_info *find_filter(const char *name, size_t size)
{
    for (size_t i = 0; i < tkz_filter_count(); i++) {
        const tkz_filter_info *info = tkz_filter_at(i);
        if (strlen(info->name) == size && memcmp(info->name, name, size) == 0)
            return info;
    }
    return NULL;
}

static const tkz_parameter_info *find_parameter(const tkz_filter_info *filter, const char *name,
                                                size_t size)
{
    for (size_t i = 0; i < filter->parameter_count; i++) {
        const tkz_parameter_info *info = &filter->parameters[i];
        if (strlen(info->name) == size && memcmp(info->name, name, size) == 0)
            return info;
    }
    return NULL;
}

/* A number; NULL if it is none, or not a whole one where one is needed. */
static json_t *parse_number(const tkz_parameter_info *parameter, const char *text, size_t size)
{
    char value[64] = "", *end = value;
    if (size < sizeof value)
        memcpy(value, text, size);
    double number = strtod(value, &end);
    bool whole = number >= -9e15 && number <= 9e15 && number == (double)(json_int_t)number;
    if (end == value || *end != '\0' || (parameter->type == TKZ_PARAMETER_INTEGER && !whole))
        return NULL;
    return parameter->type == TKZ_PARAMETER_INTEGER ? json_integer((json_int_t)number)
                                                    : json_real(number);
}

static json_t *parse_flag(const char *text, size_t size)
{
    if (size == 4 && memcmp(text, "true", 4) == 0)
        return json_true();
    return size == 5 && memcmp(text, "false", 5) == 0 ? json_false() : NULL;
}

/* Sets one "parameter=value" (`size` bytes) on the filter's JSON object; the library checks the
 * range. */
static bool set_parameter(json_t *object, const tkz_filter_info *filter, const char *text,
                          size_t size)
{
    size_t name_size = 0;
    while (name_size < size && text[name_size] != '=')
        name_size++;
    const tkz_parameter_info *parameter = find_parameter(filter, text, name_size);
    if (parameter == NULL) {
        message("--filter", "%s has no parameter '%.*s'", filter->name, (int)name_size, text);
        hint("'tokenize list filters' shows what it has");
        return false;
    }
    size_t value_size = name_size < size ? size - name_size - 1 : 0;
    const char *value = text + name_size + (name_size < size);
    json_t *json = NULL;
    if (parameter->type == TKZ_PARAMETER_FILE)
        json = json_stringn(value, value_size);
    else if (parameter->type == TKZ_PARAMETER_FLAG)
        json = parse_flag(value, value_size);
    else
        json = parse_number(parameter, value, value_size);
    if (json != NULL)
        return json_object_set_new(object, parameter->name, json) == 0;
    static const char *const kinds[] = {"a whole number", "a number", "true or false",
                                        "a file name in UTF-8"};
    message("--filter", "%s:%s needs %s, not '%.*s'", filter->name, parameter->name,
            kinds[parameter->type], (int)value_size, value);
    return false;
}

/* "name:parameter=value,..." as a JSON object; NULL after a complaint. */
static json_t *parse_filter(const char *text)
{
    size_t name_size = strcspn(text, ":");
    const tkz_filter_info *filter = find_filter(text, name_size);
    if (filter == NULL) {
        message("--filter", "there is no filter '%.*s'", (int)name_size, text);
        hint("'tokenize list filters' shows what there is");
        return NULL;
    }
    json_t *object = json_pack("{s:s}", "name", filter->name);
    const char *rest = text[name_size] == ':' ? text + name_size + 1 : "";
    while (object != NULL && *rest != '\0') {
        size_t size = strcspn(rest, ",");
        if (!set_parameter(object, filter, rest, size)) {
            json_decref(object);
            return NULL;
        }
        rest += size + (rest[size] == ',');
    }
    return object;
}

json_t *chosen_filters(const struct arguments *arguments, json_t *otherwise)
{
    size_t presets = option_repeats(arguments, "preset");
    size_t count = option_repeats(arguments, "filter");
    const char *lists = option_text(arguments, "lists");
    if (count + presets == 0)
        return otherwise;
    json_decref(otherwise);
    json_t *filters = json_array();
    for (size_t i = 0; i < presets + count; i++) {
        json_t *filter = i < presets
                             ? json_pack("{s:s,s:s*}", "preset",
                                         option_repeat(arguments, "preset", i), "lists", lists)
                             : parse_filter(option_repeat(arguments, "filter", i - presets));
        if (filter == NULL || json_array_append_new(filters, filter) != 0) {
            json_decref(filters);
            return NULL;
        }
    }
    return filters;
}

static int run(const struct arguments *arguments)
{
    if (option_given(arguments, "list"))
        return list_filters(option_given(arguments, "json"));
    json_t *filters = chosen_filters(
        arguments, json_pack("[{s:s},{s:s}]", "name", "length", "name", "japanese_ratio"));
    if (filters == NULL)
        return EXIT_USAGE;
    struct corpus_run job;
    if (option_given(arguments, "from-scores") &&
        (option_given(arguments, "edit") || option_given(arguments, "normalize"))) {
        message("--from-scores", "scores are of texts that were changed already; leave out --edit and --normalize");
        json_decref(filters);
        return EXIT_USAGE;
    }
    if (option_given(arguments, "url") && !option_given(arguments, "explain")) {
        message("--url", "this is for --explain; records have theirs in a member, which --url-key names");
        json_decref(filters);
        return EXIT_USAGE;
    }
    if (option_given(arguments, "from-scores") || option_given(arguments, "explain")) {
        int done = option_given(arguments, "explain") ? clean_explain(arguments, filters)
                                                      : clean_from_scores(arguments, filters);
        json_decref(filters);
        return done;
    }
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE) {
        json_decref(filters);
        return code;
    }
    if (json_object_set_new(job.recipe, "clean", filters) != 0)
        job.failed = true;
    corpus_run_set_text(&job, "input", "url_key", option_text(arguments, "url-key"));
    corpus_run_set_text(&job, NULL, "normalize", option_text(arguments, "normalize"));
    corpus_run_set_text(&job, NULL, "words", option_text(arguments, "dictionary"));
    job.html = option_text(arguments, "html");
    corpus_run_set_text(&job, NULL, "edit", option_text(arguments, "edit"));
    corpus_run_set_text(&job, "output", "records", option_text(arguments, "output"));
    corpus_run_set_text(&job, "output", "scores", option_text(arguments, "scores"));
    corpus_run_set_text(&job, "output", "rejects", option_text(arguments, "rejects"));
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    return corpus_run_finish(&job, false, option_given(arguments, "json"));
}

const struct command command_clean = {
    .name = "clean",
    .group = "Corpus",
    .summary = "drop documents that are not worth training on",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Judges every document with the chosen filters, writes those that pass, and says how "
        "many were dropped and why. A kept record is written byte for byte as it was; members "
        "that are not the text are never looked at.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
