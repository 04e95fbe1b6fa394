/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of word tables: writing, reading, damage, weights, sums of tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "tokenize/count.h"
#include "train/word_table.h"

Suite *suite_word_table(void);

static const char *const names[] = {"books", "web"};
static const tkz__word_head two_sources = {{"llama3", "lines", "", ""}, names, 2};

/* Words for a table, given out one by one. */
typedef struct word_list {
    const tkz__word_entry *entries;
    size_t count;
    size_t next;
} word_list;

static tkz_status list_next(void *context, tkz__word_entry *entry, bool *done, tkz_error *error)
{
    word_list *list = context;
    (void)error;
    *done = list->next == list->count;
    if (!*done)
        *entry = list->entries[list->next++];
    return TKZ_OK;
}

static tkz_status append(void *context, const void *data, size_t size, tkz_error *error)
{
    return tkz__buffer_append(context, data, size, error);
}

static tkz_status try_table(tkz__buffer *buffer, const tkz__word_head *head,
                            const tkz__word_entry *entries, size_t count,
                            const tkz_allocator *allocator, tkz_error *error)
{
    word_list list = {entries, count, 0};
    tkz__word_sink sink = {buffer, append};
    tkz__word_stream stream = {&list, list_next};
    return tkz__word_table_write(sink, head, 1, stream, NULL, allocator, error);
}

static void make_table(tkz__buffer *buffer, const tkz__word_head *head,
                       const tkz__word_entry *entries, size_t count)
{
    tkz__buffer_init(buffer, NULL);
    ck_assert_status(try_table(buffer, head, entries, count, NULL, NULL));
}

static tkz_status open_table(tkz__word_table_reader **reader, tkz__block_file *file,
                             const void *data, size_t size, tkz_error *error)
{
    ck_assert_status(tkz__block_file_of_memory(file, "table", data, size, NULL, NULL));
    return tkz__word_table_reader_new(reader, file, 0, size, NULL, error);
}

/* Reads all of a table. */
static tkz_status read_table(const void *data, size_t size, uint64_t *words, tkz_error *error)
{
    tkz__block_file file;
    tkz__word_table_reader *reader;
    tkz__word_entry entry;
    bool done = false;
    *words = 0;
    tkz_status status = open_table(&reader, &file, data, size, error);
    while (status == TKZ_OK && !done) {
        status = tkz__word_table_reader_next(reader, &entry, &done, error);
        *words += status == TKZ_OK && !done;
    }
    if (status != TKZ_OK && reader != NULL) {
        tkz_error again;
        ck_assert_int_eq(tkz__word_table_reader_next(reader, &entry, &done, &again), status);
        ck_assert_str_eq(again.message, error->message);
    }
    tkz__word_table_reader_free(reader);
    tkz__block_file_close(&file);
    return status;
}

static const uint64_t counts_a[] = {1, 2}, counts_b[] = {0, 7}, counts_c[] = {5, 0},
                      counts_d[] = {300, UINT64_C(1) << 40};
#define WORD(text, counts) {(const uint8_t *)(text), sizeof(text) - 1, counts}
static const tkz__word_entry some[] = {
    WORD("a", counts_a),       WORD("a\0", counts_b),  WORD("a\0\0", counts_a), WORD("ab", counts_c),
    WORD("abc\xFF", counts_b), WORD("b", counts_d),    WORD("今", counts_a),    WORD("今日", counts_c),
    WORD("\xFF\xFF", counts_d)};
enum { SOME = sizeof some / sizeof some[0] };

START_TEST(test_round_trip)
{
    tkz__buffer buffer;
    tkz__block_file file;
    tkz__word_table_reader *reader;
    tkz__word_entry entry;
    bool done;
    make_table(&buffer, &two_sources, some, SOME);
    ck_assert_status(open_table(&reader, &file, buffer.data, buffer.size, NULL));
    const tkz__word_head *head = tkz__word_table_reader_head(reader);
    ck_assert_str_eq(head->facts[TKZ__WORD_PRE_TOKENIZER], "llama3");
    ck_assert_str_eq(head->facts[TKZ__WORD_CUT], "lines");
    ck_assert_str_eq(head->facts[TKZ__WORD_BOUNDARIES], "");
    ck_assert_uint_eq(head->source_count, 2);
    ck_assert_str_eq(head->sources[1], "web");
    const tkz__word_sums *sums = tkz__word_table_reader_sums(reader);
    ck_assert_uint_eq(sums->totals.types, SOME);
    ck_assert_uint_eq(sums->tokens[0], 1 + 1 + 5 + 300 + 1 + 5 + 300);
    ck_assert_uint_eq(sums->totals.longest, 4);
    ck_assert_uint_eq(sums->totals.longest_bytes, 6);
    for (size_t i = 0; i < SOME; i++) {
        ck_assert_status(tkz__word_table_reader_next(reader, &entry, &done, NULL));
        ck_assert(!done && entry.size == some[i].size);
        ck_assert_mem_eq(entry.word, some[i].word, entry.size);
        ck_assert_mem_eq(entry.counts, some[i].counts, 2 * sizeof(uint64_t));
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_status(tkz__word_table_reader_next(reader, &entry, &done, NULL));
        ck_assert(done);
    }
    tkz__word_table_reader_free(reader);
    tkz__block_file_close(&file);
    tkz__buffer_free(&buffer);
}
END_TEST

