/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of all commands, made from the list in tools/Makefile.inc: a new
 * command is one file cmd_NAME.c that defines command_NAME, and one line there.
 */
#include "tools/commands.h"

#include <string.h>

#include "tools/messages.h"

#define X(name) extern const struct command command_##name;
#include "tools/command_table.inc"
#undef X

static const struct command *const commands[] = {
#define X(name) &command_##name,
#include "tools/command_table.inc"
#undef X
};

size_t commands_count(void)
{
    return COUNT_OF(commands);
}

const struct command *commands_at(size_t index)
{
    return commands[index];
}

const struct command *commands_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

int complain_unknown_command(const char *word)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX, distance = 0;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (commands[i]->group == NULL || !is_near(word, commands[i]->name, &distance))
            continue;
        if (distance >= least)
            continue;
        least = distance;
        nearest = commands[i]->name;
    }
    message(NULL, "there is no command '%s'", word);
    if (nearest != NULL) {
        hint("did you mean 'tokenize %s'?", nearest);
    } else {
        hint("'tokenize help' lists the commands");
    }
    return EXIT_USAGE;
}
