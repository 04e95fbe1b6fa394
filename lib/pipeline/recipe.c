/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a recipe: JSON against the option table, then the rules between options.
 * Leans on jansson and on recipe_options.c.
 */
#include "pipeline/recipe.h"
#include "pipeline/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/tally.h"
#include "tokenize/edit.h"

static tkz_status invalid(tkz_error *error, const char *path, const char *message)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, path, TKZ__NO_OFFSET, "%s", message);
}

/* ---- Against the table -------------------------------------------------- */

/* Lists the members that the object at `prefix` may have. */
static void list_members(const char *prefix, char *list, size_t capacity)
{
    size_t length = strlen(prefix), used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < tkz_recipe_option_count(); i++) {
        const char *path = tkz_recipe_option_at(i)->path;
        const char *name = length == 0 ? path : path + length + 1;
        if (length > 0 && (strncmp(path, prefix, length) != 0 || path[length] != '.'))
            continue;
        if (strchr(name, '.') != NULL)
            continue;
        int written =
            snprintf(list + used, capacity - used, "%s%s", used == 0 ? "" : ", ", name);
        if (written < 0 || (size_t)written >= capacity - used)
            return;
        used += (size_t)written;
    }
}

/* Checks the members of an object; nested objects too. The depth is that of the
 * table (3), not of the input: members the table does not know end it. */
