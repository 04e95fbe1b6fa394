/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 against a naive reference: every string of 1 to 3 bytes, alone and amid
 * the runs that the fast paths take, strings of 4 bytes, random ones.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_utf8(void);

/* Hot loops compare by themselves: Check writes a mark to a file at each of its assertions. */

/* ---- The reference: an encoder by division, and the set of what it makes -- */

static size_t reference_encode(uint32_t character, uint8_t *bytes)
{
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned lead[5] = {0, 0, 192, 224, 240};
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (uint8_t)(128 + character % 64);
        character /= 64;
    }
    bytes[0] = (uint8_t)(lead[length] + character);
    return length;
}

static bool is_scalar(uint32_t character)
{
    return character < 0x110000 && !(character >= 0xD800 && character < 0xE000);
}

/* Which strings of 1, 2 and 3 bytes are a character, a bit each, by their big-endian number. */
static uint8_t *known[4];

static void make_known(void)
{
    for (size_t length = 1; length <= 3; length++) {
        known[length] = calloc((size_t)1 << (8 * length) >> 3, 1);
        ck_assert_ptr_nonnull(known[length]);
    }
    for (uint32_t character = 0; character < 0x10000; character++) {
        uint8_t bytes[4];
        uint32_t number = 0;
        if (!is_scalar(character))
            continue;
        size_t length = reference_encode(character, bytes);
        for (size_t i = 0; i < length; i++)
            number = number * 256 + bytes[i];
        known[length][number / 8] |= (uint8_t)(1 << number % 8);
    }
}

static void free_known(void)
{
    for (size_t length = 1; length <= 3; length++)
        free(known[length]);
}

