/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics as a page that needs nothing but itself. Leans on html_page and html_plot.
 */
#include "tools/statistics_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/html_plot.h"
#include "tools/messages.h"

/* Of a member's values on a page; --json has all. */
enum { VALUES_SHOWN = 100 };

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

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

/* ---- Amounts and filters ------------------------------------------------- */

/* A member of the report; in Japanese it is said behind what it means, since plots and --json have it too. */
static struct label member_label(const char *name)
{
    static const struct label labels[] = {{"入力 (in)", "in"},          {"正規化 (normalized)", "normalized"},
                                          {"編集 (edited)", "edited"},  {"残り (kept)", "kept"},
                                          {"除外 (dropped)", "dropped"}, {"読めない (bad)", "bad"},
                                          {"変更 (changed)", "changed"},  {"URL なし (without_url)", "without_url"}};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].en, name) == 0)
            return labels[i];
    return (struct label){name, name};
}

static void add_amount(struct text *page, const char *name, const json_t *amount,
                       const json_t *whole)
{
    html_row(page);
    html_cell_label(page, member_label(name));
    html_cell_count(page, count(amount, "documents"));
    html_cell_number(page, percent(count(amount, "documents"), count(whole, "documents")), 2);
    html_cell_count(page, count(amount, "characters"));
    html_cell_number(page, percent(count(amount, "characters"), count(whole, "characters")), 2);
    html_cell_count(page, count(amount, "bytes"));
}

static void add_amounts(struct text *page, const json_t *statistics)
{
    static const struct label columns[] = {{"", ""},
                                           {"文書", "documents"},
                                           {"%", "%"},
                                           {"文字", "characters"},
                                           {"%", "%"},
                                           {"バイト", "bytes"}};
    const json_t *in = json_object_get(statistics, "in");
    html_table_begin(page);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        html_column(page, columns[i]);
    add_amount(page, "in", in, in);
    add_amount(page, "kept", json_object_get(statistics, "kept"), in);
    html_table_end(page);
    html_format(page, "<p>");
    html_label(page, (struct label){"読めないレコード: ", "Bad records: "});
    html_format(page, "%llu</p>\n", (unsigned long long)count(statistics, "bad"));
}

static void add_filters(struct text *page, const json_t *filters)
{
    static const struct label columns[] = {{"フィルタ", "filter"},
                                           {"入力文書", "documents in"},
                                           {"除いた文書", "dropped"},
                                           {"%", "%"},
                                           {"単独なら除く", "dropped alone"},
                                           {"残る文書", "documents out"},
                                           {"入力文字", "characters in"},
                                           {"残る文字", "characters out"},
                                           {"入力バイト", "bytes in"},
                                           {"残るバイト", "bytes out"}};
    html_table_begin(page);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        html_column(page, columns[i]);
    for (size_t i = 0; i < json_array_size(filters); i++) {
        const json_t *filter = json_array_get(filters, i);
        const json_t *in = json_object_get(filter, "in"), *out = json_object_get(filter, "out");
        uint64_t dropped = count(json_object_get(filter, "dropped"), "documents");
        html_row(page);
        html_cell(page, name_of(filter, "name"));
        html_cell_count(page, count(in, "documents"));
        html_cell_count(page, dropped);
        html_cell_number(page, percent(dropped, count(in, "documents")), 2);
        html_cell_count(page, count(filter, "dropped_alone"));
        html_cell_count(page, count(out, "documents"));
        html_cell_count(page, count(in, "characters"));
        html_cell_count(page, count(out, "characters"));
        html_cell_count(page, count(in, "bytes"));
        html_cell_count(page, count(out, "bytes"));
    }
    html_table_end(page);
}

/* What is left behind each filter, in per cent of all documents. */
static void add_flow(struct text *page, const json_t *statistics, const json_t *filters)
{
    static const char *const group[] = {""};
    size_t number = json_array_size(filters);
    uint64_t whole = count(json_object_get(statistics, "in"), "documents");
    const char **names = calloc(number + 1, sizeof *names);
    double *left = calloc(number + 1, sizeof *left);
    if (names == NULL || left == NULL)
        page->failed = true;
    for (size_t i = 0; i < number && !page->failed; i++) {
        const json_t *filter = json_array_get(filters, i);
        names[i] = name_of(filter, "name");
        left[i] = percent(count(json_object_get(filter, "out"), "documents"), whole);
    }
    if (!page->failed && number > 0)
        html_bars(page, &(struct bar_plot){
                            .title = {"各フィルタを通った後に残る文書 (%)",
                                      "Documents left behind each filter (%)"},
                            .groups = group,
                            .group_count = 1,
                            .series = names,
                            .series_count = number,
                            .values = left,
                            .digits = 2,
                        });
    free(names);
    free(left);
}

