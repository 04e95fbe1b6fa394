/* SPDX-License-Identifier: Apache-2.0
 *
 * Models that cut text into the words of a boundary source: vocab.txt opened as "morph:...", what is
 * refused, offsets, images. The source here knows words by the '|' behind them.
 * tests/conformance/compare_bert_japanese has real dictionaries.
 */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "id_check.h"
#include "subword/split_lowercase.h"
#include "subword/tokenizer.h"
#include "text/utf8.h"

Suite *suite_boundaries(void);

#define A "\xE3\x81\x82" /* U+3042 */
#define I "\xE3\x81\x84" /* U+3044 */
#define LINES                                                                                     \
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" A "\n##" I "\n" I "\nAb\nab\n##b\n" A I "x\n"
#define HASH "00c0ffee00c0ffee"

enum { HASH_NUMBER = 0xC0FFEE, MOST_WORDS = 64 };

static const uint64_t hash = UINT64_C(0x00C0FFEE00C0FFEE);

/* ---- A source ------------------------------------------------------------ */

typedef struct source_worker {
    tkz_allocator allocator;
    tkz_word_range words[MOST_WORDS];
} source_worker;

static int open_workers;

static tkz_status open_source(void *context, void **worker, const tkz_allocator *allocator,
                              tkz_error *error)
{
    (void)context;
    source_worker *made = tkz__allocate(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    open_workers++;
    *worker = made;
    return TKZ_OK;
}

static void close_source(void *worker)
{
    source_worker *own = worker;
    tkz_allocator allocator = own->allocator;
    open_workers--;
    tkz__release(&allocator, own, sizeof *own);
}

/* "ab|c| |": the words "ab", "c", " "; what is between two '|' and begins with '-' is left out. */
static tkz_status find_words(void *worker, const char *text, size_t size,
                             const tkz_word_range **words, size_t *count, tkz_error *error)
{
    source_worker *own = worker;
    size_t start = 0;
    (void)error;
    *count = 0;
    for (size_t at = 0; at < size; at++) {
        if (text[at] != '|')
            continue;
        if (at > start && text[start] != '-')
            own->words[(*count)++] = (tkz_word_range){start, at};
        start = at + 1;
    }
    *words = own->words;
    return TKZ_OK;
}

static const tkz_word_range *wrong; /* what a source gives that breaks its promise */
static size_t wrong_count;

static tkz_status find_wrong(void *worker, const char *text, size_t size,
                             const tkz_word_range **words, size_t *count, tkz_error *error)
{
    (void)worker, (void)text, (void)size, (void)error;
    *words = wrong;
    *count = wrong_count;
    return TKZ_OK;
}

static tkz_boundaries source_of(uint64_t number)
{
    return (tkz_boundaries){NULL, number, open_source, close_source, find_words, NULL};
}

/* ---- The model ----------------------------------------------------------- */

static tkz_status open_as(tkz_tokenizer **tokenizer, const char *name,
                          const tkz_allocator *allocator, tkz_error *error)
{
    char directory[64], path[96];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/vocab.txt", directory);
    test_write_file(path, LINES, strlen(LINES));
    tkz_status status = tkz_tokenizer_open_as(tokenizer, path, name, allocator, error);
    test_remove_tree(directory);
    return status;
}

static tkz_encoder *encoder_of(const char *name)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    tkz_error error = {0};
    tkz_boundaries source = source_of(hash);
    ck_assert_msg(open_as(&tokenizer, name, NULL, &error) == TKZ_OK, "%s", error.message);
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_set_boundaries(encoder, &source, NULL));
    tkz_tokenizer_free(tokenizer);
    return encoder;
}

