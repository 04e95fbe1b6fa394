/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of counting: the table of one thread, and that threads, memory, order and the way of
 * cutting the corpus leave no trace in the result.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/byte_map.h"
#include "testing.h"
#include "train/word_cells.h"
#include "train/word_counter.h"

Suite *suite_word_counter(void);

/* ---- The table of one thread -------------------------------------------------- */

/* A random word of up to 24 bytes of few kinds, so that words share beginnings and differ in
 * length: zeros too. */
static size_t random_word(uint64_t *random, uint8_t *word)
{
    size_t size = 1 + (test_random(random) >> 40) % ((test_random(random) >> 60) == 0 ? 24 : 6);
    for (size_t k = 0; k < size; k++)
        word[k] = (uint8_t)"\0ab\xE3\xFFz"[(test_random(random) >> 40) % 6];
    return size;
}

/* Counts, order and sources against a map. */
START_TEST(test_cells)
{
    tkz__word_cells cells;
    tkz__byte_map map;
    uint64_t random = 3;
    tkz__byte_map_init(&map, NULL);
    ck_assert_status(tkz__word_cells_init(&cells, 0, NULL, NULL));
    for (int i = 0; i < 200000 / TEST_SHORTER; i++) {
        uint8_t word[25];
        bool full;
        uint64_t *value, count = 1 + (test_random(&random) >> 60);
        size_t size = random_word(&random, word);
        uint32_t source = (uint32_t)(test_random(&random) >> 63);
        tkz__word_key key = tkz__word_key_of(word, size);
        tkz__word_cells_fetch(&cells, key.hash);
        ck_assert_status(tkz__word_cells_add(&cells, &key, source, count, &full, NULL));
        ck_assert(!full);
        word[size] = (uint8_t)source;
        ck_assert_status(tkz__byte_map_insert(&map, word, size + 1, &value, NULL, NULL));
        *value += count;
    }
    ck_assert_uint_eq(cells.count, map.count);
    tkz__word_cells_sort(&cells);
    tkz__word_cells_stream stream;
    tkz__word_stream words = tkz__word_cells_begin(&stream, &cells, 2);
    tkz__word_entry entry;
    bool done = false;
    uint8_t last[32];
    size_t last_size = 0, seen = 0;
    for (;;) {
        ck_assert_status(words.next(words.context, &entry, &done, NULL));
        if (done)
            break;
        ck_assert_int_lt(tkz__word_compare(last, last_size, entry.word, entry.size), 0);
        memcpy(last, entry.word, entry.size);
        last_size = entry.size;
        for (uint8_t source = 0; source < 2; source++) {
            last[last_size] = source;
            uint64_t *value = tkz__byte_map_find(&map, last, last_size + 1);
            ck_assert_uint_eq(entry.counts[source], value != NULL ? *value : 0);
            seen += value != NULL;
        }
    }
    ck_assert_uint_eq(seen, map.count);
    tkz__word_cells_free(&cells);
    tkz__byte_map_free(&map);
}
END_TEST

/* Words that are in order already, or backwards, or share all but their ends, are sorted as well
 * as any. */
START_TEST(test_sorting)
{
    enum { WORDS = 100000 / TEST_SHORTER };
    for (int kind = 0; kind < 3; kind++) {
        tkz__word_cells cells;
        ck_assert_status(tkz__word_cells_init(&cells, 0, NULL, NULL));
        for (unsigned i = 0; i < WORDS; i++) {
            char word[64];
            unsigned number = kind == 1 ? WORDS - i : i;
            int size = snprintf(word, sizeof word, kind == 2 ? "the same beginning %u" : "%08u",
                                number);
            tkz__word_key key = tkz__word_key_of(word, (size_t)size);
            bool full;
            ck_assert_status(tkz__word_cells_add(&cells, &key, 0, 1, &full, NULL));
        }
        tkz__word_cells_sort(&cells);
        tkz__word_cells_stream stream;
        tkz__word_stream words = tkz__word_cells_begin(&stream, &cells, 1);
        tkz__word_entry entry;
        uint8_t last[64];
        size_t last_size = 0, count = 0;
        bool done;
        for (;; count++) {
            ck_assert_status(words.next(words.context, &entry, &done, NULL));
            if (done)
                break;
            ck_assert_int_lt(tkz__word_compare(last, last_size, entry.word, entry.size), 0);
            memcpy(last, entry.word, last_size = entry.size);
        }
        ck_assert_uint_eq(count, WORDS);
        tkz__word_cells_free(&cells);
    }
}
END_TEST

