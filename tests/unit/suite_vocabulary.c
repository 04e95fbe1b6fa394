/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies that exist elsewhere: given ids, merges that list every way to a token,
 * ranks instead of merges, tokens that merging never makes, added tokens. The
 * encoder is compared with slow code that works as the references do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_vocabulary(void);

/* ---- A vocabulary in plain arrays -------------------------------------- */

enum { MOST_TOKENS = 700, MOST_BYTES = 24, MOST_MERGES = 4000, MOST_TEXT = 600 };

typedef struct word {
    uint8_t bytes[MOST_BYTES];
    size_t size;
} word;

typedef struct vocabulary {
    word words[MOST_TOKENS]; /* by rank; the first 256 are the bytes */
    uint32_t count;
    uint32_t merges[MOST_MERGES][3]; /* ranks of left, right, result, in rank order */
    uint32_t merge_count;
    uint32_t stride; /* the id of rank r is r * stride + first */
    uint32_t first;
} vocabulary;

static uint32_t id_of(const vocabulary *own, uint32_t rank)
{
    return rank * own->stride + own->first;
}

static uint32_t rank_of(const vocabulary *own, const uint8_t *bytes, size_t size)
{
    for (uint32_t i = 0; i < own->count; i++) {
        if (own->words[i].size == size && memcmp(own->words[i].bytes, bytes, size) == 0)
            return i;
    }
    return UINT32_MAX;
}

static const char *const alphabet[] = {"a", "b", "c", "あ", "い", "漢", "é", "\xE3", "\x81"};

/* Of the first `letters` of them. */
static size_t random_bytes(uint64_t *random, size_t letters, uint8_t *bytes, size_t capacity)
{
    size_t size = 0, wanted = 1 + test_random(random) % capacity;
    while (size < wanted) {
        const char *next = alphabet[test_random(random) % letters];
        size_t length = strlen(next);
        if (size + length > capacity)
            break;
        memcpy(bytes + size, next, length);
        size += length;
    }
    return size;
}

/* Random strings as tokens, the shorter ones mostly first: some of them merging never makes. */
static void make_vocabulary(vocabulary *own, uint64_t *random, size_t letters, uint32_t tokens)
{
    own->count = 256;
    for (uint32_t byte = 0; byte < 256; byte++)
        own->words[byte] = (word){{(uint8_t)byte}, 1};
    while (own->count < tokens) {
        word *next = &own->words[own->count];
        size_t most = 2 + own->count * (MOST_BYTES - 2) / tokens;
        next->size = random_bytes(random, letters, next->bytes, most);
        if (next->size >= 2 && rank_of(own, next->bytes, next->size) == UINT32_MAX)
            own->count++;
    }
    own->merge_count = 0;
    for (uint32_t rank = 256; rank < own->count; rank++) {
        const word *result = &own->words[rank];
        for (size_t at = 1; at < result->size; at++) {
            uint32_t left = rank_of(own, result->bytes, at);
            uint32_t right = rank_of(own, result->bytes + at, result->size - at);
            if (left < rank && right < rank && own->merge_count < MOST_MERGES) {
                uint32_t *merge = own->merges[own->merge_count++];
                merge[0] = left;
                merge[1] = right;
                merge[2] = rank;
            }
        }
    }
    own->stride = 1 + (uint32_t)(test_random(random) % 3);
    own->first = (uint32_t)(test_random(random) % 5);
}

/* Merges in any order: many come before those that make their halves. */
static void shuffle_merges(vocabulary *own, uint64_t *random)
{
    for (uint32_t i = own->merge_count; i > 1; i--) {
        uint32_t other = (uint32_t)(test_random(random) % i), held[3];
        memcpy(held, own->merges[i - 1], sizeof held);
        memcpy(own->merges[i - 1], own->merges[other], sizeof held);
        memcpy(own->merges[other], held, sizeof held);
    }
}

