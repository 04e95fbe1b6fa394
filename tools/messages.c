/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command says on standard error, and the exit code that goes with it.
 * Leans on the public status codes only.
 */
#include "tools/messages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void message(const char *where, const char *format, ...)
{
    va_list arguments;
    fputs("tokenize: ", stderr);
    if (where != NULL && where[0] != '\0')
        fprintf(stderr, "%s: ", where);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void hint(const char *format, ...)
{
    va_list arguments;
    fputs("  hint: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* A next step for failures whose message alone does not show one. */
static const char *hint_for(tkz_status status, const tkz_error *error)
{
    const char *where = error != NULL ? error->where : "";
    switch (status) {
    case TKZ_STATUS_INVALID_RECIPE:
        if (error != NULL && error->line != 0)
            return NULL; /* not JSON at all */
        return strncmp(where, "filters", 7) == 0
                   ? "'tokenize list filters' shows filters and their parameters"
                   : "'tokenize list recipe' shows every member of a recipe";
    case TKZ_STATUS_INTERNAL:
        return "please report this, with the command line";
    default:
        return NULL;
    }
}

static void print_failure(tkz_status status, const tkz_error *error)
{
    bool has_text = error != NULL && error->message[0] != '\0';
    const char *text = has_text ? error->message : tkz_status_text(status);
    fputs("tokenize: ", stderr);
    if (error != NULL && error->where[0] != '\0') {
        fputs(error->where, stderr);
        if (error->line != 0)
            fprintf(stderr, ":%" PRIu32, error->line);
        fputs(": ", stderr);
        if (error->line == 0 && error->offset != UINT64_MAX) {
            fprintf(stderr, "at byte %" PRIu64 ": ", error->offset);
        }
    }
    fprintf(stderr, "%s\n", text);
    const char *next = hint_for(status, error);
    if (next != NULL)
        hint("%s", next);
}

bool is_broken_pipe(tkz_status status, const tkz_error *error)
{
    return status == TKZ_STATUS_IO && error != NULL &&
           strstr(error->message, strerror(EPIPE)) != NULL;
}

static int exit_code_of(tkz_status status)
{
    switch (status) {
    case TKZ_OK:
        return EXIT_DONE;
    case TKZ_STATUS_INVALID_ARGUMENT:
    case TKZ_STATUS_INVALID_OPTION:
    case TKZ_STATUS_INVALID_RECIPE:
    case TKZ_STATUS_UNSUPPORTED:
    case TKZ_STATUS_NOT_FOUND:
        return EXIT_USAGE;
    case TKZ_STATUS_CANCELLED:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_DATA;
    }
}

int message_failure(tkz_status status, const tkz_error *error)
{
    if (is_broken_pipe(status, error))
        return EXIT_DONE;
    if (status == TKZ_STATUS_CANCELLED) {
        message(NULL, "interrupted");
        return EXIT_INTERRUPTED;
    }
    print_failure(status, error);
    return exit_code_of(status);
}

int message_model_failure(tkz_status status, const tkz_error *error)
{
    int code = message_failure(status, error);
    bool is_content = status == TKZ_STATUS_BAD_FORMAT || status == TKZ_STATUS_BAD_VERSION ||
                      status == TKZ_STATUS_CORRUPT || status == TKZ_STATUS_TRUNCATED;
    return is_content ? EXIT_USAGE : code;
}

int message_check_failure(tkz_status status, const tkz_error *error)
{
    int code = message_failure(status, error);
    bool is_ours = status == TKZ_STATUS_OUT_OF_MEMORY || status == TKZ_STATUS_CANCELLED ||
                   code == EXIT_USAGE;
    return is_ours ? code : EXIT_CHECK;
}

int message_no_memory(void)
{
    message(NULL, "%s", tkz_status_text(TKZ_STATUS_OUT_OF_MEMORY));
    return EXIT_DATA;
}
