/* SPDX-License-Identifier: Apache-2.0
 *
 * BPE training on characters: alphabets, the orders of HF and sentencepiece, rules of pieces, against a
 * trainer that counts all pairs anew and judges each piece as a whole. Leans on Check.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/char_class.h"
#include "text/pattern_set.h"
#include "text/utf8.h"
#include "train/bpe_trainer.h"

Suite *suite_bpe_characters(void);

enum { WORDS = 24, LENGTH = 24, TOKENS = 240 };

/* ---- Words ------------------------------------------------------------------------- */

typedef struct word_list {
    char data[WORDS * LENGTH * 4];
    uint64_t offsets[WORDS + 1];
    uint64_t counts[WORDS];
    uint32_t characters[WORDS][LENGTH];
    size_t lengths[WORDS];
    size_t count;
} word_list;

static const uint32_t alphabet[] = {0x2581, 'a',    'b',    '1',    0xFF12, 0x3042, 0x30A2,
                                    0x6F22, 0x30FC, 0x301,  0x3B1,  0x1F600, 0x2585, ' '};
enum { KINDS = sizeof alphabet / sizeof alphabet[0] };

static void fill_words(word_list *list, uint64_t seed)
{
    uint64_t random = seed;
    size_t kinds = 2 + (test_random(&random) >> 40) % (KINDS - 1);
    memset(list, 0, sizeof *list);
    list->count = 1 + (test_random(&random) >> 40) % WORDS;
    size_t at = 0;
    for (size_t i = 0; i < list->count; i++) {
        list->lengths[i] = (test_random(&random) >> 40) % LENGTH;
        list->counts[i] = 1 + (test_random(&random) >> 40) % 5;
        for (size_t k = 0; k < list->lengths[i]; k++) {
            uint32_t character = alphabet[(test_random(&random) >> 40) % kinds];
            if (k > 0 && (test_random(&random) >> 40) % 3 == 0)
                character = list->characters[i][k - 1];
            list->characters[i][k] = character;
            at += tkz__utf8_encode(character, list->data + at);
        }
        list->offsets[i + 1] = at;
    }
}

static tkz_word_list view(const word_list *list)
{
    return (tkz_word_list){list->data, list->offsets, list->counts, list->count};
}

/* ---- The slow trainer ---------------------------------------------------------------- */

typedef struct slow_token {
    uint32_t text[LENGTH];
    size_t length;
} slow_token;

typedef struct slow_trainer {
    const tkz_bpe_options *options;
    slow_token tokens[TOKENS];
    size_t count;
    size_t symbols;
    int words[WORDS][LENGTH]; /* -1: no merge crosses it */
    size_t lengths[WORDS];
    uint64_t pairs[TOKENS][TOKENS];
} slow_trainer;

static int script_of(uint32_t character)
{
    int script = tkz__char_record(&tkz__class_table_15_0, character)->script;
    bool is_kana = script == tkz__script_find("Hira", 4) || script == tkz__script_find("Kana", 4);
    return is_kana || character == 0x30FC ? tkz__script_find("Hani", 4) : script;
}

/* The rules as sentencepiece writes them down: over all characters of a piece. */
static bool is_valid(const tkz_bpe_options *options, const uint32_t *text, size_t length)
{
    const int any = -1;
    int before = any;
    bool all_spaces = true;
    for (size_t i = 0; i < length; i++)
        all_spaces = all_spaces && text[i] == 0x2581;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == 0x2581) {
            bool may_stay = (options->split & TKZ_BPE_KEEP_SPACES) != 0 && all_spaces;
            bool splits = (options->split & TKZ_BPE_SPLIT_SPACES) != 0;
            if (!may_stay && i > 0 && (splits || i == length - 1))
                return false;
            continue;
        }
        int script = script_of(text[i]);
        bool is_digit = (text[i] >= '0' && text[i] <= '9') ||
                        (text[i] >= 0xFF10 && text[i] <= 0xFF19);
        if (script == tkz__script_find("Zinh", 4))
            script = before;
        if (is_digit && (options->split & TKZ_BPE_SPLIT_NUMBERS) == 0)
            script = any;
        if (is_digit && (options->split & TKZ_BPE_SPLIT_DIGITS) != 0 && length > 1)
            return false;
        if ((options->split & TKZ_BPE_SPLIT_SCRIPTS) != 0 && script != any && before != any &&
            script != before)
            return false;
        before = script;
    }
    return true;
}

