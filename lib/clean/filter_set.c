/* SPDX-License-Identifier: Apache-2.0
 *
 * A filter set: chosen filters with their parameters and files, and the names of their values. Leans
 * on filter_reader.
 */
#include "clean/filter_set.h"

#include <string.h>

#include "clean/filter_reader.h"
#include "clean/listed_words.h"
#include "core/buffer.h"

/* ---- Names of values ----------------------------------------------------- */

/* "/compat" for each flag that is set: what a value depends on. */
static tkz_status append_flags(tkz__buffer *text, const tkz__chosen_filter *chosen,
                               tkz_error *error)
{
    const tkz_filter_info *info = &chosen->filter->info;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < info->parameter_count && status == TKZ_OK; i++)
        if (info->parameters[i].type == TKZ_PARAMETER_FLAG && chosen->parameters[i] != 0)
            status = tkz__buffer_append_format(text, error, "/%s", info->parameters[i].name);
    return status;
}

/* "swallow_ng_words:ng_words/compat": the filter, its file, its flags. */
static tkz_status name_value(const tkz__chosen_filter *chosen, const char *second,
                             const tkz_allocator *allocator, const char **name, tkz_error *error)
{
    tkz__buffer text;
    tkz__buffer_init(&text, allocator);
    tkz_status status = tkz__buffer_append_text(&text, chosen->filter->info.name, error);
    if (status == TKZ_OK && chosen->file != NULL) {
        const char *slash = strrchr(chosen->file, '/');
        const char *base = slash != NULL ? slash + 1 : chosen->file;
        const char *dot = strrchr(base, '.');
        size_t size = dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base);
        status = tkz__buffer_append_byte(&text, ':', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(&text, base, size, error);
    }
    if (status == TKZ_OK)
        status = append_flags(&text, chosen, error);
    if (status == TKZ_OK && second != NULL)
        status = tkz__buffer_append_byte(&text, '.', error);
    if (status == TKZ_OK && second != NULL)
        status = tkz__buffer_append_text(&text, second, error);
    if (status == TKZ_OK) {
        *name = tkz__duplicate(allocator, text.data, text.size);
        if (*name == NULL)
            status = tkz__error_memory(error, text.size + 1);
    }
    tkz__buffer_free(&text);
    return status;
}

static tkz_status name_values(tkz_filter_set *set, tkz_error *error)
{
    set->value_names = tkz__allocate_array(&set->allocator, set->value_count,
                                           sizeof *set->value_names);
    if (set->value_names == NULL)
        return tkz__error_memory(error, set->value_count * sizeof *set->value_names);
    memset(set->value_names, 0, set->value_count * sizeof *set->value_names);
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        const char **names = set->value_names + chosen->first_value;
        tkz_status status = name_value(chosen, NULL, &set->allocator, &names[0], error);
        if (status == TKZ_OK && chosen->filter->second != NULL)
            status = name_value(chosen, chosen->filter->second_name, &set->allocator, &names[1],
                                error);
        if (status != TKZ_OK)
            return status;
        chosen->score = names[0];
    }
    return TKZ_OK;
}

/* ---- Reading ------------------------------------------------------------- */

/* Chooses the filters; then the numbers of parameters and values are known. */
static tkz_status choose(tkz_filter_set *set, const tkz__filter_list *list, tkz_error *error)
{
    set->chosen = tkz__allocate_array(&set->allocator, set->count, sizeof *set->chosen);
    if (set->chosen == NULL)
        return tkz__error_memory(error, set->count * sizeof *set->chosen);
    memset(set->chosen, 0, set->count * sizeof *set->chosen);
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        tkz_status status = tkz__filter_list_find(list, i, &chosen->filter, error);
        if (status != TKZ_OK)
            return status;
        chosen->first_value = set->value_count;
        set->value_count += chosen->filter->second != NULL ? 2 : 1;
        set->parameter_count += chosen->filter->info.parameter_count;
    }
    return TKZ_OK;
}

static tkz_status read_parameters(tkz_filter_set *set, const tkz__filter_list *list,
                                  tkz_error *error)
{
    set->parameters = tkz__allocate_array(&set->allocator, set->parameter_count,
                                          sizeof *set->parameters);
    if (set->parameters == NULL)
        return tkz__error_memory(error, set->parameter_count * sizeof *set->parameters);
    double *parameters = set->parameters;
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        const char *file;
        tkz_status status = tkz__filter_list_read(list, i, chosen->filter, parameters, &file,
                                                  error);
        if (status != TKZ_OK)
            return status;
        chosen->parameters = parameters;
        parameters += chosen->filter->info.parameter_count;
        if (file == NULL)
            continue;
        chosen->file = tkz__duplicate(&set->allocator, file, strlen(file));
        if (chosen->file == NULL)
            return tkz__error_memory(error, strlen(file) + 1);
    }
    return TKZ_OK;
}

