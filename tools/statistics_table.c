/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics as tables on a terminal. Leans on jansson and on the table.
 */
#include <string.h>

#include "tools/statistics_page.h"
#include "tools/table.h"

/* Of a member, the most frequent values. */
enum { VALUES_SHOWN = 10 };

static uint64_t count(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

static const char *name_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void add_percent(struct table *table, uint64_t part, uint64_t whole)
{
    table_add(table, "%.2f %%", whole == 0 ? 0 : 100.0 * (double)part / (double)whole);
}

static void add_amount(struct table *table, const char *label, const json_t *amount,
                       const json_t *whole)
{
    table_add(table, "%s", label);
    table_add_count(table, count(amount, "documents"));
    add_percent(table, count(amount, "documents"), count(whole, "documents"));
    table_add_count(table, count(amount, "characters"));
    table_add_count(table, count(amount, "bytes"));
}

static void print_amounts(const json_t *statistics, FILE *stream)
{
    struct table table = {.columns = 5, .right_aligned = 30};
    const json_t *in = json_object_get(statistics, "in");
    static const char *const heads[] = {"", "documents", "", "characters", "bytes"};
    for (size_t i = 0; i < 5; i++)
        table_add(&table, "%s", heads[i]);
    add_amount(&table, "in", in, in);
    add_amount(&table, "kept", json_object_get(statistics, "kept"), in);
    if (count(statistics, "bad") > 0) {
        table_add(&table, "%s", "bad records");
        table_add_count(&table, count(statistics, "bad"));
        for (size_t i = 0; i < 3; i++)
            table_add(&table, "%s", "");
    }
    table_print(&table, stream);
}

static void print_filters(const json_t *statistics, FILE *stream)
{
    const json_t *filters = json_object_get(statistics, "filters");
    struct table table = {.columns = 7, .right_aligned = 126};
    static const char *const heads[] = {"filter",       "documents in", "dropped", "",
                                        "alone",        "characters out", "bytes out"};
    if (json_array_size(filters) == 0)
        return;
    for (size_t i = 0; i < 7; i++)
        table_add(&table, "%s", heads[i]);
    for (size_t i = 0; i < json_array_size(filters); i++) {
        const json_t *filter = json_array_get(filters, i);
        const json_t *in = json_object_get(filter, "in"), *out = json_object_get(filter, "out");
        uint64_t dropped = count(json_object_get(filter, "dropped"), "documents");
        table_add(&table, "%s", name_of(filter, "name"));
        table_add_count(&table, count(in, "documents"));
        table_add_count(&table, dropped);
        add_percent(&table, dropped, count(in, "documents"));
        table_add_count(&table, count(filter, "dropped_alone"));
        table_add_count(&table, count(out, "characters"));
        table_add_count(&table, count(out, "bytes"));
    }
    fputc('\n', stream);
    table_print(&table, stream);
}

static void add_number(struct table *table, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL)
        table_add(table, "%s", "");
    else
        table_add(table, "%.6g", json_number_value(value));
}

static void add_spread(struct table *table, const char *name, const json_t *value)
{
    static const char *const shares[] = {"5", "25", "50", "75", "95"};
    table_add(table, "%s", name);
    add_number(table, value, "minimum");
    add_number(table, value, "maximum");
    add_number(table, value, "least");
    for (size_t i = 0; i < 5; i++)
        add_number(table, json_object_get(value, "quantiles"), shares[i]);
    add_number(table, value, "greatest");
}

static void print_values(const json_t *statistics, FILE *stream)
{
    struct table table = {.columns = 10, .right_aligned = 1022};
    static const char *const heads[] = {"value", "minimum", "maximum", "least", "5 %",
                                        "25 %",  "50 %",    "75 %",    "95 %",  "greatest"};
    for (size_t i = 0; i < 10; i++)
        table_add(&table, "%s", heads[i]);
    add_spread(&table, "characters of a document", json_object_get(statistics, "characters"));
    const json_t *filters = json_object_get(statistics, "filters");
    for (size_t i = 0; i < json_array_size(filters); i++) {
        const json_t *values = json_object_get(json_array_get(filters, i), "values");
        for (size_t k = 0; k < json_array_size(values); k++)
            add_spread(&table, name_of(json_array_get(values, k), "name"), json_array_get(values, k));
    }
    fputc('\n', stream);
    table_print(&table, stream);
}

static void print_scripts(const json_t *statistics, FILE *stream)
{
    struct table table = {.columns = 4, .right_aligned = 14};
    uint64_t whole = count(json_object_get(statistics, "in"), "characters");
    const char *name;
    json_t *part;
    static const char *const heads[] = {"script", "characters in", "", "kept"};
    for (size_t i = 0; i < 4; i++)
        table_add(&table, "%s", heads[i]);
    json_object_foreach ((json_t *)json_object_get(statistics, "scripts"), name, part) {
        if (count(part, "in") == 0)
            continue;
        table_add(&table, "%s", name);
        table_add_count(&table, count(part, "in"));
        add_percent(&table, count(part, "in"), whole);
        table_add_count(&table, count(part, "kept"));
    }
    fputc('\n', stream);
    table_print(&table, stream);
}

static void add_member(struct table *table, const char *name, const json_t *entry)
{
    const json_t *in = json_object_get(entry, "in");
    table_add(table, "%s", name);
    table_add_count(table, count(in, "documents"));
    table_add_count(table, count(in, "characters"));
    table_add_count(table, count(json_object_get(entry, "kept"), "documents"));
}

static void print_member(const char *title, const json_t *member, FILE *stream)
{
    struct table table = {.columns = 4, .right_aligned = 14};
    const json_t *values = json_object_get(member, "values");
    if (json_array_size(values) == 0)
        return;
    table_add(&table, "%s", title);
    table_add(&table, "documents");
    table_add(&table, "characters");
    table_add(&table, "kept");
    for (size_t i = 0; i < json_array_size(values) && i < VALUES_SHOWN; i++)
        add_member(&table, name_of(json_array_get(values, i), "value"), json_array_get(values, i));
    size_t more = json_array_size(values) > VALUES_SHOWN ? json_array_size(values) - VALUES_SHOWN : 0;
    if (json_object_get(member, "others") != NULL)
        add_member(&table, "(others, not listed)", json_object_get(member, "others"));
    fputc('\n', stream);
    table_print(&table, stream);
    if (more > 0)
        fprintf(stream, "and %zu more values; --json and --html have them\n", more);
}

void statistics_print(const json_t *statistics, FILE *stream)
{
    const char *name;
    json_t *member;
    print_amounts(statistics, stream);
    print_filters(statistics, stream);
    print_values(statistics, stream);
    print_scripts(statistics, stream);
    print_member("file", json_object_get(statistics, "files"), stream);
    json_object_foreach ((json_t *)json_object_get(statistics, "members"), name, member)
        print_member(name, member, stream);
}
