/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting on several threads in bounded memory. Leans on word_cells, word_cut, word_table and
 * word_merge. What a thread writes out is a word table too, in a nameless file of its own.
 */
#include "train/word_counter.h"

#include <string.h>

#include "train/word_cells.h"
#include "train/word_merge.h"

enum {
    /* Of a worker's share, for what writing a table out takes: zstd's state at level 1 is 600 KB,
     * a block and its compressed form are below 200 KB. */
    OVERHEAD = 1 << 20,
    /* Tables that are merged at once: each takes a block and some, 200 KB. */
    FAN_IN = 64,
    RUN_LEVEL = 1,
    BATCH = 256,
};

/* A table that was written out. */
typedef struct word_run {
    const tkz__block_file *file;
    uint64_t start;
    uint64_t size;
} word_run;

typedef struct run_list {
    word_run *items;
    size_t count;
    size_t capacity;
} run_list;

typedef struct count_worker {
    tkz__word_cells cells;
    tkz__word_cutter cutter;
    tkz__block_file file; /* made when it is needed */
    bool has_file;
    run_list runs;
    tkz__word_intake intake;
    tkz_status status; /* of finish */
    tkz_error error;
} count_worker;

struct tkz__word_counter {
    tkz_allocator allocator;
    tkz__word_head head;
    char *texts[TKZ__WORD_FACTS];
    char **sources;
    uint32_t source_count;
    char *folder;
    count_worker *workers;
    uint32_t worker_count;
    bool finished;

    /* The pass over the words. */
    run_list runs; /* of all workers */
    tkz__word_merge *merge;
    tkz__word_table_reader **readers;
    size_t reader_count;
    tkz__word_cells_stream *cell_streams;
};

/* ---- Making and freeing ----------------------------------------------------- */

static tkz_status copy_text(const tkz_allocator *memory, const char *text, char **copy,
                            tkz_error *error)
{
    if (text == NULL)
        text = "";
    *copy = tkz__duplicate(memory, text, strlen(text));
    return *copy != NULL ? TKZ_OK : tkz__error_memory(error, strlen(text) + 1);
}

static void release_text(const tkz_allocator *memory, char *text)
{
    if (text != NULL)
        tkz__release(memory, text, strlen(text) + 1);
}

static tkz_status copy_head(tkz__word_counter *counter, const tkz__word_counter_options *options,
                            tkz_error *error)
{
    static const char *const all[] = {"all"};
    const char *const *sources = options->sources != NULL ? options->sources : all;
    const char *const facts[TKZ__WORD_FACTS] = {
        [TKZ__WORD_PRE_TOKENIZER] = options->rules->pre_tokenizer_name,
        [TKZ__WORD_CUT] = options->rules->cut_names,
        [TKZ__WORD_NORMAL_FORM] = options->normal_form,
        [TKZ__WORD_BOUNDARIES] = options->boundaries,
    };
    const tkz_allocator *memory = &counter->allocator;
    tkz_status status = TKZ_OK;
    for (int i = 0; status == TKZ_OK && i < TKZ__WORD_FACTS; i++) {
        status = copy_text(memory, facts[i], &counter->texts[i], error);
        counter->head.facts[i] = counter->texts[i];
    }
    if (status != TKZ_OK)
        return status;
    uint32_t count = options->sources != NULL ? options->source_count : 1;
    counter->sources = tkz__allocate_zeroed(memory, count * sizeof *counter->sources);
    if (counter->sources == NULL)
        return tkz__error_memory(error, count * sizeof *counter->sources);
    counter->source_count = count;
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++)
        status = copy_text(memory, sources[i], &counter->sources[i], error);
    counter->head.sources = (const char *const *)counter->sources;
    counter->head.source_count = count;
    if (status == TKZ_OK && options->folder != NULL)
        status = copy_text(memory, options->folder, &counter->folder, error);
    return status;
}