static bool is_compat(const tkz__chosen_filter *chosen)
{
    const tkz_filter_info *info = &chosen->filter->info;
    for (size_t i = 0; i < info->parameter_count; i++)
        if (strcmp(info->parameters[i].name, "compat") == 0)
            return chosen->parameters[i] != 0;
    return false;
}

static void add_order(tkz__ngram_orders *orders, uint32_t n)
{
    orders->least = orders->most == 0 || n < orders->least ? n : orders->least;
    orders->most = n > orders->most ? n : orders->most;
}

/* What the filters need, by their parameters. */
static void find_measures(tkz_filter_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        const tkz__filter *filter = chosen->filter;
        chosen->measures = filter->compat_measures != 0 && is_compat(chosen) ? filter->compat_measures : filter->measures;
        set->measures |= chosen->measures;
        if (chosen->measures & TKZ__MEASURE_NGRAMS)
            add_order(&set->ngram_orders, filter->ngram_order);
        if (chosen->measures & TKZ__MEASURE_WORD_NGRAMS)
            add_order(&set->word_ngram_orders, filter->ngram_order);
    }
}

static tkz_status hash_files(tkz__chosen_filter *chosen, const tkz_allocator *allocator,
                             tkz_error *error)
{
    if (chosen->file == NULL)
        return TKZ_OK;
    if (chosen->filter->hash != NULL) {
        chosen->filter->hash(chosen->resource, chosen->files_hash);
        return TKZ_OK;
    }
    tkz_status status = tkz__file_hash(chosen->file, chosen->files_hash, error);
    if (status != TKZ_OK || chosen->filter->beside == NULL)
        return status;
    char *path = chosen->filter->beside(chosen->file, allocator);
    if (path == NULL)
        return tkz__error_memory(error, strlen(chosen->file));
    size_t size = strlen(chosen->files_hash);
    chosen->files_hash[size] = '+';
    status = tkz__file_hash(path, chosen->files_hash + size + 1, error);
    tkz__release(allocator, path, strlen(path) + 1);
    return status;
}

static tkz_status open_files(tkz_filter_set *set, tkz_error *error)
{
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        if (chosen->filter->open == NULL)
            continue;
        tkz_status status = chosen->filter->open(chosen, &chosen->resource, &set->allocator, error);
        if (status == TKZ_OK)
            status = hash_files(chosen, &set->allocator, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* Several lists are looked for together. */
static tkz_status share_words(tkz_filter_set *set, tkz_error *error)
{
    size_t lists = 0;
    for (size_t i = 0; i < set->count; i++)
        lists += set->chosen[i].filter->close == tkz__filter_close_words;
    if (lists < 2)
        return TKZ_OK;
    set->word_filter = tkz__allocate_zeroed(&set->allocator, sizeof *set->word_filter);
    if (set->word_filter == NULL)
        return tkz__error_memory(error, sizeof *set->word_filter);
    for (size_t i = 0; i < set->count; i++)
        if (set->chosen[i].filter->close == tkz__filter_close_words)
            tkz__word_list_share(set->chosen[i].resource, set->word_filter);
    return TKZ_OK;
}

static tkz_status make_kinds(tkz_filter_set *set, tkz_error *error)
{
    if ((set->measures & ~(uint32_t)(TKZ__MEASURE_LENGTH | TKZ__MEASURE_NGRAMS)) == 0)
        return TKZ_OK;
    set->kinds = tkz__allocate(&set->allocator, sizeof *set->kinds);
    if (set->kinds == NULL)
        return tkz__error_memory(error, sizeof *set->kinds);
    if (!tkz__character_kinds_init(set->kinds))
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, NULL, TKZ__NO_OFFSET,
                              "there are more kinds of characters than the table holds");
    return TKZ_OK;
}

static tkz_status fill(tkz_filter_set *set, const tkz__filter_list *list, tkz_error *error)
{
    tkz_status status = choose(set, list, error);
    if (status == TKZ_OK)
        status = read_parameters(set, list, error);
    if (status == TKZ_OK)
        find_measures(set);
    if (status == TKZ_OK)
        status = name_values(set, error);
    if (status == TKZ_OK)
        status = open_files(set, error);
    if (status == TKZ_OK)
        status = share_words(set, error);
    if (status == TKZ_OK)
        status = make_kinds(set, error);
    return status;
}

/* ---- Life --------------------------------------------------------------- */

tkz_status tkz_filter_set_new(tkz_filter_set **set, const char *json, size_t size,
                              const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__filter_list list;

    if (set == NULL || json == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_filter_set_new",
                              TKZ__NO_OFFSET, "set and json must not be NULL");
    *set = NULL;
    tkz_status status = tkz__filter_list_parse(&list, json, size, error);
    if (status != TKZ_OK)
        return status;

    tkz_filter_set *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL) {
        tkz__filter_list_free(&list);
        return tkz__error_memory(error, sizeof *made);
    }
    made->allocator = memory;
    made->count = json_array_size(list.filters);
    status = fill(made, &list, error);
    tkz__filter_list_free(&list);
    if (status != TKZ_OK) {
        tkz_filter_set_free(made);
        return status;
    }
    *set = made;
    return TKZ_OK;
}

