/* SPDX-License-Identifier: Apache-2.0
 *
 * Where frames are cut: the fixed rule, resume, oversized records, damage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "corpus/frame_reader.h"
#include "testing.h"

Suite *suite_frame_reader(void);

static char directory[64];
static char files[4][96];
static const char *paths[4];

static void setup(void)
{
    test_make_directory(directory, sizeof directory);
    for (int i = 0; i < 4; i++) {
        snprintf(files[i], sizeof files[i], "%s/file%d", directory, i);
        paths[i] = files[i];
    }
}

static void teardown(void)
{
    test_remove_tree(directory);
}

static void write_text(int index, const char *text)
{
    test_write_file(files[index], text, strlen(text));
}

static tkz__frame_reader *open_reader(size_t count, tkz__input_format format, size_t frame_size,
                                      uint64_t limit)
{
    tkz__frame_reader *reader;
    ck_assert_status(
        tkz__frame_reader_new(&reader, paths, count, format, frame_size, limit, NULL, NULL));
    return reader;
}

/* What is known of a frame, as one line of text: SOURCE@OFFSET/LINE[!SIZE]=BYTES|. */
static void describe(const tkz__frame *frame, char **text, size_t *size)
{
    char head[128];
    static const char letters[] = "?JLD";
    int length = snprintf(head, sizeof head, "%u%c@%llu/%llu", frame->source,
                          letters[frame->format], (unsigned long long)frame->offset,
                          (unsigned long long)frame->first_line);
    if (frame->oversized)
        length += snprintf(head + length, sizeof head - (size_t)length, "!%llu",
                           (unsigned long long)frame->oversized_size);
    *text = realloc(*text, *size + (size_t)length + frame->bytes.size + 3);
    memcpy(*text + *size, head, (size_t)length);
    *size += (size_t)length;
    (*text)[(*size)++] = '=';
    memcpy(*text + *size, frame->bytes.data, frame->bytes.size);
    *size += frame->bytes.size;
    (*text)[(*size)++] = '|';
    (*text)[*size] = '\0';
}

/* Reads to the end or the error and describes all frames. */
static tkz_status read_all(tkz__frame_reader *reader, char **text, tkz_error *error)
{
    tkz__frame frame;
    tkz__frame_init(&frame, NULL);
    *text = calloc(1, 1);
    size_t size = 0;
    uint64_t index = tkz__frame_reader_position(reader).frame_index;
    bool done = false;
    tkz_status status;
    while ((status = tkz__frame_reader_next(reader, &frame, &done, error)) == TKZ_OK && !done) {
        ck_assert_uint_eq(frame.index, index++);
        describe(&frame, text, &size);
    }
    tkz__frame_free(&frame);
    return status;
}

static void expect_frames(size_t count, tkz__input_format format, size_t frame_size,
                          uint64_t limit, const char *expected)
{
    tkz__frame_reader *reader = open_reader(count, format, frame_size, limit);
    char *text;
    ck_assert_status(read_all(reader, &text, NULL));
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(tkz__frame_reader_stored_done(reader),
                      tkz__frame_reader_stored_total(reader));
    free(text);
    tkz__frame_reader_free(reader);
}

START_TEST(test_rule)
{
    write_text(0, "aa\nbb\ncccccc\nd\n\n\nee");
    expect_frames(1, TKZ__INPUT_LINES, 6, 0, "0L@0/1=aa\nbb\n|0L@6/3=cccccc\n|0L@13/4=d\n\n\nee|");
    expect_frames(1, TKZ__INPUT_LINES, 5, 0, "0L@0/1=aa\nbb\n|0L@6/3=cccccc\n|0L@13/4=d\n\n\nee|");
    expect_frames(1, TKZ__INPUT_LINES, 1, 0,
                  "0L@0/1=aa\n|0L@3/2=bb\n|0L@6/3=cccccc\n|0L@13/4=d\n|0L@15/5=\n|0L@16/6=\n|"
                  "0L@17/7=ee|");
    expect_frames(1, TKZ__INPUT_DOCUMENT, 3, 0, "0D@0/1=aa\nbb\ncccccc\nd\n\n\nee|");
    expect_frames(1, TKZ__INPUT_JSONL, 0, 0, "0J@0/1=aa\nbb\ncccccc\nd\n\n\nee|");
}
END_TEST

