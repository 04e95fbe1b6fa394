/* SPDX-License-Identifier: Apache-2.0
 *
 * The models of tokenizer.json whose tokens are pieces of characters, and vocab.txt: what is read,
 * ids and texts, the way back, what is refused and where. tests/conformance/compare_pieces compares
 * them with the library.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/hf_file.h"
#include "id_check.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_hf_models(void);

#define SPACE "\xE2\x96\x81"
#define A "\xE3\x81\x82" /* U+3042 */
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* A file of these parts. */
#define FILE_OF(added, normalizer, pre_tokenizer, decoder, model)                                 \
    "{\"version\":\"1.0\",\"added_tokens\":" added ",\"normalizer\":" normalizer                  \
    ",\"pre_tokenizer\":" pre_tokenizer ",\"post_processor\":null,\"decoder\":" decoder           \
    ",\"model\":" model "}"
#define SPECIAL(id, content)                                                                      \
    "{\"id\":" #id ",\"content\":\"" content "\",\"single_word\":false,\"lstrip\":false,"         \
    "\"rstrip\":false,\"normalized\":false,\"special\":true}"
#define BERT_NORMALIZER                                                                           \
    "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"              \
    "\"strip_accents\":null,\"lowercase\":true}"
#define WORDS "{\"type\":\"BertPreTokenizer\"}"
#define METASPACE                                                                                 \
    "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"prepend_scheme\":\"always\","         \
    "\"split\":true}"
#define BYTE_LEVEL                                                                                \
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}"
#define TO_SPACE                                                                                  \
    "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" SPACE "\"}"
#define FROM_SPACE                                                                                \
    "{\"type\":\"Replace\",\"pattern\":{\"String\":\"" SPACE "\"},\"content\":\" \"}"

#define WORD_PIECE_FIELDS                                                                         \
    "\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\","                               \
    "\"max_input_chars_per_word\":5,\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"un\":2,\"##aff\":3,"      \
    "\"##a\":4,\"" A "\":5,\"!\":6}"
#define WORD_PIECE "{\"type\":\"WordPiece\"," WORD_PIECE_FIELDS "}"
#define WORD_LEVEL                                                                                \
    "{\"type\":\"WordLevel\",\"vocab\":{\"a\":1,\"[UNK]\":0,\"" A "\":2},\"unk_token\":\"[UNK]\"}"
#define UNIGRAM_PIECES                                                                            \
    "[\"<unk>\",0],[\"" SPACE "\",-2.5],[\"a\",-3.0],[\"b\",-3.25],[\"ab\",-5.75]"
#define UNIGRAM                                                                                   \
    "{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[" UNIGRAM_PIECES "],\"byte_fallback\":false}"
#define BPE_FIELDS                                                                                \
    "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"vocab\":{\"<unk>\":0,\"" SPACE "\":1,\"a\":2,"    \
    "\"b\":3,\"" SPACE "a\":4,\"ab\":5},\"merges\":[[\"" SPACE "\",\"a\"],[\"a\",\"b\"]]"
#define BPE "{\"type\":\"BPE\"," BPE_FIELDS "}"

