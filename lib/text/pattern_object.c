/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns as objects, and those that are no expressions: a text as it is, a class of
 * characters. Leans on pattern_parts.
 */
#include "text/pattern_parts.h"

tkz__pattern *tkz__pattern_allocate(const tkz_allocator *allocator)
{
    tkz__pattern *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made != NULL) {
        made->allocator = *allocator;
        made->word_class = TKZ__NO_CLASS;
    }
    return made;
}

void tkz__pattern_free(tkz__pattern *pattern)
{
    if (pattern == NULL)
        return;
    tkz_allocator allocator = pattern->allocator;
    tkz__release_array(&allocator, pattern->steps, pattern->step_capacity,
                       sizeof *pattern->steps);
    tkz__release_array(&allocator, pattern->classes, pattern->class_capacity,
                       sizeof *pattern->classes);
    tkz__release_array(&allocator, pattern->pages, pattern->page_capacity,
                       sizeof *pattern->pages);
    tkz__release_array(&allocator, pattern->starts, pattern->start_capacity,
                       sizeof *pattern->starts);
    tkz__release(&allocator, pattern, sizeof *pattern);
}

/* ---- Patterns that are no expressions ------------------------------------ */

static tkz_status finish(tkz__pattern **pattern, tkz__pattern *made, tkz_error *error)
{
    made->steps[made->step_count++] = (tkz__pattern_step){.code = TKZ__CODE_MATCH};
    tkz_status status = tkz__pattern_find_starts(made, error);
    if (status == TKZ_OK)
        *pattern = made;
    else
        tkz__pattern_free(made);
    return status;
}

static tkz_status new_with_steps(tkz__pattern **pattern, size_t count,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    tkz__pattern *made = tkz__pattern_allocate(allocator);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    tkz_status status = tkz__array_reserve(allocator, (void **)&made->steps, &made->step_capacity,
                                           count, sizeof *made->steps, error);
    if (status == TKZ_OK)
        *pattern = made;
    else
        tkz__pattern_free(made);
    return status;
}

tkz_status tkz__pattern_of_text(tkz__pattern **pattern, const char *text, size_t size,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz__pattern *made;
    if (size > TKZ__PATTERN_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text of more than %d bytes to look for",
                              TKZ__PATTERN_MOST_BYTES);
    tkz_status status = new_with_steps(&made, size + 1, allocator, error);
    if (status != TKZ_OK)
        return status;
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_next(text + at, size - at, &character);
        if (character == TKZ__UTF8_INVALID) {
            tkz__pattern_free(made);
            return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, NULL, at - 1,
                                  "a text to look for that is no UTF-8");
        }
        made->steps[made->step_count++] = (tkz__pattern_step){.code = TKZ__CODE_ONE,
                                                              .class_index = TKZ__NO_CLASS,
                                                              .character = character};
    }
    return finish(pattern, made, error);
}

tkz_status tkz__pattern_of_class(tkz__pattern **pattern, bool (*contains)(uint32_t character),
                                 const tkz_allocator *allocator, tkz_error *error)
{
    tkz__pattern *made;
    tkz_status status = new_with_steps(&made, 2, allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__char_set *set = tkz__allocate_zeroed(allocator, sizeof *set);
    status = set == NULL ? tkz__error_memory(error, sizeof *set) : TKZ_OK;
    for (uint32_t character = 0; status == TKZ_OK && character < TKZ__SET_INVALID; character++) {
        if (contains(character))
            tkz__set_add(set, character);
    }
    tkz__pattern_step *step = &made->steps[made->step_count++];
    *step = (tkz__pattern_step){.code = TKZ__CODE_ONE};
    if (status == TKZ_OK)
        status = tkz__pattern_add_class(made, set, &step->class_index, error);
    tkz__release(allocator, set, sizeof *set);
    if (status == TKZ_OK)
        return finish(pattern, made, error);
    tkz__pattern_free(made);
    return status;
}