/* Characters of 4 bytes sort as their code points do. */
static bool is_known_of_four(const uint8_t *bytes)
{
    uint32_t low = 0x10000;
    uint32_t high = 0x110000;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint8_t encoded[4];
        reference_encode(middle, encoded);
        int order = memcmp(encoded, bytes, 4);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Length of the character at `bytes`, 0 for none. No character is the start of another one. */
static size_t reference_length(const uint8_t *bytes, size_t size)
{
    uint32_t number = 0;
    for (size_t length = 1; length <= 3 && length <= size; length++) {
        number = number * 256 + bytes[length - 1];
        if (known[length][number / 8] >> number % 8 & 1)
            return length;
    }
    return size >= 4 && is_known_of_four(bytes) ? 4 : 0;
}

static size_t reference_prefix(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t length = reference_length(bytes + at, size - at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

/* ---- Validation --------------------------------------------------------- */

START_TEST(test_every_string_of_one_to_three_bytes)
{
    for (size_t size = 1; size <= 3; size++) {
        uint64_t valid = 0;
        for (uint32_t number = 0; number < (uint32_t)1 << (8 * size); number++) {
            uint8_t bytes[3];
            for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
            size_t expected = reference_prefix(bytes, size);
            if (tkz_utf8_valid_prefix((const char *)bytes, size) != expected)
                ck_abort_msg("string %06x of %zu bytes", number, size);
            valid += expected == size;
        }
        /* 1 byte: 128; 2: 128^2 + 1920; 3: 128^3 + 2 * 128 * 1920 + 61440 (63488 - 2048). */
        ck_assert_uint_eq(valid, size == 1 ? 128 : size == 2 ? 18304 : 2650112);
    }
}
END_TEST

/* The same strings within Japanese, so that the two-at-a-time path meets them as the first and as
 * the second of its pair, and within ASCII. What follows never completes a broken character. */
START_TEST(test_every_string_of_three_bytes_in_context)
{
    static const char japanese[] = "日本語の文章です。"; /* 27 bytes */
    static const char ascii[] = "sixteen bytes and some more of it, forty";
    char text[3 + 3 + 27];
    char plain[16 + 5 + 3 + 19];
    memcpy(text, "漢", 3);
    memcpy(text + 6, japanese, 27);
    memcpy(plain, ascii, 21);
    memcpy(plain + 24, ascii, 19);
    for (uint32_t number = 0; number < 1 << 24; number++) {
        uint8_t bytes[3] = {(uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
        size_t inside = reference_prefix(bytes, 3);
        size_t found;
        memcpy(text + 3, bytes, 3);
        found = tkz_utf8_valid_prefix(text + 3, 30);
        if (found != (inside == 3 ? 30 : inside))
            ck_abort_msg("string %06x before Japanese: %zu", number, found);
        found = tkz_utf8_valid_prefix(text, 33);
        if (found != (inside == 3 ? 33 : 3 + inside))
            ck_abort_msg("string %06x amid Japanese: %zu", number, found);
        memcpy(plain + 21, bytes, 3);
        found = tkz_utf8_valid_prefix(plain, sizeof plain);
        if (found != (inside == 3 ? sizeof plain : 21 + inside))
            ck_abort_msg("string %06x amid ASCII: %zu", number, found);
    }
}
END_TEST

/* Both sides of every border in table 3-7 of the Unicode Standard. */
START_TEST(test_strings_of_four_bytes)
{
    static const uint8_t alphabet[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                       0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE3, 0xEC, 0xED, 0xEE,
                                       0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF};
    enum { LETTERS = sizeof alphabet };
    for (uint32_t number = 0; number < LETTERS * LETTERS * LETTERS * LETTERS; number++) {
        uint8_t text[4 + 9];
        uint32_t rest = number;
        for (size_t i = 0; i < 4; i++, rest /= LETTERS)
            text[i] = alphabet[rest % LETTERS];
        memcpy(text + 4, "かな!", 7);
        size_t inside = reference_prefix(text, 4);
        if (tkz_utf8_valid_prefix((const char *)text, 4) != inside ||
            tkz_utf8_valid_prefix((const char *)text, 11) != (inside == 4 ? 11 : inside))
            ck_abort_msg("string %02x%02x%02x%02x", text[0], text[1], text[2], text[3]);
    }
}
END_TEST

/* Every character is valid, alone as well as decoded, and is invalid when it is cut. */
START_TEST(test_every_character)
{
    for (uint32_t character = 0; character < 0x110000; character++) {
        uint8_t expected[4];
        char bytes[4];
        uint32_t decoded;
        if (!is_scalar(character))
            continue;
        size_t length = reference_encode(character, expected);
        if (tkz__utf8_encode(character, bytes) != length || memcmp(bytes, expected, length) != 0)
            ck_abort_msg("encoding U+%04X", character);
        if (tkz_utf8_valid_prefix(bytes, length) != length ||
            tkz__utf8_decode(bytes, length, &decoded) != length || decoded != character ||
            tkz__utf8_next(bytes, length, &decoded) != length || decoded != character)
            ck_abort_msg("decoding U+%04X", character);
        for (size_t cut = 1; cut < length; cut++) {
            if (tkz_utf8_valid_prefix(bytes, cut) != 0 ||
                tkz__utf8_decode(bytes, cut, &decoded) != 1 || decoded != 0x8000FFFD ||
                tkz__utf8_next(bytes, cut, &decoded) != 1 || decoded != 0x8000FFFD)
                ck_abort_msg("U+%04X cut to %zu bytes", character, cut);
        }
    }
}
END_TEST

/* A text of random characters, from ASCII runs, Japanese runs and all of Unicode. */
static size_t random_text(uint64_t *state, uint8_t *text, size_t capacity)
{
    size_t size = 0;
    while (size + 4 <= capacity) {
        size_t run = test_random(state) % 24;
        uint64_t kind = test_random(state) % 4;
        for (; run > 0 && size + 4 <= capacity; run--) {
            uint32_t character = (uint32_t)test_random(state);
            character = kind == 0   ? character % 0x80
                        : kind == 1 ? 0x3000 + character % 0x100
                        : kind == 2 ? 0x4E00 + character % 0x5000
                                    : character % 0x110000;
            if (is_scalar(character))
                size += reference_encode(character, text + size);
        }
    }
    return size;
}

/* Each text in a block of its own size, so that a sanitizer sees every byte read behind it. */
START_TEST(test_random_texts_and_broken_ones)
{
    uint64_t state = 20240601;
    for (int round = 0; round < 20000; round++) {
        size_t capacity = 4 + test_random(&state) % 120;
        uint8_t text[128];
        size_t size = random_text(&state, text, capacity);
        uint8_t *block = malloc(size + 1);
        ck_assert_ptr_nonnull(block);
        memcpy(block, text, size);
        block = realloc(block, size == 0 ? 1 : size);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq(tkz_utf8_valid_prefix((const char *)block, size), size);
        if (size > 0) {
            size_t cut = test_random(&state) % size;
            ck_assert_uint_eq(tkz_utf8_valid_prefix((const char *)block, cut),
                              reference_prefix(block, cut));
            block[test_random(&state) % size] = (uint8_t)(test_random(&state) >> 24);
            ck_assert_uint_eq(tkz_utf8_valid_prefix((const char *)block, size),
                              reference_prefix(block, size));
        }
        free(block);
    }
}
END_TEST

START_TEST(test_nothing_and_nul)
{
    ck_assert_uint_eq(tkz_utf8_valid_prefix("", 0), 0);
    ck_assert_uint_eq(tkz_utf8_valid_prefix(NULL, 0), 0);
    ck_assert_uint_eq(tkz_utf8_count(NULL, 0), 0);
    ck_assert_uint_eq(tkz_utf8_valid_prefix("a\0b", 3), 3);
    ck_assert_uint_eq(tkz_utf8_count("a\0b", 3), 3);
}
END_TEST

/* ---- Counting and decoding ---------------------------------------------- */

START_TEST(test_count)
{
    enum { LONG = 20000 };
    char *text = malloc(3 * LONG);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < LONG; i++)
        memcpy(text + 3 * i, "語", 3);
    /* Beyond 255 words of 8 bytes the byte counters must have been summed. */
    for (size_t characters = 0; characters <= LONG; characters += characters < 3000 ? 1 : 997)
        ck_assert_uint_eq(tkz_utf8_count(text, 3 * characters), characters);
    free(text);

    uint64_t state = 7;
    for (int round = 0; round < 2000; round++) {
        uint8_t random[300];
        size_t size = random_text(&state, random, sizeof random);
        uint64_t characters = 0;
        for (size_t at = 0; at < size; characters++)
            at += reference_length(random + at, size - at);
        ck_assert_uint_eq(tkz_utf8_count((const char *)random, size), characters);
    }
}
END_TEST

START_TEST(test_decode_takes_invalid_bytes_alone)
{
    for (uint32_t number = 0; number < 1 << 24; number++) {
        uint8_t bytes[3] = {(uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
        uint32_t character = 0;
        size_t length = reference_length(bytes, 3);
        size_t found = tkz__utf8_decode((const char *)bytes, 3, &character);
        if (length == 0 ? found != 1 || character != 0x8000FFFD : found != length)
            ck_abort_msg("string %06x: %zu, %x", number, found, character);
        uint32_t next = 0;
        if (tkz__utf8_next((const char *)bytes, 3, &next) != found || next != character)
            ck_abort_msg("string %06x: tkz__utf8_next differs", number);
    }
}
END_TEST

Suite *suite_utf8(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tests = tcase_create("utf8");
    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, make_known, free_known);
    tcase_add_test(tests, test_every_string_of_one_to_three_bytes);
    tcase_add_test(tests, test_every_string_of_three_bytes_in_context);
    tcase_add_test(tests, test_strings_of_four_bytes);
    tcase_add_test(tests, test_every_character);
    tcase_add_test(tests, test_random_texts_and_broken_ones);
    tcase_add_test(tests, test_nothing_and_nul);
    tcase_add_test(tests, test_count);
    tcase_add_test(tests, test_decode_takes_invalid_bytes_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
