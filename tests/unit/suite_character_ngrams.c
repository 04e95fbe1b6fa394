/* SPDX-License-Identifier: Apache-2.0
 *
 * N-grams of texts so long that they are counted another way, against sorted n-grams. Leans on Check.
 */
#include <stdlib.h>
#include <string.h>

#include "clean/character_ngrams.h"
#include "core/random.h"
#include "testing.h"

Suite *suite_character_ngrams(void);

enum { HIGHEST = 6 };

static const uint32_t *sorted_symbols;
static uint32_t sorted_size;

static int compare_ngrams(const void *one, const void *other)
{
    const uint32_t *a = sorted_symbols + *(const uint32_t *)one, *b = sorted_symbols + *(const uint32_t *)other;
    for (uint32_t i = 0; i < sorted_size; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* What sorting says. */
static tkz__ngram_counts count_sorted(const uint32_t *symbols, size_t count, uint32_t n)
{
    tkz__ngram_counts found = {.total = count - n + 1};
    uint32_t *places = malloc(found.total * sizeof *places);
    ck_assert_ptr_nonnull(places);
    for (size_t i = 0; i < found.total; i++)
        places[i] = (uint32_t)i;
    sorted_symbols = symbols;
    sorted_size = n;
    qsort(places, found.total, sizeof *places, compare_ngrams);
    for (size_t from = 0, to; from < found.total; from = to) {
        for (to = from + 1; to < found.total && compare_ngrams(&places[from], &places[to]) == 0;)
            to++;
        found.distinct++;
        found.repeated += to - from > 1;
        if (to - from > found.most_common)
            found.most_common = to - from;
    }
    free(places);
    return found;
}

/* Texts of sizes about that from which on it is done otherwise, of few symbols and of many. */
START_TEST(test_long_texts)
{
    const size_t sizes[] = {(1 << 17) - 1, 1 << 17, (1 << 17) + 1, (1 << 17) + 2, 400000};
    size_t size = sizes[_i % 5];
    uint64_t kinds = _i < 5 ? 12 : 3000;
    uint32_t *symbols = malloc(size * sizeof *symbols);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__ngram_counts found[TKZ__NGRAM_MOST + 1];
    tkz__ngram_counter counter;
    tkz__random random = {(uint64_t)_i + 3};
    ck_assert_ptr_nonnull(symbols);
    for (size_t i = 0; i < size; i++) {
        uint64_t symbol = tkz__random_next(&random) % kinds;
        symbols[i] = (uint32_t)(symbol * symbol / kinds * 7919);
    }
    tkz__ngram_counter_init(&counter, &allocator);
    ck_assert_status(tkz__ngram_counter_run(&counter, symbols, size, (tkz__ngram_orders){2, HIGHEST}, found, NULL, NULL));
    for (uint32_t n = 2; n <= HIGHEST; n++) {
        tkz__ngram_counts known = count_sorted(symbols, size, n);
        ck_assert_uint_eq(found[n].total, known.total);
        ck_assert_uint_eq(found[n].distinct, known.distinct);
        ck_assert_uint_eq(found[n].repeated, known.repeated);
        ck_assert_uint_eq(found[n].most_common, known.most_common);
    }
    tkz__ngram_counter_free(&counter);
    free(symbols);
}
END_TEST

/* The lowest n is counted by itself, whatever it is. */
START_TEST(test_lowest)
{
    static const size_t sizes[] = {0, 1, 4, 5, 6, 90, 2000};
    size_t size = sizes[_i % 7];
    uint32_t symbols[2000];
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__ngram_counts all[TKZ__NGRAM_MOST + 1], found[TKZ__NGRAM_MOST + 1];
    tkz__ngram_counter counter;
    tkz__random random = {(uint64_t)_i + 3};
    uint64_t frequent, known;
    for (size_t i = 0; i < size; i++)
        symbols[i] = 0x3042 + (uint32_t)(tkz__random_next(&random) % (_i < 7 ? 4 : 40));
    tkz__ngram_counter_init(&counter, &allocator);
    ck_assert_status(tkz__ngram_counter_run(&counter, symbols, size, (tkz__ngram_orders){2, TKZ__NGRAM_MOST}, all, &known, NULL));
    for (uint32_t least = 2; least <= TKZ__NGRAM_MOST; least++)
        for (uint32_t most = least; most <= TKZ__NGRAM_MOST; most++) {
            memset(found, 0, sizeof found);
            ck_assert_status(tkz__ngram_counter_run(&counter, symbols, size, (tkz__ngram_orders){least, most}, found, &frequent,
                                                    NULL));
            ck_assert_mem_eq(&found[least], &all[least], (most - least + 1) * sizeof all[0]);
            if (least <= TKZ__NGRAM_FREQUENT && most >= TKZ__NGRAM_FREQUENT)
                ck_assert_uint_eq(frequent, known);
        }
    tkz__ngram_counter_free(&counter);
}
END_TEST

Suite *suite_character_ngrams(void)
{
    Suite *suite = suite_create("character_ngrams");
    TCase *tests = tcase_create("character_ngrams");
    tcase_add_loop_test(tests, test_long_texts, 0, 10);
    tcase_add_loop_test(tests, test_lowest, 0, 14);
    suite_add_tcase(suite, tests);
    return suite;
}
