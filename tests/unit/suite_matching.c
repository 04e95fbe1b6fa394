/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte-level BPE is compared with slow code that applies the merges one by one to each whole chunk.
 * Leans on Check.
 */
#include <stdlib.h>

#include "subword/byte_level.h"
#include "subword/chunk_borders.h"
#include "subword/matching.h"
#include "subword/merging.h"
#include "subword/tokenizer_image.h"
#include "tokenizer_fixture.h"

Suite *suite_matching(void);

/* ---- Tokenizers to test with ------------------------------------------- */

/* The texts that random vocabularies and random documents are made of. */
static const char *const pieces[] = {"a",  "b",  "c",  "the", " ", " ", "\n", "1", "23", "!", "あ",
                                     "い", "う", "漢", "字", "。", "、", "ー", "é", "ß",
                                     "\xF0\x9F\x98\x80", "\xFF", "\x81", "\xE3", "　", "aaaa",
                                     "ああああああああ", "\r\n", "'s"};

static size_t random_text(uint64_t *random, char *text, size_t capacity, size_t alphabet)
{
    size_t size = 0;
    size_t wanted = test_random(random) % capacity;
    while (size < wanted) {
        const char *piece = pieces[test_random(random) % alphabet];
        size_t length = strlen(piece);
        /* A run of one piece now and then. */
        size_t repeat = test_random(random) % 16 == 0 ? 1 + test_random(random) % 40 : 1;
        for (; repeat > 0 && size + length <= capacity; repeat--, size += length)
            memcpy(text + size, piece, length);
        if (size + 16 > capacity)
            break;
    }
    return size;
}

/* A tokenizer and all merges that it was made of, those that can never happen among them. */
typedef struct vocabulary {
    tkz_tokenizer *tokenizer;
    uint32_t byte_ids[256];
    uint32_t merges[400][2]; /* their results are 257 and on */
    uint32_t count;
} vocabulary;

/* A vocabulary of up to `merges` merges of pairs that occur in random text, in random order of
 * ranks: nastier than a trained one. */
static void random_vocabulary(vocabulary *own, uint64_t *random, size_t merges, size_t alphabet)
{
    tkz__tokenizer_builder *builder = new_builder(NULL);
    uint32_t id;
    ck_assert_status(tkz__tokenizer_builder_add_special(builder, "<|end|>", 7, &id, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    uint8_t order[256];
    tkz__byte_level_order(order);
    uint32_t *byte_ids = own->byte_ids;
    for (uint32_t i = 0; i < 256; i++)
        byte_ids[order[i]] = 1 + i;
    uint32_t(*made)[2] = own->merges;
    uint32_t count = 0;
    for (size_t attempt = 0; attempt < merges; attempt++) {
        char text[64];
        size_t size = random_text(random, text, sizeof text, alphabet);
        uint32_t ids[64];
        for (size_t i = 0; i < size; i++)
            ids[i] = byte_ids[(uint8_t)text[i]];
        /* Join at random what has been merged so far, then make one new merge of neighbours. */
        for (uint32_t rank = 0; rank < count; rank++) {
            size_t kept = 0;
            for (size_t i = 0; i < size; i++) {
                if (i + 1 < size && ids[i] == made[rank][0] && ids[i + 1] == made[rank][1] &&
                    test_random(random) % 8 != 0) {
                    ids[kept++] = 257 + rank;
                    i++;
                } else {
                    ids[kept++] = ids[i];
                }
            }
            size = kept;
        }
        if (size < 2 || count == 400)
            continue;
        size_t at = test_random(random) % (size - 1);
        tkz_status status =
            tkz__tokenizer_builder_add_merge(builder, ids[at], ids[at + 1], &id, NULL);
        if (status == TKZ_STATUS_INVALID_ARGUMENT)
            continue; /* these bytes are a token already */
        ck_assert_int_eq(status, TKZ_OK);
        ck_assert_uint_eq(id, 257 + count);
        made[count][0] = ids[at];
        made[count++][1] = ids[at + 1];
    }
    own->count = count;
    own->tokenizer = finish(builder);
}

/* ---- Slow encoding ----------------------------------------------------- */

static size_t slow_chunk(const vocabulary *own, const char *text, size_t size, uint32_t *ids)
{
    size_t count = size;
    for (size_t i = 0; i < size; i++)
        ids[i] = own->byte_ids[(uint8_t)text[i]];
    /* Rank by rank is the same as lowest rank first: a merge makes pairs of its own result only,
     * and those have later ranks, because the result must exist before it is a half. */
    for (uint32_t rank = 0; rank < own->count; rank++) {
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            if (i + 1 < count && ids[i] == own->merges[rank][0] &&
                ids[i + 1] == own->merges[rank][1]) {
                ids[kept++] = 257 + rank;
                i++;
            } else {
                ids[kept++] = ids[i];
            }
        }
        count = kept;
    }
    return count;
}

static size_t slow_text(const vocabulary *own, const char *text, size_t size, uint32_t *ids)
{
    const tkz__pre_tokenizer *pre_tokenizer = tkz__tokenizer_pre_tokenizer(own->tokenizer);
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        size_t chunk = pre_tokenizer->next(text + at, size - at);
        count += slow_chunk(own, text + at, chunk, ids + count);
        at += chunk;
    }
    return count;
}

