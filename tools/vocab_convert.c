/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab convert: the same tokenizer in another format.
 */
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/vocab_actions.h"

#include <string.h>

/* What a rank file leaves to whoever opens it. */
static void say_what_is_left(const tkz_tokenizer *tokenizer)
{
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    message(NULL, "a rank file does not hold the pre-tokenizer %s%s", facts.pre_tokenizer->name,
            facts.added > 0 ? " and the added tokens" : "");
}

int vocab_convert(const struct arguments *arguments, const char *path)
{
    const char *target = option_text(arguments, "output"), *to = option_text(arguments, "to");
    if (target == NULL) {
        message("vocab", "convert needs --output");
        return EXIT_USAGE;
    }
    if (strcmp(to, "tkz") == 0 && refuse_terminal_output(target, "output") != EXIT_DONE)
        return EXIT_USAGE;
    tkz_tokenizer *tokenizer;
    int code = open_model(&tokenizer, arguments, path);
    if (code != EXIT_DONE)
        return code;
    tkz_bytes bytes;
    tkz_error error;
    tkz_status status = tkz_tokenizer_serialize(tokenizer, to, &bytes, &error);
    if (status != TKZ_OK) {
        code = message_model_failure(status, &error);
    } else {
        code = write_whole(target, bytes.data, bytes.size);
        if (code == EXIT_DONE && strcmp(to, "tiktoken") == 0)
            say_what_is_left(tokenizer);
        tkz_bytes_free(&bytes);
    }
    tkz_tokenizer_free(tokenizer);
    return code;
}
