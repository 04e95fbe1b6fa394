/* SPDX-License-Identifier: Apache-2.0
 *
 * Seekable zstd: frames that do not depend on what was compressed before, the seek
 * table against the format's description, where frames are cut.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "io/zstd_frames.h"
#include "testing.h"

Suite *suite_zstd_frames(void);

static void fill_text(char *text, size_t size, uint64_t seed)
{
    static const char *const words[] = {"\xE6\x97\xA5\xE6\x9C\xAC", "\xE8\xAA\x9E", "token",
                                        "\n", " "};
    uint64_t state = seed;
    for (size_t at = 0; at < size;) {
        const char *word = words[test_random(&state) % 5];
        size_t length = strlen(word);
        if (length > size - at)
            length = size - at;
        memcpy(text + at, word, length);
        at += length;
    }
}

static tkz__frame_compressor *new_compressor(int32_t level)
{
    tkz__frame_compressor *compressor;
    ck_assert_status(tkz__frame_compressor_new(&compressor, level, NULL, NULL));
    return compressor;
}

START_TEST(levels)
{
    tkz__frame_compressor *compressor;
    static const int32_t bad[] = {0, -1, 20, 22, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(tkz__frame_compressor_new(&compressor, bad[i], NULL, NULL),
                         TKZ_STATUS_INVALID_ARGUMENT);
        ck_assert_ptr_null(compressor);
    }
    tkz__frame_compressor_free(new_compressor(1));
    tkz__frame_compressor_free(new_compressor(19));
    tkz__frame_compressor_free(NULL);
}
END_TEST

START_TEST(round_trip)
{
    static const size_t sizes[] = {0, 1, 2, 255, 256, 65535, 65792, 300000};
    tkz__frame_compressor *compressor = new_compressor(3);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *text = malloc(sizes[i] + 1);
        fill_text(text, sizes[i], i + 1);
        tkz__buffer frame, content;
        tkz__buffer_init(&frame, NULL);
        tkz__buffer_init(&content, NULL);
        ck_assert_status(tkz__frame_compress(compressor, text, sizes[i], &frame, NULL));
        ck_assert_status(tkz__buffer_append_text(&content, "before", NULL));
        ck_assert_status(
            tkz__frame_decompress(frame.data, frame.size, sizes[i], &content, NULL));
        ck_assert_uint_eq(content.size, 6 + sizes[i]);
        ck_assert(memcmp(content.data, "before", 6) == 0);
        ck_assert(memcmp(content.data + 6, text, sizes[i]) == 0);
        if (sizes[i] > 0)
            ck_assert_int_eq(
                tkz__frame_decompress(frame.data, frame.size, sizes[i] - 1, &content, NULL),
                TKZ_STATUS_LIMIT);
        ck_assert_uint_eq(content.size, 6 + sizes[i]);
        tkz__buffer_free(&frame);
        tkz__buffer_free(&content);
        free(text);
    }
    tkz__frame_compressor_free(compressor);
}
END_TEST

/* The same content gives the same bytes, whatever the compressor did before. */
START_TEST(frames_are_independent)
{
    enum { SIZE = 200000 };
    char *first = malloc(SIZE), *second = malloc(SIZE);
    fill_text(first, SIZE, 7);
    fill_text(second, SIZE, 8);
    for (int32_t level = 1; level <= 19; level += 6) {
        tkz__buffer fresh, used;
        tkz__buffer_init(&fresh, NULL);
        tkz__buffer_init(&used, NULL);
        tkz__frame_compressor *a = new_compressor(level), *b = new_compressor(level);
        ck_assert_status(tkz__frame_compress(a, first, SIZE, &fresh, NULL));
        for (size_t i = 0; i < 5; i++) {
            tkz__buffer_clear(&used);
            ck_assert_status(tkz__frame_compress(b, second, SIZE - i * 30000, &used, NULL));
        }
        tkz__buffer_clear(&used);
        ck_assert_status(tkz__frame_compress(b, first, SIZE, &used, NULL));
        ck_assert_uint_eq(fresh.size, used.size);
        ck_assert_mem_eq(fresh.data, used.data, used.size);
        tkz__frame_compressor_free(a);
        tkz__frame_compressor_free(b);
        tkz__buffer_free(&fresh);
        tkz__buffer_free(&used);
    }
    free(first);
    free(second);
}
END_TEST

