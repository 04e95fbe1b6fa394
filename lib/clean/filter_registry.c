/* SPDX-License-Identifier: Apache-2.0
 *
 * The filters there are, in the order of the list in Makefile.inc. Leans on
 * filter_table.inc, which make writes from that list.
 */
#include <string.h>

#include "clean/filter.h"

#define X(name) extern const tkz__filter_family tkz__filters_##name;
#include "clean/filter_table.inc"
#undef X

static const tkz__filter_family *const families[] = {
#define X(name) &tkz__filters_##name,
#include "clean/filter_table.inc"
#undef X
};

enum { FAMILIES = sizeof families / sizeof families[0] };

size_t tkz_filter_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < FAMILIES; i++)
        count += families[i]->count;
    return count;
}

const tkz__filter *tkz__filter_at(size_t index)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        if (index < families[i]->count)
            return &families[i]->filters[index];
        index -= families[i]->count;
    }
    return NULL;
}

const tkz_filter_info *tkz_filter_at(size_t index)
{
    const tkz__filter *filter = tkz__filter_at(index);
    return filter != NULL ? &filter->info : NULL;
}

const tkz__filter *tkz__filter_find(const char *name, size_t size)
{
    const tkz__filter *filter;
    for (size_t i = 0; (filter = tkz__filter_at(i)) != NULL; i++)
        if (strlen(filter->info.name) == size && memcmp(filter->info.name, name, size) == 0)
            return filter;
    return NULL;
}

bool tkz__filter_decide(const tkz__filter *filter, const double *values, const double *parameters,
                        tkz_verdict *verdict)
{
    const uint32_t lower = TKZ_DROP_BELOW | TKZ_DROP_AT_OR_BELOW;
    const uint32_t upper = TKZ_DROP_ABOVE | TKZ_DROP_AT_OR_ABOVE;
    uint32_t comparison = filter->info.comparison;
    double value = values[0];
    if (filter->decide != NULL)
        return filter->decide(values, parameters, verdict);
    if (comparison & lower) {
        double minimum = *parameters++;
        if (value < minimum || (value == minimum && (comparison & TKZ_DROP_AT_OR_BELOW)))
            return tkz__filter_drop(verdict, filter->info.below, value, minimum);
    }
    if (comparison & upper) {
        double maximum = *parameters;
        if (value > maximum || (value == maximum && (comparison & TKZ_DROP_AT_OR_ABOVE)))
            return tkz__filter_drop(verdict, filter->info.above, value, maximum);
    }
    return true;
}
