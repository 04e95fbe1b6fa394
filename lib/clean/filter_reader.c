/* SPDX-License-Identifier: Apache-2.0
 *
 * A filter set's JSON: every name, type and range is checked and every complaint says what would be
 * right; presets become the filters that they stand for. Leans on jansson (which uses malloc).
 */
#include "clean/filter_reader.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "clean/presets.h"
#include "core/nearest_name.h"

/* Where in the JSON the reader is, for messages. */
typedef struct place {
    size_t filter;         /* index in the user's array */
    const char *parameter; /* NULL for the filter itself */
} place;

enum { WHERE_SIZE = sizeof((tkz_error *)0)->where, LIST_SIZE = 128 };

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

    for (size_t i = 0; name_at(context, i) != NULL; i++) {
        const char *name = name_at(context, i);
        if (used + strlen(name) + 8 > LIST_SIZE) {
            snprintf(list + used, LIST_SIZE - used, ", ...");
            break;
        }
        used += (size_t)snprintf(list + used, LIST_SIZE - used, "%s%s", i == 0 ? "" : ", ", name);
    }
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

static const char *preset_name_at(const void *context, size_t index)
{
    (void)context;
    const tkz_preset_info *info = tkz_preset_at(index);
    return info == NULL ? NULL : info->name;
}

/* ---- Values -------------------------------------------------------------- */

static tkz_status read_flag(const tkz_parameter_info *info, const json_t *json, const place *at,
                            double *value, tkz_error *error)
{
    char where[WHERE_SIZE];
    *value = json_is_true(json);
    if (json_is_boolean(json))
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, where_text(at, where), TKZ__NO_OFFSET,
                          "\"%s\" must be true or false (default %s)", info->name,
                          info->default_value != 0 ? "true" : "false");
}

static tkz_status read_number(const tkz_parameter_info *info, const json_t *json, const place *at,
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

static tkz_status read_value(const tkz_parameter_info *info, const json_t *json, const place *at,
                             double *value, const char **file, tkz_error *error)
{
    if (info->type == TKZ_PARAMETER_FLAG)
        return read_flag(info, json, at, value, error);
    if (info->type != TKZ_PARAMETER_FILE)
        return read_number(info, json, at, value, error);
    *file = json_string_value(json);
    if (*file != NULL && **file != '\0')
        return TKZ_OK;
    return complain(error, at, "this must be the name of a file");
}

/* A file must be given, unless the filter has something of its own in its place. */
static tkz_status check_file(const tkz_filter_info *info, const char *file, size_t element,
                             tkz_error *error)
{
    char where[WHERE_SIZE];
    for (size_t i = 0; i < info->parameter_count; i++) {
        const tkz_parameter_info *parameter = &info->parameters[i];
        if (parameter->type != TKZ_PARAMETER_FILE || parameter->default_value != 0 || file != NULL)
            continue;
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE,
                              where_text(&(place){element, "file"}, where), TKZ__NO_OFFSET,
                              "filter \"%s\" needs a file: %s", info->name,
                              info->parameters[i].text);
    }
    return TKZ_OK;
}

static size_t element_of(const tkz__filter_list *list, size_t index)
{
    return (size_t)json_integer_value(json_array_get(list->elements, index));
}

tkz_status tkz__filter_list_read(const tkz__filter_list *list, size_t index,
                                 const tkz__filter *filter, double *parameters,
                                 const char **file, tkz_error *error)
{
    const tkz_filter_info *info = &filter->info;
    size_t element = element_of(list, index);
    const char *key;
    json_t *json;
    place at = {element, NULL};

    *file = NULL;
    for (size_t i = 0; i < info->parameter_count; i++)
        parameters[i] = info->parameters[i].default_value;
    json_object_foreach(json_array_get(list->filters, index), key, json) {
        size_t i = 0;
        if (strcmp(key, "name") == 0)
            continue;
        while (i < info->parameter_count && strcmp(key, info->parameters[i].name) != 0)
            i++;
        if (i == info->parameter_count)
            return complain_of_name(error, &at, "parameter", key, parameter_name_at, info);
        tkz_status status = read_value(&info->parameters[i], json, &(place){element, key},
                                       &parameters[i], file, error);
        if (status != TKZ_OK)
            return status;
    }
    const char *conflict = filter->conflict == NULL ? NULL : filter->conflict(parameters);
    if (conflict != NULL)
        return complain(error, &at, conflict);
    return check_file(info, *file, element, error);
}

tkz_status tkz__filter_list_find(const tkz__filter_list *list, size_t index,
                                 const tkz__filter **filter, tkz_error *error)
{
    const json_t *object = json_array_get(list->filters, index);
    const json_t *name = json_object_get(object, "name");
    place at = {element_of(list, index), NULL};

    if (!json_is_object(object) || !json_is_string(name))
        return complain(error, &at,
                        "a filter is an object with a \"name\", such as {\"name\": \"length\"}, "
                        "or with a \"preset\"");
    *filter = tkz__filter_find(json_string_value(name), json_string_length(name));
    if (*filter == NULL)
        return complain_of_name(error, &at, "filter", json_string_value(name), filter_name_at,
                                NULL);
    return TKZ_OK;
}

