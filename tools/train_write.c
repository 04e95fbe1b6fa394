/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a trained vocabulary in the formats that are asked for. Leans on train_bpe.h and
 * files.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"
#include "tools/train_bpe.h"
#include "tools/work_folder.h"

/* The path with the size in place of each {size}; NULL: no memory. Free with free(). */
static char *name_size(const char *path, uint32_t size)
{
    static const char mark[] = "{size}";
    size_t length = strlen(path) + 1;
    for (const char *at = path; (at = strstr(at, mark)) != NULL; at += strlen(mark))
        length += 10;
    char *name = malloc(length), *target = name;
    for (const char *at = path; name != NULL;) {
        const char *found = strstr(at, mark);
        if (found == NULL) {
            (void)strcpy(target, at);
            break;
        }
        memcpy(target, at, (size_t)(found - at));
        target += found - at;
        target += sprintf(target, "%" PRIu32, size);
        at = found + strlen(mark);
    }
    return name;
}

/* Writes bytes to what an option names, if it is given. */
static int write_named(const struct arguments *arguments, const char *option, uint32_t size,
                       const tkz_bytes *bytes)
{
    char *name = name_size(option_text(arguments, option), size);
    if (name == NULL)
        return message_no_memory();
    int code = write_whole(name, bytes->data, bytes->size);
    free(name);
    return code;
}

/* Writes a tokenizer to what an option names, if it is given. */
static int write_format(const struct arguments *arguments, const tkz_tokenizer *tokenizer,
                        uint32_t size, const char *option, const char *format)
{
    if (option_text(arguments, option) == NULL)
        return EXIT_DONE;
    tkz_error error;
    tkz_bytes bytes = {0};
    tkz_status status = tkz_tokenizer_serialize(tokenizer, format, &bytes, &error);
    int code = status == TKZ_OK ? write_named(arguments, option, size, &bytes)
                                : message_failure(status, &error);
    tkz_bytes_free(&bytes);
    return code;
}

static int write_formats(const struct arguments *arguments, const tkz_tokenizer *tokenizer,
                         uint32_t size)
{
    static const struct {
        const char *option;
        const char *format;
    } forms[] = {{"output", "tkz"}, {"hf", "hf"}, {"tiktoken", "tiktoken"}};
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(forms); i++)
        code = write_format(arguments, tokenizer, size, forms[i].option, forms[i].format);
    return code;
}

/* Opens a SentencePiece model that is not in a file. */
static int open_model(tkz_tokenizer **tokenizer, const tkz_bytes *model, int32_t compat)
{
    char name[WORK_FOLDER_CAPACITY];
    struct work_folder folder = {0};
    tkz_error error;
    int code = work_folder_make(&folder);
    if (code == EXIT_DONE)
        code = work_folder_file(&folder, "model", name, sizeof name);
    if (code == EXIT_DONE)
        code = write_whole(name, model->data, model->size);
    if (code == EXIT_DONE) {
        tkz_status status = tkz_tokenizer_open_compat(tokenizer, name, compat, NULL, &error);
        code = status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
    }
    work_folder_remove(&folder);
    return code;
}

/* A model of scores is written twice where HF reads it: HF adds them with other rounding. */
static int write_as(const struct arguments *arguments, const tkz_bytes *model, uint32_t asked,
                    int32_t compat, const char *option, const char *format)
{
    tkz_tokenizer *tokenizer = NULL;
    if (option_text(arguments, option) == NULL)
        return EXIT_DONE;
    int code = open_model(&tokenizer, model, compat);
    if (code == EXIT_DONE)
        code = write_format(arguments, tokenizer, asked, option, format);
    tkz_tokenizer_free(tokenizer);
    return code;
}

int train_write_model(const struct arguments *arguments, const tkz_bytes *model, uint32_t asked,
                      int32_t hf_compat)
{
    int code = EXIT_DONE;
    if (option_text(arguments, "sentencepiece") != NULL)
        code = write_named(arguments, "sentencepiece", asked, model);
    if (code == EXIT_DONE)
        code = write_as(arguments, model, asked, TKZ_COMPAT_FILE, "output", "tkz");
    if (code == EXIT_DONE)
        code = write_as(arguments, model, asked, hf_compat, "hf", "hf");
    return code;
}

static int write_pieces(const struct arguments *arguments, const tkz_bpe_trainer *trainer,
                        uint32_t size, uint32_t asked)
{
    tkz_error error;
    tkz_bytes model;
    tkz_status status = tkz_bpe_trainer_sentencepiece(
        trainer, size, !option_given(arguments, "no-dummy-prefix"), &model, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = train_write_model(arguments, &model, asked, TKZ_COMPAT_FILE);
    tkz_bytes_free(&model);
    return code;
}

int train_bpe_write(const struct arguments *arguments, const tkz_bpe_trainer *trainer,
                    uint32_t asked)
{
    uint32_t size = tkz_bpe_trainer_size(trainer);
    if (size > asked)
        size = asked;
    if (strcmp(option_text(arguments, "order"), "sentencepiece") == 0)
        return write_pieces(arguments, trainer, size, asked);
    tkz_error error;
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status = tkz_bpe_trainer_tokenizer(trainer, size, &tokenizer, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = write_formats(arguments, tokenizer, asked);
    tkz_tokenizer_free(tokenizer);
    return code;
}