/* A tokenizer of it. */
static tkz_tokenizer *make_tokenizer(const vocabulary *own, bool by_rank, bool whole)
{
    tkz__tokenizer_builder *builder;
    tkz_tokenizer *tokenizer = NULL;
    ck_assert_status(tkz__tokenizer_builder_new(
        &builder, tkz__pre_tokenizer_find("llama3", 6), NULL, NULL));
    /* Ids in any order. */
    for (uint32_t i = own->count; i > 0; i--)
        ck_assert_status(tkz__tokenizer_builder_add_token(
            builder, id_of(own, i - 1), own->words[i - 1].bytes, own->words[i - 1].size, NULL));
    for (uint32_t i = 0; !by_rank && i < own->merge_count; i++)
        ck_assert_status(tkz__tokenizer_builder_join(builder, id_of(own, own->merges[i][0]),
                                                     id_of(own, own->merges[i][1]), NULL));
    if (by_rank)
        tkz__tokenizer_builder_join_by_rank(builder);
    tkz__tokenizer_builder_set_whole_chunks(builder, whole);
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
    return tokenizer;
}

/* ---- Slow code --------------------------------------------------------- */

/* Where to merge next: the lowest rank, of equal ones the leftmost. SIZE_MAX: nowhere. */
static size_t next_merge(const vocabulary *own, bool by_rank, const word *symbols, size_t count)
{
    size_t best = SIZE_MAX;
    uint32_t lowest = UINT32_MAX;
    for (size_t i = 0; i + 1 < count; i++) {
        uint32_t rank = UINT32_MAX;
        if (by_rank) { /* tiktoken: the rank of the joined bytes */
            uint8_t joined[2 * MOST_BYTES];
            memcpy(joined, symbols[i].bytes, symbols[i].size);
            memcpy(joined + symbols[i].size, symbols[i + 1].bytes, symbols[i + 1].size);
            rank = rank_of(own, joined, symbols[i].size + symbols[i + 1].size);
        } else { /* HF: the number of the merge */
            uint32_t left = rank_of(own, symbols[i].bytes, symbols[i].size);
            uint32_t right = rank_of(own, symbols[i + 1].bytes, symbols[i + 1].size);
            for (uint32_t k = 0; k < own->merge_count && rank == UINT32_MAX; k++) {
                if (own->merges[k][0] == left && own->merges[k][1] == right)
                    rank = k;
            }
        }
        if (rank < lowest) {
            lowest = rank;
            best = i;
        }
    }
    return best;
}

static size_t slow_chunk(const vocabulary *own, bool by_rank, bool whole, const char *text,
                         size_t size, uint32_t *ids)
{
    uint32_t rank = rank_of(own, (const uint8_t *)text, size);
    if (whole && rank != UINT32_MAX) {
        ids[0] = id_of(own, rank);
        return 1;
    }
    static word symbols[MOST_TEXT];
    size_t count = size;
    for (size_t i = 0; i < size; i++)
        symbols[i] = (word){{(uint8_t)text[i]}, 1};
    for (;;) {
        size_t at = next_merge(own, by_rank, symbols, count);
        if (at == SIZE_MAX)
            break;
        memcpy(symbols[at].bytes + symbols[at].size, symbols[at + 1].bytes, symbols[at + 1].size);
        symbols[at].size += symbols[at + 1].size;
        memmove(&symbols[at + 1], &symbols[at + 2], (count - at - 2) * sizeof *symbols);
        count--;
    }
    for (size_t i = 0; i < count; i++)
        ids[i] = id_of(own, rank_of(own, symbols[i].bytes, symbols[i].size));
    return count;
}

static size_t slow_text(const vocabulary *own, bool by_rank, bool whole,
                        const tkz__pre_tokenizer *pre_tokenizer, const char *text, size_t size,
                        uint32_t *ids)
{
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        uint32_t end;
        ck_assert_uint_eq(pre_tokenizer->cut(text + at, size - at, &end, 1), 1);
        count += slow_chunk(own, by_rank, whole, text + at, end, ids + count);
        at += end;
    }
    return count;
}