START_TEST(damaged_frames)
{
    enum { SIZE = 50000 };
    char *text = malloc(SIZE);
    fill_text(text, SIZE, 9);
    tkz__frame_compressor *compressor = new_compressor(1);
    tkz__buffer frame, content;
    tkz__buffer_init(&frame, NULL);
    tkz__buffer_init(&content, NULL);
    ck_assert_status(tkz__frame_compress(compressor, text, SIZE, &frame, NULL));
    for (size_t size = 0; size < frame.size; size += size < 30 ? 1 : 997)
        ck_assert_int_eq(tkz__frame_decompress(frame.data, size, SIZE, &content, NULL),
                         TKZ_STATUS_CORRUPT);
    frame.data[frame.size - 1] ^= 1; /* the checksum */
    ck_assert_int_eq(tkz__frame_decompress(frame.data, frame.size, SIZE, &content, NULL),
                     TKZ_STATUS_CORRUPT);
    frame.data[frame.size - 1] ^= 1;
    size_t one = frame.size;
    ck_assert_status(tkz__frame_compress(compressor, text, 10, &frame, NULL));
    ck_assert_int_eq(tkz__frame_decompress(frame.data, frame.size, SIZE, &content, NULL),
                     TKZ_STATUS_CORRUPT); /* two frames */
    ck_assert_status(tkz__frame_decompress(frame.data, one, SIZE, &content, NULL));
    ck_assert_uint_eq(content.size, SIZE);
    tkz__buffer_free(&frame);
    tkz__buffer_free(&content);
    tkz__frame_compressor_free(compressor);
    free(text);
}
END_TEST

/* A frame that does not say how much it holds, as a pipe makes them. */
START_TEST(unknown_content_size)
{
    enum { SIZE = 400000 };
    char *text = malloc(SIZE);
    fill_text(text, SIZE, 10);
    size_t bound = ZSTD_compressBound(SIZE);
    uint8_t *frame = malloc(bound);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    size_t size = ZSTD_compress2(context, frame, bound, text, SIZE);
    ck_assert(!ZSTD_isError(size));
    tkz__buffer content;
    tkz__buffer_init(&content, NULL);
    ck_assert_status(tkz__frame_decompress(frame, size, SIZE, &content, NULL));
    ck_assert_uint_eq(content.size, SIZE);
    ck_assert(memcmp(content.data, text, SIZE) == 0);
    ck_assert_int_eq(tkz__frame_decompress(frame, size, SIZE - 1, &content, NULL),
                     TKZ_STATUS_LIMIT);
    ck_assert_uint_eq(content.size, SIZE);

    /* Such a frame, or one without checksum, is no part of a seekable file of ours. */
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    ck_assert_int_eq(tkz__seek_table_add(&table, frame, size, NULL), TKZ_STATUS_CORRUPT);
    size = ZSTD_compress(frame, bound, text, SIZE, 1);
    ck_assert_int_eq(tkz__seek_table_add(&table, frame, size, NULL), TKZ_STATUS_CORRUPT);
    ck_assert_uint_eq(table.count, 0);
    tkz__seek_table_free(&table);
    tkz__buffer_free(&content);
    ZSTD_freeCCtx(context);
    free(frame);
    free(text);
}
END_TEST

/* Three frames and their table, in one buffer. */
static void make_seekable(tkz__buffer *file, tkz__seek_table *table, const char *text,
                          const size_t *sizes, size_t count)
{
    tkz__frame_compressor *compressor = new_compressor(3);
    for (size_t i = 0; i < count; i++) {
        ck_assert_status(tkz__frame_compress(compressor, text, sizes[i], file, NULL));
        text += sizes[i];
    }
    ck_assert_status(tkz__seek_table_add(table, file->data, file->size, NULL));
    ck_assert_uint_eq(table->count, count);
    ck_assert_status(tkz__seek_table_write(table, file, NULL));
    tkz__frame_compressor_free(compressor);
}

