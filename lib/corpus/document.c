/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the records of a frame and the document in each, and writes documents
 * back. Leans on io's JSON scanner and the UTF-8 of text.
 */
#include "corpus/document.h"

#include <string.h>

#include "text/utf8.h"
#include "tokenize/text.h"

/* ---- Frames ----------------------------------------------------------- */

void tkz__frame_init(tkz__frame *frame, const tkz_allocator *allocator)
{
    memset(frame, 0, sizeof *frame);
    tkz__buffer_init(&frame->bytes, allocator);
}

void tkz__frame_free(tkz__frame *frame)
{
    tkz__buffer_free(&frame->bytes);
}

void tkz__frame_cursor_init(tkz__frame_cursor *cursor, const tkz__frame *frame)
{
    cursor->frame = frame;
    cursor->position = 0;
    cursor->line = frame->first_line;
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ' && (text[i] < '\t' || text[i] > '\r'))
            return false;
    return true;
}

/* Steps to the next record that is not blank and sets where it stands; false at the end of the
 * frame. */
static bool next_record(tkz__frame_cursor *cursor, tkz__document *document)
{
    const tkz__frame *frame = cursor->frame;
    const bool whole = frame->oversized || frame->format == TKZ__INPUT_DOCUMENT;
    while (cursor->position < frame->bytes.size) {
        const char *start = (const char *)frame->bytes.data + cursor->position;
        size_t left = frame->bytes.size - cursor->position;
        const char *line_end = whole ? NULL : memchr(start, '\n', left);
        size_t size = line_end != NULL ? (size_t)(line_end - start) : left;

        document->raw = start;
        document->line = cursor->line++;
        document->offset = frame->offset + cursor->position;
        cursor->position += size + (line_end != NULL);
        if (line_end != NULL && size > 0 && start[size - 1] == '\r')
            size--;
        document->raw_size = size;
        if (frame->oversized || !is_blank(start, size))
            return true;
    }
    return false;
}

/* ---- Records ---------------------------------------------------------- */

static void make_bad(tkz__document *document, const char *reason)
{
    document->kind = TKZ__RECORD_BAD;
    document->reason = reason;
    document->error.line =
        document->line < UINT32_MAX ? (uint32_t)document->line : UINT32_MAX;
}

/* Whether `status` is the fault of the record; then the document says so. */
static bool blame_record(tkz__document *document, tkz_status status)
{
    switch (status) {
    case TKZ_STATUS_BAD_UTF8:
        make_bad(document, "bad_utf8");
        return true;
    case TKZ_STATUS_BAD_JSON:
        make_bad(document, "bad_json");
        return true;
    case TKZ_STATUS_LONE_SURROGATE:
        make_bad(document, "lone_surrogate");
        return true;
    default:
        return false;
    }
}

static void read_plain(tkz__document *document)
{
    size_t valid = tkz_utf8_valid_prefix(document->raw, document->raw_size);
    document->text = document->raw;
    document->text_size = document->raw_size;
    document->text_start = 0;
    document->text_end = document->raw_size;
    if (valid == document->raw_size)
        return;
    tkz__error_set(&document->error, TKZ_STATUS_BAD_UTF8, NULL, valid,
                   "byte 0x%02x does not belong to valid UTF-8", (uint8_t)document->raw[valid]);
    make_bad(document, "bad_utf8");
}

static void missing_text(tkz__document *document, const tkz__record_options *options, bool present)
{
    int size = options->text_key_size < 64 ? (int)options->text_key_size : 64;
    tkz__error_set(&document->error, TKZ_STATUS_MISSING_FIELD, NULL, TKZ__NO_OFFSET,
                   present ? "the member \"%.*s\" is not a string"
                           : "there is no member \"%.*s\"; name the one that holds the text",
                   size, options->text_key);
    make_bad(document, "missing_field");
}

static tkz_status read_id(tkz__document *document, const tkz__json_field *field,
                          const tkz__record_options *options, tkz__arena *arena)
{
    if (!field->present)
        return TKZ_OK;
    if (field->is_string)
        return tkz__json_unescape(document->raw, field, options->surrogates, arena, &document->id,
                                  &document->id_size, NULL, &document->error);
    char first = document->raw[field->start];
    if (first == '-' || (first >= '0' && first <= '9')) {
        document->id = document->raw + field->start;
        document->id_size = field->end - field->start;
    }
    return TKZ_OK;
}

/* A URL is needed for filters alone: one with a lone surrogate has U+FFFD there and spoils no record. */
static tkz_status read_url(tkz__document *document, const tkz__json_field *field, tkz__arena *arena)
{
    if (!field->is_string)
        return TKZ_OK;
    return tkz__json_unescape(document->raw, field, TKZ__SURROGATES_REPLACE, arena, &document->url,
                              &document->url_size, NULL, &document->error);
}

