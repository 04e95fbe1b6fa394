/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize text normalize. JSON lines go through the pipeline as a recipe; plain
 * text is read here, a line or a file at a time. Leans on the library's normalizer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"
#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/text_actions.h"

enum { READ_SIZE = 1024 * 1024 };

struct normalize {
    tkz_normal_form *form;
    tkz_normalizer *normalizer;
    tkz_output *output;
    bool json;
    bool guess_format; /* what is read may still turn out to be JSON lines */
    struct text lines; /* to be written */
};

/* ---- Results ---------------------------------------------------------------- */

static void append_number(struct text *text, const char *before, uint64_t number)
{
    char digits[64];
    (void)snprintf(digits, sizeof digits, "%s%llu", before, (unsigned long long)number);
    text_append_string(text, digits);
}

/* {"text":"...","changed":true,"spans":[[source, size, target, size, identity], ...]} */
static void append_json(struct text *lines, const tkz_normalized *result)
{
    text_append_string(lines, "{\"text\":");
    text_append_json(lines, result->text, result->size);
    text_append_string(lines, result->changed ? ",\"changed\":true" : ",\"changed\":false");
    text_append_string(lines, ",\"spans\":[");
    for (size_t i = 0; i < result->span_count; i++) {
        const tkz_span *span = &result->spans[i];
        append_number(lines, i == 0 ? "[" : ",[", span->source_start);
        append_number(lines, ",", span->source_size);
        append_number(lines, ",", span->target_start);
        append_number(lines, ",", span->target_size);
        text_append_string(lines, span->identity ? ",true]" : ",false]");
    }
    text_append_string(lines, "]}\n");
}

