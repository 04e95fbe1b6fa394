/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize clean --from-scores: thresholds moved without the text. Leans on line_reader and jansson.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"
#include "tools/clean_actions.h"
#include "tools/files.h"
#include "tools/json_value.h"
#include "tools/line_reader.h"
#include "tools/messages.h"
#include "tools/table.h"

tkz_filter_set *open_filters(const json_t *filters)
{
    tkz_filter_set *set = NULL;
    tkz_error error;
    char *text = json_dumps(filters, JSON_COMPACT);
    if (text == NULL) {
        message_no_memory();
        return NULL;
    }
    tkz_status status = tkz_filter_set_new(&set, text, strlen(text), NULL, &error);
    free(text);
    if (status == TKZ_OK)
        return set;
    message_failure(status, &error);
    return NULL;
}

bool open_words(const char *name, tkz_dictionary **dictionary, tkz_boundaries *words)
{
    tkz_status status = TKZ_OK;
    tkz_error error;
    *dictionary = NULL;
    *words = tkz_white_space_boundaries();
    if (strcmp(name, "white-space") != 0) {
        status = tkz_dictionary_open(dictionary, name, NULL, 0, NULL, &error);
        if (status == TKZ_OK)
            status = tkz_dictionary_boundaries(*dictionary, words, &error);
    }
    if (status != TKZ_OK)
        message_failure(status, &error);
    return status == TKZ_OK;
}

bool find_words(const struct arguments *arguments, const char *what, const char *needing, tkz_dictionary **dictionary,
                tkz_boundaries *words)
{
    const char *name = option_text(arguments, "dictionary");
    if (name != NULL)
        return open_words(name, dictionary, words);
    message("--dictionary", "%s %s counts words and has none", what, needing);
    hint("name a dictionary, such as ipadic, or white-space for words between spaces");
    return false;
}

/* One reading of scores. */
struct cut {
    const tkz_filter_set *set;
    json_t *files;     /* of the set: {NAME OF VALUE: HASH OF CONTENTS} */
    json_t *made_with; /* of the first line: what its values depend on; NULL before */
    char words_hash[17]; /* of --dictionary; "": not given */
    double *values;
    tkz_output *output;
    uint64_t *dropped; /* by filter of the set */
    uint64_t documents;
    uint64_t kept;
};

/* The values of a line in the order of the set; false after a complaint. */
static bool take_values(struct cut *cut, const json_t *line, const char *path, uint64_t number)
{
    const json_t *values = json_object_get(line, "values");
    for (size_t i = 0; i < tkz_filter_set_value_count(cut->set); i++) {
        const char *name = tkz_filter_set_value_name(cut->set, i);
        const json_t *value = json_object_get(values, name);
        if (!json_is_number(value)) {
            message(path, "line %llu has no value \"%s\"", (unsigned long long)number, name);
            hint("scores have the values of the filters they were made with; make them again with "
                 "--scores and this filter");
            return false;
        }
        cut->values[i] = json_number_value(value);
    }
    return true;
}

/* Values of one name can be cut alike only if the files and words behind them were the same; false after a
 * complaint. */
static bool check_made_with(struct cut *cut, const json_t *line, const char *path, uint64_t number)
{
    static const char *const whole[] = {"normalize", "edit", "edit_files", "words_hash"};
    const json_t *here = json_object_get(line, "made_with");
    const json_t *made_of = json_object_get(here, "files");
    const char *key, *words = json_string_value(json_object_get(here, "words_hash"));
    json_t *hash;
    json_object_foreach(cut->files, key, hash)
    {
        const char *other = json_string_value(json_object_get(made_of, key));
        if (other != NULL && strcmp(other, json_string_value(hash)) == 0)
            continue;
        message(path, "line %llu: the file behind \"%s\" had other contents (%s) than the one given now (%s)",
                (unsigned long long)number, key, other != NULL ? other : "not recorded", json_string_value(hash));
        hint("name the file that the scores were made with, or make them again");
        return false;
    }
    if (cut->words_hash[0] != '\0' && words != NULL && strcmp(words, cut->words_hash) != 0) {
        message(path, "line %llu: words were those of another dictionary (%s, %s) than the one given now (%s)",
                (unsigned long long)number, json_string_value(json_object_get(here, "words")), words,
                cut->words_hash);
        return false;
    }
    if (cut->made_with == NULL) {
        cut->made_with = here != NULL ? json_deep_copy(here) : json_object();
        return cut->made_with != NULL || message_no_memory() == EXIT_DONE;
    }
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        const json_t *value = json_object_get(here, whole[i]);
        const json_t *first = json_object_get(cut->made_with, whole[i]);
        if (value == first || json_equal(value, first))
            continue;
        message(path, "line %llu has values of texts with another \"%s\" than the first line",
                (unsigned long long)number, whole[i]);
        hint("make the scores of all parts with the same --normalize, --edit and --dictionary");
        return false;
    }
    return true;
}

