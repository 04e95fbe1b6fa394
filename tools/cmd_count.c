/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize count: the table of words and how often they occur; tables added up, shown, and made of
 * words from elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/count.h"
#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/stream_options.h"
#include "tools/table_weights.h"
#include "tools/word_list.h"

static const struct option_info options[] = {
    OPTION_PRE_TOKENIZER,
    {.name = "cut",
     .type = OPTION_TEXT,
     .argument = "RULES",
     .text = "Where words end besides, with commas between: digits (each is a word), lines, "
             "punctuation (each is a word), scripts (where kanji, hiragana, katakana, Latin "
             "letters and others meet)."},
    OPTION_BOUNDARIES,
    {.name = "normalize",
     .type = OPTION_TEXT,
     .argument = "FORM",
     .text = "Count the words of texts in this normal form; see 'tokenize list normalizers'."},
    {.name = "source",
     .type = OPTION_TEXT,
     .argument = "NAME=GLOB",
     .repeatable = true,
     .text = "Count the files whose names fit this pattern apart, as source NAME of a .wct table; "
             "the first that fits is taken, and files that none fits are of source 'other'."},
    OPTION_OUTPUT("File for the table: a binary word table if it ends in .wct, else text; "
                  "compressed if it ends in .zst."),
    {.name = "merge",
     .type = OPTION_FLAG,
     .text = "FILEs are .wct tables; write their sum to -o."},
    {.name = "dump",
     .type = OPTION_FLAG,
     .text = "FILE is a .wct table; print WORD TAB COUNT, sorted by word."},
    {.name = "top",
     .type = OPTION_INTEGER,
     .argument = "N",
     .minimum = 1,
     .maximum = 10000000,
     .text = "With --dump: the N most frequent words, the most frequent first."},
    {.name = "weight",
     .type = OPTION_TEXT,
     .argument = "NAME=P/Q",
     .repeatable = true,
     .text = "With --dump: counts of source NAME times P/Q. The sum of a word is rounded once."},
    {.name = "from-tsv",
     .type = OPTION_FLAG,
     .text = "FILEs hold lines WORD TAB COUNT in any order, or are text tables of this command; "
             "write their .wct table to -o. --pre-tokenizer says how they were cut."},
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
    {"A corpus of any size in 2 GB of memory, with a count for each of two sources:",
     "tokenize count --memory 2G --source 'books=book*' --source 'web=*' book.txt clean.jsonl -o a.wct"},
    {"The most frequent words of a table, books counting twice:",
     "tokenize count --dump --top 20 --weight books=2 a.wct"},
    {"Tables put together, such as those of several machines:",
     "tokenize count --merge a.wct a.wct -o sum.wct"},
};

/* ---- Documents ------------------------------------------------------------ */

static int set_sources(struct corpus_run *job, const struct arguments *arguments)
{
    size_t count = option_repeats(arguments, "source");
    if (count == 0)
        return EXIT_DONE;
    json_t *sources = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *source = option_repeat(arguments, "source", i);
        if (json_array_append_new(sources, json_string(source)) == 0)
            continue;
        message("--source", "'%s' is not UTF-8", source);
        json_decref(sources);
        return EXIT_USAGE;
    }
    corpus_run_set(job, "input", "sources", sources);
    return EXIT_DONE;
}

static int count_documents(const struct arguments *arguments)
{
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_set_text(&job, "vocabulary", "pre_tokenizer",
                        option_text(arguments, "pre-tokenizer"));
    corpus_run_set_text(&job, "vocabulary", "cut", option_text(arguments, "cut"));
    corpus_run_set_text(&job, "vocabulary", "boundaries", option_text(arguments, "boundaries"));
    corpus_run_set_text(&job, NULL, "normalize", option_text(arguments, "normalize"));
    corpus_run_set_text(&job, "output", "counts", option_text(arguments, "output"));
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    code = set_sources(&job, arguments);
    /* What has no room in memory goes there. */
    if (code == EXIT_DONE && option_integer(arguments, "memory") > 0)
        code = corpus_run_make_work(&job);
    if (code != EXIT_DONE) {
        corpus_run_drop(&job);
        return code;
    }
    return corpus_run_finish(&job, false, option_given(arguments, "json"));
}

/* ---- Tables --------------------------------------------------------------- */

