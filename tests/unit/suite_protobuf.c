/* SPDX-License-Identifier: Apache-2.0
 *
 * Protocol Buffers on the wire: what is written is read, with its places; what is wrong is said where
 * it stands. Leans on protobuf_reader.
 */
#include <string.h>

#include "io/protobuf_reader.h"
#include "testing.h"

Suite *suite_protobuf(void);

START_TEST(what_is_written_is_read)
{
    static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX};
    enum { COUNT = sizeof numbers / sizeof numbers[0] };
    tkz__buffer buffer;
    tkz__protobuf_field field;
    size_t places[COUNT + 2], size;
    bool more;
    tkz__buffer_init(&buffer, NULL);
    for (uint32_t i = 0; i < COUNT; i++) {
        places[i] = buffer.size;
        ck_assert_status(tkz__protobuf_put_number(&buffer, 1 + 1000 * i, numbers[i], NULL));
    }
    places[COUNT] = buffer.size;
    ck_assert_status(tkz__protobuf_put_bytes(&buffer, 2, "text", 4, NULL));
    places[COUNT + 1] = buffer.size;
    ck_assert_status(tkz__protobuf_put_fixed32(&buffer, 3, 0xC0A80001u, NULL));
    tkz__protobuf_reader reader = tkz__protobuf_reader_start(buffer.data, buffer.size, "file", NULL);
    for (uint32_t i = 0; i < COUNT; i++) {
        ck_assert_status(tkz__protobuf_next(&reader, &field, &more));
        ck_assert(more && field.type == TKZ__WIRE_VARINT && field.number == 1 + 1000 * i);
        ck_assert_uint_eq(field.value, numbers[i]);
        ck_assert_uint_eq(field.start, places[i]);
        ck_assert_uint_eq(field.end, places[i + 1]);
    }
    ck_assert_status(tkz__protobuf_next(&reader, &field, &more));
    ck_assert(more && field.type == TKZ__WIRE_BYTES && field.end == places[COUNT + 1]);
    ck_assert_mem_eq(tkz__protobuf_bytes(&reader, &field, &size), "text", 4);
    ck_assert_uint_eq(size, 4);
    ck_assert_status(tkz__protobuf_next(&reader, &field, &more));
    ck_assert(more && field.type == TKZ__WIRE_FIXED32 && field.value == 0xC0A80001u);
    ck_assert_status(tkz__protobuf_next(&reader, &field, &more));
    ck_assert(!more);
    tkz__buffer_free(&buffer);
}
END_TEST

/* How far a file is read: the number of fields, or the byte of the error. */
static bool read_all(const char *bytes, size_t size, size_t *result)
{
    tkz_error error;
    tkz__protobuf_field field;
    bool more = true;
    tkz__protobuf_reader reader =
        tkz__protobuf_reader_start((const uint8_t *)bytes, size, "file", &error);
    for (*result = 0; more; (*result)++) {
        tkz_status status = tkz__protobuf_next(&reader, &field, &more);
        if (status != TKZ_OK) {
            ck_assert_int_eq(status, TKZ_STATUS_BAD_FORMAT);
            ck_assert_str_eq(error.where, "file");
            *result = (size_t)error.offset;
            return false;
        }
    }
    (*result)--;
    return true;
}

START_TEST(groups_are_gone_over)
{
    size_t result;
    /* Group 1 { varint 2; group 3 {} } and varint 4. */
    ck_assert(read_all("\x0B\x10\x05\x1B\x1C\x0C\x20\x01", 8, &result));
    ck_assert_uint_eq(result, 2);
    char deep[400];
    memset(deep, 0x0B, 100);
    memset(deep + 100, 0x0C, 100);
    ck_assert(read_all(deep, 200, &result));
    ck_assert_uint_eq(result, 1);
    memset(deep, 0x0B, 101);
    memset(deep + 101, 0x0C, 101);
    ck_assert(!read_all(deep, 202, &result));
    ck_assert_uint_eq(result, 100);
}
END_TEST

