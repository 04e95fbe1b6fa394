/* SPDX-License-Identifier: Apache-2.0
 *
 * Help, man pages and completion, all printed from the option tables.
 */
#ifndef TOOLS_HELP_H
#define TOOLS_HELP_H

#include <stdio.h>

#include "tools/options.h"

/* What the command does as a whole, and how its results are reported. */
extern const char overview_text[];
extern const char exit_code_text[];

/* All commands, grouped. */
void print_overview(FILE *stream);

/* One command: synopsis, text, examples, options. */
void print_command_help(FILE *stream, const struct command *command);

/* tokenize.1, or tokenize-NAME.1 where a command is given, in man(7) roff. */
void print_man_page(FILE *stream, const struct command *command);

/* A completion script for bash. */
void print_bash_completion(FILE *stream);

#endif /* TOOLS_HELP_H */
