/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter "length": documents that are too short or too long, in characters.
 */
#include "clean/filter.h"

enum { MINIMUM, MAXIMUM };

static const char *conflict(const double *values)
{
    return values[MINIMUM] > values[MAXIMUM] ? "\"minimum\" is above \"maximum\"" : NULL;
}

static double value(const tkz__measures *measures, const tkz__chosen_filter *chosen)
{
    (void)chosen;
    return (double)measures->characters;
}

static const tkz__filter filters[] = {
    {.info = {.name = "length",
              .text = "keeps documents whose number of characters lies in a range",
              .unit = "characters",
              .source = "our own; HojiChar's DocumentLengthFilter compares likewise",
              TKZ__PARAMETERS({"minimum", "fewest characters of a document that is kept",
                               TKZ_PARAMETER_INTEGER, 50, 0, TKZ__LARGEST_WHOLE},
                              {"maximum", "most characters of a document that is kept",
                               TKZ_PARAMETER_INTEGER, 100000000, 0, TKZ__LARGEST_WHOLE})},
     .measures = TKZ__MEASURE_LENGTH,
     .info.comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
     .info.below = "too_short",
     .info.above = "too_long",
     .conflict = conflict,
     .value = value},
};

extern const tkz__filter_family tkz__filters_length;
const tkz__filter_family tkz__filters_length = {filters, sizeof filters / sizeof filters[0]};