/* Many blocks, and words of the largest size. */
START_TEST(test_large)
{
    enum { MANY = 30000 };
    tkz__word_entry *entries = calloc(MANY + 2, sizeof *entries);
    uint8_t *words = malloc(MANY * 24), *longest = malloc(TKZ__WORD_LIMIT + 1);
    static const uint64_t one[] = {1};
    static const char *const all[] = {"all"};
    const tkz__word_head head = {{"none", "", "", ""}, all, 1};
    ck_assert(entries != NULL && words != NULL && longest != NULL);
    for (size_t i = 0; i < MANY; i++) {
        int size = snprintf((char *)words + i * 24, 24, "%010zu and more", i);
        entries[i] = (tkz__word_entry){words + i * 24, (size_t)size, one};
    }
    memset(longest, 'z', TKZ__WORD_LIMIT + 1);
    entries[MANY] = (tkz__word_entry){longest, TKZ__WORD_LIMIT - 1, one};
    entries[MANY + 1] = (tkz__word_entry){longest, TKZ__WORD_LIMIT, one};
    tkz__buffer buffer;
    uint64_t read;
    tkz_error error;
    make_table(&buffer, &head, entries, MANY + 2);
    ck_assert_status(read_table(buffer.data, buffer.size, &read, &error));
    ck_assert_uint_eq(read, MANY + 2);
    tkz__buffer_clear(&buffer);
    entries[MANY + 1].size++;
    ck_assert_int_eq(try_table(&buffer, &head, entries, MANY + 2, NULL, &error),
                     TKZ_STATUS_INTERNAL);
    tkz__buffer_free(&buffer);
    free(entries);
    free(words);
    free(longest);
}
END_TEST

