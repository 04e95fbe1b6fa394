/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize morph: words and their features, printed as mecab prints them. Lines
 * are analysed in batches by several threads and written in the order read.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tokenize/morph.h"
#include "tools/files.h"
#include "tools/interrupt.h"
#include "tools/json_text.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    {.name = "dictionary",
     .letter = 'd',
     .type = OPTION_TEXT,
     .argument = "NAME|DIR",
     .default_value = "ipadic",
     .text = "Directory of a compiled MeCab dictionary, or a name such as ipadic, juman, unidic."},
    {.name = "user-dictionary",
     .letter = 'u',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .repeatable = true,
     .text = "Compiled user dictionary."},
    {.name = "output-format",
     .letter = 'O',
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .default_value = "default",
     .choices = "default|wakati",
     .text = "default: word TAB features, a line each, then EOS; wakati: words with blanks "
             "between."},
    OPTION_OUTPUT("File for the result; compressed if it ends in .zst."),
    OPTION_THREADS,
    OPTION_QUIET,
    OPTION_NO_PROGRESS,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Words and parts of speech of a line:", "echo 'すもももももももものうち' | tokenize morph"},
    {"A text file with blanks between the words:",
     "tokenize morph -O wakati book.txt.gz -o words.txt.zst"},
    {"With another dictionary and words of your own:",
     "tokenize morph -d /usr/lib/mecab/dic/unidic -u names.dic book.txt"},
};

/* Enough work to make handing it over cheap, little enough that 8 threads stay below 100 MB. */
enum { BATCH_SIZE = 1024 * 1024 };

/* What all workers share. Everything but the constants is guarded by `lock`. */
struct morph {
    const struct arguments *arguments;
    tkz_dictionary *dictionary;
    int32_t format;
    struct progress_bar bar;
    tkz_output *output; /* used by the worker whose turn it is */

    pthread_mutex_t lock;
    pthread_cond_t turn_changed;
    size_t next_file;
    const char *source; /* of `input` */
    tkz_input *input;
    uint64_t line;           /* lines read of `source` */
    struct text carried;     /* the line whose end has not been read */
    tkz_progress progress;
    uint64_t bytes_of_files; /* stored bytes of the files before this one */
    bool ended; /* nothing more is to be read */
    tkz_status read_status;
    tkz_error read_error;

    uint64_t batches_read;
    uint64_t batches_written;
    tkz_status status; /* the first failure of a batch, in the order of the input */
    tkz_error error;
};

/* One batch of whole lines on its way through a worker. */
struct batch {
    struct text lines;
    struct text result;
    uint64_t number;
    uint64_t first_line;
    const char *source;
};

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

/* Takes whole lines off the input: up to one read of a megabyte, and more only until a line ends.
 * A pipe gives less at a time, so that lines typed or produced slowly come out at once. */
