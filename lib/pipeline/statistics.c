/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan of statistics, and the counting of documents. Leans on io's JSON scanner.
 */
#include "pipeline/statistics.h"

#include <string.h>

#include "tokenize/text.h"

/* ---- The plan ------------------------------------------------------------ */

/* The second value of a filter that is not about the first one has bounds of its own: "minimum_kana" is that
 * of the value that ends in ".kana". */
static const char *value_suffix(const tkz__filter *filter, size_t value)
{
    return value == 0 ? NULL : filter->second_name;
}

static void add_bounds(json_t *json, const tkz__chosen_filter *chosen, size_t value)
{
    static const char *const bounds[] = {"minimum", "maximum"};
    const tkz_filter_info *info = &chosen->filter->info;
    const char *suffix = value_suffix(chosen->filter, value);
    for (size_t i = 0; i < info->parameter_count; i++)
        for (size_t k = 0; k < 2; k++) {
            size_t size = strlen(bounds[k]);
            const char *name = info->parameters[i].name;
            if (strncmp(name, bounds[k], size) != 0)
                continue;
            bool fits = suffix == NULL ? name[size] == '\0'
                                       : name[size] == '_' && strcmp(name + size + 1, suffix) == 0;
            if (fits)
                json_object_set_new(json, bounds[k], json_real(chosen->parameters[i]));
        }
}

static json_t *describe(const tkz_filter_set *set, size_t index)
{
    const tkz__chosen_filter *chosen = &set->chosen[index];
    const tkz_filter_info *info = &chosen->filter->info;
    json_t *parameters = json_object(), *values = json_array();
    for (size_t i = 0; i < info->parameter_count; i++) {
        const tkz_parameter_info *parameter = &info->parameters[i];
        json_t *value = parameter->type == TKZ_PARAMETER_FILE ? json_string(chosen->file)
                        : parameter->type == TKZ_PARAMETER_FLAG
                            ? json_boolean(chosen->parameters[i] != 0)
                            : json_real(chosen->parameters[i]);
        if (value != NULL)
            json_object_set_new(parameters, parameter->name, value);
    }
    for (size_t i = 0; i < tkz_filter_set_values_of(set, index); i++) {
        json_t *value = json_pack(
            "{s:s}", "name", tkz_filter_set_value_name(set, chosen->first_value + i));
        if (i > 0 && chosen->filter->second_unit != NULL)
            json_object_set_new(value, "unit", json_string(chosen->filter->second_unit));
        add_bounds(value, chosen, i);
        json_array_append_new(values, value);
    }
    return json_pack("{s:s,s:s,s:s,s:o,s:s*,s:o}", "name", info->name, "text", info->text, "unit",
                     info->unit, "parameters", parameters, "files_hash",
                     tkz_filter_set_files_hash(set, index), "values", values);
}

/* Whether values of this unit lie between 0 and 1. */
static bool is_share(const char *unit)
{
    return strncmp(unit, "share", 5) == 0 || strncmp(unit, "score", 5) == 0 || strcmp(unit, "probability") == 0;
}

/* What is counted besides: scales of the values by the unit of their filter, tables. */
static tkz_status complete(tkz__statistics_plan *plan, tkz_error *error)
{
    const tkz_allocator *memory = &plan->allocator;
    plan->filter_count = json_array_size(plan->filters);
    plan->member_count = json_array_size(plan->member_names);
    for (size_t i = 0; i < plan->filter_count; i++)
        plan->value_count +=
            json_array_size(json_object_get(json_array_get(plan->filters, i), "values"));
    plan->scales = tkz__allocate_array(memory, plan->value_count, sizeof *plan->scales);
    plan->scripts = tkz__allocate(memory, sizeof *plan->scripts);
    plan->members = tkz__allocate_array(memory, plan->member_count, sizeof *plan->members);
    plan->member_sizes = tkz__allocate_array(memory, plan->member_count,
                                             sizeof *plan->member_sizes);
    if (plan->scales == NULL || plan->scripts == NULL || plan->members == NULL ||
        plan->member_sizes == NULL)
        return tkz__error_memory(error, sizeof *plan->scripts);
    tkz__script_table_init(plan->scripts);
    for (size_t i = 0, value = 0; i < plan->filter_count; i++) {
        const json_t *filter = json_array_get(plan->filters, i);
        const char *unit = json_string_value(json_object_get(filter, "unit"));
        const json_t *values = json_object_get(filter, "values");
        for (size_t k = 0; k < json_array_size(values); k++) {
            const char *own = json_string_value(json_object_get(json_array_get(values, k), "unit"));
            own = own != NULL ? own : unit;
            plan->scales[value++] = own != NULL && is_share(own) ? TKZ__SCALE_SHARE : TKZ__SCALE_NUMBER;
        }
    }
    for (size_t i = 0; i < plan->member_count; i++) {
        const json_t *name = json_array_get(plan->member_names, i);
        plan->members[i] = json_string_value(name);
        plan->member_sizes[i] = json_string_length(name);
        if (plan->members[i] == NULL)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, "statistics.members", TKZ__NO_OFFSET,
                                  "the name of a member must be a string");
    }
    if (plan->member_count > TKZ__STATISTICS_MEMBERS)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "statistics.members", TKZ__NO_OFFSET,
                              "at most %d members can be counted", TKZ__STATISTICS_MEMBERS);
    return TKZ_OK;
}