/* ---- Spreads ------------------------------------------------------------- */

/* Bins with what lies between them: those that are empty have none in the report. Of a scale of numbers the bin
 * of 0 is drawn beside the least of the others. */
struct bins {
    double *edges;
    uint64_t *counts;
    size_t size;
    size_t capacity;
};

static void put_bin(struct bins *bins, double from, double to, uint64_t number)
{
    if (bins->size > 0 && from > bins->edges[bins->size] * (1 + 1e-9)) {
        bins->edges[bins->size + 1] = from;
        bins->counts[bins->size++] = 0;
    }
    bins->edges[bins->size] = from;
    bins->edges[bins->size + 1] = to;
    bins->counts[bins->size++] = number;
}

static void take_bins(struct bins *bins, const json_t *written, bool is_log)
{
    for (size_t i = 0; i < json_array_size(written); i++) {
        const json_t *bin = json_array_get(written, i), *next = json_array_get(written, i + 1);
        double from = json_number_value(json_array_get(bin, 0));
        double to = json_number_value(json_array_get(bin, 1));
        if (is_log && from <= 0) {
            to = next != NULL ? json_number_value(json_array_get(next, 0)) : 1;
            from = to / 2;
        }
        if (!is_log && from >= 1) { /* 1 itself: drawn inside the axis */
            from = 1 - (to - from) / 2;
            to = 1;
        }
        put_bin(bins, from, to, (uint64_t)json_integer_value(json_array_get(bin, 2)));
    }
}

/* The units of `tokenize list filters`; one that is not among them stays as it is. */
static const char *unit_in_japanese(const char *unit)
{
    static const struct label units[] = {
        {"文字", "characters"},
        {"バイト", "bytes"},
        {"割合", "share"},
        {"空白を除く文字に占める割合", "share of the characters that are not white space"},
        {"前にある文字数", "characters before it"},
        {"語あたりの改行数", "line feeds for each word"},
        {"語あたりの記号数", "signs for each word"},
        {"行", "lines"},
        {"文", "sentences"},
        {"語", "words"},
        {"回", "occurrences"},
        {"個", "units"},
        {"パープレキシティ", "perplexity"},
        {"確率", "probability"},
        {"0 から 1 のスコア", "score from 0 to 1"},
        {"重み", "weight"},
        {"種類", "kind"},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].en, unit) == 0)
            return units[i].ja;
    }
    return unit;
}

static void add_histogram(struct text *page, struct label title, const char *unit,
                          const json_t *value)
{
    const char *unit_ja = unit_in_japanese(unit);
    const json_t *written = json_object_get(value, "bins");
    /* Of what lies between 0 and 1 the bins are of one width (doc/report.md). */
    bool is_log = strncmp(unit, "share", 5) != 0 && strncmp(unit, "score", 5) != 0 && strcmp(unit, "probability") != 0;
    struct bins bins = {.capacity = 2 * json_array_size(written) + 2};
    char axis[200], axis_ja[200];
    if (json_array_size(written) == 0)
        return;
    bins.edges = calloc(bins.capacity, sizeof *bins.edges);
    bins.counts = calloc(bins.capacity, sizeof *bins.counts);
    if (bins.edges == NULL || bins.counts == NULL)
        page->failed = true;
    if (!page->failed) {
        take_bins(&bins, written, is_log);
        bool has_zero = json_number_value(json_object_get(value, "least")) <= 0;
        (void)snprintf(axis, sizeof axis, "%.150s%s", unit,
                       is_log && has_zero ? " (0: leftmost bar)" : "");
        (void)snprintf(axis_ja, sizeof axis_ja, "%.150s%s", unit_ja, is_log && has_zero ? "（0 は左端）" : "");
        const json_t *minimum = json_object_get(value, "minimum");
        const json_t *maximum = json_object_get(value, "maximum");
        html_histogram(page, &(struct histogram){
                                 .title = title,
                                 .axis = {axis_ja, axis},
                                 .counted = {"文書", "documents"},
                                 .edges = bins.edges,
                                 .counts = bins.counts,
                                 .bin_count = bins.size,
                                 .has_threshold = minimum != NULL,
                                 .threshold = json_number_value(minimum),
                                 .has_maximum = maximum != NULL,
                                 .maximum = json_number_value(maximum),
                                 .log_x = is_log,
                                 .is_small = true,
                             });
    }
    free(bins.edges);
    free(bins.counts);
}

