/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that come in parts, of models whose pre-tokenizer consists of steps: words, and BPE of characters
 * behind cuts at single ones. suite_stream_pieces has those without steps.
 */
#include <stdio.h>
#include <string.h>

#include "format/hf_file.h"
#include "stream_fixture.h"
#include "testing.h"

Suite *suite_stream_words(void);

#define A "\xE3\x81\x82" /* U+3042 */
#define H "\xE6\xBC\xA2" /* U+6F22 */
#define SPACE "\xE2\x96\x81"
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define ADDED                                                                                     \
    "[{\"id\":90,\"content\":\"<x>\",\"single_word\":false,\"lstrip\":true,\"rstrip\":false,"      \
    "\"normalized\":true,\"special\":false},{\"id\":91,\"content\":\"[M]\",\"single_word\":false," \
    "\"lstrip\":false,\"rstrip\":true,\"normalized\":false,\"special\":true}]"
#define FILE_OF(normalizer, pre_tokenizer, model)                                                 \
    "{\"version\":\"1.0\",\"added_tokens\":" ADDED ",\"normalizer\":" normalizer                  \
    ",\"pre_tokenizer\":" pre_tokenizer ",\"post_processor\":null,\"decoder\":null,\"model\":"     \
    model "}"
#define BERT(accents)                                                                             \
    "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"              \
    "\"strip_accents\":" accents ",\"lowercase\":true}"
#define WORD_PIECE                                                                                \
    "{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\","        \
    "\"max_input_chars_per_word\":9,\"vocab\":{\"[UNK]\":0,\"a\":1,\"##a\":2,\"##b\":3,\"ab\":4,"  \
    "\"" A "\":5,\"##" A "\":6,\"" H "\":7,\"!\":8,\"e\":9,\"##e\":10}}"
#define WORD_LEVEL                                                                                \
    "{\"type\":\"WordLevel\",\"unk_token\":\"[UNK]\",\"vocab\":{\"[UNK]\":0,\"a\":1,\"ab\":2,"     \
    "\"" A "\":3,\"!\":4,\"!!\":5}}"
#define BPE(fuse)                                                                                 \
    "{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":" fuse ",\"vocab\":{\"<unk>\":0,"      \
    "\"a\":1,\"b\":2,\" \":3,\"" SPACE "\":4,\"ab\":5,\"" SPACE "a\":6,\" a\":7,\"" A "\":8,"      \
    "\"" A A "\":9,\"a \":10,\"!\":11,\"!!\":12},\"merges\":[[\"a\",\"b\"],[\"" SPACE "\",\"a\"]," \
    "[\" \",\"a\"],[\"" A "\",\"" A "\"],[\"a\",\" \"],[\"!\",\"!\"]]}"
#define UNIGRAM(unknown)                                                                          \
    "{\"type\":\"Unigram\",\"unk_id\":0,\"byte_fallback\":false,\"vocab\":[[\"<unk>\",0],"             \
    "[\"" SPACE "\",-2.25],[\"a\",-3.1],[\"b\",-3.3],[\"ab\",-6.4],[\"" SPACE "a\",-4.01],"           \
    "[\"" A "\",-2.7],[\"" A A "\",-5.41],[\"" A "a\",-5.83],[\"aa\",-6.2],[\"" SPACE SPACE "\",-4.3]," \
    "[\"!\",-3],[\"b" SPACE "\",-3.9],[\"" A SPACE "a\",-5.1],[\"" unknown "\",-9]]}"
#define METASPACE(scheme, split)                                                                  \
    "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"prepend_scheme\":\"" scheme "\",\"split\":" \
    split "}"
#define PAIR(first, second) "{\"type\":\"Sequence\",\"pretokenizers\":[" first "," second "]}"
#define CHAIN(first, second) "{\"type\":\"Sequence\",\"normalizers\":[" first "," second "]}"
#define REPLACE(regex, content)                                                                   \
    "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"" regex "\"},\"content\":\"" content "\"}"