tkz_status tkz__statistics_plan_init(tkz__statistics_plan *plan, const tkz_filter_set *filters,
                                     const json_t *made_with, const json_t *members, size_t sample_count,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    *plan = (tkz__statistics_plan){.sample_count = sample_count, .allocator = *allocator};
    plan->filters = json_array();
    plan->made_with = json_deep_copy(made_with);
    plan->member_names = members != NULL ? json_deep_copy(members) : json_array();
    if (plan->made_with == NULL)
        return tkz__error_memory(error, sizeof(json_t));
    for (size_t i = 0; filters != NULL && i < tkz_filter_set_count(filters); i++)
        json_array_append_new(plan->filters, describe(filters, i));
    return complete(plan, error);
}

/* Of what was written, the members that describe and do not count. */
static json_t *description_of(const json_t *filter)
{
    static const char *const kept[] = {"name", "text", "unit", "parameters", "files_hash", NULL};
    static const char *const kept_of_values[] = {"name", "unit", "minimum", "maximum", NULL};
    json_t *description = json_object(), *values = json_array();
    for (size_t i = 0; kept[i] != NULL; i++)
        if (json_object_get(filter, kept[i]) != NULL)
            json_object_set(description, kept[i], json_object_get(filter, kept[i]));
    const json_t *written = json_object_get(filter, "values");
    for (size_t k = 0; k < json_array_size(written); k++) {
        json_t *value = json_object();
        for (size_t i = 0; kept_of_values[i] != NULL; i++) {
            json_t *member = json_object_get(json_array_get(written, k), kept_of_values[i]);
            if (member != NULL)
                json_object_set(value, kept_of_values[i], member);
        }
        json_array_append_new(values, value);
    }
    json_object_set_new(description, "values", values);
    return description;
}

tkz_status tkz__statistics_plan_from_json(tkz__statistics_plan *plan, const json_t *json,
                                          const tkz_allocator *allocator, tkz_error *error)
{
    const json_t *filters = json_object_get(json, "filters"), *member;
    const json_t *samples = json_object_get(json, "samples_each");
    json_t *made_with = json_object_get(json, "made_with");
    const char *name;
    *plan = (tkz__statistics_plan){.allocator = *allocator};
    plan->filters = json_array();
    plan->member_names = json_array();
    plan->made_with = json_is_object(made_with) ? json_deep_copy(made_with) : json_object();
    if (!json_is_array(filters) || !json_is_integer(samples) || json_integer_value(samples) < 0 ||
        json_integer_value(samples) > TKZ__SAMPLES_MOST)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "these are no statistics of 'tokenize stats --json'");
    plan->sample_count = (size_t)json_integer_value(samples);
    for (size_t i = 0; i < json_array_size(filters); i++)
        json_array_append_new(plan->filters, description_of(json_array_get(filters, i)));
    json_object_foreach ((json_t *)(uintptr_t)json_object_get(json, "members"), name, member)
        json_array_append_new(plan->member_names, json_string(name));
    return complete(plan, error);
}

void tkz__statistics_plan_free(tkz__statistics_plan *plan)
{
    const tkz_allocator *memory = &plan->allocator;
    if (memory->release == NULL)
        return;
    tkz__release_array(memory, plan->scales, plan->value_count, sizeof *plan->scales);
    tkz__release(memory, plan->scripts, sizeof *plan->scripts);
    tkz__release_array(memory, plan->members, plan->member_count, sizeof *plan->members);
    tkz__release_array(memory, plan->member_sizes, plan->member_count,
                       sizeof *plan->member_sizes);
    json_decref(plan->filters);
    json_decref(plan->member_names);
    json_decref(plan->made_with);
    memset(plan, 0, sizeof *plan);
}

