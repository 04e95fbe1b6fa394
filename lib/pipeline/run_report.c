/* SPDX-License-Identifier: Apache-2.0
 *
 * The accounts of a run: checked against independent counts, written into the
 * manifest, told to the caller. Leans on corpus' manifest and jansson.
 */
#include <string.h>
#include <sys/stat.h>

#include "pipeline/run.h"

/* ---- Checking ---------------------------------------------------------------- */

static tkz_status compare(const char *left, uint64_t a, const char *right, uint64_t b,
                          tkz_error *error)
{
    if (a == b)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_COUNTS_DISAGREE, "accounts", TKZ__NO_OFFSET,
                          "%llu %s, but %llu %s; nothing was published as complete, please "
                          "report this",
                          (unsigned long long)a, left, (unsigned long long)b, right);
}

static uint64_t count_of(const tkz__reason_count *reasons, const char *reason)
{
    for (size_t i = 0; i < TKZ__TALLY_REASONS && reasons[i].count > 0; i++)
        if (strcmp(reasons[i].reason, reason) == 0)
            return reasons[i].count;
    return 0;
}

/* Every filter hands on what it does not drop. Duplicates and texts that cannot be encoded go later. */
static tkz_status check_statistics(const tkz__run *run, tkz_error *error)
{
    const tkz__statistics *s = &run->statistics;
    const tkz__tally *t = &run->total;
    uint64_t left = s->in.documents, dropped = 0;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < s->plan->filter_count && status == TKZ_OK; i++) {
        status = compare("documents were left by the filters before", left, "came to a filter",
                         s->accounts[i].in.documents, error);
        left -= s->accounts[i].dropped.documents;
        dropped += s->accounts[i].dropped.documents;
    }
    if (status == TKZ_OK)
        status = compare("documents were left by all filters", left, "were kept by them",
                         s->kept.documents, error);
    if (status == TKZ_OK)
        status = compare("documents were dropped by filters", dropped, "are in the accounts",
                         t->dropped - count_of(t->dropped_by, "duplicate"), error);
    if (status == TKZ_OK)
        status = compare("records were judged", s->in.documents, "are not bad",
                         t->documents_in - t->bad + count_of(t->bad_by, "encode_limit"), error);
    return status;
}

tkz_status tkz__run_check_accounts(const tkz__run *run, tkz_error *error)
{
    const tkz__tally *t = &run->total;
    const tkz__written *w = &run->written;
    const tkz_recipe *recipe = run->recipe;
    bool staged = run->needed[TKZ__STEP_READ] && run->passes[TKZ__STEP_READ].stage;
    bool writes = recipe->text_shards || recipe->records_path != NULL;
    bool into_directory = recipe->directory != NULL;
    tkz_status status = compare("records were counted in the input", t->records_counted,
                                "were read", t->documents_in, error);
    if (status == TKZ_OK)
        status = compare("records were read", t->documents_in, "are kept, dropped or bad",
                         t->kept + t->dropped + t->bad, error);
    if (status == TKZ_OK && staged)
        status = compare("documents were kept", run->staged_documents, "were staged", w->staged,
                         error);
    if (status == TKZ_OK && recipe->dedup)
        status = compare("documents were kept", run->staged_documents, "were signed",
                         w->signatures, error);
    if (status == TKZ_OK && writes)
        status = compare("documents are kept", t->kept, "lines were written", w->text, error);
    if (status == TKZ_OK && recipe->encode)
        status = compare("documents are kept", t->kept, "were encoded", w->encoded, error);
    if (status == TKZ_OK && run->counter != NULL && !recipe->encode)
        status = compare("documents are kept for counting", t->kept - t->held_documents,
                         "were counted", tkz__word_counter_intake(run->counter).documents, error);
    if (status == TKZ_OK && recipe->rejects)
        status = compare("documents were dropped", t->dropped, "rejects were written", w->rejects,
                         error);
    if (status == TKZ_OK && recipe->scores_path != NULL)
        status = compare("records were read and not bad", t->documents_in - t->bad,
                         "scores were written", w->scores, error);
    if (status == TKZ_OK && run->statistics.plan != NULL)
        status = check_statistics(run, error);
    if (status == TKZ_OK && (into_directory || recipe->bad_path != NULL))
        status = compare("records are bad", t->bad, "were quarantined", w->bad, error);
    return status;
}

