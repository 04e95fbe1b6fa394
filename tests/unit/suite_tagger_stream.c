/* SPDX-License-Identifier: Apache-2.0
 *
 * Sentences that come in pieces: the output is that of the whole sentence, and
 * memory does not grow with it. Leans on IPADIC, as Debian installs it.
 */
#include <string.h>

#include "core/buffer.h"
#include "core/memory.h"
#include "testing.h"
#include "tokenize/morph.h"

Suite *suite_tagger_stream(void);

enum { MEGABYTE = 1 << 20 };

static tkz_dictionary *ipadic(void)
{
    tkz_dictionary *dictionary;
    ck_assert_status(tkz_dictionary_open(&dictionary, "ipadic", NULL, 0, NULL, NULL));
    return dictionary;
}

/* Appends pieces of text in any order until there are `size` bytes more. */
static void append_prose(tkz__buffer *text, size_t size, uint64_t *state)
{
    static const char *const pieces[] = {"今日は", "東京都に", "行きました。", "猫が", " ",  "好きだ",
                                         "すもももももももものうち", "\xE3\x81", "abc", "、", "　",
                                         "1234", "カタカナー", "\t", "😀", "の"};
    for (size_t end = text->size + size; text->size < end;) {
        const char *piece = pieces[test_random(state) % (sizeof pieces / sizeof *pieces)];
        ck_assert_status(tkz__buffer_append_text(text, piece, NULL));
    }
}

static void append_repeated(tkz__buffer *text, const char *piece, size_t size)
{
    for (size_t end = text->size + size; text->size < end;)
        ck_assert_status(tkz__buffer_append_text(text, piece, NULL));
}

/* Gives the text to the stream in pieces and compares all output with that of the whole. */
static void check_stream(tkz_tagger_stream *stream, tkz_tagger *tagger, const tkz__buffer *text,
                         int32_t format, size_t longest_piece, uint64_t *state)
{
    const char *whole, *output;
    size_t whole_size, output_size, written = 0;
    const char *data = (const char *)text->data;
    ck_assert_status(
        tkz_tagger_format(tagger, data, text->size, format, &whole, &whole_size, NULL));
    for (size_t start = 0; start < text->size;) {
        size_t size = 1 + test_random(state) % longest_piece;
        size = size < text->size - start ? size : text->size - start;
        ck_assert_status(
            tkz_tagger_stream_add(stream, data + start, size, &output, &output_size, NULL));
        ck_assert_uint_le(written + output_size, whole_size);
        ck_assert_int_eq(output_size > 0 && memcmp(whole + written, output, output_size) != 0, 0);
        written += output_size;
        start += size;
    }
    ck_assert_status(tkz_tagger_stream_end(stream, &output, &output_size, NULL));
    ck_assert_uint_eq(written + output_size, whole_size);
    ck_assert_mem_eq(whole + written, output, output_size);
}

START_TEST(writes_what_the_whole_sentence_gives)
{
    tkz_dictionary *dictionary = ipadic();
    tkz_tagger *tagger;
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    tkz__buffer text;
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&text, &memory);
    uint64_t state = 5;
    for (int32_t format = TKZ_MORPH_FORMAT_DEFAULT; format <= TKZ_MORPH_FORMAT_WAKATI; format++) {
        tkz_tagger_stream *stream;
        ck_assert_status(tkz_tagger_stream_new(&stream, dictionary, format, NULL, NULL));
        for (int round = 0; round < 4; round++) {
            size_t scale = MEGABYTE / TEST_SHORTER;
            tkz__buffer_clear(&text);
            append_prose(&text, scale * 3 / 2, &state);
            if (round == 1)
                append_repeated(&text, "あ", scale * 3 / 2); /* nothing is certain in it */
            if (round == 2)
                append_repeated(&text, " ", scale * 3 / 2);
            append_prose(&text, scale, &state);
            if (round == 2)
                append_repeated(&text, " ", scale * 2);
            if (round == 3)
                ck_assert_status(tkz__buffer_append(&text, "猫\0\0は", 8, NULL));
            append_prose(&text, round == 2 ? 0 : scale, &state);
            check_stream(stream, tagger, &text, format, MEGABYTE, &state);
        }
        tkz__buffer_clear(&text);
        check_stream(stream, tagger, &text, format, 1, &state); /* an empty sentence */
        append_prose(&text, 100, &state);
        check_stream(stream, tagger, &text, format, 3, &state);
        tkz_tagger_stream_free(stream);
    }
    tkz__buffer_free(&text);
    tkz_tagger_free(tagger);
    tkz_dictionary_free(dictionary);
}
END_TEST

