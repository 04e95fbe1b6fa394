/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte rules of a step, built once for a form: building them takes as long as
 * scanning a kilobyte. Leans on byte_rules, normal_step.
 */
#ifndef TKZ_TEXT_STEP_RULES_H
#define TKZ_TEXT_STEP_RULES_H

#include "text/byte_rules.h"
#include "text/normal_step.h"

enum { TKZ__STEP_RULE_SETS = 2 };

/* The state of a step that has nothing else. */
typedef struct tkz__step_rules {
    tkz__byte_rules sets[TKZ__STEP_RULE_SETS];
} tkz__step_rules;

/* For a kind's prepare: gives the step its state, with sets that match nothing. */
TKZ_CHECKED tkz_status tkz__step_rules_new(tkz__normal_step *step, const tkz_allocator *allocator,
                                           tkz__step_rules **rules, tkz_error *error);

/* The same with the first set made of these rules. */
TKZ_CHECKED tkz_status tkz__step_rules_prepare(tkz__normal_step *step, const tkz__byte_rule *list,
                                               uint32_t count, const tkz_allocator *allocator,
                                               tkz_error *error);

/* A kind's dispose. */
void tkz__step_rules_dispose(tkz__normal_step *step, const tkz_allocator *allocator);

static inline const tkz__byte_rules *tkz__step_rule_set(const tkz__normal_step *step, size_t set)
{
    return &((const tkz__step_rules *)step->state)->sets[set];
}

#endif