#define SPLIT(text, behavior)                                                                     \
    "{\"type\":\"Split\",\"pattern\":{\"String\":\"" text "\"},\"behavior\":\"" behavior "\","     \
    "\"invert\":false}"
#define MATCHES(regex, behavior, invert)                                                            \
    "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" regex "\"},\"behavior\":\"" behavior "\"," \
    "\"invert\":" invert "}"
#define BYTE_LEVEL(prefix, regex)                                                                 \
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":" prefix ",\"trim_offsets\":true,\"use_regex\":" regex "}"
#define PUNCTUATION(behavior) "{\"type\":\"Punctuation\",\"behavior\":\"" behavior "\"}"
#define DIGITS "{\"type\":\"Digits\",\"individual_digits\":true}"
#define MARKED                                                                                    \
    "{\"type\":\"BPE\",\"unk_token\":null,\"continuing_subword_prefix\":\"##\",\"vocab\":{\"a\":0,"     \
    "\"##b\":1,\"ab\":2,\"##a\":3,\"" A "\":4,\"##" A "\":5,\"!\":6},\"merges\":[[\"a\",\"##b\"]]}"
/* Every byte, in the characters of ByteLevel that the random texts need. */
#define BYTES                                                                                     \
    "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"\u0120\":2,\"\u00e3\":3,\"\u0123\":4,\"\u0124\":5,"   \
    "\"ab\":6,\"\u0120a\":7,\"\u00e3\u0123\":8,\"!\":9,\"\u010a\":10,\"1\":11,\"!!\":12,\"ba\":13,"      \
    "\"\u0120\u0120\":14},\"merges\":[[\"a\",\"b\"],[\"\u0120\",\"a\"],[\"\u00e3\",\"\u0123\"],"       \
    "[\"!\",\"!\"],[\"b\",\"a\"],[\"\u0120\",\"\u0120\"]]}"
#define TO_MARK                                                                                   \
    "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" SPACE "\"}"