/* A file, a text, its ids, and the text of those. */
static const struct {
    const char *file;
    const char *text;
    uint32_t ids[16]; /* UINT32_MAX behind them */
    const char *decoded;
} models[] = {
    {FILE_OF("[" SPECIAL(1, "[CLS]") "]", BERT_NORMALIZER, WORDS,
             "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}", WORD_PIECE),
     "UNaff " A "! unaaaa [CLS]", {2, 3, 5, 6, 0, 0, 0, 0, UINT32_MAX},
     "unaff " A "! [UNK] [UNK] [UNK] [UNK]"},
    {FILE_OF("[" SPECIAL(7, "[X]") "]", "null", "{\"type\":\"WhitespaceSplit\"}",
             "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":false}", WORD_PIECE),
     "una ! [X] [CLS]", {2, 4, 6, 0, 1, UINT32_MAX}, "una ! [UNK] [CLS]"},
    {FILE_OF("[]", "null", "{\"type\":\"Whitespace\"}", "null", WORD_LEVEL),
     "a  b " A, {1, 0, 2, UINT32_MAX}, "a [UNK] " A},
    {FILE_OF("[]", "null", METASPACE, METASPACE, UNIGRAM),
     "ab cdb", {1, 4, 1, 0, 3, UINT32_MAX}, "ab <unk>b"},
    {FILE_OF("[]", "{\"type\":\"Prepend\",\"prepend\":\"" SPACE "\"}", "null",
             "{\"type\":\"Sequence\",\"decoders\":[" FROM_SPACE ",{\"type\":\"Fuse\"},"
             "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}", BPE),
     "abzzab", {4, 3, 0, 5, UINT32_MAX}, "ab<unk>ab"},
    {FILE_OF("[]", TO_SPACE, "{\"type\":\"Split\",\"pattern\":{\"String\":\"" SPACE "\"},"
             "\"behavior\":\"MergedWithNext\",\"invert\":false}", "null", BPE),
     "ab a", {5, 4, UINT32_MAX}, "ab " SPACE "a"},
    /* Marks of BPE, no token for what is unknown, some of the bytes; ids are those of HF. */
    {FILE_OF("[]", "null", "{\"type\":\"WhitespaceSplit\"}",
             "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":false}",
             "{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"continuing_subword_prefix\":\"##\","
             "\"vocab\":{\"<unk>\":0,\"a\":1,\"##a\":2,\"##b\":3,\"ab\":4,\"##ab\":5,"
             "\"aab\":6,\"" A "\":7,\"##" A "\":8},\"merges\":[[\"##a\",\"##b\"],"
             "[\"a\",\"##b\"],[\"a\",\"##ab\"]]}"),
     "aab ab aabab x" A " " A A, {6, 4, 6, 5, 0, 8, 7, 8, UINT32_MAX},
     "aab ab aabab <unk>" A " " A A},
    {FILE_OF("[]", "null", "{\"type\":\"WhitespaceSplit\"}",
             "{\"type\":\"BPEDecoder\",\"suffix\":\"</w>\"}",
             "{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":true,"
             "\"end_of_word_suffix\":\"</w>\",\"vocab\":{\"<unk>\":0,\"a\":1,\"b\":2,"
             "\"b</w>\":3,\"ab</w>\":4,\"a</w>\":5},\"merges\":[[\"a\",\"b</w>\"]]}"),
     "ab aab bax xyb", {4, 1, 4, 2, 1, 0, 0, 3, UINT32_MAX}, "ab aab ba<unk><unk>b"},
    {FILE_OF("[]", "null", "null", "{\"type\":\"Fuse\"}",
             "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},"
             "\"merges\":[[\"a\",\"b\"]]}"),
     "a" A "bxb", {2, 1, UINT32_MAX}, "abb"},
    {FILE_OF("[]", "null", "null", "{\"type\":\"ByteFallback\"}",
             "{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"byte_fallback\":true,"
             "\"vocab\":{\"<unk>\":0,\"a\":1,\"<0xE3>\":2,\"<0x81>\":3,\"<0x82>\":4},"
             "\"merges\":[]}"),
     "a" A "xya", {1, 2, 3, 4, 0, 0, 1, UINT32_MAX}, "a" A "<unk><unk>a"},
    /* What is behind ByteLevel is spelled in its characters. */
    {FILE_OF("[]", "null", BYTE_LEVEL, BYTE_LEVEL,
             "{\"type\":\"WordLevel\",\"unk_token\":\"[UNK]\",\"vocab\":{\"[UNK]\":0,"
             "\"a\":1,\"\xC4\xA0\xC3\xA3\xC4\xA3\xC4\xA4\":2}}"),
     "a " A " b", {1, 2, 0, UINT32_MAX}, "a " A "[UNK]"},
};

static tkz_status open_text(tkz_tokenizer **tokenizer, const char *file,
                            const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__hf_open(tokenizer, "file", (const uint8_t *)file, strlen(file), allocator, error);
}

static tkz_tokenizer *opened(const char *file)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error = {0};
    tkz_status status = open_text(&tokenizer, file, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return tokenizer;
}

static void check_text(tkz_tokenizer *tokenizer, const uint32_t *ids, const char *expected)
{
    tkz_encoder *encoder;
    const uint8_t *text;
    size_t count = 0, size;
    while (ids[count] != UINT32_MAX)
        count++;
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_decode(encoder, ids, count, 0, &text, &size, NULL));
    ck_assert_msg(size == strlen(expected) && memcmp(text, expected, size) == 0,
                  "%.*s instead of %s", (int)size, (const char *)text, expected);
    tkz_encoder_free(encoder);
}

