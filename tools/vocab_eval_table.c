/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab eval: the report as tables for people.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/messages.h"
#include "tools/table.h"
#include "tools/vocab_eval.h"

static const char *name_of(const json_t *object)
{
    return json_string_value(json_object_get(object, "name"));
}

static uint64_t count_of(const json_t *object, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(object, name));
}

/* ---- Cells --------------------------------------------------------------------- */

static void add_number(struct table *table, double value, double factor, int digits)
{
    if (isfinite(value))
        table_add(table, "%.*f", digits, value * factor);
    else
        table_add(table, "-");
}

/* "1.852 [1.848 1.856]". */
static void add_with_interval(struct table *table, const json_t *result, const char *name)
{
    const json_t *figure = json_object_get(result, name);
    const json_t *low = json_object_get(figure, "low"), *high = json_object_get(figure, "high");
    double value = vocab_eval_figure(result, name);
    if (low == NULL || high == NULL)
        add_number(table, value, 1, 3);
    else
        table_add(table, "%.3f [%.3f %.3f]", value, json_number_value(low),
                  json_number_value(high));
}

/* ---- Tables ---------------------------------------------------------------------- */

static void add_heading(struct table *table, const char *const *names, size_t count,
                        int left)
{
    table->columns = count;
    table->right_aligned = UINT32_MAX << left; /* behind the columns with names */
    for (size_t i = 0; i < count; i++)
        table_add(table, "%s", names[i]);
}

static void print_texts(const json_t *report)
{
    static const char *const names[] = {"domain", "documents", "characters", "bytes", "words"};
    struct table table = {0};
    size_t i;
    const json_t *domain;
    add_heading(&table, names, COUNT_OF(names), 1);
    json_array_foreach (json_object_get(report, "domains"), i, domain) {
        table_add(&table, "%s", name_of(domain));
        table_add_count(&table, count_of(domain, "documents"));
        table_add_count(&table, count_of(domain, "characters"));
        table_add_count(&table, count_of(domain, "bytes"));
        if (json_is_null(json_object_get(domain, "words")))
            table_add(&table, "-");
        else
            table_add_count(&table, count_of(domain, "words"));
    }
    table_print(&table, stdout);
}

/* One row: how a model cuts the texts of a domain. */
static void add_cut(struct table *table, const json_t *result)
{
    table_add(table, "%s", json_string_value(json_object_get(result, "domain")));
    table_add(table, "%s", json_string_value(json_object_get(result, "model")));
    table_add_count(table, count_of(result, "tokens"));
    add_with_interval(table, result, "characters_per_token");
    add_number(table, vocab_eval_figure(result, "bytes_per_token"), 1, 3);
    add_number(table, vocab_eval_figure(result, "normalized_sequence_length"), 1, 3);
    add_number(table, vocab_eval_figure(result, "tokens_per_word"), 1, 3);
    add_number(table, vocab_eval_figure(result, "whole_words"), 100, 1);
    add_number(table, vocab_eval_figure(result, "border_precision"), 100, 1);
    add_number(table, vocab_eval_figure(result, "border_recall"), 100, 1);
    add_number(table, vocab_eval_figure(result, "border_f1"), 100, 1);
}

static void print_cuts(const json_t *report)
{
    static const char *const names[] = {
        "domain",      "model",         "tokens",       "characters/token", "bytes/token", "NSL",
        "tokens/word", "whole words %", "precision %", "recall %",         "F1 %"};
    struct table table = {0};
    size_t domains = json_array_size(json_object_get(report, "domains")), i;
    const json_t *result;
    add_heading(&table, names, COUNT_OF(names), 2);
    json_array_foreach (json_object_get(report, "results"), i, result) {
        const char *domain = json_string_value(json_object_get(result, "domain"));
        if (domains > 1 || strcmp(domain, "all") != 0)
            add_cut(&table, result);
    }
    table_print(&table, stdout);
}

static void add_use(struct table *table, const json_t *report, const json_t *model)
{
    const json_t *result = vocab_eval_result(report, "all", name_of(model));
    const json_t *trip = json_object_get(result, "round_trip");
    table_add(table, "%s", name_of(model));
    table_add(table, "%s", json_string_value(json_object_get(model, "kind")));
    table_add_count(table, count_of(model, "ids"));
    table_add_count(table, count_of(result, "unused"));
    add_number(table, vocab_eval_figure(result, "utilization"), 100, 1);
    add_number(table, vocab_eval_figure(result, "shannon_efficiency"), 1, 4);
    add_number(table, vocab_eval_figure(result, "renyi_efficiency"), 1, 4);
    add_number(table, vocab_eval_figure(result, "perplexity"), 1, 1);
    add_number(table, vocab_eval_figure(result, "unknown"), 100, 3);
    add_number(table, vocab_eval_figure(result, "bytes"), 100, 3);
    add_number(table, vocab_eval_figure(result, "broken"), 100, 3);
    add_number(table, vocab_eval_figure(result, "gini"), 1, 4);
    table_add_count(table, count_of(trip, "failures"));
}

static void print_use(const json_t *report)
{
    static const char *const names[] = {
        "model",      "kind",    "ids",     "unused",   "used %", "Shannon eff.",  "Rényi eff.",
        "perplexity", "unknown %", "bytes %", "broken %", "Gini",   "not restored"};
    struct table table = {0};
    size_t i;
    const json_t *model;
    add_heading(&table, names, COUNT_OF(names), 2);
    json_array_foreach (json_object_get(report, "models"), i, model)
        add_use(&table, report, model);
    table_print(&table, stdout);
}

/* The first document of each model that did not come back. */
static void print_lost(const json_t *report)
{
    size_t i;
    const json_t *result;
    json_array_foreach (json_object_get(report, "results"), i, result) {
        const json_t *first = json_object_get(json_object_get(result, "round_trip"), "first");
        if (first == NULL)
            continue;
        char *text = json_dumps(json_object_get(first, "text"), JSON_ENCODE_ANY);
        char *decoded = json_dumps(json_object_get(first, "decoded"), JSON_ENCODE_ANY);
        printf("%s, %s: %s:%lld, byte %lld: %s became %s\n",
               json_string_value(json_object_get(result, "model")),
               json_string_value(json_object_get(result, "domain")),
               json_string_value(json_object_get(first, "source")),
               (long long)json_integer_value(json_object_get(first, "line")),
               (long long)json_integer_value(json_object_get(first, "offset")),
               text != NULL ? text : "?", decoded != NULL ? decoded : "?");
        free(text);
        free(decoded);
    }
}

static void print_speed(const json_t *report)
{
    size_t i;
    const json_t *model;
    json_array_foreach (json_object_get(report, "models"), i, model) {
        const json_t *encoding = json_object_get(model, "encoding");
        double seconds = json_number_value(json_object_get(encoding, "thread_seconds"));
        if (encoding == NULL || seconds <= 0)
            continue;
        printf("%s: %.1f MB/s a thread\n", name_of(model),
               (double)count_of(encoding, "bytes") / seconds / 1e6);
    }
}

void vocab_eval_print(const json_t *report)
{
    print_texts(report);
    putchar('\n');
    print_cuts(report);
    putchar('\n');
    print_use(report);
    print_lost(report);
    print_speed(report);
}
