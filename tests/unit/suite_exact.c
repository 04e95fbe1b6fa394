/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact deduplication against a naive search, for many memory bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "dedup/exact.h"
#include "testing.h"

#include <stdio.h>

Suite *suite_exact(void);

static char directory[64];
static char path[128];

static void setup(void)
{
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/signatures", directory);
}

static void teardown(void)
{
    test_remove_tree(directory);
}

typedef struct indexed {
    uint64_t low, high, document;
} indexed;

static int compare(const void *left, const void *right)
{
    const indexed *a = left, *b = right;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return a->document < b->document ? -1 : a->document > b->document;
}

/* Decides by sorting: all but the first of equal signatures. */
static void decide_by_sorting(const uint8_t *signatures, size_t count, uint8_t *repeated)
{
    indexed *sorted = malloc((count + 1) * sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (indexed){tkz__load_u64(signatures + 16 * i),
                              tkz__load_u64(signatures + 16 * i + 8), i};
    qsort(sorted, count, sizeof *sorted, compare);
    memset(repeated, 0, count);
    for (size_t i = 1; i < count; i++)
        if (sorted[i].low == sorted[i - 1].low && sorted[i].high == sorted[i - 1].high)
            repeated[sorted[i].document] = 1;
    free(sorted);
}

static void check_bound(const uint8_t *expected, size_t count, uint64_t memory)
{
    test_memory heap;
    test_memory_init(&heap);
    tkz__bitmap repeated;
    ck_assert_status(tkz__bitmap_init(&repeated, count, &heap.allocator, NULL));
    ck_assert_status(tkz__exact_decide(path, count, memory, &repeated, NULL));
    size_t right = 0;
    while (right < count && tkz__bitmap_get(&repeated, right) == (expected[right] != 0))
        right++;
    ck_assert_msg(right == count, "document %zu of %zu with a bound of %llu", right, count,
                  (unsigned long long)memory);
    tkz__bitmap_free(&repeated);
    ck_assert_int_eq(heap.blocks, 0);
}

static void check_signatures(const uint8_t *signatures, size_t count)
{
    static const uint64_t bounds[] = {0,       1 << 20, (1 << 20) + 1, 1500000,
                                      2 << 20, 3000017, 1 << 26};
    uint8_t *expected = malloc(count + 1);
    test_write_file(path, signatures, count * 16);
    decide_by_sorting(signatures, count, expected);
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        check_bound(expected, count, bounds[i]);
    free(expected);
}

START_TEST(test_signature_is_xxh3_128)
{
    /* XXH3-128 of the empty string, from the vectors of the xxHash specification. */
    uint8_t signature[TKZ__SIGNATURE_SIZE];
    tkz__exact_signature("", 0, signature);
    ck_assert_uint_eq(tkz__load_u64(signature), UINT64_C(0x6001c324468d497f));
    ck_assert_uint_eq(tkz__load_u64(signature + 8), UINT64_C(0x99aa06d3014798d8));
    uint8_t other[TKZ__SIGNATURE_SIZE];
    tkz__exact_signature("a\0b", 3, signature);
    tkz__exact_signature("a", 1, other);
    ck_assert(memcmp(signature, other, sizeof other) != 0);
}
END_TEST

/* Texts "0", "1", ... of which many repeat. */
START_TEST(test_random_texts)
{
    static const size_t counts[] = {0, 1, 2, 3, 1000, 150000};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        uint64_t random = 7 + c;
        uint8_t *signatures = malloc(counts[c] * 16 + 1);
        for (size_t i = 0; i < counts[c]; i++) {
            char text[32];
            int size = snprintf(text, sizeof text, "%llu",
                                (unsigned long long)(test_random(&random) % (counts[c] * 2)));
            tkz__exact_signature(text, (size_t)size, signatures + 16 * i);
        }
        check_signatures(signatures, counts[c]);
        free(signatures);
    }
}
END_TEST

/* All documents equal, and all of them the reserved all-zero value. */
START_TEST(test_equal_signatures)
{
    size_t count = 100000;
    uint8_t *signatures = calloc(count, 16);
    check_signatures(signatures, count);
    memset(signatures, 0xFF, count * 16);
    check_signatures(signatures, count);
    free(signatures);
}
END_TEST

/* High halves that crowd in one corner: partitions have to be halved again and again. */
START_TEST(test_skewed_signatures)
{
    size_t count = 80000;
    uint64_t random = 99;
    uint8_t *signatures = calloc(count, 16);
    for (size_t i = 0; i < count; i++) {
        tkz__store_u64(signatures + 16 * i, test_random(&random) % 40000);
        uint64_t high = i % 3 == 0 ? test_random(&random) % 8 : test_random(&random) % 90000;
        tkz__store_u64(signatures + 16 * i + 8, i % 2 == 0 ? high : UINT64_MAX - high % 40);
    }
    check_signatures(signatures, count);
    free(signatures);
}
END_TEST

