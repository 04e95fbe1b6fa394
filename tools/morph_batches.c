/* SPDX-License-Identifier: Apache-2.0
 *
 * Sentences of files on their way through several threads: read in batches of
 * whole lines, printed by each worker, written in the order read. A line of many megabytes is
 * printed by one worker as it is read.
 */
#include "tools/morph_batches.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/interrupt.h"
#include "tools/messages.h"
#include "tools/progress.h"

/* Enough work to make handing it over cheap, little enough that 8 threads stay below 100 MB. */
enum { BATCH_SIZE = 1024 * 1024 };

/* A line of which so much has been read without its end is printed in pieces. */
enum { LONG_LINE = 4 * BATCH_SIZE, STREAM_PART = 1 << 18 };

/* What all workers share. Everything but the constants is guarded by `lock`. */
struct morph {
    const struct arguments *arguments;
    const struct morph_request *request;
    struct progress_bar bar;
    tkz_output *output; /* used by the worker whose turn it is */

    pthread_mutex_t lock;
    pthread_cond_t turn_changed;
    size_t next_file;
    const char *source; /* of `input` */
    tkz_input *input;
    uint64_t line;           /* lines read of `source` */
    struct text carried;     /* the sentence whose end has not been read */
    tkz_progress progress;
    uint64_t bytes_of_files; /* stored bytes of the files before this one */
    bool ended; /* nothing more is to be read */
    bool is_streaming; /* a worker reads a long line to its end */
    tkz_status read_status;
    tkz_error read_error;

    uint64_t batches_read;
    uint64_t batches_written;
    tkz_status status; /* the first failure of a batch, in the order of the input */
    tkz_error error;
};

/* One batch of whole sentences on its way through a worker. */
struct batch {
    struct text lines;
    struct text result;
    uint64_t number;
    uint64_t first_line;
    const char *source;
    bool is_open; /* the beginning of a long line */
};

/* Whether a line ends mecab's lines of known words. */
static bool ends_block(const char *line, size_t size)
{
    return size == 0 || (size == 3 && memcmp(line, "EOS", 3) == 0);
}

/* ---- Reading: lock held ---------------------------------------------------- */

/* Opens the next file; false when there is none, or on a failure. */
static bool open_next(struct morph *morph)
{
    size_t count = morph->arguments->operand_count;
    if (morph->next_file >= (count > 0 ? count : 1))
        return false;
    const char *path = count > 0 ? morph->arguments->operands[morph->next_file] : "-";
    morph->next_file++;
    morph->read_status = tkz_input_open(&morph->input, path, NULL, &morph->read_error);
    morph->source = strcmp(path, "-") == 0 ? "standard input" : path;
    morph->line = 0;
    return morph->read_status == TKZ_OK;
}

static void report_progress(struct morph *morph)
{
    morph->progress.bytes_done = morph->bytes_of_files + tkz_input_stored_done(morph->input);
    tkz_progress_callback *callback = &morph->bar.callback;
    if (callback->report(callback->context, &morph->progress) != 0) {
        morph->read_status = TKZ_STATUS_CANCELLED;
    }
}

/* One read behind what the batch holds. True as long as the file has more. */
static bool read_more(struct morph *morph, struct batch *batch)
{
    struct text *lines = &batch->lines;
    static const char zeros[4096];
    size_t size = 0, start = lines->size;
    while (lines->capacity - start < BATCH_SIZE && !lines->failed) {
        text_append(lines, zeros, sizeof zeros); /* grows by doubling */
    }
    lines->size = start;
    if (lines->failed) {
        tkz_error_clear(&morph->read_error);
        morph->read_status = TKZ_STATUS_OUT_OF_MEMORY;
        return false;
    }
    morph->read_status = tkz_input_read(morph->input, lines->data + start, BATCH_SIZE, &size,
                                   &morph->read_error);
    lines->size += size;
    return morph->read_status == TKZ_OK && size > 0;
}