static void read_lines(struct morph *morph, struct batch *batch)
{
    batch->lines.size = 0;
    text_append(&batch->lines, morph->carried.data, morph->carried.size);
    size_t scanned = batch->lines.size;
    morph->carried.size = 0;
    batch->source = morph->source;
    batch->first_line = morph->line + 1;
    while (read_more(morph, batch)) {
        char *end = memrchr(batch->lines.data + scanned, '\n', batch->lines.size - scanned);
        scanned = batch->lines.size;
        if (end == NULL)
            continue;
        size_t whole = (size_t)(end - batch->lines.data) + 1;
        text_append(&morph->carried, end + 1, batch->lines.size - whole);
        batch->lines.size = whole;
        break;
    }
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
    while (!morph->ended && morph->read_status == TKZ_OK) {
        if (morph->input == NULL && !open_next(morph))
            break;
        read_lines(morph, batch);
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

static tkz_status analyse(const struct morph *morph, tkz_tagger *tagger, struct batch *batch,
                          tkz_error *error)
{
    const char *line = batch->lines.data, *stop = line + batch->lines.size;
    batch->result.size = 0;
    for (uint64_t number = batch->first_line; line < stop; number++) {
        const char *end = memchr(line, '\n', (size_t)(stop - line)), *output;
        if (end == NULL)
            end = stop;
        size_t size;
        tkz_status status = tkz_tagger_format(tagger, line, (size_t)(end - line), morph->format,
                                              &output, &size, error);
        if (status != TKZ_OK) {
            (void)snprintf(error->where, sizeof error->where, "%s", batch->source);
            error->line = number <= UINT32_MAX ? (uint32_t)number : 0;
            return status;
        }
        text_append(&batch->result, output, size);
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

/* Waits until all earlier batches are written, then writes this one up to its failure; after a
 * failure nothing more is written. Lock held on entry and exit. */
static void write_in_turn(struct morph *morph, const struct batch *batch, tkz_status status,
                          const tkz_error *error)
{
    while (morph->batches_written != batch->number) {
        pthread_cond_wait(&morph->turn_changed, &morph->lock);
    }
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
    morph->batches_written++;
    pthread_cond_broadcast(&morph->turn_changed);
}

static void work(void *argument, uint32_t index)
{
    (void)index;
    struct morph *morph = argument;
    struct batch batch = {0};
    tkz_tagger *tagger = NULL;
    tkz_error error;
    tkz_error_clear(&error);
    tkz_status status = tkz_tagger_new(&tagger, morph->dictionary, NULL, &error);
    pthread_mutex_lock(&morph->lock);
    if (status != TKZ_OK)
        fail(morph, status, &error);
    while (next_batch(morph, &batch)) {
        pthread_mutex_unlock(&morph->lock);
        status = analyse(morph, tagger, &batch, &error);
        pthread_mutex_lock(&morph->lock);
        write_in_turn(morph, &batch, status, &error);
    }
    pthread_mutex_unlock(&morph->lock);
    tkz_tagger_free(tagger);
    text_free(&batch.lines);
    text_free(&batch.result);
}

/* ---- The command -------------------------------------------------------------- */

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

static int open_dictionary(const struct arguments *arguments, tkz_dictionary **dictionary)
{
    size_t count = option_repeats(arguments, "user-dictionary");
    const char **users = calloc(count + 1, sizeof *users);
    if (users == NULL)
        return message_no_memory();
    for (size_t i = 0; i < count; i++) {
        users[i] = option_repeat(arguments, "user-dictionary", i);
    }
    tkz_error error;
    tkz_status status = tkz_dictionary_open(dictionary, option_text(arguments, "dictionary"),
                                            users, count, NULL, &error);
    free(users);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

static int run(const struct arguments *arguments)
{
    int code = refuse_terminal_input(arguments);
    if (code != EXIT_DONE)
        return code;
    bool wakati = strcmp(option_text(arguments, "output-format"), "wakati") == 0;
    struct morph morph = {
        .arguments = arguments,
        .format = wakati ? TKZ_MORPH_FORMAT_WAKATI : TKZ_MORPH_FORMAT_DEFAULT,
        .progress = {.pass = "morph", .pass_count = 1, .bytes_total = total_size(arguments)},
    };
    code = open_dictionary(arguments, &morph.dictionary);
    if (code != EXIT_DONE)
        return code;
    code = open_output(&morph.output, option_text(arguments, "output"));
    if (code == EXIT_DONE)
        code = close_output(morph.output, run_workers(&morph));
    tkz_dictionary_free(morph.dictionary);
    return code;
}

const struct command command_morph = {
    .name = "morph",
    .group = "Words",
    .summary = "words and their features, as mecab prints them",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Analyses every line with a MeCab dictionary and prints what mecab prints, so that it can "
        "take its place: -d, -u, -o and -O mean the same. Files may be compressed. Lines may be "
        "of any length up to what the analyser can take; they are not cut at 8192 bytes.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
