/* SPDX-License-Identifier: Apache-2.0
 *
 * Outputs that are whole or not there: names, frames, failures, standard output.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/output_file.h"
#include "io/zstd_frames.h"
#include "testing.h"
#include "tokenize/io.h"

Suite *suite_output(void);

typedef struct scratch {
    char directory[64];
    char path[96]; /* of "out" in it */
} scratch;

static scratch new_scratch(void)
{
    scratch s;
    test_make_directory(s.directory, sizeof s.directory);
    snprintf(s.path, sizeof s.path, "%s/out", s.directory);
    return s;
}

/* Number of entries in a directory. */
static int count_files(const char *path)
{
    DIR *directory = opendir(path);
    ck_assert_ptr_nonnull(directory);
    int count = -2;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static tkz_output *open_output(const char *path, int32_t compression, uint64_t frame_size)
{
    tkz_output *output;
    tkz_error error;
    tkz_status status = tkz_output_open(&output, path, compression, 0, frame_size, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return output;
}

static void check_file(const char *path, const char *text)
{
    size_t size;
    char *data = test_read_file(path, &size);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_str_eq(data, text);
    free(data);
}

/* What tkz_input makes of a file. */
static void check_decoded(const char *path, const char *text, size_t size)
{
    tkz_input *input;
    ck_assert_status(tkz_input_open(&input, path, NULL, NULL));
    char *data = malloc(size + 1);
    size_t total = 0, part;
    do {
        ck_assert_status(tkz_input_read(input, data + total, size + 1 - total, &part, NULL));
        total += part;
    } while (part > 0 && total <= size);
    ck_assert_uint_eq(total, size);
    ck_assert(memcmp(data, text, size) == 0);
    free(data);
    tkz_input_close(input);
}

START_TEST(appears_at_commit)
{
    scratch s = new_scratch();
    tkz_output *output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_write(output, "new", 3, NULL));
    ck_assert_int_ne(access(s.path, F_OK), 0);
    ck_assert_int_eq(count_files(s.directory), 1);
    ck_assert_status(tkz_output_write(output, NULL, 0, NULL));
    ck_assert_status(tkz_output_write(output, " text", 5, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    check_file(s.path, "new text");
    ck_assert_int_eq(count_files(s.directory), 1);

    /* Replaced only at commit, and not at all when discarded. */
    output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_write(output, "other", 5, NULL));
    check_file(s.path, "new text");
    tkz_output_discard(output);
    check_file(s.path, "new text");
    ck_assert_int_eq(count_files(s.directory), 1);
    output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_commit(output, NULL));
    check_file(s.path, "");
    tkz_output_discard(NULL);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(two_of_one_name)
{
    scratch s = new_scratch();
    tkz_output *first = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    tkz_output *second = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_write(first, "first", 5, NULL));
    ck_assert_status(tkz_output_write(second, "second", 6, NULL));
    ck_assert_status(tkz_output_commit(second, NULL));
    check_file(s.path, "second");
    ck_assert_status(tkz_output_commit(first, NULL));
    check_file(s.path, "first");
    ck_assert_int_eq(count_files(s.directory), 1);
    test_remove_tree(s.directory);
}
END_TEST

/* Opens an output of this name in another process and writes a part of it. That process ends at once where `gate` is
 * negative, as one that is killed does; else it publishes when something can be read there. Returns when it has written. */
static pid_t write_elsewhere(const char *path, int gate)
{
    int written[2];
    char byte = 0;
    ck_assert_int_eq(pipe(written), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        tkz_output *output;
        bool is_good = tkz_output_open(&output, path, TKZ_COMPRESSION_NONE, 0, 0, NULL, NULL) == TKZ_OK &&
                       tkz_output_write(output, "part", 4, NULL) == TKZ_OK;
        is_good = is_good && write(written[1], &byte, 1) == 1;
        if (gate >= 0)
            is_good = is_good && read(gate, &byte, 1) == 1 && tkz_output_commit(output, NULL) == TKZ_OK;
        _exit(is_good ? 0 : 1);
    }
    ck_assert_int_eq(read(written[0], &byte, 1), 1);
    close(written[0]);
    close(written[1]);
    return child;
}

static void await(pid_t child)
{
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What a killed process has left goes with the next output of that name; what a living one writes stays. */
START_TEST(left_files_are_removed)
{
    scratch s = new_scratch();
    int gate[2];
    ck_assert_int_eq(pipe(gate), 0);
    for (int i = 0; i < 3; i++)
        await(write_elsewhere(s.path, -1));
    ck_assert_int_eq(count_files(s.directory), 1);
    pid_t child = write_elsewhere(s.path, gate[0]);
    ck_assert_int_eq(count_files(s.directory), 1);
    tkz_output *output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_int_eq(count_files(s.directory), 2);
    ck_assert_status(tkz_output_write(output, "whole", 5, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    check_file(s.path, "whole");
    ck_assert_int_eq(count_files(s.directory), 2);
    ck_assert_int_eq(write(gate[1], "", 1), 1);
    await(child);
    check_file(s.path, "part");
    ck_assert_int_eq(count_files(s.directory), 1);
    close(gate[0]);
    close(gate[1]);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(mode_follows_umask)
{
    scratch s = new_scratch();
    mode_t old = umask(027);
    ck_assert_status(tkz_output_commit(open_output(s.path, TKZ_COMPRESSION_NONE, 0), NULL));
    umask(old);
    struct stat info;
    ck_assert_int_eq(stat(s.path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0640);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(large_and_small_writes)
{
    scratch s = new_scratch();
    enum { SIZE = 1500000 };
    char *text = malloc(SIZE);
    uint64_t state = 5;
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)test_random(&state);
    tkz_output *output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    for (size_t at = 0; at < SIZE;) {
        size_t size = test_random(&state) % 20 == 0 ? test_random(&state) % 600000
                                                    : test_random(&state) % 300;
        if (size > SIZE - at)
            size = SIZE - at;
        ck_assert_status(tkz_output_write(output, text + at, size, NULL));
        at += size;
    }
    ck_assert_status(tkz_output_commit(output, NULL));
    check_decoded(s.path, text, SIZE);
    free(text);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(long_names)
{
    scratch s = new_scratch();
    char path[400];
    snprintf(path, sizeof path, "%s/%0250d", s.directory, 7);
    tkz_output *output = open_output(path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_write(output, "x", 1, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    check_file(path, "x");
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(symbolic_links)
{
    scratch s = new_scratch();
    char target[96], link[96];
    snprintf(target, sizeof target, "%s/target", s.directory);
    snprintf(link, sizeof link, "%s/link", s.directory);
    test_write_file(target, "old", 3);
    ck_assert_int_eq(symlink("target", link), 0);
    tkz_output *output = open_output(link, TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_write(output, "new", 3, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    check_file(target, "new");
    struct stat info;
    ck_assert(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(devices_are_written_in_place)
{
    tkz_output *output = open_output("/dev/null", TKZ_COMPRESSION_ZSTD, 0);
    ck_assert_status(tkz_output_write(output, "gone", 4, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    tkz_output_discard(open_output("/dev/null", TKZ_COMPRESSION_NONE, 0));
    struct stat info;
    ck_assert(stat("/dev/null", &info) == 0 && S_ISCHR(info.st_mode));
}
END_TEST

START_TEST(bad_arguments)
{
    scratch s = new_scratch();
    tkz_output *output = (tkz_output *)1;
    tkz_error error;
    ck_assert_int_eq(tkz_output_open(&output, s.path, 2, 0, 0, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(output);
    ck_assert_int_eq(
        tkz_output_open(&output, s.path, TKZ_COMPRESSION_ZSTD, 20, 0, NULL, &error),
        TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(
        tkz_output_open(&output, s.path, TKZ_COMPRESSION_ZSTD, -1, 0, NULL, &error),
        TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(
        tkz_output_open(&output, s.path, TKZ_COMPRESSION_ZSTD, 3, 0x40000001, NULL, &error),
        TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_output_open(&output, s.directory, 0, 0, 0, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(tkz_output_open(&output, "", 0, 0, 0, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    char path[200];
    snprintf(path, sizeof path, "%s/", s.directory);
    ck_assert_int_eq(tkz_output_open(&output, path, 0, 0, 0, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    snprintf(path, sizeof path, "%s/missing/out", s.directory);
    ck_assert_int_eq(tkz_output_open(&output, path, 0, 0, 0, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_str_eq(error.where, path);
    ck_assert_int_eq(count_files(s.directory), 0);
    test_remove_tree(s.directory);
}
END_TEST

/* ---- Frames ------------------------------------------------------------- */

static void check_table(const char *path, const uint32_t *sizes, size_t count)
{
    size_t size;
    char *data = test_read_file(path, &size);
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    ck_assert_status(tkz__seek_table_read(&table, data, size, NULL));
    ck_assert_uint_eq(table.count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(table.entries[i].content_size, sizes[i]);
    tkz__seek_table_free(&table);
    free(data);
}

START_TEST(seekable_frames)
{
    scratch s = new_scratch();
    static const char text[] = "0123\n56789\nabc\n\nlong line without end\ntail";
    static const uint32_t sizes[] = {11, 27, 4};
    /* Cut into any pieces, the frames are the same. */
    for (size_t piece = 1; piece <= sizeof text - 1; piece++) {
        tkz_output *output = open_output(s.path, TKZ_COMPRESSION_ZSTD, 10);
        for (size_t at = 0; at < sizeof text - 1; at += piece) {
            size_t rest = sizeof text - 1 - at;
            ck_assert_status(
                tkz_output_write(output, text + at, rest < piece ? rest : piece, NULL));
        }
        ck_assert_status(tkz_output_commit(output, NULL));
        check_table(s.path, sizes, 3);
        check_decoded(s.path, text, sizeof text - 1);
    }
    test_remove_tree(s.directory);
}
END_TEST

/* Frames compressed elsewhere stand where they are written; what is held goes before them. */
START_TEST(frames_from_elsewhere)
{
    scratch s = new_scratch();
    static const char text[] = "ab\nframe one\nframe two\ncd\n";
    static const uint32_t sizes[] = {3, 10, 10, 3};
    tkz__frame_compressor *compressor;
    tkz__buffer stored;
    tkz__buffer_init(&stored, NULL);
    ck_assert_status(tkz__frame_compressor_new(&compressor, TKZ__ZSTD_LEVEL, NULL, NULL));
    tkz_output *output = open_output(s.path, TKZ_COMPRESSION_ZSTD, 100);
    ck_assert_status(tkz_output_write(output, text, 3, NULL));
    for (size_t i = 0; i < 2; i++) {
        tkz__buffer_clear(&stored);
        ck_assert_status(tkz__frame_compress(compressor, text + 3 + 10 * i, 10, &stored, NULL));
        ck_assert_status(tkz__output_write_frame(output, stored.data, stored.size, NULL));
    }
    ck_assert_status(tkz_output_write(output, text + 23, 3, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    check_table(s.path, sizes, 4);
    check_decoded(s.path, text, sizeof text - 1);
    output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    ck_assert_int_eq(tkz__output_write_frame(output, stored.data, stored.size, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_output_discard(output);
    tkz__frame_compressor_free(compressor);
    tkz__buffer_free(&stored);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(seekable_empty)
{
    scratch s = new_scratch();
    ck_assert_status(tkz_output_commit(open_output(s.path, TKZ_COMPRESSION_ZSTD, 0), NULL));
    check_table(s.path, NULL, 0);
    check_decoded(s.path, "", 0);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(default_frame_size)
{
    scratch s = new_scratch();
    enum { SIZE = 3000000 };
    char *text = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = i % 100 == 99 ? '\n' : (char)('a' + i / 100 % 26);
    tkz_output *output = open_output(s.path, TKZ_COMPRESSION_ZSTD, 0);
    ck_assert_status(tkz_output_write(output, text, SIZE, NULL));
    ck_assert_status(tkz_output_commit(output, NULL));
    static const uint32_t sizes[] = {1048600, 1048600, 902800};
    check_table(s.path, sizes, 3);
    check_decoded(s.path, text, SIZE);
    free(text);
    test_remove_tree(s.directory);
}
END_TEST

/* ---- Failures ----------------------------------------------------------- */

/* A limit on the size of files stands for a full disk. */
START_TEST(failed_write_publishes_nothing)
{
    scratch s = new_scratch();
    test_write_file(s.path, "old", 3);
    struct rlimit old, small;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100000;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, previous;
    sigaction(SIGXFSZ, &ignore, &previous);
    for (int kind = 0; kind < 2; kind++) {
        tkz_output *output =
            open_output(s.path, kind == 0 ? TKZ_COMPRESSION_NONE : TKZ_COMPRESSION_ZSTD, 0);
        enum { SIZE = 3000000 };
        char *data = malloc(SIZE);
        uint64_t state = 3;
        for (size_t i = 0; i < SIZE; i++)
            data[i] = (char)test_random(&state);
        data[SIZE - 1] = '\n';
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
        tkz_error error, again;
        tkz_status status = tkz_output_write(output, data, SIZE, &error);
        tkz_status later = tkz_output_write(output, "x", 1, &again);
        tkz_status end = tkz_output_commit(output, NULL);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
        ck_assert_int_eq(status, TKZ_STATUS_IO);
        ck_assert_int_eq(later, TKZ_STATUS_IO);
        ck_assert_mem_eq(&again, &error, sizeof error);
        ck_assert_int_eq(end, TKZ_STATUS_IO);
        ck_assert_str_eq(error.where, s.path);
        check_file(s.path, "old");
        ck_assert_int_eq(count_files(s.directory), 1);
        free(data);
    }
    sigaction(SIGXFSZ, &previous, NULL);
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(full_device)
{
    if (access("/dev/full", W_OK) != 0)
        return;
    tkz_output *output = open_output("/dev/full", TKZ_COMPRESSION_NONE, 0);
    ck_assert_status(tkz_output_write(output, "x", 1, NULL)); /* held */
    tkz_error error;
    ck_assert_int_eq(tkz_output_commit(output, &error), TKZ_STATUS_NO_SPACE);
    ck_assert_str_eq(error.where, "/dev/full");
}
END_TEST

START_TEST(directory_vanishes)
{
    scratch s = new_scratch();
    tkz_output *output = open_output(s.path, TKZ_COMPRESSION_NONE, 0);
    test_remove_tree(s.directory);
    ck_assert_int_eq(tkz_output_commit(output, NULL), TKZ_STATUS_OPEN_FAILED);
}
END_TEST

/* ---- Standard output ---------------------------------------------------- */

/* Puts `descriptor` in the place of standard output; returns what was there. */
static int replace_standard_output(int descriptor)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    ck_assert_int_ge(saved, 0);
    ck_assert_int_ge(dup2(descriptor, STDOUT_FILENO), 0);
    return saved;
}

static void restore_standard_output(int saved)
{
    dup2(saved, STDOUT_FILENO);
    close(saved);
}

START_TEST(standard_output)
{
    scratch s = new_scratch();
    for (int32_t kind = 0; kind < 2; kind++) {
        int file = open(s.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ck_assert_int_ge(file, 0);
        int saved = replace_standard_output(file);
        tkz_output *output = open_output("-", kind, 0);
        tkz_status wrote = tkz_output_write(output, "to standard output\n", 19, NULL);
        tkz_status end = tkz_output_commit(output, NULL);
        bool open_still = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
        restore_standard_output(saved);
        close(file);
        ck_assert_status(wrote);
        ck_assert_status(end);
        ck_assert(open_still);
        check_decoded(s.path, "to standard output\n", 19);
    }
    test_remove_tree(s.directory);
}
END_TEST

START_TEST(broken_pipe)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, previous;
    sigaction(SIGPIPE, &ignore, &previous);
    int saved = replace_standard_output(ends[1]);
    close(ends[1]);
    tkz_output *output;
    tkz_error error;
    tkz_status opened = tkz_output_open(&output, "-", 0, 0, 0, NULL, &error);
    tkz_status wrote = tkz_output_write(output, "x", 1, &error);
    tkz_status end = tkz_output_commit(output, &error);
    restore_standard_output(saved);
    sigaction(SIGPIPE, &previous, NULL);
    ck_assert_status(opened);
    ck_assert_status(wrote);
    ck_assert_int_eq(end, TKZ_STATUS_IO);
    ck_assert_str_eq(error.where, "standard output");
    ck_assert_ptr_nonnull(strstr(error.message, "Broken pipe"));
}
END_TEST

/* ---- Memory ------------------------------------------------------------- */

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    const scratch *s = context;
    for (int32_t compression = 0; compression < 2; compression++) {
        tkz_output *output;
        tkz_status status = tkz_output_open(&output, s->path, compression, 1, 4, allocator, NULL);
        if (status != TKZ_OK) {
            ck_assert_ptr_null(output);
            return status;
        }
        status = tkz_output_write(output, "line\nline\nrest", 14, NULL);
        tkz_status end = tkz_output_commit(output, NULL);
        if (status != TKZ_OK)
            ck_assert_int_eq(end, status);
        if (end != TKZ_OK)
            return end;
    }
    return TKZ_OK;
}

START_TEST(allocation_failures)
{
    scratch s = new_scratch();
    test_all_allocation_failures(attempt, &s);
    ck_assert_int_eq(count_files(s.directory), 1);
    test_remove_tree(s.directory);
}
END_TEST

Suite *suite_output(void)
{
    Suite *suite = suite_create("output");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, appears_at_commit);
    tcase_add_test(tests, two_of_one_name);
    tcase_add_test(tests, left_files_are_removed);
    tcase_add_test(tests, mode_follows_umask);
    tcase_add_test(tests, large_and_small_writes);
    tcase_add_test(tests, long_names);
    tcase_add_test(tests, symbolic_links);
    tcase_add_test(tests, devices_are_written_in_place);
    tcase_add_test(tests, bad_arguments);
    tcase_add_test(tests, seekable_frames);
    tcase_add_test(tests, frames_from_elsewhere);
    tcase_add_test(tests, seekable_empty);
    tcase_add_test(tests, default_frame_size);
    tcase_add_test(tests, failed_write_publishes_nothing);
    tcase_add_test(tests, full_device);
    tcase_add_test(tests, directory_vanishes);
    tcase_add_test(tests, standard_output);
    tcase_add_test(tests, broken_pipe);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
