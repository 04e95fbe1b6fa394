/* SPDX-License-Identifier: Apache-2.0
 *
 * Native images of models of pieces: the same bytes each time, every kind opens, and one that is
 * damaged is
 * refused or used without touching foreign memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_piece_images(void);

enum { UNKNOWN, CONTROL, FIRST };

static const struct {
    const char *text;
    tkz__piece_type type;
} pieces[] = {{"<unk>", TKZ__PIECE_UNKNOWN}, {"<s>", TKZ__PIECE_CONTROL},
              {"▁", TKZ__PIECE_NORMAL},      {"a", TKZ__PIECE_NORMAL},
              {"b", TKZ__PIECE_NORMAL},      {"ab", TKZ__PIECE_NORMAL},
              {"▁ab", TKZ__PIECE_NORMAL},    {"##a", TKZ__PIECE_NORMAL},
              {"あ", TKZ__PIECE_NORMAL},     {"ああ", TKZ__PIECE_UNUSED},
              {"あああ", TKZ__PIECE_NORMAL}, {"😀あ", TKZ__PIECE_NORMAL},
              {"いい", TKZ__PIECE_NORMAL},   {"##い", TKZ__PIECE_NORMAL},
              {"<x>", TKZ__PIECE_USER_DEFINED}};

enum { PIECES = sizeof pieces / sizeof *pieces };

static const char text[] = "abいい▁ab\xE3\x81 😀ああああいxyz<x>é<s>▁▁";

static tkz_status add_pieces(tkz__tokenizer_builder *builder, bool bytes)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < PIECES; id++) {
        size_t size = strlen(pieces[id].text);
        tkz__piece_type type = pieces[id].type;
        status = tkz__tokenizer_builder_add_token(builder, id, pieces[id].text, size, NULL);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_set_piece(builder, id, -1.0 - id / 3, type, NULL);
        if (status == TKZ_OK && type == TKZ__PIECE_CONTROL)
            status = tkz__tokenizer_builder_add_added(builder, id, pieces[id].text, size,
                                                      TKZ__ADDED_SPECIAL, NULL);
        if (status == TKZ_OK && type == TKZ__PIECE_USER_DEFINED)
            status = tkz__tokenizer_builder_add_added(
                builder, id, pieces[id].text, size, TKZ__ADDED_NORMALIZED | TKZ__ADDED_AS_IS, NULL);
    }
    for (uint32_t byte = 0; bytes && status == TKZ_OK && byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", (unsigned)byte);
        status = tkz__tokenizer_builder_add_token(builder, PIECES + byte, name, 6, NULL);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_set_piece(builder, PIECES + byte, 0, TKZ__PIECE_BYTE,
                                                      NULL);
    }
    return status;
}

static tkz_status make(tkz_tokenizer **tokenizer, tkz__model_kind kind, bool bytes,
                       const tkz_allocator *allocator)
{
    static const char normalizer[] =
        "identity-spm1:add_dummy_prefix=true:remove_extra_whitespaces=false:"
        "escape_whitespaces=true";
    static const char decoder[] = "sentencepiece-spm1:prefix=true:unknown= ⁇ ";
    const tkz__piece_settings settings = {.unknown = UNKNOWN,
                                          .byte_fallback = bytes,
                                          .fuse_unknown = true,
                                          .sentencepiece = true,
                                          .word_limit = 100};
    tkz__tokenizer_builder *builder;
    tkz_status status =
        tkz__tokenizer_builder_new(&builder, &tkz__pre_tokenizer_none, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    tkz__tokenizer_builder_set_kind(builder, kind);
    tkz__tokenizer_builder_set_pieces(builder, &settings);
    if (kind == TKZ__MODEL_CHARACTER_BPE)
        tkz__tokenizer_builder_join_by_score(builder);
    status = add_pieces(builder, bytes);
    if (status == TKZ_OK && kind == TKZ__MODEL_WORD_PIECE)
        status = tkz__tokenizer_builder_set_mark(builder, "##", 2, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_normalizer(builder, normalizer, sizeof normalizer - 1,
                                                       NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_decoder(builder, decoder, sizeof decoder - 1, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_origin(builder, "test\nx", 6, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

/* Kinds and fallbacks that go together. */
static const struct {
    tkz__model_kind kind;
    bool bytes;
} kinds[] = {{TKZ__MODEL_CHARACTER_BPE, false}, {TKZ__MODEL_CHARACTER_BPE, true},
             {TKZ__MODEL_UNIGRAM, false},       {TKZ__MODEL_UNIGRAM, true},
             {TKZ__MODEL_WORD_PIECE, false},    {TKZ__MODEL_WORD_LEVEL, false},
             {TKZ__MODEL_CHARACTER, false},     {TKZ__MODEL_CHARACTER, true}};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* Encodes, counts, decodes; whatever comes of it. */
static void use(tkz_tokenizer *tokenizer, bool is_good)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    const uint64_t *counts;
    const uint8_t *bytes;
    size_t size;
    tkz_tokenizer_facts facts;
    const uint64_t offsets[2] = {0, sizeof text - 1};
    tkz_tokenizer_describe(tokenizer, &facts);
    tkz_status status = tkz_encoder_new(&encoder, tokenizer, NULL, NULL);
    ck_assert(status == TKZ_OK || !is_good);
    if (status != TKZ_OK)
        return;
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
    status = tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL);
    ck_assert(status == TKZ_OK || !is_good);
    if (status == TKZ_OK) {
        uint64_t count = batch->offsets[1];
        for (uint64_t i = 0; i < count; i++)
            ck_assert_uint_lt(batch->ids[i], tkz_tokenizer_size(tokenizer));
        status = tkz_encoder_decode(encoder, batch->ids, (size_t)count, 0, &bytes, &size, NULL);
        ck_assert(status == TKZ_OK || !is_good);
        status = tkz_encoder_count(encoder, text, offsets, 1, &counts, NULL);
        ck_assert(status == TKZ_OK || !is_good);
        ck_assert(!is_good || counts[0] == count);
    }
    tkz_encoder_free(encoder);
}

