/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties of span maps: composing equals looking up twice, inverting twice
 * changes nothing, runs are adjacent. Leans on Check.
 */
#include <string.h>

#include "core/span_map.h"
#include "testing.h"

Suite *suite_span_map(void);

/* A random map from `source_size` bytes; returns the target size. */
static uint64_t random_map(tkz__span_map *map, uint64_t source_size, uint64_t *state)
{
    tkz__span_map_clear(map);
    uint64_t left = source_size;
    while (left > 0 || test_random(state) % 4 == 0) {
        uint64_t source = test_random(state) % 5, target = test_random(state) % 5;
        if (source > left)
            source = left;
        bool identity = test_random(state) % 2 == 0;
        if (identity)
            target = source;
        ck_assert_status(tkz__span_map_append(map, source, target, identity, NULL));
        left -= source;
    }
    return tkz__span_map_target_size(map);
}

static void check_runs(const tkz__span_map *map, uint64_t source_size, uint64_t target_size)
{
    uint64_t source = 0, target = 0;
    for (size_t i = 0; i < map->count; i++) {
        const tkz__span_run *run = &map->runs[i];
        ck_assert_uint_eq(run->source_start, source);
        ck_assert_uint_eq(run->target_start, target);
        ck_assert(run->source_size > 0 || run->target_size > 0);
        ck_assert(!run->identity || run->source_size == run->target_size);
        source += run->source_size;
        target += run->target_size;
    }
    ck_assert_uint_eq(source, source_size);
    ck_assert_uint_eq(target, target_size);
}

START_TEST(composition_covers_two_look_ups)
{
    uint64_t state = 77;
    tkz__span_map first, second, both;
    tkz__span_map_init(&first, NULL);
    tkz__span_map_init(&second, NULL);
    tkz__span_map_init(&both, NULL);
    for (int round = 0; round < 3000; round++) {
        uint64_t source = test_random(&state) % 40;
        uint64_t middle = random_map(&first, source, &state);
        uint64_t target = random_map(&second, middle, &state);
        ck_assert_status(tkz__span_map_compose(&first, &second, &both, NULL));
        check_runs(&both, source, target);
        for (uint64_t at = 0; at < target; at++) {
            uint64_t m0, m1, s0, s1, d0, d1;
            tkz__span_map_to_source(&second, at, at + 1, &m0, &m1);
            tkz__span_map_to_source(&first, m0, m1, &s0, &s1);
            tkz__span_map_to_source(&both, at, at + 1, &d0, &d1);
            /* The composed run may be coarser, never finer or elsewhere. */
            if (s1 > s0) {
                ck_assert_uint_le(d0, s0);
                ck_assert_uint_ge(d1, s1);
            }
            ck_assert_uint_le(d1, source);
        }
    }
    tkz__span_map_free(&first);
    tkz__span_map_free(&second);
    tkz__span_map_free(&both);
}
END_TEST

START_TEST(composition_of_identities_stays_exact)
{
    tkz__span_map first, second, both;
    tkz__span_map_init(&first, NULL);
    tkz__span_map_init(&second, NULL);
    tkz__span_map_init(&both, NULL);
    /* 4 bytes kept, 6 escaped into 1, 5 kept; then 2 kept, 3 become 1, 5 kept. */
    ck_assert_status(tkz__span_map_append(&first, 4, 4, true, NULL));
    ck_assert_status(tkz__span_map_append(&first, 6, 1, false, NULL));
    ck_assert_status(tkz__span_map_append(&first, 5, 5, true, NULL));
    ck_assert_status(tkz__span_map_append(&second, 2, 2, true, NULL));
    ck_assert_status(tkz__span_map_append(&second, 3, 1, false, NULL));
    ck_assert_status(tkz__span_map_append(&second, 5, 5, true, NULL));
    ck_assert_status(tkz__span_map_compose(&first, &second, &both, NULL));
    ck_assert_uint_eq(both.count, 3);
    uint64_t start, end;
    tkz__span_map_to_source(&both, 2, 3, &start, &end);
    ck_assert_uint_eq(start, 2);
    ck_assert_uint_eq(end, 10);
    tkz__span_map_to_source(&both, 4, 6, &start, &end);
    ck_assert_uint_eq(start, 11);
    ck_assert_uint_eq(end, 13);
    tkz__span_map_to_target(&both, 5, 6, &start, &end);
    ck_assert_uint_eq(start, 2);
    ck_assert_uint_eq(end, 3);
    ck_assert_status(tkz__span_map_append(&second, 1, 1, true, NULL));
    ck_assert_int_eq(tkz__span_map_compose(&first, &second, &both, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__span_map_append(&second, 1, 2, true, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz__span_map_free(&first);
    tkz__span_map_free(&second);
    tkz__span_map_free(&both);
}
END_TEST

START_TEST(inverting_twice_changes_nothing)
{
    uint64_t state = 3;
    tkz__span_map map, inverse, again;
    tkz__span_map_init(&map, NULL);
    tkz__span_map_init(&inverse, NULL);
    tkz__span_map_init(&again, NULL);
    for (int round = 0; round < 500; round++) {
        random_map(&map, test_random(&state) % 30, &state);
        ck_assert_status(tkz__span_map_invert(&map, &inverse, NULL));
        ck_assert_status(tkz__span_map_invert(&inverse, &again, NULL));
        ck_assert_uint_eq(again.count, map.count);
        for (size_t i = 0; i < map.count; i++) {
            ck_assert_uint_eq(again.runs[i].source_start, map.runs[i].source_start);
            ck_assert_uint_eq(again.runs[i].target_size, map.runs[i].target_size);
            ck_assert_uint_eq(inverse.runs[i].source_size, map.runs[i].target_size);
        }
    }
    tkz__span_map_free(&map);
    tkz__span_map_free(&inverse);
    tkz__span_map_free(&again);
}
END_TEST

static tkz_status build(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__span_map map;
    tkz__span_map_init(&map, allocator);
    tkz_status status = TKZ_OK;
    for (int i = 0; i < 100 && status == TKZ_OK; i++)
        status = tkz__span_map_append(&map, 2, 1, false, NULL);
    tkz__span_map_free(&map);
    return status;
}

START_TEST(failing_allocations_leave_nothing_behind)
{
    test_all_allocation_failures(build, NULL);
}
END_TEST

Suite *suite_span_map(void)
{
    Suite *suite = suite_create("span_map");
    TCase *tests = tcase_create("span_map");
    tcase_add_test(tests, composition_covers_two_look_ups);
    tcase_add_test(tests, composition_of_identities_stays_exact);
    tcase_add_test(tests, inverting_twice_changes_nothing);
    tcase_add_test(tests, failing_allocations_leave_nothing_behind);
    suite_add_tcase(suite, tests);
    return suite;
}
