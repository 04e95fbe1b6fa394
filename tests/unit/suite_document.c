/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of a frame: line ends, bad records, identifiers, writing back.
 */
#include <string.h>

#include "corpus/document.h"
#include "testing.h"

Suite *suite_document(void);

static const tkz__record_options standard = {"text", 4, "id", 2, NULL, 0, TKZ__SURROGATES_REJECT};

static tkz__frame frame;
static tkz__frame_cursor cursor;
static tkz__arena arena;
static tkz__buffer written;

static void setup(void)
{
    tkz__frame_init(&frame, NULL);
    tkz__arena_init(&arena, NULL);
    tkz__buffer_init(&written, NULL);
}

static void teardown(void)
{
    tkz__frame_free(&frame);
    tkz__arena_free(&arena);
    tkz__buffer_free(&written);
}

static void begin_sized(tkz__input_format format, const char *bytes, size_t size)
{
    frame.format = format;
    frame.first_line = 1;
    tkz__buffer_clear(&frame.bytes);
    ck_assert_status(tkz__buffer_append(&frame.bytes, bytes, size, NULL));
    tkz__frame_cursor_init(&cursor, &frame);
}

static void begin(tkz__input_format format, const char *bytes)
{
    begin_sized(format, bytes, strlen(bytes));
}

static tkz__document next_with(const tkz__record_options *options)
{
    tkz__document document;
    bool done;
    tkz_error error;
    ck_assert_status(tkz__frame_next(&cursor, options, &arena, &document, &done, &error));
    ck_assert(!done);
    return document;
}

static tkz__document next(void)
{
    return next_with(&standard);
}

static void expect_end(void)
{
    tkz__document document;
    bool done;
    ck_assert_status(tkz__frame_next(&cursor, &standard, &arena, &document, &done, NULL));
    ck_assert(done);
}

static void expect_text(const tkz__document *document, const char *text)
{
    ck_assert_int_eq(document->kind, TKZ__RECORD_DOCUMENT);
    ck_assert_uint_eq(document->text_size, strlen(text));
    ck_assert(memcmp(document->text, text, strlen(text)) == 0);
}

static void expect_id(const tkz__document *document, const char *id)
{
    if (id == NULL) {
        ck_assert_ptr_null(document->id);
        return;
    }
    ck_assert_ptr_nonnull(document->id);
    ck_assert_uint_eq(document->id_size, strlen(id));
    ck_assert(memcmp(document->id, id, strlen(id)) == 0);
}

static void expect_bad(const tkz__document *document, const char *reason, tkz_status code)
{
    ck_assert_int_eq(document->kind, TKZ__RECORD_BAD);
    ck_assert_str_eq(document->reason, reason);
    ck_assert_int_eq(document->error.code, code);
    ck_assert_uint_eq(document->error.line, document->line);
}

static void expect_written(const tkz__document *document, tkz__input_format format,
                           const char *text, const char *expected)
{
    tkz__buffer_clear(&written);
    ck_assert_status(tkz__document_write(document, format, "dir/\"a\".txt", text,
                                         text != NULL ? strlen(text) : 0, &written, NULL));
    ck_assert_uint_eq(written.size, strlen(expected));
    ck_assert(memcmp(written.data, expected, written.size) == 0);
}

START_TEST(test_json_lines)
{
    begin(TKZ__INPUT_JSONL, "{\"id\":\"a\\u0062\",\"text\":\"\\u65e5\\n\"}\r\n"
                            "\n \t\r\n"
                            "{\"text\":\"x\",\"id\":-1.5e3}\n"
                            "{\"text\":\"\",\"id\":null}");
    frame.offset = 100;
    frame.source = 3;
    tkz__document document = next();
    expect_text(&document, "日\n");
    expect_id(&document, "ab");
    ck_assert_uint_eq(document.line, 1);
    ck_assert_uint_eq(document.offset, 100);
    ck_assert_uint_eq(document.source, 3);
    ck_assert_uint_eq(document.raw_size, strlen("{\"id\":\"a\\u0062\",\"text\":\"\\u65e5\\n\"}"));
    ck_assert(strncmp(document.raw + document.text_start, "\\u65e5\\n\"", 9) == 0);
    ck_assert_uint_eq(document.text_end - document.text_start, 8);
    document = next();
    expect_text(&document, "x");
    expect_id(&document, "-1.5e3");
    ck_assert_uint_eq(document.line, 4);
    document = next();
    expect_text(&document, "");
    expect_id(&document, NULL);
    ck_assert_uint_eq(document.line, 5);
    expect_end();
    expect_end();
}
END_TEST

