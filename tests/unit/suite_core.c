/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the ground floor: errors, memory, buffers, arena, byte map, mapped
 * files, the pool. Leans on Check.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/byte_map.h"
#include "core/hash.h"
#include "core/mapped_file.h"
#include "core/memory_budget.h"
#include "testing.h"

Suite *suite_core(void);

START_TEST(status_names_are_known)
{
    ck_assert_str_eq(tkz_status_name(TKZ_OK), "OK");
    ck_assert_str_eq(tkz_status_name(TKZ_STATUS_BAD_JSON), "BAD_JSON");
    ck_assert_str_eq(tkz_status_name(-12345), "UNKNOWN");
    ck_assert_str_eq(tkz_status_text(TKZ_STATUS_NO_SPACE), "no space left on device");
    ck_assert(strstr(tkz_features(), "icu-") != NULL);
}
END_TEST

START_TEST(numbers_are_read_back_as_the_same)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0, "0"}, {-1, "-1"}, {0.1, "0.1"}, {0.3, "0.3"}, {1.0 / 3, "0.3333333333333333"},
                 {0.1 + 0.2, "0.30000000000000004"}, {1e300, "1e+300"}, {5e-324, "4.94065645841247e-324"}};
    char text[TKZ_NUMBER_TEXT_SIZE], other[TKZ_NUMBER_TEXT_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_number_text(cases[i].number, text);
        ck_assert_str_eq(text, cases[i].text);
    }
    double number = 0.2; /* and each of 100 neighbours as another one */
    tkz_number_text(number, other);
    for (int i = 0; i < 100; i++) {
        number += 0x1p-55;
        tkz_number_text(number, text);
        ck_assert_str_ne(text, other);
        ck_assert(strtod(text, NULL) == number);
        memcpy(other, text, sizeof other);
    }
}
END_TEST

START_TEST(long_messages_are_cut_at_a_character)
{
    tkz_error error;
    for (int shift = 0; shift < 3; shift++) {
        char text[2000] = "";
        memset(text, 'x', (size_t)shift);
        for (int i = 0; i < 300; i++)
            strcat(text, "語");
        tkz_status status =
            tkz__error_set(&error, TKZ_STATUS_IO, text, 7, "%s", text);
        ck_assert_int_eq(status, TKZ_STATUS_IO);
        ck_assert_int_eq((strlen(error.message) - (size_t)shift) % 3, 0);
        ck_assert_int_eq((strlen(error.where) - (size_t)shift) % 3, 0);
        ck_assert_uint_gt(strlen(error.message), 370);
        ck_assert_uint_eq(error.offset, 7);
    }
    ck_assert_int_eq(tkz__error_set(NULL, TKZ_STATUS_IO, NULL, 0, "x"), TKZ_STATUS_IO);
}
END_TEST

START_TEST(system_errors_have_their_status)
{
    tkz_error error;
    ck_assert_int_eq(tkz__error_system(&error, "f", "write", ENOSPC), TKZ_STATUS_NO_SPACE);
    ck_assert(strstr(error.message, "free some space") != NULL);
    ck_assert_int_eq(tkz__error_system(&error, "f", "open", ENOENT), TKZ_STATUS_OPEN_FAILED);
    ck_assert(strstr(error.message, "No such file") != NULL);
    ck_assert_int_eq(tkz__error_system(&error, "f", "read", EIO), TKZ_STATUS_IO);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    ck_assert_ptr_null(tkz__allocate_array(&memory, SIZE_MAX / 2, 3));
    void *array = NULL;
    size_t capacity = 0;
    ck_assert_int_eq(tkz__array_reserve(&memory, &array, &capacity, SIZE_MAX / 4, 8, NULL),
                     TKZ_STATUS_OUT_OF_MEMORY);
    ck_assert_ptr_null(array);
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, NULL);
    ck_assert_status(tkz__buffer_append_text(&buffer, "abc", NULL));
    ck_assert_int_eq(tkz__buffer_reserve(&buffer, SIZE_MAX - 1, NULL), TKZ_STATUS_OUT_OF_MEMORY);
    ck_assert_uint_eq(buffer.size, 3);
    tkz__buffer_free(&buffer);
}
END_TEST

static tkz_status fill_buffer(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, allocator);
    tkz_status status = TKZ_OK;
    for (int i = 0; i < 100 && status == TKZ_OK; i++)
        status = tkz__buffer_append_format(&buffer, NULL, "%d,", i * 1000);
    tkz__buffer_free(&buffer);
    return status;
}

