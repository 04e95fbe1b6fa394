/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize train --counts: reads the table, trains with checkpoints, reports. Leans on train_words,
 * train_options.c and train_write.c.
 */
#include "tools/train_bpe.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/summary.h"
#include "tools/train_steps.h"
#include "tools/train_texts.h"
#include "tools/train_words.h"

bool wants_no_specials(const struct arguments *arguments)
{
    return option_repeats(arguments, "special") == 1 &&
           option_repeat(arguments, "special", 0)[0] == '\0';
}

/* ---- What goes together ------------------------------------------------------- */

int train_bpe_refuse(const struct arguments *arguments)
{
    static const char *const names[] = {
        "weight",         "tiktoken",       "sentencepiece", "unit",
        "order",          "longest-bytes",  "coverage",      "longest-characters",
        "alphabet-limit", "require",        "require-token", "require-list",
        "forbid",         "forbid-list",    "split",
        "byte-fallback",  "no-dummy-prefix", "checkpoint",   "checkpoint-every",
        "super-words",    "transition"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!option_given(arguments, names[i]))
            continue;
        message("train", "--%s needs a table of words", names[i]);
        hint("count the documents with 'tokenize count', then train with --counts");
        return EXIT_USAGE;
    }
    if (option_repeats(arguments, "size") > 1) {
        message("train", "several sizes need a table of words: 'tokenize count', then --counts");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* Options that say how documents are read or words are cut: settled already in a table. */
static int refuse_document_options(const struct arguments *arguments)
{
    static const char *const names[] = {"pre-tokenizer", "boundaries", "holdout",    "bad",
                                        "text-key",      "id-key",     "input-format", "surrogates",
                                        "record-limit", "threads"};
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

static int refuse_outputs(const struct arguments *arguments)
{
    bool is_piece = strcmp(option_text(arguments, "order"), "sentencepiece") == 0;
    if (option_given(arguments, "tiktoken") && strcmp(option_text(arguments, "unit"), "bytes") != 0) {
        message("train", "--tiktoken needs --unit bytes: its tokens are bytes");
        return EXIT_USAGE;
    }
    if (!is_piece && (option_given(arguments, "sentencepiece") ||
                      option_given(arguments, "no-dummy-prefix"))) {
        message("train", "a SentencePiece model needs --order sentencepiece");
        return EXIT_USAGE;
    }
    return train_refuse_paths(arguments);
}

/* ---- Training ------------------------------------------------------------------ */

static tkz_status restore(void *trainer, const void *data, size_t size, tkz_error *error)
{
    return tkz_bpe_trainer_restore(trainer, data, size, error);
}

static int save(const struct arguments *arguments, const tkz_bpe_trainer *trainer)
{
    tkz_bytes bytes;
    tkz_error error;
    tkz_status status = tkz_bpe_trainer_save(trainer, &bytes, &error);
    return train_save(arguments, status, &bytes, &error);
}

/* Trains to `size` ids; with --checkpoint in steps. */
static int run_to(const struct arguments *arguments, tkz_bpe_trainer *trainer, uint32_t size,
                  struct progress_bar *bar)
{
    const char *path = option_text(arguments, "checkpoint");
    uint32_t step = (uint32_t)option_integer(arguments, "checkpoint-every");
    int code = EXIT_DONE;
    while (code == EXIT_DONE && tkz_bpe_trainer_size(trainer) < size &&
           !tkz_bpe_trainer_is_done(trainer)) {
        uint32_t now = tkz_bpe_trainer_size(trainer), next = size;
        if (path != NULL && size - now > step)
            next = now + step;
        tkz_error error;
        tkz_status status = tkz_bpe_trainer_run(trainer, next, &bar->callback, &error);
        if (path != NULL && (status == TKZ_OK || status == TKZ_STATUS_CANCELLED))
            code = save(arguments, trainer);
        if (status != TKZ_OK) {
            progress_end(bar);
            code = message_failure(status, &error);
        }
    }
    return code;
}

/* Tells of fewer ids than asked for: the words have no more. */
static void warn_of_end(const tkz_bpe_trainer *trainer, uint32_t wanted)
{
    uint32_t size = tkz_bpe_trainer_size(trainer);
    if (size < wanted)
        message("train", "no pair is left after %" PRIu32 " of %" PRIu32 " ids", size, wanted);
}

static int train_sizes(const struct arguments *arguments, tkz_bpe_trainer *trainer)
{
    size_t count;
    uint32_t *sizes = train_list_sizes(arguments, &count);
    int code = EXIT_DONE;
    if (sizes == NULL)
        return EXIT_DATA;
    if (sizes[0] < tkz_bpe_trainer_least(trainer)) {
        message("--size", "%" PRIu32 " ids have no room for special tokens, alphabet and required tokens, %" PRIu32,
                sizes[0], tkz_bpe_trainer_least(trainer));
        code = EXIT_USAGE;
    }
    for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
        struct progress_bar bar;
        progress_start(&bar, arguments);
        code = run_to(arguments, trainer, sizes[i], &bar);
        progress_end(&bar);
        if (code == EXIT_DONE && !option_given(arguments, "quiet"))
            warn_of_end(trainer, sizes[i]);
        if (code == EXIT_DONE)
            code = train_bpe_write(arguments, trainer, sizes[i]);
    }
    free(sizes);
    return code;
}

static void print_result(const struct arguments *arguments, const struct train_words *words,
                         const tkz_bpe_trainer *trainer)
{
    json_t *report = json_pack(
        "{s:{s:I,s:I,s:I}}", "vocabulary", "size", (json_int_t)tkz_bpe_trainer_size(trainer),
        "types", (json_int_t)words->words.count, "tokens", (json_int_t)words->tokens);
    if (option_given(arguments, "json")) {
        json_dumpf(report, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (!option_given(arguments, "quiet")) {
        summary_print(report, stderr);
    }
    json_decref(report);
}

/* ---- The second stage ------------------------------------------------------------ */

static uint32_t transition_of(const struct arguments *arguments, uint32_t size)
{
    if (option_given(arguments, "transition"))
        return (uint32_t)option_integer(arguments, "transition");
    return size / 4 * 3;
}

/* The largest and the smallest of the sizes that are asked for. */
static void size_range(const struct arguments *arguments, uint32_t *smallest, uint32_t *largest)
{
    *smallest = UINT32_MAX;
    *largest = 0;
    for (size_t i = 0; i < arguments->given_count; i++) {
        const struct given_option *given = &arguments->given[i];
        if (strcmp(given->info->name, "size") != 0)
            continue;
        *smallest = given->integer < *smallest ? (uint32_t)given->integer : *smallest;
        *largest = given->integer > *largest ? (uint32_t)given->integer : *largest;
    }
    if (*largest == 0)
        *smallest = *largest = (uint32_t)option_integer(arguments, "size");
}

static int refuse_stages(const struct arguments *arguments)
{
    uint32_t smallest, largest;
    if (!option_given(arguments, "super-words")) {
        if (!option_given(arguments, "transition"))
            return EXIT_DONE;
        message("train", "--transition has a meaning with --super-words only");
        return EXIT_USAGE;
    }
    size_range(arguments, &smallest, &largest);
    uint32_t transition = transition_of(arguments, largest);
    if (smallest > transition)
        return EXIT_DONE;
    message("--size", "%" PRIu32 " ids: super-words begin at %" PRIu32 ", so that it must be more", smallest,
            transition);
    hint("train smaller vocabularies without --super-words, or say a smaller --transition");
    return EXIT_USAGE;
}

/* Reads the words of the second stage, if there is one. */
static int read_super_words(const struct arguments *arguments, struct train_words *words)
{
    if (!option_given(arguments, "super-words"))
        return EXIT_DONE;
    int code = train_words_read_path(words, arguments, option_text(arguments, "super-words"));
    if (code == EXIT_DONE && words->has_borders && !option_given(arguments, "quiet")) {
        message("train", "the words of --super-words end at borders (--cut, --boundaries) that the tokenizer's "
                         "pre-tokenizer does not have: it may join what training kept apart");
        hint("say those borders in 'tokenize count --pre-tokenizer', for example as "
             "'split-hf0.23:regex=[\\\\p{P}\\\\n]:behavior=isolated'");
    }
    return code;
}

static tkz_status set_super_words(const struct arguments *arguments, const struct train_words *words,
                                  tkz_bpe_trainer *trainer, tkz_error *error)
{
    uint32_t smallest, largest;
    if (!option_given(arguments, "super-words"))
        return TKZ_OK;
    size_range(arguments, &smallest, &largest);
    return tkz_bpe_trainer_set_super_words(trainer, &words->words, transition_of(arguments, largest), error);
}

/* ---- The whole --------------------------------------------------------------------- */

static tkz_status require(void *options, const char *text, size_t size, tkz_error *error)
{
    return tkz_bpe_options_require_token(options, text, size, error);
}

static tkz_status forbid(void *options, const char *text, size_t size, tkz_error *error)
{
    return tkz_bpe_options_forbid(options, text, size, error);
}

/* Makes the trainer; the words' bytes are not needed any more. */
static int make_trainer(const struct arguments *arguments, struct train_words *words,
                        struct train_words *super_words, tkz_bpe_trainer **trainer)
{
    tkz_error error;
    tkz_bpe_options *options;
    tkz_status status = train_bpe_options(arguments, &options, &error);
    int code = status == TKZ_OK ? train_take_texts(arguments, require, forbid, options) : message_failure(status, &error);
    if (code != EXIT_DONE) {
        tkz_bpe_options_free(options);
        return code;
    }
    bool is_piece = strcmp(option_text(arguments, "order"), "sentencepiece") == 0;
    if (!is_piece)
        status = tkz_bpe_options_set_pre_tokenizer(
            options,
            option_given(arguments, "super-words") ? super_words->pre_tokenizer : words->pre_tokenizer, &error);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_new(trainer, options, &words->words, NULL, &error);
    if (status == TKZ_OK)
        status = set_super_words(arguments, super_words, *trainer, &error);
    tkz_bpe_options_free(options);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    free(words->data);
    free(super_words->data);
    words->data = super_words->data = NULL;
    return train_tell_need(arguments, tkz_bpe_trainer_need(*trainer),
                           "cut shorter words (--boundaries, --cut), count less text, or allow more");
}

int train_bpe_table(const struct arguments *arguments)
{
    struct train_words words, super_words = {0};
    tkz_bpe_trainer *trainer = NULL;
    int code = refuse_document_options(arguments);
    if (code == EXIT_DONE)
        code = refuse_outputs(arguments);
    if (code == EXIT_DONE)
        code = refuse_stages(arguments);
    if (code != EXIT_DONE)
        return code;
    code = train_words_read(&words, arguments);
    if (code == EXIT_DONE)
        code = read_super_words(arguments, &super_words);
    if (code == EXIT_DONE)
        code = make_trainer(arguments, &words, &super_words, &trainer);
    if (code == EXIT_DONE)
        code = train_restore(arguments, restore, trainer);
    if (code == EXIT_DONE)
        code = train_sizes(arguments, trainer);
    if (code == EXIT_DONE)
        print_result(arguments, &words, trainer);
    tkz_bpe_trainer_free(trainer);
    train_words_free(&words);
    train_words_free(&super_words);
    return code;
}
