/* SPDX-License-Identifier: Apache-2.0
 *
 * tkz_converter: whole texts to UTF-8, with a span map and counted bad bytes.
 * Leans on charset_decode, charset_declaration, charset_names and span_map.
 */
#include "text/charset_declaration.h"
#include "text/charset_decode.h"
#include "text/charset_names.h"
#include "tokenize/text.h"

struct tkz_converter {
    tkz_allocator allocator;
    tkz__charset charset;
    int32_t bad_bytes;
    tkz__charset_table *table; /* NULL for UTF-8, UTF-16 and UTF-32 */
    tkz__buffer target;
    tkz__span_map map;
};

/* The table that a charset is decoded by; NONE for Unicode's own forms. */
static tkz__charset table_of(tkz__charset charset)
{
    switch (charset) {
    case TKZ__CHARSET_ISO_2022_JP:
        return TKZ__CHARSET_EUC_JP;
    case TKZ__CHARSET_CP932:
    case TKZ__CHARSET_EUC_JP:
    case TKZ__CHARSET_GB18030:
    case TKZ__CHARSET_BIG5:
    case TKZ__CHARSET_EUC_KR:
    case TKZ__CHARSET_WINDOWS_1252:
        return charset;
    default:
        return TKZ__CHARSET_NONE;
    }
}

tkz_status tkz_converter_new(tkz_converter **converter, const char *charset, int32_t bad_bytes,
                             const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__charset found;
    tkz_converter *made;

    if (converter == NULL || charset == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "charset", TKZ__NO_OFFSET,
                              "a converter needs a place and the name of a charset");
    *converter = NULL;
    if (bad_bytes < TKZ_BAD_BYTES_REPLACE || bad_bytes > TKZ_BAD_BYTES_REJECT)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "bad_bytes", TKZ__NO_OFFSET,
                              "%d is none of TKZ_BAD_BYTES_*", (int)bad_bytes);
    found = tkz__charset_by_label(charset, strlen(charset));
    if (found == TKZ__CHARSET_NONE)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, "charset", TKZ__NO_OFFSET,
                              "no charset is called \"%.64s\"", charset);
    made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->charset = found;
    made->bad_bytes = bad_bytes;
    tkz__buffer_init(&made->target, &memory);
    tkz__span_map_init(&made->map, &memory);
    if (table_of(found) != TKZ__CHARSET_NONE) {
        tkz_status status = tkz__charset_table_new(&made->table, table_of(found), &memory, error);

        if (status != TKZ_OK) {
            tkz_converter_free(made);
            return status;
        }
    }
    *converter = made;
    return TKZ_OK;
}

void tkz_converter_free(tkz_converter *converter)
{
    tkz_allocator memory;

    if (converter == NULL)
        return;
    memory = converter->allocator;
    tkz__charset_table_free(converter->table);
    tkz__buffer_free(&converter->target);
    tkz__span_map_free(&converter->map);
    tkz__release(&memory, converter, sizeof *converter);
}

/* Length of the charset's byte order mark at the start of `data`, or 0. That of UTF-32LE begins like
 * that of UTF-16LE, of which it may be one with a NUL behind it. */
static size_t mark_size(tkz__charset charset, const uint8_t *data, size_t size)
{
    size_t length;
    tkz__charset marked = tkz__charset_by_mark(data, size, &length);

    if (marked == charset)
        return length;
    return marked == TKZ__CHARSET_UTF_32LE && charset == TKZ__CHARSET_UTF_16LE ? 2 : 0;
}

