/* SPDX-License-Identifier: Apache-2.0
 *
 * A pass over documents: frames come from the inputs or the staged file, are
 * worked on by all threads, and go to the sinks in order; from time to time the
 * journal learns how far that is. Leans on core's ordered map and this room.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "core/memory_budget.h"
#include "core/ordered.h"
#include "pipeline/run.h"

/* Seconds between two entries of the journal: an interrupted run repeats at most this much,
 * and syncing costs well under a percent. */
static const double checkpoint_interval = 5.0;

double tkz__run_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* An item and where the source stands behind it. */
typedef struct frame_slot {
    tkz__job_item item;
    tkz__read_position after;
    uint64_t stored_done;
} frame_slot;

/* A pass while it runs. */
typedef struct frame_pass {
    tkz__run *run;
    tkz__step step;
    tkz__job_context context;
    tkz__memory_budget budget; /* what the context allocates from, where memory is bounded */
    tkz__frame_reader *reader; /* of the inputs */
    uint64_t next_block;       /* of the staged file */
    tkz__job_worker *workers;
    uint32_t worker_count;
    frame_slot *slots;
    void **slot_pointers;
    size_t slot_count;
    tkz__sinks sinks;
    tkz__tally tally; /* of this pass */
    tkz__read_position position;
    uint64_t blocks_done;
    uint64_t bytes_done;
    double last_save;
} frame_pass;

/* ---- The three parts of the ordered map ------------------------------------- */

/* There is no memory for a record that the recipe allows. */
static tkz_status refuse_record(const frame_pass *p, const tkz__frame *frame, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_LIMIT, p->run->recipe->paths[frame->source], frame->offset,
                          "the record in line %" PRIu64 " has %" PRIu64 " bytes, and the memory allowed has room for "
                          "records of %" PRIu64 " with %" PRIu32 " threads; give more memory or fewer threads, or set "
                          "that as the record limit, above which records are bad",
                          frame->first_line, frame->oversized_size, frame->record_limit, p->worker_count);
}

/* Whether it was the bound of memory that had no room. */
static bool is_out_of_budget(const frame_pass *p, tkz_status status)
{
    return status == TKZ_STATUS_OUT_OF_MEMORY && p->context.allocator.context == &p->budget &&
           atomic_load(&p->budget.missing) != 0;
}

/* What documents take that are on their way is known when they are there: how much memory filters need depends on what is in
 * a text. `line`: the first one of those that had no room. */
static tkz_status explain_memory(frame_pass *p, tkz_status status, uint32_t source, uint64_t offset, uint64_t line,
                                 tkz_error *error)
{
    if (!is_out_of_budget(p, status))
        return status;
    return tkz__error_set(error, TKZ_STATUS_LIMIT, p->run->recipe->paths[source], offset,
                          "the documents from line %" PRIu64 " on and what else is on its way take more than the memory allowed, "
                          "%" PRIu64 " bytes, with %" PRIu32 " threads; give more memory or fewer threads, or set a "
                          "record limit, above which records are bad",
                          line, p->run->memory, p->worker_count);
}

static tkz_status produce(void *context, void *item, bool *done, tkz_error *error)
{
    frame_pass *p = context;
    frame_slot *slot = item;
    if (p->context.pass->from_staged) {
        *done = p->next_block == p->run->staged.table.count;
        if (*done)
            return TKZ_OK;
        slot->item.block = p->next_block++;
        slot->stored_done = p->run->staged.starts[p->next_block];
        return TKZ_OK;
    }
    tkz__frame *frame = &slot->item.frame;
    uint64_t limit = p->run->recipe->record_limit;
    tkz__read_position before = tkz__frame_reader_position(p->reader);
    tkz_status status = tkz__frame_reader_next(p->reader, frame, done, error);
    status = explain_memory(p, status, before.source, before.offset, before.line + 1, error);
    if (status == TKZ_OK && !*done && frame->oversized && frame->oversized_size <= limit)
        return refuse_record(p, frame, error);
    if (status == TKZ_OK && !*done) {
        frame->record_limit = limit; /* above which it is bad */
        slot->after = tkz__frame_reader_position(p->reader);
        slot->stored_done = tkz__frame_reader_stored_done(p->reader);
    }
    return status;
}

static tkz_status work(void *context, void *item, uint32_t worker, tkz_error *error)
{
    frame_pass *p = context;
    frame_slot *slot = item;
    const tkz__frame *frame = &slot->item.frame;
    tkz_status status = tkz__job_run(&p->context, &p->workers[worker], &slot->item, error);
    if (p->context.pass->from_staged)
        return status;
    return explain_memory(p, status, frame->source, frame->offset, frame->first_line, error);
}