static tkz_status make_workers(tkz__word_counter *counter,
                               const tkz__word_counter_options *options, tkz_error *error)
{
    size_t limit = 0;
    if (options->memory > 0) {
        uint64_t share = options->memory / options->workers;
        if (share < TKZ__COUNTER_LEAST_MEMORY)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                                  "counting words takes at least 2 MiB for each of %u threads; "
                                  "give more memory or fewer threads",
                                  options->workers);
        limit = share - OVERHEAD < SIZE_MAX ? (size_t)(share - OVERHEAD) : SIZE_MAX;
    }
    size_t size = (size_t)options->workers * sizeof *counter->workers;
    counter->workers = tkz__allocate_zeroed(&counter->allocator, size);
    if (counter->workers == NULL)
        return tkz__error_memory(error, size);
    counter->worker_count = options->workers;
    for (uint32_t i = 0; i < counter->worker_count; i++) {
        tkz__word_cutter_init(&counter->workers[i].cutter, options->rules);
        tkz_status status = tkz__word_cells_init(&counter->workers[i].cells, limit,
                                                 &counter->allocator, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

tkz_status tkz__word_counter_new(tkz__word_counter **counter,
                                 const tkz__word_counter_options *options,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *counter = NULL;
    if (options->workers < 1 ||
        (options->sources != NULL &&
         (options->source_count < 1 || options->source_count > TKZ__SOURCE_LIMIT)))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "words are counted by at least one worker, of 1 to %d sources",
                              TKZ__SOURCE_LIMIT);
    tkz__word_counter *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    tkz_status status = copy_head(made, options, error);
    if (status == TKZ_OK)
        status = make_workers(made, options, error);
    if (status != TKZ_OK) {
        tkz__word_counter_free(made);
        return status;
    }
    *counter = made;
    return TKZ_OK;
}

static void end_pass(tkz__word_counter *counter)
{
    for (size_t i = 0; i < counter->reader_count; i++)
        tkz__word_table_reader_free(counter->readers[i]);
    tkz__release_array(&counter->allocator, (void *)counter->readers, FAN_IN,
                       sizeof *counter->readers);
    tkz__release_array(&counter->allocator, counter->cell_streams, counter->worker_count,
                       sizeof *counter->cell_streams);
    tkz__word_merge_free(counter->merge);
    counter->readers = NULL;
    counter->reader_count = 0;
    counter->cell_streams = NULL;
    counter->merge = NULL;
}

void tkz__word_counter_drop_words(tkz__word_counter *counter)
{
    end_pass(counter);
    counter->runs.count = 0;
    for (uint32_t i = 0; i < counter->worker_count; i++) {
        count_worker *worker = &counter->workers[i];
        tkz__word_cells_free(&worker->cells);
        if (worker->has_file)
            tkz__block_file_close(&worker->file);
        worker->has_file = false;
    }
}

void tkz__word_counter_free(tkz__word_counter *counter)
{
    if (counter == NULL)
        return;
    const tkz_allocator *memory = &counter->allocator;
    tkz__word_counter_drop_words(counter);
    for (uint32_t i = 0; i < counter->worker_count; i++) {
        count_worker *worker = &counter->workers[i];
        tkz__word_cutter_free(&worker->cutter);
        tkz__release_array(memory, worker->runs.items, worker->runs.capacity,
                           sizeof *worker->runs.items);
    }
    tkz__release_array(memory, counter->workers, counter->worker_count, sizeof *counter->workers);
    tkz__release_array(memory, counter->runs.items, counter->runs.capacity,
                       sizeof *counter->runs.items);
    for (int i = 0; i < TKZ__WORD_FACTS; i++)
        release_text(memory, counter->texts[i]);
    for (uint32_t i = 0; i < counter->source_count; i++)
        release_text(memory, counter->sources[i]);
    tkz__release_array(memory, (void *)counter->sources, counter->source_count,
                       sizeof *counter->sources);
    release_text(memory, counter->folder);
    tkz_allocator allocator = *memory;
    tkz__release(&allocator, counter, sizeof *counter);
}

/* ---- Writing out ------------------------------------------------------------ */

static tkz_status add_run(const tkz_allocator *memory, run_list *runs, word_run run,
                          tkz_error *error)
{
    void *items = runs->items;
    tkz_status status = tkz__array_reserve(memory, &items, &runs->capacity, runs->count + 1,
                                           sizeof *runs->items, error);
    runs->items = items;
    if (status == TKZ_OK)
        runs->items[runs->count++] = run;
    return status;
}

static tkz_status append_to_file(void *context, const void *data, size_t size, tkz_error *error)
{
    return tkz__block_file_append(context, data, size, error);
}

/* Writes a stream into the worker's file. */
static tkz_status write_run(tkz__word_counter *counter, count_worker *worker,
                            tkz__word_stream stream, run_list *runs, tkz_error *error)
{
    if (!worker->has_file) {
        tkz_status status = tkz__block_file_scratch(&worker->file, counter->folder,
                                                    &counter->allocator, error);
        if (status != TKZ_OK)
            return status;
        worker->has_file = true;
    }
    word_run run = {&worker->file, worker->file.size, 0};
    tkz__word_sink sink = {&worker->file, append_to_file};
    tkz_status status = tkz__word_table_write(sink, &counter->head, RUN_LEVEL, stream, NULL,
                                              &counter->allocator, error);
    run.size = worker->file.size - run.start;
    return status == TKZ_OK ? add_run(&counter->allocator, runs, run, error) : status;
}

/* Writes the worker's table out and empties it. */
static tkz_status spill(tkz__word_counter *counter, count_worker *worker, tkz_error *error)
{
    tkz__word_cells_stream stream;
    if (counter->folder == NULL)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                              "the table of word counts needs more memory than allowed, and there "
                              "is no directory to write to; give more memory or fewer threads");
    tkz__word_cells_sort(&worker->cells);
    tkz__word_stream words =
        tkz__word_cells_begin(&stream, &worker->cells, counter->head.source_count);
    tkz_status status = write_run(counter, worker, words, &worker->runs, error);
    worker->intake.runs++;
    return status;
}

