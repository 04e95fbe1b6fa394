/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions of `tokenize dict`. Each gets what stands behind the action's name
 * and returns an exit code.
 */
#ifndef TOOLS_DICT_ACTIONS_H
#define TOOLS_DICT_ACTIONS_H

#include "tools/options.h"

int dict_info(const struct arguments *arguments, const char *path);
int dict_check(const struct arguments *arguments, const char *path);
int dict_image(const struct arguments *arguments, const char *path);
int dict_build(const struct arguments *arguments, const char *path);

#endif /* TOOLS_DICT_ACTIONS_H */