START_TEST(test_sources)
{
    write_text(0, "");
    write_text(1, "\xEF\xBB\xBF{}\n{}\n");
    write_text(2, "\xEF\xBB\xBF");
    write_text(3, " \n\t{\n\xEF\xBB\xBF");
    expect_frames(4, TKZ__INPUT_AUTO, 3, 0,
                  "1J@3/1={}\n|1J@6/2={}\n|3J@0/1= \n\t{\n|3J@5/3=\xEF\xBB\xBF|");
    write_text(1, "x\n{}\n");
    write_text(2, "\n\n\n\n {");
    expect_frames(3, TKZ__INPUT_AUTO, 3, 0, "1L@0/1=x\n{}\n|2L@0/1=\n\n\n|2J@3/4=\n {|");
    expect_frames(0, TKZ__INPUT_AUTO, 0, 0, "");
}
END_TEST

START_TEST(test_oversized_records)
{
    write_text(0, "a\nlonger\nb\n\rlong!\r\r\nlonger");
    expect_frames(1, TKZ__INPUT_LINES, 100, 5,
                  "0L@0/1=a\n|0L@2/2!6=longer|0L@9/3=b\n|0L@11/4!7=\rlong!\r|0L@20/5!6=longer|");
    /* Just at the limit, with and without CR. */
    write_text(0, "12345\r\n12345\n12345\r\r\n12345");
    expect_frames(1, TKZ__INPUT_LINES, 100, 5,
                  "0L@0/1=12345\r\n12345\n|0L@13/3!6=12345\r|0L@21/4=12345|");
    expect_frames(1, TKZ__INPUT_DOCUMENT, 100, 5, "0D@0/1!26=12345\r\n12345\n12345\r\r\n12345|");
    expect_frames(1, TKZ__INPUT_DOCUMENT, 100, 26, "0D@0/1=12345\r\n12345\n12345\r\r\n12345|");
}
END_TEST

START_TEST(test_oversized_head)
{
    size_t size = 3 * 1000 * 1000;
    char *bytes = malloc(size + 10);
    memset(bytes, 'x', size);
    memcpy(bytes, "{\"a\":", 5);
    memcpy(bytes + size, "\r\n{}\n", 5);
    test_write_file(files[0], bytes, size + 5);
    tkz__frame_reader *reader = open_reader(1, TKZ__INPUT_AUTO, 0, 100);
    tkz__frame frame;
    bool done;
    tkz__frame_init(&frame, NULL);
    ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, NULL));
    ck_assert(frame.oversized && frame.format == TKZ__INPUT_JSONL);
    ck_assert_uint_eq(frame.oversized_size, size);
    ck_assert_uint_eq(frame.bytes.size, 4096);
    ck_assert(memcmp(frame.bytes.data, bytes, 4096) == 0);
    ck_assert_uint_lt(frame.bytes.capacity, 600 * 1024);
    ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, NULL));
    ck_assert(!frame.oversized);
    ck_assert_uint_eq(frame.offset, size + 2);
    ck_assert_uint_eq(frame.first_line, 2);
    ck_assert_uint_eq(frame.bytes.size, 3);
    tkz__frame_free(&frame);
    tkz__frame_reader_free(reader);
    free(bytes);
}
END_TEST

/* Long text with records of all sizes around the block size. */
static char *make_text(size_t *size, uint64_t seed)
{
    char *text = malloc(4 << 20);
    *size = 0;
    while (*size < (3 << 20)) {
        uint64_t pick = test_random(&seed) % 100;
        size_t length = pick < 80   ? test_random(&seed) % 3000
                        : pick < 98 ? test_random(&seed) % 90000
                                    : test_random(&seed) % 700000;
        memset(text + *size, 'a' + (int)(pick % 26), length);
        *size += length;
        if (pick % 7 == 0)
            text[(*size)++] = '\r';
        text[(*size)++] = '\n';
    }
    *size -= 1;
    return text;
}

static char *compress_gzip(const char *data, size_t size, size_t *stored)
{
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    *stored = deflateBound(&stream, size);
    char *out = malloc(*stored);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)size;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)*stored;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    *stored = stream.total_out;
    deflateEnd(&stream);
    return out;
}

