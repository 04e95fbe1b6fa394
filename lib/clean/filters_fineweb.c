/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of FineWeb (Penedo et al. 2024, arXiv 2406.17557) as datatrove 0.10.1 has them in
 * fineweb_quality_filter.py, and mC4's rule of long lines (c4_filters.py, C4ParagraphFilter). Leans on measures.
 */
#include "clean/filter.h"

#define FINEWEB "datatrove 0.10.1, fineweb_quality_filter.py"

#define LINES measures->paragraphs

TKZ__VALUE(ended_lines, tkz__share(LINES.ended_lines, LINES.filled_lines))
TKZ__VALUE(short_lines, tkz__share(LINES.short_lines, LINES.filled_lines))
TKZ__VALUE(repeated_characters, tkz__share(LINES.repeated_filled_line_characters,
                                           measures->characters - LINES.line_feeds))
TKZ__VALUE(line_feeds, tkz__share(LINES.line_feeds, measures->words.words))
TKZ__VALUE(third_longest, (double)LINES.third_longest)

#define ROW(...) {TKZ__ROW(__VA_ARGS__)}

static const tkz__filter filters[] = {
    ROW("fineweb_ended_lines",
        "lines whose last character is a mark that ends sentences (。 ！ ？ ． . ! ? and those of other "
        "scripts) among all lines that are not blank",
        "share", FINEWEB, TKZ__MEASURE_LINES, TKZ_DROP_BELOW, "few_ended_lines", NULL, ended_lines,
        TKZ__MINIMUM_SHARE(0.12)),
    ROW("fineweb_short_lines", "lines of at most 30 characters among all lines that are not blank",
        "share", FINEWEB, TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL, "short_lines", short_lines,
        TKZ__MAXIMUM_SHARE(0.67)),
    ROW("fineweb_repeated_characters",
        "characters of lines that repeat an earlier one among all but line feeds", "share", FINEWEB,
        TKZ__MEASURE_LENGTH | TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL, "repeated_characters",
        repeated_characters, TKZ__MAXIMUM_SHARE(0.01)),
    ROW("fineweb_line_feeds", "line feeds for each word", "line feeds for each word", FINEWEB,
        TKZ__MEASURE_LINES | TKZ__MEASURE_WORDS, TKZ_DROP_ABOVE, NULL, "many_line_feeds",
        line_feeds, TKZ__MAXIMUM_COUNT(0.3)),
    ROW("mc4_long_lines", "length of the third longest line; 0 where there are fewer than three",
        "characters", "datatrove 0.10.1, c4_filters.py, C4ParagraphFilter", TKZ__MEASURE_LINES,
        TKZ_DROP_BELOW, "no_three_long_lines", NULL, third_longest, TKZ__MINIMUM_COUNT(200)),
};

extern const tkz__filter_family tkz__filters_fineweb;
const tkz__filter_family tkz__filters_fineweb = {filters, sizeof filters / sizeof filters[0]};
