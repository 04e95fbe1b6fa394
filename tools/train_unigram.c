/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize train --model unigram: counts lines or reads a table, trains, reports. Leans on the library's
 * trainer, train_words and train_write.c.
 */
#include "tools/train_unigram.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/summary.h"
#include "tools/train_bpe.h"
#include "tools/train_words.h"

static const struct option_info unigram_options[] = {TRAIN_UNIGRAM_OPTIONS};

int train_unigram_refuse(const struct arguments *arguments)
{
    for (size_t i = 0; i < COUNT_OF(unigram_options); i++) {
        if (!option_given(arguments, unigram_options[i].name))
            continue;
        message("train", "--%s needs --model unigram", unigram_options[i].name);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* ---- What goes together ------------------------------------------------------- */

static int refuse_given(const struct arguments *arguments, const char *const *names, size_t count,
                        const char *with)
{
    for (size_t i = 0; i < count; i++) {
        if (!option_given(arguments, names[i]))
            continue;
        message("train", "--%s has no meaning with %s", names[i], with);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int refuse_options(const struct arguments *arguments)
{
    static const char *const of_bpe[] = {
        "tiktoken", "unit", "order", "longest-bytes", "longest-characters", "coverage",
        "alphabet-limit", "require", "forbid", "split", "byte-fallback", "no-dummy-prefix",
        "checkpoint", "checkpoint-every", "minimum-count", "special", "holdout"};
    static const char *const of_documents[] = {"bad", "text-key", "id-key", "input-format",
                                               "surrogates"};
    static const char *const of_words[] = {"pre-tokenizer", "boundaries", "weight"};
    bool has_table = option_text(arguments, "counts") != NULL;
    int code = refuse_given(arguments, of_bpe, COUNT_OF(of_bpe), "--model unigram");
    if (code != EXIT_DONE)
        return code;
    if (option_repeats(arguments, "size") > 1) {
        message("train", "--model unigram trains one size at a time");
        return EXIT_USAGE;
    }
    if (has_table && arguments->operand_count > 0) {
        message("train", "give files or --counts, not both");
        return EXIT_USAGE;
    }
    if (has_table)
        return refuse_given(arguments, of_documents, COUNT_OF(of_documents), "--counts");
    code = refuse_given(arguments, of_words, COUNT_OF(of_words), "documents and --model unigram");
    if (code != EXIT_DONE)
        hint("lines are trained on whole; for words count them first with 'tokenize count', then "
             "train with --counts");
    return code;
}

/* ---- Lines ---------------------------------------------------------------------- */

/* Counts the lines of the documents into a table of this name. */
static int count_lines(const struct arguments *arguments, const char *path)
{
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_set_text(&job, "vocabulary", "pre_tokenizer", "none");
    corpus_run_set_text(&job, "vocabulary", "cut", "lines");
    corpus_run_set_text(&job, "output", "counts", path);
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    if (option_integer(arguments, "memory") > 0)
        code = corpus_run_make_work(&job);
    if (code != EXIT_DONE) {
        corpus_run_drop(&job);
        return code;
    }
    return corpus_run_finish(&job, false, false);
}

static int read_documents(const struct arguments *arguments, struct train_words *words)
{
    char name[4096], table[4096 + 8];
    int code = make_temporary_file(name, sizeof name);
    if (code != EXIT_DONE)
        return code;
    (void)snprintf(table, sizeof table, "%s.wct", name);
    int counted = count_lines(arguments, table);
    code = counted == EXIT_DONE || counted == EXIT_QUARANTINED
               ? train_words_read_path(words, arguments, table)
               : counted;
    (void)unlink(table);
    (void)unlink(name);
    return code == EXIT_DONE ? counted : code;
}

/* ---- Training -------------------------------------------------------------------- */

static tkz_status make_options(const struct arguments *arguments, tkz_unigram_options **options,
                               tkz_error *error)
{
    char number[32];
    tkz_status status = tkz_unigram_options_new(options, NULL, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; status == TKZ_OK && i < arguments->given_count; i++) {
        const char *name = arguments->given[i].info->name;
        for (size_t k = 0; status == TKZ_OK && k < COUNT_OF(unigram_options); k++)
            if (strcmp(name, unigram_options[k].name) == 0)
                status = tkz_unigram_options_set(*options, name, arguments->given[i].text, error);
    }
    (void)snprintf(number, sizeof number, "%" PRIu64, option_integer(arguments, "size"));
    if (status == TKZ_OK)
        status = tkz_unigram_options_set(*options, "vocab_size", number, error);
    (void)snprintf(number, sizeof number, "%" PRIu64, option_integer(arguments, "memory"));
    if (status == TKZ_OK)
        status = tkz_unigram_options_set(*options, "memory", number, error);
    if (status == TKZ_OK && option_text(arguments, "counts") != NULL)
        status = tkz_unigram_options_set(*options, "input_format", "tsv", error);
    return status;
}

static void print_report(const struct arguments *arguments, const tkz_unigram_report *report)
{
    json_t *object = json_pack(
        "{s:{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f}}", "vocabulary", "size", (json_int_t)report->size,
        "lines", (json_int_t)report->lines, "skipped", (json_int_t)report->skipped, "characters",
        (json_int_t)report->characters, "seeds", (json_int_t)report->seeds, "segments",
        (json_int_t)report->segments, "prunings", (json_int_t)report->prunings, "log_likelihood",
        report->likelihood);
    if (option_given(arguments, "json")) {
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (!option_given(arguments, "quiet")) {
        summary_print(object, stderr);
    }
    json_decref(object);
}

static int train_words(const struct arguments *arguments, const struct train_words *words,
                       const tkz_unigram_options *options)
{
    tkz_error error;
    tkz_bytes model;
    tkz_pool *pool;
    tkz_unigram_report report;
    uint64_t threads = option_integer(arguments, "threads");
    tkz_status status = tkz_pool_new(
        &pool, threads > 0 ? (uint32_t)threads : tkz_processor_count(), NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    struct progress_bar bar;
    progress_start(&bar, arguments);
    status = tkz_train_unigram(options, &words->words, tkz_pool_executor(pool), &bar.callback, NULL,
                               &model, &report, &error);
    progress_end(&bar);
    tkz_pool_free(pool);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    if (report.skipped > 0 && !option_given(arguments, "quiet"))
        message("train", "%" PRIu64 " lines were left out: too long, or with U+2585",
                report.skipped);
    int code = train_write_model(arguments, &model, (uint32_t)option_integer(arguments, "size"),
                                 TKZ_COMPAT_HF);
    tkz_bytes_free(&model);
    if (code == EXIT_DONE)
        print_report(arguments, &report);
    return code;
}

int train_unigram(const struct arguments *arguments)
{
    struct train_words words = {0};
    tkz_error error;
    tkz_unigram_options *options = NULL;
    int code = refuse_options(arguments);
    if (code != EXIT_DONE)
        return code;
    tkz_status status = make_options(arguments, &options, &error);
    if (status != TKZ_OK) {
        tkz_unigram_options_free(options);
        return message_failure(status, &error);
    }
    int counted = EXIT_DONE;
    if (option_text(arguments, "counts") != NULL)
        code = train_words_read(&words, arguments);
    else
        code = counted = read_documents(arguments, &words);
    if (code == EXIT_DONE || code == EXIT_QUARANTINED)
        code = train_words(arguments, &words, options);
    tkz_unigram_options_free(options);
    train_words_free(&words);
    return code == EXIT_DONE ? counted : code;
}