/* Read, written, read again: the same, and written again the same bytes. */
START_TEST(read_and_written)
{
    tkz_tokenizer *tokenizer = opened(models[_i].file), *other;
    tkz_bytes json, again, image;
    check_ids(tokenizer, models[_i].text, models[_i].ids);
    check_text(tokenizer, models[_i].ids, models[_i].decoded);
    ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL));
    ck_assert_status(tkz__hf_open(&other, "written", json.data, json.size, NULL, NULL));
    check_ids(other, models[_i].text, models[_i].ids);
    check_text(other, models[_i].ids, models[_i].decoded);
    ck_assert_status(tkz_tokenizer_serialize(other, "hf", &again, NULL));
    ck_assert(again.size == json.size && memcmp(again.data, json.data, json.size) == 0);
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &image, NULL));
    tkz_bytes_free(&again);
    ck_assert_status(tkz_tokenizer_serialize(other, "tkz", &again, NULL));
    ck_assert(again.size == image.size && memcmp(again.data, image.data, image.size) == 0);
    tkz_bytes_free(&json);
    tkz_bytes_free(&again);
    tkz_bytes_free(&image);
    tkz_tokenizer_free(tokenizer);
    tkz_tokenizer_free(other);
}
END_TEST

/* Without "type" as HF finds out. */
START_TEST(untyped)
{
    tkz_tokenizer *tokenizer =
        opened("{\"pre_tokenizer\":" WORDS ",\"model\":{" WORD_PIECE_FIELDS "}}");
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_WORD_PIECE);
    tkz_tokenizer_free(tokenizer);
    tokenizer = opened("{\"model\":{\"unk_token\":\"a\",\"vocab\":{\"a\":0}}}");
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_WORD_LEVEL);
    tkz_tokenizer_free(tokenizer);
    tokenizer = opened("{\"model\":{\"unk_id\":0,\"vocab\":[[\"a\",-1.5]]}}");
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_UNIGRAM);
    ck_assert(tkz__tokenizer_score(tokenizer, 0) == -1.5);
    tkz_tokenizer_free(tokenizer);
    tokenizer = opened("{\"model\":{" BPE_FIELDS "}}");
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_CHARACTER_BPE);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* What an entry means: those that are only added are never found by the model. */
START_TEST(types)
{
    tkz_tokenizer *tokenizer =
        opened(FILE_OF("[" SPECIAL(1, "[CLS]") "," SPECIAL(7, "[X]") "]", "null", WORDS, "null",
                       WORD_PIECE));
    ck_assert_int_eq(tkz__tokenizer_type(tokenizer, 0), TKZ__PIECE_UNKNOWN);
    ck_assert_int_eq(tkz__tokenizer_type(tokenizer, 1), TKZ__PIECE_NORMAL);
    ck_assert_int_eq(tkz__tokenizer_type(tokenizer, 7), TKZ__PIECE_CONTROL);
    ck_assert_uint_eq(tkz__tokenizer_pieces(tokenizer)->word_limit, 5);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* ---- Bytes --------------------------------------------------------------- */

/* A Unigram file with `count` of the byte pieces. */
static void compose_bytes(char *text, size_t room, unsigned count)
{
    size_t size = (size_t)snprintf(text, room, "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,"
                                               "\"byte_fallback\":true,\"vocab\":["
                                               UNIGRAM_PIECES);
    for (unsigned byte = 0; byte < count; byte++)
        size += (size_t)snprintf(text + size, room - size, ",[\"<0x%02X>\",-9]", byte);
    snprintf(text + size, room - size, "]}}");
}

START_TEST(byte_fallback)
{
    char text[8192];
    tkz_tokenizer *tokenizer;
    tkz_error error;
    compose_bytes(text, sizeof text, 256);
    tokenizer = opened(text);
    ck_assert(tkz__tokenizer_pieces(tokenizer)->byte_fallback);
    ck_assert_int_eq(tkz__tokenizer_type(tokenizer, 5), TKZ__PIECE_BYTE);
    check_ids(tokenizer, "a" A, IDS(2, 5 + 0xE3, 5 + 0x81, 5 + 0x82));
    check_ids(tokenizer, "<0x41>", IDS(5 + 0x41)); /* HF finds it in text too */
    tkz_tokenizer_free(tokenizer);
    compose_bytes(text, sizeof text, 0); /* there is nothing to fall back to */
    tokenizer = opened(text);
    ck_assert(!tkz__tokenizer_pieces(tokenizer)->byte_fallback);
    check_ids(tokenizer, "a" A, IDS(2, 0));
    tkz_tokenizer_free(tokenizer);
    /* A run of characters becomes bytes if all of them have pieces: ids of HF tokenizers 0.23.3. */
    compose_bytes(text, sizeof text, 0xE3);
    tokenizer = opened(text);
    check_ids(tokenizer, "a" A, IDS(2, 0));
    check_ids(tokenizer, "\xC3\xA9" A "\xC3\xA9", IDS(0));
    check_ids(tokenizer, "\xC3\xA9" "a" A, IDS(5 + 0xC3, 5 + 0xA9, 2, 0));
    check_ids(tokenizer, A "a\xC3\xA9\t", IDS(0, 2, 5 + 0xC3, 5 + 0xA9, 5 + 9));
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert_uint_eq(facts.bytes, 0xE3);
    ck_assert_uint_ne(facts.losses & TKZ_LOSS_UNKNOWN, 0);
    tkz_tokenizer_free(tokenizer);
    compose_bytes(text, sizeof text, 255);
    ck_assert_int_eq(tkz__hf_open_compat(&tokenizer, "file", (const uint8_t *)text, strlen(text),
                                         TKZ_COMPAT_SENTENCEPIECE, NULL, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "only 255"));
    ck_assert_int_eq(memcmp(text + error.offset, "true", 4), 0);
}
END_TEST

/* A BPE file whose vocabulary is "a", all bytes but `missing`, and `entry`. */
static tkz_tokenizer *opened_without_byte(unsigned missing, const char *entry)
{
    char text[8192];
    size_t size = (size_t)snprintf(text, sizeof text,
                                   "{\"model\":{\"type\":\"BPE\",\"unk_token\":\"a\","
                                   "\"fuse_unk\":true,\"byte_fallback\":true,\"vocab\":{\"a\":0");
    for (unsigned byte = 0; byte < 256; byte++)
        if (byte != missing)
            size += (size_t)snprintf(text + size, sizeof text - size, ",\"<0x%02X>\":%u", byte,
                                     byte + 1);
    snprintf(text + size, sizeof text - size, ",\"%s\":%u},\"merges\":[]}}", entry, missing + 1);
    return opened(text);
}

/* Gemma 2 has the tab itself and no byte for it, which nothing asks for. */
START_TEST(a_byte_that_is_a_piece_is_not_missed)
{
    tkz_tokenizer *tokenizer = opened_without_byte('\t', "\\t");
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_CHARACTER_BPE);
    check_ids(tokenizer, "\ta\n" A "\t\t", IDS(10, 0, 11, 1 + 0xE3, 1 + 0x81, 1 + 0x82, 10, 10));
    tkz_tokenizer_free(tokenizer);
    tokenizer = opened_without_byte('\t', "b"); /* the tab is unknown */
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_MARKED_BPE);
    check_ids(tokenizer, "b\tb\n", IDS(10, 0, 10, 11));
    tkz_tokenizer_free(tokenizer);
    tokenizer = opened_without_byte(0x81, "\\t");
    ck_assert_int_eq(tkz__tokenizer_kind(tokenizer), TKZ__MODEL_MARKED_BPE);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* ---- Offsets ------------------------------------------------------------- */

