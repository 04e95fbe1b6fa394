/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize clean --explain: every value of one document, its bounds, and the places behind it. Leans
 * on jansson.
 */
#include <stdlib.h>
#include <string.h>

#include "tokenize/morph.h"
#include "tokenize/text.h"
#include "tools/clean_actions.h"
#include "tools/clean_changes.h"
#include "tools/files.h"
#include "tools/json_value.h"
#include "tools/messages.h"

enum { SPANS_SHOWN = 20 };

/* Where a filter's value comes from, as JSON. */
struct span_list {
    json_t *spans;
    const char *text;
    size_t more; /* beyond those shown */
};

static tkz_status add_span(void *context, size_t start, size_t size, tkz_error *error)
{
    struct span_list *list = context;
    (void)error;
    if (json_array_size(list->spans) >= SPANS_SHOWN) {
        list->more++;
        return TKZ_OK;
    }
    json_array_append_new(list->spans,
                          json_pack("{s:I,s:I,s:s%}", "start", (json_int_t)start, "size",
                                    (json_int_t)size, "text", list->text + start, size));
    return TKZ_OK;
}

static const tkz_filter_info *info_of(const char *name)
{
    const tkz_filter_info *info;
    for (size_t i = 0; (info = tkz_filter_at(i)) != NULL; i++)
        if (strcmp(info->name, name) == 0)
            return info;
    return NULL;
}

/* One filter: values, bounds, what it would do alone, spans. */
static json_t *explain_filter(const tkz_filter_set *set, tkz_cleaner *cleaner, size_t index,
                              size_t first_value, size_t value_count, const double *values,
                              const tkz_verdict *alone, const char *text)
{
    const tkz_filter_info *info = info_of(tkz_filter_set_name(set, index));
    struct span_list list = {.spans = json_array(), .text = text};
    tkz_error error;
    json_t *json = json_pack("{s:s,s:s,s:b}", "filter", info->name, "unit", info->unit, "keep",
                             alone->keep);
    json_t *numbers = json_object();
    for (size_t i = 0; i < value_count; i++)
        json_object_set_new(numbers, tkz_filter_set_value_name(set, first_value + i),
                            json_real(values[first_value + i]));
    json_object_set_new(json, "values", numbers);
    for (size_t i = 0; i < info->parameter_count; i++)
        if (info->parameters[i].type != TKZ_PARAMETER_FILE)
            json_object_set_new(json, info->parameters[i].name,
                                json_real(tkz_filter_set_parameter(set, index, i)));
    if (!alone->keep)
        json_object_set_new(json, "reason", json_string(alone->reason));
    if (tkz_cleaner_spans(cleaner, index, add_span, &list, &error) != TKZ_OK)
        message_failure(error.code, &error);
    const char *evidence;
    size_t size;
    if (tkz_cleaner_evidence(cleaner, index, &evidence, &size, &error) != TKZ_OK)
        message_failure(error.code, &error);
    else if (size > 0)
        json_object_set_new(json, "evidence", json_stringn(evidence, size));
    if (json_array_size(list.spans) > 0)
        json_object_set(json, "spans", list.spans);
    if (list.more > 0)
        json_object_set_new(json, "more_spans", json_integer((json_int_t)list.more));
    json_decref(list.spans);
    return json;
}

/* A value and what it is held against; NULL: there is none of these. */
struct bounds {
    const json_t *value, *least, *of_short, *most;
};

/* The bounds of a filter's first value, or of its second, whose parameters end in its name. */
static struct bounds find_bounds(const json_t *json, const char *value_name, const json_t *value, bool is_first)
{
    const char *dot = strrchr(value_name, '.');
    char minimum[64] = "minimum", maximum[64] = "maximum";
    if (!is_first) {
        (void)snprintf(minimum, sizeof minimum, "minimum_%s", dot != NULL ? dot + 1 : "");
        (void)snprintf(maximum, sizeof maximum, "maximum_%s", dot != NULL ? dot + 1 : "");
    }
    return (struct bounds){value, json_object_get(json, minimum), is_first ? json_object_get(json, "minimum_short") : NULL,
                           json_object_get(json, maximum)};
}

/* Whether the value and a bound that it is not have the same first six digits. */
static bool looks_like(const json_t *value, const json_t *bound)
{
    char text[32], same[32];
    if (bound == NULL || json_number_value(value) == json_number_value(bound))
        return false;
    (void)snprintf(text, sizeof text, "%.6g", json_number_value(value));
    (void)snprintf(same, sizeof same, "%.6g", json_number_value(bound));
    return strcmp(text, same) == 0;
}

/* Six digits, or all where they are needed to tell the value from its bounds. */
static void print_number(const char *before, int width, const json_t *number, bool exactly)
{
    char text[TKZ_NUMBER_TEXT_SIZE];
    if (exactly)
        tkz_number_text(json_number_value(number), text);
    else
        (void)snprintf(text, sizeof text, "%.6g", json_number_value(number));
    printf("%s%*s", before, width, text);
}

static void print_value(const json_t *json, const struct bounds *found)
{
    bool exactly = looks_like(found->value, found->least) || looks_like(found->value, found->of_short) ||
                   looks_like(found->value, found->most);
    print_number(" ", 12, found->value, exactly);
    putchar(' ');
    if (found->least != NULL)
        print_number(" at least ", 0, found->least, exactly);
    if (found->of_short != NULL) {
        print_number("; below ", 0, json_object_get(json, "short"), false);
        print_number(" characters, ", 0, found->of_short, exactly);
    }
    if (found->most != NULL)
        print_number(" at most ", 0, found->most, exactly);
    putchar('\n');
}

