/* SPDX-License-Identifier: Apache-2.0
 *
 * Inputs by their magic number: plain, gzip, zstd; whole, cut short and damaged;
 * from memory, files, pipes.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "core/buffer.h"
#include "io/byte_source.h"
#include "testing.h"

Suite *suite_byte_source(void);

enum { TEXT_SIZE = 400000 };

/* Text that compresses, but not away. */
static char *new_text(void)
{
    char *text = malloc(TEXT_SIZE);
    uint64_t state = 99;
    for (size_t i = 0; i < TEXT_SIZE; i++)
        text[i] = "abcdefgh\n\xE3\x81\x82"[test_random(&state) % 12];
    return text;
}

static void append_gzip(tkz__buffer *file, const void *data, size_t size)
{
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&stream, size);
    ck_assert_status(tkz__buffer_reserve(file, bound, NULL));
    stream.next_in = (uint8_t *)(uintptr_t)data;
    stream.avail_in = (unsigned)size;
    stream.next_out = file->data + file->size;
    stream.avail_out = (unsigned)bound;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    file->size += bound - stream.avail_out;
    deflateEnd(&stream);
}

/* One frame; without content size, as a pipe makes it, if `streamed`. */
static void append_zstd(tkz__buffer *file, const void *data, size_t size, bool streamed,
                        int window_log)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, !streamed);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    if (window_log != 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    size_t bound = ZSTD_compressBound(size);
    ck_assert_status(tkz__buffer_reserve(file, bound, NULL));
    size_t result = ZSTD_compress2(context, file->data + file->size, bound, data, size);
    ck_assert(!ZSTD_isError(result));
    file->size += result;
    ZSTD_freeCCtx(context);
}

static void append_skippable(tkz__buffer *file, uint32_t variant, uint32_t size)
{
    ck_assert_status(tkz__buffer_append_u32(file, 0x184D2A50u + variant, NULL));
    ck_assert_status(tkz__buffer_append_u32(file, size, NULL));
    for (uint32_t i = 0; i < size; i++)
        ck_assert_status(tkz__buffer_append_byte(file, (uint8_t)i, NULL));
}

static void append(tkz__buffer *file, const void *data, size_t size)
{
    ck_assert_status(tkz__buffer_append(file, data, size, NULL));
}

/* Reads to the end or the first error, which must stick, in pieces of `capacity`. */
static tkz_status read_all(tkz_input *input, size_t capacity, tkz__buffer *content,
                           tkz_error *error)
{
    for (;;) {
        ck_assert_status(tkz__buffer_reserve(content, capacity, NULL));
        size_t size = 12345;
        tkz_status status =
            tkz_input_read(input, content->data + content->size, capacity, &size, error);
        ck_assert_uint_le(size, capacity);
        if (status == TKZ_OK && size > 0) {
            content->size += size;
            continue;
        }
        ck_assert_uint_eq(size, 0);
        tkz_error again;
        uint8_t byte;
        ck_assert_int_eq(tkz_input_read(input, &byte, 1, &size, &again), status);
        ck_assert_uint_eq(size, 0);
        if (status != TKZ_OK)
            ck_assert_mem_eq(&again, error, sizeof again);
        return status;
    }
}

static tkz_status decode(const tkz__buffer *file, size_t capacity, tkz__buffer *content,
                         tkz_error *error)
{
    tkz_input *input;
    tkz__buffer_clear(content);
    ck_assert_status(
        tkz__byte_source_open_memory(&input, "memory", file->data, file->size, NULL, error));
    tkz_status status = read_all(input, capacity, content, error);
    if (status == TKZ_OK)
        ck_assert_uint_eq(tkz_input_stored_done(input), file->size);
    ck_assert_uint_eq(tkz_input_stored_total(input), file->size);
    tkz_input_close(input);
    return status;
}