static tkz_status fill_map(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__byte_map map;
    tkz__byte_map_init(&map, allocator);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; i < 300 && status == TKZ_OK; i++) {
        uint64_t *value;
        status = tkz__byte_map_insert(&map, &i, sizeof i, &value, NULL, NULL);
    }
    tkz__byte_map_free(&map);
    return status;
}

static tkz_status fill_arena(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__arena arena;
    tkz__arena_init(&arena, allocator);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < 20 && status == TKZ_OK; i++)
        status = tkz__arena_allocate(&arena, i * 40000) != NULL ? TKZ_OK : TKZ_STATUS_OUT_OF_MEMORY;
    tkz__arena_free(&arena);
    return status;
}

static tkz_status make_pool(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz_pool *pool;
    tkz_status status = tkz_pool_new(&pool, 2, allocator, NULL);
    tkz_pool_free(pool);
    return status;
}

START_TEST(failing_allocations_leave_nothing_behind)
{
    test_all_allocation_failures(fill_buffer, NULL);
    test_all_allocation_failures(fill_map, NULL);
    test_all_allocation_failures(fill_arena, NULL);
    test_all_allocation_failures(make_pool, NULL);
}
END_TEST

/* Large pages are advice; zeros, the alignment and what lies beside the table are promises. Memory that has
 * been used comes back as tables. */
START_TEST(tables_are_zero_and_leave_their_neighbours)
{
    enum { SIZE = (5 << 20) + 123, BESIDE = 1 << 16 };
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    for (int round = 0; round < 3; round++) {
        uint8_t *before = malloc(BESIDE);
        memset(before, 0xA5, BESIDE);
        void *block;
        uint8_t *table = tkz__allocate_table(&allocator, SIZE, &block);
        uint8_t *after = malloc(BESIDE);
        memset(after, 0x5A, BESIDE);
        ck_assert_ptr_nonnull(table);
        ck_assert_uint_eq((uintptr_t)table % (2 << 20), 0);
        ck_assert_uint_le((size_t)(table - (uint8_t *)block) + SIZE, tkz__table_block_size(SIZE));
        size_t wrong = 0;
        for (size_t i = 0; i < SIZE; i++)
            wrong += table[i] != 0;
        memset(table, 0xFF, SIZE);
        for (size_t i = 0; i < BESIDE; i++)
            wrong += before[i] != 0xA5 || after[i] != 0x5A;
        ck_assert_uint_eq(wrong, 0);
        tkz__release(&allocator, block, tkz__table_block_size(SIZE));
        free(before);
        free(after);
    }
}
END_TEST

/* From small to large pages and on, and what is beside an array stays. */
START_TEST(arrays_keep_their_items_as_they_grow)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    static const size_t needs[] = {1000, 50000, 4 << 20, 5 << 20, 16 << 20};
    uint32_t *array = NULL;
    size_t capacity = 0, filled = 0;
    for (size_t step = 0; step < sizeof needs / sizeof *needs; step++) {
        ck_assert_status(tkz__array_reserve(&allocator, (void **)&array, &capacity, needs[step],
                                            sizeof *array, NULL));
        ck_assert_uint_ge(capacity, needs[step]);
        size_t wrong = 0;
        for (size_t i = 0; i < filled; i++)
            wrong += array[i] != (uint32_t)(i * 7);
        ck_assert_uint_eq(wrong, 0);
        for (; filled < needs[step]; filled++)
            array[filled] = (uint32_t)(filled * 7);
    }
    tkz__release_array(&allocator, array, capacity, sizeof *array);
}
END_TEST

START_TEST(buffers_keep_little_endian_integers)
{
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, NULL);
    ck_assert_status(tkz__buffer_append_byte(&buffer, 9, NULL));
    ck_assert_status(tkz__buffer_append_u32(&buffer, 0x01020304u, NULL));
    ck_assert_status(tkz__buffer_append_u64(&buffer, UINT64_C(0x1122334455667788), NULL));
    ck_assert_uint_eq(buffer.size, 13);
    ck_assert_uint_eq(buffer.data[1], 4);
    ck_assert_uint_eq(tkz__load_u32(buffer.data + 1), 0x01020304u);
    ck_assert_uint_eq(tkz__load_u64(buffer.data + 5), UINT64_C(0x1122334455667788));
    tkz_bytes bytes;
    tkz__buffer_release(&buffer, &bytes);
    ck_assert_uint_eq(bytes.size, 13);
    ck_assert_uint_eq(buffer.size, 0);
    tkz_bytes_free(&bytes);
    tkz_bytes_free(NULL);
    tkz__buffer_free(&buffer);
}
END_TEST

