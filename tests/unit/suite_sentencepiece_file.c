/* SPDX-License-Identifier: Apache-2.0
 *
 * SentencePiece models: small files of every kind are read, encode and decode, and are written back as
 * they were; what sentencepiece refuses is refused with its place.
 * tests/conformance/compare_sentencepiece
 * compares with the library. Leans on the format and on protobuf_reader to make files.
 */
#include <stdio.h>
#include <string.h>

#include "format/sentencepiece_file.h"
#include "testing.h"
#include "tokenize/subword.h"

Suite *suite_sentencepiece_file(void);

#define S "\xE2\x96\x81" /* U+2581 */

/* ---- Making files ------------------------------------------------------------ */

typedef struct piece {
    const char *text;
    float score;
    int type;
} piece;

static void put_piece(tkz__buffer *file, const char *text, float score, int type)
{
    ck_assert_status(tkz__spm_put_piece(file, text, strlen(text), score, (tkz__piece_type)type,
                                        type != 1, NULL));
}

/* A message of one or two numbers. */
static void put_numbers(tkz__buffer *file, uint32_t field, const uint32_t *numbers, size_t count)
{
    tkz__buffer message;
    tkz__buffer_init(&message, NULL);
    for (size_t i = 0; i < count; i += 2)
        ck_assert_status(tkz__protobuf_put_number(&message, numbers[i], numbers[i + 1], NULL));
    ck_assert_status(tkz__protobuf_put_bytes(file, field, message.data, message.size, NULL));
    tkz__buffer_free(&message);
}

/* model_type and byte_fallback; extra white space is kept. */
static void put_specs(tkz__buffer *file, uint32_t kind, bool bytes)
{
    const uint32_t trainer[] = {3, kind, 35, bytes};
    const uint32_t normalizer[] = {4, 0};
    put_numbers(file, TKZ__SPM_TRAINER, trainer, 4);
    put_numbers(file, TKZ__SPM_NORMALIZER, normalizer, 2);
}

static const piece letters[] = {
    {"<unk>", 0, 2}, {"<s>", 0, 3},   {"</s>", 0, 3},      {S, -2, 1},       {"a", -2.5f, 1},
    {"b", -3, 1},    {"ab", -1, 1},   {S "a", -1.5f, 1},   {S "ab", -4, 1},  {"<x>", 0, 4},
    {"bb", -9, 5},   {"\xE3\x81\x82", -3.5f, 1},
};

static void make_file(tkz__buffer *file, uint32_t kind, bool bytes)
{
    tkz__buffer_init(file, NULL);
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        put_piece(file, letters[i].text, letters[i].score, letters[i].type);
    for (unsigned byte = 0; bytes && byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", byte);
        put_piece(file, name, 0, 6);
    }
    put_specs(file, kind, bytes);
}

/* ---- Reading ------------------------------------------------------------------- */

typedef struct fixture {
    char directory[64];
    char path[96];
} fixture;

static void setup(fixture *f)
{
    test_make_directory(f->directory, sizeof f->directory);
    snprintf(f->path, sizeof f->path, "%s/x.model", f->directory);
}

static tkz_status open_bytes(const fixture *f, const void *bytes, size_t size,
                             tkz_tokenizer **tokenizer, tkz_error *error)
{
    test_write_file(f->path, bytes, size);
    return tkz_tokenizer_open(tokenizer, f->path, NULL, error);
}

static void expect_ids(tkz_tokenizer *tokenizer, const char *text, const char *expected)
{
    char ids[256] = "";
    tkz_encoder *encoder;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, strlen(text)};
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    for (uint64_t i = 0; i < batch->offsets[1]; i++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), i == 0 ? "%u" : " %u",
                 batch->ids[i]);
    ck_assert_msg(strcmp(ids, expected) == 0, "%s gives %s, not %s", text, ids, expected);
    tkz_encoder_free(encoder);
}

