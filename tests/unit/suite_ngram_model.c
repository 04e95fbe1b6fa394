/* SPDX-License-Identifier: Apache-2.0
 *
 * N-gram models: scores of a small ARPA file added up by hand, n-grams that are missing below longer ones,
 * damaged and shortened files, allocation failures.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/ngram_model.h"
#include "testing.h"
#include "tokenize/clean.h"

Suite *suite_ngram_model(void);

/* "b c" is missing below "a b c". */
static const char small[] = "\\data\\\n"
                            "ngram 1=6\n"
                            "ngram 2=3\n"
                            "ngram 3=1\n"
                            "\n"
                            "\\1-grams:\n"
                            "-2\t<unk>\n"
                            "-99\t<s>\t-0.5\n"
                            "-1\t</s>\n"
                            "-1.5\ta\t-0.25\n"
                            "-1.25\tb\t-0.125\n"
                            "-1.75\tc\n"
                            "\n"
                            "\\2-grams:\n"
                            "-0.5\t<s> a\t-0.0625\n"
                            "-0.75\ta b\t-0.5\n"
                            "-0.25\tc </s>\n"
                            "\n"
                            "\\3-grams:\n"
                            "-0.375\ta b c\n"
                            "\n"
                            "\\end\\\n";

static tkz_ngram_model *open_model(const char *arpa)
{
    tkz_ngram_model *model;
    tkz_error error;
    tkz_status status =
        tkz__ngram_read(&model, "m.arpa", (const uint8_t *)arpa, strlen(arpa), NULL, &error);
    ck_assert_msg(status == TKZ_OK, "line %u: %s", error.line, error.message);
    return model;
}

static void assert_refused(const char *data, size_t size, tkz_status wanted)
{
    tkz_ngram_model *model;
    tkz_error error = {0};
    tkz_status status = tkz__ngram_read(&model, "m", (const uint8_t *)data, size, NULL, &error);
    ck_assert_msg(status == wanted, "%.60s: %s: %s", data, tkz_status_name(status), error.message);
    ck_assert_ptr_null(model);
    ck_assert_uint_ne(error.message[0], 0);
}

/* A copy with the first `from` replaced. */
static char *replaced(const char *from, const char *to)
{
    const char *place = strstr(small, from);
    size_t size = sizeof small + strlen(to);
    char *copy = malloc(size);
    ck_assert_ptr_nonnull(place);
    snprintf(copy, size, "%.*s%s%s", (int)(place - small), small, to, place + strlen(from));
    return copy;
}

START_TEST(test_scores)
{
    static const struct {
        const char *text;
        uint32_t ends;
        float log10;
        uint64_t words, unknown;
    } cases[] = {
        {"", TKZ_NGRAM_SENTENCE, -0.5f - 1, 1, 0},
        {"", 0, 0, 0, 0},
        {"a", TKZ_NGRAM_BEGIN, -0.5f, 1, 0},
        {"a", 0, -1.5f, 1, 0},
        {"\ta\n b ", 0, -1.5f - 0.75f, 2, 0},
        /* "<s> a" backs off to "a b". */
        {"a b", TKZ_NGRAM_BEGIN, -0.5f - 0.0625f - 0.75f, 2, 0},
        {"a b c", TKZ_NGRAM_SENTENCE, -0.5f - 0.0625f - 0.75f - 0.375f - 0.25f, 4, 0},
        /* "b c" is what backing off from b to c costs. */
        {"b c", 0, -1.25f - 0.125f - 1.75f, 2, 0},
        {"zzz a", 0, -2 - 1.5f, 2, 1},
    };
    tkz_ngram_model *model = open_model(small);
    ck_assert_uint_eq(tkz_ngram_model_order(model), 3);
    ck_assert_str_eq(tkz_ngram_model_kind(model), "arpa");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tkz_ngram_score score;
        ck_assert_status(tkz_ngram_model_score(model, cases[i].text, strlen(cases[i].text),
                                               cases[i].ends, &score, NULL));
        ck_assert_float_eq_tol(score.log10, cases[i].log10, 1e-6f);
        ck_assert_uint_eq(score.words, cases[i].words);
        ck_assert_uint_eq(score.unknown, cases[i].unknown);
    }
    tkz_ngram_model_free(model);
}
END_TEST

