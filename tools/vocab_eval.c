/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab eval: vocabularies compared on texts. This file opens what the command line names and
 * has the library evaluate it; tables and the page are made of its report.
 */
#include "tools/vocab_eval.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/evaluate.h"
#include "tokenize/morph.h"
#include "tokenize/text.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/progress.h"

/* ---- The report -------------------------------------------------------------- */

const json_t *vocab_eval_result(const json_t *report, const char *domain, const char *model)
{
    size_t i;
    const json_t *result;
    json_array_foreach (json_object_get(report, "results"), i, result) {
        if (strcmp(json_string_value(json_object_get(result, "domain")), domain) == 0 &&
            strcmp(json_string_value(json_object_get(result, "model")), model) == 0)
            return result;
    }
    return NULL;
}

double vocab_eval_figure(const json_t *result, const char *name)
{
    const json_t *figure = json_object_get(result, name);
    if (json_is_object(figure)) {
        const json_t *value = json_object_get(figure, "value");
        figure = value != NULL ? value : json_object_get(figure, "rate");
    }
    return json_is_number(figure) ? json_number_value(figure) : NAN;
}

/* ---- What the command line names ---------------------------------------------- */

/* A domain while its files are being listed. */
struct domain {
    char *name;
    glob_t files;
    bool listed; /* `files` holds something */
};

struct job {
    const struct arguments *arguments;
    tkz_evaluated_model *models;
    char **names; /* of the models */
    size_t model_count;
    struct domain *domains;
    tkz_evaluated_domain *listed;
    size_t domain_count;
    tkz_dictionary *dictionary;
    tkz_boundaries words;
    size_t reference;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* NAME=FILE, where no file is called so as a whole; else the name is that of the file. */
static const char *split_operand(const char *operand, size_t *name_size)
{
    const char *sign = strchr(operand, '=');
    FILE *file = sign != NULL ? fopen(operand, "rb") : NULL;
    if (file != NULL)
        fclose(file);
    if (sign == NULL || sign == operand || file != NULL) {
        *name_size = 0;
        return operand;
    }
    *name_size = (size_t)(sign - operand);
    return sign + 1;
}

static bool is_taken(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->model_count; i++) {
        if (strcmp(job->names[i], name) == 0)
            return true;
    }
    return false;
}

