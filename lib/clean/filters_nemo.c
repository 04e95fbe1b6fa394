/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters of NeMo Curator 1.4.0 that look at characters, lines and paragraphs. Leans on measures.
 */
#include "clean/filter.h"

#define HEURISTIC "NVIDIA-NeMo/Curator 1.4.0, nemo_curator/stages/text/filters/heuristic/"
#define STRINGS HEURISTIC "string.py, "
#define REPETITION HEURISTIC "repetition/repetition.py, "

#define FOUND measures->counters
#define LINES measures->nemo

/* Of the empty text the reference has the worst. */
TKZ__VALUE(other_characters, tkz__share_or(measures->characters - FOUND.plain, measures->characters, 1))
TKZ__VALUE(digits, tkz__share_or(FOUND.digits, measures->characters, 1))
TKZ__VALUE(spaces, tkz__share_or(FOUND.spaces, measures->characters, 1))
TKZ__VALUE(parentheses, tkz__share_or(FOUND.parentheses, measures->characters, 1))
TKZ__VALUE(addresses, tkz__share_or(chosen->parameters[1] != 0 ? FOUND.old_url_characters : FOUND.url_characters,
                                    measures->characters, 1))

/* Of a text without lines it fails; then so do we. */
TKZ__VALUE(bullet_lines, tkz__share_or(LINES.bullet_lines, LINES.lines.count, 1))
TKZ__VALUE(unended_lines, tkz__share_or(LINES.unended_lines, LINES.lines.count, 1))
TKZ__VALUE(ellipsis_lines, tkz__share_or(LINES.ellipsis_lines, LINES.lines.count, 1))
TKZ__VALUE(distinct_lines, tkz__share(LINES.lines.distinct, LINES.lines.count))
TKZ__VALUE(distinct_line_characters, tkz__share(LINES.lines.distinct_characters, LINES.lines.characters))
TKZ__VALUE(distinct_paragraphs, tkz__share(LINES.paragraphs.distinct, LINES.paragraphs.count))
TKZ__VALUE(distinct_paragraph_characters, tkz__share(LINES.paragraphs.distinct_characters, LINES.paragraphs.characters))

/* A row about lines or paragraphs. */
#define ROW(name, text, where, how, low, high, function, ...)                                                         \
    {TKZ__ROW("nemo_" name, text, "share", where, TKZ__MEASURE_NEMO, how, low, high, function, __VA_ARGS__),             \
     .info.difference = "of a text without any it is the worst, where the reference fails"}

static const tkz__filter filters[] = {
    {TKZ__ROW("nemo_other_characters", "characters other than [a-zA-Z0-9\\n?!,.]; for English alone", "share",
         STRINGS "NonAlphaNumericFilter", TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE,
         NULL, "other_characters", other_characters, TKZ__MAXIMUM_SHARE(0.25))},
    {TKZ__ROW("nemo_digits", "digits 0-9 among all characters", "share", STRINGS "NumbersFilter",
         TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE, NULL, "digits", digits, TKZ__MAXIMUM_SHARE(0.15))},
    {TKZ__ROW("nemo_urls", "characters of http and https addresses among all", "share", STRINGS "UrlsFilter",
         TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE, NULL, "urls", addresses,
         TKZ__MAXIMUM_SHARE(0.2), TKZ__COMPAT("signs and brackets behind an address belong to it, as in versions before 1.4.0")),
     .info.difference = "with compat the pattern of versions before 1.4.0, in which $-_ is a range (utils/constants.py, "
                        "regex_url): ; < > [ ] and ' belong to an address, # and ~ end it"},
    {TKZ__ROW("nemo_white_space", "tabs, line feeds, carriage returns, backspaces and spaces among all characters",
         "share", STRINGS "WhiteSpaceFilter", TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS,
         TKZ_DROP_ABOVE, NULL, "white_space", spaces, TKZ__MAXIMUM_SHARE(0.25))},
    {TKZ__ROW("nemo_parentheses", "parentheses {}[]()⟨⟩ among all characters", "share",
         STRINGS "ParenthesesFilter", TKZ__MEASURE_LENGTH | TKZ__MEASURE_COUNTERS, TKZ_DROP_ABOVE,
         NULL, "parentheses", parentheses, TKZ__MAXIMUM_SHARE(0.1))},
    ROW("bullet_lines", "lines that begin with one of 12 bullets (• ‣ ⁃ ⁌ ⁍ ∙ ○ ● ◘ ◦ ⦾ ⦿), white space aside, among all that are not blank",
        STRINGS "BulletsFilter", TKZ_DROP_ABOVE, NULL, "bullet_lines", bullet_lines, TKZ__MAXIMUM_SHARE(0.9)),
    ROW("unended_lines", "lines that end in none of . ? ! \" ', white space aside, among all that are not blank; for English alone",
        STRINGS "PunctuationFilter", TKZ_DROP_ABOVE, NULL, "unended_lines", unended_lines, TKZ__MAXIMUM_SHARE(0.85)),
    ROW("ellipsis_lines", "lines that end in ... … [...] (...) […] -» or read more, white space aside, among all that are not blank",
        STRINGS "EllipsisFilter", TKZ_DROP_ABOVE, NULL, "ellipsis_lines", ellipsis_lines, TKZ__MAXIMUM_SHARE(0.3)),
    ROW("distinct_lines", "different lines among all that are not blank", REPETITION "RepeatedLinesFilter", TKZ_DROP_BELOW,
        "repeated_lines", NULL, distinct_lines, TKZ__MINIMUM_SHARE(0.7)),
    ROW("distinct_line_characters", "characters of different lines among those of all that are not blank",
        REPETITION "RepeatedLinesByCharFilter", TKZ_DROP_BELOW, "repeated_line_characters", NULL, distinct_line_characters,
        TKZ__MINIMUM_SHARE(0.8)),
    ROW("distinct_paragraphs", "different paragraphs among all, which two line feeds part", REPETITION "RepeatedParagraphsFilter",
        TKZ_DROP_BELOW, "repeated_paragraphs", NULL, distinct_paragraphs, TKZ__MINIMUM_SHARE(0.7)),
    ROW("distinct_paragraph_characters", "characters of different paragraphs among those of all",
        REPETITION "RepeatedParagraphsByCharFilter", TKZ_DROP_BELOW, "repeated_paragraph_characters", NULL,
        distinct_paragraph_characters, TKZ__MINIMUM_SHARE(0.8)),
};

extern const tkz__filter_family tkz__filters_nemo;
const tkz__filter_family tkz__filters_nemo = {filters, sizeof filters / sizeof filters[0]};