static void add_spreads(struct text *page, const json_t *statistics, const json_t *filters)
{
    text_append_string(page, "<div class=\"plots\">\n");
    add_histogram(page, (struct label){"文書の文字数", "characters of a document"}, "characters",
                  json_object_get(statistics, "characters"));
    add_histogram(page, (struct label){"文書のバイト数", "bytes of a document"}, "bytes", json_object_get(statistics, "bytes"));
    for (size_t i = 0; i < json_array_size(filters); i++) {
        const json_t *filter = json_array_get(filters, i);
        const json_t *values = json_object_get(filter, "values");
        for (size_t k = 0; k < json_array_size(values); k++) {
            const json_t *value = json_array_get(values, k);
            bool has_unit = json_object_get(value, "unit") != NULL;
            const char *name = name_of(value, "name");
            add_histogram(page, (struct label){name, name}, name_of(has_unit ? value : filter, "unit"), value);
        }
    }
    text_append_string(page, "</div>\n");
}

/* ---- Scripts and members ------------------------------------------------- */

static void add_scripts(struct text *page, const json_t *statistics)
{
    uint64_t in = count(json_object_get(statistics, "in"), "characters");
    uint64_t kept = count(json_object_get(statistics, "kept"), "characters");
    const char *names[32];
    double shares[64];
    size_t number = 0;
    const char *name;
    json_t *part;
    json_object_foreach ((json_t *)json_object_get(statistics, "scripts"), name, part)
        number += number < 32 && count(part, "in") > 0;
    size_t at = 0;
    json_object_foreach ((json_t *)json_object_get(statistics, "scripts"), name, part) {
        if (count(part, "in") == 0 || at == number)
            continue;
        names[at] = name;
        shares[at] = percent(count(part, "in"), in);
        shares[number + at++] = percent(count(part, "kept"), kept);
    }
    static const char *const groups[] = {"in", "kept"};
    if (number > 0)
        html_bars(page, &(struct bar_plot){
                            .title = {"文字種 (文字の %)", "Scripts (% of characters)"},
                            .groups = groups,
                            .group_count = 2,
                            .series = names,
                            .series_count = number,
                            .values = shares,
                            .digits = 2,
                        });
}

static void add_member_row(struct text *page, const char *name, const json_t *entry,
                           const json_t *whole)
{
    const json_t *in = json_object_get(entry, "in"), *kept = json_object_get(entry, "kept");
    html_row(page);
    html_cell(page, name);
    html_cell_count(page, count(in, "documents"));
    html_cell_number(page, percent(count(in, "documents"), count(whole, "documents")), 2);
    html_cell_count(page, count(in, "characters"));
    html_cell_count(page, count(in, "bytes"));
    html_cell_count(page, count(kept, "documents"));
    html_cell_number(page, percent(count(kept, "documents"), count(in, "documents")), 2);
    html_cell_count(page, count(kept, "characters"));
}

static void add_member(struct text *page, const char *title, const json_t *member,
                       const json_t *whole)
{
    static const struct label columns[] = {
        {"文書", "documents"},    {"%", "%"},          {"文字", "characters"},
        {"バイト", "bytes"},      {"残る文書", "kept"}, {"残る %", "kept %"},
        {"残る文字", "characters kept"}};
    const json_t *values = json_object_get(member, "values");
    if (json_array_size(values) == 0)
        return;
    html_table_begin(page);
    html_column(page, (struct label){title, title});
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        html_column(page, columns[i]);
    for (size_t i = 0; i < json_array_size(values) && i < VALUES_SHOWN; i++)
        add_member_row(page, name_of(json_array_get(values, i), "value"),
                       json_array_get(values, i), whole);
    if (json_object_get(member, "others") != NULL)
        add_member_row(page, "\xE2\x80\xA6", json_object_get(member, "others"), whole);
    html_table_end(page);
    if (json_array_size(values) > VALUES_SHOWN)
        html_paragraph(page, (struct label){"ほかの値は --json にある。",
                                            "--json has the other values."});
}

/* ---- Samples ------------------------------------------------------------- */

static void add_sample(struct text *page, const json_t *set, const json_t *sample)
{
    html_row(page);
    html_cell_label(page, member_label(name_of(set, "filter")[0] != '\0' ? name_of(set, "filter") : "kept"));
    html_cell(page, name_of(set, "reason"));
    const json_t *value = json_object_get(sample, "value");
    const json_t *threshold = json_object_get(sample, "threshold");
    html_cell_number(page, value != NULL ? json_number_value(value) : NAN, 4);
    html_cell_number(page, threshold != NULL ? json_number_value(threshold) : NAN, 4);
    text_append_string(page, "<td class=\"name\" style=\"white-space:pre-wrap;min-width:30em\">");
    html_string(page, name_of(sample, "text"));
    text_append_string(page, "<br/><small>");
    html_string(page, name_of(sample, "source"));
    html_format(page, ":%lld ", (long long)json_integer_value(json_object_get(sample, "line")));
    html_string(page, name_of(sample, "id"));
    text_append_string(page, "</small></td>");
}

