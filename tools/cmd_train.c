/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize train: makes a vocabulary from documents or from a table of word
 * counts. Leans on the pipeline for the former, on the trainer for the latter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/train.h"
#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/interrupt.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/stream_options.h"
#include "tools/summary.h"

static const struct option_info options[] = {
    {.name = "size",
     .letter = 's',
     .type = OPTION_INTEGER,
     .argument = "N",
     .default_value = "32000",
     .minimum = 257,
     .maximum = 16777216,
     .text = "Token ids in all, special tokens and the 256 bytes included."},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .argument = "PATH",
     .text = "File for the tokenizer, in the native format (.tkz)."},
    {.name = "hf",
     .type = OPTION_TEXT,
     .argument = "PATH",
     .text = "File for the same tokenizer as tokenizer.json of Hugging Face tokenizers."},
    {.name = "counts",
     .type = OPTION_TEXT,
     .argument = "TABLE",
     .text = "Train from this table of 'tokenize count' in place of documents."},
    {.name = "minimum-count",
     .type = OPTION_INTEGER,
     .argument = "N",
     .default_value = "2",
     .minimum = 1,
     .maximum = UINT64_C(9007199254740992), /* 2^53: what a recipe can say */
     .text = "Pairs seen less often are never merged."},
    {.name = "special",
     .type = OPTION_TEXT,
     .argument = "TOKEN",
     .repeatable = true,
     .text = "Special token; ids are given in this order, from 0. Without this option: "
             "<|endoftext|>. An empty TOKEN alone: none."},
    OPTION_PRE_TOKENIZER,
    OPTION_BOUNDARIES,
    {.name = "holdout",
     .type = OPTION_NUMBER,
     .argument = "SHARE",
     .default_value = "0",
     .lowest = 0,
     .highest = 0.5,
     .text = "Share of documents, chosen by their content, that training does not see."},
    OPTION_BAD,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_JSON_REPORT,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"A vocabulary of 32000 tokens whose tokens respect Japanese words:",
     "tokenize train --boundaries ipadic -o ja.tkz --hf tokenizer.json clean.jsonl.zst"},
    {"From a table of word counts:", "tokenize train --counts words.zst --size 50000 -o ja50k.tkz"},
    {"With special tokens of your own:",
     "tokenize train --special '<s>' --special '</s>' -o ja.tkz clean.jsonl"},
};

/* ---- From documents ------------------------------------------------------ */

static bool wants_no_specials(const struct arguments *arguments)
{
    return option_repeats(arguments, "special") == 1 &&
           option_repeat(arguments, "special", 0)[0] == '\0';
}

/* The special tokens as a JSON array; NULL after a complaint. */
static json_t *make_specials(const struct arguments *arguments)
{
    size_t count = option_repeats(arguments, "special");
    if (count == 0)
        return json_pack("[s]", "<|endoftext|>");
    json_t *specials = json_array();
    if (wants_no_specials(arguments))
        return specials;
    for (size_t i = 0; i < count; i++) {
        const char *special = option_repeat(arguments, "special", i);
        if (json_array_append_new(specials, json_string(special)) == 0)
            continue;
        message("--special", "'%s' is not UTF-8", special);
        json_decref(specials);
        return NULL;
    }
    return specials;
}

static int train_documents(const struct arguments *arguments)
{
    json_t *specials = make_specials(arguments);
    if (specials == NULL)
        return EXIT_USAGE;
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE) {
        json_decref(specials);
        return code;
    }
    corpus_run_set(&job, "vocabulary", "size",
                   json_integer((json_int_t)option_integer(arguments, "size")));
    corpus_run_set(&job, "vocabulary", "minimum_count",
                   json_integer((json_int_t)option_integer(arguments, "minimum-count")));
    corpus_run_set(&job, "vocabulary", "specials", specials);
    corpus_run_set(&job, "vocabulary", "holdout", json_real(option_number(arguments, "holdout")));
    corpus_run_set_text(&job, "vocabulary", "pre_tokenizer",
                        option_text(arguments, "pre-tokenizer"));
    corpus_run_set_text(&job, "vocabulary", "boundaries", option_text(arguments, "boundaries"));
    corpus_run_set_text(&job, "output", "tokenizer", option_text(arguments, "output"));
    corpus_run_set_text(&job, "output", "tokenizer_hf", option_text(arguments, "hf"));
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    code = corpus_run_make_work(&job);
    if (code != EXIT_DONE) {
        corpus_run_drop(&job);
        return code;
    }
    return corpus_run_finish(&job, false, option_given(arguments, "json"));
}

/* ---- From a table --------------------------------------------------------- */