/* A table that is full says so, keeps its limit, and is good again when it was emptied. */
START_TEST(test_full_cells)
{
    enum { LIMIT = 1 << 20 };
    tkz__word_cells cells;
    size_t first = 0;
    ck_assert_status(tkz__word_cells_init(&cells, LIMIT, NULL, NULL));
    for (int round = 0; round < 3; round++) {
        bool full = false;
        for (unsigned i = 0; !full; i++) {
            char word[32];
            int size = snprintf(word, sizeof word, i % 2 ? "%u" : "a word that is long %u", i);
            tkz__word_key key = tkz__word_key_of(word, (size_t)size);
            ck_assert_status(tkz__word_cells_add(&cells, &key, 0, 1, &full, NULL));
            ck_assert_uint_le(cells.held, LIMIT);
        }
        ck_assert_uint_ge(cells.count, round == 0 ? 1000 : first);
        if (round == 0)
            first = cells.count;
        tkz__word_cells_sort(&cells);
        ck_assert_status(tkz__word_cells_clear(&cells, NULL));
    }
    /* One word is taken, however long. */
    char *word = calloc(1, TKZ__WORD_LIMIT);
    bool full;
    ck_assert_ptr_nonnull(word);
    tkz__word_key key = tkz__word_key_of(word, TKZ__WORD_LIMIT);
    ck_assert_status(tkz__word_cells_add(&cells, &key, 0, UINT64_MAX, &full, NULL));
    ck_assert(!full);
    ck_assert_int_eq(tkz__word_cells_add(&cells, &key, 0, 1, &full, NULL), TKZ_STATUS_OVERFLOW);
    free(word);
    tkz__word_cells_free(&cells);
}
END_TEST

/* ---- Counting ----------------------------------------------------------------- */

static const char *const sources[] = {"even", "odd"};

/* Documents with some frequent and many rare words. */
static char *make_document(unsigned number, size_t *size)
{
    char *text = malloc(4000);
    uint64_t random = number + 1;
    ck_assert_ptr_nonnull(text);
    *size = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t value = test_random(&random) >> 40;
        char letters[8];
        for (int k = 0; k < 7; k++, value /= 26)
            letters[k] = value > 0 ? (char)('a' + value % 26) : '\0';
        letters[7] = '\0';
        static const char *const before[] = {" ", "言葉", " the\n"};
        *size += (size_t)snprintf(text + *size, 4000 - *size, "%s%s", before[i % 3],
                                  i % 3 == 2 ? "" : letters);
    }
    return text;
}

typedef struct counting {
    uint32_t workers;
    uint64_t memory;
    const char *folder;
    bool backwards;
    unsigned first, last; /* documents */
} counting;

static tkz_status append(void *context, const void *data, size_t size, tkz_error *error)
{
    return tkz__buffer_append(context, data, size, error);
}

/* Counts documents as told, and appends the table to `table`. */
static tkz_status count(const counting *how, tkz__buffer *table, tkz__word_intake *intake,
                        tkz_error *error)
{
    tkz__word_rules rules;
    tkz__word_counter *counter;
    tkz__word_stream words;
    tkz_status status = tkz__word_rules_init(&rules, "llama3", NULL, &table->allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__word_counter_options options = {.rules = &rules,
                                         .sources = sources,
                                         .source_count = 2,
                                         .workers = how->workers,
                                         .memory = how->memory,
                                         .folder = how->folder};
    status = tkz__word_counter_new(&counter, &options, &table->allocator, error);
    for (unsigned i = how->first; status == TKZ_OK && i < how->last; i++) {
        size_t size;
        unsigned number = how->backwards ? how->last - 1 - (i - how->first) : i;
        char *text = make_document(number, &size);
        status = tkz__word_counter_add(counter, i % how->workers, number % 2, text, size, NULL,
                                       error);
        free(text);
    }
    if (status == TKZ_OK)
        status = tkz__word_counter_finish(counter, NULL, error);
    for (int pass = 0; status == TKZ_OK && pass < 2; pass++) {
        tkz__word_sink sink = {table, append};
        tkz__buffer_clear(table);
        status = tkz__word_counter_begin(counter, &words, error);
        if (status == TKZ_OK)
            status = tkz__word_table_write(sink, tkz__word_counter_head(counter), 1, words, NULL,
                                           &table->allocator, error);
    }
    if (status == TKZ_OK)
        *intake = tkz__word_counter_intake(counter);
    tkz__word_counter_free(counter);
    tkz__word_rules_free(&rules);
    return status;
}

static size_t count_names(const char *folder)
{
    size_t names = 0;
    DIR *directory = opendir(folder);
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory) != NULL)
        names++;
    closedir(directory);
    return names - 2; /* . and .. */
}

