/* SPDX-License-Identifier: Apache-2.0
 *
 * Plots as SVG. Leans on the page, whose style has the colours, and libm.
 */
#include "tools/html_plot.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Colours of the page's style. */
enum { COLOURS = 12 };

/* ---- Axes -------------------------------------------------------------------------- */

/* An axis: values low..high become places from..to. */
struct axis {
    double low;
    double high;
    double from;
    double to;
    bool is_log;
};

static double place(const struct axis *axis, double value)
{
    double low = axis->is_log ? log10(axis->low) : axis->low;
    double high = axis->is_log ? log10(axis->high) : axis->high;
    double at = axis->is_log ? log10(value) : value;
    return axis->from + (at - low) / (high - low) * (axis->to - axis->from);
}

/* 1, 2 or 5 times a power of ten, so that a range has some five steps. */
static double step_of(double range)
{
    double rough = range / 5, power = pow(10, floor(log10(rough)));
    double times = rough / power;
    return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power;
}

/* Widens an axis so that it is of some length, and of logarithms to powers of ten. */
static void round_out(struct axis *axis)
{
    if (axis->is_log) {
        axis->low = pow(10, floor(log10(axis->low)));
        axis->high = pow(10, ceil(log10(axis->high)));
        if (axis->high <= axis->low)
            axis->high = axis->low * 10;
        return;
    }
    if (!(axis->high > axis->low))
        axis->high = axis->low + 1;
    double step = step_of(axis->high - axis->low);
    axis->low = floor(axis->low / step) * step;
    axis->high = ceil(axis->high / step) * step;
}

static double next_tick(const struct axis *axis, double tick, double step)
{
    return axis->is_log ? tick * 10 : tick + step;
}

