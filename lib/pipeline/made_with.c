/* SPDX-License-Identifier: Apache-2.0
 *
 * Naming, and comparing, what values were made with. Leans on jansson.
 */
#include "pipeline/made_with.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/normal_form.h"

/* ---- Naming -------------------------------------------------------------- */

/* The hashes of the files that steps read, in the order of the steps; NULL where there are none. */
static json_t *files_of(const tkz_normal_form *form)
{
    json_t *hashes = NULL;
    for (size_t i = 0; i < form->count; i++) {
        if (form->steps[i].file_hash[0] == '\0')
            continue;
        if (hashes == NULL)
            hashes = json_array();
        json_array_append_new(hashes, json_string(form->steps[i].file_hash));
    }
    return hashes;
}

json_t *tkz__made_with(const tkz_recipe *recipe, const tkz_boundaries *words)
{
    json_t *object = json_object();
    char hash[17];
    if (recipe->normal_form != NULL)
        json_object_set_new(object, "normalize", json_string(tkz_normal_form_name(recipe->normal_form)));
    if (recipe->editors != NULL) {
        json_t *files = files_of(recipe->editors);
        json_object_set_new(object, "edit", json_string(tkz_normal_form_name(recipe->editors)));
        if (files != NULL)
            json_object_set_new(object, "edit_files", files);
    }
    if (words != NULL && words->open != NULL) {
        (void)snprintf(hash, sizeof hash, "%016" PRIx64, words->hash);
        json_object_set_new(object, "words", json_string(recipe->words));
        json_object_set_new(object, "words_hash", json_string(hash));
    }
    return object;
}

/* {NAME OF VALUE: HASH} for the filters that read files. */
static tkz_status add_files(json_t *files, const tkz_filter_set *filters, tkz_error *error)
{
    for (size_t i = 0; i < filters->count; i++) {
        const char *hash = tkz_filter_set_files_hash(filters, i);
        const char *name = filters->chosen[i].score;
        const char *before = json_string_value(json_object_get(files, name));
        if (hash == NULL)
            continue;
        if (before != NULL && strcmp(before, hash) != 0)
            return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "output.scores", TKZ__NO_OFFSET,
                                  "two files of other contents have one name, and so would have their scores: "
                                  "\"%.100s\"; rename one of the files", name);
        json_object_set_new(files, name, json_string(hash));
    }
    return TKZ_OK;
}

tkz_status tkz__made_with_text(const tkz_recipe *recipe, const tkz_boundaries *words,
                               const tkz_filter_set *filters, const tkz_allocator *allocator,
                               char **text, tkz_error *error)
{
    json_t *object = tkz__made_with(recipe, words), *files = json_object();
    *text = NULL;
    tkz_status status = add_files(files, filters, error);
    if (json_object_size(files) > 0)
        json_object_set(object, "files", files);
    json_decref(files);
    char *json = json_object_size(object) > 0 ? json_dumps(object, JSON_COMPACT) : NULL;
    const char *shown = json != NULL ? json : "";
    if (status == TKZ_OK && (json != NULL || json_object_size(object) == 0))
        *text = tkz__duplicate(allocator, shown, strlen(shown));
    if (status == TKZ_OK && *text == NULL)
        status = tkz__error_memory(error, strlen(shown) + 1);
    free(json);
    json_decref(object);
    return status;
}

/* ---- Comparing ----------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "none";
}

/* Also of two that are missing. */
static bool same(const json_t *one, const json_t *other)
{
    return one == other || json_equal(one, other);
}

/* A parameter that differs. Where the contents of files are known, their names say nothing. */
static bool parameters_differ(const json_t *filter, const json_t *other, const char *name,
                              char *difference, size_t size)
{
    json_t *parameters = json_object_get(filter, "parameters"), *value;
    const json_t *others = json_object_get(other, "parameters");
    bool hashed = json_object_get(filter, "files_hash") != NULL;
    const char *key;
    json_object_foreach(parameters, key, value)
    {
        const json_t *there = json_object_get(others, key);
        if (json_equal(value, there) || (hashed && strcmp(key, "file") == 0))
            continue;
        if (json_is_number(value) && json_is_number(there))
            (void)snprintf(difference, size, "filter \"%s\" has %s %.6g, and %.6g in the first one", name, key,
                           json_number_value(there), json_number_value(value));
        else
            (void)snprintf(difference, size, "filter \"%s\" has another %s", name, key);
        return true;
    }
    return false;
}

static bool filters_differ(const json_t *filters, const json_t *others, char *difference, size_t size)
{
    size_t count = json_array_size(filters);
    for (size_t i = 0; i < count || i < json_array_size(others); i++) {
        const json_t *filter = json_array_get(filters, i), *other = json_array_get(others, i);
        const char *name = text_of(filter, "name");
        if (filter == NULL || other == NULL || strcmp(name, text_of(other, "name")) != 0) {
            (void)snprintf(difference, size, "filter %zu is \"%s\", and \"%s\" in the first one", i + 1,
                           text_of(other, "name"), name);
            return true;
        }
        const json_t *hash = json_object_get(filter, "files_hash");
        const json_t *other_hash = json_object_get(other, "files_hash");
        if (!same(hash, other_hash)) {
            (void)snprintf(difference, size,
                           "the file of filter \"%s\" had other contents (%s, and %s in the first one)", name,
                           text_of(other, "files_hash"), text_of(filter, "files_hash"));
            return true;
        }
        if (parameters_differ(filter, other, name, difference, size))
            return true;
        if (!same(json_object_get(filter, "text"), json_object_get(other, "text")) ||
            !same(json_object_get(filter, "unit"), json_object_get(other, "unit")) ||
            !same(json_object_get(filter, "values"), json_object_get(other, "values")) ||
            json_object_size(json_object_get(filter, "parameters")) !=
                json_object_size(json_object_get(other, "parameters"))) {
            (void)snprintf(difference, size, "filter \"%s\" is that of another release", name);
            return true;
        }
    }
    return false;
}

void tkz__made_with_compare(const json_t *filters, const json_t *made_with,
                            const json_t *other_filters, const json_t *other_made_with,
                            char *difference, size_t size)
{
    static const struct {
        const char *member;
        const char *what;
    } members[] = {
        {"normalize", "texts were brought to another normal form"},
        {"edit", "texts went through other editors"},
        {"edit_files", "the files of the editors had other contents"},
        {"words_hash", "the words are those of another dictionary"},
    };
    difference[0] = '\0';
    if (filters_differ(filters, other_filters, difference, size))
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const json_t *value = json_object_get(made_with, members[i].member);
        const json_t *other = json_object_get(other_made_with, members[i].member);
        if (same(value, other))
            continue;
        if (strcmp(members[i].member, "words_hash") == 0)
            (void)snprintf(difference, size, "%s (\"%.60s\", hash %.16s, and \"%.60s\", hash %.16s, in the first one)",
                           members[i].what, text_of(other_made_with, "words"), text_of(other_made_with, "words_hash"),
                           text_of(made_with, "words"), text_of(made_with, "words_hash"));
        else if (strcmp(members[i].member, "edit_files") == 0)
            (void)snprintf(difference, size, "%s than in the first one", members[i].what);
        else
            (void)snprintf(difference, size, "%s (\"%.80s\", and \"%.80s\" in the first one)", members[i].what,
                           text_of(other_made_with, members[i].member), text_of(made_with, members[i].member));
        return;
    }
}
