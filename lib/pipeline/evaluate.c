/* SPDX-License-Identifier: Apache-2.0
 *
 * An evaluation of vocabularies from beginning to end: its arguments, one domain after the other, the
 * report. Leans on everything of evaluate.h.
 */
#include "pipeline/evaluate.h"

#include <string.h>

#include "tokenize/text.h"

/* ---- Arguments --------------------------------------------------------------- */

enum { MODELS = 256, DOMAINS = 4096, RESAMPLES = 100000 };

static tkz_status refuse(tkz_error *error, const char *where, const char *what)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, where, TKZ__NO_OFFSET, "%s", what);
}

static tkz_status check_name(const char *name, const char *where, tkz_error *error)
{
    if (name == NULL || name[0] == '\0')
        return refuse(error, where, "each needs a name");
    if (tkz_utf8_valid_prefix(name, strlen(name)) < strlen(name))
        return refuse(error, where, "a name is not UTF-8");
    return TKZ_OK;
}

static tkz_status check_names(const tkz_evaluation *what, tkz_error *error)
{
    for (size_t i = 0; i < what->model_count; i++) {
        tkz_status status = check_name(what->models[i].name, "models", error);
        if (status != TKZ_OK)
            return status;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(what->models[k].name, what->models[i].name) == 0)
                return refuse(error, what->models[i].name, "two models have this name");
        }
    }
    for (size_t i = 0; i < what->domain_count; i++) {
        const tkz_evaluated_domain *domain = &what->domains[i];
        tkz_status status = check_name(domain->name, "domains", error);
        if (status != TKZ_OK)
            return status;
        if (strcmp(domain->name, "all") == 0)
            return refuse(error, domain->name, "the name is that of all domains together");
        if (domain->path_count == 0)
            return refuse(error, domain->name, "a domain needs a file");
        for (size_t k = 0; k < i; k++) {
            if (strcmp(what->domains[k].name, domain->name) == 0)
                return refuse(error, domain->name, "two domains have this name");
        }
    }
    return TKZ_OK;
}

static tkz_status check_arguments(const tkz_evaluation *what, tkz_error *error)
{
    if (what->model_count == 0 || what->model_count > MODELS)
        return refuse(error, "models", "1 to 256 models can be evaluated");
    if (what->domain_count == 0 || what->domain_count > DOMAINS)
        return refuse(error, "domains", "1 to 4096 domains can be evaluated");
    if (what->reference != SIZE_MAX && what->reference >= what->model_count)
        return refuse(error, "reference", "this is none of the models");
    if (!(what->alpha >= 0 && what->alpha <= 1000))
        return refuse(error, "alpha", "the order of the entropy is above 0, to 1000");
    if (what->resamples > RESAMPLES)
        return refuse(error, "resamples", "there are 100000 resamples at most");
    return check_names(what, error);
}

/* How records become documents, and what files hold. */
static tkz_status set_reading(tkz__evaluation *evaluation, tkz_error *error)
{
    static const char *const formats[] = {"auto", "jsonl", "lines", "document"};
    const tkz_evaluation *what = evaluation->what;
    const char *named = what->input_format != NULL ? what->input_format : "auto";
    const char *text_key = what->text_key != NULL ? what->text_key : "text";
    size_t format = 0;
    while (format < 4 && strcmp(formats[format], named) != 0)
        format++;
    if (format == 4)
        return refuse(error, "input_format", "there are auto, jsonl, lines and document");
    evaluation->format = (tkz__input_format)format;
    evaluation->record = (tkz__record_options){
        .text_key = text_key,
        .text_key_size = strlen(text_key),
        .id_key = "id",
        .id_key_size = 2,
        .surrogates = what->replace_surrogates != 0 ? TKZ__SURROGATES_REPLACE
                                                    : TKZ__SURROGATES_REJECT,
    };
    return TKZ_OK;
}

/* ---- Models -------------------------------------------------------------------- */

