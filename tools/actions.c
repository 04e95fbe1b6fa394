/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the action of a command. Leans on messages and on the suggestion of near
 * names.
 */
#include "tools/actions.h"

#include <stdio.h>
#include <string.h>

#include "tools/messages.h"

static bool is_listed(const char *list, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += size)
        if (at[-1] == ' ' && at[size] == ' ')
            return true;
    return false;
}

/* Names the action that was meant. */
static void complain(const char *command, const struct action *actions, size_t count,
                     const char *word)
{
    char names[256] = "";
    size_t used = 0;
    const char *nearest = NULL;
    size_t distance, least = SIZE_MAX;
    for (size_t i = 0; i < count && used < sizeof names; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                                 actions[i].name);
        if (is_near(word, actions[i].name, &distance) && distance < least) {
            least = distance;
            nearest = actions[i].name;
        }
    }
    message(command, "'%s' is not one of %s", word, names);
    if (nearest != NULL)
        hint("did you mean '%s'?", nearest);
}

size_t choose_action(const char *command, const struct action *actions, size_t count,
                     const struct arguments *arguments)
{
    const char *word = arguments->operands[0];
    size_t chosen = 0;
    while (chosen < count && strcmp(actions[chosen].name, word) != 0)
        chosen++;
    if (chosen == count) {
        complain(command, actions, count, word);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < arguments->given_count; i++) {
        const char *name = arguments->given[i].info->name;
        if (is_listed(actions[chosen].options, name))
            continue;
        message(command, "--%s means nothing to '%s'", name, word);
        return SIZE_MAX;
    }
    return chosen;
}
