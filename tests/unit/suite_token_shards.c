/* SPDX-License-Identifier: Apache-2.0
 *
 * Token shards: bytes of both files, resuming after a stop at any point, and the
 * reader against hostile files.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/hash.h"
#include "corpus/token_shards.h"
#include "testing.h"
#include "tokenize/corpus.h"

Suite *suite_token_shards(void);

enum { DOCUMENTS = 11, SHARD_SIZE = 80 };

/* Documents of 0, 7, 14, 3, 10 ... ids: some empty, one larger than a shard. */
static uint32_t ids[400];
static uint64_t offsets[DOCUMENTS + 1];
static char directory[64];
static char reference[64];

static void append_range(tkz__token_shards *shards, int start, int end)
{
    ck_assert_status(
        tkz__token_shards_append(shards, ids, offsets + start, (size_t)(end - start), NULL));
}

static tkz__token_shards *open_writer(const char *where, uint32_t vocabulary,
                                      const tkz__buffer *resume)
{
    tkz__token_shards *shards;
    ck_assert_status(tkz__token_shards_new(&shards, where, "part", vocabulary, SHARD_SIZE, resume,
                                           NULL, NULL));
    return shards;
}

static void setup(void)
{
    test_make_directory(directory, sizeof directory);
    test_make_directory(reference, sizeof reference);
    uint64_t random = 23;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        ids[i] = (uint32_t)(test_random(&random) % 65499);
    ids[0] = 65498;
    ids[1] = 0;
    for (int i = 0; i < DOCUMENTS; i++)
        offsets[i + 1] = offsets[i] + (i == 6 ? 90 : (uint64_t)(i * 7) % 18);
    tkz__token_shards *shards = open_writer(reference, 65499, NULL);
    append_range(shards, 0, DOCUMENTS);
    ck_assert_status(tkz__token_shards_finish(shards, NULL));
    tkz__token_shards_free(shards);
}

