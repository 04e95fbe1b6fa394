/* SPDX-License-Identifier: Apache-2.0
 *
 * A filter set from its JSON: every name, type and range is checked and every
 * complaint says what would be right. Leans on jansson (which uses malloc).
 */
#include "clean/filter_set.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/nearest_name.h"

/* Where in the JSON the reader is, for messages. */
typedef struct place {
    size_t filter;         /* index in the array */
    const char *parameter; /* NULL for the filter itself */
} place;

enum { WHERE_SIZE = sizeof((tkz_error *)0)->where, LIST_SIZE = 256 };

/* ---- Complaints --------------------------------------------------------- */

static const char *where_text(const place *at, char where[WHERE_SIZE])
{
    if (at->parameter == NULL)
        snprintf(where, WHERE_SIZE, "filters[%zu]", at->filter);
    else
        snprintf(where, WHERE_SIZE, "filters[%zu].%s", at->filter, at->parameter);
    return where;
}

static tkz_status complain(tkz_error *error, const place *at, const char *message)
{
    char where[WHERE_SIZE];
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, where_text(at, where),
                          TKZ__NO_OFFSET, "%s", message);
}

/* How many bytes of a wrong name to show: at most 60, whole characters. */
static int shown_size(const char *name)
{
    size_t size = strlen(name);
    if (size > 60)
        for (size = 60; size > 0 && ((unsigned char)name[size] & 0xC0) == 0x80;)
            size--;
    return (int)size;
}

/* Complains of an unknown name: the nearest one there is, and all there are. */
static tkz_status complain_of_name(tkz_error *error, const place *at, const char *what,
                                   const char *wrong, const char *(*name_at)(const void *, size_t),
                                   const void *context)
{
    char where[WHERE_SIZE];
    char list[LIST_SIZE] = "";
    size_t used = 0;
    const char *nearest = tkz__nearest_name(wrong, name_at, context);

    for (size_t i = 0; name_at(context, i) != NULL && used < LIST_SIZE; i++)
        used += (size_t)snprintf(list + used, LIST_SIZE - used, "%s%s", i == 0 ? "" : ", ",
                                 name_at(context, i));
    if (nearest == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, where_text(at, where),
                              TKZ__NO_OFFSET, "unknown %s \"%.*s\"; there are: %s", what,
                              shown_size(wrong), wrong, list);
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, where_text(at, where), TKZ__NO_OFFSET,
                          "unknown %s \"%.*s\", did you mean \"%s\"? There are: %s", what,
                          shown_size(wrong), wrong, nearest, list);
}

static const char *filter_name_at(const void *context, size_t index)
{
    (void)context;
    const tkz_filter_info *info = tkz_filter_at(index);
    return info == NULL ? NULL : info->name;
}

static const char *parameter_name_at(const void *context, size_t index)
{
    const tkz_filter_info *info = context;
    return index < info->parameter_count ? info->parameters[index].name : NULL;
}

/* ---- Reading ------------------------------------------------------------ */

static tkz_status read_value(const tkz_parameter_info *info, const json_t *json, const place *at,
                             double *value, tkz_error *error)
{
    char where[WHERE_SIZE];
    bool whole = info->type == TKZ_PARAMETER_INTEGER;
    bool right_type = whole ? json_is_integer(json) : json_is_number(json);

    if (right_type)
        *value = json_number_value(json);
    if (right_type && *value >= info->minimum && *value <= info->maximum)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, where_text(at, where), TKZ__NO_OFFSET,
                          "\"%s\" must be a %s from %.15g to %.15g (default %.15g)", info->name,
                          whole ? "whole number" : "number", info->minimum, info->maximum,
                          info->default_value);
}

/* Fills in the parameters of one filter: what the object says, defaults elsewhere. */
static tkz_status read_parameters(const tkz__filter *filter, json_t *object, size_t index,
                                  double *values, tkz_error *error)
{
    const tkz_filter_info *info = &filter->info;
    const char *key;
    json_t *json;
    place at = {index, NULL};

    for (size_t i = 0; i < info->parameter_count; i++)
        values[i] = info->parameters[i].default_value;
    json_object_foreach(object, key, json) {
        size_t i = 0;
        if (strcmp(key, "name") == 0)
            continue;
        while (i < info->parameter_count && strcmp(key, info->parameters[i].name) != 0)
            i++;
        if (i == info->parameter_count)
            return complain_of_name(error, &at, "parameter", key, parameter_name_at, info);
        tkz_status status = read_value(&info->parameters[i], json, &(place){index, key},
                                       &values[i], error);
        if (status != TKZ_OK)
            return status;
    }
    const char *conflict = filter->conflict == NULL ? NULL : filter->conflict(values);
    return conflict == NULL ? TKZ_OK : complain(error, &at, conflict);
}

