/* SPDX-License-Identifier: Apache-2.0
 *
 * Carries out a recipe: plans the passes, goes through them with a barrier after
 * each, takes up an interrupted run, closes the accounts. Leans on this room.
 *
 * A recipe without a barrier (no deduplication, no training) is one pass from the inputs
 * to the outputs. Otherwise the first pass stages what it keeps, and the outputs are
 * written by the last one.
 */
#include "pipeline/run.h"

#include <string.h>

#include "dedup/exact.h"
#include "pipeline/made_with.h"

/* ---- Planning ------------------------------------------------------------------- */

static void plan(tkz__run *run)
{
    const tkz_recipe *recipe = run->recipe;
    bool barrier = recipe->dedup || recipe->train;
    bool writes = recipe->text_shards || recipe->records_path != NULL || recipe->encode;
    tkz__pass output = {
        .encode = recipe->encode,
        .write = recipe->text_shards || recipe->records_path != NULL,
        .last = true,
    };

    run->needed[TKZ__STEP_READ] = true;
    run->needed[TKZ__STEP_DEDUP] = recipe->dedup;
    run->needed[TKZ__STEP_COUNT] = barrier && recipe->count;
    run->needed[TKZ__STEP_TRAIN] = recipe->train;
    run->needed[TKZ__STEP_WRITE] = barrier && writes;
    if (barrier) {
        run->passes[TKZ__STEP_READ] =
            (tkz__pass){.name = "clean", .stage = true, .sign = recipe->dedup};
        run->passes[TKZ__STEP_COUNT] =
            (tkz__pass){.name = "count", .from_staged = true, .count = true, .last = !writes};
        run->passes[TKZ__STEP_WRITE] = output;
        run->passes[TKZ__STEP_WRITE].name = recipe->encode ? "encode" : "write";
        run->passes[TKZ__STEP_WRITE].from_staged = true;
    } else {
        run->passes[TKZ__STEP_READ] = output;
        run->passes[TKZ__STEP_READ].count = recipe->count;
        run->passes[TKZ__STEP_READ].name = recipe->filters != NULL       ? "clean"
                                           : recipe->statistics ? "stats"
                                           : recipe->editors != NULL     ? "edit"
                                           : recipe->normal_form != NULL ? "normalize"
                                           : recipe->encode        ? "encode"
                                           : recipe->count         ? "count"
                                                                   : "copy";
    }
    for (int step = 0; step < TKZ__STEP_END; step++)
        run->step_count += run->needed[step];
}

/* ---- Small things ------------------------------------------------------------------ */

void tkz__run_add_timing(tkz__run *run, const char *name, double seconds, uint64_t bytes)
{
    json_t *timing = json_pack("{s:s, s:f, s:I}", "name", name, "seconds", seconds, "bytes",
                               (json_int_t)bytes);
    if (bytes > 0 && seconds > 0)
        json_object_set_new(timing, "megabytes_per_second",
                            json_real((double)bytes / 1e6 / seconds));
    json_array_append_new(run->timings, timing);
}

tkz_status tkz__run_save(tkz__run *run, tkz__step step, json_t *state, tkz_error *error)
{
    const tkz__written *w = &run->written;
    json_t *journal = json_pack(
        "{s:i, s:o, s:o, s:O, s:O, s:I, s:I, s:[I,I,I,I,I,I]}", "step", (int)step, "state",
        state != NULL ? state : json_null(), "total", tkz__tally_to_json(&run->total), "files",
        run->files, "vocabulary", run->vocabulary != NULL ? run->vocabulary : json_null(),
        "staged_documents", (json_int_t)run->staged_documents, "stored_in",
        (json_int_t)run->stored_in, "written", (json_int_t)w->text, (json_int_t)w->rejects,
        (json_int_t)w->bad, (json_int_t)w->encoded, (json_int_t)w->staged,
        (json_int_t)w->signatures);
    if (journal == NULL)
        return tkz__error_memory(error, 0);
    bool lacks = false;
    if (run->statistics.plan != NULL)
        lacks = json_object_set_new(journal, "statistics",
                                    tkz__statistics_to_json(&run->statistics)) != 0;
    tkz_status status = lacks ? tkz__error_memory(error, 0)
                              : tkz__journal_save(&run->journal, journal, error);
    json_decref(journal);
    return status;
}

