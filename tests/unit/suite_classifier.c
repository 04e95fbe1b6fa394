/* SPDX-License-Identifier: Apache-2.0
 *
 * fastText models: labels and probabilities of a small model counted by hand, every damaged
 * or shortened file refused with a place, allocation failures.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/fasttext_model.h"
#include "core/buffer.h"
#include "testing.h"
#include "tokenize/clean.h"

Suite *suite_classifier(void);

enum { COLUMNS = 2, WORDS = 3, LABELS = 2, BUCKETS = 4, ROWS = WORDS + BUCKETS };

static tkz__buffer file;

static void put_u32(uint32_t value)
{
    ck_assert_status(tkz__buffer_append_u32(&file, value, NULL));
}

static void put_u64(uint64_t value)
{
    ck_assert_status(tkz__buffer_append_u64(&file, value, NULL));
}

static void put_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(bits);
}

static void put_word(const char *word, uint64_t count, uint8_t type)
{
    ck_assert_status(tkz__buffer_append(&file, word, strlen(word) + 1, NULL));
    put_u64(count);
    ck_assert_status(tkz__buffer_append_byte(&file, type, NULL));
}

/* Rows of the words are (i, -i), of n-grams (0, 0); labels are (1, 0) and (0, 1). */
static void make_model(uint32_t loss, uint32_t longest)
{
    tkz__buffer_clear(&file);
    put_u32(793712314);
    put_u32(12);
    const uint32_t settings[] = {COLUMNS, 5, 5, 1, 5, 1, loss, 3, BUCKETS, 2, longest, 100};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        put_u32(settings[i]);
    put_u64(0);
    put_u32(WORDS + LABELS);
    put_u32(WORDS);
    put_u32(LABELS);
    put_u64(20);
    put_u64(UINT64_MAX);
    put_word("</s>", 9, 0);
    put_word("\xE7\x8C\xAB", 8, 0);
    put_word("dog", 7, 0);
    put_word("__label__x", 6, 1);
    put_word("__label__y", 5, 1);
    ck_assert_status(tkz__buffer_append_byte(&file, 0, NULL));
    put_u64(ROWS);
    put_u64(COLUMNS);
    for (int i = 0; i < ROWS; i++) {
        put_float(i < WORDS ? (float)i : 0.0f);
        put_float(i < WORDS ? (float)-i : 0.0f);
    }
    ck_assert_status(tkz__buffer_append_byte(&file, 0, NULL));
    put_u64(LABELS);
    put_u64(COLUMNS);
    put_float(1);
    put_float(0);
    put_float(0);
    put_float(1);
}

static void setup(void)
{
    tkz_allocator plain = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&file, &plain);
    make_model(TKZ__FASTTEXT_SOFTMAX, 0);
}

static void teardown(void)
{
    tkz__buffer_free(&file);
}

static tkz_classifier *open_model(void)
{
    tkz_classifier *model;
    tkz_error error;
    tkz_status status = tkz__fasttext_read(&model, "m.bin", file.data, file.size, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return model;
}

static void assert_refused(tkz_status wanted)
{
    tkz_classifier *model;
    tkz_error error = {0};
    tkz_status status = tkz__fasttext_read(&model, "m.bin", file.data, file.size, NULL, &error);
    ck_assert_int_eq(status, wanted);
    ck_assert_ptr_null(model);
    ck_assert_str_eq(error.where, "m.bin");
    ck_assert_uint_ne(error.message[0], 0);
    ck_assert_uint_le(error.offset, file.size);
}

START_TEST(test_labels)
{
    tkz_classifier *model = open_model();
    ck_assert_uint_eq(tkz_classifier_label_count(model), LABELS);
    ck_assert_str_eq(tkz_classifier_label(model, 1), "__label__y");
    ck_assert_ptr_null(tkz_classifier_label(model, LABELS));
    ck_assert_uint_eq(tkz_classifier_find_label(model, "y"), 1);
    ck_assert_uint_eq(tkz_classifier_find_label(model, "__label__x"), 0);
    ck_assert_uint_eq(tkz_classifier_find_label(model, "z"), SIZE_MAX);
    tkz_classifier_free(model);
}
END_TEST

/* "猫 dog" and the line end: rows 1, 2, 0; their mean is (1, -1). */
START_TEST(test_probabilities)
{
    const char *const texts[] = {"\xE7\x8C\xAB dog", "\n\xE7\x8C\xAB\t\ndog \n",
                                 "unknown __label__x __label__new \xE7\x8C\xAB dog",
                                 "\xE7\x8C\xAB dog </s> dog dog"};
    tkz_classifier *model = open_model();
    tkz_predictor *predictor;
    ck_assert_status(tkz_predictor_new(&predictor, model, NULL, NULL));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const tkz_prediction *found;
        size_t count;
        ck_assert_status(tkz_predictor_predict(predictor, texts[i], strlen(texts[i]), 0, 0.0f,
                                               &found, &count, NULL));
        ck_assert_uint_eq(count, 2);
        ck_assert_str_eq(found[0].label, "__label__x");
        ck_assert_float_eq_tol(found[0].probability, 1 / (1 + expf(-2)) + 1e-5f, 1e-6f);
        ck_assert_float_eq_tol(found[1].probability, 1 / (1 + expf(2)) + 1e-5f, 1e-6f);
        ck_assert_status(tkz_predictor_predict(predictor, texts[i], strlen(texts[i]), 1, 0.9f,
                                               &found, &count, NULL));
        ck_assert_uint_eq(count, 0);
    }
    tkz_predictor_free(predictor);
    tkz_classifier_free(model);
}
END_TEST

