/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON pull reader: values as they come, the place of every error, depth,
 * and the same verdict as jansson on mutated texts.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_reader.h"
#include "testing.h"

Suite *suite_json_reader(void);

static tkz_allocator plain;

static void setup(void)
{
    plain = tkz__allocator_or_default(NULL);
}

static tkz_status start(tkz__json_reader *reader, const char *text, size_t size, tkz_error *error)
{
    return tkz__json_reader_init(reader, text, size, "file", &plain, error);
}

/* Reads the whole text over; where the error is, or SIZE_MAX. */
static size_t error_in(const char *text, size_t size)
{
    tkz__json_reader reader;
    tkz_error error = {0};
    tkz_status status = start(&reader, text, size, &error);
    if (status == TKZ_OK)
        status = tkz__json_reader_skip(&reader);
    if (status == TKZ_OK)
        status = tkz__json_reader_end(&reader);
    tkz__json_reader_free(&reader);
    if (status == TKZ_OK)
        return SIZE_MAX;
    ck_assert(status == TKZ_STATUS_BAD_FORMAT || status == TKZ_STATUS_BAD_UTF8);
    ck_assert_str_eq(error.where, "file");
    return (size_t)error.offset;
}

static const struct {
    const char *text;
    size_t offset;
} grammar[] = {
    {"{}", SIZE_MAX},
    {" [1, -0.5e+3, true, false, null, \"a\"] \n", SIZE_MAX},
    {"{\"a\": [[], {}, [{\"b\": 0}]]}", SIZE_MAX},
    {"\"\\ud83d\\ude00\\u0000\\n\"", SIZE_MAX},
    {"", 0},
    {"[1 2]", 3},
    {"[1,]", 3},
    {"[,1]", 1},
    {"{\"a\" 1}", 5},
    {"{\"a\":1,}", 7},
    {"{a:1}", 1},
    {"[1}", 2},
    {"[01]", 2},
    {"[1.]", 3},
    {"[tru]", 1},
    {"\"a", 2},
    {"\"a\nb\"", 2},
    {"\"\\x\"", 2},
    {"\"\\ud800\"", 1},
    {"\"\\ud800\\u0041\"", 1},
    {"[]]", 2},
    {"\"\xff\"", 1},
    {"\xEF\xBB\xBF{}", 0},
};

START_TEST(grammar_of)
{
    ck_assert_uint_eq(error_in(grammar[_i].text, strlen(grammar[_i].text)), grammar[_i].offset);
}
END_TEST

START_TEST(depth)
{
    enum { LIMIT = TKZ__JSON_DEPTH };
    char text[2 * LIMIT + 3];
    memset(text, '[', LIMIT);
    memset(text + LIMIT, ']', LIMIT);
    ck_assert_uint_eq(error_in(text, 2 * LIMIT), SIZE_MAX);
    memset(text, '[', LIMIT + 1);
    memset(text + LIMIT + 1, ']', LIMIT + 1);
    ck_assert_uint_eq(error_in(text, 2 * LIMIT + 2), LIMIT);
}
END_TEST

START_TEST(values)
{
    static const char text[] = "{\"n\\u0061me\": [1, 4294967295, true, \"a\\tb\", \"\"], \"o\": {}}";
    tkz__json_reader reader;
    tkz_error error;
    ck_assert_status(start(&reader, text, strlen(text), &error));
    bool more, flag;
    const char *key;
    size_t size;
    uint32_t number;
    ck_assert_status(tkz__json_reader_object(&reader));
    ck_assert_status(tkz__json_reader_next_member(&reader, &more, &key, &size));
    ck_assert(more && size == 4 && memcmp(key, "name", 4) == 0);
    ck_assert_status(tkz__json_reader_array(&reader));
    ck_assert_status(tkz__json_reader_next_item(&reader, &more));
    ck_assert_status(tkz__json_reader_u32(&reader, &number));
    ck_assert_uint_eq(number, 1);
    ck_assert_status(tkz__json_reader_next_item(&reader, &more));
    ck_assert_status(tkz__json_reader_u32(&reader, &number));
    ck_assert_uint_eq(number, UINT32_MAX);
    ck_assert_status(tkz__json_reader_next_item(&reader, &more));
    ck_assert_status(tkz__json_reader_boolean(&reader, &flag));
    ck_assert(flag);
    ck_assert_status(tkz__json_reader_next_item(&reader, &more));
    ck_assert_status(tkz__json_reader_string(&reader, &key, &size));
    ck_assert(size == 3 && memcmp(key, "a\tb", 3) == 0);
    ck_assert_status(tkz__json_reader_next_item(&reader, &more));
    ck_assert_status(tkz__json_reader_string(&reader, &key, &size));
    ck_assert(more && size == 0);
    ck_assert_status(tkz__json_reader_next_item(&reader, &more));
    ck_assert(!more);
    ck_assert_status(tkz__json_reader_next_member(&reader, &more, &key, &size));
    ck_assert_status(tkz__json_reader_object(&reader));
    ck_assert_status(tkz__json_reader_next_member(&reader, &more, &key, &size));
    ck_assert(!more);
    ck_assert_status(tkz__json_reader_next_member(&reader, &more, &key, &size));
    ck_assert(!more);
    ck_assert_status(tkz__json_reader_end(&reader));
    tkz__json_reader_free(&reader);
}
END_TEST