START_TEST(errors_say_where)
{
    static const struct {
        const char *bytes;
        size_t size;
        size_t place;
    } wrong[] = {
        {"\x08", 1, 1},                 /* a number without bytes */
        {"\x08\x01\x08\x80", 4, 3},     /* and one without its last */
        {"\x08\x01\x80", 3, 2},         /* half a tag */
        {"\x12\x03" "ab", 4, 0},        /* a text that is too long */
        {"\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11, 0},
        {"\x0D\x01\x02\x03", 4, 1},     /* half a fixed number */
        {"\x09\x01\x02\x03\x04\x05\x06\x07", 8, 1},
        {"\x00\x01", 2, 0},             /* field 0 */
        {"\x80\x80\x80\x80\x80\x01\x00", 7, 0}, /* a field beyond 2^29 */
        {"\x0E\x01", 2, 0},             /* wire types 6 and 7 */
        {"\x0F\x01", 2, 0},
        {"\x08\x01\x0C", 3, 2},         /* the end of no group */
        {"\x0B\x08\x01", 3, 0},         /* a group without end */
        {"\x0B\x14", 2, 1},             /* with the end of another */
        {"\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 11, 1}, /* 65 bits */
        {"\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t place;
        ck_assert_msg(!read_all(wrong[i].bytes, wrong[i].size, &place), "%zu is read", i);
        ck_assert_msg(place == wrong[i].place, "%zu: at %zu, not %zu", i, place, wrong[i].place);
    }
}
END_TEST

START_TEST(messages_end_where_they_say)
{
    /* A message of one number whose bytes would go on behind it. */
    static const uint8_t file[] = {0x0A, 0x02, 0x08, 0x80, 0x01};
    tkz__protobuf_field field;
    tkz_error error;
    bool more;
    tkz__protobuf_reader reader = tkz__protobuf_reader_start(file, sizeof file, "file", &error);
    ck_assert_status(tkz__protobuf_next(&reader, &field, &more));
    ck_assert_status(tkz__protobuf_expect(&reader, &field, TKZ__WIRE_BYTES, "it"));
    ck_assert_int_eq(tkz__protobuf_expect(&reader, &field, TKZ__WIRE_VARINT, "it"),
                     TKZ_STATUS_BAD_FORMAT);
    tkz__protobuf_reader message = tkz__protobuf_message(&reader, &field);
    ck_assert_int_eq(tkz__protobuf_next(&message, &field, &more), TKZ_STATUS_BAD_FORMAT);
    ck_assert_uint_eq(error.offset, 3);
}
END_TEST

START_TEST(any_bytes_are_safe)
{
    uint64_t state = 3;
    size_t result, read = 0;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char bytes[24];
        size_t size = test_random(&state) % (sizeof bytes + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(test_random(&state) % 4 == 0 ? test_random(&state)
                                                           : test_random(&state) % 32);
        read += read_all(bytes, size, &result);
        ck_assert_uint_le(result, size);
    }
    ck_assert_uint_gt(read, 0);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz__buffer buffer;
    (void)context;
    tkz__buffer_init(&buffer, allocator);
    tkz_status status = tkz__protobuf_put_number(&buffer, 1, 300, NULL);
    if (status == TKZ_OK)
        status = tkz__protobuf_put_bytes(&buffer, 2, "a text of some length, so that it grows", 39,
                                         NULL);
    if (status == TKZ_OK)
        status = tkz__protobuf_put_fixed32(&buffer, 3, 1, NULL);
    tkz__buffer_free(&buffer);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

Suite *suite_protobuf(void)
{
    Suite *suite = suite_create("protobuf");
    TCase *tests = tcase_create("wire");
    tcase_add_test(tests, what_is_written_is_read);
    tcase_add_test(tests, groups_are_gone_over);
    tcase_add_test(tests, errors_say_where);
    tcase_add_test(tests, messages_end_where_they_say);
    tcase_add_test(tests, any_bytes_are_safe);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