/* The line without its values, with the new verdict. */
static int write_verdict(struct cut *cut, json_t *line, const tkz_verdict *verdict)
{
    static const char *const old[] = {"values", "made_with", "keep", "filter", "reason"};
    tkz_error error;
    for (size_t i = 0; i < COUNT_OF(old); i++)
        json_object_del(line, old[i]);
    json_object_set_new(line, "keep", json_boolean(verdict->keep));
    if (!verdict->keep) {
        json_object_set_new(line, "filter", json_string(verdict->filter));
        json_object_set_new(line, "reason", json_string(verdict->reason));
        json_object_set_new(line, "value", json_real(verdict->value));
        json_object_set_new(line, "threshold", json_real(verdict->threshold));
    }
    struct text text = {0};
    text_append_value(&text, line, 0);
    text_append_string(&text, "\n");
    if (text.failed) {
        text_free(&text);
        return message_no_memory();
    }
    tkz_status status = tkz_output_write(cut->output, text.data, text.size, &error);
    text_free(&text);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

static int judge_line(struct cut *cut, const char *text, size_t size, const char *path,
                      uint64_t number)
{
    tkz_verdict verdict;
    json_t *line = json_loadb(text, size, 0, NULL);
    int code = EXIT_DATA;
    if (!json_is_object(line)) {
        message(path, "line %llu is not a JSON object", (unsigned long long)number);
    } else if (take_values(cut, line, path, number) && check_made_with(cut, line, path, number)) {
        tkz_filter_set_judge(cut->set, cut->values, &verdict);
        cut->documents++;
        cut->kept += verdict.keep != 0;
        if (!verdict.keep)
            cut->dropped[verdict.filter_index]++;
        code = write_verdict(cut, line, &verdict);
    }
    json_decref(line);
    return code;
}

static int read_scores(struct cut *cut, const char *path)
{
    struct line_reader reader;
    tkz_error error;
    const char *line;
    size_t size;
    tkz_status status = line_reader_open(&reader, path, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = EXIT_DONE;
    while (code == EXIT_DONE && (status = line_reader_next(&reader, &line, &size, &error)) == TKZ_OK &&
           line != NULL)
        code = judge_line(cut, line, size, path, reader.line);
    line_reader_close(&reader);
    return status != TKZ_OK ? message_failure(status, &error) : code;
}

static void print_summary(const struct cut *cut)
{
    struct table table = {.columns = 2};
    table_add(&table, "documents");
    table_add_count(&table, cut->documents);
    table_add(&table, "  kept");
    table_add_count(&table, cut->kept);
    for (size_t i = 0; i < tkz_filter_set_count(cut->set); i++) {
        if (cut->dropped[i] == 0)
            continue;
        table_add(&table, "  dropped by %s", tkz_filter_set_name(cut->set, i));
        table_add_count(&table, cut->dropped[i]);
    }
    table_print(&table, stderr);
}

static json_t *files_of(const tkz_filter_set *set)
{
    json_t *files = json_object();
    for (size_t i = 0, value = 0; i < tkz_filter_set_count(set); i++) {
        const char *hash = tkz_filter_set_files_hash(set, i);
        if (hash != NULL)
            json_object_set_new(files, tkz_filter_set_value_name(set, value), json_string(hash));
        value += tkz_filter_set_values_of(set, i);
    }
    return files;
}

/* Of --dictionary, which need not be given; false after a complaint. */
static bool hash_words(const struct arguments *arguments, char hash[17])
{
    const char *name = option_text(arguments, "dictionary");
    tkz_dictionary *dictionary = NULL;
    tkz_boundaries words;
    hash[0] = '\0';
    if (name == NULL)
        return true;
    bool opened = open_words(name, &dictionary, &words);
    if (opened)
        (void)snprintf(hash, 17, "%016" PRIx64, words.hash);
    tkz_dictionary_free(dictionary);
    return opened;
}

int clean_from_scores(const struct arguments *arguments, const json_t *filters)
{
    int code = refuse_terminal_input(arguments);
    tkz_filter_set *set = code == EXIT_DONE ? open_filters(filters) : NULL;
    if (set == NULL)
        return code != EXIT_DONE ? code : EXIT_USAGE;
    struct cut cut = {.set = set, .files = files_of(set)};
    if (!hash_words(arguments, cut.words_hash)) {
        json_decref(cut.files);
        tkz_filter_set_free(set);
        return EXIT_USAGE;
    }
    cut.values = calloc(tkz_filter_set_value_count(set) + 1, sizeof *cut.values);
    cut.dropped = calloc(tkz_filter_set_count(set) + 1, sizeof *cut.dropped);
    code = cut.values != NULL && cut.dropped != NULL
               ? open_output(&cut.output, option_text(arguments, "output"))
               : message_no_memory();
    if (code == EXIT_DONE) {
        if (arguments->operand_count == 0)
            code = read_scores(&cut, "-");
        for (size_t i = 0; i < arguments->operand_count && code == EXIT_DONE; i++)
            code = read_scores(&cut, arguments->operands[i]);
        code = close_output(cut.output, code);
    }
    if (code == EXIT_DONE && !option_given(arguments, "quiet"))
        print_summary(&cut);
    json_decref(cut.files);
    json_decref(cut.made_with);
    free(cut.values);
    free(cut.dropped);
    tkz_filter_set_free(set);
    return code;
}
