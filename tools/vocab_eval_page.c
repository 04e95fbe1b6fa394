/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab eval: the report as a page. Leans on the page and its plots.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/html_page.h"
#include "tools/html_plot.h"
#include "tools/vocab_eval.h"

/* What is shown again and again: the names of models and of domains ("all" last, if there are several). */
struct view {
    struct text *page;
    const json_t *report;
    const char **models;
    size_t model_count;
    const char **domains;
    size_t domain_count;
};

static const char *name_of(const json_t *object)
{
    return json_string_value(json_object_get(object, "name"));
}

static double member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const json_t *result_at(const struct view *view, size_t domain, size_t model)
{
    return vocab_eval_result(view->report, view->domains[domain], view->models[model]);
}

/* ---- Plots -------------------------------------------------------------------------- */

/* Bars of one figure in each domain, if any result has it. */
static void add_bars(const struct view *view, const char *figure, struct label title, int digits)
{
    size_t cells = view->domain_count * view->model_count;
    double *numbers = calloc(3 * cells, sizeof *numbers);
    bool any = false;
    if (numbers == NULL) {
        view->page->failed = true;
        return;
    }
    for (size_t i = 0; i < cells; i++) {
        const json_t *result = result_at(view, i / view->model_count, i % view->model_count);
        const json_t *value = json_object_get(result, figure);
        numbers[i] = vocab_eval_figure(result, figure);
        numbers[cells + i] = member(value, "low");
        numbers[2 * cells + i] = member(value, "high");
        any = any || isfinite(numbers[i]);
    }
    struct bar_plot plot = {.title = title,
                            .groups = view->domains,
                            .group_count = view->domain_count,
                            .series = view->models,
                            .series_count = view->model_count,
                            .values = numbers,
                            .lows = numbers + cells,
                            .highs = numbers + 2 * cells,
                            .digits = digits};
    if (any)
        html_bars(view->page, &plot);
    free(numbers);
}

/* Tokens of 0 (parts of characters), 1, 2 ... characters. */
static void add_lengths(const struct view *view)
{
    enum { MOST = 64, SHOWN = 17 };
    double edges[MOST + 1];
    uint64_t counts[MOST];
    for (size_t model = 0; model < view->model_count; model++) {
        const json_t *result = vocab_eval_result(view->report, "all", view->models[model]);
        const json_t *lengths = json_object_get(result, "token_characters");
        size_t count = json_array_size(lengths);
        for (size_t i = 0; i < SHOWN; i++) {
            edges[i] = (double)i;
            counts[i] = i < count
                            ? (uint64_t)json_integer_value(json_array_get(lengths, i))
                            : 0;
        }
        edges[SHOWN] = SHOWN;
        for (size_t i = SHOWN; i < count; i++) /* the last bin has the longer ones too */
            counts[SHOWN - 1] += (uint64_t)json_integer_value(json_array_get(lengths, i));
        struct histogram plot = {.title = {view->models[model], view->models[model]},
                                 .axis = {"文字数（0: 文字の一部、16: 16以上）",
                                          "characters (0: parts of one, 16: 16 and more)"},
                                 .counted = {"トークン", "tokens"},
                                 .edges = edges,
                                 .counts = counts,
                                 .bin_count = SHOWN,
                                 .is_small = true};
        html_histogram(view->page, &plot);
    }
}

/* `numbers` has room for all points of all models, twice. */
static void fill_curves(const struct view *view, struct plot_line *lines, double *numbers)
{
    size_t used = 0;
    for (size_t model = 0; model < view->model_count; model++) {
        const json_t *result = vocab_eval_result(view->report, "all", view->models[model]);
        const json_t *curve = json_object_get(result, "rank_frequency"), *point;
        double tokens = member(result, "tokens");
        size_t count = json_array_size(curve), i;
        lines[model] = (struct plot_line){view->models[model], numbers + used,
                                          numbers + used + count, count};
        json_array_foreach (curve, i, point) {
            numbers[used + i] = json_number_value(json_array_get(point, 0));
            numbers[used + count + i] = json_number_value(json_array_get(point, 1)) / tokens;
        }
        used += 2 * count;
    }
}

