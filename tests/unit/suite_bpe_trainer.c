/* SPDX-License-Identifier: Apache-2.0
 *
 * BPE training: the incremental engine against a trainer that counts all pairs
 * anew before each merge, and the public face. Leans on Check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/byte_level.h"
#include "subword/tokenizer.h"
#include "testing.h"
#include "train/bpe_trainer.h"
#include "train/word_counts.h"

Suite *suite_bpe_trainer(void);

static tkz_word_counts *new_counts(void)
{
    tkz_word_counts *counts;
    ck_assert_status(tkz_word_counts_new(&counts, "llama3", NULL, NULL));
    return counts;
}

static void add(tkz_word_counts *counts, const char *word, uint64_t count)
{
    ck_assert_status(tkz_word_counts_add(counts, word, strlen(word), count, NULL));
}

/* ---- The slow trainer ---------------------------------------------------- */

enum { SLOW_WORDS = 64, SLOW_LENGTH = 64, SLOW_IDS = 640 };

typedef struct merge {
    uint32_t left;
    uint32_t right;
} merge;

typedef struct slow_trainer {
    uint32_t words[SLOW_WORDS][SLOW_LENGTH];
    size_t lengths[SLOW_WORDS];
    uint64_t word_counts[SLOW_WORDS];
    size_t count;
    uint64_t pairs[SLOW_IDS][SLOW_IDS];
    merge merges[SLOW_IDS];
    size_t merge_count;
} slow_trainer;

/* Ids of bytes: those of HF's order, or their values. */
static void slow_load(slow_trainer *slow, const tkz_word_counts *counts, int32_t how)
{
    uint8_t order[256], ids[256];
    const tkz__byte_map *map = tkz__word_counts_map(counts);
    memset(slow, 0, sizeof *slow);
    tkz__byte_level_order(order);
    for (size_t i = 0; i < 256; i++)
        ids[how == TKZ_BPE_ORDER_HF ? order[i] : i] = (uint8_t)i;
    ck_assert_uint_le(map->count, SLOW_WORDS);
    slow->count = map->count;
    for (size_t i = 0; i < map->count; i++) {
        const uint8_t *word = tkz__byte_map_key(map, &map->entries[i]);
        slow->lengths[i] = map->entries[i].key_size;
        slow->word_counts[i] = map->entries[i].value;
        ck_assert_uint_le(slow->lengths[i], SLOW_LENGTH);
        for (size_t k = 0; k < slow->lengths[i]; k++)
            slow->words[i][k] = ids[word[k]];
    }
}

static void slow_merge(slow_trainer *slow, uint32_t left, uint32_t right, uint32_t made)
{
    for (size_t i = 0; i < slow->count; i++) {
        uint32_t *word = slow->words[i];
        size_t target = 0;
        for (size_t k = 0; k < slow->lengths[i]; k++) {
            bool merges = k + 1 < slow->lengths[i] && word[k] == left && word[k + 1] == right;
            word[target++] = merges ? made : word[k];
            k += merges;
        }
        slow->lengths[i] = target;
    }
}

static void slow_train(slow_trainer *slow, size_t limit, uint64_t minimum)
{
    while (slow->merge_count < limit) {
        uint32_t made = 256 + (uint32_t)slow->merge_count, left = 0, right = 0;
        uint64_t best = 0;
        for (uint32_t l = 0; l < made; l++)
            memset(slow->pairs[l], 0, made * sizeof **slow->pairs);
        for (size_t i = 0; i < slow->count; i++)
            for (size_t k = 0; k + 1 < slow->lengths[i]; k++)
                slow->pairs[slow->words[i][k]][slow->words[i][k + 1]] += slow->word_counts[i];
        for (uint32_t l = 0; l < made; l++)
            for (uint32_t r = 0; r < made; r++)
                if (slow->pairs[l][r] > best) {
                    best = slow->pairs[l][r];
                    left = l;
                    right = r;
                }
        if (best == 0 || best < minimum)
            return;
        slow->merges[slow->merge_count++] = (merge){left, right};
        slow_merge(slow, left, right, made);
    }
}

/* ---- The engine ----------------------------------------------------------- */

typedef struct merge_list {
    merge items[SLOW_IDS];
    size_t count;
} merge_list;