/* One text; `end` is the line end behind it, which is kept as it is. */
static int add_text(struct normalize *job, const char *data, size_t size, const char *end,
                    size_t end_size)
{
    tkz_normalized result;
    tkz_error error;
    tkz_status status =
        tkz_normalizer_run(job->normalizer, data, size, job->json, &result, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    if (job->json) {
        append_json(&job->lines, &result);
    } else {
        text_append(&job->lines, result.text, result.size);
        text_append(&job->lines, end, end_size);
    }
    return job->lines.failed ? message_no_memory() : EXIT_DONE;
}

static int flush(struct normalize *job)
{
    tkz_error error;
    tkz_status status =
        tkz_output_write(job->output, job->lines.data, job->lines.size, &error);
    job->lines.size = 0;
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

/* True if text starts like JSON lines. */
static bool starts_json(const char *start, size_t size)
{
    size_t at = size >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < size && start[at] != '\0' && strchr(" \t\r\n", start[at]) != NULL)
        at++;
    return at + 1 < size && start[at] == '{' && strchr("\"} \t", start[at + 1]) != NULL;
}

/* ---- Plain text ----------------------------------------------------------------- */

/* Works on the whole lines of `data`; returns through `*used` how far they reach. At the end of
 * the input, what is left is a line as well. */
static int add_lines(struct normalize *job, const char *data, size_t size, bool at_end,
                     size_t *used)
{
    int code = EXIT_DONE;
    *used = 0;
    while (*used < size && code == EXIT_DONE) {
        const char *line = data + *used;
        const char *feed = memchr(line, '\n', size - *used);
        if (feed == NULL && !at_end)
            break;
        size_t whole = feed != NULL ? (size_t)(feed + 1 - line) : size - *used;
        size_t length = feed != NULL ? whole - 1 : whole;
        if (feed != NULL && length > 0 && line[length - 1] == '\r')
            length--;
        code = add_text(job, line, length, line + length, whole - length);
        *used += whole;
    }
    return code == EXIT_DONE ? flush(job) : code;
}

static int normalize_lines(struct normalize *job, tkz_input *input, struct text *held)
{
    char *block = malloc(READ_SIZE);
    size_t size = 1, used;
    int code = block != NULL ? EXIT_DONE : message_no_memory();
    while (code == EXIT_DONE && size > 0) {
        tkz_error error;
        tkz_status status = tkz_input_read(input, block, READ_SIZE, &size, &error);
        if (status != TKZ_OK) {
            code = message_failure(status, &error);
            break;
        }
        text_append(held, block, size);
        if (held->failed) {
            code = message_no_memory();
            break;
        }
        /* A line that goes on is not searched again from its start at every block. */
        bool has_line = size > 0 && memchr(block, '\n', size) != NULL;
        if (!has_line && size > 0)
            continue;
        if (job->guess_format && starts_json(held->data, held->size)) {
            message("standard input", "this looks like JSON lines");
            hint("say --input-format jsonl to normalise the text member, or lines to take it as "
                 "plain text");
            code = EXIT_USAGE;
            break;
        }
        job->guess_format = false;
        code = add_lines(job, held->data, held->size, size == 0, &used);
        if (used > 0)
            memmove(held->data, held->data + used, held->size - used);
        held->size -= used;
    }
    free(block);
    return code;
}

static int normalize_file(struct normalize *job, const char *path)
{
    tkz_input *input = NULL;
    tkz_error error;
    tkz_status status = tkz_input_open(&input, path, NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    struct text held = {0};
    int code = normalize_lines(job, input, &held);
    text_free(&held);
    tkz_input_close(input);
    return code;
}

static int normalize_document(void *context, const char *path, const char *data, size_t size)
{
    (void)path;
    struct normalize *job = context;
    int code = add_text(job, data, size, "", 0);
    return code == EXIT_DONE ? flush(job) : code;
}

/* Standard input cannot be looked at beforehand. */
static bool looks_like_json(const char *path)
{
    char start[256];
    size_t size = 0;
    tkz_input *input = NULL;
    tkz_status status = tkz_input_open(&input, path, NULL, NULL);
    if (status == TKZ_OK)
        status = tkz_input_read(input, start, sizeof start, &size, NULL);
    tkz_input_close(input);
    return status == TKZ_OK && starts_json(start, size);
}

/* ---- The two ways ------------------------------------------------------------------ */

static int open_form(const struct arguments *arguments, struct normalize *job)
{
    const char *steps = option_text(arguments, "form");
    tkz_error error;
    tkz_status status = tkz_normal_form_new(&job->form, steps, strlen(steps), NULL, &error);
    if (status == TKZ_OK)
        status = tkz_normalizer_new(&job->normalizer, job->form, NULL, &error);
    if (status == TKZ_OK)
        return EXIT_DONE;
    message("--form", "%s", error.message);
    return EXIT_USAGE;
}

static int normalize_plain(const struct arguments *arguments, bool whole, bool guess_format)
{
    static const char *const only_json[] = {"bad", "text-key", "id-key", "surrogates",
                                            "record-limit", "threads", "memory"};
    for (size_t i = 0; i < COUNT_OF(only_json); i++)
        if (option_given(arguments, only_json[i])) {
            message("text", "--%s is for JSON lines; say --input-format jsonl", only_json[i]);
            return EXIT_USAGE;
        }
    struct normalize job = {.json = option_given(arguments, "json"),
                            .guess_format = guess_format};
    int code = open_form(arguments, &job);
    if (code == EXIT_DONE)
        code = open_output(&job.output, option_text(arguments, "output"));
    if (code == EXIT_DONE) {
        size_t count = arguments->operand_count > 0 ? arguments->operand_count : 1;
        if (whole)
            code = for_each_text(arguments, normalize_document, &job);
        for (size_t i = 0; i < count && !whole && code == EXIT_DONE; i++)
            code = normalize_file(&job,
                                  arguments->operand_count > 0 ? arguments->operands[i] : "-");
        code = close_output(job.output, code);
    }
    text_free(&job.lines);
    tkz_normalizer_free(job.normalizer);
    tkz_normal_form_free(job.form);
    return code;
}

static int normalize_json_lines(const struct arguments *arguments)
{
    struct corpus_run job;
    int code = corpus_run_start(&job, arguments);
    if (code != EXIT_DONE)
        return code;
    corpus_run_set_text(&job, "input", "format", "jsonl");
    corpus_run_set_text(&job, NULL, "normalize", option_text(arguments, "form"));
    corpus_run_set_text(&job, "output", "records", option_text(arguments, "output"));
    corpus_run_set_text(&job, "output", "bad", option_text(arguments, "bad"));
    return corpus_run_finish(&job, false, option_given(arguments, "json"));
}

int text_normalize(const struct arguments *arguments)
{
    const char *format = option_text(arguments, "input-format");
    if (strcmp(format, "jsonl") == 0)
        return normalize_json_lines(arguments);
    if (strcmp(format, "auto") != 0)
        return normalize_plain(arguments, strcmp(format, "document") == 0, false);
    size_t json = 0;
    for (size_t i = 0; i < arguments->operand_count; i++)
        json += strcmp(arguments->operands[i], "-") != 0 &&
                looks_like_json(arguments->operands[i]);
    if (json > 0 && json == arguments->operand_count)
        return normalize_json_lines(arguments);
    if (json == 0)
        return normalize_plain(arguments, false, true);
    message("text", "some of the files are JSON lines and some are not");
    hint("say --input-format jsonl or --input-format lines");
    return EXIT_USAGE;
}
