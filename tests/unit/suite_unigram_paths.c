/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram models: best paths, samples and entropy against all paths where those can be listed, what is
 * refused, damaged tables, memory that is out.
 */
#include <float.h>
#include <math.h>

#include "unigram_fixture.h"

Suite *suite_unigram_paths(void);

/* ---- All paths --------------------------------------------------------- */

enum { MOST_ALL = 4096 };

/* All paths through a short text, listed one by one. */
typedef struct listing {
    size_t count;
    uint32_t ids[MOST_ALL][16];
    uint32_t sizes[MOST_ALL];
    double scores[MOST_ALL];
} listing;

static void list_paths(const model *made, const char *text, uint32_t *ids, uint32_t depth,
                       double score, listing *all)
{
    if (*text == '\0') {
        ck_assert(all->count < MOST_ALL);
        memcpy(all->ids[all->count], ids, depth * sizeof *ids);
        all->sizes[all->count] = depth;
        all->scores[all->count++] = score;
        return;
    }
    for (uint32_t id = 1; id < made->parts.token_count; id++) {
        size_t size = made->offsets[id + 1] - made->offsets[id];
        if (strncmp(text, (const char *)made->bytes + made->offsets[id], size) != 0)
            continue;
        ids[depth] = id;
        list_paths(made, text + size, ids, depth + 1, score + made->scores[id], all);
    }
}

static size_t number_of(const listing *all, const tkz__token_list *tokens)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->sizes[i] == tokens->count &&
            memcmp(all->ids[i], tokens->ids, tokens->count * sizeof *tokens->ids) == 0)
            return i;
    }
    ck_abort_msg("a path that is none");
}

static void paths_model(model *made)
{
    example_model(made, true);
    for (uint32_t id = 1; id < made->parts.token_count; id++)
        made->scores[id] = -0.25 - (double)(id * 37 % 16) / 8;
    model_add(made, "bc", -1.0625, TKZ__PIECE_NORMAL);
    model_add(made, "da", -1.53125, TKZ__PIECE_NORMAL);
}

#define PATHS_TEXT "abcdabcdab"

START_TEST(best_paths)
{
    static model made;
    static listing all;
    static tkz__token_list lists[TKZ__UNIGRAM_MOST_PATHS];
    static float scores[TKZ__UNIGRAM_MOST_PATHS];
    static bool seen[MOST_ALL];
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint32_t ids[16], found;
    engine own;
    paths_model(&made);
    list_paths(&made, PATHS_TEXT, ids, 0, 0, &all);
    ck_assert_status(engine_open(&own, &made, &allocator));
    for (uint32_t i = 0; i < TKZ__UNIGRAM_MOST_PATHS; i++)
        tkz__token_list_init(&lists[i], &allocator);
    ck_assert_uint_lt(all.count, TKZ__UNIGRAM_MOST_PATHS);
    ck_assert_status(tkz__unigram_nbest(&own.worker, &own.view, (const uint8_t *)PATHS_TEXT,
                                        strlen(PATHS_TEXT), TKZ__UNIGRAM_MOST_PATHS, lists,
                                        scores, &found, NULL));
    ck_assert_uint_eq(found, all.count);
    for (uint32_t i = 0; i < found; i++) {
        size_t number = number_of(&all, &lists[i]);
        ck_assert(!seen[number]);
        seen[number] = true;
        ck_assert_double_eq((double)scores[i], all.scores[number]); /* all sums are exact */
        ck_assert(i == 0 || scores[i] <= scores[i - 1]);
    }
    engine_encode(&own, PATHS_TEXT, strlen(PATHS_TEXT));
    ck_assert_double_eq(all.scores[number_of(&all, &own.tokens)], (double)scores[0]);
    for (uint32_t i = 0; i < TKZ__UNIGRAM_MOST_PATHS; i++)
        tkz__token_list_free(&lists[i]);
    engine_close(&own);
}
END_TEST

