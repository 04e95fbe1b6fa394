/* SPDX-License-Identifier: Apache-2.0
 *
 * The report of an evaluation: figures of sums, as doc/formats/evaluation.md lists them. Leans on train's
 * figures and jansson.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/evaluate.h"
#include "tokenize/text.h"
#include "train/usage_figures.h"

/* What figures are computed from: of one domain, or of all. */
typedef struct scope {
    tkz__evaluation *evaluation;
    const char *domain;
    const tkz__text_sums *text;
    tkz__resample *resample;
    double *scratch;
    bool is_all;
} scope;

/* JSON has no NaN: what cannot be computed is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* ---- Ratios -------------------------------------------------------------------- */

/* A column of the texts, or of the model in question. */
typedef struct column_name {
    bool of_model;
    int column;
} column_name;
#define OF_TEXT(name) {false, TKZ__COLUMN_##name}
#define OF_MODEL(name) {true, TKZ__COLUMN_##name}

typedef struct ratio_figure {
    const char *name;
    column_name over;
    column_name under;
    column_name under_more; /* added to `under` if has_more */
    bool has_more;
    bool needs_words;
    double factor;
} ratio_figure;

static const ratio_figure ratio_figures[] = {
    {"characters_per_token", OF_TEXT(CHARACTERS), OF_MODEL(TOKENS), {0}, false, false, 1},
    {"bytes_per_token", OF_TEXT(BYTES), OF_MODEL(TOKENS), {0}, false, false, 1},
    {"tokens_per_word", OF_MODEL(TOKENS), OF_TEXT(WORDS), {0}, false, true, 1},
    {"whole_words", OF_MODEL(WHOLE_WORDS), OF_TEXT(WORDS), {0}, false, true, 1},
    {"border_precision", OF_MODEL(COMMON), OF_MODEL(TOKEN_BORDERS), {0}, false, true, 1},
    {"border_recall", OF_MODEL(COMMON), OF_TEXT(WORD_BORDERS), {0}, false, true, 1},
    {"border_f1", OF_MODEL(COMMON), OF_MODEL(TOKEN_BORDERS), OF_TEXT(WORD_BORDERS), true, true, 2},
};
enum { RATIO_FIGURES = sizeof ratio_figures / sizeof ratio_figures[0] };

static double sum_of(const scope *s, size_t model, uint32_t column)
{
    const tkz__model_sums *sums = s->is_all ? &s->evaluation->models[model].all_sums
                                            : &s->evaluation->models[model].sums;
    const tkz__text_sums *t = s->text;
    const uint64_t of_text[] = {t->characters, t->bytes, t->words, t->word_borders};
    const uint64_t of_model[] = {sums->tokens, sums->token_borders, sums->common_borders,
                                 sums->whole_words};
    return column < TKZ__TEXT_COLUMNS
               ? (double)of_text[column]
               : (double)of_model[(column - TKZ__TEXT_COLUMNS) % TKZ__MODEL_COLUMNS];
}

static size_t model_of(uint32_t column, size_t otherwise)
{
    return column < TKZ__TEXT_COLUMNS ? otherwise
                                      : (column - TKZ__TEXT_COLUMNS) / TKZ__MODEL_COLUMNS;
}

/* {"value":, "low":, "high":}; without an interval where there is none, null where nothing is. */
static json_t *ratio(const scope *s, size_t model, const tkz__ratio *parts)
{
    double low, high;
    double under = sum_of(s, model_of(parts->under, model), parts->under);
    if (parts->under_more != UINT32_MAX)
        under += sum_of(s, model_of(parts->under_more, model), parts->under_more);
    if (under <= 0)
        return json_null();
    double value =
        parts->factor * sum_of(s, model_of(parts->over, model), parts->over) / under;
    json_t *object = json_pack("{s:f}", "value", value);
    if (s->resample->count > 0 &&
        tkz__resample_interval(s->resample, parts, s->scratch, &low, &high)) {
        json_object_set_new(object, "low", json_real(low));
        json_object_set_new(object, "high", json_real(high));
    }
    return object;
}

static uint32_t column_of(const column_name *name, size_t model)
{
    return name->of_model ? tkz__model_column(model, name->column) : (uint32_t)name->column;
}