/* In short: thousands from 10k on, millions from 1M on. */
static void number(struct text *page, double value)
{
    static const struct {
        double unit;
        const char *letter;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    size_t i = 0;
    if (fabs(value) < 1e-12)
        value = 0; /* what is left of a step */
    while (i < 4 && fabs(value) < (i == 3 ? 10 : 1) * units[i].unit)
        i++;
    if (i < 4)
        html_format(page, "%.6g%s", value / units[i].unit, units[i].letter);
    else
        html_format(page, "%.6g", value);
}

/* Lines across and the numbers under (or left of) them. */
static void draw_ticks(struct text *page, const struct axis *axis, double start, double end,
                       bool is_vertical)
{
    double step = axis->is_log ? 0 : step_of(axis->high - axis->low);
    for (double tick = axis->low; tick <= axis->high * (1 + 1e-9) + 1e-12;
         tick = next_tick(axis, tick, step)) {
        double at = place(axis, tick);
        if (is_vertical) {
            html_format(page, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", start, at, end);
            html_format(page, "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                        start - 6, at + 4);
        } else {
            html_format(page, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>", at, start, end);
            html_format(page, "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                        at, end + 16);
        }
        number(page, tick);
        text_append_string(page, "</text>\n");
    }
}

static void begin(struct text *page, double width, double height, struct label title)
{
    html_format(page,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%.0f\" "
                "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n",
                width, height, width, height);
    text_append_string(page, "<text class=\"title\" x=\"4\" y=\"16\">");
    html_svg_label(page, title);
    text_append_string(page, "</text>\n");
}

static void words(struct text *page, double x, double y, const char *anchor, struct label label)
{
    html_format(page, "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y,
                anchor);
    html_svg_label(page, label);
    text_append_string(page, "</text>\n");
}

/* At most `most` bytes of a name, cut between characters. */
static void short_name(struct text *page, const char *name, size_t most)
{
    size_t size = strlen(name);
    size_t end = size > most ? most : size;
    while (end < size && end > 0 && ((unsigned char)name[end] & 0xC0) == 0x80)
        end--;
    html_text(page, name, end);
    if (end < size)
        text_append_string(page, "\xE2\x80\xA6");
}

/* ---- Bars ---------------------------------------------------------------------------- */

enum { BAR_HEIGHT = 17, GROUP_HEIGHT = 24, BAR_LEFT = 190, BAR_RIGHT = 760, BAR_WIDTH = 900 };

static double highest(const struct bar_plot *plot)
{
    double most = 0;
    for (size_t i = 0; i < plot->group_count * plot->series_count; i++) {
        if (isfinite(plot->values[i]) && plot->values[i] > most)
            most = plot->values[i];
        if (plot->highs != NULL && isfinite(plot->highs[i]) && plot->highs[i] > most)
            most = plot->highs[i];
    }
    return most;
}

static void draw_bar(struct text *page, const struct bar_plot *plot, const struct axis *axis,
                     size_t cell, double y)
{
    double value = plot->values[cell], end = place(axis, value);
    size_t series = cell % plot->series_count;
    bool has_interval = plot->lows != NULL && isfinite(plot->lows[cell]);
    html_format(page, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", BAR_LEFT - 8, y + 12);
    short_name(page, plot->series[series], 30);
    text_append_string(page, "</text>");
    if (!isfinite(value)) {
        html_format(page, "<text class=\"soft\" x=\"%d\" y=\"%.1f\">\xE2\x80\x93</text>\n",
                    BAR_LEFT + 4, y + 12);
        return;
    }
    html_format(page,
                "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" style=\"fill:var(--c%zu)\"/>",
                BAR_LEFT, y + 2, end - BAR_LEFT, BAR_HEIGHT - 4, series % COLOURS);
    if (has_interval) {
        double low = place(axis, plot->lows[cell]), high = place(axis, plot->highs[cell]);
        html_format(page, "<path class=\"whisker\" d=\"M%.1f %.1fH%.1fM%.1f %.1fv6M%.1f %.1fv6\"/>",
                    low, y + 8.5, high, low, y + 5.5, high, y + 5.5);
        end = high > end ? high : end;
    }
    html_format(page, "<text x=\"%.1f\" y=\"%.1f\">%.*f</text>\n", end + 6, y + 12, plot->digits,
                value);
}

void html_bars(struct text *page, const struct bar_plot *plot)
{
    struct axis axis = {0, highest(plot), BAR_LEFT, BAR_RIGHT, false};
    double body = (double)plot->group_count *
                  (GROUP_HEIGHT + BAR_HEIGHT * (double)plot->series_count);
    double y = 28;
    round_out(&axis);
    begin(page, BAR_WIDTH, y + body + 26, plot->title);
    draw_ticks(page, &axis, y, y + body + 4, false);
    for (size_t group = 0; group < plot->group_count; group++) {
        html_format(page, "<text class=\"title\" x=\"4\" y=\"%.1f\">", y + 16);
        html_string(page, plot->groups[group]);
        text_append_string(page, "</text>\n");
        y += GROUP_HEIGHT;
        for (size_t i = 0; i < plot->series_count; i++, y += BAR_HEIGHT)
            draw_bar(page, plot, &axis, group * plot->series_count + i, y);
    }
    text_append_string(page, "</svg>\n");
}

/* ---- Histograms ------------------------------------------------------------------------ */

/* Beyond so many times what there is, a threshold would press all bars into a corner: it is not drawn. */
static const double farthest = 100;

static bool is_in_sight(const struct axis *axis, double value)
{
    double most = farthest * fmax(fabs(axis->high), fabs(axis->low));
    if (!isfinite(value) || fabs(value) > most)
        return false;
    return !axis->is_log || value * farthest >= axis->low;
}

static void make_room(struct axis *axis, double value)
{
    if (!is_in_sight(axis, value))
        return;
    axis->low = fmin(axis->low, value);
    axis->high = fmax(axis->high, value);
}

static void draw_limit(struct text *page, const struct axis *x, const struct axis *y, double value)
{
    if (!is_in_sight(x, value) || value < x->low || value > x->high)
        return;
    double at = place(x, value);
    bool is_right = at > x->to - 60;
    html_format(page, "<path class=\"limit\" d=\"M%.1f %.1fV%.1f\"/>", at, y->from, y->to);
    html_format(page, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%.6g</text>\n",
                is_right ? at - 4 : at + 4, y->to + 10, is_right ? "end" : "start", value);
}

void html_histogram(struct text *page, const struct histogram *plot)
{
    double width = plot->is_small ? 430 : 760, height = plot->is_small ? 200 : 280;
    struct axis x = {plot->edges[0], plot->edges[plot->bin_count], 64, width - 16, plot->log_x};
    struct axis y = {0, 0, height - 44, 28, false};
    for (size_t i = 0; i < plot->bin_count; i++) {
        if ((double)plot->counts[i] > y.high)
            y.high = (double)plot->counts[i];
    }
    if (plot->has_threshold)
        make_room(&x, plot->threshold);
    if (plot->has_maximum)
        make_room(&x, plot->maximum);
    round_out(&x);
    round_out(&y);
    begin(page, width, height, plot->title);
    draw_ticks(page, &y, x.from, x.to, true);
    draw_ticks(page, &x, y.from, y.from, false);
    for (size_t i = 0; i < plot->bin_count; i++) {
        double left = place(&x, plot->edges[i]), right = place(&x, plot->edges[i + 1]);
        double top = place(&y, (double)plot->counts[i]);
        html_format(page,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                    "style=\"fill:var(--c0)\">",
                    left, top, right - left > 2 ? right - left - 1 : right - left, y.from - top);
        html_format(page, "<title>%.6g\xE2\x80\x93%.6g: %" PRIu64 "</title></rect>\n",
                    plot->edges[i], plot->edges[i + 1], plot->counts[i]);
    }
    if (plot->has_threshold)
        draw_limit(page, &x, &y, plot->threshold);
    if (plot->has_maximum)
        draw_limit(page, &x, &y, plot->maximum);
    words(page, x.to, height - 8, "end", plot->axis);
    html_format(page, "<text class=\"soft\" x=\"4\" y=\"%.1f\">\xE2\x86\x91 ", height - 8);
    html_svg_label(page, plot->counted);
    text_append_string(page, "</text>\n");
    text_append_string(page, "</svg>\n");
}

/* ---- Lines ------------------------------------------------------------------------------ */

enum { LINE_WIDTH = 900, LINE_HEIGHT = 420, LINE_LEFT = 74, LINE_RIGHT = 650 };

static bool is_drawn(const struct axis *axis, double value)
{
    return isfinite(value) && (!axis->is_log || value > 0);
}

static void stretch(struct axis *axis, double value, bool *any)
{
    axis->low = !*any || value < axis->low ? value : axis->low;
    axis->high = !*any || value > axis->high ? value : axis->high;
    *any = true;
}

static void draw_line(struct text *page, const struct plot_line *line, size_t number_of_line,
                      const struct axis *x, const struct axis *y)
{
    bool pen_down = false;
    html_format(page, "<path style=\"stroke:var(--c%zu);fill:none;stroke-width:1.8\" d=\"",
                number_of_line % COLOURS);
    for (size_t i = 0; i < line->count; i++) {
        if (!is_drawn(x, line->x[i]) || !is_drawn(y, line->y[i])) {
            pen_down = false;
            continue;
        }
        html_format(page, "%c%.1f %.1f", pen_down ? 'L' : 'M', place(x, line->x[i]),
                    place(y, line->y[i]));
        pen_down = true;
    }
    text_append_string(page, "\"/>\n");
    double at = 36 + 18 * (double)number_of_line;
    html_format(page,
                "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"4\" style=\"fill:var(--c%zu)\"/>"
                "<text x=\"%d\" y=\"%.1f\">",
                LINE_RIGHT + 16, at - 6, number_of_line % COLOURS, LINE_RIGHT + 36, at);
    short_name(page, line->name, 30);
    text_append_string(page, "</text>\n");
}

void html_lines(struct text *page, const struct line_plot *plot)
{
    double legend = 48 + 18 * (double)plot->line_count;
    double height = legend > LINE_HEIGHT ? legend : LINE_HEIGHT;
    struct axis x = {1, 10, LINE_LEFT, LINE_RIGHT, plot->log_x};
    struct axis y = {1, 10, LINE_HEIGHT - 50, 48, plot->log_y};
    bool any_x = false, any_y = false;
    for (size_t i = 0; i < plot->line_count; i++) {
        for (size_t k = 0; k < plot->lines[i].count; k++) {
            double at = plot->lines[i].x[k], value = plot->lines[i].y[k];
            if (!is_drawn(&x, at) || !is_drawn(&y, value))
                continue;
            stretch(&x, at, &any_x);
            stretch(&y, value, &any_y);
        }
    }
    round_out(&x);
    round_out(&y);
    begin(page, LINE_WIDTH, height, plot->title);
    draw_ticks(page, &y, x.from, x.to, true);
    draw_ticks(page, &x, y.to, y.from, false);
    for (size_t i = 0; i < plot->line_count; i++)
        draw_line(page, &plot->lines[i], i, &x, &y);
    words(page, x.to, LINE_HEIGHT - 12, "end", plot->x_axis);
    words(page, 4, 34, "start", plot->y_axis);
    text_append_string(page, "</svg>\n");
}
