/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram models: against a slow search in the arithmetic of sentencepiece and of HF, against all paths
 * where those can be listed, on long texts and on damaged tables.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/unigram_lattice.h"
#include "testing.h"

Suite *suite_unigram(void);

#define SPACE "\xE2\x96\x81"
#define A "\xE3\x81\x82" /* U+3042 */
#define I "\xE3\x81\x84"
#define CLEF "\xF0\x9D\x84\x9E"

enum { MOST_TOKENS = 400, MOST_BYTES = 1 << 13, MOST_TEXT = 4096 };

/* A model as its parts. */
typedef struct model {
    uint32_t offsets[MOST_TOKENS + 1];
    uint8_t bytes[MOST_BYTES];
    uint8_t types[MOST_TOKENS];
    double scores[MOST_TOKENS];
    tkz__unigram_parts parts;
} model;

static void model_init(model *made, bool sentencepiece)
{
    memset(made, 0, sizeof *made);
    made->parts = (tkz__unigram_parts){
        .token_bytes = made->bytes,
        .token_offsets = made->offsets,
        .scores = made->scores,
        .types = made->types,
        .settings = {.unknown = 0, .fuse_unknown = true, .sentencepiece = sentencepiece}};
}

static void model_add_bytes(model *made, const void *bytes, size_t size, double score,
                            tkz__piece_type type)
{
    uint32_t id = made->parts.token_count++;
    ck_assert(id < MOST_TOKENS && made->offsets[id] + size <= MOST_BYTES);
    memcpy(made->bytes + made->offsets[id], bytes, size);
    made->offsets[id + 1] = made->offsets[id] + (uint32_t)size;
    made->types[id] = (uint8_t)type;
    made->scores[id] = score;
}

static void model_add(model *made, const char *piece, double score, tkz__piece_type type)
{
    model_add_bytes(made, piece, strlen(piece), score, type);
}

static void model_add_byte_pieces(model *made)
{
    made->parts.settings.byte_fallback = true;
    for (int byte = 0; byte < 256; byte++) {
        char piece[8];
        snprintf(piece, sizeof piece, "<0x%02X>", (unsigned)byte);
        model_add(made, piece, 0, TKZ__PIECE_BYTE);
    }
}

/* An open model with a worker. */
typedef struct engine {
    tkz__buffer block;
    tkz__unigram view;
    tkz__unigram_worker worker;
    tkz__token_list tokens;
} engine;

static tkz_status engine_open(engine *made, const model *source, const tkz_allocator *allocator)
{
    tkz__buffer_init(&made->block, allocator);
    tkz__unigram_worker_init(&made->worker, allocator);
    tkz__token_list_init(&made->tokens, allocator);
    made->tokens.wants_ends = true;
    tkz_status status = tkz__unigram_make(&source->parts, &made->block, NULL);
    if (status != TKZ_OK)
        return status;
    return tkz__unigram_open(&made->view, made->block.data, made->block.size,
                             source->parts.token_count, "model", NULL);
}

static void engine_close(engine *made)
{
    tkz__token_list_free(&made->tokens);
    tkz__unigram_worker_free(&made->worker);
    tkz__buffer_free(&made->block);
}

static void engine_encode(engine *made, const void *text, size_t size)
{
    made->tokens.count = 0;
    ck_assert_status(
        tkz__unigram_encode(&made->worker, &made->view, text, size, &made->tokens, NULL));
}

static void check_tokens(const tkz__token_list *tokens, const uint32_t *ids, const uint32_t *ends,
                         size_t count, const char *what)
{
    ck_assert_msg(tokens->count == count, "%s: %zu tokens, not %zu", what, tokens->count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(tokens->ids[i] == ids[i], "%s: token %zu is %u, not %u", what, i,
                      tokens->ids[i], ids[i]);
        ck_assert_msg(tokens->ends[i] == ends[i], "%s: token %zu ends at %u, not %u", what, i,
                      tokens->ends[i], ends[i]);
    }
}

/* ---- A slow search ----------------------------------------------------- */

typedef struct reached {
    double sum;
    long from; /* -1: not reached */
    uint32_t id;
} reached;