START_TEST(seek_table_layout)
{
    static const size_t sizes[] = {1000, 0, 65000};
    char *text = malloc(66000);
    fill_text(text, 66000, 11);
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    tkz__seek_table table, read;
    tkz__seek_table_init(&table, NULL);
    tkz__seek_table_init(&read, NULL);
    make_seekable(&file, &table, text, sizes, 3);

    const uint8_t *end = file.data + file.size;
    ck_assert_uint_eq(tkz__load_u32(end - 4), 0x8F92EAB1);
    ck_assert_uint_eq(end[-5], 0x80);
    ck_assert_uint_eq(tkz__load_u32(end - 9), 3);
    const uint8_t *head = end - 9 - 3 * 12 - 8;
    ck_assert_uint_eq(tkz__load_u32(head), 0x184D2A5E);
    ck_assert_uint_eq(tkz__load_u32(head + 4), 3 * 12 + 9);
    const char *content = text;
    uint64_t stored = 0;
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(tkz__load_u32(head + 8 + 12 * i + 4), sizes[i]);
        ck_assert_uint_eq(tkz__load_u32(head + 8 + 12 * i + 8),
                          (uint32_t)XXH64(content, sizes[i], 0));
        stored += tkz__load_u32(head + 8 + 12 * i);
        content += sizes[i];
    }
    ck_assert_uint_eq(stored, (uint64_t)(head - file.data));

    ck_assert_status(tkz__seek_table_read(&read, file.data, file.size, NULL));
    ck_assert_uint_eq(read.count, 3);
    ck_assert_mem_eq(read.entries, table.entries, 3 * sizeof *read.entries);
    tkz__seek_table_free(&table);
    tkz__seek_table_free(&read);
    tkz__buffer_free(&file);
    free(text);
}
END_TEST

