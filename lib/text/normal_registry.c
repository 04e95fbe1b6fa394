/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps there are, in the order of the list in Makefile.inc. Leans on
 * normal_families.inc, which make writes from that list.
 */
#include <string.h>

#include "text/normal_step.h"

#define X(name) extern const tkz__normal_family tkz__normal_##name;
#include "text/normal_families.inc"
#undef X

static const tkz__normal_family *const families[] = {
#define X(name) &tkz__normal_##name,
#include "text/normal_families.inc"
#undef X
};

enum { FAMILY_COUNT = sizeof families / sizeof families[0] };

size_t tkz_normal_step_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        count += families[i]->count;
    return count;
}

const tkz__normal_kind *tkz__normal_kind_at(size_t index)
{
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        if (index < families[i]->count)
            return &families[i]->kinds[index];
        index -= families[i]->count;
    }
    return NULL;
}

const tkz_normal_step_info *tkz_normal_step_at(size_t index)
{
    const tkz__normal_kind *kind = tkz__normal_kind_at(index);
    return kind == NULL ? NULL : &kind->info;
}

/* Whether `kind` is called `name`, or so before the '-' of its version. */
static bool has_name(const tkz__normal_kind *kind, const char *name, size_t size,
                     bool with_version)
{
    const char *full = kind->info.name;
    const char *dash = strrchr(full, '-');
    size_t full_size = with_version || dash == NULL ? strlen(full) : (size_t)(dash - full);
    return full_size == size && memcmp(full, name, size) == 0;
}

const tkz__normal_kind *tkz__normal_kind_find(const tkz__normal_registry *registry,
                                              const char *name, size_t size)
{
    for (int with_version = 1; with_version >= 0; with_version--)
        for (size_t i = 0; registry->at(i) != NULL; i++)
            if (has_name(registry->at(i), name, size, with_version != 0))
                return registry->at(i);
    return NULL;
}
