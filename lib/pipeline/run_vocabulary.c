/* SPDX-License-Identifier: Apache-2.0
 *
 * The vocabulary of a run: opened from a file, or trained from the word counts,
 * and published. Leans on format, train and io.
 */
#include <stdio.h>
#include <string.h>

#include "pipeline/run.h"

tkz_status tkz__run_open_vocabulary(tkz__run *run, tkz_error *error)
{
    const tkz_recipe *recipe = run->recipe;
    if (recipe->vocabulary_file != NULL)
        return tkz_tokenizer_open_compat(&run->tokenizer, recipe->vocabulary_file, recipe->compat,
                                         &run->allocator, error);
    /* Trained by the part of this run that went before an interruption. */
    char path[4096];
    tkz_status status = tkz__join_path(path, recipe->directory, "tokenizer.tkz", error);
    if (status == TKZ_OK)
        status = tkz_tokenizer_open(&run->tokenizer, path, &run->allocator, error);
    return status;
}

static tkz_status make_options(const tkz_recipe *recipe, tkz_bpe_options **options,
                               tkz_error *error)
{
    tkz_status status = tkz_bpe_options_new(options, &recipe->allocator, error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_size(*options, recipe->vocabulary_size, error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_minimum_count(*options, recipe->minimum_count, error);
    for (size_t i = 0; status == TKZ_OK && i < json_array_size(recipe->specials); i++) {
        const json_t *special = json_array_get(recipe->specials, i);
        status = tkz_bpe_options_add_special(*options, json_string_value(special),
                                             json_string_length(special), error);
    }
    return status;
}

/* The trainer's progress with the place of the step in the run. */
static int32_t report_training(void *context, const tkz_progress *progress)
{
    const tkz__run *run = context;
    tkz_progress mine = *progress;
    mine.pass = "train";
    mine.pass_index = run->step_index;
    mine.pass_count = run->step_count;
    return run->progress->report(run->progress->context, &mine);
}

tkz_status tkz__run_train(tkz__run *run, tkz_error *error)
{
    double start = tkz__run_clock();
    uint64_t types, tokens, bytes;
    tkz_word_counts *counts;
    tkz_bpe_options *options = NULL;
    tkz_progress_callback callback = {run, report_training};
    bool watched = run->progress != NULL && run->progress->report != NULL;

    tkz_status status = tkz__run_load_words(run, &counts, error);
    if (status != TKZ_OK)
        return status;
    tkz_word_counts_totals(counts, &types, &tokens, &bytes);
    status = make_options(run->recipe, &options, error);
    if (status == TKZ_OK)
        status = tkz_train_bpe(counts, options, watched ? &callback : NULL, &run->allocator,
                               &run->tokenizer, error);
    tkz_bpe_options_free(options);
    tkz_word_counts_free(counts);
    if (status != TKZ_OK)
        return status;
    json_decref(run->vocabulary);
    run->vocabulary = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:f}", "size", (json_int_t)tkz_tokenizer_size(run->tokenizer),
        "asked", (json_int_t)run->recipe->vocabulary_size, "types", (json_int_t)types, "tokens",
        (json_int_t)tokens, "bytes", (json_int_t)bytes, "mean_word_bytes",
        tokens > 0 ? (double)bytes / (double)tokens : 0.0);
    tkz__run_add_timing(run, "train", tkz__run_clock() - start, 0);
    return TKZ_OK;
}

/* Writes bytes to a stream path ("-" included) or a file, whole or not at all. */
static tkz_status write_bytes(const tkz__run *run, const char *path, const tkz_bytes *bytes,
                              tkz_error *error)
{
    tkz_output *output;
    size_t length = strlen(path);
    bool zstd = length >= 4 && strcmp(path + length - 4, ".zst") == 0;
    tkz_status status =
        tkz_output_open(&output, path, zstd ? TKZ_COMPRESSION_ZSTD : TKZ_COMPRESSION_NONE, 0, 0,
                        &run->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz_output_write(output, bytes->data, bytes->size, error);
    if (status == TKZ_OK)
        return tkz_output_commit(output, error);
    tkz_output_discard(output);
    return status;
}

/* One serialised form of the tokenizer, at `path`; with `name`, also into the list of files. */
static tkz_status publish_form(tkz__run *run, const char *format, const char *path,
                               const char *name, tkz_error *error)
{
    tkz_bytes bytes = {0};
    tkz_status status = tkz_tokenizer_serialize(run->tokenizer, format, &bytes, error);
    if (status == TKZ_OK)
        status = write_bytes(run, path, &bytes, error);
    tkz_bytes_free(&bytes);
    if (status != TKZ_OK || name == NULL)
        return status;
    tkz__manifest_file file = {.kind = TKZ__MANIFEST_TOKENIZER};
    status = tkz__manifest_describe(run->recipe->directory, name, &file.info, error);
    file.info.records = tkz_tokenizer_size(run->tokenizer);
    if (status == TKZ_OK)
        json_array_append_new(run->files, tkz__manifest_file_to_json(&file));
    return status;
}

tkz_status tkz__run_publish_vocabulary(tkz__run *run, tkz_error *error)
{
    const tkz_recipe *recipe = run->recipe;
    tkz_status status = TKZ_OK;
    if (recipe->directory == NULL) {
        if (recipe->tokenizer_path != NULL)
            status = publish_form(run, "tkz", recipe->tokenizer_path, NULL, error);
        if (status == TKZ_OK && recipe->tokenizer_hf_path != NULL)
            status = publish_form(run, "hf", recipe->tokenizer_hf_path, NULL, error);
        return status;
    }
    char path[4096];
    status = tkz__join_path(path, recipe->directory, "tokenizer.tkz", error);
    if (status == TKZ_OK)
        status = publish_form(run, "tkz", path, "tokenizer.tkz", error);
    if (status == TKZ_OK)
        status = tkz__join_path(path, recipe->directory, "tokenizer.json", error);
    if (status != TKZ_OK)
        return status;
    tkz_error why = {0};
    status = publish_form(run, "hf", path, "tokenizer.json", &why);
    if (status == TKZ_STATUS_UNSUPPORTED) {
        /* The native file holds what HF has no words for; the report says why it stands alone. */
        json_decref(run->not_exported);
        run->not_exported = json_string(why.message);
        return TKZ_OK;
    }
    if (status != TKZ_OK && error != NULL)
        *error = why;
    return status;
}