/* Spans in bytes, as "start-end ". */
static void check_spans(const char *file, const char *text, const char *expected)
{
    tkz_tokenizer *tokenizer = opened(file);
    tkz_encoder *encoder;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, strlen(text)};
    char found[256] = "";
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    for (size_t i = 0; i < batch->offsets[1]; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%u-%u ",
                 (unsigned)batch->spans[i].start, (unsigned)batch->spans[i].end);
    ck_assert_str_eq(found, expected);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
}

START_TEST(spans_of_models)
{
    static const char *const expected[] = {
        "0-2 2-5 6-9 9-10 11-17 18-19 19-22 22-23 ", /* "[" "CLS" "]" are unknown words */
        "0-2 2-3 4-5 6-9 10-15 ", "0-1 3-4 5-8 ", "0-1 0-2 2-3 3-5 5-6 "};
    check_spans(models[_i].file, models[_i].text, expected[_i]);
}
END_TEST

START_TEST(spans_of_unknown)
{
    char text[8192];
    compose_bytes(text, sizeof text, 256);
    /* In HF all bytes of neighbouring unknown characters have the range of those. */
    check_spans(text, "a" A "zb", "0-1 1-5 1-5 1-5 1-5 5-6 ");
    /* What spells the unknown token is no such token. */
    check_spans(FILE_OF("[]", "null", "null", "null",
                        "{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"vocab\":{\"<unk>\":0,"
                        "\"u\":1,\"n\":2,\"k\":3,\"un\":4},\"merges\":[[\"u\",\"n\"]]}"),
                "<unk>", "0-1 1-3 3-4 4-5 ");
    /* But it is one where a chunk that is a token is that token. */
    check_spans(FILE_OF("[]", "null", "{\"type\":\"WhitespaceSplit\"}", "null",
                        "{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"ignore_merges\":true,"
                        "\"vocab\":{\"<unk>\":0,\"u\":1},\"merges\":[]}"),
                "<unk> <u", "0-5 6-7 7-8 ");
}
END_TEST

