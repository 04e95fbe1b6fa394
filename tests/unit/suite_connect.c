/* SPDX-License-Identifier: Apache-2.0
 *
 * The inner loop of the search against its plain form, and the words that no best
 * path has against all contexts tried one by one. Leans on random costs.
 */
#include <string.h>

#include "core/memory.h"
#include "morph/connect.h"
#include "morph/dominated_words.h"
#include "testing.h"

Suite *suite_connect(void);

enum { IDS = 40, WORDS = 30, RANDOM_ROUNDS = 20000 };

/* Costs from the whole range, or so few different ones that many are equal. */
static int16_t random_cost(uint64_t *state, bool is_wide)
{
    uint64_t value = test_random(state);
    return is_wide ? (int16_t)value : (int16_t)((int)(value % 5) - 2);
}

static void random_costs(int16_t *costs, size_t count, uint64_t *state, bool is_wide)
{
    for (size_t i = 0; i < count; i++)
        costs[i] = random_cost(state, is_wide);
}

static tkz__image_word random_word(uint64_t *state, bool is_wide)
{
    return (tkz__image_word){.left_id = (uint16_t)(test_random(state) % IDS),
                             .right_id = (uint16_t)(test_random(state) % IDS),
                             .cost = random_cost(state, is_wide),
                             .skipped = (uint16_t)test_random(state)};
}

START_TEST(connects_as_the_plain_form_does)
{
    static int16_t matrix[IDS * IDS];
    uint64_t state = 1;
    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        bool is_wide = round % 2 == 0;
        if (round % 100 < 2)
            random_costs(matrix, IDS * IDS, &state, is_wide);
        tkz__path_key lefts[WORDS], found[WORDS + TKZ__GRAPH_MARGIN], expected[WORDS];
        tkz__image_word rights[WORDS + TKZ__GRAPH_MARGIN];
        size_t left_count = 1 + test_random(&state) % WORDS;
        size_t right_count = 1 + test_random(&state) % WORDS;
        for (size_t i = 0; i < left_count; i++) {
            /* As far from the start as 2^13 words may lead. */
            int32_t cost = TKZ__KEY_START;
            cost += is_wide ? (int32_t)(test_random(&state) % (1 << 30)) - (1 << 29)
                            : (int32_t)(test_random(&state) % 3);
            lefts[i] = tkz__path_key_of(cost, (uint32_t)i, (uint32_t)(test_random(&state) % IDS));
        }
        memset(rights, 0, sizeof rights);
        for (size_t i = 0; i < right_count; i++)
            rights[i] = random_word(&state, is_wide);
        tkz__connection connection = {matrix, IDS, lefts, left_count, rights, right_count, found};
        tkz__connect(&connection);
        connection.results = expected;
        tkz__connect_plain(&connection);
        ck_assert_mem_eq(found, expected, right_count * sizeof *found);
        for (size_t i = 0; i < right_count; i++) {
            ck_assert_int_gt(expected[i], INT64_C(1) << 52); /* no denormal number */
            ck_assert_int_lt(expected[i], TKZ__KEY_LIMIT);
        }
    }
}
END_TEST

/* Whether word `a` takes the place of word `b`, tried in all contexts. */
static bool takes_the_place(const int16_t *costs, const tkz__word *word, size_t a, size_t b)
{
    for (size_t before = 0; before < IDS; before++) {
        for (size_t behind = 0; behind < IDS; behind++) {
            const int16_t *row = costs + behind * IDS;
            int with_a = costs[word[a].left_id * IDS + before] + word[a].cost + row[word[a].right_id];
            int with_b = costs[word[b].left_id * IDS + before] + word[b].cost + row[word[b].right_id];
            if (with_a > with_b || (with_a == with_b && a > b))
                return false;
        }
    }
    return true;
}

START_TEST(leaves_out_what_no_path_has)
{
    static int16_t costs[IDS * IDS];
    uint64_t state = 2;
    size_t left_out = 0;
    for (int round = 0; round < 100; round++) {
        random_costs(costs, IDS * IDS, &state, false);
        tkz__word words[WORDS];
        memset(words, 0, sizeof words);
        for (size_t i = 0; i < WORDS; i++) {
            words[i].left_id = (uint16_t)(test_random(&state) % IDS);
            words[i].right_id = (uint16_t)(test_random(&state) % IDS);
            words[i].cost = (int16_t)(test_random(&state) % 20);
        }
        tkz__compiled_dictionary lexicon = {.words = words, .word_count = WORDS};
        tkz_dictionary dictionary = {.allocator = tkz__allocator_or_default(NULL),
                                     .lexicons = &lexicon, .lexicon_count = 1, .costs = costs,
                                     .left_size = IDS, .right_size = IDS};
        const tkz__trie_surface surfaces[] = {
            {.words = 0 << 8 | 1}, {.words = 1 << 8 | 12}, {.words = 13 << 8 | (WORDS - 13)}};
        bool is_dominated[WORDS] = {false};
        ck_assert_status(tkz__dominated_words_find(&dictionary, surfaces, 3, is_dominated, NULL));
        for (size_t s = 0; s < 3; s++) {
            size_t first = surfaces[s].words >> 8, end = first + (surfaces[s].words & 0xFF);
            for (size_t b = first; b < end; b++) {
                bool expected = false;
                for (size_t a = first; a < end; a++)
                    expected = expected || (a != b && takes_the_place(costs, words, a, b));
                ck_assert_int_eq(is_dominated[b], expected);
                left_out += expected;
            }
        }
    }
    ck_assert_uint_gt(left_out, 100);
}
END_TEST

Suite *suite_connect(void)
{
    Suite *suite = suite_create("connect");
    TCase *tests = tcase_create("connect");
    tcase_add_test(tests, connects_as_the_plain_form_does);
    tcase_add_test(tests, leaves_out_what_no_path_has);
    suite_add_tcase(suite, tests);
    return suite;
}