/* Where the last sentence that ends in lines[scanned, size) ends, behind its LF; 0 if none does. */
static size_t last_end(const struct morph *morph, const struct text *lines, size_t *scanned)
{
    if (!morph->request->is_partial) {
        const char *end =
            memrchr(lines->data + *scanned, '\n', lines->size - *scanned);
        *scanned = lines->size;
        return end != NULL ? (size_t)(end - lines->data) + 1 : 0;
    }
    size_t found = 0;
    for (const char *end;
         (end = memchr(lines->data + *scanned, '\n', lines->size - *scanned)) != NULL;) {
        const char *line = lines->data + *scanned;
        *scanned = (size_t)(end - lines->data) + 1;
        if (ends_block(line, (size_t)(end - line)))
            found = *scanned;
        if (*scanned == lines->size)
            break;
    }
    return found;
}

/* Takes whole sentences off the input: up to one read of a megabyte, and more only until one ends. A
 * pipe gives less at a time, so that lines typed or produced slowly come out at once. */
static void read_sentences(struct morph *morph, struct batch *batch)
{
    batch->lines.size = 0;
    text_append(&batch->lines, morph->carried.data, morph->carried.size);
    size_t scanned = 0; /* behind a long line whole lines may have been carried */
    morph->carried.size = 0;
    batch->source = morph->source;
    batch->first_line = morph->line + 1;
    batch->is_open = false;
    bool can_stream = morph_printer_can_stream(morph->request);
    while (read_more(morph, batch)) {
        size_t whole = last_end(morph, &batch->lines, &scanned);
        if (whole == 0 && can_stream && batch->lines.size >= LONG_LINE) {
            batch->is_open = morph->is_streaming = true;
            break;
        }
        if (whole == 0)
            continue;
        text_append(&morph->carried, batch->lines.data + whole, batch->lines.size - whole);
        batch->lines.size = whole;
        break;
    }
    report_progress(morph);
    if (batch->lines.failed || morph->carried.failed) {
        tkz_error_clear(&morph->read_error);
        morph->read_status = TKZ_STATUS_OUT_OF_MEMORY;
    }
}

/* Takes the next piece of a long line off the input, the last one without its LF. */
static void read_piece(struct morph *morph, struct batch *batch, bool *is_last)
{
    batch->lines.size = 0;
    *is_last = !read_more(morph, batch);
    const char *end = memchr(batch->lines.data, '\n', batch->lines.size);
    if (end != NULL) {
        size_t size = (size_t)(end - batch->lines.data);
        text_append(&morph->carried, end + 1, batch->lines.size - size - 1);
        batch->lines.size = size;
        *is_last = true;
    }
    morph->line += *is_last;
    report_progress(morph);
    if (batch->lines.failed || morph->carried.failed) {
        tkz_error_clear(&morph->read_error);
        morph->read_status = TKZ_STATUS_OUT_OF_MEMORY;
    }
}

static uint64_t count_lines(const char *data, size_t size)
{
    uint64_t count = 0;
    for (const char *end; size > 0 && (end = memchr(data, '\n', size)) != NULL; count++) {
        size -= (size_t)(end + 1 - data);
        data = end + 1;
    }
    return count;
}

/* The next batch that is not empty; false at the end of all files or on a failure. */
static bool next_batch(struct morph *morph, struct batch *batch)
{
    while (morph->is_streaming)
        pthread_cond_wait(&morph->turn_changed, &morph->lock);
    while (!morph->ended && morph->read_status == TKZ_OK) {
        if (morph->input == NULL && !open_next(morph))
            break;
        read_sentences(morph, batch);
        if (morph->read_status != TKZ_OK)
            break;
        if (batch->lines.size > 0) {
            morph->line += count_lines(batch->lines.data, batch->lines.size);
            batch->number = morph->batches_read++;
            return true;
        }
        morph->bytes_of_files += tkz_input_stored_done(morph->input);
        tkz_input_close(morph->input);
        morph->input = NULL;
    }
    morph->ended = true;
    return false;
}