static uint64_t item_at(const json_t *array, size_t index)
{
    return (uint64_t)json_integer_value(json_array_get(array, index));
}

/* Takes the accounts of finished passes out of the journal of an interrupted run. */
static tkz_status take_up(tkz__run *run, tkz__step *step, tkz_error *error)
{
    const json_t *saved = run->journal.saved;
    *step = TKZ__STEP_READ;
    if (saved == NULL)
        return TKZ_OK;
    run->resumed = true;
    *step = (tkz__step)json_integer_value(json_object_get(saved, "step"));
    json_t *files = json_object_get(saved, "files");
    const json_t *w = json_object_get(saved, "written");
    run->written = (tkz__written){item_at(w, 0), item_at(w, 1), item_at(w, 2),
                                  item_at(w, 3), item_at(w, 4), item_at(w, 5), 0};
    json_array_extend(run->files, files);
    json_t *vocabulary = json_object_get(saved, "vocabulary");
    if (json_is_object(vocabulary))
        run->vocabulary = json_incref(vocabulary);
    run->staged_documents =
        (uint64_t)json_integer_value(json_object_get(saved, "staged_documents"));
    run->stored_in = (uint64_t)json_integer_value(json_object_get(saved, "stored_in"));
    tkz_status status =
        tkz__tally_from_json(&run->total, json_object_get(saved, "total"), error);
    if (status == TKZ_OK && run->statistics.plan != NULL)
        status = tkz__statistics_from_json(&run->statistics, json_object_get(saved, "statistics"),
                                           error);
    return status;
}

/* ---- Steps ---------------------------------------------------------------------------- */

/* The words that filters count, and editors ask for. */
static tkz_status open_filter_words(tkz__run *run, tkz_error *error)
{
    const char *name = run->recipe->words;
    const char *filter = run->filters != NULL ? tkz_filter_set_needs_words(run->filters) : NULL;
    const char *needing = filter != NULL ? filter : tkz_normal_form_needs_words(run->recipe->editors);
    if (name == NULL && needing != NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "words", TKZ__NO_OFFSET,
                              "%s \"%s\" counts words and has none: name a dictionary (--dictionary "
                              "ipadic), or \"white-space\" for words between spaces",
                              filter != NULL ? "filter" : "editor", needing);
    if (name == NULL || needing == NULL)
        return TKZ_OK;
    if (strcmp(name, "white-space") == 0) {
        run->filter_words = tkz_white_space_boundaries();
        return TKZ_OK;
    }
    tkz_status status =
        tkz_dictionary_open(&run->filter_dictionary, name, NULL, 0, &run->allocator, error);
    if (status == TKZ_OK)
        status = tkz_dictionary_boundaries(run->filter_dictionary, &run->filter_words, error);
    return status;
}

static tkz_status plan_statistics(tkz__run *run, tkz_error *error)
{
    const tkz_recipe *recipe = run->recipe;
    json_t *made_with = tkz__made_with(recipe, &run->filter_words);
    tkz_status status = tkz__statistics_plan_init(&run->statistics_plan, run->filters, made_with,
                                                  recipe->statistics_members,
                                                  recipe->statistics_samples, &run->allocator, error);
    json_decref(made_with);
    return status;
}