/* The same from memory in pieces of different sizes, and from a file. */
static void check_content(const tkz__buffer *file, const void *data, size_t size)
{
    static const size_t capacities[] = {7, 4096, 1 << 20};
    tkz__buffer content;
    tkz__buffer_init(&content, NULL);
    tkz_error error;
    for (size_t i = 0; i < 3; i++) {
        tkz_status status = decode(file, capacities[i], &content, &error);
        ck_assert_msg(status == TKZ_OK, "%s", error.message);
        ck_assert_uint_eq(content.size, size);
        ck_assert(size == 0 || memcmp(content.data, data, size) == 0);
    }
    char directory[64], path[80];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/input", directory);
    test_write_file(path, file->data != NULL ? file->data : (const uint8_t *)"", file->size);
    tkz_input *input;
    ck_assert_status(tkz_input_open(&input, path, NULL, &error));
    ck_assert_uint_eq(tkz_input_stored_done(input), 0);
    ck_assert_uint_eq(tkz_input_stored_total(input), file->size);
    tkz__buffer_clear(&content);
    ck_assert_status(read_all(input, 300000, &content, &error));
    ck_assert_uint_eq(content.size, size);
    ck_assert(size == 0 || memcmp(content.data, data, size) == 0);
    ck_assert_uint_eq(tkz_input_stored_done(input), file->size);
    tkz_input_close(input);
    test_remove_tree(directory);
    tkz__buffer_free(&content);
}

static void check_failure(const tkz__buffer *file, tkz_status wanted, uint64_t offset)
{
    tkz__buffer content;
    tkz__buffer_init(&content, NULL);
    tkz_error error;
    tkz_status status = decode(file, 1 << 20, &content, &error);
    ck_assert_msg(status == wanted, "%s instead of %s", tkz_status_name(status),
                  tkz_status_name(wanted));
    ck_assert_int_eq(error.code, wanted);
    ck_assert_str_eq(error.where, "memory");
    if (offset != UINT64_MAX)
        ck_assert_uint_eq(error.offset, offset);
    tkz__buffer_free(&content);
}

/* ---- Plain -------------------------------------------------------------- */

