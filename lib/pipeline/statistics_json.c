/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics as JSON and back, and those of several reports added up. Leans on jansson.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "pipeline/made_with.h"
#include "pipeline/statistics.h"
#include "tokenize/pipeline.h"

enum { FORMAT_VERSION = 1 };

/* ---- To JSON ------------------------------------------------------------- */

static json_t *filter_to_json(const tkz__statistics *statistics, size_t index, size_t *value)
{
    const tkz__filter_account *account = &statistics->accounts[index];
    tkz__amount out = tkz__amount_less(account->in, account->dropped);
    json_t *json = json_deep_copy(json_array_get(statistics->plan->filters, index));
    json_object_set_new(json, "in", tkz__amount_to_json(&account->in));
    json_object_set_new(json, "dropped", tkz__amount_to_json(&account->dropped));
    json_object_set_new(json, "out", tkz__amount_to_json(&out));
    json_object_set_new(json, "dropped_alone", json_integer((json_int_t)account->alone));
    const json_t *values = json_object_get(json, "values");
    for (size_t i = 0; i < json_array_size(values); i++)
        tkz__value_histogram_to_json(&statistics->values[(*value)++], json_array_get(values, i));
    return json;
}

static json_t *histogram_to_json(const tkz__value_histogram *histogram)
{
    json_t *json = json_object();
    tkz__value_histogram_to_json(histogram, json);
    return json;
}

json_t *tkz__statistics_to_json(const tkz__statistics *statistics)
{
    const tkz__statistics_plan *plan = statistics->plan;
    json_t *filters = json_array(), *scripts = json_object(), *members = json_object();
    for (size_t i = 0, value = 0; i < plan->filter_count; i++)
        json_array_append_new(filters, filter_to_json(statistics, i, &value));
    for (size_t i = 0; i < TKZ__SCRIPT_PARTS; i++)
        json_object_set_new(scripts, tkz__script_part_names[i],
                            json_pack("{s:I,s:I}", "in", (json_int_t)statistics->scripts_in[i],
                                      "kept", (json_int_t)statistics->scripts_kept[i]));
    json_t *files = tkz__member_counts_to_json(&statistics->files);
    bool complete = files != NULL;
    for (size_t i = 0; i < plan->member_count; i++) /* of NULL, jansson sets nothing and says so */
        complete = json_object_set_new(members, plan->members[i],
                                       tkz__member_counts_to_json(&statistics->members[i])) == 0 &&
                   complete;
    json_t *json = json_pack("{s:i,s:I,s:o,s:o}", "version", FORMAT_VERSION, "bad",
                             (json_int_t)statistics->bad, "in",
                             tkz__amount_to_json(&statistics->in), "kept",
                             tkz__amount_to_json(&statistics->kept));
    if (json_object_size(plan->made_with) > 0)
        json_object_set(json, "made_with", plan->made_with);
    json_object_set_new(json, "filters", filters);
    json_object_set_new(json, "characters", histogram_to_json(&statistics->characters));
    json_object_set_new(json, "bytes", histogram_to_json(&statistics->bytes));
    json_object_set_new(json, "scripts", scripts);
    json_object_set_new(json, "files", files);
    json_object_set_new(json, "members", members);
    json_object_set_new(json, "samples_each", json_integer((json_int_t)plan->sample_count));
    json_object_set_new(json, "samples", tkz__document_samples_to_json(&statistics->samples));
    if (complete)
        return json;
    json_decref(json);
    return NULL;
}

/* ---- From JSON ----------------------------------------------------------- */

static tkz_status filters_from_json(tkz__statistics *statistics, const json_t *filters,
                                    tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0, value = 0; i < statistics->plan->filter_count; i++) {
        const json_t *filter = json_array_get(filters, i);
        const json_t *values = json_object_get(filter, "values");
        statistics->accounts[i] = (tkz__filter_account){
            .in = tkz__amount_from_json(json_object_get(filter, "in")),
            .dropped = tkz__amount_from_json(json_object_get(filter, "dropped")),
            .alone = (uint64_t)json_integer_value(json_object_get(filter, "dropped_alone")),
        };
        for (size_t k = 0; k < json_array_size(values) && status == TKZ_OK; k++)
            status = tkz__value_histogram_from_json(&statistics->values[value++],
                                                    json_array_get(values, k), error);
    }
    return status;
}

