/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of bytes that are read at any place: of files, memory, and nameless files.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/block_file.h"
#include "testing.h"

Suite *suite_block_file(void);

static size_t count_names(const char *folder)
{
    size_t names = 0;
    DIR *stream = opendir(folder);
    ck_assert_ptr_nonnull(stream);
    while (readdir(stream) != NULL)
        names++;
    closedir(stream);
    return names - 2; /* . and .. */
}

static void expect_reads(const tkz__block_file *file)
{
    char bytes[8] = {0};
    tkz_error error;
    ck_assert_uint_eq(file->size, 6);
    ck_assert_status(tkz__block_file_read(file, 2, bytes, 3, NULL));
    ck_assert_str_eq(bytes, "cde");
    ck_assert_status(tkz__block_file_read(file, 0, bytes, 6, NULL));
    ck_assert_str_eq(bytes, "abcdef");
    ck_assert_status(tkz__block_file_read(file, 6, bytes, 0, NULL));
    ck_assert_int_eq(tkz__block_file_read(file, 4, bytes, 3, &error), TKZ_STATUS_TRUNCATED);
    ck_assert_int_eq(tkz__block_file_read(file, UINT64_MAX, bytes, 2, &error),
                     TKZ_STATUS_TRUNCATED);
}

START_TEST(test_reading)
{
    char folder[64], path[96];
    tkz__block_file file;
    tkz_error error;
    test_make_directory(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/f", folder);
    test_write_file(path, "abcdef", 6);
    ck_assert_status(tkz__block_file_open(&file, path, NULL, NULL));
    expect_reads(&file);
    /* A file that has become shorter is an error, not a signal. */
    char bytes[8];
    ck_assert_int_eq(truncate(path, 3), 0);
    ck_assert_int_eq(tkz__block_file_read(&file, 2, bytes, 3, &error), TKZ_STATUS_TRUNCATED);
    tkz__block_file_close(&file);
    tkz__block_file_close(&file);
    ck_assert_status(tkz__block_file_of_memory(&file, "bytes", "abcdef", 6, NULL, NULL));
    expect_reads(&file);
    tkz__block_file_close(&file);

    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(tkz__block_file_open(&file, path, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(mkfifo(path, 0600), 0); /* which must not be waited for */
    ck_assert_int_eq(tkz__block_file_open(&file, path, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_int_eq(tkz__block_file_open(&file, folder, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    test_remove_tree(folder);
}
END_TEST

START_TEST(test_scratch)
{
    char folder[64];
    tkz__block_file file;
    tkz_error error;
    test_make_directory(folder, sizeof folder);
    ck_assert_status(tkz__block_file_scratch(&file, folder, NULL, NULL));
    ck_assert_uint_eq(count_names(folder), 0);
    ck_assert_status(tkz__block_file_append(&file, "abcd", 4, NULL));
    ck_assert_status(tkz__block_file_append(&file, "ef", 2, NULL));
    expect_reads(&file);
    tkz__block_file_close(&file);
    test_remove_tree(folder);
    ck_assert_int_eq(tkz__block_file_scratch(&file, folder, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    tkz__block_file_close(&file);
}
END_TEST

static tkz_status open_some(void *context, const tkz_allocator *allocator)
{
    tkz__block_file file;
    tkz_status status = tkz__block_file_scratch(&file, context, allocator, NULL);
    tkz__block_file_close(&file);
    return status;
}

START_TEST(test_failing_allocator)
{
    char folder[64];
    test_make_directory(folder, sizeof folder);
    test_all_allocation_failures(open_some, folder);
    test_remove_tree(folder);
}
END_TEST

Suite *suite_block_file(void)
{
    Suite *suite = suite_create("block_file");
    TCase *tcase = tcase_create("core");
    tcase_add_test(tcase, test_reading);
    tcase_add_test(tcase, test_scratch);
    tcase_add_test(tcase, test_failing_allocator);
    suite_add_tcase(suite, tcase);
    return suite;
}
