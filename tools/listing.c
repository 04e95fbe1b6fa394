/* SPDX-License-Identifier: Apache-2.0
 *
 * What this build offers, as tables or JSON, from the descriptions that the
 * library registers and from the command tables.
 */
#include "tools/listing.h"

#include <jansson.h>
#include <stdio.h>

#include "tokenize/clean.h"
#include "tokenize/edit.h"
#include "tokenize/pipeline.h"
#include "tokenize/subword.h"
#include "tokenize/text.h"
#include "tools/commands.h"
#include "tools/messages.h"
#include "tools/table.h"

/* Prints and drops `value`. */
static int print_json(json_t *value)
{
    if (value == NULL)
        return message_no_memory();
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(value);
    return EXIT_DONE;
}

/* ---- Filters ------------------------------------------------------------- */

static const char *parameter_type(const tkz_parameter_info *parameter)
{
    static const char *const names[] = {"integer", "number", "flag", "file"};
    return names[parameter->type];
}

static json_t *number_json(const tkz_parameter_info *parameter, double value)
{
    bool whole = parameter->type == TKZ_PARAMETER_INTEGER;
    return whole ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *parameter_json(const tkz_parameter_info *parameter)
{
    json_t *json = json_pack("{s:s,s:s,s:s}", "name", parameter->name, "text", parameter->text,
                             "type", parameter_type(parameter));
    if (parameter->type == TKZ_PARAMETER_FLAG)
        json_object_set_new(json, "default", json_boolean(parameter->default_value != 0));
    if (parameter->type == TKZ_PARAMETER_FILE && parameter->default_value != 0)
        json_object_set_new(json, "optional", json_true());
    if (parameter->type == TKZ_PARAMETER_FLAG || parameter->type == TKZ_PARAMETER_FILE)
        return json;
    json_object_set_new(json, "default", number_json(parameter, parameter->default_value));
    json_object_set_new(json, "minimum", number_json(parameter, parameter->minimum));
    json_object_set_new(json, "maximum", number_json(parameter, parameter->maximum));
    return json;
}

/* When a filter drops a document, and the reason it gives. */
static void describe_drops(const tkz_filter_info *filter, char *text, size_t capacity)
{
    const char *below = filter->comparison & TKZ_DROP_AT_OR_BELOW ? "at or below" : "below";
    const char *above = filter->comparison & TKZ_DROP_AT_OR_ABOVE ? "at or above" : "above";
    bool both = filter->below != NULL && filter->above != NULL;
    (void)snprintf(text, capacity, "%s%s%s%s%s%s%s", filter->below != NULL ? below : "",
                   filter->below != NULL ? ": " : "", filter->below != NULL ? filter->below : "",
                   both ? "; " : "", filter->above != NULL ? above : "",
                   filter->above != NULL ? ": " : "", filter->above != NULL ? filter->above : "");
}

static json_t *filter_json(const tkz_filter_info *filter)
{
    char drops[128];
    json_t *parameters = json_array();
    describe_drops(filter, drops, sizeof drops);
    for (size_t i = 0; i < filter->parameter_count; i++)
        json_array_append_new(parameters, parameter_json(&filter->parameters[i]));
    return json_pack("{s:s,s:s,s:s,s:s,s:s*,s:s,s:o}", "name", filter->name, "text",
                     filter->text, "unit", filter->unit, "source", filter->source, "difference",
                     filter->difference, "drops", drops, "parameters", parameters);
}

static void print_filter(const tkz_filter_info *filter)
{
    char drops[128];
    describe_drops(filter, drops, sizeof drops);
    printf("%s\n    %s (%s)\n    from %s\n    drops %s\n", filter->name, filter->text, filter->unit,
           filter->source, drops);
    struct table table = {.columns = 4};
    for (size_t i = 0; i < filter->parameter_count; i++) {
        const tkz_parameter_info *parameter = &filter->parameters[i];
        bool number = parameter->type == TKZ_PARAMETER_INTEGER ||
                      parameter->type == TKZ_PARAMETER_NUMBER;
        if (number)
            table_add(&table, "    %s=%.15g", parameter->name, parameter->default_value);
        else if (parameter->type == TKZ_PARAMETER_FLAG)
            table_add(&table, "    %s=%s", parameter->name,
                      parameter->default_value != 0 ? "true" : "false");
        else
            table_add(&table, "    %s=PATH", parameter->name);
        table_add(&table, "%s", parameter_type(parameter));
        if (number)
            table_add(&table, "%.15g..%.15g", parameter->minimum, parameter->maximum);
        else
            table_add(&table, "%s", "");
        table_add(&table, "%s", parameter->text);
    }
    table_print(&table, stdout);
}

int list_filters(bool json)
{
    json_t *array = json ? json_array() : NULL;
    for (size_t i = 0; i < tkz_filter_count(); i++) {
        if (json) {
            json_array_append_new(array, filter_json(tkz_filter_at(i)));
        } else {
            print_filter(tkz_filter_at(i));
        }
    }
    return json ? print_json(array) : EXIT_DONE;
}

int list_presets(bool json)
{
    json_t *array = json ? json_array() : NULL;
    for (size_t i = 0; i < tkz_preset_count(); i++) {
        const tkz_preset_info *preset = tkz_preset_at(i);
        if (json) {
            json_array_append_new(array, json_pack("{s:s,s:s,s:s,s:s*,s:o}", "name", preset->name,
                                                   "text", preset->text, "source", preset->source,
                                                   "lists", preset->lists, "filters",
                                                   json_loads(preset->filters, 0, NULL)));
            continue;
        }
        printf("%s\n    %s\n    from %s\n", preset->name, preset->text, preset->source);
        if (preset->lists != NULL)
            printf("    --lists: a folder with %s\n", preset->lists);
    }
    return json ? print_json(array) : EXIT_DONE;
}

/* ---- Normal forms and charsets -------------------------------------------- */

/* What values an option takes. */
static void option_values(const tkz_normal_option *option, char *values, size_t capacity)
{
    if (option->choices != NULL)
        (void)snprintf(values, capacity, "%s", option->choices);
    else if (option->minimum != 0 || option->maximum != 0)
        (void)snprintf(values, capacity, "%lld..%lld", (long long)option->minimum,
                       (long long)option->maximum);
    else
        (void)snprintf(values, capacity, "text");
}

static json_t *step_json(const tkz_normal_step_info *info)
{
    json_t *options = json_array();
    for (size_t i = 0; i < info->option_count; i++) {
        const tkz_normal_option *option = &info->options[i];
        char values[256];
        option_values(option, values, sizeof values);
        json_array_append_new(options,
                              json_pack("{s:s,s:s,s:s,s:s}", "name", option->name, "text",
                                        option->text, "values", values, "default",
                                        option->default_value));
    }
    return json_pack("{s:s,s:s,s:o}", "name", info->name, "text", info->text, "options", options);
}

static void print_step(const tkz_normal_step_info *info)
{
    printf("%s\n    %s\n", info->name, info->text);
    struct table table = {.columns = 3};
    for (size_t i = 0; i < info->option_count; i++) {
        const tkz_normal_option *option = &info->options[i];
        char values[256];
        option_values(option, values, sizeof values);
        table_add(&table, "    %s=%s", option->name, option->default_value);
        table_add(&table, "%s", values);
        table_add(&table, "%s", option->text);
    }
    table_print(&table, stdout);
}

int list_normalizers(bool json)
{
    json_t *array = json ? json_array() : NULL;
    for (size_t i = 0; i < tkz_normal_step_count(); i++) {
        if (json) {
            json_array_append_new(array, step_json(tkz_normal_step_at(i)));
        } else {
            print_step(tkz_normal_step_at(i));
        }
    }
    return json ? print_json(array) : EXIT_DONE;
}

static json_t *editor_json(const tkz_editor_info *info)
{
    json_t *object = step_json(info->step), *counts = json_array();
    for (size_t i = 0; i < info->count_total; i++)
        json_array_append_new(counts, json_string(info->count_names[i]));
    json_object_set_new(object, "counts", counts);
    json_object_set_new(object, "source", json_string(info->source));
    if (info->difference != NULL)
        json_object_set_new(object, "difference", json_string(info->difference));
    return object;
}

static void print_editor(const tkz_editor_info *info)
{
    print_step(info->step);
    fputs("    counts documents", stdout);
    for (size_t i = 0; i < info->count_total; i++)
        printf(", %s", info->count_names[i]);
    printf("\n    from %s\n", info->source);
    if (info->difference != NULL)
        printf("    departs: %s\n", info->difference);
}

int list_editors(bool json)
{
    json_t *array = json ? json_array() : NULL;
    tkz_editor_info info;
    for (size_t i = 0; tkz_editor_at(i, &info); i++) {
        if (json) {
            json_array_append_new(array, editor_json(&info));
        } else {
            print_editor(&info);
        }
    }
    if (json)
        return print_json(array);
    printf("Steps of normal forms stand in chains of editors too ('tokenize list normalizers' tells of them):\n");
    for (size_t i = 0; i < tkz_normal_step_count(); i++)
        printf("    %s\n", tkz_normal_step_at(i)->name);
    return EXIT_DONE;
}

int list_charsets(bool json)
{
    json_t *array = json ? json_array() : NULL;
    for (size_t i = 0; i < tkz_charset_count(); i++) {
        if (json) {
            json_array_append_new(array, json_string(tkz_charset_at(i)));
        } else {
            puts(tkz_charset_at(i));
        }
    }
    return json ? print_json(array) : EXIT_DONE;
}

/* ---- Pre-tokenizers and formats ------------------------------------------- */

int list_pre_tokenizers(bool json)
{
    json_t *array = json ? json_array() : NULL;
    struct table table = {.columns = 3};
    for (size_t i = 0; i < tkz_pre_tokenizer_count(); i++) {
        const tkz_pre_tokenizer_info *info = tkz_pre_tokenizer_at(i);
        if (json) {
            json_array_append_new(array, json_pack("{s:s,s:s,s:s,s:s}", "name", info->name,
                                                   "pattern", info->pattern, "unicode_version",
                                                   info->unicode_version, "text", info->text));
            continue;
        }
        table_add(&table, "%s", info->name);
        table_add(&table, "Unicode %s", info->unicode_version);
        table_add(&table, "%s", info->text);
    }
    if (json)
        return print_json(array);
    table_print(&table, stdout);
    return EXIT_DONE;
}

int list_formats(bool json)
{
    json_t *array = json ? json_array() : NULL;
    struct table table = {.columns = 3};
    for (size_t i = 0; i < tkz_format_count(); i++) {
        const tkz_format_info *info = tkz_format_at(i);
        if (json) {
            json_array_append_new(array, json_pack("{s:s,s:s,s:b,s:b}", "name", info->name, "text",
                                                   info->text, "reads", (int)info->reads, "writes",
                                                   (int)info->writes));
            continue;
        }
        table_add(&table, "%s", info->name);
        table_add(&table, "%s",
                  info->reads && info->writes ? "reads, writes"
                  : info->reads               ? "reads"
                                              : "writes");
        table_add(&table, "%s", info->text);
    }
    if (json)
        return print_json(array);
    table_print(&table, stdout);
    return EXIT_DONE;
}

/* ---- Recipe members ------------------------------------------------------- */

static json_t *recipe_option_json(const tkz_recipe_option *option)
{
    json_t *object = json_pack("{s:s,s:s,s:s,s:s}", "path", option->path, "type", option->type,
                               "range", option->range, "text", option->text);
    if (option->default_value[0] != '\0') {
        json_object_set_new(object, "default",
                            json_loads(option->default_value, JSON_DECODE_ANY, NULL));
    }
    return object;
}

static void print_recipe_option(const tkz_recipe_option *option)
{
    printf("%s  %s", option->path, option->type);
    if (option->range[0] != '\0')
        printf("  %s", option->range);
    if (option->default_value[0] != '\0')
        printf("  [%s]", option->default_value);
    printf("\n    %s\n", option->text);
}

int list_recipe(bool json)
{
    json_t *array = json ? json_array() : NULL;
    for (size_t i = 0; i < tkz_recipe_option_count(); i++) {
        if (json) {
            json_array_append_new(array, recipe_option_json(tkz_recipe_option_at(i)));
        } else {
            print_recipe_option(tkz_recipe_option_at(i));
        }
    }
    return json ? print_json(array) : EXIT_DONE;
}

/* ---- Commands ------------------------------------------------------------- */

static const char *type_name(enum option_type type)
{
    switch (type) {
    case OPTION_FLAG: return "flag";
    case OPTION_TEXT: return "text";
    case OPTION_INTEGER: return "integer";
    case OPTION_SIZE: return "size";
    case OPTION_NUMBER: return "number";
    case OPTION_CHOICE: return "choice";
    }
    return "";
}

static json_t *option_json(const struct option_info *info)
{
    json_t *object = json_pack("{s:s,s:s,s:s}", "name", info->name, "type", type_name(info->type),
                               "text", info->text);
    char letter[2] = {info->letter, '\0'};
    if (info->letter != 0)
        json_object_set_new(object, "letter", json_string(letter));
    if (info->argument != NULL)
        json_object_set_new(object, "argument", json_string(info->argument));
    if (info->choices != NULL)
        json_object_set_new(object, "choices", json_string(info->choices));
    if (info->default_value != NULL) {
        json_object_set_new(object, "default", json_string(info->default_value));
    }
    if (info->repeatable)
        json_object_set_new(object, "repeatable", json_true());
    return object;
}

static json_t *command_json(const struct command *command)
{
    json_t *options = json_array();
    for (size_t i = 0; i < command->option_count; i++) {
        json_array_append_new(options, option_json(&command->options[i]));
    }
    return json_pack("{s:s,s:s,s:s,s:o}", "name", command->name, "summary", command->summary,
                     "operands", command->operands, "options", options);
}

int list_commands(bool json)
{
    json_t *array = json ? json_array() : NULL;
    struct table table = {.columns = 2};
    for (size_t i = 0; i < commands_count(); i++) {
        const struct command *command = commands_at(i);
        if (command->group == NULL)
            continue;
        if (json) {
            json_array_append_new(array, command_json(command));
            continue;
        }
        table_add(&table, "%s", command->name);
        table_add(&table, "%s", command->summary);
    }
    if (json)
        return print_json(array);
    table_print(&table, stdout);
    return EXIT_DONE;
}