/* More different signatures with one high half than the bound has room for: refused, not wrong. */
START_TEST(test_equal_high_halves)
{
    size_t count = 70000;
    uint8_t *signatures = calloc(count, 16);
    for (size_t i = 0; i < count; i++) {
        tkz__store_u64(signatures + 16 * i, i + 1);
        tkz__store_u64(signatures + 16 * i + 8, 42);
    }
    test_write_file(path, signatures, count * 16);
    tkz__bitmap repeated;
    tkz_error error;
    ck_assert_status(tkz__bitmap_init(&repeated, count, NULL, NULL));
    ck_assert_int_eq(tkz__exact_decide(path, count, 1 << 20, &repeated, &error),
                     TKZ_STATUS_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "high half"));
    ck_assert_status(tkz__exact_decide(path, count, 4 << 20, &repeated, &error));
    ck_assert_uint_eq(tkz__bitmap_count(&repeated), 0);
    tkz__bitmap_free(&repeated);
    free(signatures);
}
END_TEST

START_TEST(test_refusals)
{
    uint8_t signatures[48] = {0};
    tkz__bitmap repeated;
    ck_assert_status(tkz__bitmap_init(&repeated, 3, NULL, NULL));
    tkz_error error;
    ck_assert_int_eq(tkz__exact_decide(path, 3, 0, &repeated, &error), TKZ_STATUS_OPEN_FAILED);
    test_write_file(path, signatures, 47);
    ck_assert_int_eq(tkz__exact_decide(path, 3, 0, &repeated, &error), TKZ_STATUS_CORRUPT);
    test_write_file(path, signatures, 48);
    ck_assert_int_eq(tkz__exact_decide(path, 2, 0, &repeated, &error), TKZ_STATUS_CORRUPT);
    ck_assert_str_eq(error.where, path);
    ck_assert_int_eq(tkz__exact_decide(path, 4, 0, &repeated, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__exact_decide(path, 3, (1 << 20) - 1, &repeated, &error),
                     TKZ_STATUS_LIMIT);
    ck_assert_int_eq(tkz__exact_decide(directory, 3, 0, &repeated, &error), TKZ_STATUS_CORRUPT);
    ck_assert_status(tkz__exact_decide(path, 3, 1 << 20, &repeated, &error));
    ck_assert_uint_eq(tkz__bitmap_count(&repeated), 2);
    tkz__bitmap_free(&repeated);
}
END_TEST

/* The bound holds: beside the bitmap never more than it is in use. */
static uint64_t peak;
static test_memory counted;

static void *counting_allocate(void *context, size_t size)
{
    void *block = counted.allocator.allocate(context, size);
    if ((uint64_t)counted.bytes > peak)
        peak = (uint64_t)counted.bytes;
    return block;
}

START_TEST(test_memory_stays_within_bound)
{
    size_t count = 400000;
    uint64_t random = 5;
    uint8_t *signatures = calloc(count, 16);
    for (size_t i = 0; i < count * 2; i++)
        tkz__store_u64(signatures + 8 * i, test_random(&random));
    test_write_file(path, signatures, count * 16);
    test_memory_init(&counted);
    tkz_allocator allocator = counted.allocator;
    allocator.allocate = counting_allocate;
    tkz__bitmap repeated;
    ck_assert_status(tkz__bitmap_init(&repeated, count, &allocator, NULL));
    uint64_t before = (uint64_t)counted.bytes;
    ck_assert_status(tkz__exact_decide(path, count, 2 << 20, &repeated, NULL));
    ck_assert_uint_le(peak - before, 2 << 20);
    ck_assert_uint_eq(tkz__bitmap_count(&repeated), 0);
    tkz__bitmap_free(&repeated);
    free(signatures);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__bitmap repeated;
    tkz_status status = tkz__bitmap_init(&repeated, 3, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz__exact_decide(path, 3, 0, &repeated, NULL);
    tkz__bitmap_free(&repeated);
    return status;
}

START_TEST(test_allocation_failures)
{
    uint8_t signatures[48] = {0};
    test_write_file(path, signatures, sizeof signatures);
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

Suite *suite_exact(void)
{
    Suite *suite = suite_create("exact");
    TCase *tests = tcase_create("exact");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_signature_is_xxh3_128);
    tcase_add_test(tests, test_random_texts);
    tcase_add_test(tests, test_equal_signatures);
    tcase_add_test(tests, test_skewed_signatures);
    tcase_add_test(tests, test_equal_high_halves);
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_memory_stays_within_bound);
    tcase_add_test(tests, test_allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
