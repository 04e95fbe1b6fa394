/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize text convert and detect: charsets and broken decodings. Leans on the
 * library's detection and converters.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/table.h"
#include "tools/text_actions.h"

/* ---- Detection --------------------------------------------------------------- */

struct detect {
    const char *declared; /* NULL: what the bytes say themselves */
    bool json;
    struct table table;
    struct text text;
};

/* The charset as UTF-8, so that one can look for broken decodings in it. */
static int find_mojibake(const char *charset, const char *data, size_t size, tkz_mojibake *found)
{
    tkz_converter *converter = NULL;
    tkz_converted result;
    tkz_error error;
    *found = (tkz_mojibake){0};
    if (charset == NULL)
        return EXIT_DONE;
    tkz_status status =
        tkz_converter_new(&converter, charset, TKZ_BAD_BYTES_REPLACE, NULL, &error);
    if (status == TKZ_OK)
        status = tkz_converter_run(converter, data, size, 0, &result, &error);
    if (status == TKZ_OK)
        tkz_mojibake_find(result.text, result.size, found);
    tkz_converter_free(converter);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

static json_t *string_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static void add_json_line(struct text *text, json_t *object)
{
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(object);
    if (line == NULL) {
        text->failed = true;
        return;
    }
    text_append_string(text, line);
    text_append_string(text, "\n");
    free(line);
}

static int detect_file(void *context, const char *path, const char *data, size_t size)
{
    struct detect *job = context;
    const char *declared = job->declared;
    tkz_charset_guess guess;
    tkz_mojibake broken;
    tkz_charset_detect(data, size, declared, declared != NULL ? strlen(declared) : 0, &guess);
    int code = find_mojibake(guess.charset, data, size, &broken);
    if (code != EXIT_DONE)
        return code;
    if (job->json) {
        json_t *object = json_pack(
            "{s:s,s:o,s:f,s:s,s:I,s:o,s:o}", "file", path, "charset",
            string_or_null(guess.charset), "confidence", guess.confidence, "evidence",
            guess.evidence, "mark_size", (json_int_t)guess.mark_size, "runner_up",
            string_or_null(guess.runner_up), "mojibake", string_or_null(broken.kind));
        if (broken.kind != NULL) {
            json_object_set_new(object, "mojibake_share", json_real(broken.share));
            json_object_set_new(object, "repairable", json_boolean(broken.repairable));
        }
        add_json_line(&job->text, object);
        return EXIT_DONE;
    }
    table_add(&job->table, "%s", path);
    table_add(&job->table, "%s", guess.charset != NULL ? guess.charset : "binary");
    table_add(&job->table, "%.0f %%", guess.confidence * 100);
    table_add(&job->table, "%s", guess.evidence);
    table_add(&job->table, "%s%s", guess.runner_up != NULL ? "or " : "",
              guess.runner_up != NULL ? guess.runner_up : "");
    if (broken.kind != NULL)
        table_add(&job->table, "%s, %.0f %%%s", broken.kind, broken.share * 100,
                  broken.repairable ? ", repairable" : "");
    else
        table_add(&job->table, "%s", "");
    return EXIT_DONE;
}

int text_detect(const struct arguments *arguments)
{
    const char *from = option_text(arguments, "from");
    struct detect job = {.declared = strcmp(from, "auto") != 0 ? from : NULL,
                         .json = option_given(arguments, "json"),
                         .table = {.columns = 6, .right_aligned = 1 << 2}};
    if (job.declared != NULL && tkz_charset_find(from, strlen(from)) == NULL) {
        message("--from", "there is no charset '%s'", from);
        hint("'tokenize list charsets' shows what there is");
        return EXIT_USAGE;
    }
    if (!job.json) { /* a table for people goes to a stream */
        char *data = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&data, &size);
        if (stream == NULL)
            return message_no_memory();
        int code = for_each_text(arguments, detect_file, &job);
        table_print(&job.table, stream);
        fclose(stream);
        if (code == EXIT_DONE)
            code = write_whole(option_text(arguments, "output"), data, size);
        free(data);
        return code;
    }
    return write_texts(arguments, detect_file, &job, &job.text);
}

