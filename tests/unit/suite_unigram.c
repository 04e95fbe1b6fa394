/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram models: against a slow search in the arithmetic of sentencepiece and of HF, and on long texts.
 * suite_unigram_paths has what there is beside the best path, and damaged tables.
 */
#include <float.h>
#include <math.h>

#include "unigram_fixture.h"

Suite *suite_unigram(void);

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

/* Characters that come many times each, with pieces of some of these numbers, and a few that begin or end
 * in a run. Great scores take the sums beyond where sentencepiece takes them back. */
static void model_of_runs(model *made, uint64_t *random, bool sentencepiece)
{
    static const char *const characters[] = {"a", "-", A, CLEF, SPACE};
    double greatest = test_random(random) % 2 == 0 ? 4000 : 20;
    model_init(made, sentencepiece);
    model_add(made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    for (size_t i = 0; i < 5; i++) {
        size_t most = test_random(random) % 18;
        for (size_t count = test_random(random) % 2; count <= most; count++) {
            uint8_t piece[4 * 24];
            size_t own = strlen(characters[i]), size = 0;
            uint64_t kind = test_random(random) % 8;
            if (count == 0 || kind == 0)
                continue;
            if (kind == 1)
                piece[size++] = 'x';
            for (size_t k = 0; k < count; k++, size += own)
                memcpy(piece + size, characters[i], own);
            if (kind == 2)
                piece[size++] = 'x';
            double score = -(double)(test_random(random) % 1000) / 1000 * greatest;
            if (test_random(random) % 2 == 0) /* as many paths with the same sum */
                score = -greatest - greatest / 2 * (double)count;
            model_add_bytes(made, piece, size, score, TKZ__PIECE_NORMAL);
        }
    }
}

static size_t text_of_runs(uint64_t *random, uint8_t *text)
{
    static const char *const characters[] = {"a", "-", A, CLEF, SPACE, "x"};
    size_t size = 0;
    for (;;) {
        const char *character = characters[test_random(random) % 6];
        size_t own = strlen(character), count = test_random(random) % 250;
        if (size + own * count > MOST_TEXT)
            return size;
        for (size_t k = 0; k < count; k++, size += own)
            memcpy(text + size, character, own);
    }
}

START_TEST(runs)
{
    static model made;
    static uint8_t text[MOST_TEXT];
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint64_t random = 4711;
    for (int i = 0; i < 100 / TEST_SHORTER; i++) {
        engine own;
        model_of_runs(&made, &random, i % 4 != 0);
        ck_assert_status(engine_open(&own, &made, &allocator));
        for (int k = 0; k < 12; k++)
            compare_with_slow(&own, &made, text, text_of_runs(&random, text));
        engine_close(&own);
    }
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

Suite *suite_unigram(void)
{
    Suite *suite = suite_create("unigram");
    TCase *engine_case = tcase_create("unigram");
    tcase_add_test(engine_case, random_sentencepiece_models);
    tcase_add_test(engine_case, random_hf_models);
    tcase_add_test(engine_case, ways_agree);
    tcase_add_test(engine_case, runs);
    tcase_add_test(engine_case, example);
    tcase_add_test(engine_case, byte_fallback);
    tcase_add_test(engine_case, missing_byte_piece);
    tcase_add_test(engine_case, unknown_run_is_a_token);
    tcase_add_test(engine_case, strange_bytes);
    tcase_add_test(engine_case, no_unknown_token);
    tcase_add_test(engine_case, user_defined);
    tcase_add_test(engine_case, one_character_a_million_times);
    tcase_add_test(engine_case, long_piece);
    suite_add_tcase(suite, engine_case);
    return suite;
}
