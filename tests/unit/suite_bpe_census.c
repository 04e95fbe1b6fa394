/* SPDX-License-Identifier: Apache-2.0
 *
 * The pairs that come next in BPE training: each is found once, with its count and its places, whatever room there is.
 * Leans on Check.
 */
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "testing.h"
#include "train/bpe_census.h"
#include "train/bpe_merges.h"

Suite *suite_bpe_census(void);

enum { WORDS = TEST_SHORTER == 1 ? 400 : 160, SYMBOLS = 12, PLACES = WORDS * (SYMBOLS + 1) + 1 };

/* What a slow count says. */
typedef struct counted {
    uint64_t key;
    uint64_t count;
    uint32_t places;
    bool is_found;
} counted;

typedef struct sample {
    tkz_bpe_options *options;
    tkz__bpe_tokens tokens;
    tkz__bpe_words words;
    counted *pairs;
    size_t count;
} sample;

static counted *find(sample *own, uint64_t key)
{
    for (size_t i = 0; i < own->count; i++)
        if (own->pairs[i].key == key)
            return &own->pairs[i];
    return NULL;
}

/* All pairs of the words, by looking at each place. */
static void count_slowly(sample *own)
{
    own->pairs = calloc(PLACES, sizeof *own->pairs);
    ck_assert_ptr_nonnull(own->pairs);
    size_t run = 0;
    for (uint32_t place = 1; place + 1 < own->words.size; place++) {
        uint32_t left = own->words.places[place], right = own->words.places[place + 1];
        if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
            continue;
        run = tkz__bpe_words_run(&own->words, run, place);
        counted *pair = find(own, tkz__pair_key(left, right));
        if (pair == NULL) {
            pair = &own->pairs[own->count++];
            pair->key = tkz__pair_key(left, right);
        }
        pair->count += own->words.runs[run].count;
        pair->places++;
    }
}

/* A character for each symbol; the order of their codes is not that of ids. */
static const uint8_t *text_of(uint32_t id)
{
    static uint8_t text[3];
    uint32_t code = 0x4E00 + (id * 7 & 0x3FFF);
    text[0] = (uint8_t)(0xE0 | code >> 12);
    text[1] = (uint8_t)(0x80 | (code >> 6 & 63));
    text[2] = (uint8_t)(0x80 | (code & 63));
    return text;
}

/* Words of `ids` different symbols, the first of which are frequent; counts up to `most`. */
static void set_up(sample *own, uint64_t seed, uint32_t ids, uint64_t most, int32_t order)
{
    static uint32_t symbols[WORDS * SYMBOLS];
    static uint64_t offsets[WORDS + 1], counts[WORDS];
    tkz__random random = {seed};
    memset(own, 0, sizeof *own);
    for (size_t i = 0; i < WORDS; i++) {
        counts[i] = 1 + tkz__random_next(&random) % most;
        offsets[i + 1] = offsets[i] + 1 + tkz__random_next(&random) % SYMBOLS;
        for (uint64_t at = offsets[i]; at < offsets[i + 1]; at++) {
            uint64_t symbol = tkz__random_next(&random) % ids;
            symbols[at] = tkz__random_next(&random) % 9 == 0 ? TKZ__BPE_BORDER
                                                             : (uint32_t)(symbol * symbol / ids);
        }
    }
    const tkz__bpe_rows rows = {symbols, offsets, counts, WORDS};
    ck_assert_status(tkz_bpe_options_new(&own->options, NULL, NULL));
    own->options->longest_bytes = 100;
    own->options->order = order;
    own->options->minimum_count = 1;
    ck_assert_status(tkz__bpe_tokens_start(&own->tokens, own->options, NULL, NULL));
    for (uint32_t id = 0; id < ids; id++)
        ck_assert_status(tkz__bpe_tokens_add(&own->tokens, text_of(id), 3, NULL));
    ck_assert_status(tkz__bpe_words_of_rows(&own->words, &rows, 0, NULL, NULL));
    count_slowly(own);
}

static void tear_down(sample *own)
{
    free(own->pairs);
    tkz__bpe_tokens_free(&own->tokens);
    tkz__bpe_words_free(&own->words);
    tkz__bpe_tokens_free(&own->tokens);
    tkz_bpe_options_free(own->options);
}

/* Takes all pairs out and compares them. */
static void check_pairs(sample *own, tkz__bpe_pairs *pairs)
{
    uint32_t best;
    while (tkz__bpe_pairs_take(pairs, &best)) {
        const tkz__bpe_pair *pair = &pairs->records[best];
        counted *known = find(own, tkz__pair_key(pair->left, pair->right));
        ck_assert_ptr_nonnull(known);
        ck_assert(!known->is_found);
        known->is_found = true;
        ck_assert_uint_eq(pair->count, known->count);
        ck_assert_uint_eq(pair->posting_count, known->places);
        for (uint32_t i = 0; i < pair->posting_count; i++) {
            uint32_t place = pairs->pool[pair->postings + i];
            ck_assert(i == 0 || place > pairs->pool[pair->postings + i - 1]);
            ck_assert_uint_eq(own->words.places[place], pair->left);
            ck_assert_uint_eq(own->words.places[place + 1], pair->right);
        }
        tkz__bpe_pairs_release(pairs, best);
    }
}

/* With counts above 2^32, with few ids and many, with all the room and with none: one census after the other finds every
 * pair above the minimum once, and none below it. */
