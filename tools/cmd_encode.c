/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize encode: documents to token ids, as lines or as Megatron shards.
 */
#include <string.h>

#include "tokenize/subword.h"
#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    {.name = "tokenizer",
     .letter = 't',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .text = "The tokenizer to encode with. Must be given."},
    OPTION_COMPAT,
    OPTION_OUTPUT("File for the ids, one line for each document; compressed if it ends in .zst."),
    {.name = "json",
     .type = OPTION_FLAG,
     .text = "Lines of JSON, {\"id\":...,\"ids\":[...]}, in place of ids with blanks between. With "
             "--megatron: print the summary as JSON."},
    {.name = "megatron",
     .type = OPTION_TEXT,
     .argument = "DIR",
     .text = "Write .bin/.idx shards with a manifest into this directory, in place of lines. An "
             "interrupted run goes on when started again."},
    {.name = "shard-size",
     .type = OPTION_SIZE,
     .argument = "SIZE",
     .minimum = 1024,
     .maximum = UINT64_C(1) << 40,
     .text = "With --megatron: the size of a .bin file, at most. 4G if not given."},
    {.name = "overwrite",
     .type = OPTION_FLAG,
     .text = "With --megatron: start anew in a directory that holds an earlier run."},
    {.name = "append",
     .type = OPTION_TEXT,
     .argument = "TOKEN",
     .text = "Special token behind every document; empty for none. If not given: <|endoftext|> "
             "with --megatron, otherwise none."},
    {.name = "special",
     .type = OPTION_FLAG,
     .text = "Special tokens that stand in the text, such as <|endoftext|>, become their ids. If not "
             "given, they are text like any other."},
    {.name = "template",
     .type = OPTION_FLAG,
     .text = "Put the tokens of the model's template around every document, such as BOS."},
    {.name = "boundaries",
     .type = OPTION_TEXT,
     .argument = "NAME|DIR",
     .text = "For a model whose pre-tokenizer is morph: the dictionary whose words it cuts text into, "
             "the one that it was made with."},
    {.name = "dropout",
     .type = OPTION_NUMBER,
     .argument = "P",
     .lowest = 0,
     .highest = 1,
     .default_value = "0",
     .text = "BPE dropout: pass over each merge with this probability, as HF tokenizers does it. What "
             "the model file says does not count."},
    {.name = "sample",
     .type = OPTION_NUMBER,
     .argument = "ALPHA",
     .lowest = 0,
     .highest = 1000,
     .text = "Unigram models: encode each document in a way that is drawn in proportion to "
             "exp(ALPHA * score), as sentencepiece's sampling does it. If not given, in the best way."},
    {.name = "candidates",
     .type = OPTION_INTEGER,
     .argument = "N",
     .maximum = 1024,
     .default_value = "0",
     .text = "With --sample: draw from the N best ways only; 0: from all."},
    {.name = "seed",
     .type = OPTION_INTEGER,
     .argument = "N",
     .maximum = UINT64_C(1) << 53,
     .default_value = "0",
     .text = "Of --dropout and --sample: what is passed over or drawn in a document depends on it "
             "and on the document's text alone."},
    OPTION_BAD,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Token ids of a line of text:",
     "echo 'すもももももももものうち' | tokenize encode -t ja.tkz"},
    {"Training data for Megatron-LM:",
     "tokenize encode -t ja.tkz --megatron shards clean.jsonl.zst"},
    {"JSON lines with the ids of the records:",
     "tokenize encode -t ja.tkz --json clean.jsonl -o ids.jsonl.zst"},
};

/* Options that only one of the two kinds of output has. */
static int check_output_options(const struct arguments *arguments)
{
    if (option_given(arguments, "candidates") && !option_given(arguments, "sample")) {
        message("encode", "--candidates needs --sample");
        return EXIT_USAGE;
    }
    if (option_given(arguments, "megatron")) {
        if (!option_given(arguments, "output") && !option_given(arguments, "bad"))
            return EXIT_DONE;
        message("encode", "--%s does not go with --megatron, which writes all into its directory",
                option_given(arguments, "output") ? "output" : "bad");
        return EXIT_USAGE;
    }
    if (!option_given(arguments, "shard-size") && !option_given(arguments, "overwrite")) {
        return EXIT_DONE;
    }
    message("encode", "--%s needs --megatron",
            option_given(arguments, "overwrite") ? "overwrite" : "shard-size");
    return EXIT_USAGE;
}