static tkz_status check_object(json_t *object, const char *prefix, tkz_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        char path[128];
        int length = snprintf(path, sizeof path, "%s%s%s", prefix, *prefix == '\0' ? "" : ".", key);
        const tkz_recipe_option *option =
            length > 0 && (size_t)length < sizeof path ? tkz__recipe_option_find(path) : NULL;
        if (option == NULL) {
            char list[256];
            list_members(prefix, list, sizeof list);
            return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, *prefix != '\0' ? prefix : key,
                                  TKZ__NO_OFFSET,
                                  "there is no member \"%.60s\" here; there may be: %s", key,
                                  list);
        }
        tkz_status status = tkz__recipe_option_check(option, value, error);
        if (status == TKZ_OK && json_is_object(value))
            status = check_object(value, path, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* Sets the defaults of the members that an object in the recipe lacks. */
static tkz_status fill_defaults(json_t *root, tkz_error *error)
{
    for (size_t i = 0; i < tkz_recipe_option_count(); i++) {
        const tkz_recipe_option *option = tkz_recipe_option_at(i);
        if (option->default_value[0] == '\0')
            continue;
        char path[128];
        snprintf(path, sizeof path, "%s", option->path);
        json_t *parent = root;
        char *name = path;
        for (char *dot = strchr(name, '.'); dot != NULL && parent != NULL;
             dot = strchr(name, '.')) {
            *dot = '\0';
            parent = json_object_get(parent, name);
            name = dot + 1;
        }
        if (!json_is_object(parent) || json_object_get(parent, name) != NULL)
            continue;
        json_t *value = json_loads(option->default_value, JSON_DECODE_ANY, NULL);
        if (value == NULL || json_object_set_new(parent, name, value) != 0)
            return tkz__error_memory(error, strlen(option->default_value));
    }
    return TKZ_OK;
}

/* ---- Rules between options ----------------------------------------------- */

static const char *string_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static uint64_t integer_at(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static tkz_status read_input(tkz_recipe *recipe, tkz_error *error)
{
    const json_t *input = json_object_get(recipe->json, "input");
    const json_t *files = json_object_get(input, "files");
    if (json_array_size(files) == 0)
        return invalid(error, "input.files", "name at least one file; \"-\" is standard input");
    recipe->path_count = json_array_size(files);
    recipe->paths =
        tkz__allocate_array(&recipe->allocator, recipe->path_count, sizeof *recipe->paths);
    if (recipe->paths == NULL)
        return tkz__error_memory(error, recipe->path_count * sizeof *recipe->paths);
    for (size_t i = 0; i < recipe->path_count; i++) {
        recipe->paths[i] = json_string_value(json_array_get(files, i));
        if (recipe->paths[i] == NULL || recipe->paths[i][0] == '\0')
            return invalid(error, "input.files", "every file must be a string, not empty");
    }
    static const char *const formats[] = {"auto", "jsonl", "lines", "document"};
    const char *format = string_at(input, "format");
    for (int i = 0; i < 4; i++) {
        if (strcmp(format, formats[i]) == 0)
            recipe->format = (tkz__input_format)i;
    }
    recipe->text_key = string_at(input, "text_key");
    recipe->id_key = string_at(input, "id_key");
    recipe->url_key = string_at(input, "url_key");
    recipe->surrogates = strcmp(string_at(input, "surrogates"), "replace") == 0
                             ? TKZ__SURROGATES_REPLACE
                             : TKZ__SURROGATES_REJECT;
    recipe->record_limit = integer_at(input, "record_limit");
    recipe->frame_size = integer_at(input, "frame_size");
    return tkz__recipe_read_sources(recipe, error);
}

static tkz_status read_vocabulary(tkz_recipe *recipe, tkz_error *error)
{
    json_t *vocabulary = json_object_get(recipe->json, "vocabulary");
    if (vocabulary == NULL)
        return TKZ_OK;
    recipe->vocabulary_file = string_at(vocabulary, "file");
    if (recipe->vocabulary_file != NULL)
        return TKZ_OK;
    recipe->vocabulary_size = (uint32_t)integer_at(vocabulary, "size");
    recipe->pre_tokenizer = string_at(vocabulary, "pre_tokenizer");
    recipe->cut = string_at(vocabulary, "cut");
    recipe->boundaries = string_at(vocabulary, "boundaries");
    recipe->minimum_count = integer_at(vocabulary, "minimum_count");
    recipe->holdout = json_number_value(json_object_get(vocabulary, "holdout"));
    recipe->specials = json_object_get(vocabulary, "specials");
    size_t index;
    json_t *special;
    json_array_foreach(recipe->specials, index, special)
    {
        if (!json_is_string(special) || json_string_length(special) == 0)
            return invalid(error, "vocabulary.specials", "every special token must be a string, "
                                                         "not empty");
    }
    return TKZ_OK;
}

/* Options that say how to train make no sense beside a finished vocabulary; checked before
 * the defaults are filled in. */
static tkz_status check_vocabulary_choice(json_t *root, tkz_error *error)
{
    json_t *vocabulary = json_object_get(root, "vocabulary");
    if (json_object_get(vocabulary, "file") != NULL && json_object_size(vocabulary) > 1)
        return invalid(error, "vocabulary",
                       "\"file\" uses a finished vocabulary; leave out the options for training");
    return TKZ_OK;
}

static bool shards_wanted(const json_t *value, bool otherwise)
{
    return value == NULL ? otherwise : !json_is_false(value);
}

static tkz_status read_directory(tkz_recipe *recipe, const json_t *output, tkz_error *error)
{
    static const char *const streams[] = {"records", "ids",          "counts", "tokenizer",
                                          "bad",     "tokenizer_hf", "scores", NULL};
    for (int i = 0; streams[i] != NULL; i++) {
        if (json_object_get(output, streams[i]) != NULL)
            return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "output", TKZ__NO_OFFSET,
                                  "\"%s\" is a stream and cannot stand beside \"directory\"",
                                  streams[i]);
    }
    const json_t *text = json_object_get(output, "text");
    const json_t *tokens = json_object_get(output, "tokens");
    const json_t *rejects = json_object_get(output, "rejects");
    bool has_vocabulary = json_object_get(recipe->json, "vocabulary") != NULL;
    recipe->text_shards = shards_wanted(text, true);
    recipe->text_shard_size = json_is_object(text) ? integer_at(text, "shard_size") : 0;
    recipe->text_level = json_is_object(text) ? (int32_t)integer_at(text, "level") : 3;
    recipe->token_shards = shards_wanted(tokens, has_vocabulary);
    recipe->token_shard_size = json_is_object(tokens) ? integer_at(tokens, "shard_size") : 0;
    if (json_is_string(rejects))
        return invalid(error, "output.rejects", "with \"directory\" this is true or false");
    recipe->rejects = !json_is_false(rejects);
    if (recipe->token_shards && !has_vocabulary)
        return invalid(error, "output.tokens", "token shards need a \"vocabulary\"");
    recipe->encode = recipe->token_shards;
    recipe->count = has_vocabulary && recipe->vocabulary_file == NULL;
    recipe->train = recipe->count;
    if (!recipe->text_shards && !recipe->token_shards && !recipe->train)
        return invalid(error, "output", "nothing would be written: neither text nor tokens");
    return TKZ_OK;
}

static tkz_status read_streams(tkz_recipe *recipe, const json_t *output, tkz_error *error)
{
    const json_t *rejects = json_object_get(output, "rejects");
    if (json_object_get(output, "text") != NULL || json_object_get(output, "tokens") != NULL)
        return invalid(error, "output", "\"text\" and \"tokens\" are shards and need "
                                        "\"directory\"");
    if (rejects != NULL && !json_is_string(rejects))
        return invalid(error, "output.rejects", "without \"directory\" this is a file name");
    recipe->records_path = string_at(output, "records");
    recipe->ids_path = string_at(output, "ids");
    recipe->ids_json = strcmp(string_at(output, "ids_format"), "json") == 0;
    recipe->counts_path = string_at(output, "counts");
    recipe->tokenizer_path = string_at(output, "tokenizer");
    recipe->tokenizer_hf_path = string_at(output, "tokenizer_hf");
    recipe->rejects_path = json_string_value(rejects);
    recipe->rejects = rejects != NULL;
    recipe->bad_path = string_at(output, "bad");
    recipe->scores_path = string_at(output, "scores");
    if (recipe->scores_path != NULL && recipe->filters == NULL)
        return invalid(error, "output.scores", "scores are of filters; name some in \"clean\"");
    if (recipe->records_path == NULL && recipe->ids_path == NULL && recipe->counts_path == NULL &&
        recipe->tokenizer_path == NULL && recipe->tokenizer_hf_path == NULL && !recipe->statistics)
        return invalid(error, "output", "name a \"directory\", or at least one of the streams "
                                        "records, ids, counts, tokenizer, tokenizer_hf; without "
                                        "output, ask for \"statistics\"");
    bool has_vocabulary = json_object_get(recipe->json, "vocabulary") != NULL;
    bool wants_vocabulary = recipe->ids_path != NULL || recipe->counts_path != NULL ||
                            recipe->tokenizer_path != NULL || recipe->tokenizer_hf_path != NULL;
    if (wants_vocabulary && !has_vocabulary)
        return invalid(error, "output", "ids, counts and tokenizer need a \"vocabulary\"");
    bool finished = recipe->vocabulary_file != NULL;
    if (finished && (recipe->counts_path != NULL || recipe->tokenizer_path != NULL ||
                     recipe->tokenizer_hf_path != NULL))
        return invalid(error, "vocabulary.file", "counts and tokenizer are made by training; "
                                                 "leave \"file\" out");
    recipe->encode = recipe->ids_path != NULL;
    recipe->train = has_vocabulary && !finished &&
                    (recipe->encode || recipe->tokenizer_path != NULL ||
                     recipe->tokenizer_hf_path != NULL);
    recipe->count = recipe->train || recipe->counts_path != NULL;
    return TKZ_OK;
}

#define DEFAULT_ALPHA 0.1 /* that of sentencepiece's encode */

static tkz_status read_output(tkz_recipe *recipe, tkz_error *error)
{
    const json_t *output = json_object_get(recipe->json, "output");
    recipe->directory = string_at(output, "directory");
    recipe->work = string_at(recipe->json, "work");
    tkz_status status = recipe->directory != NULL ? read_directory(recipe, output, error)
                                                  : read_streams(recipe, output, error);
    if (status != TKZ_OK)
        return status;
    const json_t *encode = json_object_get(recipe->json, "encode");
    recipe->append = string_at(encode, "append");
    const char *compat = string_at(encode, "compat");
    if (compat != NULL)
        recipe->compat = strcmp(compat, "hf") == 0 ? TKZ_COMPAT_HF : TKZ_COMPAT_SENTENCEPIECE;
    if (compat != NULL && recipe->vocabulary_file == NULL)
        return invalid(error, "encode.compat", "it is for a vocabulary.file; what is trained here has "
                                               "the same ids in every program");
    recipe->encode_boundaries = string_at(encode, "boundaries");
    if (recipe->encode_boundaries != NULL && recipe->vocabulary_file == NULL)
        return invalid(error, "encode.boundaries",
                       "it is for a vocabulary.file; encoding with what is trained here needs no "
                       "dictionary");
    recipe->take_special = json_is_true(json_object_get(encode, "special"));
    recipe->add_template = json_is_true(json_object_get(encode, "template"));
    recipe->dropout = json_number_value(json_object_get(encode, "dropout"));
    recipe->encode_seed = (uint64_t)json_integer_value(json_object_get(encode, "seed"));
    recipe->sampling = json_is_true(json_object_get(encode, "sampling"));
    recipe->candidates = (int32_t)json_integer_value(json_object_get(encode, "candidates"));
    if (recipe->candidates == 0)
        recipe->candidates = -1;
    const json_t *alpha = json_object_get(encode, "alpha");
    recipe->alpha = alpha != NULL ? json_number_value(alpha) : DEFAULT_ALPHA;
    if (recipe->append == NULL && recipe->token_shards)
        recipe->append = "<|endoftext|>";
    if (recipe->append != NULL && recipe->append[0] == '\0')
        recipe->append = NULL;
    bool barrier = recipe->dedup || recipe->train;
    if (recipe->directory == NULL && barrier && recipe->work == NULL)
        return invalid(error, "work", "deduplication and training need a directory for what is "
                                      "kept between passes");
    return TKZ_OK;
}

/* Reads a chain of steps. The name in the recipe becomes the full one, so that results say which version
 * made them. */
static tkz_status read_chain(tkz_recipe *recipe, const char *member,
                             tkz_status (*make)(tkz_normal_form **, const char *, size_t,
                                                const tkz_allocator *, tkz_error *),
                             tkz_normal_form **form, tkz_error *error)
{
    const char *name = string_at(recipe->json, member);
    if (name == NULL)
        return TKZ_OK;
    tkz_error fault;
    tkz_status status = make(form, name, strlen(name), &recipe->allocator, &fault);
    if (status == TKZ_STATUS_OUT_OF_MEMORY)
        return tkz__error_memory(error, 0);
    if (status == TKZ_STATUS_NOT_FOUND)
        return invalid(error, member, fault.message);
    if (status != TKZ_OK)
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, member, TKZ__NO_OFFSET, "%s: %s",
                              fault.where, fault.message);
    json_t *full = json_string(tkz_normal_form_name(*form));
    if (json_object_set_new(recipe->json, member, full) != 0)
        return tkz__error_memory(error, 0);
    return TKZ_OK;
}