static void add_ratios(const scope *s, size_t model, json_t *object)
{
    const tkz_evaluation *what = s->evaluation->what;
    for (size_t i = 0; i < RATIO_FIGURES; i++) {
        const ratio_figure *figure = &ratio_figures[i];
        tkz__ratio parts = {column_of(&figure->over, model), column_of(&figure->under, model),
                            figure->has_more ? column_of(&figure->under_more, model) : UINT32_MAX,
                            figure->factor};
        bool known = !figure->needs_words || what->words != NULL;
        json_object_set_new(object, figure->name, known ? ratio(s, model, &parts) : json_null());
    }
    tkz__ratio length = {tkz__model_column(model, TKZ__COLUMN_TOKENS), 0, UINT32_MAX, 1};
    if (what->reference != SIZE_MAX)
        length.under = tkz__model_column(what->reference, TKZ__COLUMN_TOKENS);
    json_object_set_new(object, "normalized_sequence_length",
                        what->reference != SIZE_MAX ? ratio(s, model, &length) : json_null());
}

/* ---- Use of the vocabulary -------------------------------------------------------- */

static json_t *part_of(uint64_t count, uint64_t all)
{
    return json_pack("{s:I, s:o}", "tokens", (json_int_t)count, "rate",
                     number(all > 0 ? (double)count / (double)all : NAN));
}

static void add_usage(json_t *object, const tkz__usage_figures *f,
                      const tkz__token_classes *classes)
{
    double usable = classes->usable;
    json_t *lengths = json_array();
    for (int i = 0; i <= TKZ__TOKEN_LONGEST; i++)
        json_array_append_new(lengths, json_integer((json_int_t)f->lengths[i]));
    json_object_set_new(object, "used", json_integer((json_int_t)f->used));
    json_object_set_new(object, "unused", json_integer((json_int_t)f->unused));
    json_object_set_new(object, "utilization",
                        number(usable > 0 ? (usable - (double)f->unused) / usable : NAN));
    json_object_set_new(object, "unknown", part_of(f->unknown, f->tokens));
    json_object_set_new(object, "bytes", part_of(f->bytes, f->tokens));
    json_object_set_new(object, "broken", part_of(f->broken, f->tokens));
    json_object_set_new(object, "shannon_entropy", number(f->shannon));
    json_object_set_new(object, "shannon_efficiency", number(f->shannon_efficiency));
    json_object_set_new(object, "renyi_entropy", number(f->renyi));
    json_object_set_new(object, "renyi_efficiency", number(f->renyi_efficiency));
    json_object_set_new(object, "perplexity", number(f->perplexity));
    json_object_set_new(object, "model_perplexity", number(f->model_perplexity));
    json_object_set_new(object, "token_characters", lengths);
}

/* Counts at ranks 1, 2, 3, ... which grow by a sixth or more, and at the last one. */
static json_t *rank_curve(const uint64_t *sorted, size_t count)
{
    json_t *curve = json_array();
    for (size_t rank = 1; rank <= count; rank = rank + (rank < 6 ? 1 : rank / 6)) {
        json_array_append_new(curve, json_pack("[I, I]", (json_int_t)rank,
                                               (json_int_t)sorted[rank - 1]));
        if (rank < count && rank + (rank < 6 ? 1 : rank / 6) > count)
            json_array_append_new(curve, json_pack("[I, I]", (json_int_t)count,
                                                   (json_int_t)sorted[count - 1]));
    }
    return curve;
}

/* ---- Round trip -------------------------------------------------------------------- */

/* Whole characters of what was kept, which may end in a part of one. */
static json_t *text_of(const char *data, size_t size)
{
    size_t valid = tkz_utf8_valid_prefix(data, size);
    char hexadecimal[2 * 64 + 3] = "0x";
    if (valid > 0 || size == 0)
        return json_stringn(data, valid);
    for (size_t i = 0; i < size; i++)
        (void)snprintf(hexadecimal + 2 + 2 * i, 3, "%02x", (unsigned char)data[i]);
    return json_string(hexadecimal);
}

/* Names of files may be no UTF-8. */
static json_t *path_of(const char *path)
{
    json_t *text = json_string(path);
    return text != NULL ? text : json_string("(a name that is not UTF-8)");
}

static json_t *round_trip(const scope *s, size_t model)
{
    const tkz__evaluated *m = &s->evaluation->models[model];
    const tkz__lost_text *lost = &m->lost;
    uint64_t failures = s->is_all ? m->all_sums.not_restored : m->sums.not_restored;
    json_t *object = json_pack("{s:I}", "failures", (json_int_t)failures);
    if (s->is_all || !lost->found)
        return object;
    const tkz_evaluated_domain *domain =
        &s->evaluation->what->domains[s->evaluation->domain];
    json_object_set_new(
        object, "first",
        json_pack("{s:o, s:I, s:I, s:o, s:o}", "source", path_of(domain->paths[lost->source]),
                  "line", (json_int_t)lost->line, "offset", (json_int_t)lost->offset, "text",
                  text_of(lost->text, lost->text_size), "decoded",
                  text_of(lost->decoded, lost->decoded_size)));
    return object;
}