static const char *const streamed[] = {
    FILE_OF(BERT("null"), "{\"type\":\"BertPreTokenizer\"}", WORD_PIECE),
    FILE_OF(BERT("false"), "{\"type\":\"BertPreTokenizer\"}", WORD_PIECE),
    FILE_OF("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Nmt\"},{\"type\":\"NFKC\"},"
            "{\"type\":\"Lowercase\"},{\"type\":\"StripAccents\"}]}",
            "{\"type\":\"WhitespaceSplit\"}", WORD_PIECE),
    FILE_OF("null", "{\"type\":\"Whitespace\"}", WORD_LEVEL),
    FILE_OF("{\"type\":\"NFC\"}", "{\"type\":\"BertPreTokenizer\"}", WORD_LEVEL),
    FILE_OF(TO_MARK, SPLIT(" ", "MergedWithPrevious"), BPE("true")), /* as Gemma 3 */
    FILE_OF("null", SPLIT(" ", "MergedWithPrevious"), BPE("true")),
    FILE_OF("null", SPLIT(" ", "MergedWithNext"), BPE("false")),
    FILE_OF("null", SPLIT("a", "Contiguous"), BPE("true")),
    FILE_OF("null", SPLIT(A, "Isolated"), BPE("false")),
    FILE_OF("null",
            "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":"
            "false},{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}]}",
            BPE("true")),
    FILE_OF("null", METASPACE("always", "true"), UNIGRAM("1")),
    FILE_OF("null", METASPACE("first", "false"), UNIGRAM("1")),
    FILE_OF("null", METASPACE("always", "false"), UNIGRAM("1")),
    FILE_OF("null", METASPACE("never", "true"), UNIGRAM("1")),
    FILE_OF("null", METASPACE("first", "true"), BPE("true")),
    FILE_OF("null", METASPACE("always", "false"), BPE("true")), /* as Llama 2 now */
    FILE_OF("null", PAIR("{\"type\":\"WhitespaceSplit\"}", METASPACE("always", "true")), UNIGRAM("1")),
    FILE_OF(CHAIN("{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true}",
                  REPLACE(" {2,}", SPACE)),
            METASPACE("always", "true"), UNIGRAM("1")),
    FILE_OF(CHAIN(REPLACE("(?<!\\\\n)^", SPACE), REPLACE(" ", SPACE)), "null", UNIGRAM("1")), /* as LLM-jp 2 */
    FILE_OF("null", METASPACE("always", "true"), WORD_LEVEL),
    FILE_OF("null", METASPACE("first", "true"), WORD_PIECE),
    FILE_OF("null", SPLIT("ab", "Isolated"), BPE("true")),
    FILE_OF("null", SPLIT(" ", "Removed"), BPE("true")),
    FILE_OF("null", SPLIT("a!", "MergedWithNext"), BPE("false")),
    FILE_OF("null", "{\"type\":\"Whitespace\"}", BPE("true")),
    FILE_OF("null", "{\"type\":\"WhitespaceSplit\"}", MARKED),
    FILE_OF("null", PUNCTUATION("Isolated"), WORD_PIECE),
    FILE_OF("null", PAIR("{\"type\":\"Whitespace\"}", PUNCTUATION("MergedWithPrevious")), MARKED),
    FILE_OF("null", PAIR(DIGITS, PUNCTUATION("MergedWithNext")), UNIGRAM("1")),
    FILE_OF("null", PAIR(PUNCTUATION("Removed"), METASPACE("always", "true")), UNIGRAM("1")),
    FILE_OF("null", "{\"type\":\"UnicodeScripts\"}", BPE("true")),
    FILE_OF("null", "{\"type\":\"UnicodeScripts\"}", UNIGRAM("1")),
    FILE_OF("null", "{\"type\":\"FixedLength\",\"length\":3}", BPE("true")),
    FILE_OF("null", PAIR("{\"type\":\"WhitespaceSplit\"}", "{\"type\":\"FixedLength\",\"length\":2}"), WORD_LEVEL),
    FILE_OF("null", "{\"type\":\"CharDelimiterSplit\",\"delimiter\":\"a\"}", UNIGRAM("1")),
    FILE_OF("null", MATCHES("a", "Isolated", "false"), BPE("true")),
    FILE_OF("null", MATCHES("ab(?=!)|a", "Isolated", "false"), BPE("true")),
    FILE_OF("null", MATCHES("[ab]+(?!\\\\s)| *!", "Removed", "false"), WORD_PIECE),
    FILE_OF("null", MATCHES("[ab]+!?", "MergedWithPrevious", "false"), UNIGRAM("1")),
    FILE_OF("null", MATCHES("[ab]+!?", "MergedWithPrevious", "true"), WORD_LEVEL),
    FILE_OF("null", MATCHES("a+ |!", "MergedWithNext", "false"), WORD_PIECE),
    FILE_OF("null", MATCHES("a+ |!", "MergedWithNext", "true"), BPE("false")),
    FILE_OF("null", MATCHES("ab|b|!!", "Contiguous", "false"), UNIGRAM("1")),
    FILE_OF("null", MATCHES("ab|b|!!", "Contiguous", "true"), WORD_PIECE),
    FILE_OF("null", MATCHES("[ab]+$|a(?=b*!)", "Removed", "true"), WORD_PIECE),
    FILE_OF("null", MATCHES("(?<=a)b+|^!", "Isolated", "false"), UNIGRAM("1")),
    FILE_OF("null", MATCHES("(?<=a)b+|^!|a$", "MergedWithPrevious", "true"), BPE("true")),
    FILE_OF("null", PAIR(DIGITS, MATCHES("^a|b$|\\\\B!", "Isolated", "false")), WORD_PIECE),
    FILE_OF("null", PAIR(MATCHES("(?<=a)b+|^!", "Isolated", "false"), DIGITS), WORD_PIECE),
    FILE_OF("null", MATCHES("\\\\s+(?!\\\\S)|\\\\s|[^\\\\s]+?(?=[ab!])|.", "Isolated", "false"), WORD_PIECE),
    FILE_OF("null", PAIR(SPLIT("!", "Removed"), BYTE_LEVEL("true", "true")), UNIGRAM("1")),
    FILE_OF("null", BYTE_LEVEL("true", "true"), WORD_PIECE),
    FILE_OF("null", BYTE_LEVEL("false", "true"), UNIGRAM("1")),
    FILE_OF("null", PAIR(BYTE_LEVEL("true", "false"), MATCHES("[b\\u0120]", "Isolated", "false")), UNIGRAM("1")),
    FILE_OF("null", PAIR(MATCHES(" ?[^\\\\s!]+| ?!+|\\\\s+(?!\\\\S)|\\\\s+", "Isolated", "false"),
                         BYTE_LEVEL("false", "false")), BYTES),
    FILE_OF("null", PAIR(MATCHES("[^b]{1,3}", "MergedWithNext", "false"), BYTE_LEVEL("true", "false")), BYTES),
    FILE_OF("null", PAIR(DIGITS, BYTE_LEVEL("true", "true")), BYTES),
    FILE_OF("null", PAIR(PUNCTUATION("Isolated"), BYTE_LEVEL("true", "false")), BYTES),
    FILE_OF("null", PAIR("{\"type\":\"Whitespace\"}", BYTE_LEVEL("false", "false")), BYTES),
};