/* ---- Counting --------------------------------------------------------------- */

static tkz_status add_key(tkz__word_counter *counter, count_worker *worker,
                          const tkz__word_key *key, uint32_t source, uint64_t count,
                          tkz_error *error)
{
    bool full;
    tkz_status status = tkz__word_cells_add(&worker->cells, key, source, count, &full, error);
    if (status != TKZ_OK || !full)
        return status;
    status = spill(counter, worker, error);
    if (status == TKZ_OK)
        status = tkz__word_cells_clear(&worker->cells, error);
    if (status == TKZ_OK)
        status = tkz__word_cells_add(&worker->cells, key, source, count, &full, error);
    if (status == TKZ_OK && full)
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, NULL, TKZ__NO_OFFSET,
                              "an empty table has no room for a word; please report this");
    return status;
}

static tkz_status check_place(const tkz__word_counter *counter, uint32_t worker, uint32_t source,
                              tkz_error *error)
{
    if (worker < counter->worker_count && source < counter->head.source_count &&
        !counter->finished)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "there is no worker %u or source %u, or counting is finished", worker,
                          source);
}

tkz_status tkz__word_counter_add_word(tkz__word_counter *counter, uint32_t worker, uint32_t source,
                                      const void *word, size_t size, uint64_t count,
                                      tkz_error *error)
{
    tkz_status status = check_place(counter, worker, source, error);
    if (status != TKZ_OK || count == 0)
        return status;
    if (size < 1 || size > TKZ__WORD_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a word has 1 to %zu bytes, not %zu", TKZ__WORD_LIMIT, size);
    tkz__word_key key = tkz__word_key_of(word, size);
    return add_key(counter, &counter->workers[worker], &key, source, count, error);
}

static uint64_t count_lines(const char *text, size_t size)
{
    uint64_t lines = 0;
    for (const char *end = text + size; text < end; lines++) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        text = line_end != NULL ? line_end + 1 : end;
    }
    return lines;
}