/* ---- Results ------------------------------------------------------------------------ */

static tkz_status add_result(const scope *s, size_t model, const uint64_t *counts, uint64_t *sorted,
                             tkz_error *error)
{
    tkz__evaluation *evaluation = s->evaluation;
    const tkz_evaluated_model *named = &evaluation->what->models[model];
    tkz__evaluated *m = &evaluation->models[model];
    tkz__usage_figures figures;
    tkz__usage_figures_of(&figures, counts, &m->classes, named->tokenizer,
                          evaluation->what->alpha > 0 ? evaluation->what->alpha : 2.5);
    const tkz__model_sums *sums = s->is_all ? &m->all_sums : &m->sums;
    if (figures.tokens != sums->tokens)
        return tkz__error_set(error, TKZ_STATUS_COUNTS_DISAGREE, named->name, TKZ__NO_OFFSET,
                              "%" PRIu64 " tokens were counted by their ids, %" PRIu64
                              " by documents",
                              figures.tokens, sums->tokens);
    json_t *object = json_pack("{s:s, s:s, s:I}", "domain", s->domain, "model", named->name,
                               "tokens", (json_int_t)sums->tokens);
    if (object == NULL)
        return tkz__error_memory(error, 0);
    add_ratios(s, model, object);
    add_usage(object, &figures, &m->classes);
    json_object_set_new(object, "round_trip", round_trip(s, model));
    if (s->is_all) {
        size_t domains = evaluation->what->domain_count;
        size_t ranks = tkz__rank_counts(counts, m->classes.count, sorted);
        json_object_set_new(object, "rank_frequency", rank_curve(sorted, ranks));
        json_object_set_new(
            object, "gini",
            number(domains > 1 ? tkz__gini(m->tokens_per_byte, domains) : NAN));
    } else {
        m->tokens_per_byte[evaluation->domain] =
            s->text->bytes > 0 ? (double)sums->tokens / (double)s->text->bytes : 0;
    }
    json_array_append_new(evaluation->results, object);
    return TKZ_OK;
}

/* Results of every model; `sorted` has room for the counts of the largest. */
static tkz_status add_results(const scope *s, uint64_t *sorted, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < s->evaluation->what->model_count; i++) {
        tkz__evaluated *model = &s->evaluation->models[i];
        if (!s->is_all) { /* `sorted` serves as their copy */
            for (uint32_t id = 0; id < model->classes.count; id++)
                sorted[id] = atomic_load_explicit(&model->counts[id], memory_order_relaxed);
        }
        status = add_result(s, i, s->is_all ? model->all_counts : sorted, sorted, error);
    }
    return status;
}

static json_t *text_json(const scope *s, uint64_t bad)
{
    const tkz__text_sums *t = s->text;
    json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", s->domain, "documents",
                               (json_int_t)t->documents, "characters", (json_int_t)t->characters,
                               "bytes", (json_int_t)t->bytes, "bad", (json_int_t)bad);
    json_object_set_new(object, "words", s->evaluation->what->words != NULL
                                             ? json_integer((json_int_t)t->words)
                                             : json_null());
    return object;
}

static void add_to_all(tkz__evaluation *evaluation)
{
    const tkz__text_sums *t = &evaluation->text;
    tkz__text_sums *all = &evaluation->all_text;
    all->documents += t->documents;
    all->characters += t->characters;
    all->bytes += t->bytes;
    all->words += t->words;
    all->word_borders += t->word_borders;
    evaluation->all_bad += evaluation->bad;
    tkz__resample_merge(&evaluation->all_resample, &evaluation->resample);
    for (size_t i = 0; i < evaluation->what->model_count; i++) {
        tkz__evaluated *model = &evaluation->models[i];
        model->all_sums.tokens += model->sums.tokens;
        model->all_sums.token_borders += model->sums.token_borders;
        model->all_sums.common_borders += model->sums.common_borders;
        model->all_sums.whole_words += model->sums.whole_words;
        model->all_sums.not_restored += model->sums.not_restored;
        for (uint32_t id = 0; id < model->classes.count; id++)
            model->all_counts[id] +=
                atomic_load_explicit(&model->counts[id], memory_order_relaxed);
    }
}

