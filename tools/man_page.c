/* SPDX-License-Identifier: Apache-2.0
 *
 * Man pages in man(7) roff, printed from the option tables. The committed pages
 * in doc/man are what this prints; a test compares them.
 */
#include <ctype.h>
#include <string.h>

#include "tokenize/base.h"
#include "tools/commands.h"
#include "tools/help.h"

/* Text with what roff would take as its own escaped. */
static void print_roff(FILE *stream, const char *text, size_t size)
{
    bool at_line_start = true;
    for (size_t i = 0; i < size; i++) {
        char byte = text[i];
        if (at_line_start && (byte == '.' || byte == '\''))
            fputs("\\&", stream);
        at_line_start = byte == '\n';
        if (byte == '\\') {
            fputs("\\e", stream);
        } else if (byte == '-') {
            fputs("\\-", stream);
        } else if (byte == '\'') {
            fputs("\\(aq", stream);
        } else {
            fputc(byte, stream);
        }
    }
}

static void print_string(FILE *stream, const char *text)
{
    print_roff(stream, text, strlen(text));
}

static void print_paragraphs(FILE *stream, const char *text)
{
    for (;;) {
        const char *end = strstr(text, "\n\n");
        print_roff(stream, text, end != NULL ? (size_t)(end - text) : strlen(text));
        fputc('\n', stream);
        if (end == NULL)
            return;
        fputs(".PP\n", stream);
        text = end + 2;
    }
}

static void print_upper(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++)
        fputc(toupper((unsigned char)*text), stream);
}

static void print_option(FILE *stream, const struct option_info *info)
{
    fputs(".TP\n", stream);
    if (info->letter != 0)
        fprintf(stream, "\\fB\\-%c\\fR, ", info->letter);
    fputs("\\fB\\-\\-", stream);
    print_string(stream, info->name);
    fputs("\\fR", stream);
    if (info->argument != NULL)
        fprintf(stream, " \\fI%s\\fR", info->argument);
    fputc('\n', stream);
    print_paragraphs(stream, info->text);
    if (info->choices != NULL) {
        fputs("One of ", stream);
        print_string(stream, info->choices);
        fputs(".\n", stream);
    }
    if (info->type == OPTION_INTEGER) {
        fprintf(stream, "From %llu to %llu.\n", (unsigned long long)info->minimum,
                (unsigned long long)info->maximum);
    }
    if (info->repeatable)
        fputs("May be given several times.\n", stream);
    if (info->default_value != NULL) {
        fputs("Default: ", stream);
        print_string(stream, info->default_value);
        fputs(".\n", stream);
    }
}

static void print_exit_codes(FILE *stream)
{
    fputs(".SH EXIT STATUS\n", stream);
    print_paragraphs(stream, exit_code_text);
}

static void print_command_page(FILE *stream, const struct command *command)
{
    fputs(".TH TOKENIZE\\-", stream);
    print_upper(stream, command->name);
    fprintf(stream, " 1 \"\" \"libtokenize %s\" \"tokenize manual\"\n.SH NAME\ntokenize\\-%s \\- ",
            tkz_version(), command->name);
    print_string(stream, command->summary);
    fprintf(stream, "\n.SH SYNOPSIS\n\\fBtokenize %s\\fR [\\fIOPTION\\fR...]%s", command->name,
            command->operands[0] != '\0' ? " " : "");
    print_string(stream, command->operands);
    fputs("\n.SH DESCRIPTION\n", stream);
    print_paragraphs(stream, command->description);
    fputs(".SH EXAMPLES\n", stream);
    for (size_t i = 0; i < command->example_count; i++) {
        if (i > 0)
            fputs(".PP\n", stream);
        print_paragraphs(stream, command->examples[i].text);
        fputs(".PP\n.RS 4\n.nf\n", stream);
        print_string(stream, command->examples[i].line);
        fputs("\n.fi\n.RE\n", stream);
    }
    fputs(".SH OPTIONS\n", stream);
    for (size_t i = 0; i < command->option_count; i++) {
        print_option(stream, &command->options[i]);
    }
    print_exit_codes(stream);
    fputs(".SH SEE ALSO\n.BR tokenize (1)\n", stream);
}

static void print_overview_page(FILE *stream)
{
    fprintf(stream,
            ".TH TOKENIZE 1 \"\" \"libtokenize %s\" \"tokenize manual\"\n.SH NAME\n"
            "tokenize \\- training text for Japanese language models\n"
            ".SH SYNOPSIS\n\\fBtokenize\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
            "[\\fIFILE\\fR...]\n.SH DESCRIPTION\n",
            tkz_version());
    print_paragraphs(stream, overview_text);
    const char *group = "";
    for (size_t i = 0; i < commands_count(); i++) {
        const struct command *command = commands_at(i);
        if (command->group == NULL)
            continue;
        if (strcmp(command->group, group) != 0) {
            fputs(".SH ", stream);
            print_upper(stream, command->group);
            fputc('\n', stream);
        }
        group = command->group;
        fprintf(stream, ".TP\n.BR tokenize\\-%s (1)\n", command->name);
        print_paragraphs(stream, command->summary);
    }
    print_exit_codes(stream);
}

void print_man_page(FILE *stream, const struct command *command)
{
    fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n"
          ".\\\" Printed by 'tokenize dump-options --man'; do not edit.\n",
          stream);
    if (command != NULL) {
        print_command_page(stream, command);
    } else {
        print_overview_page(stream);
    }
}
