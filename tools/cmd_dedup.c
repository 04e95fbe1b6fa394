/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize dedup: keeps the first copy of each document.
 */
#include "tools/corpus_run.h"
#include "tools/messages.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    OPTION_OUTPUT("File for the kept records, as JSON lines in the order of the input; "
                  "compressed if it ends in .zst."),
    OPTION_REJECTS,
    OPTION_BAD,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_JSON_REPORT,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Drop repeated documents:", "tokenize dedup a.jsonl b.jsonl.gz -o unique.jsonl.zst"},
    {"Within a pipe, in at most 2 GiB of memory:",
     "zstd -dc raw.jsonl.zst | tokenize dedup --memory 2G > unique.jsonl"},
};

static int run(const struct arguments *arguments)
{
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_set_text(&job, "dedup", "method", "exact");
    corpus_run_set_text(&job, "output", "records", option_text(arguments, "output"));
    corpus_run_set_text(&job, "output", "rejects", option_text(arguments, "rejects"));
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    code = corpus_run_make_work(&job);
    if (code != EXIT_DONE) {
        corpus_run_drop(&job);
        return code;
    }
    return corpus_run_finish(&job, false, option_given(arguments, "json"));
}

const struct command command_dedup = {
    .name = "dedup",
    .group = "Corpus",
    .summary = "drop documents that repeat an earlier one",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Of documents with the same text, byte for byte, the first one stays. The input is read "
        "once and kept in a temporary directory (TMPDIR, or /tmp) until it is known which "
        "documents stay; the directory is removed at the end.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