static bool fits(const slow_trainer *slow, const slow_token *joined)
{
    const tkz_bpe_options *options = slow->options;
    size_t bytes = 0;
    for (size_t i = 0; i < joined->length; i++)
        bytes += tkz__utf8_length(joined->text[i]);
    if (bytes > options->longest_bytes ||
        (options->longest_characters > 0 && joined->length > options->longest_characters))
        return false;
    return options->order != TKZ_BPE_ORDER_SENTENCEPIECE ||
           is_valid(options, joined->text, joined->length);
}

static slow_token join(const slow_trainer *slow, size_t left, size_t right)
{
    slow_token made = slow->tokens[left];
    memcpy(made.text + made.length, slow->tokens[right].text,
           slow->tokens[right].length * sizeof *made.text);
    made.length += slow->tokens[right].length;
    return made;
}

/* Is the first better, of equal counts? */
static bool is_better(const slow_trainer *slow, const size_t first[2], const size_t second[2])
{
    if (slow->options->order != TKZ_BPE_ORDER_SENTENCEPIECE)
        return first[0] != second[0] ? first[0] < second[0] : first[1] < second[1];
    slow_token one = join(slow, first[0], first[1]), two = join(slow, second[0], second[1]);
    if (one.length != two.length)
        return one.length < two.length;
    for (size_t i = 0; i < one.length; i++)
        if (one.text[i] != two.text[i])
            return one.text[i] < two.text[i];
    return false;
}

static void slow_load(slow_trainer *slow, const word_list *list, const tkz__bpe_alphabet *symbols)
{
    bool has_marks = slow->options->order == TKZ_BPE_ORDER_SENTENCEPIECE;
    slow->count = slow->symbols = symbols->count;
    for (uint32_t i = 0; i < symbols->count; i++)
        slow->tokens[i] = (slow_token){.text = {symbols->symbols[i]}, .length = 1};
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->lengths[i]; k++) {
            uint32_t character = list->characters[i][k];
            if (character == ' ' && has_marks)
                character = 0x2581;
            int id = -1;
            for (uint32_t n = 0; n < symbols->count; n++)
                if (symbols->symbols[n] == character)
                    id = (int)n;
            if (id >= 0 || has_marks)
                slow->words[i][slow->lengths[i]++] = id;
        }
    }
}

static void count_pairs(slow_trainer *slow, const word_list *list)
{
    memset(slow->pairs, 0, sizeof slow->pairs);
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k + 1 < slow->lengths[i]; k++)
            if (slow->words[i][k] >= 0 && slow->words[i][k + 1] >= 0)
                slow->pairs[slow->words[i][k]][slow->words[i][k + 1]] += list->counts[i];
}

static bool choose(const slow_trainer *slow, size_t best[2])
{
    uint64_t most = 0;
    for (size_t left = 0; left < slow->count; left++) {
        for (size_t right = 0; right < slow->count; right++) {
            uint64_t count = slow->pairs[left][right];
            size_t pair[2] = {left, right};
            if (count == 0 || count < slow->options->minimum_count || count < most)
                continue;
            slow_token joined = join(slow, left, right);
            if (!fits(slow, &joined) || (count == most && !is_better(slow, pair, best)))
                continue;
            most = count;
            memcpy(best, pair, sizeof pair);
        }
    }
    return most > 0;
}