/* The same frames from a file, from gzip, from zstd, and from a pipe that gives a few bytes at
 * a time. */
START_TEST(test_independent_of_reads)
{
    size_t size, stored;
    char *text = make_text(&size, 3), *from[3];
    test_write_file(files[0], text, size);
    char *packed = compress_gzip(text, size, &stored);
    test_write_file(files[1], packed, stored);
    free(packed);
    packed = malloc(ZSTD_compressBound(size));
    stored = ZSTD_compress(packed, ZSTD_compressBound(size), text, size, 1);
    test_write_file(files[2], packed, stored);
    free(packed);
    for (int i = 0; i < 3; i++) {
        paths[0] = files[i];
        tkz__frame_reader *reader = open_reader(1, TKZ__INPUT_LINES, 200000, 300000);
        ck_assert_status(read_all(reader, &from[i], NULL));
        tkz__frame_reader_free(reader);
        ck_assert_str_eq(from[i], from[0]);
    }
    /* Frames put together are the text, but for oversized records. */
    ck_assert_ptr_nonnull(strchr(from[0], '!'));

    int pipe_ends[2];
    ck_assert_int_eq(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(pipe_ends[0]);
        for (size_t at = 0; at < size; at += 977)
            if (write(pipe_ends[1], text + at, size - at < 977 ? size - at : 977) < 0)
                _exit(1);
        _exit(0);
    }
    close(pipe_ends[1]);
    int saved = dup(STDIN_FILENO);
    dup2(pipe_ends[0], STDIN_FILENO);
    paths[0] = "-";
    tkz__frame_reader *reader = open_reader(1, TKZ__INPUT_LINES, 200000, 300000);
    ck_assert_uint_eq(tkz__frame_reader_stored_total(reader), 0);
    char *piped;
    ck_assert_status(read_all(reader, &piped, NULL));
    tkz__frame_reader_free(reader);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(pipe_ends[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_str_eq(piped, from[0]);
    free(piped);
    for (int i = 0; i < 3; i++)
        free(from[i]);
    free(text);
}
END_TEST

/* From every position on, the frames are those of a reader that never stopped. */
static void check_resume(size_t count, tkz__input_format format, size_t frame_size, uint64_t limit)
{
    tkz__frame_reader *reader = open_reader(count, format, frame_size, limit);
    tkz__read_position positions[64];
    size_t position_count = 0;
    tkz__frame frame;
    bool done = false;
    tkz__frame_init(&frame, NULL);
    while (!done) {
        ck_assert_uint_lt(position_count, 64);
        positions[position_count++] = tkz__frame_reader_position(reader);
        ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, NULL));
    }
    for (size_t i = 0; i < position_count; i++) {
        char *rest, *expected;
        ck_assert_status(tkz__frame_reader_seek(reader, positions[0], NULL));
        for (size_t k = 0; k < i; k++)
            ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, NULL));
        ck_assert_status(read_all(reader, &expected, NULL));
        tkz__frame_reader *other = open_reader(count, format, frame_size, limit);
        ck_assert_status(tkz__frame_reader_seek(other, positions[i], NULL));
        ck_assert_status(read_all(other, &rest, NULL));
        ck_assert_str_eq(rest, expected);
        tkz__frame_reader_free(other);
        free(rest);
        free(expected);
    }
    tkz__frame_free(&frame);
    tkz__frame_reader_free(reader);
}

START_TEST(test_resume)
{
    write_text(0, "\xEF\xBB\xBF\n\n\n{}\n{}\n{}");
    write_text(1, "");
    write_text(2, "x\r\nyyyyyyyyyyyy\nz\n{}\n");
    size_t stored;
    char *packed = compress_gzip("\n{}\n{}\n", 7, &stored);
    test_write_file(files[3], packed, stored);
    free(packed);
    for (size_t frame_size = 1; frame_size < 8; frame_size++) {
        check_resume(4, TKZ__INPUT_AUTO, frame_size, 10);
        check_resume(4, TKZ__INPUT_JSONL, frame_size, 0);
        check_resume(4, TKZ__INPUT_DOCUMENT, frame_size, 9);
    }
}
END_TEST

