/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab: what a tokenizer file is, whether it is whole, the same tokenizer
 * in another format, and vocabularies made of others. This file holds the options and hands over to the action named
 * first.
 */
#include <string.h>

#include "tools/actions.h"
#include "tools/messages.h"
#include "tools/stream_options.h"
#include "tools/vocab_actions.h"
#include "tools/vocab_change.h"
#include "tools/vocab_eval.h"

static const struct option_info options[] = {
    {.name = "json",
     .type = OPTION_FLAG,
     .text = "info, eval: print one JSON object. check: print the result as one."},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .text = "convert, extend: the file to write; it appears when it is complete. Must be given."},
    {.name = "to",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .default_value = "tkz",
     .choices = "tkz|hf|tiktoken|sentencepiece",
     .text = "A native image, tokenizer.json, a rank file of tiktoken, or a SentencePiece model, if it was "
             "read from one. extend: if not given, the format of FILE."},
    VOCAB_CHANGE_OPTIONS,
    OPTION_MEMORY,
    OPTION_QUIET,
    OPTION_NO_PROGRESS,
    {.name = "pre-tokenizer",
     .type = OPTION_TEXT,
     .argument = "NAME",
     .text = "How text is cut, for files that do not say it: rank files of tiktoken and vocab.json; "
             "see 'tokenize list pre-tokenizers', or regex:EXPRESSION. Those that OpenAI published "
             "need none, and "
             "vocab.json is cut as GPT-2 does it. morph: vocab.txt of a Japanese BERT, with the words of "
             "the dictionary that --boundaries names; morph:lowercase, morph:characters and "
             "morph:lowercase:characters: with the words in lower case, with characters in place of "
             "pieces of words."},
    {.name = "boundaries",
     .type = OPTION_TEXT,
     .argument = "NAME|DIR",
     .text = "With --pre-tokenizer morph: the dictionary, such as ipadic. extend, with --from: the dictionary whose "
             "morpheme borders no new token crosses."},
    OPTION_COMPAT,
    VOCAB_EVAL_OPTIONS,
    OPTION_TEXT_KEY,
    OPTION_INPUT_FORMAT,
    OPTION_SURROGATES,
    OPTION_THREADS,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"What is this model?", "tokenize vocab info tokenizer.json"},
    {"A native image, which opens in no time:",
     "tokenize vocab convert tokenizer.json -o model.tkz"},
    {"Every byte of it is as it was made:", "tokenize vocab check model.tkz"},
    {"A rank file for tiktoken:", "tokenize vocab convert ja.tkz --to tiktoken -o ja.tiktoken"},
    {"And back; how text is cut must be named:",
     "tokenize vocab convert ja.tiktoken --pre-tokenizer llama3 -o again.tkz"},
    {"A Japanese BERT, whose words are those of a dictionary:",
     "tokenize vocab convert vocab.txt --pre-tokenizer morph --boundaries ipadic -o bert.tkz"},
    {"For HF tokenizers:", "tokenize vocab convert ja.tkz --to hf -o tokenizer.json"},
    {"3000 more tokens for Japanese. First the words, cut by the model's own pre-tokenizer:",
     "tokenize count --pre-tokenizer llama3 --boundaries ipadic -o ja.wct clean.jsonl.zst"},
    {"Then the merges go on:",
     "tokenize vocab extend tokenizer.json --counts ja.wct --add 3000 -o extended.json"},
    {"Both in one go:", "tokenize vocab extend tokenizer.json --from clean.jsonl.zst --boundaries ipadic --add 3000 -o extended.json"},
    {"Without tokens of several digits:",
     "tokenize vocab prune tokenizer.json --matching '^[0-9]{2,}$' -o pruned.json"},
    {"And which old tokens the new ones are made of, with rows up to a multiple of 128:",
     "tokenize vocab map tokenizer.json extended.json --pad-to 128 -o map.npy"},
    {"A SentencePiece model, with the ids that HF tokenizers gives:",
     "tokenize vocab convert spiece.model --compat hf --to hf -o tokenizer.json"},
    {"Which vocabulary suits these texts?",
     "tokenize vocab eval ja.tkz tokenizer.json --text clean.jsonl --dictionary ipadic"},
    {"Domain by domain, as a page with plots:",
     "tokenize vocab eval ours=ja.tkz other=tokenizer.json --domain books=book.txt --domain 'web=clean*' "
     "--html vocabularies.html"},
};

