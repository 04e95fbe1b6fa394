/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize dump-options: prints man pages and completion from the option tables,
 * for those who build and test the command. Not shown in the overview.
 */
#include <stdio.h>

#include "tools/commands.h"
#include "tools/help.h"
#include "tools/messages.h"

static const struct option_info options[] = {
    {.name = "man", .type = OPTION_FLAG, .text = "Print a man page in roff."},
    {.name = "bash", .type = OPTION_FLAG, .text = "Print a completion script for bash."},
    OPTION_HELP,
};

static const struct example examples[] = {
    {"The man page of the whole command:", "tokenize dump-options --man > tokenize.1"},
    {"The man page of one command:", "tokenize dump-options --man encode > tokenize-encode.1"},
    {"The completion script:", "tokenize dump-options --bash > tokenize"},
};

static int run(const struct arguments *arguments)
{
    bool man = option_given(arguments, "man"), bash = option_given(arguments, "bash");
    if (man == bash) {
        message("dump-options", "give one of --man and --bash");
        return EXIT_USAGE;
    }
    if (bash) {
        print_bash_completion(stdout);
        return EXIT_DONE;
    }
    const struct command *command = NULL;
    if (arguments->operand_count > 0) {
        command = commands_find(arguments->operands[0]);
        if (command == NULL)
            return complain_unknown_command(arguments->operands[0]);
    }
    print_man_page(stdout, command);
    return EXIT_DONE;
}

const struct command command_dump = {
    .name = "dump-options",
    .group = NULL,
    .summary = "print man pages and completion",
    .operands = "[COMMAND]",
    .maximum_operands = 1,
    .description = "Prints what is derived from the option tables of the commands.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