static tkz_status save_position(frame_pass *p, tkz_error *error)
{
    json_t *sinks;
    tkz_status status = tkz__sinks_save(&p->sinks, &sinks, error);
    if (status != TKZ_OK)
        return status;
    json_t *state = json_pack(
        "{s:o, s:I, s:I, s:i, s:i, s:I, s:I, s:o}", "sinks", sinks, "blocks",
        (json_int_t)p->blocks_done, "frame", (json_int_t)p->position.frame_index, "source",
        (int)p->position.source, "format", (int)p->position.format, "offset",
        (json_int_t)p->position.offset, "line", (json_int_t)p->position.line, "tally",
        tkz__tally_to_json(&p->tally));
    p->last_save = tkz__run_clock();
    return tkz__run_save(p->run, p->step, state, error);
}

/* Adds a frame to the accounts. Only the last pass over documents says what was kept in the end. */
static tkz_status add_to_tally(frame_pass *p, const tkz__job_item *item, tkz_error *error)
{
    const tkz__pass *pass = p->context.pass;
    if (pass->from_staged && !pass->last)
        return TKZ_OK;
    return tkz__tally_add(&p->tally, &item->tally, error);
}

static tkz_status report_progress(const frame_pass *p, const frame_slot *slot, tkz_error *error)
{
    const tkz_progress_callback *callback = p->run->progress;
    if (callback == NULL || callback->report == NULL)
        return TKZ_OK;
    bool staged = p->context.pass->from_staged;
    tkz_progress progress = {
        .pass = p->context.pass->name,
        .pass_index = p->run->step_index,
        .pass_count = p->run->step_count,
        .bytes_done = slot->stored_done,
        .bytes_total = staged ? p->run->staged.starts[p->run->staged.table.count]
                              : tkz__frame_reader_stored_total(p->reader),
        .documents = p->tally.documents_in + p->tally.kept,
    };
    if (!staged)
        progress.documents = p->tally.documents_in;
    if (callback->report(callback->context, &progress) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CANCELLED, p->context.pass->name, TKZ__NO_OFFSET,
                          "interrupted");
}

static tkz_status consume(void *context, void *item, tkz_error *error)
{
    frame_pass *p = context;
    frame_slot *slot = item;
    tkz_status status = tkz__sinks_append(&p->sinks, &slot->item, error);
    if (status == TKZ_OK)
        status = add_to_tally(p, &slot->item, error);
    if (status == TKZ_OK && p->context.statistics != NULL)
        status = tkz__statistics_merge(&p->run->statistics, &slot->item.statistics, error);
    if (status != TKZ_OK)
        return status;
    p->position = slot->after;
    p->blocks_done++;
    p->bytes_done += p->context.pass->from_staged
                         ? p->run->staged.table.entries[slot->item.block].content_size
                         : slot->item.tally.bytes_in;
    bool journalled = p->run->journal.directory != NULL && p->step != TKZ__STEP_COUNT;
    if (journalled && tkz__run_clock() - p->last_save > checkpoint_interval)
        status = save_position(p, error);
    if (status == TKZ_OK)
        status = report_progress(p, slot, error);
    if (status == TKZ_STATUS_CANCELLED && journalled) {
        tkz_status saved = save_position(p, NULL);
        (void)saved; /* an older entry serves as well */
    }
    return status;
}

/* ---- Setting up ------------------------------------------------------------- */

