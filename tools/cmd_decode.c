/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize decode: token ids back to text, from lines or from Megatron shards.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tokenize/corpus.h"
#include "tokenize/subword.h"
#include "tokenize/text.h"
#include "tools/files.h"
#include "tools/id_line.h"
#include "tools/interrupt.h"
#include "tools/json_text.h"
#include "tools/line_reader.h"
#include "tools/messages.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    {.name = "tokenizer",
     .letter = 't',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .text = "The tokenizer that made the ids. Must be given."},
    OPTION_COMPAT,
    OPTION_OUTPUT("File for the text; compressed if it ends in .zst."),
    {.name = "raw",
     .type = OPTION_FLAG,
     .text = "Write the bytes of each document and a line end, in place of JSON."},
    {.name = "lossy",
     .type = OPTION_FLAG,
     .text = "Bytes that are not UTF-8 become U+FFFD; without it they are an error in JSON."},
    {.name = "skip-special", .type = OPTION_FLAG, .text = "Leave special tokens out."},
    OPTION_HELP,
};

static const struct example examples[] = {
    {"See what a tokenizer makes of a line:",
     "echo 'すもももももももものうち' | tokenize encode -t ja.tkz | tokenize decode -t ja.tkz"},
    {"Look into Megatron shards:",
     "tokenize decode -t ja.tkz shards/tokens-00000_text_document | head"},
    {"Plain text, without special tokens:",
     "tokenize decode -t ja.tkz --raw --skip-special ids.txt > text.txt"},
};

/* One decoding: where it reads, where it writes. */
struct decoding {
    const struct arguments *arguments;
    const char *source;
    tkz_encoder *encoder;
    tkz_output *output;
    struct text text; /* what is not yet written */
    struct id_line line;
    bool raw;
    bool lossy;
    bool skip_special;
    bool stopped; /* writing failed, or nobody reads on */
};

static int flush(struct decoding *decoding)
{
    tkz_error error;
    if (decoding->text.failed)
        return message_no_memory();
    tkz_status status = tkz_output_write(decoding->output, decoding->text.data,
                                         decoding->text.size, &error);
    decoding->text.size = 0;
    if (status == TKZ_OK)
        return EXIT_DONE;
    decoding->stopped = true;
    return message_failure(status, &error);
}

/* Prints "tokenize: SOURCE:NUMBER: fault" (a line) or "SOURCE: document NUMBER: fault". */
static int complain(const struct decoding *decoding, bool is_line, uint64_t number,
                    const char *fault)
{
    if (is_line) {
        message(NULL, "%s:%" PRIu64 ": %s", decoding->source, number, fault);
    } else {
        message(decoding->source, "document %" PRIu64 ": %s", number, fault);
    }
    return EXIT_DATA;
}

static void append_head(struct decoding *decoding, bool is_line, uint64_t number)
{
    struct text *text = &decoding->text;
    if (!is_line) {
        char head[64];
        int size = snprintf(head, sizeof head, "{\"index\":%" PRIu64 ",\"text\":", number);
        text_append(text, head, (size_t)size);
    } else if (decoding->line.id != NULL) {
        char *id = json_dumps(decoding->line.id, JSON_COMPACT | JSON_ENCODE_ANY);
        text_append_string(text, "{\"id\":");
        text_append_string(text, id != NULL ? id : "null");
        text_append_string(text, ",\"text\":");
        free(id);
    } else {
        text_append_string(text, "{\"text\":");
    }
}

/* Writes the document whose ids are in decoding->line. `number` is its line, or its index. */
static int write_document(struct decoding *decoding, bool is_line, uint64_t number)
{
    enum { WRITE_SIZE = 64 * 1024 };
    tkz_error error;
    const uint8_t *bytes;
    size_t size;
    tkz_status status = tkz_encoder_decode(decoding->encoder, decoding->line.ids,
                                           decoding->line.count, decoding->skip_special, &bytes,
                                           &size, &error);
    if (status != TKZ_OK) {
        return complain(decoding, is_line, number,
                        error.message[0] != '\0' ? error.message : tkz_status_text(status));
    }
    const char *data = (const char *)bytes;
    if (decoding->raw) {
        text_append(&decoding->text, data, size);
    } else {
        if (!decoding->lossy && tkz_utf8_valid_prefix(data, size) != size) {
            int code = complain(decoding, is_line, number, "the ids give bytes that are not UTF-8");
            hint("--lossy puts U+FFFD in their place, --raw writes them as they are");
            return code;
        }
        append_head(decoding, is_line, number);
        text_append_json(&decoding->text, data, size);
        text_append(&decoding->text, "}", 1);
    }
    text_append(&decoding->text, "\n", 1);
    return decoding->text.size >= WRITE_SIZE ? flush(decoding) : EXIT_DONE;
}

/* ---- Lines ---------------------------------------------------------------- */