tkz_status tkz__statistics_from_json(tkz__statistics *statistics, const json_t *json,
                                     tkz_error *error)
{
    const tkz__statistics_plan *plan = statistics->plan;
    const json_t *members = json_object_get(json, "members");
    if (json_integer_value(json_object_get(json, "version")) != FORMAT_VERSION ||
        json_array_size(json_object_get(json, "filters")) != plan->filter_count)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "these are no statistics of this release");
    tkz__statistics_clear(statistics);
    statistics->bad = (uint64_t)json_integer_value(json_object_get(json, "bad"));
    statistics->in = tkz__amount_from_json(json_object_get(json, "in"));
    statistics->kept = tkz__amount_from_json(json_object_get(json, "kept"));
    for (size_t i = 0; i < TKZ__SCRIPT_PARTS; i++) {
        const json_t *part = json_object_get(json_object_get(json, "scripts"),
                                             tkz__script_part_names[i]);
        statistics->scripts_in[i] = (uint64_t)json_integer_value(json_object_get(part, "in"));
        statistics->scripts_kept[i] = (uint64_t)json_integer_value(json_object_get(part, "kept"));
    }
    tkz_status status = filters_from_json(statistics, json_object_get(json, "filters"), error);
    if (status == TKZ_OK)
        status = tkz__value_histogram_from_json(&statistics->characters,
                                                json_object_get(json, "characters"), error);
    if (status == TKZ_OK)
        status = tkz__value_histogram_from_json(&statistics->bytes, json_object_get(json, "bytes"),
                                                error);
    if (status == TKZ_OK)
        status = tkz__member_counts_from_json(&statistics->files, json_object_get(json, "files"),
                                              error);
    for (size_t i = 0; i < plan->member_count && status == TKZ_OK; i++)
        status = tkz__member_counts_from_json(&statistics->members[i],
                                              json_object_get(members, plan->members[i]), error);
    if (status == TKZ_OK)
        status = tkz__document_samples_from_json(&statistics->samples,
                                                 json_object_get(json, "samples"), error);
    return status;
}

/* ---- Several reports ----------------------------------------------------- */

/* What is counted must be the same in all. */
static tkz_status compare_plans(const tkz__statistics_plan *first, const tkz__statistics_plan *plan,
                                tkz_error *error)
{
    char difference[300];
    tkz__made_with_compare(first->filters, first->made_with, plan->filters, plan->made_with,
                           difference, sizeof difference);
    if (difference[0] == '\0' && !json_equal(plan->member_names, first->member_names))
        (void)snprintf(difference, sizeof difference, "other members are counted than in the first one");
    if (difference[0] == '\0' && plan->sample_count != first->sample_count)
        (void)snprintf(difference, sizeof difference, "it has %zu samples of each reason, and the first one %zu",
                       plan->sample_count, first->sample_count);
    if (difference[0] == '\0')
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "%s; make all parts with the same options and files", difference);
}

/* Reads one report and adds it up. */
static tkz_status add_report(tkz__statistics_plan *plan, tkz__statistics *total, const char *text,
                             size_t size, const tkz_allocator *memory, tkz_error *error)
{
    json_error_t fault;
    tkz__statistics_plan own = {0};
    tkz__statistics part = {0};
    json_t *json = json_loadb(text, size, 0, &fault);
    if (json == NULL)
        return tkz__error_set(error, TKZ_STATUS_BAD_JSON, NULL,
                              fault.position >= 0 ? (uint64_t)fault.position : TKZ__NO_OFFSET,
                              "%.150s", fault.text);
    const json_t *inner = json_object_get(json, "statistics"); /* of the report of a run */
    const json_t *statistics = inner != NULL ? inner : json;
    tkz_status status = tkz__statistics_plan_from_json(&own, statistics, memory, error);
    if (status == TKZ_OK && total->plan == NULL) {
        *plan = own;
        own = (tkz__statistics_plan){0};
        status = tkz__statistics_init(total, plan, error);
    } else if (status == TKZ_OK) {
        status = compare_plans(plan, &own, error);
    }
    if (status == TKZ_OK)
        status = tkz__statistics_init(&part, plan, error);
    if (status == TKZ_OK)
        status = tkz__statistics_from_json(&part, statistics, error);
    if (status == TKZ_OK)
        status = tkz__statistics_merge(total, &part, error);
    tkz__statistics_free(&part);
    tkz__statistics_plan_free(&own);
    json_decref(json);
    return status;
}

tkz_status tkz_statistics_merge(const char *const *reports, const uint64_t *sizes, size_t count,
                                const tkz_allocator *allocator, tkz_bytes *merged, size_t *failed,
                                tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__statistics_plan plan = {0};
    tkz__statistics total = {0};
    tkz__buffer buffer;
    tkz_status status = TKZ_OK;
    if (reports == NULL || sizes == NULL || count == 0 || merged == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_statistics_merge",
                              TKZ__NO_OFFSET, "there must be reports, sizes and a place for the sum");
    memset(merged, 0, sizeof *merged);
    tkz__buffer_init(&buffer, &memory);
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        if (failed != NULL)
            *failed = i;
        status = add_report(&plan, &total, reports[i], (size_t)sizes[i], &memory, error);
    }
    if (status == TKZ_OK) {
        json_t *json = tkz__statistics_to_json(&total);
        char *text = json != NULL ? json_dumps(json, JSON_INDENT(2)) : NULL;
        status = text != NULL ? tkz__buffer_append_text(&buffer, text, error)
                              : tkz__error_memory(error, 0);
        free(text);
        json_decref(json);
    }
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, merged);
    tkz__buffer_free(&buffer);
    tkz__statistics_free(&total);
    tkz__statistics_plan_free(&plan);
    return status;
}