/* Threads, memory and order of documents: the same bytes. */
START_TEST(test_same_bytes)
{
    enum { DOCUMENTS = 1500 };
    char folder[64];
    tkz__buffer expected, table;
    tkz__word_intake intake, first;
    test_make_directory(folder, sizeof folder);
    tkz__buffer_init(&expected, NULL);
    tkz__buffer_init(&table, NULL);
    counting plain = {1, 0, NULL, false, 0, DOCUMENTS};
    ck_assert_status(count(&plain, &expected, &first, NULL));
    ck_assert_uint_eq(first.documents, DOCUMENTS);
    ck_assert_uint_eq(first.lines, DOCUMENTS * 34); /* 33 of them end in LF */
    ck_assert_uint_eq(first.runs, 0);
    static const counting ways[] = {{3, 0, NULL, true, 0, 0},
                                    {1, 2 << 20, "", false, 0, 0},
                                    {2, 4 << 20, "", true, 0, 0},
                                    {3, 6 << 20, "", false, 0, 0}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        counting how = ways[i];
        how.last = DOCUMENTS;
        how.folder = how.folder != NULL ? folder : NULL;
        ck_assert_status(count(&how, &table, &intake, NULL));
        ck_assert_uint_eq(table.size, expected.size);
        ck_assert_mem_eq(table.data, expected.data, table.size);
        ck_assert_uint_eq(intake.bytes, first.bytes);
        ck_assert(how.memory == 0 || intake.runs > how.workers);
    }
    ck_assert_uint_eq(count_names(folder), 0);
    tkz__buffer_free(&expected);
    tkz__buffer_free(&table);
    test_remove_tree(folder);
}
END_TEST

