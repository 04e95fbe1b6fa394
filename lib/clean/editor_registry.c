/* SPDX-License-Identifier: Apache-2.0
 *
 * The editors there are, in the order of the list in Makefile.inc, and chains of them. Leans on normal_form, and on
 * editor_table.inc, which make writes from that list.
 */
#include "clean/editor.h"
#include "text/normal_form.h"

#define X(name) extern const tkz__editor_family tkz__edits_##name;
#include "clean/editor_table.inc"
#undef X

static const tkz__editor_family *const families[] = {
#define X(name) &tkz__edits_##name,
#include "clean/editor_table.inc"
#undef X
};

enum { FAMILY_COUNT = sizeof families / sizeof families[0] };

size_t tkz_editor_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        count += families[i]->count;
    return count;
}

static const tkz__editor *editor_at(size_t index)
{
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        if (index < families[i]->count)
            return &families[i]->editors[index];
        index -= families[i]->count;
    }
    return NULL;
}

int32_t tkz_editor_at(size_t index, tkz_editor_info *info)
{
    const tkz__editor *editor = editor_at(index);
    if (editor == NULL || info == NULL)
        return 0;
    *info = (tkz_editor_info){.step = &editor->kind.info,
                              .source = editor->source,
                              .difference = editor->difference,
                              .count_names = editor->kind.count_names,
                              .count_total = editor->kind.count_total};
    return 1;
}

/* Editors, and behind them the steps of normal forms: both may stand in a chain. */
static const tkz__normal_kind *kind_at(size_t index)
{
    size_t count = tkz_editor_count();
    return index < count ? &editor_at(index)->kind : tkz__normal_kind_at(index - count);
}

tkz_status tkz_editors_new(tkz_normal_form **form, const char *editors, size_t size,
                           const tkz_allocator *allocator, tkz_error *error)
{
    static const tkz__normal_registry registry = {"editor", "editors", "editors", kind_at};
    return tkz__normal_form_read(form, &registry, editors, size, allocator, error);
}