static tkz_status make_context(frame_pass *p, tkz_error *error)
{
    tkz__run *run = p->run;
    const tkz_recipe *recipe = run->recipe;
    const tkz__pass *pass = &run->passes[p->step];
    bool into_directory = recipe->directory != NULL;
    p->context = (tkz__job_context){
        .recipe = recipe,
        .pass = pass,
        .normal_form = pass->from_staged ? NULL : recipe->normal_form,
        .editors = pass->from_staged ? NULL : recipe->editors,
        .filters = pass->from_staged ? NULL : run->filters,
        .needs_url = !pass->from_staged && run->filters != NULL && tkz_filter_set_needs_url(run->filters) != NULL,
        .filter_words = run->filter_words.open != NULL ? &run->filter_words : NULL,
        .tokenizer = run->tokenizer,
        .dictionary = run->dictionary,
        .words = run->words.open != NULL ? &run->words : NULL,
        .staged = &run->staged,
        .repeated = pass->from_staged && recipe->dedup ? &run->repeated : NULL,
        .hold = recipe->train && recipe->holdout > 0,
        .hold_below = (uint64_t)(recipe->holdout * 18446744073709551616.0),
        .keep_rejects = recipe->rejects && (!pass->from_staged || (pass->last && recipe->dedup)),
        .keep_bad = (!pass->from_staged || pass->encode) &&
                    (into_directory || recipe->bad_path != NULL),
        .statistics = !pass->from_staged && run->statistics.plan != NULL ? run->statistics.plan : NULL,
        .keep_scores = !pass->from_staged && recipe->scores_path != NULL,
        .made_with = run->made_with,
        .compress = into_directory,
        .compress_text_stream = !into_directory && tkz__stream_is_compressed(recipe->records_path),
        .compress_rejects_stream = !into_directory && tkz__stream_is_compressed(recipe->rejects_path),
        .allocator = run->allocator,
    };
    if (!pass->encode || recipe->append == NULL)
        return TKZ_OK;
    p->context.has_append = true;
    tkz_status status = tkz_tokenizer_special(run->tokenizer, recipe->append,
                                              strlen(recipe->append), &p->context.append, error);
    if (status == TKZ_STATUS_NOT_FOUND)
        status = tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, "encode.append", TKZ__NO_OFFSET,
                                "the vocabulary has no special token %s; name one that it has, "
                                "or \"\" to append none",
                                recipe->append);
    return status;
}

