/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize count: the table of words and how often they occur.
 */
#include "tools/corpus_run.h"
#include "tools/messages.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    OPTION_PRE_TOKENIZER,
    OPTION_BOUNDARIES,
    OPTION_OUTPUT("File for the table; compressed if it ends in .zst."),
    OPTION_BAD,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_JSON_REPORT,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Count once, then train vocabularies of several sizes:",
     "tokenize count clean.jsonl.zst -o words.zst"},
    {"Cut at morpheme boundaries as well:",
     "tokenize count --boundaries ipadic clean.jsonl -o words.zst"},
    {"The most frequent words of a text file:",
     "tokenize count --input-format lines book.txt | tail -n +2 | sort -rn | head"},
};

static int run(const struct arguments *arguments)
{
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_set_text(&job, "vocabulary", "pre_tokenizer",
                        option_text(arguments, "pre-tokenizer"));
    corpus_run_set_text(&job, "vocabulary", "boundaries", option_text(arguments, "boundaries"));
    corpus_run_set_text(&job, "output", "counts", option_text(arguments, "output"));
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    return corpus_run_finish(&job, false, option_given(arguments, "json"));
}

const struct command command_count = {
    .name = "count",
    .group = "Vocabulary",
    .summary = "count words, the input of vocabulary training",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Cuts every document into words and writes the table of words and counts: a header "
        "line, then COUNT TAB WORD, sorted by word. 'tokenize train --counts' makes "
        "vocabularies of it without reading the corpus again.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
