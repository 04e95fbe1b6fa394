/* SPDX-License-Identifier: Apache-2.0
 *
 * The longest piece first, words and characters: against a slow search, against what the libraries
 * give, and on damaged tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/word_pieces.h"
#include "testing.h"

Suite *suite_word_pieces(void);

#define SPACE "\xE2\x96\x81"
#define A "\xE3\x81\x82" /* U+3042 */
#define I "\xE3\x81\x84"

enum { MOST_TOKENS = 300, MOST_BYTES = 1 << 14 };

/* A model as its parts. */
typedef struct model {
    tkz__piece_settings settings;
    uint32_t offsets[MOST_TOKENS + 1];
    uint8_t bytes[MOST_BYTES];
    uint8_t types[MOST_TOKENS];
    tkz__word_pieces_parts parts;
} model;

static void model_init(model *made, tkz__model_kind kind, const char *mark)
{
    memset(made, 0, sizeof *made);
    made->settings = (tkz__piece_settings){.unknown = 0, .word_limit = 100};
    made->parts = (tkz__word_pieces_parts){.kind = kind,
                                           .settings = &made->settings,
                                           .token_offsets = made->offsets,
                                           .token_bytes = made->bytes,
                                           .types = made->types,
                                           .mark = mark,
                                           .mark_size = strlen(mark)};
}

static void model_add(model *made, const void *bytes, size_t size, tkz__piece_type type)
{
    uint32_t id = made->parts.token_count++;
    ck_assert(id < MOST_TOKENS && made->offsets[id] + size <= MOST_BYTES);
    memcpy(made->bytes + made->offsets[id], bytes, size);
    made->offsets[id + 1] = made->offsets[id] + (uint32_t)size;
    made->types[id] = (uint8_t)type;
}

/* Pieces between spaces; "-" is a hole. */
static void model_add_all(model *made, const char *pieces)
{
    while (*pieces != '\0') {
        size_t size = strcspn(pieces, " ");
        bool is_hole = size == 1 && *pieces == '-';
        model_add(made, pieces, is_hole ? 0 : size, TKZ__PIECE_NORMAL);
        pieces += size + (pieces[size] == ' ');
    }
}

static void model_add_bytes(model *made)
{
    char name[8];
    for (unsigned byte = 0; byte < 256; byte++) {
        snprintf(name, sizeof name, "<0x%02X>", byte);
        model_add(made, name, 6, TKZ__PIECE_BYTE);
    }
}

/* Tokens as "id@end ". */
static tkz_status encode(const model *made, const char *text, size_t size, bool wants_ends,
                         int times, const tkz_allocator *allocator, tkz__buffer *result,
                         tkz_error *error)
{
    tkz__buffer blob;
    tkz__word_pieces view;
    tkz__word_pieces_worker worker;
    tkz__token_list tokens;
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__buffer_init(&blob, &chosen);
    tkz__word_pieces_worker_init(&worker, &chosen);
    tkz__token_list_init(&tokens, &chosen);
    tokens.wants_ends = wants_ends;
    tkz_status status = tkz__word_pieces_make(&made->parts, &blob, error);
    if (status == TKZ_OK)
        status = tkz__word_pieces_open(&view, blob.data, blob.size, made->parts.token_count, "test",
                                       error);
    if (status == TKZ_OK)
        status = tkz__word_pieces_verify(&view, &made->parts, &chosen, "test", error);
    for (int i = 0; status == TKZ_OK && i < times; i++) {
        tokens.count = 0;
        status = tkz__word_pieces_encode(&worker, &view, (const uint8_t *)text, size, &tokens,
                                         error);
    }
    for (size_t i = 0; status == TKZ_OK && i < tokens.count; i++)
        status = tkz__buffer_append_format(result, error, wants_ends ? "%u@%u " : "%u ",
                                           tokens.ids[i], wants_ends ? tokens.ends[i] : 0);
    tkz__token_list_free(&tokens);
    tkz__word_pieces_worker_free(&worker);
    tkz__buffer_free(&blob);
    return status;
}

static void check(const model *made, const char *text, const char *wanted)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer result;
    tkz__buffer_init(&result, &allocator);
    tkz_error error;
    tkz_status status = encode(made, text, strlen(text), true, 1, NULL, &result, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", text, error.message);
    ck_assert_int_eq(tkz__buffer_append_byte(&result, 0, NULL), TKZ_OK);
    ck_assert_msg(strcmp((char *)result.data, wanted) == 0, "%s: %s instead of %s", text,
                  (char *)result.data, wanted);
    tkz__buffer_free(&result);
}