/* ---- Analysing: no lock ----------------------------------------------------- */

/* The end of the sentence that begins at `line`, without its last LF; `*lines` are in it. Of mecab's
 * lines of known words it has all up to "EOS" or an empty line. */
static const char *sentence_end(const struct morph *morph, const char *line, const char *stop,
                                uint64_t *lines)
{
    for (*lines = 1;; ++*lines) {
        const char *end = memchr(line, '\n', (size_t)(stop - line));
        if (end == NULL)
            return stop;
        if (!morph->request->is_partial || ends_block(line, (size_t)(end - line)))
            return end;
        line = end + 1;
        if (line == stop)
            return end;
    }
}

static void set_place(const struct batch *batch, uint64_t line, tkz_error *error)
{
    (void)snprintf(error->where, sizeof error->where, "%s", batch->source);
    error->line = line <= UINT32_MAX ? (uint32_t)line : 0;
}

static tkz_status analyse(const struct morph *morph, struct morph_printer *printer,
                          struct batch *batch, tkz_error *error)
{
    const char *line = batch->lines.data, *stop = line + batch->lines.size;
    uint64_t number = batch->first_line, lines;
    batch->result.size = 0;
    for (; line < stop; number += lines) {
        const char *end = sentence_end(morph, line, stop, &lines);
        tkz_status status =
            morph_printer_print(printer, line, (size_t)(end - line), &batch->result, error);
        if (status != TKZ_OK) {
            set_place(batch, number, error);
            return status;
        }
        line = end + 1;
    }
    if (!batch->result.failed)
        return TKZ_OK;
    tkz_error_clear(error);
    return TKZ_STATUS_OUT_OF_MEMORY;
}

/* ---- Workers ----------------------------------------------------------------- */

/* Keeps a failure that ends everything. */
static void fail(struct morph *morph, tkz_status status, const tkz_error *error)
{
    morph->status = status;
    morph->error = *error;
    morph->ended = true;
}

/* Waits until all earlier batches are written. Lock held on entry and exit, as in the next three. */
static void wait_for_turn(struct morph *morph, const struct batch *batch)
{
    while (morph->batches_written != batch->number)
        pthread_cond_wait(&morph->turn_changed, &morph->lock);
}

static void end_turn(struct morph *morph)
{
    morph->batches_written++;
    pthread_cond_broadcast(&morph->turn_changed);
}

/* Writes a result up to its failure; after a failure nothing more is written. */
static void write_result(struct morph *morph, const struct batch *batch, tkz_status status,
                         const tkz_error *error)
{
    if (morph->status == TKZ_OK) {
        tkz_error fault;
        pthread_mutex_unlock(&morph->lock);
        tkz_status written = tkz_output_write(morph->output, batch->result.data,
                                              batch->result.size, &fault);
        pthread_mutex_lock(&morph->lock);
        if (written != TKZ_OK) {
            fail(morph, written, &fault);
        } else if (status != TKZ_OK) {
            fail(morph, status, error);
        }
    }
}

/* Prints what has been read of a long line, in parts: formats may write 20 bytes for each of the text. */
static void stream_piece(struct morph *morph, struct morph_printer *printer, struct batch *batch,
                         bool is_last)
{
    for (size_t start = 0, size = 0; morph->status == TKZ_OK; start += size) {
        tkz_error error;
        size_t rest = batch->lines.size - start;
        size = rest < STREAM_PART ? rest : STREAM_PART;
        pthread_mutex_unlock(&morph->lock);
        tkz_error_clear(&error);
        batch->result.size = 0;
        tkz_status status =
            morph_printer_print_piece(printer, batch->lines.data + start, size,
                                      is_last && size == rest, &batch->result, &error);
        if (status == TKZ_OK && batch->result.failed)
            status = TKZ_STATUS_OUT_OF_MEMORY;
        if (status != TKZ_OK)
            set_place(batch, batch->first_line, &error);
        pthread_mutex_lock(&morph->lock);
        write_result(morph, batch, status, &error);
        if (size == rest)
            break;
    }
}