static void slow_train(slow_trainer *slow, const word_list *list, size_t merges)
{
    size_t best[2];
    while (slow->count < slow->symbols + merges) {
        count_pairs(slow, list);
        if (!choose(slow, best))
            return;
        int made = (int)slow->count;
        slow->tokens[slow->count++] = join(slow, best[0], best[1]);
        for (size_t i = 0; i < list->count; i++) {
            size_t target = 0;
            for (size_t k = 0; k < slow->lengths[i]; k++) {
                bool merges_here = k + 1 < slow->lengths[i] &&
                                   slow->words[i][k] == (int)best[0] &&
                                   slow->words[i][k + 1] == (int)best[1];
                slow->words[i][target++] = merges_here ? made : slow->words[i][k];
                k += merges_here;
            }
            slow->lengths[i] = target;
        }
    }
}

/* ---- Comparing ------------------------------------------------------------------------ */

static tkz_bpe_options *random_options(uint64_t seed)
{
    tkz_bpe_options *options;
    uint64_t random = seed;
    bool is_piece = (test_random(&random) >> 40) % 4 != 0;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, 700, NULL));
    ck_assert_status(tkz_bpe_options_set_unit(options, TKZ_BPE_CHARACTERS, NULL));
    ck_assert_status(tkz_bpe_options_set_order(
        options, is_piece ? TKZ_BPE_ORDER_SENTENCEPIECE : TKZ_BPE_ORDER_HF, NULL));
    ck_assert_status(
        tkz_bpe_options_set_minimum_count(options, 1 + (test_random(&random) >> 40) % 3, NULL));
    ck_assert_status(tkz_bpe_options_set_longest(
        options, (test_random(&random) >> 40) % 3 == 0 ? 9 : 0,
        (test_random(&random) >> 40) % 3 == 0 ? 2 + (uint32_t)(test_random(&random) >> 40) % 6 : 0,
        NULL));
    if (is_piece)
        ck_assert_status(
            tkz_bpe_options_set_split(options, (uint32_t)(test_random(&random) >> 40) % 32, NULL));
    static const double coverages[] = {1, 0.98, 0.9, 0.7};
    ck_assert_status(tkz_bpe_options_set_alphabet(
        options, coverages[(test_random(&random) >> 40) % 4],
        (test_random(&random) >> 40) % 4 == 0 ? 3 : 0, NULL));
    if ((test_random(&random) >> 40) % 3 == 0)
        ck_assert_status(tkz_bpe_options_require(options, "b\xE2\x96\x81\xE3\x81\x82z", 8, NULL));
    return options;
}

static size_t compare_with_slow(const word_list *list, const tkz_bpe_options *options)
{
    const tkz_word_list words = view(list);
    tkz_bpe_trainer *trainer;
    tkz_error error;
    tkz_status status = tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error);
    if (status == TKZ_STATUS_EMPTY_INPUT)
        return 0;
    ck_assert_status(status);
    slow_trainer *slow = calloc(1, sizeof *slow);
    ck_assert_ptr_nonnull(slow);
    slow->options = trainer->options;
    slow_load(slow, list, &trainer->alphabet);
    uint32_t limit = TOKENS - trainer->alphabet.count;
    slow_train(slow, list, limit);
    ck_assert_status(tkz_bpe_trainer_run(trainer, trainer->base + limit, NULL, NULL));
    for (size_t i = slow->symbols; i < slow->count && i < trainer->tokens.count; i++) {
        slow_token ours = join(slow, trainer->tokens.tokens[i].left,
                               trainer->tokens.tokens[i].right);
        ck_assert_uint_eq(ours.length, slow->tokens[i].length);
        ck_assert_int_eq(memcmp(ours.text, slow->tokens[i].text, ours.length * sizeof *ours.text),
                         0);
    }
    ck_assert_uint_eq(trainer->tokens.count, slow->count);
    size_t merges = tkz__bpe_trainer_merges(trainer);
    tkz_bpe_trainer_free(trainer);
    free(slow);
    return merges;
}