/* ---- What is told --------------------------------------------------------------- */

static json_t *documents(const tkz__run *run)
{
    const tkz__tally *t = &run->total;
    json_t *samples = json_array();
    for (size_t i = 0; i < t->sample_count; i++) {
        const tkz__bad_sample *s = &t->samples[i];
        json_array_append_new(
            samples, json_pack("{s:s, s:I, s:I, s:s, s:s}", "source",
                               run->recipe->paths[s->source], "line", (json_int_t)s->line,
                               "offset", (json_int_t)s->offset, "reason", s->reason, "message",
                               s->message));
    }
    json_t *object =
        json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "in", (json_int_t)t->documents_in,
                     "kept", (json_int_t)t->kept, "dropped", (json_int_t)t->dropped, "bad",
                     (json_int_t)t->bad, "dropped_by_reason", tkz__reasons_to_json(t->dropped_by),
                     "bad_by_reason", tkz__reasons_to_json(t->bad_by), "bad_first", samples);
    if (run->recipe->normal_form != NULL)
        json_object_set_new(object, "normalized", json_integer((json_int_t)t->normalized));
    if (run->recipe->editors != NULL)
        json_object_set_new(object, "edited", json_integer((json_int_t)t->edited));
    if (run->filters != NULL && tkz_filter_set_needs_url(run->filters) != NULL)
        json_object_set_new(object, "without_url", json_integer((json_int_t)t->without_url));
    return object;
}

/* Adds what the steps of a chain count; a step that stands there twice is counted as one. */
static void add_changes(json_t *object, const tkz_normal_form *form, const uint64_t *changes)
{
    for (size_t i = 0; i < tkz_normal_form_count_total(form); i++) {
        const char *name = tkz_normal_form_count_name(form, i);
        json_int_t before = json_integer_value(json_object_get(object, name));
        json_object_set_new(object, name, json_integer(before + (json_int_t)changes[i]));
    }
}

static json_t *changes(const tkz__run *run)
{
    const tkz_recipe *recipe = run->recipe;
    json_t *object = json_object();
    add_changes(object, recipe->normal_form, run->total.changes);
    add_changes(object, recipe->editors,
                run->total.changes + tkz_normal_form_count_total(recipe->normal_form));
    return object;
}

static json_t *encoding(const tkz__run *run)
{
    const tkz__tally *t = &run->total;
    json_t *object =
        json_pack("{s:I, s:I, s:I}", "tokens", (json_int_t)t->tokens, "characters",
                  (json_int_t)t->characters_kept, "bytes", (json_int_t)t->text_bytes_kept);
    if (t->held_tokens > 0)
        json_object_set_new(
            object, "heldout",
            json_pack("{s:I, s:I, s:I, s:f}", "documents", (json_int_t)t->held_documents,
                      "characters", (json_int_t)t->held_characters, "tokens",
                      (json_int_t)t->held_tokens, "characters_per_token",
                      (double)t->held_characters / (double)t->held_tokens));
    return object;
}

