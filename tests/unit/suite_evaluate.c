/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluation of vocabularies: borders against a search by sets, resampling, figures of counts, whole
 * reports. tests/conformance/compare_vocab_eval has the figures of other programs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "tokenize/evaluate.h"
#include "tokenize/train.h"
#include "train/border_agreement.h"
#include "train/resample.h"
#include "train/usage_figures.h"

Suite *suite_evaluate(void);

/* ---- Borders ------------------------------------------------------------------ */

enum { LONGEST = 60 };

/* What the header says, place by place. */
static void agree_by_sets(const char *text, size_t size, const tkz_word_range *words,
                          size_t word_count, const tkz_token_span *spans, size_t span_count,
                          tkz__border_counts *counts)
{
    bool is_word[LONGEST + 1] = {false}, is_token[LONGEST + 1] = {false};
    uint64_t last = 0;
    *counts = (tkz__border_counts){0};
    for (size_t i = 1; i < word_count; i++)
        is_word[words[i].start] = true;
    for (size_t i = 0; i < span_count; i++) {
        uint64_t place = spans[i].start;
        bool inside = place < size && ((unsigned char)text[place] & 0xC0) == 0x80;
        if (inside || place < last)
            continue;
        last = place;
        if (word_count == 0 || place <= words[0].start)
            continue;
        size_t behind = 0;
        while (behind < word_count && words[behind].end <= place)
            behind++;
        if (behind < word_count)
            is_token[place > words[behind].start ? place : words[behind].start] = true;
    }
    for (size_t at = 0; at <= size; at++) {
        counts->word_borders += is_word[at];
        counts->token_borders += is_token[at];
        counts->common += is_word[at] && is_token[at];
    }
    for (size_t i = 0; i < word_count; i++) {
        bool whole = true;
        for (uint64_t at = words[i].start + 1; at < words[i].end; at++)
            whole = whole && !is_token[at];
        counts->whole_words += whole;
    }
}

START_TEST(borders_agree_as_sets_do)
{
    uint64_t state = 11;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char text[LONGEST];
        tkz_word_range words[LONGEST];
        tkz_token_span spans[LONGEST];
        size_t size = test_random(&state) % LONGEST, word_count = 0, span_count = 0;
        for (size_t i = 0; i < size; i++)
            text[i] = test_random(&state) % 3 == 0 ? (char)0x81 : 'a';
        for (uint64_t at = 0; at < size;) {
            uint64_t start = at + (test_random(&state) % 3 == 0 ? test_random(&state) % 3 : 0);
            uint64_t end = start + 1 + test_random(&state) % 4;
            if (end > size)
                break;
            words[word_count++] = (tkz_word_range){start, end};
            at = end;
        }
        for (uint64_t at = 0; at < size && span_count < LONGEST;) {
            uint64_t length = test_random(&state) % 4;
            spans[span_count++] = (tkz_token_span){at, at + length};
            at += length + (test_random(&state) % 8 == 0);
            if (at > 3 && test_random(&state) % 16 == 0)
                at -= 2; /* spans of models that change the order of text */
        }
        tkz__border_counts mine, theirs;
        tkz__border_agreement(text, size, words, word_count, spans, span_count, &mine);
        agree_by_sets(text, size, words, word_count, spans, span_count, &theirs);
        ck_assert_uint_eq(mine.word_borders, theirs.word_borders);
        ck_assert_uint_eq(mine.token_borders, theirs.token_borders);
        ck_assert_uint_eq(mine.common, theirs.common);
        ck_assert_uint_eq(mine.whole_words, theirs.whole_words);
    }
}
END_TEST

/* ---- Resampling ----------------------------------------------------------------- */

static void add_documents(tkz__resample *resample, uint64_t first, uint64_t step, uint64_t seed)
{
    for (uint64_t i = first; i < 500; i += step) {
        uint64_t values[2] = {3 * (i % 7) + 1, i % 7 + 1};
        tkz__resample_add(resample, seed, i * 77, values);
    }
}

START_TEST(shares_of_documents_add_up)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__resample whole, even, odd;
    ck_assert_status(tkz__resample_init(&whole, 301, 2, &memory, NULL));
    ck_assert_status(tkz__resample_init(&even, 301, 2, &memory, NULL));
    ck_assert_status(tkz__resample_init(&odd, 301, 2, &memory, NULL));
    add_documents(&whole, 0, 1, 5);
    add_documents(&odd, 1, 2, 5);
    add_documents(&even, 0, 2, 5);
    tkz__resample_merge(&even, &odd);
    ck_assert_mem_eq(whole.sums, even.sums, 2 * 301 * sizeof *whole.sums);
    tkz__resample_clear(&odd);
    add_documents(&odd, 0, 1, 6);
    ck_assert_mem_ne(whole.sums, odd.sums, 2 * 301 * sizeof *whole.sums);
    tkz__resample_free(&whole);
    tkz__resample_free(&even);
    tkz__resample_free(&odd);
}
END_TEST