static tkz_tokenizer *opened(const char *file)
{
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    tkz_status status =
        tkz__hf_open(&tokenizer, "file", (const uint8_t *)file, strlen(file), NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return tokenizer;
}

static size_t random_text(uint64_t *random, char *text, size_t capacity)
{
    static const char *const samples[] = {
        "a", "b", " ", "  ", A, A A, "ab", "<x>", "<x", "[M]", H, "!", "!!", "\n", "\xE3\x80\x80",
        "\x01", "\xCC\x81", "\xCC\xA3", "\xC3\xA9", "\xE3\x81\x8B\xE3\x82\x99", "\xFF", "\xE3\x81", "1",
        "\xC2\xA0", "\xE3\x80\x82", SPACE, "\xF0\x9F\x98\x80", "E", "\x7F", "\xE2\x80\x8B"};
    size_t size = 0, wanted = test_random(random) % capacity;
    size_t few = 1 + test_random(random) % (uint64_t)COUNT(samples);
    size_t first = test_random(random) % (uint64_t)COUNT(samples);
    while (size < wanted) {
        const char *pick = samples[(first + test_random(random) % few) % (size_t)COUNT(samples)];
        size_t length = strlen(pick);
        if (size + length > capacity)
            break;
        memcpy(text + size, pick, length);
        size += length;
    }
    return size;
}

START_TEST(parts_are_the_whole)
{
    tkz_tokenizer *tokenizer = opened(streamed[_i]);
    tkz_encoder *whole, *parts;
    uint64_t random = 77 + (uint64_t)_i;
    char text[200];
    ck_assert_status(tkz_encoder_new(&whole, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_new(&parts, tokenizer, NULL, NULL));
    for (int i = 0; i < 1200 / TEST_SHORTER; i++) {
        size_t size = random_text(&random, text, sizeof text);
        int32_t offsets = i % 2 == 0 ? TKZ_OFFSETS_BYTES : TKZ_OFFSETS_CHARACTERS;
        tkz_encoder_want_offsets(whole, offsets);
        tkz_encoder_want_offsets(parts, offsets);
        tkz_encoder_allow_special(whole, i % 3 == 0);
        tkz_encoder_allow_special(parts, i % 3 == 0);
        compare_parts(whole, parts, &random, text, size);
    }
    tkz_encoder_free(whole);
    tkz_encoder_free(parts);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* White space alone has no tokens, and gives no spans of those of the text before. */
START_TEST(no_words_have_no_spans)
{
    static const char texts[] = "a a" "<x>  [M] a";
    const uint64_t offsets[] = {0, 3, sizeof texts - 1};
    tkz_tokenizer *tokenizer = opened(streamed[3]);
    tkz_encoder *encoder;
    const tkz_batch *batch;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    tkz_encoder_allow_special(encoder, 1);
    ck_assert_status(tkz_encoder_encode(encoder, texts, offsets, 2, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[2], 5);
    ck_assert_uint_eq(batch->ids[4], 1);
    ck_assert_uint_eq(batch->spans[4].start, 9);
    ck_assert_uint_eq(batch->spans[4].end, 10);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* All of a long text but its end comes out before its end goes in. */
START_TEST(little_is_held)
{
    enum { TIMES = TEST_SHORTER == 1 ? 2000 : 400 };
    tkz_tokenizer *tokenizer = opened(streamed[_i]);
    tkz_encoder *encoder;
    const tkz_batch *batch;
    uint64_t count = 0;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    for (int i = 0; i < TIMES; i++) {
        ck_assert_status(tkz_encoder_encode_next(encoder, "ab a! " A "1 ", 11, 0, &batch, NULL));
        count += batch->offsets[1];
    }
    ck_assert_uint_gt(count, TIMES - 100); /* one to eight for each line */
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(what_needs_whole_texts_is_refused)
{
    static const char *const files[] = {
        FILE_OF("null", METASPACE("always", "false"), WORD_LEVEL),
        FILE_OF("null", "null", MARKED),
        FILE_OF("null", MATCHES("a*", "Isolated", "false"), BPE("true")),
        FILE_OF("null", MATCHES("(?<!a)[\\\\s\\\\S]", "Isolated", "false"), UNIGRAM("1")),
        FILE_OF("null", MATCHES("a\\\\X", "Isolated", "false"), UNIGRAM("1")),
        FILE_OF("null", PAIR(METASPACE("always", "false"), BYTE_LEVEL("false", "true")), UNIGRAM("1")),
        FILE_OF("null", PAIR(METASPACE("always", "false"), "{\"type\":\"FixedLength\",\"length\":2}"), UNIGRAM("1")),
        FILE_OF("null", "null", WORD_PIECE),
        FILE_OF(REPLACE("[\\\\s\\\\S]+x", "x"), "{\"type\":\"BertPreTokenizer\"}", WORD_PIECE),
        FILE_OF(REPLACE("a\\\\X", "x"), "{\"type\":\"BertPreTokenizer\"}", WORD_PIECE),
        FILE_OF(CHAIN(REPLACE("^", "x"), "{\"type\":\"NFC\"}"), "{\"type\":\"BertPreTokenizer\"}",
                WORD_PIECE),
    };
    for (int i = 0; i < COUNT(files); i++) {
        tkz_tokenizer *tokenizer = opened(files[i]);
        tkz_encoder *encoder;
        const tkz_batch *batch;
        tkz_error error;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        ck_assert_msg(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error) ==
                          TKZ_STATUS_UNSUPPORTED, "%d", i);
        ck_assert_ptr_nonnull(strstr(error.message, "as a whole"));
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

static tkz_status encode(void *context, const tkz_allocator *allocator)
{
    tkz_encoder *encoder = NULL;
    const tkz_batch *batch;
    tkz_status status = tkz_encoder_new(&encoder, context, allocator, NULL);
    if (status == TKZ_OK) {
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
        status = tkz_encoder_encode_next(encoder, "ab " A, 6, 0, &batch, NULL);
    }
    if (status == TKZ_OK)
        status = tkz_encoder_encode_next(encoder, " b<x>a", 6, 1, &batch, NULL);
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    tkz_tokenizer *tokenizer = opened(streamed[_i]);
    test_all_allocation_failures(encode, tokenizer);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_stream_words(void)
{
    Suite *suite = suite_create("stream_words");
    TCase *tests = tcase_create("parts");
    tcase_add_loop_test(tests, parts_are_the_whole, 0, COUNT(streamed));
    tcase_add_test(tests, no_words_have_no_spans);
    tcase_add_loop_test(tests, little_is_held, 0, COUNT(streamed));
    tcase_add_test(tests, what_needs_whole_texts_is_refused);
    tcase_add_loop_test(tests, out_of_memory_is_a_status, 0, COUNT(streamed));
    suite_add_tcase(suite, tests);
    return suite;
}
