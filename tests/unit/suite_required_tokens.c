/* SPDX-License-Identifier: Apache-2.0
 *
 * Required tokens of BPE and Unigram training: each by itself is one id, in a vocabulary of every size, and training is
 * what it is without them as far as there is room. Leans on Check.
 */
#include <stdio.h>
#include <string.h>

#include "testing.h"
#include "tokenize/subword.h"
#include "train/bpe_trainer.h"

Suite *suite_required_tokens(void);

enum { WORDS = 120, TOKENS = 12, ROOM = 8192 };

typedef struct text_pool {
    char data[ROOM];
    uint64_t offsets[WORDS + 1], counts[WORDS];
    tkz_word_list list;
} text_pool;

/* `count` texts of 1 to `longest` parts each. */
static void fill_pool(text_pool *pool, size_t count, size_t longest, uint64_t seed)
{
    static const char *const parts[] = {"a", "b", "c", "ab", "\xE3\x81\x82", "\xE3\x81\x84", "\xE6\xBC\xA2"};
    uint64_t random = seed;
    size_t at = 0;
    memset(pool, 0, sizeof *pool);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = (test_random(&random) >> 40) % longest + 1; k > 0; k--) {
            const char *part = parts[(test_random(&random) >> 40) % 7];
            ck_assert_uint_lt(at + 3, ROOM);
            memcpy(pool->data + at, part, strlen(part));
            at += strlen(part);
        }
        pool->offsets[i + 1] = at;
        pool->counts[i] = 1 + (test_random(&random) >> 40) % 9;
    }
    pool->list = (tkz_word_list){pool->data, pool->offsets, pool->counts, count};
}

/* Each text of the pool is one id. */
static void expect_whole(tkz_tokenizer *tokenizer, const text_pool *tokens, const char *what)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_encode(encoder, tokens->data, tokens->offsets, tokens->list.count, &batch, NULL));
    for (size_t i = 0; i < tokens->list.count; i++)
        ck_assert_msg(batch->offsets[i + 1] - batch->offsets[i] == 1, "%s: %.*s has %d ids", what,
                      (int)(tokens->offsets[i + 1] - tokens->offsets[i]), tokens->data + tokens->offsets[i],
                      (int)(batch->offsets[i + 1] - batch->offsets[i]));
    tkz_encoder_free(encoder);
}

static tkz_tokenizer *open_model(const tkz_bytes *model)
{
    char folder[256], path[300];
    tkz_tokenizer *tokenizer;
    test_make_directory(folder, sizeof folder);
    (void)snprintf(path, sizeof path, "%s/x.model", folder);
    test_write_file(path, model->data, model->size);
    ck_assert_status(tkz_tokenizer_open(&tokenizer, path, NULL, NULL));
    test_remove_tree(folder);
    return tokenizer;
}

/* ---- BPE ---------------------------------------------------------------------------------- */

typedef struct training {
    int32_t unit, order;
    uint32_t minimum;
} training;

static const training kinds[] = {{TKZ_BPE_BYTES, TKZ_BPE_ORDER_HF, 2},
                             {TKZ_BPE_BYTES, TKZ_BPE_ORDER_RUSTBPE, 1},
                             {TKZ_BPE_CHARACTERS, TKZ_BPE_ORDER_HF, 3},
                             {TKZ_BPE_CHARACTERS, TKZ_BPE_ORDER_SENTENCEPIECE, 2}};

static tkz_bpe_options *make_options(const training *how, uint32_t size)
{
    tkz_bpe_options *options;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, size, NULL));
    ck_assert_status(tkz_bpe_options_set_unit(options, how->unit, NULL));
    ck_assert_status(tkz_bpe_options_set_order(options, how->order, NULL));
    ck_assert_status(tkz_bpe_options_set_minimum_count(options, how->minimum, NULL));
    if (how->unit == TKZ_BPE_CHARACTERS)
        ck_assert_status(tkz_bpe_options_set_byte_fallback(options, 1, NULL));
    if (how->order == TKZ_BPE_ORDER_SENTENCEPIECE) {
        ck_assert_status(tkz_bpe_options_set_split(options, 0, NULL));
        ck_assert_status(tkz_bpe_options_set_longest(options, 0, 64, NULL));
    }
    return options;
}