START_TEST(needs_memory_for_some_megabytes)
{
    enum { TIMES = 16 };
    tkz_dictionary *dictionary = ipadic();
    test_memory memory;
    test_memory_init(&memory);
    tkz__buffer text;
    tkz_allocator usual = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&text, &usual);
    uint64_t state = 9;
    append_prose(&text, MEGABYTE / 2, &state);
    tkz_tagger_stream *stream;
    ck_assert_status(
        tkz_tagger_stream_new(&stream, dictionary, TKZ_MORPH_FORMAT_WAKATI, &memory.allocator, NULL));
    const char *output;
    size_t size, total = 0;
    for (int i = 0; i < TIMES; i++) {
        ck_assert_status(tkz_tagger_stream_add(stream, (const char *)text.data, text.size, &output,
                                               &size, NULL));
        total += size;
        ck_assert_int_lt(memory.bytes, 16 * MEGABYTE);
    }
    ck_assert_uint_gt(total, text.size * TIMES / 2);
    tkz_tagger_stream_free(stream);
    ck_assert_int_eq(memory.blocks, 0);
    tkz__buffer_free(&text);
    tkz_dictionary_free(dictionary);
}
END_TEST

START_TEST(refuses_wrong_arguments)
{
    tkz_dictionary *dictionary = ipadic();
    tkz_tagger_stream *stream;
    const char *output;
    size_t size;
    ck_assert_int_eq(tkz_tagger_stream_new(&stream, dictionary, 7, NULL, NULL),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_null(stream);
    ck_assert_int_eq(tkz_tagger_stream_new(&stream, NULL, 0, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz_tagger_stream_new(&stream, dictionary, 0, NULL, NULL));
    ck_assert_int_eq(tkz_tagger_stream_add(stream, NULL, 1, &output, &size, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_tagger_stream_free(stream);
    tkz_tagger_stream_free(NULL);
    tkz_dictionary_free(dictionary);
}
END_TEST

static tkz_status stream_text(void *context, const tkz_allocator *allocator)
{
    const tkz__buffer *text = context;
    tkz_dictionary *dictionary = ipadic();
    tkz_tagger_stream *stream = NULL;
    const char *output;
    size_t size;
    tkz_status status =
        tkz_tagger_stream_new(&stream, dictionary, TKZ_MORPH_FORMAT_WAKATI, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_stream_add(stream, (const char *)text->data, text->size, &output, &size,
                                       NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_stream_end(stream, &output, &size, NULL);
    tkz_tagger_stream_free(stream);
    tkz_dictionary_free(dictionary);
    return status;
}

START_TEST(reports_failed_allocations)
{
    tkz__buffer text;
    tkz_allocator usual = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&text, &usual);
    append_repeated(&text, "\n", MEGABYTE); /* white space, which is quick */
    ck_assert_status(tkz__buffer_append_text(&text, "東京に行く。", NULL));
    test_all_allocation_failures(stream_text, &text);
    tkz__buffer_free(&text);
}
END_TEST

Suite *suite_tagger_stream(void)
{
    Suite *suite = suite_create("tagger_stream");
    TCase *cases = tcase_create("stream");
    tcase_set_timeout(cases, 240);
    tcase_add_test(cases, writes_what_the_whole_sentence_gives);
    tcase_add_test(cases, needs_memory_for_some_megabytes);
    tcase_add_test(cases, refuses_wrong_arguments);
    tcase_add_test(cases, reports_failed_allocations);
    suite_add_tcase(suite, cases);
    return suite;
}