START_TEST(test_against_slow_trainer)
{
    size_t merges = 0;
    word_list *list = malloc(sizeof *list);
    ck_assert_ptr_nonnull(list);
    for (uint64_t round = 0; round < 40 / TEST_SHORTER; round++) {
        tkz_bpe_options *options = random_options(round * 16 + (uint64_t)_i);
        fill_words(list, round * 1000 + (uint64_t)_i);
        merges += compare_with_slow(list, options);
        tkz_bpe_options_free(options);
    }
    ck_assert_uint_gt(merges, 300 / TEST_SHORTER);
    free(list);
}
END_TEST

/* ---- Alphabets --------------------------------------------------------------------------- */

static tkz_bpe_trainer *train_text(const tkz_bpe_options *options, const char *text)
{
    const uint64_t offsets[2] = {0, strlen(text)}, counts[1] = {1};
    const tkz_word_list words = {text, offsets, counts, 1};
    tkz_bpe_trainer *trainer;
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words, NULL, NULL));
    return trainer;
}

static tkz_bpe_options *new_options(int32_t order)
{
    tkz_bpe_options *options;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_unit(options, TKZ_BPE_CHARACTERS, NULL));
    ck_assert_status(tkz_bpe_options_set_order(options, order, NULL));
    ck_assert_status(tkz_bpe_options_set_minimum_count(options, 1, NULL));
    return options;
}

START_TEST(test_alphabet)
{
    /* a 5, b 3, c 1, d 1: the share before a character is added decides. */
    static const struct {
        double coverage;
        uint32_t limit;
        uint32_t expected;
    } cases[] = {{1, 0, 4}, {0.5, 0, 1}, {0.51, 0, 2}, {0.8, 0, 2}, {0.85, 0, 3}, {1, 3, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_bpe_options *options = new_options(TKZ_BPE_ORDER_SENTENCEPIECE);
        ck_assert_status(
            tkz_bpe_options_set_alphabet(options, cases[i].coverage, cases[i].limit, NULL));
        tkz_bpe_trainer *trainer = train_text(options, "aaaaabbbcd");
        ck_assert_uint_eq(trainer->alphabet.count, cases[i].expected);
        ck_assert_uint_eq(trainer->base, 3 + cases[i].expected);
        tkz_bpe_trainer_free(trainer);
        tkz_bpe_options_free(options);
    }
}
END_TEST

/* A character that is left out is a wall for sentencepiece and nothing at all for HF. */
START_TEST(test_characters_left_out)
{
    for (int32_t order = TKZ_BPE_ORDER_HF; order <= TKZ_BPE_ORDER_SENTENCEPIECE; order += 2) {
        tkz_bpe_options *options = new_options(order);
        ck_assert_status(tkz_bpe_options_set_alphabet(options, 1, 2, NULL));
        tkz_bpe_trainer *trainer = train_text(options, "axbaybab");
        ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
        ck_assert_uint_eq(trainer->alphabet.left_out, 2);
        /* HF sees "ababab": ab, abab, ababab; sentencepiece "a", "ba", "bab". */
        const tkz__bpe_token *first = &trainer->tokens.tokens[2];
        ck_assert_uint_eq(first->left, order == TKZ_BPE_ORDER_HF ? 0 : 1);
        tkz_bpe_trainer_free(trainer);
        tkz_bpe_options_free(options);
    }
}
END_TEST

START_TEST(test_fixed_pieces_are_never_made)
{
    tkz_bpe_options *options = new_options(TKZ_BPE_ORDER_SENTENCEPIECE);
    ck_assert_status(tkz_bpe_options_set_size(options, 400, NULL));
    ck_assert_status(tkz_bpe_options_set_split(options, 0, NULL));
    ck_assert_status(tkz_bpe_options_set_byte_fallback(options, 1, NULL));
    ck_assert_status(tkz_bpe_options_forbid(options, "ab", 2, NULL));
    tkz_bpe_trainer *trainer = train_text(options, "<s><s><s>ababab<0x0A><0x0A><0x0A>");
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_is_done(trainer), 1);
    size_t whole = 0;
    for (size_t i = trainer->alphabet.count; i < trainer->tokens.count; i++) {
        const tkz__bpe_token *token = &trainer->tokens.tokens[i];
        const char *text = (const char *)trainer->tokens.texts + token->text;
        ck_assert(token->bytes != 3 || memcmp(text, "<s>", 3) != 0);
        ck_assert(token->bytes != 2 || memcmp(text, "ab", 2) != 0);
        ck_assert(token->bytes != 6 || memcmp(text, "<0x0A>", 6) != 0);
        whole += token->bytes == 2 && memcmp(text, "ba", 2) == 0;
    }
    ck_assert_uint_eq(whole, 1);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
}
END_TEST