static void require_all(tkz_bpe_options *options, const text_pool *tokens)
{
    for (size_t i = 0; i < tokens->list.count; i++)
        ck_assert_status(tkz_bpe_options_require_token(options, tokens->data + tokens->offsets[i],
                                                       (size_t)(tokens->offsets[i + 1] - tokens->offsets[i]), NULL));
}

static tkz_tokenizer *make_tokenizer(const tkz_bpe_trainer *trainer, int32_t order, uint32_t size)
{
    tkz_tokenizer *tokenizer;
    tkz_bytes model;
    tkz_error error;
    if (order != TKZ_BPE_ORDER_SENTENCEPIECE) {
        tkz_status status = tkz_bpe_trainer_tokenizer(trainer, size, &tokenizer, &error);
        ck_assert_msg(status == TKZ_OK, "%u: %s", size, error.message);
        return tokenizer;
    }
    ck_assert_status(tkz_bpe_trainer_sentencepiece(trainer, size, 0, &model, NULL));
    tokenizer = open_model(&model);
    tkz_bytes_free(&model);
    return tokenizer;
}

/* Every token of text by itself is that token. */
static void expect_reachable(tkz_tokenizer *tokenizer, uint32_t first)
{
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    for (uint32_t id = first; id < tkz_tokenizer_size(tokenizer); id++) {
        const uint8_t *bytes;
        size_t size;
        const tkz_batch *batch;
        ck_assert_status(tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL));
        const uint64_t offsets[] = {0, size};
        ck_assert_status(tkz_encoder_encode(encoder, (const char *)bytes, offsets, 1, &batch, NULL));
        ck_assert_uint_eq(batch->offsets[1], 1);
        ck_assert_uint_eq(batch->ids[0], id);
    }
    tkz_encoder_free(encoder);
}

/* Random words and required tokens, every size from the least on. */
START_TEST(test_every_size)
{
    const training *how = &kinds[_i % 4];
    text_pool words, tokens;
    tkz_bpe_trainer *trainer, *plain;
    fill_pool(&words, WORDS / 2, 6, (uint64_t)_i + 1);
    fill_pool(&tokens, TOKENS, 7, (uint64_t)_i + 100);
    uint32_t most = how->unit == TKZ_BPE_BYTES ? 420 : 380;
    tkz_bpe_options *options = make_options(how, most);
    ck_assert_status(tkz_bpe_trainer_new(&plain, options, &words.list, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_run(plain, 0, NULL, NULL));
    require_all(options, &tokens);
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words.list, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    uint32_t least = tkz_bpe_trainer_least(trainer), last = tkz_bpe_trainer_size(trainer);
    ck_assert_uint_gt(least, tkz_bpe_trainer_base(trainer));
    ck_assert_uint_ge(last, least);
    /* Training itself finds the same. */
    size_t merges = tkz__bpe_trainer_merges(trainer);
    ck_assert_uint_eq(merges, tkz__bpe_trainer_merges(plain));
    for (size_t i = 0; i < merges && trainer->alphabet.count == plain->alphabet.count; i++)
        ck_assert_uint_eq(trainer->tokens.tokens[trainer->alphabet.count + i].left,
                          plain->tokens.tokens[plain->alphabet.count + i].left);
    for (uint32_t size = least; size <= last; size += TEST_SHORTER > 1 ? 23 : size < least + 20 ? 1 : 7) {
        tkz_tokenizer *tokenizer = make_tokenizer(trainer, how->order, size);
        ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), size);
        expect_whole(tokenizer, &tokens, "bpe");
        expect_reachable(tokenizer, how->order == TKZ_BPE_ORDER_SENTENCEPIECE ? 259
                                    : how->unit == TKZ_BPE_CHARACTERS         ? 256
                                                                               : 0);
        tkz_tokenizer_free(tokenizer);
    }
    tkz_tokenizer *none;
    if (how->order != TKZ_BPE_ORDER_SENTENCEPIECE)
        ck_assert_int_eq(tkz_bpe_trainer_tokenizer(trainer, least - 1, &none, NULL), TKZ_STATUS_INVALID_OPTION);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_trainer_free(plain);
    tkz_bpe_options_free(options);
}
END_TEST

