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

#include "tools/corpus_run.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/summary.h"
#include "tools/train_bpe.h"
#include "tools/train_steps.h"
#include "tools/train_texts.h"
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
        "alphabet-limit", "require", "split", "byte-fallback", "no-dummy-prefix",
        "checkpoint-every", "minimum-count", "special", "holdout"};
    static const char *const of_documents[] = {"bad", "text-key", "id-key", "input-format",
                                               "surrogates", "record-limit"};
    static const char *const of_words[] = {"pre-tokenizer", "boundaries", "weight"};
    bool has_table = option_text(arguments, "counts") != NULL;
    int code = refuse_given(arguments, of_bpe, COUNT_OF(of_bpe), "--model unigram");
    if (code != EXIT_DONE)
        return code;
    code = train_refuse_paths(arguments);
    if (code != EXIT_DONE)
        return code;
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

static int read_documents(const struct arguments *arguments, struct train_words *words)
{
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_set_text(&job, "vocabulary", "pre_tokenizer", "none");
    corpus_run_set_text(&job, "vocabulary", "cut", "lines");
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    return train_words_count(words, arguments, &job);
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

static tkz_status require(void *options, const char *text, size_t size, tkz_error *error)
{
    return tkz_unigram_options_require_token(options, text, size, error);
}

static tkz_status forbid(void *options, const char *text, size_t size, tkz_error *error)
{
    return tkz_unigram_options_forbid(options, text, size, error);
}

static json_t *report_of(const tkz_unigram_report *report)
{
    return json_pack(
        "{s:{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f}}", "vocabulary", "size", (json_int_t)report->size,
        "lines", (json_int_t)report->lines, "skipped", (json_int_t)report->skipped, "characters",
        (json_int_t)report->characters, "seeds", (json_int_t)report->seeds, "segments",
        (json_int_t)report->segments, "prunings", (json_int_t)report->prunings, "log_likelihood",
        report->likelihood);
}

/* Writes the model of one size to all paths; `results` gets its report. */
static int write_size(const struct arguments *arguments, const tkz_unigram_trainer *trainer, uint32_t size,
                      json_t *results)
{
    tkz_error error;
    tkz_bytes model;
    tkz_unigram_report report;
    tkz_status status = tkz_unigram_trainer_model(trainer, size, &model, &report, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = train_write_model(arguments, &model, size, TKZ_COMPAT_HF);
    tkz_bytes_free(&model);
    if (code == EXIT_DONE && json_array_append_new(results, report_of(&report)) != 0)
        code = message_no_memory();
    return code;
}

/* One object, or with several sizes an array of them. */
static void print_results(const struct arguments *arguments, json_t *results)
{
    size_t index;
    json_t *result;
    if (option_given(arguments, "json")) {
        json_dumpf(json_array_size(results) == 1 ? json_array_get(results, 0) : results, stdout, JSON_INDENT(2));
        putchar('\n');
        return;
    }
    json_array_foreach(results, index, result)
        summary_print(result, stderr);
}

static int write_sizes(const struct arguments *arguments, const tkz_unigram_trainer *trainer, const uint32_t *sizes,
                       size_t count)
{
    json_t *results = json_array();
    int code = results != NULL ? EXIT_DONE : message_no_memory();
    for (size_t i = 0; code == EXIT_DONE && i < count; i++)
        code = write_size(arguments, trainer, sizes[i], results);
    if (code == EXIT_DONE && (option_given(arguments, "json") || !option_given(arguments, "quiet")))
        print_results(arguments, results);
    json_decref(results);
    return code;
}

static tkz_status restore(void *trainer, const void *data, size_t size, tkz_error *error)
{
    return tkz_unigram_trainer_restore(trainer, data, size, error);
}

static int save(const struct arguments *arguments, const tkz_unigram_trainer *trainer)
{
    tkz_bytes bytes;
    tkz_error error;
    tkz_status status = tkz_unigram_trainer_save(trainer, &bytes, &error);
    return train_save(arguments, status, &bytes, &error);
}

/* Trains to the end; with --checkpoint the state is saved behind each step. */
static int run_steps(const struct arguments *arguments, tkz_unigram_trainer *trainer)
{
    bool has_checkpoint = option_text(arguments, "checkpoint") != NULL;
    int code = EXIT_DONE;
    struct progress_bar bar;
    progress_start(&bar, arguments);
    while (code == EXIT_DONE && !tkz_unigram_trainer_is_done(trainer)) {
        tkz_error error;
        tkz_status status = tkz_unigram_trainer_run(trainer, has_checkpoint ? 1 : 0, &bar.callback, &error);
        if (status == TKZ_OK && has_checkpoint)
            code = save(arguments, trainer);
        if (status != TKZ_OK) {
            progress_end(&bar);
            code = message_failure(status, &error);
        }
    }
    progress_end(&bar);
    return code;
}

/* What the lines are, before training begins. */
static int tell(const struct arguments *arguments, const tkz_unigram_trainer *trainer)
{
    uint64_t skipped = tkz_unigram_trainer_skipped(trainer), need = tkz_unigram_trainer_need(trainer);
    if (skipped > 0 && !option_given(arguments, "quiet"))
        message("train", "%" PRIu64 " lines were left out: too long, or with U+2585", skipped);
    if (need == 0) /* not known: --compat */
        return EXIT_DONE;
    return train_tell_need(arguments, need, "lower --seed_sentencepiece_size, give less text, or allow more");
}

static int train_sizes(const struct arguments *arguments, struct train_words *words, const tkz_unigram_options *options,
                       const tkz_executor *executor)
{
    tkz_error error;
    tkz_unigram_trainer *trainer;
    size_t count;
    uint32_t *sizes = train_list_sizes(arguments, &count);
    if (sizes == NULL)
        return EXIT_DATA;
    tkz_status status = tkz_unigram_trainer_new(&trainer, options, sizes, count, &words->words, executor, NULL, &error);
    int code = status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
    train_words_free(words);
    if (code == EXIT_DONE)
        code = tell(arguments, trainer);
    if (code == EXIT_DONE)
        code = train_restore(arguments, restore, trainer);
    if (code == EXIT_DONE)
        code = run_steps(arguments, trainer);
    if (code == EXIT_DONE)
        code = write_sizes(arguments, trainer, sizes, count);
    tkz_unigram_trainer_free(trainer);
    free(sizes);
    return code;
}

static int train_words(const struct arguments *arguments, struct train_words *words,
                       const tkz_unigram_options *options)
{
    tkz_error error;
    tkz_pool *pool;
    uint64_t threads = option_integer(arguments, "threads");
    tkz_status status = tkz_pool_new(
        &pool, threads > 0 ? (uint32_t)threads : tkz_processor_count(), NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = train_sizes(arguments, words, options, tkz_pool_executor(pool));
    tkz_pool_free(pool);
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
    int counted = train_take_texts(arguments, require, forbid, options);
    if (counted != EXIT_DONE) {
        tkz_unigram_options_free(options);
        return counted;
    }
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