/* libzstd itself passes over the table. */
START_TEST(whole_file_decompresses)
{
    static const size_t sizes[] = {4000, 5000};
    char text[9000], content[9001];
    fill_text(text, sizeof text, 12);
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    make_seekable(&file, &table, text, sizes, 2);
    ck_assert_uint_eq(ZSTD_decompress(content, sizeof content, file.data, file.size), sizeof text);
    ck_assert_mem_eq(content, text, sizeof text);
    tkz__seek_table_free(&table);
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(damaged_tables)
{
    static const size_t sizes[] = {300, 400};
    char text[700];
    fill_text(text, sizeof text, 13);
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    make_seekable(&file, &table, text, sizes, 2);
    size_t frames = file.size - 8 - 24 - 9;
    uint8_t *copy = malloc(file.size);

    for (size_t size = 0; size < file.size; size++) {
        tkz_status status = tkz__seek_table_read(&table, file.data, size, NULL);
        ck_assert_int_eq(status, TKZ_STATUS_BAD_FORMAT);
        ck_assert_uint_eq(table.count, 0);
    }
    for (size_t at = frames; at < file.size; at++) {
        memcpy(copy, file.data, file.size);
        copy[at] ^= 0x24;
        tkz_status status = tkz__seek_table_read(&table, copy, file.size, NULL);
        size_t in_entry = at >= frames + 8 && at < file.size - 9 ? (at - frames - 8) % 12 : 0;
        if (at >= file.size - 4)
            ck_assert_int_eq(status, TKZ_STATUS_BAD_FORMAT);
        else if (in_entry >= 4) /* content size, checksum: only seen on reading */
            ck_assert_int_eq(status, TKZ_OK);
        else
            ck_assert_msg(status == TKZ_STATUS_CORRUPT, "byte %zu: %s", at,
                          tkz_status_name(status));
    }
    /* Bytes of another file in front: sizes no longer add up. */
    ck_assert_int_eq(tkz__seek_table_read(&table, file.data + 1, file.size - 1, NULL),
                     TKZ_STATUS_CORRUPT);
    free(copy);
    tkz__seek_table_free(&table);
    tkz__buffer_free(&file);
}
END_TEST

/* Tables of other writers may have no checksums. */
START_TEST(table_without_checksums)
{
    uint8_t file[100 + 8 + 16 + 9] = {0};
    uint8_t *at = file + 100;
    tkz__store_u32(at, 0x184D2A5E);
    tkz__store_u32(at + 4, 16 + 9);
    tkz__store_u32(at + 8, 60);
    tkz__store_u32(at + 12, 0x40000000);
    tkz__store_u32(at + 16, 40);
    tkz__store_u32(at + 20, 7);
    tkz__store_u32(at + 24, 2);
    at[28] = 0x03; /* the two lowest bits are unused, not reserved */
    tkz__store_u32(at + 29, 0x8F92EAB1);
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    ck_assert_status(tkz__seek_table_read(&table, file, sizeof file, NULL));
    ck_assert_uint_eq(table.count, 2);
    ck_assert_uint_eq(table.entries[0].content_size, 0x40000000);
    ck_assert_uint_eq(table.entries[1].stored_size, 40);
    tkz__store_u32(at + 12, 0x40000001);
    ck_assert_int_eq(tkz__seek_table_read(&table, file, sizeof file, NULL), TKZ_STATUS_CORRUPT);
    tkz__seek_table_free(&table);
}
END_TEST

START_TEST(add_wants_whole_frames)
{
    static const size_t sizes[] = {300, 400};
    char text[700];
    fill_text(text, sizeof text, 14);
    tkz__buffer file;
    tkz__buffer_init(&file, NULL);
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    make_seekable(&file, &table, text, sizes, 2);
    size_t frames = file.size - 8 - 24 - 9;
    size_t first = table.entries[0].stored_size;
    for (size_t size = 0; size <= frames + 8; size++) {
        table.count = 0;
        tkz_error error;
        tkz_status status = tkz__seek_table_add(&table, file.data, size, &error);
        bool whole = size == 0 || size == first || size == frames;
        ck_assert_int_eq(status, whole ? TKZ_OK : TKZ_STATUS_CORRUPT);
        if (!whole) {
            ck_assert_uint_eq(table.count, 0);
            ck_assert_uint_eq(error.offset, size < first ? 0 : size < frames ? first : frames);
        }
    }
    tkz__seek_table_free(&table);
    tkz__buffer_free(&file);
}
END_TEST

static void check_cut(uint64_t held, const char *data, uint64_t frame_size, uint64_t limit,
                      size_t taken, bool is_full)
{
    bool full;
    size_t part = tkz__frame_cut(held, data, strlen(data), frame_size, limit, &full);
    ck_assert_uint_eq(part, taken);
    ck_assert(full == is_full);
}

START_TEST(frame_cuts)
{
    const uint64_t limit = 0x40000000;
    check_cut(0, "ab\ncd\nef", 1, limit, 3, true);
    check_cut(0, "ab\ncd\nef", 3, limit, 3, true);
    check_cut(0, "ab\ncd\nef", 4, limit, 6, true);
    check_cut(0, "ab\ncd\nef", 7, limit, 8, false);
    check_cut(5, "ab\ncd", 8, limit, 3, true);
    check_cut(5, "ab\ncd", 9, limit, 5, false);
    check_cut(100, "ab\ncd", 9, limit, 3, true);
    check_cut(100, "abcd", 9, limit, 4, false);
    check_cut(0, "", 1, limit, 0, false);
    /* A line beyond all limits is cut inside. */
    check_cut(limit - 3, "abcdef", 1024, limit, 3, true);
    check_cut(limit - 6, "abcdef", 1024, limit, 6, true);
    check_cut(limit - 7, "abcdef", 1024, limit, 6, false);
    check_cut(limit - 1, "\nabc", limit, limit, 1, true);
    check_cut(limit - 3, "abc\n", limit, limit, 3, true);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__buffer file, content;
    tkz__buffer_init(&file, allocator);
    tkz__buffer_init(&content, allocator);
    tkz__seek_table table, read;
    tkz__seek_table_init(&table, allocator);
    tkz__seek_table_init(&read, allocator);
    tkz__frame_compressor *compressor;
    tkz_status status = tkz__frame_compressor_new(&compressor, 1, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz__frame_compress(compressor, "text", 4, &file, NULL);
    if (status == TKZ_OK)
        status = tkz__seek_table_add(&table, file.data, file.size, NULL);
    if (status == TKZ_OK)
        status = tkz__frame_decompress(file.data, file.size, 100, &content, NULL);
    if (status == TKZ_OK)
        status = tkz__seek_table_write(&table, &file, NULL);
    if (status == TKZ_OK)
        status = tkz__seek_table_read(&read, file.data, file.size, NULL);
    tkz__frame_compressor_free(compressor);
    tkz__seek_table_free(&table);
    tkz__seek_table_free(&read);
    tkz__buffer_free(&file);
    tkz__buffer_free(&content);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

Suite *suite_zstd_frames(void)
{
    Suite *suite = suite_create("zstd_frames");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, levels);
    tcase_add_test(tests, round_trip);
    tcase_add_test(tests, frames_are_independent);
    tcase_add_test(tests, damaged_frames);
    tcase_add_test(tests, unknown_content_size);
    tcase_add_test(tests, seek_table_layout);
    tcase_add_test(tests, whole_file_decompresses);
    tcase_add_test(tests, damaged_tables);
    tcase_add_test(tests, table_without_checksums);
    tcase_add_test(tests, add_wants_whole_frames);
    tcase_add_test(tests, frame_cuts);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