/* What training finds by itself costs nothing: the same tokenizer as without required tokens. */
START_TEST(test_found_anyway)
{
    text_pool words;
    tkz_tokenizer *tokenizers[2];
    fill_pool(&words, WORDS / 2, 4, 3);
    for (size_t i = 0; i < 2; i++) {
        tkz_bpe_options *options = make_options(&kinds[0], 330);
        tkz_bpe_trainer *trainer;
        if (i == 1)
            ck_assert_status(tkz_bpe_options_require_token(options, "ab", 2, NULL));
        ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words.list, NULL, NULL));
        ck_assert_status(tkz_bpe_trainer_run(trainer, 300, NULL, NULL));
        ck_assert_status(tkz_bpe_trainer_tokenizer(trainer, 300, &tokenizers[i], NULL));
        tkz_bpe_trainer_free(trainer);
        tkz_bpe_options_free(options);
    }
    for (uint32_t id = 0; id < 300; id++) {
        const uint8_t *bytes[2];
        size_t sizes[2];
        for (size_t i = 0; i < 2; i++)
            ck_assert_status(tkz_tokenizer_token(tokenizers[i], id, &bytes[i], &sizes[i], NULL, NULL));
        ck_assert_uint_eq(sizes[0], sizes[1]);
        ck_assert_int_eq(memcmp(bytes[0], bytes[1], sizes[0]), 0);
    }
    tkz_tokenizer_free(tokenizers[0]);
    tkz_tokenizer_free(tokenizers[1]);
}
END_TEST

/* Words have no pair that is left, or none at all: required tokens come behind. */
START_TEST(test_end_of_words)
{
    static const uint64_t offsets[] = {0, 2}, counts[] = {5};
    const tkz_word_list words = {"ab", offsets, counts, 1};
    text_pool tokens = {.data = "abcabcxyz", .offsets = {0, 3, 9}};
    tokens.list = (tkz_word_list){tokens.data, tokens.offsets, tokens.counts, 2};
    tkz_bpe_options *options = make_options(&kinds[0], 400);
    tkz_bpe_trainer *trainer;
    tkz_tokenizer *tokenizer;
    require_all(options, &tokens);
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_is_done(trainer), 1);
    ck_assert_uint_eq(tkz__bpe_trainer_merges(trainer), 1);
    ck_assert_uint_eq(tkz_bpe_trainer_size(trainer), 256 + 1 + 4);
    ck_assert_status(tkz_bpe_trainer_tokenizer(trainer, 0, &tokenizer, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 261);
    expect_whole(tokenizer, &tokens, "end");
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
}
END_TEST