START_TEST(test_refused)
{
    tkz__buffer buffer;
    tkz_error error;
    static const char *const descending[] = {"web", "books"}, *const empty[] = {""};
    const tkz__word_head bad_order = {{"", "", "", ""}, descending, 2};
    const tkz__word_head no_name = {{"", "", "", ""}, empty, 1}, none = {{"", "", "", ""}, empty, 0};
    tkz__buffer_init(&buffer, NULL);
    ck_assert_int_eq(try_table(&buffer, &bad_order, some, 1, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(try_table(&buffer, &no_name, some, 1, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(try_table(&buffer, &none, some, 1, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    const tkz__word_entry twice[] = {some[0], some[0]}, back[] = {some[3], some[0]};
    ck_assert_int_eq(try_table(&buffer, &two_sources, twice, 2, NULL, &error),
                     TKZ_STATUS_INTERNAL);
    ck_assert_int_eq(try_table(&buffer, &two_sources, back, 2, NULL, &error), TKZ_STATUS_INTERNAL);
    static const uint64_t huge[] = {UINT64_MAX, 1}, large[] = {UINT64_MAX / 2, 0};
    const tkz__word_entry sum[] = {WORD("a", huge)}, bytes[] = {WORD("abc", large)};
    ck_assert_int_eq(try_table(&buffer, &two_sources, sum, 1, NULL, &error), TKZ_STATUS_OVERFLOW);
    ck_assert_int_eq(try_table(&buffer, &two_sources, bytes, 1, NULL, &error),
                     TKZ_STATUS_OVERFLOW);
    tkz__buffer_free(&buffer);
}
END_TEST

/* Every cut and every changed byte is found out: the head and the sums have a hash, blocks have
 * zstd's checksum, and what is between them must fit. */
START_TEST(test_damage)
{
    tkz__buffer buffer;
    tkz_error error;
    uint64_t words;
    make_table(&buffer, &two_sources, some, SOME);
    uint8_t *copy = malloc(buffer.size);
    ck_assert_ptr_nonnull(copy);
    for (size_t size = 0; size < buffer.size; size++) {
        uint8_t *cut = malloc(size == 0 ? 1 : size); /* of the exact size, for the sanitizer */
        memcpy(cut, buffer.data, size);
        ck_assert_int_ne(read_table(cut, size, &words, &error), TKZ_OK);
        free(cut);
    }
    for (size_t i = 0; i < buffer.size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(copy, buffer.data, buffer.size);
            copy[i] ^= (uint8_t)(1u << bit);
            tkz_status status = read_table(copy, buffer.size, &words, &error);
            /* zstd ignores one bit of a frame's header ("unused bit"). */
            ck_assert_msg(status != TKZ_OK || words == SOME, "byte %zu, bit %u", i, bit);
        }
    }
    ck_assert_status(read_table(buffer.data, buffer.size, &words, &error));
    memcpy(copy, buffer.data, buffer.size);
    copy[0] ^= 1;
    ck_assert_int_eq(read_table(copy, buffer.size, &words, &error), TKZ_STATUS_BAD_FORMAT);
    copy[0] ^= 1;
    copy[8] = 2;
    ck_assert_int_eq(read_table(copy, buffer.size, &words, &error), TKZ_STATUS_BAD_VERSION);
    ck_assert_int_eq(read_table(buffer.data, buffer.size - 1, &words, &error),
                     TKZ_STATUS_TRUNCATED);
    free(copy);
    tkz__buffer_free(&buffer);
}
END_TEST

/* ---- Files ------------------------------------------------------------------ */

static void write_table(const char *path, const tkz__word_head *head,
                        const tkz__word_entry *entries, size_t count)
{
    tkz__buffer buffer;
    make_table(&buffer, head, entries, count);
    test_write_file(path, buffer.data, buffer.size);
    tkz__buffer_free(&buffer);
}

START_TEST(test_weights)
{
    char directory[64], path[96];
    tkz_word_table *table;
    tkz_word word;
    tkz_error error;
    int32_t done;
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/t.wct", directory);
    write_table(path, &two_sources, some, SOME);
    ck_assert_status(tkz_word_table_open(&table, path, NULL, NULL));
    ck_assert_int_eq(tkz_word_table_set_weight(table, "films", 1, 1, &error),
                     TKZ_STATUS_NOT_FOUND);
    ck_assert_int_eq(tkz_word_table_set_weight(table, "web", 1, 0, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_word_table_set_weight(table, "web", (1 << 20) + 1, 1, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz_word_table_set_weight(table, "books", 1, (1 << 20) - 1, NULL));
    ck_assert_int_eq(tkz_word_table_set_weight(table, "web", 1, 1 << 20, &error),
                     TKZ_STATUS_LIMIT);
    ck_assert_status(tkz_word_table_set_weight(table, "books", 1, 2, NULL));
    ck_assert_status(tkz_word_table_set_weight(table, "web", 1, 3, NULL));
    /* a: 1/2 + 2/3 = 7/6; a\0: 7/3; a\0\0 = a; ab: 5/2 goes up; abc\xFF: 7/3 */
    static const uint64_t expected[] = {1, 2, 1, 3, 2};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_status(tkz_word_table_next(table, &word, &done, NULL));
        ck_assert_uint_eq(word.count, expected[i]);
        ck_assert_uint_eq(word.counts[1], some[i].counts[1]);
    }
    ck_assert_int_eq(tkz_word_table_set_weight(table, "web", 1, 1, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_word_table_close(table);

    /* A source without weight, and a word that becomes too frequent. */
    ck_assert_status(tkz_word_table_open(&table, path, NULL, NULL));
    ck_assert_status(tkz_word_table_set_weight(table, "books", 0, 1, NULL));
    ck_assert_status(tkz_word_table_set_weight(table, "web", 1 << 20, 1, NULL));
    uint64_t words = 0;
    tkz_status status = tkz_word_table_next(table, &word, &done, NULL);
    for (; status == TKZ_OK && !done; words++)
        status = tkz_word_table_next(table, &word, &done, NULL);
    ck_assert_int_eq(status, TKZ_OK);
    ck_assert_uint_eq(words, SOME - 2);
    tkz_word_table_close(table);
    static const uint64_t huge[] = {0, UINT64_C(1) << 63};
    const tkz__word_entry many[] = {WORD("a", huge)};
    write_table(path, &two_sources, many, 1);
    ck_assert_status(tkz_word_table_open(&table, path, NULL, NULL));
    ck_assert_status(tkz_word_table_set_weight(table, "web", 2, 1, NULL));
    ck_assert_int_eq(tkz_word_table_next(table, &word, &done, &error), TKZ_STATUS_OVERFLOW);
    tkz_word_table_close(table);
    test_remove_tree(directory);
}
END_TEST

START_TEST(test_merge)
{
    char directory[64], a[96], b[96], ab[96], ba[96], aab[96];
    static const char *const other_names[] = {"films", "web"};
    const tkz__word_head other = {{"llama3", "lines", "", ""}, other_names, 2};
    const tkz__word_head foreign = {{"gpt2", "lines", "", ""}, other_names, 2};
    const tkz__word_entry more[] = {some[1], some[3], WORD("zz", counts_a)};
    tkz_word_totals totals;
    tkz_word_table_info info;
    tkz_word_table *table;
    tkz_word word;
    tkz_error error;
    int32_t done;
    test_make_directory(directory, sizeof directory);
    snprintf(a, sizeof a, "%s/a", directory);
    snprintf(b, sizeof b, "%s/b", directory);
    snprintf(ab, sizeof ab, "%s/ab", directory);
    snprintf(ba, sizeof ba, "%s/ba", directory);
    snprintf(aab, sizeof aab, "%s/aab", directory);
    write_table(a, &two_sources, some, SOME);
    write_table(b, &other, more, 3);
    ck_assert_status(tkz_word_table_merge((const char *const[]){a, b}, 2, ab, &totals, NULL, NULL));
    ck_assert_status(tkz_word_table_merge((const char *const[]){b, a}, 2, ba, NULL, NULL, NULL));
    ck_assert_uint_eq(totals.types, SOME + 1);
    size_t ab_size, ba_size;
    char *ab_bytes = test_read_file(ab, &ab_size), *ba_bytes = test_read_file(ba, &ba_size);
    ck_assert_uint_eq(ab_size, ba_size);
    ck_assert_mem_eq(ab_bytes, ba_bytes, ab_size);
    free(ab_bytes);
    free(ba_bytes);

    ck_assert_status(tkz_word_table_merge((const char *const[]){a, ab}, 2, aab, NULL, NULL, NULL));
    ck_assert_status(tkz_word_table_open(&table, aab, NULL, NULL));
    tkz_word_table_describe(table, &info);
    ck_assert_uint_eq(info.source_count, 3);
    ck_assert_str_eq(tkz_word_table_source(table, 1, NULL), "films");
    ck_assert_ptr_null(tkz_word_table_source(table, 3, NULL));
    for (int i = 0; i < 2; i++)
        ck_assert_status(tkz_word_table_next(table, &word, &done, NULL));
    /* a\0: books 0, films 0, web 7 + 7 + 7 */
    ck_assert_uint_eq(word.count, 21);
    ck_assert_uint_eq(word.counts[2], 21);
    tkz_word_table_close(table);

    write_table(b, &foreign, more, 3);
    ck_assert_int_eq(tkz_word_table_merge((const char *const[]){a, b}, 2, ab, NULL, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_word_table_merge(NULL, 0, ab, NULL, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_word_table_merge((const char *const[]){directory}, 1, ab, NULL, NULL,
                                          &error),
                     TKZ_STATUS_BAD_FORMAT);
    test_remove_tree(directory);
}
END_TEST

static tkz_status write_and_merge(void *context, const tkz_allocator *allocator)
{
    const char *path = context;
    char out[96];
    snprintf(out, sizeof out, "%s.out", path);
    const char *const paths[] = {path, path};
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, allocator);
    tkz_status status = try_table(&buffer, &two_sources, some, SOME, allocator, NULL);
    tkz__buffer_free(&buffer);
    return status == TKZ_OK ? tkz_word_table_merge(paths, 2, out, NULL, allocator, NULL) : status;
}

START_TEST(test_failing_allocator)
{
    char directory[64], path[80];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/t", directory);
    write_table(path, &two_sources, some, SOME);
    test_all_allocation_failures(write_and_merge, path);
    test_remove_tree(directory);
}
END_TEST

Suite *suite_word_table(void)
{
    Suite *suite = suite_create("word_table");
    TCase *tcase = tcase_create("core");
    tcase_add_test(tcase, test_round_trip);
    tcase_add_test(tcase, test_large);
    tcase_add_test(tcase, test_refused);
    tcase_add_test(tcase, test_damage);
    tcase_add_test(tcase, test_weights);
    tcase_add_test(tcase, test_merge);
    tcase_add_test(tcase, test_failing_allocator);
    suite_add_tcase(suite, tcase);
    return suite;
}
