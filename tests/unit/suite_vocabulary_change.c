/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies made of others: what stays, what comes, and that training in two halves is training at
 * once. Leans on Check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/tokenizer_edit.h"
#include "testing.h"
#include "tokenize/vocabulary.h"

Suite *suite_vocabulary_change(void);

enum { WORDS = 400, LONGEST = 12 };

/* Words made by chance, with counts. */
typedef struct word_pool {
    char data[WORDS * LONGEST * 3];
    uint64_t offsets[WORDS + 1];
    uint64_t counts[WORDS];
    tkz_word_list list;
} word_pool;

static void fill_pool(word_pool *pool, uint64_t seed, const char *const *letters, size_t count)
{
    size_t at = 0;
    pool->offsets[0] = 0;
    for (size_t i = 0; i < WORDS; i++) {
        size_t length = 1 + test_random(&seed) % LONGEST;
        for (size_t k = 0; k < length; k++) {
            /* Squares make some letters frequent. */
            uint64_t pick = test_random(&seed) % (count * count);
            size_t letter = 0;
            while ((letter + 1) * (letter + 1) <= pick)
                letter++;
            size_t size = strlen(letters[letter]);
            memcpy(pool->data + at, letters[letter], size);
            at += size;
        }
        pool->offsets[i + 1] = at;
        pool->counts[i] = 1 + test_random(&seed) % 5;
    }
    pool->list = (tkz_word_list){pool->data, pool->offsets, pool->counts, WORDS};
}

static const char *const latin[] = {"a", "b", "c", "d", "e", "0", " "};
static const char *const japanese[] = {"\xE3\x81\x82", "\xE3\x81\x84", "\xE6\xBC\xA2",
                                       "\xE5\xAD\x97", "\xE3\x82\xA2", "a", "1"};

static tkz_bpe_options *new_options(uint32_t size, int32_t unit, int32_t order)
{
    tkz_bpe_options *options;
    ck_assert_status(tkz_bpe_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_bpe_options_set_size(options, size, NULL));
    ck_assert_status(tkz_bpe_options_set_minimum_count(options, 2, NULL));
    ck_assert_status(tkz_bpe_options_set_unit(options, unit, NULL));
    ck_assert_status(tkz_bpe_options_set_order(options, order, NULL));
    return options;
}

static tkz_tokenizer *train(const word_pool *pool, uint32_t size, int32_t order)
{
    tkz_bpe_options *options = new_options(size, TKZ_BPE_BYTES, order);
    tkz_bpe_trainer *trainer;
    tkz_tokenizer *tokenizer;
    if (order == TKZ_BPE_ORDER_HF)
        ck_assert_status(tkz_bpe_options_add_special(options, "<s>", 3, NULL));
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &pool->list, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_tokenizer(trainer, 0, &tokenizer, NULL));
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
    return tokenizer;
}

static tkz_tokenizer *extend(const tkz_tokenizer *tokenizer, const word_pool *pool, uint32_t size,
                             tkz_extension *extension)
{
    tkz_bpe_options *options = new_options(size, TKZ_BPE_BYTES, TKZ_BPE_ORDER_HF);
    tkz_tokenizer *extended;
    ck_assert_status(tkz_vocabulary_extend(tokenizer, options, &pool->list, NULL, NULL, &extended,
                                           extension, NULL));
    tkz_bpe_options_free(options);
    return extended;
}

static void check_same_tokens(const tkz_tokenizer *one, const tkz_tokenizer *other, uint32_t count)
{
    for (uint32_t id = 0; id < count; id++) {
        const uint8_t *first, *second;
        size_t first_size, second_size;
        ck_assert_status(tkz_tokenizer_token(one, id, &first, &first_size, NULL, NULL));
        ck_assert_status(tkz_tokenizer_token(other, id, &second, &second_size, NULL, NULL));
        ck_assert_uint_eq(first_size, second_size);
        ck_assert_int_eq(memcmp(first, second, first_size), 0);
    }
}

/* What stands behind the model's part of two tokenizer.json is the same. */
static void check_same_files(const tkz_tokenizer *one, const tkz_tokenizer *other)
{
    tkz_bytes first, second;
    ck_assert_status(tkz_tokenizer_serialize(one, "hf", &first, NULL));
    ck_assert_status(tkz_tokenizer_serialize(other, "hf", &second, NULL));
    ck_assert_uint_eq(first.size, second.size);
    ck_assert_int_eq(memcmp(first.data, second.data, first.size), 0);
    tkz_bytes_free(&first);
    tkz_bytes_free(&second);
}