/* Counts words that are already cut. Their cells are fetched while the words are hashed. */
static tkz_status add_batch(tkz__word_counter *counter, count_worker *worker, uint32_t source,
                            size_t start, const uint32_t *ends, size_t count, tkz_error *error)
{
    tkz__word_key keys[BATCH];
    const uint8_t *text = (const uint8_t *)worker->cutter.text;
    size_t size = worker->cutter.size;
    for (size_t i = 0; i < count; i++) {
        tkz__word_key_in(&keys[i], text + start, ends[i] - start, size - start);
        tkz__word_cells_fetch(&worker->cells, keys[i].hash);
        start = ends[i];
    }
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        if (!tkz__word_cells_again(&worker->cells, &keys[i], source))
            status = add_key(counter, worker, &keys[i], source, 1, error);
    return status;
}

tkz_status tkz__word_counter_add(tkz__word_counter *counter, uint32_t worker_index,
                                 uint32_t source, const char *text, size_t size,
                                 const tkz__boundary_source *boundaries, tkz_error *error)
{
    uint32_t ends[BATCH];
    tkz_status status = check_place(counter, worker_index, source, error);
    if (status != TKZ_OK)
        return status;
    count_worker *worker = &counter->workers[worker_index];
    worker->intake.documents++;
    worker->intake.lines += count_lines(text, size);
    worker->intake.bytes += size;
    status = tkz__word_cutter_begin(&worker->cutter, text, size, boundaries, error);
    size_t start = 0, count = 1;
    while (status == TKZ_OK && count > 0) {
        status = tkz__word_cutter_next(&worker->cutter, ends, BATCH, &count, error);
        if (status == TKZ_OK && count > 0)
            status = add_batch(counter, worker, source, start, ends, count, error);
        if (count > 0)
            start = ends[count - 1];
    }
    return status;
}

/* ---- The end ---------------------------------------------------------------- */

static void sort_task(void *argument, uint32_t index)
{
    tkz__word_counter *counter = argument;
    tkz__word_cells_sort(&counter->workers[index].cells);
}

/* Somebody has written out, so all do: then the tables' memory is free for merging. */
static void spill_task(void *argument, uint32_t index)
{
    tkz__word_counter *counter = argument;
    count_worker *worker = &counter->workers[index];
    if (worker->cells.count > 0)
        worker->status = spill(counter, worker, &worker->error);
    tkz__word_cells_free(&worker->cells);
}

static tkz_status for_all_workers(tkz__word_counter *counter, const tkz_executor *executor,
                                  void (*task)(void *argument, uint32_t index), tkz_error *error)
{
    uint32_t width = executor != NULL ? executor->width : 1;
    tkz_status status = TKZ_OK;
    if (width >= counter->worker_count && width > 1)
        status = executor->run(executor->context, counter->worker_count, task, counter);
    else
        for (uint32_t i = 0; i < counter->worker_count; i++)
            task(counter, i);
    if (status != TKZ_OK)
        return tkz__error_set(error, status, NULL, TKZ__NO_OFFSET,
                              "the executor did not run its tasks");
    for (uint32_t i = 0; i < counter->worker_count; i++) {
        if (counter->workers[i].status == TKZ_OK)
            continue;
        if (error != NULL)
            *error = counter->workers[i].error;
        return counter->workers[i].status;
    }
    return TKZ_OK;
}

/* Begins a pass over at most FAN_IN runs. */
static tkz_status open_runs(tkz__word_counter *counter, const word_run *runs, size_t count,
                            tkz_error *error)
{
    end_pass(counter);
    counter->readers = tkz__allocate_array(&counter->allocator, FAN_IN, sizeof *counter->readers);
    if (counter->readers == NULL)
        return tkz__error_memory(error, FAN_IN * sizeof *counter->readers);
    tkz_status status = tkz__word_merge_new(&counter->merge, counter->head.source_count,
                                            &counter->allocator, error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        tkz__word_table_reader **reader = &counter->readers[i];
        status = tkz__word_table_reader_new(reader, runs[i].file, runs[i].start, runs[i].size,
                                            &counter->allocator, error);
        if (status != TKZ_OK)
            break;
        counter->reader_count++;
        status = tkz__word_merge_add(counter->merge, tkz__word_table_reader_stream(*reader), NULL,
                                     counter->head.source_count, error);
    }
    return status;
}