static tkz_bpe_trainer *new_trainer(const tkz_word_counts *counts, int32_t order,
                                    uint64_t minimum)
{
    tkz_bpe_options *options;
    tkz_bpe_trainer *trainer;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, SLOW_IDS, NULL));
    ck_assert_status(tkz_bpe_options_set_minimum_count(options, minimum, NULL));
    ck_assert_status(tkz_bpe_options_set_order(options, order, NULL));
    ck_assert_status(tkz_bpe_trainer_of_counts(&trainer, options, counts, NULL, NULL));
    tkz_bpe_options_free(options);
    return trainer;
}

static merge_list take_merges(const tkz_bpe_trainer *trainer)
{
    merge_list made = {.count = tkz__bpe_trainer_merges(trainer)};
    for (size_t i = 0; i < made.count; i++) {
        const tkz__bpe_token *token = &trainer->tokens.tokens[256 + i];
        made.items[i] = (merge){token->left, token->right};
    }
    return made;
}

static merge_list fast_train(const tkz_word_counts *counts, uint32_t limit, uint64_t minimum,
                         int32_t order)
{
    tkz_bpe_trainer *trainer = new_trainer(counts, order, minimum);
    ck_assert_status(tkz_bpe_trainer_run(trainer, 256 + limit, NULL, NULL));
    merge_list made = take_merges(trainer);
    tkz_bpe_trainer_free(trainer);
    return made;
}

static size_t compare_trainers(tkz_word_counts *counts, uint32_t limit, uint64_t minimum,
                               int32_t order)
{
    slow_trainer *slow = malloc(sizeof *slow);
    ck_assert_ptr_nonnull(slow);
    slow_load(slow, counts, order);
    slow_train(slow, limit, minimum);
    merge_list fast = fast_train(counts, limit, minimum, order);
    for (size_t i = 0; i < fast.count && i < slow->merge_count; i++) {
        ck_assert_uint_eq(fast.items[i].left, slow->merges[i].left);
        ck_assert_uint_eq(fast.items[i].right, slow->merges[i].right);
    }
    ck_assert_uint_eq(fast.count, slow->merge_count);
    free(slow);
    return fast.count;
}

/* A random word over a few characters; now and then a run of one, as "aaaa", or two such runs. */
static size_t random_word(uint64_t *random, const char *characters, size_t kinds, char *word)
{
    size_t size = 1 + (test_random(random) >> 40) % ((test_random(random) >> 60) < 8 ? 6 : 40);
    uint64_t form = (test_random(random) >> 40) % 4;
    char first = characters[(test_random(random) >> 40) % kinds];
    for (size_t i = 0; i < size; i++) {
        word[i] = characters[(test_random(random) >> 40) % kinds];
        if (form == 0 || (form == 1 && i < size / 2))
            word[i] = first;
    }
    return size;
}

START_TEST(test_against_slow_trainer)
{
    /* The alphabet is ordered by HF's characters, not by bytes: space and 0x80.. come last. */
    static const char *const alphabets[] = {"a", "ab", "abc", "a ", "\xE3\x81\x82", "abcdefgh",
                                            "\x80\xA0\xAD\xFF"};
    uint64_t random = 100 + (uint64_t)_i;
    const char *alphabet = alphabets[_i % 7];
    size_t merges = 0;
    for (int round = 0; round < 12; round++) {
        tkz_word_counts *counts = new_counts();
        size_t words = 1 + (test_random(&random) >> 40) % 40;
        for (size_t i = 0; i < words; i++) {
            char word[SLOW_LENGTH];
            size_t size = random_word(&random, alphabet, strlen(alphabet), word);
            uint64_t count = 1 + (test_random(&random) >> 40) % 4;
            ck_assert_status(tkz_word_counts_add(counts, word, size, count, NULL));
        }
        merges += compare_trainers(counts, round % 2 == 0 ? 300 : 20, (uint64_t)(round % 4),
                                   round % 3 == 0 ? TKZ_BPE_ORDER_RUSTBPE : TKZ_BPE_ORDER_HF);
        tkz_word_counts_free(counts);
    }
    ck_assert_uint_gt(merges, 0);
}
END_TEST

