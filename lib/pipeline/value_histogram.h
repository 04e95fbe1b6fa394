/* SPDX-License-Identifier: Apache-2.0
 *
 * How the values of a filter are spread: counts in fixed bins, so that those of two parts of a corpus add up to
 * exactly those of the whole. Leans on jansson.
 */
#ifndef TKZ_PIPELINE_VALUE_HISTOGRAM_H
#define TKZ_PIPELINE_VALUE_HISTOGRAM_H

#include <jansson.h>

#include "core/error.h"

/* Where the bins end. */
typedef enum tkz__scale {
    TKZ__SCALE_SHARE, /* of 1: steps of 0.005; 1 and more are one bin */
    TKZ__SCALE_NUMBER /* eight bins in each octave from 2^-10 to 2^50; one bin below that, 0 in it */
} tkz__scale;

enum { TKZ__SHARE_BINS = 201, TKZ__NUMBER_BINS = 481 };

typedef struct tkz__value_histogram {
    tkz__scale scale;
    uint64_t values;    /* counted, all that are numbers */
    uint64_t undefined; /* that are no number */
    double least;       /* 0 without values */
    double greatest;
    uint64_t counts[TKZ__NUMBER_BINS];
} tkz__value_histogram;

/* Empties it; the scale stays. */
void tkz__value_histogram_clear(tkz__value_histogram *histogram);
void tkz__value_histogram_add(tkz__value_histogram *histogram, double value);

/* total += part; both of one scale. */
void tkz__value_histogram_merge(tkz__value_histogram *total, const tkz__value_histogram *part);

/* Sets "values", "undefined", "least", "greatest", "quantiles" and "bins" ([from, to, count]) of an object. */
void tkz__value_histogram_to_json(const tkz__value_histogram *histogram, json_t *object);
/* Reads them back; CORRUPT if they do not add up. */
TKZ_CHECKED tkz_status tkz__value_histogram_from_json(tkz__value_histogram *histogram,
                                                      const json_t *object, tkz_error *error);

#endif
