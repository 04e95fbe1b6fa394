/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of a Unigram model through the public calls: the best ones, samples, entropy, against figures
 * worked out by hand.
 */
#include <math.h>
#include <string.h>

#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"

Suite *suite_encode_paths(void);

enum { UNKNOWN, A, B, C, AB, BC, COUNT };

static tkz_status make(tkz_tokenizer **tokenizer, tkz__model_kind kind,
                       const tkz_allocator *allocator)
{
    static const struct {
        const char *text;
        double score;
    } pieces[COUNT] = {{"<unk>", 0}, {"a", -1}, {"b", -1.5}, {"c", -1}, {"ab", -2}, {"bc", -2.25}};
    const tkz__piece_settings settings = {
        .unknown = UNKNOWN, .fuse_unknown = true, .sentencepiece = true};
    tkz__tokenizer_builder *builder;
    tkz_status status =
        tkz__tokenizer_builder_new(&builder, &tkz__pre_tokenizer_none, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    tkz__tokenizer_builder_set_kind(builder, kind);
    tkz__tokenizer_builder_set_pieces(builder, &settings);
    for (uint32_t id = 0; status == TKZ_OK && id < COUNT; id++) {
        status = tkz__tokenizer_builder_add_token(builder, id, pieces[id].text,
                                                  strlen(pieces[id].text), NULL);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_set_piece(
                builder, id, pieces[id].score, id == UNKNOWN ? TKZ__PIECE_UNKNOWN : TKZ__PIECE_NORMAL,
                NULL);
    }
    if (kind == TKZ__MODEL_CHARACTER_BPE)
        tkz__tokenizer_builder_join_by_score(builder);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_encoder *new_encoder(tkz__model_kind kind)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    ck_assert_status(make(&tokenizer, kind, NULL));
    ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    return encoder;
}

/* abc: ab c -3, a bc -3.25, a b c -3.5. */
static const uint32_t best[3][3] = {{AB, C, 0}, {A, BC, 0}, {A, B, C}};
static const size_t sizes[3] = {2, 2, 3};
static const double scores[3] = {-3, -3.25, -3.5};

START_TEST(best_encodings)
{
    tkz_encoder *encoder = new_encoder(TKZ__MODEL_UNIGRAM);
    const tkz_batch *batch;
    const double *found;
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    ck_assert_status(tkz_encoder_encode_best(encoder, "abc", 3, 10, &batch, &found, NULL));
    ck_assert_uint_eq(batch->count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(batch->offsets[i + 1] - batch->offsets[i], sizes[i]);
        ck_assert_mem_eq(batch->ids + batch->offsets[i], best[i], sizes[i] * 4);
        ck_assert_double_eq_tol(found[i], scores[i], 1e-6);
        ck_assert_uint_eq(batch->spans[batch->offsets[i]].start, 0);
        ck_assert_uint_eq(batch->spans[batch->offsets[i + 1] - 1].end, 3);
    }
    ck_assert_uint_eq(batch->spans[1].start, 2);
    ck_assert_status(tkz_encoder_encode_best(encoder, "abc", 3, 1, &batch, &found, NULL));
    ck_assert_uint_eq(batch->count, 1);
    ck_assert_uint_eq(batch->ids[0], AB);
    ck_assert_int_eq(tkz_encoder_encode_best(encoder, "abc", 3, 0, &batch, &found, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_encoder_encode_best(encoder, "abc", 3, 1025, &batch, &found, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_encoder_free(encoder);
}
END_TEST

static size_t sample(tkz_encoder *encoder)
{
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 3};
    ck_assert_status(tkz_encoder_encode(encoder, "abc", offsets, 1, &batch, NULL));
    for (size_t i = 0; i < 3; i++) {
        if (batch->offsets[1] == sizes[i] && memcmp(batch->ids, best[i], sizes[i] * 4) == 0)
            return i;
    }
    ck_abort_msg("no path of abc");
    return 0;
}

/* Candidates of all, and of the two best. */
START_TEST(samples)
{
    enum { DRAWS = 20000 };
    tkz_encoder *encoder = new_encoder(TKZ__MODEL_UNIGRAM);
    int32_t candidates = _i == 0 ? -1 : 2;
    size_t paths = _i == 0 ? 3 : 2, seen[3] = {0, 0, 0};
    double alpha = 1.5, sum = 0;
    for (size_t i = 0; i < paths; i++)
        sum += exp(alpha * scores[i]);
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        ck_assert_status(tkz_encoder_set_sampling(encoder, candidates, alpha, seed, NULL));
        size_t drawn = sample(encoder);
        ck_assert_uint_eq(sample(encoder), drawn);
        seen[drawn]++;
    }
    for (size_t i = 0; i < 3; i++)
        ck_assert_double_eq_tol((double)seen[i] / DRAWS, i < paths ? exp(alpha * scores[i]) / sum : 0,
                                0.015);
    ck_assert_status(tkz_encoder_set_sampling(encoder, 0, 0, 0, NULL));
    ck_assert_uint_eq(sample(encoder), 0);
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(entropy)
{
    tkz_encoder *encoder = new_encoder(TKZ__MODEL_UNIGRAM);
    double got, sum = 0, wanted = 0;
    for (size_t i = 0; i < 3; i++)
        sum += exp(scores[i]);
    for (size_t i = 0; i < 3; i++)
        wanted -= exp(scores[i]) / sum * (scores[i] - log(sum));
    ck_assert_status(tkz_encoder_entropy(encoder, "abc", 3, 1, &got, NULL));
    ck_assert_double_eq_tol(got, wanted, 1e-5);
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(refused)
{
    tkz_encoder *encoder = new_encoder(TKZ__MODEL_UNIGRAM);
    const tkz_batch *batch;
    const double *found;
    double value;
    ck_assert_int_eq(tkz_encoder_set_sampling(encoder, -1, -1, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_encoder_set_sampling(encoder, -1, (double)NAN, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_encoder_set_sampling(encoder, -2, 1, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_encoder_set_dropout(encoder, 0.1, 0, NULL), TKZ_STATUS_UNSUPPORTED);
    /* What is drawn for a text depends on all of it. */
    ck_assert_status(tkz_encoder_set_sampling(encoder, -1, 1, 0, NULL));
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, "abc", 3, 1, &batch, NULL),
                     TKZ_STATUS_UNSUPPORTED);
    tkz_encoder_free(encoder);
    encoder = new_encoder(TKZ__MODEL_CHARACTER_BPE);
    ck_assert_int_eq(tkz_encoder_set_sampling(encoder, -1, 1, 0, NULL), TKZ_STATUS_UNSUPPORTED);
    ck_assert_int_eq(tkz_encoder_encode_best(encoder, "abc", 3, 2, &batch, &found, NULL),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_int_eq(tkz_encoder_entropy(encoder, "abc", 3, 1, &value, NULL),
                     TKZ_STATUS_UNSUPPORTED);
    tkz_encoder_free(encoder);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    const double *found;
    double value;
    uint64_t offsets[2] = {0, 3};
    tkz_status status = make(&tokenizer, TKZ__MODEL_UNIGRAM, allocator);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    if (status == TKZ_OK) {
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
        status = tkz_encoder_encode_best(encoder, "abc", 3, 3, &batch, &found, NULL);
        if (status == TKZ_OK)
            status = tkz_encoder_entropy(encoder, "abc", 3, 1, &value, NULL);
        if (status == TKZ_OK)
            status = tkz_encoder_set_sampling(encoder, 2, 1, 1, NULL);
        if (status == TKZ_OK)
            status = tkz_encoder_encode(encoder, "abc", offsets, 1, &batch, NULL);
        tkz_encoder_free(encoder);
    }
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(attempt, NULL);
}
END_TEST

Suite *suite_encode_paths(void)
{
    Suite *suite = suite_create("encode_paths");
    TCase *cases = tcase_create("cases");
    tcase_add_test(cases, best_encodings);
    tcase_add_loop_test(cases, samples, 0, 2);
    tcase_add_test(cases, entropy);
    tcase_add_test(cases, refused);
    tcase_add_test(cases, allocation_failures);
    suite_add_tcase(suite, cases);
    return suite;
}
