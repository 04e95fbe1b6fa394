/* SPDX-License-Identifier: Apache-2.0
 *
 * The filters there are, in the order of the list in Makefile.inc. Leans on
 * filter_table.inc, which make writes from that list.
 */
#include <string.h>

#include "clean/filter.h"

#define X(name) extern const tkz__filter tkz__filter_##name;
#include "clean/filter_table.inc"
#undef X

static const tkz__filter *const filters[] = {
#define X(name) &tkz__filter_##name,
#include "clean/filter_table.inc"
#undef X
};

size_t tkz_filter_count(void)
{
    return sizeof filters / sizeof filters[0];
}

const tkz__filter *tkz__filter_at(size_t index)
{
    return index < tkz_filter_count() ? filters[index] : NULL;
}

const tkz_filter_info *tkz_filter_at(size_t index)
{
    return index < tkz_filter_count() ? &filters[index]->info : NULL;
}

const tkz__filter *tkz__filter_find(const char *name, size_t size)
{
    for (size_t i = 0; i < tkz_filter_count(); i++)
        if (strlen(filters[i]->info.name) == size && memcmp(filters[i]->info.name, name, size) == 0)
            return filters[i];
    return NULL;
}