/* Prints a long line as it is read; nobody else reads meanwhile. */
static void stream_line(struct morph *morph, struct morph_printer *printer, struct batch *batch)
{
    for (bool is_last = false; morph->status == TKZ_OK && morph->read_status == TKZ_OK;) {
        stream_piece(morph, printer, batch, is_last);
        if (is_last)
            break;
        if (morph->status == TKZ_OK)
            read_piece(morph, batch, &is_last);
    }
    morph->is_streaming = false;
}

static void work(void *argument, uint32_t index)
{
    (void)index;
    struct morph *morph = argument;
    struct batch batch = {0};
    struct morph_printer printer;
    tkz_error error;
    tkz_error_clear(&error);
    tkz_status status = morph_printer_open(&printer, morph->request, &error);
    pthread_mutex_lock(&morph->lock);
    if (status != TKZ_OK)
        fail(morph, status, &error);
    while (next_batch(morph, &batch)) {
        if (batch.is_open) {
            wait_for_turn(morph, &batch);
            stream_line(morph, &printer, &batch);
            end_turn(morph);
            continue;
        }
        pthread_mutex_unlock(&morph->lock);
        status = analyse(morph, &printer, &batch, &error);
        pthread_mutex_lock(&morph->lock);
        wait_for_turn(morph, &batch);
        write_result(morph, &batch, status, &error);
        end_turn(morph);
    }
    pthread_mutex_unlock(&morph->lock);
    morph_printer_close(&printer);
    text_free(&batch.lines);
    text_free(&batch.result);
}

/* ---- All of it ----------------------------------------------------------------- */

/* Stored bytes of all files, or 0 if one of them is no regular file. */
static uint64_t total_size(const struct arguments *arguments)
{
    uint64_t total = 0;
    for (size_t i = 0; i < arguments->operand_count; i++) {
        struct stat info;
        if (stat(arguments->operands[i], &info) != 0 || !S_ISREG(info.st_mode))
            return 0;
        total += (uint64_t)info.st_size;
    }
    return total;
}

static int run_workers(struct morph *morph)
{
    uint64_t threads = option_integer(morph->arguments, "threads");
    tkz_pool *pool = NULL;
    tkz_error error;
    tkz_status status =
        tkz_pool_new(&pool, threads > 0 ? (uint32_t)threads : tkz_processor_count(), NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    pthread_mutex_init(&morph->lock, NULL);
    pthread_cond_init(&morph->turn_changed, NULL);
    progress_start(&morph->bar, morph->arguments);
    const tkz_executor *executor = tkz_pool_executor(pool);
    status = executor->run(executor->context, executor->width, work, morph);
    progress_end(&morph->bar);
    pthread_cond_destroy(&morph->turn_changed);
    pthread_mutex_destroy(&morph->lock);
    tkz_pool_free(pool);
    tkz_input_close(morph->input);
    text_free(&morph->carried);
    if (status != TKZ_OK)
        return message_failure(status, NULL);
    if (morph->status != TKZ_OK)
        return message_failure(morph->status, &morph->error);
    if (morph->read_status == TKZ_OK)
        return EXIT_DONE;
    status = interrupted() ? TKZ_STATUS_CANCELLED : morph->read_status;
    return message_failure(status, &morph->read_error);
}

int morph_analyse_files(const struct arguments *arguments, const struct morph_request *request,
                        tkz_output *output)
{
    struct morph morph = {
        .arguments = arguments,
        .request = request,
        .output = output,
        .progress = {.pass = "morph", .pass_count = 1, .bytes_total = total_size(arguments)},
    };
    return run_workers(&morph);
}