/* Merges runs, FAN_IN of them at a time, until so many are left. */
static tkz_status reduce_runs(tkz__word_counter *counter, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    size_t first = 0;
    while (status == TKZ_OK && counter->runs.count - first > FAN_IN) {
        /* The first pass takes as many as make the last one full, the others are all full. */
        size_t left = counter->runs.count - first;
        size_t count = left - FAN_IN + 1 < FAN_IN ? left - FAN_IN + 1 : FAN_IN;
        status = open_runs(counter, counter->runs.items + first, count, error);
        if (status == TKZ_OK)
            status = write_run(counter, &counter->workers[0],
                               tkz__word_merge_stream(counter->merge), &counter->runs, error);
        first += count;
    }
    end_pass(counter);
    counter->runs.count -= first;
    memmove(counter->runs.items, counter->runs.items + first,
            counter->runs.count * sizeof *counter->runs.items);
    return status;
}

static tkz_status gather_runs(tkz__word_counter *counter, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; i < counter->worker_count; i++) {
        const run_list *runs = &counter->workers[i].runs;
        for (size_t k = 0; status == TKZ_OK && k < runs->count; k++)
            status = add_run(&counter->allocator, &counter->runs, runs->items[k], error);
    }
    return status;
}

tkz_status tkz__word_counter_finish(tkz__word_counter *counter, const tkz_executor *executor,
                                    tkz_error *error)
{
    bool spilled = false;
    for (uint32_t i = 0; i < counter->worker_count; i++)
        spilled = spilled || counter->workers[i].runs.count > 0;
    counter->finished = true;
    tkz_status status =
        for_all_workers(counter, executor, spilled ? spill_task : sort_task, error);
    if (status != TKZ_OK || !spilled)
        return status;
    status = gather_runs(counter, error);
    return status == TKZ_OK ? reduce_runs(counter, error) : status;
}

static tkz_status open_cells(tkz__word_counter *counter, tkz_error *error)
{
    end_pass(counter);
    counter->cell_streams = tkz__allocate_array(&counter->allocator, counter->worker_count,
                                                sizeof *counter->cell_streams);
    if (counter->cell_streams == NULL)
        return tkz__error_memory(error, counter->worker_count * sizeof *counter->cell_streams);
    tkz_status status = tkz__word_merge_new(&counter->merge, counter->head.source_count,
                                            &counter->allocator, error);
    for (uint32_t i = 0; status == TKZ_OK && i < counter->worker_count; i++) {
        tkz__word_stream words = tkz__word_cells_begin(&counter->cell_streams[i],
                                                       &counter->workers[i].cells,
                                                       counter->head.source_count);
        status = tkz__word_merge_add(counter->merge, words, NULL, counter->head.source_count,
                                     error);
    }
    return status;
}

tkz_status tkz__word_counter_begin(tkz__word_counter *counter, tkz__word_stream *stream,
                                   tkz_error *error)
{
    tkz_status status = counter->runs.count > 0
                            ? open_runs(counter, counter->runs.items, counter->runs.count, error)
                            : open_cells(counter, error);
    if (status == TKZ_OK)
        *stream = tkz__word_merge_stream(counter->merge);
    return status;
}

const tkz__word_head *tkz__word_counter_head(const tkz__word_counter *counter)
{
    return &counter->head;
}

tkz__word_intake tkz__word_counter_intake(const tkz__word_counter *counter)
{
    tkz__word_intake sum = {0};
    for (uint32_t i = 0; i < counter->worker_count; i++) {
        const tkz__word_intake *part = &counter->workers[i].intake;
        sum.documents += part->documents;
        sum.lines += part->lines;
        sum.bytes += part->bytes;
        sum.runs += part->runs;
        sum.cut_words += counter->workers[i].cutter.cut_words;
    }
    return sum;
}