/* ---- Numbers ------------------------------------------------------------- */

/* As HF reads them, which is not always the nearest double: the last but one is one below. */
static const struct {
    const char *text;
    double value;
} numbers[] = {
    {"0", 0},       {"-0.0", 0},      {"1", 1},           {"-12.5", -12.5},
    {"1e3", 1000},  {"25E-1", 2.5},   {"1.5e+2", 150},    {"0.1", 0.1},
    {"1e-320", 0x1.fap-1064}, {"1e308", 1e308}, {"123456789012345678901234567890", 0x1.8ee90ff6c373ep+96},
    {"-13.857000350952148", -0x1.bb6c8cp+3},
    {"-4.9141777631706690", -0x1.3a81e372e319ep+2},
    {"0.000000000000000000000000000000000000012", 1.2e-38},
};

static void read_number(const char *text, tkz_status expected, double *value)
{
    tkz__hf_file file = {.path = "file", .allocator = tkz__allocator_or_default(NULL)};
    ck_assert_status(tkz__json_reader_init(&file.json, text, strlen(text), "file",
                                           &file.allocator, NULL));
    ck_assert_int_eq(tkz__hf_number(&file, 0, value), expected);
    tkz__json_reader_free(&file.json);
}

/* Written digits are read as the same value. */
static void check_written(double value)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer text;
    double again;
    tkz__buffer_init(&text, &allocator);
    ck_assert_msg(tkz__hf_write_number(value, &text, NULL) == TKZ_OK, "%a", value);
    ck_assert_status(tkz__buffer_append_byte(&text, 0, NULL));
    read_number((const char *)text.data, TKZ_OK, &again);
    ck_assert_msg(again == value, "%a became %s, which is %a", value, (char *)text.data, again);
    tkz__buffer_free(&text);
}

START_TEST(number_of)
{
    double value;
    read_number(numbers[_i].text, TKZ_OK, &value);
    ck_assert_msg(value == numbers[_i].value, "%s: %a", numbers[_i].text, value);
    check_written(value);
}
END_TEST

START_TEST(any_number)
{
    uint64_t random = 5;
    for (int i = 0; i < 40000 / TEST_SHORTER; i++) {
        char text[64];
        uint64_t first = test_random(&random), second = test_random(&random);
        double value;
        snprintf(text, sizeof text, i % 8 == 0 ? "-%u.%0*llue-%u" : "-%u.%0*llu",
                 (unsigned)(first % (first >> 60 == 0 ? 100000 : 20)), 1 + (int)(second % 17),
                 (unsigned long long)(second >> 12), (unsigned)(first >> 32 & 15));
        read_number(text, TKZ_OK, &value);
        check_written(value);
    }
    read_number("1e309", TKZ_STATUS_BAD_FORMAT, &(double){0});
    read_number("-1e400", TKZ_STATUS_BAD_FORMAT, &(double){0});
    read_number("\"1\"", TKZ_STATUS_BAD_FORMAT, &(double){0});
}
END_TEST

/* ---- What is refused ----------------------------------------------------- */