static tkz_status open_shared(tkz__run *run, tkz_error *error)
{
    const tkz_recipe *recipe = run->recipe;
    tkz_status status = TKZ_OK;
    if (recipe->filters != NULL)
        status = tkz_filter_set_new(&run->filters, recipe->filters, strlen(recipe->filters),
                                    &run->allocator, error);
    if (status == TKZ_OK)
        status = open_filter_words(run, error);
    if (status == TKZ_OK && recipe->statistics)
        status = plan_statistics(run, error);
    if (status == TKZ_OK && recipe->scores_path != NULL)
        status = tkz__made_with_text(recipe, &run->filter_words, run->filters, &run->allocator,
                                     &run->made_with, error);
    if (status == TKZ_OK && recipe->statistics)
        status = tkz__statistics_init(&run->statistics, &run->statistics_plan, error);
    if (status == TKZ_OK && recipe->boundaries != NULL)
        status = tkz_dictionary_open(&run->dictionary, recipe->boundaries, NULL, 0,
                                     &run->allocator, error);
    if (status == TKZ_OK && recipe->encode_boundaries != NULL)
        status = tkz_dictionary_open(&run->encode_dictionary, recipe->encode_boundaries, NULL, 0,
                                     &run->allocator, error);
    if (status == TKZ_OK && run->encode_dictionary != NULL)
        status = tkz_dictionary_boundaries(run->encode_dictionary, &run->words, error);
    if (status == TKZ_OK && recipe->vocabulary_file != NULL)
        status = tkz__run_open_vocabulary(run, error);
    return status;
}

static tkz_status open_staged(tkz__run *run, tkz_error *error)
{
    char path[4096], index[4096];
    if (run->staged.starts != NULL)
        return TKZ_OK;
    tkz_status status = tkz__join_path(path, run->journal.work, "staged.zst", error);
    if (status == TKZ_OK)
        status = tkz__join_path(index, run->journal.work, "staged.index", error);
    if (status == TKZ_OK)
        status = tkz__staged_file_open(&run->staged, path, index, error);
    return status;
}

/* Cheap beside any pass over documents, so it is repeated after an interruption. */
static tkz_status decide_duplicates(tkz__run *run, tkz_error *error)
{
    char path[4096];
    double start = tkz__run_clock();
    tkz_status status = tkz__join_path(path, run->journal.work, "signatures", error);
    if (status == TKZ_OK)
        status = tkz__bitmap_init(&run->repeated, run->staged_documents, &run->allocator, error);
    if (status == TKZ_OK)
        status = tkz__exact_decide(path, run->staged_documents, run->memory, &run->repeated,
                                   error);
    tkz__run_add_timing(run, "dedup", tkz__run_clock() - start, run->staged_documents * 16);
    return status;
}

static tkz_status carry_out(tkz__run *run, tkz__step step, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    switch (step) {
    case TKZ__STEP_READ:
        return tkz__run_frames(run, step, error);
    case TKZ__STEP_DEDUP:
        return decide_duplicates(run, error);
    case TKZ__STEP_COUNT:
        status = open_staged(run, error);
        return status == TKZ_OK ? tkz__run_frames(run, step, error) : status;
    case TKZ__STEP_TRAIN:
        status = tkz__run_train(run, error);
        return status == TKZ_OK ? tkz__run_publish_vocabulary(run, error) : status;
    case TKZ__STEP_WRITE:
        status = open_staged(run, error);
        if (status == TKZ_OK && run->recipe->encode && run->tokenizer == NULL)
            status = tkz__run_open_vocabulary(run, error);
        return status == TKZ_OK ? tkz__run_frames(run, step, error) : status;
    default:
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, "run", TKZ__NO_OFFSET,
                              "there is no step %d", (int)step);
    }
}

/* Where an interrupted run can begin again once everything up to `step` is done: the
 * decisions of DEDUP and the tables of COUNT are made anew rather than kept. */
static bool is_resume_point(tkz__step next)
{
    return next == TKZ__STEP_DEDUP || next == TKZ__STEP_WRITE;
}