static void expect_text(tkz_tokenizer *tokenizer, const uint32_t *ids, size_t count,
                        const char *expected)
{
    tkz_encoder *encoder;
    const uint8_t *bytes;
    size_t size;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_decode(encoder, ids, count, 0, &bytes, &size, NULL));
    ck_assert_msg(size == strlen(expected) && memcmp(bytes, expected, size) == 0,
                  "\"%.*s\" is not \"%s\"", (int)size, (const char *)bytes, expected);
    /* The same one by one, as a stream. */
    char whole[64] = "";
    for (size_t i = 0; i < count; i++) {
        ck_assert_status(tkz_encoder_decode_next(encoder, ids + i, 1, 0, i + 1 == count, &bytes,
                                                 &size, NULL));
        strncat(whole, (const char *)bytes, size);
    }
    ck_assert_str_eq(whole, expected);
    tkz_encoder_free(encoder);
}

static const struct {
    uint32_t kind;
    bool bytes;
    const char *text;
    const char *ids; /* as sentencepiece 0.2.3 gives them */
} models[] = {
    {TKZ__SPM_UNIGRAM, false, "ab a", "3 6 7"},
    {TKZ__SPM_UNIGRAM, false, "zz<x>", "3 0 9"},
    {TKZ__SPM_BPE, false, "ab a", "8 7"},
    {TKZ__SPM_BPE, false, "bb<x>a", "3 5 5 9 4"},
    {TKZ__SPM_BPE, true, "\xC3\xA9", "3 207 181"},
    {TKZ__SPM_WORD, false, "ab b a", "8 0 7"},
    {TKZ__SPM_CHAR, false, "ab <x>\xE3\x81\x82", "3 4 5 3 9 11"},
    {TKZ__SPM_CHAR, true, "z", "3 134"},
};

START_TEST(models_of_every_kind_are_read_and_written)
{
    fixture f;
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    const tkz_format_info *format;
    tkz_bytes bytes;
    tkz_error error;
    setup(&f);
    make_file(&file, models[_i].kind, models[_i].bytes);
    tkz_status status = open_bytes(&f, file.data, file.size, &tokenizer, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_status(tkz_tokenizer_file_format(f.path, &format, NULL));
    ck_assert_str_eq(format->name, "sentencepiece");
    expect_ids(tokenizer, models[_i].text, models[_i].ids);
    const uint32_t ids[] = {1, 7, 5, 3, 11, 0, 10};
    expect_text(tokenizer, ids, 7, "ab \xE3\x81\x82 \xE2\x81\x87 bb");
    /* The file comes back, also by way of a native image. */
    for (int turn = 0; turn < 2; turn++) {
        ck_assert_status(tkz_tokenizer_serialize(tokenizer, "sentencepiece", &bytes, NULL));
        ck_assert_uint_eq(bytes.size, file.size);
        ck_assert_mem_eq(bytes.data, file.data, file.size);
        tkz_bytes_free(&bytes);
        if (turn == 1)
            break;
        ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
        tkz_tokenizer_free(tokenizer);
        ck_assert_status(open_bytes(&f, bytes.data, bytes.size, &tokenizer, NULL));
        tkz_bytes_free(&bytes);
        expect_ids(tokenizer, models[_i].text, models[_i].ids);
    }
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    test_remove_tree(f.directory);
}
END_TEST

/* Fields that say nothing to us, in odd places, a piece in an odd form, types that need not be said. */
START_TEST(what_is_not_read_is_kept)
{
    fixture f;
    tkz__buffer file, message;
    tkz_tokenizer *tokenizer;
    tkz_bytes bytes;
    const uint32_t typed[] = {7, 9};
    setup(&f);
    tkz__buffer_init(&file, NULL);
    tkz__buffer_init(&message, NULL);
    put_piece(&file, "<unk>", 0, 2);
    ck_assert_status(tkz__protobuf_put_bytes(&file, 4, "self test", 9, NULL));
    ck_assert_status(tkz__spm_put_piece(&file, "a", 1, -1, TKZ__PIECE_NORMAL, true, NULL));
    put_piece(&file, "<s>", 0, 3);
    ck_assert_status(tkz__protobuf_put_bytes(&message, 1, "b", 1, NULL));
    ck_assert_status(tkz__protobuf_put_number(&message, 300, 5, NULL));
    ck_assert_status(tkz__protobuf_put_bytes(&file, 1, message.data, message.size, NULL));
    put_numbers(&file, 200, typed, 2);
    put_piece(&file, "c", -3, 1);
    ck_assert_status(tkz__buffer_append(&file, "\x0B\x08\x01\x0C", 4, NULL)); /* a group */
    ck_assert_status(tkz__protobuf_put_number(&file, 9, 1, NULL));
    /* Specs that come twice are one. */
    put_specs(&file, TKZ__SPM_BPE, false);
    const uint32_t trainer[] = {3, TKZ__SPM_UNIGRAM};
    put_numbers(&file, TKZ__SPM_TRAINER, trainer, 2);
    /* The group has the number of pieces, which it cannot be. */
    tkz_error error;
    ck_assert_int_eq(open_bytes(&f, file.data, file.size, &tokenizer, &error),
                     TKZ_STATUS_BAD_FORMAT);
    for (size_t i = 0; i + 4 <= file.size; i++) {
        if (memcmp(file.data + i, "\x0B\x08\x01\x0C", 4) == 0)
            memcpy(file.data + i, "\x33\x08\x01\x34", 4); /* of number 6 now */
    }
    tkz_status status = open_bytes(&f, file.data, file.size, &tokenizer, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    expect_ids(tokenizer, "abc", "0 1 3 4");
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "sentencepiece", &bytes, NULL));
    ck_assert_uint_eq(bytes.size, file.size);
    ck_assert_mem_eq(bytes.data, file.data, file.size);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&message);
    tkz__buffer_free(&file);
    test_remove_tree(f.directory);
}
END_TEST