static const struct {
    const char *file;
    tkz_status status;
    const char *says;
    const char *place; /* the error is where this starts */
} refusals[] = {
    {"{\"model\":{\"vocab\":{\"a\":0}}}", TKZ_STATUS_UNSUPPORTED, "none that is known",
     "{\"vocab\""},
    {"{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0}}}", TKZ_STATUS_BAD_FORMAT,
     "\"unk_token\"", "{\"type\""},
    {"{\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"b\",\"vocab\":{\"a\":0}}}",
     TKZ_STATUS_UNSUPPORTED, "unk_token: \"b\" is not in", "\"b\""},
    {"{\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":[]}}",
     TKZ_STATUS_BAD_FORMAT, "an object", "[]"},
    {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":1,\"vocab\":[[\"a\",0]]}}", TKZ_STATUS_BAD_FORMAT,
     "unk_id: 1, of a vocabulary of 1", "1,\"vocab\""},
    {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[]}}", TKZ_STATUS_BAD_FORMAT,
     "of a vocabulary of 0", "0,\"vocab\""},
    {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",0],[\"a\",1]]}}",
     TKZ_STATUS_BAD_FORMAT, "there twice", "[\"a\",1]"},
    {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",0,1]]}}",
     TKZ_STATUS_BAD_FORMAT, "no more", "[\"a\",0,1]"},
    {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\"]]}}", TKZ_STATUS_BAD_FORMAT,
     "no more", "[\"a\"]]}}"},
    {"{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",1e400]]}}",
     TKZ_STATUS_BAD_FORMAT, "out of the range", "1e400"},
    {"{\"model\":{\"unk_token\":\"b\",\"end_of_word_suffix\":\"a\",\"vocab\":{\"a\":0},"
     "\"merges\":[]}}", TKZ_STATUS_UNSUPPORTED, "unk_token: \"b\" is not in", "\"b\""},
    {"{\"model\":{\"end_of_word_suffix\":\"a\\u0000\",\"vocab\":{\"a\":0},\"merges\":[]}}",
     TKZ_STATUS_UNSUPPORTED, "U+0000", "\"a\\u0000\""},
    {"{\"model\":{\"continuing_subword_prefix\":1,\"vocab\":{\"a\":0},\"merges\":[]}}",
     TKZ_STATUS_BAD_FORMAT, "expected a string", "1,\"vocab\""},
    {"{\"model\":{\"continuing_subword_prefix\":\"##\",\"vocab\":{\"a\":0,\"b\":1},"
     "\"merges\":[[\"a\",\"b\"]]}}", TKZ_STATUS_BAD_FORMAT, "shorter than the mark",
     "[\"a\",\"b\"]"},
    {"{\"model\":{\"continuing_subword_prefix\":\"#\",\"vocab\":{\"a\":0,\"#b\":1},"
     "\"merges\":[[\"a\",\"#b\"]]}}", TKZ_STATUS_BAD_FORMAT, "\"ab\", which is not in",
     "[\"a\",\"#b\"]"},
    {"{\"decoder\":{\"type\":\"Nope\"},\"model\":" WORD_LEVEL "}", TKZ_STATUS_UNSUPPORTED, "Nope",
     "{\"type\":\"Nope\""},
    {"{\"decoder\":{\"type\":\"Strip\",\"content\":\"ab\",\"start\":1,\"stop\":0},\"model\":"
     WORD_LEVEL "}", TKZ_STATUS_UNSUPPORTED, "one character", "\"ab\""},
    {"{\"decoder\":{\"type\":\"Metaspace\",\"replacement\":\"_\",\"add_prefix_space\":false},"
     "\"model\":" WORD_LEVEL "}", TKZ_STATUS_UNSUPPORTED, "add_prefix_space", "false}"},
    {"{\"decoder\":{\"type\":\"CTC\"},\"model\":" WORD_LEVEL "}", TKZ_STATUS_BAD_FORMAT, "pad_token",
     "{\"type\":\"CTC\""},
};

START_TEST(refused)
{
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    const char *file = refusals[_i].file;
    tkz_status status = open_text(&tokenizer, file, NULL, &error);
    ck_assert_msg(status == refusals[_i].status, "%d: %d %s", _i, (int)status, error.message);
    ck_assert_msg(strstr(error.message, refusals[_i].says) != NULL, "%s", error.message);
    ck_assert_msg(error.offset < strlen(file) &&
                      strncmp(file + error.offset, refusals[_i].place,
                              strlen(refusals[_i].place)) == 0,
                  "%d: at %llu: %s", _i, (unsigned long long)error.offset, error.message);
}
END_TEST

