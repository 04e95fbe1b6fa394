/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram training: expectations against all segmentations spelled out, seeds against counting every
 * substring, threads, limits. What sentencepiece gives is compared in tests/conformance. Leans on Check.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/utf8.h"
#include "train/unigram_em.h"
#include "train/unigram_seeds.h"
#include "train/unigram_trainer.h"

Suite *suite_unigram_trainer(void);

enum { LINES = 40, LENGTH = 30 };

typedef struct line_list {
    char data[LINES * LENGTH * 3];
    uint64_t offsets[LINES + 1];
    uint64_t counts[LINES];
    tkz_word_list list;
} line_list;

static void fill_lines(line_list *lines, uint64_t seed)
{
    static const char *const parts[] = {"a", "b", "ab", "c", " ", "\xE3\x81\x82", "\xE3\x82\xA2",
                                        "\xE6\xBC\xA2", "1", "abc"};
    uint64_t random = seed;
    size_t at = 0;
    memset(lines, 0, sizeof *lines);
    for (size_t i = 0; i < LINES; i++) {
        size_t end = at + (test_random(&random) >> 40) % LENGTH;
        while (at < end) {
            const char *part = parts[(test_random(&random) >> 40) % 10];
            memcpy(lines->data + at, part, strlen(part));
            at += strlen(part);
        }
        lines->offsets[i + 1] = at;
        lines->counts[i] = 1 + (test_random(&random) >> 40) % 4;
    }
    lines->list = (tkz_word_list){lines->data, lines->offsets, lines->counts, LINES};
}

static tkz_unigram_options *make_options(const char *const *settings)
{
    tkz_unigram_options *options;
    ck_assert_status(tkz_unigram_options_new(&options, NULL, NULL));
    for (; settings[0] != NULL; settings += 2)
        ck_assert_status(tkz_unigram_options_set(options, settings[0], settings[1], NULL));
    return options;
}

static tkz_status train(const line_list *lines, const char *const *settings, tkz_bytes *model,
                        tkz_unigram_report *report, tkz_error *error)
{
    tkz_unigram_options *options = make_options(settings);
    tkz_status status =
        tkz_train_unigram(options, &lines->list, NULL, NULL, NULL, model, report, error);
    tkz_unigram_options_free(options);
    return status;
}

/* ---- Expectations ---------------------------------------------------------------------- */

/* Adds the probability of all segmentations of text[at..] to `expected`, each piece by itself. Returns
 * the sum. `path` is what was chosen before. */
static double spell_out(const tkz__unigram_pieces *pieces, const uint32_t *text, size_t size,
                        size_t at, double product, uint32_t *path, size_t depth, double *expected)
{
    double sum = 0;
    if (at == size) {
        for (size_t i = 0; i < depth; i++)
            expected[path[i]] += product;
        return product;
    }
    for (size_t id = 0; id < pieces->count; id++) {
        size_t length = pieces->pieces[id].length;
        if (length > size - at ||
            memcmp(tkz__unigram_pieces_text(pieces, id), text + at, length * 4) != 0)
            continue;
        path[depth] = (uint32_t)id;
        sum += spell_out(pieces, text, size, at + length,
                         product * pieces->pieces[id].probability, path, depth + 1, expected);
    }
    return sum;
}

