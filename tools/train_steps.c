/* SPDX-License-Identifier: Apache-2.0
 *
 * What every training from a table or of lines has. Leans on train_steps.h.
 */
#include "tools/train_steps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/files.h"
#include "tools/messages.h"

uint32_t *train_list_sizes(const struct arguments *arguments, size_t *count)
{
    uint32_t *sizes = calloc(arguments->given_count + 1, sizeof *sizes);
    *count = 0;
    if (sizes == NULL) {
        (void)message_no_memory();
        return NULL;
    }
    for (size_t i = 0; i < arguments->given_count; i++) {
        const struct given_option *given = &arguments->given[i];
        if (strcmp(given->info->name, "size") != 0)
            continue;
        uint32_t size = (uint32_t)given->integer;
        size_t at = 0;
        while (at < *count && sizes[at] < size)
            at++;
        if (at < *count && sizes[at] == size)
            continue;
        memmove(sizes + at + 1, sizes + at, (*count - at) * sizeof *sizes);
        sizes[at] = size;
        ++*count;
    }
    if (*count == 0)
        sizes[(*count)++] = (uint32_t)option_integer(arguments, "size");
    return sizes;
}

int train_refuse_paths(const struct arguments *arguments)
{
    static const char *const paths[] = {"output", "hf", "tiktoken", "sentencepiece"};
    for (size_t i = 0; i < COUNT_OF(paths) && option_repeats(arguments, "size") > 1; i++) {
        const char *path = option_text(arguments, paths[i]);
        if (path == NULL || strstr(path, "{size}") != NULL)
            continue;
        message("train", "--%s: with several sizes the name must hold '{size}'", paths[i]);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

int train_tell_need(const struct arguments *arguments, uint64_t need, const char *what_to_do)
{
    /* The program itself, and words as they are read: 16 MiB at most where training takes little (measured). */
    const uint64_t process = UINT64_C(16) << 20, worth_saying = UINT64_C(64) << 20;
    uint64_t allowed = option_integer(arguments, "memory");
    need += process;
    if (allowed > 0 && need > allowed) {
        message("train", "this takes up to %" PRIu64 " MiB of memory, more than the %" PRIu64 " of --memory",
                (need >> 20) + 1, allowed >> 20);
        hint("%s", what_to_do);
        return EXIT_USAGE;
    }
    if (!option_given(arguments, "quiet") && need >= worth_saying)
        message("train", "this takes up to %" PRIu64 " MiB of memory", (need >> 20) + 1);
    return EXIT_DONE;
}

int train_restore(const struct arguments *arguments,
                  tkz_status (*restore)(void *trainer, const void *data, size_t size, tkz_error *error), void *trainer)
{
    const char *path = option_text(arguments, "checkpoint");
    char *data = NULL;
    size_t size;
    tkz_error error;
    if (path == NULL || (access(path, F_OK) != 0 && errno == ENOENT))
        return EXIT_DONE;
    int code = read_whole(path, &data, &size);
    if (code != EXIT_DONE)
        return code;
    tkz_status status = restore(trainer, data, size, &error);
    free(data);
    if (status == TKZ_OK)
        return EXIT_DONE;
    (void)snprintf(error.where, sizeof error.where, "%s", path);
    code = message_failure(status, &error);
    hint("remove the file to begin anew");
    return code;
}

int train_save(const struct arguments *arguments, tkz_status status, tkz_bytes *state, const tkz_error *error)
{
    if (status != TKZ_OK)
        return message_failure(status, error);
    int code = write_whole(option_text(arguments, "checkpoint"), state->data, state->size);
    tkz_bytes_free(state);
    return code;
}