static tkz_status read_json(tkz__document *document, const tkz__record_options *options,
                            tkz__arena *arena)
{
    const char *keys[3] = {options->text_key};
    size_t key_sizes[3] = {options->text_key_size}, key_count = 1, id = 0, url = 0;
    tkz__json_field fields[3] = {{0}, {0}, {0}};
    if (options->id_key != NULL) {
        keys[id = key_count] = options->id_key;
        key_sizes[key_count++] = options->id_key_size;
    }
    if (options->url_key != NULL) {
        keys[url = key_count] = options->url_key;
        key_sizes[key_count++] = options->url_key_size;
    }
    tkz_status status = tkz__json_scan_object(document->raw, document->raw_size, keys, key_sizes,
                                              key_count, fields, &document->error);
    if (status != TKZ_OK)
        return status;
    if (!fields[0].present || !fields[0].is_string) {
        missing_text(document, options, fields[0].present);
        return TKZ_OK;
    }
    document->text_start = fields[0].start;
    document->text_end = fields[0].end;
    status = tkz__json_unescape(document->raw, &fields[0], options->surrogates, arena,
                                &document->text, &document->text_size, NULL, &document->error);
    if (status == TKZ_OK && id > 0)
        status = read_id(document, &fields[id], options, arena);
    if (status == TKZ_OK && url > 0)
        status = read_url(document, &fields[url], arena);
    return status;
}

tkz_status tkz__frame_next(tkz__frame_cursor *cursor, const tkz__record_options *options,
                           tkz__arena *arena, tkz__document *document, bool *done,
                           tkz_error *error)
{
    const tkz__frame *frame = cursor->frame;
    memset(document, 0, sizeof *document);
    document->kind = TKZ__RECORD_DOCUMENT;
    document->source = frame->source;
    tkz_error_clear(&document->error);
    *done = !next_record(cursor, document);
    if (*done)
        return TKZ_OK;

    tkz_status status = TKZ_OK;
    if (frame->oversized) {
        tkz__error_set(&document->error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                       "the record has %llu bytes, more than the limit of %llu; only its beginning is kept",
                       (unsigned long long)frame->oversized_size, (unsigned long long)frame->record_limit);
        make_bad(document, "too_large");
    } else if (frame->format == TKZ__INPUT_JSONL) {
        status = read_json(document, options, arena);
    } else {
        read_plain(document);
    }
    if (status == TKZ_OK || blame_record(document, status))
        return TKZ_OK;
    if (error != NULL)
        *error = document->error;
    return status;
}

/* ---- Writing ---------------------------------------------------------- */

/* Appends `name` as a JSON string without its closing quote; bytes that are not UTF-8, which
 * file names may have, become U+FFFD. */
static tkz_status append_name(tkz__buffer *buffer, const char *name, tkz_error *error)
{
    size_t size = strlen(name);
    tkz_status status = TKZ_OK;
    tkz__buffer valid;
    tkz__buffer_init(&valid, &buffer->allocator);
    for (size_t i = 0; i < size && status == TKZ_OK;) {
        uint32_t character;
        size_t step = tkz__utf8_decode(name + i, size - i, &character);
        bool invalid = (character & UINT32_C(0x80000000)) != 0;
        status = invalid ? tkz__buffer_append_text(&valid, "\xEF\xBF\xBD", error)
                         : tkz__buffer_append(&valid, name + i, step, error);
        i += step;
    }
    if (status == TKZ_OK)
        status = tkz__json_append_string(buffer, (const char *)valid.data, valid.size, error);
    if (status == TKZ_OK)
        buffer->size--;
    tkz__buffer_free(&valid);
    return status;
}

static tkz_status write_plain(const tkz__document *document, tkz__input_format format,
                              const char *source_name, const char *text, size_t text_size,
                              tkz__buffer *buffer, tkz_error *error)
{
    tkz_status status = tkz__buffer_append_text(buffer, "{\"id\":", error);
    if (status == TKZ_OK)
        status = append_name(buffer, source_name, error);
    if (status == TKZ_OK && format != TKZ__INPUT_DOCUMENT)
        status = tkz__buffer_append_format(buffer, error, ":%llu",
                                           (unsigned long long)document->line);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(buffer, "\",\"text\":", error);
    if (status == TKZ_OK)
        status = tkz__json_append_string(buffer, text, text_size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(buffer, "}\n", error);
    return status;
}

/* The raw record with the text, quotes and all, replaced. */
static tkz_status write_edited(const tkz__document *document, const char *text, size_t text_size,
                               tkz__buffer *buffer, tkz_error *error)
{
    size_t end = document->text_end + 1;
    tkz_status status =
        tkz__buffer_append(buffer, document->raw, document->text_start - 1, error);
    if (status == TKZ_OK)
        status = tkz__json_append_string(buffer, text, text_size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(buffer, document->raw + end, document->raw_size - end, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(buffer, '\n', error);
    return status;
}

tkz_status tkz__document_write(const tkz__document *document, tkz__input_format format,
                               const char *source_name, const char *text, size_t text_size,
                               tkz__buffer *buffer, tkz_error *error)
{
    if (document->kind != TKZ__RECORD_DOCUMENT)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, source_name, TKZ__NO_OFFSET,
                              "a bad record cannot be written as a document");
    if (format != TKZ__INPUT_JSONL) {
        bool edited = text != NULL;
        return write_plain(document, format, source_name, edited ? text : document->text,
                           edited ? text_size : document->text_size, buffer, error);
    }
    if (text != NULL)
        return write_edited(document, text, text_size, buffer, error);
    tkz_status status = tkz__buffer_append(buffer, document->raw, document->raw_size, error);
    return status == TKZ_OK ? tkz__buffer_append_byte(buffer, '\n', error) : status;
}
