/* SPDX-License-Identifier: Apache-2.0
 *
 * The ordered parallel map: order, bounds, and which failure wins, for many
 * widths. Leans on Check and the pool.
 */
#include <sched.h>

#include "core/ordered.h"
#include "testing.h"

Suite *suite_ordered(void);

typedef struct trial {
    uint64_t count;
    uint64_t produced;
    uint64_t consumed;
    uint64_t fail_produce, fail_work, fail_consume; /* item numbers, UINT64_MAX for none */
} trial;

typedef struct item {
    uint64_t number;
    uint64_t result;
} item;

static tkz_status produce(void *context, void *data, bool *done, tkz_error *error)
{
    trial *t = context;
    *done = t->produced == t->count;
    if (*done)
        return TKZ_OK;
    if (t->produced == t->fail_produce)
        return tkz__error_set(error, TKZ_STATUS_IO, "produce", t->produced, "no");
    ((item *)data)->number = t->produced++;
    return TKZ_OK;
}

static tkz_status work(void *context, void *data, uint32_t worker, tkz_error *error)
{
    trial *t = context;
    item *i = data;
    (void)worker;
    uint64_t state = i->number + 1;
    for (uint64_t turns = test_random(&state) % 5; turns > 0; turns--)
        sched_yield();
    i->result = i->number * i->number;
    if (i->number == t->fail_work)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, "work", i->number, "no");
    return TKZ_OK;
}

static tkz_status consume(void *context, void *data, tkz_error *error)
{
    trial *t = context;
    item *i = data;
    ck_assert_uint_eq(i->number, t->consumed);
    ck_assert_uint_eq(i->result, i->number * i->number);
    if (i->number == t->fail_consume)
        return tkz__error_set(error, TKZ_STATUS_NO_SPACE, "consume", i->number, "no");
    t->consumed++;
    return TKZ_OK;
}

static tkz_status run_trial(trial *t, uint32_t width, size_t slots, tkz_error *error)
{
    item items[64];
    void *pointers[64];
    tkz_pool *pool;
    for (size_t i = 0; i < slots; i++)
        pointers[i] = &items[i];
    ck_assert_status(tkz_pool_new(&pool, width, NULL, NULL));
    tkz__ordered_steps steps = {t, produce, work, consume};
    tkz_status status = tkz__ordered_run(tkz_pool_executor(pool), &steps, pointers, slots, error);
    tkz_pool_free(pool);
    return status;
}

START_TEST(items_come_out_in_order)
{
    for (uint32_t width = 1; width <= 7; width++) {
        for (size_t slots = width; slots < 16; slots += 5) {
            trial t = {.count = 500,
                       .fail_produce = UINT64_MAX,
                       .fail_work = UINT64_MAX,
                       .fail_consume = UINT64_MAX};
            ck_assert_status(run_trial(&t, width, slots, NULL));
            ck_assert_uint_eq(t.consumed, 500);
        }
    }
}
END_TEST

START_TEST(the_first_failure_in_order_wins)
{
    uint64_t state = 9;
    for (int round = 0; round < 200; round++) {
        trial t = {.count = 60};
        t.fail_produce = test_random(&state) % 80;
        t.fail_work = test_random(&state) % 80;
        t.fail_consume = test_random(&state) % 80;
        uint64_t first = t.fail_produce;
        const char *where = "produce";
        if (t.fail_work < first) {
            first = t.fail_work;
            where = "work";
        }
        if (t.fail_consume < first) {
            first = t.fail_consume;
            where = "consume";
        }
        tkz_error error;
        tkz_status status = run_trial(&t, 1 + (uint32_t)(round % 5), 9, &error);
        if (first >= 60) {
            ck_assert_int_eq(status, TKZ_OK);
            ck_assert_uint_eq(t.consumed, 60);
        } else {
            ck_assert_int_ne(status, TKZ_OK);
            ck_assert_str_eq(error.where, where);
            ck_assert_uint_eq(error.offset, first);
            ck_assert_uint_eq(t.consumed, first);
        }
    }
}
END_TEST

START_TEST(without_executor_the_caller_works_alone)
{
    trial t = {.count = 10,
               .fail_produce = UINT64_MAX,
               .fail_work = UINT64_MAX,
               .fail_consume = UINT64_MAX};
    item one;
    void *pointers[1] = {&one};
    tkz__ordered_steps steps = {&t, produce, work, consume};
    ck_assert_status(tkz__ordered_run(NULL, &steps, pointers, 1, NULL));
    ck_assert_uint_eq(t.consumed, 10);
    ck_assert_int_eq(tkz__ordered_run(NULL, &steps, pointers, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

Suite *suite_ordered(void)
{
    Suite *suite = suite_create("ordered");
    TCase *tests = tcase_create("ordered");
    tcase_add_test(tests, items_come_out_in_order);
    tcase_add_test(tests, the_first_failure_in_order_wins);
    tcase_add_test(tests, without_executor_the_caller_works_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