START_TEST(test_perplexity)
{
    tkz_ngram_model *model = open_model(small);
    double value;
    ck_assert_status(tkz_ngram_model_perplexity(model, "a", 1, &value, NULL));
    ck_assert_double_eq_tol(value, pow(10, (0.5 + 0.0625 + 0.25 + 1) / 2), 1e-6);
    ck_assert_status(tkz_ngram_model_perplexity(model, "a\n", 2, &value, NULL));
    ck_assert_double_eq_tol(value, pow(10, (0.5 + 0.0625 + 0.25 + 1 + 1.5) / 3), 1e-6);
    ck_assert_status(tkz_ngram_model_perplexity(model, NULL, 0, &value, NULL));
    ck_assert_double_eq_tol(value, pow(10, 1.5), 1e-6);
    tkz_ngram_model_free(model);
}
END_TEST

START_TEST(test_hash)
{
    /* Of the words as KenLM's files hold them, by their length. */
    ck_assert_uint_eq(tkz__ngram_word_hash("", 0), 0);
    ck_assert_uint_ne(tkz__ngram_word_hash("12345678", 8), tkz__ngram_word_hash("1234567", 7));
}
END_TEST

START_TEST(test_wrong_arpa)
{
    static const struct {
        const char *from, *to;
        tkz_status status;
    } cases[] = {
        {"\\data\\", "\\other\\", TKZ_STATUS_BAD_FORMAT},
        {"ngram 2=3", "ngram 3=3", TKZ_STATUS_CORRUPT},
        {"ngram 2=3", "ngram 2=many", TKZ_STATUS_CORRUPT},
        {"ngram 2=3", "ngram 2=99999999999", TKZ_STATUS_CORRUPT},
        {"ngram 2=3", "ngram 2=2", TKZ_STATUS_CORRUPT},
        {"ngram 2=3", "ngram 2=4", TKZ_STATUS_CORRUPT},
        {"ngram 2=3\nngram 3=1\n", "", TKZ_STATUS_CORRUPT},
        {"\\2-grams:", "\\7-grams:", TKZ_STATUS_CORRUPT},
        {"-1\t</s>", "-1\t</t>", TKZ_STATUS_CORRUPT},
        {"-1.5\ta", "1.5\ta", TKZ_STATUS_CORRUPT},
        {"-1.5\ta", "-1,5\ta", TKZ_STATUS_CORRUPT},
        {"-1.5\ta\t-0.25", "-1.5\ta\t-x", TKZ_STATUS_CORRUPT},
        {"-1.5\ta\t-0.25", "-1.5\ta\t-0.25\t1", TKZ_STATUS_CORRUPT},
        {"a b c\n", "a b d\n", TKZ_STATUS_CORRUPT},
        {"a b c\n", "a b\n", TKZ_STATUS_CORRUPT},
        {"a b c\n", "a b c\t-1\n", TKZ_STATUS_CORRUPT},
        {"a b c\n", "b a c\n", TKZ_STATUS_CORRUPT},
        {"\\end\\", "", TKZ_STATUS_CORRUPT},
        {"\\end\\\n", "\\end\\\nmore\n", TKZ_STATUS_CORRUPT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *arpa = replaced(cases[i].from, cases[i].to);
        assert_refused(arpa, strlen(arpa), cases[i].status);
        free(arpa);
    }
    assert_refused("", 0, TKZ_STATUS_BAD_FORMAT);
    assert_refused("\x1F\x8B\x08\n", 4, TKZ_STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(test_every_shorter_arpa_is_refused)
{
    for (size_t size = 0; size < sizeof small - 2; size++) {
        char *copy = malloc(size + 1); /* for the address sanitizer */
        tkz_ngram_model *model;
        memcpy(copy, small, size);
        ck_assert_int_ne(tkz__ngram_read(&model, "m", (const uint8_t *)copy, size, NULL, NULL),
                         TKZ_OK);
        free(copy);
    }
}
END_TEST

/* Binary files of each kind, made by KenLM out of the seed's ARPA file. */
START_TEST(test_binary_files)
{
    static const char *const kinds[] = {"probing", "rest_probing", "trie", "quant_trie",
                                        "array_trie", "quant_array_trie"};
    const char *source = getenv("srcdir");
    char path[512];
    tkz_ngram_score wanted, score;
    tkz_ngram_model *model;
    snprintf(path, sizeof path, "%s/fuzz/corpus/ngram_model/arpa", source == NULL ? "." : source);
    ck_assert_status(tkz_ngram_model_open(&model, path, NULL, NULL));
    ck_assert_status(tkz_ngram_model_score(model, "x c d x", 7, 3, &wanted, NULL));
    ck_assert_uint_eq(wanted.unknown, 2);
    tkz_ngram_model_free(model);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t size;
        snprintf(path, sizeof path, "%s/fuzz/corpus/ngram_model/%s", source == NULL ? "." : source,
                 kinds[i]);
        ck_assert_status(tkz_ngram_model_open(&model, path, NULL, NULL));
        ck_assert_str_eq(tkz_ngram_model_kind(model), kinds[i]);
        ck_assert_status(tkz_ngram_model_score(model, "x c d x", 7, 3, &score, NULL));
        /* Quantized weights are others. */
        if (strncmp(kinds[i], "quant", 5) != 0)
            ck_assert_float_eq(score.log10, wanted.log10);
        tkz_ngram_model_free(model);
        char *data = test_read_file(path, &size);
        for (size_t length = 33; length < size; length += 1 + length / 64) {
            char *copy = malloc(length);
            memcpy(copy, data, length);
            if (tkz__ngram_read(&model, "m", (const uint8_t *)copy, length, NULL, NULL) == TKZ_OK) {
                ck_assert_status(tkz_ngram_model_score(model, "x c d x", 7, 3, &score, NULL));
                tkz_ngram_model_free(model);
            }
            free(copy);
        }
        for (size_t place = 40; place < size; place += TEST_SHORTER) {
            data[place] ^= (char)(1 << place % 8);
            if (tkz__ngram_read(&model, "m", (const uint8_t *)data, size, NULL, NULL) == TKZ_OK) {
                ck_assert_status(tkz_ngram_model_score(model, "a b x c d x", 11, 3, &score, NULL));
                tkz_ngram_model_free(model);
            }
            data[place] ^= (char)(1 << place % 8);
        }
        free(data);
    }
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_ngram_model *model = NULL;
    (void)context;
    tkz_status status = tkz__ngram_read(&model, "m", (const uint8_t *)small, sizeof small - 1,
                                        allocator, NULL);
    tkz_ngram_model_free(model);
    return status;
}

START_TEST(test_allocation_failures)
{
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

START_TEST(test_filter)
{
    char directory[64], path[128], json[640];
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_ngram_model *model = open_model(small);
    double values[2], wanted;
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/m.arpa", directory);
    test_write_file(path, small, sizeof small - 1);
    snprintf(json, sizeof json,
             "[{\"name\": \"perplexity\", \"file\": \"%s\"}, {\"name\": \"perplexity\", "
             "\"characters\": true, \"file\": \"%s\"}]",
             path, path);
    ck_assert_status(tkz_filter_set_new(&set, json, strlen(json), NULL, NULL));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, "a b\nabc", 7, values, NULL));
    ck_assert_status(tkz_ngram_model_perplexity(model, "a b\nabc", 7, &wanted, NULL));
    ck_assert_double_eq(values[0], wanted);
    ck_assert_status(tkz_ngram_model_perplexity(model, "a b\na b c", 9, &wanted, NULL));
    ck_assert_double_eq(values[1], wanted);
    ck_assert_status(tkz_cleaner_measure(cleaner, "", 0, values, NULL));
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    tkz_ngram_model_free(model);
    test_remove_tree(directory);
}
END_TEST

Suite *suite_ngram_model(void)
{
    Suite *suite = suite_create("ngram_model");
    TCase *all = tcase_create("all");
    tcase_add_test(all, test_scores);
    tcase_add_test(all, test_perplexity);
    tcase_add_test(all, test_hash);
    tcase_add_test(all, test_wrong_arpa);
    tcase_add_test(all, test_every_shorter_arpa_is_refused);
    tcase_add_test(all, test_binary_files);
    tcase_add_test(all, test_allocation_failures);
    tcase_add_test(all, test_filter);
    suite_add_tcase(suite, all);
    return suite;
}