static size_t character_size(const uint8_t *text, size_t size)
{
    uint32_t character;
    return tkz__utf8_decode((const char *)text, size, &character);
}

static bool takes_part(const model *made, uint32_t id)
{
    tkz__piece_type type = (tkz__piece_type)made->types[id];
    if (!made->parts.settings.sentencepiece)
        return type != TKZ__PIECE_CONTROL && type != TKZ__PIECE_UNUSED;
    return type == TKZ__PIECE_NORMAL || type == TKZ__PIECE_USER_DEFINED;
}

static double slow_unknown_score(const model *made)
{
    bool single = made->parts.settings.sentencepiece;
    double least = single ? (double)FLT_MAX : (double)INFINITY;
    for (uint32_t id = 0; id < made->parts.token_count; id++) {
        bool counts = single ? made->types[id] == TKZ__PIECE_NORMAL : takes_part(made, id);
        double score = single ? (double)(float)made->scores[id] : made->scores[id];
        least = counts && score < least ? score : least;
    }
    return single ? (double)((float)least - 10.0F) : least - 10;
}

static void reach(const model *made, reached *place, long from, double before, double score,
                  uint32_t id)
{
    double sum = made->parts.settings.sentencepiece ? (double)((float)score + (float)before)
                                                    : score + before;
    if (place->from == -1 || sum > place->sum)
        *place = (reached){sum, from, id};
}

/* By bytes, every token compared at every place. */
static void slow_search(const model *made, const uint8_t *text, size_t size, reached *places)
{
    bool single = made->parts.settings.sentencepiece;
    double unknown = slow_unknown_score(made);
    for (size_t i = 0; i <= size; i++)
        places[i] = (reached){0, -1, 0};
    for (size_t at = 0; at < size;) {
        double sum = places[at].sum;
        size_t length = character_size(text + at, size - at);
        bool is_known = false;
        if (single && fabs(sum) > 100000) {
            for (size_t i = at; i <= size; i++) {
                if (i == at || places[i].from != -1)
                    places[i].sum = (double)((float)places[i].sum - (float)sum);
            }
            sum = 0;
        }
        for (uint32_t id = 0; id < made->parts.token_count; id++) {
            size_t own = made->offsets[id + 1] - made->offsets[id];
            if (own == 0 || own > size - at || !takes_part(made, id) ||
                memcmp(made->bytes + made->offsets[id], text + at, own) != 0)
                continue;
            double score = made->scores[id];
            if (single && made->types[id] == TKZ__PIECE_USER_DEFINED)
                score = (double)(float)(0.1 * ((int)own - 1));
            reach(made, &places[at + own], (long)at, sum, score, id);
            is_known |= own == length;
        }
        if (!is_known)
            reach(made, &places[at + length], (long)at, sum, unknown, UINT32_MAX);
        at += length;
    }
}

static uint32_t find_id(const model *made, const uint8_t *text, size_t size)
{
    for (uint32_t id = made->parts.token_count; id > 0; id--) {
        if (made->offsets[id] - made->offsets[id - 1] == size && takes_part(made, id - 1) &&
            memcmp(made->bytes + made->offsets[id - 1], text, size) == 0)
            return id - 1;
    }
    return UINT32_MAX;
}

static void put_slow(tkz__token_list *tokens, uint32_t id, size_t end)
{
    ck_assert_status(tkz__token_list_reserve(tokens, 1, NULL));
    tkz__token_list_put(tokens, id, end);
}

static void put_slow_unknown(const model *made, const uint8_t *text, size_t start, size_t end,
                             tkz__token_list *tokens)
{
    const tkz__piece_settings *settings = &made->parts.settings;
    uint32_t whole = find_id(made, text + start, end - start);
    if (!settings->sentencepiece && whole != UINT32_MAX) {
        put_slow(tokens, whole, end);
    } else if (settings->byte_fallback) {
        for (size_t i = start; i < end; i++) {
            char piece[8];
            snprintf(piece, sizeof piece, "<0x%02X>", (unsigned)text[i]);
            for (uint32_t id = 0; id < made->parts.token_count; id++) {
                if (made->offsets[id + 1] - made->offsets[id] == 6 &&
                    memcmp(made->bytes + made->offsets[id], piece, 6) == 0)
                    put_slow(tokens, id, settings->sentencepiece && i + 1 < end ? start : end);
            }
        }
    } else {
        put_slow(tokens, settings->unknown, end);
    }
}