/* ---- Presets ------------------------------------------------------------- */

/* "$lists/NAME" becomes a file in the user's folder; of "$lists?/NAME" a filter does without where it is missing. */
static tkz_status place_file(json_t *filter, const tkz_preset_info *preset, const char *lists,
                             const place *at, tkz_error *error)
{
    static const char prefix[] = "$lists", slash[] = "/", may_miss[] = "?/";
    const char *file = json_string_value(json_object_get(filter, "file"));
    if (file == NULL || strncmp(file, prefix, sizeof prefix - 1) != 0)
        return TKZ_OK;
    const char *name = file + sizeof prefix - 1;
    bool must_be = strncmp(name, slash, sizeof slash - 1) == 0;
    name += must_be ? sizeof slash - 1 : sizeof may_miss - 1;
    if (lists == NULL && must_be) {
        char where[WHERE_SIZE];
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, where_text(at, where),
                              TKZ__NO_OFFSET,
                              "preset \"%s\" needs \"lists\", a folder with %s", preset->name,
                              preset->lists);
    }
    json_t *path = lists != NULL ? json_sprintf("%s/%s", lists, name) : NULL;
    if (path == NULL && lists != NULL)
        return tkz__error_memory(error, strlen(lists) + strlen(name));
    struct stat info;
    if (!must_be && (path == NULL || stat(json_string_value(path), &info) != 0)) {
        json_decref(path);
        (void)json_object_del(filter, "file");
        return TKZ_OK;
    }
    return json_object_set_new(filter, "file", path) == 0 ? TKZ_OK : tkz__error_memory(error, strlen(name));
}

static tkz_status append(tkz__filter_list *list, json_t *filter, size_t element, tkz_error *error)
{
    if (json_array_append(list->filters, filter) != 0 ||
        json_array_append_new(list->elements, json_integer((json_int_t)element)) != 0)
        return tkz__error_memory(error, sizeof(json_int_t));
    return TKZ_OK;
}

static tkz_status unfold(tkz__filter_list *list, const tkz_preset_info *preset, const char *lists,
                         const place *at, tkz_error *error)
{
    json_t *filters = json_loads(preset->filters, 0, NULL);
    size_t index;
    json_t *filter;
    tkz_status status = filters == NULL ? tkz__error_memory(error, strlen(preset->filters)) : TKZ_OK;
    json_array_foreach(filters, index, filter) {
        if (status == TKZ_OK)
            status = place_file(filter, preset, lists, at, error);
        if (status == TKZ_OK)
            status = append(list, filter, at->filter, error);
    }
    json_decref(filters);
    return status;
}

/* An element with the member "preset". */
static tkz_status read_preset(tkz__filter_list *list, json_t *object, size_t element,
                              tkz_error *error)
{
    const char *key;
    json_t *value;
    place at = {element, "preset"};
    const char *lists = NULL;
    json_object_foreach(object, key, value) {
        place here = {element, key};
        if (strcmp(key, "preset") != 0 && strcmp(key, "lists") != 0)
            return complain(error, &here, "beside \"preset\" there is only \"lists\"");
        if (!json_is_string(value))
            return complain(error, &here, "this must be a string");
        if (strcmp(key, "lists") == 0)
            lists = json_string_value(value);
    }
    const char *name = json_string_value(json_object_get(object, "preset"));
    const tkz_preset_info *preset = tkz__preset_find(name);
    if (preset == NULL)
        return complain_of_name(error, &at, "preset", name, preset_name_at, NULL);
    return unfold(list, preset, lists, &at, error);
}

/* ---- The text ------------------------------------------------------------ */

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

tkz_status tkz__filter_list_parse(tkz__filter_list *list, const char *json, size_t size,
                                  tkz_error *error)
{
    json_t *root, *element;
    size_t index;
    *list = (tkz__filter_list){0};
    tkz_status status = parse(json, size, &root, error);
    if (status != TKZ_OK)
        return status;
    list->filters = json_array();
    list->elements = json_array();
    if (list->filters == NULL || list->elements == NULL)
        status = tkz__error_memory(error, sizeof(json_t));
    json_array_foreach(root, index, element) {
        if (status != TKZ_OK)
            break;
        status = json_object_get(element, "preset") != NULL
                     ? read_preset(list, element, index, error)
                     : append(list, element, index, error);
    }
    json_decref(root);
    if (status != TKZ_OK)
        tkz__filter_list_free(list);
    return status;
}

void tkz__filter_list_free(tkz__filter_list *list)
{
    json_decref(list->filters);
    json_decref(list->elements);
    *list = (tkz__filter_list){0};
}