/* Runs add_results with the memory that it needs. */
static tkz_status with_scratch(scope *s, tkz_error *error)
{
    const tkz_allocator *memory = &s->evaluation->allocator;
    size_t ids = s->evaluation->largest;
    uint64_t *sorted = tkz__allocate_array(memory, ids, sizeof *sorted);
    s->scratch = tkz__allocate_array(memory, s->resample->count, sizeof *s->scratch);
    tkz_status status = sorted != NULL && s->scratch != NULL
                            ? add_results(s, sorted, error)
                            : tkz__error_memory(error, ids * sizeof *sorted);
    tkz__release_array(memory, sorted, ids, sizeof *sorted);
    tkz__release_array(memory, s->scratch, s->resample->count, sizeof *s->scratch);
    return status;
}

tkz_status tkz__evaluation_close_domain(tkz__evaluation *evaluation, tkz_error *error)
{
    const tkz_evaluated_domain *domain = &evaluation->what->domains[evaluation->domain];
    scope s = {evaluation, domain->name, &evaluation->text, &evaluation->resample, NULL, false};
    tkz_status status = with_scratch(&s, error);
    json_t *object = text_json(&s, evaluation->bad);
    json_t *files = json_array();
    for (size_t i = 0; i < domain->path_count; i++)
        json_array_append_new(files, path_of(domain->paths[i]));
    json_object_set_new(object, "files", files);
    if (evaluation->has_bad_first) {
        const tkz__bad_sample *first = &evaluation->bad_first;
        json_object_set_new(
            object, "bad_first",
            json_pack("{s:o, s:I, s:s, s:s}", "source", path_of(domain->paths[first->source]),
                      "line", (json_int_t)first->line, "reason", first->reason, "message",
                      first->message));
    }
    json_array_append_new(evaluation->domains, object);
    add_to_all(evaluation);
    return status;
}

/* ---- The whole ----------------------------------------------------------------------- */

static json_t *models_json(const tkz__evaluation *evaluation)
{
    json_t *models = json_array();
    for (size_t i = 0; i < evaluation->what->model_count; i++) {
        const tkz_evaluated_model *named = &evaluation->what->models[i];
        const tkz__evaluated *model = &evaluation->models[i];
        tkz_tokenizer_facts facts;
        tkz_tokenizer_describe(named->tokenizer, &facts);
        json_t *object = json_pack("{s:s, s:s, s:I, s:I, s:b}", "name", named->name, "kind",
                                   facts.kind, "ids", (json_int_t)facts.ids, "usable",
                                   (json_int_t)model->classes.usable, "lossless",
                                   (int)(facts.losses == 0));
        if (evaluation->what->timing != 0)
            json_object_set_new(object, "encoding",
                                json_pack("{s:I, s:f}", "bytes",
                                          (json_int_t)model->bytes_encoded, "thread_seconds",
                                          model->seconds));
        json_array_append_new(models, object);
    }
    return models;
}

tkz_status tkz__evaluation_report(tkz__evaluation *evaluation, tkz_bytes *report, tkz_error *error)
{
    const tkz_evaluation *what = evaluation->what;
    scope s = {evaluation, "all", &evaluation->all_text, &evaluation->all_resample, NULL, true};
    char hash[17] = "";
    tkz_status status = with_scratch(&s, error);
    if (status != TKZ_OK)
        return status;
    if (what->words != NULL)
        (void)snprintf(hash, sizeof hash, "%016" PRIx64, what->words->hash);
    json_t *object = json_pack(
        "{s:s, s:o, s:f, s:I, s:I, s:s?, s:s?, s:O, s:o, s:O}", "format", "tokenize-evaluation-1",
        "models", models_json(evaluation), "alpha", what->alpha > 0 ? what->alpha : 2.5,
        "resamples", (json_int_t)what->resamples, "seed", (json_int_t)what->seed, "reference",
        what->reference != SIZE_MAX ? what->models[what->reference].name : NULL, "dictionary",
        what->words != NULL ? hash : NULL, "domains", evaluation->domains, "all",
        text_json(&s, evaluation->all_bad), "results", evaluation->results);
    char *text = object != NULL ? json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) : NULL;
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, &evaluation->allocator);
    status = text != NULL ? tkz__buffer_append_text(&buffer, text, error)
                          : tkz__error_memory(error, 0);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, report);
    tkz__buffer_free(&buffer);
    free(text);
    json_decref(object);
    return status;
}
