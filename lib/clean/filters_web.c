/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters of corpora of web pages: NeMo Curator, OSCAR (Ungoliant), HPLT (monotextor), Uzushio. Leans on measures
 * and listed_words.
 */
#include "clean/filter.h"
#include "clean/listed_words.h"

#define NEMO "NVIDIA-NeMo/Curator, nemo_curator/stages/text/filters/heuristic/string.py"
#define UZUSHIO "WorksApplications/uzushio, lib/.../filters/"

#define FOUND measures->counters

/* NeMo Curator takes the empty text for the worst. */
static double share_or_all(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 1 : tkz__share(part, whole);
}

TKZ__VALUE(other_characters, share_or_all(measures->characters - FOUND.plain, measures->characters))
TKZ__VALUE(digits, share_or_all(FOUND.digits, measures->characters))
TKZ__VALUE(spaces, share_or_all(FOUND.spaces, measures->characters))
TKZ__VALUE(parentheses, share_or_all(FOUND.parentheses, measures->characters))
TKZ__VALUE(addresses, share_or_all(chosen->parameters[1] != 0 ? FOUND.host_characters
                                                              : FOUND.url_characters,
                                   measures->characters))
TKZ__VALUE(header, tkz__share(FOUND.short_header_lines, FOUND.header_lines))
TKZ__VALUE(footer, tkz__share(FOUND.short_footer_lines, FOUND.header_lines))
TKZ__VALUE(long_lines, share_or_all(FOUND.long_line_characters, FOUND.line_characters))
TKZ__VALUE(line_length, tkz__share(FOUND.line_characters, measures->paragraphs.line_feeds + 1))
TKZ__VALUE(hiragana, tkz__share(FOUND.hiragana_block, FOUND.utf16_units))
TKZ__VALUE(utf16_units, (double)FOUND.utf16_units)

/* ---- Word types ---------------------------------------------------------- */

static tkz_status word_types(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                             double *value, tkz_error *error)
{
    uint64_t types;
    tkz_status status = tkz__word_list_types(chosen->resource, measuring, &types, error);
    if (status == TKZ_OK)
        *value = (double)types;
    return status;
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {TKZ__ROW("nemo_other_characters", "characters other than [a-zA-Z0-9\\n?!,.]; for English alone", "share",
         NEMO ", NonAlphaNumericFilter", TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE,
         NULL, "other_characters", other_characters, TKZ__MAXIMUM_SHARE(0.25))},
    {TKZ__ROW("nemo_digits", "digits 0-9 among all characters", "share", NEMO ", NumbersFilter",
         TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE, NULL, "digits", digits, TKZ__MAXIMUM_SHARE(0.15))},
    {TKZ__ROW("nemo_urls", "characters of http and https addresses among all", "share", NEMO ", UrlsFilter",
         TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE, NULL, "urls", addresses,
         TKZ__MAXIMUM_SHARE(0.2), TKZ__COMPAT("an address ends behind its host")),
     .info.difference = "the path belongs to an address; with compat it ends at the first / behind the host, "
                        "which the pattern has not (utils/constants.py, regex_url): of http://a.jp/b 11 "
                        "characters instead of 13"},
    {TKZ__ROW("nemo_white_space", "tabs, line feeds, carriage returns, backspaces and spaces among all characters",
         "share", NEMO ", WhiteSpaceFilter", TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS,
         TKZ_DROP_ABOVE, NULL, "white_space", spaces, TKZ__MAXIMUM_SHARE(0.25))},
    {TKZ__ROW("nemo_parentheses", "parentheses {}[]()⟨⟩ among all characters", "share",
         NEMO ", ParenthesesFilter", TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE,
         NULL, "parentheses", parentheses, TKZ__MAXIMUM_SHARE(0.1))},
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
    {TKZ__ROW("uzushio_hiragana", "characters U+3040-309F among the units of UTF-16", "share",
         UZUSHIO "HiraganaRatio.scala", TKZ__MEASURE_COUNTERS, TKZ_DROP_BELOW, "little_hiragana",
         NULL, hiragana, TKZ__MINIMUM_SHARE(0.1)),
     .info.difference = "double precision; of the empty text 0, where the reference has no number"},
    {TKZ__ROW("uzushio_length", "units of UTF-16", "units", UZUSHIO "DocLength.scala",
         TKZ__MEASURE_COUNTERS, TKZ_DROP_BELOW, "too_short", NULL, utf16_units,
         TKZ__MINIMUM_COUNT(50))},
    {.info = {.name = "uzushio_word_types",
              .text = "how many different words of a list occur, the longest at each place",
              .unit = "words",
              .source = UZUSHIO "WordTypes.scala, kind uniq",
              .comparison = TKZ_DROP_AT_OR_ABOVE,
              .above = "word_types",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(3), TKZ__FILE(TKZ__WORD_LIST_TEXT))},
     .evaluate = word_types,
     .open = tkz__filter_open_words,
     .close = tkz__filter_close_words,
     .spans = tkz__word_list_spans},
};

extern const tkz__filter_family tkz__filters_web;
const tkz__filter_family tkz__filters_web = {filters, sizeof filters / sizeof filters[0]};