static tkz_status read_chains(tkz_recipe *recipe, tkz_error *error)
{
    tkz_status status =
        read_chain(recipe, "normalize", tkz_normal_form_new, &recipe->normal_form, error);
    if (status == TKZ_OK)
        status = read_chain(recipe, "edit", tkz_editors_new, &recipe->editors, error);
    size_t counts = tkz_normal_form_count_total(recipe->normal_form) +
                    tkz_normal_form_count_total(recipe->editors);
    if (status == TKZ_OK && counts > TKZ__TALLY_CHANGES)
        return invalid(error, "edit", "there are too many editors for the accounts of one run");
    return status;
}

static tkz_status read_statistics(tkz_recipe *recipe, tkz_error *error)
{
    const json_t *statistics = json_object_get(recipe->json, "statistics");
    recipe->statistics = statistics != NULL;
    recipe->statistics_members = json_object_get(statistics, "members");
    recipe->statistics_samples = (size_t)integer_at(statistics, "samples");
    if (json_array_size(recipe->statistics_members) > TKZ__STATISTICS_MEMBERS)
        return invalid(error, "statistics.members", "at most 16 members can be counted");
    for (size_t i = 0; i < json_array_size(recipe->statistics_members); i++) {
        const json_t *name = json_array_get(recipe->statistics_members, i);
        if (!json_is_string(name))
            return invalid(error, "statistics.members", "every member must be named by a string");
        for (size_t k = 0; k < i; k++)
            if (json_equal(name, json_array_get(recipe->statistics_members, k)))
                return invalid(error, "statistics.members", "a member is named twice");
    }
    return TKZ_OK;
}