/* The smallest vocabularies: exactly enough room, one too few, and by a way round a forbidden text. */
START_TEST(test_room_and_forbidden_ways)
{
    static const uint64_t offsets[] = {0, 3}, counts[] = {5};
    const tkz_word_list words = {"abx", offsets, counts, 1};
    tkz_bpe_options *options = make_options(&kinds[0], 258);
    tkz_bpe_trainer *trainer;
    tkz_tokenizer *tokenizer;
    tkz_error error;
    ck_assert_status(tkz_bpe_options_require_token(options, "pqr", 3, NULL));
    ck_assert_status(tkz_bpe_options_forbid(options, "pq", 2, NULL));
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &words, NULL, NULL));
    ck_assert_uint_eq(tkz_bpe_trainer_least(trainer), 258);
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_tokenizer(trainer, 0, &tokenizer, NULL));
    uint32_t id = 257;
    const uint8_t *bytes;
    size_t size;
    ck_assert_status(tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL));
    ck_assert_uint_eq(size, 3);
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_trainer_free(trainer);
    ck_assert_status(tkz_bpe_options_set_size(options, 257, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error), TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_nonnull(strstr(error.message, "258"));
    ck_assert_status(tkz_bpe_options_set_size(options, 300, NULL));
    ck_assert_status(tkz_bpe_options_forbid(options, "qr", 2, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error), TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_nonnull(strstr(error.message, "p|q|r"));
    tkz_bpe_options_free(options);
}
END_TEST

START_TEST(test_contradictions)
{
    static const uint64_t offsets[] = {0, 3}, counts[] = {5};
    const tkz_word_list words = {"abx", offsets, counts, 1};
    static const struct {
        int kind;
        const char *token, *forbidden, *special, *pre_tokenizer, *text;
    } cases[] = {
        {0, "abc", "abc", NULL, NULL, "forbidden"},
        {0, "<end>", NULL, "<end>", NULL, "special"},
        {0, "a b", NULL, NULL, "llama3", "pre-tokenizer"},
        {0, "12345", NULL, NULL, "llama3", "pre-tokenizer"},
        {0, "ab", NULL, NULL, "split-hf0.23:text=a:behavior=isolated", "pre-tokenizer"},
        {0, "abcdefghijk", NULL, NULL, NULL, "longest"},
        {2, "abc", "b", NULL, NULL, "forbidden"},
        {3, "a\xE2\x96\x85", NULL, NULL, NULL, "U+2585"},
        {3, "<unk>", NULL, NULL, NULL, "there in any case"},
        {3, "abcdefghijk", NULL, NULL, NULL, "longest"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_bpe_options *options = make_options(&kinds[cases[i].kind], 600);
        tkz_bpe_trainer *trainer;
        tkz_error error;
        ck_assert_status(tkz_bpe_options_set_longest(options, 10, 10, NULL));
        ck_assert_status(tkz_bpe_options_require_token(options, cases[i].token, strlen(cases[i].token), NULL));
        if (cases[i].forbidden != NULL)
            ck_assert_status(tkz_bpe_options_forbid(options, cases[i].forbidden, strlen(cases[i].forbidden), NULL));
        if (cases[i].special != NULL)
            ck_assert_status(tkz_bpe_options_add_special(options, cases[i].special, strlen(cases[i].special), NULL));
        ck_assert_status(tkz_bpe_options_set_pre_tokenizer(options, cases[i].pre_tokenizer, NULL));
        ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error), TKZ_STATUS_INVALID_OPTION);
        ck_assert_msg(strstr(error.message, cases[i].text) != NULL, "%zu: %s", i, error.message);
        ck_assert_ptr_null(trainer);
        tkz_bpe_options_free(options);
    }
    tkz_bpe_options *options = make_options(&kinds[0], 600);
    ck_assert_int_eq(tkz_bpe_options_require_token(options, "", 0, NULL), TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_bpe_options_require_token(options, "\xFF", 1, NULL), TKZ_STATUS_INVALID_OPTION);
    tkz_bpe_options_free(options);
    /* Of two scripts, which the rules of sentencepiece do not join. */
    tkz_error error;
    tkz_bpe_trainer *trainer;
    options = make_options(&kinds[3], 600);
    ck_assert_status(tkz_bpe_options_set_split(options, TKZ_BPE_SPLIT_SCRIPTS, NULL));
    ck_assert_status(tkz_bpe_options_require_token(options, "a\xE6\xBC\xA2", 4, NULL));
    ck_assert_int_eq(tkz_bpe_trainer_new(&trainer, options, &words, NULL, &error), TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_nonnull(strstr(error.message, "split"));
    tkz_bpe_options_free(options);
}
END_TEST

/* ---- Unigram -------------------------------------------------------------------------------- */

static tkz_status train_unigram(const text_pool *words, const text_pool *tokens, const char *forbidden,
                                const char *const *settings, const tkz_allocator *allocator, tkz_bytes *model,
                                tkz_error *error)
{
    static const char *const usual[] = {"vocab_size", "70", "add_dummy_prefix", "false", "hard_vocab_limit", "false",
                                        "split_by_unicode_script", "false", NULL};
    tkz_unigram_options *options;
    memset(model, 0, sizeof *model);
    tkz_status status = tkz_unigram_options_new(&options, allocator, error);
    for (size_t i = 0; status == TKZ_OK && usual[i] != NULL; i += 2)
        status = tkz_unigram_options_set(options, usual[i], usual[i + 1], error);
    for (size_t i = 0; status == TKZ_OK && settings != NULL && settings[i] != NULL; i += 2)
        status = tkz_unigram_options_set(options, settings[i], settings[i + 1], error);
    for (size_t i = 0; status == TKZ_OK && i < tokens->list.count; i++)
        status = tkz_unigram_options_require_token(options, tokens->data + tokens->offsets[i],
                                                   (size_t)(tokens->offsets[i + 1] - tokens->offsets[i]), error);
    if (status == TKZ_OK && forbidden != NULL)
        status = tkz_unigram_options_forbid(options, forbidden, strlen(forbidden), error);
    if (status == TKZ_OK)
        status = tkz_train_unigram(options, &words->list, NULL, NULL, allocator, model, NULL, error);
    tkz_unigram_options_free(options);
    return status;
}

static bool has_piece(const tkz_tokenizer *tokenizer, const char *text)
{
    for (uint32_t id = 0; id < tkz_tokenizer_size(tokenizer); id++) {
        const uint8_t *bytes;
        size_t size;
        ck_assert_status(tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL));
        if (size == strlen(text) && memcmp(bytes, text, size) == 0)
            return true;
    }
    return false;
}