static void teardown(void)
{
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

/* Two documents, byte for byte as Megatron's IndexedDatasetBuilder writes them. */
static void check_bytes(uint32_t vocabulary, const void *bin, size_t bin_size, const void *idx,
                        size_t idx_size)
{
    static const uint32_t few[] = {1, 0x1234, 2};
    static const uint64_t limits[] = {0, 2, 2, 3};
    tkz__token_shards *shards;
    char path[400];
    size_t size;
    ck_assert_status(
        tkz__token_shards_new(&shards, directory, "p", vocabulary, 0, NULL, NULL, NULL));
    ck_assert_status(tkz__token_shards_append(shards, few, limits, 3, NULL));
    ck_assert_status(tkz__token_shards_finish(shards, NULL));
    const tkz__shard_info *info = tkz__token_shards_at(shards, 0);
    ck_assert_str_eq(info->name, "p-00000_text_document.bin");
    ck_assert_uint_eq(info->records, 3);
    ck_assert_uint_eq(info->items, 3);
    ck_assert_uint_eq(info->stored_size, bin_size);
    ck_assert_uint_eq(info->index_size, idx_size);
    snprintf(path, sizeof path, "%s/p-00000_text_document.bin", directory);
    char *data = test_read_file(path, &size);
    ck_assert_uint_eq(size, bin_size);
    ck_assert(memcmp(data, bin, size) == 0);
    ck_assert_uint_eq(tkz__hash64(data, size), info->content_hash);
    free(data);
    snprintf(path, sizeof path, "%s/p-00000_text_document.idx", directory);
    data = test_read_file(path, &size);
    ck_assert_uint_eq(size, idx_size);
    ck_assert(memcmp(data, idx, size) == 0);
    ck_assert_uint_eq(tkz__hash64(data, size), info->index_hash);
    free(data);
    tkz__token_shards_free(shards);
}

static const char idx16[] =
    "MMIDIDX\0\0\1\0\0\0\0\0\0\0\x08\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
    "\2\0\0\0\0\0\0\0\1\0\0\0"
    "\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0";
static const char idx32[] =
    "MMIDIDX\0\0\1\0\0\0\0\0\0\0\x04\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
    "\2\0\0\0\0\0\0\0\1\0\0\0"
    "\0\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0";

START_TEST(test_exact_bytes)
{
    check_bytes(65499, "\1\0\x34\x12\2\0", 6, idx16, sizeof idx16 - 1);
    check_bytes(65500, "\1\0\0\0\x34\x12\0\0\2\0\0\0", 12, idx32, sizeof idx32 - 1);
}
END_TEST

static void expect_document(const tkz_token_shard *shard, uint64_t index, int document)
{
    uint32_t read[128];
    size_t count, expected = (size_t)(offsets[document + 1] - offsets[document]);
    ck_assert_status(tkz_token_shard_document(shard, index, read, 128, &count, NULL));
    ck_assert_uint_eq(count, expected);
    ck_assert(count == 0 || memcmp(read, ids + offsets[document], count * sizeof *read) == 0);
    if (count > 0) { /* no room: only the count */
        read[0] = 0xABCDEF;
        ck_assert_status(tkz_token_shard_document(shard, index, read, expected - 1, &count, NULL));
        ck_assert_uint_eq(count, expected);
        ck_assert_uint_eq(read[0], 0xABCDEF);
    }
}

START_TEST(test_read_back)
{
    for (uint32_t vocabulary = 65499; vocabulary <= 65500; vocabulary++) {
        tkz__token_shards *shards = open_writer(directory, vocabulary, NULL);
        append_range(shards, 0, DOCUMENTS);
        ck_assert_status(tkz__token_shards_finish(shards, NULL));
        int document = 0;
        size_t count = tkz__token_shards_count(shards);
        ck_assert_uint_gt(count, 2);
        for (size_t i = 0; i < count; i++) {
            const tkz__shard_info *info = tkz__token_shards_at(shards, i);
            ck_assert(info->stored_size <= SHARD_SIZE || info->records == 1);
            char path[400];
            snprintf(path, sizeof path, "%s/%s", directory, info->name);
            if (i % 3 == 1)
                memcpy(path + strlen(path) - 4, ".idx", 4);
            else if (i % 3 == 2)
                path[strlen(path) - 4] = '\0';
            tkz_token_shard *shard;
            ck_assert_status(tkz_token_shard_open(&shard, path, NULL, NULL));
            ck_assert_uint_eq(tkz_token_shard_document_count(shard), info->records);
            ck_assert_uint_eq(tkz_token_shard_token_count(shard), info->items);
            for (uint64_t k = 0; k < info->records; k++)
                expect_document(shard, k, document++);
            size_t unused;
            tkz_error error;
            ck_assert_int_eq(
                tkz_token_shard_document(shard, info->records, NULL, 0, &unused, &error),
                TKZ_STATUS_INVALID_ARGUMENT);
            tkz_token_shard_free(shard);
            if (i % 3 != 2)
                ck_assert_status(tkz_check(path, 1, NULL, NULL, NULL));
        }
        ck_assert_int_eq(document, DOCUMENTS);
        tkz__token_shards_free(shards);
    }
}
END_TEST

START_TEST(test_empty_documents_only)
{
    static const uint64_t limits[4] = {0};
    tkz__token_shards *shards = open_writer(directory, 10, NULL);
    ck_assert_status(tkz__token_shards_append(shards, NULL, limits, 3, NULL));
    ck_assert_status(tkz__token_shards_finish(shards, NULL));
    ck_assert_uint_eq(tkz__token_shards_count(shards), 1);
    tkz__token_shards_free(shards);
    char path[400];
    snprintf(path, sizeof path, "%s/part-00000_text_document", directory);
    tkz_token_shard *shard;
    ck_assert_status(tkz_token_shard_open(&shard, path, NULL, NULL));
    ck_assert_uint_eq(tkz_token_shard_document_count(shard), 3);
    size_t count;
    ck_assert_status(tkz_token_shard_document(shard, 2, NULL, 0, &count, NULL));
    ck_assert_uint_eq(count, 0);
    tkz_token_shard_free(shard);
}
END_TEST

/* Gives the files of a shard the names they have when its end was interrupted. */
static void rename_back(size_t shard, const char *suffix)
{
    char path[400], part[420];
    snprintf(path, sizeof path, "%s/part-%05zu_text_document%s", directory, shard, suffix);
    snprintf(part, sizeof part, "%s.part", path);
    if (access(path, F_OK) == 0)
        ck_assert_int_eq(rename(path, part), 0);
}

/* `between`: -1, or the shard whose .bin has its name already while its .idx has not. */
static void check_stop(int save, int stop, int between)
{
    tkz__buffer state;
    tkz__buffer_init(&state, NULL);
    tkz__token_shards *shards = open_writer(directory, 65499, NULL);
    append_range(shards, 0, save);
    ck_assert_status(tkz__token_shards_save(shards, &state, NULL));
    size_t saved = tkz__token_shards_count(shards);
    append_range(shards, save, stop < DOCUMENTS ? stop : DOCUMENTS);
    if (stop > DOCUMENTS)
        ck_assert_status(tkz__token_shards_finish(shards, NULL));
    tkz__token_shards_free(shards);
    if (between >= 0 && (size_t)between + 1 >= saved)
        rename_back((size_t)between, ".idx");
    shards = open_writer(directory, 65499, &state);
    append_range(shards, save, DOCUMENTS);
    ck_assert_status(tkz__token_shards_finish(shards, NULL));
    tkz__token_shards_free(shards);
    tkz__buffer_free(&state);
    expect_reference();
}

START_TEST(test_resume_everywhere)
{
    /* Every third stop behind each save: each sync of a file takes milliseconds. */
    for (int save = 0; save <= DOCUMENTS; save++)
        for (int stop = save; stop <= DOCUMENTS + 1; stop += 3)
            check_stop(save, stop, -1);
    for (int between = 0; between < 4; between++)
        for (int save = between; save <= DOCUMENTS; save += 3)
            check_stop(save, DOCUMENTS + 1, between);
}
END_TEST

START_TEST(test_wrong_states)
{
    tkz__buffer state;
    tkz_error error;
    tkz__buffer_init(&state, NULL);
    tkz__token_shards *shards = open_writer(directory, 65499, NULL);
    append_range(shards, 0, DOCUMENTS);
    ck_assert_status(tkz__token_shards_save(shards, &state, NULL));
    size_t last = tkz__token_shards_count(shards) - 1, size;
    tkz__token_shards_free(shards);
    ck_assert_int_eq(tkz__token_shards_new(&shards, directory, "part", 65498, SHARD_SIZE, &state,
                                           NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    /* A state of text shards is none of token shards. */
    state.data[8] = 1;
    tkz__store_u64(state.data + state.size - 8, tkz__hash64(state.data, state.size - 8));
    ck_assert_int_eq(tkz__token_shards_new(&shards, directory, "part", 65499, SHARD_SIZE, &state,
                                           NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    state.data[8] = 2;
    tkz__store_u64(state.data + state.size - 8, tkz__hash64(state.data, state.size - 8));
    tkz__token_shards_free(open_writer(directory, 65499, &state));
    char path[400];
    snprintf(path, sizeof path, "%s/part-%05zu_text_document.bin.part", directory, last);
    char *bytes = test_read_file(path, &size);
    bytes[0] ^= 1;
    test_write_file(path, bytes, size);
    free(bytes);
    ck_assert_int_eq(tkz__token_shards_new(&shards, directory, "part", 65499, SHARD_SIZE, &state,
                                           NULL, &error),
                     TKZ_STATUS_CORRUPT);
    tkz__buffer_free(&state);
}
END_TEST

START_TEST(test_refusals)
{
    tkz_error error;
    tkz__token_shards *shards;
    ck_assert_int_eq(tkz__token_shards_new(&shards, directory, "part", 0x80000000, 0, NULL, NULL,
                                           &error),
                     TKZ_STATUS_LIMIT);
    shards = open_writer(directory, 65499, NULL);
    append_range(shards, 0, 5);
    /* A refused batch leaves no trace, even if its first documents are right. */
    uint32_t wrong[] = {1, 2, 65499};
    uint64_t limits[] = {0, 2, 3};
    ck_assert_int_eq(tkz__token_shards_append(shards, wrong, limits, 2, &error),
                     TKZ_STATUS_BAD_ID);
    ck_assert_ptr_nonnull(strstr(error.message, "65499"));
    uint64_t decreasing[] = {2, 1, 3};
    ck_assert_int_eq(tkz__token_shards_append(shards, wrong, decreasing, 2, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    uint64_t huge[] = {0, (uint64_t)INT32_MAX + 1};
    ck_assert_int_eq(tkz__token_shards_append(shards, wrong, huge, 1, &error), TKZ_STATUS_LIMIT);
    append_range(shards, 5, DOCUMENTS);
    ck_assert_status(tkz__token_shards_finish(shards, NULL));
    ck_assert_int_eq(tkz__token_shards_append(shards, ids, offsets, 1, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__token_shards_finish(shards, &error), TKZ_STATUS_INVALID_ARGUMENT);
    tkz__token_shards_free(shards);
    expect_reference();
}
END_TEST

/* ---- Hostile files ---------------------------------------------------- */

static tkz_status open_bytes(const void *bin, size_t bin_size, const void *idx, size_t idx_size,
                             tkz_token_shard **shard, tkz_error *error)
{
    char path[400];
    snprintf(path, sizeof path, "%s/x.bin", directory);
    test_write_file(path, bin, bin_size);
    snprintf(path, sizeof path, "%s/x.idx", directory);
    test_write_file(path, idx, idx_size);
    return tkz_token_shard_open(shard, path, NULL, error);
}

static tkz_status open_changed(size_t at, uint8_t value, tkz_error *error)
{
    char idx[sizeof idx16];
    tkz_token_shard *shard;
    memcpy(idx, idx16, sizeof idx);
    idx[at] = (char)value;
    tkz_status status = open_bytes("\1\0\x34\x12\2\0", 6, idx, sizeof idx - 1, &shard, error);
    tkz_token_shard_free(shard);
    return status;
}

START_TEST(test_hostile_indexes)
{
    tkz_error error;
    tkz_token_shard *shard;
    ck_assert_int_eq(open_changed(7, 1, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_int_eq(open_changed(9, 2, &error), TKZ_STATUS_BAD_VERSION);
    ck_assert_int_eq(open_changed(17, 5, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_int_eq(open_changed(17, 4, &error), TKZ_STATUS_CORRUPT); /* 4 bytes an id: no fit */
    ck_assert_int_eq(open_changed(18, 2, &error), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(open_changed(25, 0x80, &error), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(open_changed(26, 3, &error), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(open_changed(33, 0x80, &error), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(open_changed(34, 1, &error), TKZ_STATUS_CORRUPT); /* .bin is longer */
    ck_assert_int_eq(open_changed(37, 0x80, &error), TKZ_STATUS_CORRUPT); /* negative length */
    ck_assert_int_eq(open_changed(46, 3, &error), TKZ_STATUS_CORRUPT); /* pointer behind the end */
    ck_assert_int_eq(open_changed(53, 0xFF, &error), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(open_changed(70, 1, &error), TKZ_STATUS_CORRUPT); /* first document */
    ck_assert_int_eq(open_changed(78, 3, &error), TKZ_STATUS_CORRUPT); /* not ascending */
    ck_assert_int_eq(open_changed(94, 2, &error), TKZ_STATUS_CORRUPT); /* not all sequences */
    ck_assert_int_eq(open_changed(94, 4, &error), TKZ_STATUS_CORRUPT);
    ck_assert_status(open_changed(34, 2, &error));
    for (size_t size = 0; size + 1 < sizeof idx16; size++)
        ck_assert_int_ne(open_bytes("\1\0\x34\x12\2\0", 6, idx16, size, &shard, &error), TKZ_OK);
    ck_assert_int_eq(open_bytes("\1\0\x34\x12\2", 5, idx16, sizeof idx16 - 1, &shard, &error),
                     TKZ_STATUS_CORRUPT);
    /* Three bytes of modes behind the index: multimodal. */
    ck_assert_int_eq(open_bytes("\1\0\x34\x12\2\0", 6, idx16, sizeof idx16 - 1 + 1, &shard, &error),
                     TKZ_STATUS_CORRUPT);
    char modes[sizeof idx16 + 2] = {0};
    memcpy(modes, idx16, sizeof idx16 - 1);
    ck_assert_int_eq(open_bytes("\1\0\x34\x12\2\0", 6, modes, sizeof modes, &shard, &error),
                     TKZ_STATUS_UNSUPPORTED);
    /* A negative id is found where it is read. */
    ck_assert_status(open_bytes("\1\0\0\0\x34\x12\0\x80\2\0\0\0", 12, idx32, sizeof idx32 - 1,
                                &shard, &error));
    uint32_t read[2];
    size_t count;
    ck_assert_int_eq(tkz_token_shard_document(shard, 0, read, 2, &count, &error),
                     TKZ_STATUS_CORRUPT);
    tkz_token_shard_free(shard);
    ck_assert_int_eq(tkz_token_shard_open(&shard, "/nonexistent/x", NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
}
END_TEST

/* Random damage never reads outside of the files (run under sanitizers). */
START_TEST(test_random_damage)
{
    uint64_t random = 41;
    for (int round = 0; round < 2000; round++) {
        char idx[sizeof idx16];
        memcpy(idx, idx16, sizeof idx);
        for (int k = 0; k < 2; k++)
            idx[18 + test_random(&random) % (sizeof idx - 19)] =
                (char)(test_random(&random) % 5 * 63);
        tkz_token_shard *shard;
        if (open_bytes("\1\0\x34\x12\2\0", 6, idx, sizeof idx - 1, &shard, NULL) != TKZ_OK)
            continue;
        for (uint64_t i = 0; i < tkz_token_shard_document_count(shard); i++) {
            uint32_t read[8];
            size_t count;
            ck_assert_status(tkz_token_shard_document(shard, i, read, 8, &count, NULL));
            ck_assert_uint_le(count, 3);
        }
        tkz_token_shard_free(shard);
    }
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz__token_shards *shards = NULL;
    tkz__buffer state;
    tkz__buffer_init(&state, allocator);
    tkz_status status = tkz__token_shards_new(&shards, directory, "part", 65499, SHARD_SIZE, NULL,
                                              allocator, NULL);
    if (status == TKZ_OK)
        status = tkz__token_shards_append(shards, ids, offsets, DOCUMENTS, NULL);
    if (status == TKZ_OK)
        status = tkz__token_shards_save(shards, &state, NULL);
    tkz__token_shards_free(shards);
    shards = NULL;
    if (status == TKZ_OK)
        status = tkz__token_shards_new(&shards, directory, "part", 65499, SHARD_SIZE, &state,
                                       allocator, NULL);
    if (status == TKZ_OK)
        status = tkz__token_shards_finish(shards, NULL);
    tkz__token_shards_free(shards);
    tkz__buffer_free(&state);
    char path[400];
    snprintf(path, sizeof path, "%s/part-00000_text_document", directory);
    tkz_token_shard *shard = NULL;
    if (status == TKZ_OK)
        status = tkz_token_shard_open(&shard, path, allocator, NULL);
    tkz_token_shard_free(shard);
    return status;
}

START_TEST(test_allocation_failures)
{
    test_all_allocation_failures(attempt, NULL);
    expect_reference();
}
END_TEST

Suite *suite_token_shards(void)
{
    Suite *suite = suite_create("token_shards");
    TCase *tests = tcase_create("token_shards");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_exact_bytes);
    tcase_add_test(tests, test_read_back);
    tcase_add_test(tests, test_empty_documents_only);
    tcase_add_test(tests, test_resume_everywhere);
    tcase_add_test(tests, test_wrong_states);
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_hostile_indexes);
    tcase_add_test(tests, test_random_damage);
    tcase_add_test(tests, test_allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
