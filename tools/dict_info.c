/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize dict info and check: what a dictionary is, and whether user
 * dictionaries fit it. Leans on the public dictionary.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tokenize/morph.h"
#include "tools/dict_actions.h"
#include "tools/messages.h"
#include "tools/table.h"

static tkz_status open_with_users(const struct arguments *arguments, const char *path,
                                  tkz_dictionary **dictionary, tkz_error *error)
{
    size_t count = option_repeats(arguments, "user-dictionary");
    const char **users = calloc(count + 1, sizeof *users);
    *dictionary = NULL;
    tkz_error_clear(error);
    if (users == NULL)
        return TKZ_STATUS_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++)
        users[i] = option_repeat(arguments, "user-dictionary", i);
    tkz_status status = tkz_dictionary_open(dictionary, path, users, count, NULL, error);
    free(users);
    return status;
}

/* ---- info ----------------------------------------------------------------- */

static int print_json(const tkz_dictionary *dictionary, const tkz_dictionary_info *info)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, info->hash);
    json_t *categories = json_array();
    const char *name;
    for (uint32_t i = 0; (name = tkz_dictionary_category(dictionary, i)) != NULL; i++)
        json_array_append_new(categories, json_string(name));
    json_t *object =
        json_pack("{s:s,s:s,s:I,s:I,s:I,s:o,s:s}", "path", info->path, "charset", info->charset,
                  "words", (json_int_t)info->word_count, "right_ids",
                  (json_int_t)info->left_size, "left_ids", (json_int_t)info->right_size,
                  "categories", categories, "hash", hash);
    if (object == NULL || json_dumpf(object, stdout, JSON_COMPACT) != 0) {
        json_decref(object);
        return message_no_memory();
    }
    printf("\n");
    json_decref(object);
    return EXIT_DONE;
}

static void print_table(const tkz_dictionary *dictionary, const tkz_dictionary_info *info)
{
    struct table table = {.columns = 2};
    table_add(&table, "path");
    table_add(&table, "%s", info->path);
    table_add(&table, "charset");
    table_add(&table, "%s", info->charset);
    table_add(&table, "words");
    table_add_count(&table, info->word_count);
    table_add(&table, "context ids");
    table_add(&table, "%" PRIu32 " right, %" PRIu32 " left", info->left_size, info->right_size);
    const char *name;
    for (uint32_t i = 0; (name = tkz_dictionary_category(dictionary, i)) != NULL; i++) {
        table_add(&table, "%s", i == 0 ? "categories" : "");
        table_add(&table, "%s", name);
    }
    table_add(&table, "hash");
    table_add(&table, "%016" PRIx64, info->hash);
    table_print(&table, stdout);
}

int dict_info(const struct arguments *arguments, const char *path)
{
    tkz_dictionary *dictionary;
    tkz_dictionary_info info;
    tkz_error error;
    tkz_status status = open_with_users(arguments, path, &dictionary, &error);
    if (status == TKZ_OK)
        status = tkz_dictionary_describe(dictionary, &info, &error);
    int code = EXIT_DONE;
    if (status != TKZ_OK)
        code = message_model_failure(status, &error);
    else if (option_given(arguments, "json"))
        code = print_json(dictionary, &info);
    else
        print_table(dictionary, &info);
    tkz_dictionary_free(dictionary);
    return code;
}

/* ---- check ---------------------------------------------------------------- */

/* One user dictionary, or none. */
static int check_one(const char *path, const char *user)
{
    tkz_dictionary *dictionary;
    tkz_error error;
    tkz_status status =
        tkz_dictionary_open(&dictionary, path, &user, user != NULL ? 1 : 0, NULL, &error);
    if (status == TKZ_OK && user == NULL) { /* an image beside the files does not do for them */
        status = tkz_dictionary_verify(dictionary, &error);
        if (status != TKZ_OK)
            tkz_dictionary_free(dictionary);
    }
    if (status != TKZ_OK) {
        int code = message_check_failure(status, &error);
        bool is_other_charset = user != NULL && status == TKZ_STATUS_UNSUPPORTED;
        return is_other_charset ? EXIT_CHECK : code;
    }
    if (user != NULL)
        printf("%s: fits\n", user);
    else
        printf("%s: whole\n", path);
    tkz_dictionary_free(dictionary);
    return EXIT_DONE;
}

int dict_check(const struct arguments *arguments, const char *path)
{
    int worst = check_one(path, NULL);
    size_t count = worst == EXIT_DONE ? option_repeats(arguments, "user-dictionary") : 0;
    for (size_t i = 0; i < count; i++) {
        int code = check_one(path, option_repeat(arguments, "user-dictionary", i));
        if (code != EXIT_DONE)
            worst = code;
    }
    return worst;
}