/* ---- WordPiece ----------------------------------------------------------- */

START_TEST(word_pieces)
{
    model made;
    model_init(&made, TKZ__MODEL_WORD_PIECE, "##");
    /*                   0     1  2   3    4    5   6     7   8 9  10 11 */
    model_add_all(&made, "[UNK] un aff ##aff ##able ##a " A " ##" I " - ## # ##ab");
    check(&made, "unaffable", "1@2 3@5 4@9 ");
    check(&made, "una", "1@2 5@3 ");
    check(&made, "unab", "1@2 11@4 ");
    check(&made, "unx", "0@3 ");
    check(&made, "x", "0@1 ");
    check(&made, A I, "6@3 7@6 ");
    check(&made, A A, "0@6 ");
    /* At its beginning a word may be a piece with the mark; behind it the mark alone is none. */
    check(&made, "##a", "5@3 ");
    check(&made, "###a", "0@4 ");
    check(&made, "[UNK]", "0@5 ");
    check(&made, "", "");
    made.settings.word_limit = 2;
    check(&made, "un", "1@2 ");
    check(&made, "una", "0@3 ");
    check(&made, A I, "6@3 7@6 ");
    made.settings.unknown = UINT32_MAX;
    check(&made, "una", "");
}
END_TEST

START_TEST(word_pieces_without_mark)
{
    model made;
    model_init(&made, TKZ__MODEL_WORD_PIECE, "");
    model_add_all(&made, "[UNK] a ab b");
    check(&made, "abab", "2@2 2@4 ");
    check(&made, "baa", "3@1 1@2 1@3 ");
}
END_TEST

START_TEST(marks_without_pieces)
{
    model made;
    model_init(&made, TKZ__MODEL_WORD_PIECE, "@@");
    model_add_all(&made, "[UNK] a ab");
    check(&made, "ab", "2@2 ");
    check(&made, "aba", "0@3 ");
}
END_TEST

/* Looks for every piece at every place. */
static size_t slowly(const model *made, const char *text, size_t size, uint32_t *ids)
{
    size_t count = 0;
    for (size_t at = 0, best; at < size; at += best) {
        uint32_t id = 0;
        best = 0;
        for (uint32_t i = 0; i < made->parts.token_count; i++) {
            const uint8_t *bytes = made->bytes + made->offsets[i];
            size_t length = made->offsets[i + 1] - made->offsets[i];
            size_t skip = at > 0 ? made->parts.mark_size : 0;
            if (length <= skip || memcmp(bytes, made->parts.mark, skip) != 0)
                continue;
            if (length - skip > best && length - skip <= size - at &&
                memcmp(bytes + skip, text + at, length - skip) == 0) {
                best = length - skip;
                id = i;
            }
        }
        if (best == 0) {
            ids[0] = made->settings.unknown;
            return 1;
        }
        ids[count++] = id;
    }
    return count;
}

START_TEST(against_a_slow_search)
{
    static const char *const letters[] = {"a", "b", "#", A, I};
    uint64_t random = 7;
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        model made;
        char text[64] = "";
        model_init(&made, TKZ__MODEL_WORD_PIECE, "#");
        model_add_all(&made, "[UNK]");
        for (int i = 0; i < 12; i++) {
            char piece[32] = "";
            for (uint64_t left = 1 + test_random(&random) % 4; left > 0; left--)
                strcat(piece, letters[test_random(&random) % 5]);
            bool is_new = true;
            for (uint32_t id = 0; id < made.parts.token_count; id++)
                is_new = is_new && (made.offsets[id + 1] - made.offsets[id] != strlen(piece) ||
                                    memcmp(made.bytes + made.offsets[id], piece, strlen(piece)) != 0);
            if (is_new)
                model_add(&made, piece, strlen(piece), TKZ__PIECE_NORMAL);
        }
        for (uint64_t left = test_random(&random) % 9; left > 0; left--)
            strcat(text, letters[test_random(&random) % 5]);
        uint32_t ids[64];
        size_t count = slowly(&made, text, strlen(text), ids);
        char wanted[1024] = "";
        for (size_t i = 0; i < count; i++)
            snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%u ", ids[i]);
        /* The third time it comes from memory. */
        for (int times = 1; times <= 3; times += 2) {
            tkz_allocator allocator = tkz__allocator_or_default(NULL);
            tkz__buffer result;
            tkz__buffer_init(&result, &allocator);
            ck_assert_status(
                encode(&made, text, strlen(text), false, times, NULL, &result, NULL));
            ck_assert_int_eq(tkz__buffer_append_byte(&result, 0, NULL), TKZ_OK);
            ck_assert_str_eq((char *)result.data, wanted);
            tkz__buffer_free(&result);
        }
    }
}
END_TEST