static void release_text(const tkz_allocator *memory, const char *text)
{
    if (text != NULL)
        tkz__release(memory, (char *)text, strlen(text) + 1);
}

void tkz_filter_set_free(tkz_filter_set *set)
{
    if (set == NULL)
        return;
    tkz_allocator memory = set->allocator;
    for (size_t i = 0; set->chosen != NULL && i < set->count; i++) {
        const tkz__chosen_filter *chosen = &set->chosen[i];
        if (chosen->resource != NULL)
            chosen->filter->close(chosen->resource, &memory);
        release_text(&memory, chosen->file);
    }
    for (size_t i = 0; set->value_names != NULL && i < set->value_count; i++)
        release_text(&memory, set->value_names[i]);
    if (set->value_names != NULL)
        tkz__release_array(&memory, set->value_names, set->value_count, sizeof *set->value_names);
    if (set->parameters != NULL)
        tkz__release_array(&memory, set->parameters, set->parameter_count,
                           sizeof *set->parameters);
    tkz__release(&memory, set->kinds, sizeof *set->kinds);
    tkz__release(&memory, set->word_filter, sizeof *set->word_filter);
    if (set->chosen != NULL)
        tkz__release_array(&memory, set->chosen, set->count, sizeof *set->chosen);
    tkz__release(&memory, set, sizeof *set);
}

size_t tkz_filter_set_count(const tkz_filter_set *set)
{
    return set->count;
}

const char *tkz_filter_set_name(const tkz_filter_set *set, size_t index)
{
    return index < set->count ? set->chosen[index].filter->info.name : NULL;
}

size_t tkz_filter_set_value_count(const tkz_filter_set *set)
{
    return set->value_count;
}

const char *tkz_filter_set_value_name(const tkz_filter_set *set, size_t index)
{
    return index < set->value_count ? set->value_names[index] : NULL;
}

double tkz_filter_set_parameter(const tkz_filter_set *set, size_t index, size_t parameter)
{
    if (index >= set->count || parameter >= set->chosen[index].filter->info.parameter_count)
        return 0;
    return set->chosen[index].parameters[parameter];
}

const char *tkz_filter_set_files_hash(const tkz_filter_set *set, size_t index)
{
    return index < set->count && set->chosen[index].files_hash[0] != '\0'
               ? set->chosen[index].files_hash
               : NULL;
}

const char *tkz_filter_set_needs_words(const tkz_filter_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->chosen[i].filter->needs_words ||
            (set->chosen[i].measures & TKZ__MEASURE_OF_WORDS) != 0)
            return set->chosen[i].filter->info.name;
    return NULL;
}

const char *tkz_filter_set_needs_url(const tkz_filter_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->chosen[i].filter->needs_url)
            return set->chosen[i].filter->info.name;
    return NULL;
}

/* ---- Judging values ------------------------------------------------------ */

void tkz_filter_set_judge_one(const tkz_filter_set *set, size_t index, const double *values,
                              tkz_verdict *verdict)
{
    const tkz__chosen_filter *chosen = &set->chosen[index];
    *verdict = (tkz_verdict){.keep = 1};
    if (tkz__filter_decide(chosen->filter, values + chosen->first_value, chosen->parameters,
                           verdict))
        return;
    verdict->keep = 0;
    verdict->filter_index = (uint32_t)index;
    verdict->filter = chosen->filter->info.name;
}

void tkz_filter_set_judge(const tkz_filter_set *set, const double *values, tkz_verdict *verdict)
{
    *verdict = (tkz_verdict){.keep = 1};
    for (size_t i = 0; i < set->count && verdict->keep; i++)
        tkz_filter_set_judge_one(set, i, values, verdict);
}

size_t tkz_filter_set_values_of(const tkz_filter_set *set, size_t index)
{
    return index >= set->count ? 0 : set->chosen[index].filter->second != NULL ? 2 : 1;
}