/* ---- Conversion ----------------------------------------------------------------- */

struct convert {
    const char *from;
    int32_t bad_bytes;
    bool json;
    bool quiet;
    uint64_t bad_sequences; /* of all files */
    tkz_output *output;
};

static void report_conversion(const struct convert *job, const char *path, const char *charset,
                              size_t size, const tkz_converted *result)
{
    if (job->json) {
        json_t *object = json_pack(
            "{s:s,s:s,s:I,s:I,s:I,s:I,s:o}", "file", path, "charset", charset, "bytes_in",
            (json_int_t)size, "bytes_out", (json_int_t)result->size, "bad_sequences",
            (json_int_t)result->bad_sequences, "bad_bytes", (json_int_t)result->bad_bytes,
            "first_bad", result->bad_sequences > 0 ? json_integer((json_int_t)result->first_bad)
                                                   : json_null());
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
    } else if (result->bad_sequences > 0 && !job->quiet) {
        const char *outcome =
            job->bad_bytes == TKZ_BAD_BYTES_DROP ? "dropped" : "replaced by U+FFFD";
        unsigned long long first = result->first_bad;
        if (result->bad_bytes == 1)
            message(path, "1 byte is no %s, at byte %llu; it was %s", charset, first, outcome);
        else
            message(path, "%llu bytes in %llu place%s are no %s, the first at byte %llu; they were %s",
                    (unsigned long long)result->bad_bytes,
                    (unsigned long long)result->bad_sequences,
                    result->bad_sequences == 1 ? "" : "s", charset, first, outcome);
    }
}

static int convert_file(void *context, const char *path, const char *data, size_t size)
{
    struct convert *job = context;
    const char *charset = job->from;
    if (charset == NULL) {
        tkz_charset_guess guess;
        tkz_charset_detect(data, size, NULL, 0, &guess);
        charset = guess.charset;
    }
    if (charset == NULL) {
        message(path, "this fits no charset; it seems to be no text");
        hint("name the charset with --from if you know it");
        return EXIT_DATA;
    }
    tkz_converter *converter = NULL;
    tkz_converted result;
    tkz_error error;
    tkz_status status = tkz_converter_new(&converter, charset, job->bad_bytes, NULL, &error);
    if (status == TKZ_OK)
        status = tkz_converter_run(converter, data, size, 0, &result, &error);
    if (status == TKZ_OK)
        status = tkz_output_write(job->output, result.text, result.size, &error);
    if (status == TKZ_OK) {
        job->bad_sequences += result.bad_sequences;
        report_conversion(job, path, charset, size, &result);
    } else if (status == TKZ_STATUS_BAD_ENCODING) {
        (void)snprintf(error.where, sizeof error.where, "%s", path);
    }
    tkz_converter_free(converter);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

int text_convert(const struct arguments *arguments)
{
    const char *from = option_text(arguments, "from"), *how = option_text(arguments, "bad-bytes");
    const char *path = option_text(arguments, "output");
    struct convert job = {.json = option_given(arguments, "json"),
                          .quiet = option_given(arguments, "quiet")};
    if (strcmp(from, "auto") != 0) {
        job.from = tkz_charset_find(from, strlen(from));
        if (job.from == NULL) {
            message("--from", "there is no charset '%s'", from);
            hint("'tokenize list charsets' shows what there is");
            return EXIT_USAGE;
        }
    }
    job.bad_bytes = strcmp(how, "drop") == 0     ? TKZ_BAD_BYTES_DROP
                    : strcmp(how, "reject") == 0 ? TKZ_BAD_BYTES_REJECT
                                                 : TKZ_BAD_BYTES_REPLACE;
    if (job.json && strcmp(path, "-") == 0) {
        message("--json", "the text goes to standard output, so the report cannot");
        hint("give the text a file with -o");
        return EXIT_USAGE;
    }
    int code = open_output(&job.output, path);
    if (code != EXIT_DONE)
        return code;
    code = for_each_text(arguments, convert_file, &job);
    return close_output(job.output, code);
}
