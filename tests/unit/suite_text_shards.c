/* SPDX-License-Identifier: Apache-2.0
 *
 * Text shards: their bytes, their bound, and resuming after a stop at any point.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/hash.h"
#include "corpus/text_shards.h"
#include "io/part_file.h"
#include "io/zstd_frames.h"
#include "testing.h"
#include "tokenize/corpus.h"
#include "tokenize/io.h"

Suite *suite_text_shards(void);

enum { FRAMES = 12, SHARD_SIZE = 700 };

static char directory[64];
static char reference[64]; /* what an undisturbed run writes */
static tkz__buffer contents[FRAMES];
static tkz__buffer stored[FRAMES];

/* Frames of one to four lines of digits, which compress to between 40 and 300 bytes. */
static void make_frames(void)
{
    tkz__frame_compressor *compressor;
    uint64_t random = 17;
    ck_assert_status(tkz__frame_compressor_new(&compressor, 3, NULL, NULL));
    for (int i = 0; i < FRAMES; i++) {
        tkz__buffer_init(&contents[i], NULL);
        tkz__buffer_init(&stored[i], NULL);
        for (int line = 0; line <= i % 4; line++) {
            ck_assert_status(tkz__buffer_append_format(&contents[i], NULL, "{\"text\":\"%d ", i));
            for (int word = 0; word < 5; word++)
                ck_assert_status(tkz__buffer_append_format(
                    &contents[i], NULL, "%llx", (unsigned long long)test_random(&random)));
            ck_assert_status(tkz__buffer_append_text(&contents[i], "\"}\n", NULL));
        }
        ck_assert_status(tkz__frame_compress(compressor, contents[i].data, contents[i].size,
                                             &stored[i], NULL));
    }
    tkz__frame_compressor_free(compressor);
}

static tkz_status append(tkz__text_shards *shards, int frame, tkz_error *error)
{
    return tkz__text_shards_append(shards, stored[frame].data, stored[frame].size,
                                   contents[frame].data, contents[frame].size,
                                   (uint64_t)frame % 4 + 1, error);
}

static tkz__text_shards *open_writer(const char *where, const tkz__buffer *resume)
{
    tkz__text_shards *shards;
    ck_assert_status(
        tkz__text_shards_new(&shards, where, "part", SHARD_SIZE, resume, NULL, NULL));
    return shards;
}

static void append_range(tkz__text_shards *shards, int start, int end)
{
    for (int i = start; i < end; i++)
        ck_assert_status(append(shards, i, NULL));
}

static void setup(void)
{
    test_make_directory(directory, sizeof directory);
    test_make_directory(reference, sizeof reference);
    make_frames();
    tkz__text_shards *shards = open_writer(reference, NULL);
    append_range(shards, 0, FRAMES);
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    tkz__text_shards_free(shards);
}

static void teardown(void)
{
    for (int i = 0; i < FRAMES; i++) {
        tkz__buffer_free(&contents[i]);
        tkz__buffer_free(&stored[i]);
    }
    test_remove_tree(directory);
    test_remove_tree(reference);
}

static size_t count_entries(const char *where)
{
    DIR *entries = opendir(where);
    size_t count = 0;
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

/* Both directories have the same files with the same bytes. */
static void expect_reference(void)
{
    ck_assert_uint_eq(count_entries(directory), count_entries(reference));
    DIR *entries = opendir(reference);
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        char left[400], right[400];
        size_t left_size, right_size;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(left, sizeof left, "%s/%s", directory, entry->d_name);
        snprintf(right, sizeof right, "%s/%s", reference, entry->d_name);
        char *a = test_read_file(left, &left_size);
        char *b = test_read_file(right, &right_size);
        ck_assert_uint_eq(left_size, right_size);
        ck_assert(memcmp(a, b, left_size) == 0);
        free(a);
        free(b);
    }
    closedir(entries);
}