/* ---- Extending --------------------------------------------------------------------- */

START_TEST(in_two_halves)
{
    static word_pool pool;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        tkz_extension extension;
        fill_pool(&pool, seed, seed % 2 == 0 ? latin : japanese, 7);
        tkz_tokenizer *whole = train(&pool, 360, TKZ_BPE_ORDER_HF);
        tkz_tokenizer *half = train(&pool, 257 + (uint32_t)(seed * 4), TKZ_BPE_ORDER_HF);
        uint32_t before = tkz_tokenizer_size(half);
        tkz_tokenizer *both = extend(half, &pool, 360, &extension);
        ck_assert_uint_eq(extension.first, before);
        ck_assert_uint_eq(extension.unreachable, 0);
        ck_assert_uint_eq(extension.characters, 0);
        ck_assert_uint_eq(extension.merges, tkz_tokenizer_size(whole) - before);
        check_same_files(whole, both);
        tkz_tokenizer_free(whole);
        tkz_tokenizer_free(half);
        tkz_tokenizer_free(both);
    }
}
END_TEST

/* Old ids stay, and a text that no new merge touches keeps its ids. */
START_TEST(old_texts)
{
    static word_pool pool, other;
    tkz_extension extension;
    fill_pool(&pool, 5, latin, 7);
    fill_pool(&other, 6, japanese, 5);
    tkz_tokenizer *old = train(&pool, 400, TKZ_BPE_ORDER_RUSTBPE);
    tkz_tokenizer *extended = extend(old, &other, 480, &extension);
    check_same_tokens(old, extended, tkz_tokenizer_size(old));
    ck_assert_uint_eq(extension.unreachable, 0);
    ck_assert_uint_gt(extension.merges, 20);
    tkz_encoder *encoders[2];
    const tkz_batch *batches[2];
    ck_assert_status(tkz_encoder_new(&encoders[0], old, NULL, NULL));
    ck_assert_status(tkz_encoder_new(&encoders[1], extended, NULL, NULL));
    for (size_t i = 0; i < 2; i++)
        ck_assert_status(tkz_encoder_encode(encoders[i], pool.data, pool.offsets, WORDS, &batches[i],
                                            NULL));
    ck_assert_uint_eq(batches[0]->offsets[WORDS], batches[1]->offsets[WORDS]);
    ck_assert_int_eq(memcmp(batches[0]->ids, batches[1]->ids,
                            batches[0]->offsets[WORDS] * sizeof *batches[0]->ids), 0);
    tkz_encoder_free(encoders[0]);
    tkz_encoder_free(encoders[1]);
    tkz_tokenizer_free(extended);
    tkz_tokenizer_free(old);
}
END_TEST