/* ---- Refusing ------------------------------------------------------------------- */

static void expect_refusal(const fixture *f, tkz__buffer *file, const char *says, int64_t place)
{
    tkz_tokenizer *tokenizer;
    tkz_error error;
    tkz_status status = open_bytes(f, file->data, file->size, &tokenizer, &error);
    ck_assert_msg(status == TKZ_STATUS_BAD_FORMAT, "%s: %s", says, tkz_status_name(status));
    ck_assert_msg(strstr(error.message, says) != NULL, "\"%s\" does not say %s", error.message,
                  says);
    ck_assert_msg(place < 0 || error.offset == (uint64_t)place, "%s: at %llu, not %lld", says,
                  (unsigned long long)error.offset, (long long)place);
    tkz__buffer_free(file);
}

START_TEST(what_sentencepiece_refuses_is_refused)
{
    static const struct {
        const char *text;
        int type;
        bool bytes;
        const char *says;
    } wrong[] = {
        {"", 1, false, "empty"},
        {"a", 1, false, "the same bytes"},
        {"<unk2>", 2, false, "second UNKNOWN"},
        {"<0x00>", 6, false, "byte_fallback is false"},
        {"<0x0g>", 6, true, "spells no byte"},
        {"\xE3\x81", 1, false, "UTF-8"},
        {"q", 7, false, "type"},
        {"q", 0, false, "type"},
    };
    fixture f;
    setup(&f);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        tkz__buffer file;
        tkz__buffer_init(&file, NULL);
        put_piece(&file, "<unk>", 0, 2);
        put_piece(&file, "a", -1, 1);
        size_t place = file.size;
        ck_assert_status(tkz__spm_put_piece(&file, wrong[i].text, strlen(wrong[i].text), -1,
                                            (tkz__piece_type)wrong[i].type, true, NULL));
        put_specs(&file, TKZ__SPM_UNIGRAM, wrong[i].bytes);
        bool inside = strcmp(wrong[i].says, "UTF-8") == 0 || strcmp(wrong[i].says, "type") == 0;
        expect_refusal(&f, &file, wrong[i].says, inside ? -1 : (int64_t)place);
    }
    test_remove_tree(f.directory);
}
END_TEST