static tkz_status go_through(tkz__run *run, tkz__step first, tkz_error *error)
{
    for (int step = 0; step < TKZ__STEP_END; step++) {
        if (!run->needed[step])
            continue;
        /* Deduplication is decided again even if later steps remain only. */
        bool repeat = step == TKZ__STEP_DEDUP;
        tkz_status status = TKZ_OK;
        if (step >= (int)first || repeat)
            status = carry_out(run, (tkz__step)step, error);
        run->step_index++;
        if (status != TKZ_OK)
            return status;
        if (step < (int)first || run->journal.directory == NULL)
            continue;
        if (is_resume_point((tkz__step)(step + 1)))
            status = tkz__run_save(run, (tkz__step)(step + 1), NULL, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

static tkz_status finish(tkz__run *run, tkz_error *error)
{
    tkz_status status = tkz__run_check_accounts(run, error);
    bool publishes_given = run->recipe->directory != NULL && run->recipe->encode &&
                           run->recipe->vocabulary_file != NULL;
    if (status == TKZ_OK && publishes_given)
        status = tkz__run_publish_vocabulary(run, error); /* so that the directory stands alone */
    if (status == TKZ_OK)
        status = tkz__run_publish_counts(run, error);
    if (status == TKZ_OK)
        status = tkz__streams_commit(&run->streams, error);
    if (status == TKZ_OK && run->recipe->directory != NULL)
        status = tkz__run_write_manifest(run, error);
    return status;
}

static void close_run(tkz__run *run, tkz_status status)
{
    tkz__staged_file_close(&run->staged);
    tkz__bitmap_free(&run->repeated);
    tkz__streams_discard(&run->streams);
    tkz__word_counter_free(run->counter);
    tkz__word_rules_free(&run->rules);
    tkz_tokenizer_free(run->tokenizer);
    tkz_dictionary_free(run->dictionary);
    tkz_dictionary_free(run->encode_dictionary);
    tkz_dictionary_free(run->filter_dictionary);
    tkz_filter_set_free(run->filters);
    if (run->made_with != NULL)
        tkz__release(&run->allocator, run->made_with, strlen(run->made_with) + 1);
    tkz__statistics_free(&run->statistics);
    tkz__statistics_plan_free(&run->statistics_plan);
    json_decref(run->vocabulary);
    json_decref(run->not_exported);
    json_decref(run->files);
    json_decref(run->timings);
    if (status == TKZ_OK || run->journal.directory == NULL)
        tkz__journal_remove_work(&run->journal);
    tkz__journal_close(&run->journal);
}

tkz_status tkz_run(const tkz_recipe *recipe, const tkz_executor *executor, uint64_t memory,
                   int32_t overwrite, const tkz_progress_callback *progress,
                   const tkz_allocator *allocator, tkz_bytes *report, tkz_error *error)
{
    tkz__run run = {
        .recipe = recipe,
        .executor = executor,
        .progress = progress,
        .allocator = tkz__allocator_or_default(allocator),
        .memory = memory,
    };
    tkz__step first = TKZ__STEP_READ;
    if (report != NULL)
        memset(report, 0, sizeof *report);
    run.journal.lock = -1;
    run.files = json_array();
    run.timings = json_array();
    plan(&run);

    tkz_status status = open_shared(&run, error);
    if (status == TKZ_OK)
        status = tkz__journal_open(&run.journal, recipe, overwrite != 0, error);
    if (status == TKZ_OK)
        status = take_up(&run, &first, error);
    if (status == TKZ_OK && !run.resumed)
        status = tkz__run_save(&run, TKZ__STEP_READ, NULL, error);
    if (status == TKZ_OK)
        status = tkz__streams_open(&run.streams, recipe, error);
    if (status == TKZ_OK)
        status = go_through(&run, first, error);
    if (status == TKZ_OK)
        status = finish(&run, error);
    if (report != NULL) {
        tkz_status told = tkz__run_report(&run, report, status == TKZ_OK ? error : NULL);
        if (status == TKZ_OK)
            status = told;
    }
    close_run(&run, status);
    return status;
}