static tkz_status read_recipe(tkz_recipe *recipe, tkz_error *error)
{
    json_t *root = recipe->json;
    tkz_status status = check_object(root, "", error);
    if (status == TKZ_OK)
        status = check_vocabulary_choice(root, error);
    if (status != TKZ_OK)
        return status;
    if (!json_is_object(json_object_get(root, "input")))
        return invalid(error, "input", "this member is missing; it says what to read");
    if (!json_is_object(json_object_get(root, "output")))
        return invalid(error, "output", "this member is missing; it says what to write");
    json_t *vocabulary = json_object_get(root, "vocabulary");
    if (json_object_get(vocabulary, "file") == NULL || vocabulary == NULL) {
        status = fill_defaults(root, error);
    } else {
        /* The defaults of training must not appear beside a file. */
        json_t *file = json_incref(json_object_get(vocabulary, "file"));
        status = fill_defaults(root, error);
        json_object_clear(vocabulary);
        json_object_set_new(vocabulary, "file", file);
    }
    if (status != TKZ_OK)
        return status;
    const json_t *filters = json_object_get(root, "clean");
    if (json_array_size(filters) > 0) {
        recipe->filters = json_dumps(filters, JSON_COMPACT);
        if (recipe->filters == NULL)
            return tkz__error_memory(error, 0);
    }
    recipe->words = string_at(root, "words");
    recipe->dedup = json_object_get(root, "dedup") != NULL;
    status = read_statistics(recipe, error);
    if (status != TKZ_OK)
        return status;
    status = read_input(recipe, error);
    if (status == TKZ_OK)
        status = read_chains(recipe, error);
    if (status == TKZ_OK && recipe->words != NULL && recipe->filters == NULL && recipe->editors == NULL)
        status = invalid(error, "words", "words are for filters and editors; name some in \"clean\" or \"edit\"");
    if (status == TKZ_OK)
        status = read_vocabulary(recipe, error);
    if (status == TKZ_OK)
        status = read_output(recipe, error);
    return status;
}