static const tkz_batch *encode(tkz_encoder *encoder, const char *text)
{
    const tkz_batch *batch;
    tkz_error error = {0};
    uint64_t offsets[2] = {0, strlen(text)};
    tkz_status status = tkz_encoder_encode(encoder, text, offsets, 1, &batch, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return batch;
}

static void check(tkz_encoder *encoder, const char *text, const uint32_t *expected)
{
    const tkz_batch *batch = encode(encoder, text);
    size_t count = 0;
    for (; expected[count] != UINT32_MAX; count++) {
        ck_assert_uint_lt(count, batch->offsets[1]);
        ck_assert_uint_eq(batch->ids[count], expected[count]);
    }
    ck_assert_uint_eq(batch->offsets[1], count);
}

START_TEST(words_become_pieces)
{
    tkz_encoder *encoder = encoder_of("morph:" HASH);
    check(encoder, A "|" I "|" A I "|", IDS(5, 7, 5, 6));
    check(encoder, "Ab|AB|-zz|ab|", IDS(8, 1, 9));
    check(encoder, A " " I "\x1C" A "\xE2\x80\xA8|", IDS(5, 7, 5)); /* Python's white space cuts */
    check(encoder, "\xEF\xBC\xA1\xEF\xBD\x82|", IDS(8));            /* NFKC: full-width Ab */
    check(encoder, "", IDS(UINT32_MAX));
    check(encoder, A, IDS(UINT32_MAX)); /* no word */
    tkz_encoder_free(encoder);
    encoder = encoder_of("morph:" HASH ":lowercase");
    check(encoder, "Ab|AB|", IDS(9, 9));
    tkz_encoder_free(encoder);
    encoder = encoder_of("morph:" HASH ":characters");
    check(encoder, A I "x|-|" I " |", IDS(5, 7, 1, 7, 1));
    tkz_encoder_free(encoder);
    encoder = encoder_of("morph:" HASH ":lowercase:characters");
    check(encoder, "Z" A "|", IDS(1, 5));
    tkz_encoder_free(encoder);
    ck_assert_int_eq(open_workers, 0);
}
END_TEST

START_TEST(special_tokens_and_template)
{
    tkz_encoder *encoder = encoder_of("morph:" HASH);
    tkz_encoder_allow_special(encoder, 1);
    tkz_encoder_add_template(encoder, 1);
    check(encoder, A "|[MASK]" I "|", IDS(2, 5, 4, 7, 3));
    tkz_encoder_free(encoder);
}
END_TEST

/* Spans are of the text given, whatever NFKC and lower case did. */
START_TEST(spans)
{
    static const char text[] = "-|\xEF\xBC\xA1\xEF\xBD\x82|" A I "|";
    static const tkz_token_span expected[] = {{2, 8}, {9, 12}, {12, 15}};
    tkz_encoder *encoder = encoder_of("morph:" HASH ":lowercase");
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    const tkz_batch *batch = encode(encoder, text);
    ck_assert_uint_eq(batch->offsets[1], 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(batch->spans[i].start, expected[i].start);
        ck_assert_uint_eq(batch->spans[i].end, expected[i].end);
    }
    tkz_encoder_free(encoder);
}
END_TEST

/* Each encoder of a batch makes a worker of its own; an encoder changes from source to source. */
START_TEST(many_encoders)
{
    tkz_tokenizer *tokenizer;
    tkz_batch_encoder *many;
    tkz_pool *pool;
    const tkz_batch *batch;
    tkz_boundaries source = source_of(hash);
    char text[40000];
    uint64_t offsets[1001];
    for (size_t i = 0; i < 1000; i++) {
        memcpy(text + 40 * i, A "|" A "|" A "|" A "|" A "|" A "|" A "|" A "|" A "|" A "|", 40);
        offsets[i] = 40 * i;
    }
    offsets[1000] = 40000;
    ck_assert_status(open_as(&tokenizer, "morph:" HASH, NULL, NULL));
    ck_assert_status(tkz_pool_new(&pool, 4, NULL, NULL));
    ck_assert_status(
        tkz_batch_encoder_new(&many, tokenizer, tkz_pool_executor(pool), NULL, NULL));
    ck_assert_status(tkz_encoder_set_boundaries(tkz_batch_encoder_settings(many), &source, NULL));
    source.open = NULL; /* it was copied */
    ck_assert_status(tkz_batch_encoder_encode(many, text, offsets, 1000, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1000], 10000);
    tkz_batch_encoder_free(many);
    tkz_pool_free(pool);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

static void check_failure(tkz_encoder *encoder, tkz_status expected)
{
    const tkz_batch *batch;
    tkz_error error = {0};
    uint64_t offsets[2] = {0, 4};
    ck_assert_int_eq(tkz_encoder_encode(encoder, A "|", offsets, 1, &batch, &error), expected);
    ck_assert_str_ne(error.message, "");
}

START_TEST(refused)
{
    static const char *const names[] = {"morph:", "morph:00c0ffee", "morph:" HASH "0",
                                        "morph:00C0FFEE00C0FFEE", "morph:" HASH ":upper",
                                        "morph:" HASH ":characters:lowercase", "morph:" HASH ":"};
    tkz_tokenizer *tokenizer;
    tkz_error error;
    tkz_bytes bytes;
    const tkz_batch *batch;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(open_as(&tokenizer, names[i], NULL, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(open_as(&tokenizer, "gpt2", NULL, &error), TKZ_STATUS_INVALID_ARGUMENT);
    /* Without a source, with another one, in parts. */
    tkz_encoder *encoder = encoder_of("morph:" HASH);
    tkz_boundaries other = source_of(HASH_NUMBER);
    ck_assert_int_eq(tkz_encoder_set_boundaries(encoder, &other, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, HASH));
    check(encoder, A "|", IDS(5)); /* the first one is still there */
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, A "|", 4, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_status(tkz_encoder_set_boundaries(encoder, NULL, NULL));
    check_failure(encoder, TKZ_STATUS_UNSUPPORTED);
    tkz_encoder_free(encoder);
    ck_assert_int_eq(open_workers, 0);
    /* Other formats cannot say it. */
    ck_assert_status(open_as(&tokenizer, "morph:" HASH, NULL, NULL));
    static const char *const formats[] = {"hf", "tiktoken", "sentencepiece"};
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(tkz_tokenizer_serialize(tokenizer, formats[i], &bytes, &error),
                         TKZ_STATUS_UNSUPPORTED);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(other_models_take_no_source)
{
    char directory[64], path[96];
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    tkz_boundaries source = source_of(hash);
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/vocab.txt", directory);
    test_write_file(path, LINES, strlen(LINES));
    ck_assert_status(tkz_tokenizer_open(&tokenizer, path, NULL, NULL));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_int_eq(tkz_encoder_set_boundaries(encoder, &source, NULL), TKZ_STATUS_UNSUPPORTED);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    test_remove_tree(directory);
}
END_TEST

/* A source that gives what it must not is told so; nothing is read beyond the text. */
START_TEST(broken_sources)
{
    static const tkz_word_range cases[][2] = {
        {{0, 3}, {2, 4}}, {{0, 5}, {5, 6}}, {{3, 3}, {3, 4}}, {{4, 3}, {0, 1}},
        {{0, 1}, {UINT64_MAX, UINT64_MAX}}};
    tkz_encoder *encoder = encoder_of("morph:" HASH);
    tkz_boundaries source = source_of(hash);
    source.find = find_wrong;
    wrong_count = 2;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wrong = cases[i];
        ck_assert_status(tkz_encoder_set_boundaries(encoder, NULL, NULL));
        check_failure(encoder, TKZ_STATUS_UNSUPPORTED);
        ck_assert_status(tkz_encoder_set_boundaries(encoder, &source, NULL));
        check_failure(encoder, TKZ_STATUS_INVALID_ARGUMENT);
    }
    tkz_encoder_free(encoder);
}
END_TEST

START_TEST(image_keeps_the_hash)
{
    char directory[64], path[96];
    tkz_tokenizer *tokenizer, *mapped;
    tkz_encoder *encoder;
    tkz_bytes image;
    tkz_tokenizer_facts facts;
    tkz_boundaries source = source_of(hash);
    ck_assert_status(open_as(&tokenizer, "morph:" HASH ":lowercase", NULL, NULL));
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &image, NULL));
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/model.tkz", directory);
    test_write_file(path, image.data, image.size);
    ck_assert_status(tkz_tokenizer_open(&mapped, path, NULL, NULL));
    ck_assert_status(tkz_tokenizer_verify(mapped, NULL));
    tkz_tokenizer_describe(mapped, &facts);
    ck_assert_ptr_nonnull(strstr(facts.pre_tokenizer->pattern, HASH));
    ck_assert_uint_ne(facts.losses & TKZ_LOSS_CUTS, 0);
    ck_assert_status(tkz_encoder_new(&encoder, mapped, NULL, NULL));
    ck_assert_status(tkz_encoder_set_boundaries(encoder, &source, NULL));
    check(encoder, "AB|", IDS(9));
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(mapped);
    tkz_tokenizer_free(tokenizer);
    tkz_bytes_free(&image);
    test_remove_tree(directory);
}
END_TEST

static tkz_status open_and_encode(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder = NULL;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 9};
    tkz_boundaries source = source_of(hash);
    (void)context;
    tkz_status status = open_as(&tokenizer, "morph:" HASH ":lowercase", allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    if (status == TKZ_OK) {
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
        status = tkz_encoder_set_boundaries(encoder, &source, NULL);
    }
    if (status == TKZ_OK)
        status = tkz_encoder_encode(encoder, "Ab|-|" A "|", offsets, 1, &batch, NULL);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(memory)
{
    test_all_allocation_failures(open_and_encode, NULL);
    ck_assert_int_eq(open_workers, 0);
}
END_TEST

/* Words, and what str.lower of Python 3.11 makes of them. */
START_TEST(lower_case)
{
    static const struct {
        const char *word;
        const char *lower;
    } cases[] = {
        {"aB\xC3\x84" A, "ab\xC3\xA4" A},
        {"\xCE\x9F\xCE\xA3", "\xCE\xBF\xCF\x82"},                 /* a final sigma */
        {"\xCE\xA3", "\xCF\x83"},                                 /* alone */
        {"A\xCE\xA3" "b", "a\xCF\x83" "b"},                       /* within */
        {"A.\xCE\xA3'", "a.\xCF\x82'"},                           /* signs that words have */
        {"A\xCE\xA3.b", "a\xCF\x83.b"},
        {"-\xCE\xA3", "-\xCF\x83"},
        {"A\xCC\x81\xCE\xA3\xCC\x81!", "a\xCC\x81\xCF\x82\xCC\x81!"},
        {"\xC4\xB0", "i\xCC\x87"},                                /* U+0130 */
        {"\xFFZ\xFF", "\xFFz\xFF"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *word = cases[i].word;
        size_t size = strlen(word), written = 0;
        char lower[64];
        for (size_t at = 0; at < size;) {
            uint32_t character;
            char target[TKZ__SPLIT_LOWERCASE_MOST];
            size_t length = tkz__utf8_next(word + at, size - at, &character);
            size_t changed = tkz__split_lowercase(word, size, at, length, character, target);
            memcpy(lower + written, changed > 0 ? target : word + at, changed > 0 ? changed : length);
            written += changed > 0 ? changed : length;
            at += length;
        }
        ck_assert_msg(written == strlen(cases[i].lower) &&
                          memcmp(lower, cases[i].lower, written) == 0,
                      "%s: %.*s", word, (int)written, lower);
    }
}
END_TEST

Suite *suite_boundaries(void)
{
    Suite *suite = suite_create("boundaries");
    TCase *cases = tcase_create("boundaries");
    tcase_add_test(cases, words_become_pieces);
    tcase_add_test(cases, special_tokens_and_template);
    tcase_add_test(cases, spans);
    tcase_add_test(cases, many_encoders);
    tcase_add_test(cases, refused);
    tcase_add_test(cases, other_models_take_no_source);
    tcase_add_test(cases, broken_sources);
    tcase_add_test(cases, image_keeps_the_hash);
    tcase_add_test(cases, memory);
    tcase_add_test(cases, lower_case);
    suite_add_tcase(suite, cases);
    return suite;
}