static void add_curves(const struct view *view)
{
    size_t points = 0, i;
    const json_t *result;
    json_array_foreach (json_object_get(view->report, "results"), i, result)
        points += json_array_size(json_object_get(result, "rank_frequency"));
    double *numbers = calloc(2 * points + 1, sizeof *numbers);
    struct plot_line *lines = calloc(view->model_count, sizeof *lines);
    if (numbers == NULL || lines == NULL) {
        view->page->failed = true;
    } else {
        fill_curves(view, lines, numbers);
        struct line_plot plot = {.title = {"順位と頻度", "Rank and frequency"},
                                 .x_axis = {"順位", "rank"},
                                 .y_axis = {"トークンに占める割合", "share of tokens"},
                                 .lines = lines,
                                 .line_count = view->model_count,
                                 .log_x = true,
                                 .log_y = true};
        html_lines(view->page, &plot);
    }
    free(numbers);
    free(lines);
}

/* ---- Tables --------------------------------------------------------------------------- */

/* A column with a figure. */
struct figure_column {
    const char *figure;
    struct label name;
    double factor;
    int digits;
};

static const struct figure_column cut_columns[] = {
    {"characters_per_token", {"文字/トークン", "characters/token"}, 1, 3},
    {"bytes_per_token", {"バイト/トークン", "bytes/token"}, 1, 3},
    {"normalized_sequence_length", {"系列長比 (NSL)", "NSL"}, 1, 3},
    {"tokens_per_word", {"トークン/語", "tokens/word"}, 1, 3},
    {"whole_words", {"割れない語 %", "whole words %"}, 100, 1},
    {"border_precision", {"境界 適合率 %", "border precision %"}, 100, 1},
    {"border_recall", {"境界 再現率 %", "border recall %"}, 100, 1},
    {"border_f1", {"境界 F1 %", "border F1 %"}, 100, 1},
};
enum { CUT_COLUMNS = sizeof cut_columns / sizeof cut_columns[0] };

static const struct figure_column use_columns[] = {
    {"utilization", {"使用率 %", "used %"}, 100, 1},
    {"shannon_efficiency", {"Shannon 効率", "Shannon efficiency"}, 1, 4},
    {"renyi_efficiency", {"Rényi 効率", "Rényi efficiency"}, 1, 4},
    {"perplexity", {"ユニグラム PPL", "unigram perplexity"}, 1, 1},
    {"model_perplexity", {"モデルの PPL", "model's perplexity"}, 1, 1},
    {"unknown", {"未知 %", "unknown %"}, 100, 3},
    {"bytes", {"バイト %", "bytes %"}, 100, 3},
    {"broken", {"文字の一部 %", "broken %"}, 100, 3},
    {"gini", {"Gini 係数", "Gini"}, 1, 4},
};
enum { USE_COLUMNS = sizeof use_columns / sizeof use_columns[0] };

static void add_figure(struct text *page, const json_t *result, const struct figure_column *column)
{
    const json_t *figure = json_object_get(result, column->figure);
    html_cell_interval(page, column->factor * vocab_eval_figure(result, column->figure),
                       column->factor * member(figure, "low"),
                       column->factor * member(figure, "high"), column->digits);
}

static void add_cuts(const struct view *view)
{
    struct text *page = view->page;
    html_table_begin(page);
    html_name_column(page, (struct label){"分野", "domain"});
    html_name_column(page, (struct label){"モデル", "model"});
    html_column(page, (struct label){"トークン", "tokens"});
    for (size_t i = 0; i < CUT_COLUMNS; i++)
        html_column(page, cut_columns[i].name);
    for (size_t i = 0; i < view->domain_count * view->model_count; i++) {
        const json_t *result = result_at(view, i / view->model_count, i % view->model_count);
        html_row(page);
        html_cell(page, view->domains[i / view->model_count]);
        html_cell(page, view->models[i % view->model_count]);
        html_cell_count(page, (uint64_t)member(result, "tokens"));
        for (size_t k = 0; k < CUT_COLUMNS; k++)
            add_figure(page, result, &cut_columns[k]);
    }
    html_table_end(page);
}