static int add_model(struct job *job, const char *operand)
{
    tkz_error error;
    size_t name_size;
    const char *path = split_operand(operand, &name_size);
    char *name = name_size > 0 ? strndup(operand, name_size) : strdup(base_name(path));
    if (name != NULL && name_size == 0 && is_taken(job, name)) {
        free(name);
        name = strdup(path);
    }
    if (name == NULL)
        return message_no_memory();
    if (is_taken(job, name)) {
        message("vocab eval", "two models are called '%s'", name);
        hint("give them names: NAME=%s", path);
        free(name);
        return EXIT_USAGE;
    }
    if (tkz_utf8_valid_prefix(name, strlen(name)) < strlen(name)) {
        message("vocab eval", "the name of a model is not UTF-8; give it one: NAME=FILE");
        free(name);
        return EXIT_USAGE;
    }
    tkz_evaluated_model *model = &job->models[job->model_count];
    job->names[job->model_count] = name;
    model->name = name;
    tkz_status status = tkz_tokenizer_open(&model->tokenizer, path, NULL, &error);
    job->model_count++;
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

static int add_models(struct job *job)
{
    size_t count = job->arguments->operand_count - 1;
    job->models = calloc(count, sizeof *job->models);
    job->names = calloc(count, sizeof *job->names);
    if (job->models == NULL || job->names == NULL)
        return message_no_memory();
    for (size_t i = 0; i < count; i++) {
        int code = add_model(job, job->arguments->operands[i + 1]);
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

static int choose_reference(struct job *job)
{
    const char *wanted = option_text(job->arguments, "reference");
    job->reference = job->model_count > 1 ? 0 : SIZE_MAX;
    if (wanted == NULL)
        return EXIT_DONE;
    const char *nearest = NULL;
    size_t distance, least = SIZE_MAX;
    for (size_t i = 0; i < job->model_count; i++) {
        const char *operand = job->arguments->operands[i + 1];
        if (strcmp(job->names[i], wanted) == 0 || strcmp(operand, wanted) == 0) {
            job->reference = i;
            return EXIT_DONE;
        }
        if (is_near(wanted, job->names[i], &distance) && distance < least) {
            least = distance;
            nearest = job->names[i];
        }
    }
    message("--reference", "'%s' is none of the models; give it among them too", wanted);
    if (nearest != NULL)
        hint("did you mean '%s'?", nearest);
    return EXIT_USAGE;
}

/* ---- Texts ---------------------------------------------------------------------- */

static struct domain *domain_called(struct job *job, const char *name, size_t size)
{
    for (size_t i = 0; i < job->domain_count; i++) {
        struct domain *domain = &job->domains[i];
        if (strlen(domain->name) == size && memcmp(domain->name, name, size) == 0)
            return domain;
    }
    struct domain *domain = &job->domains[job->domain_count];
    domain->name = strndup(name, size);
    if (domain->name == NULL)
        return NULL;
    job->domain_count++;
    return domain;
}

/* `pattern` is taken as a name where no file fits it, so that the library says what is wrong. */
static int add_files(struct domain *domain, const char *pattern)
{
    int flags = GLOB_NOCHECK | (domain->listed ? GLOB_APPEND : 0);
    if (glob(pattern, flags, NULL, &domain->files) != 0)
        return message_no_memory();
    domain->listed = true;
    return EXIT_DONE;
}

static int add_named(struct job *job, const char *given)
{
    const char *sign = strchr(given, '=');
    if (sign == NULL || sign == given || sign[1] == '\0') {
        message("--domain", "'%s' is not NAME=GLOB, such as news=news-*.jsonl.zst", given);
        return EXIT_USAGE;
    }
    size_t size = (size_t)(sign - given);
    if (size == 3 && memcmp(given, "all", 3) == 0) {
        message("--domain", "'all' is the name of all domains together; give it another one");
        return EXIT_USAGE;
    }
    if (tkz_utf8_valid_prefix(given, size) < size) {
        message("--domain", "the name of a domain is not UTF-8");
        return EXIT_USAGE;
    }
    struct domain *domain = domain_called(job, given, size);
    return domain != NULL ? add_files(domain, sign + 1) : message_no_memory();
}

static int add_domains(struct job *job)
{
    const struct arguments *arguments = job->arguments;
    size_t texts = option_repeats(arguments, "text"), named = option_repeats(arguments, "domain");
    int code = EXIT_DONE;
    if (texts + named == 0) {
        message("vocab eval", "there are no texts to compare the models on");
        hint("give --text FILE, or --domain NAME=FILE for each kind of text");
        return EXIT_USAGE;
    }
    job->domains = calloc(named + 1, sizeof *job->domains);
    job->listed = calloc(named + 1, sizeof *job->listed);
    if (job->domains == NULL || job->listed == NULL)
        return message_no_memory();
    for (size_t i = 0; code == EXIT_DONE && i < texts; i++) {
        struct domain *domain = domain_called(job, "text", 4);
        code = domain != NULL ? add_files(domain, option_repeat(arguments, "text", i))
                              : message_no_memory();
    }
    for (size_t i = 0; code == EXIT_DONE && i < named; i++)
        code = add_named(job, option_repeat(arguments, "domain", i));
    for (size_t i = 0; i < job->domain_count; i++) {
        const glob_t *files = &job->domains[i].files;
        job->listed[i] = (tkz_evaluated_domain){
            job->domains[i].name, (const char *const *)files->gl_pathv, files->gl_pathc};
    }
    return code;
}

static int open_dictionary(struct job *job)
{
    const char *named = option_text(job->arguments, "dictionary");
    tkz_error error;
    if (named == NULL)
        return EXIT_DONE;
    tkz_status status = tkz_dictionary_open(&job->dictionary, named, NULL, 0, NULL, &error);
    if (status == TKZ_OK)
        status = tkz_dictionary_boundaries(job->dictionary, &job->words, &error);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

static void drop(struct job *job)
{
    for (size_t i = 0; i < job->model_count; i++) {
        tkz_tokenizer_free(job->models[i].tokenizer);
        free(job->names[i]);
    }
    for (size_t i = 0; i < job->domain_count; i++) {
        if (job->domains[i].listed)
            globfree(&job->domains[i].files);
        free(job->domains[i].name);
    }
    tkz_dictionary_free(job->dictionary);
    free(job->models);
    free(job->names);
    free(job->domains);
    free(job->listed);
}

/* ---- Running ---------------------------------------------------------------------- */

static int evaluate(const struct job *job, tkz_bytes *report)
{
    const struct arguments *arguments = job->arguments;
    tkz_error error;
    tkz_pool *pool;
    uint64_t threads = option_integer(arguments, "threads");
    tkz_evaluation what = {
        .models = job->models,
        .model_count = job->model_count,
        .domains = job->listed,
        .domain_count = job->domain_count,
        .words = job->dictionary != NULL ? &job->words : NULL,
        .reference = job->reference,
        .alpha = option_number(arguments, "alpha"),
        .resamples = (uint32_t)option_integer(arguments, "bootstrap"),
        .seed = option_integer(arguments, "seed"),
        .limit = option_integer(arguments, "limit"),
        .text_key = option_text(arguments, "text-key"),
        .input_format = option_text(arguments, "input-format"),
        .replace_surrogates = strcmp(option_text(arguments, "surrogates"), "replace") == 0,
        .timing = option_given(arguments, "timing"),
    };
    tkz_status status = tkz_pool_new(&pool, threads > 0 ? (uint32_t)threads : tkz_processor_count(),
                                     NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    struct progress_bar bar;
    progress_start(&bar, arguments);
    status = tkz_evaluate(&what, tkz_pool_executor(pool), &bar.callback, NULL, report, &error);
    progress_end(&bar);
    tkz_pool_free(pool);
    if (status == TKZ_OK)
        return EXIT_DONE;
    int code = message_failure(status, &error);
    if (status == TKZ_STATUS_UNSUPPORTED && job->dictionary == NULL)
        hint("a model whose pre-tokenizer is morph needs its --dictionary");
    return code;
}

static int write_page(const json_t *report, const char *path)
{
    struct text page = {0};
    vocab_eval_page(&page, report);
    int code = page.failed ? message_no_memory() : write_whole(path, page.data, page.size);
    text_free(&page);
    return code;
}

/* Records that could not be read are named, and leave their mark on the exit code. */
static int tell_bad(const json_t *report)
{
    size_t i;
    const json_t *domain;
    json_array_foreach (json_object_get(report, "domains"), i, domain) {
        const json_t *first = json_object_get(domain, "bad_first");
        if (first == NULL)
            continue;
        message(json_string_value(json_object_get(first, "source")),
                "line %lld: %s (the first of %lld bad records of '%s', which are left out)",
                (long long)json_integer_value(json_object_get(first, "line")),
                json_string_value(json_object_get(first, "message")),
                (long long)json_integer_value(json_object_get(domain, "bad")),
                json_string_value(json_object_get(domain, "name")));
    }
    return json_integer_value(json_object_get(json_object_get(report, "all"), "bad")) > 0
               ? EXIT_QUARANTINED
               : EXIT_DONE;
}

static int show(const struct arguments *arguments, const tkz_bytes *bytes)
{
    const char *page = option_text(arguments, "html");
    json_t *report = json_loadb((const char *)bytes->data, bytes->size, 0, NULL);
    if (report == NULL)
        return message_no_memory();
    int code = page != NULL ? write_page(report, page) : EXIT_DONE;
    if (code == EXIT_DONE && option_given(arguments, "json"))
        (void)fwrite(bytes->data, 1, bytes->size, stdout), putchar('\n');
    else if (code == EXIT_DONE)
        vocab_eval_print(report);
    if (code == EXIT_DONE)
        code = tell_bad(report);
    json_decref(report);
    return code;
}

int vocab_eval(const struct arguments *arguments)
{
    struct job job = {.arguments = arguments};
    tkz_bytes report = {0};
    int code = add_models(&job);
    if (code == EXIT_DONE)
        code = choose_reference(&job);
    if (code == EXIT_DONE)
        code = add_domains(&job);
    if (code == EXIT_DONE)
        code = open_dictionary(&job);
    if (code == EXIT_DONE)
        code = evaluate(&job, &report);
    if (code == EXIT_DONE)
        code = show(arguments, &report);
    tkz_bytes_free(&report);
    drop(&job);
    return code;
}