/* Spans are side by side and hold the bytes of their tokens. */
static void check_spans(const tkz_batch *batch, const vocabulary *own, const char *text,
                        size_t size)
{
    uint64_t at = 0;
    for (size_t i = 0; i < batch->offsets[1]; i++) {
        const word *token = &own->words[(batch->ids[i] - own->first) / own->stride];
        ck_assert_uint_eq(batch->spans[i].start, at);
        ck_assert_uint_eq(batch->spans[i].end - at, token->size);
        ck_assert_int_eq(memcmp(text + at, token->bytes, token->size), 0);
        at = batch->spans[i].end;
    }
    ck_assert_uint_eq(at, size);
}

START_TEST(against_slow_code)
{
    uint64_t random = 17;
    static vocabulary own;
    uint32_t unreachable = 0, in_order = 0, out_of_order = 0;
    for (int number = 0; number < 60 / TEST_SHORTER; number++) {
        /* The fewer letters, the more merges meet. */
        size_t letters = number % 5 < 3 ? sizeof alphabet / sizeof *alphabet : 2 + (size_t)number % 2;
        uint32_t most = number % 5 < 3 ? 300 : 20;
        make_vocabulary(&own, &random, letters, 257 + (uint32_t)(test_random(&random) % most));
        bool by_rank = number % 2 == 0, whole = number % 3 != 0;
        if (number % 4 == 1)
            shuffle_merges(&own, &random);
        tkz_tokenizer *tokenizer = make_tokenizer(&own, by_rank, whole);
        const tkz__image *image = tkz__tokenizer_image(tokenizer);
        if ((image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0) {
            out_of_order++;
        } else {
            in_order++;
            unreachable += own.count - image->symbol_count;
        }
        tkz_encoder *encoder;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        tkz_encoder_want_offsets(encoder, 1);
        for (int round = 0; round < 60; round++) {
            uint8_t bytes[MOST_TEXT];
            uint32_t expected[MOST_TEXT];
            size_t size = round % 2 == 0 ? random_bytes(&random, letters, bytes, 40)
                                         : random_bytes(&random, letters, bytes, MOST_TEXT);
            if (round % 4 == 1) { /* a token alone */
                const word *token = &own.words[256 + test_random(&random) % (own.count - 256)];
                size = token->size;
                memcpy(bytes, token->bytes, size);
            }
            for (size_t i = 0; round % 4 == 3 && i < size; i += 1 + test_random(&random) % 50)
                bytes[i] = ' ';
            const char *text = (const char *)bytes;
            size_t count = slow_text(&own, by_rank, whole, tkz__tokenizer_pre_tokenizer(tokenizer),
                                     text, size, expected);
            const tkz_batch *batch;
            uint64_t offsets[2] = {0, size};
            ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
            ck_assert_uint_eq(batch->offsets[1], count);
            ck_assert_int_eq(memcmp(batch->ids, expected, count * sizeof *expected), 0);
            check_spans(batch, &own, text, size);
        }
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
    ck_assert_uint_gt(in_order, 0); /* there are such vocabularies and tokens among them */
    ck_assert_uint_gt(out_of_order, 0);
    ck_assert_uint_gt(unreachable, 0);
}
END_TEST

/* ---- Cases by hand ----------------------------------------------------- */

static tkz__tokenizer_builder *new_builder(void)
{
    tkz__tokenizer_builder *builder;
    ck_assert_status(tkz__tokenizer_builder_new(
        &builder, tkz__pre_tokenizer_find("llama3", 6), NULL, NULL));
    return builder;
}

static void add(tkz__tokenizer_builder *builder, uint32_t id, const char *bytes)
{
    ck_assert_status(
        tkz__tokenizer_builder_add_token(builder, id, bytes, strlen(bytes), NULL));
}

static void add_added(tkz__tokenizer_builder *builder, uint32_t id, const char *content,
                      uint32_t flags)
{
    ck_assert_status(tkz__tokenizer_builder_add_added(builder, id, content, strlen(content), flags,
                                                      NULL));
}

static tkz_encoder *finish(tkz__tokenizer_builder *builder)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    tkz_encoder_want_offsets(encoder, 1);
    return encoder;
}

/* Ids and spans as text: "5[0,2) 7[2,3)". */
static void check(tkz_encoder *encoder, const char *text, const char *expected)
{
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, strlen(text)};
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    char got[1000] = "";
    size_t size = 0;
    for (size_t i = 0; i < batch->offsets[1]; i++)
        size += (size_t)snprintf(got + size, sizeof got - size, "%s%u[%d,%d)", i > 0 ? " " : "",
                                 batch->ids[i], (int)batch->spans[i].start,
                                 (int)batch->spans[i].end);
    ck_assert_str_eq(got, expected);
}