static void add_uses(const struct view *view)
{
    struct text *page = view->page;
    html_table_begin(page);
    html_name_column(page, (struct label){"モデル", "model"});
    html_name_column(page, (struct label){"種類", "kind"});
    html_column(page, (struct label){"語彙", "ids"});
    html_column(page, (struct label){"未使用", "unused"});
    for (size_t i = 0; i < USE_COLUMNS; i++)
        html_column(page, use_columns[i].name);
    html_column(page, (struct label){"復元できない文書", "documents not restored"});
    for (size_t i = 0; i < view->model_count; i++) {
        const json_t *model = json_array_get(json_object_get(view->report, "models"), i);
        const json_t *result = vocab_eval_result(view->report, "all", view->models[i]);
        html_row(page);
        html_cell(page, view->models[i]);
        html_cell(page, json_string_value(json_object_get(model, "kind")));
        html_cell_count(page, (uint64_t)member(model, "ids"));
        html_cell_count(page, (uint64_t)member(result, "unused"));
        for (size_t k = 0; k < USE_COLUMNS; k++)
            add_figure(page, result, &use_columns[k]);
        html_cell_count(page,
                        (uint64_t)member(json_object_get(result, "round_trip"), "failures"));
    }
    html_table_end(page);
}

static void add_texts(const struct view *view)
{
    struct text *page = view->page;
    size_t i;
    const json_t *domain;
    html_table_begin(page);
    html_column(page, (struct label){"分野", "domain"});
    html_column(page, (struct label){"文書", "documents"});
    html_column(page, (struct label){"文字", "characters"});
    html_column(page, (struct label){"バイト", "bytes"});
    html_column(page, (struct label){"語", "words"});
    html_column(page, (struct label){"読めないレコード", "bad records"});
    json_array_foreach (json_object_get(view->report, "domains"), i, domain) {
        html_row(page);
        html_cell(page, name_of(domain));
        html_cell_count(page, (uint64_t)member(domain, "documents"));
        html_cell_count(page, (uint64_t)member(domain, "characters"));
        html_cell_count(page, (uint64_t)member(domain, "bytes"));
        if (isfinite(member(domain, "words")))
            html_cell_count(page, (uint64_t)member(domain, "words"));
        else
            html_cell_number(page, NAN, 0);
        html_cell_count(page, (uint64_t)member(domain, "bad"));
    }
    html_table_end(page);
}

/* ---- The page ----------------------------------------------------------------------------- */

static void add_all(const struct view *view)
{
    struct text *page = view->page;
    html_begin(page, (struct label){"語彙の比較", "Vocabularies compared"});
    html_paragraph(page, (struct label){
                             "95 % 区間は文書のリサンプリングによる。列の見出しを押すと並べ替える。",
                             "95 % intervals by resampling documents. The head of a column sorts it."});
    html_heading(page, (struct label){"テキスト", "Texts"});
    add_texts(view);
    html_heading(page, (struct label){"分け方", "How texts are cut"});
    add_cuts(view);
    add_bars(view, "characters_per_token",
             (struct label){"1トークンあたりの文字数", "Characters per token"}, 3);
    add_bars(view, "border_f1",
             (struct label){"トークン境界と語境界の F1", "F1 of token borders and word borders"}, 3);
    html_heading(page, (struct label){"語彙の使われ方", "How vocabularies are used"});
    add_uses(view);
    html_heading(page, (struct label){"トークンの長さ", "Length of tokens"});
    text_append_string(page, "<div class=\"plots\">\n");
    add_lengths(view);
    text_append_string(page, "</div>\n");
    html_heading(page, (struct label){"頻度", "Frequencies"});
    add_curves(view);
    html_end(page);
}

void vocab_eval_page(struct text *page, const json_t *report)
{
    const json_t *models = json_object_get(report, "models");
    const json_t *domains = json_object_get(report, "domains"), *object;
    struct view view = {.page = page, .report = report, .model_count = json_array_size(models)};
    size_t i;
    view.models = calloc(view.model_count + 1, sizeof *view.models);
    view.domains = calloc(json_array_size(domains) + 1, sizeof *view.domains);
    if (view.models == NULL || view.domains == NULL) {
        page->failed = true;
    } else {
        json_array_foreach (models, i, object)
            view.models[i] = name_of(object);
        json_array_foreach (domains, i, object)
            view.domains[view.domain_count++] = name_of(object);
        if (view.domain_count > 1)
            view.domains[view.domain_count++] = "all";
        add_all(&view);
    }
    free(view.models);
    free(view.domains);
}
