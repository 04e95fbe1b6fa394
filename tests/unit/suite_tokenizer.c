/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokenizers: builder, image, encoder and decoder. What they encode is compared in suite_matching.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "subword/byte_level.h"
#include "subword/piece_cache.h"
#include "subword/tokenizer_image.h"
#include "tokenizer_fixture.h"

Suite *suite_tokenizer(void);

/* ---- Builder ----------------------------------------------------------- */

START_TEST(byte_order)
{
    uint8_t order[256];
    tkz__byte_level_order(order);
    ck_assert_uint_eq(order[0], '!');
    ck_assert_uint_eq(order[93], '~');
    ck_assert_uint_eq(order[94], 0xA1);
    ck_assert_uint_eq(order[188], 0);
    ck_assert_uint_eq(order[255], 0xAD);
    for (size_t i = 1; i < 256; i++)
        ck_assert_uint_lt(tkz__byte_level_character(order[i - 1]),
                          tkz__byte_level_character(order[i]));
    ck_assert_uint_eq(tkz__byte_level_character(' '), 0x120);
    ck_assert_uint_eq(tkz__byte_level_character('\n'), 0x10A);
    ck_assert_uint_eq(tkz__byte_level_character(0xAD), 0x143);
}
END_TEST

START_TEST(builder_refusals)
{
    tkz__tokenizer_builder *builder = new_builder(NULL);
    tkz_tokenizer *tokenizer;
    uint32_t id;
    tkz_error error;
    ck_assert_int_eq(tkz__tokenizer_builder_finish(builder, &tokenizer, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz__tokenizer_builder_add_special(builder, "<s>", 3, &id, NULL));
    ck_assert_uint_eq(id, 0);
    ck_assert_int_eq(tkz__tokenizer_builder_add_special(builder, "<s>", 3, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_special(builder, "", 0, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_special(builder, "\xE3\x81", 2, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    ck_assert_int_eq(tkz__tokenizer_builder_add_bytes(builder, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_merge(builder, 1, 257, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_merge(builder, 0, 1, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz__tokenizer_builder_add_merge(builder, 1, 0, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, 1, 1, &id, NULL));
    ck_assert_uint_eq(id, 257);
    ck_assert_int_eq(tkz__tokenizer_builder_add_merge(builder, 1, 1, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    /* x+xx and xx+x are the same bytes. */
    ck_assert_status(tkz__tokenizer_builder_add_merge(builder, 1, 257, &id, NULL));
    ck_assert_int_eq(tkz__tokenizer_builder_add_merge(builder, 257, 1, &id, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    /* Doubling ends at the limit of one token. */
    tkz_status status = TKZ_OK;
    uint32_t last = 257;
    int doublings = 0;
    while (status == TKZ_OK && doublings++ < 40)
        status = tkz__tokenizer_builder_add_merge(builder, last, last, &last, &error);
    ck_assert_int_eq(status, TKZ_STATUS_LIMIT);
    ck_assert_int_eq(doublings, 15);
    ck_assert_int_eq(tkz__tokenizer_builder_set_provenance(builder, "{", 1, &error),
                     TKZ_STATUS_BAD_JSON);
    ck_assert_status(tkz__tokenizer_builder_set_provenance(builder, "{\"a\":1}", 7, NULL));
    ck_assert_status(tkz__tokenizer_builder_set_provenance(builder, "{\"b\":2}", 7, NULL));
    tokenizer = finish(builder);
    size_t size;
    const char *provenance = tkz__tokenizer_provenance(tokenizer, &size);
    ck_assert_uint_eq(size, 7);
    ck_assert_int_eq(memcmp(provenance, "{\"b\":2}", 7), 0);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* A small one that all parts of the image are in. */
static tkz_tokenizer *small_tokenizer(const tkz_allocator *allocator, tkz_status *status)
{
    static const char *const words[] = {"th", "の", "です", "日本語", "ああ"};
    tkz__tokenizer_builder *builder;
    tkz_tokenizer *tokenizer = NULL;
    uint32_t id;
    *status = tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("llama3", 6), allocator,
                                         NULL);
    if (*status != TKZ_OK)
        return NULL;
    *status = tkz__tokenizer_builder_add_special(builder, "<|終|>", 7, &id, NULL);
    if (*status == TKZ_OK)
        *status = tkz__tokenizer_builder_add_special(builder, "<|pad|>", 7, &id, NULL);
    if (*status == TKZ_OK)
        *status = tkz__tokenizer_builder_add_bytes(builder, NULL);
    uint8_t order[256];
    uint32_t byte_ids[256];
    tkz__byte_level_order(order);
    for (uint32_t i = 0; i < 256; i++)
        byte_ids[order[i]] = 2 + i;
    for (size_t word = 0; word < 5 && *status == TKZ_OK; word++) {
        uint32_t left = byte_ids[(uint8_t)words[word][0]];
        for (size_t i = 1; i < strlen(words[word]) && *status == TKZ_OK; i++) {
            *status = tkz__tokenizer_builder_add_merge(
                builder, left, byte_ids[(uint8_t)words[word][i]], &id, NULL);
            if (*status == TKZ_STATUS_INVALID_ARGUMENT) { /* E3 81 is there from the word before */
                *status = TKZ_OK;
                break;
            }
            left = id;
        }
    }
    if (*status == TKZ_OK)
        *status = tkz__tokenizer_builder_set_provenance(builder, "{\"words\":5}", 11, NULL);
    if (*status == TKZ_OK)
        *status = tkz__tokenizer_builder_finish(builder, &tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return tokenizer;
}

static const char sample[] = "the のです、日本語の thth ああああああああああああああああああああ\n12345 \xFF\x81";

static tkz_status encode_sample(tkz_tokenizer *tokenizer, const tkz_allocator *allocator)
{
    tkz_encoder *encoder;
    tkz_status status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    const tkz_batch *batch;
    uint64_t offsets[3] = {0, 10, sizeof sample - 1};
    status = tkz_encoder_encode(encoder, sample, offsets, 2, &batch, NULL);
    if (status == TKZ_OK) {
        const uint8_t *bytes;
        size_t size;
        for (uint64_t i = 0; i < batch->offsets[2]; i++)
            ck_assert_uint_lt(batch->ids[i], tkz_tokenizer_size(tokenizer));
        status = tkz_encoder_decode(encoder, batch->ids, batch->offsets[2], 1, &bytes, &size, NULL);
    }
    tkz_encoder_free(encoder);
    return status;
}

static tkz_status make_and_use(void *context, const tkz_allocator *allocator)
{
    (void)context;
    tkz_status status;
    tkz_tokenizer *tokenizer = small_tokenizer(allocator, &status);
    if (status == TKZ_OK)
        status = encode_sample(tokenizer, allocator);
    if (status == TKZ_OK)
        status = tkz__tokenizer_verify_image(tokenizer, NULL);
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(make_and_use, NULL);
}
END_TEST

/* ---- Image ------------------------------------------------------------- */

static tkz_tokenizer *small(void)
{
    tkz_status status;
    tkz_tokenizer *tokenizer = small_tokenizer(NULL, &status);
    ck_assert_status(status);
    return tokenizer;
}

/* The image of the small tokenizer in a buffer; `tokenizer` stays. */
static void copy_image(const tkz_tokenizer *tokenizer, tkz__buffer *buffer)
{
    tkz__buffer_init(buffer, NULL);
    ck_assert_status(tkz__tokenizer_write_image(tokenizer, buffer, NULL));
}

START_TEST(image_is_deterministic)
{
    tkz_tokenizer *first = small(), *second = small();
    tkz__buffer one, two;
    copy_image(first, &one);
    copy_image(second, &two);
    ck_assert_uint_eq(one.size, two.size);
    ck_assert_int_eq(memcmp(one.data, two.data, one.size), 0);
    ck_assert(tkz__tokenizer_image_probe(one.data, one.size));
    ck_assert(!tkz__tokenizer_image_probe(one.data, 7));
    tkz__buffer_free(&one);
    tkz__buffer_free(&two);
    tkz_tokenizer_free(first);
    tkz_tokenizer_free(second);
}
END_TEST

START_TEST(cut_images)
{
    tkz_tokenizer *whole = small();
    tkz__buffer image;
    copy_image(whole, &image);
    for (size_t size = 0; size < image.size; size += size < 600 ? 1 : 997) {
        uint8_t *exact = malloc(size > 0 ? size : 1);
        memcpy(exact, image.data, size);
        tkz__image view;
        tkz_status status = tkz__image_open(&view, exact, size, "cut", NULL);
        ck_assert_int_eq(status, size < 8 ? TKZ_STATUS_BAD_FORMAT : TKZ_STATUS_CORRUPT);
        free(exact);
    }
    ck_assert_status(tkz__buffer_append_byte(&image, 0, NULL));
    tkz__image view;
    ck_assert_int_eq(tkz__image_open(&view, image.data, image.size, "long", NULL),
                     TKZ_STATUS_CORRUPT);
    tkz__buffer_free(&image);
    tkz_tokenizer_free(whole);
}
END_TEST

/* Makes the checksum of header and section table right again. */
static void reseal(uint8_t *data)
{
    size_t end = TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * TKZ__IMAGE_SECTION_SIZE;
    tkz__store_u64(data + end, tkz__hash64(data, end));
}

/* A damaged image is refused, or found out by the deep check; used all the same, it must not touch
 * foreign memory nor give ids that do not exist. */
static void check_damaged(const tkz__buffer *image, size_t at, uint8_t change, bool sealed)
{
    tkz__buffer copy;
    tkz__buffer_init(&copy, NULL);
    ck_assert_status(tkz__buffer_append(&copy, image->data, image->size, NULL));
    copy.data[at] ^= change;
    if (sealed)
        reseal(copy.data);
    tkz_tokenizer *tokenizer;
    tkz_status status = tkz__tokenizer_from_image(&tokenizer, &copy, NULL);
    if (status == TKZ_OK) {
        (void)encode_sample(tokenizer, NULL);
        for (uint32_t id = 0; id < tkz_tokenizer_size(tokenizer); id++) {
            const uint8_t *bytes;
            size_t size;
            if (tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK &&
                size > 0)
                ck_assert_uint_le(bytes[0] + bytes[size - 1], 510);
        }
        uint32_t id;
        if (tkz_tokenizer_special(tokenizer, "<|pad|>", 7, &id, NULL) == TKZ_OK)
            ck_assert_uint_lt(id, tkz_tokenizer_size(tokenizer));
        /* Other flags or another dropout under a right checksum make another tokenizer. */
        status = tkz__tokenizer_verify_image(tokenizer, NULL);
        if (!sealed || (at / 4 != 44 / 4 && at / 8 != 56 / 8))
            ck_assert_int_eq(status, TKZ_STATUS_CORRUPT);
        tkz_tokenizer_free(tokenizer);
    }
    tkz__buffer_free(&copy);
}

START_TEST(damaged_images)
{
    tkz_tokenizer *whole = small();
    tkz__buffer image;
    copy_image(whole, &image);
    uint64_t random = 5;
    size_t table_end = TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * TKZ__IMAGE_SECTION_SIZE;
    for (size_t at = 0; at < table_end; at += TEST_SHORTER > 1 ? 7 : 1) {
        uint8_t change = (uint8_t)(1 + test_random(&random) % 255);
        check_damaged(&image, at, change, false);
        /* Header bytes 52 to 55 and the spare words of the table are zero by definition. */
        check_damaged(&image, at, change, true);
    }
    const tkz__image *view = tkz__tokenizer_image(whole);
    for (int kind = 1; kind < TKZ__SECTION_END; kind++) {
        size_t start = (size_t)(view->sections[kind] - view->data);
        for (int round = 0; round < 25 && view->sizes[kind] > 0; round++)
            check_damaged(&image, start + test_random(&random) % view->sizes[kind],
                          (uint8_t)(1 + test_random(&random) % 255), false);
    }
    tkz__buffer_free(&image);
    tkz_tokenizer_free(whole);
}
END_TEST

START_TEST(other_versions)
{
    tkz_tokenizer *whole = small();
    tkz__buffer image;
    copy_image(whole, &image);
    tkz__image view;
    tkz__store_u32(image.data + 8, TKZ__IMAGE_VERSION + 1);
    reseal(image.data);
    ck_assert_int_eq(tkz__image_open(&view, image.data, image.size, "new", NULL),
                     TKZ_STATUS_BAD_VERSION);
    tkz__store_u32(image.data + 8, TKZ__IMAGE_VERSION);
    reseal(image.data);
    ck_assert_status(tkz__image_open(&view, image.data, image.size, "new", NULL));
    size_t name = (size_t)(view.sections[TKZ__SECTION_PRE_TOKENIZER] - view.data);
    image.data[name] = 'x';
    tkz_error error;
    ck_assert_int_eq(tkz__image_open(&view, image.data, image.size, "new", &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "\"xlama3\""));
    tkz__buffer_free(&image);
    tkz_tokenizer_free(whole);
}
END_TEST

/* ---- Encoder and decoder ----------------------------------------------- */

START_TEST(piece_keys)
{
    uint8_t bytes[32];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 1);
    /* The key depends on the piece alone, whatever may be read behind it. */
    for (size_t size = 1; size <= TKZ__PIECE_MOST_BYTES; size++) {
        tkz__piece_key far = tkz__piece_key_at_end(bytes, size, sizeof bytes);
        tkz__piece_key near = tkz__piece_key_at_end(bytes, size, size);
        ck_assert_uint_eq(far.low, near.low);
        ck_assert_uint_eq(far.high, near.high);
        ck_assert_uint_eq(far.high >> 56, size);
        uint8_t seen[16];
        tkz__store_u64(seen, far.low);
        tkz__store_u64(seen + 8, far.high);
        ck_assert_int_eq(memcmp(seen, bytes, size), 0);
        for (size_t i = size; i < 15; i++)
            ck_assert_uint_eq(seen[i], 0);
    }
    uint8_t zeros[2] = {0, 0};
    ck_assert_uint_ne(tkz__piece_key_at_end(zeros, 1, 2).high, tkz__piece_key_at_end(zeros, 2, 2).high);
}
END_TEST

START_TEST(batches)
{
    tkz_tokenizer *tokenizer = small();
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer); /* the encoder still holds it */
    const tkz_batch *batch;
    uint64_t none[1] = {0};
    ck_assert_status(tkz_encoder_encode(encoder, NULL, none, 0, &batch, NULL));
    ck_assert_uint_eq(batch->count, 0);
    ck_assert_uint_eq(batch->offsets[0], 0);

    const char text[] = "xxthの<|pad|>";
    uint64_t offsets[5] = {2, 4, 4, 7, 14};
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 4, &batch, NULL));
    ck_assert_uint_eq(batch->count, 4);
    ck_assert_uint_eq(batch->offsets[0], 0);
    ck_assert_uint_eq(batch->offsets[1], 1);
    ck_assert_uint_eq(batch->offsets[2], 1);
    ck_assert_uint_eq(batch->offsets[3], 2);
    ck_assert_uint_eq(batch->offsets[4], 9); /* a special token is never taken from text */
    check_round_trip(encoder, batch->ids, 9, text + 2, 12);

    tkz_error error;
    uint64_t back[3] = {4, 7, 6};
    ck_assert_int_eq(tkz_encoder_encode(encoder, text, back, 2, &batch, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    uint64_t huge[2] = {0, UINT64_C(1) << 32};
    ck_assert_int_eq(tkz_encoder_encode(encoder, text, huge, 1, &batch, &error),
                     TKZ_STATUS_LIMIT);
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(decoding)
{
    tkz_tokenizer *tokenizer = small();
    tkz_encoder *encoder;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    uint32_t ids[4] = {0, 2 + 'a' - 33, 1, 2};
    const uint8_t *bytes;
    size_t size;
    ck_assert_status(tkz_encoder_decode(encoder, ids, 4, 0, &bytes, &size, NULL));
    ck_assert_uint_eq(size, 16);
    ck_assert_int_eq(memcmp(bytes, "<|終|>a<|pad|>!", 16), 0);
    ck_assert_status(tkz_encoder_decode(encoder, ids, 4, 1, &bytes, &size, NULL));
    ck_assert_uint_eq(size, 2);
    ck_assert_int_eq(memcmp(bytes, "a!", 2), 0);
    ck_assert_status(tkz_encoder_decode(encoder, ids, 0, 0, &bytes, &size, NULL));
    ck_assert_uint_eq(size, 0);
    ids[2] = tkz_tokenizer_size(tokenizer);
    tkz_error error;
    ck_assert_int_eq(tkz_encoder_decode(encoder, ids, 4, 0, &bytes, &size, &error),
                     TKZ_STATUS_BAD_ID);
    ck_assert_uint_eq(error.offset, 2);

    uint32_t id;
    ck_assert_status(tkz_tokenizer_special(tokenizer, "<|pad|>", 7, &id, NULL));
    ck_assert_uint_eq(id, 1);
    ck_assert_int_eq(tkz_tokenizer_special(tokenizer, "a", 1, &id, NULL), TKZ_STATUS_NOT_FOUND);
    int32_t is_special;
    ck_assert_status(tkz_tokenizer_token(tokenizer, 0, &bytes, &size, &is_special, NULL));
    ck_assert_int_eq(is_special, 1);
    ck_assert_status(tkz_tokenizer_token(tokenizer, 2, &bytes, &size, &is_special, NULL));
    ck_assert_int_eq(is_special, 0);
    ck_assert_int_eq(tkz_tokenizer_token(tokenizer, UINT32_MAX, &bytes, &size, NULL, NULL),
                     TKZ_STATUS_BAD_ID);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

static void *encode_often(void *argument)
{
    tkz_tokenizer *tokenizer = argument;
    for (int i = 0; i < 20; i++)
        ck_assert_status(encode_sample(tokenizer, NULL));
    return NULL;
}

START_TEST(shared_by_threads)
{
    tkz_tokenizer *tokenizer = small();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, encode_often, tokenizer), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_tokenizer(void)
{
    Suite *suite = suite_create("tokenizer");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, byte_order);
    tcase_add_test(tests, builder_refusals);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, image_is_deterministic);
    tcase_add_test(tests, cut_images);
    tcase_add_test(tests, damaged_images);
    tcase_add_test(tests, other_versions);
    tcase_add_test(tests, piece_keys);
    tcase_add_test(tests, batches);
    tcase_add_test(tests, decoding);
    tcase_add_test(tests, shared_by_threads);
    suite_add_tcase(suite, tests);
    return suite;
}