/* ---- Life ---------------------------------------------------------------- */

tkz_status tkz__statistics_init(tkz__statistics *statistics, const tkz__statistics_plan *plan,
                                tkz_error *error)
{
    const tkz_allocator *memory = &plan->allocator;
    memset(statistics, 0, sizeof *statistics);
    statistics->plan = plan;
    tkz__member_counts_init(&statistics->files, memory);
    for (size_t i = 0; i < TKZ__STATISTICS_MEMBERS; i++)
        tkz__member_counts_init(&statistics->members[i], memory);
    tkz__document_samples_init(&statistics->samples, plan->sample_count, memory);
    statistics->accounts = tkz__allocate_array(memory, plan->filter_count,
                                               sizeof *statistics->accounts);
    statistics->values = tkz__allocate_array(memory, plan->value_count,
                                             sizeof *statistics->values);
    if (statistics->accounts == NULL || statistics->values == NULL)
        return tkz__error_memory(error, plan->value_count * sizeof *statistics->values);
    for (size_t i = 0; i < plan->value_count; i++)
        statistics->values[i].scale = plan->scales[i];
    statistics->characters.scale = statistics->bytes.scale = TKZ__SCALE_NUMBER;
    tkz__statistics_clear(statistics);
    return TKZ_OK;
}

void tkz__statistics_free(tkz__statistics *statistics)
{
    if (statistics->plan == NULL)
        return;
    const tkz_allocator *memory = &statistics->plan->allocator;
    tkz__release_array(memory, statistics->accounts, statistics->plan->filter_count,
                       sizeof *statistics->accounts);
    tkz__release_array(memory, statistics->values, statistics->plan->value_count,
                       sizeof *statistics->values);
    tkz__member_counts_free(&statistics->files);
    for (size_t i = 0; i < TKZ__STATISTICS_MEMBERS; i++)
        tkz__member_counts_free(&statistics->members[i]);
    tkz__document_samples_free(&statistics->samples);
    memset(statistics, 0, sizeof *statistics);
}

void tkz__statistics_clear(tkz__statistics *statistics)
{
    const tkz__statistics_plan *plan = statistics->plan;
    if (plan == NULL)
        return;
    statistics->bad = 0;
    statistics->in = statistics->kept = (tkz__amount){0};
    memset(statistics->accounts, 0, plan->filter_count * sizeof *statistics->accounts);
    for (size_t i = 0; i < plan->value_count; i++)
        tkz__value_histogram_clear(&statistics->values[i]);
    tkz__value_histogram_clear(&statistics->characters);
    tkz__value_histogram_clear(&statistics->bytes);
    memset(statistics->scripts_in, 0, sizeof statistics->scripts_in);
    memset(statistics->scripts_kept, 0, sizeof statistics->scripts_kept);
    tkz__member_counts_clear(&statistics->files);
    for (size_t i = 0; i < plan->member_count; i++)
        tkz__member_counts_clear(&statistics->members[i]);
    tkz__document_samples_clear(&statistics->samples);
}

/* ---- Documents ----------------------------------------------------------- */

static void add_filters(tkz__statistics *statistics, const tkz__amount *amount,
                        const tkz_filter_set *filters, const double *values,
                        const tkz_verdict *verdict)
{
    for (size_t i = 0; i < statistics->plan->value_count; i++)
        tkz__value_histogram_add(&statistics->values[i], values[i]);
    for (size_t i = 0; i < statistics->plan->filter_count; i++) {
        tkz__filter_account *account = &statistics->accounts[i];
        tkz_verdict alone;
        tkz_filter_set_judge_one(filters, i, values, &alone);
        account->alone += !alone.keep;
        if (!verdict->keep && i > verdict->filter_index)
            continue;
        tkz__amount_add(&account->in, amount);
        if (!verdict->keep && i == verdict->filter_index)
            tkz__amount_add(&account->dropped, amount);
    }
}