/* What HF could not hold, or would read as something else. */
static tkz_tokenizer *built(tkz__model_kind kind, bool sentencepiece, uint32_t added)
{
    tkz__tokenizer_builder *builder;
    tkz_tokenizer *tokenizer;
    const tkz__piece_settings settings = {.unknown = 0, .sentencepiece = sentencepiece};
    ck_assert_status(tkz__tokenizer_builder_new(&builder, &tkz__pre_tokenizer_none, NULL, NULL));
    tkz__tokenizer_builder_set_kind(builder, kind);
    tkz__tokenizer_builder_set_pieces(builder, &settings);
    ck_assert_status(tkz__tokenizer_builder_add_token(builder, 0, "u", 1, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_token(builder, 1, "a", 1, NULL));
    ck_assert_status(
        tkz__tokenizer_builder_add_added(builder, added, "[X]", 3, TKZ__ADDED_SPECIAL, NULL));
    ck_assert_status(
        tkz__tokenizer_builder_set_piece(builder, added, 0, TKZ__PIECE_CONTROL, NULL));
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    return tokenizer;
}

/* As HF, which fails at such a character. */
START_TEST(no_token_for_unknown)
{
    static const char file[] = "{\"model\":{\"type\":\"Unigram\",\"unk_id\":null,\"vocab\":"
                               "[[\"a\",-1.5],[\"ab\",-2.0]],\"byte_fallback\":false}}";
    tkz_tokenizer *tokenizer = opened(file);
    tkz_encoder *encoder;
    const tkz_batch *batch;
    tkz_bytes json;
    tkz_error error;
    const uint64_t offsets[] = {0, 2};
    check_ids(tokenizer, "aab", IDS(0, 1));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    ck_assert_int_eq(tkz_encoder_encode(encoder, "ax", offsets, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "unk_id"));
    tkz_encoder_free(encoder);
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL));
    tkz_tokenizer_free(tokenizer);
    char *copy = malloc(json.size + 1);
    memcpy(copy, json.data, json.size);
    copy[json.size] = '\0';
    ck_assert_ptr_nonnull(strstr(copy, "\"unk_id\": null"));
    tokenizer = opened(copy);
    check_ids(tokenizer, "aab", IDS(0, 1));
    tkz_tokenizer_free(tokenizer);
    tkz_bytes_free(&json);
    free(copy);
}
END_TEST

