/* SPDX-License-Identifier: Apache-2.0
 *
 * The step mojibake-v1: turns stretches that were decoded with the wrong charset back
 * into what they were, where that loses nothing. Leans on mojibake and normal_step.
 */
#include "core/memory.h"
#include "text/mojibake.h"
#include "text/normal_step.h"

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    tkz__mojibake_marks *marks = tkz__allocate(allocator, sizeof *marks);

    if (marks == NULL)
        return tkz__error_memory(error, sizeof *marks);
    tkz__mojibake_marks_init(marks);
    step->state = marks;
    return TKZ_OK;
}

static void dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    tkz__release(allocator, step->state, sizeof(tkz__mojibake_marks));
    step->state = NULL;
}

/* Finds the next stretch; its offset, `size` when there is none. */
static size_t find(const tkz__mojibake_marks *marks, const char *text, size_t size,
                   tkz__mojibake_stretch *stretch)
{
    size_t at = 0;

    while (at < size) {
        at += tkz__mojibake_next(marks, text + at, size - at);
        if (at == size)
            break;
        tkz__mojibake_look(text + at, size - at, stretch);
        if (stretch->source_size > 0)
            return at;
        at += stretch->looked_at;
    }
    return size;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    tkz__mojibake_stretch stretch;

    return find(step->state, text, size, &stretch);
}

static tkz_status repair(const tkz__mojibake_stretch *stretch, const char *text, tkz__edit *edit,
                         tkz_error *error)
{
    size_t at = 0;

    while (at < stretch->source_size) {
        tkz__mojibake_unit unit;
        tkz_status status;

        if (!tkz__mojibake_unit_at(stretch->kind, text + at, stretch->source_size - at, &unit))
            return tkz__error_set(error, TKZ_STATUS_INTERNAL, "mojibake-v1", at,
                                  "a stretch is not made of whole units");
        status = unit.source_size == 1 ? tkz__edit_copy(edit, text + at, 1, error)
                                       : tkz__edit_replace(edit, unit.source_size, unit.text,
                                                           unit.size, error);
        if (status != TKZ_OK)
            return status;
        at += unit.source_size;
    }
    return TKZ_OK;
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size, tkz__edit *edit,
                      tkz_error *error)
{
    size_t at = 0;

    while (at < size) {
        tkz__mojibake_stretch stretch;
        size_t sound = find(step->state, text + at, size - at, &stretch);
        tkz_status status = tkz__edit_copy(edit, text + at, sound, error);

        if (status != TKZ_OK)
            return status;
        at += sound;
        if (at == size)
            break;
        tkz__edit_count(edit, 0, 1);
        status = repair(&stretch, text + at, edit, error);
        if (status != TKZ_OK)
            return status;
        at += stretch.source_size;
    }
    return TKZ_OK;
}

static const char *const count_names[] = {"stretches"};

static const tkz__normal_kind kinds[] = {
    {.info = {.name = "mojibake-v1",
              .text = "Turns back UTF-8 that was read as cp932 or windows-1252, once or twice, and "
                      "EUC-JP that was read as cp932, where the bytes can be told and give likelier "
                      "Japanese."},
     .count_names = count_names,
     .count_total = 1,
     .prepare = prepare,
     .dispose = dispose,
     .unchanged = unchanged,
     .run = run}};

extern const tkz__normal_family tkz__normal_mojibake;
const tkz__normal_family tkz__normal_mojibake = {kinds, 1};
