/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands do with files beside corpus runs. Leans on the library's inputs
 * and outputs.
 */
#include "tools/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/messages.h"

int refuse_terminal_input(const struct arguments *arguments)
{
    if (arguments->operand_count > 0 || !isatty(STDIN_FILENO))
        return EXIT_DONE;
    message(arguments->command->name, "no file is given, and standard input is a terminal");
    hint("name a file, or - to type the text and end it with Ctrl-D");
    return EXIT_USAGE;
}

int refuse_terminal_output(const char *path, const char *option)
{
    if (path == NULL || strcmp(path, "-") != 0 || !isatty(STDOUT_FILENO))
        return EXIT_DONE;
    message(option, "binary data does not go to a terminal");
    hint("name a file, or send standard output to a pipe");
    return EXIT_USAGE;
}

/* Makes `*data` large enough for one more read and a NUL. */
static bool grow(char **data, size_t size, size_t *capacity)
{
    enum { SMALLEST_READ = 64 * 1024 };
    if (*capacity - size > SMALLEST_READ)
        return true;
    size_t wanted = *capacity < SMALLEST_READ ? 4 * (size_t)SMALLEST_READ : *capacity * 2;
    char *larger = realloc(*data, wanted);
    if (larger == NULL)
        return false;
    *data = larger;
    *capacity = wanted;
    return true;
}

int read_whole(const char *path, char **data, size_t *size)
{
    tkz_error error;
    tkz_input *input = NULL;
    size_t capacity = 0, count = 1;
    *data = NULL;
    *size = 0;
    tkz_status status = tkz_input_open(&input, path, NULL, &error);
    while (status == TKZ_OK && count > 0) {
        if (!grow(data, *size, &capacity)) {
            tkz_input_close(input);
            return message_no_memory();
        }
        status = tkz_input_read(input, *data + *size, capacity - *size - 1, &count, &error);
        if (status == TKZ_OK)
            *size += count;
    }
    tkz_input_close(input);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    (*data)[*size] = '\0';
    return EXIT_DONE;
}

const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder == NULL || folder[0] == '\0' ? "/tmp" : folder;
}

int open_output(tkz_output **output, const char *path)
{
    tkz_error error;
    size_t size = strlen(path);
    bool compress = size > 4 && strcmp(path + size - 4, ".zst") == 0;
    tkz_status status =
        tkz_output_open(output, path, compress ? TKZ_COMPRESSION_ZSTD : TKZ_COMPRESSION_NONE, 0, 0,
                        NULL, &error);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

int close_output(tkz_output *output, int code)
{
    tkz_error error;
    if (code != EXIT_DONE) {
        tkz_output_discard(output);
        return code;
    }
    tkz_status status = tkz_output_commit(output, &error);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

int write_whole(const char *path, const void *data, size_t size)
{
    tkz_error error;
    tkz_output *output = NULL;
    int code = open_output(&output, path);
    if (code != EXIT_DONE)
        return code;
    tkz_status status = tkz_output_write(output, data, size, &error);
    if (status != TKZ_OK) {
        tkz_output_discard(output);
        return message_failure(status, &error);
    }
    return close_output(output, EXIT_DONE);
}

int32_t chosen_compat(const struct arguments *arguments)
{
    const char *name = option_text(arguments, "compat");
    if (name == NULL)
        return TKZ_COMPAT_FILE;
    return strcmp(name, "hf") == 0 ? TKZ_COMPAT_HF : TKZ_COMPAT_SENTENCEPIECE;
}

int open_tokenizer(tkz_tokenizer **tokenizer, const char *path, const struct arguments *arguments)
{
    tkz_error error;
    tkz_status status =
        tkz_tokenizer_open_compat(tokenizer, path, chosen_compat(arguments), NULL, &error);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}
