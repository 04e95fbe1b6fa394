/* SPDX-License-Identifier: Apache-2.0
 *
 * Suffix arrays against sorting suffixes one by one. Leans on Check.
 */
#include <stdlib.h>
#include <string.h>

#include "index/suffix_array.h"
#include "testing.h"

Suite *suite_suffix_array(void);

enum { LONGEST = 80 };

static bool is_before(const uint32_t *text, size_t size, size_t a, size_t b)
{
    for (;; a++, b++) {
        if (a == size || b == size)
            return a == size;
        if (text[a] != text[b])
            return text[a] < text[b];
    }
}

START_TEST(test_against_sorting)
{
    uint64_t random = 11;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    for (unsigned round = 0; round < 4000 / TEST_SHORTER; round++) {
        uint32_t text[LONGEST];
        int32_t suffixes[LONGEST], common[LONGEST], scratch[LONGEST];
        size_t size = 1 + (test_random(&random) >> 40) % LONGEST;
        uint32_t symbols = 1 + (uint32_t)((test_random(&random) >> 40) % 5);
        uint32_t wall = round % 2 == 0 ? 0 : UINT32_MAX;
        for (size_t i = 0; i < size; i++) {
            text[i] = (uint32_t)((test_random(&random) >> 40) % symbols);
            if (i > 5 && (test_random(&random) >> 40) % 2 == 0)
                text[i] = text[i - 4]; /* periods */
        }
        ck_assert_status(tkz__suffix_array(text, size, symbols, suffixes, &allocator, NULL));
        tkz__suffix_common(text, size, wall, suffixes, common, scratch);
        ck_assert_int_eq(common[0], 0);
        for (size_t i = 1; i < size; i++) {
            size_t a = (size_t)suffixes[i - 1], b = (size_t)suffixes[i], shared = 0;
            ck_assert(is_before(text, size, a, b));
            while (a + shared < size && b + shared < size && text[a + shared] != wall &&
                   text[a + shared] == text[b + shared])
                shared++;
            ck_assert_int_eq(common[i], (int32_t)shared);
        }
    }
}
END_TEST

static tkz_status sort_something(void *context, const tkz_allocator *allocator)
{
    static const uint32_t text[] = {1, 2, 1, 2, 1, 0, 2, 1, 2, 0, 1, 2, 1, 2, 2, 1, 0};
    int32_t suffixes[sizeof text / sizeof text[0]];
    (void)context;
    return tkz__suffix_array(text, sizeof text / sizeof text[0], 3, suffixes, allocator, NULL);
}

START_TEST(test_out_of_memory)
{
    test_all_allocation_failures(sort_something, NULL);
}
END_TEST

START_TEST(test_too_long)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz_error error;
    uint32_t text = 0;
    int32_t suffix;
    ck_assert_int_eq(tkz__suffix_array(&text, (size_t)TKZ__SUFFIX_LIMIT + 1, 1, &suffix,
                                       &allocator, &error),
                     TKZ_STATUS_LIMIT);
    ck_assert_status(tkz__suffix_array(&text, 0, 1, &suffix, &allocator, &error));
}
END_TEST

Suite *suite_suffix_array(void)
{
    Suite *suite = suite_create("suffix_array");
    TCase *tests = tcase_create("suffix_array");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_against_sorting);
    tcase_add_test(tests, test_out_of_memory);
    tcase_add_test(tests, test_too_long);
    suite_add_tcase(suite, tests);
    return suite;
}
