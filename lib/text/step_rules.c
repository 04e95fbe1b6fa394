/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte rules as the state of a step. Leans on step_rules.h and core/memory.
 */
#include "text/step_rules.h"

#include "core/memory.h"

tkz_status tkz__step_rules_new(tkz__normal_step *step, const tkz_allocator *allocator,
                               tkz__step_rules **rules, tkz_error *error)
{
    *rules = tkz__allocate_zeroed(allocator, sizeof **rules);
    if (*rules == NULL)
        return tkz__error_memory(error, sizeof **rules);
    step->state = *rules;
    return TKZ_OK;
}

tkz_status tkz__step_rules_prepare(tkz__normal_step *step, const tkz__byte_rule *list,
                                   uint32_t count, const tkz_allocator *allocator,
                                   tkz_error *error)
{
    tkz__step_rules *rules;
    tkz_status status = tkz__step_rules_new(step, allocator, &rules, error);
    if (status == TKZ_OK)
        tkz__byte_rules_set(&rules->sets[0], list, count);
    return status;
}

void tkz__step_rules_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    tkz__release(allocator, step->state, sizeof(tkz__step_rules));
    step->state = NULL;
}
