/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of all commands, made from the list in tools/Makefile.inc.
 */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "tools/options.h"

size_t commands_count(void);
const struct command *commands_at(size_t index);

/* NULL if there is no such command. */
const struct command *commands_find(const char *name);

/* Complains about a word that is no command, with the nearest one; returns the exit code. */
int complain_unknown_command(const char *word);

#endif /* TOOLS_COMMANDS_H */
