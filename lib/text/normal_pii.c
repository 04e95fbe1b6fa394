/* SPDX-License-Identifier: Apache-2.0
 *
 * pii-v1: personal information becomes the mask of its type. What is found, and what is not, is in
 * doc/japanese-normal-forms.md. Leans on normal_step and tkz_pii_next.
 */
#include "text/normal_step.h"
#include "tokenize/pii.h"

enum { MASK = 0 };

static const tkz_normal_option options[TKZ_PII_TYPES] = {
#define X(name, number, mask, option, text) [number] = {option, "mask|keep", "mask", text, 0, 0},
    TKZ_PII_LIST(X)
#undef X
};

static const char *const count_names[TKZ_PII_TYPES] = {
#define X(name, number, mask, option, text) [number] = option,
    TKZ_PII_LIST(X)
#undef X
};

static uint32_t types_of(const tkz__normal_step *step)
{
    uint32_t types = 0;
    for (uint32_t i = 0; i < TKZ_PII_TYPES; i++)
        types |= (uint32_t)(step->values[i].number == MASK) << i;
    return types;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    tkz_pii_match match;
    return tkz_pii_next(text, size, 0, types_of(step), &match) ? (size_t)match.start : size;
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    uint32_t types = types_of(step);
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        tkz_pii_match match = {size, size, -1};
        (void)tkz_pii_next(text, size, at, types, &match);
        if (match.start > at)
            status = tkz__edit_copy(edit, text + at, (size_t)match.start - at, error);
        at = (size_t)match.end;
        if (match.type < 0 || status != TKZ_OK)
            continue;
        tkz__edit_count(edit, (size_t)match.type, 1);
        const char *mask = tkz_pii_mask(match.type);
        status = tkz__edit_replace(edit, (size_t)(match.end - match.start), mask, strlen(mask),
                                   error);
    }
    return status;
}

static const tkz__normal_kind kinds[] = {
    {.info = {"pii-v1",
              "Personal information of Japan (telephone numbers, addresses, My Number, cards ...) becomes a "
              "mask of its type.",
              options, TKZ_PII_TYPES},
     .count_names = count_names,
     .count_total = TKZ_PII_TYPES,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_pii = {kinds, sizeof kinds / sizeof kinds[0]};