/* Options that say nothing to an action are refused, not ignored. */
static int refuse_options(const struct arguments *arguments, const char *action,
                          const char *const *allowed, size_t allowed_count)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        const char *name = arguments->given[i].info->name;
        bool known = strcmp(name, action) == 0 || strcmp(name, "output") == 0 ||
                     strcmp(name, "quiet") == 0 || strcmp(name, "no-progress") == 0;
        for (size_t k = 0; !known && k < allowed_count; k++)
            known = strcmp(name, allowed[k]) == 0;
        if (known)
            continue;
        message("count", "--%s has no meaning with --%s", name, action);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static void print_totals(const struct arguments *arguments, const tkz_word_totals *totals)
{
    json_t *report = json_pack("{s:{s:I,s:I,s:I,s:I,s:I,s:I}}", "words", "types",
                               (json_int_t)totals->types, "tokens", (json_int_t)totals->tokens,
                               "bytes", (json_int_t)totals->bytes, "characters",
                               (json_int_t)totals->characters, "longest",
                               (json_int_t)totals->longest, "longest_bytes",
                               (json_int_t)totals->longest_bytes);
    if (option_given(arguments, "json")) {
        json_dumpf(report, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(report);
}

/* The file for a binary table, or NULL after a complaint. */
static const char *table_output(const struct arguments *arguments, const char *action)
{
    const char *output = option_text(arguments, "output");
    if (option_given(arguments, "output") && strcmp(output, "-") != 0)
        return output;
    message("count", "--%s needs -o with the name of a file for the table", action);
    return NULL;
}

static int merge(const struct arguments *arguments)
{
    static const char *const allowed[] = {"json"};
    int code = refuse_options(arguments, "merge", allowed, COUNT_OF(allowed));
    const char *output = code == EXIT_DONE ? table_output(arguments, "merge") : NULL;
    if (output == NULL)
        return EXIT_USAGE;
    tkz_error error;
    tkz_word_totals totals;
    tkz_status status = tkz_word_table_merge(arguments->operands, arguments->operand_count, output,
                                             &totals, NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    print_totals(arguments, &totals);
    return EXIT_DONE;
}

static int import(const struct arguments *arguments)
{
    static const char *const allowed[] = {"json", "memory", "pre-tokenizer", "source"};
    static const char *const standard_input[] = {"-"};
    int code = refuse_options(arguments, "from-tsv", allowed, COUNT_OF(allowed));
    const char *output = code == EXIT_DONE ? table_output(arguments, "from-tsv") : NULL;
    if (output == NULL)
        return EXIT_USAGE;
    size_t sources = option_repeats(arguments, "source");
    if (sources > 1 || (sources == 1 && strchr(option_repeat(arguments, "source", 0), '=') != NULL)) {
        message("--source", "with --from-tsv this is one name, for all words");
        return EXIT_USAGE;
    }
    tkz_word_import how = {.memory = option_integer(arguments, "memory"),
                           .folder = temporary_folder(),
                           .source = sources == 1 ? option_repeat(arguments, "source", 0) : NULL};
    if (option_given(arguments, "pre-tokenizer"))
        how.pre_tokenizer = option_text(arguments, "pre-tokenizer");
    bool any = arguments->operand_count > 0;
    code = refuse_terminal_input(arguments);
    if (code != EXIT_DONE)
        return code;
    tkz_error error;
    tkz_word_totals totals;
    tkz_status status =
        tkz_word_table_import(any ? arguments->operands : standard_input,
                              any ? arguments->operand_count : 1, &how, output, &totals, NULL,
                              &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    print_totals(arguments, &totals);
    return EXIT_DONE;
}

/* ---- Showing a table ------------------------------------------------------- */

static int dump_words(const struct arguments *arguments, tkz_word_table *table)
{
    tkz_output *output;
    int code = open_output(&output, option_text(arguments, "output"));
    if (code != EXIT_DONE)
        return code;
    code = write_words(output, table, option_integer(arguments, "top"));
    return close_output(output, code);
}

static int dump(const struct arguments *arguments)
{
    static const char *const allowed[] = {"top", "weight"};
    int code = refuse_options(arguments, "dump", allowed, COUNT_OF(allowed));
    if (code != EXIT_DONE)
        return code;
    if (arguments->operand_count != 1) {
        message("count", "--dump needs the name of one table");
        return EXIT_USAGE;
    }
    tkz_error error;
    tkz_word_table *table;
    tkz_status status = tkz_word_table_open(&table, arguments->operands[0], NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    code = table_weights_apply(table, arguments);
    if (code == EXIT_DONE)
        code = dump_words(arguments, table);
    tkz_word_table_close(table);
    return code;
}

static int run(const struct arguments *arguments)
{
    bool merges = option_given(arguments, "merge"), dumps = option_given(arguments, "dump");
    bool imports = option_given(arguments, "from-tsv");
    if (merges + dumps + imports > 1) {
        message("count", "--merge, --dump and --from-tsv are different things; give one of them");
        return EXIT_USAGE;
    }
    if (!dumps && (option_given(arguments, "top") || option_given(arguments, "weight"))) {
        message("count", "--top and --weight have a meaning with --dump only");
        return EXIT_USAGE;
    }
    return merges ? merge(arguments) : dumps ? dump(arguments) : imports ? import(arguments)
                                                                        : count_documents(arguments);
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
        "vocabularies of it without reading the corpus again.\n\n"
        "An output that ends in .wct becomes a binary word table, which holds a count for each "
        "source and adds up with others: any split of a corpus gives the same sum. With --memory, "
        "what has no room is written to a temporary directory (TMPDIR, or /tmp). What a killed run has "
        "left there, or beside the table, is removed by the next one.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