START_TEST(test_runs)
{
    /* "aaaaa" holds (a,a) four times, merges to aa aa a, then (aa,a) and (aa,aa) tie at one each:
     * the smaller right id wins. */
    uint32_t a = 'a' - '!';
    tkz_word_counts *counts = new_counts();
    add(counts, "aaaaa", 1);
    merge_list found = fast_train(counts, 100, 1, TKZ_BPE_ORDER_HF);
    ck_assert_uint_eq(found.count, 3);
    ck_assert_uint_eq(found.items[0].left, a);
    ck_assert_uint_eq(found.items[0].right, a);
    ck_assert_uint_eq(found.items[1].left, 256);
    ck_assert_uint_eq(found.items[1].right, a);
    ck_assert_uint_eq(found.items[2].left, 256);
    ck_assert_uint_eq(found.items[2].right, 257);
    tkz_word_counts_free(counts);
    for (size_t length = 1; length <= SLOW_LENGTH; length++) {
        char word[SLOW_LENGTH];
        memset(word, 'x', sizeof word);
        counts = new_counts();
        ck_assert_status(tkz_word_counts_add(counts, word, length, 1, NULL));
        (void)compare_trainers(counts, 100, 1, TKZ_BPE_ORDER_HF);
        tkz_word_counts_free(counts);
    }
}
END_TEST

START_TEST(test_minimum_count)
{
    tkz_word_counts *counts = new_counts();
    add(counts, "ab", 5);
    add(counts, "cd", 4);
    static const size_t expected[] = {2, 2, 2, 2, 2, 1, 0};
    for (uint64_t minimum = 0; minimum < 7; minimum++) {
        merge_list found = fast_train(counts, 100, minimum, TKZ_BPE_ORDER_HF);
        ck_assert_uint_eq(found.count, expected[minimum]);
    }
    tkz_word_counts_free(counts);
}
END_TEST

/* Sums above 2^63 are compared as what they are; above 2^64 they cannot come into a table. */
START_TEST(test_huge_counts)
{
    tkz_word_counts *counts = new_counts();
    tkz_error error;
    /* 16 bytes a word, not quite 2^64 in all, hold (a,a) nearly 15 * 2^60 times. */
    uint64_t many = (UINT64_C(1) << 60) - (UINT64_C(1) << 50);
    add(counts, "aaaaaaaaaaaaaaaa", many);
    add(counts, "ab", UINT64_C(1) << 50);
    add(counts, "cab", UINT64_C(1) << 49);
    add(counts, "cd", (UINT64_C(1) << 50) + 5);
    add(counts, "xyxyxy", 2);
    merge_list found = fast_train(counts, 1, 15 * many, TKZ_BPE_ORDER_HF);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_uint_eq(found.items[0].left, 'a' - '!');
    found = fast_train(counts, 1, 15 * many + 1, TKZ_BPE_ORDER_HF);
    ck_assert_uint_eq(found.count, 0);
    ck_assert_uint_eq(compare_trainers(counts, 100, 2, TKZ_BPE_ORDER_HF), 10);
    ck_assert_int_eq(tkz_word_counts_add(counts, "cd", 2, UINT64_C(1) << 62, &error),
                     TKZ_STATUS_OVERFLOW);
    tkz_word_counts_free(counts);
}
END_TEST

/* The pool of places is swept while pairs come and go; what belongs to the living ones stays. */
START_TEST(test_pool_sweeps)
{
    tkz__bpe_pairs pairs;
    uint32_t record, best_record, expected = UINT32_MAX;
    size_t largest = 0;
    tkz__bpe_pairs_init(&pairs, 2, NULL);
    for (uint32_t step = 0; step < 3000; step++) {
        uint32_t places = 1 + step % 50;
        ck_assert_status(tkz__bpe_pairs_reserve(&pairs, 1, places, NULL));
        /* Later pairs are rarer, so that they are taken in the order of coming. */
        ck_assert_status(
            tkz__bpe_pairs_add(&pairs, step, 1, 1000000 - step, places, &record, NULL));
        for (uint32_t i = 0; i < places; i++)
            tkz__bpe_pairs_append(&pairs, record, step * 64 + i);
        largest = pairs.pool_capacity > largest ? pairs.pool_capacity : largest;
        if (step % 3 == 0) /* dropped: too rare */
            tkz__bpe_pairs_lower(&pairs, step, 1, 1000000 - step - 1);
        if (step < 30)
            continue;
        ck_assert(tkz__bpe_pairs_take(&pairs, &best_record));
        const tkz__bpe_pair best = pairs.records[best_record];
        ck_assert(best.left % 3 != 0);
        ck_assert(expected == UINT32_MAX || best.left > expected);
        expected = best.left;
        ck_assert_uint_eq(best.posting_count, 1 + best.left % 50);
        for (uint32_t i = 0; i < best.posting_count; i++)
            ck_assert_uint_eq(pairs.pool[best.postings + i], best.left * 64 + i);
        tkz__bpe_pairs_release(&pairs, best_record);
        if (pairs.table.count == 0)
            break;
    }
    ck_assert_uint_gt(expected, 20); /* ran for a while */
    ck_assert_uint_lt(largest, 4000);
    tkz__bpe_pairs_free(&pairs);
}
END_TEST