START_TEST(test_against_all_segmentations)
{
    static const uint32_t texts[][3] = {{'a'}, {'b'}, {'a', 'b'}, {'b', 'a'}, {'a', 'b', 'a'}};
    static const size_t lengths[] = {1, 1, 2, 2, 3};
    static const uint32_t segment[] = {'a', 'b', 'a', 'a', 'b', 'a', 'b', 'b', 'a', 'b', 'a', 'b'};
    enum { SIZE = sizeof segment / sizeof segment[0] };
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__unigram_pieces pieces;
    tkz__unigram_text text;
    tkz__unigram_em em;
    tkz__unigram_pieces_init(&pieces, &allocator);
    tkz__unigram_text_init(&text, &allocator);
    for (size_t i = 0; i < 5; i++)
        ck_assert_status(tkz__unigram_pieces_add(&pieces, texts[i], lengths[i], 1 + i, i < 2, NULL));
    ck_assert_status(tkz__unigram_text_add(&text, segment, SIZE, 7, NULL));
    ck_assert_status(tkz__unigram_pieces_match(&pieces, &text, NULL));
    ck_assert_status(tkz__unigram_em_init(&em, &pieces, &text, NULL, &allocator, NULL));
    tkz__unigram_em_begin(&em);
    double expected[5] = {0}, total;
    uint32_t path[SIZE];
    total = spell_out(&pieces, segment, SIZE, 0, 1, path, 0, expected);
    ck_assert_status(tkz__unigram_em_round(&em, true, NULL));
    ck_assert_double_eq_tol(em.likelihood, 7 * log(total), 1e-9);
    double sum = 0;
    for (size_t i = 0; i < 5; i++) {
        expected[i] = 7 * expected[i] / total;
        sum += expected[i] < 0.5 ? 0.5 : expected[i];
    }
    for (size_t i = 0; i < 5; i++) {
        double count = expected[i] < 0.5 ? 0.5 : expected[i];
        ck_assert_double_eq_tol(pieces.scores[i],
                                tkz__unigram_digamma(count) - tkz__unigram_digamma(sum), 1e-9);
    }
    tkz__unigram_em_free(&em);
    tkz__unigram_text_free(&text);
    tkz__unigram_pieces_free(&pieces);
}
END_TEST

/* A segment whose probability no double holds has the expectations of its parts. */
START_TEST(test_long_segment)
{
    enum { SIZE = 200000 };
    static const uint32_t texts[][2] = {{'a'}, {'b'}, {'a', 'b'}};
    static const size_t lengths[] = {1, 1, 2};
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    double scores[2][3];
    for (int is_long = 0; is_long < 2; is_long++) {
        tkz__unigram_pieces pieces;
        tkz__unigram_text text;
        tkz__unigram_em em;
        tkz__unigram_pieces_init(&pieces, &allocator);
        tkz__unigram_text_init(&text, &allocator);
        for (size_t i = 0; i < 3; i++)
            ck_assert_status(tkz__unigram_pieces_add(&pieces, texts[i], lengths[i], 1, true, NULL));
        uint32_t *segment = malloc(SIZE * sizeof *segment);
        ck_assert_ptr_nonnull(segment);
        for (size_t i = 0; i < SIZE; i++)
            segment[i] = i % 2 == 0 ? 'a' : 'b';
        ck_assert_status(tkz__unigram_text_add(&text, segment, is_long ? SIZE : 2,
                                               is_long ? 1 : SIZE / 2, NULL));
        ck_assert_status(tkz__unigram_pieces_match(&pieces, &text, NULL));
        ck_assert_status(tkz__unigram_em_init(&em, &pieces, &text, NULL, &allocator, NULL));
        tkz__unigram_em_begin(&em);
        ck_assert_status(tkz__unigram_em_round(&em, true, NULL));
        memcpy(scores[is_long], pieces.scores, sizeof scores[0]);
        free(segment);
        tkz__unigram_em_free(&em);
        tkz__unigram_text_free(&text);
        tkz__unigram_pieces_free(&pieces);
    }
    for (size_t i = 0; i < 3; i++)
        ck_assert_double_eq_tol(scores[0][i], scores[1][i], 1e-6);
}
END_TEST

/* ---- Seeds -------------------------------------------------------------------------------- */

/* Occurrences of a string in the segments. */
static uint64_t count_string(const tkz__unigram_text *text, const uint32_t *string, size_t size)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text->count; i++)
        for (uint64_t at = text->starts[i]; at + size <= text->starts[i + 1]; at++)
            if (memcmp(text->characters + at, string, size * 4) == 0)
                count += text->counts[i];
    return count;
}

static bool has_seed(const tkz__unigram_pieces *pieces, const uint32_t *string, size_t size)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->pieces[i].length == size &&
            memcmp(tkz__unigram_pieces_text(pieces, i), string, size * 4) == 0)
            return true;
    return false;
}

/* Is there a longer string, one character more at its end, that stands wherever this one does? */
static bool goes_on(const tkz__unigram_text *text, uint64_t at, uint64_t end, size_t size,
                    uint64_t count)
{
    return at + size < end && count_string(text, text->characters + at, size + 1) == count;
}

