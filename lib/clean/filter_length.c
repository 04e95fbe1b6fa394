/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter "length": documents that are too short or too long, in characters.
 */
#include "clean/filter.h"

enum { MINIMUM, MAXIMUM, PARAMETER_COUNT };

/* Whole numbers up to here are exact as a double. */
#define LARGEST 1e15

static const tkz_parameter_info parameters[PARAMETER_COUNT] = {
    [MINIMUM] = {"minimum", "fewest characters of a document that is kept",
                 TKZ_PARAMETER_INTEGER, 50, 0, LARGEST},
    [MAXIMUM] = {"maximum", "most characters of a document that is kept", TKZ_PARAMETER_INTEGER,
                 100000000, 0, LARGEST},
};

static const char *conflict(const double *values)
{
    return values[MINIMUM] > values[MAXIMUM] ? "\"minimum\" is above \"maximum\"" : NULL;
}

static double value(const tkz__measures *measures)
{
    return (double)measures->characters;
}

static bool decide(const tkz__measures *measures, const double *values, tkz_verdict *verdict)
{
    double length = value(measures);
    if (length < values[MINIMUM])
        return tkz__filter_drop(verdict, "too_short", length, values[MINIMUM]);
    if (length > values[MAXIMUM])
        return tkz__filter_drop(verdict, "too_long", length, values[MAXIMUM]);
    return true;
}

extern const tkz__filter tkz__filter_length;
const tkz__filter tkz__filter_length = {
    .info = {"length", "keeps documents whose number of characters lies in a range", parameters,
             PARAMETER_COUNT},
    .measures = TKZ__MEASURE_LENGTH,
    .conflict = conflict,
    .value = value,
    .decide = decide,
};