static void slow_encode(const model *made, const uint8_t *text, size_t size,
                        tkz__token_list *tokens)
{
    static reached places[MOST_TEXT + 1];
    static size_t path[MOST_TEXT + 1];
    const tkz__piece_settings *settings = &made->parts.settings;
    bool alone = settings->sentencepiece && settings->byte_fallback;
    size_t count = 0, run = SIZE_MAX;
    ck_assert(size <= MOST_TEXT);
    slow_search(made, text, size, places);
    for (size_t at = size; at > 0; at = (size_t)places[at].from)
        path[count++] = at;
    while (count > 0) {
        size_t end = path[--count], start = (size_t)places[end].from;
        uint32_t id = places[end].id;
        bool is_unknown = id == UINT32_MAX || id == settings->unknown;
        if (is_unknown && run == SIZE_MAX)
            run = start;
        bool ends = count == 0 || alone;
        if (!ends) {
            uint32_t next = places[path[count - 1]].id;
            ends = next != UINT32_MAX && next != settings->unknown;
        }
        if (is_unknown && ends) {
            put_slow_unknown(made, text, run, end, tokens);
            run = SIZE_MAX;
        } else if (!is_unknown) {
            put_slow(tokens, id, end);
        }
    }
}

/* ---- Random models ----------------------------------------------------- */

static const char *const letters[] = {"a", "b", A, I, SPACE, CLEF, "\xC3\xA9"};

static size_t random_text(uint64_t *random, uint8_t *text, size_t characters, bool strange)
{
    static const char *const strangers[] = {"z", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80", "<", "u"};
    size_t size = 0;
    for (size_t i = 0; i < characters; i++) {
        uint64_t number = test_random(random);
        bool is_strange = strange && number % 16 == 0;
        const char *next = is_strange ? strangers[number / 16 % 5] : letters[number / 16 % 7];
        memcpy(text + size, next, strlen(next));
        size += strlen(next);
    }
    return size;
}

/* Few scores, so that many sums are equal; with `far` ones the sum is taken back often. */
static double random_score(uint64_t *random, bool far, bool wide)
{
    double score = -1.0 - (double)(test_random(random) % 8) / 4;
    if (wide)
        score += (double)(test_random(random) % 3) * 1e-15;
    return far ? score * 2500 - (double)(test_random(random) % 7) / 3 : score;
}

static void random_model(model *made, uint64_t *random, bool sentencepiece)
{
    model_init(made, sentencepiece);
    bool far = test_random(random) % 3 == 0, wide = !sentencepiece && test_random(random) % 2 == 0;
    bool has_bytes = test_random(random) % 2 == 0;
    model_add(made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    model_add(made, "<s>", -50, TKZ__PIECE_CONTROL);
    if (has_bytes)
        model_add_byte_pieces(made);
    for (int i = 0; i < 40; i++) {
        uint8_t piece[4 * 20];
        size_t most = i % 8 == 7 ? 20 : 5; /* windows know those of 16 */
        size_t size = random_text(random, piece, 1 + test_random(random) % most, false);
        uint64_t kind = test_random(random) % 16;
        if (find_id(made, piece, size) != UINT32_MAX)
            continue;
        model_add_bytes(made, piece, size, random_score(random, far, wide),
                        kind == 0                    ? TKZ__PIECE_USER_DEFINED
                        : kind == 1 && sentencepiece ? TKZ__PIECE_UNUSED
                                                     : TKZ__PIECE_NORMAL);
    }
}

/* A text of pieces, most of them found in it as they are. */
static size_t text_of_pieces(const model *made, uint64_t *random, uint8_t *text, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t id = (uint32_t)(test_random(random) % made->parts.token_count);
        uint32_t length = made->offsets[id + 1] - made->offsets[id];
        memcpy(text + size, made->bytes + made->offsets[id], length);
        size += length;
    }
    return size;
}

static void compare_with_slow(engine *own, const model *made, const uint8_t *text, size_t size)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__token_list slow;
    tkz__token_list_init(&slow, &allocator);
    slow.wants_ends = true;
    slow_encode(made, text, size, &slow);
    engine_encode(own, text, size);
    check_tokens(&own->tokens, slow.ids, slow.ends, slow.count, "the slow search");
    tkz__token_list_free(&slow);
}