START_TEST(not_written)
{
    static const struct {
        tkz__model_kind kind;
        bool sentencepiece;
        uint32_t added;
        const char *says; /* NULL: it is written */
    } cases[] = {{TKZ__MODEL_WORD_LEVEL, false, 2, NULL},
                 {TKZ__MODEL_WORD_LEVEL, false, 3, "other ids"},
                 {TKZ__MODEL_WORD_LEVEL, true, 2, "as sentencepiece does"},
                 {TKZ__MODEL_CHARACTER, false, 2, "single characters"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_tokenizer *tokenizer =
            built(cases[i].kind, cases[i].sentencepiece, cases[i].added);
        tkz_bytes json;
        tkz_error error;
        tkz_status status = tkz_tokenizer_serialize(tokenizer, "hf", &json, &error);
        if (cases[i].says == NULL) {
            ck_assert_status(status);
            tkz_bytes_free(&json);
        } else {
            ck_assert_int_eq(status, TKZ_STATUS_UNSUPPORTED);
            ck_assert_ptr_nonnull(strstr(error.message, cases[i].says));
        }
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

/* ---- vocab.txt ----------------------------------------------------------- */

static tkz_status open_lines(tkz_tokenizer **tokenizer, const char *lines,
                             const tkz_allocator *allocator, tkz_error *error)
{
    char directory[64], path[96];
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/vocab.txt", directory);
    test_write_file(path, lines, strlen(lines));
    tkz_status status = tkz_tokenizer_open(tokenizer, path, allocator, error);
    test_remove_tree(directory);
    return status;
}

#define LINES "[PAD]\n[UNK]\n[CLS]\r\n[SEP]\n[MASK]\n" A "\n \nun\n##aff\n"

START_TEST(lines)
{
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    ck_assert_msg(open_lines(&tokenizer, LINES, NULL, &error) == TKZ_OK, "%s", error.message);
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 9);
    check_ids(tokenizer, "Unaff " A "x", IDS(7, 8, 1));
    ck_assert_status(tkz_tokenizer_special(tokenizer, "[MASK]", 6, &(uint32_t){0}, NULL));
    tkz_tokenizer_free(tokenizer);
    /* A capital letter somewhere: then letters stay as they are. */
    ck_assert_status(open_lines(&tokenizer, LINES "U\n##N\n", NULL, NULL));
    check_ids(tokenizer, "UN un Un", IDS(9, 10, 7, 1));
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(bad_lines)
{
    tkz_tokenizer *tokenizer;
    tkz_error error;
    ck_assert_int_eq(open_lines(&tokenizer, LINES "un\n", NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_uint_eq(error.offset, strlen(LINES));
    ck_assert_int_eq(open_lines(&tokenizer, LINES "\xFF\n", NULL, &error), TKZ_STATUS_BAD_UTF8);
    ck_assert_int_eq(open_lines(&tokenizer, "[UNK]\n[CLS]\na\n", NULL, &error),
                     TKZ_STATUS_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "[SEP]"));
    ck_assert_int_eq(open_lines(&tokenizer, "[UNK]\na\n", NULL, &error), TKZ_STATUS_BAD_FORMAT);
}
END_TEST

static tkz_status lines_with(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status = open_lines(&tokenizer, context, allocator, NULL);
    if (status == TKZ_OK)
        tkz_tokenizer_free(tokenizer);
    return status;
}

/* ---- Damage and memory --------------------------------------------------- */

START_TEST(changed_bytes)
{
    const char *file = models[_i].file;
    size_t size = strlen(file), good = 0;
    char *copy = malloc(size);
    uint64_t state = 3;
    for (int round = 0; round < 1500 / TEST_SHORTER; round++) {
        memcpy(copy, file, size);
        for (int change = 0; change < 1 + round % 3; change++) {
            uint64_t random = test_random(&state);
            copy[(random >> 8) % size] = copy[(random >> 32) % size];
        }
        tkz_tokenizer *tokenizer;
        size_t part = round % 5 == 0 ? test_random(&state) % size : size;
        if (tkz__hf_open(&tokenizer, "file", (const uint8_t *)copy, part, NULL, NULL) == TKZ_OK) {
            tkz_bytes json;
            ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
            if (tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL) == TKZ_OK)
                tkz_bytes_free(&json);
            tkz_tokenizer_free(tokenizer);
            good++;
        }
    }
    ck_assert_uint_gt(good, 0);
    free(copy);
}
END_TEST

static tkz_status open_with(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_bytes json;
    tkz_status status = open_text(&tokenizer, context, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL);
    if (status == TKZ_OK)
        tkz_bytes_free(&json);
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(memory)
{
    char lines_text[] = LINES;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        test_all_allocation_failures(open_with, (void *)(uintptr_t)models[i].file);
    test_all_allocation_failures(lines_with, lines_text);
}
END_TEST

Suite *suite_hf_models(void)
{
    Suite *suite = suite_create("hf_models");
    TCase *cases = tcase_create("hf_models");
    tcase_add_loop_test(cases, read_and_written, 0, COUNT(models));
    tcase_add_test(cases, untyped);
    tcase_add_test(cases, types);
    tcase_add_test(cases, byte_fallback);
    tcase_add_test(cases, a_byte_that_is_a_piece_is_not_missed);
    tcase_add_loop_test(cases, spans_of_models, 0, 4);
    tcase_add_test(cases, spans_of_unknown);
    tcase_add_loop_test(cases, number_of, 0, COUNT(numbers));
    tcase_add_test(cases, any_number);
    tcase_add_loop_test(cases, refused, 0, COUNT(refusals));
    tcase_add_test(cases, no_token_for_unknown);
    tcase_add_test(cases, not_written);
    tcase_add_test(cases, lines);
    tcase_add_test(cases, bad_lines);
    tcase_add_loop_test(cases, changed_bytes, 0, COUNT(models));
    tcase_add_test(cases, memory);
    suite_add_tcase(suite, cases);
    return suite;
}