/* So many paths on so long a text that the agenda shrinks, and then that the search is given up:
 * the best
 * path alone, with its score. */
START_TEST(too_many_paths)
{
    enum { SIZE = 3000, COUNT = 300 };
    static model made;
    static char text[SIZE];
    static tkz__token_list lists[COUNT];
    static float scores[COUNT];
    uint32_t found;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    engine own;
    model_init(&made, true);
    model_add(&made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    model_add(&made, "a", -1, TKZ__PIECE_NORMAL);
    model_add(&made, "aa", -2.0009765625, TKZ__PIECE_NORMAL); /* all sums are exact */
    memset(text, 'a', SIZE);
    ck_assert_status(engine_open(&own, &made, &allocator));
    for (uint32_t i = 0; i < COUNT; i++)
        tkz__token_list_init(&lists[i], &allocator);
    ck_assert_status(tkz__unigram_nbest(&own.worker, &own.view, (const uint8_t *)text, SIZE, COUNT,
                                        lists, scores, &found, NULL));
    ck_assert_uint_eq(found, 1);
    ck_assert_double_eq((double)scores[0], -SIZE);
    ck_assert_uint_eq(lists[0].count, SIZE);
    for (uint32_t i = 1; i < COUNT; i++)
        ck_assert_uint_eq(lists[i].count, 0);
    for (uint32_t i = 0; i < COUNT; i++)
        tkz__token_list_free(&lists[i]);
    engine_close(&own);
}
END_TEST

/* Frequencies of samples against the probabilities of all paths; with `best` above 1 only the best
 * are drawn. */
static void check_samples(engine *own, const listing *all, int32_t best,
                          double alpha, size_t expected)
{
    enum { DRAWS = 40000 / TEST_SHORTER };
    static uint32_t counts[MOST_ALL];
    double sum = 0, off = 0;
    size_t drawn = 0;
    memset(counts, 0, sizeof counts);
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        own->tokens.count = 0;
        ck_assert_status(tkz__unigram_sample(&own->worker, &own->view, (const uint8_t *)PATHS_TEXT,
                                             strlen(PATHS_TEXT), best, alpha, seed, &own->tokens,
                                             NULL));
        counts[number_of(all, &own->tokens)]++;
    }
    for (size_t i = 0; i < all->count; i++) {
        drawn += counts[i] > 0;
        sum += counts[i] > 0 || best < 0 ? exp(alpha * all->scores[i]) : 0;
    }
    ck_assert_uint_le(drawn, expected);
    for (size_t i = 0; i < all->count; i++) {
        double wanted = exp(alpha * all->scores[i]) / sum * DRAWS;
        if (counts[i] > 0 || best < 0)
            off += (counts[i] - wanted) * (counts[i] - wanted) / wanted;
    }
    /* Chi-square: its mean is the number of paths, its variance twice that. Seeds are fixed. */
    double paths = (double)(best < 0 ? all->count : drawn);
    ck_assert_msg(off < paths + 5 * sqrt(2 * paths), "off by %g on %g paths", off, paths);
}

START_TEST(samples)
{
    static model made;
    static listing all;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint32_t ids[16];
    engine own;
    paths_model(&made);
    list_paths(&made, PATHS_TEXT, ids, 0, 0, &all);
    ck_assert_status(engine_open(&own, &made, &allocator));
    check_samples(&own, &all, -1, 0.2, all.count);
    check_samples(&own, &all, -1, 0, all.count);
    check_samples(&own, &all, 10, 0.2, 10);
    check_samples(&own, &all, 1, 0.2, 1);
    engine_close(&own);
}
END_TEST

