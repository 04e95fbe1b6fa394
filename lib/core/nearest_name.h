/* SPDX-License-Identifier: Apache-2.0
 *
 * The name that someone probably meant. Leans on nothing.
 */
#ifndef TKZ_CORE_NEAREST_NAME_H
#define TKZ_CORE_NEAREST_NAME_H

#include <stddef.h>

/* The one of the names name_at(context, 0), name_at(context, 1) ... (NULL ends them) with the least
 * edit distance to `wrong`, or NULL when none is near: a third of its letters may differ. */
const char *tkz__nearest_name(const char *wrong,
                              const char *(*name_at)(const void *context, size_t index),
                              const void *context);

#endif
