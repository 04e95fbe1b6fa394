/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands whose first operand is an action, such as `text normalize`: finding it,
 * and refusing options that mean nothing to it. Leans on options and messages.
 */
#ifndef TKZ_TOOLS_ACTIONS_H
#define TKZ_TOOLS_ACTIONS_H

#include "tools/options.h"

struct action {
    const char *name;
    const char *options; /* the names of those that mean something to it, each between blanks */
};

/* The number of the action that the first operand names, or SIZE_MAX after a complaint (EXIT_USAGE). */
size_t choose_action(const char *command, const struct action *actions, size_t count,
                     const struct arguments *arguments);

#endif