START_TEST(whole)
{
    tkz_tokenizer *first, *second;
    tkz__buffer one, two;
    tkz_error error;
    ck_assert_status(make(&first, kinds[_i].kind, kinds[_i].bytes, NULL));
    ck_assert_status(make(&second, kinds[_i].kind, kinds[_i].bytes, NULL));
    tkz__buffer_init(&one, NULL);
    tkz__buffer_init(&two, NULL);
    ck_assert_status(tkz__tokenizer_write_image(first, &one, NULL));
    ck_assert_status(tkz__tokenizer_write_image(second, &two, NULL));
    ck_assert_uint_eq(one.size, two.size);
    ck_assert_mem_eq(one.data, two.data, one.size);
    ck_assert_msg(tkz__tokenizer_verify_image(first, &error) == TKZ_OK, "%s", error.message);
    ck_assert_int_eq(tkz__tokenizer_kind(first), kinds[_i].kind);
    ck_assert_uint_eq(tkz_tokenizer_size(first), PIECES + (kinds[_i].bytes ? 256u : 0u));
    ck_assert_double_eq(tkz__tokenizer_score(first, 4), -2);
    ck_assert_int_eq(tkz__tokenizer_type(first, CONTROL), TKZ__PIECE_CONTROL);
    use(first, true);
    tkz__buffer_free(&one);
    tkz__buffer_free(&two);
    tkz_tokenizer_free(first);
    tkz_tokenizer_free(second);
}
END_TEST

/* Makes the checksum of header and section table right again. */
static void reseal(uint8_t *data)
{
    size_t end = TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * TKZ__IMAGE_SECTION_SIZE;
    tkz__store_u64(data + end, tkz__hash64(data, end));
}

static tkz_status use_damaged(const tkz__buffer *image, size_t at, uint8_t change, bool verify)
{
    tkz__buffer copy;
    tkz_tokenizer *tokenizer;
    tkz__buffer_init(&copy, NULL);
    ck_assert_status(tkz__buffer_append(&copy, image->data, image->size, NULL));
    copy.data[at] ^= change;
    reseal(copy.data);
    tkz_status status = tkz__tokenizer_from_image(&tokenizer, &copy, NULL);
    if (status == TKZ_OK) {
        use(tokenizer, false);
        if (verify)
            status = tkz__tokenizer_verify_image(tokenizer, NULL);
        tkz_tokenizer_free(tokenizer);
    }
    tkz__buffer_free(&copy);
    return status;
}

START_TEST(damaged)
{
    tkz_tokenizer *good;
    tkz__buffer image;
    uint64_t random = 5 + (uint64_t)_i;
    size_t table_end = TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * TKZ__IMAGE_SECTION_SIZE;
    ck_assert_status(make(&good, kinds[_i].kind, kinds[_i].bytes, NULL));
    tkz__buffer_init(&image, NULL);
    ck_assert_status(tkz__tokenizer_write_image(good, &image, NULL));
    for (size_t at = 0; at < table_end; at += TEST_SHORTER)
        (void)use_damaged(&image, at, (uint8_t)(1 + test_random(&random) % 255), false);
    const tkz__image *view = tkz__tokenizer_image(good);
    for (int section = 1; section < TKZ__SECTION_END; section++) {
        size_t start = (size_t)(view->sections[section] - view->data);
        size_t size = view->sizes[section];
        size_t most = TEST_SHORTER > 1 ? 20 : 400, rounds = size < most ? size : most;
        for (size_t round = 0; round < rounds; round++) {
            size_t at = start + (size < most ? round : test_random(&random) % size);
            tkz_status status = use_damaged(&image, at, (uint8_t)(1 + test_random(&random) % 255),
                                            round % 20 == 0);
            ck_assert(round % 20 != 0 || status != TKZ_OK);
        }
    }
    tkz__buffer_free(&image);
    tkz_tokenizer_free(good);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    size_t index = *(size_t *)context;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    const uint8_t *bytes;
    size_t size;
    const uint64_t offsets[2] = {0, sizeof text - 1};
    tkz_status status = make(&tokenizer, kinds[index].kind, kinds[index].bytes, allocator);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    if (status == TKZ_OK) {
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
        status = tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL);
        if (status == TKZ_OK)
            status = tkz_encoder_decode(encoder, batch->ids, (size_t)batch->offsets[1], 0, &bytes,
                                        &size, NULL);
        tkz_encoder_free(encoder);
    }
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(allocation_failures)
{
    size_t index = (size_t)_i;
    test_all_allocation_failures(attempt, &index);
}
END_TEST

Suite *suite_piece_images(void)
{
    Suite *suite = suite_create("piece_images");
    TCase *cases = tcase_create("cases");
    tcase_add_loop_test(cases, whole, 0, KINDS);
    tcase_add_loop_test(cases, damaged, 0, KINDS);
    tcase_add_loop_test(cases, allocation_failures, 0, KINDS);
    suite_add_tcase(suite, cases);
    return suite;
}
