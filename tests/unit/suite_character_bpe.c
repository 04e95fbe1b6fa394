/* SPDX-License-Identifier: Apache-2.0
 *
 * BPE of characters: small random models of sentencepiece and of HF tokenizers against carrying out
 * merges one by one on a list of strings; unknown characters, unused pieces, ties, offsets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id_check.h"
#include "subword/chunk_borders.h"
#include "subword/lone_characters.h"
#include "subword/ranked_merging_parts.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"

Suite *suite_character_bpe(void);

/* ---- Models -------------------------------------------------------------- */

enum { MOST_PIECES = 64, MOST_BYTES = 24, MOST_TEXT = 60, UNKNOWN = 0 };

typedef struct piece {
    char text[MOST_BYTES];
    double score;
    tkz__piece_type type;
} piece;

typedef struct model {
    piece pieces[MOST_PIECES];
    uint32_t count;
    uint32_t merges[MOST_PIECES][3]; /* HF: left, right, result */
    uint32_t merge_count;
    tkz__piece_settings settings;
    uint32_t first_byte; /* id of <0x00>, where bytes stand for unknown characters */
    const char *decoder; /* NULL: none */
} model;

static const char *const alphabet[] = {"a", "b", "▁", "あ", "い", "é", "😀", "い"};

static size_t character_size(const char *text)
{
    unsigned char lead = (unsigned char)*text;
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static uint32_t find_piece(const model *own, const char *text, size_t size)
{
    for (uint32_t i = 0; i < own->count; i++) {
        if (strlen(own->pieces[i].text) == size && memcmp(own->pieces[i].text, text, size) == 0)
            return i;
    }
    return UINT32_MAX;
}

static bool add_piece(model *own, const char *text, double score, tkz__piece_type type)
{
    if (own->count == MOST_PIECES || find_piece(own, text, strlen(text)) != UINT32_MAX)
        return false;
    piece *made = &own->pieces[own->count++];
    snprintf(made->text, sizeof made->text, "%s", text);
    made->score = score;
    made->type = type;
    return true;
}

static tkz_status build(const model *own, tkz_tokenizer **tokenizer, const tkz_allocator *allocator)
{
    tkz__tokenizer_builder *builder;
    tkz_status status =
        tkz__tokenizer_builder_new(&builder, &tkz__pre_tokenizer_none, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    tkz__tokenizer_builder_set_kind(builder, TKZ__MODEL_CHARACTER_BPE);
    tkz__tokenizer_builder_set_pieces(builder, &own->settings);
    for (uint32_t id = 0; status == TKZ_OK && id < own->count; id++) {
        const piece *one = &own->pieces[id];
        status = tkz__tokenizer_builder_add_token(builder, id, one->text, strlen(one->text), NULL);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_set_piece(builder, id, one->score, one->type, NULL);
    }
    for (uint32_t byte = 0; status == TKZ_OK && own->first_byte > 0 && byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", (unsigned)byte);
        status = tkz__tokenizer_builder_add_token(builder, own->first_byte + byte, name, 6, NULL);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_set_piece(builder, own->first_byte + byte, 0,
                                                      TKZ__PIECE_BYTE, NULL);
    }
    if (own->settings.sentencepiece)
        tkz__tokenizer_builder_join_by_score(builder);
    if (status == TKZ_OK && own->decoder != NULL)
        status = tkz__tokenizer_builder_set_decoder(builder, own->decoder, strlen(own->decoder),
                                                    NULL);
    for (uint32_t i = 0; status == TKZ_OK && i < own->merge_count; i++)
        status = tkz__tokenizer_builder_join_to(builder, own->merges[i][0], own->merges[i][1],
                                                own->merges[i][2], NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

/* ---- The reference --------------------------------------------------------- */

typedef struct part {
    size_t start;
    size_t end;
    size_t middle; /* where it was merged; 0: it is a character */
} part;

/* The greatest score, or the lowest rank as its opposite; -infinity: no merge. */
static double merit(const model *own, const char *text, part left, part right)
{
    if (own->settings.sentencepiece) {
        uint32_t id = find_piece(own, text + left.start, right.end - left.start);
        return id == UINT32_MAX || own->pieces[id].type == TKZ__PIECE_UNKNOWN ||
                       own->pieces[id].type == TKZ__PIECE_CONTROL
                   ? -1e300
                   : own->pieces[id].score;
    }
    uint32_t first = find_piece(own, text + left.start, left.end - left.start);
    uint32_t second = find_piece(own, text + right.start, right.end - right.start);
    for (uint32_t i = 0; i < own->merge_count; i++) {
        if (own->merges[i][0] == first && own->merges[i][1] == second)
            return -(double)i;
    }
    return -1e300;
}

typedef struct result {
    const model *own;
    const char *text;
    uint32_t ids[MOST_TEXT * 4];
    size_t count;
    bool after_unknown;
} result;

static void put(result *to, uint32_t id, bool is_unknown)
{
    if (!(is_unknown && to->after_unknown && to->own->settings.fuse_unknown))
        to->ids[to->count++] = id;
    to->after_unknown = is_unknown;
}

/* What is left of merging, with UNUSED pieces taken apart as they were made. */
static void put_part(result *to, const size_t *middles, size_t start, size_t end)
{
    const model *own = to->own;
    uint32_t id = find_piece(own, to->text + start, end - start);
    tkz__piece_type type = id == UINT32_MAX ? TKZ__PIECE_UNKNOWN : own->pieces[id].type;
    if (type == TKZ__PIECE_NORMAL || (!own->settings.sentencepiece && id != UINT32_MAX)) {
        put(to, id, false);
    } else if (type == TKZ__PIECE_UNUSED && middles[start * (MOST_TEXT * 4) + end] > 0) {
        size_t middle = middles[start * (MOST_TEXT * 4) + end];
        put_part(to, middles, start, middle);
        put_part(to, middles, middle, end);
    } else if (own->first_byte > 0) {
        for (size_t i = start; i < end; i++)
            put(to, own->first_byte + (unsigned char)to->text[i], false);
    } else if (own->settings.unknown != UINT32_MAX) {
        put(to, own->settings.unknown, true);
    }
}

static void encode_slowly(const model *own, const char *text, result *to)
{
    static size_t middles[MOST_TEXT * 4 * MOST_TEXT * 4];
    part parts[MOST_TEXT * 4];
    size_t count = 0, size = strlen(text);
    memset(middles, 0, sizeof middles);
    for (size_t at = 0; at < size; at += character_size(text + at))
        parts[count++] = (part){at, at + character_size(text + at), 0};
    for (;;) {
        size_t best = SIZE_MAX;
        double greatest = -1e300;
        for (size_t i = 0; i + 1 < count; i++) {
            double own_merit = merit(own, text, parts[i], parts[i + 1]);
            if (own_merit > greatest) {
                greatest = own_merit;
                best = i;
            }
        }
        if (best == SIZE_MAX)
            break;
        middles[parts[best].start * (MOST_TEXT * 4) + parts[best + 1].end] = parts[best].end;
        parts[best].end = parts[best + 1].end;
        memmove(parts + best + 1, parts + best + 2, (count - best - 2) * sizeof *parts);
        count--;
    }
    *to = (result){.own = own, .text = text};
    for (size_t i = 0; i < count; i++)
        put_part(to, middles, parts[i].start, parts[i].end);
}

/* ---- Random models ----------------------------------------------------------- */

static void random_text(uint64_t *state, size_t most, char *text)
{
    size_t size = 0, count = 1 + test_random(state) % most;
    for (size_t i = 0; i < count; i++) {
        const char *one = alphabet[test_random(state) % (sizeof alphabet / sizeof *alphabet)];
        memcpy(text + size, one, strlen(one));
        size += strlen(one);
    }
    text[size] = '\0';
}

/* Scores are distinct, or of a few values; some pieces are not used, some characters are none. */
static void random_sentencepiece(uint64_t *state, model *own, bool ties, bool unused)
{
    *own = (model){.settings = {.unknown = UNKNOWN, .fuse_unknown = true, .sentencepiece = true}};
    add_piece(own, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    for (size_t i = 0; i < 7; i++) {
        if (test_random(state) % 8 != 0)
            add_piece(own, alphabet[i], -100 - (double)i, TKZ__PIECE_NORMAL);
    }
    size_t wanted = 4 + test_random(state) % 30;
    for (size_t i = 0; i < wanted; i++) {
        char text[MOST_BYTES];
        random_text(state, 4, text);
        double score = ties ? -(double)(test_random(state) % 3) : -(double)i;
        bool off = unused && test_random(state) % 5 == 0;
        if (text[character_size(text)] != '\0')
            add_piece(own, text, score, off ? TKZ__PIECE_UNUSED : TKZ__PIECE_NORMAL);
    }
    own->first_byte = test_random(state) % 2 == 0 ? own->count : 0;
    own->settings.byte_fallback = own->first_byte > 0;
}

/* Merges join tokens that are there. */
static void random_hf(uint64_t *state, model *own)
{
    *own = (model){.settings = {.unknown = UNKNOWN}};
    own->settings.fuse_unknown = test_random(state) % 2 == 0;
    if (test_random(state) % 4 == 0)
        own->settings.unknown = UINT32_MAX;
    add_piece(own, "<unk>", 0, TKZ__PIECE_NORMAL);
    for (size_t i = 0; i < 7; i++) {
        if (test_random(state) % 8 != 0)
            add_piece(own, alphabet[i], 0, TKZ__PIECE_NORMAL);
    }
    for (size_t tries = 0; tries < 60 && own->count < 40 && own->count > 2; tries++) {
        uint32_t left = 1 + (uint32_t)(test_random(state) % (own->count - 1));
        uint32_t right = 1 + (uint32_t)(test_random(state) % (own->count - 1));
        char text[2 * MOST_BYTES];
        snprintf(text, sizeof text, "%s%s", own->pieces[left].text, own->pieces[right].text);
        if (strlen(text) >= MOST_BYTES || !add_piece(own, text, 0, TKZ__PIECE_NORMAL))
            continue;
        uint32_t *merge = own->merges[own->merge_count++];
        merge[0] = left;
        merge[1] = right;
        merge[2] = own->count - 1;
    }
    own->first_byte = test_random(state) % 2 == 0 ? own->count : 0;
    own->settings.byte_fallback = own->first_byte > 0;
}

/* Spans ascend, and known tokens are their bytes. */
static void check_spans(const model *own, const char *text, const tkz_batch *batch)
{
    uint64_t before = 0;
    for (size_t i = 0; i < batch->offsets[1]; i++) {
        uint64_t start = batch->spans[i].start, end = batch->spans[i].end;
        uint32_t id = batch->ids[i];
        ck_assert_uint_ge(start, before);
        ck_assert_uint_ge(end, start);
        if (id < own->count && id != own->settings.unknown) {
            ck_assert_uint_eq(end - start, strlen(own->pieces[id].text));
            ck_assert_mem_eq(text + start, own->pieces[id].text, end - start);
        }
        before = end;
    }
}

static void check_model(const model *own, uint64_t *state, size_t texts)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    tkz_error error;
    ck_assert_status(build(own, &tokenizer, NULL));
    ck_assert_msg(tkz__tokenizer_verify_image(tokenizer, &error) == TKZ_OK, "%s", error.message);
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), own->count + (own->first_byte > 0 ? 256 : 0));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    for (size_t i = 0; i < texts; i++) {
        char text[MOST_TEXT * 4 + 1];
        static result wanted;
        const tkz_batch *batch;
        random_text(state, i % 4 == 0 ? MOST_TEXT : 8, text);
        encode_slowly(own, text, &wanted);
        uint64_t offsets[2] = {0, strlen(text)};
        ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
        ck_assert_msg(batch->offsets[1] == wanted.count &&
                          memcmp(batch->ids, wanted.ids, wanted.count * 4) == 0,
                      "\"%s\": %zu ids, wanted %zu", text, (size_t)batch->offsets[1],
                      wanted.count);
        check_spans(own, text, batch);
        const uint64_t *counts;
        ck_assert_status(tkz_encoder_count(encoder, text, offsets, 1, &counts, NULL));
        ck_assert_uint_eq(counts[0], wanted.count);
    }
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}

enum { MODELS = 300 / TEST_SHORTER, TEXTS = 40 };

START_TEST(random_scores)
{
    uint64_t state = 1 + (uint64_t)_i;
    for (int i = 0; i < MODELS; i++) {
        model own;
        random_sentencepiece(&state, &own, _i == 1 || _i == 3, false);
        check_model(&own, &state, TEXTS);
    }
}
END_TEST

/* Where scores tie, how a piece was made that falls apart may depend on the text: only distinct
 * ones. */
START_TEST(random_unused)
{
    uint64_t state = 77;
    for (int i = 0; i < MODELS; i++) {
        model own;
        random_sentencepiece(&state, &own, false, true);
        check_model(&own, &state, TEXTS);
    }
}
END_TEST

START_TEST(random_merges)
{
    uint64_t state = 99;
    for (int i = 0; i < MODELS; i++) {
        model own;
        random_hf(&state, &own);
        check_model(&own, &state, TEXTS);
    }
}
END_TEST

/* Few tokens, several and many are merged in three ways; a dropout that does not happen takes the last. */
START_TEST(ranked_ways)
{
    enum { MOST = 2600, TURNS = 100 / TEST_SHORTER, TURN_TEXTS = 12 };
    static char text[MOST * 4 + 1];
    static uint32_t ids[MOST * 4 + 1], by_queue[MOST * 4 + 1];
    uint64_t state = 5;
    size_t merged = 0;
    for (int i = 0; i < TURNS; i++) {
        model own;
        tkz_tokenizer *tokenizer;
        tkz__ranked_merger *merger;
        random_sentencepiece(&state, &own, i % 2 == 0, false);
        ck_assert_status(build(&own, &tokenizer, NULL));
        const tkz__image *image = tkz__tokenizer_image(tokenizer);
        tkz_allocator allocator = tkz__allocator_or_default(NULL);
        ck_assert_status(tkz__ranked_merger_new(&merger, image, &allocator, NULL));
        for (int k = 0; k < TURN_TEXTS; k++) {
            static const size_t most[] = {MOST, 24, 400};
            tkz__dropout never = {.bound = 0}, hardly = {.bound = 1};
            hardly.random.state = (uint64_t)k;
            random_text(&state, most[k % 3], text);
            size_t size = strlen(text);
            ck_assert_status(tkz__ranked_merger_reserve(merger, size, NULL));
            size_t count = tkz__ranked_merge(merger, &never, (uint8_t *)text, size, ids);
            size_t wanted = tkz__ranked_merge(merger, &hardly, (uint8_t *)text, size, by_queue);
            ck_assert_uint_eq(count, wanted);
            ck_assert_mem_eq(ids, by_queue, count * sizeof *ids);
            merged += count > TKZ__RANKED_FEW && count < size / 3;
        }
        tkz__ranked_merger_free(merger);
        tkz_tokenizer_free(tokenizer);
    }
    ck_assert_uint_gt(merged, 5);
}
END_TEST

/* ---- Cases ------------------------------------------------------------------- */

static void spaces_model(model *own)
{
    *own = (model){.settings = {.unknown = UNKNOWN, .fuse_unknown = true, .sentencepiece = true}};
    add_piece(own, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    add_piece(own, "▁", -3, TKZ__PIECE_NORMAL);
    add_piece(own, "▁▁", -1, TKZ__PIECE_NORMAL);
    add_piece(own, "▁▁▁", -9, TKZ__PIECE_NORMAL);
    add_piece(own, "▁▁▁▁▁", -9, TKZ__PIECE_NORMAL);
}

/* Of two merges of one score the leftmost acts first: 2 2 1 gives 2 3, not 3 2. */
START_TEST(ties_go_to_the_left)
{
    model own;
    tkz_tokenizer *tokenizer;
    spaces_model(&own);
    ck_assert_status(build(&own, &tokenizer, NULL));
    check_ids(tokenizer, "▁▁▁", IDS(3));
    check_ids(tokenizer, "▁▁▁▁▁", IDS(4));
    check_ids(tokenizer, "▁▁▁▁▁▁▁", IDS(2, 4));
    check_ids(tokenizer, "a▁▁b", IDS(0, 2, 0));
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* Unknown characters side by side are one token with one span; so are they across the pieces that the
 * encoder works on at a time. */
START_TEST(unknown_run)
{
    model own;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    enum { LENGTH = 3000 };
    char *text = malloc(LENGTH * 3 + 4);
    spaces_model(&own);
    ck_assert_status(build(&own, &tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    for (size_t i = 0; i < LENGTH; i++)
        memcpy(text + i * 3, i % 2 == 0 ? "山" : "川", 3);
    memcpy(text + LENGTH * 3, "▁", 3);
    uint64_t offsets[2] = {0, LENGTH * 3 + 3};
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], 2);
    ck_assert_uint_eq(batch->ids[0], UNKNOWN);
    ck_assert_uint_eq(batch->spans[0].end, LENGTH * 3);
    ck_assert_uint_eq(batch->spans[1].start, LENGTH * 3);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    free(text);
}
END_TEST

START_TEST(missing_byte)
{
    model own;
    tkz_tokenizer *tokenizer;
    spaces_model(&own);
    own.settings.byte_fallback = true;
    ck_assert_int_eq(build(&own, &tokenizer, NULL), TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

/* A megabyte of one tied character: linear but for a logarithm. */
START_TEST(long_run)
{
    model own;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    size_t size = (size_t)3000000 / TEST_SHORTER;
    char *text = malloc(size);
    spaces_model(&own);
    ck_assert_status(build(&own, &tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    for (size_t i = 0; i + 3 <= size; i += 3)
        memcpy(text + i, "▁", 3);
    uint64_t offsets[2] = {0, size / 3 * 3};
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], size / 3 / 2);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    free(text);
}
END_TEST

/* ---- Characters that stand alone ---------------------------------------------- */

enum { FIRST_BYTE = 8, UNITS = 10, MOST_UNITS = 2000 };

/* Parts of a text that no merge joins, with the ids of each. */
static const struct unit {
    const char *text;
    uint32_t ids[4]; /* up to the first 0 */
} units[UNITS] = {
    {"あ", {1}}, {"い", {2}}, {"é", {3}}, {"x", {4}}, {"ab", {7}},
    {"山", {FIRST_BYTE + 0xE5, FIRST_BYTE + 0xB1, FIRST_BYTE + 0xB1}},
    {"ü", {FIRST_BYTE + 0xC3, FIRST_BYTE + 0xBC}},
    {"\n", {FIRST_BYTE + 0x0A}},
    {"😀", {FIRST_BYTE + 0xF0, FIRST_BYTE + 0x9F, FIRST_BYTE + 0x98, FIRST_BYTE + 0x80}},
    {"\xE3\x81", {FIRST_BYTE + 0xE3, FIRST_BYTE + 0x81}}, /* broken */
};

static void lone_model(model *own)
{
    *own = (model){.settings = {.unknown = UNKNOWN,
                                .fuse_unknown = true,
                                .byte_fallback = true,
                                .sentencepiece = true},
                   .first_byte = FIRST_BYTE};
    add_piece(own, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    add_piece(own, "あ", -1, TKZ__PIECE_NORMAL);
    add_piece(own, "い", -2, TKZ__PIECE_NORMAL);
    add_piece(own, "é", -3, TKZ__PIECE_NORMAL);
    add_piece(own, "x", -4, TKZ__PIECE_NORMAL);
    add_piece(own, "a", -5, TKZ__PIECE_NORMAL);
    add_piece(own, "b", -6, TKZ__PIECE_NORMAL);
    add_piece(own, "ab", 0, TKZ__PIECE_NORMAL);
}

/* A text of any of the units; mostly of those that stand alone, so that it goes over many blocks. */
static size_t random_units(uint64_t *state, char *text, uint32_t *ids, size_t *count)
{
    size_t size = 0, number = test_random(state) % MOST_UNITS;
    *count = 0;
    for (size_t i = 0; i < number; i++) {
        const struct unit *one = &units[test_random(state) % (test_random(state) % 8 == 0 ? UNITS : 4)];
        memcpy(text + size, one->text, strlen(one->text));
        size += strlen(one->text);
        for (size_t k = 0; k < 4 && one->ids[k] != 0; k++)
            ids[(*count)++] = one->ids[k];
    }
    return size;
}

START_TEST(lone_characters)
{
    static char text[MOST_UNITS * 4];
    static uint32_t ids[MOST_UNITS * 4];
    model own;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    uint64_t state = 31;
    lone_model(&own);
    ck_assert_status(build(&own, &tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert(tkz__lone_characters_known(tkz__tokenizer_image(tokenizer)));
    for (int i = 0; i < 400; i++) {
        const tkz_batch *batch;
        const uint64_t *counts;
        size_t wanted, size = random_units(&state, text, ids, &wanted);
        uint64_t offsets[2] = {0, size};
        char *copy = malloc(size + 1); /* reading beyond the text is seen by a sanitizer */
        memcpy(copy, text, size);
        ck_assert_status(tkz_encoder_encode(encoder, copy, offsets, 1, &batch, NULL));
        ck_assert_uint_eq(batch->offsets[1], wanted);
        ck_assert(memcmp(batch->ids, ids, wanted * sizeof *ids) == 0);
        ck_assert_status(tkz_encoder_count(encoder, copy, offsets, 1, &counts, NULL));
        ck_assert_uint_eq(counts[0], wanted);
        free(copy);
    }
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* All places that a text is cut at, up to `room` at a time. */
static size_t cut_all(const tkz__image *image, const uint8_t *text, size_t size, size_t room,
                      bool joined, uint32_t *places)
{
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        uint32_t ends[64];
        size_t left = size - at;
        size_t made = joined ? tkz__borders_cut_joined(image, text + at, left, left, ends, room)
                             : tkz__borders_cut(image, text + at, left, left, ends, room);
        ck_assert(made >= 1 && made <= room);
        for (size_t i = 0; i < made; i++)
            places[count++] = (uint32_t)at + ends[i];
        ck_assert_uint_gt(places[count - 1], at);
        at = places[count - 1];
    }
    return count;
}

/* Eight characters at once give the same places as one after the other, for which there is room only
 * where there is little. */
START_TEST(borders_of_many)
{
    enum { MOST = 200 };
    static const char *const characters[] = {"あ", "い", "う", "、",        "山",
                                             "a",  "é",  "😀", "\xE3\x81", "\x81"};
    model own;
    tkz_tokenizer *tokenizer;
    uint64_t state = 41;
    size_t cuts = 0;
    lone_model(&own);
    add_piece(&own, "う", -6, TKZ__PIECE_NORMAL);
    add_piece(&own, "、", -7, TKZ__PIECE_NORMAL);
    add_piece(&own, "あい", -1, TKZ__PIECE_NORMAL);
    add_piece(&own, "いう", -2, TKZ__PIECE_NORMAL);
    add_piece(&own, "う、", -3, TKZ__PIECE_NORMAL);
    own.first_byte = FIRST_BYTE + 5;
    ck_assert_status(build(&own, &tokenizer, NULL));
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    for (int round = 0; round < 4000; round++) {
        uint8_t text[MOST * 4];
        uint32_t few[MOST * 4], many[MOST * 4];
        size_t size = 0, number = 1 + test_random(&state) % MOST;
        size_t most = round % 4 == 0 ? 4 : round % 4 == 1 ? 7 : 10; /* of some only those that merge */
        size_t rare = round % 3 == 0 ? 2 : 8; /* of some all lengths in a row */
        for (size_t i = 0; i < number; i++) {
            const char *one =
                characters[test_random(&state) % (test_random(&state) % rare == 0 ? most : 4)];
            memcpy(text + size, one, strlen(one));
            size += strlen(one);
        }
        uint8_t *copy = malloc(size); /* reading beyond the text is seen by a sanitizer */
        memcpy(copy, text, size);
        for (int joined = 0; joined < 2; joined++) {
            size_t count = cut_all(image, copy, size, 7, joined, few);
            ck_assert_uint_eq(cut_all(image, copy, size, 64, joined, many), count);
            ck_assert(memcmp(few, many, count * sizeof *few) == 0);
            cuts += count;
        }
        free(copy);
    }
    ck_assert_uint_gt(cuts, 100000); /* it does cut */
    tkz_tokenizer_free(tokenizer);
}
END_TEST

static void decode_all(tkz_encoder *encoder, const uint32_t *ids, size_t count, const uint8_t **bytes,
                       size_t *size)
{
    ck_assert_status(tkz_encoder_decode(encoder, ids, count, 0, bytes, size, NULL));
}

/* Bytes of characters, broken ones too, become the same text with the table that decoding makes when
 * much is decoded. */
START_TEST(bytes_by_table)
{
    enum { MANY = 5000, MOST = 300 };
    static const char *const decoders[] = {
        "sentencepiece-spm1:prefix=true:unknown=?",
        "replace-hf0.23:text=\xE2\x96\x81:content= ,byte_fallback-hf0.23,fuse-hf0.23"};
    static uint32_t ids[MANY];
    model own;
    tkz_tokenizer *tokenizer;
    tkz_encoder *used;
    const uint8_t *bytes, *wanted;
    size_t size, wanted_size;
    uint64_t state = 33;
    lone_model(&own);
    own.decoder = decoders[_i];
    ck_assert_status(build(&own, &tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&used, tokenizer, NULL, NULL));
    decode_all(used, ids, MANY, &bytes, &size);
    for (int i = 0; i < 200; i++) {
        tkz_encoder *fresh;
        size_t count = 0, parts = test_random(&state) % (MOST / 4);
        for (size_t k = 0; k < parts; k++) {
            const struct unit *one = &units[test_random(&state) % UNITS];
            if (test_random(&state) % 6 == 0) { /* any byte, mostly one that goes on */
                ids[count++] = FIRST_BYTE + 0x80 + (uint32_t)(test_random(&state) % 0x80);
                continue;
            }
            for (size_t at = 0; at < 4 && one->ids[at] != 0; at++)
                ids[count++] = one->ids[at];
        }
        ck_assert_status(tkz_encoder_new(&fresh, tokenizer, NULL, NULL));
        decode_all(fresh, ids, count, &wanted, &wanted_size);
        decode_all(used, ids, count, &bytes, &size);
        ck_assert_uint_eq(size, wanted_size);
        ck_assert(size == 0 || memcmp(bytes, wanted, size) == 0);
        tkz_encoder_free(fresh);
    }
    tkz_encoder_free(used);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* Whatever its table says, a damaged image gives ids that there are. */
START_TEST(lone_damaged)
{
    static char text[MOST_UNITS * 4];
    static uint32_t ids[MOST_UNITS * 4];
    model own;
    tkz_tokenizer *good, *bad;
    uint64_t state = 32;
    lone_model(&own);
    ck_assert_status(build(&own, &good, NULL));
    const tkz__image *image = tkz__tokenizer_image(good);
    size_t start = (size_t)(image->sections[TKZ__SECTION_LONE] - image->data);
    for (int i = 0; i < 20; i++) {
        tkz__buffer copy;
        tkz_encoder *encoder;
        const tkz_batch *batch;
        size_t wanted, size = random_units(&state, text, ids, &wanted);
        uint64_t offsets[2] = {0, size};
        tkz__buffer_init(&copy, NULL);
        ck_assert_status(tkz__tokenizer_write_image(good, &copy, NULL));
        for (size_t at = start; at < start + image->sizes[TKZ__SECTION_LONE]; at += 4)
            tkz__store_u32(copy.data + at, UINT32_MAX - (uint32_t)(test_random(&state) % 4));
        ck_assert_status(tkz__tokenizer_from_image(&bad, &copy, NULL));
        ck_assert_status(tkz_encoder_new(&encoder, bad, NULL, NULL));
        ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
        for (size_t k = 0; k < batch->offsets[1]; k++)
            ck_assert_uint_lt(batch->ids[k], tkz_tokenizer_size(bad));
        tkz_encoder_free(encoder);
        ck_assert_int_eq(tkz__tokenizer_verify_image(bad, NULL), TKZ_STATUS_CORRUPT);
        tkz_tokenizer_free(bad);
    }
    tkz_tokenizer_free(good);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    static const char text[] = "▁▁▁aあ▁▁▁▁▁";
    uint64_t offsets[2] = {0, sizeof text - 1};
    tkz_status status = build(context, &tokenizer, allocator);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    if (status == TKZ_OK) {
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
        status = tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL);
        tkz_encoder_free(encoder);
    }
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(allocation_failures)
{
    model own;
    spaces_model(&own);
    test_all_allocation_failures(attempt, &own);
    lone_model(&own);
    test_all_allocation_failures(attempt, &own);
}
END_TEST

Suite *suite_character_bpe(void)
{
    Suite *suite = suite_create("character_bpe");
    TCase *random = tcase_create("random");
    tcase_add_loop_test(random, random_scores, 0, 4);
    tcase_add_test(random, random_unused);
    tcase_add_test(random, random_merges);
    tcase_add_test(random, ranked_ways);
    suite_add_tcase(suite, random);
    TCase *cases = tcase_create("cases");
    tcase_add_test(cases, ties_go_to_the_left);
    tcase_add_test(cases, unknown_run);
    tcase_add_test(cases, missing_byte);
    tcase_add_test(cases, long_run);
    tcase_add_test(cases, lone_characters);
    tcase_add_test(cases, borders_of_many);
    tcase_add_test(cases, lone_damaged);
    tcase_add_loop_test(cases, bytes_by_table, 0, 2);
    tcase_add_test(cases, allocation_failures);
    suite_add_tcase(suite, cases);
    return suite;
}