tkz_status tkz_recipe_parse(tkz_recipe **recipe, const char *json, size_t size,
                            const tkz_allocator *allocator, tkz_error *error)
{
    *recipe = NULL;
    json_error_t fault;
    json_t *root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL) {
        tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "recipe",
                       fault.position >= 0 ? (uint64_t)fault.position : TKZ__NO_OFFSET,
                       "not valid JSON in column %d: %s", fault.column, fault.text);
        if (error != NULL)
            error->line = fault.line > 0 ? (uint32_t)fault.line : 0;
        return TKZ_STATUS_INVALID_RECIPE;
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return invalid(error, "recipe", "a recipe is a JSON object");
    }
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_recipe *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL) {
        json_decref(root);
        return tkz__error_memory(error, sizeof *made);
    }
    made->allocator = memory;
    made->json = root;
    tkz_status status = read_recipe(made, error);
    if (status == TKZ_OK) {
        made->text = json_dumps(root, JSON_INDENT(2));
        if (made->text == NULL)
            status = tkz__error_memory(error, size);
    }
    if (status != TKZ_OK) {
        tkz_recipe_free(made);
        return status;
    }
    made->text_size = strlen(made->text);
    *recipe = made;
    return TKZ_OK;
}

void tkz_recipe_free(tkz_recipe *recipe)
{
    if (recipe == NULL)
        return;
    tkz_allocator memory = recipe->allocator;
    tkz__release_array(&memory, recipe->paths, recipe->path_count, sizeof *recipe->paths);
    if (recipe->sources != NULL)
        tkz__release_array(&memory, recipe->sources, recipe->source_room, sizeof *recipe->sources);
    json_decref(recipe->source_names);
    tkz__release_array(&memory, recipe->path_sources, recipe->path_count,
                       sizeof *recipe->path_sources);
    free(recipe->text);
    free(recipe->filters);
    tkz_normal_form_free(recipe->normal_form);
    tkz_normal_form_free(recipe->editors);
    json_decref(recipe->json);
    tkz__release(&memory, recipe, sizeof *recipe);
}

const char *tkz_recipe_text(const tkz_recipe *recipe, size_t *size)
{
    if (size != NULL)
        *size = recipe->text_size;
    return recipe->text;
}