/* ---- States ---------------------------------------------------------------------------------- */

/* What words of two tokens and more are made of, with borders between them: where tokens stand says how they came
 * there, and is not compared. */
static size_t list_tokens(const tkz_bpe_trainer *trainer, uint32_t *tokens)
{
    const uint32_t *widths = trainer->has_merger ? trainer->merger.widths : trainer->tokens.lengths;
    size_t count = 0, word = 0;
    for (size_t place = 1; place < trainer->words.size;) {
        uint32_t token = trainer->words.places[place];
        tokens[count++] = token;
        place += token == TKZ__BPE_BORDER ? 1 : widths[token];
        if (token == TKZ__BPE_BORDER)
            word = count = count - word > 2 ? count : word;
    }
    return count;
}

static void compare_words(const tkz_bpe_trainer *first, const tkz_bpe_trainer *second)
{
    size_t size = first->words.size > second->words.size ? first->words.size : second->words.size;
    uint32_t *one = calloc(size, sizeof *one), *other = calloc(size, sizeof *other);
    ck_assert(one != NULL && other != NULL);
    size_t count = list_tokens(first, one);
    ck_assert_uint_eq(list_tokens(second, other), count);
    ck_assert_int_eq(memcmp(one, other, count * sizeof *one), 0);
    free(one);
    free(other);
}

/* Stopped after any number of merges, saved and restored, training ends the same. */
START_TEST(test_restore)
{
    word_list *list = malloc(sizeof *list);
    ck_assert_ptr_nonnull(list);
    for (uint64_t round = 0; round < 40 / TEST_SHORTER; round++) {
        tkz_bpe_options *options = random_options(round * 77 + (uint64_t)_i);
        fill_words(list, round * 31 + (uint64_t)_i);
        list->counts[0] += 100; /* some word, so that there is something to train on */
        const tkz_word_list words = view(list);
        tkz_bpe_trainer *whole, *first, *second;
        tkz_bytes state, again;
        ck_assert_status(tkz_bpe_trainer_new(&whole, options, &words, NULL, NULL));
        ck_assert_status(tkz_bpe_trainer_run(whole, 0, NULL, NULL));
        uint32_t merges = (uint32_t)tkz__bpe_trainer_merges(whole);
        uint32_t stop = whole->base + (merges > 0 ? (uint32_t)(round * 7919) % merges : 0);
        ck_assert_status(tkz_bpe_trainer_new(&first, options, &words, NULL, NULL));
        ck_assert_status(tkz_bpe_trainer_run(first, stop, NULL, NULL));
        ck_assert_uint_eq(tkz_bpe_trainer_size(first), stop);
        ck_assert_status(tkz_bpe_trainer_save(first, &state, NULL));
        ck_assert_status(tkz_bpe_trainer_new(&second, options, &words, NULL, NULL));
        ck_assert_status(tkz_bpe_trainer_restore(second, state.data, state.size, NULL));
        compare_words(first, second);
        tkz_bytes_free(&state);
        ck_assert_status(tkz_bpe_trainer_run(second, 0, NULL, NULL));
        ck_assert_status(tkz_bpe_trainer_save(whole, &state, NULL));
        ck_assert_status(tkz_bpe_trainer_save(second, &again, NULL));
        ck_assert_uint_eq(state.size, again.size);
        ck_assert_int_eq(memcmp(state.data, again.data, state.size), 0);
        tkz_bytes_free(&state);
        tkz_bytes_free(&again);
        tkz_bpe_trainer_free(whole);
        tkz_bpe_trainer_free(first);
        tkz_bpe_trainer_free(second);
        tkz_bpe_options_free(options);
    }
    free(list);
}
END_TEST