/* Length of the prefix that is UTF-8 as it stands. */
static size_t unchanged_prefix(tkz__charset charset, const uint8_t *data, size_t size)
{
    size_t ascii;

    switch (charset) {
    case TKZ__CHARSET_UTF_8:
        return tkz_utf8_valid_prefix((const char *)data, size);
    case TKZ__CHARSET_UTF_16LE:
    case TKZ__CHARSET_UTF_16BE:
    case TKZ__CHARSET_UTF_32LE:
    case TKZ__CHARSET_UTF_32BE:
        return 0;
    case TKZ__CHARSET_ISO_2022_JP:
        for (ascii = 0; ascii < size; ascii++)
            if (data[ascii] >= 0x80 || data[ascii] == 0x1B || data[ascii] == 0x0E ||
                data[ascii] == 0x0F)
                break;
        return ascii;
    default:
        return tkz__ascii_run(data, size);
    }
}

static tkz_status decode(tkz__conversion *conversion, tkz__charset charset)
{
    switch (charset) {
    case TKZ__CHARSET_UTF_8:
        return tkz__decode_utf_8(conversion);
    case TKZ__CHARSET_UTF_16LE:
    case TKZ__CHARSET_UTF_16BE:
        return tkz__decode_utf_16(conversion, charset == TKZ__CHARSET_UTF_16BE);
    case TKZ__CHARSET_UTF_32LE:
    case TKZ__CHARSET_UTF_32BE:
        return tkz__decode_utf_32(conversion, charset == TKZ__CHARSET_UTF_32BE);
    case TKZ__CHARSET_ISO_2022_JP:
        return tkz__decode_iso_2022_jp(conversion);
    default:
        return tkz__decode_double_byte(conversion, charset);
    }
}

/* Decodes what is behind `conversion->at`; the `unchanged` bytes there are copied. */
static tkz_status convert(tkz_converter *converter, tkz__conversion *conversion, size_t unchanged)
{
    tkz_status status = tkz__buffer_append(&converter->target, conversion->data + conversion->at,
                                           unchanged, conversion->error);

    if (status != TKZ_OK)
        return status;
    tkz__conversion_record(conversion, unchanged, unchanged, true);
    conversion->at += unchanged;
    status = decode(conversion, converter->charset);
    if (status == TKZ_OK && converter->bad_bytes == TKZ_BAD_BYTES_REJECT &&
        conversion->bad_sequences != 0)
        return tkz__error_set(conversion->error, TKZ_STATUS_BAD_ENCODING, "text",
                              conversion->first_bad, "bytes that are no character of %s",
                              tkz__charset_name(converter->charset));
    return status;
}

tkz_status tkz_converter_run(tkz_converter *converter, const char *data, size_t size,
                             int32_t want_spans, tkz_converted *result, tkz_error *error)
{
    const uint8_t *bytes = (const uint8_t *)data;
    tkz__conversion conversion = {.data = bytes,
                                  .size = size,
                                  .target = &converter->target,
                                  .map = want_spans ? &converter->map : NULL,
                                  .table = converter->table,
                                  .policy = converter->bad_bytes,
                                  .first_bad = UINT64_MAX,
                                  .error = error};
    size_t unchanged;
    tkz_status status;

    memset(result, 0, sizeof *result);
    result->first_bad = UINT64_MAX;
    tkz__buffer_clear(&converter->target);
    tkz__span_map_clear(&converter->map);
    conversion.at = size == 0 ? 0 : mark_size(converter->charset, bytes, size);
    tkz__conversion_record(&conversion, conversion.at, 0, false);
    unchanged = size == 0 ? 0
                          : unchanged_prefix(converter->charset, bytes + conversion.at,
                                             size - conversion.at);
    if (unchanged == size - conversion.at) {
        result->text = size == 0 ? "" : data + conversion.at;
        result->size = unchanged;
        tkz__conversion_record(&conversion, unchanged, unchanged, true);
        status = conversion.status;
    } else {
        status = convert(converter, &conversion, unchanged);
        result->text = converter->target.size == 0 ? "" : (const char *)converter->target.data;
        result->size = converter->target.size;
    }
    result->bad_sequences = conversion.bad_sequences;
    result->bad_bytes = conversion.bad_bytes;
    result->first_bad = conversion.first_bad;
    if (want_spans) {
        result->spans = converter->map.runs;
        result->span_count = converter->map.count;
    }
    return status;
}