/* "abc" cannot be made, because b c comes before a b: a chunk of its own is it all the same where
 * whole chunks count, and within a longer one it is not. */
START_TEST(whole_chunks)
{
    for (int whole = 0; whole < 2; whole++) {
        tkz__tokenizer_builder *builder = new_builder();
        add(builder, 0, "a");
        add(builder, 1, "b");
        add(builder, 2, "c");
        add(builder, 3, "bc");
        add(builder, 4, "ab");
        add(builder, 9, "abc");
        ck_assert_status(tkz__tokenizer_builder_join(builder, 1, 2, NULL));
        ck_assert_status(tkz__tokenizer_builder_join(builder, 0, 1, NULL));
        ck_assert_status(tkz__tokenizer_builder_join(builder, 4, 2, NULL));
        tkz__tokenizer_builder_set_whole_chunks(builder, whole);
        tkz_encoder *encoder = finish(builder);
        check(encoder, "abc", whole ? "9[0,3)" : "0[0,1) 3[1,3)");
        check(encoder, "abcabc", "0[0,1) 3[1,3) 0[3,4) 3[4,6)");
        check(encoder, "abc", whole ? "9[0,3)" : "0[0,1) 3[1,3)");
        tkz_encoder_free(encoder);
    }
}
END_TEST

/* Bytes without a token are left out, as HF leaves out characters that are not in its vocabulary. */
START_TEST(missing_bytes)
{
    tkz__tokenizer_builder *builder = new_builder();
    add(builder, 7, "a");
    add(builder, 3, "b");
    add(builder, 5, "ab");
    ck_assert_status(tkz__tokenizer_builder_join(builder, 7, 3, NULL));
    tkz_encoder *encoder = finish(builder);
    check(encoder, "xxabxa", "5[2,4) 7[5,6)");
    check(encoder, "xyz", "");
    check(encoder, "axxb", "5[0,4)"); /* what is left out does not keep neighbours apart */
    check(encoder, "axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxbxxa", "5[0,32) 7[34,35)");
    const uint8_t *bytes;
    size_t size;
    uint32_t hole = 6;
    ck_assert_int_eq(tkz_encoder_decode(encoder, &hole, 1, 0, &bytes, &size, NULL),
                     TKZ_STATUS_BAD_ID);
    tkz_encoder_free(encoder);
}
END_TEST

/* " the" of GPT-2: the rank of " " + "the" is below that of "the", and that never matters. "abc" of
 * rank 3 is made when "ab" of rank 4 is. Where it matters which of two comes first, merges are carried
 * out one by one. */
