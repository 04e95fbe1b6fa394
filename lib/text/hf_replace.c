/* SPDX-License-Identifier: Apache-2.0
 *
 * Replace of HF tokenizers 0.23 (src/normalizers/replace.rs): every match of a text or of a
 * regular expression of Oniguruma becomes another text; a match may be empty, and the empty text has
 * none. Leans on hf_steps and pattern.
 */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "text/hf_steps.h"
#include "text/pattern.h"

tkz_status tkz__hf_replace_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                   tkz_error *error)
{
    const tkz__normal_value *regex = &step->values[TKZ__HF_REPLACE_REGEX];
    bool has_pattern = step->values[TKZ__HF_REPLACE_PATTERN].size != 0;
    if (has_pattern == (regex->size != 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "pattern", TKZ__NO_OFFSET,
                              "replace needs pattern, the text to be replaced, or regex");
    if (has_pattern)
        return TKZ_OK;
    tkz__pattern *pattern;
    tkz_status status = tkz__pattern_new(&pattern, TKZ__DIALECT_ONIGURUMA, regex->text,
                                         regex->size, allocator, error);
    if (status == TKZ_OK)
        step->state = pattern;
    return status;
}

void tkz__hf_replace_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__pattern_free(step->state);
}

size_t tkz__hf_replace_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    const tkz__normal_value *pattern = &step->values[TKZ__HF_REPLACE_PATTERN];
    if (size == 0 || step->state != NULL) /* of an expression: not known */
        return 0;
    const char *found = memmem(text, size, pattern->text, pattern->size);
    return found == NULL ? size : (size_t)(found - text);
}

static tkz_status replace_text(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    const tkz__normal_value *content = &step->values[TKZ__HF_REPLACE_CONTENT];
    size_t pattern_size = step->values[TKZ__HF_REPLACE_PATTERN].size;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t same = tkz__hf_replace_unchanged(step, text + at, size - at);
        status = tkz__edit_copy(edit, text + at, same, error);
        at += same;
        if (at == size || status != TKZ_OK)
            break;
        status = tkz__edit_replace(edit, pattern_size, content->text, content->size, error);
        at += pattern_size;
    }
    return status;
}

static tkz_status replace_matches(const tkz__normal_step *step, tkz__pattern_search *search,
                                  const char *text, size_t size, tkz__edit *edit,
                                  tkz_error *error)
{
    const tkz__normal_value *content = &step->values[TKZ__HF_REPLACE_CONTENT];
    size_t done = 0, start, end;
    bool found = true;
    tkz__pattern_search_allow(search, size);
    tkz__pattern_search_text(search, step->state, text, size);
    tkz__pattern_search_part(search, edit->goes_on_before, edit->goes_on_behind);
    for (;;) {
        tkz_status status = tkz__pattern_search_next(search, &start, &end, &found, error);
        if (status != TKZ_OK)
            return status;
        if (!found)
            return tkz__edit_copy(edit, text + done, size - done, error);
        status = tkz__edit_copy(edit, text + done, start - done, error);
        if (status == TKZ_OK)
            status = tkz__edit_replace(edit, end - start, content->text, content->size, error);
        if (status != TKZ_OK)
            return status;
        done = end;
    }
}

tkz_status tkz__hf_replace_run(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    tkz__pattern_search search;
    if (size == 0)
        return TKZ_OK;
    if (step->state == NULL)
        return replace_text(step, text, size, edit, error);
    tkz__pattern_search_init(&search, &edit->target->allocator);
    tkz_status status = replace_matches(step, &search, text, size, edit, error);
    tkz__pattern_search_free(&search);
    return status;
}