START_TEST(arena_blocks_are_aligned_and_reused)
{
    test_memory memory;
    test_memory_init(&memory);
    tkz__arena arena;
    tkz__arena_init(&arena, &memory.allocator);
    for (int round = 0; round < 50; round++) {
        for (size_t size = 0; size < 3000; size += 7) {
            uint8_t *block = tkz__arena_allocate(&arena, size);
            ck_assert_ptr_nonnull(block);
            ck_assert_uint_eq((uintptr_t)block % 16, 0);
            memset(block, (int)size, size);
        }
        tkz__arena_reset(&arena);
    }
    uint64_t settled = memory.requests;
    ck_assert_ptr_nonnull(tkz__arena_allocate(&arena, 1000));
    ck_assert_uint_eq(memory.requests, settled); /* nothing new in steady state */
    ck_assert_ptr_nonnull(tkz__arena_allocate(&arena, 50 << 20));
    tkz__arena_reset(&arena);
    ck_assert_int_lt(memory.bytes, 2 << 20); /* one huge document is not remembered */
    ck_assert_ptr_null(tkz__arena_allocate(&arena, SIZE_MAX - 4));
    tkz__arena_free(&arena);
    ck_assert_int_eq(memory.blocks, 0);
}
END_TEST

START_TEST(byte_map_counts_like_a_plain_array)
{
    enum { KEYS = 4096 };
    static uint64_t expected[KEYS];
    uint64_t state = 1;
    tkz__byte_map map;
    tkz__byte_map_init(&map, NULL);
    ck_assert_ptr_null(tkz__byte_map_find(&map, "a", 1));
    for (int i = 0; i < 100000; i++) {
        uint32_t key = (uint32_t)(test_random(&state) % KEYS);
        char text[16];
        int size = snprintf(text, sizeof text, "%u", key * key);
        uint64_t *value;
        bool added;
        ck_assert_status(tkz__byte_map_insert(&map, text, (size_t)size, &value, &added, NULL));
        ck_assert_int_eq(added, expected[key] == 0);
        ++*value;
        expected[key]++;
    }
    size_t types = 0;
    for (uint32_t key = 0; key < KEYS; key++) {
        char text[16];
        int size = snprintf(text, sizeof text, "%u", key * key);
        uint64_t *value = tkz__byte_map_find(&map, text, (size_t)size);
        types += expected[key] > 0;
        ck_assert_uint_eq(value != NULL ? *value : 0, expected[key]);
    }
    ck_assert_uint_eq(map.count, types);
    uint64_t *empty;
    ck_assert_status(tkz__byte_map_insert(&map, "", 0, &empty, NULL, NULL));
    ck_assert_status(tkz__byte_map_insert(&map, "\0", 1, &empty, NULL, NULL));
    ck_assert_uint_eq(map.count, types + 2);
    tkz__byte_map_clear(&map);
    ck_assert_ptr_null(tkz__byte_map_find(&map, "", 0));
    tkz__byte_map_free(&map);
}
END_TEST

START_TEST(hash_stream_equals_hash)
{
    char data[5000];
    uint64_t state = 5;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)test_random(&state);
    tkz__hash_stream *stream = tkz__hash_stream_new();
    for (size_t at = 0; at < sizeof data;) {
        size_t step = test_random(&state) % 700;
        if (step > sizeof data - at)
            step = sizeof data - at;
        tkz__hash_stream_add(stream, data + at, step);
        at += step;
    }
    ck_assert_uint_eq(tkz__hash_stream_digest(stream), tkz__hash64(data, sizeof data));
    tkz__hash_stream_free(stream);
    ck_assert_uint_ne(tkz__hash_u64(1), tkz__hash_u64(2));
}
END_TEST