START_TEST(test_content)
{
    tkz__text_shards *shards = open_writer(directory, NULL);
    append_range(shards, 0, FRAMES);
    ck_assert_status(tkz__text_shards_append(shards, NULL, 0, NULL, 0, 0, NULL));
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    size_t count = tkz__text_shards_count(shards);
    ck_assert_uint_gt(count, 3);
    int frame = 0;
    for (size_t i = 0; i < count; i++) {
        const tkz__shard_info *info = tkz__text_shards_at(shards, i);
        char path[400], name[64];
        snprintf(name, sizeof name, "part-%05zu.jsonl.zst", i);
        ck_assert_str_eq(info->name, name);
        ck_assert_uint_le(info->stored_size, SHARD_SIZE);
        snprintf(path, sizeof path, "%s/%s", directory, name);

        tkz_input *input;
        char content[8192];
        size_t size = 0, got;
        ck_assert_status(tkz_input_open(&input, path, NULL, NULL));
        do {
            ck_assert_status(
                tkz_input_read(input, content + size, sizeof content - size, &got, NULL));
            size += got;
        } while (got > 0);
        ck_assert_uint_eq(tkz_input_stored_total(input), info->stored_size);
        tkz_input_close(input);
        ck_assert_uint_eq(size, info->items);
        ck_assert_uint_eq(tkz__hash64(content, size), info->content_hash);

        uint64_t records = 0;
        for (size_t at = 0; at < size; at += contents[frame++].size) {
            ck_assert(memcmp(content + at, contents[frame].data, contents[frame].size) == 0);
            records += (uint64_t)frame % 4 + 1;
        }
        ck_assert_uint_eq(records, info->records);
        ck_assert_status(tkz_check(path, 1, NULL, NULL, NULL));
    }
    ck_assert_int_eq(frame, FRAMES);
    ck_assert_ptr_null(tkz__text_shards_at(shards, count));
    tkz_error error;
    ck_assert_int_eq(append(shards, 0, &error), TKZ_STATUS_INVALID_ARGUMENT);
    tkz__text_shards_free(shards);
    expect_reference();
}
END_TEST

/* No shard could have taken the first frame of the next one. */
START_TEST(test_shards_are_full)
{
    tkz__text_shards *shards = open_writer(directory, NULL);
    append_range(shards, 0, FRAMES);
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    int frame = 0;
    for (size_t i = 0; i + 1 < tkz__text_shards_count(shards); i++) {
        const tkz__shard_info *info = tkz__text_shards_at(shards, i);
        for (uint64_t size = 0; size < info->items; frame++)
            size += contents[frame].size;
        ck_assert_uint_gt(info->stored_size + stored[frame].size + 12, SHARD_SIZE);
    }
    tkz__text_shards_free(shards);

    /* Every frame too large for the bound: one shard each. */
    ck_assert_status(tkz__text_shards_new(&shards, directory, "part", 10, NULL, NULL, NULL));
    append_range(shards, 0, FRAMES);
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    ck_assert_uint_eq(tkz__text_shards_count(shards), FRAMES);
    tkz__text_shards_free(shards);
}
END_TEST

START_TEST(test_nothing)
{
    tkz__text_shards *shards = open_writer(directory, NULL);
    tkz__buffer state;
    tkz__buffer_init(&state, NULL);
    ck_assert_status(tkz__text_shards_save(shards, &state, NULL));
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    ck_assert_uint_eq(tkz__text_shards_count(shards), 0);
    tkz__text_shards_free(shards);
    ck_assert_uint_eq(count_entries(directory), 2);
    shards = open_writer(directory, &state);
    append_range(shards, 0, FRAMES);
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    tkz__text_shards_free(shards);
    tkz__buffer_free(&state);
    expect_reference();
}
END_TEST

/* A stop at frame `stop` (FRAMES + 1: behind the end) after a save at frame `save`, twice. */
START_TEST(test_resume_everywhere)
{
    for (int save = 0; save <= FRAMES; save++) {
        /* Every third stop: each sync of a file takes milliseconds. */
        for (int stop = save; stop <= FRAMES + 1; stop += 3) {
            tkz__buffer state;
            tkz__buffer_init(&state, NULL);
            tkz__text_shards *shards = open_writer(directory, NULL);
            append_range(shards, 0, save);
            ck_assert_status(tkz__text_shards_save(shards, &state, NULL));
            append_range(shards, save, stop < FRAMES ? stop : FRAMES);
            if (stop > FRAMES)
                ck_assert_status(tkz__text_shards_finish(shards, NULL));
            tkz__text_shards_free(shards);

            shards = open_writer(directory, &state);
            append_range(shards, save, FRAMES - 1 > save ? FRAMES - 1 : save);
            tkz__text_shards_free(shards); /* stopped again */

            shards = open_writer(directory, &state);
            append_range(shards, save, FRAMES);
            ck_assert_status(tkz__text_shards_finish(shards, NULL));
            tkz__text_shards_free(shards);
            tkz__buffer_free(&state);
            expect_reference();
        }
    }
}
END_TEST