START_TEST(test_census)
{
    const uint32_t ids[] = {3, 60, 700, 3000};
    const uint64_t rooms[] = {0, 3000, 20000, UINT64_MAX / 2}, most = _i % 2 == 0 ? 3 : UINT64_C(1) << 40;
    sample own;
    set_up(&own, (uint64_t)_i + 5, ids[_i / 2 % 4], most, TKZ_BPE_ORDER_HF);
    for (size_t room = 0; room < 4; room++) {
        tkz__bpe_pairs pairs;
        const uint64_t minimum = room == 1 ? most / 2 + 1 : 1;
        tkz__bpe_census_bounds bounds = {.minimum = minimum, .behind = {UINT64_MAX, TKZ__BPE_ALL_OF_COUNT, 0}, .room = rooms[room],
                                         .wanted = room == 2 ? 7 : 100000};
        bool found = true;
        for (size_t rounds = 0; found; rounds++) {
            ck_assert_uint_lt(rounds, PLACES);
            tkz__bpe_pairs_init(&pairs, 1, NULL);
            ck_assert_status(tkz__bpe_census(&pairs, &own.words, &own.tokens, &bounds, &found, NULL));
            ck_assert(!found || (pairs.last.count >= minimum && pairs.last.count <= bounds.behind.count));
            check_pairs(&own, &pairs);
            bounds.behind = pairs.last;
            tkz__bpe_pairs_free(&pairs);
        }
        for (size_t i = 0; i < own.count; i++) {
            ck_assert(own.pairs[i].is_found == (own.pairs[i].count >= minimum));
            own.pairs[i].is_found = false;
        }
    }
    tear_down(&own);
}
END_TEST

/* What merging makes with so many bytes for pairs. */
static tkz__bpe_token *merge_all(sample *own, uint64_t room, uint32_t ids, uint64_t most, int32_t order, size_t *count)
{
    tkz__bpe_merger merger;
    set_up(own, 77, ids, most, order);
    ck_assert_status(tkz__bpe_merger_init(&merger, &own->words, &own->tokens, NULL, NULL));
    merger.memory = room == UINT64_MAX ? room : own->words.capacity * sizeof *own->words.places + room;
    ck_assert_status(tkz__bpe_merger_run(&merger, 100000, 0, 100000, NULL, NULL));
    ck_assert(merger.is_done);
    tkz__bpe_merger_free(&merger);
    *count = own->tokens.count;
    tkz__bpe_token *tokens = malloc(*count * sizeof *tokens);
    ck_assert_ptr_nonnull(tokens);
    memcpy(tokens, own->tokens.tokens, *count * sizeof *tokens);
    tear_down(own);
    return tokens;
}

/* Pairs that are all equally frequent come in the order of equals, however few of them there is room for at a time. */
START_TEST(test_equals)
{
    const int32_t order = _i % 2 == 0 ? TKZ_BPE_ORDER_HF : TKZ_BPE_ORDER_SENTENCEPIECE;
    const uint64_t rooms[] = {0, 2000, 50000}, most = _i / 2 % 2 == 0 ? 1 : 3;
    const uint32_t ids = _i / 4 % 2 == 0 ? 60 : 900;
    sample own;
    size_t count, other_count;
    tkz__bpe_token *tokens = merge_all(&own, UINT64_MAX, ids, most, order, &count);
    ck_assert_uint_gt(count, ids + WORDS * 2);
    for (size_t room = 0; room < 3; room++) {
        tkz__bpe_token *others = merge_all(&own, rooms[room], ids, most, order, &other_count);
        ck_assert_uint_eq(count, other_count);
        for (size_t id = 0; id < count; id++) {
            ck_assert_uint_eq(tokens[id].left, others[id].left);
            ck_assert_uint_eq(tokens[id].right, others[id].right);
        }
        free(others);
    }
    free(tokens);
}
END_TEST

/* Tokens that fill several places come to one each, and words of one token go. */
START_TEST(test_compact)
{
    const uint32_t symbols[] = {0, 1, 2, 3, 1, 1}, widths[] = {1, 1, 1, 1, 3, 2};
    const uint64_t offsets[] = {0, 4, 6}, counts[] = {7, 2};
    const tkz__bpe_rows rows = {symbols, offsets, counts, 2};
    tkz__bpe_words words;
    ck_assert_status(tkz__bpe_words_of_rows(&words, &rows, 0, NULL, NULL));
    ck_assert_uint_eq(words.size, 9);
    words.places[1] = words.places[3] = 4; /* the first word: 4 of three places, and 3 */
    words.places[2] = TKZ__BPE_INSIDE;
    words.places[6] = words.places[7] = 5; /* the second one: 5 of two places */
    ck_assert_status(tkz__bpe_words_compact(&words, widths, NULL));
    ck_assert_uint_eq(words.size, 4);
    ck_assert_uint_eq(words.run_count, 1);
    ck_assert_uint_eq(words.runs[0].end, 4);
    ck_assert_uint_eq(words.places[1], 4);
    ck_assert_uint_eq(words.places[2], 3);
    ck_assert_uint_eq(words.places[3], TKZ__BPE_BORDER);
    tkz__bpe_words_free(&words);
}
END_TEST

Suite *suite_bpe_census(void)
{
    Suite *suite = suite_create("bpe_census");
    TCase *tests = tcase_create("bpe_census");
    tcase_add_loop_test(tests, test_census, 0, 16);
    tcase_add_loop_test(tests, test_equals, 0, 8);
    tcase_add_test(tests, test_compact);
    suite_add_tcase(suite, tests);
    return suite;
}