/* The token that will stand behind every document must be one of the tokenizer's. */
static int check_append(const struct arguments *arguments, const tkz_tokenizer *tokenizer)
{
    static const char shards_default[] = "<|endoftext|>";
    const char *append = option_text(arguments, "append");
    bool given = append != NULL;
    if (!given && option_given(arguments, "megatron"))
        append = shards_default;
    if (append == NULL || append[0] == '\0')
        return EXIT_DONE;
    uint32_t id;
    tkz_error error;
    tkz_status status = tkz_tokenizer_special(tokenizer, append, strlen(append), &id, &error);
    if (status == TKZ_OK)
        return EXIT_DONE;
    int code = message_failure(status, &error);
    if (!given)
        hint("--append names another one, and --append '' puts none behind a document");
    return code;
}

/* A wrong tokenizer or token shows before anything is read. */
static int check_tokenizer(const struct arguments *arguments)
{
    const char *path = option_text(arguments, "tokenizer");
    if (path == NULL) {
        message("encode", "-t must name the tokenizer");
        hint("'tokenize train' makes one");
        return EXIT_USAGE;
    }
    tkz_tokenizer *tokenizer = NULL;
    int code = open_tokenizer(&tokenizer, path, arguments);
    if (code == EXIT_DONE)
        code = check_append(arguments, tokenizer);
    tkz_tokenizer_free(tokenizer);
    return code;
}

static void set_shards(struct corpus_run *job, const struct arguments *arguments)
{
    corpus_run_set_text(job, "output", "directory", option_text(arguments, "megatron"));
    corpus_run_set(job, "output", "text", json_false());
    json_t *tokens = json_object();
    uint64_t size = option_integer(arguments, "shard-size");
    if (size > 0 &&
        json_object_set_new(tokens, "shard_size", json_integer((json_int_t)size)) != 0) {
        job->failed = true;
    }
    corpus_run_set(job, "output", "tokens", tokens);
}

static int run(const struct arguments *arguments)
{
    int code = check_output_options(arguments);
    if (code == EXIT_DONE)
        code = check_tokenizer(arguments);
    if (code != EXIT_DONE)
        return code;
    struct corpus_run job;
    code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    bool json = option_given(arguments, "json"), shards = option_given(arguments, "megatron");
    corpus_run_set_text(&job, "vocabulary", "file", option_text(arguments, "tokenizer"));
    corpus_run_set_text(&job, "encode", "compat", option_text(arguments, "compat"));
    corpus_run_set_text(&job, "encode", "boundaries", option_text(arguments, "boundaries"));
    corpus_run_set_text(&job, "encode", "append", option_text(arguments, "append"));
    if (option_given(arguments, "special"))
        corpus_run_set(&job, "encode", "special", json_true());
    if (option_given(arguments, "template"))
        corpus_run_set(&job, "encode", "template", json_true());
    if (option_given(arguments, "dropout"))
        corpus_run_set(&job, "encode", "dropout", json_real(option_number(arguments, "dropout")));
    if (option_given(arguments, "sample")) {
        corpus_run_set(&job, "encode", "sampling", json_true());
        corpus_run_set(&job, "encode", "alpha", json_real(option_number(arguments, "sample")));
        corpus_run_set(&job, "encode", "candidates",
                       json_integer((json_int_t)option_integer(arguments, "candidates")));
    }
    if (option_given(arguments, "seed"))
        corpus_run_set(&job, "encode", "seed",
                       json_integer((json_int_t)option_integer(arguments, "seed")));
    if (shards) {
        set_shards(&job, arguments);
    } else {
        corpus_run_set_text(&job, "output", "ids", option_text(arguments, "output"));
        corpus_run_set_text(&job, "output", "ids_format", json ? "json" : "text");
        corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    }
    return corpus_run_finish(&job, option_given(arguments, "overwrite"), shards && json);
}

const struct command command_encode = {
    .name = "encode",
    .group = "Tokens",
    .summary = "text to token ids",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Encodes every document. Special tokens are not taken from the text itself unless "
        "--special says so; added tokens of a model that are not special always are. Each "
        "document gives one line of ids, so that line n belongs to document n; empty lines of "
        "plain text are no documents. Bad records give no line and make the exit code 3.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