/* The corpus in three parts, each counted for itself: the sum has the same bytes. */
START_TEST(test_split)
{
    enum { DOCUMENTS = 600 };
    char folder[64], paths[4][80];
    tkz__buffer whole, part;
    tkz__word_intake intake;
    test_make_directory(folder, sizeof folder);
    tkz__buffer_init(&whole, NULL);
    tkz__buffer_init(&part, NULL);
    for (int i = 0; i < 4; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%d", folder, i);
    static const unsigned borders[] = {0, 1, 250, DOCUMENTS};
    for (int i = 0; i < 3; i++) {
        counting how = {1, 0, NULL, false, borders[i], borders[i + 1]};
        ck_assert_status(count(&how, &part, &intake, NULL));
        test_write_file(paths[i], part.data, part.size);
    }
    ck_assert_status(tkz_word_table_merge((const char *const[]){paths[2], paths[0], paths[1]}, 3,
                                          paths[3], NULL, NULL, NULL));
    counting all = {1, 0, NULL, false, 0, DOCUMENTS};
    ck_assert_status(count(&all, &whole, &intake, NULL));
    test_write_file(paths[0], whole.data, whole.size);
    ck_assert_status(tkz_word_table_merge((const char *const[]){paths[0]}, 1, paths[1], NULL, NULL,
                                          NULL));
    size_t sum_size, whole_size;
    char *sum = test_read_file(paths[3], &sum_size), *same = test_read_file(paths[1], &whole_size);
    ck_assert_uint_eq(sum_size, whole_size);
    ck_assert_mem_eq(sum, same, sum_size);
    free(sum);
    free(same);
    tkz__buffer_free(&whole);
    tkz__buffer_free(&part);
    test_remove_tree(folder);
}
END_TEST

/* More runs than are merged at once. */
START_TEST(test_many_runs)
{
    enum { RUNS = 200, WORDS = 7 };
    char folder[64];
    tkz__word_rules rules;
    tkz__word_counter *counter;
    tkz__word_stream words;
    tkz__word_entry entry;
    bool done = false;
    test_make_directory(folder, sizeof folder);
    ck_assert_status(tkz__word_rules_init(&rules, "none", NULL, NULL, NULL));
    tkz__word_counter_options options = {
        .rules = &rules, .workers = 1, .memory = 2 << 20, .folder = folder};
    ck_assert_status(tkz__word_counter_new(&counter, &options, NULL, NULL));
    uint64_t added = 0;
    uint8_t *word = malloc(TKZ__WORD_LIMIT);
    ck_assert_ptr_nonnull(word);
    /* Each word is so large that the next one does not fit beside it. */
    memset(word, 'x', TKZ__WORD_LIMIT);
    for (unsigned i = 0; i < RUNS; i++, added++) {
        word[0] = (uint8_t)('a' + i % WORDS);
        ck_assert_status(tkz__word_counter_add_word(counter, 0, 0, word, TKZ__WORD_LIMIT, 1,
                                                    NULL));
    }
    ck_assert_status(tkz__word_counter_finish(counter, NULL, NULL));
    ck_assert_uint_eq(tkz__word_counter_intake(counter).runs, RUNS);
    ck_assert_int_eq(tkz__word_counter_add_word(counter, 0, 0, "a", 1, 1, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz__word_counter_begin(counter, &words, NULL));
    uint64_t counted = 0, types = 0;
    for (;; types++) {
        ck_assert_status(words.next(words.context, &entry, &done, NULL));
        if (done)
            break;
        counted += entry.counts[0];
        ck_assert_int_eq(entry.word[0], 'a' + (int)types);
    }
    ck_assert_uint_eq(counted, added);
    ck_assert_uint_eq(types, WORDS);
    free(word);
    tkz__word_counter_free(counter);
    tkz__word_rules_free(&rules);
    test_remove_tree(folder);
}
END_TEST

START_TEST(test_refused)
{
    tkz__buffer table;
    tkz__word_intake intake;
    tkz_error error;
    tkz__buffer_init(&table, NULL);
    counting small = {4, 4 << 20, NULL, false, 0, 1}, no_folder = {1, 2 << 20, NULL, false, 0, 400};
    counting lost = {1, 2 << 20, "/no/such/directory", false, 0, 400};
    ck_assert_int_eq(count(&small, &table, &intake, &error), TKZ_STATUS_LIMIT);
    ck_assert_int_eq(count(&no_folder, &table, &intake, &error), TKZ_STATUS_LIMIT);
    ck_assert_int_eq(count(&lost, &table, &intake, &error), TKZ_STATUS_OPEN_FAILED);
    tkz__buffer_free(&table);
}
END_TEST

static tkz_status count_some(void *context, const tkz_allocator *allocator)
{
    counting how = *(const counting *)context;
    tkz__buffer table;
    tkz__word_intake intake;
    tkz__buffer_init(&table, allocator);
    tkz_status status = count(&how, &table, &intake, NULL);
    tkz__buffer_free(&table);
    return status;
}

START_TEST(test_failing_allocator)
{
    char folder[64];
    test_make_directory(folder, sizeof folder);
    counting in_memory = {2, 0, NULL, false, 0, 5}, spilled = {1, 2 << 20, folder, false, 0, 250};
    test_all_allocation_failures(count_some, &in_memory);
    test_all_allocation_failures(count_some, &spilled);
    test_remove_tree(folder);
}
END_TEST

Suite *suite_word_counter(void)
{
    Suite *suite = suite_create("word_counter");
    TCase *tcase = tcase_create("core");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, test_cells);
    tcase_add_test(tcase, test_sorting);
    tcase_add_test(tcase, test_full_cells);
    tcase_add_test(tcase, test_same_bytes);
    tcase_add_test(tcase, test_split);
    tcase_add_test(tcase, test_many_runs);
    tcase_add_test(tcase, test_refused);
    tcase_add_test(tcase, test_failing_allocator);
    suite_add_tcase(suite, tcase);
    return suite;
}