/* ---- The public face ------------------------------------------------------ */

static tkz_bpe_options *new_options(uint32_t size)
{
    tkz_bpe_options *options;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, size, NULL));
    return options;
}

static void expect_token(const tkz_tokenizer *tokenizer, uint32_t id, const char *text)
{
    const uint8_t *bytes;
    size_t size;
    ck_assert_status(tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL));
    ck_assert_msg(size == strlen(text) && memcmp(bytes, text, size) == 0,
                  "id %u is \"%.*s\", not \"%s\"", id, (int)size, (const char *)bytes, text);
}

START_TEST(test_options)
{
    tkz_bpe_options *options = new_options(257);
    tkz_error error;
    ck_assert_int_eq(tkz_bpe_options_set_size(options, 256, &error), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_options_set_size(options, 16777217, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_status(tkz_bpe_options_set_size(options, 16777216, &error));
    ck_assert_status(tkz_bpe_options_add_special(options, "<s>", 3, &error));
    ck_assert_int_eq(tkz_bpe_options_add_special(options, "<s>", 3, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_options_add_special(options, "", 0, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_options_add_special(options, "s", 1, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_options_add_special(options, "\xE3\x81", 2, &error),
                     TKZ_STATUS_INVALID_OPTION);
    tkz_bpe_options_free(options);
    tkz_bpe_options_free(NULL);
}
END_TEST

START_TEST(test_train)
{
    tkz_word_counts *counts = new_counts();
    tkz_bpe_options *options = new_options(261);
    tkz_tokenizer *tokenizer;
    const char *text = "low low low lower lowest newer";
    ck_assert_status(tkz_word_counts_add_text(counts, text, strlen(text), NULL));
    ck_assert_status(tkz_bpe_options_add_special(options, "<|end|>", 7, NULL));
    ck_assert_status(tkz_bpe_options_add_special(options, "<|pad|>", 7, NULL));
    ck_assert_status(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 261);
    expect_token(tokenizer, 0, "<|end|>");
    expect_token(tokenizer, 1, "<|pad|>");
    expect_token(tokenizer, 2, "!");
    expect_token(tokenizer, 257, "\xAD");
    expect_token(tokenizer, 258, "lo"); /* 5 times, as (o,w); l is before o */
    expect_token(tokenizer, 259, "low");
    expect_token(tokenizer, 260, " low");
    ck_assert_uint_eq(tkz__tokenizer_added_count(tokenizer), 2);
    ck_assert_uint_eq(tkz__tokenizer_merge_count(tokenizer), 3);
    size_t size;
    const char *json = tkz__tokenizer_provenance(tokenizer, &size);
    static const char expected[] = "{\"trainer\":\"bpe\",\"size\":261,\"minimum_count\":2,"
                                   "\"unit\":\"bytes\",\"order\":\"hf\","
                                   "\"pre_tokenizer\":\"llama3\",\"types\":5,\"tokens\":6}";
    ck_assert_uint_eq(size, sizeof expected - 1);
    ck_assert_int_eq(memcmp(json, expected, size), 0);
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_options_free(options);
    tkz_word_counts_free(counts);
}
END_TEST

/* No ordinary token gets the text of a special one, but longer ones may hold its parts. */
START_TEST(test_special_texts_are_never_made)
{
    tkz_word_counts *counts = new_counts();
    tkz_bpe_options *options = new_options(400);
    tkz_tokenizer *tokenizer;
    add(counts, "<s>", 100);
    add(counts, "<sx", 50);
    ck_assert_status(tkz_bpe_options_add_special(options, "<s>", 3, NULL));
    ck_assert_status(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 1 + 256 + 2);
    expect_token(tokenizer, 257, "<s");
    expect_token(tokenizer, 258, "<sx");
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_options_free(options);
    tkz_word_counts_free(counts);
}
END_TEST

START_TEST(test_no_merges)
{
    tkz_word_counts *counts = new_counts();
    tkz_bpe_options *options = new_options(257);
    tkz_tokenizer *tokenizer = (tkz_tokenizer *)1;
    tkz_error error;
    ck_assert_int_eq(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, &error),
                     TKZ_STATUS_EMPTY_INPUT);
    ck_assert_ptr_null(tokenizer);
    add(counts, "a", 10); /* a single byte has no pair */
    ck_assert_status(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, &error));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 256);
    tkz_tokenizer_free(tokenizer);
    ck_assert_status(tkz_bpe_options_add_special(options, "<1>", 3, NULL));
    add(counts, "abab", 10);
    ck_assert_status(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, &error));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 257); /* full before the first merge */
    tkz_tokenizer_free(tokenizer);
    ck_assert_status(tkz_bpe_options_add_special(options, "<2>", 3, NULL));
    ck_assert_int_eq(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, &error),
                     TKZ_STATUS_INVALID_OPTION);
    tkz_bpe_options_free(options);
    tkz_word_counts_free(counts);
}
END_TEST