/* What depends on recipe and input alone, for manifest and report. */
static json_t *results(const tkz__run *run)
{
    const tkz__tally *t = &run->total;
    json_t *object = json_object();
    json_object_set_new(object, "documents", documents(run));
    if (tkz_normal_form_count_total(run->recipe->normal_form) +
            tkz_normal_form_count_total(run->recipe->editors) > 0)
        json_object_set_new(object, "changes", changes(run));
    json_object_set_new(object, "bytes",
                        json_pack("{s:I, s:I, s:I, s:I}", "in", (json_int_t)t->bytes_in,
                                  "stored_in", (json_int_t)run->stored_in, "text_in",
                                  (json_int_t)t->text_bytes_in, "text_kept",
                                  (json_int_t)t->text_bytes_kept));
    if (run->vocabulary != NULL)
        json_object_set(object, "vocabulary", run->vocabulary);
    else if (run->tokenizer != NULL)
        json_object_set_new(object, "vocabulary",
                            json_pack("{s:I}", "size",
                                      (json_int_t)tkz_tokenizer_size(run->tokenizer)));
    if (run->not_exported != NULL)
        json_object_set(json_object_get(object, "vocabulary"), "not_exported", run->not_exported);
    if (run->recipe->encode)
        json_object_set_new(object, "encoding", encoding(run));
    return object;
}

tkz_status tkz__run_report(const tkz__run *run, tkz_bytes *report, tkz_error *error)
{
    json_t *object = results(run);
    json_t *words = tkz__run_words(run);
    if (words != NULL)
        json_object_set_new(object, "words", words);
    if (run->statistics.plan != NULL)
        json_object_set_new(object, "statistics", tkz__statistics_to_json(&run->statistics));
    json_object_set(object, "passes", run->timings);
    json_object_set(object, "files", run->files);
    if (run->recipe->directory != NULL)
        json_object_set_new(object, "directory", json_string(run->recipe->directory));
    json_object_set_new(object, "resumed", json_boolean(run->resumed));

    tkz__buffer buffer;
    tkz__buffer_init(&buffer, &run->allocator);
    char *text = json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    if (text == NULL)
        return tkz__error_memory(error, 0);
    tkz_status status = tkz__buffer_append_text(&buffer, text, error);
    free(text);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, report);
    tkz__buffer_free(&buffer);
    return status;
}

/* ---- The manifest ------------------------------------------------------------------ */

static json_t *inputs(const tkz_recipe *recipe)
{
    json_t *array = json_array();
    for (size_t i = 0; i < recipe->path_count; i++) {
        struct stat info;
        json_t *entry = json_pack("{s:s}", "name", recipe->paths[i]);
        if (stat(recipe->paths[i], &info) == 0 && S_ISREG(info.st_mode))
            json_object_set_new(entry, "stored_size", json_integer((json_int_t)info.st_size));
        json_array_append_new(array, entry);
    }
    return array;
}

tkz_status tkz__run_write_manifest(const tkz__run *run, tkz_error *error)
{
    json_t *header = json_object();
    json_object_set(header, "recipe", run->recipe->json);
    json_object_set_new(header, "inputs", inputs(run->recipe));
    json_object_set_new(header, "results", results(run));
    if (run->dictionary != NULL) {
        tkz_dictionary_info info;
        tkz_status status = tkz_dictionary_describe(run->dictionary, &info, error);
        if (status != TKZ_OK) {
            json_decref(header);
            return status;
        }
        char hash[17];
        snprintf(hash, sizeof hash, "%016llx", (unsigned long long)info.hash);
        json_object_set_new(header, "dictionary",
                            json_pack("{s:s, s:s}", "path", info.path, "xxh3", hash));
    }
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    if (text == NULL)
        return tkz__error_memory(error, 0);

    size_t count = json_array_size(run->files);
    tkz__manifest_file *files = tkz__allocate_array(&run->allocator, count, sizeof *files);
    tkz_status status = files != NULL ? TKZ_OK : tkz__error_memory(error, count * sizeof *files);
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        status = tkz__manifest_file_from_json(json_array_get(run->files, i), "journal", i,
                                              &files[i], error);
    if (status == TKZ_OK)
        status = tkz__manifest_write(run->recipe->directory, text, strlen(text), files, count,
                                     error);
    tkz__release_array(&run->allocator, files, count, sizeof *files);
    free(text);
    return status;
}
