/* SPDX-License-Identifier: Apache-2.0
 *
 * The Poisson bootstrap. Sums are whole numbers, so that neither the order of documents nor how they are
 * shared out changes anything. Leans on core's random numbers.
 */
#include "train/resample.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/random.h"

/* P(X <= k) of a Poisson variable of mean 1, times 2^32: e^-1 * sum of 1/j! for j = 0 .. k. Above 12 it is
 * one but for 2^-32. */
static const uint32_t poisson_bounds[] = {
    1580030169, 3160060337, 3950075422, 4213413783, 4279248374, 4292415292,
    4294609778, 4294923276, 4294962463, 4294966817, 4294967253, 4294967292,
};
enum { POISSON_BOUNDS = sizeof poisson_bounds / sizeof poisson_bounds[0] };

static uint8_t poisson(uint32_t uniform)
{
    uint8_t value = 0;
    for (int i = 0; i < POISSON_BOUNDS; i++)
        value = (uint8_t)(value + (uniform >= poisson_bounds[i]));
    return value;
}

tkz_status tkz__resample_init(tkz__resample *resample, uint32_t count, uint32_t columns,
                              const tkz_allocator *allocator, tkz_error *error)
{
    *resample = (tkz__resample){.count = count, .columns = columns, .allocator = *allocator};
    size_t cells = (size_t)count * columns;
    resample->sums = tkz__allocate_array(allocator, cells, sizeof *resample->sums);
    resample->weights = tkz__allocate(allocator, count);
    if (resample->sums == NULL || resample->weights == NULL) {
        tkz__resample_free(resample);
        return tkz__error_memory(error, cells * sizeof *resample->sums);
    }
    tkz__resample_clear(resample);
    return TKZ_OK;
}

void tkz__resample_free(tkz__resample *resample)
{
    size_t cells = (size_t)resample->count * resample->columns;
    if (resample->sums != NULL)
        tkz__release_array(&resample->allocator, resample->sums, cells, sizeof *resample->sums);
    if (resample->weights != NULL)
        tkz__release(&resample->allocator, resample->weights, resample->count);
    *resample = (tkz__resample){0};
}

void tkz__resample_clear(tkz__resample *resample)
{
    memset(resample->sums, 0, (size_t)resample->count * resample->columns * sizeof *resample->sums);
}

static void draw_weights(tkz__resample *resample, uint64_t seed, uint64_t key)
{
    tkz__random random = {tkz__hash_u64(seed) ^ key};
    uint32_t i = 0;
    for (; i + 1 < resample->count; i += 2) {
        uint64_t bits = tkz__random_next(&random);
        resample->weights[i] = poisson((uint32_t)bits);
        resample->weights[i + 1] = poisson((uint32_t)(bits >> 32));
    }
    if (i < resample->count)
        resample->weights[i] = poisson((uint32_t)tkz__random_next(&random));
}

void tkz__resample_add(tkz__resample *resample, uint64_t seed, uint64_t key,
                       const uint64_t *values)
{
    if (resample->count == 0)
        return;
    draw_weights(resample, seed, key);
    for (uint32_t column = 0; column < resample->columns; column++) {
        uint64_t *sums = resample->sums + (size_t)column * resample->count;
        uint64_t value = values[column];
        if (value == 0)
            continue;
        for (uint32_t i = 0; i < resample->count; i++)
            sums[i] += value * resample->weights[i];
    }
}

void tkz__resample_merge(tkz__resample *total, const tkz__resample *part)
{
    for (size_t i = 0; i < (size_t)total->count * total->columns; i++)
        total->sums[i] += part->sums[i];
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double percentile(const double *sorted, size_t count, double share)
{
    double place = share * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - (double)below);
}

bool tkz__resample_interval(const tkz__resample *resample, const tkz__ratio *ratio,
                            double *scratch, double *low, double *high)
{
    const uint64_t *over = resample->sums + (size_t)ratio->over * resample->count;
    const uint64_t *under = resample->sums + (size_t)ratio->under * resample->count;
    const uint64_t *more = ratio->under_more != UINT32_MAX
                               ? resample->sums + (size_t)ratio->under_more * resample->count
                               : NULL;
    size_t count = 0;
    for (uint32_t i = 0; i < resample->count; i++) {
        uint64_t divisor = under[i] + (more != NULL ? more[i] : 0);
        if (divisor > 0)
            scratch[count++] = ratio->factor * (double)over[i] / (double)divisor;
    }
    if (count == 0)
        return false;
    qsort(scratch, count, sizeof *scratch, compare);
    *low = percentile(scratch, count, 0.025);
    *high = percentile(scratch, count, 0.975);
    return true;
}
