/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters of corpora of web pages: OSCAR (Ungoliant) and HPLT (monotextor). Leans on measures.
 */
#include "clean/filter.h"

#define FOUND measures->counters

TKZ__VALUE(header, tkz__share(FOUND.short_header_lines, FOUND.header_lines))
TKZ__VALUE(footer, tkz__share(FOUND.short_footer_lines, FOUND.header_lines))
TKZ__VALUE(long_lines, tkz__share_or(FOUND.long_line_characters, FOUND.line_characters, 1))
TKZ__VALUE(line_length, tkz__share(FOUND.line_characters, measures->paragraphs.line_feeds + 1))

static const tkz__filter filters[] = {
    {TKZ__ROW("oscar_header", "lines of fewer than 100 bytes among the first fifth of lines", "share",
         "oscar-project/ungoliant, src/transformers/header.rs", TKZ__MEASURE_COUNTERS,
         TKZ_DROP_ABOVE, NULL, "header", header, TKZ__MAXIMUM_SHARE(0.5))},
    {TKZ__ROW("oscar_footer", "lines of fewer than 100 bytes among the last fifth of lines", "share",
         "oscar-project/ungoliant, src/transformers/header.rs", TKZ__MEASURE_COUNTERS,
         TKZ_DROP_ABOVE, NULL, "footer", footer, TKZ__MAXIMUM_SHARE(0.5))},
    {TKZ__ROW("oscar_long_lines", "characters in lines of 100 characters and more among those of all lines",
         "share", "oscar-project/ungoliant, src/filtering/record.rs, PFilter", TKZ__MEASURE_COUNTERS,
         TKZ_DROP_BELOW, "short_lines", NULL, long_lines, TKZ__MINIMUM_SHARE(0.6))},
    {TKZ__ROW("hplt_line_length", "mean length of a line, empty ones included", "characters",
         "hplt-project/monotextor-slurm, README.md, for Chinese, Japanese and Korean",
         TKZ__MEASURE_COUNTERS | TKZ__MEASURE_LINES, TKZ_DROP_BELOW, "short_lines", NULL,
         line_length, TKZ__MINIMUM_COUNT(10)),
     .info.difference = "a carriage return before a line feed is no part of the line"},
};

extern const tkz__filter_family tkz__filters_web;
const tkz__filter_family tkz__filters_web = {filters, sizeof filters / sizeof filters[0]};