static tkz_status make_workers(frame_pass *p, tkz_error *error)
{
    const tkz_allocator *memory = &p->run->allocator;
    /* Counting has a bound of its own, of which what is on its way is a known part. */
    if (p->run->memory > 0 && !p->context.pass->from_staged && !p->context.pass->count) {
        tkz__memory_budget_init(&p->budget, p->run->memory, memory);
        p->context.allocator = tkz__memory_budget_allocator(&p->budget);
    }
    p->worker_count = p->run->executor != NULL ? p->run->executor->width : 1;
    /* One worker alone always has the same item, which so stays in the cache. */
    p->slot_count = p->worker_count > 1 ? (size_t)p->worker_count * 2 + 1 : 1;
    p->workers = tkz__allocate_zeroed(memory, p->worker_count * sizeof *p->workers);
    p->slots = tkz__allocate_zeroed(memory, p->slot_count * sizeof *p->slots);
    p->slot_pointers = tkz__allocate_zeroed(memory, p->slot_count * sizeof *p->slot_pointers);
    if (p->workers == NULL || p->slots == NULL || p->slot_pointers == NULL)
        return tkz__error_memory(error, p->slot_count * sizeof *p->slots);
    for (size_t i = 0; i < p->slot_count; i++) {
        tkz__job_item_init(&p->slots[i].item, &p->context.allocator);
        p->slot_pointers[i] = &p->slots[i];
    }
    for (size_t i = 0; i < p->slot_count && p->context.statistics != NULL; i++) {
        tkz_status status =
            tkz__statistics_init(&p->slots[i].item.statistics, p->context.statistics, error);
        if (status != TKZ_OK)
            return status;
    }
    if (p->context.pass->count) {
        tkz_status status = tkz__run_make_counter(p->run, p->worker_count, error);
        p->context.counter = p->run->counter;
        if (status != TKZ_OK)
            return status;
    }
    for (uint32_t i = 0; i < p->worker_count; i++) {
        tkz_status status = tkz__job_worker_init(&p->workers[i], &p->context, i, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* The state of this step in the journal of an interrupted run, or NULL. */
static const json_t *saved_state(const frame_pass *p)
{
    const json_t *saved = p->run->journal.saved;
    if (json_integer_value(json_object_get(saved, "step")) != (json_int_t)p->step)
        return NULL;
    return json_object_get(saved, "state");
}

static tkz_status take_up(frame_pass *p, const json_t *state, tkz_error *error)
{
    if (!p->context.pass->from_staged) {
        tkz_status status =
            tkz__frame_reader_new(&p->reader, p->run->recipe->paths, p->run->recipe->path_count,
                                  p->run->recipe->format, (size_t)p->run->recipe->frame_size,
                                  tkz__run_record_room(p->run, p->worker_count), &p->context.allocator, error);
        if (status != TKZ_OK)
            return status;
    }
    if (state == NULL)
        return TKZ_OK;
    p->position = (tkz__read_position){
        .frame_index = (uint64_t)json_integer_value(json_object_get(state, "frame")),
        .source = (uint32_t)json_integer_value(json_object_get(state, "source")),
        .format = (uint32_t)json_integer_value(json_object_get(state, "format")),
        .offset = (uint64_t)json_integer_value(json_object_get(state, "offset")),
        .line = (uint64_t)json_integer_value(json_object_get(state, "line")),
    };
    p->blocks_done = (uint64_t)json_integer_value(json_object_get(state, "blocks"));
    tkz_status status =
        tkz__tally_from_json(&p->tally, json_object_get(state, "tally"), error);
    if (status != TKZ_OK)
        return status;
    p->next_block = p->blocks_done;
    if (p->context.pass->from_staged)
        return p->next_block <= p->run->staged.table.count
                   ? TKZ_OK
                   : tkz__error_set(error, TKZ_STATUS_CORRUPT, "journal", TKZ__NO_OFFSET,
                                    "the journal does not fit the work files; run again with "
                                    "--overwrite");
    return tkz__frame_reader_seek(p->reader, p->position, error);
}

/* ---- After the last frame ------------------------------------------------------ */

static void add_written(tkz__written *total, const tkz__written *part)
{
    total->text += part->text;
    total->rejects += part->rejects;
    total->bad += part->bad;
    total->encoded += part->encoded;
    total->staged += part->staged;
    total->signatures += part->signatures;
    total->scores += part->scores;
}

/* Moves the pass's accounts into those of the run. */
static tkz_status close_accounts(frame_pass *p, tkz_error *error)
{
    tkz__run *run = p->run;
    if (p->context.pass->stage) {
        run->staged_documents = p->tally.kept;
        p->tally.kept = 0;
        p->tally.text_bytes_kept = 0;
    }
    if (p->reader != NULL)
        run->stored_in = tkz__frame_reader_stored_done(p->reader);
    add_written(&run->written, &p->sinks.written);
    return tkz__tally_add(&run->total, &p->tally, error);
}

static void close_pass(frame_pass *p)
{
    const tkz_allocator *memory = &p->run->allocator;
    tkz__sinks_close(&p->sinks);
    tkz__frame_reader_free(p->reader);
    for (uint32_t i = 0; p->workers != NULL && i < p->worker_count; i++)
        tkz__job_worker_free(&p->workers[i]);
    for (size_t i = 0; p->slots != NULL && i < p->slot_count; i++)
        tkz__job_item_free(&p->slots[i].item);
    tkz__release(memory, p->workers, p->worker_count * sizeof *p->workers);
    tkz__release(memory, p->slots, p->slot_count * sizeof *p->slots);
    tkz__release(memory, p->slot_pointers, p->slot_count * sizeof *p->slot_pointers);
}

tkz_status tkz__run_frames(tkz__run *run, tkz__step step, tkz_error *error)
{
    frame_pass p = {.run = run, .step = step};
    double start = tkz__run_clock();
    tkz_status status = make_context(&p, error);
    const json_t *state = saved_state(&p);
    if (status == TKZ_OK)
        status = make_workers(&p, error);
    if (status == TKZ_OK)
        status = take_up(&p, state, error);
    if (status == TKZ_OK)
        status = tkz__sinks_open(&p.sinks, &p.context, &run->streams, run->journal.work,
                                 run->journal.directory, json_object_get(state, "sinks"), error);
    if (is_out_of_budget(&p, status))
        status = tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                                "%" PRIu32 " threads take more than %" PRIu64 " bytes before any document is read; give more "
                                "memory or fewer threads",
                                p.worker_count, run->memory);
    p.last_save = tkz__run_clock();
    if (status == TKZ_OK) {
        tkz__ordered_steps steps = {&p, produce, work, consume};
        status = tkz__ordered_run(run->executor, &steps, p.slot_pointers, p.slot_count, error);
    }
    if (status == TKZ_OK && run->journal.directory != NULL && step != TKZ__STEP_COUNT)
        status = save_position(&p, error); /* finishing can be repeated from here */
    if (status == TKZ_OK)
        status = tkz__sinks_finish(&p.sinks, run->files, error);
    if (status == TKZ_OK && p.context.pass->count)
        status = tkz__run_close_counter(run, error);
    /* After a failure the accounts say how far it got. */
    tkz_status closed = close_accounts(&p, status == TKZ_OK ? error : NULL);
    tkz__run_add_timing(run, p.context.pass->name, tkz__run_clock() - start, p.bytes_done);
    close_pass(&p);
    return status != TKZ_OK ? status : closed;
}