/* Sums grow over a long text, so that remembered paths reach their limits; every second text is one
 * that
 * the worker has seen parts of. */
static void check_random_models(bool sentencepiece)
{
    static model made;
    static uint8_t text[MOST_TEXT];
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint64_t random = 20260;
    for (int i = 0; i < 120 / TEST_SHORTER; i++) {
        engine own;
        random_model(&made, &random, sentencepiece);
        ck_assert_status(engine_open(&own, &made, &allocator));
        for (int k = 0; k < 40; k++) {
            size_t characters = k == 0 ? MOST_TEXT / 4 : test_random(&random) % 100;
            size_t size = k % 4 == 3
                              ? text_of_pieces(&made, &random, text, characters / 2)
                              : random_text(&random, text, characters, k % 2 == 0);
            compare_with_slow(&own, &made, text, size);
        }
        engine_close(&own);
    }
}

/* Runs a window over a text and compares it with another way to do it. */
static void compare_runs(const tkz__unigram *view, const uint8_t *text, uint32_t size,
                         tkz__unigram_window_run *run)
{
    static tkz__unigram_window one, two;
    double sum = 0, other = 0;
    uint32_t last = 1;
    tkz__unigram_window_start(&one, 0);
    tkz__unigram_window_start(&two, 0);
    while (last > 0 && one.ends[0] < size) {
        last = tkz__unigram_window_run_plain(&one, view, text, size, &sum);
        ck_assert_uint_eq(run(&two, view, text, size, &other), last);
        ck_assert_msg(sum == other, "sums of %.9g and %.9g", sum, other);
        for (uint32_t at = last; at > 0; at = one.from[at])
            ck_assert_uint_eq(two.from[at], one.from[at]);
        tkz__unigram_window_move(&one, last);
        tkz__unigram_window_move(&two, last);
        ck_assert_uint_eq(two.ends[0], one.ends[0]);
    }
}

/* Every way to search a window finds the same path, with the same rounding. */
START_TEST(ways_agree)
{
    static model made;
    static uint8_t text[MOST_TEXT];
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint64_t random = 1848;
    for (int i = 0; i < 60 / TEST_SHORTER; i++) {
        engine own;
        random_model(&made, &random, true);
        ck_assert_status(engine_open(&own, &made, &allocator));
        for (int k = 0; k < 20; k++) {
            size_t characters = k == 0 ? MOST_TEXT / 4 : test_random(&random) % 200;
            size_t size = k % 2 == 0 ? random_text(&random, text, characters, k % 4 == 0)
                                     : text_of_pieces(&made, &random, text, characters / 4);
            compare_runs(&own.view, text, (uint32_t)size,
                         tkz__unigram_window_best_run(&own.view));
        }
        engine_close(&own);
    }
}
END_TEST

START_TEST(random_sentencepiece_models)
{
    check_random_models(true);
}
END_TEST

START_TEST(random_hf_models)
{
    check_random_models(false);
}
END_TEST

/* ---- What the libraries give ------------------------------------------- */