START_TEST(test_seeds_are_all_repeats)
{
    static const char *const settings[] = {"character_coverage", "1", NULL};
    line_list lines;
    fill_lines(&lines, (uint64_t)_i + 1);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz_unigram_options *options = make_options(settings);
    tkz__unigram_sentences sentences;
    tkz__unigram_text text;
    tkz__unigram_pieces pieces;
    tkz__unigram_text_init(&text, &allocator);
    tkz__unigram_pieces_init(&pieces, &allocator);
    ck_assert_status(
        tkz__unigram_sentences_init(&sentences, options, &lines.list, &allocator, NULL));
    ck_assert_status(tkz__unigram_sentences_cut(&sentences, options, &text, NULL));
    ck_assert_status(tkz__unigram_seeds(&pieces, options, &sentences, &text, TKZ__SEED_BLOCK, NULL));
    for (size_t i = 0; i < pieces.count; i++)
        ck_assert_uint_eq(pieces.texts.counts[i],
                          count_string(&text, tkz__unigram_pieces_text(&pieces, i),
                                       pieces.pieces[i].length));
    size_t repeats = 0;
    for (size_t i = 0; i < text.count; i++) {
        for (uint64_t at = text.starts[i]; at < text.starts[i + 1]; at++) {
            for (size_t size = 2; size <= 16 && at + size <= text.starts[i + 1]; size++) {
                const uint32_t *string = text.characters + at;
                uint64_t count = count_string(&text, string, size);
                if (count < 2 || goes_on(&text, at, text.starts[i + 1], size, count) ||
                    !tkz__piece_rules_allow(&options->rules, string, size))
                    continue;
                ck_assert(has_seed(&pieces, string, size));
                repeats++;
            }
        }
    }
    ck_assert_uint_gt(repeats, 20);
    tkz__unigram_pieces_free(&pieces);
    tkz__unigram_text_free(&text);
    tkz__unigram_sentences_free(&sentences);
    tkz_unigram_options_free(options);
}
END_TEST

/* Blocks of a few segments find pieces, all of them counted in the whole text. */
START_TEST(test_seeds_of_blocks)
{
    static const char *const settings[] = {"character_coverage", "1", NULL};
    line_list lines;
    fill_lines(&lines, 5);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz_unigram_options *options = make_options(settings);
    tkz__unigram_sentences sentences;
    tkz__unigram_text text;
    tkz__unigram_pieces pieces;
    tkz__unigram_text_init(&text, &allocator);
    tkz__unigram_pieces_init(&pieces, &allocator);
    ck_assert_status(
        tkz__unigram_sentences_init(&sentences, options, &lines.list, &allocator, NULL));
    ck_assert_status(tkz__unigram_sentences_cut(&sentences, options, &text, NULL));
    ck_assert_status(tkz__unigram_seeds(&pieces, options, &sentences, &text, 40, NULL));
    ck_assert_uint_gt(pieces.count, sentences.alphabet_count + 5);
    for (size_t i = 0; i < pieces.count; i++)
        ck_assert_uint_eq(pieces.texts.counts[i],
                          count_string(&text, tkz__unigram_pieces_text(&pieces, i),
                                       pieces.pieces[i].length));
    tkz__unigram_pieces_free(&pieces);
    tkz__unigram_text_free(&text);
    tkz__unigram_sentences_free(&sentences);
    tkz_unigram_options_free(options);
}
END_TEST

/* ---- Training ------------------------------------------------------------------------------ */

/* Text large enough for several shares. */
static line_list *make_much(char **data)
{
    enum { MUCH = 400000 };
    line_list *lines = malloc(sizeof *lines);
    uint64_t random = 3;
    *data = malloc(MUCH);
    ck_assert_ptr_nonnull(lines);
    ck_assert_ptr_nonnull(*data);
    memset(lines, 0, sizeof *lines);
    for (size_t i = 0; i < MUCH; i++) {
        uint64_t value = test_random(&random) >> 40;
        (*data)[i] = (char)(value % 7 == 0 ? ' ' : 'a' + value % 11 * (value % 3 == 0));
    }
    for (size_t i = 0; i < LINES; i++) {
        lines->offsets[i + 1] = MUCH / LINES * (i + 1);
        lines->counts[i] = i + 1;
    }
    lines->list = (tkz_word_list){*data, lines->offsets, lines->counts, LINES};
    return lines;
}