START_TEST(test_bad_records)
{
    begin(TKZ__INPUT_JSONL, "{\"text\":\"\xFF\"}\n{\"text\":\"a\"\n"
                            "{\"body\":\"a\"}\n{\"text\":[1]}\n"
                            "{\"text\":\"a\\ud800b\"}\n{\"text\":\"a\",\"id\":\"\\udc00\"}\n[]\n"
                            "{\"text\":\"good\"}\n");
    tkz__document document = next();
    expect_bad(&document, "bad_utf8", TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(document.error.offset, 9);
    document = next();
    expect_bad(&document, "bad_json", TKZ_STATUS_BAD_JSON);
    document = next();
    expect_bad(&document, "missing_field", TKZ_STATUS_MISSING_FIELD);
    ck_assert_ptr_nonnull(strstr(document.error.message, "\"text\""));
    document = next();
    expect_bad(&document, "missing_field", TKZ_STATUS_MISSING_FIELD);
    ck_assert_ptr_nonnull(strstr(document.error.message, "not a string"));
    document = next();
    expect_bad(&document, "lone_surrogate", TKZ_STATUS_LONE_SURROGATE);
    ck_assert_uint_eq(document.error.offset, 10);
    ck_assert_int_eq(tkz__document_write(&document, TKZ__INPUT_JSONL, "f", NULL, 0, &written, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    document = next();
    expect_bad(&document, "lone_surrogate", TKZ_STATUS_LONE_SURROGATE);
    document = next();
    expect_bad(&document, "bad_json", TKZ_STATUS_BAD_JSON);
    document = next();
    expect_text(&document, "good");
    expect_end();
}
END_TEST

START_TEST(test_surrogates_can_be_replaced)
{
    tkz__record_options options = standard;
    options.surrogates = TKZ__SURROGATES_REPLACE;
    begin(TKZ__INPUT_JSONL, "{\"text\":\"a\\ud800b\"}\n");
    tkz__document document = next_with(&options);
    expect_text(&document, "a\xEF\xBF\xBD"
                           "b");
    expect_written(&document, TKZ__INPUT_JSONL, NULL, "{\"text\":\"a\\ud800b\"}\n");
}
END_TEST

START_TEST(test_other_keys)
{
    const tkz__record_options options = {"本文", 6, NULL, 0, NULL, 0, TKZ__SURROGATES_REJECT};
    begin(TKZ__INPUT_JSONL, "{\"text\":\"no\",\"id\":\"1\",\"\\u672c\\u6587\":\"yes\"}\n");
    tkz__document document = next_with(&options);
    expect_text(&document, "yes");
    expect_id(&document, NULL);
}
END_TEST

static void expect_url(const tkz__document *document, const char *url)
{
    ck_assert_int_eq(document->kind, TKZ__RECORD_DOCUMENT);
    ck_assert_int_eq(document->url == NULL, url == NULL);
    if (url != NULL) {
        ck_assert_uint_eq(document->url_size, strlen(url));
        ck_assert(memcmp(document->url, url, strlen(url)) == 0);
    }
}

START_TEST(test_url)
{
    tkz__record_options options = standard;
    static const char lines[] = "{\"text\":\"a\",\"id\":\"1\",\"url\":\"http:\\/\\/a.jp\\u002f\"}\n"
                                "{\"text\":\"a\",\"url\":1}\n"
                                "{\"text\":\"a\",\"url\":\"\"}\n"
                                "{\"text\":\"a\",\"url\":\"\\ud800\"}\n";
    begin(TKZ__INPUT_JSONL, lines);
    tkz__document document = next();
    expect_url(&document, NULL); /* it is not looked for */
    options.url_key = "url";
    options.url_key_size = 3;
    begin(TKZ__INPUT_JSONL, lines);
    document = next_with(&options);
    expect_url(&document, "http://a.jp/");
    expect_id(&document, "1");
    document = next_with(&options);
    expect_url(&document, NULL); /* no string */
    document = next_with(&options);
    expect_url(&document, "");
    document = next_with(&options);
    expect_url(&document, "\xEF\xBF\xBD"); /* spoils no record */
    options.id_key = NULL;
    begin(TKZ__INPUT_JSONL, lines);
    document = next_with(&options);
    expect_url(&document, "http://a.jp/");
    expect_id(&document, NULL);

    /* One member may be several things. */
    options = (tkz__record_options){"text", 4, "url", 3, "url", 3, TKZ__SURROGATES_REJECT};
    begin(TKZ__INPUT_JSONL, lines);
    document = next_with(&options);
    expect_url(&document, "http://a.jp/");
    expect_id(&document, "http://a.jp/");
}
END_TEST

START_TEST(test_last_of_equal_fields_wins)
{
    begin(TKZ__INPUT_JSONL, "{\"text\":\"one\", \"n\":1, \"text\" : \"two\" , "
                            "\"x\":[\"text\"]}\r\n");
    tkz__document document = next();
    expect_text(&document, "two");
    expect_written(&document, TKZ__INPUT_JSONL, "3\"\t\x01",
                   "{\"text\":\"one\", \"n\":1, \"text\" : \"3\\\"\\t\\u0001\" , "
                   "\"x\":[\"text\"]}\n");
    expect_written(&document, TKZ__INPUT_JSONL, "",
                   "{\"text\":\"one\", \"n\":1, \"text\" : \"\" , \"x\":[\"text\"]}\n");
    expect_written(&document, TKZ__INPUT_JSONL, NULL,
                   "{\"text\":\"one\", \"n\":1, \"text\" : \"two\" , \"x\":[\"text\"]}\n");
}
END_TEST

START_TEST(test_lines)
{
    static const char bytes[] = "一\0二\r\n\n\v\f\n\xEF\xBB\xBF"
                                "三\r\r\n\xE4\xB8\n末";
    begin_sized(TKZ__INPUT_LINES, bytes, sizeof bytes - 1);
    tkz__document document = next();
    ck_assert_uint_eq(document.text_size, 7); /* NUL is text */
    ck_assert(memcmp(document.text, "一\0二", 7) == 0);
    expect_id(&document, NULL);
    expect_written(&document, TKZ__INPUT_LINES, NULL,
                   "{\"id\":\"dir/\\\"a\\\".txt:1\",\"text\":\"一\\u0000二\"}\n");
    expect_written(&document, TKZ__INPUT_LINES, "new",
                   "{\"id\":\"dir/\\\"a\\\".txt:1\",\"text\":\"new\"}\n");
    document = next();
    expect_text(&document, "\xEF\xBB\xBF"
                           "三\r");
    ck_assert_uint_eq(document.line, 4);
    document = next();
    expect_bad(&document, "bad_utf8", TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(document.error.offset, 0);
    ck_assert_uint_eq(document.raw_size, 2);
    document = next();
    expect_text(&document, "末");
    ck_assert_uint_eq(document.line, 6);
    expect_end();
}
END_TEST

START_TEST(test_whole_source)
{
    begin(TKZ__INPUT_DOCUMENT, "a\r\nb\n");
    tkz__document document = next();
    expect_text(&document, "a\r\nb\n");
    ck_assert_uint_eq(document.text_end, 5);
    expect_written(&document, TKZ__INPUT_DOCUMENT, NULL,
                   "{\"id\":\"dir/\\\"a\\\".txt\",\"text\":\"a\\r\\nb\\n\"}\n");
    expect_end();
    begin(TKZ__INPUT_DOCUMENT, " \r\n\n");
    expect_end();
    begin(TKZ__INPUT_DOCUMENT, "ok\n\x80");
    document = next();
    expect_bad(&document, "bad_utf8", TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(document.error.offset, 3);
}
END_TEST

START_TEST(test_oversized)
{
    begin(TKZ__INPUT_JSONL, "{\"text\":\"the head\n\xE6");
    frame.oversized = true;
    frame.oversized_size = 1234567890123;
    frame.first_line = 7;
    tkz__frame_cursor_init(&cursor, &frame);
    tkz__document document = next();
    expect_bad(&document, "too_large", TKZ_STATUS_LIMIT);
    ck_assert_ptr_nonnull(strstr(document.error.message, "1234567890123"));
    ck_assert_uint_eq(document.line, 7);
    ck_assert_uint_eq(document.raw_size, frame.bytes.size);
    expect_end();
}
END_TEST

START_TEST(test_source_name_of_any_bytes)
{
    begin(TKZ__INPUT_LINES, "x");
    tkz__document document = next();
    ck_assert_status(
        tkz__document_write(&document, TKZ__INPUT_LINES, "\xFF\n日", NULL, 0, &written, NULL));
    static const char expected[] = "{\"id\":\"\xEF\xBF\xBD\\n日:1\",\"text\":\"x\"}\n";
    ck_assert_uint_eq(written.size, sizeof expected - 1);
    ck_assert(memcmp(written.data, expected, written.size) == 0);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__arena scratch;
    tkz__buffer output;
    tkz__arena_init(&scratch, allocator);
    tkz__buffer_init(&output, allocator);
    tkz__frame_cursor_init(&cursor, &frame);
    tkz__document document;
    bool done = false;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && !done) {
        tkz_error error;
        status = tkz__frame_next(&cursor, &standard, &scratch, &document, &done, &error);
        if (status == TKZ_OK && !done)
            status = tkz__document_write(&document, TKZ__INPUT_LINES, "name", NULL, 0, &output,
                                         &error);
        if (status != TKZ_OK)
            ck_assert_int_eq(error.code, status);
    }
    tkz__arena_free(&scratch);
    tkz__buffer_free(&output);
    return status;
}

START_TEST(test_allocation_failures)
{
    begin(TKZ__INPUT_JSONL, "{\"text\":\"a\\nb\",\"id\":\"\\u65e5\"}\n{\"text\":\"c\"}\n");
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

/* Any bytes: records never overlap, never leave the frame, and together with line ends fill it. */
START_TEST(test_random_bytes)
{
    static const char alphabet[] = "{}\"text:\\ud8\n\r \xE6\x97\xA5,[]1";
    uint64_t random = 11;
    for (int round = 0; round < 3000; round++) {
        char bytes[64];
        size_t size = test_random(&random) % sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = alphabet[test_random(&random) % (sizeof alphabet - 1)];
        begin_sized(round % 2 == 0 ? TKZ__INPUT_JSONL : TKZ__INPUT_LINES, bytes, size);
        frame.offset = 0;
        const char *end = (const char *)frame.bytes.data;
        for (;;) {
            tkz__document document;
            bool done;
            ck_assert_status(
                tkz__frame_next(&cursor, &standard, &arena, &document, &done, NULL));
            if (done)
                break;
            ck_assert(document.raw >= end && document.raw_size > 0);
            for (const char *gap = end; gap < document.raw; gap++)
                ck_assert(*gap == '\n' || *gap == '\r' || *gap == ' ');
            ck_assert_uint_eq(document.offset,
                              (uint64_t)(document.raw - (const char *)frame.bytes.data));
            end = document.raw + document.raw_size;
            ck_assert(end <= (const char *)frame.bytes.data + frame.bytes.size);
            ck_assert_ptr_null(memchr(document.raw, '\n', document.raw_size));
        }
    }
}
END_TEST

Suite *suite_document(void)
{
    Suite *suite = suite_create("document");
    TCase *tests = tcase_create("document");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_json_lines);
    tcase_add_test(tests, test_bad_records);
    tcase_add_test(tests, test_surrogates_can_be_replaced);
    tcase_add_test(tests, test_other_keys);
    tcase_add_test(tests, test_url);
    tcase_add_test(tests, test_last_of_equal_fields_wins);
    tcase_add_test(tests, test_lines);
    tcase_add_test(tests, test_whole_source);
    tcase_add_test(tests, test_oversized);
    tcase_add_test(tests, test_source_name_of_any_bytes);
    tcase_add_test(tests, test_allocation_failures);
    tcase_add_test(tests, test_random_bytes);
    suite_add_tcase(suite, tests);
    return suite;
}