static void add_numbered(tkz_word_counts *counts, uint32_t number)
{
    char word[32];
    int size = snprintf(word, sizeof word, "%x.%o", number * 7919u, number * 104729u);
    ck_assert_status(tkz_word_counts_add(counts, word, (size_t)size, 1 + number % 5, NULL));
}

/* The tokenizer is the same whatever the order in which words came. */
START_TEST(test_order_of_additions)
{
    enum { WORDS = 500 };
    tkz__buffer first, image;
    tkz__buffer_init(&first, NULL);
    /* Prime to the number of words, so that each comes once. */
    static const uint32_t strides[] = {1, 21, 499};
    for (size_t round = 0; round < 3; round++) {
        tkz_word_counts *counts = new_counts();
        tkz_bpe_options *options = new_options(600);
        tkz_tokenizer *tokenizer;
        for (uint32_t i = 0; i < WORDS; i++)
            add_numbered(counts, i * strides[round] % WORDS);
        ck_assert_status(tkz_train_bpe(counts, options, NULL, NULL, &tokenizer, NULL));
        tkz__buffer_init(&image, NULL);
        ck_assert_status(tkz__tokenizer_write_image(tokenizer, &image, NULL));
        if (first.size == 0)
            ck_assert_status(tkz__buffer_append(&first, image.data, image.size, NULL));
        ck_assert_uint_eq(image.size, first.size);
        ck_assert_int_eq(memcmp(image.data, first.data, first.size), 0);
        tkz__buffer_free(&image);
        tkz_tokenizer_free(tokenizer);
        tkz_bpe_options_free(options);
        tkz_word_counts_free(counts);
    }
    tkz__buffer_free(&first);
}
END_TEST

typedef struct stop_after {
    uint64_t merges;
    uint64_t last;
    int calls;
} stop_after;

static int32_t report_until(void *context, const tkz_progress *progress)
{
    stop_after *stop = context;
    ck_assert_uint_ge(progress->steps_done, stop->last);
    ck_assert_uint_eq(progress->steps_total, 1000 - 256);
    stop->last = progress->steps_done;
    stop->calls++;
    return progress->steps_done >= stop->merges;
}

START_TEST(test_progress_and_cancel)
{
    tkz_word_counts *counts = new_counts();
    tkz_bpe_options *options = new_options(1000);
    tkz_tokenizer *tokenizer;
    tkz_error error;
    for (uint32_t i = 0; i < 2000; i++)
        add_numbered(counts, i);
    stop_after stop = {UINT64_MAX, 0, 0};
    tkz_progress_callback callback = {&stop, report_until};
    ck_assert_status(tkz_train_bpe(counts, options, &callback, NULL, &tokenizer, NULL));
    ck_assert_uint_eq(stop.last, 1000 - 256);
    ck_assert_int_ge(stop.calls, 4);
    tkz_tokenizer_free(tokenizer);
    for (uint64_t merges = 0; merges <= 1000 - 256; merges += 248) {
        stop = (stop_after){merges, 0, 0};
        ck_assert_int_eq(tkz_train_bpe(counts, options, &callback, NULL, &tokenizer, &error),
                         TKZ_STATUS_CANCELLED);
        ck_assert_ptr_null(tokenizer);
    }
    tkz_bpe_options_free(options);
    tkz_word_counts_free(counts);
}
END_TEST

