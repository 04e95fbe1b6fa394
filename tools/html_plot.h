/* SPDX-License-Identifier: Apache-2.0
 *
 * Plots of a page as SVG inside it: bars with intervals, histograms with a threshold, lines. Their colours
 * are those of the page, light or dark. Numbers may be any; what is no number is left out. Leans on the page.
 */
#ifndef TOOLS_HTML_PLOT_H
#define TOOLS_HTML_PLOT_H

#include <stdbool.h>

#include "tools/html_page.h"

/* Bars from the left, group by group, a bar for each series in every group; cell [group * series_count +
 * series]. */
struct bar_plot {
    struct label title;
    const char *const *groups;
    size_t group_count;
    const char *const *series;
    size_t series_count;
    const double *values;
    const double *lows;  /* ends of the intervals; NULL: none, NAN: none here */
    const double *highs;
    int digits; /* of the values behind the bars */
};
void html_bars(struct text *page, const struct bar_plot *plot);

/* Bin i holds counts[i] of values in [edges[i], edges[i+1]). */
struct histogram {
    struct label title;
    struct label axis;      /* what the values are */
    struct label counted;   /* what has them: the other axis */
    const double *edges;    /* bin_count + 1 of them, ascending */
    const uint64_t *counts;
    size_t bin_count;
    bool has_threshold; /* a line across, and its value */
    double threshold;
    bool has_maximum;   /* another one */
    double maximum;
    bool log_x;         /* edges above 0; a threshold that is not is left out */
    bool is_small; /* several stand beside each other */
};
void html_histogram(struct text *page, const struct histogram *plot);

struct plot_line {
    const char *name;
    const double *x;
    const double *y;
    size_t count;
};
/* An axis in logarithms shows what is above 0. */
struct line_plot {
    struct label title;
    struct label x_axis;
    struct label y_axis;
    const struct plot_line *lines;
    size_t line_count;
    bool log_x;
    bool log_y;
};
void html_lines(struct text *page, const struct line_plot *plot);

#endif /* TOOLS_HTML_PLOT_H */