/* ---- Words and characters ------------------------------------------------ */

START_TEST(words)
{
    model made;
    model_init(&made, TKZ__MODEL_WORD_LEVEL, "");
    model_add_all(&made, "<unk> a ab " SPACE "a " A);
    check(&made, "ab", "2@2 ");
    check(&made, "abc", "0@3 ");
    check(&made, A, "4@3 ");
    check(&made, SPACE "a" SPACE "a", "0@8 ");
    made.types[2] = TKZ__PIECE_CONTROL; /* an added token that the vocabulary does not have */
    check(&made, "ab", "0@2 ");
}
END_TEST

START_TEST(words_of_sentencepiece)
{
    model made;
    model_init(&made, TKZ__MODEL_WORD_LEVEL, "");
    made.settings.sentencepiece = made.settings.fuse_unknown = true;
    model_add(&made, "<unk>", 5, TKZ__PIECE_UNKNOWN);
    model_add_all(&made, SPACE "a " SPACE "b a " SPACE);
    model_add(&made, SPACE "c", 4, TKZ__PIECE_UNUSED);
    check(&made, SPACE "a" SPACE "b", "1@4 2@8 ");
    check(&made, "a" SPACE "b", "3@1 2@5 ");
    check(&made, SPACE SPACE "a", "4@3 1@7 ");
    check(&made, SPACE "x" SPACE "y" SPACE "a" SPACE "c", "0@8 1@12 0@16 ");
    check(&made, "<unk>" SPACE "b", "0@5 2@9 ");
}
END_TEST

START_TEST(characters)
{
    model made;
    model_init(&made, TKZ__MODEL_CHARACTER, "");
    made.settings.sentencepiece = made.settings.fuse_unknown = true;
    model_add(&made, "<unk>", 5, TKZ__PIECE_UNKNOWN);
    model_add_all(&made, "a " A);
    model_add(&made, "aa" A, 5, TKZ__PIECE_USER_DEFINED);
    model_add(&made, "b", 1, TKZ__PIECE_UNUSED);
    check(&made, "a" A, "1@1 2@4 ");
    check(&made, "aaa" A "a", "1@1 3@6 1@7 ");
    check(&made, "aa", "1@1 1@2 ");
    check(&made, "ab" I "xa", "1@1 0@6 1@7 ");
    made.settings.fuse_unknown = false;
    check(&made, "ab" I, "1@1 0@2 0@5 ");
}
END_TEST

START_TEST(bytes_of_unknown_characters)
{
    model made;
    tkz_error error;
    model_init(&made, TKZ__MODEL_CHARACTER, "");
    made.settings = (tkz__piece_settings){.unknown = 0, .sentencepiece = true,
                                          .fuse_unknown = true, .byte_fallback = true};
    model_add(&made, "<unk>", 5, TKZ__PIECE_UNKNOWN);
    model_add_all(&made, "a");
    ck_assert_int_eq(encode(&made, "a", 1, false, 1, NULL, NULL, &error), TKZ_STATUS_UNSUPPORTED);
    model_add_bytes(&made);
    check(&made, "a" A "a", "1@1 229@1 131@1 132@4 1@5 ");
    made.settings.sentencepiece = false;
    check(&made, "a" A "a", "1@1 229@2 131@3 132@4 1@5 ");
}
END_TEST

/* ---- Tables -------------------------------------------------------------- */

static void make_large(model *made)
{
    model_init(made, TKZ__MODEL_CHARACTER, "##");
    made->settings.byte_fallback = true;
    model_add_all(made, "[UNK] a ab " A " ##b ##" A);
    made->types[2] = TKZ__PIECE_USER_DEFINED;
    model_add_bytes(made);
}

