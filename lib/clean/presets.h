/* SPDX-License-Identifier: Apache-2.0
 *
 * Named lists of filters. Leans on nothing.
 */
#ifndef TKZ_CLEAN_PRESETS_H
#define TKZ_CLEAN_PRESETS_H

#include "tokenize/clean.h"

/* By name, NULL if there is none. */
const tkz_preset_info *tkz__preset_find(const char *name);

#endif