START_TEST(test_seek_refusals)
{
    write_text(0, "abc\n");
    tkz__frame_reader *reader = open_reader(1, TKZ__INPUT_AUTO, 0, 0);
    tkz_error error;
    tkz__read_position position = {0, 2, 0, 0, 0};
    ck_assert_int_eq(tkz__frame_reader_seek(reader, position, &error), TKZ_STATUS_INVALID_ARGUMENT);
    position = (tkz__read_position){0, 0, TKZ__INPUT_DOCUMENT, 0, 0};
    ck_assert_int_eq(tkz__frame_reader_seek(reader, position, &error), TKZ_STATUS_INVALID_ARGUMENT);
    position = (tkz__read_position){1, 0, TKZ__INPUT_LINES, 5, 1};
    ck_assert_int_eq(tkz__frame_reader_seek(reader, position, &error), TKZ_STATUS_TRUNCATED);
    ck_assert_str_eq(error.where, files[0]);
    ck_assert_uint_eq(error.offset, 4);
    tkz__frame frame;
    bool done;
    tkz__frame_init(&frame, NULL);
    ck_assert_int_eq(tkz__frame_reader_next(reader, &frame, &done, &error), TKZ_STATUS_TRUNCATED);
    position = (tkz__read_position){1, 1, 0, 0, 0};
    ck_assert_status(tkz__frame_reader_seek(reader, position, &error));
    ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, &error));
    ck_assert(done);
    tkz__frame_free(&frame);
    tkz__frame_reader_free(reader);
}
END_TEST