static tkz_status open_model(tkz__evaluation *evaluation, size_t index, tkz_error *error)
{
    const tkz_allocator *memory = &evaluation->allocator;
    const tkz_tokenizer *tokenizer = evaluation->what->models[index].tokenizer;
    tkz__evaluated *model = &evaluation->models[index];
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    model->cuts_words = strncmp(facts.pre_tokenizer->name, "morph", 5) == 0;
    if (facts.ids > evaluation->largest)
        evaluation->largest = facts.ids;
    tkz_status status = tkz__token_classes_init(&model->classes, tokenizer, memory, error);
    if (status != TKZ_OK)
        return status;
    size_t ids = model->classes.count, domains = evaluation->what->domain_count;
    model->counts = tkz__allocate_zeroed(memory, ids * sizeof *model->counts);
    model->all_counts = tkz__allocate_zeroed(memory, ids * sizeof *model->all_counts);
    model->tokens_per_byte = tkz__allocate_zeroed(memory, domains * sizeof(double));
    if (model->counts == NULL || model->all_counts == NULL || model->tokens_per_byte == NULL)
        return tkz__error_memory(error, ids * sizeof *model->counts);
    return TKZ_OK;
}

static void close_model(const tkz__evaluation *evaluation, tkz__evaluated *model)
{
    const tkz_allocator *memory = &evaluation->allocator;
    size_t ids = model->classes.count;
    tkz__release(memory, (void *)model->counts, ids * sizeof *model->counts);
    tkz__release(memory, model->all_counts, ids * sizeof *model->all_counts);
    tkz__release(memory, model->tokens_per_byte,
                 evaluation->what->domain_count * sizeof(double));
    tkz__token_classes_free(&model->classes);
}

/* ---- The whole ------------------------------------------------------------------ */

static tkz_status start(tkz__evaluation *evaluation, tkz_error *error)
{
    const tkz_allocator *memory = &evaluation->allocator;
    const tkz_evaluation *what = evaluation->what;
    uint32_t columns = tkz__model_column(what->model_count, 0);
    size_t bytes = what->model_count * sizeof *evaluation->models;
    evaluation->models = tkz__allocate_zeroed(memory, bytes);
    evaluation->domains = json_array();
    evaluation->results = json_array();
    if (evaluation->models == NULL || evaluation->domains == NULL || evaluation->results == NULL)
        return tkz__error_memory(error, bytes);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < what->model_count; i++)
        status = open_model(evaluation, i, error);
    if (status == TKZ_OK)
        status = tkz__resample_init(&evaluation->resample, what->resamples, columns, memory, error);
    if (status == TKZ_OK)
        status = tkz__resample_init(&evaluation->all_resample, what->resamples, columns, memory,
                                    error);
    return status;
}

/* Everything about a domain is 0 again. */
static void begin_domain(tkz__evaluation *evaluation, size_t domain)
{
    evaluation->domain = domain;
    evaluation->text = (tkz__text_sums){0};
    evaluation->bad = 0;
    evaluation->has_bad_first = false;
    tkz__resample_clear(&evaluation->resample);
    for (size_t i = 0; i < evaluation->what->model_count; i++) {
        tkz__evaluated *model = &evaluation->models[i];
        for (uint32_t id = 0; id < model->classes.count; id++)
            atomic_store_explicit(&model->counts[id], 0, memory_order_relaxed);
        model->sums = (tkz__model_sums){0};
        model->lost.found = false;
    }
}

static void finish(tkz__evaluation *evaluation)
{
    for (size_t i = 0; evaluation->models != NULL && i < evaluation->what->model_count; i++)
        close_model(evaluation, &evaluation->models[i]);
    tkz__release(&evaluation->allocator, evaluation->models,
                 evaluation->what->model_count * sizeof *evaluation->models);
    tkz__resample_free(&evaluation->resample);
    tkz__resample_free(&evaluation->all_resample);
    json_decref(evaluation->domains);
    json_decref(evaluation->results);
}

tkz_status tkz_evaluate(const tkz_evaluation *what, const tkz_executor *executor,
                        const tkz_progress_callback *progress, const tkz_allocator *allocator,
                        tkz_bytes *report, tkz_error *error)
{
    tkz__evaluation evaluation = {.what = what,
                                  .executor = executor,
                                  .progress = progress,
                                  .allocator = tkz__allocator_or_default(allocator)};
    tkz_error_clear(error);
    tkz_status status = check_arguments(what, error);
    if (status == TKZ_OK)
        status = set_reading(&evaluation, error);
    if (status != TKZ_OK)
        return status;
    status = start(&evaluation, error);
    for (size_t i = 0; status == TKZ_OK && i < what->domain_count; i++) {
        begin_domain(&evaluation, i);
        status = tkz__evaluate_domain(&evaluation, error);
        if (status == TKZ_OK)
            status = tkz__evaluation_close_domain(&evaluation, error);
    }
    if (status == TKZ_OK)
        status = tkz__evaluation_report(&evaluation, report, error);
    finish(&evaluation);
    return status;
}