START_TEST(test_states_refused)
{
    tkz_bpe_options *options = new_options(TKZ_BPE_ORDER_HF);
    tkz_bpe_trainer *trainer = train_text(options, "abababcabc"), *other;
    tkz_bytes state;
    tkz_error error;
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_save(trainer, &state, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_restore(trainer, state.data, state.size, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    for (size_t i = 0; i < state.size; i++) {
        other = train_text(options, "abababcabc");
        state.data[i] ^= 1;
        ck_assert_int_ne(tkz_bpe_trainer_restore(other, state.data, state.size, &error), TKZ_OK);
        state.data[i] ^= 1;
        ck_assert_int_ne(tkz_bpe_trainer_restore(other, state.data, i, &error), TKZ_OK);
        tkz_bpe_trainer_free(other);
    }
    other = train_text(options, "abababcabd");
    ck_assert_int_eq(tkz_bpe_trainer_restore(other, state.data, state.size, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_bpe_trainer_free(other);
    ck_assert_status(tkz_bpe_options_set_minimum_count(options, 2, NULL));
    other = train_text(options, "abababcabc");
    ck_assert_int_eq(tkz_bpe_trainer_restore(other, state.data, state.size, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_bpe_trainer_free(other);
    tkz_bpe_trainer_free(trainer);
    tkz_bytes_free(&state);
    tkz_bpe_options_free(options);
}
END_TEST

/* ---- Requests ---------------------------------------------------------------------------------- */

START_TEST(test_contradictions)
{
    const uint64_t offsets[2] = {0, 2}, counts[1] = {1};
    const tkz_word_list words = {"ab", offsets, counts, 1};
    for (int i = 0; i < 8; i++) {
        tkz_bpe_options *options;
        tkz_bpe_trainer *trainer = (tkz_bpe_trainer *)1;
        ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
        if (i >= 5)
            ck_assert_status(tkz_bpe_options_set_unit(options, TKZ_BPE_CHARACTERS, NULL));
        if (i == 0)
            ck_assert_status(
                tkz_bpe_options_set_order(options, TKZ_BPE_ORDER_SENTENCEPIECE, NULL));
        if (i == 1)
            ck_assert_status(tkz_bpe_options_set_alphabet(options, 0.99, 0, NULL));
        if (i == 2)
            ck_assert_status(tkz_bpe_options_require(options, "a", 1, NULL));
        if (i == 3)
            ck_assert_status(tkz_bpe_options_set_split(options, 1, NULL));
        if (i == 4)
            ck_assert_status(tkz_bpe_options_set_byte_fallback(options, 1, NULL));
        if (i == 5)
            ck_assert_status(tkz_bpe_options_set_order(options, TKZ_BPE_ORDER_RUSTBPE, NULL));
        if (i == 6)
            ck_assert_status(tkz_bpe_options_set_split(options, 1, NULL));
        if (i == 7) {
            ck_assert_status(tkz_bpe_options_set_order(options, 2, NULL));
            ck_assert_status(tkz_bpe_options_set_pre_tokenizer(options, "gpt2", NULL));
        }
        ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, NULL),
                         TKZ_STATUS_INVALID_OPTION);
        ck_assert_ptr_null(trainer);
        tkz_bpe_options_free(options);
    }
}
END_TEST

START_TEST(test_limits)
{
    tkz_bpe_options *options = new_options(TKZ_BPE_ORDER_HF);
    const uint64_t offsets[3] = {0, 1000, 1000}, down[3] = {0, 5, 3};
    const uint64_t counts[2] = {1, 5}, many[2] = {UINT64_MAX, 1}, none[2] = {0, 0};
    char text[1000];
    tkz_bpe_trainer *trainer;
    tkz_error error;
    memset(text, 'a', sizeof text);
    tkz_word_list words = {text, offsets, counts, 2};
    ck_assert_status(tkz_bpe_options_set_memory(options, 10000, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error),
                     TKZ_STATUS_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "10000"));
    ck_assert_status(tkz_bpe_options_set_memory(options, 4000000, NULL));
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error));
    uint64_t need = tkz_bpe_trainer_need(trainer);
    ck_assert_uint_le(need, 4000000);
    tkz_bpe_trainer_free(trainer);
    ck_assert_status(tkz_bpe_options_set_memory(options, need - 1, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error), TKZ_STATUS_LIMIT);
    ck_assert_status(tkz_bpe_options_set_memory(options, need, NULL));
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error));
    tkz_bpe_trainer_free(trainer);
    words.counts = many;
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error),
                     TKZ_STATUS_OVERFLOW);
    words.counts = none;
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error),
                     TKZ_STATUS_EMPTY_INPUT);
    words.counts = counts;
    words.offsets = down;
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_bpe_options_free(options);
}
END_TEST