START_TEST(test_threads)
{
    static const char *const settings[] = {"vocab_size", "300", "split_by_whitespace", "false",
                                           NULL};
    char *data;
    line_list *lines = make_much(&data);
    tkz_unigram_options *options = make_options(settings);
    tkz_bytes models[3];
    tkz_unigram_report report;
    for (uint32_t threads = 1; threads <= 3; threads++) {
        tkz_pool *pool;
        ck_assert_status(tkz_pool_new(&pool, threads, NULL, NULL));
        ck_assert_status(tkz_train_unigram(options, &lines->list,
                                           threads == 1 ? NULL : tkz_pool_executor(pool), NULL,
                                           NULL, &models[threads - 1], &report, NULL));
        tkz_pool_free(pool);
    }
    ck_assert_uint_eq(report.size, 300);
    for (size_t i = 1; i < 3; i++) {
        ck_assert_uint_eq(models[i].size, models[0].size);
        ck_assert_mem_eq(models[i].data, models[0].data, models[0].size);
    }
    for (size_t i = 0; i < 3; i++)
        tkz_bytes_free(&models[i]);
    tkz_unigram_options_free(options);
    free(lines);
    free(data);
}
END_TEST

START_TEST(test_refusals)
{
    static const struct {
        const char *settings[3];
        tkz_status status;
        const char *text;
    } cases[] = {
        {{"vocab_size", "9", NULL}, TKZ_STATUS_INVALID_OPTION, "no room"},
        {{"vocab_size", "3", NULL}, TKZ_STATUS_INVALID_OPTION, "no room"},
        {{"vocab_size", "30000", NULL}, TKZ_STATUS_INVALID_OPTION, "or fewer"},
        {{"compat", "sentencepiece-0.2.0", NULL}, TKZ_STATUS_INVALID_OPTION, "or fewer"},
        {{"memory", "1000", NULL}, TKZ_STATUS_LIMIT, "seed_sentencepiece_size"},
        {{"unk_id", "-1", NULL}, TKZ_STATUS_INVALID_OPTION, "unknown"},
        {{"bos_id", "0", NULL}, TKZ_STATUS_INVALID_OPTION, "taken"},
        {{"user_defined_symbols", "x,x", NULL}, TKZ_STATUS_INVALID_OPTION, "twice"},
        {{"control_symbols", "<unk>", NULL}, TKZ_STATUS_INVALID_OPTION, "unknown"},
    };
    line_list lines;
    fill_lines(&lines, 9);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_bytes model;
        tkz_error error;
        ck_assert_int_eq(train(&lines, cases[i].settings, &model, NULL, &error), cases[i].status);
        ck_assert_msg(strstr(error.message, cases[i].text) != NULL, "%s", error.message);
        ck_assert_ptr_null(model.data);
    }
    tkz_unigram_options *options;
    ck_assert_status(tkz_unigram_options_new(&options, NULL, NULL));
    static const char *const wrong[][2] = {{"vocab_size", "many"}, {"vocab_size", "0"},
                                           {"byte_fallback", "yes"}, {"character_coverage", "0.5"},
                                           {"shrinking_factor", "nan"}, {"compat", "0.2.0"},
                                           {"unk_piece", "\xFF"}, {"colour", "red"},
                                           {"num_sub_iterations", "-1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_int_eq(tkz_unigram_options_set(options, wrong[i][0], wrong[i][1], NULL),
                         TKZ_STATUS_INVALID_OPTION);
    tkz_word_list none = {"", lines.offsets, lines.counts, 0};
    tkz_bytes model;
    ck_assert_int_eq(tkz_train_unigram(options, &none, NULL, NULL, NULL, &model, NULL, NULL),
                     TKZ_STATUS_EMPTY_INPUT);
    tkz_unigram_options_free(options);
}
END_TEST

static int32_t stop(void *context, const tkz_progress *progress)
{
    (void)context;
    (void)progress;
    return 1;
}

START_TEST(test_cancel)
{
    static const char *const settings[] = {"vocab_size", "40", NULL};
    line_list lines;
    fill_lines(&lines, 9);
    tkz_unigram_options *options = make_options(settings);
    tkz_progress_callback callback = {NULL, stop};
    tkz_bytes model;
    ck_assert_int_eq(
        tkz_train_unigram(options, &lines.list, NULL, &callback, NULL, &model, NULL, NULL),
        TKZ_STATUS_CANCELLED);
    tkz_unigram_options_free(options);
}
END_TEST