static void add_samples(struct text *page, const json_t *sets)
{
    html_table_begin(page);
    html_name_column(page, (struct label){"フィルタ", "filter"});
    html_name_column(page, (struct label){"理由", "reason"});
    html_column(page, (struct label){"値", "value"});
    html_column(page, (struct label){"しきい値", "threshold"});
    html_name_column(page, (struct label){"本文の始め", "beginning of the text"});
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const json_t *set = json_array_get(sets, i), *samples = json_object_get(set, "samples");
        for (size_t k = 0; k < json_array_size(samples); k++)
            add_sample(page, set, json_array_get(samples, k));
    }
    html_table_end(page);
}

/* ---- The run ------------------------------------------------------------- */

static void add_reasons(struct text *page, const json_t *reasons, const char *what)
{
    const char *reason;
    json_t *number;
    json_object_foreach ((json_t *)(uintptr_t)reasons, reason, number) {
        html_row(page);
        html_cell_label(page, member_label(what));
        html_cell(page, reason);
        html_cell_count(page, (uint64_t)json_integer_value(number));
    }
}

/* What became of every record of a run, with what is dropped behind the filters. */
static void add_run(struct text *page, const json_t *report)
{
    const json_t *documents = json_object_get(report, "documents");
    static const char *const keys[] = {"in", "normalized", "edited", "without_url", "kept", "dropped", "bad"};
    html_heading(page, (struct label){"実行の勘定", "Accounts of the run"});
    html_table_begin(page);
    html_name_column(page, (struct label){"", ""});
    html_name_column(page, (struct label){"理由", "reason"});
    html_column(page, (struct label){"文書", "documents"});
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (json_object_get(documents, keys[i]) == NULL)
            continue;
        html_row(page);
        html_cell_label(page, member_label(keys[i]));
        html_cell(page, "");
        html_cell_count(page, count(documents, keys[i]));
    }
    add_reasons(page, json_object_get(documents, "dropped_by_reason"), "dropped");
    add_reasons(page, json_object_get(documents, "bad_by_reason"), "bad");
    add_reasons(page, json_object_get(report, "changes"), "changed");
    html_table_end(page);
}

/* ---- The page ------------------------------------------------------------ */

static void add_all(struct text *page, const json_t *report, const json_t *statistics)
{
    const json_t *filters = json_object_get(statistics, "filters");
    const json_t *in = json_object_get(statistics, "in");
    const char *name;
    json_t *member;
    html_begin(page, (struct label){"コーパスの統計", "Statistics of a corpus"});
    add_amounts(page, statistics);
    if (json_object_get(report, "documents") != NULL)
        add_run(page, report);
    if (json_array_size(filters) > 0) {
        html_heading(page, (struct label){"フィルタごとの出入り", "In and out of each filter"});
        html_paragraph(page,
                       (struct label){"最初に当てはまったフィルタが文書を除く。「単独なら除く」は"
                                      "そのフィルタだけを使った場合の数。",
                                      "The first filter that a document fails drops it; \"dropped "
                                      "alone\" is how many it would drop if it were the only one."});
        add_filters(page, filters);
        add_flow(page, statistics, filters);
    }
    html_heading(page, (struct label){"値の分布", "Spread of the values"});
    html_paragraph(page, (struct label){"破線はしきい値。全文書の値。",
                                        "Dashed lines are thresholds. Values of all documents."});
    add_spreads(page, statistics, filters);
    html_heading(page, (struct label){"文字種", "Scripts"});
    add_scripts(page, statistics);
    html_heading(page, (struct label){"出所", "Where it comes from"});
    add_member(page, "file", json_object_get(statistics, "files"), in);
    json_object_foreach ((json_t *)json_object_get(statistics, "members"), name, member)
        add_member(page, name, member, in);
    html_heading(page, (struct label){"見本", "Samples"});
    html_paragraph(page, (struct label){"本文のハッシュ値で選んだもの。",
                                        "Chosen by the hash of their text."});
    add_samples(page, json_object_get(statistics, "samples"));
    html_end(page);
}

int statistics_write_page(const json_t *report, const char *path)
{
    struct text page = {0};
    const json_t *inner = json_object_get(report, "statistics");
    add_all(&page, report, inner != NULL ? inner : report);
    int code = page.failed ? message_no_memory() : write_whole(path, page.data, page.size);
    text_free(&page);
    return code;
}