/* Whatever the bytes are: a view or CORRUPT, and tokens below the count or CORRUPT. */
START_TEST(damaged_tables)
{
    static const char text[] = "ab" A "a##" I "\xFF" SPACE "a";
    model made;
    tkz__buffer blob;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    uint64_t random = 11;
    int opened = 0;
    make_large(&made);
    tkz__buffer_init(&blob, &allocator);
    ck_assert_status(tkz__word_pieces_make(&made.parts, &blob, NULL));
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        size_t size = round % 4 == 0 ? test_random(&random) % blob.size : blob.size;
        uint8_t *copy = malloc(size + 1);
        memcpy(copy, blob.data, size);
        for (uint64_t left = test_random(&random) % 40; size > 0 && left > 0; left--)
            copy[test_random(&random) % (left % 2 == 0 && size > 48 ? 48 : size)] ^=
                (uint8_t)(1u << test_random(&random) % 8);
        tkz__word_pieces view;
        tkz__word_pieces_worker worker;
        tkz__token_list tokens;
        tkz__word_pieces_worker_init(&worker, &allocator);
        tkz__token_list_init(&tokens, &allocator);
        tokens.wants_ends = round % 2 == 0;
        tkz_status status = tkz__word_pieces_open(&view, copy, size, made.parts.token_count, "test",
                                                  NULL);
        ck_assert(status == TKZ_OK || status == TKZ_STATUS_CORRUPT);
        if (status == TKZ_OK) {
            opened++;
            status = tkz__word_pieces_encode(&worker, &view, (const uint8_t *)text, sizeof text - 1,
                                             &tokens, NULL);
            ck_assert(status == TKZ_OK || status == TKZ_STATUS_CORRUPT);
            for (size_t i = 0; i < tokens.count; i++)
                ck_assert_uint_lt(tokens.ids[i], made.parts.token_count);
            if (memcmp(copy, blob.data, size) != 0)
                ck_assert_int_eq(tkz__word_pieces_verify(&view, &made.parts, &allocator, "test",
                                                         NULL),
                                 TKZ_STATUS_CORRUPT);
        }
        tkz__token_list_free(&tokens);
        tkz__word_pieces_worker_free(&worker);
        free(copy);
    }
    ck_assert_int_gt(opened, 1000 / TEST_SHORTER);
    tkz__buffer_free(&blob);
}
END_TEST

START_TEST(the_same_bytes)
{
    model made;
    tkz__buffer first, second;
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    make_large(&made);
    tkz__buffer_init(&first, &allocator);
    tkz__buffer_init(&second, &allocator);
    ck_assert_status(tkz__word_pieces_make(&made.parts, &first, NULL));
    ck_assert_status(tkz__buffer_append(&second, "12345678", 8, NULL));
    ck_assert_status(tkz__word_pieces_make(&made.parts, &second, NULL));
    ck_assert_uint_eq(first.size + 8, second.size);
    ck_assert_int_eq(memcmp(first.data, second.data + 8, first.size), 0);
    tkz__buffer_free(&first);
    tkz__buffer_free(&second);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    const model *made = context;
    tkz__buffer result;
    tkz__buffer_init(&result, allocator);
    tkz_status status = encode(made, "abab", 4, true, 1, allocator, &result, NULL);
    if (status == TKZ_OK)
        status = encode(made, "abab", 4, false, 2, allocator, &result, NULL);
    tkz__buffer_free(&result);
    return status;
}

START_TEST(allocation_failures)
{
    model made;
    make_large(&made);
    test_all_allocation_failures(attempt, &made);
    made.parts.kind = TKZ__MODEL_WORD_PIECE;
    test_all_allocation_failures(attempt, &made);
}
END_TEST

Suite *suite_word_pieces(void)
{
    Suite *suite = suite_create("word_pieces");
    TCase *models = tcase_create("models");
    tcase_add_test(models, word_pieces);
    tcase_add_test(models, word_pieces_without_mark);
    tcase_add_test(models, marks_without_pieces);
    tcase_add_test(models, against_a_slow_search);
    tcase_add_test(models, words);
    tcase_add_test(models, words_of_sentencepiece);
    tcase_add_test(models, characters);
    tcase_add_test(models, bytes_of_unknown_characters);
    suite_add_tcase(suite, models);
    TCase *tables = tcase_create("tables");
    tcase_add_test(tables, damaged_tables);
    tcase_add_test(tables, the_same_bytes);
    tcase_add_test(tables, allocation_failures);
    suite_add_tcase(suite, tables);
    return suite;
}