START_TEST(weights_are_those_of_poisson)
{
    enum { COUNT = 1000, KEYS = 1000 };
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__resample resample;
    uint64_t seen[16] = {0}, one = 1;
    ck_assert_status(tkz__resample_init(&resample, COUNT, 1, &memory, NULL));
    for (uint64_t key = 0; key < KEYS; key++) {
        tkz__resample_add(&resample, 0, key, &one);
        for (int i = 0; i < COUNT; i++)
            seen[resample.weights[i] < 15 ? resample.weights[i] : 15]++;
    }
    double expected = exp(-1) * COUNT * KEYS; /* of 0, then of 1, 2 ... */
    for (int k = 0; k < 7; k++) {
        expected /= k > 1 ? k : 1;
        double sigma = sqrt(expected);
        ck_assert_msg(fabs((double)seen[k] - expected) < 5 * sigma, "%d came %llu times, not %.0f",
                      k, (unsigned long long)seen[k], expected);
    }
    tkz__resample_free(&resample);
}
END_TEST

START_TEST(intervals_are_percentiles)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__resample resample;
    double scratch[101], low, high;
    ck_assert_status(tkz__resample_init(&resample, 101, 2, &memory, NULL));
    for (uint32_t i = 0; i < 101; i++) {
        resample.sums[i] = (i * 37) % 101; /* each of 0 .. 100 once */
        resample.sums[101 + i] = 2;
    }
    tkz__ratio ratio = {0, 1, UINT32_MAX, 4};
    ck_assert(tkz__resample_interval(&resample, &ratio, scratch, &low, &high));
    ck_assert_double_eq_tol(low, 2 * 2.5, 1e-12);
    ck_assert_double_eq_tol(high, 2 * 97.5, 1e-12);
    memset(resample.sums + 101, 0, 101 * sizeof *resample.sums);
    ck_assert(!tkz__resample_interval(&resample, &ratio, scratch, &low, &high));
    tkz__resample_free(&resample);
}
END_TEST

/* ---- Figures of counts ------------------------------------------------------------- */

START_TEST(gini_of_numbers)
{
    const double same[] = {2, 2, 2}, one[] = {0, 0, 3}, two[] = {1, 3};
    ck_assert_double_eq_tol(tkz__gini(same, 3), 0, 1e-15);
    ck_assert_double_eq_tol(tkz__gini(one, 3), 2.0 / 3, 1e-15);
    ck_assert_double_eq_tol(tkz__gini(two, 2), 0.25, 1e-15);
    ck_assert(isnan(tkz__gini(one, 2)));
}
END_TEST

/* ---- Whole reports ----------------------------------------------------------------- */

static char directory[64];
static char path[128];
static char other_path[128];
static const char *const paths[] = {path};
static const char *const other_paths[] = {other_path};

static void setup(void)
{
    static const char texts[] = "{\"text\":\"abc abc abd\"}\n{\"text\":\"\\u3042\\u3044 abc\"}\n"
                                "{\"no\":1}\n{\"text\":\"\"}\n";
    test_make_directory(directory, sizeof directory);
    (void)snprintf(path, sizeof path, "%s/texts.jsonl", directory);
    (void)snprintf(other_path, sizeof other_path, "%s/lines.txt", directory);
    test_write_file(path, texts, sizeof texts - 1);
    test_write_file(other_path, "abc\nabd\n", 8);
}

static void teardown(void)
{
    test_remove_tree(directory);
}

static tkz_tokenizer *make_tokenizer(uint32_t size)
{
    static const uint64_t offsets[] = {0, 3, 6, 9}, counts[] = {5, 4, 3};
    tkz_word_list words = {"abcabdxyz", offsets, counts, 3};
    tkz_bpe_options *options;
    tkz_bpe_trainer *trainer;
    tkz_tokenizer *tokenizer;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, size, NULL));
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_tokenizer(trainer, 0, &tokenizer, NULL));
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
    return tokenizer;
}

/* Words are what stands between spaces. */
static tkz_status open_words(void *context, void **worker, const tkz_allocator *allocator,
                             tkz_error *error)
{
    (void)context;
    (void)allocator;
    (void)error;
    *worker = calloc(64, sizeof(tkz_word_range));
    return *worker != NULL ? TKZ_OK : TKZ_STATUS_OUT_OF_MEMORY;
}

static void close_words(void *worker)
{
    free(worker);
}

static tkz_status find_words(void *worker, const char *text, size_t size,
                             const tkz_word_range **words, size_t *count, tkz_error *error)
{
    tkz_word_range *found = worker;
    (void)error;
    *count = 0;
    for (size_t at = 0; at < size; at++) {
        if (text[at] == ' ')
            continue;
        if (at == 0 || text[at - 1] == ' ')
            found[(*count)++].start = at;
        found[*count - 1].end = at + 1;
    }
    *words = found;
    return TKZ_OK;
}

static const tkz_boundaries spaces = {NULL, 1, open_words, close_words, find_words, NULL};

