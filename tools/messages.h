/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command says on standard error, and the exit code that goes with it.
 * Leans on the public status codes only.
 */
#ifndef TOOLS_MESSAGES_H
#define TOOLS_MESSAGES_H

#include <stdbool.h>

#include "tokenize/base.h"

/* The exit codes of every command. They never change their meaning. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_DATA = 1,         /* data or input/output error */
    EXIT_USAGE = 2,        /* usage, recipe or model error */
    EXIT_QUARANTINED = 3,  /* done, with bad records set aside */
    EXIT_CHECK = 4,        /* check failed */
    EXIT_INTERRUPTED = 130 /* stopped by a signal */
};

/* Prints "tokenize: WHERE: text"; without the place if `where` is NULL. */
__attribute__((format(printf, 2, 3))) void message(const char *where, const char *format, ...);

/* Prints "  hint: text" below a message. */
__attribute__((format(printf, 1, 2))) void hint(const char *format, ...);

/* Prints a failure of the library with its place and a hint where one is known, and returns the
 * exit code for it. A broken pipe on standard output is no failure: nothing is printed, 0. */
int message_failure(tkz_status status, const tkz_error *error);

/* The same where a tokenizer file or word list was opened: bad content is a model error (2). */
int message_model_failure(tkz_status status, const tkz_error *error);

/* The same for a file under check: a fault in it is 4. */
int message_check_failure(tkz_status status, const tkz_error *error);

/* Prints "out of memory" and returns its exit code. */
int message_no_memory(void);

/* True if the failure is a reader of our output that went away. */
bool is_broken_pipe(tkz_status status, const tkz_error *error);

#endif /* TOOLS_MESSAGES_H */
