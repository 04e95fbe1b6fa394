/* SPDX-License-Identifier: Apache-2.0
 *
 * The command `tokenize`: finds the subcommand, reads its options, runs it, and
 * makes sure that standard output was really written.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tokenize/base.h"
#include "tools/commands.h"
#include "tools/help.h"
#include "tools/interrupt.h"
#include "tools/messages.h"

/* Writes that failed late (a full disk) show only here. A reader that went away is no failure, nor
 * is a standard output that was closed from the start and never written to. */
static int close_standard_output(int code)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) != 0)
        failed = true;
    int reason = errno;
    if (fclose(stdout) != 0 && errno != EBADF && !failed) {
        failed = true;
        reason = errno;
    }
    if (!failed || reason == EPIPE)
        return code;
    message("standard output", "%s", reason != 0 ? strerror(reason) : "cannot write");
    return code == EXIT_DONE ? EXIT_DATA : code;
}

static int run_help(int argc, char **argv)
{
    if (argc < 3) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    const struct command *command = commands_find(argv[2]);
    if (command == NULL)
        return complain_unknown_command(argv[2]);
    print_command_help(stdout, command);
    return EXIT_DONE;
}

static int run_command(const struct command *command, int count, char **argv)
{
    struct arguments arguments;
    int code = arguments_parse(&arguments, command, count, argv);
    if (code == EXIT_DONE) {
        if (option_given(&arguments, "help")) {
            print_command_help(stdout, command);
        } else {
            code = command->run(&arguments);
        }
    }
    arguments_free(&arguments);
    return code;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return run_help(argc, argv);
    }
    if (strcmp(word, "--version") == 0) {
        printf("tokenize %s (%s)\n", tkz_version(), tkz_features());
        return EXIT_DONE;
    }
    const struct command *command = commands_find(word);
    if (command == NULL)
        return complain_unknown_command(word);
    return run_command(command, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    interrupt_install();
    return close_standard_output(run(argc, argv));
}