/* The actions, and what each of them runs. */
static const struct action actions[] = {
    {"info", " json pre-tokenizer boundaries compat "},
    {"check", " json pre-tokenizer boundaries compat tokens "},
    {"convert", " output to pre-tokenizer boundaries compat "},
    {"extend",
     " output to json pre-tokenizer compat counts weight add minimum-count longest-bytes "
     "longest-characters coverage forbid split pad-to memory quiet no-progress from boundaries text-key input-format "
     "surrogates threads "},
    {"append", " output to json compat scores "},
    {"merge", " output to json compat scores strip-marks counts weight rounds threads "},
    {"prune",
     " output to json pre-tokenizer compat counts weight size matching list longest-characters map "},
    {"map", " output json compat pad-to "},
    {"eval", VOCAB_EVAL_OPTION_NAMES},
};

static int evaluate(const struct arguments *arguments, const char *path)
{
    (void)path; /* the first of several */
    return vocab_eval(arguments);
}

static int (*const runs[])(const struct arguments *arguments, const char *path) = {
    vocab_info,
    vocab_check,
    vocab_convert,
    vocab_extend,
    vocab_append,
    vocab_merge,
    vocab_prune,
    vocab_map,
    evaluate,
};

/* The files that each takes, at most. */
static const size_t most_files[] = {1, 1, 1, 1, 2, SIZE_MAX, 1, 2, SIZE_MAX};

static bool is_morph(const char *pre_tokenizer)
{
    return pre_tokenizer != NULL && strncmp(pre_tokenizer, "morph", 5) == 0 &&
           (pre_tokenizer[5] == '\0' || pre_tokenizer[5] == ':');
}

static int run(const struct arguments *arguments)
{
    size_t chosen = choose_action("vocab", actions, COUNT_OF(actions), arguments);
    if (chosen == SIZE_MAX)
        return EXIT_USAGE;
    if (arguments->operand_count - 1 > most_files[chosen]) {
        message("vocab", "%s takes %zu file%s", actions[chosen].name, most_files[chosen],
                most_files[chosen] == 1 ? "" : "s");
        return EXIT_USAGE;
    }
    if (option_given(arguments, "pre-tokenizer") && option_given(arguments, "compat")) {
        message("vocab", "files whose pre-tokenizer is named have the same ids in every program; "
                         "leave out --compat");
        return EXIT_USAGE;
    }
    bool is_extend = strcmp(actions[chosen].name, "extend") == 0;
    if (is_morph(option_text(arguments, "pre-tokenizer")) != option_given(arguments, "boundaries") &&
        !(is_extend && !is_morph(option_text(arguments, "pre-tokenizer")))) {
        message("vocab", "--pre-tokenizer morph and --boundaries go together");
        return EXIT_USAGE;
    }
    return runs[chosen](arguments, arguments->operands[1]);
}

const struct command command_vocab = {
    .name = "vocab",
    .group = "Vocabulary",
    .summary = "inspect, check, convert, change and compare tokenizer files",
    .operands = "info|check|convert|extend|append|merge|prune|map FILE..., or eval [NAME=]FILE...",
    .minimum_operands = 2,
    .maximum_operands = SIZE_MAX,
    .description =
        "FILE is a tokenizer in any format that is read, told by its content: a native image, "
        "a SentencePiece model, tokenizer.json of HF tokenizers, a rank file of tiktoken, tekken.json, "
        "vocab.json with merges.txt beside it, vocab.txt of BERT, GGUF, PLaMo's tokenizer.jsonl, or a directory with one of them.\n\n"
        "info says what it is, and whether decoding gives every text back, if not why. check reads "
        "every byte. convert writes the same tokenizer in another format: the ids of every text "
        "stay the same, or it refuses and says why. A rank file holds neither special tokens nor "
        "the way in which text is cut.\n\n"
        "extend goes on with the merges of a BPE, of bytes or of characters, on new words: old ids and "
        "their merges stay, the new ones come behind them, and each new token is checked to encode to "
        "itself. A model of characters gets the characters that it lacks first.\n\n"
        "append MODEL LIST puts pieces behind those of a Unigram model or a SentencePiece BPE: lines PIECE, "
        "or PIECE TAB SCORE, with U+2581 for spaces. merge MODEL OTHER... does so with the pieces of "
        "other models; those that MODEL has stay as they are there.\n\n"
        "prune takes tokens away: those that a rule names, then the rarest in a table of words, of BPE only "
        "such as no other token is made of, of Unigram by what they do for the likelihood. Those that "
        "stay get the ids 0, 1, ... in their order; --map says which.\n\n"
        "map OLD NEW says which tokens of OLD the text of each token of NEW is made of, for making new "
        "embeddings of old ones: as numpy's array if --output ends in .npy, else as text.\n\n"
        "eval encodes texts with several models and compares them: characters, bytes and words a token, "
        "sequence lengths in proportion to those of one model (NSL), how the borders of tokens agree with "
        "those of words, entropies, unused tokens, unknown and broken ones, whether decoding gives the "
        "texts back; for each domain and for all, with 95 % intervals by resampling documents. "
        "doc/formats/evaluation.md says what each figure is.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
