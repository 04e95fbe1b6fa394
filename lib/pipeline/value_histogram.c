/* SPDX-License-Identifier: Apache-2.0
 *
 * Bins whose ends are exact as a double, and what is told of them. Leans on jansson and libm.
 */
#include "pipeline/value_histogram.h"

#include <math.h>
#include <string.h>

enum { IN_OCTAVE = 8, LEAST_EXPONENT = -10, SHARE_STEPS = TKZ__SHARE_BINS - 1 };

static size_t bins_of(tkz__scale scale)
{
    return scale == TKZ__SCALE_SHARE ? TKZ__SHARE_BINS : TKZ__NUMBER_BINS;
}

static size_t bin_of(tkz__scale scale, double value)
{
    if (!(value > 0))
        return 0;
    if (scale == TKZ__SCALE_SHARE)
        return value >= 1 ? SHARE_STEPS : (size_t)(value * SHARE_STEPS);
    int exponent;
    double fraction = frexp(value, &exponent); /* 0.5 <= fraction < 1 */
    if (isinf(value))
        return TKZ__NUMBER_BINS - 1;
    if (exponent - 1 < LEAST_EXPONENT)
        return 0;
    size_t bin = 1 + (size_t)(exponent - 1 - LEAST_EXPONENT) * IN_OCTAVE +
                 (size_t)((fraction * 2 - 1) * IN_OCTAVE);
    return bin < TKZ__NUMBER_BINS ? bin : TKZ__NUMBER_BINS - 1;
}

/* Where a bin begins; that of the bin behind the last one is where that ends. */
static double edge(tkz__scale scale, size_t bin)
{
    if (scale == TKZ__SCALE_SHARE)
        return (double)bin / SHARE_STEPS;
    if (bin == 0)
        return 0;
    size_t octave = (bin - 1) / IN_OCTAVE, step = (bin - 1) % IN_OCTAVE;
    return ldexp(1 + (double)step / IN_OCTAVE, (int)octave + LEAST_EXPONENT);
}

void tkz__value_histogram_clear(tkz__value_histogram *histogram)
{
    tkz__scale scale = histogram->scale;
    memset(histogram, 0, sizeof *histogram);
    histogram->scale = scale;
}

static void widen(tkz__value_histogram *histogram, double least, double greatest)
{
    if (histogram->values == 0 || least < histogram->least)
        histogram->least = least;
    if (histogram->values == 0 || greatest > histogram->greatest)
        histogram->greatest = greatest;
}

void tkz__value_histogram_add(tkz__value_histogram *histogram, double value)
{
    if (isnan(value)) {
        histogram->undefined++;
        return;
    }
    widen(histogram, value, value);
    histogram->values++;
    histogram->counts[bin_of(histogram->scale, value)]++;
}

void tkz__value_histogram_merge(tkz__value_histogram *total, const tkz__value_histogram *part)
{
    total->undefined += part->undefined;
    if (part->values == 0)
        return;
    widen(total, part->least, part->greatest);
    total->values += part->values;
    for (size_t i = 0; i < bins_of(total->scale); i++)
        total->counts[i] += part->counts[i];
}

/* Where the bin begins that holds the value with `share` of all below it. */
static double quantile(const tkz__value_histogram *histogram, double share)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < bins_of(histogram->scale); i++) {
        seen += histogram->counts[i];
        if (seen > 0 && (double)seen >= share * (double)histogram->values)
            return edge(histogram->scale, i);
    }
    return 0;
}

/* JSON has no infinity: the greatest number stands for it. */
static json_t *number(double value)
{
    return json_real(isinf(value) ? copysign(1e300, value) : value);
}

void tkz__value_histogram_to_json(const tkz__value_histogram *histogram, json_t *object)
{
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"5", 0.05}, {"25", 0.25}, {"50", 0.5}, {"75", 0.75}, {"95", 0.95}};
    json_t *told = json_object(), *bins = json_array();
    for (size_t i = 0; histogram->values > 0 && i < sizeof quantiles / sizeof quantiles[0]; i++)
        json_object_set_new(told, quantiles[i].name,
                            json_real(quantile(histogram, quantiles[i].share)));
    for (size_t i = 0; i < bins_of(histogram->scale); i++)
        if (histogram->counts[i] > 0)
            json_array_append_new(bins, json_pack("[f,f,I]", edge(histogram->scale, i),
                                                  edge(histogram->scale, i + 1),
                                                  (json_int_t)histogram->counts[i]));
    json_object_set_new(object, "values", json_integer((json_int_t)histogram->values));
    if (histogram->undefined > 0)
        json_object_set_new(object, "undefined", json_integer((json_int_t)histogram->undefined));
    json_object_set_new(object, "least", number(histogram->least));
    json_object_set_new(object, "greatest", number(histogram->greatest));
    json_object_set_new(object, "quantiles", told);
    json_object_set_new(object, "bins", bins);
}

tkz_status tkz__value_histogram_from_json(tkz__value_histogram *histogram, const json_t *object,
                                          tkz_error *error)
{
    const json_t *bins = json_object_get(object, "bins");
    uint64_t sum = 0;
    tkz__value_histogram_clear(histogram);
    histogram->values = (uint64_t)json_integer_value(json_object_get(object, "values"));
    histogram->undefined = (uint64_t)json_integer_value(json_object_get(object, "undefined"));
    histogram->least = json_number_value(json_object_get(object, "least"));
    histogram->greatest = json_number_value(json_object_get(object, "greatest"));
    for (size_t i = 0; i < json_array_size(bins); i++) {
        const json_t *bin = json_array_get(bins, i);
        double from = json_number_value(json_array_get(bin, 0));
        double to = json_number_value(json_array_get(bin, 1));
        uint64_t count = (uint64_t)json_integer_value(json_array_get(bin, 2));
        /* The middle, since the ends may have been written with fewer digits. */
        histogram->counts[bin_of(histogram->scale, from / 2 + to / 2)] += count;
        sum += count;
    }
    if (sum == histogram->values)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "the bins of a histogram hold %llu values, but \"values\" is %llu",
                          (unsigned long long)sum, (unsigned long long)histogram->values);
}