/* The model and the answer of tokenizers' documentation of Unigram::encode. */
static void example_model(model *made, bool sentencepiece)
{
    model_init(made, sentencepiece);
    model_add(made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    model_add(made, "a", 0, TKZ__PIECE_NORMAL);
    model_add(made, "b", 0, TKZ__PIECE_NORMAL);
    model_add(made, "c", 0, TKZ__PIECE_NORMAL);
    model_add(made, "d", 0, TKZ__PIECE_NORMAL);
    model_add(made, "cd", 1, TKZ__PIECE_NORMAL);
    model_add(made, "ab", 2, TKZ__PIECE_NORMAL);
    model_add(made, "abc", 5, TKZ__PIECE_NORMAL);
    model_add(made, "abcd", 10, TKZ__PIECE_NORMAL);
}

static void check_encoding(const model *made, const char *text, size_t size, const uint32_t *ids,
                           const uint32_t *ends, size_t count)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    engine own;
    ck_assert_status(engine_open(&own, made, &allocator));
    for (int again = 0; again < 2; again++) { /* found, and remembered */
        engine_encode(&own, text, size);
        check_tokens(&own.tokens, ids, ends, count, text);
    }
    engine_close(&own);
}

START_TEST(example)
{
    static model made;
    const uint32_t ids[] = {8, 1, 5, 0}, ends[] = {4, 5, 7, 9};
    for (int sentencepiece = 0; sentencepiece < 2; sentencepiece++) {
        example_model(&made, sentencepiece != 0);
        check_encoding(&made, "abcdacdxx", 9, ids, ends, 4);
        check_encoding(&made, "", 0, ids, ends, 0);
    }
}
END_TEST

/* Bytes of an unknown character: sentencepiece gives the last one the whole character, HF each of a
 * run the whole
 * run. */
START_TEST(byte_fallback)
{
    static model made;
    for (int sentencepiece = 0; sentencepiece < 2; sentencepiece++) {
        example_model(&made, sentencepiece != 0);
        model_add_byte_pieces(&made);
        const uint32_t ids[] = {1, 9 + 0xE3, 9 + 0x81, 9 + 0x82, 9 + 0xC3, 9 + 0xA9, 2};
        const uint32_t ends_sp[] = {1, 1, 1, 4, 4, 6, 7}, ends_hf[] = {1, 6, 6, 6, 6, 6, 7};
        check_encoding(&made, "a" A "\xC3\xA9" "b", 7, ids, sentencepiece ? ends_sp : ends_hf, 7);
    }
}
END_TEST

/* With a byte missing HF falls back to the unknown for a run that holds it. */
START_TEST(missing_byte_piece)
{
    static model made;
    example_model(&made, false);
    model_add(&made, "<0x7A>", 0, TKZ__PIECE_NORMAL);
    made.parts.settings.byte_fallback = true;
    const uint32_t ids[] = {9, 9, 1, 0}, ends[] = {2, 2, 3, 5};
    check_encoding(&made, "zzazy", 5, ids, ends, 4);
}
END_TEST

/* HF: pieces all below -10 would not be cut into unknown characters, but those above may be; what
 * two unknown characters are together may be a token after all. */
START_TEST(unknown_run_is_a_token)
{
    static model made;
    model_init(&made, false);
    model_add(&made, "<unk>", 100, TKZ__PIECE_UNKNOWN);
    model_add(&made, "xy", 100, TKZ__PIECE_NORMAL);
    const uint32_t ids[] = {1}, ends[] = {2}, fused[] = {0}, fused_ends[] = {7};
    check_encoding(&made, "xy", 2, ids, ends, 1);
    check_encoding(&made, "x<unk>y", 7, fused, fused_ends, 1);
}
END_TEST