START_TEST(mapped_files_are_read_whole)
{
    char directory[64], path[128];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/file", directory);
    tkz__mapped_file file;
    tkz_error error;
    ck_assert_int_eq(tkz__mapped_file_open(&file, path, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_str_eq(error.where, path);
    test_write_file(path, "", 0);
    ck_assert_status(tkz__mapped_file_open(&file, path, &error));
    ck_assert_uint_eq(file.size, 0);
    tkz__mapped_file_close(&file);
    test_write_file(path, "content", 7);
    ck_assert_status(tkz__mapped_file_open(&file, path, &error));
    ck_assert_mem_eq(file.data, "content", 7);
    tkz__mapped_file_close(&file);
    tkz__mapped_file_close(&file);
    ck_assert_int_eq(tkz__mapped_file_open(&file, directory, &error), TKZ_STATUS_BAD_FORMAT);
    test_remove_tree(directory);
}
END_TEST

/* All tasks must run at the same time, or this waits for ever. */
static void meet(void *argument, uint32_t index)
{
    (void)index;
    pthread_barrier_wait(argument);
}

START_TEST(pool_runs_its_width_together)
{
    for (uint32_t width = 1; width <= 8; width++) {
        tkz_pool *pool;
        pthread_barrier_t barrier;
        ck_assert_status(tkz_pool_new(&pool, width, NULL, NULL));
        const tkz_executor *executor = tkz_pool_executor(pool);
        ck_assert_uint_eq(executor->width, width);
        for (int round = 0; round < 20; round++) {
            pthread_barrier_init(&barrier, NULL, width);
            ck_assert_status(executor->run(executor->context, width, meet, &barrier));
            pthread_barrier_destroy(&barrier);
        }
        ck_assert_int_eq(executor->run(executor->context, width + 1, meet, &barrier),
                         TKZ_STATUS_INVALID_ARGUMENT);
        tkz_pool_free(pool);
    }
    tkz_pool *pool;
    ck_assert_int_eq(tkz_pool_new(&pool, 0, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_pool_free(NULL);
    ck_assert_uint_ge(tkz_processor_count(), 1);
}
END_TEST

START_TEST(budgets_give_what_they_have)
{
    test_memory memory;
    tkz__memory_budget budget;
    test_memory_init(&memory);
    tkz__memory_budget_init(&budget, 100, &memory.allocator);
    tkz_allocator allocator = tkz__memory_budget_allocator(&budget);
    void *one = tkz__allocate(&allocator, 60), *other = tkz__allocate(&allocator, 40);
    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(other);
    ck_assert_uint_eq(atomic_load(&budget.missing), 0);
    ck_assert_ptr_null(tkz__allocate(&allocator, 7));
    ck_assert_ptr_null(tkz__reallocate_array(&allocator, one, 60, 61, 1));
    ck_assert_ptr_null(tkz__allocate(&allocator, SIZE_MAX));
    ck_assert_uint_eq(atomic_load(&budget.missing), 7);
    other = tkz__reallocate_array(&allocator, other, 40, 30, 1);
    ck_assert_ptr_nonnull(other);
    one = tkz__reallocate_array(&allocator, one, 60, 70, 1);
    ck_assert_ptr_nonnull(one);
    ck_assert_uint_eq(atomic_load(&budget.used), 100);
    memory.fail_at = memory.requests + 1; /* what the allocator under it refuses is not used */
    tkz__release(&allocator, other, 30);
    ck_assert_ptr_null(tkz__allocate(&allocator, 30));
    memory.fail_at = memory.requests + 1;
    ck_assert_ptr_null(tkz__reallocate_array(&allocator, one, 70, 80, 1));
    ck_assert_uint_eq(atomic_load(&budget.used), 70);
    tkz__release(&allocator, one, 70);
    ck_assert_uint_eq(atomic_load(&budget.used), 0);
    ck_assert_int_eq(memory.blocks, 0);
    ck_assert_int_eq(memory.bytes, 0);
}
END_TEST

Suite *suite_core(void)
{
    Suite *suite = suite_create("core");
    TCase *tests = tcase_create("core");
    tcase_add_test(tests, status_names_are_known);
    tcase_add_test(tests, numbers_are_read_back_as_the_same);
    tcase_add_test(tests, long_messages_are_cut_at_a_character);
    tcase_add_test(tests, system_errors_have_their_status);
    tcase_add_test(tests, sizes_that_overflow_are_refused);
    tcase_add_test(tests, failing_allocations_leave_nothing_behind);
    tcase_add_test(tests, tables_are_zero_and_leave_their_neighbours);
    tcase_add_test(tests, arrays_keep_their_items_as_they_grow);
    tcase_add_test(tests, budgets_give_what_they_have);
    tcase_add_test(tests, buffers_keep_little_endian_integers);
    tcase_add_test(tests, arena_blocks_are_aligned_and_reused);
    tcase_add_test(tests, byte_map_counts_like_a_plain_array);
    tcase_add_test(tests, hash_stream_equals_hash);
    tcase_add_test(tests, mapped_files_are_read_whole);
    tcase_add_test(tests, pool_runs_its_width_together);
    suite_add_tcase(suite, tests);
    return suite;
}
