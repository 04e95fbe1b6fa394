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

/* A stream, and what writes whole sentences the same way. */
typedef struct pair {
    tkz_dictionary *dictionary;
    tkz_tagger_stream *stream;
    tkz_tagger *tagger;
    tkz_lattice *lattice;
    tkz_morph_style *style; /* NULL: `format` */
    int32_t format;
} pair;

/* All that a template can show before the sentence is whole. */
static const char every_code[] = "%m|%M|%pS|%h|%c|%H|%s|%ps|%pe|%pC|%pc|%pn|%pb|%P|%phl|%phr|%pl|%pL;";

/* What needs no costs: of each word its place alone is remembered. */
static const char words_and_places[] = "%pS[%M]%F-[0,1,2]%m%h|%ps|%pe|%pl|%pL;";

/* `words` is the template of words; NULL: no style. */
static pair open_pair(int32_t format, const char *words)
{
    pair p = {.dictionary = ipadic(), .format = format};
    ck_assert_status(tkz_tagger_stream_new(&p.stream, p.dictionary, format, NULL, NULL));
    ck_assert_status(tkz_tagger_new(&p.tagger, p.dictionary, NULL, NULL));
    if (words == NULL)
        return p;
    ck_assert_status(tkz_lattice_new(&p.lattice, p.dictionary, NULL, NULL));
    ck_assert_status(tkz_morph_style_new(&p.style, p.dictionary, NULL, NULL));
    ck_assert_status(tkz_morph_style_set_template(p.style, TKZ_MORPH_TEMPLATE_WORD, words,
                                                  strlen(words), NULL));
    ck_assert_status(
        tkz_morph_style_set_template(p.style, TKZ_MORPH_TEMPLATE_BEGIN, "<%s%ps", 6, NULL));
    const char *end = words == every_code ? "%s%ps%pe%pc%pC%pS>" : "%s%ps%pe%pS>";
    ck_assert_status(
        tkz_morph_style_set_template(p.style, TKZ_MORPH_TEMPLATE_END, end, strlen(end), NULL));
    ck_assert_status(tkz_tagger_stream_set_style(p.stream, p.style, NULL));
    return p;
}

static void close_pair(pair *p)
{
    tkz_tagger_stream_free(p->stream);
    tkz_tagger_free(p->tagger);
    tkz_lattice_free(p->lattice);
    tkz_morph_style_free(p->style);
    tkz_dictionary_free(p->dictionary);
}

/* Gives the text to the stream in pieces and compares all output with that of the whole. */
static void check_stream(pair *p, const tkz__buffer *text, size_t longest_piece, uint64_t *state)
{
    const char *whole, *output;
    size_t whole_size, output_size, written = 0;
    const char *data = (const char *)text->data;
    if (p->style != NULL)
        ck_assert_status(tkz_lattice_format_text(p->lattice, p->style, data, text->size, &whole,
                                                 &whole_size, NULL));
    else
        ck_assert_status(tkz_tagger_format(p->tagger, data, text->size, p->format, &whole,
                                           &whole_size, NULL));
    for (size_t start = 0; start < text->size;) {
        size_t size = 1 + test_random(state) % longest_piece;
        size = size < text->size - start ? size : text->size - start;
        ck_assert_status(
            tkz_tagger_stream_add(p->stream, data + start, size, &output, &output_size, NULL));
        ck_assert_uint_le(written + output_size, whole_size);
        ck_assert_int_eq(output_size > 0 && memcmp(whole + written, output, output_size) != 0, 0);
        written += output_size;
        start += size;
    }
    ck_assert_status(tkz_tagger_stream_end(p->stream, &output, &output_size, NULL));
    ck_assert_uint_eq(written + output_size, whole_size);
    ck_assert_mem_eq(whole + written, output, output_size);
}

static const struct {
    int32_t format;
    const char *words;
} written[] = {{TKZ_MORPH_FORMAT_DEFAULT, NULL},
               {TKZ_MORPH_FORMAT_WAKATI, NULL},
               {TKZ_MORPH_FORMAT_DEFAULT, every_code},
               {TKZ_MORPH_FORMAT_DEFAULT, words_and_places}};