/* ---- Given pieces ------------------------------------------------------------------------------ */

START_TEST(test_reestimate)
{
    static const char pieces_text[] = "ab" "a" "b" "ba" "xyz";
    static const uint64_t piece_offsets[] = {0, 2, 3, 4, 6, 9};
    static const char words_text[] = "ababab" "abab?ab" "\xFF" "b";
    static const uint64_t word_offsets[] = {0, 6, 13, 15}, counts[] = {5, 2, 1};
    tkz_word_list pieces = {pieces_text, piece_offsets, NULL, 5};
    tkz_word_list words = {words_text, word_offsets, counts, 3};
    double scores[5], likelihood, first;
    ck_assert_status(tkz_unigram_reestimate(&pieces, &words, 1, NULL, scores, &first, NULL, NULL));
    ck_assert_status(
        tkz_unigram_reestimate(&pieces, &words, 20, NULL, scores, &likelihood, NULL, NULL));
    ck_assert(likelihood > first);
    ck_assert(scores[0] > scores[1] && scores[0] > scores[3]);
    ck_assert_double_eq(scores[1], scores[4]); /* neither is ever expected half a time */
    pieces.count = 0;
    ck_assert_int_eq(tkz_unigram_reestimate(&pieces, &words, 1, NULL, scores, NULL, NULL, NULL),
                     TKZ_STATUS_EMPTY_INPUT);
    static const uint64_t twice[] = {1, 2, 2, 3};
    pieces = (tkz_word_list){"aaa", twice, NULL, 1};
    ck_assert_status(tkz_unigram_reestimate(&pieces, &words, 1, NULL, scores, NULL, NULL, NULL));
    pieces.count = 2;
    ck_assert_int_eq(tkz_unigram_reestimate(&pieces, &words, 1, NULL, scores, NULL, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    pieces = (tkz_word_list){"aaa", twice + 2, NULL, 1};
    ck_assert_int_eq(tkz_unigram_reestimate(&pieces, &words, 0, NULL, scores, NULL, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

/* ---- Memory ------------------------------------------------------------------------------------ */

static const char *const all_compats[] = {"none", "sentencepiece-0.2.0", "sentencepiece-0.2.3"};

static tkz_status train_something(void *context, const tkz_allocator *allocator)
{
    line_list *lines = malloc(sizeof *lines);
    ck_assert_ptr_nonnull(lines);
    fill_lines(lines, 2);
    tkz_unigram_options *options;
    tkz_bytes model = {0};
    double scores[2];
    tkz_status status = tkz_unigram_options_new(&options, allocator, NULL);
    const char *const settings[][2] = {{"vocab_size", "60"}, {"byte_fallback", "false"},
                                       {"hard_vocab_limit", "false"}, {"user_defined_symbols", "ab,c"},
                                       {"compat", all_compats[*(int *)context]}};
    for (size_t i = 0; status == TKZ_OK && i < 5; i++)
        status = tkz_unigram_options_set(options, settings[i][0], settings[i][1], NULL);
    if (status == TKZ_OK)
        status = tkz_train_unigram(options, &lines->list, NULL, NULL, allocator, &model, NULL,
                                   NULL);
    tkz_bytes_free(&model);
    tkz_unigram_options_free(options);
    static const uint64_t offsets[] = {0, 1, 2};
    tkz_word_list pieces = {"ab", offsets, NULL, 2};
    if (status == TKZ_OK)
        status = tkz_unigram_reestimate(&pieces, &lines->list, 1, NULL, scores, NULL, allocator,
                                        NULL);
    free(lines);
    return status;
}

START_TEST(test_out_of_memory)
{
    test_all_allocation_failures(train_something, &_i);
}
END_TEST

Suite *suite_unigram_trainer(void)
{
    Suite *suite = suite_create("unigram_trainer");
    TCase *tests = tcase_create("unigram_trainer");
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, test_against_all_segmentations);
    tcase_add_test(tests, test_long_segment);
    tcase_add_loop_test(tests, test_seeds_are_all_repeats, 0, 6);
    tcase_add_test(tests, test_seeds_of_blocks);
    tcase_add_test(tests, test_threads);
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_cancel);
    tcase_add_test(tests, test_reestimate);
    tcase_add_loop_test(tests, test_out_of_memory, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