static void print_filter(const json_t *json)
{
    const char *key;
    json_t *value;
    size_t index = 0;
    json_object_foreach(json_object_get(json, "values"), key, value)
    {
        struct bounds found = find_bounds(json, key, value, index++ == 0);
        printf("%s  %-36s", json_is_true(json_object_get(json, "keep")) ? "keep" : "DROP", key);
        print_value(json, &found);
    }
    if (json_object_get(json, "evidence") != NULL)
        printf("      %s\n", json_string_value(json_object_get(json, "evidence")));
    json_array_foreach(json_object_get(json, "spans"), index, value)
        printf("      byte %lld: %s\n", (long long)json_integer_value(json_object_get(value, "start")),
               json_string_value(json_object_get(value, "text")));
}

/* The URL that --url gives. False after a complaint. */
static bool use_url(const struct arguments *arguments, tkz_cleaner *cleaner)
{
    const char *url = option_text(arguments, "url");
    tkz_error error;
    if (url == NULL || tkz_cleaner_set_url(cleaner, url, strlen(url), &error) == TKZ_OK)
        return true;
    message("--url", "%s", error.message);
    return false;
}

/* The words that the filters count, where they count any. False after a complaint. */
static bool use_words(const struct arguments *arguments, const tkz_filter_set *set,
                      tkz_cleaner *cleaner, tkz_dictionary **dictionary)
{
    const char *needing = tkz_filter_set_needs_words(set);
    tkz_boundaries words;
    tkz_error error;
    if (needing == NULL)
        return true;
    if (!find_words(arguments, "filter", needing, dictionary, &words))
        return false;
    tkz_status status = tkz_cleaner_set_words(cleaner, &words, &error);
    if (status != TKZ_OK)
        message_failure(status, &error);
    return status == TKZ_OK;
}

/* Each filter as a set of its own would be judged: the set's verdict names only the first. */
static int explain_text(const struct arguments *arguments, const json_t *filters,
                        struct clean_changes *changes, const char *path, const char *text, size_t size)
{
    int code = clean_changes_run(changes, text, size);
    if (code != EXIT_DONE)
        return code;
    text = changes->text;
    size = changes->size;
    bool as_json = option_given(arguments, "json");
    if (!as_json)
        clean_changes_print(changes);
    tkz_dictionary *dictionary = NULL;
    tkz_filter_set *set = open_filters(filters);
    tkz_cleaner *cleaner = NULL;
    tkz_error error = {.code = TKZ_STATUS_OUT_OF_MEMORY, .message = "out of memory"};
    if (set == NULL)
        return EXIT_USAGE;
    size_t count = tkz_filter_set_value_count(set);
    double *values = calloc(count + 1, sizeof *values);
    json_t *rows = json_array();
    tkz_verdict verdict;
    tkz_status status = values == NULL ? TKZ_STATUS_OUT_OF_MEMORY
                                       : tkz_cleaner_new(&cleaner, set, NULL, &error);
    bool ready = status == TKZ_OK && use_url(arguments, cleaner) && use_words(arguments, set, cleaner, &dictionary);
    if (ready)
        status = tkz_cleaner_measure(cleaner, text, size, values, &error);
    for (size_t i = 0, first = 0; ready && status == TKZ_OK && i < tkz_filter_set_count(set); i++) {
        size_t own = tkz_filter_set_values_of(set, i);
        tkz_verdict alone;
        tkz_filter_set_judge_one(set, i, values, &alone);
        json_t *row = explain_filter(set, cleaner, i, first, own, values, &alone, text);
        json_array_append_new(rows, row);
        if (!as_json)
            print_filter(row);
        first += own;
    }
    if (ready && status == TKZ_OK)
        tkz_filter_set_judge(set, values, &verdict);
    if (ready && status == TKZ_OK && as_json) {
        json_t *json = json_pack("{s:s,s:b,s:s*,s:s*,s:O}", "source", path, "keep", verdict.keep,
                                 "filter", verdict.filter, "reason", verdict.reason, "filters", rows);
        if (json_array_size(changes->edits) > 0)
            json_object_set(json, "edits", changes->edits);
        if (changes->more > 0)
            json_object_set_new(json, "more_edits", json_integer((json_int_t)changes->more));
        if (json_object_size(changes->counts) > 0)
            json_object_set(json, "changes", changes->counts);
        struct text shown = {0};
        text_append_value(&shown, json, 2);
        text_append_string(&shown, "\n");
        json_decref(json);
        if (shown.failed)
            status = TKZ_STATUS_OUT_OF_MEMORY;
        else
            (void)fwrite(shown.data, 1, shown.size, stdout);
        text_free(&shown);
    } else if (ready && status == TKZ_OK) {
        printf(verdict.keep ? "%s: kept\n" : "%s: dropped by %s (%s)\n", path, verdict.filter,
               verdict.reason);
    }
    json_decref(rows);
    free(values);
    tkz_cleaner_free(cleaner);
    tkz_dictionary_free(dictionary);
    tkz_filter_set_free(set);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    return ready ? EXIT_DONE : EXIT_USAGE;
}

int clean_explain(const struct arguments *arguments, const json_t *filters)
{
    int code = refuse_terminal_input(arguments);
    static char *const standard_input[] = {(char *)"-"};
    size_t count = arguments->operand_count > 0 ? arguments->operand_count : 1;
    struct clean_changes changes = {0};
    if (code == EXIT_DONE)
        code = clean_changes_open(&changes, arguments);
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        const char *path = arguments->operand_count > 0 ? arguments->operands[i]
                                                        : standard_input[0];
        char *text;
        size_t size;
        code = read_whole(path, &text, &size);
        if (code != EXIT_DONE)
            break;
        code = explain_text(arguments, filters, &changes, path, text, size);
        free(text);
    }
    clean_changes_close(&changes);
    return code;
}
