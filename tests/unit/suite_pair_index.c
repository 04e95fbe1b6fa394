/* SPDX-License-Identifier: Apache-2.0
 *
 * The pair table and the pair queue against slow models. Leans on Check.
 */
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "index/pair_queue.h"
#include "index/pair_table.h"
#include "testing.h"

Suite *suite_pair_index(void);

enum { IDS = 40 }; /* ids of the model: few, so that keys come again */

START_TEST(test_table_against_model)
{
    static uint32_t model[IDS][IDS]; /* value + 1, 0: absent */
    uint64_t random = 7;
    size_t count = 0;
    tkz__pair_table table;
    memset(model, 0, sizeof model);
    tkz__pair_table_init(&table, NULL);
    for (int step = 0; step < 200000; step++) {
        uint32_t left = (uint32_t)(test_random(&random) >> 33) % IDS;
        uint32_t right = (uint32_t)(test_random(&random) >> 33) % IDS;
        uint64_t key = tkz__pair_key(left, right);
        /* Phases of growth and of shrinking, so that the table is nearly empty at times. */
        bool adds = (test_random(&random) >> 40) % 100 < (step / 5000 % 2 == 0 ? 70 : 20);
        if (adds) {
            uint32_t value = (uint32_t)step;
            ck_assert_status(tkz__pair_table_set(&table, key, value, NULL));
            count += model[left][right] == 0;
            model[left][right] = value + 1;
        } else {
            ck_assert_int_eq(tkz__pair_table_remove(&table, key), model[left][right] != 0);
            count -= model[left][right] != 0;
            model[left][right] = 0;
        }
        ck_assert_uint_eq(table.count, count);
        left = (uint32_t)(test_random(&random) >> 33) % IDS;
        uint32_t *value = tkz__pair_table_find(&table, tkz__pair_key(left, right));
        ck_assert_uint_eq(value == NULL ? 0 : *value + 1, model[left][right]);
    }
    for (uint32_t left = 0; left < IDS; left++)
        for (uint32_t right = 0; right < IDS; right++) {
            uint32_t *value = tkz__pair_table_find(&table, tkz__pair_key(left, right));
            ck_assert_uint_eq(value == NULL ? 0 : *value + 1, model[left][right]);
        }
    tkz__pair_table_free(&table);
}
END_TEST

/* Keys that all want the last slot of the first, small table: runs of slots that wrap around its
 * end. */
START_TEST(test_table_wraps_around)
{
    uint64_t keys[12];
    size_t found = 0;
    for (uint64_t key = 0; found < 12; key++)
        if ((tkz__hash_u64(key) & 63) >= 62)
            keys[found++] = key;
    for (uint32_t removed = 0; removed < 12; removed++) {
        tkz__pair_table table;
        tkz__pair_table_init(&table, NULL);
        for (uint32_t i = 0; i < 12; i++)
            ck_assert_status(tkz__pair_table_set(&table, keys[i], i, NULL));
        ck_assert_uint_eq(table.slot_count, 64);
        ck_assert(tkz__pair_table_remove(&table, keys[removed]));
        ck_assert(!tkz__pair_table_remove(&table, keys[removed]));
        for (uint32_t i = 0; i < 12; i++) {
            uint32_t *value = tkz__pair_table_find(&table, keys[i]);
            if (i == removed) {
                ck_assert_ptr_null(value);
            } else {
                ck_assert_ptr_nonnull(value);
                ck_assert_uint_eq(*value, i);
            }
        }
        tkz__pair_table_free(&table);
    }
}
END_TEST

