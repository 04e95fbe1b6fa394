/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize train: makes a vocabulary from documents or from a table of word
 * counts. Leans on the pipeline for the former, on the trainer for the latter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/stream_options.h"
#include "tools/train_bpe.h"
#include "tools/train_unigram.h"

static const struct option_info options[] = {
    {.name = "model",
     .letter = 'm',
     .type = OPTION_CHOICE,
     .argument = "MODEL",
     .default_value = "bpe",
     .choices = "bpe|unigram",
     .text = "What is trained: merges of the most frequent pairs, or pieces with probabilities."},
    {.name = "size",
     .letter = 's',
     .other_name = "vocab_size",
     .type = OPTION_INTEGER,
     .argument = "N",
     .default_value = "32000",
     .minimum = 257,
     .maximum = 16777216,
     .repeatable = true,
     .text = "Token ids in all, special tokens and the alphabet included. Given more than once, with "
             "--counts or --model unigram: one training makes them all, and '{size}' in each PATH becomes the size."},
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
     .text = "Train from this table of 'tokenize count' in place of documents: text, or .wct."},
    {.name = "weight",
     .type = OPTION_TEXT,
     .argument = "NAME=P/Q",
     .repeatable = true,
     .text = "With a .wct table: counts of source NAME times P/Q. The sum of a word is rounded once."},
    TRAIN_BPE_OPTIONS,
    TRAIN_UNIGRAM_OPTIONS,
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
    {"From a table of word counts, two sizes at once:",
     "tokenize train --counts words.zst --size 32000 --size 50000 -o 'ja-{size}.tkz'"},
    {"Super-words: 9000 ids within words, 3000 across them. First the words, and clauses:",
     "tokenize count -o words.wct clean.jsonl"},
    {"A clause ends at punctuation and line ends:",
     "tokenize count --pre-tokenizer 'split-hf0.23:regex=[\\\\p{P}\\\\n]:behavior=isolated' -o clauses.wct clean.jsonl"},
    {"Then both stages:",
     "tokenize train --counts words.wct --super-words clauses.wct --transition 9000 --size 12000 --hf tokenizer.json"},
    {"Pieces of characters, as sentencepiece makes them:",
     "tokenize train --counts words.zst --unit characters --order sentencepiece --coverage 0.9995 "
     "--byte-fallback --sentencepiece ja.model"},
    {"A Unigram vocabulary of text, as a SentencePiece model:",
     "tokenize train --model unigram --size 8000 --hard_vocab_limit=false --sentencepiece ja.model "
     "clean.jsonl"},
    {"With special tokens of your own:",
     "tokenize train --special '<s>' --special '</s>' -o ja.tkz clean.jsonl"},
};

/* ---- From documents ------------------------------------------------------ */

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

static int run(const struct arguments *arguments)
{
    static const char *const paths[] = {"output", "hf", "tiktoken", "sentencepiece"};
    size_t given = 0, streams = 0;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        const char *path = option_text(arguments, paths[i]);
        given += path != NULL;
        streams += path != NULL && strcmp(path, "-") == 0;
    }
    if (given == 0) {
        message("train", "-o or --hf must say where the tokenizer goes");
        return EXIT_USAGE;
    }
    int code = refuse_terminal_output(option_text(arguments, "output"), "--output");
    if (code != EXIT_DONE)
        return code;
    if (streams > 1 || (streams == 1 && option_given(arguments, "json"))) {
        message("train", "only one result can go to standard output");
        return EXIT_USAGE;
    }
    if (strcmp(option_text(arguments, "model"), "unigram") == 0)
        return train_unigram(arguments);
    code = train_unigram_refuse(arguments);
    if (code != EXIT_DONE)
        return code;
    if (option_text(arguments, "counts") != NULL)
        return train_bpe_table(arguments);
    code = train_bpe_refuse(arguments);
    return code == EXIT_DONE ? train_documents(arguments) : code;
}

const struct command command_train = {
    .name = "train",
    .group = "Vocabulary",
    .summary = "train a BPE or Unigram vocabulary",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Counts the words of the documents and merges the most frequent pairs until the "
        "vocabulary has the size asked for, or no pair is left. Merges are exact, and the result "
        "does not depend on the order of documents or the number of threads.\n\n"
        "From a table of words (--counts) vocabularies of bytes or of characters are trained, with "
        "the merges of HF tokenizers' BpeTrainer, of rustbpe or of sentencepiece (--order). With "
        "--checkpoint the same command goes on where a killed one stopped, to the same result.\n\n"
        "With --model unigram pieces and their probabilities are found by expectation maximisation, "
        "as sentencepiece does; the options are those that it has, by its names. From documents each "
        "line is trained on; --compat gives the very pieces and scores of a sentencepiece.\n\n"
        "Documents are kept in a temporary directory (TMPDIR, or /tmp) between the passes.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
