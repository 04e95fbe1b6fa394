/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram training in steps: several sizes at once are those of trainings of their own, a state that was saved goes on to
 * the same bytes, and one that is not of this training, or damaged, is refused. Leans on Check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/little_endian.h"
#include "testing.h"
#include "text/utf8.h"
#include "tokenize/train.h"

Suite *suite_unigram_steps(void);

enum { LINES = 600, PARTS = 14, SIZES = 3 };

static const uint32_t sizes[SIZES] = {150, 400, 220};

typedef struct line_list {
    char *data;
    uint64_t offsets[LINES + 1];
    uint64_t counts[LINES];
    tkz_word_list list;
} line_list;

/* Words of kana that come again and again, so that there is much to prune. */
static line_list *make_lines(uint64_t random)
{
    line_list *lines = calloc(1, sizeof *lines);
    char words[60][16] = {{0}};
    size_t at = 0;
    ck_assert_ptr_nonnull(lines);
    lines->data = malloc((size_t)LINES * PARTS * 16);
    ck_assert_ptr_nonnull(lines->data);
    for (size_t i = 0; i < 60; i++)
        for (size_t k = 0, count = 1 + (test_random(&random) >> 40) % 4, size = 0; k < count; k++)
            size += tkz__utf8_encode(0x3041 + (uint32_t)(test_random(&random) >> 40) % 40, words[i] + size);
    for (size_t i = 0; i < LINES; i++) {
        for (size_t k = 0; k < PARTS; k++) {
            const char *word = words[(test_random(&random) >> 40) % 60 * ((test_random(&random) >> 40) % 60) / 60];
            memcpy(lines->data + at, word, strlen(word));
            at += strlen(word);
        }
        lines->offsets[i + 1] = at;
        lines->counts[i] = 1 + (test_random(&random) >> 40) % 3;
    }
    lines->list = (tkz_word_list){lines->data, lines->offsets, lines->counts, LINES};
    return lines;
}

static void free_lines(line_list *lines)
{
    free(lines->data);
    free(lines);
}

static tkz_unigram_options *make_options(const char *name, const char *value)
{
    tkz_unigram_options *options;
    ck_assert_status(tkz_unigram_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_unigram_options_set(options, "seed_sentencepiece_size", "5000", NULL));
    if (name != NULL)
        ck_assert_status(tkz_unigram_options_set(options, name, value, NULL));
    return options;
}

static tkz_unigram_trainer *make_trainer(const tkz_unigram_options *options, const uint32_t *wanted, size_t count,
                                         const line_list *lines)
{
    tkz_unigram_trainer *trainer;
    ck_assert_status(tkz_unigram_trainer_new(&trainer, options, wanted, count, &lines->list, NULL, NULL, NULL));
    return trainer;
}

/* The model that a training to one size gives. */
static tkz_bytes train_alone(const line_list *lines, const char *name, const char *value, uint32_t size,
                             tkz_unigram_report *report)
{
    char number[16];
    tkz_bytes model;
    tkz_unigram_options *options = make_options(name, value);
    (void)snprintf(number, sizeof number, "%u", size);
    ck_assert_status(tkz_unigram_options_set(options, "vocab_size", number, NULL));
    ck_assert_status(tkz_train_unigram(options, &lines->list, NULL, NULL, NULL, &model, report, NULL));
    tkz_unigram_options_free(options);
    return model;
}

static void must_be_alone(const tkz_unigram_trainer *trainer, const line_list *lines, const char *name,
                          const char *value)
{
    for (size_t i = 0; i < SIZES; i++) {
        tkz_unigram_report reports[2];
        tkz_bytes model, alone = train_alone(lines, name, value, sizes[i], &reports[0]);
        ck_assert_status(tkz_unigram_trainer_model(trainer, sizes[i], &model, &reports[1], NULL));
        ck_assert_uint_eq(model.size, alone.size);
        ck_assert_mem_eq(model.data, alone.data, alone.size);
        ck_assert_uint_eq(reports[1].size, sizes[i]);
        ck_assert_uint_eq(reports[1].prunings, reports[0].prunings);
        ck_assert_double_eq(reports[1].likelihood, reports[0].likelihood);
        tkz_bytes_free(&model);
        tkz_bytes_free(&alone);
    }
}