/* Writes all frames from `resume` on, saving its state to a file after each. */
static void write_with_journal(const char *journal)
{
    tkz__buffer state;
    tkz__buffer_init(&state, NULL);
    int frame = 0;
    tkz_bytes bytes = {0};
    bool resumes = access(journal, F_OK) == 0;
    if (resumes) {
        ck_assert_status(tkz__file_read_all(journal, 1 << 20, NULL, &bytes, NULL));
        frame = bytes.data[0];
        ck_assert_status(tkz__buffer_append(&state, bytes.data + 1, bytes.size - 1, NULL));
        tkz_bytes_free(&bytes);
    }
    tkz__text_shards *shards = open_writer(directory, resumes ? &state : NULL);
    while (frame < FRAMES) {
        ck_assert_status(append(shards, frame++, NULL));
        tkz__buffer_clear(&state);
        ck_assert_status(tkz__buffer_append_byte(&state, (uint8_t)frame, NULL));
        ck_assert_status(tkz__text_shards_save(shards, &state, NULL));
        ck_assert_status(tkz__file_write_atomic(journal, state.data, state.size, NULL));
    }
    ck_assert_status(tkz__text_shards_finish(shards, NULL));
    tkz__text_shards_free(shards);
    tkz__buffer_free(&state);
}

/* A process that is killed again and again at some point, then left in peace. */
START_TEST(test_killed_process)
{
    char journal[128];
    snprintf(journal, sizeof journal, "%s.journal", directory);
    uint64_t random = (uint64_t)getpid() + 1;
    for (int round = 0; round < 6; round++) {
        for (int kills = 0; kills < 4; kills++) {
            pid_t child = fork();
            if (child == 0) {
                write_with_journal(journal);
                _exit(0);
            }
            usleep((useconds_t)(test_random(&random) % 20000));
            kill(child, SIGKILL);
            int result;
            ck_assert_int_eq(waitpid(child, &result, 0), child);
            ck_assert(WIFSIGNALED(result) || WEXITSTATUS(result) == 0);
        }
        write_with_journal(journal);
        expect_reference();
        unlink(journal);
    }
}
END_TEST

/* Files of a longer, older run do not survive; files of others do. */
START_TEST(test_old_files)
{
    static const char *const others[] = {"part-0000.jsonl.zst", "part-00009.jsonl",
                                         "xpart-00001.jsonl.zst",
                                         "part-000011.jsonl.zst", "part-00001.jsonl.zst.bak"};
    static const char *const old[] = {"part-00001.jsonl.zst", "part-00077.jsonl.zst.part",
                                      "part-123456.jsonl.zst"};
    char path[400];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, others[i]);
        test_write_file(path, "x", 1);
    }
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, old[i]);
        test_write_file(path, "x", 1);
    }
    tkz__text_shards_free(open_writer(directory, NULL));
    ck_assert_uint_eq(count_entries(directory), 2 + sizeof others / sizeof others[0]);
}
END_TEST

static tkz_status resume_status(const tkz__buffer *state, tkz_error *error)
{
    tkz__text_shards *shards;
    tkz_status status =
        tkz__text_shards_new(&shards, directory, "part", SHARD_SIZE, state, NULL, error);
    tkz__text_shards_free(shards);
    return status;
}

