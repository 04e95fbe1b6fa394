/* SPDX-License-Identifier: Apache-2.0
 *
 * Help for the terminal, printed from the option tables. Lines are at most 80
 * columns whatever the terminal, so that help is the same everywhere.
 */
#include "tools/help.h"

#include <string.h>

#include "tokenize/base.h"
#include "tools/commands.h"

const char overview_text[] =
    "Turns raw Japanese text into training data for language models: cleans and deduplicates "
    "documents, trains a byte-level BPE vocabulary, encodes, and writes shards.\n\n"
    "Input is JSON lines or plain text, plain or compressed with gzip or zstd; '-' or no file "
    "name is standard input. Results go to standard output or to the file behind -o, which "
    "appears only when it is complete. The output depends on the input and the options alone, "
    "never on the number of threads.";

const char exit_code_text[] =
    "0 done; 1 data or input/output error; 2 usage, recipe or model error; 3 done, with bad "
    "records set aside; 4 check failed; 130 interrupted.";

enum { LINE_WIDTH = 80, OPTION_INDENT = 8 };

/* Prints one paragraph, `size` bytes, with line breaks at blanks. */
static void print_wrapped(FILE *stream, const char *text, size_t size, int indent)
{
    int column = 0;
    for (size_t at = 0; at < size;) {
        size_t length = 0;
        while (at + length < size && text[at + length] != ' ')
            length++;
        if (column != 0 && column + 1 + (int)length > LINE_WIDTH) {
            fputc('\n', stream);
            column = 0;
        }
        if (column == 0) {
            fprintf(stream, "%*s", indent, "");
            column = indent;
        } else {
            fputc(' ', stream);
            column++;
        }
        fwrite(text + at, 1, length, stream);
        column += (int)length;
        at += length;
        while (at < size && text[at] == ' ')
            at++;
    }
    fputc('\n', stream);
}

static void print_paragraphs(FILE *stream, const char *text, int indent)
{
    for (;;) {
        const char *end = strstr(text, "\n\n");
        size_t size = end != NULL ? (size_t)(end - text) : strlen(text);
        print_wrapped(stream, text, size, indent);
        if (end == NULL)
            return;
        fputc('\n', stream);
        text = end + 2;
    }
}

static void print_option(FILE *stream, const struct option_info *info)
{
    fputs("    ", stream);
    if (info->letter != 0)
        fprintf(stream, "-%c, ", info->letter);
    fprintf(stream, "--%s", info->name);
    if (info->argument != NULL)
        fprintf(stream, " %s", info->argument);
    if (info->choices != NULL)
        fprintf(stream, " (%s)", info->choices);
    if (info->repeatable)
        fputs(" (repeatable)", stream);
    if (info->default_value != NULL)
        fprintf(stream, " [%s]", info->default_value);
    fputc('\n', stream);
    print_paragraphs(stream, info->text, OPTION_INDENT);
}

void print_command_help(FILE *stream, const struct command *command)
{
    fprintf(stream, "tokenize %s - %s\n\nUsage: tokenize %s [OPTION...]%s%s\n\n", command->name,
            command->summary, command->name, command->operands[0] != '\0' ? " " : "",
            command->operands);
    print_paragraphs(stream, command->description, 0);
    fputs("\nExamples:\n", stream);
    for (size_t i = 0; i < command->example_count; i++) {
        if (i > 0)
            fputc('\n', stream);
        print_paragraphs(stream, command->examples[i].text, 2);
        fprintf(stream, "      %s\n", command->examples[i].line);
    }
    fputs("\nOptions: [default]\n", stream);
    for (size_t i = 0; i < command->option_count; i++) {
        print_option(stream, &command->options[i]);
    }
    fputs("\nExit codes:\n", stream);
    print_wrapped(stream, exit_code_text, strlen(exit_code_text), 2);
}

void print_overview(FILE *stream)
{
    fputs("tokenize - training text for Japanese language models\n\n"
          "Usage: tokenize COMMAND [OPTION...] [FILE...]\n\n",
          stream);
    print_paragraphs(stream, overview_text, 0);
    const char *group = "";
    for (size_t i = 0; i < commands_count(); i++) {
        const struct command *command = commands_at(i);
        if (command->group == NULL)
            continue;
        if (strcmp(command->group, group) != 0)
            fprintf(stream, "\n%s:\n", command->group);
        group = command->group;
        fprintf(stream, "  %-8s %s\n", command->name, command->summary);
    }
    fputs("\n"
          "  tokenize help COMMAND     what a command does, with examples\n"
          "  tokenize --version        release and libraries\n"
          "\nExit codes:\n",
          stream);
    print_wrapped(stream, exit_code_text, strlen(exit_code_text), 2);
}