/* Options that say how documents are read or words are cut: settled already in a table. */
static int refuse_document_options(const struct arguments *arguments)
{
    static const char *const names[] = {"pre-tokenizer", "boundaries", "holdout",    "bad",
                                        "text-key",      "id-key",     "input-format", "surrogates",
                                        "threads",       "memory"};
    if (arguments->operand_count > 0) {
        message("train", "give files or --counts, not both");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!option_given(arguments, names[i]))
            continue;
        message("train", "--%s has no meaning with --counts", names[i]);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static tkz_status make_options(const struct arguments *arguments, tkz_bpe_options **result,
                               tkz_error *error)
{
    tkz_status status = tkz_bpe_options_new(result, NULL, error);
    if (status == TKZ_OK) {
        status = tkz_bpe_options_set_size(*result, (uint32_t)option_integer(arguments, "size"),
                                          error);
    }
    if (status == TKZ_OK) {
        status = tkz_bpe_options_set_minimum_count(
            *result, option_integer(arguments, "minimum-count"), error);
    }
    size_t count = option_repeats(arguments, "special");
    if (wants_no_specials(arguments))
        return status;
    if (count == 0 && status == TKZ_OK) {
        return tkz_bpe_options_add_special(*result, "<|endoftext|>", strlen("<|endoftext|>"),
                                           error);
    }
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        const char *special = option_repeat(arguments, "special", i);
        status = tkz_bpe_options_add_special(*result, special, strlen(special), error);
    }
    return status;
}

static int write_format(const tkz_tokenizer *tokenizer, const char *format, const char *path)
{
    if (path == NULL)
        return EXIT_DONE;
    tkz_error error;
    tkz_bytes bytes = {0};
    tkz_status status = tkz_tokenizer_serialize(tokenizer, format, &bytes, &error);
    int code = status == TKZ_OK ? write_whole(path, bytes.data, bytes.size)
                                : message_failure(status, &error);
    tkz_bytes_free(&bytes);
    return code;
}

static void print_result(const struct arguments *arguments, const tkz_word_counts *counts,
                         const tkz_tokenizer *tokenizer)
{
    uint64_t types, tokens, bytes;
    tkz_word_counts_totals(counts, &types, &tokens, &bytes);
    json_t *report = json_pack("{s:{s:I,s:I,s:I}}", "vocabulary", "size",
                               (json_int_t)tkz_tokenizer_size(tokenizer), "types",
                               (json_int_t)types, "tokens", (json_int_t)tokens);
    if (option_given(arguments, "json")) {
        json_dumpf(report, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (!option_given(arguments, "quiet")) {
        summary_print(report, stderr);
    }
    json_decref(report);
}

static int train_and_write(const struct arguments *arguments, tkz_word_counts *counts)
{
    tkz_error error;
    tkz_bpe_options *how = NULL;
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status = make_options(arguments, &how, &error);
    if (status == TKZ_OK) {
        struct progress_bar bar;
        progress_start(&bar, arguments);
        status = tkz_train_bpe(counts, how, &bar.callback, NULL, &tokenizer, &error);
        progress_end(&bar);
    }
    tkz_bpe_options_free(how);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = write_format(tokenizer, "tkz", option_text(arguments, "output"));
    if (code == EXIT_DONE)
        code = write_format(tokenizer, "hf", option_text(arguments, "hf"));
    if (code == EXIT_DONE)
        print_result(arguments, counts, tokenizer);
    tkz_tokenizer_free(tokenizer);
    return code;
}

static int train_counts(const struct arguments *arguments)
{
    int code = refuse_document_options(arguments);
    if (code != EXIT_DONE)
        return code;
    const char *path = option_text(arguments, "counts");
    char *data = NULL;
    size_t size;
    code = read_whole(path, &data, &size);
    tkz_word_counts *counts = NULL;
    if (code == EXIT_DONE) {
        tkz_error error;
        tkz_status status = tkz_word_counts_parse(&counts, data, size, NULL, &error);
        if (status != TKZ_OK) {
            (void)snprintf(error.where, sizeof error.where, "%s", path);
            code = message_model_failure(status, &error);
        }
    }
    free(data);
    if (code == EXIT_DONE)
        code = train_and_write(arguments, counts);
    tkz_word_counts_free(counts);
    return code;
}

static int run(const struct arguments *arguments)
{
    const char *output = option_text(arguments, "output"), *hf = option_text(arguments, "hf");
    if (output == NULL && hf == NULL) {
        message("train", "-o or --hf must say where the tokenizer goes");
        return EXIT_USAGE;
    }
    int code = refuse_terminal_output(output, "--output");
    if (code != EXIT_DONE)
        return code;
    bool both = output != NULL && hf != NULL && strcmp(output, "-") == 0 && strcmp(hf, "-") == 0;
    bool any = (output != NULL && strcmp(output, "-") == 0) || (hf != NULL && strcmp(hf, "-") == 0);
    if (both || (any && option_given(arguments, "json"))) {
        message("train", "only one result can go to standard output");
        return EXIT_USAGE;
    }
    return option_text(arguments, "counts") != NULL ? train_counts(arguments)
                                                    : train_documents(arguments);
}

const struct command command_train = {
    .name = "train",
    .group = "Vocabulary",
    .summary = "train a byte-level BPE vocabulary",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Counts the words of the documents and merges the most frequent pairs until the "
        "vocabulary has the size asked for, or no pair is left. Merges are exact, and the result "
        "does not depend on the order of documents or the number of threads.\n\n"
        "Documents are kept in a temporary directory (TMPDIR, or /tmp) between the passes.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