/* Invalid bytes are unknown characters of one byte; NUL is a character. */
START_TEST(strange_bytes)
{
    static model made;
    model_init(&made, false);
    made.parts.settings.fuse_unknown = false;
    model_add(&made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    model_add_bytes(&made, "a\0", 2, -1, TKZ__PIECE_NORMAL);
    model_add(&made, "a", -1, TKZ__PIECE_NORMAL);
    model_add_bytes(&made, "\xE3\x81", 2, 5, TKZ__PIECE_NORMAL); /* no text: never found */
    const uint32_t ids[] = {1, 0, 0, 2, 0, 0}, ends[] = {2, 3, 4, 5, 6, 7};
    check_encoding(&made, "a\0\0\xFF" "a\xE3\x81", 7, ids, ends, 6);
}
END_TEST

/* Without a token for the unknown it is left out. */
START_TEST(no_unknown_token)
{
    static model made;
    model_init(&made, true);
    made.parts.settings.unknown = UINT32_MAX;
    model_add(&made, "a", -1, TKZ__PIECE_NORMAL);
    const uint32_t ids[] = {0, 0}, ends[] = {1, 5};
    check_encoding(&made, "a" A "a", 5, ids, ends, 2);
}
END_TEST

/* A user's symbol is taken whatever score it is given, and UNUSED pieces never are. */
START_TEST(user_defined)
{
    static model made;
    model_init(&made, true);
    model_add(&made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    model_add(&made, "a", -1, TKZ__PIECE_NORMAL);
    model_add(&made, "b", -1, TKZ__PIECE_NORMAL);
    model_add(&made, "c", -1, TKZ__PIECE_NORMAL);
    model_add(&made, "cd", -0.5, TKZ__PIECE_NORMAL);
    model_add(&made, "da", -1000, TKZ__PIECE_USER_DEFINED);
    model_add(&made, "abc", 100, TKZ__PIECE_UNUSED);
    const uint32_t ids[] = {1, 2, 3, 5, 3}, ends[] = {1, 2, 3, 5, 6};
    check_encoding(&made, "abcdac", 6, ids, ends, 5);
}
END_TEST

/* ---- Long texts -------------------------------------------------------- */

/* Pieces of every length up to 16: no place is free of pieces that span it. */
START_TEST(one_character_a_million_times)
{
    enum { SIZE = 1000000 / TEST_SHORTER };
    static model made;
    model_init(&made, true);
    model_add(&made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    for (size_t i = 1; i <= 16; i++)
        model_add_bytes(&made, "aaaaaaaaaaaaaaaa", i, -2.0 - (double)i / 16, TKZ__PIECE_NORMAL);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    char *text = malloc(SIZE);
    engine own;
    ck_assert_ptr_nonnull(text);
    memset(text, 'a', SIZE);
    ck_assert_status(engine_open(&own, &made, &allocator));
    engine_encode(&own, text, SIZE);
    ck_assert_uint_eq(own.tokens.count, SIZE / 16);
    ck_assert_uint_eq(own.tokens.ends[own.tokens.count - 1], SIZE);
    memset(text, 'z', SIZE); /* one unknown */
    engine_encode(&own, text, SIZE);
    ck_assert_uint_eq(own.tokens.count, 1);
    engine_close(&own);
    free(text);
}
END_TEST

/* A piece longer than any part, and than the rings at first. */
START_TEST(long_piece)
{
    static model made;
    uint8_t text[2000];
    memset(text, 'a', sizeof text);
    model_init(&made, false);
    model_add(&made, "<unk>", -1, TKZ__PIECE_UNKNOWN);
    model_add_bytes(&made, text, 900, 5, TKZ__PIECE_NORMAL);
    model_add(&made, "a", -1, TKZ__PIECE_NORMAL);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    engine own;
    ck_assert_status(engine_open(&own, &made, &allocator));
    compare_with_slow(&own, &made, text, sizeof text);
    ck_assert_uint_eq(own.tokens.count, 202);
    engine_close(&own);
}
END_TEST

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
            if (TEST_SHORTER > 1 && i > 0x400 && i % 7 != 0)
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

Suite *suite_unigram(void)
{
    Suite *suite = suite_create("unigram");
    TCase *engine_case = tcase_create("unigram");
    tcase_add_test(engine_case, random_sentencepiece_models);
    tcase_add_test(engine_case, random_hf_models);
    tcase_add_test(engine_case, ways_agree);
    tcase_add_test(engine_case, example);
    tcase_add_test(engine_case, byte_fallback);
    tcase_add_test(engine_case, missing_byte_piece);
    tcase_add_test(engine_case, unknown_run_is_a_token);
    tcase_add_test(engine_case, strange_bytes);
    tcase_add_test(engine_case, no_unknown_token);
    tcase_add_test(engine_case, user_defined);
    tcase_add_test(engine_case, one_character_a_million_times);
    tcase_add_test(engine_case, long_piece);
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