START_TEST(test_paths_are_checked_first)
{
    tkz__frame_reader *reader;
    tkz_error error;
    write_text(0, "x\n");
    ck_assert_int_eq(
        tkz__frame_reader_new(&reader, paths, 2, TKZ__INPUT_AUTO, 0, 0, NULL, &error),
        TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_null(reader);
    ck_assert_str_eq(error.where, files[1]);
    paths[1] = directory;
    ck_assert_int_eq(
        tkz__frame_reader_new(&reader, paths, 2, TKZ__INPUT_AUTO, 0, 0, NULL, &error),
        TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_nonnull(strstr(error.message, "directory"));
    if (geteuid() != 0) { /* root reads everything */
        write_text(2, "x\n");
        chmod(files[2], 0);
        paths[1] = files[2];
        ck_assert_int_eq(
            tkz__frame_reader_new(&reader, paths, 2, TKZ__INPUT_AUTO, 0, 0, NULL, &error),
            TKZ_STATUS_OPEN_FAILED);
    }
    paths[0] = "-";
    paths[1] = "-";
    ck_assert_int_eq(
        tkz__frame_reader_new(&reader, paths, 2, TKZ__INPUT_AUTO, 0, 0, NULL, &error),
        TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

/* A file that goes away after the check is still an error with its name. */
START_TEST(test_file_lost_meanwhile)
{
    write_text(0, "x\n");
    write_text(1, "y\n");
    tkz__frame_reader *reader = open_reader(2, TKZ__INPUT_AUTO, 0, 0);
    unlink(files[1]);
    char *text;
    tkz_error error;
    ck_assert_int_eq(read_all(reader, &text, &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_str_eq(text, "0L@0/1=x\n|");
    ck_assert_str_eq(error.where, files[1]);
    free(text);
    tkz__frame_reader_free(reader);
}
END_TEST

/* Everything before the damage, nothing of the record it cut, then the error for ever. */
START_TEST(test_truncated_source)
{
    size_t stored;
    char lines[20001];
    for (int i = 0; i < 2000; i++)
        snprintf(lines + 10 * i, 11, "%09d\n", (i * 7919) % 999983);
    char *packed = compress_gzip(lines, 20000, &stored);
    test_write_file(files[0], packed, stored - 1000);
    write_text(1, "never reached\n");
    tkz__frame_reader *reader = open_reader(2, TKZ__INPUT_LINES, 1000, 0);
    tkz__frame frame;
    tkz__frame_init(&frame, NULL);
    tkz_error error;
    bool done = false;
    size_t got = 0;
    tkz_status status;
    while ((status = tkz__frame_reader_next(reader, &frame, &done, &error)) == TKZ_OK && !done) {
        ck_assert_uint_eq(frame.offset, got);
        ck_assert(memcmp(frame.bytes.data, lines + got, frame.bytes.size) == 0);
        got += frame.bytes.size;
    }
    ck_assert_int_eq(status, TKZ_STATUS_TRUNCATED);
    ck_assert_str_eq(error.where, files[0]);
    ck_assert_uint_gt(got, 10000);
    ck_assert_uint_lt(got, 20000);
    ck_assert_uint_eq(got % 10, 0);
    ck_assert_int_eq(tkz__frame_reader_next(reader, &frame, &done, &error), TKZ_STATUS_TRUNCATED);
    tkz__frame_reader_free(reader);

    /* One document a file: what is left of it is no document. */
    reader = open_reader(2, TKZ__INPUT_DOCUMENT, 0, 0);
    ck_assert_int_eq(tkz__frame_reader_next(reader, &frame, &done, &error), TKZ_STATUS_TRUNCATED);
    tkz__frame_reader_free(reader);
    /* Nor is what is left of an oversized record. */
    reader = open_reader(2, TKZ__INPUT_DOCUMENT, 0, 100);
    ck_assert_int_eq(tkz__frame_reader_next(reader, &frame, &done, &error), TKZ_STATUS_TRUNCATED);
    tkz__frame_reader_free(reader);
    tkz__frame_free(&frame);
    free(packed);

    /* Less than a byte order mark before the damage. */
    packed = compress_gzip("1\n", 2, &stored);
    test_write_file(files[0], packed, stored - 4);
    free(packed);
    reader = open_reader(1, TKZ__INPUT_LINES, 0, 0);
    char *text;
    ck_assert_int_eq(read_all(reader, &text, &error), TKZ_STATUS_TRUNCATED);
    ck_assert_str_eq(text, "0L@0/1=1\n|");
    free(text);
    tkz__frame_reader_free(reader);
}
END_TEST

/* A line of 200 MB is one record, and its memory is given back behind it. */
START_TEST(test_huge_line)
{
    size_t size = 200 * 1000 * 1000;
    FILE *file = fopen(files[0], "wb");
    char *block = malloc(1000 * 1000);
    memset(block, 'h', 1000 * 1000);
    for (int i = 0; i < 200; i++)
        ck_assert_uint_eq(fwrite(block, 1, 1000 * 1000, file), 1000 * 1000);
    fputs("\nend\n", file);
    fclose(file);
    free(block);
    tkz__frame_reader *reader = open_reader(1, TKZ__INPUT_LINES, 0, 0);
    tkz__frame frame;
    bool done;
    tkz__frame_init(&frame, NULL);
    ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, NULL));
    ck_assert_uint_eq(frame.bytes.size, size + 1);
    ck_assert_status(tkz__frame_reader_next(reader, &frame, &done, NULL));
    ck_assert_uint_eq(frame.bytes.size, 4);
    ck_assert_uint_eq(frame.first_line, 2);
    ck_assert_uint_lt(frame.bytes.capacity, 20 << 20);
    tkz__frame_free(&frame);
    tkz__frame_reader_free(reader);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__frame_reader *reader;
    tkz__frame frame;
    tkz__frame_init(&frame, allocator);
    tkz_status status =
        tkz__frame_reader_new(&reader, paths, 1, TKZ__INPUT_AUTO, 4, 6, allocator, NULL);
    bool done = false;
    while (status == TKZ_OK && !done)
        status = tkz__frame_reader_next(reader, &frame, &done, NULL);
    tkz__frame_reader_free(reader);
    tkz__frame_free(&frame);
    return status;
}

START_TEST(test_allocation_failures)
{
    write_text(0, "a\nbb\ncccccccccc\nd\n");
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

Suite *suite_frame_reader(void)
{
    Suite *suite = suite_create("frame_reader");
    TCase *tests = tcase_create("frame_reader");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_rule);
    tcase_add_test(tests, test_sources);
    tcase_add_test(tests, test_oversized_records);
    tcase_add_test(tests, test_oversized_head);
    tcase_add_test(tests, test_independent_of_reads);
    tcase_add_test(tests, test_resume);
    tcase_add_test(tests, test_seek_refusals);
    tcase_add_test(tests, test_paths_are_checked_first);
    tcase_add_test(tests, test_file_lost_meanwhile);
    tcase_add_test(tests, test_truncated_source);
    tcase_add_test(tests, test_huge_line);
    tcase_add_test(tests, test_allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
