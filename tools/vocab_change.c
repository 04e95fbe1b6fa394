/* SPDX-License-Identifier: Apache-2.0
 *
 * What the actions share that make a vocabulary of others: words in, a model out. Leans on
 * train_words.h and files.h.
 */
#include "tools/vocab_change.h"

#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"

int vocab_need_output(const struct arguments *arguments, const char *action)
{
    const char *target = option_text(arguments, "output");
    if (target == NULL) {
        message("vocab", "%s needs --output", action);
        return EXIT_USAGE;
    }
    if (strcmp(target, "-") == 0 && option_given(arguments, "json")) {
        message("vocab", "only one result can go to standard output");
        return EXIT_USAGE;
    }
    return refuse_terminal_output(target, "output");
}

int vocab_read_words(struct train_words *words, const struct arguments *arguments,
                     const tkz_tokenizer *tokenizer)
{
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    int code = train_words_read(words, arguments);
    if (code != EXIT_DONE || words->pre_tokenizer == NULL)
        return code;
    const char *own = facts.pre_tokenizer->name;
    bool is_named = false;
    for (size_t i = 0; i < tkz_pre_tokenizer_count(); i++)
        is_named |= strcmp(tkz_pre_tokenizer_at(i)->name, own) == 0;
    if (!is_named || strcmp(own, words->pre_tokenizer) == 0)
        return EXIT_DONE;
    message(option_text(arguments, "counts"),
            "its words were cut by %s, the model's pre-tokenizer is %s", words->pre_tokenizer, own);
    hint("count again with 'tokenize count --pre-tokenizer %s'", own);
    return EXIT_USAGE;
}

/* The format of the file that a model was made of, if it is one that is written. */
static const char *usual_format(const char *path)
{
    const tkz_format_info *format;
    tkz_error error;
    if (tkz_tokenizer_file_format(path, &format, &error) == TKZ_OK && format->writes)
        return format->name;
    return "tkz";
}

int vocab_write_changed(const struct arguments *arguments, const tkz_tokenizer *tokenizer,
                        const char *path)
{
    const char *format = option_given(arguments, "to") ? option_text(arguments, "to")
                                                       : usual_format(path);
    tkz_bytes bytes;
    tkz_error error;
    tkz_status status = tkz_tokenizer_serialize(tokenizer, format, &bytes, &error);
    if (status != TKZ_OK) {
        int failed = message_model_failure(status, &error);
        if (status == TKZ_STATUS_UNSUPPORTED && strcmp(format, "tkz") != 0)
            hint("--to tkz writes a native image");
        return failed;
    }
    int code = write_whole(option_text(arguments, "output"), bytes.data, bytes.size);
    tkz_bytes_free(&bytes);
    return code;
}
