/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker: measures a document once and asks the filters in their order.
 */
#include "clean/filter_set.h"
#include "core/memory.h"

struct tkz_cleaner {
    const tkz_filter_set *set;
    tkz_allocator allocator;
};

tkz_status tkz_cleaner_new(tkz_cleaner **cleaner, const tkz_filter_set *set,
                           const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);

    if (cleaner == NULL || set == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_new",
                              TKZ__NO_OFFSET, "cleaner and set must not be NULL");
    *cleaner = tkz__allocate(&memory, sizeof **cleaner);
    if (*cleaner == NULL)
        return tkz__error_memory(error, sizeof **cleaner);
    **cleaner = (tkz_cleaner){.set = set, .allocator = memory};
    return TKZ_OK;
}

void tkz_cleaner_free(tkz_cleaner *cleaner)
{
    if (cleaner == NULL)
        return;
    tkz_allocator memory = cleaner->allocator;
    tkz__release(&memory, cleaner, sizeof *cleaner);
}

tkz_status tkz_cleaner_judge(tkz_cleaner *cleaner, const char *text, size_t size,
                             tkz_verdict *verdict, tkz_error *error)
{
    tkz__measures measures;

    if (cleaner == NULL || verdict == NULL || (text == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_judge",
                              TKZ__NO_OFFSET, "cleaner, text and verdict must not be NULL");
    *verdict = (tkz_verdict){.keep = 1};
    tkz_status status = tkz__measure(&measures, cleaner->set->measures, text, size, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < cleaner->set->count; i++) {
        const tkz__chosen_filter *chosen = &cleaner->set->chosen[i];
        if (chosen->filter->decide(&measures, chosen->parameters, verdict))
            continue;
        verdict->keep = 0;
        verdict->filter_index = (uint32_t)i;
        verdict->filter = chosen->filter->info.name;
        break;
    }
    return TKZ_OK;
}

tkz_status tkz_cleaner_measure(tkz_cleaner *cleaner, const char *text, size_t size,
                               double *values, tkz_error *error)
{
    tkz__measures measures;

    if (cleaner == NULL || (text == NULL && size > 0) ||
        (values == NULL && cleaner->set->count > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_measure",
                              TKZ__NO_OFFSET, "cleaner, text and values must not be NULL");
    tkz_status status = tkz__measure(&measures, cleaner->set->measures, text, size, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < cleaner->set->count; i++)
        values[i] = cleaner->set->chosen[i].filter->value(&measures);
    return TKZ_OK;
}