static tkz_status train_something(void *context, const tkz_allocator *allocator)
{
    tkz_word_counts *counts = NULL;
    tkz_bpe_options *options = NULL;
    tkz_tokenizer *tokenizer = NULL;
    (void)context;
    tkz_status status = tkz_word_counts_new(&counts, "llama3", allocator, NULL);
    for (uint32_t i = 0; status == TKZ_OK && i < 20; i++) {
        char word[8] = {'a', (char)('a' + i % 3), (char)('a' + i % 4), (char)('a' + i % 5),
                        (char)('a' + i % 2), '<', '>', 'b'};
        status = tkz_word_counts_add(counts, word, sizeof word, 1 + i, NULL);
    }
    if (status == TKZ_OK)
        status = tkz_bpe_options_new(&options, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_size(options, 290, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_add_special(options, "<>", 2, NULL);
    if (status == TKZ_OK)
        status = tkz_train_bpe(counts, options, NULL, allocator, &tokenizer, NULL);
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_options_free(options);
    tkz_word_counts_free(counts);
    return status;
}

START_TEST(test_out_of_memory)
{
    test_all_allocation_failures(train_something, NULL);
}
END_TEST

/* ---- The second stage -------------------------------------------------------- */

static const char super_text[] = "ababcabcabc";
static const uint64_t first_offsets[] = {0, 2, 5}, first_counts[] = {9, 7};
static const uint64_t second_offsets[] = {0, 11}, second_counts[] = {5};

/* "ab" and "abc" first, then "ababcabcabc" whole. */
static tkz_status train_super_words(void *context, const tkz_allocator *allocator)
{
    const tkz_word_list first = {super_text, first_offsets, first_counts, 2};
    const tkz_word_list second = {super_text, second_offsets, second_counts, 1};
    (void)context;
    tkz_bpe_options *options;
    tkz_bpe_trainer *trainer = NULL;
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status = tkz_bpe_options_new(&options, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_size(options, 260, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_pre_tokenizer(options, "split-hf0.23:text=.:behavior=isolated", NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_new(&trainer, options, &first, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_set_super_words(trainer, &second, 258, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_run(trainer, 0, NULL, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_tokenizer(trainer, 0, &tokenizer, NULL);
    if (status == TKZ_OK) {
        const uint8_t *bytes;
        size_t size;
        ck_assert_uint_eq(tkz_bpe_trainer_size(trainer), 260);
        ck_assert_status(tkz_tokenizer_token(tokenizer, 258, &bytes, &size, NULL, NULL));
        ck_assert_uint_eq(size, 6); /* abc abc */
        ck_assert_int_eq(tkz_bpe_trainer_set_super_words(trainer, &second, 258, NULL), TKZ_STATUS_INVALID_ARGUMENT);
        tkz_tokenizer *small;
        ck_assert_int_eq(tkz_bpe_trainer_tokenizer(trainer, 257, &small, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    }
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
    return status;
}

START_TEST(test_super_words)
{
    ck_assert_status(train_super_words(NULL, NULL));
    test_all_allocation_failures(train_super_words, NULL);
}
END_TEST

START_TEST(test_super_words_refusals)
{
    const tkz_word_list first = {super_text, first_offsets, first_counts, 2};
    const tkz_word_list second = {super_text, second_offsets, second_counts, 1}, none = {super_text, second_offsets, NULL, 0};
    tkz_bpe_options *options;
    tkz_bpe_trainer *trainer;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, 300, NULL));
    ck_assert_int_eq(tkz_bpe_options_set_pre_tokenizer(options, "split-hf0.23:regex=(", NULL), TKZ_STATUS_BAD_FORMAT);
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &first, NULL, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_set_super_words(trainer, &second, 255, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_trainer_set_super_words(trainer, &second, 300, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_trainer_set_super_words(trainer, &none, 270, NULL), TKZ_STATUS_EMPTY_INPUT);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
}
END_TEST

Suite *suite_bpe_trainer(void)
{
    Suite *suite = suite_create("bpe_trainer");
    TCase *tests = tcase_create("bpe_trainer");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_against_slow_trainer, 0, 14);
    tcase_add_test(tests, test_runs);
    tcase_add_test(tests, test_minimum_count);
    tcase_add_test(tests, test_huge_counts);
    tcase_add_test(tests, test_pool_sweeps);
    tcase_add_test(tests, test_options);
    tcase_add_test(tests, test_train);
    tcase_add_test(tests, test_special_texts_are_never_made);
    tcase_add_test(tests, test_no_merges);
    tcase_add_test(tests, test_order_of_additions);
    tcase_add_test(tests, test_progress_and_cancel);
    tcase_add_test(tests, test_out_of_memory);
    tcase_add_test(tests, test_super_words);
    tcase_add_test(tests, test_super_words_refusals);
    suite_add_tcase(suite, tests);
    return suite;
}
