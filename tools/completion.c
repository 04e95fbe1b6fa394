/* SPDX-License-Identifier: Apache-2.0
 *
 * A completion script for bash, printed from the option tables. The committed
 * script in tools/completions is what this prints; a test compares them.
 */
#include <string.h>

#include "tools/commands.h"
#include "tools/help.h"

static void print_choices(FILE *stream, const char *choices)
{
    for (; *choices != '\0'; choices++)
        fputc(*choices == '|' ? ' ' : *choices, stream);
}

/* The case that completes the value of an option with choices. */
static void print_choice_cases(FILE *stream, const struct command *command)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_info *info = &command->options[i];
        if (info->type != OPTION_CHOICE)
            continue;
        fprintf(stream, "        %s:--%s", command->name, info->name);
        if (info->letter != 0)
            fprintf(stream, "|%s:-%c", command->name, info->letter);
        fputs(") words=\"", stream);
        print_choices(stream, info->choices);
        fputs("\" ;;\n", stream);
    }
}

static void print_option_words(FILE *stream, const struct command *command)
{
    fprintf(stream, "            %s) words=\"", command->name);
    for (size_t i = 0; i < command->option_count; i++) {
        fprintf(stream, "%s--%s", i == 0 ? "" : " ", command->options[i].name);
    }
    fputs("\" ;;\n", stream);
}

void print_bash_completion(FILE *stream)
{
    fputs("# SPDX-License-Identifier: Apache-2.0\n"
          "# Printed by 'tokenize dump-options --bash'; do not edit.\n"
          "_tokenize()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} "
          "words=\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ] || [ \"${COMP_WORDS[1]}\" = help ]; then\n"
          "        words=\"",
          stream);
    for (size_t i = 0; i < commands_count(); i++) {
        if (commands_at(i)->group != NULL)
            fprintf(stream, "%s ", commands_at(i)->name);
    }
    fputs("help --version\"\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]}:$previous in\n",
          stream);
    for (size_t i = 0; i < commands_count(); i++)
        print_choice_cases(stream, commands_at(i));
    fputs("    esac\n"
          "    if [ -z \"$words\" ] && [ \"${current#-}\" != \"$current\" ]; then\n"
          "        case ${COMP_WORDS[1]} in\n",
          stream);
    for (size_t i = 0; i < commands_count(); i++) {
        if (commands_at(i)->group != NULL)
            print_option_words(stream, commands_at(i));
    }
    fputs("        esac\n"
          "    fi\n"
          "    if [ -n \"$words\" ]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$current\"))\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _tokenize tokenize\n",
          stream);
}
