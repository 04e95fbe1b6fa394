/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize check: are the results of a run whole?
 */
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tokenize/corpus.h"
#include "tokenize/subword.h"
#include "tools/messages.h"
#include "tools/options.h"
#include "tools/table.h"

static const struct option_info options[] = {
    {.name = "deep",
     .type = OPTION_FLAG,
     .text = "Read everything: checksums, hashes, counts of records. Without it only sizes, magic "
             "numbers and indexes are checked, which takes no time."},
    {.name = "json", .type = OPTION_FLAG, .text = "Print the result as one JSON object."},
    OPTION_HELP,
};

static const struct example examples[] = {
    {"An output directory, after copying it:", "tokenize check --deep shards"},
    {"One token shard:", "tokenize check shards/tokens-00000_text_document.idx"},
    {"For a script; the exit code says the same:", "tokenize check --json shards"},
};

static json_t *describe(const char *path, bool deep, const tkz_check_report *report)
{
    return json_pack("{s:s,s:b,s:I,s:I,s:I,s:I}", "path", path, "deep", (int)deep, "files",
                     (json_int_t)report->files, "bytes", (json_int_t)report->bytes, "documents",
                     (json_int_t)report->documents, "tokens", (json_int_t)report->tokens);
}

static void print_json(const char *path, bool deep, const tkz_check_report *report,
                       tkz_status status, const tkz_error *error)
{
    json_t *object = describe(path, deep, report);
    json_object_set_new(object, "good", json_boolean(status == TKZ_OK));
    if (status != TKZ_OK) {
        json_object_set_new(object, "fault",
                            json_pack("{s:s,s:s,s:s}", "status", tkz_status_name(status), "where",
                                      error->where, "message", error->message));
    }
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
}

static void print_table(const char *path, const tkz_check_report *report)
{
    struct table table = {.columns = 2, .right_aligned = 2};
    table_add(&table, "files");
    table_add_count(&table, report->files);
    table_add(&table, "bytes");
    table_add_count(&table, report->bytes);
    if (report->documents > 0) {
        table_add(&table, "documents in text shards");
        table_add_count(&table, report->documents);
    }
    if (report->tokens > 0) {
        table_add(&table, "tokens in token shards");
        table_add_count(&table, report->tokens);
    }
    table_print(&table, stdout);
    printf("%s: good\n", path);
}

/* What is neither a manifest nor a shard may be a tokenizer: opening one checks its header, its
 * sections and their sizes. Leaves `status` and `error` as they are if it is none. */
static void check_tokenizer(const char *path, const struct stat *info, tkz_check_report *report,
                            tkz_status *status, tkz_error *error)
{
    tkz_error fault;
    tkz_tokenizer *tokenizer = NULL;
    tkz_status opened = tkz_tokenizer_open(&tokenizer, path, NULL, &fault);
    tkz_tokenizer_free(tokenizer);
    if (opened == TKZ_STATUS_BAD_FORMAT)
        return;
    *status = opened;
    *error = fault;
    report->files = 1;
    report->bytes = (uint64_t)info->st_size;
}

static int run(const struct arguments *arguments)
{
    const char *path = arguments->operands[0];
    bool deep = option_given(arguments, "deep"), json = option_given(arguments, "json");
    struct stat info;
    if (stat(path, &info) != 0) {
        message(path, "there is no such file or directory");
        return EXIT_DATA;
    }
    tkz_error error;
    tkz_check_report report = {0};
    tkz_error_clear(&error);
    tkz_status status = tkz_check(path, deep, NULL, &report, &error);
    if (status == TKZ_STATUS_BAD_FORMAT && S_ISREG(info.st_mode)) {
        check_tokenizer(path, &info, &report, &status, &error);
        if (status == TKZ_OK && deep) {
            message(path, "a tokenizer by itself is checked without --deep only");
            hint("--deep needs the directory whose manifest lists it");
            return EXIT_USAGE;
        }
    }
    if (json)
        print_json(path, deep, &report, status, &error);
    if (status != TKZ_OK)
        return message_check_failure(status, &error);
    if (!json)
        print_table(path, &report);
    return EXIT_DONE;
}

const struct command command_check = {
    .name = "check",
    .group = "From raw text to training data",
    .summary = "check that the results of a run are whole",
    .operands = "PATH",
    .minimum_operands = 1,
    .maximum_operands = 1,
    .description =
        "Checks an output directory (its manifest and every file listed there), a manifest, or "
        "one shard or tokenizer. The first fault is named on standard error, and the exit code "
        "is 4.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
