/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON-lines scanner: what is accepted, what is found, where errors are, and
 * the same answers as jansson on mutated lines.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_scanner.h"
#include "io/json_string.h"
#include "testing.h"

Suite *suite_json_scanner(void);

static const char *const text_key[] = {"text"};
static const size_t text_key_size[] = {4};

static tkz_status scan(const char *line, size_t size, tkz__json_field *field, tkz_error *error)
{
    return tkz__json_scan_object(line, size, text_key, text_key_size, 1, field, error);
}

/* ---- Grammar ------------------------------------------------------------ */

typedef struct grammar_case {
    const char *line;
    size_t offset; /* of the error, or ACCEPTED */
} grammar_case;
#define ACCEPTED SIZE_MAX

static const grammar_case grammar_cases[] = {
    {"{}", ACCEPTED},
    {" \t\r\n{ } \t\r\n", ACCEPTED},
    {"{\"text\":\"a\"}", ACCEPTED},
    {"{ \"text\" : \"a\" , \"b\" : 1 }", ACCEPTED},
    {"{\"\":\"\"}", ACCEPTED},
    {"{\"a\":[]}", ACCEPTED},
    {"{\"a\":[[],{}]}", ACCEPTED},
    {"{\"a\":{\"b\":{\"c\":[1,2,{\"d\":null}]}}}", ACCEPTED},
    {"{\"a\":true,\"b\":false,\"c\":null}", ACCEPTED},
    {"{\"a\":0,\"b\":-0,\"c\":-1,\"d\":10}", ACCEPTED},
    {"{\"a\":0.5,\"b\":1e5,\"c\":1E+5,\"d\":1.5e-07,\"e\":0e0}", ACCEPTED},
    {"{\"a\":123456789012345678901234567890}", ACCEPTED},
    {"{\"a\":1e999999}", ACCEPTED},
    {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", ACCEPTED},
    {"{\"a\":\"\\u0000\\u00e9\\u3042\\uD83D\\uDE00\"}", ACCEPTED},
    {"{\"a\":\"\\uABCD\\uabcd\\u0Fa9\"}", ACCEPTED},
    {"{\"a\":\"\\ud800\"}", ACCEPTED}, /* lone: only an error when unescaped */
    {"{\"\\udc00\":1}", ACCEPTED},
    {"{\"a\":\"\x7f\"}", ACCEPTED},
    {"{\"a\":\"\xE3\x81\x82\xF0\x9F\x98\x80\"}", ACCEPTED},
    {"{\"a\":1,\"a\":2}", ACCEPTED},
    {"{\"a\":[1 , 2\t,\n3]}", ACCEPTED},
    {"{\"a\":\"//\"}", ACCEPTED},
    {"", 0},
    {"   ", 3},
    {"[]", 0},
    {"\"a\"", 0},
    {"1", 0},
    {"null", 0},
    {"{", 1},
    {"}", 0},
    {"{}}", 2},
    {"{}x", 2},
    {"{} {}", 3},
    {"{},", 2},
    {"{,}", 1},
    {"{\"a\"}", 4},
    {"{\"a\" \"b\"}", 5},
    {"{\"a\":}", 5},
    {"{\"a\"::1}", 5},
    {"{\"a\":1,}", 7},
    {"{\"a\":1 \"b\":2}", 7},
    {"{\"a\":1,,\"b\":2}", 7},
    {"{\"a\":1;\"b\":2}", 6},
    {"{a:1}", 1},
    {"{'a':1}", 1},
    {"{1:1}", 1},
    {"{null:1}", 1},
    {"{\"a\":1", 6},
    {"{\"a\":", 5},
    {"{\"a\"", 4},
    {"{\"a", 3},
    {"{\"a\":\"b", 7},
    {"{\"a\":\"b\\", 7},
    {"{\"a\":\"b\\\"}", 10},
    {"{\"a\":[1,]}", 8},
    {"{\"a\":[,1]}", 6},
    {"{\"a\":[1 2]}", 8},
    {"{\"a\":[1}", 7},
    {"{\"a\":[1}]", 7},
    {"{\"a\":{]}", 6},
    {"{\"a\":[", 6},
    {"{\"a\":[1", 7},
    {"{\"a\":01}", 6},
    {"{\"a\":-}", 6},
    {"{\"a\":-01}", 7},
    {"{\"a\":+1}", 5},
    {"{\"a\":.5}", 5},
    {"{\"a\":1.}", 7},
    {"{\"a\":1.e5}", 7},
    {"{\"a\":1e}", 7},
    {"{\"a\":1e+}", 8},
    {"{\"a\":0x10}", 6},
    {"{\"a\":1_000}", 6},
    {"{\"a\":NaN}", 5},
    {"{\"a\":Infinity}", 5},
    {"{\"a\":-Infinity}", 6},
    {"{\"a\":True}", 5},
    {"{\"a\":tru}", 8},
    {"{\"a\":truee}", 9},
    {"{\"a\":nul", 8},
    {"{\"a\":falsy}", 9},
    {"{\"a\":'b'}", 5},
    {"{\"a\":\"\t\"}", 6},
    {"{\"a\":\"\n\"}", 6},
    {"{\"a\":\"\x1f\"}", 6},
    {"{\"a\":\"\\x41\"}", 7},
    {"{\"a\":\"\\'\"}", 7},
    {"{\"a\":\"\\a\"}", 7},
    {"{\"a\":\"\\u12\"}", 7},
    {"{\"a\":\"\\u12G4\"}", 7},
    {"{\"a\":\"\\U0041\"}", 7},
    {"{\"a\":\"\\u 041\"}", 7},
    {"{\"a\":1}/**/", 7},
    {"{/**/\"a\":1}", 1},
    {"{\"a\":1}#", 7},
    {"{\"a\":\f1}", 5},
    {"\xEF\xBB\xBF{}", 0},
    {"{\"a\":\xC2\xA0" "1}", 5}, /* no-break space is no white space here */
};

START_TEST(grammar)
{
    const grammar_case *c = &grammar_cases[_i];
    size_t size = strlen(c->line);
    /* An exact copy, so that a sanitizer sees a read behind the end. */
    char *line = malloc(size + 1);
    memcpy(line, c->line, size);
    line = realloc(line, size > 0 ? size : 1);
    tkz__json_field field;
    tkz_error error;
    tkz_error_clear(&error);
    tkz_status status = scan(line, size, &field, &error);
    if (c->offset == ACCEPTED) {
        ck_assert_msg(status == TKZ_OK, "%s: %s", c->line, error.message);
    } else {
        ck_assert_msg(status == TKZ_STATUS_BAD_JSON, "%s: %s", c->line, tkz_status_name(status));
        ck_assert_msg(error.offset == c->offset, "%s: offset %llu, not %zu (%s)", c->line,
                      (unsigned long long)error.offset, c->offset, error.message);
        ck_assert(error.message[0] != '\0');
    }
    free(line);
}
END_TEST

START_TEST(bytes_zero_and_not_utf8)
{
    tkz__json_field field;
    tkz_error error;
    ck_assert_int_eq(scan("{\"a\":\"\0\"}", 9, &field, &error), TKZ_STATUS_BAD_JSON);
    ck_assert_uint_eq(error.offset, 6);
    ck_assert_int_eq(scan("{}\0", 3, &field, &error), TKZ_STATUS_BAD_JSON);
    static const char *const bad[] = {"{\"a\":\"\xFF\"}", "{\"a\":\"\xC0\x80\"}",
                                      "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":\"\xE3\x81\"}",
                                      "{\"a\":\"\xF5\x80\x80\x80\"}", "{\"a\":\"\x82\xA0\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(scan(bad[i], strlen(bad[i]), &field, &error), TKZ_STATUS_BAD_UTF8);
        ck_assert_uint_eq(error.offset, 6);
    }
}
END_TEST

START_TEST(depth_is_limited)
{
    for (int depth = 510; depth <= 515; depth++) {
        tkz__buffer line;
        tkz__buffer_init(&line, NULL);
        for (int i = 1; i < depth; i++)
            ck_assert_status(tkz__buffer_append_text(&line, i % 2 == 1 ? "{\"a\":" : "[", NULL));
        ck_assert_status(tkz__buffer_append_text(&line, "{}", NULL));
        for (int i = depth - 1; i >= 1; i--)
            ck_assert_status(tkz__buffer_append_text(&line, i % 2 == 1 ? "}" : "]", NULL));
        tkz__json_field field;
        tkz_status status = scan((const char *)line.data, line.size, &field, NULL);
        ck_assert_int_eq(status, depth <= 512 ? TKZ_OK : TKZ_STATUS_BAD_JSON);
        tkz__buffer_free(&line);
    }
    /* A million brackets: neither recursion nor time. */
    size_t size = 1000005;
    char *deep = malloc(size);
    memset(deep, '[', size);
    memcpy(deep, "{\"a\":", 5);
    tkz__json_field field;
    tkz_error error;
    ck_assert_int_eq(scan(deep, size, &field, &error), TKZ_STATUS_BAD_JSON);
    ck_assert_uint_eq(error.offset, 5 + 511);
    free(deep);
}
END_TEST

/* ---- Fields ------------------------------------------------------------- */

START_TEST(finds_members)
{
    static const char *const keys[] = {"text", "id", "missing", "text", "\xE9\xA1\x8C", ""};
    static const size_t sizes[] = {4, 2, 7, 4, 3, 0};
    const char *line = "{\"x\":{\"text\":\"inner\"}, \"text\":\"outer\",\"id\": [1, {\"id\":2}] ,"
                       "\"\\u984C\":\"\\n\", \"\":-1.5e3}";
    tkz__json_field f[6];
    ck_assert_status(tkz__json_scan_object(line, strlen(line), keys, sizes, 6, f, NULL));
    ck_assert(f[0].present && f[0].is_string && !f[0].has_escapes);
    ck_assert(strncmp(line + f[0].start, "outer\"", 6) == 0);
    ck_assert_uint_eq(f[0].end - f[0].start, 5);
    ck_assert(f[1].present && !f[1].is_string);
    ck_assert_uint_eq(f[1].end - f[1].start, strlen("[1, {\"id\":2}]"));
    ck_assert(strncmp(line + f[1].start, "[1, {\"id\":2}]", f[1].end - f[1].start) == 0);
    ck_assert(!f[2].present);
    ck_assert_mem_eq(&f[3].start, &f[0].start, sizeof f[0].start);
    ck_assert(f[4].present && f[4].is_string && f[4].has_escapes);
    ck_assert(f[5].present && !f[5].is_string);
    ck_assert(strncmp(line + f[5].start, "-1.5e3", f[5].end - f[5].start) == 0);
}
END_TEST

static void check_text(const char *line, bool present, const char *value)
{
    tkz__json_field field;
    ck_assert_status(scan(line, strlen(line), &field, NULL));
    ck_assert_msg(field.present == present, "%s", line);
    if (!present)
        return;
    ck_assert_msg(field.end - field.start == strlen(value) &&
                      memcmp(line + field.start, value, strlen(value)) == 0,
                  "%s: not %s", line, value);
}

START_TEST(keys_are_compared_unescaped)
{
    check_text("{\"t\\u0065xt\":\"a\"}", true, "a");
    check_text("{\"\\u0074\\u0065\\u0078\\u0074\":\"a\"}", true, "a");
    check_text("{\"t\\u0065xt\":\"a\",\"text\":\"b\"}", true, "b");
    check_text("{\"text\":\"b\",\"t\\u0065xt\":\"a\"}", true, "a");
    check_text("{\"text\":\"b\",\"text\":null}", true, "null");
    check_text("{\"text\":\"b\",\"text\":{\"text\":\"c\"}}", true, "{\"text\":\"c\"}");
    check_text("{\"text\":1,\"text\":[\"x\"],\"text\":\"c\"}", true, "c");
    check_text("{\"tex\":1,\"textt\":2,\"Text\":3,\"text \":4}", false, "");
    check_text("{\"tex\\u0074t\":1,\"tex\\n\":1,\"\\u0074ex\":1}", false, "");
    check_text("{\"a\":[\"text\",{\"text\":1}]}", false, "");

    /* A key beyond the BMP, as a pair of surrogates; halves of it match nothing. */
    static const char *const keys[] = {"\xF0\x9F\x98\x80", "\xEF\xBF\xBD"};
    static const size_t sizes[] = {4, 3};
    tkz__json_field f[2];
    const char *line = "{\"\\ud83d\\ude00\":1,\"\\ud83d\":2,\"\\ude00\":3}";
    ck_assert_status(tkz__json_scan_object(line, strlen(line), keys, sizes, 2, f, NULL));
    ck_assert(f[0].present && line[f[0].start] == '1');
    ck_assert(!f[1].present);
}
END_TEST

START_TEST(failed_scan_finds_nothing)
{
    tkz__json_field field = {.present = true, .start = 99, .end = 100};
    ck_assert_int_eq(scan("{", 1, &field, NULL), TKZ_STATUS_BAD_JSON);
    ck_assert(!field.present);
    ck_assert_status(tkz__json_scan_object("{\"a\":1}", 7, NULL, NULL, 0, NULL, NULL));
}
END_TEST

/* ---- Unescaping --------------------------------------------------------- */

static void check_unescaped(const char *line, tkz__surrogates surrogates, const char *value,
                            size_t value_size)
{
    tkz__json_field field;
    ck_assert_status(scan(line, strlen(line), &field, NULL));
    tkz__arena arena;
    tkz__arena_init(&arena, NULL);
    tkz__span_map map;
    tkz__span_map_init(&map, NULL);
    const char *text;
    size_t size;
    ck_assert_status(
        tkz__json_unescape(line, &field, surrogates, &arena, &text, &size, &map, NULL));
    ck_assert_msg(size == value_size && memcmp(text, value, size) == 0, "%s", line);
    ck_assert_uint_eq(tkz__span_map_source_size(&map), field.end - field.start);
    ck_assert_uint_eq(tkz__span_map_target_size(&map), size);
    tkz__span_map_free(&map);
    tkz__arena_free(&arena);
}

START_TEST(unescape)
{
    check_unescaped("{\"text\":\"\"}", TKZ__SURROGATES_REJECT, "", 0);
    check_unescaped("{\"text\":\"plain \xE3\x81\x82\"}", TKZ__SURROGATES_REJECT,
                    "plain \xE3\x81\x82", 9);
    check_unescaped("{\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", TKZ__SURROGATES_REJECT,
                    "\"\\/\b\f\n\r\t", 8);
    check_unescaped("{\"text\":\"a\\u0000b\"}", TKZ__SURROGATES_REJECT, "a\0b", 3);
    check_unescaped("{\"text\":\"\\u00e9\\u3042\\uD842\\uDFB7\"}", TKZ__SURROGATES_REJECT,
                    "\xC3\xA9\xE3\x81\x82\xF0\xA0\xAE\xB7", 9);
    check_unescaped("{\"text\":\"0123456789abcdef0123456789\\nabcdefghijklmnopqrstuvwxyz\"}",
                    TKZ__SURROGATES_REJECT,
                    "0123456789abcdef0123456789\nabcdefghijklmnopqrstuvwxyz", 53);
    check_unescaped("{\"text\":\"\\ud800\"}", TKZ__SURROGATES_REPLACE, "\xEF\xBF\xBD", 3);
    check_unescaped("{\"text\":\"\\udc00\\ud800\"}", TKZ__SURROGATES_REPLACE,
                    "\xEF\xBF\xBD\xEF\xBF\xBD", 6);
    check_unescaped("{\"text\":\"\\ud800\\ud83d\\ude00\"}", TKZ__SURROGATES_REPLACE,
                    "\xEF\xBF\xBD\xF0\x9F\x98\x80", 7);
    check_unescaped("{\"text\":\"\\ud83d\\nx\"}", TKZ__SURROGATES_REPLACE, "\xEF\xBF\xBD\nx", 5);
    check_unescaped("{\"text\":\"\\ud83dx\\ude00\"}", TKZ__SURROGATES_REPLACE,
                    "\xEF\xBF\xBDx\xEF\xBF\xBD", 7);
}
END_TEST

START_TEST(lone_surrogates_are_rejected)
{
    static const struct {
        const char *line;
        size_t offset;
    } cases[] = {{"{\"text\":\"ab\\ud800\"}", 11},
                 {"{\"text\":\"\\udc00\"}", 9},
                 {"{\"text\":\"\\ud83d\\ud83d\\ude00\"}", 9},
                 {"{\"text\":\"\\ud83d\\u0041\"}", 9},
                 {"{\"text\":\"\\ud83d\\ude00\\ude00\"}", 21}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tkz__json_field field;
        const char *line = cases[i].line;
        ck_assert_status(scan(line, strlen(line), &field, NULL));
        tkz__arena arena;
        tkz__arena_init(&arena, NULL);
        const char *text;
        size_t size;
        tkz_error error;
        ck_assert_int_eq(tkz__json_unescape(line, &field, TKZ__SURROGATES_REJECT, &arena, &text,
                                            &size, NULL, &error),
                         TKZ_STATUS_LONE_SURROGATE);
        ck_assert_uint_eq(error.offset, cases[i].offset);
        tkz__arena_free(&arena);
    }
    /* In another field it does no harm. */
    tkz__json_field field;
    const char *line = "{\"other\":\"\\ud800\",\"text\":\"a\"}";
    ck_assert_status(scan(line, strlen(line), &field, NULL));
}
END_TEST

START_TEST(span_map_runs)
{
    const char *line = "{\"text\":\"ab\\ncd\\u3042\\ud83d\\ude00e\"}";
    tkz__json_field field;
    ck_assert_status(scan(line, strlen(line), &field, NULL));
    tkz__arena arena;
    tkz__arena_init(&arena, NULL);
    tkz__span_map map;
    tkz__span_map_init(&map, NULL);
    const char *text;
    size_t size;
    ck_assert_status(tkz__json_unescape(line, &field, TKZ__SURROGATES_REJECT, &arena, &text, &size,
                                        &map, NULL));
    static const struct {
        uint64_t source, target;
        bool identity;
    } runs[] = {{2, 2, true}, {2, 1, false}, {2, 2, true},
                {6, 3, false}, {12, 4, false}, {1, 1, true}};
    ck_assert_uint_eq(map.count, sizeof runs / sizeof *runs);
    for (size_t i = 0; i < map.count; i++) {
        ck_assert_uint_eq(map.runs[i].source_size, runs[i].source);
        ck_assert_uint_eq(map.runs[i].target_size, runs[i].target);
        ck_assert(map.runs[i].identity == runs[i].identity);
    }
    uint64_t start, end;
    tkz__span_map_to_source(&map, 4, 5, &start, &end); /* 'd' */
    ck_assert(line[field.start + start] == 'd' && end == start + 1);
    tkz__span_map_free(&map);
    tkz__arena_free(&arena);
}
END_TEST

START_TEST(unescape_wants_a_string)
{
    tkz__json_field field;
    const char *text;
    size_t size;
    ck_assert_status(scan("{\"text\":12}", 11, &field, NULL));
    ck_assert_int_eq(tkz__json_unescape("{\"text\":12}", &field, TKZ__SURROGATES_REJECT, NULL,
                                        &text, &size, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(scan("{}", 2, &field, NULL));
    ck_assert_int_eq(
        tkz__json_unescape("{}", &field, TKZ__SURROGATES_REJECT, NULL, &text, &size, NULL, NULL),
        TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

static tkz_status attempt_unescape(void *context, const tkz_allocator *allocator)
{
    const char *line = context;
    tkz__json_field field;
    ck_assert_status(scan(line, strlen(line), &field, NULL));
    tkz__arena arena;
    tkz__arena_init(&arena, allocator);
    tkz__span_map map;
    tkz__span_map_init(&map, allocator);
    const char *text;
    size_t size;
    tkz_status status = tkz__json_unescape(line, &field, TKZ__SURROGATES_REJECT, &arena, &text,
                                           &size, &map, NULL);
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, allocator);
    if (status == TKZ_OK)
        status = tkz__json_append_string(&buffer, text, size, NULL);
    if (status == TKZ_OK)
        status = tkz__append_base64(&buffer, text, size, NULL);
    tkz__buffer_free(&buffer);
    tkz__span_map_free(&map);
    tkz__arena_free(&arena);
    return status;
}

START_TEST(allocation_failures)
{
    static char line[] = "{\"text\":\"a\\nb\\u3042\"}";
    test_all_allocation_failures(attempt_unescape, line);
}
END_TEST

/* ---- Writing ------------------------------------------------------------ */

START_TEST(append_string)
{
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, NULL);
    static const char text[] = "a\"\\/\b\f\n\r\t\0\x1f\x7f\xE3\x81\x82";
    ck_assert_status(tkz__json_append_string(&buffer, text, sizeof text - 1, NULL));
    static const char json[] = "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xE3\x81\x82\"";
    ck_assert_uint_eq(buffer.size, sizeof json - 1);
    ck_assert_mem_eq(buffer.data, json, buffer.size);
    tkz__buffer_clear(&buffer);
    ck_assert_status(tkz__json_append_string(&buffer, NULL, 0, NULL));
    ck_assert_uint_eq(buffer.size, 2);
    tkz__buffer_free(&buffer);
}
END_TEST

START_TEST(base64)
{
    /* RFC 4648, 10. */
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xFB\xFF\xFE", "+//+"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tkz__buffer buffer;
        tkz__buffer_init(&buffer, NULL);
        ck_assert_status(tkz__append_base64(&buffer, cases[i][0], strlen(cases[i][0]), NULL));
        ck_assert_status(tkz__buffer_append_byte(&buffer, 0, NULL));
        ck_assert_str_eq((const char *)buffer.data, cases[i][1]);
        tkz__buffer_free(&buffer);
    }
}
END_TEST

/* ---- Against slower truths ---------------------------------------------- */

/* Every way of looking for the next special byte finds the same one. */
START_TEST(plain_runs_agree)
{
    uint64_t state = 12345;
    for (int round = 0; round < 20000; round++) {
        char text[96];
        size_t size = test_random(&state) % sizeof text;
        for (size_t i = 0; i < size; i++) {
            uint64_t r = test_random(&state);
            text[i] = (char)(r % 64 != 0 ? 0x20 + (r >> 8) % 0xE0 : r >> 8);
            if ((text[i] == '"' || text[i] == '\\') && (r >> 40) % 8 != 0)
                text[i] = 'x';
        }
        size_t slow = 0;
        while (slow < size && !tkz__json_special((uint8_t)text[slow]))
            slow++;
        ck_assert_uint_eq(tkz__json_plain_run_portable(text, size), slow);
        ck_assert_uint_eq(tkz__json_plain_run(text, size), slow);
    }
}
END_TEST

/* jansson reports these although the grammar has nothing against them: numbers beyond its types,
 * NUL in a key. Lone surrogates it refuses everywhere, we only where they are unescaped. */
static bool jansson_is_special(const json_error_t *error, const char *line)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           strstr(line, "\\ud") != NULL || strstr(line, "\\uD") != NULL;
}

static void compare_with_jansson(const char *line, size_t size)
{
    json_error_t reason;
    json_t *tree = json_loadb(line, size, JSON_ALLOW_NUL, &reason);
    tkz__json_field field;
    tkz_error error;
    tkz_status status = scan(line, size, &field, &error);
    if (tree == NULL && jansson_is_special(&reason, line))
        return;
    ck_assert_msg((status == TKZ_OK) == json_is_object(tree), "%s: we say %s, jansson says %s",
                  line, tkz_status_name(status), tree != NULL ? "fine" : reason.text);
    if (status == TKZ_OK) {
        const json_t *member = json_object_get(tree, "text");
        ck_assert_msg(field.present == (member != NULL), "%s", line);
        ck_assert_msg(field.is_string == json_is_string(member), "%s", line);
        if (json_is_string(member)) {
            tkz__arena arena;
            tkz__arena_init(&arena, NULL);
            const char *text;
            size_t text_size;
            ck_assert_status(tkz__json_unescape(line, &field, TKZ__SURROGATES_REJECT, &arena,
                                                &text, &text_size, NULL, NULL));
            ck_assert_msg(text_size == json_string_length(member) &&
                              memcmp(text, json_string_value(member), text_size) == 0,
                          "%s", line);
            tkz__arena_free(&arena);
        }
    }
    json_decref(tree);
}

START_TEST(same_as_jansson)
{
    static const char seed_line[] =
        "{\"id\": 12, \"text\": \"a\\n\xE6\x97\xA5\xE6\x9C\xAC\\u8a9e \\\"q\\\" \\\\\", "
        "\"meta\": {\"s\": [1, -2.5e+3, true, null, {}], \"t\\u0065xt\": \"x\"}}";
    static const char pieces[] = "{}[]:,\"\\u0e-+. \t\n/tfnbrx159aA\x01\x7f\xE3\x81\x82";
    uint64_t state = 20240607;
    for (int round = 0; round < 30000; round++) {
        char line[2 * sizeof seed_line];
        size_t size = sizeof seed_line - 1;
        memcpy(line, seed_line, sizeof seed_line);
        int changes = 1 + (int)(test_random(&state) % 3);
        for (int i = 0; i < changes; i++) {
            size_t at = test_random(&state) % size;
            char byte = pieces[test_random(&state) % (sizeof pieces - 1)];
            switch (test_random(&state) % 3) {
            case 0:
                line[at] = byte;
                break;
            case 1:
                memmove(line + at + 1, line + at, size - at);
                line[at] = byte;
                size++;
                break;
            default:
                memmove(line + at, line + at + 1, size - at - 1);
                size--;
            }
        }
        line[size] = '\0';
        compare_with_jansson(line, size);
    }
}
END_TEST

Suite *suite_json_scanner(void)
{
    Suite *suite = suite_create("json_scanner");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, grammar, 0, sizeof grammar_cases / sizeof *grammar_cases);
    tcase_add_test(tests, bytes_zero_and_not_utf8);
    tcase_add_test(tests, depth_is_limited);
    tcase_add_test(tests, finds_members);
    tcase_add_test(tests, keys_are_compared_unescaped);
    tcase_add_test(tests, failed_scan_finds_nothing);
    tcase_add_test(tests, unescape);
    tcase_add_test(tests, lone_surrogates_are_rejected);
    tcase_add_test(tests, span_map_runs);
    tcase_add_test(tests, unescape_wants_a_string);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, append_string);
    tcase_add_test(tests, base64);
    tcase_add_test(tests, plain_runs_agree);
    tcase_add_test(tests, same_as_jansson);
    suite_add_tcase(suite, tests);
    return suite;
}