static tkz_evaluation make_evaluation(tkz_evaluated_model *models, tkz_evaluated_domain *domains)
{
    models[0] = (tkz_evaluated_model){"small", make_tokenizer(257)};
    models[1] = (tkz_evaluated_model){"large", make_tokenizer(259)};
    domains[0] = (tkz_evaluated_domain){"json", paths, 1};
    domains[1] = (tkz_evaluated_domain){"lines", other_paths, 1};
    return (tkz_evaluation){.models = models,
                            .model_count = 2,
                            .domains = domains,
                            .domain_count = 2,
                            .words = &spaces,
                            .resamples = 50};
}

static void free_models(tkz_evaluated_model *models)
{
    tkz_tokenizer_free(models[0].tokenizer);
    tkz_tokenizer_free(models[1].tokenizer);
}

START_TEST(report_of_two_models)
{
    tkz_evaluated_model models[2];
    tkz_evaluated_domain domains[2];
    tkz_evaluation what = make_evaluation(models, domains);
    tkz_bytes one = {0}, many = {0};
    tkz_error error;
    tkz_pool *pool;
    ck_assert_status(tkz_evaluate(&what, NULL, NULL, NULL, &one, &error));
    ck_assert_status(tkz_pool_new(&pool, 3, NULL, NULL));
    ck_assert_status(tkz_evaluate(&what, tkz_pool_executor(pool), NULL, NULL, &many, &error));
    ck_assert_uint_eq(one.size, many.size);
    ck_assert_mem_eq(one.data, many.data, one.size);
    char *text = strndup((const char *)one.data, one.size);
    /* "ab" is the one merge of the small model: 8 and 6 + 3 tokens of JSON lines, 2 + 2 of the others. */
    ck_assert_ptr_nonnull(strstr(text, "\"tokens\": 17"));
    ck_assert_ptr_nonnull(strstr(text, "\"tokens\": 21"));
    ck_assert_ptr_nonnull(strstr(text, "\"bad\": 1"));
    ck_assert_ptr_nonnull(strstr(text, "\"reason\": \"missing_field\""));
    ck_assert_ptr_nonnull(strstr(text, "\"words\": 7"));
    ck_assert_ptr_nonnull(strstr(text, "\"failures\": 0"));
    free(text);
    tkz_bytes_free(&one);
    tkz_bytes_free(&many);
    tkz_pool_free(pool);
    free_models(models);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    tkz_evaluated_model models[2];
    tkz_evaluated_domain domains[2];
    tkz_bytes report = {0};
    tkz_error error;
    tkz_evaluation good = make_evaluation(models, domains);
    tkz_evaluation what = good;
    what.model_count = 0;
    ck_assert_int_eq(tkz_evaluate(&what, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    what = good;
    what.domain_count = 0;
    ck_assert_int_eq(tkz_evaluate(&what, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    what = good;
    what.reference = 2;
    ck_assert_int_eq(tkz_evaluate(&what, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    what = good;
    what.alpha = -1;
    ck_assert_int_eq(tkz_evaluate(&what, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    what = good;
    what.input_format = "xml";
    ck_assert_int_eq(tkz_evaluate(&what, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    domains[1].name = "all";
    ck_assert_int_eq(tkz_evaluate(&good, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    domains[1].name = "json";
    ck_assert_int_eq(tkz_evaluate(&good, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    domains[1].name = "lines";
    models[1].name = "small";
    ck_assert_int_eq(tkz_evaluate(&good, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    models[1].name = "large";
    test_write_file(other_path, "\n \n", 3);
    ck_assert_int_eq(tkz_evaluate(&good, NULL, NULL, NULL, &report, &error),
                     TKZ_STATUS_EMPTY_INPUT);
    free_models(models);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_bytes report = {0};
    tkz_status status = tkz_evaluate(context, NULL, NULL, allocator, &report, NULL);
    tkz_bytes_free(&report);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    tkz_evaluated_model models[2];
    tkz_evaluated_domain domains[2];
    tkz_evaluation what = make_evaluation(models, domains);
    test_all_allocation_failures(attempt, &what);
    free_models(models);
}
END_TEST

Suite *suite_evaluate(void)
{
    Suite *suite = suite_create("evaluate");
    TCase *parts = tcase_create("parts");
    tcase_add_test(parts, borders_agree_as_sets_do);
    tcase_add_test(parts, shares_of_documents_add_up);
    tcase_add_test(parts, weights_are_those_of_poisson);
    tcase_add_test(parts, intervals_are_percentiles);
    tcase_add_test(parts, gini_of_numbers);
    suite_add_tcase(suite, parts);
    TCase *reports = tcase_create("reports");
    tcase_add_checked_fixture(reports, setup, teardown);
    tcase_add_test(reports, report_of_two_models);
    tcase_add_test(reports, wrong_arguments_are_refused);
    tcase_add_test(reports, every_allocation_may_fail);
    suite_add_tcase(suite, reports);
    return suite;
}
