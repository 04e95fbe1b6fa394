/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8: each implementation with the cases of utf8_cases.h, and decoding and encoding of single
 * characters. Leans on utf8_cases.h.
 */

#include "testing.h"
#include "utf8_cases.h"

Suite *suite_utf8(void);

/* Hot loops compare by themselves: Check writes a mark to a file at each of its assertions. */

/* ---- Runs of text ------------------------------------------------------- */

enum { MOST_KERNELS = 3 };

/* The plain and the chosen implementation are made of what the vector ones are compared with: the
 * millions of texts are for the latter. */
START_TEST(test_case)
{
    utf8_kernels kernels[MOST_KERNELS];
    size_t count = list_kernels(kernels);
    for (size_t i = 0; i < count; i++) {
        utf8_check check = {.kernels = &kernels[i], .quick = i < 2 || TEST_SHORTER != 1};
        utf8_cases[_i].run(&check);
        ck_assert_msg(check.failure[0] == '\0', "%s: %s", utf8_cases[_i].name, check.failure);
        ck_assert_uint_gt(check.compared, 0);
    }
}
END_TEST

START_TEST(test_every_string_of_one_to_three_bytes_alone)
{
    for (size_t size = 1; size <= (TEST_SHORTER == 1 ? 3 : 2); size++) {
        uint64_t valid = 0;
        for (uint32_t number = 0; number < (uint32_t)1 << (8 * size); number++) {
            uint8_t bytes[3];
            uint32_t character;
            size_t expected = 0;
            size_t length;
            for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
            do {
                length = reference_length(bytes + expected, size - expected, &character);
                expected += length;
            } while (length > 0 && expected < size);
            if (tkz_utf8_valid_prefix((const char *)bytes, size) != expected)
                ck_abort_msg("string %06x of %zu bytes", number, size);
            valid += expected == size;
        }
        /* 1 byte: 128; 2: 128^2 + 1920; 3: 128^3 + 2 * 128 * 1920 + 61440 (63488 - 2048). */
        ck_assert_uint_eq(valid, size == 1 ? 128 : size == 2 ? 18304 : 2650112);
    }
}
END_TEST

START_TEST(test_nothing_and_nul)
{
    ck_assert_uint_eq(tkz_utf8_valid_prefix("", 0), 0);
    ck_assert_uint_eq(tkz_utf8_valid_prefix(NULL, 0), 0);
    ck_assert_uint_eq(tkz_utf8_count(NULL, 0), 0);
    size_t read = 1;
    ck_assert_uint_eq(tkz__utf8_decode_run(NULL, 0, NULL, 0, &read), 0);
    ck_assert_uint_eq(read, 0);
    ck_assert_uint_eq(tkz__utf8_length(TKZ__UTF8_INVALID), 1);
    ck_assert_uint_eq(tkz_utf8_valid_prefix("a\0b", 3), 3);
    ck_assert_uint_eq(tkz_utf8_count("a\0b", 3), 3);
}
END_TEST

/* ---- Single characters -------------------------------------------------- */

/* Every character is valid, alone as well as decoded, and is invalid when it is cut. */
START_TEST(test_every_character)
{
    for (uint32_t character = 0; character < 0x110000; character++) {
        uint8_t expected[4];
        char bytes[4];
        uint32_t decoded;
        if (!is_scalar(character))
            continue;
        size_t length = reference_encode(character, expected);
        if (tkz__utf8_encode(character, bytes) != length || memcmp(bytes, expected, length) != 0)
            ck_abort_msg("encoding U+%04X", character);
        if (tkz_utf8_valid_prefix(bytes, length) != length ||
            tkz__utf8_decode(bytes, length, &decoded) != length || decoded != character ||
            tkz__utf8_next(bytes, length, &decoded) != length || decoded != character ||
            tkz__utf8_length(character) != length)
            ck_abort_msg("decoding U+%04X", character);
        for (size_t cut = 1; cut < length; cut++) {
            if (tkz_utf8_valid_prefix(bytes, cut) != 0 ||
                tkz__utf8_decode(bytes, cut, &decoded) != 1 || decoded != 0x8000FFFD ||
                tkz__utf8_next(bytes, cut, &decoded) != 1 || decoded != 0x8000FFFD)
                ck_abort_msg("U+%04X cut to %zu bytes", character, cut);
        }
    }
}
END_TEST

START_TEST(test_decode_takes_invalid_bytes_alone)
{
    for (uint32_t number = 0; number < 1 << 24; number++) {
        uint8_t bytes[3] = {(uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
        uint32_t character = 0;
        uint32_t expected;
        size_t length = reference_length(bytes, 3, &expected);
        size_t found = tkz__utf8_decode((const char *)bytes, 3, &character);
        if (length == 0) {
            length = 1;
            expected = 0x8000FFFD;
        }
        if (found != length || character != expected)
            ck_abort_msg("string %06x: %zu, %x", number, found, character);
        uint32_t next = 0;
        if (tkz__utf8_next((const char *)bytes, 3, &next) != found || next != character)
            ck_abort_msg("string %06x: tkz__utf8_next differs", number);
    }
}
END_TEST

Suite *suite_utf8(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tests = tcase_create("utf8");
    tcase_set_timeout(tests, 240);
    tcase_add_unchecked_fixture(tests, make_known, free_known);
    tcase_add_loop_test(tests, test_case, 0, UTF8_CASES);
    tcase_add_test(tests, test_every_string_of_one_to_three_bytes_alone);
    tcase_add_test(tests, test_nothing_and_nul);
    tcase_add_test(tests, test_every_character);
    tcase_add_test(tests, test_decode_takes_invalid_bytes_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