static const char *const not_numbers[] = {"-1", "1.0", "1e2", "4294967296", "\"1\"", "null",
                                          "99999999999999999999999999999999"};

START_TEST(numbers)
{
    const char *text = not_numbers[_i];
    tkz__json_reader reader;
    tkz_error error = {0};
    uint32_t number;
    ck_assert_status(start(&reader, text, strlen(text), &error));
    ck_assert_int_eq(tkz__json_reader_u32(&reader, &number), TKZ_STATUS_BAD_FORMAT);
    tkz__json_reader_free(&reader);
}
END_TEST

START_TEST(members)
{
    static const char *const keys[] = {"b", "absent", "a"};
    static const char text[] = "{\"a\": [1, {\"b\": 2}], \"x\": 1, \"\\u0062\":true}";
    static const char twice[] = "{\"a\": 1, \"a\": 2}";
    size_t places[3];
    tkz__json_reader reader;
    tkz_error error = {0};
    bool flag;
    ck_assert_status(start(&reader, text, strlen(text), &error));
    ck_assert_status(tkz__json_reader_members(&reader, keys, 3, places));
    ck_assert_status(tkz__json_reader_end(&reader));
    ck_assert_uint_eq(places[1], TKZ__JSON_ABSENT);
    ck_assert_uint_eq(places[2], 6);
    reader.position = places[0];
    ck_assert_status(tkz__json_reader_boolean(&reader, &flag));
    ck_assert(flag);
    tkz__json_reader_free(&reader);
    ck_assert_status(start(&reader, twice, strlen(twice), &error));
    ck_assert_int_eq(tkz__json_reader_members(&reader, keys, 3, places), TKZ_STATUS_BAD_FORMAT);
    ck_assert_uint_eq(error.offset, 14);
    tkz__json_reader_free(&reader);
}
END_TEST

/* jansson refuses lone surrogates too; it reads NUL with the flag. Numbers that leave its range are
 * the only other verdict, and the mutations below write none. */
START_TEST(as_jansson)
{
    static const char seed_text[] =
        "{\"a\": [1, 2.5, -3], \"b\": {\"c\": \"x\\n\\u3042\", \"d\": [true, null]}, \"e\": []}";
    static const char letters[] = "{}[]\",:\\ua1-.e \n0tfn\x01\xE3";
    uint64_t state = 7;
    size_t agreed_valid = 0;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char text[sizeof seed_text];
        size_t size = sizeof seed_text - 1;
        memcpy(text, seed_text, size);
        for (int change = 0; change < 1 + round % 3; change++) {
            uint64_t random = test_random(&state);
            text[(random >> 32) % size] = letters[(random >> 8) % (sizeof letters - 1)];
        }
        json_error_t error;
        json_t *tree = json_loadb(text, size, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
        ck_assert_msg((tree != NULL) == (error_in(text, size) == SIZE_MAX), "%.*s", (int)size,
                      text);
        agreed_valid += tree != NULL;
        json_decref(tree);
    }
    ck_assert_uint_gt(agreed_valid, 500 / TEST_SHORTER);
}
END_TEST

Suite *suite_json_reader(void)
{
    Suite *suite = suite_create("json_reader");
    TCase *cases = tcase_create("json_reader");
    tcase_add_checked_fixture(cases, setup, NULL);
    tcase_add_loop_test(cases, grammar_of, 0, (int)(sizeof grammar / sizeof grammar[0]));
    tcase_add_test(cases, depth);
    tcase_add_test(cases, values);
    tcase_add_loop_test(cases, numbers, 0, (int)(sizeof not_numbers / sizeof not_numbers[0]));
    tcase_add_test(cases, members);
    tcase_add_test(cases, as_jansson);
    suite_add_tcase(suite, cases);
    return suite;
}