/* A million words, and one word of a million characters, in blocks of rows. */
START_TEST(test_long_texts)
{
    const size_t size = 3000000 / TEST_SHORTER;
    char *text = malloc(size);
    make_model(TKZ__FASTTEXT_ONE_VS_ALL, 3);
    tkz_classifier *model = open_model();
    tkz_predictor *predictor;
    const tkz_prediction *found;
    size_t count;
    ck_assert_status(tkz_predictor_new(&predictor, model, NULL, NULL));
    for (int spaces = 0; spaces < 2; spaces++) {
        for (size_t i = 0; i < size; i++)
            text[i] = spaces && i % 3 == 2 ? ' ' : 'a';
        ck_assert_status(
            tkz_predictor_predict(predictor, text, size, 0, 0.0f, &found, &count, NULL));
        ck_assert_uint_eq(count, 2);
        ck_assert_float_eq_tol(found[0].probability, 0.5f, 1e-3f);
    }
    tkz_predictor_free(predictor);
    tkz_classifier_free(model);
    free(text);
}
END_TEST

START_TEST(test_every_shorter_file_is_refused)
{
    size_t whole = file.size;
    for (file.size = 0; file.size < whole; file.size++) {
        tkz_classifier *model;
        tkz_error error = {0};
        uint8_t *copy = malloc(file.size + 1); /* for the address sanitizer */
        memcpy(copy, file.data, file.size);
        tkz_status status = tkz__fasttext_read(&model, "m", copy, file.size, NULL, &error);
        ck_assert_msg(status == TKZ_STATUS_TRUNCATED ||
                          (file.size < 8 && status == TKZ_STATUS_BAD_FORMAT),
                      "%zu bytes: %s", file.size, tkz_status_name(status));
        ck_assert_uint_ne(error.message[0], 0);
        free(copy);
    }
}
END_TEST

static void put_at(size_t place, uint32_t value)
{
    tkz__store_u32(file.data + place, value);
}