START_TEST(test_several_sizes)
{
    static const char *const settings[][2] = {{NULL, NULL}, {"shrinking_factor", "0.9"},
                                              {"compat", "sentencepiece-0.2.3"}};
    const char *name = settings[_i][0], *value = settings[_i][1];
    line_list *lines = make_lines(5);
    tkz_unigram_options *options = make_options(name, value);
    tkz_unigram_trainer *trainer = make_trainer(options, sizes, SIZES, lines);
    tkz_bytes model;
    ck_assert_int_eq(tkz_unigram_trainer_model(trainer, 400, &model, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(model.data);
    ck_assert_int_eq(tkz_unigram_trainer_need(trainer) > 0, _i != 2);
    ck_assert_status(tkz_unigram_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_int_eq(tkz_unigram_trainer_is_done(trainer), 1);
    must_be_alone(trainer, lines, name, value);
    ck_assert_int_eq(tkz_unigram_trainer_model(trainer, 401, &model, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_unigram_trainer_free(trainer);
    tkz_unigram_options_free(options);
    free_lines(lines);
}
END_TEST

/* Each step in a trainer of its own, which has the state from the one before. */
START_TEST(test_restored)
{
    static const char *const settings[][2] = {{NULL, NULL}, {"compat", "sentencepiece-0.2.0"}};
    line_list *lines = make_lines(6);
    tkz_unigram_options *options = make_options(settings[_i][0], settings[_i][1]);
    tkz_unigram_trainer *trainer = make_trainer(options, sizes, SIZES, lines);
    unsigned steps = 0;
    while (!tkz_unigram_trainer_is_done(trainer)) {
        tkz_bytes state, again;
        ck_assert_status(tkz_unigram_trainer_save(trainer, &state, NULL));
        tkz_unigram_trainer_free(trainer);
        trainer = make_trainer(options, sizes, SIZES, lines);
        ck_assert_status(tkz_unigram_trainer_restore(trainer, state.data, state.size, NULL));
        ck_assert_status(tkz_unigram_trainer_save(trainer, &again, NULL));
        ck_assert_uint_eq(again.size, state.size);
        ck_assert_mem_eq(again.data, state.data, state.size);
        tkz_bytes_free(&state);
        tkz_bytes_free(&again);
        ck_assert_status(tkz_unigram_trainer_run(trainer, 1, NULL, NULL));
        steps++;
    }
    ck_assert_uint_ge(steps, 3);
    must_be_alone(trainer, lines, settings[_i][0], settings[_i][1]);
    tkz_unigram_trainer_free(trainer);
    tkz_unigram_options_free(options);
    free_lines(lines);
}
END_TEST

static void must_refuse(const tkz_unigram_options *options, const uint32_t *wanted, size_t count, const line_list *lines,
                        const tkz_bytes *state, tkz_status status)
{
    tkz_unigram_trainer *trainer = make_trainer(options, wanted, count, lines);
    ck_assert_int_eq(tkz_unigram_trainer_restore(trainer, state->data, state->size, NULL), status);
    tkz_unigram_trainer_free(trainer);
}

START_TEST(test_other_training)
{
    static const uint32_t others[SIZES] = {150, 400, 221};
    line_list *lines = make_lines(7), *more = make_lines(8);
    tkz_unigram_options *options = make_options(NULL, NULL), *other = make_options("split_digits", "true");
    tkz_unigram_trainer *trainer = make_trainer(options, sizes, SIZES, lines);
    tkz_bytes state;
    ck_assert_status(tkz_unigram_trainer_run(trainer, 2, NULL, NULL));
    ck_assert_status(tkz_unigram_trainer_save(trainer, &state, NULL));
    ck_assert_int_eq(tkz_unigram_trainer_restore(trainer, state.data, state.size, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    must_refuse(other, sizes, SIZES, lines, &state, TKZ_STATUS_INVALID_ARGUMENT);
    must_refuse(options, sizes, 2, lines, &state, TKZ_STATUS_INVALID_ARGUMENT);
    must_refuse(options, others, SIZES, lines, &state, TKZ_STATUS_INVALID_ARGUMENT);
    must_refuse(options, sizes, SIZES, more, &state, TKZ_STATUS_INVALID_ARGUMENT);
    tkz_bytes_free(&state);
    tkz_unigram_trainer_free(trainer);
    tkz_unigram_options_free(options);
    tkz_unigram_options_free(other);
    free_lines(lines);
    free_lines(more);
}
END_TEST

/* Bytes that were changed are found; where the hash was made to fit, nothing is read that is not there. */
START_TEST(test_damaged)
{
    line_list *lines = make_lines(9);
    tkz_unigram_options *options = make_options(NULL, NULL);
    tkz_unigram_trainer *trainer = make_trainer(options, sizes, SIZES, lines);
    tkz_bytes state;
    uint64_t random = 3;
    ck_assert_status(tkz_unigram_trainer_run(trainer, 6, NULL, NULL));
    ck_assert_status(tkz_unigram_trainer_save(trainer, &state, NULL));
    tkz_unigram_trainer_free(trainer);
    for (size_t size = 0; size < state.size; size += 1 + size / 8) {
        tkz_bytes part = state;
        part.size = size;
        must_refuse(options, sizes, SIZES, lines, &part, size < 56 ? TKZ_STATUS_BAD_FORMAT : TKZ_STATUS_CORRUPT);
    }
    for (unsigned i = 0; i < 200; i++) {
        size_t place = 32 + (test_random(&random) >> 33) % (i < 100 ? 200 : state.size - 32 - 8);
        uint8_t before = state.data[place];
        state.data[place] ^= (uint8_t)(1 + (test_random(&random) >> 40) % 255);
        must_refuse(options, sizes, SIZES, lines, &state, TKZ_STATUS_CORRUPT);
        tkz__store_u64(state.data + state.size - 8, tkz__hash64(state.data, state.size - 8));
        trainer = make_trainer(options, sizes, SIZES, lines);
        if (tkz_unigram_trainer_restore(trainer, state.data, state.size, NULL) == TKZ_OK)
            (void)!tkz_unigram_trainer_run(trainer, 1, NULL, NULL);
        tkz_unigram_trainer_free(trainer);
        state.data[place] = before;
        tkz__store_u64(state.data + state.size - 8, tkz__hash64(state.data, state.size - 8));
    }
    tkz_bytes_free(&state);
    tkz_unigram_options_free(options);
    free_lines(lines);
}
END_TEST

START_TEST(test_wrong_sizes)
{
    static const uint32_t twice[] = {300, 300}, small[] = {300, 5};
    line_list *lines = make_lines(9);
    tkz_unigram_options *options = make_options(NULL, NULL), *seeds = make_options("seed_sentencepiece_size", "0");
    tkz_unigram_trainer *trainer;
    tkz_error error;
    ck_assert_int_eq(tkz_unigram_trainer_new(&trainer, options, twice, 2, &lines->list, NULL, NULL, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_null(trainer);
    ck_assert_int_eq(tkz_unigram_trainer_new(&trainer, options, small, 2, &lines->list, NULL, NULL, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_nonnull(strstr(error.message, "5 ids"));
    ck_assert_int_eq(tkz_unigram_trainer_new(&trainer, seeds, sizes, SIZES, &lines->list, NULL, NULL, &error),
                     TKZ_STATUS_INVALID_OPTION);
    tkz_unigram_options_free(options);
    tkz_unigram_options_free(seeds);
    free_lines(lines);
}
END_TEST

/* Of few lines, as it is done once for every allocation. */
static tkz_status go_on(void *context, const tkz_allocator *allocator)
{
    static const char text[] = "ababcabcabababcabc" "bcabcabab" "cabcabcab";
    static const uint64_t offsets[] = {0, 18, 27, 36}, counts[] = {3, 2, 1};
    static const uint32_t small[] = {10, 12};
    const tkz_word_list lines = {text, offsets, counts, 3};
    tkz_unigram_trainer *trainer, *again = NULL;
    tkz_bytes state = {0};
    tkz_status status = tkz_unigram_trainer_new(&trainer, context, small, 2, &lines, NULL, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_unigram_trainer_run(trainer, 1, NULL, NULL);
    if (status == TKZ_OK)
        status = tkz_unigram_trainer_save(trainer, &state, NULL);
    if (status == TKZ_OK)
        status = tkz_unigram_trainer_new(&again, context, small, 2, &lines, NULL, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_unigram_trainer_restore(again, state.data, state.size, NULL);
    if (status == TKZ_OK)
        status = tkz_unigram_trainer_run(again, 0, NULL, NULL);
    tkz_bytes_free(&state);
    tkz_unigram_trainer_free(trainer);
    tkz_unigram_trainer_free(again);
    return status;
}

START_TEST(test_out_of_memory)
{
    tkz_unigram_options *options = make_options("hard_vocab_limit", "false");
    test_all_allocation_failures(go_on, options);
    tkz_unigram_options_free(options);
}
END_TEST

Suite *suite_unigram_steps(void)
{
    Suite *suite = suite_create("unigram_steps");
    TCase *tests = tcase_create("steps");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_several_sizes, 0, 3);
    tcase_add_loop_test(tests, test_restored, 0, 2);
    tcase_add_test(tests, test_other_training);
    tcase_add_test(tests, test_damaged);
    tcase_add_test(tests, test_wrong_sizes);
    tcase_add_test(tests, test_out_of_memory);
    suite_add_tcase(suite, tests);
    return suite;
}