START_TEST(test_wrong_states)
{
    tkz__buffer state;
    tkz_error error;
    char path[400];
    tkz__buffer_init(&state, NULL);
    tkz__text_shards *shards = open_writer(directory, NULL);
    append_range(shards, 0, FRAMES);
    ck_assert_status(tkz__text_shards_save(shards, &state, NULL));
    tkz__text_shards_free(shards);
    ck_assert_status(resume_status(&state, &error));
    for (size_t i = 0; i < state.size; i++) { /* every damaged byte is noticed */
        state.data[i] ^= 0x20;
        tkz_status status = resume_status(&state, &error);
        ck_assert(status == TKZ_STATUS_CORRUPT || status == TKZ_STATUS_BAD_VERSION);
        state.data[i] ^= 0x20;
    }
    for (size_t cut = 1; cut <= state.size; cut++) {
        state.size -= cut;
        ck_assert_int_eq(resume_status(&state, &error), TKZ_STATUS_CORRUPT);
        state.size += cut;
    }
    ck_assert_int_eq(
        tkz__text_shards_new(&shards, directory, "part", SHARD_SIZE + 1, &state, NULL, &error),
        TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(resume_status(&state, &error));

    /* The growing shard was changed within its saved length, or cut. */
    size_t last = tkz__text_shards_count(shards = open_writer(directory, &state)) - 1, size;
    tkz__text_shards_free(shards);
    snprintf(path, sizeof path, "%s/part-%05zu.jsonl.zst.part", directory, last);
    char *bytes = test_read_file(path, &size);
    bytes[size / 2] ^= 1;
    test_write_file(path, bytes, size);
    ck_assert_int_eq(resume_status(&state, &error), TKZ_STATUS_CORRUPT);
    test_write_file(path, bytes, size - 1);
    ck_assert_int_eq(resume_status(&state, &error), TKZ_STATUS_CORRUPT);
    free(bytes);
    unlink(path);
    ck_assert_int_eq(resume_status(&state, &error), TKZ_STATUS_OPEN_FAILED);

    /* A finished one is too short, or gone. */
    snprintf(path, sizeof path, "%s/part-00000.jsonl.zst", directory);
    ck_assert_int_eq(truncate(path, 100), 0);
    ck_assert_int_eq(resume_status(&state, &error), TKZ_STATUS_CORRUPT);
    ck_assert_str_eq(error.where, path);
    unlink(path);
    ck_assert_int_eq(resume_status(&state, &error), TKZ_STATUS_OPEN_FAILED);
    tkz__buffer_free(&state);
}
END_TEST

START_TEST(test_refusals)
{
    tkz__text_shards *shards;
    tkz_error error;
    char long_name[200];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *const prefixes[] = {"", "a/b", long_name};
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(
            tkz__text_shards_new(&shards, directory, prefixes[i], 0, NULL, NULL, &error),
            TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__text_shards_new(&shards, "/nonexistent", "part", 0, NULL, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_null(shards);

    /* What is no frame, or not the frame of this content, poisons. */
    shards = open_writer(directory, NULL);
    append_range(shards, 0, 1);
    ck_assert_int_eq(tkz__text_shards_append(shards, stored[0].data, stored[0].size,
                                             contents[1].data, contents[1].size, 1, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(append(shards, 1, &error), TKZ_STATUS_POISONED);
    tkz__buffer state;
    tkz__buffer_init(&state, NULL);
    ck_assert_int_eq(tkz__text_shards_save(shards, &state, &error), TKZ_STATUS_POISONED);
    ck_assert_int_eq(tkz__text_shards_finish(shards, &error), TKZ_STATUS_POISONED);
    ck_assert_uint_eq(state.size, 0);
    tkz__text_shards_free(shards);
    shards = open_writer(directory, NULL);
    ck_assert_int_eq(tkz__text_shards_append(shards, "not a frame", 11, "x", 1, 1, &error),
                     TKZ_STATUS_CORRUPT);
    tkz__text_shards_free(shards);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__text_shards *shards = NULL;
    tkz__buffer state;
    tkz__buffer_init(&state, allocator);
    tkz_status status =
        tkz__text_shards_new(&shards, directory, "part", SHARD_SIZE, NULL, allocator, NULL);
    for (int i = 0; i < FRAMES && status == TKZ_OK; i++)
        status = append(shards, i, NULL);
    if (status == TKZ_OK)
        status = tkz__text_shards_save(shards, &state, NULL);
    tkz__text_shards_free(shards);
    shards = NULL;
    if (status == TKZ_OK)
        status =
            tkz__text_shards_new(&shards, directory, "part", SHARD_SIZE, &state, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz__text_shards_finish(shards, NULL);
    tkz__text_shards_free(shards);
    tkz__buffer_free(&state);
    return status;
}

START_TEST(test_allocation_failures)
{
    test_all_allocation_failures(attempt, NULL);
    expect_reference();
}
END_TEST

Suite *suite_text_shards(void)
{
    Suite *suite = suite_create("text_shards");
    TCase *tests = tcase_create("text_shards");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_content);
    tcase_add_test(tests, test_shards_are_full);
    tcase_add_test(tests, test_nothing);
    tcase_add_test(tests, test_resume_everywhere);
    tcase_add_test(tests, test_killed_process);
    tcase_add_test(tests, test_old_files);
    tcase_add_test(tests, test_wrong_states);
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