START_TEST(plain)
{
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {{"", 0},
                 {"a", 1},
                 {"\x1F", 1},
                 {"\x28\xB5\x2F", 3},
                 {"\x50\x2A\x4D", 3},
                 {"\x1F\x8A\x08", 3},
                 {"\x28\xB5\x2F\xFC", 4},
                 {"\x60\x2A\x4D\x18", 4},
                 {"a\0b\n", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tkz__buffer file;
        tkz__buffer_init(&file, NULL);
        append(&file, cases[i].bytes, cases[i].size);
        check_content(&file, cases[i].bytes, cases[i].size);
        tkz__buffer_free(&file);
    }
    char *text = new_text();
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append(&file, text, TEXT_SIZE);
    check_content(&file, text, TEXT_SIZE);
    tkz__buffer_free(&file);
    free(text);
}
END_TEST

/* ---- gzip --------------------------------------------------------------- */

START_TEST(gzip_members)
{
    char *text = new_text();
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append_gzip(&file, text, 0);
    check_content(&file, "", 0);
    append_gzip(&file, text, 1000);
    append_gzip(&file, text, 0);
    append_gzip(&file, text + 1000, TEXT_SIZE - 1000);
    check_content(&file, text, TEXT_SIZE);
    static const uint8_t padding[70000];
    append(&file, padding, 1);
    check_content(&file, text, TEXT_SIZE);
    append(&file, padding, sizeof padding);
    check_content(&file, text, TEXT_SIZE);
    uint64_t end = file.size;
    append(&file, "x", 1);
    check_failure(&file, TKZ_STATUS_CORRUPT, end);
    tkz__buffer_free(&file);
    free(text);
}
END_TEST

START_TEST(gzip_garbage)
{
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append_gzip(&file, "text", 4);
    size_t end = file.size;
    append(&file, "garbage", 7);
    check_failure(&file, TKZ_STATUS_CORRUPT, end);
    file.size = end;
    append(&file, "\x1F", 1);
    check_failure(&file, TKZ_STATUS_TRUNCATED, end + 1);
    append(&file, "\x8C", 1);
    check_failure(&file, TKZ_STATUS_CORRUPT, UINT64_MAX);
    file.size = 2; /* the magic alone */
    check_failure(&file, TKZ_STATUS_TRUNCATED, 2);
    file.size = end;
    file.data[2] = 7; /* no such method */
    check_failure(&file, TKZ_STATUS_CORRUPT, UINT64_MAX);
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(gzip_checksum)
{
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append_gzip(&file, "some text", 9);
    for (size_t i = 1; i <= 8; i++) { /* CRC and length */
        file.data[file.size - i] ^= 0x10;
        check_failure(&file, TKZ_STATUS_CORRUPT, UINT64_MAX);
        file.data[file.size - i] ^= 0x10;
    }
    check_content(&file, "some text", 9);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- zstd --------------------------------------------------------------- */

START_TEST(zstd_frames)
{
    char *text = new_text();
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append_zstd(&file, text, 0, false, 0);
    check_content(&file, "", 0);
    append_zstd(&file, text, 1000, true, 0);
    append_skippable(&file, 0, 0);
    append_skippable(&file, 14, 100000);
    append_zstd(&file, text + 1000, 0, true, 0);
    append_zstd(&file, text + 1000, TEXT_SIZE - 1000, false, 0);
    append_skippable(&file, 15, 5);
    check_content(&file, text, TEXT_SIZE);
    tkz__buffer_free(&file);
    free(text);
}
END_TEST

START_TEST(zstd_skippable_first)
{
    for (uint32_t variant = 0; variant < 16; variant++) {
        tkz__buffer file;
        tkz__buffer_init(&file, NULL);
        append_skippable(&file, variant, variant * 3);
        check_content(&file, "", 0);
        append_zstd(&file, "text", 4, false, 0);
        check_content(&file, "text", 4);
        tkz__buffer_free(&file);
    }
}
END_TEST

/* `zstd --ultra --long=31`: libzstd by itself stops at 27. */
START_TEST(zstd_long_window)
{
    char *text = new_text();
    static const int logs[] = {10, 27, 28, 30, 31};
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        tkz__buffer file;
        tkz__buffer_init(&file, NULL);
        /* A frame made for a small window is declared to need a large one: the byte behind the
         * descriptor is the window's size where no content size stands (RFC 8878, 3.1.1.1.2). */
        append_zstd(&file, text, TEXT_SIZE, true, 10);
        file.data[5] = (uint8_t)((logs[i] - 10) << 3);
        tkz__buffer content;
        tkz__buffer_init(&content, NULL);
        tkz_error error;
        tkz_status status = decode(&file, 1 << 20, &content, &error);
        /* 2 GiB of address space may be refused under a sanitizer or a memory limit. */
        if (status != TKZ_STATUS_OUT_OF_MEMORY) {
            ck_assert_msg(status == TKZ_OK, "2^%d: %s", logs[i], error.message);
            ck_assert_uint_eq(content.size, TEXT_SIZE);
            ck_assert_mem_eq(content.data, text, TEXT_SIZE);
        }
        if (logs[i] == 31) {
            file.data[5] = (uint8_t)((32 - 10) << 3);
            check_failure(&file, TKZ_STATUS_LIMIT, UINT64_MAX);
        }
        tkz__buffer_free(&content);
        tkz__buffer_free(&file);
    }
    free(text);
}
END_TEST

START_TEST(zstd_garbage)
{
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append_zstd(&file, "text", 4, false, 0);
    size_t end = file.size;
    append(&file, "garbage", 7);
    check_failure(&file, TKZ_STATUS_CORRUPT, end);
    file.size = end;
    append(&file, "\0\0\0\0\0\0", 6);
    check_failure(&file, TKZ_STATUS_CORRUPT, end);
    file.size = end;
    append(&file, "\x28\xB5", 2); /* a frame that just began */
    check_failure(&file, TKZ_STATUS_TRUNCATED, end + 2);
    /* Magic of a retired format (zstd 0.5): not handed to its decoder. */
    file.size = end;
    append(&file, "\x25\xB5\x2F\xFD\0\0\0\0\0\0\0\0", 12);
    check_failure(&file, TKZ_STATUS_CORRUPT, end);
    file.size = end;
    file.data[end - 1] ^= 1; /* the checksum */
    check_failure(&file, TKZ_STATUS_CORRUPT, UINT64_MAX);
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(zstd_dictionary)
{
    static const uint8_t frame[] = {0x28, 0xB5, 0x2F, 0xFD, 0x21, 42, 1, 9, 0, 0, 'a'};
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append(&file, frame, sizeof frame);
    check_failure(&file, TKZ_STATUS_UNSUPPORTED, UINT64_MAX);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- Both --------------------------------------------------------------- */

/* Cut anywhere inside a member or frame: TRUNCATED at the cut, and what was delivered is right. */
static void check_cuts(const tkz__buffer *whole, size_t first_end, const char *text)
{
    tkz__buffer content;
    tkz__buffer_init(&content, NULL);
    for (size_t size = 4; size < whole->size; size += 1 + size / 50) {
        tkz__buffer file = *whole;
        file.size = size;
        tkz_error error;
        tkz_status status = decode(&file, 1 << 16, &content, &error);
        if (size == first_end) {
            ck_assert_int_eq(status, TKZ_OK);
        } else {
            ck_assert_msg(status == TKZ_STATUS_TRUNCATED, "cut at %zu: %s", size,
                          tkz_status_name(status));
            ck_assert_uint_eq(error.offset, size);
            ck_assert_ptr_nonnull(strstr(error.message, "again"));
        }
        ck_assert(content.size == 0 || memcmp(content.data, text, content.size) == 0);
        if (size > first_end)
            ck_assert_uint_ge(content.size, 5000);
    }
    tkz__buffer_free(&content);
}

START_TEST(cut_short)
{
    char *text = new_text();
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append_gzip(&file, text, 5000);
    size_t first_end = file.size;
    append_gzip(&file, text + 5000, TEXT_SIZE - 5000);
    check_cuts(&file, first_end, text);
    tkz__buffer_clear(&file);
    append_zstd(&file, text, 5000, false, 0);
    first_end = file.size;
    append_zstd(&file, text + 5000, TEXT_SIZE - 5000, true, 0);
    check_cuts(&file, first_end, text);
    tkz__buffer_free(&file);
    free(text);
}
END_TEST

/* Any damaged byte: an error or, where nothing checks it, an end; never anything worse. */
START_TEST(damaged_anywhere)
{
    char *text = new_text();
    tkz__buffer file, content;
    tkz__buffer_init(&file, NULL);
    tkz__buffer_init(&content, NULL);
    uint64_t state = 4711;
    for (int kind = 0; kind < 2; kind++) {
        tkz__buffer_clear(&file);
        if (kind == 0)
            append_gzip(&file, text, 3000);
        else
            append_zstd(&file, text, 3000, true, 0);
        for (int round = 0; round < 2000 / TEST_SHORTER; round++) {
            size_t at = test_random(&state) % file.size;
            uint8_t old = file.data[at];
            file.data[at] = (uint8_t)test_random(&state);
            tkz_error error;
            tkz_status status = decode(&file, 1000, &content, &error);
            if (at >= 20 && file.data[at] != old)
                ck_assert_int_ne(status, TKZ_OK);
            file.data[at] = old;
        }
    }
    tkz__buffer_free(&content);
    tkz__buffer_free(&file);
    free(text);
}
END_TEST

/* ---- Files -------------------------------------------------------------- */

START_TEST(cannot_open)
{
    tkz_input *input = (tkz_input *)1;
    tkz_error error;
    ck_assert_int_eq(tkz_input_open(&input, "/nowhere/at/all", NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_null(input);
    ck_assert_str_eq(error.where, "/nowhere/at/all");
    ck_assert_int_eq(tkz_input_open(&input, "/", NULL, &error), TKZ_STATUS_IO);
    ck_assert_ptr_null(input);
    ck_assert_ptr_nonnull(strstr(error.message, "directory"));
    ck_assert_int_eq(tkz_input_open(&input, "", NULL, NULL), TKZ_STATUS_OPEN_FAILED);
    tkz_input_close(NULL);
}
END_TEST

START_TEST(no_room)
{
    tkz_input *input;
    ck_assert_status(tkz__byte_source_open_memory(&input, "m", "abc", 3, NULL, NULL));
    uint8_t byte;
    size_t size;
    ck_assert_int_eq(tkz_input_read(input, &byte, 0, &size, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz_input_read(input, &byte, 1, &size, NULL)); /* the input is not harmed */
    ck_assert(size == 1 && byte == 'a');
    ck_assert_uint_eq(tkz_input_stored_done(input), 1);
    tkz_input_close(input);
}
END_TEST

/* A writer that dribbles: the magic arrives byte by byte. */
START_TEST(pipe_input)
{
    char *text = new_text();
    for (int kind = 0; kind < 3; kind++) {
        tkz__buffer file, content;
        tkz__buffer_init(&file, NULL);
        tkz__buffer_init(&content, NULL);
        if (kind == 0)
            append(&file, text, 50000);
        else if (kind == 1)
            append_gzip(&file, text, 50000);
        else
            append_zstd(&file, text, 50000, true, 0);
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            bool done = true;
            for (size_t i = 0; i < 6 && done; i++) {
                done = write(ends[1], file.data + i, 1) == 1;
                usleep(1000);
            }
            for (size_t at = 6; at < file.size && done;) {
                ssize_t count = write(ends[1], file.data + at, file.size - at);
                done = count > 0;
                at += (size_t)(done ? count : 0);
            }
            _exit(0);
        }
        close(ends[1]);
        int saved = dup(STDIN_FILENO);
        dup2(ends[0], STDIN_FILENO);
        tkz_input *input;
        tkz_error error;
        ck_assert_status(tkz_input_open(&input, "-", NULL, &error));
        ck_assert_uint_eq(tkz_input_stored_total(input), 0);
        ck_assert_status(read_all(input, 5000, &content, &error));
        ck_assert_uint_eq(tkz_input_stored_done(input), file.size);
        tkz_input_close(input);
        ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0); /* still open */
        if (saved >= 0) {
            dup2(saved, STDIN_FILENO);
            close(saved);
        }
        close(ends[0]);
        waitpid(child, NULL, 0);
        ck_assert_uint_eq(content.size, 50000);
        ck_assert_mem_eq(content.data, text, 50000);
        tkz__buffer_free(&content);
        tkz__buffer_free(&file);
    }
    free(text);
}
END_TEST

/* ---- Memory ------------------------------------------------------------- */

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    const tkz__buffer *file = context;
    tkz_input *input;
    tkz_status status =
        tkz__byte_source_open_memory(&input, "m", file->data, file->size, allocator, NULL);
    if (status != TKZ_OK) {
        ck_assert_ptr_null(input);
        return status;
    }
    uint8_t data[100];
    size_t size = 1;
    while (status == TKZ_OK && size > 0)
        status = tkz_input_read(input, data, sizeof data, &size, NULL);
    tkz_input_close(input);
    return status;
}

static tkz_status attempt_open(void *context, const tkz_allocator *allocator)
{
    tkz_input *input;
    tkz_status status = tkz_input_open(&input, context, allocator, NULL);
    if (status == TKZ_OK)
        tkz_input_close(input);
    else
        ck_assert_ptr_null(input);
    return status;
}

START_TEST(allocation_failures)
{
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    append(&file, "plain", 5);
    test_all_allocation_failures(attempt, &file);
    tkz__buffer_clear(&file);
    append_gzip(&file, "text of some length, some length", 32);
    test_all_allocation_failures(attempt, &file);
    tkz__buffer_clear(&file);
    append_zstd(&file, "text", 4, false, 0);
    test_all_allocation_failures(attempt, &file);
    tkz__buffer_free(&file);
    test_all_allocation_failures(attempt_open, (void *)(uintptr_t) "/dev/null");
}
END_TEST

Suite *suite_byte_source(void)
{
    Suite *suite = suite_create("byte_source");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, gzip_members);
    tcase_add_test(tests, gzip_garbage);
    tcase_add_test(tests, gzip_checksum);
    tcase_add_test(tests, zstd_frames);
    tcase_add_test(tests, zstd_skippable_first);
    tcase_add_test(tests, zstd_long_window);
    tcase_add_test(tests, zstd_garbage);
    tcase_add_test(tests, zstd_dictionary);
    tcase_add_test(tests, cut_short);
    tcase_add_test(tests, damaged_anywhere);
    tcase_add_test(tests, cannot_open);
    tcase_add_test(tests, no_room);
    tcase_add_test(tests, pipe_input);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