static tkz_status train_something(void *context, const tkz_allocator *allocator)
{
    static const char text[] = "\xE2\x96\x81""abcabcabc\xE3\x81\x82\xE3\x81\x84\xE3\x81\x82\xE3"
                               "\x81\x84""xaxbxaxb12 12";
    const int32_t *order = context;
    const uint64_t offsets[3] = {0, 14, sizeof text - 1}, counts[2] = {3, 2};
    const tkz_word_list words = {text, offsets, counts, 2};
    tkz_bpe_options *options = NULL;
    tkz_bpe_trainer *trainer = NULL, *second = NULL;
    tkz_tokenizer *tokenizer = NULL;
    tkz_bytes state = {0}, model = {0};
    tkz_status status = tkz_bpe_options_new(&options, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_unit(options, TKZ_BPE_CHARACTERS, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_order(options, *order, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_byte_fallback(options, 1, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_require(options, "zq", 2, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_new(&trainer, options, &words, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_run(trainer, 0, NULL, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_save(trainer, &state, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_new(&second, options, &words, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_restore(second, state.data, state.size, NULL);
    if (status == TKZ_OK && *order == TKZ_BPE_ORDER_HF)
        status = tkz_bpe_trainer_tokenizer(second, 0, &tokenizer, NULL);
    else if (status == TKZ_OK)
        status = tkz_bpe_trainer_sentencepiece(second, 0, 1, &model, NULL);
    tkz_bytes_free(&model);
    tkz_bytes_free(&state);
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_trainer_free(second);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
    return status;
}

START_TEST(test_out_of_memory)
{
    int32_t order = _i == 0 ? TKZ_BPE_ORDER_HF : TKZ_BPE_ORDER_SENTENCEPIECE;
    test_all_allocation_failures(train_something, &order);
}
END_TEST

Suite *suite_bpe_characters(void)
{
    Suite *suite = suite_create("bpe_characters");
    TCase *tests = tcase_create("bpe_characters");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_against_slow_trainer, 0, 8);
    tcase_add_test(tests, test_alphabet);
    tcase_add_test(tests, test_characters_left_out);
    tcase_add_test(tests, test_fixed_pieces_are_never_made);
    tcase_add_loop_test(tests, test_restore, 0, 4);
    tcase_add_test(tests, test_states_refused);
    tcase_add_test(tests, test_contradictions);
    tcase_add_test(tests, test_limits);
    tcase_add_loop_test(tests, test_out_of_memory, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