static int decode_lines(struct decoding *decoding)
{
    struct line_reader reader;
    tkz_error error;
    tkz_error_clear(&error);
    tkz_status status = line_reader_open(&reader, decoding->source, &error);
    if (strcmp(decoding->source, "-") == 0)
        decoding->source = "standard input";
    int code = EXIT_DONE;
    while (status == TKZ_OK && code == EXIT_DONE && !decoding->stopped) {
        const char *line;
        size_t size;
        if (interrupted())
            status = TKZ_STATUS_CANCELLED;
        if (status == TKZ_OK)
            status = line_reader_next(&reader, &line, &size, &error);
        if (status != TKZ_OK || line == NULL)
            break;
        const char *fault = id_line_parse(&decoding->line, line, size);
        code = fault != NULL ? complain(decoding, true, reader.line, fault)
                             : write_document(decoding, true, reader.line);
    }
    line_reader_close(&reader);
    if (status != TKZ_OK) {
        code = message_failure(interrupted() ? TKZ_STATUS_CANCELLED : status, &error);
    }
    return code;
}

/* ---- Shards --------------------------------------------------------------- */

static bool has_suffix(const char *text, const char *suffix)
{
    size_t size = strlen(text), suffix_size = strlen(suffix);
    return size > suffix_size && strcmp(text + size - suffix_size, suffix) == 0;
}

/* A shard is named by its prefix or by one of its two files. */
static bool is_shard(const char *path)
{
    if (has_suffix(path, ".bin") || has_suffix(path, ".idx"))
        return true;
    char *index = NULL;
    if (access(path, F_OK) == 0 || asprintf(&index, "%s.idx", path) < 0)
        return false;
    bool found = access(index, F_OK) == 0;
    free(index);
    return found;
}

/* Reads document `number` into decoding->line. */
static tkz_status read_document(struct decoding *decoding, const tkz_token_shard *shard,
                                uint64_t number, tkz_error *error)
{
    struct id_line *line = &decoding->line;
    for (;;) {
        tkz_status status = tkz_token_shard_document(shard, number, line->ids, line->capacity,
                                                     &line->count, error);
        if (status != TKZ_OK || line->count <= line->capacity)
            return status;
        if (!id_line_reserve(line, line->count)) {
            tkz_error_clear(error);
            return TKZ_STATUS_OUT_OF_MEMORY;
        }
    }
}

static int decode_shard(struct decoding *decoding)
{
    tkz_error error;
    tkz_token_shard *shard = NULL;
    tkz_status status = tkz_token_shard_open(&shard, decoding->source, NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    uint64_t count = tkz_token_shard_document_count(shard);
    int code = EXIT_DONE;
    for (uint64_t i = 0; i < count && code == EXIT_DONE && !decoding->stopped; i++) {
        status = interrupted() ? TKZ_STATUS_CANCELLED : read_document(decoding, shard, i, &error);
        code = status == TKZ_OK ? write_document(decoding, false, i)
                                : message_failure(status, &error);
    }
    tkz_token_shard_free(shard);
    return code;
}

/* ---- The command ----------------------------------------------------------- */

static int decode(struct decoding *decoding, tkz_tokenizer *tokenizer)
{
    tkz_error error;
    tkz_status status = tkz_encoder_new(&decoding->encoder, tokenizer, NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = open_output(&decoding->output, option_text(decoding->arguments, "output"));
    if (code == EXIT_DONE) {
        code = is_shard(decoding->source) ? decode_shard(decoding) : decode_lines(decoding);
        /* What was decoded before a fault is still shown on standard output. */
        int flushed = decoding->stopped ? EXIT_DONE : flush(decoding);
        if (code == EXIT_DONE)
            code = flushed;
        code = close_output(decoding->output, code);
    }
    tkz_encoder_free(decoding->encoder);
    return code;
}

static int run(const struct arguments *arguments)
{
    const char *path = option_text(arguments, "tokenizer");
    if (path == NULL) {
        message("decode", "-t must name the tokenizer");
        return EXIT_USAGE;
    }
    int code = refuse_terminal_input(arguments);
    if (code != EXIT_DONE)
        return code;
    tkz_tokenizer *tokenizer = NULL;
    code = open_tokenizer(&tokenizer, path, arguments);
    if (code != EXIT_DONE)
        return code;
    struct decoding decoding = {
        .arguments = arguments,
        .source = arguments->operand_count > 0 ? arguments->operands[0] : "-",
        .raw = option_given(arguments, "raw"),
        .lossy = option_given(arguments, "lossy"),
        .skip_special = option_given(arguments, "skip-special"),
    };
    code = decode(&decoding, tokenizer);
    id_line_free(&decoding.line);
    text_free(&decoding.text);
    tkz_tokenizer_free(tokenizer);
    return code;
}

const struct command command_decode = {
    .name = "decode",
    .group = "Tokens",
    .summary = "token ids back to text",
    .operands = "[FILE|SHARD]",
    .maximum_operands = 1,
    .description =
        "Reads lines of ids as 'tokenize encode' writes them, with blanks between or as JSON, and "
        "writes one line of JSON with the text for each. A Megatron shard, named by its prefix or "
        "by its .bin or .idx file, is decoded document by document.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
