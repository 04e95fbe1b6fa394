/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that grow under NAME.part: appending, resuming, committing, failing; and
 * small files in one go.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/part_file.h"
#include "testing.h"

Suite *suite_part_file(void);

typedef struct scratch {
    char directory[64];
    char path[96];
    char part[96];
} scratch;

static scratch new_scratch(void)
{
    scratch s;
    test_make_directory(s.directory, sizeof s.directory);
    snprintf(s.path, sizeof s.path, "%s/shard", s.directory);
    snprintf(s.part, sizeof s.part, "%s/shard.part", s.directory);
    return s;
}

static tkz__part_file *open_part(const scratch *s, uint64_t length)
{
    tkz__part_file *file;
    tkz_error error;
    tkz_status status = tkz__part_file_open(&file, s->path, length, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_uint_eq(tkz__part_file_length(file), length);
    return file;
}

static void append(tkz__part_file *file, const char *text)
{
    uint64_t before = tkz__part_file_length(file);
    ck_assert_status(tkz__part_file_append(file, text, strlen(text), NULL));
    ck_assert_uint_eq(tkz__part_file_length(file), before + strlen(text));
}

static void check_file(const char *path, const char *text)
{
    size_t size;
    char *data = test_read_file(path, &size);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_str_eq(data, text);
    free(data);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

START_TEST(grows_and_commits)
{
    scratch s = new_scratch();
    tkz__part_file *file = open_part(&s, 0);
    append(file, "one ");
    append(file, "");
    append(file, "two");
    ck_assert_status(tkz__part_file_sync(file, NULL));
    check_file(s.part, "one two");
    append(file, " three");
    check_file(s.part, "one two"); /* buffered */
    ck_assert(!exists(s.path));
    ck_assert_status(tkz__part_file_commit(file, NULL));
    check_file(s.path, "one two three");
    ck_assert(!exists(s.part));

    /* A second run replaces the first. */
    file = open_part(&s, 0);
    append(file, "again");
    check_file(s.path, "one two three");
    ck_assert_status(tkz__part_file_commit(file, NULL));
    check_file(s.path, "again");
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(resumes)
{
    scratch s = new_scratch();
    tkz__part_file *file = open_part(&s, 0);
    append(file, "journalled");
    ck_assert_status(tkz__part_file_sync(file, NULL));
    append(file, " and half a fra");
    ck_assert_status(tkz__part_file_sync(file, NULL));
    append(file, " lost"); /* never flushed: as killed */
    tkz__part_file_close(file, 0);
    check_file(s.part, "journalled and half a fra");

    file = open_part(&s, 10);
    check_file(s.part, "journalled");
    append(file, " frame");
    ck_assert_status(tkz__part_file_commit(file, NULL));
    check_file(s.path, "journalled frame");
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(starts_anew)
{
    scratch s = new_scratch();
    test_write_file(s.part, "left behind", 11);
    tkz__part_file *file = open_part(&s, 0);
    check_file(s.part, "");
    tkz__part_file_close(file, 1);
    ck_assert(!exists(s.part));
    tkz__part_file_close(NULL, 1);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(shorter_than_the_journal)
{
    scratch s = new_scratch();
    tkz__part_file *file = (tkz__part_file *)1;
    tkz_error error;
    ck_assert_int_eq(tkz__part_file_open(&file, s.path, 1, NULL, &error), TKZ_STATUS_CORRUPT);
    ck_assert_ptr_null(file);
    ck_assert(!exists(s.part)); /* looking for it does not make it */
    test_write_file(s.part, "four", 4);
    ck_assert_int_eq(tkz__part_file_open(&file, s.path, 5, NULL, &error), TKZ_STATUS_CORRUPT);
    ck_assert_str_eq(error.where, s.part);
    check_file(s.part, "four");
    file = open_part(&s, 4);
    tkz__part_file_close(file, 0);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(cannot_open)
{
    scratch s = new_scratch();
    tkz__part_file *file;
    tkz_error error;
    char path[200];
    snprintf(path, sizeof path, "%s/missing/shard", s.directory);
    ck_assert_int_eq(tkz__part_file_open(&file, path, 0, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(mkdir(s.part, 0700), 0);
    ck_assert_int_eq(tkz__part_file_open(&file, s.path, 0, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(pieces_around_the_buffer)
{
    scratch s = new_scratch();
    enum { SIZE = 5 << 20 };
    char *data = malloc(SIZE);
    uint64_t state = 8;
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)test_random(&state);
    static const size_t pieces[] = {1, (1 << 20) - 1, 1, 1 << 20, (1 << 20) + 1, 100, 70000};
    tkz__part_file *file = open_part(&s, 0);
    for (size_t at = 0, i = 0; at < SIZE; i++) {
        size_t size = pieces[i % (sizeof pieces / sizeof *pieces)];
        if (size > SIZE - at)
            size = SIZE - at;
        ck_assert_status(tkz__part_file_append(file, data + at, size, NULL));
        at += size;
        ck_assert_uint_eq(tkz__part_file_length(file), at);
    }
    ck_assert_status(tkz__part_file_commit(file, NULL));
    size_t size;
    char *read = test_read_file(s.path, &size);
    ck_assert_uint_eq(size, SIZE);
    ck_assert(memcmp(read, data, SIZE) == 0);
    free(read);
    free(data);
    test_remove_tree(s.directory);
}
END_TEST

/* A limit on the size of files stands for a full disk: the write is partial, then fails. */
START_TEST(failed_write)
{
    scratch s = new_scratch();
    struct rlimit old, small;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 6;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, previous;
    sigaction(SIGXFSZ, &ignore, &previous);
    tkz__part_file *file = open_part(&s, 0);
    append(file, "frame1");
    ck_assert_status(tkz__part_file_sync(file, NULL));
    append(file, "frame2");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    tkz_error error, again;
    tkz_status status = tkz__part_file_sync(file, &error);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    sigaction(SIGXFSZ, &previous, NULL);
    ck_assert_int_eq(status, TKZ_STATUS_IO);
    /* It stays failed, also when there is room again: nobody knows what the file holds. */
    ck_assert_int_eq(tkz__part_file_append(file, "x", 1, &again), TKZ_STATUS_IO);
    ck_assert_mem_eq(&again, &error, sizeof error);
    ck_assert_int_eq(tkz__part_file_sync(file, NULL), TKZ_STATUS_IO);
    ck_assert_int_eq(tkz__part_file_commit(file, NULL), TKZ_STATUS_IO);
    ck_assert(!exists(s.path));
    /* What was journalled is still there. */
    file = open_part(&s, 6);
    append(file, "frame2");
    ck_assert_status(tkz__part_file_commit(file, NULL));
    check_file(s.path, "frame1frame2");
    test_remove_tree(s.directory);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz__part_file *file;
    tkz_status status = tkz__part_file_open(&file, context, 0, allocator, NULL);
    if (status != TKZ_OK) {
        ck_assert_ptr_null(file);
        return status;
    }
    status = tkz__part_file_append(file, "x", 1, NULL);
    ck_assert_status(tkz__part_file_commit(file, NULL));
    if (status != TKZ_OK)
        return status;
    tkz_bytes bytes;
    status = tkz__file_read_all(context, 100, allocator, &bytes, NULL);
    tkz_bytes_free(&bytes);
    return status;
}

START_TEST(allocation_failures)
{
    scratch s = new_scratch();
    test_all_allocation_failures(attempt, s.path);
    test_remove_tree(s.directory);
}
END_TEST

/* ---- Small files -------------------------------------------------------- */

START_TEST(writes_atomically)
{
    scratch s = new_scratch();
    ck_assert_status(tkz__file_write_atomic(s.path, "first", 5, NULL));
    check_file(s.path, "first");
    ck_assert_status(tkz__file_write_atomic(s.path, "second", 6, NULL));
    check_file(s.path, "second");
    ck_assert_status(tkz__file_write_atomic(s.path, NULL, 0, NULL));
    check_file(s.path, "");
    tkz_error error;
    ck_assert_int_eq(tkz__file_write_atomic(s.directory, "x", 1, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(chdir(s.directory), 0); /* a name without a directory */
    ck_assert_status(tkz__file_write_atomic("shard", "here", 4, NULL));
    check_file(s.path, "here");
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_status(tkz__directory_sync(s.path, NULL));
    test_remove_tree(s.directory);
    ck_assert_int_eq(tkz__directory_sync(s.path, NULL), TKZ_STATUS_OPEN_FAILED);
}
END_TEST

START_TEST(reads_whole)
{
    scratch s = new_scratch();
    tkz_bytes bytes;
    test_write_file(s.path, "12345", 5);
    ck_assert_status(tkz__file_read_all(s.path, 5, NULL, &bytes, NULL));
    ck_assert_uint_eq(bytes.size, 5);
    ck_assert_mem_eq(bytes.data, "12345", 5);
    tkz_bytes_free(&bytes);
    ck_assert_status(tkz__file_read_all(s.path, UINT64_MAX, NULL, &bytes, NULL));
    ck_assert_uint_eq(bytes.size, 5);
    tkz_bytes_free(&bytes);
    ck_assert_int_eq(tkz__file_read_all(s.path, 4, NULL, &bytes, NULL), TKZ_STATUS_LIMIT);
    ck_assert_ptr_null(bytes.data);
    ck_assert_int_eq(tkz__file_read_all(s.path, 0, NULL, &bytes, NULL), TKZ_STATUS_LIMIT);
    test_write_file(s.path, "", 0);
    ck_assert_status(tkz__file_read_all(s.path, 0, NULL, &bytes, NULL));
    ck_assert_uint_eq(bytes.size, 0);
    tkz_bytes_free(&bytes);
    tkz_error error;
    ck_assert_int_eq(tkz__file_read_all(s.directory, 9, NULL, &bytes, &error), TKZ_STATUS_IO);
    test_remove_tree(s.directory);
    ck_assert_int_eq(tkz__file_read_all(s.path, 9, NULL, &bytes, &error),
                     TKZ_STATUS_OPEN_FAILED);
    /* A device has no size, and may have no end. */
    ck_assert_int_eq(tkz__file_read_all("/dev/zero", 100000, NULL, &bytes, &error),
                     TKZ_STATUS_LIMIT);
}
END_TEST

Suite *suite_part_file(void)
{
    Suite *suite = suite_create("part_file");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, grows_and_commits);
    tcase_add_test(tests, resumes);
    tcase_add_test(tests, starts_anew);
    tcase_add_test(tests, shorter_than_the_journal);
    tcase_add_test(tests, cannot_open);
    tcase_add_test(tests, pieces_around_the_buffer);
    tcase_add_test(tests, failed_write);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, writes_atomically);
    tcase_add_test(tests, reads_whole);
    suite_add_tcase(suite, tests);
    return suite;
}
