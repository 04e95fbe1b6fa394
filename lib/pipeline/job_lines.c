/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines that a frame's work leaves besides kept records. Leans on io's JSON
 * writing.
 */
#include "pipeline/job_lines.h"

#include <stdio.h>
#include <string.h>

/* Quarantined bytes that are kept of one record; the rest is found by its place. */
enum { QUARANTINE_LIMIT = 1 << 20 };

static bool is_blank(const uint8_t *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (line[i] != ' ' && (line[i] < '\t' || line[i] > '\r'))
            return false;
    }
    return true;
}

uint64_t tkz__count_records(const tkz__frame *frame)
{
    if (frame->oversized)
        return 1;
    if (frame->format == TKZ__INPUT_DOCUMENT)
        return !is_blank(frame->bytes.data, frame->bytes.size);
    uint64_t count = 0;
    const uint8_t *line = frame->bytes.data;
    size_t left = frame->bytes.size;
    while (left > 0) {
        const uint8_t *end = memchr(line, '\n', left);
        size_t size = end != NULL ? (size_t)(end - line) : left;
        count += !is_blank(line, size);
        size_t step = end != NULL ? size + 1 : size;
        line += step;
        left -= step;
    }
    return count;
}

/* {"source":"...","line":N,"offset":N, */
static tkz_status append_place(tkz__buffer *lines, const tkz__document *document,
                               const char *source_name, tkz_error *error)
{
    tkz_status status = tkz__buffer_append_text(lines, "{\"source\":", error);
    if (status == TKZ_OK)
        status = tkz__json_append_string(lines, source_name, strlen(source_name), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(lines, error, ",\"line\":%llu,\"offset\":%llu",
                                           (unsigned long long)document->line,
                                           (unsigned long long)document->offset);
    return status;
}

/* ,"id":"..." if there is one. */
static tkz_status append_id(tkz__buffer *lines, const tkz__document *document, tkz_error *error)
{
    if (document->id == NULL)
        return TKZ_OK;
    tkz_status status = tkz__buffer_append_text(lines, ",\"id\":", error);
    if (status == TKZ_OK)
        status = tkz__json_append_string(lines, document->id, document->id_size, error);
    return status;
}

static tkz_status append_exactly(tkz__buffer *lines, const char *name, double value, tkz_error *error)
{
    char text[TKZ_NUMBER_TEXT_SIZE];
    tkz_number_text(value, text);
    return tkz__buffer_append_format(lines, error, ",\"%s\":%s", name, text);
}

static tkz_status append_value(tkz__buffer *lines, const char *name, double value, bool first,
                               tkz_error *error)
{
    tkz_status status = first ? TKZ_OK : tkz__buffer_append_byte(lines, ',', error);
    if (status == TKZ_OK)
        status = tkz__json_append_string(lines, name, strlen(name), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(lines, error, ":%.17g", value);
    return status;
}

/* A filter that is chosen twice has one value. */
static bool named_before(const tkz_filter_set *filters, size_t index)
{
    const char *name = tkz_filter_set_value_name(filters, index);
    for (size_t i = 0; i < index; i++)
        if (strcmp(tkz_filter_set_value_name(filters, i), name) == 0)
            return true;
    return false;
}

tkz_status tkz__append_score_line(tkz__buffer *lines, const tkz__document *document,
                                  const char *source_name, const char *made_with,
                                  const tkz_filter_set *filters, const double *values, const tkz_verdict *verdict,
                                  tkz_error *error)
{
    tkz_status status = append_place(lines, document, source_name, error);
    if (status == TKZ_OK)
        status = append_id(lines, document, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(lines, ",\"values\":{", error);
    for (size_t i = 0; i < tkz_filter_set_value_count(filters) && status == TKZ_OK; i++)
        if (!named_before(filters, i))
            status = append_value(lines, tkz_filter_set_value_name(filters, i), values[i], i == 0,
                                  error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(lines, made_with[0] != '\0' ? "},\"made_with\":" : "}", error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(lines, made_with, error);
    if (status != TKZ_OK)
        return status;
    if (verdict->keep)
        return tkz__buffer_append_text(lines, ",\"keep\":true}\n", error);
    return tkz__buffer_append_format(lines, error,
                                     ",\"keep\":false,\"filter\":\"%s\",\"reason\":\"%s\"}\n",
                                     verdict->filter, verdict->reason);
}

tkz_status tkz__append_reject_line(tkz__buffer *lines, const tkz__document *document,
                                   tkz__input_format format, const char *source_name,
                                   const tkz_verdict *verdict, const tkz__evidence *evidence, tkz_error *error)
{
    tkz_status status = append_place(lines, document, source_name, error);
    if (status == TKZ_OK)
        status = append_id(lines, document, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(lines, error, ",\"filter\":\"%s\",\"reason\":\"%s\"",
                                           verdict->filter, verdict->reason);
    /* A repeated document was measured against nothing. */
    bool measured = verdict->filter_index != TKZ__NO_FILTER;
    if (status == TKZ_OK && measured)
        status = append_exactly(lines, "value", verdict->value, error);
    if (status == TKZ_OK && measured)
        status = append_exactly(lines, "threshold", verdict->threshold, error);
    if (status == TKZ_OK && evidence->size > 0)
        status = tkz__buffer_append_text(lines, ",\"evidence\":", error);
    if (status == TKZ_OK && evidence->size > 0)
        status = tkz__json_append_string(lines, evidence->text, evidence->size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(lines, ",\"record\":", error);
    if (status == TKZ_OK)
        status = tkz__document_write(document, format, source_name, NULL, 0, lines, error);
    if (status != TKZ_OK)
        return status;
    lines->size--; /* the record's line end */
    return tkz__buffer_append_text(lines, "}\n", error);
}

tkz_status tkz__append_bad_line(tkz__buffer *lines, const tkz__document *document,
                                const char *source_name, tkz_error *error)
{
    size_t size = document->raw_size < QUARANTINE_LIMIT ? document->raw_size : QUARANTINE_LIMIT;
    tkz_status status = append_place(lines, document, source_name, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(
            lines, error, ",\"size\":%llu,\"reason\":\"%s\",\"message\":",
            (unsigned long long)document->raw_size, document->reason);
    if (status == TKZ_OK)
        status = tkz__json_append_string(lines, document->error.message,
                                         strlen(document->error.message), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(lines, ",\"record_base64\":\"", error);
    if (status == TKZ_OK)
        status = tkz__append_base64(lines, document->raw, size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(lines, error, "\",\"record_truncated\":%s}\n",
                                           size < document->raw_size ? "true" : "false");
    return status;
}

/* Decimal digits of `value` at `target` (room for 10); returns their number. */
static size_t write_decimal(uint32_t value, uint8_t *target)
{
    uint8_t digits[10];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (size_t i = 0; i < count; i++)
        target[i] = digits[count - 1 - i];
    return count;
}

static tkz_status append_ids(tkz__buffer *lines, const uint32_t *ids, size_t count, char separator,
                             tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(lines, count * 11 + 1, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *target = lines->data + lines->size;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *target++ = (uint8_t)separator;
        target += write_decimal(ids[i], target);
    }
    lines->size = (size_t)(target - lines->data);
    return TKZ_OK;
}

tkz_status tkz__append_ids_lines(tkz__buffer *lines, const tkz__job_item *item, bool json,
                                 const tkz__buffer *names, const tkz__buffer *name_borders,
                                 tkz_error *error)
{
    const uint32_t *ids = (const uint32_t *)(void *)item->ids.data;
    const uint64_t *offsets = (const uint64_t *)(void *)item->offsets.data;
    const uint64_t *borders = (const uint64_t *)(void *)name_borders->data;
    tkz_status status = TKZ_OK;
    for (uint64_t i = 0; i < item->encoded && status == TKZ_OK; i++) {
        size_t count = (size_t)(offsets[i + 1] - offsets[i]);
        if (json) {
            uint64_t start = i == 0 ? 0 : borders[i - 1];
            status = tkz__buffer_append_text(lines, "{\"id\":", error);
            if (status == TKZ_OK)
                status = tkz__json_append_string(lines, (const char *)names->data + start,
                                                 (size_t)(borders[i] - start), error);
            if (status == TKZ_OK)
                status = tkz__buffer_append_text(lines, ",\"ids\":[", error);
        }
        if (status == TKZ_OK)
            status = append_ids(lines, ids + offsets[i], count, json ? ',' : ' ', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_text(lines, json ? "]}\n" : "\n", error);
    }
    return status;
}