START_TEST(other_wrong_files_are_refused)
{
    static char longest[8001];
    static const uint8_t nan[] = {0x0A, 0x08, 0x0A, 0x01, 'n', 0x15, 0, 0, 0xC0, 0x7F};
    static const uint8_t untyped[] = {0x0A, 0x05, 0x0A, 0x01, 'n', 0x10, 0x01};
    static const uint32_t kind[] = {3, 5};
    fixture f;
    tkz__buffer file;
    setup(&f);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "a", -1, 1);
    expect_refusal(&f, &file, "no UNKNOWN", 0);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "<unk>", 0, 2);
    put_specs(&file, TKZ__SPM_UNIGRAM, true);
    expect_refusal(&f, &file, "<0x00>", 0);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "<unk>", 0, 2);
    memset(longest, 'x', 8000);
    put_piece(&file, longest, 0, 1);
    expect_refusal(&f, &file, "8000 bytes", 16);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "<unk>", 0, 2);
    ck_assert_status(tkz__spm_put_piece(&file, "a\0b", 3, 0, TKZ__PIECE_NORMAL, false, NULL));
    expect_refusal(&f, &file, "U+0000", 16);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "<unk>", 0, 2);
    ck_assert_status(tkz__buffer_append(&file, nan, sizeof nan, NULL));
    expect_refusal(&f, &file, "no number", 21);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "<unk>", 0, 2);
    ck_assert_status(tkz__buffer_append(&file, untyped, sizeof untyped, NULL));
    expect_refusal(&f, &file, "wire type", 21);
    tkz__buffer_init(&file, NULL);
    put_piece(&file, "<unk>", 0, 2);
    put_numbers(&file, TKZ__SPM_TRAINER, kind, 2);
    expect_refusal(&f, &file, "model_type", 18);
    test_remove_tree(f.directory);
}
END_TEST

/* "abc" is made of "ab" and "c" or of "a" and "bc", and "de" takes a "c" from both sides, so that merges
 * have no order: an unused piece that becomes other ids by each way is refused. */
START_TEST(unused_pieces_of_several_ways_are_refused)
{
    static const piece pieces[] = {{"<unk>", 0, 2}, {"a", -5, 1},  {"b", -5, 1}, {"c", -5, 1},
                                   {"ab", -6, 1},   {"bc", -6, 1}, {"abc", -1, 5}, {"d", -5, 1},
                                   {"e", -5, 1},    {"de", -7, 1}, {"cde", -1, 1}, {"dec", -2, 1}};
    fixture f;
    tkz_tokenizer *tokenizer;
    tkz_error error;
    setup(&f);
    for (size_t left_out = 4; left_out <= 6; left_out++) { /* "ab", "bc"; 6 is nothing */
        tkz__buffer file;
        tkz__buffer_init(&file, NULL);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            if (i != left_out || left_out == 6)
                put_piece(&file, pieces[i].text, pieces[i].score, pieces[i].type);
        }
        put_specs(&file, TKZ__SPM_BPE, false);
        tkz_status status = open_bytes(&f, file.data, file.size, &tokenizer, &error);
        if (left_out == 6) {
            ck_assert_int_eq(status, TKZ_STATUS_UNSUPPORTED);
            ck_assert_ptr_nonnull(
                strstr(error.message, "\"abc\" can be made in more than one way"));
        } else {
            ck_assert_status(status);
            expect_ids(tokenizer, "abc", left_out == 4 ? "0 1 4" : "0 4 3");
            tkz_tokenizer_free(tokenizer);
        }
        tkz__buffer_free(&file);
    }
    test_remove_tree(f.directory);
}
END_TEST

START_TEST(charsmaps_are_checked)
{
    fixture f;
    setup(&f);
    for (int round = 0; round < 4; round++) {
        tkz__buffer file, message;
        uint8_t map[4 + 1024 + 2] = {0};
        tkz__buffer_init(&file, NULL);
        tkz__buffer_init(&message, NULL);
        tkz__store_u32(map, round == 0 ? 1020 : round == 1 ? 2048 : 1024);
        map[4 + 1024] = round == 3 ? 0xFF : 'x';
        map[4 + 1024 + 1] = round == 2 ? 'x' : 0;
        put_piece(&file, "<unk>", 0, 2);
        ck_assert_status(tkz__protobuf_put_bytes(&message, 2, map, sizeof map, NULL));
        size_t place = file.size + 2 + 1 + 3;
        ck_assert_status(tkz__protobuf_put_bytes(&file, TKZ__SPM_NORMALIZER, message.data,
                                                 message.size, NULL));
        expect_refusal(&f, &file, "precompiled_charsmap",
                       (int64_t)(round < 3 ? place : place + 4 + 1024));
        tkz__buffer_free(&message);
    }
    test_remove_tree(f.directory);
}
END_TEST

