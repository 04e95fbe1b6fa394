/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that options of training give one by one, and files one on each line. Leans on train_texts.h and files.
 */
#include "tools/train_texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"

static int take_lines(const char *path, take_text *take, void *target)
{
    char *data;
    size_t size, number = 0;
    int code = read_whole(path, &data, &size);
    if (code != EXIT_DONE)
        return code;
    for (const char *at = data, *stop = data + size; code == EXIT_DONE && at < stop;) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        size_t length = (size_t)((end != NULL ? end : stop) - at), text = length;
        tkz_error error;
        number++;
        text -= text > 0 && at[text - 1] == '\r';
        tkz_status status = text > 0 ? take(target, at, text, &error) : TKZ_OK;
        if (status != TKZ_OK) {
            (void)snprintf(error.where, sizeof error.where, "%.80s, line %zu", path, number);
            code = message_failure(status, &error);
        }
        at += length + 1;
    }
    free(data);
    return code;
}

/* Those of the repeatable option `one`, then those in the files that `list` names. */
static int take_each(const struct arguments *arguments, const char *one, const char *list, take_text *take, void *target)
{
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < option_repeats(arguments, one); i++) {
        const char *text = option_repeat(arguments, one, i);
        tkz_error error;
        tkz_status status = take(target, text, strlen(text), &error);
        if (status != TKZ_OK)
            code = message_failure(status, &error);
    }
    for (size_t i = 0; code == EXIT_DONE && i < option_repeats(arguments, list); i++)
        code = take_lines(option_repeat(arguments, list, i), take, target);
    return code;
}

int train_take_texts(const struct arguments *arguments, take_text *require, take_text *forbid, void *options)
{
    int code = take_each(arguments, "require-token", "require-list", require, options);
    return code == EXIT_DONE ? take_each(arguments, "forbid", "forbid-list", forbid, options) : code;
}