/* The filter that an element of the array names. */
static tkz_status read_filter(const json_t *object, size_t index, const tkz__filter **filter,
                              tkz_error *error)
{
    const json_t *name = json_object_get(object, "name");
    place at = {index, NULL};

    if (!json_is_object(object) || !json_is_string(name))
        return complain(error, &at,
                        "a filter is an object with a \"name\", such as {\"name\": \"length\"}");
    *filter = tkz__filter_find(json_string_value(name), json_string_length(name));
    if (*filter == NULL)
        return complain_of_name(error, &at, "filter", json_string_value(name), filter_name_at,
                                NULL);
    return TKZ_OK;
}

/* Chooses the filters and counts their parameters; then there is room for the values. */
static tkz_status read_filters(tkz_filter_set *set, json_t *array, tkz_error *error)
{
    set->chosen = tkz__allocate_array(&set->allocator, set->count, sizeof *set->chosen);
    if (set->chosen == NULL)
        return tkz__error_memory(error, set->count * sizeof *set->chosen);
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        tkz_status status = read_filter(json_array_get(array, i), i, &chosen->filter, error);
        if (status != TKZ_OK)
            return status;
        set->value_count += chosen->filter->info.parameter_count;
        set->measures |= chosen->filter->measures;
    }

    set->values = tkz__allocate_array(&set->allocator, set->value_count, sizeof *set->values);
    if (set->values == NULL)
        return tkz__error_memory(error, set->value_count * sizeof *set->values);
    double *values = set->values;
    for (size_t i = 0; i < set->count; i++) {
        tkz__chosen_filter *chosen = &set->chosen[i];
        tkz_status status = read_parameters(chosen->filter, json_array_get(array, i), i, values,
                                            error);
        if (status != TKZ_OK)
            return status;
        chosen->parameters = values;
        values += chosen->filter->info.parameter_count;
    }
    return TKZ_OK;
}

static tkz_status parse(const char *json, size_t size, json_t **root, tkz_error *error)
{
    json_error_t detail;
    *root = json_loadb(json, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &detail);
    if (*root == NULL) {
        if (json_error_code(&detail) == json_error_out_of_memory)
            return tkz__error_memory(error, size);
        tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "filters",
                       detail.position < 0 ? TKZ__NO_OFFSET : (uint64_t)detail.position,
                       "invalid JSON: %s", detail.text);
        if (error != NULL && detail.line > 0)
            error->line = (uint32_t)detail.line;
        return TKZ_STATUS_INVALID_RECIPE;
    }
    if (json_is_array(*root))
        return TKZ_OK;
    json_decref(*root);
    *root = NULL;
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "filters", TKZ__NO_OFFSET,
                          "filters must be an array, such as [{\"name\": \"length\", "
                          "\"minimum\": 100}]");
}

/* ---- Life --------------------------------------------------------------- */

tkz_status tkz_filter_set_new(tkz_filter_set **set, const char *json, size_t size,
                              const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    json_t *root;

    if (set == NULL || json == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_filter_set_new",
                              TKZ__NO_OFFSET, "set and json must not be NULL");
    *set = NULL;
    tkz_status status = parse(json, size, &root, error);
    if (status != TKZ_OK)
        return status;

    tkz_filter_set *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL) {
        json_decref(root);
        return tkz__error_memory(error, sizeof *made);
    }
    made->allocator = memory;
    made->count = json_array_size(root);
    status = read_filters(made, root, error);
    json_decref(root);
    if (status != TKZ_OK) {
        tkz_filter_set_free(made);
        return status;
    }
    *set = made;
    return TKZ_OK;
}

void tkz_filter_set_free(tkz_filter_set *set)
{
    if (set == NULL)
        return;
    tkz_allocator memory = set->allocator;
    tkz__release_array(&memory, set->values, set->value_count, sizeof *set->values);
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