/* The members of a record that are asked for; a value that is no string counts as it is written. */
static tkz_status add_members(tkz__statistics *statistics, const tkz__document *document,
                              const tkz__amount *in, const tkz__amount *kept, tkz__arena *arena,
                              tkz_error *error)
{
    const tkz__statistics_plan *plan = statistics->plan;
    tkz__json_field fields[TKZ__STATISTICS_MEMBERS];
    if (plan->member_count == 0)
        return TKZ_OK;
    tkz_status status =
        tkz__json_scan_object(document->raw, document->raw_size, plan->members, plan->member_sizes,
                              plan->member_count, fields, error);
    for (size_t i = 0; i < plan->member_count && status == TKZ_OK; i++) {
        if (!fields[i].present)
            continue;
        const char *value = document->raw + fields[i].start;
        size_t size = fields[i].end - fields[i].start;
        if (fields[i].is_string)
            status = tkz__json_unescape(document->raw, &fields[i], TKZ__SURROGATES_REPLACE, arena,
                                        &value, &size, NULL, error);
        if (status == TKZ_OK)
            status = tkz__member_counts_add(&statistics->members[i], value, size, in, kept, error);
    }
    return status;
}

tkz_status tkz__statistics_add(tkz__statistics *statistics, const tkz__document *document,
                               const char *source_name, bool is_json, const tkz_filter_set *filters,
                               const double *values, const tkz_verdict *verdict, tkz__arena *arena,
                               tkz_error *error)
{
    bool keep = verdict == NULL || verdict->keep;
    uint64_t scripts[TKZ__SCRIPT_PARTS] = {0};
    tkz__amount in = {.documents = 1, .bytes = document->text_size}, kept = {0};
    in.characters = tkz__script_mix_add(statistics->plan->scripts, document->text,
                                        document->text_size, scripts);
    for (size_t i = 0; i < TKZ__SCRIPT_PARTS; i++) {
        statistics->scripts_in[i] += scripts[i];
        statistics->scripts_kept[i] += keep ? scripts[i] : 0;
    }
    if (keep)
        kept = in;
    tkz__amount_add(&statistics->in, &in);
    tkz__amount_add(&statistics->kept, &kept);
    tkz__value_histogram_add(&statistics->characters, (double)in.characters);
    tkz__value_histogram_add(&statistics->bytes, (double)in.bytes);
    if (verdict != NULL)
        add_filters(statistics, &in, filters, values, verdict);
    size_t name_size = tkz_utf8_valid_prefix(source_name, strlen(source_name));
    tkz_status status = tkz__member_counts_add(&statistics->files, source_name, name_size, &in,
                                               &kept, error);
    if (status == TKZ_OK && is_json)
        status = add_members(statistics, document, &in, &kept, arena, error);
    const tkz__sampled_document sampled = {
        .text = document->text,
        .text_size = document->text_size,
        .id = document->id,
        .id_size = document->id_size,
        .source = source_name,
        .line = document->line,
        .filter = keep ? NULL : verdict->filter,
        .reason = keep ? NULL : verdict->reason,
        .value = keep ? 0 : verdict->value,
        .threshold = keep ? 0 : verdict->threshold,
    };
    if (status == TKZ_OK)
        status = tkz__document_samples_add(&statistics->samples, &sampled, error);
    return status;
}

tkz_status tkz__statistics_merge(tkz__statistics *total, const tkz__statistics *part,
                                 tkz_error *error)
{
    const tkz__statistics_plan *plan = total->plan;
    total->bad += part->bad;
    tkz__amount_add(&total->in, &part->in);
    tkz__amount_add(&total->kept, &part->kept);
    for (size_t i = 0; i < plan->filter_count; i++) {
        tkz__amount_add(&total->accounts[i].in, &part->accounts[i].in);
        tkz__amount_add(&total->accounts[i].dropped, &part->accounts[i].dropped);
        total->accounts[i].alone += part->accounts[i].alone;
    }
    for (size_t i = 0; i < plan->value_count; i++)
        tkz__value_histogram_merge(&total->values[i], &part->values[i]);
    tkz__value_histogram_merge(&total->characters, &part->characters);
    tkz__value_histogram_merge(&total->bytes, &part->bytes);
    for (size_t i = 0; i < TKZ__SCRIPT_PARTS; i++) {
        total->scripts_in[i] += part->scripts_in[i];
        total->scripts_kept[i] += part->scripts_kept[i];
    }
    tkz_status status = tkz__member_counts_merge(&total->files, &part->files, error);
    for (size_t i = 0; i < plan->member_count && status == TKZ_OK; i++)
        status = tkz__member_counts_merge(&total->members[i], &part->members[i], error);
    if (status == TKZ_OK)
        status = tkz__document_samples_merge(&total->samples, &part->samples, error);
    return status;
}
