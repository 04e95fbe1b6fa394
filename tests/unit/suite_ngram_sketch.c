/* SPDX-License-Identifier: Apache-2.0
 *
 * The bound of frequent 5-grams: never below what counting says, mostly not far above it, and never another verdict.
 * Leans on Check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/character_ngrams.h"
#include "clean/ngram_sketch.h"
#include "testing.h"
#include "text/utf8.h"
#include "tokenize/clean.h"

Suite *suite_ngram_sketch(void);

enum { LONGEST = 30000 };

static tkz__ngram_sketch sketch;
static uint32_t symbols[LONGEST];

static void make_symbols(uint64_t *state, size_t count, uint32_t alphabet)
{
    for (size_t i = 0; i < count; i++)
        symbols[i] = 0x4E00 + (uint32_t)(test_random(state) % alphabet);
}

static uint64_t counted(tkz__ngram_counter *counter, size_t count)
{
    const tkz__ngram_orders five = {TKZ__NGRAM_FREQUENT, TKZ__NGRAM_FREQUENT};
    tkz__ngram_counts found[TKZ__NGRAM_MOST + 1];
    uint64_t frequent;
    ck_assert_status(tkz__ngram_counter_run(counter, symbols, count, five, found, &frequent, NULL));
    return frequent;
}

START_TEST(test_bound)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__ngram_counter counter;
    uint64_t state = 9;
    size_t known = 0, repeating = 0;
    tkz__ngram_counter_init(&counter, &memory);
    for (size_t round = 0; round < 600 / TEST_SHORTER; round++) {
        size_t count = round < 40 ? round : test_random(&state) % LONGEST;
        uint32_t alphabet = 1 + (uint32_t)(test_random(&state) % (round % 3 == 0 ? 4 : round % 3 == 1 ? 40 : 3000));
        make_symbols(&state, count, alphabet);
        uint64_t frequent = counted(&counter, count);
        uint64_t bound = tkz__ngram_sketch_bound(&sketch, symbols, count);
        ck_assert_msg(bound >= frequent, "%zu of %u: %llu, %llu", count, alphabet, (unsigned long long)bound,
                      (unsigned long long)frequent);
        known += bound != UINT64_MAX;
        repeating += frequent > 0 && bound != UINT64_MAX;
    }
    ck_assert_uint_gt(known, 300 / TEST_SHORTER);
    ck_assert_uint_gt(repeating, 100 / TEST_SHORTER);
    tkz__ngram_counter_free(&counter);
}
END_TEST

/* Of texts as random as this, which repeat nothing, the share stays far from 0.33. */
START_TEST(test_bound_is_near)
{
    uint64_t state = 10;
    for (size_t count = 200; count <= LONGEST; count += 200) {
        make_symbols(&state, count, 3000);
        ck_assert_uint_lt(tkz__ngram_sketch_bound(&sketch, symbols, count), count / 6);
    }
}
END_TEST

START_TEST(test_no_room)
{
    make_symbols(&(uint64_t){1}, LONGEST, 1);
    ck_assert_uint_eq(tkz__ngram_sketch_bound(&sketch, symbols, 4), 0);
    ck_assert_uint_ge(tkz__ngram_sketch_bound(&sketch, symbols, 259), 255);
    ck_assert_uint_eq(tkz__ngram_sketch_bound(&sketch, symbols, 260), UINT64_MAX);
}
END_TEST

/* Verdicts of documents of all kinds, against those of values; with bounds of all sizes. */
START_TEST(test_verdicts)
{
    uint64_t state = 11;
    size_t dropped = 0, rounds = 400 / TEST_SHORTER;
    for (size_t round = 0; round < rounds; round++) {
        char json[100], text[4 * 600];
        size_t count = test_random(&state) % 600, size = 0;
        snprintf(json, sizeof json, "[{\"name\":\"hojichar_character_repetition\",\"maximum\":%.2f}]",
                 (double)(test_random(&state) % 101) / 100);
        make_symbols(&state, count, 1 + (uint32_t)(test_random(&state) % (round % 2 == 0 ? 6 : 300)));
        for (size_t i = 0; i < count; i++)
            size += tkz__utf8_encode(symbols[i], text + size);
        tkz_filter_set *set;
        tkz_cleaner *cleaner;
        tkz_verdict judged, by_value;
        double value;
        ck_assert_status(tkz_filter_set_new(&set, json, strlen(json), NULL, NULL));
        ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
        ck_assert_status(tkz_cleaner_judge(cleaner, text, size, &judged, NULL));
        ck_assert_status(tkz_cleaner_measure(cleaner, text, size, &value, NULL));
        tkz_filter_set_judge(set, &value, &by_value);
        ck_assert_int_eq(judged.keep, by_value.keep);
        if (!judged.keep)
            ck_assert_double_eq(judged.value, value);
        dropped += !judged.keep;
        tkz_cleaner_free(cleaner);
        tkz_filter_set_free(set);
    }
    ck_assert_uint_gt(dropped, rounds / 8);
    ck_assert_uint_lt(dropped, rounds - rounds / 8);
}
END_TEST

Suite *suite_ngram_sketch(void)
{
    Suite *suite = suite_create("ngram_sketch");
    TCase *bounds = tcase_create("bounds");
    tcase_add_test(bounds, test_bound);
    tcase_add_test(bounds, test_bound_is_near);
    tcase_add_test(bounds, test_no_room);
    tcase_add_test(bounds, test_verdicts);
    suite_add_tcase(suite, bounds);
    return suite;
}