START_TEST(against_slow_code)
{
    uint64_t random = 3;
    for (int number = 0; number < 24; number++) {
        size_t alphabet = sizeof pieces / sizeof pieces[0];
        if (number % 2 == 0)
            alphabet = 12 + test_random(&random) % (alphabet - 12);
        vocabulary own;
        random_vocabulary(&own, &random, 20 + test_random(&random) % 380, alphabet);
        tkz_tokenizer *tokenizer = own.tokenizer;
        tkz_encoder *encoder;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        for (int round = 0; round < 60; round++) {
            enum { CAPACITY = 1500 };
            char *text = malloc(CAPACITY);
            uint32_t *expected = malloc(CAPACITY * sizeof *expected);
            size_t size = random_text(&random, text, round % 3 == 0 ? CAPACITY : 60, alphabet);
            char *exact = malloc(size + 1); /* so that a read behind the text is caught */
            memcpy(exact, text, size);
            exact = realloc(exact, size > 0 ? size : 1);
            size_t count = slow_text(&own, exact, size, expected);
            const tkz_batch *batch;
            uint64_t offsets[2] = {0, size};
            ck_assert_status(tkz_encoder_encode(encoder, exact, offsets, 1, &batch, NULL));
            ck_assert_uint_eq(batch->offsets[0], 0);
            ck_assert_uint_eq(batch->offsets[1], count);
            ck_assert(count == 0 || memcmp(batch->ids, expected, count * 4) == 0);
            check_round_trip(encoder, expected, count, exact, size);
            free(exact);
            free(text);
            free(expected);
        }
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

/* Cutting at borders first gives the same as matching the chunk as a whole. */
START_TEST(borders)
{
    enum { CAPACITY = 400 };
    uint64_t random = 11;
    uint64_t scratch[CAPACITY / 64 + 1];
    size_t cuts = 0;
    for (int number = 0; number < 6; number++) {
        vocabulary own;
        random_vocabulary(&own, &random, 40 + 60 * number, 20);
        const tkz__image *image = tkz__tokenizer_image(own.tokenizer);
        tkz__match_memory *memory = calloc(1, sizeof *memory);
        for (int round = 0; round < 300; round++) {
            uint8_t text[CAPACITY];
            uint32_t whole[CAPACITY], parts[CAPACITY];
            size_t size = random_text(&random, (char *)text, CAPACITY, 20);
            if (size == 0)
                continue;
            size_t count = tkz__match_piece(image, memory, text, size, scratch, whole);
            ck_assert_uint_eq(tkz__merge_piece(image, memory, text, size, scratch, parts), count);
            ck_assert_int_eq(memcmp(whole, parts, count * 4), 0);
            size_t made = 0, room = round % 2 == 0 ? 7 : 64; /* eight characters at once need some */
            for (size_t at = 0; at < size;) {
                uint32_t ends[64];
                size_t pieces_cut =
                    tkz__borders_cut(image, text + at, size - at, size - at, ends, room);
                ck_assert_uint_ge(pieces_cut, 1);
                ck_assert_uint_le(pieces_cut, room);
                cuts += pieces_cut;
                size_t from = 0;
                for (size_t i = 0; i < pieces_cut; from = ends[i++]) {
                    ck_assert_uint_gt(ends[i], from);
                    ck_assert_uint_le(ends[i], size - at);
                    made += tkz__match_piece(image, memory, text + at + from, ends[i] - from,
                                             scratch, parts + made);
                }
                at += from;
            }
            ck_assert_uint_eq(made, count);
            ck_assert_int_eq(memcmp(whole, parts, count * 4), 0);
        }
        free(memory);
        tkz_tokenizer_free(own.tokenizer);
    }
    ck_assert_uint_gt(cuts, 10000); /* it does cut */
}
END_TEST

/* b + c comes before a + b, so that ab + c never happens: the token abc is never given. */
START_TEST(unreachable_tokens)
{
    tkz__tokenizer_builder *builder = new_builder(NULL);
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    uint32_t a = 'a' - 33, b = 'b' - 33, c = 'c' - 33, bc, ab, abc;
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, b, c, &bc, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, a, b, &ab, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, ab, c, &abc, NULL));
    tkz_tokenizer *tokenizer = finish(builder);
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    const tkz_batch *batch;
    uint64_t offsets[3] = {0, 3, 5};
    ck_assert_status(tkz_encoder_encode(encoder, "abcab", offsets, 2, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], 2);
    ck_assert_uint_eq(batch->ids[0], a);
    ck_assert_uint_eq(batch->ids[1], bc);
    ck_assert_uint_eq(batch->offsets[2], 3);
    ck_assert_uint_eq(batch->ids[2], ab);
    /* By symbols: bytes, then b c, then a b. */
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    ck_assert_uint_eq(image->symbol_count, 258);
    ck_assert(!tkz__match_stays(image, 257, 'c', TKZ__NO_TOKEN));
    ck_assert(tkz__match_stays(image, 'a', 'b', 257));
    ck_assert(!tkz__match_stays(image, 'a', 'b', TKZ__NO_TOKEN));
    ck_assert(tkz__match_stays(image, 'a', 256, TKZ__NO_TOKEN));
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* Words of 14 to 40 bytes that come again and again, from the cache for such pieces or not; one
 * stands at the
 * very end of the text. */
START_TEST(long_pieces)
{
    enum { WORDS = 12, CAPACITY = 8000 };
    uint64_t random = 29;
    for (int number = 0; number < 6; number++) {
        vocabulary own;
        random_vocabulary(&own, &random, 300, 5);
        tkz_encoder *encoder;
        ck_assert_status(tkz_encoder_new(&encoder, own.tokenizer, NULL, NULL));
        char words[WORDS][40], text[CAPACITY + 41];
        size_t sizes[WORDS], size = 0;
        for (size_t i = 0; i < WORDS; i++) {
            sizes[i] = 14 + test_random(&random) % 27;
            for (size_t k = 0; k < sizes[i]; k++)
                words[i][k] = "abcthe"[test_random(&random) % 6];
        }
        while (size < CAPACITY) {
            uint64_t word = test_random(&random) % WORDS;
            text[size++] = "\n "[test_random(&random) % 2];
            memcpy(text + size, words[word], sizes[word]);
            size += sizes[word];
        }
        char *exact = malloc(size);
        uint32_t *expected = malloc(size * sizeof *expected);
        memcpy(exact, text, size);
        size_t count = slow_text(&own, exact, size, expected);
        uint64_t offsets[2] = {0, size};
        const tkz_batch *batch;
        ck_assert_status(tkz_encoder_encode(encoder, exact, offsets, 1, &batch, NULL));
        ck_assert_uint_eq(batch->offsets[1], count);
        ck_assert_int_eq(memcmp(batch->ids, expected, count * sizeof *expected), 0);
        free(expected);
        free(exact);
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(own.tokenizer);
    }
}
END_TEST

/* a + a, aa + aa: one run of 2,000,003 letters is one piece. */
START_TEST(long_run)
{
    tkz__tokenizer_builder *builder = new_builder(NULL);
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    uint32_t a = 'a' - 33, double_a, four_a;
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, a, a, &double_a, NULL));
    ck_assert_status(
        tkz__tokenizer_builder_add_merge(builder, double_a, double_a, &four_a, NULL));
    tkz_tokenizer *tokenizer = finish(builder);
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    enum { SIZE = 2000003 };
    char *text = malloc(SIZE);
    memset(text, 'a', SIZE);
    uint64_t offsets[2] = {0, SIZE};
    const tkz_batch *batch;
    for (int round = 0; round < 2; round++) {
        ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
        ck_assert_uint_eq(batch->offsets[1], SIZE / 4 + 2);
        for (size_t i = 0; i < SIZE / 4; i++)
            ck_assert_uint_eq(batch->ids[i], four_a);
        ck_assert_uint_eq(batch->ids[SIZE / 4], double_a);
        ck_assert_uint_eq(batch->ids[SIZE / 4 + 1], a);
    }
    free(text);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_matching(void)
{
    Suite *suite = suite_create("matching");
    TCase *tests = tcase_create("slow code");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, against_slow_code);
    tcase_add_test(tests, borders);
    tcase_add_test(tests, unreachable_tokens);
    tcase_add_test(tests, long_pieces);
    tcase_add_test(tests, long_run);
    suite_add_tcase(suite, tests);
    return suite;
}
