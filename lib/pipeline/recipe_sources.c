/* SPDX-License-Identifier: Apache-2.0
 *
 * Which source the words of a file are counted for: "NAME=GLOB" rules of a recipe. Leans on jansson
 * and POSIX fnmatch.
 */
#include <fnmatch.h>
#include <string.h>

#include "pipeline/recipe.h"
#include "train/word_table.h"

static const char other[] = "other"; /* files that no rule names */

static tkz_status invalid(tkz_error *error, const char *message)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "input.sources", TKZ__NO_OFFSET, "%s",
                          message);
}

/* Bytes of the name in "NAME=GLOB"; 0 if it is no such rule. */
static size_t name_size(const json_t *rule)
{
    const char *text = json_string_value(rule);
    const char *equals = text != NULL ? strchr(text, '=') : NULL;
    bool good = equals != NULL && equals[1] != '\0' && equals - text <= TKZ__SOURCE_NAME_LIMIT &&
                strlen(text) == json_string_length(rule);
    return good ? (size_t)(equals - text) : 0;
}

/* Puts a name into its place, if it is not there. */
static tkz_status add_name(tkz_recipe *recipe, const char *name, tkz_error *error)
{
    uint32_t place = 0;
    while (place < recipe->source_count && strcmp(recipe->sources[place], name) < 0)
        place++;
    if (place < recipe->source_count && strcmp(recipe->sources[place], name) == 0)
        return TKZ_OK;
    if (recipe->source_count == TKZ__SOURCE_LIMIT)
        return invalid(error, "there are more than 256 sources");
    memmove(recipe->sources + place + 1, recipe->sources + place,
            (recipe->source_count - place) * sizeof *recipe->sources);
    recipe->sources[place] = name;
    recipe->source_count++;
    return TKZ_OK;
}

/* The name of the source of a path. */
static const char *find_name(const json_t *names, const json_t *rules, const char *path)
{
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        if (fnmatch(json_string_value(rule) + name_size(rule) + 1, path, 0) == 0)
            return json_string_value(json_array_get(names, i));
    }
    return other;
}

static tkz_status read_rules(tkz_recipe *recipe, const json_t *names, const json_t *rules,
                             tkz_error *error)
{
    size_t most = json_array_size(rules) + 1; /* and `other` */
    recipe->source_room = most;
    recipe->sources = tkz__allocate_array(&recipe->allocator, most, sizeof *recipe->sources);
    recipe->path_sources = tkz__allocate_array(&recipe->allocator, recipe->path_count,
                                               sizeof *recipe->path_sources);
    if (recipe->sources == NULL || recipe->path_sources == NULL)
        return tkz__error_memory(error, most * sizeof *recipe->sources);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < json_array_size(names); i++)
        status = add_name(recipe, json_string_value(json_array_get(names, i)), error);
    for (size_t i = 0; status == TKZ_OK && i < recipe->path_count; i++) {
        if (find_name(names, rules, recipe->paths[i]) == other)
            status = add_name(recipe, other, error);
    }
    for (size_t i = 0; status == TKZ_OK && i < recipe->path_count; i++) {
        const char *name = find_name(names, rules, recipe->paths[i]);
        uint32_t place = 0;
        while (strcmp(recipe->sources[place], name) != 0)
            place++;
        recipe->path_sources[i] = place;
    }
    return status;
}

tkz_status tkz__recipe_read_sources(tkz_recipe *recipe, tkz_error *error)
{
    json_t *input = json_object_get(recipe->json, "input");
    const json_t *rules = json_object_get(input, "sources");
    size_t index;
    json_t *rule;
    if (json_array_size(rules) == 0)
        return TKZ_OK;
    json_t *names = json_array();
    json_array_foreach(rules, index, rule)
    {
        size_t size = name_size(rule);
        if (size == 0 ||
            json_array_append_new(names, json_stringn(json_string_value(rule), size)) != 0) {
            json_decref(names);
            return invalid(error, "every source must be \"NAME=GLOB\", the name of 1 to 255 bytes");
        }
    }
    recipe->source_names = names;
    return read_rules(recipe, names, rules, error);
}