/* Every file that ends early, and files with a wrong byte: an error or a model, nothing else. */
START_TEST(damaged_files_are_safe)
{
    uint64_t state = 9;
    fixture f;
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    size_t opened = 0;
    setup(&f);
    make_file(&file, TKZ__SPM_UNIGRAM, false);
    for (size_t size = 0; size < file.size; size++) {
        if (open_bytes(&f, file.data, size, &tokenizer, NULL) == TKZ_OK) {
            tkz_tokenizer_free(tokenizer);
            opened++;
        }
    }
    for (int round = 0; round < 2000 / TEST_SHORTER; round++) {
        size_t place = test_random(&state) % file.size;
        uint8_t kept = file.data[place];
        file.data[place] = (uint8_t)test_random(&state);
        if (open_bytes(&f, file.data, file.size, &tokenizer, NULL) == TKZ_OK) {
            tkz_tokenizer_free(tokenizer);
            opened++;
        }
        file.data[place] = kept;
    }
    ck_assert_uint_gt(opened, 0);
    tkz__buffer_free(&file);
    test_remove_tree(f.directory);
}
END_TEST

START_TEST(only_what_came_from_such_a_file_is_written)
{
    fixture f;
    tkz_tokenizer *tokenizer;
    tkz_bytes bytes;
    tkz_error error;
    static const char json[] = "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0},\"unk_token\":\"a\"}}";
    setup(&f);
    tkz_status status = open_bytes(&f, json, sizeof json - 1, &tokenizer, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_int_eq(tkz_tokenizer_serialize(tokenizer, "sentencepiece", &bytes, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert(strstr(error.message, "read from one") != NULL);
    tkz_tokenizer_free(tokenizer);
    test_remove_tree(f.directory);
}
END_TEST

/* ---- Memory ----------------------------------------------------------------------- */

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_encoder *encoder = NULL;
    tkz_bytes bytes = {0};
    const uint8_t *text;
    size_t size;
    const uint32_t ids[] = {7, 5, 3, 12, 0};
    tkz_status status = tkz_tokenizer_open(&tokenizer, context, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_tokenizer_serialize(tokenizer, "sentencepiece", &bytes, NULL);
    if (status == TKZ_OK)
        status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_encoder_decode(encoder, ids, 5, 0, &text, &size, NULL);
    if (status == TKZ_OK)
        status = tkz_encoder_decode_next(encoder, ids, 5, 0, 1, &text, &size, NULL);
    tkz_encoder_free(encoder);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    fixture f;
    tkz__buffer file;
    setup(&f);
    make_file(&file, TKZ__SPM_BPE, true);
    test_write_file(f.path, file.data, file.size);
    tkz__buffer_free(&file);
    test_all_allocation_failures(attempt, f.path);
    test_remove_tree(f.directory);
}
END_TEST

Suite *suite_sentencepiece_file(void)
{
    Suite *suite = suite_create("sentencepiece_file");
    TCase *tests = tcase_create("files");
    tcase_add_loop_test(tests, models_of_every_kind_are_read_and_written, 0,
                        (int)(sizeof models / sizeof models[0]));
    tcase_add_test(tests, what_is_not_read_is_kept);
    tcase_add_test(tests, what_sentencepiece_refuses_is_refused);
    tcase_add_test(tests, other_wrong_files_are_refused);
    tcase_add_test(tests, unused_pieces_of_several_ways_are_refused);
    tcase_add_test(tests, charsmaps_are_checked);
    tcase_add_test(tests, damaged_files_are_safe);
    tcase_add_test(tests, only_what_came_from_such_a_file_is_written);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