START_TEST(entropy)
{
    static model made;
    static listing all;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint32_t ids[16];
    double sum = 0, wanted = 0, given;
    engine own;
    paths_model(&made);
    list_paths(&made, PATHS_TEXT, ids, 0, 0, &all);
    for (size_t i = 0; i < all.count; i++)
        sum += exp(0.3 * all.scores[i]);
    for (size_t i = 0; i < all.count; i++) {
        double chance = exp(0.3 * all.scores[i]) / sum;
        wanted -= chance * log(chance);
    }
    ck_assert_status(engine_open(&own, &made, &allocator));
    ck_assert_status(tkz__unigram_entropy(&own.view, (const uint8_t *)PATHS_TEXT,
                                          strlen(PATHS_TEXT), 0.3, &allocator, &given, NULL));
    ck_assert_double_eq_tol(given, wanted, 1e-12);
    ck_assert_status(tkz__unigram_entropy(&own.view, NULL, 0, 0.3, &allocator, &given, NULL));
    ck_assert_double_eq(given, 0);
    engine_close(&own);
}
END_TEST

/* ---- Errors ------------------------------------------------------------ */

START_TEST(refusals)
{
    static model made;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer block;
    engine own;
    float score;
    double entropy_given;
    uint32_t found;
    example_model(&made, true);
    tkz__buffer_init(&block, &allocator);
    made.scores[3] = NAN;
    ck_assert_int_eq(tkz__unigram_make(&made.parts, &block, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    made.scores[3] = 1e39; /* no float */
    ck_assert_int_eq(tkz__unigram_make(&made.parts, &block, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    made.scores[3] = 0;
    tkz__buffer_free(&block);
    ck_assert_status(engine_open(&own, &made, &allocator));
    const uint8_t *text = (const uint8_t *)"abc";
    ck_assert_int_eq(tkz__unigram_nbest(&own.worker, &own.view, text, 3, 0, &own.tokens, &score,
                                        &found, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__unigram_sample(&own.worker, &own.view, text, 3,
                                         TKZ__UNIGRAM_MOST_PATHS + 1, 0.1, 1, &own.tokens, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__unigram_sample(&own.worker, &own.view, text, 3, -1, -0.1, 1, &own.tokens,
                                         NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__unigram_entropy(&own.view, text, 3, NAN, &allocator, &entropy_given, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    engine_close(&own);
}
END_TEST

START_TEST(verification)
{
    static model made;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    engine own;
    example_model(&made, true);
    ck_assert_status(engine_open(&own, &made, &allocator));
    ck_assert_status(tkz__unigram_verify(&own.view, &made.parts, &allocator, "model", NULL));
    made.scores[4] = -0.5;
    ck_assert_int_eq(tkz__unigram_verify(&own.view, &made.parts, &allocator, "model", NULL),
                     TKZ_STATUS_CORRUPT);
    engine_close(&own);
}
END_TEST

/* A table that is damaged may give wrong tokens or an error, but never one beyond the vocabulary. */
static void use_damaged(const uint8_t *block, size_t size, uint32_t token_count)
{
    static const char text[] = "abcdacdxx" A CLEF SPACE "abcabcabcabcabcabcabcabcabcabcabcdz";
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    engine own;
    if (tkz__unigram_open(&own.view, block, size, token_count, "model", NULL) != TKZ_OK)
        return;
    tkz__unigram_worker_init(&own.worker, &allocator);
    tkz__token_list_init(&own.tokens, &allocator);
    tkz_status status = tkz__unigram_encode(&own.worker, &own.view, (const uint8_t *)text,
                                            sizeof text - 1, &own.tokens, NULL);
    ck_assert(status == TKZ_OK || status == TKZ_STATUS_CORRUPT);
    status = tkz__unigram_sample(&own.worker, &own.view, (const uint8_t *)text, sizeof text - 1, 3,
                                 0.5, 7, &own.tokens, NULL);
    ck_assert(status == TKZ_OK || status == TKZ_STATUS_CORRUPT);
    for (size_t i = 0; i < own.tokens.count; i++)
        ck_assert_uint_lt(own.tokens.ids[i], token_count);
    tkz__token_list_free(&own.tokens);
    tkz__unigram_worker_free(&own.worker);
}

/* The codes of characters that the text does not have are zeros that nothing reads: they are left. */
START_TEST(damaged_tables)
{
    static model made;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    for (int wide = 0; wide < 2; wide++) {
        engine own;
        example_model(&made, wide == 0);
        model_add(&made, CLEF, -0.1, TKZ__PIECE_NORMAL);
        model_add(&made, A, -0.3, TKZ__PIECE_NORMAL);
        ck_assert_status(engine_open(&own, &made, &allocator));
        ck_assert((own.view.scores != NULL) == (wide != 0));
        const uint8_t flips[] = {0x01, 0x80, 0xFF};
        for (size_t i = 0; i < own.block.size; i++) {
            size_t plane = (size_t)(own.view.pages - own.block.data);
            if (i >= 0x400 && i < plane && own.block.data[i] == 0)
                continue;
            if (i >= plane && i < (size_t)(own.view.codes - own.block.data) && i % 97 != 0)
                continue;
            if (TEST_SHORTER > 1 && i > 0x400 && i % 37 != 0)
                continue;
            uint8_t before = own.block.data[i];
            own.block.data[i] ^= flips[i % 3];
            use_damaged(own.block.data, own.block.size, made.parts.token_count);
            own.block.data[i] = before;
        }
        for (size_t size = 0; size < own.block.size; size += 1 + size / 3)
            ck_assert_int_eq(tkz__unigram_open(&own.view, own.block.data, size,
                                               made.parts.token_count, "model", NULL),
                             TKZ_STATUS_CORRUPT);
        engine_close(&own);
    }
}
END_TEST

static tkz_status use_everything(void *context, const tkz_allocator *allocator)
{
    const model *made = context;
    char text[300];
    float scores[3];
    double given;
    uint32_t found;
    engine own;
    tkz__token_list lists[3];
    memset(text, 'a', sizeof text);
    for (int i = 0; i < 3; i++)
        tkz__token_list_init(&lists[i], allocator);
    tkz_status status = engine_open(&own, made, allocator);
    if (status == TKZ_OK)
        status = tkz__unigram_verify(&own.view, &made->parts, allocator, "model", NULL);
    if (status == TKZ_OK)
        status = tkz__unigram_encode(&own.worker, &own.view, (const uint8_t *)text, sizeof text,
                                     &own.tokens, NULL);
    if (status == TKZ_OK)
        status = tkz__unigram_nbest(&own.worker, &own.view, (const uint8_t *)"abcdx", 5, 3, lists,
                                    scores, &found, NULL);
    for (int32_t best = -1; status == TKZ_OK && best < 4; best += 4)
        status = tkz__unigram_sample(&own.worker, &own.view, (const uint8_t *)"abcdx", 5, best, 0.3,
                                     1, &own.tokens, NULL);
    if (status == TKZ_OK)
        status = tkz__unigram_entropy(&own.view, (const uint8_t *)"abcdx", 5, 0.3, allocator,
                                      &given, NULL);
    for (int i = 0; i < 3; i++)
        tkz__token_list_free(&lists[i]);
    engine_close(&own);
    return status;
}

START_TEST(failing_allocations)
{
    static model made;
    example_model(&made, false);
    model_add(&made, "aa", -0.1, TKZ__PIECE_NORMAL);
    test_all_allocation_failures(use_everything, &made);
}
END_TEST

Suite *suite_unigram_paths(void)
{
    Suite *suite = suite_create("unigram_paths");
    TCase *engine_case = tcase_create("unigram_paths");
    tcase_add_test(engine_case, best_paths);
    tcase_add_test(engine_case, too_many_paths);
    tcase_add_test(engine_case, samples);
    tcase_add_test(engine_case, entropy);
    tcase_add_test(engine_case, refusals);
    tcase_add_test(engine_case, verification);
    tcase_add_test(engine_case, damaged_tables);
    tcase_add_test(engine_case, failing_allocations);
    suite_add_tcase(suite, engine_case);
    return suite;
}