/* The first piece of several characters. */
static void first_piece(const tkz_tokenizer *tokenizer, char *text, size_t capacity)
{
    for (uint32_t id = 3; text[0] == '\0'; id++) {
        const uint8_t *bytes;
        size_t size;
        ck_assert_status(tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL));
        if (size > 3)
            (void)snprintf(text, capacity, "%.*s", (int)size, (const char *)bytes);
    }
}

START_TEST(test_unigram)
{
    text_pool words, tokens;
    tkz_bytes model;
    fill_pool(&words, WORDS, 9, (uint64_t)_i + 7);
    fill_pool(&tokens, TOKENS, 6, (uint64_t)_i + 300);
    ck_assert_status(train_unigram(&words, &tokens, NULL, NULL, NULL, &model, NULL));
    tkz_tokenizer *tokenizer = open_model(&model);
    tkz_bytes_free(&model);
    expect_whole(tokenizer, &tokens, "unigram");
    tkz_tokenizer_free(tokenizer);
    tokens.list.count = 0;
    ck_assert_status(train_unigram(&words, &tokens, NULL, NULL, NULL, &model, NULL));
    tokenizer = open_model(&model);
    tkz_bytes_free(&model);
    char forbidden[2][64] = {"", "c"};
    first_piece(tokenizer, forbidden[0], sizeof forbidden[0]);
    for (size_t i = 0; i < 2; i++)
        ck_assert(has_piece(tokenizer, forbidden[i]));
    tkz_tokenizer_free(tokenizer);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_status(train_unigram(&words, &tokens, forbidden[i], NULL, NULL, &model, NULL));
        tokenizer = open_model(&model);
        tkz_bytes_free(&model);
        ck_assert(!has_piece(tokenizer, forbidden[i]));
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

START_TEST(test_unigram_contradictions)
{
    static const struct {
        const char *token, *forbidden, *settings[3], *text;
    } cases[] = {
        {"abc", "abc", {NULL}, "forbidden"},
        {"abc", "b", {NULL}, "forbidden"},
        {"abc", NULL, {"user_defined_symbols", "bc", NULL}, "symbol"},
        {"abc", NULL, {"control_symbols", "abc", NULL}, "symbol"},
        {"abc", NULL, {"max_sentencepiece_length", "2", NULL}, "max_sentencepiece_length"},
        {"a\xE6\xBC\xA2", NULL, {"split_by_unicode_script", "true", NULL}, "split_by_unicode_script"},
        {"a b", NULL, {NULL}, "split_by_whitespace"},
        {"abc", NULL, {"compat", "sentencepiece-0.2.3", NULL}, "compat"},
        {NULL, "abc", {"compat", "sentencepiece-0.2.3", NULL}, "compat"},
        {NULL, "b", {"required_chars", "b", NULL}, "required"},
        {"abc", NULL, {"vocab_size", "9", NULL}, "no room"},
    };
    text_pool words;
    fill_pool(&words, WORDS, 9, 5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_pool tokens = {.offsets = {0, 0}};
        tkz_bytes model;
        tkz_error error;
        if (cases[i].token != NULL) {
            tokens.offsets[1] = strlen(cases[i].token);
            memcpy(tokens.data, cases[i].token, tokens.offsets[1]);
        }
        tokens.list = (tkz_word_list){tokens.data, tokens.offsets, tokens.counts, cases[i].token != NULL};
        tkz_status status = train_unigram(&words, &tokens, cases[i].forbidden, cases[i].settings, NULL, &model, &error);
        ck_assert_msg(status == TKZ_STATUS_INVALID_OPTION, "%zu: %d", i, status);
        ck_assert_msg(strstr(error.message, cases[i].text) != NULL, "%zu: %s", i, error.message);
    }
}
END_TEST

/* Stopped behind each step and begun anew: the same model. */
START_TEST(test_unigram_resume)
{
    text_pool words;
    tkz_unigram_options *options;
    tkz_unigram_trainer *trainer;
    tkz_bytes state = {0}, models[2];
    fill_pool(&words, WORDS, 9, 11);
    ck_assert_status(tkz_unigram_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_unigram_options_set(options, "vocab_size", "60", NULL));
    ck_assert_status(tkz_unigram_options_set(options, "hard_vocab_limit", "false", NULL));
    ck_assert_status(tkz_unigram_options_require_token(options, "abcabc", 6, NULL));
    ck_assert_status(tkz_train_unigram(options, &words.list, NULL, NULL, NULL, &models[0], NULL, NULL));
    for (bool is_done = false; !is_done;) {
        ck_assert_status(tkz_unigram_trainer_new(&trainer, options, NULL, 0, &words.list, NULL, NULL, NULL));
        if (state.data != NULL)
            ck_assert_status(tkz_unigram_trainer_restore(trainer, state.data, state.size, NULL));
        tkz_bytes_free(&state);
        ck_assert_status(tkz_unigram_trainer_run(trainer, 1, NULL, NULL));
        is_done = tkz_unigram_trainer_is_done(trainer) != 0;
        if (is_done)
            ck_assert_status(tkz_unigram_trainer_model(trainer, 60, &models[1], NULL, NULL));
        else
            ck_assert_status(tkz_unigram_trainer_save(trainer, &state, NULL));
        tkz_unigram_trainer_free(trainer);
    }
    ck_assert_uint_eq(models[0].size, models[1].size);
    ck_assert_int_eq(memcmp(models[0].data, models[1].data, models[0].size), 0);
    tkz_bytes_free(&models[0]);
    tkz_bytes_free(&models[1]);
    tkz_unigram_options_free(options);
}
END_TEST

/* ---- Memory ----------------------------------------------------------------------------------- */

static tkz_status train_both(void *context, const tkz_allocator *allocator)
{
    text_pool *words = context, tokens = {.data = "abcabcxyz", .offsets = {0, 3, 9}};
    tkz_bpe_options *options;
    tkz_bpe_trainer *trainer = NULL;
    tkz_tokenizer *tokenizer = NULL;
    tkz_bytes model = {0};
    tokens.list = (tkz_word_list){tokens.data, tokens.offsets, tokens.counts, 2};
    tkz_status status = tkz_bpe_options_new(&options, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_size(options, 280, NULL);
    for (size_t i = 0; status == TKZ_OK && i < 2; i++)
        status = tkz_bpe_options_require_token(options, tokens.data + tokens.offsets[i],
                                               (size_t)(tokens.offsets[i + 1] - tokens.offsets[i]), NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_pre_tokenizer(options, "llama3", NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_new(&trainer, options, &words->list, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_run(trainer, 0, NULL, NULL);
    if (status == TKZ_OK)
        status = tkz_bpe_trainer_tokenizer(trainer, 270, &tokenizer, NULL);
    tkz_tokenizer_free(tokenizer);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
    if (status == TKZ_OK)
        status = train_unigram(words, &tokens, "ab", NULL, allocator, &model, NULL);
    tkz_bytes_free(&model);
    return status;
}

START_TEST(test_out_of_memory)
{
    text_pool words;
    fill_pool(&words, 20, 6, 2);
    test_all_allocation_failures(train_both, &words);
}
END_TEST

Suite *suite_required_tokens(void)
{
    Suite *suite = suite_create("required_tokens");
    TCase *tests = tcase_create("required_tokens");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_every_size, 0, 24);
    tcase_add_test(tests, test_found_anyway);
    tcase_add_test(tests, test_end_of_words);
    tcase_add_test(tests, test_room_and_forbidden_ways);
    tcase_add_test(tests, test_contradictions);
    tcase_add_loop_test(tests, test_unigram, 0, 6);
    tcase_add_test(tests, test_unigram_contradictions);
    tcase_add_test(tests, test_unigram_resume);
    tcase_add_test(tests, test_out_of_memory);
    suite_add_tcase(suite, tests);
    return suite;
}