START_TEST(test_wrong_numbers)
{
    static const struct {
        size_t place;
        uint32_t value;
        tkz_status status;
    } cases[] = {
        {0, 1, TKZ_STATUS_BAD_FORMAT},      {4, 13, TKZ_STATUS_BAD_VERSION},
        {8, 0, TKZ_STATUS_CORRUPT},         {8, 3, TKZ_STATUS_CORRUPT},
        {28, 2000, TKZ_STATUS_LIMIT},       {32, 0, TKZ_STATUS_CORRUPT},
        {32, 5, TKZ_STATUS_CORRUPT},        {36, 1, TKZ_STATUS_UNSUPPORTED},
        {36, 9, TKZ_STATUS_CORRUPT},        {40, UINT32_MAX, TKZ_STATUS_CORRUPT},
        {48, 1000, TKZ_STATUS_LIMIT},       {64, 4, TKZ_STATUS_CORRUPT},
        {68, UINT32_MAX, TKZ_STATUS_CORRUPT}, {72, 0, TKZ_STATUS_CORRUPT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_model(TKZ__FASTTEXT_HIERARCHICAL, 3);
        put_at(cases[i].place, cases[i].value);
        assert_refused(cases[i].status);
    }
    make_model(TKZ__FASTTEXT_SOFTMAX, 3); /* buckets without rows */
    put_at(40, BUCKETS + 1);
    assert_refused(TKZ_STATUS_CORRUPT);
}
END_TEST

/* Whatever a byte is changed to, a text gets labels or an error. */
START_TEST(test_changed_bytes)
{
    for (size_t place = 8; place < file.size; place++) {
        for (int loss = 1; loss <= 4; loss++) {
            tkz_classifier *model;
            tkz_predictor *predictor;
            const tkz_prediction *found;
            size_t count;
            make_model((uint32_t)loss, 3);
            file.data[place] ^= (uint8_t)(1 << (place + (size_t)loss) % 8);
            if (tkz__fasttext_read(&model, "m", file.data, file.size, NULL, NULL) != TKZ_OK)
                continue;
            ck_assert_status(tkz_predictor_new(&predictor, model, NULL, NULL));
            tkz_status status =
                tkz_predictor_predict(predictor, "dog dig", 7, 0, 0.0f, &found, &count, NULL);
            ck_assert(status == TKZ_OK || status == TKZ_STATUS_CORRUPT);
            tkz_predictor_free(predictor);
            tkz_classifier_free(model);
        }
    }
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_classifier *model = NULL;
    tkz_predictor *predictor = NULL;
    (void)context;
    tkz_status status = tkz__fasttext_read(&model, "m", file.data, file.size, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_predictor_new(&predictor, model, allocator, NULL);
    tkz_predictor_free(predictor);
    tkz_classifier_free(model);
    return status;
}

START_TEST(test_allocation_failures)
{
    make_model(TKZ__FASTTEXT_HIERARCHICAL, 3);
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

START_TEST(test_files)
{
    char directory[64], path[128];
    tkz_classifier *model;
    tkz_error error;
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/m.bin", directory);
    ck_assert_int_eq(tkz_classifier_open(&model, path, NULL, &error), TKZ_STATUS_OPEN_FAILED);
    test_write_file(path, file.data, file.size);
    ck_assert_status(tkz_classifier_open(&model, path, NULL, &error));
    tkz_classifier_free(model);
    test_write_file(path, "", 0);
    ck_assert_int_eq(tkz_classifier_open(&model, path, NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_int_eq(tkz_classifier_open(&model, NULL, NULL, &error), TKZ_STATUS_INVALID_ARGUMENT);
    test_remove_tree(directory);
}
END_TEST

/* The filters: a label by its number, and a model without Japanese. */
START_TEST(test_filters)
{
    char directory[64], path[128], json[640];
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error;
    double value;
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/m.bin", directory);
    test_write_file(path, file.data, file.size);
    snprintf(json, sizeof json, "[{\"name\": \"fasttext\", \"label\": 1, \"file\": \"%s\"}]", path);
    ck_assert_status(tkz_filter_set_new(&set, json, strlen(json), NULL, &error));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    for (int i = 0; i < 2; i++) {
        ck_assert_status(tkz_cleaner_measure(cleaner, "\xE7\x8C\xAB\ndog", 7, &value, NULL));
        ck_assert_double_eq_tol(value, 1 / (1 + exp(2)) + 1e-5, 1e-6);
    }
    ck_assert_status(tkz_cleaner_measure(cleaner, "", 0, &value, NULL));
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    snprintf(json, sizeof json, "[{\"name\": \"fasttext\", \"label\": 2, \"file\": \"%s\"}]", path);
    ck_assert_int_eq(tkz_filter_set_new(&set, json, strlen(json), NULL, &error),
                     TKZ_STATUS_INVALID_RECIPE);
    snprintf(json, sizeof json, "[{\"name\": \"language\", \"file\": \"%s\"}]", path);
    ck_assert_int_eq(tkz_filter_set_new(&set, json, strlen(json), NULL, &error),
                     TKZ_STATUS_BAD_FORMAT);
    test_remove_tree(directory);
}
END_TEST

Suite *suite_classifier(void)
{
    Suite *suite = suite_create("classifier");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, test_labels);
    tcase_add_test(all, test_probabilities);
    tcase_add_test(all, test_long_texts);
    tcase_add_test(all, test_every_shorter_file_is_refused);
    tcase_add_test(all, test_wrong_numbers);
    tcase_add_test(all, test_changed_bytes);
    tcase_add_test(all, test_allocation_failures);
    tcase_add_test(all, test_files);
    tcase_add_test(all, test_filters);
    suite_add_tcase(suite, all);
    return suite;
}