static tkz_tokenizer *open_model(const tkz_bytes *model)
{
    char folder[64], path[96];
    tkz_tokenizer *tokenizer;
    test_make_directory(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/a.model", folder);
    test_write_file(path, model->data, model->size);
    ck_assert_status(tkz_tokenizer_open(&tokenizer, path, NULL, NULL));
    test_remove_tree(folder);
    return tokenizer;
}

/* A model of characters with the pieces that its trainer finds in the pool. */
static tkz_tokenizer *train_pieces(const word_pool *pool, uint32_t size)
{
    tkz_bpe_options *options = new_options(size, TKZ_BPE_CHARACTERS, TKZ_BPE_ORDER_SENTENCEPIECE);
    tkz_bpe_trainer *trainer;
    tkz_bytes model;
    ck_assert_status(tkz_bpe_options_set_byte_fallback(options, 1, NULL));
    ck_assert_status(tkz_bpe_trainer_new(&trainer, options, &pool->list, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_run(trainer, 0, NULL, NULL));
    ck_assert_status(tkz_bpe_trainer_sentencepiece(trainer, 0, 0, &model, NULL));
    tkz_tokenizer *tokenizer = open_model(&model);
    tkz_bytes_free(&model);
    tkz_bpe_trainer_free(trainer);
    tkz_bpe_options_free(options);
    return tokenizer;
}

/* A SentencePiece model: characters come, scores go on below, the old pieces stay. */
START_TEST(pieces)
{
    static word_pool pool, other;
    char folder[64], path[96];
    fill_pool(&pool, 7, latin, 6);
    fill_pool(&other, 8, japanese, 6);
    tkz_tokenizer *old = train_pieces(&pool, 290), *again;
    tkz_bytes model;
    test_make_directory(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/a.model", folder);
    tkz_extension extension;
    tkz_tokenizer *extended = extend(old, &other, 340, &extension);
    ck_assert_uint_eq(extension.characters, 5); /* "a" is there */
    ck_assert_uint_eq(extension.characters + extension.merges,
                      tkz_tokenizer_size(extended) - tkz_tokenizer_size(old));
    ck_assert_uint_eq(extension.unreachable, 0);
    ck_assert_status(tkz_tokenizer_serialize(extended, "sentencepiece", &model, NULL));
    test_write_file(path, model.data, model.size);
    ck_assert_status(tkz_tokenizer_open(&again, path, NULL, NULL));
    ck_assert_uint_eq(tkz_tokenizer_size(again), tkz_tokenizer_size(extended));
    check_same_tokens(again, extended, tkz_tokenizer_size(again));
    for (uint32_t id = 0; id < tkz_tokenizer_size(again); id++)
        ck_assert(tkz__tokenizer_score(again, id) == tkz__tokenizer_score(extended, id));
    /* Written again it has the same bytes: it is a whole model now. */
    tkz_bytes second;
    ck_assert_status(tkz_tokenizer_serialize(again, "sentencepiece", &second, NULL));
    ck_assert_uint_eq(second.size, model.size);
    ck_assert_int_eq(memcmp(second.data, model.data, model.size), 0);
    tkz_bytes_free(&model);
    tkz_bytes_free(&second);
    tkz_tokenizer_free(again);
    tkz_tokenizer_free(extended);
    tkz_tokenizer_free(old);
    test_remove_tree(folder);
}
END_TEST

START_TEST(extend_refuses)
{
    static word_pool pool;
    tkz_extension extension;
    tkz_tokenizer *extended;
    tkz_error error;
    fill_pool(&pool, 5, latin, 7);
    tkz_tokenizer *old = train(&pool, 300, TKZ_BPE_ORDER_HF);
    tkz_bpe_options *options = new_options(300, TKZ_BPE_BYTES, TKZ_BPE_ORDER_HF);
    ck_assert_int_eq(tkz_vocabulary_extend(old, options, &pool.list, NULL, NULL, &extended,
                                           &extension, &error), TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_null(extended);
    ck_assert_status(tkz_bpe_options_set_size(options, 320, NULL));
    const tkz_word_list none = {pool.data, pool.offsets, pool.counts, 0};
    ck_assert_int_eq(tkz_vocabulary_extend(old, options, &none, NULL, NULL, &extended, &extension,
                                           &error), TKZ_STATUS_EMPTY_INPUT);
    ck_assert_status(tkz_bpe_options_set_memory(options, 1000, NULL));
    ck_assert_int_eq(tkz_vocabulary_extend(old, options, &pool.list, NULL, NULL, &extended,
                                           &extension, &error), TKZ_STATUS_LIMIT);
    tkz_bpe_options_free(options);
    tkz_tokenizer_free(old);
}
END_TEST

typedef struct attempt {
    const tkz_tokenizer *old;
    const word_pool *pool;
} attempt;

static tkz_status extend_with(void *context, const tkz_allocator *allocator)
{
    const attempt *own = context;
    tkz_bpe_options *options = new_options(275, TKZ_BPE_BYTES, TKZ_BPE_ORDER_HF);
    tkz_tokenizer *extended;
    tkz_extension extension;
    tkz_status status = tkz_vocabulary_extend(own->old, options, &own->pool->list, NULL, allocator,
                                              &extended, &extension, NULL);
    tkz_tokenizer_free(extended);
    tkz_bpe_options_free(options);
    return status;
}

START_TEST(extend_without_memory)
{
    static word_pool pool;
    fill_pool(&pool, 9, latin, 3);
    pool.list.count = 40;
    tkz_tokenizer *old = train(&pool, 262, TKZ_BPE_ORDER_HF);
    attempt own = {old, &pool};
    test_all_allocation_failures(extend_with, &own);
    tkz_tokenizer_free(old);
}
END_TEST

/* ---- Appending --------------------------------------------------------------------- */

static const char list_text[] = "ab" "zz" "\xE3\x81\x82" "\xE3\x81\x82\xE3\x81\x82" "zz";
static const uint64_t list_offsets[] = {0, 2, 4, 7, 13, 15};
static const double list_scores[] = {-1, -2.5, -3, -4, -5};
static const tkz_piece_list piece_list = {list_text, list_offsets, list_scores, 5};

START_TEST(append_pieces)
{
    static word_pool pool;
    fill_pool(&pool, 11, latin, 6);
    tkz_tokenizer *old = train_pieces(&pool, 285), *new;
    uint32_t first = tkz_tokenizer_size(old);
    for (int32_t scores = TKZ_APPEND_BELOW; scores <= TKZ_APPEND_GIVEN; scores++) {
        tkz_appending appending;
        ck_assert_status(tkz_vocabulary_append(old, &piece_list, scores, NULL, &new, &appending,
                                               NULL));
        ck_assert_uint_eq(appending.first, first);
        ck_assert_uint_eq(appending.appended + appending.there, piece_list.count);
        ck_assert_uint_ge(appending.there, 1); /* the second "zz" */
        /* Nothing makes "zz", two unknown characters, but the piece itself; all are reachable. */
        ck_assert_uint_eq(appending.unreachable, 0);
        check_same_tokens(old, new, first);
        double before = tkz__tokenizer_score(new, first);
        for (uint32_t id = first + 1; id < tkz_tokenizer_size(new); id++) {
            double score = tkz__tokenizer_score(new, id);
            if (scores == TKZ_APPEND_ZERO)
                ck_assert(score == 0);
            else
                ck_assert(score < before);
            before = score;
        }
        tkz_tokenizer_free(new);
    }
    tkz_tokenizer_free(old);
}
END_TEST

START_TEST(append_refuses)
{
    static word_pool pool;
    static const uint64_t empty[] = {0, 0}, broken[] = {0, 2};
    tkz_appending appending;
    tkz_tokenizer *new;
    fill_pool(&pool, 11, latin, 6);
    tkz_tokenizer *scored = train_pieces(&pool, 270), *bytes = train(&pool, 300, TKZ_BPE_ORDER_HF);
    const tkz_piece_list wrong[] = {{"", empty, NULL, 1}, {"\xE3\x81", broken, NULL, 1},
                                    {"a\0", broken, NULL, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(tkz_vocabulary_append(scored, &wrong[i], TKZ_APPEND_BELOW, NULL, &new,
                                               &appending, NULL), TKZ_STATUS_INVALID_ARGUMENT);
        ck_assert_ptr_null(new);
    }
    ck_assert_int_eq(tkz_vocabulary_append(scored, &wrong[0], TKZ_APPEND_GIVEN, NULL, &new,
                                           &appending, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_vocabulary_append(bytes, &piece_list, TKZ_APPEND_BELOW, NULL, &new,
                                           &appending, NULL), TKZ_STATUS_UNSUPPORTED);
    const tkz_tokenizer *one[] = {scored};
    ck_assert_int_eq(tkz_vocabulary_merge(one, 1, TKZ_APPEND_BELOW, 0, NULL, &new, &appending, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_tokenizer_free(scored);
    tkz_tokenizer_free(bytes);
}
END_TEST

static tkz_status merge_with(void *context, const tkz_allocator *allocator)
{
    const tkz_tokenizer *const *models = context;
    tkz_tokenizer *new;
    tkz_appending appending;
    tkz_status status = tkz_vocabulary_merge(models, 2, TKZ_APPEND_GIVEN, 1, allocator, &new,
                                             &appending, NULL);
    tkz_tokenizer_free(new);
    return status;
}

START_TEST(merge_without_memory)
{
    static word_pool pool;
    tkz_appending appending;
    tkz_tokenizer *new, *models[2];
    fill_pool(&pool, 12, latin, 4);
    models[0] = train_pieces(&pool, 270);
    fill_pool(&pool, 13, japanese, 5);
    models[1] = train_pieces(&pool, 275);
    test_all_allocation_failures(merge_with, models);
    ck_assert_status(tkz_vocabulary_merge((const tkz_tokenizer *const *)models, 2, TKZ_APPEND_BELOW,
                                          1, NULL, &new, &appending, NULL));
    ck_assert_uint_ge(appending.appended, 5);
    ck_assert_uint_eq(tkz_tokenizer_size(new), appending.first + appending.appended);
    for (size_t i = 0; i < 2; i++)
        tkz_tokenizer_free(models[i]);
    tkz_tokenizer_free(new);
}
END_TEST

/* ---- Scores ------------------------------------------------------------------------ */

static tkz_tokenizer *train_unigram(const word_pool *pool)
{
    tkz_unigram_options *options;
    tkz_bytes model;
    ck_assert_status(tkz_unigram_options_new(&options, NULL, NULL));
    ck_assert_status(tkz_unigram_options_set(options, "vocab_size", "320", NULL));
    ck_assert_status(tkz_unigram_options_set(options, "byte_fallback", "true", NULL));
    ck_assert_status(tkz_unigram_options_set(options, "add_dummy_prefix", "false", NULL));
    ck_assert_status(tkz_train_unigram(options, &pool->list, NULL, NULL, NULL, &model, NULL, NULL));
    tkz_unigram_options_free(options);
    tkz_tokenizer *tokenizer = open_model(&model);
    tkz_bytes_free(&model);
    return tokenizer;
}

/* The scores are those that tkz_unigram_reestimate finds for the same pieces, in single precision, as a
 * model holds them; all else stays. */
START_TEST(reestimated_scores)
{
    enum { ROUNDS = 3 };
    static word_pool pool, other;
    static uint64_t offsets[400];
    static double scores[400];
    static uint32_t ids[400];
    char *data = malloc(1 << 16);
    size_t size = 0, count = 0;
    fill_pool(&pool, 21, japanese, 5);
    fill_pool(&other, 22, japanese, 5);
    tkz_tokenizer *old = train_unigram(&pool), *new, *bytes = train(&pool, 300, TKZ_BPE_ORDER_HF);
    for (uint32_t id = 0; id < tkz_tokenizer_size(old); id++) {
        const uint8_t *piece;
        size_t length;
        if (tkz__tokenizer_type(old, id) != TKZ__PIECE_NORMAL)
            continue;
        ck_assert_status(tkz_tokenizer_token(old, id, &piece, &length, NULL, NULL));
        memcpy(data + size, piece, length);
        ids[count] = id;
        offsets[++count] = size += length;
    }
    ck_assert_uint_gt(count, 20);
    const tkz_word_list normal = {data, offsets, NULL, count};
    double likelihood, expected;
    ck_assert_status(tkz_unigram_reestimate(&normal, &other.list, ROUNDS, NULL, scores, &expected,
                                            NULL, NULL));
    ck_assert_status(tkz_vocabulary_reestimate(old, &other.list, ROUNDS, NULL, NULL, &new,
                                               &likelihood, NULL));
    ck_assert(likelihood == expected);
    check_same_tokens(old, new, tkz_tokenizer_size(old));
    uint32_t changed = 0, next = 0;
    for (uint32_t id = 0; id < tkz_tokenizer_size(old); id++) {
        bool is_piece = next < count && ids[next] == id;
        double wanted = is_piece ? scores[next++] : tkz__tokenizer_score(old, id);
        ck_assert((float)tkz__tokenizer_score(new, id) == (float)wanted);
        changed += (float)tkz__tokenizer_score(old, id) != (float)wanted;
    }
    ck_assert_uint_gt(changed, 10);
    tkz_tokenizer_free(new);
    ck_assert_int_eq(tkz_vocabulary_reestimate(bytes, &other.list, ROUNDS, NULL, NULL, &new, NULL,
                                               NULL), TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_null(new);
    const tkz_word_list uncounted = {other.data, other.offsets, NULL, WORDS};
    ck_assert_int_eq(tkz_vocabulary_reestimate(old, &uncounted, ROUNDS, NULL, NULL, &new, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_vocabulary_reestimate(old, &other.list, 0, NULL, NULL, &new, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_tokenizer_free(bytes);
    tkz_tokenizer_free(old);
    free(data);
}
END_TEST

typedef struct rescoring {
    tkz_tokenizer *model;
    word_pool *pool;
} rescoring;

static tkz_status reestimate_with(void *context, const tkz_allocator *allocator)
{
    const rescoring *own = context;
    tkz_tokenizer *new;
    tkz_status status = tkz_vocabulary_reestimate(own->model, &own->pool->list, 1, NULL, allocator,
                                                  &new, NULL, NULL);
    tkz_tokenizer_free(new);
    return status;
}

START_TEST(reestimate_without_memory)
{
    static word_pool pool;
    fill_pool(&pool, 23, latin, 5);
    pool.list.count = 60;
    tkz_tokenizer *model = train_unigram(&pool);
    rescoring own = {model, &pool};
    test_all_allocation_failures(reestimate_with, &own);
    tkz_tokenizer_free(model);
}
END_TEST

/* ---- Pruning ----------------------------------------------------------------------- */

/* Every token encodes to itself still, and those that stay are in their order. */
static void check_pruned(const tkz_tokenizer *old, const tkz_tokenizer *new,
                         const tkz_pruning *pruning)
{
    tkz_vocabulary_map *map;
    uint32_t last = 0;
    ck_assert_uint_eq(pruning->unreachable, 0);
    ck_assert_uint_eq(tkz_tokenizer_size(new), pruning->after);
    ck_assert_uint_eq(pruning->before,
                      pruning->after + pruning->named + pruning->dependent + pruning->rare);
    ck_assert_status(tkz_vocabulary_map_new(&map, old, new, 0, NULL, NULL));
    for (uint32_t id = 0; id < pruning->after; id++) {
        const uint32_t *ids;
        size_t count;
        tkz_vocabulary_map_row(map, id, &ids, &count);
        ck_assert_uint_eq(count, 1);
        ck_assert(id == 0 || ids[0] > last);
        last = ids[0];
    }
    tkz_vocabulary_map_free(map);
}

static uint64_t count_tokens(tkz_tokenizer *tokenizer, const word_pool *pool)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_encode(encoder, pool->data, pool->offsets, WORDS, &batch, NULL));
    uint64_t count = batch->offsets[WORDS];
    tkz_encoder_free(encoder);
    return count;
}

/* A vocabulary whose second half was made of other words loses just that half. */
START_TEST(prune_leaves)
{
    static word_pool pool, other;
    tkz_extension extension;
    tkz_pruning pruning;
    tkz_tokenizer *pruned;
    fill_pool(&pool, 21, latin, 7);
    fill_pool(&other, 22, japanese, 4);
    tkz_tokenizer *old = train(&pool, 330, TKZ_BPE_ORDER_RUSTBPE);
    tkz_tokenizer *both = extend(old, &other, 420, &extension);
    uint64_t tokens = count_tokens(old, &pool);
    tkz_prune_rules rules = {.size = tkz_tokenizer_size(old)};
    ck_assert_status(tkz_vocabulary_prune(both, &rules, &pool.list, NULL, &pruned, &pruning, NULL));
    check_pruned(both, pruned, &pruning);
    ck_assert_uint_eq(pruning.after, rules.size);
    ck_assert_uint_eq(count_tokens(pruned, &pool), tokens);
    check_same_tokens(old, pruned, rules.size);
    tkz_tokenizer_free(pruned);
    /* Nothing goes below the bytes. */
    rules.size = 100;
    ck_assert_status(tkz_vocabulary_prune(both, &rules, &pool.list, NULL, &pruned, &pruning, NULL));
    ck_assert_int_eq(pruning.is_short, 1);
    ck_assert_uint_eq(pruning.after, 256);
    check_pruned(both, pruned, &pruning);
    tkz_tokenizer_free(pruned);
    ck_assert_int_eq(tkz_vocabulary_prune(both, &rules, NULL, NULL, &pruned, &pruning, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_tokenizer_free(both);
    tkz_tokenizer_free(old);
}
END_TEST

START_TEST(prune_rules)
{
    static word_pool pool;
    static const char expression[] = "0.";
    tkz_pruning pruning;
    tkz_tokenizer *pruned;
    fill_pool(&pool, 23, latin, 7);
    tkz_tokenizer *old = train(&pool, 400, TKZ_BPE_ORDER_HF);
    const tkz_prune_rules rules = {.matching = expression, .matching_size = 2};
    ck_assert_status(tkz_vocabulary_prune(old, &rules, NULL, NULL, &pruned, &pruning, NULL));
    ck_assert_uint_gt(pruning.named, 0);
    check_pruned(old, pruned, &pruning);
    for (uint32_t id = 0; id < pruning.after; id++) {
        const uint8_t *bytes;
        size_t size;
        ck_assert_status(tkz_tokenizer_token(pruned, id, &bytes, &size, NULL, NULL));
        const uint8_t *zero = memchr(bytes, '0', size);
        ck_assert(zero == NULL || zero == bytes + size - 1);
    }
    tkz_tokenizer_free(pruned);
    const tkz_prune_rules longest = {.longest_characters = 2};
    ck_assert_status(tkz_vocabulary_prune(old, &longest, NULL, NULL, &pruned, &pruning, NULL));
    check_pruned(old, pruned, &pruning);
    ck_assert_uint_eq(pruning.dependent, 0);
    tkz_tokenizer_free(pruned);
    const tkz_prune_rules wrong = {.matching = "(", .matching_size = 1};
    ck_assert_int_ne(tkz_vocabulary_prune(old, &wrong, NULL, NULL, &pruned, &pruning, NULL), TKZ_OK);
    ck_assert_ptr_null(pruned);
    tkz_tokenizer *scored = train_pieces(&pool, 300);
    const uint8_t *bytes; /* of the last merge: <unk> <s> </s>, bytes, merges, the alphabet */
    uint64_t ends[2] = {0, 0};
    size_t size;
    ck_assert_status(tkz_tokenizer_token(scored, 300 - 8, &bytes, &size, NULL, NULL));
    ck_assert_uint_gt(size, 1);
    ends[1] = size;
    const tkz_piece_list one = {(const char *)bytes, ends, NULL, 1};
    const tkz_prune_rules list = {.list = &one};
    ck_assert_status(tkz_vocabulary_prune(scored, &list, NULL, NULL, &pruned, &pruning, NULL));
    ck_assert_uint_eq(pruning.named, 1);
    ck_assert_uint_eq(pruning.after, pruning.before - 1);
    tkz_tokenizer_free(pruned);
    tkz_tokenizer_free(scored);
    tkz_tokenizer_free(old);
}
END_TEST

typedef struct prune_attempt {
    tkz_tokenizer *old;
    const word_pool *pool;
} prune_attempt;

static tkz_status prune_with(void *context, const tkz_allocator *allocator)
{
    const prune_attempt *own = context;
    const tkz_prune_rules rules = {.size = 260, .matching = "a", .matching_size = 1,
                                   .list = &piece_list};
    tkz_tokenizer *pruned;
    tkz_pruning pruning;
    tkz_status status = tkz_vocabulary_prune(own->old, &rules, &own->pool->list, allocator, &pruned,
                                             &pruning, NULL);
    tkz_tokenizer_free(pruned);
    return status;
}

START_TEST(prune_without_memory)
{
    static word_pool pool;
    fill_pool(&pool, 24, latin, 5);
    pool.list.count = 10;
    prune_attempt own = {train(&pool, 262, TKZ_BPE_ORDER_HF), &pool};
    test_all_allocation_failures(prune_with, &own);
    tkz_tokenizer_free(own.old);
}
END_TEST

/* ---- Maps -------------------------------------------------------------------------- */

/* A row of an old token is that token; of a new merge, the old tokens that its text is. */
START_TEST(map_rows)
{
    static word_pool pool;
    tkz_extension extension;
    tkz_vocabulary_map *map;
    const uint32_t *ids;
    size_t count;
    fill_pool(&pool, 3, latin, 7);
    tkz_tokenizer *old = train(&pool, 280, TKZ_BPE_ORDER_HF);
    tkz_tokenizer *new = extend(old, &pool, 330, &extension);
    ck_assert_status(tkz_vocabulary_map_new(&map, old, new, 384, NULL, NULL));
    ck_assert_uint_eq(tkz_vocabulary_map_rows(map), 384);
    for (uint32_t id = 0; id < 384; id++) {
        tkz_vocabulary_map_row(map, id, &ids, &count);
        if (id < tkz_tokenizer_size(old)) {
            ck_assert_uint_eq(count, 1);
            ck_assert_uint_eq(ids[0], id);
        } else if (id >= tkz_tokenizer_size(new)) {
            ck_assert_uint_eq(count, 0);
        } else {
            const uint8_t *text, *part;
            size_t size, length, at = 0;
            ck_assert_uint_gt(count, 1);
            ck_assert_status(tkz_tokenizer_token(new, id, &text, &size, NULL, NULL));
            for (size_t i = 0; i < count; i++) {
                ck_assert_status(tkz_tokenizer_token(old, ids[i], &part, &length, NULL, NULL));
                ck_assert_uint_le(at + length, size);
                ck_assert_int_eq(memcmp(text + at, part, length), 0);
                at += length;
            }
            ck_assert_uint_eq(at, size);
        }
    }
    tkz_vocabulary_map_row(map, 384, &ids, &count);
    ck_assert_uint_eq(count, 0);
    tkz_vocabulary_map_free(map);
    ck_assert_int_eq(tkz_vocabulary_map_new(&map, old, new, 300, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(map);
    tkz_tokenizer_free(new);
    tkz_tokenizer_free(old);
}
END_TEST

static tkz_status map_with(void *context, const tkz_allocator *allocator)
{
    const tkz_tokenizer *const *models = context;
    tkz_vocabulary_map *map;
    tkz_bytes bytes = {0};
    tkz_status status = tkz_vocabulary_map_new(&map, models[0], models[1], 0, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_vocabulary_map_serialize(map, TKZ_MAP_NPY, &bytes, NULL);
    tkz_bytes_free(&bytes);
    tkz_vocabulary_map_free(map);
    return status;
}

START_TEST(map_without_memory)
{
    static word_pool pool;
    fill_pool(&pool, 9, latin, 3);
    tkz_tokenizer *models[2] = {train(&pool, 260, TKZ_BPE_ORDER_HF),
                                train(&pool, 264, TKZ_BPE_ORDER_RUSTBPE)};
    test_all_allocation_failures(map_with, models);
    tkz_tokenizer_free(models[0]);
    tkz_tokenizer_free(models[1]);
}
END_TEST

/* ---- Checking ---------------------------------------------------------------------- */

static tkz_status check_with(void *context, const tkz_allocator *allocator)
{
    tkz_vocabulary_findings findings;
    return tkz_vocabulary_check(context, allocator, &findings, NULL);
}

/* A piece that no two others make, and one that stands with and without U+2581. */
START_TEST(check_findings)
{
    static const char text[] = "zyx" "\xE2\x96\x81" "a";
    static const uint64_t ends[] = {0, 3, 7};
    static word_pool pool;
    const tkz_piece_list list = {text, ends, NULL, 2};
    tkz_vocabulary_findings findings;
    tkz_appending appending;
    tkz_tokenizer *new;
    fill_pool(&pool, 31, latin, 6);
    tkz_tokenizer *old = train_pieces(&pool, 270);
    ck_assert_status(tkz_vocabulary_append(old, &list, TKZ_APPEND_BELOW, NULL, &new, &appending,
                                           NULL));
    ck_assert_uint_eq(appending.appended, 2);
    ck_assert_status(tkz_vocabulary_check(new, NULL, &findings, NULL));
    ck_assert_uint_eq(findings.unreachable, 1);
    ck_assert_uint_eq(findings.example, appending.first);
    ck_assert_uint_eq(findings.marked_twins, 1);
    ck_assert_uint_eq(findings.broken, 0);
    ck_assert_uint_eq(findings.tokens, tkz_tokenizer_size(new) - 259);
    test_all_allocation_failures(check_with, old);
    tkz_tokenizer_free(new);
    tkz_tokenizer_free(old);
}
END_TEST

Suite *suite_vocabulary_change(void)
{
    Suite *suite = suite_create("vocabulary_change");
    TCase *extending = tcase_create("extend");
    tcase_add_test(extending, in_two_halves);
    tcase_add_test(extending, old_texts);
    tcase_add_test(extending, pieces);
    tcase_add_test(extending, extend_refuses);
    tcase_add_test(extending, extend_without_memory);
    tcase_set_timeout(extending, 60);
    suite_add_tcase(suite, extending);
    TCase *appending = tcase_create("append");
    tcase_add_test(appending, append_pieces);
    tcase_add_test(appending, append_refuses);
    tcase_add_test(appending, merge_without_memory);
    tcase_add_test(appending, reestimated_scores);
    tcase_add_test(appending, reestimate_without_memory);
    tcase_set_timeout(appending, 60);
    suite_add_tcase(suite, appending);
    TCase *checking = tcase_create("check");
    tcase_add_test(checking, check_findings);
    suite_add_tcase(suite, checking);
    TCase *pruning = tcase_create("prune");
    tcase_add_test(pruning, prune_leaves);
    tcase_add_test(pruning, prune_rules);
    tcase_add_test(pruning, prune_without_memory);
    suite_add_tcase(suite, pruning);
    TCase *mapping = tcase_create("map");
    tcase_add_test(mapping, map_rows);
    tcase_add_test(mapping, map_without_memory);
    suite_add_tcase(suite, mapping);
    return suite;
}