START_TEST(test_table_edges)
{
    tkz__pair_table table;
    tkz_error error;
    tkz__pair_table_init(&table, NULL);
    ck_assert_ptr_null(tkz__pair_table_find(&table, 0));
    ck_assert(!tkz__pair_table_remove(&table, 0));
    uint64_t none = tkz__pair_key(UINT32_MAX, UINT32_MAX);
    ck_assert_int_eq(tkz__pair_table_set(&table, none, 1, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz__pair_table_set(&table, tkz__pair_key(UINT32_MAX, 0), 5, NULL));
    ck_assert_status(tkz__pair_table_set(&table, 0, 6, NULL));
    ck_assert_ptr_null(tkz__pair_table_find(&table, none));
    ck_assert(!tkz__pair_table_remove(&table, none));
    ck_assert_uint_eq(*tkz__pair_table_find(&table, tkz__pair_key(UINT32_MAX, 0)), 5);
    ck_assert_uint_eq(*tkz__pair_table_find(&table, 0), 6);
    ck_assert_uint_eq(tkz__pair_table_memory(&table), 64 * 12);
    tkz__pair_table_free(&table);
    ck_assert_uint_eq(table.count, 0);
}
END_TEST

static int compare_counts(const void *a, const void *b)
{
    const tkz__pair_count *one = a, *two = b;
    if (one->count != two->count)
        return one->count > two->count ? -1 : 1;
    if (one->left != two->left)
        return one->left < two->left ? -1 : 1;
    return one->right < two->right ? -1 : one->right > two->right;
}

START_TEST(test_queue_sorts)
{
    enum { MOST = 300 };
    tkz__pair_count items[MOST];
    uint64_t random = 3;
    for (size_t count = 0; count < MOST; count += 1 + count / 9) {
        tkz__pair_queue queue;
        tkz__pair_queue_init(&queue, NULL);
        for (size_t i = 0; i < count; i++) {
            uint64_t bits = test_random(&random);
            /* Few values, and some above 2^63: ties in every field, and no signed order. */
            items[i] = (tkz__pair_count){(bits >> 60) << 60, (bits >> 20) & 3, (bits >> 10) & 7};
            ck_assert_status(tkz__pair_queue_push(&queue, items[i], NULL));
        }
        qsort(items, count, sizeof *items, compare_counts);
        for (size_t i = 0; i < count; i++) {
            ck_assert_int_eq(compare_counts(tkz__pair_queue_first(&queue), &items[i]), 0);
            tkz__pair_queue_pop(&queue);
        }
        ck_assert_ptr_null(tkz__pair_queue_first(&queue));
        tkz__pair_queue_free(&queue);
    }
}
END_TEST

START_TEST(test_queue_recount)
{
    tkz__pair_queue queue;
    tkz__pair_queue_init(&queue, NULL);
    for (uint32_t i = 1; i <= 100; i++)
        ck_assert_status(tkz__pair_queue_push(&queue, (tkz__pair_count){i, i, i}, NULL));
    /* 100 becomes 50, and stands behind the pair (50, 50) of the same count. */
    tkz__pair_queue_recount_first(&queue, 50);
    tkz__pair_queue_recount_first(&queue, 99); /* the same: stays */
    for (uint32_t expected = 99; expected >= 50; expected--) {
        ck_assert_uint_eq(tkz__pair_queue_first(&queue)->left, expected);
        tkz__pair_queue_pop(&queue);
    }
    ck_assert_uint_eq(tkz__pair_queue_first(&queue)->left, 100);
    ck_assert_uint_eq(tkz__pair_queue_first(&queue)->count, 50);
    tkz__pair_queue_free(&queue);
}
END_TEST

static tkz_status fill_both(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__pair_table table;
    tkz__pair_queue queue;
    tkz__pair_table_init(&table, allocator);
    tkz__pair_queue_init(&queue, allocator);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < 200; i++) {
        status = tkz__pair_table_set(&table, i, i, NULL);
        if (status == TKZ_OK)
            status = tkz__pair_queue_push(&queue, (tkz__pair_count){i, i, i}, NULL);
        if (status != TKZ_OK) /* what was there is still there */
            for (uint32_t k = 0; k < i; k++)
                ck_assert_ptr_nonnull(tkz__pair_table_find(&table, k));
    }
    tkz__pair_table_free(&table);
    tkz__pair_queue_free(&queue);
    return status;
}

START_TEST(test_out_of_memory)
{
    test_all_allocation_failures(fill_both, NULL);
}
END_TEST

Suite *suite_pair_index(void)
{
    Suite *suite = suite_create("pair_index");
    TCase *tests = tcase_create("pair_index");
    tcase_add_test(tests, test_table_against_model);
    tcase_add_test(tests, test_table_wraps_around);
    tcase_add_test(tests, test_table_edges);
    tcase_add_test(tests, test_queue_sorts);
    tcase_add_test(tests, test_queue_recount);
    tcase_add_test(tests, test_out_of_memory);
    suite_add_tcase(suite, tests);
    return suite;
}
