/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab append and merge: pieces of a list or of other models for a model with scores. Leans on
 * the library's vocabularies.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"
#include "tools/piece_lines.h"
#include "tools/table.h"
#include "tools/vocab_change.h"

/* ---- Scores --------------------------------------------------------------------------- */

/* What --scores says; without it those of the list where it has some and the model is Unigram, whose
 * scores say how often a piece is taken, else below. */
static int32_t chosen_scores(const struct arguments *arguments, const tkz_tokenizer *tokenizer,
                             bool has_scores)
{
    static const char *const names[] = {"below", "above", "zero", "given"};
    const char *named = option_text(arguments, "scores");
    tkz_tokenizer_facts facts;
    for (int32_t i = 0; named != NULL && i < (int32_t)COUNT_OF(names); i++)
        if (strcmp(names[i], named) == 0)
            return i;
    tkz_tokenizer_describe(tokenizer, &facts);
    return has_scores && strcmp(facts.kind, "Unigram") == 0 ? TKZ_APPEND_GIVEN : TKZ_APPEND_BELOW;
}

/* ---- Report --------------------------------------------------------------------------- */

static int report(const struct arguments *arguments, const char *path,
                  const tkz_tokenizer *extended, const tkz_appending *appending)
{
    if (option_given(arguments, "json")) {
        json_t *object = json_pack(
            "{s:s,s:I,s:I,s:I,s:I,s:I}", "path", path, "first", (json_int_t)appending->first, "ids",
            (json_int_t)tkz_tokenizer_size(extended), "appended", (json_int_t)appending->appended,
            "there", (json_int_t)appending->there, "unreachable",
            (json_int_t)appending->unreachable);
        if (object == NULL)
            return message_no_memory();
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(object);
    } else if (strcmp(option_text(arguments, "output"), "-") != 0) {
        struct table table = {.columns = 2, .right_aligned = 2};
        table_add(&table, "ids before");
        table_add_count(&table, appending->first);
        table_add(&table, "pieces appended");
        table_add_count(&table, appending->appended);
        table_add(&table, "pieces that were there");
        table_add_count(&table, appending->there);
        table_add(&table, "ids now");
        table_add_count(&table, tkz_tokenizer_size(extended));
        table_add(&table, "new pieces that encode to themselves");
        table_add_count(&table, appending->appended - appending->unreachable);
        table_print(&table, stdout);
    }
    if (appending->unreachable > 0)
        message(path,
                "%" PRIu32 " of the new pieces do not encode to themselves, the first is %" PRIu32,
                appending->unreachable, appending->example);
    return EXIT_DONE;
}

static int finish(const struct arguments *arguments, const char *path, tkz_status status,
                  tkz_tokenizer *made, const tkz_appending *appending, const tkz_error *error)
{
    if (status != TKZ_OK)
        return message_model_failure(status, error);
    int code = vocab_write_changed(arguments, made, path);
    if (code == EXIT_DONE)
        code = report(arguments, path, made, appending);
    tkz_tokenizer_free(made);
    return code;
}

/* ---- The actions ---------------------------------------------------------------------- */

int vocab_append(const struct arguments *arguments, const char *path)
{
    struct piece_lines pieces = {0};
    tkz_tokenizer *tokenizer, *made = NULL;
    int code = vocab_need_output(arguments, "append");
    if (code != EXIT_DONE)
        return code;
    if (arguments->operand_count < 3) {
        message("vocab", "append needs a model and a list of pieces");
        hint("a list has lines PIECE, or PIECE TAB SCORE, with U+2581 for spaces");
        return EXIT_USAGE;
    }
    code = open_model(&tokenizer, arguments, path);
    if (code != EXIT_DONE)
        return code;
    code = piece_lines_read(&pieces, arguments->operands[2]);
    if (code == EXIT_DONE) {
        tkz_appending appending;
        tkz_error error;
        tkz_status status = tkz_vocabulary_append(
            tokenizer, &pieces.list,
            chosen_scores(arguments, tokenizer, pieces.list.scores != NULL), NULL, &made,
            &appending, &error);
        code = finish(arguments, path, status, made, &appending, &error);
    }
    piece_lines_free(&pieces);
    tkz_tokenizer_free(tokenizer);
    return code;
}

/* In place of `*model`: the same pieces with scores that fit the words of --counts. */
static int reestimate(const struct arguments *arguments, tkz_tokenizer **model)
{
    struct train_words words = {0};
    tkz_tokenizer *made = NULL;
    tkz_pool *pool = NULL;
    tkz_error error;
    int code = vocab_read_words(&words, arguments, *model);
    if (code == EXIT_DONE) {
        uint64_t threads = option_integer(arguments, "threads");
        tkz_status status = tkz_pool_new(
            &pool, threads > 0 ? (uint32_t)threads : tkz_processor_count(), NULL, &error);
        if (status == TKZ_OK)
            status = tkz_vocabulary_reestimate(
                *model, &words.words, (uint32_t)option_integer(arguments, "rounds"),
                tkz_pool_executor(pool), NULL, &made, NULL, &error);
        if (status != TKZ_OK)
            code = message_model_failure(status, &error);
    }
    if (code == EXIT_DONE) {
        tkz_tokenizer_free(*model);
        *model = made;
    }
    tkz_pool_free(pool);
    train_words_free(&words);
    return code;
}

static int merge_models(const struct arguments *arguments, const tkz_tokenizer *const *models,
                        size_t count)
{
    tkz_tokenizer *made = NULL;
    tkz_appending appending;
    tkz_error error;
    tkz_status status =
        tkz_vocabulary_merge(models, count, chosen_scores(arguments, models[0], true),
                             option_given(arguments, "strip-marks"), NULL, &made, &appending,
                             &error);
    if (status == TKZ_OK && option_given(arguments, "counts")) {
        int code = reestimate(arguments, &made);
        if (code != EXIT_DONE) {
            tkz_tokenizer_free(made);
            return code;
        }
    }
    return finish(arguments, arguments->operands[1], status, made, &appending, &error);
}

int vocab_merge(const struct arguments *arguments, const char *path)
{
    size_t count = arguments->operand_count - 1, opened = 0;
    (void)path;
    int code = vocab_need_output(arguments, "merge");
    if (code != EXIT_DONE)
        return code;
    if (count < 2) {
        message("vocab", "merge needs two models or more");
        return EXIT_USAGE;
    }
    tkz_tokenizer **models = calloc(count, sizeof *models);
    if (models == NULL)
        return message_no_memory();
    while (code == EXIT_DONE && opened < count) {
        code = open_model(&models[opened], arguments, arguments->operands[opened + 1]);
        opened += code == EXIT_DONE;
    }
    if (code == EXIT_DONE)
        code = merge_models(arguments, (const tkz_tokenizer *const *)models, count);
    for (size_t i = 0; i < opened; i++)
        tkz_tokenizer_free(models[i]);
    free(models);
    return code;
}
