/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole lattice: N-best, probabilities, constraints and rivals against sums
 * over all paths. Leans on the dictionary in dict/test and on the lattice's inside.
 */
#include <math.h>
#include <string.h>

#include "morph/lattice.h"
#include "morph_fixture.h"

Suite *suite_lattice(void);

static tkz_lattice *open_lattice(uint32_t requests)
{
    tkz_dictionary *dictionary = open_dictionary(true);
    tkz_lattice *lattice;
    ck_assert_status(tkz_lattice_new(&lattice, dictionary, NULL, NULL));
    ck_assert_status(tkz_lattice_set_requests(lattice, requests, NULL));
    tkz_dictionary_free(dictionary);
    return lattice;
}

static void parse(tkz_lattice *lattice, const char *text)
{
    tkz_error error;
    tkz_status status = tkz_lattice_parse(lattice, text, strlen(text), &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", text, error.message);
}

/* The surfaces of the current path with '|' between. */
static void check_path(tkz_lattice *lattice, const char *expected)
{
    const tkz_lattice_word *words;
    size_t count, used = 0;
    char found[4096] = "";
    const char *text = tkz__lattice_text(lattice);
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(found + used, sizeof found - used, "%s%.*s", i > 0 ? "|" : "",
                                 (int)(words[i].morpheme.end - words[i].morpheme.start),
                                 text + words[i].morpheme.start);
    ck_assert_str_eq(found, expected);
}

/* ---- All paths ---- */

enum { PATHS = 20000 };

typedef struct all_paths {
    const tkz_lattice *lattice;
    int64_t costs[PATHS];
    size_t count;
    double weights;            /* of all paths */
    double *node_weights;      /* of those through a node */
    uint32_t path[256];
    double theta;
} all_paths;

/* Follows every way from `node` back to BOS. */
static void collect(all_paths *all, uint32_t node, size_t depth, int64_t cost)
{
    const tkz_lattice *lattice = all->lattice;
    const tkz__node *right = &lattice->nodes[node];
    all->path[depth] = node;
    if (right->status == TKZ__NODE_BOS) {
        double weight = exp(-all->theta * (double)cost);
        ck_assert_uint_lt(all->count, PATHS);
        all->costs[all->count++] = cost;
        all->weights += weight;
        for (size_t i = 0; i <= depth; i++)
            all->node_weights[all->path[i]] += weight;
        return;
    }
    for (uint32_t i = tkz__lattice_first_left(lattice, right); i != TKZ__NO_NODE;
         i = lattice->nodes[i].newer)
        collect(all, i, depth + 1, cost + tkz__lattice_step(lattice, &lattice->nodes[i], right));
}

static int compare_costs(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static all_paths *find_all_paths(const tkz_lattice *lattice, double theta)
{
    all_paths *all = calloc(1, sizeof *all);
    all->lattice = lattice;
    all->theta = theta;
    all->node_weights = calloc(lattice->count, sizeof *all->node_weights);
    collect(all, (uint32_t)lattice->count - 1, 0, 0);
    qsort(all->costs, all->count, sizeof *all->costs, compare_costs);
    return all;
}

static void free_all_paths(all_paths *all)
{
    free(all->node_weights);
    free(all);
}

static const char *const sentences[] = {
    "", " ", "猫", "東京都", "明日は東京都に行き", "山川の水 ", " 猫が見る", "New York大", "aB1\rテスト、",
    "明日明日は山川山川東京都京都",
};

START_TEST(gives_all_paths_in_order)
{
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_NBEST);
    size_t compared = 0;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        parse(lattice, sentences[i]);
        all_paths *all = find_all_paths(lattice, 0.001);
        int32_t found;
        for (size_t n = 0; n < all->count; n++) {
            const tkz_lattice_word *words;
            size_t count;
            int64_t cost;
            ck_assert_status(tkz_lattice_next(lattice, &found, NULL));
            ck_assert_int_eq(found, 1);
            ck_assert_status(tkz_lattice_words(lattice, &words, &count, &cost, NULL));
            ck_assert_int_eq(cost, all->costs[n]);
            compared++;
        }
        ck_assert_status(tkz_lattice_next(lattice, &found, NULL));
        ck_assert_int_eq(found, 0);
        free_all_paths(all);
    }
    ck_assert_uint_gt(compared, 100);
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(weighs_all_paths)
{
    const double theta = 0.001;
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_MARGINALS);
    ck_assert_status(tkz_lattice_set_theta(lattice, theta, NULL));
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        parse(lattice, sentences[i]);
        all_paths *all = find_all_paths(lattice, theta);
        for (size_t n = 1; n < lattice->count; n++) {
            double expected = all->node_weights[n] / all->weights;
            ck_assert_double_eq_tol((double)lattice->nodes[n].probability, expected, 1e-3);
        }
        free_all_paths(all);
    }
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(takes_theta_as_asked)
{
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_MARGINALS);
    const tkz_lattice_word *words;
    size_t count;
    parse(lattice, "明日");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_float_gt(words[0].probability, 0.999F);
    ck_assert_status(tkz_lattice_set_theta(lattice, 0.001, NULL));
    ck_assert_int_eq(tkz_lattice_words(lattice, &words, &count, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    parse(lattice, "明日");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_float_lt(words[0].probability, 0.6F);
    ck_assert_status(tkz_lattice_set_requests(
        lattice, TKZ_LATTICE_MARGINALS | TKZ_LATTICE_AS_MECAB, NULL));
    parse(lattice, "明日");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_float_gt(words[0].probability, 0.999F);
    tkz_lattice_free(lattice);
}
END_TEST

/* ---- Words ---- */

START_TEST(tells_costs_of_words)
{
    tkz_lattice *lattice = open_lattice(0);
    const tkz_lattice_word *words;
    size_t count;
    int64_t cost;
    parse(lattice, " 猫が\t");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, &cost, NULL));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(words[0].morpheme.space_start, 0);
    ck_assert_uint_eq(words[0].morpheme.start, 1);
    ck_assert_uint_eq(words[0].morpheme.end, 4);
    ck_assert_int_eq(words[0].connection_cost, -500);
    ck_assert_int_eq(words[0].cost, 2500);
    ck_assert_int_eq(words[1].connection_cost, -2000);
    ck_assert_int_eq(words[1].cost, 1000);
    ck_assert_int_eq(cost, 2000); /* 1000 to the end */
    ck_assert_uint_eq(words[1].is_best, 1);
    ck_assert_mem_eq(words[1].morpheme.feature, "助詞,格助詞,ガ", words[1].morpheme.feature_size);
    parse(lattice, "");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, &cost, NULL));
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(cost, 0);
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(shows_all_words)
{
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_ALL);
    const tkz_lattice_word *words;
    size_t count, best = 0;
    int64_t cost;
    parse(lattice, "東京都");
    check_path(lattice, "東京都|東京|東|京都|京|都");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, &cost, NULL));
    for (size_t i = 0; i < count; i++)
        best += words[i].is_best;
    ck_assert_uint_eq(best, 1);
    ck_assert_uint_eq(words[0].is_best, 1);
    ck_assert_int_eq(cost, words[0].cost + 1000); /* from a noun to the end */
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(counts_characters)
{
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_ALL | TKZ_LATTICE_CHARACTERS);
    const tkz_lattice_word *words;
    size_t count;
    parse(lattice, " 東京 都");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_uint_ge(count, 4);
    for (size_t i = 0; i < count; i++) {
        const tkz_morpheme *m = &words[i].morpheme; /* two blanks, three characters of three bytes */
        ck_assert_uint_eq(m->start_character,
                          m->start <= 7 ? 1 + (m->start - 1) / 3 : 4 + (m->start - 8) / 3);
        ck_assert_uint_eq(m->end_character, m->end <= 7 ? 1 + (m->end - 1) / 3 : 5);
    }
    ck_assert_status(tkz_lattice_set_requests(lattice, 0, NULL));
    parse(lattice, "東京");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_uint_eq(words[0].morpheme.end_character, 0);
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(takes_nul_as_white_space)
{
    tkz_lattice *lattice = open_lattice(0);
    ck_assert_status(tkz_lattice_parse(lattice, "\0東\0京 \0", 10, NULL));
    check_path(lattice, "東|京");
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(sets_lengths_and_features_of_unknown_words)
{
    tkz_lattice *lattice = open_lattice(0);
    parse(lattice, "abcdefgh");
    check_path(lattice, "abcdefgh");
    ck_assert_status(tkz_lattice_set_grouping(lattice, 3, NULL));
    parse(lattice, "abcdefgh"); /* one character each, until four are left */
    check_path(lattice, "a|b|c|d|efgh");
    ck_assert_status(tkz_lattice_set_unknown_feature(lattice, "?,x", 3, NULL));
    parse(lattice, "猫a");
    const tkz_lattice_word *words;
    size_t count;
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_uint_eq(words[1].morpheme.feature_size, 3);
    ck_assert_mem_eq(words[1].morpheme.feature, "?,x", 3);
    ck_assert_uint_eq(words[1].morpheme.is_unknown, 1);
    ck_assert_status(tkz_lattice_set_unknown_feature(lattice, NULL, 0, NULL));
    parse(lattice, "a");
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_mem_eq(words[0].morpheme.feature, "名詞,欧文,*", words[0].morpheme.feature_size);
    tkz_lattice_free(lattice);
}
END_TEST

/* ---- Constraints ---- */

START_TEST(keeps_to_borders)
{
    tkz_lattice *lattice = open_lattice(0);
    parse(lattice, "東京都");
    check_path(lattice, "東京都");
    ck_assert_status(tkz_lattice_constrain_border(lattice, 3, TKZ_LATTICE_BORDER_FIXED, NULL));
    parse(lattice, "東京都");
    check_path(lattice, "東|京都");
    parse(lattice, "東京都"); /* used up */
    check_path(lattice, "東京都");
    ck_assert_status(tkz_lattice_constrain_border(lattice, 6, TKZ_LATTICE_BORDER_FIXED, NULL));
    ck_assert_status(tkz_lattice_constrain_border(lattice, 3, TKZ_LATTICE_BORDER_INSIDE, NULL));
    parse(lattice, "東京都");
    check_path(lattice, "東京|都");
    ck_assert_status(tkz_lattice_constrain_border(lattice, 6, TKZ_LATTICE_BORDER_FIXED, NULL));
    ck_assert_status(tkz_lattice_constrain_border(lattice, 6, TKZ_LATTICE_BORDER_ANY, NULL));
    parse(lattice, "東京都");
    check_path(lattice, "東京都");
    ck_assert_status(tkz_lattice_constrain_border(lattice, 3, TKZ_LATTICE_BORDER_FIXED, NULL));
    tkz_lattice_clear_constraints(lattice);
    parse(lattice, "東京都");
    check_path(lattice, "東京都");
    tkz_lattice_free(lattice);
}
END_TEST

static void constrain_word(tkz_lattice *lattice, uint64_t start, uint64_t end,
                           const char *pattern)
{
    ck_assert_status(
        tkz_lattice_constrain_word(lattice, start, end, pattern, strlen(pattern), NULL));
}

/* The feature of the word `index`. */
static void check_feature(tkz_lattice *lattice, size_t index, const char *expected)
{
    const tkz_lattice_word *words;
    size_t count;
    ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
    ck_assert_uint_lt(index, count);
    ck_assert_uint_eq(words[index].morpheme.feature_size, strlen(expected));
    ck_assert_mem_eq(words[index].morpheme.feature, expected, strlen(expected));
}

START_TEST(keeps_to_words)
{
    tkz_lattice *lattice = open_lattice(0);
    constrain_word(lattice, 0, 6, "名詞,*,アシタ");
    parse(lattice, "明日は");
    check_path(lattice, "明日|は");
    check_feature(lattice, 0, "名詞,副詞,アシタ");
    constrain_word(lattice, 0, 6, "動詞");
    parse(lattice, "明日は");
    check_path(lattice, "明日|は");
    check_feature(lattice, 0, "動詞"); /* the pattern itself: nothing else matches */
    constrain_word(lattice, 3, 9, "*");
    parse(lattice, "明日は猫");
    check_path(lattice, "明|日は|猫");
    constrain_word(lattice, 0, 3, "\"名詞\",一般,ネコ,and more");
    parse(lattice, "猫");
    check_feature(lattice, 0, "名詞,一般,ネコ");
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(refuses_what_cannot_be_met)
{
    tkz_lattice *lattice = open_lattice(0);
    tkz_error error;
    constrain_word(lattice, 2, 5, "動詞"); /* the white space stands alone before it */
    ck_assert_status(tkz_lattice_constrain_border(lattice, 1, TKZ_LATTICE_BORDER_FIXED, NULL));
    ck_assert_int_eq(tkz_lattice_parse(lattice, "a 牛", 5, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_uint_eq(error.offset, 1);
    parse(lattice, "a 犬");
    check_path(lattice, "a|犬");
    constrain_word(lattice, 3, 6, "*");
    ck_assert_int_eq(tkz_lattice_parse(lattice, "犬", 3, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_lattice_constrain_word(lattice, 3, 3, "*", 1, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_lattice_constrain_word(lattice, 0, 3, NULL, 1, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_lattice_constrain_border(lattice, 0, 3, NULL), TKZ_STATUS_INVALID_OPTION);
    parse(lattice, "犬");
    check_path(lattice, "犬");
    tkz_lattice_free(lattice);
}
END_TEST

START_TEST(reads_lines_of_known_words)
{
    static const char lines[] = "東\t*\tmore\n京都は\n明日\t名詞,*,アシタ\nEOS\n犬\n";
    tkz_lattice *lattice = open_lattice(0);
    ck_assert_status(tkz_lattice_parse_partial(lattice, lines, sizeof lines - 1, NULL));
    check_path(lattice, "東|京都|は|明日");
    check_feature(lattice, 3, "名詞,副詞,アシタ");
    ck_assert_status(tkz_lattice_parse_partial(lattice, "EOS", 3, NULL));
    check_path(lattice, "");
    ck_assert_status(tkz_lattice_parse_partial(lattice, "", 0, NULL));
    check_path(lattice, "");
    ck_assert_status(tkz_lattice_parse_partial(lattice, "EOS\t名詞", 10, NULL));
    check_path(lattice, "EOS");
    ck_assert_status(tkz_lattice_parse_partial(lattice, "a \n猫\n", 7, NULL));
    check_path(lattice, "a|猫");
    tkz_lattice_free(lattice);
}
END_TEST

/* ---- Rivals ---- */

START_TEST(finds_close_decisions)
{
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_NBEST);
    const tkz_lattice_rival *rivals;
    size_t count;
    parse(lattice, "明日は山川");
    int32_t found;
    ck_assert_status(tkz_lattice_next(lattice, &found, NULL));
    ck_assert_status(tkz_lattice_next(lattice, &found, NULL));
    ck_assert_status(tkz_lattice_rivals(lattice, 101, &rivals, &count, NULL));
    ck_assert_uint_eq(count, 1); /* アス against アシタ */
    ck_assert_uint_eq(rivals[0].start, 0);
    ck_assert_uint_eq(rivals[0].end, 6);
    ck_assert_int_eq(rivals[0].other_cost - rivals[0].best_cost, 100);
    ck_assert_int_eq(rivals[0].best_cost, -500 + 2500 - 2000);
    ck_assert_int_eq(rivals[0].best_following_cost, -2000);
    ck_assert_uint_eq(rivals[0].other_count, 1);
    ck_assert_mem_eq(rivals[0].other[0].morpheme.feature, "名詞,副詞,アシタ",
                     rivals[0].other[0].morpheme.feature_size);
    ck_assert_status(tkz_lattice_rivals(lattice, 100, &rivals, &count, NULL));
    ck_assert_uint_eq(count, 0);
    ck_assert_status(tkz_lattice_rivals(lattice, 5000, &rivals, &count, NULL));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(rivals[1].start, 9); /* 山|川 against 山川 */
    ck_assert_uint_eq(rivals[1].best_count, 1);
    ck_assert_uint_eq(rivals[1].other_count, 2);
    ck_assert_int_eq(rivals[1].other_cost - rivals[1].best_cost, 3000 + 1500 + 3000 - 3500);
    tkz_lattice_free(lattice);
}
END_TEST

/* The first rival of all costs what the second best path costs more. */
START_TEST(agrees_with_the_second_best_path)
{
    tkz_lattice *lattice = open_lattice(0);
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        parse(lattice, sentences[i]);
        all_paths *all = find_all_paths(lattice, 0.001);
        const tkz_lattice_rival *rivals;
        size_t count;
        int64_t least = INT64_MAX;
        ck_assert_status(tkz_lattice_rivals(lattice, INT64_MAX, &rivals, &count, NULL));
        for (size_t n = 0; n < count; n++) {
            int64_t difference = rivals[n].other_cost - rivals[n].best_cost;
            least = difference < least ? difference : least;
        }
        ck_assert_int_eq(count > 0, all->count > 1);
        if (count > 0)
            ck_assert_int_eq(least, all->costs[1] - all->costs[0]);
        free_all_paths(all);
    }
    tkz_lattice_free(lattice);
}
END_TEST

/* ---- Any text ---- */

static size_t random_text(uint64_t *state, char *text, size_t capacity)
{
    static const char *const pieces[] = {
        "猫", "東京都", "明日", "は", " ", "\t", "　", "\r", "a", "XYZ", "12", "テスト", "ー", "😀",
        "\xE3\x81", "\xFF", "\xF0", "New York", "大", "ます", "。", "\xEF\xBF\xBF", "か\xE3\x82\x99",
    };
    size_t used = 0, count = test_random(state) % 30;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[test_random(state) % (sizeof pieces / sizeof *pieces)];
        size_t size = strlen(piece);
        if (used + size > capacity)
            break;
        memcpy(text + used, piece, size);
        used += size;
    }
    return used;
}

START_TEST(finds_the_words_of_the_tagger)
{
    tkz_tagger *tagger = open_tagger(true);
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_NBEST | TKZ_LATTICE_MARGINALS);
    uint64_t state = 11;
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        char text[512];
        size_t size = random_text(&state, text, sizeof text), m_count, w_count;
        const tkz_morpheme *m;
        const tkz_lattice_word *w;
        ck_assert_status(tkz_tagger_parse(tagger, text, size, &m, &m_count, NULL));
        ck_assert_status(tkz_lattice_parse(lattice, text, size, NULL));
        ck_assert_status(tkz_lattice_words(lattice, &w, &w_count, NULL, NULL));
        ck_assert_uint_eq(m_count, w_count);
        for (size_t i = 0; i < m_count; i++) {
            ck_assert_uint_eq(m[i].start, w[i].morpheme.start);
            ck_assert_uint_eq(m[i].end, w[i].morpheme.end);
            ck_assert_uint_eq(m[i].space_start, w[i].morpheme.space_start);
            ck_assert_uint_eq(m[i].feature_size, w[i].morpheme.feature_size);
            ck_assert_mem_eq(m[i].feature, w[i].morpheme.feature, m[i].feature_size);
            ck_assert_int_eq(m[i].is_unknown, w[i].morpheme.is_unknown);
        }
    }
    tkz_tagger_free(tagger);
    tkz_lattice_free(lattice);
}
END_TEST

/* Random constraints on random text: every answer keeps to them or is an error. */
START_TEST(survives_any_constraints)
{
    tkz_lattice *lattice = open_lattice(TKZ_LATTICE_ALL | TKZ_LATTICE_AS_MECAB);
    uint64_t state = 12;
    size_t met = 0;
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        char text[512];
        size_t size = random_text(&state, text, sizeof text), count;
        for (uint64_t i = test_random(&state) % 6; i > 0; i--) {
            uint64_t start = test_random(&state) % (size + 1);
            uint64_t end = start + 1 + test_random(&state) % 9;
            if (test_random(&state) % 2 == 0)
                ck_assert_status(tkz_lattice_constrain_border(
                    lattice, start, (int32_t)(test_random(&state) % 3), NULL));
            else if (end <= size)
                constrain_word(lattice, start, end, i % 2 == 0 ? "*" : "動詞,自立");
        }
        char *exact = malloc(size + (size == 0));
        memcpy(exact, text, size);
        const tkz_lattice_word *words;
        tkz_status status = tkz_lattice_parse(lattice, exact, size, NULL);
        ck_assert(status == TKZ_OK || status == TKZ_STATUS_INVALID_ARGUMENT);
        if (status == TKZ_OK) {
            ck_assert_status(tkz_lattice_words(lattice, &words, &count, NULL, NULL));
            met++;
        }
        free(exact);
    }
    ck_assert_uint_gt(met, 1000 / TEST_SHORTER);
    tkz_lattice_free(lattice);
}
END_TEST

/* ---- Options and memory ---- */

START_TEST(refuses_wrong_options)
{
    tkz_lattice *lattice = open_lattice(0);
    tkz_error error;
    int32_t found;
    const tkz_lattice_word *words;
    const tkz_lattice_rival *rivals;
    size_t count;
    ck_assert_int_eq(tkz_lattice_words(lattice, &words, &count, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_lattice_rivals(lattice, 1, &rivals, &count, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    parse(lattice, "猫");
    ck_assert_int_eq(tkz_lattice_next(lattice, &found, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_lattice_set_requests(lattice, 32, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_set_theta(lattice, 0, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_set_theta(lattice, NAN, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_set_theta(lattice, INFINITY, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_set_grouping(lattice, 0, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_set_grouping(lattice, 65536, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_set_unknown_feature(lattice, "a\0b", 3, NULL),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_parse(lattice, NULL, 1, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_lattice_parse(lattice, "", SIZE_MAX, NULL), TKZ_STATUS_LIMIT);
    tkz_lattice *none;
    ck_assert_int_eq(tkz_lattice_new(&none, NULL, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(none);
    tkz_lattice_free(lattice);
    tkz_lattice_free(NULL);
}
END_TEST

static tkz_status analyse_everything(void *context, const tkz_allocator *allocator)
{
    static const char lines[] = "東\t名詞\n京都は\n明日\t*,*,アシタ\nEOS\n";
    tkz_dictionary *dictionary = context;
    tkz_lattice *lattice;
    tkz_morph_style *style = NULL;
    const tkz_lattice_word *words;
    const tkz_lattice_rival *rivals;
    const char *output;
    size_t count;
    tkz_status status = tkz_lattice_new(&lattice, dictionary, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_set_requests(lattice, TKZ_LATTICE_NBEST | TKZ_LATTICE_MARGINALS |
                                                       TKZ_LATTICE_CHARACTERS,
                                          NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_set_unknown_feature(lattice, "?", 1, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_constrain_word(lattice, 0, 3, "*", 1, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_parse(lattice, "東京都に", 12, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_parse_partial(lattice, lines, sizeof lines - 1, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_words(lattice, &words, &count, NULL, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_rivals(lattice, 10000, &rivals, &count, NULL);
    if (status == TKZ_OK)
        status = tkz_morph_style_new(&style, dictionary, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_morph_style_set_name(style, "dump", NULL);
    if (status == TKZ_OK)
        status = tkz_morph_style_set_template(style, TKZ_MORPH_TEMPLATE_WORD, "%m %F-[0,1]\\n", 13,
                                              NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_format_best(lattice, style, 9, &output, &count, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_set_unknown_feature(lattice, NULL, 0, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_set_requests(lattice, 0, NULL);
    if (status == TKZ_OK)
        status = tkz_lattice_format_text(lattice, style, "東京都に", 12, &output, &count, NULL);
    tkz_morph_style_free(style);
    tkz_lattice_free(lattice);
    return status;
}

START_TEST(reports_failed_allocations)
{
    tkz_dictionary *dictionary = open_dictionary(true);
    test_all_allocation_failures(analyse_everything, dictionary);
    tkz_dictionary_free(dictionary);
}
END_TEST

Suite *suite_lattice(void)
{
    Suite *suite = suite_create("lattice");
    TCase *cases = tcase_create("words");
    tcase_add_unchecked_fixture(cases, compile_dictionary, remove_dictionary);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, gives_all_paths_in_order);
    tcase_add_test(cases, weighs_all_paths);
    tcase_add_test(cases, takes_theta_as_asked);
    tcase_add_test(cases, tells_costs_of_words);
    tcase_add_test(cases, shows_all_words);
    tcase_add_test(cases, counts_characters);
    tcase_add_test(cases, takes_nul_as_white_space);
    tcase_add_test(cases, sets_lengths_and_features_of_unknown_words);
    tcase_add_test(cases, keeps_to_borders);
    tcase_add_test(cases, keeps_to_words);
    tcase_add_test(cases, refuses_what_cannot_be_met);
    tcase_add_test(cases, reads_lines_of_known_words);
    tcase_add_test(cases, finds_close_decisions);
    tcase_add_test(cases, agrees_with_the_second_best_path);
    tcase_add_test(cases, finds_the_words_of_the_tagger);
    tcase_add_test(cases, survives_any_constraints);
    tcase_add_test(cases, refuses_wrong_options);
    tcase_add_test(cases, reports_failed_allocations);
    suite_add_tcase(suite, cases);
    return suite;
}
