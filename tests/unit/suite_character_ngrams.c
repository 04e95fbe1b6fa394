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
        uint32_t first = UINT32_MAX;
        for (size_t i = from; i < to; i++)
            first = places[i] < first ? places[i] : first;
        bool earlier = to - from == found.most_common && first < found.most_common_start;
        if (to - from > found.most_common || earlier) {
            found.most_common = to - from;
            found.most_common_start = to - from > 1 ? first : 0;
        }
    }
    free(places);
    return found;
}

/* Texts of sizes about that from which on it is done otherwise, of few symbols, of many, and of more than 16 bits can name. */
START_TEST(test_long_texts)
{
    const size_t sizes[] = {(1 << 17) - 1, 1 << 17, (1 << 17) + 1, (1 << 17) + 2, 400000};
    const uint64_t all_kinds[] = {12, 3000, 200000};
    size_t size = sizes[_i % 5];
    uint64_t kinds = all_kinds[_i / 5];
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
        ck_assert_uint_eq(found[n].most_common_start, known.most_common_start);
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

/* The way of long texts, with rooms so small that parts are cut again, finds what that of short ones does. */
START_TEST(test_parts)
{
    enum { MOST = 3000 };
    static const size_t sizes[] = {0, 1, 2, 5, 9, 10, 40, 1000, MOST};
    static const uint64_t all_kinds[] = {1, 2, 4, 40, 100000};
    static const uint32_t factors[] = {1, 0x3000, 0xA7C5}; /* the last: beyond what codes are given to */
    static const size_t rooms[] = {16, 100, TKZ__LARGE_NGRAMS_ROOM};
    size_t size = sizes[_i % 9];
    uint64_t kinds = all_kinds[_i / 9];
    uint32_t *symbols = malloc((MOST + 1) * sizeof *symbols);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__ngram_counts known[TKZ__NGRAM_MOST + 1], found[TKZ__NGRAM_MOST + 1];
    tkz__ngram_counter counter;
    tkz__count_heap heap;
    ck_assert_ptr_nonnull(symbols);
    tkz__ngram_counter_init(&counter, &allocator);
    tkz__count_heap_init(&heap, &allocator);
    for (size_t k = 0; k < 3; k++) {
        tkz__random random = {(uint64_t)_i + 3};
        for (size_t i = 0; i < size; i++) /* what was there is there again, often */
            symbols[i] = i > 20 && tkz__random_next(&random) % 16 != 0
                             ? symbols[i - 20]
                             : (uint32_t)(tkz__random_next(&random) % kinds) * factors[k];
        for (uint32_t least = 2; least <= TKZ__NGRAM_MOST; least += 1 + least % 3)
            for (uint32_t most = least; most <= TKZ__NGRAM_MOST; most++) {
                uint64_t frequent = 0;
                tkz__ngram_orders orders = {least, most};
                bool sums = least <= TKZ__NGRAM_FREQUENT && most >= TKZ__NGRAM_FREQUENT;
                ck_assert_status(tkz__ngram_counter_run(&counter, symbols, size, orders, known, &frequent, NULL));
                for (size_t room = 0; room < 3; room++) {
                    ck_assert_status(tkz__count_heap_start(&heap, MOST, NULL));
                    ck_assert_status(tkz__large_ngrams_count(symbols, size, orders, rooms[room], found, sums ? &heap : NULL,
                                                             &allocator, NULL));
                    ck_assert_mem_eq(&found[least], &known[least], (most - least + 1) * sizeof known[0]);
                    uint64_t distinct = known[TKZ__NGRAM_FREQUENT].distinct, kept = 0;
                    while (sums && (kept + 1) * (kept + 1) <= distinct && kept < known[TKZ__NGRAM_FREQUENT].repeated)
                        kept++;
                    if (sums)
                        ck_assert_uint_eq(tkz__count_heap_sum(&heap, kept), frequent);
                }
            }
    }
    tkz__count_heap_free(&heap);
    tkz__ngram_counter_free(&counter);
    free(symbols);
}
END_TEST

typedef struct long_text {
    uint32_t *symbols;
    size_t size;
    tkz__ngram_counts found[TKZ__NGRAM_MOST + 1];
    uint64_t frequent;
} long_text;

static tkz_status count_long_text(void *context, const tkz_allocator *allocator)
{
    long_text *text = context;
    tkz__ngram_counter counter;
    tkz__ngram_counter_init(&counter, allocator);
    tkz_status status = tkz__ngram_counter_run(&counter, text->symbols, text->size, (tkz__ngram_orders){2, TKZ__NGRAM_MOST},
                                               text->found, &text->frequent, NULL);
    tkz__ngram_counter_free(&counter);
    return status;
}

/* A text from which on it is done the other way by itself, of squares: each pair of neighbours is one of 251. */
START_TEST(test_no_memory)
{
    enum { KINDS = 251, ROOT = 15 };
    long_text text = {.size = TKZ__LARGE_TEXT};
    text.symbols = malloc(text.size * sizeof *text.symbols);
    ck_assert_ptr_nonnull(text.symbols);
    for (uint64_t i = 0; i < text.size; i++)
        text.symbols[i] = (uint32_t)(i * i % KINDS);
    test_all_allocation_failures(count_long_text, &text);
    for (uint32_t n = 2; n <= TKZ__NGRAM_MOST; n++) {
        uint64_t total = text.size - n + 1;
        ck_assert_uint_eq(text.found[n].total, total);
        ck_assert_uint_eq(text.found[n].distinct, KINDS);
        ck_assert_uint_eq(text.found[n].repeated, KINDS);
        ck_assert_uint_eq(text.found[n].most_common, (total + KINDS - 1) / KINDS);
        ck_assert_uint_eq(text.found[n].most_common_start, 0);
    }
    ck_assert_uint_eq(text.frequent, ROOT * text.found[TKZ__NGRAM_FREQUENT].most_common);
    free(text.symbols);
}
END_TEST

Suite *suite_character_ngrams(void)
{
    Suite *suite = suite_create("character_ngrams");
    TCase *tests = tcase_create("character_ngrams");
    tcase_add_loop_test(tests, test_long_texts, 0, 15);
    tcase_add_loop_test(tests, test_parts, 0, 45);
    tcase_add_test(tests, test_no_memory);
    tcase_add_loop_test(tests, test_lowest, 0, 14);
    suite_add_tcase(suite, tests);
    return suite;
}
