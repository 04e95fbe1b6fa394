/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the lines that are kept of words: each is what was kept of it, however many there were.
 */
#include <string.h>

#include "morph/kept_lines.h"
#include "testing.h"

Suite *suite_kept_lines(void);

enum { WORDS = 120000 };

/* Bytes of the text of a word: 1 to TKZ__KEPT_LINE. */
static size_t size_of(uint32_t number)
{
    return 1 + number * 389 % TKZ__KEPT_LINE;
}

static void expect_text(const tkz__kept_lines *kept, uint32_t number)
{
    const uint8_t *line = tkz__kept_lines_find(kept, number);
    uint8_t text[TKZ__KEPT_LINE + TKZ__KEPT_COPY], copy[TKZ__KEPT_LINE + TKZ__KEPT_COPY];
    ck_assert_ptr_nonnull(line);
    ck_assert_uint_eq(tkz__kept_size(line), size_of(number));
    memset(text, (int)(number % 251), sizeof text);
    tkz__kept_copy(copy, line, size_of(number));
    ck_assert_mem_eq(copy, text, size_of(number));
}

START_TEST(kept_is_what_was_added)
{
    test_memory memory;
    test_memory_init(&memory);
    tkz__kept_lines kept;
    uint8_t text[TKZ__KEPT_LINE + 1];
    size_t found = 0, times_forgotten = 0;
    ck_assert_status(tkz__kept_lines_make(&kept, WORDS, &memory.allocator, NULL));
    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t number = (uint32_t)(i * 7919ULL % WORDS), used = kept.used;
        ck_assert_ptr_null(tkz__kept_lines_find(&kept, number));
        memset(text, (int)(number % 251), sizeof text);
        tkz__kept_lines_add(&kept, number, text, size_of(number));
        times_forgotten += kept.used < used;
        expect_text(&kept, number);
    }
    for (uint32_t number = 0; number < WORDS; number++) {
        if (tkz__kept_lines_find(&kept, number) == NULL)
            continue;
        expect_text(&kept, number);
        found++;
    }
    ck_assert_uint_gt(times_forgotten, 1);
    ck_assert_uint_gt(found, 0);
    ck_assert_uint_lt(found, WORDS);
    tkz__kept_lines_free(&kept, &memory.allocator);
    ck_assert_int_eq(memory.blocks, 0);
}
END_TEST

START_TEST(long_lines_are_not_kept)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__kept_lines kept;
    uint8_t text[TKZ__KEPT_LINE + 1];
    memset(text, 'x', sizeof text);
    ck_assert_status(tkz__kept_lines_make(&kept, 1, &allocator, NULL));
    tkz__kept_lines_add(&kept, 0, text, sizeof text);
    ck_assert_ptr_null(tkz__kept_lines_find(&kept, 0));
    tkz__kept_lines_free(&kept, &allocator);
}
END_TEST

static tkz_status make(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__kept_lines kept;
    tkz_status status = tkz__kept_lines_make(&kept, 1000, allocator, NULL);
    if (status == TKZ_OK)
        tkz__kept_lines_free(&kept, allocator);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(make, NULL);
}
END_TEST

Suite *suite_kept_lines(void)
{
    Suite *suite = suite_create("kept_lines");
    TCase *tests = tcase_create("kept_lines");
    tcase_add_test(tests, kept_is_what_was_added);
    tcase_add_test(tests, long_lines_are_not_kept);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