START_TEST(ranks_out_of_order)
{
    tkz__tokenizer_builder *builder = new_builder();
    static const char *const sound[] = {" ", "t", "h", "e", " t", "he", " the", "the"};
    for (uint32_t i = 0; i < 8; i++)
        add(builder, i, sound[i]);
    tkz__tokenizer_builder_join_by_rank(builder);
    tkz_encoder *encoder = finish(builder);
    check(encoder, " the", "6[0,4)");
    check(encoder, "the", "7[0,3)");
    tkz_encoder_free(encoder);

    builder = new_builder();
    static const char *const early[] = {"a", "b", "c", "abc", "ab"};
    for (uint32_t i = 0; i < 5; i++)
        add(builder, i, early[i]);
    tkz__tokenizer_builder_join_by_rank(builder);
    encoder = finish(builder);
    check(encoder, "abcab", "3[0,3) 4[3,5)");
    tkz_encoder_free(encoder);

    builder = new_builder();
    static const char *const overlap[] = {"a", "b", "aba", "ab"}; /* ab a: ab a b ab */
    for (uint32_t i = 0; i < 4; i++)
        add(builder, i, overlap[i]);
    tkz__tokenizer_builder_join_by_rank(builder);
    encoder = finish(builder);
    check(encoder, "ababab", "2[0,3) 1[3,4) 3[4,6)");
    check(encoder, "abxababab", "2[0,4) 1[4,5) 2[5,8) 1[8,9)"); /* x has no token */
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(refusals)
{
    tkz__tokenizer_builder *builder = new_builder();
    add(builder, 1, "a");
    add(builder, 2, "b");
    ck_assert_int_eq(tkz__tokenizer_builder_add_token(builder, 1, "c", 1, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT); /* the id again */
    ck_assert_int_eq(tkz__tokenizer_builder_add_token(builder, 3, "a", 1, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT); /* the bytes again */
    ck_assert_int_eq(tkz__tokenizer_builder_add_token(builder, 3, "", 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_token(builder, 1 << 24, "c", 1, NULL),
                     TKZ_STATUS_LIMIT);
    ck_assert_int_eq(tkz__tokenizer_builder_join(builder, 1, 2, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT); /* ab is no token */
    ck_assert_int_eq(tkz__tokenizer_builder_join(builder, 1, 7, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_join_to(builder, 1, 2, 2, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT); /* b is not ab */
    ck_assert_int_eq(tkz__tokenizer_builder_set_dropout(builder, 1.5, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_added(builder, 1, "b", 1, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT); /* the id has other bytes */
    ck_assert_int_eq(tkz__tokenizer_builder_add_added(builder, 4, "\xE3", 1, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    add_added(builder, 1, "a", TKZ__ADDED_SPECIAL); /* both a token and added */
    ck_assert_int_eq(tkz__tokenizer_builder_add_added(builder, 1, "a", 1, 0, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_encoder *encoder = finish(builder);
    check(encoder, "ab", "1[0,1) 2[1,2)");
    tkz_encoder_free(encoder);
}
END_TEST

/* ---- Added tokens ------------------------------------------------------ */

static tkz__tokenizer_builder *letters(void)
{
    tkz__tokenizer_builder *builder = new_builder();
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        ck_assert_status(tkz__tokenizer_builder_add_token(builder, byte, &value, 1, NULL));
    }
    return builder;
}

/* The expected ids are what HF tokenizers 0.23.3 gives for such added tokens. */
START_TEST(added_tokens)
{
    tkz__tokenizer_builder *builder = letters();
    add_added(builder, 300, "<s>", TKZ__ADDED_SPECIAL);
    add_added(builder, 301, "<s>>", TKZ__ADDED_SPECIAL);
    add_added(builder, 302, "cat", TKZ__ADDED_SINGLE_WORD);
    add_added(builder, 303, "|", TKZ__ADDED_LSTRIP | TKZ__ADDED_RSTRIP);
    add_added(builder, 304, "猫", 0);
    add_added(builder, 305, "silent", TKZ__ADDED_SILENT);
    tkz_encoder *encoder = finish(builder);
    check(encoder, "<s>", "60[0,1) 115[1,2) 62[2,3)");
    check(encoder, "a猫", "97[0,1) 304[1,4)");
    check(encoder, "cat", "302[0,3)");
    check(encoder, "cats", "99[0,1) 97[1,2) 116[2,3) 115[3,4)");
    check(encoder, "-cat-", "45[0,1) 302[1,4) 45[4,5)");
    check(encoder, "a \t|  b", "97[0,1) 303[1,6) 98[6,7)");
    check(encoder, "a|||b", "97[0,1) 303[1,2) 303[2,3) 303[3,4) 98[4,5)");
    check(encoder, "| |", "303[0,2) 303[2,3)");
    check(encoder, "si", "115[0,1) 105[1,2)");
    tkz_encoder_allow_special(encoder, 1);
    check(encoder, "<s>", "300[0,3)");
    check(encoder, "<s>>", "301[0,4)");
    check(encoder, "<s>a<s", "300[0,3) 97[3,4) 60[4,5) 115[5,6)");
    tkz_encoder_free(encoder);
}
END_TEST

/* More first bytes than there are rules to look for them by vectors, contents of one to four bytes: each at
 * every place of a text, and with nothing of it behind the end. */
START_TEST(many_first_bytes)
{
    static const char *const contents[] = {"<s>", "\n", "\t\t", "[x]", "▁", "(", "=>", "~", "あ゛", "é", "|a|b"};
    enum { COUNT = sizeof contents / sizeof contents[0], PLACES = 140 };
    tkz__tokenizer_builder *builder = letters();
    for (uint32_t i = 0; i < COUNT; i++)
        add_added(builder, 300 + i, contents[i], 0);
    tkz_encoder *encoder = finish(builder);
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = strlen(contents[i]);
        for (size_t place = 0; place < PLACES; place++) {
            char text[PLACES];
            const tkz_batch *batch;
            memset(text, 'q', sizeof text);
            size_t there = size < PLACES - place ? size : PLACES - place;
            memcpy(text + place, contents[i], there);
            uint64_t offsets[2] = {0, PLACES};
            ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
            size_t ids = there == size ? PLACES - size + 1 : PLACES;
            wrong += batch->offsets[1] != ids || (there == size) != (batch->ids[place] == 300 + i);
        }
    }
    ck_assert_uint_eq(wrong, 0);
    tkz_encoder_free(encoder);
}
END_TEST

/* HF looks for the next token behind the content of the last one, also in the white space that it took
 * in: the ids and spans are its own. */
START_TEST(white_space_tokens)
{
    tkz__tokenizer_builder *builder = letters();
    add_added(builder, 302, " ", TKZ__ADDED_RSTRIP);
    add_added(builder, 303, "|", TKZ__ADDED_LSTRIP | TKZ__ADDED_RSTRIP);
    tkz_encoder *encoder = finish(builder);
    check(encoder, "a   b", "97[0,1) 302[1,4) 302[2,4) 302[3,4) 98[4,5)");
    check(encoder, "a | | b",
          "97[0,1) 302[1,2) 303[2,4) 302[3,4) 303[4,6) 302[5,6) 98[6,7)");
    check(encoder, " |", "302[0,1) 303[1,2)");
    tkz_encoder_free(encoder);
    /* HF panics here ("AddedVocabulary bad split"): nothing is left for the second token. */
    builder = letters();
    add_added(builder, 302, "|", TKZ__ADDED_RSTRIP);
    add_added(builder, 303, "\n", TKZ__ADDED_LSTRIP);
    encoder = finish(builder);
    check(encoder, "x| \n b", "120[0,1) 302[1,5) 303[5,5) 98[5,6)");
    tkz_encoder_free(encoder);
}
END_TEST

/* A normalizer, and a token that is looked for behind it: U+30AB U+3099 is U+30AC in NFC. */
START_TEST(normalized_text)
{
    tkz__tokenizer_builder *builder = letters();
    add_added(builder, 300, "ガ", TKZ__ADDED_NORMALIZED);
    add_added(builder, 301, "カ\xE3\x82\x99", 0);
    ck_assert_status(tkz__tokenizer_builder_set_normalizer(builder, "nfc-hf0.23", 10, NULL));
    tkz_encoder *encoder = finish(builder);
    check(encoder, "aガb", "97[0,1) 300[1,4) 98[4,5)");
    check(encoder, "aカ\xE3\x82\x99", "97[0,1) 301[1,7)");
    check(encoder, "e\xCC\x81z", "195[0,3) 169[0,3) 122[3,4)"); /* two bytes of one character */
    /* A token in changed text, and nobody asks where it came from. */
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 6};
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_NONE);
    ck_assert_status(tkz_encoder_encode(encoder, "e\xCC\x81ガ", offsets, 1, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], 3);
    ck_assert_uint_eq(batch->ids[2], 300);
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(templates)
{
    tkz__tokenizer_builder *builder = letters();
    add_added(builder, 300, "<s>", TKZ__ADDED_SPECIAL);
    const tkz__template_item items[] = {{300, 0}, {97, 0}, {TKZ__TEMPLATE_FIRST, 0}, {300, 0}};
    ck_assert_status(tkz__tokenizer_builder_set_template(builder, items, 4, 0, NULL));
    const tkz__template_item wrong[][2] = {{{TKZ__TEMPLATE_FIRST, 0}, {400, 0}},
                                           {{97, 0}, {97, 0}},
                                           {{TKZ__TEMPLATE_FIRST, 0}, {TKZ__TEMPLATE_FIRST, 0}},
                                           {{TKZ__TEMPLATE_FIRST, 0}, {TKZ__TEMPLATE_SECOND, 0}}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_int_eq(tkz__tokenizer_builder_set_template(builder, wrong[i], 2, 0, NULL),
                         TKZ_STATUS_INVALID_ARGUMENT);
    /* Of two texts: the first one is missing. */
    const tkz__template_item lone[] = {{TKZ__TEMPLATE_FIRST, 0}, {TKZ__TEMPLATE_SECOND, 0}};
    ck_assert_int_eq(tkz__tokenizer_builder_set_template(builder, lone, 1, 1, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_encoder *encoder = finish(builder);
    check(encoder, "bc", "98[0,1) 99[1,2)");
    tkz_encoder_add_template(encoder, 1);
    check(encoder, "bc", "300[0,0) 97[0,0) 98[0,1) 99[1,2) 300[2,2)");
    check(encoder, "", "300[0,0) 97[0,0) 300[0,0)");
    tkz_encoder_free(encoder);
}
END_TEST

/* ---- Decoding and counting --------------------------------------------- */

/* Ids of single bytes in any portions: what comes out is whole characters, and all of the text. */
START_TEST(streams)
{
    tkz_encoder *encoder = finish(letters());
    static const char text[] = "aé猫\xF0\x9F\x98\x80\xFF\xE3\x81z\xF0\x9F\xED\xA0\x80\xF4\x90q\xE7\x8C";
    const size_t size = sizeof text - 1;
    uint32_t ids[sizeof text];
    for (size_t i = 0; i < size; i++)
        ids[i] = (uint8_t)text[i];
    uint64_t random = 23;
    for (int round = 0; round < 300; round++) {
        char got[sizeof text];
        size_t made = 0;
        for (size_t at = 0; at < size;) {
            size_t portion = 1 + test_random(&random) % 4;
            if (portion > size - at)
                portion = size - at;
            const uint8_t *bytes;
            size_t length;
            ck_assert_status(tkz_encoder_decode_next(encoder, ids + at, portion, 0,
                                                     at + portion == size, &bytes, &length,
                                                     NULL));
            memcpy(got + made, bytes, length);
            made += length;
            at += portion;
            ck_assert_uint_le(at - made, 3);
            /* Nothing that a whole character begins with is at the end of what came so far. */
            size_t whole = tkz_utf8_valid_prefix(got, made);
            if (at <= 10)
                ck_assert_uint_eq(whole, made);
        }
        ck_assert_uint_eq(made, size);
        ck_assert_int_eq(memcmp(got, text, size), 0);
    }
    tkz_encoder_free(encoder);
}
END_TEST

/* Enough ids for a table of short tokens; long ones, specials and missing ids among them. */
START_TEST(much_decoding)
{
    tkz__tokenizer_builder *builder = letters();
    static const char longer[] = "<|a special token of 31 bytes|>", fifteen[] = "<|15 bytes 4u|>";
    add_added(builder, 300, longer, TKZ__ADDED_SPECIAL);
    add_added(builder, 301, fifteen, 0);
    tkz_encoder *encoder = finish(builder);
    enum { COUNT = 10000 };
    uint32_t *ids = malloc(COUNT * sizeof *ids);
    char *expected = malloc(COUNT * 32);
    for (int skip = 0; skip < 2; skip++) {
        uint64_t random = 31;
        size_t size = 0;
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t kind = test_random(&random) % 8;
            ids[i] = kind == 0 ? 300 : kind == 1 ? 301 : 'a' + (uint32_t)kind;
            const char *text = kind == 0 ? longer : fifteen;
            if (kind > 1) {
                expected[size++] = (char)ids[i];
            } else if (kind == 1 || !skip) {
                memcpy(expected + size, text, strlen(text));
                size += strlen(text);
            }
        }
        const uint8_t *bytes;
        size_t length;
        ck_assert_status(tkz_encoder_decode(encoder, ids, COUNT, skip, &bytes, &length, NULL));
        ck_assert_uint_eq(length, size);
        ck_assert_int_eq(memcmp(bytes, expected, size), 0);
        tkz_error error;
        ids[9000] = skip ? 299 : 302; /* a hole, and beyond the end */
        ck_assert_int_eq(tkz_encoder_decode(encoder, ids, COUNT, skip, &bytes, &length, &error),
                         TKZ_STATUS_BAD_ID);
        ck_assert_uint_eq(error.offset, 9000);
    }
    free(expected);
    free(ids);
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(counts)
{
    tkz__tokenizer_builder *builder = letters();
    add_added(builder, 300, "<s>", TKZ__ADDED_SPECIAL);
    tkz_encoder *encoder = finish(builder);
    enum { SIZE = 100000 };
    char *text = malloc(SIZE);
    memset(text, 'x', SIZE);
    memcpy(text + 500, "<s>", 3);
    uint64_t offsets[4] = {0, 0, 7, SIZE};
    const uint64_t *numbers;
    ck_assert_status(tkz_encoder_count(encoder, text, offsets, 3, &numbers, NULL));
    ck_assert_uint_eq(numbers[0], 0);
    ck_assert_uint_eq(numbers[1], 7);
    ck_assert_uint_eq(numbers[2], SIZE - 7);
    tkz_encoder_allow_special(encoder, 1);
    ck_assert_status(tkz_encoder_count(encoder, text, offsets, 3, &numbers, NULL));
    ck_assert_uint_eq(numbers[2], SIZE - 7 - 2);
    check(encoder, "a<s>", "97[0,1) 300[1,4)"); /* and encoding is as before */
    const uint8_t *bytes;
    size_t size;
    uint32_t ids[3] = {97, 300, 98};
    ck_assert_status(tkz_encoder_decode(encoder, ids, 3, 1, &bytes, &size, NULL));
    ck_assert_uint_eq(size, 2);
    ck_assert_status(tkz_encoder_decode(encoder, ids, 3, 0, &bytes, &size, NULL));
    ck_assert_uint_eq(size, 5);
    free(text);
    tkz_encoder_free(encoder);
}
END_TEST

Suite *suite_vocabulary(void)
{
    Suite *suite = suite_create("vocabulary");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, against_slow_code);
    tcase_add_test(tests, whole_chunks);
    tcase_add_test(tests, missing_bytes);
    tcase_add_test(tests, ranks_out_of_order);
    tcase_add_test(tests, refusals);
    tcase_add_test(tests, added_tokens);
    tcase_add_test(tests, many_first_bytes);
    tcase_add_test(tests, white_space_tokens);
    tcase_add_test(tests, normalized_text);
    tcase_add_test(tests, templates);
    tcase_add_test(tests, streams);
    tcase_add_test(tests, much_decoding);
    tcase_add_test(tests, counts);
    suite_add_tcase(suite, tests);
    return suite;
}