START_TEST(writes_what_the_whole_sentence_gives)
{
    pair p = open_pair(written[_i].format, written[_i].words);
    tkz__buffer text;
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&text, &memory);
    uint64_t state = 5;
    for (int round = 0; round < 4; round++) {
        size_t scale = MEGABYTE / 3; /* more than is waited for at once */
        if (TEST_SHORTER > 1 && round % 2 != (_i > 0)) /* every round in some format */
            continue;
        tkz__buffer_clear(&text);
        append_prose(&text, scale * 9 / 8, &state);
        if (round == 1)
            append_repeated(&text, "あ", scale * 9 / 8); /* nothing is certain in it */
        if (round == 2)
            append_repeated(&text, " ", scale * 3 / 2);
        append_prose(&text, scale / 4, &state);
        if (round == 2)
            append_repeated(&text, " ", scale * 2);
        for (int i = 0; round == 3 && i < 300; i++) {
            ck_assert_status(tkz__buffer_append(&text, "猫 \0\0 は", 9 - i % 3, NULL));
            append_prose(&text, scale / 100, &state);
        }
        append_prose(&text, round == 2 ? 0 : scale / 4, &state);
        check_stream(&p, &text, MEGABYTE / 4, &state);
    }
    tkz__buffer_clear(&text);
    check_stream(&p, &text, 1, &state); /* an empty sentence */
    append_prose(&text, 100, &state);
    check_stream(&p, &text, 3, &state);
    tkz__buffer_free(&text);
    close_pair(&p);
}
END_TEST

START_TEST(refuses_styles_of_whole_sentences)
{
    pair p = open_pair(TKZ_MORPH_FORMAT_WAKATI, every_code);
    const char *output;
    size_t size;
    ck_assert_status(tkz_tagger_stream_add(p.stream, "東", 3, &output, &size, NULL));
    ck_assert_int_eq(tkz_tagger_stream_set_style(p.stream, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz_tagger_stream_end(p.stream, &output, &size, NULL));
    ck_assert_status(tkz_tagger_stream_set_style(p.stream, NULL, NULL));
    ck_assert_status(tkz_tagger_stream_end(p.stream, &output, &size, NULL));
    ck_assert_uint_eq(size, 1);
    static const char *const templates[] = {"%S", "%L", "%t", "%pi"};
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        ck_assert_status(tkz_morph_style_set_template(p.style, TKZ_MORPH_TEMPLATE_END, templates[i],
                                                      strlen(templates[i]), NULL));
        ck_assert_int_eq(tkz_morph_style_can_stream(p.style), 0);
        ck_assert_int_eq(tkz_tagger_stream_set_style(p.stream, p.style, NULL),
                         TKZ_STATUS_UNSUPPORTED);
    }
    ck_assert_status(tkz_morph_style_set_name(p.style, "dump", NULL));
    ck_assert_int_eq(tkz_morph_style_can_stream(p.style), 0);
    ck_assert_status(tkz_morph_style_set_name(p.style, "chasen", NULL));
    ck_assert_int_eq(tkz_morph_style_can_stream(p.style), 1);
    close_pair(&p);
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
    tkz_morph_style *style = NULL;
    const char *output;
    size_t size;
    ck_assert_status(tkz_morph_style_new(&style, dictionary, NULL, NULL));
    ck_assert_status(tkz_morph_style_set_name(style, "chasen", NULL));
    tkz_status status =
        tkz_tagger_stream_new(&stream, dictionary, TKZ_MORPH_FORMAT_WAKATI, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_stream_set_style(stream, style, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_stream_add(stream, (const char *)text->data, text->size, &output, &size,
                                       NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_stream_end(stream, &output, &size, NULL);
    tkz_tagger_stream_free(stream);
    tkz_morph_style_free(style);
    tkz_dictionary_free(dictionary);
    return status;
}

START_TEST(reports_failed_allocations)
{
    tkz__buffer text;
    tkz_allocator usual = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&text, &usual);
    const size_t size = TEST_SHORTER == 1 ? MEGABYTE : MEGABYTE / 2; /* more than is waited for at once */
    append_repeated(&text, "\n", size); /* white space, which is quick */
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
    tcase_add_loop_test(cases, writes_what_the_whole_sentence_gives, 0,
                        sizeof written / sizeof *written);
    tcase_add_test(cases, refuses_styles_of_whole_sentences);
    tcase_add_test(cases, needs_memory_for_some_megabytes);
    tcase_add_test(cases, refuses_wrong_arguments);
    tcase_add_test(cases, reports_failed_allocations);
    suite_add_tcase(suite, cases);
    return suite;
}
